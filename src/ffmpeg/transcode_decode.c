/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding, and the track's clock: where no timestamp is given, the time is what the packets and
 * frames before add up to. Video: a frame has the decoder's best guess of its pts. Audio: the pts
 * of the packet, joined to the samples before so that rounding in the container leaves no gaps.
 * The ffmpeg program adds up packets until version 6, and frames since 7; so does this, with
 * either.
 *
 * A packet that the decoder refuses is counted and left out; only memory ends the job.
 */
#include <math.h>

#include <libavutil/mathematics.h>

#include "transcode_job.h"

static const AVRational MICROSECONDS = {1, AV_TIME_BASE};

/* The clock */

/* Time before the first frame that a decoder which reorders frames may need for decoding. */
static int64_t decoding_lead(const FwlTrack *track)
{
    const AVRational rate = track->input->avg_frame_rate;
    if (rate.num == 0)
        return 0;
    return (int64_t)(-track->decoder->has_b_frames * AV_TIME_BASE / av_q2d(rate));
}

void fwl_clock_start_packet(FwlTrack *track, const AVPacket *packet)
{
    FwlTrackClock *clock = &track->clock;
    const AVRational time_base = track->input->time_base;
    if (!clock->has_started) {
        clock->has_started = true;
        clock->dts = decoding_lead(track);
        clock->pts = 0;
        if (packet && packet->pts != AV_NOPTS_VALUE && (track->is_copy || FWL_AV_TIMES_BY_FRAMES)) {
            clock->dts += av_rescale_q(packet->pts, time_base, MICROSECONDS);
            clock->pts = clock->dts;
        }
    }
    if (clock->next_dts == AV_NOPTS_VALUE)
        clock->next_dts = clock->dts;
    if (clock->next_pts == AV_NOPTS_VALUE)
        clock->next_pts = clock->pts;
    if (!packet || packet->dts == AV_NOPTS_VALUE)
        return;
    clock->next_dts = clock->dts = av_rescale_q(packet->dts, time_base, MICROSECONDS);
    if (track->type != AVMEDIA_TYPE_VIDEO || track->is_copy)
        clock->next_pts = clock->pts = clock->dts;
}

int64_t fwl_track_packet_duration(const FwlTrack *track, const AVPacket *packet)
{
    if (packet && packet->duration)
        return av_rescale_q(packet->duration, track->input->time_base, MICROSECONDS);
    const AVCodecContext *decoder = track->decoder;
    if (decoder->framerate.num == 0 || decoder->framerate.den == 0)
        return 0;
    const AVRational pictures = fwl_av_packet_pictures(track->input, decoder);
    return (int64_t)AV_TIME_BASE * decoder->framerate.den * pictures.num / decoder->framerate.num /
           pictures.den;
}

/* Decoding */

/* Of a container that has none, libavformat makes up times. */
static bool is_without_times(const FwlJob *job)
{
    return job->input->iformat->flags & AVFMT_NOTIMESTAMPS;
}

int fwl_decoder_open(FwlTrack *track)
{
    FwlJob *job = track->job;
    const AVCodec *codec = avcodec_find_decoder(track->input->codecpar->codec_id);
    AVCodecContext *decoder = track->decoder = avcodec_alloc_context3(codec);
    if (!decoder || avcodec_parameters_to_context(decoder, track->input->codecpar) < 0)
        return fwl_job_fail_nomem(job);
    decoder->pkt_timebase = track->input->time_base;
    decoder->framerate = track->input->avg_frame_rate;
    if (decoder->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&decoder->ch_layout, decoder->ch_layout.nb_channels);
    decoder->thread_count = job->plan.threads[track - job->tracks];
    if (job->plan.has_slices_only)
        decoder->thread_type = FF_THREAD_SLICE;
    fwl_memory_serve_decoder(job, decoder);
    const int err = avcodec_open2(decoder, codec, NULL);
    if (err < 0)
        return fwl_job_fail_av(job, FWL_SIDE_DATA, err, "the decoder %s cannot be opened",
                               codec->name);
    track->decoded = av_frame_alloc();
    return track->decoded ? 0 : fwl_job_fail_nomem(job);
}

/* Sends packet (NULL: nothing) and takes one frame; *has_frame says whether there was one. Returns
 * a code of libavcodec; AVERROR_EOF when drained. */
static int decode(FwlTrack *track, const AVPacket *packet, bool is_end, bool *has_frame)
{
    *has_frame = false;
    AVCodecContext *decoder = track->decoder;
    if (packet || is_end) {
        const int err = avcodec_send_packet(decoder, packet);
        if (err < 0 && err != AVERROR_EOF)
            return err;
    }
    const int err = avcodec_receive_frame(decoder, track->decoded);
    if (err < 0 && err != AVERROR(EAGAIN))
        return err;
    *has_frame = err >= 0;
    return 0;
}

/* These find the frame's pts where it has none, and forget what came before where there is a hole
 * in the stream: nothing to be joined to. They return what the pts counts in. */

/* As ffmpeg does up to 6: a hole is a packet that begins behind the end of the one before. */
static AVRational find_pts_by_packet(FwlTrack *track, const AVPacket *packet)
{
    FwlTrackClock *clock = &track->clock;
    AVFrame *frame = track->decoded;
    AVRational time_base = track->input->time_base;
    if (frame->pts == AV_NOPTS_VALUE && packet && packet->pts != AV_NOPTS_VALUE) {
        frame->pts = packet->pts;
    } else if (frame->pts == AV_NOPTS_VALUE) {
        frame->pts = clock->dts;
        time_base = MICROSECONDS;
    }
    if (!packet)
        return time_base;
    if (packet->duration && clock->last_packet_pts != AV_NOPTS_VALUE &&
        packet->pts != AV_NOPTS_VALUE && packet->pts - clock->last_packet_pts > packet->duration)
        clock->rescale_last = AV_NOPTS_VALUE;
    clock->last_packet_pts = packet->pts;
    return time_base;
}

/* As ffmpeg does since 7: a frame that begins behind the end of the one before. */
static AVRational find_pts_by_frame(FwlTrack *track)
{
    FwlTrackClock *clock = &track->clock;
    AVFrame *frame = track->decoded;
    const AVRational samples = {1, track->decoder->sample_rate};
    const AVRational time_base = track->input->time_base;
    if (frame->pts == AV_NOPTS_VALUE) {
        frame->pts = clock->samples_end == AV_NOPTS_VALUE ? 0 : clock->samples_end;
        return samples;
    }
    if (clock->samples_end != AV_NOPTS_VALUE &&
        frame->pts > av_rescale_q_rnd(clock->samples_end, samples, time_base, AV_ROUND_UP))
        clock->rescale_last = AV_NOPTS_VALUE;
    return time_base;
}

/* What is counted in samples is counted in those of another rate from now on. */
static void follow_sample_rate(FwlTrackClock *clock, int sample_rate)
{
    if (clock->sample_rate > 0 && clock->samples_end != AV_NOPTS_VALUE)
        clock->samples_end = av_rescale(clock->samples_end, sample_rate, clock->sample_rate);
    clock->sample_rate = sample_rate;
}

/* Puts the frame's pts into units of its own sample rate. */
static void time_samples(FwlTrack *track, const AVPacket *packet)
{
    FwlTrackClock *clock = &track->clock;
    AVFrame *frame = track->decoded;
    const int sample_rate = track->decoder->sample_rate;
    clock->next_pts += AV_TIME_BASE * (int64_t)frame->nb_samples / sample_rate;
    clock->next_dts += AV_TIME_BASE * (int64_t)frame->nb_samples / sample_rate;

    follow_sample_rate(clock, sample_rate);
    const AVRational time_base =
        FWL_AV_TIMES_BY_FRAMES ? find_pts_by_frame(track) : find_pts_by_packet(track, packet);
    if (frame->pts == AV_NOPTS_VALUE)
        return;
    const AVRational samples = {1, sample_rate};
    frame->pts = av_rescale_delta(time_base, frame->pts, samples, frame->nb_samples,
                                  &clock->rescale_last, samples);
    clock->samples_end = frame->pts + frame->nb_samples;
    fwl_av_frame_set_duration(frame, frame->nb_samples);
}

/* Some decoders count the channels and do not name them; encoders want names. */
static void name_channels(AVFrame *frame)
{
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&frame->ch_layout, frame->ch_layout.nb_channels);
}

/* One round of decoding samples; returns as decode, or the job's failure in *status. */
static int decode_samples(FwlTrack *track, const AVPacket *packet, bool is_end, bool *has_frame,
                          int *status)
{
    const int err = decode(track, packet, is_end, has_frame);
    if (err < 0)
        return err;
    if (track->decoder->sample_rate <= 0) {
        av_frame_unref(track->decoded);
        return AVERROR_INVALIDDATA;
    }
    if (!*has_frame)
        return 0;
    time_samples(track, packet);
    name_channels(track->decoded);
    *status = fwl_filter_send(track, track->decoded);
    return 0;
}

/* While draining, every round brings one dts, as if packets went on; pictures without a time of
 * their own take them in turn. */
static void keep_end_dts(FwlTrack *track, int64_t dts)
{
    FwlTrackClock *clock = &track->clock;
    if (clock->end_dts_count < FWL_END_DTS_MAX)
        clock->end_dts[clock->end_dts_count++] = dts;
}

static int64_t take_end_dts(FwlTrack *track)
{
    FwlTrackClock *clock = &track->clock;
    if (clock->end_dts_taken == clock->end_dts_count)
        return AV_NOPTS_VALUE;
    return clock->end_dts[clock->end_dts_taken++];
}

/* How long a picture lasts by its codec; 0: not known. */
static int64_t coded_duration(const FwlTrack *track)
{
    const AVRational rate = track->decoder->framerate;
    if (rate.num == 0 || rate.den == 0)
        return 0;
    const AVRational fields = av_mul_q(rate, (AVRational){2, 1});
    return av_rescale_q(track->decoded->repeat_pict + 2, av_inv_q(fields), track->input->time_base);
}

/* How long the picture at pts lasts. What a container says that has no times is made up, and so is
 * one unit where the last picture lasted more than two. */
static int64_t estimate_duration(const FwlTrack *track, int64_t pts)
{
    const FwlTrackClock *clock = &track->clock;
    const bool has_times = !is_without_times(track->job);
    const int64_t own = fwl_av_frame_duration(track->decoded);
    const int64_t coded = coded_duration(track);
    const int64_t since = clock->picture_pts == AV_NOPTS_VALUE ? -1 : pts - clock->picture_pts;
    const bool is_made_up = own == 1 && since > 2 * own;
    if (own > 0 && has_times && !is_made_up)
        return own;
    if (coded > 0 && !has_times)
        return coded;
    if (since > 0)
        return since;
    if (own > 0 || coded > 0)
        return own > 0 ? own : coded;
    const AVRational rate = av_guess_frame_rate(track->job->input, track->input, NULL);
    const int64_t guessed =
        rate.num && rate.den ? av_rescale_q(1, av_inv_q(rate), track->input->time_base) : 0;
    if (guessed > 0)
        return guessed;
    return clock->picture_duration > 1 ? clock->picture_duration : 1;
}

/* Where a picture has no pts: behind the one before, for ffmpeg since 7. */
static int64_t follow_picture(FwlTrack *track, int64_t pts)
{
    FwlTrackClock *clock = &track->clock;
    if (pts == AV_NOPTS_VALUE)
        pts =
            clock->picture_pts == AV_NOPTS_VALUE ? 0 : clock->picture_pts + clock->picture_duration;
    clock->picture_duration = estimate_duration(track, pts);
    clock->picture_pts = pts;
    return pts;
}

/* The frame's pts: the decoder's best guess. Returns how far the clock moves, in the stream's time
 * base. */
static int64_t time_picture(FwlTrack *track, bool is_end)
{
    FwlTrackClock *clock = &track->clock;
    AVFrame *frame = track->decoded;
    const AVRational time_base = track->input->time_base;
    int64_t pts = frame->best_effort_timestamp;
    if (FWL_AV_TIMES_BY_FRAMES)
        pts = follow_picture(track, pts);
    else if (is_end && pts == AV_NOPTS_VALUE)
        pts = take_end_dts(track);
    if (pts != AV_NOPTS_VALUE) {
        frame->pts = pts;
        const int64_t ts = av_rescale_q(pts, time_base, MICROSECONDS);
        if (ts != AV_NOPTS_VALUE)
            clock->next_pts = clock->pts = ts;
    }
    if (track->input->sample_aspect_ratio.num)
        frame->sample_aspect_ratio = track->input->sample_aspect_ratio;
    return FWL_AV_TIMES_BY_FRAMES ? clock->picture_duration : fwl_av_frame_duration(frame);
}

/* The clock moves by one packet, and by one picture where there was one. */
static void step_clock(FwlTrack *track, const AVPacket *packet, bool has_frame, int64_t duration,
                       bool is_new_packet)
{
    FwlTrackClock *clock = &track->clock;
    int64_t packet_duration = 0;
    if (is_new_packet || has_frame) {
        packet_duration = fwl_track_packet_duration(track, packet);
        if (clock->dts != AV_NOPTS_VALUE && packet_duration)
            clock->next_dts += packet_duration;
        else
            clock->next_dts = AV_NOPTS_VALUE;
    }
    if (!has_frame)
        return;
    if (duration > 0)
        clock->next_pts += av_rescale_q(duration, track->input->time_base, MICROSECONDS);
    else
        clock->next_pts += packet_duration;
}

static int decode_picture(FwlTrack *track, AVPacket *packet, AVPacket *original, bool is_end,
                          bool *has_frame, int *status)
{
    FwlTrackClock *clock = &track->clock;
    int64_t dts = AV_NOPTS_VALUE;
    if (clock->dts != AV_NOPTS_VALUE)
        dts = av_rescale_q(clock->dts, MICROSECONDS, track->input->time_base);
    int err = 0;
    *has_frame = false;
    if (is_end || !packet || packet->size > 0) {
        if (packet && !FWL_AV_TIMES_BY_FRAMES)
            packet->dts = dts;
        if (is_end)
            keep_end_dts(track, dts);
        err = decode(track, packet, is_end, has_frame);
    }
    int64_t duration = 0;
    if (err >= 0 && *has_frame)
        duration = time_picture(track, is_end);
    step_clock(track, original, err >= 0 && *has_frame, duration, packet || is_end);
    if (err >= 0 && *has_frame)
        *status = fwl_filter_send(track, track->decoded);
    return err;
}

/* A packet that could not be decoded. Returns the job's failure where memory is the cause. */
static int refuse(FwlTrack *track, int err)
{
    FwlJob *job = track->job;
    if (err == AVERROR(ENOMEM) ||
        atomic_load_explicit(&job->frames.is_exhausted, memory_order_relaxed))
        return fwl_job_fail_nomem(job);
    track->figures.errors++;
    return 0;
}

int fwl_track_decode(FwlTrack *track, AVPacket *packet)
{
    const bool is_end = !packet;
    fwl_clock_start_packet(track, packet);
    AVPacket *next = packet; /* NULL after the first round: only frames are left to take */
    if (packet && FWL_AV_TIMES_BY_FRAMES && is_without_times(track->job))
        packet->pts = packet->dts = AV_NOPTS_VALUE;
    for (;;) {
        track->clock.pts = track->clock.next_pts;
        track->clock.dts = track->clock.next_dts;
        bool has_frame;
        int status = 0;
        int err = 0;
        if (track->type == AVMEDIA_TYPE_VIDEO)
            err = decode_picture(track, next, packet, is_end, &has_frame, &status);
        else
            err = decode_samples(track, next, is_end, &has_frame, &status);
        av_frame_unref(track->decoded);
        if (status < 0)
            return status;
        if (err == AVERROR_EOF)
            return 0;
        if (err < 0)
            return refuse(track, err);
        if (!has_frame)
            return 0;
        status = fwl_filter_drain(track);
        if (status < 0)
            return status;
        next = NULL;
    }
}
