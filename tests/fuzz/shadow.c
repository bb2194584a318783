/* SPDX-License-Identifier: BSD-2-Clause */
#include "shadow.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { EDGE = 64, PAGE = 4096 };

static FwlPoolStats stats_of(const ShadowPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool->pool, &stats);
    return stats;
}

void shadow_begin(Shadow *shadow)
{
    const char *debug = getenv("FRAMEWELL_DEBUG");
    const char *choice = getenv("FRAMEWELL_POOL");
    *shadow = (Shadow){.is_system = choice && strcmp(choice, "system") == 0};
    ShadowPool *first = &shadow->pools[0];
    first->is_there = true;
    first->pool = fwl_pool_default();
    first->parent = SHADOW_NO_POOL;
    first->config = fwl_pool_config_default();
    first->config.alignment = fwl_pool_alignment(NULL);
    first->config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    first->config.enable_debug = debug && *debug && !shadow->is_system;
    first->before = stats_of(first);
}

/* Pools */

size_t shadow_find_place(const Shadow *shadow)
{
    size_t place = 0;
    while (place < SHADOW_POOLS && shadow->pools[place].is_there)
        place++;
    return place;
}

void shadow_add_pool(Shadow *shadow, size_t place, FwlPool *pool, const FwlPoolConfig *config,
                     size_t parent)
{
    ShadowPool *added = &shadow->pools[place];
    added->is_there = true;
    added->pool = pool;
    added->config = *config;
    if (shadow->is_system)
        added->config.enable_debug = false;
    added->parent = parent;
    if (parent != SHADOW_NO_POOL)
        shadow->pools[parent].children++;
}

static bool is_empty(const Shadow *shadow, size_t place)
{
    const ShadowPool *pool = &shadow->pools[place];
    return pool->children == 0 && pool->allocation_count == pool->free_count;
}

/* A destroyed pool goes with the last of its blocks and children, and so may its parent then. */
static void forget_if_gone(Shadow *shadow, size_t place)
{
    while (place != SHADOW_NO_POOL && !shadow->pools[place].pool && is_empty(shadow, place)) {
        ShadowPool *pool = &shadow->pools[place];
        fuzz_expect_equal(atomic_load(&pool->pages.count), 0);
        place = pool->parent;
        *pool = (ShadowPool){0};
        if (place != SHADOW_NO_POOL)
            shadow->pools[place].children--;
    }
}

void shadow_close_pool(Shadow *shadow, size_t place)
{
    shadow->pools[place].pool = NULL;
    forget_if_gone(shadow, place);
}

bool shadow_is_open(const Shadow *shadow, size_t place)
{
    return shadow->pools[place].is_there && shadow->pools[place].pool;
}

static bool is_strict(const ShadowPool *pool)
{
    return pool->config.max_pool_size != FWL_POOL_SIZE_UNLIMITED &&
           pool->config.on_limit != FWL_LIMIT_SYSTEM;
}

bool shadow_may_fail(const Shadow *shadow, size_t place)
{
    const PageSource *pages = &shadow->pools[place].pages;
    if (atomic_load(&pages->fail_one_in) > 0 || atomic_load(&pages->refusals) > 0)
        return true;
    for (; place != SHADOW_NO_POOL; place = shadow->pools[place].parent) {
        if (is_strict(&shadow->pools[place]))
            return true;
    }
    return false;
}

/* Bytes */

static unsigned char byte_at(uint32_t number, size_t i)
{
    return (unsigned char)((number * 0x9e3779b1u + (uint32_t)i * 0x85ebca6bu) >> 24);
}

/* Calls look for the places that hold the mark: the edges, and a byte in each page. */
static void at_marks(const ShadowBlock *block, size_t size,
                     void (*look)(const ShadowBlock *block, size_t i))
{
    for (size_t i = 0; i < size; i++) {
        look(block, i);
        if (i + 1 >= EDGE && i + EDGE < size) {
            const size_t next_page = (i / PAGE + 1) * PAGE;
            const size_t back_edge = size - EDGE;
            i = (next_page < back_edge ? next_page : back_edge) - 1;
        }
    }
}

static void write_mark(const ShadowBlock *block, size_t i)
{
    block->bytes[i] = byte_at(block->number, i);
}

static void check_mark(const ShadowBlock *block, size_t i)
{
    fuzz_expect_equal(block->bytes[i], byte_at(block->number, i));
}

void shadow_check_bytes(const ShadowBlock *block)
{
    at_marks(block, block->size, check_mark);
}

/* Blocks */

ShadowBlock *shadow_find_room(Shadow *shadow, size_t size)
{
    if (size > SHADOW_LIVE_MAX || shadow->live_size > SHADOW_LIVE_MAX - size)
        return NULL;
    for (size_t i = 0; i < SHADOW_BLOCKS; i++) {
        if (!shadow->blocks[i].bytes)
            return &shadow->blocks[i];
    }
    return NULL;
}

static void expect_apart(const Shadow *shadow, const ShadowBlock *block)
{
    const uintptr_t start = (uintptr_t)block->bytes;
    for (size_t i = 0; i < SHADOW_BLOCKS; i++) {
        const ShadowBlock *other = &shadow->blocks[i];
        const uintptr_t other_start = (uintptr_t)other->bytes;
        if (other != block && other->bytes)
            fuzz_expect(start + block->size <= other_start || other_start + other->size <= start);
    }
}

/* What the pool's statistics count for the block. A debug pool's say more, by its zones. */
static void count_alloc(Shadow *shadow, const ShadowBlock *block)
{
    ShadowPool *pool = &shadow->pools[block->pool];
    pool->allocation_count++;
    pool->total_allocated += block->size;
    shadow->live_size += block->size;
}

static void count_free(Shadow *shadow, const ShadowBlock *block)
{
    ShadowPool *pool = &shadow->pools[block->pool];
    pool->free_count++;
    pool->total_freed += block->size;
    shadow->live_size -= block->size;
}

static bool is_frame(const Shadow *shadow, const ShadowBlock *block)
{
    return block->asked > shadow->pools[block->pool].config.large_block_size ||
           block->alignment > PAGE;
}

static bool has_place_for_tag(const Shadow *shadow, const ShadowBlock *block)
{
    return block->is_frame || shadow->is_system ||
           shadow->pools[block->pool].config.enable_debug;
}

/* What must be true of a block's address and size, and of what it answers. */
static void expect_block(const Shadow *shadow, const ShadowBlock *block)
{
    const ShadowPool *pool = &shadow->pools[block->pool];
    fuzz_expect(block->size >= block->asked);
    fuzz_expect_equal((uintptr_t)block->bytes % block->alignment, 0);
    fuzz_expect_equal((uintptr_t)block->bytes % pool->config.alignment, 0);
    if (pool->pool)
        fuzz_expect(fwl_pool_of(block->bytes) == pool->pool);
    expect_apart(shadow, block);
}

void shadow_add(Shadow *shadow, ShadowBlock *block, size_t pool, unsigned char *bytes, size_t asked,
                size_t alignment, const char *tag)
{
    *block = (ShadowBlock){
        .bytes = bytes,
        .size = fwl_pool_usable_size(bytes),
        .asked = asked,
        .alignment = alignment,
        .pool = pool,
        .tag = tag,
        .number = shadow->next_number++,
    };
    block->is_frame = is_frame(shadow, block);
    count_alloc(shadow, block);
    expect_block(shadow, block);
    at_marks(block, block->size, write_mark);
}

void shadow_remove(Shadow *shadow, ShadowBlock *block)
{
    shadow_check_bytes(block);
    count_free(shadow, block);
    *block = (ShadowBlock){0};
}

void shadow_resize(Shadow *shadow, ShadowBlock *block, unsigned char *bytes, size_t asked)
{
    const size_t old_size = block->size;
    const size_t size = fwl_pool_usable_size(bytes);
    const bool has_moved = bytes != block->bytes || size != old_size;
    if (has_moved)
        count_free(shadow, block);
    block->bytes = bytes;
    const size_t kept = asked < old_size ? asked : old_size;
    for (size_t i = 0; i < kept && i < EDGE; i++)
        check_mark(block, i);
    for (size_t i = PAGE; i + EDGE < kept; i += PAGE)
        check_mark(block, i);
    block->size = size;
    block->asked = asked;
    if (has_moved) {
        count_alloc(shadow, block);
        block->is_frame = is_frame(shadow, block);
        if (!has_place_for_tag(shadow, block))
            block->tag = NULL;
    }
    expect_block(shadow, block);
    at_marks(block, size, write_mark);
}

/* Comparing */

static void expect_identities(const FwlPoolStats *stats)
{
    fuzz_expect_equal(stats->total_allocated - stats->total_freed, stats->current_usage);
    fuzz_expect_equal(stats->pool_hit_count + stats->system_alloc_count, stats->allocation_count);
    fuzz_expect(stats->current_usage <= stats->peak_usage);
    fuzz_expect(stats->current_usage <= stats->committed_size);
    fuzz_expect(stats->current_usage + stats->idle_size <= stats->committed_size);
    fuzz_expect(stats->committed_size <= stats->reserved_size);
    fuzz_expect(stats->committed_size <= stats->charged_size);
    fuzz_expect(stats->charged_size <= stats->peak_charged);
    for (size_t t = 0; t < FWL_TIER_COUNT; t++) {
        const FwlPoolTierStats *tier = &stats->tier[t];
        fuzz_expect_equal(tier->total_allocated - tier->total_freed, tier->current_usage);
        fuzz_expect_equal(tier->pool_hit_count + tier->system_alloc_count, tier->allocation_count);
        fuzz_expect(tier->current_usage <= tier->peak_usage);
        fuzz_expect(tier->peak_usage <= stats->peak_usage);
    }
}

static void expect_counters(const ShadowPool *pool, const FwlPoolStats *stats)
{
    const FwlPoolStats *before = &pool->before;
    const uint64_t live = pool->total_allocated - pool->total_freed;
    fuzz_expect_equal(stats->allocation_count - before->allocation_count, pool->allocation_count);
    fuzz_expect_equal(stats->free_count - before->free_count, pool->free_count);
    if (pool->config.enable_debug) {
        fuzz_expect(stats->current_usage - before->current_usage >= live);
        return;
    }
    fuzz_expect_equal(stats->total_allocated - before->total_allocated, pool->total_allocated);
    fuzz_expect_equal(stats->total_freed - before->total_freed, pool->total_freed);
    fuzz_expect_equal(stats->current_usage - before->current_usage, live);
}

/* The charge of the children that are open; *is_all: there are no others. */
static uint64_t charge_below(const Shadow *shadow, size_t place, bool *is_all)
{
    uint64_t charge = 0;
    *is_all = true;
    for (size_t i = 0; i < SHADOW_POOLS; i++) {
        const ShadowPool *child = &shadow->pools[i];
        if (!child->is_there || child->parent != place)
            continue;
        if (child->pool)
            charge += stats_of(child).charged_size;
        else
            *is_all = false;
    }
    return charge;
}

static void expect_budget(const Shadow *shadow, size_t place, const FwlPoolStats *stats)
{
    const ShadowPool *pool = &shadow->pools[place];
    bool is_all;
    const uint64_t below = charge_below(shadow, place, &is_all);
    fuzz_expect(stats->charged_size >= stats->committed_size + below);
    if (is_all)
        fuzz_expect_equal(stats->charged_size, stats->committed_size + below);
    if (is_strict(pool))
        fuzz_expect(stats->peak_charged <= pool->config.max_pool_size);
    else if (stats->limit_count == 0)
        fuzz_expect(stats->peak_charged <= stats->limit);
}

static void compare(const Shadow *shadow, size_t place)
{
    const ShadowPool *pool = &shadow->pools[place];
    const FwlPoolStats stats = stats_of(pool);
    if (pool->config.enable_statistics) {
        expect_identities(&stats);
        expect_counters(pool, &stats);
    } else {
        fuzz_expect_equal(stats.allocation_count, 0);
        fuzz_expect_equal(stats.current_usage, 0);
    }
    expect_budget(shadow, place, &stats);
}

/* A snapshot takes home what other threads freed, and may give pages back: of a parent it is of the
 * same moment as its children's once all have done so. */
static void take_all_home(const Shadow *shadow)
{
    for (size_t i = 0; i < SHADOW_POOLS; i++) {
        if (shadow_is_open(shadow, i))
            (void)stats_of(&shadow->pools[i]);
    }
}

void shadow_compare_all(const Shadow *shadow)
{
    take_all_home(shadow);
    for (size_t i = 0; i < SHADOW_POOLS; i++) {
        if (shadow_is_open(shadow, i))
            compare(shadow, i);
    }
}

typedef struct Visit {
    const Shadow *shadow;
    size_t place;
    size_t seen;
} Visit;

static const ShadowBlock *find_block(const Shadow *shadow, const void *bytes)
{
    for (size_t i = 0; i < SHADOW_BLOCKS; i++) {
        if (shadow->blocks[i].bytes && shadow->blocks[i].bytes == bytes)
            return &shadow->blocks[i];
    }
    return NULL;
}

static int compare_visited(void *opaque, const FwlPoolBlock *visited)
{
    Visit *visit = opaque;
    const ShadowBlock *block = find_block(visit->shadow, visited->block);
    if (!block && visit->place == 0)
        return 0; /* of the default pool, and not ours */
    fuzz_expect(block);
    fuzz_expect_equal(block->pool, visit->place);
    fuzz_expect_equal(visited->size, block->size);
    if (visited->tag || block->tag)
        fuzz_expect(visited->tag == block->tag);
    visit->seen++;
    return 0;
}

void shadow_compare_visit(const Shadow *shadow, size_t place)
{
    Visit visit = {.shadow = shadow, .place = place};
    const ShadowPool *pool = &shadow->pools[place];
    if (fwl_pool_visit(pool->pool, compare_visited, &visit) == 0)
        fuzz_expect_equal(visit.seen, pool->allocation_count - pool->free_count);
}

static uint64_t idle_below(const Shadow *shadow, size_t place)
{
    uint64_t idle = shadow->pools[place].pool ? stats_of(&shadow->pools[place]).idle_size : 0;
    for (size_t i = 0; i < SHADOW_POOLS; i++) {
        if (shadow->pools[i].is_there && shadow->pools[i].parent == place)
            idle += idle_below(shadow, i);
    }
    return idle;
}

/* The most that an allocation of size bytes may have to commit at once: a span of several blocks,
 * or, where the source cannot purge, a mapping of 4 MiB. */
static size_t most_needed(const ShadowPool *pool, size_t size)
{
    enum { SPAN_MAX = 64 << 10, MAPPING = 4 << 20 };
    const bool is_whole = pool->config.source && !pool->config.source->purge;
    return is_whole && size < MAPPING ? MAPPING : size + size / 8 + SPAN_MAX;
}

void shadow_expect_refusal(const Shadow *shadow, size_t place, size_t size)
{
    fuzz_expect(shadow_may_fail(shadow, place));
    const ShadowPool *asked = &shadow->pools[place];
    if (atomic_load(&asked->pages.failures) > 0 || atomic_load(&asked->pages.refusals) > 0)
        return;
    const size_t needed = most_needed(asked, size);
    bool has_reason = false;
    for (; place != SHADOW_NO_POOL && !has_reason; place = shadow->pools[place].parent) {
        const ShadowPool *pool = &shadow->pools[place];
        has_reason = is_strict(pool) && (needed > pool->config.max_pool_size ||
                                         idle_below(shadow, place) == 0);
    }
    fuzz_expect(has_reason);
}
