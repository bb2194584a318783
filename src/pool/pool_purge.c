/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purge thread: gives idle memory back where no call does, in programs that stand still. There
 * is one for all pools of the process that have a purge_interval_ms, and none while there is no
 * such pool.
 *
 *     nothing of theirs is idle     asleep, until a release wakes it
 *     something is                  asleep until the first of it is due, at least an interval
 *
 * It starts with the first such pool and ends, joined, with the last one, or when the process exits
 * or the library is unloaded. A child of fork has no such thread until its first allocation that
 * takes the slow way, or release of a frame, which start one.
 *
 * life_lock is held while the thread is made and ended, and taken before every other lock of the
 * pools; the thread never takes it. purge_lock is the thread's sleep; others take it last, also
 * with a heap's lock. The thread holds it only while it sleeps, so nobody waits for a purge.
 */
#include "pool/pool_purge.h"

#include "pool/heap.h"
#include "pool/pool_span.h"

static FwlMutex life_lock = FWL_MUTEX_INIT;
static FwlThread thread;
static unsigned pool_count;
static bool has_condition;
static bool is_over; /* the process exits */
static atomic_bool is_running;

static FwlMutex purge_lock = FWL_MUTEX_INIT;
static FwlCondition purge_condition;
static bool is_ending;
/* Something may be idle: there is no need to wake the thread. Set before purge_lock is taken, and
 * read again with it, so no wake-up is lost. */
static atomic_bool has_work;

/* The thread */

static uint64_t later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void *run(void *opaque)
{
    (void)opaque;
    fwl_os_mutex_lock(&purge_lock);
    while (!is_ending) {
        if (!atomic_exchange_explicit(&has_work, false, memory_order_seq_cst)) {
            (void)fwl_os_condition_wait(&purge_condition, &purge_lock, UINT64_MAX);
            continue;
        }
        fwl_os_mutex_unlock(&purge_lock);
        const FwlPurgeTimes times = fwl_heaps_purge_idle();
        fwl_os_mutex_lock(&purge_lock);
        if (times.due_ns == UINT64_MAX)
            continue;
        atomic_store_explicit(&has_work, true, memory_order_seq_cst);
        const uint64_t until_ns = later_of(times.due_ns, times.next_ns);
        while (!is_ending && fwl_os_condition_wait(&purge_condition, &purge_lock, until_ns))
            ;
    }
    fwl_os_mutex_unlock(&purge_lock);
    return NULL;
}

void fwl_purge_wake(void)
{
    if (atomic_exchange_explicit(&has_work, true, memory_order_seq_cst))
        return;
    fwl_os_mutex_lock(&purge_lock);
    fwl_os_condition_wake_one(&purge_condition);
    fwl_os_mutex_unlock(&purge_lock);
}

/* Its life. All with life_lock. */

static int start(void)
{
    if (is_over || pool_count == 0 || atomic_load_explicit(&is_running, memory_order_relaxed))
        return 0;
    if (!has_condition && fwl_os_condition_init(&purge_condition) < 0)
        return FWL_E_NOMEM;
    has_condition = true;
    is_ending = false;
    atomic_store_explicit(&has_work, true, memory_order_relaxed);
    const int status = fwl_os_thread_create_quiet(&thread, run, NULL);
    atomic_store_explicit(&is_running, status == 0, memory_order_relaxed);
    return status;
}

static void stop(void)
{
    if (!atomic_load_explicit(&is_running, memory_order_relaxed))
        return;
    fwl_os_mutex_lock(&purge_lock);
    is_ending = true;
    fwl_os_condition_wake_all(&purge_condition);
    fwl_os_mutex_unlock(&purge_lock);
    fwl_os_thread_join(&thread);
    atomic_store_explicit(&is_running, false, memory_order_relaxed);
}

int fwl_purge_join(const FwlPool *pool)
{
    if (pool->config.purge_interval_ms == 0)
        return 0;
    fwl_os_mutex_lock(&life_lock);
    pool_count++;
    const int status = start();
    fwl_os_mutex_unlock(&life_lock);
    return status;
}

void fwl_purge_leave(const FwlPool *pool)
{
    if (pool->config.purge_interval_ms == 0)
        return;
    fwl_os_mutex_lock(&life_lock);
    if (--pool_count == 0)
        stop();
    fwl_os_mutex_unlock(&life_lock);
}

void fwl_purge_start_again(void)
{
    if (atomic_load_explicit(&is_running, memory_order_relaxed))
        return;
    fwl_os_mutex_lock(&life_lock);
    (void)start(); /* fails: the next call tries again */
    fwl_os_mutex_unlock(&life_lock);
}

void fwl_purge_end(void)
{
    fwl_os_mutex_lock(&life_lock);
    is_over = true;
    stop();
    fwl_os_mutex_unlock(&life_lock);
}

/* Fork */

void fwl_purge_lock_life(void)
{
    fwl_os_mutex_lock(&life_lock);
}

void fwl_purge_unlock_life(void)
{
    fwl_os_mutex_unlock(&life_lock);
}

void fwl_purge_lock_sleep(void)
{
    fwl_os_mutex_lock(&purge_lock);
}

void fwl_purge_unlock_sleep(void)
{
    fwl_os_mutex_unlock(&purge_lock);
}

/* A condition remembers who waits: it is made anew. */
void fwl_purge_forget_thread(void)
{
    has_condition = false;
    atomic_store_explicit(&is_running, false, memory_order_relaxed);
}
