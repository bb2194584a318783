/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cpu.h"

#if FWL_HAS_NEON
enum { VECTOR = 16 };
#define TARGET /* every 64-bit Arm has it */
#include "mem/repeat_table.h"

void fwl_repeat_neon(uint8_t *dst, size_t period, size_t size)
{
    repeat_by_table(dst, period, size);
}
#endif
