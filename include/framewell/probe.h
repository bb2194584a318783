/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a media file holds, and what memory decoding it takes.
 *
 *     FwlProbeResult probe;
 *     int err = fwl_probe(in, NULL, &probe);
 *     for (size_t i = 0; i < probe.stream_count; i++)
 *         printf("%s: %d frames of %zu bytes\n", probe.streams[i].codec,
 *                probe.streams[i].frames_held, probe.streams[i].frame_size);
 *     fwl_probe_result_uninit(&probe);
 *
 * The figures of memory are found by decoding the beginning into a pool, as playing and transcoding
 * do it, not by a formula: decoders differ in what they hold back.
 *
 * Link libframewell-ffmpeg for it. Threads: calls with different FwlIOs may run at once.
 */
#ifndef FRAMEWELL_PROBE_H
#define FRAMEWELL_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/dict.h"
#include "framewell/io.h"
#include "framewell/rational.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fields that are 0 or NULL ask for nothing. Strings are borrowed for the call. */
typedef struct FwlProbeOptions {
    const char *input_name; /* a name for probing */
    int threads;            /* of each decoder; 0: one for each CPU */
    bool is_container_only; /* decode nothing: figures of memory stay 0 */
} FwlProbeOptions;

/* One stream. What is not known is 0, "" or -1 where it says so. */
typedef struct FwlProbeStream {
    int index;
    char kind; /* 'v', 'a', 's', 't' for an attachment, 'd' for other data */
    char codec[32];
    char profile[64];
    char language[16];
    bool is_default;
    bool is_cover;       /* a picture beside the sound */
    int64_t duration_us; /* -1: unknown */
    int64_t bit_rate;
    int64_t packet_count;
    FwlDictionary *metadata;

    /* Video */
    int width, height;                 /* of the picture in pixels */
    int coded_width, coded_height;     /* as the decoder writes it, whole blocks */
    int display_width, display_height; /* with square pixels, upright */
    int rotation;                      /* degrees clockwise that make it upright: 0 to 359 */
    FwlRational sample_aspect_ratio;   /* 0/1: unknown */
    FwlRational frame_rate;
    char format[32]; /* of pixels or samples */

    /* Sound */
    int sample_rate, channels;
    char channel_layout[64];

    /* Memory, of what was decoded */
    char decoder[32];
    int linesize[4];
    size_t frame_size;  /* of the pool's block for one frame, the largest that was seen */
    int frames_held;    /* at once, the one that is given out included */
    size_t memory_peak; /* bytes of all of them */
    size_t packet_size; /* of the largest packet that was read */
    int64_t frame_count; /* in all, where every one was decoded; -1: there are more, or unknown */
} FwlProbeStream;

typedef struct FwlProbeResult {
    int status;        /* what fwl_probe returned */
    char message[256]; /* one line about the failure, "" without one */
    char format[64];   /* of the container, in a word; in words: */
    char format_name[128];
    int64_t size;        /* bytes of the input; -1: unknown */
    int64_t duration_us; /* -1: unknown */
    int64_t bit_rate;
    int chapter_count;
    int threads; /* that each decoder was given */
    FwlDictionary *metadata;
    FwlProbeStream *streams;
    size_t stream_count;
} FwlProbeResult;

/*
 * Finds out what is in `in`; NULL options are all 0. result is filled in every case, and ended with
 * fwl_probe_result_uninit. Returns 0.
 *
 * Owner: borrows in, and leaves it somewhere in what it read.
 * Fails: FWL_E_DATA for what is no media; FWL_E_NOMEM; FWL_E_INVALID for NULL and negative threads;
 * codes of in, FWL_E_AGAIN and FWL_E_TIMEOUT too: result has what came to light before. A stream
 * that cannot be decoded is no failure: its figures stay 0.
 * Cost: decodes some 50 pictures of each stream, reads up to 64 MiB.
 */
FWL_API int fwl_probe(FwlIO *in, const FwlProbeOptions *options, FwlProbeResult *result);

/* Frees what a result points to, and empties it. */
FWL_API void fwl_probe_result_uninit(FwlProbeResult *result);

#ifdef __cplusplus
}
#endif

#endif
