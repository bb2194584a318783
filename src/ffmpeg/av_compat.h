/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What FFmpeg 5.1 to 9 call differently: one name for it, so that no other file asks for a version.
 */
#ifndef FWL_AV_COMPAT_H
#define FWL_AV_COMPAT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavformat/avformat.h>
#include <libavutil/bprint.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

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
/* AVCodecParameters.coded_side_data takes the place of AVStream.side_data from 7.0 on: it goes
 * wherever parameters are copied, and decoders give it to their frames. */
#define FWL_AV_HAS_CODED_SIDE_DATA (LIBAVCODEC_VERSION_MAJOR >= 61)
/* What an encoder takes is a list in AVCodec up to 7.0, and asked for since. */
#define FWL_AV_HAS_SUPPORTED_CONFIG (LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100))
/* Codecs of two ticks a frame are a property of the codec since 6.1. */
#ifdef AV_CODEC_PROP_FIELDS
#define FWL_AV_HAS_FIELDS_PROPERTY 1
#else
#define FWL_AV_HAS_FIELDS_PROPERTY 0
#endif
/* Up to 7.0 libavformat says how a copied stream is timed, from 7.1 on it is as the input's. */
#define FWL_AV_HAS_TIMING_INFO (LIBAVFORMAT_VERSION_INT < AV_VERSION_INT(61, 7, 100))
/* Filter graphs agree on matrix and range of colours, as on formats, since 7.0. */
#define FWL_AV_HAS_FILTERED_COLORS (LIBAVFILTER_VERSION_MAJOR >= 10)
/* Whether colours are multiplied by alpha already: since 8.1. */
#define FWL_AV_HAS_ALPHA_MODE                                 \
    (LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(60, 11, 100) &&  \
     LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(62, 15, 100) && \
     LIBAVFILTER_VERSION_INT >= AV_VERSION_INT(11, 8, 100))
/* A sink for sound takes any number of channels; until 7.1 it had to be told. */
#define FWL_AV_HAS_ANY_CHANNELS (LIBAVFILTER_VERSION_MAJOR >= 11)
/* AV_PIX_FMT_XVMC went with 7.0: all formats behind it have the number below their old one. */
#define FWL_AV_HAS_XVMC (LIBAVUTIL_VERSION_MAJOR < 59)

/* What the ffmpeg program of that version does, which the transcoder follows: since 7.0 times are
 * those of frames, not of packets. */
#define FWL_AV_TIMES_BY_FRAMES (LIBAVCODEC_VERSION_MAJOR >= 61)

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

/* What the duration of a frame that comes out of a filter graph counts in: filters keep it in step
 * with the frame's time since it has a field of its own. */
static inline AVRational fwl_av_filtered_duration_base(AVRational before, AVRational behind)
{
    return FWL_AV_HAS_DURATION ? behind : before;
}

static inline bool fwl_av_is_interlaced(const AVFrame *frame)
{
#if FWL_AV_HAS_FRAME_FLAGS
    return frame->flags & AV_FRAME_FLAG_INTERLACED;
#else
    return frame->interlaced_frame;
#endif
}

static inline bool fwl_av_is_top_field_first(const AVFrame *frame)
{
#if FWL_AV_HAS_FRAME_FLAGS
    return frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST;
#else
    return frame->top_field_first;
#endif
}

/* How many pictures, or parts of one, a packet of a stream is by what its parser has seen. */
static inline AVRational fwl_av_packet_pictures(const AVStream *stream,
                                                const AVCodecContext *context)
{
    const AVCodecParserContext *parser = av_stream_get_parser(stream);
#if FWL_AV_HAS_FIELDS_PROPERTY
    const AVCodecDescriptor *codec = avcodec_descriptor_get(context->codec_id);
    const bool has_fields = codec && (codec->props & AV_CODEC_PROP_FIELDS);
    return (AVRational){has_fields && parser ? parser->repeat_pict + 1 : 2, 2};
#else
    const int ticks = context->ticks_per_frame;
    return (AVRational){parser ? parser->repeat_pict + 1 : ticks, ticks};
#endif
}

/* What an encoder takes, ended as AVCodec's lists are; NULL: anything. */

#if FWL_AV_HAS_SUPPORTED_CONFIG
static inline const void *fwl_av_supported(const AVCodec *codec, enum AVCodecConfig what)
{
    const void *list = NULL;
    return avcodec_get_supported_config(NULL, codec, what, 0, &list, NULL) < 0 ? NULL : list;
}
#define FWL_AV_SUPPORTED(codec, what, field) fwl_av_supported(codec, AV_CODEC_CONFIG_##what)
#else
#define FWL_AV_SUPPORTED(codec, what, field) ((codec)->field)
#endif

static inline const enum AVPixelFormat *fwl_av_pixel_formats(const AVCodec *codec)
{
    return FWL_AV_SUPPORTED(codec, PIX_FORMAT, pix_fmts);
}

static inline const AVRational *fwl_av_frame_rates(const AVCodec *codec)
{
    return FWL_AV_SUPPORTED(codec, FRAME_RATE, supported_framerates);
}

static inline const enum AVSampleFormat *fwl_av_sample_formats(const AVCodec *codec)
{
    return FWL_AV_SUPPORTED(codec, SAMPLE_FORMAT, sample_fmts);
}

static inline const int *fwl_av_sample_rates(const AVCodec *codec)
{
    return FWL_AV_SUPPORTED(codec, SAMPLE_RATE, supported_samplerates);
}

static inline const AVChannelLayout *fwl_av_channel_layouts(const AVCodec *codec)
{
    return FWL_AV_SUPPORTED(codec, CHANNEL_LAYOUT, ch_layouts);
}

/* What a filter graph has to know of the colours of its frames, in numbers of libavutil: made for
 * others, it has to be made anew. All 0 where graphs do not look at it. */
typedef struct FwlAvColors {
    int space, range, alpha;
} FwlAvColors;

static inline FwlAvColors fwl_av_frame_colors(const AVFrame *frame)
{
    FwlAvColors colors = {0};
#if FWL_AV_HAS_FILTERED_COLORS
    colors.space = (int)frame->colorspace;
    colors.range = (int)frame->color_range;
#endif
#if FWL_AV_HAS_ALPHA_MODE
    colors.alpha = (int)frame->alpha_mode;
#endif
    (void)frame;
    return colors;
}

static inline FwlAvColors fwl_av_parameters_colors(const AVCodecParameters *parameters)
{
    FwlAvColors colors = {0};
#if FWL_AV_HAS_FILTERED_COLORS
    colors.space = (int)parameters->color_space;
    colors.range = (int)parameters->color_range;
#endif
#if FWL_AV_HAS_ALPHA_MODE
    colors.alpha = (int)parameters->alpha_mode;
#endif
    (void)parameters;
    return colors;
}

static inline FwlAvColors fwl_av_sink_colors(const AVFilterContext *sink)
{
    FwlAvColors colors = {0};
#if FWL_AV_HAS_FILTERED_COLORS
    colors.space = (int)av_buffersink_get_colorspace(sink);
    colors.range = (int)av_buffersink_get_color_range(sink);
#endif
#if FWL_AV_HAS_ALPHA_MODE
    colors.alpha = (int)av_buffersink_get_alpha_mode(sink);
#endif
    (void)sink;
    return colors;
}

static inline bool fwl_av_has_same_colors(FwlAvColors a, FwlAvColors b)
{
    return a.space == b.space && a.range == b.range && a.alpha == b.alpha;
}

/* Adds what a graph's source has to be told to its arguments. */
static inline void fwl_av_print_colors(AVBPrint *args, FwlAvColors colors)
{
    if (FWL_AV_HAS_FILTERED_COLORS)
        av_bprintf(args, ":colorspace=%d:range=%d", colors.space, colors.range);
    if (FWL_AV_HAS_ALPHA_MODE)
        av_bprintf(args, ":alpha_mode=%d", colors.alpha);
}

/* Begins the next of a filter's arguments. */
static inline void fwl_av_print_name(AVBPrint *args, const char *name)
{
    av_bprintf(args, "%s%s=", args->len ? ":" : "", name);
}

/* Adds colours that frames are to have behind a format filter, as far as they are known. */
static inline void fwl_av_print_fixed_colors(AVBPrint *args, FwlAvColors colors)
{
#if FWL_AV_HAS_FILTERED_COLORS
    if (colors.space != AVCOL_SPC_UNSPECIFIED) {
        fwl_av_print_name(args, "color_spaces");
        av_bprintf(args, "%s", av_color_space_name((enum AVColorSpace)colors.space));
    }
    if (colors.range != AVCOL_RANGE_UNSPECIFIED) {
        fwl_av_print_name(args, "color_ranges");
        av_bprintf(args, "%s", av_color_range_name((enum AVColorRange)colors.range));
    }
#endif
#if FWL_AV_HAS_ALPHA_MODE
    if (colors.alpha != AVALPHA_MODE_UNSPECIFIED) {
        fwl_av_print_name(args, "alpha_modes");
        av_bprintf(args, "%s", av_alpha_mode_name((enum AVAlphaMode)colors.alpha));
    }
#endif
    (void)args;
    (void)colors;
}

/* The same for those that an encoder takes, where it says so. */
static inline void fwl_av_print_encoder_colors(AVBPrint *args, const AVCodec *codec)
{
#if FWL_AV_HAS_SUPPORTED_CONFIG
    const enum AVColorRange *ranges = fwl_av_supported(codec, AV_CODEC_CONFIG_COLOR_RANGE);
    for (int i = 0; ranges && ranges[i] != AVCOL_RANGE_UNSPECIFIED; i++) {
        if (i == 0)
            fwl_av_print_name(args, "color_ranges");
        av_bprintf(args, "%s%s", i ? "|" : "", av_color_range_name(ranges[i]));
    }
#endif
#if FWL_AV_HAS_ALPHA_MODE
    const enum AVAlphaMode *modes = fwl_av_supported(codec, AV_CODEC_CONFIG_ALPHA_MODE);
    for (int i = 0; modes && modes[i] != AVALPHA_MODE_UNSPECIFIED; i++) {
        if (i == 0)
            fwl_av_print_name(args, "alpha_modes");
        av_bprintf(args, "%s%s", i ? "|" : "", av_alpha_mode_name(modes[i]));
    }
#endif
    (void)args;
    (void)codec;
}

static inline void fwl_av_set_alpha_mode(AVCodecContext *encoder, const AVFrame *frame)
{
#if FWL_AV_HAS_ALPHA_MODE
    encoder->alpha_mode = frame->alpha_mode;
#else
    (void)encoder;
    (void)frame;
#endif
}

/* The time base that a copied stream asks its muxer for. Returns as libav* does. */
static inline int fwl_av_time_copied(const AVOutputFormat *muxer, AVStream *to,
                                     const AVStream *from)
{
#if FWL_AV_HAS_TIMING_INFO
    const int err = avformat_transfer_internal_stream_timing_info(muxer, to, from, AVFMT_TBCF_AUTO);
    if (err < 0)
        return err;
    const AVRational wanted = av_stream_get_codec_timebase(to);
#else
    (void)muxer;
    const AVRational wanted = from->time_base;
#endif
    if (to->time_base.num <= 0 || to->time_base.den <= 0)
        to->time_base = av_add_q(wanted, (AVRational){0, 1});
    return 0;
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

/* All of it. */
static inline const AVPacketSideData *fwl_av_stream_side_data_list(const AVStream *stream,
                                                                   int *count)
{
#if FWL_AV_HAS_CODED_SIDE_DATA
    *count = stream->codecpar->nb_coded_side_data;
    return stream->codecpar->coded_side_data;
#else
    *count = stream->nb_side_data;
    return stream->side_data;
#endif
}

/* Copies one piece of it to a stream, in place of what that has of the same type; returns the
 * copy's bytes, NULL without memory. */
static inline uint8_t *fwl_av_stream_add_side_data(AVStream *stream, const AVPacketSideData *from)
{
#if FWL_AV_HAS_CODED_SIDE_DATA
    AVCodecParameters *parameters = stream->codecpar;
    const AVPacketSideData *piece = av_packet_side_data_new(
        &parameters->coded_side_data, &parameters->nb_coded_side_data, from->type, from->size, 0);
    uint8_t *to = piece ? piece->data : NULL;
#else
    uint8_t *to = av_stream_new_side_data(stream, from->type, from->size);
#endif
    if (to)
        memcpy(to, from->data, from->size);
    return to;
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
