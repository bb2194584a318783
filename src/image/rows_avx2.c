/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row: aligned vectors, and the first and last bytes by two that may overlap them.
 */
#include "base/cpu.h"

#if FWL_HAS_X86_VECTORS
#include <immintrin.h>
#include <string.h>

#include "image/rows.h"

#define TARGET __attribute__((target("avx2")))

enum { VECTOR = 32, GROUP = 4 * VECTOR };

TARGET static inline __m256i load(const uint8_t *src)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)src);
}

TARGET static inline void store(uint8_t *dst, __m256i bytes, bool is_streaming)
{
    if (is_streaming)
        _mm256_stream_si256((__m256i *)(void *)dst, bytes);
    else
        _mm256_store_si256((__m256i *)(void *)dst, bytes);
}

TARGET static inline void store_anywhere(uint8_t *dst, __m256i bytes)
{
    _mm256_storeu_si256((__m256i *)(void *)dst, bytes);
}

/* An aligned vector at a time, and before and behind those one that overlaps them. */
TARGET static inline __attribute__((always_inline)) void copy_row(uint8_t *dst, const uint8_t *src,
                                                                  size_t size, bool is_streaming)
{
    if (size < VECTOR) {
        memcpy(dst, src, size);
        return;
    }
    const __m256i first = load(src), last = load(src + size - VECTOR);
    uint8_t *const start = dst, *const end = dst + size;
    const size_t head = (VECTOR - ((uintptr_t)dst & (VECTOR - 1))) & (VECTOR - 1);
    dst += head;
    src += head;
    size -= head;
    for (; size >= GROUP; size -= GROUP) {
        const __m256i a = load(src), b = load(src + VECTOR);
        const __m256i c = load(src + 2 * VECTOR), d = load(src + 3 * VECTOR);
        store(dst, a, is_streaming);
        store(dst + VECTOR, b, is_streaming);
        store(dst + 2 * VECTOR, c, is_streaming);
        store(dst + 3 * VECTOR, d, is_streaming);
        dst += GROUP;
        src += GROUP;
    }
    for (; size >= VECTOR; size -= VECTOR) {
        store(dst, load(src), is_streaming);
        dst += VECTOR;
        src += VECTOR;
    }
    store_anywhere(start, first);
    store_anywhere(end - VECTOR, last);
}

/* All rows with is_streaming a constant. */
TARGET static inline __attribute__((always_inline)) void copy_rows(const struct FwlRows *rows,
                                                                   bool is_streaming)
{
    uint8_t *dst = rows->dst;
    const uint8_t *src = rows->src;
    for (size_t y = 0; y < rows->count; y++) {
        copy_row(dst, src, rows->size, is_streaming);
        dst += rows->dst_linesize;
        src += rows->src_linesize;
    }
}

TARGET void fwl_rows_copy_avx2(const struct FwlRows *rows, bool is_streaming)
{
    if (is_streaming) {
        copy_rows(rows, true);
        _mm_sfence(); /* for those who are told by a lock that the copy is there */
    } else {
        copy_rows(rows, false);
    }
}
#endif
