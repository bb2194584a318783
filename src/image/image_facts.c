/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sizes are computed from, worked out from the rows of pixfmt_table.def by the compiler: a
 * program that asks for a size walks over planes, not over components.
 *
 * C(...) becomes "plane, step," here, so that a row becomes a list; it is filled up with components
 * of no plane, and the first eight numbers are those of its four components.
 */
#include "image/planes.h"

/* The letters of the table that say something here. */
enum { B = 0, S = 1, H = 0, P = 0, R = 0, A = 0, Y = 0, F = 0, L = 2 };

#define NO_PLANE                 4
#define C(plane, step, ...)      plane, step,
#define NONE                     /* hardware: no component */
#define ROW(constant, name, ...) ROW_ALIAS(constant, name, , __VA_ARGS__)
#define ROW_ALIAS(constant, name, alias, w, h, flags, ...) \
    FACTS(constant, w, h, flags, __VA_ARGS__ NO_PLANE, 0, NO_PLANE, 0, NO_PLANE, 0, NO_PLANE, 0, )

#define STEP_IN(plane, p, s) ((p) == (plane) ? (s) : 0)
#define LARGER(a, b)         ((a) > (b) ? (a) : (b))

/* The largest step in a plane; the first component that has it is chroma, the second or third. */
#define STEP(plane, p0, s0, p1, s1, p2, s2, p3, s3)                \
    LARGER(LARGER(STEP_IN(plane, p0, s0), STEP_IN(plane, p3, s3)), \
           LARGER(STEP_IN(plane, p1, s1), STEP_IN(plane, p2, s2)))
#define IS_CHROMA(plane, p0, s0, p1, s1, p2, s2, p3, s3)                                \
    (LARGER(STEP_IN(plane, p1, s1), STEP_IN(plane, p2, s2)) > STEP_IN(plane, p0, s0) && \
     LARGER(STEP_IN(plane, p1, s1), STEP_IN(plane, p2, s2)) >= STEP_IN(plane, p3, s3))
#define PLANE(number, w, h, ...)                                                                \
    {                                                                                           \
        .step = STEP(number, __VA_ARGS__), .w_shift = IS_CHROMA(number, __VA_ARGS__) ? (w) : 0, \
        .h_shift = (number) == 1 || (number) == 2 ? (h) : 0,                                    \
    }
#define HAS_PLANE(plane, p0, p1, p2, p3) \
    ((p0) == (plane) || (p1) == (plane) || (p2) == (plane) || (p3) == (plane))
#define FACTS(constant, w, h, flags, p0, s0, p1, s1, p2, s2, p3, s3, ...)             \
    [FWL_PIX_FMT_##constant] = {                                                      \
        .plane_count = HAS_PLANE(3, p0, p1, p2, p3)   ? 4                             \
                       : HAS_PLANE(2, p0, p1, p2, p3) ? 3                             \
                       : HAS_PLANE(1, p0, p1, p2, p3) ? 2                             \
                                                      : HAS_PLANE(0, p0, p1, p2, p3), \
        .is_bits = ((flags)&S) != 0,                                                  \
        .has_palette = ((flags)&L) != 0,                                              \
        .plane = {PLANE(0, w, h, p0, s0, p1, s1, p2, s2, p3, s3),                     \
                  PLANE(1, w, h, p0, s0, p1, s1, p2, s2, p3, s3),                     \
                  PLANE(2, w, h, p0, s0, p1, s1, p2, s2, p3, s3),                     \
                  PLANE(3, w, h, p0, s0, p1, s1, p2, s2, p3, s3)},                    \
    },

const struct FwlImageFacts fwl_image_facts_table[FWL_PIX_FMT_NB] = {
#include "pixfmt_table.def"
};
