/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that says how long it is goes into one block of that size: what is added to it meanwhile
 * is left out, what is cut off is noticed by a read of 0. A pipe, a terminal and files of /proc say
 * 0 or nothing: they go into a memory writer, which then is read from its start.
 *
 * The descriptor is opened here and not by fwl_io_open_file: the comparison with the output is
 * about the very file that was opened, messages need the system's error number, and a signal must
 * end a read that waits.
 */
#include "command/input_file.h"

#include "command/command.h"
#include "command/stop_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK_SIZE = 256 * 1024, /* four times what a pipe holds */
    READ_SIZE_MAX = 1 << 26, /* so that a signal is noticed between two reads */
};

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
        return fwl_cmd_fail(EXIT_INPUT, *path ? input->name : "INPUT", "%s", strerror(errno));
    if (S_ISDIR(input->info.st_mode))
        return fwl_cmd_fail(EXIT_INPUT, input->name, "is a directory: name a file in it");
    return EXIT_FINE;
}

void fwl_input_close(struct InputFile *input)
{
    if (input->descriptor > STDIN_FILENO)
        close(input->descriptor);
    input->descriptor = -1;
}

/* Up to size bytes; 0 at the end; -1 with errno. */
static ssize_t read_some(int descriptor, void *data, size_t size)
{
    for (;;) {
        if (fwl_stop_signals_caught()) {
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
    return fwl_cmd_fail(EXIT_INPUT, input->name, "%s", strerror(errno));
}

static int fail_memory(const struct InputFile *input, uint64_t size)
{
    return fwl_cmd_fail(EXIT_MEMORY, input->name,
                        "no memory for it, %llu bytes so far: free some, or take a smaller input",
                        (unsigned long long)size);
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

int fwl_input_load(struct InputFile *input, FwlPool *pool, FwlIO **io)
{
    *io = NULL;
    const bool has_size = S_ISREG(input->info.st_mode) && input->info.st_size > 0 &&
                          lseek(input->descriptor, 0, SEEK_CUR) == 0;
    int code = has_size ? load_known(input, pool, (size_t)input->info.st_size, io)
                        : load_unknown(input, pool, io);
    if (code == EXIT_FINE && fwl_io_size(*io) == 0)
        code = fwl_cmd_fail(EXIT_DATA, input->name, "is empty");
    if (code != EXIT_FINE)
        fwl_io_close(io);
    return code;
}

int fwl_input_hold(struct InputFile *input, FwlPool *pool, FwlIO **io)
{
    const bool is_file = S_ISREG(input->info.st_mode) && input->info.st_size > 0 &&
                         input->descriptor != STDIN_FILENO;
    if (is_file && fwl_io_open_mapped(io, input->name, NULL) == 0)
        return EXIT_FINE;
    return fwl_input_load(input, pool, io);
}
