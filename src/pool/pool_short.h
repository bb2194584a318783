/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short ways of the default pool, for a library that has a pool inside and little else: what
 * nearly each malloc and free comes to, in the caller's own code. They do all of it or nothing, so
 * that what is not enough for them goes through the pool's call as if they had not been there.
 *
 * A thread that has no heap of the default pool has fwl_no_heap, which is always locked and whose
 * number no block has. So nobody asks whether there is a heap, whether the pool was started, or
 * whether it debugs: in all these cases the short ways do nothing.
 */
#ifndef FWL_POOL_SHORT_H
#define FWL_POOL_SHORT_H

#include "pool/heap.h"

enum { FWL_SHORT_MAX = FWL_FINE_MAX };

/* The heap of the default pool that this thread has, or fwl_no_heap. */
static inline FwlHeap *fwl_short_heap(void)
{
    return fwl_thread_memory.slots[0].heap;
}

/* A block of size bytes, at most FWL_SHORT_MAX; NULL: fwl_pool_alloc has to see to it. */
static inline void *fwl_short_alloc(size_t size)
{
    FwlHeap *heap = fwl_short_heap();
    const size_t class_index = fwl_class_look_up_fine(&heap->class_table, size);
    const FwlHeapClass *class = &heap->classes[class_index];
    void *block = NULL;
    if (__builtin_expect(fwl_heap_enter(heap), 1) && *class->top &&
        fwl_heap_stays_settled(heap, -(ptrdiff_t)class->block_size))
        block = fwl_heap_take(heap, class_index);
    fwl_heap_leave(heap);
    return block;
}

/* Takes back a block of any pool but a debug pool. False: fwl_pool_free has to see to it. */
static inline bool fwl_short_free(void *block)
{
    const FwlGranule granule = fwl_granule_of(fwl_segment_of(block), block);
    FwlHeap *heap = fwl_short_heap();
    FwlHeapClass *class = &heap->classes[fwl_granule_class(granule)];
    if (__builtin_expect(heap->fast_number != fwl_granule_heap(granule), 0))
        return fwl_heap_send(heap, granule, block);
    const bool is_done = __builtin_expect(fwl_heap_enter(heap), 1) &&
                         class->top + 1 != class->last &&
                         fwl_heap_stays_settled(heap, (ptrdiff_t) class->block_size);
    if (is_done)
        (void)fwl_heap_push(heap, class, block);
    fwl_heap_leave(heap);
    return is_done;
}

#endif
