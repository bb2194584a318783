/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spans: where a pool gets pages, and where pages go. Here: segments, and runs, which are cut first
 * fit from segments of 4 MiB. Frames are in pool_frame.c; what becomes of a span whose last block
 * came back, in pool_idle.c.
 *
 *     committed_size == sum of span.size over all spans (of whole segments, where the source cannot
 *                       purge)
 */
#include "pool/pool_span.h"

#include "base/align.h"
#include "pool/heap.h"

enum {
    SPAN_SIZE_MIN = 32 << 10, /* a run of small blocks has at least these bytes */
    SPAN_WASTE_SHARE = 16,    /* a run leaves at most this part of itself unused at its end */
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

static bool is_page_ready(const FwlSegment *segment, size_t page)
{
    return segment->page_is_ready[page / 64] >> (page % 64) & 1u;
}

static void mark_ready(FwlPool *pool, FwlSegment *segment, size_t page, bool is_ready)
{
    const uint64_t bit = (uint64_t)1 << (page % 64);
    const size_t size = is_ready ? pool->page_size : (size_t)0 - pool->page_size;
    segment->page_is_ready[page / 64] ^= bit;
    pool->ready_size += size;
    pool->idle_size += size;
}

/* The first of count free pages in a row, with is_ready of ready ones; 0 where there are none (page
 * 0 is the header's). */
static size_t find_run(const FwlPool *pool, const FwlSegment *segment, size_t count, bool is_ready)
{
    const size_t pages = FWL_SEGMENT_SIZE / pool->page_size;
    if (pages - segment->used_pages < count)
        return 0;
    size_t run = 0;
    for (size_t page = fwl_span_first_page(pool); page < pages; page++) {
        const bool fits =
            !is_page_used(segment, page) && (!is_ready || is_page_ready(segment, page));
        run = fits ? run + 1 : 0;
        if (run == count)
            return page + 1 - count;
    }
    return 0;
}

FwlSegment *fwl_segment_map(FwlPool *pool, size_t mapping_size, size_t mapping_alignment,
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

void fwl_segment_unmap(FwlPool *pool, FwlSegment *segment)
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
    FwlSegment *segment = fwl_segment_map(pool, FWL_SEGMENT_SIZE, FWL_SEGMENT_SIZE, 0);
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
    const size_t kept_size = pool->config.initial_pool_size + FWL_SEGMENT_SIZE;
    if (pool->source.purge && (pool->reserved_size < kept_size || pool->ready_size > 0))
        return;
    const size_t charge = segment_charge(pool);
    fwl_segment_unmap(pool, segment);
    pool->committed_size -= charge;
    fwl_pool_uncharge(pool, charge);
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

/* Free pages in one of the segments; 0: none has so many in a row. */
static size_t find_pages(FwlPool *pool, size_t count, bool is_ready, FwlSegment **segment)
{
    for (FwlLink *link = pool->segments.next; link != &pool->segments; link = link->next) {
        *segment = FWL_ITEM_OF(link, FwlSegment, link);
        const size_t first = (*segment)->is_frame ? 0 : find_run(pool, *segment, count, is_ready);
        if (first > 0)
            return first;
    }
    return 0;
}

/* Free pages in a segment, ready ones where there are any, a new segment where no other has them.
 * 0: *failure says why. */
static size_t take_pages(FwlPool *pool, size_t count, bool is_forced, FwlSegment **segment,
                         FwlSpanFailure *failure)
{
    size_t first = 0;
    if (pool->ready_size > 0)
        first = find_pages(pool, count, true, segment);
    if (first == 0)
        first = find_pages(pool, count, false, segment);
    if (first > 0)
        return first;
    *segment = map_run_segment(pool, is_forced, failure);
    return *segment ? find_run(pool, *segment, count, false) : 0;
}

/* The bytes of pages that have yet to be charged. */
static size_t uncharged_size(const FwlPool *pool, const FwlSegment *segment, size_t first,
                             size_t count)
{
    if (!pool->source.purge)
        return 0; /* the segment is charged */
    size_t uncharged = 0;
    for (size_t page = first; page < first + count; page++)
        uncharged += !is_page_ready(segment, page);
    return uncharged * pool->page_size;
}

/* Charges for the pages of a run, and takes them. False: *failure says why. */
static bool use_pages(FwlPool *pool, FwlSegment *segment, size_t first, size_t count,
                      bool is_forced, FwlSpanFailure *failure)
{
    const size_t charge = uncharged_size(pool, segment, first, count);
    *failure = (FwlSpanFailure){.needed = charge};
    if (charge > 0)
        failure->refuser = fwl_pool_charge(pool, charge, is_forced);
    if (failure->refuser)
        return false;
    pool->committed_size += charge;
    for (size_t page = first; page < first + count; page++) {
        if (is_page_ready(segment, page))
            mark_ready(pool, segment, page, false);
    }
    mark_pages(segment, first, count, true);
    return true;
}

static FwlSpan *new_run(FwlPool *pool, size_t class_index, bool is_forced, FwlSpanFailure *failure)
{
    const size_t block_size = fwl_class_size(pool, class_index);
    const size_t size = run_size(pool, block_size);
    const size_t count = size / pool->page_size;
    FwlSegment *segment;
    const size_t first = take_pages(pool, count, is_forced, &segment, failure);
    if (first == 0)
        return NULL;
    if (!use_pages(pool, segment, first, count, is_forced, failure)) {
        if (is_run_segment_empty(pool, segment))
            unmap_if_spare(pool, segment);
        return NULL;
    }
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
        const size_t committed = pool->committed_size;
        span = new_run(pool, class_index, is_forced, failure);
        *is_new = pool->committed_size > committed || !pool->source.purge;
        if (span)
            fwl_idle_missed(pool, pool->committed_size - committed);
    } else {
        span = FWL_ITEM_OF(idle->next, FwlSpan, link);
        fwl_idle_end(pool, span);
    }
    fwl_idle_taken(pool);
    fwl_os_mutex_unlock(&pool->span_lock);
    return span;
}

void fwl_run_drop(FwlPool *pool, FwlSegment *segment, FwlSpan *span)
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

/* The number of ready pages in a row from this one on. */
static size_t count_ready(const FwlPool *pool, const FwlSegment *segment, size_t first)
{
    size_t end = first;
    while (end < FWL_SEGMENT_SIZE / pool->page_size && is_page_ready(segment, end))
        end++;
    return end - first;
}

static void drop_ready(FwlPool *pool, FwlSegment *segment, size_t first, size_t count)
{
    const size_t size = count * pool->page_size;
    pool->source.purge(pool->source.opaque, (char *)segment + first * pool->page_size, size);
    for (size_t page = first; page < first + count; page++)
        mark_ready(pool, segment, page, false);
    atomic_fetch_add_explicit(&pool->given_back, size, memory_order_relaxed);
    pool->committed_size -= size;
    fwl_pool_uncharge(pool, size);
}

static void drop_ready_of(FwlPool *pool, FwlSegment *segment, size_t keep)
{
    const size_t pages = FWL_SEGMENT_SIZE / pool->page_size;
    for (size_t page = 0; page < pages && pool->idle_size > keep; page++) {
        const size_t excess = (pool->idle_size - keep - 1) / pool->page_size + 1;
        const size_t count = count_ready(pool, segment, page);
        if (count > 0)
            drop_ready(pool, segment, page, count < excess ? count : excess);
    }
}

void fwl_ready_drop(FwlPool *pool, size_t keep)
{
    FwlLink *link = pool->segments.next;
    while (link != &pool->segments && pool->idle_size > keep && pool->ready_size > 0) {
        FwlSegment *segment = FWL_ITEM_OF(link, FwlSegment, link);
        link = link->next;
        if (!segment->is_frame)
            drop_ready_of(pool, segment, keep);
    }
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

/* Puts memory behind the pages of a fresh segment, as far as the budget has room. */
static void make_ready(FwlPool *pool, FwlSegment *segment)
{
    const size_t first = fwl_span_first_page(pool);
    const size_t size = FWL_SEGMENT_SIZE - first * pool->page_size;
    if (pool->source.purge) {
        if (fwl_pool_charge(pool, size, false))
            return;
        pool->committed_size += size;
        for (size_t page = first; page < FWL_SEGMENT_SIZE / pool->page_size; page++)
            mark_ready(pool, segment, page, true);
    }
    fwl_os_populate((char *)segment + first * pool->page_size, size);
}

int fwl_span_reserve(FwlPool *pool, size_t size)
{
    FwlSpanFailure failure = {0};
    FwlSegment *segment = NULL;
    fwl_os_mutex_lock(&pool->span_lock);
    while (pool->reserved_size < size &&
           (segment = map_run_segment(pool, false, &failure)) != NULL) {
        if (pool->config.prefault)
            make_ready(pool, segment);
    }
    const bool is_done = pool->reserved_size >= size || failure.refuser;
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_done ? 0 : FWL_E_NOMEM;
}

void fwl_span_unmap_all(FwlPool *pool)
{
    while (!fwl_list_is_empty(&pool->segments))
        fwl_segment_unmap(pool, FWL_ITEM_OF(pool->segments.next, FwlSegment, link));
    fwl_pool_uncharge(pool, pool->committed_size);
    pool->committed_size = 0;
}
