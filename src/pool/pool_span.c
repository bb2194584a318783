/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spans: where a pool gets pages, and where pages go.
 *
 * Runs are cut first fit from segments of 4 MiB; a frame has a segment of its own. A span whose
 * last block came back stays committed and idle, to be handed out again warm, the most recent
 * first; the oldest leave when there is more than max_idle_size of them, or at a release after
 * idle_timeout_ms.
 *
 *     committed_size == sum of span.size over all spans (of whole segments, where the source cannot
 *                       purge)
 *     idle_size      == sum of span.size over the idle ones
 */
#include "pool/pool_internal.h"

#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "pool/heap.h"

enum {
    NS_PER_MS = 1000000,
    SPAN_SIZE_MIN = 32 << 10,   /* a run of small blocks has at least these bytes */
    SPAN_WASTE_SHARE = 16,      /* a run leaves at most this part of itself unused at its end */
    AGED_PURGES_A_RELEASE = 2,  /* so that no single release pays for all of the past */
    HUGE_PAGE_SIZE = 2 << 20,
};

/* Segments */

size_t fwl_span_first_page(const FwlPool *pool)
{
    const size_t pages = FWL_SEGMENT_SIZE / pool->page_size;
    const size_t header = sizeof(FwlSegment) + pages * sizeof(FwlSpan);
    return fwl_align_up(header, pool->page_size) / pool->page_size;
}

static bool is_page_used(const FwlSegment *segment, size_t page)
{
    return segment->page_is_used[page / 64] >> (page % 64) & 1u;
}

static void mark_pages(FwlSegment *segment, size_t first, size_t count, bool is_used)
{
    for (size_t page = first; page < first + count; page++) {
        const uint64_t bit = (uint64_t)1 << (page % 64);
        if (is_used)
            segment->page_is_used[page / 64] |= bit;
        else
            segment->page_is_used[page / 64] &= ~bit;
    }
    if (is_used)
        segment->used_pages += count;
    else
        segment->used_pages -= count;
}

/* The first of count free pages in a row; 0 where there are none (page 0 is the header's). */
static size_t find_run(const FwlPool *pool, const FwlSegment *segment, size_t count)
{
    const size_t pages = FWL_SEGMENT_SIZE / pool->page_size;
    if (pages - segment->used_pages < count)
        return 0;
    size_t run = 0;
    for (size_t page = fwl_span_first_page(pool); page < pages; page++) {
        run = is_page_used(segment, page) ? 0 : run + 1;
        if (run == count)
            return page + 1 - count;
    }
    return 0;
}

static FwlSegment *map_segment(FwlPool *pool, size_t mapping_size, size_t mapping_alignment,
                               size_t header_offset)
{
    char *mapping = pool->source.map(pool->source.opaque, mapping_size, mapping_alignment);
    if (!mapping)
        return NULL;
    FwlSegment *segment = (FwlSegment *)(void *)(mapping + header_offset);
    segment->pool = pool;
    segment->page_shift = fwl_log2_floor(pool->page_size);
    segment->mapping = mapping;
    segment->mapping_size = mapping_size;
    fwl_list_push_front(&pool->segments, &segment->link);
    pool->reserved_size += mapping_size;
    return segment;
}

static void unmap_segment(FwlPool *pool, FwlSegment *segment)
{
    fwl_list_remove(&segment->link);
    pool->reserved_size -= segment->mapping_size;
    fwl_os_unpoison(segment->mapping, segment->mapping_size);
    pool->source.unmap(pool->source.opaque, segment->mapping, segment->mapping_size);
}

/* What a segment of runs is charged as a whole: nothing where its runs are charged one by one. */
static size_t segment_charge(const FwlPool *pool)
{
    return pool->source.purge ? 0 : FWL_SEGMENT_SIZE - fwl_span_first_page(pool) * pool->page_size;
}

static FwlSegment *map_run_segment(FwlPool *pool, bool is_forced, FwlSpanFailure *failure)
{
    const size_t charge = segment_charge(pool);
    *failure = (FwlSpanFailure){.needed = charge};
    if (charge > 0) {
        failure->refuser = fwl_pool_charge(pool, charge, is_forced);
        if (failure->refuser)
            return NULL;
    }
    FwlSegment *segment = map_segment(pool, FWL_SEGMENT_SIZE, FWL_SEGMENT_SIZE, 0);
    if (!segment) {
        fwl_pool_uncharge(pool, charge);
        return NULL;
    }
    pool->committed_size += charge;
    mark_pages(segment, 0, fwl_span_first_page(pool), true);
    return segment;
}

static bool is_run_segment_empty(const FwlPool *pool, const FwlSegment *segment)
{
    return segment->used_pages == fwl_span_first_page(pool);
}

/* Keeps one segment, so that a pool that empties and fills does not map each time. */
static void unmap_if_spare(FwlPool *pool, FwlSegment *segment)
{
    if (pool->reserved_size < pool->config.initial_pool_size + FWL_SEGMENT_SIZE &&
        pool->source.purge)
        return;
    const size_t charge = segment_charge(pool);
    unmap_segment(pool, segment);
    pool->committed_size -= charge;
    fwl_pool_uncharge(pool, charge);
}

/* Idle spans */

static void make_idle(FwlPool *pool, FwlSpan *span, FwlLink *list)
{
    span->idle_since_ns = fwl_os_clock_ns();
    fwl_list_push_front(list, &span->link);
    fwl_list_push_front(&pool->idle_by_age, &span->age_link);
    pool->idle_size += span->size;
}

static void end_idle(FwlPool *pool, FwlSpan *span)
{
    fwl_list_remove(&span->link);
    fwl_list_remove(&span->age_link);
    pool->idle_size -= span->size;
}

static void drop_frame(FwlPool *pool, FwlSegment *segment, size_t size)
{
    unmap_segment(pool, segment);
    pool->committed_size -= size;
    fwl_pool_uncharge(pool, size);
}

static void drop_run(FwlPool *pool, FwlSegment *segment, FwlSpan *span)
{
    const size_t first = (size_t)(span->start - (char *)segment) / pool->page_size;
    if (pool->source.purge) {
        fwl_os_unpoison(span->start, span->size);
        pool->source.purge(pool->source.opaque, span->start, span->size);
        fwl_pool_poison(pool, span->start, span->size);
        pool->committed_size -= span->size;
        fwl_pool_uncharge(pool, span->size);
    }
    mark_pages(segment, first, span->size / pool->page_size, false);
    if (is_run_segment_empty(pool, segment))
        unmap_if_spare(pool, segment);
}

/* Gives the pages of an idle span back. */
static void drop_idle(FwlPool *pool, FwlSpan *span)
{
    end_idle(pool, span);
    atomic_fetch_add_explicit(&pool->given_back, span->size, memory_order_relaxed);
    FwlSegment *segment = fwl_segment_of(span->start);
    if (segment->is_frame)
        drop_frame(pool, segment, span->size);
    else
        drop_run(pool, segment, span);
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
static void keep_idle(FwlPool *pool, FwlSpan *span, FwlLink *list)
{
    make_idle(pool, span, list);
    drop_to(pool, fwl_pool_is_over_limit(pool) ? 0 : pool->config.max_idle_size);
    drop_aged(pool);
}

void fwl_span_release(FwlPool *pool, FwlSpan *span)
{
    fwl_os_mutex_lock(&pool->span_lock);
    keep_idle(pool, span, &pool->idle_by_class[span->class_index]);
    fwl_os_mutex_unlock(&pool->span_lock);
}

void fwl_span_trim(FwlPool *pool, size_t keep)
{
    fwl_os_mutex_lock(&pool->span_lock);
    drop_to(pool, keep);
    fwl_os_mutex_unlock(&pool->span_lock);
}

/* Runs */

/* The bytes of a run of blocks: pages, at least SPAN_SIZE_MIN, little left over at the end. */
static size_t run_size(const FwlPool *pool, size_t block_size)
{
    const size_t least = block_size > SPAN_SIZE_MIN ? block_size : SPAN_SIZE_MIN;
    size_t size = fwl_align_up(least, pool->page_size);
    while (size % block_size > size / SPAN_WASTE_SHARE)
        size += pool->page_size;
    return size;
}

/* Free pages in a segment, a new one where no other has them. 0: *failure says why. */
static size_t take_pages(FwlPool *pool, size_t count, bool is_forced, FwlSegment **segment,
                         FwlSpanFailure *failure)
{
    for (FwlLink *link = pool->segments.next; link != &pool->segments; link = link->next) {
        *segment = FWL_ITEM_OF(link, FwlSegment, link);
        const size_t first = (*segment)->is_frame ? 0 : find_run(pool, *segment, count);
        if (first > 0)
            return first;
    }
    *segment = map_run_segment(pool, is_forced, failure);
    return *segment ? find_run(pool, *segment, count) : 0;
}

static FwlSpan *new_run(FwlPool *pool, size_t class_index, bool is_forced, FwlSpanFailure *failure)
{
    const size_t block_size = fwl_class_size(pool, class_index);
    const size_t size = run_size(pool, block_size);
    const size_t charge = pool->source.purge ? size : 0;
    *failure = (FwlSpanFailure){.needed = charge};
    if (charge > 0) {
        failure->refuser = fwl_pool_charge(pool, charge, is_forced);
        if (failure->refuser)
            return NULL;
    }
    FwlSegment *segment;
    const size_t count = size / pool->page_size;
    const size_t first = take_pages(pool, count, is_forced, &segment, failure);
    if (first == 0) {
        fwl_pool_uncharge(pool, charge);
        return NULL;
    }
    pool->committed_size += charge;
    mark_pages(segment, first, count, true);
    for (size_t page = first; page < first + count; page++)
        segment->first_page[page] = (uint16_t)first;
    FwlSpan *span = &segment->spans[first];
    *span = (FwlSpan){
        .start = (char *)segment + first * pool->page_size,
        .size = size,
        .block_size = block_size,
        .class_index = (uint16_t)class_index,
        .capacity = (uint32_t)(size / block_size),
    };
    fwl_pool_poison(pool, span->start, span->size);
    return span;
}

FwlSpan *fwl_span_acquire(FwlPool *pool, size_t class_index, bool is_forced, bool *is_new,
                          FwlSpanFailure *failure)
{
    FwlLink *idle = &pool->idle_by_class[class_index];
    FwlSpan *span;
    fwl_os_mutex_lock(&pool->span_lock);
    *is_new = fwl_list_is_empty(idle);
    if (*is_new) {
        span = new_run(pool, class_index, is_forced, failure);
    } else {
        span = FWL_ITEM_OF(idle->next, FwlSpan, link);
        end_idle(pool, span);
    }
    fwl_os_mutex_unlock(&pool->span_lock);
    return span;
}

/* Frames */

/* Where a frame's block and its header lie in their mapping. */
typedef struct FrameGeometry {
    size_t mapping_size;
    size_t mapping_alignment;
    size_t header_offset;
    size_t block_offset;
} FrameGeometry;

/* The block is at a multiple of its alignment, the header at the last multiple of the segment size
 * before the block. */
static bool lay_out_frame(const FwlPool *pool, size_t size, size_t alignment,
                          FrameGeometry *geometry)
{
    const size_t header = fwl_align_up(sizeof(FwlSegment) + sizeof(FwlSpan), pool->page_size);
    geometry->mapping_alignment = alignment > FWL_SEGMENT_SIZE ? alignment : FWL_SEGMENT_SIZE;
    geometry->block_offset = alignment > header ? alignment : header;
    geometry->header_offset = fwl_align_down(geometry->block_offset - 1, FWL_SEGMENT_SIZE);
    const size_t guard = pool->config.guard_frames ? pool->page_size : 0;
    return fwl_checked_add(geometry->block_offset + guard, size, &geometry->mapping_size);
}

static FwlSpan *map_frame(FwlPool *pool, size_t size, size_t alignment)
{
    FrameGeometry geometry;
    if (!lay_out_frame(pool, size, alignment, &geometry))
        return NULL;
    FwlSegment *segment = map_segment(pool, geometry.mapping_size, geometry.mapping_alignment,
                                      geometry.header_offset);
    if (!segment)
        return NULL;
    char *start = segment->mapping + geometry.block_offset;
    if (pool->config.guard_frames && !fwl_os_protect(start + size, pool->page_size)) {
        unmap_segment(pool, segment);
        return NULL;
    }
    if (pool->config.use_huge_pages && !pool->config.source && size >= HUGE_PAGE_SIZE)
        fwl_os_advise_huge_pages(segment->mapping, geometry.mapping_size);
    segment->is_frame = true;
    segment->spans[0] = (FwlSpan){
        .start = start,
        .size = size,
        .block_size = size,
        .alignment = alignment,
        .capacity = 1,
    };
    return &segment->spans[0];
}

static FwlSpan *new_frame(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                          FwlSpanFailure *failure)
{
    *failure = (FwlSpanFailure){.needed = size};
    failure->refuser = fwl_pool_charge(pool, size, is_forced);
    if (failure->refuser)
        return NULL;
    FwlSpan *span = map_frame(pool, size, alignment);
    if (span)
        pool->committed_size += size;
    else
        fwl_pool_uncharge(pool, size);
    return span;
}

/* The hottest idle frame of this size; NULL where none is. */
static FwlSpan *find_idle_frame(FwlPool *pool, size_t size, size_t alignment)
{
    FwlLink *link = pool->idle_frames.next;
    for (; link != &pool->idle_frames; link = link->next) {
        FwlSpan *span = FWL_ITEM_OF(link, FwlSpan, link);
        if (span->size == size && fwl_is_aligned(span->start, alignment))
            return span;
    }
    return NULL;
}

static void count_frame(FwlPool *pool, size_t size, bool is_new)
{
    FwlPoolTierStats *stats = &pool->frame_stats;
    stats->total_allocated += size;
    fwl_sum_add(&pool->tier_usage[FWL_TIER_FRAME], size);
    fwl_sum_add(&pool->usage, size);
    stats->allocation_count++;
    if (is_new)
        stats->system_alloc_count++;
    else
        stats->pool_hit_count++;
}

void *fwl_frame_acquire(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                        FwlSpanFailure *failure)
{
    const FwlHolder holder = {.thread = fwl_os_thread_number(), .since_ns = fwl_os_clock_ns()};
    fwl_os_mutex_lock(&pool->span_lock);
    FwlSpan *span = pool->is_closed ? NULL : find_idle_frame(pool, size, alignment);
    const bool is_new = !span;
    if (span) {
        end_idle(pool, span);
        span->alignment = alignment;
    } else {
        *failure = (FwlSpanFailure){0};
        span = pool->is_closed ? NULL : new_frame(pool, size, alignment, is_forced, failure);
    }
    if (span) {
        span->live = 1;
        fwl_os_unpoison(span->start, span->size);
        fwl_segment_of(span->start)->holder = holder;
        count_frame(pool, size, is_new);
    }
    fwl_os_mutex_unlock(&pool->span_lock);
    return span ? span->start : NULL;
}

bool fwl_frame_release(FwlPool *pool, FwlSpan *span)
{
    fwl_os_mutex_lock(&pool->span_lock);
    const bool is_open = !pool->is_closed;
    span->live = 0;
    fwl_pool_poison(pool, span->start, span->size);
    pool->frame_stats.total_freed += span->size;
    pool->frame_stats.free_count++;
    fwl_sum_add(&pool->tier_usage[FWL_TIER_FRAME], (size_t)0 - span->size);
    fwl_sum_add(&pool->usage, (size_t)0 - span->size);
    if (is_open)
        keep_idle(pool, span, &pool->idle_frames);
    else
        drop_frame(pool, fwl_segment_of(span->start), span->size);
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_open;
}

/* Finding */

static FwlSegment *find_segment(FwlPool *pool, const void *address)
{
    for (FwlLink *link = pool->segments.next; link != &pool->segments; link = link->next) {
        FwlSegment *segment = FWL_ITEM_OF(link, FwlSegment, link);
        if ((uintptr_t)address - (uintptr_t)segment->mapping < segment->mapping_size)
            return segment;
    }
    return NULL;
}

static FwlSlot find_in_segment(const FwlPool *pool, FwlSegment *segment, const char *address)
{
    const FwlSlot none = {.segment = segment};
    FwlSpan *span = &segment->spans[0];
    if (!segment->is_frame) {
        const size_t page = (size_t)(address - (char *)segment) / pool->page_size;
        if (page < fwl_span_first_page(pool) || !is_page_used(segment, page))
            return none;
        span = &segment->spans[segment->first_page[page]];
    }
    const size_t offset = (size_t)((uintptr_t)address - (uintptr_t)span->start);
    if (offset / span->block_size >= span->capacity)
        return none;
    return (FwlSlot){.segment = segment,
                     .start = span->start + offset / span->block_size * span->block_size,
                     .size = span->block_size};
}

FwlSlot fwl_span_find(FwlPool *pool, const void *address)
{
    FwlSegment *segment = find_segment(pool, address);
    return segment ? find_in_segment(pool, segment, address) : (FwlSlot){0};
}

/* Start and end */

int fwl_span_reserve(FwlPool *pool, size_t size)
{
    FwlSpanFailure failure = {0};
    FwlSegment *segment = NULL;
    fwl_os_mutex_lock(&pool->span_lock);
    while (pool->reserved_size < size &&
           (segment = map_run_segment(pool, false, &failure)) != NULL) {
        if (pool->config.prefault)
            fwl_os_populate(segment->mapping, segment->mapping_size);
    }
    const bool is_done = pool->reserved_size >= size || failure.refuser;
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_done ? 0 : FWL_E_NOMEM;
}

void fwl_span_unmap_all(FwlPool *pool)
{
    while (!fwl_list_is_empty(&pool->segments))
        unmap_segment(pool, FWL_ITEM_OF(pool->segments.next, FwlSegment, link));
    fwl_pool_uncharge(pool, pool->committed_size);
    pool->committed_size = 0;
}
