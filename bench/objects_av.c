/* SPDX-License-Identifier: BSD-2-Clause */
/* libavcodec is loaded when packets are asked for, so that no other work's processes have it. */
#include "objects_works.h"

#if BENCH_HAVE_LIBAVCODEC
#include <dlfcn.h>
#include <libavcodec/packet.h>
#include <libavcodec/version.h>
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <libavutil/macros.h>
#include <string.h>

struct Objects {
    AVBufferRef *buffer;
    AVBufferPool *pool;
    AVPacket *reader; /* blank */
    AVFrame *frame;
    AVFrame *viewer; /* blank */
};

static struct {
    AVPacket *(*packet_alloc)(void);
    int (*new_packet)(AVPacket *packet, int size);
    int (*packet_ref)(AVPacket *target, const AVPacket *source);
    void (*packet_unref)(AVPacket *packet);
    void (*packet_free)(AVPacket **packet);
} codec;

/* ISO C has no cast from an object's pointer to a function's. */
static bool find(void *library, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, size);
    return symbol;
}

#define FIND(library, name) find(library, "av_" #name, &codec.name, sizeof codec.name)

static bool load_codec(void)
{
    void *library = dlopen("libavcodec.so." AV_STRINGIFY(LIBAVCODEC_VERSION_MAJOR), RTLD_NOW);
    return library && FIND(library, packet_alloc) && FIND(library, new_packet) &&
           FIND(library, packet_ref) && FIND(library, packet_unref) && FIND(library, packet_free);
}

static void need_objects(bool is_fine)
{
    if (__builtin_expect(!is_fine, 0))
        bench_die("libavutil has no memory");
}

static void *open_objects(const char **why)
{
    if (!load_codec()) {
        *why = "libavcodec cannot be loaded";
        return NULL;
    }
    struct Objects *objects = bench_memory(sizeof *objects);
    objects->buffer = av_buffer_alloc(OBJECTS_DATA_SIZE);
    objects->pool = av_buffer_pool_init(OBJECTS_DATA_SIZE, NULL);
    objects->reader = codec.packet_alloc();
    objects->frame = av_frame_alloc();
    objects->viewer = av_frame_alloc();
    need_objects(objects->buffer && objects->pool && objects->reader && objects->frame &&
                 objects->viewer);
    objects->frame->format = AV_PIX_FMT_YUV420P;
    objects->frame->width = OBJECTS_WIDTH;
    objects->frame->height = OBJECTS_HEIGHT;
    need_objects(av_frame_get_buffer(objects->frame, 0) >= 0);
    return objects;
}

static void close_objects(void *opaque)
{
    struct Objects *objects = opaque;
    av_buffer_unref(&objects->buffer);
    av_buffer_pool_uninit(&objects->pool);
    codec.packet_free(&objects->reader);
    av_frame_free(&objects->frame);
    av_frame_free(&objects->viewer);
    bench_memory_free(objects, sizeof *objects);
}

static void ref_buffer(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        AVBufferRef *ref = av_buffer_ref(objects->buffer);
        need_objects(ref);
        av_buffer_unref(&ref);
    }
}

static void pass_packet(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        AVPacket *packet = codec.packet_alloc();
        need_objects(packet && codec.new_packet(packet, OBJECTS_DATA_SIZE) >= 0 &&
                     codec.packet_ref(objects->reader, packet) >= 0);
        codec.packet_free(&packet);
        codec.packet_unref(objects->reader);
    }
}

static void ref_frame(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        need_objects(av_frame_ref(objects->viewer, objects->frame) >= 0);
        av_frame_unref(objects->viewer);
    }
}

static void clone_frame(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        AVFrame *clone = av_frame_clone(objects->frame);
        need_objects(clone);
        av_frame_free(&clone);
    }
}

static void get_buffer(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        AVBufferRef *buffer = av_buffer_pool_get(objects->pool);
        need_objects(buffer);
        av_buffer_unref(&buffer);
    }
}

const struct ObjectLoops av_object_loops = {
    .open = open_objects,
    .close = close_objects,
    .run =
        {
            [OBJECTS_BUFFER_REF] = ref_buffer,
            [OBJECTS_PACKET] = pass_packet,
            [OBJECTS_FRAME_REF] = ref_frame,
            [OBJECTS_FRAME_CLONE] = clone_frame,
            [OBJECTS_BUFFER_POOL] = get_buffer,
        },
};

#else

static void *open_objects(const char **why)
{
    *why = "built without libavcodec";
    return NULL;
}

const struct ObjectLoops av_object_loops = {.open = open_objects};

#endif
