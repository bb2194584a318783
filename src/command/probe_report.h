/* SPDX-License-Identifier: BSD-2-Clause */
/* What `framewell probe` tells. */
#ifndef FWL_PROBE_REPORT_H
#define FWL_PROBE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "framewell/probe.h"

struct ProbeReport {
    const char *input_name;
    FwlProbeResult result;
};

/* What the decoders hold together. */
uint64_t fwl_probe_decode_size(const FwlProbeResult *result);

/* Playing: that, QUEUED_PICTURES more of the largest picture, which wait or are shown, one as the
 * screen takes it, and a second of the file. */
enum { PROBE_QUEUED_PICTURES = 5 };
uint64_t fwl_probe_play_size(const FwlProbeResult *result);

/*
 * Transcoding, without --max-memory: what `framewell transcode` holds at most in its pools, where
 * encoding is slower than decoding: that of the decoders, frames in the line between the two up to
 * so many and so many bytes, pictures under way, encoded packets, and the input where it is
 * small enough to be loaded.
 */
enum {
    PROBE_LINE_ITEMS = 64,
    PROBE_LINE_SIZE = 16 << 20,
    PROBE_LOADED_SIZE = 16 << 20,
    PROBE_BUFFERS_SIZE = 128 << 10, /* before in and out, and what pools have for themselves */
};
uint64_t fwl_probe_transcode_size(const FwlProbeResult *result);

/* The part of that which is pictures and sound in the line; less where encoding keeps up. */
uint64_t fwl_probe_line_size(const FwlProbeResult *result);

/* What x264 with its defaults has besides: it looks so many pictures ahead and has copies of its
 * own of each, at several sizes. */
enum { PROBE_X264_PICTURES = 50 };
uint64_t fwl_probe_encoder_size(const FwlProbeResult *result);

/* "video", "audio", "subtitle", "attachment", "data". */
const char *fwl_probe_kind(const FwlProbeStream *stream);

void fwl_probe_print_table(const struct ProbeReport *report, bool has_colours);

/* 0, or FWL_E_NOMEM. */
int fwl_probe_print_json(const struct ProbeReport *report);

#endif
