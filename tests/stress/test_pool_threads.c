/* SPDX-License-Identifier: BSD-2-Clause */
/* The pool under several threads: blocks change hands, snapshots add up, budgets hold. */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include <time.h>

#include "case.h"
#include "framewell/pool.h"
#include "traffic.h"

enum {
    KIB = 1 << 10,
    MIB = 1 << 20,
    THREADS = 6,
    ROUNDS = 4000,
};

static void *allocate_and_hand_over(void *opaque)
{
    for (int round = 0; round < ROUNDS; round++)
        hand_over(opaque);
    return NULL;
}

static void *watch(void *opaque)
{
    Worker *worker = opaque;
    Work *work = worker->work;
    unsigned long looks = 0;
    while (!atomic_load(&work->is_over)) {
        FwlPoolStats stats;
        fwl_pool_get_stats(work->pool, &stats);
        if (!adds_up(&stats) || (stats.limit_count > 0 && stats.peak_charged > stats.limit))
            atomic_fetch_add(&work->failures, 1);
        if (++looks % 64 == 0)
            fwl_pool_trim(work->pool, 4 * MIB);
    }
    return NULL;
}

static void run_threads(Work *work)
{
    Worker watcher;
    Worker workers[THREADS];
    start_worker(&watcher, work, 1, watch);
    for (size_t i = 0; i < THREADS; i++)
        start_worker(&workers[i], work, 0x9e3779b97f4a7c15u * (i + 1), allocate_and_hand_over);
    for (size_t i = 0; i < THREADS; i++)
        fwl_os_thread_join(&workers[i].thread);
    empty_shelf(work);
    atomic_store(&work->is_over, true);
    fwl_os_thread_join(&watcher.thread);
}

static FwlPool *make_pool(size_t limit, enum FwlLimitAction action)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = limit;
    config.on_limit = action;
    config.wait_timeout_ms = 10000;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    return pool;
}

static void expect_all_back(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_true(adds_up(&stats));
    assert_int_equal(stats.current_usage, 0);
    assert_int_equal(stats.allocation_count, stats.free_count);
    fwl_pool_trim(pool, 0);
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.committed_size, 0);
    assert_int_equal(stats.charged_size, 0);
}

static void blocks_change_hands_unharmed_and_snapshots_add_up(void)
{
    static Work work;
    work = (Work){.pool = make_pool(FWL_POOL_SIZE_UNLIMITED, FWL_LIMIT_FAIL)};
    run_threads(&work);
    assert_int_equal(atomic_load(&work.failures), 0);
    assert_int_equal(atomic_load(&work.refused), 0);
    expect_all_back(work.pool);
    fwl_pool_destroy(&work.pool);
}

static void a_budget_holds_under_many_threads(void)
{
    static Work work;
    work = (Work){.pool = make_pool(16 * MIB, FWL_LIMIT_FAIL)};
    run_threads(&work);
    FwlPoolStats stats;
    fwl_pool_get_stats(work.pool, &stats);
    assert_int_equal(atomic_load(&work.failures), 0);
    assert_true(stats.peak_charged <= stats.limit);
    expect_all_back(work.pool);
    fwl_pool_destroy(&work.pool);
}

/* Waiting: each thread holds at most one frame, the budget has room for two, so all get through. */
enum { FRAMES_EACH = 200 };

static void *take_frames_in_turn(void *opaque)
{
    Worker *worker = opaque;
    Work *work = worker->work;
    for (int i = 0; i < FRAMES_EACH; i++) {
        const size_t size = (size_t)(2 + next_random(&worker->seed) % 2) * MIB;
        unsigned char *frame = fwl_pool_alloc(work->pool, size);
        if (!frame) {
            atomic_fetch_add(&work->refused, 1);
            continue;
        }
        sign(frame);
        check_and_free(work, frame);
    }
    return NULL;
}

static void waiting_threads_all_get_their_turn(void)
{
    static Work work;
    work = (Work){.pool = make_pool(6 * MIB, FWL_LIMIT_WAIT)};
    Worker workers[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        start_worker(&workers[i], &work, i + 1, take_frames_in_turn);
    for (size_t i = 0; i < THREADS; i++)
        fwl_os_thread_join(&workers[i].thread);
    FwlPoolStats stats;
    fwl_pool_get_stats(work.pool, &stats);
    assert_int_equal(atomic_load(&work.refused), 0);
    assert_int_equal(atomic_load(&work.failures), 0);
    assert_true(stats.peak_charged <= stats.limit);
    expect_all_back(work.pool);
    fwl_pool_destroy(&work.pool);
}

/* Timing out: something comes back before every attempt, but never enough. */
enum { CRUMBS = 200, CRUMB_NS = 5000000, CRUMBS_TIMEOUT_MS = 50 };

typedef struct Crumbs {
    void *blocks[CRUMBS];
    size_t left;
} Crumbs;

static void free_a_crumb(void *opaque, FwlPool *pool, size_t needed)
{
    Crumbs *crumbs = opaque;
    (void)needed;
    const struct timespec pause = {.tv_nsec = CRUMB_NS};
    nanosleep(&pause, NULL);
    if (crumbs->left > 0)
        fwl_pool_free(pool, crumbs->blocks[--crumbs->left]);
}

static void a_wait_ends_in_time_however_much_comes_back(void)
{
    static Crumbs crumbs;
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = 6 * MIB;
    config.on_limit = FWL_LIMIT_WAIT;
    config.wait_timeout_ms = CRUMBS_TIMEOUT_MS;
    config.on_pressure = free_a_crumb;
    config.opaque = &crumbs;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    for (crumbs.left = 0; crumbs.left < CRUMBS; crumbs.left++)
        crumbs.blocks[crumbs.left] = fwl_pool_alloc(pool, 64);
    void *held = fwl_pool_alloc(pool, 4 * MIB);
    void *refused = fwl_pool_alloc(pool, 4 * MIB);
    const size_t left = crumbs.left;
    while (crumbs.left > 0)
        fwl_pool_free(pool, crumbs.blocks[--crumbs.left]);
    fwl_pool_free(pool, held);
    fwl_pool_destroy(&pool);
    assert_null(refused);
    assert_true(left > CRUMBS / 2);
}

/* Ending: the pool is destroyed while other threads still free its blocks. */
enum { ENDINGS = 100 };

static void *free_shelf(void *opaque)
{
    Worker *worker = opaque;
    empty_shelf(worker->work);
    return NULL;
}

static void a_pool_ends_once_however_its_last_blocks_come_back(void)
{
    for (int ending = 0; ending < ENDINGS; ending++) {
        static Work work;
        work = (Work){.pool = make_pool(FWL_POOL_SIZE_UNLIMITED, FWL_LIMIT_WAIT)};
        for (size_t i = 0; i < SHELF_SIZE; i++) {
            work.shelf[i] = fwl_pool_alloc(work.pool, 16 + i * 3 * KIB);
            sign(work.shelf[i]);
        }
        Worker workers[2];
        FwlPool *pool = work.pool;
        start_worker(&workers[0], &work, 1, free_shelf);
        start_worker(&workers[1], &work, 2, free_shelf);
        fwl_pool_destroy(&pool);
        fwl_os_thread_join(&workers[0].thread);
        fwl_os_thread_join(&workers[1].thread);
        assert_int_equal(atomic_load(&work.failures), 0);
    }
}

int main(int argc, char **argv)
{
    /* Without planted failures: the threads make thousands of allocations in no fixed order. */
    static const struct TestCase cases[] = {
        CASE_ONCE(blocks_change_hands_unharmed_and_snapshots_add_up),
        CASE_ONCE(a_budget_holds_under_many_threads),
        CASE_ONCE(waiting_threads_all_get_their_turn),
        CASE_ONCE(a_wait_ends_in_time_however_much_comes_back),
        CASE_ONCE(a_pool_ends_once_however_its_last_blocks_come_back),
    };
    return run_cases("pool_threads", cases, sizeof cases / sizeof cases[0], argc, argv);
}
