/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Order statistics only. Measured times have a long tail on one side (interrupts, other programs),
 * which a mean and a standard deviation would follow and a median does not.
 */
#include "summary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t count, double share)
{
    const double position = share * (double)(count - 1);
    const size_t below = (size_t)position;
    if (below + 1 >= count)
        return sorted[count - 1];
    const double fraction = position - (double)below;
    if (fraction == 0)
        return sorted[below]; /* the neighbour may be infinite, and 0 * infinity is no number */
    return sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
}

struct Summary bench_summarise(const double *samples, size_t count)
{
    assert(count > 0 && count <= BENCH_SAMPLES_MAX);
    double sorted[BENCH_SAMPLES_MAX];
    memcpy(sorted, samples, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_doubles);

    struct Summary summary = {
        .min = sorted[0],
        .p25 = quantile(sorted, count, 0.25),
        .median = quantile(sorted, count, 0.5),
        .p75 = quantile(sorted, count, 0.75),
        .max = sorted[count - 1],
    };
    for (size_t i = 0; i < count; i++)
        sorted[i] = sorted[i] == summary.median ? 0 : fabs(sorted[i] - summary.median);
    qsort(sorted, count, sizeof *sorted, compare_doubles);
    summary.mad = quantile(sorted, count, 0.5);
    return summary;
}

struct Summary bench_summarise_ratio(const double *value, const double *reference, size_t count)
{
    assert(count > 0 && count <= BENCH_SAMPLES_MAX);
    double ratios[BENCH_SAMPLES_MAX];
    for (size_t i = 0; i < count; i++) {
        if (reference[i] != 0)
            ratios[i] = value[i] / reference[i];
        else
            ratios[i] = value[i] == 0 ? 1 : HUGE_VAL;
    }
    return bench_summarise(ratios, count);
}

struct Judgement bench_judge(const struct Summary *measured, double allowed)
{
    return (struct Judgement){
        .holds = measured->median <= allowed,
        .is_close = (measured->p25 <= allowed) != (measured->p75 <= allowed),
    };
}

enum Verdict bench_verdict(struct Judgement judgement)
{
    if (judgement.is_close)
        return VERDICT_NOISE;
    return judgement.holds ? VERDICT_HOLDS : VERDICT_MISSES;
}

const char *bench_judgement_name(struct Judgement judgement)
{
    static const char *const names[VERDICT_COUNT] = {"holds", "misses", "noise"};
    return names[bench_verdict(judgement)];
}
