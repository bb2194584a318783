/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying the rows of a plane. The variants do the same; each is there to be compared with the
 * plain one. Linesizes may be of any sign, and what lies between the rows stays as it is.
 */
#ifndef FWL_ROWS_H
#define FWL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

struct FwlRows {
    uint8_t *dst;
    const uint8_t *src;
    ptrdiff_t dst_linesize, src_linesize;
    size_t size;  /* bytes of a row, above 0 */
    size_t count; /* rows */
};

void fwl_rows_copy_plain(const struct FwlRows *rows);

/* On a CPU that has the feature. is_streaming: past the caches, for what does not fit in them. */
#if FWL_HAS_X86_VECTORS
void fwl_rows_copy_avx2(const struct FwlRows *rows, bool is_streaming);
void fwl_rows_copy_avx512(const struct FwlRows *rows, bool is_streaming);
#endif
#if FWL_HAS_NEON
void fwl_rows_copy_neon(const struct FwlRows *rows);
#endif

/* The best one for this CPU. */
void fwl_rows_copy(const struct FwlRows *rows);

#endif
