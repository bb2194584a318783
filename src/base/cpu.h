/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this CPU can do beyond what the compiler may take for granted. May be asked at any time,
 * also in a signal handler and before main(): there is no lock, and asking twice gives the same.
 */
#ifndef FWL_CPU_H
#define FWL_CPU_H

#include <stdatomic.h>

/* Where code for them can be written at all; elsewhere their files are empty. */
#if defined(__x86_64__)
#define FWL_HAS_X86_VECTORS 1
#else
#define FWL_HAS_X86_VECTORS 0
#endif

#if defined(__aarch64__)
#define FWL_HAS_NEON 1
#else
#define FWL_HAS_NEON 0
#endif

enum FwlCpuFeature {
    FWL_CPU_KNOWN = 1 << 0, /* always set */
    FWL_CPU_AVX2 = 1 << 1,
    FWL_CPU_AVX512 = 1 << 2, /* F, BW and VBMI */
};

/* 0 until somebody asks. Threads that ask at once find the same, so that no order is needed. */
extern atomic_uint fwl_cpu_known_features;
unsigned fwl_cpu_detect(void);

static inline unsigned fwl_cpu_features(void)
{
    const unsigned known = atomic_load_explicit(&fwl_cpu_known_features, memory_order_relaxed);
    return known != 0 ? known : fwl_cpu_detect();
}

#endif
