/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: blocks with a segment of their own. A frame that came back stays mapped and idle, and the
 * most recent one of a size is handed out again.
 */
#include "base/align.h"
#include "base/checked.h"
#include "pool/heap.h"
#include "pool/pool_span.h"

enum {
    HUGE_PAGE_SIZE = 2 << 20,
};

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
    FwlSegment *segment = fwl_segment_map(pool, geometry.mapping_size, geometry.mapping_alignment,
                                          geometry.header_offset);
    if (!segment)
        return NULL;
    char *start = segment->mapping + geometry.block_offset;
    if (pool->config.guard_frames && !fwl_os_protect(start + size, pool->page_size)) {
        fwl_segment_unmap(pool, segment);
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

void fwl_frame_drop(FwlPool *pool, FwlSegment *segment, size_t size)
{
    fwl_segment_unmap(pool, segment);
    pool->committed_size -= size;
    fwl_pool_uncharge(pool, size);
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
        fwl_idle_end(pool, span);
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
        fwl_idle_keep(pool, span, &pool->idle_frames);
    else
        fwl_frame_drop(pool, fwl_segment_of(span->start), span->size);
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_open;
}
