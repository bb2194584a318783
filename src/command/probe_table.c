/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe for people:
 *
 *     clip.mp4: mov,mp4,m4a,3gp,3g2,mj2 (QuickTime / MOV), 10.01 s, 6.5 MiB, 5.4 Mb/s
 *
 *     stream       codec             what
 *     0 video      h264 High         1920x1080 yuv420p, 30.00 fps
 *
 *     memory, 2 threads      one frame    held        peak
 *     0 video                  3.0 MiB       5    15.0 MiB
 */
#include "command/human_text.h"
#include "command/probe_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 256, WIDTH = 80 };

/* Sizes */

uint64_t fwl_probe_decode_size(const FwlProbeResult *result)
{
    uint64_t size = 0;
    for (size_t i = 0; i < result->stream_count; i++)
        size += result->streams[i].memory_peak;
    return size;
}

static uint64_t largest_picture(const FwlProbeResult *result)
{
    uint64_t size = 0;
    for (size_t i = 0; i < result->stream_count; i++) {
        const FwlProbeStream *stream = &result->streams[i];
        if (stream->kind == 'v' && !stream->is_cover && stream->frame_size > size)
            size = stream->frame_size;
    }
    return size;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t one_second(const FwlProbeResult *result)
{
    return result->bit_rate > 0 ? (uint64_t)result->bit_rate / 8 : 0;
}

/* A picture as a screen takes it: four bytes a pixel. */
static uint64_t largest_painted(const FwlProbeResult *result)
{
    uint64_t size = 0;
    for (size_t i = 0; i < result->stream_count; i++) {
        const FwlProbeStream *stream = &result->streams[i];
        const uint64_t painted = 4 * (uint64_t)stream->width * (uint64_t)stream->height;
        if (stream->kind == 'v' && painted > size)
            size = painted;
    }
    return size;
}

uint64_t fwl_probe_play_size(const FwlProbeResult *result)
{
    return fwl_probe_decode_size(result) + PROBE_QUEUED_PICTURES * largest_picture(result) +
           largest_painted(result) + one_second(result);
}

/* Frames of a stream that can be in the line at once: no more than there are. */
static uint64_t count_waiting(const FwlProbeResult *result, const FwlProbeStream *stream)
{
    const FwlRational rate = stream->frame_rate;
    double count = PROBE_LINE_ITEMS;
    if (stream->frame_count >= 0)
        count = (double)stream->frame_count;
    else if (stream->kind == 'v' && result->duration_us >= 0 && rate.num > 0 && rate.den > 0)
        count = (double)result->duration_us / 1e6 * rate.num / rate.den + 1;
    return count < PROBE_LINE_ITEMS ? (uint64_t)count : PROBE_LINE_ITEMS;
}

/* What waits most of one kind: one stream of each goes through. */
static uint64_t waiting_size(const FwlProbeResult *result, char kind)
{
    uint64_t size = 0;
    for (size_t i = 0; i < result->stream_count; i++) {
        const FwlProbeStream *stream = &result->streams[i];
        if (stream->kind == kind && !stream->is_cover)
            size = larger(size, count_waiting(result, stream) * stream->frame_size);
    }
    return size;
}

/* Whole pictures, then sound; a picture that is larger than the line waits alone. */
uint64_t fwl_probe_line_size(const FwlProbeResult *result)
{
    const uint64_t picture = largest_picture(result);
    const uint64_t room = larger(PROBE_LINE_SIZE, picture);
    const uint64_t whole = picture > 0 ? room / picture * picture : 0;
    const uint64_t pictures = smaller(waiting_size(result, 'v'), whole);
    return pictures + smaller(waiting_size(result, 'a'), room - pictures);
}

/* Packets on their way to the container, in pages of the pool: a run of blocks for each class of
 * sizes. The classes are small ones, and those up to what a key picture may take. */
static uint64_t packets_size(const FwlProbeResult *result)
{
    enum { SMALL_SIZE = 256 << 10, RUNS_SIZE = 1 << 20, KEY_SHARE = 16 };
    const uint64_t pixels = largest_painted(result) / 4;
    return SMALL_SIZE + smaller(pixels, RUNS_SIZE) + pixels / KEY_SHARE;
}

/* The file in one block of the pool, with what its class rounds up. */
static uint64_t loaded_size(const FwlProbeResult *result)
{
    enum { LARGE_SIZE = 1 << 20 };
    if (result->size <= 0 || result->size > PROBE_LOADED_SIZE)
        return 0;
    const uint64_t size = (uint64_t)result->size;
    return size + size / (size < LARGE_SIZE ? 4 : 8);
}

/* A picture in the filters. Blocks below the frame tier belong to the thread of the decoder that
 * asked for them, and what the encoder's thread has let go of comes home only when that one looks.
 */
static uint64_t under_way_size(const FwlProbeResult *result)
{
    enum { FRAME_TIER = 1 << 20 };
    const uint64_t picture = largest_picture(result);
    if (fwl_probe_line_size(result) <= picture)
        return 0; /* it is alone */
    return picture <= FRAME_TIER ? (1 + (uint64_t)result->threads) * picture : picture;
}

uint64_t fwl_probe_transcode_size(const FwlProbeResult *result)
{
    return fwl_probe_decode_size(result) + fwl_probe_line_size(result) + under_way_size(result) +
           packets_size(result) + loaded_size(result) + PROBE_BUFFERS_SIZE;
}

uint64_t fwl_probe_encoder_size(const FwlProbeResult *result)
{
    /* Of each picture x264 has the planes, a half-size one for looking ahead, and what it found
     * out: together twice and a half the picture. */
    return PROBE_X264_PICTURES * largest_picture(result) * 5 / 2;
}

/* Words */

const char *fwl_probe_kind(const FwlProbeStream *stream)
{
    switch (stream->kind) {
    case 'v':
        return stream->is_cover ? "cover" : "video";
    case 'a':
        return "audio";
    case 's':
        return "subtitle";
    case 't':
        return "attachment";
    default:
        return "data";
    }
}

/* Text that grows, and stays within its size. */
struct Text {
    size_t length;
    char bytes[TEXT_SIZE];
};

static void add(struct Text *text, const char *format, ...) FWL_PRINTF_LIKE(2, 3);

static void add(struct Text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const size_t room = sizeof text->bytes - text->length;
    const int length = vsnprintf(text->bytes + text->length, room, format, args);
    va_end(args);
    if (length > 0)
        text->length += (size_t)length < room ? (size_t)length : room - 1;
}

static void describe_picture(struct Text *text, const FwlProbeStream *stream)
{
    add(text, "%dx%d %s", stream->width, stream->height, stream->format);
    if (stream->frame_rate.num > 0 && stream->frame_rate.den > 0 && !stream->is_cover)
        add(text, ", %.2f fps", (double)stream->frame_rate.num / stream->frame_rate.den);
    if (stream->coded_width != stream->width || stream->coded_height != stream->height)
        add(text, ", coded %dx%d", stream->coded_width, stream->coded_height);
    if (stream->display_width != stream->width || stream->display_height != stream->height)
        add(text, ", shown %dx%d", stream->display_width, stream->display_height);
}

static void describe_sound(struct Text *text, const FwlProbeStream *stream)
{
    add(text, "%d Hz", stream->sample_rate);
    if (stream->channel_layout[0])
        add(text, ", %s", stream->channel_layout);
    add(text, ", %s", stream->format);
}

/* A list in the last column, broken behind its commas. */
static void print_wrapped(const char *text)
{
    enum { COLUMN = 32, ROOM = WIDTH - COLUMN };
    while (strlen(text) > ROOM) {
        size_t length = ROOM;
        while (length > 0 && text[length - 1] != ',')
            length--;
        length = length > 0 ? length : ROOM;
        fwl_human_print(text, length);
        printf("\n%*s", COLUMN, "");
        text += length + (text[length] == ' ');
    }
    fwl_human_print(text, ROOM);
    putchar('\n');
}

static void print_stream(const FwlProbeStream *stream)
{
    struct Text text = {0};
    char name[32], codec[112];
    snprintf(name, sizeof name, "%d %s", stream->index, fwl_probe_kind(stream));
    snprintf(codec, sizeof codec, "%s%s%s", stream->codec, stream->profile[0] ? " " : "",
             stream->profile);
    if (stream->kind == 'v')
        describe_picture(&text, stream);
    else if (stream->kind == 'a')
        describe_sound(&text, stream);
    if (stream->language[0])
        add(&text, "%s%s", text.length > 0 ? ", " : "", stream->language);
    printf("%-13.13s %-17.17s ", name, codec);
    print_wrapped(text.bytes);
}

static void print_tags(const FwlDictionary *metadata)
{
    const FwlDictionaryEntry *entry = NULL;
    while ((entry = fwl_dict_get(metadata, "", entry, FWL_DICT_IGNORE_SUFFIX)) != NULL) {
        printf("  ");
        fwl_human_print(entry->key, 20);
        printf("%*s ", (int)(strlen(entry->key) < 20 ? 20 - strlen(entry->key) : 0), "");
        fwl_human_print(entry->value, WIDTH - 24);
        putchar('\n');
    }
}

static void print_container(const struct ProbeReport *report)
{
    const FwlProbeResult *result = &report->result;
    char text[HUMAN_SIZE];
    fwl_human_print(report->input_name, 4096);
    printf("\n  %s (%s)\n  ", result->format, result->format_name);
    if (result->duration_us >= 0)
        printf("%s", fwl_human_duration(text, sizeof text, (double)result->duration_us / 1e6));
    else
        printf("unknown duration");
    if (result->size >= 0)
        printf(", %s", fwl_human_bytes(text, sizeof text, (uint64_t)result->size));
    if (result->bit_rate > 0)
        printf(", %s kbit/s", fwl_human_number(text, sizeof text, (double)result->bit_rate / 1000));
    if (result->chapter_count > 0)
        printf(", %d chapter%s", result->chapter_count, result->chapter_count == 1 ? "" : "s");
    putchar('\n');
    print_tags(result->metadata);
}

/* Memory */

static void print_head(const char *words, bool has_colours)
{
    printf("%s%s%s\n", has_colours ? "\033[1m" : "", words, has_colours ? "\033[0m" : "");
}

static void print_memory_of(const FwlProbeStream *stream)
{
    char name[32], frame[HUMAN_SIZE], peak[HUMAN_SIZE], packet[HUMAN_SIZE];
    snprintf(name, sizeof name, "%d %s", stream->index, fwl_probe_kind(stream));
    fwl_human_bytes(packet, sizeof packet, stream->packet_size);
    if (stream->frames_held == 0) {
        printf("%-13.13s %12s %6s %12s %14s\n", name, "", "", "", packet);
        return;
    }
    fwl_human_bytes(frame, sizeof frame, stream->frame_size);
    fwl_human_bytes(peak, sizeof peak, stream->memory_peak);
    printf("%-13.13s %12s %6d %12s %14s", name, frame, stream->frames_held, peak, packet);
    for (int i = 0; i < 4 && stream->kind == 'v' && stream->linesize[i] > 0; i++)
        printf("%s%d", i > 0 ? "," : "  ", stream->linesize[i]);
    putchar('\n');
}

static void print_memory(const FwlProbeResult *result, bool has_colours)
{
    char head[TEXT_SIZE], decode[HUMAN_SIZE], play[HUMAN_SIZE], transcode[HUMAN_SIZE];
    char encoder[HUMAN_SIZE];
    snprintf(head, sizeof head, "%-13s %12s %6s %12s %14s  %s", "memory", "one frame", "held",
             "peak", "largest packet", "linesize");
    putchar('\n');
    print_head(head, has_colours);
    for (size_t i = 0; i < result->stream_count; i++)
        print_memory_of(&result->streams[i]);
    fwl_human_bytes(decode, sizeof decode, fwl_probe_decode_size(result));
    fwl_human_bytes(play, sizeof play, fwl_probe_play_size(result));
    fwl_human_bytes(transcode, sizeof transcode, fwl_probe_transcode_size(result));
    printf("\nat its peak, with %d thread%s\n", result->threads, result->threads == 1 ? "" : "s");
    printf("decoding     %10s  measured\n", decode);
    printf("playing      %10s  about: %d pictures more, one painted, a second\n", play,
           PROBE_QUEUED_PICTURES);
    printf("transcoding  %10s  at most: where encoding is slower than decoding\n", transcode);
    if (largest_picture(result) > 0)
        printf("  and x264   %10s  about: of its own, %d pictures ahead\n",
               fwl_human_bytes(encoder, sizeof encoder, fwl_probe_encoder_size(result)),
               PROBE_X264_PICTURES);
}

void fwl_probe_print_table(const struct ProbeReport *report, bool has_colours)
{
    const FwlProbeResult *result = &report->result;
    char head[TEXT_SIZE];
    print_container(report);
    putchar('\n');
    snprintf(head, sizeof head, "%-13s %-17s %s", "stream", "codec", "what");
    print_head(head, has_colours);
    for (size_t i = 0; i < result->stream_count; i++) {
        print_stream(&result->streams[i]);
        print_tags(result->streams[i].metadata);
    }
    if (fwl_probe_decode_size(result) > 0)
        print_memory(result, has_colours);
}
