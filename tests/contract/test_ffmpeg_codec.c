/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <libavutil/log.h>
#include <libavutil/pixdesc.h>

#include "case.h"
#include "framewell/ffmpeg.h"
#include "made_media.h"

static void free_packet(void *packet)
{
    av_packet_free(packet);
}

static void free_frame(void *frame)
{
    av_frame_free(frame);
}

static void free_codec(void *context)
{
    avcodec_free_context(context);
}

static void destroy_pool(void *pool)
{
    fwl_pool_destroy(pool);
}

static FwlPool *make_pool(size_t max_pool_size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = max_pool_size;
    config.on_limit = FWL_LIMIT_FAIL;
    FwlPool *pool = NULL;
    need_ok(fwl_pool_create(&pool, &config));
    return pool;
}

static uint64_t usage(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    return stats.current_usage;
}

/* A clip being decoded on some threads out of a pool. */
struct Decoding {
    struct Media media;
    FwlIO *io;
    AVFormatContext *format;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
};

static void end_decoding(void *object)
{
    struct Decoding *d = object;
    avcodec_free_context(&d->decoder);
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
    fwl_av_close_input(&d->format);
    fwl_io_close(&d->io);
    free_media(&d->media);
}

static void start_decoding(struct Decoding *d, FwlPool *pool, int threads)
{
    d->media = make_media(&(struct MediaPlan){
        .muxer = "mov", .video = "mpeg4", .width = 161, .height = 121, .picture_count = 12,
        .broken_picture = -1,
    });
    need_ok(fwl_io_open_memory(&d->io, d->media.bytes, d->media.size));
    need_ok(fwl_av_open_input(&d->format, d->io, NULL, NULL, NULL));
    d->packet = need(av_packet_alloc());
    d->frame = need(av_frame_alloc());
    const AVCodecParameters *parameters = d->format->streams[0]->codecpar;
    const AVCodec *codec = need(avcodec_find_decoder(parameters->codec_id));
    d->decoder = need(avcodec_alloc_context3(codec));
    need_ok(avcodec_parameters_to_context(d->decoder, parameters));
    d->decoder->thread_count = threads;
    need_ok(fwl_av_codec_use_pool(d->decoder, pool));
    need_ok(avcodec_open2(d->decoder, codec, NULL));
}

/* The next picture in d->frame; AVERROR_EOF when there is none. */
static int next_picture(struct Decoding *d)
{
    for (;;) {
        const int err = avcodec_receive_frame(d->decoder, d->frame);
        if (err != AVERROR(EAGAIN))
            return err;
        const int read = av_read_frame(d->format, d->packet);
        const int sent = avcodec_send_packet(d->decoder, read < 0 ? NULL : d->packet);
        av_packet_unref(d->packet);
        if (sent < 0)
            return sent;
    }
}

static void decoded_pictures_are_blocks_of_the_pool(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, pool, 1);

    need_ok(next_picture(&d));

    assert_non_null(d.frame->buf[0]);
    assert_null(d.frame->buf[1]);
    assert_ptr_equal(fwl_pool_of(d.frame->buf[0]->data), pool);
    for (int i = 0; i < 3; i++)
        assert_int_equal((uintptr_t)d.frame->data[i] % 64, 0);
    assert_in_range(d.frame->linesize[0], 161, 512);
    assert_ptr_equal(d.frame->extended_data, d.frame->data);
}

static void every_picture_goes_back(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, pool, 1);
    for (int n = 0; n < 12; n++)
        need_ok(next_picture(&d));
    expect_code(next_picture(&d), AVERROR_EOF);
    avcodec_free_context(&d.decoder);
    av_frame_unref(d.frame);
    assert_int_equal(usage(pool), 0);
}

static void a_picture_outlives_codec_and_pool(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, pool, 1);
    need_ok(next_picture(&d));

    avcodec_free_context(&d.decoder);
    fwl_pool_destroy(&pool);

    assert_int_equal(av_frame_is_writable(d.frame), 1);
    memset(d.frame->data[0], 0x55, (size_t)d.frame->linesize[0] * 121);
}

static void frame_threads_decode_the_same_pictures(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    struct Decoding one = {0}, many = {0};
    later(end_decoding, &one);
    later(end_decoding, &many);
    start_decoding(&one, pool, 1);
    start_decoding(&many, pool, 4);
    assert_int_equal(many.decoder->active_thread_type, FF_THREAD_FRAME);
    for (int n = 0; n < 12; n++) {
        need_ok(next_picture(&one));
        need_ok(next_picture(&many));
        assert_ptr_equal(fwl_pool_of(many.frame->buf[0]->data), pool);
        for (int y = 0; y < 121; y++)
            assert_memory_equal(many.frame->data[0] + y * many.frame->linesize[0],
                                one.frame->data[0] + y * one.frame->linesize[0], 161);
    }
    assert_int_equal(next_picture(&many), AVERROR_EOF);
}

static void a_pool_without_room_gives_no_picture(void)
{
    FwlPool *pool = make_pool(16384);
    later(destroy_pool, &pool);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, pool, 1);
    assert_true(next_picture(&d) < 0); /* of what code, each decoder decides */
    assert_null(d.frame->buf[0]);
    assert_int_equal(usage(pool), 0);
}

static void samples_of_more_channels_than_data_has_pointers_are_all_there(void)
{
    enum { CHANNELS = 20, SAMPLES = 100 };
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    const AVCodec *codec = need(avcodec_find_decoder(AV_CODEC_ID_PCM_S16LE_PLANAR));
    AVCodecContext *decoder = need(avcodec_alloc_context3(codec));
    later(free_codec, &decoder);
    decoder->sample_rate = 8000;
    decoder->ch_layout = (AVChannelLayout){.order = AV_CHANNEL_ORDER_UNSPEC,
                                           .nb_channels = CHANNELS};
    need_ok(fwl_av_codec_use_pool(decoder, pool));
    need_ok(avcodec_open2(decoder, codec, NULL));
    AVPacket *packet = need(av_packet_alloc());
    later(free_packet, &packet);
    AVFrame *frame = need(av_frame_alloc());
    later(free_frame, &frame);
    need_ok(av_new_packet(packet, CHANNELS * SAMPLES * 2));
    for (int i = 0; i < packet->size; i++)
        packet->data[i] = (uint8_t)(i / (SAMPLES * 2));

    need_ok(avcodec_send_packet(decoder, packet));
    need_ok(avcodec_receive_frame(decoder, frame));

    assert_int_equal(frame->nb_samples, SAMPLES);
    assert_ptr_equal(fwl_pool_of(frame->buf[0]->data), pool);
    assert_ptr_not_equal(frame->extended_data, frame->data);
    for (int i = 0; i < CHANNELS; i++) {
        assert_int_equal(frame->extended_data[i][0], i);
        assert_int_equal(frame->extended_data[i][SAMPLES * 2 - 1], i);
    }
    av_frame_unref(frame);
    assert_int_equal(usage(pool), 0);
}

/* The linesizes of libavcodec's own pictures: SIMD code may rely on them. */
static void linesizes_are_those_of_libavcodec_in_every_format(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, pool, 1);
    const AVPixFmtDescriptor *format = NULL;
    while ((format = av_pix_fmt_desc_next(format)) != NULL) {
        if (format->flags & AV_PIX_FMT_FLAG_HWACCEL)
            continue;
        AVFrame *ours = need(av_frame_alloc());
        AVFrame *theirs = need(av_frame_alloc());
        ours->format = theirs->format = d.decoder->pix_fmt = av_pix_fmt_desc_get_id(format);
        ours->width = theirs->width = d.decoder->width = 333;
        ours->height = theirs->height = d.decoder->height = 77;
        assert_int_equal(avcodec_default_get_buffer2(d.decoder, theirs, 0), 0);
        assert_int_equal(d.decoder->get_buffer2(d.decoder, ours, 0), 0);
        assert_memory_equal(ours->linesize, theirs->linesize, sizeof ours->linesize);
        for (int i = 0; i < AV_NUM_DATA_POINTERS; i++)
            assert_int_equal(ours->data[i] != NULL, theirs->data[i] != NULL);
        memset(ours->buf[0]->data, 1, ours->buf[0]->size);
        av_frame_free(&ours);
        av_frame_free(&theirs);
    }
}

static void a_decoder_without_direct_rendering_keeps_its_own_memory(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    void *state = NULL;
    const AVCodec *codec;
    do
        codec = need(av_codec_iterate(&state));
    while (!av_codec_is_decoder(codec) || codec->type != AVMEDIA_TYPE_VIDEO ||
           (codec->capabilities & (AV_CODEC_CAP_DR1 | AV_CODEC_CAP_HARDWARE)));
    AVCodecContext *decoder = need(avcodec_alloc_context3(codec));
    later(free_codec, &decoder);
    decoder->width = 64;
    decoder->height = 48;
    decoder->pix_fmt = AV_PIX_FMT_YUV420P;
    need_ok(fwl_av_codec_use_pool(decoder, pool));
    if (avcodec_open2(decoder, codec, NULL) < 0)
        return;
    AVFrame *frame = need(av_frame_alloc());
    later(free_frame, &frame);
    frame->width = 64;
    frame->height = 48;
    frame->format = AV_PIX_FMT_YUV420P;
    need_ok(decoder->get_buffer2(decoder, frame, 0));
    assert_int_equal(usage(pool), 0);
}

static void encoded_packets_are_blocks_of_the_pool_with_zeros_behind(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    const AVCodec *codec = need(avcodec_find_encoder(AV_CODEC_ID_RAWVIDEO));
    AVCodecContext *encoder = need(avcodec_alloc_context3(codec));
    later(free_codec, &encoder);
    encoder->width = 16;
    encoder->height = 16;
    encoder->pix_fmt = AV_PIX_FMT_GRAY8;
    encoder->time_base = (AVRational){1, 25};
    need_ok(fwl_av_codec_use_pool(encoder, pool));
    need_ok(avcodec_open2(encoder, codec, NULL));
    AVFrame *frame = need(av_frame_alloc());
    later(free_frame, &frame);
    frame->width = frame->height = 16;
    frame->format = AV_PIX_FMT_GRAY8;
    need_ok(av_frame_get_buffer(frame, 0));
    memset(frame->data[0], 0xEE, (size_t)frame->linesize[0] * 16);
    AVPacket *packet = need(av_packet_alloc());
    later(free_packet, &packet);
    need_ok(avcodec_send_frame(encoder, frame));
    need_ok(avcodec_receive_packet(encoder, packet));

    assert_int_equal(packet->size, 256);
    assert_ptr_equal(fwl_pool_of(packet->buf->data), pool);
    static const uint8_t zeros[AV_INPUT_BUFFER_PADDING_SIZE];
    assert_memory_equal(packet->data + packet->size, zeros, sizeof zeros);
    av_packet_unref(packet);
    assert_int_equal(usage(pool), 0);
}

static void null_and_an_open_codec_are_refused(void)
{
    assert_int_equal(fwl_av_codec_use_pool(NULL, NULL), FWL_E_INVALID);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, NULL, 1);
    assert_int_equal(fwl_av_codec_use_pool(d.decoder, NULL), FWL_E_INVALID);
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        CASE(decoded_pictures_are_blocks_of_the_pool),
        CASE(every_picture_goes_back),
        CASE(a_picture_outlives_codec_and_pool),
        CASE(frame_threads_decode_the_same_pictures),
        CASE(a_pool_without_room_gives_no_picture),
        CASE(samples_of_more_channels_than_data_has_pointers_are_all_there),
        /* 200 formats: each takes the same way. */
        CASE_ONCE(linesizes_are_those_of_libavcodec_in_every_format),
        CASE(a_decoder_without_direct_rendering_keeps_its_own_memory),
        CASE(encoded_packets_are_blocks_of_the_pool_with_zeros_behind),
        CASE(null_and_an_open_codec_are_refused),
    };
    return run_cases("ffmpeg_codec", cases, sizeof cases / sizeof cases[0], argc, argv);
}
