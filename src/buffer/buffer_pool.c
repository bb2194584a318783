/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools of equal buffers.
 *
 * An entry belongs to one buffer of the program's alloc. While the buffer is out, the entry is its
 * opaque and release_buffer its free callback; while it is idle, the entry waits in a *shelf*, the
 * most recent first, with the data and the callback that really frees it.
 *
 * There are some shelves, and each thread begins to look at its own, so that threads hardly meet.
 * A shelf's head is a lock, too: whoever exchanges it for `busy` has the shelf until a new head is
 * stored, some instructions later. Who meets a busy shelf goes on to the next one. Where all
 * others are empty a get makes one more buffer, which is then in that thread's shelf: threads that
 * would pass one buffer around have one each. With more buffers than shelves it waits a while.
 *
 *     refcount == 1 until uninit, and one for each buffer that exists (before: idle or not;
 *                 afterwards: out)
 *
 * The last count frees the idle entries and the pool, so that buffers which come back after uninit
 * are freed together, when none is out.
 */
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

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

enum {
    SHELF_COUNT = 8,         /* threads that do not meet; a power of two */
    LOOKS_MAX = 16,          /* of a get, at shelves that are empty or busy */
    YIELDS_MAX = 64,         /* then what may lie in a busy shelf is done without */
    LOOKS_BEFORE_YIELD = 32, /* of a release, at shelves that are all busy */
};

typedef struct Shelf {
    alignas(64) _Atomic(Entry *) head;
    bool is_closed; /* whoever adds an entry gives up a count */
} Shelf;

struct FwlBufferPool {
    Shelf shelves[SHELF_COUNT];
    size_t size;
    void *opaque;
    FwlBufferRef *(*alloc)(size_t size);
    FwlBufferRef *(*alloc2)(void *opaque, size_t size);
    void (*pool_free)(void *opaque);
    FwlRefcount refcount;
};

/* Shelves */

/* What stands in place of the head while somebody has the shelf. */
static Entry busy;

/* The shelf where this thread begins to look: each new thread has the next one. */
static unsigned own_shelf(void)
{
    static _Thread_local unsigned number __attribute__((tls_model("initial-exec")));
    static atomic_uint thread_count;
    if (number == 0)
        number = 1 + atomic_fetch_add_explicit(&thread_count, 1, memory_order_relaxed);
    return number;
}

/* Has the shelf, and gives its entries; &busy: somebody else has it. */
static inline Entry *open_shelf(Shelf *shelf)
{
    return atomic_exchange_explicit(&shelf->head, &busy, memory_order_acquire);
}

static inline void leave_shelf(Shelf *shelf, Entry *head)
{
    atomic_store_explicit(&shelf->head, head, memory_order_release);
}

enum PutResult {
    PUT_BUSY, /* nothing was done */
    PUT_OPEN,
    PUT_CLOSED, /* the pool has ended: a count is to be given up */
};

/* After PUT_OPEN the pool may be gone. */
static inline enum PutResult put_entry(Shelf *shelf, Entry *entry)
{
    Entry *head = open_shelf(shelf);
    if (head == &busy)
        return PUT_BUSY;
    const enum PutResult result = shelf->is_closed ? PUT_CLOSED : PUT_OPEN;
    entry->next = head;
    leave_shelf(shelf, entry);
    return result;
}

/* NULL: the shelf is empty; &busy. */
static inline Entry *take_entry(Shelf *shelf)
{
    Entry *head = open_shelf(shelf);
    if (head != &busy)
        leave_shelf(shelf, head ? head->next : NULL);
    return head;
}

/* Puts an entry anywhere. */
static __attribute__((noinline)) enum PutResult put_slowly(FwlBufferPool *pool, Entry *entry,
                                                           unsigned own)
{
    for (unsigned look = 1;; look++) {
        const enum PutResult result =
            put_entry(&pool->shelves[(own + look) % SHELF_COUNT], entry);
        if (result != PUT_BUSY)
            return result;
        if (look >= LOOKS_BEFORE_YIELD)
            fwl_os_yield();
    }
}

/* Looks at all shelves, the thread's own first. NULL: there is nothing; &busy: perhaps there is. */
static Entry *take_anywhere(FwlBufferPool *pool, unsigned own)
{
    Entry *found = NULL;
    for (unsigned i = 0; i < SHELF_COUNT && (!found || found == &busy); i++) {
        Shelf *shelf = &pool->shelves[(own + i) % SHELF_COUNT];
        Entry *head = atomic_load_explicit(&shelf->head, memory_order_relaxed);
        if (head && head != &busy)
            head = take_entry(shelf);
        if (head)
            found = head;
    }
    return found;
}

/* Whoever has a shelf may have lost the processor. That is waited for where one buffer more would
 * be one of many, and not for ever: the other thread may not run before this one ends. */
static __attribute__((noinline)) Entry *take_slowly(FwlBufferPool *pool, unsigned own)
{
    Entry *entry = take_anywhere(pool, own);
    for (unsigned look = 1; entry == &busy && look < LOOKS_MAX; look++)
        entry = take_anywhere(pool, own);
    const bool has_many = fwl_refcount_get(&pool->refcount) > SHELF_COUNT;
    for (unsigned look = 0; entry == &busy && has_many && look < YIELDS_MAX; look++) {
        fwl_os_yield();
        entry = take_anywhere(pool, own);
    }
    return entry == &busy ? NULL : entry;
}

static inline Entry *take_idle(FwlBufferPool *pool)
{
    const unsigned own = own_shelf();
    Entry *entry = take_entry(&pool->shelves[own % SHELF_COUNT]);
    return entry && entry != &busy ? entry : take_slowly(pool, own);
}

/* Lifetime */

static FwlBufferPool *new_pool(size_t size)
{
    FwlBufferPool *pool = fwl_aligned_alloc(alignof(FwlBufferPool), sizeof *pool);
    if (!pool)
        return NULL;
    memset(pool, 0, sizeof *pool);
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

static int free_entries(Entry *entry)
{
    int count = 0;
    for (; entry; count++) {
        Entry *next = entry->next;
        free_entry(entry);
        entry = next;
    }
    return count;
}

/* With the last count: nobody else has a shelf. */
static void end_pool(FwlBufferPool *pool)
{
    for (unsigned i = 0; i < SHELF_COUNT; i++)
        free_entries(atomic_load_explicit(&pool->shelves[i].head, memory_order_acquire));
    if (pool->pool_free)
        pool->pool_free(pool->opaque);
    fwl_free(pool);
}

static void unref_pool(FwlBufferPool *pool)
{
    if (fwl_refcount_dec(&pool->refcount))
        end_pool(pool);
}

/* Closes a shelf and gives what lay in it. */
static Entry *close_shelf(Shelf *shelf)
{
    Entry *head = open_shelf(shelf);
    for (; head == &busy; head = open_shelf(shelf))
        fwl_os_yield();
    shelf->is_closed = true;
    leave_shelf(shelf, NULL);
    return head;
}

void fwl_buffer_pool_uninit(FwlBufferPool **pool)
{
    if (!pool || !*pool)
        return;
    FwlBufferPool *ended = *pool;
    *pool = NULL;
    for (unsigned i = 0; i < SHELF_COUNT; i++) {
        for (int count = free_entries(close_shelf(&ended->shelves[i])); count > 0; count--)
            unref_pool(ended);
    }
    unref_pool(ended);
}

/* Getting and releasing */

static __attribute__((noinline)) void release_slowly(Entry *entry, unsigned own,
                                                     enum PutResult result)
{
    FwlBufferPool *pool = entry->pool;
    if (result == PUT_BUSY)
        result = put_slowly(pool, entry, own);
    if (result == PUT_CLOSED)
        unref_pool(pool);
}

static void release_buffer(void *opaque, uint8_t *data)
{
    (void)data;
    Entry *entry = opaque;
    FwlBufferPool *pool = entry->pool;
    const unsigned own = own_shelf();
    const enum PutResult result = put_entry(&pool->shelves[own % SHELF_COUNT], entry);
    if (__builtin_expect(result != PUT_OPEN, 0))
        release_slowly(entry, own, result);
}

/* Makes a buffer with the program's alloc the pool's own: its free callback is the pool's from now
 * on, and the entry remembers what it was. */
static FwlBufferRef *new_buffer(FwlBufferPool *pool)
{
    FwlBufferRef *ref =
        pool->alloc2 ? pool->alloc2(pool->opaque, pool->size) : pool->alloc(pool->size);
    if (!ref)
        return NULL;
    const bool is_fit =
        ref->size >= pool->size && fwl_buffer_get_ref_count(ref) == 1 && !fwl_buffer_get_owner(ref);
    Entry *entry = is_fit ? fwl_mallocz(sizeof *entry) : NULL;
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

static __attribute__((noinline)) FwlBufferRef *add_buffer(FwlBufferPool *pool)
{
    if (!fwl_refcount_inc(&pool->refcount))
        return NULL;
    FwlBufferRef *ref = new_buffer(pool);
    if (!ref)
        unref_pool(pool);
    return ref;
}

FwlBufferRef *fwl_buffer_pool_get(FwlBufferPool *pool)
{
    const Entry *entry = take_idle(pool);
    return entry ? fwl_buffer_restart(entry->buffer, pool->size, __builtin_return_address(0))
                 : add_buffer(pool);
}

void *fwl_buffer_pool_buffer_get_opaque(const FwlBufferRef *ref)
{
    const Entry *entry = ref->buffer->opaque;
    return entry->opaque;
}
