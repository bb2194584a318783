/* SPDX-License-Identifier: BSD-2-Clause */
/* The container of the player: which streams are played, and how it is sought in. */
#ifndef FWL_PLAY_INPUT_H
#define FWL_PLAY_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "framewell/ffmpeg.h"

struct PlayInput {
    FwlIO *io;        /* borrowed */
    const char *name; /* for probing; may be NULL */
    AVFormatContext *format;
    int64_t start_us;          /* where its time begins */
    int64_t duration_us;       /* -1: not known */
    AVStream *picture, *sound; /* NULL for none; those of format */
};

/* Opens the container in io and chooses its streams. Returns 0 or an AVERROR. Ended with
 * fwl_play_input_close, also after a failure. */
int fwl_play_input_open(struct PlayInput *input, FwlIO *io, const char *name, bool wants_sound);
void fwl_play_input_close(struct PlayInput *input);

/*
 * Moves to a packet from which decoding gives everything from moment_us (since the start of the
 * media) on, where the container tells of one, else to the very start; *is_at_start says which.
 * Returns 0 or an AVERROR.
 */
int fwl_play_input_seek(struct PlayInput *input, int64_t moment_us, bool *is_at_start);

/* True for a picture that stands for itself: a cover. */
bool fwl_play_input_is_still(const AVStream *stream);

#endif
