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
