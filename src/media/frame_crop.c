/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cropping moves the start of each plane:
 *
 *     offset = (crop_top >> shift_y) * linesize + (crop_left >> shift_x) * step
 *
 * To keep the planes at multiples of KEPT_ALIGNMENT, crop_left loses low bits. The power of two in
 * an offset is that in crop_left times a constant of the format, so the worst plane's says how
 * many.
 */
#include <limits.h>

#include "base/checked.h"
#include "media/frame_internal.h"

enum { PICTURE_PLANES = 4, LOG2_KEPT_ALIGNMENT = 5, ANY_ALIGNMENT = 64 };

/* The component of a plane whose values are furthest apart; -1 where there is none. */
static int widest_component(const FwlPixFmtDescriptor *desc, int plane)
{
    int widest = -1;
    for (int i = 0; i < desc->nb_components; i++) {
        if (desc->comp[i].plane == plane &&
            (widest < 0 || desc->comp[i].step > desc->comp[widest].step))
            widest = i;
    }
    return widest;
}

/* The bytes of so many pixels of a row. Where pixels share chroma in the first plane, one may be a
 * part of what lies between two chroma values: 1.5 bytes in uyyvyy411. */
static size_t bytes_of_columns(const FwlPixFmtDescriptor *desc, int plane, int component,
                               size_t columns)
{
    const bool is_chroma = component == 1 || component == 2;
    const int shift = is_chroma ? desc->log2_chroma_w : 0;
    const size_t step = (size_t)desc->comp[component].step;
    return plane == 0 ? columns * step >> shift : (columns >> shift) * step;
}

/* By how many bytes each plane that is there moves; false for a plane that the format has not. */
static bool compute_offsets(ptrdiff_t offsets[PICTURE_PLANES], const FwlFrame *frame,
                            const FwlPixFmtDescriptor *desc, size_t left)
{
    for (int i = 0; i < PICTURE_PLANES; i++) {
        offsets[i] = 0;
        if (!frame->data[i] || ((desc->flags & FWL_PIX_FMT_FLAG_PAL) && i == 1))
            return true;
        const int component = widest_component(desc, i);
        if (component < 0)
            return false;
        const bool is_chroma = i == 1 || i == 2;
        const size_t row = frame->crop_top >> (is_chroma ? desc->log2_chroma_h : 0);
        offsets[i] = (ptrdiff_t)row * frame->linesize[i] +
                     (ptrdiff_t)bytes_of_columns(desc, i, component, left);
    }
    return true;
}

static int trailing_zeros(uint64_t value)
{
    return value ? __builtin_ctzll(value) : ANY_ALIGNMENT;
}

/* crop_left as far as the planes stay aligned, if these are the offsets for all of it. */
static size_t aligned_left(size_t left, const ptrdiff_t offsets[PICTURE_PLANES])
{
    int lowest = ANY_ALIGNMENT;
    for (int i = 0; i < PICTURE_PLANES; i++) {
        const int zeros = trailing_zeros((uint64_t)offsets[i]);
        lowest = zeros < lowest ? zeros : lowest;
    }
    if (left == 0 || lowest >= LOG2_KEPT_ALIGNMENT)
        return left;
    const int bits = LOG2_KEPT_ALIGNMENT + trailing_zeros(left) - lowest;
    return left & ~(((size_t)1 << bits) - 1);
}

static void finish(FwlFrame *frame, size_t left)
{
    frame->width -= (int)(left + frame->crop_right);
    frame->height -= (int)(frame->crop_top + frame->crop_bottom);
    frame->crop_left = 0;
    frame->crop_right = 0;
    frame->crop_top = 0;
    frame->crop_bottom = 0;
}

/* Whether cutting this much from both ends leaves something. */
static bool leaves_something(size_t a, size_t b, int length)
{
    size_t cut;
    return fwl_checked_add(a, b, &cut) && cut < (size_t)length;
}

int fwl_frame_apply_cropping(FwlFrame *frame, int flags)
{
    if (!fwl_frame_is_video(frame))
        return FWL_E_INVALID;
    if (!leaves_something(frame->crop_left, frame->crop_right, frame->width) ||
        !leaves_something(frame->crop_top, frame->crop_bottom, frame->height))
        return FWL_E_RANGE;
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get((enum FwlPixelFormat)frame->format);
    if (!desc)
        return FWL_E_INVALID;
    if (desc->flags & (FWL_PIX_FMT_FLAG_BITSTREAM | FWL_PIX_FMT_FLAG_HWACCEL)) {
        frame->width -= (int)frame->crop_right;
        frame->height -= (int)frame->crop_bottom;
        frame->crop_right = 0;
        frame->crop_bottom = 0;
        return 0;
    }

    ptrdiff_t offsets[PICTURE_PLANES] = {0};
    size_t left = frame->crop_left;
    if (!compute_offsets(offsets, frame, desc, left))
        return FWL_E_INVALID;
    if (!(flags & FWL_FRAME_CROP_UNALIGNED)) {
        left = aligned_left(left, offsets);
        compute_offsets(offsets, frame, desc, left);
    }
    for (int i = 0; i < PICTURE_PLANES && frame->data[i]; i++)
        frame->data[i] += offsets[i];
    finish(frame, left);
    return 0;
}
