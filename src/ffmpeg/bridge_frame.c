/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames across the border: planes and side data where they are, fields one by one. What a frame
 * refers to is filled into the other one directly: that one was blank, and unref makes it blank
 * again where something fails.
 *
 * The two structs have their fields in common, by name; what is done to either of them alike is a
 * macro. What versions of libavutil name differently is in get_versioned and
 * set_versioned.
 */
#include "bridge_convert.h"

#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/mem.h>

#include "av_compat.h"
#include "framewell/frame.h"
#include "framewell/mem.h"

_Static_assert((int)AV_NUM_DATA_POINTERS == (int)FWL_NUM_DATA_POINTERS, "planes of a frame");

/* True for a frame of either side that would lose what it owns. */
#define HOLDS_SOMETHING(frame, custom)                                                    \
    ((frame)->buf[0] || (frame)->side_data || (frame)->metadata || (frame)->opaque_ref || \
     (frame)->private_ref || (frame)->extended_data != (frame)->data ||                   \
     (frame)->ch_layout.order == (custom))

/* Plain values, from src to dst. */
#define COPY(field) dst->field = (__typeof__(dst->field))src->field

#define COPY_VALUES()                  \
    do {                               \
        COPY(width);                   \
        COPY(height);                  \
        COPY(nb_samples);              \
        COPY(pict_type);               \
        COPY(sample_aspect_ratio.num); \
        COPY(sample_aspect_ratio.den); \
        COPY(pts);                     \
        COPY(pkt_dts);                 \
        COPY(time_base.num);           \
        COPY(time_base.den);           \
        COPY(quality);                 \
        COPY(opaque);                  \
        COPY(repeat_pict);             \
        COPY(sample_rate);             \
        COPY(color_range);             \
        COPY(color_primaries);         \
        COPY(color_trc);               \
        COPY(colorspace);              \
        COPY(chroma_location);         \
        COPY(best_effort_timestamp);   \
        COPY(decode_error_flags);      \
        COPY(crop_top);                \
        COPY(crop_bottom);             \
        COPY(crop_left);               \
        COPY(crop_right);              \
    } while (0)

/* Those that some versions of libavutil do not have. */
#define COPY_FLAG_VALUES()      \
    do {                        \
        COPY(key_frame);        \
        COPY(interlaced_frame); \
        COPY(top_field_first);  \
    } while (0)
#define COPY_PACKET_VALUES()       \
    do {                           \
        COPY(pkt_pos);             \
        COPY(pkt_size);            \
        COPY(palette_has_changed); \
    } while (0)
#define COPY_OLD_VALUES()             \
    do {                              \
        COPY(coded_picture_number);   \
        COPY(display_picture_number); \
        COPY(reordered_opaque);       \
        COPY(channel_layout);         \
        COPY(channels);               \
    } while (0)

#if FWL_AV_HAS_FRAME_FLAGS
/* Fields of ours. */
enum {
    FLAGS_OF_FIELDS = AV_FRAME_FLAG_KEY | AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST
};
#endif

static int count_channels(const FwlFrame *frame)
{
    return frame->ch_layout.nb_channels > 0 ? frame->ch_layout.nb_channels : frame->channels;
}

/* Whether format is a sample format's number. */
static bool is_sound(const FwlFrame *frame)
{
    const bool has_size = frame->width > 0 && frame->height > 0;
    return !has_size && (frame->nb_samples > 0 || count_channels(frame) > 0);
}

/* From libavutil */

/* What is a flag since 6.1 is a field of ours. The old fields there are no longer asked. */
static void get_versioned(FwlFrame *dst, const AVFrame *src)
{
    FWL_AV_BEGIN_DEPRECATED
    dst->flags = src->flags;
    dst->pkt_duration = fwl_av_frame_duration(src);
#if FWL_AV_HAS_FRAME_FLAGS
    dst->key_frame = !!(src->flags & AV_FRAME_FLAG_KEY);
    dst->interlaced_frame = !!(src->flags & AV_FRAME_FLAG_INTERLACED);
    dst->top_field_first = !!(src->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST);
    dst->flags &= ~FLAGS_OF_FIELDS;
#else
    COPY_FLAG_VALUES();
#endif
#if FWL_AV_HAS_PACKET_FIELDS
    COPY_PACKET_VALUES();
#endif
#if FWL_AV_HAS_OLD_FIELDS
    COPY_OLD_VALUES();
#else
    dst->channels = src->ch_layout.nb_channels;
    if (src->ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
        dst->channel_layout = src->ch_layout.u.mask;
#endif
    FWL_AV_END_DEPRECATED
}

static int import_format(FwlFrame *dst, const AVFrame *src)
{
    dst->format = src->format;
    if (src->format < 0 || is_sound(dst))
        return 0;
    dst->format = fwl_av_import_pixel_format(src->format);
    return dst->format < 0 ? FWL_E_UNSUPPORTED : 0;
}

static FwlFrameSideData *import_piece(FwlFrame *dst, const AVFrameSideData *src)
{
    const enum FwlFrameSideDataType type = (enum FwlFrameSideDataType)src->type;
    if (!src->buf) {
        FwlFrameSideData *copy = fwl_frame_new_side_data(dst, type, src->size);
        if (copy && src->size > 0)
            memcpy(copy->data, src->data, src->size);
        return copy;
    }
    FwlBufferRef *buf = fwl_av_buffer_import(src->buf);
    FwlFrameSideData *piece = fwl_frame_new_side_data_from_buf(dst, type, buf);
    if (!piece) {
        fwl_buffer_unref(&buf);
        return NULL;
    }
    piece->data = src->data;
    piece->size = src->size;
    return piece;
}

static int import_side_data(FwlFrame *dst, const AVFrame *src)
{
    for (int i = 0; i < src->nb_side_data; i++) {
        FwlFrameSideData *piece = import_piece(dst, src->side_data[i]);
        if (!piece)
            return FWL_E_NOMEM;
        const int err = fwl_av_import_dict(&piece->metadata, src->side_data[i]->metadata);
        if (err < 0)
            return err;
    }
    return 0;
}

static int import_refs(FwlFrame *dst, const AVFrame *src)
{
    int err = fwl_av_import_ref(&dst->opaque_ref, src->opaque_ref);
#if FWL_AV_HAS_PACKET_FIELDS
    if (err >= 0)
        err = fwl_av_import_ref(&dst->private_ref, src->private_ref);
#endif
    return err;
}

static int import_extended_buffers(FwlFrame *dst, const AVFrame *src)
{
    if (src->nb_extended_buf <= 0)
        return 0;
    dst->extended_buf = fwl_calloc((size_t)src->nb_extended_buf, sizeof *dst->extended_buf);
    if (!dst->extended_buf)
        return FWL_E_NOMEM;
    dst->nb_extended_buf = src->nb_extended_buf;
    for (int i = 0; i < src->nb_extended_buf; i++) {
        const int err = fwl_av_import_ref(&dst->extended_buf[i], src->extended_buf[i]);
        if (err < 0)
            return err;
    }
    return 0;
}

/* The array of all planes, as long as av_frame_ref takes it to be. */
static int import_extended_data(FwlFrame *dst, const AVFrame *src)
{
    if (src->extended_data == src->data || !src->extended_data)
        return 0;
    const int count = count_channels(dst);
    if (count <= 0)
        return FWL_E_INVALID;
    uint8_t **planes = fwl_calloc((size_t)count, sizeof *planes);
    if (!planes)
        return FWL_E_NOMEM;
    memcpy(planes, src->extended_data, (size_t)count * sizeof *planes);
    dst->extended_data = planes;
    return 0;
}

static int import_planes(FwlFrame *dst, const AVFrame *src)
{
    memcpy(dst->data, src->data, sizeof dst->data);
    memcpy(dst->linesize, src->linesize, sizeof dst->linesize);
    for (int i = 0; i < FWL_NUM_DATA_POINTERS; i++) {
        const int err = fwl_av_import_ref(&dst->buf[i], src->buf[i]);
        if (err < 0)
            return err;
    }
    const int err = import_extended_buffers(dst, src);
    return err < 0 ? err : import_extended_data(dst, src);
}

/* Planes of src in a frame that only borrows them. */
static int import_borrowed(FwlFrame *dst, const AVFrame *src)
{
    AVFrame *counted = av_frame_alloc();
    if (!counted)
        return FWL_E_NOMEM;
    int err = fwl_av_status(av_frame_ref(counted, src));
    if (err >= 0)
        err = import_planes(dst, counted);
    av_frame_free(&counted);
    return err;
}

static int import_data(FwlFrame *dst, const AVFrame *src)
{
    if (src->buf[0])
        return import_planes(dst, src);
    return src->data[0] ? import_borrowed(dst, src) : 0;
}

static int import_all(FwlFrame *dst, const AVFrame *src)
{
    COPY_VALUES();
    get_versioned(dst, src);
    int err = fwl_av_import_layout(&dst->ch_layout, &src->ch_layout);
    if (err >= 0)
        err = import_format(dst, src);
    if (err >= 0)
        err = fwl_av_import_dict(&dst->metadata, src->metadata);
    if (err >= 0)
        err = import_side_data(dst, src);
    if (err >= 0)
        err = import_refs(dst, src);
    return err < 0 ? err : import_data(dst, src);
}

int fwl_av_frame_import(FwlFrame *dst, const AVFrame *src)
{
    if (!dst || !src || HOLDS_SOMETHING(dst, FWL_CHANNEL_ORDER_CUSTOM))
        return FWL_E_INVALID;
    if (src->hw_frames_ctx)
        return FWL_E_UNSUPPORTED;
    const int err = import_all(dst, src);
    if (err < 0)
        fwl_frame_unref(dst);
    return err;
}

/* From Framewell */

#if !FWL_AV_HAS_OLD_FIELDS
/* Where only ch_layout is left to say what the older fields said. */
static void export_old_channels(AVFrame *dst, const FwlFrame *src)
{
    if (dst->ch_layout.nb_channels > 0)
        return;
    if (src->channel_layout)
        av_channel_layout_from_mask(&dst->ch_layout, src->channel_layout);
    else if (src->channels > 0)
        dst->ch_layout =
            (AVChannelLayout){.order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = src->channels};
}
#endif

static void set_versioned(AVFrame *dst, const FwlFrame *src)
{
    FWL_AV_BEGIN_DEPRECATED
    dst->flags = src->flags;
    fwl_av_frame_set_duration(dst, src->pkt_duration);
#if FWL_AV_HAS_FRAME_FLAGS
    dst->flags &= ~FLAGS_OF_FIELDS;
    dst->flags |= (src->key_frame ? AV_FRAME_FLAG_KEY : 0) |
                  (src->interlaced_frame ? AV_FRAME_FLAG_INTERLACED : 0) |
                  (src->top_field_first ? AV_FRAME_FLAG_TOP_FIELD_FIRST : 0);
#endif
#if FWL_AV_HAS_PACKET_FIELDS
    COPY_FLAG_VALUES();
    COPY_PACKET_VALUES();
#endif
#if FWL_AV_HAS_OLD_FIELDS
    COPY_OLD_VALUES();
#else
    export_old_channels(dst, src);
#endif
    FWL_AV_END_DEPRECATED
}

static int export_format(AVFrame *dst, const FwlFrame *src)
{
    dst->format = src->format;
    if (src->format < 0 || is_sound(src))
        return 0;
    dst->format = fwl_av_export_pixel_format(src->format);
    return dst->format < 0 ? FWL_E_UNSUPPORTED : 0;
}

static int export_side_data(AVFrame *dst, const FwlFrame *src, bool is_moved)
{
    for (int i = 0; i < src->nb_side_data; i++) {
        const FwlFrameSideData *old = src->side_data[i];
        AVBufferRef *buf = fwl_av_buffer_give(old->buf, is_moved);
        AVFrameSideData *piece =
            av_frame_new_side_data_from_buf(dst, (enum AVFrameSideDataType)old->type, buf);
        if (!piece) {
            av_buffer_unref(&buf);
            return FWL_E_NOMEM;
        }
        piece->data = old->data;
        piece->size = old->size;
        const int err = fwl_av_export_dict(&piece->metadata, old->metadata);
        if (err < 0)
            return err;
    }
    return 0;
}

static int export_refs(AVFrame *dst, const FwlFrame *src, bool is_moved)
{
    int err = fwl_av_export_ref(&dst->opaque_ref, src->opaque_ref, is_moved);
#if FWL_AV_HAS_PACKET_FIELDS
    if (err >= 0)
        err = fwl_av_export_ref(&dst->private_ref, src->private_ref, is_moved);
#endif
    return err;
}

static int export_extended_buffers(AVFrame *dst, const FwlFrame *src, bool is_moved)
{
    if (src->nb_extended_buf <= 0)
        return 0;
    dst->extended_buf = av_calloc((size_t)src->nb_extended_buf, sizeof *dst->extended_buf);
    if (!dst->extended_buf)
        return FWL_E_NOMEM;
    dst->nb_extended_buf = src->nb_extended_buf;
    for (int i = 0; i < src->nb_extended_buf; i++) {
        const int err = fwl_av_export_ref(&dst->extended_buf[i], src->extended_buf[i], is_moved);
        if (err < 0)
            return err;
    }
    return 0;
}

static int export_extended_data(AVFrame *dst, const FwlFrame *src)
{
    if (src->extended_data == src->data || !src->extended_data)
        return 0;
    const int count = count_channels(src);
    if (count <= 0)
        return FWL_E_INVALID;
    uint8_t **planes = av_calloc((size_t)count, sizeof *planes);
    if (!planes)
        return FWL_E_NOMEM;
    memcpy(planes, src->extended_data, (size_t)count * sizeof *planes);
    dst->extended_data = planes;
    return 0;
}

static int export_planes(AVFrame *dst, const FwlFrame *src, bool is_moved)
{
    memcpy(dst->data, src->data, sizeof dst->data);
    memcpy(dst->linesize, src->linesize, sizeof dst->linesize);
    for (int i = 0; i < FWL_NUM_DATA_POINTERS; i++) {
        const int err = fwl_av_export_ref(&dst->buf[i], src->buf[i], is_moved);
        if (err < 0)
            return err;
    }
    const int err = export_extended_buffers(dst, src, is_moved);
    return err < 0 ? err : export_extended_data(dst, src);
}

static int export_borrowed(AVFrame *dst, const FwlFrame *src)
{
    FwlFrame *counted = fwl_frame_clone(src);
    if (!counted)
        return FWL_E_NOMEM;
    const int err = export_planes(dst, counted, true);
    fwl_frame_free(&counted);
    return err;
}

static int export_data(AVFrame *dst, const FwlFrame *src, bool is_moved)
{
    if (src->buf[0])
        return export_planes(dst, src, is_moved);
    return src->data[0] ? export_borrowed(dst, src) : 0;
}

static int export_all(AVFrame *dst, const FwlFrame *src, bool is_moved)
{
    COPY_VALUES();
    int err = export_format(dst, src);
    if (err >= 0)
        err = fwl_av_export_layout(&dst->ch_layout, &src->ch_layout);
    if (err >= 0)
        set_versioned(dst, src);
    if (err >= 0)
        err = fwl_av_export_dict(&dst->metadata, src->metadata);
    if (err >= 0)
        err = export_side_data(dst, src, is_moved);
    if (err >= 0)
        err = export_refs(dst, src, is_moved);
    return err < 0 ? err : export_data(dst, src, is_moved);
}

static int give_frame(AVFrame *dst, const FwlFrame *src, bool is_moved)
{
    if (!dst || !src || HOLDS_SOMETHING(dst, AV_CHANNEL_ORDER_CUSTOM) || dst->hw_frames_ctx)
        return FWL_E_INVALID;
    const int err = export_all(dst, src, is_moved);
    if (err < 0)
        av_frame_unref(dst);
    return err;
}

int fwl_av_frame_export(AVFrame *dst, const FwlFrame *src)
{
    return give_frame(dst, src, false);
}

int fwl_av_frame_move(AVFrame *dst, FwlFrame *src)
{
    const int err = give_frame(dst, src, true);
    if (err >= 0)
        fwl_frame_unref(src);
    return err;
}
