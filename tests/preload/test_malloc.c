/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program may expect of malloc and its family on this system. It runs on the C library's,
 * which shows that the cases say what is so, and on Framewell's.
 */
#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

enum { KIB = 1 << 10, MIB = 1 << 20, UNTOUCHED = 12345 };

#define ENDLESS (SIZE_MAX / 2)

/* Through a pointer that the compiler cannot see through: it knows what malloc and free do, and
 * leaves them out. */
static void *(*volatile const do_malloc)(size_t) = malloc;
static void *(*volatile const do_calloc)(size_t, size_t) = calloc;
static void *(*volatile const do_realloc)(void *, size_t) = realloc;
static void *(*volatile const do_reallocarray)(void *, size_t, size_t) = reallocarray;
static void *(*volatile const do_aligned_alloc)(size_t, size_t) = aligned_alloc;
static void *(*volatile const do_memalign)(size_t, size_t) = memalign;
static void *(*volatile const do_valloc)(size_t) = valloc;
static void *(*volatile const do_pvalloc)(size_t) = pvalloc;
static int (*volatile const do_posix_memalign)(void **, size_t, size_t) = posix_memalign;

static const size_t sizes[] = {0,       1,       16,       17,      100,    1000,    1024,
                               4096,    5000,    65536,    65537,   200000, 1 << 20, (1 << 20) + 1,
                               3 << 20, 5000000, 12 << 20, 25000000};
enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void expect_aligned(const void *block, size_t alignment)
{
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % alignment, 0);
}

static void expect_bytes(const unsigned char *bytes, size_t size, unsigned char value)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != value)
            fail_msg("byte %zu of %zu is %u, not %u", i, size, bytes[i], value);
    }
}

static void expect_fails(const void *block, int error)
{
    assert_null(block);
    assert_int_equal(errno, error);
    errno = UNTOUCHED;
}

static void every_size_is_usable_and_aligned_to_16(void)
{
    unsigned char *blocks[SIZE_COUNT];
    errno = UNTOUCHED;
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        blocks[i] = do_malloc(sizes[i]);
        expect_aligned(blocks[i], 16);
        memset(blocks[i], (int)i, sizes[i]);
        assert_true(malloc_usable_size(blocks[i]) >= sizes[i]);
    }
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        expect_bytes(blocks[i], sizes[i], (unsigned char)i);
        free(blocks[i]);
    }
    assert_int_equal(errno, UNTOUCHED);
}

static void all_usable_bytes_may_be_used(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        unsigned char *block = do_malloc(sizes[i]);
        unsigned char *next = do_malloc(sizes[i]);
        memset(next, 1, sizes[i]);
        memset(block, 2, malloc_usable_size(block));
        expect_bytes(next, sizes[i], 1);
        free(block);
        free(next);
    }
    assert_int_equal(malloc_usable_size(NULL), 0);
}

static void no_bytes_are_a_block_of_its_own(void)
{
    void *one = do_malloc(0);
    void *other = do_malloc(0);
    assert_non_null(one);
    assert_non_null(other);
    assert_ptr_not_equal(one, other);
    free(one);
    free(other);
}

static void freeing_nothing_is_nothing(void)
{
    errno = UNTOUCHED;
    free(NULL);
    assert_int_equal(errno, UNTOUCHED);
}

static void more_than_there_is_fails_with_enomem(void)
{
    void *kept = NULL;
    void *small = do_malloc(10);
    expect_fails(do_malloc(ENDLESS), ENOMEM);
    expect_fails(do_malloc(SIZE_MAX), ENOMEM);
    expect_fails(do_malloc((size_t)1 << 46), ENOMEM);
    expect_fails(do_calloc(1, (size_t)1 << 46), ENOMEM);
    expect_fails(do_calloc(SIZE_MAX / 4, 8), ENOMEM);
    expect_fails(do_calloc(SIZE_MAX, SIZE_MAX), ENOMEM);
    expect_fails(do_realloc(NULL, ENDLESS), ENOMEM);
    expect_fails(do_realloc(small, (size_t)1 << 46), ENOMEM);
    expect_fails(do_reallocarray(NULL, SIZE_MAX / 4, 8), ENOMEM);
    expect_fails(do_reallocarray(small, SIZE_MAX, 2), ENOMEM);
    expect_fails(do_aligned_alloc(64, ENDLESS), ENOMEM);
    expect_fails(do_memalign(64, SIZE_MAX), ENOMEM);
    expect_fails(do_valloc(SIZE_MAX), ENOMEM);
    expect_fails(do_pvalloc(SIZE_MAX), ENOMEM);
    assert_int_equal(do_posix_memalign(&kept, 64, ENDLESS), ENOMEM);
    assert_null(kept);
    free(small);
}

static void calloc_gives_zeros_also_of_memory_that_was_used(void)
{
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < SIZE_COUNT; i++) {
            unsigned char *block = do_calloc(sizes[i], 1);
            assert_non_null(block);
            expect_bytes(block, sizes[i], 0);
            memset(block, 0xee, sizes[i]);
            free(block);
        }
    }
}

static void calloc_of_much_takes_no_memory_until_it_is_used(void)
{
    if (getenv("FRAMEWELL_DEBUG"))
        skip_case("debug pools write to every byte");
    const size_t size = (size_t)512 * MIB;
    unsigned char *block = do_calloc(size / 8, 8);
    assert_non_null(block);
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
    fclose(file);
    assert_true(pages * page_size() < size / 2);
    assert_int_equal(block[size - 1], 0);
    free(block);
}

static void realloc_keeps_what_fits(void)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        for (size_t j = 0; j < SIZE_COUNT; j++) {
            unsigned char *block = do_malloc(sizes[i]);
            memset(block, 7, sizes[i]);
            const size_t size = sizes[j] > 0 ? sizes[j] : 1;
            block = do_realloc(block, size);
            expect_aligned(block, 16);
            expect_bytes(block, size < sizes[i] ? size : sizes[i], 7);
            memset(block, 8, size);
            free(block);
        }
    }
}

static void realloc_of_nothing_allocates_and_to_nothing_frees(void)
{
    errno = UNTOUCHED;
    void *block = do_realloc(NULL, 100);
    assert_non_null(block);
    assert_null(do_realloc(block, 0));
    block = do_reallocarray(NULL, 10, 10);
    assert_non_null(block);
    assert_null(do_reallocarray(block, 0, 10));
    assert_int_equal(errno, UNTOUCHED);
}

static void a_failed_realloc_leaves_the_block(void)
{
    unsigned char *block = do_malloc(1000);
    memset(block, 9, 1000);
    expect_fails(do_realloc(block, ENDLESS), ENOMEM);
    expect_bytes(block, 1000, 9);
    free(block);
}

static void a_block_grows_and_shrinks_byte_by_byte(void)
{
    unsigned char *block = NULL;
    for (size_t size = 1; size < 3000; size++) {
        block = do_realloc(block, size);
        assert_non_null(block);
        block[size - 1] = (unsigned char)size;
    }
    for (size_t size = 2999; size > 0; size--) {
        assert_int_equal(block[size - 1], (unsigned char)size);
        block = do_realloc(block, size);
        assert_non_null(block);
    }
    free(block);
}

static void every_power_of_two_is_an_alignment(void)
{
    errno = UNTOUCHED;
    for (size_t alignment = sizeof(void *); alignment <= (size_t)64 * MIB; alignment *= 2) {
        for (size_t i = 0; i < SIZE_COUNT; i += 3) {
            void *block = NULL;
            assert_int_equal(do_posix_memalign(&block, alignment, sizes[i]), 0);
            expect_aligned(block, alignment);
            memset(block, 1, sizes[i]);
            assert_true(malloc_usable_size(block) >= sizes[i]);
            void *other = do_aligned_alloc(alignment, sizes[i]);
            expect_aligned(other, alignment);
            void *third = do_memalign(alignment, sizes[i]);
            expect_aligned(third, alignment);
            memset(third, 3, sizes[i]);
            expect_bytes(block, sizes[i], 1);
            free(block);
            free(other);
            free(third);
        }
    }
    assert_int_equal(errno, UNTOUCHED);
}

static void an_aligned_block_may_be_resized(void)
{
    for (size_t alignment = 32; alignment <= (size_t)4 * MIB; alignment *= 2) {
        unsigned char *block = do_memalign(alignment, 3000);
        memset(block, 5, 3000);
        block = do_realloc(block, (size_t)3 * MIB);
        assert_non_null(block);
        expect_bytes(block, 3000, 5);
        block = do_realloc(block, 100);
        expect_bytes(block, 100, 5);
        free(block);
    }
}

static void posix_memalign_refuses_other_alignments(void)
{
    static const size_t wrong[] = {0, 1, 2, 3, 4, 7, 12, 24, 48, 100};
    void *block = &block;
    errno = UNTOUCHED;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(do_posix_memalign(&block, wrong[i], 100), EINVAL);
    assert_ptr_equal(block, &block);
    assert_int_equal(errno, UNTOUCHED);
}

static void memalign_makes_other_alignments_powers_of_two(void)
{
    void *block = do_memalign(48, 100);
    expect_aligned(block, 64);
    free(block);
    block = do_memalign(0, 100);
    expect_aligned(block, 16);
    free(block);
    expect_fails(do_memalign(SIZE_MAX / 2 + 2, 1), EINVAL);
}

static void valloc_and_pvalloc_give_pages(void)
{
    void *block = do_valloc(100);
    expect_aligned(block, page_size());
    free(block);
    block = do_pvalloc(100);
    expect_aligned(block, page_size());
    assert_true(malloc_usable_size(block) >= page_size());
    free(block);
}

static void trim_and_mallinfo2_know_what_is_free(void)
{
    enum { COUNT = 64 };
    void *blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        memset(blocks[i] = do_malloc(100 * KIB), 1, 100 * KIB);
    const struct mallinfo2 used = mallinfo2();
    assert_true(used.uordblks + used.hblkhd >= (size_t)COUNT * 100 * KIB);
    assert_true(used.arena + used.hblkhd >= used.uordblks);
    for (size_t i = 0; i < COUNT; i++)
        free(blocks[i]);
    const struct mallinfo2 freed = mallinfo2();
    assert_true(freed.uordblks + freed.hblkhd + (size_t)COUNT * 100 * KIB <=
                used.uordblks + used.hblkhd);
    (void)malloc_trim(0);
    const struct mallinfo2 trimmed = mallinfo2();
    assert_true(trimmed.uordblks <= freed.uordblks);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE_ONCE(every_size_is_usable_and_aligned_to_16),
        CASE_ONCE(all_usable_bytes_may_be_used),
        CASE_ONCE(no_bytes_are_a_block_of_its_own),
        CASE_ONCE(freeing_nothing_is_nothing),
        CASE_ONCE(more_than_there_is_fails_with_enomem),
        CASE_ONCE(calloc_gives_zeros_also_of_memory_that_was_used),
        CASE_ONCE(calloc_of_much_takes_no_memory_until_it_is_used),
        CASE_ONCE(realloc_keeps_what_fits),
        CASE_ONCE(realloc_of_nothing_allocates_and_to_nothing_frees),
        CASE_ONCE(a_failed_realloc_leaves_the_block),
        CASE_ONCE(a_block_grows_and_shrinks_byte_by_byte),
        CASE_ONCE(every_power_of_two_is_an_alignment),
        CASE_ONCE(an_aligned_block_may_be_resized),
        CASE_ONCE(posix_memalign_refuses_other_alignments),
        CASE_ONCE(memalign_makes_other_alignments_powers_of_two),
        CASE_ONCE(valloc_and_pvalloc_give_pages),
        CASE_ONCE(trim_and_mallinfo2_know_what_is_free),
    };
    return run_cases("malloc", cases, sizeof cases / sizeof cases[0], argc, argv);
}
