/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading, and the input's time. The output begins at 0, so job->ts_offset (minus the start of the
 * input) is added to every timestamp. Three kinds of timestamps are mended on the way:
 *
 * - those that wrapped around before the start (MPEG counts in 33 bits),
 * - jumps in containers that allow them: the offset takes the jump back,
 * - jumps by more than a day elsewhere: such a timestamp is forgotten.
 */
#include <libavutil/mathematics.h>
#include <libavutil/time.h>

#include "transcode_job.h"

/* Microseconds. */
static const int64_t JUMP_MAX = 10 * INT64_C(1000000);
static const int64_t ERROR_MAX = 30 * 3600 * INT64_C(1000000);
static const int64_t BACK_MAX = INT64_C(100000);

enum { RETRY_US = 1000 };

static const AVRational MICROSECONDS = {1, AV_TIME_BASE};

static bool is_jumpy(const FwlJob *job)
{
    return job->input->iformat->flags & AVFMT_TS_DISCONT;
}

static int fail_open(FwlJob *job, int status)
{
    if (status == FWL_E_NOMEM)
        return fwl_job_fail_nomem(job);
    const bool is_about_data = status == FWL_E_DATA || status == FWL_E_UNSUPPORTED;
    if (fwl_io_error(job->in) < 0 || !is_about_data)
        return fwl_job_fail(job, FWL_SIDE_INPUT, status, "the input cannot be read: %s",
                            fwl_status_text(status));
    if (fwl_io_size(job->in) == 0 || fwl_io_tell(job->in) == 0)
        return fwl_job_fail(job, FWL_SIDE_DATA, FWL_E_DATA, "the input is empty");
    return fwl_job_fail(job, FWL_SIDE_DATA, FWL_E_DATA,
                        "the input is no media that is known here, or is broken from the start");
}

/*
 * Reading begins at a key packet before the start, where the container can be sought in; else at
 * the beginning. Either way what is before the start is decoded and left out. Containers that seek
 * by decoding times get some more, for pictures that are stored before they are shown.
 */
static void seek_to_start(FwlJob *job)
{
    enum { STORED_AHEAD_US = 130434 }; /* three pictures of 23 a second, as ffmpeg takes them */
    const int64_t start = job->options->start_us;
    if (start == 0)
        return;
    int64_t target = start - job->ts_offset;
    job->ts_offset -= start;
    if (!(job->input->iformat->flags & AVFMT_SEEK_TO_PTS))
        target -= STORED_AHEAD_US;
    job->is_sought = avformat_seek_file(job->input, -1, INT64_MIN, target, target, 0) >= 0;
}

int fwl_input_open(FwlJob *job)
{
    const int status = fwl_source_open(job);
    if (status < 0)
        return status;
    AVDictionary *options = NULL;
    /* MPEG-TS: look at all programs, not only at the first. Others do not know the option. */
    int err = av_dict_set(&options, "scan_all_pmts", "1", 0);
    if (err < 0)
        return fwl_job_fail_nomem(job);
    err = fwl_av_open_input(&job->input, fwl_source_io(job), fwl_source_name(job), NULL, &options);
    av_dict_free(&options);
    if (err < 0)
        return fail_open(job, err);

    err = avformat_find_stream_info(job->input, NULL);
    if (err == AVERROR(ENOMEM))
        return fwl_job_fail_nomem(job);
    if (job->input->nb_streams == 0)
        return fwl_job_fail(job, FWL_SIDE_DATA, FWL_E_DATA, "the input has no streams");

    if (job->input->start_time != AV_NOPTS_VALUE)
        job->ts_offset = -job->input->start_time;
    job->last_ts = AV_NOPTS_VALUE;
    seek_to_start(job);
    return 0;
}

/* Timestamps */

static void shift(int64_t *ts, int64_t by)
{
    if (*ts != AV_NOPTS_VALUE)
        *ts += by;
}

/* The start of the container is that of all its streams; those in use may start later. */
static void start_with_tracks(FwlJob *job)
{
    int64_t start = INT64_MAX;
    for (size_t i = 0; i < job->track_count; i++) {
        const AVStream *stream = job->tracks[i].input;
        if (stream->start_time == AV_NOPTS_VALUE)
            continue;
        const int64_t ts = av_rescale_q(stream->start_time, stream->time_base, MICROSECONDS);
        start = ts < start ? ts : start;
    }
    if (start != INT64_MAX && start > job->input->start_time)
        job->ts_offset = -start;
}

/* Takes a timestamp that lies more than half a turn after the start back by one turn. */
static bool unwrap(int64_t *ts, int64_t start, int bits)
{
    if (*ts == AV_NOPTS_VALUE || *ts <= start + (INT64_C(1) << (bits - 1)))
        return false;
    *ts -= INT64_C(1) << bits;
    return true;
}

static void settle_wrap(FwlTrack *track, AVPacket *packet)
{
    FwlJob *job = track->job;
    const int bits = track->input->pts_wrap_bits;
    const int64_t start_time = job->input->start_time;
    if (track->clock.is_wrap_settled || start_time == AV_NOPTS_VALUE || bits >= 63 || bits < 1)
        return;
    if (track->clock.next_dts == AV_NOPTS_VALUE && job->ts_offset == -start_time && is_jumpy(job))
        start_with_tracks(job);
    const int64_t start = av_rescale_q(start_time, MICROSECONDS, track->input->time_base);
    track->clock.is_wrap_settled = true;
    if (unwrap(&packet->dts, start, bits))
        track->clock.is_wrap_settled = false;
    if (unwrap(&packet->pts, start, bits))
        track->clock.is_wrap_settled = false;
}

/* Takes a jump by delta microseconds out of this packet and all that follow. */
static void take_back(FwlJob *job, AVPacket *packet, AVRational time_base, int64_t delta)
{
    job->ts_offset -= delta;
    const int64_t by = -av_rescale_q(delta, MICROSECONDS, time_base);
    shift(&packet->dts, by);
    shift(&packet->pts, by);
}

static bool is_beyond(int64_t delta, int64_t bound)
{
    return delta < -bound || delta > bound;
}

/* A jump within a track. */
static void mend_jump(FwlTrack *track, AVPacket *packet, int64_t dts)
{
    const FwlTrackClock *clock = &track->clock;
    const AVRational time_base = track->input->time_base;
    const int64_t delta = dts - clock->next_dts;
    if (is_jumpy(track->job)) {
        const int64_t reached = clock->pts > clock->dts ? clock->pts : clock->dts;
        if (is_beyond(delta, JUMP_MAX) || dts + BACK_MAX < reached)
            take_back(track->job, packet, time_base, delta);
        return;
    }
    if (is_beyond(delta, ERROR_MAX))
        packet->dts = AV_NOPTS_VALUE;
    if (packet->pts == AV_NOPTS_VALUE)
        return;
    const int64_t pts = av_rescale_q(packet->pts, time_base, MICROSECONDS);
    if (is_beyond(pts - clock->next_dts, ERROR_MAX))
        packet->pts = AV_NOPTS_VALUE;
}

static void mend_timestamps(FwlTrack *track, AVPacket *packet)
{
    FwlJob *job = track->job;
    const AVRational time_base = track->input->time_base;
    settle_wrap(track, packet);
    const int64_t offset = av_rescale_q(job->ts_offset, MICROSECONDS, time_base);
    shift(&packet->dts, offset);
    shift(&packet->pts, offset);

    const bool is_steady = track->type != AVMEDIA_TYPE_SUBTITLE;
    if (is_steady && packet->dts != AV_NOPTS_VALUE) {
        const int64_t dts = av_rescale_q_rnd(packet->dts, time_base, MICROSECONDS,
                                             AV_ROUND_NEAR_INF | AV_ROUND_PASS_MINMAX);
        if (track->clock.next_dts != AV_NOPTS_VALUE) {
            mend_jump(track, packet, dts);
        } else if (is_jumpy(job) && job->last_ts != AV_NOPTS_VALUE &&
                   is_beyond(dts - job->last_ts, JUMP_MAX)) {
            /* The first packet of a track, far from the others. */
            take_back(job, packet, time_base, dts - job->last_ts);
        }
    }
    if (packet->dts != AV_NOPTS_VALUE)
        job->last_ts = av_rescale_q(packet->dts, time_base, MICROSECONDS);
}

/* What the container says of the whole stream, such as replay gain, goes with its first packet. The
 * display matrix does not: it is the filter's. Where it is part of the codec's parameters, decoders
 * give it to frames themselves. Fails: AVERROR(ENOMEM). */
static int add_stream_side_data(FwlTrack *track, AVPacket *packet)
{
    if (FWL_AV_HAS_CODED_SIDE_DATA || track->figures.packets_in != 1)
        return 0;
    int count;
    const AVPacketSideData *list = fwl_av_stream_side_data_list(track->input, &count);
    for (int i = 0; i < count; i++) {
        const AVPacketSideData *from = &list[i];
        if (from->type == AV_PKT_DATA_DISPLAYMATRIX ||
            av_packet_get_side_data(packet, from->type, NULL))
            continue;
        uint8_t *to = av_packet_new_side_data(packet, from->type, from->size);
        if (!to)
            return AVERROR(ENOMEM);
        memcpy(to, from->data, from->size);
    }
    return 0;
}

static FwlTrack *track_of(FwlJob *job, const AVPacket *packet)
{
    for (size_t i = 0; i < job->track_count; i++) {
        if (job->tracks[i].input->index == packet->stream_index)
            return &job->tracks[i];
    }
    return NULL;
}

/* Broken data ends the input where it is, as its end does: what came before is kept. */
static int end_of_input(FwlJob *job, int err)
{
    if (err == AVERROR(ENOMEM))
        return fwl_job_fail_nomem(job);
    int status = fwl_io_error(job->in); /* which waiting, where it had to end, is not */
    if (status == 0)
        status = fwl_av_status(job->input->pb->error);
    if (status < 0 && status != FWL_E_EOF)
        return fwl_job_fail(job, FWL_SIDE_INPUT, status, "the input cannot be read on: %s",
                            fwl_status_text(status));
    return FWL_E_EOF;
}

/* True where the demuxer wanted more than there is. A container that may be entered anywhere may
 * also be left anywhere: a recording of one seldom ends with a whole packet. */
static bool is_cut_off(const FwlJob *job)
{
    return (job->packet->flags & AV_PKT_FLAG_CORRUPT) &&
           !(job->input->iformat->flags & AVFMT_TS_DISCONT) && avio_feof(job->input->pb);
}

int fwl_input_read(FwlJob *job, FwlTrack **track)
{
    *track = NULL;
    int err = av_read_frame(job->input, job->packet);
    if (err == AVERROR(EAGAIN)) {
        av_usleep(RETRY_US);
        return 0;
    }
    if (err < 0)
        return end_of_input(job, err);
    if (is_cut_off(job))
        job->result->is_cut_off = true;
    FwlTrack *found = track_of(job, job->packet);
    if (!found)
        return 0;
    found->figures.packets_in++;
    found->figures.bytes_in += (uint64_t)job->packet->size;
    err = add_stream_side_data(found, job->packet);
    if (err < 0)
        return fwl_job_fail_nomem(job);
    mend_timestamps(found, job->packet);
    *track = found;
    return 0;
}
