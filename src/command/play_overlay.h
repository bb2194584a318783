/* SPDX-License-Identifier: BSD-2-Clause */
/* The statistics as a picture, to be put onto another. */
#ifndef FWL_PLAY_OVERLAY_H
#define FWL_PLAY_OVERLAY_H

#include "command/play_session.h"

/* A box with the statistics for a screen of width x height: pixels of 0xAARRGGBB. NULL: no memory.
 */
AVFrame *fwl_play_overlay_make(FwlPool *pool, const struct PlayStatistics *statistics, int width,
                               int height);

/* Puts a box onto the left top of a picture of 0x00RRGGBB; what does not fit is cut off. */
void fwl_play_overlay_blend(AVFrame *picture, const AVFrame *box);

#endif
