/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets across the border. What a packet refers to is filled into the other one directly: that
 * one was blank, and unref makes it blank again where something fails.
 *
 * The data keeps its padding: both sides write the same 64 zero bytes behind it. Side data has no
 * count on either side; it is copied, as by av_packet_ref.
 */
#include "bridge_convert.h"

#include <limits.h>
#include <string.h>

#include <libavcodec/packet.h>

#include "base/checked.h"
#include "framewell/mem.h"
#include "framewell/packet.h"

_Static_assert(AV_INPUT_BUFFER_PADDING_SIZE == FWL_INPUT_BUFFER_PADDING_SIZE, "padding");

/* True for a packet of either side that would lose what it owns. */
#define HOLDS_SOMETHING(packet) ((packet)->buf || (packet)->side_data || (packet)->opaque_ref)

#define COPY_VALUES(dst, src)                        \
    do {                                             \
        (dst)->pts = (src)->pts;                     \
        (dst)->dts = (src)->dts;                     \
        (dst)->stream_index = (src)->stream_index;   \
        (dst)->flags = (src)->flags;                 \
        (dst)->duration = (src)->duration;           \
        (dst)->pos = (src)->pos;                     \
        (dst)->opaque = (src)->opaque;               \
        (dst)->time_base.num = (src)->time_base.num; \
        (dst)->time_base.den = (src)->time_base.den; \
    } while (0)

/* From libavcodec */

static int import_piece(FwlPacketSideData *dst, const AVPacketSideData *src)
{
    size_t padded;
    if (!fwl_checked_add(src->size, FWL_INPUT_BUFFER_PADDING_SIZE, &padded))
        return FWL_E_NOMEM;
    dst->data = fwl_mallocz(padded);
    if (!dst->data)
        return FWL_E_NOMEM;
    if (src->size > 0)
        memcpy(dst->data, src->data, src->size);
    dst->size = src->size;
    dst->type = (enum FwlPacketSideDataType)src->type;
    return 0;
}

/* All pieces at once: a newer libavcodec may have more of them than there are types here. */
static int import_side_data(FwlPacket *dst, const AVPacket *src)
{
    if (src->side_data_elems <= 0)
        return 0;
    dst->side_data = fwl_calloc((size_t)src->side_data_elems, sizeof *dst->side_data);
    if (!dst->side_data)
        return FWL_E_NOMEM;
    for (; dst->side_data_elems < src->side_data_elems; dst->side_data_elems++) {
        const int i = dst->side_data_elems;
        const int err = import_piece(&dst->side_data[i], &src->side_data[i]);
        if (err < 0)
            return err;
    }
    return 0;
}

/* The data where it is, or a copy of what src only borrows. */
static int import_data(FwlPacket *dst, const AVPacket *src)
{
    dst->data = src->data;
    dst->size = (size_t)src->size;
    if (src->buf)
        return fwl_av_import_ref(&dst->buf, src->buf);
    return src->data ? fwl_packet_make_refcounted(dst) : 0;
}

int fwl_av_packet_import(FwlPacket *dst, const AVPacket *src)
{
    if (!dst || !src || HOLDS_SOMETHING(dst) || src->size < 0)
        return FWL_E_INVALID;
    COPY_VALUES(dst, src);
    int err = import_side_data(dst, src);
    if (err >= 0)
        err = fwl_av_import_ref(&dst->opaque_ref, src->opaque_ref);
    if (err >= 0)
        err = import_data(dst, src);
    if (err < 0)
        fwl_packet_unref(dst);
    return err;
}

/* From Framewell */

static int export_side_data(AVPacket *dst, const FwlPacket *src)
{
    for (int i = 0; i < src->side_data_elems; i++) {
        const FwlPacketSideData *piece = &src->side_data[i];
        uint8_t *data =
            av_packet_new_side_data(dst, (enum AVPacketSideDataType)piece->type, piece->size);
        if (!data)
            return FWL_E_NOMEM;
        if (piece->size > 0)
            memcpy(data, piece->data, piece->size);
    }
    return 0;
}

static int export_data(AVPacket *dst, const FwlPacket *src, bool is_moved)
{
    dst->data = src->data;
    dst->size = (int)src->size;
    if (src->buf)
        return fwl_av_export_ref(&dst->buf, src->buf, is_moved);
    return src->data ? fwl_av_status(av_packet_make_refcounted(dst)) : 0;
}

static int give_packet(AVPacket *dst, const FwlPacket *src, bool is_moved)
{
    if (!dst || !src || HOLDS_SOMETHING(dst))
        return FWL_E_INVALID;
    if (src->size > INT_MAX - AV_INPUT_BUFFER_PADDING_SIZE)
        return FWL_E_RANGE;
    COPY_VALUES(dst, src);
    int err = export_side_data(dst, src);
    if (err >= 0)
        err = fwl_av_export_ref(&dst->opaque_ref, src->opaque_ref, is_moved);
    if (err >= 0)
        err = export_data(dst, src, is_moved);
    if (err < 0)
        av_packet_unref(dst);
    return err;
}

int fwl_av_packet_export(AVPacket *dst, const FwlPacket *src)
{
    return give_packet(dst, src, false);
}

int fwl_av_packet_move(AVPacket *dst, FwlPacket *src)
{
    const int err = give_packet(dst, src, true);
    if (err >= 0)
        fwl_packet_unref(src);
    return err;
}
