/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks of the system's malloc (pool_system.h). A pool with a source of its own still takes its
 * blocks from there, each as a mapping, since whoever named the source needs that memory.
 *
 *     charge == the block, or the whole mapping of a source
 *     committed_size == sum of charge over the live blocks;  idle_size == 0
 */
#include "pool/pool_system.h"

#include <string.h>

#include "base/align.h"
#include "base/checked.h"

bool fwl_pool_is_system;

typedef struct BlockHeader {
    FwlPool *pool;
    char *memory;
    size_t memory_size;
    size_t charge;
    size_t size;
    size_t alignment;
    const char *tag;
    uint64_t thread;
    uint64_t since_ns;
    uintptr_t newer; /* in the pool's list */
    uintptr_t older;
} BlockHeader;

void fwl_system_choose(void)
{
    if (!fwl_system_memory.alloc)
        return;
    const char *choice = fwl_os_environment("FRAMEWELL_POOL");
    fwl_pool_is_system = choice ? strcmp(choice, "system") == 0 : fwl_os_is_valgrind();
}

static BlockHeader *header_of(const void *block)
{
    return (BlockHeader *)(uintptr_t)block - 1;
}

/*
 * The list of a pool's blocks, with the span_lock. Its links are complements of addresses: a
 * pointer from one block to the next would be a sign of life to those who look for leaks.
 */

static uintptr_t hide(const BlockHeader *header)
{
    return header ? ~(uintptr_t)header : 0;
}

static BlockHeader *show(uintptr_t hidden)
{
    return hidden ? (BlockHeader *)~hidden : NULL;
}

static void list_block(FwlPool *pool, BlockHeader *header)
{
    BlockHeader *older = show(pool->system_blocks);
    header->newer = 0;
    header->older = pool->system_blocks;
    pool->system_blocks = hide(header);
    if (older)
        older->newer = hide(header);
}

static void unlist_block(FwlPool *pool, const BlockHeader *header)
{
    BlockHeader *newer = show(header->newer);
    BlockHeader *older = show(header->older);
    if (newer)
        newer->older = header->older;
    else
        pool->system_blocks = header->older;
    if (older)
        older->newer = header->newer;
}

static enum FwlPoolTier tier_of(const FwlPool *pool, size_t size)
{
    return size > pool->config.large_block_size ? FWL_TIER_FRAME : fwl_tier_of(&pool->config, size);
}

/* Where a block lies in what is taken for it. */
typedef struct Geometry {
    size_t block_offset;
    size_t memory_size;
    size_t charge;
} Geometry;

static bool lay_out_block(const FwlPool *pool, size_t size, size_t alignment, Geometry *geometry)
{
    geometry->block_offset = fwl_align_up(sizeof(BlockHeader), alignment);
    if (!fwl_checked_add(geometry->block_offset, size, &geometry->memory_size))
        return false;
    geometry->charge = size;
    if (!pool->config.source)
        return true;
    if (!fwl_checked_add(geometry->memory_size, pool->page_size - 1, &geometry->memory_size))
        return false;
    geometry->memory_size = fwl_align_down(geometry->memory_size, pool->page_size);
    geometry->charge = geometry->memory_size;
    return true;
}

/* A source is promised that one thread at a time calls it. */
static char *map_memory(FwlPool *pool, size_t alignment, size_t size)
{
    if (alignment < pool->page_size)
        alignment = pool->page_size;
    fwl_os_mutex_lock(&pool->span_lock);
    char *memory = pool->source.map(pool->source.opaque, size, alignment);
    fwl_os_mutex_unlock(&pool->span_lock);
    return memory;
}

static void unmap_memory(FwlPool *pool, char *memory, size_t size)
{
    fwl_os_mutex_lock(&pool->span_lock);
    pool->source.unmap(pool->source.opaque, memory, size);
    fwl_os_mutex_unlock(&pool->span_lock);
}

static char *take_memory(FwlPool *pool, size_t alignment, size_t size)
{
    if (pool->config.source)
        return map_memory(pool, alignment, size);
    const int saved_errno = fwl_os_errno();
    char *memory = fwl_system_memory.alloc(alignment, size);
    fwl_os_set_errno(saved_errno);
    return memory;
}

static void give_memory_back(FwlPool *pool, char *memory, size_t size)
{
    if (pool->config.source)
        unmap_memory(pool, memory, size);
    else
        fwl_system_memory.free(memory);
}

/* False: the pool is closed, which gives no blocks any more. */
static bool count_alloc(FwlPool *pool, BlockHeader *header)
{
    const enum FwlPoolTier tier = tier_of(pool, header->size);
    FwlPoolTierStats *stats = &pool->system_stats[tier];
    fwl_os_mutex_lock(&pool->span_lock);
    const bool is_open = !pool->is_closed;
    if (is_open) {
        list_block(pool, header);
        stats->total_allocated += header->size;
        stats->allocation_count++;
        stats->system_alloc_count++;
        pool->reserved_size += header->memory_size;
        pool->committed_size += header->charge;
        fwl_sum_add(&pool->tier_usage[tier], header->size);
        fwl_sum_add(&pool->usage, header->size);
    }
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_open;
}

void *fwl_system_acquire(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                         FwlSpanFailure *failure)
{
    size = size > 0 ? size : 1; /* a block of its own */
    Geometry geometry;
    *failure = (FwlSpanFailure){0};
    if (!lay_out_block(pool, size, alignment, &geometry))
        return NULL;
    failure->needed = geometry.charge;
    failure->refuser = fwl_pool_charge(pool, geometry.charge, is_forced);
    if (failure->refuser)
        return NULL;
    char *memory = take_memory(pool, alignment, geometry.memory_size);
    if (!memory) {
        fwl_pool_uncharge(pool, geometry.charge);
        return NULL;
    }
    BlockHeader *header = (BlockHeader *)(void *)(memory + geometry.block_offset) - 1;
    *header = (BlockHeader){
        .pool = pool,
        .memory = memory,
        .memory_size = geometry.memory_size,
        .charge = geometry.charge,
        .size = size,
        .alignment = alignment,
        .thread = fwl_os_thread_number(),
        .since_ns = fwl_os_clock_ns(),
    };
    if (count_alloc(pool, header))
        return header + 1;
    give_memory_back(pool, memory, geometry.memory_size);
    fwl_pool_uncharge(pool, geometry.charge);
    return NULL;
}

bool fwl_system_release(FwlPool *pool, void *block)
{
    fwl_os_mutex_lock(&pool->span_lock);
    unlist_block(pool, header_of(block));
    fwl_os_mutex_unlock(&pool->span_lock);
    const BlockHeader header = *header_of(block);
    const enum FwlPoolTier tier = tier_of(pool, header.size);
    give_memory_back(pool, header.memory, header.memory_size);

    fwl_os_mutex_lock(&pool->span_lock);
    FwlPoolTierStats *stats = &pool->system_stats[tier];
    stats->total_freed += header.size;
    stats->free_count++;
    pool->reserved_size -= header.memory_size;
    pool->committed_size -= header.charge;
    fwl_pool_uncharge(pool, header.charge);
    fwl_sum_add(&pool->tier_usage[tier], (size_t)0 - header.size);
    fwl_sum_add(&pool->usage, (size_t)0 - header.size);
    const bool is_open = !pool->is_closed;
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_open;
}

FwlPool *fwl_system_pool_of(const void *block)
{
    return header_of(block)->pool;
}

size_t fwl_system_usable_size(const void *block)
{
    return header_of(block)->size;
}

size_t fwl_system_alignment_of(const void *block)
{
    return header_of(block)->alignment;
}

void fwl_system_set_tag(void *block, const char *tag)
{
    BlockHeader *header = header_of(block);
    fwl_os_mutex_lock(&header->pool->span_lock);
    header->tag = tag;
    fwl_os_mutex_unlock(&header->pool->span_lock);
}

const char *fwl_system_tag_of(const void *block)
{
    return header_of(block)->tag;
}

void fwl_system_walk(const FwlPool *pool, FwlBlockLook look, void *opaque)
{
    const uint64_t now_ns = fwl_os_clock_ns();
    const BlockHeader *header = show(pool->system_blocks);
    for (; header; header = show(header->older)) {
        const FwlPoolBlock block = {
            .block = (void *)(uintptr_t)(header + 1),
            .size = header->size,
            .tag = header->tag,
            .thread = header->thread,
            .age_ns = now_ns - header->since_ns,
        };
        look(opaque, &block, NULL);
    }
}

uint64_t fwl_system_live_count(const FwlPool *pool)
{
    uint64_t live = 0;
    for (size_t t = 0; t < FWL_TIER_COUNT; t++)
        live += pool->system_stats[t].allocation_count - pool->system_stats[t].free_count;
    return live;
}
