/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What no program should ask of a pool, and the corners of what it may: each is refused by a code
 * or by NULL, and nothing has changed afterwards. Pointers that are no blocks have no code: only
 * debug pools know them, and say so (test_pool_debug.c).
 */
#define _POSIX_C_SOURCE 200809L /* fork, pipe, waitpid */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"
#include "framewell/log.h"
#include "page_source.h"
#include "pool_fixture.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

/* Configurations: one field wrong, the log line names it. */

static char heard[256];

static void hear(void *avcl, int level, const char *fmt, va_list args)
{
    (void)avcl;
    (void)level;
    vsnprintf(heard, sizeof heard, fmt, args);
}

static FwlPoolSource half_a_source;

#define SET(name, code)                                                                            \
    static void set_##name(FwlPoolConfig *config)                                                  \
    {                                                                                              \
        code;                                                                                      \
    }
SET(no_small_blocks, config->small_block_size = 0)
SET(small_below_alignment, config->small_block_size = 100; config->alignment = 128)
SET(small_above_medium, config->small_block_size = SIZE_MAX)
SET(medium_below_small, config->medium_block_size = config->small_block_size - 1)
SET(medium_above_large, config->medium_block_size = SIZE_MAX)
SET(no_large_blocks, config->large_block_size = 0)
SET(large_beyond_most, config->large_block_size = MIB + 1)
SET(large_is_max, config->large_block_size = SIZE_MAX)
SET(initial_beyond_most, config->initial_pool_size = ((size_t)64 << 30) + 1)
SET(initial_is_max, config->initial_pool_size = SIZE_MAX)
SET(no_budget, config->max_pool_size = 0)
SET(alignment_0, config->alignment = 0)
SET(alignment_1, config->alignment = 1)
SET(alignment_3, config->alignment = 3)
SET(alignment_8192, config->alignment = 8192)
SET(alignment_max, config->alignment = SIZE_MAX)
SET(action_3, config->on_limit = (enum FwlLimitAction)3)
SET(action_max, config->on_limit = (enum FwlLimitAction)UINT32_MAX)
SET(no_map, half_a_source = page_source(NULL, true); half_a_source.map = NULL;
    config->source = &half_a_source)
SET(no_unmap, half_a_source = page_source(NULL, true); half_a_source.unmap = NULL;
    config->source = &half_a_source)
SET(guards_without_debug, config->guard_frames = true)
#undef SET

static const struct {
    void (*set)(FwlPoolConfig *config);
    const char *field;
} nonsense[] = {
    {set_no_small_blocks, "small_block_size"},
    {set_small_below_alignment, "small_block_size"},
    {set_small_above_medium, "small_block_size"},
    {set_medium_below_small, "medium_block_size"},
    {set_medium_above_large, "medium_block_size"},
    {set_no_large_blocks, "large_block_size"},
    {set_large_beyond_most, "large_block_size"},
    {set_large_is_max, "large_block_size"},
    {set_initial_beyond_most, "initial_pool_size"},
    {set_initial_is_max, "initial_pool_size"},
    {set_no_budget, "max_pool_size"},
    {set_alignment_0, "alignment is no power"},
    {set_alignment_1, "alignment is no power"},
    {set_alignment_3, "alignment is no power"},
    {set_alignment_8192, "alignment is no power"},
    {set_alignment_max, "alignment is no power"},
    {set_action_3, "on_limit"},
    {set_action_max, "on_limit"},
    {set_no_map, "source"},
    {set_no_unmap, "source"},
    {set_guards_without_debug, "guard_frames"},
};

static void a_field_without_sense_is_named_whichever_it_is(void)
{
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        FwlPoolConfig config = fwl_pool_config_default();
        config.name = "odd";
        nonsense[i].set(&config);
        FwlPool *pool = (FwlPool *)&config;
        heard[0] = '\0';
        fwl_log_set_callback(hear);
        const int status = fwl_pool_create(&pool, &config);
        fwl_log_set_callback(NULL);
        assert_int_equal(status, FWL_E_INVALID);
        assert_null(pool);
        assert_non_null(strstr(heard, "odd"));
        if (!strstr(heard, nonsense[i].field))
            fail_msg("expected a line about %s, heard: %s", nonsense[i].field, heard);
    }
}

/* Odd, and allowed. */
static void use(FwlPool *pool)
{
    static const size_t sizes[] = {0, 1, 16, 17, 4096, 4097, 65536, MIB, 2 * MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *block = need(fwl_pool_alloc(pool, sizes[i]));
        memset(block, 1, sizes[i]);
        fwl_pool_free(pool, block);
    }
}

static void extreme_configurations_work(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = NULL;
    config.alignment = 16;
    config.small_block_size = config.medium_block_size = config.large_block_size = 16;
    config.initial_pool_size = 0;
    config.max_idle_size = 0;
    config.idle_timeout_ms = UINT32_MAX;
    FwlPool *all_frames = make_pool(&config);
    later(close_pool, &all_frames);
    use(all_frames);
    config.alignment = 4096;
    config.small_block_size = config.medium_block_size = config.large_block_size = MIB;
    config.max_idle_size = SIZE_MAX;
    config.max_pool_size = FWL_POOL_SIZE_CGROUP;
    FwlPool *all_small = make_pool(&config);
    later(close_pool, &all_small);
    use(all_small);
}

static void expect_room_at(size_t large_block_size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.small_block_size = config.medium_block_size = config.alignment;
    config.large_block_size = large_block_size;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    fwl_pool_free(pool, need(fwl_pool_alloc(pool, 1))); /* from now on the shortest way is taken */
    for (size_t size = large_block_size - 2; size <= large_block_size + 2; size++) {
        void *block = need(fwl_pool_alloc(pool, size));
        const size_t usable = fwl_pool_usable_size(block);
        fwl_pool_free(pool, block);
        assert_in_range(usable, size, SIZE_MAX);
    }
}

static void an_odd_size_for_the_largest_blocks_is_as_good_as_a_round_one(void)
{
    static const size_t sizes[] = {1000, 4095, 4096, 4097, 14352, 23192, 65537, MIB - 1, MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        expect_room_at(sizes[i]);
}

/* Sizes and alignments */

static void expect_refusals(FwlPool *pool)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 4095, (size_t)PTRDIFF_MAX + 1, PTRDIFF_MAX,
                                   PTRDIFF_MAX - 4096};
    static const size_t alignments[] = {0, 3, 48, SIZE_MAX, SIZE_MAX - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_null(fwl_pool_alloc(pool, sizes[i]));
        assert_null(fwl_pool_allocz(pool, sizes[i]));
        assert_null(fwl_pool_alloc_tagged(pool, sizes[i], "large"));
        assert_null(fwl_pool_realloc(pool, NULL, sizes[i]));
        assert_null(fwl_pool_aligned_alloc(pool, (size_t)1 << 63, sizes[i]));
        for (size_t k = 0; k < sizeof alignments / sizeof alignments[0]; k++)
            assert_null(fwl_pool_aligned_alloc(pool, alignments[k], sizes[i]));
    }
    for (size_t k = 0; k < sizeof alignments / sizeof alignments[0]; k++) {
        assert_null(fwl_pool_aligned_alloc(pool, alignments[k], 0));
        assert_null(fwl_pool_aligned_alloc(pool, alignments[k], 100));
        assert_null(fwl_pool_aligned_alloc(pool, alignments[k], 2 * MIB));
    }
    assert_null(fwl_pool_aligned_alloc(pool, (size_t)1 << 63, 1));
}

static void expect_nothing_happens(const FwlPoolConfig *config)
{
    FwlPool *pool = make_pool(config);
    later(close_pool, &pool);
    unsigned char *block = need(fwl_pool_alloc(pool, 1000));
    memset(block, 0x5c, 1000);
    const FwlPoolStats before = stats_of(pool);
    expect_refusals(pool);
    assert_null(fwl_pool_realloc(pool, block, SIZE_MAX));
    const FwlPoolStats after = stats_of(pool);
    const bool is_whole = block[0] == 0x5c && block[999] == 0x5c;
    fwl_pool_free(pool, block);
    assert_true(is_whole);
    assert_int_equal(after.current_usage, before.current_usage);
    assert_int_equal(after.allocation_count, before.allocation_count);
    assert_int_equal(after.charged_size, before.charged_size);
    assert_int_equal(after.wait_count, 0);
}

static void sizes_and_alignments_that_cannot_be_change_nothing(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    expect_nothing_happens(&config);
    config.on_limit = FWL_LIMIT_WAIT;
    expect_nothing_happens(&config);
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    expect_nothing_happens(&config);
    config.alignment = 4096;
    config.small_block_size = 4096;
    expect_nothing_happens(&config);
}

static void debug_pools_refuse_the_same(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.enable_debug = true;
    expect_nothing_happens(&config);
    config.guard_frames = true;
    expect_nothing_happens(&config);
}

/* All blocks of this pool are frames, also those of no bytes, which end where the guard begins. */
static void an_empty_block_before_a_guard_is_a_block(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.enable_debug = true;
    config.guard_frames = true;
    config.alignment = 16;
    config.small_block_size = config.medium_block_size = config.large_block_size = 16;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *block = need(fwl_pool_alloc(pool, 0));
    assert_int_equal(fwl_pool_set_tag(block, "empty"), 0);
    assert_ptr_equal(fwl_pool_of(block), pool);
    void *larger = fwl_pool_realloc(pool, block, 100);
    fwl_pool_free(pool, larger ? larger : block);
}

/* Budgets that have no room for a mapping */

static void a_budget_smaller_than_a_mapping_does_not_keep_a_pool_from_being_made(void)
{
    need_pages();
    PageSource pages = {0};
    const FwlPoolSource source = page_source(&pages, false);
    FwlPoolConfig config = fwl_pool_config_default();
    config.source = &source;
    config.max_pool_size = 3 * MIB;
    config.on_limit = FWL_LIMIT_FAIL;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *frame = need(fwl_pool_alloc(pool, 2 * MIB));
    assert_null(fwl_pool_alloc(pool, 100000)); /* its mapping of 4 MiB counts as a whole */
    fwl_pool_free(pool, frame);
}

/* Trimming counts what leaves on the way, too: nothing may stay idle here. */
static void a_trim_tells_all_that_it_gives_back(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 0;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    fwl_pool_free(pool, need(fwl_pool_alloc(pool, 100)));
    fwl_pool_free(pool, need(fwl_pool_alloc(pool, 5000)));
    const FwlPoolStats before = stats_of(pool);
    const size_t trimmed = fwl_pool_trim(pool, 0);
    assert_int_equal(trimmed, before.committed_size - stats_of(pool).committed_size);
    assert_int_equal(stats_of(pool).committed_size, 0);
}

/* Budgets above budgets */

typedef struct Family {
    FwlPool *grandparent;
    FwlPool *uncle;
    FwlPool *parent;
} Family;

static void close_family(void *object)
{
    Family *family = object;
    fwl_pool_destroy(&family->parent);
    fwl_pool_destroy(&family->uncle);
    fwl_pool_destroy(&family->grandparent);
}

/* A parent of little budget that goes over it, below a grandparent of 8 MiB of which the uncle has
 * 6 MiB idle. */
static void make_family(Family *family, enum FwlLimitAction of_grandparent)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = 8 * MIB;
    config.on_limit = of_grandparent;
    need_ok(fwl_pool_create(&family->grandparent, &config));
    config.parent = family->grandparent;
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    need_ok(fwl_pool_create(&family->uncle, &config));
    config.max_pool_size = MIB;
    config.on_limit = FWL_LIMIT_SYSTEM;
    need_ok(fwl_pool_create(&family->parent, &config));
    fwl_pool_free(family->uncle, need(fwl_pool_alloc(family->uncle, 6 * MIB)));
}

static void going_over_one_budget_trims_for_the_next_one_up(void)
{
    Family family = {0};
    later(close_family, &family);
    make_family(&family, FWL_LIMIT_FAIL);
    fwl_pool_free(family.parent, need(fwl_pool_alloc(family.parent, 4 * MIB)));
    assert_int_equal(stats_of(family.parent).limit_count, 1);
    assert_int_equal(stats_of(family.grandparent).limit_count, 0);
    assert_true(stats_of(family.grandparent).peak_charged <= 8 * MIB);
}

static void an_allocation_counts_at_each_budget_that_it_goes_over(void)
{
    Family family = {0};
    later(close_family, &family);
    make_family(&family, FWL_LIMIT_SYSTEM);
    fwl_pool_free(family.parent, need(fwl_pool_alloc(family.parent, 9 * MIB)));
    assert_int_equal(stats_of(family.parent).limit_count, 1);
    assert_int_equal(stats_of(family.grandparent).limit_count, 1);
}

/* Destroyed pools */

static void a_block_that_outlived_its_pool_cannot_grow(void)
{
    FwlPool *pool = make_pool(NULL);
    unsigned char *small = fwl_pool_alloc(pool, 100);
    unsigned char *frame = fwl_pool_alloc(pool, 2 * MIB);
    fwl_pool_destroy(&pool);
    assert_true(!small || !fwl_pool_realloc(NULL, small, 100000));
    assert_true(!frame || !fwl_pool_realloc(NULL, frame, 9 * MIB));
    fwl_pool_free(NULL, small);
    fwl_pool_free(NULL, frame);
}

/* One block, freed by two threads at once */

typedef struct Race {
    FwlPool *pool;
    void *block;
    pthread_barrier_t start;
} Race;

static void *free_at_once(void *opaque)
{
    Race *race = opaque;
    pthread_barrier_wait(&race->start);
    fwl_pool_free(race->pool, race->block);
    return NULL;
}

static _Noreturn void free_twice_at_once(size_t size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.enable_debug = true;
    Race race = {0};
    pthread_t other;
    if (fwl_pool_create(&race.pool, &config) < 0 || pthread_barrier_init(&race.start, NULL, 2) != 0)
        _exit(2);
    race.block = fwl_pool_alloc(race.pool, size);
    if (!race.block || pthread_create(&other, NULL, free_at_once, &race) != 0)
        _exit(2);
    free_at_once(&race);
    pthread_join(other, NULL);
    _exit(0);
}

/* How a child ends that does so, and what it says. */
static int end_of_race(size_t size, char said[4096])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        free_twice_at_once(size);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t count;
    while ((count = read(ends[0], said + length, 4095 - length)) > 0)
        length += (size_t)count;
    said[length] = '\0';
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void of_two_frees_at_once_one_is_found(void)
{
    need_pages();
    enum { RACES = 20 };
    for (size_t i = 0; i < RACES; i++) {
        char said[4096];
        const int status = end_of_race(i % 2 == 0 ? 100 : 2 * MIB, said);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
            fail_msg("ended with status %#x, having said: %s", (unsigned)status, said);
        assert_non_null(strstr(said, "free of a block that is free already"));
    }
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_field_without_sense_is_named_whichever_it_is),
        CASE(extreme_configurations_work),
        CASE(an_odd_size_for_the_largest_blocks_is_as_good_as_a_round_one),
        CASE(sizes_and_alignments_that_cannot_be_change_nothing),
        CASE(debug_pools_refuse_the_same),
        CASE(an_empty_block_before_a_guard_is_a_block),
        CASE(a_budget_smaller_than_a_mapping_does_not_keep_a_pool_from_being_made),
        CASE(a_trim_tells_all_that_it_gives_back),
        CASE(going_over_one_budget_trims_for_the_next_one_up),
        CASE(an_allocation_counts_at_each_budget_that_it_goes_over),
        CASE(a_block_that_outlived_its_pool_cannot_grow),
        CASE_ONCE(of_two_frees_at_once_one_is_found), /* in children, who have failures of theirs */
    };
    return run_cases("pool_bad_input", cases, sizeof cases / sizeof cases[0], argc, argv);
}
