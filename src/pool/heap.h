/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heaps: what one thread has of one pool.
 *
 * A heap has spans of each size class, and for each class a stack of free blocks: the cache. Taking
 * and putting a block is popping and pushing, and touches neither the block nor its span. An empty
 * stack is refilled from spans, some blocks at once; a full one grows, or its oldest half goes
 * back.
 *
 *     slots   | NULL | oldest | ... | newest |  free  | ... |
 *                                       ^ top               ^ last
 *
 * Only the owner does that. A block that another thread frees comes home in a parcel: the other
 * thread's heap collects blocks for one heap at a time and adds full parcels to its inbox, without
 * a lock. Threads that have no heap add single blocks to the remote list. The owner opens what
 * came when it runs out of blocks.
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
 *     taken == live + cached blocks of a class == sum of live over its spans
 *     top - headroom == sum over classes of live blocks * block_size      (the heap's usage)
 *     taken_size == sum over classes of taken * block_size
 *     peak >= top where headroom <= 0; blocks that are on their way home still count as live
 *     a span is listed  <=>  it has free blocks
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
    void **top;  /* the newest cached block; NULL where none is */
    void **last; /* where there is no more place: never filled outside of the slow path */
    uint32_t block_size;
    uint32_t capacity; /* slots up to last */
    uint64_t allocs;
    uint64_t taken;
    uint64_t system_allocs;
    FwlLink spans; /* with free blocks */
} FwlHeapClass;

_Static_assert(sizeof(FwlHeapClass) == 64, "a call touches one cache line of a class");

enum {
    FWL_PARCEL_COUNT = 8,
    FWL_PARCEL_BLOCKS = 29,
    FWL_PARCEL_SIZE = 256 << 10, /* bytes that wait in a parcel for more of them */
};

/* Blocks of another heap on their way home. */
typedef struct FwlParcel {
    struct FwlParcel *next; /* in the receiver's inbox */
    size_t size;            /* of the blocks */
    uint32_t count;
    atomic_bool is_away; /* sent, and not yet opened */
    void *blocks[FWL_PARCEL_BLOCKS];
} FwlParcel;

/* How far a heap's usage may be from what the pool's sum has of it: so many bytes, or that share of
 * the most it was. It is the error of the pool's peak for each thread that allocates. */
enum { FWL_USAGE_SLACK = 2 << 20, FWL_SLACK_SHARE = 32 };

struct FwlHeap {
    atomic_uint busy;
    atomic_uint locked;
    FwlPool *pool;
    uint16_t number; /* among the process's heaps, from 1 on; 0 where there are too many */
    /* The number of blocks that need no more than the fast path to be freed; one that no block has
     * where there is no such, or frees have to look for waiters. */
    uint16_t fast_number;
    uint16_t receiver_number; /* of whom the parcel is for; one that no block has where none is */
    /* Bytes in live blocks are top - headroom: one number to keep up to date on each call. Beyond
     * headroom_max, up or down, there is something to do about it. */
    ptrdiff_t headroom;
    size_t headroom_max;

    size_t top;
    size_t slack; /* at least FWL_USAGE_SLACK */
    size_t taken_size;
    /* The most usage of this and of the last period: what was in use a moment ago may be cached. */
    size_t recent_top[2];
    uint64_t period_start_ns;
    uint64_t flushed_ns; /* when the cache was last too large */
    bool is_hot;         /* and that was a mistake */
    size_t peak;         /* the most bytes in live blocks that this heap had on its own */
    size_t counted;      /* what the pool's sum has of this heap's usage */
    size_t tier_counted[FWL_TIER_FRAME];
    uint64_t used_classes[(FWL_CLASS_COUNT + 63) / 64]; /* bits: of which blocks are taken */
    _Atomic(uintptr_t) owner; /* the thread's token; 0: an orphan, to be taken over */
    FwlLink link;             /* in the pool's list */
    FwlMutex mutex;
    size_t mapping_size;
    uint64_t thread;  /* the system's number of the owner; of the last one, in an orphan */
    void **new_slots; /* in the heap's mapping: where stacks grow into */

    FwlParcel *parcel; /* being filled, never full; NULL: none */
    FwlHeap *receiver; /* of that */

    /* Others write here, so it has a cache line of its own. */
    _Alignas(64) _Atomic(void *) remote;
    _Atomic(FwlParcel *) inbox;

    _Alignas(64) FwlHeapClass classes[FWL_CLASS_COUNT + 1]; /* FWL_NO_CLASS never has a block */
    FwlClassTable class_table;
    FwlParcel parcels[FWL_PARCEL_COUNT];
};

enum { FWL_NO_HEAP_NUMBER = FWL_HEAP_NUMBER_COUNT };

/* What stands in `remote` of a closed pool's heaps: nothing may be added any more. */
#define FWL_REMOTE_CLOSED ((void *)(uintptr_t)1)

/* True where membarrier works. Where not, a new heap's `locked` is never 0, and owners take the
 * mutex; where it works no more, that of a heap is never 0 again once it was locked. A hint that
 * needs no order: whoever locks a heap goes by its `locked`. */
extern atomic_bool fwl_heap_is_biased;

/*
 * Blocks at addresses up to this one are looked at before they are freed: NULL alone, and once the
 * process had a debug pool (pool_debug.h), or where blocks are malloc's (pool_system.h), all. So
 * one comparison of fwl_pool_free serves them all. A number on its own: no order needed, since
 * whoever has a block of such a pool knows of the pool.
 */
extern _Atomic(uintptr_t) fwl_heap_care_limit __attribute__((visibility("hidden")));

static inline bool fwl_heap_needs_care(void)
{
    return __builtin_expect(atomic_load_explicit(&fwl_heap_care_limit, memory_order_relaxed) != 0,
                            0);
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

/* A block for the class when its cache has none, of what the heap has: what came home, spans, the
 * next class. NULL: there is none. */
void *fwl_heap_take_at_hand(FwlHeap *heap, size_t class_index);

/* The same, from new spans, too. NULL: *failure says why. */
void *fwl_heap_take_slowly(FwlHeap *heap, size_t class_index, bool is_forced,
                           FwlSpanFailure *failure);

/* Brings the pool's sums up to date with this heap, and its peaks with the sums. */
void fwl_heap_count_usage(FwlHeap *heap);

/* Blocks of a class that are with callers. */
uint64_t fwl_heap_live_count(const FwlHeapClass *class);

/* Gives all spans without live blocks back to the pool. */
void fwl_heap_release_empty(FwlHeap *heap);

/* Nobody's from now on, if it was somebody's. */
void fwl_heap_disown(FwlHeap *heap);

/* Refuses blocks from now on, for a pool that is being closed; after fwl_heaps_gather. */
void fwl_heap_close(FwlHeap *heap);

/* With all heaps of the pool locked: brings all blocks that are on their way home, and those in
 * caches into their spans, so that these tell what is live. */
void fwl_heaps_gather(FwlPool *pool);

/* Without it: */

/* Sends a block home to its heap. False: the pool is closed. */
bool fwl_heap_free_remotely(FwlHeap *heap, void *block);

/* With heaps_lock: gathers, and gives empty spans back. */
void fwl_heaps_release_empty(FwlPool *pool);

/* Makes this thread's heap of the pool an orphan, where it has one. */
void fwl_heap_leave_pool(FwlPool *pool);

/* Unmaps the heaps of a pool that nobody uses any more. */
void fwl_heaps_unmap_all(FwlPool *pool);

/* pool_process.c */

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

/* A cached block; NULL: there is none. Settle where the heap is unsettled. */
static inline void *fwl_heap_take(FwlHeap *heap, size_t class_index)
{
    FwlHeapClass *class = &heap->classes[class_index];
    void **top = class->top;
    void *block = *top;
    if (__builtin_expect(!block, 0))
        return NULL;
    class->top = top - 1;
    class->allocs++;
    heap->headroom -= (ptrdiff_t) class->block_size;
    fwl_os_unpoison(block, class->block_size);
    return block;
}

/* True when the usage is beyond what was foreseen, up or down. */
static inline bool fwl_heap_is_unsettled(const FwlHeap *heap)
{
    return (size_t)heap->headroom > heap->headroom_max; /* negative is large, too */
}

/* True where a call that changes the headroom by so much leaves nothing to do about the usage. */
static inline bool fwl_heap_stays_settled(const FwlHeap *heap, ptrdiff_t change)
{
    return __builtin_expect((size_t)(heap->headroom + change) <= heap->headroom_max, 1);
}

/* Caches a block of this heap, whatever it does to the stack and the usage. Gives the new top. */
static inline void **fwl_heap_push(FwlHeap *heap, FwlHeapClass *class, void *block)
{
    fwl_pool_poison(heap->pool, block, class->block_size);
    void **top = class->top + 1;
    *top = block;
    class->top = top;
    heap->headroom += (ptrdiff_t) class->block_size;
    return top;
}

/* The same. True: settle. */
static inline bool fwl_heap_put(FwlHeap *heap, size_t class_index, void *block)
{
    FwlHeapClass *class = &heap->classes[class_index];
    void **top = fwl_heap_push(heap, class, block);
    return __builtin_expect((top == class->last) | fwl_heap_is_unsettled(heap), 0);
}

/* Puts a block of another heap, which is free, into the parcel that is being filled. True: it is
 * full. */
static inline bool fwl_heap_fill_parcel(FwlHeap *heap, void *block, size_t size)
{
    FwlParcel *parcel = heap->parcel;
    parcel->blocks[parcel->count++] = block;
    parcel->size += size;
    return (parcel->count == FWL_PARCEL_BLOCKS) | (parcel->size >= FWL_PARCEL_SIZE);
}

/* True where the parcel is for the block's heap, and has places for this block and another one. */
static inline bool fwl_heap_has_place(const FwlHeap *heap, FwlGranule granule, size_t size)
{
    return heap->receiver_number == fwl_granule_heap(granule) &&
           heap->parcel->count + 1 < FWL_PARCEL_BLOCKS &&
           heap->parcel->size + size < FWL_PARCEL_SIZE;
}

/* What nearly each free of another heap's block comes to: it is looked up in this heap, and in the
 * granules alone. False: fwl_heap_free_remotely has to see to it. Without the lock. */
static inline bool fwl_heap_send(FwlHeap *heap, FwlGranule granule, void *block)
{
    const size_t size = heap->classes[fwl_granule_class(granule)].block_size;
    const bool is_done = fwl_heap_enter(heap) && fwl_heap_has_place(heap, granule, size);
    if (is_done) {
        fwl_pool_poison(heap->pool, block, size);
        (void)fwl_heap_fill_parcel(heap, block, size);
    }
    fwl_heap_leave(heap);
    return is_done;
}

/* Sees to a stack that is full, to the size of the cache, and to the usage. */
void fwl_heap_settle(FwlHeap *heap, size_t class_index);

/*
 * What a thread remembers: the default pool's heap, and those of the pools it used last. Only a
 * memory: which heap is whose stands in the heaps. Pool ids are never used again, so what is left
 * of a pool that is gone is never found. No pool has the id 0, that of an empty slot.
 */
enum { FWL_THREAD_SLOTS = 8, FWL_DEFAULT_POOL_ID = 1 };

typedef struct FwlThreadSlot {
    uint64_t pool_id;
    FwlHeap *heap;
} FwlThreadSlot;

/* Slot 0 is the default pool's alone. */
typedef struct FwlThreadMemory {
    FwlThreadSlot slots[FWL_THREAD_SLOTS];
} FwlThreadMemory;

extern _Thread_local FwlThreadMemory fwl_thread_memory __attribute__((tls_model("initial-exec")));

/* What stands in slot 0 of a thread that has no heap of the default pool (pool_short.h). */
extern FwlHeap fwl_no_heap __attribute__((visibility("hidden")));

/* What a thread remembers that never allocated. */
#define FWL_THREAD_MEMORY_INIT         \
    {                                  \
        .slots[0].heap = &fwl_no_heap, \
    }

/* What this thread is known by: an address that no other living thread has. */
static inline uintptr_t fwl_thread_token(void)
{
    return (uintptr_t)&fwl_thread_memory;
}

static inline FwlThreadSlot *fwl_thread_slot(const FwlPool *pool)
{
    return (FwlThreadSlot *)(void *)((char *)&fwl_thread_memory + pool->slot);
}

/* True where this thread remembers a heap of the pool; then it is slot->heap. */
static inline bool fwl_thread_slot_is_of(const FwlThreadSlot *slot, const FwlPool *pool)
{
    return __builtin_expect(slot->pool_id == pool->id, 1);
}

/* The heap that this thread remembers; NULL: none. */
static inline FwlHeap *fwl_heap_recall(const FwlPool *pool)
{
    const FwlThreadSlot *slot = fwl_thread_slot(pool);
    return fwl_thread_slot_is_of(slot, pool) ? slot->heap : NULL;
}

#endif
