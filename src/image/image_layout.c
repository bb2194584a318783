/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A picture in one piece of memory by the caller's rules.
 *
 *     linesize[i]   = row of coded_width, rounded up to row_align
 *     plane_size[i] = linesize[i] * rows of coded_height + tail_padding
 *     offset[i]     = offset[i - 1] + plane_size[i - 1], rounded up to plane_align
 *     size          = offset + plane_size of the last
 */
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "image/planes.h"

static const FwlImageRules no_rules = {0};

/* Rules that ask for nothing say so with the numbers to compute with. */
static FwlImageRules explicit_rules(const FwlImageRules *rules, int width, int height)
{
    FwlImageRules result = rules ? *rules : no_rules;
    result.row_align = result.row_align == 0 ? 1 : result.row_align;
    result.plane_align = result.plane_align == 0 ? 1 : result.plane_align;
    result.coded_width = result.coded_width == 0 ? width : result.coded_width;
    result.coded_height = result.coded_height == 0 ? height : result.coded_height;
    return result;
}

static bool are_valid(const FwlImageRules *rules, int width, int height)
{
    return width > 0 && height > 0 && rules->coded_width >= width &&
           rules->coded_height >= height && fwl_is_power_of_two(rules->row_align) &&
           fwl_is_power_of_two(rules->plane_align);
}

/* Adds plane i behind those that are there. */
static int add_plane(FwlImageLayout *layout, int i, int coded_row, int rows,
                     const FwlImageRules *rules)
{
    /* An int and a power of two: their sum is below SIZE_MAX, and 64 bits hold the product of two
     * that are at most INT_MAX. */
    const size_t linesize = fwl_align_up((size_t)coded_row, rules->row_align);
    if (linesize > INT_MAX)
        return FWL_E_RANGE;
    const uint64_t size = (uint64_t)linesize * (unsigned)rows;
    if (!fwl_checked_add(size, rules->tail_padding, &layout->plane_size[i]) ||
        !fwl_checked_round_up(layout->size, rules->plane_align, &layout->offset[i]) ||
        !fwl_checked_add(layout->offset[i], layout->plane_size[i], &layout->size))
        return FWL_E_RANGE;
    layout->linesize[i] = (int)linesize;
    layout->rows[i] = rows;
    layout->plane_count = i + 1;
    return 0;
}

/* A row that no alignment applies to, and that no linesize leads from. */
static int add_palette(FwlImageLayout *layout, const FwlImageRules *rules)
{
    FwlImageRules palette_rules = *rules;
    palette_rules.row_align = 1;
    const int err = add_plane(layout, 1, FWL_PALETTE_SIZE, 1, &palette_rules);
    layout->linesize[1] = 0;
    layout->row_size[1] = FWL_PALETTE_SIZE;
    return err;
}

static int compute(FwlImageLayout *layout, const FwlPixFmtDescriptor *desc,
                   const FwlImageRules *rules)
{
    int coded_rows[4];
    int err = fwl_image_fill_linesizes(layout->row_size, layout->format, layout->width);
    if (err == 0)
        err = fwl_image_fill_linesizes(coded_rows, layout->format, rules->coded_width);
    const int count = fwl_pix_fmt_count_planes(layout->format);
    for (int i = 0; err == 0 && i < count; i++) {
        const int rows = fwl_plane_rows(desc, i, rules->coded_height);
        err = rows < 0 ? rows : add_plane(layout, i, coded_rows[i], rows, rules);
    }
    return err == 0 && fwl_has_palette(desc) ? add_palette(layout, rules) : err;
}

int fwl_image_layout_init(FwlImageLayout *layout, enum FwlPixelFormat pix_fmt, int width,
                          int height, const FwlImageRules *rules)
{
    memset(layout, 0, sizeof *layout);
    const FwlPixFmtDescriptor *desc = fwl_image_descriptor(pix_fmt);
    const FwlImageRules all = explicit_rules(rules, width, height);
    if (!desc || !are_valid(&all, width, height))
        return FWL_E_INVALID;
    FwlImageLayout result = {
        .format = pix_fmt,
        .width = width,
        .height = height,
        .alignment = all.row_align > all.plane_align ? all.row_align : all.plane_align,
    };
    const int err = compute(&result, desc, &all);
    if (err == 0)
        *layout = result;
    return err;
}

void fwl_image_layout_fill_arrays(const FwlImageLayout *layout, uint8_t *data[4], int linesize[4],
                                  uint8_t *memory)
{
    for (int i = 0; i < 4; i++) {
        data[i] = memory && i < layout->plane_count ? memory + layout->offset[i] : NULL;
        linesize[i] = layout->linesize[i];
    }
}
