/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with the planes of a picture, in words.
 *
 * The bytes of a plane, whichever way its rows run:
 *
 *     linesize > 0: data         | row 0 | row 1 | ... | last row of pixels | tail
 *     linesize < 0: data + (rows - 1) * linesize = start | last row | ... | row 0 | tail
 *
 *     needed = (rows - 1) * |linesize| + bytes of a row
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/align.h"
#include "image/planes.h"

/* A plane as it is found. */
struct Plane {
    const uint8_t *data;
    uintptr_t start; /* of its first byte in memory */
    size_t distance; /* from row to row */
    size_t row;      /* bytes of a row */
    size_t needed;
    bool is_palette;
};

FWL_PRINTF_LIKE(4, 5)
static int tell(FwlImageProblem *problem, enum FwlImageFault fault, int plane, const char *format,
                ...)
{
    problem->fault = fault;
    problem->plane = plane;
    va_list args;
    va_start(args, format);
    vsnprintf(problem->message, sizeof problem->message, format, args);
    va_end(args);
    return FWL_E_INVALID;
}

/* Where the rows begin and what they need; false where the addresses for it end. Both factors are
 * below 2^32: 64 bits hold the product on every machine. */
static bool find_extent(struct Plane *plane, int rows, bool is_from_bottom)
{
    const uint64_t steps = (uint64_t)plane->distance * (unsigned)(rows - 1);
    const uint64_t below = is_from_bottom ? steps : 0;
    const uintptr_t data = (uintptr_t)plane->data;
    if (below > data || steps + plane->row > UINTPTR_MAX - (data - below))
        return false;
    plane->start = data - (uintptr_t)below;
    plane->needed = (size_t)steps + plane->row;
    return true;
}

/* What the picture asks of plane i, and whether data and linesize can give it. */
static int look_at(struct Plane *plane, int i, const uint8_t *data, int linesize,
                   const FwlImageLayout *wanted, FwlImageProblem *problem)
{
    const bool is_palette = fwl_has_palette(fwl_image_descriptor(wanted->format)) && i == 1;
    *plane = (struct Plane){
        .data = data,
        .distance = fwl_distance(linesize),
        .row = (size_t)(is_palette ? FWL_PALETTE_SIZE : wanted->linesize[i]),
        .is_palette = is_palette,
    };
    if (!data)
        return tell(problem, FWL_IMAGE_MISSING, i, "plane %d is missing: its data is NULL", i);
    if (!is_palette && plane->distance < plane->row)
        return tell(problem, FWL_IMAGE_LINESIZE, i,
                    "plane %d has a linesize of %d, its rows take %zu bytes", i, linesize,
                    plane->row);
    if (!find_extent(plane, wanted->rows[i], linesize < 0))
        return tell(problem, FWL_IMAGE_OVERRUN, i, "plane %d takes more than can be addressed", i);
    return 0;
}

static int check_size(const struct Plane *plane, int i, size_t size, const FwlImageRules *rules,
                      FwlImageProblem *problem)
{
    if (size < plane->needed)
        return tell(problem, FWL_IMAGE_OVERRUN, i,
                    "plane %d overruns its memory by %zu bytes: it takes %zu and has %zu", i,
                    plane->needed - size, plane->needed, size);
    if (size - plane->needed < rules->tail_padding)
        return tell(problem, FWL_IMAGE_PADDING, i,
                    "plane %d lacks padding: %zu of %zu bytes are behind its last row", i,
                    size - plane->needed, rules->tail_padding);
    return 0;
}

static int check_alignment(const struct Plane *plane, int i, const FwlImageRules *rules,
                           FwlImageProblem *problem)
{
    if (rules->plane_align > 1 && (uintptr_t)plane->data % rules->plane_align != 0)
        return tell(problem, FWL_IMAGE_MISALIGNED, i,
                    "plane %d begins %zu bytes behind a multiple of %zu", i,
                    (size_t)((uintptr_t)plane->data % rules->plane_align), rules->plane_align);
    if (rules->row_align > 1 && !plane->is_palette && plane->distance % rules->row_align != 0)
        return tell(problem, FWL_IMAGE_MISALIGNED, i,
                    "plane %d has a linesize of %zu, not a multiple of %zu", i, plane->distance,
                    rules->row_align);
    return 0;
}

/* Rows that lie beside each other, at the same distance, share no byte either. */
static bool are_interleaved(const struct Plane *low, const struct Plane *high)
{
    if (low->distance == 0 || low->distance != high->distance)
        return false;
    const size_t offset = (high->start - low->start) % low->distance;
    return offset >= low->row && high->row <= low->distance - offset;
}

static bool are_apart(const struct Plane *a, const struct Plane *b)
{
    const struct Plane *low = a->start < b->start ? a : b, *high = low == a ? b : a;
    return high->start - low->start >= low->needed || are_interleaved(low, high);
}

static int check_overlap(const struct Plane *planes, int count, FwlImageProblem *problem)
{
    for (int i = 1; i < count; i++) {
        for (int j = 0; j < i; j++) {
            if (are_apart(&planes[j], &planes[i]))
                continue;
            problem->other = j;
            return tell(problem, FWL_IMAGE_OVERLAP, i, "plane %d overlaps plane %d", i, j);
        }
    }
    return 0;
}

static bool is_alignment(size_t align)
{
    return align == 0 || fwl_is_power_of_two(align);
}

/* The picture with no alignment and padding: rows and their bytes, of the coded size. */
static int wanted_layout(FwlImageLayout *wanted, enum FwlPixelFormat pix_fmt, int width, int height,
                         const FwlImageRules *rules, FwlImageProblem *problem)
{
    const FwlImageRules coded = {
        .coded_width = rules->coded_width,
        .coded_height = rules->coded_height,
    };
    const char *name = fwl_get_pix_fmt_name(pix_fmt);
    if (!is_alignment(rules->row_align) || !is_alignment(rules->plane_align))
        return tell(problem, FWL_IMAGE_NONSENSE, -1,
                    "alignments of %zu and %zu: they are to be powers of two", rules->row_align,
                    rules->plane_align);
    if (fwl_image_layout_init(wanted, pix_fmt, width, height, &coded) < 0)
        return tell(problem, FWL_IMAGE_NONSENSE, -1, "there is no picture of %dx%d in format %s",
                    width, height, name ? name : "none");
    return 0;
}

int fwl_image_check(const uint8_t *const data[4], const int linesize[4], const size_t sizes[4],
                    enum FwlPixelFormat pix_fmt, int width, int height, const FwlImageRules *rules,
                    FwlImageProblem *problem)
{
    static const FwlImageRules no_rules = {0};
    FwlImageProblem ignored;
    problem = problem ? problem : &ignored;
    rules = rules ? rules : &no_rules;
    *problem = (FwlImageProblem){.plane = -1, .other = -1};

    FwlImageLayout wanted;
    struct Plane planes[4];
    int err = wanted_layout(&wanted, pix_fmt, width, height, rules, problem);
    for (int i = 0; err == 0 && i < wanted.plane_count; i++) {
        err = look_at(&planes[i], i, data[i], linesize[i], &wanted, problem);
        if (err == 0 && sizes)
            err = check_size(&planes[i], i, sizes[i], rules, problem);
        if (err == 0)
            err = check_alignment(&planes[i], i, rules, problem);
    }
    return err < 0 ? err : check_overlap(planes, wanted.plane_count, problem);
}
