/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell transcode: one input to one output, or many to a folder.
 *
 *     framewell             the root: charged with everything, held by --max-memory, or by what the
 *     `-- conversions       container allows
 *
 * What can be found wrong cheaply is found first: the command line, the names, the page's place.
 */
#include "command/batch.h"
#include "command/batch_names.h"
#include "command/command.h"
#include "command/command_words.h"
#include "command/conversion.h"
#include "command/libav_log.h"
#include "command/report_page.h"
#include "command/stop_signals.h"
#include "command/transcode_args.h"
#include "command/transcode_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct Job {
    struct TranscodeArgs args;
    char *words;       /* the command line */
    char *one_name[1]; /* of the output, where there is one */
    bool is_stdout;    /* that it is */
    char **many_names;
    struct OutputFile page;
    struct Batch batch;
    uint64_t live_before; /* blocks of the default pool when the job began */
};

static uint64_t live_blocks_of(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    return stats.allocation_count - stats.free_count;
}

static int create_root(struct Job *job)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "framewell";
    config.max_pool_size = job->args.max_memory ? job->args.max_memory : FWL_POOL_SIZE_CGROUP;
    config.initial_pool_size = 0;
    config.on_limit = FWL_LIMIT_FAIL;
    const int err = fwl_pool_create(&job->batch.root, &config);
    return err == 0 ? EXIT_FINE : fwl_cmd_fail_memory(NULL);
}

/* Names for every output. */
static int name_outputs(struct Job *job)
{
    job->batch.outputs = job->one_name;
    if (!job->args.output_dir) {
        /* Nobody writes to it. */
        job->one_name[0] = (char *)(uintptr_t)job->args.output;
        job->is_stdout = fwl_output_is_stdout(job->args.output);
        return EXIT_FINE;
    }
    const int code = fwl_batch_names(&job->args, &job->many_names);
    job->batch.outputs = job->many_names;
    return code;
}

/* The page is neither an input nor an output. */
static int check_page(struct Job *job)
{
    const struct TranscodeArgs *args = &job->args;
    if (!args->report)
        return EXIT_FINE;
    struct stat input = {0};
    int code = fwl_output_check(&job->page, args->report, args->may_overwrite, &input);
    for (size_t i = 0; code == EXIT_FINE && i < args->input_count; i++) {
        if (fwl_output_is_place(&job->page, args->inputs[i]))
            code = fwl_cmd_fail(EXIT_OUTPUT, "--report", "'%s' is an input, too: name another file",
                                args->report);
        else if (fwl_output_is_place(&job->page, job->batch.outputs[i]))
            code = fwl_cmd_fail(EXIT_OUTPUT, "--report",
                                "'%s' is an output, too: name another file", args->report);
    }
    return code;
}

static int prepare(struct Job *job)
{
    struct Batch *batch = &job->batch;
    batch->args = &job->args;
    batch->budget = job->args.max_memory;
    batch->wants_timelines = job->args.report != NULL;
    int code = name_outputs(job);
    if (code == EXIT_FINE)
        code = fwl_conversion_check_options(&job->args, batch->outputs[0]);
    if (code == EXIT_FINE)
        code = check_page(job);
    return code == EXIT_FINE ? create_root(job) : code;
}

/* Telling */

static int write_page(const struct Job *job, int exit_code)
{
    uint64_t leaked = 0;
    for (size_t i = 0; i < job->args.input_count; i++)
        leaked += job->batch.reports[i].leaked_blocks;
    FwlPoolStats root;
    fwl_pool_get_stats(job->batch.root, &root);
    const struct ReportPage page = {
        .batch = &job->batch,
        .command = job->words ? job->words : "",
        .exit_code = exit_code,
        .peak_size = root.peak_charged,
        .leaked_blocks = leaked,
    };
    struct OutputFile output = job->page;
    return fwl_report_write_page(&page, &output);
}

/* Of one by itself; several have told theirs. */
static int tell(const struct Job *job, int code)
{
    const struct TranscodeArgs *args = &job->args;
    const struct TranscodeReport *report = &job->batch.reports[0];
    if (args->output_dir)
        return code;
    if (args->wants_json) {
        const int err = fwl_report_print_json(report, false);
        if (err < 0)
            return fwl_cmd_fail_memory("--json");
    } else if (code == EXIT_FINE && !args->is_quiet && !job->is_stdout) {
        fwl_report_print_table(report, fwl_cmd_has_colours(STDOUT_FILENO));
    }
    return code;
}

static int print_refused(const char *input, const char *output, bool is_one_line, int code)
{
    struct TranscodeReport report = {
        .input_name = input ? input : "",
        .output_name = output ? output : "",
        .exit_code = code,
        .error = strdup(fwl_cmd_last_message()),
    };
    const int err = fwl_report_print_json(&report, is_one_line);
    fwl_report_uninit(&report);
    return err;
}

/* Before there was anything to run: JSON all the same, of every input that is known. */
static int tell_refused(const struct Job *job, int code)
{
    const struct TranscodeArgs *args = &job->args;
    if (!args->wants_json)
        return code;
    int err = 0;
    if (!args->output_dir)
        err = print_refused(args->inputs[0], args->output, false, code);
    for (size_t i = 0; err == 0 && args->output_dir && i < args->input_count; i++) {
        const char *output = job->many_names ? job->many_names[i] : NULL;
        err = print_refused(args->inputs[i], output ? output : args->output_dir, true, code);
    }
    return err < 0 ? fwl_cmd_fail_memory("--json") : code;
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

/* The same of a command line that makes no sense, when nothing is known but what was asked for; not
 * where stdout may be meant for the output. */
static int tell_misused(int argc, char **argv, int code)
{
    if (code == EXIT_FINE || !has_word(argc, argv, "--json") || has_word(argc, argv, "-"))
        return code;
    print_refused(NULL, NULL, false, code);
    return fwl_cmd_finish_stdout(code);
}

static int run(struct Job *job)
{
    int code = prepare(job);
    if (code != EXIT_FINE)
        return tell_refused(job, code);
    code = fwl_batch_run(&job->batch);
    if (!job->batch.reports)
        return code;
    /* What of the default pool did not come back belongs to nobody in particular. */
    job->batch.reports[0].leaked_blocks += live_blocks_of(NULL) - job->live_before;
    code = tell(job, code);
    if (job->args.report) {
        const int written = write_page(job, code);
        code = code == EXIT_FINE ? written : code;
    }
    return code;
}

int fwl_cmd_transcode(int argc, char **argv)
{
    struct Job job = {0};
    job.words = fwl_command_words(argc, argv); /* before the parser moves them */
    int code = fwl_transcode_args_parse(&job.args, argc, argv);
    if (code == ARGS_GO_ON) {
        job.live_before = live_blocks_of(NULL);
        fwl_libav_silence(fwl_batch_give_up);
        fwl_stop_signals_catch();
        code = fwl_cmd_finish_stdout(run(&job));
    } else {
        code = tell_misused(argc, argv, code);
    }
    fwl_batch_uninit(&job.batch);
    fwl_pool_destroy(&job.batch.root);
    fwl_batch_names_free(&job.args, &job.many_names);
    fwl_transcode_args_uninit(&job.args);
    free(job.words);
    return code;
}
