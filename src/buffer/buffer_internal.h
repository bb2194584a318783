/* SPDX-License-Identifier: BSD-2-Clause */
/* What buffers and buffer pools share. */
#ifndef FWL_BUFFER_INTERNAL_H
#define FWL_BUFFER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/refcount.h"
#include "framewell/buffer.h"

struct FwlBuffer {
    uint8_t *data; /* of the whole buffer; references may see less */
    size_t size;
    void (*free_cb)(void *opaque, uint8_t *data); /* NULL: data lies behind this header */
    void *opaque;
    const FwlBufferOwner *owner; /* of memory that has a count elsewhere, too; else NULL */
    FwlRefcount refcount;
    int flags;
    bool is_resizable; /* data is a block of its own: made by fwl_buffer_realloc */
    bool is_pooled;    /* belongs to a buffer pool, which keeps this header, too */
    bool is_traced;    /* it is followed by a trace (buffer_trace.h) */
    FwlBufferRef first_ref;
    FwlBufferRef seat; /* of one further reference, when it is taken (refcount.h) */
};

/* Gives a buffer without references, all of its size bytes, a first one again. */
FwlBufferRef *fwl_buffer_restart(FwlBuffer *buffer, size_t size, void *caller);

#endif
