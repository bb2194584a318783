/* SPDX-License-Identifier: BSD-2-Clause */
#include "objects_queue.h"

#include <framewell/queue.h>

#include "helper.h"
#include "peers.h"

#if BENCH_HAVE_LIBAVUTIL
#include <libavutil/threadmessage.h>
#else
typedef struct AVThreadMessageQueue AVThreadMessageQueue;
#endif

struct QueueWork {
    FwlQueue *queue; /* one of these two */
    AVThreadMessageQueue *av_queue;
    struct Helper helper; /* receives */
    uint64_t count;       /* messages in this run */
};

static void fwl_send_all(struct QueueWork *work)
{
    FwlPacket pkt = {.size = 1};
    for (uint64_t i = 0; i < work->count; i++) {
        pkt.pts = (int64_t)i;
        if (fwl_queue_send_packet(work->queue, &pkt, FWL_WAIT_FOREVER) < 0)
            bench_die("a packet was not sent");
    }
}

static void fwl_receive_all(struct QueueWork *work)
{
    FwlPacket pkt = {0};
    for (uint64_t i = 0; i < work->count; i++) {
        if (fwl_queue_receive_packet(work->queue, &pkt, FWL_WAIT_FOREVER) < 0 ||
            pkt.pts != (int64_t)i)
            bench_die("a packet did not arrive");
    }
}

#if BENCH_HAVE_LIBAVUTIL

static bool av_open(struct QueueWork *work, unsigned depth)
{
    return av_thread_message_queue_alloc(&work->av_queue, depth, sizeof(void *)) >= 0;
}

static void av_close(struct QueueWork *work)
{
    av_thread_message_queue_free(&work->av_queue);
}

static void av_send_all(struct QueueWork *work)
{
    for (uint64_t i = 0; i < work->count; i++) {
        void *message = (char *)work + i % 64;
        if (av_thread_message_queue_send(work->av_queue, &message, 0) < 0)
            bench_die("a message was not sent");
    }
}

static void av_receive_all(struct QueueWork *work)
{
    for (uint64_t i = 0; i < work->count; i++) {
        void *message = NULL;
        if (av_thread_message_queue_recv(work->av_queue, &message, 0) < 0 ||
            message != (char *)work + i % 64)
            bench_die("a message did not arrive");
    }
}

#else

static bool av_open(struct QueueWork *work, unsigned depth)
{
    (void)work;
    (void)depth;
    return false;
}

static void av_close(struct QueueWork *work)
{
    (void)work;
}

static void av_send_all(struct QueueWork *work)
{
    (void)work;
}

static void av_receive_all(struct QueueWork *work)
{
    (void)work;
}

#endif

static bool fwl_open(struct QueueWork *work, unsigned depth)
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_count = depth;
    return fwl_queue_create(&work->queue, &config) >= 0;
}

void *queue_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    const struct QueueParameter *parameter = work->parameter;
    struct QueueWork *state = bench_memory(sizeof *state);
    if (!(peer->kind == KIND_POOL ? fwl_open : av_open)(state, parameter->depth)) {
        *why = "there is no queue";
        bench_memory_free(state, sizeof *state);
        return NULL;
    }
    (parameter->is_one_core ? helper_create_together : helper_create_apart)(&state->helper);
    return state;
}

static void receive_all(void *argument)
{
    struct QueueWork *work = argument;
    (work->queue ? fwl_receive_all : av_receive_all)(work);
}

uint64_t queue_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct QueueWork *work = state;
    (void)report;
    work->count = count;
    helper_start(&work->helper, receive_all, work);
    (work->queue ? fwl_send_all : av_send_all)(work);
    helper_wait(&work->helper);
    return count;
}

void queue_teardown(void *state)
{
    struct QueueWork *work = state;
    helper_destroy(&work->helper);
    if (work->queue)
        fwl_queue_destroy(&work->queue);
    else
        av_close(work);
    bench_memory_free(work, sizeof *work);
}
