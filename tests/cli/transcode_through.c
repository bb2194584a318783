/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transcodes a file that comes in and goes out through streams of a kind:
 *
 *     transcode_through INPUT-KIND OUTPUT-KIND FORMAT INPUT OUTPUT [copy]
 *
 * Kinds of inputs: view, buffer, mapped, file, bytes (one a read, cannot seek), seeking (the same,
 * can seek), ring, stdin. Of outputs: writer, file, pipe (cannot seek), ring, stdout.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libavutil/log.h>

#include "framewell/io.h"
#include "framewell/transcode.h"

enum { RING_SIZE = 3000 };

static int check(int err, const char *what)
{
    if (err >= 0)
        return err;
    fprintf(stderr, "%s: %s\n", what, fwl_status_text(err));
    exit(1);
}

/* A stream of single bytes, on top of memory. */

static int64_t read_byte(void *opaque, uint8_t *data, size_t size)
{
    (void)size;
    return fwl_io_read(opaque, data, 1);
}

static int64_t seek_memory(void *opaque, int64_t position)
{
    return fwl_io_seek(opaque, position, FWL_IO_SET);
}

static int64_t memory_size(void *opaque)
{
    return fwl_io_size(opaque);
}

/* Rings: a thread at the other end. */

struct Carrier {
    FwlIO *from, *to;
};

static void *carry(void *opaque)
{
    struct Carrier *carrier = opaque;
    /* A reader that has enough before the end closes its side. */
    fwl_io_copy(carrier->to, carrier->from, INT64_MAX);
    fwl_io_close(&carrier->to);
    fwl_io_close(&carrier->from);
    free(carrier);
    return NULL;
}

static pthread_t start(FwlIO *from, FwlIO *to)
{
    struct Carrier *carrier = malloc(sizeof *carrier);
    pthread_t thread;
    if (!carrier)
        exit(1);
    *carrier = (struct Carrier){from, to};
    if (pthread_create(&thread, NULL, carry, carrier) != 0)
        exit(1);
    return thread;
}

static FwlBufferRef *whole_file(const char *path)
{
    FwlIO *file;
    FwlBufferRef *bytes = NULL;
    check(fwl_io_open_file(&file, path, FWL_IO_READ, NULL), path);
    check(fwl_io_read_all(file, NULL, SIZE_MAX, &bytes), path);
    fwl_io_close(&file);
    return bytes;
}

static FwlIO *open_input(const char *kind, const char *path, pthread_t *thread)
{
    FwlIO *io = NULL, *writer = NULL;
    if (strcmp(kind, "stdin") == 0)
        check(fwl_io_open_descriptor(&io, STDIN_FILENO, FWL_IO_READ, NULL), path);
    if (strcmp(kind, "file") == 0)
        check(fwl_io_open_file(&io, path, FWL_IO_READ, NULL), path);
    if (strcmp(kind, "mapped") == 0)
        check(fwl_io_open_mapped(&io, path, NULL), path);
    if (io)
        return io;
    static FwlBufferRef *bytes;
    static FwlIO *memory;
    bytes = whole_file(path);
    if (strcmp(kind, "view") == 0)
        check(fwl_io_open_memory(&io, bytes->data, bytes->size), path);
    else
        check(fwl_io_open_buffer(&io, bytes), path);
    if (strcmp(kind, "ring") == 0) {
        memory = io;
        check(fwl_io_open_ring(&io, &writer, NULL, RING_SIZE), path);
        *thread = start(memory, writer);
    }
    if (strcmp(kind, "bytes") == 0 || strcmp(kind, "seeking") == 0) {
        FwlIOCallbacks callbacks = {.read = read_byte, .size = memory_size};
        if (strcmp(kind, "seeking") == 0)
            callbacks.seek = seek_memory;
        memory = io;
        check(fwl_io_open_callbacks(&io, &callbacks, memory), path);
    }
    return io;
}

static int64_t write_on(void *opaque, const uint8_t *data, size_t size)
{
    return fwl_io_write(opaque, data, size);
}

static FwlIO *open_output(const char *kind, const char *path, pthread_t *thread, FwlIO **file)
{
    FwlIO *io = NULL, *reader;
    *file = NULL;
    if (strcmp(kind, "stdout") == 0) {
        check(fwl_io_open_descriptor(&io, STDOUT_FILENO, FWL_IO_WRITE, NULL), path);
        return io;
    }
    check(fwl_io_open_file(file, path, FWL_IO_READ | FWL_IO_WRITE | FWL_IO_CREATE, NULL), path);
    if (strcmp(kind, "file") == 0)
        return *file;
    if (strcmp(kind, "writer") == 0)
        check(fwl_io_open_writer(&io, NULL, SIZE_MAX), path);
    if (strcmp(kind, "pipe") == 0)
        check(fwl_io_open_callbacks(&io, &(FwlIOCallbacks){.write = write_on}, *file), path);
    if (strcmp(kind, "ring") == 0) {
        check(fwl_io_open_ring(&reader, &io, NULL, RING_SIZE), path);
        *thread = start(reader, *file);
    }
    return io;
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    const char *in_kind = argv[1], *out_kind = argv[2];
    pthread_t in_thread = 0, out_thread = 0;
    av_log_set_level(AV_LOG_QUIET);
    FwlIO *file;
    FwlIO *in = open_input(in_kind, argv[4], &in_thread);
    FwlIO *out = open_output(out_kind, argv[5], &out_thread, &file);

    FwlTranscodeOptions options = fwl_transcode_options_default();
    options.input_name = strcmp(argv[4], "-") == 0 ? NULL : argv[4];
    options.format = argv[3];
    options.copy = argc > 6;
    options.video_codec = strcmp(argv[3], "framemd5") == 0 ? "rawvideo" : NULL;
    options.audio_codec = options.video_codec ? "pcm_s16le" : NULL;
    FwlTranscodeResult result;
    const int err = fwl_transcode(in, out, &options, NULL, &result);
    if (err < 0)
        fprintf(stderr, "%s\n", result.message);
    fwl_transcode_result_uninit(&result);

    if (err == 0 && strcmp(out_kind, "writer") == 0) {
        check((int)fwl_io_seek(out, 0, FWL_IO_SET), argv[5]);
        check(fwl_io_copy(file, out, INT64_MAX) < 0 ? FWL_E_IO : 0, argv[5]);
    }
    fwl_io_close(&in);
    fwl_io_close(&out);
    if (in_thread)
        pthread_join(in_thread, NULL);
    if (out_thread)
        pthread_join(out_thread, NULL);
    else if (strcmp(out_kind, "file") != 0)
        check(fwl_io_close(&file), argv[5]);
    return err < 0 ? 1 : 0;
}
