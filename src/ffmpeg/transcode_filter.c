/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One filter graph for each track:
 *
 *     buffer  -> [turned upright] -> [from the start on] -> [scale] -> [the caller's]
 *     abuffer ->                     [from the start on] ->            [the caller's]
 *                   -> [up to the duration] -> [scale] -> format  -> buffersink
 *                   -> [up to the duration] ->            aformat -> abuffersink
 *
 * The first graph is free to choose among what the encoder takes; libavfilter chooses what loses
 * least. From then on the encoder is open and the choice fixed: when frames change their shape in
 * the middle of the stream, the graph is made anew with the old output, so that they are converted.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/bprint.h>
#include <libavutil/display.h>
#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>

#include "transcode_job.h"

static const AVRational MICROSECONDS = {1, AV_TIME_BASE};

/* How swscale converts where nothing else is said: as the ffmpeg program does. */
static const char SCALE_OPTIONS[] = "flags=bicubic";

/* Sound of so many channels that they have no names may leave the graph as it came. */
static const char *const ANY_CHANNELS = FWL_AV_HAS_ANY_CHANNELS ? NULL : "all_channel_counts=1";

void fwl_filter_init(FwlFilterChain *filter)
{
    *filter = (FwlFilterChain){.format = -1, .out_format = -1};
}

void fwl_filter_uninit(FwlFilterChain *filter)
{
    avfilter_graph_free(&filter->graph);
    av_channel_layout_uninit(&filter->ch_layout);
    av_channel_layout_uninit(&filter->out_ch_layout);
}

/* The shape of frames */

static const int32_t *frame_matrix(const AVFrame *frame)
{
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (!data || data->size < FWL_MATRIX_LENGTH * sizeof(int32_t))
        return NULL;
    return (const int32_t *)(const void *)data->data;
}

static bool has_same_matrix(const FwlFilterChain *filter, const AVFrame *frame)
{
    const int32_t *matrix = frame_matrix(frame);
    if (!matrix || !filter->has_matrix)
        return !matrix && !filter->has_matrix;
    return memcmp(matrix, filter->matrix, sizeof filter->matrix) == 0;
}

static bool is_same_shape(const FwlTrack *track, const AVFrame *frame)
{
    const FwlFilterChain *filter = &track->filter;
    if (filter->format != frame->format)
        return false;
    if (track->type == AVMEDIA_TYPE_AUDIO)
        return filter->sample_rate == frame->sample_rate &&
               av_channel_layout_compare(&filter->ch_layout, &frame->ch_layout) == 0;
    return filter->width == frame->width && filter->height == frame->height &&
           fwl_av_has_same_colors(filter->colors, fwl_av_frame_colors(frame)) &&
           has_same_matrix(filter, frame);
}

/* Fails: AVERROR(ENOMEM). */
static int take_shape(FwlFilterChain *filter, const AVFrame *frame)
{
    const int err = av_channel_layout_copy(&filter->ch_layout, &frame->ch_layout);
    if (err < 0)
        return err;
    filter->format = frame->format;
    filter->width = frame->width;
    filter->height = frame->height;
    filter->sample_aspect_ratio = frame->sample_aspect_ratio;
    filter->sample_rate = frame->sample_rate;
    filter->colors = fwl_av_frame_colors(frame);
    const int32_t *matrix = frame_matrix(frame);
    filter->has_matrix = matrix != NULL;
    if (matrix)
        memcpy(filter->matrix, matrix, sizeof filter->matrix);
    return 0;
}

/* Building the graph: each of these appends one filter to *last. All fail with codes of libav*. */

static int append(FwlFilterChain *filter, AVFilterContext **last, const char *name,
                  const char *args)
{
    AVFilterContext *next = NULL;
    int err = avfilter_graph_create_filter(&next, avfilter_get_by_name(name), NULL, args, NULL,
                                           filter->graph);
    if (err >= 0 && *last)
        err = avfilter_link(*last, 0, next, 0);
    if (err >= 0)
        *last = next;
    return err;
}

static int append_video_source(FwlTrack *track, AVFilterContext **last)
{
    FwlFilterChain *filter = &track->filter;
    const AVRational time_base = track->input->time_base;
    const AVRational rate = av_guess_frame_rate(track->job->input, track->input, NULL);
    AVRational aspect = filter->sample_aspect_ratio;
    if (aspect.den == 0)
        aspect = (AVRational){0, 1};
    AVBPrint args;
    av_bprint_init(&args, 0, AV_BPRINT_SIZE_AUTOMATIC);
    av_bprintf(&args, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=%d/%d",
               filter->width, filter->height, filter->format, time_base.num, time_base.den,
               aspect.num, aspect.den);
    if (rate.num && rate.den)
        av_bprintf(&args, ":frame_rate=%d/%d", rate.num, rate.den);
    fwl_av_print_colors(&args, filter->colors);
    return append(filter, last, "buffer", args.str);
}

static int append_audio_source(FwlTrack *track, AVFilterContext **last)
{
    FwlFilterChain *filter = &track->filter;
    AVBPrint args;
    av_bprint_init(&args, 0, AV_BPRINT_SIZE_UNLIMITED);
    av_bprintf(&args, "time_base=1/%d:sample_rate=%d:sample_fmt=%s", filter->sample_rate,
               filter->sample_rate, av_get_sample_fmt_name(filter->format));
    if (filter->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC) {
        av_bprintf(&args, ":channel_layout=");
        av_channel_layout_describe_bprint(&filter->ch_layout, &args);
    } else {
        av_bprintf(&args, ":channels=%d", filter->ch_layout.nb_channels);
    }
    const int err =
        av_bprint_is_complete(&args) ? append(filter, last, "abuffer", args.str) : AVERROR(ENOMEM);
    av_bprint_finalize(&args, NULL);
    return err;
}

/* How far the picture has to be turned clockwise, in degrees from 0 up to 360. */
static double rotation(const int32_t *matrix)
{
    const double angle = -round(av_display_rotation_get(matrix));
    return isnan(angle) ? 0 : angle - 360 * floor(angle / 360 + 0.9 / 360);
}

static bool is_about(double angle, double expected)
{
    return fabs(angle - expected) < 1;
}

/*
 * Turns and mirrors pictures as the display matrix says. For quarter turns the sign of the matrix'
 * second row tells a turn alone from one with a mirror.
 */
static int append_upright(FwlTrack *track, AVFilterContext **last)
{
    FwlFilterChain *filter = &track->filter;
    const int32_t *m = filter->matrix;
    size_t size;
    if (!filter->has_matrix)
        m = (const int32_t *)(const void *)fwl_av_stream_side_data(
            track->input, AV_PKT_DATA_DISPLAYMATRIX, &size);
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(filter->format);
    if (track->job->options->keep_rotation || !m || !format ||
        (format->flags & AV_PIX_FMT_FLAG_HWACCEL))
        return 0;

    const double angle = rotation(m);
    if (is_about(angle, 90))
        return append(filter, last, "transpose", m[3] > 0 ? "cclock_flip" : "clock");
    if (is_about(angle, 270))
        return append(filter, last, "transpose", m[3] < 0 ? "clock_flip" : "cclock");
    if (is_about(angle, 180)) {
        const int err = m[0] < 0 ? append(filter, last, "hflip", NULL) : 0;
        return err >= 0 && m[4] < 0 ? append(filter, last, "vflip", NULL) : err;
    }
    if (is_about(angle, 0))
        return m[4] < 0 ? append(filter, last, "vflip", NULL) : 0;
    char args[64];
    snprintf(args, sizeof args, "%f*PI/180", angle);
    return append(filter, last, "rotate", args);
}

/* Whether ffmpeg's default strictness lets the encoder have a format: JPEG is full range. */
static bool is_allowed(const AVCodec *codec, enum AVPixelFormat format)
{
    if (codec->id != AV_CODEC_ID_MJPEG)
        return true;
    return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P ||
           format == AV_PIX_FMT_YUVJ444P;
}

static void print_pixel_formats(AVBPrint *args, const FwlTrack *track)
{
    const FwlFilterChain *filter = &track->filter;
    if (filter->out_format != -1) {
        fwl_av_print_name(args, "pix_fmts");
        av_bprintf(args, "%s", av_get_pix_fmt_name(filter->out_format));
        fwl_av_print_fixed_colors(args, filter->out_colors);
        return;
    }
    const enum AVPixelFormat *formats = fwl_av_pixel_formats(track->codec);
    const char *separator = NULL;
    for (; formats && *formats != AV_PIX_FMT_NONE; formats++) {
        if (!is_allowed(track->codec, *formats))
            continue;
        if (!separator)
            fwl_av_print_name(args, "pix_fmts");
        av_bprintf(args, "%s%s", separator ? separator : "", av_get_pix_fmt_name(*formats));
        separator = "|";
    }
    fwl_av_print_encoder_colors(args, track->codec);
}

static int append_video_sink(FwlTrack *track, AVFilterContext **last)
{
    FwlFilterChain *filter = &track->filter;
    int err = 0;
    if (filter->out_format != -1) {
        char size[64];
        snprintf(size, sizeof size, "%d:%d:%s", filter->out_width, filter->out_height,
                 SCALE_OPTIONS);
        err = append(filter, last, "scale", size);
    }
    if (err < 0)
        return err;
    AVBPrint formats;
    av_bprint_init(&formats, 0, AV_BPRINT_SIZE_UNLIMITED);
    print_pixel_formats(&formats, track);
    if (!av_bprint_is_complete(&formats))
        err = AVERROR(ENOMEM);
    else if (formats.len > 0)
        err = append(filter, last, "format", formats.str);
    av_bprint_finalize(&formats, NULL);
    return err < 0 ? err : append(filter, last, "buffersink", NULL);
}

static void print_sample_formats(AVBPrint *args, const FwlTrack *track)
{
    const enum AVSampleFormat *formats = fwl_av_sample_formats(track->codec);
    if (track->filter.out_format != -1) {
        fwl_av_print_name(args, "sample_fmts");
        av_bprintf(args, "%s", av_get_sample_fmt_name(track->filter.out_format));
    } else if (formats) {
        fwl_av_print_name(args, "sample_fmts");
        for (int i = 0; formats[i] != AV_SAMPLE_FMT_NONE; i++)
            av_bprintf(args, "%s%s", i ? "|" : "", av_get_sample_fmt_name(formats[i]));
    }
}

static void print_sample_rates(AVBPrint *args, const FwlTrack *track)
{
    const int *rates = fwl_av_sample_rates(track->codec);
    if (track->filter.out_format != -1) {
        fwl_av_print_name(args, "sample_rates");
        av_bprintf(args, "%d", track->filter.out_sample_rate);
    } else if (rates) {
        fwl_av_print_name(args, "sample_rates");
        for (int i = 0; rates[i] != 0; i++)
            av_bprintf(args, "%s%d", i ? "|" : "", rates[i]);
    }
}

static void print_channel_layouts(AVBPrint *args, const FwlTrack *track)
{
    const AVChannelLayout *layouts = fwl_av_channel_layouts(track->codec);
    if (track->filter.out_format != -1) {
        if (track->filter.out_ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
            return;
        fwl_av_print_name(args, "channel_layouts");
        av_channel_layout_describe_bprint(&track->filter.out_ch_layout, args);
    } else if (layouts) {
        fwl_av_print_name(args, "channel_layouts");
        for (int i = 0; layouts[i].nb_channels != 0; i++) {
            av_bprintf(args, "%s", i ? "|" : "");
            av_channel_layout_describe_bprint(&layouts[i], args);
        }
    }
}

static int append_audio_sink(FwlTrack *track, AVFilterContext **last)
{
    AVBPrint args;
    av_bprint_init(&args, 0, AV_BPRINT_SIZE_UNLIMITED);
    print_sample_formats(&args, track);
    print_sample_rates(&args, track);
    print_channel_layouts(&args, track);
    int err = 0;
    if (!av_bprint_is_complete(&args))
        err = AVERROR(ENOMEM);
    else if (args.len > 0)
        err = append(&track->filter, last, "aformat", args.str);
    av_bprint_finalize(&args, NULL);
    return err < 0 ? err : append(&track->filter, last, "abuffersink", ANY_CHANNELS);
}

/* Frames before the start, whose times are negative, and those behind the duration. */
static int append_trim(FwlTrack *track, AVFilterContext **last, const char *what, int64_t us)
{
    char args[64];
    snprintf(args, sizeof args, "%s=%" PRId64 "us", what, us);
    const char *name = track->type == AVMEDIA_TYPE_VIDEO ? "trim" : "atrim";
    return append(&track->filter, last, name, args);
}

static int append_scale(FwlTrack *track, AVFilterContext **last)
{
    const FwlTranscodeOptions *options = track->job->options;
    if (track->type != AVMEDIA_TYPE_VIDEO || (options->width == 0 && options->height == 0))
        return 0;
    /* To the filter 0 is the input's side, and -2 what keeps the shape, even. */
    char args[64];
    snprintf(args, sizeof args, "%d:%d:%s", options->width < 0 ? -2 : options->width,
             options->height < 0 ? -2 : options->height, SCALE_OPTIONS);
    return append(&track->filter, last, "scale", args);
}

/* The caller's graph, which has one input and one output: that was checked. */
static int append_description(FwlTrack *track, AVFilterContext **last)
{
    const bool is_video = track->type == AVMEDIA_TYPE_VIDEO;
    const FwlTranscodeOptions *options = track->job->options;
    const char *description = is_video ? options->video_filter : options->audio_filter;
    if (!description)
        return 0;
    AVFilterInOut *inputs = NULL, *outputs = NULL;
    int err = avfilter_graph_parse2(track->filter.graph, description, &inputs, &outputs);
    if (err >= 0)
        err = avfilter_link(*last, 0, inputs->filter_ctx, (unsigned)inputs->pad_idx);
    if (err >= 0) {
        /* The next filter is linked to the first output of the last. */
        AVFilterContext *end = NULL;
        const AVFilter *null = avfilter_get_by_name(is_video ? "null" : "anull");
        err = avfilter_graph_create_filter(&end, null, NULL, NULL, NULL, track->filter.graph);
        if (err >= 0)
            err = avfilter_link(outputs->filter_ctx, (unsigned)outputs->pad_idx, end, 0);
        *last = end;
    }
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    return err;
}

/* What the caller asks for between the source and the sink. */
static int append_options(FwlTrack *track, AVFilterContext **last)
{
    const FwlTranscodeOptions *options = track->job->options;
    int err = options->start_us > 0 ? append_trim(track, last, "start", 0) : 0;
    if (err >= 0)
        err = append_scale(track, last);
    if (err >= 0)
        err = append_description(track, last);
    if (err >= 0 && options->duration_us > 0)
        err = append_trim(track, last, "duration", options->duration_us);
    return err;
}

static int build_graph(FwlTrack *track)
{
    FwlFilterChain *filter = &track->filter;
    filter->graph = avfilter_graph_alloc();
    if (!filter->graph)
        return AVERROR(ENOMEM);
    filter->graph->scale_sws_opts = av_strdup(SCALE_OPTIONS);
    if (!filter->graph->scale_sws_opts)
        return AVERROR(ENOMEM);
    const bool is_video = track->type == AVMEDIA_TYPE_VIDEO;
    AVFilterContext *last = NULL;
    int err = is_video ? append_video_source(track, &last) : append_audio_source(track, &last);
    filter->source = last;
    if (err >= 0 && is_video)
        err = append_upright(track, &last);
    if (err >= 0)
        err = append_options(track, &last);
    if (err >= 0)
        err = is_video ? append_video_sink(track, &last) : append_audio_sink(track, &last);
    filter->sink = last;
    return err < 0 ? err : avfilter_graph_config(filter->graph, NULL);
}

/* Keeps what the graph gives, for the graphs that may follow. Fails: AVERROR(ENOMEM). */
static int settle_output(FwlFilterChain *filter)
{
    filter->out_format = av_buffersink_get_format(filter->sink);
    filter->out_width = av_buffersink_get_w(filter->sink);
    filter->out_height = av_buffersink_get_h(filter->sink);
    filter->out_sample_rate = av_buffersink_get_sample_rate(filter->sink);
    filter->out_colors = fwl_av_sink_colors(filter->sink);
    av_channel_layout_uninit(&filter->out_ch_layout);
    return av_buffersink_get_ch_layout(filter->sink, &filter->out_ch_layout);
}

static int make_graph(FwlTrack *track)
{
    FwlFilterChain *filter = &track->filter;
    avfilter_graph_free(&filter->graph);
    filter->source = filter->sink = NULL;
    int err = build_graph(track);
    if (err >= 0 && (track->type == AVMEDIA_TYPE_VIDEO || track->type == AVMEDIA_TYPE_AUDIO))
        err = settle_output(filter);
    if (err < 0) {
        avfilter_graph_free(&filter->graph);
        filter->source = filter->sink = NULL;
        return fwl_job_fail_av(track->job, FWL_SIDE_OPTIONS, err,
                               "decoded %s cannot be made into what %s takes",
                               fwl_track_kind(track), track->codec->name);
    }
    if (track->is_ready && track->type == AVMEDIA_TYPE_AUDIO &&
        !(track->codec->capabilities & AV_CODEC_CAP_VARIABLE_FRAME_SIZE))
        av_buffersink_set_frame_size(filter->sink, (unsigned)track->encoder->frame_size);
    return 0;
}

/* Frames through the graph */

int fwl_filter_send(FwlTrack *track, AVFrame *frame)
{
    FwlFilterChain *filter = &track->filter;
    if (!filter->graph || !is_same_shape(track, frame)) {
        /* Not to its end: an encoder of fixed blocks takes no short one in the middle. */
        int err = fwl_filter_drain(track);
        if (err < 0)
            return err;
        if (take_shape(filter, frame) < 0)
            return fwl_job_fail_nomem(track->job);
        err = make_graph(track);
        if (err < 0)
            return err;
    }
    if (!track->job->options->keep_rotation)
        av_frame_remove_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX); /* encoders may write it */
    const int err = av_buffersrc_add_frame_flags(filter->source, frame, AV_BUFFERSRC_FLAG_PUSH);
    if (err == AVERROR_EOF) {
        track->is_finished = true;
        return 0;
    }
    if (err < 0)
        return fwl_job_fail_av(track->job, FWL_SIDE_DATA, err, "decoded %s cannot be converted",
                               fwl_track_kind(track));
    return 0;
}

int fwl_filter_drain(FwlTrack *track)
{
    FwlFilterChain *filter = &track->filter;
    if (!filter->graph)
        return 0;
    if (track->type == AVMEDIA_TYPE_AUDIO && !track->is_ready) {
        const int status = fwl_encoder_open(track, NULL); /* it says how many samples it wants */
        if (status < 0)
            return status;
    }
    for (;;) {
        const int err = av_buffersink_get_frame_flags(filter->sink, track->filtered,
                                                      AV_BUFFERSINK_FLAG_NO_REQUEST);
        if (err == AVERROR_EOF)
            track->is_finished = true;
        if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
            return 0;
        if (err < 0)
            return fwl_job_fail_av(track->job, FWL_SIDE_DATA, err, "decoded %s cannot be converted",
                                   fwl_track_kind(track));
        int status = 0;
        if (fwl_memory_hold_frame(track->job, track->filtered) < 0)
            status = fwl_job_fail_nomem(track->job);
        else
            status = fwl_encode_send(track, track->filtered);
        av_frame_unref(track->filtered);
        if (status < 0)
            return status;
    }
}

int fwl_filter_end(FwlTrack *track)
{
    FwlFilterChain *filter = &track->filter;
    if (!filter->graph)
        return 0;
    const int64_t pts = av_rescale_q_rnd(track->clock.pts, MICROSECONDS, track->input->time_base,
                                         AV_ROUND_NEAR_INF | AV_ROUND_PASS_MINMAX);
    const int err = av_buffersrc_close(filter->source, pts, AV_BUFFERSRC_FLAG_PUSH);
    if (err < 0 && err != AVERROR_EOF)
        return fwl_job_fail_av(track->job, FWL_SIDE_DATA, err, "decoded %s cannot be converted",
                               fwl_track_kind(track));
    return fwl_filter_drain(track);
}

static int guess_shape(FwlTrack *track)
{
    FwlFilterChain *filter = &track->filter;
    const AVCodecParameters *parameters = track->input->codecpar;
    if (av_channel_layout_copy(&filter->ch_layout, &parameters->ch_layout) < 0)
        return fwl_job_fail_nomem(track->job);
    filter->format = parameters->format;
    filter->width = parameters->width;
    filter->height = parameters->height;
    filter->sample_rate = parameters->sample_rate;
    filter->sample_aspect_ratio = parameters->sample_aspect_ratio;
    filter->colors = fwl_av_parameters_colors(parameters);
    return 0;
}

int fwl_filter_guess(FwlTrack *track)
{
    const AVCodecParameters *parameters = track->input->codecpar;
    const bool is_known =
        parameters->format >= 0 &&
        (track->type == AVMEDIA_TYPE_VIDEO ? parameters->width > 0 && parameters->height > 0
                                           : parameters->sample_rate > 0);
    if (!is_known)
        return FWL_E_DATA;
    const int err = guess_shape(track);
    return err < 0 ? err : make_graph(track);
}
