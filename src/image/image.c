/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes of rows, planes and pictures, all computed from the format's descriptor.
 *
 *     row of plane p   = step(p) * ceil(width / 2^sw), in a bitstream ceil of that / 8
 *     linesize of p    = row rounded up to align
 *     size of p        = linesize * ceil(height / 2^sh)
 *     picture          = size of 0 + 1 + 2 + 3, or size of 0 + a palette
 *
 * step(p) is the largest step of p's components. sw is the chroma shift where the component with
 * that step is chroma, else 0 (in yuyv422 chroma's step of 4 stands for two pixels); sh is the
 * chroma shift in planes 1 and 2. Everything is checked before it is multiplied or rounded up.
 */
#include "framewell/image.h"

#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "framewell/log.h"
#include "image/planes.h"

const FwlPixFmtDescriptor *fwl_image_descriptor(enum FwlPixelFormat pix_fmt)
{
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(pix_fmt);
    return desc && !(desc->flags & FWL_PIX_FMT_FLAG_HWACCEL) ? desc : NULL;
}

int fwl_image_check_align(int align)
{
    if (align <= 0 || !fwl_is_power_of_two((size_t)align))
        return FWL_E_INVALID;
    return align > FWL_IMAGE_ALIGN_MAX ? FWL_E_RANGE : 0;
}

/* Rows and planes */

void fwl_image_fill_max_pixsteps(int max_pixsteps[4], int max_pixstep_comps[4],
                                 const FwlPixFmtDescriptor *pixdesc)
{
    int ignored[4];
    int *const comps = max_pixstep_comps ? max_pixstep_comps : ignored;
    memset(max_pixsteps, 0, 4 * sizeof *max_pixsteps);
    memset(comps, 0, 4 * sizeof *comps);
    for (int i = 0; i < pixdesc->nb_components; i++) {
        const FwlComponentDescriptor *comp = &pixdesc->comp[i];
        if (comp->step > max_pixsteps[comp->plane]) {
            max_pixsteps[comp->plane] = comp->step;
            comps[comp->plane] = i;
        }
    }
}

/* The bytes of a row of a plane. */
static int row_size(const struct FwlImageFacts *facts, int width, int plane)
{
    const int columns = fwl_shift_up(width, facts->plane[plane].w_shift);
    if (columns < 0)
        return columns;
    const int64_t elements = (int64_t)facts->plane[plane].step * columns;
    if (elements > INT_MAX)
        return FWL_E_RANGE;
    return (int)(facts->is_bits ? (elements + 7) >> 3 : elements);
}

int fwl_image_get_linesize(enum FwlPixelFormat pix_fmt, int width, int plane)
{
    const struct FwlImageFacts *facts = fwl_image_facts(pix_fmt);
    if (!facts || width < 0 || plane < 0 || plane > 3)
        return FWL_E_INVALID;
    return row_size(facts, width, plane);
}

int fwl_image_fill_linesizes(int linesizes[4], enum FwlPixelFormat pix_fmt, int width)
{
    memset(linesizes, 0, 4 * sizeof *linesizes);
    const struct FwlImageFacts *facts = fwl_image_facts(pix_fmt);
    if (!facts || width < 0)
        return FWL_E_INVALID;
    int rows[4];
    for (int i = 0; i < 4; i++) {
        rows[i] = row_size(facts, width, i);
        if (rows[i] < 0)
            return rows[i];
    }
    memcpy(linesizes, rows, sizeof rows);
    return 0;
}

static int plane_size(const FwlPixFmtDescriptor *desc, int plane, int height, ptrdiff_t linesize,
                      size_t *size)
{
    const int rows = fwl_plane_rows(desc, plane, height);
    if (linesize < 0)
        return FWL_E_INVALID;
    if (rows < 0 || !fwl_checked_mul((size_t)linesize, (size_t)rows, size))
        return FWL_E_RANGE;
    return 0;
}

int fwl_image_fill_plane_sizes(size_t size[4], enum FwlPixelFormat pix_fmt, int height,
                               const ptrdiff_t linesizes[4])
{
    size_t sizes[4] = {0};
    memset(size, 0, sizeof sizes);
    const FwlPixFmtDescriptor *desc = fwl_image_descriptor(pix_fmt);
    if (!desc || height <= 0)
        return FWL_E_INVALID;
    const int count = fwl_pix_fmt_count_planes(pix_fmt);
    for (int i = 0; i < count; i++) {
        const int err = plane_size(desc, i, height, linesizes[i], &sizes[i]);
        if (err < 0)
            return err;
    }
    if (fwl_has_palette(desc))
        sizes[1] = FWL_PALETTE_SIZE;
    memcpy(size, sizes, sizeof sizes);
    return 0;
}

/* The sizes of the planes, and what they are together. */
static int picture_size(size_t sizes[4], enum FwlPixelFormat pix_fmt, int height,
                        const int linesizes[4])
{
    const ptrdiff_t wide[4] = {linesizes[0], linesizes[1], linesizes[2], linesizes[3]};
    const int err = fwl_image_fill_plane_sizes(sizes, pix_fmt, height, wide);
    if (err < 0)
        return err;
    size_t total = 0;
    for (int i = 0; i < 4; i++) {
        if (sizes[i] > (size_t)INT_MAX - total)
            return FWL_E_RANGE;
        total += sizes[i];
    }
    return (int)total;
}

int fwl_image_fill_pointers(uint8_t *data[4], enum FwlPixelFormat pix_fmt, int height, uint8_t *ptr,
                            const int linesizes[4])
{
    size_t sizes[4];
    memset(data, 0, 4 * sizeof *data);
    const int total = picture_size(sizes, pix_fmt, height, linesizes);
    if (total < 0 || !ptr)
        return total;
    data[0] = ptr;
    for (int i = 1; i < 4 && sizes[i] > 0; i++)
        data[i] = data[i - 1] + sizes[i - 1];
    return total;
}

/* Whole pictures */

/*
 * The most that may be: with 128 rows and 128 pixels of 8 bytes to spare, all bytes below INT_MAX.
 * Both factors are below 2^32, so their product fits.
 */
static bool is_too_large(unsigned w, unsigned h, enum FwlPixelFormat pix_fmt)
{
    if (w > INT_MAX || h > INT_MAX)
        return true;
    const int row = fwl_image_get_linesize(pix_fmt, (int)w, 0);
    const uint64_t stride = (row > 0 ? (uint64_t)row : UINT64_C(8) * w) + 128 * 8;
    return stride >= INT_MAX || stride * (h + UINT64_C(128)) >= INT_MAX;
}

static int check_size(unsigned w, unsigned h, int64_t max_pixels, enum FwlPixelFormat pix_fmt)
{
    if (w == 0 || h == 0)
        return FWL_E_INVALID;
    if (is_too_large(w, h, pix_fmt))
        return FWL_E_RANGE;
    return (int64_t)w * h > max_pixels ? FWL_E_LIMIT : 0;
}

int fwl_image_check_sides(int width, int height)
{
    if (width <= 0 || height <= 0)
        return FWL_E_INVALID;
    return check_size((unsigned)width, (unsigned)height, INT64_MAX, FWL_PIX_FMT_NONE);
}

int fwl_image_check_size2(unsigned w, unsigned h, int64_t max_pixels, enum FwlPixelFormat pix_fmt,
                          int log_offset, void *log_ctx)
{
    const int err = check_size(w, h, max_pixels, pix_fmt);
    if (err == FWL_E_LIMIT)
        fwl_log(log_ctx, FWL_LOG_ERROR + log_offset,
                "a picture of %ux%u has more than the %lld pixels that are allowed\n", w, h,
                (long long)max_pixels);
    else if (err < 0)
        fwl_log(log_ctx, FWL_LOG_ERROR + log_offset, "a picture cannot be of size %ux%u\n", w, h);
    return err;
}

int fwl_image_check_size(unsigned w, unsigned h, int log_offset, void *log_ctx)
{
    return fwl_image_check_size2(w, h, INT64_MAX, FWL_PIX_FMT_NONE, log_offset, log_ctx);
}

int fwl_image_check_sar(unsigned w, unsigned h, FwlRational sar)
{
    if (sar.den <= 0 || sar.num < 0)
        return FWL_E_INVALID;
    if (sar.num == 0 || sar.num == sar.den)
        return 0;
    const bool is_narrow = sar.num < sar.den;
    const uint64_t scaled = is_narrow ? (uint64_t)w * (unsigned)sar.num / (unsigned)sar.den
                                      : (uint64_t)h * (unsigned)sar.den / (unsigned)sar.num;
    return scaled > 0 ? 0 : FWL_E_INVALID;
}

/* Whether there is such a picture, its bytes aside. */
static int check_picture(const struct FwlImageFacts *facts, int width, int height, int align)
{
    const int bad_align = fwl_image_check_align(align);
    const int bad_sides = fwl_image_check_sides(width, height);
    if (!facts || bad_align == FWL_E_INVALID || bad_sides == FWL_E_INVALID)
        return FWL_E_INVALID;
    return bad_align < 0 || bad_sides < 0 ? FWL_E_RANGE : 0;
}

/*
 * The linesizes of an aligned picture, and the bytes of the whole. Nothing here can wrap: a picture
 * that fwl_image_check_sides lets through has sides below 2^21, pixels take 16 bytes at most, and
 * align is at most 2^21.
 */
static int aligned_picture(int linesizes[4], enum FwlPixelFormat pix_fmt, int width, int height,
                           int align)
{
    const struct FwlImageFacts *facts = fwl_image_facts(pix_fmt);
    const int err = check_picture(facts, width, height, align);
    if (err < 0)
        return err;
    int64_t total = facts->has_palette ? FWL_PALETTE_SIZE : 0;
    for (int i = 0; i < facts->plane_count; i++) {
        const int w_shift = facts->plane[i].w_shift, h_shift = facts->plane[i].h_shift;
        const int elements = facts->plane[i].step * ((width + (1 << w_shift) - 1) >> w_shift);
        const int row = facts->is_bits ? (elements + 7) >> 3 : elements;
        linesizes[i] = (row + align - 1) & -align;
        total += (int64_t)linesizes[i] * ((height + (1 << h_shift) - 1) >> h_shift);
    }
    return total > INT_MAX ? FWL_E_RANGE : (int)total;
}

int fwl_image_get_buffer_size(enum FwlPixelFormat pix_fmt, int width, int height, int align)
{
    int linesizes[4];
    return aligned_picture(linesizes, pix_fmt, width, height, align);
}

int fwl_image_fill_arrays(uint8_t *dst_data[4], int dst_linesize[4], const uint8_t *src,
                          enum FwlPixelFormat pix_fmt, int width, int height, int align)
{
    int linesizes[4] = {0};
    memset(dst_data, 0, 4 * sizeof *dst_data);
    memset(dst_linesize, 0, 4 * sizeof *dst_linesize);
    const int total = aligned_picture(linesizes, pix_fmt, width, height, align);
    if (total < 0)
        return total;
    memcpy(dst_linesize, linesizes, sizeof linesizes);
    if (!src)
        return total;
    return fwl_image_fill_pointers(dst_data, pix_fmt, height, (uint8_t *)(uintptr_t)src, linesizes);
}
