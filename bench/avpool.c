/* SPDX-License-Identifier: BSD-2-Clause */
#include "avpool.h"

#include <stdio.h>

#if BENCH_HAVE_LIBAVUTIL
#include <libavutil/avutil.h>
#include <libavutil/buffer.h>

bool avpool_describe(char *version, size_t size)
{
    const unsigned number = avutil_version();
    snprintf(version, size, "%u.%u.%u", AV_VERSION_MAJOR(number), AV_VERSION_MINOR(number),
             AV_VERSION_MICRO(number));
    return true;
}

struct AvPool *avpool_create(size_t size)
{
    return (struct AvPool *)av_buffer_pool_init(size, NULL);
}

void avpool_destroy(struct AvPool *pool)
{
    AVBufferPool *av_pool = (AVBufferPool *)pool;
    av_buffer_pool_uninit(&av_pool);
}

void *avpool_get(struct AvPool *pool, void **handle)
{
    AVBufferRef *buffer = av_buffer_pool_get((AVBufferPool *)pool);
    *handle = buffer;
    return buffer ? buffer->data : NULL;
}

void avpool_put(void *handle)
{
    AVBufferRef *buffer = handle;
    av_buffer_unref(&buffer);
}

#else

bool avpool_describe(char *version, size_t size)
{
    snprintf(version, size, "built without libavutil");
    return false;
}

struct AvPool *avpool_create(size_t size)
{
    (void)size;
    return NULL;
}

void avpool_destroy(struct AvPool *pool)
{
    (void)pool;
}

void *avpool_get(struct AvPool *pool, void **handle)
{
    (void)pool;
    *handle = NULL;
    return NULL;
}

void avpool_put(void *handle)
{
    (void)handle;
}

#endif
