/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heaps: making them, handing them from thread to thread, and what is not done on every call.
 *
 * A thread gets a heap of a pool at its first allocation there: an orphan where there is one, else
 * a new one. When it ends, its heaps take home what others freed, give empty spans back and become
 * orphans, with the spans that still have live blocks. A block that is freed into an orphan is
 * collected by whoever frees it.
 *
 * The cache is bounded in bytes, for all threads of a pool together by twice max_idle_size. A heap
 * of a frugal pool may cache little of that for good, and the rest as long as the heap had as much
 * in use a moment ago and nobody wants its pages: it gives the cache up before it takes new ones.
 * What is beyond the bound and wanted again at once makes a heap hot: it may cache all that its
 * blocks took a moment ago, as long as that is more than the usual. So a thread that frees much and
 * takes it again, time after time, does not go to the pool for it.
 *
 *     cached <= usual_cache, or taken_size <= recent_usage and cached <= recent_cache_max
 *               after each bound_cache
 */
#include "pool/heap.h"

#include <string.h>

#include "base/align.h"
#include "pool/pool_debug.h"
#include "pool/pool_system.h"
#include "pool/span_blocks.h"

enum {
    CACHE_SIZE_MAX = 16 << 20,
    CACHE_SHARE = 4, /* but no more than this part of what the pool may have idle, or, where more
                        threads than that have a heap, their part of it */
    /* In a frugal pool no more than some, and this part of what the heap has in live blocks: what a
     * program freed for good serves others, and small programs stay small
     * (`framewell bench programs --filter ffmpeg`, `--filter sqlite3`). Its whole share only of
     * what was in use a moment ago (`--filter replay/`). */
    FRUGAL_CACHE_MIN = 128 << 10,
    FRUGAL_CACHE_SHARE = 16,
    HOT_SHARE = 4, /* when hot: of what was in use a moment ago, so often max_idle_size */
    MOMENT_NS = 20 * 1000000,
    FIRST_CAPACITY = 16, /* of a stack of blocks; doubled as it is needed */
    LAST_CAPACITY = 512,
    REFILL_COUNT_MAX = FIRST_CAPACITY - 1,
    REFILL_SIZE = 8 << 10, /* bytes that a stack is refilled with at once, at least one block */
    SPINS_BEFORE_YIELD = 64,
};

/* What all stacks of one class can grow to, the NULL at the bottom of each included. */
enum { SLOTS_OF_CLASS = 2 * LAST_CAPACITY };

FwlHeap fwl_no_heap = {
    .locked = 1, .fast_number = FWL_NO_HEAP_NUMBER, .receiver_number = FWL_NO_HEAP_NUMBER};
_Thread_local FwlThreadMemory fwl_thread_memory = FWL_THREAD_MEMORY_INIT;
atomic_bool fwl_heap_is_biased;
_Atomic(uintptr_t) fwl_heap_care_limit;

/* The stack of a class that was not used yet: no block, and no place for any. Never written to. */
static void *no_slots[1];

static void bound_cache(FwlHeap *heap);

/* Bits: the numbers that heaps have. A number also stands in the granules of spans, of which no
 * block is live any more when the heap ends. */
static _Atomic(uint64_t) numbers_taken[FWL_HEAP_NUMBER_COUNT / 64];

/* Locks */

bool fwl_heap_lock_own(FwlHeap *heap)
{
    if (fwl_heap_enter(heap))
        return true;
    fwl_heap_leave(heap);
    fwl_os_mutex_lock(&heap->mutex);
    return false;
}

void fwl_heap_unlock_own(FwlHeap *heap, bool is_fast)
{
    if (is_fast)
        fwl_heap_leave(heap);
    else
        fwl_os_mutex_unlock(&heap->mutex);
}

static bool is_biased(void)
{
    return atomic_load_explicit(&fwl_heap_is_biased, memory_order_relaxed);
}

/* True: the owner may be in without the mutex. */
static bool announce_lock(FwlHeap *heap)
{
    fwl_os_mutex_lock(&heap->mutex);
    return atomic_exchange_explicit(&heap->locked, 1, memory_order_seq_cst) == 0;
}

static void heavy_barrier(void)
{
    if (!fwl_os_heavy_barrier())
        atomic_store_explicit(&fwl_heap_is_biased, false, memory_order_relaxed);
}

static void wait_until_out(FwlHeap *heap)
{
    for (unsigned spins = 0; atomic_load_explicit(&heap->busy, memory_order_seq_cst) != 0;
         spins++) {
        if (spins >= SPINS_BEFORE_YIELD)
            fwl_os_yield();
    }
}

void fwl_heap_lock(FwlHeap *heap)
{
    if (announce_lock(heap))
        heavy_barrier();
    wait_until_out(heap);
}

/* A closed pool's heaps stay locked for their owners: each call then finds out in the slow way. So
 * do those whose lock is not biased. */
void fwl_heap_unlock(FwlHeap *heap)
{
    if (!heap->pool->is_closed && is_biased())
        atomic_store_explicit(&heap->locked, 0, memory_order_release);
    fwl_os_mutex_unlock(&heap->mutex);
}

void fwl_heaps_lock_all(FwlPool *pool)
{
    bool is_needed = false;
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        is_needed |= announce_lock(FWL_ITEM_OF(link, FwlHeap, link));
    if (is_needed)
        heavy_barrier();
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        wait_until_out(FWL_ITEM_OF(link, FwlHeap, link));
}

void fwl_heaps_unlock_all(FwlPool *pool)
{
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        fwl_heap_unlock(FWL_ITEM_OF(link, FwlHeap, link));
}

/* Making and owning */

static void init_classes(FwlHeap *heap, const FwlPool *pool)
{
    for (size_t i = 0; i <= FWL_NO_CLASS; i++) {
        FwlHeapClass *class = &heap->classes[i];
        class->top = no_slots;
        class->last = no_slots;
        class->block_size = (uint32_t)fwl_class_size(pool, i);
        fwl_list_init(&class->spans);
    }
}

/* Requests from runs have a class; larger ones, and all that share their place in the table, none.
 */
static uint8_t tabled_class(const FwlPool *pool, size_t size)
{
    return size <= pool->config.large_block_size ? (uint8_t)fwl_class_of_size(pool, size)
                                                 : FWL_NO_CLASS;
}

static void fill_class_table(FwlClassTable *table, const FwlPool *pool)
{
    for (size_t i = 0; i < sizeof table->fine; i++)
        table->fine[i] = tabled_class(pool, i << FWL_FINE_SHIFT);
    for (size_t i = 0; i < sizeof table->coarse; i++)
        table->coarse[i] = tabled_class(pool, i << FWL_COARSE_SHIFT);
}

/* A number that no other heap has; 0: all are given away. */
static uint16_t take_number(void)
{
    for (uint16_t number = 1; number < FWL_HEAP_NUMBER_COUNT; number++) {
        const uint64_t bit = (uint64_t)1 << number % 64;
        _Atomic(uint64_t) *const word = &numbers_taken[number / 64];
        if (!(atomic_fetch_or_explicit(word, bit, memory_order_relaxed) & bit))
            return number;
    }
    return 0;
}

static void give_number_back(uint16_t number)
{
    const uint64_t bit = (uint64_t)1 << number % 64;
    if (number > 0)
        atomic_fetch_and_explicit(&numbers_taken[number / 64], ~bit, memory_order_relaxed);
}

static FwlHeap *map_heap(FwlPool *pool)
{
    const size_t slots_size = FWL_CLASS_COUNT * SLOTS_OF_CLASS * sizeof(void *);
    const size_t size = fwl_align_up(sizeof(FwlHeap) + slots_size, pool->page_size);
    FwlHeap *heap = fwl_os_map(size, pool->page_size);
    if (!heap)
        return NULL;
    if (fwl_os_mutex_init(&heap->mutex) < 0) {
        fwl_os_unmap(heap, size);
        return NULL;
    }
    heap->pool = pool;
    heap->mapping_size = size;
    atomic_init(&heap->locked, !is_biased());
    heap->slack = FWL_USAGE_SLACK;
    heap->new_slots = (void **)(void *)(heap + 1);
    init_classes(heap, pool);
    fill_class_table(&heap->class_table, pool);
    heap->number = take_number();
    heap->fast_number = heap->number == 0 || pool->can_wait ? FWL_NO_HEAP_NUMBER : heap->number;
    heap->receiver_number = FWL_NO_HEAP_NUMBER;
    fwl_list_push_front(&pool->heaps, &heap->link);
    return heap;
}

/* The heap with this owner; NULL: none. With heaps_lock. */
static FwlHeap *find_owned(FwlPool *pool, uintptr_t owner)
{
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next) {
        FwlHeap *heap = FWL_ITEM_OF(link, FwlHeap, link);
        if (atomic_load_explicit(&heap->owner, memory_order_relaxed) == owner)
            return heap;
    }
    return NULL;
}

static size_t usage_of(const FwlHeap *heap)
{
    return heap->top - (size_t)heap->headroom;
}

/* Bytes that one of the heaps that the pool has now may cache. */
static size_t cache_share(const FwlPool *pool)
{
    const size_t heaps = atomic_load_explicit(&pool->owned_heaps, memory_order_relaxed);
    const size_t share = pool->config.max_idle_size / (heaps > CACHE_SHARE ? heaps : CACHE_SHARE);
    return share < CACHE_SIZE_MAX ? share : CACHE_SIZE_MAX;
}

static void take_over(FwlHeap *heap, uintptr_t owner)
{
    fwl_heap_lock(heap);
    atomic_fetch_add_explicit(&heap->pool->owned_heaps, 1, memory_order_relaxed);
    atomic_store_explicit(&heap->owner, owner, memory_order_release);
    heap->thread = fwl_os_thread_number();
    fwl_heap_unlock(heap);
}

/* A debug pool's heaps are not remembered, so that every call there takes the slow way. */
static void remember(const FwlPool *pool, FwlHeap *heap)
{
    if (pool->config.enable_debug)
        return;
    *fwl_thread_slot(pool) = (FwlThreadSlot){.pool_id = pool->id, .heap = heap};
}

/* Those who have a heap for long cannot know that they are more now. Done at each doubling, so that
 * all caches together are at most twice what they should be. With heaps_lock. */
static void share_anew(FwlPool *pool)
{
    const size_t heaps = atomic_load_explicit(&pool->owned_heaps, memory_order_relaxed);
    if (heaps <= CACHE_SHARE || !fwl_is_power_of_two(heaps) || pool->is_closed)
        return;
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next) {
        FwlHeap *heap = FWL_ITEM_OF(link, FwlHeap, link);
        fwl_heap_lock(heap);
        bound_cache(heap);
        fwl_heap_unlock(heap);
    }
}

FwlHeap *fwl_heap_get(FwlPool *pool)
{
    FwlHeap *heap = fwl_heap_recall(pool);
    if (heap)
        return heap;
    const uintptr_t token = fwl_thread_token();
    fwl_os_mutex_lock(&pool->heaps_lock);
    heap = find_owned(pool, token);
    if (!heap) {
        heap = find_owned(pool, 0);
        heap = heap ? heap : map_heap(pool);
        if (heap) {
            take_over(heap, token);
            share_anew(pool);
        }
    }
    fwl_os_mutex_unlock(&pool->heaps_lock);
    if (heap) {
        remember(pool, heap);
        fwl_os_thread_exit_arm();
    }
    return heap;
}

/* Spans */

static void list_span(FwlHeap *heap, FwlSpan *span)
{
    fwl_list_push_front(&heap->classes[span->class_index].spans, &span->link);
    span->is_listed = true;
}

static void unlist_span(FwlSpan *span)
{
    fwl_list_remove(&span->link);
    span->is_listed = false;
}

/* Gives a listed span without live blocks back to the pool. */
static void release_span(FwlHeap *heap, FwlSpan *span)
{
    unlist_span(span);
    span->heap = NULL;
    span->alignment = 0;
    fwl_span_release(heap->pool, span);
}

/* Puts a free block back into its span. */
static FwlSpan *return_block(FwlHeap *heap, void *block)
{
    FwlSpan *span = fwl_span_of(fwl_segment_of(block), block);
    fwl_span_put(heap->pool, span, block);
    if (!span->is_listed)
        list_span(heap, span);
    return span;
}

/* The cache */

static size_t cached_count(const FwlHeapClass *class)
{
    return class->capacity - (size_t)(class->last - class->top);
}

uint64_t fwl_heap_live_count(const FwlHeapClass *class)
{
    return class->taken - cached_count(class);
}

/* The oldest blocks of a stack go back into their spans, and spans that are empty then to the pool,
 * unless they are to be kept. */
static void flush(FwlHeap *heap, FwlHeapClass *class, size_t count, bool is_keeping_spans)
{
    void **oldest = class->last - class->capacity + 1;
    for (size_t i = 0; i < count; i++) {
        FwlSpan *span = return_block(heap, oldest[i]);
        if (span->live == 0 && !is_keeping_spans)
            release_span(heap, span);
    }
    memmove(oldest, oldest + count, (cached_count(class) - count) * sizeof *oldest);
    class->top -= count;
    class->taken -= count;
    heap->taken_size -= count * class->block_size;
}

/* Gives a stack more places. False: it has as many as may be. */
static bool grow_stack(FwlHeap *heap, FwlHeapClass *class)
{
    if (class->capacity == LAST_CAPACITY)
        return false;
    const size_t count = cached_count(class);
    const uint32_t capacity = class->capacity == 0 ? FIRST_CAPACITY : 2 * class->capacity;
    void **slots = heap->new_slots;
    heap->new_slots += capacity + 1;
    memcpy(slots + 1, class->last - class->capacity + 1, count * sizeof *slots);
    class->capacity = capacity;
    class->top = slots + count;
    class->last = slots + capacity;
    return true;
}

static void flush_all(FwlHeap *heap, bool is_keeping_spans)
{
    for (size_t i = 0; i < FWL_CLASS_COUNT; i++) {
        FwlHeapClass *class = &heap->classes[i];
        flush(heap, class, cached_count(class), is_keeping_spans);
    }
}

/* Gives empty spans back, but for about keep bytes of them. */
static void release_empty(FwlHeap *heap, size_t keep)
{
    for (size_t i = 0; i < FWL_CLASS_COUNT; i++) {
        FwlHeapClass *class = &heap->classes[i];
        FwlLink *next;
        for (FwlLink *link = class->spans.next; link != &class->spans; link = next) {
            FwlSpan *span = FWL_ITEM_OF(link, FwlSpan, link);
            next = link->next;
            if (span->live > 0)
                continue;
            if (span->size <= keep)
                keep -= span->size;
            else
                release_span(heap, span);
        }
    }
}

void fwl_heap_release_empty(FwlHeap *heap)
{
    flush_all(heap, true);
    release_empty(heap, 0);
}

/* Usage */

/* Adds up the usage of the classes of one word of used_classes, and forgets those without any. */
static void add_up_tiers(FwlHeap *heap, size_t word, size_t *tiers)
{
    for (uint64_t rest = heap->used_classes[word]; rest != 0; rest &= rest - 1) {
        const unsigned bit = (unsigned)__builtin_ctzll(rest);
        const FwlHeapClass *class = &heap->classes[word * 64 + bit];
        tiers[fwl_tier_of(&heap->pool->config, class->block_size)] +=
            fwl_heap_live_count(class) * class->block_size;
        if (class->taken == 0)
            heap->used_classes[word] &= ~((uint64_t)1 << bit);
    }
}

static void count_tiers(FwlHeap *heap)
{
    size_t now[FWL_TIER_FRAME] = {0};
    for (size_t i = 0; i < sizeof heap->used_classes / sizeof *heap->used_classes; i++)
        add_up_tiers(heap, i, now);
    for (size_t t = 0; t < FWL_TIER_FRAME; t++) {
        if (now[t] != heap->tier_counted[t])
            fwl_sum_add(&heap->pool->tier_usage[t], now[t] - heap->tier_counted[t]);
        heap->tier_counted[t] = now[t];
    }
}

/* Beyond the heap's own peak, top is the usage, so that the peak is exact. Below it, top is a
 * little above, so that going up and down there costs nothing. */
static void place_top(FwlHeap *heap, size_t usage)
{
    if (heap->peak < usage) {
        heap->peak = usage;
        if (heap->slack < usage / FWL_SLACK_SHARE)
            heap->slack = usage / FWL_SLACK_SHARE;
    }
    const size_t above = usage + heap->slack;
    heap->top = above < heap->peak ? above : heap->peak;
    heap->headroom = (ptrdiff_t)(heap->top - usage);
}

/* The top moves along: from what is counted to where it is seen next is no more than the slack. */
void fwl_heap_count_usage(FwlHeap *heap)
{
    const size_t usage = usage_of(heap);
    fwl_sum_add(&heap->pool->usage, usage - heap->counted);
    heap->counted = usage;
    count_tiers(heap);
    place_top(heap, usage);
}

static void move_top(FwlHeap *heap)
{
    const size_t usage = usage_of(heap);
    if (heap->recent_top[0] < heap->top)
        heap->recent_top[0] = heap->top;
    place_top(heap, usage);
    const size_t drift = usage - heap->counted + heap->slack;
    if (drift > 2 * heap->slack)
        fwl_heap_count_usage(heap);
}

/* What was in use in this period or the last one. */
static size_t recent_usage(FwlHeap *heap)
{
    const uint64_t now = fwl_os_coarse_clock_ns();
    if (now - heap->period_start_ns > MOMENT_NS) {
        heap->recent_top[1] =
            now - heap->period_start_ns > 2 * (uint64_t)MOMENT_NS ? 0 : heap->recent_top[0];
        heap->recent_top[0] = heap->top;
        heap->period_start_ns = now;
    }
    return heap->recent_top[0] > heap->recent_top[1] ? heap->recent_top[0] : heap->recent_top[1];
}

/* Bytes that this heap may cache, whatever its usage was. */
static size_t usual_cache(const FwlHeap *heap)
{
    if (fwl_pool_is_over_limit(heap->pool))
        return 0;
    const size_t share = cache_share(heap->pool);
    const size_t own = FRUGAL_CACHE_MIN + usage_of(heap) / FRUGAL_CACHE_SHARE;
    return fwl_pool_is_frugal && own < share ? own : share;
}

/* And the most that it may of what was in use a moment ago. */
static size_t recent_cache_max(const FwlHeap *heap)
{
    return heap->is_hot ? HOT_SHARE * heap->pool->config.max_idle_size : cache_share(heap->pool);
}

/* How many bytes may be cached; asked when there are more than the usual ones. */
static size_t most_cache(FwlHeap *heap, size_t usual)
{
    const size_t recent = recent_usage(heap);
    const size_t usage = usage_of(heap);
    const size_t gone = recent > usage ? recent - usage : 0;
    const size_t most = recent_cache_max(heap);
    const size_t allowed = gone < most ? gone : most;
    return usual > 0 && allowed > usual ? allowed : usual;
}

static size_t cached_in_heap(const FwlHeap *heap)
{
    return heap->taken_size - usage_of(heap);
}

static size_t cached_size(const FwlHeapClass *class)
{
    return cached_count(class) * class->block_size;
}

/* The class that has the most bytes cached. */
static FwlHeapClass *most_cached(FwlHeap *heap)
{
    FwlHeapClass *most = &heap->classes[0];
    for (size_t word = 0; word < sizeof heap->used_classes / sizeof *heap->used_classes; word++) {
        for (uint64_t rest = heap->used_classes[word]; rest != 0; rest &= rest - 1) {
            FwlHeapClass *class = &heap->classes[word * 64 + (size_t)__builtin_ctzll(rest)];
            if (cached_size(class) > cached_size(most))
                most = class;
        }
    }
    return most;
}

/* Takes blocks from where the bytes are. All the small ones, which are as much work each, are worth
 * less than a few of those. */
static void flush_down_to(FwlHeap *heap, size_t cache_size)
{
    size_t cached;
    while ((cached = cached_in_heap(heap)) > cache_size) {
        FwlHeapClass *class = most_cached(heap);
        const size_t enough = (cached - cache_size - 1) / class->block_size + 1;
        const size_t half = (cached_count(class) + 1) / 2;
        flush(heap, class, enough < half ? enough : half, false);
    }
}

/* Keeps the cache within its bound, and lets headroom_max end the fast path where it is reached. */
static void bound_cache(FwlHeap *heap)
{
    const size_t usual = usual_cache(heap);
    size_t most = cached_in_heap(heap) > usual ? most_cache(heap, usual) : usual;
    if (cached_in_heap(heap) > most) {
        heap->is_hot = heap->is_hot && most > usual;
        heap->flushed_ns = fwl_os_coarse_clock_ns();
        flush_down_to(heap, most - most / 4);
    }
    if (most > usual && most < recent_cache_max(heap)) /* each free adds to both */
        most = recent_cache_max(heap);
    const size_t room = (size_t)heap->headroom + (most - cached_in_heap(heap));
    heap->headroom_max = room < 2 * heap->slack ? room : 2 * heap->slack;
}

void fwl_heap_settle(FwlHeap *heap, size_t class_index)
{
    FwlHeapClass *class = &heap->classes[class_index];
    if (fwl_heap_is_unsettled(heap)) {
        move_top(heap);
        bound_cache(heap);
    }
    if (class->top == class->last && !grow_stack(heap, class)) {
        flush(heap, class, LAST_CAPACITY / 2, false);
        bound_cache(heap);
    }
}

/* What came home */

static void take_home(FwlHeap *heap, void *block)
{
    const size_t class_index = fwl_granule_class(fwl_granule_of(fwl_segment_of(block), block));
    if (fwl_heap_put(heap, class_index, block))
        fwl_heap_settle(heap, class_index);
}

static void open_parcel(FwlHeap *heap, FwlParcel *parcel)
{
    for (uint32_t i = 0; i < parcel->count; i++)
        take_home(heap, parcel->blocks[i]);
    parcel->count = 0;
    parcel->size = 0;
    atomic_store_explicit(&parcel->is_away, false, memory_order_release);
}

static void open_inbox(FwlHeap *heap)
{
    if (!atomic_load_explicit(&heap->inbox, memory_order_relaxed))
        return;
    FwlParcel *parcel = atomic_exchange_explicit(&heap->inbox, NULL, memory_order_acquire);
    while (parcel) {
        FwlParcel *next = parcel->next;
        open_parcel(heap, parcel);
        parcel = next;
    }
}

/* Goes through a remote list that was taken off. */
static void take_list_home(FwlHeap *heap, void *list)
{
    while (list) {
        void *block = list;
        list = fwl_link_read(heap->pool, block);
        take_home(heap, block);
    }
}

static void collect(FwlHeap *heap)
{
    open_inbox(heap);
    void *head = atomic_load_explicit(&heap->remote, memory_order_relaxed);
    if (head && head != FWL_REMOTE_CLOSED)
        take_list_home(heap, atomic_exchange_explicit(&heap->remote, NULL, memory_order_acquire));
}

void fwl_heap_close(FwlHeap *heap)
{
    take_list_home(
        heap, atomic_exchange_explicit(&heap->remote, FWL_REMOTE_CLOSED, memory_order_acquire));
}

/* The parcel, and whom it is for, that a heap's blocks of others go into; NULL: none. */
static void set_parcel(FwlHeap *heap, FwlParcel *parcel, FwlHeap *receiver)
{
    heap->parcel = parcel;
    heap->receiver = receiver;
    heap->receiver_number =
        receiver && receiver->number > 0 ? receiver->number : FWL_NO_HEAP_NUMBER;
}

/* Gives up a parcel that is not full yet, with both heaps' locks. */
static void hand_over_parcel(FwlHeap *heap)
{
    if (heap->parcel)
        open_parcel(heap->receiver, heap->parcel);
    set_parcel(heap, NULL, NULL);
}

/* What was cached is in spans then, which no bound of the cache sees: so it is kept here. */
void fwl_heaps_gather(FwlPool *pool)
{
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        hand_over_parcel(FWL_ITEM_OF(link, FwlHeap, link));
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next) {
        FwlHeap *heap = FWL_ITEM_OF(link, FwlHeap, link);
        collect(heap);
        flush_all(heap, true);
        release_empty(heap, most_cache(heap, usual_cache(heap)));
        bound_cache(heap);
    }
}

/* Sending home */

/* With the heap's lock: sends the parcel off. Gives the receiver. */
static FwlHeap *send_parcel(FwlHeap *heap)
{
    FwlParcel *parcel = heap->parcel;
    FwlHeap *receiver = heap->receiver;
    set_parcel(heap, NULL, NULL);
    if (!parcel)
        return NULL;
    atomic_store_explicit(&parcel->is_away, true, memory_order_relaxed);
    FwlParcel *head = atomic_load_explicit(&receiver->inbox, memory_order_relaxed);
    do {
        parcel->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&receiver->inbox, &head, parcel,
                                                    memory_order_release, memory_order_relaxed));
    return receiver;
}

/* A parcel to put blocks into; false: all are still away. */
static bool start_parcel(FwlHeap *heap, FwlHeap *receiver)
{
    for (size_t i = 0; i < FWL_PARCEL_COUNT; i++) {
        FwlParcel *parcel = &heap->parcels[i];
        if (!atomic_load_explicit(&parcel->is_away, memory_order_acquire)) {
            set_parcel(heap, parcel, receiver);
            return true;
        }
    }
    return false;
}

/* A block in an orphan would wait for a new owner. */
static void collect_orphan(FwlHeap *heap)
{
    fwl_heap_lock(heap);
    if (atomic_load_explicit(&heap->owner, memory_order_relaxed) == 0 && !heap->pool->is_closed) {
        collect(heap);
        fwl_heap_release_empty(heap);
    }
    fwl_heap_unlock(heap);
}

static bool is_orphan(const FwlHeap *heap)
{
    return atomic_load_explicit(&heap->owner, memory_order_relaxed) == 0;
}

/* Adds a single block to the remote list. */
static bool send_block(FwlHeap *heap, void *block)
{
    /* Once the block is on the list the pool may go: to look at the heap afterwards takes
     * a hold. */
    FwlPool *pool = heap->pool;
    const bool is_held = is_orphan(heap) && fwl_refcount_inc(&pool->refcount);
    bool is_open = true;
    void *head = atomic_load_explicit(&heap->remote, memory_order_relaxed);
    do {
        is_open = head != FWL_REMOTE_CLOSED;
        if (is_open)
            fwl_link_write(pool, block, head);
    } while (is_open &&
             !atomic_compare_exchange_weak_explicit(&heap->remote, &head, block,
                                                    memory_order_release, memory_order_relaxed));
    if (is_held) {
        if (is_open)
            collect_orphan(heap);
        fwl_pool_unref(pool);
    }
    return is_open;
}

/* The heap of this thread, for one that only frees, too; NULL where that would take a lock each
 * time. */
static FwlHeap *heap_to_send_from(FwlPool *pool)
{
    FwlHeap *heap = fwl_heap_recall(pool);
    if (heap || pool->can_wait || pool->config.enable_debug)
        return pool->can_wait ? NULL : heap;
    return fwl_thread_slot(pool)->pool_id == 0 ? fwl_heap_get(pool) : NULL;
}

/* With `from` entered: false where the block cannot go in a parcel. *receiver is who was sent one,
 * or NULL. */
static bool send_in_parcel(FwlHeap *from, FwlHeap *heap, void *block, size_t size,
                           FwlHeap **receiver)
{
    if (from->parcel && from->receiver != heap)
        *receiver = send_parcel(from);
    if (!from->parcel && (is_orphan(heap) || !start_parcel(from, heap)))
        return false;
    if (fwl_heap_fill_parcel(from, block, size))
        *receiver = send_parcel(from);
    return true;
}

static bool send_from(FwlHeap *from, FwlHeap *heap, void *block, size_t size)
{
    FwlHeap *receiver = NULL;
    bool is_sent = false;
    bool is_held = false;
    if (fwl_heap_enter(from)) {
        is_sent = send_in_parcel(from, heap, block, size, &receiver);
        is_held = receiver && is_orphan(receiver) && fwl_refcount_inc(&heap->pool->refcount);
    }
    fwl_heap_leave(from);
    if (is_held) {
        collect_orphan(receiver);
        fwl_pool_unref(receiver->pool);
    }
    return is_sent;
}

bool fwl_heap_free_remotely(FwlHeap *heap, void *block)
{
    FwlPool *pool = heap->pool;
    const size_t size = fwl_span_of(fwl_segment_of(block), block)->block_size;
    fwl_pool_poison(pool, block, size);
    FwlHeap *from = heap_to_send_from(pool);
    return (from && send_from(from, heap, block, size)) || send_block(heap, block);
}

/* Taking slowly */

/* The cache grows by as much, and headroom_max ends the fast path so much earlier. */
static void count_taken(FwlHeap *heap, size_t size)
{
    heap->taken_size += size;
    heap->headroom_max -= size < heap->headroom_max ? size : heap->headroom_max;
}

/* Moves up to count blocks of a span onto an empty stack, the first of them on top, untouched where
 * they were never used. */
static void take_from_span(FwlHeap *heap, FwlHeapClass *class, FwlSpan *span, size_t count)
{
    const size_t free_count = span->capacity - span->live;
    const size_t got = count < free_count ? count : free_count;
    const size_t index = (size_t)(class - heap->classes);
    for (size_t i = 0; i < got; i++)
        class->top[got - i] = fwl_span_take(heap->pool, span);
    heap->used_classes[index / 64] |= (uint64_t)1 << (index % 64);
    class->top += got;
    class->taken += got;
    count_taken(heap, got * class->block_size);
}

static size_t refill_count(const FwlHeapClass *class)
{
    const size_t count = REFILL_SIZE / class->block_size;
    return count < 1 ? 1 : count < REFILL_COUNT_MAX ? count : REFILL_COUNT_MAX;
}

/* Fills an empty stack from a listed span; false: there is none. */
static bool refill(FwlHeap *heap, FwlHeapClass *class)
{
    if (fwl_list_is_empty(&class->spans))
        return false;
    FwlSpan *span = FWL_ITEM_OF(class->spans.next, FwlSpan, link);
    if (class->capacity == 0)
        grow_stack(heap, class);
    take_from_span(heap, class, span, refill_count(class));
    if (!fwl_span_has_free(span))
        unlist_span(span);
    return true;
}

static void regret_flush(FwlHeap *heap)
{
    if (heap->flushed_ns > 0 && fwl_os_coarse_clock_ns() - heap->flushed_ns < MOMENT_NS)
        heap->is_hot = true;
    heap->flushed_ns = 0;
}

/* What a frugal pool's heap caches beyond the usual it has until others want it: that is before the
 * process grows. */
static FwlSpan *acquire_kept(FwlHeap *heap, size_t class_index)
{
    const size_t usual = usual_cache(heap);
    FwlSpan *span = NULL;
    size_t cached;
    while (!span && (cached = cached_in_heap(heap)) > usual) {
        span = fwl_span_acquire_kept(heap->pool, class_index, heap->number);
        if (!span)
            flush_down_to(heap, usual + (cached - usual) / 2);
    }
    return span;
}

static FwlSpan *acquire_span(FwlHeap *heap, size_t class_index, bool is_forced, bool *is_new,
                             FwlSpanFailure *failure)
{
    FwlSpan *span = fwl_pool_is_frugal ? acquire_kept(heap, class_index) : NULL;
    return span ? span
                : fwl_span_acquire(heap->pool, class_index, heap->number, is_forced, is_new,
                                   failure);
}

static bool add_span(FwlHeap *heap, size_t class_index, bool is_forced, bool *is_new,
                     FwlSpanFailure *failure)
{
    FwlSpan *span = acquire_span(heap, class_index, is_forced, is_new, failure);
    if (!span)
        return false;
    regret_flush(heap);
    span->heap = heap;
    list_span(heap, span);
    return refill(heap, &heap->classes[class_index]);
}

/* Where a class is short of blocks, its neighbour may have one at hand: a run of its own, which is
 * only some pages longer, and begins at a page, whatever alignment was asked for. */
static void *take_of_neighbour(FwlHeap *heap, size_t class_index)
{
    if (class_index + 1 >= FWL_CLASS_COUNT)
        return NULL;
    const FwlHeapClass *next = &heap->classes[class_index + 1];
    const size_t page_size = heap->pool->page_size;
    const bool is_run = next->block_size > FWL_RUN_SIZE_MIN && next->block_size % page_size == 0;
    return is_run && cached_count(next) > 0 ? fwl_heap_take(heap, class_index + 1) : NULL;
}

void *fwl_heap_take_at_hand(FwlHeap *heap, size_t class_index)
{
    FwlHeapClass *class = &heap->classes[class_index];
    collect(heap);
    const bool is_there = cached_count(class) > 0 || refill(heap, class);
    void *block =
        is_there ? fwl_heap_take(heap, class_index) : take_of_neighbour(heap, class_index);
    if (fwl_heap_is_unsettled(heap))
        fwl_heap_settle(heap, class_index);
    return block;
}

void *fwl_heap_take_slowly(FwlHeap *heap, size_t class_index, bool is_forced,
                           FwlSpanFailure *failure)
{
    void *block = fwl_heap_take_at_hand(heap, class_index);
    if (block)
        return block;
    bool is_new = false;
    if (!add_span(heap, class_index, is_forced, &is_new, failure))
        return NULL;
    heap->classes[class_index].system_allocs += is_new;
    block = fwl_heap_take(heap, class_index);
    move_top(heap);
    bound_cache(heap);
    return block;
}

/* Others' work on a pool's heaps */

void fwl_heaps_release_empty(FwlPool *pool)
{
    fwl_heaps_lock_all(pool);
    fwl_heaps_gather(pool);
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        fwl_heap_release_empty(FWL_ITEM_OF(link, FwlHeap, link));
    fwl_heaps_unlock_all(pool);
}

void fwl_heaps_unmap_all(FwlPool *pool)
{
    while (!fwl_list_is_empty(&pool->heaps)) {
        FwlHeap *heap = FWL_ITEM_OF(pool->heaps.next, FwlHeap, link);
        fwl_list_remove(&heap->link);
        give_number_back(heap->number);
        fwl_os_mutex_destroy(&heap->mutex);
        fwl_os_unmap(heap, heap->mapping_size);
    }
}

/* Threads that end */

void fwl_heap_disown(FwlHeap *heap)
{
    if (is_orphan(heap))
        return;
    atomic_fetch_sub_explicit(&heap->pool->owned_heaps, 1, memory_order_relaxed);
    atomic_store_explicit(&heap->owner, 0, memory_order_release);
}

static void orphan(FwlHeap *heap)
{
    FwlHeap *receiver = NULL;
    fwl_heap_lock(heap);
    if (!heap->pool->is_closed) {
        receiver = send_parcel(heap);
        collect(heap);
        fwl_heap_release_empty(heap);
    }
    fwl_heap_disown(heap);
    fwl_heap_unlock(heap);
    /* What was freed between the collect and the orphaning. */
    if (atomic_load_explicit(&heap->remote, memory_order_relaxed) ||
        atomic_load_explicit(&heap->inbox, memory_order_relaxed))
        collect_orphan(heap);
    if (receiver && is_orphan(receiver))
        collect_orphan(receiver);
}

void fwl_heap_leave_pool(FwlPool *pool)
{
    fwl_os_mutex_lock(&pool->heaps_lock);
    FwlHeap *heap = find_owned(pool, fwl_thread_token());
    if (heap)
        orphan(heap);
    fwl_os_mutex_unlock(&pool->heaps_lock);
}
