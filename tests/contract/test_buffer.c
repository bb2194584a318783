/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "case.h"
#include "framewell/buffer.h"
#include "framewell/mem.h"
#include "pool_fixture.h"

static void close_buffer(void *object)
{
    fwl_buffer_unref(object);
}

enum { SOME = 20 };

/* SOME references. */
static void close_buffers(void *object)
{
    FwlBufferRef **bufs = object;
    for (int i = 0; i < SOME; i++)
        fwl_buffer_unref(&bufs[i]);
}

static void close_buffer_pool(void *object)
{
    fwl_buffer_pool_uninit(object);
}

/* A buffer of 100 bytes of value 7. */
static FwlBufferRef *make_buffer(void)
{
    FwlBufferRef *buf = need(fwl_buffer_alloc(100));
    memset(buf->data, 7, 100);
    return buf;
}

static void a_new_buffer_is_writable_and_has_one_reference(void)
{
    FwlBufferRef *buf = make_buffer();
    later(close_buffer, &buf);
    assert_int_equal(buf->size, 100);
    assert_int_equal(fwl_buffer_is_writable(buf), 1);
    assert_int_equal(fwl_buffer_get_ref_count(buf), 1);
    assert_null(fwl_buffer_get_opaque(buf));
}

static void a_buffer_may_have_no_bytes(void)
{
    FwlBufferRef *buf = need(fwl_buffer_alloc(0));
    later(close_buffer, &buf);
    FwlBufferRef *slice = need(fwl_buffer_slice(buf, 0, 0));
    later(close_buffer, &slice);
    assert_int_equal(buf->size, 0);
    need_ok(fwl_buffer_make_writable(&buf));
}

static void allocz_gives_zeros(void)
{
    FwlBufferRef *buf = need(fwl_buffer_allocz(1000));
    later(close_buffer, &buf);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(buf->data[i], 0);
}

static void a_size_that_overflows_with_the_header_gives_null(void)
{
    assert_null(fwl_buffer_alloc(SIZE_MAX));
    assert_null(fwl_buffer_allocz(SIZE_MAX - 8));
}

static void data_is_aligned_to_the_pool_s_alignment(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.alignment = 4096;
    config.small_block_size = 4096;
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    need_ok(fwl_pool_create(&pool, &config));
    FwlBufferRef *buf = need(fwl_buffer_alloc2(pool, 10));
    later(close_buffer, &buf);
    assert_int_equal((uintptr_t)buf->data % 4096, 0);
}

static void a_buffer_keeps_its_pool_alive(void)
{
    FwlPool *pool = NULL;
    need_ok(fwl_pool_create(&pool, NULL));
    FwlBufferRef *buf = fwl_buffer_alloc2(pool, 10);
    fwl_pool_destroy(&pool);
    later(close_buffer, &buf);
    need(buf);
    memset(buf->data, 1, 10);
}

static void a_second_reference_makes_a_buffer_read_only(void)
{
    FwlBufferRef *first = make_buffer();
    later(close_buffer, &first);
    FwlBufferRef *second = need(fwl_buffer_ref(first));
    later(close_buffer, &second);
    assert_ptr_equal(second->data, first->data);
    assert_int_equal(second->size, 100);
    assert_int_equal(fwl_buffer_is_writable(first), 0);
    assert_int_equal(fwl_buffer_get_ref_count(second), 2);
    fwl_buffer_unref(&first);
    assert_null(first);
    assert_int_equal(fwl_buffer_is_writable(second), 1);
    assert_int_equal(second->data[99], 7);
}

static void a_reference_sees_what_its_parent_sees(void)
{
    FwlBufferRef *buf = make_buffer();
    later(close_buffer, &buf);
    buf->data += 10;
    buf->size = 20;
    FwlBufferRef *ref = need(fwl_buffer_ref(buf));
    later(close_buffer, &ref);
    assert_ptr_equal(ref->data, buf->data);
    assert_int_equal(ref->size, 20);
}

static void a_slice_is_within_its_parent(void)
{
    FwlBufferRef *buf = make_buffer();
    later(close_buffer, &buf);
    FwlBufferRef *slice = need(fwl_buffer_slice(buf, 30, 70));
    later(close_buffer, &slice);
    assert_ptr_equal(slice->data, buf->data + 30);
    assert_int_equal(slice->size, 70);
    assert_int_equal(fwl_buffer_get_ref_count(buf), 2);
}

/* Of a slice, of a read-only buffer, after all other holders are gone. */
static void a_slice_holds_the_whole_buffer(void)
{
    FwlBufferRef *buf = make_buffer();
    later(close_buffer, &buf);
    FwlBufferRef *slice = need(fwl_buffer_slice(buf, 30, 40));
    later(close_buffer, &slice);
    FwlBufferRef *inner = need(fwl_buffer_slice(slice, 10, 30));
    later(close_buffer, &inner);
    assert_ptr_equal(inner->data, buf->data + 40);
    assert_null(fwl_buffer_slice(slice, 10, 31));
    assert_int_equal(fwl_buffer_is_writable(inner), 0);
    inner->data[0] = 7;
    fwl_buffer_unref(&buf);
    fwl_buffer_unref(&slice);
    assert_int_equal(fwl_buffer_is_writable(inner), 1);
    assert_int_equal(inner->data[0], 7);
}

static void making_a_slice_writable_copies_its_bytes_only(void)
{
    FwlBufferRef *buf = make_buffer();
    later(close_buffer, &buf);
    memset(buf->data, 3, buf->size);
    FwlBufferRef *slice = need(fwl_buffer_slice(buf, 90, 10));
    later(close_buffer, &slice);
    if (fwl_buffer_make_writable(&slice) < 0) {
        assert_ptr_equal(slice->data, buf->data + 90);
        return;
    }
    assert_int_equal(slice->size, 10);
    slice->data[9] = 4;
    assert_int_equal(buf->data[99], 3);
    assert_int_equal(fwl_buffer_get_ref_count(buf), 1);
}

static void a_slice_outside_its_parent_is_refused(void)
{
    FwlBufferRef *buf = make_buffer();
    later(close_buffer, &buf);
    assert_null(fwl_buffer_slice(buf, 101, 0));
    assert_null(fwl_buffer_slice(buf, 50, 51));
    assert_null(fwl_buffer_slice(buf, SIZE_MAX, 1));
    assert_null(fwl_buffer_slice(buf, 1, SIZE_MAX));
    assert_null(fwl_buffer_slice(NULL, 0, 0));
    assert_int_equal(fwl_buffer_get_ref_count(buf), 1);
}

static void unref_accepts_null(void)
{
    fwl_buffer_unref(NULL);
    FwlBufferRef *none = NULL;
    fwl_buffer_unref(&none);
    assert_null(fwl_buffer_ref(NULL));
}

/* Wrapped memory */

static int freed_count;

static void count_free(void *opaque, uint8_t *data)
{
    assert_string_equal(opaque, "opaque");
    assert_int_equal(data[0], 42);
    freed_count++;
}

static char opaque_text[] = "opaque";

static void a_wrapped_buffer_is_freed_once_by_its_last_reference(void)
{
    static uint8_t memory[10] = {42};
    freed_count = 0;
    FwlBufferRef *first =
        need(fwl_buffer_create(memory, sizeof memory, count_free, opaque_text, 0));
    later(close_buffer, &first);
    FwlBufferRef *second = need(fwl_buffer_ref(first));
    later(close_buffer, &second);
    assert_ptr_equal(fwl_buffer_get_opaque(first), opaque_text);
    fwl_buffer_unref(&first);
    assert_int_equal(freed_count, 0);
    fwl_buffer_unref(&second);
    assert_int_equal(freed_count, 1);
}

static void a_read_only_buffer_is_never_writable(void)
{
    static uint8_t memory[10] = {42};
    freed_count = 0;
    FwlBufferRef *buf = need(fwl_buffer_create(memory, sizeof memory, count_free, opaque_text,
                                               FWL_BUFFER_FLAG_READONLY));
    later(close_buffer, &buf);
    assert_int_equal(fwl_buffer_is_writable(buf), 0);
    need_ok(fwl_buffer_make_writable(&buf));
    assert_ptr_not_equal(buf->data, memory);
    assert_int_equal(buf->data[0], 42);
    assert_int_equal(freed_count, 1);
}

static int is_owner_willing;

static int ask_owner(void *opaque)
{
    assert_string_equal(opaque, "opaque");
    return is_owner_willing;
}

static const FwlBufferOwner owner = {.release = count_free, .is_writable = ask_owner};

static void a_buffer_with_an_owner_is_writable_where_that_agrees(void)
{
    static uint8_t memory[10] = {42};
    freed_count = 0;
    FwlBufferRef *buf = need(fwl_buffer_wrap(memory, sizeof memory, &owner, opaque_text));
    later(close_buffer, &buf);
    assert_ptr_equal(fwl_buffer_get_owner(buf), &owner);
    assert_ptr_equal(fwl_buffer_get_opaque(buf), opaque_text);
    is_owner_willing = 1;
    assert_int_equal(fwl_buffer_is_writable(buf), 1);
    is_owner_willing = 0;
    assert_int_equal(fwl_buffer_is_writable(buf), 0);

    is_owner_willing = 1;
    FwlBufferRef *second = need(fwl_buffer_ref(buf));
    later(close_buffer, &second);
    assert_int_equal(fwl_buffer_is_writable(buf), 0);
    need_ok(fwl_buffer_make_writable(&buf));
    assert_null(fwl_buffer_get_owner(buf));
    fwl_buffer_unref(&second);
    assert_int_equal(freed_count, 1);
}

static FwlBufferRef *alloc_owned(void *opaque, size_t size)
{
    (void)size;
    static uint8_t memory[10] = {42};
    return fwl_buffer_wrap(memory, sizeof memory, &owner, opaque);
}

static void a_pool_refuses_buffers_with_an_owner(void)
{
    freed_count = 0;
    FwlBufferPool *pool = need(fwl_buffer_pool_init2(10, opaque_text, alloc_owned, NULL));
    later(close_buffer_pool, &pool);
    assert_null(fwl_buffer_pool_get(pool));
    assert_true(freed_count == 1 || fault_fired());
}

static void the_default_callback_is_fwl_free(void)
{
    uint8_t *data = need(fwl_malloc(10));
    FwlBufferRef *buf = fwl_buffer_create(data, 10, fwl_buffer_default_free, NULL, 0);
    if (!buf)
        fwl_buffer_default_free(NULL, data);
    need(buf);
    fwl_buffer_unref(&buf);
}

static void without_a_callback_wrapped_memory_goes_by_fwl_free(void)
{
    uint8_t *data = need(fwl_malloc(10));
    FwlBufferRef *buf = fwl_buffer_create(data, 10, NULL, NULL, 0);
    if (!buf)
        fwl_free(data);
    need(buf);
    fwl_buffer_unref(&buf);
}

/* Writing */

static void make_writable_copies_only_where_it_must(void)
{
    FwlBufferRef *first = make_buffer();
    later(close_buffer, &first);
    const uint8_t *data = first->data;
    assert_int_equal(fwl_buffer_make_writable(&first), 0);
    assert_ptr_equal(first->data, data);

    FwlBufferRef *second = need(fwl_buffer_ref(first));
    later(close_buffer, &second);
    const int status = fwl_buffer_make_writable(&second);
    if (status < 0) {
        assert_ptr_equal(second->data, data);
        assert_int_equal(fwl_buffer_get_ref_count(first), 2);
    }
    need_ok(status);
    assert_ptr_not_equal(second->data, data);
    assert_memory_equal(second->data, data, 100);
    assert_int_equal(fwl_buffer_is_writable(first), 1);
    assert_int_equal(fwl_buffer_is_writable(second), 1);
}

static void realloc_grows_and_keeps_contents(void)
{
    FwlBufferRef *buf = NULL;
    later(close_buffer, &buf);
    need_ok(fwl_buffer_realloc(&buf, 10));
    memset(buf->data, 3, 10);
    need_ok(fwl_buffer_realloc(&buf, 10000));
    assert_int_equal(buf->size, 10000);
    assert_int_equal(buf->data[9], 3);
    need_ok(fwl_buffer_realloc(&buf, 5));
    assert_int_equal(buf->size, 5);
    assert_int_equal(buf->data[4], 3);
}

static void realloc_of_a_shared_buffer_leaves_the_other_holder_alone(void)
{
    FwlBufferRef *first = NULL;
    later(close_buffer, &first);
    need_ok(fwl_buffer_realloc(&first, 10));
    memset(first->data, 3, 10);
    FwlBufferRef *second = need(fwl_buffer_ref(first));
    later(close_buffer, &second);
    need_ok(fwl_buffer_realloc(&second, 20));
    second->data[0] = 4;
    assert_int_equal(first->data[0], 3);
    assert_int_equal(first->size, 10);
    assert_int_equal(second->data[9], 3);
}

static void realloc_that_fails_leaves_the_buffer_alone(void)
{
    FwlBufferRef *buf = make_buffer();
    later(close_buffer, &buf);
    const uint8_t *data = buf->data;
    assert_int_equal(fwl_buffer_realloc(&buf, SIZE_MAX), FWL_E_NOMEM);
    assert_ptr_equal(buf->data, data);
    assert_int_equal(buf->size, 100);
}

static void replace_makes_the_destination_see_the_source(void)
{
    FwlBufferRef *source = make_buffer();
    later(close_buffer, &source);
    FwlBufferRef *target = need(fwl_buffer_alloc(5));
    later(close_buffer, &target);
    need_ok(fwl_buffer_replace(&target, source));
    assert_ptr_equal(target->data, source->data);
    assert_int_equal(fwl_buffer_get_ref_count(source), 2);
    source->size = 50;
    need_ok(fwl_buffer_replace(&target, source));
    assert_int_equal(target->size, 50);
    assert_int_equal(fwl_buffer_get_ref_count(source), 2);
    need_ok(fwl_buffer_replace(&target, NULL));
    assert_null(target);
}

static void references_beyond_the_second_are_as_good(void)
{
    FwlBufferRef *bufs[SOME] = {need(fwl_buffer_alloc(100))};
    later(close_buffers, bufs);
    for (int i = 1; i < 4; i++)
        bufs[i] = need(fwl_buffer_slice(bufs[0], (size_t)i, 10));
    assert_int_equal(fwl_buffer_get_ref_count(bufs[0]), 4);
    for (int i = 1; i < 4; i++) { /* in the order they came: each ends before a later one */
        assert_ptr_equal(bufs[i]->data, bufs[0]->data + i);
        fwl_buffer_unref(&bufs[i]);
        bufs[i] = need(fwl_buffer_ref(bufs[0]));
        assert_int_equal(bufs[i]->size, 100);
        assert_int_equal(fwl_buffer_get_ref_count(bufs[0]), 4);
    }
    fwl_buffer_unref(&bufs[0]);
    fwl_buffer_unref(&bufs[2]);
    fwl_buffer_unref(&bufs[3]);
    assert_true(fwl_buffer_is_writable(bufs[1]));
    memset(bufs[1]->data, 1, 100);
}

/* Pools of buffers */

static void a_released_buffer_comes_back_from_its_pool(void)
{
    FwlBufferPool *pool = need(fwl_buffer_pool_init(1000, NULL));
    later(close_buffer_pool, &pool);
    FwlBufferRef *buf = need(fwl_buffer_pool_get(pool));
    later(close_buffer, &buf);
    uint8_t *data = buf->data;
    buf->data += 10;
    buf->size = 3;
    fwl_buffer_unref(&buf);
    buf = need(fwl_buffer_pool_get(pool));
    assert_ptr_equal(buf->data, data);
    assert_int_equal(buf->size, 1000);
    assert_int_equal(fwl_buffer_get_ref_count(buf), 1);
}

static void the_buffer_that_was_released_last_comes_back_first(void)
{
    FwlBufferPool *pool = need(fwl_buffer_pool_init(100, NULL));
    later(close_buffer_pool, &pool);
    FwlBufferRef *bufs[SOME] = {NULL};
    uint8_t *data[SOME];
    later(close_buffers, bufs);
    for (int i = 0; i < SOME; i++) {
        bufs[i] = need(fwl_buffer_pool_get(pool));
        data[i] = bufs[i]->data;
    }
    for (int i = 0; i < SOME; i++)
        fwl_buffer_unref(&bufs[i]);
    for (int i = SOME - 1; i >= 0; i--) {
        bufs[i] = need(fwl_buffer_pool_get(pool));
        assert_ptr_equal(bufs[i]->data, data[i]);
    }
}

static void buffers_outlive_their_pool(void)
{
    FwlBufferPool *pool = need(fwl_buffer_pool_init(1000, fwl_buffer_allocz));
    FwlBufferRef *buf = fwl_buffer_pool_get(pool);
    FwlBufferRef *idle = fwl_buffer_pool_get(pool);
    fwl_buffer_unref(&idle);
    fwl_buffer_pool_uninit(&pool);
    assert_null(pool);
    if (buf)
        memset(buf->data, 1, buf->size);
    fwl_buffer_unref(&buf);
}

static int pool_free_count;

static FwlBufferRef *wrap_static(void *opaque, size_t size)
{
    static uint8_t memory[100] = {42};
    assert_string_equal(opaque, "opaque");
    assert_true(size <= sizeof memory);
    return fwl_buffer_create(memory, size, count_free, opaque, 0);
}

static void count_pool_free(void *opaque)
{
    assert_string_equal(opaque, "opaque");
    pool_free_count++;
}

static void a_pool_with_callbacks_makes_frees_and_ends_through_them(void)
{
    freed_count = 0;
    pool_free_count = 0;
    FwlBufferPool *pool =
        need(fwl_buffer_pool_init2(100, opaque_text, wrap_static, count_pool_free));
    FwlBufferRef *buf = fwl_buffer_pool_get(pool);
    if (buf)
        assert_ptr_equal(fwl_buffer_pool_buffer_get_opaque(buf), opaque_text);
    const bool is_made = buf != NULL;
    fwl_buffer_pool_uninit(&pool);
    assert_int_equal(pool_free_count, is_made ? 0 : 1);
    fwl_buffer_unref(&buf);
    assert_int_equal(pool_free_count, 1);
    if (is_made)
        assert_int_equal(freed_count, 1);
}

static FwlBufferRef *alloc_too_small(size_t size)
{
    return fwl_buffer_alloc(size / 2);
}

static void a_pool_refuses_buffers_that_are_too_small(void)
{
    FwlBufferPool *pool = need(fwl_buffer_pool_init(100, alloc_too_small));
    later(close_buffer_pool, &pool);
    assert_null(fwl_buffer_pool_get(pool));
}

static void pool_uninit_accepts_null(void)
{
    fwl_buffer_pool_uninit(NULL);
    FwlBufferPool *none = NULL;
    fwl_buffer_pool_uninit(&none);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_new_buffer_is_writable_and_has_one_reference),
        CASE(a_buffer_may_have_no_bytes),
        CASE(allocz_gives_zeros),
        CASE(a_size_that_overflows_with_the_header_gives_null),
        CASE(data_is_aligned_to_the_pool_s_alignment),
        CASE(a_buffer_keeps_its_pool_alive),
        CASE(a_second_reference_makes_a_buffer_read_only),
        CASE(a_reference_sees_what_its_parent_sees),
        CASE(a_slice_is_within_its_parent),
        CASE(a_slice_holds_the_whole_buffer),
        CASE(making_a_slice_writable_copies_its_bytes_only),
        CASE(a_slice_outside_its_parent_is_refused),
        CASE(unref_accepts_null),
        CASE(a_wrapped_buffer_is_freed_once_by_its_last_reference),
        CASE(a_read_only_buffer_is_never_writable),
        CASE(a_buffer_with_an_owner_is_writable_where_that_agrees),
        CASE(a_pool_refuses_buffers_with_an_owner),
        CASE(the_default_callback_is_fwl_free),
        CASE(without_a_callback_wrapped_memory_goes_by_fwl_free),
        CASE(make_writable_copies_only_where_it_must),
        CASE(realloc_grows_and_keeps_contents),
        CASE(realloc_of_a_shared_buffer_leaves_the_other_holder_alone),
        CASE(realloc_that_fails_leaves_the_buffer_alone),
        CASE(replace_makes_the_destination_see_the_source),
        CASE(references_beyond_the_second_are_as_good),
        CASE(a_released_buffer_comes_back_from_its_pool),
        CASE(the_buffer_that_was_released_last_comes_back_first),
        CASE(buffers_outlive_their_pool),
        CASE(a_pool_with_callbacks_makes_frees_and_ends_through_them),
        CASE(a_pool_refuses_buffers_that_are_too_small),
        CASE(pool_uninit_accepts_null),
    };
    return run_cases("buffer", cases, sizeof cases / sizeof cases[0], argc, argv);
}
