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
 * So nothing is read again, stores are aligned, and the ends are vectors that overlap others.
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

TARGET static inline __m512i load_ends_8(const uint8_t *src, size_t size)
{
    const __m128i first = _mm_loadl_epi64((const __m128i *)(const void *)src);
    const __m128i last = _mm_loadl_epi64((const __m128i *)(const void *)(src + size - 8));
    return _mm512_castsi128_si512(_mm_unpacklo_epi64(first, last));
}

TARGET static inline __m512i load_ends_16(const uint8_t *src, size_t size)
{
    const __m128i first = _mm_loadu_si128((const __m128i *)(const void *)src);
    const __m128i last = _mm_loadu_si128((const __m128i *)(const void *)(src + size - 16));
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(first), last, 1);
    return _mm512_castsi256_si512(both);
}

TARGET static inline __m512i load_ends_32(const uint8_t *src, size_t size)
{
    const __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)src);
    const __m256i last = _mm256_loadu_si256((const __m256i *)(const void *)(src + size - 32));
    return _mm512_inserti64x4(_mm512_castsi256_si512(first), last, 1);
}

/* The pattern again and again, from its beginning. Nothing from dst on is loaded, masked or not: it
 * would wait for stores there. */
TARGET static inline __m512i load_repeated(const uint8_t *src, __m512i start, size_t period)
{
    if (period < 8) {
        const __m128i word = _mm_cvtsi64_si128((long long)fwl_repeat_load(src, period));
        return _mm512_permutexvar_epi8(start, _mm512_castsi128_si512(word));
    }
    const size_t half = period > 32 ? 32 : period > 16 ? 16 : 8;
    const __m512i ends = half == 32   ? load_ends_32(src, period)
                         : half == 16 ? load_ends_16(src, period)
                                      : load_ends_8(src, period);
    const __mmask64 is_last = _mm512_cmpge_epu8_mask(start, _mm512_set1_epi8((char)half));
    const __m512i gap = _mm512_set1_epi8((char)(2 * half - period));
    return _mm512_permutexvar_epi8(_mm512_mask_add_epi8(start, is_last, start, gap), ends);
}

/* Up to four vectors and more than one: the first one at every step of whole periods. */
TARGET static inline void repeat_steps(uint8_t *dst, size_t size, __m512i first, __m512i start,
                                       const uint8_t *places, size_t period)
{
    const size_t rest = places[VECTOR - 1] + 1u;
    const size_t step = rest < period ? VECTOR - rest : VECTOR;
    for (; size > VECTOR; size -= step) {
        _mm512_storeu_si512(dst, first);
        dst += step;
    }
    const __m512i last = moved(start, places[(size + step) % VECTOR], period);
    _mm512_storeu_si512(dst + size - VECTOR, _mm512_permutexvar_epi8(last, first));
}

TARGET void fwl_repeat_avx512(uint8_t *dst, size_t period, size_t size)
{
    const uint8_t *const places = place[period - 1];
    const __m512i start = _mm512_load_si512(places);
    __m512i first = load_repeated(dst - period, start, period);
    if (size <= 4 * VECTOR) {
        repeat_steps(dst, size, first, start, places, period);
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
