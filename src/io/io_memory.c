/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams that read bytes which lie in memory already: a view of the caller's, a buffer's, or (see
 * io_mapped.c) a file's pages. They differ only in what closing them lets go of. */
#include "framewell/buffer.h"
#include "io/io_kind.h"

typedef struct ViewIO {
    FwlIO io;
    const uint8_t *data;
    size_t size;
    FwlIOViewRelease release;
    void *opaque;
} ViewIO;

/* position <= size: seek keeps it so. */
static int64_t view_span(FwlIO *io, const uint8_t **data)
{
    const ViewIO *view = (const ViewIO *)io;
    const size_t left = view->size - (size_t)io->position;
    *data = left > 0 ? view->data + io->position : NULL;
    return (int64_t)left;
}

static int64_t view_seek(FwlIO *io, int64_t target)
{
    const ViewIO *view = (const ViewIO *)io;
    return (uint64_t)target <= view->size ? 0 : FWL_E_INVALID;
}

static int64_t view_size(FwlIO *io)
{
    const ViewIO *view = (const ViewIO *)io;
    return (int64_t)view->size;
}

static int view_close(FwlIO *io)
{
    const ViewIO *view = (const ViewIO *)io;
    if (view->release)
        view->release(view->opaque, view->data, view->size);
    return 0;
}

static const FwlIOKind view_kind = {
    .span = view_span,
    .seek = view_seek,
    .size = view_size,
    .close = view_close,
};

int fwl_io_open_view(FwlIO **io, const uint8_t *data, size_t size, FwlIOViewRelease release,
                     void *opaque)
{
    *io = NULL;
    ViewIO *view = fwl_io_new(&view_kind, sizeof *view);
    if (!view)
        return FWL_E_NOMEM;
    view->data = data;
    view->size = size;
    view->release = release;
    view->opaque = opaque;
    view->io.can_read = true;
    view->io.can_seek = true;
    *io = &view->io;
    return 0;
}

int fwl_io_open_memory(FwlIO **io, const uint8_t *data, size_t size)
{
    if (io)
        *io = NULL;
    if (!io || (!data && size > 0) || size > PTRDIFF_MAX)
        return FWL_E_INVALID;
    return fwl_io_open_view(io, data, size, NULL, NULL);
}

static void unref_buffer(void *opaque, const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    FwlBufferRef *ref = opaque;
    fwl_buffer_unref(&ref);
}

int fwl_io_open_buffer(FwlIO **io, const FwlBufferRef *buf)
{
    if (io)
        *io = NULL;
    if (!io || !buf)
        return FWL_E_INVALID;
    FwlBufferRef *ref = fwl_buffer_ref(buf);
    if (!ref)
        return FWL_E_NOMEM;
    const int err = fwl_io_open_view(io, ref->data, ref->size, unref_buffer, ref);
    if (err < 0)
        fwl_buffer_unref(&ref);
    return err;
}
