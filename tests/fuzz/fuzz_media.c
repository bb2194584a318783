/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Media from memory: any bytes are opened through a FwlIO, and every stream in them is decoded into
 * a pool with a budget; each frame goes to Framewell and back. Afterwards the pool holds nothing,
 * and the default pool what it held before: all that Framewell takes is in one of the two.
 *
 * Inputs are made from the files in ../shared/media, where they are, and from media made here.
 *
 * libav* may itself fall over hostile input, or lose memory. Each input is tried in a child, and
 * where that ends badly, once more in another that makes the same calls without anything of ours.
 * What then ends badly, too, is not ours; it is counted. With FRAMEWELL_FUZZ_PLAIN=0 or 1 there is
 * no child: one input is tried with Framewell or without, under a debugger.
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libavutil/log.h>
#include <libavutil/mem.h>

#include "framewell/ffmpeg.h"
#include "fuzz.h"
#include "made_media.h"

enum {
    STREAMS_MAX = 6,
    PACKETS_MAX = 300,
    PIXELS_MAX = 1 << 20,
    SAMPLES_MAX = 1 << 20,
    POOL_SIZE = 32 << 20,
    ALLOCATION_MAX = 128 << 20, /* one of libav*'s own */
    FILE_SIZE_MAX = 600 << 10,
    IO_SIZE = 4096,
    CHILD_SECONDS = 30,
    STATUS_LEAK = 77,
};

static uint64_t usage(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    return stats.current_usage;
}

/* Without Framewell */

struct Bytes {
    const uint8_t *data;
    size_t size;
    size_t position;
};

static int read_plainly(void *opaque, uint8_t *data, int size)
{
    struct Bytes *bytes = opaque;
    const size_t left = bytes->size - bytes->position;
    const size_t count = (size_t)size < left ? (size_t)size : left;
    if (count == 0)
        return AVERROR_EOF;
    memcpy(data, bytes->data + bytes->position, count);
    bytes->position += count;
    return (int)count;
}

static int64_t seek_plainly(void *opaque, int64_t offset, int whence)
{
    struct Bytes *bytes = opaque;
    if (whence & AVSEEK_SIZE)
        return (int64_t)bytes->size;
    whence &= ~AVSEEK_FORCE;
    const size_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? bytes->position : bytes->size;
    if (offset < -(int64_t)base || offset > INT64_MAX - (int64_t)base)
        return AVERROR(EINVAL);
    const size_t position = (size_t)((int64_t)base + offset);
    bytes->position = position < bytes->size ? position : bytes->size;
    return (int64_t)position;
}

static AVFormatContext *open_plainly(struct Bytes *bytes)
{
    AVFormatContext *format = avformat_alloc_context();
    AVIOContext *pb =
        avio_alloc_context(av_malloc(IO_SIZE), IO_SIZE, 0, bytes, read_plainly, NULL, seek_plainly);
    if (!format || !pb)
        abort();
    format->pb = pb;
    format->protocol_whitelist = av_strdup("none");
    if (avformat_open_input(&format, NULL, NULL, NULL) < 0) {
        av_freep(&pb->buffer);
        avio_context_free(&pb);
    }
    return format;
}

static void close_plainly(AVFormatContext **format)
{
    AVIOContext *pb = *format ? (*format)->pb : NULL;
    avformat_close_input(format);
    if (pb) {
        av_freep(&pb->buffer);
        avio_context_free(&pb);
    }
}

/* Decoding */

struct Session {
    AVFormatContext *format;
    FwlPool *pool; /* NULL: plain */
    AVCodecContext *decoders[STREAMS_MAX];
    AVPacket *packet;
    AVFrame *frame;
    int thread_count;
};

/* The decoder of a stream; none for what nobody decodes. */
static void open_decoder(struct Session *s, unsigned index)
{
    const AVCodecParameters *parameters = s->format->streams[index]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    AVCodecContext *decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!decoder)
        return;
    decoder->thread_count = s->thread_count;
    decoder->max_pixels = PIXELS_MAX;
    decoder->max_samples = SAMPLES_MAX;
    if (avcodec_parameters_to_context(decoder, parameters) < 0 ||
        (s->pool && fwl_av_codec_use_pool(decoder, s->pool) < 0) ||
        avcodec_open2(decoder, codec, NULL) < 0)
        avcodec_free_context(&decoder);
    s->decoders[index] = decoder;
}

/* Every row of every plane is there to be read, and what comes home is the frame that went. */
static void look_at(const AVFrame *frame)
{
    FwlFrame *own = fwl_frame_alloc();
    AVFrame *home = av_frame_alloc();
    if (!own || !home)
        abort();
    const int err = fwl_av_frame_import(own, frame);
    if (err >= 0) {
        FwlFrame *copy = fwl_frame_alloc();
        if (!copy)
            abort();
        copy->format = own->format;
        copy->width = own->width;
        copy->height = own->height;
        if (own->width > 0 && own->nb_samples == 0 && fwl_frame_get_buffer(copy, 0) >= 0)
            fwl_frame_copy(copy, own);
        fwl_frame_free(&copy);
        fuzz_expect_equal(fwl_av_frame_export(home, own), 0);
        fuzz_expect(home->buf[0]->buffer == frame->buf[0]->buffer);
        fuzz_expect(home->extended_data[0] == frame->extended_data[0]);
    } else {
        fuzz_expect(err == FWL_E_UNSUPPORTED);
    }
    fwl_frame_free(&own);
    av_frame_free(&home);
}

static void receive_all(struct Session *s, AVCodecContext *decoder)
{
    while (avcodec_receive_frame(decoder, s->frame) >= 0) {
        if (s->pool)
            look_at(s->frame);
        av_frame_unref(s->frame);
    }
}

static void decode_subtitle(AVCodecContext *decoder, AVPacket *packet)
{
    AVSubtitle subtitle;
    int is_there = 0;
    if (avcodec_decode_subtitle2(decoder, &subtitle, &is_there, packet) >= 0 && is_there)
        avsubtitle_free(&subtitle);
}

static void decode(struct Session *s, AVCodecContext *decoder, AVPacket *packet)
{
    if (decoder->codec_type == AVMEDIA_TYPE_SUBTITLE) {
        if (packet)
            decode_subtitle(decoder, packet);
        return;
    }
    if (avcodec_send_packet(decoder, packet) == AVERROR(EAGAIN)) {
        receive_all(s, decoder);
        avcodec_send_packet(decoder, packet);
    }
    receive_all(s, decoder);
}

static void decode_all(struct Session *s)
{
    for (int n = 0; n < PACKETS_MAX && av_read_frame(s->format, s->packet) >= 0; n++) {
        const int index = s->packet->stream_index;
        if (index < STREAMS_MAX && s->decoders[index])
            decode(s, s->decoders[index], s->packet);
        av_packet_unref(s->packet);
    }
    for (int i = 0; i < STREAMS_MAX; i++) {
        if (s->decoders[i])
            decode(s, s->decoders[i], NULL);
    }
}

static void run(struct Session *s)
{
    s->format->max_streams = STREAMS_MAX;
    s->packet = av_packet_alloc();
    s->frame = av_frame_alloc();
    if (!s->packet || !s->frame)
        abort();
    avformat_find_stream_info(s->format, NULL);
    for (unsigned i = 0; i < s->format->nb_streams && i < STREAMS_MAX; i++)
        open_decoder(s, i);
    decode_all(s);
    for (int i = 0; i < STREAMS_MAX; i++)
        avcodec_free_context(&s->decoders[i]);
    av_packet_free(&s->packet);
    av_frame_free(&s->frame);
}

static void try_plainly(struct Session *s, const uint8_t *data, size_t size)
{
    struct Bytes bytes = {.data = data, .size = size};
    s->format = open_plainly(&bytes);
    if (s->format)
        run(s);
    close_plainly(&s->format);
}

static void try_with_pool(struct Session *s, const uint8_t *data, size_t size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = POOL_SIZE;
    config.on_limit = FWL_LIMIT_FAIL;
    FwlIO *io = NULL;
    const uint64_t before = usage(fwl_pool_default());
    if (fwl_pool_create(&s->pool, &config) < 0 || fwl_io_open_memory(&io, data, size) < 0)
        abort();
    const int err = fwl_av_open_input(&s->format, io, NULL, NULL, NULL);
    fuzz_expect((err == 0) == (s->format != NULL));
    if (err == 0)
        run(s);
    fwl_av_close_input(&s->format);
    fwl_io_close(&io);
    fuzz_expect_equal(usage(s->pool), 0);
    fwl_pool_destroy(&s->pool);
    fuzz_expect_equal(usage(fwl_pool_default()), before);
}

static void try_once(const uint8_t *data, size_t size, bool is_plain)
{
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(ALLOCATION_MAX);
    struct Session s = {.thread_count = size > 0 && (data[size / 2] & 1) ? 2 : 1};
    if (is_plain)
        try_plainly(&s, data, size);
    else
        try_with_pool(&s, data, size);
}

/* Children */

/* Where the build has it: not 0 for memory that nothing points to any more. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static _Noreturn void run_child(const uint8_t *data, size_t size, bool is_plain)
{
    fuzz_begin_child(CHILD_SECONDS);
    try_once(data, size, is_plain);
    const bool has_leaks =
        __lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0;
    _exit(has_leaks ? STATUS_LEAK : 0);
}

static bool ends_well(const uint8_t *data, size_t size, bool is_plain)
{
    const pid_t child = fork();
    if (child < 0)
        abort();
    if (child == 0)
        run_child(data, size, is_plain);
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        abort();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static unsigned long tried, not_ours;

int fuzz_one(const uint8_t *data, size_t size)
{
    const char *choice = getenv("FRAMEWELL_FUZZ_PLAIN");
    if (choice) {
        try_once(data, size, choice[0] == '1');
        return 0;
    }
    tried++;
    if (!ends_well(data, size, false)) {
        fuzz_expect(!ends_well(data, size, true));
        not_ours++;
    }
    return 0;
}

static void tell_counts(void)
{
    fprintf(stderr, "libav* fell over %lu of %lu inputs by itself\n", not_ours, tried);
}

/* Starts */

static void add_file(const char *folder, const char *name)
{
    char path[PATH_MAX + NAME_MAX + 2];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(FILE_SIZE_MAX);
    if (!data)
        abort();
    const size_t size = file && name[0] != '.' ? fread(data, 1, FILE_SIZE_MAX, file) : 0;
    if (size > 0 && size < FILE_SIZE_MAX)
        fuzz_add_start(data, size);
    free(data);
    if (file)
        fclose(file);
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of their names, so that a seed makes the same input on every machine. */
static void add_files(const char *folder)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, compare_names);
    if (count < 0)
        fprintf(stderr, "no media in %s\n", folder);
    for (int i = 0; i < count; i++) {
        add_file(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static void add_made(const struct MediaPlan *plan)
{
    struct Media media = make_media(plan);
    fuzz_add_start(media.bytes, media.size);
    free_media(&media);
}

void fuzz_add_starts(void)
{
    static const struct MediaPlan plans[] = {
        {.muxer = "mov",
         .video = "mpeg4",
         .width = 64,
         .height = 48,
         .picture_count = 6,
         .broken_picture = -1,
         .sound = "pcm_s16le",
         .channels = 2,
         .sample_count = 2000},
        {.muxer = "matroska",
         .video = "ffv1",
         .width = 33,
         .height = 17,
         .picture_count = 3,
         .broken_picture = -1,
         .sound = "flac",
         .channels = 1,
         .sample_count = 5000},
        {.muxer = "avi",
         .video = "mjpeg",
         .width = 40,
         .height = 40,
         .picture_count = 4,
         .second_width = 56,
         .broken_picture = -1},
        {.muxer = "nut",
         .video = "rawvideo",
         .width = 21,
         .height = 13,
         .picture_count = 4,
         .broken_picture = -1},
        {.muxer = "wav", .sound = "pcm_s24le", .channels = 6, .sample_count = 1000},
    };
    atexit(tell_counts);
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        add_made(&plans[i]);
    char folder[PATH_MAX];
    const char *shared = getenv("FRAMEWELL_SHARED");
    snprintf(folder, sizeof folder, "%s/media", shared ? shared : DEFAULT_SHARED);
    add_files(folder);
}
