/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "framewell/log.h"
#include "pool_fixture.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

static FwlPoolConfig limited_to(size_t size, enum FwlLimitAction action)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = size;
    config.on_limit = action;
    return config;
}

static void expect_identities(const FwlPoolStats *stats)
{
    assert_true(stats->total_allocated - stats->total_freed == stats->current_usage);
    assert_true(stats->pool_hit_count + stats->system_alloc_count == stats->allocation_count);
    assert_true(stats->current_usage <= stats->peak_usage);
    assert_true(stats->current_usage <= stats->committed_size);
    assert_true(stats->idle_size <= stats->committed_size);
    assert_true(stats->committed_size <= stats->reserved_size);
    assert_true(stats->committed_size <= stats->charged_size);
    assert_true(stats->charged_size <= stats->peak_charged);
    for (size_t t = 0; t < FWL_TIER_COUNT; t++) {
        const FwlPoolTierStats *tier = &stats->tier[t];
        assert_true(tier->total_allocated - tier->total_freed == tier->current_usage);
        assert_true(tier->pool_hit_count + tier->system_alloc_count == tier->allocation_count);
    }
}

/* Configuration */

static char heard[256];

static void hear(void *avcl, int level, const char *fmt, va_list args)
{
    (void)avcl;
    (void)level;
    vsnprintf(heard, sizeof heard, fmt, args);
}

static void expect_refused(const FwlPoolConfig *config, int status, const char *field)
{
    FwlPool *pool = (FwlPool *)config;
    heard[0] = '\0';
    fwl_log_set_callback(hear);
    const int result = fwl_pool_create(&pool, config);
    fwl_log_set_callback(NULL);
    assert_int_equal(result, status);
    assert_null(pool);
    assert_non_null(strstr(heard, field));
}

static void the_default_configuration_has_the_documented_values(void)
{
    const FwlPoolConfig config = fwl_pool_config_default();
    assert_int_equal(config.small_block_size, KIB);
    assert_int_equal(config.medium_block_size, 64 * KIB);
    assert_int_equal(config.large_block_size, MIB);
    assert_int_equal(config.initial_pool_size, 16 * MIB);
    assert_int_equal(config.max_pool_size, 512 * MIB);
    assert_int_equal(config.on_limit, FWL_LIMIT_SYSTEM);
    assert_true(config.enable_statistics);
    assert_true(config.alignment >= 16);
}

static void a_nonsense_configuration_is_refused_and_the_field_named(void)
{
#define EXPECT_REFUSED(field, value)                                                               \
    do {                                                                                           \
        FwlPoolConfig config = fwl_pool_config_default();                                          \
        config.field = (value);                                                                    \
        expect_refused(&config, FWL_E_INVALID, #field);                                            \
    } while (0)
    EXPECT_REFUSED(small_block_size, 0);
    EXPECT_REFUSED(medium_block_size, KIB - 1);
    EXPECT_REFUSED(large_block_size, 64 * KIB - 1);
    EXPECT_REFUSED(large_block_size, MIB + 1);
    EXPECT_REFUSED(large_block_size, SIZE_MAX);
    EXPECT_REFUSED(alignment, 0);
    EXPECT_REFUSED(alignment, 8);
    EXPECT_REFUSED(alignment, 48);
    EXPECT_REFUSED(alignment, 8192);
    EXPECT_REFUSED(initial_pool_size, SIZE_MAX);
    EXPECT_REFUSED(max_pool_size, 0);
    EXPECT_REFUSED(on_limit, (enum FwlLimitAction)7);
    EXPECT_REFUSED(source, (&(FwlPoolSource){0}));
    EXPECT_REFUSED(guard_frames, true);
#undef EXPECT_REFUSED
}

static void creating_without_a_place_for_the_result_is_invalid(void)
{
    assert_int_equal(fwl_pool_create(NULL, NULL), FWL_E_INVALID);
}

static void a_null_configuration_means_the_defaults(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.limit, 512 * MIB);
    assert_string_equal(stats.name, "pool");
    assert_int_equal(stats.committed_size, 0);
}

static void address_space_is_reserved_at_the_start(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    assert_true(stats_of(pool).reserved_size >= 16 * MIB);
}

static void a_long_name_is_cut(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "a name that is a good deal longer than a pool's name may be";
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    assert_int_equal(strlen(stats_of(pool).name), 31);
}

static void destroy_accepts_null_and_leaves_null(void)
{
    fwl_pool_destroy(NULL);
    FwlPool *pool = NULL;
    fwl_pool_destroy(&pool);
    need_ok(fwl_pool_create(&pool, NULL));
    fwl_pool_destroy(&pool);
    assert_null(pool);
}

static void the_default_pool_cannot_be_destroyed(void)
{
    FwlPool *pool = fwl_pool_default();
    fwl_pool_destroy(&pool);
    assert_null(pool);
    void *block = need(fwl_pool_alloc(NULL, 100));
    assert_ptr_equal(fwl_pool_of(block), fwl_pool_default());
    fwl_pool_free(NULL, block);
}

static void a_prefaulted_pool_serves_blocks(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.prefault = true;
    config.initial_pool_size = 4 * MIB;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *block = need(fwl_pool_alloc(pool, 1000));
    fwl_pool_free(pool, block);
}

/* Blocks */

static const size_t sizes[] = {
    0,         1,         63,         64,          65,           1023,          1024,
    1025,      4096,      65536,      65537,       300000,       MIB - 1,       MIB,
    MIB + 1,   1382400,   3110400,    4 * MIB - 1, 4 * MIB,      4 * MIB + 1,   12441600,
};
enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

static void every_byte_of_a_block_may_be_written(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    unsigned char *blocks[SIZE_COUNT];
    size_t count = 0;
    for (; count < SIZE_COUNT; count++) {
        blocks[count] = fwl_pool_alloc(pool, sizes[count]);
        if (!blocks[count])
            break;
        assert_true(fwl_pool_usable_size(blocks[count]) >= sizes[count]);
        memset(blocks[count], (int)count, fwl_pool_usable_size(blocks[count]));
    }
    const bool is_whole = count == SIZE_COUNT;
    while (count > 0) {
        unsigned char *block = blocks[--count];
        assert_int_equal(block[0], count);
        assert_int_equal(block[fwl_pool_usable_size(block) - 1], count);
        fwl_pool_free(pool, block);
    }
    need(is_whole ? "all" : NULL);
    assert_int_equal(stats_of(pool).current_usage, 0);
}

static void blocks_have_the_alignment_of_the_pool(void)
{
    for (size_t alignment = 16; alignment <= 4096; alignment *= 2) {
        FwlPoolConfig config = fwl_pool_config_default();
        config.alignment = alignment;
        config.small_block_size = 4096;
        FwlPool *pool;
        need_ok(fwl_pool_create(&pool, &config));
        assert_int_equal(fwl_pool_alignment(pool), alignment);
        void *blocks[SIZE_COUNT];
        size_t count = 0;
        for (; count < SIZE_COUNT; count++) {
            blocks[count] = fwl_pool_alloc(pool, sizes[count]);
            if (!blocks[count])
                break;
            assert_int_equal((uintptr_t)blocks[count] % alignment, 0);
        }
        const bool is_whole = count == SIZE_COUNT;
        while (count > 0)
            fwl_pool_free(pool, blocks[--count]);
        fwl_pool_destroy(&pool);
        need(is_whole ? "all" : NULL);
    }
}

static void any_power_of_two_may_be_asked_for_as_alignment(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    for (size_t alignment = 1; alignment <= 64 * MIB; alignment *= 2) {
        for (size_t i = 0; i < SIZE_COUNT; i += 5) {
            unsigned char *block = need(fwl_pool_aligned_alloc(pool, alignment, sizes[i]));
            assert_int_equal((uintptr_t)block % alignment, 0);
            assert_ptr_equal(fwl_pool_of(block), pool);
            assert_true(fwl_pool_usable_size(block) >= sizes[i]);
            if (sizes[i] > 0)
                block[0] = block[sizes[i] - 1] = 1;
            fwl_pool_free(pool, block);
        }
    }
}

static void what_is_no_power_of_two_is_no_alignment(void)
{
    assert_null(fwl_pool_aligned_alloc(NULL, 0, 100));
    assert_null(fwl_pool_aligned_alloc(NULL, 3, 100));
    assert_null(fwl_pool_aligned_alloc(NULL, SIZE_MAX, 100));
}

static void sizes_and_alignments_beyond_the_address_space_give_null(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    assert_null(fwl_pool_alloc(pool, SIZE_MAX));
    assert_null(fwl_pool_alloc(pool, (size_t)PTRDIFF_MAX + 1));
    assert_null(fwl_pool_alloc(pool, PTRDIFF_MAX));
    assert_null(fwl_pool_aligned_alloc(pool, SIZE_MAX / 2 + 1, 100));
    assert_null(fwl_pool_aligned_alloc(pool, SIZE_MAX / 2 + 1, PTRDIFF_MAX));
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.charged_size, 0);
    assert_int_equal(stats.current_usage, 0);
}

static void allocz_gives_zeros_also_in_used_memory(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        unsigned char *block = need(fwl_pool_alloc(pool, sizes[i]));
        memset(block, 0xff, sizes[i]);
        fwl_pool_free(pool, block);
        block = need(fwl_pool_allocz(pool, sizes[i]));
        /* A block that equals itself one byte on is its first byte all over. */
        if (sizes[i] && (block[0] != 0 || memcmp(block, block + 1, sizes[i] - 1) != 0))
            fail_msg("a block of %zu bytes is not zeros", sizes[i]);
        fwl_pool_free(pool, block);
    }
}

static void a_block_wastes_at_most_an_eighth_above_eight_alignments(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.alignment = 16;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    for (size_t size = 128; size < 64 * MIB; size += size / 7 + 1) {
        void *block = need(fwl_pool_alloc(pool, size));
        const size_t usable = fwl_pool_usable_size(block);
        fwl_pool_free(pool, block);
        if ((usable - size) * 8 > usable + (size > MIB ? 8 * 4096u : 0))
            fail_msg("%zu bytes take a block of %zu", size, usable);
    }
}

static void freeing_null_does_nothing(void)
{
    fwl_pool_free(NULL, NULL);
    assert_int_equal(fwl_pool_usable_size(NULL), 0);
}

/* Resizing */

static void realloc_keeps_contents_and_alignment(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    for (size_t alignment = 16; alignment <= 2 * MIB; alignment *= 8) {
        unsigned char *block = need(fwl_pool_aligned_alloc(pool, alignment, 100));
        memset(block, 0x5c, 100);
        for (size_t i = 0; i < SIZE_COUNT; i++) {
            if (sizes[i] < 100)
                continue;
            unsigned char *moved = fwl_pool_realloc(pool, block, sizes[i]);
            if (!moved)
                fwl_pool_free(pool, block);
            block = need(moved);
            assert_int_equal((uintptr_t)block % alignment, 0);
            assert_int_equal(block[0], 0x5c);
            assert_int_equal(block[99], 0x5c);
        }
        fwl_pool_free(pool, block);
    }
}

static void realloc_shrinks_and_gives_memory_back(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    unsigned char *block = need(fwl_pool_alloc(pool, 8 * MIB));
    memset(block, 7, 8 * MIB);
    unsigned char *small = fwl_pool_realloc(pool, block, 10);
    if (!small)
        fwl_pool_free(pool, block);
    small = need(small);
    assert_int_equal(small[9], 7);
    assert_true(stats_of(pool).current_usage <= KIB);
    fwl_pool_free(pool, small);
}

static void realloc_of_null_allocates_and_to_zero_does_not_free(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    void *block = need(fwl_pool_realloc(pool, NULL, 100));
    void *smaller = fwl_pool_realloc(pool, block, 0);
    if (!smaller)
        fwl_pool_free(pool, block);
    smaller = need(smaller);
    assert_true(stats_of(pool).current_usage > 0);
    fwl_pool_free(pool, smaller);
}

static void a_failed_realloc_leaves_the_block_alone(void)
{
    const FwlPoolConfig config = limited_to(MIB, FWL_LIMIT_FAIL);
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    unsigned char *block = need(fwl_pool_alloc(pool, 1000));
    memset(block, 3, 1000);
    assert_null(fwl_pool_realloc(pool, block, 8 * MIB));
    assert_null(fwl_pool_realloc(pool, block, SIZE_MAX));
    assert_int_equal(block[999], 3);
    fwl_pool_free(pool, block);
}

/* Reuse */

static void a_released_frame_is_handed_out_again_first(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    void *cold = need(fwl_pool_alloc(pool, 3 * MIB));
    void *hot = fwl_pool_alloc(pool, 3 * MIB);
    fwl_pool_free(pool, cold);
    fwl_pool_free(pool, hot);
    need(hot);
    void *again = need(fwl_pool_alloc(pool, 3 * MIB));
    assert_ptr_equal(again, hot);
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.tier[FWL_TIER_FRAME].pool_hit_count, 1);
    assert_int_equal(stats.tier[FWL_TIER_FRAME].system_alloc_count, 2);
    fwl_pool_free(pool, again);
}

static void idle_memory_is_bounded_in_bytes(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 8 * MIB;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *frames[6] = {0};
    size_t count = 0;
    while (count < 6 && (frames[count] = fwl_pool_alloc(pool, 3 * MIB)) != NULL)
        count++;
    const bool is_whole = count == 6;
    while (count > 0)
        fwl_pool_free(pool, frames[--count]);
    need(is_whole ? "all" : NULL);
    const FwlPoolStats stats = stats_of(pool);
    assert_in_range(stats.idle_size, 1, 8 * MIB);
    assert_int_equal(stats.idle_size, stats.committed_size);
}

/* Sizes that change, so that what was of use is not any more. */
static void looking_at_a_pool_keeps_no_memory_in_it(void)
{
    need_pages();
    enum { IDLE = 8 * MIB, LIVE = MIB, BLOCKS = LIVE / 512 };
    static void *blocks[BLOCKS];
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = IDLE;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    for (size_t size = 512; size < MIB; size += size / 8) {
        size_t count = 0;
        while (count < LIVE / size && (blocks[count] = fwl_pool_alloc(pool, size)) != NULL)
            count++;
        while (count > 0)
            fwl_pool_free(pool, blocks[--count]);
        (void)stats_of(pool);
    }
    assert_in_range(stats_of(pool).idle_size, 1, 2 * IDLE);
}

static void trim_gives_idle_memory_back(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    void *frame = need(fwl_pool_alloc(pool, 4 * MIB));
    void *small = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, frame);
    fwl_pool_free(pool, small);
    need(small);
    const size_t idle = stats_of(pool).idle_size;
    assert_true(idle >= 4 * MIB);
    assert_int_equal(fwl_pool_trim(pool, SIZE_MAX), 0);
    assert_int_equal(fwl_pool_trim(pool, 0), idle);
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.idle_size, 0);
    assert_int_equal(stats.committed_size, 0);
}

/* Budget */

static void a_pool_that_fails_at_its_limit_is_never_over_it(void)
{
    const FwlPoolConfig config = limited_to(8 * MIB, FWL_LIMIT_FAIL);
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *blocks[8];
    size_t count = 0;
    while (count < 8 && (blocks[count] = fwl_pool_alloc(pool, MIB)) != NULL)
        count++;
    const bool is_whole = count == 8;
    void *beyond = fwl_pool_alloc(pool, MIB);
    const FwlPoolStats stats = stats_of(pool);
    while (count > 0)
        fwl_pool_free(pool, blocks[--count]);
    fwl_pool_free(pool, beyond);
    need(is_whole ? "all" : NULL);
    assert_null(beyond);
    if (fault_fired())
        return;
    assert_int_equal(stats.charged_size, 8 * MIB);
    assert_int_equal(stats.limit_count, 1);
}

static void what_a_failed_allocation_reserved_is_given_back(void)
{
    const FwlPoolConfig config = limited_to(8 * MIB, FWL_LIMIT_FAIL);
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    assert_null(fwl_pool_alloc(pool, 9 * MIB));
    assert_int_equal(stats_of(pool).charged_size, 0);
    void *block = need(fwl_pool_alloc(pool, 8 * MIB));
    fwl_pool_free(pool, block);
}

static void idle_memory_makes_room_before_a_limit_counts(void)
{
    need_pages();
    const FwlPoolConfig config = limited_to(8 * MIB, FWL_LIMIT_FAIL);
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    fwl_pool_free(pool, need(fwl_pool_alloc(pool, 6 * MIB)));
    assert_true(stats_of(pool).idle_size > 0);
    void *other = need(fwl_pool_alloc(pool, 5 * MIB));
    assert_int_equal(stats_of(pool).limit_count, 0);
    fwl_pool_free(pool, other);
}

static void the_system_action_goes_over_the_limit_and_counts_it(void)
{
    const FwlPoolConfig config = limited_to(4 * MIB, FWL_LIMIT_SYSTEM);
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *block = need(fwl_pool_alloc(pool, 6 * MIB));
    FwlPoolStats stats = stats_of(pool);
    fwl_pool_free(pool, block);
    assert_true(stats.charged_size > stats.limit);
    assert_int_equal(stats.limit_count, 1);
    stats = stats_of(pool);
    assert_int_equal(stats.idle_size, 0);
    assert_int_equal(stats.charged_size, 0);
}

static void *cached_block;
static size_t pressure_needed;

static void drop_cache(void *opaque, FwlPool *pool, size_t needed)
{
    assert_string_equal(opaque, "mine");
    pressure_needed = needed;
    fwl_pool_free(pool, cached_block);
    cached_block = NULL;
}

static void on_pressure_may_free_what_is_needed(void)
{
    FwlPoolConfig config = limited_to(8 * MIB, FWL_LIMIT_FAIL);
    char mine[] = "mine";
    config.on_pressure = drop_cache;
    config.opaque = mine;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    cached_block = need(fwl_pool_alloc(pool, 6 * MIB));
    void *block = fwl_pool_alloc(pool, 4 * MIB);
    fwl_pool_free(pool, cached_block);
    cached_block = NULL;
    block = need(block);
    assert_true(pressure_needed >= 4 * MIB);
    fwl_pool_free(pool, block);
}

static void a_wait_ends_at_its_timeout(void)
{
    FwlPoolConfig config = limited_to(4 * MIB, FWL_LIMIT_WAIT);
    config.wait_timeout_ms = 20;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *block = need(fwl_pool_alloc(pool, 4 * MIB));
    void *beyond = fwl_pool_alloc(pool, 4 * MIB);
    const FwlPoolStats stats = stats_of(pool);
    fwl_pool_free(pool, block);
    assert_null(beyond);
    if (fault_fired())
        return;
    assert_int_equal(stats.wait_count, 1);
    assert_int_equal(stats.limit_count, 1);
}

static void a_wait_for_more_than_the_whole_budget_fails_at_once(void)
{
    const FwlPoolConfig config = limited_to(4 * MIB, FWL_LIMIT_WAIT);
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    assert_null(fwl_pool_alloc(pool, 5 * MIB));
    assert_int_equal(stats_of(pool).wait_count, 0);
}

static void a_child_charges_its_parent(void)
{
    FwlPoolConfig config = limited_to(8 * MIB, FWL_LIMIT_FAIL);
    FwlPool *parent = make_pool(&config);
    later(close_pool, &parent);
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.parent = parent;
    FwlPool *one = make_pool(&config);
    later(close_pool, &one);
    FwlPool *two = make_pool(&config);
    later(close_pool, &two);

    void *first = need(fwl_pool_alloc(one, 6 * MIB));
    void *second = fwl_pool_alloc(two, 3 * MIB);
    const FwlPoolStats stats = stats_of(parent);
    fwl_pool_free(one, first);
    assert_null(second);
    if (fault_fired())
        return;
    assert_int_equal(stats.committed_size, 0);
    assert_true(stats.charged_size >= 6 * MIB);
    assert_int_equal(stats.limit_count, 1);
}

static void idle_memory_of_one_child_makes_room_for_another(void)
{
    FwlPoolConfig config = limited_to(8 * MIB, FWL_LIMIT_FAIL);
    FwlPool *parent = make_pool(&config);
    later(close_pool, &parent);
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.parent = parent;
    FwlPool *one = make_pool(&config);
    later(close_pool, &one);
    FwlPool *two = make_pool(&config);
    later(close_pool, &two);

    fwl_pool_free(one, need(fwl_pool_alloc(one, 6 * MIB)));
    void *block = need(fwl_pool_alloc(two, 6 * MIB));
    fwl_pool_free(two, block);
}

static void a_parent_lives_until_its_child_is_gone(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    FwlPool *parent;
    need_ok(fwl_pool_create(&parent, &config));
    config.parent = parent;
    FwlPool *child = NULL;
    const int status = fwl_pool_create(&child, &config);
    fwl_pool_destroy(&parent);
    need_ok(status);
    void *block = fwl_pool_alloc(child, 100);
    fwl_pool_free(child, block);
    fwl_pool_destroy(&child);
}

static void the_container_s_limit_may_be_the_budget(void)
{
    const FwlPoolConfig config = limited_to(FWL_POOL_SIZE_CGROUP, FWL_LIMIT_FAIL);
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    assert_true(stats_of(pool).limit > 0);
}

/* Ending with live blocks */

static void a_destroyed_pool_goes_with_its_last_block(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    FwlPool *parent = make_pool(&config);
    later(close_pool, &parent);
    config.parent = parent;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    unsigned char *small = fwl_pool_alloc(pool, 100);
    unsigned char *frame = fwl_pool_alloc(pool, 2 * MIB);
    fwl_pool_destroy(&pool);
    assert_null(pool);
    if (small)
        memset(small, 1, 100);
    if (frame)
        memset(frame, 2, 2 * MIB);
    fwl_pool_free(NULL, small);
    fwl_pool_free(NULL, frame);
    assert_int_equal(stats_of(parent).charged_size, 0);
}

/* Statistics */

static void a_snapshot_adds_up(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    void *blocks[SIZE_COUNT] = {0};
    for (size_t i = 0; i < SIZE_COUNT; i++)
        blocks[i] = fwl_pool_alloc(pool, sizes[i]);
    FwlPoolStats stats = stats_of(pool);
    expect_identities(&stats);
    assert_true(stats.tier[FWL_TIER_SMALL].allocation_count > 0);
    assert_true(stats.tier[FWL_TIER_MEDIUM].allocation_count > 0);
    assert_true(stats.tier[FWL_TIER_LARGE].allocation_count > 0);
    assert_true(stats.tier[FWL_TIER_FRAME].allocation_count > 0);
    for (size_t i = 0; i < SIZE_COUNT; i++)
        fwl_pool_free(pool, blocks[i]);
    stats = stats_of(pool);
    expect_identities(&stats);
    assert_int_equal(stats.current_usage, 0);
    assert_int_equal(stats.allocation_count, stats.free_count);
}

static void without_statistics_the_counters_stay_zero(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.enable_statistics = false;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *block = need(fwl_pool_alloc(pool, 100));
    const FwlPoolStats stats = stats_of(pool);
    fwl_pool_free(pool, block);
    assert_int_equal(stats.allocation_count, 0);
    assert_int_equal(stats.current_usage, 0);
    assert_true(stats.committed_size > 0);
}

static void ratios_of_an_unused_pool_are_zero(void)
{
    const FwlPoolStats stats = {0};
    assert_true(fwl_pool_stats_hit_rate(&stats) == 0);
    assert_true(fwl_pool_stats_unused_ratio(&stats) == 0);
}

static void ratios_are_shares(void)
{
    const FwlPoolStats stats = {
        .allocation_count = 4, .pool_hit_count = 3, .committed_size = 100, .current_usage = 25};
    assert_true(fwl_pool_stats_hit_rate(&stats) == 0.75);
    assert_true(fwl_pool_stats_unused_ratio(&stats) == 0.75);
}

typedef struct Text {
    char bytes[16 * KIB];
    size_t size;
} Text;

static int append(void *opaque, const char *bytes, size_t size)
{
    Text *text = opaque;
    assert_true(text->size + size < sizeof text->bytes);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
    return 0;
}

static int refuse(void *opaque, const char *bytes, size_t size)
{
    (void)opaque;
    (void)bytes;
    (void)size;
    return FWL_E_IO;
}

static void statistics_are_written_in_three_formats(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "a \"name\"";
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    const FwlPoolStats stats = stats_of(pool);
    static Text text;

    text.size = 0;
    assert_int_equal(fwl_pool_stats_print(&stats, FWL_STATS_TEXT, append, &text), 0);
    assert_non_null(strstr(text.bytes, "current_usage"));
    for (const char *line = text.bytes; line; line = strchr(line + 1, '\n'))
        assert_true(strcspn(line + 1, "\n") < 80);

    text.size = 0;
    assert_int_equal(fwl_pool_stats_print(&stats, FWL_STATS_JSON, append, &text), 0);
    assert_non_null(strstr(text.bytes, "\"name\": \"a \\\"name\\\"\""));
    assert_non_null(strstr(text.bytes, "\"peak_charged\": 0"));

    text.size = 0;
    assert_int_equal(fwl_pool_stats_print(&stats, FWL_STATS_OPENMETRICS, append, &text), 0);
    assert_non_null(strstr(text.bytes, "framewell_pool_free_count_total{pool="));
    assert_string_equal(text.bytes + text.size - 6, "# EOF\n");
}

static void printing_hands_on_the_callback_s_failure(void)
{
    const FwlPoolStats stats = {0};
    assert_int_equal(fwl_pool_stats_print(&stats, FWL_STATS_TEXT, refuse, NULL), FWL_E_IO);
    assert_int_equal(fwl_pool_stats_print(&stats, (enum FwlStatsFormat)9, append, NULL),
                     FWL_E_INVALID);
    assert_int_equal(fwl_pool_stats_print(NULL, FWL_STATS_TEXT, append, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_pool_stats_print(&stats, FWL_STATS_TEXT, NULL, NULL), FWL_E_INVALID);
}

/* Sources */

typedef struct Counting {
    size_t mapped;
    size_t unmapped;
    size_t purged;
} Counting;

static void *counting_map(void *opaque, size_t size, size_t alignment)
{
    Counting *counting = opaque;
    const size_t whole = (size + alignment - 1) / alignment * alignment;
    void *address = aligned_alloc(alignment, whole);
    if (!address)
        return NULL;
    memset(address, 0, size);
    counting->mapped += size;
    return address;
}

static void counting_unmap(void *opaque, void *address, size_t size)
{
    Counting *counting = opaque;
    counting->unmapped += size;
    free(address);
}

static void counting_purge(void *opaque, void *address, size_t size)
{
    Counting *counting = opaque;
    counting->purged += size;
    memset(address, 0, size);
}

static void use_source(const FwlPoolSource *source)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.source = source;
    config.initial_pool_size = 0;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    void *small = fwl_pool_alloc(pool, 100);
    void *frame = fwl_pool_alloc(pool, 2 * MIB);
    fwl_pool_free(pool, small);
    fwl_pool_free(pool, frame);
    fwl_pool_trim(pool, 0);
    const FwlPoolStats stats = stats_of(pool);
    fwl_pool_destroy(&pool);
    need(small);
    need(frame);
    assert_int_equal(stats.committed_size, 0);
    assert_int_equal(stats.charged_size, 0);
}

static void a_source_gives_pages_and_gets_all_of_them_back(void)
{
    need_pages();
    Counting counting = {0};
    use_source(&(FwlPoolSource){.map = counting_map,
                                .unmap = counting_unmap,
                                .purge = counting_purge,
                                .opaque = &counting});
    assert_true(counting.mapped >= 2 * MIB);
    assert_int_equal(counting.mapped, counting.unmapped);
    assert_true(counting.purged > 0);
}

static void a_source_without_purge_gets_its_pages_back_as_mappings(void)
{
    Counting counting = {0};
    use_source(&(FwlPoolSource){
        .map = counting_map, .unmap = counting_unmap, .opaque = &counting});
    assert_int_equal(counting.mapped, counting.unmapped);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(the_default_configuration_has_the_documented_values),
        CASE(a_nonsense_configuration_is_refused_and_the_field_named),
        CASE(creating_without_a_place_for_the_result_is_invalid),
        CASE(a_null_configuration_means_the_defaults),
        CASE(address_space_is_reserved_at_the_start),
        CASE(a_long_name_is_cut),
        CASE(destroy_accepts_null_and_leaves_null),
        CASE(the_default_pool_cannot_be_destroyed),
        CASE(a_prefaulted_pool_serves_blocks),
        CASE(every_byte_of_a_block_may_be_written),
        CASE(blocks_have_the_alignment_of_the_pool),
        CASE(any_power_of_two_may_be_asked_for_as_alignment),
        CASE(what_is_no_power_of_two_is_no_alignment),
        CASE(sizes_and_alignments_beyond_the_address_space_give_null),
        CASE(allocz_gives_zeros_also_in_used_memory),
        CASE(a_block_wastes_at_most_an_eighth_above_eight_alignments),
        CASE(freeing_null_does_nothing),
        CASE(realloc_keeps_contents_and_alignment),
        CASE(realloc_shrinks_and_gives_memory_back),
        CASE(realloc_of_null_allocates_and_to_zero_does_not_free),
        CASE(a_failed_realloc_leaves_the_block_alone),
        CASE(a_released_frame_is_handed_out_again_first),
        CASE(idle_memory_is_bounded_in_bytes),
        CASE(looking_at_a_pool_keeps_no_memory_in_it),
        CASE(trim_gives_idle_memory_back),
        CASE(a_pool_that_fails_at_its_limit_is_never_over_it),
        CASE(what_a_failed_allocation_reserved_is_given_back),
        CASE(idle_memory_makes_room_before_a_limit_counts),
        CASE(the_system_action_goes_over_the_limit_and_counts_it),
        CASE(on_pressure_may_free_what_is_needed),
        CASE(a_wait_ends_at_its_timeout),
        CASE(a_wait_for_more_than_the_whole_budget_fails_at_once),
        CASE(a_child_charges_its_parent),
        CASE(idle_memory_of_one_child_makes_room_for_another),
        CASE(a_parent_lives_until_its_child_is_gone),
        CASE(the_container_s_limit_may_be_the_budget),
        CASE(a_destroyed_pool_goes_with_its_last_block),
        CASE(a_snapshot_adds_up),
        CASE(without_statistics_the_counters_stay_zero),
        CASE(ratios_of_an_unused_pool_are_zero),
        CASE(ratios_are_shares),
        CASE(statistics_are_written_in_three_formats),
        CASE(printing_hands_on_the_callback_s_failure),
        CASE(a_source_gives_pages_and_gets_all_of_them_back),
        CASE(a_source_without_purge_gets_its_pages_back_as_mappings),
    };
    return run_cases("pool", cases, sizeof cases / sizeof cases[0], argc, argv);
}
