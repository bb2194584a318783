/* SPDX-License-Identifier: BSD-2-Clause */
/* Decoded pictures as a screen takes them: pixels of 0x00RRGGBB, upright. */
#ifndef FWL_PLAY_PICTURE_H
#define FWL_PLAY_PICTURE_H

#include "framewell/ffmpeg.h"

struct SwsContext;

struct PlayPainter {
    FwlPool *pool;
    struct SwsContext *scaler; /* kept for pictures of the same kind */
};

/* frame converted, and turned as matrix says (9 numbers of a display matrix; NULL for none). NULL:
 * no memory, or a format that libswscale does not know. */
AVFrame *fwl_play_paint(struct PlayPainter *painter, const AVFrame *frame, const int32_t *matrix);

void fwl_play_painter_uninit(struct PlayPainter *painter);

/* The display matrix of a stream; NULL for none. Owner: borrowed from the stream. */
const int32_t *fwl_play_matrix(const AVStream *stream);

#endif
