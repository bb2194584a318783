/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GStreamer is loaded by the peer that needs it and not linked: with it come GLib's constructors,
 * which would allocate in every other peer's heap. Its pool is of a video format: rows of 1920 grey
 * pixels, as many as the size has.
 */
#include "buffer_pools.h"

#include <stdio.h>

#if BENCH_HAVE_GSTREAMER
#include <dlfcn.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <string.h>

enum { ROW_SIZE = 1920 };

/* Every function that is used, by the library that has it. */
#define CORE_FUNCTIONS(X)                \
    X(gst_init_check)                    \
    X(gst_version)                       \
    X(gst_caps_from_string)              \
    X(gst_mini_object_unref)             \
    X(gst_object_unref)                  \
    X(gst_buffer_pool_get_config)        \
    X(gst_buffer_pool_config_set_params) \
    X(gst_buffer_pool_set_config)        \
    X(gst_buffer_pool_set_active)        \
    X(gst_buffer_pool_acquire_buffer)    \
    X(gst_buffer_map)                    \
    X(gst_buffer_unmap)
#define VIDEO_FUNCTIONS(X) X(gst_video_buffer_pool_new)

#define DECLARE(name) __typeof__(name) *name;
static struct {
    CORE_FUNCTIONS(DECLARE)
    VIDEO_FUNCTIONS(DECLARE)
} gst;

static bool find(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol); /* ISO C has no cast from one to the other */
    return symbol != NULL;
}

#define FIND_CORE(name)  &&find(core, #name, &gst.name)
#define FIND_VIDEO(name) &&find(video, #name, &gst.name)
static bool load(void)
{
    void *core = dlopen("libgstreamer-1.0.so.0", RTLD_NOW);
    void *video = dlopen("libgstvideo-1.0.so.0", RTLD_NOW);
    return core && video CORE_FUNCTIONS(FIND_CORE) VIDEO_FUNCTIONS(FIND_VIDEO) &&
           gst.gst_init_check(NULL, NULL, NULL);
}

static bool describe(char *version, size_t size)
{
    if (!load()) {
        snprintf(version, size, "not installed");
        return false;
    }
    guint numbers[4];
    gst.gst_version(&numbers[0], &numbers[1], &numbers[2], &numbers[3]);
    snprintf(version, size, "%u.%u.%u", numbers[0], numbers[1], numbers[2]);
    return true;
}

static GstCaps *caps_of(size_t size)
{
    char text[128];
    snprintf(text, sizeof text, "video/x-raw,format=GRAY8,width=%d,height=%zu,framerate=25/1",
             ROW_SIZE, size / ROW_SIZE);
    return gst.gst_caps_from_string(text);
}

static void *create(size_t size)
{
    if (!gst.gst_init_check && !load())
        return NULL;
    GstBufferPool *pool = gst.gst_video_buffer_pool_new();
    GstCaps *caps = caps_of(size);
    GstStructure *config = gst.gst_buffer_pool_get_config(pool);
    gst.gst_buffer_pool_config_set_params(config, caps, (guint)size, 0, 0);
    gst.gst_mini_object_unref(&caps->mini_object);
    if (gst.gst_buffer_pool_set_config(pool, config) && gst.gst_buffer_pool_set_active(pool, TRUE))
        return pool;
    gst.gst_object_unref(pool);
    return NULL;
}

static void destroy(void *pool)
{
    if (!pool)
        return;
    gst.gst_buffer_pool_set_active(pool, FALSE);
    gst.gst_object_unref(pool);
}

static void *get(void *pool, void **handle)
{
    GstBuffer *buffer = NULL;
    GstMapInfo map;
    if (gst.gst_buffer_pool_acquire_buffer(pool, &buffer, NULL) != GST_FLOW_OK)
        return NULL;
    if (!gst.gst_buffer_map(buffer, &map, GST_MAP_READWRITE)) {
        gst.gst_mini_object_unref(&buffer->mini_object);
        return NULL;
    }
    void *data = map.data; /* unmapping forgets it; memory of the system stays where it is */
    gst.gst_buffer_unmap(buffer, &map);
    *handle = buffer;
    return data;
}

static void put(void *handle)
{
    gst.gst_mini_object_unref(handle);
}

const struct BufferPools gstpool = {describe, create, destroy, get, put};

#else

static bool describe(char *version, size_t size)
{
    snprintf(version, size, "built without GStreamer");
    return false;
}

const struct BufferPools gstpool = {.describe = describe};

#endif
