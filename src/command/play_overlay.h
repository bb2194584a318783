/* SPDX-License-Identifier: BSD-2-Clause */
/* The statistics, drawn into a picture. */
#ifndef FWL_PLAY_OVERLAY_H
#define FWL_PLAY_OVERLAY_H

#include "command/play_session.h"

/* Draws into a picture of 0x00RRGGBB, at its left top, as large as the picture is; what does not
 * fit is cut off. */
void fwl_play_overlay_draw(AVFrame *picture, const struct PlayStatistics *statistics);

#endif
