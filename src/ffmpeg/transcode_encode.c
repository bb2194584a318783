/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encoding. An encoder is opened when the first frame has come out of the filter graph, for exactly
 * that; its time base is one picture or one sample.
 *
 * Pictures are given out as transcode_sync plans it; one picture is kept (a reference) in case it
 * has to be repeated. From fwl_encode_picture and fwl_encode_samples on all is the far half's.
 */
#include <math.h>

#include <libavfilter/buffersink.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "transcode_job.h"

/* Where the input does not say. */
static const AVRational DEFAULT_RATE = {25, 1};

/* MPEG-4 counts a second in 16 bits. */
enum { MPEG4_RATE_MAX = 65535 };

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Opening */

static AVRational choose_rate(FwlTrack *track)
{
    const AVCodec *codec = track->codec;
    const AVRational *rates = fwl_av_frame_rates(codec);
    AVRational rate = av_buffersink_get_frame_rate(track->filter.sink);
    if (rate.num == 0)
        rate = DEFAULT_RATE;
    if (rates)
        rate = rates[av_find_nearest_q_idx(rate, rates)];
    if (codec->id == AV_CODEC_ID_MPEG4)
        av_reduce(&rate.num, &rate.den, rate.num, rate.den, MPEG4_RATE_MAX);
    return rate;
}

/* When the container wants its pictures. */
static enum FwlSyncMethod choose_sync(const FwlJob *job)
{
    const AVOutputFormat *muxer = job->output->oformat;
    if (strcmp(muxer->name, "avi") == 0)
        return FWL_SYNC_VARIABLE;
    if (muxer->flags & AVFMT_VARIABLE_FPS)
        return muxer->flags & AVFMT_NOTIMESTAMPS ? FWL_SYNC_PASS : FWL_SYNC_VARIABLE;
    return job->input->nb_streams == 1 ? FWL_SYNC_CONSTANT_START : FWL_SYNC_CONSTANT;
}

static enum AVFieldOrder field_order(const AVCodec *codec, const AVFrame *frame)
{
    if (!fwl_av_is_interlaced(frame))
        return AV_FIELD_PROGRESSIVE;
    if (codec->id == AV_CODEC_ID_MJPEG)
        return fwl_av_is_top_field_first(frame) ? AV_FIELD_TT : AV_FIELD_BB;
    return fwl_av_is_top_field_first(frame) ? AV_FIELD_TB : AV_FIELD_BT;
}

static void describe_picture(FwlTrack *track, const AVFrame *frame)
{
    AVCodecContext *encoder = track->encoder;
    const AVFilterContext *sink = track->filter.sink;
    track->frame_rate = choose_rate(track);
    encoder->framerate = track->frame_rate;
    encoder->time_base = av_inv_q(track->frame_rate);
    encoder->width = av_buffersink_get_w(sink);
    encoder->height = av_buffersink_get_h(sink);
    encoder->pix_fmt = av_buffersink_get_format(sink);
    track->sample_aspect_ratio = av_buffersink_get_sample_aspect_ratio(sink);
    encoder->sample_aspect_ratio = track->sample_aspect_ratio;
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(encoder->pix_fmt);
    encoder->bits_per_raw_sample =
        smaller(track->input->codecpar->bits_per_raw_sample, format->comp[0].depth);
    if (!frame)
        return;
    encoder->color_range = frame->color_range;
    encoder->color_primaries = frame->color_primaries;
    encoder->color_trc = frame->color_trc;
    encoder->colorspace = frame->colorspace;
    encoder->chroma_sample_location = frame->chroma_location;
    encoder->field_order = field_order(track->codec, frame);
    fwl_av_set_alpha_mode(encoder, frame);
}

/* Fails: AVERROR(ENOMEM). */
static int describe_samples(FwlTrack *track)
{
    AVCodecContext *encoder = track->encoder;
    const AVFilterContext *sink = track->filter.sink;
    encoder->sample_fmt = av_buffersink_get_format(sink);
    encoder->sample_rate = av_buffersink_get_sample_rate(sink);
    encoder->time_base = (AVRational){1, encoder->sample_rate};
    encoder->bits_per_raw_sample = smaller(track->input->codecpar->bits_per_raw_sample,
                                           8 * av_get_bytes_per_sample(encoder->sample_fmt));
    av_channel_layout_uninit(&encoder->ch_layout);
    return av_buffersink_get_ch_layout(sink, &encoder->ch_layout);
}

/* Fails: AVERROR(ENOMEM). */
static int quality_options(const FwlTrack *track, AVDictionary **options)
{
    const FwlTranscodeOptions *asked = track->job->options;
    if (track->type != AVMEDIA_TYPE_VIDEO)
        return 0;
    int err = 0;
    if (asked->crf >= 0)
        err = av_dict_set_int(options, "crf", asked->crf, 0);
    if (err >= 0 && asked->preset)
        err = av_dict_set(options, "preset", asked->preset, 0);
    return err;
}

static int fail_open(FwlTrack *track, int err)
{
    const FwlTranscodeOptions *asked = track->job->options;
    if (track->type == AVMEDIA_TYPE_VIDEO && err == AVERROR(EINVAL) && asked->preset)
        return fwl_job_fail(track->job, FWL_SIDE_OPTIONS, FWL_E_INVALID,
                            "the encoder %s cannot be opened: is there a preset '%s'?",
                            track->codec->name, asked->preset);
    return fwl_job_fail_av(track->job, FWL_SIDE_OPTIONS, err, "the encoder %s cannot be opened",
                           track->codec->name);
}

static int open_codec(FwlTrack *track)
{
    FwlJob *job = track->job;
    AVDictionary *options = NULL;
    int err = quality_options(track, &options);
    if (err < 0) {
        av_dict_free(&options);
        return fwl_job_fail_nomem(job);
    }
    err = avcodec_open2(track->encoder, track->codec, &options);
    const AVDictionaryEntry *unknown = av_dict_get(options, "", NULL, AV_DICT_IGNORE_SUFFIX);
    int status = 0;
    if (err < 0)
        status = fail_open(track, err);
    else if (unknown)
        status =
            fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                         "the encoder %s has no option '%s': leave it out, or name another encoder",
                         track->codec->name, unknown->key);
    av_dict_free(&options);
    return status;
}

int fwl_encoder_open(FwlTrack *track, const AVFrame *frame)
{
    FwlJob *job = track->job;
    AVCodecContext *encoder = track->encoder = avcodec_alloc_context3(track->codec);
    track->encoded = av_packet_alloc();
    if (!encoder || !track->encoded)
        return fwl_job_fail_nomem(job);
    if (job->output->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    encoder->thread_count = job->options->threads;
    if (job->plan.has_encoder_slices_only &&
        (track->codec->capabilities & AV_CODEC_CAP_FRAME_THREADS))
        encoder->thread_type = FF_THREAD_SLICE;
    const int64_t bit_rate = track->type == AVMEDIA_TYPE_VIDEO ? job->options->video_bit_rate
                                                               : job->options->audio_bit_rate;
    if (bit_rate > 0)
        encoder->bit_rate = bit_rate;
    fwl_av_codec_use_memory(encoder, &job->packets);
    if (track->type == AVMEDIA_TYPE_VIDEO) {
        describe_picture(track, frame);
        track->sync.method = choose_sync(job);
        track->previous = av_frame_alloc();
        if (!track->previous)
            return fwl_job_fail_nomem(job);
    } else if (describe_samples(track) < 0) {
        return fwl_job_fail_nomem(job);
    }
    const int status = open_codec(track);
    if (status < 0)
        return status;
    if (track->type == AVMEDIA_TYPE_AUDIO &&
        !(track->codec->capabilities & AV_CODEC_CAP_VARIABLE_FRAME_SIZE))
        av_buffersink_set_frame_size(track->filter.sink, (unsigned)encoder->frame_size);
    track->mux_time_base = encoder->time_base;
    return fwl_output_ready(track);
}

/* Times. These look at the filter graph, and belong to the half of the pipeline that has it. */

/* The frame's time in encoder units: whole in frame->pts, and with its fraction as the result. The
 * fraction is kept in bits below the unit, and moved off exact halves so that rounding is the same
 * everywhere. */
static double rescale_pts(const FwlTrack *track, AVFrame *frame)
{
    static const double OFF_HALF = 1.0 / (1 << 17);
    const AVRational from = av_buffersink_get_time_base(track->filter.sink);
    const AVRational to = track->encoder->time_base;
    if (frame->pts == AV_NOPTS_VALUE)
        return (double)AV_NOPTS_VALUE;
    const int extra_bits = av_clip(29 - av_log2((unsigned)to.den), 0, 16);
    const AVRational fine = {to.num, (int)((unsigned)to.den << extra_bits)};
    double pts = (double)av_rescale_q(frame->pts, from, fine) / (1 << extra_bits);
    if (pts > 0)
        pts += OFF_HALF;
    else if (pts < 0)
        pts -= OFF_HALF;
    frame->pts = av_rescale_q(frame->pts, from, to);
    return pts;
}

/* How long a picture lasts, in encoder units; 0: not known. */
static double picture_duration(const FwlTrack *track, const AVFrame *frame)
{
    const double unit = av_q2d(track->encoder->time_base);
    const AVRational rate = av_buffersink_get_frame_rate(track->filter.sink);
    double duration = 0;
    if (rate.num > 0 && rate.den > 0)
        duration = 1 / (av_q2d(rate) * unit);
    if (track->input->start_time != AV_NOPTS_VALUE)
        duration = fmin(duration, 1 / (av_q2d(track->frame_rate) * unit));
    const AVRational time_base = fwl_av_filtered_duration_base(
        track->input->time_base, av_buffersink_get_time_base(track->filter.sink));
    const double own = (double)fwl_av_frame_duration(frame) * av_q2d(time_base) / unit;
    return lrint(own) > 0 ? (double)lrint(own) : duration;
}

int fwl_encode_send(FwlTrack *track, AVFrame *frame)
{
    if (track->type != AVMEDIA_TYPE_VIDEO) {
        rescale_pts(track, frame);
        return fwl_line_send_samples(track, frame);
    }
    const int status = track->is_ready ? 0 : fwl_encoder_open(track, frame);
    if (status < 0)
        return status;
    const double pts = rescale_pts(track, frame);
    return fwl_line_send_picture(track, frame, pts, picture_duration(track, frame));
}

/* Encoding */

/* A picture has to last exactly one unit where the container has no times of its own. */
static bool is_constant(const FwlTrack *track)
{
    return track->type == AVMEDIA_TYPE_VIDEO && (track->sync.method == FWL_SYNC_CONSTANT ||
                                                 track->sync.method == FWL_SYNC_CONSTANT_START);
}

/* Sends frame (NULL: the end) and passes on every packet that is ready; after each, one may look
 * up. */
static int encode_with(FwlTrack *track, const AVFrame *frame, int (*look_up)(FwlJob *job))
{
    FwlJob *job = track->job;
    if (frame)
        track->figures.frames++;
    int err = avcodec_send_frame(track->encoder, frame);
    while (err >= 0) {
        err = avcodec_receive_packet(track->encoder, track->encoded);
        if (err < 0)
            break;
        if (is_constant(track))
            track->encoded->duration = 1;
        int status = fwl_output_packet(track, track->encoded);
        if (status == 0 && look_up)
            status = look_up(job);
        if (status < 0)
            return status;
    }
    if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
        return 0;
    return fwl_job_fail_av(job, FWL_SIDE_DATA, err, "the encoder %s does not take the decoded %s",
                           track->codec->name, fwl_track_kind(track));
}

static int encode(FwlTrack *track, const AVFrame *frame)
{
    return encode_with(track, frame, NULL);
}

/* True where a picture would begin behind the duration that is wanted. */
static bool is_behind_end(FwlTrack *track)
{
    static const AVRational MICROSECONDS = {1, AV_TIME_BASE};
    const int64_t duration = track->job->options->duration_us;
    if (duration == 0 ||
        av_compare_ts(track->sync.next_pts, track->encoder->time_base, duration, MICROSECONDS) < 0)
        return false;
    track->is_full = true;
    return true;
}

/* Gives out one picture at its place. */
static int encode_at_place(FwlTrack *track, AVFrame *frame)
{
    if (is_behind_end(track))
        return 0;
    frame->pts = track->sync.next_pts;
    frame->quality = track->encoder->global_quality;
    frame->pict_type = AV_PICTURE_TYPE_NONE;
    const int status = encode(track, frame);
    track->sync.next_pts++;
    track->sync.frame_count++;
    return status;
}

static int follow_plan(FwlTrack *track, FwlSyncPlan plan, AVFrame *frame)
{
    track->figures.dropped += plan.dropped;
    track->figures.duplicated += plan.duplicated;
    for (int64_t i = 0; i < plan.count; i++) {
        AVFrame *chosen = i < plan.of_previous && track->previous->buf[0] ? track->previous : frame;
        if (!chosen)
            return 0;
        const int status = encode_at_place(track, chosen);
        if (status < 0)
            return status;
    }
    return 0;
}

/* One picture is kept, in case it has to be repeated. */
static void keep(FwlTrack *track, AVFrame *frame)
{
    av_frame_unref(track->previous);
    if (is_constant(track))
        av_frame_move_ref(track->previous, frame);
}

int fwl_encode_picture(FwlTrack *track, AVFrame *frame, double pts, double duration)
{
    if (track->is_full)
        return 0;
    track->encoder->sample_aspect_ratio = frame->sample_aspect_ratio;
    fwl_av_frame_set_duration(frame, is_constant(track) ? 1 : lrint(duration));
    const int status = follow_plan(track, fwl_sync_next(&track->sync, pts, duration), frame);
    keep(track, frame);
    return status;
}

int fwl_encode_last_picture(FwlTrack *track)
{
    if (!track->is_ready || track->is_full)
        return 0;
    return follow_plan(track, fwl_sync_end(&track->sync), NULL);
}

int fwl_encode_samples(FwlTrack *track, AVFrame *frame)
{
    if (frame->pts == AV_NOPTS_VALUE)
        frame->pts = track->next_pts;
    track->next_pts = frame->pts + frame->nb_samples;
    fwl_av_frame_set_duration(frame, frame->nb_samples);
    return encode(track, frame);
}

int fwl_encoder_drain(FwlTrack *track, int (*look_up)(FwlJob *job))
{
    return track->is_ready ? encode_with(track, NULL, look_up) : 0;
}
