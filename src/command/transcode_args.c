/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One table says what options there are; getopt_long's table, the help and the suggestions for a
 * mistyped option are made from it.
 */
#include "command/transcode_args.h"

#include "command/command.h"
#include "command/nearest_name.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an option is to the parser; for one with a short form, that letter. */
enum OptionKey {
    KEY_COPY = 256, /* above every letter */
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

struct OptionRow {
    enum OptionKey key;
    const char *name;     /* of the long form; NULL for none */
    const char *argument; /* what stands for its argument in the help; NULL for none */
    const char *help;
};

/* In the order of the help. */
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
    OPTION_COUNT = sizeof option_rows / sizeof option_rows[0],
    CRF_MAX = 63,      /* of the encoders that know it; each checks its own range */
    THREADS_MAX = 1024 /* well above what a codec of libavcodec starts */
};

/* "--crf N", "-y", "-h, --help". */
static void format_option(char *form, size_t size, const struct OptionRow *row)
{
    const bool has_letter = row->key < KEY_COPY;
    const char letter[] = {'-', has_letter ? (char)row->key : ' ', '\0'};
    snprintf(form, size, "%s%s%s%s%s%s", has_letter ? letter : "",
             has_letter && row->name ? ", " : "", row->name ? "--" : "", row->name ? row->name : "",
             row->argument ? " " : "", row->argument ? row->argument : "");
}

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
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct OptionRow *row = &option_rows[i];
        char form[40];
        format_option(form, sizeof form, row);
        printf("  %-23s %s\n", form, row->help);
    }
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

/* The table as getopt_long has it, with the entry of zeros at its end. */
static void fill_long_options(struct option long_options[OPTION_COUNT + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct OptionRow *row = &option_rows[i];
        if (!row->name)
            continue;
        long_options[count++] = (struct option){
            .name = row->name,
            .has_arg = row->argument ? required_argument : no_argument,
            .val = (int)row->key,
        };
    }
    long_options[count] = (struct option){0};
}

/* A word that begins with two dashes and is no option, or could be several. */
static int fail_unknown_option(const char *word)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].name && strncmp(option_rows[i].name, name, strlen(name)) == 0)
            return fwl_cmd_fail(EXIT_USAGE, NULL, "'--%s' may be --%s or another: write it out",
                                name, option_rows[i].name);
    struct NearestName nearest = fwl_nearest_begin(name);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].name)
            fwl_nearest_offer(&nearest, option_rows[i].name);
    if (nearest.name[0])
        return fwl_cmd_fail(EXIT_USAGE, NULL, "no option '--%s'; did you mean '--%s'?", name,
                            nearest.name);
    return fwl_cmd_fail(EXIT_USAGE, NULL,
                        "no option '--%s'; 'framewell transcode --help' lists what there is", name);
}

/* What getopt_long does not take: an option of ours that is not used as it is meant (key says
 * which), a letter that is none, or a word that is none (key is 0). */
static int fail_misused_option(const char *word, int key)
{
    if (key == 0)
        return fail_unknown_option(word);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct OptionRow *row = &option_rows[i];
        if (!row->name || key != (int)row->key)
            continue;
        if (row->argument)
            return fwl_cmd_fail(EXIT_USAGE, NULL, "--%s needs an argument: --%s %s", row->name,
                                row->name, row->argument);
        return fwl_cmd_fail(EXIT_USAGE, NULL, "--%s takes no argument", row->name);
    }
    return fwl_cmd_fail(EXIT_USAGE, NULL,
                        "no option '-%c'; 'framewell transcode --help' lists what there is", key);
}

static int read_number(const char *option, const char *text, int max, int *number)
{
    char *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < 0 || value > max)
        return fwl_cmd_fail(EXIT_USAGE, option, "'%s' is not a number from 0 to %d", text, max);
    *number = (int)value;
    return ARGS_GO_ON;
}

/* Takes one option. Returns as fwl_transcode_args_parse. */
static int take_option(struct TranscodeArgs *args, int key, const char *argument)
{
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
        return read_number("--crf", argument, CRF_MAX, &options->crf);
    case KEY_PRESET:
        options->preset = argument;
        return ARGS_GO_ON;
    case KEY_THREADS:
        return read_number("--threads", argument, THREADS_MAX, &options->threads);
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
    struct option long_options[OPTION_COUNT + 1];
    fill_long_options(long_options);
    opterr = 0;
    for (;;) {
        const int key = getopt_long(argc, argv, ":yh", long_options, NULL);
        if (key == -1)
            break;
        if (key == '?' || key == ':')
            return fail_misused_option(argv[optind - 1], optopt);
        const int status = take_option(args, key, optarg);
        if (status != ARGS_GO_ON)
            return status;
    }
    const int status = take_names(args, argc - optind, argv + optind);
    return status == ARGS_GO_ON ? check_together(args) : status;
}
