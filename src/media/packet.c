/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet's data in its buffer:
 *
 *     buf->data          data                   data + size
 *     |---- offset ------|-------- size --------|--- 64 zero bytes ---|---- spare ----|
 *
 * offset is 0 unless the caller moved data. Whatever makes or moves data writes the zero bytes, so
 * no reader needs to ask.
 */
#include "framewell/packet.h"

#include <stdbool.h>
#include <string.h>

#include "base/checked.h"
#include "media/holder_trace.h"

enum { PADDING = FWL_INPUT_BUFFER_PADDING_SIZE };

/* What growing adds beyond what was asked: one part in so many. */
enum { SPARE_PART = 16 };

/* Lifetime */

static const FwlPacket blank = {
    .pts = FWL_NOPTS_VALUE,
    .dts = FWL_NOPTS_VALUE,
    .pos = -1,
    .time_base = {0, 1},
};

/* memcpy, which becomes vector moves: for an assignment compilers take a string instruction, which
 * needs longer to start than this to end. */
static inline void make_blank(FwlPacket *pkt, FwlPool *pool)
{
    memcpy(pkt, &blank, sizeof *pkt);
    pkt->pool = pool;
}

FwlPacket *fwl_packet_alloc(void)
{
    FwlPacket *pkt = fwl_malloc(sizeof *pkt);
    if (pkt)
        make_blank(pkt, NULL);
    return pkt;
}

FwlPacket *fwl_packet_clone(const FwlPacket *src)
{
    FwlPacket *pkt = fwl_packet_alloc();
    if (pkt && fwl_packet_ref(pkt, src) < 0)
        fwl_packet_free(&pkt);
    if (pkt)
        fwl_packet_trace(pkt, __builtin_return_address(0));
    return pkt;
}

/* Ends what the packet holds. Its fields are then good for nothing. */
static void end_contents(FwlPacket *pkt)
{
    if (pkt->side_data)
        fwl_packet_free_side_data(pkt);
    if (pkt->opaque_ref)
        fwl_buffer_unref(&pkt->opaque_ref);
    fwl_buffer_unref(&pkt->buf);
}

void fwl_packet_free(FwlPacket **pkt)
{
    if (!pkt || !*pkt)
        return;
    end_contents(*pkt);
    fwl_freep(pkt);
}

void fwl_init_packet(FwlPacket *pkt)
{
    uint8_t *data = pkt->data;
    const size_t size = pkt->size;
    fwl_trace_refill("packet", pkt->buf, __builtin_return_address(0));
    make_blank(pkt, NULL);
    pkt->data = data;
    pkt->size = size;
}

/* Making data */

static bool is_size(size_t size)
{
    return size <= (size_t)PTRDIFF_MAX - PADDING;
}

/* A buffer for size bytes and the padding behind them, the padding written. */
static FwlBufferRef *alloc_padded(FwlPool *pool, size_t size)
{
    FwlBufferRef *buf = fwl_buffer_alloc2(pool, size + PADDING);
    if (buf)
        memset(buf->data + size, 0, PADDING);
    return buf;
}

int fwl_new_packet(FwlPacket *pkt, size_t size)
{
    if (!is_size(size))
        return FWL_E_RANGE;
    FwlBufferRef *buf = alloc_padded(pkt->pool, size);
    if (!buf)
        return FWL_E_NOMEM;
    fwl_trace_refill("packet", pkt->buf, __builtin_return_address(0));
    make_blank(pkt, pkt->pool);
    pkt->buf = buf;
    pkt->data = buf->data;
    pkt->size = size;
    fwl_packet_trace(pkt, __builtin_return_address(0));
    return 0;
}

void fwl_shrink_packet(FwlPacket *pkt, size_t size)
{
    if (size >= pkt->size)
        return;
    pkt->size = size;
    memset(pkt->data + size, 0, PADDING);
}

/* Where data begins in the packet's buffer; false where it is not in there. */
static bool find_offset(const FwlPacket *pkt, size_t *offset)
{
    *offset = 0;
    if (!pkt->buf || !pkt->data)
        return true;
    const uintptr_t start = (uintptr_t)pkt->buf->data;
    const uintptr_t data = (uintptr_t)pkt->data;
    if (data < start || data - start > pkt->buf->size)
        return false;
    *offset = data - start;
    return pkt->size <= pkt->buf->size - *offset;
}

/* Moves the data, at its offset, to a buffer of capacity bytes of the packet's own. */
static int move_data(FwlPacket *pkt, size_t offset, size_t capacity)
{
    FwlBufferRef *buf = fwl_buffer_alloc2(pkt->pool, capacity);
    if (!buf)
        return FWL_E_NOMEM;
    if (offset > 0)
        memcpy(buf->data, pkt->buf->data, offset);
    if (pkt->size > 0)
        memcpy(buf->data + offset, pkt->data, pkt->size);
    fwl_buffer_unref(&pkt->buf);
    pkt->buf = buf;
    pkt->data = buf->data + offset;
    return 0;
}

static bool has_room(const FwlPacket *pkt, size_t needed)
{
    return pkt->buf && needed <= pkt->buf->size && fwl_buffer_is_writable(pkt->buf);
}

int fwl_grow_packet(FwlPacket *pkt, size_t grow_by)
{
    size_t size;
    if (!fwl_checked_add(pkt->size, grow_by, &size) || !is_size(size))
        return FWL_E_RANGE;
    size_t offset;
    if (!find_offset(pkt, &offset))
        return FWL_E_INVALID;
    const size_t padded = size + PADDING;
    if (has_room(pkt, offset + padded)) {
        pkt->data = pkt->buf->data + offset;
    } else {
        const size_t spare = pkt->buf ? padded / SPARE_PART : 0;
        const int err = move_data(pkt, offset, offset + padded + spare);
        if (err < 0)
            return err;
    }
    pkt->size = size;
    memset(pkt->data + size, 0, PADDING);
    fwl_packet_trace(pkt, __builtin_return_address(0));
    return 0;
}

int fwl_packet_from_data(FwlPacket *pkt, uint8_t *data, size_t size)
{
    if (!is_size(size))
        return FWL_E_RANGE;
    FwlBufferRef *buf = fwl_buffer_create(data, size + PADDING, NULL, NULL, 0);
    if (!buf)
        return FWL_E_NOMEM;
    fwl_trace_refill("packet", pkt->buf, __builtin_return_address(0));
    pkt->buf = buf;
    pkt->data = data;
    pkt->size = size;
    fwl_packet_trace(pkt, __builtin_return_address(0));
    return 0;
}

/* References */

/* A buffer of its own with a copy of the packet's data. */
static FwlBufferRef *copy_data(FwlPool *pool, const FwlPacket *src)
{
    FwlBufferRef *buf = is_size(src->size) ? alloc_padded(pool, src->size) : NULL;
    if (buf && src->size > 0)
        memcpy(buf->data, src->data, src->size);
    return buf;
}

int fwl_packet_copy_props(FwlPacket *dst, const FwlPacket *src)
{
    const FwlBufferRef *opaque_ref = src->opaque_ref;
    const FwlPacketSideData *side_data = src->side_data;
    const int count = src->side_data_elems;
    dst->pts = src->pts;
    dst->dts = src->dts;
    dst->pos = src->pos;
    dst->duration = src->duration;
    dst->flags = src->flags;
    dst->stream_index = src->stream_index;
    dst->opaque = src->opaque;
    dst->time_base = src->time_base;
    dst->opaque_ref = NULL;
    dst->side_data = NULL;
    dst->side_data_elems = 0;

    if (opaque_ref && fwl_buffer_replace(&dst->opaque_ref, opaque_ref) < 0)
        return FWL_E_NOMEM;
    for (int i = 0; i < count; i++) {
        const FwlPacketSideData *piece = &side_data[i];
        uint8_t *data = fwl_packet_new_side_data(dst, piece->type, piece->size);
        if (!data)
            goto fail;
        if (piece->size > 0)
            memcpy(data, piece->data, piece->size);
    }
    return 0;

fail:
    fwl_packet_free_side_data(dst);
    fwl_buffer_unref(&dst->opaque_ref);
    return FWL_E_NOMEM;
}

int fwl_packet_ref(FwlPacket *dst, const FwlPacket *src)
{
    fwl_trace_refill("packet", dst->buf, __builtin_return_address(0));
    make_blank(dst, src->pool);
    const int err = fwl_packet_copy_props(dst, src);
    if (err < 0)
        goto fail;
    dst->buf = src->buf ? fwl_buffer_ref(src->buf) : copy_data(src->pool, src);
    if (!dst->buf)
        goto fail;
    dst->data = src->buf ? src->data : dst->buf->data;
    dst->size = src->size;
    fwl_packet_trace(dst, __builtin_return_address(0));
    return 0;

fail:
    fwl_packet_unref(dst);
    return FWL_E_NOMEM;
}

void fwl_packet_unref(FwlPacket *pkt)
{
    end_contents(pkt);
    make_blank(pkt, pkt->pool);
}

void fwl_packet_move_ref(FwlPacket *dst, FwlPacket *src)
{
    if (dst == src)
        return;
    fwl_trace_refill("packet", dst->buf, __builtin_return_address(0));
    *dst = *src;
    make_blank(src, src->pool);
    fwl_packet_trace(dst, __builtin_return_address(0));
}

/* Puts a copy of the data in place of what the packet refers to. */
static int replace_by_copy(FwlPacket *pkt)
{
    FwlBufferRef *buf = copy_data(pkt->pool, pkt);
    if (!buf)
        return FWL_E_NOMEM;
    fwl_buffer_unref(&pkt->buf);
    pkt->buf = buf;
    pkt->data = buf->data;
    fwl_packet_trace(pkt, __builtin_return_address(0));
    return 0;
}

int fwl_packet_make_refcounted(FwlPacket *pkt)
{
    return pkt->buf ? 0 : replace_by_copy(pkt);
}

int fwl_packet_make_writable(FwlPacket *pkt)
{
    if (pkt->buf && fwl_buffer_is_writable(pkt->buf))
        return 0;
    return replace_by_copy(pkt);
}

/* Timestamps */

void fwl_packet_rescale_ts(FwlPacket *pkt, FwlRational tb_src, FwlRational tb_dst)
{
    if (pkt->pts != FWL_NOPTS_VALUE)
        pkt->pts = fwl_rescale_q(pkt->pts, tb_src, tb_dst);
    if (pkt->dts != FWL_NOPTS_VALUE)
        pkt->dts = fwl_rescale_q(pkt->dts, tb_src, tb_dst);
    if (pkt->duration > 0)
        pkt->duration = fwl_rescale_q(pkt->duration, tb_src, tb_dst);
}
