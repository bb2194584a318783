/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "framewell/image.h"
#include "framewell/log.h"

static void expect_four(const int got[4], int a, int b, int c, int d)
{
    const int expected[4] = {a, b, c, d};
    for (int i = 0; i < 4; i++)
        assert_int_equal(got[i], expected[i]);
}

/* Rows and planes */

static void largest_steps_are_those_of_the_widest_component(void)
{
    int steps[4], comps[4];
    fwl_image_fill_max_pixsteps(steps, comps, fwl_pix_fmt_desc_get(FWL_PIX_FMT_YUV420P));
    expect_four(steps, 1, 1, 1, 0);
    expect_four(comps, 0, 1, 2, 0);
    fwl_image_fill_max_pixsteps(steps, comps, fwl_pix_fmt_desc_get(FWL_PIX_FMT_YUYV422));
    expect_four(steps, 4, 0, 0, 0);
    expect_four(comps, 1, 0, 0, 0);
    fwl_image_fill_max_pixsteps(steps, NULL, fwl_pix_fmt_desc_get(FWL_PIX_FMT_RGB4));
    expect_four(steps, 4, 0, 0, 0);
}

static void linesizes_are_the_bytes_of_a_row(void)
{
    int linesizes[4];
    assert_int_equal(fwl_image_fill_linesizes(linesizes, FWL_PIX_FMT_YUV420P, 300), 0);
    expect_four(linesizes, 300, 150, 150, 0);
    assert_int_equal(fwl_image_fill_linesizes(linesizes, FWL_PIX_FMT_UYVY422, 300), 0);
    expect_four(linesizes, 600, 0, 0, 0);
    assert_int_equal(fwl_image_fill_linesizes(linesizes, FWL_PIX_FMT_YUVA420P10, 3), 0);
    expect_four(linesizes, 6, 4, 4, 6);
    assert_int_equal(fwl_image_get_linesize(FWL_PIX_FMT_MONOBLACK, 9, 0), 2);
    assert_int_equal(fwl_image_get_linesize(FWL_PIX_FMT_RGB4, 3, 0), 2);
    assert_int_equal(fwl_image_get_linesize(FWL_PIX_FMT_UYYVYY411, 5, 0), 12);
    assert_int_equal(fwl_image_get_linesize(FWL_PIX_FMT_NV12, 3, 2), 0);
}

static void a_linesize_of_nonsense_is_refused(void)
{
    int linesizes[4] = {1, 1, 1, 1};
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_NONE, 8, 0), FWL_E_INVALID);
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_VAAPI, 8, 0), FWL_E_INVALID);
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_GRAY8, -1, 0), FWL_E_INVALID);
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_GRAY8, 8, 4), FWL_E_INVALID);
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_GRAY8, 8, -1), FWL_E_INVALID);
    expect_code(fwl_image_fill_linesizes(linesizes, FWL_PIX_FMT_GRAY8, -1), FWL_E_INVALID);
    expect_code(fwl_image_fill_linesizes(linesizes, FWL_PIX_FMT_NONE, 8), FWL_E_INVALID);
    expect_four(linesizes, 0, 0, 0, 0);
}

static void a_row_that_does_not_fit_is_out_of_range(void)
{
    int linesizes[4] = {1, 1, 1, 1};
    assert_int_equal(fwl_image_get_linesize(FWL_PIX_FMT_GRAY8, INT_MAX, 0), INT_MAX);
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_RGB24, INT_MAX / 3 + 1, 0), FWL_E_RANGE);
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_YUV420P, INT_MAX, 1), FWL_E_RANGE);
    expect_code(fwl_image_get_linesize(FWL_PIX_FMT_RGB4, INT_MAX / 4 + 1, 0), FWL_E_RANGE);
    expect_code(fwl_image_fill_linesizes(linesizes, FWL_PIX_FMT_YUV420P, INT_MAX), FWL_E_RANGE);
    expect_four(linesizes, 0, 0, 0, 0);
}

static void planes_are_linesize_times_rows(void)
{
    const ptrdiff_t linesizes[4] = {304, 160, 160, 0};
    size_t sizes[4];
    assert_int_equal(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_YUV420P, 3, linesizes), 0);
    assert_int_equal(sizes[0], 912);
    assert_int_equal(sizes[1], 320);
    assert_int_equal(sizes[3], 0);
    assert_int_equal(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_PAL8, 3, linesizes), 0);
    assert_int_equal(sizes[0], 912);
    assert_int_equal(sizes[1], FWL_PALETTE_SIZE);
}

static void plane_sizes_of_nonsense_are_refused(void)
{
    const ptrdiff_t linesizes[4] = {4, 4, -4, 0}, huge[4] = {PTRDIFF_MAX, 4, 4, 4};
    size_t sizes[4] = {1};
    expect_code(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_CUDA, 3, linesizes), FWL_E_INVALID);
    expect_code(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_GRAY8, 0, linesizes), FWL_E_INVALID);
    expect_code(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_GRAY8, -1, linesizes),
                FWL_E_INVALID);
    expect_code(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_YUV444P, 1, linesizes),
                FWL_E_INVALID);
    expect_code(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_GRAY8, 3, huge), FWL_E_RANGE);
    expect_code(fwl_image_fill_plane_sizes(sizes, FWL_PIX_FMT_YUV420P, INT_MAX, linesizes),
                FWL_E_RANGE);
    assert_int_equal(sizes[0], 0);
}

static void pointers_follow_each_other(void)
{
    static uint8_t memory[64];
    const int linesizes[4] = {8, 4, 4, 0};
    uint8_t *data[4];
    assert_int_equal(fwl_image_fill_pointers(data, FWL_PIX_FMT_YUV420P, 4, memory, linesizes), 48);
    assert_ptr_equal(data[0], memory);
    assert_ptr_equal(data[1], memory + 32);
    assert_ptr_equal(data[2], memory + 40);
    assert_null(data[3]);
    assert_int_equal(fwl_image_fill_pointers(data, FWL_PIX_FMT_YUV420P, 4, NULL, linesizes), 48);
    assert_null(data[0]);
    const int with_alpha[4] = {8, 4, 4, 8};
    assert_int_equal(fwl_image_fill_pointers(data, FWL_PIX_FMT_YUVA420P, 2, memory, with_alpha),
                     40);
    assert_ptr_equal(data[3], memory + 24);
    expect_code(fwl_image_fill_pointers(data, FWL_PIX_FMT_YUV420P, 0, memory, linesizes),
                FWL_E_INVALID);
    assert_null(data[0]);
}

static void planes_above_int_max_together_are_out_of_range(void)
{
    static uint8_t memory[1];
    const int linesizes[4] = {1 << 20, 1 << 20, 1 << 20, 0};
    uint8_t *data[4] = {memory};
    expect_code(fwl_image_fill_pointers(data, FWL_PIX_FMT_YUV444P, 1000, memory, linesizes),
                FWL_E_RANGE);
    assert_null(data[0]);
}

/* Whole pictures */

static void a_buffer_holds_rows_rounded_up(void)
{
    assert_int_equal(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, 300, 1), 135000);
    assert_int_equal(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, 300, 16), 139200);
    assert_int_equal(fwl_image_get_buffer_size(FWL_PIX_FMT_PAL8, 10, 10, 1), 1124);
    assert_int_equal(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 3840, 2160, 64), 12441600);
}

static void a_buffer_of_nonsense_is_refused(void)
{
    static const int aligns[] = {0, -1, 3, 24, INT_MIN, INT_MAX};
    for (size_t i = 0; i < sizeof aligns / sizeof aligns[0]; i++)
        expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, 300, aligns[i]),
                    FWL_E_INVALID);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_NONE, 300, 300, 1), FWL_E_INVALID);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_VDPAU, 300, 300, 1), FWL_E_INVALID);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 0, 300, 1), FWL_E_INVALID);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, -300, 1), FWL_E_INVALID);
}

static void a_buffer_that_does_not_fit_is_out_of_range(void)
{
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, INT_MAX, 1, 1), FWL_E_RANGE);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 1, INT_MAX, 1), FWL_E_RANGE);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, 300, 1 << 29), FWL_E_RANGE);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_GRAY8, 1, 1, 1 << 29), FWL_E_RANGE);
    expect_code(fwl_image_get_buffer_size(FWL_PIX_FMT_RGBA64, 16000, 16000, 1 << 18), FWL_E_RANGE);
    assert_int_equal(fwl_image_get_buffer_size(FWL_PIX_FMT_GRAY8, 1, 1, FWL_IMAGE_ALIGN_MAX),
                     FWL_IMAGE_ALIGN_MAX);
}

static void arrays_are_filled_for_a_buffer(void)
{
    static uint8_t memory[16];
    uint8_t *data[4];
    int linesize[4];
    assert_int_equal(
        fwl_image_fill_arrays(data, linesize, memory, FWL_PIX_FMT_YUV420P, 300, 300, 16), 139200);
    expect_four(linesize, 304, 160, 160, 0);
    assert_int_equal(data[1] - data[0], 91200);
    assert_int_equal(
        fwl_image_fill_arrays(data, linesize, NULL, FWL_PIX_FMT_YUV420P, 300, 300, 16), 139200);
    expect_four(linesize, 304, 160, 160, 0);
    assert_null(data[0]);
    data[0] = memory;
    expect_code(fwl_image_fill_arrays(data, linesize, memory, FWL_PIX_FMT_YUV420P, 300, 300, 3),
                FWL_E_INVALID);
    assert_null(data[0]);
    expect_four(linesize, 0, 0, 0, 0);
}

static char heard[128];

static void hear(void *avcl, int level, const char *fmt, va_list args)
{
    (void)avcl;
    (void)level;
    vsnprintf(heard, sizeof heard, fmt, args);
}

static void a_size_that_cannot_be_is_refused_and_logged(void)
{
    assert_int_equal(fwl_image_check_size(1920, 1080, 0, NULL), 0);
    expect_code(fwl_image_check_size(0, 1080, 0, NULL), FWL_E_INVALID);
    expect_code(fwl_image_check_size(1920, 0, 0, NULL), FWL_E_INVALID);
    expect_code(fwl_image_check_size(1u << 31, 1, 0, NULL), FWL_E_RANGE);
    expect_code(fwl_image_check_size(1, UINT_MAX, 0, NULL), FWL_E_RANGE);
    expect_code(fwl_image_check_size(16383, 16383, 0, NULL), FWL_E_RANGE);
    fwl_log_set_callback(hear);
    const int err =
        fwl_image_check_size2(1920, 1080, 1000000, FWL_PIX_FMT_YUV420P, 0, NULL);
    fwl_log_set_callback(NULL);
    expect_code(err, FWL_E_LIMIT);
    assert_string_equal(
        heard, "a picture of 1920x1080 has more than the 1000000 pixels that are allowed\n");
    assert_int_equal(
        fwl_image_check_size2(16383, 16383, INT64_MAX, FWL_PIX_FMT_GRAY8, 0, NULL), 0);
}

static void a_pixel_shape_that_leaves_no_pixel_is_refused(void)
{
    assert_int_equal(fwl_image_check_sar(720, 576, (FwlRational){64, 45}), 0);
    assert_int_equal(fwl_image_check_sar(720, 576, (FwlRational){0, 1}), 0);
    assert_int_equal(fwl_image_check_sar(720, 576, (FwlRational){1, 1}), 0);
    expect_code(fwl_image_check_sar(720, 576, (FwlRational){1, 0}), FWL_E_INVALID);
    expect_code(fwl_image_check_sar(720, 576, (FwlRational){-1, 1}), FWL_E_INVALID);
    expect_code(fwl_image_check_sar(720, 576, (FwlRational){1, 721}), FWL_E_INVALID);
    expect_code(fwl_image_check_sar(720, 576, (FwlRational){577, 1}), FWL_E_INVALID);
}

/* Copying */

static void a_plane_is_copied_without_its_padding(void)
{
    const uint8_t src[8] = {1, 2, 9, 9, 3, 4, 9, 9};
    uint8_t dst[6] = {0, 0, 7, 0, 0, 7};
    assert_int_equal(fwl_image_copy_plane(dst, 3, src, 4, 2, 2), 0);
    assert_memory_equal(dst, "\1\2\7\3\4\7", 6);
}

static void a_negative_linesize_turns_a_plane_over(void)
{
    const uint8_t src[4] = {1, 2, 3, 4};
    uint8_t dst[4] = {0};
    assert_int_equal(fwl_image_copy_plane(dst + 2, -2, src, 2, 2, 2), 0);
    assert_memory_equal(dst, "\3\4\1\2", 4);
    assert_int_equal(fwl_image_copy_plane_uc_from(dst, 2, src + 2, -2, 2, 2), 0);
    assert_memory_equal(dst, "\3\4\1\2", 4);
}

static void a_plane_that_cannot_be_copied_is_left_alone(void)
{
    const uint8_t src[8] = {1, 1, 1, 1};
    uint8_t dst[8] = {0};
    expect_code(fwl_image_copy_plane(NULL, 4, src, 4, 4, 1), FWL_E_INVALID);
    expect_code(fwl_image_copy_plane(dst, 4, NULL, 4, 4, 1), FWL_E_INVALID);
    expect_code(fwl_image_copy_plane(dst, 4, src, 4, -1, 1), FWL_E_INVALID);
    expect_code(fwl_image_copy_plane(dst, 4, src, 4, 4, -1), FWL_E_INVALID);
    expect_code(fwl_image_copy_plane(dst, 3, src, 4, 4, 1), FWL_E_INVALID);
    expect_code(fwl_image_copy_plane(dst, 4, src, -3, 4, 1), FWL_E_INVALID);
    assert_int_equal(fwl_image_copy_plane(dst, 4, src, 4, 4, 0), 0);
    assert_int_equal(fwl_image_copy_plane(dst, 0, src, 0, 0, 3), 0);
    assert_memory_equal(dst, "\0\0\0\0\0\0\0\0", 8);
}

/* A 4:2:0 picture of 3x3 in 2 layouts. */
static void fill_small(uint8_t memory[32])
{
    for (int i = 0; i < 32; i++)
        memory[i] = (uint8_t)(i + 1);
}

static void a_picture_is_copied_with_rounded_up_chroma(void)
{
    uint8_t src[32], dst[32] = {0};
    fill_small(src);
    const uint8_t *const from[4] = {src, src + 12, src + 16};
    uint8_t *const to[4] = {dst, dst + 9, dst + 13};
    const int from_line[4] = {4, 2, 2}, to_line[4] = {3, 2, 2};
    assert_int_equal(fwl_image_copy(to, to_line, from, from_line, FWL_PIX_FMT_YUV420P, 3, 3), 0);
    assert_memory_equal(dst, "\1\2\3\5\6\7\11\12\13\15\16\17\20\21\22\23\24\0", 18);
}

static void a_palette_is_copied_with_its_picture(void)
{
    static uint8_t palette[FWL_PALETTE_SIZE], copy[FWL_PALETTE_SIZE];
    for (size_t i = 0; i < sizeof palette; i++)
        palette[i] = (uint8_t)(i * 7);
    const uint8_t pixel = 5;
    uint8_t pixel_copy = 0;
    const uint8_t *const from[4] = {&pixel, palette};
    uint8_t *const to[4] = {&pixel_copy, copy};
    const ptrdiff_t line[4] = {1};
    assert_int_equal(fwl_image_copy_uc_from(to, line, from, line, FWL_PIX_FMT_PAL8, 1, 1), 0);
    assert_int_equal(pixel_copy, 5);
    assert_memory_equal(copy, palette, sizeof palette);
}

static void a_picture_that_cannot_be_copied_is_left_alone(void)
{
    uint8_t src[32], dst[32] = {0};
    fill_small(src);
    const uint8_t *const from[4] = {src, src + 12, src + 16}, *const fewer[4] = {src, src + 12};
    uint8_t *const to[4] = {dst, dst + 12, dst + 16};
    const int line[4] = {4, 2, 2}, small[4] = {4, 2, 1};
    expect_code(fwl_image_copy(to, line, from, small, FWL_PIX_FMT_YUV420P, 3, 3), FWL_E_INVALID);
    expect_code(fwl_image_copy(to, small, from, line, FWL_PIX_FMT_YUV420P, 3, 3), FWL_E_INVALID);
    expect_code(fwl_image_copy(to, line, fewer, line, FWL_PIX_FMT_YUV420P, 3, 3), FWL_E_INVALID);
    expect_code(fwl_image_copy(to, line, from, line, FWL_PIX_FMT_VAAPI, 3, 3), FWL_E_INVALID);
    expect_code(fwl_image_copy(to, line, from, line, FWL_PIX_FMT_YUV420P, -3, 3), FWL_E_INVALID);
    expect_code(fwl_image_copy(to, line, from, line, FWL_PIX_FMT_YUV420P, 3, -3), FWL_E_INVALID);
    expect_code(fwl_image_copy(to, line, from, line, FWL_PIX_FMT_YUV420P, INT_MAX, 3), FWL_E_RANGE);
    expect_code(fwl_image_copy(to, line, from, line, FWL_PIX_FMT_YUV420P, 3, INT_MAX), FWL_E_RANGE);
    for (int i = 0; i < 32; i++)
        assert_int_equal(dst[i], 0);
}

static void a_picture_is_packed_into_a_buffer(void)
{
    uint8_t src[32], dst[28];
    fill_small(src);
    memset(dst, 0x2a, sizeof dst);
    const uint8_t *const from[4] = {src, src + 12, src + 16};
    const int line[4] = {4, 2, 2};
    assert_int_equal(
        fwl_image_copy_to_buffer(dst, sizeof dst, from, line, FWL_PIX_FMT_YUV420P, 3, 3, 4), 28);
    assert_memory_equal(dst, "\1\2\3*\5\6\7*\11\12\13*\15\16**\17\20**\21\22**\23\24**", 28);
}

static void a_palette_is_packed_low_byte_first(void)
{
    static uint32_t palette[FWL_PALETTE_COUNT];
    static uint8_t dst[4 + FWL_PALETTE_SIZE];
    palette[1] = 0xff102030;
    const uint8_t pixels[4] = {1, 2, 3, 4};
    const uint8_t *const from[4] = {pixels, (const uint8_t *)palette};
    const int line[4] = {2};
    assert_int_equal(
        fwl_image_copy_to_buffer(dst, sizeof dst, from, line, FWL_PIX_FMT_PAL8, 2, 2, 1), 1028);
    assert_memory_equal(dst, "\1\2\3\4\0\0\0\0\x30\x20\x10\xff", 12);
}

static void a_picture_that_cannot_be_packed_is_refused(void)
{
    uint8_t src[32], dst[28] = {0};
    fill_small(src);
    const uint8_t *const from[4] = {src, src + 12, src + 16}, *const none[4] = {NULL};
    const int line[4] = {4, 2, 2}, small[4] = {2, 2, 2};
    const enum FwlPixelFormat format = FWL_PIX_FMT_YUV420P;
    expect_code(fwl_image_copy_to_buffer(dst, 27, from, line, format, 3, 3, 4), FWL_E_INVALID);
    expect_code(fwl_image_copy_to_buffer(NULL, 28, from, line, format, 3, 3, 4), FWL_E_INVALID);
    expect_code(fwl_image_copy_to_buffer(dst, 28, none, line, format, 3, 3, 4), FWL_E_INVALID);
    expect_code(fwl_image_copy_to_buffer(dst, 28, from, small, format, 3, 3, 4), FWL_E_INVALID);
    expect_code(fwl_image_copy_to_buffer(dst, 28, from, line, format, 3, 3, 3), FWL_E_INVALID);
    assert_int_equal(dst[0], 0);
}

/* Black */

/* One row of 4 pixels, or of what fits, of a format without planes but the first. */
static void expect_black_row(enum FwlPixelFormat format, enum FwlColorRange range, int width,
                             const char *expected, size_t size)
{
    uint8_t row[64];
    memset(row, 0x2a, sizeof row);
    uint8_t *const data[4] = {row};
    const ptrdiff_t line[4] = {32};
    assert_int_equal(fwl_image_fill_black(data, line, format, range, width, 1), 0);
    assert_memory_equal(row, expected, size);
    assert_int_equal(row[size], 0x2a);
}

static void black_is_black_in_every_kind_of_format(void)
{
    const enum FwlColorRange tv = FWL_COL_RANGE_MPEG, pc = FWL_COL_RANGE_JPEG;
    expect_black_row(FWL_PIX_FMT_YUYV422, tv, 2, "\x10\x80\x10\x80", 4);
    expect_black_row(FWL_PIX_FMT_UYVY422, pc, 2, "\x80\0\x80\0", 4);
    expect_black_row(FWL_PIX_FMT_GRAY8, FWL_COL_RANGE_UNSPECIFIED, 2, "\x10\x10", 2);
    expect_black_row(FWL_PIX_FMT_GRAY10LE, tv, 1, "\x40\0", 2);
    expect_black_row(FWL_PIX_FMT_GRAY10BE, tv, 1, "\0\x40", 2);
    expect_black_row(FWL_PIX_FMT_Y210LE, tv, 2, "\0\x10\0\x80\0\x10\0\x80", 8);
    expect_black_row(FWL_PIX_FMT_ARGB, tv, 1, "\xff\0\0\0", 4);
    expect_black_row(FWL_PIX_FMT_RGB565BE, tv, 1, "\0\0", 2);
    expect_black_row(FWL_PIX_FMT_MONOWHITE, tv, 9, "\xff\xff", 2);
    expect_black_row(FWL_PIX_FMT_MONOBLACK, tv, 9, "\0\0", 2);
    expect_black_row(FWL_PIX_FMT_XYZ12LE, tv, 1, "\0\0\0\0\0\0", 6);
    expect_black_row(FWL_PIX_FMT_BAYER_RGGB8, tv, 1, "\0", 1);
    expect_black_row(FWL_PIX_FMT_GRAYF32LE, tv, 1, "\0\0\0\0", 4);
}

static void black_is_opaque_in_every_format_with_alpha(void)
{
    const enum FwlColorRange tv = FWL_COL_RANGE_MPEG;
    expect_black_row(FWL_PIX_FMT_YA8, tv, 1, "\x10\xff", 2);
    expect_black_row(FWL_PIX_FMT_YA16BE, tv, 1, "\x10\0\xff\xff", 4);
    expect_black_row(FWL_PIX_FMT_AYUV64LE, tv, 1, "\xff\xff\0\x10\0\x80\0\x80", 8);
    uint8_t planes[4][4];
    memset(planes, 0x2a, sizeof planes);
    uint8_t *const data[4] = {planes[0], planes[1], planes[2], planes[3]};
    const ptrdiff_t line[4] = {4, 4, 4, 4};
    assert_int_equal(fwl_image_fill_black(data, line, FWL_PIX_FMT_GBRAPF32LE, tv, 1, 1), 0);
    assert_memory_equal(planes, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x3f", 16);
}

static void black_of_a_palette_is_its_darkest_color(void)
{
    static uint32_t palette[FWL_PALETTE_COUNT];
    for (int i = 0; i < FWL_PALETTE_COUNT; i++)
        palette[i] = 0xffffffff;
    palette[9] = 0xff000100;
    uint8_t pixels[2] = {0};
    uint8_t *const data[4] = {pixels, (uint8_t *)palette}, *const without[4] = {pixels};
    const ptrdiff_t line[4] = {2};
    expect_code(fwl_image_fill_black(without, line, FWL_PIX_FMT_PAL8, FWL_COL_RANGE_MPEG, 2, 1),
                FWL_E_INVALID);
    assert_int_equal(
        fwl_image_fill_black(data, line, FWL_PIX_FMT_PAL8, FWL_COL_RANGE_MPEG, 2, 1), 0);
    assert_memory_equal(pixels, "\11\11", 2);
}

static void black_leaves_padding_and_refused_pictures_alone(void)
{
    uint8_t pixels[8] = {0};
    uint8_t *const data[4] = {pixels + 4}, *const none[4] = {NULL};
    const ptrdiff_t line[4] = {-4}, small[4] = {1};
    const enum FwlPixelFormat format = FWL_PIX_FMT_GRAY8;
    const enum FwlColorRange tv = FWL_COL_RANGE_MPEG;
    assert_int_equal(fwl_image_fill_black(data, line, format, tv, 2, 2), 0);
    assert_memory_equal(pixels, "\x10\x10\0\0\x10\x10\0\0", 8);
    expect_code(fwl_image_fill_black(data, small, format, tv, 2, 2), FWL_E_INVALID);
    expect_code(fwl_image_fill_black(none, line, format, tv, 2, 2), FWL_E_INVALID);
    expect_code(fwl_image_fill_black(data, line, format, tv, 0, 2), FWL_E_INVALID);
    expect_code(fwl_image_fill_black(data, line, format, tv, 2, 0), FWL_E_INVALID);
    expect_code(fwl_image_fill_black(data, line, FWL_PIX_FMT_CUDA, tv, 2, 2), FWL_E_INVALID);
    expect_code(fwl_image_fill_black(data, line, FWL_PIX_FMT_RGB24, tv, INT_MAX, 2), FWL_E_RANGE);
    expect_code(fwl_image_fill_black(data, line, FWL_PIX_FMT_YUV440P, tv, 2, INT_MAX), FWL_E_RANGE);
    assert_memory_equal(pixels, "\x10\x10\0\0\x10\x10\0\0", 8);
}

static void black_can_be_asked_for_without_a_picture(void)
{
    for (int i = 0; i < FWL_PIX_FMT_NB; i++) {
        const enum FwlPixelFormat format = (enum FwlPixelFormat)i;
        const bool is_hardware = fwl_pix_fmt_count_planes(format) == 0;
        expect_code(fwl_image_fill_black(NULL, NULL, format, FWL_COL_RANGE_MPEG, 8, 8),
                    is_hardware ? FWL_E_INVALID : 0);
    }
}

/* Single values */

static void values_are_read_and_written_whatever_their_bits(void)
{
    static const struct {
        enum FwlPixelFormat format;
        int component;
        uint16_t most; /* the largest value */
    } rows[] = {
        {FWL_PIX_FMT_GRAY8, 0, 255},     {FWL_PIX_FMT_MONOBLACK, 0, 1},
        {FWL_PIX_FMT_RGB4, 1, 3},        {FWL_PIX_FMT_RGB565LE, 2, 31},
        {FWL_PIX_FMT_RGB565BE, 0, 31},   {FWL_PIX_FMT_P010LE, 2, 1023},
        {FWL_PIX_FMT_X2RGB10BE, 1, 1023}, {FWL_PIX_FMT_YUV420P16BE, 1, 65535},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t memory[4096];
        uint8_t *data[4];
        int linesize[4];
        memset(memory, 0xff, sizeof memory);
        need_ok(fwl_image_fill_arrays(data, linesize, memory, rows[i].format, 32, 4, 1));
        const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(rows[i].format);
        const uint16_t some[3] = {0, rows[i].most, (uint16_t)(rows[i].most / 2)};
        uint32_t wide[3];
        uint16_t got[5];
        fwl_write_image_line(some, data, linesize, desc, 5, 1, rows[i].component, 3);
        fwl_read_image_line(got, (const uint8_t *const *)data, linesize, desc, 4, 1,
                            rows[i].component, 5, 0);
        /* What lies beside them is as it was: all ones. */
        const uint16_t expected[5] = {rows[i].most, some[0], some[1], some[2], rows[i].most};
        assert_memory_equal(got, expected, sizeof expected);
        fwl_read_image_line2(wide, (const uint8_t *const *)data, linesize, desc, 5, 1,
                             rows[i].component, 3, 0, 4);
        assert_int_equal(wide[1], rows[i].most);
    }
}

static void values_of_32_bits_are_read_and_written(void)
{
    uint8_t pixels[8] = {0, 0, 0, 0x80, 0x3f};
    uint8_t *const data[4] = {pixels};
    const uint8_t *const read_only[4] = {pixels};
    const int linesize[4] = {8};
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(FWL_PIX_FMT_GRAYF32LE);
    uint32_t values[2];
    fwl_write_image_line2(&(uint32_t){0x12345678}, data, linesize, desc, 0, 0, 0, 1, 4);
    fwl_read_image_line2(values, read_only, linesize, desc, 0, 0, 0, 2, 0, 4);
    assert_int_equal(values[0], 0x12345678);
    assert_int_equal(values[1], 0x0000003f);
    assert_memory_equal(pixels, "\x78\x56\x34\x12\x3f\0\0\0", 8);
}

static void bits_that_a_component_does_not_have_are_dropped(void)
{
    uint8_t memory[8] = {0};
    uint8_t *data[4];
    int linesize[4];
    const uint32_t large[2] = {0xffffffffu, 2};
    need_ok(fwl_image_fill_arrays(data, linesize, memory, FWL_PIX_FMT_RGB4, 16, 1, 1));
    fwl_write_image_line2(large, data, linesize, fwl_pix_fmt_desc_get(FWL_PIX_FMT_RGB4), 0, 0, 1, 2,
                          4);
    assert_int_equal(memory[0], 0x64); /* r g g b, r g g b: 0 11 0, 0 10 0 */
    assert_int_equal(memory[1], 0);
}

static void a_palette_gives_the_bytes_of_its_colors(void)
{
    uint8_t pixels[4] = {0, 1, 2, 1};
    uint8_t palette[FWL_PALETTE_SIZE] = {10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33};
    const uint8_t *const data[4] = {pixels, palette};
    const int linesize[4] = {4};
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(FWL_PIX_FMT_PAL8);
    uint16_t got[4];
    fwl_read_image_line(got, data, linesize, desc, 0, 0, 0, 4, 0);
    assert_int_equal(got[2], 2);
    fwl_read_image_line(got, data, linesize, desc, 1, 0, 2, 3, 1);
    assert_int_equal(got[0], 22);
    assert_int_equal(got[1], 32);
    assert_int_equal(got[2], 22);
}

static void components_that_are_not_there_are_left_alone(void)
{
    uint8_t pixels[4] = {1, 2, 3, 4};
    uint8_t *const data[4] = {pixels};
    const uint8_t *const read_only[4] = {pixels};
    const int linesize[4] = {4};
    const FwlPixFmtDescriptor *gray = fwl_pix_fmt_desc_get(FWL_PIX_FMT_GRAY8);
    uint16_t got[4] = {7, 7, 7, 7};
    fwl_read_image_line(got, read_only, linesize, gray, 0, 0, 1, 4, 0);
    fwl_read_image_line(got, read_only, linesize, gray, 0, 0, -1, 4, 0);
    fwl_read_image_line(got, read_only, linesize, gray, 0, 0, 4, 4, 1);
    fwl_read_image_line(got, read_only, linesize, gray, 0, 0, 0, 4, 1);
    fwl_read_image_line(got, read_only, linesize, gray, 0, 0, 0, -1, 0);
    fwl_read_image_line(got, read_only, linesize, gray, -1, 0, 0, 4, 0);
    fwl_read_image_line(got, read_only, linesize, fwl_pix_fmt_desc_get(FWL_PIX_FMT_VAAPI), 0, 0, 0,
                        4, 0);
    fwl_read_image_line(got, read_only, linesize, NULL, 0, 0, 0, 4, 0);
    assert_int_equal(got[0], 7);
    fwl_write_image_line(got, data, linesize, gray, 0, 0, 3, 4);
    fwl_write_image_line(got, data, linesize, gray, 0, 0, -1, 4);
    assert_int_equal(pixels[0], 1);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(largest_steps_are_those_of_the_widest_component),
        CASE(linesizes_are_the_bytes_of_a_row),
        CASE(a_linesize_of_nonsense_is_refused),
        CASE(a_row_that_does_not_fit_is_out_of_range),
        CASE(planes_are_linesize_times_rows),
        CASE(plane_sizes_of_nonsense_are_refused),
        CASE(pointers_follow_each_other),
        CASE(planes_above_int_max_together_are_out_of_range),
        CASE(a_buffer_holds_rows_rounded_up),
        CASE(a_buffer_of_nonsense_is_refused),
        CASE(a_buffer_that_does_not_fit_is_out_of_range),
        CASE(arrays_are_filled_for_a_buffer),
        CASE(a_size_that_cannot_be_is_refused_and_logged),
        CASE(a_pixel_shape_that_leaves_no_pixel_is_refused),
        CASE(a_plane_is_copied_without_its_padding),
        CASE(a_negative_linesize_turns_a_plane_over),
        CASE(a_plane_that_cannot_be_copied_is_left_alone),
        CASE(a_picture_is_copied_with_rounded_up_chroma),
        CASE(a_palette_is_copied_with_its_picture),
        CASE(a_picture_that_cannot_be_copied_is_left_alone),
        CASE(a_picture_is_packed_into_a_buffer),
        CASE(a_palette_is_packed_low_byte_first),
        CASE(a_picture_that_cannot_be_packed_is_refused),
        CASE(black_is_black_in_every_kind_of_format),
        CASE(black_is_opaque_in_every_format_with_alpha),
        CASE(black_of_a_palette_is_its_darkest_color),
        CASE(black_leaves_padding_and_refused_pictures_alone),
        CASE(black_can_be_asked_for_without_a_picture),
        CASE(values_are_read_and_written_whatever_their_bits),
        CASE(values_of_32_bits_are_read_and_written),
        CASE(bits_that_a_component_does_not_have_are_dropped),
        CASE(a_palette_gives_the_bytes_of_its_colors),
        CASE(components_that_are_not_there_are_left_alone),
    };
    return run_cases("image", cases, sizeof cases / sizeof cases[0], argc, argv);
}
