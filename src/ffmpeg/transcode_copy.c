/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying: packets go to the muxer as they are, only their timestamps are moved to the start of the
 * output. Audio timestamps are made to follow from the number of samples, as for decoded audio.
 */
#include <string.h>

#include <libavutil/mathematics.h>

#include "transcode_job.h"

static const AVRational MICROSECONDS = {1, AV_TIME_BASE};

/* The muxer of single pictures writes whatever it gets: what the name of the output promises is
 * checked here. */
static int check_picture(const FwlTrack *track)
{
    FwlJob *job = track->job;
    const AVOutputFormat *muxer = job->output->oformat;
    if (job->options->format || strcmp(muxer->name, "image2pipe") != 0)
        return 0;
    const char *name = job->options->output_name;
    const enum AVCodecID id = track->input->codecpar->codec_id;
    if (av_guess_codec(muxer, NULL, name, NULL, track->type) == id)
        return 0;
    return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                        "a copy of %s video is not what the ending of '%s' says: do not copy it",
                        avcodec_get_name(id), name);
}

int fwl_copy_open(FwlTrack *track)
{
    FwlJob *job = track->job;
    const int status = check_picture(track);
    if (status < 0)
        return status;
    track->decoder = avcodec_alloc_context3(NULL);
    track->encoded = av_packet_alloc();
    if (!track->decoder || !track->encoded ||
        avcodec_parameters_to_context(track->decoder, track->input->codecpar) < 0)
        return fwl_job_fail_nomem(job);
    track->decoder->framerate = track->input->avg_frame_rate;
    track->mux_time_base = track->input->time_base;
    return fwl_output_ready(track);
}

/* The input's tag where it means the same in the output's container; else 0: the muxer's own. */
static uint32_t choose_tag(const AVOutputFormat *muxer, const AVCodecParameters *parameters)
{
    uint32_t own;
    if (!muxer->codec_tag ||
        av_codec_get_id(muxer->codec_tag, parameters->codec_tag) == parameters->codec_id ||
        !av_codec_get_tag2(muxer->codec_tag, parameters->codec_id, &own))
        return parameters->codec_tag;
    return 0;
}

/* Names the channels where only their number is known, and forgets block sizes that say nothing
 * about the next packet. */
static void describe_samples(AVCodecParameters *parameters)
{
    if (parameters->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&parameters->ch_layout, parameters->ch_layout.nb_channels);
    const int size = parameters->block_align;
    if (parameters->codec_id == AV_CODEC_ID_MP3 && (size == 1 || size == 576 || size == 1152))
        parameters->block_align = 0;
    if (parameters->codec_id == AV_CODEC_ID_AC3)
        parameters->block_align = 0;
}

static void describe_picture(FwlTrack *track)
{
    const AVStream *from = track->input;
    AVStream *to = track->output;
    AVCodecParameters *parameters = to->codecpar;
    if (from->sample_aspect_ratio.num)
        parameters->sample_aspect_ratio = from->sample_aspect_ratio;
    to->sample_aspect_ratio = parameters->sample_aspect_ratio;
    to->r_frame_rate = from->r_frame_rate;
}

int fwl_copy_describe(FwlTrack *track)
{
    FwlJob *job = track->job;
    const AVStream *from = track->input;
    AVStream *to = track->output;
    int err = avcodec_parameters_copy(to->codecpar, from->codecpar);
    if (err < 0)
        return fwl_job_fail_nomem(job);
    to->codecpar->codec_tag = choose_tag(job->output->oformat, from->codecpar);
    to->avg_frame_rate = from->avg_frame_rate;
    err = fwl_av_time_copied(job->output->oformat, to, from);
    if (err < 0)
        return fwl_job_fail_av(job, FWL_SIDE_DATA, err,
                               "the timing of the %s stream makes no sense", fwl_track_kind(track));
    if (track->type == AVMEDIA_TYPE_VIDEO)
        describe_picture(track);
    if (track->type == AVMEDIA_TYPE_AUDIO)
        describe_samples(to->codecpar);
    return 0;
}

/* Moves the clock behind the packet, for a next one without timestamps. */
static void step_clock(FwlTrack *track, const AVPacket *packet)
{
    FwlTrackClock *clock = &track->clock;
    const AVCodecContext *parameters = track->decoder;
    clock->dts = clock->next_dts;
    if (track->type == AVMEDIA_TYPE_AUDIO && parameters->sample_rate)
        clock->next_dts += (int64_t)AV_TIME_BASE * parameters->frame_size / parameters->sample_rate;
    else
        clock->next_dts += fwl_track_packet_duration(track, packet);
    clock->pts = clock->dts;
    clock->next_pts = clock->next_dts;
}

/* The dts of an audio packet, in the output's time base, that follows from the samples before. */
static int64_t time_samples(FwlTrack *track, const AVPacket *packet)
{
    AVCodecContext *parameters = track->decoder;
    int duration = av_get_audio_frame_duration(parameters, packet->size);
    if (duration == 0)
        duration = parameters->frame_size;
    return av_rescale_delta(track->input->time_base, packet->dts,
                            (AVRational){1, parameters->sample_rate}, duration,
                            &track->clock.rescale_last, track->output->time_base);
}

void fwl_copy_rescale(FwlTrack *track, AVPacket *packet)
{
    const bool is_sound = track->type == AVMEDIA_TYPE_AUDIO && track->decoder->sample_rate > 0;
    const int64_t dts = is_sound ? time_samples(track, packet) : AV_NOPTS_VALUE;
    av_packet_rescale_ts(packet, track->input->time_base, track->output->time_base);
    if (is_sound)
        packet->pts = packet->dts = dts;
}

/* Before the start, or behind the duration, by the clock, which is at the packet. */
static bool is_out_of_time(FwlTrack *track)
{
    const FwlTranscodeOptions *options = track->job->options;
    const int64_t pts = track->clock.pts;
    if (options->duration_us > 0 && pts >= options->duration_us) {
        track->is_finished = true;
        return true;
    }
    return options->start_us > 0 && pts < 0 && !track->job->is_sought;
}

int fwl_copy_packet(FwlTrack *track, AVPacket *packet)
{
    fwl_clock_start_packet(track, packet);
    step_clock(track, packet);
    if (!track->has_key_packet && !(packet->flags & AV_PKT_FLAG_KEY))
        return 0;
    if (is_out_of_time(track))
        return 0;
    track->has_key_packet = true;
    AVPacket *copy = track->encoded;
    av_packet_move_ref(copy, packet);
    if (fwl_memory_hold_copied(track->job, copy) < 0)
        return fwl_job_fail_nomem(track->job);
    if (copy->dts == AV_NOPTS_VALUE)
        copy->dts = av_rescale_q(track->clock.dts, MICROSECONDS, track->mux_time_base);
    return fwl_line_send_packet(track, copy);
}
