/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools without pages of their own: each block is an allocation of the system's malloc, so that
 * valgrind, AddressSanitizer and heaptrack see blocks as they see a program's other memory.
 *
 *     | (gap) | header | block, as long as was asked for |
 *     ^ what malloc gave, or the source mapped
 *
 * It is one choice for the whole process, made before the first pool: FRAMEWELL_POOL=system, or a
 * run under valgrind. Pools have no heaps and no spans then, nothing idle, and no debug mode; what
 * they are charged is what is live.
 */
#ifndef FWL_POOL_SYSTEM_H
#define FWL_POOL_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

#include "pool/pool_debug.h"
#include "pool/pool_internal.h"

/* The system's allocator. The pool calls it only through this table, which is defined outside of
 * the pool layer, in mem; a library that is the system's malloc itself has one of NULLs. */
typedef struct FwlSystemMemory {
    void *(*alloc)(size_t alignment, size_t size); /* alignment: a power of two */
    void (*free)(void *memory);
} FwlSystemMemory;

extern const FwlSystemMemory fwl_system_memory;

/* The choice. Written once, before there is a block. */
extern bool fwl_pool_is_system;
void fwl_system_choose(void);

/* A block of the pool; NULL: *failure says why. */
void *fwl_system_acquire(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                         FwlSpanFailure *failure);

/* Takes a block back. False: the pool is closed, and the block is not yet counted down. */
bool fwl_system_release(FwlPool *pool, void *block);

FwlPool *fwl_system_pool_of(const void *block);
size_t fwl_system_usable_size(const void *block);

/* The alignment that the block was asked for with. */
size_t fwl_system_alignment_of(const void *block);

/* What the block is for. */
void fwl_system_set_tag(void *block, const char *tag);
const char *fwl_system_tag_of(const void *block);

/* Shows the live blocks, with the span_lock. */
void fwl_system_walk(const FwlPool *pool, FwlBlockLook look, void *opaque);

/* The number of live blocks, with the span_lock. */
uint64_t fwl_system_live_count(const FwlPool *pool);

#endif
