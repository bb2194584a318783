/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pictures in memory: an input is a row of operations, each of which reads what it needs.
 *
 * Numbers are compared with sums in 128 bits (wide_image.h). Pictures lie in memory of their very
 * size whose neighbourhood is watched (guarded.h); beside each a second one is kept in which the
 * same is done byte by byte.
 */
#include <limits.h>
#include <string.h>

#include "fuzz.h"
#include "guarded.h"
#include "wide_image.h"

/* Choosing */

static uint32_t take32(FuzzBytes *bytes)
{
    const uint32_t low = fuzz_take16(bytes);
    return low | (uint32_t)fuzz_take16(bytes) << 16;
}

/* Numbers of all magnitudes, those at which something changes, and mostly small ones. */
static int choose_number(FuzzBytes *bytes)
{
    static const int edges[] = {INT_MIN,     -1,          0,           1,
                                INT_MAX / 8, INT_MAX / 4, INT_MAX / 3, INT_MAX / 2,
                                16383,       INT_MAX - 2, INT_MAX - 1, INT_MAX};
    const size_t kind = fuzz_choose(bytes, 8);
    if (kind == 0)
        return edges[fuzz_choose(bytes, sizeof edges / sizeof edges[0])];
    if (kind == 1)
        return (int)(UINT32_C(1) << fuzz_choose(bytes, 31)) - 1 + (int)fuzz_choose(bytes, 3);
    if (kind == 2)
        return (int)take32(bytes);
    return kind == 3 ? fuzz_take16(bytes) : 1 + (int)fuzz_choose(bytes, 80);
}

/* Sizes for rules, likewise. */
static size_t choose_size(FuzzBytes *bytes)
{
    const size_t kind = fuzz_choose(bytes, 6);
    if (kind == 0)
        return SIZE_MAX - fuzz_choose(bytes, 3);
    if (kind == 1)
        return (size_t)1 << fuzz_choose(bytes, 64);
    if (kind == 2)
        return (size_t)take32(bytes) << fuzz_choose(bytes, 33);
    return kind == 3 ? fuzz_take(bytes) : kind == 4 ? (size_t)1 << fuzz_choose(bytes, 13) : 0;
}

/* Any number of a format, and a few that are none. */
static enum FwlPixelFormat choose_format(FuzzBytes *bytes)
{
    return (enum FwlPixelFormat)((int)fuzz_choose(bytes, FWL_PIX_FMT_NB + 4) - 2);
}

static enum FwlPixelFormat choose_format_in_memory(FuzzBytes *bytes)
{
    int format = (int)fuzz_choose(bytes, FWL_PIX_FMT_NB);
    while (!wide_is_in_memory((enum FwlPixelFormat)format))
        format = (format + 1) % FWL_PIX_FMT_NB;
    return (enum FwlPixelFormat)format;
}

/* Sizes */

static void expect_none(uint8_t *const data[4], const int linesize[4])
{
    for (int i = 0; i < 4; i++)
        fuzz_expect(!data[i] && linesize[i] == 0);
}

static void compare_rows(enum FwlPixelFormat format, int width)
{
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    const bool is_valid = wide_is_in_memory(format) && width >= 0;
    int linesizes[4], expected[4], status = is_valid ? 0 : FWL_E_INVALID;
    for (int i = 0; i < 4; i++) {
        const Wide row = is_valid ? wide_row(desc, width, i) : FWL_E_INVALID;
        expected[i] = row > INT_MAX ? FWL_E_RANGE : (int)row;
        status = expected[i] < 0 && status == 0 ? expected[i] : status;
        fuzz_expect_equal(fwl_image_get_linesize(format, width, i), expected[i]);
    }
    fuzz_expect_equal(fwl_image_fill_linesizes(linesizes, format, width), status);
    for (int i = 0; i < 4; i++)
        fuzz_expect_equal(linesizes[i], status < 0 ? 0 : expected[i]);
}

static void compare_aligned(enum FwlPixelFormat format, int width, int height, int align)
{
    static uint8_t *const memory = (uint8_t *)(uintptr_t)0x10000; /* not touched */
    uint8_t *data[4];
    int linesize[4];
    const int size = wide_buffer_size(format, width, height, align);
    fuzz_expect_equal(fwl_image_get_buffer_size(format, width, height, align), size);
    fuzz_expect_equal(fwl_image_fill_arrays(data, linesize, memory, format, width, height, align),
                      size);
    if (size < 0) {
        expect_none(data, linesize);
        return;
    }
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    Wide offset = 0;
    for (int i = 0; i < wide_plane_count(desc); i++) {
        const bool is_palette = (desc->flags & FWL_PIX_FMT_FLAG_PAL) != 0 && i == 1;
        fuzz_expect_equal((uintptr_t)data[i] - (uintptr_t)memory, offset);
        fuzz_expect_equal(linesize[i], wide_round_up(wide_row(desc, width, i), align));
        offset += is_palette ? FWL_PALETTE_SIZE : linesize[i] * wide_rows(desc, height, i);
    }
    fuzz_expect_equal(offset, size);
}

static void do_sizes(FuzzBytes *bytes)
{
    const enum FwlPixelFormat format = choose_format(bytes);
    const int width = choose_number(bytes), height = choose_number(bytes);
    const bool is_power = fuzz_take(bytes) % 4 > 0;
    const int align = is_power ? 1 << fuzz_choose(bytes, 31) : choose_number(bytes);
    compare_rows(format, width);
    compare_aligned(format, width, height, align);
}

/* What fwl_image_fill_plane_sizes is to say. */
static int wide_plane_sizes(Wide sizes[4], enum FwlPixelFormat format, int height,
                            const ptrdiff_t linesizes[4])
{
    memset(sizes, 0, 4 * sizeof *sizes);
    if (!wide_is_in_memory(format) || height <= 0)
        return FWL_E_INVALID;
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    for (int i = 0; i < fwl_pix_fmt_count_planes(format); i++) {
        const Wide rows = wide_rows(desc, height, i);
        sizes[i] = (Wide)linesizes[i] * rows;
        if (linesizes[i] < 0)
            return FWL_E_INVALID;
        if (rows > INT_MAX || sizes[i] > SIZE_MAX)
            return FWL_E_RANGE;
    }
    if (desc->flags & FWL_PIX_FMT_FLAG_PAL)
        sizes[1] = FWL_PALETTE_SIZE;
    return 0;
}

static void do_plane_sizes(FuzzBytes *bytes)
{
    const enum FwlPixelFormat format = choose_format(bytes);
    const int height = choose_number(bytes);
    const size_t shift = fuzz_choose(bytes, 2) == 0 ? 0 : fuzz_choose(bytes, 33);
    int linesizes[4];
    ptrdiff_t wide_linesizes[4];
    for (int i = 0; i < 4; i++) {
        linesizes[i] = choose_number(bytes);
        wide_linesizes[i] = (ptrdiff_t)linesizes[i] * ((ptrdiff_t)1 << (shift % 32));
    }
    Wide expected[4];
    size_t sizes[4];
    int status = wide_plane_sizes(expected, format, height, wide_linesizes);
    fuzz_expect_equal(fwl_image_fill_plane_sizes(sizes, format, height, wide_linesizes), status);
    for (int i = 0; i < 4; i++)
        fuzz_expect_equal(sizes[i], status < 0 ? 0 : expected[i]);

    uint8_t *const memory = (uint8_t *)(uintptr_t)0x10000, *data[4];
    for (int i = 0; i < 4; i++)
        wide_linesizes[i] = linesizes[i];
    status = wide_plane_sizes(expected, format, height, wide_linesizes);
    const Wide total = expected[0] + expected[1] + expected[2] + expected[3];
    const Wide wanted = status < 0 ? status : total > INT_MAX ? FWL_E_RANGE : total;
    fuzz_expect_equal(fwl_image_fill_pointers(data, format, height, memory, linesizes), wanted);
    if (wanted < 0)
        expect_none(data, (const int[4]){0});
}

static void do_check_size(FuzzBytes *bytes)
{
    const unsigned width = (unsigned)choose_number(bytes), height = (unsigned)choose_number(bytes);
    const enum FwlPixelFormat format = choose_format(bytes);
    const int64_t most = (int64_t)choose_number(bytes) * (1 + (int64_t)fuzz_take(bytes));
    const bool is_known = wide_is_in_memory(format) && width <= INT_MAX;
    Wide row = is_known ? wide_row(fwl_pix_fmt_desc_get(format), width, 0) : 0;
    row = (row == 0 || row > INT_MAX ? (Wide)8 * width : row) + 1024;
    const bool is_large = width > INT_MAX || height > INT_MAX || row >= INT_MAX ||
                          row * ((Wide)height + 128) >= INT_MAX;
    const int expected = width == 0 || height == 0     ? FWL_E_INVALID
                         : is_large                    ? FWL_E_RANGE
                         : (Wide)width * height > most ? FWL_E_LIMIT
                                                       : 0;
    fuzz_expect_equal(fwl_image_check_size2(width, height, most, format, 0, NULL), expected);
}

/* Rules */

static void compare_layouts(const FwlImageLayout *got, const FwlImageLayout *wanted)
{
    fuzz_expect_equal(got->format, wanted->format);
    fuzz_expect_equal(got->width, wanted->width);
    fuzz_expect_equal(got->height, wanted->height);
    fuzz_expect_equal(got->plane_count, wanted->plane_count);
    for (int i = 0; i < 4; i++) {
        fuzz_expect_equal(got->linesize[i], wanted->linesize[i]);
        fuzz_expect_equal(got->row_size[i], wanted->row_size[i]);
        fuzz_expect_equal(got->rows[i], wanted->rows[i]);
        fuzz_expect_equal(got->plane_size[i], wanted->plane_size[i]);
        fuzz_expect_equal(got->offset[i], wanted->offset[i]);
    }
    fuzz_expect_equal(got->size, wanted->size);
    fuzz_expect_equal(got->alignment, wanted->alignment);
}

static void do_layout(FuzzBytes *bytes)
{
    const enum FwlPixelFormat format = choose_format(bytes);
    const int width = choose_number(bytes), height = choose_number(bytes);
    const FwlImageRules rules = {
        .row_align = choose_size(bytes),
        .plane_align = choose_size(bytes),
        .tail_padding = choose_size(bytes),
        .coded_width = fuzz_take(bytes) % 2 ? choose_number(bytes) : 0,
        .coded_height = fuzz_take(bytes) % 2 ? choose_number(bytes) : 0,
    };
    FwlImageLayout layout, expected;
    const int status = wide_layout(&expected, format, width, height, &rules);
    fuzz_expect_equal(fwl_image_layout_init(&layout, format, width, height, &rules), status);
    compare_layouts(&layout, &expected);
}

/* Pictures */

typedef struct Picture {
    Guarded memory;
    uint8_t kept[GUARDED_MAX]; /* what memory is to hold */
    FwlImageRules rules;
    FwlImageLayout layout;
    uint8_t *data[4];
    int linesize[4];
} Picture;

static bool has_palette(const Picture *picture)
{
    return (fwl_pix_fmt_desc_get(picture->layout.format)->flags & FWL_PIX_FMT_FLAG_PAL) != 0;
}

/* The rows of the picture, not of the room for it. */
static int rows_of(const Picture *picture, int plane)
{
    if (has_palette(picture) && plane == 1)
        return 1;
    return (int)wide_rows(fwl_pix_fmt_desc_get(picture->layout.format), picture->layout.height,
                          plane);
}

/* Where a row is, from the start of the memory. */
static size_t place_of(const Picture *picture, int plane, int row)
{
    const uint8_t *start = picture->data[plane] + (ptrdiff_t)row * picture->linesize[plane];
    return (size_t)(start - picture->memory.bytes);
}

static void expect_kept(const Picture *picture)
{
    fuzz_expect(memcmp(picture->memory.bytes, picture->kept, picture->layout.size) == 0);
    guarded_check(&picture->memory);
}

/* Fills memory with what does not repeat soon. */
static void scribble(Picture *picture, uint32_t seed)
{
    for (size_t i = 0; i < picture->layout.size; i++) {
        seed = seed * 1664525 + 1013904223;
        picture->kept[i] = (uint8_t)(seed >> 24);
    }
    memcpy(picture->memory.bytes, picture->kept, picture->layout.size);
}

/* From the bottom up, if the rules allow the last row to be the first. */
static void turn_over(Picture *picture, int plane)
{
    const ptrdiff_t distance =
        (ptrdiff_t)(picture->layout.rows[plane] - 1) * picture->linesize[plane];
    const size_t align = picture->rules.plane_align;
    if (align > 0 && (size_t)distance % align != 0)
        return;
    picture->data[plane] += distance;
    picture->linesize[plane] = -picture->linesize[plane];
}

static FwlImageRules choose_rules(FuzzBytes *bytes, int width, int height)
{
    const size_t kinds = fuzz_take(bytes);
    return (FwlImageRules){
        .row_align = kinds & 1 ? (size_t)1 << fuzz_choose(bytes, 10) : 0,
        .plane_align = kinds & 2 ? (size_t)1 << fuzz_choose(bytes, 13) : 0,
        .tail_padding = kinds & 4 ? fuzz_take(bytes) : 0,
        .coded_width = kinds & 8 ? width + (int)fuzz_choose(bytes, 40) : 0,
        .coded_height = kinds & 16 ? height + (int)fuzz_choose(bytes, 40) : 0,
    };
}

/* A picture by rules of the input, with bytes; false where it would be too large. */
static bool make_picture(Picture *picture, FuzzBytes *bytes, enum FwlPixelFormat format, int width,
                         int height)
{
    FwlImageLayout *layout = &picture->layout;
    picture->rules = choose_rules(bytes, width, height);
    fuzz_expect_equal(fwl_image_layout_init(layout, format, width, height, &picture->rules), 0);
    if (layout->size > GUARDED_MAX)
        return false;
    uint8_t *memory = guarded_take(&picture->memory, layout->size, layout->alignment);
    fwl_image_layout_fill_arrays(layout, picture->data, picture->linesize, memory);
    const size_t turned = fuzz_take(bytes);
    for (int i = 0; i < layout->plane_count; i++) {
        if (turned >> i & 1)
            turn_over(picture, i);
    }
    scribble(picture, take32(bytes));
    return true;
}

static int check(const Picture *picture, const size_t sizes[4], FwlImageProblem *problem)
{
    const uint8_t *const data[4] = {picture->data[0], picture->data[1], picture->data[2],
                                    picture->data[3]};
    return fwl_image_check(data, picture->linesize, sizes, picture->layout.format,
                           picture->layout.width, picture->layout.height, &picture->rules, problem);
}

static void expect_fine(const Picture *picture)
{
    FwlImageProblem problem;
    if (check(picture, picture->layout.plane_size, &problem) < 0)
        fuzz_fail(problem.message, __FILE__, __LINE__);
    fuzz_expect(problem.fault == FWL_IMAGE_FINE && problem.message[0] == '\0');
    fuzz_expect_equal(check(picture, NULL, NULL), 0);
}

static void expect_fault(const Picture *picture, const size_t sizes[4], enum FwlImageFault fault,
                         int plane)
{
    FwlImageProblem problem;
    fuzz_expect_equal(check(picture, sizes, &problem), FWL_E_INVALID);
    fuzz_expect_equal(problem.fault, fault);
    fuzz_expect_equal(problem.plane, plane);
    fuzz_expect(problem.message[0] != '\0');
    fuzz_expect(memchr(problem.message, '\0', sizeof problem.message));
}

/* One byte less than a plane needs, and one less than its padding. */
static void expect_sizes_are_needed(const Picture *picture, int plane)
{
    size_t sizes[4];
    memcpy(sizes, picture->layout.plane_size, sizeof sizes);
    const int linesize = picture->linesize[plane];
    const size_t distance = (size_t)(linesize < 0 ? -linesize : linesize);
    FwlImageLayout coded;
    const FwlImageRules rules = {.coded_width = picture->rules.coded_width,
                                 .coded_height = picture->rules.coded_height};
    wide_layout(&coded, picture->layout.format, picture->layout.width, picture->layout.height,
                &rules);
    const bool is_palette = has_palette(picture) && plane == 1;
    const size_t row = is_palette ? FWL_PALETTE_SIZE : (size_t)coded.linesize[plane];
    const size_t needed = ((size_t)coded.rows[plane] - 1) * distance + row;
    sizes[plane] = needed - 1;
    expect_fault(picture, sizes, FWL_IMAGE_OVERRUN, plane);
    sizes[plane] = needed + picture->rules.tail_padding;
    fuzz_expect_equal(check(picture, sizes, NULL), 0);
    if (picture->rules.tail_padding > 0) {
        sizes[plane]--;
        expect_fault(picture, sizes, FWL_IMAGE_PADDING, plane);
    }
}

/* Copies */

static int copy(const Picture *to, const Picture *from, size_t kind)
{
    const uint8_t *const data[4] = {from->data[0], from->data[1], from->data[2], from->data[3]};
    const FwlImageLayout *layout = &from->layout;
    if (kind % 2 == 0)
        return fwl_image_copy(to->data, to->linesize, data, from->linesize, layout->format,
                              layout->width, layout->height);
    ptrdiff_t to_linesize[4], from_linesize[4];
    for (int i = 0; i < 4; i++) {
        to_linesize[i] = to->linesize[i];
        from_linesize[i] = from->linesize[i];
    }
    return fwl_image_copy_uc_from(to->data, to_linesize, data, from_linesize, layout->format,
                                  layout->width, layout->height);
}

/* The same, byte for byte, with what both are to hold. */
static void copy_kept(Picture *to, const Picture *from)
{
    for (int i = 0; i < from->layout.plane_count; i++) {
        for (int y = 0; y < rows_of(from, i); y++)
            memcpy(to->kept + place_of(to, i, y), from->kept + place_of(from, i, y),
                   (size_t)from->layout.row_size[i]);
    }
}

/* A picture with something wrong about one of its planes. */
static void spoil(Picture *picture, int plane, size_t kind)
{
    const int short_by_one = picture->layout.row_size[plane] - 1;
    const bool is_palette = has_palette(picture) && plane == 1;
    if (kind == 0 || is_palette)
        picture->data[plane] = NULL;
    else
        picture->linesize[plane] = kind == 1 ? short_by_one : -short_by_one;
}

static void expect_refusal(Picture *to, Picture *from, FuzzBytes *bytes)
{
    const size_t kind = fuzz_choose(bytes, 3);
    const int plane = (int)fuzz_choose(bytes, (size_t)to->layout.plane_count);
    Picture *spoiled = fuzz_take(bytes) % 2 ? to : from;
    uint8_t *const data = spoiled->data[plane];
    const int linesize = spoiled->linesize[plane];
    spoil(spoiled, plane, kind);
    fuzz_expect_equal(copy(to, from, kind), FWL_E_INVALID);
    expect_fault(spoiled, NULL, spoiled->data[plane] ? FWL_IMAGE_LINESIZE : FWL_IMAGE_MISSING,
                 plane);
    spoiled->data[plane] = data;
    spoiled->linesize[plane] = linesize;
    expect_kept(to);
    expect_kept(from);
}

static Picture first, second;

/* Two pictures of one format and size, by rules of their own. */
static bool make_two(FuzzBytes *bytes)
{
    const enum FwlPixelFormat format = choose_format_in_memory(bytes);
    const bool is_large = fuzz_choose(bytes, 16) == 0;
    const int width = 1 + (int)fuzz_choose(bytes, is_large ? 600 : 70);
    const int height = 1 + (int)fuzz_choose(bytes, is_large ? 300 : 40);
    return make_picture(&first, bytes, format, width, height) &&
           make_picture(&second, bytes, format, width, height);
}

static void do_copy(FuzzBytes *bytes)
{
    if (!make_two(bytes))
        return;
    expect_fine(&first);
    expect_sizes_are_needed(&first, (int)fuzz_choose(bytes, (size_t)first.layout.plane_count));
    expect_refusal(&second, &first, bytes);
    fuzz_expect_equal(copy(&second, &first, fuzz_take(bytes)), 0);
    copy_kept(&second, &first);
    expect_kept(&second);
    expect_kept(&first);
    scribble(&first, take32(bytes));
    fuzz_expect_equal(copy(&first, &second, fuzz_take(bytes)), 0);
    copy_kept(&first, &second);
    expect_kept(&first);
}

/* The second picture as one of rows aligned to align and no padding else. */
static bool make_packed(int align, size_t *size)
{
    const FwlImageLayout *layout = &first.layout;
    *size = (size_t)fwl_image_get_buffer_size(layout->format, layout->width, layout->height, align);
    if (*size > GUARDED_MAX)
        return false;
    second.rules = (FwlImageRules){.row_align = (size_t)align};
    fwl_image_layout_init(&second.layout, layout->format, layout->width, layout->height,
                          &second.rules);
    fuzz_expect_equal(second.layout.size, *size);
    uint8_t *memory = guarded_take(&second.memory, *size, 1);
    fwl_image_layout_fill_arrays(&second.layout, second.data, second.linesize, memory);
    scribble(&second, 1);
    return true;
}

static void do_copy_to_buffer(FuzzBytes *bytes)
{
    size_t size;
    if (!make_two(bytes) || !make_packed(1 << fuzz_choose(bytes, 10), &size))
        return;
    const uint8_t *const data[4] = {first.data[0], first.data[1], first.data[2], first.data[3]};
    const FwlImageLayout *layout = &first.layout;
    const int align = (int)second.rules.row_align;
    fuzz_expect_equal(fwl_image_copy_to_buffer(second.memory.bytes, size - 1, data, first.linesize,
                                               layout->format, layout->width, layout->height,
                                               align),
                      FWL_E_INVALID);
    expect_kept(&second);
    fuzz_expect_equal(fwl_image_copy_to_buffer(second.memory.bytes, size, data, first.linesize,
                                               layout->format, layout->width, layout->height,
                                               align),
                      size);
    copy_kept(&second, &first);
    if (has_palette(&second)) { /* low byte first there, native here */
        uint8_t *palette = second.kept + second.layout.offset[1];
        for (size_t i = 0; i < FWL_PALETTE_SIZE; i += 4) {
            uint32_t color;
            memcpy(&color, palette + i, sizeof color);
            for (size_t k = 0; k < 4; k++)
                palette[i + k] = (uint8_t)(color >> 8 * k);
        }
    }
    expect_kept(&second);
    expect_kept(&first);
}

static void do_copy_plane(FuzzBytes *bytes)
{
    if (!make_two(bytes))
        return;
    const int plane = (int)fuzz_choose(bytes, (size_t)first.layout.plane_count);
    const size_t row = fuzz_choose(bytes, (size_t)first.layout.row_size[plane] + 1);
    const int rows = (int)fuzz_choose(bytes, (size_t)rows_of(&first, plane) + 1);
    const int linesize = first.linesize[plane], other = second.linesize[plane];
    fuzz_expect_equal(fwl_image_copy_plane(second.data[plane], other, first.data[plane], linesize,
                                           (int)row, rows),
                      linesize == 0 && row > 0 ? FWL_E_INVALID : 0);
    for (int y = 0; y < rows && linesize != 0; y++)
        memcpy(second.kept + place_of(&second, plane, y), first.kept + place_of(&first, plane, y),
               row);
    expect_kept(&second);
}

/* Black */

static void do_fill_black(FuzzBytes *bytes)
{
    if (!make_two(bytes))
        return;
    ptrdiff_t linesize[4];
    for (int i = 0; i < 4; i++)
        linesize[i] = first.linesize[i];
    const FwlImageLayout *layout = &first.layout;
    const enum FwlColorRange range = (enum FwlColorRange)fuzz_choose(bytes, FWL_COL_RANGE_NB);
    fuzz_expect_equal(fwl_image_fill_black(first.data, linesize, layout->format, range,
                                           layout->width, layout->height),
                      0);
    for (int i = 0; i < fwl_pix_fmt_count_planes(layout->format); i++) {
        for (int y = 0; y < rows_of(&first, i); y++)
            memcpy(first.kept + place_of(&first, i, y), first.memory.bytes + place_of(&first, i, 0),
                   (size_t)layout->row_size[i]);
    }
    expect_kept(&first);
}

/* Values */

enum { VALUES_MAX = 600 };

/* The values of a component in a row of its plane. */
static int values_in_row(const FwlPixFmtDescriptor *desc, int component, const Picture *picture)
{
    const FwlComponentDescriptor *comp = &desc->comp[component];
    const int row = picture->layout.row_size[comp->plane];
    const bool is_bits = (desc->flags & FWL_PIX_FMT_FLAG_BITSTREAM) != 0;
    const bool is_chroma = component == 1 || component == 2;
    const int width = picture->layout.width;
    const int columns =
        (int)(wide_round_up(width, (Wide)1 << desc->log2_chroma_w) >> desc->log2_chroma_w);
    const int fitting = is_bits ? width : row / comp->step;
    const int wanted = is_chroma ? columns : width;
    return fitting < wanted ? fitting : wanted;
}

static void invert(uint32_t *values, size_t element_size, int count)
{
    uint8_t *bytes = (uint8_t *)values;
    for (size_t i = 0; i < element_size * (size_t)count; i++)
        bytes[i] = (uint8_t)~bytes[i];
}

static void do_values(FuzzBytes *bytes)
{
    if (!make_two(bytes))
        return;
    static uint32_t before[VALUES_MAX], after[VALUES_MAX];
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(first.layout.format);
    const int component = (int)fuzz_choose(bytes, desc->nb_components);
    const int count = values_in_row(desc, component, &first);
    const int x = (int)fuzz_choose(bytes, (size_t)count);
    const int w = (int)fuzz_choose(bytes, (size_t)(count - x) + 1);
    const int plane = desc->comp[component].plane;
    const int y = (int)fuzz_choose(bytes, (size_t)rows_of(&first, plane));
    const size_t element_size = desc->comp[component].depth > 16 || fuzz_take(bytes) % 2 ? 4 : 2;
    const uint8_t *const data[4] = {first.data[0], first.data[1], first.data[2], first.data[3]};
    const int size = (int)element_size;

    fwl_read_image_line2(before, data, first.linesize, desc, x, y, component, w, 0, size);
    expect_kept(&first);
    invert(before, element_size, w);
    fwl_write_image_line2(before, first.data, first.linesize, desc, x, y, component, w, size);
    guarded_check(&first.memory);
    fwl_read_image_line2(after, data, first.linesize, desc, x, y, component, w, 0, size);
    invert(before, element_size, w);
    for (int i = 0; i < w; i++) {
        const uint32_t mask = (uint32_t)((UINT64_C(1) << desc->comp[component].depth) - 1);
        const uint32_t old = size == 4 ? before[i] : ((uint16_t *)before)[i];
        const uint32_t now = size == 4 ? after[i] : ((uint16_t *)after)[i];
        fuzz_expect_equal(old ^ now, mask);
    }
    fwl_write_image_line2(before, first.data, first.linesize, desc, x, y, component, w, size);
    expect_kept(&first);
}

/* Checking planes from anywhere */

typedef struct Extent {
    Wide start, end, distance, row;
    int rows;
} Extent;

static bool share_bytes(const Extent *a, const Extent *b)
{
    for (int i = 0; i < a->rows; i++) {
        for (int k = 0; k < b->rows; k++) {
            const Wide from = a->start + a->distance * i, other = b->start + b->distance * k;
            if (from < other + b->row && other < from + a->row)
                return true;
        }
    }
    return false;
}

/* Addresses near each other, near the ends of what can be addressed, or anywhere. */
static const uint8_t *choose_address(FuzzBytes *bytes)
{
    const size_t kind = fuzz_choose(bytes, 4);
    const uintptr_t detail = fuzz_take16(bytes);
    const uintptr_t bases[] = {0x10000, 0, UINTPTR_MAX - 0xffff, (uintptr_t)take32(bytes) << 20};
    return (const uint8_t *)(bases[kind] + (kind == 0 ? detail % 2048 : detail));
}

static Extent extent_of(const uint8_t *data, int linesize, const FwlImageLayout *wanted, int plane,
                        bool is_palette)
{
    const Wide distance = linesize < 0 ? -(Wide)linesize : linesize;
    Extent extent = {
        .distance = distance,
        .row = is_palette ? FWL_PALETTE_SIZE : wanted->linesize[plane],
        .rows = wanted->rows[plane],
    };
    extent.start = (Wide)(uintptr_t)data - (linesize < 0 ? distance * (extent.rows - 1) : 0);
    extent.end = extent.start + distance * (extent.rows - 1) + extent.row;
    return extent;
}

static void do_check(FuzzBytes *bytes)
{
    const enum FwlPixelFormat format = choose_format_in_memory(bytes);
    const int width = 1 + (int)fuzz_choose(bytes, 100), height = 1 + (int)fuzz_choose(bytes, 24);
    const bool is_palette = (fwl_pix_fmt_desc_get(format)->flags & FWL_PIX_FMT_FLAG_PAL) != 0;
    const uint8_t *data[4];
    int linesize[4];
    const int common = choose_number(bytes);
    for (int i = 0; i < 4; i++) {
        data[i] = choose_address(bytes);
        linesize[i] = fuzz_take(bytes) % 2 ? common : choose_number(bytes);
    }
    FwlImageLayout wanted;
    FwlImageProblem problem;
    fuzz_expect_equal(wide_layout(&wanted, format, width, height, &(FwlImageRules){0}), 0);
    const int status = fwl_image_check(data, linesize, NULL, format, width, height, NULL, &problem);
    fuzz_expect_equal(status, problem.fault == FWL_IMAGE_FINE ? 0 : FWL_E_INVALID);

    Extent extents[4];
    for (int i = 0; i < wanted.plane_count; i++) {
        const bool has_linesize = !(is_palette && i == 1);
        Extent *extent = &extents[i];
        *extent = extent_of(data[i], linesize[i], &wanted, i, !has_linesize);
        const enum FwlImageFault fault =
            !data[i]                                         ? FWL_IMAGE_MISSING
            : has_linesize && extent->distance < extent->row ? FWL_IMAGE_LINESIZE
            : extent->start < 0 || extent->end > UINTPTR_MAX ? FWL_IMAGE_OVERRUN
                                                             : FWL_IMAGE_FINE;
        if (fault != FWL_IMAGE_FINE) {
            fuzz_expect_equal(problem.fault, fault);
            fuzz_expect_equal(problem.plane, i);
            return;
        }
    }
    for (int i = 1; i < wanted.plane_count; i++) {
        for (int k = 0; k < i; k++)
            fuzz_expect(problem.fault == FWL_IMAGE_OVERLAP ||
                        !share_bytes(&extents[i], &extents[k]));
    }
    if (problem.fault != FWL_IMAGE_FINE) {
        fuzz_expect_equal(problem.fault, FWL_IMAGE_OVERLAP);
        const Extent *a = &extents[problem.plane], *b = &extents[problem.other];
        fuzz_expect(a->start < b->end && b->start < a->end);
    }
}

/* Choosing formats */

static void do_choose(FuzzBytes *bytes)
{
    const enum FwlPixelFormat a = choose_format(bytes), b = choose_format(bytes);
    const enum FwlPixelFormat from = choose_format(bytes);
    const int has_alpha = fuzz_take(bytes) % 2;
    int loss = (int)(fuzz_take(bytes) & 0x3f);
    const enum FwlPixelFormat best = fwl_find_best_pix_fmt_of_2(a, b, from, has_alpha, &loss);
    fuzz_expect(best == a || best == b);
    fuzz_expect_equal(loss, fwl_get_pix_fmt_loss(best, from, has_alpha));
    if (loss < 0)
        fuzz_expect_equal(loss, wide_is_in_memory(best) && wide_is_in_memory(from) ? 0
                                : fwl_pix_fmt_desc_get(best) && fwl_pix_fmt_desc_get(from)
                                    ? FWL_E_UNSUPPORTED
                                    : FWL_E_INVALID);
    else
        fuzz_expect_equal(loss & ~0x3f, 0);
}

static void (*const operations[])(FuzzBytes *bytes) = {
    do_sizes,      do_plane_sizes, do_check_size, do_layout,     do_layout,
    do_copy,       do_copy,        do_copy,       do_copy_plane, do_copy_to_buffer,
    do_fill_black, do_values,      do_check,      do_check,      do_choose,
};

int fuzz_one(const uint8_t *data, size_t size)
{
    FuzzBytes bytes = {data, size};
    while (bytes.left > 0)
        operations[fuzz_choose(&bytes, sizeof operations / sizeof operations[0])](&bytes);
    return 0;
}
