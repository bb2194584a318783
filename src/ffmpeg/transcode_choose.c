/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which streams go through: of each kind one, if the output has a place for that kind. Video: the
 * most pixels; audio: the most channels; a stream that is marked as the default or that has already
 * given packets comes before one that is not; subtitles: the first that the output can express,
 * text as text, pictures as pictures. A cover picture is video only where there is nothing better.
 */
#include <string.h>

#include "transcode_job.h"

/* More than any number of pixels or channels, each more than all below it. */
enum { SCORE_DEFAULT = 5000000, SCORE_HAS_PACKETS = 100000000 };

/* avformat_query_codec says this of a container whose video is cover pictures only. */
#define QUERY_COVERS_ONLY MKTAG('A', 'P', 'I', 'C')

/* What a stream is worth: 0 where nothing is known that could be worth anything. */
static int64_t score_with_marks(const AVStream *stream, int64_t score)
{
    if (stream->event_flags & AVSTREAM_EVENT_FLAG_NEW_PACKETS)
        score += SCORE_HAS_PACKETS;
    if (score > 0 && (stream->disposition & AV_DISPOSITION_DEFAULT))
        score += SCORE_DEFAULT;
    return score;
}

static int64_t video_score(const AVStream *stream, bool takes_covers_only)
{
    const bool is_cover = stream->disposition & AV_DISPOSITION_ATTACHED_PIC;
    if (takes_covers_only && !is_cover)
        return 0;
    if (is_cover && !takes_covers_only)
        return 1;
    const AVCodecParameters *parameters = stream->codecpar;
    return score_with_marks(stream, (int64_t)parameters->width * parameters->height);
}

static int64_t audio_score(const AVStream *stream)
{
    return score_with_marks(stream, stream->codecpar->ch_layout.nb_channels);
}

static int subtitle_shape(enum AVCodecID id)
{
    const AVCodecDescriptor *descriptor = avcodec_descriptor_get(id);
    return descriptor ? descriptor->props & (AV_CODEC_PROP_TEXT_SUB | AV_CODEC_PROP_BITMAP_SUB) : 0;
}

/* codec NULL: the subtitles are copied. */
static int64_t subtitle_score(const FwlJob *job, const AVStream *stream, const AVCodec *codec)
{
    const enum AVCodecID id = stream->codecpar->codec_id;
    if (!codec)
        return avformat_query_codec(job->output->oformat, id, FF_COMPLIANCE_NORMAL) == 1;
    return (subtitle_shape(id) & subtitle_shape(codec->id)) != 0;
}

/* Whether anything can be done with a stream: a copy needs to know what it is, else there has to be
 * a decoder for it. */
static bool is_usable(const AVStream *stream, const AVCodec *codec)
{
    const enum AVCodecID id = stream->codecpar->codec_id;
    if (!codec)
        return id != AV_CODEC_ID_NONE;
    return avcodec_find_decoder(id) != NULL;
}

static AVStream *best_stream(const FwlJob *job, enum AVMediaType type, const AVCodec *codec)
{
    const AVOutputFormat *muxer = job->output->oformat;
    const bool takes_covers_only =
        (uint32_t)avformat_query_codec(muxer, muxer->video_codec, 0) == QUERY_COVERS_ONLY;
    AVStream *best = NULL;
    int64_t best_score = 0;
    for (unsigned i = 0; i < job->input->nb_streams; i++) {
        AVStream *stream = job->input->streams[i];
        if (stream->codecpar->codec_type != type || !is_usable(stream, codec))
            continue;
        int64_t score = 0;
        if (type == AVMEDIA_TYPE_VIDEO)
            score = video_score(stream, takes_covers_only);
        else if (type == AVMEDIA_TYPE_AUDIO)
            score = audio_score(stream);
        else
            score = subtitle_score(job, stream, codec);
        if (score > best_score) {
            best = stream;
            best_score = score;
        }
    }
    return best;
}

/* True where the container has a place for this kind. */
static bool is_taken(const FwlJob *job, enum AVMediaType type)
{
    const AVOutputFormat *muxer = job->output->oformat;
    const char *subtitle_codec = job->options->subtitle_codec;
    if (type == AVMEDIA_TYPE_SUBTITLE && (job->options->copy || subtitle_codec))
        return true;
    if (type == AVMEDIA_TYPE_SUBTITLE)
        return avcodec_find_encoder(muxer->subtitle_codec) != NULL;
    return av_guess_codec(muxer, NULL, job->output->url, NULL, type) != AV_CODEC_ID_NONE;
}

static bool has_stream(const FwlJob *job, enum AVMediaType type)
{
    for (unsigned i = 0; i < job->input->nb_streams; i++) {
        if (job->input->streams[i]->codecpar->codec_type == type)
            return true;
    }
    return false;
}

static void add_track(FwlJob *job, AVStream *stream, const AVCodec *codec)
{
    stream->discard = AVDISCARD_DEFAULT;
    FwlTrack *track = &job->tracks[job->track_count++];
    track->job = job;
    track->input = stream;
    track->type = stream->codecpar->codec_type;
    track->codec = codec;
    track->is_copy = !codec;
    track->last_dts = AV_NOPTS_VALUE;
    track->clock = (FwlTrackClock){
        .next_pts = AV_NOPTS_VALUE,
        .next_dts = AV_NOPTS_VALUE,
        .rescale_last = AV_NOPTS_VALUE,
        .last_packet_pts = AV_NOPTS_VALUE,
        .samples_end = AV_NOPTS_VALUE,
        .picture_pts = AV_NOPTS_VALUE,
    };
    fwl_filter_init(&track->filter);
}

static bool is_unwanted(const FwlJob *job, enum AVMediaType type)
{
    const FwlTranscodeOptions *options = job->options;
    return (type == AVMEDIA_TYPE_VIDEO && options->no_video) ||
           (type == AVMEDIA_TYPE_AUDIO && options->no_audio) ||
           (type == AVMEDIA_TYPE_SUBTITLE && options->no_subtitles);
}

static int choose(FwlJob *job, enum AVMediaType type)
{
    if (is_unwanted(job, type) || !has_stream(job, type) || !is_taken(job, type))
        return 0;
    const AVCodec *codec;
    const int err = fwl_job_find_encoder(job, type, &codec);
    if (err < 0)
        return err;
    AVStream *stream = best_stream(job, type, codec);
    if (stream)
        add_track(job, stream, codec);
    return 0;
}

/* The stream that the caller names. */
static int choose_mapped(FwlJob *job, int index)
{
    if (index < 0 || (unsigned)index >= job->input->nb_streams)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID,
                            "the input has no stream %d: it has 0 to %u", index,
                            job->input->nb_streams - 1);
    AVStream *stream = job->input->streams[index];
    const enum AVMediaType type = stream->codecpar->codec_type;
    const char *kind = av_get_media_type_string(type);
    if (type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO && type != AVMEDIA_TYPE_SUBTITLE)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "stream %d is neither video, audio nor subtitles: %s", index,
                            kind ? kind : "of an unknown kind");
    for (size_t i = 0; i < job->track_count; i++) {
        if (job->tracks[i].input == stream)
            return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID, "stream %d is named twice",
                                index);
    }
    const AVCodec *codec;
    const int err = fwl_job_find_encoder(job, type, &codec);
    if (err < 0)
        return err;
    if (!is_usable(stream, codec))
        return fwl_job_fail(job, FWL_SIDE_DATA, FWL_E_UNSUPPORTED,
                            "there is no decoder for stream %d, %s", index,
                            avcodec_get_name(stream->codecpar->codec_id));
    add_track(job, stream, codec);
    return 0;
}

static int choose_best(FwlJob *job)
{
    static const enum AVMediaType kinds[] = {
        AVMEDIA_TYPE_VIDEO,
        AVMEDIA_TYPE_AUDIO,
        AVMEDIA_TYPE_SUBTITLE,
    };
    int err = 0;
    for (size_t i = 0; err == 0 && i < sizeof kinds / sizeof kinds[0]; i++)
        err = choose(job, kinds[i]);
    return err;
}

int fwl_job_choose_tracks(FwlJob *job)
{
    for (unsigned i = 0; i < job->input->nb_streams; i++)
        job->input->streams[i]->discard = AVDISCARD_ALL;
    int err = 0;
    for (size_t i = 0; err == 0 && i < job->options->map_count; i++)
        err = choose_mapped(job, job->options->map[i]);
    if (job->options->map_count == 0)
        err = choose_best(job);
    if (err < 0)
        return err;
    if (job->track_count == 0)
        return fwl_job_fail(
            job, FWL_SIDE_DATA, FWL_E_DATA,
            "the input has no stream that is wanted, can be read, and that %s takes: "
            "leave fewer out, or name another container",
            job->output->oformat->name);
    return 0;
}
