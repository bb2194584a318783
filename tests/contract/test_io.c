/* SPDX-License-Identifier: BSD-2-Clause */
/* What every kind of stream does, tried on each. A behaviour is written once; the table at the end
 * makes a case of it for every kind: memory_gives_its_bytes_in_order, buffer_gives_..., ... */
#include <string.h>

#include "case.h"
#include "framewell/io.h"
#include "framewell/mem.h"
#include "io_streams.h"

static void gives_its_bytes_in_order(struct Stream *stream)
{
    uint8_t bytes[3000];
    int64_t done = 0;
    for (size_t size = 1; done < STREAM_SIZE; size = (size * 7 + 3) % sizeof bytes + 1) {
        const int64_t count = need_ok(fwl_io_read(stream->io, bytes, size));
        assert_in_range(count, 1, size);
        assert_memory_equal(bytes, stream_bytes() + done, (size_t)count);
        done += count;
        assert_int_equal(fwl_io_tell(stream->io), done);
        assert_false(fwl_io_eof(stream->io));
    }
    expect_code(fwl_io_read(stream->io, bytes, 1), FWL_E_EOF);
    assert_true(fwl_io_eof(stream->io));
    assert_int_equal(fwl_io_error(stream->io), 0);
}

static void is_read_in_full_up_to_its_end(struct Stream *stream)
{
    static uint8_t bytes[STREAM_SIZE];
    assert_int_equal(need_ok(fwl_io_read_full(stream->io, bytes, 20000)), 20000);
    assert_memory_equal(bytes, stream_bytes(), 20000);
    assert_int_equal(need_ok(fwl_io_read_full(stream->io, bytes, STREAM_SIZE)),
                     STREAM_SIZE - 20000);
    assert_memory_equal(bytes, stream_bytes() + 20000, STREAM_SIZE - 20000);
    expect_code(fwl_io_read_full(stream->io, bytes, 1), FWL_E_EOF);
}

static void shows_its_bytes_where_they_lie_or_says_that_it_cannot(struct Stream *stream)
{
    const uint8_t *bytes = stream_bytes();
    if (!stream->kind->has_spans) {
        expect_code(fwl_io_read_span(stream->io, &bytes), FWL_E_UNSUPPORTED);
        assert_null(bytes);
        return;
    }
    int64_t done = 0;
    while (done < STREAM_SIZE) {
        const int64_t count = need_ok(fwl_io_read_span(stream->io, &bytes));
        assert_in_range(count, 1, STREAM_SIZE - done);
        assert_memory_equal(bytes, stream_bytes() + done, (size_t)count);
        done += count;
        assert_int_equal(fwl_io_tell(stream->io), done);
    }
    expect_code(fwl_io_read_span(stream->io, &bytes), FWL_E_EOF);
    assert_null(bytes);
    assert_true(fwl_io_eof(stream->io));
}

static void expect_at(struct Stream *stream, int64_t position)
{
    uint8_t bytes[10];
    assert_int_equal(fwl_io_tell(stream->io), position);
    assert_int_equal(need_ok(fwl_io_read_full(stream->io, bytes, 10)), 10);
    assert_memory_equal(bytes, stream_bytes() + position, 10);
}

static void seeks_from_each_origin_or_says_that_it_cannot(struct Stream *stream)
{
    FwlIO *io = stream->io;
    assert_int_equal(fwl_io_is_seekable(io), stream->kind->can_seek);
    if (!stream->kind->can_seek) {
        expect_code(fwl_io_seek(io, 5, FWL_IO_SET), FWL_E_UNSUPPORTED);
        expect_at(stream, 0);
        return;
    }
    assert_int_equal(need_ok(fwl_io_seek(io, 40000, FWL_IO_SET)), 40000);
    expect_at(stream, 40000);
    assert_int_equal(need_ok(fwl_io_seek(io, -110, FWL_IO_CURRENT)), 39900);
    expect_at(stream, 39900);
    assert_int_equal(need_ok(fwl_io_seek(io, -10, FWL_IO_END)), STREAM_SIZE - 10);
    expect_at(stream, STREAM_SIZE - 10);
}

static void stays_where_it_was_when_a_place_makes_no_sense(struct Stream *stream)
{
    FwlIO *io = stream->io;
    const int64_t refused = stream->kind->can_seek ? FWL_E_INVALID : FWL_E_UNSUPPORTED;
    expect_at(stream, 0);
    expect_code(fwl_io_seek(io, -1, FWL_IO_SET), refused);
    expect_code(fwl_io_seek(io, -11, FWL_IO_CURRENT), refused);
    expect_code(fwl_io_seek(io, INT64_MAX, FWL_IO_CURRENT), refused);
    expect_code(fwl_io_seek(io, INT64_MIN, FWL_IO_END), refused);
    expect_code(fwl_io_seek(io, 0, (enum FwlIOWhence)3), refused);
    if (!stream->kind->can_write)
        expect_code(fwl_io_seek(io, STREAM_SIZE + 1, FWL_IO_SET), refused);
    expect_at(stream, 10);
    assert_int_equal(fwl_io_error(io), 0);
}

static void forgets_the_end_after_a_seek(struct Stream *stream)
{
    uint8_t byte;
    if (!stream->kind->can_seek)
        return;
    need_ok(fwl_io_seek(stream->io, 0, FWL_IO_END));
    assert_false(fwl_io_eof(stream->io));
    expect_code(fwl_io_read(stream->io, &byte, 1), FWL_E_EOF);
    assert_true(fwl_io_eof(stream->io));
    need_ok(fwl_io_seek(stream->io, 0, FWL_IO_CURRENT));
    assert_false(fwl_io_eof(stream->io));
}

static void tells_its_length_or_says_that_it_cannot(struct Stream *stream)
{
    expect_code(fwl_io_size(stream->io),
                stream->kind->knows_size ? STREAM_SIZE : FWL_E_UNSUPPORTED);
}

static void expect_padded(const FwlBufferRef *buffer, const uint8_t *data, size_t size)
{
    static const uint8_t zeros[FWL_INPUT_BUFFER_PADDING_SIZE];
    assert_int_equal(buffer->size, size);
    if (size > 0)
        assert_memory_equal(buffer->data, data, size);
    assert_memory_equal(buffer->data + size, zeros, sizeof zeros);
}

static void is_read_into_one_padded_buffer(struct Stream *stream)
{
    expect_at(stream, 0);
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_read_all(stream->io, NULL, SIZE_MAX, &all));
    expect_padded(all, stream_bytes() + 10, STREAM_SIZE - 10);
    assert_int_equal(fwl_buffer_is_writable(all), 1);
}

static void is_read_whole_up_to_the_limit_exactly(struct Stream *stream)
{
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_read_all(stream->io, NULL, STREAM_SIZE, &all));
    expect_padded(all, stream_bytes(), STREAM_SIZE);
}

static void is_not_read_whole_beyond_the_limit(struct Stream *stream)
{
    FwlBufferRef *all = (FwlBufferRef *)stream;
    expect_code(fwl_io_read_all(stream->io, NULL, STREAM_SIZE - 1, &all), FWL_E_LIMIT);
    assert_null(all);
}

static void is_copied_part_by_part(struct Stream *stream)
{
    FwlIO *writer = NULL;
    later(close_io, &writer);
    need_ok(fwl_io_open_writer(&writer, NULL, SIZE_MAX));
    assert_int_equal(need_ok(fwl_io_copy(writer, stream->io, 0)), 0);
    assert_int_equal(need_ok(fwl_io_copy(writer, stream->io, 12345)), 12345);
    assert_int_equal(fwl_io_tell(stream->io), 12345);
    assert_int_equal(need_ok(fwl_io_copy(writer, stream->io, INT64_MAX)), STREAM_SIZE - 12345);
    assert_int_equal(need_ok(fwl_io_copy(writer, stream->io, INT64_MAX)), 0);

    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_take(writer, &all));
    expect_padded(all, stream_bytes(), STREAM_SIZE);
}

static void is_copied_to_callbacks(struct Stream *stream)
{
    static uint8_t bytes[STREAM_SIZE];
    struct Source sink = {.data = bytes, .size_max = STREAM_SIZE};
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_callbacks(&io, &source_callbacks, &sink));
    assert_int_equal(need_ok(fwl_io_copy(io, stream->io, INT64_MAX)), STREAM_SIZE);
    assert_memory_equal(bytes, stream_bytes(), STREAM_SIZE);
}

static void loses_nothing_where_the_copy_has_no_room(struct Stream *stream)
{
    FwlIO *writer = NULL;
    later(close_io, &writer);
    need_ok(fwl_io_open_writer(&writer, NULL, 20000));
    expect_code(fwl_io_copy(writer, stream->io, INT64_MAX), FWL_E_LIMIT);
    assert_int_equal(fwl_io_error(writer), FWL_E_LIMIT);
    assert_int_equal(fwl_io_error(stream->io), 0);
    if (stream->kind->has_spans || stream->kind->can_seek)
        assert_int_equal(fwl_io_tell(stream->io), fwl_io_tell(writer));
    const int64_t done = need_ok(fwl_io_size(writer));
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_take(writer, &all));
    expect_padded(all, stream_bytes(), (size_t)done);
}

static void refuses_what_it_is_not(struct Stream *stream)
{
    FwlIO *io = stream->io;
    FwlBufferRef *bytes = (FwlBufferRef *)stream;
    if (!stream->kind->can_write) {
        expect_code(fwl_io_write(io, "x", 1), FWL_E_UNSUPPORTED);
        expect_code(fwl_io_copy(io, io, 1), FWL_E_INVALID);
    }
    if (stream->kind != &writer_kind) {
        expect_code(fwl_io_take(io, &bytes), FWL_E_UNSUPPORTED);
        assert_null(bytes);
    }
    if (stream->kind != &ring_kind) {
        expect_code(fwl_io_set_timeout(io, 1), FWL_E_UNSUPPORTED);
        expect_code(fwl_io_abort(io, FWL_E_ABORTED), FWL_E_UNSUPPORTED);
    }
    expect_code(fwl_io_flush(io), 0);
    assert_int_equal(fwl_io_error(io), 0);
    expect_at(stream, 0);
}

static void takes_no_null_and_reads_nothing_for_0_bytes(struct Stream *stream)
{
    expect_code(fwl_io_read(stream->io, NULL, 0), 0);
    expect_code(fwl_io_read_full(stream->io, NULL, 0), 0);
    expect_code(fwl_io_read(stream->io, NULL, 1), FWL_E_INVALID);
    expect_code(fwl_io_read_full(stream->io, NULL, 1), FWL_E_INVALID);
    expect_code(fwl_io_read_span(stream->io, NULL), FWL_E_INVALID);
    expect_code(fwl_io_read_all(stream->io, NULL, 1, NULL), FWL_E_INVALID);
    expect_code(fwl_io_copy(NULL, stream->io, 1), FWL_E_INVALID);
    expect_code(fwl_io_copy(stream->io, NULL, 1), FWL_E_INVALID);
    expect_at(stream, 0);
}

/* These begin with a stream of no bytes. */

static void of_no_bytes_is_at_its_end(struct Stream *stream)
{
    uint8_t byte;
    const uint8_t *span;
    expect_code(fwl_io_read(stream->io, &byte, 1), FWL_E_EOF);
    expect_code(fwl_io_read_full(stream->io, &byte, 1), FWL_E_EOF);
    if (stream->kind->has_spans)
        expect_code(fwl_io_read_span(stream->io, &span), FWL_E_EOF);
    if (stream->kind->knows_size)
        expect_code(fwl_io_size(stream->io), 0);
}

static void of_no_bytes_is_read_into_a_buffer_of_none(struct Stream *stream)
{
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_read_all(stream->io, NULL, 0, &all));
    expect_padded(all, NULL, 0);
}

static void run_behaviour(const struct StreamKind *kind, size_t size,
                          void (*behaviour)(struct Stream *stream))
{
    struct Stream stream = {0};
    later(close_stream, &stream);
    need_ok(open_stream(&stream, kind, stream_bytes(), size));
    behaviour(&stream);
}

/* Without a stream */

static void calls_without_a_stream_say_so(void)
{
    uint8_t byte;
    const uint8_t *span;
    FwlBufferRef *bytes;
    expect_code(fwl_io_read(NULL, &byte, 1), FWL_E_INVALID);
    expect_code(fwl_io_read_full(NULL, &byte, 1), FWL_E_INVALID);
    expect_code(fwl_io_read_span(NULL, &span), FWL_E_INVALID);
    expect_code(fwl_io_read_all(NULL, NULL, 1, &bytes), FWL_E_INVALID);
    expect_code(fwl_io_write(NULL, &byte, 1), FWL_E_INVALID);
    expect_code(fwl_io_seek(NULL, 0, FWL_IO_SET), FWL_E_INVALID);
    expect_code(fwl_io_flush(NULL), FWL_E_INVALID);
    expect_code(fwl_io_take(NULL, &bytes), FWL_E_INVALID);
    expect_code(fwl_io_set_timeout(NULL, 1), FWL_E_INVALID);
    expect_code(fwl_io_abort(NULL, FWL_E_ABORTED), FWL_E_INVALID);
    expect_code(fwl_io_tell(NULL), FWL_E_INVALID);
    expect_code(fwl_io_size(NULL), FWL_E_INVALID);
    expect_code(fwl_io_error(NULL), FWL_E_INVALID);
    assert_int_equal(fwl_io_cause(NULL), 0);
    assert_false(fwl_io_eof(NULL));
    assert_false(fwl_io_is_seekable(NULL));
}

static void closing_nothing_is_nothing(void)
{
    FwlIO *io = NULL;
    expect_code(fwl_io_close(NULL), 0);
    expect_code(fwl_io_close(&io), 0);
    need_ok(fwl_io_open_memory(&io, NULL, 0));
    expect_code(fwl_io_close(&io), 0);
    assert_null(io);
}

static void an_open_without_what_it_needs_gives_null(void)
{
    FwlIO *io = (FwlIO *)&io;
    expect_code(fwl_io_open_memory(&io, NULL, 1), FWL_E_INVALID);
    assert_null(io);
    expect_code(fwl_io_open_memory(NULL, (const uint8_t *)"x", 1), FWL_E_INVALID);
    expect_code(fwl_io_open_memory(&io, (const uint8_t *)"x", SIZE_MAX), FWL_E_INVALID);
    expect_code(fwl_io_open_buffer(&io, NULL), FWL_E_INVALID);
    expect_code(fwl_io_open_writer(NULL, NULL, 1), FWL_E_INVALID);
    expect_code(fwl_io_open_callbacks(&io, NULL, NULL), FWL_E_INVALID);
    expect_code(fwl_io_open_file(&io, NULL, FWL_IO_READ, NULL), FWL_E_INVALID);
    expect_code(fwl_io_open_mapped(&io, NULL, NULL), FWL_E_INVALID);
    expect_code(fwl_io_open_descriptor(&io, -1, FWL_IO_READ, NULL), FWL_E_INVALID);
    assert_null(io);
}

static void a_buffer_stream_holds_a_reference_of_its_own(void)
{
    FwlBufferRef *buffer = NULL;
    later(close_buffer, &buffer);
    buffer = need(fwl_buffer_alloc(100));
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_buffer(&io, buffer));
    assert_int_equal(fwl_buffer_get_ref_count(buffer), 2);
    fwl_io_close(&io);
    assert_int_equal(fwl_buffer_get_ref_count(buffer), 1);
}

#define BEHAVIOURS(X)                                                     \
    X(gives_its_bytes_in_order, STREAM_SIZE)                              \
    X(is_read_in_full_up_to_its_end, STREAM_SIZE)                         \
    X(shows_its_bytes_where_they_lie_or_says_that_it_cannot, STREAM_SIZE) \
    X(seeks_from_each_origin_or_says_that_it_cannot, STREAM_SIZE)         \
    X(stays_where_it_was_when_a_place_makes_no_sense, STREAM_SIZE)        \
    X(forgets_the_end_after_a_seek, STREAM_SIZE)                          \
    X(tells_its_length_or_says_that_it_cannot, STREAM_SIZE)               \
    X(is_read_into_one_padded_buffer, STREAM_SIZE)                        \
    X(is_read_whole_up_to_the_limit_exactly, STREAM_SIZE)                 \
    X(is_not_read_whole_beyond_the_limit, STREAM_SIZE)                    \
    X(is_copied_part_by_part, STREAM_SIZE)                                \
    X(is_copied_to_callbacks, STREAM_SIZE)                                \
    X(loses_nothing_where_the_copy_has_no_room, STREAM_SIZE)              \
    X(refuses_what_it_is_not, STREAM_SIZE)                                \
    X(takes_no_null_and_reads_nothing_for_0_bytes, STREAM_SIZE)           \
    X(of_no_bytes_is_at_its_end, 0)                                       \
    X(of_no_bytes_is_read_into_a_buffer_of_none, 0)

#define DEFINE_FOR(kind, behaviour, size)             \
    static void kind##_##behaviour(void)              \
    {                                                 \
        run_behaviour(&kind##_kind, size, behaviour); \
    }
#define DEFINE(behaviour, size)            \
    DEFINE_FOR(memory, behaviour, size)    \
    DEFINE_FOR(buffer, behaviour, size)    \
    DEFINE_FOR(writer, behaviour, size)    \
    DEFINE_FOR(file, behaviour, size)      \
    DEFINE_FOR(pipe, behaviour, size)      \
    DEFINE_FOR(mapped, behaviour, size)    \
    DEFINE_FOR(callbacks, behaviour, size) \
    DEFINE_FOR(ring, behaviour, size)
BEHAVIOURS(DEFINE)

#define ROWS(behaviour, size)                                                     \
    CASE(memory_##behaviour), CASE(buffer_##behaviour), CASE(writer_##behaviour), \
        CASE(file_##behaviour), CASE(pipe_##behaviour), CASE(mapped_##behaviour), \
        CASE(callbacks_##behaviour), CASE(ring_##behaviour),

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        BEHAVIOURS(ROWS) CASE(calls_without_a_stream_say_so),
        CASE(closing_nothing_is_nothing),
        CASE(an_open_without_what_it_needs_gives_null),
        CASE(a_buffer_stream_holds_a_reference_of_its_own),
    };
    return run_cases("io", cases, sizeof cases / sizeof cases[0], argc, argv);
}
