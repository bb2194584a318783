/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames of the player's own making, pictures and sound, in memory of its pool. */
#ifndef FWL_PLAY_FRAME_H
#define FWL_PLAY_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/ffmpeg.h"

enum { PLAY_CHANNELS = 2 };

/* A pixel is 0x00RRGGBB. Returns a picture of width x height, NULL where there is no memory. */
AVFrame *fwl_play_frame_picture(FwlPool *pool, int width, int height);

/* The row of such a picture. */
uint32_t *fwl_play_frame_row(const AVFrame *picture, int y);

/* Room for that many samples of 16 bits in two channels, one after the other. */
AVFrame *fwl_play_frame_sound(FwlPool *pool, int sample_count);

/* Bytes of all buffers of a frame. */
size_t fwl_play_frame_size(const AVFrame *frame);

#endif
