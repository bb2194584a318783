/* SPDX-License-Identifier: BSD-2-Clause */
/* Heaps: threads that come and go, blocks that are freed elsewhere, processes that fork. */
#define _POSIX_C_SOURCE 200809L /* fork, waitpid, alarm, nanosleep */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "case.h"
#include "framewell/mem.h"
#include "os/os.h"
#include "pool/heap.h"
#include "pool_fixture.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

/* Of runs that are with heaps, without the look of a snapshot, which takes their caches home. */
static size_t held_size(FwlPool *pool)
{
    fwl_os_mutex_lock(&pool->span_lock);
    const size_t size = pool->committed_size - pool->idle_size;
    fwl_os_mutex_unlock(&pool->span_lock);
    return size;
}

static void run_thread(void *(*run)(void *opaque), void *opaque)
{
    FwlThread thread;
    assert_int_equal(fwl_os_thread_create(&thread, run, opaque), 0);
    fwl_os_thread_join(&thread);
}

/* A thread's worth of blocks, from one thread to another. */
enum { BATCH = 300 };

typedef struct Batch {
    FwlPool *pool;
    unsigned char *blocks[BATCH];
} Batch;

static void *fill(void *opaque)
{
    Batch *batch = opaque;
    for (size_t i = 0; i < BATCH; i++) {
        batch->blocks[i] = fwl_pool_alloc(batch->pool, 1 + i * i);
        if (batch->blocks[i])
            memset(batch->blocks[i], (int)i, 1 + i * i);
    }
    return NULL;
}

static void *empty(void *opaque)
{
    Batch *batch = opaque;
    for (size_t i = 0; i < BATCH; i++)
        fwl_pool_free(batch->pool, batch->blocks[i]);
    return NULL;
}

static void a_thread_that_ends_gives_back_its_cache(void)
{
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    Batch batch = {.pool = pool};
    run_thread(fill, &batch);
    for (size_t i = 0; i < BATCH; i++)
        assert_int_equal(batch.blocks[i][0], (unsigned char)i);
    empty(&batch);
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.current_usage, 0);
    assert_int_equal(stats.idle_size, stats.committed_size);
    fwl_pool_trim(pool, 0);
    assert_int_equal(stats_of(pool).committed_size, 0);
}

static void blocks_freed_by_another_thread_are_used_again(void)
{
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    Batch batch = {.pool = pool};
    for (int round = 0; round < 50; round++) {
        fill(&batch);
        run_thread(empty, &batch);
    }
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.current_usage, 0);
    assert_true(stats.committed_size < 32 * MIB);
}

/* Generations of threads: each frees what the one before it left, and leaves its own. */
static void threads_that_come_and_go_do_not_grow_the_pool(void)
{
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    Batch batch = {.pool = pool};
    size_t reserved = 0;
    for (int generation = 0; generation < 400; generation++) {
        run_thread(fill, &batch);
        run_thread(empty, &batch);
        if (generation == 20)
            reserved = stats_of(pool).reserved_size;
    }
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.current_usage, 0);
    assert_true(stats.reserved_size <= reserved);
}

/* A producer allocates while the consumer frees, through a ring that both spin on. */
enum { MESSAGES = 100000, RING = 256 };

typedef struct Ring {
    FwlPool *pool;
    _Atomic(unsigned char *) places[RING];
    atomic_int wrong;
} Ring;

static size_t size_of_message(size_t i)
{
    return 8 + i * 37 % 5000;
}

static void *consume(void *opaque)
{
    Ring *ring = opaque;
    for (size_t i = 0; i < MESSAGES; i++) {
        unsigned char *block;
        while ((block = atomic_exchange(&ring->places[i % RING], NULL)) == NULL)
            fwl_os_yield();
        if (block[0] != (unsigned char)i || block[size_of_message(i) - 1] != (unsigned char)i)
            atomic_fetch_add(&ring->wrong, 1);
        fwl_pool_free(ring->pool, block);
    }
    return NULL;
}

static void *produce(void *opaque)
{
    Ring *ring = opaque;
    for (size_t i = 0; i < MESSAGES; i++) {
        unsigned char *block = fwl_pool_alloc(ring->pool, size_of_message(i));
        block[0] = block[size_of_message(i) - 1] = (unsigned char)i;
        unsigned char *none = NULL;
        while (!atomic_compare_exchange_weak(&ring->places[i % RING], &none, block)) {
            none = NULL;
            fwl_os_yield();
        }
    }
    return NULL;
}

static void a_consumer_frees_what_a_producer_allocates(void)
{
    static Ring ring;
    ring = (Ring){.pool = make_endless_pool()};
    later(close_pool, &ring.pool);
    FwlThread producer;
    FwlThread consumer;
    assert_int_equal(fwl_os_thread_create(&producer, produce, &ring), 0);
    assert_int_equal(fwl_os_thread_create(&consumer, consume, &ring), 0);
    fwl_os_thread_join(&producer);
    fwl_os_thread_join(&consumer);
    const FwlPoolStats stats = stats_of(ring.pool);
    assert_int_equal(atomic_load(&ring.wrong), 0);
    assert_int_equal(stats.allocation_count, MESSAGES);
    assert_int_equal(stats.free_count, MESSAGES);
    assert_true(stats.committed_size < 32 * MIB);
}

/* The bound that pool.h gives for the peak: what each thread has not counted yet. */
static void the_peak_of_one_thread_is_exact(void)
{
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    void *blocks[100];
    size_t usage = 0;
    for (size_t i = 0; i < 100; i++) {
        blocks[i] = fwl_pool_alloc(pool, 100 * i);
        usage += fwl_pool_usable_size(blocks[i]);
    }
    for (size_t i = 0; i < 100; i++)
        fwl_pool_free(pool, blocks[i]);
    assert_int_equal(stats_of(pool).peak_usage, usage);
}

/* Fork */
#if defined(__SANITIZE_THREAD__)
#define HAS_FORK_CASES false /* ThreadSanitizer ends a child that has had threads */
#else
#define HAS_FORK_CASES true
#endif

enum { FORKS = 200, BUSY_THREADS = 4, CHILD_SECONDS = 20 };

static atomic_bool is_over;

static void *keep_busy(void *opaque)
{
    void *blocks[64] = {0};
    for (size_t i = 0; !atomic_load(&is_over); i++) {
        const size_t place = i * 7 % 64;
        fwl_free(blocks[place]);
        blocks[place] = fwl_malloc(i * 131 % (200 * KIB));
    }
    for (size_t i = 0; i < 64; i++)
        fwl_free(blocks[i]);
    return opaque;
}

/* All that could meet a lock that nobody is left to open. True: what was seen makes sense. */
static bool be_looked_at(void)
{
    for (size_t size = 1; size < 4 * MIB; size *= 3)
        fwl_free(fwl_malloc(size));
    FwlPoolStats stats;
    fwl_pool_get_stats(NULL, &stats);
    fwl_pool_trim(NULL, 0);
    return stats.total_allocated - stats.total_freed == stats.current_usage;
}

static void be_a_child(void *inherited)
{
    alarm(CHILD_SECONDS);
    fwl_free(inherited);
    _exit(be_looked_at() ? 0 : 1);
}

static void a_child_of_a_busy_process_can_allocate(void)
{
    if (!HAS_FORK_CASES)
        skip_case("this build cannot fork with threads");
    FwlThread threads[BUSY_THREADS];
    atomic_store(&is_over, false);
    for (size_t i = 0; i < BUSY_THREADS; i++)
        assert_int_equal(fwl_os_thread_create(&threads[i], keep_busy, NULL), 0);
    int failures = 0;
    for (int i = 0; i < FORKS; i++) {
        void *block = fwl_malloc(1000);
        const pid_t child = fork();
        if (child == 0)
            be_a_child(block);
        int status = -1;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            failures++;
        fwl_free(block);
    }
    atomic_store(&is_over, true);
    for (size_t i = 0; i < BUSY_THREADS; i++)
        fwl_os_thread_join(&threads[i]);
    assert_int_equal(failures, 0);
}

static void *wait_for_room(void *opaque)
{
    FwlPool *pool = opaque;
    fwl_pool_free(pool, fwl_pool_alloc(pool, 3 * MIB));
    return opaque;
}

/* The waiting thread is not in the child, whose copy of the pool must end without it. */
static void a_child_ends_a_pool_that_a_thread_waited_for(void)
{
    if (!HAS_FORK_CASES)
        skip_case("this build cannot fork with threads");
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = 4 * MIB;
    config.on_limit = FWL_LIMIT_WAIT;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    void *block = fwl_pool_alloc(pool, 3 * MIB);
    FwlThread thread;
    assert_int_equal(fwl_os_thread_create(&thread, wait_for_room, pool), 0);
    while (stats_of(pool).wait_count == 0)
        fwl_os_yield();
    const struct timespec until_it_sleeps = {.tv_nsec = 50 * 1000 * 1000};
    nanosleep(&until_it_sleeps, NULL);
    const pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        fwl_pool_free(pool, block);
        fwl_pool_destroy(&pool);
        _exit(0);
    }
    int status = -1;
    const bool is_reaped = child > 0 && waitpid(child, &status, 0) == child;
    fwl_pool_free(pool, block);
    fwl_os_thread_join(&thread);
    fwl_pool_destroy(&pool);
    assert_true(is_reaped);
    assert_int_equal(status, 0);
}

/* Threads that had much, gave it back and sleep. */

enum { SLEEPERS = 40, NAP_BLOCKS = 64, NAP_SIZE = 64 * KIB, IDLE_SIZE = 8 * MIB };

typedef struct Dormitory {
    FwlPool *pool;
    atomic_uint asleep_count;
    atomic_bool is_morning;
} Dormitory;

static void *fall_asleep(void *opaque)
{
    Dormitory *dormitory = opaque;
    void *blocks[NAP_BLOCKS];
    for (size_t i = 0; i < NAP_BLOCKS; i++)
        blocks[i] = fwl_pool_alloc(dormitory->pool, NAP_SIZE);
    for (size_t i = 0; i < NAP_BLOCKS; i++)
        fwl_pool_free(dormitory->pool, blocks[i]);
    atomic_fetch_add(&dormitory->asleep_count, 1);
    const struct timespec a_moment = {.tv_nsec = 1000 * 1000};
    while (!atomic_load(&dormitory->is_morning))
        nanosleep(&a_moment, NULL);
    return NULL;
}

static void threads_that_sleep_keep_twice_what_may_be_idle_at_most(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.max_idle_size = IDLE_SIZE;
    Dormitory dormitory = {0};
    need_ok(fwl_pool_create(&dormitory.pool, &config));
    later(close_pool, &dormitory.pool);
    FwlThread threads[SLEEPERS];
    for (size_t i = 0; i < SLEEPERS; i++) { /* one after the other */
        assert_int_equal(fwl_os_thread_create(&threads[i], fall_asleep, &dormitory), 0);
        while (atomic_load(&dormitory.asleep_count) <= i)
            fwl_os_yield();
    }
    const size_t cached = held_size(dormitory.pool);
    atomic_store(&dormitory.is_morning, true);
    for (size_t i = 0; i < SLEEPERS; i++)
        fwl_os_thread_join(&threads[i]);
    assert_in_range(cached, 1, 2 * IDLE_SIZE);
}

/* One thread asks for more and more alignment in a span, and another one resizes what it got there.
 * What they share must be shared properly: ThreadSanitizer sees where it is not. */

enum { RESIZED = 120, RESIZED_SIZE = 256 };

typedef struct Handover {
    FwlPool *pool;
    _Atomic(void *) blocks[RESIZED];
    void *resized[RESIZED];
} Handover;

static size_t alignment_of_resized(size_t i)
{
    return (size_t)32 << i / 25;
}

static void *resize_all(void *opaque)
{
    Handover *handover = opaque;
    for (size_t i = 0; i < RESIZED; i++) {
        void *block;
        while ((block = atomic_load_explicit(&handover->blocks[i], memory_order_acquire)) == NULL)
            fwl_os_yield();
        handover->resized[i] = fwl_pool_realloc(handover->pool, block, 2 * RESIZED_SIZE);
    }
    return NULL;
}

static void a_block_keeps_its_alignment_while_its_span_gets_others(void)
{
    static Handover handover;
    handover = (Handover){.pool = make_endless_pool()};
    later(close_pool, &handover.pool);
    FwlThread thread;
    assert_int_equal(fwl_os_thread_create(&thread, resize_all, &handover), 0);
    for (size_t i = 0; i < RESIZED; i++) {
        void *block = fwl_pool_aligned_alloc(handover.pool, alignment_of_resized(i), RESIZED_SIZE);
        atomic_store_explicit(&handover.blocks[i], block, memory_order_release);
        fwl_os_yield();
    }
    fwl_os_thread_join(&thread);
    size_t misaligned = 0;
    for (size_t i = 0; i < RESIZED; i++) {
        misaligned += (uintptr_t)handover.resized[i] % alignment_of_resized(i) != 0;
        fwl_pool_free(handover.pool, handover.resized[i]);
    }
    assert_int_equal(misaligned, 0);
}

/* Heaps have numbers, of which a process has fewer than it may have heaps. */

enum { CROWD_POOLS = FWL_HEAP_NUMBER_COUNT / 8 + 4, CROWD_THREADS = 8, CROWD_BLOCKS = 40 };

typedef struct Crowd {
    FwlPool *pools[CROWD_POOLS];
    void *blocks[CROWD_THREADS][CROWD_POOLS][CROWD_BLOCKS];
    atomic_uint arrived_count;
    atomic_uint next_thread;
} Crowd;

static void close_crowd(void *object)
{
    Crowd *crowd = object;
    for (size_t p = 0; p < CROWD_POOLS; p++)
        fwl_pool_destroy(&crowd->pools[p]);
}

static void fill_crowd(Crowd *crowd, size_t thread)
{
    for (size_t p = 0; p < CROWD_POOLS; p++) {
        for (size_t i = 0; i < CROWD_BLOCKS; i++)
            crowd->blocks[thread][p][i] = fwl_pool_alloc(crowd->pools[p], 1 + i * i * 20);
    }
}

/* Half of them through a pool that they are not of, which finds them home, too. */
static void empty_crowd(Crowd *crowd, size_t thread)
{
    for (size_t p = 0; p < CROWD_POOLS; p++) {
        for (size_t i = 0; i < CROWD_BLOCKS; i++)
            fwl_pool_free(crowd->pools[(p + i % 2) % CROWD_POOLS], crowd->blocks[thread][p][i]);
    }
}

/* Frees its own blocks, then those of the next thread. */
static void *join_crowd(void *opaque)
{
    Crowd *crowd = opaque;
    const size_t thread = atomic_fetch_add(&crowd->next_thread, 1);
    fill_crowd(crowd, thread);
    empty_crowd(crowd, thread);
    fill_crowd(crowd, thread);
    atomic_fetch_add(&crowd->arrived_count, 1);
    while (atomic_load(&crowd->arrived_count) < CROWD_THREADS)
        fwl_os_yield();
    empty_crowd(crowd, (thread + 1) % CROWD_THREADS);
    return NULL;
}

static size_t count_unnumbered(FwlPool *pool)
{
    size_t count = 0;
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        count += FWL_ITEM_OF(link, FwlHeap, link)->number == 0;
    return count;
}

static void blocks_of_heaps_without_a_number_come_home(void)
{
    static Crowd crowd;
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.initial_pool_size = 0;
    crowd = (Crowd){0};
    later(close_crowd, &crowd);
    for (size_t p = 0; p < CROWD_POOLS; p++)
        need_ok(fwl_pool_create(&crowd.pools[p], &config));
    FwlThread threads[CROWD_THREADS];
    for (size_t i = 0; i < CROWD_THREADS; i++)
        assert_int_equal(fwl_os_thread_create(&threads[i], join_crowd, &crowd), 0);
    for (size_t i = 0; i < CROWD_THREADS; i++)
        fwl_os_thread_join(&threads[i]);
    size_t unnumbered = 0;
    for (size_t p = 0; p < CROWD_POOLS; p++) {
        unnumbered += count_unnumbered(crowd.pools[p]);
        fwl_pool_trim(crowd.pools[p], 0);
        const FwlPoolStats stats = stats_of(crowd.pools[p]);
        assert_int_equal(stats.allocation_count, 2 * CROWD_THREADS * CROWD_BLOCKS);
        assert_int_equal(stats.free_count, stats.allocation_count);
        assert_int_equal(stats.committed_size, 0);
    }
    assert_true(unnumbered > 0);
}

/* This program is built twice: test_pool_heaps_unbiased has a system without the call. */
static void the_lock_is_biased_where_the_system_has_the_barrier_for_it(void)
{
    fwl_free(fwl_malloc(1));
    assert_int_equal(fwl_heap_is_biased, fwl_os_heavy_barrier_init());
}

/* False: the system takes no filter of a process's calls. */
static bool forbid_barrier(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

enum { NO_FILTERS = 77 };

/* Of a process that filters its calls once all of its heaps are there; the exit status. */
static int lose_the_barrier(void)
{
    alarm(CHILD_SECONDS);
    fwl_free(fwl_malloc(1));
    const FwlHeap *heap = fwl_heap_get(fwl_pool_default());
    if (!heap || !forbid_barrier())
        return heap ? NO_FILTERS : 1;
    FwlThread thread;
    atomic_store(&is_over, false);
    if (fwl_os_thread_create(&thread, keep_busy, NULL) < 0)
        return 2;
    bool is_well = true;
    for (int i = 0; i < 100; i++)
        is_well &= be_looked_at();
    atomic_store(&is_over, true);
    fwl_os_thread_join(&thread);
    return is_well && !fwl_heap_is_biased && atomic_load(&heap->locked) ? 0 : 3;
}

/* In a child, since there is no way back. */
static void the_lock_is_not_biased_any_more_where_the_barrier_is_forbidden_later(void)
{
    if (!HAS_FORK_CASES)
        skip_case("this build cannot fork with threads");
    const pid_t child = fork();
    if (child == 0)
        _exit(lose_the_barrier());
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_FILTERS)
        skip_case("the system takes no filter of its calls");
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
    /* Without planted failures: threads meet them in no fixed order. */
    static const struct TestCase cases[] = {
        CASE_ONCE(the_lock_is_biased_where_the_system_has_the_barrier_for_it),
        CASE_ONCE(the_lock_is_not_biased_any_more_where_the_barrier_is_forbidden_later),
        CASE_ONCE(a_thread_that_ends_gives_back_its_cache),
        CASE_ONCE(blocks_freed_by_another_thread_are_used_again),
        CASE_ONCE(threads_that_come_and_go_do_not_grow_the_pool),
        CASE_ONCE(a_consumer_frees_what_a_producer_allocates),
        CASE_ONCE(the_peak_of_one_thread_is_exact),
        CASE_ONCE(a_child_of_a_busy_process_can_allocate),
        CASE_ONCE(a_child_ends_a_pool_that_a_thread_waited_for),
        CASE_ONCE(threads_that_sleep_keep_twice_what_may_be_idle_at_most),
        CASE_ONCE(a_block_keeps_its_alignment_while_its_span_gets_others),
        CASE_ONCE(blocks_of_heaps_without_a_number_come_home),
    };
    return run_cases("pool_heaps", cases, sizeof cases / sizeof cases[0], argc, argv);
}
