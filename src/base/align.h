/* SPDX-License-Identifier: BSD-2-Clause */
/* Powers of two and multiples of them. For sizes that are known to be small; others: checked.h. */
#ifndef FWL_ALIGN_H
#define FWL_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool fwl_is_power_of_two(size_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static inline size_t fwl_align_up(size_t n, size_t alignment)
{
    return (n + alignment - 1) & ~(alignment - 1);
}

static inline size_t fwl_align_down(size_t n, size_t alignment)
{
    return n & ~(alignment - 1);
}

static inline bool fwl_is_aligned(const void *address, size_t alignment)
{
    return ((uintptr_t)address & (alignment - 1)) == 0;
}

/* The exponent of the highest set bit; n is not 0. */
static inline unsigned fwl_log2_floor(size_t n)
{
    return (unsigned)(8 * sizeof(unsigned long long) - 1) - (unsigned)__builtin_clzll(n);
}

#endif
