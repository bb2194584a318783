/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The result for programs: every figure of the table and more, sizes in bytes, times in seconds,
 * names as in FwlTranscodeResult and FwlPoolStats. Names that are there stay; new ones may come.
 */
#include "command/transcode_report.h"

#include "command/json_text.h"

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *seconds(double nanoseconds)
{
    return json_real(nanoseconds / 1e9);
}

static json_t *pool_object(const FwlPoolStats *stats)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",               //
                     "peak_usage", number(stats->peak_usage),             //
                     "current_usage", number(stats->current_usage),       //
                     "total_allocated", number(stats->total_allocated),   //
                     "allocation_count", number(stats->allocation_count), //
                     "free_count", number(stats->free_count),             //
                     "pool_hit_count", number(stats->pool_hit_count),     //
                     "system_alloc_count", number(stats->system_alloc_count));
}

static json_t *stream_object(const FwlTranscodeStream *stream)
{
    const char *kind = stream->kind == 'v' ? "video" : stream->kind == 'a' ? "audio" : "subtitle";
    json_t *object = json_pack("{s:s, s:b, s:i, s:s, s:s, s:s}",     //
                               "kind", kind,                         //
                               "is_copy", (int)stream->is_copy,      //
                               "input_index", stream->input_index,   //
                               "input_codec", stream->input_codec,   //
                               "output_codec", stream->output_codec, //
                               "format", stream->format);
    json_t *shape = json_pack("{s:i, s:i, s:i, s:i}",             //
                              "width", stream->width,             //
                              "height", stream->height,           //
                              "sample_rate", stream->sample_rate, //
                              "channels", stream->channels);
    json_t *counts = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",           //
                               "packets_in", number(stream->packets_in),   //
                               "packets_out", number(stream->packets_out), //
                               "bytes_in", number(stream->bytes_in),       //
                               "bytes_out", number(stream->bytes_out),     //
                               "frames", number(stream->frames),           //
                               "errors", number(stream->errors));
    if (json_object_update(object, shape) < 0 || json_object_update(object, counts) < 0) {
        json_decref(object);
        object = NULL;
    }
    json_decref(shape);
    json_decref(counts);
    return object;
}

static json_t *stream_list(const FwlTranscodeResult *result)
{
    json_t *list = json_array();
    for (size_t i = 0; i < result->stream_count; i++) {
        if (json_array_append_new(list, stream_object(&result->streams[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *file_object(const char *name, const char *format, uint64_t bytes)
{
    return json_pack("{s:o, s:s, s:o}", "name", fwl_json_text(name), "format", format, "bytes",
                     number(bytes));
}

static json_t *known(uint64_t value)
{
    return value > 0 ? number(value) : json_null();
}

/* [i] is how many took 2^i bytes or more, and less than twice that. */
static json_t *size_list(const FwlTranscodeResult *result)
{
    json_t *list = json_array();
    for (size_t i = 0; i < FWL_TRANSCODE_SIZE_COUNT; i++)
        json_array_append_new(list, number(result->size_counts[i]));
    return list;
}

static json_t *queue_object(const FwlTranscodeQueue *queue)
{
    return json_pack("{s:o, s:o, s:o}",                     //
                     "max_size", number(queue->max_size),   //
                     "peak_size", number(queue->peak_size), //
                     "wait_count", number(queue->wait_count));
}

/* What each purpose had of the system at most: whole pages, idle ones, too. */
static json_t *peak_object(const FwlTranscodeMemory *peak)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}",      //
                     "frames", number(peak->frames),   //
                     "packets", number(peak->packets), //
                     "io", number(peak->io),           //
                     "other", number(peak->other),     //
                     "total", number(peak->total));
}

static json_t *memory_object(const struct TranscodeReport *report)
{
    const FwlTranscodeResult *result = &report->result;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:o, s:o}", //
                     "peak_size", number(report->peak_size),                              //
                     "peak", peak_object(&result->memory_peak),                           //
                     "limit", known(report->limit),                                       //
                     "least", known(result->memory_least),                                //
                     "frames", pool_object(&result->frames),                              //
                     "packets", pool_object(&result->packets),                            //
                     "io", pool_object(&report->io),                                      //
                     "hit_rate", fwl_report_hit_rate(report),                             //
                     "leaked_blocks", number(report->leaked_blocks),                      //
                     "wait_count", number(result->wait_count),                            //
                     "packet_queue", queue_object(&result->packet_queue),                 //
                     "frame_queue", queue_object(&result->frame_queue),                   //
                     "size_counts", size_list(result));
}

json_t *fwl_report_object(const struct TranscodeReport *report)
{
    const FwlTranscodeResult *result = &report->result;
    return json_pack(
        "{s:i, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:o, s:o}",                                 //
        "exit_code", report->exit_code,                                                       //
        "error", fwl_json_text(report->error ? report->error : ""),                           //
        "input", file_object(report->input_name, result->input_format, result->bytes_in),     //
        "output", file_object(report->output_name, result->output_format, result->bytes_out), //
        "duration", seconds((double)result->duration_us * 1e3),                               //
        "elapsed", seconds((double)result->elapsed_ns),                                       //
        "fps", fwl_report_fps(report),                                                        //
        "speed", fwl_report_speed(report),                                                    //
        "streams", stream_list(result),                                                       //
        "memory", memory_object(report));
}

int fwl_report_print_json(const struct TranscodeReport *report, bool is_one_line)
{
    json_t *object = fwl_report_object(report);
    return is_one_line ? fwl_json_print_line(object) : fwl_json_print(object);
}
