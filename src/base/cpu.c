/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cpu.h"

atomic_uint fwl_cpu_known_features;

unsigned fwl_cpu_detect(void)
{
    unsigned found = FWL_CPU_KNOWN;
#if FWL_HAS_X86_VECTORS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2"))
        found |= FWL_CPU_AVX2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vbmi"))
        found |= FWL_CPU_AVX512;
#endif
    atomic_store_explicit(&fwl_cpu_known_features, found, memory_order_relaxed);
    return found;
}
