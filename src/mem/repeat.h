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

#include "base/cpu.h"

/* The longest period of the variants with vectors: that of the widest vector. */
enum { FWL_REPEAT_PERIOD_MAX = 64 };

/* Any period and size, both above 0. */
void fwl_repeat_plain(uint8_t *dst, size_t period, size_t size);

/* Periods from 1 to FWL_REPEAT_PERIOD_MAX, sizes above 0, on a CPU that has the feature. */
#if FWL_HAS_X86_VECTORS
void fwl_repeat_avx2(uint8_t *dst, size_t period, size_t size);
void fwl_repeat_avx512(uint8_t *dst, size_t period, size_t size);
#endif
#if FWL_HAS_NEON
void fwl_repeat_neon(uint8_t *dst, size_t period, size_t size);
#endif

#endif
