/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files about spans share. All with the span_lock held. */
#ifndef FWL_POOL_SPAN_H
#define FWL_POOL_SPAN_H

#include <stdbool.h>
#include <stddef.h>

#include "pool/pool_internal.h"

/* pool_span.c */

/* A segment in a mapping of its own, its header at header_offset, everything else 0. NULL: the
 * source has no more. */
FwlSegment *fwl_segment_map(FwlPool *pool, size_t mapping_size, size_t mapping_alignment,
                            size_t header_offset);
void fwl_segment_unmap(FwlPool *pool, FwlSegment *segment);

/* Gives the pages of a run back. */
void fwl_run_drop(FwlPool *pool, FwlSegment *segment, FwlSpan *span);

/* pool_frame.c */

/* Gives a frame's pages back, with the segment, which is theirs alone. */
void fwl_frame_drop(FwlPool *pool, FwlSegment *segment, size_t size);

/* pool_idle.c */

/* Keeps a span in a list of idle ones, as far as the configuration lets it. */
void fwl_idle_keep(FwlPool *pool, FwlSpan *span, FwlLink *list);

/* An idle span is to be used again, or to go. */
void fwl_idle_end(FwlPool *pool, FwlSpan *span);

#endif
