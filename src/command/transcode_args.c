/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/transcode_args.h"

#include "command/command.h"
#include "command/option_table.h"

#include <stdio.h>
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
    KEY_THREADS,
    KEY_SALVAGE,
    KEY_QUIET,
    KEY_JSON,
    KEY_OVERWRITE = 'y',
    KEY_HELP = 'h',
};

static const struct OptionRow option_rows[] = {
    {KEY_COPY, "copy", NULL, "copy the streams as they are, decode nothing"},
    {KEY_VIDEO_CODEC, "video-codec", "NAME", "encoder or codec for video, or 'copy'"},
    {KEY_AUDIO_CODEC, "audio-codec", "NAME", "encoder or codec for audio, or 'copy'"},
    {KEY_SUBTITLE_CODEC, "subtitle-codec", "NAME", "encoder or codec for subtitles, or 'copy'"},
    {KEY_FORMAT, "format", "NAME", "container, any muxer of libavformat"},
    {KEY_CRF, "crf", "N", "constant quality of the video encoder, 0 to 63"},
    {KEY_PRESET, "preset", "NAME", "preset of the video encoder"},
    {KEY_THREADS, "threads", "N", "threads of each codec; 0, the default: one per CPU"},
    {KEY_SALVAGE, "salvage", NULL, "take what there is of an INPUT that was cut off"},
    {KEY_OVERWRITE, NULL, NULL, "overwrite OUTPUT where it exists"},
    {KEY_QUIET, "quiet", NULL, "print neither progress nor table"},
    {KEY_JSON, "json", NULL, "print the result as one JSON object"},
    {KEY_HELP, "help", NULL, "print this help"},
};

enum {
    CRF_MAX = 63,      /* of the encoders that know it; each checks its own range */
    THREADS_MAX = 1024 /* well above what a codec of libavcodec starts */
};

static int take_option(void *opaque, int key, const char *argument);

static const struct OptionTable option_table = {
    .subcommand = "transcode",
    .rows = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .take = take_option,
};

static int print_help(void)
{
    printf("Usage: framewell transcode [OPTIONS] INPUT OUTPUT\n"
           "\n"
           "Reads INPUT into memory, decodes and encodes it there, and writes OUTPUT when\n"
           "it is whole. '-' is stdin or stdout. What OUTPUT holds follows from its ending\n"
           "(.mp4 .mkv .webm .mov .ts .flac .wav .ogg .mp3 ...) where no option says\n"
           "otherwise.\n"
           "\n"
           "Options:\n");
    fwl_options_print(&option_table);
    printf("\n"
           "Examples:\n"
           "  framewell transcode phone.mp4 small.webm\n"
           "  framewell transcode --copy clip.ts clip.mp4\n"
           "  framewell transcode --video-codec libx264 --crf 20 --preset slow a.mov b.mkv\n"
           "  curl -s URL | framewell transcode --format flac - - > sound.flac\n"
           "\n"
           "After it a table tells what went in and out and what memory that took.\n");
    return fwl_cmd_finish_stdout(EXIT_FINE);
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
    case KEY_THREADS:
        return fwl_options_read_number("--threads", argument, 0, THREADS_MAX, &options->threads);
    case KEY_SALVAGE:
        args->may_salvage = true;
        return ARGS_GO_ON;
    case KEY_OVERWRITE:
        args->may_overwrite = true;
        return ARGS_GO_ON;
    case KEY_QUIET:
        args->is_quiet = true;
        return ARGS_GO_ON;
    case KEY_JSON:
        args->wants_json = true;
        return ARGS_GO_ON;
    default:
        return print_help();
    }
}

static bool is_standard_stream(const char *name)
{
    return strcmp(name, "-") == 0;
}

/* The two names, which are what is left when the options are taken. */
static int take_names(struct TranscodeArgs *args, int count, char **names)
{
    if (count < 2)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "transcode needs INPUT and OUTPUT; see 'framewell transcode --help'");
    if (count > 2)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "transcode takes one INPUT and one OUTPUT; '%s' is too many", names[2]);
    args->input = names[0];
    args->output = names[1];
    args->options.input_name = is_standard_stream(names[0]) ? NULL : names[0];
    args->options.output_name = is_standard_stream(names[1]) ? NULL : names[1];
    return ARGS_GO_ON;
}

/* Options that are fine each by itself and do not go together. */
static int check_together(const struct TranscodeArgs *args)
{
    const FwlTranscodeOptions *options = &args->options;
    const bool is_stdout = is_standard_stream(args->output);
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
    *args = (struct TranscodeArgs){.options = fwl_transcode_options_default()};
    int names;
    int status = fwl_options_parse(&option_table, args, argc, argv, &names);
    if (status == ARGS_GO_ON)
        status = take_names(args, argc - names, argv + names);
    return status == ARGS_GO_ON ? check_together(args) : status;
}
