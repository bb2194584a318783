/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rescaling is one multiplication and one division in 128 bits: a and b have 63 bits each, so the
 * product and the rounding term fit, and only the quotient can be too large.
 *
 * fwl_reduce walks the continued fraction of num / den. Its convergents p[k] / q[k], with
 *     p[k] = x[k] * p[k-1] + p[k-2],   q[k] = x[k] * q[k-1] + q[k-2],   x[k] the k-th quotient,
 * are the best approximations for the size of their parts. Where the next one is beyond max, the
 * best that still fits is either the last convergent or the one with the largest x below x[k].
 */
#include "framewell/rational.h"

#include <limits.h>
#include <stdbool.h>

__extension__ typedef __int128 FwlWide;
__extension__ typedef unsigned __int128 FwlUnsignedWide;

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct Convergent {
    uint64_t num;
    uint64_t den;
};

static struct Convergent combine(uint64_t x, struct Convergent last, struct Convergent before)
{
    return (struct Convergent){
        .num = x * last.num + before.num,
        .den = x * last.den + before.den,
    };
}

/* The largest x for which combine(x, last, before) stays within max. */
static uint64_t largest_factor(struct Convergent last, struct Convergent before, uint64_t max)
{
    const uint64_t by_num = last.num ? (max - before.num) / last.num : UINT64_MAX;
    const uint64_t by_den = last.den ? (max - before.den) / last.den : UINT64_MAX;
    return by_num < by_den ? by_num : by_den;
}

/* The fraction next to num / den (in lowest terms, one part above max) with parts up to max. */
static struct Convergent approximate(uint64_t num, uint64_t den, uint64_t max)
{
    struct Convergent before = {0, 1};
    struct Convergent last = {1, 0};
    while (den != 0) {
        const uint64_t x = num / den;
        const uint64_t fitting = largest_factor(last, before, max);
        if (x > fitting) {
            const FwlUnsignedWide reach = (FwlUnsignedWide)2 * fitting * last.den + before.den;
            const bool is_nearer = reach * den > (FwlUnsignedWide)num * last.den;
            return is_nearer ? combine(fitting, last, before) : last;
        }
        const struct Convergent next = combine(x, last, before);
        before = last;
        last = next;
        const uint64_t rest = num % den;
        num = den;
        den = rest;
    }
    return last;
}

int fwl_reduce(int *dst_num, int *dst_den, int64_t num, int64_t den, int64_t max)
{
    const bool is_negative = (num < 0) != (den < 0);
    uint64_t n = magnitude(num);
    uint64_t d = magnitude(den);
    const uint64_t common = greatest_common_divisor(n, d);
    if (common != 0) {
        n /= common;
        d /= common;
    }

    const uint64_t bound = (uint64_t)clamp(max, 1, INT_MAX);
    const bool is_exact = n <= bound && d <= bound;
    const struct Convergent result =
        is_exact ? (struct Convergent){.num = n, .den = d} : approximate(n, d, bound);
    *dst_num = is_negative ? -(int)result.num : (int)result.num;
    *dst_den = (int)result.den;
    return is_exact;
}

/* The rounding of -x that gives the negative of rnd's rounding of x. */
static unsigned mirrored(unsigned rnd)
{
    if (rnd == FWL_ROUND_DOWN)
        return FWL_ROUND_UP;
    return rnd == FWL_ROUND_UP ? FWL_ROUND_DOWN : rnd;
}

/* What to add to a positive dividend so that dividing by c rounds as wanted. */
static uint64_t rounding_term(unsigned rnd, uint64_t c)
{
    if (rnd == FWL_ROUND_NEAR_INF)
        return c / 2;
    return rnd == FWL_ROUND_INF || rnd == FWL_ROUND_UP ? c - 1 : 0;
}

static bool is_rounding(unsigned rnd)
{
    return rnd <= FWL_ROUND_UP || rnd == FWL_ROUND_NEAR_INF;
}

int64_t fwl_rescale_rnd(int64_t a, int64_t b, int64_t c, enum FwlRounding rnd)
{
    unsigned rounding = (unsigned)rnd & ~(unsigned)FWL_ROUND_PASS_MINMAX;
    if (c <= 0 || b < 0 || !is_rounding(rounding))
        return INT64_MIN;
    if (((unsigned)rnd & FWL_ROUND_PASS_MINMAX) && (a == INT64_MIN || a == INT64_MAX))
        return a;

    const bool is_negative = a < 0;
    if (is_negative)
        rounding = mirrored(rounding);
    const uint64_t size = magnitude(clamp(a, -INT64_MAX, INT64_MAX));
    const FwlUnsignedWide dividend =
        (FwlUnsignedWide)size * (uint64_t)b + rounding_term(rounding, (uint64_t)c);
    const FwlUnsignedWide quotient = dividend >> 64 ? dividend / (uint64_t)c
                                                    : (uint64_t)dividend / (uint64_t)c;
    if (quotient > INT64_MAX)
        return INT64_MIN;
    return is_negative ? -(int64_t)quotient : (int64_t)quotient;
}

int64_t fwl_rescale(int64_t a, int64_t b, int64_t c)
{
    return fwl_rescale_rnd(a, b, c, FWL_ROUND_NEAR_INF);
}

int64_t fwl_rescale_q_rnd(int64_t a, FwlRational bq, FwlRational cq, enum FwlRounding rnd)
{
    const int64_t b = bq.num * (int64_t)cq.den;
    const int64_t c = cq.num * (int64_t)bq.den;
    return fwl_rescale_rnd(a, b, c, rnd);
}

int64_t fwl_rescale_q(int64_t a, FwlRational bq, FwlRational cq)
{
    return fwl_rescale_q_rnd(a, bq, cq, FWL_ROUND_NEAR_INF);
}

int fwl_compare_ts(int64_t ts_a, FwlRational tb_a, int64_t ts_b, FwlRational tb_b)
{
    const FwlWide a = (FwlWide)ts_a * (tb_a.num * (int64_t)tb_b.den);
    const FwlWide b = (FwlWide)ts_b * (tb_b.num * (int64_t)tb_a.den);
    return (a > b) - (a < b);
}
