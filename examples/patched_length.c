/* SPDX-License-Identifier: BSD-2-Clause */
/* A chunk whose length is known only once it is written: memory that grows, sought in, passed on
 * without a copy, and read again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/io.h"

/* The length of 4 bytes stands before what it counts. */
static int64_t write_chunk(FwlIO *io, const char *text)
{
    /* The length goes where 4 bytes were left free for it. */
    const int64_t start = fwl_io_tell(io);
    int64_t result = fwl_io_write(io, "\0\0\0\0", 4);
    if (result >= 0)
        result = fwl_io_write(io, text, strlen(text));
    const uint8_t length = (uint8_t)strlen(text);
    if (result >= 0)
        result = fwl_io_seek(io, start + 3, FWL_IO_SET);
    if (result >= 0)
        result = fwl_io_write(io, &length, 1);
    if (result >= 0)
        result = fwl_io_seek(io, 0, FWL_IO_END);

    return result;
}

/* The bytes where they lie, a segment at a time. */
static int64_t count_spans(FwlIO *io)
{
    int64_t total = 0;
    const uint8_t *data;
    int64_t count = fwl_io_seek(io, 0, FWL_IO_SET);
    while (count >= 0 && (count = fwl_io_read_span(io, &data)) > 0)
        total += count;
    return count == FWL_E_EOF ? total : count;
}

int main(void)
{
    FwlIO *io;
    if (fwl_io_open_writer(&io, NULL, 1 << 20) < 0)
        return EXIT_FAILURE;
    FwlBufferRef *bytes = NULL;
    int64_t result = write_chunk(io, "ftyp");
    if (result >= 0)
        result = write_chunk(io, "moov and more");
    if (result >= 0)
        result = count_spans(io);
    const int64_t total = result;
    if (result >= 0)
        result = fwl_io_take(io, &bytes);
    fwl_io_close(&io);
    if (result < 0)
        return EXIT_FAILURE;

    printf("%zu bytes, the second chunk of %d\n", bytes->size, bytes->data[8 + 3]);
    const int is_as_said = total == 25 && bytes->size == 25 && bytes->data[8 + 3] == 13;
    fwl_buffer_unref(&bytes);
    return is_as_said ? EXIT_SUCCESS : EXIT_FAILURE;
}
