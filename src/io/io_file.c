/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files, and descriptors that are open already.
 *
 * One buffer serves reading ahead or writing behind, whichever was last; what is as large as it
 * goes straight to the system. It is allocated by the first small read or write, and where there is
 * no memory for it, every call is a system call: slower, but right.
 *
 *     file       ...................[ buffer: fill bytes ]...............
 *                                   ^ start          ^ position of the stream, wherever it is
 *
 *     is_dirty: the buffer's bytes are not in the file yet; else they are a copy of it
 *     fill <= BUFFER_SIZE; fill == 0 when it holds nothing, and then is_dirty is false
 *
 * The descriptor itself is moved (place) only right before the system reads or writes elsewhere
 * than where it stands, so that seeking about in what is buffered costs nothing, and a pipe is
 * never sought in.
 */
#include <string.h>

#include "framewell/mem.h"
#include "io/io_kind.h"
#include "os/os.h"

/* As much as libavformat reads and writes at a time: its calls need no second copy here. */
enum { BUFFER_SIZE = 32 << 10 };

_Static_assert(FWL_IO_READ == (int)FWL_OS_READ && FWL_IO_WRITE == (int)FWL_OS_WRITE &&
                   FWL_IO_CREATE == (int)FWL_OS_CREATE && FWL_IO_EXCLUSIVE == (int)FWL_OS_EXCLUSIVE,
               "flags are handed through");

typedef struct FileIO {
    FwlIO io;
    int file;
    bool is_owner;  /* closing the stream closes the file */
    int64_t origin; /* where in the file position 0 is */
    int64_t place;  /* where the descriptor stands, as a position */
    uint8_t *buffer;
    int64_t start;
    size_t fill;
    bool is_dirty;
} FileIO;

/* The system */

static int move_to(FileIO *file, int64_t position)
{
    if (file->place == position)
        return 0;
    if (position > INT64_MAX - file->origin)
        return FWL_E_INVALID;
    const int64_t reached = fwl_os_file_seek(file->file, file->origin + position, &file->io.cause);
    if (reached < 0)
        return (int)reached;
    file->place = position;
    return 0;
}

static int64_t read_at(FileIO *file, int64_t position, uint8_t *data, size_t size)
{
    const int err = move_to(file, position);
    if (err < 0)
        return err;
    const int64_t count = fwl_os_file_read(file->file, data, size, &file->io.cause);
    if (count > 0)
        file->place += count;
    return count;
}

static int64_t write_at(FileIO *file, int64_t position, const uint8_t *data, size_t size)
{
    const int err = move_to(file, position);
    if (err < 0)
        return err;
    const int64_t count = fwl_os_file_write(file->file, data, size, &file->io.cause);
    if (count > 0)
        file->place += count;
    return count;
}

/* The buffer */

static bool has_buffer(FileIO *file)
{
    if (!file->buffer)
        file->buffer = fwl_malloc(BUFFER_SIZE);
    return file->buffer != NULL;
}

/* Writes what is dirty; what a failure leaves over stays so, for the next attempt. */
static int write_dirty(FileIO *file)
{
    size_t done = 0;
    int64_t count = 0;
    while (file->is_dirty && done < file->fill) {
        count = write_at(file, file->start + (int64_t)done, file->buffer + done, file->fill - done);
        if (count <= 0)
            break;
        done += (size_t)count;
    }
    memmove(file->buffer, file->buffer + done, file->fill - done);
    file->start += (int64_t)done;
    file->fill -= done;
    file->is_dirty = file->fill > 0;
    if (!file->is_dirty)
        return 0;
    return count < 0 ? (int)count : FWL_E_IO;
}

/* Empties the buffer. */
static int leave_buffer(FileIO *file)
{
    const int err = file->is_dirty ? write_dirty(file) : 0;
    if (err < 0)
        return err;
    file->fill = 0;
    return 0;
}

/* Position within the buffer; below 0 or above fill where it is not. */
static int64_t buffer_offset(const FileIO *file)
{
    return file->io.position - file->start;
}

/* The kind */

static int64_t file_read(FwlIO *io, uint8_t *data, size_t size)
{
    FileIO *file = (FileIO *)io;
    int64_t offset = buffer_offset(file);
    if (file->is_dirty || offset < 0 || (uint64_t)offset >= file->fill) {
        const int err = leave_buffer(file);
        if (err < 0)
            return err;
        if (size >= BUFFER_SIZE || !has_buffer(file))
            return read_at(file, io->position, data, size);
        const int64_t count = read_at(file, io->position, file->buffer, BUFFER_SIZE);
        if (count <= 0)
            return count;
        file->start = io->position;
        file->fill = (size_t)count;
        offset = 0;
    }
    const size_t there = file->fill - (size_t)offset;
    const size_t count = size < there ? size : there;
    memcpy(data, file->buffer + offset, count);
    return (int64_t)count;
}

/* True where bytes written at the position lengthen or change what is dirty. */
static bool continues_dirty(const FileIO *file)
{
    const int64_t offset = buffer_offset(file);
    return file->is_dirty && offset >= 0 && (uint64_t)offset <= file->fill && offset < BUFFER_SIZE;
}

static int64_t file_write(FwlIO *io, const uint8_t *data, size_t size)
{
    FileIO *file = (FileIO *)io;
    if (size >= BUFFER_SIZE || !continues_dirty(file)) {
        const int err = leave_buffer(file);
        if (err < 0)
            return err;
        if (size >= BUFFER_SIZE || !has_buffer(file))
            return write_at(file, io->position, data, size);
        file->start = io->position;
    }
    const size_t offset = (size_t)buffer_offset(file);
    const size_t room = BUFFER_SIZE - offset;
    const size_t count = size < room ? size : room;
    memcpy(file->buffer + offset, data, count);
    if (file->fill < offset + count)
        file->fill = offset + count;
    file->is_dirty = true;
    return (int64_t)count;
}

static int64_t file_size(FwlIO *io)
{
    FileIO *file = (FileIO *)io;
    const int64_t whole = fwl_os_file_size(file->file, NULL);
    if (whole < 0)
        return whole;
    const int64_t size = whole > file->origin ? whole - file->origin : 0;
    const int64_t dirty_end = file->is_dirty ? file->start + (int64_t)file->fill : 0;
    return size > dirty_end ? size : dirty_end;
}

/* Beyond the end only where a write may fill the gap; a length that is not known bounds nothing. */
static int64_t file_seek(FwlIO *io, int64_t target)
{
    if (io->can_write)
        return 0;
    const int64_t size = file_size(io);
    return size >= 0 && target > size ? FWL_E_INVALID : 0;
}

static int file_flush(FwlIO *io)
{
    FileIO *file = (FileIO *)io;
    return file->is_dirty ? write_dirty(file) : 0;
}

static int file_close(FwlIO *io)
{
    FileIO *file = (FileIO *)io;
    fwl_free(file->buffer);
    return file->is_owner ? fwl_os_file_close(file->file, NULL) : 0;
}

static const FwlIOKind file_kind = {
    .read = file_read,
    .write = file_write,
    .seek = file_seek,
    .size = file_size,
    .flush = file_flush,
    .close = file_close,
};

/* Opening */

/* What a descriptor can do, and where it stands. A read of nothing tells what cannot be read at
 * all: a directory. */
static int look_at(FileIO *file, int flags, int *cause)
{
    file->io.can_read = (flags & FWL_IO_READ) != 0;
    file->io.can_write = (flags & FWL_IO_WRITE) != 0;
    if (file->io.can_read) {
        const int64_t nothing = fwl_os_file_read(file->file, file, 0, cause);
        if (nothing < 0)
            return FWL_E_IO;
    }
    const int64_t place = fwl_os_file_tell(file->file, NULL);
    file->io.can_seek = place >= 0;
    file->origin = place >= 0 ? place : 0;
    return 0;
}

static bool is_openable(int flags)
{
    const int known = FWL_IO_READ | FWL_IO_WRITE | FWL_IO_CREATE | FWL_IO_EXCLUSIVE;
    if ((flags & ~known) || !(flags & (FWL_IO_READ | FWL_IO_WRITE)))
        return false;
    if ((flags & FWL_IO_CREATE) && !(flags & FWL_IO_WRITE))
        return false;
    return !(flags & FWL_IO_EXCLUSIVE) || (flags & FWL_IO_CREATE);
}

/* The memory comes first: a file that is emptied by opening must not be so in vain. */
int fwl_io_open_file(FwlIO **io, const char *path, int flags, int *cause)
{
    if (io)
        *io = NULL;
    if (cause)
        *cause = 0;
    if (!io || !path || !is_openable(flags))
        return FWL_E_INVALID;
    FileIO *file = fwl_io_new(&file_kind, sizeof *file);
    if (!file)
        return FWL_E_NOMEM;
    int err = file->file = fwl_os_file_open(path, flags, cause);
    if (err < 0)
        goto fail;
    file->is_owner = true;
    err = look_at(file, flags, cause);
    if (err < 0)
        goto fail;
    *io = &file->io;
    return 0;
fail:
    if (file->is_owner)
        fwl_os_file_close(file->file, NULL);
    fwl_free(file);
    return err;
}

int fwl_io_open_descriptor(FwlIO **io, int descriptor, int flags, int *cause)
{
    if (io)
        *io = NULL;
    if (cause)
        *cause = 0;
    if (!io || descriptor < 0 || !is_openable(flags) || (flags & FWL_IO_CREATE))
        return FWL_E_INVALID;
    FileIO *file = fwl_io_new(&file_kind, sizeof *file);
    if (!file)
        return FWL_E_NOMEM;
    file->file = descriptor;
    const int err = look_at(file, flags, cause);
    if (err < 0) {
        fwl_free(file);
        return err;
    }
    *io = &file->io;
    return 0;
}
