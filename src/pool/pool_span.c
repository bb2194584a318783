/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spans: where a pool gets pages, and where pages go. Here: segments, and runs, which are cut first
 * fit from segments of 4 MiB. Frames are in pool_frame.c; what becomes of idle memory, in
 * pool_idle.c.
 *
 * The pages of a run whose last block came back are free, and as long as they are still committed,
 * idle. Free pages beside each other are one row, in a list of rows of about that length; a run
 * takes the shortest row that is long enough, whatever of it is idle, and only what is not is
 * charged. So memory goes from class to class without leaving.
 *
 *     | run       | row: first page ...  last page | run  |
 *       ^ every       ^ has the number   ^ and has, too
 *         page has      of its span
 *
 * All idle pages of a segment are one entry in the lists of idle spans: its first span, whose pages
 * are the segment's header's and so are nobody's. It counts as idle since the last of them is;
 * those that were idle for long beside pages that come and go are *old* and leave by themselves.
 *
 *     a page is used or free; an idle or a ready one is free, and none is both; two rows are never
 *     neighbours
 *     an old page is idle
 *     spans[0].size == bytes of idle pages of the segment; listed where that is not 0
 *     committed_size == bytes of used, idle and ready pages, and of frames (of whole segments,
 *                       where the source cannot purge)
 */
#include "pool/pool_span.h"

#include <string.h>

#include "base/align.h"
#include "pool/heap.h"
#include "pool/span_blocks.h"

enum {
    SPAN_WASTE_SHARE = 16, /* a run leaves at most this part of itself unused at its end */
    ROW_TRIES = 8,         /* rows of about the length wanted that are looked at */
};

/* Pages */

size_t fwl_span_first_page(const FwlPool *pool)
{
    const size_t header = sizeof(FwlSegment) + FWL_SPAN_COUNT * sizeof(FwlSpan) + FWL_GRANULE_COUNT;
    return fwl_align_up(header, pool->page_size) / pool->page_size;
}

static bool is_page_used(const FwlSegment *segment, size_t page)
{
    return segment->page_is_used[page / 64] >> (page % 64) & 1u;
}

/* Of a word of bits: those from `first` up to, and without, `end`. */
static uint64_t bits_between(size_t word, size_t first, size_t end)
{
    const size_t start = word * 64;
    uint64_t bits = ~(uint64_t)0;
    if (first > start)
        bits &= ~(uint64_t)0 << (first - start);
    if (end < start + 64)
        bits &= ~(~(uint64_t)0 << (end - start));
    return bits;
}

static void set_pages(uint64_t *words, size_t first, size_t count, bool value)
{
    const size_t end = first + count;
    for (size_t word = first / 64; word * 64 < end; word++) {
        const uint64_t bits = bits_between(word, first, end);
        words[word] = value ? words[word] | bits : words[word] & ~bits;
    }
}

static size_t count_pages(const uint64_t *words, size_t first, size_t count)
{
    const size_t end = first + count;
    size_t set = 0;
    for (size_t word = first / 64; word * 64 < end; word++)
        set += (size_t)__builtin_popcountll(words[word] & bits_between(word, first, end));
    return set;
}

static void mark_used(FwlSegment *segment, size_t first, size_t count, bool is_used)
{
    set_pages(segment->page_is_used, first, count, is_used);
    if (is_used)
        segment->used_pages += count;
    else
        segment->used_pages -= count;
}

/* A row of set bits. */
typedef struct Row {
    size_t first;
    size_t count; /* 0: there is none */
} Row;

/* The first row from bit `from` on, as far as it goes within its words. */
static Row next_row(const uint64_t *words, size_t word_count, size_t from)
{
    Row row = {.first = from};
    for (size_t i = from / 64; i < word_count; i++) {
        const unsigned skip = row.count == 0 && i == from / 64 ? (unsigned)(from % 64) : 0;
        const uint64_t bits = words[i] >> skip << skip;
        if (row.count == 0 && bits == 0)
            continue;
        const unsigned start = row.count == 0 ? (unsigned)__builtin_ctzll(bits) : 0;
        const uint64_t others = ~(bits >> start);
        const unsigned most = 64 - start;
        const unsigned ones = others == 0 ? 64 : (unsigned)__builtin_ctzll(others);
        if (row.count == 0)
            row.first = i * 64 + start;
        row.count += ones < most ? ones : most;
        if (ones < most)
            break;
    }
    return row;
}

static size_t word_count_of(const FwlPool *pool)
{
    return FWL_SEGMENT_SIZE / pool->page_size / 64;
}

/* Rows of free pages */

static size_t page_of(const FwlPool *pool, const FwlSegment *segment, const char *address)
{
    return (size_t)(address - (const char *)segment) / pool->page_size;
}

/* The list that a row of so many pages is in: the last class that is not longer. */
static size_t row_class(size_t count)
{
    const size_t index = fwl_class_of(count);
    return fwl_class_units(index) > count ? index - 1 : index;
}

/* Spans of a segment. There is always one more: see FWL_SPAN_COUNT. */

static FwlSpan *new_span(FwlSegment *segment)
{
    size_t word = 0;
    while (segment->span_is_used[word] == ~(uint64_t)0)
        word++;
    const unsigned bit = (unsigned)__builtin_ctzll(~segment->span_is_used[word]);
    segment->span_is_used[word] |= (uint64_t)1 << bit;
    return &segment->spans[word * 64 + bit];
}

static uint8_t number_of(const FwlSegment *segment, const FwlSpan *span)
{
    return (uint8_t)(span - segment->spans);
}

static void end_span(FwlSegment *segment, const FwlSpan *span)
{
    const size_t number = number_of(segment, span);
    segment->span_is_used[number / 64] &= ~((uint64_t)1 << (number % 64));
}

static size_t granule_of_page(const FwlPool *pool, size_t page)
{
    return page * (pool->page_size >> FWL_GRANULE_SHIFT);
}

static FwlSpan *span_at(const FwlPool *pool, FwlSegment *segment, size_t page)
{
    return &segment->spans[fwl_span_numbers(segment)[granule_of_page(pool, page)]];
}

static void list_row(FwlPool *pool, FwlSegment *segment, Row row)
{
    const size_t index = row_class(row.count);
    FwlSpan *span = new_span(segment);
    *span = (FwlSpan){.start = (char *)segment + row.first * pool->page_size,
                      .size = row.count * pool->page_size};
    uint8_t *numbers = fwl_span_numbers(segment);
    numbers[granule_of_page(pool, row.first)] = number_of(segment, span);
    numbers[granule_of_page(pool, row.first + row.count - 1)] = number_of(segment, span);
    fwl_list_push_front(&pool->free_rows[index], &span->link);
    pool->has_free_rows |= (uint64_t)1 << index;
}

static Row unlist_row(FwlPool *pool, FwlSegment *segment, FwlSpan *span)
{
    const Row row = {.first = page_of(pool, segment, span->start),
                     .count = span->size / pool->page_size};
    const size_t index = row_class(row.count);
    fwl_list_remove(&span->link);
    if (fwl_list_is_empty(&pool->free_rows[index]))
        pool->has_free_rows &= ~((uint64_t)1 << index);
    end_span(segment, span);
    return row;
}

/* Frees used pages: they and their free neighbours are one row. */
static void free_pages(FwlPool *pool, FwlSegment *segment, Row row)
{
    const size_t end = row.first + row.count;
    mark_used(segment, row.first, row.count, false);
    if (!is_page_used(segment, row.first - 1)) { /* page 0 is used */
        const Row before = unlist_row(pool, segment, span_at(pool, segment, row.first - 1));
        row = (Row){.first = before.first, .count = before.count + row.count};
    }
    if (end < FWL_SEGMENT_SIZE / pool->page_size && !is_page_used(segment, end))
        row.count += unlist_row(pool, segment, span_at(pool, segment, end)).count;
    list_row(pool, segment, row);
}

/* Uses the first count pages of a row. */
static void use_pages(FwlPool *pool, FwlSegment *segment, size_t first, size_t count)
{
    const Row row = unlist_row(pool, segment, span_at(pool, segment, first));
    mark_used(segment, first, count, true);
    if (row.count > count)
        list_row(pool, segment, (Row){.first = first + count, .count = row.count - count});
}

/* A row in a list that is long enough; NULL where the first of it are not. */
static FwlSpan *first_long_enough(const FwlLink *list, size_t size)
{
    const FwlLink *link = list->next;
    for (int i = 0; i < ROW_TRIES && link != list; i++, link = link->next) {
        FwlSpan *row = FWL_ITEM_OF(link, FwlSpan, link);
        if (row->size >= size)
            return row;
    }
    return NULL;
}

/* The shortest row of at least count pages, or nearly so; NULL: there is none. */
static FwlSpan *find_row(const FwlPool *pool, size_t count)
{
    const size_t index = row_class(count);
    FwlSpan *row = first_long_enough(&pool->free_rows[index], count * pool->page_size);
    if (row)
        return row;
    const uint64_t longer = pool->has_free_rows >> index >> 1 << index << 1;
    return longer == 0 ? NULL
                       : FWL_ITEM_OF(pool->free_rows[__builtin_ctzll(longer)].next, FwlSpan, link);
}

/* Segments */

FwlSegment *fwl_segment_map(FwlPool *pool, size_t mapping_size, size_t mapping_alignment,
                            size_t header_offset)
{
    char *mapping = pool->source.map(pool->source.opaque, mapping_size, mapping_alignment);
    if (!mapping)
        return NULL;
    FwlSegment *segment = (FwlSegment *)(void *)(mapping + header_offset);
    segment->pool = pool;
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
    const size_t first = fwl_span_first_page(pool);
    segment->span_is_used[0] = 1;
    mark_used(segment, 0, first, true);
    list_row(pool, segment,
             (Row){.first = first, .count = FWL_SEGMENT_SIZE / pool->page_size - first});
    segment->spans[0].start = (char *)segment + pool->page_size;
    return segment;
}

static bool is_run_segment_empty(const FwlPool *pool, const FwlSegment *segment)
{
    return segment->used_pages == fwl_span_first_page(pool) && segment->spans[0].size == 0;
}

/* Keeps one segment, so that a pool that empties and fills does not map each time. */
static void unmap_if_spare(FwlPool *pool, FwlSegment *segment)
{
    const size_t kept_size = pool->config.initial_pool_size + FWL_SEGMENT_SIZE;
    if (pool->source.purge && (pool->reserved_size < kept_size || pool->ready_size > 0))
        return;
    const size_t charge = segment_charge(pool);
    (void)unlist_row(pool, segment, span_at(pool, segment, fwl_span_first_page(pool)));
    fwl_segment_unmap(pool, segment);
    pool->committed_size -= charge;
    fwl_pool_uncharge(pool, charge);
}

/* Runs */

/* The bytes of a run of blocks: pages, at least FWL_RUN_SIZE_MIN, little left over at the end. */
static size_t run_size(const FwlPool *pool, size_t block_size)
{
    const size_t least = block_size > FWL_RUN_SIZE_MIN ? block_size : FWL_RUN_SIZE_MIN;
    size_t size = fwl_align_up(least, pool->page_size);
    while (size % block_size > size / SPAN_WASTE_SHARE)
        size += pool->page_size;
    return size;
}

/* Pages for a run, of which none is taken yet. */
typedef struct Place {
    FwlSegment *segment; /* NULL: none */
    size_t first;
    size_t count;
} Place;

/* Free pages, in a new segment where no other has them. None: *failure says why. */
static Place find_place(FwlPool *pool, size_t count, bool is_forced, FwlSpanFailure *failure)
{
    const FwlSpan *row = find_row(pool, count);
    FwlSegment *segment =
        row ? fwl_segment_of(row->start) : map_run_segment(pool, is_forced, failure);
    if (!segment)
        return (Place){0};
    return (Place){.segment = segment,
                   .first = row ? page_of(pool, segment, row->start) : fwl_span_first_page(pool),
                   .count = count};
}

/* Bytes of the pages of a place that have such a bit. */
static size_t marked_size(const FwlPool *pool, const uint64_t *words, Place place)
{
    return count_pages(words, place.first, place.count) * pool->page_size;
}

/* Of the pages of a place, size bytes are idle, and are not any more. */
static void end_idle_pages(FwlPool *pool, Place place, size_t size)
{
    FwlSpan *idle = &place.segment->spans[0];
    if (size == 0)
        return;
    set_pages(place.segment->page_is_idle, place.first, place.count, false);
    set_pages(place.segment->page_is_old, place.first, place.count, false);
    pool->idle_size -= size;
    idle->size -= size;
    if (idle->size == 0)
        fwl_idle_end(pool, idle);
}

/* The same of ready pages. */
static void end_ready_pages(FwlPool *pool, FwlSegment *segment, size_t first, size_t count,
                            size_t size)
{
    set_pages(segment->page_is_ready, first, count, false);
    pool->ready_size -= size;
    pool->idle_size -= size;
}

/* Takes the pages of a place, those that are not committed on charge; false: *failure says why. */
static bool take_place(FwlPool *pool, Place place, bool is_forced, bool *is_new,
                       FwlSpanFailure *failure)
{
    FwlSegment *segment = place.segment;
    const size_t idle = marked_size(pool, segment->page_is_idle, place);
    const size_t ready = marked_size(pool, segment->page_is_ready, place);
    const size_t taken = place.count * pool->page_size - idle - ready;
    const size_t charge = pool->source.purge ? taken : 0;
    *failure = (FwlSpanFailure){.needed = charge};
    if (charge > 0)
        failure->refuser = fwl_pool_charge(pool, charge, is_forced);
    if (failure->refuser)
        return false;
    *is_new = taken > 0;
    pool->committed_size += charge;
    end_idle_pages(pool, place, idle);
    end_ready_pages(pool, segment, place.first, place.count, ready);
    use_pages(pool, segment, place.first, place.count);
    if (charge > 0)
        fwl_idle_missed(pool, charge);
    return true;
}

/* Makes the pages of a place a run of a class, for a heap. */
static FwlSpan *make_run(FwlPool *pool, Place place, size_t class_index, unsigned heap_number)
{
    const size_t block_size = fwl_class_size(pool, class_index);
    FwlSegment *segment = place.segment;
    FwlSpan *span = new_span(segment);
    const size_t first = granule_of_page(pool, place.first);
    const size_t end = granule_of_page(pool, place.first + place.count);
    const FwlGranule granule = fwl_granule_make(class_index, heap_number);
    for (size_t i = first; i < end; i++)
        segment->granules[i] = granule;
    memset(fwl_span_numbers(segment) + first, number_of(segment, span), end - first);
    *span = (FwlSpan){
        .start = (char *)segment + place.first * pool->page_size,
        .size = place.count * pool->page_size,
        .block_size = block_size,
        .class_index = (uint16_t)class_index,
        .capacity = (uint32_t)(place.count * pool->page_size / block_size),
    };
    fwl_span_free_all(span);
    fwl_pool_poison(pool, span->start, span->size);
    return span;
}

/* The pages that a run of a class has. */
static size_t run_pages(const FwlPool *pool, size_t class_index)
{
    return run_size(pool, fwl_class_size(pool, class_index)) / pool->page_size;
}

/* Kept: pages that are all committed. None: segment is NULL. */
static Place find_kept_place(const FwlPool *pool, size_t count)
{
    FwlSpan *row = find_row(pool, count);
    if (!row)
        return (Place){0};
    FwlSegment *segment = fwl_segment_of(row->start);
    const Place place = {
        .segment = segment, .first = page_of(pool, segment, row->start), .count = count};
    const bool is_kept = marked_size(pool, segment->page_is_idle, place) +
                             marked_size(pool, segment->page_is_ready, place) ==
                         count * pool->page_size;
    return is_kept ? place : (Place){0};
}

FwlSpan *fwl_span_acquire_kept(FwlPool *pool, size_t class_index, unsigned heap_number)
{
    FwlSpanFailure failure;
    FwlSpan *span = NULL;
    bool is_new;
    fwl_os_mutex_lock(&pool->span_lock);
    const Place place = find_kept_place(pool, run_pages(pool, class_index));
    if (place.segment && take_place(pool, place, false, &is_new, &failure)) {
        span = make_run(pool, place, class_index, heap_number);
        fwl_idle_taken(pool);
    }
    fwl_os_mutex_unlock(&pool->span_lock);
    return span;
}

FwlSpan *fwl_span_acquire(FwlPool *pool, size_t class_index, unsigned heap_number, bool is_forced,
                          bool *is_new, FwlSpanFailure *failure)
{
    FwlSpan *span = NULL;
    fwl_os_mutex_lock(&pool->span_lock);
    const Place place = find_place(pool, run_pages(pool, class_index), is_forced, failure);
    if (place.segment && take_place(pool, place, is_forced, is_new, failure))
        span = make_run(pool, place, class_index, heap_number);
    else if (place.segment && is_run_segment_empty(pool, place.segment))
        unmap_if_spare(pool, place.segment);
    fwl_idle_taken(pool);
    fwl_os_mutex_unlock(&pool->span_lock);
    return span;
}

/* Gives the memory behind pages back. */
static void purge_pages(FwlPool *pool, FwlSegment *segment, Row row)
{
    char *start = (char *)segment + row.first * pool->page_size;
    const size_t size = row.count * pool->page_size;
    fwl_os_unpoison(start, size);
    pool->source.purge(pool->source.opaque, start, size);
    fwl_pool_poison(pool, start, size);
    pool->committed_size -= size;
    fwl_pool_uncharge(pool, size);
}

/* Gives idle pages that have a bit back, and what they were; their bytes. */
static size_t drop_idle_pages(FwlPool *pool, FwlSegment *segment, const uint64_t *words)
{
    size_t dropped = 0;
    Row row = next_row(words, word_count_of(pool), 0);
    while (row.count > 0) {
        if (pool->source.purge)
            purge_pages(pool, segment, row);
        dropped += row.count * pool->page_size;
        set_pages(segment->page_is_idle, row.first, row.count, false);
        set_pages(segment->page_is_old, row.first, row.count, false);
        row = next_row(words, word_count_of(pool), row.first);
    }
    return dropped;
}

void fwl_run_drop(FwlPool *pool, FwlSegment *segment, FwlSpan *span)
{
    drop_idle_pages(pool, segment, segment->page_is_idle);
    span->size = 0;
    if (is_run_segment_empty(pool, segment))
        unmap_if_spare(pool, segment);
}

/* What a segment in use has idle would never be too old as a whole: so of that, pages that were
 * idle all the time since they became old leave, and all others become old. */
static void drop_old_pages(FwlPool *pool, FwlSegment *segment, uint64_t now_ns)
{
    if (!pool->source.purge || !fwl_idle_is_aged(pool, segment->old_ns, now_ns))
        return;
    const size_t dropped = drop_idle_pages(pool, segment, segment->page_is_old);
    segment->spans[0].size -= dropped;
    atomic_fetch_add_explicit(&pool->given_back, dropped, memory_order_relaxed);
    memcpy(segment->page_is_old, segment->page_is_idle, sizeof segment->page_is_old);
    segment->old_ns = now_ns;
}

void fwl_span_release(FwlPool *pool, FwlSpan *span)
{
    fwl_os_mutex_lock(&pool->span_lock);
    FwlSegment *segment = fwl_segment_of(span->start);
    FwlSpan *idle = &segment->spans[0];
    const size_t size = span->size;
    const Row row = {.first = page_of(pool, segment, span->start), .count = size / pool->page_size};
    const uint64_t now_ns = fwl_os_clock_ns();
    if (idle->size > 0)
        fwl_idle_end(pool, idle);
    drop_old_pages(pool, segment, now_ns);
    set_pages(segment->page_is_idle, row.first, row.count, true);
    end_span(segment, span);
    free_pages(pool, segment, row);
    idle->size += size;
    fwl_idle_begin(pool, idle, &pool->idle_runs, now_ns);
    fwl_idle_settle(pool, size, now_ns);
    fwl_os_mutex_unlock(&pool->span_lock);
}

/* Up to most bytes of the ready pages of a segment. */
static void drop_ready_of(FwlPool *pool, FwlSegment *segment, size_t most)
{
    Row row = next_row(segment->page_is_ready, word_count_of(pool), 0);
    while (row.count > 0 && most > 0) {
        const size_t most_pages = (most - 1) / pool->page_size + 1;
        const size_t count = row.count < most_pages ? row.count : most_pages;
        const size_t size = count * pool->page_size;
        end_ready_pages(pool, segment, row.first, count, size);
        atomic_fetch_add_explicit(&pool->given_back, size, memory_order_relaxed);
        purge_pages(pool, segment, (Row){.first = row.first, .count = count});
        most -= most < size ? most : size;
        row = next_row(segment->page_is_ready, word_count_of(pool), row.first + count);
    }
}

void fwl_ready_drop(FwlPool *pool, size_t keep)
{
    FwlLink *link = pool->segments.next;
    while (link != &pool->segments && pool->idle_size > keep && pool->ready_size > 0) {
        FwlSegment *segment = FWL_ITEM_OF(link, FwlSegment, link);
        link = link->next;
        if (!segment->is_frame)
            drop_ready_of(pool, segment, pool->idle_size - keep);
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
        span = fwl_span_of(segment, address);
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
        pool->ready_size += size;
        pool->idle_size += size;
        set_pages(segment->page_is_ready, first, size / pool->page_size, true);
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
