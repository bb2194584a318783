/* SPDX-License-Identifier: BSD-2-Clause */
/* What was measured, judged and written down: as a table for people, as JSON for programs. */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench_options.h"
#include "harness.h"
#include "machine.h"
#include "summary.h"

/* One peer at one work. */
struct PeerResult {
    const struct BenchPeer *peer;
    bool is_measured;
    char why[BENCH_TEXT_MAX];          /* where it is not */
    uint64_t batch;                    /* what one round ran */
    size_t count;                      /* rounds */
    double samples[BENCH_SAMPLES_MAX]; /* in the work's unit per operation */
    double faults[BENCH_SAMPLES_MAX];  /* per operation */
    double peaks[BENCH_SAMPLES_MAX];   /* bytes above the time before the first run */
    size_t peak_count;                 /* 1, the highest; rounds, where programs do the work */
    double rss;
    double live_size;
};

struct WorkResult {
    const struct BenchWork *work;
    char why[BENCH_TEXT_MAX]; /* it was left out; "" where it was not */
    struct PeerResult peers[BENCH_PEERS_MAX];
    size_t peer_count;
};

struct BoundResult {
    const struct BenchWork *work;
    const struct BenchBound *bound;
    double value;          /* the subject's: median time, faults per operation, bytes */
    const char *reference; /* what it is held against; NULL: a number of its own */
    double reference_value;
    struct Summary ratio; /* value / reference; without a reference the value itself */
    struct Judgement judgement;
};

/* Who takes part; version is why not where is_there is false. */
struct PeerEntry {
    const struct BenchPeer *peer;
    bool is_there;
    char version[BENCH_TEXT_MAX];
};

/* False where the subject or what it is held against was not measured. */
bool results_judge(const struct WorkResult *work, const struct BenchBound *bound,
                   const char *subject, struct BoundResult *result);

/* At most four digits that say something: "0.123", "31.20", "19788". */
void results_format_number(char *text, size_t size, double number);

void results_print_head(FILE *out, const struct BenchSuite *suite, const struct Machine *machine,
                        const struct PeerEntry *peers, const struct BenchOptions *options);
void results_print_work(FILE *out, const struct WorkResult *work);

/* The words of text under a label, broken at spaces before the last column. */
void results_print_wrapped(FILE *out, const char *label, const char *text);

/* "time", "value", "faults", "rss". */
const char *results_metric_name(const struct BenchWork *work, enum BenchMetric metric);

/* What the table says of one work. */
struct ResultsRow {
    const struct BenchWork *work;
    char why[BENCH_TEXT_MAX]; /* it was left out; "" where it was not */
    struct BoundResult bounds[BENCH_BOUNDS_MAX];
    size_t count;
};

/* The table of the bounds, a line each, that grows while works are measured. */
struct ResultsTable {
    FILE *out;
    const struct BenchSuite *suite;
    char group[BENCH_TEXT_MAX]; /* that the last row was of */
    size_t counts[VERDICT_COUNT];
    char misses[4096]; /* the rows that miss, for the end */
};
void results_table_begin(struct ResultsTable *table, FILE *out, const struct BenchSuite *suite);
void results_table_add(struct ResultsTable *table, const struct ResultsRow *row);
void results_table_end(struct ResultsTable *table);

/* The same as objects; NULL where memory is out. */
json_t *results_json_head(const struct BenchSuite *suite, const struct Machine *machine,
                          const struct PeerEntry *peers, const struct BenchOptions *options);
json_t *results_json_work(const struct WorkResult *work);
json_t *results_json_bound(const struct BoundResult *bound);

#endif
