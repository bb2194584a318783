/* SPDX-License-Identifier: BSD-2-Clause */
/* What av_names.h has beyond names: errors, texts, and blocks that grow. That each name stands for
 * what it should is held by tests/tree/check_av_names.py. */
#include "case.h"
#include "framewell/av_names.h"

static void close_block(void *object)
{
    av_freep(object);
}

static void types_and_constants_are_ours(void)
{
    FwlPacket ours = {.pts = AV_NOPTS_VALUE, .flags = AV_PKT_FLAG_KEY};
    AVPacket *theirs = &ours;
    struct AVPacket *tagged = theirs;
    const enum AVPixelFormat format = FWL_PIX_FMT_NV12;
    const AVRational base = AV_TIME_BASE_Q, called = av_get_time_base_q();
    const AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    assert_int_equal(tagged->pts, FWL_NOPTS_VALUE);
    assert_int_equal(format, AV_PIX_FMT_NV12);
    assert_int_equal(base.den, called.den);
    assert_int_equal(stereo.nb_channels, 2);
    assert_int_equal(AV_PIX_FMT_YUV420P10, FWL_PIX_FMT_YUV420P10);
}

static void errors_are_ours(void)
{
    assert_int_equal(AVERROR(ENOMEM), FWL_E_NOMEM);
    assert_int_equal(AVERROR(EINVAL), FWL_E_INVALID);
    assert_int_equal(AVUNERROR(FWL_E_AGAIN), EAGAIN);
    assert_int_equal(AVERROR_EOF, FWL_E_EOF);
    assert_int_equal(AVERROR_INVALIDDATA, FWL_E_DATA);
    assert_int_equal(AVERROR_EXIT, FWL_E_ABORTED);
    assert_int_equal(AVERROR_PATCHWELCOME, FWL_E_UNSUPPORTED);
    assert_string_equal(av_err2str(AVERROR_EOF), "end of stream");
    char text[AV_ERROR_MAX_STRING_SIZE];
    assert_ptr_equal(av_make_error_string(text, sizeof text, AVERROR_EOF), text);
    assert_string_equal(text, "end of stream");
    /* None is longer than what programs have room for. */
#define FITS(name, value, words) assert_true(sizeof words <= AV_ERROR_MAX_STRING_SIZE);
    FWL_STATUS_LIST(FITS)
#undef FITS
}

static void growing_blocks_keep_their_size_in_an_unsigned(void)
{
    struct {
        unsigned size, behind;
    } kept = {0, 0x5a5a5a5a};
    uint8_t *block = NULL;
    later(close_block, &block);
    av_fast_malloc(&block, &kept.size, 320);
    need(block);
    assert_int_equal(kept.size, 320 + 20 + 32);
    av_fast_mallocz(&block, &kept.size, 400);
    need(block);
    assert_int_equal(block[399], 0);
    av_fast_padded_malloc(&block, &kept.size, 500);
    need(block);
    assert_int_equal(block[500 + AV_INPUT_BUFFER_PADDING_SIZE - 1], 0);
    av_fast_padded_mallocz(&block, &kept.size, 600);
    need(block);
    assert_int_equal(kept.size, 664 + 41 + 32);
    uint8_t *larger = av_fast_realloc(block, &kept.size, 800);
    if (larger)
        block = larger;
    assert_int_equal(kept.size, larger ? 800 + 50 + 32 : 0);
    assert_int_equal(kept.behind, 0x5a5a5a5a);
}

static void growing_blocks_keep_their_size_in_a_size_t(void)
{
    size_t sizes[2] = {0, 7}, *next = sizes;
    void *block = NULL;
    later(close_block, &block);
    av_fast_malloc(&block, next++, 320);
    need(block);
    assert_int_equal(sizes[0], 372);
    assert_int_equal(sizes[1], 7);
    assert_ptr_equal(next, sizes + 1); /* evaluated once */
}

static void small_helpers_compute(void)
{
    static const int five[5] = {0};
    assert_int_equal(FFMIN(2, 3) + 10 * FFMAX(2, 3), 32);
    assert_int_equal(FFALIGN(33, 16), 48);
    assert_int_equal(FF_ARRAY_ELEMS(five), 5);
    assert_int_equal(AV_CEIL_RSHIFT(5, 1), 3);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(types_and_constants_are_ours),
        CASE(errors_are_ours),
        CASE(growing_blocks_keep_their_size_in_an_unsigned),
        CASE(growing_blocks_keep_their_size_in_a_size_t),
        CASE(small_helpers_compute),
    };
    return run_cases("av_names", cases, sizeof cases / sizeof cases[0], argc, argv);
}
