/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_args.h"

#include "command/command.h"

#include <stdio.h>

enum PlayKey {
    KEY_START = OPTION_KEY_LONG,
    KEY_LOOP,
    KEY_NO_AUDIO,
    KEY_STATS,
    KEY_THREADS,
    KEY_HEADLESS,
    KEY_FRAMES,
    KEY_SCREENSHOT,
    KEY_JSON,
    KEY_OVERWRITE = 'y',
};

static const struct OptionRow option_rows[] = {
    {KEY_START, "start", "TIME", "begin there: seconds, or 1:02:03.5"},
    {KEY_LOOP, "loop", NULL, "begin again at the end"},
    {KEY_NO_AUDIO, "no-audio", NULL, "leave the sound out"},
    {KEY_STATS, "stats", NULL, "show the statistics from the start"},
    {KEY_THREADS, "threads", "N", "threads of each decoder; 0, the default: one per CPU"},
    {KEY_HEADLESS, "headless", NULL, "open no window and wait for nothing: only decode"},
    {KEY_FRAMES, "frames", "N", "end after N pictures"},
    {KEY_SCREENSHOT, "screenshot", "FILE", "write the last picture to FILE, a PNG"},
    {KEY_OVERWRITE, "overwrite", NULL, "replace FILE where it exists"},
    {KEY_JSON, "json", NULL, "print what was played, and its memory, as JSON"},
    OPTION_ROW_HELP,
};

enum { THREADS_MAX = 1024, FRAMES_MAX = INT32_MAX };

static int take_option(void *opaque, int key, const char *argument);

static const struct OptionTable option_table = {
    .subcommand = "play",
    .usage = "[OPTIONS] INPUT",
    .about = "Plays INPUT, '-' for stdin, from memory: in a window, with sound.\n",
    .more = "Keys:\n"
            "  space         pause, and go on\n"
            "  left, right   go 5 seconds back, forward\n"
            "  up, down      louder, quieter\n"
            "  m             mute\n"
            "  f             fill the screen\n"
            "  s             statistics: memory by purpose, queues, drops\n"
            "  q, Esc        quit\n"
            "\n"
            "Examples:\n"
            "  framewell play phone.mp4\n"
            "  framewell play --start 1:30 --no-audio film.mkv\n"
            "  framewell play --headless --frames 100 --screenshot picture.png film.mkv\n",
    .rows = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .take = take_option,
};

static int take_option(void *opaque, int key, const char *argument)
{
    struct PlayArgs *args = opaque;
    switch (key) {
    case KEY_START:
        return fwl_options_read_time("--start", argument, &args->start_us);
    case KEY_LOOP:
        args->is_looping = true;
        return ARGS_GO_ON;
    case KEY_NO_AUDIO:
        args->has_no_audio = true;
        return ARGS_GO_ON;
    case KEY_STATS:
        args->shows_statistics = true;
        return ARGS_GO_ON;
    case KEY_THREADS:
        return fwl_options_read_number("--threads", argument, 0, THREADS_MAX, &args->threads);
    case KEY_HEADLESS:
        args->is_headless = true;
        return ARGS_GO_ON;
    case KEY_FRAMES:
        return fwl_options_read_number("--frames", argument, 1, FRAMES_MAX, &args->frames);
    case KEY_SCREENSHOT:
        args->screenshot = argument;
        return ARGS_GO_ON;
    case KEY_OVERWRITE:
        args->may_overwrite = true;
        return ARGS_GO_ON;
    default: /* KEY_JSON */
        args->wants_json = true;
        return ARGS_GO_ON;
    }
}

int fwl_play_args_parse(struct PlayArgs *args, int argc, char **argv)
{
    *args = (struct PlayArgs){0};
    int names;
    const int status = fwl_options_parse(&option_table, args, argc, argv, &names);
    return status == ARGS_GO_ON
               ? fwl_options_one_name(&option_table, argc, argv, names, &args->input)
               : status;
}
