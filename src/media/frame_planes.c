/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of a frame.
 *
 *     a picture, one buffer                                     planar sound, a buffer a channel
 *     | rows of plane 0 |pad| rows of plane 1 |pad| ... |pad|   | samples |  | samples |  ...
 *
 * The rows of a plane are those of the height rounded up to ROW_GROUP, as decoders write whole
 * blocks; there are four times the padding, whatever the number of planes. The numbers are
 * libavutil's, so a frame takes the same bytes there and here.
 */
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "framewell/image.h"
#include "framewell/mem.h"
#include "media/frame_internal.h"
#include "media/holder_trace.h"

enum { ROW_GROUP = 32, MIN_PLANE_PADDING = 32, PICTURE_PLANES = 4 };

void fwl_frame_end_planes(FwlFramePlanes *planes)
{
    for (int i = 0; i < FWL_NUM_DATA_POINTERS; i++)
        fwl_buffer_unref(&planes->buf[i]);
    for (int i = 0; i < planes->nb_extended_buf; i++)
        fwl_buffer_unref(&planes->extended_buf[i]);
    fwl_free(planes->extended_buf);
    fwl_free(planes->extended_data);
    *planes = (FwlFramePlanes){0};
}

void fwl_frame_set_planes(FwlFrame *frame, const FwlFramePlanes *planes)
{
    memcpy(frame->data, planes->data, sizeof frame->data);
    memcpy(frame->linesize, planes->linesize, sizeof frame->linesize);
    memcpy(frame->buf, planes->buf, sizeof frame->buf);
    frame->extended_data = planes->extended_data ? planes->extended_data : frame->data;
    frame->extended_buf = planes->extended_buf;
    frame->nb_extended_buf = planes->nb_extended_buf;
}

/* Pictures */

/*
 * Linesizes that are multiples of align. The width is first rounded up by as little as brings the
 * first plane there: chroma is then half of luma wherever that is possible.
 */
static int compute_linesizes(int linesize[PICTURE_PLANES], enum FwlPixelFormat format, int width,
                             int align)
{
    for (int step = 1; step <= align; step *= 2) {
        const int64_t padded_width = ((int64_t)width + step - 1) & -(int64_t)step;
        if (padded_width > INT32_MAX)
            return FWL_E_RANGE;
        const int err = fwl_image_fill_linesizes(linesize, format, (int)padded_width);
        if (err < 0)
            return err;
        if (linesize[0] % align == 0)
            break;
    }
    for (int i = 0; i < PICTURE_PLANES; i++) {
        size_t aligned;
        if (!fwl_checked_round_up((size_t)linesize[i], (size_t)align, &aligned) ||
            aligned > INT32_MAX)
            return FWL_E_RANGE;
        linesize[i] = (int)aligned;
    }
    return 0;
}

/* The caller's linesizes, where they are large enough. */
static int check_linesizes(int linesize[PICTURE_PLANES], const FwlFrame *frame,
                           enum FwlPixelFormat format)
{
    for (int i = 0; i < PICTURE_PLANES; i++) {
        const int needed = fwl_image_get_linesize(format, frame->width, i);
        if (needed < 0)
            return needed;
        if (frame->linesize[i] < needed)
            return FWL_E_INVALID;
        linesize[i] = frame->linesize[i];
    }
    return 0;
}

/* The sizes of the planes; the result is that of the buffer for them with their padding. */
static int compute_sizes(size_t sizes[PICTURE_PLANES], size_t *total, enum FwlPixelFormat format,
                         int height, const int linesize[PICTURE_PLANES], size_t padding)
{
    const ptrdiff_t linesizes[PICTURE_PLANES] = {linesize[0], linesize[1], linesize[2],
                                                 linesize[3]};
    const int64_t padded_height = ((int64_t)height + ROW_GROUP - 1) & -(int64_t)ROW_GROUP;
    if (padded_height > INT32_MAX)
        return FWL_E_RANGE;
    const int err = fwl_image_fill_plane_sizes(sizes, format, (int)padded_height, linesizes);
    if (err < 0)
        return err;
    *total = PICTURE_PLANES * padding;
    for (int i = 0; i < PICTURE_PLANES; i++) {
        if (!fwl_checked_add(*total, sizes[i], total))
            return FWL_E_RANGE;
    }
    return 0;
}

static int alloc_picture(FwlFramePlanes *planes, const FwlFrame *frame, int align)
{
    const enum FwlPixelFormat format = (enum FwlPixelFormat)frame->format;
    int err = fwl_image_check_size((unsigned)frame->width, (unsigned)frame->height, 0, NULL);
    if (err < 0)
        return err;
    if (align == 0)
        align = (int)fwl_pool_alignment(frame->pool);
    if (align < 0 || !fwl_is_power_of_two((size_t)align))
        return FWL_E_INVALID;
    if (align > FWL_IMAGE_ALIGN_MAX)
        return FWL_E_RANGE;

    err = frame->linesize[0] ? check_linesizes(planes->linesize, frame, format)
                             : compute_linesizes(planes->linesize, format, frame->width, align);
    if (err < 0)
        return err;
    const size_t padding = align > MIN_PLANE_PADDING ? (size_t)align : MIN_PLANE_PADDING;
    size_t sizes[PICTURE_PLANES];
    size_t total;
    err = compute_sizes(sizes, &total, format, frame->height, planes->linesize, padding);
    if (err < 0)
        return err;
    planes->buf[0] = fwl_buffer_alloc2(frame->pool, total);
    if (!planes->buf[0])
        return FWL_E_NOMEM;
    size_t offset = 0;
    for (int i = 0; i < PICTURE_PLANES && sizes[i] > 0; i++) {
        planes->data[i] = planes->buf[0]->data + offset;
        offset += sizes[i] + padding;
    }
    return 0;
}

/* Sound */

FwlChannelLayout fwl_frame_layout(const FwlFrame *frame)
{
    FwlChannelLayout layout = frame->ch_layout;
    if (layout.nb_channels != 0)
        return layout;
    if (fwl_channel_layout_from_mask(&layout, frame->channel_layout) < 0)
        layout = (FwlChannelLayout){
            .order = FWL_CHANNEL_ORDER_UNSPEC,
            .nb_channels = frame->channels,
        };
    return layout;
}

/* Arrays for what does not fit into data and buf. */
static int alloc_extension(FwlFramePlanes *planes, int count)
{
    if (count <= FWL_NUM_DATA_POINTERS)
        return 0;
    const int extra = count - FWL_NUM_DATA_POINTERS;
    planes->extended_data = fwl_calloc((size_t)count, sizeof *planes->extended_data);
    planes->extended_buf = fwl_calloc((size_t)extra, sizeof *planes->extended_buf);
    if (!planes->extended_data || !planes->extended_buf)
        return FWL_E_NOMEM;
    planes->nb_extended_buf = extra;
    return 0;
}

static int alloc_channel(FwlFramePlanes *planes, FwlPool *pool, int index, size_t size)
{
    FwlBufferRef *buf = fwl_buffer_alloc2(pool, size);
    if (!buf)
        return FWL_E_NOMEM;
    if (index < FWL_NUM_DATA_POINTERS) {
        planes->buf[index] = buf;
        planes->data[index] = buf->data;
    } else {
        planes->extended_buf[index - FWL_NUM_DATA_POINTERS] = buf;
    }
    if (planes->extended_data)
        planes->extended_data[index] = buf->data;
    return 0;
}

/* Sets *linesize to the size of a plane, the caller's where that is large enough. */
static int compute_plane_size(int *linesize, const FwlFrame *frame, int channels, int align)
{
    const enum FwlSampleFormat format = (enum FwlSampleFormat)frame->format;
    const bool is_given = frame->linesize[0] != 0;
    const int size = fwl_samples_get_buffer_size(linesize, channels, frame->nb_samples, format,
                                                 is_given ? 1 : align);
    if (size < 0)
        return size;
    if (!is_given)
        return 0;
    if (frame->linesize[0] < *linesize)
        return FWL_E_INVALID;
    *linesize = frame->linesize[0];
    return 0;
}

static int alloc_sound(FwlFramePlanes *planes, const FwlFrame *frame,
                       const FwlChannelLayout *layout, int align)
{
    if (frame->nb_samples <= 0 || !fwl_channel_layout_check(layout))
        return FWL_E_INVALID;
    const int channels = layout->nb_channels;
    int err = compute_plane_size(&planes->linesize[0], frame, channels, align);
    if (err < 0)
        return err;
    const int count =
        fwl_sample_fmt_is_planar((enum FwlSampleFormat)frame->format) ? channels : 1;
    err = alloc_extension(planes, count);
    for (int i = 0; i < count && err >= 0; i++)
        err = alloc_channel(planes, frame->pool, i, (size_t)planes->linesize[0]);
    return err;
}

int fwl_frame_alloc_planes(FwlFramePlanes *planes, const FwlFrame *frame,
                           const FwlChannelLayout *layout, int align)
{
    *planes = (FwlFramePlanes){0};
    if (frame->format < 0)
        return FWL_E_INVALID;
    const int err = fwl_frame_is_video(frame) ? alloc_picture(planes, frame, align)
                                              : alloc_sound(planes, frame, layout, align);
    if (err < 0)
        fwl_frame_end_planes(planes);
    return err;
}

int fwl_frame_get_buffer(FwlFrame *frame, int align)
{
    if (frame->buf[0]) {
        fwl_trace_refill("frame", frame->buf[0], __builtin_return_address(0));
        return FWL_E_INVALID;
    }
    const FwlChannelLayout layout = fwl_frame_layout(frame);
    FwlFramePlanes planes;
    const int err = fwl_frame_alloc_planes(&planes, frame, &layout, align);
    if (err < 0)
        return err;
    fwl_frame_set_planes(frame, &planes);
    if (!fwl_frame_is_video(frame)) {
        frame->ch_layout = layout;
        frame->channels = layout.nb_channels;
        frame->channel_layout = layout.order == FWL_CHANNEL_ORDER_NATIVE ? layout.u.mask : 0;
    }
    fwl_frame_trace(frame, __builtin_return_address(0));
    return 0;
}
