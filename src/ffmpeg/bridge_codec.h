/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of codecs, for the transcoder: as fwl_av_codec_use_pool, and remembers a failure. */
#ifndef FWL_BRIDGE_CODEC_H
#define FWL_BRIDGE_CODEC_H

#include <stdatomic.h>
#include <stdbool.h>

#include "framewell/ffmpeg.h"

/*
 * A pool, whether it ever had no more for a codec, and the largest block that was asked for.
 * Decoders conceal a missing picture as if the data were broken; this is how their caller tells the
 * two apart.
 */
typedef struct FwlCodecMemory {
    FwlPool *pool;
    atomic_bool is_exhausted;
    atomic_size_t largest;
} FwlCodecMemory;

/* Makes a codec that is not open yet take its memory from there; keeps memory borrowed. */
void fwl_av_codec_use_memory(AVCodecContext *context, FwlCodecMemory *memory);

/* True for what a codec has of a pool. */
bool fwl_av_is_of_pool(const AVBufferRef *buffer);

#endif
