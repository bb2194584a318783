/* SPDX-License-Identifier: BSD-2-Clause */
/*
 *     the parent             charged with everything
 *     `-- the input's name   this conversion: what its budget is about
 *         |-- I/O            the input and the output, as far as they are held in memory
 *         `-- the transcoder's own pools
 *
 * What can be found wrong cheaply is found first: the input's name, the output's; only then the
 * input is read. The output goes to its place as it comes, unless it is to be held in memory.
 */
#include "command/conversion.h"

#include "command/command.h"
#include "command/human_text.h"
#include "command/preset_hint.h"
#include "command/stop_signals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Conversion {
    const struct ConversionWish *wish;
    struct InputFile input;
    struct OutputFile output;
    bool is_held; /* the output is in memory until the end */
    FwlPool *pool, *io_pool;
    FwlIO *in, *out;
    struct LibavWords words;
    FwlTranscodeResult result;
};

/* Beginning */

static int create_pools(struct Conversion *conversion)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "conversion";
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.initial_pool_size = 0;
    config.on_limit = FWL_LIMIT_FAIL;
    config.parent = conversion->wish->parent;
    int err = fwl_pool_create(&conversion->pool, &config);
    if (err == 0) {
        config.name = "I/O";
        config.parent = conversion->pool;
        err = fwl_pool_create(&conversion->io_pool, &config);
    }
    return err == 0 ? EXIT_FINE : fwl_cmd_fail_memory(NULL);
}

static int open_input(struct Conversion *conversion)
{
    struct InputFile *input = &conversion->input;
    const struct ConversionWish *wish = conversion->wish;
    if (wish->args->is_in_memory)
        return fwl_input_load(input, conversion->io_pool, &conversion->in);
    return fwl_input_read(input, conversion->io_pool, wish->max_memory, &conversion->in);
}

static int open_output(struct Conversion *conversion)
{
    const struct ConversionWish *wish = conversion->wish;
    conversion->is_held = wish->args->is_in_memory;
    if (!conversion->is_held)
        return fwl_output_open(&conversion->output, &conversion->out);
    const int err = fwl_io_open_writer(&conversion->out, conversion->io_pool, SIZE_MAX);
    return err < 0 ? fwl_cmd_fail_memory(conversion->output.name) : EXIT_FINE;
}

static int prepare(struct Conversion *conversion)
{
    const struct ConversionWish *wish = conversion->wish;
    const struct TranscodeArgs *args = wish->args;
    int code = fwl_input_open(&conversion->input, wish->input);
    if (code == EXIT_FINE)
        code = fwl_output_check(&conversion->output, wish->output, args->may_overwrite,
                                &conversion->input.info);
    if (code == EXIT_FINE && conversion->output.is_stdout && args->wants_json)
        code = fwl_cmd_fail(EXIT_USAGE, "--json", "stdout takes the output; name a file for it");
    if (code == EXIT_FINE)
        code = create_pools(conversion);
    if (code == EXIT_FINE)
        code = open_input(conversion);
    if (code == EXIT_FINE)
        code = open_output(conversion);
    return code;
}

/* Failing */

/* What a failure of the transcoder is to the outside, and the file or option it is about. */
static int classify(const struct Conversion *conversion, const char **subject)
{
    const struct InputFile *input = &conversion->input;
    *subject = input->name;
    switch (conversion->result.side) {
    case FWL_SIDE_OPTIONS:
        *subject = conversion->output.name;
        return EXIT_USAGE;
    case FWL_SIDE_OUTPUT:
        *subject = conversion->output.name;
        return EXIT_OUTPUT;
    case FWL_SIDE_MEMORY:
        return EXIT_MEMORY;
    case FWL_SIDE_INPUT:
        return EXIT_INPUT;
    default:
        return EXIT_DATA;
    }
}

/* What to do about it, as far as that is known; to go behind the message. */
static const char *hint_for(const struct Conversion *conversion, const char *message)
{
    const char *preset = conversion->wish->args->options.preset;
    if (preset && strstr(message, "is there a preset"))
        return fwl_preset_hint(preset);
    return "";
}

/* Says why the transcoder failed, with what libav* had to say about it. */
static int fail_transcode(struct Conversion *conversion, int err)
{
    const int caught = fwl_stop_signals_caught();
    if (caught)
        return EXIT_BY_SIGNAL + caught;
    const FwlTranscodeResult *result = &conversion->result;
    if (result->side == FWL_SIDE_OUTPUT &&
        (fwl_io_cause(conversion->out) || conversion->output.cause))
        return fwl_output_fail(&conversion->output, conversion->out);
    const char *subject;
    const int code = classify(conversion, &subject);
    const char *message = result->message[0] ? result->message : fwl_status_text(err);
    char detail[LIBAV_WORDS_SIZE];
    fwl_libav_take_error(&conversion->words, detail, sizeof detail);
    return fwl_cmd_fail(code, subject, "%s%s%s%s%s", message, detail[0] ? " (" : "", detail,
                        detail[0] ? ")" : "", hint_for(conversion, message));
}

/* The work */

static int transcode(struct Conversion *conversion)
{
    const struct ConversionWish *wish = conversion->wish;
    FwlTranscodeOptions options = wish->args->options;
    if (!fwl_transcode_is_standard_stream(wish->input))
        options.input_name = wish->input;
    if (!fwl_transcode_is_standard_stream(wish->output))
        options.output_name = wish->output;
    options.pool = conversion->pool;
    options.max_memory = wish->max_memory;
    options.progress_ms = wish->progress_ms;
    options.opaque = wish->opaque;
    fwl_libav_listen(&conversion->words, options.input_name);
    const int err = fwl_transcode(conversion->in, conversion->out, &options, wish->progress_cb,
                                  &conversion->result);
    fwl_libav_stop_listening(&conversion->words);
    return err < 0 ? fail_transcode(conversion, err) : EXIT_FINE;
}

static bool is_cut_off(struct Conversion *conversion)
{
    return conversion->result.is_cut_off || fwl_libav_told_early_end(&conversion->words);
}

/* An input that was cut off makes an output that looks whole: nobody gets that unasked. One that
 * ends where a signal made it end is none. */
static int check_whole(struct Conversion *conversion)
{
    const struct TranscodeArgs *args = conversion->wish->args;
    const bool is_asked_for =
        args->may_salvage || (conversion->input.is_stream && fwl_stop_signals_caught());
    if (!is_cut_off(conversion) || is_asked_for)
        return EXIT_FINE;
    return fwl_cmd_fail(EXIT_DATA, conversion->input.name,
                        "it was cut off: --salvage makes an output of what there is");
}

/* Hands everything on and gives the output its name. */
static int finish_output(struct Conversion *conversion)
{
    if (conversion->is_held)
        return fwl_output_write(&conversion->output, conversion->out);
    if (fwl_io_flush(conversion->out) < 0)
        return fwl_output_fail(&conversion->output, conversion->out);
    fwl_io_close(&conversion->out);
    return fwl_output_finish(&conversion->output);
}

/* Tells about what is missing: the output is whole, and less than the input. */
static void warn_about_errors(struct Conversion *conversion)
{
    const char *name = conversion->input.name;
    if (is_cut_off(conversion)) {
        fwl_cmd_fail(EXIT_FINE, name, "it was cut off: the output is what there was");
        return;
    }
    uint64_t errors = 0;
    for (size_t i = 0; i < conversion->result.stream_count; i++)
        errors += conversion->result.streams[i].errors;
    if (errors > 0)
        fwl_cmd_fail(EXIT_FINE, name, "%" PRIu64 " broken packet%s left out", errors,
                     errors == 1 ? "" : "s");
}

static int run(struct Conversion *conversion)
{
    int code = prepare(conversion);
    if (code == EXIT_FINE)
        code = transcode(conversion);
    if (code == EXIT_FINE)
        code = check_whole(conversion);
    if (code == EXIT_FINE)
        code = finish_output(conversion);
    if (code == EXIT_FINE)
        warn_about_errors(conversion);
    const int caught = fwl_stop_signals_caught();
    const char *name = conversion->wish->output;
    if (caught && code == EXIT_FINE)
        return fwl_cmd_fail(EXIT_BY_SIGNAL + caught, name,
                            "stopped by a signal: it is whole, and holds what was done");
    if (caught && code == EXIT_BY_SIGNAL + caught)
        return fwl_cmd_fail(code, name, "stopped by a signal: nothing was written");
    return code;
}

/* Ending */

static uint64_t live_blocks(const FwlPoolStats *stats)
{
    return stats->allocation_count - stats->free_count;
}

static void fill_report(struct Conversion *conversion, struct TranscodeReport *report)
{
    FwlPoolStats all = {0};
    if (conversion->io_pool)
        fwl_pool_get_stats(conversion->io_pool, &report->io);
    if (conversion->pool)
        fwl_pool_get_stats(conversion->pool, &all);
    report->peak_size = all.peak_charged;
    report->limit = conversion->wish->max_memory;
    report->leaked_blocks = live_blocks(&report->io) + live_blocks(&all) +
                            live_blocks(&report->result.frames) +
                            live_blocks(&report->result.packets);
}

/* Gives everything back, and fills the report on the way. */
static void finish(struct Conversion *conversion, int code, struct TranscodeReport *report)
{
    report->input_name = conversion->input.name ? conversion->input.name : conversion->wish->input;
    report->output_name = conversion->wish->output;
    report->is_read_once = conversion->input.is_stream;
    report->exit_code = code;
    /* Without memory for the streams or the words the report is one without them. */
    report->error = code == EXIT_FINE ? NULL : strdup(fwl_cmd_last_message());
    fwl_report_take_result(report, &conversion->result);
    fwl_transcode_result_uninit(&conversion->result);
    fwl_io_close(&conversion->in);
    fwl_io_close(&conversion->out);
    fwl_output_discard(&conversion->output);
    fwl_input_close(&conversion->input);
    fill_report(conversion, report);
    fwl_pool_destroy(&conversion->io_pool);
    fwl_pool_destroy(&conversion->pool);
}

int fwl_conversion_run(const struct ConversionWish *wish, struct TranscodeReport *report)
{
    struct Conversion *conversion = calloc(1, sizeof *conversion);
    if (!conversion)
        return fwl_cmd_fail_memory(wish->input);
    conversion->wish = wish;
    conversion->input.descriptor = conversion->output.descriptor = -1;
    const int code = run(conversion);
    finish(conversion, code, report);
    free(conversion);
    return code;
}

/* Says which option does not fit, and where nobody knows better, what libav* had to say about it.
 */
static int fail_options(const FwlTranscodeResult *result)
{
    char detail[LIBAV_WORDS_SIZE];
    fwl_libav_take_error(NULL, detail, sizeof detail);
    if (strstr(result->message, "did you mean"))
        detail[0] = '\0';
    return fwl_cmd_fail(EXIT_USAGE, NULL, "%s%s%s%s", result->message, detail[0] ? " (" : "",
                        detail, detail[0] ? ")" : "");
}

/*
 * The transcoder looks at the options before it reads, so it is asked to transcode nothing: it gets
 * as far as the options, or as far as the empty input.
 */
int fwl_conversion_check_options(const struct TranscodeArgs *args, const char *output)
{
    FwlTranscodeOptions options = args->options;
    options.output_name = fwl_transcode_is_standard_stream(output) ? NULL : output;
    FwlIO *in = NULL, *out = NULL;
    FwlTranscodeResult result = {0};
    int err = fwl_io_open_memory(&in, (const uint8_t *)"", 0);
    if (err == 0)
        err = fwl_io_open_writer(&out, NULL, SIZE_MAX);
    if (err == 0)
        fwl_transcode(in, out, &options, NULL, &result);
    int code = EXIT_FINE;
    if (err < 0)
        code = fwl_cmd_fail_memory(NULL);
    else if (result.side == FWL_SIDE_OPTIONS)
        code = fail_options(&result);
    fwl_transcode_result_uninit(&result);
    fwl_io_close(&in);
    fwl_io_close(&out);
    return code;
}
