/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/dict.h"
#include "framewell/packet.h"

static void free_packet(void *pkt)
{
    fwl_packet_free(pkt);
}

static void unref_packet(void *pkt)
{
    fwl_packet_unref(pkt);
}

static void free_dict(void *dict)
{
    fwl_dict_free(dict);
}

static void unref_buffer(void *buf)
{
    fwl_buffer_unref(buf);
}

static void destroy_pool(void *pool)
{
    fwl_pool_destroy(pool);
}

static void expect_padding(const FwlPacket *pkt)
{
    for (size_t i = 0; i < FWL_INPUT_BUFFER_PADDING_SIZE; i++)
        assert_int_equal(pkt->data[pkt->size + i], 0);
}

static void expect_blank(const FwlPacket *pkt)
{
    assert_null(pkt->buf);
    assert_null(pkt->data);
    assert_int_equal(pkt->size, 0);
    assert_true(pkt->pts == FWL_NOPTS_VALUE && pkt->dts == FWL_NOPTS_VALUE);
    assert_int_equal(pkt->pos, -1);
    assert_int_equal(pkt->duration, 0);
    assert_int_equal(pkt->flags, 0);
    assert_int_equal(pkt->stream_index, 0);
    assert_null(pkt->side_data);
    assert_int_equal(pkt->side_data_elems, 0);
    assert_null(pkt->opaque);
    assert_null(pkt->opaque_ref);
    assert_int_equal(pkt->time_base.num, 0);
    assert_int_equal(pkt->time_base.den, 1);
}

/* A packet of text with properties, side data and an opaque_ref, made without planted failures. */
static FwlPacket *make_packet(const char *text)
{
    faults_pause();
    FwlPacket *pkt = need(fwl_packet_alloc());
    need_ok(fwl_new_packet(pkt, strlen(text)));
    memcpy(pkt->data, text, pkt->size);
    pkt->pts = 3003;
    pkt->dts = 1001;
    pkt->duration = 40;
    pkt->pos = 77;
    pkt->flags = FWL_PKT_FLAG_KEY;
    pkt->stream_index = 2;
    pkt->time_base = fwl_make_q(1, 90000);
    pkt->opaque = pkt;
    pkt->opaque_ref = need(fwl_buffer_allocz(4));
    memcpy(need(fwl_packet_new_side_data(pkt, FWL_PKT_DATA_SKIP_SAMPLES, 3)), "abc", 3);
    memcpy(need(fwl_packet_new_side_data(pkt, FWL_PKT_DATA_AFD, 1)), "d", 1);
    faults_resume();
    return pkt;
}

static void expect_text(const FwlPacket *pkt, const char *text)
{
    assert_int_equal(pkt->size, strlen(text));
    assert_memory_equal(pkt->data, text, strlen(text));
    expect_padding(pkt);
}

static void expect_same_props(const FwlPacket *a, const FwlPacket *b)
{
    assert_true(a->pts == b->pts && a->dts == b->dts && a->duration == b->duration);
    assert_true(a->pos == b->pos && a->flags == b->flags && a->stream_index == b->stream_index);
    assert_int_equal(a->time_base.den, b->time_base.den);
    assert_ptr_equal(a->opaque, b->opaque);
    assert_ptr_equal(a->opaque_ref->buffer, b->opaque_ref->buffer);
    assert_int_equal(a->side_data_elems, b->side_data_elems);
    for (int i = 0; i < a->side_data_elems; i++) {
        assert_int_equal(a->side_data[i].type, b->side_data[i].type);
        assert_int_equal(a->side_data[i].size, b->side_data[i].size);
        assert_ptr_not_equal(a->side_data[i].data, b->side_data[i].data);
        assert_memory_equal(a->side_data[i].data, b->side_data[i].data, b->side_data[i].size);
    }
}

/* Lifetime */

static void a_packet_begins_blank(void)
{
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(free_packet, &pkt);
    expect_blank(pkt);
    assert_null(pkt->pool);
}

static void freeing_accepts_null_and_leaves_null(void)
{
    FwlPacket *pkt = make_packet("hello");
    fwl_packet_free(&pkt);
    assert_null(pkt);
    fwl_packet_free(&pkt);
    fwl_packet_free(NULL);
}

static void init_makes_blank_but_for_data_and_size(void)
{
    uint8_t byte = 1;
    FwlPacket pkt;
    memset(&pkt, 0x2a, sizeof pkt);
    pkt.data = &byte;
    pkt.size = 1;
    fwl_init_packet(&pkt);
    assert_ptr_equal(pkt.data, &byte);
    assert_int_equal(pkt.size, 1);
    assert_null(pkt.pool);
    pkt.data = NULL;
    pkt.size = 0;
    expect_blank(&pkt);
}

/* Making data */

static void a_new_packet_has_room_and_zero_padding(void)
{
    FwlPacket pkt = {0};
    need_ok(fwl_new_packet(&pkt, 1000));
    later(unref_packet, &pkt);
    assert_int_equal(pkt.size, 1000);
    assert_int_equal(pkt.buf->size, 1000 + FWL_INPUT_BUFFER_PADDING_SIZE);
    assert_ptr_equal(pkt.data, pkt.buf->data);
    assert_true(pkt.pts == FWL_NOPTS_VALUE);
    memset(pkt.data, 0xff, pkt.size);
    expect_padding(&pkt);
}

static void a_packet_of_no_bytes_has_padding_too(void)
{
    FwlPacket pkt = {0};
    need_ok(fwl_new_packet(&pkt, 0));
    later(unref_packet, &pkt);
    expect_text(&pkt, "");
}

static void a_new_packet_takes_its_memory_from_its_pool(void)
{
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, NULL));
    later(destroy_pool, &pool);
    FwlPacket pkt = {.pool = pool};
    need_ok(fwl_new_packet(&pkt, 10));
    later(unref_packet, &pkt);
    assert_ptr_equal(pkt.pool, pool);
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.allocation_count, 1);

    need_ok(fwl_grow_packet(&pkt, 5000));
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.allocation_count, 2);
    fwl_packet_unref(&pkt);
    assert_ptr_equal(pkt.pool, pool);
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.current_usage, 0);
}

static void a_negative_size_is_refused_and_nothing_changes(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    const FwlPacket before = *pkt;
    assert_int_equal(fwl_new_packet(pkt, (size_t)-1), FWL_E_RANGE);
    assert_int_equal(fwl_grow_packet(pkt, (size_t)-1), FWL_E_RANGE);
    assert_int_equal(fwl_grow_packet(pkt, PTRDIFF_MAX), FWL_E_RANGE);
    assert_int_equal(fwl_packet_from_data(pkt, pkt->data, (size_t)-65), FWL_E_RANGE);
    assert_memory_equal(pkt, &before, sizeof before);
}

static void a_new_packet_without_memory_is_untouched(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    const FwlPacket before = *pkt;
    assert_int_equal(fwl_new_packet(pkt, PTRDIFF_MAX - 4096), FWL_E_NOMEM);
    assert_memory_equal(pkt, &before, sizeof before);
}

static void shrinking_moves_the_padding_up(void)
{
    FwlPacket *pkt = make_packet("hello world");
    later(free_packet, &pkt);
    fwl_shrink_packet(pkt, 5);
    expect_text(pkt, "hello");
    fwl_shrink_packet(pkt, 6);
    expect_text(pkt, "hello");
}

static void growing_keeps_the_bytes_and_properties(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    if (fwl_grow_packet(pkt, 100000) < 0) {
        expect_text(pkt, "hello");
        return;
    }
    assert_int_equal(pkt->size, 100005);
    assert_memory_equal(pkt->data, "hello", 5);
    assert_int_equal(pkt->pts, 3003);
    assert_int_equal(pkt->buf->size, (100005 + 64) + (100005 + 64) / 16);
    expect_padding(pkt);
}

static void growing_within_the_spare_does_not_move(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    need_ok(fwl_grow_packet(pkt, 1000));
    const uint8_t *data = pkt->data;
    need_ok(fwl_grow_packet(pkt, 20));
    assert_ptr_equal(pkt->data, data);
    assert_int_equal(pkt->size, 1025);
    expect_padding(pkt);
}

static void growing_leaves_other_holders_alone(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    FwlPacket *other = need(fwl_packet_clone(pkt));
    later(free_packet, &other);
    need_ok(fwl_grow_packet(pkt, 1));
    memset(pkt->data, 'x', pkt->size);
    expect_text(other, "hello");
}

static void growing_keeps_the_offset_of_the_data(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    pkt->data += 2;
    pkt->size -= 2;
    need_ok(fwl_grow_packet(pkt, 1000));
    assert_memory_equal(pkt->data, "llo", 3);
    assert_int_equal(pkt->data - pkt->buf->data, 2);
    assert_memory_equal(pkt->buf->data, "he", 2);
    expect_padding(pkt);
}

static void growing_a_packet_whose_data_is_elsewhere_is_refused(void)
{
    uint8_t elsewhere[4] = {0};
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    pkt->data = elsewhere;
    pkt->size = sizeof elsewhere;
    assert_int_equal(fwl_grow_packet(pkt, 1), FWL_E_INVALID);
    assert_ptr_equal(pkt->data, elsewhere);
    pkt->data = pkt->buf->data;
    pkt->size = pkt->buf->size + 1;
    assert_int_equal(fwl_grow_packet(pkt, 1), FWL_E_INVALID);
}

static void growing_borrowed_data_copies_it(void)
{
    uint8_t text[] = "hello";
    FwlPacket pkt;
    fwl_init_packet(&pkt);
    pkt.data = text;
    pkt.size = 5;
    need_ok(fwl_grow_packet(&pkt, 3));
    later(unref_packet, &pkt);
    assert_ptr_equal(pkt.data, pkt.buf->data);
    assert_int_equal(pkt.size, 8);
    assert_memory_equal(pkt.data, "hello", 5);
    expect_padding(&pkt);
}

static void data_of_the_callers_becomes_the_packets(void)
{
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(free_packet, &pkt);
    pkt->pts = 5;
    uint8_t *data = need(fwl_mallocz(10 + FWL_INPUT_BUFFER_PADDING_SIZE));
    if (fwl_packet_from_data(pkt, data, 10) < 0) {
        assert_null(pkt->buf);
        fwl_free(data);
        return;
    }
    assert_ptr_equal(pkt->data, data);
    assert_int_equal(pkt->size, 10);
    assert_int_equal(pkt->buf->size, 10 + FWL_INPUT_BUFFER_PADDING_SIZE);
    assert_int_equal(pkt->pts, 5);
}

/* References */

static void a_reference_shares_the_data_and_copies_the_side_data(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    FwlPacket *other = need(fwl_packet_clone(pkt));
    later(free_packet, &other);
    assert_ptr_equal(other->data, pkt->data);
    assert_int_equal(fwl_buffer_get_ref_count(pkt->buf), 2);
    assert_int_equal(fwl_buffer_get_ref_count(pkt->opaque_ref), 2);
    expect_same_props(other, pkt);
}

static void a_reference_to_borrowed_data_is_a_copy(void)
{
    uint8_t text[] = "hello";
    FwlPacket src;
    fwl_init_packet(&src);
    src.data = text;
    src.size = 5;
    FwlPacket dst;
    need_ok(fwl_packet_ref(&dst, &src));
    later(unref_packet, &dst);
    assert_ptr_not_equal(dst.data, text);
    expect_text(&dst, "hello");
}

static void a_failed_reference_leaves_dst_blank(void)
{
    FwlPacket *src = make_packet("hello");
    later(free_packet, &src);
    FwlPacket dst;
    memset(&dst, 0x2a, sizeof dst);
    if (fwl_packet_ref(&dst, src) < 0) {
        expect_blank(&dst);
        assert_int_equal(fwl_buffer_get_ref_count(src->buf), 1);
        return;
    }
    expect_text(&dst, "hello");
    fwl_packet_unref(&dst);
    expect_blank(&dst);
}

static void a_reference_outlives_its_source(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    FwlPacket *other = need(fwl_packet_clone(pkt));
    later(free_packet, &other);
    fwl_packet_free(&pkt);
    expect_text(other, "hello");
}

static void moving_leaves_the_source_blank(void)
{
    FwlPacket *src = make_packet("hello");
    later(free_packet, &src);
    FwlPacket dst;
    memset(&dst, 0x2a, sizeof dst);
    fwl_packet_move_ref(&dst, src);
    expect_blank(src);
    expect_text(&dst, "hello");
    assert_int_equal(fwl_buffer_get_ref_count(dst.buf), 1);
    fwl_packet_move_ref(&dst, &dst);
    expect_text(&dst, "hello");
    fwl_packet_unref(&dst);
}

static void copied_properties_leave_the_data_alone(void)
{
    FwlPacket *src = make_packet("hello");
    later(free_packet, &src);
    FwlPacket dst = {.size = 9};
    if (fwl_packet_copy_props(&dst, src) < 0) {
        assert_null(dst.side_data);
        assert_null(dst.opaque_ref);
        return;
    }
    assert_null(dst.buf);
    assert_null(dst.data);
    assert_int_equal(dst.size, 9);
    expect_same_props(&dst, src);
    fwl_packet_unref(&dst);
}

static void make_refcounted_copies_only_borrowed_data(void)
{
    uint8_t text[] = "hello";
    FwlPacket pkt;
    fwl_init_packet(&pkt);
    pkt.data = text;
    pkt.size = 5;
    if (fwl_packet_make_refcounted(&pkt) < 0) {
        assert_ptr_equal(pkt.data, text);
        return;
    }
    later(unref_packet, &pkt);
    expect_text(&pkt, "hello");
    const uint8_t *data = pkt.data;
    need_ok(fwl_packet_make_refcounted(&pkt));
    assert_ptr_equal(pkt.data, data);
}

static void make_writable_copies_shared_data(void)
{
    FwlPacket *pkt = make_packet("hello");
    later(free_packet, &pkt);
    const uint8_t *data = pkt->data;
    need_ok(fwl_packet_make_writable(pkt));
    assert_ptr_equal(pkt->data, data);

    FwlPacket *other = need(fwl_packet_clone(pkt));
    later(free_packet, &other);
    if (fwl_packet_make_writable(pkt) < 0) {
        assert_ptr_equal(pkt->data, data);
        assert_int_equal(fwl_buffer_get_ref_count(pkt->buf), 2);
        return;
    }
    assert_int_equal(fwl_buffer_is_writable(pkt->buf), 1);
    memset(pkt->data, 'x', pkt->size);
    expect_padding(pkt);
    expect_text(other, "hello");
}

/* Timestamps */

static void timestamps_are_rescaled_and_unknown_ones_stay(void)
{
    FwlPacket pkt;
    fwl_init_packet(&pkt);
    pkt.pts = 90000;
    pkt.duration = 3600;
    fwl_packet_rescale_ts(&pkt, fwl_make_q(1, 90000), fwl_make_q(1, 1000));
    assert_int_equal(pkt.pts, 1000);
    assert_true(pkt.dts == FWL_NOPTS_VALUE);
    assert_int_equal(pkt.duration, 40);
}

/* Side data */

static void side_data_is_zero_and_found_by_type(void)
{
    FwlPacket pkt = {0};
    later(unref_packet, &pkt);
    uint8_t *data = need(fwl_packet_new_side_data(&pkt, FWL_PKT_DATA_PALETTE, 1024));
    for (size_t i = 0; i < 1024 + FWL_INPUT_BUFFER_PADDING_SIZE; i++)
        assert_int_equal(data[i], 0);
    size_t size = 7;
    assert_ptr_equal(fwl_packet_get_side_data(&pkt, FWL_PKT_DATA_PALETTE, &size), data);
    assert_int_equal(size, 1024);
    assert_ptr_equal(fwl_packet_get_side_data(&pkt, FWL_PKT_DATA_PALETTE, NULL), data);
    assert_null(fwl_packet_get_side_data(&pkt, FWL_PKT_DATA_AFD, &size));
    assert_int_equal(size, 0);
}

static void side_data_of_one_type_is_replaced(void)
{
    FwlPacket pkt = {0};
    later(unref_packet, &pkt);
    need(fwl_packet_new_side_data(&pkt, FWL_PKT_DATA_AFD, 1));
    uint8_t *data = need(fwl_malloc(2));
    need_ok(fwl_packet_add_side_data(&pkt, FWL_PKT_DATA_AFD, data, 2));
    assert_int_equal(pkt.side_data_elems, 1);
    assert_ptr_equal(pkt.side_data[0].data, data);
    assert_int_equal(pkt.side_data[0].size, 2);
}

static void side_data_that_cannot_be_added_stays_the_callers(void)
{
    FwlPacket pkt = {0};
    later(unref_packet, &pkt);
    uint8_t *data = need(fwl_malloc(2));
    if (fwl_packet_add_side_data(&pkt, FWL_PKT_DATA_AFD, data, 2) < 0) {
        assert_int_equal(pkt.side_data_elems, 0);
        fwl_free(data);
    }
    assert_null(fwl_packet_new_side_data(&pkt, FWL_PKT_DATA_PALETTE, SIZE_MAX));
    assert_null(fwl_packet_new_side_data(&pkt, FWL_PKT_DATA_PALETTE, PTRDIFF_MAX));
}

static void there_are_no_more_pieces_than_types(void)
{
    FwlPacket pkt = {0};
    later(unref_packet, &pkt);
    for (int i = 0; i < FWL_PKT_DATA_NB; i++)
        need(fwl_packet_new_side_data(&pkt, (enum FwlPacketSideDataType)i, 1));
    uint8_t byte = 0;
    assert_int_equal(fwl_packet_add_side_data(&pkt, FWL_PKT_DATA_NB, &byte, 1), FWL_E_RANGE);
    assert_int_equal(pkt.side_data_elems, FWL_PKT_DATA_NB);
}

static void side_data_shrinks_and_never_grows(void)
{
    FwlPacket pkt = {0};
    later(unref_packet, &pkt);
    need(fwl_packet_new_side_data(&pkt, FWL_PKT_DATA_AFD, 10));
    assert_int_equal(fwl_packet_shrink_side_data(&pkt, FWL_PKT_DATA_AFD, 4), 0);
    assert_int_equal(pkt.side_data[0].size, 4);
    assert_int_equal(fwl_packet_shrink_side_data(&pkt, FWL_PKT_DATA_AFD, 5), FWL_E_INVALID);
    assert_int_equal(fwl_packet_shrink_side_data(&pkt, FWL_PKT_DATA_PALETTE, 0), FWL_E_INVALID);
    assert_int_equal(pkt.side_data[0].size, 4);
}

static void freeing_side_data_leaves_the_rest(void)
{
    FwlPacket pkt = {0};
    later(unref_packet, &pkt);
    need_ok(fwl_new_packet(&pkt, 4));
    need(fwl_packet_new_side_data(&pkt, FWL_PKT_DATA_PALETTE, 5));
    need(fwl_packet_new_side_data(&pkt, FWL_PKT_DATA_AFD, 1));
    fwl_packet_free_side_data(&pkt);
    assert_int_equal(pkt.side_data_elems, 0);
    assert_null(pkt.side_data);
    assert_int_equal(pkt.size, 4);
    fwl_packet_free_side_data(&pkt);
}

static void every_type_has_a_name(void)
{
    for (int i = 0; i < FWL_PKT_DATA_NB; i++)
        assert_non_null(fwl_packet_side_data_name((enum FwlPacketSideDataType)i));
    assert_null(fwl_packet_side_data_name(FWL_PKT_DATA_NB));
    assert_null(fwl_packet_side_data_name((enum FwlPacketSideDataType)-1));
}

/* Dictionaries */

static void a_dictionary_packs_to_its_strings_and_back(void)
{
    static const char packed[] = "title\0Harbour\0year\0001999";
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    need_ok(fwl_packet_unpack_dictionary((const uint8_t *)packed, sizeof packed, &dict));
    assert_int_equal(fwl_dict_count(dict), 2);
    assert_string_equal(fwl_dict_get(dict, "year", NULL, 0)->value, "1999");

    size_t size = 7;
    uint8_t *again = fwl_packet_pack_dictionary(dict, &size);
    assert_int_equal(size, again ? sizeof packed : 0);
    assert_memory_equal(need(again), packed, size);
    fwl_free(again);
    assert_null(fwl_packet_pack_dictionary(NULL, &size));
    assert_int_equal(size, 0);
}

static void what_was_not_packed_so_changes_nothing(void)
{
    static const struct {
        const char *data;
        size_t size;
    } broken[] = {{"b\0002", 3}, {"b\0002\0c", 6}, {"\0x", 3}, {"b", 2}, {"b\0002\0\0x", 7}};
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, "a", "1", 0));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const uint8_t *data = (const uint8_t *)broken[i].data;
        expect_code(fwl_packet_unpack_dictionary(data, broken[i].size, &dict), FWL_E_DATA);
        assert_int_equal(fwl_dict_count(dict), 1);
    }
    assert_int_equal(fwl_packet_unpack_dictionary(NULL, 5, &dict), 0);
    assert_int_equal(fwl_packet_unpack_dictionary((const uint8_t *)"", 0, &dict), 0);
}

static void the_reader_of_a_reference_needs_no_source(void)
{
    FwlPacket pkt = {0};
    need_ok(fwl_new_packet(&pkt, 4));
    FwlBufferRef *buf = fwl_buffer_ref(pkt.buf);
    fwl_packet_unref(&pkt);
    later(unref_buffer, &buf);
    assert_int_equal(need(buf)->size, 4 + FWL_INPUT_BUFFER_PADDING_SIZE);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_packet_begins_blank),
        CASE(freeing_accepts_null_and_leaves_null),
        CASE(init_makes_blank_but_for_data_and_size),
        CASE(a_new_packet_has_room_and_zero_padding),
        CASE(a_packet_of_no_bytes_has_padding_too),
        CASE(a_new_packet_takes_its_memory_from_its_pool),
        CASE(a_negative_size_is_refused_and_nothing_changes),
        CASE(a_new_packet_without_memory_is_untouched),
        CASE(shrinking_moves_the_padding_up),
        CASE(growing_keeps_the_bytes_and_properties),
        CASE(growing_within_the_spare_does_not_move),
        CASE(growing_leaves_other_holders_alone),
        CASE(growing_keeps_the_offset_of_the_data),
        CASE(growing_a_packet_whose_data_is_elsewhere_is_refused),
        CASE(growing_borrowed_data_copies_it),
        CASE(data_of_the_callers_becomes_the_packets),
        CASE(a_reference_shares_the_data_and_copies_the_side_data),
        CASE(a_reference_to_borrowed_data_is_a_copy),
        CASE(a_failed_reference_leaves_dst_blank),
        CASE(a_reference_outlives_its_source),
        CASE(moving_leaves_the_source_blank),
        CASE(copied_properties_leave_the_data_alone),
        CASE(make_refcounted_copies_only_borrowed_data),
        CASE(make_writable_copies_shared_data),
        CASE(timestamps_are_rescaled_and_unknown_ones_stay),
        CASE(side_data_is_zero_and_found_by_type),
        CASE(side_data_of_one_type_is_replaced),
        CASE(side_data_that_cannot_be_added_stays_the_callers),
        CASE(there_are_no_more_pieces_than_types),
        CASE(side_data_shrinks_and_never_grows),
        CASE(freeing_side_data_leaves_the_rest),
        CASE(every_type_has_a_name),
        CASE(a_dictionary_packs_to_its_strings_and_back),
        CASE(what_was_not_packed_so_changes_nothing),
        CASE(the_reader_of_a_reference_needs_no_source),
    };
    return run_cases("packet", cases, sizeof cases / sizeof cases[0], argc, argv);
}
