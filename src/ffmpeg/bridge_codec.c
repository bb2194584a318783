/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pictures, samples and packets of libavcodec in blocks of a pool.
 *
 *     one picture = one block:
 *     | plane 0: linesize * rows | tail | plane 1 | tail | plane 2 | tail |
 *     offset 0                          ^ multiple of PLANE_ALIGNMENT
 *
 * Width and rows are what avcodec_align_dimensions2 makes of the coded size: decoders write whole
 * macroblocks. The width is then made larger until all linesizes are multiples of what the codec
 * asks for at once; aligned one by one they would lose their ratio, on which codecs rely. The tail
 * is for SIMD that reads or writes beyond the last row.
 *
 * The AVBuffer is the only owner of the block: its free callback gives the block back, whatever
 * became of codec and pool in the meantime.
 */
#include "bridge_codec.h"

#include <string.h>

#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>

#include "av_compat.h"
#include "base/align.h"
#include "base/checked.h"
#include "framewell/mem.h"

enum {
    PLANE_MAX = 4,
    PLANE_ALIGNMENT = 64, /* the widest SIMD register there is */
    PLANE_TAIL = 128,     /* libavcodec's own: 16 bytes and one register, rounded up */
};

/* Where the planes of one picture lie in their block. */
typedef struct PictureLayout {
    int linesize[PLANE_MAX];
    size_t offset[PLANE_MAX];
    int plane_count;
    size_t size;
} PictureLayout;

/* What the buffers made here have as their opaque. */
static uint8_t mark;

static void free_block(void *opaque, uint8_t *data)
{
    (void)opaque;
    fwl_free(data);
}

bool fwl_av_is_of_pool(const AVBufferRef *buffer)
{
    return av_buffer_get_opaque(buffer) == &mark;
}

/* A pool, and where to keep what was asked of it; that may be NULL. */
typedef struct Store {
    FwlPool *pool;
    FwlCodecMemory *memory;
} Store;

static void note_size(FwlCodecMemory *memory, size_t size)
{
    size_t largest = atomic_load_explicit(&memory->largest, memory_order_relaxed);
    while (size > largest &&
           !atomic_compare_exchange_weak_explicit(&memory->largest, &largest, size,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

/* A block of size bytes as an AVBuffer; NULL for no memory. */
static AVBufferRef *alloc_block(Store store, size_t size)
{
    if (store.memory)
        note_size(store.memory, size);
    uint8_t *data = fwl_pool_aligned_alloc(store.pool, PLANE_ALIGNMENT, size);
    if (!data)
        return NULL;
    AVBufferRef *buffer = av_buffer_create(data, size, free_block, &mark, 0);
    if (!buffer)
        fwl_free(data);
    return buffer;
}

/* Linesizes for rows of width pixels, all fit for the codec. Fails: AVERROR(EINVAL). */
static int fill_linesizes(int linesize[PLANE_MAX], enum AVPixelFormat format, int width,
                          const int alignment[AV_NUM_DATA_POINTERS])
{
    for (;;) {
        const int err = av_image_fill_linesizes(linesize, format, width);
        if (err < 0)
            return err;
        int rest = 0;
        for (int i = 0; i < PLANE_MAX; i++)
            rest |= linesize[i] % alignment[i];
        if (rest == 0)
            return 0;
        if (__builtin_add_overflow(width, width & -width, &width))
            return AVERROR(EINVAL);
    }
}

static int fill_picture_layout(PictureLayout *layout, AVCodecContext *context, const AVFrame *frame)
{
    int width = frame->width;
    int height = frame->height;
    int alignment[AV_NUM_DATA_POINTERS];
    avcodec_align_dimensions2(context, &width, &height, alignment);
    int err = fill_linesizes(layout->linesize, frame->format, width, alignment);
    if (err < 0)
        return err;

    ptrdiff_t linesizes[PLANE_MAX];
    for (int i = 0; i < PLANE_MAX; i++)
        linesizes[i] = layout->linesize[i];
    size_t sizes[PLANE_MAX];
    err = av_image_fill_plane_sizes(sizes, frame->format, height, linesizes);
    if (err < 0)
        return err;

    layout->size = 0;
    layout->plane_count = 0;
    for (int i = 0; i < PLANE_MAX && sizes[i] != 0; i++) {
        layout->offset[i] = layout->size;
        layout->plane_count++;
        size_t padded;
        if (!fwl_checked_add(sizes[i], PLANE_TAIL, &padded) ||
            !fwl_checked_round_up(padded, PLANE_ALIGNMENT, &padded) ||
            !fwl_checked_add(layout->size, padded, &layout->size))
            return AVERROR(EINVAL);
    }
    return 0;
}

static int get_picture(AVCodecContext *context, AVFrame *frame, Store store)
{
    PictureLayout layout;
    const int err = fill_picture_layout(&layout, context, frame);
    if (err < 0)
        return err;
    frame->buf[0] = alloc_block(store, layout.size);
    if (!frame->buf[0])
        return AVERROR(ENOMEM);
    for (int i = 0; i < layout.plane_count; i++) {
        frame->data[i] = frame->buf[0]->data + layout.offset[i];
        frame->linesize[i] = layout.linesize[i];
    }
    frame->extended_data = frame->data;
    return 0;
}

static int frame_channels(const AVFrame *frame)
{
    return frame->ch_layout.nb_channels;
}

/* All planes in one block; beyond those that frame->data holds, extended_data is an array of its
 * own, which the frame owns. */
static int get_samples(AVFrame *frame, Store store)
{
    int linesize;
    const int err = av_samples_get_buffer_size(&linesize, frame_channels(frame), frame->nb_samples,
                                               frame->format, 0);
    if (err < 0)
        return err;
    const bool is_planar = av_sample_fmt_is_planar(frame->format);
    const int plane_count = is_planar ? frame_channels(frame) : 1;
    const size_t step = fwl_align_up((size_t)linesize + PLANE_TAIL, PLANE_ALIGNMENT);
    size_t size;
    if (!fwl_checked_mul(step, (size_t)plane_count, &size))
        return AVERROR(EINVAL);

    uint8_t **planes = frame->data;
    if (plane_count > AV_NUM_DATA_POINTERS) {
        planes = av_calloc((size_t)plane_count, sizeof *planes);
        if (!planes)
            return AVERROR(ENOMEM);
    }
    frame->buf[0] = alloc_block(store, size);
    if (!frame->buf[0]) {
        if (planes != frame->data)
            av_free(planes);
        return AVERROR(ENOMEM);
    }
    for (int i = 0; i < plane_count; i++) {
        planes[i] = frame->buf[0]->data + (size_t)i * step;
        if (i < AV_NUM_DATA_POINTERS)
            frame->data[i] = planes[i];
    }
    frame->extended_data = planes;
    frame->linesize[0] = linesize;
    return 0;
}

static bool is_direct(const AVCodecContext *context)
{
    return context->codec && (context->codec->capabilities & AV_CODEC_CAP_DR1);
}

/* A picture in plain memory whose planes can be computed. */
static bool is_known_picture(const AVFrame *frame)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    return format && !(format->flags & AV_PIX_FMT_FLAG_HWACCEL);
}

static int get_buffer(AVCodecContext *context, AVFrame *frame, int flags, Store store)
{
    if (is_direct(context) && context->codec_type == AVMEDIA_TYPE_VIDEO && is_known_picture(frame))
        return get_picture(context, frame, store);
    if (is_direct(context) && context->codec_type == AVMEDIA_TYPE_AUDIO)
        return get_samples(frame, store);
    return avcodec_default_get_buffer2(context, frame, flags);
}

static int get_encode_buffer(AVCodecContext *context, AVPacket *packet, int flags, Store store)
{
    if (!is_direct(context) || packet->size < 0)
        return avcodec_default_get_encode_buffer(context, packet, flags);
    const size_t size = (size_t)packet->size;
    packet->buf = alloc_block(store, size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!packet->buf)
        return AVERROR(ENOMEM);
    packet->data = packet->buf->data;
    memset(packet->data + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    return 0;
}

/* The callbacks: opaque is the FwlPool. */

static int get_buffer_from_pool(AVCodecContext *context, AVFrame *frame, int flags)
{
    return get_buffer(context, frame, flags, (Store){.pool = context->opaque});
}

static int get_encode_buffer_from_pool(AVCodecContext *context, AVPacket *packet, int flags)
{
    return get_encode_buffer(context, packet, flags, (Store){.pool = context->opaque});
}

/* The callbacks: opaque is the FwlCodecMemory. */

static int remember(FwlCodecMemory *memory, int err)
{
    if (err == AVERROR(ENOMEM))
        atomic_store_explicit(&memory->is_exhausted, true, memory_order_relaxed);
    return err;
}

static int get_buffer_from_memory(AVCodecContext *context, AVFrame *frame, int flags)
{
    FwlCodecMemory *memory = context->opaque;
    const Store store = {.pool = memory->pool, .memory = memory};
    return remember(memory, get_buffer(context, frame, flags, store));
}

static int get_encode_buffer_from_memory(AVCodecContext *context, AVPacket *packet, int flags)
{
    FwlCodecMemory *memory = context->opaque;
    const Store store = {.pool = memory->pool, .memory = memory};
    return remember(memory, get_encode_buffer(context, packet, flags, store));
}

int fwl_av_codec_use_pool(AVCodecContext *context, FwlPool *pool)
{
    if (!context || avcodec_is_open(context))
        return FWL_E_INVALID;
    context->opaque = pool;
    context->get_buffer2 = get_buffer_from_pool;
    context->get_encode_buffer = get_encode_buffer_from_pool;
    fwl_av_allow_any_thread(context);
    return 0;
}

void fwl_av_codec_use_memory(AVCodecContext *context, FwlCodecMemory *memory)
{
    context->opaque = memory;
    context->get_buffer2 = get_buffer_from_memory;
    context->get_encode_buffer = get_encode_buffer_from_memory;
    fwl_av_allow_any_thread(context);
}

int fwl_av_decoder_threads(const AVStream *stream, int wanted)
{
    /* A cover is one picture: with more threads it would come at the end of the input. */
    if (stream->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return 1;
    /* With frame threads, libavcodec's Theora decoder copies blocks from pictures that are not
     * there yet: where most of the picture stands still, every run gives other pixels. */
    const enum AVCodecID id = stream->codecpar->codec_id;
    return id == AV_CODEC_ID_THEORA || id == AV_CODEC_ID_VP3 ? 1 : wanted;
}
