/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/transcode_args.h"

#include "command/command.h"
#include "command/option_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an option is to the parser; for one with a short form, that letter. */
enum OptionKey {
    KEY_COPY = OPTION_KEY_LONG,
    KEY_VIDEO_CODEC,
    KEY_AUDIO_CODEC,
    KEY_SUBTITLE_CODEC,
    KEY_FORMAT,
    KEY_CRF,
    KEY_PRESET,
    KEY_VIDEO_BITRATE,
    KEY_AUDIO_BITRATE,
    KEY_SCALE,
    KEY_FILTER,
    KEY_AUDIO_FILTER,
    KEY_START,
    KEY_DURATION,
    KEY_NO_VIDEO,
    KEY_NO_AUDIO,
    KEY_NO_SUBTITLES,
    KEY_MAP,
    KEY_METADATA,
    KEY_KEEP_ROTATION,
    KEY_THREADS,
    KEY_MAX_MEMORY,
    KEY_IN_MEMORY,
    KEY_OUTPUT_DIR,
    KEY_JOBS,
    KEY_REPORT,
    KEY_SALVAGE,
    KEY_QUIET,
    KEY_JSON,
};

static const struct OptionRow option_rows[] = {
    {KEY_COPY, "copy", NULL, "copy the streams as they are, decode nothing"},
    {KEY_VIDEO_CODEC, "video-codec", "NAME", "encoder or codec for video, or 'copy'"},
    {KEY_AUDIO_CODEC, "audio-codec", "NAME", "encoder or codec for audio, or 'copy'"},
    {KEY_SUBTITLE_CODEC, "subtitle-codec", "NAME", "encoder or codec for subtitles, or 'copy'"},
    {KEY_FORMAT, "format", "NAME", "container, any muxer of libavformat"},
    {KEY_CRF, "crf", "N", "constant quality of the video encoder, 0 to 63"},
    {KEY_PRESET, "preset", "NAME", "preset of the video encoder"},
    {KEY_VIDEO_BITRATE, "video-bitrate", "RATE", "bits a second: 800k, 2.5M"},
    {KEY_AUDIO_BITRATE, "audio-bitrate", "RATE", "the same for the audio encoder"},
    {KEY_SCALE, "scale", "WxH", "size of the picture; -1 for a side keeps the shape"},
    {KEY_FILTER, "filter", "GRAPH", "filters of libavfilter for the video: 'hflip,eq=1.2'"},
    {KEY_AUDIO_FILTER, "audio-filter", "GRAPH", "the same for the audio: 'volume=0.5'"},
    {KEY_START, "start", "TIME", "begin there in INPUT: 90, 1:30, 1:02:03.5"},
    {KEY_DURATION, "duration", "TIME", "how long OUTPUT is to be at most"},
    {KEY_NO_VIDEO, "no-video", NULL, "leave the video out"},
    {KEY_NO_AUDIO, "no-audio", NULL, "leave the audio out"},
    {KEY_NO_SUBTITLES, "no-subtitles", NULL, "leave the subtitles out"},
    {KEY_MAP, "map", "N,N...", "take these streams, not the best of each kind"},
    {KEY_METADATA, "metadata", "KEY=VALUE", "set a tag; without a VALUE, take it away"},
    {KEY_KEEP_ROTATION, "keep-rotation", NULL,
     "leave a turned picture turned, and say so in OUTPUT"},
    {KEY_THREADS, "threads", "N", "threads of each codec; 0, the default: one per CPU"},
    {KEY_MAX_MEMORY, "max-memory", "SIZE", "hold no more at once, and wait instead: 64M, 2G"},
    {KEY_IN_MEMORY, "in-memory", NULL, "hold all of INPUT and OUTPUT in memory meanwhile"},
    {KEY_OUTPUT_DIR, "output-dir", "DIR", "take many INPUTs, each to a file of its name in DIR"},
    {KEY_JOBS, "jobs", "N", "so many of them at a time; 0: one per CPU"},
    {KEY_REPORT, "report", "FILE", "write a page about time and memory to FILE, as HTML"},
    {KEY_SALVAGE, "salvage", NULL, "take what there is of an INPUT that was cut off"},
    {OPTION_KEY_OVERWRITE, NULL, NULL, "overwrite OUTPUT where it exists"},
    {KEY_QUIET, "quiet", NULL, "print neither progress nor table"},
    {KEY_JSON, "json", NULL, "print the result as JSON; of many INPUTs one a line"},
    OPTION_ROW_HELP,
};

enum {
    CRF_MAX = 63,       /* of the encoders that know it; each checks its own range */
    THREADS_MAX = 1024, /* well above what a codec of libavcodec starts */
    SIDE_MAX = 65536,
    INDEX_MAX = 65535,
};

static const double RATE_MAX = 1e12;

static int take_option(void *opaque, int key, const char *argument);

static const struct OptionTable option_table = {
    .subcommand = "transcode",
    .usage = "[OPTIONS] INPUT OUTPUT\n"
             "       framewell transcode [OPTIONS] --output-dir DIR INPUT...",
    .about = "Decodes INPUT into memory, encodes it from there, and gives OUTPUT its name when\n"
             "it is whole. '-' is stdin or stdout. What OUTPUT holds follows from its ending\n"
             "(.mp4 .mkv .webm .mov .ts .flac .wav .ogg .mp3 ...) where no option says\n"
             "otherwise.\n",
    .more = "Examples:\n"
            "  framewell transcode phone.mp4 small.webm\n"
            "  framewell transcode --copy clip.ts clip.mp4\n"
            "  framewell transcode --video-codec libx264 --crf 20 --preset slow a.mov b.mkv\n"
            "  framewell transcode --start 1:30 --duration 10 --scale 640x-1 a.mkv b.mp4\n"
            "  framewell transcode --max-memory 256M --report memory.html film.mkv film.mp4\n"
            "  framewell transcode --jobs 4 --format webm --output-dir small *.mp4\n"
            "  curl -s URL | framewell transcode --format flac - - > sound.flac\n"
            "\n"
            "After it a table tells what went in and out and what memory that took.\n",
    .rows = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .take = take_option,
};

/* Arguments. Each function returns ARGS_GO_ON or EXIT_USAGE. */

/* "128k", "2.5M", "96000". */
static int read_rate(const char *option, const char *text, int64_t *rate)
{
    char *end;
    double value = strtod(text, &end);
    if (*end == 'k' || *end == 'K')
        value *= 1e3;
    else if (*end == 'M')
        value *= 1e6;
    end += *end == 'k' || *end == 'K' || *end == 'M';
    if (*text < '0' || *text > '9' || *end || !(value >= 1 && value <= RATE_MAX))
        return fwl_cmd_fail(EXIT_USAGE, option, "'%s' is not a rate, such as 800k or 2.5M", text);
    *rate = (int64_t)value;
    return ARGS_GO_ON;
}

static int read_duration(const char *text, int64_t *us)
{
    const int status = fwl_options_read_time("--duration", text, us);
    if (status == ARGS_GO_ON && *us == 0)
        return fwl_cmd_fail(EXIT_USAGE, "--duration",
                            "an output of no length is none: name a longer one");
    return status;
}

/* One side of a size: a number, or -1. */
static bool read_side(const char *text, const char **end, int *side)
{
    char *stop;
    const long value = strtol(text, &stop, 10);
    *end = stop;
    *side = value == -1 || (value > 0 && value <= SIDE_MAX) ? (int)value : 0;
    return stop != text && *side != 0;
}

static int read_size(const char *text, FwlTranscodeOptions *options)
{
    const char *end;
    if (read_side(text, &end, &options->width) && *end == 'x' &&
        read_side(end + 1, &end, &options->height) && !*end &&
        (options->width > 0 || options->height > 0))
        return ARGS_GO_ON;
    return fwl_cmd_fail(EXIT_USAGE, "--scale", "'%s' is not a size, such as 1280x720 or 1280x-1",
                        text);
}

/* "0", "0,2". May be given again: the streams add up. */
static int read_map(const char *text, struct TranscodeArgs *args)
{
    FwlTranscodeOptions *options = &args->options;
    options->map = args->map;
    for (const char *at = text;;) {
        char *end;
        const long index = *at >= '0' && *at <= '9' ? strtol(at, &end, 10) : -1;
        if (index < 0 || index > INDEX_MAX || (*end && *end != ','))
            return fwl_cmd_fail(EXIT_USAGE, "--map", "'%s' is not a list of streams, such as 0,2",
                                text);
        if (options->map_count == FWL_TRANSCODE_STREAMS_MAX)
            return fwl_cmd_fail(EXIT_USAGE, "--map", "more than %d streams",
                                FWL_TRANSCODE_STREAMS_MAX);
        args->map[options->map_count++] = (int)index;
        if (!*end)
            return ARGS_GO_ON;
        at = end + 1;
    }
}

static int read_tag(const char *text, struct TranscodeArgs *args)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return fwl_cmd_fail(EXIT_USAGE, "--metadata", "'%s' is not KEY=VALUE, such as title=Film",
                            text);
    char *key = strndup(text, (size_t)(equals - text));
    const int err = key ? fwl_dict_set(&args->metadata, key, equals + 1, 0) : FWL_E_NOMEM;
    free(key);
    if (err < 0)
        return fwl_cmd_fail_memory("--metadata");
    args->options.metadata = args->metadata;
    return ARGS_GO_ON;
}

static int take_option(void *opaque, int key, const char *argument)
{
    struct TranscodeArgs *args = opaque;
    FwlTranscodeOptions *options = &args->options;
    switch (key) {
    case KEY_COPY:
        options->copy = true;
        return ARGS_GO_ON;
    case KEY_VIDEO_CODEC:
        options->video_codec = argument;
        return ARGS_GO_ON;
    case KEY_AUDIO_CODEC:
        options->audio_codec = argument;
        return ARGS_GO_ON;
    case KEY_SUBTITLE_CODEC:
        options->subtitle_codec = argument;
        return ARGS_GO_ON;
    case KEY_FORMAT:
        options->format = argument;
        return ARGS_GO_ON;
    case KEY_CRF:
        return fwl_options_read_number("--crf", argument, 0, CRF_MAX, &options->crf);
    case KEY_PRESET:
        options->preset = argument;
        return ARGS_GO_ON;
    case KEY_VIDEO_BITRATE:
        return read_rate("--video-bitrate", argument, &options->video_bit_rate);
    case KEY_AUDIO_BITRATE:
        return read_rate("--audio-bitrate", argument, &options->audio_bit_rate);
    case KEY_SCALE:
        return read_size(argument, options);
    case KEY_FILTER:
        options->video_filter = argument;
        return ARGS_GO_ON;
    case KEY_AUDIO_FILTER:
        options->audio_filter = argument;
        return ARGS_GO_ON;
    case KEY_START:
        return fwl_options_read_time("--start", argument, &options->start_us);
    case KEY_DURATION:
        return read_duration(argument, &options->duration_us);
    case KEY_NO_VIDEO:
        options->no_video = true;
        return ARGS_GO_ON;
    case KEY_NO_AUDIO:
        options->no_audio = true;
        return ARGS_GO_ON;
    case KEY_NO_SUBTITLES:
        options->no_subtitles = true;
        return ARGS_GO_ON;
    case KEY_MAP:
        return read_map(argument, args);
    case KEY_METADATA:
        return read_tag(argument, args);
    case KEY_THREADS:
        return fwl_options_read_number("--threads", argument, 0, THREADS_MAX, &options->threads);
    case KEY_KEEP_ROTATION:
        options->keep_rotation = true;
        return ARGS_GO_ON;
    case KEY_MAX_MEMORY:
        return fwl_options_read_size("--max-memory", argument, 1, &args->max_memory);
    case KEY_IN_MEMORY:
        args->is_in_memory = true;
        return ARGS_GO_ON;
    case KEY_OUTPUT_DIR:
        args->output_dir = argument;
        return ARGS_GO_ON;
    case KEY_JOBS:
        args->has_jobs = true;
        return fwl_options_read_number("--jobs", argument, 0, TRANSCODE_JOBS_MAX, &args->jobs);
    case KEY_REPORT:
        args->report = argument;
        return ARGS_GO_ON;
    case KEY_SALVAGE:
        args->may_salvage = true;
        return ARGS_GO_ON;
    case OPTION_KEY_OVERWRITE:
        args->may_overwrite = true;
        return ARGS_GO_ON;
    case KEY_QUIET:
        args->is_quiet = true;
        return ARGS_GO_ON;
    default: /* KEY_JSON */
        args->wants_json = true;
        return ARGS_GO_ON;
    }
}

bool fwl_transcode_is_standard_stream(const char *name)
{
    return strcmp(name, "-") == 0;
}

static int take_inputs(struct TranscodeArgs *args, int count, char **names)
{
    if (count < 1)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "transcode needs an INPUT; see 'framewell transcode --help'");
    for (int i = 0; i < count; i++)
        if (fwl_transcode_is_standard_stream(names[i]))
            return fwl_cmd_fail(EXIT_USAGE, "--output-dir",
                                "stdin has no name to call a file by: transcode it by itself");
    args->inputs = names;
    args->input_count = (size_t)count;
    return ARGS_GO_ON;
}

/* The names, which are what is left when the options are taken. */
static int take_names(struct TranscodeArgs *args, int count, char **names)
{
    if (args->output_dir)
        return take_inputs(args, count, names);
    if (args->has_jobs)
        return fwl_cmd_fail(EXIT_USAGE, "--jobs", "is for many inputs: name an --output-dir, too");
    if (count < 2)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "transcode needs INPUT and OUTPUT; see 'framewell transcode --help'");
    if (count > 2)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "transcode takes one INPUT and one OUTPUT; '%s' is too many: "
                            "--output-dir DIR takes many inputs",
                            names[2]);
    args->inputs = names;
    args->input_count = 1;
    args->output = names[1];
    return ARGS_GO_ON;
}

/* Options that are fine each by itself and do not go together. */
static int check_together(const struct TranscodeArgs *args)
{
    const FwlTranscodeOptions *options = &args->options;
    const bool is_stdout = args->output && fwl_transcode_is_standard_stream(args->output);
    if (args->report && fwl_transcode_is_standard_stream(args->report))
        return fwl_cmd_fail(EXIT_USAGE, "--report", "the page is a file: name one");
    if (is_stdout && args->wants_json)
        return fwl_cmd_fail(EXIT_USAGE, "--json", "stdout takes the output; name a file for it");
    if (is_stdout && !options->format)
        return fwl_cmd_fail(EXIT_USAGE, "-", "stdout has no ending: name the container, --format");
    if (options->copy && (options->video_codec || options->audio_codec || options->subtitle_codec))
        return fwl_cmd_fail(EXIT_USAGE, "--copy",
                            "copies every stream: leave it out, or the codec options");
    if (options->copy && (options->crf >= 0 || options->preset))
        return fwl_cmd_fail(EXIT_USAGE, "--copy",
                            "encodes nothing: leave it out, or --crf and --preset");
    return ARGS_GO_ON;
}

int fwl_transcode_args_parse(struct TranscodeArgs *args, int argc, char **argv)
{
    *args = (struct TranscodeArgs){.options = fwl_transcode_options_default(), .jobs = 1};
    int names;
    int status = fwl_options_parse(&option_table, args, argc, argv, &names);
    if (status == ARGS_GO_ON)
        status = take_names(args, argc - names, argv + names);
    return status == ARGS_GO_ON ? check_together(args) : status;
}

void fwl_transcode_args_uninit(struct TranscodeArgs *args)
{
    fwl_dict_free(&args->metadata);
}
