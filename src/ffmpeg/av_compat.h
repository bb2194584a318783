/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What FFmpeg 5.1, 6 and 7 call differently: one name for it, so that no other file asks for a
 * version.
 */
#ifndef FWL_AV_COMPAT_H
#define FWL_AV_COMPAT_H

#include <stdbool.h>
#include <stdint.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

#include "framewell/frame.h"
#include "framewell/packet.h"

/* AVFrame.duration came with 6.0, and pkt_duration went with 7.0. */
#define FWL_AV_HAS_DURATION (LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100))
/* AVFrame.channels, channel_layout, coded_ and display_picture_number and reordered_opaque. */
#define FWL_AV_HAS_OLD_FIELDS (LIBAVUTIL_VERSION_MAJOR < 59)
/* AVFrame.pkt_pos, pkt_size, palette_has_changed, private_ref as an AVBufferRef, key_frame,
 * interlaced_frame and top_field_first. */
#define FWL_AV_HAS_PACKET_FIELDS (LIBAVUTIL_VERSION_MAJOR < 60)
/* Since 6.1 the last three fields are flags; who writes a frame sets both. */
#if defined(AV_FRAME_FLAG_KEY) && defined(AV_FRAME_FLAG_INTERLACED)
#define FWL_AV_HAS_FRAME_FLAGS 1
#else
#define FWL_AV_HAS_FRAME_FLAGS 0
#endif
/* AVCodecParameters.coded_side_data takes the place of AVStream.side_data from 7.0 on. */
#define FWL_AV_HAS_CODED_SIDE_DATA (LIBAVCODEC_VERSION_MAJOR >= 61)
/* AV_PIX_FMT_XVMC went with 7.0: all formats behind it have the number below their old one. */
#define FWL_AV_HAS_XVMC (LIBAVUTIL_VERSION_MAJOR < 59)

#define FWL_AV_BEGIN_DEPRECATED \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wdeprecated-declarations\"")
#define FWL_AV_END_DEPRECATED _Pragma("GCC diagnostic pop")

/* AVIOContext: what a write callback gets. */
#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t *FwlAvWriteData;
#else
typedef uint8_t *FwlAvWriteData;
#endif

/* libavcodec 59 calls get_buffer2 on the thread that feeds the decoder, which then waits for it,
 * unless told that the callback may be called from any thread; later ones always do. */
static inline void fwl_av_allow_any_thread(AVCodecContext *context)
{
#if LIBAVCODEC_VERSION_MAJOR < 60
    FWL_AV_BEGIN_DEPRECATED
    context->thread_safe_callbacks = 1;
    FWL_AV_END_DEPRECATED
#else
    (void)context;
#endif
}

static inline int64_t fwl_av_frame_duration(const AVFrame *frame)
{
#if FWL_AV_HAS_DURATION
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

static inline void fwl_av_frame_set_duration(AVFrame *frame, int64_t duration)
{
#if FWL_AV_HAS_DURATION
    frame->duration = duration;
#endif
#if FWL_AV_HAS_OLD_FIELDS
    FWL_AV_BEGIN_DEPRECATED
    frame->pkt_duration = duration;
    FWL_AV_END_DEPRECATED
#endif
}

/* What a container says of a stream beside its packets: part of the codec's parameters since 7.0.
 * NULL for nothing of that type. */
static inline const uint8_t *fwl_av_stream_side_data(const AVStream *stream,
                                                     enum AVPacketSideDataType type, size_t *size)
{
#if FWL_AV_HAS_CODED_SIDE_DATA
    const AVPacketSideData *piece = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);
    *size = piece ? piece->size : 0;
    return piece ? piece->data : NULL;
#else
    *size = 0;
    return av_stream_get_side_data(stream, type, size);
#endif
}

/* The number that Framewell has for a picture format of libavutil; FWL_PIX_FMT_NONE for one that it
 * does not know. */
static inline int fwl_av_import_pixel_format(int format)
{
    const int same = !FWL_AV_HAS_XVMC && format >= FWL_PIX_FMT_XVMC ? format + 1 : format;
    return same < FWL_PIX_FMT_NB ? same : FWL_PIX_FMT_NONE;
}

/* The other way round; AV_PIX_FMT_NONE for what this libavutil no longer has. */
static inline int fwl_av_export_pixel_format(int format)
{
    if (FWL_AV_HAS_XVMC || format < FWL_PIX_FMT_XVMC)
        return format;
    return format == FWL_PIX_FMT_XVMC ? (int)AV_PIX_FMT_NONE : format - 1;
}

_Static_assert((int)AV_PIX_FMT_P416LE + !FWL_AV_HAS_XVMC == (int)FWL_PIX_FMT_P416LE,
               "numbers of picture formats");
_Static_assert((int)AV_SAMPLE_FMT_S64P == (int)FWL_SAMPLE_FMT_S64P, "numbers of sample formats");
_Static_assert((int)AV_CHANNEL_ORDER_AMBISONIC == (int)FWL_CHANNEL_ORDER_AMBISONIC,
               "numbers of channel orders");
_Static_assert((int)AV_PKT_DATA_DYNAMIC_HDR10_PLUS == (int)FWL_PKT_DATA_DYNAMIC_HDR10_PLUS,
               "numbers of a packet's side data");
_Static_assert((int)AV_FRAME_DATA_DYNAMIC_HDR_VIVID == (int)FWL_FRAME_DATA_DYNAMIC_HDR_VIVID,
               "numbers of a frame's side data");

#endif
