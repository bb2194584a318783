/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row: four vectors at a time, and the last bytes by one that may overlap those before.
 */
#include "base/cpu.h"

#if FWL_HAS_NEON
#include <arm_neon.h>
#include <string.h>

#include "image/rows.h"

enum { VECTOR = 16, GROUP = 4 * VECTOR };

static void copy_row(uint8_t *dst, const uint8_t *src, size_t size)
{
    if (size < VECTOR) {
        memcpy(dst, src, size);
        return;
    }
    const uint8x16_t last = vld1q_u8(src + size - VECTOR);
    uint8_t *const end = dst + size;
    for (; size >= GROUP; size -= GROUP) {
        const uint8x16_t a = vld1q_u8(src), b = vld1q_u8(src + VECTOR);
        const uint8x16_t c = vld1q_u8(src + 2 * VECTOR), d = vld1q_u8(src + 3 * VECTOR);
        vst1q_u8(dst, a);
        vst1q_u8(dst + VECTOR, b);
        vst1q_u8(dst + 2 * VECTOR, c);
        vst1q_u8(dst + 3 * VECTOR, d);
        dst += GROUP;
        src += GROUP;
    }
    for (; size >= VECTOR; size -= VECTOR) {
        vst1q_u8(dst, vld1q_u8(src));
        dst += VECTOR;
        src += VECTOR;
    }
    vst1q_u8(end - VECTOR, last);
}

void fwl_rows_copy_neon(const struct FwlRows *rows)
{
    uint8_t *dst = rows->dst;
    const uint8_t *src = rows->src;
    for (size_t y = 0; y < rows->count; y++) {
        copy_row(dst, src, rows->size);
        dst += rows->dst_linesize;
        src += rows->src_linesize;
    }
}
#endif
