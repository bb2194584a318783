/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this layer share: the shape of one plane of a picture.
 */
#ifndef FWL_PLANES_H
#define FWL_PLANES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/image.h"

/* The descriptor of a format whose pictures lie in memory; NULL for hardware and for no format. */
const FwlPixFmtDescriptor *fwl_image_descriptor(enum FwlPixelFormat pix_fmt);

/* size shifted right and rounded up; FWL_E_RANGE where rounding up goes beyond INT_MAX. */
static inline int fwl_shift_up(int size, int shift)
{
    const int rest = (1 << shift) - 1;
    return size > INT_MAX - rest ? FWL_E_RANGE : (size + rest) >> shift;
}

/* What the sizes of a format's pictures are computed from. */
struct FwlImageFacts {
    uint8_t plane_count; /* 0 for hardware */
    bool is_bits;        /* steps are bits */
    bool has_palette;
    struct {
        uint8_t step; /* bytes or bits that 2^w_shift pixels take in a row; 0: no such plane */
        uint8_t w_shift;
        uint8_t h_shift;
    } plane[4];
};

extern const struct FwlImageFacts fwl_image_facts_table[FWL_PIX_FMT_NB];

/* The facts of a format whose pictures lie in memory; NULL for hardware and for no format. */
static inline const struct FwlImageFacts *fwl_image_facts(enum FwlPixelFormat pix_fmt)
{
    const unsigned number = (unsigned)pix_fmt;
    if (number >= FWL_PIX_FMT_NB || fwl_image_facts_table[number].plane_count == 0)
        return NULL;
    return &fwl_image_facts_table[number];
}

/* The rows of a plane: height, less for chroma, in planes 1 and 2. */
static inline int fwl_plane_rows(const FwlPixFmtDescriptor *desc, int plane, int height)
{
    return fwl_shift_up(height, plane == 1 || plane == 2 ? desc->log2_chroma_h : 0);
}

/* The bytes from one row to the next, whichever way they run. */
static inline size_t fwl_distance(ptrdiff_t linesize)
{
    return linesize < 0 ? (size_t) - (linesize + 1) + 1 : (size_t)linesize;
}

static inline bool fwl_has_palette(const FwlPixFmtDescriptor *desc)
{
    return (desc->flags & FWL_PIX_FMT_FLAG_PAL) != 0;
}

/* Whether align is a power of two up to FWL_IMAGE_ALIGN_MAX: 0, FWL_E_INVALID or FWL_E_RANGE. */
int fwl_image_check_align(int align);

/* FWL_E_INVALID where a side is not above 0, FWL_E_RANGE where fwl_image_check_size refuses. */
int fwl_image_check_sides(int width, int height);

#endif
