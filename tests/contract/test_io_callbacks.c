/* SPDX-License-Identifier: BSD-2-Clause */
/* Callbacks that keep the contract of io.h, and callbacks that do not. */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/io.h"
#include "io_streams.h"

/* Callbacks that return what they are told to, whatever they are asked. */
struct Liar {
    int64_t result;
    unsigned calls;
};

static int64_t lie(struct Liar *liar)
{
    liar->calls++;
    return liar->result;
}

static int64_t lie_read(void *opaque, uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return lie(opaque);
}

static int64_t lie_write(void *opaque, const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return lie(opaque);
}

static int64_t lie_seek(void *opaque, int64_t position)
{
    (void)position;
    return lie(opaque);
}

static int64_t lie_size(void *opaque)
{
    return lie(opaque);
}

static int lie_flush(void *opaque)
{
    return (int)lie(opaque);
}

static void open_liar(FwlIO **io, struct Liar *liar)
{
    static const FwlIOCallbacks callbacks = {
        .read = lie_read,
        .write = lie_write,
        .seek = lie_seek,
        .size = lie_size,
        .flush = lie_flush,
    };
    need_ok(fwl_io_open_callbacks(io, &callbacks, liar));
}

static const struct Lie {
    int64_t result;
    int64_t read, write, seek, size; /* what each call for 10 bytes, or to place 10, gives */
} lies[] = {
    {0, FWL_E_EOF, FWL_E_IO, FWL_E_DATA, 0},
    {10, 10, 10, 10, 10},
    {11, FWL_E_DATA, FWL_E_DATA, FWL_E_DATA, 11},
    {INT64_MAX, FWL_E_DATA, FWL_E_DATA, FWL_E_DATA, INT64_MAX},
    {FWL_E_EOF, FWL_E_EOF, FWL_E_EOF, FWL_E_EOF, FWL_E_EOF},
    {FWL_E_AGAIN, FWL_E_AGAIN, FWL_E_AGAIN, FWL_E_AGAIN, FWL_E_AGAIN},
    {-1, -1, -1, -1, -1},
    {-12345, -12345, -12345, -12345, -12345},
    {INT_MIN, INT_MIN, INT_MIN, INT_MIN, INT_MIN},
    {(int64_t)INT_MIN - 1, FWL_E_IO, FWL_E_IO, FWL_E_IO, FWL_E_IO},
    {-(INT64_C(1) << 32), FWL_E_IO, FWL_E_IO, FWL_E_IO, FWL_E_IO},
    {INT64_MIN, FWL_E_IO, FWL_E_IO, FWL_E_IO, FWL_E_IO},
};
enum { LIE_COUNT = sizeof lies / sizeof lies[0] };

static void every_result_of_read_is_looked_at(void)
{
    for (size_t i = 0; i < LIE_COUNT; i++) {
        struct Liar liar = {.result = lies[i].result};
        FwlIO *io = NULL;
        later(close_io, &io);
        open_liar(&io, &liar);
        uint8_t bytes[10];
        expect_code(fwl_io_read(io, bytes, 10), lies[i].read);
        assert_int_equal(liar.calls, 1);
        assert_int_equal(fwl_io_tell(io), lies[i].read > 0 ? lies[i].read : 0);
        assert_int_equal(fwl_io_eof(io), lies[i].read == FWL_E_EOF);
        liar.result = 0;
    }
}

static void every_result_of_write_is_looked_at(void)
{
    for (size_t i = 0; i < LIE_COUNT; i++) {
        struct Liar liar = {.result = lies[i].result};
        FwlIO *io = NULL;
        later(close_io, &io);
        open_liar(&io, &liar);
        expect_code(fwl_io_write(io, "1234567890", 10), lies[i].write);
        assert_int_equal(liar.calls, 1);
        assert_int_equal(fwl_io_tell(io), lies[i].write > 0 ? lies[i].write : 0);
        liar.result = 0;
    }
}

static void every_result_of_seek_is_looked_at(void)
{
    for (size_t i = 0; i < LIE_COUNT; i++) {
        struct Liar liar = {.result = lies[i].result};
        FwlIO *io = NULL;
        later(close_io, &io);
        open_liar(&io, &liar);
        expect_code(fwl_io_seek(io, 10, FWL_IO_SET), lies[i].seek);
        assert_int_equal(fwl_io_tell(io), lies[i].seek > 0 ? lies[i].seek : 0);
        liar.result = 0;
    }
}

static void every_result_of_size_is_looked_at(void)
{
    for (size_t i = 0; i < LIE_COUNT; i++) {
        struct Liar liar = {.result = lies[i].result};
        FwlIO *io = NULL;
        later(close_io, &io);
        open_liar(&io, &liar);
        expect_code(fwl_io_size(io), lies[i].size);
        liar.result = 0;
    }
}

static void a_length_that_is_a_lie_does_not_keep_bytes_away(void)
{
    struct Source source = {.data = (uint8_t *)(uintptr_t)stream_bytes(), .size = STREAM_SIZE};
    FwlIOCallbacks callbacks = {.read = source_callbacks.read, .size = source_callbacks.size};
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_callbacks(&io, &callbacks, &source));
    FwlIO *writer = NULL;
    later(close_io, &writer);
    need_ok(fwl_io_open_writer(&writer, NULL, STREAM_SIZE));
    assert_int_equal(need_ok(fwl_io_copy(writer, io, 10)), 10);
    source.size = 100; /* it ends earlier than it first said */
    assert_int_equal(need_ok(fwl_io_copy(writer, io, INT64_MAX)), 90);
    source.size = STREAM_SIZE; /* and goes on after its end */
    assert_int_equal(need_ok(fwl_io_copy(writer, io, INT64_MAX)), STREAM_SIZE - 100);
}

static int64_t huge_size(void *opaque)
{
    (void)opaque;
    return INT64_MAX;
}

static void a_length_beyond_all_memory_is_not_believed_by_copy(void)
{
    struct Source source = {.data = (uint8_t *)(uintptr_t)stream_bytes(), .size = STREAM_SIZE};
    FwlIOCallbacks callbacks = {.read = source_callbacks.read, .size = huge_size};
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_callbacks(&io, &callbacks, &source));
    FwlIO *writer = NULL;
    later(close_io, &writer);
    need_ok(fwl_io_open_writer(&writer, NULL, SIZE_MAX));
    assert_int_equal(need_ok(fwl_io_copy(writer, io, INT64_MAX)), STREAM_SIZE);
}

static void the_first_error_is_remembered(void)
{
    struct Liar liar = {.result = FWL_E_AGAIN};
    uint8_t byte;
    FwlIO *io = NULL;
    later(close_io, &io);
    open_liar(&io, &liar);
    expect_code(fwl_io_read(io, &byte, 1), FWL_E_AGAIN);
    liar.result = FWL_E_TIMEOUT;
    expect_code(fwl_io_read(io, &byte, 1), FWL_E_TIMEOUT);
    assert_int_equal(fwl_io_error(io), 0);
    liar.result = FWL_E_DATA;
    expect_code(fwl_io_read(io, &byte, 1), FWL_E_DATA);
    liar.result = -77;
    expect_code(fwl_io_write(io, &byte, 1), -77);
    assert_int_equal(fwl_io_error(io), FWL_E_DATA);
    liar.result = 1;
    expect_code(fwl_io_read(io, &byte, 1), 1);
    assert_int_equal(fwl_io_error(io), FWL_E_DATA);
    liar.result = 0;
}

static void missing_callbacks_are_things_that_it_cannot_do(void)
{
    static const FwlIOCallbacks none = {0};
    uint8_t byte = 0;
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_callbacks(&io, &none, NULL));
    expect_code(fwl_io_read(io, &byte, 1), FWL_E_UNSUPPORTED);
    expect_code(fwl_io_write(io, &byte, 1), FWL_E_UNSUPPORTED);
    expect_code(fwl_io_seek(io, 0, FWL_IO_SET), FWL_E_UNSUPPORTED);
    expect_code(fwl_io_size(io), FWL_E_UNSUPPORTED);
    expect_code(fwl_io_flush(io), 0);
    assert_false(fwl_io_is_seekable(io));
    expect_code(fwl_io_close(&io), 0);
}

static void short_writes_are_continued(void)
{
    static uint8_t bytes[STREAM_SIZE];
    struct Source sink = {.data = bytes, .size_max = STREAM_SIZE};
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_callbacks(&io, &source_callbacks, &sink));
    assert_int_equal(need_ok(fwl_io_write(io, stream_bytes(), STREAM_SIZE)), STREAM_SIZE);
    assert_memory_equal(bytes, stream_bytes(), STREAM_SIZE);
    assert_true(sink.calls > 10);
}

static void a_failed_write_tells_how_far_it_came(void)
{
    static uint8_t bytes[1000];
    struct Source sink = {.data = bytes, .size_max = 1000};
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_callbacks(&io, &source_callbacks, &sink));
    expect_code(fwl_io_write(io, stream_bytes(), 2000), FWL_E_IO);
    assert_int_equal(fwl_io_tell(io), sink.size);
    assert_in_range(sink.size, 1, 1000);
}

static void close_is_called_once_after_flush_and_tells_its_failure(void)
{
    struct Liar liar = {.result = -99};
    struct Source source = {0};
    FwlIO *io = NULL;
    later(close_io, &io);
    open_liar(&io, &liar);
    assert_int_equal(fwl_io_close(&io), -99);
    assert_null(io);
    assert_int_equal(liar.calls, 1);
    need_ok(fwl_io_open_callbacks(&io, &source_callbacks, &source));
    assert_int_equal(fwl_io_close(&io), 0);
    assert_int_equal(source.closes, 1);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(every_result_of_read_is_looked_at),
        CASE(every_result_of_write_is_looked_at),
        CASE(every_result_of_seek_is_looked_at),
        CASE(every_result_of_size_is_looked_at),
        CASE(a_length_that_is_a_lie_does_not_keep_bytes_away),
        CASE(a_length_beyond_all_memory_is_not_believed_by_copy),
        CASE(the_first_error_is_remembered),
        CASE(missing_callbacks_are_things_that_it_cannot_do),
        CASE(short_writes_are_continued),
        CASE(a_failed_write_tells_how_far_it_came),
        CASE(close_is_called_once_after_flush_and_tells_its_failure),
    };
    return run_cases("io_callbacks", cases, sizeof cases / sizeof cases[0], argc, argv);
}
