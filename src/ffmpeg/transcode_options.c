/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the caller asks for: names are looked up before any work is done, and a name that does not
 * exist is answered with the nearest one that does.
 */
#include <string.h>

#include <libavutil/opt.h>

#include "transcode_job.h"

enum {
    NAME_MAX_LENGTH = 31,
    /* A suggestion is given for at most this many letters added, removed or changed. */
    DISTANCE_MAX = 3,
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* The number of letters to add, remove or change to get from a to b; names are short. */
static int distance(const char *a, const char *b)
{
    int row[NAME_MAX_LENGTH + 1];
    const int length = smaller((int)strlen(b), NAME_MAX_LENGTH);
    for (int j = 0; j <= length; j++)
        row[j] = j;
    for (int i = 1; i <= NAME_MAX_LENGTH && a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= length; j++) {
            const int changed = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = smaller(changed, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[length];
}

/* How far a candidate is from what was asked; x264 for libx264 is nearer than any misspelling. */
static int remoteness(const char *wanted, const char *candidate)
{
    const size_t length = strlen(wanted);
    if (length >= 3 && (strstr(candidate, wanted) || strstr(wanted, candidate)))
        return 0;
    return distance(wanted, candidate);
}

static void consider(const char *wanted, const char *candidate, const char **best, int *best_score)
{
    const int score = remoteness(wanted, candidate);
    if (score < *best_score && score < (int)strlen(wanted)) {
        *best = candidate;
        *best_score = score;
    }
}

static const char *nearest_encoder(const char *wanted, enum AVMediaType type)
{
    const char *best = NULL;
    int best_score = DISTANCE_MAX + 1;
    void *state = NULL;
    for (const AVCodec *codec; (codec = av_codec_iterate(&state)) != NULL;) {
        if (av_codec_is_encoder(codec) && codec->type == type)
            consider(wanted, codec->name, &best, &best_score);
    }
    return best;
}

static const char *nearest_muxer(const char *wanted)
{
    const char *best = NULL;
    int best_score = DISTANCE_MAX + 1;
    void *state = NULL;
    for (const AVOutputFormat *muxer; (muxer = av_muxer_iterate(&state)) != NULL;)
        consider(wanted, muxer->name, &best, &best_score);
    return best;
}

static const char *asked_codec(const FwlTranscodeOptions *options, enum AVMediaType type)
{
    if (options->copy)
        return "copy";
    if (type == AVMEDIA_TYPE_VIDEO)
        return options->video_codec;
    if (type == AVMEDIA_TYPE_AUDIO)
        return options->audio_codec;
    return options->subtitle_codec;
}

/* An encoder by its own name or by that of what it makes ("h264"); NULL for none. */
static const AVCodec *encoder_by_name(const char *name, enum AVMediaType type)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    const AVCodecDescriptor *descriptor = codec ? NULL : avcodec_descriptor_get_by_name(name);
    if (descriptor)
        codec = avcodec_find_encoder(descriptor->id);
    return codec && codec->type == type ? codec : NULL;
}

static int fail_no_encoder(FwlJob *job, const char *name, enum AVMediaType type)
{
    const char *kind = av_get_media_type_string(type);
    const char *suggestion = nearest_encoder(name, type);
    if (suggestion)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "no %s encoder '%s'; did you mean '%s'?", kind, name, suggestion);
    return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED, "no %s encoder '%s'", kind, name);
}

int fwl_job_find_encoder(FwlJob *job, enum AVMediaType type, const AVCodec **codec)
{
    *codec = NULL;
    const char *name = asked_codec(job->options, type);
    if (name && strcmp(name, "copy") == 0)
        return 0;
    if (name) {
        *codec = encoder_by_name(name, type);
        return *codec ? 0 : fail_no_encoder(job, name, type);
    }
    const AVOutputFormat *muxer = job->output->oformat;
    const enum AVCodecID id = av_guess_codec(muxer, NULL, job->output->url, NULL, type);
    *codec = avcodec_find_encoder(id);
    if (*codec)
        return 0;
    return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                        "no %s encoder goes with %s by default: name one",
                        av_get_media_type_string(type), muxer->name);
}

static int check_codec(FwlJob *job, const char *name, enum AVMediaType type)
{
    if (!name || strcmp(name, "copy") == 0 || encoder_by_name(name, type))
        return 0;
    return fail_no_encoder(job, name, type);
}

static int check_format(FwlJob *job)
{
    const char *name = job->options->format;
    const char *output_name = job->options->output_name;
    if (!name && !output_name)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID,
                            "neither a format nor a name for the output is given");
    if (!name) {
        if (av_guess_format(NULL, output_name, NULL))
            return 0;
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "no container is known by the ending of '%s': name a format",
                            output_name);
    }
    if (av_guess_format(name, NULL, NULL))
        return 0;
    const char *suggestion = nearest_muxer(name);
    if (suggestion)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "no format '%s'; did you mean '%s'?", name, suggestion);
    return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED, "no format '%s'", name);
}

int fwl_job_check_options(FwlJob *job)
{
    const FwlTranscodeOptions *options = job->options;
    if (options->threads < 0)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID, "%d threads make no sense",
                            options->threads);
    int err = check_format(job);
    if (err == 0)
        err = check_codec(job, options->video_codec, AVMEDIA_TYPE_VIDEO);
    if (err == 0)
        err = check_codec(job, options->audio_codec, AVMEDIA_TYPE_AUDIO);
    if (err == 0)
        err = check_codec(job, options->subtitle_codec, AVMEDIA_TYPE_SUBTITLE);
    return err;
}
