/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing references: a buffer from a debug pool knows who took each of its references, where, and
 * what for. Its header and those of its references are longer by that:
 *
 *     | FwlBuffer | FwlBufferTrace | FwlRefTrace of the first ref | (to the alignment) | data ...
 *     | FwlBufferRef | FwlRefTrace |                                a further reference
 *
 * Buffers of other pools cost one look at a flag. What is known is under fwl_debug_trace_lock, the
 * last lock in the order of the pool's.
 */
#ifndef FWL_BUFFER_TRACE_H
#define FWL_BUFFER_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "buffer/buffer_internal.h"
#include "pool/heap.h"
#include "pool/pool_debug.h"

enum { FWL_LABEL_SIZE = 80 };

typedef struct FwlRefTrace {
    FwlLink link; /* in the buffer's list */
    FwlBufferRef *ref;
    FwlDebugCall taken;
    uint64_t since_ns;
    char label[FWL_LABEL_SIZE]; /* what holds it; "" unknown */
} FwlRefTrace;

typedef struct FwlBufferTrace {
    FwlLink link; /* in the list of all traced buffers; to itself while it has no references */
    FwlBuffer *buffer;
    FwlPool *pool;
    FwlLink refs; /* the newest first */
    FwlRefTrace first;
} FwlBufferTrace;

/* True when buffers may be traced at all: the process has a debug pool. */
static inline bool fwl_trace_is_on(void)
{
    return __builtin_expect(atomic_load_explicit(&fwl_debug_is_used, memory_order_relaxed), 0);
}

/* Bytes of a buffer's header, and of a reference beyond the first, in this pool. */
size_t fwl_trace_buffer_size(const FwlPool *pool);
size_t fwl_trace_ref_size(const FwlBuffer *buffer);

/* A buffer from a pool has its first reference; nothing where the pool is no debug pool. caller is
 * where the public function returns to. */
void fwl_trace_start(FwlBuffer *buffer, FwlPool *pool, void *caller);

/* The same of a traced buffer that had no reference for a while. */
void fwl_trace_restart(FwlBuffer *buffer, void *caller);

/* A traced buffer has one more reference, loses one. */
void fwl_trace_add(FwlBufferRef *ref, void *caller);
void fwl_trace_remove(FwlBufferRef *ref);

/* Says what holds a reference, and where it got it; nothing where it is not traced. */
void fwl_trace_label(const FwlBufferRef *ref, void *caller, const char *format, ...)
    FWL_PRINTF_LIKE(3, 4);

/*
 * Something that has `ref` in it is about to be filled anew, whereby the reference would be lost.
 * Reports that, once for each place, where ref is a live reference; it may be any bytes. what:
 * "packet" or "frame".
 */
void fwl_trace_report_refill(const char *what, const FwlBufferRef *ref, void *caller);

#endif
