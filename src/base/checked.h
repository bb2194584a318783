/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic on sizes that says when the result does not fit. Every size that comes from outside
 * goes through these; each gives true and writes *result only when the result is exact.
 */
#ifndef FWL_CHECKED_H
#define FWL_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* a may be more than any size. */
static inline bool fwl_checked_add(uint64_t a, size_t b, size_t *result)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *result = sum;
    return true;
}

static inline bool fwl_checked_mul(size_t a, size_t b, size_t *result)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *result = product;
    return true;
}

/* Rounds size up to a multiple of alignment, a power of two. */
static inline bool fwl_checked_round_up(size_t size, size_t alignment, size_t *result)
{
    size_t padded;
    if (__builtin_add_overflow(size, alignment - 1, &padded))
        return false;
    *result = padded & ~(alignment - 1);
    return true;
}

#endif
