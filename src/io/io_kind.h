/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every kind of stream is to the core (io.c).
 *
 * The core owns the position: a kind finds in io->position where the next byte is read or written
 * and never changes it; the core moves it by what the kind says was done. A kind that is memory
 * shows its bytes (span) or its room (space, fill), and the core copies; any other kind moves bytes
 * itself (read, write). So a kind has span or read where it can be read, space and fill or write
 * where it can be written.
 *
 * Results: a count, 0 for the end, negative FWL_E_*.
 */
#ifndef FWL_IO_KIND_H
#define FWL_IO_KIND_H

#include "framewell/io.h"

typedef struct FwlIOKind {
    /* The bytes that lie together at the position; valid until the next call. */
    int64_t (*span)(FwlIO *io, const uint8_t **data);
    int64_t (*read)(FwlIO *io, uint8_t *data, size_t size);
    /* The bytes before the position are not looked at any more. */
    void (*release)(FwlIO *io);

    /* Room that lies together at the position, after making sure that `wanted` bytes will find
     * some, here or in later calls: all or, with a code, nothing. A wanted of 0 only looks. */
    int64_t (*space)(FwlIO *io, size_t wanted, uint8_t **data);
    /* The first count bytes of that room now hold what was to be written. */
    void (*fill)(FwlIO *io, size_t count);
    int64_t (*write)(FwlIO *io, const uint8_t *data, size_t size);

    /* Says whether the position may become this one: 0 or a code. The target is not negative. */
    int64_t (*seek)(FwlIO *io, int64_t target);
    int64_t (*size)(FwlIO *io);
    int (*flush)(FwlIO *io);
    int (*take)(FwlIO *io, FwlBufferRef **buf);
    int (*set_timeout)(FwlIO *io, uint32_t timeout_ms);
    int (*abort)(FwlIO *io, int status);

    /* Ends all that the kind holds but the FwlIO itself. */
    int (*close)(FwlIO *io);
} FwlIOKind;

/* The first member of every kind's own struct. */
struct FwlIO {
    const FwlIOKind *kind;
    int64_t position;
    int error; /* the first that counts; see fwl_io_error */
    int cause; /* of the last system call that failed */
    bool can_read;
    bool can_write;
    bool can_seek;
    bool has_met_end;
};

/* A zeroed stream of size bytes, the kind's own struct, that can do nothing yet; NULL without
 * memory. Ends with fwl_io_close, or fwl_free where the kind holds nothing yet. */
void *fwl_io_new(const FwlIOKind *kind, size_t size);

/* Called when a view is closed. */
typedef void (*FwlIOViewRelease)(void *opaque, const uint8_t *data, size_t size);

/* A stream that reads size bytes of memory; release may be NULL. */
int fwl_io_open_view(FwlIO **io, const uint8_t *data, size_t size, FwlIOViewRelease release,
                     void *opaque);

#endif
