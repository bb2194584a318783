/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a thread sleeps, and how often it went to, is read from /proc/self/task. */
#define _DEFAULT_SOURCE /* clock_gettime, usleep */
#include "queue_threads.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

static uint64_t thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *run_waiter(void *opaque)
{
    struct Waiter *waiter = opaque;
    const uint32_t timeout_ms = waiter->timeout_ms > 0 ? waiter->timeout_ms : FWL_WAIT_FOREVER;
    const uint64_t start = thread_cpu_ns();
    atomic_store(&waiter->thread_number, fwl_os_thread_number());
    waiter->result = waiter->part == SEND
                         ? fwl_queue_send_packet(waiter->queue, &waiter->pkt, timeout_ms)
                         : fwl_queue_receive_packet(waiter->queue, &waiter->pkt, timeout_ms);
    waiter->cpu_ns = thread_cpu_ns() - start;
    if (waiter->part == RECEIVE)
        waiter->number = waiter->pkt.pts;
    return NULL;
}

/* The rest of the line of the thread's status that begins with a word; false: no such thread. */
static bool read_status(uint64_t thread, const char *word, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%" PRIu64 "/status", thread);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char line[256];
    bool is_found = false;
    while (!is_found && fgets(line, sizeof line, file)) {
        is_found = strncmp(line, word, strlen(word)) == 0;
        if (is_found)
            snprintf(text, size, "%s", line + strlen(word));
    }
    fclose(file);
    return is_found;
}

static bool is_asleep(uint64_t thread)
{
    char text[64];
    return read_status(thread, "State:\t", text, sizeof text) && text[0] == 'S';
}

unsigned long sleeps_of(const struct Waiter *waiter)
{
    char text[64];
    unsigned long count = 0;
    if (!read_status(waiter->thread_number, "voluntary_ctxt_switches:", text, sizeof text) ||
        sscanf(text, "%lu", &count) != 1)
        skip_case("the system does not tell how often threads sleep");
    return count;
}

static uint64_t waits_at(const struct Waiter *waiter)
{
    FwlQueueStats stats;
    fwl_queue_get_stats(waiter->queue, &stats);
    return waiter->part == SEND ? stats.send_wait_count : stats.receive_wait_count;
}

void start_waiter(struct Waiter *waiter, enum WaiterPart part)
{
    waiter->part = part;
    if (waiter->size > 0)
        need_ok(fwl_new_packet(&waiter->pkt, waiter->size));
    waiter->pkt.pts = waiter->number;
    const uint64_t waits = waits_at(waiter);
    need_ok(fwl_os_thread_create(&waiter->thread, run_waiter, waiter));
    waiter->is_running = true;
    while (waits_at(waiter) == waits)
        usleep(1000);
    /* It may sleep for the lock that waits_at had: asleep three times in a row, it has it. */
    for (int looks = 0; looks < 3; looks++) {
        usleep(1000);
        if (!is_asleep(waiter->thread_number))
            looks = 0;
    }
}

void join_waiter(struct Waiter *waiter)
{
    if (waiter->is_running)
        fwl_os_thread_join(&waiter->thread);
    waiter->is_running = false;
}

void end_waiter(void *object)
{
    struct Waiter *waiter = object;
    if (waiter->is_running)
        fwl_queue_abort(waiter->queue, FWL_E_ABORTED);
    join_waiter(waiter);
    fwl_packet_unref(&waiter->pkt);
}

void close_queue(void *queue)
{
    fwl_queue_destroy(queue);
}
