/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The malloc family, as the C library has it: the same results for the same arguments, errno
 * included, which is set on failure and left alone otherwise.
 *
 * C++'s new and delete are not here. libstdc++'s call these, handle failure by its new_handler and
 * std::bad_alloc, and go through each other where a program replaces some of them: forms of our own
 * in front of those would take the replaced ones out of use.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "framewell/pool.h"
#include "os/os.h"
#include "pool/pool_short.h"
#include "preload/preload.h"

#define EXPORT __attribute__((visibility("default")))

enum {
    /* What is larger is a frame, behind whose pages there may be no memory yet. */
    RUN_MAX = 1 << 20,
    /* The pool takes address space without a promise of memory. What is larger than this is asked
     * of the system first: a program that asks for more than there is wants to hear no. */
    PROMISE_MIN = 1 << 30,
};

/* Of glibc 2.26 and older; still called by old programs. */
void cfree(void *block);

static void *fail(int error)
{
    errno = error;
    return NULL;
}

static inline void *or_nomem(void *block)
{
    return __builtin_expect(block != NULL, 1) ? block : fail(ENOMEM);
}

static inline bool is_too_much(size_t size)
{
    return __builtin_expect(size > PROMISE_MIN, 0) &&
           (size > PTRDIFF_MAX || !fwl_os_would_promise(size));
}

/* On the pool: NULL is no memory */

static inline void *alloc(size_t size)
{
    return is_too_much(size) ? NULL : fwl_pool_alloc(NULL, size);
}

static void *alloc_zeroed(size_t size)
{
    if (size <= RUN_MAX)
        return fwl_pool_allocz(NULL, size);
    void *block = alloc(size);
    if (block)
        fwl_os_zero(block, size);
    return block;
}

/* Bytes whose class has its blocks at multiples of the alignment, which is at most
 * FWL_PRELOAD_STEP_MAX: four fifths of what ffmpeg asks for. */
static inline size_t in_steps(size_t alignment, size_t size)
{
    return fwl_align_up(size + (size == 0), alignment);
}

/* A neighbouring class may have given the block, which need not be at such a multiple. */
static void *alloc_in_steps(size_t alignment, size_t size)
{
    void *block = fwl_pool_alloc(NULL, in_steps(alignment, size));
    if (((uintptr_t)block & (alignment - 1)) == 0)
        return block;
    fwl_pool_free(NULL, block);
    return fwl_pool_aligned_alloc(NULL, alignment, size);
}

static void *align(size_t alignment, size_t size)
{
    if (alignment <= fwl_preload_step_max && size <= RUN_MAX)
        return alloc_in_steps(alignment, size);
    return is_too_much(size) ? NULL : fwl_pool_aligned_alloc(NULL, alignment, size);
}

static inline void *resize(void *block, size_t size)
{
    return is_too_much(size) ? NULL : fwl_pool_realloc(NULL, block, size);
}

/* Whatever is not short: large blocks, another malloc that serves, a model that is fed with what
 * comes and goes, a pool that is not yet chosen */

static void *seen(void *block, size_t size)
{
    if (fwl_preload_has_model && block)
        fwl_model_alloc(block, size);
    return block;
}

static void forget(void *block)
{
    if (fwl_preload_has_model && block)
        fwl_model_free(block, fwl_pool_usable_size(block));
}

static __attribute__((noinline)) void *alloc_slowly(size_t size)
{
    return or_nomem(fwl_preload_is_pool() ? seen(alloc(size), size) : fwl_next->alloc(size));
}

static __attribute__((noinline)) void *alloc_zeroed_slowly(size_t size)
{
    return or_nomem(fwl_preload_is_pool() ? seen(alloc_zeroed(size), size)
                                          : fwl_next->calloc(1, size));
}

static __attribute__((noinline)) void *align_slowly(size_t alignment, size_t size)
{
    return fwl_preload_is_pool() ? seen(align(alignment, size), size)
                                 : fwl_next->align(alignment, size);
}

static void *resize_on_pool(void *block, size_t size)
{
    const size_t old_size = fwl_preload_has_model ? fwl_pool_usable_size(block) : 0;
    forget(block);
    void *resized = resize(block, size);
    if (!resized)
        (void)seen(block, old_size);
    return seen(resized, size);
}

static __attribute__((noinline)) void free_slowly(void *block)
{
    if (!fwl_preload_is_pool()) {
        fwl_next->free(block);
        return;
    }
    forget(block);
    fwl_pool_free(NULL, block);
}

/* The family */

static inline void *alloc_short(size_t size)
{
    return size <= FWL_SHORT_MAX ? fwl_short_alloc(size) : NULL;
}

static inline void *alloc_any(size_t size)
{
    void *block = alloc_short(size);
    return __builtin_expect(block != NULL, 1) ? block : alloc_slowly(size);
}

static inline void *alloc_aligned(size_t alignment, size_t size)
{
    void *block = NULL;
    if (alignment <= FWL_PRELOAD_STEP_MAX && size <= FWL_SHORT_MAX - FWL_PRELOAD_STEP_MAX)
        block = fwl_short_alloc(in_steps(alignment, size));
    return __builtin_expect(block != NULL, 1) ? block : align_slowly(alignment, size);
}

static inline void give_back(void *block)
{
    if (fwl_preload_needs_care(block) || !fwl_short_free(block))
        free_slowly(block);
}

EXPORT void *malloc(size_t size)
{
    return alloc_any(size);
}

EXPORT void free(void *block)
{
    give_back(block);
}

EXPORT void cfree(void *block)
{
    give_back(block);
}

EXPORT void *calloc(size_t count, size_t size)
{
    size_t total;
    if (!fwl_checked_mul(count, size, &total))
        return fail(ENOMEM);
    void *block = alloc_short(total);
    return __builtin_expect(block != NULL, 1) ? memset(block, 0, total)
                                              : alloc_zeroed_slowly(total);
}

EXPORT void *realloc(void *block, size_t size)
{
    if (!block)
        return alloc_any(size);
    if (size == 0) {
        give_back(block);
        return NULL;
    }
    return or_nomem(fwl_preload_is_pool() ? resize_on_pool(block, size)
                                          : fwl_next->realloc(block, size));
}

EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
    size_t total;
    return fwl_checked_mul(count, size, &total) ? realloc(block, total) : fail(ENOMEM);
}

/* With alignment */

EXPORT int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (!fwl_is_power_of_two(alignment) || alignment % sizeof(void *) != 0)
        return EINVAL;
    void *block = alloc_aligned(alignment, size);
    if (!block)
        return ENOMEM;
    *memory = block;
    return 0;
}

/* glibc takes any alignment, and makes it the next power of two. */
EXPORT void *memalign(size_t alignment, size_t size)
{
    if (alignment > SIZE_MAX / 2 + 1)
        return fail(EINVAL);
    if (!fwl_is_power_of_two(alignment))
        alignment = alignment == 0 ? 1 : (size_t)2 << fwl_log2_floor(alignment);
    return or_nomem(alloc_aligned(alignment, size));
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

EXPORT void *valloc(size_t size)
{
    return or_nomem(alloc_aligned(fwl_os_page_size(), size));
}

EXPORT void *pvalloc(size_t size)
{
    size_t whole;
    return fwl_checked_round_up(size, fwl_os_page_size(), &whole) ? valloc(whole) : fail(ENOMEM);
}

/* Inspection */

EXPORT size_t malloc_usable_size(void *block)
{
    if (fwl_preload_is_pool())
        return fwl_pool_usable_size(block);
    return fwl_next->usable_size ? fwl_next->usable_size(block) : 0;
}

EXPORT int malloc_trim(size_t keep)
{
    return fwl_preload_is_pool() && fwl_pool_trim(NULL, keep) > 0;
}

EXPORT struct mallinfo2 mallinfo2(void)
{
    if (!fwl_preload_is_pool())
        return (struct mallinfo2){0};
    FwlPoolStats stats;
    fwl_pool_get_stats(NULL, &stats);
    const FwlPoolTierStats *frames = &stats.tier[FWL_TIER_FRAME];
    return (struct mallinfo2){
        .arena = stats.committed_size - frames->current_usage,
        .hblks = frames->allocation_count - frames->free_count,
        .hblkhd = frames->current_usage,
        .uordblks = stats.current_usage - frames->current_usage,
        .fordblks = stats.committed_size - stats.current_usage,
        .keepcost = stats.idle_size,
    };
}

EXPORT void malloc_stats(void)
{
    if (fwl_preload_is_pool())
        fwl_preload_print_stats();
}
