/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_screenshot.h"

#include "command/command.h"
#include "command/play_frame.h"

/* The three bytes of each pixel in the order that PNG has them. */
static AVFrame *to_rgb(const AVFrame *picture)
{
    AVFrame *rgb = av_frame_alloc();
    if (!rgb)
        return NULL;
    rgb->format = AV_PIX_FMT_RGB24;
    rgb->width = picture->width;
    rgb->height = picture->height;
    if (av_frame_get_buffer(rgb, 0) < 0) {
        av_frame_free(&rgb);
        return NULL;
    }
    for (int y = 0; y < rgb->height; y++) {
        const uint32_t *pixel = fwl_play_frame_row(picture, y);
        uint8_t *byte = rgb->data[0] + (ptrdiff_t)y * rgb->linesize[0];
        for (int x = 0; x < rgb->width; x++, byte += 3) {
            byte[0] = (uint8_t)(pixel[x] >> 16);
            byte[1] = (uint8_t)(pixel[x] >> 8);
            byte[2] = (uint8_t)pixel[x];
        }
    }
    return rgb;
}

static int encode(AVCodecContext *encoder, const AVFrame *rgb, AVPacket *packet)
{
    encoder->pix_fmt = rgb->format;
    encoder->width = rgb->width;
    encoder->height = rgb->height;
    encoder->time_base = (AVRational){1, 1};
    int err = avcodec_open2(encoder, NULL, NULL);
    if (err >= 0)
        err = avcodec_send_frame(encoder, rgb);
    if (err >= 0)
        err = avcodec_receive_packet(encoder, packet);
    return err;
}

static int write_packet(struct OutputFile *output, FwlPool *pool, const AVPacket *packet)
{
    FwlIO *bytes = NULL;
    int code = EXIT_MEMORY;
    if (fwl_io_open_writer(&bytes, pool, SIZE_MAX) == 0 &&
        fwl_io_write(bytes, packet->data, (size_t)packet->size) >= 0)
        code = fwl_output_write(output, bytes);
    else
        fwl_cmd_fail_memory(output->name);
    fwl_io_close(&bytes);
    return code;
}

int fwl_play_screenshot(struct OutputFile *output, FwlPool *pool, const AVFrame *picture)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (!codec)
        return fwl_cmd_fail(EXIT_OUTPUT, output->name,
                            "this libavcodec writes no PNG: take another one");
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    AVFrame *rgb = to_rgb(picture);
    AVPacket *packet = av_packet_alloc();
    int code;
    if (encoder && rgb && packet && encode(encoder, rgb, packet) >= 0)
        code = write_packet(output, pool, packet);
    else
        code = fwl_cmd_fail_memory(output->name);
    av_packet_free(&packet);
    av_frame_free(&rgb);
    avcodec_free_context(&encoder);
    return code;
}
