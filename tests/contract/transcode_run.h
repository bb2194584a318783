/* SPDX-License-Identifier: BSD-2-Clause */
/* One call of the transcoder, from memory to memory, for tests of it. */
#ifndef TEST_TRANSCODE_RUN_H
#define TEST_TRANSCODE_RUN_H

#include "framewell/transcode.h"
#include "made_media.h"

/* What a call needs; all of it is ended by close_run. */
struct Run {
    struct Media media;
    FwlIO *in, *out;
    FwlTranscodeOptions options;
    FwlTranscodeProgressCallback progress_cb;
    FwlTranscodeResult result;
};

/* For later(). */
void close_run(void *run);
void close_input(void *format); /* of an AVFormatContext ** */

/* Media, streams, and options that make matroska of raw pictures and samples. */
void prepare(struct Run *run, const struct MediaPlan *plan);

int transcode(struct Run *run);

/* The call fails so, with part in its message, which is one line. */
void expect_failure(struct Run *run, int code, enum FwlTranscodeSide side, const char *part);

/* The pools that the result tells of hold nothing. */
void expect_given_back(const FwlTranscodeResult *result);

/* What out holds: the packets of one stream, counted, and their bytes. */
int count_packets(FwlIO *out, int stream, int64_t *bytes);

#endif
