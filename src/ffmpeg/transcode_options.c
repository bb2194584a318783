/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the caller asks for: names are looked up before any work is done, and a name that does not
 * exist is answered with the nearest one that does.
 */
#include <string.h>

#include <libavutil/opt.h>
#include <libavutil/avstring.h>

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
        if (!av_codec_is_encoder(codec) || codec->type != type)
            continue;
        consider(wanted, codec->name, &best, &best_score);
        consider(wanted, avcodec_get_name(codec->id), &best, &best_score);
    }
    return best;
}

static const char *nearest_muxer(const char *wanted)
{
    const char *best = NULL;
    int best_score = DISTANCE_MAX + 1;
    void *state = NULL;
    for (const AVOutputFormat *muxer; (muxer = av_muxer_iterate(&state)) != NULL;) {
        if (av_match_name(wanted, muxer->extensions ? muxer->extensions : ""))
            return muxer->name;
        consider(wanted, muxer->name, &best, &best_score);
    }
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
static const AVCodec *encoder_of_any_kind(const char *name)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    const AVCodecDescriptor *descriptor = codec ? NULL : avcodec_descriptor_get_by_name(name);
    return descriptor ? avcodec_find_encoder(descriptor->id) : codec;
}

static const AVCodec *encoder_by_name(const char *name, enum AVMediaType type)
{
    const AVCodec *codec = encoder_of_any_kind(name);
    return codec && codec->type == type ? codec : NULL;
}

/* "audio" for an encoder of sound, NULL for one that is not there. */
static const char *kind_of_encoder(const char *name)
{
    const AVCodec *codec = encoder_of_any_kind(name);
    return codec ? av_get_media_type_string(codec->type) : NULL;
}

static int fail_no_encoder(FwlJob *job, const char *name, enum AVMediaType type)
{
    const char *kind = av_get_media_type_string(type);
    const char *other = kind_of_encoder(name);
    if (other)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "no %s encoder '%s', which is one of %s: name another", kind, name,
                            other);
    const char *suggestion = nearest_encoder(name, type);
    if (suggestion)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "no %s encoder '%s'; did you mean '%s'?", kind, name, suggestion);
    return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                        "no %s encoder '%s': without a name it is what the container usually has",
                        kind, name);
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
        return fwl_job_fail(
            job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
            "no container is known by the ending of '%s': name a format, such as matroska",
            output_name);
    }
    if (av_guess_format(name, NULL, NULL))
        return 0;
    const char *suggestion = nearest_muxer(name);
    if (suggestion)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "no format '%s'; did you mean '%s'?", name, suggestion);
    return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                        "no format '%s': without one the ending of the output tells", name);
}

static const char *nearest_filter(const char *wanted)
{
    const char *best = NULL;
    int best_score = DISTANCE_MAX + 1;
    void *state = NULL;
    for (const AVFilter *filter; (filter = av_filter_iterate(&state)) != NULL;)
        consider(wanted, filter->name, &best, &best_score);
    return best;
}

/* The first filter in a description that does not exist; "" where all do. */
static void find_unknown_filter(const char *description, char name[NAME_MAX_LENGTH + 1])
{
    name[0] = '\0';
    for (const char *at = description; *at;) {
        at += strspn(at, " \n\t\r,;");
        while (*at == '[')
            at += strcspn(at, "]") + (at[strcspn(at, "]")] == ']');
        const size_t length = strcspn(at, "=@,;[ ");
        if (length > 0 && length <= NAME_MAX_LENGTH) {
            memcpy(name, at, length);
            name[length] = '\0';
            if (!avfilter_get_by_name(name))
                return;
        }
        name[0] = '\0';
        at += strcspn(at, ",;");
    }
}

static int fail_filter(FwlJob *job, const char *description)
{
    char name[NAME_MAX_LENGTH + 1];
    find_unknown_filter(description, name);
    const char *suggestion = name[0] ? nearest_filter(name) : NULL;
    if (suggestion)
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
                            "no filter '%s'; did you mean '%s'?", name, suggestion);
    if (name[0])
        return fwl_job_fail(
            job, FWL_SIDE_OPTIONS, FWL_E_UNSUPPORTED,
            "no filter '%s': libavfilter was built without it, or has none of that name", name);
    return fwl_job_fail(
        job, FWL_SIDE_OPTIONS, FWL_E_INVALID,
        "the filter '%s' is not written as libavfilter wants it: look at its options", description);
}

static bool is_one_of(const AVFilterInOut *list, enum AVMediaType type, bool is_input)
{
    if (!list || list->next)
        return false;
    const AVFilterContext *filter = list->filter_ctx;
    const AVFilterPad *pads = is_input ? filter->input_pads : filter->output_pads;
    return avfilter_pad_get_type(pads, list->pad_idx) == type;
}

/* Whether the graph can be parsed, and has one input and one output of the kind. */
static int check_filter(FwlJob *job, const char *description, enum AVMediaType type)
{
    if (!description)
        return 0;
    AVFilterGraph *graph = avfilter_graph_alloc();
    if (!graph)
        return fwl_job_fail_nomem(job);
    AVFilterInOut *inputs = NULL, *outputs = NULL;
    const int err = avfilter_graph_parse2(graph, description, &inputs, &outputs);
    int status = 0;
    if (err == AVERROR(ENOMEM))
        status = fwl_job_fail_nomem(job);
    else if (err < 0)
        status = fail_filter(job, description);
    else if (!is_one_of(inputs, type, true) || !is_one_of(outputs, type, false))
        status = fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID,
                              "the filter '%s' does not have one input and one output for %s",
                              description, av_get_media_type_string(type));
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    avfilter_graph_free(&graph);
    return status;
}

static bool is_copied(const FwlTranscodeOptions *options, enum AVMediaType type)
{
    const char *name = asked_codec(options, type);
    return name && strcmp(name, "copy") == 0;
}

/* What is copied is not changed. */
static int check_copies(FwlJob *job)
{
    const FwlTranscodeOptions *options = job->options;
    if (is_copied(options, AVMEDIA_TYPE_VIDEO) &&
        (options->width || options->height || options->video_filter || options->video_bit_rate))
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID,
                            "video that is copied can neither be scaled, filtered nor encoded "
                            "anew: name another video codec");
    if (is_copied(options, AVMEDIA_TYPE_AUDIO) &&
        (options->audio_filter || options->audio_bit_rate))
        return fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID,
                            "audio that is copied can neither be filtered nor encoded anew: name "
                            "another audio codec");
    return 0;
}

static bool is_side(int side)
{
    return side >= -1 && side <= 1 << 16;
}

static int check_numbers(FwlJob *job)
{
    const FwlTranscodeOptions *options = job->options;
    const char *wrong = NULL;
    if (options->threads < 0)
        wrong = "a negative number of threads makes no sense";
    else if (options->video_bit_rate < 0 || options->audio_bit_rate < 0)
        wrong = "a negative bit rate makes no sense";
    else if (options->start_us < 0 || options->duration_us < 0)
        wrong = "a negative time makes no sense";
    else if (!is_side(options->width) || !is_side(options->height) ||
             (options->width < 0 && options->height < 0))
        wrong = "the size to scale to makes no sense: sides are 1 to 65536, one may be -1";
    else if (options->map_count > FWL_TRANSCODE_STREAMS_MAX ||
             (options->map_count > 0 && !options->map))
        wrong = "too many streams are named, or none";
    return wrong ? fwl_job_fail(job, FWL_SIDE_OPTIONS, FWL_E_INVALID, "%s", wrong) : 0;
}

int fwl_job_check_options(FwlJob *job)
{
    const FwlTranscodeOptions *options = job->options;
    int err = check_numbers(job);
    if (err == 0)
        err = check_format(job);
    if (err == 0)
        err = check_codec(job, options->video_codec, AVMEDIA_TYPE_VIDEO);
    if (err == 0)
        err = check_codec(job, options->audio_codec, AVMEDIA_TYPE_AUDIO);
    if (err == 0)
        err = check_codec(job, options->subtitle_codec, AVMEDIA_TYPE_SUBTITLE);
    if (err == 0)
        err = check_copies(job);
    if (err == 0)
        err = check_filter(job, options->video_filter, AVMEDIA_TYPE_VIDEO);
    if (err == 0)
        err = check_filter(job, options->audio_filter, AVMEDIA_TYPE_AUDIO);
    return err;
}
