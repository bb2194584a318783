/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Black pictures, for every format: the smallest run of bytes that repeats in a plane is composed
 * from the components, then repeated over the rows.
 *
 *     yuyv422, limited range     step of Y 2, of U and V 4: a run of 4 bytes, two values of Y
 *     plane 0                    |10 80 10 80|10 80 10 80|...
 *
 * What black is: R, G, B, X, Y, Z and float are 0, Y is 16 of 255 in the limited range, U and V are
 * the middle, alpha is all bits (1.0 in float).
 */
#include <string.h>

#include "image/planes.h"

/* The largest step of a component: 8 bytes for the 64 bits of a pixel. */
enum { RUN_MAX = 8 };

struct Run {
    uint8_t bytes[RUN_MAX];
    int size;
};

/* Formats without a palette. */

/* Y with or without U and V, which are then components 1 and 2. */
static bool is_yuv(const FwlPixFmtDescriptor *desc)
{
    return !(desc->flags & FWL_PIX_FMT_FLAG_RGB) && strncmp(desc->name, "xyz", 3) != 0;
}

static bool is_alpha(const FwlPixFmtDescriptor *desc, int component)
{
    return (desc->flags & FWL_PIX_FMT_FLAG_ALPHA) != 0 && component == desc->nb_components - 1;
}

static bool has_limited_range(const FwlPixFmtDescriptor *desc, enum FwlColorRange range)
{
    return range != FWL_COL_RANGE_JPEG && is_yuv(desc) && !(desc->flags & FWL_PIX_FMT_FLAG_FLOAT);
}

static uint32_t black_value(const FwlPixFmtDescriptor *desc, int component, bool is_limited)
{
    const int depth = desc->comp[component].depth;
    if (is_alpha(desc, component))
        return desc->flags & FWL_PIX_FMT_FLAG_FLOAT ? UINT32_C(0x3f800000)
                                                    : (UINT32_C(1) << depth) - 1;
    if (component == 0 && is_limited)
        return UINT32_C(16) << (depth - 8);
    if (component > 0 && is_yuv(desc))
        return UINT32_C(128) << (depth - 8);
    return 0;
}

/* Adds a value, not 0, to the bytes that it lies in; those of 8 bits and fewer lie in one. (In a
 * big-endian pair that would be the second, but there such values are black at 0.) */
static void put_value(uint8_t *at, const FwlPixFmtDescriptor *desc, int component, uint32_t value)
{
    const FwlComponentDescriptor *comp = &desc->comp[component];
    const bool is_big = (desc->flags & FWL_PIX_FMT_FLAG_BE) != 0;
    const int bits = comp->shift + comp->depth;
    const int size = bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
    value <<= comp->shift;
    for (int i = 0; i < size; i++)
        at[comp->offset + i] |= (uint8_t)(value >> 8 * (is_big ? size - 1 - i : i));
}

static void compose_runs(struct Run runs[4], const FwlPixFmtDescriptor *desc, bool is_limited)
{
    int steps[4];
    fwl_image_fill_max_pixsteps(steps, NULL, desc);
    memset(runs, 0, 4 * sizeof *runs);
    for (int i = 0; i < 4; i++)
        runs[i].size = steps[i];
    for (int i = 0; i < desc->nb_components; i++) {
        const FwlComponentDescriptor *comp = &desc->comp[i];
        struct Run *run = &runs[comp->plane];
        const uint32_t value = black_value(desc, i, is_limited);
        for (int at = 0; value != 0 && at + comp->step <= run->size; at += comp->step)
            put_value(run->bytes + at, desc, i, value);
    }
}

/* The same byte over all planes: bitstreams and places in a palette. */
static void compose_bytes(struct Run runs[4], uint8_t byte)
{
    memset(runs, 0, 4 * sizeof *runs);
    runs[0] = (struct Run){.bytes = {byte}, .size = 1};
}

static unsigned brightness(const uint8_t *palette, int place)
{
    uint32_t color;
    memcpy(&color, palette + 4 * place, sizeof color);
    return (color >> 16 & 0xff) + (color >> 8 & 0xff) + (color & 0xff);
}

static uint8_t darkest_place(const uint8_t *palette)
{
    int darkest = 0;
    for (int i = 1; i < FWL_PALETTE_COUNT; i++) {
        if (brightness(palette, i) < brightness(palette, darkest))
            darkest = i;
    }
    return (uint8_t)darkest;
}

/* Rows are whole runs. */
static void fill_row(uint8_t *row, size_t size, const struct Run *run)
{
    if (run->size == 1) {
        memset(row, run->bytes[0], size);
        return;
    }
    const size_t step = (size_t)run->size;
    for (size_t x = 0; x < size; x += step)
        memcpy(row + x, run->bytes, step);
}

/* Whether the rows of all planes fit; their bytes. */
static int check_rows(int row_sizes[4], uint8_t *const data[4], const ptrdiff_t linesize[4],
                      enum FwlPixelFormat pix_fmt, int width, int height)
{
    const FwlPixFmtDescriptor *desc = fwl_image_descriptor(pix_fmt);
    const int err = fwl_image_fill_linesizes(row_sizes, pix_fmt, width);
    if (err < 0)
        return err;
    for (int i = 0; i < fwl_pix_fmt_count_planes(pix_fmt); i++) {
        if (fwl_plane_rows(desc, i, height) < 0)
            return FWL_E_RANGE;
        if (data && (!data[i] || fwl_distance(linesize[i]) < (size_t)row_sizes[i]))
            return FWL_E_INVALID;
    }
    return data && fwl_has_palette(desc) && !data[1] ? FWL_E_INVALID : 0;
}

int fwl_image_fill_black(uint8_t *const dst_data[4], const ptrdiff_t dst_linesize[4],
                         enum FwlPixelFormat pix_fmt, enum FwlColorRange range, int width,
                         int height)
{
    const FwlPixFmtDescriptor *desc = fwl_image_descriptor(pix_fmt);
    if (!desc || width <= 0 || height <= 0)
        return FWL_E_INVALID;
    int row_sizes[4];
    const int err = check_rows(row_sizes, dst_data, dst_linesize, pix_fmt, width, height);
    if (err < 0 || !dst_data)
        return err;

    struct Run runs[4];
    if (desc->flags & FWL_PIX_FMT_FLAG_BITSTREAM)
        compose_bytes(runs, pix_fmt == FWL_PIX_FMT_MONOWHITE ? 0xff : 0);
    else if (fwl_has_palette(desc))
        compose_bytes(runs, darkest_place(dst_data[1]));
    else
        compose_runs(runs, desc, has_limited_range(desc, range));

    for (int i = 0; i < fwl_pix_fmt_count_planes(pix_fmt); i++) {
        const int rows = fwl_plane_rows(desc, i, height);
        for (int y = 0; y < rows; y++)
            fill_row(dst_data[i] + y * dst_linesize[i], (size_t)row_sizes[i], &runs[i]);
    }
    return 0;
}
