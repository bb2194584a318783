/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/mem.h"

static void close_block(void *object)
{
    fwl_freep(object);
}

/* Puts the cap back, however the case ends. */
static void restore_max_alloc(void *object)
{
    (void)object;
    fwl_max_alloc(INT_MAX);
}

static void expect_all(const unsigned char *bytes, int value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != value)
            fail_msg("byte %zu is %d, expected %d", i, bytes[i], value);
    }
}

static void expect_aligned(const void *pointer, size_t alignment)
{
    assert_int_equal((uintptr_t)pointer % alignment, 0);
}

/* Allocating */

static void malloc_gives_aligned_memory_for_any_size(void)
{
    for (size_t size = 0; size < 5000; size = size * 2 + 1) {
        unsigned char *block = need(fwl_malloc(size));
        later(close_block, &block);
        expect_aligned(block, 16);
        assert_true(fwl_usable_size(block) >= size);
        memset(block, 1, size);
        fwl_freep(&block);
    }
}

static void mallocz_and_calloc_give_zeros(void)
{
    unsigned char *used = need(fwl_malloc(1000));
    memset(used, 0xff, 1000);
    fwl_free(used);
    unsigned char *one = need(fwl_mallocz(1000));
    later(close_block, &one);
    unsigned char *two = need(fwl_calloc(10, 100));
    later(close_block, &two);
    expect_all(one, 0, 1000);
    expect_all(two, 0, 1000);
}

static void products_that_overflow_give_null(void)
{
    assert_null(fwl_malloc_array(SIZE_MAX, 2));
    assert_null(fwl_malloc_array(SIZE_MAX / 2 + 2, 2));
    assert_null(fwl_mallocz_array(SIZE_MAX, SIZE_MAX));
    assert_null(fwl_calloc(SIZE_MAX / 8, 9));
}

static void arrays_have_room_for_every_item(void)
{
    unsigned char *items = need(fwl_malloc_array(33, 3));
    later(close_block, &items);
    assert_true(fwl_usable_size(items) >= 99);
    unsigned char *zeros = need(fwl_mallocz_array(33, 3));
    later(close_block, &zeros);
    expect_all(zeros, 0, 99);
    unsigned char *none = need(fwl_malloc_array(0, 8));
    later(close_block, &none);
}

static void sizes_above_the_cap_give_null(void)
{
    assert_null(fwl_malloc(SIZE_MAX));
    assert_null(fwl_malloc((size_t)INT_MAX + 1));
    assert_null(fwl_mallocz(SIZE_MAX - 15));
    assert_null(fwl_realloc(NULL, SIZE_MAX));
    assert_null(fwl_aligned_alloc(64, SIZE_MAX));
    fwl_max_alloc(1000);
    later(restore_max_alloc, NULL);
    assert_null(fwl_malloc(1001));
    assert_null(fwl_mallocz(1001));
    assert_null(fwl_aligned_alloc(16, 1001));
    assert_null(fwl_realloc(NULL, 1001));
    unsigned char *block = need(fwl_malloc(1000));
    later(close_block, &block);
    assert_null(fwl_realloc(block, 1001));
}

static void aligned_alloc_takes_powers_of_two_only(void)
{
    const size_t nonsense[] = {0, 3, 24, 65, SIZE_MAX};
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++)
        assert_null(fwl_aligned_alloc(nonsense[i], 100));
    for (size_t alignment = 1; alignment <= 1 << 21; alignment *= 2) {
        void *block = need(fwl_aligned_alloc(alignment, 100));
        later(close_block, &block);
        expect_aligned(block, alignment);
        fwl_freep(&block);
    }
}

/* Resizing */

static void realloc_keeps_what_fits(void)
{
    unsigned char *block = need(fwl_realloc(NULL, 10));
    later(close_block, &block);
    memset(block, 9, 10);
    block = need(fwl_realloc(block, 5000));
    expect_all(block, 9, 10);
    block = need(fwl_realloc(block, 4));
    expect_all(block, 9, 4);
    block = need(fwl_realloc(block, 0));
}

static void realloc_that_fails_leaves_the_block_to_the_caller(void)
{
    unsigned char *block = need(fwl_malloc(10));
    later(close_block, &block);
    memset(block, 9, 10);
    assert_null(fwl_realloc(block, SIZE_MAX));
    assert_null(fwl_realloc_array(block, SIZE_MAX, 2));
    expect_all(block, 9, 10);
}

static void realloc_f_frees_the_block_when_it_fails(void)
{
    void *block = need(fwl_malloc(10));
    assert_null(fwl_realloc_f(block, SIZE_MAX, 2));
    void *resized = need(fwl_realloc_f(NULL, 10, 10));
    fwl_free(resized);
}

static void reallocp_replaces_the_pointer(void)
{
    unsigned char *block = NULL;
    later(close_block, &block);
    need_ok(fwl_reallocp(&block, 100));
    memset(block, 5, 100);
    need_ok(fwl_reallocp_array(&block, 100, 100));
    expect_all(block, 5, 100);
    assert_int_equal(fwl_reallocp(&block, 0), 0);
    assert_null(block);
    need_ok(fwl_reallocp_array(&block, 0, 100));
    assert_non_null(block);
}

static void reallocp_that_fails_frees_and_leaves_null(void)
{
    void *block = need(fwl_malloc(10));
    assert_int_equal(fwl_reallocp(&block, SIZE_MAX), FWL_E_NOMEM);
    assert_null(block);
    block = need(fwl_malloc(10));
    assert_int_equal(fwl_reallocp_array(&block, SIZE_MAX, 3), FWL_E_NOMEM);
    assert_null(block);
}

static void fast_realloc_grows_by_a_sixteenth_and_32(void)
{
    size_t size = 0;
    unsigned char *block = need(fwl_fast_realloc(NULL, &size, 1600));
    later(close_block, &block);
    assert_int_equal(size, 1600 + 100 + 32);
    memset(block, 4, size);
    assert_ptr_equal(fwl_fast_realloc(block, &size, 1732), block);
    unsigned char *grown = fwl_fast_realloc(block, &size, 1733);
    if (grown)
        block = grown;
    need(grown);
    expect_all(block, 4, 1732);
    assert_int_equal(size, 1733 + 108 + 32);
}

static void fast_realloc_that_fails_keeps_the_block_and_zeroes_the_size(void)
{
    size_t size = 0;
    unsigned char *block = need(fwl_fast_realloc(NULL, &size, 10));
    later(close_block, &block);
    assert_null(fwl_fast_realloc(block, &size, SIZE_MAX));
    assert_int_equal(size, 0);
}

static void fast_growth_stops_at_the_cap(void)
{
    fwl_max_alloc(1000);
    later(restore_max_alloc, NULL);
    size_t size = 0;
    void *block = need(fwl_fast_realloc(NULL, &size, 990));
    later(close_block, &block);
    assert_int_equal(size, 1000);
}

static void fast_malloc_keeps_a_block_that_is_large_enough(void)
{
    size_t size = 0;
    void *block = NULL;
    later(close_block, &block);
    fwl_fast_malloc(&block, &size, 0);
    assert_null(block);
    fwl_fast_malloc(&block, &size, 320);
    void *first = need(block);
    assert_int_equal(size, 320 + 20 + 32);
    fwl_fast_malloc(&block, &size, 372);
    assert_ptr_equal(block, first);
    fwl_fast_malloc(&block, &size, 373);
    need(block);
    assert_int_equal(size, 373 + 23 + 32);
}

static void fast_malloc_that_fails_frees_and_zeroes(void)
{
    void (*const functions[])(void *, size_t *, size_t) = {
        fwl_fast_malloc, fwl_fast_mallocz, fwl_fast_padded_malloc, fwl_fast_padded_mallocz};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const size_t requests[] = {SIZE_MAX, SIZE_MAX - 63, (size_t)INT_MAX + 1};
        for (size_t r = 0; r < sizeof requests / sizeof requests[0]; r++) {
            size_t size = 10;
            void *block = need(fwl_malloc(10));
            functions[i](&block, &size, requests[r]);
            assert_null(block);
            assert_int_equal(size, 0);
        }
    }
}

static void fast_mallocz_gives_zeros(void)
{
    size_t size = 0;
    unsigned char *block = NULL;
    later(close_block, &block);
    fwl_fast_mallocz(&block, &size, 100);
    need(block);
    expect_all(block, 0, size);
}

static void padded_blocks_end_in_zero_bytes(void)
{
    size_t size = 0;
    unsigned char *block = NULL;
    later(close_block, &block);
    fwl_fast_padded_malloc(&block, &size, 100);
    need(block);
    memset(block, 0xff, size);
    fwl_fast_padded_malloc(&block, &size, 50);
    expect_all(block + 50, 0, FWL_INPUT_BUFFER_PADDING_SIZE);
    assert_int_equal(block[49], 0xff);
    memset(block, 0xff, size);
    fwl_fast_padded_mallocz(&block, &size, 60);
    expect_all(block, 0, 60 + FWL_INPUT_BUFFER_PADDING_SIZE);
}

/* Copying */

static void strings_are_copied_whole_or_cut(void)
{
    char *whole = need(fwl_strdup("clip.mp4"));
    later(close_block, &whole);
    char *cut = need(fwl_strndup("clip.mp4", 4));
    later(close_block, &cut);
    char *longer = need(fwl_strndup("clip", SIZE_MAX / 2));
    later(close_block, &longer);
    assert_string_equal(whole, "clip.mp4");
    assert_string_equal(cut, "clip");
    assert_string_equal(longer, "clip");
}

static void strndup_does_not_read_beyond_its_length(void)
{
    const char letters[3] = {'a', 'b', 'c'};
    char *copy = need(fwl_strndup(letters, 3));
    later(close_block, &copy);
    assert_string_equal(copy, "abc");
}

static void copies_of_null_are_null(void)
{
    assert_null(fwl_strdup(NULL));
    assert_null(fwl_strndup(NULL, 3));
    assert_null(fwl_memdup(NULL, 3));
}

static void memdup_copies_bytes(void)
{
    const unsigned char bytes[] = {1, 0, 2};
    unsigned char *copy = need(fwl_memdup(bytes, sizeof bytes));
    later(close_block, &copy);
    assert_memory_equal(copy, bytes, sizeof bytes);
}

static void memcpy_backptr_repeats_as_byte_by_byte(void)
{
    enum { BACK_MAX = 70, COUNT_MAX = 200 };
    for (int back = 1; back <= BACK_MAX; back++) {
        for (int count = 0; count <= COUNT_MAX; count++) {
            uint8_t actual[BACK_MAX + COUNT_MAX + 1];
            uint8_t expected[BACK_MAX + COUNT_MAX + 1];
            for (size_t i = 0; i < sizeof actual; i++)
                actual[i] = expected[i] = (uint8_t)(i * 37 + 11);
            for (int i = 0; i < count; i++)
                expected[BACK_MAX + i] = expected[BACK_MAX + i - back];
            fwl_memcpy_backptr(actual + BACK_MAX, back, count);
            if (memcmp(actual, expected, sizeof actual) != 0)
                fail_msg("back %d, count %d", back, count);
        }
    }
}

static void memcpy_backptr_without_distance_or_count_does_nothing(void)
{
    uint8_t bytes[3] = {1, 2, 3};
    fwl_memcpy_backptr(bytes + 1, 0, 2);
    fwl_memcpy_backptr(bytes + 1, 1, 0);
    fwl_memcpy_backptr(bytes + 1, 1, -5);
    fwl_memcpy_backptr(bytes + 1, -1, 1);
    assert_int_equal(bytes[1], 2);
    assert_int_equal(bytes[2], 3);
}

/* Freeing */

static void free_accepts_null_and_freep_leaves_null(void)
{
    fwl_free(NULL);
    void *block = NULL;
    fwl_freep(&block);
    block = need(fwl_malloc(1));
    fwl_freep(&block);
    assert_null(block);
}

/* Arrays that grow */

static void dynarray_add_appends(void)
{
    int values[40];
    int **table = NULL;
    later(close_block, &table);
    int count = 0;
    for (int i = 0; i < 40; i++) {
        fwl_dynarray_add(&table, &count, &values[i]);
        need(table);
        assert_int_equal(count, i + 1);
    }
    for (int i = 0; i < 40; i++)
        assert_ptr_equal(table[i], &values[i]);
}

static void dynarray_add_that_fails_frees_the_array(void)
{
    int value;
    int **table = need(fwl_malloc_array(4, sizeof *table));
    int count = 4;
    fwl_max_alloc(40);
    later(restore_max_alloc, NULL);
    fwl_dynarray_add(&table, &count, &value);
    assert_null(table);
    assert_int_equal(count, 0);
}

static void dynarray_add_nofree_that_fails_keeps_the_array(void)
{
    int value;
    int **table = need(fwl_malloc_array(4, sizeof *table));
    later(close_block, &table);
    int **before = table;
    int count = 4;
    fwl_max_alloc(40);
    later(restore_max_alloc, NULL);
    assert_int_equal(fwl_dynarray_add_nofree(&table, &count, &value), FWL_E_NOMEM);
    assert_ptr_equal(table, before);
    assert_int_equal(count, 4);
}

static void dynarray2_add_copies_elements(void)
{
    struct Item {
        int a, b, c;
    } *items = NULL;
    later(close_block, &items);
    int count = 0;
    for (int i = 0; i < 20; i++) {
        const struct Item item = {i, i + 1, i + 2};
        struct Item *added = fwl_dynarray2_add((void **)&items, &count, sizeof item,
                                               (const uint8_t *)&item);
        need(added);
        assert_ptr_equal(added, &items[i]);
    }
    assert_int_equal(items[19].c, 21);
    need(fwl_dynarray2_add((void **)&items, &count, sizeof *items, NULL));
    assert_int_equal(count, 21);
}

static void dynarray2_add_that_fails_frees_the_array(void)
{
    void *items = need(fwl_malloc(4 * 12));
    int count = 4;
    fwl_max_alloc(50);
    later(restore_max_alloc, NULL);
    assert_null(fwl_dynarray2_add(&items, &count, 12, NULL));
    assert_null(items);
    assert_int_equal(count, 0);
}

/* Limits */

static void size_mult_refuses_what_overflows(void)
{
    size_t product = 1;
    assert_int_equal(fwl_size_mult(SIZE_MAX, 2, &product), FWL_E_INVALID);
    assert_int_equal(product, 1);
    assert_int_equal(fwl_size_mult(6, 7, &product), 0);
    assert_int_equal(product, 42);
    assert_int_equal(fwl_size_mult(SIZE_MAX, 0, &product), 0);
    assert_int_equal(product, 0);
}

static void usable_size_is_at_least_what_was_asked_for(void)
{
    assert_int_equal(fwl_usable_size(NULL), 0);
    unsigned char *block = need(fwl_malloc(777));
    later(close_block, &block);
    assert_true(fwl_usable_size(block) >= 777);
    memset(block, 1, fwl_usable_size(block));
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(malloc_gives_aligned_memory_for_any_size),
        CASE(mallocz_and_calloc_give_zeros),
        CASE(products_that_overflow_give_null),
        CASE(arrays_have_room_for_every_item),
        CASE(sizes_above_the_cap_give_null),
        CASE(aligned_alloc_takes_powers_of_two_only),
        CASE(realloc_keeps_what_fits),
        CASE(realloc_that_fails_leaves_the_block_to_the_caller),
        CASE(realloc_f_frees_the_block_when_it_fails),
        CASE(reallocp_replaces_the_pointer),
        CASE(reallocp_that_fails_frees_and_leaves_null),
        CASE(fast_realloc_grows_by_a_sixteenth_and_32),
        CASE(fast_realloc_that_fails_keeps_the_block_and_zeroes_the_size),
        CASE(fast_growth_stops_at_the_cap),
        CASE(fast_malloc_keeps_a_block_that_is_large_enough),
        CASE(fast_malloc_that_fails_frees_and_zeroes),
        CASE(fast_mallocz_gives_zeros),
        CASE(padded_blocks_end_in_zero_bytes),
        CASE(strings_are_copied_whole_or_cut),
        CASE(strndup_does_not_read_beyond_its_length),
        CASE(copies_of_null_are_null),
        CASE(memdup_copies_bytes),
        CASE(memcpy_backptr_repeats_as_byte_by_byte),
        CASE(memcpy_backptr_without_distance_or_count_does_nothing),
        CASE(free_accepts_null_and_freep_leaves_null),
        CASE(dynarray_add_appends),
        CASE(dynarray_add_that_fails_frees_the_array),
        CASE(dynarray_add_nofree_that_fails_keeps_the_array),
        CASE(dynarray2_add_copies_elements),
        CASE(dynarray2_add_that_fails_frees_the_array),
        CASE(size_mult_refuses_what_overflows),
        CASE(usable_size_is_at_least_what_was_asked_for),
    };
    return run_cases("mem", cases, sizeof cases / sizeof cases[0], argc, argv);
}
