/* SPDX-License-Identifier: BSD-2-Clause */
/* libavutil's AVBufferPool, or its absence where the benchmarks were built without libavutil. */
#ifndef BENCH_AVPOOL_H
#define BENCH_AVPOOL_H

#include <stdbool.h>
#include <stddef.h>

struct AvPool;

bool avpool_describe(char *version, size_t size);

/* A pool of buffers of one size; NULL where memory or libavutil is missing. */
struct AvPool *avpool_create(size_t size);
void avpool_destroy(struct AvPool *pool);

/* A buffer's data, and in *handle what avpool_put takes; NULL where memory is out. */
void *avpool_get(struct AvPool *pool, void **handle);
void avpool_put(void *handle);

#endif
