/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets against the installed libavcodec: the same calls on both, all fields and bytes compared.
 * */
#include <libavcodec/packet.h>
#include <libavutil/mem.h>
#include <string.h>

#include "case.h"
#include "framewell/mem.h"
#include "framewell/packet.h"
#include "random_calls.h"
#include "tally.h"

/* The older functions are compared, too. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

enum { STEPS = 300000, SLOTS = 6, SIZE_MAX_BITS = 12 };

static FwlPacket *ours[SLOTS];
static AVPacket *theirs[SLOTS];
static uint8_t borrowed[256 + FWL_INPUT_BUFFER_PADDING_SIZE];

static void fill(uint8_t *a, uint8_t *b, size_t size)
{
    const int first = random_below(256);
    for (size_t i = 0; i < size; i++)
        a[i] = b[i] = (uint8_t)((size_t)first + i);
}

static void compare_side_data(int step, const FwlPacket *a, const AVPacket *b)
{
    COMPARE(a->side_data_elems, b->side_data_elems, "step %d", step);
    for (int i = 0; i < a->side_data_elems && i < b->side_data_elems; i++) {
        COMPARE(a->side_data[i].type, b->side_data[i].type, "step %d", step);
        COMPARE(a->side_data[i].size, b->side_data[i].size, "step %d", step);
        COMPARE(memcmp(a->side_data[i].data, b->side_data[i].data, b->side_data[i].size), 0,
                "step %d", step);
    }
}

static void compare_buffer(int step, const FwlPacket *a, const AVPacket *b)
{
    COMPARE(!a->buf, !b->buf, "step %d", step);
    COMPARE(!a->data, !b->data, "step %d", step);
    if (a->data && b->data && a->size == (size_t)b->size)
        COMPARE(memcmp(a->data, b->data, a->size + FWL_INPUT_BUFFER_PADDING_SIZE), 0, "step %d",
                step);
    if (!a->buf || !b->buf)
        return;
    COMPARE(a->buf->size, b->buf->size, "step %d", step);
    COMPARE(a->data - a->buf->data, b->data - b->buf->data, "step %d", step);
    COMPARE(fwl_buffer_get_ref_count(a->buf), av_buffer_get_ref_count(b->buf), "step %d", step);
    COMPARE(fwl_buffer_is_writable(a->buf), av_buffer_is_writable(b->buf), "step %d", step);
}

static void compare_packet(int step, const FwlPacket *a, const AVPacket *b)
{
    COMPARE(a->size, b->size, "step %d", step);
    COMPARE(a->pts, b->pts, "step %d", step);
    COMPARE(a->dts, b->dts, "step %d", step);
    COMPARE(a->duration, b->duration, "step %d", step);
    COMPARE(a->pos, b->pos, "step %d", step);
    COMPARE(a->flags, b->flags, "step %d", step);
    COMPARE(a->stream_index, b->stream_index, "step %d", step);
    COMPARE((intptr_t)a->opaque, (intptr_t)b->opaque, "step %d", step);
    COMPARE(a->time_base.num, b->time_base.num, "step %d", step);
    COMPARE(a->time_base.den, b->time_base.den, "step %d", step);
    COMPARE(!a->opaque_ref, !b->opaque_ref, "step %d", step);
    if (a->opaque_ref && b->opaque_ref)
        COMPARE(fwl_buffer_get_ref_count(a->opaque_ref), av_buffer_get_ref_count(b->opaque_ref),
                "step %d", step);
    compare_buffer(step, a, b);
    compare_side_data(step, a, b);
}

static void call_unref(int slot)
{
    tally_call();
    fwl_packet_unref(ours[slot]);
    av_packet_unref(theirs[slot]);
}

static void call_new(int step, int slot)
{
    const int size = (int)random_number(SIZE_MAX_BITS);
    call_unref(slot);
    CALL(fwl_new_packet(ours[slot], (size_t)size), av_new_packet(theirs[slot], size), "step %d",
         step);
    fill(ours[slot]->data, theirs[slot]->data, (size_t)size);
}

static void call_from_data(int step, int slot)
{
    const size_t size = (size_t)random_number(SIZE_MAX_BITS);
    uint8_t *a = fwl_mallocz(size + FWL_INPUT_BUFFER_PADDING_SIZE);
    uint8_t *b = av_mallocz(size + FWL_INPUT_BUFFER_PADDING_SIZE);
    fill(a, b, size);
    call_unref(slot);
    CALL(fwl_packet_from_data(ours[slot], a, size), av_packet_from_data(theirs[slot], b, (int)size),
         "step %d", step);
}

static void call_borrow(int step, int slot)
{
    (void)step;
    call_unref(slot);
    ours[slot]->data = theirs[slot]->data = borrowed;
    const int size = random_below(257);
    ours[slot]->size = (size_t)size;
    theirs[slot]->size = size;
}

static void call_set_fields(int step, int slot)
{
    (void)step;
    FwlPacket *a = ours[slot];
    AVPacket *b = theirs[slot];
    a->pts = b->pts = random_chance(4) ? FWL_NOPTS_VALUE : random_number(40);
    a->dts = b->dts = random_chance(4) ? FWL_NOPTS_VALUE : -random_number(40);
    a->duration = b->duration = random_number(20);
    a->pos = b->pos = random_number(40);
    a->flags = b->flags = random_below(32);
    a->stream_index = b->stream_index = random_below(9);
    a->opaque = b->opaque = borrowed + random_below(100);
    a->time_base.den = b->time_base.den = 1 + random_below(1000);
    if (a->opaque_ref)
        return;
    tally_call();
    a->opaque_ref = fwl_buffer_allocz(5);
    b->opaque_ref = av_buffer_allocz(5);
}

static void call_shrink(int step, int slot)
{
    (void)step;
    if (!ours[slot]->buf)
        return;
    const int size = random_below((int)ours[slot]->size + 10);
    tally_call();
    fwl_shrink_packet(ours[slot], (size_t)size);
    av_shrink_packet(theirs[slot], size);
}

/* Whether growing asks for just the size that a shared buffer has: libavcodec then grows into the
 * buffer that others hold. */
static bool grows_into_shared(const FwlPacket *pkt, size_t by)
{
    if (!pkt->buf || fwl_buffer_is_writable(pkt->buf))
        return false;
    const size_t padded = pkt->size + by + FWL_INPUT_BUFFER_PADDING_SIZE;
    const size_t offset = (size_t)(pkt->data - pkt->buf->data);
    return pkt->buf->size == offset + padded + padded / 16;
}

static void call_grow(int step, int slot)
{
    const int by = (int)random_number(SIZE_MAX_BITS - 2);
    const size_t old = ours[slot]->size;
    if (old > 1 << 16 || grows_into_shared(ours[slot], (size_t)by))
        return;
    CALL(fwl_grow_packet(ours[slot], (size_t)by), av_grow_packet(theirs[slot], by), "step %d",
         step);
    fill(ours[slot]->data + old, theirs[slot]->data + old, (size_t)by);
}

static void call_move_data(int step, int slot)
{
    (void)step;
    if (!ours[slot]->buf || ours[slot]->size == 0)
        return;
    const int by = random_below((int)ours[slot]->size);
    ours[slot]->data += by;
    ours[slot]->size -= (size_t)by;
    theirs[slot]->data += by;
    theirs[slot]->size -= by;
}

static void call_ref(int step, int slot)
{
    const int from = (slot + 1 + random_below(SLOTS - 1)) % SLOTS;
    call_unref(slot);
    CALL(fwl_packet_ref(ours[slot], ours[from]), av_packet_ref(theirs[slot], theirs[from]),
         "step %d", step);
}

static void call_clone(int step, int slot)
{
    tally_call();
    FwlPacket *a = fwl_packet_clone(ours[slot]);
    AVPacket *b = av_packet_clone(theirs[slot]);
    compare_packet(step, a, b);
    tally_call();
    fwl_packet_free(&a);
    av_packet_free(&b);
}

static void call_move(int step, int slot)
{
    (void)step;
    const int from = (slot + 1 + random_below(SLOTS - 1)) % SLOTS;
    call_unref(slot);
    tally_call();
    fwl_packet_move_ref(ours[slot], ours[from]);
    av_packet_move_ref(theirs[slot], theirs[from]);
}

static void call_copy_props(int step, int slot)
{
    const int from = (slot + 1 + random_below(SLOTS - 1)) % SLOTS;
    tally_call();
    fwl_packet_free_side_data(ours[slot]);
    av_packet_free_side_data(theirs[slot]);
    tally_call();
    fwl_buffer_unref(&ours[slot]->opaque_ref);
    av_buffer_unref(&theirs[slot]->opaque_ref);
    CALL(fwl_packet_copy_props(ours[slot], ours[from]),
         av_packet_copy_props(theirs[slot], theirs[from]), "step %d", step);
}

static void call_make(int step, int slot)
{
    if (random_chance(2))
        CALL(fwl_packet_make_refcounted(ours[slot]), av_packet_make_refcounted(theirs[slot]),
             "step %d", step);
    else
        CALL(fwl_packet_make_writable(ours[slot]), av_packet_make_writable(theirs[slot]), "step %d",
             step);
}

static void call_rescale(int step, int slot)
{
    (void)step;
    const int den = 1 + random_below(100000);
    tally_call();
    fwl_packet_rescale_ts(ours[slot], fwl_make_q(1, 90000), fwl_make_q(1, den));
    av_packet_rescale_ts(theirs[slot], av_make_q(1, 90000), av_make_q(1, den));
}

static void call_new_side_data(int step, int slot)
{
    const int type = random_below(FWL_PKT_DATA_NB);
    const size_t size = (size_t)random_number(8);
    tally_call();
    uint8_t *a = fwl_packet_new_side_data(ours[slot], (enum FwlPacketSideDataType)type, size);
    uint8_t *b = av_packet_new_side_data(theirs[slot], (enum AVPacketSideDataType)type, size);
    COMPARE(!a, !b, "step %d", step);
    fill(a, b, size);
}

static void call_add_side_data(int step, int slot)
{
    const int type = random_below(FWL_PKT_DATA_NB);
    const size_t size = (size_t)random_number(8);
    uint8_t *a = fwl_mallocz(size + FWL_INPUT_BUFFER_PADDING_SIZE);
    uint8_t *b = av_mallocz(size + FWL_INPUT_BUFFER_PADDING_SIZE);
    fill(a, b, size);
    CALL(fwl_packet_add_side_data(ours[slot], (enum FwlPacketSideDataType)type, a, size),
         av_packet_add_side_data(theirs[slot], (enum AVPacketSideDataType)type, b, size), "step %d",
         step);
}

/* The older way to make a packet blank, which ends nothing. */
static void call_init(int step, int slot)
{
    (void)step;
    call_unref(slot);
    tally_call();
    ours[slot]->pts = theirs[slot]->pts = 5;
    fwl_init_packet(ours[slot]);
    av_init_packet(theirs[slot]);
}

static void call_shrink_side_data(int step, int slot)
{
    const int type = random_below(FWL_PKT_DATA_NB);
    const size_t size = (size_t)random_number(8);
    CALL(fwl_packet_shrink_side_data(ours[slot], (enum FwlPacketSideDataType)type, size) < 0,
         av_packet_shrink_side_data(theirs[slot], (enum AVPacketSideDataType)type, size) < 0,
         "step %d", step);
}

static void call_get_side_data(int step, int slot)
{
    for (int type = 0; type < FWL_PKT_DATA_NB; type++) {
        size_t a = 1, b = 1;
        CALL(!fwl_packet_get_side_data(ours[slot], (enum FwlPacketSideDataType)type, &a),
             !av_packet_get_side_data(theirs[slot], (enum AVPacketSideDataType)type, &b), "step %d",
             step);
        COMPARE(a, b, "step %d", step);
    }
}

static void the_same_calls_give_the_same_packets(void)
{
    static void (*const calls[])(int, int) = {
        call_new,
        call_from_data,
        call_borrow,
        call_set_fields,
        call_set_fields,
        call_shrink,
        call_grow,
        call_grow,
        call_move_data,
        call_ref,
        call_ref,
        call_clone,
        call_move,
        call_copy_props,
        call_make,
        call_make,
        call_rescale,
        call_new_side_data,
        call_shrink_side_data,
        call_add_side_data,
        call_init,
        call_get_side_data,
    };
    random_start("packet");
    for (int i = 0; i < SLOTS; i++) {
        ours[i] = fwl_packet_alloc();
        theirs[i] = av_packet_alloc();
    }
    for (int step = 0; step < STEPS; step++) {
        const int slot = random_below(SLOTS);
        calls[random_below((int)(sizeof calls / sizeof calls[0]))](step, slot);
        for (int i = 0; i < SLOTS; i++)
            compare_packet(step, ours[i], theirs[i]);
    }
    for (int i = 0; i < SLOTS; i++) {
        fwl_packet_free(&ours[i]);
        av_packet_free(&theirs[i]);
    }
    tally_expect_none("packet");
}

static void names_and_numbers_are_the_same(void)
{
    /* Later ones have more types, behind those of 5.1. */
    const bool has_more = LIBAVCODEC_VERSION_MAJOR >= 60;
    const int own = FWL_PKT_DATA_NB, theirs_now = AV_PKT_DATA_NB;
    COMPARE(has_more ? own < theirs_now : own == theirs_now, true, "types");
    for (int type = -1; type <= FWL_PKT_DATA_NB - has_more; type++)
        CALL(is_same_text(fwl_packet_side_data_name((enum FwlPacketSideDataType)type),
                          av_packet_side_data_name((enum AVPacketSideDataType)type)),
             1, "type %d", type);
    COMPARE(FWL_PKT_DATA_S12M_TIMECODE, AV_PKT_DATA_S12M_TIMECODE, "a late one");
    COMPARE(FWL_PKT_DATA_WEBVTT_SETTINGS, AV_PKT_DATA_WEBVTT_SETTINGS, "one in the middle");
    COMPARE(FWL_PKT_FLAG_DISPOSABLE, AV_PKT_FLAG_DISPOSABLE, "flag");
    tally_expect_none("packet names");
}

int main(int argc, char **argv)
{
    random_options(&argc, argv);
    /* Once: hundreds of thousands of allocations. */
    static const struct TestCase cases[] = {
        CASE_ONCE(names_and_numbers_are_the_same),
        CASE_ONCE(the_same_calls_give_the_same_packets),
    };
    return run_cases("packet against libavcodec", cases, sizeof cases / sizeof cases[0], argc,
                     argv);
}
