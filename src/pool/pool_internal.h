/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the pool share. Words:
 *
 *   block    what a caller gets
 *   span     a run of pages that holds blocks of one size; a frame is a span of one block
 *   segment  a mapping from the source, found from any address inside a block by masking
 *   heap     what one thread has of one pool: spans that only it takes blocks from
 *
 *   segment of runs (4 MiB, at a multiple of 4 MiB):
 *     | Segment: header, span table | pages | pages ...                                |
 *                                     ^ span of 64-byte blocks  ^ span of 80 KiB blocks
 *   segment of a frame (at a multiple of 4 MiB; pages may come and go at its end):
 *     | Segment: header | (gap) | the block ...   | idle pages (the tail) | address space |
 *                               ^ span.start      ^ + block_size          ^ + size
 *
 * A block never starts at a multiple of 4 MiB unless that is its alignment; its header is then the
 * segment before. So the segment of a block is always at align_down(block - 1, 4 MiB).
 *
 * Which lock holds what:
 *   life_lock      (pool_purge.c) the making and the end of the purge thread
 *   fwl_default_pool_lock  (pool_process.c) the start of the default pool
 *   pools_lock     (pool_process.c) the list of all pools
 *   children_lock  a pool's list of children
 *   heaps_lock     a pool's list of heaps, who owns each
 *   a heap's lock  the heap, its spans and what is in them (heap.h)
 *   debug.lock     headers of a debug pool's blocks, its quarantine (pool_debug.h)
 *   span_lock      segments, idle spans, frames, the pool's sizes
 *   wait_lock      waiting for the budget
 *   purge_lock     (pool_purge.c) the sleep of the purge thread
 * Order: as listed, a parent's children_lock before its child's. wait_lock is taken alone.
 */
#ifndef FWL_POOL_INTERNAL_H
#define FWL_POOL_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/refcount.h"
#include "framewell/pool.h"
#include "os/os.h"
#include "pool/size_class.h"

enum {
    FWL_SEGMENT_SIZE = 4 << 20,
    FWL_GRANULE_SHIFT = 12, /* log2 of the smallest page that systems have */
    FWL_GRANULE_COUNT = FWL_SEGMENT_SIZE >> FWL_GRANULE_SHIFT,
    FWL_LARGE_MAX = 1 << 20,     /* largest block that segments of runs hold */
    FWL_RUN_SIZE_MIN = 32 << 10, /* a run of small blocks has at least these bytes */
    /* Of a segment of runs: one for its idle pages, one for each run, one for each row of free
     * pages between them. */
    FWL_SPAN_COUNT = 2 * (FWL_SEGMENT_SIZE / FWL_RUN_SIZE_MIN),
    FWL_ROW_CLASS_COUNT = 64, /* classes of up to FWL_GRANULE_COUNT pages */
    FWL_NAME_SIZE = 32,
};

typedef struct FwlHeap FwlHeap;

typedef struct FwlSpan {
    /* Its free blocks (span_blocks.h): a bit for each, or a list and what is not carved. */
    _Alignas(64) uint64_t free_bits;
    void *free_list;
    FwlHeap *heap;     /* that takes blocks from it; NULL: a frame */
    uint32_t live;     /* blocks that are out: with callers, or cached by the heap */
    uint32_t carved;   /* of many blocks, those that were cut so far: the rest was not used */
    uint32_t capacity; /* blocks that fit */
    uint16_t class_index;
    bool is_listed;    /* in its heap's list of spans with free blocks */
    size_t block_size; /* of a run: a class's; of a frame: what the block has, at most size */
    char *start;
    size_t size; /* bytes from start that are committed */
    /* The most that was asked for any block since the span was last empty. Whoever has a block may
     * look, without the heap's lock: no order needed, what was asked for that block is in it. */
    _Atomic(size_t) alignment;
    FwlLink link;     /* in its heap's list, or in the list of idle spans of its class, or, a live
                         frame, in the list of those with a tail */
    FwlLink age_link; /* in the list of all idle memory, the newest first */
    uint64_t idle_since_ns; /* of a live frame: the tail */
} FwlSpan;

/* Whereby finding a span by its number is a shift, and a call touches one of its cache lines. */
_Static_assert(sizeof(FwlSpan) == 128, "the size of FwlSpan is a power of two");

/* Who has a frame, and since when. */
typedef struct FwlHolder {
    const char *tag;
    uint64_t thread;
    uint64_t since_ns;
} FwlHolder;

/*
 * What a frame's segment knows of its pages. A *seam* is where pages begin that were moved there:
 * what the system may see as two mappings. Offsets from span.start, in no order.
 */
enum { FWL_SEAMS_MAX = 32 };

typedef struct FwlFramePages {
    size_t seams[FWL_SEAMS_MAX];
    unsigned seam_count;
    uint64_t whole_until_ns; /* when a block last had all pages that there are */
} FwlFramePages;

/*
 * What a call has to know of a block's place: the class, and the number of the heap that the span
 * is of; 0 for a frame, and for spans of heaps that got no number. Numbers are the process's, so
 * that a free need not ask whose segment it is. For each granule rather than page: so that it
 * shifts by a constant.
 */
typedef uint16_t FwlGranule;

enum {
    FWL_GRANULE_CLASS_BITS = 7,
    FWL_HEAP_NUMBER_COUNT = 1 << (16 - FWL_GRANULE_CLASS_BITS),
};

static inline FwlGranule fwl_granule_make(size_t class_index, unsigned heap_number)
{
    return (FwlGranule)(heap_number << FWL_GRANULE_CLASS_BITS | class_index);
}

static inline size_t fwl_granule_class(FwlGranule granule)
{
    return granule & ((1u << FWL_GRANULE_CLASS_BITS) - 1);
}

static inline unsigned fwl_granule_heap(FwlGranule granule)
{
    return (unsigned)granule >> FWL_GRANULE_CLASS_BITS;
}

_Static_assert(FWL_SPAN_COUNT <= UINT8_MAX + 1, "numbers of spans fit a byte");
_Static_assert(FWL_CLASS_COUNT <= 1 << FWL_GRANULE_CLASS_BITS, "class indices fit their bits");

typedef struct FwlSegment {
    FwlPool *pool;
    FwlLink link; /* in the pool's list of segments */
    char *mapping;
    size_t mapping_size;
    bool is_frame;
    FwlHolder holder;    /* of a live frame */
    FwlFramePages frame; /* frames only */
    size_t used_pages;   /* runs only, headers included */
    uint64_t old_ns;     /* runs only: when all pages that were idle became old */
    uint64_t page_is_used[FWL_GRANULE_COUNT / 64];
    uint64_t page_is_idle[FWL_GRANULE_COUNT / 64];  /* free, and still committed */
    uint64_t page_is_old[FWL_GRANULE_COUNT / 64];   /* idle since before old_ns */
    uint64_t page_is_ready[FWL_GRANULE_COUNT / 64]; /* never used, but populated and charged */
    uint64_t span_is_used[FWL_SPAN_COUNT / 64];     /* runs only */
    /* All 0 for a frame, whose block may begin where the segment ends. */
    FwlGranule granules[FWL_GRANULE_COUNT + 1];
    /* A frame has one. Of runs there are as many as a segment can have, the lowest in use first, so
     * that few pages hold them; and behind them a byte for each granule, the number of its span. */
    FwlSpan spans[];
} FwlSegment;

/* A number that several threads add to, and the most that it has been. */
typedef struct FwlSum {
    _Atomic(size_t) now;
    _Atomic(size_t) peak;
} FwlSum;

/* One level of budget. The charge is what this pool and those below it have committed. */
typedef struct FwlBudget {
    FwlSum charged;
    size_t limit; /* SIZE_MAX: none */
} FwlBudget;

/* What a debug pool has more. Freed blocks wait in quarantine, the oldest last in the list. */
typedef struct FwlPoolDebug {
    FwlMutex lock;
    FwlLink quarantine;
    size_t quarantine_size;
    size_t quarantine_max;
    bool is_closing; /* nothing goes into quarantine any more */
    /* Freed by the caller, but not yet by the pool: */
    uint64_t unreleased_size[FWL_TIER_COUNT];
    uint64_t unreleased_count[FWL_TIER_COUNT];
} FwlPoolDebug;

/* Classes of frames by their pages, up to all that an address can reach. */
enum { FWL_FRAME_CLASS_COUNT = 50 * FWL_CLASS_STEPS };

/* What the pool knows of its own purging (pool_idle.c). */
typedef struct FwlIdleHistory {
    size_t purged_size; /* dropped for size and not yet taken anew */
    size_t hot_size;    /* dropped for size and soon taken anew: may stay for a while */
    size_t most_in_use; /* of committed, not idle bytes, while hot */
    size_t peak_in_use; /* of the same, ever */
    uint64_t purged_ns;
    uint64_t hot_ns; /* when more than max_idle_size was last of use */
    bool is_of_use;  /* it was, since the clock was last read */
} FwlIdleHistory;

struct FwlPool {
    FwlPoolConfig config;
    FwlPoolSource source;
    char name[FWL_NAME_SIZE];
    size_t page_size;
    size_t mapping_size; /* of the memory that the pool itself lies in; 0: static */

    /* One for the creator, one for all blocks that are live when it lets go, one for each child. */
    FwlRefcount refcount;
    uint64_t id;      /* no other pool of the process has had it */
    size_t slot;      /* where threads remember their heaps, in bytes */
    FwlLink all_link; /* in the list of all pools */
    unsigned unit_shift;

    FwlMutex heaps_lock;
    FwlLink heaps;
    _Atomic(size_t) owned_heaps;
    FwlSum usage; /* what the heaps have counted so far, and frames */
    FwlSum tier_usage[FWL_TIER_COUNT];

    FwlPoolDebug debug;

    FwlMutex span_lock;
    FwlLink segments;
    FwlLink free_rows[FWL_ROW_CLASS_COUNT]; /* rows of free pages by their length */
    uint64_t has_free_rows;                 /* bit i: free_rows[i] is not empty */
    FwlLink idle_runs;                      /* segments of runs that have idle pages */
    FwlLink idle_frames[FWL_FRAME_CLASS_COUNT]; /* by the class of their size */
    FwlLink tailed_frames;                      /* live, with idle pages behind the block */
    FwlLink idle_by_age;
    FwlIdleHistory history;
    size_t ready_size; /* bytes of ready pages, which are idle, too */
    size_t reserved_size;
    size_t committed_size;
    size_t idle_size;
    _Atomic(size_t) given_back; /* idle bytes that left, ever; written with the span_lock */
    FwlPoolTierStats frame_stats;
    FwlPoolTierStats system_stats[FWL_TIER_COUNT]; /* of blocks from malloc (pool_system.h) */
    uintptr_t system_blocks;                       /* the newest of them, in a list */
    bool is_closed; /* destroyed with live blocks: they are counted down and not handed out again */
    _Atomic(size_t) remaining; /* when closed: live blocks */

    FwlBudget budget;
    _Atomic(uint64_t) wait_count;
    _Atomic(uint64_t) limit_count;

    bool can_wait; /* this pool or one above waits at its limit: freeing must look for waiters */
    FwlMutex wait_lock;
    FwlCondition wait_condition;
    uint64_t release_count; /* under wait_lock: how often memory came back while one waited */
    atomic_uint waiter_count;

    FwlMutex children_lock;
    FwlLink children;
    FwlLink sibling_link;
    /* Under the parent's children_lock: */
    unsigned trim_count; /* trims that are in this pool, which keep it */
    bool is_left;        /* nobody else does any more: the last of them ends it */
};

/* pool_config.c */

/* 0 for a configuration that makes sense; else FWL_E_*, and a log line that names the field. */
int fwl_pool_config_check(const FwlPoolConfig *config);

/* What FRAMEWELL_DEBUG asks of the default pool. */
void fwl_pool_config_obey_environment(FwlPoolConfig *config);

/* What is special about the default pool of the library that this is linked into. Defined outside
 * of the pool layer, as fwl_system_memory is. */
void fwl_default_pool_configure(FwlPoolConfig *config);

/* True in a library whose pool is a whole program's malloc, and is measured by how large that gets:
 * idle memory and caches are bounded by what is in use, too. Defined outside likewise. */
extern const bool fwl_pool_is_frugal __attribute__((visibility("hidden")));

/* pool_budget.c */

/*
 * Adds size to the charge of the pool and of all above it. NULL when done; else the pool whose
 * budget has no room, and nothing has changed. is_forced goes over the limits of pools that have
 * FWL_LIMIT_SYSTEM.
 */
FwlPool *fwl_pool_charge(FwlPool *pool, size_t size, bool is_forced);
void fwl_pool_uncharge(FwlPool *pool, size_t size);

/* True while this pool or one above it is charged with more than its limit. */
bool fwl_pool_is_over_limit(const FwlPool *pool);

/* How far one allocation has come in making room; zero-initialised at its start. */
typedef struct FwlLimitState {
    unsigned step;
    bool is_forced;
    bool has_waited;
    uint64_t deadline_ns;
    uint64_t seen_release_count;
    FwlPool *waiting_on;
} FwlLimitState;

/* Makes room where `refuser` refused `needed` bytes; false when the allocation has to fail. */
bool fwl_pool_make_room(FwlPool *pool, FwlPool *refuser, size_t needed, FwlLimitState *state);

/* Ends what make_room began, however the allocation went. */
void fwl_pool_make_room_end(FwlLimitState *state);

/* Lets those who wait for this pool's budget, or one above, try again. */
void fwl_pool_wake_waiters(FwlPool *pool);

/* pool_span.c, pool_frame.c, pool_idle.c: all with the span_lock not held. */

/* Why fwl_span_acquire gave nothing. */
typedef struct FwlSpanFailure {
    FwlPool *refuser; /* the pool whose budget has no room; NULL: the source has no more pages */
    size_t needed;
} FwlSpanFailure;

/*
 * A span of the class without live blocks, for the heap of that number. *is_new tells whether pages
 * were taken. NULL: *failure says why.
 */
FwlSpan *fwl_span_acquire(FwlPool *pool, size_t class_index, unsigned heap_number, bool is_forced,
                          bool *is_new, FwlSpanFailure *failure);

/* The same of pages that the pool has already; NULL: it has none that fit. */
FwlSpan *fwl_span_acquire_kept(FwlPool *pool, size_t class_index, unsigned heap_number);

/* Takes back a run without live blocks: keeps its pages idle, within what the configuration allows.
 */
void fwl_span_release(FwlPool *pool, FwlSpan *span);

/* A frame of size bytes, a multiple of the page size; NULL: *failure says why. */
void *fwl_frame_acquire(FwlPool *pool, size_t size, size_t alignment, bool is_forced,
                        FwlSpanFailure *failure);

/* Takes a frame back. False: the pool is closed, and the frame is not yet counted down. */
bool fwl_frame_release(FwlPool *pool, FwlSpan *span);

/* True where frames of the pool are resized by pages, without copying. */
bool fwl_frame_is_resizable(const FwlPool *pool);

/*
 * Makes the block of a live frame size bytes, a multiple of the page size, where it is or by moving
 * its pages; the block's address. NULL: nothing has changed, and *failure says whose budget has no
 * room, if that is why.
 */
void *fwl_frame_resize(FwlPool *pool, FwlSpan *span, size_t size, bool is_forced,
                       FwlSpanFailure *failure);

/* Gives idle memory back until at most keep bytes are left. */
void fwl_span_trim(FwlPool *pool, size_t keep);

/* The first page of a segment of runs that is not its header's. */
size_t fwl_span_first_page(const FwlPool *pool);

/* Where an address lies in the pool. */
typedef struct FwlSlot {
    FwlSegment *segment; /* NULL: not in the pool */
    char *start;         /* of the block of a span that is in use; NULL: in no such */
    size_t size;
} FwlSlot;

/* Looks at no memory but the pool's own, so address may be any. With span_lock, which is what keeps
 * the slot where it is. */
FwlSlot fwl_span_find(FwlPool *pool, const void *address);

/* Address space for `size` bytes of runs, taken ahead; less where a budget that counts it has no
 * room. Fails: FWL_E_NOMEM. */
int fwl_span_reserve(FwlPool *pool, size_t size);

/* Unmaps everything; no block is live. */
void fwl_span_unmap_all(FwlPool *pool);

/* pool_exit.c */

/* Sets up what happens when the process exits: the purge thread ends, and FRAMEWELL_STATS gets the
 * report that it asks for. Once for the process. */
void fwl_exit_init(void);

/* pool.c */

/* The calls as they are without debug mode; free takes what alloc gave. */
void *fwl_pool_plain_alloc(FwlPool *pool, size_t alignment, size_t size);
void fwl_pool_plain_free(void *block);

/* fwl_pool_free through whichever pool the block is of. */
void fwl_block_free(void *block);

/* Trims this pool and all below it, what its heaps keep included. */
size_t fwl_pool_trim_tree(FwlPool *pool, size_t keep);

/* Ends one hold on a pool; the last one ends the pool. */
void fwl_pool_unref(FwlPool *pool);

static inline enum FwlPoolTier fwl_tier_of(const FwlPoolConfig *config, size_t block_size)
{
    if (block_size <= config->small_block_size)
        return FWL_TIER_SMALL;
    return block_size <= config->medium_block_size ? FWL_TIER_MEDIUM : FWL_TIER_LARGE;
}

/* Sums. Plain counters: no order needed. */

static inline void fwl_sum_raise_peak(FwlSum *sum, size_t value)
{
    size_t seen = atomic_load_explicit(&sum->peak, memory_order_relaxed);
    while (seen < value &&
           !atomic_compare_exchange_weak_explicit(&sum->peak, &seen, value, memory_order_relaxed,
                                                  memory_order_relaxed))
        ;
}

/* Adds a difference, which may be negative modulo 2^N. */
static inline void fwl_sum_add(FwlSum *sum, size_t difference)
{
    const size_t before = atomic_fetch_add_explicit(&sum->now, difference, memory_order_relaxed);
    const size_t after = before + difference;
    if (after > before && difference <= SIZE_MAX / 2)
        fwl_sum_raise_peak(sum, after);
}

static inline size_t fwl_sum_peak(const FwlSum *sum)
{
    return atomic_load_explicit(&sum->peak, memory_order_relaxed);
}

/* From addresses to what they belong to */

static inline FwlSegment *fwl_segment_of(const void *block)
{
    return (FwlSegment *)(((uintptr_t)block - 1) & ~(uintptr_t)(FWL_SEGMENT_SIZE - 1));
}

static inline size_t fwl_granule_index(const FwlSegment *segment, const void *address)
{
    return ((uintptr_t)address - (uintptr_t)segment) >> FWL_GRANULE_SHIFT;
}

static inline FwlGranule fwl_granule_of(const FwlSegment *segment, const void *block)
{
    return segment->granules[fwl_granule_index(segment, block)];
}

/* Of each granule of a segment of runs: the number of its run; of the first and of the last page of
 * a row that of the row. */
static inline uint8_t *fwl_span_numbers(FwlSegment *segment)
{
    return (uint8_t *)(void *)&segment->spans[FWL_SPAN_COUNT];
}

static inline FwlSpan *fwl_span_of(FwlSegment *segment, const void *block)
{
    const size_t index = fwl_granule_index(segment, block);
    return &segment->spans[segment->is_frame ? 0 : fwl_span_numbers(segment)[index]];
}

/* The smallest class that holds size bytes, which may be 0. */
static inline size_t fwl_class_of_size(const FwlPool *pool, size_t size)
{
    return fwl_class_of(((size - (size > 0)) >> pool->unit_shift) + 1);
}

static inline size_t fwl_class_size(const FwlPool *pool, size_t class_index)
{
    return fwl_class_units(class_index) * pool->config.alignment;
}

#endif
