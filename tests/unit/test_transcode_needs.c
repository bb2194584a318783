/* SPDX-License-Identifier: BSD-2-Clause */
/* How many frames a decoder holds, read from headers that encoders wrote. */
#include <string.h>

#include <libavcodec/avcodec.h>
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
    return fwl_needs_frames(parameters);
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
    assert_in_range(fwl_needs_frames(few), 2, 4);
    assert_in_range(fwl_needs_frames(many), 6, 8);
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
    assert_int_equal(fwl_needs_frames(parameters), 5);
}

static void without_a_header_the_most_that_is_allowed_counts(void)
{
    AVCodecParameters parameters = {
        .codec_id = AV_CODEC_ID_H264,
        .width = 3840,
        .height = 2160,
    };
    assert_int_equal(fwl_needs_frames(&parameters), 5 + 1);
    parameters.width = 176;
    parameters.height = 144;
    assert_int_equal(fwl_needs_frames(&parameters), 16 + 1);
}

static void other_codecs_have_it_in_their_format(void)
{
    AVCodecParameters parameters = {.codec_id = AV_CODEC_ID_MJPEG};
    assert_int_equal(fwl_needs_frames(&parameters), 1);
    parameters.codec_id = AV_CODEC_ID_MPEG2VIDEO;
    assert_int_equal(fwl_needs_frames(&parameters), 3);
    parameters.codec_id = AV_CODEC_ID_VP9;
    assert_int_equal(fwl_needs_frames(&parameters), 9);
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
                assert_in_range(fwl_needs_frames(&broken), 1, 17);
                copy[(i * 7) % size] ^= (uint8_t)(1 << i % 8);
            }
        }
        if (box == 0)
            put_length_before(parameters);
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
    };
    return run_cases("transcode_needs", cases, sizeof cases / sizeof cases[0], argc, argv);
}
