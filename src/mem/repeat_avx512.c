/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The repetition in registers. A vector that holds the pattern from some phase on,
 *
 *     v[i] = pattern[(phase + i) % period],  i = 0 ... 63
 *
 * becomes the one of a later phase by a permutation of its own bytes, as period <= 64:
 *
 *     v[(i + step) % period] = pattern[(phase + step + i) % period]
 *
 * So nothing is read again, stores are aligned, and masks see to the ends.
 */
#include "base/cpu.h"

#if FWL_HAS_X86_VECTORS
#include <immintrin.h>

#include "mem/repeat.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi")))

enum { VECTOR = 64 };

/* place[period - 1][i] = i % period: divisions take longer than the rest. */
#define PLACE(i, period) (i) % (period)
#define PLACES_4(i, p)   PLACE(i, p), PLACE(i + 1, p), PLACE(i + 2, p), PLACE(i + 3, p)
#define PLACES_16(i, p)  PLACES_4(i, p), PLACES_4(i + 4, p), PLACES_4(i + 8, p), PLACES_4(i + 12, p)
#define PERIOD(p)                                                             \
    {                                                                         \
        PLACES_16(0, p), PLACES_16(16, p), PLACES_16(32, p), PLACES_16(48, p) \
    }
#define PERIODS_4(p)  PERIOD(p), PERIOD(p + 1), PERIOD(p + 2), PERIOD(p + 3)
#define PERIODS_16(p) PERIODS_4(p), PERIODS_4(p + 4), PERIODS_4(p + 8), PERIODS_4(p + 12)
static const _Alignas(VECTOR) uint8_t place[FWL_REPEAT_PERIOD_MAX][VECTOR] = {
    PERIODS_16(1), PERIODS_16(17), PERIODS_16(33), PERIODS_16(49)};

/* (index + step) % period, of an index and a step below period. */
TARGET static inline __m512i moved(__m512i index, size_t step, size_t period)
{
    const __m512i sum = _mm512_add_epi8(index, _mm512_set1_epi8((char)step));
    return _mm512_min_epu8(sum, _mm512_sub_epi8(sum, _mm512_set1_epi8((char)period)));
}

TARGET static inline __mmask64 first_bytes(size_t count)
{
    return ~UINT64_C(0) >> (VECTOR - count);
}

/* The first and the last bytes of 1 to VECTOR: two stores that may overlap. Masked ones would do
 * it at once, but some CPUs take long over them. */
TARGET static inline void store_ends(uint8_t *dst, size_t size, __m512i first, __m512i start,
                                     const uint8_t *places, size_t period)
{
    const size_t half = size > 32 ? 32 : size > 16 ? 16 : size > 8 ? 8 : size > 4 ? 4 : 2;
    if (size < 2) {
        *dst = (uint8_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(first));
        return;
    }
    const __m512i last = _mm512_permutexvar_epi8(moved(start, places[size - half], period), first);
    const __m128i low = _mm512_castsi512_si128(first), high = _mm512_castsi512_si128(last);
    uint8_t *const end = dst + size - half;
    if (half == 32) {
        _mm256_storeu_si256((__m256i *)(void *)dst, _mm512_castsi512_si256(first));
        _mm256_storeu_si256((__m256i *)(void *)end, _mm512_castsi512_si256(last));
    } else if (half == 16) {
        _mm_storeu_si128((__m128i *)(void *)dst, low);
        _mm_storeu_si128((__m128i *)(void *)end, high);
    } else if (half == 8) {
        _mm_storel_epi64((__m128i *)(void *)dst, low);
        _mm_storel_epi64((__m128i *)(void *)end, high);
    } else if (half == 4) {
        _mm_storeu_si32(dst, low);
        _mm_storeu_si32(end, high);
    } else {
        _mm_storeu_si16(dst, low);
        _mm_storeu_si16(end, high);
    }
}

TARGET void fwl_repeat_avx512(uint8_t *dst, size_t period, size_t size)
{
    const uint8_t *const places = place[period - 1];
    const __m512i start = _mm512_load_si512(places);
    const __m512i source = _mm512_maskz_loadu_epi8(first_bytes(period), dst - period);
    __m512i first = _mm512_permutexvar_epi8(start, source);
    if (size <= VECTOR) {
        store_ends(dst, size, first, start, places, period);
        return;
    }
    const size_t head = (VECTOR - ((uintptr_t)dst & (VECTOR - 1))) & (VECTOR - 1);
    _mm512_storeu_si512(dst, first);
    dst += head;
    size -= head;
    first = _mm512_permutexvar_epi8(moved(start, places[head], period), first);

    /* 64 % period, and four times that. */
    const size_t step = places[VECTOR - 1] + 1 < (int)period ? places[VECTOR - 1] + 1u : 0;
    const __m512i one_on = moved(start, step, period);
    if (size >= 4 * VECTOR) {
        const __m512i two_on = moved(one_on, step, period);
        const __m512i four_on = moved(moved(two_on, step, period), step, period);
        __m512i second = _mm512_permutexvar_epi8(one_on, first);
        __m512i third = _mm512_permutexvar_epi8(one_on, second);
        __m512i fourth = _mm512_permutexvar_epi8(one_on, third);
        for (; size >= 4 * VECTOR; size -= 4 * VECTOR) {
            _mm512_store_si512(dst, first);
            _mm512_store_si512(dst + VECTOR, second);
            _mm512_store_si512(dst + 2 * VECTOR, third);
            _mm512_store_si512(dst + 3 * VECTOR, fourth);
            first = _mm512_permutexvar_epi8(four_on, first);
            second = _mm512_permutexvar_epi8(four_on, second);
            third = _mm512_permutexvar_epi8(four_on, third);
            fourth = _mm512_permutexvar_epi8(four_on, fourth);
            dst += 4 * VECTOR;
        }
    }
    for (; size >= VECTOR; size -= VECTOR) {
        _mm512_store_si512(dst, first);
        first = _mm512_permutexvar_epi8(one_on, first);
        dst += VECTOR;
    }
    /* The last vector ends where the memory does, and begins 64 - size bytes back: as many
     * periods on are the same. */
    const size_t on = places[size] + period - step;
    const __m512i last = moved(start, on < period ? on : on - period, period);
    _mm512_storeu_si512(dst + size - VECTOR, _mm512_permutexvar_epi8(last, first));
}
#endif
