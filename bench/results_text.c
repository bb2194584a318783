/* SPDX-License-Identifier: BSD-2-Clause */
/* Every line of text is at most 80 columns; tests/cli/check_bench.py holds it. */
#include "results.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 80 };

void results_format_number(char *text, size_t size, double number)
{
    const double magnitude = fabs(number);
    int decimals = 3;
    if (magnitude >= 999.95)
        decimals = 0;
    else if (magnitude >= 99.995)
        decimals = 1;
    else if (magnitude >= 9.9995)
        decimals = 2;
    if (magnitude < 0.0005)
        decimals = 0;
    if (magnitude < 9999999)
        snprintf(text, size, "%.*f", decimals, number);
    else
        snprintf(text, size, "%.1e", number);
}

void results_print_wrapped(FILE *out, const char *label, const char *text)
{
    const int indent = 11;
    int column = fprintf(out, "%-*s", indent, label);
    while (*text) {
        const int length = (int)strcspn(text, " ");
        if (column > indent && column + 1 + length > COLUMNS)
            column = fprintf(out, "\n%*s", indent, "") - 1;
        if (column > indent)
            column += fprintf(out, " ");
        column += fprintf(out, "%.*s", length, text);
        text += length;
        text += strspn(text, " ");
    }
    fprintf(out, "\n");
}

static void print_peers(FILE *out, const struct BenchSuite *suite, const struct PeerEntry *peers)
{
    char line[BENCH_PEERS_MAX * BENCH_TEXT_MAX] = "";
    size_t length = 0;
    for (size_t i = 0; i < suite->peer_count; i++) {
        if (!peers[i].is_there)
            continue;
        length += (size_t)snprintf(line + length, sizeof line - length, "%s%s%s%.80s",
                                   length > 0 ? ", " : "", peers[i].peer->name,
                                   peers[i].version[0] ? " " : "", peers[i].version);
    }
    results_print_wrapped(out, "peers", line);
    for (size_t i = 0; i < suite->peer_count; i++) {
        if (peers[i].is_there)
            continue;
        snprintf(line, sizeof line, "%s: %s", peers[i].peer->name, peers[i].version);
        results_print_wrapped(out, "skipped", line);
    }
}

void results_print_head(FILE *out, const struct BenchSuite *suite, const struct Machine *machine,
                        const struct PeerEntry *peers, const struct BenchOptions *options)
{
    char line[512];
    fprintf(out, "%s: %s\n", suite->name, suite->title);
    snprintf(line, sizeof line, "%s, %ld cores, %.1f GiB, %s, huge pages %s, %s, load %.2f",
             machine->cpu, machine->core_count, (double)machine->memory_size / 0x1p30,
             machine->kernel, machine->huge_pages[0] ? machine->huge_pages : "unknown",
             machine->compiler, machine->load);
    results_print_wrapped(out, "machine", line);
    print_peers(out, suite, peers);
    snprintf(line, sizeof line,
             "%u rounds of %.4g ms for each peer in turn%s; times per operation; peak: MiB of "
             "resident memory that came with the work",
             options->rounds, options->batch_ms, options->is_quick ? " (quick: says little)" : "");
    results_print_wrapped(out, "run", line);
    fflush(out);
}

static void print_peer_result(FILE *out, const struct PeerResult *result)
{
    if (!result->is_measured) {
        fprintf(out, "  %-11s %.66s\n", result->peer->name, result->why);
        return;
    }
    const struct Summary times = bench_summarise(result->samples, result->count);
    const double numbers[] = {
        times.min,
        times.p25,
        times.median,
        times.p75,
        times.max,
        times.mad,
        bench_summarise(result->faults, result->count).median,
        bench_summarise(result->peaks, result->peak_count).median / 0x1p20,
    };
    fprintf(out, "  %-11s", result->peer->name);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[32];
        results_format_number(text, sizeof text, numbers[i]);
        fprintf(out, " %7s", text);
    }
    fprintf(out, "\n");
}

void results_print_work(FILE *out, const struct WorkResult *work)
{
    fprintf(out, "\n%s [%s]: %s\n", work->work->name, work->work->unit, work->work->title);
    if (work->why[0]) {
        results_print_wrapped(out, "  skipped", work->why);
        return;
    }
    fprintf(out, "  %-11s %7s %7s %7s %7s %7s %7s %7s %7s\n", "", "min", "p25", "median", "p75",
            "max", "MAD", "faults", "peak");
    for (size_t i = 0; i < work->peer_count; i++)
        print_peer_result(out, &work->peers[i]);
    fflush(out);
}
