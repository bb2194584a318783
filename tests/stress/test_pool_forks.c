/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forks of a process that is never idle: its threads allocate, free each other's blocks, wait for a
 * budget, trim, take snapshots, come and go. Each child does all that could meet a lock that nobody
 * is left to open, and is ended by SIGALRM when it does.
 *
 * FRAMEWELL_FORKS=N makes that many; FORKS without it.
 */
#define _POSIX_C_SOURCE 200809L /* fork, waitpid, alarm */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"
#include "traffic.h"

/* ThreadSanitizer ends a child that has had threads; AddressSanitizer's own allocator may be locked
 * in it for ever. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define HAS_FORK_CASES false
#else
#define HAS_FORK_CASES true
#endif

enum {
    MIB = 1 << 20,
    FORKS = 1000,
    BUSY_THREADS = 8,
    CHILDREN_AT_ONCE = 4,
    CHILD_SECONDS = 60,
};

/* The default pool, one with a budget to wait for, and one that is charged to that. */
enum { DEFAULT, WAITING, NESTED, WORK_COUNT };
static Work works[WORK_COUNT];

static void *keep_busy(void *opaque)
{
    Worker *worker = opaque;
    while (!atomic_load(&worker->work->is_over)) {
        hand_over(worker);
        const uint64_t dice = next_random(&worker->seed);
        FwlPoolStats stats;
        if (dice % 64 == 0)
            fwl_pool_trim(worker->work->pool, MIB);
        if (dice % 64 == 1)
            fwl_pool_get_stats(worker->work->pool, &stats);
    }
    return NULL;
}

static void *be_short_lived(void *opaque)
{
    Worker *worker = opaque;
    for (int i = 0; i < 8; i++)
        hand_over(worker);
    return NULL;
}

/* A thread that has no end to its children. */
static void *start_threads(void *opaque)
{
    Worker *worker = opaque;
    while (!atomic_load(&worker->work->is_over)) {
        Worker child = {.work = worker->work, .seed = next_random(&worker->seed)};
        if (fwl_os_thread_create(&child.thread, be_short_lived, &child) == 0)
            fwl_os_thread_join(&child.thread);
    }
    return NULL;
}

static int count_block(void *opaque, const FwlPoolBlock *block)
{
    (void)block;
    ++*(size_t *)opaque;
    return 0;
}

static bool use_pool(Work *work)
{
    Worker worker = {.work = work, .seed = (uint64_t)getpid()};
    FwlPoolStats stats;
    size_t seen = 0;
    empty_shelf(work);
    for (int i = 0; i < 4; i++)
        hand_over(&worker);
    empty_shelf(work);
    fwl_pool_get_stats(work->pool, &stats);
    const bool is_visited = fwl_pool_visit(work->pool, count_block, &seen) == 0;
    fwl_pool_trim(work->pool, 0);
    /* What a thread was about to get or to give back is counted and not shown: with debug blocks
     * and malloc's, between two locks. */
    const bool has_betweens = getenv("FRAMEWELL_DEBUG") || getenv("FRAMEWELL_POOL");
    const uint64_t live = stats.allocation_count - stats.free_count;
    const bool is_complete = has_betweens ? seen <= live : seen == live;
    return adds_up(&stats) && is_visited && is_complete && atomic_load(&work->failures) == 0;
}

/* In the child: everything once, a thread and a pool of its own included. */
static bool use_everything(void)
{
    bool is_well = true;
    for (size_t i = 0; i < WORK_COUNT; i++)
        is_well = use_pool(&works[i]) && is_well;
    Worker worker = {.work = &works[DEFAULT], .seed = 1};
    if (fwl_os_thread_create(&worker.thread, be_short_lived, &worker) == 0)
        fwl_os_thread_join(&worker.thread);
    FwlPool *own;
    is_well = fwl_pool_create(&own, NULL) == 0 && is_well;
    fwl_pool_free(own, fwl_pool_alloc(own, 3 * MIB));
    fwl_pool_destroy(&own);
    for (size_t i = WORK_COUNT; i-- > 0;)
        fwl_pool_destroy(&works[i].pool);
    return is_well;
}

static pid_t fork_child(void)
{
    const pid_t child = fork();
    if (child != 0)
        return child;
    alarm(CHILD_SECONDS);
    _exit(use_everything() ? 0 : 1);
}

/* Waits for a child; false when it did not end well. */
static bool reap(void)
{
    int status = -1;
    return waitpid(-1, &status, 0) > 0 && status == 0;
}

static size_t fork_often(size_t count)
{
    size_t failures = 0;
    size_t running = 0;
    for (size_t i = 0; i < count; i++) {
        if (fork_child() < 0)
            failures++;
        else
            running++;
        if (running == CHILDREN_AT_ONCE) {
            failures += !reap();
            running--;
        }
    }
    while (running-- > 0)
        failures += !reap();
    return failures;
}

static void make_works(void)
{
    memset(works, 0, sizeof works);
    works[DEFAULT].pool = fwl_pool_default();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = 24 * MIB;
    config.on_limit = FWL_LIMIT_WAIT;
    config.wait_timeout_ms = 1;
    need_ok(fwl_pool_create(&works[WAITING].pool, &config));
    config.parent = works[WAITING].pool;
    config.max_pool_size = 16 * MIB;
    config.on_limit = FWL_LIMIT_FAIL;
    need_ok(fwl_pool_create(&works[NESTED].pool, &config));
}

static size_t count_of_forks(void)
{
    const char *wanted = getenv("FRAMEWELL_FORKS");
    return wanted ? strtoul(wanted, NULL, 10) : FORKS;
}

static void no_child_of_a_busy_process_hangs(void)
{
    if (!HAS_FORK_CASES)
        skip_case("this build cannot fork with threads");
    make_works();
    Worker workers[BUSY_THREADS];
    for (size_t i = 0; i < BUSY_THREADS; i++)
        start_worker(&workers[i], &works[i % WORK_COUNT], i + 1,
                     i < BUSY_THREADS - 1 ? keep_busy : start_threads);
    const size_t failures = fork_often(count_of_forks());
    for (size_t i = 0; i < WORK_COUNT; i++)
        atomic_store(&works[i].is_over, true);
    for (size_t i = 0; i < BUSY_THREADS; i++)
        fwl_os_thread_join(&workers[i].thread);
    for (size_t i = WORK_COUNT; i-- > 0;) {
        empty_shelf(&works[i]);
        fwl_pool_destroy(&works[i].pool);
    }
    assert_int_equal(failures, 0);
}

int main(int argc, char **argv)
{
    /* Without planted failures: threads meet them in no fixed order. */
    static const struct TestCase cases[] = {
        CASE_ONCE(no_child_of_a_busy_process_hangs),
    };
    return run_cases("pool_forks", cases, sizeof cases / sizeof cases[0], argc, argv);
}
