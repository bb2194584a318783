/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which copy for which plane. Rows without gaps are one piece, and memcpy knows best. With gaps a
 * call of memcpy for each row costs 7 to 17 % of a picture of 1080p: the choice among its variants
 * is made a thousand times. From STREAMED_SIZE on, storing past the caches saves the reading of
 * lines that are to be overwritten (`framewell bench layout`, copy/). Not before, though the copy
 * alone is faster then, too: who reads it next finds nothing in the caches, and with that reading
 * counted a picture of 1080p takes 1.20 of what memcpy and reading take, 1.035 without.
 */
#include "image/rows.h"

#include <string.h>

#define STREAMED_SIZE ((size_t)4 << 20)

enum { VECTOR_ROW_MIN = 64, VECTOR_ROW_MAX = 1 << 16 };

void fwl_rows_copy_plain(const struct FwlRows *rows)
{
    uint8_t *dst = rows->dst;
    const uint8_t *src = rows->src;
    for (size_t y = 0; y < rows->count; y++) {
        memcpy(dst, src, rows->size);
        dst += rows->dst_linesize;
        src += rows->src_linesize;
    }
}

static void copy_by_vectors(const struct FwlRows *rows)
{
#if FWL_HAS_NEON
    fwl_rows_copy_neon(rows);
#else
#if FWL_HAS_X86_VECTORS
    const unsigned features = fwl_cpu_features();
    const bool is_streaming = rows->count >= STREAMED_SIZE / rows->size;
    if (features & FWL_CPU_AVX512) {
        fwl_rows_copy_avx512(rows, is_streaming);
        return;
    }
    if (features & FWL_CPU_AVX2) {
        fwl_rows_copy_avx2(rows, is_streaming);
        return;
    }
#endif
    fwl_rows_copy_plain(rows);
#endif
}

void fwl_rows_copy(const struct FwlRows *rows)
{
    if (rows->dst_linesize == rows->src_linesize && rows->dst_linesize == (ptrdiff_t)rows->size)
        memcpy(rows->dst, rows->src, rows->size * rows->count);
    else if (rows->size >= VECTOR_ROW_MIN && rows->size <= VECTOR_ROW_MAX)
        copy_by_vectors(rows);
    else
        fwl_rows_copy_plain(rows);
}
