/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that go from libavcodec to Framewell and back. */
#include <limits.h>
#include <string.h>

#include <libavcodec/packet.h>

#include "case.h"
#include "framewell/ffmpeg.h"

static void free_av(void *packet)
{
    av_packet_free(packet);
}

static void free_own(void *packet)
{
    fwl_packet_free(packet);
}

enum { SIZE = 100 };

static void fill_bytes(uint8_t *data, size_t size, int seed)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(seed + 3 * (int)i);
}

/* Fields that differ from each other and from those of a blank packet. */
#define FILL_FIELDS(packet)             \
    do {                                \
        (packet)->pts = 1001;           \
        (packet)->dts = 1002;           \
        (packet)->stream_index = 3;     \
        (packet)->flags = 0x15;         \
        (packet)->duration = 1004;      \
        (packet)->pos = 1005;           \
        (packet)->opaque = &blank_text; \
        (packet)->time_base.num = 7;    \
        (packet)->time_base.den = 8;    \
    } while (0)

static char blank_text;

/* A packet of libavcodec's with all that one can have, side data of every type included. */
static AVPacket *make_av(void)
{
    AVPacket *packet = av_packet_alloc();
    if (!packet || av_new_packet(packet, SIZE) < 0)
        return packet;
    FILL_FIELDS(packet);
    fill_bytes(packet->data, SIZE, 1);
    packet->opaque_ref = av_buffer_allocz(10);
    for (int type = 0; type < AV_PKT_DATA_NB; type++) {
        uint8_t *data =
            av_packet_new_side_data(packet, (enum AVPacketSideDataType)type, (size_t)(5 + type));
        if (data)
            fill_bytes(data, (size_t)(5 + type), type);
    }
    return packet;
}

static FwlPacket *make_own(void)
{
    FwlPacket *packet = fwl_packet_alloc();
    if (!packet || fwl_new_packet(packet, SIZE) < 0)
        return packet;
    FILL_FIELDS(packet);
    fill_bytes(packet->data, SIZE, 1);
    packet->opaque_ref = fwl_buffer_allocz(10);
    for (int type = 0; type < FWL_PKT_DATA_NB; type++) {
        uint8_t *data =
            fwl_packet_new_side_data(packet, (enum FwlPacketSideDataType)type, (size_t)(5 + type));
        if (data)
            fill_bytes(data, (size_t)(5 + type), type);
    }
    return packet;
}

#define EXPECT_SAME_FIELDS(a, b)                                                \
    do {                                                                        \
        assert_int_equal((a)->pts, (b)->pts);                                   \
        assert_int_equal((a)->dts, (b)->dts);                                   \
        assert_int_equal((a)->size, (b)->size);                                 \
        assert_int_equal((a)->stream_index, (b)->stream_index);                 \
        assert_int_equal((a)->flags, (b)->flags);                               \
        assert_int_equal((a)->duration, (b)->duration);                         \
        assert_int_equal((a)->pos, (b)->pos);                                   \
        assert_ptr_equal((a)->opaque, (b)->opaque);                             \
        assert_int_equal((a)->time_base.num, (b)->time_base.num);               \
        assert_int_equal((a)->time_base.den, (b)->time_base.den);               \
        assert_int_equal((a)->side_data_elems, (b)->side_data_elems);           \
        for (int i = 0; i < (a)->side_data_elems; i++) {                        \
            assert_int_equal((a)->side_data[i].type, (b)->side_data[i].type);   \
            assert_int_equal((a)->side_data[i].size, (b)->side_data[i].size);   \
            assert_memory_equal((a)->side_data[i].data, (b)->side_data[i].data, \
                                (a)->side_data[i].size);                        \
        }                                                                       \
    } while (0)

static void every_field_and_side_data_of_every_type_is_imported_and_comes_home(void)
{
    AVPacket *av = need(make_av());
    later(free_av, &av);
    assert_int_equal(av->side_data_elems, AV_PKT_DATA_NB);
    FwlPacket *own = need(fwl_packet_alloc());
    later(free_own, &own);
    need_ok(fwl_av_packet_import(own, av));
    EXPECT_SAME_FIELDS(own, av);
    assert_ptr_equal(own->data, av->data);
    assert_ptr_equal(own->opaque_ref->data, av->opaque_ref->data);

    AVPacket *home = need(av_packet_alloc());
    later(free_av, &home);
    need_ok(fwl_av_packet_export(home, own));
    EXPECT_SAME_FIELDS(home, av);
    assert_ptr_equal(home->data, av->data);
    assert_ptr_equal(home->buf->buffer, av->buf->buffer);
    assert_ptr_equal(home->opaque_ref->buffer, av->opaque_ref->buffer);
}

static void every_field_and_side_data_of_every_type_is_exported_and_comes_home(void)
{
    FwlPacket *own = need(make_own());
    later(free_own, &own);
    if (!own->opaque_ref || own->side_data_elems < FWL_PKT_DATA_NB)
        need(NULL);
    AVPacket *av = need(av_packet_alloc());
    later(free_av, &av);
    need_ok(fwl_av_packet_export(av, own));
    EXPECT_SAME_FIELDS(av, own);
    assert_ptr_equal(av->data, own->data);

    FwlPacket *home = need(fwl_packet_alloc());
    later(free_own, &home);
    need_ok(fwl_av_packet_import(home, av));
    EXPECT_SAME_FIELDS(home, own);
    assert_ptr_equal(home->buf->buffer, own->buf->buffer);
    assert_ptr_equal(home->opaque_ref->buffer, own->opaque_ref->buffer);
}

static void a_blank_packet_stays_blank(void)
{
    AVPacket *av = need(av_packet_alloc());
    later(free_av, &av);
    FwlPacket *own = need(fwl_packet_alloc());
    later(free_own, &own);
    need_ok(fwl_av_packet_import(own, av));
    FwlPacket *blank = need(fwl_packet_alloc());
    later(free_own, &blank);
    assert_memory_equal(own, blank, sizeof *own);
    need_ok(fwl_av_packet_export(av, own));
    EXPECT_SAME_FIELDS(av, blank);
    assert_null(av->buf);
}

static void data_that_is_only_borrowed_is_copied_with_its_padding(void)
{
    static uint8_t bytes[SIZE];
    fill_bytes(bytes, SIZE, 9);
    static const uint8_t zeros[AV_INPUT_BUFFER_PADDING_SIZE];
    AVPacket *av = need(av_packet_alloc());
    later(free_av, &av);
    av->data = bytes;
    av->size = SIZE;
    FwlPacket *own = need(fwl_packet_alloc());
    later(free_own, &own);
    need_ok(fwl_av_packet_import(own, av));
    assert_ptr_not_equal(own->data, bytes);
    assert_memory_equal(own->data, bytes, SIZE);
    assert_memory_equal(own->data + SIZE, zeros, sizeof zeros);

    FwlPacket *lender = need(fwl_packet_alloc());
    later(free_own, &lender);
    lender->data = bytes;
    lender->size = SIZE;
    av_packet_unref(av);
    need_ok(fwl_av_packet_export(av, lender));
    assert_ptr_not_equal(av->data, bytes);
    assert_memory_equal(av->data, bytes, SIZE);
    assert_memory_equal(av->data + SIZE, zeros, sizeof zeros);
}

static void a_moved_packet_leaves_a_blank_one_and_may_be_written(void)
{
    FwlPacket *own = need(make_own());
    later(free_own, &own);
    need(own->buf);
    const uint8_t *data = own->data;
    AVPacket *av = need(av_packet_alloc());
    later(free_av, &av);
    need_ok(fwl_av_packet_move(av, own));
    assert_null(own->buf);
    assert_null(own->side_data);
    assert_int_equal(own->pts, FWL_NOPTS_VALUE);
    assert_int_equal(av_buffer_is_writable(av->buf), 1);
    need_ok(av_packet_make_writable(av));
    assert_ptr_equal(av->data, data);
}

static void a_failure_leaves_both_packets_as_they_were(void)
{
    FwlPacket *own = need(make_own());
    later(free_own, &own);
    need(own->buf);
    const int count = own->side_data_elems;
    AVPacket *av = need(av_packet_alloc());
    later(free_av, &av);
    const int err = fwl_av_packet_move(av, own);
    if (err < 0) {
        assert_int_equal(err, FWL_E_NOMEM);
        assert_null(av->buf);
        assert_null(av->side_data);
        assert_null(av->opaque_ref);
        assert_int_equal(av->pts, AV_NOPTS_VALUE);
        assert_int_equal(own->side_data_elems, count);
        assert_int_equal(fwl_buffer_is_writable(own->buf), 1);
        assert_int_equal(own->pts, 1001);
    }
    need_ok(err);
    FwlPacket *back = need(fwl_packet_alloc());
    later(free_own, &back);
    const int back_err = fwl_av_packet_import(back, av);
    if (back_err < 0) {
        assert_null(back->buf);
        assert_null(back->side_data);
        assert_int_equal(back->pts, FWL_NOPTS_VALUE);
    }
    need_ok(back_err);
}

static void packets_that_hold_something_and_impossible_sizes_are_refused(void)
{
    AVPacket *av = need(make_av());
    later(free_av, &av);
    FwlPacket *own = need(make_own());
    later(free_own, &own);
    need(own->buf);
    const uint8_t *data = own->data;
    assert_int_equal(fwl_av_packet_import(own, av), FWL_E_INVALID);
    assert_int_equal(fwl_av_packet_export(av, own), FWL_E_INVALID);
    assert_int_equal(fwl_av_packet_import(NULL, av), FWL_E_INVALID);
    assert_int_equal(fwl_av_packet_import(own, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_av_packet_export(NULL, own), FWL_E_INVALID);
    assert_int_equal(fwl_av_packet_move(av, NULL), FWL_E_INVALID);
    assert_ptr_equal(own->data, data);

    fwl_packet_unref(own);
    av->size = -1;
    assert_int_equal(fwl_av_packet_import(own, av), FWL_E_INVALID);
    av->size = SIZE;
    av_packet_unref(av);
    static uint8_t byte;
    own->data = &byte;
    own->size = (size_t)INT_MAX - AV_INPUT_BUFFER_PADDING_SIZE + 1;
    assert_int_equal(fwl_av_packet_export(av, own), FWL_E_RANGE);
    assert_null(av->data);
    own->data = NULL;
    own->size = 0;
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(every_field_and_side_data_of_every_type_is_imported_and_comes_home),
        CASE(every_field_and_side_data_of_every_type_is_exported_and_comes_home),
        CASE(a_blank_packet_stays_blank),
        CASE(data_that_is_only_borrowed_is_copied_with_its_padding),
        CASE(a_moved_packet_leaves_a_blank_one_and_may_be_written),
        CASE(a_failure_leaves_both_packets_as_they_were),
        CASE(packets_that_hold_something_and_impossible_sizes_are_refused),
    };
    return run_cases("ffmpeg_packet", cases, sizeof cases / sizeof cases[0], argc, argv);
}
