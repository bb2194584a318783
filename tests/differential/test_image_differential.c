/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic of pictures against the installed libavutil: all formats, sizes and alignments. */
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "framewell/frame.h"
#include "framewell/image.h"
#include "framewell/mem.h"
#include "tally.h"

static const int alignments[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 4096};
enum { ALIGNMENT_COUNT = sizeof alignments / sizeof alignments[0], SMALL_MAX = 67 };

/* Widths and heights beyond 1..67, each with each. */
static const int sides[] = {121, 161,  241,  269,  274,  300,  321,  465,
                            640, 1919, 1920, 1921, 4095, 4096, 4097, 16383};
enum { SIDE_COUNT = sizeof sides / sizeof sides[0] };

/* Ours say in which way it is wrong, theirs say EINVAL. */
static int sign(int result)
{
    return result < 0 ? -1 : result;
}

static void compare_aligned(int format, int w, int h, int align)
{
    uint8_t *const memory = (uint8_t *)(uintptr_t)0x10000;
    uint8_t *a[4], *b[4];
    int a_line[4], b_line[4];
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    const int size = av_image_get_buffer_size(theirs, w, h, align);
    CALL(sign(fwl_image_get_buffer_size(ours, w, h, align)), sign(size), "%d %dx%d align %d",
         format, w, h, align);
    CALL(sign(fwl_image_fill_arrays(a, a_line, memory, ours, w, h, align)),
         sign(av_image_fill_arrays(b, b_line, memory, theirs, w, h, align)), "%d %dx%d align %d",
         format, w, h, align);
    if (size < 0)
        return;
    for (int i = 0; i < 4; i++) {
        COMPARE(a[i] - memory, b[i] - memory, "%d %dx%d align %d, plane %d", format, w, h, align,
                i);
        COMPARE(a_line[i], b_line[i], "%d %dx%d align %d, plane %d", format, w, h, align, i);
    }
}

static void compare_size(int format, int w, int h)
{
    for (int i = 0; i < ALIGNMENT_COUNT; i++)
        compare_aligned(format, w, h, alignments[i]);
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    const unsigned uw = (unsigned)w, uh = (unsigned)h;
    CALL(fwl_image_check_size(uw, uh, 0, NULL) < 0, av_image_check_size(uw, uh, 0, NULL) < 0,
         "%dx%d", w, h);
    CALL(fwl_image_check_size2(uw, uh, 1000, ours, 0, NULL) < 0,
         av_image_check_size2(uw, uh, 1000, theirs, 0, NULL) < 0, "%d %dx%d", format, w, h);
}

static void buffers_and_planes_of_every_format_size_and_alignment_are_the_same(void)
{
    for (int format = -1; format < FWL_PIX_FMT_NB; format++) {
        for (int w = 1; w <= SMALL_MAX; w++) {
            for (int h = 1; h <= SMALL_MAX; h++)
                compare_size(format, w, h);
        }
        for (int i = 0; i < SIDE_COUNT; i++) {
            for (int j = 0; j < SIDE_COUNT; j++)
                compare_size(format, sides[i], sides[j]);
            compare_size(format, sides[i], 1 + i);
            compare_size(format, 1 + i, sides[i]);
        }
    }
    tally_expect_none("pictures");
}

static void compare_rows(int format, int width)
{
    int a[4], b[4];
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    const int err = av_image_fill_linesizes(b, theirs, width);
    CALL(sign(fwl_image_fill_linesizes(a, ours, width)), sign(err), "%d width %d", format, width);
    for (int i = 0; i < 4 && err >= 0; i++)
        COMPARE(a[i], b[i], "%d width %d, plane %d", format, width, i);
    /* Beyond 0 to 3 theirs reads what lies beside its list. */
    for (int plane = 0; plane < 4; plane++)
        CALL(sign(fwl_image_get_linesize(ours, width, plane)),
             sign(av_image_get_linesize(theirs, width, plane)), "%d width %d, plane %d", format,
             width, plane);
}

static void compare_plane_sizes(int format, int height)
{
    const ptrdiff_t linesizes[4] = {4097, 2049, 2048, 4096};
    size_t a[4], b[4];
    const int err = av_image_fill_plane_sizes(b, (enum AVPixelFormat)format, height, linesizes);
    CALL(sign(fwl_image_fill_plane_sizes(a, (enum FwlPixelFormat)format, height, linesizes)),
         sign(err), "%d height %d", format, height);
    for (int i = 0; i < 4 && err >= 0; i++)
        COMPARE(a[i], b[i], "%d height %d, plane %d", format, height, i);
}

static void rows_and_planes_of_every_format_are_the_same(void)
{
    for (int format = -1; format < FWL_PIX_FMT_NB; format++) {
        for (int size = 0; size <= 20000; size++)
            compare_rows(format, size);
        for (int size = 1; size <= 20000; size += 7)
            compare_plane_sizes(format, size);
        /* To the last size that theirs can round up, to pairs of chroma or to the bits of
         * a byte. */
        for (int size = INT_MAX - 7; size > 20000; size -= size / 5) {
            compare_rows(format, size);
            compare_plane_sizes(format, size);
        }
        compare_rows(format, -1);
        compare_rows(format, INT_MIN);
    }
    tally_expect_none("rows and planes");
}

/* The planes that follow from linesizes, whatever these are. */
static void planes_behind_each_other_are_the_same(void)
{
    uint8_t *const memory = (uint8_t *)(uintptr_t)0x10000;
    for (int format = -1; format < FWL_PIX_FMT_NB; format++) {
        for (int height = 1; height < 3000; height += height < 40 ? 1 : 97) {
            const int linesizes[4] = {height * 7, height * 3, height * 3 + 1, height * 7 + 3};
            uint8_t *a[4], *b[4];
            const int size =
                av_image_fill_pointers(b, (enum AVPixelFormat)format, height, memory, linesizes);
            CALL(sign(fwl_image_fill_pointers(a, (enum FwlPixelFormat)format, height, memory,
                                              linesizes)),
                 sign(size), "%d height %d", format, height);
            for (int i = 0; i < 4 && size >= 0; i++)
                COMPARE(a[i] - memory, b[i] - memory, "%d height %d, plane %d", format, height, i);
        }
    }
    tally_expect_none("planes");
}

static void compare_allocated(int format, int w, int h, int align)
{
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    uint8_t *a[4], *b[4] = {NULL};
    int a_line[4], b_line[4] = {0};
    const int size = av_image_alloc(b, b_line, w, h, theirs, align);
    CALL(sign(fwl_image_alloc(a, a_line, w, h, ours, align)), sign(size), "%d %dx%d align %d",
         format, w, h, align);
    for (int i = 0; i < 4 && size >= 0; i++) {
        COMPARE(a[i] ? a[i] - a[0] : -1, b[i] ? b[i] - b[0] : -1, "%d %dx%d align %d, plane %d",
                format, w, h, align, i);
        COMPARE(a_line[i], b_line[i], "%d %dx%d align %d, plane %d", format, w, h, align, i);
    }
    fwl_freep(&a[0]);
    if (size >= 0) /* else theirs may point to what is freed */
        av_freep(&b[0]);
}

static void allocated_pictures_are_the_same(void)
{
    for (int format = -1; format < FWL_PIX_FMT_NB; format++) {
        for (int w = 1; w < 300; w += w < 36 ? 1 : 23) {
            for (int align = 1; align <= 256; align *= 2)
                compare_allocated(format, w, 1 + w / 2, align);
        }
    }
    tally_expect_none("allocated pictures");
}

static void largest_steps_are_the_same(void)
{
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        int a[4], b[4], a_comp[4], b_comp[4];
        fwl_image_fill_max_pixsteps(a, a_comp, fwl_pix_fmt_desc_get((enum FwlPixelFormat)format));
        av_image_fill_max_pixsteps(b, b_comp, av_pix_fmt_desc_get((enum AVPixelFormat)format));
        for (int i = 0; i < 4; i++) {
            COMPARE(a[i], b[i], "%d, plane %d", format, i);
            COMPARE(a_comp[i], b_comp[i], "%d, plane %d", format, i);
        }
    }
    tally_expect_none("steps");
}

static void the_same_sizes_and_pixel_shapes_are_refused(void)
{
    static const unsigned edges[] = {
        0,        1,           2,        127,      8192,           16382,
        16384,    23000,       1u << 20, 1u << 24, 1u << 27,       1u << 28,
        1u << 29, INT_MAX - 1, INT_MAX,  1u << 31, UINT_MAX - 127, UINT_MAX};
    static const int shapes[] = {INT_MIN, -1, 0, 1, 2, 3, 10, 11, 1000, 65535, INT_MAX};
    enum { EDGES = sizeof edges / sizeof edges[0], SHAPES = sizeof shapes / sizeof shapes[0] };
    for (int i = 0; i < EDGES * EDGES; i++) {
        const unsigned w = edges[i / EDGES], h = edges[i % EDGES];
        for (int format = -1; format < FWL_PIX_FMT_NB; format += 3)
            CALL(fwl_image_check_size2(w, h, INT64_MAX, (enum FwlPixelFormat)format, 0, NULL) < 0,
                 av_image_check_size2(w, h, INT64_MAX, (enum AVPixelFormat)format, 0, NULL) < 0,
                 "%d %ux%u", format, w, h);
        for (int j = 0; j < SHAPES * SHAPES && w <= INT_MAX && h <= INT_MAX; j++) {
            const int num = shapes[j / SHAPES], den = shapes[j % SHAPES];
            CALL(fwl_image_check_sar(w, h, (FwlRational){num, den}) < 0,
                 av_image_check_sar(w, h, (AVRational){num, den}) < 0, "%ux%u %d/%d", w, h, num,
                 den);
        }
    }
    tally_expect_none("limits");
}

/* Pixels */

enum { PICTURE_MAX = 1 << 18 };

/* Pictures of noise, and where results go. */
struct Pictures {
    uint8_t noise[PICTURE_MAX], ours[PICTURE_MAX], theirs[PICTURE_MAX];
};

static struct Pictures *make_pictures(void)
{
    struct Pictures *pictures = calloc(1, sizeof *pictures);
    assert_non_null(pictures);
    uint32_t state = 1;
    for (size_t i = 0; i < PICTURE_MAX; i++) {
        state = state * 1664525 + 1013904223;
        pictures->noise[i] = (uint8_t)(state >> 24);
    }
    return pictures;
}

static void compare_packing(struct Pictures *p, int format, int w, int h, int from, int to)
{
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    uint8_t *src[4];
    int linesize[4];
    const int size = av_image_get_buffer_size(theirs, w, h, to);
    if (size < 0 || av_image_fill_arrays(src, linesize, p->noise, theirs, w, h, from) < 0)
        return;
    const uint8_t *const planes[4] = {src[0], src[1], src[2], src[3]};
    memset(p->ours, 0x2a, (size_t)size + 64);
    memset(p->theirs, 0x2a, (size_t)size + 64);
    CALL(fwl_image_copy_to_buffer(p->ours, (size_t)size, planes, linesize, ours, w, h, to),
         av_image_copy_to_buffer(p->theirs, size, planes, linesize, theirs, w, h, to),
         "%d %dx%d align %d to %d", format, w, h, from, to);
    COMPARE(memcmp(p->ours, p->theirs, (size_t)size + 64) != 0, 0, "%d %dx%d align %d to %d",
            format, w, h, from, to);
    CALL(
        sign(fwl_image_copy_to_buffer(p->ours, (size_t)size - 1, planes, linesize, ours, w, h, to)),
        -1, "%d %dx%d, a byte too few", format, w, h);
}

static void compare_copy(struct Pictures *p, int format, int w, int h, int from, int to)
{
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    uint8_t *src[4], *a[4], *b[4];
    int src_line[4], line[4];
    const int size = av_image_fill_arrays(a, line, p->ours, theirs, w, h, to);
    if (size < 0 || av_image_fill_arrays(src, src_line, p->noise, theirs, w, h, from) < 0)
        return;
    av_image_fill_arrays(b, line, p->theirs, theirs, w, h, to);
    const uint8_t *planes[4] = {src[0], src[1], src[2], src[3]};
    memset(p->ours, 0x2a, (size_t)size + 64);
    memset(p->theirs, 0x2a, (size_t)size + 64);
    CALL(fwl_image_copy(a, line, planes, src_line, ours, w, h), 0, "%d %dx%d", format, w, h);
    av_image_copy(b, line, planes, src_line, theirs, w, h);
    COMPARE(memcmp(p->ours, p->theirs, (size_t)size + 64) != 0, 0, "%d %dx%d align %d to %d",
            format, w, h, from, to);
}

static void copies_are_the_same_to_the_byte(void)
{
    struct Pictures *pictures = make_pictures();
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        for (int w = 1; w <= 67; w += w < 20 ? 1 : 5) {
            for (int h = 1; h <= 9; h++) {
                compare_packing(pictures, format, w, h, 1 << (w % 7), 1 << (h % 7));
                compare_copy(pictures, format, w, h, 1 << (w % 7), 1 << (h % 7));
            }
        }
    }
    free(pictures);
    tally_expect_none("copies");
}

/* How many rows of pixels differ. What is behind them is padding, which theirs may write to when it
 * copies from slow memory. */
static int count_other_rows(int format, int w, int h, uint8_t *const a[4], uint8_t *const b[4],
                            const int line[4])
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)format);
    int count = 0;
    for (int plane = 0; plane < 4 && a[plane]; plane++) {
        const int shift = plane == 1 || plane == 2 ? desc->log2_chroma_h : 0;
        const int row = av_image_get_linesize((enum AVPixelFormat)format, w, plane);
        for (int y = 0; row > 0 && y < (h + (1 << shift) - 1) >> shift; y++)
            count +=
                memcmp(a[plane] + y * line[plane], b[plane] + y * line[plane], (size_t)row) != 0;
    }
    if (desc->flags & AV_PIX_FMT_FLAG_PAL)
        count += memcmp(a[1], b[1], AVPALETTE_SIZE) != 0;
    return count;
}

/* Linesizes of ptrdiff_t, and planes one by one. */
static void compare_plane_copies(struct Pictures *p, int format, int w, int h, int from, int to)
{
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    uint8_t *src[4], *a[4], *b[4];
    int src_line[4], line[4];
    const int size = av_image_fill_arrays(a, line, p->ours, theirs, w, h, to);
    if (size < 0 || av_image_fill_arrays(src, src_line, p->noise, theirs, w, h, from) < 0)
        return;
    av_image_fill_arrays(b, line, p->theirs, theirs, w, h, to);
    const uint8_t *planes[4] = {src[0], src[1], src[2], src[3]};
    const ptrdiff_t wide[4] = {line[0], line[1], line[2], line[3]};
    const ptrdiff_t src_wide[4] = {src_line[0], src_line[1], src_line[2], src_line[3]};
    memset(p->ours, 0x2a, (size_t)size + 64);
    memset(p->theirs, 0x2a, (size_t)size + 64);
    CALL(fwl_image_copy_uc_from(a, wide, planes, src_wide, ours, w, h), 0, "%d %dx%d", format, w,
         h);
    av_image_copy_uc_from(b, wide, planes, src_wide, theirs, w, h);
    COMPARE(count_other_rows(format, w, h, a, b, line), 0, "%d %dx%d", format, w, h);
    const int row = av_image_get_linesize(theirs, w, 0);
    const uint8_t *last = src[0] + (ptrdiff_t)(h - 1) * src_line[0];
    CALL(fwl_image_copy_plane(a[0], line[0], last, -src_line[0], row, h), 0, "%d", format);
    av_image_copy_plane(b[0], line[0], last, -src_line[0], row, h);
    COMPARE(count_other_rows(format, w, h, a, b, line), 0, "%d %dx%d flipped", format, w, h);
    CALL(fwl_image_copy_plane_uc_from(a[0], wide[0], src[0], src_wide[0], row, h), 0, "%d", format);
    av_image_copy_plane_uc_from(b[0], wide[0], src[0], src_wide[0], row, h);
    COMPARE(count_other_rows(format, w, h, a, b, line), 0, "%d %dx%d", format, w, h);
}

static void copies_of_planes_are_the_same_to_the_byte(void)
{
    struct Pictures *pictures = make_pictures();
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        for (int w = 1; w <= 67; w += w < 20 ? 1 : 5)
            compare_plane_copies(pictures, format, w, 1 + w % 9, 1 << (w % 7), 1 << (w % 5));
    }
    free(pictures);
    tally_expect_none("copies of planes");
}

/* Single values: rows of noise are read; what is read is written to rows of zeros. Libavutil or-s
 * values to what is there, so they only agree on zeros. */
static void compare_values(struct Pictures *p, int format, int component, int x, int y, int count)
{
    enum { WIDTH = 48, HEIGHT = 4 };
    const AVPixFmtDescriptor *b_desc = av_pix_fmt_desc_get((enum AVPixelFormat)format);
    const FwlPixFmtDescriptor *a_desc = fwl_pix_fmt_desc_get((enum FwlPixelFormat)format);
    uint8_t *src[4], *a[4], *b[4];
    int line[4];
    uint16_t a_short[WIDTH] = {0}, b_short[WIDTH] = {0};
    uint32_t a_wide[WIDTH] = {0}, b_wide[WIDTH] = {0};
    const int size =
        av_image_fill_arrays(src, line, p->noise, (enum AVPixelFormat)format, WIDTH, HEIGHT, 8);
    av_image_fill_arrays(a, line, p->ours, (enum AVPixelFormat)format, WIDTH, HEIGHT, 8);
    av_image_fill_arrays(b, line, p->theirs, (enum AVPixelFormat)format, WIDTH, HEIGHT, 8);
    const uint8_t *planes[4] = {src[0], src[1], src[2], src[3]};
    tally_call();
    fwl_read_image_line(a_short, planes, line, a_desc, x, y, component, count, 0);
    av_read_image_line(b_short, planes, line, b_desc, x, y, component, count, 0);
    COMPARE(memcmp(a_short, b_short, sizeof a_short) != 0, 0, "%s, %d", b_desc->name, component);
    tally_call();
    fwl_read_image_line2(a_wide, planes, line, a_desc, x, y, component, count, 0, 4);
    av_read_image_line2(b_wide, planes, line, b_desc, x, y, component, count, 0, 4);
    COMPARE(memcmp(a_wide, b_wide, sizeof a_wide) != 0, 0, "%s, %d", b_desc->name, component);
    memset(p->ours, 0, (size_t)size);
    memset(p->theirs, 0, (size_t)size);
    tally_call();
    if (x % 2) {
        fwl_write_image_line(a_short, a, line, a_desc, x, y, component, count);
        av_write_image_line(b_short, b, line, b_desc, x, y, component, count);
    } else {
        fwl_write_image_line2(a_wide, a, line, a_desc, x, y, component, count, 4);
        av_write_image_line2(b_wide, b, line, b_desc, x, y, component, count, 4);
    }
    COMPARE(memcmp(p->ours, p->theirs, (size_t)size) != 0, 0, "%s, component %d written",
            b_desc->name, component);
}

static void single_values_are_the_same(void)
{
    struct Pictures *pictures = make_pictures();
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)format);
        for (int i = 0; i < desc->nb_components && !(desc->flags & AV_PIX_FMT_FLAG_HWACCEL); i++) {
            for (int x = 0; x < 5; x++)
                compare_values(pictures, format, i, x, x % 2, 1 + x);
        }
    }
    uint16_t a[40], b[40];
    const uint8_t *planes[4] = {pictures->noise, pictures->noise + 1024};
    const int line[4] = {40};
    tally_call();
    fwl_read_image_line(a, planes, line, fwl_pix_fmt_desc_get(FWL_PIX_FMT_PAL8), 0, 1, 0, 40, 1);
    av_read_image_line(b, planes, line, av_pix_fmt_desc_get(AV_PIX_FMT_PAL8), 0, 1, 0, 40, 1);
    COMPARE(memcmp(a, b, sizeof a), 0, "colors of a palette");
    free(pictures);
    tally_expect_none("single values");
}

/* Where libavutil's black is none, or it has none: alpha of gray half transparent, Y and Z of XYZ
 * at half, place 16 of whatever palette, no float. */
static bool has_other_black(int format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)format);
    return desc->nb_components == 2 || strncmp(desc->name, "xyz", 3) == 0 ||
           (desc->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_FLOAT)) != 0;
}

static void compare_black(struct Pictures *p, int format, int w, int h, int align, int range)
{
    uint8_t *a[4], *b[4];
    int line[4];
    const enum AVPixelFormat theirs = (enum AVPixelFormat)format;
    const enum FwlPixelFormat ours = (enum FwlPixelFormat)format;
    const int size = av_image_fill_arrays(a, line, p->ours, theirs, w, h, align);
    if (size < 0 || has_other_black(format))
        return;
    av_image_fill_arrays(b, line, p->theirs, theirs, w, h, align);
    const ptrdiff_t wide[4] = {line[0], line[1], line[2], line[3]};
    memset(p->ours, 0x2a, (size_t)size + 64);
    memset(p->theirs, 0x2a, (size_t)size + 64);
    CALL(sign(fwl_image_fill_black(a, wide, ours, (enum FwlColorRange)range, w, h)),
         sign(av_image_fill_black(b, wide, theirs, (enum AVColorRange)range, w, h)),
         "%s %dx%d range %d", av_get_pix_fmt_name(theirs), w, h, range);
    COMPARE(memcmp(p->ours, p->theirs, (size_t)size + 64) != 0, 0, "%s %dx%d align %d range %d",
            av_get_pix_fmt_name(theirs), w, h, align, range);
}

static void black_is_the_same_to_the_byte(void)
{
    struct Pictures *pictures = make_pictures();
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        for (int w = 1; w <= 34; w++) {
            for (int range = 0; range < 3; range++)
                compare_black(pictures, format, w, 1 + w % 5, 1 << (w % 7), range);
        }
    }
    free(pictures);
    tally_expect_none("black pictures");
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        /* Millions of calls, of which few allocate. */
        CASE_ONCE(buffers_and_planes_of_every_format_size_and_alignment_are_the_same),
        CASE_ONCE(rows_and_planes_of_every_format_are_the_same),
        CASE_ONCE(planes_behind_each_other_are_the_same),
        CASE_ONCE(allocated_pictures_are_the_same),
        CASE_ONCE(largest_steps_are_the_same),
        CASE_ONCE(the_same_sizes_and_pixel_shapes_are_refused),
        CASE_ONCE(copies_are_the_same_to_the_byte),
        CASE_ONCE(copies_of_planes_are_the_same_to_the_byte),
        CASE_ONCE(single_values_are_the_same),
        CASE_ONCE(black_is_the_same_to_the_byte),
    };
    return run_cases("image against libavutil", cases, sizeof cases / sizeof cases[0], argc, argv);
}
