/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Eight threads and a queue, with bounds, sizes, waits and ends at random: every item arrives
 * exactly once, those of one sender in their order at every receiver, and the bounds hold. Made for
 * a build with a thread sanitizer.
 *
 * FRAMEWELL_SEED=N runs the one round that a failure names.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "framewell/queue.h"
#include "os/os.h"

enum { ROUNDS = 24, SENDERS_MAX = 6, THREADS = 8, ITEMS = 1500, SIZE_MOST = 300 };

struct Round {
    FwlQueue *queue;
    bool is_of_frames;
    int senders;
    int stop_at; /* a receiver aborts when it has got so many; 0: nobody does */
    atomic_int senders_left;
    atomic_uchar arrived[SENDERS_MAX][ITEMS];
    atomic_int mistakes; /* items out of order, twice, or torn */
    atomic_int codes;    /* ends that were not as they should be */
};

struct Worker {
    struct Round *round;
    int index;
    uint32_t random;
    FwlThread thread;
};

static void close_queue(void *queue)
{
    fwl_queue_destroy(queue);
}

static uint32_t next_random(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

static uint32_t random_timeout(uint32_t *random)
{
    static const uint32_t timeouts[] = {0, 1, FWL_WAIT_FOREVER, FWL_WAIT_FOREVER};
    return timeouts[next_random(random) % 4];
}

static bool is_waiting_code(int result)
{
    return result == FWL_E_AGAIN || result == FWL_E_TIMEOUT;
}

/* A packet or a frame whose number says who sent it. */

static int fill_packet(FwlPacket *pkt, int64_t number, size_t size)
{
    const int err = fwl_new_packet(pkt, size);
    if (err < 0)
        return err;
    memset(pkt->data, (int)(number & 0xff), size);
    pkt->pts = number;
    pkt->duration = number % 7;
    return 0;
}

static int fill_frame(FwlFrame *frame, int64_t number, size_t size)
{
    frame->format = FWL_PIX_FMT_GRAY8;
    frame->width = (int)size;
    frame->height = 1;
    const int err = fwl_frame_get_buffer(frame, 0);
    if (err < 0)
        return err;
    memset(frame->data[0], (int)(number & 0xff), size);
    frame->pts = number;
    frame->pkt_duration = number % 7;
    return 0;
}

static int send_item(struct Round *round, FwlPacket *pkt, FwlFrame *frame, uint32_t timeout_ms)
{
    return round->is_of_frames ? fwl_queue_send_frame(round->queue, frame, timeout_ms)
                               : fwl_queue_send_packet(round->queue, pkt, timeout_ms);
}

static int send_all(struct Worker *worker, FwlPacket *pkt, FwlFrame *frame)
{
    struct Round *round = worker->round;
    for (int i = 0; i < ITEMS; i++) {
        const int64_t number = (int64_t)worker->index * ITEMS + i;
        const size_t size = 1 + next_random(&worker->random) % SIZE_MOST;
        int err =
            round->is_of_frames ? fill_frame(frame, number, size) : fill_packet(pkt, number, size);
        if (err < 0)
            return err;
        do
            err = send_item(round, pkt, frame, random_timeout(&worker->random));
        while (is_waiting_code(err));
        if (err < 0)
            return err;
    }
    return 0;
}

static void *run_sender(void *opaque)
{
    struct Worker *worker = opaque;
    struct Round *round = worker->round;
    FwlPacket *pkt = fwl_packet_alloc();
    FwlFrame *frame = fwl_frame_alloc();
    const int result = pkt && frame ? send_all(worker, pkt, frame) : FWL_E_NOMEM;
    fwl_packet_free(&pkt);
    fwl_frame_free(&frame);
    if (result < 0 && (round->stop_at == 0 || result != FWL_E_DATA))
        atomic_fetch_add(&round->codes, 1);
    if (atomic_fetch_sub(&round->senders_left, 1) == 1)
        fwl_queue_set_err_recv(round->queue, FWL_E_EOF);
    return NULL;
}

/* last[] is the last number that this receiver got of each sender. */
static void check_item(struct Round *round, int64_t *last, int64_t number, const uint8_t *data)
{
    const int64_t sender = number / ITEMS;
    const int64_t item = number % ITEMS;
    const bool is_right = sender < round->senders && item > last[sender] &&
                          data[0] == (number & 0xff) &&
                          atomic_fetch_add(&round->arrived[sender][item], 1) == 0;
    if (!is_right)
        atomic_fetch_add(&round->mistakes, 1);
    last[sender] = item;
}

static int receive_one(struct Worker *worker, int64_t *last, FwlPacket *pkt, FwlFrame *frame)
{
    struct Round *round = worker->round;
    const uint32_t timeout_ms = random_timeout(&worker->random);
    const int err = round->is_of_frames ? fwl_queue_receive_frame(round->queue, frame, timeout_ms)
                                        : fwl_queue_receive_packet(round->queue, pkt, timeout_ms);
    if (err < 0)
        return err;
    if (round->is_of_frames)
        check_item(round, last, frame->pts, frame->data[0]);
    else
        check_item(round, last, pkt->pts, pkt->data);
    fwl_packet_unref(pkt);
    fwl_frame_unref(frame);
    return 0;
}

static void *run_receiver(void *opaque)
{
    struct Worker *worker = opaque;
    struct Round *round = worker->round;
    FwlPacket *pkt = fwl_packet_alloc();
    FwlFrame *frame = fwl_frame_alloc();
    int64_t last[SENDERS_MAX];
    for (int i = 0; i < SENDERS_MAX; i++)
        last[i] = -1;
    int result = pkt && frame ? 0 : FWL_E_NOMEM;
    for (int count = 0; result == 0 || is_waiting_code(result); count += result == 0) {
        result = receive_one(worker, last, pkt, frame);
        if (round->stop_at > 0 && count == round->stop_at)
            fwl_queue_abort(round->queue, FWL_E_DATA);
    }
    fwl_packet_free(&pkt);
    fwl_frame_free(&frame);
    if (result != FWL_E_EOF && (round->stop_at == 0 || result != FWL_E_DATA))
        atomic_fetch_add(&round->codes, 1);
    return NULL;
}

static FwlQueueConfig random_config(const struct Round *round, uint32_t *random)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.kind = round->is_of_frames ? FWL_QUEUE_FRAMES : FWL_QUEUE_PACKETS;
    config.max_count = 1 + next_random(random) % (next_random(random) % 2 ? 4 : 40);
    if (next_random(random) % 2)
        config.max_size = next_random(random) % (SIZE_MOST * 10);
    if (next_random(random) % 2)
        config.max_duration = next_random(random) % 50;
    return config;
}

static void expect_all_arrived(const struct Round *round)
{
    for (int sender = 0; sender < round->senders; sender++) {
        for (int i = 0; i < ITEMS; i++)
            assert_int_equal(atomic_load(&round->arrived[sender][i]), 1);
    }
}

/* An item above a bound is alone in the queue, hence the larger of the two. */
static void expect_bounds_held(const FwlQueueStats *stats, const FwlQueueConfig *config)
{
    /* A frame's buffer has at least 32 rows. */
    const size_t largest = config->kind == FWL_QUEUE_FRAMES ? 40 * (SIZE_MOST + 100) : SIZE_MOST;
    assert_in_range(stats->peak_count, 0, config->max_count);
    assert_true(stats->peak_size <= config->max_size || stats->peak_size <= largest);
    assert_true(stats->peak_duration <= (uint64_t)config->max_duration ||
                stats->peak_duration <= 6);
    assert_int_equal(stats->count, 0);
    assert_int_equal(stats->size, 0);
    assert_int_equal(stats->duration, 0);
    assert_int_equal(stats->sent_count, stats->received_count);
}

static void run_round(uint32_t seed)
{
    static struct Round round;
    memset(&round, 0, sizeof round);
    uint32_t random = seed * 2654435761u | 1;
    round.is_of_frames = next_random(&random) % 2;
    round.senders = 1 + (int)(next_random(&random) % SENDERS_MAX);
    round.stop_at = next_random(&random) % 4 == 0 ? (int)(1 + next_random(&random) % ITEMS) : 0;
    atomic_store(&round.senders_left, round.senders);
    const FwlQueueConfig config = random_config(&round, &random);
    later(close_queue, &round.queue);
    need_ok(fwl_queue_create(&round.queue, &config));
    struct Worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct Worker){&round, i, next_random(&random), {0}};
        need_ok(fwl_os_thread_create(&workers[i].thread,
                                     i < round.senders ? run_sender : run_receiver, &workers[i]));
    }
    for (int i = 0; i < THREADS; i++)
        fwl_os_thread_join(&workers[i].thread);
    assert_int_equal(atomic_load(&round.mistakes), 0);
    assert_int_equal(atomic_load(&round.codes), 0);
    FwlQueueStats stats;
    fwl_queue_get_stats(round.queue, &stats);
    expect_bounds_held(&stats, &config);
    if (round.stop_at == 0)
        expect_all_arrived(&round);
}

static void each_item_arrives_once_and_in_order(void)
{
    const char *only = getenv("FRAMEWELL_SEED");
    const uint32_t first = only ? (uint32_t)strtoul(only, NULL, 10) : 1;
    const uint32_t last = only ? first : ROUNDS;
    for (uint32_t seed = first; seed <= last; seed++) {
        print_message("FRAMEWELL_SEED=%" PRIu32 "\n", seed);
        run_round(seed);
    }
}

/* Once: which call meets a planted failure would depend on the threads. */
int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE_ONCE(each_item_arrives_once_and_in_order),
    };
    return run_cases("queue_stress", cases, sizeof cases / sizeof cases[0], argc, argv);
}
