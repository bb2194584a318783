/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of codecs, for the transcoder: as fwl_av_codec_use_pool, and remembers a failure. */
#ifndef FWL_BRIDGE_CODEC_H
#define FWL_BRIDGE_CODEC_H

#include <stdatomic.h>
#include <stdbool.h>

#include "framewell/ffmpeg.h"

/*
 * A pool, and whether it ever had no more for a codec. Decoders conceal a missing picture as if the
 * data were broken; this is how their caller tells the two apart.
 */
typedef struct FwlCodecMemory {
    FwlPool *pool;
    atomic_bool is_exhausted;
} FwlCodecMemory;

/* Makes a codec that is not open yet take its memory from there; keeps memory borrowed. */
void fwl_av_codec_use_memory(AVCodecContext *context, FwlCodecMemory *memory);

#endif
