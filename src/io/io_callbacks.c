/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams of the program's own. Nothing that a callback returns is believed before it was looked
 * at: a count above what was asked for would walk past the end of somebody's memory. */
#include "framewell/mem.h"
#include "io/io_kind.h"

typedef struct CallbackIO {
    FwlIO io;
    FwlIOCallbacks callbacks;
    void *opaque;
} CallbackIO;

static int64_t checked_count(int64_t count, size_t size)
{
    return count > 0 && (uint64_t)count > size ? FWL_E_DATA : count;
}

static int64_t callback_read(FwlIO *io, uint8_t *data, size_t size)
{
    const CallbackIO *own = (const CallbackIO *)io;
    return checked_count(own->callbacks.read(own->opaque, data, size), size);
}

/* The core takes 0 for FWL_E_IO. */
static int64_t callback_write(FwlIO *io, const uint8_t *data, size_t size)
{
    const CallbackIO *own = (const CallbackIO *)io;
    return checked_count(own->callbacks.write(own->opaque, data, size), size);
}

static int64_t callback_size(FwlIO *io)
{
    const CallbackIO *own = (const CallbackIO *)io;
    return own->callbacks.size ? own->callbacks.size(own->opaque) : FWL_E_UNSUPPORTED;
}

static int64_t callback_seek(FwlIO *io, int64_t target)
{
    const CallbackIO *own = (const CallbackIO *)io;
    const int64_t reached = own->callbacks.seek(own->opaque, target);
    if (reached < 0)
        return reached;
    return reached == target ? 0 : FWL_E_DATA;
}

static int callback_flush(FwlIO *io)
{
    const CallbackIO *own = (const CallbackIO *)io;
    return own->callbacks.flush ? own->callbacks.flush(own->opaque) : 0;
}

static int callback_close(FwlIO *io)
{
    const CallbackIO *own = (const CallbackIO *)io;
    if (own->callbacks.close)
        own->callbacks.close(own->opaque);
    return 0;
}

static const FwlIOKind callback_kind = {
    .read = callback_read,
    .write = callback_write,
    .seek = callback_seek,
    .size = callback_size,
    .flush = callback_flush,
    .close = callback_close,
};

int fwl_io_open_callbacks(FwlIO **io, const FwlIOCallbacks *callbacks, void *opaque)
{
    if (io)
        *io = NULL;
    if (!io || !callbacks)
        return FWL_E_INVALID;
    CallbackIO *own = fwl_io_new(&callback_kind, sizeof *own);
    if (!own)
        return FWL_E_NOMEM;
    own->callbacks = *callbacks;
    own->opaque = opaque;
    own->io.can_read = callbacks->read != NULL;
    own->io.can_write = callbacks->write != NULL;
    own->io.can_seek = callbacks->seek != NULL;
    *io = &own->io;
    return 0;
}
