/* SPDX-License-Identifier: BSD-2-Clause */
/* Every line of text is at most 80 columns; tests/cli/check_bench.py holds it. */
#include "results.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <time.h>

enum { COLUMNS = 80 };

static const char *const metric_names[] = {
    [BENCH_TIME] = "time",
    [BENCH_FAULTS] = "faults",
    [BENCH_RSS] = "rss",
};

static const char *metric_name(const struct BoundResult *result)
{
    const enum BenchMetric metric = result->bound->metric;
    return metric == BENCH_TIME && result->work->is_value ? "value" : metric_names[metric];
}

/* Judging */

static double metric_of(const struct PeerResult *result, enum BenchMetric metric)
{
    switch (metric) {
    case BENCH_TIME:
        return bench_summarise(result->samples, result->count).median;
    case BENCH_FAULTS:
        return bench_summarise(result->faults, result->count).median;
    case BENCH_RSS:
        break;
    }
    return result->peak;
}

static const struct PeerResult *find_peer(const struct WorkResult *work, const char *name)
{
    for (size_t i = 0; i < work->peer_count; i++) {
        const struct PeerResult *result = &work->peers[i];
        if (result->is_measured && strcmp(result->peer->name, name) == 0)
            return result;
    }
    return NULL;
}

static const struct PeerResult *find_best(const struct WorkResult *work, enum BenchMetric metric,
                                          const char *subject)
{
    const struct PeerResult *best = NULL;
    for (size_t i = 0; i < work->peer_count; i++) {
        const struct PeerResult *result = &work->peers[i];
        if (!result->is_measured || result->peer->is_floor ||
            strcmp(result->peer->name, subject) == 0)
            continue;
        if (!best || metric_of(result, metric) < metric_of(best, metric))
            best = result;
    }
    return best;
}

/* A number that every round has in common, or one for each round. */
static struct Summary summarise_metric(const struct PeerResult *result, enum BenchMetric metric)
{
    if (metric == BENCH_RSS)
        return bench_summarise(&result->peak, 1);
    return bench_summarise(metric == BENCH_TIME ? result->samples : result->faults, result->count);
}

static struct Summary summarise_ratio(const struct PeerResult *subject,
                                      const struct PeerResult *other, enum BenchMetric metric)
{
    if (metric == BENCH_RSS)
        return bench_summarise_ratio(&subject->peak, &other->peak, 1);
    const size_t count = subject->count < other->count ? subject->count : other->count;
    if (metric == BENCH_TIME)
        return bench_summarise_ratio(subject->samples, other->samples, count);
    return bench_summarise_ratio(subject->faults, other->faults, count);
}

bool results_judge(const struct WorkResult *work, const struct BenchBound *bound,
                   const char *subject, struct BoundResult *result)
{
    const struct PeerResult *own = find_peer(work, subject);
    if (!own)
        return false;
    *result = (struct BoundResult){
        .work = work->work, .bound = bound, .value = metric_of(own, bound->metric)};

    if (!bound->against) {
        result->ratio = summarise_metric(own, bound->metric);
    } else if (strcmp(bound->against, BENCH_LIVE) == 0) {
        result->reference = BENCH_LIVE;
        result->reference_value = own->live_size;
        result->ratio = bench_summarise_ratio(&own->peak, &own->live_size, 1);
    } else {
        const struct PeerResult *other = strcmp(bound->against, BENCH_BEST) == 0
                                             ? find_best(work, bound->metric, subject)
                                             : find_peer(work, bound->against);
        if (!other)
            return false;
        result->reference = other->peer->name;
        result->reference_value = metric_of(other, bound->metric);
        result->ratio = summarise_ratio(own, other, bound->metric);
    }
    double allowed = bound->limit;
    if (bound->plus > 0 && result->reference_value > 0)
        allowed += bound->plus / result->reference_value;
    result->judgement = bench_judge(&result->ratio, allowed);
    return true;
}

/* Text */

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

/* Prints the words of text under a label, broken at spaces before the last column. */
static void print_wrapped(FILE *out, const char *label, const char *text)
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
    print_wrapped(out, "peers", line);
    for (size_t i = 0; i < suite->peer_count; i++) {
        if (peers[i].is_there)
            continue;
        snprintf(line, sizeof line, "%s: %s", peers[i].peer->name, peers[i].version);
        print_wrapped(out, "skipped", line);
    }
}

void results_print_head(FILE *out, const struct BenchSuite *suite, const struct Machine *machine,
                        const struct PeerEntry *peers, const struct BenchSettings *settings)
{
    char line[512];
    print_wrapped(out, suite->name, suite->title);
    snprintf(line, sizeof line, "%s, %ld cores, %.1f GiB, %s, huge pages %s, %s, load %.2f",
             machine->cpu, machine->core_count, (double)machine->memory_size / 0x1p30,
             machine->kernel, machine->huge_pages[0] ? machine->huge_pages : "unknown",
             machine->compiler, machine->load);
    print_wrapped(out, "machine", line);
    print_peers(out, suite, peers);
    snprintf(line, sizeof line,
             "%u rounds of %.4g ms for each peer in turn%s; times per operation; peak: MiB of "
             "resident memory that came with the work",
             settings->rounds, settings->batch_ms,
             settings->is_quick ? " (quick: says little)" : "");
    print_wrapped(out, "run", line);
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
        result->peak / 0x1p20,
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
        print_wrapped(out, "  skipped", work->why);
        return;
    }
    fprintf(out, "  %-11s %7s %7s %7s %7s %7s %7s %7s %7s\n", "", "min", "p25", "median", "p75",
            "max", "MAD", "faults", "peak");
    for (size_t i = 0; i < work->peer_count; i++)
        print_peer_result(out, &work->peers[i]);
    fflush(out);
}

/* A value of a metric as a reader wants it: bytes as MiB. */
static void format_metric(char *text, size_t size, const struct BoundResult *result, double value)
{
    const bool is_bytes = result->bound->metric == BENCH_RSS;
    results_format_number(text, size, is_bytes ? value / 0x1p20 : value);
}

static void print_bound(FILE *out, const struct BoundResult *result)
{
    const struct BenchBound *bound = result->bound;
    char value[32];
    char number[32];
    char reference[64] = "-";
    char ratio[32] = "-";
    char limit[64];
    format_metric(value, sizeof value, result, result->value);
    if (result->reference) {
        format_metric(number, sizeof number, result, result->reference_value);
        snprintf(reference, sizeof reference, "%s %s", result->reference, number);
        results_format_number(ratio, sizeof ratio, result->ratio.median);
    }
    snprintf(limit, sizeof limit, "<=%.4g%s%s", bound->limit, result->reference ? "x" : "",
             bound->plus > 0 ? "+" : "");
    fprintf(out, "%-20s %-6s %7s  %-17s %7s %8s %s\n", result->work->name, metric_name(result),
            value, reference, ratio, limit, bench_judgement_name(result->judgement));
}

void results_print_bounds(FILE *out, const char *subject, const struct BoundResult *bounds,
                          size_t count)
{
    if (count == 0)
        return;
    size_t held = 0;
    fprintf(out, "\n%-20s %-6s %.9s  %-17s %7s %8s\n", "work", "metric", subject, "held against",
            "ratio", "bound");
    for (size_t i = 0; i < count; i++) {
        print_bound(out, &bounds[i]);
        held += bounds[i].judgement.holds;
    }
    fprintf(out, "%zu of %zu bounds hold (~: the quartiles lie on both sides; +: and some bytes)\n",
            held, count);
}

/* JSON */

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
                          const struct PeerEntry *peers, const struct BenchSettings *settings)
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
        "{s:s, s:s, s:{s:s, s:I, s:I, s:s, s:s, s:s, s:f}, s:{s:i, s:f, s:b, s:s?}, s:s, s:o, s:o}",
        "suite", suite->name, "date", date, "machine", "cpu", machine->cpu, "cores",
        (json_int_t)machine->core_count, "memory", (json_int_t)machine->memory_size, "kernel",
        machine->kernel, "huge_pages", machine->huge_pages, "compiler", machine->compiler, "load",
        machine->load, "settings", "rounds", (int)settings->rounds, "batch_ms", settings->batch_ms,
        "quick", (int)settings->is_quick, "filter", settings->filter, "subject", suite->subject,
        "peers", present, "skipped", skipped);
}

static json_t *json_of_peer_result(const struct PeerResult *result)
{
    if (!result->is_measured)
        return json_pack("{s:s, s:s}", "name", result->peer->name, "skipped", result->why);
    const struct Summary times = bench_summarise(result->samples, result->count);
    const struct Summary faults = bench_summarise(result->faults, result->count);
    return json_pack("{s:s, s:I, s:o, s:o, s:o, s:I, s:I, s:I}", "name", result->peer->name,
                     "batch", (json_int_t)result->batch, "time", json_of_summary(&times), "samples",
                     json_of_numbers(result->samples, result->count), "faults",
                     json_of_summary(&faults), "peak_rss", (json_int_t)result->peak, "rss",
                     (json_int_t)result->rss, "live_size", (json_int_t)result->live_size);
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
    return json_pack("{s:s, s:s, s:f, s:f, s:s?, s:f, s:f, s:f, s:f, s:b, s:b}", "work",
                     result->work->name, "metric", metric_name(result), "limit",
                     result->bound->limit, "plus", result->bound->plus, "against",
                     result->reference, "value", result->value, "ratio",
                     json_number(result->ratio.median), "ratio_p25", json_number(result->ratio.p25),
                     "ratio_p75", json_number(result->ratio.p75), "holds",
                     (int)result->judgement.holds, "close", (int)result->judgement.is_close);
}
