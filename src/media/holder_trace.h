/* SPDX-License-Identifier: BSD-2-Clause */
/* What packets and frames tell the tracing of references (buffer_trace.h). Nothing is done, beyond
 * a look at a flag, in a process without a debug pool. */
#ifndef FWL_HOLDER_TRACE_H
#define FWL_HOLDER_TRACE_H

#include "buffer/buffer_trace.h"
#include "framewell/frame.h"
#include "framewell/packet.h"

void fwl_packet_label(const FwlPacket *pkt, void *caller);
void fwl_frame_label(const FwlFrame *frame, void *caller);

/* The references that something holds are now known as its own: "packet of 4096 bytes ...", taken
 * where the public function returns to. */
static inline void fwl_packet_trace(const FwlPacket *pkt, void *caller)
{
    if (fwl_trace_is_on())
        fwl_packet_label(pkt, caller);
}

static inline void fwl_frame_trace(const FwlFrame *frame, void *caller)
{
    if (fwl_trace_is_on())
        fwl_frame_label(frame, caller);
}

/* Something is about to be filled, or made blank, without being unreffed before: ref, which may be
 * any bytes, is lost. */
static inline void fwl_trace_refill(const char *what, const FwlBufferRef *ref, void *caller)
{
    if (fwl_trace_is_on())
        fwl_trace_report_refill(what, ref, caller);
}

#endif
