/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that was measured, for programs. Names that are there stay; new ones may come. */
#include "results.h"

#include <float.h>
#include <math.h>
#include <time.h>

static json_t *json_of_summary(const struct Summary *summary)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "min", summary->min, "p25", summary->p25,
                     "median", summary->median, "p75", summary->p75, "max", summary->max, "mad",
                     summary->mad);
}

static json_t *json_of_numbers(const double *numbers, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_real(numbers[i]));
    return array;
}

json_t *results_json_head(const struct BenchSuite *suite, const struct Machine *machine,
                          const struct PeerEntry *peers, const struct BenchOptions *options)
{
    json_t *present = json_array();
    json_t *skipped = json_array();
    for (size_t i = 0; i < suite->peer_count; i++) {
        const struct PeerEntry *entry = &peers[i];
        json_t *object = json_pack("{s:s, s:s}", "name", entry->peer->name,
                                   entry->is_there ? "version" : "why", entry->version);
        json_array_append_new(entry->is_there ? present : skipped, object);
    }
    char date[32];
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    return json_pack(
        "{s:s, s:s, s:{s:s, s:I, s:I, s:s, s:s, s:s, s:f},"
        " s:{s:i, s:f, s:b, s:s?, s:s?}, s:s, s:o, s:o}",
        "suite", suite->name, "date", date, "machine", "cpu", machine->cpu, "cores",
        (json_int_t)machine->core_count, "memory", (json_int_t)machine->memory_size, "kernel",
        machine->kernel, "huge_pages", machine->huge_pages, "compiler", machine->compiler, "load",
        machine->load, "settings", "rounds", (int)options->rounds, "batch_ms", options->batch_ms,
        "quick", (int)options->is_quick, "filter", options->filter, "peers", options->peers,
        "subject", suite->subject, "peers", present, "skipped", skipped);
}

static json_t *json_of_peer_result(const struct PeerResult *result)
{
    if (!result->is_measured)
        return json_pack("{s:s, s:s}", "name", result->peer->name, "skipped", result->why);
    const struct Summary times = bench_summarise(result->samples, result->count);
    const struct Summary faults = bench_summarise(result->faults, result->count);
    const struct Summary peaks = bench_summarise(result->peaks, result->peak_count);
    return json_pack("{s:s, s:I, s:o, s:o, s:o, s:I, s:o, s:I, s:I}", "name", result->peer->name,
                     "batch", (json_int_t)result->batch, "time", json_of_summary(&times), "samples",
                     json_of_numbers(result->samples, result->count), "faults",
                     json_of_summary(&faults), "peak_rss", (json_int_t)peaks.median, "peaks",
                     json_of_summary(&peaks), "rss", (json_int_t)result->rss, "live_size",
                     (json_int_t)result->live_size);
}

json_t *results_json_work(const struct WorkResult *work)
{
    json_t *peers = json_array();
    for (size_t i = 0; i < work->peer_count; i++)
        json_array_append_new(peers, json_of_peer_result(&work->peers[i]));
    return json_pack("{s:s, s:s, s:s, s:s*, s:o}", "name", work->work->name, "title",
                     work->work->title, "unit", work->work->unit, "skipped",
                     work->why[0] ? work->why : NULL, "peers", peers);
}

/* JSON knows no infinity. */
static double json_number(double number)
{
    return isinf(number) ? DBL_MAX : number;
}

json_t *results_json_bound(const struct BoundResult *result)
{
    return json_pack(
        "{s:s, s:s, s:f, s:f, s:s?, s:f, s:f, s:f, s:f, s:f, s:b, s:b, s:s}", "work",
        result->work->name, "metric", results_metric_name(result->work, result->bound->metric),
        "limit", result->bound->limit, "plus", result->bound->plus, "against", result->reference,
        "value", result->value, "reference_value", result->reference_value, "ratio",
        json_number(result->ratio.median), "ratio_p25", json_number(result->ratio.p25), "ratio_p75",
        json_number(result->ratio.p75), "holds", (int)result->judgement.holds, "close",
        (int)result->judgement.is_close, "verdict", bench_judgement_name(result->judgement));
}
