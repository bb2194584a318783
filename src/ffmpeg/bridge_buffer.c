/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffers across the border. A buffer is wrapped by the other side at most once; a reference that
 * comes home is one to the buffer itself:
 *
 *     born in libavutil     FwlBufferRef -> FwlBuffer (owner av_owner) -> AVBufferRef -> AVBuffer
 *     born in Framewell     AVBufferRef -> AVBuffer -> Border -> FwlBufferRef -> FwlBuffer
 *
 * A FwlBuffer tells by its owner that it is such a wrapper. An AVBuffer cannot be asked, so those
 * that stand for ours are in a table by their address: entered when they are made, taken out by
 * their own free callback, hence while nobody else can have that address.
 *
 * Who may write is one question to two counts. A FwlBuffer around an AVBuffer asks that, too. An
 * AVBuffer around a FwlBuffer cannot ask, so it is read-only; except where the only reference was
 * moved (a *moved* border): then no other holder of ours can come, for a reference that comes home
 * from there counts on the AVBuffer, as one to any AVBuffer does.
 */
#include "bridge_convert.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <libavutil/buffer.h>

#include "framewell/mem.h"

/* An AVBuffer that stands for a buffer of ours. */
typedef struct Border {
    const AVBuffer *buffer;
    FwlBufferRef *held;
    bool is_moved;
    struct Border *next;
} Border;

/* Locks are held for a few steps, each thread mostly in a bucket of its own. */
enum { BUCKET_BITS = 8, BUCKET_COUNT = 1 << BUCKET_BITS };

#define EMPTY_BUCKET                    \
    {                                   \
        PTHREAD_MUTEX_INITIALIZER, NULL \
    }
#define FOUR(what) what, what, what, what

static struct Bucket {
    pthread_mutex_t mutex;
    Border *first;
} buckets[] = {FOUR(FOUR(FOUR(FOUR(EMPTY_BUCKET))))};

_Static_assert(sizeof buckets / sizeof buckets[0] == BUCKET_COUNT, "one for each hash");

static struct Bucket *lock_bucket(const AVBuffer *buffer)
{
    const uint64_t mixed = (uint64_t)(uintptr_t)buffer * 0x9e3779b97f4a7c15u;
    struct Bucket *bucket = &buckets[mixed >> (64 - BUCKET_BITS)];
    pthread_mutex_lock(&bucket->mutex);
    return bucket;
}

static void enter(Border *border)
{
    struct Bucket *bucket = lock_bucket(border->buffer);
    border->next = bucket->first;
    bucket->first = border;
    pthread_mutex_unlock(&bucket->mutex);
}

static void take_out(const Border *border)
{
    struct Bucket *bucket = lock_bucket(border->buffer);
    Border **place = &bucket->first;
    while (*place != border)
        place = &(*place)->next;
    *place = border->next;
    pthread_mutex_unlock(&bucket->mutex);
}

/* NULL for an AVBuffer that is none of ours. What is found lasts as long as the caller's reference
 * to the buffer. */
static const Border *find_border(const AVBuffer *buffer)
{
    struct Bucket *bucket = lock_bucket(buffer);
    const Border *border = bucket->first;
    while (border && border->buffer != buffer)
        border = border->next;
    pthread_mutex_unlock(&bucket->mutex);
    return border;
}

/* From libavutil */

static void release_av(void *opaque, uint8_t *data)
{
    (void)data;
    AVBufferRef *held = opaque;
    av_buffer_unref(&held);
}

static int is_av_writable(void *opaque)
{
    return av_buffer_is_writable(opaque);
}

static const FwlBufferOwner av_owner = {.release = release_av, .is_writable = is_av_writable};

static FwlBufferRef *wrap_av(const AVBufferRef *buf)
{
    AVBufferRef *held = av_buffer_ref(buf);
    if (!held)
        return NULL;
    FwlBufferRef *wrapped = fwl_buffer_wrap(held->data, held->size, &av_owner, held);
    if (!wrapped)
        av_buffer_unref(&held);
    return wrapped;
}

static FwlBufferRef *ref_home(const Border *border, const AVBufferRef *buf)
{
    FwlBufferRef *ref = fwl_buffer_ref(border->held);
    if (ref) {
        ref->data = buf->data;
        ref->size = buf->size;
    }
    return ref;
}

FwlBufferRef *fwl_av_buffer_import(const AVBufferRef *buf)
{
    if (!buf)
        return NULL;
    const Border *border = find_border(buf->buffer);
    return border && !border->is_moved ? ref_home(border, buf) : wrap_av(buf);
}

int fwl_av_import_ref(FwlBufferRef **dst, const AVBufferRef *src)
{
    if (!src)
        return 0;
    *dst = fwl_av_buffer_import(src);
    return *dst ? 0 : FWL_E_NOMEM;
}

/* From Framewell */

static void release_border(void *opaque, uint8_t *data)
{
    (void)data;
    Border *border = opaque;
    take_out(border);
    fwl_buffer_unref(&border->held);
    fwl_free(border);
}

static AVBufferRef *wrap_own(const FwlBufferRef *buf, bool is_moved)
{
    Border *border = fwl_mallocz(sizeof *border);
    if (!border)
        return NULL;
    border->is_moved = is_moved && fwl_buffer_is_writable(buf);
    border->held = fwl_buffer_ref(buf);
    if (!border->held)
        goto fail;
    AVBufferRef *wrapped = av_buffer_create(buf->data, buf->size, release_border, border,
                                            border->is_moved ? 0 : AV_BUFFER_FLAG_READONLY);
    if (!wrapped)
        goto fail;
    border->buffer = wrapped->buffer;
    enter(border);
    return wrapped;

fail:
    fwl_buffer_unref(&border->held);
    fwl_free(border);
    return NULL;
}

static AVBufferRef *ref_av(const FwlBufferRef *buf)
{
    AVBufferRef *ref = av_buffer_ref(fwl_buffer_get_opaque(buf));
    if (ref) {
        ref->data = buf->data;
        ref->size = buf->size;
    }
    return ref;
}

AVBufferRef *fwl_av_buffer_give(const FwlBufferRef *buf, bool is_moved)
{
    if (!buf)
        return NULL;
    return fwl_buffer_get_owner(buf) == &av_owner ? ref_av(buf) : wrap_own(buf, is_moved);
}

AVBufferRef *fwl_av_buffer_export(const FwlBufferRef *buf)
{
    return fwl_av_buffer_give(buf, false);
}

AVBufferRef *fwl_av_buffer_move(FwlBufferRef **buf)
{
    AVBufferRef *given = buf ? fwl_av_buffer_give(*buf, true) : NULL;
    if (given)
        fwl_buffer_unref(buf);
    return given;
}

int fwl_av_export_ref(AVBufferRef **dst, const FwlBufferRef *src, bool is_moved)
{
    if (!src)
        return 0;
    *dst = fwl_av_buffer_give(src, is_moved);
    return *dst ? 0 : FWL_E_NOMEM;
}
