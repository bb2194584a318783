/* SPDX-License-Identifier: BSD-2-Clause */
/* One stream of every kind over the same bytes, so that each behaviour is tested on all of them. */
#ifndef TEST_IO_STREAMS_H
#define TEST_IO_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/io.h"

/* More than the buffer of a file, less than a pipe holds. */
enum { STREAM_SIZE = 50000 };

/* STREAM_SIZE bytes in which no place looks like another. */
const uint8_t *stream_bytes(void);

/* A file of the test's own, with or without bytes in it; remove it at the end. */
struct TestFile {
    char path[64];
};
void make_file(struct TestFile *file, const uint8_t *data, size_t size);
void remove_file(void *file);
/* Compares the whole file. */
void expect_file(const struct TestFile *file, const uint8_t *data, size_t size);

/* A stream for callbacks over memory; each call moves fewer bytes than asked. */
struct Source {
    uint8_t *data;
    size_t size;
    size_t position;
    size_t size_max; /* that data has room for */
    unsigned calls;
    unsigned closes;
};
extern const FwlIOCallbacks source_callbacks;

struct Stream;

/* What a kind is and can do. */
struct StreamKind {
    const char *name;
    bool can_seek;
    bool can_write;
    bool has_spans;
    bool knows_size;
    int (*open)(struct Stream *stream, const uint8_t *data, size_t size);
};

struct Stream {
    const struct StreamKind *kind;
    FwlIO *io;
    FwlBufferRef *buffer;
    struct TestFile file;
    struct Source source;
    int pipe_end;
    bool has_file;
    bool has_pipe;
};

extern const struct StreamKind memory_kind, buffer_kind, writer_kind, file_kind, pipe_kind,
    mapped_kind, callbacks_kind, ring_kind;

/* Opens the stream; the case ends it with close_stream, also where opening failed. */
int open_stream(struct Stream *stream, const struct StreamKind *kind, const uint8_t *data,
                size_t size);
void close_stream(void *stream);

/* For later(). */
void close_io(void *io);         /* a FwlIO ** */
void close_buffer(void *buffer); /* a FwlBufferRef ** */
void close_pool(void *pool);     /* a FwlPool ** */

#endif
