/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core of FwlIO: arguments, position, end, errors; what moves the bytes is the kind's (see
 * io_kind.h).
 *
 * Invariants: position >= 0; a call that fails has moved the position by just what was done before.
 */
#include "framewell/io.h"

#include <limits.h>
#include <string.h>

#include "framewell/mem.h"
#include "io/io_kind.h"

enum {
    PIECE_SIZE = 64 << 10, /* of fwl_io_copy where neither end is memory */
    PROBE_SIZE = 512,
};

void *fwl_io_new(const FwlIOKind *kind, size_t size)
{
    FwlIO *io = fwl_mallocz(size);
    if (io)
        io->kind = kind;
    return io;
}

/* Hands a code on after remembering it, where it is one that counts. */
static int note(FwlIO *io, int64_t result)
{
    /* A code that is no int would turn into another one, or into success, on its way up. */
    const int status = result < INT_MIN ? FWL_E_IO : (int)result;
    switch (status) {
    case FWL_E_EOF:
    case FWL_E_INVALID:
    case FWL_E_UNSUPPORTED:
    case FWL_E_AGAIN:
    case FWL_E_TIMEOUT:
        return status;
    default:
        if (io->error == 0)
            io->error = status;
        return status;
    }
}

int fwl_io_close(FwlIO **io)
{
    if (!io || !*io)
        return 0;
    FwlIO *closing = *io;
    *io = NULL;
    const int flushed = fwl_io_flush(closing);
    const int closed = closing->kind->close(closing);
    fwl_free(closing);
    return flushed < 0 ? flushed : closed;
}

/* Reading */

static int64_t read_some(FwlIO *io, uint8_t *data, size_t size)
{
    if (!io->kind->span)
        return io->kind->read(io, data, size);
    const uint8_t *bytes;
    const int64_t there = io->kind->span(io, &bytes);
    if (there <= 0)
        return there;
    const size_t count = (uint64_t)there < size ? (size_t)there : size;
    memcpy(data, bytes, count);
    return (int64_t)count;
}

/* Moves the position by what was read, or says that nothing was. */
static int64_t end_read(FwlIO *io, int64_t count)
{
    io->has_met_end = count == 0 || count == FWL_E_EOF;
    if (io->has_met_end)
        return FWL_E_EOF;
    if (count < 0)
        return note(io, count);
    if (count > INT64_MAX - io->position)
        return note(io, FWL_E_RANGE);
    io->position += count;
    return count;
}

int64_t fwl_io_read(FwlIO *io, void *data, size_t size)
{
    if (!io || (!data && size > 0))
        return FWL_E_INVALID;
    if (!io->can_read)
        return FWL_E_UNSUPPORTED;
    if (size == 0)
        return 0;
    const size_t most = size < PTRDIFF_MAX ? size : PTRDIFF_MAX;
    const int64_t count = end_read(io, read_some(io, data, most));
    if (count > 0 && io->kind->release)
        io->kind->release(io);
    return count;
}

int64_t fwl_io_read_full(FwlIO *io, void *data, size_t size)
{
    if (size == 0 || !data)
        return fwl_io_read(io, data, size);
    if (size > PTRDIFF_MAX)
        return FWL_E_RANGE;
    uint8_t *next = data;
    size_t left = size;
    do {
        const int64_t count = fwl_io_read(io, next, left);
        if (count == FWL_E_EOF && left < size)
            break;
        if (count < 0)
            return count;
        next += count;
        left -= (size_t)count;
    } while (left > 0);
    return (int64_t)(size - left);
}

int64_t fwl_io_read_span(FwlIO *io, const uint8_t **data)
{
    if (data)
        *data = NULL;
    if (!io || !data)
        return FWL_E_INVALID;
    if (!io->can_read || !io->kind->span)
        return FWL_E_UNSUPPORTED;
    const int64_t count = end_read(io, io->kind->span(io, data));
    if (count < 0)
        *data = NULL;
    return count;
}

/* Writing */

static int64_t write_some(FwlIO *io, const uint8_t *data, size_t size)
{
    if (!io->kind->space)
        return io->kind->write(io, data, size);
    uint8_t *room;
    const int64_t there = io->kind->space(io, size, &room);
    if (there <= 0)
        return there;
    const size_t count = (uint64_t)there < size ? (size_t)there : size;
    memcpy(room, data, count);
    io->kind->fill(io, count);
    return (int64_t)count;
}

int64_t fwl_io_write(FwlIO *io, const void *data, size_t size)
{
    if (!io || (!data && size > 0))
        return FWL_E_INVALID;
    if (!io->can_write)
        return FWL_E_UNSUPPORTED;
    if (size > PTRDIFF_MAX || (int64_t)size > INT64_MAX - io->position)
        return FWL_E_RANGE;
    const uint8_t *next = data;
    size_t left = size;
    while (left > 0) {
        const int64_t count = write_some(io, next, left);
        if (count <= 0)
            return note(io, count == 0 ? FWL_E_IO : count);
        io->position += count;
        next += count;
        left -= (size_t)count;
    }
    return (int64_t)size;
}

int fwl_io_flush(FwlIO *io)
{
    if (!io)
        return FWL_E_INVALID;
    if (!io->can_write || !io->kind->flush)
        return 0;
    const int err = io->kind->flush(io);
    return err < 0 ? note(io, err) : 0;
}

int fwl_io_take(FwlIO *io, FwlBufferRef **buf)
{
    if (buf)
        *buf = NULL;
    if (!io || !buf)
        return FWL_E_INVALID;
    if (!io->kind->take)
        return FWL_E_UNSUPPORTED;
    const int err = io->kind->take(io, buf);
    if (err < 0)
        return note(io, err);
    io->position = 0;
    io->has_met_end = false;
    return 0;
}

/* Copying. One piece after the other moves in the way that fits the two ends; each of these returns
 * how much it moved, or a code, and then the positions tell. */

/* src is memory: dst is written from it, and src moves as far as dst took it. */
static int64_t copy_span(FwlIO *dst, FwlIO *src, int64_t max)
{
    const uint8_t *data;
    int64_t count = src->kind->span(src, &data);
    if (count <= 0)
        return end_read(src, count);
    if (count > max)
        count = max;
    const int64_t before = dst->position;
    const int64_t written = fwl_io_write(dst, data, (size_t)count);
    src->position += dst->position - before;
    src->has_met_end = false;
    if (src->kind->release)
        src->kind->release(src);
    return written;
}

/* dst is memory: src is read straight into the room that dst has. */
static int64_t copy_in_place(FwlIO *dst, FwlIO *src, uint8_t *room, size_t size)
{
    const int64_t count = fwl_io_read(src, room, size);
    if (count <= 0)
        return count;
    dst->kind->fill(dst, (size_t)count);
    dst->position += count;
    return count;
}

/* Neither is memory, or src seems to have ended: through a piece in between. */
static int64_t copy_piece(FwlIO *dst, FwlIO *src, uint8_t *piece, size_t size)
{
    const int64_t count = fwl_io_read(src, piece, size);
    if (count <= 0)
        return count;
    const int64_t before = dst->position;
    const int64_t written = fwl_io_write(dst, piece, (size_t)count);
    if (written < 0 && src->can_seek)
        fwl_io_seek(src, dst->position - before - count, FWL_IO_CURRENT);
    return written;
}

/* How many bytes a stream seems to have left; a negative number where it cannot tell. */
static int64_t left_in(FwlIO *io)
{
    const int64_t size = io->kind->size ? io->kind->size(io) : FWL_E_UNSUPPORTED;
    if (size < 0)
        return size;
    return size > io->position ? size - io->position : 0;
}

/* How many bytes dst should make room for. 0 at what seems to be the end, so that a writer does not
 * grow only to find that nothing comes. */
static size_t expected(FwlIO *src, int64_t max)
{
    const int64_t left = left_in(src);
    if (left < 0)
        return 1;
    return (size_t)(left < max ? left : max);
}

static bool is_full(int64_t result)
{
    return result == FWL_E_LIMIT || result == FWL_E_NOMEM;
}

/* Where dst has no room, or src seems to have ended, a few bytes tell what src really has. */
static int64_t copy_to_memory(FwlIO *dst, FwlIO *src, int64_t max)
{
    uint8_t probe[PROBE_SIZE];
    uint8_t *room = NULL;
    const size_t wanted = expected(src, max);
    int64_t there = dst->kind->space(dst, wanted, &room);
    /* The length may be wrong, and less would do. */
    if (is_full(there) && wanted > 1)
        there = dst->kind->space(dst, 1, &room);
    if (is_full(there))
        return copy_piece(dst, src, probe, 1);
    if (there < 0)
        return note(dst, there);
    if (there == 0)
        return copy_piece(dst, src, probe, max < PROBE_SIZE ? (size_t)max : PROBE_SIZE);
    return copy_in_place(dst, src, room, (size_t)(there < max ? there : max));
}

static int64_t copy_some(FwlIO *dst, FwlIO *src, int64_t max, uint8_t **piece)
{
    if (src->kind->span)
        return copy_span(dst, src, max);
    if (dst->kind->space)
        return copy_to_memory(dst, src, max);
    if (!*piece)
        *piece = fwl_malloc(PIECE_SIZE);
    if (!*piece)
        return note(dst, FWL_E_NOMEM);
    return copy_piece(dst, src, *piece, max < PIECE_SIZE ? (size_t)max : PIECE_SIZE);
}

int64_t fwl_io_copy(FwlIO *dst, FwlIO *src, int64_t max)
{
    if (!dst || !src || dst == src || max < 0)
        return FWL_E_INVALID;
    if (!dst->can_write || !src->can_read)
        return FWL_E_UNSUPPORTED;
    uint8_t *piece = NULL;
    int64_t done = 0;
    int64_t count = 0;
    while (done < max) {
        count = copy_some(dst, src, max - done, &piece);
        if (count < 0)
            break;
        done += count;
    }
    fwl_free(piece);
    return count < 0 && count != FWL_E_EOF ? count : done;
}

int fwl_io_read_all(FwlIO *io, FwlPool *pool, size_t max, FwlBufferRef **buf)
{
    if (buf)
        *buf = NULL;
    if (!io || !buf)
        return FWL_E_INVALID;
    if (!io->can_read)
        return FWL_E_UNSUPPORTED;
    const int64_t left = left_in(io);
    if (left > 0 && (uint64_t)left > max)
        return FWL_E_LIMIT;
    FwlIO *writer;
    int err = fwl_io_open_writer(&writer, pool, max);
    if (err < 0)
        return err;
    const int64_t count = fwl_io_copy(writer, io, INT64_MAX);
    err = count < 0 ? (int)count : fwl_io_take(writer, buf);
    fwl_io_close(&writer);
    return err;
}

/* Moving */

static int64_t whence_start(FwlIO *io, enum FwlIOWhence whence)
{
    switch (whence) {
    case FWL_IO_SET:
        return 0;
    case FWL_IO_CURRENT:
        return io->position;
    case FWL_IO_END:
        return fwl_io_size(io);
    default:
        return FWL_E_INVALID;
    }
}

int64_t fwl_io_seek(FwlIO *io, int64_t offset, enum FwlIOWhence whence)
{
    if (!io)
        return FWL_E_INVALID;
    if (!io->can_seek)
        return FWL_E_UNSUPPORTED;
    const int64_t start = whence_start(io, whence);
    if (start < 0)
        return start;
    if (offset < -start || offset > INT64_MAX - start)
        return FWL_E_INVALID;
    const int64_t target = start + offset;
    const int64_t err = io->kind->seek(io, target);
    if (err < 0)
        return note(io, err);
    io->position = target;
    io->has_met_end = false;
    return target;
}

int64_t fwl_io_tell(const FwlIO *io)
{
    return io ? io->position : FWL_E_INVALID;
}

int64_t fwl_io_size(FwlIO *io)
{
    if (!io)
        return FWL_E_INVALID;
    if (!io->kind->size)
        return FWL_E_UNSUPPORTED;
    const int64_t size = io->kind->size(io);
    return size < 0 ? note(io, size) : size;
}

/* Waiting */

int fwl_io_set_timeout(FwlIO *io, uint32_t timeout_ms)
{
    if (!io)
        return FWL_E_INVALID;
    return io->kind->set_timeout ? io->kind->set_timeout(io, timeout_ms) : FWL_E_UNSUPPORTED;
}

/* Looks at nothing that the thread which uses io may change meanwhile. */
int fwl_io_abort(FwlIO *io, int status)
{
    if (!io || status >= 0 || status == FWL_E_EOF)
        return FWL_E_INVALID;
    return io->kind->abort ? io->kind->abort(io, status) : FWL_E_UNSUPPORTED;
}

/* Inspection */

bool fwl_io_eof(const FwlIO *io)
{
    return io && io->has_met_end;
}

int fwl_io_error(const FwlIO *io)
{
    return io ? io->error : FWL_E_INVALID;
}

int fwl_io_cause(const FwlIO *io)
{
    return io ? io->cause : 0;
}

bool fwl_io_is_seekable(const FwlIO *io)
{
    return io && io->can_seek;
}
