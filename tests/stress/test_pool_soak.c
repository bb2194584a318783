/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pool in use for long: threads that hand blocks over, frames of sizes that drift, threads that
 * come and go. The memory of the process must not grow: the median of the last quarter of the time
 * is compared with that of the second (the first is for warming up). The figures go to standard
 * error.
 *
 * FRAMEWELL_SECONDS=N does it for so long; SECONDS without it.
 */
#define _POSIX_C_SOURCE 200809L /* nanosleep, sysconf */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/sanitizer.h"
#include "case.h"
#include "traffic.h"

enum {
    MIB = 1 << 20,
    SECONDS = 6,
    STEADY_THREADS = 6,
    NURSERIES = 2,     /* threads that start others */
    SAMPLES = 80,
    LIVE_FRAMES = 8,
    ALLOWANCE = 32 * MIB, /* of noise: what is live and what is idle is never quite the same */
};

static Work work;

static void *keep_busy(void *opaque)
{
    while (!atomic_load(&work.is_over))
        hand_over(opaque);
    return NULL;
}

static void *be_short_lived(void *opaque)
{
    for (int i = 0; i < 50; i++)
        hand_over(opaque);
    return NULL;
}

static void *start_threads(void *opaque)
{
    Worker *worker = opaque;
    while (!atomic_load(&work.is_over)) {
        Worker child = {.work = &work, .seed = next_random(&worker->seed)};
        if (fwl_os_thread_create(&child.thread, be_short_lived, &child) == 0)
            fwl_os_thread_join(&child.thread);
        else
            atomic_fetch_add(&work.failures, 1);
    }
    return NULL;
}

/* A window of frames whose sizes go up and down slowly, so that no two are quite the same. */
static void *play_frames(void *opaque)
{
    Worker *worker = opaque;
    unsigned char *frames[LIVE_FRAMES] = {0};
    size_t size = 2 * MIB;
    for (size_t i = 0; !atomic_load(&work.is_over); i = (i + 1) % LIVE_FRAMES) {
        const size_t step = (size_t)(next_random(&worker->seed) % (MIB / 4));
        size = next_random(&worker->seed) % 2 == 0 && size < 6 * MIB ? size + step : size - step;
        size = size < 2 * MIB ? 2 * MIB : size;
        check_and_free(&work, frames[i]);
        frames[i] = fwl_pool_alloc(work.pool, size);
        if (frames[i])
            sign(frames[i]);
    }
    for (size_t i = 0; i < LIVE_FRAMES; i++)
        check_and_free(&work, frames[i]);
    return NULL;
}

static size_t resident_size(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static int compare_sizes(const void *left, const void *right)
{
    const size_t a = *(const size_t *)left;
    const size_t b = *(const size_t *)right;
    return a < b ? -1 : a > b;
}

static size_t median(size_t *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, compare_sizes);
    return samples[count / 2];
}

static void take_samples(size_t samples[SAMPLES], unsigned long seconds)
{
    const uint64_t pause_ns = (uint64_t)seconds * 1000000000u / SAMPLES;
    const struct timespec pause = {.tv_sec = (time_t)(pause_ns / 1000000000u),
                                   .tv_nsec = (long)(pause_ns % 1000000000u)};
    for (size_t i = 0; i < SAMPLES; i++) {
        nanosleep(&pause, NULL);
        samples[i] = resident_size();
    }
}

static unsigned long count_of_seconds(void)
{
    const char *wanted = getenv("FRAMEWELL_SECONDS");
    return wanted ? strtoul(wanted, NULL, 10) : SECONDS;
}

static void run_for(unsigned long seconds, size_t samples[SAMPLES])
{
    Worker workers[STEADY_THREADS + NURSERIES + 1];
    const size_t count = sizeof workers / sizeof workers[0];
    for (size_t i = 0; i < count; i++)
        start_worker(&workers[i], &work, i + 1,
                     i < STEADY_THREADS ? keep_busy : i + 1 < count ? start_threads : play_frames);
    take_samples(samples, seconds);
    atomic_store(&work.is_over, true);
    for (size_t i = 0; i < count; i++)
        fwl_os_thread_join(&workers[i].thread);
    empty_shelf(&work);
}

static void the_memory_of_a_busy_process_does_not_grow(void)
{
    if (resident_size() == 0)
        skip_case("no /proc/self/statm to see the memory of the process by");
    static size_t samples[SAMPLES];
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "soak";
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    work = (Work){.pool = pool};
    const unsigned long seconds = count_of_seconds();
    run_for(seconds, samples);
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    fwl_pool_trim(pool, 0);
    FwlPoolStats trimmed;
    fwl_pool_get_stats(pool, &trimmed);
    fwl_pool_destroy(&pool);

    const size_t second = median(samples + SAMPLES / 4, SAMPLES / 4);
    const size_t last = median(samples + SAMPLES / 4 * 3, SAMPLES / 4);
    print_message("%lu s, %llu allocations: resident %zu KiB in the second quarter, %zu KiB in the "
                  "last\n", seconds, (unsigned long long)stats.allocation_count, second / 1024,
                  last / 1024);
    assert_int_equal(atomic_load(&work.failures), 0);
    assert_int_equal(stats.current_usage, 0);
    assert_true(adds_up(&stats));
    assert_int_equal(trimmed.committed_size, 0);
    if (FWL_IS_ASAN || FWL_IS_TSAN)
        return; /* their own memory is most of it */
    assert_true(last <= second + ALLOWANCE);
}

int main(int argc, char **argv)
{
    /* Without planted failures: threads meet them in no fixed order. */
    static const struct TestCase cases[] = {
        CASE_ONCE(the_memory_of_a_busy_process_does_not_grow),
    };
    return run_cases("pool_soak", cases, sizeof cases / sizeof cases[0], argc, argv);
}
