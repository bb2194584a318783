/* SPDX-License-Identifier: BSD-2-Clause */
#include "framewell/buffer.h"
#include "framewell/frame.h"
#include "framewell/packet.h"
#include "objects_works.h"

struct Objects {
    FwlBufferRef *buffer;
    FwlBufferPool *pool;
    FwlPacket *reader; /* blank */
    FwlFrame *frame;
    FwlFrame *viewer; /* blank */
};

static void need_objects(bool is_fine)
{
    if (__builtin_expect(!is_fine, 0))
        bench_die("Framewell has no memory");
}

static void *open_objects(const char **why)
{
    (void)why;
    struct Objects *objects = bench_memory(sizeof *objects);
    objects->buffer = fwl_buffer_alloc(OBJECTS_DATA_SIZE);
    objects->pool = fwl_buffer_pool_init(OBJECTS_DATA_SIZE, NULL);
    objects->reader = fwl_packet_alloc();
    objects->frame = fwl_frame_alloc();
    objects->viewer = fwl_frame_alloc();
    need_objects(objects->buffer && objects->pool && objects->reader && objects->frame &&
                 objects->viewer);
    objects->frame->format = FWL_PIX_FMT_YUV420P;
    objects->frame->width = OBJECTS_WIDTH;
    objects->frame->height = OBJECTS_HEIGHT;
    need_objects(fwl_frame_get_buffer(objects->frame, 0) >= 0);
    return objects;
}

static void close_objects(void *opaque)
{
    struct Objects *objects = opaque;
    fwl_buffer_unref(&objects->buffer);
    fwl_buffer_pool_uninit(&objects->pool);
    fwl_packet_free(&objects->reader);
    fwl_frame_free(&objects->frame);
    fwl_frame_free(&objects->viewer);
    bench_memory_free(objects, sizeof *objects);
}

static void ref_buffer(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        FwlBufferRef *ref = fwl_buffer_ref(objects->buffer);
        need_objects(ref);
        fwl_buffer_unref(&ref);
    }
}

static void pass_packet(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        FwlPacket *packet = fwl_packet_alloc();
        need_objects(packet && fwl_new_packet(packet, OBJECTS_DATA_SIZE) >= 0 &&
                     fwl_packet_ref(objects->reader, packet) >= 0);
        fwl_packet_free(&packet);
        fwl_packet_unref(objects->reader);
    }
}

static void ref_frame(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        need_objects(fwl_frame_ref(objects->viewer, objects->frame) >= 0);
        fwl_frame_unref(objects->viewer);
    }
}

static void clone_frame(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        FwlFrame *clone = fwl_frame_clone(objects->frame);
        need_objects(clone);
        fwl_frame_free(&clone);
    }
}

static void get_buffer(void *opaque, uint64_t count)
{
    const struct Objects *objects = opaque;
    for (uint64_t i = 0; i < count; i++) {
        FwlBufferRef *buffer = fwl_buffer_pool_get(objects->pool);
        need_objects(buffer);
        fwl_buffer_unref(&buffer);
    }
}

const struct ObjectLoops fwl_object_loops = {
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
