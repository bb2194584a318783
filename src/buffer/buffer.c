/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffers and references.
 *
 * A buffer of the library's own is one block:
 *
 *     | FwlBuffer: count, free, opaque, first ref, seat | (to the pool's alignment) | data ... |
 *
 * The first reference lies in the buffer itself, so a buffer costs one allocation. There is a seat
 * for one more, taken and left together with the count; while it is taken a further reference is a
 * small block. The place of the first reference goes with the buffer. A buffer made of the caller's
 * memory is the same without the data.
 *
 *     refcount == number of references that have not been unreffed
 *
 * Where misuse is looked for there is no seat: a reference that is used after its end is seen when
 * it is a block.
 *
 * The order that makes the last holder see all that others did to the data is in refcount.h.
 */
#include "framewell/buffer.h"

#include <stddef.h>
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "base/refcount.h"
#include "buffer/buffer_internal.h"
#include "buffer/buffer_trace.h"
#include "framewell/mem.h"
#include "os/os_poison.h"

/* Making */

static FwlPool *choose_pool(FwlPool *pool)
{
    return pool ? pool : fwl_pool_default();
}

static size_t header_size(FwlPool *pool)
{
    return fwl_trace_is_on() ? fwl_trace_buffer_size(choose_pool(pool)) : sizeof(FwlBuffer);
}

static FwlBufferRef *set_first_ref(FwlBuffer *buffer, size_t size)
{
    fwl_refcount_init(&buffer->refcount);
    if (fwl_heap_needs_care())
        fwl_refcount_close_seat(&buffer->refcount);
    else
        fwl_os_poison(&buffer->seat, sizeof buffer->seat);
    buffer->first_ref = (FwlBufferRef){.buffer = buffer, .data = buffer->data, .size = size};
    return &buffer->first_ref;
}

FwlBufferRef *fwl_buffer_restart(FwlBuffer *buffer, size_t size, void *caller)
{
    FwlBufferRef *ref = set_first_ref(buffer, size);
    if (buffer->is_traced)
        fwl_trace_restart(buffer, caller);
    return ref;
}

static FwlBufferRef *start_buffer(FwlBuffer *buffer, FwlPool *pool, uint8_t *data, size_t size,
                                  void *caller)
{
    buffer->data = data;
    buffer->size = size;
    FwlBufferRef *ref = set_first_ref(buffer, size);
    if (fwl_trace_is_on())
        fwl_trace_start(buffer, choose_pool(pool), caller);
    return ref;
}

static FwlBufferRef *alloc_in_pool(FwlPool *pool, size_t size, void *(*alloc)(FwlPool *, size_t),
                                   void *caller)
{
    const size_t header = fwl_align_up(header_size(pool), fwl_pool_alignment(pool));
    size_t total;
    if (!fwl_checked_add(header, size, &total))
        return NULL;
    FwlBuffer *buffer = alloc(pool, total);
    if (!buffer)
        return NULL;
    memset(buffer, 0, offsetof(FwlBuffer, first_ref));
    return start_buffer(buffer, pool, (uint8_t *)buffer + header, size, caller);
}

FwlBufferRef *fwl_buffer_alloc2(FwlPool *pool, size_t size)
{
    return alloc_in_pool(pool, size, fwl_pool_alloc, __builtin_return_address(0));
}

FwlBufferRef *fwl_buffer_alloc(size_t size)
{
    return alloc_in_pool(NULL, size, fwl_pool_alloc, __builtin_return_address(0));
}

FwlBufferRef *fwl_buffer_allocz(size_t size)
{
    return alloc_in_pool(NULL, size, fwl_pool_allocz, __builtin_return_address(0));
}

static FwlBufferRef *wrap(const FwlBuffer *facts, void *caller)
{
    FwlBuffer *buffer = fwl_mallocz(header_size(NULL));
    if (!buffer)
        return NULL;
    buffer->free_cb = facts->free_cb;
    buffer->opaque = facts->opaque;
    buffer->owner = facts->owner;
    buffer->flags = facts->flags;
    return start_buffer(buffer, NULL, facts->data, facts->size, caller);
}

FwlBufferRef *fwl_buffer_create(uint8_t *data, size_t size,
                                void (*free_cb)(void *opaque, uint8_t *data), void *opaque,
                                int flags)
{
    const FwlBuffer facts = {.data = data,
                             .size = size,
                             .free_cb = free_cb ? free_cb : fwl_buffer_default_free,
                             .opaque = opaque,
                             .flags = flags & FWL_BUFFER_FLAG_READONLY};
    return wrap(&facts, __builtin_return_address(0));
}

FwlBufferRef *fwl_buffer_wrap(uint8_t *data, size_t size, const FwlBufferOwner *owner, void *opaque)
{
    const FwlBuffer facts = {
        .data = data, .size = size, .free_cb = owner->release, .opaque = opaque, .owner = owner};
    return wrap(&facts, __builtin_return_address(0));
}

void fwl_buffer_default_free(void *opaque, uint8_t *data)
{
    (void)opaque;
    fwl_free(data);
}

/* References */

static __attribute__((noinline)) FwlBufferRef *alloc_ref(FwlBuffer *buffer, uint8_t *data,
                                                         size_t size, void *caller)
{
    FwlBufferRef *ref = fwl_malloc(fwl_trace_ref_size(buffer));
    if (!ref)
        return NULL;
    if (!fwl_refcount_inc(&buffer->refcount)) {
        fwl_free(ref);
        return NULL;
    }
    *ref = (FwlBufferRef){.buffer = buffer, .data = data, .size = size};
    if (buffer->is_traced)
        fwl_trace_add(ref, caller);
    return ref;
}

static inline FwlBufferRef *add_ref(FwlBuffer *buffer, uint8_t *data, size_t size, void *caller)
{
    if (!fwl_refcount_inc_seated(&buffer->refcount))
        return alloc_ref(buffer, data, size, caller);
    FwlBufferRef *ref = &buffer->seat;
    fwl_os_unpoison(ref, sizeof *ref);
    *ref = (FwlBufferRef){.buffer = buffer, .data = data, .size = size};
    return ref;
}

FwlBufferRef *fwl_buffer_slice(const FwlBufferRef *buf, size_t offset, size_t size)
{
    if (!buf || offset > buf->size || size > buf->size - offset)
        return NULL;
    uint8_t *data = offset > 0 ? buf->data + offset : buf->data;
    return add_ref(buf->buffer, data, size, __builtin_return_address(0));
}

FwlBufferRef *fwl_buffer_ref(const FwlBufferRef *buf)
{
    return buf ? add_ref(buf->buffer, buf->data, buf->size, __builtin_return_address(0)) : NULL;
}

static __attribute__((noinline)) void end_buffer(FwlBuffer *buffer)
{
    if (buffer->free_cb)
        buffer->free_cb(buffer->opaque, buffer->data);
    fwl_free(buffer);
}

/* Ends a buffer that has no reference left. A buffer pool's callback takes the header, too: the
 * buffer may be in use again before that returns. */
static inline void end_or_release(FwlBuffer *buffer)
{
    fwl_os_unpoison(&buffer->seat, sizeof buffer->seat);
    if (buffer->is_pooled)
        buffer->free_cb(buffer->opaque, buffer->data);
    else
        end_buffer(buffer);
}

/* A reference that is a block, or is traced. */
static __attribute__((noinline)) void end_ref_slowly(FwlBuffer *buffer, FwlBufferRef *ref)
{
    if (buffer->is_traced)
        fwl_trace_remove(ref);
    if (ref != &buffer->first_ref)
        fwl_free(ref);
    if (fwl_refcount_dec(&buffer->refcount))
        end_or_release(buffer);
}

/* What is called here is called last, so that the usual ways save no registers. */
void fwl_buffer_unref(FwlBufferRef **buf)
{
    if (!buf || !*buf)
        return;
    FwlBufferRef *ref = *buf;
    FwlBuffer *buffer = ref->buffer;
    *buf = NULL;
    if (ref == &buffer->seat) {
        fwl_os_poison(ref, sizeof *ref);
        if (fwl_refcount_dec_seated(&buffer->refcount))
            end_or_release(buffer);
    } else if (ref == &buffer->first_ref && !buffer->is_traced) {
        if (fwl_refcount_dec(&buffer->refcount))
            end_or_release(buffer);
    } else {
        end_ref_slowly(buffer, ref);
    }
}

/* Writing */

int fwl_buffer_is_writable(const FwlBufferRef *buf)
{
    const FwlBuffer *buffer = buf->buffer;
    return !(buffer->flags & FWL_BUFFER_FLAG_READONLY) &&
           fwl_refcount_get(&buffer->refcount) == 1 &&
           (!buffer->owner || buffer->owner->is_writable(buffer->opaque));
}

int fwl_buffer_make_writable(FwlBufferRef **buf)
{
    if (fwl_buffer_is_writable(*buf))
        return 0;
    FwlBufferRef *copy = fwl_buffer_alloc2(fwl_pool_of((*buf)->buffer), (*buf)->size);
    if (!copy)
        return FWL_E_NOMEM;
    if (copy->size > 0)
        memcpy(copy->data, (*buf)->data, copy->size);
    fwl_buffer_unref(buf);
    *buf = copy;
    return 0;
}

/* A buffer whose data is a block of its own, so that growing it later may spare the copy. */
static FwlBufferRef *alloc_resizable(size_t size)
{
    uint8_t *data = fwl_malloc(size);
    if (!data)
        return NULL;
    FwlBufferRef *ref = fwl_buffer_create(data, size, NULL, NULL, 0);
    if (!ref) {
        fwl_free(data);
        return NULL;
    }
    ref->buffer->is_resizable = true;
    return ref;
}

static bool is_resizable_in_place(const FwlBufferRef *ref)
{
    return ref->buffer->is_resizable && fwl_buffer_is_writable(ref) &&
           ref->data == ref->buffer->data;
}

static int move_to_resizable(FwlBufferRef **buf, size_t size)
{
    FwlBufferRef *moved = alloc_resizable(size);
    if (!moved)
        return FWL_E_NOMEM;
    const FwlBufferRef *old = *buf;
    const size_t kept = old && old->size < size ? old->size : size;
    if (old && kept > 0)
        memcpy(moved->data, old->data, kept);
    fwl_buffer_unref(buf);
    *buf = moved;
    return 0;
}

int fwl_buffer_realloc(FwlBufferRef **buf, size_t size)
{
    FwlBufferRef *ref = *buf;
    if (ref && ref->size == size)
        return 0;
    if (!ref || !is_resizable_in_place(ref))
        return move_to_resizable(buf, size);
    uint8_t *data = fwl_realloc(ref->data, size);
    if (!data)
        return FWL_E_NOMEM;
    ref->buffer->data = ref->data = data;
    ref->buffer->size = ref->size = size;
    return 0;
}

int fwl_buffer_replace(FwlBufferRef **dst, const FwlBufferRef *src)
{
    if (!src) {
        fwl_buffer_unref(dst);
        return 0;
    }
    if (*dst && (*dst)->buffer == src->buffer) {
        (*dst)->data = src->data;
        (*dst)->size = src->size;
        return 0;
    }
    FwlBufferRef *ref = fwl_buffer_ref(src);
    if (!ref)
        return FWL_E_NOMEM;
    fwl_buffer_unref(dst);
    *dst = ref;
    return 0;
}

/* Inspection */

void *fwl_buffer_get_opaque(const FwlBufferRef *buf)
{
    return buf->buffer->opaque;
}

const FwlBufferOwner *fwl_buffer_get_owner(const FwlBufferRef *buf)
{
    return buf->buffer->owner;
}

int fwl_buffer_get_ref_count(const FwlBufferRef *buf)
{
    return fwl_refcount_get(&buf->buffer->refcount);
}
