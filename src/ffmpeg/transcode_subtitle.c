/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Subtitles: libavcodec's older calls, decoded and encoded one packet at a time. Times are in
 * microseconds in between. A subtitle of several lines becomes one packet for each in ASS; a DVB
 * subtitle is followed by the packet that clears it.
 */
#include <string.h>

#include <libavutil/mathematics.h>

#include "transcode_job.h"

/* The largest encoded subtitle: a full HD bitmap fits. */
enum { SUBTITLE_MAX_SIZE = 1024 * 1024 };

static const AVRational MICROSECONDS = {1, AV_TIME_BASE};
static const AVRational MILLISECONDS = {1, 1000};

/* The script's head (styles) goes from decoder to encoder, with a terminator. */
static int copy_header(AVCodecContext *encoder, const AVCodecContext *decoder)
{
    if (!decoder->subtitle_header)
        return 0;
    const size_t size = (size_t)decoder->subtitle_header_size;
    encoder->subtitle_header = av_mallocz(size + 1);
    if (!encoder->subtitle_header)
        return AVERROR(ENOMEM);
    memcpy(encoder->subtitle_header, decoder->subtitle_header, size);
    encoder->subtitle_header_size = decoder->subtitle_header_size;
    return 0;
}

int fwl_subtitle_open(FwlTrack *track)
{
    FwlJob *job = track->job;
    int status = fwl_decoder_open(track);
    if (status < 0)
        return status;
    AVCodecContext *encoder = track->encoder = avcodec_alloc_context3(track->codec);
    track->encoded = av_packet_alloc();
    if (!encoder || !track->encoded || copy_header(encoder, track->decoder) < 0)
        return fwl_job_fail_nomem(job);
    encoder->time_base = MICROSECONDS;
    encoder->width = track->input->codecpar->width;
    encoder->height = track->input->codecpar->height;
    if (job->output->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    const int err = avcodec_open2(encoder, track->codec, NULL);
    if (err < 0)
        return fwl_job_fail_av(job, FWL_SIDE_OPTIONS, err, "the encoder %s cannot be opened",
                               track->codec->name);
    track->mux_time_base = encoder->time_base;
    return fwl_output_ready(track);
}

static int packet_count(const FwlTrack *track, const AVSubtitle *subtitle)
{
    if (track->encoder->codec_id == AV_CODEC_ID_DVB_SUBTITLE)
        return 2;
    if (track->encoder->codec_id == AV_CODEC_ID_ASS && subtitle->num_rects > 1)
        return (int)subtitle->num_rects;
    return 1;
}

/* What the i-th packet of a subtitle shows, borrowed from it. */
static AVSubtitle part_of(const FwlTrack *track, const AVSubtitle *subtitle, int i)
{
    AVSubtitle part = *subtitle;
    part.pts += av_rescale_q(subtitle->start_display_time, MILLISECONDS, MICROSECONDS);
    part.end_display_time -= subtitle->start_display_time;
    part.start_display_time = 0;
    if (track->encoder->codec_id == AV_CODEC_ID_DVB_SUBTITLE && i == 1)
        part.num_rects = 0;
    if (track->encoder->codec_id == AV_CODEC_ID_ASS && subtitle->num_rects > 0) {
        part.rects += i;
        part.num_rects = 1;
    }
    return part;
}

/* Room for one encoded subtitle, cut to size afterwards. */
static int encode_part(FwlTrack *track, const AVSubtitle *part, bool is_clearing)
{
    FwlJob *job = track->job;
    AVPacket *packet = track->encoded;
    if (av_new_packet(packet, SUBTITLE_MAX_SIZE) < 0)
        return fwl_job_fail_nomem(job);
    const int size = avcodec_encode_subtitle(track->encoder, packet->data, SUBTITLE_MAX_SIZE, part);
    if (size < 0) {
        av_packet_unref(packet);
        return fwl_job_fail_av(job, FWL_SIDE_DATA, size, "the encoder %s does not take a subtitle",
                               track->codec->name);
    }
    av_shrink_packet(packet, size);
    packet->pts = av_rescale_q(part->pts, MICROSECONDS, track->mux_time_base);
    if (is_clearing)
        packet->pts += av_rescale_q(part->end_display_time, MILLISECONDS, track->mux_time_base);
    packet->dts = packet->pts;
    packet->duration = av_rescale_q(part->end_display_time, MILLISECONDS, track->mux_time_base);
    return fwl_line_send_packet(track, packet);
}

static int encode_subtitle(FwlTrack *track, const AVSubtitle *subtitle)
{
    if (subtitle->pts == AV_NOPTS_VALUE || subtitle->num_rects == 0)
        return 0;
    const int count = packet_count(track, subtitle);
    const bool is_dvb = track->encoder->codec_id == AV_CODEC_ID_DVB_SUBTITLE;
    for (int i = 0; i < count; i++) {
        const AVSubtitle part = part_of(track, subtitle, i);
        track->figures.frames++;
        const int status = encode_part(track, &part, is_dvb && i == 1);
        if (status < 0)
            return status;
    }
    return 0;
}

static bool is_in_time(const FwlTrack *track, const AVSubtitle *subtitle)
{
    const FwlTranscodeOptions *options = track->job->options;
    const int64_t pts = subtitle->pts;
    return (options->start_us == 0 || pts >= 0) &&
           (options->duration_us == 0 || pts < options->duration_us);
}

int fwl_subtitle_convert(FwlTrack *track, AVPacket *packet)
{
    fwl_clock_start_packet(track, packet);
    AVSubtitle subtitle;
    int has_subtitle = 0;
    const int err = avcodec_decode_subtitle2(track->decoder, &subtitle, &has_subtitle, packet);
    if (err == AVERROR(ENOMEM))
        return fwl_job_fail_nomem(track->job);
    if (err < 0) {
        track->figures.errors++;
        return 0;
    }
    if (!has_subtitle)
        return 0;
    const int status = is_in_time(track, &subtitle) ? encode_subtitle(track, &subtitle) : 0;
    avsubtitle_free(&subtitle);
    return status;
}
