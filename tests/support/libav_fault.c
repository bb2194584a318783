/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * av_malloc is posix_memalign, av_realloc realloc; all that libavutil allocates comes from these.
 * What serves them here are aligned_alloc and malloc, the system's or a sanitizer's. A block moves
 * whenever it is resized.
 */
#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "libav_fault.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

static atomic_long countdown;
static atomic_bool has_fired;

void libav_fault_arm(unsigned long n)
{
    atomic_store(&has_fired, false);
    atomic_store(&countdown, (long)n);
}

bool libav_fault_disarm(void)
{
    atomic_store(&countdown, 0);
    return atomic_load(&has_fired);
}

static bool is_failing_now(void)
{
    if (atomic_load(&countdown) <= 0 || atomic_fetch_sub(&countdown, 1) != 1)
        return false;
    atomic_store(&has_fired, true);
    return true;
}

EXPORTED int posix_memalign(void **memory, size_t alignment, size_t size)
{
    const size_t rounded = (size + alignment - 1) / alignment * alignment;
    void *block = rounded < size || is_failing_now() ? NULL : aligned_alloc(alignment, rounded);
    if (!block)
        return ENOMEM;
    *memory = block;
    return 0;
}

EXPORTED void *realloc(void *block, size_t size)
{
    if (block && size == 0) {
        free(block);
        return NULL;
    }
    void *moved = is_failing_now() ? NULL : malloc(size);
    if (!moved || !block)
        return moved;
    const size_t old_size = malloc_usable_size(block);
    memcpy(moved, block, old_size < size ? old_size : size);
    free(block);
    return moved;
}
