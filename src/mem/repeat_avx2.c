/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cpu.h"

#if FWL_HAS_X86_VECTORS
enum { VECTOR = 32 };
#define TARGET __attribute__((target("avx2")))
#include "mem/repeat_table.h"

TARGET void fwl_repeat_avx2(uint8_t *dst, size_t period, size_t size)
{
    repeat_by_table(dst, period, size);
}
#endif
