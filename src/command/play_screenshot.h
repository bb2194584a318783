/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture of the player as a PNG file. */
#ifndef FWL_PLAY_SCREENSHOT_H
#define FWL_PLAY_SCREENSHOT_H

#include "command/output_file.h"
#include "framewell/ffmpeg.h"

/* Writes a picture that fwl_play_paint gave. Returns an exit code, a failure after its message. */
int fwl_play_screenshot(struct OutputFile *output, FwlPool *pool, const AVFrame *picture);

#endif
