/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames across the border: planes and side data where they are, fields one by one. What a frame
 * refers to is filled into the other one directly: that one was blank, and unref makes it blank
 * again where something fails.
 *
 * The two structs have their fields in common, by name; what is done to either of them alike is a
 * list or a macro. What versions of libavutil name differently is in get_versioned and
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
#define HOLDS_SOMETHING(frame, custom)                                                             \
    ((frame)->buf[0] || (frame)->side_data || (frame)->metadata || (frame)->opaque_ref ||          \
     (frame)->private_ref || (frame)->extended_data != (frame)->data ||                            \
     (frame)->ch_layout.order == (custom))

/* Plain values. */
#define FOR_EACH_VALUE(DO)                                                                         \
    DO(width) DO(height) DO(nb_samples) DO(pict_type) DO(pts) DO(pkt_dts) DO(quality) DO(opaque)   \
    DO(repeat_pict) DO(sample_rate) DO(color_range) DO(color_primaries) DO(color_trc)              \
    DO(colorspace) DO(chroma_location) DO(best_effort_timestamp) DO(decode_error_flags)            \
    DO(crop_top) DO(crop_bottom) DO(crop_left) DO(crop_right)                                      \
    DO(sample_aspect_ratio.num) DO(sample_aspect_ratio.den) DO(time_base.num) DO(time_base.den)

/* Those that some versions of libavutil do not have. */
#define FOR_EACH_PACKET_VALUE(DO) DO(pkt_pos) DO(pkt_size) DO(palette_has_changed)
#define FOR_EACH_OLD_VALUE(DO)                                                                     \
    DO(coded_picture_number) DO(display_picture_number) DO(reordered_opaque) DO(channel_layout)    \
    DO(channels)

#define COPY_VALUE(field) dst->field = (__typeof__(dst->field))src->field;

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

/* What is a flag since 6.1 is a field of ours. */
static void get_versioned(FwlFrame *dst, const AVFrame *src)
{
    FWL_AV_BEGIN_DEPRECATED
    dst->flags = src->flags;
    dst->pkt_duration = fwl_av_frame_duration(src);
#if FWL_AV_HAS_FRAME_FLAGS
    dst->key_frame = !!(src->flags & AV_FRAME_FLAG_KEY);
    dst->interlaced_frame = !!(src->flags & AV_FRAME_FLAG_INTERLACED);
    dst->top_field_first = !!(src->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST);
    dst->flags &=
        ~(AV_FRAME_FLAG_KEY | AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST);
#else
    dst->key_frame = src->key_frame;
    dst->interlaced_frame = src->interlaced_frame;
    dst->top_field_first = src->top_field_first;
#endif
#if FWL_AV_HAS_PACKET_FIELDS
    FOR_EACH_PACKET_VALUE(COPY_VALUE)
#endif
#if FWL_AV_HAS_OLD_FIELDS
    FOR_EACH_OLD_VALUE(COPY_VALUE)
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
    FOR_EACH_VALUE(COPY_VALUE)
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
        dst->ch_layout = (AVChannelLayout){.order = AV_CHANNEL_ORDER_UNSPEC,
                                           .nb_channels = src->channels};
}
#endif

static void set_versioned(AVFrame *dst, const FwlFrame *src)
{
    FWL_AV_BEGIN_DEPRECATED
    dst->flags = src->flags;
    fwl_av_frame_set_duration(dst, src->pkt_duration);
#if FWL_AV_HAS_FRAME_FLAGS
    dst->flags |= (src->key_frame ? AV_FRAME_FLAG_KEY : 0) |
                  (src->interlaced_frame ? AV_FRAME_FLAG_INTERLACED : 0) |
                  (src->top_field_first ? AV_FRAME_FLAG_TOP_FIELD_FIRST : 0);
#else
    dst->key_frame = src->key_frame;
    dst->interlaced_frame = src->interlaced_frame;
    dst->top_field_first = src->top_field_first;
#endif
#if FWL_AV_HAS_PACKET_FIELDS
    FOR_EACH_PACKET_VALUE(COPY_VALUE)
#endif
#if FWL_AV_HAS_OLD_FIELDS
    FOR_EACH_OLD_VALUE(COPY_VALUE)
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
    FOR_EACH_VALUE(COPY_VALUE)
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
