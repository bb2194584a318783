/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: fields, and references to what holds the data. frame_planes.c makes the memory,
 * frame_side_data.c the side data.
 *
 *     extended_data == data, or it is a block of the frame's own
 *     buf[i] set -> buf[0 .. i-1] set
 *
 * What can fail works on the side (planes, a dictionary, a reference) and is put into the frame
 * when nothing can fail any more. make_ref alone works in the frame: it was blank, and blanking it
 * again is undoing.
 *
 * A frame is large, and refs and unrefs are many: they write it once and ask for what few frames
 * have, all together, before they go through it.
 */
#include "framewell/frame.h"

#include <string.h>

#include "framewell/image.h"
#include "framewell/mem.h"
#include "media/frame_internal.h"
#include "media/holder_trace.h"

/* Lifetime */

static const FwlFrame blank = {
    .format = -1,
    .key_frame = 1,
    .sample_aspect_ratio = {0, 1},
    .pts = FWL_NOPTS_VALUE,
    .pkt_dts = FWL_NOPTS_VALUE,
    .time_base = {0, 1},
    .color_range = FWL_COL_RANGE_UNSPECIFIED,
    .color_primaries = FWL_COL_PRI_UNSPECIFIED,
    .color_trc = FWL_COL_TRC_UNSPECIFIED,
    .colorspace = FWL_COL_SPC_UNSPECIFIED,
    .chroma_location = FWL_CHROMA_LOC_UNSPECIFIED,
    .best_effort_timestamp = FWL_NOPTS_VALUE,
    .pkt_pos = -1,
    .pkt_size = -1,
};

/* In two halves, each small enough to become vector moves: for all of it at once compilers take
 * a string instruction, and that needs longer to start than this to end. */
static inline void copy_frame(FwlFrame *restrict dst, const FwlFrame *restrict src)
{
    enum { HALF = sizeof *dst / 32 * 16 };
    memcpy(dst, src, HALF);
    memcpy((char *)dst + HALF, (const char *)src + HALF, sizeof *dst - HALF);
}

static void make_blank(FwlFrame *frame, FwlPool *pool)
{
    copy_frame(frame, &blank);
    frame->extended_data = frame->data;
    frame->pool = pool;
}

FwlFrame *fwl_frame_alloc(void)
{
    FwlFrame *frame = fwl_malloc(sizeof *frame);
    if (frame)
        make_blank(frame, NULL);
    return frame;
}

/* The planes as the frame has them; they are then in two places. */
static FwlFramePlanes get_planes(const FwlFrame *frame)
{
    FwlFramePlanes planes = {
        .extended_data = frame->extended_data != frame->data ? frame->extended_data : NULL,
        .extended_buf = frame->extended_buf,
        .nb_extended_buf = frame->nb_extended_buf,
    };
    memcpy(planes.buf, frame->buf, sizeof planes.buf);
    return planes;
}

/* What hardly any frame has, in one question. */
static bool has_extras(const FwlFrame *frame)
{
    return frame->metadata || frame->side_data || frame->opaque_ref || frame->private_ref ||
           frame->ch_layout.order == FWL_CHANNEL_ORDER_CUSTOM;
}

static __attribute__((noinline)) void end_extras(FwlFrame *frame)
{
    fwl_frame_end_side_data(frame, 0);
    fwl_dict_free(&frame->metadata);
    fwl_buffer_unref(&frame->opaque_ref);
    fwl_buffer_unref(&frame->private_ref);
    fwl_channel_layout_uninit(&frame->ch_layout);
}

static __attribute__((noinline)) void end_extension(FwlFrame *frame)
{
    for (int i = 0; i < frame->nb_extended_buf; i++)
        fwl_buffer_unref(&frame->extended_buf[i]);
    fwl_free(frame->extended_buf);
    if (frame->extended_data != frame->data)
        fwl_free(frame->extended_data);
}

/* Ends what the frame holds. Its fields are then good for nothing. */
static void end_contents(FwlFrame *frame)
{
    for (int i = 0; i < FWL_NUM_DATA_POINTERS; i++) {
        if (frame->buf[i])
            fwl_buffer_unref(&frame->buf[i]);
    }
    if (frame->extended_buf || frame->extended_data != frame->data)
        end_extension(frame);
    if (has_extras(frame))
        end_extras(frame);
}

void fwl_frame_free(FwlFrame **frame)
{
    if (!frame || !*frame)
        return;
    end_contents(*frame);
    fwl_freep(frame);
}

void fwl_frame_unref(FwlFrame *frame)
{
    end_contents(frame);
    make_blank(frame, frame->pool);
}

void fwl_frame_move_ref(FwlFrame *dst, FwlFrame *src)
{
    if (dst == src)
        return;
    fwl_trace_refill("frame", dst->buf[0], __builtin_return_address(0));
    copy_frame(dst, src);
    if (src->extended_data == src->data)
        dst->extended_data = dst->data;
    make_blank(src, src->pool);
    fwl_frame_trace(dst, __builtin_return_address(0));
}

/* References */

bool fwl_frame_holds_something(const FwlFrame *frame)
{
    return frame->buf[0] || frame->side_data || frame->metadata || frame->opaque_ref ||
           frame->private_ref || frame->extended_data != frame->data ||
           frame->ch_layout.order == FWL_CHANNEL_ORDER_CUSTOM;
}

static int ref_buffers(FwlBufferRef **dst, FwlBufferRef *const *src, int count)
{
    for (int i = 0; i < count; i++) {
        dst[i] = src[i] ? fwl_buffer_ref(src[i]) : NULL;
        if (src[i] && !dst[i])
            return FWL_E_NOMEM;
    }
    return 0;
}

static int ref_extended_buffers(FwlFrame *dst, const FwlFrame *src)
{
    const int count = src->nb_extended_buf;
    if (count <= 0)
        return 0;
    dst->extended_buf = fwl_calloc((size_t)count, sizeof *dst->extended_buf);
    if (!dst->extended_buf)
        return FWL_E_NOMEM;
    dst->nb_extended_buf = count;
    return ref_buffers(dst->extended_buf, src->extended_buf, count);
}

static int copy_extended_data(FwlFrame *dst, const FwlFrame *src)
{
    if (src->extended_data == src->data || !src->extended_data)
        return 0;
    const int count = fwl_frame_layout(src).nb_channels;
    if (count <= 0)
        return FWL_E_INVALID;
    uint8_t **planes = fwl_malloc_array((size_t)count, sizeof *planes);
    if (!planes)
        return FWL_E_NOMEM;
    memcpy(planes, src->extended_data, (size_t)count * sizeof *planes);
    dst->extended_data = planes;
    return 0;
}

static int ref_data(FwlFrame *dst, const FwlFrame *src)
{
    const int err = ref_buffers(dst->buf, src->buf, FWL_NUM_DATA_POINTERS);
    if (err < 0 || (src->nb_extended_buf <= 0 && src->extended_data == src->data))
        return err;
    const int extension_err = ref_extended_buffers(dst, src);
    return extension_err < 0 ? extension_err : copy_extended_data(dst, src);
}

static int copy_borrowed_data(FwlFrame *dst, const FwlFrame *src)
{
    memset(dst->data, 0, sizeof dst->data);
    memset(dst->linesize, 0, sizeof dst->linesize);
    const int err = fwl_frame_get_buffer(dst, 0);
    return err < 0 ? err : fwl_frame_copy(dst, src);
}

/* The fields of src in dst, without what owns something. */
static void copy_fields(FwlFrame *dst, const FwlFrame *src)
{
    copy_frame(dst, src);
    memset(dst->buf, 0, sizeof dst->buf);
    dst->extended_data = dst->data;
    dst->extended_buf = NULL;
    dst->nb_extended_buf = 0;
    dst->side_data = NULL;
    dst->nb_side_data = 0;
    dst->metadata = NULL;
    dst->opaque_ref = NULL;
    dst->private_ref = NULL;
    if (dst->ch_layout.order == FWL_CHANNEL_ORDER_CUSTOM)
        dst->ch_layout = (FwlChannelLayout){0};
}

static __attribute__((noinline)) int ref_extras(FwlFrame *dst, const FwlFrame *src)
{
    int err = fwl_channel_layout_copy(&dst->ch_layout, &src->ch_layout);
    if (err >= 0)
        err = fwl_dict_copy(&dst->metadata, src->metadata, 0);
    if (err >= 0)
        err = fwl_frame_add_side_data(dst, src, false);
    if (err >= 0)
        err = fwl_buffer_replace(&dst->opaque_ref, src->opaque_ref);
    if (err >= 0)
        err = fwl_buffer_replace(&dst->private_ref, src->private_ref);
    return err;
}

/* Makes dst, whatever its memory held, a frame that refers to src's data. On failure it holds
 * nothing, and its fields are good for nothing. */
static int make_ref(FwlFrame *dst, const FwlFrame *src)
{
    copy_fields(dst, src);
    int err = has_extras(src) ? ref_extras(dst, src) : 0;
    if (err >= 0)
        err = src->buf[0] ? ref_data(dst, src) : copy_borrowed_data(dst, src);
    if (err < 0)
        end_contents(dst);
    return err;
}

int fwl_frame_ref(FwlFrame *dst, const FwlFrame *src)
{
    if (fwl_frame_holds_something(dst)) {
        fwl_trace_refill("frame", dst->buf[0], __builtin_return_address(0));
        return FWL_E_INVALID;
    }
    FwlPool *own_pool = dst->pool;
    const int err = make_ref(dst, src);
    if (err < 0)
        make_blank(dst, own_pool);
    else
        fwl_frame_trace(dst, __builtin_return_address(0));
    return err;
}

FwlFrame *fwl_frame_clone(const FwlFrame *src)
{
    FwlFrame *frame = fwl_malloc(sizeof *frame);
    if (frame && make_ref(frame, src) < 0)
        fwl_freep(&frame);
    if (frame)
        fwl_frame_trace(frame, __builtin_return_address(0));
    return frame;
}

/* Writing */

static bool are_writable(FwlBufferRef *const *buf, int count)
{
    for (int i = 0; i < count; i++) {
        if (buf[i] && !fwl_buffer_is_writable(buf[i]))
            return false;
    }
    return true;
}

int fwl_frame_is_writable(FwlFrame *frame)
{
    return frame->buf[0] && are_writable(frame->buf, FWL_NUM_DATA_POINTERS) &&
           are_writable(frame->extended_buf, frame->nb_extended_buf);
}

/* A frame that has only the shape of another one; the channel layout is borrowed. */
static FwlFrame shape_of(const FwlFrame *frame)
{
    FwlFrame shape;
    make_blank(&shape, frame->pool);
    shape.format = frame->format;
    shape.width = frame->width;
    shape.height = frame->height;
    shape.nb_samples = frame->nb_samples;
    shape.ch_layout = fwl_frame_layout(frame);
    return shape;
}

int fwl_frame_make_writable(FwlFrame *frame)
{
    if (!frame->buf[0])
        return FWL_E_INVALID;
    if (fwl_frame_is_writable(frame))
        return 0;

    FwlFrame copy = shape_of(frame);
    copy.extended_data = copy.data;
    FwlFramePlanes planes;
    int err = fwl_frame_alloc_planes(&planes, &copy, &copy.ch_layout, 0);
    if (err < 0)
        return err;
    fwl_frame_set_planes(&copy, &planes);
    err = fwl_frame_copy(&copy, frame);
    if (err >= 0)
        err = fwl_frame_add_side_data(&copy, frame, true);
    if (err < 0) {
        fwl_frame_end_planes(&planes);
        return err;
    }

    FwlFramePlanes shared = get_planes(frame);
    fwl_frame_end_planes(&shared);
    fwl_frame_set_planes(frame, &planes);
    fwl_frame_end_side_data(frame, 0);
    frame->side_data = copy.side_data;
    frame->nb_side_data = copy.nb_side_data;
    fwl_frame_trace(frame, __builtin_return_address(0));
    return 0;
}

/* Copying */

static int copy_picture(FwlFrame *dst, const FwlFrame *src)
{
    if (dst->width < src->width || dst->height < src->height)
        return FWL_E_INVALID;
    return fwl_image_copy(dst->data, dst->linesize, (const uint8_t *const *)src->data,
                          src->linesize, (enum FwlPixelFormat)src->format, src->width,
                          src->height);
}

/* Whether the planes are there and, as far as linesize says, large enough. */
static bool has_sound(const FwlFrame *frame, int plane_count, int plane_size)
{
    if (!frame->extended_data || (frame->linesize[0] != 0 && frame->linesize[0] < plane_size))
        return false;
    for (int i = 0; i < plane_count; i++) {
        if (!frame->extended_data[i])
            return false;
    }
    return true;
}

static int copy_sound(FwlFrame *dst, const FwlFrame *src)
{
    const enum FwlSampleFormat format = (enum FwlSampleFormat)src->format;
    const FwlChannelLayout layout = fwl_frame_layout(src);
    const FwlChannelLayout dst_layout = fwl_frame_layout(dst);
    if (dst->nb_samples != src->nb_samples || !fwl_channel_layout_check(&layout) ||
        fwl_channel_layout_compare(&dst_layout, &layout) != 0)
        return FWL_E_INVALID;
    const int channels = layout.nb_channels;
    int plane_size;
    const int err =
        fwl_samples_get_buffer_size(&plane_size, channels, src->nb_samples, format, 1);
    if (err < 0)
        return err;
    const int plane_count = fwl_sample_fmt_is_planar(format) ? channels : 1;
    if (!has_sound(dst, plane_count, plane_size) || !has_sound(src, plane_count, plane_size))
        return FWL_E_INVALID;
    return fwl_samples_copy(dst->extended_data, src->extended_data, 0, 0, src->nb_samples,
                            channels, format);
}

int fwl_frame_copy(FwlFrame *dst, const FwlFrame *src)
{
    if (dst->format != src->format || dst->format < 0)
        return FWL_E_INVALID;
    if (fwl_frame_is_video(dst))
        return fwl_frame_is_video(src) ? copy_picture(dst, src) : FWL_E_INVALID;
    return dst->nb_samples > 0 ? copy_sound(dst, src) : FWL_E_INVALID;
}

/* The properties that are plain values. */
static void copy_values(FwlFrame *dst, const FwlFrame *src)
{
    dst->key_frame = src->key_frame;
    dst->pict_type = src->pict_type;
    dst->sample_aspect_ratio = src->sample_aspect_ratio;
    dst->crop_top = src->crop_top;
    dst->crop_bottom = src->crop_bottom;
    dst->crop_left = src->crop_left;
    dst->crop_right = src->crop_right;
    dst->pts = src->pts;
    dst->repeat_pict = src->repeat_pict;
    dst->interlaced_frame = src->interlaced_frame;
    dst->top_field_first = src->top_field_first;
    dst->palette_has_changed = src->palette_has_changed;
    dst->sample_rate = src->sample_rate;
    dst->opaque = src->opaque;
    dst->pkt_dts = src->pkt_dts;
    dst->pkt_pos = src->pkt_pos;
    dst->pkt_size = src->pkt_size;
    dst->pkt_duration = src->pkt_duration;
    dst->time_base = src->time_base;
    dst->reordered_opaque = src->reordered_opaque;
    dst->quality = src->quality;
    dst->best_effort_timestamp = src->best_effort_timestamp;
    dst->coded_picture_number = src->coded_picture_number;
    dst->display_picture_number = src->display_picture_number;
    dst->flags = src->flags;
    dst->decode_error_flags = src->decode_error_flags;
    dst->color_primaries = src->color_primaries;
    dst->color_trc = src->color_trc;
    dst->colorspace = src->colorspace;
    dst->color_range = src->color_range;
    dst->chroma_location = src->chroma_location;
}

static void replace_ref(FwlBufferRef **dst, FwlBufferRef *ref)
{
    fwl_buffer_unref(dst);
    *dst = ref;
}

int fwl_frame_copy_props(FwlFrame *dst, const FwlFrame *src)
{
    FwlDictionary *metadata = NULL;
    FwlBufferRef *opaque_ref = NULL;
    FwlBufferRef *private_ref = NULL;
    int err = fwl_dict_copy(&metadata, dst->metadata, FWL_DICT_MULTIKEY);
    if (err >= 0)
        err = fwl_dict_copy(&metadata, src->metadata, 0);
    if (err >= 0)
        err = fwl_buffer_replace(&opaque_ref, src->opaque_ref);
    if (err >= 0)
        err = fwl_buffer_replace(&private_ref, src->private_ref);
    if (err >= 0)
        err = fwl_frame_add_side_data(dst, src, true);
    if (err < 0)
        goto fail;

    copy_values(dst, src);
    fwl_dict_free(&dst->metadata);
    dst->metadata = metadata;
    replace_ref(&dst->opaque_ref, opaque_ref);
    replace_ref(&dst->private_ref, private_ref);
    return 0;

fail:
    fwl_dict_free(&metadata);
    fwl_buffer_unref(&opaque_ref);
    fwl_buffer_unref(&private_ref);
    return err;
}

/* Planes */

static bool is_inside(const FwlBufferRef *buf, const uint8_t *data)
{
    const uintptr_t start = (uintptr_t)buf->data;
    return (uintptr_t)data >= start && (uintptr_t)data - start < buf->size;
}

static FwlBufferRef *find_buffer(FwlBufferRef *const *buf, int count, const uint8_t *data)
{
    for (int i = 0; i < count && buf[i]; i++) {
        if (is_inside(buf[i], data))
            return buf[i];
    }
    return NULL;
}

/* How many planes extended_data has room for. */
static int count_planes(const FwlFrame *frame)
{
    if (frame->nb_samples == 0)
        return 4;
    const int channels = fwl_frame_layout(frame).nb_channels;
    if (channels <= 0)
        return 0;
    return fwl_sample_fmt_is_planar((enum FwlSampleFormat)frame->format) ? channels : 1;
}

FwlBufferRef *fwl_frame_get_plane_buffer(FwlFrame *frame, int plane)
{
    if (plane < 0 || plane >= count_planes(frame) || !frame->extended_data[plane])
        return NULL;
    const uint8_t *data = frame->extended_data[plane];
    FwlBufferRef *buf = find_buffer(frame->buf, FWL_NUM_DATA_POINTERS, data);
    return buf ? buf : find_buffer(frame->extended_buf, frame->nb_extended_buf, data);
}

char fwl_get_picture_type_char(enum FwlPictureType pict_type)
{
    static const char letters[] = "?IPBSipb";
    const unsigned number = (unsigned)pict_type;
    return letters[number < sizeof letters - 1 ? number : 0];
}

const char *fwl_get_colorspace_name(enum FwlColorSpace val)
{
    switch (val) {
    case FWL_COL_SPC_RGB:
        return "GBR";
    case FWL_COL_SPC_BT709:
        return "bt709";
    case FWL_COL_SPC_FCC:
        return "fcc";
    case FWL_COL_SPC_BT470BG:
        return "bt470bg";
    case FWL_COL_SPC_SMPTE170M:
        return "smpte170m";
    case FWL_COL_SPC_SMPTE240M:
        return "smpte240m";
    case FWL_COL_SPC_YCGCO:
        return "YCgCo";
    default:
        return NULL;
    }
}
