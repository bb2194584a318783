/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page draws itself from data that stands in it as JSON. A script element ends at the first
 * "</", whatever is around it, so no '<' of the data gets into the page as one; beyond ASCII there
 * are only escapes. The page's own script takes every text as text.
 */
#include "command/report_page.h"

#include "command/command.h"
#include "command/json_text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Data */

typedef uint64_t (*TakeNumber)(const struct TimelineSample *sample);

static uint64_t take_frames(const struct TimelineSample *sample)
{
    return sample->frames;
}

static uint64_t take_packets(const struct TimelineSample *sample)
{
    return sample->packets;
}

static uint64_t take_io(const struct TimelineSample *sample)
{
    return sample->io;
}

static uint64_t take_other(const struct TimelineSample *sample)
{
    return sample->other;
}

static uint64_t take_resident(const struct TimelineSample *sample)
{
    return sample->resident;
}

static json_t *numbers(const struct Timeline *timeline, TakeNumber take)
{
    json_t *list = json_array();
    for (size_t i = 0; i < timeline->count; i++)
        json_array_append_new(list, json_integer((json_int_t)take(&timeline->samples[i])));
    return list;
}

static json_t *times(const struct Timeline *timeline)
{
    json_t *list = json_array();
    for (size_t i = 0; i < timeline->count; i++)
        json_array_append_new(list, json_real((double)timeline->samples[i].at_ns / 1e9));
    return list;
}

static json_t *queue_object(const struct Timeline *timeline, int queue, const char *name)
{
    json_t *fill = json_array();
    for (size_t i = 0; i < timeline->count; i++)
        json_array_append_new(fill, json_real((double)timeline->samples[i].queue[queue]));
    return json_pack("{s:s, s:o}", "name", name, "fill", fill);
}

static json_t *timeline_object(const struct Timeline *timeline, bool has_queues)
{
    json_t *queues = json_array();
    if (has_queues) {
        json_array_append_new(queues, queue_object(timeline, 1, "frames for the encoders"));
        json_array_append_new(queues, queue_object(timeline, 0, "packets for the container"));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",        //
                     "t", times(timeline),                         //
                     "frames", numbers(timeline, take_frames),     //
                     "packets", numbers(timeline, take_packets),   //
                     "io", numbers(timeline, take_io),             //
                     "other", numbers(timeline, take_other),       //
                     "resident", numbers(timeline, take_resident), //
                     "queues", queues);
}

static json_t *job_list(const struct Batch *batch)
{
    json_t *list = json_array();
    for (size_t i = 0; i < batch->args->input_count; i++) {
        const struct TranscodeReport *report = &batch->reports[i];
        json_t *job = fwl_report_object(report);
        json_object_set_new(job, "timeline", timeline_object(&report->timeline, true));
        json_array_append_new(list, job);
    }
    return list;
}

static double hit_rate_of_all(const struct Batch *batch)
{
    double hits = 0, all = 0;
    for (size_t i = 0; i < batch->args->input_count; i++) {
        const double count = (double)fwl_report_allocations(&batch->reports[i]);
        hits += count * fwl_report_hit_rate(&batch->reports[i]);
        all += count;
    }
    return all > 0 ? hits / all : 0;
}

/* The pools' own, or what was seen: that has the buffers before the containers in it, too. */
static uint64_t largest_size(const struct ReportPage *page)
{
    const struct Timeline *timeline = &page->batch->timeline;
    uint64_t largest = page->peak_size;
    for (size_t i = 0; i < timeline->count; i++) {
        const uint64_t total = fwl_timeline_total(&timeline->samples[i]);
        largest = total > largest ? total : largest;
    }
    return largest;
}

static json_t *memory_object(const struct ReportPage *page)
{
    const size_t budget = page->batch->budget;
    return json_pack("{s:o, s:I, s:f, s:I}",                                               //
                     "limit", budget > 0 ? json_integer((json_int_t)budget) : json_null(), //
                     "peak_size", (json_int_t)largest_size(page),                          //
                     "hit_rate", hit_rate_of_all(page->batch),                             //
                     "leaked_blocks", (json_int_t)page->leaked_blocks);
}

static json_t *page_object(const struct ReportPage *page)
{
    const struct Batch *batch = page->batch;
    const char *folder = batch->args->output_dir;
    char when[32] = "";
    struct tm parts;
    const time_t now = time(NULL);
    if (gmtime_r(&now, &parts))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &parts);
    return json_pack("{s:s, s:s, s:o, s:i, s:i, s:f, s:o, s:o, s:o, s:o}",          //
                     "version", FRAMEWELL_VERSION,                                  //
                     "when", when,                                                  //
                     "command", fwl_json_text(page->command),                       //
                     "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN),                    //
                     "exit_code", page->exit_code,                                  //
                     "elapsed", (double)batch->elapsed_ns / 1e9,                    //
                     "output_folder", folder ? fwl_json_text(folder) : json_null(), //
                     "timeline", timeline_object(&batch->timeline, false),          //
                     "memory", memory_object(page),                                 //
                     "jobs", job_list(batch));
}

/* The page */

/* The JSON with each '<' escaped. */
static int64_t write_data(FwlIO *io, const char *json)
{
    int64_t result = 0;
    while (*json && result >= 0) {
        const size_t length = strcspn(json, "<");
        result = fwl_io_write(io, json, length);
        json += length;
        if (result >= 0 && *json == '<') {
            result = fwl_io_write(io, "\\u003c", 6);
            json++;
        }
    }
    return result;
}

static int64_t write_page(FwlIO *io, const char *json)
{
    int64_t result = fwl_io_write(io, fwl_page_head, fwl_page_head_size);
    if (result >= 0)
        result = write_data(io, json);
    return result >= 0 ? fwl_io_write(io, fwl_page_tail, fwl_page_tail_size) : result;
}

int fwl_report_write_page(const struct ReportPage *page, struct OutputFile *output)
{
    json_t *object = page_object(page);
    char *json = object ? json_dumps(object, JSON_ENSURE_ASCII | JSON_COMPACT |
                                                 JSON_REAL_PRECISION(6) | JSON_PRESERVE_ORDER)
                        : NULL;
    json_decref(object);
    FwlIO *io = NULL;
    int code;
    if (json && fwl_io_open_writer(&io, NULL, SIZE_MAX) == 0 && write_page(io, json) >= 0)
        code = fwl_output_write(output, io);
    else
        code = fwl_cmd_fail_memory(output->name);
    fwl_io_close(&io);
    free(json);
    return code;
}
