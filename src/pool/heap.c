/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heaps: making them, handing them from thread to thread, and what is not done on every call.
 *
 * A thread gets a heap of a pool at its first allocation there: an orphan where there is one, else
 * a new one. When it ends, its heaps take home what others freed, give empty spans back and become
 * orphans, with the spans that still have live blocks. A block that is freed into an orphan is
 * collected by whoever frees it.
 *
 * Fork: the handler takes every lock of every pool, so that the child finds all of them in order;
 * the heaps of threads that the child does not have become orphans there.
 */
#include "pool/heap.h"

#include "base/align.h"
#include "pool/pool_debug.h"
#include "pool/pool_purge.h"
#include "pool/pool_system.h"

enum {
    /* Spans without live blocks that a heap keeps, so that a thread whose use goes up and down does
     * not go to the pool each time. */
    SPARE_SIZE_MAX = 2 << 20,
    SPARE_SHARE = 8, /* but no more than this part of what the pool may have idle */
    CARVE_SIZE = 4096, /* bytes of a span that are cut into blocks at once: touched in order */
    SPINS_BEFORE_YIELD = 64,
    NS_PER_MS = 1000000,
};

_Thread_local FwlThreadMemory fwl_thread_memory;
bool fwl_heap_is_biased;
_Atomic(uintptr_t) fwl_heap_care_limit;

/* The span that has no block: what `current` is where there is none. Never written to. */
static FwlSpan no_span;

FwlMutex fwl_default_pool_lock = FWL_MUTEX_INIT;
static FwlMutex pools_lock = FWL_MUTEX_INIT;
static FwlLink all_pools = {&all_pools, &all_pools};
static uint64_t next_pool_id; /* under pools_lock; 0 is the default pool's */

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

static void announce_lock(FwlHeap *heap)
{
    fwl_os_mutex_lock(&heap->mutex);
    atomic_store_explicit(&heap->locked, 1, memory_order_seq_cst);
}

static void heavy_barrier(void)
{
    if (fwl_heap_is_biased)
        fwl_os_heavy_barrier();
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
    announce_lock(heap);
    heavy_barrier();
    wait_until_out(heap);
}

/* A closed pool's heaps stay locked for their owners: each call then finds out in the slow way. So
 * do those whose lock is not biased. */
void fwl_heap_unlock(FwlHeap *heap)
{
    if (!heap->pool->is_closed && fwl_heap_is_biased)
        atomic_store_explicit(&heap->locked, 0, memory_order_release);
    fwl_os_mutex_unlock(&heap->mutex);
}

void fwl_heaps_lock_all(FwlPool *pool)
{
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        announce_lock(FWL_ITEM_OF(link, FwlHeap, link));
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
    for (size_t i = 0; i < FWL_CLASS_COUNT; i++) {
        FwlHeapClass *class = &heap->classes[i];
        class->current = &no_span;
        class->block_size = fwl_class_size(pool, i);
        class->tier = fwl_tier_of(&pool->config, class->block_size);
        fwl_list_init(&class->spans);
    }
}

static FwlHeap *map_heap(FwlPool *pool)
{
    const size_t size = fwl_align_up(sizeof(FwlHeap), pool->page_size);
    FwlHeap *heap = fwl_os_map(size, pool->page_size);
    if (!heap)
        return NULL;
    if (fwl_os_mutex_init(&heap->mutex) < 0) {
        fwl_os_unmap(heap, size);
        return NULL;
    }
    const size_t share = pool->config.max_idle_size / SPARE_SHARE;
    heap->pool = pool;
    heap->mapping_size = size;
    heap->run_max = pool->config.large_block_size;
    heap->unit_shift = pool->unit_shift;
    heap->can_wait = pool->can_wait;
    atomic_init(&heap->locked, !fwl_heap_is_biased);
    heap->spare_max = share < SPARE_SIZE_MAX ? share : SPARE_SIZE_MAX;
    init_classes(heap, pool);
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

static void take_over(FwlHeap *heap, uintptr_t owner)
{
    fwl_heap_lock(heap);
    atomic_store_explicit(&heap->owner, owner, memory_order_release);
    heap->thread = fwl_os_thread_number();
    fwl_heap_unlock(heap);
}

/* A debug pool's heaps are not remembered, so that every call there takes the slow way. */
static void remember(const FwlPool *pool, FwlHeap *heap)
{
    if (pool->config.enable_debug)
        return;
    const size_t slot = pool->id % FWL_THREAD_SLOTS;
    if (pool->id == 0) {
        fwl_thread_memory.default_heap = heap;
    } else {
        fwl_thread_memory.slots[slot].pool_id = pool->id;
        fwl_thread_memory.slots[slot].heap = heap;
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
        if (heap)
            take_over(heap, token);
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

static void unlist_span(FwlHeap *heap, FwlSpan *span)
{
    fwl_list_remove(&span->link);
    span->is_listed = false;
    if (span->is_spare) {
        span->is_spare = false;
        heap->spare_size -= span->size;
    }
}

/* Gives a span without live blocks, in no list, back to the pool. */
static void release_span(FwlHeap *heap, FwlSpan *span)
{
    span->heap = NULL;
    span->alignment = 0;
    fwl_span_release(heap->pool, span);
}

/* A span that was full is listed again; one that is empty becomes a spare, or goes to the pool. */
static void settle_span(FwlHeap *heap, FwlSpan *span)
{
    if (!span->is_listed)
        list_span(heap, span);
    if (span->live > 0 || span->is_spare || span == heap->classes[span->class_index].current)
        return;
    if (heap->spare_size + span->size <= heap->spare_max && !fwl_pool_is_over_limit(heap->pool)) {
        span->is_spare = true;
        heap->spare_size += span->size;
        return;
    }
    unlist_span(heap, span);
    release_span(heap, span);
}

void fwl_heap_release_empty(FwlHeap *heap)
{
    for (size_t i = 0; i < FWL_CLASS_COUNT; i++) {
        FwlHeapClass *class = &heap->classes[i];
        FwlLink *next;
        for (FwlLink *link = class->spans.next; link != &class->spans; link = next) {
            FwlSpan *span = FWL_ITEM_OF(link, FwlSpan, link);
            next = link->next;
            if (span->live > 0)
                continue;
            if (span == class->current)
                class->current = &no_span;
            unlist_span(heap, span);
            release_span(heap, span);
        }
    }
}

/* Usage */

static size_t usage_of(const FwlHeap *heap)
{
    return heap->top - (size_t)heap->headroom;
}

static void count_tiers(FwlHeap *heap)
{
    size_t now[FWL_TIER_FRAME] = {0};
    for (size_t i = 0; i < FWL_CLASS_COUNT; i++) {
        const FwlHeapClass *class = &heap->classes[i];
        now[class->tier] += (class->allocs - class->frees) * class->block_size;
    }
    for (size_t t = 0; t < FWL_TIER_FRAME; t++) {
        fwl_sum_add(&heap->pool->tier_usage[t], now[t] - heap->tier_counted[t]);
        heap->tier_counted[t] = now[t];
    }
}

/* Beyond the heap's own peak, top is the usage, so that the peak is exact. Below it, top is a
 * little above, so that going up and down there costs nothing. */
static void place_top(FwlHeap *heap, size_t usage)
{
    const size_t above = usage + FWL_USAGE_SLACK;
    if (heap->peak < usage)
        heap->peak = usage;
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
    place_top(heap, usage);
    const size_t drift = usage - heap->counted + FWL_USAGE_SLACK;
    if (drift > 2 * FWL_USAGE_SLACK)
        fwl_heap_count_usage(heap);
}

void fwl_heap_settle(FwlHeap *heap, FwlSpan *span)
{
    if (span)
        settle_span(heap, span);
    if (fwl_heap_is_unsettled(heap))
        move_top(heap);
}

/* What came back */

/* Goes through a remote list that was taken off. */
static void put_all(FwlHeap *heap, void *list)
{
    while (list) {
        void *block = list;
        list = fwl_link_read(heap->pool, block);
        FwlSpan *span = fwl_span_of(fwl_segment_of(block), block);
        if (fwl_heap_put(heap, span, block))
            fwl_heap_settle(heap, span);
    }
}

void fwl_heap_collect(FwlHeap *heap)
{
    void *head = atomic_load_explicit(&heap->remote, memory_order_relaxed);
    if (!head || head == FWL_REMOTE_CLOSED)
        return;
    put_all(heap, atomic_exchange_explicit(&heap->remote, NULL, memory_order_acquire));
}

/* With the heap's lock of a pool that is being closed: the last collect. */
void fwl_heap_close(FwlHeap *heap)
{
    put_all(heap, atomic_exchange_explicit(&heap->remote, FWL_REMOTE_CLOSED, memory_order_acquire));
}

/* A block in an orphan would wait for a new owner. */
static void collect_orphan(FwlHeap *heap)
{
    fwl_heap_lock(heap);
    if (atomic_load_explicit(&heap->owner, memory_order_relaxed) == 0 && !heap->pool->is_closed) {
        fwl_heap_collect(heap);
        fwl_heap_release_empty(heap);
    }
    fwl_heap_unlock(heap);
}

bool fwl_heap_free_remotely(FwlHeap *heap, void *block)
{
    /* Once the block is on the list the pool may go: to look at the heap afterwards takes
     * a hold. */
    FwlPool *pool = heap->pool;
    fwl_pool_poison(pool, block, fwl_span_of(fwl_segment_of(block), block)->block_size);
    const bool is_orphan = atomic_load_explicit(&heap->owner, memory_order_relaxed) == 0 &&
                           fwl_refcount_inc(&pool->refcount);
    bool is_open = true;
    void *head = atomic_load_explicit(&heap->remote, memory_order_relaxed);
    do {
        is_open = head != FWL_REMOTE_CLOSED;
        if (is_open)
            fwl_link_write(pool, block, head);
    } while (is_open &&
             !atomic_compare_exchange_weak_explicit(&heap->remote, &head, block,
                                                    memory_order_release, memory_order_relaxed));
    if (is_orphan) {
        if (is_open)
            collect_orphan(heap);
        fwl_pool_unref(pool);
    }
    return is_open;
}

/* Taking slowly */

/* Cuts the next blocks of a span; false where it is all cut. */
static bool carve(FwlSpan *span)
{
    const FwlPool *pool = span->heap ? span->heap->pool : NULL; /* none: no_span, nothing left */
    const size_t left = span->capacity - span->carved;
    if (left == 0)
        return false;
    size_t count = CARVE_SIZE / span->block_size;
    count = count < 1 ? 1 : count > left ? left : count;
    void *next = NULL;
    for (size_t i = span->carved + count; i > span->carved; i--) {
        char *block = span->start + (i - 1) * span->block_size;
        fwl_link_write(pool, block, next);
        next = block;
    }
    span->free_list = next;
    span->carved += (uint32_t)count;
    return true;
}

static bool has_block(FwlSpan *span)
{
    return span->free_list || carve(span);
}

/* Makes a listed span with a block the current one; false: there is none. */
static bool choose_listed(FwlHeap *heap, FwlHeapClass *class)
{
    while (!fwl_list_is_empty(&class->spans)) {
        FwlSpan *span = FWL_ITEM_OF(class->spans.next, FwlSpan, link);
        if (has_block(span)) {
            if (span->is_spare) {
                span->is_spare = false;
                heap->spare_size -= span->size;
            }
            class->current = span;
            return true;
        }
        unlist_span(heap, span);
        class->current = &no_span;
    }
    return false;
}

static bool add_span(FwlHeap *heap, size_t class_index, bool is_forced, bool *is_new,
                     FwlSpanFailure *failure)
{
    FwlSpan *span = fwl_span_acquire(heap->pool, class_index, is_forced, is_new, failure);
    if (!span)
        return false;
    span->heap = heap;
    list_span(heap, span);
    return choose_listed(heap, &heap->classes[class_index]);
}

void *fwl_heap_take_slowly(FwlHeap *heap, size_t class_index, bool is_forced,
                           FwlSpanFailure *failure)
{
    FwlHeapClass *class = &heap->classes[class_index];
    bool is_new = false;
    if (!has_block(class->current))
        fwl_heap_collect(heap);
    if (!has_block(class->current) && !choose_listed(heap, class) &&
        !add_span(heap, class_index, is_forced, &is_new, failure))
        return NULL;
    class->system_allocs += is_new;
    void *block = fwl_heap_take(heap, class_index);
    fwl_heap_settle(heap, NULL);
    return block;
}

/* Others' work on a pool's heaps */

void fwl_heaps_release_empty(FwlPool *pool)
{
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next) {
        FwlHeap *heap = FWL_ITEM_OF(link, FwlHeap, link);
        fwl_heap_lock(heap);
        fwl_heap_collect(heap);
        fwl_heap_release_empty(heap);
        fwl_heap_unlock(heap);
    }
}

void fwl_heaps_unmap_all(FwlPool *pool)
{
    while (!fwl_list_is_empty(&pool->heaps)) {
        FwlHeap *heap = FWL_ITEM_OF(pool->heaps.next, FwlHeap, link);
        fwl_list_remove(&heap->link);
        fwl_os_mutex_destroy(&heap->mutex);
        fwl_os_unmap(heap, heap->mapping_size);
    }
}

/* Threads that end */

static void orphan(FwlHeap *heap)
{
    fwl_heap_lock(heap);
    if (!heap->pool->is_closed) {
        fwl_heap_collect(heap);
        fwl_heap_release_empty(heap);
    }
    atomic_store_explicit(&heap->owner, 0, memory_order_release);
    fwl_heap_unlock(heap);
    /* What was freed between the collect and the orphaning. */
    if (atomic_load_explicit(&heap->remote, memory_order_relaxed))
        collect_orphan(heap);
}

static void leave_all_heaps(void)
{
    const uintptr_t token = fwl_thread_token();
    fwl_os_mutex_lock(&pools_lock);
    for (FwlLink *link = all_pools.next; link != &all_pools; link = link->next) {
        FwlPool *pool = FWL_ITEM_OF(link, FwlPool, all_link);
        fwl_os_mutex_lock(&pool->heaps_lock);
        FwlHeap *heap = find_owned(pool, token);
        if (heap)
            orphan(heap);
        fwl_os_mutex_unlock(&pool->heaps_lock);
    }
    fwl_os_mutex_unlock(&pools_lock);
    fwl_thread_memory = (FwlThreadMemory){0};
}

/* Fork. Pools are listed the youngest first, so a parent comes after its children: from
 * the back. */

#define FOR_EACH_POOL_OLDEST_FIRST(pool)                                                           \
    for (FwlPool *pool = FWL_ITEM_OF(all_pools.previous, FwlPool, all_link);                       \
         &pool->all_link != &all_pools;                                                            \
         pool = FWL_ITEM_OF(pool->all_link.previous, FwlPool, all_link))

static void lock_everything(void)
{
    fwl_purge_lock_life();
    fwl_os_mutex_lock(&fwl_default_pool_lock);
    fwl_os_mutex_lock(&pools_lock);
    FOR_EACH_POOL_OLDEST_FIRST(pool)
        fwl_os_mutex_lock(&pool->children_lock);
    FOR_EACH_POOL_OLDEST_FIRST(pool)
        fwl_os_mutex_lock(&pool->heaps_lock);
    FOR_EACH_POOL_OLDEST_FIRST(pool)
        fwl_heaps_lock_all(pool);
    FOR_EACH_POOL_OLDEST_FIRST(pool)
        fwl_os_mutex_lock(&pool->debug.lock);
    FOR_EACH_POOL_OLDEST_FIRST(pool)
        fwl_os_mutex_lock(&pool->span_lock);
    FOR_EACH_POOL_OLDEST_FIRST(pool)
        fwl_os_mutex_lock(&pool->wait_lock);
    fwl_os_mutex_lock(&fwl_debug_trace_lock);
    fwl_purge_lock_sleep();
}

static void unlock_everything(void)
{
    fwl_purge_unlock_sleep();
    fwl_os_mutex_unlock(&fwl_debug_trace_lock);
    FOR_EACH_POOL_OLDEST_FIRST(pool) {
        fwl_os_mutex_unlock(&pool->wait_lock);
        fwl_os_mutex_unlock(&pool->span_lock);
        fwl_os_mutex_unlock(&pool->debug.lock);
        fwl_heaps_unlock_all(pool);
        fwl_os_mutex_unlock(&pool->heaps_lock);
        fwl_os_mutex_unlock(&pool->children_lock);
    }
    fwl_os_mutex_unlock(&pools_lock);
    fwl_os_mutex_unlock(&fwl_default_pool_lock);
    fwl_purge_unlock_life();
}

/* In the child: the threads of all other heaps are gone, and so are those that waited. A condition
 * remembers who waits, and its end would wait for them: it is made anew. */
static void unlock_everything_in_child(void)
{
    const uintptr_t token = fwl_thread_token();
    fwl_os_thread_number_forget();
    fwl_purge_forget_thread();
    FOR_EACH_POOL_OLDEST_FIRST(pool) {
        atomic_store_explicit(&pool->waiter_count, 0, memory_order_relaxed);
        pool->trim_count = 0;
        (void)fwl_os_condition_init(&pool->wait_condition);
        for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next) {
            FwlHeap *heap = FWL_ITEM_OF(link, FwlHeap, link);
            if (atomic_load_explicit(&heap->owner, memory_order_relaxed) != token)
                atomic_store_explicit(&heap->owner, 0, memory_order_relaxed);
        }
    }
    unlock_everything();
}

/* All pools */

static void start_process(void)
{
    static bool is_started;
    if (is_started)
        return;
    is_started = true;
    fwl_heap_is_biased = fwl_os_heavy_barrier_init();
    fwl_system_choose();
    fwl_exit_init();
    fwl_os_thread_exit_init(leave_all_heaps);
    fwl_os_fork_init(lock_everything, unlock_everything, unlock_everything_in_child);
}

void fwl_heaps_add_pool(FwlPool *pool, bool is_default)
{
    fwl_os_mutex_lock(&pools_lock);
    start_process();
    if (fwl_pool_is_system) {
        pool->config.enable_debug = false; /* the tools that malloc is for see more */
        pool->config.purge_interval_ms = 0; /* nothing is ever idle */
    }
    if (pool->config.enable_debug)
        atomic_store_explicit(&fwl_debug_is_used, true, memory_order_relaxed);
    if (pool->config.enable_debug || fwl_pool_is_system)
        atomic_store_explicit(&fwl_heap_care_limit, UINTPTR_MAX, memory_order_relaxed);
    pool->id = is_default ? 0 : ++next_pool_id;
    fwl_list_push_front(&all_pools, &pool->all_link);
    fwl_os_mutex_unlock(&pools_lock);
}

void fwl_heaps_remove_pool(FwlPool *pool)
{
    fwl_os_mutex_lock(&pools_lock);
    fwl_list_remove(&pool->all_link);
    fwl_os_mutex_unlock(&pools_lock);
}

FwlPurgeTimes fwl_heaps_purge_idle(void)
{
    uint64_t due_ns = UINT64_MAX;
    uint32_t interval_ms = UINT32_MAX;
    fwl_os_mutex_lock(&pools_lock);
    for (FwlLink *link = all_pools.next; link != &all_pools; link = link->next) {
        FwlPool *pool = FWL_ITEM_OF(link, FwlPool, all_link);
        if (pool->config.purge_interval_ms == 0)
            continue;
        const uint64_t due_here_ns = fwl_span_purge(pool);
        due_ns = due_here_ns < due_ns ? due_here_ns : due_ns;
        if (pool->config.purge_interval_ms < interval_ms)
            interval_ms = pool->config.purge_interval_ms;
    }
    fwl_os_mutex_unlock(&pools_lock);
    return (FwlPurgeTimes){
        .due_ns = due_ns,
        .next_ns = fwl_os_clock_ns() + (uint64_t)interval_ms * NS_PER_MS,
    };
}

static bool has_address(FwlPool *pool, const void *address)
{
    fwl_os_mutex_lock(&pool->span_lock);
    const bool has = fwl_span_find(pool, address).segment != NULL;
    fwl_os_mutex_unlock(&pool->span_lock);
    return has;
}

FwlPool *fwl_heaps_find_pool(const void *address, bool is_debug_only)
{
    FwlPool *found = NULL;
    fwl_os_mutex_lock(&pools_lock);
    for (FwlLink *link = all_pools.next; link != &all_pools && !found; link = link->next) {
        FwlPool *pool = FWL_ITEM_OF(link, FwlPool, all_link);
        if ((pool->config.enable_debug || !is_debug_only) && has_address(pool, address))
            found = pool;
    }
    fwl_os_mutex_unlock(&pools_lock);
    return found;
}
