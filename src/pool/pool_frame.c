/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: blocks with a segment of their own. The most recently freed one that is large enough
 * serves again, warm. What it has more than is asked for is its *tail*: idle pages behind the
 * block, there again when the block comes back. So pictures of two sizes that take turns are served
 * from one place, and no page is touched that was not warm.
 *
 * Where none is large enough, a new segment is made, which is address space, and filled with the
 * pages of idle frames and of tails, which the system moves there without copying; only what is
 * missing then is taken anew:
 *
 *     idle   | header | pages ..... |            live  | header | block ... | tail ... |
 *                       \_________  \_______________________                  \
 *     new    | header | pages ..... | from the tail .... | pages that fault ...... |
 *
 * What follows: while pages can be moved, no frame takes pages from the system as long as idle
 * frames have as many, in pieces that are worth it, and so frames commit hardly more than the peak
 * of what was live. The pages stay charged all the while.
 *
 * Pages are moved only where they are the system's and the pool is no debug pool: in others, frames
 * serve their own size only. What cannot be moved stays idle where it is.
 *
 *     block_size <= size, and == where the frame is in no list of idle memory
 *     the frame is in idle_frames  <=> idle;  in tailed_frames <=> live and block_size < size
 */
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "pool/heap.h"
#include "pool/pool_span.h"

enum {
    HUGE_PAGE_SIZE = 2 << 20,
    /* A move costs a few page faults, so what is moved is worth more than that, and no frame is
     * made of so many pieces that moving them would show beside writing them. */
    MOVED_SIZE_MIN = 64 << 10,
    MOVED_SHARE_MIN = 16, /* of what is missing */
};

/* Segments */

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

/* From the huge page on that the block begins in: a header in one of its own would waste it. Not
 * for a block of one huge page: whoever touches a byte of it would have them all. */
static void advise_huge_pages(const FwlPool *pool, const FwlSegment *segment, char *start)
{
    char *end = segment->mapping + segment->mapping_size;
    const size_t before = (uintptr_t)start % HUGE_PAGE_SIZE;
    const size_t offset = (size_t)(start - segment->mapping);
    char *from = start - (before < offset ? before : offset);
    if (pool->config.use_huge_pages && !pool->config.source && end - start > HUGE_PAGE_SIZE)
        fwl_os_advise_huge_pages(from, (size_t)(end - from));
}

/* Address space for a frame, which has no pages yet. */
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
    advise_huge_pages(pool, segment, start);
    segment->is_frame = true;
    segment->spans[0] = (FwlSpan){.start = start, .alignment = alignment, .capacity = 1};
    fwl_list_init(&segment->spans[0].link);
    fwl_list_init(&segment->spans[0].age_link);
    return &segment->spans[0];
}

void fwl_frame_drop(FwlPool *pool, FwlSegment *segment)
{
    const size_t size = segment->spans[0].size;
    fwl_segment_unmap(pool, segment);
    pool->committed_size -= size;
    fwl_pool_uncharge(pool, size);
}

void fwl_frame_drop_tail(FwlPool *pool, FwlSpan *span)
{
    const size_t size = span->size - span->block_size;
    char *tail = span->start + span->block_size;
    fwl_os_unpoison(tail, size);
    pool->source.purge(pool->source.opaque, tail, size);
    span->size = span->block_size;
    pool->committed_size -= size;
    fwl_pool_uncharge(pool, size);
}

/* Idle frames and tails */

static FwlLink *idle_list(FwlPool *pool, size_t size)
{
    return &pool->idle_frames[fwl_class_of(size / pool->page_size)];
}

static void keep_frame(FwlPool *pool, FwlSpan *span, uint64_t since_ns)
{
    span->live = 0;
    fwl_idle_begin(pool, span, idle_list(pool, span->size), since_ns);
}

/* Makes a frame's first bytes live; what there is beyond them is its tail, idle since a block last
 * had it all. */
static void use_frame(FwlPool *pool, FwlSpan *span, size_t size, size_t alignment)
{
    span->block_size = size;
    span->alignment = alignment;
    span->live = 1;
    if (size < span->size)
        fwl_idle_begin(pool, span, &pool->tailed_frames,
                       fwl_segment_of(span->start)->frame.whole_until_ns);
}

/* Ends that the pages behind a live frame's block are idle; they are still there. */
static void end_tail(FwlPool *pool, FwlSpan *span)
{
    if (span->block_size < span->size)
        fwl_idle_end(pool, span);
}

/* True where frames of this pool may have other pages than their block's. */
static bool is_sharing(const FwlPool *pool)
{
    return !pool->config.source && !pool->config.enable_debug;
}

static FwlSpan *find_in_list(FwlLink *list, size_t size, size_t alignment, bool is_sharing_pages)
{
    for (FwlLink *link = list->next; link != list; link = link->next) {
        FwlSpan *span = FWL_ITEM_OF(link, FwlSpan, link);
        if ((span->size == size || (is_sharing_pages && span->size > size)) &&
            fwl_is_aligned(span->start, alignment))
            return span;
    }
    return NULL;
}

/* The hottest idle frame of the smallest size that is enough; NULL where none is. */
static FwlSpan *find_idle_frame(FwlPool *pool, size_t size, size_t alignment)
{
    FwlLink *const end = pool->idle_frames + (is_sharing(pool) ? FWL_FRAME_CLASS_COUNT : 0);
    FwlLink *list = idle_list(pool, size);
    FwlSpan *span;
    do
        span = find_in_list(list, size, alignment, is_sharing(pool));
    while (!span && ++list < end);
    return span;
}

/* Moving */

static void add_seam(FwlFramePages *pages, size_t offset)
{
    for (unsigned i = 0; i < pages->seam_count; i++) {
        if (pages->seams[i] == offset)
            return;
    }
    pages->seams[pages->seam_count++] = offset;
}

/* Where the mapping that has the byte at offset ends, at most at end. */
static size_t next_seam(const FwlFramePages *pages, size_t offset, size_t end)
{
    for (unsigned i = 0; i < pages->seam_count; i++) {
        if (pages->seams[i] > offset && pages->seams[i] < end)
            end = pages->seams[i];
    }
    return end;
}

/* After a failed move, what comes from offset on may be somebody else's, up to `lost` bytes; what
 * is behind that is ours and goes. */
static void cut_frame(FwlPool *pool, FwlSpan *span, size_t lost)
{
    FwlSegment *segment = fwl_segment_of(span->start);
    char *cut = span->start + span->size;
    char *end = segment->mapping + segment->mapping_size;
    if (cut + lost < end)
        fwl_os_unmap(cut + lost, (size_t)(end - cut) - lost);
    pool->reserved_size -= (size_t)(end - cut);
    segment->mapping_size -= (size_t)(end - cut);
}

/* Moves pages of one frame, from offset on, to the end of another's, piece by piece: one call of
 * the system takes no more than one of its mappings. Returns the bytes that went. */
static size_t move_pages(FwlPool *pool, FwlSpan *to, FwlSpan *from, size_t offset, size_t size)
{
    FwlFramePages *to_pages = &fwl_segment_of(to->start)->frame;
    FwlFramePages *from_pages = &fwl_segment_of(from->start)->frame;
    const size_t end = offset + size;
    size_t moved = 0;
    while (offset + moved < end && to_pages->seam_count + 2 < FWL_SEAMS_MAX &&
           from_pages->seam_count + 2 < FWL_SEAMS_MAX) {
        const size_t piece = next_seam(from_pages, offset + moved, end) - offset - moved;
        fwl_os_unpoison(to->start + to->size, piece);
        if (!fwl_os_move(to->start + to->size, from->start + offset + moved, piece)) {
            cut_frame(pool, to, piece);
            break;
        }
        add_seam(from_pages, offset + moved);
        add_seam(from_pages, offset + moved + piece);
        add_seam(to_pages, to->size);
        to->size += piece;
        add_seam(to_pages, to->size);
        moved += piece;
    }
    return moved;
}

static bool is_worth_moving(size_t size, size_t missing)
{
    return size >= MOVED_SIZE_MIN && size >= missing / MOVED_SHARE_MIN;
}

/* What is left of a frame that gave pages away: idle as before, or nothing. */
static void keep_rest(FwlPool *pool, FwlSpan *span, uint64_t since_ns)
{
    if (span->live > 0 && span->block_size < span->size)
        fwl_idle_begin(pool, span, &pool->tailed_frames, since_ns);
    else if (span->live == 0 && span->size > 0)
        keep_frame(pool, span, since_ns);
    else if (span->live == 0)
        fwl_segment_unmap(pool, fwl_segment_of(span->start));
}

/* Gives back what a failed move left of a frame's idle pages, have bytes of which some went. */
static void drop_rest(FwlPool *pool, FwlSpan *span, size_t have, size_t moved)
{
    char *idle = span->start + (span->size + moved - have);
    fwl_os_unpoison(idle, have);
    pool->source.purge(pool->source.opaque, idle, have);
    span->size -= have - moved;
    pool->committed_size -= have - moved;
    fwl_pool_uncharge(pool, have - moved);
}

/* Moves idle pages of one frame, the last ones, to the end of another that is to have size bytes.
 * False: no more can be moved there. */
static bool take_pages_of(FwlPool *pool, FwlSpan *to, FwlSpan *from, size_t size)
{
    const size_t missing = size - to->size;
    const size_t have = fwl_idle_bytes(from);
    const size_t wanted = have < missing ? have : missing;
    if (!is_worth_moving(wanted, missing))
        return true;
    const uint64_t since_ns = from->idle_since_ns;
    fwl_idle_end(pool, from);
    const size_t moved = move_pages(pool, to, from, from->size - wanted, wanted);
    from->size -= moved;
    if (moved < wanted)
        drop_rest(pool, from, have, moved);
    keep_rest(pool, from, since_ns);
    return moved == wanted;
}

static bool take_pages_of_all(FwlPool *pool, FwlSpan *to, FwlLink *list, size_t size)
{
    FwlLink *next;
    for (FwlLink *link = list->next; link != list && to->size < size; link = next) {
        next = link->next;
        if (!take_pages_of(pool, to, FWL_ITEM_OF(link, FwlSpan, link), size))
            return false;
    }
    return true;
}

/* Fills a new frame from what is idle: the largest frames first, then tails. */
static void gather_pages(FwlPool *pool, FwlSpan *span, size_t size)
{
    FwlLink *list = idle_list(pool, size);
    bool goes_on = fwl_os_can_move();
    while (goes_on && span->size < size && list >= pool->idle_frames)
        goes_on = take_pages_of_all(pool, span, list--, size);
    if (goes_on)
        take_pages_of_all(pool, span, &pool->tailed_frames, size);
}

/* Acquiring */

/* A frame whose pages are all taken anew. What is not the system's may cost something once it is
 * mapped, so the charge comes first. */
static FwlSpan *new_frame(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                          FwlSpanFailure *failure)
{
    *failure = (FwlSpanFailure){.needed = size};
    failure->refuser = fwl_pool_charge(pool, size, is_forced);
    if (failure->refuser)
        return NULL;
    FwlSpan *span = map_frame(pool, size, alignment);
    if (!span) {
        fwl_pool_uncharge(pool, size);
        return NULL;
    }
    span->size = size;
    pool->committed_size += size;
    return span;
}

static size_t room_of(const FwlSpan *span)
{
    const FwlSegment *segment = fwl_segment_of(span->start);
    return (size_t)(segment->mapping + segment->mapping_size - span->start);
}

/* Charges for what a frame has less than size, if there is room behind it. */
static bool extend_frame(FwlPool *pool, FwlSpan *span, size_t size, bool is_forced,
                         FwlSpanFailure *failure)
{
    const size_t missing = size - span->size;
    *failure = (FwlSpanFailure){.needed = missing};
    if (room_of(span) < size)
        return false;
    if (missing > 0)
        failure->refuser = fwl_pool_charge(pool, missing, is_forced);
    if (failure->refuser)
        return false;
    span->size = size;
    pool->committed_size += missing;
    return true;
}

/* A frame of pages that are idle in others, as far as they go. */
static FwlSpan *gather_frame(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                             FwlSpanFailure *failure)
{
    *failure = (FwlSpanFailure){0};
    FwlSpan *span = map_frame(pool, size, alignment);
    if (!span)
        return NULL;
    gather_pages(pool, span, size);
    if (extend_frame(pool, span, size, is_forced, failure))
        return span;
    keep_rest(pool, span, fwl_os_clock_ns());
    return NULL;
}

static bool has_pages_to_move(const FwlPool *pool)
{
    return is_sharing(pool) && pool->idle_size > pool->ready_size;
}

static FwlSpan *take_frame(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                           FwlSpanFailure *failure)
{
    FwlSpan *span = find_idle_frame(pool, size, alignment);
    if (span)
        fwl_idle_end(pool, span);
    else if (has_pages_to_move(pool))
        span = gather_frame(pool, size, alignment, is_forced, failure);
    else
        span = new_frame(pool, size, alignment, is_forced, failure);
    if (span)
        use_frame(pool, span, size, alignment);
    return span;
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
    *failure = (FwlSpanFailure){0};
    fwl_os_mutex_lock(&pool->span_lock);
    const size_t committed = pool->committed_size;
    FwlSpan *span = pool->is_closed ? NULL : take_frame(pool, size, alignment, is_forced, failure);
    if (span) {
        const size_t missed = pool->committed_size - committed;
        fwl_os_unpoison(span->start, size);
        fwl_segment_of(span->start)->holder = holder;
        count_frame(pool, size, missed > 0);
        fwl_idle_taken(pool);
        if (missed > 0)
            fwl_idle_missed(pool, missed);
        fwl_idle_settle(pool, 0, holder.since_ns);
    }
    fwl_os_mutex_unlock(&pool->span_lock);
    return span ? span->start : NULL;
}

/* Releasing */

static void count_freed(FwlPool *pool, size_t size)
{
    pool->frame_stats.total_freed += size;
    pool->frame_stats.free_count++;
    fwl_sum_add(&pool->tier_usage[FWL_TIER_FRAME], (size_t)0 - size);
    fwl_sum_add(&pool->usage, (size_t)0 - size);
}

/* The block of a live frame is about to become smaller, or to go. */
static void note_whole_use(FwlSpan *span, uint64_t now_ns)
{
    if (span->block_size == span->size)
        fwl_segment_of(span->start)->frame.whole_until_ns = now_ns;
}

bool fwl_frame_release(FwlPool *pool, FwlSpan *span)
{
    fwl_os_mutex_lock(&pool->span_lock);
    const bool is_open = !pool->is_closed;
    const uint64_t now_ns = fwl_os_clock_ns();
    fwl_pool_poison(pool, span->start, span->block_size);
    count_freed(pool, span->block_size);
    note_whole_use(span, now_ns);
    end_tail(pool, span);
    if (is_open) {
        keep_frame(pool, span, now_ns);
        fwl_idle_settle(pool, span->block_size, now_ns);
    } else {
        fwl_frame_drop(pool, fwl_segment_of(span->start));
    }
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_open;
}

/* Resizing. In the statistics a block of another size is another block. */

static void shrink(FwlPool *pool, FwlSpan *span, size_t size)
{
    const uint64_t now_ns = fwl_os_clock_ns();
    const size_t old_size = span->block_size;
    note_whole_use(span, now_ns);
    end_tail(pool, span);
    fwl_pool_poison(pool, span->start + size, old_size - size);
    use_frame(pool, span, size, span->alignment);
    count_freed(pool, old_size);
    count_frame(pool, size, false);
    fwl_idle_settle(pool, old_size - size, now_ns);
}

/* Takes address space behind a frame, if it is free. */
static void widen(FwlPool *pool, FwlSpan *span, size_t size)
{
    FwlSegment *segment = fwl_segment_of(span->start);
    const size_t room = room_of(span);
    if (room >= size ||
        !fwl_os_grow(segment->mapping, segment->mapping_size, segment->mapping_size + size - room))
        return;
    segment->mapping_size += size - room;
    pool->reserved_size += size - room;
}

/* Moves a live frame with all its pages to where there is room for size bytes. NULL: it is where it
 * was. */
static FwlSpan *move_frame(FwlPool *pool, FwlSpan *span, size_t size)
{
    FwlSpan *moved = fwl_os_can_move() ? map_frame(pool, size, span->alignment) : NULL;
    if (!moved)
        return NULL;
    FwlSegment *segment = fwl_segment_of(span->start);
    fwl_os_unpoison(span->start, span->size);
    if (move_pages(pool, moved, span, 0, span->size) < span->size) {
        memcpy(span->start, moved->start, moved->size);
        fwl_segment_unmap(pool, fwl_segment_of(moved->start));
        return NULL;
    }
    moved->live = 1;
    moved->block_size = span->block_size;
    fwl_segment_of(moved->start)->holder = segment->holder;
    fwl_segment_unmap(pool, segment);
    return moved;
}

/* Gives the frame's span, which may be another one; NULL: nothing has changed. */
static FwlSpan *grow(FwlPool *pool, FwlSpan *span, size_t size, bool is_forced,
                     FwlSpanFailure *failure)
{
    const size_t old_size = span->block_size;
    const size_t committed = pool->committed_size;
    const size_t missing = size > span->size ? size - span->size : 0;
    *failure = (FwlSpanFailure){.needed = missing};
    if (missing > 0)
        failure->refuser = fwl_pool_charge(pool, missing, is_forced);
    if (failure->refuser)
        return NULL;
    const bool had_tail = span->block_size < span->size;
    const uint64_t since_ns = span->idle_since_ns;
    end_tail(pool, span);
    widen(pool, span, size);
    FwlSpan *grown = room_of(span) >= size ? span : move_frame(pool, span, size);
    if (!grown) {
        fwl_pool_uncharge(pool, missing);
        if (had_tail)
            fwl_idle_begin(pool, span, &pool->tailed_frames, since_ns);
        return NULL;
    }
    grown->size += missing;
    pool->committed_size = committed + missing;
    use_frame(pool, grown, size, grown->alignment);
    count_freed(pool, old_size);
    count_frame(pool, size, missing > 0);
    fwl_os_unpoison(grown->start, size);
    fwl_idle_taken(pool);
    fwl_idle_missed(pool, missing);
    return grown;
}

bool fwl_frame_is_resizable(const FwlPool *pool)
{
    return is_sharing(pool);
}

void *fwl_frame_resize(FwlPool *pool, FwlSpan *span, size_t size, bool is_forced,
                       FwlSpanFailure *failure)
{
    *failure = (FwlSpanFailure){0};
    fwl_os_mutex_lock(&pool->span_lock);
    if (pool->is_closed)
        span = NULL;
    else if (size > span->block_size)
        span = grow(pool, span, size, is_forced, failure);
    else if (size < span->block_size)
        shrink(pool, span, size);
    fwl_os_mutex_unlock(&pool->span_lock);
    return span ? span->start : NULL;
}
