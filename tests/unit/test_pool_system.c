/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of the system's malloc, which the environment asks for: run with FRAMEWELL_POOL=system. */
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "os/os.h"
#include "pool/heap.h"
#include "pool/pool_system.h"
#include "pool_fixture.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

static void no_thread_has_a_heap(void)
{
    void *block = need(fwl_pool_alloc(NULL, 100));
    assert_true(fwl_pool_is_system);
    assert_true(fwl_heap_needs_care());
    assert_null(fwl_heap_recall(fwl_pool_default()));
    fwl_pool_free(NULL, block);
}

static void a_block_is_as_long_as_was_asked_for(void)
{
    static const size_t sizes[] = {0, 1, 63, 1000, 65537, 3 * MIB + 1};
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        void *block = need(fwl_pool_alloc(pool, sizes[i]));
        const size_t usable = fwl_pool_usable_size(block);
        const FwlPoolStats stats = stats_of(pool);
        fwl_pool_free(pool, block);
        assert_int_equal(usable, sizes[i] > 0 ? sizes[i] : 1);
        assert_int_equal(stats.current_usage, usable);
        assert_int_equal(stats.charged_size, usable);
        assert_true(stats.reserved_size > usable);
    }
}

static void a_block_counts_in_the_tier_of_its_size(void)
{
    static const size_t sizes[FWL_TIER_COUNT] = {KIB, KIB + 1, 64 * KIB + 1, MIB + 1};
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    for (size_t t = 0; t < FWL_TIER_COUNT; t++)
        fwl_pool_free(pool, need(fwl_pool_alloc(pool, sizes[t])));
    const FwlPoolStats stats = stats_of(pool);
    for (size_t t = 0; t < FWL_TIER_COUNT; t++) {
        assert_int_equal(stats.tier[t].allocation_count, 1);
        assert_int_equal(stats.tier[t].system_alloc_count, 1);
        assert_int_equal(stats.tier[t].peak_usage, sizes[t]);
    }
    assert_int_equal(stats.pool_hit_count, 0);
    assert_int_equal(stats.peak_usage, MIB + 1);
}

static void realloc_always_moves(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    char *block = need(fwl_pool_aligned_alloc(pool, 4096, 100));
    memset(block, 5, 100);
    char *moved = fwl_pool_realloc(pool, block, 99);
    if (!moved)
        fwl_pool_free(pool, block);
    moved = need(moved);
    const bool has_moved = moved != block;
    const bool is_aligned = (uintptr_t)moved % 4096 == 0;
    const char last = moved[98];
    fwl_pool_free(pool, moved);
    assert_true(has_moved);
    assert_true(is_aligned);
    assert_int_equal(last, 5);
}

static int note_block(void *opaque, const FwlPoolBlock *block)
{
    FwlPoolBlock *seen = opaque;
    *seen = *block;
    return 0;
}

static void visits_show_blocks_of_every_size_with_their_tags(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    void *gone = need(fwl_pool_alloc(pool, 10));
    void *block = fwl_pool_alloc_tagged(pool, 77, "lookahead");
    void *last = fwl_pool_alloc(pool, 3 * MIB);
    fwl_pool_free(pool, gone);
    fwl_pool_free(pool, last);
    FwlPoolBlock seen = {0};
    const int status = block ? fwl_pool_visit(pool, note_block, &seen) : 0;
    fwl_pool_free(pool, block);
    need(block);
    need_ok(status);
    assert_ptr_equal(seen.block, block);
    assert_int_equal(seen.size, 77);
    assert_string_equal(seen.tag, "lookahead");
    assert_int_equal(seen.thread, fwl_os_thread_number());
}

static void a_debug_pool_is_as_any_other(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.enable_debug = true;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    char *block = need(fwl_pool_alloc(pool, 1000));
    assert_int_equal(fwl_pool_usable_size(block), 1000);
    assert_ptr_equal(fwl_pool_of(block), pool);
    fwl_pool_free(pool, block);
    assert_int_equal(stats_of(pool).charged_size, 0);
}

static void *free_block(void *block)
{
    fwl_pool_free(NULL, block);
    return NULL;
}

static void another_thread_frees_into_a_pool_that_was_let_go(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    FwlPool *parent = make_pool(&config);
    later(close_pool, &parent);
    config.parent = parent;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    void *block = fwl_pool_alloc(pool, 100);
    fwl_pool_destroy(&pool);
    FwlThread thread;
    if (block && fwl_os_thread_create(&thread, free_block, block) == 0)
        fwl_os_thread_join(&thread);
    else
        fwl_pool_free(NULL, block);
    assert_int_equal(stats_of(parent).charged_size, 0);
}

/* A source that counts: its pages are malloc's. */
typedef struct Counting {
    size_t mapped;
    size_t unmapped;
} Counting;

static void *counting_map(void *opaque, size_t size, size_t alignment)
{
    Counting *counting = opaque;
    void *address = aligned_alloc(alignment, size / alignment * alignment + alignment);
    if (address)
        counting->mapped += size;
    return address;
}

static void counting_unmap(void *opaque, void *address, size_t size)
{
    Counting *counting = opaque;
    counting->unmapped += size;
    free(address);
}

static void a_source_is_asked_for_each_block(void)
{
    Counting counting = {0};
    FwlPoolConfig config = fwl_pool_config_default();
    config.source = &(FwlPoolSource){
        .map = counting_map, .unmap = counting_unmap, .opaque = &counting};
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    assert_int_equal(counting.mapped, 0);
    char *block = need(fwl_pool_alloc(pool, 10000));
    memset(block, 1, 10000);
    const FwlPoolStats stats = stats_of(pool);
    fwl_pool_free(pool, block);
    assert_true(counting.mapped > 10000);
    assert_int_equal(stats.charged_size, counting.mapped);
    assert_int_equal(stats.current_usage, 10000);
    assert_int_equal(counting.unmapped, counting.mapped);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(no_thread_has_a_heap),
        CASE(a_block_is_as_long_as_was_asked_for),
        CASE(a_block_counts_in_the_tier_of_its_size),
        CASE(realloc_always_moves),
        CASE(visits_show_blocks_of_every_size_with_their_tags),
        CASE(a_debug_pool_is_as_any_other),
        CASE(another_thread_frees_into_a_pool_that_was_let_go),
        CASE(a_source_is_asked_for_each_block),
    };
    return run_cases("pool_system", cases, sizeof cases / sizeof cases[0], argc, argv);
}
