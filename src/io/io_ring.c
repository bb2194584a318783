/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring between two threads.
 *
 *     bytes     [ room | to be read          | room ]      place of n: n % capacity
 *                      ^ read                ^ written
 *
 *     read <= written <= read + capacity; both count from the start and never go back
 *
 * The reader alone moves `read`, the writer alone `written`, both under the mutex; bytes are copied
 * outside of it, which is safe because the part between the two is the reader's and the rest the
 * writer's. The mutex orders the copies: who sees a number moved sees the bytes behind it.
 *
 * What a span shows is given back late: `read` moves on with the reader's next call.
 *
 * One mutex, nothing else is locked while it is held.
 */
#include "base/refcount.h"
#include "framewell/mem.h"
#include "framewell/pool.h"
#include "io/io_kind.h"
#include "os/os.h"

typedef struct Ring {
    FwlRefcount refcount; /* one for each end */
    FwlPool *pool;
    uint8_t *bytes;
    size_t capacity;

    FwlMutex mutex; /* guards all below */
    FwlCondition has_bytes;
    FwlCondition has_room;
    uint64_t read;
    uint64_t written;
    bool is_reader_waiting;
    bool is_writer_waiting;
    bool has_ended; /* the writer is closed */
    int status;     /* of the first abort; 0 */
} Ring;

typedef struct RingIO {
    FwlIO io;
    Ring *ring;
    uint32_t timeout_ms;
} RingIO;

/* The ring itself */

static Ring *create_ring(FwlPool *pool, size_t capacity)
{
    Ring *ring = fwl_mallocz(sizeof *ring);
    if (!ring)
        return NULL;
    fwl_refcount_init(&ring->refcount);
    ring->pool = pool;
    ring->capacity = capacity;
    ring->bytes = fwl_pool_alloc(pool, capacity);
    if (!ring->bytes)
        goto fail;
    if (fwl_os_mutex_init(&ring->mutex) < 0)
        goto fail_bytes;
    if (fwl_os_condition_init(&ring->has_bytes) < 0)
        goto fail_mutex;
    if (fwl_os_condition_init(&ring->has_room) < 0)
        goto fail_condition;
    return ring;
fail_condition:
    fwl_os_condition_destroy(&ring->has_bytes);
fail_mutex:
    fwl_os_mutex_destroy(&ring->mutex);
fail_bytes:
    fwl_pool_free(pool, ring->bytes);
fail:
    fwl_free(ring);
    return NULL;
}

static void unref_ring(Ring *ring)
{
    if (!fwl_refcount_dec(&ring->refcount))
        return;
    fwl_os_condition_destroy(&ring->has_room);
    fwl_os_condition_destroy(&ring->has_bytes);
    fwl_os_mutex_destroy(&ring->mutex);
    fwl_pool_free(ring->pool, ring->bytes);
    fwl_free(ring);
}

/* With the mutex held. */
static void wake_both(Ring *ring)
{
    fwl_os_condition_wake_all(&ring->has_bytes);
    fwl_os_condition_wake_all(&ring->has_room);
}

/* How many of count bytes from n on lie together. */
static int64_t together(const Ring *ring, uint64_t n, uint64_t count, uint8_t **data)
{
    const size_t place = (size_t)(n % ring->capacity);
    const size_t to_edge = ring->capacity - place;
    *data = ring->bytes + place;
    return (int64_t)(count < to_edge ? count : to_edge);
}

/* Waiting, with the mutex held */

static bool has_bytes_or_end(const Ring *ring)
{
    return ring->written > ring->read || ring->has_ended;
}

static bool has_room(const Ring *ring)
{
    return ring->written - ring->read < ring->capacity;
}

static uint64_t deadline_of(const RingIO *end)
{
    if (end->timeout_ms == FWL_WAIT_FOREVER)
        return UINT64_MAX;
    return fwl_os_clock_ns() + end->timeout_ms * UINT64_C(1000000);
}

/* 0 once the ring is ready, or the code that says why it will not be. */
static int wait_until(const RingIO *end, bool (*is_ready)(const Ring *ring),
                      FwlCondition *condition, bool *is_waiting)
{
    Ring *ring = end->ring;
    if (ring->status < 0 || is_ready(ring))
        return ring->status;
    if (end->timeout_ms == 0)
        return FWL_E_AGAIN;
    const uint64_t deadline = deadline_of(end);
    bool is_in_time = true;
    while (is_in_time && ring->status == 0 && !is_ready(ring)) {
        *is_waiting = true;
        is_in_time = fwl_os_condition_wait(condition, &ring->mutex, deadline);
        *is_waiting = false;
    }
    if (ring->status < 0 || is_ready(ring))
        return ring->status;
    return FWL_E_TIMEOUT;
}

/* The reader's end */

static void give_room(Ring *ring, int64_t position)
{
    ring->read = (uint64_t)position;
    if (ring->is_writer_waiting && has_room(ring))
        fwl_os_condition_wake_all(&ring->has_room);
}

static void reader_release(FwlIO *io)
{
    Ring *ring = ((const RingIO *)io)->ring;
    fwl_os_mutex_lock(&ring->mutex);
    give_room(ring, io->position);
    fwl_os_mutex_unlock(&ring->mutex);
}

static int64_t reader_span(FwlIO *io, const uint8_t **data)
{
    const RingIO *end = (const RingIO *)io;
    Ring *ring = end->ring;
    fwl_os_mutex_lock(&ring->mutex);
    give_room(ring, io->position);
    const int err = wait_until(end, has_bytes_or_end, &ring->has_bytes, &ring->is_reader_waiting);
    const uint64_t there = ring->written - ring->read;
    fwl_os_mutex_unlock(&ring->mutex);
    *data = NULL;
    if (err < 0 || there == 0)
        return err;
    uint8_t *bytes;
    const int64_t count = together(ring, (uint64_t)io->position, there, &bytes);
    *data = bytes;
    return count;
}

static int end_abort(FwlIO *io, int status)
{
    Ring *ring = ((const RingIO *)io)->ring;
    fwl_os_mutex_lock(&ring->mutex);
    if (ring->status == 0)
        ring->status = status;
    wake_both(ring);
    fwl_os_mutex_unlock(&ring->mutex);
    return 0;
}

static int reader_close(FwlIO *io)
{
    end_abort(io, FWL_E_ABORTED);
    unref_ring(((const RingIO *)io)->ring);
    return 0;
}

/* The writer's end */

static int64_t writer_space(FwlIO *io, size_t wanted, uint8_t **data)
{
    const RingIO *end = (const RingIO *)io;
    Ring *ring = end->ring;
    fwl_os_mutex_lock(&ring->mutex);
    int err = ring->status;
    if (wanted > 0)
        err = wait_until(end, has_room, &ring->has_room, &ring->is_writer_waiting);
    const uint64_t room = ring->capacity - (ring->written - ring->read);
    fwl_os_mutex_unlock(&ring->mutex);
    if (err < 0 || room == 0)
        return err;
    return together(ring, (uint64_t)io->position, room, data);
}

static void writer_fill(FwlIO *io, size_t count)
{
    Ring *ring = ((const RingIO *)io)->ring;
    fwl_os_mutex_lock(&ring->mutex);
    ring->written += count;
    if (ring->is_reader_waiting)
        fwl_os_condition_wake_all(&ring->has_bytes);
    fwl_os_mutex_unlock(&ring->mutex);
}

static int writer_close(FwlIO *io)
{
    Ring *ring = ((const RingIO *)io)->ring;
    fwl_os_mutex_lock(&ring->mutex);
    ring->has_ended = true;
    wake_both(ring);
    fwl_os_mutex_unlock(&ring->mutex);
    unref_ring(ring);
    return 0;
}

static int end_set_timeout(FwlIO *io, uint32_t timeout_ms)
{
    ((RingIO *)io)->timeout_ms = timeout_ms;
    return 0;
}

static const FwlIOKind reader_kind = {
    .span = reader_span,
    .release = reader_release,
    .set_timeout = end_set_timeout,
    .abort = end_abort,
    .close = reader_close,
};

static const FwlIOKind writer_kind = {
    .space = writer_space,
    .fill = writer_fill,
    .set_timeout = end_set_timeout,
    .abort = end_abort,
    .close = writer_close,
};

/* Opening */

static RingIO *new_end(const FwlIOKind *kind)
{
    RingIO *end = fwl_io_new(kind, sizeof *end);
    if (end)
        end->timeout_ms = FWL_WAIT_FOREVER;
    return end;
}

int fwl_io_open_ring(FwlIO **reader, FwlIO **writer, FwlPool *pool, size_t capacity)
{
    if (reader)
        *reader = NULL;
    if (writer)
        *writer = NULL;
    if (!reader || !writer || capacity == 0 || capacity > PTRDIFF_MAX)
        return FWL_E_INVALID;
    RingIO *out = new_end(&reader_kind);
    RingIO *in = new_end(&writer_kind);
    Ring *ring = out && in ? create_ring(pool, capacity) : NULL;
    if (!ring) {
        fwl_free(in);
        fwl_free(out);
        return FWL_E_NOMEM;
    }
    (void)fwl_refcount_inc(&ring->refcount);
    out->ring = ring;
    out->io.can_read = true;
    in->ring = ring;
    in->io.can_write = true;
    *reader = &out->io;
    *writer = &in->io;
    return 0;
}
