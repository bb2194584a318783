/* SPDX-License-Identifier: BSD-2-Clause */
/* From what was measured to a verdict. */
#include "results.h"

#include <string.h>

static const char *const metric_names[] = {
    [BENCH_TIME] = "time",
    [BENCH_FAULTS] = "faults",
    [BENCH_RSS] = "rss",
};

const char *results_metric_name(const struct BenchWork *work, enum BenchMetric metric)
{
    return metric == BENCH_TIME && work->is_value ? "value" : metric_names[metric];
}

struct Samples {
    const double *values;
    size_t count;
};

static struct Samples samples_of(const struct PeerResult *result, enum BenchMetric metric)
{
    switch (metric) {
    case BENCH_TIME:
        return (struct Samples){result->samples, result->count};
    case BENCH_FAULTS:
        return (struct Samples){result->faults, result->count};
    case BENCH_RSS:
        break;
    }
    return (struct Samples){result->peaks, result->peak_count};
}

static struct Summary summarise_metric(const struct PeerResult *result, enum BenchMetric metric)
{
    const struct Samples samples = samples_of(result, metric);
    return bench_summarise(samples.values, samples.count);
}

static double metric_of(const struct PeerResult *result, enum BenchMetric metric)
{
    return summarise_metric(result, metric).median;
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
static struct Summary summarise_ratio(const struct PeerResult *subject,
                                      const struct PeerResult *other, enum BenchMetric metric)
{
    const struct Samples own = samples_of(subject, metric);
    const struct Samples others = samples_of(other, metric);
    const size_t count = own.count < others.count ? own.count : others.count;
    return bench_summarise_ratio(own.values, others.values, count);
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
        const double peak = metric_of(own, BENCH_RSS);
        result->ratio = bench_summarise_ratio(&peak, &own->live_size, 1);
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
