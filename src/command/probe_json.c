/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe for programs: names as in FwlProbeResult, sizes in bytes, times in seconds. What is not
 * known is null.
 */
#include "command/probe_report.h"

#include <stdio.h>
#include <stdlib.h>

#include "command/json_text.h"

static json_t *seconds(int64_t microseconds)
{
    return microseconds >= 0 ? json_real((double)microseconds / 1e6) : json_null();
}

static json_t *known(int64_t number)
{
    return number > 0 ? json_integer(number) : json_null();
}

/* Files may name a tag by any bytes. */
static void add_tag(json_t *tags, const FwlDictionaryEntry *entry)
{
    json_t *key = fwl_json_text(entry->key);
    json_object_set_new(tags, json_string_value(key), fwl_json_text(entry->value));
    json_decref(key);
}

static json_t *tags_object(const FwlDictionary *metadata)
{
    json_t *tags = json_object();
    const FwlDictionaryEntry *entry = NULL;
    while ((entry = fwl_dict_get(metadata, "", entry, FWL_DICT_IGNORE_SUFFIX)) != NULL)
        add_tag(tags, entry);
    return tags;
}

static json_t *ratio(FwlRational value)
{
    return value.num > 0 && value.den > 0 ? json_pack("[i, i]", value.num, value.den) : json_null();
}

static void add_picture(json_t *object, const FwlProbeStream *stream)
{
    json_object_set_new(object, "width", json_integer(stream->width));
    json_object_set_new(object, "height", json_integer(stream->height));
    json_object_set_new(object, "coded_width", json_integer(stream->coded_width));
    json_object_set_new(object, "coded_height", json_integer(stream->coded_height));
    json_object_set_new(object, "display_width", json_integer(stream->display_width));
    json_object_set_new(object, "display_height", json_integer(stream->display_height));
    json_object_set_new(object, "rotation", json_integer(stream->rotation));
    json_object_set_new(object, "sample_aspect_ratio", ratio(stream->sample_aspect_ratio));
    json_object_set_new(object, "frame_rate", ratio(stream->frame_rate));
}

static void add_sound(json_t *object, const FwlProbeStream *stream)
{
    json_object_set_new(object, "sample_rate", json_integer(stream->sample_rate));
    json_object_set_new(object, "channels", json_integer(stream->channels));
    json_object_set_new(object, "channel_layout", fwl_json_text(stream->channel_layout));
}

static void add_memory(json_t *object, const FwlProbeStream *stream)
{
    json_t *linesize = json_array();
    for (int i = 0; i < 4 && stream->linesize[i] > 0; i++)
        json_array_append_new(linesize, json_integer(stream->linesize[i]));
    json_object_set_new(object, "decoder", fwl_json_text(stream->decoder));
    json_object_set_new(object, "linesize", linesize);
    json_object_set_new(object, "frame_size", json_integer((json_int_t)stream->frame_size));
    json_object_set_new(object, "frames_held", json_integer(stream->frames_held));
    json_object_set_new(object, "memory_peak", json_integer((json_int_t)stream->memory_peak));
    json_object_set_new(object, "frame_count",
                        stream->frame_count >= 0 ? json_integer(stream->frame_count) : json_null());
    json_object_set_new(object, "packet_size", json_integer((json_int_t)stream->packet_size));
}

static json_t *stream_object(const FwlProbeStream *stream)
{
    json_t *object = json_pack("{s:i, s:s, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", //
                               "index", stream->index,                                         //
                               "kind", fwl_probe_kind(stream),                                 //
                               "codec", fwl_json_text(stream->codec),                          //
                               "profile", fwl_json_text(stream->profile),                      //
                               "language", fwl_json_text(stream->language),                    //
                               "is_default", (int)stream->is_default,                          //
                               "is_cover", (int)stream->is_cover,                              //
                               "duration", seconds(stream->duration_us),                       //
                               "bit_rate", known(stream->bit_rate),                            //
                               "packet_count", known(stream->packet_count),                    //
                               "format", fwl_json_text(stream->format),                        //
                               "tags", tags_object(stream->metadata));
    if (!object)
        return NULL;
    if (stream->kind == 'v')
        add_picture(object, stream);
    if (stream->kind == 'a')
        add_sound(object, stream);
    if (stream->frames_held > 0)
        add_memory(object, stream);
    return object;
}

static json_t *streams_array(const FwlProbeResult *result)
{
    json_t *list = json_array();
    for (size_t i = 0; i < result->stream_count; i++)
        json_array_append_new(list, stream_object(&result->streams[i]));
    return list;
}

static json_t *memory_object(const FwlProbeResult *result)
{
    return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I}",                           //
                     "threads", result->threads,                                 //
                     "decode", (json_int_t)fwl_probe_decode_size(result),        //
                     "play", (json_int_t)fwl_probe_play_size(result),            //
                     "transcode", (json_int_t)fwl_probe_transcode_size(result),  //
                     "transcode_queue", (json_int_t)fwl_probe_line_size(result), //
                     "encoder", (json_int_t)fwl_probe_encoder_size(result));
}

int fwl_probe_print_json(const struct ProbeReport *report)
{
    const FwlProbeResult *result = &report->result;
    return fwl_json_print(json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:i, s:o, s:o, s:o}", //
                                    "name", fwl_json_text(report->input_name),            //
                                    "format", result->format,                             //
                                    "format_name", result->format_name,                   //
                                    "bytes",
                                    result->size >= 0 ? json_integer(result->size) : json_null(), //
                                    "duration", seconds(result->duration_us),                     //
                                    "bit_rate", known(result->bit_rate),                          //
                                    "chapters", result->chapter_count,                            //
                                    "tags", tags_object(result->metadata),                        //
                                    "memory", memory_object(result),                              //
                                    "streams", streams_array(result)));
}
