/* SPDX-License-Identifier: BSD-2-Clause */
#include "wide_image.h"

#include <limits.h>
#include <stdint.h>

Wide wide_round_up(Wide n, Wide multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

Wide wide_row(const FwlPixFmtDescriptor *desc, Wide width, int plane)
{
    Wide step = 0, row = 0;
    for (int i = 0; i < desc->nb_components; i++) {
        const bool is_chroma = i == 1 || i == 2;
        const Wide group = (Wide)1 << (is_chroma ? desc->log2_chroma_w : 0);
        if (desc->comp[i].plane != plane || desc->comp[i].step <= step)
            continue;
        step = desc->comp[i].step;
        row = wide_round_up(width, group) > INT_MAX ? (Wide)1 << 40
                                                    : step * (wide_round_up(width, group) / group);
    }
    if (!(desc->flags & FWL_PIX_FMT_FLAG_BITSTREAM) || row > INT_MAX)
        return row;
    return wide_round_up(row, 8) / 8;
}

Wide wide_rows(const FwlPixFmtDescriptor *desc, Wide height, int plane)
{
    const Wide group = (Wide)1 << (plane == 1 || plane == 2 ? desc->log2_chroma_h : 0);
    const Wide rounded = wide_round_up(height, group);
    return rounded > INT_MAX ? (Wide)1 << 40 : rounded / group;
}

int wide_plane_count(const FwlPixFmtDescriptor *desc)
{
    int count = desc->flags & FWL_PIX_FMT_FLAG_PAL ? 2 : 0;
    for (int i = 0; i < desc->nb_components; i++)
        count = desc->comp[i].plane >= count ? desc->comp[i].plane + 1 : count;
    return count;
}

bool wide_is_in_memory(enum FwlPixelFormat format)
{
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    return desc && desc->nb_components > 0;
}

static bool is_power_of_two(Wide n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

int wide_buffer_size(enum FwlPixelFormat format, int width, int height, int align)
{
    if (!wide_is_in_memory(format) || width <= 0 || height <= 0 || !is_power_of_two(align))
        return FWL_E_INVALID;
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    Wide total = desc->flags & FWL_PIX_FMT_FLAG_PAL ? FWL_PALETTE_SIZE : 0;
    for (int plane = 0; plane < 4; plane++) {
        const Wide row = wide_row(desc, width, plane);
        if (row > INT_MAX)
            return FWL_E_RANGE;
        total += wide_round_up(row, align) * wide_rows(desc, height, plane);
    }
    const bool is_large = ((Wide)8 * width + 1024) * ((Wide)height + 128) >= INT_MAX;
    return is_large || align > FWL_IMAGE_ALIGN_MAX || total > INT_MAX ? FWL_E_RANGE : (int)total;
}

/* Puts plane i behind the others; false where it does not fit. */
static bool add_plane(FwlImageLayout *layout, const FwlPixFmtDescriptor *desc, int i, Wide width,
                      Wide height, const FwlImageRules *rules)
{
    const bool is_palette = (desc->flags & FWL_PIX_FMT_FLAG_PAL) != 0 && i == 1;
    const Wide row_align = rules->row_align ? (Wide)rules->row_align : 1;
    const Wide row = is_palette ? FWL_PALETTE_SIZE : wide_row(desc, width, i);
    const Wide linesize = is_palette ? row : wide_round_up(row, row_align);
    const Wide rows = is_palette ? 1 : wide_rows(desc, height, i);
    const Wide size = linesize * rows + (Wide)rules->tail_padding;
    const Wide offset =
        wide_round_up((Wide)layout->size, rules->plane_align ? (Wide)rules->plane_align : 1);
    const Wide row_size = is_palette ? row : wide_row(desc, layout->width, i);
    if (row > INT_MAX || linesize > INT_MAX || rows > INT_MAX || offset + size > SIZE_MAX)
        return false;
    layout->linesize[i] = is_palette ? 0 : (int)linesize;
    layout->row_size[i] = (int)row_size;
    layout->rows[i] = (int)rows;
    layout->plane_size[i] = (size_t)size;
    layout->offset[i] = (size_t)offset;
    layout->size = (size_t)(offset + size);
    return true;
}

int wide_layout(FwlImageLayout *layout, enum FwlPixelFormat format, int width, int height,
                const FwlImageRules *rules)
{
    *layout = (FwlImageLayout){0};
    const Wide coded_width = rules->coded_width ? rules->coded_width : width;
    const Wide coded_height = rules->coded_height ? rules->coded_height : height;
    const size_t row_align = rules->row_align ? rules->row_align : 1;
    const size_t plane_align = rules->plane_align ? rules->plane_align : 1;
    if (!wide_is_in_memory(format) || width <= 0 || height <= 0 || coded_width < width ||
        coded_height < height || !is_power_of_two((Wide)row_align) ||
        !is_power_of_two((Wide)plane_align))
        return FWL_E_INVALID;
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    FwlImageLayout result = {
        .format = format,
        .width = width,
        .height = height,
        .plane_count = wide_plane_count(desc),
        .alignment = row_align > plane_align ? row_align : plane_align,
    };
    for (int i = 0; i < result.plane_count; i++) {
        if (!add_plane(&result, desc, i, coded_width, coded_height, rules))
            return FWL_E_RANGE;
    }
    *layout = result;
    return 0;
}
