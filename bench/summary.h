/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a row of measurements says: its median and its spread, the ratio of two rows, and whether a
 * bound holds.
 */
#ifndef BENCH_SUMMARY_H
#define BENCH_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

enum { BENCH_SAMPLES_MAX = 1000 };

/* Quartiles lie between the samples beside them, in proportion; mad is the median of the distances
 * from the median. */
struct Summary {
    double min;
    double p25;
    double median;
    double p75;
    double max;
    double mad;
};

/* Of count samples, 1 to BENCH_SAMPLES_MAX, which stay as they are. */
struct Summary bench_summarise(const double *samples, size_t count);

/*
 * Of the ratios value[i] / reference[i]. Samples of one index were taken one right after the other,
 * so that what slows the machine down for a while slows both, and cancels out. A reference of 0
 * gives a ratio of 1 to a value of 0, and of HUGE_VAL to any other.
 */
struct Summary bench_summarise_ratio(const double *value, const double *reference, size_t count);

struct Judgement {
    bool holds;    /* the median is at most what is allowed */
    bool is_close; /* the quartiles lie on both sides of it: another run may say otherwise */
};

struct Judgement bench_judge(const struct Summary *measured, double allowed);

enum Verdict { VERDICT_HOLDS, VERDICT_MISSES, VERDICT_NOISE, VERDICT_COUNT };

enum Verdict bench_verdict(struct Judgement judgement);

/* "holds", "misses", or "noise" where it is close. */
const char *bench_judgement_name(struct Judgement judgement);

#endif
