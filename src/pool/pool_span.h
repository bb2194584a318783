/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files about spans share. All with the span_lock held. */
#ifndef FWL_POOL_SPAN_H
#define FWL_POOL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/pool_internal.h"

enum { FWL_NS_PER_MS = 1000000 };

/* pool_span.c */

/* A segment in a mapping of its own, its header at header_offset, everything else 0. NULL: the
 * source has no more. */
FwlSegment *fwl_segment_map(FwlPool *pool, size_t mapping_size, size_t mapping_alignment,
                            size_t header_offset);
void fwl_segment_unmap(FwlPool *pool, FwlSegment *segment);

/* Gives the idle pages of a segment of runs back, which are no more idle, and the segment where it
 * has no run. */
void fwl_run_drop(FwlPool *pool, FwlSegment *segment, FwlSpan *span);

/* Gives ready pages back until at most keep bytes are idle. */
void fwl_ready_drop(FwlPool *pool, size_t keep);

/* pool_frame.c */

/* Gives a frame's pages back, with the segment, which is theirs alone. */
void fwl_frame_drop(FwlPool *pool, FwlSegment *segment);

/* Gives the pages behind a live frame's block back. */
void fwl_frame_drop_tail(FwlPool *pool, FwlSpan *span);

/* pool_idle.c */

/* Keeps a run, a frame, or what is behind a live frame's block, idle since a moment, in a list of
 * such. */
void fwl_idle_begin(FwlPool *pool, FwlSpan *span, FwlLink *list, uint64_t since_ns);

/* Idle memory is to be used again, or to go. */
void fwl_idle_end(FwlPool *pool, FwlSpan *span);

/* True where what is idle since a moment has been for too long. */
bool fwl_idle_is_aged(const FwlPool *pool, uint64_t since_ns, uint64_t now_ns);

/* Idle memory was taken for use. */
void fwl_idle_taken(FwlPool *pool);

/* Pages were taken from the source, size bytes of them. */
void fwl_idle_missed(FwlPool *pool, size_t size);

/* Brings idle memory a little nearer to its bounds, now that size bytes came or went. */
void fwl_idle_settle(FwlPool *pool, size_t size, uint64_t now_ns);

/* The idle bytes of a span that is idle, or has a tail. */
static inline size_t fwl_idle_bytes(const FwlSpan *span)
{
    return span->live > 0 ? span->size - span->block_size : span->size;
}

#endif
