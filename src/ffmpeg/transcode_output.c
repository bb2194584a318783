/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Muxing. The header needs to know every track, and a track is known when its encoder is open,
 * which is when its first frame was decoded; until then packets wait. Where too many wait, the
 * tracks that are still missing are described by what the container says of them; one of which that
 * is not enough is left out.
 */
#include <string.h>

#include <libavutil/display.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>

#include "transcode_job.h"

static const AVRational MICROSECONDS = {1, AV_TIME_BASE};

/* What ffmpeg gives to muxers that interleave by time (MPEG-PS and -TS), microseconds. */
enum { MAX_DELAY_US = 700000 };

/* Of a fragment of MP4, at most: what a camera makes of a second of 2160p, say. */
enum { FRAGMENT_SIZE = 4 << 20 };

int fwl_output_open(FwlJob *job)
{
    const FwlTranscodeOptions *options = job->options;
    const int err =
        fwl_av_open_output(&job->output, job->out, NULL, options->format, options->output_name);
    if (err == FWL_E_NOMEM)
        return fwl_job_fail_nomem(job);
    if (err < 0)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, err,
                            "the format %s writes to places of its own, not to one output",
                            options->format ? options->format : options->output_name);
    job->output->max_delay = MAX_DELAY_US;
    return 0;
}

static int fail_write(FwlJob *job, int err, const char *what)
{
    const int status = fwl_io_error(job->out);
    if (status == FWL_E_NOMEM || err == AVERROR(ENOMEM))
        return fwl_job_fail_nomem(job);
    if (status < 0)
        return fwl_job_fail(job, FWL_SIDE_OUTPUT, status, "the output cannot be written: %s",
                            fwl_status_text(status));
    return fwl_job_fail_av(job, FWL_SIDE_OUTPUT, err, "%s does not take %s",
                           job->output->oformat->name, what);
}

/* Describing streams to the muxer */

/* What the container says of the input's stream stays true of the output's, but for the buffer
 * model of the old encoding, and the turn that the filter has done. A copy may have it already,
 * with the parameters. Fails: AVERROR(ENOMEM). */
static int copy_side_data(const FwlTrack *track)
{
    if (track->is_copy && FWL_AV_HAS_CODED_SIDE_DATA)
        return 0;
    const bool is_turned = !track->is_copy && !track->job->options->keep_rotation;
    int count;
    const AVPacketSideData *list = fwl_av_stream_side_data_list(track->input, &count);
    for (int i = 0; i < count; i++) {
        const AVPacketSideData *from = &list[i];
        if (!track->is_copy && from->type == AV_PKT_DATA_CPB_PROPERTIES)
            continue;
        uint8_t *to = fwl_av_stream_add_side_data(track->output, from);
        if (!to)
            return AVERROR(ENOMEM);
        if (is_turned && from->type == AV_PKT_DATA_DISPLAYMATRIX)
            av_display_rotation_set((int32_t *)(void *)to, 0);
    }
    return 0;
}

/* What the encoder says, where it did not come with the parameters. */
static int copy_coded_side_data(const FwlTrack *track)
{
    const AVCodecContext *encoder = track->encoder;
    const int count = FWL_AV_HAS_CODED_SIDE_DATA ? 0 : encoder->nb_coded_side_data;
    for (int i = 0; i < count; i++) {
        if (!fwl_av_stream_add_side_data(track->output, &encoder->coded_side_data[i]))
            return AVERROR(ENOMEM);
    }
    return 0;
}

static int copy_metadata(const FwlTrack *track)
{
    AVStream *to = track->output;
    to->disposition = track->input->disposition;
    int err = av_dict_copy(&to->metadata, track->input->metadata, 0);
    if (err < 0 || track->is_copy)
        return err;
    char encoder[64];
    snprintf(encoder, sizeof encoder, "%s %s", LIBAVCODEC_IDENT, track->codec->name);
    return av_dict_set(&to->metadata, "encoder", encoder, 0);
}

static int describe_encoded(FwlTrack *track)
{
    AVStream *to = track->output;
    AVCodecContext *encoder = track->encoder;
    int err = avcodec_parameters_from_context(to->codecpar, encoder);
    if (err >= 0)
        err = copy_coded_side_data(track);
    if (err < 0)
        return fwl_job_fail_nomem(track->job);
    to->time_base = av_add_q(encoder->time_base, (AVRational){0, 1});
    if (track->type == AVMEDIA_TYPE_VIDEO) {
        to->avg_frame_rate = track->frame_rate;
        to->sample_aspect_ratio = track->sample_aspect_ratio;
    }
    return 0;
}

static int describe(FwlTrack *track)
{
    FwlJob *job = track->job;
    track->output = avformat_new_stream(job->output, NULL);
    if (!track->output)
        return fwl_job_fail_nomem(job);
    const int status = track->is_copy ? fwl_copy_describe(track) : describe_encoded(track);
    if (status < 0)
        return status;
    const AVStream *from = track->input;
    AVStream *to = track->output;
    if (from->duration > 0)
        to->duration = av_rescale_q(from->duration, from->time_base, to->time_base);
    if (copy_side_data(track) < 0 || copy_metadata(track) < 0)
        return fwl_job_fail_nomem(job);
    return 0;
}

/* Describing the whole */

static AVChapter *copy_chapter(const AVChapter *from, int64_t shift)
{
    AVChapter *to = av_mallocz(sizeof *to);
    if (!to)
        return NULL;
    to->id = from->id;
    to->time_base = from->time_base;
    to->start = from->start + shift > 0 ? from->start + shift : 0;
    to->end = from->end + shift;
    if (av_dict_copy(&to->metadata, from->metadata, 0) < 0) {
        av_dict_free(&to->metadata);
        av_freep(&to);
    }
    return to;
}

/* Chapters move with the timestamps; those that end before the start are left out. */
static int copy_chapters(FwlJob *job)
{
    const AVFormatContext *from = job->input;
    AVFormatContext *to = job->output;
    if (from->nb_chapters == 0)
        return 0;
    to->chapters = av_calloc(from->nb_chapters, sizeof *to->chapters);
    if (!to->chapters)
        return AVERROR(ENOMEM);
    for (unsigned i = 0; i < from->nb_chapters; i++) {
        const AVChapter *chapter = from->chapters[i];
        const int64_t shift = av_rescale_q(job->ts_offset, MICROSECONDS, chapter->time_base);
        const int64_t end =
            av_rescale_q(job->options->duration_us, MICROSECONDS, chapter->time_base);
        if (chapter->end + shift < 0 || (end > 0 && chapter->start + shift > end))
            continue;
        AVChapter *copy = copy_chapter(chapter, shift);
        if (!copy)
            return AVERROR(ENOMEM);
        if (end > 0 && copy->end > end)
            copy->end = end;
        to->chapters[to->nb_chapters++] = copy;
    }
    return 0;
}

/* Tags about the making of the input file are not true of the output. */
static int copy_tags(FwlJob *job)
{
    static const char *const left_out[] = {
        "creation_time",
        "company_name",
        "product_name",
        "product_version",
    };
    AVDictionary **tags = &job->output->metadata;
    int err = av_dict_copy(tags, job->input->metadata, AV_DICT_DONT_OVERWRITE);
    for (size_t i = 0; err >= 0 && i < sizeof left_out / sizeof left_out[0]; i++)
        err = av_dict_set(tags, left_out[i], NULL, 0);
    const FwlDictionaryEntry *own = NULL;
    while (err >= 0 &&
           (own = fwl_dict_get(job->options->metadata, "", own, FWL_DICT_IGNORE_SUFFIX)) != NULL)
        err = av_dict_set(tags, own->key, own->value[0] ? own->value : NULL, 0);
    return err;
}

static int fail_header(FwlJob *job, int err)
{
    const AVOutputFormat *muxer = job->output->oformat;
    const int status = fwl_io_error(job->out);
    if (status < 0 || err == AVERROR(ENOMEM))
        return fail_write(job, err, "its header");
    char streams[128] = "";
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        if (!track->output)
            continue;
        const enum AVCodecID id = track->output->codecpar->codec_id;
        if (avformat_query_codec(muxer, id, FF_COMPLIANCE_NORMAL) == 0)
            return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                                "%s cannot hold %s %s: choose another codec or container",
                                muxer->name, avcodec_get_name(id), fwl_track_kind(track));
        const size_t length = strlen(streams);
        snprintf(streams + length, sizeof streams - length, "%s%s %s", length ? " and " : "",
                 avcodec_get_name(id), fwl_track_kind(track));
    }
    if (!fwl_io_is_seekable(job->out) && err == AVERROR(EINVAL))
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "%s does not take %s in an output that cannot be sought in: write to a "
                            "file, or choose another container",
                            muxer->name, streams);
    return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                        "%s does not take %s: choose another codec or container (%s)", muxer->name,
                        streams, av_err2str(err));
}

/*
 * MP4 and its like have an index of all packets at the beginning or the end, which needs seeking.
 * Where the output cannot, they are written in fragments, each with an index of its own: from key
 * picture to key picture, or a second of sound. The muxer holds a fragment until it is whole, so
 * none is larger than FRAGMENT_SIZE, however far key pictures are apart. Fails: AVERROR(ENOMEM).
 */
static int stream_options(FwlJob *job, AVDictionary **options)
{
    const AVClass *class = job->output->oformat->priv_class;
    if (fwl_io_is_seekable(job->out) || !class ||
        !av_opt_find(&class, "movflags", NULL, 0, AV_OPT_SEARCH_FAKE_OBJ))
        return 0;
    bool has_video = false;
    for (size_t i = 0; i < job->track_count; i++)
        has_video = has_video || job->tracks[i].type == AVMEDIA_TYPE_VIDEO;
    int err = av_dict_set(options, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
    if (err >= 0)
        err = av_dict_set_int(options, "frag_size", FRAGMENT_SIZE, 0);
    return err < 0 || has_video ? err : av_dict_set(options, "frag_duration", "1000000", 0);
}

static int write_header(FwlJob *job)
{
    for (size_t i = 0; i < job->track_count; i++) {
        if (job->tracks[i].is_abandoned)
            continue;
        const int status = describe(&job->tracks[i]);
        if (status < 0)
            return status;
    }
    if (copy_tags(job) < 0 || copy_chapters(job) < 0)
        return fwl_job_fail_nomem(job);
    AVDictionary *options = NULL;
    int err = stream_options(job, &options);
    if (err >= 0)
        err = avformat_write_header(job->output, &options);
    av_dict_free(&options);
    if (err < 0)
        return fail_header(job, err);
    job->is_header_written = true;
    return 0;
}

/* Packets */

static int64_t middle(int64_t a, int64_t b, int64_t c)
{
    const int64_t low = a < b ? a : b;
    const int64_t high = a < b ? b : a;
    return c < low ? low : (c > high ? high : c);
}

/* Muxers want dts to grow and never to pass pts. */
static void order_timestamps(const FwlTrack *track, AVPacket *packet)
{
    const int flags = track->job->output->oformat->flags;
    if (flags & AVFMT_NOTIMESTAMPS)
        return;
    const bool has_dts = packet->dts != AV_NOPTS_VALUE;
    if (has_dts && packet->pts != AV_NOPTS_VALUE && packet->dts > packet->pts)
        packet->pts = packet->dts = middle(packet->pts, packet->dts, track->last_dts + 1);
    if (!has_dts || track->last_dts == AV_NOPTS_VALUE)
        return;
    const int64_t earliest = track->last_dts + !(flags & AVFMT_TS_NONSTRICT);
    if (packet->dts >= earliest)
        return;
    if (packet->pts >= packet->dts && packet->pts < earliest)
        packet->pts = earliest;
    packet->dts = earliest;
}

static void count(FwlTrack *track, const AVPacket *packet)
{
    FwlJob *job = track->job;
    job->memory.packet_counts[fwl_memory_size_index((uint64_t)packet->size)]++;
    track->figures.packets_out++;
    track->figures.bytes_out += (uint64_t)packet->size;
    const int64_t ts = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (ts == AV_NOPTS_VALUE)
        return;
    const int64_t end = av_rescale_q(ts + packet->duration, track->output->time_base, MICROSECONDS);
    if (end > job->position_us)
        job->position_us = end;
}

/*
 * Within a budget the muxer does not wait for ever for packets of another track. At the start it
 * waits longer: where times begin is decided by the first packet of each track, and moves those of
 * all.
 */
static uint64_t muxer_room(const FwlJob *job)
{
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        if (track->type != AVMEDIA_TYPE_SUBTITLE && track->output &&
            track->figures.packets_out == 0)
            return job->plan.muxer_start_size;
    }
    return job->plan.muxer_size;
}

static int mux(FwlTrack *track, AVPacket *packet)
{
    FwlJob *job = track->job;
    if (track->is_copy)
        fwl_copy_rescale(track, packet);
    else
        av_packet_rescale_ts(packet, track->mux_time_base, track->output->time_base);
    order_timestamps(track, packet);
    track->last_dts = packet->dts;
    packet->stream_index = track->output->index;
    count(track, packet);
    if (fwl_memory_hold_in_muxer(job, packet, track->is_copy) < 0)
        return fwl_job_fail_nomem(job);
    const bool has_time = packet->pts != AV_NOPTS_VALUE;
    int err = av_interleaved_write_frame(job->output, packet);
    if (err >= 0 && atomic_load(&job->memory.muxer_size) > muxer_room(job))
        err = av_interleaved_write_frame(job->output, NULL);
    if (err >= 0)
        return 0;
    return fail_write(job, err, has_time ? "a packet" : "packets without a time: do not copy them");
}

/* Waiting for the header */

static int keep_waiting(FwlTrack *track, AVPacket *packet)
{
    FwlJob *job = track->job;
    AVPacket *kept = av_packet_alloc();
    if (!kept)
        return fwl_job_fail_nomem(job);
    av_packet_move_ref(kept, packet);
    kept->stream_index = (int)(track - job->tracks);
    if (av_dynarray_add_nofree(&job->waiting, &job->waiting_count, kept) < 0) {
        av_packet_free(&kept);
        return fwl_job_fail_nomem(job);
    }
    job->waiting_size += (uint64_t)kept->size;
    return 0;
}

static int mux_waiting(FwlJob *job)
{
    int status = 0;
    for (int i = 0; i < job->waiting_count; i++) {
        AVPacket *packet = job->waiting[i];
        if (status == 0)
            status = mux(&job->tracks[packet->stream_index], packet);
        av_packet_free(&packet);
    }
    av_freep(&job->waiting);
    job->waiting_count = 0;
    job->waiting_size = 0;
    return status;
}

static bool is_waiting_for_tracks(const FwlJob *job)
{
    for (size_t i = 0; i < job->track_count; i++) {
        if (!job->tracks[i].is_ready && !job->tracks[i].is_abandoned)
            return true;
    }
    return false;
}

/* Opens what no frame was seen of, by what the container says, or leaves it out. */
static int settle_track(FwlTrack *track)
{
    if (track->is_ready || track->is_abandoned)
        return 0;
    const int status = track->filter.graph ? 0 : fwl_filter_guess(track);
    if (status == FWL_E_DATA) {
        track->is_abandoned = true;
        return 0;
    }
    return status < 0 ? status : fwl_encoder_open(track, NULL);
}

static int start(FwlJob *job)
{
    if (job->is_header_written || is_waiting_for_tracks(job))
        return 0;
    const int status = write_header(job);
    return status < 0 ? status : mux_waiting(job);
}

int fwl_output_settle(FwlJob *job)
{
    for (size_t i = 0; i < job->track_count; i++) {
        const int status = settle_track(&job->tracks[i]);
        if (status < 0)
            return status;
    }
    return start(job);
}

int fwl_output_ready(FwlTrack *track)
{
    track->is_ready = true;
    return start(track->job);
}

int fwl_output_packet(FwlTrack *track, AVPacket *packet)
{
    FwlJob *job = track->job;
    if (job->is_header_written)
        return mux(track, packet);
    const int status = keep_waiting(track, packet);
    if (status < 0 || job->waiting_size <= job->plan.waiting_size)
        return status;
    return fwl_output_settle(job);
}

int fwl_output_finish(FwlJob *job)
{
    int err = av_write_trailer(job->output);
    if (err < 0)
        return fail_write(job, err, "the end");
    /* The muxer goes later: what it has buffered is written here, where it can still fail. */
    avio_flush(job->output->pb);
    err = job->output->pb->error;
    return err < 0 ? fail_write(job, err, "the end") : 0;
}
