/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring: waiting, timeouts, the ends of a stream. */
#include <string.h>

#include "case.h"
#include "framewell/io.h"
#include "io_streams.h"
#include "os/os.h"

struct Ring {
    FwlIO *reader;
    FwlIO *writer;
};

static void close_ring(void *object)
{
    struct Ring *ring = object;
    fwl_io_close(&ring->writer);
    fwl_io_close(&ring->reader);
}

/* Both ends give up at once where they would wait. */
static void open_ring(struct Ring *ring, size_t capacity)
{
    need_ok(fwl_io_open_ring(&ring->reader, &ring->writer, NULL, capacity));
    need_ok(fwl_io_set_timeout(ring->reader, 0));
    need_ok(fwl_io_set_timeout(ring->writer, 0));
}

/* Without waiting */

static void bytes_come_out_in_the_order_they_went_in(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 7);
    char bytes[6] = "";
    for (int round = 0; round < 10; round++) {
        need_ok(fwl_io_write(ring.writer, "abcde", 5));
        assert_int_equal(need_ok(fwl_io_read_full(ring.reader, bytes, 5)), 5);
        assert_string_equal(bytes, "abcde");
    }
    assert_int_equal(fwl_io_tell(ring.reader), 50);
    assert_int_equal(fwl_io_tell(ring.writer), 50);
}

static void an_empty_ring_makes_the_reader_wait(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    char byte;
    expect_code(fwl_io_read(ring.reader, &byte, 1), FWL_E_AGAIN);
    assert_false(fwl_io_eof(ring.reader));
    assert_int_equal(fwl_io_error(ring.reader), 0);
}

static void a_full_ring_makes_the_writer_wait(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    expect_code(fwl_io_write(ring.writer, "123456789012", 12), FWL_E_AGAIN);
    assert_int_equal(fwl_io_tell(ring.writer), 10);
    expect_code(fwl_io_write(ring.writer, "1", 1), FWL_E_AGAIN);
    char bytes[10];
    expect_code(fwl_io_read(ring.reader, bytes, 3), 3);
    expect_code(fwl_io_write(ring.writer, "1234", 4), FWL_E_AGAIN);
    assert_int_equal(fwl_io_tell(ring.writer), 13);
}

static void a_span_keeps_its_room_until_the_next_call(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    need_ok(fwl_io_write(ring.writer, "1234567890", 10));
    const uint8_t *span;
    assert_int_equal(need_ok(fwl_io_read_span(ring.reader, &span)), 10);
    expect_code(fwl_io_write(ring.writer, "x", 1), FWL_E_AGAIN);
    assert_memory_equal(span, "1234567890", 10);
    expect_code(fwl_io_read_span(ring.reader, &span), FWL_E_AGAIN);
    expect_code(fwl_io_write(ring.writer, "x", 1), 1);
}

static void the_reader_gets_what_is_left_and_then_the_end(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    need_ok(fwl_io_write(ring.writer, "left", 4));
    expect_code(fwl_io_close(&ring.writer), 0);
    char bytes[10];
    expect_code(fwl_io_read(ring.reader, bytes, 10), 4);
    expect_code(fwl_io_read(ring.reader, bytes, 10), FWL_E_EOF);
    expect_code(fwl_io_read(ring.reader, bytes, 10), FWL_E_EOF);
    assert_true(fwl_io_eof(ring.reader));
}

static void a_reader_that_left_ends_writing(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    expect_code(fwl_io_close(&ring.reader), 0);
    expect_code(fwl_io_write(ring.writer, "x", 1), FWL_E_ABORTED);
    assert_int_equal(fwl_io_error(ring.writer), FWL_E_ABORTED);
}

static void an_abort_at_either_end_stops_both(void)
{
    for (int side = 0; side < 2; side++) {
        struct Ring ring = {0};
        later(close_ring, &ring);
        open_ring(&ring, 10);
        char byte;
        const uint8_t *span;
        need_ok(fwl_io_write(ring.writer, "lost", 4));
        expect_code(fwl_io_abort(side ? ring.reader : ring.writer, FWL_E_DATA), 0);
        expect_code(fwl_io_abort(side ? ring.writer : ring.reader, FWL_E_ABORTED), 0);
        expect_code(fwl_io_read(ring.reader, &byte, 1), FWL_E_DATA);
        expect_code(fwl_io_read_span(ring.reader, &span), FWL_E_DATA);
        expect_code(fwl_io_write(ring.writer, &byte, 1), FWL_E_DATA);
        assert_int_equal(fwl_io_error(ring.reader), FWL_E_DATA);
    }
}

static void an_abort_needs_a_code(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    expect_code(fwl_io_abort(ring.reader, 0), FWL_E_INVALID);
    expect_code(fwl_io_abort(ring.reader, 1), FWL_E_INVALID);
    expect_code(fwl_io_abort(ring.reader, FWL_E_EOF), FWL_E_INVALID);
    expect_code(fwl_io_write(ring.writer, "x", 1), 1);
}

static void an_open_that_makes_no_sense_gives_no_end(void)
{
    struct Ring ring;
    FwlIO *junk = (FwlIO *)&ring;
    ring = (struct Ring){junk, junk};
    expect_code(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 0), FWL_E_INVALID);
    assert_null(ring.reader);
    assert_null(ring.writer);
    ring = (struct Ring){junk, junk};
    expect_code(fwl_io_open_ring(&ring.reader, NULL, NULL, 1), FWL_E_INVALID);
    expect_code(fwl_io_open_ring(NULL, &ring.writer, NULL, 1), FWL_E_INVALID);
    expect_code(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, SIZE_MAX), FWL_E_INVALID);
    assert_null(ring.reader);
    assert_null(ring.writer);
}

static void each_end_does_its_own_direction_only(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    char byte = 0;
    expect_code(fwl_io_write(ring.reader, &byte, 1), FWL_E_UNSUPPORTED);
    expect_code(fwl_io_read(ring.writer, &byte, 1), FWL_E_UNSUPPORTED);
    expect_code(fwl_io_size(ring.reader), FWL_E_UNSUPPORTED);
    expect_code(fwl_io_seek(ring.writer, 0, FWL_IO_SET), FWL_E_UNSUPPORTED);
}

static void the_bytes_lie_in_the_pool_that_is_named(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    need_ok(fwl_pool_create(&pool, NULL));
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, pool, 100000));
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_in_range(stats.current_usage, 100000, 130000);
}

/* Timeouts */

static uint64_t ms_since(uint64_t start)
{
    return (fwl_os_clock_ns() - start) / 1000000;
}

static void a_wait_ends_when_its_time_has_passed(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 10);
    need_ok(fwl_io_set_timeout(ring.reader, 20));
    need_ok(fwl_io_set_timeout(ring.writer, 20));
    char byte;
    uint64_t start = fwl_os_clock_ns();
    expect_code(fwl_io_read(ring.reader, &byte, 1), FWL_E_TIMEOUT);
    assert_in_range(ms_since(start), 20, 5000);
    start = fwl_os_clock_ns();
    expect_code(fwl_io_write(ring.writer, "12345678901", 11), FWL_E_TIMEOUT);
    assert_in_range(ms_since(start), 20, 5000);
    assert_int_equal(fwl_io_tell(ring.writer), 10);
}

static void a_copy_that_timed_out_goes_on_where_it_was(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    open_ring(&ring, 1000);
    FwlIO *in = NULL;
    later(close_io, &in);
    FwlIO *out = NULL;
    later(close_io, &out);
    need_ok(fwl_io_open_memory(&in, stream_bytes(), 2500));
    need_ok(fwl_io_open_writer(&out, NULL, SIZE_MAX));
    for (int64_t done = 0; done < 2500; done += 1000) {
        const int64_t end = done < 2000 ? done + 1000 : 2500;
        const int64_t copied = fwl_io_copy(ring.writer, in, INT64_MAX);
        expect_code(copied, end == 2500 ? 500 : FWL_E_AGAIN);
        assert_int_equal(fwl_io_tell(in), end);
        expect_code(fwl_io_copy(out, ring.reader, INT64_MAX), FWL_E_AGAIN);
        assert_int_equal(fwl_io_tell(out), end);
    }
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_take(out, &all));
    assert_memory_equal(all->data, stream_bytes(), 2500);
}

/* Two threads. The other one does its part, and says with what result it ended. */

struct Other {
    FwlIO *io;
    int64_t result;
    enum { READ, WRITE, ABORT, CLOSE } part;
    uint32_t after_ms;
    FwlThread thread;
    bool is_running;
};

static void sleep_ms(uint32_t ms)
{
    FwlMutex mutex = FWL_MUTEX_INIT;
    FwlCondition never;
    if (fwl_os_condition_init(&never) < 0)
        return;
    const uint64_t deadline = fwl_os_clock_ns() + ms * UINT64_C(1000000);
    fwl_os_mutex_lock(&mutex);
    while (fwl_os_condition_wait(&never, &mutex, deadline)) {
    }
    fwl_os_mutex_unlock(&mutex);
    fwl_os_condition_destroy(&never);
}

static void *run_other(void *opaque)
{
    struct Other *other = opaque;
    uint8_t bytes[STREAM_SIZE];
    if (other->after_ms > 0)
        sleep_ms(other->after_ms);
    switch (other->part) {
    case READ:
        other->result = fwl_io_read_full(other->io, bytes, STREAM_SIZE);
        if (other->result == STREAM_SIZE && memcmp(bytes, stream_bytes(), STREAM_SIZE) != 0)
            other->result = FWL_E_DATA;
        break;
    case WRITE:
        other->result = fwl_io_write(other->io, stream_bytes(), STREAM_SIZE);
        break;
    case ABORT:
        other->result = fwl_io_abort(other->io, FWL_E_ABORTED);
        break;
    case CLOSE:
        other->result = fwl_io_close(&other->io);
        break;
    }
    return NULL;
}

static void join_other(void *object)
{
    struct Other *other = object;
    if (other->is_running)
        fwl_os_thread_join(&other->thread);
    other->is_running = false;
}

static void start_other(struct Other *other)
{
    stream_bytes(); /* made before another thread looks */
    need_ok(fwl_os_thread_create(&other->thread, run_other, other));
    other->is_running = true;
}

static void a_slow_reader_gets_all_that_a_writer_has(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 777));
    struct Other other = {.io = ring.reader, .part = READ, .after_ms = 20};
    later(join_other, &other);
    start_other(&other);
    assert_int_equal(fwl_io_write(ring.writer, stream_bytes(), STREAM_SIZE), STREAM_SIZE);
    join_other(&other);
    assert_int_equal(other.result, STREAM_SIZE);
}

static void a_slow_writer_is_waited_for(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 777));
    struct Other other = {.io = ring.writer, .part = WRITE, .after_ms = 20};
    later(join_other, &other);
    start_other(&other);
    static uint8_t bytes[STREAM_SIZE];
    assert_int_equal(fwl_io_read_full(ring.reader, bytes, STREAM_SIZE), STREAM_SIZE);
    assert_memory_equal(bytes, stream_bytes(), STREAM_SIZE);
    join_other(&other);
    assert_int_equal(other.result, STREAM_SIZE);
}

static void an_abort_wakes_a_reader_that_waits(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 10));
    struct Other other = {.io = ring.writer, .part = ABORT, .after_ms = 20};
    later(join_other, &other);
    start_other(&other);
    char byte;
    assert_int_equal(fwl_io_read(ring.reader, &byte, 1), FWL_E_ABORTED);
}

static void an_abort_from_a_third_thread_wakes_a_writer_that_waits(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 10));
    need_ok(fwl_io_write(ring.writer, stream_bytes(), 10));
    struct Other other = {.io = ring.writer, .part = ABORT, .after_ms = 20};
    later(join_other, &other);
    start_other(&other);
    assert_int_equal(fwl_io_write(ring.writer, stream_bytes(), 100), FWL_E_ABORTED);
    assert_in_range(fwl_io_tell(ring.writer), 0, 10);
}

static void an_abort_by_the_reader_wakes_a_writer_that_waits(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 10));
    struct Other other = {.io = ring.reader, .part = ABORT, .after_ms = 20};
    later(join_other, &other);
    start_other(&other);
    assert_int_equal(fwl_io_write(ring.writer, stream_bytes(), 100), FWL_E_ABORTED);
    assert_int_equal(fwl_io_tell(ring.writer), 10);
}

static void a_closed_writer_wakes_a_reader_that_waits(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 10));
    struct Other other = {.io = ring.writer, .part = CLOSE, .after_ms = 20};
    later(join_other, &other);
    start_other(&other);
    ring.writer = NULL;
    char byte;
    assert_int_equal(fwl_io_read(ring.reader, &byte, 1), FWL_E_EOF);
}

static void a_closed_reader_wakes_a_writer_that_waits(void)
{
    struct Ring ring = {0};
    later(close_ring, &ring);
    need_ok(fwl_io_open_ring(&ring.reader, &ring.writer, NULL, 10));
    struct Other other = {.io = ring.reader, .part = CLOSE, .after_ms = 20};
    later(join_other, &other);
    start_other(&other);
    ring.reader = NULL;
    assert_int_equal(fwl_io_write(ring.writer, stream_bytes(), 100), FWL_E_ABORTED);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(bytes_come_out_in_the_order_they_went_in),
        CASE(an_empty_ring_makes_the_reader_wait),
        CASE(a_full_ring_makes_the_writer_wait),
        CASE(a_span_keeps_its_room_until_the_next_call),
        CASE(the_reader_gets_what_is_left_and_then_the_end),
        CASE(a_reader_that_left_ends_writing),
        CASE(an_abort_at_either_end_stops_both),
        CASE(an_abort_needs_a_code),
        CASE(an_open_that_makes_no_sense_gives_no_end),
        CASE(each_end_does_its_own_direction_only),
        CASE(the_bytes_lie_in_the_pool_that_is_named),
        CASE(a_wait_ends_when_its_time_has_passed),
        CASE(a_copy_that_timed_out_goes_on_where_it_was),
        CASE(a_slow_reader_gets_all_that_a_writer_has),
        CASE(a_slow_writer_is_waited_for),
        CASE(an_abort_wakes_a_reader_that_waits),
        CASE(an_abort_from_a_third_thread_wakes_a_writer_that_waits),
        CASE(an_abort_by_the_reader_wakes_a_writer_that_waits),
        CASE(a_closed_writer_wakes_a_reader_that_waits),
        CASE(a_closed_reader_wakes_a_writer_that_waits),
    };
    return run_cases("io_ring", cases, sizeof cases / sizeof cases[0], argc, argv);
}
