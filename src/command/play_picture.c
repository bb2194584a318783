/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A display matrix turns by any angle; here it is the nearest of the eight ways that pixels stay
 * pixels, from the signs of its four numbers:
 *
 *     x' = a * x + c * y      upright is (a, d) = (1, 1) and (b, c) = (0, 0);
 *     y' = b * x + d * y      a quarter turn has a = d = 0
 */
#include "command/play_picture.h"

#include <math.h>
#include <stdlib.h>

#include <libswscale/swscale.h>

#include "command/play_compat.h"
#include "command/play_frame.h"

enum { DISPLAY_MATRIX_SIZE = 9 * sizeof(int32_t) };

const int32_t *fwl_play_matrix(const AVStream *stream)
{
    size_t size = 0;
    const uint8_t *data = fwl_play_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data && size >= DISPLAY_MATRIX_SIZE ? (const int32_t *)(const void *)data : NULL;
}

/* Colours as libavfilter converts them: by the matrix and the range that the frame tells. */
static void set_colours(struct SwsContext *scaler, const AVFrame *frame)
{
    int *unused, from_full, to_full, brightness, contrast, saturation;
    if (sws_getColorspaceDetails(scaler, &unused, &from_full, &unused, &to_full, &brightness,
                                 &contrast, &saturation) < 0)
        return;
    if (frame->color_range != AVCOL_RANGE_UNSPECIFIED)
        from_full = frame->color_range == AVCOL_RANGE_JPEG;
    const int *matrix = sws_getCoefficients((int)frame->colorspace);
    sws_setColorspaceDetails(scaler, matrix, from_full, matrix, to_full, brightness, contrast,
                             saturation);
}

static AVFrame *convert(struct PlayPainter *painter, const AVFrame *frame)
{
    painter->scaler = sws_getCachedContext(painter->scaler, frame->width, frame->height,
                                           frame->format, frame->width, frame->height,
                                           AV_PIX_FMT_0RGB32, SWS_BICUBIC, NULL, NULL, NULL);
    AVFrame *picture =
        painter->scaler ? fwl_play_frame_picture(painter->pool, frame->width, frame->height) : NULL;
    if (!picture)
        return NULL;
    set_colours(painter->scaler, frame);
    sws_scale(painter->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
              frame->height, picture->data, picture->linesize);
    picture->sample_aspect_ratio = frame->sample_aspect_ratio;
    picture->pts = frame->pts;
    fwl_play_set_duration(picture, fwl_play_duration(frame));
    return picture;
}

/* How the pixels of a turned picture lie in the one that it is made of. */
struct Turn {
    bool is_quarter;       /* rows become columns */
    bool flips_x, flips_y; /* of the result: it is read from the other side */
};

static struct Turn find_turn(const int32_t *matrix)
{
    if (!matrix)
        return (struct Turn){0};
    const int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    if (llabs(a) + llabs(d) >= llabs(b) + llabs(c))
        return (struct Turn){.flips_x = a < 0, .flips_y = d < 0};
    return (struct Turn){.is_quarter = true, .flips_x = c < 0, .flips_y = b < 0};
}

static void turn_row(const AVFrame *from, AVFrame *to, int y, struct Turn turn)
{
    uint32_t *row = fwl_play_frame_row(to, y);
    const int from_y = turn.flips_y ? to->height - 1 - y : y;
    for (int x = 0; x < to->width; x++) {
        const int from_x = turn.flips_x ? to->width - 1 - x : x;
        row[x] = turn.is_quarter ? fwl_play_frame_row(from, from_x)[from_y]
                                 : fwl_play_frame_row(from, from_y)[from_x];
    }
}

/* Owner: takes picture. */
static AVFrame *turn_picture(FwlPool *pool, AVFrame *picture, struct Turn turn)
{
    if (!turn.is_quarter && !turn.flips_x && !turn.flips_y)
        return picture;
    const int width = turn.is_quarter ? picture->height : picture->width;
    const int height = turn.is_quarter ? picture->width : picture->height;
    AVFrame *turned = fwl_play_frame_picture(pool, width, height);
    if (turned) {
        for (int y = 0; y < height; y++)
            turn_row(picture, turned, y, turn);
        const AVRational shape = picture->sample_aspect_ratio;
        turned->sample_aspect_ratio = turn.is_quarter && shape.num > 0 ? av_inv_q(shape) : shape;
        turned->pts = picture->pts;
        fwl_play_set_duration(turned, fwl_play_duration(picture));
    }
    av_frame_free(&picture);
    return turned;
}

AVFrame *fwl_play_paint(struct PlayPainter *painter, const AVFrame *frame, const int32_t *matrix)
{
    AVFrame *picture = convert(painter, frame);
    return picture ? turn_picture(painter->pool, picture, find_turn(matrix)) : NULL;
}

void fwl_play_painter_uninit(struct PlayPainter *painter)
{
    sws_freeContext(painter->scaler);
    painter->scaler = NULL;
}
