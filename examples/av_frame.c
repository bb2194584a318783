/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for FFmpeg's frames, for libavutil or for Framewell (see av_packet.c): sound with all
 * that says what it is, and a picture that is cropped. */
#ifdef WITH_LIBAV
#include <libavutil/channel_layout.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#else
#include <framewell/av_names.h>
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int use_sound(AVFrame *frame)
{
    frame->format = AV_SAMPLE_FMT_S16P;
    frame->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    frame->nb_samples = 1024;
    frame->sample_rate = 48000;
    int ret = av_frame_get_buffer(frame, 0);
    if (ret < 0)
        return ret;
    printf("%d samples of %s in %d channels\n", frame->nb_samples,
           av_get_sample_fmt_name(frame->format), frame->ch_layout.nb_channels);
    printf("planes of %d bytes, %d references\n", frame->linesize[0],
           av_buffer_get_ref_count(frame->buf[0]));
    memset(frame->data[0], 1, (size_t)frame->linesize[0]);

    AVFrame *same = av_frame_clone(frame);
    if (!same)
        return AVERROR(ENOMEM);
    printf("cloned: %d references, writable: %d\n", av_buffer_get_ref_count(frame->buf[0]),
           av_frame_is_writable(frame));
    ret = av_frame_make_writable(frame);
    if (ret >= 0) {
        frame->data[0][0] = 2;
        printf("made writable: %d reference, bytes %d and %d\n",
               av_buffer_get_ref_count(frame->buf[0]), frame->data[0][0], same->data[0][0]);
    }
    av_frame_free(&same);
    av_frame_unref(frame);
    printf("unreferenced: format %d, buffer %s\n", frame->format, frame->buf[0] ? "there" : "gone");
    return ret;
}

static int use_picture(AVFrame *frame)
{
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = 300;
    frame->height = 200;
    frame->pict_type = AV_PICTURE_TYPE_I;
    frame->color_range = AVCOL_RANGE_MPEG;
    int ret = av_frame_get_buffer(frame, 32);
    if (ret < 0)
        return ret;
    printf("%s %dx%d, type %c, %s range, lines of %d %d %d\n", av_get_pix_fmt_name(frame->format),
           frame->width, frame->height, av_get_picture_type_char(frame->pict_type),
           av_color_range_name(frame->color_range), frame->linesize[0], frame->linesize[1],
           frame->linesize[2]);
    AVFrameSideData *side = av_frame_new_side_data(frame, AV_FRAME_DATA_AFD, 1);
    if (!side)
        return AVERROR(ENOMEM);
    side->data[0] = AV_AFD_16_9;
    ret = av_dict_set(&frame->metadata, "scene", "harbour", 0);
    if (ret < 0)
        return ret;

    const uint8_t *first = frame->data[0];
    frame->crop_left = 70;
    frame->crop_top = 10;
    ret = av_frame_apply_cropping(frame, 0);
    if (ret < 0)
        return ret;
    printf("cropped to %dx%d, data moved by %d\n", frame->width, frame->height,
           (int)(frame->data[0] - first));

    AVFrame *moved = av_frame_alloc();
    if (!moved)
        return AVERROR(ENOMEM);
    av_frame_move_ref(moved, frame);
    const AVDictionaryEntry *entry = av_dict_get(moved->metadata, "scene", NULL, 0);
    const AVFrameSideData *found = av_frame_get_side_data(moved, AV_FRAME_DATA_AFD);
    printf("moved: %s, %s %d\n", entry ? entry->value : "nothing",
           av_frame_side_data_name(AV_FRAME_DATA_AFD), found ? found->data[0] : -1);
    av_frame_free(&moved);
    return 0;
}

int main(void)
{
    AVFrame *frame = av_frame_alloc();
    int ret = frame ? use_sound(frame) : AVERROR(ENOMEM);
    if (ret >= 0)
        ret = use_picture(frame);
    av_frame_free(&frame);
    return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
