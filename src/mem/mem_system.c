/* SPDX-License-Identifier: BSD-2-Clause */
/* What the pool layer leaves to the library that it is part of. The system's malloc for pools that
 * are to use it (pool/pool_system.h): nothing else in the library calls it. */
#define _POSIX_C_SOURCE 200809L /* posix_memalign: C11's wants sizes that are multiples */
#include <stdlib.h>

#include "pool/pool_system.h"

static void *alloc_aligned(size_t alignment, size_t size)
{
    void *memory;
    if (alignment < sizeof(void *))
        alignment = sizeof(void *);
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

const FwlSystemMemory fwl_system_memory = {.alloc = alloc_aligned, .free = free};

/* As any other pool. */

const bool fwl_pool_is_frugal = false;

void fwl_default_pool_configure(FwlPoolConfig *config)
{
    (void)config;
}
