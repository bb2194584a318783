/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What FFmpeg 5.1 to 9 call differently, for the player: a program that uses libav* beside the
 * library has to know for itself.
 */
#ifndef PLAY_COMPAT_H
#define PLAY_COMPAT_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* How long a frame lasts. The field was called pkt_duration before 6.0. */
static inline int64_t fwl_play_duration(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

static inline void fwl_play_set_duration(AVFrame *frame, int64_t duration)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    frame->duration = duration;
#else
    frame->pkt_duration = duration;
#endif
}

/* What a container says of a stream beside its packets: NULL for nothing of that type. It is the
 * codec's parameters that have it since 7.0. */
static inline const uint8_t *fwl_play_side_data(const AVStream *stream,
                                                enum AVPacketSideDataType type, size_t *size)
{
#if LIBAVCODEC_VERSION_MAJOR >= 61
    const AVPacketSideData *piece = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);
    *size = piece ? piece->size : 0;
    return piece ? piece->data : NULL;
#else
    *size = 0;
    return av_stream_get_side_data(stream, type, size);
#endif
}

#endif
