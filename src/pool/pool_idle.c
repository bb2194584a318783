/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Idle memory. A span whose last block came back stays committed and idle, to be handed out again
 * warm, the most recent first; the oldest leave when there is more than max_idle_size of them, or
 * at a release after idle_timeout_ms.
 *
 *     idle_size == sum of span.size over the idle spans
 */
#include "pool/pool_span.h"

enum {
    NS_PER_MS = 1000000,
    AGED_PURGES_A_RELEASE = 2, /* so that no single release pays for all of the past */
};

static void make_idle(FwlPool *pool, FwlSpan *span, FwlLink *list)
{
    span->idle_since_ns = fwl_os_clock_ns();
    fwl_list_push_front(list, &span->link);
    fwl_list_push_front(&pool->idle_by_age, &span->age_link);
    pool->idle_size += span->size;
}

void fwl_idle_end(FwlPool *pool, FwlSpan *span)
{
    fwl_list_remove(&span->link);
    fwl_list_remove(&span->age_link);
    pool->idle_size -= span->size;
}

/* Gives the pages of an idle span back. */
static void drop_idle(FwlPool *pool, FwlSpan *span)
{
    fwl_idle_end(pool, span);
    atomic_fetch_add_explicit(&pool->given_back, span->size, memory_order_relaxed);
    FwlSegment *segment = fwl_segment_of(span->start);
    if (segment->is_frame)
        fwl_frame_drop(pool, segment, span->size);
    else
        fwl_run_drop(pool, segment, span);
}

static FwlSpan *oldest_idle(FwlPool *pool)
{
    return FWL_ITEM_OF(pool->idle_by_age.previous, FwlSpan, age_link);
}

static void drop_to(FwlPool *pool, size_t keep)
{
    while (pool->idle_size > keep)
        drop_idle(pool, oldest_idle(pool));
}

/* Drops a few of those that have been idle for too long. */
static void drop_aged(FwlPool *pool)
{
    if (pool->config.idle_timeout_ms == 0)
        return;
    const uint64_t now = fwl_os_clock_ns();
    const uint64_t timeout = (uint64_t)pool->config.idle_timeout_ms * NS_PER_MS;
    for (int i = 0; i < AGED_PURGES_A_RELEASE && pool->idle_size > 0; i++) {
        FwlSpan *oldest = oldest_idle(pool);
        if (now - oldest->idle_since_ns <= timeout)
            return;
        drop_idle(pool, oldest);
    }
}

/* Keeps a span in a list of idle ones, as far as the configuration lets it. */
void fwl_idle_keep(FwlPool *pool, FwlSpan *span, FwlLink *list)
{
    make_idle(pool, span, list);
    drop_to(pool, fwl_pool_is_over_limit(pool) ? 0 : pool->config.max_idle_size);
    drop_aged(pool);
}

void fwl_span_release(FwlPool *pool, FwlSpan *span)
{
    fwl_os_mutex_lock(&pool->span_lock);
    fwl_idle_keep(pool, span, &pool->idle_by_class[span->class_index]);
    fwl_os_mutex_unlock(&pool->span_lock);
}

void fwl_span_trim(FwlPool *pool, size_t keep)
{
    fwl_os_mutex_lock(&pool->span_lock);
    drop_to(pool, keep);
    fwl_os_mutex_unlock(&pool->span_lock);
}
