/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_frame.h"

#include <libavutil/channel_layout.h>

enum {
    ROW_ALIGN = 64, /* what libswscale and SDL like to write and read */
    TAIL_SIZE = 64, /* SIMD goes on that far behind the last pixel */
};

static void give_back(void *pool, uint8_t *block)
{
    fwl_pool_free(pool, block);
}

/* Gives frame one buffer of size bytes. The frame is gone where there is no memory. */
static AVFrame *fill(AVFrame *frame, FwlPool *pool, size_t size)
{
    uint8_t *block = frame ? fwl_pool_alloc(pool, size) : NULL;
    if (block)
        frame->buf[0] = av_buffer_create(block, size, give_back, pool, 0);
    if (!block || !frame->buf[0]) {
        fwl_pool_free(pool, block);
        av_frame_free(&frame);
        return NULL;
    }
    frame->data[0] = block;
    frame->extended_data = frame->data;
    return frame;
}

AVFrame *fwl_play_frame_picture(FwlPool *pool, int width, int height)
{
    const int64_t linesize = ((int64_t)width * 4 + ROW_ALIGN - 1) & -ROW_ALIGN;
    if (width <= 0 || height <= 0 || linesize > INT32_MAX / 2)
        return NULL;
    AVFrame *frame = fill(av_frame_alloc(), pool, (size_t)linesize * (size_t)height + TAIL_SIZE);
    if (!frame)
        return NULL;
    frame->format = AV_PIX_FMT_0RGB32;
    frame->width = width;
    frame->height = height;
    frame->linesize[0] = (int)linesize;
    return frame;
}

uint32_t *fwl_play_frame_row(const AVFrame *picture, int y)
{
    return (uint32_t *)(void *)(picture->data[0] + (ptrdiff_t)y * picture->linesize[0]);
}

AVFrame *fwl_play_frame_sound(FwlPool *pool, int sample_count)
{
    const size_t size = (size_t)sample_count * PLAY_CHANNELS * sizeof(int16_t);
    AVFrame *frame = fill(av_frame_alloc(), pool, size + TAIL_SIZE);
    if (!frame)
        return NULL;
    frame->format = AV_SAMPLE_FMT_S16;
    frame->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    frame->nb_samples = sample_count;
    frame->linesize[0] = (int)size;
    return frame;
}

size_t fwl_play_frame_size(const AVFrame *frame)
{
    size_t size = 0;
    for (int i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++)
        size += frame->buf[i]->size;
    for (int i = 0; i < frame->nb_extended_buf; i++)
        size += frame->extended_buf[i]->size;
    return size;
}
