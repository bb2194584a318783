/* SPDX-License-Identifier: BSD-2-Clause */
#include "textbook_pool.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "case.h"

static void close_pool(void *object)
{
    textbook_destroy(object);
}

/* A block that is given back however the case ends: the pool does not know its big ones. */
struct Held {
    struct TextbookPool *pool;
    void *block;
};

static void release_held(void *object)
{
    struct Held *held = object;
    textbook_free(held->pool, held->block);
    held->block = NULL;
}

static void a_size_gets_the_smallest_of_three_blocks_that_holds_it(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    static const struct {
        size_t size;
        size_t block_size;
    } rows[] = {
        {0, 1024},      {1, 1024},        {1024, 1024},       {1025, 65536},
        {65536, 65536}, {65537, 1048576}, {1048576, 1048576},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *block = need(textbook_alloc(pool, rows[i].size));
        assert_int_equal(textbook_usable_size(pool, block), rows[i].block_size);
        textbook_free(pool, block);
    }
}

static void what_is_bigger_than_the_biggest_block_comes_from_malloc(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    unsigned char *block = need(textbook_alloc(pool, 3110400));
    assert_in_range(textbook_usable_size(pool, block), 3110400, 3110400 + 8192);
    memset(block, 0xff, 3110400);
    textbook_free(pool, block);
}

static void a_released_block_is_handed_out_next(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    void *first = need(textbook_alloc(pool, 100));
    void *second = need(textbook_alloc(pool, 100));
    assert_ptr_not_equal(first, second);
    textbook_free(pool, first);
    assert_ptr_equal(textbook_alloc(pool, 1000), first);
    textbook_free(pool, second);
    textbook_free(pool, first);
}

static void the_three_sizes_share_no_blocks(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    void *small = need(textbook_alloc(pool, 1));
    textbook_free(pool, small);
    void *medium = need(textbook_alloc(pool, 2000));
    assert_ptr_not_equal(medium, small);
    textbook_free(pool, medium);
}

static void every_block_is_aligned(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    struct Held first = {.pool = pool};
    struct Held second = {.pool = pool};
    later(release_held, &first);
    later(release_held, &second);
    for (size_t size = 1; size <= 4u << 20; size *= 4) {
        first.block = need(textbook_alloc(pool, size));
        assert_int_equal((uintptr_t)first.block % TEXTBOOK_ALIGNMENT, 0);
        second.block = need(textbook_aligned_alloc(pool, 4096, size));
        assert_int_equal((uintptr_t)second.block % 4096, 0);
        release_held(&second);
        release_held(&first);
    }
}

static void thousands_of_live_blocks_do_not_overlap_and_find_their_way_home(void)
{
    enum { BLOCK_COUNT = 5000 }; /* the map of pointers grows several times */
    static unsigned *blocks[BLOCK_COUNT];
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    for (unsigned i = 0; i < BLOCK_COUNT; i++) {
        blocks[i] = need(textbook_alloc(pool, 1024));
        blocks[i][0] = i;
        blocks[i][255] = ~i;
    }
    for (unsigned i = 0; i < BLOCK_COUNT; i++) {
        assert_int_equal(blocks[i][0], i);
        assert_int_equal(blocks[i][255], ~i);
        assert_int_equal(textbook_usable_size(pool, blocks[i]), 1024);
        textbook_free(pool, blocks[i]);
    }
    assert_ptr_equal(textbook_alloc(pool, 1), blocks[BLOCK_COUNT - 1]);
    textbook_free(pool, blocks[BLOCK_COUNT - 1]);
}

static void resizing_keeps_what_was_written(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    struct Held held = {.pool = pool, .block = need(textbook_realloc(pool, NULL, 6))};
    later(release_held, &held);
    strcpy(held.block, "hello");
    assert_ptr_equal(textbook_realloc(pool, held.block, 1024), held.block);
    static const size_t sizes[] = {2000, 100000, 2 << 20, 3 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        held.block = need(textbook_realloc(pool, held.block, sizes[i]));
        assert_string_equal(held.block, "hello");
    }
}

static void freeing_null_is_nothing(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    textbook_free(pool, NULL);
    textbook_destroy(NULL);
    void *block = need(textbook_alloc(pool, 1));
    textbook_free(pool, block);
}

static void *write_and_check(void *opaque)
{
    struct TextbookPool *pool = opaque;
    uintptr_t failures = 0;
    for (unsigned i = 0; i < 2000; i++) {
        unsigned *block = textbook_alloc(pool, i % 3 == 0 ? 64 : 4096);
        if (!block)
            return (void *)1;
        block[0] = i;
        block[15] = i;
        failures += block[0] != i || block[15] != i;
        textbook_free(pool, block);
    }
    return (void *)failures;
}

static void two_threads_never_share_a_block(void)
{
    struct TextbookPool *pool = need(textbook_create());
    later(close_pool, pool);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_and_check, pool), 0);
    void *own = write_and_check(pool);
    void *other;
    pthread_join(thread, &other);
    if (fault_fired())
        return;
    assert_null(own);
    assert_null(other);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_size_gets_the_smallest_of_three_blocks_that_holds_it),
        CASE(what_is_bigger_than_the_biggest_block_comes_from_malloc),
        CASE(a_released_block_is_handed_out_next),
        CASE(the_three_sizes_share_no_blocks),
        CASE(every_block_is_aligned),
        CASE(thousands_of_live_blocks_do_not_overlap_and_find_their_way_home),
        CASE(resizing_keeps_what_was_written),
        CASE(freeing_null_is_nothing),
        CASE(two_threads_never_share_a_block),
    };
    return run_cases("textbook_pool", cases, sizeof cases / sizeof *cases, argc, argv);
}
