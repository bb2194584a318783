/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures and sound in memory of their own: the last functions of frame.h. */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/frame.h"
#include "framewell/image.h"
#include "framewell/mem.h"

static void free_first(void *planes)
{
    fwl_freep(planes);
}

static void a_picture_has_aligned_rows_in_one_block(void)
{
    uint8_t *data[4];
    int linesize[4];
    later(free_first, &data[0]);
    const int size =
        (int)need_ok(fwl_image_alloc(data, linesize, 300, 300, FWL_PIX_FMT_YUV420P, 16));
    assert_int_equal(size, 139200);
    assert_int_equal(linesize[0], 304);
    assert_int_equal(linesize[1], 160);
    assert_int_equal(linesize[2], 160);
    assert_int_equal(linesize[3], 0);
    assert_ptr_equal(data[1], data[0] + 304 * 300);
    assert_ptr_equal(data[2], data[1] + 160 * 150);
    assert_null(data[3]);
    assert_true(fwl_usable_size(data[0]) >= (size_t)size + 16);
    memset(data[0], 0x55, (size_t)size);
}

static void from_align_8_on_rows_are_whole_groups_of_8_pixels(void)
{
    uint8_t *data[4];
    int linesize[4];
    later(free_first, &data[0]);
    need_ok(fwl_image_alloc(data, linesize, 9, 2, FWL_PIX_FMT_RGB24, 8));
    assert_int_equal(linesize[0], 48);
    fwl_freep(&data[0]);
    need_ok(fwl_image_alloc(data, linesize, 9, 2, FWL_PIX_FMT_RGB24, 1));
    assert_int_equal(linesize[0], 27);
}

static void a_palette_has_its_place(void)
{
    uint8_t *data[4];
    int linesize[4];
    later(free_first, &data[0]);
    const int size = (int)need_ok(fwl_image_alloc(data, linesize, 5, 3, FWL_PIX_FMT_PAL8, 4));
    assert_int_equal(size, 8 * 3 + FWL_PALETTE_SIZE);
    assert_ptr_equal(data[1], data[0] + 24);
}

static void pictures_that_make_no_sense_are_refused(void)
{
    static const struct {
        enum FwlPixelFormat format;
        int width, height, align, code;
    } rows[] = {
        {FWL_PIX_FMT_NONE, 8, 8, 1, FWL_E_INVALID},
        {FWL_PIX_FMT_VAAPI, 8, 8, 1, FWL_E_INVALID},
        {FWL_PIX_FMT_GRAY8, 0, 8, 1, FWL_E_INVALID},
        {FWL_PIX_FMT_GRAY8, 8, -1, 1, FWL_E_INVALID},
        {FWL_PIX_FMT_GRAY8, INT_MAX, 8, 1, FWL_E_RANGE},
        {FWL_PIX_FMT_GRAY8, 8, 8, 0, FWL_E_INVALID},
        {FWL_PIX_FMT_GRAY8, 8, 8, 3, FWL_E_INVALID},
        {FWL_PIX_FMT_GRAY8, 8, 8, 1 << 29, FWL_E_RANGE},
        {FWL_PIX_FMT_PAL8, 8, 8, 2, FWL_E_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t byte, *data[4] = {&byte, &byte, &byte, &byte};
        int linesize[4] = {1, 1, 1, 1};
        expect_code(fwl_image_alloc(data, linesize, rows[i].width, rows[i].height, rows[i].format,
                                    rows[i].align),
                    rows[i].code);
        for (int plane = 0; plane < 4; plane++) {
            assert_null(data[plane]);
            assert_int_equal(linesize[plane], 0);
        }
    }
}

static void samples_begin_silent(void)
{
    uint8_t *data[2] = {NULL};
    int linesize;
    later(free_first, &data[0]);
    const int size =
        (int)need_ok(fwl_samples_alloc(data, &linesize, 2, 100, FWL_SAMPLE_FMT_U8P, 0));
    assert_int_equal(linesize, 128);
    assert_int_equal(size, 256);
    assert_ptr_equal(data[1], data[0] + 128);
    for (int i = 0; i < 100; i++)
        assert_int_equal(data[1][i], 0x80);
}

static void without_memory_for_samples_nothing_is_given(void)
{
    uint8_t *data[1] = {NULL};
    int linesize = 1;
    later(free_first, &data[0]);
    if (fwl_samples_alloc(data, &linesize, 2, 100, FWL_SAMPLE_FMT_S16, 1) < 0) {
        assert_null(data[0]);
        assert_int_equal(linesize, 0);
        return;
    }
    assert_int_equal(linesize, 400);
}

static void an_array_comes_with_its_samples(void)
{
    uint8_t **data;
    int linesize;
    if (fwl_samples_alloc_array_and_samples(&data, &linesize, 12, 50, FWL_SAMPLE_FMT_FLTP, 32) <
        0) {
        assert_null(data);
        assert_int_equal(linesize, 0);
        return;
    }
    assert_int_equal(linesize, 224);
    assert_ptr_equal(data[11], data[0] + 11 * 224);
    assert_int_equal(data[11][199], 0);
    fwl_freep(&data[0]);
    fwl_freep(&data);
}

static void sound_that_makes_no_sense_is_refused(void)
{
    static const struct {
        enum FwlSampleFormat format;
        int channels, samples, align, code;
    } rows[] = {
        {FWL_SAMPLE_FMT_NONE, 1, 1, 0, FWL_E_INVALID},
        {FWL_SAMPLE_FMT_S16, 0, 1, 0, FWL_E_INVALID},
        {FWL_SAMPLE_FMT_S16, 1, -1, 0, FWL_E_INVALID},
        {FWL_SAMPLE_FMT_S16, 1, 1, 3, FWL_E_INVALID},
        {FWL_SAMPLE_FMT_DBLP, INT_MAX, INT_MAX, 0, FWL_E_RANGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t byte, *planes[1] = {&byte}, **array = planes;
        int linesize = 1;
        expect_code(fwl_samples_alloc(planes, &linesize, rows[i].channels, rows[i].samples,
                                      rows[i].format, rows[i].align),
                    rows[i].code);
        assert_ptr_equal(planes[0], &byte);
        assert_int_equal(linesize, 0);
        expect_code(fwl_samples_alloc_array_and_samples(&array, NULL, rows[i].channels,
                                                        rows[i].samples, rows[i].format,
                                                        rows[i].align),
                    rows[i].code);
        assert_null(array);
    }
}

static void picture_types_have_letters(void)
{
    static const char letters[] = "?IPBSipb?";
    for (int i = 0; i < 9; i++)
        assert_int_equal(fwl_get_picture_type_char((enum FwlPictureType)i), letters[i]);
    assert_int_equal(fwl_get_picture_type_char((enum FwlPictureType) - 1), '?');
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_picture_has_aligned_rows_in_one_block),
        CASE(from_align_8_on_rows_are_whole_groups_of_8_pixels),
        CASE(a_palette_has_its_place),
        CASE(pictures_that_make_no_sense_are_refused),
        CASE(samples_begin_silent),
        CASE(without_memory_for_samples_nothing_is_given),
        CASE(an_array_comes_with_its_samples),
        CASE(sound_that_makes_no_sense_is_refused),
        CASE(picture_types_have_letters),
    };
    return run_cases("plane memory", cases, sizeof cases / sizeof cases[0], argc, argv);
}
