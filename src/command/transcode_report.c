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
    report->result.streams = NULL;
    report->result.stream_count = 0;
}

double fwl_report_hit_rate(const struct TranscodeReport *report)
{
    const FwlPoolStats *const pools[] = {&report->result.frames, &report->result.packets,
                                         &report->io};
    uint64_t hits = 0, all = 0;
    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        hits += pools[i]->pool_hit_count;
        all += pools[i]->allocation_count;
    }
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
