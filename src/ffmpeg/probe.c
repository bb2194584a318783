/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probing: the container is opened and described, then the beginning of each stream is decoded into
 * a pool of its own, and every frame let go of at once. What is live in the pool then is what the
 * decoder holds.
 */
#include "framewell/probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/channel_layout.h>
#include <libavutil/cpu.h>
#include <libavutil/display.h>
#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>

#include "av_compat.h"
#include "bridge_codec.h"
#include "framewell/mem.h"
#include "framewell/pool.h"

enum {
    FRAMES_WANTED = 48, /* of a stream, beyond one for each thread: past every reordering */
    PACKETS_MAX = 20000,
    DISPLAY_MATRIX_SIZE = 9 * sizeof(int32_t),
};

static const int64_t READ_MAX = 64 << 20;

typedef struct Decoding {
    AVCodecContext *decoder; /* NULL: this stream is not decoded, or has been enough */
    FwlPool *pool;
    int frames;
    bool has_skipped; /* packets that came when there were frames enough */
} Decoding;

typedef struct Probe {
    FwlProbeResult *result;
    AVFormatContext *format;
    Decoding *decodings; /* one for each stream */
    AVPacket *packet;
    AVFrame *frame;
    int frames_wanted;
} Probe;

static int fail(Probe *probe, int status, const char *message)
{
    probe->result->status = status;
    snprintf(probe->result->message, sizeof probe->result->message, "%s", message);
    return status;
}

static int fail_nomem(Probe *probe)
{
    return fail(probe, FWL_E_NOMEM, fwl_status_text(FWL_E_NOMEM));
}

/* Describing */

static int copy_metadata(FwlDictionary **to, const AVDictionary *from)
{
    const AVDictionaryEntry *entry = NULL;
    while ((entry = av_dict_get(from, "", entry, AV_DICT_IGNORE_SUFFIX)) != NULL) {
        const int err = fwl_dict_set(to, entry->key, entry->value, FWL_DICT_MULTIKEY);
        if (err < 0)
            return err;
    }
    return 0;
}

static char kind_letter(const AVStream *stream)
{
    switch (stream->codecpar->codec_type) {
    case AVMEDIA_TYPE_VIDEO:
        return 'v';
    case AVMEDIA_TYPE_AUDIO:
        return 'a';
    case AVMEDIA_TYPE_SUBTITLE:
        return 's';
    case AVMEDIA_TYPE_ATTACHMENT:
        return 't';
    default:
        return 'd';
    }
}

/* Degrees clockwise that make the picture upright, 0 to 359. */
static int find_rotation(const AVStream *stream)
{
    size_t size;
    const uint8_t *data = fwl_av_stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (!data || size < DISPLAY_MATRIX_SIZE)
        return 0;
    int32_t matrix[9];
    memcpy(matrix, data, sizeof matrix);
    const double angle = av_display_rotation_get(matrix); /* counterclockwise */
    if (isnan(angle))
        return 0;
    return (((int)lrint(-angle)) % 360 + 360) % 360;
}

static FwlRational to_rational(AVRational value)
{
    return (FwlRational){value.num, value.den};
}

/* What is seen on a screen of square pixels. */
static void find_display_size(FwlProbeStream *to)
{
    int64_t width = to->width;
    const int64_t height = to->height;
    const FwlRational shape = to->sample_aspect_ratio;
    if (shape.num > 0 && shape.den > 0)
        width = av_rescale(width, shape.num, shape.den);
    const bool is_lying = to->rotation % 180 == 90;
    to->display_width = (int)(is_lying ? height : width);
    to->display_height = (int)(is_lying ? width : height);
}

static void describe_video(FwlProbeStream *to, AVFormatContext *format, AVStream *stream)
{
    const AVCodecParameters *parameters = stream->codecpar;
    const char *name = av_get_pix_fmt_name(parameters->format);
    snprintf(to->format, sizeof to->format, "%s", name ? name : "");
    to->width = to->coded_width = parameters->width;
    to->height = to->coded_height = parameters->height;
    to->rotation = find_rotation(stream);
    to->sample_aspect_ratio = to_rational(av_guess_sample_aspect_ratio(format, stream, NULL));
    to->frame_rate = to_rational(av_guess_frame_rate(format, stream, NULL));
    find_display_size(to);
}

static void describe_sound(FwlProbeStream *to, const AVCodecParameters *parameters)
{
    const char *name = av_get_sample_fmt_name(parameters->format);
    snprintf(to->format, sizeof to->format, "%s", name ? name : "");
    to->sample_rate = parameters->sample_rate;
    to->channels = parameters->ch_layout.nb_channels;
    if (av_channel_layout_describe(&parameters->ch_layout, to->channel_layout,
                                   sizeof to->channel_layout) < 0)
        to->channel_layout[0] = '\0';
}

static int64_t to_microseconds(int64_t duration, AVRational time_base)
{
    return duration > 0 ? av_rescale_q(duration, time_base, AV_TIME_BASE_Q) : -1;
}

static int describe_stream(FwlProbeStream *to, AVFormatContext *format, AVStream *stream)
{
    const AVCodecParameters *parameters = stream->codecpar;
    const AVDictionaryEntry *language = av_dict_get(stream->metadata, "language", NULL, 0);
    const char *profile = avcodec_profile_name(parameters->codec_id, parameters->profile);
    to->index = stream->index;
    to->kind = kind_letter(stream);
    snprintf(to->codec, sizeof to->codec, "%s", avcodec_get_name(parameters->codec_id));
    snprintf(to->profile, sizeof to->profile, "%s", profile ? profile : "");
    snprintf(to->language, sizeof to->language, "%s", language ? language->value : "");
    to->is_default = stream->disposition & AV_DISPOSITION_DEFAULT;
    to->is_cover = stream->disposition & AV_DISPOSITION_ATTACHED_PIC;
    to->duration_us = to_microseconds(stream->duration, stream->time_base);
    to->bit_rate = parameters->bit_rate;
    to->packet_count = stream->nb_frames;
    to->frame_count = -1;
    if (to->kind == 'v')
        describe_video(to, format, stream);
    else if (to->kind == 'a')
        describe_sound(to, parameters);
    return copy_metadata(&to->metadata, stream->metadata);
}

static int describe(Probe *probe, FwlIO *in)
{
    FwlProbeResult *result = probe->result;
    AVFormatContext *format = probe->format;
    snprintf(result->format, sizeof result->format, "%s", format->iformat->name);
    snprintf(result->format_name, sizeof result->format_name, "%s", format->iformat->long_name);
    result->size = fwl_io_size(in) >= 0 ? fwl_io_size(in) : -1;
    result->duration_us = format->duration > 0 ? format->duration : -1;
    result->bit_rate = format->bit_rate;
    result->chapter_count = (int)format->nb_chapters;
    result->streams = fwl_calloc(format->nb_streams, sizeof *result->streams);
    if (!result->streams)
        return fail_nomem(probe);
    result->stream_count = format->nb_streams;
    int err = copy_metadata(&result->metadata, format->metadata);
    for (unsigned i = 0; err == 0 && i < format->nb_streams; i++)
        err = describe_stream(&result->streams[i], format, format->streams[i]);
    return err == 0 ? 0 : fail_nomem(probe);
}

/* Decoding */

static int make_pool(FwlPool **pool)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "probe";
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.initial_pool_size = 0;
    return fwl_pool_create(pool, &config);
}

/* A stream whose decoder is not there or does not open is described, and that is all. */
static int start_decoding(Probe *probe, AVStream *stream)
{
    Decoding *decoding = &probe->decodings[stream->index];
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    const enum AVMediaType type = stream->codecpar->codec_type;
    if (!codec || (type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO))
        return 0;
    if (make_pool(&decoding->pool) < 0)
        return fail_nomem(probe);
    AVCodecContext *decoder = decoding->decoder = avcodec_alloc_context3(codec);
    if (!decoder || avcodec_parameters_to_context(decoder, stream->codecpar) < 0)
        return fail_nomem(probe);
    decoder->pkt_timebase = stream->time_base;
    decoder->thread_count = fwl_av_decoder_threads(stream, probe->result->threads);
    if (fwl_av_codec_use_pool(decoder, decoding->pool) < 0 ||
        avcodec_open2(decoder, codec, NULL) < 0)
        avcodec_free_context(&decoding->decoder);
    return 0;
}

/* What is live now is what the decoder holds, with the frame at hand. */
static void note_memory(FwlProbeStream *stream, const Decoding *decoding)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(decoding->pool, &stats);
    const int live = (int)(stats.allocation_count - stats.free_count);
    if (live > stream->frames_held)
        stream->frames_held = live;
    if (stats.current_usage > stream->memory_peak)
        stream->memory_peak = stats.current_usage;
}

static void note_frame(FwlProbeStream *stream, const Decoding *decoding, const AVFrame *frame)
{
    const AVCodecContext *decoder = decoding->decoder;
    snprintf(stream->decoder, sizeof stream->decoder, "%s", decoder->codec->name);
    if (stream->kind == 'v') {
        const char *name = av_get_pix_fmt_name(frame->format);
        snprintf(stream->format, sizeof stream->format, "%s", name ? name : "");
        stream->coded_width = decoder->coded_width > 0 ? decoder->coded_width : frame->width;
        stream->coded_height = decoder->coded_height > 0 ? decoder->coded_height : frame->height;
    }
    for (int i = 0; i < 4; i++)
        stream->linesize[i] = frame->linesize[i];
}

static void receive_frames(Probe *probe, int index)
{
    FwlProbeStream *stream = &probe->result->streams[index];
    Decoding *decoding = &probe->decodings[index];
    note_memory(stream, decoding);
    while (avcodec_receive_frame(decoding->decoder, probe->frame) >= 0) {
        note_memory(stream, decoding);
        note_frame(stream, decoding, probe->frame);
        av_frame_unref(probe->frame);
        decoding->frames++;
    }
}

static void end_decoding(Decoding *decoding)
{
    avcodec_free_context(&decoding->decoder);
    fwl_pool_destroy(&decoding->pool);
}

static void decode_packet(Probe *probe)
{
    const int index = probe->packet->stream_index;
    if (index < 0 || (size_t)index >= probe->result->stream_count)
        return; /* a stream that appeared on the way */
    FwlProbeStream *stream = &probe->result->streams[index];
    Decoding *decoding = &probe->decodings[index];
    if ((size_t)probe->packet->size > stream->packet_size)
        stream->packet_size = (size_t)probe->packet->size;
    decoding->has_skipped |= decoding->frames >= probe->frames_wanted;
    if (!decoding->decoder || decoding->has_skipped)
        return;
    /* What is broken gives no frame; the next packet may. */
    (void)avcodec_send_packet(decoding->decoder, probe->packet);
    receive_frames(probe, index);
}

static bool needs_more(const Probe *probe)
{
    for (size_t i = 0; i < probe->result->stream_count; i++) {
        const Decoding *decoding = &probe->decodings[i];
        const bool is_cover = probe->result->streams[i].is_cover;
        if (decoding->decoder && decoding->frames < (is_cover ? 1 : probe->frames_wanted))
            return true;
    }
    return false;
}

static void decode_beginning(Probe *probe)
{
    int64_t read_size = 0;
    bool has_ended = false;
    for (int i = 0; i < PACKETS_MAX && read_size < READ_MAX && needs_more(probe); i++) {
        has_ended = av_read_frame(probe->format, probe->packet) < 0;
        if (has_ended)
            break;
        read_size += probe->packet->size;
        decode_packet(probe);
        av_packet_unref(probe->packet);
    }
    for (size_t i = 0; i < probe->result->stream_count; i++) {
        Decoding *decoding = &probe->decodings[i];
        if (!decoding->decoder)
            continue;
        (void)avcodec_send_packet(decoding->decoder, NULL);
        receive_frames(probe, (int)i);
        if (has_ended && !decoding->has_skipped)
            probe->result->streams[i].frame_count = decoding->frames;
    }
}

static void measure_frames(FwlProbeResult *result)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        FwlProbeStream *stream = &result->streams[i];
        if (stream->frames_held > 0)
            stream->frame_size = stream->memory_peak / (size_t)stream->frames_held;
    }
}

static int decode(Probe *probe)
{
    const size_t count = probe->result->stream_count;
    probe->decodings = fwl_calloc(count, sizeof *probe->decodings);
    probe->packet = av_packet_alloc();
    probe->frame = av_frame_alloc();
    if (!probe->decodings || !probe->packet || !probe->frame)
        return fail_nomem(probe);
    for (size_t i = 0; i < count; i++) {
        const int err = start_decoding(probe, probe->format->streams[i]);
        if (err < 0)
            return err;
    }
    decode_beginning(probe);
    measure_frames(probe->result);
    return 0;
}

/* The call */

/* What is known of an input that fails on the way is told, and that it failed. */
static int look_for_failure(Probe *probe)
{
    const int err = probe->format->pb->error;
    if (err >= 0 || err == AVERROR_EOF)
        return 0;
    return fail(probe, fwl_av_status(err), fwl_status_text(fwl_av_status(err)));
}

static int open_input(Probe *probe, FwlIO *in, const FwlProbeOptions *options)
{
    const int err = fwl_av_open_input(&probe->format, in, options->input_name, NULL, NULL);
    if (err == FWL_E_NOMEM)
        return fail_nomem(probe);
    const bool is_about_data = err == FWL_E_DATA || err == FWL_E_UNSUPPORTED;
    if (err < 0 && (fwl_io_error(in) < 0 || !is_about_data))
        return fail(probe, err, fwl_status_text(err));
    if (err < 0)
        return fail(probe, FWL_E_DATA,
                    "it is no media that is known here, or is broken from the start");
    if (avformat_find_stream_info(probe->format, NULL) == AVERROR(ENOMEM))
        return fail_nomem(probe);
    if (probe->format->nb_streams > 0)
        return 0;
    const int status = look_for_failure(probe);
    return status < 0 ? status : fail(probe, FWL_E_DATA, "it has no streams");
}

static void close_probe(Probe *probe)
{
    for (size_t i = 0; probe->decodings && i < probe->result->stream_count; i++)
        end_decoding(&probe->decodings[i]);
    fwl_free(probe->decodings);
    av_packet_free(&probe->packet);
    av_frame_free(&probe->frame);
    fwl_av_close_input(&probe->format);
}

int fwl_probe(FwlIO *in, const FwlProbeOptions *options, FwlProbeResult *result)
{
    static const FwlProbeOptions defaults = {0};
    if (!result)
        return FWL_E_INVALID;
    *result = (FwlProbeResult){.size = -1, .duration_us = -1};
    Probe probe = {.result = result};
    options = options ? options : &defaults;
    if (!in || options->threads < 0)
        return fail(&probe, FWL_E_INVALID, "an argument is NULL or negative");
    result->threads = options->threads > 0 ? options->threads : av_cpu_count();
    probe.frames_wanted = FRAMES_WANTED + result->threads;

    int status = open_input(&probe, in, options);
    if (status == 0)
        status = describe(&probe, in);
    if (status == 0 && !options->is_container_only)
        status = decode(&probe);
    if (status == 0)
        status = look_for_failure(&probe);
    close_probe(&probe);
    return status;
}

void fwl_probe_result_uninit(FwlProbeResult *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < result->stream_count; i++)
        fwl_dict_free(&result->streams[i].metadata);
    fwl_dict_free(&result->metadata);
    fwl_free(result->streams);
    *result = (FwlProbeResult){0};
}
