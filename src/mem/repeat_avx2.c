/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Short periods in one vector of 16 bytes, written from both ends until the two meet:
 *
 *     | first       |         | last        |     last begins at the phase (size - 16) % period,
 *           | first       | last        |         and each store lies whole periods from the one
 *                                                 before it
 */
#include "base/cpu.h"

#if FWL_HAS_X86_VECTORS
#include <immintrin.h>

enum { VECTOR = 32 };
#define TARGET       __attribute__((target("avx2")))
#define LINE_ALIGNED __attribute__((aligned(64)))
#include "mem/repeat_table.h"

TARGET void fwl_repeat_avx2(uint8_t *dst, size_t period, size_t size)
{
    repeat_by_table(dst, period, size);
}

struct Period {
    _Alignas(16) uint8_t place[32]; /* place[i] = i % period */
    uint32_t reciprocal;            /* size * reciprocal >> 16 is size / period, for short sizes */
    uint32_t step;                  /* the whole periods in 16 bytes */
};

#define PLACE(i, period) (i) % (period)
#define PLACES_4(i, p)   PLACE(i, p), PLACE(i + 1, p), PLACE(i + 2, p), PLACE(i + 3, p)
#define PLACES_16(i, p)  PLACES_4(i, p), PLACES_4(i + 4, p), PLACES_4(i + 8, p), PLACES_4(i + 12, p)
#define PERIOD(p)                                                                        \
    {                                                                                    \
        .place = {PLACES_16(0, p), PLACES_16(16, p)}, .reciprocal = (1 << 16) / (p) + 1, \
        .step = 16 - 16 % (p),                                                           \
    }
#define PERIODS_4(p) PERIOD(p), PERIOD(p + 1), PERIOD(p + 2), PERIOD(p + 3)
static const struct Period periods[FWL_REPEAT_ENDS_PERIOD_MAX] = {PERIODS_4(1), PERIODS_4(5),
                                                                  PERIODS_4(9), PERIODS_4(13)};

TARGET static inline __m128i load_8(const uint8_t *src)
{
    return _mm_loadl_epi64((const __m128i *)(const void *)src);
}

TARGET static inline __m128i load_16(const uint8_t *src)
{
    return _mm_loadu_si128((const __m128i *)(const void *)src);
}

TARGET static inline void store_16(uint8_t *dst, __m128i bytes)
{
    _mm_storeu_si128((__m128i *)(void *)dst, bytes);
}

/* The pattern once; what follows it does not matter. */
TARGET static inline __m128i load_pattern(const uint8_t *src, size_t period)
{
    /* From mover + 16 - period on: the shuffle of 8 bytes to places period - 8 and on. */
    static const uint8_t mover[] = {
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0,    1,    2,    3,
        4,    5,    6,    7,    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    };
    if (period < 8)
        return _mm_cvtsi64_si128((long long)fwl_repeat_load(src, period));
    const __m128i last = _mm_shuffle_epi8(load_8(src + period - 8), load_16(mover + 16 - period));
    return _mm_or_si128(load_8(src), last);
}

TARGET LINE_ALIGNED void fwl_repeat_ends_avx2(uint8_t *dst, size_t period, size_t size)
{
    const struct Period *const row = &periods[period - 1];
    const __m128i pattern = load_pattern(dst - period, period);
    const size_t ahead = size - 16;
    const size_t phase = ahead - (ahead * row->reciprocal >> 16) * period;
    const __m128i first = _mm_shuffle_epi8(pattern, load_16(row->place));
    const __m128i last = _mm_shuffle_epi8(pattern, load_16(row->place + phase));
    uint8_t *end = dst + ahead;
    store_16(dst, first);
    store_16(end, last);
    while (dst + 16 < end) {
        dst += row->step;
        end -= row->step;
        store_16(dst, first);
        store_16(end, last);
    }
}

TARGET static inline __m256i load_32(const uint8_t *src)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)src);
}

TARGET static inline void store_32(uint8_t *dst, __m256i bytes)
{
    _mm256_storeu_si256((__m256i *)(void *)dst, bytes);
}

/* Two stores a period, always from the first pattern. */
TARGET LINE_ALIGNED void fwl_repeat_two_avx2(uint8_t *dst, size_t period, size_t size)
{
    const uint8_t *const src = dst - period;
    const __m256i first = load_32(src), last = load_32(src + period - 32);
    for (; size > period; size -= period) {
        store_32(dst, first);
        store_32(dst + period - 32, last);
        dst += period;
    }
    if (size < 32) {
        fwl_repeat_copy(dst, src, size);
        return;
    }
    store_32(dst, first);
    store_32(dst + size - 32, load_32(src + size - 32));
}
#endif
