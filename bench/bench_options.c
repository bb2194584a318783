/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "command/option_table.h"
#include "pool_works.h"
#include "summary.h"

enum { DEFAULT_ROUNDS = 15, DEFAULT_BATCH_MS = 20, QUICK_ROUNDS = 3, QUICK_BATCH_MS = 1 };

enum BenchKey {
    KEY_FILTER = OPTION_KEY_LONG,
    KEY_PEERS,
    KEY_ROUNDS,
    KEY_BATCH,
    KEY_QUICK,
    KEY_TRACES,
    KEY_DETAILS,
    KEY_JSON,
    KEY_HTML,
    KEY_LIST,
    KEY_GATE,
    KEY_WORKER,
    KEY_WORK,
    KEY_HELP = 'h',
};

static const struct OptionRow option_rows[] = {
    {KEY_FILTER, "filter", "TEXT", "only works whose name contains TEXT"},
    {KEY_PEERS, "peers", "NAMES", "only these peers: glibc,mimalloc; --list has them"},
    {KEY_ROUNDS, "rounds", "N", "batches of each peer, 1 to 1000; 15"},
    {KEY_BATCH, "batch", "MS", "milliseconds of a batch; 20"},
    {KEY_QUICK, "quick", NULL, "3 rounds of 1 ms, no long works: does it run?"},
    {KEY_TRACES, "traces", "DIR", "where the recorded calls of the pool's replays are"},
    {KEY_DETAILS, "details", NULL, "every peer's times, faults and memory, too"},
    {KEY_JSON, "json", NULL, "print everything that was measured as JSON"},
    {KEY_HTML, "html", NULL, "print that as a page with plots, for a browser"},
    {KEY_LIST, "list", NULL, "list the works and the peers, and measure nothing"},
    {KEY_GATE, "gate", NULL, "exit code 1 where a bound is missed"},
    {KEY_HELP, "help", NULL, "print this help"},
    /* What a worker is told, and nobody else is to know of. */
    {KEY_WORKER, "worker", "PEER", ""},
    {KEY_WORK, "work", "NAME", ""},
};

enum { ROW_COUNT = sizeof option_rows / sizeof *option_rows, HIDDEN_COUNT = 2 };

static int read_milliseconds(const char *text, double *number)
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0.001 && value <= 60000))
        return fwl_cmd_fail(EXIT_USAGE, "--batch", "'%s' is not a number from 0.001 to 60000",
                            text);
    *number = value;
    return ARGS_GO_ON;
}

static int read_rounds(const char *text, unsigned *rounds)
{
    int number = 0;
    const int status = fwl_options_read_number("--rounds", text, 1, BENCH_SAMPLES_MAX, &number);
    *rounds = (unsigned)number;
    return status;
}

static int take_option(void *opaque, int key, const char *argument)
{
    struct BenchOptions *options = opaque;
    switch ((enum BenchKey)key) {
    case KEY_FILTER:
        options->filter = argument;
        break;
    case KEY_PEERS:
        options->peers = argument;
        break;
    case KEY_ROUNDS:
        return read_rounds(argument, &options->rounds);
    case KEY_BATCH:
        return read_milliseconds(argument, &options->batch_ms);
    case KEY_QUICK:
        options->is_quick = true;
        break;
    case KEY_TRACES:
        setenv(TRACES_VARIABLE, argument, 1); /* workers inherit it */
        break;
    case KEY_DETAILS:
        options->wants_details = true;
        break;
    case KEY_JSON:
        options->wants_json = true;
        break;
    case KEY_HTML:
        options->wants_html = true;
        break;
    case KEY_LIST:
        options->wants_list = true;
        break;
    case KEY_GATE:
        options->is_gate = true;
        break;
    case KEY_WORKER:
        options->worker = argument;
        break;
    case KEY_WORK:
        options->work = argument;
        break;
    case KEY_HELP:
        options->wants_help = true;
        break;
    }
    return ARGS_GO_ON;
}

int bench_options_read(struct BenchOptions *options, int argc, char **argv, int *names)
{
    static const struct OptionTable table = {
        .subcommand = "bench",
        .rows = option_rows,
        .count = ROW_COUNT,
        .take = take_option,
    };
    *options = (struct BenchOptions){0};
    const int status = fwl_options_parse(&table, options, argc, argv, names);
    if (status == ARGS_GO_ON && options->wants_json && options->wants_html)
        return fwl_cmd_fail(EXIT_USAGE, "--html", "--json is asked for, too: one at a time");
    if (options->rounds == 0)
        options->rounds = options->is_quick ? QUICK_ROUNDS : DEFAULT_ROUNDS;
    if (options->batch_ms == 0)
        options->batch_ms = options->is_quick ? QUICK_BATCH_MS : DEFAULT_BATCH_MS;
    return status;
}

void bench_options_print(void)
{
    const struct OptionTable table = {.rows = option_rows, .count = ROW_COUNT - HIDDEN_COUNT};
    fwl_options_print(&table);
}

bool bench_list_has(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *word = list; word; word = strchr(word, ',')) {
        word += *word == ',';
        if (strncmp(word, name, length) == 0 && (word[length] == ',' || word[length] == '\0'))
            return true;
    }
    return !list;
}
