/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The budget: what a pool and those below it may commit.
 *
 * Pages are charged before they are taken and uncharged after they went, at every level from the
 * pool up, so that at any moment, in any pool that never goes over its limit by permission,
 *
 *     committed pages of it and all below it <= charged <= limit
 *
 * A charge that one level refuses is taken back from the levels below it. Blocks are cut from
 * charged pages, so allocating in memory that the pool has costs the budget nothing.
 *
 * When there is no room, an allocation goes through these steps, trying again after each:
 *
 *     0  idle memory of the refusing pool and of all below it goes back
 *     1  on_pressure of every pool from the allocating one up to the refusing one
 *     2  on_limit of the refusing pool: goes over, fails, or waits and starts at 0 again
 *
 * Where pools further up have no room either, 0 and 1 are done for the highest of them, so that
 * none goes over or fails while there is idle memory below it.
 *
 * Waiting loses no wake-up: a waiter adds itself to waiter_count and reads release_count before it
 * tries once more; whoever frees adds nothing to waiter_count after the memory is back. Both are
 * read-modify-writes of one atomic, so one comes after the other and sees what was done before it:
 * either the releaser sees the waiter, or the waiter sees the memory.
 */
#include "framewell/log.h"
#include "pool/pool_debug.h"
#include "pool/pool_internal.h"

enum { NS_PER_MS = 1000000 };

enum Step { STEP_TRIM, STEP_PRESSURE, STEP_LIMIT };

static bool charge_level(FwlPool *pool, size_t size, bool is_forced)
{
    const size_t limit =
        is_forced && pool->config.on_limit == FWL_LIMIT_SYSTEM ? SIZE_MAX : pool->budget.limit;
    size_t charged = atomic_load_explicit(&pool->budget.charged.now, memory_order_relaxed);
    do {
        if (charged > limit || size > limit - charged)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&pool->budget.charged.now, &charged,
                                                    charged + size, memory_order_relaxed,
                                                    memory_order_relaxed));
    fwl_sum_raise_peak(&pool->budget.charged, charged + size);
    return true;
}

static void uncharge_until(FwlPool *pool, const FwlPool *end, size_t size)
{
    for (; pool != end; pool = pool->config.parent)
        atomic_fetch_sub_explicit(&pool->budget.charged.now, size, memory_order_relaxed);
}

FwlPool *fwl_pool_charge(FwlPool *pool, size_t size, bool is_forced)
{
    for (FwlPool *level = pool; level; level = level->config.parent) {
        if (!charge_level(level, size, is_forced)) {
            uncharge_until(pool, level, size);
            return level;
        }
    }
    return NULL;
}

void fwl_pool_uncharge(FwlPool *pool, size_t size)
{
    uncharge_until(pool, NULL, size);
}

bool fwl_pool_is_over_limit(const FwlPool *pool)
{
    for (; pool; pool = pool->config.parent) {
        if (atomic_load_explicit(&pool->budget.charged.now, memory_order_relaxed) >
            pool->budget.limit)
            return true;
    }
    return false;
}

static bool has_room(const FwlPool *pool, size_t needed)
{
    const size_t limit = pool->budget.limit;
    const size_t charged = atomic_load_explicit(&pool->budget.charged.now, memory_order_relaxed);
    return charged <= limit && needed <= limit - charged;
}

/* The highest pool that has no room, from the refuser up. */
static FwlPool *highest_without_room(FwlPool *refuser, size_t needed)
{
    FwlPool *highest = refuser;
    for (FwlPool *pool = refuser->config.parent; pool; pool = pool->config.parent) {
        if (!has_room(pool, needed))
            highest = pool;
    }
    return highest;
}

static void call_on_pressure(FwlPool *pool, const FwlPool *refuser, size_t needed)
{
    for (;; pool = pool->config.parent) {
        if (pool->config.on_pressure)
            pool->config.on_pressure(pool->config.opaque, pool, needed);
        if (pool == refuser)
            return;
    }
}

/* Waiting */

static void stop_waiting(FwlLimitState *state)
{
    if (!state->waiting_on)
        return;
    atomic_fetch_sub_explicit(&state->waiting_on->waiter_count, 1, memory_order_relaxed);
    state->waiting_on = NULL;
}

/* Says that this allocation waits for the pool; what comes back from now on is noticed. */
static void start_waiting(FwlPool *pool, FwlLimitState *state)
{
    if (!state->has_waited) {
        state->has_waited = true;
        const uint32_t timeout_ms = pool->config.wait_timeout_ms;
        state->deadline_ns = timeout_ms == FWL_WAIT_FOREVER
                                 ? UINT64_MAX
                                 : fwl_os_clock_ns() + (uint64_t)timeout_ms * NS_PER_MS;
        atomic_fetch_add_explicit(&pool->wait_count, 1, memory_order_relaxed);
    }
    state->waiting_on = pool;
    fwl_os_mutex_lock(&pool->wait_lock);
    state->seen_release_count = pool->release_count;
    fwl_os_mutex_unlock(&pool->wait_lock);
    atomic_fetch_add_explicit(&pool->waiter_count, 1, memory_order_acq_rel);
}

/* False when the time is over. That is asked first: where blocks come back all the time, but never
 * enough of them, there is always a release to try again after. */
static bool wait_for_release(FwlLimitState *state)
{
    if (state->deadline_ns != UINT64_MAX && fwl_os_clock_ns() >= state->deadline_ns)
        return false;
    FwlPool *pool = state->waiting_on;
    bool is_in_time = true;
    fwl_os_mutex_lock(&pool->wait_lock);
    while (pool->release_count == state->seen_release_count && is_in_time)
        is_in_time =
            fwl_os_condition_wait(&pool->wait_condition, &pool->wait_lock, state->deadline_ns);
    const bool has_released = pool->release_count != state->seen_release_count;
    state->seen_release_count = pool->release_count;
    fwl_os_mutex_unlock(&pool->wait_lock);
    return has_released;
}

void fwl_pool_wake_waiters(FwlPool *pool)
{
    for (; pool; pool = pool->config.parent) {
        if (atomic_fetch_add_explicit(&pool->waiter_count, 0, memory_order_acq_rel) == 0)
            continue;
        fwl_os_mutex_lock(&pool->wait_lock);
        pool->release_count++;
        fwl_os_condition_wake_all(&pool->wait_condition);
        fwl_os_mutex_unlock(&pool->wait_lock);
    }
}

/* Making room */

static bool fail_at_limit(FwlPool *refuser, size_t needed)
{
    atomic_fetch_add_explicit(&refuser->limit_count, 1, memory_order_relaxed);
    fwl_log(refuser, FWL_LOG_WARNING, "pool %s: no room for %zu more bytes within its %zu\n",
            refuser->name, needed, refuser->budget.limit);
    return false;
}

static bool fail_after_wait(FwlPool *refuser, size_t needed)
{
    fail_at_limit(refuser, needed);
    fwl_debug_log_holders(refuser);
    return false;
}

/* The allocation may go over the limit of this pool and of those above it that let it. */
static void go_over(FwlPool *refuser, size_t needed)
{
    for (FwlPool *pool = refuser; pool; pool = pool->config.parent) {
        if (pool == refuser ||
            (pool->config.on_limit == FWL_LIMIT_SYSTEM && !has_room(pool, needed)))
            atomic_fetch_add_explicit(&pool->limit_count, 1, memory_order_relaxed);
    }
}

static bool obey_on_limit(FwlPool *refuser, size_t needed, FwlLimitState *state)
{
    switch (refuser->config.on_limit) {
    case FWL_LIMIT_SYSTEM:
        go_over(refuser, needed);
        state->is_forced = true;
        return true;
    case FWL_LIMIT_WAIT:
        state->step = STEP_TRIM;
        if (state->waiting_on != refuser) {
            stop_waiting(state);
            start_waiting(refuser, state);
            return true;
        }
        return wait_for_release(state) || fail_after_wait(refuser, needed);
    case FWL_LIMIT_FAIL:
    default:
        return fail_at_limit(refuser, needed);
    }
}

bool fwl_pool_make_room(FwlPool *pool, FwlPool *refuser, size_t needed, FwlLimitState *state)
{
    if (needed > refuser->budget.limit && refuser->config.on_limit == FWL_LIMIT_WAIT)
        return fail_at_limit(refuser, needed);
    switch (state->step++) {
    case STEP_TRIM:
        fwl_pool_trim_tree(highest_without_room(refuser, needed), 0);
        return true;
    case STEP_PRESSURE: {
        FwlPool *highest = highest_without_room(refuser, needed);
        call_on_pressure(pool, highest, needed);
        fwl_pool_trim_tree(highest, 0); /* what the callbacks freed is idle now */
        return true;
    }
    default:
        return obey_on_limit(refuser, needed, state);
    }
}

void fwl_pool_make_room_end(FwlLimitState *state)
{
    stop_waiting(state);
}
