/* SPDX-License-Identifier: BSD-2-Clause */
/* A file read through a mapping: a view (io_memory.c) of its pages. The descriptor is closed at
 * once, the mapping lives on without it. */
#include "io/io_kind.h"
#include "os/os.h"

static void unmap(void *opaque, const uint8_t *data, size_t size)
{
    (void)opaque;
    if (size > 0)
        fwl_os_unmap((void *)(uintptr_t)data, size);
}

/* Nothing is mapped for a file of no bytes: there is no such mapping. */
static int map_file(int file, const uint8_t **data, size_t *size, int *cause)
{
    const int64_t length = fwl_os_file_size(file, cause);
    if (length < 0)
        return (int)length;
    if ((uint64_t)length > PTRDIFF_MAX)
        return FWL_E_RANGE;
    if (length == 0)
        return 0;
    *size = (size_t)length;
    *data = fwl_os_file_map(file, *size, cause);
    return *data ? 0 : FWL_E_UNSUPPORTED;
}

int fwl_io_open_mapped(FwlIO **io, const char *path, int *cause)
{
    if (io)
        *io = NULL;
    if (cause)
        *cause = 0;
    if (!io || !path)
        return FWL_E_INVALID;
    const int file = fwl_os_file_open(path, FWL_OS_READ, cause);
    if (file < 0)
        return file;
    const uint8_t *data = NULL;
    size_t size = 0;
    int err = map_file(file, &data, &size, cause);
    fwl_os_file_close(file, NULL);
    if (err < 0)
        return err;
    err = fwl_io_open_view(io, data, size, unmap, NULL);
    if (err < 0)
        unmap(NULL, data, size);
    return err;
}
