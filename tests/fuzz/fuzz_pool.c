/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pool against its shadow: an input is a program of calls, on several threads in one order.
 *
 *     1 byte      how often statistics are compared: after 1, 4, 16 or 64 calls
 *     then, each  operation, thread, and what the operation reads
 *
 * Built twice: with FUZZ_HAS_DEBUG_POOLS 1 pools may have enable_debug. Once a process had a debug
 * pool, no pool takes the shortest way through fwl_pool_free any more, so the other one has none.
 */
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "fuzz.h"
#include "shadow.h"

enum {
    KIB = 1 << 10,
    MIB = 1 << 20,
    BURST_MAX = 32,
    /* Threads may come and go and pools too, at most: an input of nothing else would take long. */
    CREATIONS_MAX = 64,
};

typedef struct World {
    Shadow shadow;
    Crew crew;
    FuzzBytes bytes;
    size_t creations;
    size_t freed_under_pressure; /* blocks that on_pressure may free yet */
} World;

static const char *const tags[] = {NULL, "picture", "packet", "sound"};

/* Choosing */

/* An open pool. */
static size_t choose_pool(World *world)
{
    size_t place = fuzz_choose(&world->bytes, SHADOW_POOLS);
    while (!shadow_is_open(&world->shadow, place))
        place = (place + 1) % SHADOW_POOLS;
    return place;
}

/* A live block, not pinned; NULL: there is none. */
static ShadowBlock *choose_block(World *world)
{
    const size_t first = fuzz_choose(&world->bytes, SHADOW_BLOCKS);
    for (size_t i = 0; i < SHADOW_BLOCKS; i++) {
        ShadowBlock *block = &world->shadow.blocks[(first + i) % SHADOW_BLOCKS];
        if (block->bytes && !block->is_pinned)
            return block;
    }
    return NULL;
}

/* Sizes of all magnitudes, and those around which something changes. */
static size_t choose_size(World *world, const FwlPoolConfig *config)
{
    const size_t kind = fuzz_choose(&world->bytes, 8);
    const size_t detail = fuzz_take16(&world->bytes);
    const size_t edges[] = {config->small_block_size, config->medium_block_size,
                            config->large_block_size, config->alignment};
    if (kind == 0)
        return edges[detail % 4] - 1 + detail / 4 % 3;
    if (kind == 1)
        return ((size_t)1 << detail % 23) - 1 + detail / 32 % 3;
    if (kind == 2) /* frames */
        return MIB + detail * 64;
    if (kind == 3)
        return detail % 64;
    return detail >> fuzz_choose(&world->bytes, 12);
}

static size_t choose_alignment(World *world)
{
    const size_t kind = fuzz_take(&world->bytes);
    return (size_t)1 << (kind < 200 ? kind % 13 : kind % 24);
}

/* Blocks */

static void give_back(World *world, ShadowBlock *block, bool is_unnamed)
{
    void *bytes = block->bytes;
    FwlPool *pool = world->shadow.pools[block->pool].pool;
    const size_t place = block->pool;
    shadow_remove(&world->shadow, block);
    fwl_pool_free(is_unnamed && place == 0 ? NULL : pool, bytes);
    if (!pool)
        shadow_close_pool(&world->shadow, place);
}

/* What all allocations have in common: a block, or a reason for none. */
static ShadowBlock *take(World *world, size_t place, size_t alignment, size_t size, void *bytes,
                         const char *tag)
{
    ShadowBlock *block = shadow_find_room(&world->shadow, size);
    if (!bytes) {
        shadow_expect_refusal(&world->shadow, place, size);
        return NULL;
    }
    fuzz_expect(block);
    shadow_add(&world->shadow, block, place, bytes, size, alignment, tag);
    return block;
}

static bool has_room(World *world, size_t size)
{
    return shadow_find_room(&world->shadow, size) != NULL;
}

static void do_alloc(World *world)
{
    const size_t place = choose_pool(world);
    const ShadowPool *pool = &world->shadow.pools[place];
    const size_t size = choose_size(world, &pool->config);
    if (!has_room(world, size))
        return;
    take(world, place, 1, size, fwl_pool_alloc(pool->pool, size), NULL);
}

static void do_allocz(World *world)
{
    const size_t place = choose_pool(world);
    const ShadowPool *pool = &world->shadow.pools[place];
    const size_t size = choose_size(world, &pool->config);
    if (!has_room(world, size))
        return;
    unsigned char *bytes = fwl_pool_allocz(pool->pool, size);
    if (bytes && size > 0)
        fuzz_expect(bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
    take(world, place, 1, size, bytes, NULL);
}

static void do_aligned_alloc(World *world)
{
    const size_t place = choose_pool(world);
    const ShadowPool *pool = &world->shadow.pools[place];
    const size_t size = choose_size(world, &pool->config);
    const size_t alignment = choose_alignment(world);
    if (!has_room(world, size))
        return;
    take(world, place, alignment, size, fwl_pool_aligned_alloc(pool->pool, alignment, size), NULL);
}

static void do_alloc_tagged(World *world)
{
    const size_t place = choose_pool(world);
    const ShadowPool *pool = &world->shadow.pools[place];
    const size_t size = choose_size(world, &pool->config);
    const char *tag = tags[fuzz_choose(&world->bytes, 4)];
    if (!has_room(world, size))
        return;
    ShadowBlock *block =
        take(world, place, 1, size, fwl_pool_alloc_tagged(pool->pool, size, tag), NULL);
    if (block && (block->is_frame || pool->config.enable_debug || world->shadow.is_system))
        block->tag = tag;
}

static void do_set_tag(World *world)
{
    const char *tag = tags[fuzz_choose(&world->bytes, 4)];
    ShadowBlock *block = choose_block(world);
    if (!block)
        return;
    const bool has_place = block->is_frame || world->shadow.is_system ||
                           world->shadow.pools[block->pool].config.enable_debug;
    const int status = fwl_pool_set_tag(block->bytes, tag);
    fuzz_expect_equal(status, has_place ? 0 : FWL_E_UNSUPPORTED);
    if (has_place)
        block->tag = tag;
}

static void do_burst(World *world)
{
    const size_t place = choose_pool(world);
    const ShadowPool *pool = &world->shadow.pools[place];
    const size_t size = choose_size(world, &pool->config);
    for (size_t count = fuzz_choose(&world->bytes, BURST_MAX); count > 0; count--) {
        if (has_room(world, size))
            take(world, place, 1, size, fwl_pool_alloc(pool->pool, size), NULL);
    }
}

static void do_realloc(World *world)
{
    ShadowBlock *block = choose_block(world);
    if (!block)
        return;
    const ShadowPool *pool = &world->shadow.pools[block->pool];
    const size_t size = choose_size(world, &pool->config);
    if (!has_room(world, size))
        return;
    shadow_check_bytes(block);
    block->is_pinned = true;
    unsigned char *bytes = fwl_pool_realloc(pool->pool, block->bytes, size);
    block->is_pinned = false;
    if (bytes) {
        const size_t place = block->pool;
        shadow_resize(&world->shadow, block, bytes, size);
        if (!world->shadow.pools[place].pool)
            shadow_close_pool(&world->shadow, place);
        return;
    }
    shadow_check_bytes(block);
    if (pool->pool)
        shadow_expect_refusal(&world->shadow, block->pool, size);
}

static void do_free(World *world)
{
    ShadowBlock *block = choose_block(world);
    if (block)
        give_back(world, block, fuzz_take(&world->bytes) & 1);
}

static void do_free_many(World *world)
{
    const size_t first = fuzz_choose(&world->bytes, SHADOW_BLOCKS);
    const size_t step = 1 + fuzz_choose(&world->bytes, 4);
    for (size_t i = first; i < SHADOW_BLOCKS; i += step) {
        ShadowBlock *block = &world->shadow.blocks[i];
        if (block->bytes && !block->is_pinned)
            give_back(world, block, false);
    }
}

static void do_look(World *world)
{
    const ShadowBlock *block = choose_block(world);
    if (!block)
        return;
    const ShadowPool *pool = &world->shadow.pools[block->pool];
    shadow_check_bytes(block);
    fuzz_expect_equal(fwl_pool_usable_size(block->bytes), block->size);
    if (!pool->pool)
        return;
    fuzz_expect(fwl_pool_of(block->bytes) == pool->pool);
    fuzz_expect_equal(fwl_pool_alignment(pool->pool), pool->config.alignment);
}

/* Calls that are refused, and change nothing. */
static void do_nonsense(World *world)
{
    static const size_t sizes[] = {SIZE_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 4095, SIZE_MAX / 2,
                                   PTRDIFF_MAX - 63};
    static const size_t alignments[] = {0, 3, SIZE_MAX, 48, SIZE_MAX / 2};
    const size_t place = choose_pool(world);
    FwlPool *pool = world->shadow.pools[place].pool;
    const size_t size = sizes[fuzz_choose(&world->bytes, 5)];
    const size_t alignment = alignments[fuzz_choose(&world->bytes, 5)];
    fuzz_expect(!fwl_pool_alloc(pool, size));
    fuzz_expect(!fwl_pool_allocz(pool, size));
    fuzz_expect(!fwl_pool_aligned_alloc(pool, alignment, 100));
    fuzz_expect(!fwl_pool_aligned_alloc(pool, alignment, size));
    fuzz_expect(!fwl_pool_aligned_alloc(pool, (size_t)1 << fuzz_choose(&world->bytes, 64), size));
    fuzz_expect(!fwl_pool_realloc(pool, NULL, size));
    fuzz_expect(!fwl_pool_alloc_tagged(pool, size, "nonsense"));
    fuzz_expect_equal(fwl_pool_set_tag(NULL, "nonsense"), FWL_E_INVALID);
    fwl_pool_free(pool, NULL);
    ShadowBlock *block = choose_block(world);
    if (!block)
        return;
    block->is_pinned = true;
    fuzz_expect(!fwl_pool_realloc(world->shadow.pools[block->pool].pool, block->bytes, size));
    block->is_pinned = false;
    shadow_check_bytes(block);
}

/* Pools */

static void do_trim(World *world)
{
    const size_t place = choose_pool(world);
    const size_t keep = fuzz_take(&world->bytes) & 1 ? 0 : (size_t)fuzz_take16(&world->bytes) * 256;
    const ShadowPool *pool = &world->shadow.pools[place];
    FwlPoolStats before;
    FwlPoolStats after;
    fwl_pool_get_stats(pool->pool, &before);
    const size_t trimmed = fwl_pool_trim(pool->pool, keep);
    fwl_pool_get_stats(pool->pool, &after);
    fuzz_expect(after.idle_size <= keep);
    fuzz_expect(after.current_usage == before.current_usage);
    if (pool->source.purge || !pool->config.source)
        fuzz_expect_equal(before.committed_size - after.committed_size, trimmed);
}

static void do_visit(World *world)
{
    shadow_compare_visit(&world->shadow, choose_pool(world));
}

static void do_compare(World *world)
{
    shadow_compare_all(&world->shadow);
}

/* Frees some of the pool's blocks, as a program with caches would, and works on others. */
static void relieve(void *opaque, FwlPool *pool, size_t needed)
{
    World *world = opaque;
    (void)needed;
    for (size_t i = 0; i < SHADOW_BLOCKS && world->freed_under_pressure > 0; i++) {
        ShadowBlock *block = &world->shadow.blocks[i];
        if (!block->bytes || block->is_pinned || world->shadow.pools[block->pool].pool != pool)
            continue;
        world->freed_under_pressure--;
        give_back(world, block, false);
    }
}

static void do_pressure(World *world)
{
    world->freed_under_pressure = fuzz_choose(&world->bytes, 16);
}

static size_t pick(World *world, const size_t *values, size_t count)
{
    return values[fuzz_choose(&world->bytes, count)];
}

#define PICK(world, ...)                                                                           \
    pick((world), (const size_t[]){__VA_ARGS__},                                                   \
         sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t))

static FwlPoolConfig choose_config(World *world)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.alignment = (size_t)16 << fuzz_choose(&world->bytes, 9);
    config.small_block_size = PICK(world, KIB, 0, 100, 4096) + config.alignment;
    config.medium_block_size = config.small_block_size + PICK(world, 64 * KIB, 0, 1, 10000);
    config.large_block_size =
        config.medium_block_size + PICK(world, 0, 5000, MIB - config.medium_block_size);
    config.initial_pool_size = PICK(world, 16 * MIB, 0, 1, 4 * MIB, 5 * MIB);
    config.max_pool_size = PICK(world, FWL_POOL_SIZE_UNLIMITED, 4 * MIB, MIB, 16 * MIB, 100 * KIB,
                                1, 40 * MIB, FWL_POOL_SIZE_CGROUP);
    config.on_limit = (enum FwlLimitAction)fuzz_choose(&world->bytes, 3);
    config.wait_timeout_ms = (uint32_t)fuzz_choose(&world->bytes, 2);
    config.max_idle_size = PICK(world, 64 * MIB, 0, 4096, MIB, SIZE_MAX);
    config.idle_timeout_ms = (uint32_t)PICK(world, 5000, 0, 1);
    const size_t flags = fuzz_take(&world->bytes);
    config.enable_statistics = (flags & 7) != 7;
    config.use_huge_pages = flags & 8;
    config.prefault = (flags & 0x30) == 0x30;
    config.enable_debug = FUZZ_HAS_DEBUG_POOLS && (flags & 0x40);
    config.guard_frames = config.enable_debug && (flags & 0x80);
    if (fuzz_take(&world->bytes) & 1) {
        config.on_pressure = relieve;
        config.opaque = world;
    }
    return config;
}

/* A source of the pool's own, of every kind, or the system. */
static void choose_source(World *world, ShadowPool *pool, FwlPoolConfig *config)
{
    const size_t kind = fuzz_choose(&world->bytes, 4);
    if (kind == 0 || config->guard_frames)
        return;
    pool->source = page_source(&pool->pages, kind != 1);
    atomic_store(&pool->pages.fail_one_in,
                 kind == 3 ? 1u + fuzz_take(&world->bytes) % 16u : 0u);
    atomic_store(&pool->pages.seed, fuzz_take16(&world->bytes));
    config->source = &pool->source;
}

static void do_create(World *world)
{
    const size_t place = shadow_find_place(&world->shadow);
    if (place == SHADOW_NO_POOL || world->creations++ >= CREATIONS_MAX)
        return;
    ShadowPool *pool = &world->shadow.pools[place];
    FwlPoolConfig config = choose_config(world);
    choose_source(world, pool, &config);
    size_t parent = SHADOW_NO_POOL;
    if (fuzz_take(&world->bytes) & 1) {
        parent = choose_pool(world);
        config.parent = world->shadow.pools[parent].pool;
    }
    FwlPool *made;
    const int status = fwl_pool_create(&made, &config);
    if (status < 0) {
        fuzz_expect_equal(status, FWL_E_NOMEM);
        fuzz_expect(atomic_load(&pool->pages.failures) + atomic_load(&pool->pages.refusals) > 0);
        fuzz_expect(!made);
        fuzz_expect_equal(atomic_load(&pool->pages.count), 0);
        *pool = (ShadowPool){0};
        return;
    }
    shadow_add_pool(&world->shadow, place, made, &config, parent);
}

static void destroy(World *world, size_t place)
{
    ShadowPool *pool = &world->shadow.pools[place];
    fwl_pool_destroy(&pool->pool);
    fuzz_expect(!pool->pool);
    shadow_close_pool(&world->shadow, place);
}

static void do_destroy(World *world)
{
    const size_t place = choose_pool(world);
    if (place > 0)
        destroy(world, place);
}

static void do_fail_source(World *world)
{
    ShadowPool *pool = &world->shadow.pools[choose_pool(world)];
    if (pool->config.source)
        atomic_store(&pool->pages.fail_one_in, fuzz_take(&world->bytes) % 16u);
}

/* Operations, the more frequent ones more often. */
static void (*const operations[])(World *world) = {
    do_alloc,     do_free,   do_create,  do_realloc,      do_burst,    do_free_many,
    do_compare,   do_trim,   do_visit,   do_aligned_alloc, do_alloc,   do_free,
    do_alloc,     do_free,   do_allocz,  do_alloc_tagged, do_set_tag,  do_destroy,
    do_nonsense,  do_look,   do_realloc, do_pressure,     do_fail_source,
};
enum { OPERATION_COUNT = sizeof operations / sizeof operations[0], END_THREAD = OPERATION_COUNT };

typedef struct Step {
    World *world;
    size_t operation;
} Step;

static void do_step(void *opaque)
{
    const Step *step = opaque;
    operations[step->operation](step->world);
}

static void run(World *world)
{
    static const size_t every[] = {1, 4, 16, 64};
    const size_t interval = every[fuzz_choose(&world->bytes, 4)];
    for (size_t count = 1; world->bytes.left > 0; count++) {
        Step step = {world, fuzz_choose(&world->bytes, OPERATION_COUNT + 1)};
        const size_t thread = fuzz_choose(&world->bytes, CREW_SIZE + 1);
        if (step.operation == END_THREAD)
            crew_end(&world->crew, thread);
        else
            crew_do(&world->crew, thread, do_step, &step);
        if (count % interval == 0)
            shadow_compare_all(&world->shadow);
    }
}

static void destroy_all(World *world)
{
    for (size_t i = 1; i < SHADOW_POOLS; i++) {
        if (shadow_is_open(&world->shadow, i))
            destroy(world, i);
    }
}

/* Everything goes back, pools before or after their blocks. */
static void end(World *world, bool is_pools_first)
{
    if (is_pools_first)
        destroy_all(world);
    for (size_t i = 0; i < SHADOW_BLOCKS; i++) {
        if (world->shadow.blocks[i].bytes)
            give_back(world, &world->shadow.blocks[i], false);
    }
    shadow_compare_all(&world->shadow);
    destroy_all(world);
    for (size_t i = 1; i < SHADOW_POOLS; i++)
        fuzz_expect(!world->shadow.pools[i].is_there);
    for (size_t i = 0; i < CREW_SIZE; i++)
        crew_end(&world->crew, i);
    fuzz_expect_equal(world->shadow.live_size, 0);
}

int fuzz_one(const uint8_t *data, size_t size)
{
    static World world;
    world = (World){.bytes = {data, size}};
    shadow_begin(&world.shadow);
    run(&world);
    end(&world, size % 2 == 1);
    return 0;
}
