/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames, idle memory and the purge thread, as pool.h promises them. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/sanitizer.h"
#include "case.h"
#include "os/os.h"
#include "pool_fixture.h"

enum { KIB = 1 << 10, MIB = 1 << 20, PAGE = 4096 };

/* Pictures: 1080p and 2160p, 4:2:0 in 8 bits. */
enum { SMALL = 1920 * 1080 * 3 / 2, BIG = 4 * SMALL };

static FwlPool *make_limited_pool(size_t size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = size;
    config.on_limit = FWL_LIMIT_FAIL;
    return make_pool(&config);
}

static void need_moving(void)
{
    need_pages();
    if (!fwl_os_can_move())
        skip_case("this system cannot move pages");
}

static long faults_so_far(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* A byte of each page that says which block and page it is. */

static unsigned char mark_of(unsigned seed, size_t i)
{
    return (unsigned char)(seed * 31 + i / PAGE * 7 + 1);
}

static void write_marks(unsigned char *block, size_t from, size_t size, unsigned seed)
{
    for (size_t i = from; i < size; i += PAGE)
        block[i] = mark_of(seed, i);
}

static void expect_marks(const unsigned char *block, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i += PAGE) {
        if (block[i] != mark_of(seed, i))
            assert_int_equal(block[i], mark_of(seed, i));
    }
}

/* A window of live pictures: the oldest goes before the next one comes. */

enum { WINDOW_MAX = 16 };

typedef struct Window {
    FwlPool *pool;
    unsigned char *pictures[WINDOW_MAX];
    size_t sizes[WINDOW_MAX];
    size_t count;
    size_t next;
    size_t live_size;
    size_t peak_size;
} Window;

static void step(Window *window, size_t size)
{
    const size_t i = window->next++ % window->count;
    unsigned char **picture = &window->pictures[i];
    if (*picture)
        expect_marks(*picture, window->sizes[i], (unsigned)i);
    fwl_pool_free(window->pool, *picture);
    window->live_size -= window->sizes[i];
    *picture = NULL;
    window->sizes[i] = 0;
    *picture = need(fwl_pool_alloc(window->pool, size));
    window->sizes[i] = size;
    window->live_size += size;
    if (window->live_size > window->peak_size)
        window->peak_size = window->live_size;
    write_marks(*picture, 0, size, (unsigned)i);
}

static void close_window(void *object)
{
    Window *window = object;
    for (size_t i = 0; i < window->count; i++)
        fwl_pool_free(window->pool, window->pictures[i]);
}

static void expect_bounded_and_warm(size_t count, size_t size_count, const size_t sizes[])
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    Window window = {.pool = pool, .count = count};
    later(close_window, &window);
    const size_t warm_up = 3 * size_count * (count + 1);
    for (size_t i = 0; i < warm_up; i++)
        step(&window, sizes[i % size_count]);
    const uint64_t system_allocs = stats_of(pool).system_alloc_count;
    const long faults = faults_so_far();
    for (size_t i = warm_up; i < warm_up + 40; i++)
        step(&window, sizes[i % size_count]);
    /* The process has a few of its own; of a picture's pages each would be one. */
    if (!FWL_IS_TSAN) /* which has pages of its own for each new address */
        assert_in_range(faults_so_far() - faults, 0, 200);
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.system_alloc_count, system_allocs);
    /* Size classes are up to a ninth larger than what was asked for; these pictures' are not. */
    assert_in_range(stats.committed_size, window.peak_size,
                    window.peak_size + window.peak_size / 10);
}

/* The frame tier */

static void one_size_stays_warm_within_its_window(void)
{
    need_pages();
    const size_t sizes[] = {SMALL};
    for (size_t count = 1; count <= 16; count *= 4)
        expect_bounded_and_warm(count, 1, sizes);
}

static void two_sizes_that_take_turns_need_no_more_than_the_window(void)
{
    need_moving();
    const size_t sizes[] = {SMALL, BIG};
    for (size_t count = 1; count <= 16; count *= 4)
        expect_bounded_and_warm(count, 2, sizes);
}

static void sizes_that_do_not_fit_the_window_take_each_other_s_pages(void)
{
    need_moving();
    const size_t sizes[] = {SMALL, BIG};
    expect_bounded_and_warm(3, 2, sizes);
}

static void drifting_sizes_stay_near_the_peak(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    Window window = {.pool = pool, .count = 8};
    later(close_window, &window);
    uint32_t random = 1;
    size_t sizes[100];
    for (size_t i = 0; i < 100; i++) {
        random = random * 1664525u + 1013904223u;
        sizes[i] = MIB + random % (4 * MIB);
    }
    for (size_t i = 0; i < 2000; i++) {
        random = random * 1664525u + 1013904223u;
        step(&window, sizes[(i / 20 + random / 65536 % 8) % 100]);
        assert_in_range(stats_of(pool).committed_size, window.live_size,
                        window.peak_size + window.peak_size / 4 + config.max_idle_size);
    }
}

static void a_smaller_picture_takes_the_place_of_a_larger_one(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    void *big = need(fwl_pool_alloc(pool, BIG));
    const size_t committed = stats_of(pool).committed_size;
    fwl_pool_free(pool, big);
    void *small = need(fwl_pool_alloc(pool, SMALL));
    assert_ptr_equal(small, big);
    FwlPoolStats stats = stats_of(pool);
    assert_in_range(fwl_pool_usable_size(small), SMALL, SMALL + SMALL / 8);
    assert_int_equal(stats.committed_size, committed);
    assert_int_equal(stats.idle_size, committed - fwl_pool_usable_size(small));

    assert_int_equal(fwl_pool_trim(pool, 0), stats.idle_size);
    stats = stats_of(pool);
    assert_int_equal(stats.committed_size, fwl_pool_usable_size(small));
    memset(small, 1, SMALL);
    fwl_pool_free(pool, small);
}

static void a_budget_for_one_serves_two_sizes_in_turn(void)
{
    need_moving();
    FwlPool *pool = make_limited_pool(BIG + BIG / 8);
    later(close_pool, &pool);
    for (unsigned i = 0; i < 6; i++) {
        const size_t size = i % 2 == 0 ? SMALL : BIG;
        unsigned char *picture = need(fwl_pool_alloc(pool, size));
        write_marks(picture, 0, size, i);
        fwl_pool_free(pool, picture);
    }
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.limit_count, 0);
    assert_true(stats.peak_charged <= BIG + BIG / 8);
}

static void aligned_frames_are_aligned_wherever_their_pages_come_from(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    for (size_t alignment = PAGE; alignment <= 8 * (size_t)MIB; alignment *= 2) {
        unsigned char *block = need(fwl_pool_aligned_alloc(pool, alignment, 3 * MIB));
        assert_int_equal((uintptr_t)block % alignment, 0);
        write_marks(block, 0, 3 * MIB, 1);
        expect_marks(block, 3 * MIB, 1);
        fwl_pool_free(pool, block);
    }
}

/* Resizing */

typedef struct Block {
    FwlPool *pool;
    unsigned char *bytes;
} Block;

static void free_block(void *object)
{
    Block *block = object;
    fwl_pool_free(block->pool, block->bytes);
}

static void resize(Block *block, size_t size)
{
    block->bytes = need(fwl_pool_realloc(block->pool, block->bytes, size));
}

static void a_frame_shrinks_in_place(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    Block block = {pool, need(fwl_pool_alloc(pool, 20 * MIB))};
    later(free_block, &block);
    const unsigned char *before = block.bytes;
    write_marks(block.bytes, 0, 20 * MIB, 1);
    resize(&block, 3 * MIB);
    assert_ptr_equal(block.bytes, before);
    expect_marks(block.bytes, 3 * MIB, 1);
    assert_in_range(fwl_pool_usable_size(block.bytes), 3 * MIB, 4 * MIB);
    assert_true(stats_of(pool).idle_size >= 16 * MIB);
}

static void a_frame_grows_into_what_it_gave_up(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    Block block = {pool, need(fwl_pool_alloc(pool, 20 * MIB))};
    later(free_block, &block);
    const unsigned char *before = block.bytes;
    write_marks(block.bytes, 0, 20 * MIB, 1);
    resize(&block, 3 * MIB);
    const uint64_t system_allocs = stats_of(pool).system_alloc_count;
    resize(&block, 20 * MIB);
    assert_ptr_equal(block.bytes, before);
    expect_marks(block.bytes, 3 * MIB, 1);
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.system_alloc_count, system_allocs);
    assert_int_equal(stats.idle_size, 0);
}

/* With a neighbour on either side, so that there is no room to grow in place. */
static void a_frame_that_grows_keeps_its_bytes_and_alignment(void)
{
    need_pages();
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    Block block = {pool, NULL};
    later(free_block, &block);
    block.bytes = need(fwl_pool_aligned_alloc(pool, 64 * KIB, 2 * MIB));
    size_t size = 2 * MIB;
    for (unsigned i = 0; i < 8; i++) {
        write_marks(block.bytes, 0, size, i);
        const size_t grown = size + size / 3 + 12345;
        resize(&block, grown);
        assert_int_equal((uintptr_t)block.bytes % (64 * KIB), 0);
        expect_marks(block.bytes, size, i);
        write_marks(block.bytes, 0, grown, i);
        size = grown;
    }
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.current_usage, fwl_pool_usable_size(block.bytes));
}

static void a_large_block_becomes_a_frame_and_a_frame_a_large_block(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    Block block = {pool, need(fwl_pool_alloc(pool, 700 * KIB))};
    later(free_block, &block);
    write_marks(block.bytes, 0, 700 * KIB, 1);
    resize(&block, 5 * MIB);
    expect_marks(block.bytes, 700 * KIB, 1);
    resize(&block, 300 * KIB);
    expect_marks(block.bytes, 300 * KIB, 1);
}

static void growing_needs_budget_for_the_difference_alone(void)
{
    need_moving();
    FwlPool *pool = make_limited_pool(40 * MIB);
    later(close_pool, &pool);
    Block block = {pool, need(fwl_pool_alloc(pool, 24 * MIB))};
    later(free_block, &block);
    write_marks(block.bytes, 0, 24 * MIB, 1);
    resize(&block, 36 * MIB);
    expect_marks(block.bytes, 24 * MIB, 1);
    assert_null(fwl_pool_realloc(pool, block.bytes, 44 * MIB));
    expect_marks(block.bytes, 24 * MIB, 1);
    const FwlPoolStats stats = stats_of(pool);
    assert_true(stats.peak_charged <= 40 * MIB);
    assert_int_equal(stats.committed_size, fwl_pool_usable_size(block.bytes));
    assert_true(stats.limit_count > 0);
}

static void a_resized_frame_keeps_its_tag(void)
{
    FwlPool *pool = make_pool(NULL);
    later(close_pool, &pool);
    Block block = {pool, need(fwl_pool_alloc_tagged(pool, 3 * MIB, "preview"))};
    later(free_block, &block);
    resize(&block, 100 * MIB);
    need_ok(fwl_pool_set_tag(block.bytes, "preview")); /* still a block that has a place for one */
    assert_ptr_equal(fwl_pool_of(block.bytes), pool);
}

/* Idle memory */

enum { BATCH = 64 };

typedef struct Batch {
    FwlPool *pool;
    void *blocks[BATCH];
} Batch;

static void free_batch(void *object)
{
    Batch *batch = object;
    for (size_t i = 0; i < BATCH; i++) {
        fwl_pool_free(batch->pool, batch->blocks[i]);
        batch->blocks[i] = NULL;
    }
}

static void take_batch(Batch *batch, size_t size)
{
    for (size_t i = 0; i < BATCH; i++)
        batch->blocks[i] = need(fwl_pool_alloc(batch->pool, size));
}

static void expect_batches_to_stay_warm(size_t size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 4 * MIB;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    Batch batch = {.pool = pool};
    later(free_batch, &batch);
    /* On a machine that does something else for long, a loop may turn cold: then again. */
    bool is_warm = false;
    for (int round = 0; round < 100 && !is_warm; round++) {
        const uint64_t before = stats_of(pool).system_alloc_count;
        take_batch(&batch, size);
        free_batch(&batch);
        is_warm = stats_of(pool).system_alloc_count == before;
    }
    assert_true(is_warm);
    assert_in_range(stats_of(pool).idle_size, BATCH * (size - size / 8),
                    BATCH * (size + size / 4) + config.max_idle_size);
}

static void a_loop_over_batches_purges_nothing_that_it_takes_again(void)
{
    need_pages();
    expect_batches_to_stay_warm(MIB);     /* runs */
    expect_batches_to_stay_warm(2 * MIB); /* frames */
}

static void one_batch_alone_leaves_no_more_than_max_idle_size(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 4 * MIB;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    Batch batch = {.pool = pool};
    later(free_batch, &batch);
    take_batch(&batch, MIB);
    free_batch(&batch);
    /* What heaps keep is idle, too: 2 MiB. */
    assert_in_range(stats_of(pool).idle_size, 1, 4 * MIB + 2 * MIB);
}

static void batches_of_other_sizes_do_not_add_up(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 4 * MIB;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    Batch batch = {.pool = pool};
    later(free_batch, &batch);
    const size_t sizes[] = {1000 * KIB, 800 * KIB, 500 * KIB};
    for (int round = 0; round < 12; round++) {
        take_batch(&batch, sizes[round / 2 % 3]);
        const FwlPoolStats stats = stats_of(pool);
        /* What a run of one block wastes, and what heaps keep, is a part of it. */
        assert_in_range(stats.committed_size, 1, BATCH * 1125 * KIB * 5 / 4 + 4 * MIB);
        free_batch(&batch);
    }
}

static void without_idle_memory_nothing_is_kept(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 0;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    for (int round = 0; round < 5; round++) {
        void *frame = need(fwl_pool_alloc(pool, 3 * MIB));
        fwl_pool_free(pool, frame);
        assert_int_equal(stats_of(pool).idle_size, 0);
        assert_int_equal(stats_of(pool).committed_size, 0);
    }
}

static void sleep_ms(long ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void the_tail_of_a_busy_frame_grows_old(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.idle_timeout_ms = 20;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *big = need(fwl_pool_alloc(pool, BIG));
    fwl_pool_free(pool, big);
    size_t committed = BIG;
    for (int i = 0; i < 1000 && committed >= 2 * SMALL; i++) {
        void *small = need(fwl_pool_alloc(pool, SMALL));
        sleep_ms(2);
        fwl_pool_free(pool, small);
        committed = stats_of(pool).committed_size;
    }
    assert_in_range(committed, 0, 2 * SMALL);
}

/* Of runs that lie together, one comes and goes all the time, and the others do not. */
static void idle_memory_grows_old_beside_what_is_busy(void)
{
    need_pages();
    enum { COUNT = 12, SIZE = 200 << 10, BUSY_SIZE = 400 << 10 };
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 4 * MIB; /* of which a thread caches a quarter */
    config.idle_timeout_ms = 20;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *blocks[COUNT];
    for (int i = 0; i < COUNT; i++)
        blocks[i] = need(fwl_pool_alloc(pool, SIZE));
    for (int i = 0; i < COUNT; i++)
        fwl_pool_free(pool, blocks[i]);
    fwl_pool_trim(pool, SIZE_MAX);
    size_t committed = stats_of(pool).committed_size;
    assert_in_range(committed, COUNT * SIZE, SIZE_MAX);
    for (int i = 0; i < 1000 && committed >= 2 * BUSY_SIZE; i++) {
        void *busy = need(fwl_pool_alloc(pool, BUSY_SIZE));
        sleep_ms(2);
        fwl_pool_free(pool, busy);
        fwl_pool_trim(pool, SIZE_MAX);
        committed = stats_of(pool).committed_size;
    }
    assert_in_range(committed, 0, 2 * BUSY_SIZE);
}

/* Prefaulting */

static void what_is_prefaulted_counts(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.prefault = true;
    config.initial_pool_size = 8 * MIB;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    FwlPoolStats stats = stats_of(pool);
    assert_in_range(stats.committed_size, 7 * MIB, 8 * MIB);
    assert_int_equal(stats.idle_size, stats.committed_size);
    assert_int_equal(stats.charged_size, stats.committed_size);

    const size_t committed = stats.committed_size;
    void *block = need(fwl_pool_alloc(pool, 100 * KIB));
    stats = stats_of(pool);
    assert_int_equal(stats.committed_size, committed);
    assert_int_equal(stats.system_alloc_count, 0);
    fwl_pool_free(pool, block);
    fwl_pool_trim(pool, 0);
    assert_int_equal(stats_of(pool).committed_size, 0);
}

static void what_is_prefaulted_makes_room_at_the_limit(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.prefault = true;
    config.initial_pool_size = 8 * MIB;
    config.max_pool_size = 9 * MIB;
    config.on_limit = FWL_LIMIT_FAIL;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    void *frame = need(fwl_pool_alloc(pool, 8 * MIB));
    fwl_pool_free(pool, frame);
    assert_true(stats_of(pool).peak_charged <= 9 * MIB);
}

static void prefaulting_takes_what_the_budget_has(void)
{
    need_pages();
    FwlPool *parent = make_limited_pool(5 * MIB);
    later(close_pool, &parent);
    FwlPoolConfig config = fwl_pool_config_default();
    config.parent = parent;
    config.prefault = true;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    assert_in_range(stats_of(parent).charged_size, 1, 5 * MIB);
    assert_int_equal(stats_of(parent).charged_size, stats_of(pool).committed_size);
}

/* Huge pages */

/* The kB of huge pages behind the mapping that an address is in. */
static unsigned long huge_kib_behind(const void *address)
{
    FILE *file = fopen("/proc/self/smaps", "r");
    unsigned long huge = 0;
    bool is_here = false;
    char line[256];
    while (file && fgets(line, sizeof line, file)) {
        uintptr_t start;
        uintptr_t end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            is_here = (uintptr_t)address >= start && (uintptr_t)address < end;
        else if (is_here && sscanf(line, "AnonHugePages: %lu kB", &huge) == 1)
            break;
    }
    if (file)
        fclose(file);
    return huge;
}

static bool has_huge_pages(void)
{
    char line[128] = "";
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
    const bool is_read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    return is_read && !strstr(line, "[never]");
}

static void huge_pages_lie_behind_frames_where_there_are_any(void)
{
    need_pages();
    if (!has_huge_pages())
        skip_case("this system has no transparent huge pages");
    unsigned long huge = 0;
    for (int i = 0; i < 5 && huge == 0; i++) { /* there may be no free one at some moment */
        FwlPool *pool = make_pool(NULL);
        later(close_pool, &pool);
        char *frame = need(fwl_pool_alloc(pool, BIG));
        memset(frame, 1, BIG);
        huge = huge_kib_behind(frame + BIG / 2);
        fwl_pool_free(pool, frame);
    }
    if (huge == 0)
        skip_case("this system had no free huge page");
    assert_in_range(huge, 2048, BIG / KIB);
}

static void without_use_huge_pages_frames_have_none_unless_always(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.use_huge_pages = false;
    FwlPool *pool = make_pool(&config);
    later(close_pool, &pool);
    char *frame = need(fwl_pool_alloc(pool, BIG));
    memset(frame, 1, BIG);
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
    char line[128] = "";
    const bool is_always = file && fgets(line, sizeof line, file) && strstr(line, "[always]");
    if (file)
        fclose(file);
    const unsigned long huge = huge_kib_behind(frame + BIG / 2);
    fwl_pool_free(pool, frame);
    if (is_always)
        skip_case("this system gives everyone huge pages");
    assert_int_equal(huge, 0);
}

/* Failures of the source */

typedef struct FailingSource {
    unsigned long countdown; /* the map that fails; 0: none */
} FailingSource;

static void *map_or_fail(void *opaque, size_t size, size_t alignment)
{
    FailingSource *source = opaque;
    if (source->countdown > 0 && --source->countdown == 0)
        return NULL;
    return fwl_os_map(size, alignment);
}

static void unmap(void *opaque, void *address, size_t size)
{
    (void)opaque;
    fwl_os_unmap(address, size);
}

enum { STEPS = 12 };

static size_t size_of_step(size_t i)
{
    return i % 3 == 0 ? (i + 2) * MIB : i % 3 == 1 ? 900 * KIB : 100;
}

/* A pool at work while a map fails: NULL or a block, and all in order afterwards. */
static void work_with_failures(const FwlPoolConfig *config)
{
    FwlPool *pool;
    const int status = fwl_pool_create(&pool, config);
    if (status < 0) {
        assert_int_equal(status, FWL_E_NOMEM);
        assert_null(pool);
        return;
    }
    unsigned char *blocks[STEPS] = {0};
    for (size_t i = 0; i < STEPS; i++) {
        const size_t size = size_of_step(i);
        blocks[i] = fwl_pool_alloc(pool, size);
        if (blocks[i])
            memset(blocks[i], (int)i, size);
        if (i % 4 == 3) {
            fwl_pool_free(pool, blocks[i - 3]);
            blocks[i - 3] = NULL;
        }
    }
    for (size_t i = 0; i < STEPS; i++) {
        unsigned char *moved =
            blocks[i] ? fwl_pool_realloc(pool, blocks[i], 2 * size_of_step(i)) : NULL;
        blocks[i] = moved ? moved : blocks[i];
        assert_true(!blocks[i] || blocks[i][size_of_step(i) - 1] == i);
        fwl_pool_free(pool, blocks[i]);
    }
    const FwlPoolStats stats = stats_of(pool);
    assert_int_equal(stats.current_usage, 0);
    assert_int_equal(stats.pool_hit_count + stats.system_alloc_count, stats.allocation_count);
    fwl_pool_trim(pool, 0);
    assert_int_equal(stats_of(pool).idle_size, 0);

    unsigned char *after = fwl_pool_alloc(pool, 3 * MIB);
    if (!after) /* it was this map's turn */
        after = fwl_pool_alloc(pool, 3 * MIB);
    assert_non_null(after);
    fwl_pool_free(pool, after);
    fwl_pool_destroy(&pool);
}

static void a_source_that_fails_once_leaves_a_pool_that_works(void)
{
    need_pages();
    for (unsigned long n = 0; n < 40; n++) {
        FailingSource failing = {.countdown = n};
        const FwlPoolSource source = {.map = map_or_fail, .unmap = unmap, .opaque = &failing};
        FwlPoolConfig config = fwl_pool_config_default();
        config.source = &source;
        work_with_failures(&config);
    }
}

/* Run once for each n: the n-th map, move or growth of the system fails. */
static void a_system_that_fails_once_leaves_a_pool_that_works(void)
{
    need_pages();
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_idle_size = 16 * MIB;
    work_with_failures(&config);
}

/* The purge thread */

static FwlPool *make_purged_pool(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.idle_timeout_ms = 10;
    config.purge_interval_ms = 5;
    return make_pool(&config);
}

/* What is idle in a pool that nobody calls; waits until it is gone, for a minute. */
static size_t idle_after_a_while(FwlPool *pool)
{
    size_t idle = 1;
    for (int i = 0; i < 6000 && idle > 0; i++) {
        sleep_ms(10);
        idle = stats_of(pool).idle_size;
    }
    return idle;
}

static void leave_idle(FwlPool *pool)
{
    void *frame = need(fwl_pool_alloc(pool, 3 * MIB));
    fwl_pool_free(pool, frame);
}

static void the_purge_thread_gives_back_what_nobody_calls_for(void)
{
    need_pages();
    FwlPool *pool = make_purged_pool();
    later(close_pool, &pool);
    for (int round = 0; round < 3; round++) { /* it sleeps in between, and wakes up */
        leave_idle(pool);
        assert_int_equal(idle_after_a_while(pool), 0);
    }
    assert_int_equal(stats_of(pool).committed_size, 0);
}

static void pools_share_the_purge_thread(void)
{
    need_pages();
    FwlPool *first = make_purged_pool();
    later(close_pool, &first);
    FwlPool *second = make_purged_pool();
    later(close_pool, &second);
    leave_idle(first);
    leave_idle(second);
    assert_int_equal(idle_after_a_while(first), 0);
    fwl_pool_destroy(&first);
    leave_idle(second);
    assert_int_equal(idle_after_a_while(second), 0);
}

static void need_threads_after_fork(void)
{
    need_pages();
    if (FWL_IS_TSAN)
        skip_case("ThreadSanitizer lets no child of fork start a thread");
}

static void a_child_of_fork_gets_a_purge_thread_of_its_own(void)
{
    need_threads_after_fork();
    FwlPool *pool = make_purged_pool();
    later(close_pool, &pool);
    leave_idle(pool);
    const pid_t child = fork();
    if (child == 0) {
        void *frame = fwl_pool_alloc(pool, 3 * MIB);
        fwl_pool_free(pool, frame);
        _exit(fault_fired() || (frame && idle_after_a_while(pool) == 0) ? 0 : 1);
    }
    assert_true(child > 0);
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    leave_idle(pool);
    assert_int_equal(idle_after_a_while(pool), 0);
}

static void a_process_exits_with_its_purge_thread(void)
{
    need_threads_after_fork();
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        FwlPool *pool;
        FwlPoolConfig config = fwl_pool_config_default();
        config.purge_interval_ms = 1;
        config.idle_timeout_ms = 1;
        if (fwl_pool_create(&pool, &config) == 0) {
            void *frame = fwl_pool_alloc(pool, 3 * MIB);
            fwl_pool_free(pool, frame);
        }
        exit(0);
    }
    assert_true(child > 0);
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(one_size_stays_warm_within_its_window),
        CASE_ONCE(two_sizes_that_take_turns_need_no_more_than_the_window), /* fails to move: more */
        CASE_ONCE(sizes_that_do_not_fit_the_window_take_each_other_s_pages),
        CASE_ONCE(drifting_sizes_stay_near_the_peak), /* thousands of pictures */
        CASE(a_smaller_picture_takes_the_place_of_a_larger_one),
        CASE_ONCE(a_budget_for_one_serves_two_sizes_in_turn), /* counts refusals */
        CASE(aligned_frames_are_aligned_wherever_their_pages_come_from),
        CASE(a_frame_shrinks_in_place),
        CASE(a_frame_grows_into_what_it_gave_up),
        CASE(a_frame_that_grows_keeps_its_bytes_and_alignment),
        CASE(a_large_block_becomes_a_frame_and_a_frame_a_large_block),
        CASE_ONCE(growing_needs_budget_for_the_difference_alone), /* fails to move: needs more */
        CASE(a_resized_frame_keeps_its_tag),
        CASE_ONCE(a_loop_over_batches_purges_nothing_that_it_takes_again), /* counts */
        CASE_ONCE(one_batch_alone_leaves_no_more_than_max_idle_size),
        CASE_ONCE(batches_of_other_sizes_do_not_add_up),
        CASE(without_idle_memory_nothing_is_kept),
        CASE(the_tail_of_a_busy_frame_grows_old),
        CASE(idle_memory_grows_old_beside_what_is_busy),
        CASE_ONCE(what_is_prefaulted_counts), /* it goes where a map fails */
        CASE(what_is_prefaulted_makes_room_at_the_limit),
        CASE(prefaulting_takes_what_the_budget_has),
        CASE(huge_pages_lie_behind_frames_where_there_are_any),
        CASE(without_use_huge_pages_frames_have_none_unless_always),
        CASE_ONCE(a_source_that_fails_once_leaves_a_pool_that_works), /* plants its own */
        CASE(a_system_that_fails_once_leaves_a_pool_that_works),
        CASE(the_purge_thread_gives_back_what_nobody_calls_for),
        CASE(pools_share_the_purge_thread),
        CASE(a_child_of_fork_gets_a_purge_thread_of_its_own),
        CASE(a_process_exits_with_its_purge_thread),
    };
    return run_cases("pool_frames", cases, sizeof cases / sizeof cases[0], argc, argv);
}
