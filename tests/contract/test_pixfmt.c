/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "framewell/pixfmt.h"

static const FwlPixFmtDescriptor *describe(enum FwlPixelFormat format)
{
    return need(fwl_pix_fmt_desc_get(format));
}

static void every_number_of_a_format_has_a_descriptor(void)
{
    for (int i = 0; i < FWL_PIX_FMT_NB; i++) {
        const FwlPixFmtDescriptor *desc = describe((enum FwlPixelFormat)i);
        assert_non_null(desc->name);
        assert_int_equal(fwl_pix_fmt_desc_get_id(desc), i);
        assert_int_equal(fwl_get_pix_fmt(desc->name), i);
    }
}

static void a_number_that_is_no_format_has_nothing(void)
{
    static const int numbers[] = {-2, FWL_PIX_FMT_NONE, FWL_PIX_FMT_NB, 1 << 30};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const enum FwlPixelFormat format = (enum FwlPixelFormat)numbers[i];
        int w = 7, h = 7;
        assert_null(fwl_pix_fmt_desc_get(format));
        assert_null(fwl_get_pix_fmt_name(format));
        assert_int_equal(fwl_pix_fmt_swap_endianness(format), FWL_PIX_FMT_NONE);
        expect_code(fwl_pix_fmt_count_planes(format), FWL_E_INVALID);
        expect_code(fwl_pix_fmt_get_chroma_sub_sample(format, &w, &h), FWL_E_INVALID);
        assert_true(w == 7 && h == 7);
    }
}

static void walking_meets_every_format_once_in_order(void)
{
    int count = 0;
    const FwlPixFmtDescriptor *desc = NULL;
    while ((desc = fwl_pix_fmt_desc_next(desc)))
        assert_int_equal(fwl_pix_fmt_desc_get_id(desc), count++);
    assert_int_equal(count, FWL_PIX_FMT_NB);
}

static void a_descriptor_from_elsewhere_is_no_format(void)
{
    const FwlPixFmtDescriptor copy = *describe(FWL_PIX_FMT_NV12);
    const FwlPixFmtDescriptor *inside =
        (const FwlPixFmtDescriptor *)(const void *)((const char *)describe(FWL_PIX_FMT_NV12) + 8);
    assert_int_equal(fwl_pix_fmt_desc_get_id(&copy), FWL_PIX_FMT_NONE);
    assert_int_equal(fwl_pix_fmt_desc_get_id(inside), FWL_PIX_FMT_NONE);
    assert_int_equal(fwl_pix_fmt_desc_get_id(NULL), FWL_PIX_FMT_NONE);
    assert_null(fwl_pix_fmt_desc_next(&copy));
}

static void a_format_is_found_by_name_alias_and_name_without_byte_order(void)
{
    assert_int_equal(fwl_get_pix_fmt("yuv420p10le"), FWL_PIX_FMT_YUV420P10LE);
    assert_int_equal(fwl_get_pix_fmt("yuv420p10"), FWL_PIX_FMT_YUV420P10);
    assert_int_equal(fwl_get_pix_fmt("gray8"), FWL_PIX_FMT_GRAY8);
    assert_int_equal(fwl_get_pix_fmt("y8"), FWL_PIX_FMT_GRAY8);
    assert_int_equal(fwl_get_pix_fmt("y10le"), FWL_PIX_FMT_GRAY10LE);
    assert_int_equal(fwl_get_pix_fmt("Y10"), FWL_PIX_FMT_GRAY10);
    assert_int_equal(fwl_get_pix_fmt("rgb32"), FWL_PIX_FMT_RGB32);
    assert_int_equal(fwl_get_pix_fmt("bgr32"), FWL_PIX_FMT_BGR32);
}

static void what_is_no_name_is_no_format(void)
{
    static const char *const names[] = {"", "yuv", "YUV420P", "yuv420p ", "le", "gray8,y8", "y1"};
    assert_int_equal(fwl_get_pix_fmt(NULL), FWL_PIX_FMT_NONE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(fwl_get_pix_fmt(names[i]), FWL_PIX_FMT_NONE);
}

static void native_constants_have_the_byte_order_of_the_machine(void)
{
    const uint16_t one = 1;
    const bool is_big = *(const uint8_t *)&one == 0;
    assert_int_equal(FWL_PIX_FMT_P010, is_big ? FWL_PIX_FMT_P010BE : FWL_PIX_FMT_P010LE);
    assert_int_equal(FWL_PIX_FMT_RGB32, is_big ? FWL_PIX_FMT_ARGB : FWL_PIX_FMT_BGRA);
}

static void bits_of_a_pixel_are_those_with_and_without_meaning(void)
{
    assert_int_equal(fwl_get_bits_per_pixel(describe(FWL_PIX_FMT_YUV420P)), 12);
    assert_int_equal(fwl_get_bits_per_pixel(describe(FWL_PIX_FMT_RGB0)), 24);
    assert_int_equal(fwl_get_padded_bits_per_pixel(describe(FWL_PIX_FMT_RGB0)), 32);
    assert_int_equal(fwl_get_bits_per_pixel(describe(FWL_PIX_FMT_YUV420P10)), 15);
    assert_int_equal(fwl_get_padded_bits_per_pixel(describe(FWL_PIX_FMT_YUV420P10)), 24);
    assert_int_equal(fwl_get_padded_bits_per_pixel(describe(FWL_PIX_FMT_MONOBLACK)), 1);
}

static void planes_are_counted_without_palette_and_hardware(void)
{
    assert_int_equal(fwl_pix_fmt_count_planes(FWL_PIX_FMT_YUVA420P), 4);
    assert_int_equal(fwl_pix_fmt_count_planes(FWL_PIX_FMT_NV12), 2);
    assert_int_equal(fwl_pix_fmt_count_planes(FWL_PIX_FMT_PAL8), 1);
    assert_int_equal(fwl_pix_fmt_count_planes(FWL_PIX_FMT_VAAPI), 0);
}

static void chroma_shifts_and_swapped_byte_order_are_told(void)
{
    int w, h;
    assert_int_equal(fwl_pix_fmt_get_chroma_sub_sample(FWL_PIX_FMT_YUV410P, &w, &h), 0);
    assert_true(w == 2 && h == 2);
    assert_int_equal(fwl_pix_fmt_swap_endianness(FWL_PIX_FMT_X2RGB10LE), FWL_PIX_FMT_X2RGB10BE);
    assert_int_equal(fwl_pix_fmt_swap_endianness(FWL_PIX_FMT_GRAY9BE), FWL_PIX_FMT_GRAY9LE);
    assert_int_equal(fwl_pix_fmt_swap_endianness(FWL_PIX_FMT_RGB24), FWL_PIX_FMT_NONE);
}

static void a_line_of_a_table_is_cut_to_its_space(void)
{
    char line[64];
    assert_ptr_equal(fwl_get_pix_fmt_string(line, sizeof line, FWL_PIX_FMT_NV12), line);
    assert_string_equal(line, "nv12              3         12");
    fwl_get_pix_fmt_string(line, 5, FWL_PIX_FMT_NONE);
    assert_string_equal(line, "name");
    fwl_get_pix_fmt_string(line, sizeof line, (enum FwlPixelFormat)FWL_PIX_FMT_NB);
    assert_string_equal(line, "");
}

static void each_kind_of_loss_is_found(void)
{
    static const struct {
        enum FwlPixelFormat src, dst;
        int loss;
    } pairs[] = {
        {FWL_PIX_FMT_YUV444P, FWL_PIX_FMT_YUV444P, 0},
        {FWL_PIX_FMT_YUV444P, FWL_PIX_FMT_YUV420P, FWL_LOSS_RESOLUTION},
        {FWL_PIX_FMT_YUV420P10, FWL_PIX_FMT_YUV420P, FWL_LOSS_DEPTH},
        {FWL_PIX_FMT_RGB24, FWL_PIX_FMT_YUV444P, FWL_LOSS_COLORSPACE},
        {FWL_PIX_FMT_RGBA, FWL_PIX_FMT_RGB24, FWL_LOSS_ALPHA},
        {FWL_PIX_FMT_RGB24, FWL_PIX_FMT_GRAY8, FWL_LOSS_COLORSPACE | FWL_LOSS_CHROMA},
        {FWL_PIX_FMT_RGB24, FWL_PIX_FMT_PAL8, FWL_LOSS_DEPTH | FWL_LOSS_COLORQUANT},
        {FWL_PIX_FMT_XYZ12, FWL_PIX_FMT_RGB48, FWL_LOSS_COLORSPACE},
        {FWL_PIX_FMT_YUV420P, FWL_PIX_FMT_YUVJ420P, 0},
        {FWL_PIX_FMT_YUVJ422P, FWL_PIX_FMT_YUVJ420P, FWL_LOSS_RESOLUTION},
        {FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_YUVJ444P, 0},
        {FWL_PIX_FMT_RGB24, FWL_PIX_FMT_YUVJ444P, FWL_LOSS_COLORSPACE},
        {FWL_PIX_FMT_YUV444P, FWL_PIX_FMT_YUV422P, FWL_LOSS_RESOLUTION},
        {FWL_PIX_FMT_YUV440P, FWL_PIX_FMT_YUV420P, FWL_LOSS_RESOLUTION},
        {FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_RGB24, 0},
        {FWL_PIX_FMT_GRAY16, FWL_PIX_FMT_GRAY8, FWL_LOSS_DEPTH},
        {FWL_PIX_FMT_RGBA, FWL_PIX_FMT_BGRA, 0},
        {FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_PAL8, 0},
        {FWL_PIX_FMT_YA8, FWL_PIX_FMT_PAL8, FWL_LOSS_DEPTH | FWL_LOSS_COLORQUANT},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_int_equal(fwl_get_pix_fmt_loss(pairs[i].dst, pairs[i].src, 1), pairs[i].loss);
    assert_int_equal(fwl_get_pix_fmt_loss(FWL_PIX_FMT_RGB24, FWL_PIX_FMT_RGBA, 0), 0);
}

static void the_loss_of_hardware_and_of_no_format_is_not_known(void)
{
    expect_code(fwl_get_pix_fmt_loss(FWL_PIX_FMT_VAAPI, FWL_PIX_FMT_NV12, 0), FWL_E_UNSUPPORTED);
    expect_code(fwl_get_pix_fmt_loss(FWL_PIX_FMT_NONE, FWL_PIX_FMT_NV12, 0), FWL_E_INVALID);
    expect_code(fwl_get_pix_fmt_loss(FWL_PIX_FMT_NV12, FWL_PIX_FMT_NONE, 0), FWL_E_INVALID);
}

static enum FwlPixelFormat choose(enum FwlPixelFormat first, enum FwlPixelFormat second,
                                  enum FwlPixelFormat src)
{
    return fwl_find_best_pix_fmt_of_2(first, second, src, 1, NULL);
}

static void the_format_that_loses_less_is_chosen(void)
{
    assert_int_equal(choose(FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_YUV420P, FWL_PIX_FMT_YUV444P),
                     FWL_PIX_FMT_YUV420P);
    assert_int_equal(choose(FWL_PIX_FMT_YUV420P, FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_YUV444P),
                     FWL_PIX_FMT_YUV420P);
    assert_int_equal(choose(FWL_PIX_FMT_RGB24, FWL_PIX_FMT_NV12, FWL_PIX_FMT_NV12),
                     FWL_PIX_FMT_NV12);
    assert_int_equal(choose(FWL_PIX_FMT_VAAPI, FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_NV12),
                     FWL_PIX_FMT_GRAY8);
    assert_int_equal(choose(FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_VAAPI, FWL_PIX_FMT_VAAPI),
                     FWL_PIX_FMT_VAAPI);
    assert_int_equal(choose(FWL_PIX_FMT_NONE, FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_NV12),
                     FWL_PIX_FMT_GRAY8);
    assert_int_equal(choose(FWL_PIX_FMT_GRAY8, FWL_PIX_FMT_NONE, FWL_PIX_FMT_NV12),
                     FWL_PIX_FMT_GRAY8);
}

static void equal_losses_are_decided_by_bits_then_components_then_order(void)
{
    assert_int_equal(choose(FWL_PIX_FMT_RGB0, FWL_PIX_FMT_BGR24, FWL_PIX_FMT_RGB24),
                     FWL_PIX_FMT_BGR24);
    assert_int_equal(choose(FWL_PIX_FMT_RGBA, FWL_PIX_FMT_0BGR, FWL_PIX_FMT_RGB24),
                     FWL_PIX_FMT_0BGR);
    assert_int_equal(choose(FWL_PIX_FMT_0BGR, FWL_PIX_FMT_0RGB, FWL_PIX_FMT_RGB24),
                     FWL_PIX_FMT_0BGR);
}

static void a_loss_that_does_not_matter_is_not_counted_and_still_told(void)
{
    int loss = FWL_LOSS_RESOLUTION | FWL_LOSS_DEPTH;
    const enum FwlPixelFormat best = fwl_find_best_pix_fmt_of_2(
        FWL_PIX_FMT_YUV444P, FWL_PIX_FMT_YUV420P, FWL_PIX_FMT_YUV444P10, 0, &loss);
    assert_int_equal(best, FWL_PIX_FMT_YUV420P);
    assert_int_equal(loss, FWL_LOSS_RESOLUTION | FWL_LOSS_DEPTH);
    loss = FWL_LOSS_COLORSPACE | FWL_LOSS_CHROMA | FWL_LOSS_COLORQUANT;
    assert_int_equal(fwl_find_best_pix_fmt_of_2(FWL_PIX_FMT_RGB24, FWL_PIX_FMT_GRAY8,
                                                FWL_PIX_FMT_YUV444P, 0, &loss),
                     FWL_PIX_FMT_GRAY8);
    assert_int_equal(loss, FWL_LOSS_COLORSPACE | FWL_LOSS_CHROMA);
}

static void names_of_colors_lead_back_to_their_numbers(void)
{
    assert_string_equal(fwl_color_range_name(FWL_COL_RANGE_MPEG), "tv");
    assert_int_equal(fwl_color_range_from_name("pc"), FWL_COL_RANGE_JPEG);
    assert_string_equal(fwl_color_primaries_name(FWL_COL_PRI_JEDEC_P22), "ebu3213");
    assert_int_equal(fwl_color_primaries_from_name("bt2020"), FWL_COL_PRI_BT2020);
    assert_int_equal(fwl_color_primaries_from_name("ebu3213"), FWL_COL_PRI_EBU3213);
    assert_string_equal(fwl_color_transfer_name(FWL_COL_TRC_ARIB_STD_B67), "arib-std-b67");
    assert_int_equal(fwl_color_transfer_from_name("smpte2084"), FWL_COL_TRC_SMPTE2084);
    assert_string_equal(fwl_color_space_name(FWL_COL_SPC_RGB), "gbr");
    assert_int_equal(fwl_color_space_from_name("bt2020c"), FWL_COL_SPC_BT2020_CL);
    assert_string_equal(fwl_chroma_location_name(FWL_CHROMA_LOC_LEFT), "left");
    assert_int_equal(fwl_chroma_location_from_name("bottomleft"), FWL_CHROMA_LOC_BOTTOMLEFT);
}

static void numbers_and_names_of_no_color_are_told(void)
{
    assert_null(fwl_color_range_name((enum FwlColorRange)FWL_COL_RANGE_NB));
    assert_null(fwl_color_primaries_name((enum FwlColorPrimaries)13));
    assert_null(fwl_color_space_name((enum FwlColorSpace)-1));
    expect_code(fwl_color_range_from_name("tvx"), FWL_E_INVALID);
    expect_code(fwl_color_primaries_from_name(NULL), FWL_E_INVALID);
    expect_code(fwl_chroma_location_from_name(""), FWL_E_INVALID);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(every_number_of_a_format_has_a_descriptor),
        CASE(a_number_that_is_no_format_has_nothing),
        CASE(walking_meets_every_format_once_in_order),
        CASE(a_descriptor_from_elsewhere_is_no_format),
        CASE(a_format_is_found_by_name_alias_and_name_without_byte_order),
        CASE(what_is_no_name_is_no_format),
        CASE(native_constants_have_the_byte_order_of_the_machine),
        CASE(bits_of_a_pixel_are_those_with_and_without_meaning),
        CASE(planes_are_counted_without_palette_and_hardware),
        CASE(chroma_shifts_and_swapped_byte_order_are_told),
        CASE(a_line_of_a_table_is_cut_to_its_space),
        CASE(each_kind_of_loss_is_found),
        CASE(the_loss_of_hardware_and_of_no_format_is_not_known),
        CASE(the_format_that_loses_less_is_chosen),
        CASE(equal_losses_are_decided_by_bits_then_components_then_order),
        CASE(a_loss_that_does_not_matter_is_not_counted_and_still_told),
        CASE(names_of_colors_lead_back_to_their_numbers),
        CASE(numbers_and_names_of_no_color_are_told),
    };
    return run_cases("pixfmt", cases, sizeof cases / sizeof cases[0], argc, argv);
}
