/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>

#include "ffmpeg/av_compat.h"

enum { RATE = 10, SAMPLE_RATE = 8000, BLOCK = 400 };

#define sure(condition)                                                              \
    do {                                                                             \
        if (!(condition)) {                                                          \
            fprintf(stderr, "made_media.c:%d: %s is false\n", __LINE__, #condition); \
            abort();                                                                 \
        }                                                                            \
    } while (0)

static AVCodecContext *open_pictures(const struct MediaPlan *plan, int width)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(plan->video);
    sure(codec);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    sure(encoder);
    encoder->width = width;
    encoder->height = plan->height;
    encoder->time_base = (AVRational){1, RATE};
    encoder->framerate = (AVRational){RATE, 1};
    const enum AVPixelFormat *formats = fwl_av_pixel_formats(codec);
    encoder->pix_fmt = formats ? formats[0] : AV_PIX_FMT_YUV420P;
    encoder->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
    encoder->thread_count = 1;
    sure(avcodec_open2(encoder, codec, NULL) >= 0);
    return encoder;
}

static AVCodecContext *open_sound(const struct MediaPlan *plan)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(plan->sound);
    sure(codec);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    sure(encoder);
    av_channel_layout_default(&encoder->ch_layout, plan->channels);
    encoder->sample_rate = SAMPLE_RATE;
    encoder->time_base = (AVRational){1, SAMPLE_RATE};
    encoder->sample_fmt = fwl_av_sample_formats(codec)[0];
    sure(avcodec_open2(encoder, codec, NULL) >= 0);
    return encoder;
}

static AVStream *add_stream(AVFormatContext *muxer, const AVCodecContext *encoder)
{
    AVStream *stream = avformat_new_stream(muxer, NULL);
    sure(stream && avcodec_parameters_from_context(stream->codecpar, encoder) >= 0);
    stream->time_base = encoder->time_base;
    stream->avg_frame_rate = encoder->framerate;
    return stream;
}

static void drain(AVFormatContext *muxer, AVStream *stream, AVCodecContext *encoder, bool is_broken)
{
    AVPacket *packet = av_packet_alloc();
    sure(packet);
    while (avcodec_receive_packet(encoder, packet) >= 0) {
        if (is_broken)
            memset(packet->data, 0, (size_t)packet->size);
        packet->duration = encoder->codec_type == AVMEDIA_TYPE_VIDEO ? 1 : packet->duration;
        av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
        packet->stream_index = stream->index;
        sure(av_interleaved_write_frame(muxer, packet) >= 0);
    }
    av_packet_free(&packet);
}

/* Every picture is another slope of grey. */
static void write_pictures(AVFormatContext *muxer, AVStream *stream, AVCodecContext *encoder,
                           const struct MediaPlan *plan, int from, int to)
{
    for (int n = from; n < to; n++) {
        AVFrame *frame = av_frame_alloc();
        sure(frame);
        frame->width = encoder->width;
        frame->height = encoder->height;
        frame->format = encoder->pix_fmt;
        frame->pts = n;
        sure(av_frame_get_buffer(frame, 0) >= 0);
        for (int i = 0; i < 3; i++) {
            const int rows = i ? (frame->height + 1) / 2 : frame->height;
            for (int y = 0; y < rows; y++)
                memset(frame->data[i] + y * frame->linesize[i], (16 + 5 * n + 3 * y + 40 * i) & 127,
                       (size_t)frame->linesize[i]);
        }
        sure(avcodec_send_frame(encoder, frame) >= 0);
        av_frame_free(&frame);
        drain(muxer, stream, encoder, n == plan->broken_picture);
    }
}

static void write_sound(AVFormatContext *muxer, AVStream *stream, AVCodecContext *encoder,
                        int count)
{
    const int block = encoder->frame_size ? encoder->frame_size : BLOCK;
    for (int done = 0; done < count; done += block) {
        AVFrame *frame = av_frame_alloc();
        sure(frame);
        frame->nb_samples = count - done < block ? count - done : block;
        frame->format = encoder->sample_fmt;
        frame->sample_rate = encoder->sample_rate;
        frame->pts = done;
        sure(av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout) >= 0);
        sure(av_frame_get_buffer(frame, 0) >= 0);
        for (int i = 0; i < frame->linesize[0]; i++)
            frame->data[0][i] = (uint8_t)(done + 7 * i);
        sure(avcodec_send_frame(encoder, frame) >= 0);
        av_frame_free(&frame);
        drain(muxer, stream, encoder, false);
    }
}

static void end(AVFormatContext *muxer, AVStream *stream, AVCodecContext **encoder)
{
    if (!*encoder)
        return;
    sure(avcodec_send_frame(*encoder, NULL) >= 0);
    drain(muxer, stream, *encoder, false);
    avcodec_free_context(encoder);
}

static void rotate(AVStream *stream, int degrees)
{
    int32_t matrix[9];
    av_display_rotation_set(matrix, degrees);
    const AVPacketSideData piece = {
        .type = AV_PKT_DATA_DISPLAYMATRIX,
        .data = (uint8_t *)matrix,
        .size = sizeof matrix,
    };
    sure(fwl_av_stream_add_side_data(stream, &piece));
}

static void add_chapter(AVFormatContext *muxer, int number, const char *title)
{
    AVChapter *chapter = muxer->chapters[number] = av_mallocz(sizeof *chapter);
    sure(chapter);
    chapter->id = number;
    chapter->time_base = (AVRational){1, 1000};
    chapter->start = 500 * number;
    chapter->end = 500 * (number + 1);
    sure(av_dict_set(&chapter->metadata, "title", title, 0) >= 0);
    muxer->nb_chapters++;
}

static void add_tags(AVFormatContext *muxer, AVStream *sound)
{
    sure(av_dict_set(&muxer->metadata, "title", "Harbour", 0) >= 0);
    sure(av_dict_set(&sound->metadata, "language", "fin", 0) >= 0);
    muxer->chapters = av_calloc(2, sizeof *muxer->chapters);
    sure(muxer->chapters);
    add_chapter(muxer, 0, "Arrival");
    add_chapter(muxer, 1, "Departure");
}

struct Media make_media(const struct MediaPlan *plan)
{
    AVFormatContext *muxer = NULL;
    sure(avformat_alloc_output_context2(&muxer, NULL, plan->muxer, NULL) >= 0);
    muxer->flags |= AVFMT_FLAG_BITEXACT;
    AVCodecContext *pictures = plan->video ? open_pictures(plan, plan->width) : NULL;
    AVCodecContext *sound = plan->sound ? open_sound(plan) : NULL;
    AVStream *picture_stream = pictures ? add_stream(muxer, pictures) : NULL;
    AVStream *sound_stream = sound ? add_stream(muxer, sound) : NULL;
    if (plan->rotation)
        rotate(picture_stream, plan->rotation);
    if (plan->has_tags)
        add_tags(muxer, sound_stream);
    sure(avio_open_dyn_buf(&muxer->pb) >= 0);
    sure(avformat_write_header(muxer, NULL) >= 0);

    const int half = plan->second_width ? plan->picture_count / 2 : plan->picture_count;
    if (pictures)
        write_pictures(muxer, picture_stream, pictures, plan, 0, half);
    end(muxer, picture_stream, &pictures);
    if (plan->second_width) {
        pictures = open_pictures(plan, plan->second_width);
        write_pictures(muxer, picture_stream, pictures, plan, half, plan->picture_count);
        end(muxer, picture_stream, &pictures);
    }
    if (sound)
        write_sound(muxer, sound_stream, sound, plan->sample_count);
    end(muxer, sound_stream, &sound);

    sure(av_write_trailer(muxer) >= 0);
    struct Media media;
    media.size = (size_t)avio_close_dyn_buf(muxer->pb, &media.bytes);
    avformat_free_context(muxer);
    return media;
}

void free_media(void *media)
{
    av_freep(&((struct Media *)media)->bytes);
}
