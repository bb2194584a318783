/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of pixel formats, row by row, and what is read off it, against the
 * installed libavutil. */
#include <libavutil/pixdesc.h>
#include <string.h>

#include "case.h"
#include "framewell/pixfmt.h"
#include "tally.h"

/* A format of theirs with the number of one of ours. */
static enum AVPixelFormat theirs(int number)
{
    return (enum AVPixelFormat)number;
}

static enum FwlPixelFormat ours(int number)
{
    return (enum FwlPixelFormat)number;
}

static void compare_components(const FwlPixFmtDescriptor *a, const AVPixFmtDescriptor *b)
{
    for (int i = 0; i < 4; i++) {
        COMPARE(a->comp[i].plane, b->comp[i].plane, "%s, component %d", b->name, i);
        COMPARE(a->comp[i].step, b->comp[i].step, "%s, component %d", b->name, i);
        COMPARE(a->comp[i].offset, b->comp[i].offset, "%s, component %d", b->name, i);
        COMPARE(a->comp[i].shift, b->comp[i].shift, "%s, component %d", b->name, i);
        COMPARE(a->comp[i].depth, b->comp[i].depth, "%s, component %d", b->name, i);
    }
}

static void every_row_of_the_table_is_that_of_libavutil(void)
{
    int count = 0;
    for (int i = -1; i < FWL_PIX_FMT_NB; i++) {
        const FwlPixFmtDescriptor *a = fwl_pix_fmt_desc_get(ours(i));
        const AVPixFmtDescriptor *b = av_pix_fmt_desc_get(theirs(i));
        COMPARE(a != NULL, b != NULL, "format %d", i);
        if (!a || !b)
            continue;
        count++;
        CALL(fwl_pix_fmt_desc_get_id(a), av_pix_fmt_desc_get_id(b), "format %d", i);
        CALL(is_same_text(fwl_get_pix_fmt_name(ours(i)), av_get_pix_fmt_name(theirs(i))), 1,
             "format %d", i);
        tally_call();
        const FwlPixFmtDescriptor *a_next = fwl_pix_fmt_desc_next(a);
        const AVPixFmtDescriptor *b_next = av_pix_fmt_desc_next(b);
        COMPARE(is_same_text(a_next ? a_next->name : NULL, b_next ? b_next->name : NULL), 1,
                "after format %d", i);
        COMPARE(is_same_text(a->name, b->name), 1, "%s", b->name);
        COMPARE(is_same_text(a->alias, b->alias), 1, "%s", b->name);
        COMPARE(a->nb_components, b->nb_components, "%s", b->name);
        COMPARE(a->log2_chroma_w, b->log2_chroma_w, "%s", b->name);
        COMPARE(a->log2_chroma_h, b->log2_chroma_h, "%s", b->name);
        COMPARE(a->flags, b->flags, "%s", b->name);
        compare_components(a, b);
    }
    assert_int_equal(count, FWL_PIX_FMT_NB);
    tally_expect_none("rows");
}

static void what_is_read_off_a_row_is_the_same(void)
{
    for (int i = 0; i < FWL_PIX_FMT_NB; i++) {
        const FwlPixFmtDescriptor *a = fwl_pix_fmt_desc_get(ours(i));
        const AVPixFmtDescriptor *b = av_pix_fmt_desc_get(theirs(i));
        int w[2], h[2];
        char line[2][64];
        CALL(fwl_get_bits_per_pixel(a), av_get_bits_per_pixel(b), "%s", b->name);
        CALL(fwl_get_padded_bits_per_pixel(a), av_get_padded_bits_per_pixel(b), "%s", b->name);
        CALL(fwl_pix_fmt_count_planes(ours(i)), av_pix_fmt_count_planes(theirs(i)), "%s", b->name);
        CALL(fwl_pix_fmt_swap_endianness(ours(i)), av_pix_fmt_swap_endianness(theirs(i)), "%s",
             b->name);
        CALL(fwl_pix_fmt_get_chroma_sub_sample(ours(i), &w[0], &h[0]),
             av_pix_fmt_get_chroma_sub_sample(theirs(i), &w[1], &h[1]), "%s", b->name);
        COMPARE(w[0], w[1], "%s", b->name);
        COMPARE(h[0], h[1], "%s", b->name);
        CALL(strcmp(fwl_get_pix_fmt_string(line[0], sizeof line[0], ours(i)),
                    av_get_pix_fmt_string(line[1], sizeof line[1], theirs(i))),
             0, "%s", b->name);
    }
    tally_expect_none("properties");
}

/* Every name and alias, with and without its byte order, in capitals, and cut short. */
static void names_lead_to_the_same_formats(void)
{
    static const char *const others[] = {
        "rgb32", "bgr32",   "y10",    "Y10LE", "Y16be",      "GRAY8A", "gray8",
        "y8",    "YUV420P", "p010le", "",      "be",         "le",     "xyz12",
        "yuv",   "GRAY10",  "gray",   "p010",  "yuv420p10 ",
    };
    for (int i = 0; i < FWL_PIX_FMT_NB; i++) {
        char name[32];
        const size_t size = strlen(av_get_pix_fmt_name(theirs(i)));
        memcpy(name, av_get_pix_fmt_name(theirs(i)), size + 1);
        for (size_t cut = 0; cut <= size; cut++) {
            name[size - cut] = '\0';
            CALL(fwl_get_pix_fmt(name), av_get_pix_fmt(name), "%s", name);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        CALL(fwl_get_pix_fmt(others[i]), av_get_pix_fmt(others[i]), "%s", others[i]);
    tally_expect_none("names");
}

static int is_hardware(int number)
{
    return (av_pix_fmt_desc_get(theirs(number))->flags & AV_PIX_FMT_FLAG_HWACCEL) != 0;
}

static void the_loss_between_any_two_formats_is_the_same(void)
{
    for (int dst = 0; dst < FWL_PIX_FMT_NB; dst++) {
        for (int src = 0; src < FWL_PIX_FMT_NB; src++) {
            for (int alpha = 0; alpha < 2; alpha++) {
                const int a = fwl_get_pix_fmt_loss(ours(dst), ours(src), alpha);
                const int b = av_get_pix_fmt_loss(theirs(dst), theirs(src), alpha);
                const int expected = is_hardware(dst) || is_hardware(src) ? FWL_E_UNSUPPORTED : b;
                CALL(a, expected, "%s to %s, alpha %d", av_get_pix_fmt_name(theirs(src)),
                     av_get_pix_fmt_name(theirs(dst)), alpha);
            }
        }
    }
    tally_expect_none("losses");
}

static void compare_choice(int first, int second, int src, int alpha, int ignored)
{
    int loss[2] = {ignored, ignored};
    const int a = fwl_find_best_pix_fmt_of_2(ours(first), ours(second), ours(src), alpha, &loss[0]);
    const int b =
        av_find_best_pix_fmt_of_2(theirs(first), theirs(second), theirs(src), alpha, &loss[1]);
    CALL(a, b, "%d or %d from %d, alpha %d, ignored %x", first, second, src, alpha,
         (unsigned)ignored);
    if (loss[1] >= 0)
        COMPARE(loss[0], loss[1], "%d or %d from %d", first, second, src);
    else
        COMPARE(loss[0] < 0, 1, "%d or %d from %d", first, second, src);
}

/* All pairs for each source would be 8.7 million: every third first, every fifth source. */
static void the_better_of_two_is_the_same(void)
{
    static const int ignored[] = {0, FWL_LOSS_ALPHA, FWL_LOSS_CHROMA | FWL_LOSS_DEPTH,
                                  FWL_LOSS_RESOLUTION, 0x3f};
    for (int src = -1; src < FWL_PIX_FMT_NB; src += 5) {
        for (int first = -1; first < FWL_PIX_FMT_NB; first += 3) {
            for (int second = -1; second < FWL_PIX_FMT_NB; second++) {
                const size_t kind = (size_t)(first + second + 2) % 5;
                compare_choice(first, second, src, second & 1, ignored[kind]);
            }
        }
    }
    tally_expect_none("choices");
}

static void compare_name(const char *a, const char *b, int number, const char *what)
{
    CALL(is_same_text(a, b), 1, "%s %d: %s, %s", what, number, a ? a : "-", b ? b : "-");
}

static void colors_have_the_same_names(void)
{
    for (int i = -1; i < 40; i++) {
        compare_name(fwl_color_range_name((enum FwlColorRange)i),
                     av_color_range_name((enum AVColorRange)i), i, "range");
        compare_name(fwl_color_primaries_name((enum FwlColorPrimaries)i),
                     av_color_primaries_name((enum AVColorPrimaries)i), i, "primaries");
        compare_name(fwl_color_transfer_name((enum FwlColorTransferCharacteristic)i),
                     av_color_transfer_name((enum AVColorTransferCharacteristic)i), i, "transfer");
        compare_name(fwl_color_space_name((enum FwlColorSpace)i),
                     av_color_space_name((enum AVColorSpace)i), i, "space");
        compare_name(fwl_chroma_location_name((enum FwlChromaLocation)i),
                     av_chroma_location_name((enum AVChromaLocation)i), i, "location");
    }
    tally_expect_none("colors");
}

/* Theirs take any name that begins with one of a list, "bt2020nc" for the primaries bt2020: ours do
 * not, so each name is looked for in the lists that have it. */
static void names_of_colors_lead_to_the_same_numbers(void)
{
    for (int i = 0; i < 40; i++) {
        const char *name = av_color_range_name((enum AVColorRange)i);
        if (name)
            CALL(fwl_color_range_from_name(name), av_color_range_from_name(name), "%s", name);
        name = av_color_primaries_name((enum AVColorPrimaries)i);
        if (name)
            CALL(fwl_color_primaries_from_name(name), av_color_primaries_from_name(name), "%s",
                 name);
        name = av_color_transfer_name((enum AVColorTransferCharacteristic)i);
        if (name)
            CALL(fwl_color_transfer_from_name(name), av_color_transfer_from_name(name), "%s", name);
        name = av_color_space_name((enum AVColorSpace)i);
        if (name)
            CALL(fwl_color_space_from_name(name), av_color_space_from_name(name), "%s", name);
        name = av_chroma_location_name((enum AVChromaLocation)i);
        if (name)
            CALL(fwl_chroma_location_from_name(name), av_chroma_location_from_name(name), "%s",
                 name);
    }
    CALL(fwl_color_space_from_name("none") < 0, av_color_space_from_name("none") < 0, "none");
    tally_expect_none("names of colors");
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        /* Nothing here allocates; once is enough. */
        CASE_ONCE(every_row_of_the_table_is_that_of_libavutil),
        CASE_ONCE(what_is_read_off_a_row_is_the_same),
        CASE_ONCE(names_lead_to_the_same_formats),
        CASE_ONCE(the_loss_between_any_two_formats_is_the_same),
        CASE_ONCE(the_better_of_two_is_the_same),
        CASE_ONCE(colors_have_the_same_names),
        CASE_ONCE(names_of_colors_lead_to_the_same_numbers),
    };
    return run_cases("pixfmt against libavutil", cases, sizeof cases / sizeof cases[0], argc, argv);
}
