/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fractions and timestamps: what packets and frames say about time, and how to move it from one
 * time base to another without losing a tick.
 *
 * A time base is a fraction of a second; a timestamp counts such fractions.
 *
 *     const FwlRational mpeg = {1, 90000};
 *     const FwlRational milliseconds = {1, 1000};
 *     int64_t pts = fwl_rescale_q(180045, mpeg, milliseconds); // 2000.5 ms: 2001
 *
 * Names, parameters and results are those of libavutil/rational.h and mathematics.h. Products are
 * computed in 128 bits: a result is exact before it is rounded, or it is said not to fit.
 *
 * Threads: every function may be called from any thread.
 */
#ifndef FRAMEWELL_RATIONAL_H
#define FRAMEWELL_RATIONAL_H

#include <stdint.h>

#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

/* num / den. A den of 0 is a fraction that is unknown (0/0) or endless. */
typedef struct FwlRational {
    int num;
    int den;
} FwlRational;

/* A timestamp that is not known. */
#define FWL_NOPTS_VALUE INT64_MIN

/* Ticks a second of durations that have no time base of their own, and that time base. */
#define FWL_TIME_BASE 1000000
#ifdef __cplusplus
#define FWL_TIME_BASE_Q (FwlRational{1, FWL_TIME_BASE})
#else
#define FWL_TIME_BASE_Q ((FwlRational){1, FWL_TIME_BASE})
#endif

/* Where a result between two integers goes; the numbers are libavutil's. */
enum FwlRounding {
    FWL_ROUND_ZERO = 0,     /* towards 0 */
    FWL_ROUND_INF = 1,      /* away from 0 */
    FWL_ROUND_DOWN = 2,     /* towards -infinity */
    FWL_ROUND_UP = 3,       /* towards +infinity */
    FWL_ROUND_NEAR_INF = 5, /* to the nearest; from the middle away from 0 */
    /* Added to one of the others: INT64_MIN and INT64_MAX are handed through as they are, so that
     * FWL_NOPTS_VALUE stays what it is. */
    FWL_ROUND_PASS_MINMAX = 8192,
};

/* Fractions */

/* num / den, not reduced. */
static inline FwlRational fwl_make_q(int num, int den)
{
    const FwlRational q = {num, den};
    return q;
}

/* The fraction as a floating-point number; a den of 0 gives an infinity or NaN. */
static inline double fwl_q2d(FwlRational q)
{
    return q.num / (double)q.den;
}

/*
 * Reduces num / den so that neither part exceeds max in size, to the nearest such fraction where it
 * does not fit. *dst_den is not negative. A max above INT_MAX counts as INT_MAX, below 1 as 1.
 *
 * Returns 1 where the result equals num / den, else 0.
 */
FWL_API int fwl_reduce(int *dst_num, int *dst_den, int64_t num, int64_t den, int64_t max);

/* Timestamps. Each gives INT64_MIN where the result does not fit, where c is not positive, b is
 * negative or the rounding is none of FWL_ROUND_*. An a of INT64_MIN counts as -INT64_MAX. */

/* a * b / c, rounded to the nearest. */
FWL_API int64_t fwl_rescale(int64_t a, int64_t b, int64_t c);

/* a * b / c, rounded as rnd says. */
FWL_API int64_t fwl_rescale_rnd(int64_t a, int64_t b, int64_t c, enum FwlRounding rnd);

/* The timestamp a of time base bq in time base cq, rounded to the nearest. */
FWL_API int64_t fwl_rescale_q(int64_t a, FwlRational bq, FwlRational cq);

/* The same, rounded as rnd says. */
FWL_API int64_t fwl_rescale_q_rnd(int64_t a, FwlRational bq, FwlRational cq, enum FwlRounding rnd);

/* -1, 0 or 1 where ts_a, in time base tb_a, is before, at or after ts_b, in time base tb_b. Exact
 * for all timestamps and all time bases with a positive den. */
FWL_API int fwl_compare_ts(int64_t ts_a, FwlRational tb_a, int64_t ts_b, FwlRational tb_b);

#ifdef __cplusplus
}
#endif

#endif
