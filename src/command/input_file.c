/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Three ways of having an input:
 *
 *     loaded    its bytes are in memory of a pool: a file that says how long it is in one block of
 *               that size (what is added meanwhile is left out, what is cut off is noticed by a
 *               read of 0), anything else in a memory writer, which then is read from its start
 *     mapped    a file is read through its pages, which are the system's and not the pool's
 *     streamed  bytes are read when they are asked for, and gone afterwards
 *
 * The descriptor is opened here and not by fwl_io_open_file: the comparison with the output is
 * about the very file that was opened, messages need the system's error number, and a signal must
 * end a read that waits, in whichever thread that is.
 */
#include "command/input_file.h"

#include "command/command.h"
#include "command/nearest_file.h"
#include "command/stop_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK_SIZE = 256 * 1024,  /* four times what a pipe holds */
    READ_SIZE_MAX = 1 << 26,  /* so that a signal is noticed between two reads */
    LOAD_SIZE_MAX = 16 << 20, /* a file up to there costs less to read than its page faults do */
};

static int fail_open(const struct InputFile *input)
{
    const int error = errno;
    char near[PATH_MAX];
    if (error == ENOENT && fwl_nearest_file(input->name, near, sizeof near))
        return fwl_cmd_fail(EXIT_INPUT, input->name, "%s; did you mean '%s'?", strerror(error),
                            near);
    return fwl_cmd_fail_errno(EXIT_INPUT, *input->name ? input->name : "INPUT", error);
}

int fwl_input_open(struct InputFile *input, const char *path)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    *input = (struct InputFile){
        .name = is_stdin ? "stdin" : path,
        .descriptor = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY),
    };
    if (input->descriptor < 0 && errno == EINTR && fwl_stop_signals_caught())
        return EXIT_BY_SIGNAL + fwl_stop_signals_caught();
    if (input->descriptor < 0 || fstat(input->descriptor, &input->info) < 0)
        return fail_open(input);
    if (S_ISDIR(input->info.st_mode))
        return fwl_cmd_fail(EXIT_INPUT, input->name, "is a directory: name a file in it");
    return EXIT_FINE;
}

void fwl_input_close(struct InputFile *input)
{
    fwl_stop_signals_forget_mapping(input->mapping);
    input->mapping = 0;
    if (input->descriptor > STDIN_FILENO)
        close(input->descriptor);
    input->descriptor = -1;
}

/* Up to size bytes; 0 at the end; -1 with errno, EINTR where a signal came. */
static ssize_t read_some(int descriptor, void *data, size_t size)
{
    for (;;) {
        if (!fwl_stop_signals_wait(descriptor, POLLIN)) {
            errno = EINTR;
            return -1;
        }
        const ssize_t count = read(descriptor, data, size < READ_SIZE_MAX ? size : READ_SIZE_MAX);
        if (count >= 0 || errno != EINTR)
            return count;
    }
}

static int fail_read(const struct InputFile *input)
{
    const int caught = fwl_stop_signals_caught();
    if (caught)
        return EXIT_BY_SIGNAL + caught;
    return fwl_cmd_fail_errno(EXIT_INPUT, input->name, errno);
}

static int fail_memory(const struct InputFile *input, uint64_t size)
{
    return fwl_cmd_fail(EXIT_MEMORY, input->name,
                        "no memory for it, %llu bytes so far: free some, or take a smaller input",
                        (unsigned long long)size);
}

static int fail_empty(const struct InputFile *input)
{
    return fwl_cmd_fail(EXIT_DATA, input->name, "is empty: look whether it was written");
}

/* Makes *io of the first size bytes of block. */
static int open_block(const struct InputFile *input, FwlBufferRef *block, size_t size, FwlIO **io)
{
    block->size = size;
    if (fwl_io_open_buffer(io, block) < 0)
        return fail_memory(input, size);
    return EXIT_FINE;
}

/* size is more than 0. */
static int load_known(const struct InputFile *input, FwlPool *pool, size_t size, FwlIO **io)
{
    FwlBufferRef *block = fwl_buffer_alloc2(pool, size);
    if (!block)
        return fail_memory(input, size);
    size_t filled = 0;
    int code = EXIT_FINE;
    while (filled < size) {
        const ssize_t count = read_some(input->descriptor, block->data + filled, size - filled);
        if (count < 0)
            code = fail_read(input);
        if (count <= 0)
            break;
        filled += (size_t)count;
    }
    if (code == EXIT_FINE)
        code = open_block(input, block, filled, io);
    fwl_buffer_unref(&block);
    return code;
}

/* Appends the rest of the input to io. */
static int load_rest(const struct InputFile *input, void *chunk, FwlIO *io)
{
    for (;;) {
        const ssize_t count = read_some(input->descriptor, chunk, CHUNK_SIZE);
        if (count < 0)
            return fail_read(input);
        if (count == 0)
            return EXIT_FINE;
        if (fwl_io_write(io, chunk, (size_t)count) < 0)
            return fail_memory(input, (uint64_t)fwl_io_tell(io));
    }
}

static int load_unknown(const struct InputFile *input, FwlPool *pool, FwlIO **io)
{
    void *chunk = fwl_pool_alloc(pool, CHUNK_SIZE);
    int code = chunk && fwl_io_open_writer(io, pool, SIZE_MAX) == 0 ? load_rest(input, chunk, *io)
                                                                    : fail_memory(input, 0);
    fwl_pool_free(pool, chunk);
    if (code == EXIT_FINE && fwl_io_seek(*io, 0, FWL_IO_SET) != 0)
        code = fail_memory(input, 0);
    return code;
}

/* True for a file whose bytes are known to be there: from its start, and with something in it. */
static bool is_whole_file(const struct InputFile *input)
{
    return S_ISREG(input->info.st_mode) && input->info.st_size > 0 &&
           lseek(input->descriptor, 0, SEEK_CUR) == 0;
}

int fwl_input_load(struct InputFile *input, FwlPool *pool, FwlIO **io)
{
    *io = NULL;
    int code = is_whole_file(input) ? load_known(input, pool, (size_t)input->info.st_size, io)
                                    : load_unknown(input, pool, io);
    if (code == EXIT_FINE && fwl_io_size(*io) == 0)
        code = fail_empty(input);
    if (code != EXIT_FINE)
        fwl_io_close(io);
    return code;
}

static bool map(struct InputFile *input, FwlIO **io)
{
    if (!is_whole_file(input) || input->descriptor == STDIN_FILENO ||
        fwl_io_open_mapped(io, input->name, NULL) < 0)
        return false;
    const uint8_t *start;
    const int64_t size = fwl_io_read_span(*io, &start);
    if (size > 0)
        input->mapping = fwl_stop_signals_watch_mapping(start, (size_t)size);
    if (fwl_io_seek(*io, 0, FWL_IO_SET) == 0)
        return true;
    fwl_io_close(io);
    return false;
}

int fwl_input_hold(struct InputFile *input, FwlPool *pool, FwlIO **io)
{
    return map(input, io) ? EXIT_FINE : fwl_input_load(input, pool, io);
}

/* Streaming */

/* What is read ahead once, to know that there is something, and the descriptor behind it. */
struct InputStream {
    const struct InputFile *input;
    size_t first, count; /* bytes of ahead that were taken, and that there are */
    uint8_t ahead[4096];
};

static size_t take_ahead(struct InputStream *stream, uint8_t *data, size_t size)
{
    const size_t left = stream->count - stream->first;
    const size_t count = left < size ? left : size;
    memcpy(data, stream->ahead + stream->first, count);
    stream->first += count;
    return count;
}

/* The first SIGINT ends the stream here: what came until then becomes a whole output. */
static int64_t read_stream(void *opaque, uint8_t *data, size_t size)
{
    struct InputStream *stream = opaque;
    if (stream->first < stream->count)
        return (int64_t)take_ahead(stream, data, size);
    const ssize_t count = read_some(stream->input->descriptor, data, size);
    if (count < 0 && fwl_stop_signals_caught())
        return fwl_stop_signals_caught() == SIGINT ? 0 : FWL_E_ABORTED;
    return count < 0 ? FWL_E_IO : count;
}

static void close_stream(void *opaque)
{
    free(opaque);
}

static int open_stream(struct InputFile *input, struct InputStream *stream, FwlIO **io)
{
    static const FwlIOCallbacks callbacks = {.read = read_stream, .close = close_stream};
    const ssize_t count = read_some(input->descriptor, stream->ahead, sizeof stream->ahead);
    if (count < 0)
        return fail_read(input);
    if (count == 0)
        return fail_empty(input);
    stream->input = input;
    stream->first = 0;
    stream->count = (size_t)count;
    return fwl_io_open_callbacks(io, &callbacks, stream) < 0 ? fail_memory(input, 0) : EXIT_FINE;
}

static int stream_pipe(struct InputFile *input, FwlIO **io)
{
    struct InputStream *stream = malloc(sizeof *stream);
    const int code = stream ? open_stream(input, stream, io) : fail_memory(input, 0);
    if (code != EXIT_FINE)
        free(stream);
    return code;
}

/* A file on stdin, of which somebody may have read the beginning: that one can seek. */
static int stream_file(struct InputFile *input, FwlIO **io)
{
    int cause = 0;
    if (fwl_io_open_descriptor(io, input->descriptor, FWL_IO_READ, &cause) < 0)
        return fwl_cmd_fail_errno(EXIT_INPUT, input->name, cause ? cause : ENOMEM);
    if (fwl_io_size(*io) > 0)
        return EXIT_FINE;
    fwl_io_close(io);
    return fail_empty(input);
}

int fwl_input_read(struct InputFile *input, FwlPool *pool, size_t budget, FwlIO **io)
{
    *io = NULL;
    const uint64_t most = budget > 0 ? 0 : LOAD_SIZE_MAX; /* the pages of a mapping cost nothing */
    if (!S_ISREG(input->info.st_mode) || input->info.st_size == 0) {
        input->is_stream = true;
        return stream_pipe(input, io);
    }
    if (is_whole_file(input) && (uint64_t)input->info.st_size <= most)
        return fwl_input_load(input, pool, io);
    return map(input, io) ? EXIT_FINE : stream_file(input, io);
}
