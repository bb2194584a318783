/* SPDX-License-Identifier: BSD-2-Clause */
#include "buffer_pools.h"

#include <stdio.h>

#if BENCH_HAVE_LIBAVUTIL
#include <libavutil/avutil.h>
#include <libavutil/buffer.h>

static bool describe(char *version, size_t size)
{
    const unsigned number = avutil_version();
    snprintf(version, size, "%u.%u.%u", AV_VERSION_MAJOR(number), AV_VERSION_MINOR(number),
             AV_VERSION_MICRO(number));
    return true;
}

static void *create(size_t size)
{
    return av_buffer_pool_init(size, NULL);
}

static void destroy(void *pool)
{
    AVBufferPool *av_pool = pool;
    av_buffer_pool_uninit(&av_pool);
}

static void *get(void *pool, void **handle)
{
    AVBufferRef *buffer = av_buffer_pool_get(pool);
    *handle = buffer;
    return buffer ? buffer->data : NULL;
}

static void put(void *handle)
{
    AVBufferRef *buffer = handle;
    av_buffer_unref(&buffer);
}

const struct BufferPools avpool = {describe, create, destroy, get, put};

#else

static bool describe(char *version, size_t size)
{
    snprintf(version, size, "built without libavutil");
    return false;
}

const struct BufferPools avpool = {.describe = describe};

#endif
