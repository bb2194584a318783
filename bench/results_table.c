/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of the bounds, which may grow while works are measured: a run takes minutes.
 * Columns: two blanks, the row, the metric, the subject's figure, what it is held against with its
 * figure, the ratio and the quartiles of its rounds, the bound, the verdict; 80 at most.
 */
#include "results.h"

#include <math.h>
#include <string.h>

#define ROW_FORMAT "  %-13s%-6s %7s  %-17s %5s %9s %7s %s\n"

void results_table_begin(struct ResultsTable *table, FILE *out, const struct BenchSuite *suite)
{
    *table = (struct ResultsTable){.out = out, .suite = suite};
    fprintf(out, "\n  %-13s%-4s %9s  %-17s %5s %9s %7s %s\n", "row", "what", suite->subject,
            "held against", "ratio", "quartiles", "bound", "verdict");
}

/* "live/2p" is the row "2p" of the group "live"; "drift" is the row "drift" of its own. */
static const char *row_of(const struct BenchWork *work)
{
    const char *slash = strchr(work->name, '/');
    return slash ? slash + 1 : work->name;
}

static const char *title_of(const struct BenchSuite *suite, const char *group,
                            const struct BenchWork *work)
{
    for (size_t i = 0; i < suite->group_count; i++) {
        if (strcmp(suite->groups[i].name, group) == 0)
            return suite->groups[i].title;
    }
    return work->title;
}

static void enter_group(struct ResultsTable *table, const struct BenchWork *work)
{
    char group[BENCH_TEXT_MAX];
    snprintf(group, sizeof group, "%.*s", (int)strcspn(work->name, "/"), work->name);
    if (strcmp(group, table->group) == 0)
        return;
    memcpy(table->group, group, sizeof group);
    fprintf(table->out, "%.20s [%s]: %.52s\n", group, work->unit,
            title_of(table->suite, group, work));
}

/* Bytes are MiB for a reader; two digits behind the point are enough for a ratio. */
static void format_metric(char *text, size_t size, const struct BoundResult *result, double value)
{
    const bool is_bytes = result->bound->metric == BENCH_RSS;
    results_format_number(text, size, is_bytes ? value / 0x1p20 : value);
}

static void format_ratio(char *text, size_t size, double ratio)
{
    if (ratio < 99.5)
        snprintf(text, size, ratio < 9.995 ? "%.2f" : "%.1f", ratio);
    else
        snprintf(text, size, ratio < 9999.5 ? "%.0f" : "%.0e", ratio);
}

static void format_quartiles(char *text, size_t size, const struct Summary *ratio)
{
    char low[32];
    char high[32];
    format_ratio(low, sizeof low, ratio->p25);
    format_ratio(high, sizeof high, ratio->p75);
    snprintf(text, size, "%.4s-%.4s", low, high);
}

static void keep_miss(struct ResultsTable *table, const struct BoundResult *result,
                      const char *ratio, const char *limit)
{
    const size_t length = strlen(table->misses);
    const char *metric = results_metric_name(result->work, result->bound->metric);
    if (result->reference)
        snprintf(table->misses + length, sizeof table->misses - length, "%s%s (%s %s of %s, %s)",
                 length > 0 ? ", " : "", result->work->name, metric, ratio, result->reference,
                 limit);
    else
        snprintf(table->misses + length, sizeof table->misses - length, "%s%s (%s)",
                 length > 0 ? ", " : "", result->work->name, metric);
}

static void print_bound(struct ResultsTable *table, const struct BoundResult *result)
{
    const struct BenchBound *bound = result->bound;
    char value[32];
    char number[32];
    char reference[64] = "-";
    char ratio[32] = "-";
    char quartiles[32] = "-";
    char limit[32];
    format_metric(value, sizeof value, result, result->value);
    if (result->reference) {
        format_metric(number, sizeof number, result, result->reference_value);
        snprintf(reference, sizeof reference, "%s %s", result->reference, number);
        format_ratio(ratio, sizeof ratio, result->ratio.median);
        if (bound->metric != BENCH_RSS || result->work->is_program) /* else there is one peak */
            format_quartiles(quartiles, sizeof quartiles, &result->ratio);
    }
    snprintf(limit, sizeof limit, "<=%.4g%s%s", bound->limit, result->reference ? "x" : "",
             bound->plus > 0 ? "+" : "");
    fprintf(table->out, ROW_FORMAT, row_of(result->work),
            results_metric_name(result->work, bound->metric), value, reference, ratio, quartiles,
            limit, bench_judgement_name(result->judgement));
    const enum Verdict verdict = bench_verdict(result->judgement);
    table->counts[verdict]++;
    if (verdict == VERDICT_MISSES)
        keep_miss(table, result, ratio, limit);
}

static void print_left_out(struct ResultsTable *table, const struct BenchWork *work,
                           const char *why)
{
    char text[2 * BENCH_TEXT_MAX];
    snprintf(text, sizeof text, "- left out: %s", why);
    char label[BENCH_TEXT_MAX];
    snprintf(label, sizeof label, "  %-12s", row_of(work));
    results_print_wrapped(table->out, label, text);
}

void results_table_add(struct ResultsTable *table, const struct ResultsRow *row)
{
    enter_group(table, row->work);
    if (row->why[0])
        print_left_out(table, row->work, row->why);
    else if (row->count == 0 && row->work->bounds[0].is_set)
        print_left_out(table, row->work, "nothing is here to hold it against");
    for (size_t i = 0; i < row->count; i++)
        print_bound(table, &row->bounds[i]);
    fflush(table->out);
}

void results_table_end(struct ResultsTable *table)
{
    const size_t *counts = table->counts;
    const size_t count = counts[VERDICT_HOLDS] + counts[VERDICT_MISSES] + counts[VERDICT_NOISE];
    fprintf(table->out, "\n");
    if (table->misses[0])
        results_print_wrapped(table->out, "misses", table->misses);
    fprintf(table->out,
            "quartiles: of the ratios of paired rounds; noise: the bound lies between them,\n"
            "another run may say otherwise; rss in MiB; +: and what a pool may keep idle\n"
            "%zu bounds: %zu hold, %zu miss, %zu within noise\n",
            count, counts[VERDICT_HOLDS], counts[VERDICT_MISSES], counts[VERDICT_NOISE]);
}
