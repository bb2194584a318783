/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <libavutil/adler32.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>

#include "case.h"
#include "ffmpeg/av_compat.h"
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
        .muxer = "mov",
        .video = "mpeg4",
        .width = 161,
        .height = 121,
        .picture_count = 12,
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
    decoder->ch_layout =
        (AVChannelLayout){.order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = CHANNELS};
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

/* Behind the last row that a decoder may write, up to the next plane or the end of the memory. */
static void expect_room_behind_planes(AVCodecContext *decoder, const AVFrame *frame,
                                      const AVPixFmtDescriptor *format)
{
    enum { TAIL = 16 + 64 }; /* what libavcodec leaves, and a register of AVX-512 */
    int width = frame->width;
    int height = frame->height;
    int alignments[AV_NUM_DATA_POINTERS];
    avcodec_align_dimensions2(decoder, &width, &height, alignments);
    const uint8_t *end = frame->buf[0]->data + frame->buf[0]->size;
    for (int i = 3; i >= 0; i--) {
        if (!frame->data[i] || frame->linesize[i] == 0)
            continue;
        const int shift = i == 1 || i == 2 ? format->log2_chroma_h : 0;
        const uint8_t *rows_end =
            frame->data[i] + (ptrdiff_t)frame->linesize[i] * AV_CEIL_RSHIFT(height, shift);
        assert_true(end - rows_end >= TAIL);
        end = frame->data[i];
    }
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
        expect_room_behind_planes(d.decoder, ours, format);
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

/* Streams that change on the way: packets of several encoders, one after the other, to one
 * decoder. */

enum { CHANGES = 4, PICTURES = 3 };

struct Shape {
    int width, height;
    enum AVPixelFormat format;
};

struct Stream {
    AVPacket *packets[64];
    int count;
};

static void free_stream(void *object)
{
    struct Stream *stream = object;
    for (int i = 0; i < stream->count; i++)
        av_packet_free(&stream->packets[i]);
}

static void take_packets(struct Stream *stream, AVCodecContext *encoder)
{
    for (;;) {
        AVPacket *packet = need(av_packet_alloc());
        if (avcodec_receive_packet(encoder, packet) < 0) {
            av_packet_free(&packet);
            return;
        }
        assert_in_range(stream->count, 0, 63);
        stream->packets[stream->count++] = packet;
    }
}

static void paint(AVFrame *frame, int n)
{
    need_ok(av_frame_make_writable(frame));
    for (int i = 0; i < 4 && frame->data[i]; i++) {
        const int rows = i == 1 || i == 2 ? (frame->height + 1) / 2 : frame->height;
        for (int y = 0; y < rows; y++)
            memset(frame->data[i] + y * frame->linesize[i], (40 * n + 7 * y + 30 * i) & 255,
                   (size_t)frame->linesize[i]);
    }
    frame->pts = n;
}

static void encode_pictures(struct Stream *stream, const AVCodec *codec, const struct Shape *shape,
                            int slices)
{
    AVCodecContext *encoder = need(avcodec_alloc_context3(codec));
    encoder->width = shape->width;
    encoder->height = shape->height;
    encoder->pix_fmt = shape->format;
    encoder->color_range =
        codec->id == AV_CODEC_ID_MJPEG ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED;
    encoder->time_base = (AVRational){1, 25};
    encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    encoder->thread_count = 1;
    encoder->slices = slices;
    need_ok(avcodec_open2(encoder, codec, NULL));
    AVFrame *frame = need(av_frame_alloc());
    frame->width = shape->width;
    frame->height = shape->height;
    frame->format = shape->format;
    frame->color_range = encoder->color_range;
    need_ok(av_frame_get_buffer(frame, 0));
    for (int n = 0; n < PICTURES; n++) {
        paint(frame, n);
        need_ok(avcodec_send_frame(encoder, frame));
        take_packets(stream, encoder);
    }
    av_frame_free(&frame);
    need_ok(avcodec_send_frame(encoder, NULL));
    take_packets(stream, encoder);
    avcodec_free_context(&encoder);
}

static AVCodecContext *open_decoder(const AVCodec *codec, FwlPool *pool, int threads, int type)
{
    AVCodecContext *decoder = need(avcodec_alloc_context3(codec));
    decoder->thread_count = threads;
    decoder->thread_type = type;
    if (pool)
        need_ok(fwl_av_codec_use_pool(decoder, pool));
    return decoder;
}

/* What decoding a stream gave: a sum over every byte that is shown, and what the frames were. */
struct Seen {
    AVAdler sum;
    int pictures, from_pool, changes;
    int width, height, format, sample_rate;
};

static void look_at_planes(struct Seen *seen, const AVFrame *frame)
{
    const AVPixFmtDescriptor *format = need(av_pix_fmt_desc_get(frame->format));
    for (int i = 0; i < av_pix_fmt_count_planes(frame->format); i++) {
        const bool is_chroma = i == 1 || i == 2;
        const int rows =
            is_chroma ? AV_CEIL_RSHIFT(frame->height, format->log2_chroma_h) : frame->height;
        const int bytes = av_image_get_linesize(frame->format, frame->width, i);
        for (int y = 0; y < rows; y++)
            seen->sum = av_adler32_update(seen->sum, frame->data[i] + y * frame->linesize[i],
                                          (size_t)bytes);
    }
}

static void look(struct Seen *seen, const AVFrame *frame, FwlPool *pool)
{
    seen->changes += seen->width != frame->width || seen->height != frame->height ||
                     seen->format != frame->format || seen->sample_rate != frame->sample_rate;
    seen->width = frame->width;
    seen->height = frame->height;
    seen->format = frame->format;
    seen->sample_rate = frame->sample_rate;
    seen->pictures++;
    seen->from_pool += pool && fwl_pool_of(frame->buf[0]->data) == pool;
    if (frame->width > 0)
        look_at_planes(seen, frame);
    else
        seen->sum = av_adler32_update(seen->sum, frame->data[0], (size_t)frame->nb_samples);
}

static struct Seen decode_all(AVCodecContext *decoder, const struct Stream *stream, FwlPool *pool)
{
    struct Seen seen = {.format = -2};
    AVFrame *frame = need(av_frame_alloc());
    for (int i = 0; i <= stream->count; i++) {
        need_ok(avcodec_send_packet(decoder, i < stream->count ? stream->packets[i] : NULL));
        while (avcodec_receive_frame(decoder, frame) >= 0) {
            look(&seen, frame, pool);
            av_frame_unref(frame);
        }
    }
    av_frame_free(&frame);
    return seen;
}

/* The same pictures as in libavcodec's own memory, all of them from the pool, which is then
 * empty. */
static void expect_same_from_pool(const AVCodec *codec, const struct Stream *stream, int threads,
                                  int type, int changes)
{
    AVCodecContext *plain = open_decoder(codec, NULL, 1, 0);
    need_ok(avcodec_open2(plain, codec, NULL));
    const struct Seen wanted = decode_all(plain, stream, NULL);
    avcodec_free_context(&plain);

    FwlPool *pool = make_pool(SIZE_MAX);
    AVCodecContext *decoder = open_decoder(codec, pool, threads, type);
    need_ok(avcodec_open2(decoder, codec, NULL));
    assert_int_equal(decoder->active_thread_type, type);
    const struct Seen seen = decode_all(decoder, stream, pool);
    avcodec_free_context(&decoder);
    assert_int_equal(usage(pool), 0);
    fwl_pool_destroy(&pool);
    assert_int_equal(seen.pictures, wanted.pictures);
    assert_int_equal(seen.from_pool, seen.pictures);
    assert_int_equal(seen.sum, wanted.sum);
    assert_int_equal(seen.changes, changes);
    assert_in_range(seen.pictures, 1, 64);
}

static void a_stream_that_changes_size_and_format_is_followed(void)
{
    /* The decoder of JPEG has no threads, that of PNG one for each picture. */
    static const struct {
        enum AVCodecID id;
        int threads, type;
        struct Shape shapes[CHANGES];
    } rows[] = {
        {AV_CODEC_ID_MJPEG,
         1,
         0,
         {{64, 48, AV_PIX_FMT_YUV420P},
          {200, 33, AV_PIX_FMT_YUV444P},
          {17, 121, AV_PIX_FMT_YUV422P},
          {320, 240, AV_PIX_FMT_YUV420P}}},
        {AV_CODEC_ID_PNG,
         3,
         FF_THREAD_FRAME,
         {{64, 48, AV_PIX_FMT_RGB24},
          {201, 33, AV_PIX_FMT_GRAY8},
          {17, 121, AV_PIX_FMT_RGBA},
          {320, 240, AV_PIX_FMT_RGB48BE}}},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        struct Stream stream = {.count = 0};
        later(free_stream, &stream);
        for (int i = 0; i < CHANGES; i++)
            encode_pictures(&stream, need(avcodec_find_encoder(rows[n].id)), &rows[n].shapes[i], 0);
        expect_same_from_pool(need(avcodec_find_decoder(rows[n].id)), &stream, rows[n].threads,
                              rows[n].type, CHANGES);
    }
}

static void a_stream_in_slices_is_decoded_by_slice_threads(void)
{
    static const struct Shape shapes[] = {{160, 120, AV_PIX_FMT_YUV420P},
                                          {96, 200, AV_PIX_FMT_YUV420P}};
    const AVCodec *encoder = need(avcodec_find_encoder(AV_CODEC_ID_MPEG2VIDEO));
    const AVCodec *decoder = need(avcodec_find_decoder(AV_CODEC_ID_MPEG2VIDEO));
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct Stream stream = {.count = 0};
        later(free_stream, &stream);
        encode_pictures(&stream, encoder, &shapes[i], 4);
        expect_same_from_pool(decoder, &stream, 3, FF_THREAD_SLICE, 1);
    }
}

/* H.264 has frame threads, borders around the picture, and cropping. */
static void h264_of_changing_sizes_keeps_its_cropping(void)
{
    static const struct Shape shapes[] = {{100, 70, AV_PIX_FMT_YUV420P},
                                          {322, 182, AV_PIX_FMT_YUV420P}};
    const AVCodec *encoder = avcodec_find_encoder_by_name("libx264");
    if (!encoder)
        skip_case("libavcodec has no libx264 here");
    const AVCodec *decoder = need(avcodec_find_decoder(AV_CODEC_ID_H264));
    struct Stream stream = {.count = 0};
    later(free_stream, &stream);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        encode_pictures(&stream, encoder, &shapes[i], 0);
    expect_same_from_pool(decoder, &stream, 3, FF_THREAD_FRAME, 2);

    FwlPool *pool = make_pool(SIZE_MAX);
    AVCodecContext *uncropped = open_decoder(decoder, pool, 1, 0);
    uncropped->apply_cropping = 0;
    need_ok(avcodec_open2(uncropped, decoder, NULL));
    AVFrame *frame = need(av_frame_alloc());
    FwlFrame *own = need(fwl_frame_alloc());
    need_ok(avcodec_send_packet(uncropped, stream.packets[0]));
    need_ok(avcodec_send_packet(uncropped, NULL));
    need_ok(avcodec_receive_frame(uncropped, frame));
    assert_int_equal(frame->width, 112);
    need_ok(fwl_av_frame_import(own, frame));
    assert_int_equal(own->crop_right, 12);
    assert_int_equal(own->crop_bottom, 10);
    need_ok(fwl_frame_apply_cropping(own, 0));
    assert_int_equal(own->width, 100);
    assert_int_equal(own->height, 70);
    fwl_frame_free(&own);
    av_frame_free(&frame);
    avcodec_free_context(&uncropped);
    fwl_pool_destroy(&pool);
}

static void low_resolution_pictures_come_from_the_pool(void)
{
    static const struct Shape shape = {64, 48, AV_PIX_FMT_YUV420P};
    const AVCodec *codec = need(avcodec_find_decoder(AV_CODEC_ID_MJPEG));
    struct Stream stream = {.count = 0};
    later(free_stream, &stream);
    encode_pictures(&stream, need(avcodec_find_encoder(AV_CODEC_ID_MJPEG)), &shape, 0);
    struct Seen seen[2];
    for (int n = 0; n < 2; n++) {
        FwlPool *pool = make_pool(SIZE_MAX);
        AVCodecContext *decoder = open_decoder(codec, n ? pool : NULL, 1, 0);
        decoder->lowres = 1;
        need_ok(avcodec_open2(decoder, codec, NULL));
        seen[n] = decode_all(decoder, &stream, n ? pool : NULL);
        avcodec_free_context(&decoder);
        fwl_pool_destroy(&pool);
    }
    assert_int_equal(seen[1].width, 32);
    assert_int_equal(seen[1].height, 24);
    assert_int_equal(seen[1].sum, seen[0].sum);
    assert_int_equal(seen[1].from_pool, PICTURES);
}

static void motion_vectors_come_to_framewell_with_the_picture(void)
{
    FwlPool *pool = make_pool(SIZE_MAX);
    later(destroy_pool, &pool);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, pool, 1);
    d.decoder->export_side_data |= AV_CODEC_EXPORT_DATA_MVS;
    FwlFrame *own = need(fwl_frame_alloc());
    const AVFrameSideData *vectors = NULL;
    while (!vectors && next_picture(&d) >= 0)
        vectors = av_frame_get_side_data(d.frame, AV_FRAME_DATA_MOTION_VECTORS);
    assert_non_null(vectors);
    need_ok(fwl_av_frame_import(own, d.frame));
    const FwlFrameSideData *piece = fwl_frame_get_side_data(own, FWL_FRAME_DATA_MOTION_VECTORS);
    assert_non_null(piece);
    assert_ptr_equal(piece->data, vectors->data);
    fwl_frame_free(&own);
}

static void encode_sound(struct Stream *stream, const AVCodec *codec, int sample_rate, int channels)
{
    AVCodecContext *encoder = need(avcodec_alloc_context3(codec));
    encoder->sample_rate = sample_rate;
    encoder->sample_fmt = fwl_av_sample_formats(codec)[0];
    av_channel_layout_default(&encoder->ch_layout, channels);
    need_ok(avcodec_open2(encoder, codec, NULL));
    AVFrame *frame = need(av_frame_alloc());
    frame->nb_samples = encoder->frame_size;
    frame->format = encoder->sample_fmt;
    frame->sample_rate = sample_rate;
    need_ok(av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout));
    need_ok(av_frame_get_buffer(frame, 0));
    for (int i = 0; i < channels && frame->data[i]; i++)
        memset(frame->data[i], 0, (size_t)frame->linesize[0]);
    for (int n = 0; n < PICTURES; n++) {
        frame->pts = (int64_t)n * frame->nb_samples;
        need_ok(avcodec_send_frame(encoder, frame));
        take_packets(stream, encoder);
    }
    av_frame_free(&frame);
    avcodec_free_context(&encoder);
}

/* MP2 says in every packet what it is: sample rate and channels change between two. */
static void sound_that_changes_its_rate_and_channels_is_followed(void)
{
    const AVCodec *encoder = need(avcodec_find_encoder(AV_CODEC_ID_MP2));
    const AVCodec *decoder = need(avcodec_find_decoder(AV_CODEC_ID_MP2));
    struct Stream stream = {.count = 0};
    later(free_stream, &stream);
    encode_sound(&stream, encoder, 44100, 2);
    encode_sound(&stream, encoder, 24000, 1);
    encode_sound(&stream, encoder, 48000, 2);
    expect_same_from_pool(decoder, &stream, 1, 0, 3);
}

static void packets_of_every_encoder_of_pictures_that_takes_foreign_memory_are_padded(void)
{
    static const char *const names[] = {"rawvideo", "ffv1",       "png", "mjpeg", "mpeg4",
                                        "huffyuv",  "mpeg2video", "gif", "tiff",  "bmp"};
    static const uint8_t zeros[AV_INPUT_BUFFER_PADDING_SIZE];
    FwlPool *pool = make_pool(SIZE_MAX);
    int from_pool = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const AVCodec *codec = avcodec_find_encoder_by_name(names[i]);
        if (!codec)
            continue;
        AVCodecContext *encoder = need(avcodec_alloc_context3(codec));
        encoder->width = 50;
        encoder->height = 34;
        const enum AVPixelFormat *formats = fwl_av_pixel_formats(codec);
        encoder->pix_fmt = formats ? formats[0] : AV_PIX_FMT_YUV420P;
        encoder->time_base = (AVRational){1, 25};
        encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
        need_ok(fwl_av_codec_use_pool(encoder, pool));
        need_ok(avcodec_open2(encoder, codec, NULL));
        AVFrame *frame = need(av_frame_alloc());
        frame->width = 50;
        frame->height = 34;
        frame->format = encoder->pix_fmt;
        need_ok(av_frame_get_buffer(frame, 0));
        memset(frame->buf[0]->data, 60, frame->buf[0]->size);
        AVPacket *packet = need(av_packet_alloc());
        need_ok(avcodec_send_frame(encoder, frame));
        avcodec_send_frame(encoder, NULL);
        need_ok(avcodec_receive_packet(encoder, packet));
        const bool is_direct = codec->capabilities & AV_CODEC_CAP_DR1;
        assert_int_equal(usage(pool) >= (uint64_t)packet->size, is_direct);
        from_pool += is_direct;
        assert_memory_equal(packet->data + packet->size, zeros, sizeof zeros);
        av_packet_free(&packet);
        av_frame_free(&frame);
        avcodec_free_context(&encoder);
    }
    assert_in_range(from_pool, 2, sizeof names / sizeof names[0]);
    assert_int_equal(usage(pool), 0);
    fwl_pool_destroy(&pool);
}

static void null_and_an_open_codec_are_refused(void)
{
    assert_int_equal(fwl_av_codec_use_pool(NULL, NULL), FWL_E_INVALID);
    struct Decoding d = {0};
    later(end_decoding, &d);
    start_decoding(&d, NULL, 1);
    assert_int_equal(fwl_av_codec_use_pool(d.decoder, NULL), FWL_E_INVALID);
}

static void only_what_decodes_the_same_gets_more_threads(void)
{
    AVCodecParameters parameters = {.codec_id = AV_CODEC_ID_H264};
    AVStream stream = {.codecpar = &parameters};
    assert_int_equal(fwl_av_decoder_threads(&stream, 8), 8);
    assert_int_equal(fwl_av_decoder_threads(&stream, 0), 0);
    parameters.codec_id = AV_CODEC_ID_THEORA;
    assert_int_equal(fwl_av_decoder_threads(&stream, 8), 1);
    parameters.codec_id = AV_CODEC_ID_VP3;
    assert_int_equal(fwl_av_decoder_threads(&stream, 8), 1);
    parameters.codec_id = AV_CODEC_ID_MJPEG;
    stream.disposition = AV_DISPOSITION_ATTACHED_PIC;
    assert_int_equal(fwl_av_decoder_threads(&stream, 8), 1);
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
        /* Streams of several encoders: what fails in them is tried above. */
        CASE_ONCE(a_stream_that_changes_size_and_format_is_followed),
        CASE_ONCE(a_stream_in_slices_is_decoded_by_slice_threads),
        CASE_ONCE(h264_of_changing_sizes_keeps_its_cropping),
        CASE_ONCE(low_resolution_pictures_come_from_the_pool),
        CASE_ONCE(motion_vectors_come_to_framewell_with_the_picture),
        CASE_ONCE(sound_that_changes_its_rate_and_channels_is_followed),
        CASE_ONCE(packets_of_every_encoder_of_pictures_that_takes_foreign_memory_are_padded),
        CASE(null_and_an_open_codec_are_refused),
        CASE(only_what_decodes_the_same_gets_more_threads),
    };
    return run_cases("ffmpeg_codec", cases, sizeof cases / sizeof cases[0], argc, argv);
}
