/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several threads and the numbers that pool.h gives bounds for: the peak of usage, and frames whose
 * pages go from thread to thread.
 */
#include <stdatomic.h>
#include <string.h>

#include "case.h"
#include "os/os.h"
#include "pool_fixture.h"

enum { KIB = 1 << 10, MIB = 1 << 20, PAGE = 4096, THREADS = 4, SLACK = 2 * MIB };

/* Threads that reach their peaks at one moment, which is known: */

enum { BLOCKS = 400 };

typedef struct Climber {
    FwlThread thread;
    FwlPool *pool;
    atomic_uint *below; /* those that have not all of theirs yet */
    size_t block_size;
    size_t usage; /* at the peak */
} Climber;

static void *climb(void *opaque)
{
    Climber *climber = opaque;
    void *blocks[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = fwl_pool_alloc(climber->pool, climber->block_size);
        climber->usage += fwl_pool_usable_size(blocks[i]);
    }
    atomic_fetch_sub(climber->below, 1);
    while (atomic_load(climber->below) > 0)
        fwl_os_yield();
    for (size_t i = 0; i < BLOCKS; i++)
        fwl_pool_free(climber->pool, blocks[i]);
    return NULL;
}

/* Gives the bytes that were live when all had theirs. */
static size_t climb_together(FwlPool *pool, size_t count, size_t block_size)
{
    Climber climbers[THREADS];
    atomic_uint below = (unsigned)count;
    for (size_t i = 0; i < count; i++) {
        climbers[i] = (Climber){.pool = pool, .below = &below, .block_size = block_size};
        assert_int_equal(fwl_os_thread_create(&climbers[i].thread, climb, &climbers[i]), 0);
    }
    size_t usage = 0;
    for (size_t i = 0; i < count; i++) {
        fwl_os_thread_join(&climbers[i].thread);
        usage += climbers[i].usage;
    }
    return usage;
}

static void the_peak_of_threads_is_known_but_for_two_mib_each(void)
{
    need_pages();
    const size_t sizes[] = {1 * KIB, 5 * KIB, 64 * KIB};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FwlPool *pool = make_endless_pool();
        later(close_pool, &pool);
        const size_t usage = climb_together(pool, THREADS, sizes[i]);
        const FwlPoolStats stats = stats_of(pool);
        const size_t error = (THREADS - 1) * SLACK;
        assert_int_equal(stats.current_usage, 0);
        assert_in_range(stats.peak_usage, usage > error ? usage - error : 0, usage);
    }
}

static void the_peak_of_one_thread_is_exact(void)
{
    need_pages();
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    const size_t usage = climb_together(pool, 1, 5 * KIB);
    assert_int_equal(stats_of(pool).peak_usage, usage);
}

static void the_peak_of_frames_is_exact(void)
{
    need_pages();
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    const size_t usage = climb_together(pool, THREADS, 1100 * KIB);
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.peak_usage, usage);
    assert_int_equal(stats.tier[FWL_TIER_FRAME].peak_usage, usage);
}

/* A heap tells the pool of its usage now and then, and may have risen since: by 2 MiB at most, or a
 * 32nd of the most it had, also where a snapshot came in between. Frames on top of it make each
 * moment a peak. */

enum { HEAP_BLOCKS = 3000, STEP_BLOCKS = 10 };

typedef struct Hill {
    FwlPool *pool;
    size_t block_size;
    void *blocks[HEAP_BLOCKS];
    size_t count;
    size_t usage;
} Hill;

static void climb_to(Hill *hill, size_t count)
{
    while (hill->count < count) {
        void *block = need(fwl_pool_alloc(hill->pool, hill->block_size));
        hill->usage += fwl_pool_usable_size(block);
        hill->blocks[hill->count++] = block;
    }
    while (hill->count > count) {
        void *block = hill->blocks[--hill->count];
        hill->usage -= fwl_pool_usable_size(block);
        fwl_pool_free(hill->pool, block);
    }
}

static void expect_peak_with_frame(const Hill *hill, size_t frame_size, size_t error)
{
    void *frame = need(fwl_pool_alloc(hill->pool, frame_size));
    const size_t peak = hill->usage + fwl_pool_usable_size(frame);
    fwl_pool_free(hill->pool, frame);
    assert_in_range(stats_of(hill->pool).peak_usage, peak - error, peak);
}

static void expect_error_of_peak(size_t block_size)
{
    need_pages();
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    static Hill hill;
    hill = (Hill){.pool = pool, .block_size = block_size};
    climb_to(&hill, HEAP_BLOCKS);
    const size_t error = hill.usage / 32 > SLACK ? hill.usage / 32 : SLACK;
    size_t frame_size = 4 * hill.usage;
    for (size_t low = 1000; low < 1400; low += STEP_BLOCKS) {
        climb_to(&hill, 1800);
        climb_to(&hill, low);
        (void)stats_of(pool);
        climb_to(&hill, low + 390); /* of 10 KiB not quite 4 MiB */
        frame_size += 2 * error + 4 * MIB;
        expect_peak_with_frame(&hill, frame_size, error);
    }
    climb_to(&hill, 0);
}

static void a_snapshot_does_not_widen_the_error_of_the_peak(void)
{
    expect_error_of_peak(10 * KIB);
}

static void the_error_is_a_32nd_where_a_thread_had_much(void)
{
    expect_error_of_peak(60 * KIB);
}

static void a_snapshot_at_rest_has_the_peak_of_that_moment(void)
{
    need_pages();
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    void *blocks[100];
    size_t usage = 0;
    for (size_t i = 0; i < 100; i++) {
        blocks[i] = fwl_pool_alloc(pool, i * KIB);
        usage += blocks[i] ? fwl_pool_usable_size(blocks[i]) : 0;
    }
    const FwlPoolStats stats = stats_of(pool);
    for (size_t i = 0; i < 100; i++)
        fwl_pool_free(pool, blocks[i]);
    assert_int_equal(stats.current_usage, usage);
    assert_true(stats.peak_usage >= usage);
}

/* Frames that are resized and freed by several threads: */

enum { FRAMES = 4, ROUNDS = 60 };

typedef struct Resizer {
    FwlThread thread;
    FwlPool *pool;
    uint32_t random;
    bool is_right;
} Resizer;

static void mark(unsigned char *frame, size_t size, unsigned char seed)
{
    for (size_t i = 0; i < size; i += PAGE)
        frame[i] = (unsigned char)(seed + i / PAGE);
}

static bool is_marked(const unsigned char *frame, size_t size, unsigned char seed)
{
    for (size_t i = 0; i < size; i += PAGE) {
        if (frame[i] != (unsigned char)(seed + i / PAGE))
            return false;
    }
    return true;
}

static size_t next_size(Resizer *resizer)
{
    resizer->random = resizer->random * 1664525u + 1013904223u;
    return MIB + 1 + resizer->random / 256 % (7 * MIB);
}

static void *resize_frames(void *opaque)
{
    Resizer *resizer = opaque;
    unsigned char *frames[FRAMES] = {0};
    size_t sizes[FRAMES] = {0};
    resizer->is_right = true;
    for (unsigned i = 0; i < ROUNDS; i++) {
        const size_t f = i % FRAMES;
        const size_t size = next_size(resizer);
        if (i % 3 == 2) {
            fwl_pool_free(resizer->pool, frames[f]);
            frames[f] = NULL;
            sizes[f] = 0;
        }
        unsigned char *frame = fwl_pool_realloc(resizer->pool, frames[f], size);
        if (!frame)
            continue;
        const size_t kept = sizes[f] < size ? sizes[f] : size;
        resizer->is_right &= is_marked(frame, kept, (unsigned char)f);
        mark(frame, size, (unsigned char)f);
        frames[f] = frame;
        sizes[f] = size;
    }
    for (size_t f = 0; f < FRAMES; f++) {
        resizer->is_right &= !frames[f] || is_marked(frames[f], sizes[f], (unsigned char)f);
        fwl_pool_free(resizer->pool, frames[f]);
    }
    return NULL;
}

static void frames_keep_their_bytes_while_pages_go_around(void)
{
    need_pages();
    FwlPool *pool = make_endless_pool();
    later(close_pool, &pool);
    Resizer resizers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        resizers[i] = (Resizer){.pool = pool, .random = i};
        assert_int_equal(fwl_os_thread_create(&resizers[i].thread, resize_frames, &resizers[i]), 0);
    }
    for (int i = 0; i < 200; i++) {
        const FwlPoolStats stats = stats_of(pool);
        assert_true(stats.current_usage + stats.idle_size <= stats.committed_size);
        assert_true(stats.total_allocated - stats.total_freed == stats.current_usage);
        assert_true(stats.committed_size == stats.charged_size);
        if (i % 50 == 49)
            fwl_pool_trim(pool, 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        fwl_os_thread_join(&resizers[i].thread);
        assert_true(resizers[i].is_right);
    }
    fwl_pool_trim(pool, 0);
    assert_int_equal(stats_of(pool).committed_size, 0);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        /* threads that all have to get what they ask for */
        CASE_ONCE(the_peak_of_threads_is_known_but_for_two_mib_each),
        CASE_ONCE(the_peak_of_one_thread_is_exact),
        CASE_ONCE(the_peak_of_frames_is_exact),
        CASE_ONCE(a_snapshot_does_not_widen_the_error_of_the_peak),
        CASE_ONCE(the_error_is_a_32nd_where_a_thread_had_much),
        CASE(a_snapshot_at_rest_has_the_peak_of_that_moment),
        CASE_ONCE(frames_keep_their_bytes_while_pages_go_around),
    };
    return run_cases("pool_peak", cases, sizeof cases / sizeof cases[0], argc, argv);
}
