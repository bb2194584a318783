/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decodes a file's pictures into a pool of 256 MiB on one thread and measures how bright they are
 * on another, through a queue of eight frames:
 *
 *     decoding_thread clip.mp4
 *
 * Where the one that measures is slow, the queue is full and decoding waits: memory does not grow.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "framewell/ffmpeg.h"
#include "framewell/queue.h"

/* The thread that uses the frames. None of this knows about FFmpeg. */
static void *measure(void *opaque)
{
    FwlQueue *queue = opaque;
    FwlFrame *frame = fwl_frame_alloc();
    uint64_t sum = 0, bytes = 0, frames = 0;
    while (frame && fwl_queue_receive_frame(queue, frame, FWL_WAIT_FOREVER) >= 0) {
        for (int y = 0; y < frame->height; y++) {
            const uint8_t *row = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];
            for (int x = 0; x < frame->width; x++)
                sum += row[x];
        }
        bytes += (uint64_t)frame->width * (uint64_t)frame->height;
        frames++;
        fwl_frame_unref(frame);
    }
    fwl_frame_free(&frame);
    printf("%llu frames, mean of the first plane %.1f\n", (unsigned long long)frames,
           bytes ? (double)sum / (double)bytes : 0.0);
    return NULL;
}

/* Hands what the decoder has on: the queue gets the very memory that libavcodec decoded into. */
static int send_frames(AVCodecContext *decoder, AVFrame *decoded, FwlFrame *frame, FwlQueue *queue)
{
    while (avcodec_receive_frame(decoder, decoded) >= 0) {
        int err = fwl_av_frame_import(frame, decoded);
        av_frame_unref(decoded);
        if (err >= 0)
            err = fwl_queue_send_frame(queue, frame, FWL_WAIT_FOREVER);
        if (err < 0) {
            fwl_frame_unref(frame);
            return err;
        }
    }
    return 0;
}

static int decode(AVFormatContext *format, int stream, AVCodecContext *decoder, FwlQueue *queue)
{
    AVPacket *packet = av_packet_alloc();
    AVFrame *decoded = av_frame_alloc();
    FwlFrame *frame = fwl_frame_alloc();
    int err = packet && decoded && frame ? 0 : FWL_E_NOMEM;
    while (err >= 0 && av_read_frame(format, packet) >= 0) {
        /* What is broken is skipped; a full pool or a closed queue is not. */
        if (packet->stream_index == stream && avcodec_send_packet(decoder, packet) >= 0)
            err = send_frames(decoder, decoded, frame, queue);
        av_packet_unref(packet);
    }
    if (err >= 0 && avcodec_send_packet(decoder, NULL) >= 0)
        err = send_frames(decoder, decoded, frame, queue);
    fwl_frame_free(&frame);
    av_frame_free(&decoded);
    av_packet_free(&packet);
    return err;
}

/* A decoder of the stream that takes its pictures from the pool. */
static int open_decoder(AVCodecContext **decoder, const AVStream *stream, const AVCodec *codec,
                        FwlPool *pool)
{
    *decoder = avcodec_alloc_context3(codec);
    if (!*decoder)
        return FWL_E_NOMEM;
    (*decoder)->thread_count = 2;
    int err = avcodec_parameters_to_context(*decoder, stream->codecpar);
    if (err < 0)
        return fwl_av_status(err);
    err = fwl_av_codec_use_pool(*decoder, pool);
    return err < 0 ? err : fwl_av_status(avcodec_open2(*decoder, codec, NULL));
}

static int decode_file(const char *path, FwlPool *pool, FwlQueue *queue)
{
    FwlIO *io = NULL;
    AVFormatContext *format = NULL;
    AVCodecContext *decoder = NULL;
    int err = fwl_io_open_mapped(&io, path, NULL);
    if (err >= 0)
        err = fwl_av_open_input(&format, io, path, NULL, NULL);
    if (err >= 0)
        err = fwl_av_status(avformat_find_stream_info(format, NULL));
    const AVCodec *codec = NULL;
    int stream = -1;
    if (err >= 0) {
        stream = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
        err = fwl_av_status(stream);
    }
    if (err >= 0)
        err = open_decoder(&decoder, format->streams[stream], codec, pool);
    if (err >= 0)
        err = decode(format, stream, decoder, queue);
    avcodec_free_context(&decoder);
    fwl_av_close_input(&format);
    fwl_io_close(&io);
    return err;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s INPUT\n", argv[0]);
        return 2;
    }
    FwlPoolConfig pool_config = fwl_pool_config_default();
    pool_config.max_pool_size = (size_t)256 << 20;
    pool_config.on_limit = FWL_LIMIT_FAIL;
    FwlQueueConfig queue_config = fwl_queue_config_default();
    queue_config.kind = FWL_QUEUE_FRAMES;
    queue_config.max_count = 8;

    FwlPool *pool = NULL;
    FwlQueue *queue = NULL;
    pthread_t measuring;
    int err = fwl_pool_create(&pool, &pool_config);
    if (err >= 0)
        err = fwl_queue_create(&queue, &queue_config);
    if (err >= 0 && pthread_create(&measuring, NULL, measure, queue) != 0)
        err = FWL_E_NOMEM;
    else if (err >= 0) {
        err = decode_file(argv[1], pool, queue);
        fwl_queue_set_err_recv(queue, FWL_E_EOF);
        pthread_join(measuring, NULL);
    }
    if (err < 0)
        fprintf(stderr, "%s: %s\n", argv[1], fwl_status_text(err));
    fwl_queue_destroy(&queue);
    fwl_pool_destroy(&pool);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
