/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/transcode_report.h"

#include <stdlib.h>
#include <string.h>

int fwl_report_take_result(struct TranscodeReport *report, const FwlTranscodeResult *result)
{
    report->result = *result;
    report->result.streams = NULL;
    report->result.stream_count = 0;
    if (result->stream_count == 0)
        return 0;
    FwlTranscodeStream *streams = calloc(result->stream_count, sizeof *streams);
    if (!streams)
        return FWL_E_NOMEM;
    memcpy(streams, result->streams, result->stream_count * sizeof *streams);
    report->result.streams = streams;
    report->result.stream_count = result->stream_count;
    return 0;
}

void fwl_report_uninit(struct TranscodeReport *report)
{
    free(report->result.streams);
    free(report->error);
    free(report->said);
    report->error = report->said = NULL;
    fwl_timeline_uninit(&report->timeline);
    report->result.streams = NULL;
    report->result.stream_count = 0;
}

/* The pools of a report. */
enum { POOL_COUNT = 3 };

static void list_pools(const struct TranscodeReport *report, const FwlPoolStats *pools[POOL_COUNT])
{
    pools[0] = &report->result.frames;
    pools[1] = &report->result.packets;
    pools[2] = &report->io;
}

uint64_t fwl_report_allocations(const struct TranscodeReport *report)
{
    const FwlPoolStats *pools[POOL_COUNT];
    uint64_t count = 0;
    list_pools(report, pools);
    for (size_t i = 0; i < POOL_COUNT; i++)
        count += pools[i]->allocation_count;
    return count;
}

double fwl_report_hit_rate(const struct TranscodeReport *report)
{
    const FwlPoolStats *pools[POOL_COUNT];
    const uint64_t all = fwl_report_allocations(report);
    uint64_t hits = 0;
    list_pools(report, pools);
    for (size_t i = 0; i < POOL_COUNT; i++)
        hits += pools[i]->pool_hit_count;
    return all ? (double)hits / (double)all : 0;
}

static double per_second(const struct TranscodeReport *report, double what)
{
    const double elapsed = (double)report->result.elapsed_ns / 1e9;
    return elapsed > 0 && what > 0 ? what / elapsed : 0;
}

double fwl_report_speed(const struct TranscodeReport *report)
{
    return per_second(report, (double)report->result.duration_us / 1e6);
}

double fwl_report_fps(const struct TranscodeReport *report)
{
    uint64_t pictures = 0;
    for (size_t i = 0; i < report->result.stream_count; i++)
        if (report->result.streams[i].kind == 'v')
            pictures += report->result.streams[i].frames;
    return per_second(report, (double)pictures);
}
