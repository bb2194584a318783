/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pool's calls: blocks out, blocks in.
 *
 *     fwl_pool_alloc   recall this thread's heap -> class of the size -> pop a block of it
 *     fwl_pool_free    segment by masking -> class and heap of the 4 KiB -> ours: push; another
 *                      thread's: into a parcel for its heap
 *
 * What that does not serve takes a slow way with a name: frames (pool_frame.c), an empty or a full
 * stack (heap.c), a budget without room (pool_budget.c), a pool that was destroyed (count_down),
 * pools whose blocks are malloc's (pool_system.c).
 *
 * Who keeps a pool: its creator, each child, and, once destroyed, its live blocks together. The
 * last one to let go ends it, so that letting go is the last that a call does with a pool.
 */
#include "framewell/pool.h"

#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "framewell/log.h"
#include "pool/heap.h"
#include "pool/pool_debug.h"
#include "pool/pool_internal.h"
#include "pool/pool_purge.h"
#include "pool/pool_system.h"

/* What is asked for, in the pool's terms. */
typedef struct Request {
    size_t size;
    bool is_frame;
    size_t frame_size;  /* of a frame */
    size_t class_index; /* of others */
    size_t alignment;
} Request;

/* Lifetime */

static void init_lists(FwlPool *pool)
{
    fwl_list_init(&pool->heaps);
    fwl_list_init(&pool->segments);
    for (size_t i = 0; i < FWL_ROW_CLASS_COUNT; i++)
        fwl_list_init(&pool->free_rows[i]);
    fwl_list_init(&pool->idle_runs);
    for (size_t i = 0; i < FWL_FRAME_CLASS_COUNT; i++)
        fwl_list_init(&pool->idle_frames[i]);
    fwl_list_init(&pool->tailed_frames);
    fwl_list_init(&pool->idle_by_age);
    fwl_list_init(&pool->children);
    fwl_list_init(&pool->sibling_link);
}

static void destroy_locks(FwlPool *pool)
{
    fwl_os_mutex_destroy(&pool->heaps_lock);
    fwl_os_mutex_destroy(&pool->debug.lock);
    fwl_os_mutex_destroy(&pool->span_lock);
    fwl_os_mutex_destroy(&pool->children_lock);
    fwl_os_mutex_destroy(&pool->wait_lock);
    fwl_os_condition_destroy(&pool->wait_condition);
}

static int init_locks(FwlPool *pool)
{
    FwlMutex *const locks[] = {&pool->heaps_lock, &pool->debug.lock, &pool->span_lock,
                               &pool->children_lock, &pool->wait_lock};
    const size_t lock_count = sizeof locks / sizeof locks[0];
    size_t made = 0;
    while (made < lock_count && fwl_os_mutex_init(locks[made]) == 0)
        made++;
    if (made == lock_count && fwl_os_condition_init(&pool->wait_condition) == 0)
        return 0;
    while (made > 0)
        fwl_os_mutex_destroy(locks[--made]);
    return FWL_E_NOMEM;
}

static void *os_map(void *opaque, size_t size, size_t alignment)
{
    (void)opaque;
    return fwl_os_map(size, alignment);
}

static void os_unmap(void *opaque, void *address, size_t size)
{
    (void)opaque;
    fwl_os_unmap(address, size);
}

static void os_purge(void *opaque, void *address, size_t size)
{
    (void)opaque;
    fwl_os_purge(address, size);
}

static const FwlPoolSource os_source = {.map = os_map, .unmap = os_unmap, .purge = os_purge};

static size_t budget_limit(size_t max_pool_size)
{
    return max_pool_size == FWL_POOL_SIZE_CGROUP ? fwl_os_cgroup_limit() : max_pool_size;
}

static bool waits_at_limit(const FwlPool *pool)
{
    for (; pool; pool = pool->config.parent) {
        if (pool->config.on_limit == FWL_LIMIT_WAIT)
            return true;
    }
    return false;
}

static void set_name(FwlPool *pool, const char *name)
{
    strncpy(pool->name, name ? name : "pool", FWL_NAME_SIZE - 1);
    pool->config.name = pool->name;
}

/* Fills a pool that is all zero but for its locks. */
static void init_pool(FwlPool *pool, const FwlPoolConfig *config)
{
    pool->config = *config;
    set_name(pool, config->name);
    pool->source = config->source ? *config->source : os_source;
    if (config->source)
        pool->config.source = &pool->source;
    pool->page_size = fwl_os_page_size();
    pool->unit_shift = fwl_log2_floor(config->alignment);
    pool->budget.limit = budget_limit(config->max_pool_size);
    pool->can_wait = waits_at_limit(pool);
    fwl_refcount_init(&pool->refcount);
    init_lists(pool);
    fwl_debug_init(pool);
}

static void join_parent(FwlPool *pool)
{
    FwlPool *parent = pool->config.parent;
    fwl_os_mutex_lock(&parent->children_lock);
    fwl_list_push_front(&parent->children, &pool->sibling_link);
    fwl_os_mutex_unlock(&parent->children_lock);
}

/* False: a trim is in the pool, and ends it afterwards. */
static bool leave_parent(FwlPool *pool)
{
    FwlPool *parent = pool->config.parent;
    fwl_os_mutex_lock(&parent->children_lock);
    const bool is_alone = pool->trim_count == 0;
    if (is_alone)
        fwl_list_remove(&pool->sibling_link);
    else
        pool->is_left = true;
    fwl_os_mutex_unlock(&parent->children_lock);
    return is_alone;
}

/* Ends the memory of a pool that nobody holds a count of. */
static void tear_down(FwlPool *pool)
{
    fwl_heaps_remove_pool(pool);
    fwl_purge_leave(pool);
    fwl_heaps_unmap_all(pool);
    fwl_span_unmap_all(pool);
    destroy_locks(pool);
    fwl_os_unmap(pool, pool->mapping_size);
}

/* A pool that is in nobody's list any more. */
static void end_pool(FwlPool *pool)
{
    FwlPool *parent = pool->config.parent;
    tear_down(pool);
    if (parent && waits_at_limit(parent))
        fwl_pool_wake_waiters(parent);
}

void fwl_pool_unref(FwlPool *pool)
{
    while (pool && fwl_refcount_dec(&pool->refcount)) {
        FwlPool *parent = pool->config.parent;
        if (parent && !leave_parent(pool))
            return;
        end_pool(pool);
        pool = parent;
    }
}

static FwlPool *map_pool(void)
{
    const size_t size = fwl_align_up(sizeof(FwlPool), fwl_os_page_size());
    FwlPool *pool = fwl_os_map(size, fwl_os_page_size());
    if (!pool)
        return NULL;
    pool->mapping_size = size;
    if (init_locks(pool) < 0) {
        fwl_os_unmap(pool, size);
        return NULL;
    }
    return pool;
}

int fwl_pool_create(FwlPool **out, const FwlPoolConfig *config)
{
    if (!out)
        return FWL_E_INVALID;
    *out = NULL;
    const FwlPoolConfig defaults = fwl_pool_config_default();
    if (!config)
        config = &defaults;
    const int status = fwl_pool_config_check(config);
    if (status < 0)
        return status;
    if (config->parent && !fwl_refcount_inc(&config->parent->refcount))
        return FWL_E_LIMIT;

    FwlPool *pool = map_pool();
    if (!pool) {
        fwl_pool_unref(config->parent);
        return FWL_E_NOMEM;
    }
    init_pool(pool, config);
    fwl_heaps_add_pool(pool, false);
    if (config->parent)
        join_parent(pool);
    const size_t limit = pool->budget.limit;
    const size_t reserve = config->initial_pool_size < limit ? config->initial_pool_size : limit;
    if (fwl_purge_join(pool) < 0 || (!fwl_pool_is_system && fwl_span_reserve(pool, reserve) < 0)) {
        fwl_pool_unref(pool);
        return FWL_E_NOMEM;
    }
    *out = pool;
    return 0;
}

/* The default pool lies in static memory, so that it exists without a page and before main. It has
 * its id from the start, and no thread a heap of it before it is started. Its
 * locks are made by their static initialisers' equivalent, an init that cannot fail on a system
 * where locks are plain memory. */
static FwlPool default_pool = {.id = FWL_DEFAULT_POOL_ID};

static FwlPool *start_default_pool(void)
{
    static atomic_bool is_started;
    if (atomic_load_explicit(&is_started, memory_order_acquire))
        return &default_pool;
    fwl_os_mutex_lock(&fwl_default_pool_lock);
    if (!atomic_load_explicit(&is_started, memory_order_relaxed)) {
        FwlPoolConfig config = fwl_pool_config_default();
        config.name = "default";
        config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
        fwl_pool_config_obey_environment(&config);
        fwl_default_pool_configure(&config);
        (void)init_locks(&default_pool);
        init_pool(&default_pool, &config);
        fwl_heaps_add_pool(&default_pool, true);
        atomic_store_explicit(&is_started, true, memory_order_release);
    }
    fwl_os_mutex_unlock(&fwl_default_pool_lock);
    return &default_pool;
}

FwlPool *fwl_pool_default(void)
{
    return start_default_pool();
}

/* Counts the live blocks of a pool that was let go, and makes their frees count down from there. */
static void close_pool(FwlPool *pool)
{
    uint64_t live = 0;
    fwl_os_mutex_lock(&pool->heaps_lock);
    fwl_heaps_lock_all(pool);
    fwl_heaps_gather(pool);
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next) {
        FwlHeap *heap = FWL_ITEM_OF(link, FwlHeap, link);
        fwl_heap_close(heap);
        for (size_t i = 0; i < FWL_CLASS_COUNT; i++)
            live += fwl_heap_live_count(&heap->classes[i]);
    }
    fwl_os_mutex_lock(&pool->span_lock);
    live += pool->frame_stats.allocation_count - pool->frame_stats.free_count;
    live += fwl_system_live_count(pool);
    atomic_store_explicit(&pool->remaining, live, memory_order_relaxed);
    if (live > 0)
        (void)fwl_refcount_inc(&pool->refcount);
    pool->is_closed = true;
    fwl_os_mutex_unlock(&pool->span_lock);
    fwl_heaps_unlock_all(pool);
    fwl_os_mutex_unlock(&pool->heaps_lock);
}

/* A block of a closed pool came back. */
static void count_down(FwlPool *pool)
{
    if (atomic_fetch_sub_explicit(&pool->remaining, 1, memory_order_acq_rel) == 1)
        fwl_pool_unref(pool);
}

void fwl_pool_destroy(FwlPool **pool)
{
    if (!pool || !*pool)
        return;
    FwlPool *ended = *pool;
    *pool = NULL;
    if (ended == &default_pool)
        return;
    if (ended->config.enable_debug)
        fwl_debug_close(ended);
    close_pool(ended);
    fwl_pool_unref(ended);
}

/* Requests */

static bool make_frame_request(const FwlPool *pool, size_t size, Request *request)
{
    const size_t pages = size / pool->page_size + (size % pool->page_size != 0);
    size_t class_pages = fwl_class_units(fwl_class_of(pages > 0 ? pages : 1));
    if (pool->config.enable_debug) /* so that a guard, where there is one, is right behind */
        class_pages = pages > 0 ? pages : 1;
    request->is_frame = true;
    return fwl_checked_mul(class_pages, pool->page_size, &request->frame_size);
}

/* The smallest class that holds size bytes and whose blocks are all at multiples of the alignment,
 * which powers of two always are; frames for what runs cannot hold. */
static bool make_request(const FwlPool *pool, size_t size, size_t alignment, Request *request)
{
    if (!fwl_is_power_of_two(alignment) || size > PTRDIFF_MAX)
        return false;
    const size_t unit = pool->config.alignment;
    request->size = size;
    request->alignment = alignment < unit ? unit : alignment;
    if (size > pool->config.large_block_size || request->alignment > pool->page_size)
        return make_frame_request(pool, size, request);

    size_t index = fwl_class_of_size(pool, size);
    while (fwl_class_size(pool, index) % request->alignment != 0)
        index++;
    request->is_frame = false;
    request->class_index = index;
    return fwl_class_size(pool, index) <= FWL_LARGE_MAX || make_frame_request(pool, size, request);
}

/* Allocating */

/* Marks what lies between the bytes that were asked for and the end of the block as nobody's. */
static inline void *trim_to_size(void *block, size_t size)
{
    if (!FWL_IS_ASAN || !block || fwl_pool_is_system)
        return block;
    FwlSegment *segment = fwl_segment_of(block);
    const size_t block_size = fwl_span_of(segment, block)->block_size;
    fwl_os_unpoison(block, size);
    fwl_pool_poison(segment->pool, (char *)block + size, block_size - size);
    return block;
}

/* Remembers that a block of the span has more than the pool's alignment, for realloc. */
static void note_alignment(const FwlPool *pool, void *block, size_t alignment)
{
    if (alignment <= pool->config.alignment)
        return;
    FwlSpan *span = fwl_span_of(fwl_segment_of(block), block);
    if (atomic_load_explicit(&span->alignment, memory_order_relaxed) < alignment)
        atomic_store_explicit(&span->alignment, alignment, memory_order_relaxed);
}

static void *try_alloc(FwlPool *pool, const Request *request, bool is_forced,
                       FwlSpanFailure *failure)
{
    *failure = (FwlSpanFailure){0};
    if (fwl_pool_is_system)
        return fwl_system_acquire(pool, request->size, request->alignment, is_forced, failure);
    if (request->is_frame)
        return fwl_frame_acquire(pool, request->frame_size, request->alignment, is_forced, failure);
    FwlHeap *heap = fwl_heap_get(pool);
    if (!heap)
        return NULL;
    const bool is_fast = fwl_heap_lock_own(heap);
    void *block = NULL;
    if (is_fast || !pool->is_closed) {
        block = fwl_heap_take(heap, request->class_index);
        if (block)
            fwl_heap_settle(heap, request->class_index);
        else
            block = fwl_heap_take_slowly(heap, request->class_index, is_forced, failure);
        if (block)
            note_alignment(pool, block, request->alignment);
    }
    fwl_heap_unlock_own(heap, is_fast);
    return block;
}

/* The slow way: the budget or the system had no room for the first attempt. */
static void *alloc_with_effort(FwlPool *pool, const Request *request, FwlSpanFailure failure)
{
    FwlLimitState state = {0};
    void *block = NULL;
    while (!block && failure.refuser &&
           fwl_pool_make_room(pool, failure.refuser, failure.needed, &state))
        block = try_alloc(pool, request, state.is_forced, &failure);
    fwl_pool_make_room_end(&state);
    if (!block && !failure.refuser && fwl_pool_trim_tree(pool, 0) > 0)
        block = try_alloc(pool, request, state.is_forced, &failure);
    return block;
}

void *fwl_pool_plain_alloc(FwlPool *pool, size_t alignment, size_t size)
{
    Request request;
    if (!make_request(pool, size, alignment, &request))
        return NULL;
    fwl_purge_check(pool);
    FwlSpanFailure failure;
    void *block = try_alloc(pool, &request, false, &failure);
    return trim_to_size(block ? block : alloc_with_effort(pool, &request, failure), size);
}

static __attribute__((noinline)) void *alloc_slowly(FwlPool *pool, size_t alignment, size_t size,
                                                    void *caller)
{
    if (pool == &default_pool)
        pool = fwl_pool_default(); /* which starts it */
    if (pool->config.enable_debug)
        return fwl_debug_alloc(pool, alignment, size, caller);
    return fwl_pool_plain_alloc(pool, alignment, size);
}

/* The fast path is in the heap, and got a block that leaves the heap unsettled, or none. Never in a
 * debug pool, whose heaps no thread remembers. */
static __attribute__((noinline)) void *finish_alloc(FwlHeap *heap, void *block, size_t size)
{
    const size_t class_index = fwl_class_look_up(&heap->class_table, size);
    if (block)
        fwl_heap_settle(heap, class_index);
    else
        block = fwl_heap_take_at_hand(heap, class_index);
    fwl_heap_leave(heap);
    return block ? trim_to_size(block, size) : fwl_pool_plain_alloc(heap->pool, 1, size);
}

/* Somebody else has the heap's lock. */
static __attribute__((noinline)) void *alloc_locked(FwlHeap *heap, size_t size)
{
    fwl_heap_leave(heap);
    return fwl_pool_plain_alloc(heap->pool, 1, size);
}

/* caller: where the public function returns to; for the slow way only. */
static inline void *alloc_from(FwlPool *pool, size_t size, void *caller)
{
    const FwlThreadSlot *slot = fwl_thread_slot(pool);
    FwlHeap *heap = slot->heap;
    if (!fwl_thread_slot_is_of(slot, pool))
        return alloc_slowly(pool, 1, size, caller);
    if (__builtin_expect(!fwl_heap_enter(heap), 0))
        return alloc_locked(heap, size);
    void *block = fwl_heap_take(heap, fwl_class_look_up(&heap->class_table, size));
    if (__builtin_expect(!block || fwl_heap_is_unsettled(heap), 0))
        return finish_alloc(heap, block, size);
    fwl_heap_leave(heap);
    return trim_to_size(block, size);
}

static inline void *alloc(FwlPool *pool, size_t size, void *caller)
{
    return __builtin_expect(!pool, 0) ? alloc_from(&default_pool, size, caller)
                                      : alloc_from(pool, size, caller);
}

void *fwl_pool_alloc(FwlPool *pool, size_t size)
{
    return alloc(pool, size, __builtin_return_address(0));
}

void *fwl_pool_aligned_alloc(FwlPool *pool, size_t alignment, size_t size)
{
    if (!pool)
        pool = &default_pool; /* where it is not started its alignment is 0 */
    if (alignment <= pool->config.alignment && fwl_is_power_of_two(alignment))
        return alloc_from(pool, size, __builtin_return_address(0));
    return alloc_slowly(pool, alignment, size, __builtin_return_address(0));
}

void *fwl_pool_allocz(FwlPool *pool, size_t size)
{
    void *block = alloc(pool, size, __builtin_return_address(0));
    if (block)
        memset(block, 0, size);
    return block;
}

/* Freeing */

static void free_frame(FwlPool *pool, FwlSpan *span)
{
    fwl_purge_check(pool);
    if (!fwl_frame_release(pool, span))
        count_down(pool);
}

/* The owner's free when it entered, but somebody else has the heap's lock, or the pool is closed.
 */
static __attribute__((noinline)) void free_locked(FwlHeap *heap, size_t class_index, void *block)
{
    FwlPool *pool = heap->pool;
    fwl_heap_leave(heap);
    fwl_os_mutex_lock(&heap->mutex);
    const bool is_open = !pool->is_closed;
    if (is_open && fwl_heap_put(heap, class_index, block))
        fwl_heap_settle(heap, class_index);
    fwl_os_mutex_unlock(&heap->mutex);
    if (!is_open)
        count_down(pool);
}

/* A block that another thread's heap handed out. */
static __attribute__((noinline)) void free_remotely(FwlHeap *heap, void *block)
{
    FwlPool *pool = heap->pool;
    if (!fwl_heap_free_remotely(heap, block))
        count_down(pool);
}

static __attribute__((noinline)) void finish_free(FwlHeap *heap, size_t class_index)
{
    fwl_heap_settle(heap, class_index);
    fwl_heap_leave(heap);
}

static void free_in_run(FwlHeap *heap, size_t class_index, void *block)
{
    const uintptr_t owner = atomic_load_explicit(&heap->owner, memory_order_relaxed);
    if (owner != fwl_thread_token())
        free_remotely(heap, block);
    else if (!fwl_heap_enter(heap))
        free_locked(heap, class_index, block);
    else if (fwl_heap_put(heap, class_index, block))
        finish_free(heap, class_index);
    else
        fwl_heap_leave(heap);
}

/* Frames, other threads' blocks, and pools in which somebody may wait. Once the block is back the
 * pool may go with somebody else's last block: to look for waiters then takes a hold. */
static __attribute__((noinline)) void free_slowly(void *block)
{
    FwlSegment *segment = fwl_segment_of(block);
    FwlSpan *span = fwl_span_of(segment, block);
    FwlPool *pool = segment->pool;
    const bool is_held = pool->can_wait && fwl_refcount_inc(&pool->refcount);
    if (span->heap)
        free_in_run(span->heap, span->class_index, block);
    else
        free_frame(pool, span);
    if (is_held) {
        fwl_pool_wake_waiters(pool);
        fwl_pool_unref(pool);
    }
}

static __attribute__((noinline)) void free_elsewhere(FwlHeap *heap, FwlGranule granule, void *block)
{
    if (!fwl_heap_send(heap, granule, block))
        free_slowly(block);
}

/* pool: what the block is likely to be of. Finding the heap by that does not wait for the block,
 * which makes a free fast. */
static inline void free_likely(const FwlPool *pool, void *block)
{
    const FwlGranule granule = fwl_granule_of(fwl_segment_of(block), block);
    const FwlThreadSlot *slot = fwl_thread_slot(pool);
    FwlHeap *heap = slot->heap;
    const size_t class_index = fwl_granule_class(granule);
    if (!fwl_thread_slot_is_of(slot, pool))
        free_slowly(block);
    else if (__builtin_expect(heap->fast_number != fwl_granule_heap(granule), 0))
        free_elsewhere(heap, granule, block);
    else if (__builtin_expect(!fwl_heap_enter(heap), 0))
        free_locked(heap, class_index, block);
    else if (fwl_heap_put(heap, class_index, block))
        finish_free(heap, class_index);
    else
        fwl_heap_leave(heap);
}

static inline void free_undebugged(void *block)
{
    FwlPool *pool = fwl_segment_of(block)->pool;
    if (__builtin_expect(pool == &default_pool, 1))
        free_likely(&default_pool, block);
    else
        free_likely(pool, block);
}

void fwl_pool_plain_free(void *block)
{
    free_undebugged(block);
}

static void free_system(void *block)
{
    FwlPool *pool = fwl_system_pool_of(block);
    const bool is_held = pool->can_wait && fwl_refcount_inc(&pool->refcount);
    if (!fwl_system_release(pool, block))
        count_down(pool);
    if (is_held) {
        fwl_pool_wake_waiters(pool);
        fwl_pool_unref(pool);
    }
}

/* Of whichever pool where pool is NULL. */
static void free_of(FwlPool *pool, void *block, void *caller)
{
    if (fwl_pool_is_system)
        free_system(block);
    else if (!fwl_debug_free(pool, block, caller))
        free_undebugged(block);
}

/* NULL, and while there is a debug pool, or blocks are malloc's, all. */
static __attribute__((noinline, cold)) void free_with_care(FwlPool *pool, void *block, void *caller)
{
    if (block)
        free_of(pool ? pool : fwl_pool_default(), block, caller);
}

static __attribute__((noinline, cold)) void free_from_any(void *block, void *caller)
{
    if (block)
        free_of(NULL, block, caller);
}

static inline bool needs_care(const void *block)
{
    return __builtin_expect(
        (uintptr_t)block <= atomic_load_explicit(&fwl_heap_care_limit, memory_order_relaxed), 0);
}

void fwl_pool_free(FwlPool *pool, void *block)
{
    if (needs_care(block))
        free_with_care(pool, block, __builtin_return_address(0));
    else if (__builtin_expect(!pool, 0))
        free_likely(&default_pool, block);
    else
        free_likely(pool, block);
}

void fwl_block_free(void *block)
{
    if (needs_care(block))
        free_from_any(block, __builtin_return_address(0));
    else
        free_undebugged(block);
}

/* Resizing */

/* A block stays where it is while the new size fits and leaves less than half of it unused. */
static bool fits_in_place(size_t block_size, size_t size)
{
    return size <= block_size && size >= block_size / 2;
}

/* What the block may have been asked for: no more than its address has, and no more than any block
 * of its span was. */
static size_t alignment_of(const FwlSpan *span, const void *block)
{
    const size_t of_address = (size_t)((uintptr_t)block & (~(uintptr_t)block + 1));
    const size_t of_span = atomic_load_explicit(&span->alignment, memory_order_relaxed);
    if (of_span == 0)
        return 1;
    return of_span < of_address ? of_span : of_address;
}

/* Always moves, so that what is beyond the new size, and the old address, are known to be wrong. */
static void *realloc_system(void *block, size_t size)
{
    const size_t old_size = fwl_system_usable_size(block);
    void *moved =
        fwl_pool_aligned_alloc(fwl_system_pool_of(block), fwl_system_alignment_of(block), size);
    if (!moved)
        return NULL;
    memcpy(moved, block, old_size < size ? old_size : size);
    fwl_system_set_tag(moved, fwl_system_tag_of(block));
    free_system(block);
    return moved;
}

/* A frame that stays one: by pages. False: it has to be copied. */
static bool resize_frame(FwlPool *pool, FwlSpan *span, size_t size, void **resized)
{
    Request request;
    if (!fwl_frame_is_resizable(pool) || !make_request(pool, size, span->alignment, &request) ||
        !request.is_frame)
        return false;
    FwlLimitState state = {0};
    FwlSpanFailure failure;
    do
        *resized = fwl_frame_resize(pool, span, request.frame_size, state.is_forced, &failure);
    while (!*resized && failure.refuser &&
           fwl_pool_make_room(pool, failure.refuser, failure.needed, &state));
    fwl_pool_make_room_end(&state);
    if (*resized && pool->can_wait)
        fwl_pool_wake_waiters(pool);
    return *resized || failure.refuser;
}

void *fwl_pool_realloc(FwlPool *pool, void *block, size_t size)
{
    void *caller = __builtin_return_address(0);
    if (!block)
        return alloc(pool, size, caller);
    void *moved;
    if (fwl_pool_is_system)
        return realloc_system(block, size);
    if (fwl_heap_needs_care() &&
        fwl_debug_realloc(pool ? pool : fwl_pool_default(), block, size, caller, &moved))
        return moved;
    FwlSegment *segment = fwl_segment_of(block);
    FwlSpan *span = fwl_span_of(segment, block);
    if (segment->is_frame && resize_frame(segment->pool, span, size, &moved))
        return trim_to_size(moved, size);
    const size_t old_size = span->block_size;
    if (fits_in_place(old_size, size))
        return trim_to_size(block, size);
    moved = fwl_pool_aligned_alloc(segment->pool, alignment_of(span, block), size);
    if (!moved)
        return NULL;
    fwl_os_unpoison(block, old_size);
    memcpy(moved, block, old_size < size ? old_size : size);
    if (segment->is_frame)
        (void)fwl_pool_set_tag(moved, segment->holder.tag);
    fwl_pool_plain_free(block);
    return moved;
}

/* Trimming */

/* What heaps keep goes to the pool first, so that all that is idle is in one place. On its way
 * there some may leave already, where it is more than max_idle_size: that counts, too. */
static size_t trim_own(FwlPool *pool, size_t keep)
{
    const size_t before = atomic_load_explicit(&pool->given_back, memory_order_relaxed);
    if (pool->config.enable_debug)
        fwl_debug_flush(pool);
    fwl_os_mutex_lock(&pool->heaps_lock);
    fwl_heaps_release_empty(pool);
    fwl_os_mutex_unlock(&pool->heaps_lock);
    fwl_span_trim(pool, keep);
    return atomic_load_explicit(&pool->given_back, memory_order_relaxed) - before;
}

/* With the lock: this trim is out of the child. True: it was the last one in a pool that nobody
 * holds any more. */
static bool leave_child(FwlPool *child)
{
    const bool is_last = --child->trim_count == 0 && child->is_left;
    if (is_last)
        fwl_list_remove(&child->sibling_link);
    return is_last;
}

/* Goes from this child (NULL: from none) into the next that somebody holds; NULL: there is none. */
static FwlPool *enter_next_child(FwlPool *pool, FwlPool *child)
{
    fwl_os_mutex_lock(&pool->children_lock);
    FwlLink *link = child ? child->sibling_link.next : pool->children.next;
    while (link != &pool->children && FWL_ITEM_OF(link, FwlPool, sibling_link)->is_left)
        link = link->next;
    FwlPool *next = NULL;
    if (link != &pool->children) {
        next = FWL_ITEM_OF(link, FwlPool, sibling_link);
        next->trim_count++;
    }
    const bool is_ended = child && leave_child(child);
    fwl_os_mutex_unlock(&pool->children_lock);
    if (is_ended) {
        end_pool(child);
        fwl_pool_unref(pool); /* the child's hold; who trims has another */
    }
    return next;
}

/* Without the lock: trimming a debug pool may give back the last block of one that was just
 * destroyed, which then leaves its parent. */
size_t fwl_pool_trim_tree(FwlPool *pool, size_t keep)
{
    size_t trimmed = trim_own(pool, keep);
    FwlPool *child = NULL;
    while ((child = enter_next_child(pool, child)) != NULL)
        trimmed += fwl_pool_trim_tree(child, keep);
    return trimmed;
}

size_t fwl_pool_trim(FwlPool *pool, size_t keep_bytes)
{
    if (!pool)
        pool = fwl_pool_default();
    const size_t trimmed = trim_own(pool, keep_bytes);
    if (trimmed > 0 && pool->can_wait)
        fwl_pool_wake_waiters(pool);
    return trimmed;
}

/* Inspection */

size_t fwl_pool_usable_size(const void *block)
{
    if (!block)
        return 0;
    if (fwl_pool_is_system)
        return fwl_system_usable_size(block);
    void *caller = __builtin_return_address(0);
    FwlPool *pool = fwl_heap_needs_care() ? fwl_debug_pool_of(block, caller) : NULL;
    if (pool && pool->config.enable_debug)
        return fwl_debug_size(pool, block, caller);
    const size_t size = fwl_span_of(fwl_segment_of(block), block)->block_size;
    fwl_os_unpoison(block, size); /* who asks may use them all */
    return size;
}

size_t fwl_pool_alignment(const FwlPool *pool)
{
    return (pool ? pool : fwl_pool_default())->config.alignment;
}

FwlPool *fwl_pool_of(const void *block)
{
    if (!fwl_heap_needs_care())
        return fwl_segment_of(block)->pool;
    return fwl_pool_is_system ? fwl_system_pool_of(block)
                              : fwl_debug_pool_of(block, __builtin_return_address(0));
}
