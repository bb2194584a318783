/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is mapped but nobody's: builds with AddressSanitizer report every access to it, in
 * other builds these are nothing. What is poisoned here the library itself may not touch either.
 */
#ifndef FWL_OS_POISON_H
#define FWL_OS_POISON_H

#include <stddef.h>

#include "base/sanitizer.h"

#if FWL_IS_ASAN
#include <sanitizer/asan_interface.h>
#endif

static inline void fwl_os_poison(const void *memory, size_t size)
{
#if FWL_IS_ASAN
    __asan_poison_memory_region(memory, size);
#else
    (void)memory;
    (void)size;
#endif
}

static inline void fwl_os_unpoison(const void *memory, size_t size)
{
#if FWL_IS_ASAN
    __asan_unpoison_memory_region(memory, size);
#else
    (void)memory;
    (void)size;
#endif
}

#endif
