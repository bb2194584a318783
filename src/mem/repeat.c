/* SPDX-License-Identifier: BSD-2-Clause */
#include "mem/repeat.h"

#include <string.h>

#include "framewell/mem.h"

#define IS_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

enum {
    SHORT_MAX = 64,
    WORD_PERIOD_MAX = 7,
    MEMSET_SIZE_MIN = 16,
    VECTORS_SIZE_MIN = 256, /* below, they take longer to be filled than they save */
};

/* Up to 64 bytes that do not overlap their source: pieces of a fixed size, the second of which may
 * overlap the first. All is read before anything is written. */
static inline __attribute__((always_inline)) void copy_two(uint8_t *dst, const uint8_t *src,
                                                           size_t size, size_t half)
{
    uint8_t first[32], last[32];
    memcpy(first, src, half);
    memcpy(last, src + size - half, half);
    memcpy(dst, first, half);
    memcpy(dst + size - half, last, half);
}

static void copy_short(uint8_t *dst, const uint8_t *src, size_t size)
{
    if (size > 32)
        copy_two(dst, src, size, 32);
    else if (size > 16)
        copy_two(dst, src, size, 16);
    else if (size > 8)
        copy_two(dst, src, size, 8);
    else if (size > 4)
        copy_two(dst, src, size, 4);
    else if (size > 1)
        copy_two(dst, src, size, 2);
    else
        *dst = *src;
}

static inline void copy(uint8_t *dst, const uint8_t *src, size_t size)
{
    if (size <= SHORT_MAX)
        copy_short(dst, src, size);
    else
        memcpy(dst, src, size);
}

/* Each round copies what is there already, so that the repeated pattern doubles. */
void fwl_repeat_plain(uint8_t *dst, size_t period, size_t size)
{
    const uint8_t *const src = dst - period;
    size_t known = period;
    while (size > known) {
        copy(dst, src, known);
        dst += known;
        size -= known;
        known *= 2;
    }
    copy(dst, src, size);
}

/* The period bytes at src as the low bytes of a word, period up to 7. */
static inline uint64_t load_period(const uint8_t *src, size_t period)
{
    uint32_t low32, high32;
    uint16_t low16, high16;
    if (period >= 4) {
        memcpy(&low32, src, sizeof low32);
        memcpy(&high32, src + period - 4, sizeof high32);
        return low32 | (uint64_t)high32 << 8 * (period - 4);
    }
    if (period == 1)
        return *src;
    memcpy(&low16, src, sizeof low16);
    memcpy(&high16, src + period - 2, sizeof high16);
    return low16 | (uint64_t)high16 << 8 * (period - 2);
}

/* The low bytes of a word, up to 7, none for 0. */
static inline void store_low(uint8_t *dst, uint64_t word, size_t size)
{
    const uint32_t low32 = (uint32_t)word;
    const uint16_t low16 = (uint16_t)word;
    if (size >= 4) {
        const uint32_t last = (uint32_t)(word >> 8 * (size - 4));
        memcpy(dst, &low32, sizeof low32);
        memcpy(dst + size - 4, &last, sizeof last);
    } else if (size >= 2) {
        const uint16_t last = (uint16_t)(word >> 8 * (size - 2));
        memcpy(dst, &low16, sizeof low16);
        memcpy(dst + size - 2, &last, sizeof last);
    } else if (size == 1) {
        *dst = (uint8_t)word;
    }
}

/*
 * Periods up to 7, the pattern in a register: a multiplication repeats it all over a word.
 *
 *     | a b c a b c a b |           each word begins with a whole pattern, and overwrites the last
 *                 | a b c a ...     bytes of the one before it
 */
static inline void repeat_word(uint8_t *dst, size_t period, size_t size)
{
    static const uint64_t ones[8] = {
        0,
        UINT64_C(0x0101010101010101),
        UINT64_C(0x0001000100010001),
        UINT64_C(0x0001000001000001),
        UINT64_C(0x0000000100000001),
        UINT64_C(0x0000010000000001),
        UINT64_C(0x0001000000000001),
        UINT64_C(0x0100000000000001),
    };
    static const uint8_t steps[8] = {0, 8, 8, 6, 8, 5, 6, 7};
    uint64_t word; /* the product wraps where the last repetition is cut */
    (void)__builtin_mul_overflow(load_period(dst - period, period), ones[period], &word);
    for (; size >= sizeof word; size -= steps[period]) {
        memcpy(dst, &word, sizeof word);
        dst += steps[period];
    }
    store_low(dst, word, size);
}

/* Period below size, at most FWL_REPEAT_PERIOD_MAX. */
static void repeat_short(uint8_t *dst, size_t period, size_t size)
{
#if FWL_HAS_NEON
    fwl_repeat_neon(dst, period, size);
#else
#if FWL_HAS_X86_VECTORS
    const unsigned features = fwl_cpu_features();
    if (features & FWL_CPU_AVX512) {
        fwl_repeat_avx512(dst, period, size);
        return;
    }
    if (features & FWL_CPU_AVX2) {
        fwl_repeat_avx2(dst, period, size);
        return;
    }
#endif
    fwl_repeat_plain(dst, period, size);
#endif
}

void fwl_memcpy_backptr(uint8_t *dst, int back, int cnt)
{
    if (back <= 0 || cnt <= 0)
        return;
    const size_t period = (size_t)back, size = (size_t)cnt;
    if (size <= period)
        copy(dst, dst - period, size);
    else if (period == 1 && size >= MEMSET_SIZE_MIN)
        memset(dst, dst[-1], size);
    else if (IS_LITTLE_ENDIAN && period <= WORD_PERIOD_MAX && size < VECTORS_SIZE_MIN)
        repeat_word(dst, period, size);
    else if (period <= FWL_REPEAT_PERIOD_MAX && size >= VECTORS_SIZE_MIN)
        repeat_short(dst, period, size);
    else
        fwl_repeat_plain(dst, period, size);
}
