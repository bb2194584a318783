/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell transcode: the input goes whole into memory, fwl_transcode makes the output there, and
 * that is written when it is whole.
 *
 *     framewell             the root: charged with everything, held by the container's limit
 *     |-- I/O               the input, and the output as it grows
 *     `-- the transcoder's own pools for frames and packets
 *
 * What can be found wrong cheaply is found first: the command line, the input's name, the
 * output's; only then the input is read.
 */
#include "command/command.h"
#include "command/input_file.h"
#include "command/libav_log.h"
#include "command/output_file.h"
#include "command/preset_hint.h"
#include "command/progress.h"
#include "command/stderr_shield.h"
#include "command/stop_signals.h"
#include "command/transcode_args.h"
#include "command/transcode_report.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct Job {
    struct TranscodeArgs args;
    struct InputFile input;
    struct OutputFile output;
    struct Progress progress;
    FwlPool *root, *io_pool;
    FwlIO *in, *out;
    FwlTranscodeResult result;
    uint64_t live_before; /* blocks of the default pool when the job began */
    struct TranscodeReport report;
};

static uint64_t live_blocks(const FwlPoolStats *stats)
{
    return stats->allocation_count - stats->free_count;
}

static uint64_t live_blocks_of(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    return live_blocks(&stats);
}

static int create_pools(struct Job *job)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "framewell";
    config.max_pool_size = FWL_POOL_SIZE_CGROUP;
    config.on_limit = FWL_LIMIT_FAIL;
    int err = fwl_pool_create(&job->root, &config);
    if (err == 0) {
        config.name = "I/O";
        config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
        config.parent = job->root;
        err = fwl_pool_create(&job->io_pool, &config);
    }
    return err == 0 ? EXIT_FINE : fwl_cmd_fail(EXIT_MEMORY, NULL, "%s", fwl_status_text(err));
}

/*
 * Whether the options name what there is. The transcoder looks at them before it reads, so it is
 * asked to transcode nothing: it gets as far as the options, or as far as the empty input.
 */
static int check_options(const struct Job *job)
{
    FwlIO *in = NULL, *out = NULL;
    FwlTranscodeResult result = {0};
    int err = fwl_io_open_memory(&in, (const uint8_t *)"", 0);
    if (err == 0)
        err = fwl_io_open_writer(&out, NULL, SIZE_MAX);
    if (err == 0)
        fwl_transcode(in, out, &job->args.options, NULL, &result);
    int code = EXIT_FINE;
    if (err < 0)
        code = fwl_cmd_fail(EXIT_MEMORY, NULL, "%s", fwl_status_text(err));
    else if (result.side == FWL_SIDE_OPTIONS)
        code = fwl_cmd_fail(EXIT_USAGE, NULL, "%s", result.message);
    fwl_transcode_result_uninit(&result);
    fwl_io_close(&in);
    fwl_io_close(&out);
    char about_nothing[1];
    fwl_libav_take_error(about_nothing, sizeof about_nothing);
    return code;
}

/* Opens both ends, the output only by looking, and reads the input. */
static int prepare(struct Job *job)
{
    int code = check_options(job);
    if (code == EXIT_FINE)
        code = fwl_input_open(&job->input, job->args.input);
    if (code == EXIT_FINE)
        code = fwl_output_check(&job->output, job->args.output, job->args.may_overwrite,
                                &job->input.info);
    if (code == EXIT_FINE && job->output.is_stdout && job->args.wants_json)
        code = fwl_cmd_fail(EXIT_USAGE, "--json", "stdout takes the output; name a file for it");
    if (code == EXIT_FINE)
        code = create_pools(job);
    if (code == EXIT_FINE)
        code = fwl_input_load(&job->input, job->io_pool, &job->in);
    if (code == EXIT_FINE && fwl_io_open_writer(&job->out, job->io_pool, SIZE_MAX) < 0)
        code = fwl_cmd_fail(EXIT_MEMORY, job->output.name, "%s", fwl_status_text(FWL_E_NOMEM));
    return code;
}

/* What a failure of the transcoder is to the outside, and the file or option it is about. */
static int classify(const struct Job *job, const char **subject)
{
    switch (job->result.side) {
    case FWL_SIDE_OPTIONS:
        *subject = job->output.name;
        return EXIT_USAGE;
    case FWL_SIDE_OUTPUT:
        *subject = job->output.name;
        return EXIT_OUTPUT;
    case FWL_SIDE_MEMORY:
        *subject = job->input.name;
        return EXIT_MEMORY;
    case FWL_SIDE_INPUT:
        *subject = job->input.name;
        return EXIT_INPUT;
    default:
        *subject = job->input.name;
        return EXIT_DATA;
    }
}

/* Says why the transcoder failed, with what libav* had to say about it. */
static int fail_transcode(struct Job *job, int err)
{
    const int caught = fwl_stop_signals_caught();
    if (caught)
        return EXIT_BY_SIGNAL + caught;
    const char *subject;
    const int code = classify(job, &subject);
    const char *message = job->result.message[0] ? job->result.message : fwl_status_text(err);
    char detail[256];
    fwl_libav_take_error(detail, sizeof detail);
    const char *preset = job->args.options.preset;
    const bool is_about_preset = preset && strstr(message, "is there a preset");
    const char *hint = is_about_preset ? fwl_preset_hint(preset) : "";
    return fwl_cmd_fail(code, subject, "%s%s%s%s%s", message, hint, detail[0] ? " (" : "", detail,
                        detail[0] ? ")" : "");
}

static int transcode(struct Job *job)
{
    FwlTranscodeOptions *options = &job->args.options;
    options->pool = job->root;
    options->opaque = &job->progress;
    job->progress.pool = job->root;
    fwl_stderr_shield();
    const int err = fwl_transcode(job->in, job->out, options, fwl_progress_report, &job->result);
    fwl_progress_end(&job->progress);
    fwl_stderr_unshield();
    return err < 0 ? fail_transcode(job, err) : EXIT_FINE;
}

static bool is_cut_off(const struct Job *job)
{
    return job->result.is_cut_off || fwl_libav_told_early_end();
}

/* An input that was cut off makes an output that looks whole: nobody gets that unasked. */
static int check_whole(const struct Job *job)
{
    if (!is_cut_off(job) || job->args.may_salvage)
        return EXIT_FINE;
    return fwl_cmd_fail(EXIT_DATA, job->input.name,
                        "it was cut off: --salvage makes an output of what there is");
}

/* Tells about what is missing: the output is whole, and less than the input. */
static void warn_about_errors(const struct Job *job)
{
    if (is_cut_off(job)) {
        fwl_cmd_fail(EXIT_FINE, job->input.name, "it was cut off: the output is what there was");
        return;
    }
    uint64_t errors = 0;
    for (size_t i = 0; i < job->result.stream_count; i++)
        errors += job->result.streams[i].errors;
    if (errors == 0)
        return;
    fwl_cmd_fail(EXIT_FINE, job->input.name, "%" PRIu64 " broken packet%s left out", errors,
                 errors == 1 ? "" : "s");
}

static int run(struct Job *job)
{
    int code = prepare(job);
    if (code == EXIT_FINE)
        code = transcode(job);
    fwl_io_close(&job->in);
    if (code == EXIT_FINE)
        code = check_whole(job);
    if (code == EXIT_FINE)
        code = fwl_output_write(&job->output, job->out);
    if (code == EXIT_FINE)
        warn_about_errors(job);
    const int caught = fwl_stop_signals_caught();
    if (caught && code == EXIT_FINE)
        return fwl_cmd_fail(EXIT_BY_SIGNAL + caught, job->args.output,
                            "stopped by a signal: it is whole, and holds what was done");
    if (caught && code == EXIT_BY_SIGNAL + caught)
        return fwl_cmd_fail(code, job->args.output, "stopped by a signal: nothing was written");
    return code;
}

/* Options that name nothing end the job before it has an input. */
static const char *input_name(const struct Job *job)
{
    return job->input.name ? job->input.name : job->args.input;
}

/* Gives everything back, and fills the report on the way. */
static void finish(struct Job *job, int code)
{
    struct TranscodeReport *report = &job->report;
    report->input_name = input_name(job);
    report->output_name = job->args.output;
    report->exit_code = code;
    report->error = code == EXIT_FINE ? "" : fwl_cmd_last_message();
    /* Without memory for the streams the report is one without streams. */
    fwl_report_take_result(report, &job->result);
    fwl_transcode_result_uninit(&job->result);
    fwl_io_close(&job->in);
    fwl_io_close(&job->out);
    fwl_input_close(&job->input);

    FwlPoolStats root = {0};
    if (job->io_pool)
        fwl_pool_get_stats(job->io_pool, &report->io);
    if (job->root)
        fwl_pool_get_stats(job->root, &root);
    report->peak_size = root.peak_charged;
    report->leaked_blocks =
        live_blocks(&report->io) + live_blocks(&root) + live_blocks(&report->result.frames) +
        live_blocks(&report->result.packets) + live_blocks_of(NULL) - job->live_before;
    fwl_pool_destroy(&job->io_pool);
    fwl_pool_destroy(&job->root);
}

static int tell(const struct Job *job, int code)
{
    if (job->args.wants_json) {
        const int err = fwl_report_print_json(&job->report);
        if (err < 0)
            return fwl_cmd_fail(EXIT_MEMORY, "--json", "%s", fwl_status_text(err));
    } else if (code == EXIT_FINE && !job->args.is_quiet && !job->output.is_stdout) {
        fwl_report_print_table(&job->report, fwl_cmd_has_colours(STDOUT_FILENO));
    }
    return fwl_cmd_finish_stdout(code);
}

static struct Job *job_in_panic;

/*
 * Broken data may meet a mistake of libav*, which then aborts. It is told as any other data that
 * cannot be decoded: there is no partial output yet, and the system takes the rest back.
 */
_Noreturn static void give_up(const char *words)
{
    struct Job *job = job_in_panic;
    struct TranscodeReport *report = &job->report;
    fwl_progress_end(&job->progress);
    report->exit_code = fwl_cmd_fail(EXIT_DATA, job->input.name, "libav* gave up: %s", words);
    report->error = fwl_cmd_last_message();
    report->input_name = input_name(job);
    report->output_name = job->args.output;
    if (job->args.wants_json && fwl_report_print_json(report) == 0)
        fflush(stdout);
    _exit(report->exit_code);
}

int fwl_cmd_transcode(int argc, char **argv)
{
    struct Job job = {.input.descriptor = -1};
    const int parsed = fwl_transcode_args_parse(&job.args, argc, argv);
    if (parsed != ARGS_GO_ON) {
        fwl_transcode_args_uninit(&job.args);
        return parsed;
    }
    job.live_before = live_blocks_of(NULL);
    job.progress = fwl_progress_begin(job.args.is_quiet);
    job_in_panic = &job;
    fwl_libav_silence(give_up);
    fwl_stop_signals_catch();
    int code = run(&job);
    finish(&job, code);
    code = tell(&job, code);
    fwl_report_uninit(&job.report);
    fwl_transcode_args_uninit(&job.args);
    return code;
}
