/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues: bounds, waiting, ending; one thread, or one more that waits. The numbers in pts tell
 * items apart. */
#include <string.h>

#include "case.h"
#include "framewell/queue.h"
#include "pool_fixture.h"
#include "queue_threads.h"

static void close_packet(void *object)
{
    fwl_packet_free(object);
}

static void close_frame(void *object)
{
    fwl_frame_free(object);
}

static FwlQueue *make_queue(const FwlQueueConfig *config)
{
    FwlQueue *queue = NULL;
    need_ok(fwl_queue_create(&queue, config));
    return queue;
}

static FwlQueue *make_queue_of(size_t count)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_count = count;
    return make_queue(&config);
}

/* Sends a packet of size bytes without waiting. */
static int send_bytes(FwlQueue *queue, int64_t pts, size_t size)
{
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(close_packet, &pkt);
    need_ok(fwl_new_packet(pkt, size));
    pkt->pts = pts;
    return fwl_queue_send_packet(queue, pkt, 0);
}

static int send_number(FwlQueue *queue, int64_t pts)
{
    FwlPacket pkt = {.pts = pts};
    return fwl_queue_send_packet(queue, &pkt, 0);
}

/* The number of the next packet, or a code. */
static int64_t receive_number(FwlQueue *queue)
{
    FwlPacket pkt = {0};
    const int err = fwl_queue_receive_packet(queue, &pkt, 0);
    const int64_t pts = pkt.pts;
    fwl_packet_unref(&pkt);
    return err < 0 ? err : pts;
}

/* Lifetime */

static void the_defaults_are_those_of_the_header(void)
{
    const FwlQueueConfig config = fwl_queue_config_default();
    assert_int_equal(config.kind, FWL_QUEUE_PACKETS);
    assert_int_equal(config.max_count, 64);
    assert_int_equal(config.max_size, SIZE_MAX);
    assert_int_equal(config.max_duration, INT64_MAX);
    assert_null(config.pool);
    FwlQueue *queue = make_queue(NULL);
    later(close_queue, &queue);
    for (int i = 0; i < 64; i++)
        expect_code(send_number(queue, i), 0);
    expect_code(send_number(queue, 64), FWL_E_AGAIN);
}

static void expect_refused(FwlQueueConfig config, int code)
{
    FwlQueue *queue = (FwlQueue *)&config;
    expect_code(fwl_queue_create(&queue, &config), code);
    assert_null(queue);
}

static void a_config_that_makes_no_sense_is_refused(void)
{
    const FwlQueueConfig good = fwl_queue_config_default();
    FwlQueueConfig bad = good;
    bad.max_count = 0;
    expect_refused(bad, FWL_E_INVALID);
    bad = good;
    bad.max_duration = -1;
    expect_refused(bad, FWL_E_INVALID);
    bad = good;
    bad.kind = (enum FwlQueueKind)2;
    expect_refused(bad, FWL_E_INVALID);
    bad = good;
    bad.max_count = SIZE_MAX;
    expect_refused(bad, FWL_E_RANGE);
    bad.max_count = SIZE_MAX / 128;
    expect_refused(bad, FWL_E_RANGE);
    expect_code(fwl_queue_create(NULL, &good), FWL_E_INVALID);
}

static void destroy_ends_what_is_left_and_accepts_nothing(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 1, 1000), 0);
    expect_code(send_bytes(queue, 2, 1000), 0);
    fwl_queue_destroy(&queue);
    assert_null(queue);
    fwl_queue_destroy(&queue);
    fwl_queue_destroy(NULL);
}

static void the_memory_is_of_the_pool_that_is_named(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    need_ok(fwl_pool_create(&pool, NULL));
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_count = 1000;
    config.pool = pool;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_in_range(stats.current_usage, 128 * 1000, 128 * 1250 + 1000);
}

/* Moving */

static void packets_are_moved_in_order_and_not_copied(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(close_packet, &pkt);
    uint8_t *data[10];
    for (int round = 0; round < 10; round++) {
        need_ok(fwl_new_packet(pkt, 100));
        data[round] = pkt->data;
        pkt->pts = round;
        need(fwl_packet_new_side_data(pkt, FWL_PKT_DATA_PALETTE, 10));
        expect_code(fwl_queue_send_packet(queue, pkt, FWL_WAIT_FOREVER), 0);
        assert_null(pkt->buf);
        assert_null(pkt->side_data);
        assert_int_equal(pkt->pts, FWL_NOPTS_VALUE);
        if (round < 3)
            continue;
        expect_code(fwl_queue_receive_packet(queue, pkt, FWL_WAIT_FOREVER), 0);
        assert_int_equal(pkt->pts, round - 3);
        assert_ptr_equal(pkt->data, data[round - 3]);
        assert_int_equal(pkt->side_data_elems, 1);
        fwl_packet_unref(pkt);
    }
}

static void frames_are_moved_with_planes_of_their_own(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.kind = FWL_QUEUE_FRAMES;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    FwlFrame *frame = need(fwl_frame_alloc());
    later(close_frame, &frame);
    frame->format = FWL_PIX_FMT_YUV420P;
    frame->width = 64;
    frame->height = 32;
    need_ok(fwl_frame_get_buffer(frame, 0));
    const uint8_t *data = frame->data[0];
    const size_t size = frame->buf[0]->size;
    expect_code(fwl_queue_send_frame(queue, frame, 0), 0);
    assert_null(frame->buf[0]);
    assert_int_equal(frame->format, -1);
    FwlQueueStats stats;
    fwl_queue_get_stats(queue, &stats);
    assert_int_equal(stats.size, size);
    expect_code(fwl_queue_receive_frame(queue, frame, 0), 0);
    assert_ptr_equal(frame->data[0], data);
    assert_ptr_equal(frame->extended_data, frame->data);
    expect_code(fwl_queue_receive_frame(queue, frame, 0), FWL_E_INVALID);
    assert_ptr_equal(frame->data[0], data);
}

static void frames_count_with_all_their_buffers(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.kind = FWL_QUEUE_FRAMES;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    FwlFrame *frame = need(fwl_frame_alloc());
    later(close_frame, &frame);
    frame->format = FWL_SAMPLE_FMT_S16P;
    frame->nb_samples = 1000;
    frame->pkt_duration = 1000;
    frame->ch_layout = (FwlChannelLayout){.nb_channels = 10};
    need_ok(fwl_frame_get_buffer(frame, 0));
    uint64_t size = 0;
    for (int i = 0; i < 8; i++)
        size += frame->buf[i]->size;
    for (int i = 0; i < frame->nb_extended_buf; i++)
        size += frame->extended_buf[i]->size;
    expect_code(fwl_queue_send_frame(queue, frame, 0), 0);
    FwlQueueStats stats;
    fwl_queue_get_stats(queue, &stats);
    assert_int_equal(stats.size, size);
    assert_int_equal(stats.duration, 1000);
}

static void arguments_that_make_no_sense_are_refused(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    FwlFrame *frame = need(fwl_frame_alloc());
    later(close_frame, &frame);
    FwlPacket pkt = {.pts = 7};
    expect_code(fwl_queue_send_frame(queue, frame, 0), FWL_E_INVALID);
    expect_code(fwl_queue_receive_frame(queue, frame, 0), FWL_E_INVALID);
    expect_code(fwl_queue_send_packet(queue, NULL, 0), FWL_E_INVALID);
    expect_code(fwl_queue_send_packet(NULL, &pkt, 0), FWL_E_INVALID);
    expect_code(fwl_queue_receive_packet(queue, NULL, 0), FWL_E_INVALID);
    expect_code(fwl_queue_set_err_send(NULL, 0), FWL_E_INVALID);
    expect_code(fwl_queue_set_err_recv(NULL, 0), FWL_E_INVALID);
    expect_code(fwl_queue_abort(NULL, FWL_E_ABORTED), FWL_E_INVALID);
    assert_int_equal(pkt.pts, 7);
    assert_int_equal(fwl_queue_nb_elems(queue), 0);
}

static void a_packet_that_still_has_a_buffer_is_not_overwritten(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(close_packet, &pkt);
    need_ok(fwl_new_packet(pkt, 10));
    const uint8_t *data = pkt->data;
    expect_code(send_number(queue, 1), 0);
    expect_code(fwl_queue_receive_packet(queue, pkt, 0), FWL_E_INVALID);
    assert_ptr_equal(pkt->data, data);
    assert_int_equal(fwl_queue_nb_elems(queue), 1);
}

static void side_data_alone_is_not_overwritten_either(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(close_packet, &pkt);
    need(fwl_packet_new_side_data(pkt, FWL_PKT_DATA_PALETTE, 16));
    expect_code(send_number(queue, 1), 0);
    expect_code(fwl_queue_receive_packet(queue, pkt, 0), FWL_E_INVALID);
    assert_int_equal(pkt->side_data_elems, 1);
    assert_int_equal(fwl_queue_nb_elems(queue), 1);
}

static void a_frame_that_holds_metadata_is_not_overwritten(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.kind = FWL_QUEUE_FRAMES;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    FwlFrame *frame = need(fwl_frame_alloc());
    later(close_frame, &frame);
    need_ok(fwl_dict_set(&frame->metadata, "key", "value", 0));
    expect_code(fwl_queue_receive_frame(queue, frame, 0), FWL_E_INVALID);
    assert_non_null(frame->metadata);
}

/* Bounds */

static void what_finds_no_room_stays_with_the_caller(void)
{
    FwlQueue *queue = make_queue_of(2);
    later(close_queue, &queue);
    expect_code(send_number(queue, 1), 0);
    expect_code(send_number(queue, 2), 0);
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(close_packet, &pkt);
    need_ok(fwl_new_packet(pkt, 10));
    const FwlPacket before = *pkt;
    expect_code(fwl_queue_send_packet(queue, pkt, 0), FWL_E_AGAIN);
    assert_memory_equal(pkt, &before, sizeof before);
    expect_code(fwl_queue_send_packet(queue, pkt, 1), FWL_E_TIMEOUT);
    assert_memory_equal(pkt, &before, sizeof before);
    expect_code(receive_number(queue), 1);
    expect_code(fwl_queue_send_packet(queue, pkt, 0), 0);
    expect_code(receive_number(queue), 2);
}

static void bytes_are_bounded_side_data_counts(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_size = 1000;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 1, 600), 0);
    expect_code(send_bytes(queue, 2, 401), FWL_E_AGAIN);
    expect_code(send_bytes(queue, 3, 400), 0);
    expect_code(send_number(queue, 4), 0); /* no byte more */
    expect_code(receive_number(queue), 1);
    FwlPacket *pkt = need(fwl_packet_alloc());
    later(close_packet, &pkt);
    need_ok(fwl_new_packet(pkt, 500));
    need(fwl_packet_new_side_data(pkt, FWL_PKT_DATA_PALETTE, 101));
    expect_code(fwl_queue_send_packet(queue, pkt, 0), FWL_E_AGAIN);
    need_ok(fwl_packet_shrink_side_data(pkt, FWL_PKT_DATA_PALETTE, 100));
    expect_code(fwl_queue_send_packet(queue, pkt, 0), 0);
}

static int send_duration(FwlQueue *queue, int64_t duration)
{
    FwlPacket pkt = {.duration = duration};
    return fwl_queue_send_packet(queue, &pkt, 0);
}

static void duration_is_bounded_what_is_unknown_counts_nothing(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_duration = 100;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    expect_code(send_duration(queue, 60), 0);
    expect_code(send_duration(queue, 41), FWL_E_AGAIN);
    expect_code(send_duration(queue, 40), 0);
    expect_code(send_duration(queue, 1), FWL_E_AGAIN);
    expect_code(send_duration(queue, 0), 0);
    expect_code(send_duration(queue, -5), 0);
    FwlQueueStats stats;
    fwl_queue_get_stats(queue, &stats);
    assert_int_equal(stats.duration, 100);
    assert_int_equal(stats.count, 4);
}

static void an_item_above_a_bound_goes_into_an_empty_queue_alone(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_size = 100;
    config.max_duration = 100;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 1, 5000), 0);
    expect_code(send_bytes(queue, 2, 1), FWL_E_AGAIN);
    expect_code(send_number(queue, 2), FWL_E_AGAIN);
    expect_code(receive_number(queue), 1);
    expect_code(send_duration(queue, INT64_MAX), 0);
    expect_code(send_duration(queue, INT64_MAX), FWL_E_AGAIN);
}

static void bounds_of_zero_let_one_item_in_at_a_time(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_size = 0;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 1, 1), 0);
    expect_code(send_bytes(queue, 2, 1), FWL_E_AGAIN);
    expect_code(receive_number(queue), 1);
    expect_code(send_bytes(queue, 2, 1), 0);
}

static void an_empty_queue_gives_nothing(void)
{
    FwlQueue *queue = make_queue_of(2);
    later(close_queue, &queue);
    FwlPacket pkt = {.pts = 7};
    expect_code(fwl_queue_receive_packet(queue, &pkt, 0), FWL_E_AGAIN);
    expect_code(fwl_queue_receive_packet(queue, &pkt, 1), FWL_E_TIMEOUT);
    assert_int_equal(pkt.pts, 7);
}

/* Ending */

static void sends_fail_with_the_code_that_was_set_and_receives_go_on(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    expect_code(send_number(queue, 1), 0);
    expect_code(fwl_queue_set_err_send(queue, FWL_E_IO), 0);
    expect_code(send_number(queue, 2), FWL_E_IO);
    expect_code(receive_number(queue), 1);
    expect_code(receive_number(queue), FWL_E_AGAIN);
    expect_code(fwl_queue_set_err_send(queue, 1), FWL_E_INVALID);
    expect_code(send_number(queue, 2), FWL_E_IO);
    expect_code(fwl_queue_set_err_send(queue, 0), 0);
    expect_code(send_number(queue, 2), 0);
}

static void receives_fail_with_the_code_that_was_set_once_all_is_received(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    expect_code(send_number(queue, 1), 0);
    expect_code(fwl_queue_set_err_recv(queue, FWL_E_EOF), 0);
    expect_code(send_number(queue, 2), 0);
    expect_code(receive_number(queue), 1);
    expect_code(receive_number(queue), 2);
    expect_code(receive_number(queue), FWL_E_EOF);
    expect_code(receive_number(queue), FWL_E_EOF);
    expect_code(fwl_queue_set_err_recv(queue, 5), FWL_E_INVALID);
    expect_code(receive_number(queue), FWL_E_EOF);
    expect_code(fwl_queue_set_err_recv(queue, 0), 0);
    expect_code(receive_number(queue), FWL_E_AGAIN);
}

static void any_code_ends_a_wait_again_too(void)
{
    FwlQueue *queue = make_queue_of(1);
    later(close_queue, &queue);
    FwlPacket pkt = {0};
    expect_code(fwl_queue_set_err_recv(queue, FWL_E_AGAIN), 0);
    expect_code(fwl_queue_receive_packet(queue, &pkt, FWL_WAIT_FOREVER), FWL_E_AGAIN);
    expect_code(fwl_queue_set_err_send(queue, FWL_E_AGAIN), 0);
    expect_code(fwl_queue_send_packet(queue, &pkt, FWL_WAIT_FOREVER), FWL_E_AGAIN);
}

static void an_abort_stops_both_ends_and_ends_what_is_in_the_queue(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 1, 100), 0);
    expect_code(send_bytes(queue, 2, 100), 0);
    expect_code(fwl_queue_abort(queue, 0), FWL_E_INVALID);
    expect_code(fwl_queue_abort(queue, 1), FWL_E_INVALID);
    assert_int_equal(fwl_queue_nb_elems(queue), 2);
    expect_code(fwl_queue_abort(queue, FWL_E_DATA), 0);
    assert_int_equal(fwl_queue_nb_elems(queue), 0);
    expect_code(fwl_queue_abort(queue, FWL_E_ABORTED), 0);
    expect_code(fwl_queue_set_err_send(queue, 0), 0);
    expect_code(fwl_queue_set_err_recv(queue, FWL_E_EOF), 0);
    expect_code(send_number(queue, 3), FWL_E_DATA);
    expect_code(receive_number(queue), FWL_E_DATA);
}

/* A buffer whose end sends one more packet: free callbacks hold no lock. */
struct Resender {
    FwlQueue *queue;
    int count;
};

static void send_more(void *opaque, uint8_t *data)
{
    struct Resender *resender = opaque;
    (void)data;
    resender->count++;
    if (resender->queue)
        (void)send_number(resender->queue, 100 + resender->count);
}

static void flush_ends_what_is_there_and_callbacks_may_use_the_queue(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    struct Resender resender = {.queue = queue};
    static uint8_t data[10];
    for (int i = 0; i < 2; i++) {
        FwlPacket pkt = {.pts = i};
        pkt.buf = need(fwl_buffer_create(data, sizeof data, send_more, &resender, 0));
        expect_code(fwl_queue_send_packet(queue, &pkt, 0), 0);
    }
    assert_int_equal(fwl_queue_flush(queue), 2);
    assert_int_equal(resender.count, 2);
    expect_code(receive_number(queue), 101);
    expect_code(receive_number(queue), 102);
    assert_int_equal(fwl_queue_flush(queue), 0);
}

/* Waiting, with another thread */

static void a_waiting_receive_gets_what_is_sent(void)
{
    FwlQueue *queue = make_queue_of(4);
    later(close_queue, &queue);
    struct Waiter waiter = {.queue = queue};
    later(end_waiter, &waiter);
    start_waiter(&waiter, RECEIVE);
    expect_code(send_number(queue, 5), 0);
    join_waiter(&waiter);
    assert_int_equal(waiter.result, 0);
    assert_int_equal(waiter.number, 5);
}

static void a_waiting_send_goes_on_when_one_item_was_received(void)
{
    FwlQueue *queue = make_queue_of(3);
    later(close_queue, &queue);
    for (int i = 0; i < 3; i++)
        expect_code(send_number(queue, i), 0);
    struct Waiter waiter = {.queue = queue, .number = 3};
    later(end_waiter, &waiter);
    start_waiter(&waiter, SEND);
    expect_code(receive_number(queue), 0);
    join_waiter(&waiter);
    assert_int_equal(waiter.result, 0);
    for (int i = 1; i < 4; i++)
        expect_code(receive_number(queue), i);
}

static void a_flush_lets_a_waiting_send_go_on(void)
{
    FwlQueue *queue = make_queue_of(1);
    later(close_queue, &queue);
    expect_code(send_number(queue, 1), 0);
    struct Waiter waiter = {.queue = queue, .number = 2};
    later(end_waiter, &waiter);
    start_waiter(&waiter, SEND);
    assert_int_equal(fwl_queue_flush(queue), 1);
    join_waiter(&waiter);
    assert_int_equal(waiter.result, 0);
    expect_code(receive_number(queue), 2);
}

static void codes_end_waits(void)
{
    FwlQueue *queue = make_queue_of(1);
    later(close_queue, &queue);
    struct Waiter receiver = {.queue = queue};
    later(end_waiter, &receiver);
    start_waiter(&receiver, RECEIVE);
    expect_code(fwl_queue_set_err_recv(queue, FWL_E_EOF), 0);
    join_waiter(&receiver);
    assert_int_equal(receiver.result, FWL_E_EOF);

    expect_code(send_number(queue, 1), 0);
    struct Waiter sender = {.queue = queue};
    later(end_waiter, &sender);
    start_waiter(&sender, SEND);
    expect_code(fwl_queue_set_err_send(queue, FWL_E_IO), 0);
    join_waiter(&sender);
    assert_int_equal(sender.result, FWL_E_IO);
}

static void an_abort_ends_waits_at_either_end(void)
{
    for (int is_full = 0; is_full < 2; is_full++) {
        FwlQueue *queue = make_queue_of(1);
        later(close_queue, &queue);
        if (is_full)
            expect_code(send_number(queue, 1), 0);
        struct Waiter waiters[2] = {{.queue = queue}, {.queue = queue}};
        later(end_waiter, &waiters[0]);
        later(end_waiter, &waiters[1]);
        for (int i = 0; i < 2; i++)
            start_waiter(&waiters[i], is_full ? SEND : RECEIVE);
        expect_code(fwl_queue_abort(queue, FWL_E_ABORTED), 0);
        for (int i = 0; i < 2; i++) {
            join_waiter(&waiters[i]);
            assert_int_equal(waiters[i].result, FWL_E_ABORTED);
        }
    }
}

static void who_waits_is_served_in_the_order_of_arrival(void)
{
    FwlQueue *queue = make_queue_of(1);
    later(close_queue, &queue);
    expect_code(send_number(queue, 0), 0);
    struct Waiter first = {.queue = queue, .number = 1};
    struct Waiter second = {.queue = queue, .number = 2};
    later(end_waiter, &first);
    later(end_waiter, &second);
    start_waiter(&first, SEND);
    start_waiter(&second, SEND);
    for (int i = 0; i < 3; i++)
        expect_code(receive_number(queue), i);
}

static void nobody_passes_a_large_item_that_waits(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_size = 100;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 0, 50), 0);
    struct Waiter large = {.queue = queue, .number = 1, .size = 80};
    later(end_waiter, &large);
    start_waiter(&large, SEND);
    expect_code(send_bytes(queue, 2, 10), FWL_E_AGAIN);
    expect_code(receive_number(queue), 0);
    join_waiter(&large);
    expect_code(send_bytes(queue, 2, 10), 0);
    expect_code(receive_number(queue), 1);
    expect_code(receive_number(queue), 2);
}

static void who_gives_up_lets_those_behind_go_on(void)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_size = 100;
    FwlQueue *queue = make_queue(&config);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 0, 50), 0);
    struct Waiter large = {.queue = queue, .number = 1, .size = 80, .timeout_ms = 300};
    struct Waiter small = {.queue = queue, .number = 2, .size = 10};
    later(end_waiter, &large);
    later(end_waiter, &small);
    start_waiter(&large, SEND);
    start_waiter(&small, SEND);
    join_waiter(&large);
    assert_int_equal(large.result, FWL_E_TIMEOUT);
    join_waiter(&small);
    assert_int_equal(small.result, 0);
    expect_code(receive_number(queue), 0);
    expect_code(receive_number(queue), 2);
}

static void who_cannot_go_on_is_not_woken(void)
{
    enum { COUNT = 4 };
    FwlQueue *queue = make_queue_of(COUNT);
    later(close_queue, &queue);
    struct Waiter waiters[COUNT];
    for (int i = 0; i < COUNT; i++)
        waiters[i] = (struct Waiter){.queue = queue};
    later(end_waiter, &waiters[0]);
    later(end_waiter, &waiters[1]);
    later(end_waiter, &waiters[2]);
    later(end_waiter, &waiters[3]);
    unsigned long sleeps[COUNT];
    for (int i = 0; i < COUNT; i++) {
        start_waiter(&waiters[i], RECEIVE);
        sleeps[i] = sleeps_of(&waiters[i]);
    }
    expect_code(send_number(queue, 1), 0);
    expect_code(send_number(queue, 2), 0);
    join_waiter(&waiters[0]);
    join_waiter(&waiters[1]);
    assert_int_equal(sleeps_of(&waiters[2]), sleeps[2]);
    assert_int_equal(sleeps_of(&waiters[3]), sleeps[3]);
    assert_int_equal(fwl_queue_nb_elems(queue), 0);
}

static void who_waits_takes_no_time_of_a_core(void)
{
    FwlQueue *queue = make_queue_of(1);
    later(close_queue, &queue);
    struct Waiter waiter = {.queue = queue, .timeout_ms = 400};
    later(end_waiter, &waiter);
    start_waiter(&waiter, RECEIVE);
    join_waiter(&waiter);
    assert_int_equal(waiter.result, FWL_E_TIMEOUT);
    assert_in_range(waiter.cpu_ns, 0, 100000000);
}

/* Inspection */

static void the_statistics_add_up(void)
{
    FwlQueue *queue = make_queue_of(3);
    later(close_queue, &queue);
    expect_code(send_bytes(queue, 1, 100), 0);
    expect_code(send_bytes(queue, 2, 200), 0);
    expect_code(send_duration(queue, 40), 0);
    expect_code(send_number(queue, 4), FWL_E_AGAIN);
    FwlPacket pkt = {0};
    expect_code(fwl_queue_send_packet(queue, &pkt, 1), FWL_E_TIMEOUT);
    expect_code(receive_number(queue), 1);
    assert_int_equal(fwl_queue_nb_elems(queue), 2);
    FwlQueueStats stats;
    fwl_queue_get_stats(queue, &stats);
    const FwlQueueStats expected = {
        .count = 2,
        .size = 200,
        .duration = 40,
        .peak_count = 3,
        .peak_size = 300,
        .peak_duration = 40,
        .sent_count = 3,
        .received_count = 1,
        .send_wait_count = 1,
    };
    assert_memory_equal(&stats, &expected, sizeof stats);
    assert_int_equal(fwl_queue_flush(queue), 2);
    expect_code(fwl_queue_receive_packet(queue, &pkt, 1), FWL_E_TIMEOUT);
    fwl_queue_get_stats(queue, &stats);
    assert_int_equal(stats.received_count, 3);
    assert_int_equal(stats.receive_wait_count, 1);
    assert_int_equal(stats.peak_count, 3);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(the_defaults_are_those_of_the_header),
        CASE(a_config_that_makes_no_sense_is_refused),
        CASE(destroy_ends_what_is_left_and_accepts_nothing),
        CASE(the_memory_is_of_the_pool_that_is_named),
        CASE(packets_are_moved_in_order_and_not_copied),
        CASE(frames_are_moved_with_planes_of_their_own),
        CASE(frames_count_with_all_their_buffers),
        CASE(arguments_that_make_no_sense_are_refused),
        CASE(a_packet_that_still_has_a_buffer_is_not_overwritten),
        CASE(side_data_alone_is_not_overwritten_either),
        CASE(a_frame_that_holds_metadata_is_not_overwritten),
        CASE(what_finds_no_room_stays_with_the_caller),
        CASE(bytes_are_bounded_side_data_counts),
        CASE(duration_is_bounded_what_is_unknown_counts_nothing),
        CASE(an_item_above_a_bound_goes_into_an_empty_queue_alone),
        CASE(bounds_of_zero_let_one_item_in_at_a_time),
        CASE(an_empty_queue_gives_nothing),
        CASE(sends_fail_with_the_code_that_was_set_and_receives_go_on),
        CASE(receives_fail_with_the_code_that_was_set_once_all_is_received),
        CASE(any_code_ends_a_wait_again_too),
        CASE(an_abort_stops_both_ends_and_ends_what_is_in_the_queue),
        CASE(flush_ends_what_is_there_and_callbacks_may_use_the_queue),
        CASE(a_waiting_receive_gets_what_is_sent),
        CASE(a_waiting_send_goes_on_when_one_item_was_received),
        CASE(a_flush_lets_a_waiting_send_go_on),
        CASE(codes_end_waits),
        CASE(an_abort_ends_waits_at_either_end),
        CASE(who_waits_is_served_in_the_order_of_arrival),
        CASE(nobody_passes_a_large_item_that_waits),
        CASE(who_gives_up_lets_those_behind_go_on),
        CASE(who_cannot_go_on_is_not_woken),
        CASE(who_waits_takes_no_time_of_a_core),
        CASE(the_statistics_add_up),
    };
    return run_cases("queue", cases, sizeof cases / sizeof cases[0], argc, argv);
}
