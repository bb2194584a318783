/* SPDX-License-Identifier: BSD-2-Clause */
#include "media/holder_trace.h"

#include <inttypes.h>
#include <stdio.h>

#include "media/frame_internal.h"

enum { TIME_SIZE = 32 };

static const char *name_time(char text[TIME_SIZE], int64_t pts)
{
    if (pts == FWL_NOPTS_VALUE)
        return "no pts";
    snprintf(text, TIME_SIZE, "pts %" PRId64, pts);
    return text;
}

void fwl_packet_label(const FwlPacket *pkt, void *caller)
{
    char time[TIME_SIZE];
    fwl_trace_label(pkt->buf, caller, "packet of %zu bytes, stream %d, %s", pkt->size,
                    pkt->stream_index, name_time(time, pkt->pts));
}

static void describe(char *text, size_t size, const FwlFrame *frame)
{
    char time[TIME_SIZE];
    if (fwl_frame_is_video(frame)) {
        const char *format = fwl_get_pix_fmt_name((enum FwlPixelFormat)frame->format);
        snprintf(text, size, "frame %dx%d %s, %s", frame->width, frame->height,
                 format ? format : "of no format", name_time(time, frame->pts));
    } else {
        const char *format = fwl_get_sample_fmt_name((enum FwlSampleFormat)frame->format);
        snprintf(text, size, "frame of %d samples %s, %s", frame->nb_samples,
                 format ? format : "of no format", name_time(time, frame->pts));
    }
}

void fwl_frame_label(const FwlFrame *frame, void *caller)
{
    if (!frame->buf[0])
        return;
    char text[FWL_LABEL_SIZE];
    describe(text, sizeof text, frame);
    for (int i = 0; i < FWL_NUM_DATA_POINTERS && frame->buf[i]; i++)
        fwl_trace_label(frame->buf[i], caller, "%s", text);
    for (int i = 0; i < frame->nb_extended_buf; i++)
        fwl_trace_label(frame->extended_buf[i], caller, "%s", text);
}
