/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers that libav* and Framewell both have references to. */
#include <pthread.h>
#include <string.h>

#include <libavutil/buffer.h>
#include <libavutil/mem.h>

#include "case.h"
#include "framewell/ffmpeg.h"

static void close_av(void *ref)
{
    av_buffer_unref(ref);
}

static void close_buffer(void *ref)
{
    fwl_buffer_unref(ref);
}

static int freed_count;

static void count_free(void *opaque, uint8_t *data)
{
    (void)opaque;
    (void)data;
    freed_count++;
}

static uint8_t memory[64];

static AVBufferRef *make_av(int flags)
{
    freed_count = 0;
    return need(av_buffer_create(memory, sizeof memory, count_free, NULL, flags));
}

static FwlBufferRef *make_own(int flags)
{
    freed_count = 0;
    return need(fwl_buffer_create(memory, sizeof memory, count_free, NULL, flags));
}

static void what_is_imported_is_the_same_memory_and_freed_once(void)
{
    AVBufferRef *av = make_av(0);
    later(close_av, &av);
    FwlBufferRef *buf = need(fwl_av_buffer_import(av));
    later(close_buffer, &buf);
    assert_ptr_equal(buf->data, memory);
    assert_int_equal(buf->size, sizeof memory);
    assert_int_equal(av_buffer_get_ref_count(av), 2);
    av_buffer_unref(&av);
    assert_int_equal(freed_count, 0);
    fwl_buffer_unref(&buf);
    assert_int_equal(freed_count, 1);
}

static void what_is_exported_is_the_same_memory_and_freed_once(void)
{
    FwlBufferRef *buf = make_own(0);
    later(close_buffer, &buf);
    AVBufferRef *av = need(fwl_av_buffer_export(buf));
    later(close_av, &av);
    assert_ptr_equal(av->data, memory);
    assert_int_equal(av->size, sizeof memory);
    assert_int_equal(fwl_buffer_get_ref_count(buf), 2);
    fwl_buffer_unref(&buf);
    assert_int_equal(freed_count, 0);
    av_buffer_unref(&av);
    assert_int_equal(freed_count, 1);
}

static void what_comes_home_refers_to_the_original(void)
{
    AVBufferRef *av = make_av(0);
    later(close_av, &av);
    FwlBufferRef *away = need(fwl_av_buffer_import(av));
    later(close_buffer, &away);
    AVBufferRef *home = need(fwl_av_buffer_export(away));
    later(close_av, &home);
    assert_ptr_equal(home->buffer, av->buffer);
    assert_int_equal(av_buffer_get_ref_count(av), 3);

    FwlBufferRef *own = make_own(0);
    later(close_buffer, &own);
    AVBufferRef *away_av = need(fwl_av_buffer_export(own));
    later(close_av, &away_av);
    FwlBufferRef *own_home = need(fwl_av_buffer_import(away_av));
    later(close_buffer, &own_home);
    assert_ptr_equal(own_home->buffer, own->buffer);
    assert_int_equal(fwl_buffer_get_ref_count(own), 3);
}

static void parts_stay_parts_both_ways(void)
{
    AVBufferRef *av = make_av(0);
    later(close_av, &av);
    av->data += 10;
    av->size = 20;
    FwlBufferRef *buf = need(fwl_av_buffer_import(av));
    later(close_buffer, &buf);
    assert_ptr_equal(buf->data, memory + 10);
    assert_int_equal(buf->size, 20);
    FwlBufferRef *part = need(fwl_buffer_slice(buf, 5, 10));
    later(close_buffer, &part);
    AVBufferRef *home = need(fwl_av_buffer_export(part));
    later(close_av, &home);
    assert_ptr_equal(home->data, memory + 15);
    assert_int_equal(home->size, 10);

    FwlBufferRef *own = make_own(0);
    later(close_buffer, &own);
    AVBufferRef *away = need(fwl_av_buffer_export(own));
    later(close_av, &away);
    away->data += 7;
    away->size = 3;
    FwlBufferRef *own_home = need(fwl_av_buffer_import(away));
    later(close_buffer, &own_home);
    assert_ptr_equal(own_home->data, memory + 7);
    assert_int_equal(own_home->size, 3);
}

static void an_imported_buffer_is_writable_while_it_has_one_holder_on_both_sides(void)
{
    AVBufferRef *av = make_av(0);
    later(close_av, &av);
    FwlBufferRef *buf = need(fwl_av_buffer_import(av));
    later(close_buffer, &buf);
    assert_int_equal(fwl_buffer_is_writable(buf), 0);
    assert_int_equal(av_buffer_is_writable(av), 0);

    av_buffer_unref(&av);
    assert_int_equal(fwl_buffer_is_writable(buf), 1);

    FwlBufferRef *second = need(fwl_buffer_ref(buf));
    later(close_buffer, &second);
    assert_int_equal(fwl_buffer_is_writable(buf), 0);
    fwl_buffer_unref(&second);

    av = need(fwl_av_buffer_export(buf));
    assert_int_equal(fwl_buffer_is_writable(buf), 0);
    assert_int_equal(av_buffer_is_writable(av), 0);
    fwl_buffer_unref(&buf);
    assert_int_equal(av_buffer_is_writable(av), 1);
}

static void two_imports_of_one_buffer_do_not_write_over_each_other(void)
{
    AVBufferRef *av = make_av(0);
    later(close_av, &av);
    FwlBufferRef *one = need(fwl_av_buffer_import(av));
    later(close_buffer, &one);
    FwlBufferRef *two = need(fwl_av_buffer_import(av));
    later(close_buffer, &two);
    av_buffer_unref(&av);
    assert_int_equal(fwl_buffer_is_writable(one), 0);
    need_ok(fwl_buffer_make_writable(&one));
    assert_ptr_not_equal(one->data, two->data);
    assert_int_equal(fwl_buffer_is_writable(two), 1);
}

static void an_exported_buffer_is_read_only_there_and_here_until_it_is_back(void)
{
    FwlBufferRef *buf = make_own(0);
    later(close_buffer, &buf);
    AVBufferRef *av = need(fwl_av_buffer_export(buf));
    later(close_av, &av);
    assert_int_equal(av_buffer_is_writable(av), 0);
    assert_int_equal(fwl_buffer_is_writable(buf), 0);
    av_buffer_unref(&av);
    assert_int_equal(fwl_buffer_is_writable(buf), 1);
}

static void a_moved_buffer_may_be_written_by_whoever_holds_it_alone(void)
{
    FwlBufferRef *buf = make_own(0);
    later(close_buffer, &buf);
    AVBufferRef *av = need(fwl_av_buffer_move(&buf));
    later(close_av, &av);
    assert_null(buf);
    assert_int_equal(av_buffer_is_writable(av), 1);

    buf = need(fwl_av_buffer_import(av));
    assert_int_equal(av_buffer_is_writable(av), 0);
    assert_int_equal(fwl_buffer_is_writable(buf), 0);
    AVBuffer *there = av->buffer;
    av_buffer_unref(&av);
    assert_int_equal(fwl_buffer_is_writable(buf), 1);

    av = need(fwl_av_buffer_move(&buf));
    assert_ptr_equal(av->buffer, there);
    assert_int_equal(av_buffer_is_writable(av), 1);
    assert_int_equal(freed_count, 0);
    av_buffer_unref(&av);
    assert_int_equal(freed_count, 1);
}

static void moving_one_of_two_references_leaves_the_bytes_read_only(void)
{
    FwlBufferRef *buf = make_own(0);
    later(close_buffer, &buf);
    FwlBufferRef *other = need(fwl_buffer_ref(buf));
    later(close_buffer, &other);
    AVBufferRef *av = need(fwl_av_buffer_move(&buf));
    later(close_av, &av);
    assert_int_equal(av_buffer_is_writable(av), 0);
    fwl_buffer_unref(&other);
    assert_int_equal(av_buffer_is_writable(av), 0);
}

static void read_only_buffers_stay_so_on_either_side(void)
{
    AVBufferRef *av = make_av(AV_BUFFER_FLAG_READONLY);
    later(close_av, &av);
    FwlBufferRef *buf = need(fwl_av_buffer_import(av));
    later(close_buffer, &buf);
    av_buffer_unref(&av);
    assert_int_equal(fwl_buffer_is_writable(buf), 0);

    FwlBufferRef *own = make_own(FWL_BUFFER_FLAG_READONLY);
    later(close_buffer, &own);
    AVBufferRef *away = need(fwl_av_buffer_move(&own));
    later(close_av, &away);
    assert_int_equal(av_buffer_is_writable(away), 0);
}

static uint64_t default_pool_usage(void)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(fwl_pool_default(), &stats);
    return stats.current_usage;
}

static void a_thousand_round_trips_hold_no_more_than_one(void)
{
    FwlBufferRef *buf = make_own(0);
    later(close_buffer, &buf);
    uint64_t after_one = 0;
    for (int n = 0; n < 1000; n++) {
        AVBufferRef *av = need(n % 2 ? fwl_av_buffer_move(&buf) : fwl_av_buffer_export(buf));
        fwl_buffer_unref(&buf);
        buf = fwl_av_buffer_import(av);
        av_buffer_unref(&av);
        need(buf);
        if (n == 1)
            after_one = default_pool_usage();
    }
    assert_int_equal(default_pool_usage(), after_one);
    fwl_buffer_unref(&buf);
    assert_int_equal(freed_count, 1);
}

static void an_exported_buffer_keeps_its_pool_alive(void)
{
    FwlPool *pool = NULL;
    const FwlPoolConfig config = fwl_pool_config_default();
    need_ok(fwl_pool_create(&pool, &config));
    FwlBufferRef *buf = fwl_buffer_alloc2(pool, 5000);
    AVBufferRef *av = fwl_av_buffer_export(buf);
    later(close_av, &av);
    fwl_buffer_unref(&buf);
    fwl_pool_destroy(&pool);
    need(av);
    memset(av->data, 3, av->size);
    assert_int_equal(av->data[4999], 3);
}

static void buffers_of_libavutil_s_pools_go_back_to_them(void)
{
    AVBufferPool *pool = need(av_buffer_pool_init(100, NULL));
    AVBufferRef *av = av_buffer_pool_get(pool);
    const uint8_t *data = av->data;
    FwlBufferRef *buf = fwl_av_buffer_import(av);
    av_buffer_unref(&av);
    fwl_buffer_unref(&buf);
    av = av_buffer_pool_get(pool);
    assert_ptr_equal(av->data, data);
    av_buffer_unref(&av);
    av_buffer_pool_uninit(&pool);
}

static void null_gives_null(void)
{
    FwlBufferRef *none = NULL;
    assert_null(fwl_av_buffer_import(NULL));
    assert_null(fwl_av_buffer_export(NULL));
    assert_null(fwl_av_buffer_move(NULL));
    assert_null(fwl_av_buffer_move(&none));
}

/* Threads: each takes references of its own over the border and back. */

enum { THREADS = 4, TRIPS = 20000 };

static void *go_back_and_forth(void *opaque)
{
    FwlBufferRef *buf = fwl_buffer_ref(opaque);
    for (int n = 0; buf && n < TRIPS; n++) {
        AVBufferRef *av = fwl_av_buffer_export(buf);
        fwl_buffer_unref(&buf);
        if (av)
            buf = fwl_av_buffer_import(av);
        av_buffer_unref(&av);
    }
    const bool is_well = buf != NULL;
    fwl_buffer_unref(&buf);
    return is_well ? opaque : NULL;
}

static void expect_threads_end_well(FwlBufferRef *buf)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, go_back_and_forth, buf), 0);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, buf);
    }
    assert_int_equal(fwl_buffer_get_ref_count(buf), 1);
}

static void threads_take_one_buffer_over_the_border_at_once(void)
{
    FwlBufferRef *own = make_own(0);
    expect_threads_end_well(own);
    fwl_buffer_unref(&own);
    assert_int_equal(freed_count, 1);

    AVBufferRef *av = make_av(0);
    FwlBufferRef *imported = need(fwl_av_buffer_import(av));
    expect_threads_end_well(imported);
    fwl_buffer_unref(&imported);
    assert_int_equal(av_buffer_get_ref_count(av), 1);
    av_buffer_unref(&av);
    assert_int_equal(freed_count, 1);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(what_is_imported_is_the_same_memory_and_freed_once),
        CASE(what_is_exported_is_the_same_memory_and_freed_once),
        CASE(what_comes_home_refers_to_the_original),
        CASE(parts_stay_parts_both_ways),
        CASE(an_imported_buffer_is_writable_while_it_has_one_holder_on_both_sides),
        CASE(two_imports_of_one_buffer_do_not_write_over_each_other),
        CASE(an_exported_buffer_is_read_only_there_and_here_until_it_is_back),
        CASE(a_moved_buffer_may_be_written_by_whoever_holds_it_alone),
        CASE(moving_one_of_two_references_leaves_the_bytes_read_only),
        CASE(read_only_buffers_stay_so_on_either_side),
        CASE(an_exported_buffer_keeps_its_pool_alive),
        /* Thousands of allocations, all alike. */
        CASE_ONCE(a_thousand_round_trips_hold_no_more_than_one),
        CASE_ONCE(buffers_of_libavutil_s_pools_go_back_to_them),
        CASE(null_gives_null),
        CASE_ONCE(threads_take_one_buffer_over_the_border_at_once),
    };
    return run_cases("ffmpeg_buffer", cases, sizeof cases / sizeof cases[0], argc, argv);
}
