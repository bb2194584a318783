/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying pictures. All planes are looked at before the first byte is written, so that a refused
 * copy leaves the destination as it was.
 */
#include <string.h>

#include "base/align.h"
#include "framewell/image.h"
#include "image/planes.h"
#include "image/rows.h"

/* Rows of no bytes are none. */
static void copy_rows(uint8_t *dst, ptrdiff_t dst_linesize, const uint8_t *src,
                      ptrdiff_t src_linesize, size_t row, int height)
{
    if (row > 0)
        fwl_rows_copy(&(struct FwlRows){.dst = dst,
                                        .src = src,
                                        .dst_linesize = dst_linesize,
                                        .src_linesize = src_linesize,
                                        .size = row,
                                        .count = (size_t)height});
}

int fwl_image_copy_plane_uc_from(uint8_t *dst, ptrdiff_t dst_linesize, const uint8_t *src,
                                 ptrdiff_t src_linesize, ptrdiff_t bytewidth, int height)
{
    if (!dst || !src || bytewidth < 0 || height < 0)
        return FWL_E_INVALID;
    if (fwl_distance(dst_linesize) < (size_t)bytewidth ||
        fwl_distance(src_linesize) < (size_t)bytewidth)
        return FWL_E_INVALID;
    copy_rows(dst, dst_linesize, src, src_linesize, (size_t)bytewidth, height);
    return 0;
}

int fwl_image_copy_plane(uint8_t *dst, int dst_linesize, const uint8_t *src, int src_linesize,
                         int bytewidth, int height)
{
    return fwl_image_copy_plane_uc_from(dst, dst_linesize, src, src_linesize, bytewidth, height);
}

/* The bytes of each row and the number of rows of each plane; a palette is one row. Gives the
 * number of planes. */
static int picture_shape(int row_sizes[4], int rows[4], enum FwlPixelFormat pix_fmt, int width,
                         int height)
{
    const FwlPixFmtDescriptor *desc = fwl_image_descriptor(pix_fmt);
    if (!desc || height < 0)
        return FWL_E_INVALID;
    const int err = fwl_image_fill_linesizes(row_sizes, pix_fmt, width);
    if (err < 0)
        return err;
    const int count = fwl_pix_fmt_count_planes(pix_fmt);
    for (int i = 0; i < count; i++) {
        rows[i] = fwl_plane_rows(desc, i, height);
        if (rows[i] < 0)
            return rows[i];
    }
    if (!fwl_has_palette(desc))
        return count;
    row_sizes[1] = FWL_PALETTE_SIZE;
    rows[1] = 1;
    return 2;
}

/* Whether plane i of a picture is there and its rows hold row bytes. A palette has no linesize. */
static bool is_plane_fit(const uint8_t *data, ptrdiff_t linesize, int row, bool is_palette)
{
    return data && (is_palette || fwl_distance(linesize) >= (size_t)row);
}

int fwl_image_copy_uc_from(uint8_t *const dst_data[4], const ptrdiff_t dst_linesizes[4],
                           const uint8_t *const src_data[4], const ptrdiff_t src_linesizes[4],
                           enum FwlPixelFormat pix_fmt, int width, int height)
{
    int row_sizes[4], rows[4];
    const int count = picture_shape(row_sizes, rows, pix_fmt, width, height);
    if (count < 0)
        return count;
    const bool has_palette = fwl_has_palette(fwl_image_descriptor(pix_fmt));
    for (int i = 0; i < count; i++) {
        const bool is_palette = has_palette && i == 1;
        if (!is_plane_fit(dst_data[i], dst_linesizes[i], row_sizes[i], is_palette) ||
            !is_plane_fit(src_data[i], src_linesizes[i], row_sizes[i], is_palette))
            return FWL_E_INVALID;
    }
    for (int i = 0; i < count; i++)
        copy_rows(dst_data[i], dst_linesizes[i], src_data[i], src_linesizes[i],
                  (size_t)row_sizes[i], rows[i]);
    return 0;
}

int fwl_image_copy(uint8_t *const dst_data[4], const int dst_linesizes[4],
                   const uint8_t *const src_data[4], const int src_linesizes[4],
                   enum FwlPixelFormat pix_fmt, int width, int height)
{
    const ptrdiff_t dst_wide[4] = {dst_linesizes[0], dst_linesizes[1], dst_linesizes[2],
                                   dst_linesizes[3]};
    const ptrdiff_t src_wide[4] = {src_linesizes[0], src_linesizes[1], src_linesizes[2],
                                   src_linesizes[3]};
    return fwl_image_copy_uc_from(dst_data, dst_wide, src_data, src_wide, pix_fmt, width, height);
}

/* Colors are native numbers in a palette, and low byte first in a buffer. */
static void copy_palette_out(uint8_t *dst, const uint8_t *palette)
{
    for (size_t i = 0; i < FWL_PALETTE_SIZE; i += 4) {
        uint32_t color;
        memcpy(&color, palette + i, sizeof color);
        for (unsigned byte = 0; byte < 4; byte++)
            dst[i + byte] = (uint8_t)(color >> (8 * byte));
    }
}

int fwl_image_copy_to_buffer(uint8_t *dst, size_t dst_size, const uint8_t *const src_data[4],
                             const int src_linesize[4], enum FwlPixelFormat pix_fmt, int width,
                             int height, int align)
{
    uint8_t *data[4];
    int linesizes[4], row_sizes[4], rows[4];
    const int size = fwl_image_fill_arrays(data, linesizes, dst, pix_fmt, width, height, align);
    if (size < 0)
        return size;
    if (!dst || (size_t)size > dst_size)
        return FWL_E_INVALID;
    /* What has a size has a shape. */
    const int count = picture_shape(row_sizes, rows, pix_fmt, width, height);
    const bool has_palette = fwl_has_palette(fwl_image_descriptor(pix_fmt));
    for (int i = 0; i < count; i++) {
        if (!is_plane_fit(src_data[i], src_linesize[i], row_sizes[i], has_palette && i == 1))
            return FWL_E_INVALID;
    }
    for (int i = 0; i < (has_palette ? 1 : count); i++)
        copy_rows(data[i], linesizes[i], src_data[i], src_linesize[i], (size_t)row_sizes[i],
                  rows[i]);
    if (has_palette)
        copy_palette_out(data[1], src_data[1]);
    return size;
}
