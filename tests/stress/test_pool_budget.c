/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many threads against one budget. It is held to the byte, as the statistics say it and as a source
 * of pages counts it that knows nothing of budgets; and nothing of it is lost: when all blocks are
 * back and the idle memory is given back, nothing is charged, and the source has all its pages.
 *
 * FRAMEWELL_ROUNDS=N lets each thread do that many rounds; ROUNDS without it.
 */
#include <stdlib.h>

#include "case.h"
#include "page_source.h"
#include "pool/pool_internal.h"
#include "pool_fixture.h"
#include "traffic.h"

enum {
    KIB = 1 << 10,
    MIB = 1 << 20,
    THREADS = 64,
    ROUNDS = 100,
    POOLS = 3, /* a parent and two children */
    LIMIT = 24 * MIB,
    CHILD_LIMIT = 16 * MIB,
    TIMEOUT_MS = 60000,
};

/* A parent with the budget, and children that are charged to it: the second has one of its own. */
typedef struct Family {
    PageSource pages;
    FwlPoolSource source;
    Work works[POOLS];
    bool is_strict; /* never over the limit */
    size_t least;   /* sizes of blocks, from here */
    size_t most;    /* to here */
    atomic_bool is_over;
    atomic_int wrong;
} Family;

static Family family;

/* What of each mapping is the pool's own, and in no budget. */
static size_t header_of_frames(void)
{
    return fwl_os_page_size();
}

static size_t header_of_runs(void)
{
    const FwlPool pool = {.page_size = fwl_os_page_size()};
    return fwl_span_first_page(&pool) * pool.page_size;
}

static void make_family(enum FwlLimitAction action, bool has_frames)
{
    family = (Family){.is_strict = action != FWL_LIMIT_SYSTEM};
    /* Frames are mapped one by one; runs are charged by the mapping where the source cannot
     * purge. So either way what the source counts is what the budget has to. */
    family.pages.overhead = has_frames ? header_of_frames() : header_of_runs();
    family.source = page_source(&family.pages, has_frames);
    family.least = has_frames ? MIB + 1 : 16;
    family.most = has_frames ? 4 * MIB : 200 * KIB;
    FwlPoolConfig config = fwl_pool_config_default();
    config.source = &family.source;
    config.initial_pool_size = 0;
    config.max_pool_size = LIMIT;
    config.on_limit = action;
    config.wait_timeout_ms = TIMEOUT_MS;
    need_ok(fwl_pool_create(&family.works[0].pool, &config));
    config.parent = family.works[0].pool;
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    need_ok(fwl_pool_create(&family.works[1].pool, &config));
    config.max_pool_size = CHILD_LIMIT;
    need_ok(fwl_pool_create(&family.works[2].pool, &config));
}

static bool is_within(const FwlPoolStats *stats)
{
    return adds_up(stats) &&
           (!family.is_strict ||
            (stats->charged_size <= stats->limit && stats->peak_charged <= stats->limit));
}

static void *watch(void *opaque)
{
    for (size_t i = 0; !atomic_load(&family.is_over); i++) {
        const FwlPoolStats stats = stats_of(family.works[i % POOLS].pool);
        if (!is_within(&stats))
            atomic_fetch_add(&family.wrong, 1);
        if (i % 64 == 0)
            fwl_pool_trim(family.works[i / 64 % POOLS].pool, MIB);
        if (i % 256 == 0)
            fwl_os_yield();
    }
    return opaque;
}

static size_t count_of_rounds(void)
{
    const char *wanted = getenv("FRAMEWELL_ROUNDS");
    return wanted ? strtoul(wanted, NULL, 10) : ROUNDS;
}

/* A signed block of the family's sizes; NULL, and counted: refused. */
static unsigned char *take_block(Worker *worker)
{
    const size_t range = family.most - family.least;
    const size_t size = family.least + (size_t)(next_random(&worker->seed) % range);
    unsigned char *block = fwl_pool_alloc(worker->work->pool, size);
    if (block)
        sign(block);
    else
        atomic_fetch_add(&worker->work->refused, 1);
    return block;
}

/* One block at a time, so that those who wait for the others' all get their turn. */
static void *take_and_give_back(void *opaque)
{
    Worker *worker = opaque;
    for (size_t i = count_of_rounds(); i > 0; i--) {
        unsigned char *block = take_block(worker);
        if (i % 16 == 0)
            fwl_os_yield();
        check_and_free(worker->work, block);
    }
    return NULL;
}

/* Blocks lie on a shelf and are freed by whichever thread: for those who need not wait. */
static void *take_and_leave(void *opaque)
{
    Worker *worker = opaque;
    for (size_t i = count_of_rounds(); i > 0; i--) {
        unsigned char *block = take_block(worker);
        const size_t place = next_random(&worker->seed) % SHELF_SIZE;
        check_and_free(worker->work, atomic_exchange(&worker->work->shelf[place], block));
    }
    return NULL;
}

static void run_family(void *(*run)(void *opaque))
{
    FwlThread watcher;
    static Worker workers[THREADS];
    assert_int_equal(fwl_os_thread_create(&watcher, watch, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        start_worker(&workers[i], &family.works[i % POOLS], 0x9e3779b97f4a7c15u * (i + 1), run);
    for (size_t i = 0; i < THREADS; i++)
        fwl_os_thread_join(&workers[i].thread);
    atomic_store(&family.is_over, true);
    fwl_os_thread_join(&watcher);
    for (size_t i = 0; i < POOLS; i++)
        empty_shelf(&family.works[i]);
}

static void expect_nothing_charged(FwlPool *pool)
{
    fwl_pool_trim(pool, 0);
    const FwlPoolStats stats = stats_of(pool);
    assert_true(is_within(&stats));
    assert_int_equal(stats.current_usage, 0);
    assert_int_equal(stats.committed_size, 0);
    assert_int_equal(stats.charged_size, 0);
    assert_int_equal(stats.allocation_count, stats.free_count);
}

/* What was refused altogether. */
static unsigned long end_family(void)
{
    unsigned long refused = 0;
    int failures = atomic_load(&family.wrong);
    const uint64_t peak_charged = stats_of(family.works[0].pool).peak_charged;
    for (size_t i = POOLS; i-- > 0;) {
        refused += atomic_load(&family.works[i].refused);
        failures += atomic_load(&family.works[i].failures);
        expect_nothing_charged(family.works[i].pool);
    }
    for (size_t i = POOLS; i-- > 0;)
        fwl_pool_destroy(&family.works[i].pool);
    assert_int_equal(failures, 0);
    assert_int_equal(atomic_load(&family.pages.count), 0);
    assert_int_equal(atomic_load(&family.pages.size), 0);
    assert_true(peak_charged >= atomic_load(&family.pages.peak));
    if (family.is_strict)
        assert_in_range(atomic_load(&family.pages.peak), LIMIT / 2, LIMIT);
    return refused;
}

static void frames_that_may_be_refused_never_go_over_the_budget(void)
{
    need_pages();
    make_family(FWL_LIMIT_FAIL, true);
    run_family(take_and_leave);
    assert_true(end_family() > 0);
}

static void small_blocks_that_may_be_refused_never_go_over_the_budget(void)
{
    need_pages();
    make_family(FWL_LIMIT_FAIL, false);
    run_family(take_and_leave);
    end_family();
}

static void frames_that_are_waited_for_never_go_over_the_budget(void)
{
    need_pages();
    make_family(FWL_LIMIT_WAIT, true);
    run_family(take_and_give_back);
    assert_int_equal(end_family(), 0);
}

static void frames_beyond_the_budget_are_given_back_and_none_is_refused(void)
{
    need_pages();
    make_family(FWL_LIMIT_SYSTEM, true);
    run_family(take_and_leave);
    assert_true(stats_of(family.works[0].pool).limit_count > 0);
    assert_int_equal(end_family(), 0);
}

static void small_blocks_beyond_the_budget_are_given_back_and_none_is_refused(void)
{
    need_pages();
    make_family(FWL_LIMIT_SYSTEM, false);
    run_family(take_and_leave);
    assert_int_equal(end_family(), 0);
}

/* Children come and go while their parent, at its limit, looks for idle memory in all of them. */
enum { GENERATIONS = 1000, CHILD_BLOCKS = 20 };

static void live_and_end(FwlPool *parent, uint64_t *seed)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.parent = parent;
    config.enable_debug = next_random(seed) % 4 != 0;
    FwlPool *child;
    if (fwl_pool_create(&child, &config) < 0)
        return;
    void *blocks[CHILD_BLOCKS];
    for (size_t i = 0; i < CHILD_BLOCKS; i++)
        blocks[i] = fwl_pool_alloc(child, (size_t)(next_random(seed) % (64 * KIB)));
    const size_t left_behind = next_random(seed) % 2;
    for (size_t i = left_behind; i < CHILD_BLOCKS; i++)
        fwl_pool_free(child, blocks[i]);
    fwl_pool_destroy(&child);
    if (left_behind > 0)
        fwl_pool_free(NULL, blocks[0]);
}

static void *be_generations(void *opaque)
{
    Worker *worker = opaque;
    for (size_t i = 0; i < GENERATIONS; i++)
        live_and_end(worker->work->pool, &worker->seed);
    return NULL;
}

static void *ask_for_too_much(void *opaque)
{
    Worker *worker = opaque;
    while (!atomic_load(&worker->work->is_over)) {
        if (fwl_pool_alloc(worker->work->pool, LIMIT + 1))
            atomic_fetch_add(&worker->work->failures, 1);
    }
    return NULL;
}

static void children_come_and_go_while_their_parent_looks_for_room(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = LIMIT;
    config.on_limit = FWL_LIMIT_FAIL;
    static Work work;
    work = (Work){0};
    need_ok(fwl_pool_create(&work.pool, &config));
    Worker workers[4];
    for (size_t i = 0; i < 4; i++)
        start_worker(&workers[i], &work, i + 1, i < 2 ? be_generations : ask_for_too_much);
    fwl_os_thread_join(&workers[0].thread);
    fwl_os_thread_join(&workers[1].thread);
    atomic_store(&work.is_over, true);
    fwl_os_thread_join(&workers[2].thread);
    fwl_os_thread_join(&workers[3].thread);
    FwlPoolStats stats = stats_of(work.pool);
    fwl_pool_destroy(&work.pool);
    assert_int_equal(atomic_load(&work.failures), 0);
    assert_int_equal(stats.charged_size, 0);
}

int main(int argc, char **argv)
{
    /* Without planted failures: threads meet them in no fixed order. */
    static const struct TestCase cases[] = {
        CASE_ONCE(frames_that_may_be_refused_never_go_over_the_budget),
        CASE_ONCE(small_blocks_that_may_be_refused_never_go_over_the_budget),
        CASE_ONCE(frames_that_are_waited_for_never_go_over_the_budget),
        CASE_ONCE(frames_beyond_the_budget_are_given_back_and_none_is_refused),
        CASE_ONCE(small_blocks_beyond_the_budget_are_given_back_and_none_is_refused),
        CASE_ONCE(children_come_and_go_while_their_parent_looks_for_room),
    };
    return run_cases("pool_budget", cases, sizeof cases / sizeof cases[0], argc, argv);
}
