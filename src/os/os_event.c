/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events, on futex(2).
 *
 *     UNSET --wait--> SLEEPING --set--> SET
 *       `---------------set-------------^
 *
 * Who waits returns as soon as it sees SET, and may give the event's memory up at once. Who sets
 * may then still be on its way to wake an address where nothing waits any more: that wakes nobody,
 * or a thread that uses the address for a futex of its own, and those look again.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { UNSET, SLEEPING, SET };
enum { NS_PER_SECOND = 1000000000 };

void fwl_os_event_init(FwlEvent *event)
{
    atomic_init(&event->state, UNSET);
}

void fwl_os_event_set(FwlEvent *event)
{
    atomic_uint *const address = &event->state;
    if (atomic_exchange_explicit(address, SET, memory_order_release) != SLEEPING)
        return;
    const int saved_errno = errno;
    (void)syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved_errno;
}

/* Sleeps while the event is SLEEPING, or for no reason; false: the deadline has passed. */
static bool sleep_once(FwlEvent *event, uint64_t deadline_ns)
{
    const struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / NS_PER_SECOND),
        .tv_nsec = (long)(deadline_ns % NS_PER_SECOND),
    };
    const int saved_errno = errno;
    const long result =
        syscall(SYS_futex, &event->state, FUTEX_WAIT_BITSET_PRIVATE, SLEEPING,
                deadline_ns == UINT64_MAX ? NULL : &deadline, NULL, FUTEX_BITSET_MATCH_ANY);
    const bool is_in_time = result == 0 || errno != ETIMEDOUT;
    errno = saved_errno;
    return is_in_time;
}

bool fwl_os_event_wait(FwlEvent *event, uint64_t deadline_ns)
{
    unsigned state = UNSET;
    atomic_compare_exchange_strong_explicit(&event->state, &state, SLEEPING, memory_order_acquire,
                                            memory_order_acquire);
    bool is_in_time = true;
    while (state != SET && is_in_time) {
        is_in_time = sleep_once(event, deadline_ns);
        state = atomic_load_explicit(&event->state, memory_order_acquire);
    }
    return state == SET;
}
