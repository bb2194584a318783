/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds what: walking the live blocks of a pool.
 *
 * A span does not know which of its blocks are live, only which are free (span_blocks.h); what
 * other threads have freed, and what caches hold, is taken home before. With every heap, the debug
 * part and the spans of the pool locked that is the state of one moment. What a program is shown is
 * a list made at that moment, so that its callback runs without a lock.
 */
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "pool/heap.h"
#include "pool/pool_debug.h"
#include "pool/pool_system.h"
#include "pool/span_blocks.h"

/* Blocks of the span that has the most: one of the least run, 64 KiB on systems with pages as
 * large, of the smallest blocks. */
enum { CAPACITY_MAX = (64 << 10) / 16 };

typedef struct Walk {
    FwlPool *pool;
    FwlBlockLook look;
    void *opaque;
    uint64_t now_ns;
} Walk;

/* Walking. With all locks of the pool. */

static void look_at_debug_slot(const Walk *walk, FwlSegment *segment, char *slot)
{
    const FwlDebugHeader *header = fwl_debug_header_of(segment, slot);
    if (!fwl_debug_is_live(header))
        return;
    const FwlPoolBlock block = {
        .block = header->block,
        .size = header->size,
        .tag = header->tag,
        .thread = header->allocated.thread,
        .age_ns = walk->now_ns - header->since_ns,
        .sites = header->allocated.sites,
        .site_count = fwl_debug_count_sites(header->allocated.sites),
    };
    walk->look(walk->opaque, &block, header);
}

static void look_at_frame(const Walk *walk, FwlSegment *segment)
{
    const FwlSpan *span = &segment->spans[0];
    if (span->live == 0)
        return;
    if (walk->pool->config.enable_debug) {
        look_at_debug_slot(walk, segment, span->start);
        return;
    }
    const FwlPoolBlock block = {
        .block = span->start,
        .size = span->block_size,
        .tag = segment->holder.tag,
        .thread = segment->holder.thread,
        .age_ns = walk->now_ns - segment->holder.since_ns,
    };
    walk->look(walk->opaque, &block, NULL);
}

static void look_at_slot(const Walk *walk, FwlSegment *segment, const FwlSpan *span, char *slot)
{
    if (walk->pool->config.enable_debug) {
        look_at_debug_slot(walk, segment, slot);
        return;
    }
    const FwlPoolBlock block = {
        .block = slot,
        .size = span->block_size,
        .thread = span->heap->thread,
    };
    walk->look(walk->opaque, &block, NULL);
}

/* Marks the free ones of the blocks that there are, and gives how many these are. */
static size_t mark_free(const FwlPool *pool, const FwlSpan *span, uint64_t *is_free)
{
    if (fwl_span_has_few(span)) {
        is_free[0] = span->free_bits;
        return span->capacity;
    }
    for (void *next = span->free_list; next; next = fwl_link_read(pool, next)) {
        const size_t i = fwl_span_index_of(span, next);
        is_free[i / 64] |= (uint64_t)1 << i % 64;
    }
    return span->carved;
}

static void look_at_run(const Walk *walk, FwlSegment *segment, const FwlSpan *span)
{
    if (span->live == 0 || !span->heap)
        return;
    uint64_t is_free[CAPACITY_MAX / 64] = {0};
    const size_t count = mark_free(walk->pool, span, is_free);
    for (size_t i = 0; i < count; i++) {
        if (!(is_free[i / 64] >> i % 64 & 1))
            look_at_slot(walk, segment, span, span->start + i * span->block_size);
    }
}

static void look_at_segment(const Walk *walk, FwlSegment *segment)
{
    const FwlPool *pool = walk->pool;
    if (segment->is_frame) {
        look_at_frame(walk, segment);
        return;
    }
    size_t page = fwl_span_first_page(pool);
    while (page < FWL_SEGMENT_SIZE / pool->page_size) {
        const bool is_used = segment->page_is_used[page / 64] >> page % 64 & 1;
        const FwlSpan *span = fwl_span_of(segment, (char *)segment + page * pool->page_size);
        if (is_used)
            look_at_run(walk, segment, span);
        page += is_used ? span->size / pool->page_size : 1;
    }
}

void fwl_pool_walk(FwlPool *pool, FwlBlockLook look, void *opaque)
{
    fwl_os_mutex_lock(&pool->heaps_lock);
    fwl_heaps_lock_all(pool);
    fwl_heaps_gather(pool);
    fwl_os_mutex_lock(&pool->debug.lock);
    fwl_os_mutex_lock(&pool->span_lock);
    const Walk walk = {.pool = pool, .look = look, .opaque = opaque, .now_ns = fwl_os_clock_ns()};
    for (FwlLink *link = pool->segments.next; link != &pool->segments; link = link->next)
        look_at_segment(&walk, FWL_ITEM_OF(link, FwlSegment, link));
    fwl_system_walk(pool, look, opaque);
    fwl_os_mutex_unlock(&pool->span_lock);
    fwl_os_mutex_unlock(&pool->debug.lock);
    fwl_heaps_unlock_all(pool);
    fwl_os_mutex_unlock(&pool->heaps_lock);
}

/* Visiting */

/* In one mapping: the blocks, and behind them, in debug pools, the sites of each. */
typedef struct List {
    FwlPoolBlock *blocks;
    void *(*sites)[FWL_SITE_COUNT]; /* NULL: not a debug pool */
    size_t count;                   /* live blocks; those beyond capacity are not in the list */
    size_t capacity;
    size_t mapping_size;
} List;

static void list_block(void *opaque, const FwlPoolBlock *block, const FwlDebugHeader *header)
{
    List *list = opaque;
    const size_t i = list->count++;
    if (i >= list->capacity)
        return;
    list->blocks[i] = *block;
    if (!header)
        return;
    memcpy(list->sites[i], header->allocated.sites, sizeof list->sites[i]);
    list->blocks[i].sites = list->sites[i];
}

static void end_list(List *list)
{
    if (list->mapping_size > 0)
        fwl_os_unmap(list->blocks, list->mapping_size);
    *list = (List){0};
}

static int make_list(const FwlPool *pool, size_t capacity, List *list)
{
    const size_t site_size = pool->config.enable_debug ? sizeof *list->sites : 0;
    size_t size;
    *list = (List){.capacity = capacity};
    if (!fwl_checked_mul(capacity, sizeof(FwlPoolBlock) + site_size, &size) ||
        !fwl_checked_round_up(size, pool->page_size, &size))
        return FWL_E_NOMEM;
    if (size == 0)
        return 0;
    list->blocks = fwl_os_map(size, pool->page_size);
    if (!list->blocks)
        return FWL_E_NOMEM;
    list->mapping_size = size;
    if (site_size > 0)
        list->sites = (void *(*)[FWL_SITE_COUNT])(void *)(list->blocks + capacity);
    return 0;
}

/* The pool may grow between counting and listing: then once more, with room to spare. */
static int list_all(FwlPool *pool, List *list)
{
    size_t capacity = 0;
    for (;;) {
        const int status = make_list(pool, capacity, list);
        if (status < 0)
            return status;
        fwl_pool_walk(pool, list_block, list);
        if (list->count <= capacity)
            return 0;
        capacity = list->count + list->count / 8;
        end_list(list);
    }
}

int fwl_pool_visit(FwlPool *pool, FwlPoolVisitCallback visit, void *opaque)
{
    if (!visit)
        return FWL_E_INVALID;
    List list;
    int status = list_all(pool ? pool : fwl_pool_default(), &list);
    for (size_t i = 0; status >= 0 && i < list.count; i++)
        status = visit(opaque, &list.blocks[i]);
    end_list(&list);
    return status < 0 ? status : 0;
}

/* Tags */

int fwl_pool_set_tag(void *block, const char *tag)
{
    if (!block)
        return FWL_E_INVALID;
    FwlPool *pool = fwl_pool_of(block);
    if (pool->config.enable_debug) {
        fwl_debug_set_tag(pool, block, tag, __builtin_return_address(0));
        return 0;
    }
    if (fwl_pool_is_system) {
        fwl_system_set_tag(block, tag);
        return 0;
    }
    FwlSegment *segment = fwl_segment_of(block);
    if (!segment->is_frame)
        return FWL_E_UNSUPPORTED;
    fwl_os_mutex_lock(&pool->span_lock);
    segment->holder.tag = tag;
    fwl_os_mutex_unlock(&pool->span_lock);
    return 0;
}

void *fwl_pool_alloc_tagged(FwlPool *pool, size_t size, const char *tag)
{
    void *block = fwl_pool_alloc(pool, size);
    if (block)
        (void)fwl_pool_set_tag(block, tag);
    return block;
}
