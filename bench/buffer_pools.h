/* SPDX-License-Identifier: BSD-2-Clause */
/* The buffer pools of media libraries, asked in one way. Where the benchmarks were built without
 * such a library, or it is not there when they run, describe() says so. */
#ifndef BENCH_BUFFER_POOLS_H
#define BENCH_BUFFER_POOLS_H

#include <stdbool.h>
#include <stddef.h>

struct BufferPools {
    /* As in BenchPeer; before anything else. */
    bool (*describe)(char *version, size_t size);

    /* A pool of buffers of one size, a multiple of 1920; NULL where memory is out. */
    void *(*create)(size_t size);
    void (*destroy)(void *pool); /* NULL is nothing */

    /* A buffer's data, and in *handle what put takes; NULL where memory is out. */
    void *(*get)(void *pool, void **handle);
    void (*put)(void *handle);
};

extern const struct BufferPools avpool;  /* libavutil's AVBufferPool */
extern const struct BufferPools gstpool; /* GStreamer's GstVideoBufferPool */

#endif
