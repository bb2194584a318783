/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools of equal buffers.
 *
 * An entry belongs to one buffer of the program's alloc. While the buffer is out, the entry is its
 * opaque and release_buffer its free callback; while it is idle, the entry waits in a list, the
 * most recent first, with the data and the callback that really frees it.
 *
 *     refcount == 1 until uninit, and one for each buffer that is out
 *
 * The last count frees the idle entries and the pool: entries are only freed when no buffer is out.
 */
#include <stddef.h>

#include "base/refcount.h"
#include "buffer/buffer_internal.h"
#include "framewell/buffer.h"
#include "framewell/mem.h"
#include "os/os.h"

typedef struct Entry {
    struct Entry *next;
    FwlBufferPool *pool;
    FwlBuffer *buffer; /* holds the data; kept from get to get */
    uint8_t *data;
    void (*free_cb)(void *opaque, uint8_t *data);
    void *opaque;
} Entry;

struct FwlBufferPool {
    FwlMutex lock; /* guards idle; held for a few instructions only */
    Entry *idle;
    size_t size;
    void *opaque;
    FwlBufferRef *(*alloc)(size_t size);
    FwlBufferRef *(*alloc2)(void *opaque, size_t size);
    void (*pool_free)(void *opaque);
    FwlRefcount refcount;
};

/* Lifetime */

static FwlBufferPool *new_pool(size_t size)
{
    FwlBufferPool *pool = fwl_mallocz(sizeof *pool);
    if (!pool)
        return NULL;
    if (fwl_os_mutex_init(&pool->lock) < 0) {
        fwl_free(pool);
        return NULL;
    }
    pool->size = size;
    fwl_refcount_init(&pool->refcount);
    return pool;
}

FwlBufferPool *fwl_buffer_pool_init(size_t size, FwlBufferRef *(*alloc)(size_t size))
{
    FwlBufferPool *pool = new_pool(size);
    if (pool)
        pool->alloc = alloc ? alloc : fwl_buffer_alloc;
    return pool;
}

FwlBufferPool *fwl_buffer_pool_init2(size_t size, void *opaque,
                                     FwlBufferRef *(*alloc)(void *opaque, size_t size),
                                     void (*pool_free)(void *opaque))
{
    FwlBufferPool *pool = new_pool(size);
    if (!pool)
        return NULL;
    pool->opaque = opaque;
    pool->alloc = fwl_buffer_alloc; /* where alloc2 is NULL */
    pool->alloc2 = alloc;
    pool->pool_free = pool_free;
    return pool;
}

/* Frees what an entry holds the way its maker wanted, and the entry. */
static void free_entry(Entry *entry)
{
    if (entry->free_cb)
        entry->free_cb(entry->opaque, entry->data);
    fwl_free(entry->buffer);
    fwl_free(entry);
}

static void free_idle(FwlBufferPool *pool)
{
    fwl_os_mutex_lock(&pool->lock);
    Entry *entry = pool->idle;
    pool->idle = NULL;
    fwl_os_mutex_unlock(&pool->lock);
    while (entry) {
        Entry *next = entry->next;
        free_entry(entry);
        entry = next;
    }
}

static void unref_pool(FwlBufferPool *pool)
{
    if (!fwl_refcount_dec(&pool->refcount))
        return;
    free_idle(pool);
    if (pool->pool_free)
        pool->pool_free(pool->opaque);
    fwl_os_mutex_destroy(&pool->lock);
    fwl_free(pool);
}

void fwl_buffer_pool_uninit(FwlBufferPool **pool)
{
    if (!pool || !*pool)
        return;
    FwlBufferPool *ended = *pool;
    *pool = NULL;
    free_idle(ended);
    unref_pool(ended);
}

/* Getting and releasing */

static void release_buffer(void *opaque, uint8_t *data)
{
    (void)data;
    Entry *entry = opaque;
    FwlBufferPool *pool = entry->pool;
    fwl_os_mutex_lock(&pool->lock);
    entry->next = pool->idle;
    pool->idle = entry;
    fwl_os_mutex_unlock(&pool->lock);
    unref_pool(pool);
}

static Entry *take_idle(FwlBufferPool *pool)
{
    fwl_os_mutex_lock(&pool->lock);
    Entry *entry = pool->idle;
    if (entry)
        pool->idle = entry->next;
    fwl_os_mutex_unlock(&pool->lock);
    return entry;
}

/* Makes a buffer with the program's alloc the pool's own: its free callback is the pool's from now
 * on, and the entry remembers what it was. */
static FwlBufferRef *new_buffer(FwlBufferPool *pool)
{
    FwlBufferRef *ref =
        pool->alloc2 ? pool->alloc2(pool->opaque, pool->size) : pool->alloc(pool->size);
    if (!ref)
        return NULL;
    Entry *entry = ref->size >= pool->size && fwl_buffer_get_ref_count(ref) == 1
                       ? fwl_mallocz(sizeof *entry)
                       : NULL;
    if (!entry) {
        fwl_buffer_unref(&ref);
        return NULL;
    }
    FwlBuffer *buffer = ref->buffer;
    *entry = (Entry){
        .pool = pool,
        .buffer = buffer,
        .data = buffer->data,
        .free_cb = buffer->free_cb,
        .opaque = buffer->opaque,
    };
    buffer->free_cb = release_buffer;
    buffer->opaque = entry;
    buffer->is_pooled = true;
    buffer->is_resizable = false;
    return ref;
}

FwlBufferRef *fwl_buffer_pool_get(FwlBufferPool *pool)
{
    if (!fwl_refcount_inc(&pool->refcount))
        return NULL;
    Entry *entry = take_idle(pool);
    FwlBufferRef *ref =
        entry ? fwl_buffer_restart(entry->buffer, pool->size, __builtin_return_address(0))
              : new_buffer(pool);
    if (!ref)
        unref_pool(pool);
    return ref;
}

void *fwl_buffer_pool_buffer_get_opaque(const FwlBufferRef *ref)
{
    const Entry *entry = ref->buffer->opaque;
    return entry->opaque;
}
