/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pipeline of three threads: one reads packets, one makes frames of them, one shows these. The
 * queues between them hold a few items each, so that no stage runs far ahead of the next, and tell
 * the next one when nothing more will come.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/queue.h"

enum { PICTURES = 50, WIDTH = 320, HEIGHT = 180 };

struct Pipeline {
    FwlQueue *packets;
    FwlQueue *frames;
};

/* What a demuxer does: a packet for each picture, here of one byte, its shade. */
static int read_packets(FwlQueue *packets, FwlPacket *packet)
{
    for (int i = 0; i < PICTURES; i++) {
        int err = fwl_new_packet(packet, 1);
        if (err < 0)
            return err;
        packet->data[0] = (uint8_t)(i * 5);
        packet->pts = i;
        packet->duration = 1;
        err = fwl_queue_send_packet(packets, packet, FWL_WAIT_FOREVER);
        if (err < 0)
            return err; /* the packet is still ours */
    }
    return FWL_E_EOF;
}

static void *run_reader(void *opaque)
{
    struct Pipeline *pipeline = opaque;
    FwlPacket *packet = fwl_packet_alloc();
    const int err = packet ? read_packets(pipeline->packets, packet) : FWL_E_NOMEM;
    fwl_packet_free(&packet);
    fwl_queue_set_err_recv(pipeline->packets, err);
    return NULL;
}

static int decode(FwlFrame *frame, const FwlPacket *packet)
{
    frame->format = FWL_PIX_FMT_GRAY8;
    frame->width = WIDTH;
    frame->height = HEIGHT;
    frame->pts = packet->pts;
    const int err = fwl_frame_get_buffer(frame, 0);
    if (err >= 0)
        memset(frame->data[0], packet->data[0], (size_t)frame->linesize[0] * HEIGHT);
    return err;
}

/* Ends with the code that ended the packets: FWL_E_EOF, or what went wrong before or here. */
static int decode_all(struct Pipeline *pipeline, FwlPacket *packet, FwlFrame *frame)
{
    for (;;) {
        int err = fwl_queue_receive_packet(pipeline->packets, packet, FWL_WAIT_FOREVER);
        if (err < 0)
            return err;
        err = decode(frame, packet);
        fwl_packet_unref(packet);
        if (err >= 0)
            err = fwl_queue_send_frame(pipeline->frames, frame, FWL_WAIT_FOREVER);
        if (err < 0)
            return err;
    }
}

static void *run_decoder(void *opaque)
{
    struct Pipeline *pipeline = opaque;
    FwlPacket *packet = fwl_packet_alloc();
    FwlFrame *frame = fwl_frame_alloc();
    const int err = packet && frame ? decode_all(pipeline, packet, frame) : FWL_E_NOMEM;
    fwl_packet_free(&packet);
    fwl_frame_free(&frame);
    fwl_queue_set_err_send(pipeline->packets, err); /* nobody reads these any more */
    fwl_queue_set_err_recv(pipeline->frames, err);
    return NULL;
}

/* The third stage is this thread. Gives the number of pictures, or what went wrong. */
static int show_all(struct Pipeline *pipeline)
{
    FwlFrame *frame = fwl_frame_alloc();
    int count = 0;
    int err = frame ? 0 : FWL_E_NOMEM;
    while (err >= 0) {
        err = fwl_queue_receive_frame(pipeline->frames, frame, FWL_WAIT_FOREVER);
        if (err >= 0 && frame->pts == count && frame->data[0][0] == (uint8_t)(count * 5))
            count++;
        if (frame)
            fwl_frame_unref(frame);
    }
    fwl_frame_free(&frame);
    return err == FWL_E_EOF ? count : err;
}

static int run(struct Pipeline *pipeline)
{
    pthread_t reader, decoder;
    if (pthread_create(&reader, NULL, run_reader, pipeline) != 0)
        return FWL_E_NOMEM;
    const int is_alone = pthread_create(&decoder, NULL, run_decoder, pipeline) != 0;
    const int shown = is_alone ? FWL_E_NOMEM : show_all(pipeline);
    if (shown < 0) {
        fwl_queue_abort(pipeline->packets, shown); /* wakes whoever still waits */
        fwl_queue_abort(pipeline->frames, shown);
    }
    pthread_join(reader, NULL);
    if (!is_alone)
        pthread_join(decoder, NULL);
    return shown;
}

int main(void)
{
    struct Pipeline pipeline = {0};
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_count = 16;
    config.max_size = 1 << 20; /* and never more than 1 MiB of them */
    int result = fwl_queue_create(&pipeline.packets, &config);
    config.kind = FWL_QUEUE_FRAMES;
    config.max_count = 4;
    config.max_size = SIZE_MAX;
    if (result >= 0)
        result = fwl_queue_create(&pipeline.frames, &config);
    if (result >= 0)
        result = run(&pipeline);
    fwl_queue_destroy(&pipeline.frames);
    fwl_queue_destroy(&pipeline.packets);
    if (result < 0)
        fprintf(stderr, "%s\n", fwl_status_text(result));
    else
        printf("%d pictures\n", result);
    return result == PICTURES ? EXIT_SUCCESS : EXIT_FAILURE;
}
