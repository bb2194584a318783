/* SPDX-License-Identifier: BSD-2-Clause */
/* FwlImageLayout and fwl_image_check, and all sizes against sums in 128 bits. */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/image.h"
#include "wide_image.h"

/* Layouts */

static void a_layout_without_rules_is_tight(void)
{
    FwlImageLayout layout;
    assert_int_equal(fwl_image_layout_init(&layout, FWL_PIX_FMT_YUV420P, 300, 300, NULL), 0);
    assert_int_equal(layout.size, 135000);
    assert_int_equal(layout.plane_count, 3);
    assert_int_equal(layout.linesize[1], 150);
    assert_int_equal(layout.rows[1], 150);
    assert_int_equal(layout.offset[1], 90000);
    assert_int_equal(layout.alignment, 1);
}

static void a_layout_with_aligned_rows_is_that_of_the_buffer(void)
{
    const FwlImageRules rules = {.row_align = 16};
    for (int i = 0; i < FWL_PIX_FMT_NB; i++) {
        const enum FwlPixelFormat format = (enum FwlPixelFormat)i;
        FwlImageLayout layout;
        const int size = fwl_image_get_buffer_size(format, 321, 241, 16);
        const int err = fwl_image_layout_init(&layout, format, 321, 241, &rules);
        expect_code(err, size < 0 ? size : 0);
        assert_int_equal(layout.size, size < 0 ? 0 : size);
    }
}

static void a_layout_keeps_all_its_rules(void)
{
    const FwlImageRules rules = {
        .row_align = 64,
        .plane_align = 4096,
        .tail_padding = 16,
        .coded_width = 1920,
        .coded_height = 1088,
    };
    FwlImageLayout layout;
    assert_int_equal(fwl_image_layout_init(&layout, FWL_PIX_FMT_NV12, 1918, 1080, &rules), 0);
    assert_int_equal(layout.linesize[0], 1920);
    assert_int_equal(layout.row_size[0], 1918);
    assert_int_equal(layout.rows[1], 544);
    assert_int_equal(layout.plane_size[0], 1920 * 1088 + 16);
    assert_int_equal(layout.offset[1], 2093056);
    assert_int_equal(layout.size, 2093056 + 1920 * 544 + 16);
    assert_int_equal(layout.alignment, 4096);
}

static void a_palette_is_a_plane_of_a_layout(void)
{
    const FwlImageRules rules = {.row_align = 4096, .plane_align = 64, .tail_padding = 8};
    FwlImageLayout layout;
    assert_int_equal(fwl_image_layout_init(&layout, FWL_PIX_FMT_PAL8, 10, 1, &rules), 0);
    assert_int_equal(layout.plane_count, 2);
    assert_int_equal(layout.linesize[1], 0);
    assert_int_equal(layout.row_size[1], FWL_PALETTE_SIZE);
    assert_int_equal(layout.offset[1], 4160);
    assert_int_equal(layout.plane_size[1], FWL_PALETTE_SIZE + 8);
}

static void a_layout_may_be_larger_than_an_int(void)
{
    FwlImageLayout layout;
    assert_int_equal(fwl_image_layout_init(&layout, FWL_PIX_FMT_RGBA64, 65536, 65536, NULL), 0);
    assert_true(layout.size == (size_t)8 * 65536 * 65536);
}

static void a_layout_of_nonsense_is_refused(void)
{
    static const FwlImageRules nonsense[] = {
        {.row_align = 3}, {.plane_align = 24}, {.coded_width = 7}, {.coded_height = -1}};
    FwlImageLayout layout;
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++)
        expect_code(fwl_image_layout_init(&layout, FWL_PIX_FMT_NV12, 8, 8, &nonsense[i]),
                    FWL_E_INVALID);
    expect_code(fwl_image_layout_init(&layout, FWL_PIX_FMT_NONE, 8, 8, NULL), FWL_E_INVALID);
    expect_code(fwl_image_layout_init(&layout, FWL_PIX_FMT_OPENCL, 8, 8, NULL), FWL_E_INVALID);
    expect_code(fwl_image_layout_init(&layout, FWL_PIX_FMT_NV12, 0, 8, NULL), FWL_E_INVALID);
    expect_code(fwl_image_layout_init(&layout, FWL_PIX_FMT_NV12, 8, -8, NULL), FWL_E_INVALID);
    assert_int_equal(layout.plane_count, 0);
}

static void a_layout_that_does_not_fit_is_out_of_range(void)
{
    static const FwlImageRules excess[] = {
        {.row_align = (size_t)1 << 31},
        {.plane_align = (size_t)1 << (8 * sizeof(size_t) - 1), .tail_padding = SIZE_MAX / 2},
        {.tail_padding = SIZE_MAX},
        {.tail_padding = SIZE_MAX / 2},
        {.coded_width = INT_MAX},
        {.coded_height = INT_MAX},
    };
    FwlImageLayout layout;
    for (size_t i = 0; i < sizeof excess / sizeof excess[0]; i++) {
        expect_code(fwl_image_layout_init(&layout, FWL_PIX_FMT_YUV420P, 8, 8, &excess[i]),
                    FWL_E_RANGE);
        assert_int_equal(layout.size, 0);
    }
    expect_code(fwl_image_layout_init(&layout, FWL_PIX_FMT_RGB24, INT_MAX, 8, NULL), FWL_E_RANGE);
}

static void the_planes_of_a_layout_lie_in_its_memory(void)
{
    static uint8_t memory[64];
    FwlImageLayout layout;
    uint8_t *data[4];
    int linesize[4];
    need_ok(fwl_image_layout_init(&layout, FWL_PIX_FMT_YUV420P, 4, 4, NULL));
    fwl_image_layout_fill_arrays(&layout, data, linesize, memory);
    assert_ptr_equal(data[2], memory + 20);
    assert_null(data[3]);
    assert_int_equal(linesize[2], 2);
    fwl_image_layout_fill_arrays(&layout, data, linesize, NULL);
    assert_null(data[0]);
}

/* Checking */

/* A 4:2:0 picture of 16x4 that is fine, to be spoilt. */
struct Picture {
    const uint8_t *data[4];
    int linesize[4];
    size_t sizes[4];
    FwlImageRules rules;
};

static _Alignas(64) uint8_t memory[256];

static struct Picture fine_picture(void)
{
    return (struct Picture){
        .data = {memory, memory + 128, memory + 192},
        .linesize = {32, 16, 16},
        .sizes = {128, 64, 64},
        .rules = {.row_align = 16, .plane_align = 64, .tail_padding = 16},
    };
}

static FwlImageProblem check(const struct Picture *picture)
{
    FwlImageProblem problem;
    const int err = fwl_image_check(picture->data, picture->linesize, picture->sizes,
                                    FWL_PIX_FMT_YUV420P, 16, 4, &picture->rules, &problem);
    assert_int_equal(err, problem.fault == FWL_IMAGE_FINE ? 0 : FWL_E_INVALID);
    return problem;
}

static void expect_problem(const struct Picture *picture, enum FwlImageFault fault, int plane,
                           const char *message)
{
    const FwlImageProblem problem = check(picture);
    assert_string_equal(problem.message, message);
    assert_int_equal(problem.fault, fault);
    assert_int_equal(problem.plane, plane);
}

static void planes_that_fit_are_fine(void)
{
    const struct Picture picture = fine_picture();
    expect_problem(&picture, FWL_IMAGE_FINE, -1, "");
    assert_int_equal(fwl_image_check(picture.data, picture.linesize, NULL, FWL_PIX_FMT_YUV420P, 16,
                                     4, NULL, NULL),
                     0);
}

static void planes_from_the_bottom_up_are_fine(void)
{
    struct Picture picture = fine_picture();
    picture.data[0] = memory + 96;
    picture.linesize[0] = -32;
    picture.rules.plane_align = 32;
    expect_problem(&picture, FWL_IMAGE_FINE, -1, "");
}

static void rows_beside_each_other_are_fine(void)
{
    struct Picture picture = fine_picture();
    picture.data[2] = memory + 128 + 8;
    picture.linesize[1] = picture.linesize[2] = 16;
    picture.rules.plane_align = 8;
    expect_problem(&picture, FWL_IMAGE_FINE, -1, "");
    const uint8_t *const second = picture.data[1];
    picture.data[1] = picture.data[2];
    picture.data[2] = second;
    expect_problem(&picture, FWL_IMAGE_FINE, -1, "");
    picture.data[2]++;
    picture.rules.plane_align = 0;
    expect_problem(&picture, FWL_IMAGE_OVERLAP, 2, "plane 2 overlaps plane 1");
    picture.data[2] = picture.data[1] + 9;
    expect_problem(&picture, FWL_IMAGE_OVERLAP, 2, "plane 2 overlaps plane 1");
}

static void each_fault_is_said_in_words(void)
{
    struct Picture picture = fine_picture();
    picture.data[2] = NULL;
    expect_problem(&picture, FWL_IMAGE_MISSING, 2, "plane 2 is missing: its data is NULL");

    picture = fine_picture();
    picture.linesize[1] = -7;
    expect_problem(&picture, FWL_IMAGE_LINESIZE, 1,
                   "plane 1 has a linesize of -7, its rows take 8 bytes");

    picture = fine_picture();
    picture.sizes[0] = 111;
    expect_problem(&picture, FWL_IMAGE_OVERRUN, 0,
                   "plane 0 overruns its memory by 1 bytes: it takes 112 and has 111");

    picture = fine_picture();
    picture.sizes[0] = 127;
    expect_problem(&picture, FWL_IMAGE_PADDING, 0,
                   "plane 0 lacks padding: 15 of 16 bytes are behind its last row");

    picture = fine_picture();
    picture.data[1] += 4;
    expect_problem(&picture, FWL_IMAGE_MISALIGNED, 1,
                   "plane 1 begins 4 bytes behind a multiple of 64");

    picture = fine_picture();
    picture.linesize[2] = 24;
    expect_problem(&picture, FWL_IMAGE_MISALIGNED, 2,
                   "plane 2 has a linesize of 24, not a multiple of 16");
}

static void planes_that_share_bytes_are_both_named(void)
{
    struct Picture picture = fine_picture();
    picture.data[2] = memory + 64;
    const FwlImageProblem problem = check(&picture);
    assert_int_equal(problem.fault, FWL_IMAGE_OVERLAP);
    assert_int_equal(problem.plane, 2);
    assert_int_equal(problem.other, 0);
    assert_string_equal(problem.message, "plane 2 overlaps plane 0");
}

static void the_coded_size_counts(void)
{
    struct Picture picture = fine_picture();
    picture.rules.coded_height = 5;
    expect_problem(&picture, FWL_IMAGE_OVERRUN, 0,
                   "plane 0 overruns its memory by 16 bytes: it takes 144 and has 128");
    picture = fine_picture();
    picture.rules.coded_width = 33;
    expect_problem(&picture, FWL_IMAGE_LINESIZE, 0,
                   "plane 0 has a linesize of 32, its rows take 33 bytes");
}

static void a_palette_needs_its_1024_bytes(void)
{
    static uint8_t pixels[8], palette[FWL_PALETTE_SIZE];
    const uint8_t *const data[4] = {pixels, palette};
    const int linesize[4] = {4};
    size_t sizes[4] = {8, FWL_PALETTE_SIZE};
    FwlImageProblem problem;
    assert_int_equal(
        fwl_image_check(data, linesize, sizes, FWL_PIX_FMT_PAL8, 4, 2, NULL, &problem), 0);
    sizes[1]--;
    expect_code(fwl_image_check(data, linesize, sizes, FWL_PIX_FMT_PAL8, 4, 2, NULL, &problem),
                FWL_E_INVALID);
    assert_int_equal(problem.fault, FWL_IMAGE_OVERRUN);
    assert_int_equal(problem.plane, 1);
    const FwlImageRules rules = {.row_align = 4};
    assert_int_equal(
        fwl_image_check(data, linesize, NULL, FWL_PIX_FMT_PAL8, 4, 2, &rules, NULL), 0);
    const uint8_t *const shared[4] = {palette + 8, palette};
    expect_code(fwl_image_check(shared, linesize, NULL, FWL_PIX_FMT_PAL8, 4, 2, NULL, &problem),
                FWL_E_INVALID);
    assert_int_equal(problem.fault, FWL_IMAGE_OVERLAP);
}

static void rows_beyond_what_can_be_addressed_overrun(void)
{
    const uint8_t *const low[4] = {(const uint8_t *)(uintptr_t)300};
    const uint8_t *const high[4] = {(const uint8_t *)(UINTPTR_MAX - 300)};
    const int up[4] = {200}, down[4] = {-200};
    FwlImageProblem problem;
    assert_int_equal(fwl_image_check(low, down, NULL, FWL_PIX_FMT_GRAY8, 100, 2, NULL, NULL), 0);
    assert_int_equal(fwl_image_check(high, up, NULL, FWL_PIX_FMT_GRAY8, 100, 2, NULL, NULL), 0);
    expect_code(fwl_image_check(low, down, NULL, FWL_PIX_FMT_GRAY8, 100, 3, NULL, &problem),
                FWL_E_INVALID);
    assert_int_equal(problem.fault, FWL_IMAGE_OVERRUN);
    assert_string_equal(problem.message, "plane 0 takes more than can be addressed");
    expect_code(fwl_image_check(high, up, NULL, FWL_PIX_FMT_GRAY8, 101, 2, NULL, &problem),
                FWL_E_INVALID);
    assert_int_equal(problem.fault, FWL_IMAGE_OVERRUN);
}

static void what_is_no_picture_is_told(void)
{
    struct Picture picture = fine_picture();
    FwlImageProblem problem;
    expect_code(fwl_image_check(picture.data, picture.linesize, NULL, FWL_PIX_FMT_VAAPI, 16, 4,
                                NULL, &problem),
                FWL_E_INVALID);
    assert_string_equal(problem.message, "there is no picture of 16x4 in format vaapi");
    expect_code(fwl_image_check(picture.data, picture.linesize, NULL, FWL_PIX_FMT_NONE, 16, 4,
                                NULL, &problem),
                FWL_E_INVALID);
    assert_int_equal(problem.fault, FWL_IMAGE_NONSENSE);
    picture.rules.row_align = 3;
    expect_problem(&picture, FWL_IMAGE_NONSENSE, -1,
                   "alignments of 3 and 64: they are to be powers of two");
    picture.rules.row_align = 16;
    picture.rules.plane_align = 24;
    expect_problem(&picture, FWL_IMAGE_NONSENSE, -1,
                   "alignments of 16 and 24: they are to be powers of two");
}

/* Beside the sums of 128 bits (wide_image.h) */

static const int edges[] = {INT_MIN, -2, -1, 0, 1, 2, 3, 5, 63, 127, 300, 1919, 8191, 16383,
                            16384, 65535, 65536, 1 << 20, 1 << 24, 1 << 28, 1 << 29,
                            INT_MAX / 8, INT_MAX / 4, INT_MAX / 3, INT_MAX / 2, INT_MAX - 8,
                            INT_MAX - 3, INT_MAX - 2, INT_MAX - 1, INT_MAX};
static const int odd_aligns[] = {INT_MIN, -16, -1, 0, 1, 2, 3, 12, 16, 24, 64, 100, 512, 4096,
                                 1 << 20, 1 << 21, 1 << 22, 1 << 29, 1 << 30, INT_MAX};
enum {
    EDGES = sizeof edges / sizeof edges[0],
    ALIGNS = sizeof odd_aligns / sizeof odd_aligns[0],
};

static void sizes_at_the_edges_are_those_of_128_bit_sums(void)
{
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        for (int i = 0; i < EDGES * EDGES * ALIGNS; i++) {
            const int w = edges[i % EDGES], h = edges[i / EDGES % EDGES];
            const int align = odd_aligns[i / EDGES / EDGES];
            const int size = fwl_image_get_buffer_size((enum FwlPixelFormat)format, w, h, align);
            const int expected = wide_buffer_size((enum FwlPixelFormat)format, w, h, align);
            if (size != expected)
                fail_msg("%d %dx%d align %d: %d, expected %d", format, w, h, align, size, expected);
        }
    }
}

static void rows_at_the_edges_are_those_of_128_bit_sums(void)
{
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get((enum FwlPixelFormat)format);
        for (int i = 0; i < EDGES * 4; i++) {
            const int w = edges[i / 4], plane = i % 4;
            const int row = fwl_image_get_linesize((enum FwlPixelFormat)format, w, plane);
            const Wide wide = w < 0 || desc->nb_components == 0 ? FWL_E_INVALID
                                                                : wide_row(desc, w, plane);
            expect_code(row, wide > INT_MAX ? FWL_E_RANGE : (int)wide);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_layout_without_rules_is_tight),
        CASE(a_layout_with_aligned_rows_is_that_of_the_buffer),
        CASE(a_layout_keeps_all_its_rules),
        CASE(a_palette_is_a_plane_of_a_layout),
        CASE(a_layout_may_be_larger_than_an_int),
        CASE(a_layout_of_nonsense_is_refused),
        CASE(a_layout_that_does_not_fit_is_out_of_range),
        CASE(the_planes_of_a_layout_lie_in_its_memory),
        CASE(planes_that_fit_are_fine),
        CASE(planes_from_the_bottom_up_are_fine),
        CASE(rows_beside_each_other_are_fine),
        CASE(each_fault_is_said_in_words),
        CASE(planes_that_share_bytes_are_both_named),
        CASE(the_coded_size_counts),
        CASE(a_palette_needs_its_1024_bytes),
        CASE(rows_beyond_what_can_be_addressed_overrun),
        CASE(what_is_no_picture_is_told),
        CASE_ONCE(sizes_at_the_edges_are_those_of_128_bit_sums), /* millions of calls */
        CASE(rows_at_the_edges_are_those_of_128_bit_sums),
    };
    return run_cases("image layout", cases, sizeof cases / sizeof cases[0], argc, argv);
}
