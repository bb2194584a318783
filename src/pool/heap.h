/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heaps: what one thread has of one pool.
 *
 * A heap has, for each size class, the spans with free blocks. Only its owner takes blocks from
 * them and puts blocks back; a block that another thread frees goes on the heap's remote list,
 * without a lock, and the owner takes the whole list when it runs out.
 *
 * The lock of a heap is biased: the owner's side costs two stores and a load, and others, who come
 * for a snapshot, a trim, a fork, make up for it.
 *
 *     owner:  busy = 1; light barrier; locked == 0?  -> in;    busy = 0 -> out
 *     other:  mutex; locked = 1; heavy barrier; wait until busy == 0 -> in;  locked = 0; mutex
 *
 * The heavy barrier makes every thread's light one a full one at that moment: either the owner sees
 * locked, or the other sees busy. An owner that finds the heap locked takes the mutex, too.
 *
 *     top - headroom == sum over classes of (allocs - frees) * block_size
 *     peak >= top where headroom <= 0; blocks on the remote list still count as live
 *     a span is listed  <=>  it has free or uncarved blocks  (current, where it is one, included)
 */
#ifndef FWL_HEAP_H
#define FWL_HEAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sanitizer.h"
#include "os/os.h"
#include "os/os_poison.h"
#include "pool/pool_internal.h"

typedef struct FwlHeapClass {
    FwlSpan *current; /* blocks are taken from here; a span without any where there is none */
    size_t block_size;
    uint64_t allocs;
    uint64_t frees;
    uint64_t system_allocs;
    FwlLink spans; /* with free blocks, the current one included */
    enum FwlPoolTier tier;
} FwlHeapClass;

/* How far a heap's usage may be from what the pool's sum has of it: the error of the pool's peak
 * for each thread that allocates. */
enum { FWL_USAGE_SLACK = 2 << 20 };

struct FwlHeap {
    atomic_uint busy;
    atomic_uint locked;
    _Atomic(uintptr_t) owner; /* the thread's token; 0: an orphan, to be taken over */
    size_t run_max;           /* the largest request that is served from runs */
    unsigned unit_shift;      /* log2 of the pool's alignment */
    bool can_wait;            /* the pool's: a free has to look for waiters */
    /* Bytes in live blocks are top - headroom: one number to keep up to date on each call. */
    ptrdiff_t headroom;
    size_t top;

    FwlPool *pool;
    size_t peak;    /* the most bytes in live blocks that this heap had on its own */
    size_t counted; /* what the pool's sum has of this heap's usage */
    size_t tier_counted[FWL_TIER_FRAME];
    FwlLink link; /* in the pool's list */
    FwlMutex mutex;
    size_t spare_size; /* of listed spans without live blocks that are not current */
    size_t spare_max;
    size_t mapping_size;
    uint64_t thread; /* the system's number of the owner; of the last one, in an orphan */

    /* Others write here, so it has a cache line of its own. */
    _Alignas(64) _Atomic(void *) remote;

    _Alignas(64) FwlHeapClass classes[FWL_CLASS_COUNT];
};

/* What stands in `remote` of a closed pool's heaps: nothing may be added any more. */
#define FWL_REMOTE_CLOSED ((void *)(uintptr_t)1)

/* True where membarrier works. Where not, a new heap's `locked` is never 0, and owners take the
 * mutex. */
extern bool fwl_heap_is_biased;

/*
 * Blocks at addresses up to this one are looked at before they are freed: NULL alone, and once the
 * process had a debug pool (pool_debug.h), or where blocks are malloc's (pool_system.h), all. So
 * one comparison of fwl_pool_free serves them all. A number on its own: no order needed, since
 * whoever has a block of such a pool knows of the pool.
 */
extern _Atomic(uintptr_t) fwl_heap_care_limit;

static inline bool fwl_heap_needs_care(void)
{
    return __builtin_expect(
        atomic_load_explicit(&fwl_heap_care_limit, memory_order_relaxed) != 0, 0);
}

static inline bool fwl_heap_enter(FwlHeap *heap)
{
#if FWL_IS_TSAN
    /* The same protocol with the fence in both halves, in words that ThreadSanitizer knows. */
    atomic_store_explicit(&heap->busy, 1, memory_order_seq_cst);
    return atomic_load_explicit(&heap->locked, memory_order_seq_cst) == 0;
#else
    atomic_store_explicit(&heap->busy, 1, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    return atomic_load_explicit(&heap->locked, memory_order_acquire) == 0;
#endif
}

static inline void fwl_heap_leave(FwlHeap *heap)
{
    atomic_store_explicit(&heap->busy, 0, memory_order_release);
}

/* The owner's lock where it may wait. Gives what unlock_own wants to know. */
bool fwl_heap_lock_own(FwlHeap *heap);
void fwl_heap_unlock_own(FwlHeap *heap, bool is_fast);

/* Everybody else's lock. */
void fwl_heap_lock(FwlHeap *heap);
void fwl_heap_unlock(FwlHeap *heap);

/* All heaps of a pool, with heaps_lock held. */
void fwl_heaps_lock_all(FwlPool *pool);
void fwl_heaps_unlock_all(FwlPool *pool);

/* This thread's heap of the pool, made or taken over where it has none. NULL: no memory. */
FwlHeap *fwl_heap_get(FwlPool *pool);

/* With the heap's lock: */

/* A block of the class when `current` has none: from what came back, from another span, from a new
 * one. NULL: *failure says why. */
void *fwl_heap_take_slowly(FwlHeap *heap, size_t class_index, bool is_forced,
                           FwlSpanFailure *failure);

/* Brings the pool's sums up to date with this heap, and its peaks with the sums. */
void fwl_heap_count_usage(FwlHeap *heap);

/* Takes home what other threads have freed. */
void fwl_heap_collect(FwlHeap *heap);

/* Gives all spans without live blocks back to the pool. */
void fwl_heap_release_empty(FwlHeap *heap);

/* The last collect, of a pool that is being closed: nothing can be freed remotely afterwards. */
void fwl_heap_close(FwlHeap *heap);

/* Without it: */

/* Adds a block to the heap's remote list. False: the pool is closed. */
bool fwl_heap_free_remotely(FwlHeap *heap, void *block);

/* With heaps_lock: locks each heap in turn, collects, and gives empty spans back. */
void fwl_heaps_release_empty(FwlPool *pool);

/* Unmaps the heaps of a pool that nobody uses any more. */
void fwl_heaps_unmap_all(FwlPool *pool);

/* Held while the default pool is started; taken before all other locks. */
extern FwlMutex fwl_default_pool_lock;

/* Makes a new pool known to thread exit and fork; the first one sets those up. */
void fwl_heaps_add_pool(FwlPool *pool, bool is_default);
void fwl_heaps_remove_pool(FwlPool *pool);

/* The pool that has the address; NULL: none, or with is_debug_only none that is a debug pool.
 * Nothing but the pools' own memory is looked at. */
FwlPool *fwl_heaps_find_pool(const void *address, bool is_debug_only);

/*
 * Free blocks are poisoned, the pointers in them too; whoever has the list may look. Debug pools
 * have zones and poison of their own, and look into freed blocks.
 */

static inline void fwl_pool_poison(const FwlPool *pool, const void *memory, size_t size)
{
    if (FWL_IS_ASAN && !pool->config.enable_debug)
        fwl_os_poison(memory, size);
}

static inline void *fwl_link_read(const FwlPool *pool, const void *block)
{
    void *next;
    fwl_os_unpoison(block, sizeof next);
    __builtin_memcpy(&next, block, sizeof next);
    fwl_pool_poison(pool, block, sizeof next);
    return next;
}

static inline void fwl_link_write(const FwlPool *pool, void *block, void *next)
{
    fwl_os_unpoison(block, sizeof next);
    __builtin_memcpy(block, &next, sizeof next);
    fwl_pool_poison(pool, block, sizeof next);
}

/*
 * Taking and putting blocks: the fast path. What hardly ever has to be done about it is left to
 * fwl_heap_settle, so that the callers' fast paths call nothing and save no registers.
 */

/* A block of the current span; NULL: it has none carved. Settle where the heap is unsettled. */
static inline void *fwl_heap_take(FwlHeap *heap, size_t class_index)
{
    FwlHeapClass *class = &heap->classes[class_index];
    FwlSpan *span = class->current;
    void *block = span->free_list;
    if (__builtin_expect(!block, 0))
        return NULL;
    span->free_list = fwl_link_read(heap->pool, block);
    fwl_os_unpoison(block, class->block_size);
    span->live++;
    class->allocs++;
    heap->headroom -= (ptrdiff_t)class->block_size;
    return block;
}

/* True when the usage is beyond what was foreseen, up or down. */
static inline bool fwl_heap_is_unsettled(const FwlHeap *heap)
{
    return (size_t)heap->headroom > 2 * FWL_USAGE_SLACK; /* negative is large, too */
}

/* Puts a block back into its span. True: settle, with the span. */
static inline bool fwl_heap_put(FwlHeap *heap, FwlSpan *span, void *block)
{
    FwlHeapClass *class = &heap->classes[span->class_index];
    fwl_link_write(heap->pool, block, span->free_list);
    fwl_pool_poison(heap->pool, block, class->block_size);
    span->free_list = block;
    span->live--;
    class->frees++;
    heap->headroom += (ptrdiff_t)class->block_size;
    const bool has_changed = (span->live == 0 || !span->is_listed) && span != class->current;
    return __builtin_expect(has_changed || fwl_heap_is_unsettled(heap), 0);
}

/* Sees to a span that was full before a block came back, or is empty after it (NULL: to none), and
 * to the usage. */
void fwl_heap_settle(FwlHeap *heap, FwlSpan *span);

/*
 * What a thread remembers: the default pool's heap, and those of the pools it used last. Only a
 * memory: which heap is whose stands in the heaps. Pool ids are never used again, so what is left
 * of a pool that is gone is never found.
 */
enum { FWL_THREAD_SLOTS = 8 };

typedef struct FwlThreadMemory {
    FwlHeap *default_heap;
    struct {
        uint64_t pool_id;
        FwlHeap *heap;
    } slots[FWL_THREAD_SLOTS];
} FwlThreadMemory;

extern _Thread_local FwlThreadMemory fwl_thread_memory __attribute__((tls_model("initial-exec")));

/* What this thread is known by: an address that no other living thread has. */
static inline uintptr_t fwl_thread_token(void)
{
    return (uintptr_t)&fwl_thread_memory;
}

/* The heap that this thread remembers; NULL: none. */
static inline FwlHeap *fwl_heap_recall(const FwlPool *pool)
{
    if (pool->id == 0)
        return fwl_thread_memory.default_heap;
    const size_t slot = pool->id % FWL_THREAD_SLOTS;
    return fwl_thread_memory.slots[slot].pool_id == pool->id ? fwl_thread_memory.slots[slot].heap
                                                             : NULL;
}

#endif
