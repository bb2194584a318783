/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bridge where libav* runs out of memory, its buffers are replaced, and callbacks lie. That
 * each block is freed once is for AddressSanitizer to see; that nothing of ours stays is asked of
 * the default pool, after each case.
 */
#include <limits.h>
#include <string.h>

#include <libavutil/log.h>

#include "case.h"
#include "framewell/ffmpeg.h"
#include "framewell/probe.h"
#include "framewell/transcode.h"
#include "libav_fault.h"
#include "made_media.h"

static void close_io(void *io)
{
    fwl_io_close(io);
}

static struct Media make_clip(const char *muxer)
{
    return make_media(&(struct MediaPlan){
        .muxer = muxer,
        .video = "mpeg4",
        .width = 64,
        .height = 48,
        .picture_count = 4,
        .broken_picture = -1,
        .channels = 2,
        .sample_count = 2000,
        .sound = strcmp(muxer, "mpegts") == 0 ? NULL : "pcm_s16le",
    });
}

/* Every single failure up to here, then steps, until a run meets none. */
enum { DENSE_MAX = 200, RUNS_MAX = 1000 };

static unsigned long next_fault(unsigned long n)
{
    return n < DENSE_MAX ? n + 1 : n + n / 16;
}

typedef int (*Act)(const struct Media *media);

/* Acts again and again, the n-th allocation of libav* failing; true where every n was reached. */
static void with_each_allocation_failing(Act act, const struct Media *media)
{
    bool has_fired = true;
    int runs = 0;
    for (unsigned long n = 1; has_fired && runs < RUNS_MAX; n = next_fault(n), runs++) {
        libav_fault_arm(n);
        const int err = act(media);
        has_fired = libav_fault_disarm();
        assert_true(has_fired || err >= 0);
    }
    assert_false(has_fired);
    assert_in_range(runs, 3, RUNS_MAX - 1);
}

/* Opening */

static int64_t read_some(void *opaque, uint8_t *data, size_t size)
{
    return fwl_io_read(opaque, data, size < 1000 ? size : 1000);
}

/* A stream of memory, or one that cannot seek on top of it. */
static void open_stream(FwlIO **io, FwlIO **below, const struct Media *media, bool can_seek)
{
    need_ok(fwl_io_open_memory(below, media->bytes, media->size));
    if (can_seek)
        *io = *below;
    else
        need_ok(fwl_io_open_callbacks(io, &(FwlIOCallbacks){.read = read_some}, *below));
}

static int open_and_close(const struct Media *media, bool can_seek)
{
    FwlIO *io = NULL, *below = NULL;
    open_stream(&io, &below, media, can_seek);
    AVFormatContext *format = NULL;
    const int err = fwl_av_open_input(&format, io, "clip", NULL, NULL);
    assert_int_equal(err == 0, format != NULL);
    assert_true(err == 0 || err == FWL_E_NOMEM || err == FWL_E_DATA);
    fwl_av_close_input(&format);
    assert_null(format);
    if (io != below)
        fwl_io_close(&io);
    fwl_io_close(&below);
    return err;
}

static int open_seekable(const struct Media *media)
{
    return open_and_close(media, true);
}

static int open_stream_only(const struct Media *media)
{
    return open_and_close(media, false);
}

static void opening_gives_everything_back_whichever_allocation_of_libav_fails(void)
{
    static const char *const muxers[] = {"mov", "matroska", "avi", "mpegts", "nut"};
    for (size_t i = 0; i < sizeof muxers / sizeof muxers[0]; i++) {
        struct Media clip = make_clip(muxers[i]);
        with_each_allocation_failing(open_seekable, &clip);
        with_each_allocation_failing(open_stream_only, &clip);
        free_media(&clip);
    }
}

static const uint8_t *first_place; /* where the first bytes were read to: in the first buffer */

static int64_t read_and_remember(void *opaque, uint8_t *data, size_t size)
{
    if (!first_place)
        first_place = data;
    return read_some(opaque, data, size);
}

/* libavformat puts another buffer in place of ours when it has probed: closing frees that one. */
static void the_buffer_is_another_one_after_probing(void)
{
    struct Media clip = make_clip("matroska");
    later(free_media, &clip);
    FwlIO *io = NULL, *below = NULL;
    need_ok(fwl_io_open_memory(&below, clip.bytes, clip.size));
    later(close_io, &below);
    need_ok(fwl_io_open_callbacks(&io, &(FwlIOCallbacks){.read = read_and_remember}, below));
    later(close_io, &io);
    first_place = NULL;
    AVFormatContext *format = NULL;
    need_ok(fwl_av_open_input(&format, io, "clip", NULL, NULL));
    const bool is_replaced = format->pb->buffer != first_place;
    fwl_av_close_input(&format);
    assert_true(is_replaced);
}

/* Decoding */

static int receive(AVCodecContext *decoder, AVFrame *frame)
{
    const int err = avcodec_receive_frame(decoder, frame);
    if (err < 0)
        return err == AVERROR(EAGAIN) || err == AVERROR_EOF ? 0 : err;
    FwlFrame *own = fwl_frame_alloc();
    const int import_err = own ? fwl_av_frame_import(own, frame) : FWL_E_NOMEM;
    assert_true(import_err == 0 || import_err == FWL_E_NOMEM);
    fwl_frame_free(&own);
    av_frame_unref(frame);
    return import_err < 0 ? import_err : 1;
}

struct Decoding {
    FwlPool *pool;
    FwlIO *io;
    AVFormatContext *format;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
};

/* The next packet of the pictures; 0 at the end of the stream. */
static int read_picture(struct Decoding *d)
{
    for (;;) {
        const int err = av_read_frame(d->format, d->packet);
        if (err < 0)
            return err == AVERROR_EOF ? 0 : err;
        if (d->packet->stream_index == 0)
            return 1;
        av_packet_unref(d->packet);
    }
}

static int decode_stream(struct Decoding *d)
{
    int read = 1, err = 0;
    while (read > 0 && err >= 0) {
        read = read_picture(d);
        if (read < 0)
            return read;
        err = avcodec_send_packet(d->decoder, read > 0 ? d->packet : NULL);
        av_packet_unref(d->packet);
        while (err >= 0 && (err = receive(d->decoder, d->frame)) > 0)
            ;
    }
    return err;
}

static int open_decoder(struct Decoding *d)
{
    const AVCodecParameters *parameters = d->format->streams[0]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    d->decoder = avcodec_alloc_context3(codec);
    if (!d->decoder)
        return FWL_E_NOMEM;
    d->decoder->thread_count = 1;
    int err = avcodec_parameters_to_context(d->decoder, parameters);
    if (err >= 0)
        err = fwl_av_codec_use_pool(d->decoder, d->pool);
    return err < 0 ? err : avcodec_open2(d->decoder, codec, NULL);
}

static int start_decoding(struct Decoding *d, const struct Media *media)
{
    const FwlPoolConfig config = fwl_pool_config_default();
    need_ok(fwl_pool_create(&d->pool, &config));
    need_ok(fwl_io_open_memory(&d->io, media->bytes, media->size));
    d->packet = av_packet_alloc();
    d->frame = av_frame_alloc();
    if (!d->packet || !d->frame)
        return FWL_E_NOMEM;
    const int err = fwl_av_open_input(&d->format, d->io, NULL, NULL, NULL);
    return err < 0 ? err : open_decoder(d);
}

static void end_decoding(struct Decoding *d)
{
    avcodec_free_context(&d->decoder);
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
    fwl_av_close_input(&d->format);
    fwl_io_close(&d->io);
    FwlPoolStats stats;
    fwl_pool_get_stats(d->pool, &stats);
    assert_int_equal(stats.current_usage, 0);
    fwl_pool_destroy(&d->pool);
}

static int decode_with_pool(const struct Media *media)
{
    struct Decoding d = {0};
    int err = start_decoding(&d, media);
    if (err >= 0)
        err = decode_stream(&d);
    end_decoding(&d);
    return err;
}

static void decoding_gives_every_picture_back_whichever_allocation_of_libav_fails(void)
{
    struct Media clip = make_clip("mov");
    with_each_allocation_failing(decode_with_pool, &clip);
    free_media(&clip);
}

/* Writing */

static int write_packet(AVFormatContext *format, AVPacket *packet)
{
    const int err = av_new_packet(packet, 1600);
    if (err < 0)
        return err;
    memset(packet->data, 0, 1600);
    packet->pts = packet->dts = 0;
    return av_interleaved_write_frame(format, packet);
}

static int write_header(AVFormatContext *format)
{
    AVStream *stream = avformat_new_stream(format, NULL);
    if (!stream)
        return AVERROR(ENOMEM);
    stream->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
    stream->codecpar->codec_id = AV_CODEC_ID_PCM_S16LE;
    stream->codecpar->sample_rate = 8000;
    stream->codecpar->bits_per_coded_sample = 16;
    stream->codecpar->block_align = 2;
    stream->codecpar->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
    return avformat_write_header(format, NULL);
}

static int write_some(AVFormatContext *format)
{
    AVPacket *packet = av_packet_alloc();
    int err = packet ? write_header(format) : AVERROR(ENOMEM);
    if (err >= 0) {
        err = write_packet(format, packet);
        const int trailer = av_write_trailer(format);
        err = err < 0 ? err : trailer;
    }
    av_packet_free(&packet);
    return err;
}

static int mux(const char *muxer)
{
    FwlIO *io = NULL;
    need_ok(fwl_io_open_writer(&io, NULL, SIZE_MAX));
    AVFormatContext *format = NULL;
    int err = fwl_av_open_output(&format, io, NULL, muxer, NULL);
    assert_int_equal(err == 0, format != NULL);
    assert_true(err == 0 || err == FWL_E_NOMEM);
    if (err >= 0)
        err = write_some(format);
    const int close_err = fwl_av_close_output(&format);
    assert_null(format);
    fwl_io_close(&io);
    return err < 0 ? err : close_err;
}

static int mux_wav(const struct Media *media)
{
    (void)media;
    return mux("wav");
}

static int mux_matroska(const struct Media *media)
{
    (void)media;
    return mux("matroska");
}

static int mux_mov(const struct Media *media)
{
    (void)media;
    return mux("mov");
}

static void writing_gives_everything_back_whichever_allocation_of_libav_fails(void)
{
    with_each_allocation_failing(mux_wav, NULL);
    with_each_allocation_failing(mux_matroska, NULL);
    /* FFmpeg 9's frees what is in an array that it could not allocate. */
    if (LIBAVFORMAT_VERSION_MAJOR < 63)
        with_each_allocation_failing(mux_mov, NULL);
}

/* Encoding */

static int receive_packets(AVCodecContext *encoder, AVPacket *packet)
{
    int err;
    while ((err = avcodec_receive_packet(encoder, packet)) >= 0) {
        FwlPacket *own = fwl_packet_alloc();
        const int import_err = own ? fwl_av_packet_import(own, packet) : FWL_E_NOMEM;
        fwl_packet_free(&own);
        av_packet_unref(packet);
        if (import_err < 0)
            return import_err;
    }
    return err == AVERROR(EAGAIN) || err == AVERROR_EOF ? 0 : err;
}

/* A picture of Framewell's goes to the encoder without a copy. */
static int send_picture(AVCodecContext *encoder, int64_t pts, FwlPool *pool)
{
    FwlFrame *own = need(fwl_frame_alloc());
    own->pool = pool;
    own->format = FWL_PIX_FMT_YUV420P;
    own->width = encoder->width;
    own->height = encoder->height;
    own->pts = pts;
    need_ok(fwl_frame_get_buffer(own, 0));
    for (int i = 0; i < 3; i++)
        memset(own->data[i], 40 + (int)pts, (size_t)own->linesize[i] * (size_t)own->height / 2);
    AVFrame *av = av_frame_alloc();
    int err = av ? fwl_av_frame_export(av, own) : FWL_E_NOMEM;
    if (err >= 0)
        err = avcodec_send_frame(encoder, av);
    av_frame_free(&av);
    fwl_frame_free(&own);
    return err;
}

static int encode_pictures(AVCodecContext *encoder, AVPacket *packet, FwlPool *pool)
{
    int err = avcodec_open2(encoder, NULL, NULL);
    for (int i = 0; i < 3 && err >= 0; i++) {
        err = send_picture(encoder, i, pool);
        err = err < 0 ? err : receive_packets(encoder, packet);
    }
    err = err < 0 ? err : avcodec_send_frame(encoder, NULL);
    return err < 0 ? err : receive_packets(encoder, packet);
}

static int encode_with_pool(const struct Media *media)
{
    (void)media;
    const FwlPoolConfig config = fwl_pool_config_default();
    FwlPool *pool = NULL;
    need_ok(fwl_pool_create(&pool, &config));
    AVPacket *packet = av_packet_alloc();
    AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MPEG4));
    int err = encoder && packet ? fwl_av_codec_use_pool(encoder, pool) : FWL_E_NOMEM;
    if (err >= 0) {
        encoder->width = 64;
        encoder->height = 48;
        encoder->pix_fmt = AV_PIX_FMT_YUV420P;
        encoder->time_base = (AVRational){1, 25};
        encoder->thread_count = 1;
        err = encode_pictures(encoder, packet, pool);
    }
    avcodec_free_context(&encoder);
    av_packet_free(&packet);
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.current_usage, 0);
    fwl_pool_destroy(&pool);
    return err;
}

static void encoding_gives_everything_back_whichever_allocation_of_libav_fails(void)
{
    with_each_allocation_failing(encode_with_pool, NULL);
}

/* Whole calls */

static int probe_media(const struct Media *media)
{
    FwlIO *io = NULL;
    need_ok(fwl_io_open_memory(&io, media->bytes, media->size));
    const FwlProbeOptions options = {.threads = 1};
    FwlProbeResult result;
    const int err = fwl_probe(io, &options, &result);
    assert_int_equal(result.status, err);
    assert_true(err == 0 || err == FWL_E_NOMEM || err == FWL_E_DATA);
    fwl_probe_result_uninit(&result);
    fwl_io_close(&io);
    return err;
}

static int transcode_media(const struct Media *media)
{
    FwlIO *in = NULL, *out = NULL;
    need_ok(fwl_io_open_memory(&in, media->bytes, media->size));
    need_ok(fwl_io_open_writer(&out, NULL, SIZE_MAX));
    FwlTranscodeOptions options = fwl_transcode_options_default();
    options.format = "nut";
    options.video_codec = "mpeg4";
    options.audio_codec = "copy";
    options.threads = 1;
    FwlTranscodeResult result;
    const int err = fwl_transcode(in, out, &options, NULL, &result);
    assert_int_equal(result.status, err);
    assert_int_equal(err == 0, result.side == FWL_SIDE_NONE);
    fwl_transcode_result_uninit(&result);
    fwl_io_close(&out);
    fwl_io_close(&in);
    return err;
}

static void whole_calls_give_everything_back_whichever_allocation_of_libav_fails(void)
{
    struct Media clip = make_clip("mov");
    with_each_allocation_failing(probe_media, &clip);
    with_each_allocation_failing(transcode_media, &clip);
    free_media(&clip);
}

/* Conversion */

static int convert_frames(const struct Media *media)
{
    (void)media;
    FwlFrame *own = need(fwl_frame_alloc());
    own->format = FWL_SAMPLE_FMT_S16P;
    own->nb_samples = 10;
    need_ok(fwl_channel_layout_from_string(&own->ch_layout, "FL@a+FR@b+FC@c+LFE@d+BL@e+BR@f+SL@g+"
                                                            "SR@h+FLC@i+FRC@j"));
    need_ok(fwl_frame_get_buffer(own, 0));
    need_ok(fwl_dict_set(&own->metadata, "title", "Harbour", 0));
    need(fwl_frame_new_side_data(own, FWL_FRAME_DATA_A53_CC, 10));
    own->opaque_ref = need(fwl_buffer_alloc(1));
    AVFrame *av = av_frame_alloc();
    int err = av ? fwl_av_frame_move(av, own) : FWL_E_NOMEM;
    if (av && err < 0) {
        assert_int_equal(err, FWL_E_NOMEM);
        assert_int_equal(fwl_frame_is_writable(own), 1);
        assert_null(av->buf[0]);
        assert_int_equal(av->nb_samples, 0);
    }
    if (err >= 0) {
        err = fwl_av_frame_import(own, av);
        assert_true(err == 0 || err == FWL_E_NOMEM);
        assert_int_equal(err == 0, own->buf[0] != NULL);
    }
    av_frame_free(&av);
    fwl_frame_free(&own);
    return err;
}

static int convert_packets(const struct Media *media)
{
    (void)media;
    FwlPacket *own = need(fwl_packet_alloc());
    need_ok(fwl_new_packet(own, 100));
    need(fwl_packet_new_side_data(own, FWL_PKT_DATA_PALETTE, 10));
    need(fwl_packet_new_side_data(own, FWL_PKT_DATA_SKIP_SAMPLES, 10));
    own->opaque_ref = need(fwl_buffer_alloc(1));
    AVPacket *av = av_packet_alloc();
    int err = av ? fwl_av_packet_move(av, own) : FWL_E_NOMEM;
    if (av && err < 0) {
        assert_int_equal(err, FWL_E_NOMEM);
        assert_int_equal(own->side_data_elems, 2);
        assert_int_equal(av->side_data_elems, 0);
        assert_null(av->buf);
    }
    if (err >= 0) {
        err = fwl_av_packet_import(own, av);
        assert_int_equal(err == 0, own->buf != NULL);
    }
    av_packet_free(&av);
    fwl_packet_free(&own);
    return err;
}

static void conversion_changes_nothing_whichever_allocation_of_libav_fails(void)
{
    with_each_allocation_failing(convert_frames, NULL);
    with_each_allocation_failing(convert_packets, NULL);
}

/* Callbacks */

/* A stream that tells the truth for some bytes, and then gives a result of its own. */
struct Liar {
    const struct Media *media;
    size_t position;
    size_t honest_size;
    int64_t result;
};

static int64_t lie_read(void *opaque, uint8_t *data, size_t size)
{
    struct Liar *liar = opaque;
    if (liar->position >= liar->honest_size)
        return liar->result == INT_MAX ? (int64_t)size + 1 : liar->result;
    const size_t left = liar->honest_size - liar->position;
    const size_t count = left < size ? left : size;
    memcpy(data, liar->media->bytes + liar->position, count);
    liar->position += count;
    return (int64_t)count;
}

static int64_t lie_write(void *opaque, const uint8_t *data, size_t size)
{
    (void)data;
    struct Liar *liar = opaque;
    return liar->result == INT_MAX ? (int64_t)size + 1 : liar->result;
}

static int64_t lie_seek(void *opaque, int64_t position)
{
    (void)position;
    return ((struct Liar *)opaque)->result;
}

static int64_t accept_seek(void *opaque, int64_t position)
{
    ((struct Liar *)opaque)->position = (size_t)position;
    return position;
}

static int64_t tell_size(void *opaque)
{
    return (int64_t)((struct Liar *)opaque)->media->size;
}

/* INT_MAX stands for one byte more than was asked for. */
static const struct Lie {
    int64_t result;
    int read_status; /* of opening and reading; 0: the stream ends there */
    int write_status;
} lies[] = {
    {INT_MAX, FWL_E_DATA, FWL_E_DATA},
    {INT64_MAX, FWL_E_DATA, FWL_E_DATA},
    {0, 0, FWL_E_IO},
    {FWL_E_EOF, 0, FWL_E_EOF},
    {FWL_E_AGAIN, FWL_E_AGAIN, FWL_E_AGAIN},
    {INT_MIN, FWL_E_IO, FWL_E_IO},
    {INT64_MIN, FWL_E_IO, FWL_E_IO},
    {FWL_E_TIMEOUT, FWL_E_TIMEOUT, FWL_E_TIMEOUT},
};

static int read_to_the_end(AVFormatContext *format)
{
    AVPacket *packet = need(av_packet_alloc());
    int err;
    while ((err = av_read_frame(format, packet)) >= 0)
        av_packet_unref(packet);
    av_packet_free(&packet);
    return err == AVERROR_EOF ? 0 : fwl_av_status(err);
}

static void expect_lie_told(const struct Media *media, size_t honest_size, const struct Lie *lie)
{
    struct Liar liar = {.media = media, .honest_size = honest_size, .result = lie->result};
    FwlIO *io = NULL;
    need_ok(fwl_io_open_callbacks(&io, &(FwlIOCallbacks){.read = lie_read}, &liar));
    later(close_io, &io);
    AVFormatContext *format = NULL;
    const int err = fwl_av_open_input(&format, io, NULL, NULL, NULL);
    assert_int_equal(err == 0, format != NULL);
    if (honest_size == 0) {
        expect_code(err, lie->read_status ? lie->read_status : FWL_E_DATA);
    } else if (err == 0) {
        const int read_err = read_to_the_end(format);
        const int told = format->pb->error < 0 ? fwl_av_status(format->pb->error) : 0;
        assert_true(read_err == 0 || read_err == lie->read_status);
        assert_int_equal(told == FWL_E_EOF ? 0 : told, lie->read_status);
    }
    fwl_av_close_input(&format);
}

static void what_a_read_callback_returns_becomes_a_code_wherever_it_comes(void)
{
    struct Media sound = make_media(&(struct MediaPlan){
        .muxer = "wav", .sound = "pcm_s16le", .channels = 1, .sample_count = 40000});
    later(free_media, &sound);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        static const size_t places[] = {0, 1, 12, 44, 4000, 33000, 70000};
        for (size_t k = 0; k < sizeof places / sizeof places[0]; k++)
            expect_lie_told(&sound, places[k], &lies[i]);
    }
}

/* libavformat reads on, for ever, where a read says EAGAIN: while it looks for streams, and while
 * it looks at the end of the file for a duration. */
static void looking_for_streams_ends_where_nothing_comes(void)
{
    struct Media clip = make_media(&(struct MediaPlan){
        .muxer = "mpegts",
        .video = "mpeg4",
        .width = 320,
        .height = 240,
        .picture_count = 60,
        .broken_picture = -1,
    });
    later(free_media, &clip);
    assert_true(clip.size > 4 * 32768); /* more than libavformat reads to begin with */
    struct Liar liar = {.media = &clip, .honest_size = clip.size / 2, .result = FWL_E_AGAIN};
    FwlIO *io = NULL;
    need_ok(fwl_io_open_callbacks(
        &io, &(FwlIOCallbacks){.read = lie_read, .seek = accept_seek, .size = tell_size}, &liar));
    later(close_io, &io);
    AVFormatContext *format = NULL;
    int err = fwl_av_open_input(&format, io, NULL, NULL, NULL);
    if (err == 0) {
        avformat_find_stream_info(format, NULL);
        err = read_to_the_end(format);
    }
    fwl_av_close_input(&format);
    expect_code(err, FWL_E_AGAIN);
}

/* The code that a copy into Matroska fails with, on that side. */
static int copy_fails_on(enum FwlTranscodeSide side, FwlIO *in, FwlIO *out)
{
    FwlTranscodeOptions options = fwl_transcode_options_default();
    options.format = "matroska";
    options.copy = true;
    FwlTranscodeResult result;
    const int err = fwl_transcode(in, out, &options, NULL, &result);
    assert_int_equal(result.side, side);
    fwl_transcode_result_uninit(&result);
    return err;
}

/* What was read before is no whole input, whichever code ends it. */
static void a_transcode_of_what_cannot_be_read_to_its_end_says_so(void)
{
    struct Media clip = make_clip("mpegts");
    later(free_media, &clip);
    static const size_t quarters[] = {0, 2, 3};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        for (size_t k = 0; lies[i].read_status < 0 && k < 3; k++) {
            struct Liar liar = {.media = &clip,
                                .honest_size = clip.size / 4 * quarters[k],
                                .result = lies[i].result};
            FwlIO *in = NULL, *out = NULL;
            need_ok(fwl_io_open_callbacks(&in, &(FwlIOCallbacks){.read = lie_read}, &liar));
            later(close_io, &in);
            need_ok(fwl_io_open_writer(&out, NULL, SIZE_MAX));
            later(close_io, &out);
            const int err = copy_fails_on(FWL_SIDE_INPUT, in, out);
            assert_true(err == lies[i].read_status || err == lies[i].result);
        }
    }
}

static void what_a_write_callback_returns_becomes_a_code(void)
{
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct Liar liar = {.result = lies[i].result};
        FwlIO *io = NULL;
        need_ok(fwl_io_open_callbacks(&io, &(FwlIOCallbacks){.write = lie_write}, &liar));
        later(close_io, &io);
        AVFormatContext *format = NULL;
        need_ok(fwl_av_open_output(&format, io, NULL, "wav", NULL));
        write_some(format);
        expect_code(fwl_av_close_output(&format), lies[i].write_status);
        assert_null(format);
    }
}

static void a_transcode_to_what_cannot_be_written_says_so(void)
{
    struct Media clip = make_clip("mov");
    later(free_media, &clip);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct Liar liar = {.result = lies[i].result};
        FwlIO *in = NULL, *out = NULL;
        need_ok(fwl_io_open_memory(&in, clip.bytes, clip.size));
        later(close_io, &in);
        need_ok(fwl_io_open_callbacks(&out, &(FwlIOCallbacks){.write = lie_write}, &liar));
        later(close_io, &out);
        const int err = copy_fails_on(FWL_SIDE_OUTPUT, in, out);
        assert_true(err == lies[i].write_status || err == lies[i].result);
    }
}

/* Positions that are none, and a length that is none, end in a code as well, or are done
 * without. */
static void what_a_seek_callback_returns_is_not_believed(void)
{
    struct Media clip = make_clip("mov");
    later(free_media, &clip);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct Liar liar = {.media = &clip, .honest_size = clip.size, .result = lies[i].result};
        FwlIO *io = NULL;
        need_ok(fwl_io_open_callbacks(&io, &(FwlIOCallbacks){.read = lie_read, .seek = lie_seek},
                                      &liar));
        later(close_io, &io);
        AVFormatContext *format = NULL;
        const int err = fwl_av_open_input(&format, io, NULL, NULL, NULL);
        assert_int_equal(err == 0, format != NULL);
        if (format)
            read_to_the_end(format);
        fwl_av_close_input(&format);
    }
}

static int64_t swallow_write(void *opaque, const uint8_t *data, size_t size)
{
    (void)opaque;
    (void)data;
    return (int64_t)size;
}

/* A WAV's lengths are written at its end into its beginning: where that cannot be reached, the file
 * is none, and whoever closes it must hear so. */
static void what_a_seek_callback_of_an_output_returns_becomes_a_code(void)
{
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct Liar liar = {.result = lies[i].result};
        FwlIO *io = NULL;
        need_ok(fwl_io_open_callbacks(
            &io, &(FwlIOCallbacks){.write = swallow_write, .seek = lie_seek}, &liar));
        later(close_io, &io);
        AVFormatContext *format = NULL;
        need_ok(fwl_av_open_output(&format, io, NULL, "wav", NULL));
        write_some(format);
        /* 0 is a place, but not the one that was asked for. */
        const int wanted = lies[i].result == 0 ? FWL_E_DATA : lies[i].write_status;
        expect_code(fwl_av_close_output(&format), wanted);
        assert_null(format);
    }
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        /* Failures are planted by the cases themselves. */
        CASE_ONCE(opening_gives_everything_back_whichever_allocation_of_libav_fails),
        CASE_ONCE(decoding_gives_every_picture_back_whichever_allocation_of_libav_fails),
        CASE_ONCE(writing_gives_everything_back_whichever_allocation_of_libav_fails),
        CASE_ONCE(encoding_gives_everything_back_whichever_allocation_of_libav_fails),
        CASE_ONCE(whole_calls_give_everything_back_whichever_allocation_of_libav_fails),
        CASE_ONCE(conversion_changes_nothing_whichever_allocation_of_libav_fails),
        CASE(the_buffer_is_another_one_after_probing),
        /* 56 streams are opened: nothing new fails in the later ones. */
        CASE_ONCE(what_a_read_callback_returns_becomes_a_code_wherever_it_comes),
        CASE_ONCE(a_transcode_of_what_cannot_be_read_to_its_end_says_so),
        CASE(looking_for_streams_ends_where_nothing_comes),
        CASE(what_a_write_callback_returns_becomes_a_code),
        CASE_ONCE(a_transcode_to_what_cannot_be_written_says_so),
        CASE(what_a_seek_callback_returns_is_not_believed),
        CASE(what_a_seek_callback_of_an_output_returns_becomes_a_code),
    };
    return run_cases("ffmpeg_faults", cases, sizeof cases / sizeof cases[0], argc, argv);
}
