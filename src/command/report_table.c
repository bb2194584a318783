/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table after a transcode:
 *
 *     stream         codec       picture or sound             packets  frames       size
 *     video 0   in   h264                                          48            2.8 MiB
 *               out  h264        1920x1080 yuv420p                 48      48    1.1 MiB
 *     all       in   mov,mp4,m4a                                                 2.9 MiB
 *               out  matroska                                                    1.2 MiB
 *
 *     time      1.60 s of media in 0.52 s: 92.3 fps, speed 3.08x
 *     memory    peak 54.1 MiB: frames 48.0 MiB, packets 1.9 MiB, I/O 4.2 MiB
 *     pools     99.1 % of 1204 allocations from memory at hand, 0 blocks leaked
 *
 * The columns are 10 + 5 + 12 + 26 + 8 + 8 + 11 = 80 wide.
 */
#include "command/transcode_report.h"

#include "command/human_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct Line {
    const char *stream, *way, *codec, *shape;
    char packets[HUMAN_SIZE], frames[HUMAN_SIZE], size[HUMAN_SIZE];
};

static void print_line(const struct Line *line)
{
    printf("%-10s%-5s%-11.11s %-25.25s %7s %7s %10s\n", line->stream, line->way, line->codec,
           line->shape, line->packets, line->frames, line->size);
}

static void print_head(bool has_colours)
{
    const struct Line head = {
        .stream = "stream",
        .way = "",
        .codec = "codec",
        .shape = "picture or sound",
        .packets = "packets",
        .frames = "frames",
        .size = "size",
    };
    fputs(has_colours ? "\033[1m" : "", stdout);
    print_line(&head);
    fputs(has_colours ? "\033[0m" : "", stdout);
}

static const char *kind_name(char kind)
{
    switch (kind) {
    case 'v':
        return "video";
    case 'a':
        return "audio";
    default:
        return "subtitle";
    }
}

static void describe_shape(char *shape, size_t size, const FwlTranscodeStream *stream)
{
    if (stream->width > 0)
        snprintf(shape, size, "%dx%d %s", stream->width, stream->height, stream->format);
    else if (stream->sample_rate > 0)
        snprintf(shape, size, "%d Hz %d ch %s", stream->sample_rate, stream->channels,
                 stream->format);
    else
        snprintf(shape, size, "%s", stream->format);
}

static void print_stream(const FwlTranscodeStream *stream)
{
    char name[HUMAN_SIZE], shape[64];
    snprintf(name, sizeof name, "%s %d", kind_name(stream->kind), stream->input_index);
    describe_shape(shape, sizeof shape, stream);

    struct Line in = {.stream = name, .way = "in", .codec = stream->input_codec, .shape = ""};
    snprintf(in.packets, sizeof in.packets, "%" PRIu64, stream->packets_in);
    fwl_human_bytes(in.size, sizeof in.size, stream->bytes_in);
    print_line(&in);

    struct Line out = {
        .stream = "",
        .way = "out",
        .codec = stream->is_copy ? "(copy)" : stream->output_codec,
        .shape = shape,
    };
    snprintf(out.packets, sizeof out.packets, "%" PRIu64, stream->packets_out);
    if (!stream->is_copy)
        snprintf(out.frames, sizeof out.frames, "%" PRIu64, stream->frames);
    fwl_human_bytes(out.size, sizeof out.size, stream->bytes_out);
    print_line(&out);
}

static void print_containers(const FwlTranscodeResult *result)
{
    struct Line in = {.stream = "all", .way = "in", .codec = result->input_format, .shape = ""};
    fwl_human_bytes(in.size, sizeof in.size, result->bytes_in);
    print_line(&in);
    struct Line out = {.stream = "", .way = "out", .codec = result->output_format, .shape = ""};
    fwl_human_bytes(out.size, sizeof out.size, result->bytes_out);
    print_line(&out);
}

static void print_time(const struct TranscodeReport *report)
{
    const FwlTranscodeResult *result = &report->result;
    char media[HUMAN_SIZE], wall[HUMAN_SIZE], number[HUMAN_SIZE];
    fwl_human_duration(media, sizeof media, (double)result->duration_us / 1e6);
    fwl_human_duration(wall, sizeof wall, (double)result->elapsed_ns / 1e9);
    printf("time      %s of media in %s", media, wall);
    const double fps = fwl_report_fps(report), speed = fwl_report_speed(report);
    if (fps > 0)
        printf(", %s fps", fwl_human_number(number, sizeof number, fps));
    if (speed > 0)
        printf(", speed %sx", fwl_human_number(number, sizeof number, speed));
    printf("\n");
}

static void print_memory(const struct TranscodeReport *report)
{
    char peak[HUMAN_SIZE], frames[HUMAN_SIZE], packets[HUMAN_SIZE], io[HUMAN_SIZE];
    char limit[HUMAN_SIZE] = "";
    if (report->limit > 0)
        fwl_human_bytes(limit, sizeof limit, report->limit);
    fwl_human_bytes(peak, sizeof peak, report->peak_size);
    fwl_human_bytes(frames, sizeof frames, report->result.frames.peak_usage);
    fwl_human_bytes(packets, sizeof packets, report->result.packets.peak_usage);
    fwl_human_bytes(io, sizeof io, report->io.peak_usage);
    printf("memory    peak %s%s%s: frames %s, packets %s, I/O %s\n", peak, limit[0] ? " of " : "",
           limit, frames, packets, io);
}

static void print_pools(const struct TranscodeReport *report, bool has_colours)
{
    const bool is_alarm = has_colours && report->leaked_blocks > 0;
    printf("pools     %.1f %% of %" PRIu64 " allocations from memory at hand, %s%" PRIu64
           " blocks leaked%s\n",
           fwl_report_hit_rate(report) * 100, fwl_report_allocations(report),
           is_alarm ? "\033[1;31m" : "", report->leaked_blocks, is_alarm ? "\033[0m" : "");
}

void fwl_report_print_table(const struct TranscodeReport *report, bool has_colours)
{
    print_head(has_colours);
    for (size_t i = 0; i < report->result.stream_count; i++)
        print_stream(&report->result.streams[i]);
    print_containers(&report->result);
    printf("\n");
    print_time(report);
    print_memory(report);
    print_pools(report, has_colours);
}

void fwl_report_print_line(const struct TranscodeReport *report)
{
    char media[HUMAN_SIZE], wall[HUMAN_SIZE], peak[HUMAN_SIZE], speed[HUMAN_SIZE];
    const FwlTranscodeResult *result = &report->result;
    fwl_human_print(report->output_name, SIZE_MAX);
    printf(": %s of media in %s, speed %sx, memory peak %s\n",
           fwl_human_duration(media, sizeof media, (double)result->duration_us / 1e6),
           fwl_human_duration(wall, sizeof wall, (double)result->elapsed_ns / 1e9),
           fwl_human_number(speed, sizeof speed, fwl_report_speed(report)),
           fwl_human_bytes(peak, sizeof peak, report->peak_size));
}
