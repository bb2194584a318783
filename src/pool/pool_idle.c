/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Idle memory. A span whose last block came back stays committed and idle, to be handed out again
 * warm, the most recent first. The oldest leave, a little at each call that takes or gives a span:
 * by size, what is more than max_idle_size; by age, after idle_timeout_ms.
 *
 *     idle_size == sum over idle spans of size, and over frames with a tail of that, + ready_size
 *
 * By size, unless that was a mistake: what is purged and soon taken anew costs page faults, each
 * time round. So pages that are taken from the source soon after some were purged for size make as
 * much more idle memory *hot*: it may stay as long as it goes on being of use.
 *
 *     idle_size <= max_idle_size + min(hot_size, most_in_use - in_use)  after a settled release,
 *     in_use = committed_size - idle_size
 *
 * and so committed_size <= most_in_use + max_idle_size, where most_in_use forgets when hot_size
 * does. A settled release is one whose bytes, twice, were enough to come there.
 */
#include "pool/pool_purge.h"
#include "pool/pool_span.h"

enum {
    AGED_PURGES_A_CALL = 2, /* so that no single call pays for all of the past */
    PURGED_SHARE = 2,       /* by size: at most this many times what came */
    IDLE_SHARE_AT_PEAK = 8, /* of what is in use, and of max_idle_size: */
    IDLE_SHARE_AT_LEAST = 32,
    PURGED_AT_ONCE =
        4 << 20,  /* by the purge thread with one hold of the lock, times PURGED_SHARE */
    HOT_MS = 250, /* some pictures' time; a loop that takes longer pays little for its faults */
};

static size_t in_use(const FwlPool *pool)
{
    return pool->committed_size - pool->idle_size;
}

/* A caller may have read the clock before it had the lock: then may be after now. */
static bool is_past(uint64_t then_ns, uint64_t ms, uint64_t now_ns)
{
    return now_ns > then_ns && now_ns - then_ns > ms * FWL_NS_PER_MS;
}

bool fwl_idle_is_aged(const FwlPool *pool, uint64_t since_ns, uint64_t now_ns)
{
    const uint32_t timeout_ms = pool->config.idle_timeout_ms;
    return timeout_ms > 0 && is_past(since_ns, timeout_ms, now_ns);
}

/* Lists */

/* Nearly always in front; a tail's pages may have been idle for long. */
static void list_by_age(FwlPool *pool, FwlSpan *span)
{
    FwlLink *newer = &pool->idle_by_age;
    while (newer->next != &pool->idle_by_age &&
           FWL_ITEM_OF(newer->next, FwlSpan, age_link)->idle_since_ns > span->idle_since_ns)
        newer = newer->next;
    fwl_list_push_front(newer, &span->age_link);
}

void fwl_idle_begin(FwlPool *pool, FwlSpan *span, FwlLink *list, uint64_t since_ns)
{
    span->idle_since_ns = since_ns;
    fwl_list_push_front(list, &span->link);
    list_by_age(pool, span);
    pool->idle_size += fwl_idle_bytes(span);
    if (pool->config.purge_interval_ms > 0)
        fwl_purge_wake();
}

void fwl_idle_end(FwlPool *pool, FwlSpan *span)
{
    fwl_list_remove(&span->link);
    fwl_list_remove(&span->age_link);
    pool->idle_size -= fwl_idle_bytes(span);
}

/* Gives the pages of idle memory back. */
static void drop_idle(FwlPool *pool, FwlSpan *span)
{
    fwl_idle_end(pool, span);
    atomic_fetch_add_explicit(&pool->given_back, fwl_idle_bytes(span), memory_order_relaxed);
    FwlSegment *segment = fwl_segment_of(span->start);
    if (!segment->is_frame)
        fwl_run_drop(pool, segment, span);
    else if (span->live > 0)
        fwl_frame_drop_tail(pool, span);
    else
        fwl_frame_drop(pool, segment);
}

/* NULL: nothing but ready pages is idle. */
static FwlSpan *oldest_idle(FwlPool *pool)
{
    return fwl_list_is_empty(&pool->idle_by_age)
               ? NULL
               : FWL_ITEM_OF(pool->idle_by_age.previous, FwlSpan, age_link);
}

static void drop_to(FwlPool *pool, size_t keep)
{
    FwlSpan *oldest;
    while (pool->idle_size > keep && (oldest = oldest_idle(pool)))
        drop_idle(pool, oldest);
    fwl_ready_drop(pool, keep);
}

/* What is hot */

static void raise_most(FwlPool *pool)
{
    const size_t now = in_use(pool);
    FwlIdleHistory *history = &pool->history;
    if (history->most_in_use < now)
        history->most_in_use = now;
    if (history->peak_in_use < now)
        history->peak_in_use = now;
}

/* How much may be idle without being hot. A frugal pool keeps less at the peak of what is in use:
 * there idle memory is what fragmentation wastes, and makes the process larger than it ever was.
 * Below the peak it is as much more as the process has had already; and there is no such bound
 * where so much had to leave and was taken anew that it cannot be growth alone. */
static size_t usual_limit(const FwlPool *pool)
{
    const size_t max = pool->config.max_idle_size;
    if (!fwl_pool_is_frugal || pool->history.hot_size > pool->history.peak_in_use)
        return max;
    const size_t now = in_use(pool);
    const size_t below = pool->history.peak_in_use > now ? pool->history.peak_in_use - now : 0;
    const size_t least = max / IDLE_SHARE_AT_LEAST + now / IDLE_SHARE_AT_PEAK;
    return least > max || below > max - least ? max : below + least;
}

static void forget_if_cold(FwlPool *pool, uint64_t now_ns)
{
    FwlIdleHistory *history = &pool->history;
    if (history->is_of_use)
        history->hot_ns = now_ns;
    history->is_of_use = false;
    if (is_past(history->purged_ns, HOT_MS, now_ns))
        history->purged_size = 0;
    if (is_past(history->hot_ns, HOT_MS, now_ns)) {
        history->hot_size = 0;
        history->most_in_use = 0;
    }
    raise_most(pool);
}

void fwl_idle_taken(FwlPool *pool)
{
    if (pool->idle_size > usual_limit(pool))
        pool->history.is_of_use = true;
    raise_most(pool);
}

void fwl_idle_missed(FwlPool *pool, size_t size)
{
    FwlIdleHistory *history = &pool->history;
    if (history->purged_size > 0 || history->hot_size > 0 || pool->idle_size > usual_limit(pool)) {
        const uint64_t now_ns = fwl_os_clock_ns();
        forget_if_cold(pool, now_ns);
        const size_t regretted = size < history->purged_size ? size : history->purged_size;
        history->purged_size -= regretted;
        history->hot_size += regretted;
        if (regretted > 0)
            history->hot_ns = now_ns;
        fwl_idle_settle(pool, size, now_ns);
    }
}

/* Bounds */

static size_t idle_limit(FwlPool *pool, uint64_t now_ns)
{
    if (fwl_pool_is_over_limit(pool) || pool->config.max_idle_size == 0)
        return 0;
    forget_if_cold(pool, now_ns);
    const size_t max = usual_limit(pool);
    const size_t room = pool->history.most_in_use - in_use(pool);
    const size_t more = room < pool->history.hot_size ? room : pool->history.hot_size;
    return more > SIZE_MAX - max ? SIZE_MAX : max + more;
}

static void drop_by_size(FwlPool *pool, size_t size, uint64_t now_ns)
{
    const size_t limit = idle_limit(pool, now_ns);
    if (limit == 0)
        drop_to(pool, fwl_pool_is_over_limit(pool) ? 0 : pool->ready_size);
    size_t dropped = 0;
    FwlSpan *oldest;
    while (pool->idle_size - pool->ready_size > limit && dropped / PURGED_SHARE < size &&
           (oldest = oldest_idle(pool))) {
        dropped += fwl_idle_bytes(oldest);
        drop_idle(pool, oldest);
    }
    if (dropped > 0) {
        pool->history.purged_size += dropped;
        pool->history.purged_ns = now_ns;
    }
}

/* Drops a few of those that have been idle for too long. */
static void drop_aged(FwlPool *pool, uint64_t now_ns)
{
    for (int i = 0; i < AGED_PURGES_A_CALL; i++) {
        FwlSpan *oldest = oldest_idle(pool);
        if (!oldest || !fwl_idle_is_aged(pool, oldest->idle_since_ns, now_ns))
            return;
        drop_idle(pool, oldest);
    }
}

void fwl_idle_settle(FwlPool *pool, size_t size, uint64_t now_ns)
{
    drop_by_size(pool, size, now_ns);
    drop_aged(pool, now_ns);
}

/* When the next of what is idle is due; UINT64_MAX: nothing will be. */
static uint64_t next_due(FwlPool *pool)
{
    uint64_t due_ns = UINT64_MAX;
    const FwlSpan *oldest = oldest_idle(pool);
    if (oldest && pool->config.idle_timeout_ms > 0)
        due_ns = oldest->idle_since_ns + (uint64_t)pool->config.idle_timeout_ms * FWL_NS_PER_MS + 1;
    const uint64_t cold_ns = pool->history.hot_ns + (uint64_t)HOT_MS * FWL_NS_PER_MS + 1;
    const bool is_too_much = pool->idle_size - pool->ready_size > pool->config.max_idle_size;
    return is_too_much && cold_ns < due_ns ? cold_ns : due_ns;
}

/* A little with each hold of the lock, so that no call waits for long. */
uint64_t fwl_span_purge(FwlPool *pool)
{
    uint64_t due_ns;
    uint64_t now_ns;
    do {
        now_ns = fwl_os_clock_ns();
        fwl_os_mutex_lock(&pool->span_lock);
        fwl_idle_settle(pool, PURGED_AT_ONCE, now_ns);
        due_ns = next_due(pool);
        fwl_os_mutex_unlock(&pool->span_lock);
    } while (due_ns <= now_ns);
    return due_ns;
}

void fwl_span_trim(FwlPool *pool, size_t keep)
{
    fwl_os_mutex_lock(&pool->span_lock);
    drop_to(pool, keep);
    fwl_os_mutex_unlock(&pool->span_lock);
}
