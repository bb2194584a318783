/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The variants of copies for CPUs, each that this CPU has against the plain C: all alignments,
 * tails and periods, with the bytes around the destination watched.
 *
 *     test_vectors --bench     the time of each, in ns
 */
#define _DEFAULT_SOURCE /* mmap with MAP_ANONYMOUS */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "case.h"
#include "framewell/mem.h"
#include "image/rows.h"
#include "mem/repeat.h"

enum { AREA = 1 << 17, CANARY = 192, ALIGNMENTS = 64 };

typedef void RepeatFunction(uint8_t *dst, size_t period, size_t size);
typedef void RowsFunction(const struct FwlRows *rows);

static void repeat_public(uint8_t *dst, size_t period, size_t size)
{
    fwl_memcpy_backptr(dst, (int)period, (int)size);
}

#if FWL_HAS_X86_VECTORS
static void rows_avx2(const struct FwlRows *rows)
{
    fwl_rows_copy_avx2(rows, false);
}

static void rows_avx2_streaming(const struct FwlRows *rows)
{
    fwl_rows_copy_avx2(rows, true);
}

static void rows_avx512(const struct FwlRows *rows)
{
    fwl_rows_copy_avx512(rows, false);
}

static void rows_avx512_streaming(const struct FwlRows *rows)
{
    fwl_rows_copy_avx512(rows, true);
}
#endif

static const struct Variant {
    const char *name;
    unsigned feature;
    RepeatFunction *repeat; /* NULL: none */
    RowsFunction *rows;     /* NULL: none */
    /* What repeat is for, 0 for no limit. */
    size_t period_min, period_max, size_min, size_max;
} variants[] = {
    {.name = "plain",
     .feature = FWL_CPU_KNOWN,
     .repeat = fwl_repeat_plain,
     .rows = fwl_rows_copy_plain},
    {.name = "chosen", .feature = FWL_CPU_KNOWN, .repeat = repeat_public, .rows = fwl_rows_copy},
#if FWL_HAS_X86_VECTORS
    {.name = "avx2", .feature = FWL_CPU_AVX2, .repeat = fwl_repeat_avx2, .rows = rows_avx2},
    {.name = "avx2 ends",
     .feature = FWL_CPU_AVX2,
     .repeat = fwl_repeat_ends_avx2,
     .period_max = FWL_REPEAT_ENDS_PERIOD_MAX,
     .size_min = FWL_REPEAT_ENDS_SIZE_MIN,
     .size_max = FWL_REPEAT_ENDS_SIZE_MAX},
    {.name = "avx2 two",
     .feature = FWL_CPU_AVX2,
     .repeat = fwl_repeat_two_avx2,
     .period_min = FWL_REPEAT_TWO_PERIOD_MIN},
    {.name = "avx2 streaming", .feature = FWL_CPU_AVX2, .rows = rows_avx2_streaming},
    {.name = "avx512",
     .feature = FWL_CPU_AVX512,
     .repeat = fwl_repeat_avx512,
     .rows = rows_avx512,
     .size_min = FWL_REPEAT_AVX512_SIZE_MIN},
    {.name = "avx512 streaming", .feature = FWL_CPU_AVX512, .rows = rows_avx512_streaming},
#endif
#if FWL_HAS_NEON
    {.name = "neon",
     .feature = FWL_CPU_KNOWN,
     .repeat = fwl_repeat_neon,
     .rows = fwl_rows_copy_neon},
#endif
};
enum { VARIANT_COUNT = sizeof variants / sizeof *variants };

static uint8_t expected[AREA], actual[AREA], source[AREA];

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void fill_areas(size_t size, uint32_t seed)
{
    for (size_t i = 0; i < size; i++) {
        source[i] = (uint8_t)next_random(&seed);
        expected[i] = actual[i] = (uint8_t)next_random(&seed);
    }
}

/* Plain C and the chosen one are for all, the other ones for periods that are no memset. */
static bool is_for(const struct Variant *variant, size_t period, size_t size)
{
    if (variant->feature != FWL_CPU_KNOWN && period < 2)
        return false;
    return period >= variant->period_min &&
           (variant->period_max == 0 || period <= variant->period_max) &&
           size >= variant->size_min && (variant->size_max == 0 || size <= variant->size_max);
}

/* The areas are compared from CANARY bytes before what may be written to CANARY bytes behind. */
static void compare_repeat(const struct Variant *variant, size_t at, size_t period, size_t size)
{
    if (!is_for(variant, period, size))
        return;
    const size_t start = at - period - CANARY, end = at + size + CANARY;
    memcpy(actual + start, expected + start, end - start);
    for (size_t i = 0; i < size; i++)
        expected[at + i] = expected[at + i - period];
    variant->repeat(actual + at, period, size);
    if (memcmp(actual + start, expected + start, end - start) != 0)
        fail_msg("%s: dst at %zu, period %zu, size %zu", variant->name, at, period, size);
}

static bool is_here(const struct Variant *variant)
{
    return (fwl_cpu_features() & variant->feature) != 0;
}

static void every_repetition_is_that_of_bytes_one_by_one(void)
{
    for (int v = 0; v < VARIANT_COUNT; v++) {
        if (!variants[v].repeat || !is_here(&variants[v]))
            continue;
        fill_areas(4096, (uint32_t)v);
        for (size_t period = 1; period <= FWL_REPEAT_PERIOD_MAX; period++) {
            for (size_t size = 1; size <= 700; size++)
                compare_repeat(&variants[v], 512 + (size * 7 + period) % ALIGNMENTS, period, size);
        }
        fill_areas(4096, (uint32_t)v + 100);
        for (size_t period = 1; period <= FWL_REPEAT_PERIOD_MAX; period++) {
            for (size_t at = 0; at < ALIGNMENTS; at++)
                compare_repeat(&variants[v], 512 + at, period, 256 + (at * 11 + period) % 400);
        }
    }
}

static void longer_repetitions_are_right_too(void)
{
    uint32_t random = 7;
    for (int v = 0; v < VARIANT_COUNT; v++) {
        if (!variants[v].repeat || !is_here(&variants[v]))
            continue;
        fill_areas(AREA, random);
        for (int i = 0; i < 200; i++) {
            const size_t period = 1 + next_random(&random) % FWL_REPEAT_PERIOD_MAX;
            const size_t at = 512 + next_random(&random) % ALIGNMENTS;
            compare_repeat(&variants[v], at, period, 1 + next_random(&random) % 70000);
        }
    }
}

static void compare_rows(const struct Variant *variant, const struct FwlRows *shape, size_t dst_at,
                         size_t src_at)
{
    const size_t end = 2 * CANARY + ALIGNMENTS + shape->count * 1024 + shape->size;
    memcpy(actual, expected, end);
    struct FwlRows rows = *shape;
    rows.src = source + CANARY + src_at;
    rows.dst = expected + CANARY + dst_at;
    for (size_t y = 0; y < rows.count; y++) {
        for (size_t x = 0; x < rows.size; x++)
            rows.dst[(ptrdiff_t)y * rows.dst_linesize + (ptrdiff_t)x] =
                rows.src[(ptrdiff_t)y * rows.src_linesize + (ptrdiff_t)x];
    }
    rows.dst = actual + CANARY + dst_at;
    variant->rows(&rows);
    if (memcmp(actual, expected, end) != 0)
        fail_msg("%s: %zu rows of %zu bytes, linesizes %td and %td, dst at %zu, src at %zu",
                 variant->name, rows.count, rows.size, rows.dst_linesize, rows.src_linesize, dst_at,
                 src_at);
}

static void rows_are_copied_and_nothing_between_them(void)
{
    for (int v = 0; v < VARIANT_COUNT; v++) {
        if (!variants[v].rows || !is_here(&variants[v]))
            continue;
        fill_areas(8192, (uint32_t)v);
        for (size_t size = 1; size <= 600; size++) {
            const struct FwlRows shape = {.dst_linesize = 611,
                                          .src_linesize = 640 + (ptrdiff_t)(size % 3),
                                          .size = size,
                                          .count = 3};
            compare_rows(&variants[v], &shape, size * 5 % ALIGNMENTS, size * 3 % ALIGNMENTS);
        }
        for (size_t at = 0; at < ALIGNMENTS * ALIGNMENTS; at++) {
            const struct FwlRows shape = {
                .dst_linesize = 512, .src_linesize = 512, .size = 64 + at % 300, .count = 2};
            compare_rows(&variants[v], &shape, at % ALIGNMENTS, at / ALIGNMENTS);
        }
    }
}

static void rows_may_run_upwards_and_without_gaps(void)
{
    static const ptrdiff_t linesizes[][2] = {{128, 128}, {128, 200}, {200, 128}};
    for (int v = 0; v < VARIANT_COUNT; v++) {
        if (!variants[v].rows || !is_here(&variants[v]))
            continue;
        for (size_t i = 0; i < sizeof linesizes / sizeof *linesizes; i++) {
            fill_areas(8192, (uint32_t)i);
            const struct FwlRows shape = {.dst_linesize = linesizes[i][0],
                                          .src_linesize = linesizes[i][1],
                                          .size = 128,
                                          .count = 5};
            compare_rows(&variants[v], &shape, 3, 5);
        }
        fill_areas(8192, (uint32_t)v);
        for (size_t y = 0; y < 5 * 100; y++)
            expected[2000 - y / 100 * 200 + y % 100] = source[1000 + y / 100 * 128 + y % 100];
        variants[v].rows(&(struct FwlRows){.dst = actual + 2000,
                                           .src = source + 1000,
                                           .dst_linesize = -200,
                                           .src_linesize = 128,
                                           .size = 100,
                                           .count = 5});
        assert_memory_equal(actual, expected, 8192);
    }
}

static void close_block(void *object)
{
    fwl_freep(object);
}

/* A plane of the size from which on stores go past the caches. */
static void large_planes_are_copied_whole(void)
{
    enum { WIDTH = 4000, LINESIZE = 4096, ROWS = 1100 };
    uint8_t *from = need(fwl_malloc((size_t)LINESIZE * ROWS));
    later(close_block, &from);
    uint8_t *to = need(fwl_malloc((size_t)LINESIZE * ROWS));
    later(close_block, &to);
    for (size_t i = 0; i < (size_t)LINESIZE * ROWS; i++) {
        from[i] = (uint8_t)(i * 31 >> 5);
        to[i] = 0xee;
    }
    fwl_rows_copy(&(struct FwlRows){.dst = to + 1,
                                    .src = from,
                                    .dst_linesize = LINESIZE,
                                    .src_linesize = LINESIZE,
                                    .size = WIDTH,
                                    .count = ROWS});
    for (size_t y = 0; y < ROWS; y++) {
        const uint8_t *row = to + y * LINESIZE;
        assert_int_equal(row[0], 0xee);
        assert_int_equal(row[WIDTH + 1], 0xee);
        assert_memory_equal(row + 1, from + y * LINESIZE, WIDTH);
    }
}

/* GUARDED bytes between two pages that nobody may touch. */
enum { GUARDED = 1 << 16 };

static uint8_t *guarded_bytes(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *const mapping =
        mmap(NULL, GUARDED + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(mapping != MAP_FAILED);
    assert_int_equal(mprotect(mapping, page, PROT_NONE), 0);
    assert_int_equal(mprotect(mapping + page + GUARDED, page, PROT_NONE), 0);
    return mapping + page;
}

static void close_guarded(void *object)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    munmap(*(uint8_t **)object - page, GUARDED + 2 * page);
}

/* The pattern at the first byte that there is, and the last byte repeated at the last one. */
static void a_repetition_touches_its_pattern_and_no_more(void)
{
    uint8_t *bytes = guarded_bytes();
    later(close_guarded, &bytes);
    for (int v = 0; v < VARIANT_COUNT; v++) {
        if (!variants[v].repeat || !is_here(&variants[v]))
            continue;
        for (size_t period = 1; period <= FWL_REPEAT_PERIOD_MAX; period++) {
            for (size_t size = 1; size <= GUARDED - period; size += 1 + size / 40) {
                if (!is_for(&variants[v], period, size))
                    continue;
                variants[v].repeat(bytes + period, period, size);
                variants[v].repeat(bytes + GUARDED - size, period, size);
            }
        }
    }
}

static void rows_touch_their_bytes_and_no_more(void)
{
    uint8_t *from = guarded_bytes();
    later(close_guarded, &from);
    uint8_t *to = guarded_bytes();
    later(close_guarded, &to);
    for (int v = 0; v < VARIANT_COUNT; v++) {
        if (!variants[v].rows || !is_here(&variants[v]))
            continue;
        for (size_t size = 1; size <= 600; size++) {
            struct FwlRows rows = {.dst = to,
                                   .src = from,
                                   .dst_linesize = 601,
                                   .src_linesize = 640,
                                   .size = size,
                                   .count = 2};
            variants[v].rows(&rows);
            rows.dst = to + GUARDED - 601 - size;
            rows.src = from + GUARDED - 640 - size;
            variants[v].rows(&rows);
        }
    }
}

/* What is chosen where the CPU can do less than this one. */
static void lesser_cpus_are_served_too(void)
{
    const unsigned all = fwl_cpu_features();
    /* 0: nobody has asked yet */
    const unsigned lesser[] = {FWL_CPU_KNOWN, all & ~(unsigned)FWL_CPU_AVX512, 0, all};
    static const struct Variant chosen = {
        .name = "chosen", .feature = FWL_CPU_KNOWN, .repeat = repeat_public, .rows = fwl_rows_copy};
    for (size_t i = 0; i < sizeof lesser / sizeof *lesser; i++) {
        atomic_store(&fwl_cpu_known_features, lesser[i]);
        fill_areas(8192, (uint32_t)i);
        for (size_t period = 1; period <= 80; period++) {
            for (size_t size = 1; size <= 700; size += 1 + size / 20)
                compare_repeat(&chosen, 512 + size % ALIGNMENTS, period, size);
        }
        for (size_t size = 1; size <= 600; size++) {
            const struct FwlRows shape = {
                .dst_linesize = 620, .src_linesize = 640, .size = size, .count = 3};
            compare_rows(&chosen, &shape, size % 7, size % 5);
        }
    }
}

static void very_long_rows_are_copied(void)
{
    enum { SIZE = (1 << 16) + 1 };
    static uint8_t from[2 * SIZE], to[2 * SIZE + 100];
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)(i * 31 >> 5);
    fwl_rows_copy(&(struct FwlRows){.dst = to,
                                    .src = from,
                                    .dst_linesize = SIZE + 100,
                                    .src_linesize = SIZE,
                                    .size = SIZE,
                                    .count = 2});
    assert_memory_equal(to, from, SIZE);
    assert_memory_equal(to + SIZE + 100, from + SIZE, SIZE);
}

static void what_a_cpu_can_stays_the_same(void)
{
    const unsigned first = fwl_cpu_features();
    assert_true((first & FWL_CPU_KNOWN) != 0);
    assert_int_equal(fwl_cpu_detect(), first);
    assert_int_equal(fwl_cpu_features(), first);
}

/* Times */

static double now(void)
{
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void print_times(const struct Variant *variant)
{
    static const size_t periods[] = {1, 3, 7, 16, 33, 64}, sizes[] = {16, 256, 4096, 65536};
    enum { ROUNDS = 2000 };
    for (size_t p = 0; variant->repeat && p < sizeof periods / sizeof *periods; p++) {
        printf("%-17s period %2zu:", variant->name, periods[p]);
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            if (!is_for(variant, periods[p], sizes[s]))
                continue;
            const double start = now();
            for (int i = 0; i < ROUNDS; i++)
                variant->repeat(actual + 128, periods[p], sizes[s]);
            printf("  %zu bytes %.1f ns", sizes[s], (now() - start) / ROUNDS);
        }
        printf("\n");
    }
    if (!variant->rows)
        return;
    const struct FwlRows rows = {.dst = actual,
                                 .src = source,
                                 .dst_linesize = 2048,
                                 .src_linesize = 2048,
                                 .size = 1920,
                                 .count = 60};
    const double start = now();
    for (int i = 0; i < ROUNDS; i++)
        variant->rows(&rows);
    printf("%-17s 60 rows of 1920: %.1f ns\n", variant->name, (now() - start) / ROUNDS);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
        for (int v = 0; v < VARIANT_COUNT; v++) {
            if (is_here(&variants[v]))
                print_times(&variants[v]);
        }
        return 0;
    }
    static const struct TestCase cases[] = {
        CASE_ONCE(every_repetition_is_that_of_bytes_one_by_one),
        CASE_ONCE(longer_repetitions_are_right_too),
        CASE_ONCE(a_repetition_touches_its_pattern_and_no_more),
        CASE_ONCE(rows_touch_their_bytes_and_no_more),
        CASE_ONCE(rows_are_copied_and_nothing_between_them),
        CASE_ONCE(rows_may_run_upwards_and_without_gaps),
        CASE_ONCE(large_planes_are_copied_whole),
        CASE_ONCE(lesser_cpus_are_served_too),
        CASE_ONCE(very_long_rows_are_copied),
        CASE_ONCE(what_a_cpu_can_stays_the_same),
    };
    return run_cases("vectors", cases, sizeof cases / sizeof *cases, argc, argv);
}
