/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast a file is remuxed from memory to memory, and how fast libavformat does the same through
 * its own file I/O:
 *
 *     remux_memory INPUT FOLDER [ROUNDS]
 *
 * INPUT is copied to FOLDER, which should be in memory (tmpfs), and read from there by libavformat,
 * which writes beside it; fwl_transcode reads the same bytes where they lie in memory of the
 * program and writes a memory writer. The two take turns. Bound: at least 0.8 of libavformat's
 * speed, by the median of the ratios.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavformat/avformat.h>
#include <libavutil/time.h>

#include "framewell/buffer.h"
#include "framewell/io.h"
#include "framewell/transcode.h"

enum { ROUNDS = 9, ROUNDS_MAX = 99, PATH_SIZE = 4096 };

static const double BOUND = 0.8;
static const char MUXER[] = "matroska";

static void sure(int err, const char *what)
{
    if (err >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, av_err2str(err));
    exit(1);
}

static void sure_fwl(int64_t err, const char *what)
{
    if (err >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, fwl_status_text((int)err));
    exit(1);
}

/* Milliseconds; *size is that of the output. */
static double remux_in_memory(const FwlBufferRef *input, int64_t *size)
{
    const int64_t start = av_gettime_relative();
    FwlIO *in, *out;
    sure_fwl(fwl_io_open_buffer(&in, input), "input");
    sure_fwl(fwl_io_open_writer(&out, NULL, SIZE_MAX), "output");
    FwlTranscodeOptions options = fwl_transcode_options_default();
    options.format = MUXER;
    options.copy = true;
    sure_fwl(fwl_transcode(in, out, &options, NULL, NULL), "fwl_transcode");
    *size = fwl_io_size(out);
    fwl_io_close(&out);
    fwl_io_close(&in);
    return (double)(av_gettime_relative() - start) / 1e3;
}

/* The best stream of each of the two kinds, as fwl_transcode takes them. */
static void add_streams(AVFormatContext *in, AVFormatContext *out, int *places)
{
    for (unsigned i = 0; i < in->nb_streams; i++)
        places[i] = -1;
    for (enum AVMediaType type = AVMEDIA_TYPE_VIDEO; type <= AVMEDIA_TYPE_AUDIO; type++) {
        const int index = av_find_best_stream(in, type, -1, -1, NULL, 0);
        if (index < 0)
            continue;
        AVStream *stream = avformat_new_stream(out, NULL);
        sure(stream ? 0 : AVERROR(ENOMEM), "stream");
        sure(avcodec_parameters_copy(stream->codecpar, in->streams[index]->codecpar), "stream");
        stream->codecpar->codec_tag = 0;
        stream->time_base = in->streams[index]->time_base;
        places[index] = stream->index;
    }
}

static void copy_packets(AVFormatContext *in, AVFormatContext *out, const int *places)
{
    AVPacket *packet = av_packet_alloc();
    sure(packet ? 0 : AVERROR(ENOMEM), "packet");
    while (av_read_frame(in, packet) >= 0) {
        const AVStream *from = in->streams[packet->stream_index];
        const int place = places[packet->stream_index];
        if (place < 0) {
            av_packet_unref(packet);
            continue;
        }
        packet->stream_index = place;
        av_packet_rescale_ts(packet, from->time_base, out->streams[place]->time_base);
        sure(av_interleaved_write_frame(out, packet), "av_interleaved_write_frame");
    }
    av_packet_free(&packet);
}

static double remux_in_files(const char *from, const char *to, int64_t *size)
{
    const int64_t start = av_gettime_relative();
    AVFormatContext *in = NULL, *out = NULL;
    sure(avformat_open_input(&in, from, NULL, NULL), from);
    sure(avformat_find_stream_info(in, NULL), from);
    sure(avformat_alloc_output_context2(&out, NULL, MUXER, to), to);
    int *places = av_calloc(in->nb_streams, sizeof *places);
    sure(places ? 0 : AVERROR(ENOMEM), "streams");
    add_streams(in, out, places);
    sure(avio_open(&out->pb, to, AVIO_FLAG_WRITE), to);
    sure(avformat_write_header(out, NULL), to);
    copy_packets(in, out, places);
    sure(av_write_trailer(out), to);
    *size = avio_tell(out->pb);
    avio_closep(&out->pb);
    av_free(places);
    avformat_free_context(out);
    avformat_close_input(&in);
    return (double)(av_gettime_relative() - start) / 1e3;
}

/* One copy there and one back: the least that reading and writing are. */
static double copy_twice(const FwlBufferRef *input, FwlBufferRef *scratch)
{
    const int64_t start = av_gettime_relative();
    memcpy(scratch->data, input->data, input->size);
    memcpy(input->data, scratch->data, input->size);
    return (double)(av_gettime_relative() - start) / 1e3;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

static FwlBufferRef *load(const char *path)
{
    FwlIO *file;
    FwlBufferRef *bytes;
    sure_fwl(fwl_io_open_file(&file, path, FWL_IO_READ, NULL), path);
    sure_fwl(fwl_io_read_all(file, NULL, SIZE_MAX, &bytes), path);
    fwl_io_close(&file);
    return bytes;
}

static void store(const FwlBufferRef *bytes, const char *path)
{
    FwlIO *file;
    sure_fwl(fwl_io_open_file(&file, path, FWL_IO_WRITE | FWL_IO_CREATE, NULL), path);
    sure_fwl(fwl_io_write(file, bytes->data, bytes->size), path);
    sure_fwl(fwl_io_close(&file), path);
}

int main(int argc, char **argv)
{
    const int rounds = argc > 3 ? atoi(argv[3]) : ROUNDS;
    if (argc < 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: %s INPUT FOLDER [ROUNDS]\n", argv[0]);
        return 2;
    }
    av_log_set_level(AV_LOG_ERROR);
    char from[PATH_SIZE], to[PATH_SIZE];
    snprintf(from, sizeof from, "%s/remux-in", argv[2]);
    snprintf(to, sizeof to, "%s/remux-out", argv[2]);
    FwlBufferRef *input = load(argv[1]);
    FwlBufferRef *scratch = fwl_buffer_allocz(input->size);
    store(input, from);

    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratios[ROUNDS_MAX], copies[ROUNDS_MAX];
    int64_t our_size = 0, their_size = 0;
    for (int i = -1; i < rounds; i++) { /* the first does not count */
        const int n = i < 0 ? 0 : i;
        const bool is_even = i % 2 == 0;
        if (is_even)
            ours[n] = remux_in_memory(input, &our_size);
        theirs[n] = remux_in_files(from, to, &their_size);
        if (!is_even)
            ours[n] = remux_in_memory(input, &our_size);
        copies[n] = scratch ? copy_twice(input, scratch) : 0;
        ratios[n] = theirs[n] / ours[n];
    }
    remove(from);
    remove(to);
    const double ratio = median(ratios, rounds);
    printf("%zu bytes in, %lld and %lld out, %d rounds\n", input->size, (long long)our_size,
           (long long)their_size, rounds);
    printf("memory to memory %.1f ms, libavformat's files %.1f ms, copied there and back %.1f ms\n",
           median(ours, rounds), median(theirs, rounds), median(copies, rounds));
    printf("speed %.2f of libavformat's, at least %.1f: %s\n", ratio, BOUND,
           ratio >= BOUND ? "holds" : "misses");
    fwl_buffer_unref(&scratch);
    fwl_buffer_unref(&input);
    return 0;
}
