/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row: masked up to the first boundary, then aligned vectors, then masked again. One
 * vector after the other: four loads and then four stores take 7 % longer where there are gaps.
 */
#include "base/cpu.h"

#if FWL_HAS_X86_VECTORS
#include <immintrin.h>

#include "image/rows.h"

#define TARGET __attribute__((target("avx512f,avx512bw")))

enum { VECTOR = 64 };

TARGET static inline __m512i load(const uint8_t *src)
{
    return _mm512_loadu_si512(src);
}

TARGET static inline void store(uint8_t *dst, __m512i bytes, bool is_streaming)
{
    if (is_streaming)
        _mm512_stream_si512((__m512i *)(void *)dst, bytes);
    else
        _mm512_store_si512(dst, bytes);
}

TARGET static inline __mmask64 first_bytes(size_t count)
{
    return ~UINT64_C(0) >> (VECTOR - count);
}

/* 1 to VECTOR bytes. */
TARGET static inline void copy_end(uint8_t *dst, const uint8_t *src, size_t size)
{
    const __mmask64 mask = first_bytes(size);
    _mm512_mask_storeu_epi8(dst, mask, _mm512_maskz_loadu_epi8(mask, src));
}

TARGET static inline __attribute__((always_inline)) void copy_row(uint8_t *dst, const uint8_t *src,
                                                                  size_t size, bool is_streaming)
{
    const size_t to_boundary = (VECTOR - ((uintptr_t)dst & (VECTOR - 1))) & (VECTOR - 1);
    const size_t head = to_boundary < size ? to_boundary : size;
    if (head > 0)
        copy_end(dst, src, head);
    dst += head;
    src += head;
    size -= head;
    for (; size >= VECTOR; size -= VECTOR) {
        store(dst, load(src), is_streaming);
        dst += VECTOR;
        src += VECTOR;
    }
    if (size > 0)
        copy_end(dst, src, size);
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

TARGET void fwl_rows_copy_avx512(const struct FwlRows *rows, bool is_streaming)
{
    if (is_streaming) {
        copy_rows(rows, true);
        _mm_sfence(); /* for those who are told by a lock that the copy is there */
    } else {
        copy_rows(rows, false);
    }
}
#endif
