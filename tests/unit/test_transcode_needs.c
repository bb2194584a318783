/* SPDX-License-Identifier: BSD-2-Clause */
/* How many frames a decoder holds, read from headers that encoders wrote. */
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>

#include "case.h"
#include "ffmpeg/transcode_job.h"

static void free_context(void *context)
{
    avcodec_free_context(context);
}

static void free_parameters(void *parameters)
{
    avcodec_parameters_free(parameters);
}

static void free_copy(void *copy)
{
    av_freep(copy);
}

/* What a container would say of a stream of the encoder, with start codes in its header. */
static AVCodecParameters *parameters_of(const char *encoder, const char *option, const char *value)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(encoder);
    if (!codec)
        skip_case("libavcodec has no such encoder");
    AVCodecContext *context = need(avcodec_alloc_context3(codec));
    later(free_context, &context);
    context->width = 320;
    context->height = 240;
    context->time_base = (AVRational){1, 25};
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    context->thread_count = 1;
    assert_int_equal(av_opt_set(context->priv_data, option, value, 0), 0);
    assert_int_equal(avcodec_open2(context, codec, NULL), 0);
    AVCodecParameters *parameters = need(avcodec_parameters_alloc());
    assert_true(avcodec_parameters_from_context(parameters, context) >= 0);
    parameters->video_delay = 0;
    return parameters;
}

static int needs_of_x264(const char *value)
{
    AVCodecParameters *parameters = parameters_of("libx264", "x264-params", value);
    later(free_parameters, &parameters);
    return fwl_needs_frames(parameters).usual;
}

static void h264_says_how_many_references_it_has(void)
{
    assert_int_equal(needs_of_x264("ref=1:bframes=0"), 2);
    assert_int_equal(needs_of_x264("ref=3:bframes=0"), 4);
    assert_int_equal(needs_of_x264("ref=7:bframes=0"), 8);
    /* Another profile, with scaling lists. */
    assert_int_equal(needs_of_x264("ref=5:bframes=0:cqm=jvt"), 6);
}

static void hevc_says_how_large_its_buffer_is(void)
{
    AVCodecParameters *few = parameters_of("libx265", "x265-params", "ref=1:bframes=0:log-level=0");
    later(free_parameters, &few);
    AVCodecParameters *many =
        parameters_of("libx265", "x265-params", "ref=5:bframes=0:log-level=0");
    later(free_parameters, &many);
    assert_in_range(fwl_needs_frames(few).usual, 3, 4);
    assert_in_range(fwl_needs_frames(many).usual, 7, 8);
}

/* An avcC box around the first unit of a header with start codes. */
static void put_length_before(AVCodecParameters *parameters)
{
    const uint8_t *old = parameters->extradata;
    int end = 4;
    while (end + 3 < parameters->extradata_size &&
           !(old[end] == 0 && old[end + 1] == 0 && old[end + 2] == 1))
        end++;
    const int size = end - 4;
    uint8_t *box = need(av_mallocz((size_t)size + 8 + AV_INPUT_BUFFER_PADDING_SIZE));
    memcpy(box, (const uint8_t[]){1, old[5], old[6], old[7], 0xff, 0xe1, 0, (uint8_t)size}, 8);
    memcpy(box + 8, old + 4, (size_t)size);
    av_freep(&parameters->extradata);
    parameters->extradata = box;
    parameters->extradata_size = size + 8;
}

static void the_box_of_mp4_is_read_too(void)
{
    AVCodecParameters *parameters = parameters_of("libx264", "x264-params", "ref=4:bframes=0");
    later(free_parameters, &parameters);
    put_length_before(parameters);
    assert_int_equal(fwl_needs_frames(parameters).usual, 5);
}

static void without_a_header_the_most_that_is_allowed_counts(void)
{
    AVCodecParameters parameters = {
        .codec_id = AV_CODEC_ID_H264,
        .width = 3840,
        .height = 2160,
    };
    assert_int_equal(fwl_needs_frames(&parameters).most, 5 + 2);
    parameters.width = 176;
    parameters.height = 144;
    assert_int_equal(fwl_needs_frames(&parameters).most, 16 + 2);
}

static void other_codecs_have_it_in_their_format(void)
{
    AVCodecParameters parameters = {.codec_id = AV_CODEC_ID_MJPEG};
    assert_int_equal(fwl_needs_frames(&parameters).most, 1);
    parameters.codec_id = AV_CODEC_ID_MPEG2VIDEO;
    assert_int_equal(fwl_needs_frames(&parameters).most, 3);
    parameters.codec_id = AV_CODEC_ID_VP9;
    assert_in_range(fwl_needs_frames(&parameters).usual, 4, 6);
    assert_in_range(fwl_needs_frames(&parameters).most, 9, 11);
}

/* Headers that end anywhere, or hold anything, are read no further than they go. */
static void broken_headers_do_no_harm(void)
{
    static const enum AVCodecID ids[] = {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC};
    AVCodecParameters *parameters = parameters_of("libx264", "x264-params", "ref=2");
    later(free_parameters, &parameters);
    for (int box = 0; box < 2; box++) {
        for (int size = 0; size <= parameters->extradata_size; size++) {
            uint8_t *copy = need(av_memdup(parameters->extradata, (size_t)size + 1));
            later(free_copy, &copy);
            for (int i = 0; i < 3 * size; i++) {
                AVCodecParameters broken = {
                    .codec_id = ids[i % 2],
                    .extradata = copy,
                    .extradata_size = size,
                };
                assert_in_range(fwl_needs_frames(&broken).most, 1, 18);
                assert_in_range(fwl_needs_allowed(&broken), 18, 18);
                copy[(i * 7) % size] ^= (uint8_t)(1 << i % 8);
            }
        }
        if (box == 0)
            put_length_before(parameters);
    }
}

/* What codecs really hold: a counted reference stands in the place of each buffer. */

enum { PICTURES = 90, PICTURES_FEW = 8 };

static int live, most_live;

static void let_go(void *opaque, uint8_t *data)
{
    (void)data;
    AVBufferRef *real = opaque;
    av_buffer_unref(&real);
    live--;
}

static void count(AVBufferRef **buffer)
{
    AVBufferRef *real = *buffer;
    *buffer = need(av_buffer_create(real->data, real->size, let_go, real, 0));
    live++;
}

static void note_live(void)
{
    most_live = live > most_live ? live : most_live;
}

static int get_counted_buffer(AVCodecContext *context, AVFrame *frame, int flags)
{
    const int err = avcodec_default_get_buffer2(context, frame, flags);
    if (err >= 0)
        count(&frame->buf[0]);
    note_live();
    return err;
}

/* A picture that is another one each time, in one buffer. */
static void make_picture(AVFrame *frame, const AVCodecContext *encoder, int number)
{
    frame->format = encoder->pix_fmt;
    frame->width = encoder->width;
    frame->height = encoder->height;
    frame->pts = number;
    const int stride = FFALIGN(encoder->width, 64);
    const int size = av_image_get_buffer_size(encoder->pix_fmt, stride, encoder->height, 1);
    frame->buf[0] = need(av_buffer_alloc((size_t)size + 4096));
    memset(frame->buf[0]->data, number * 5, frame->buf[0]->size);
    memset(frame->buf[0]->data + number * 64 % (size / 2), 200, 300);
    assert_true(av_image_fill_linesizes(frame->linesize, encoder->pix_fmt, stride) >= 0);
    assert_true(av_image_fill_pointers(frame->data, encoder->pix_fmt, encoder->height,
                                       frame->buf[0]->data, frame->linesize) >= 0);
}

/* The most that an encoder holds between two pictures. */
static int held_by_encoder(AVCodecContext *encoder)
{
    AVFrame *frame = need(av_frame_alloc());
    AVPacket *packet = need(av_packet_alloc());
    live = most_live = 0;
    for (int i = 0; i < PICTURES_FEW; i++) {
        make_picture(frame, encoder, i);
        count(&frame->buf[0]);
        assert_true(avcodec_send_frame(encoder, frame) >= 0);
        av_frame_unref(frame);
        while (avcodec_receive_packet(encoder, packet) >= 0)
            av_packet_unref(packet);
        note_live();
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    return most_live;
}

static void give_decoder(AVCodecContext *decoder, const AVPacket *packet)
{
    AVFrame *frame = need(av_frame_alloc());
    assert_true(avcodec_send_packet(decoder, packet) >= 0);
    while (avcodec_receive_frame(decoder, frame) >= 0)
        av_frame_unref(frame);
    av_frame_free(&frame);
}

static void decode_what_is_encoded(AVCodecContext *encoder, AVCodecContext *decoder)
{
    AVFrame *frame = need(av_frame_alloc());
    AVPacket *packet = need(av_packet_alloc());
    live = most_live = 0;
    for (int i = 0; i <= PICTURES; i++) {
        if (i < PICTURES)
            make_picture(frame, encoder, i);
        assert_true(avcodec_send_frame(encoder, i < PICTURES ? frame : NULL) >= 0);
        av_frame_unref(frame);
        while (avcodec_receive_packet(encoder, packet) >= 0) {
            give_decoder(decoder, packet);
            av_packet_unref(packet);
        }
    }
    give_decoder(decoder, NULL);
    av_frame_free(&frame);
    av_packet_free(&packet);
}

/* Not open yet. */
static AVCodecContext *encoder_of(const AVCodec *codec, int width, int height)
{
    AVCodecContext *context = need(avcodec_alloc_context3(codec));
    context->width = width;
    context->height = height;
    context->time_base = (AVRational){1, 25};
    const enum AVPixelFormat *formats = fwl_av_pixel_formats(codec);
    context->pix_fmt = formats ? formats[0] : AV_PIX_FMT_YUV420P;
    context->thread_count = 1;
    context->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    return context;
}

static void expect_decoder_within_need(const char *name, const char *key, const char *value)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    if (!codec)
        skip_case("libavcodec has no such encoder");
    AVCodecContext *encoder = encoder_of(codec, 128, 96);
    later(free_context, &encoder);
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    assert_int_equal(av_opt_set(encoder, key, value, AV_OPT_SEARCH_CHILDREN), 0);
    assert_int_equal(avcodec_open2(encoder, codec, NULL), 0);
    AVCodecParameters *parameters = need(avcodec_parameters_alloc());
    later(free_parameters, &parameters);
    assert_true(avcodec_parameters_from_context(parameters, encoder) >= 0);
    const AVCodec *found = need(avcodec_find_decoder(codec->id));
    AVCodecContext *decoder = need(avcodec_alloc_context3(found));
    later(free_context, &decoder);
    assert_true(avcodec_parameters_to_context(decoder, parameters) >= 0);
    decoder->thread_count = 1;
    decoder->get_buffer2 = get_counted_buffer;
    assert_int_equal(avcodec_open2(decoder, found, NULL), 0);
    decode_what_is_encoded(encoder, decoder);
    assert_in_range(most_live, 1, fwl_needs_frames(parameters).most);
}

static void h264_decoders_hold_no_more_than_is_said(void)
{
    expect_decoder_within_need("libx264", "x264-params", "ref=1:bframes=0");
    expect_decoder_within_need("libx264", "x264-params", "ref=3:bframes=3:b-pyramid=none");
    expect_decoder_within_need("libx264", "x264-params", "ref=4:bframes=5:keyint=37:open-gop=1");
    expect_decoder_within_need("libx264", "x264-params", "ref=16:bframes=1");
}

static void hevc_decoders_hold_no_more_than_is_said(void)
{
    expect_decoder_within_need("libx265", "x265-params", "ref=1:bframes=0:log-level=0");
    expect_decoder_within_need("libx265", "x265-params", "ref=4:bframes=4:keyint=37:log-level=0");
}

static void other_decoders_hold_no_more_than_is_said(void)
{
    static const char *const names[] = {"mpeg1video", "mpeg2video", "mpeg4", "flv",  "libtheora",
                                        "libvpx",     "mjpeg",      "ffv1",  "snow", "libvpx-vp9"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const bool is_mpeg = strncmp(names[i], "mpeg", 4) == 0;
        expect_decoder_within_need(names[i], is_mpeg ? "bf" : "threads", is_mpeg ? "3" : "1");
    }
}

static void expect_encoder_within_need(const char *name, int width)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    if (!codec)
        return; /* FFmpeg was built without it */
    AVCodecContext *encoder = encoder_of(codec, width, 288);
    later(free_context, &encoder);
    assert_int_equal(avcodec_open2(encoder, codec, NULL), 0);
    assert_in_range(held_by_encoder(encoder), 0, fwl_needs_encoder_frames(codec, width));
}

/* At rows that some encoders work on in place, too. */
static void encoders_hold_no_more_than_is_said(void)
{
    static const char *const names[] = {"mpeg1video", "mpeg2video", "mpeg4",  "mjpeg",    "flv",
                                        "h263p",      "msmpeg4",    "wmv2",   "ffv1",     "huffyuv",
                                        "png",        "apng",       "gif",    "qtrle",    "prores",
                                        "snow",       "libx264",    "libvpx", "libtheora"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_encoder_within_need(names[i], 320);
        expect_encoder_within_need(names[i], 352);
    }
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        /* Nothing is allocated from a pool here. */
        CASE_ONCE(h264_says_how_many_references_it_has),
        CASE_ONCE(hevc_says_how_large_its_buffer_is),
        CASE_ONCE(the_box_of_mp4_is_read_too),
        CASE_ONCE(without_a_header_the_most_that_is_allowed_counts),
        CASE_ONCE(other_codecs_have_it_in_their_format),
        CASE_ONCE(broken_headers_do_no_harm),
        CASE_ONCE(h264_decoders_hold_no_more_than_is_said),
        CASE_ONCE(hevc_decoders_hold_no_more_than_is_said),
        CASE_ONCE(other_decoders_hold_no_more_than_is_said),
        CASE_ONCE(encoders_hold_no_more_than_is_said),
    };
    return run_cases("transcode_needs", cases, sizeof cases / sizeof cases[0], argc, argv);
}
