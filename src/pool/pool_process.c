/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pools of a process: the list of all, and what happens to all of them when a thread ends, when
 * the process forks, when idle memory is due.
 *
 * Fork: the handler takes every lock of every pool, so that the child finds all of them in order;
 * the heaps of threads that the child does not have become orphans there.
 */
#include "pool/heap.h"
#include "pool/pool_debug.h"
#include "pool/pool_purge.h"
#include "pool/pool_system.h"

enum { NS_PER_MS = 1000000 };

FwlMutex fwl_default_pool_lock = FWL_MUTEX_INIT;
static FwlMutex pools_lock = FWL_MUTEX_INIT;
static FwlLink all_pools = {&all_pools, &all_pools};
static uint64_t last_pool_id = FWL_DEFAULT_POOL_ID; /* under pools_lock */

/* Threads that end */

static void leave_all_heaps(void)
{
    fwl_os_mutex_lock(&pools_lock);
    for (FwlLink *link = all_pools.next; link != &all_pools; link = link->next)
        fwl_heap_leave_pool(FWL_ITEM_OF(link, FwlPool, all_link));
    fwl_os_mutex_unlock(&pools_lock);
    fwl_thread_memory = (FwlThreadMemory)FWL_THREAD_MEMORY_INIT;
}

/* Fork. Pools are listed the youngest first, so a parent comes after its children: from
 * the back. */

#define FOR_EACH_POOL_OLDEST_FIRST(pool)                                     \
    for (FwlPool *pool = FWL_ITEM_OF(all_pools.previous, FwlPool, all_link); \
         &pool->all_link != &all_pools;                                      \
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
    FOR_EACH_POOL_OLDEST_FIRST(pool)
    {
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
    FOR_EACH_POOL_OLDEST_FIRST(pool)
    {
        atomic_store_explicit(&pool->waiter_count, 0, memory_order_relaxed);
        pool->trim_count = 0;
        (void)fwl_os_condition_init(&pool->wait_condition);
        for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next) {
            FwlHeap *heap = FWL_ITEM_OF(link, FwlHeap, link);
            if (atomic_load_explicit(&heap->owner, memory_order_relaxed) == token)
                continue;
            fwl_heap_disown(heap);
            /* Its owner may have been about to find it locked. */
            atomic_store_explicit(&heap->busy, 0, memory_order_relaxed);
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
    atomic_store_explicit(&fwl_heap_is_biased, fwl_os_heavy_barrier_init(), memory_order_relaxed);
    fwl_system_choose();
    fwl_exit_init();
    fwl_os_thread_exit_init(leave_all_heaps);
    fwl_os_fork_init(lock_everything, unlock_everything, unlock_everything_in_child);
}

static void make_id(FwlPool *pool, bool is_default)
{
    const size_t slot = is_default ? 0 : 1 + last_pool_id % (FWL_THREAD_SLOTS - 1);
    pool->id = is_default ? FWL_DEFAULT_POOL_ID : ++last_pool_id;
    pool->slot = slot * sizeof(FwlThreadSlot);
}

void fwl_heaps_add_pool(FwlPool *pool, bool is_default)
{
    fwl_os_mutex_lock(&pools_lock);
    start_process();
    if (fwl_pool_is_system) {
        pool->config.enable_debug = false;  /* the tools that malloc is for see more */
        pool->config.purge_interval_ms = 0; /* nothing is ever idle */
    }
    if (pool->config.enable_debug)
        atomic_store_explicit(&fwl_debug_is_used, true, memory_order_relaxed);
    if (pool->config.enable_debug || fwl_pool_is_system)
        atomic_store_explicit(&fwl_heap_care_limit, UINTPTR_MAX, memory_order_relaxed);
    make_id(pool, is_default);
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
