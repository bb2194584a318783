/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Samples are a step apart. Of two that are closer, the one with more bytes stays, whole, so that a
 * peak is never lost and every sample is one moment. Where there is no room for one more, the step
 * doubles, and of each two neighbours one stays by the same rule:
 *
 *     count <= capacity, at[i] / step < at[i + 1] / step
 */
#include "command/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const uint64_t FIRST_STEP_NS = 5000000;

void fwl_timeline_init(struct Timeline *timeline, size_t capacity)
{
    struct TimelineSample *samples = calloc(capacity, sizeof *samples);
    *timeline = (struct Timeline){
        .samples = samples,
        .capacity = samples ? capacity : 0,
        .step_ns = FIRST_STEP_NS,
    };
}

void fwl_timeline_uninit(struct Timeline *timeline)
{
    free(timeline->samples);
    *timeline = (struct Timeline){0};
}

uint64_t fwl_timeline_total(const struct TimelineSample *sample)
{
    return sample->frames + sample->packets + sample->io + sample->other;
}

static const struct TimelineSample *larger(const struct TimelineSample *a,
                                           const struct TimelineSample *b)
{
    return fwl_timeline_total(a) >= fwl_timeline_total(b) ? a : b;
}

static void halve(struct Timeline *timeline)
{
    struct TimelineSample *samples = timeline->samples;
    for (size_t i = 0; i < timeline->count / 2; i++)
        samples[i] = *larger(&samples[2 * i], &samples[2 * i + 1]);
    timeline->count /= 2;
    timeline->step_ns *= 2;
}

void fwl_timeline_add(struct Timeline *timeline, const struct TimelineSample *sample)
{
    if (timeline->capacity == 0)
        return;
    struct TimelineSample *last =
        timeline->count > 0 ? &timeline->samples[timeline->count - 1] : NULL;
    if (last && sample->at_ns / timeline->step_ns == last->at_ns / timeline->step_ns) {
        *last = *larger(last, sample);
        return;
    }
    if (timeline->count == timeline->capacity)
        halve(timeline);
    timeline->samples[timeline->count++] = *sample;
}

uint64_t fwl_resident_size(void)
{
    unsigned long long size, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}
