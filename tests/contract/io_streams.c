/* SPDX-License-Identifier: BSD-2-Clause */
#define _POSIX_C_SOURCE 200809L
#include "io_streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

const uint8_t *stream_bytes(void)
{
    static uint8_t bytes[STREAM_SIZE];
    uint32_t state = 1;
    for (size_t i = 0; i < STREAM_SIZE && bytes[0] == 0; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[STREAM_SIZE - 1 - i] = (uint8_t)(state >> 24 | 1);
    }
    return bytes;
}

/* Files */

void make_file(struct TestFile *file, const uint8_t *data, size_t size)
{
    const char *folder = getenv("TMPDIR");
    snprintf(file->path, sizeof file->path, "%s/framewell-XXXXXX", folder ? folder : "/tmp");
    const int descriptor = mkstemp(file->path);
    assert_true(descriptor >= 0);
    for (size_t done = 0; done < size;) {
        const ssize_t count = write(descriptor, data + done, size - done);
        assert_true(count > 0);
        done += (size_t)count;
    }
    assert_int_equal(close(descriptor), 0);
}

void remove_file(void *file)
{
    remove(((struct TestFile *)file)->path);
}

void expect_file(const struct TestFile *file, const uint8_t *data, size_t size)
{
    FILE *stream = fopen(file->path, "rb");
    assert_non_null(stream);
    uint8_t *bytes = malloc(size + 1);
    assert_non_null(bytes);
    const size_t count = fread(bytes, 1, size + 1, stream);
    fclose(stream);
    assert_int_equal(count, size);
    if (size > 0)
        assert_memory_equal(bytes, data, size);
    free(bytes);
}

/* Callbacks */

static size_t fewer(struct Source *source, size_t size)
{
    const size_t most = 1 + source->calls++ % 977;
    return size < most ? size : most;
}

static int64_t source_read(void *opaque, uint8_t *data, size_t size)
{
    struct Source *source = opaque;
    size_t count = fewer(source, size);
    if (count > source->size - source->position)
        count = source->size - source->position;
    if (count > 0)
        memcpy(data, source->data + source->position, count);
    source->position += count;
    return (int64_t)count;
}

static int64_t source_write(void *opaque, const uint8_t *data, size_t size)
{
    struct Source *source = opaque;
    const size_t count = fewer(source, size);
    if (count > source->size_max - source->position)
        return FWL_E_IO;
    memcpy(source->data + source->position, data, count);
    source->position += count;
    if (source->size < source->position)
        source->size = source->position;
    return (int64_t)count;
}

static int64_t source_seek(void *opaque, int64_t position)
{
    struct Source *source = opaque;
    if ((uint64_t)position > source->size)
        return FWL_E_INVALID;
    source->position = (size_t)position;
    return position;
}

static int64_t source_size(void *opaque)
{
    const struct Source *source = opaque;
    return (int64_t)source->size;
}

static void source_close(void *opaque)
{
    struct Source *source = opaque;
    source->closes++;
}

const FwlIOCallbacks source_callbacks = {
    .read = source_read,
    .write = source_write,
    .seek = source_seek,
    .size = source_size,
    .close = source_close,
};

/* The kinds */

static int open_memory(struct Stream *stream, const uint8_t *data, size_t size)
{
    return fwl_io_open_memory(&stream->io, data, size);
}

static int open_buffer(struct Stream *stream, const uint8_t *data, size_t size)
{
    stream->buffer = fwl_buffer_alloc(size);
    if (!stream->buffer)
        return FWL_E_NOMEM;
    memcpy(stream->buffer->data, data, size);
    const int err = fwl_io_open_buffer(&stream->io, stream->buffer);
    fwl_buffer_unref(&stream->buffer);
    return err;
}

static int open_writer(struct Stream *stream, const uint8_t *data, size_t size)
{
    int err = fwl_io_open_writer(&stream->io, NULL, SIZE_MAX);
    for (size_t done = 0; err >= 0 && done < size; done += 1000) {
        const size_t count = size - done < 1000 ? size - done : 1000;
        err = (int)fwl_io_write(stream->io, data + done, count);
    }
    return err < 0 ? err : (int)fwl_io_seek(stream->io, 0, FWL_IO_SET);
}

static void make_stream_file(struct Stream *stream, const uint8_t *data, size_t size)
{
    make_file(&stream->file, data, size);
    stream->has_file = true;
}

static int open_file(struct Stream *stream, const uint8_t *data, size_t size)
{
    make_stream_file(stream, data, size);
    return fwl_io_open_file(&stream->io, stream->file.path, FWL_IO_READ | FWL_IO_WRITE, NULL);
}

static int open_mapped(struct Stream *stream, const uint8_t *data, size_t size)
{
    make_stream_file(stream, data, size);
    return fwl_io_open_mapped(&stream->io, stream->file.path, NULL);
}

static int open_pipe(struct Stream *stream, const uint8_t *data, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    stream->pipe_end = ends[0];
    stream->has_pipe = true;
    assert_int_equal(write(ends[1], data, size), (ssize_t)size);
    assert_int_equal(close(ends[1]), 0);
    return fwl_io_open_descriptor(&stream->io, ends[0], FWL_IO_READ, NULL);
}

static int open_callbacks(struct Stream *stream, const uint8_t *data, size_t size)
{
    stream->source.data = (uint8_t *)(uintptr_t)data;
    stream->source.size = size;
    stream->source.size_max = size;
    FwlIOCallbacks reading = source_callbacks;
    reading.write = NULL;
    return fwl_io_open_callbacks(&stream->io, &reading, &stream->source);
}

/* Filled with data, its writer gone. */
static int open_ring(struct Stream *stream, const uint8_t *data, size_t size)
{
    FwlIO *writer;
    int64_t err = fwl_io_open_ring(&stream->io, &writer, NULL, size + 1);
    if (err < 0)
        return (int)err;
    fwl_io_set_timeout(writer, 0);
    err = fwl_io_write(writer, data, size);
    fwl_io_close(&writer);
    return err < 0 ? (int)err : 0;
}

const struct StreamKind memory_kind = {
    .name = "memory", .can_seek = true, .has_spans = true, .knows_size = true, .open = open_memory};
const struct StreamKind buffer_kind = {
    .name = "buffer", .can_seek = true, .has_spans = true, .knows_size = true, .open = open_buffer};
const struct StreamKind writer_kind = {.name = "writer",
                                       .can_seek = true,
                                       .can_write = true,
                                       .has_spans = true,
                                       .knows_size = true,
                                       .open = open_writer};
const struct StreamKind file_kind = {
    .name = "file", .can_seek = true, .can_write = true, .knows_size = true, .open = open_file};
const struct StreamKind pipe_kind = {.name = "pipe", .open = open_pipe};
const struct StreamKind mapped_kind = {
    .name = "mapped", .can_seek = true, .has_spans = true, .knows_size = true, .open = open_mapped};
const struct StreamKind callbacks_kind = {
    .name = "callbacks", .can_seek = true, .knows_size = true, .open = open_callbacks};
const struct StreamKind ring_kind = {.name = "ring", .has_spans = true, .open = open_ring};

int open_stream(struct Stream *stream, const struct StreamKind *kind, const uint8_t *data,
                size_t size)
{
    *stream = (struct Stream){.kind = kind};
    return kind->open(stream, data, size);
}

void close_stream(void *object)
{
    struct Stream *stream = object;
    fwl_io_close(&stream->io);
    fwl_buffer_unref(&stream->buffer);
    if (stream->has_pipe)
        close(stream->pipe_end);
    if (stream->has_file)
        remove_file(&stream->file);
    *stream = (struct Stream){0};
}

void close_io(void *io)
{
    fwl_io_close(io);
}

void close_buffer(void *buffer)
{
    fwl_buffer_unref(buffer);
}

void close_pool(void *pool)
{
    fwl_pool_destroy(pool);
}
