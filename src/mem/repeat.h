/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Repeating the bytes before dst: what fwl_memcpy_backptr does where bytes are to be copied that it
 * has only just written.
 *
 *     src       dst
 *     | a b c  | a b c a b c a b c a |      period 3, size 10
 *
 * The variants do the same; each is there to be compared with the plain one. They need no alignment
 * and touch nothing but the period bytes before dst and the size bytes from it.
 */
#ifndef FWL_REPEAT_H
#define FWL_REPEAT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"

/* Whether the first byte in memory is the lowest one of a word. */
#define FWL_REPEAT_HAS_WORDS (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

enum {
    FWL_REPEAT_PERIOD_MAX = 64, /* of the variants with vectors: that of the widest one */
    FWL_REPEAT_AVX512_SIZE_MIN = 65,
    FWL_REPEAT_ENDS_PERIOD_MAX = 16,
    FWL_REPEAT_ENDS_SIZE_MIN = 16,
    FWL_REPEAT_ENDS_SIZE_MAX = 511,
    FWL_REPEAT_TWO_PERIOD_MIN = 32,
};

/* The period bytes at src as the low bytes of a word, period from 2 to 7. Three of them one by
 * one, as they may have been written so. */
static inline __attribute__((always_inline)) uint64_t fwl_repeat_load(const uint8_t *src,
                                                                      size_t period)
{
    uint16_t two;
    uint32_t first, last;
    if (period == 2) {
        memcpy(&two, src, sizeof two);
        return two;
    }
    if (period == 3)
        return src[0] | (uint32_t)src[1] << 8 | (uint32_t)src[2] << 16;
    memcpy(&first, src, sizeof first);
    memcpy(&last, src + period - 4, sizeof last);
    return first | (uint64_t)last << 8 * (period - 4);
}

/* Sizes from one of the type to two: all is read before anything is written. */
#define FWL_COPY_ENDS(type, dst, src, size)                          \
    do {                                                             \
        type first_, last_;                                          \
        memcpy(&first_, (src), sizeof first_);                       \
        memcpy(&last_, (src) + (size) - sizeof last_, sizeof last_); \
        memcpy((dst), &first_, sizeof first_);                       \
        memcpy((dst) + (size) - sizeof last_, &last_, sizeof last_); \
    } while (0)

struct FwlBytes16 {
    uint8_t byte[16];
};

/* Bytes that do not overlap their source: memcpy, without the call where that is short. */
static inline __attribute__((always_inline)) void fwl_repeat_copy(uint8_t *dst, const uint8_t *src,
                                                                  size_t size)
{
    if (size > 32)
        memcpy(dst, src, size);
    else if (size >= 16)
        FWL_COPY_ENDS(struct FwlBytes16, dst, src, size);
    else if (size >= 8)
        FWL_COPY_ENDS(uint64_t, dst, src, size);
    else if (size >= 4)
        FWL_COPY_ENDS(uint32_t, dst, src, size);
    else if (size >= 2)
        FWL_COPY_ENDS(uint16_t, dst, src, size);
    else
        *dst = *src;
}

/* Any period and size, both above 0. */
void fwl_repeat_plain(uint8_t *dst, size_t period, size_t size);

/* On a CPU that has the feature; periods from 2 to FWL_REPEAT_PERIOD_MAX. */
#if FWL_HAS_X86_VECTORS
void fwl_repeat_avx2(uint8_t *dst, size_t period, size_t size);
/* Sizes from FWL_REPEAT_AVX512_SIZE_MIN. */
void fwl_repeat_avx512(uint8_t *dst, size_t period, size_t size);
/* Periods up to FWL_REPEAT_ENDS_PERIOD_MAX, sizes from FWL_REPEAT_ENDS_SIZE_MIN to _MAX. */
void fwl_repeat_ends_avx2(uint8_t *dst, size_t period, size_t size);
/* Periods from FWL_REPEAT_TWO_PERIOD_MIN. */
void fwl_repeat_two_avx2(uint8_t *dst, size_t period, size_t size);
#endif
#if FWL_HAS_NEON
void fwl_repeat_neon(uint8_t *dst, size_t period, size_t size);
#endif

#endif
