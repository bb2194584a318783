/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell probe: what is in a file, and what memory playing or transcoding it takes.
 *
 * A file is mapped, so that only what is looked at is read; a pipe is read into memory, since
 * containers are sought in.
 */
#include "command/command.h"
#include "command/input_file.h"
#include "command/libav_log.h"
#include "command/option_table.h"
#include "command/probe_report.h"
#include "command/stderr_shield.h"
#include "command/stop_signals.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum ProbeKey {
    KEY_THREADS = OPTION_KEY_LONG,
    KEY_NO_DECODE,
    KEY_JSON,
};

static const struct OptionRow option_rows[] = {
    {KEY_THREADS, "threads", "N", "threads of each decoder; 0, the default: one per CPU"},
    {KEY_NO_DECODE, "no-decode", NULL, "look at the container only, measure no memory"},
    {KEY_JSON, "json", NULL, "print the result as one JSON object"},
    OPTION_ROW_HELP,
};

enum { THREADS_MAX = 1024 };

struct ProbeArgs {
    const char *input;
    FwlProbeOptions options;
    bool wants_json;
};

static int take_option(void *opaque, int key, const char *argument);

static const struct OptionTable option_table = {
    .subcommand = "probe",
    .usage = "[OPTIONS] INPUT",
    .about = "Tells what INPUT holds, '-' for stdin: container, streams, tags. Then it decodes\n"
             "the beginning and tells what that takes: the bytes of one frame, how many frames\n"
             "the decoder holds, and about what playing and transcoding need at their peak.\n",
    .more = "Examples:\n"
            "  framewell probe phone.mp4\n"
            "  framewell probe --threads 16 movie.mkv\n"
            "  framewell probe --json clip.webm | jq '.streams[0].memory_peak'\n",
    .rows = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .take = take_option,
};

static int take_option(void *opaque, int key, const char *argument)
{
    struct ProbeArgs *args = opaque;
    switch (key) {
    case KEY_THREADS:
        return fwl_options_read_number("--threads", argument, 0, THREADS_MAX,
                                       &args->options.threads);
    case KEY_NO_DECODE:
        args->options.is_container_only = true;
        return ARGS_GO_ON;
    default: /* KEY_JSON */
        args->wants_json = true;
        return ARGS_GO_ON;
    }
}

static int parse(struct ProbeArgs *args, int argc, char **argv)
{
    int names;
    int status = fwl_options_parse(&option_table, args, argc, argv, &names);
    if (status == ARGS_GO_ON)
        status = fwl_options_one_name(&option_table, argc, argv, names, &args->input);
    if (status != ARGS_GO_ON)
        return status;
    args->options.input_name = strcmp(args->input, "-") == 0 ? NULL : args->input;
    return ARGS_GO_ON;
}

/* What libav* is about to end the program for is an answer, too: it cannot be decoded. */
static const char *name_in_panic;

_Noreturn static void give_up(const char *words)
{
    _exit(fwl_cmd_fail(EXIT_DATA, name_in_panic, "libav* gave up: %s", words));
}

static int fail_probe(const struct InputFile *input, const FwlProbeResult *result, int err)
{
    const int caught = fwl_stop_signals_caught();
    if (caught)
        return EXIT_BY_SIGNAL + caught;
    if (err == FWL_E_NOMEM)
        return fwl_cmd_fail(EXIT_MEMORY, input->name, "%s", result->message);
    return fwl_cmd_fail(err == FWL_E_IO ? EXIT_INPUT : EXIT_DATA, input->name, "%s",
                        result->message);
}

static int probe(struct ProbeReport *report, const struct ProbeArgs *args)
{
    struct InputFile input = {.descriptor = -1};
    FwlIO *io = NULL;
    int code = fwl_input_open(&input, args->input);
    if (code == EXIT_FINE)
        code = fwl_input_hold(&input, NULL, &io);
    if (code == EXIT_FINE) {
        fwl_stderr_shield();
        const int err = fwl_probe(io, &args->options, &report->result);
        fwl_stderr_unshield();
        code = err < 0 ? fail_probe(&input, &report->result, err) : EXIT_FINE;
    }
    fwl_io_close(&io);
    fwl_input_close(&input);
    return code;
}

int fwl_cmd_probe(int argc, char **argv)
{
    struct ProbeArgs args = {0};
    const int parsed = parse(&args, argc, argv);
    if (parsed != ARGS_GO_ON)
        return parsed;
    name_in_panic = args.input;
    fwl_libav_silence(give_up);
    fwl_stop_signals_catch();
    struct ProbeReport report = {.input_name = args.input};
    int code = probe(&report, &args);
    if (code == EXIT_FINE && args.wants_json && fwl_probe_print_json(&report) < 0)
        code = fwl_cmd_fail_memory("--json");
    else if (code == EXIT_FINE && !args.wants_json)
        fwl_probe_print_table(&report, fwl_cmd_has_colours(STDOUT_FILENO));
    fwl_probe_result_uninit(&report.result);
    return fwl_cmd_finish_stdout(code);
}
