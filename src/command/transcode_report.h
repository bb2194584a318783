/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is told about a transcode when all that it used is given back, and the two ways to tell it.
 * The figures are gathered first, so that the count of leaked blocks is about everything.
 */
#ifndef FWL_TRANSCODE_REPORT_H
#define FWL_TRANSCODE_REPORT_H

#include <stdbool.h>

#include "framewell/transcode.h"

struct TranscodeReport {
    const char *input_name, *output_name;
    FwlTranscodeResult result; /* its streams are in the report's own memory */
    FwlPoolStats io;           /* of the pool that held input and output */
    uint64_t peak_size;        /* the most bytes that all pools together had committed */
    uint64_t leaked_blocks;    /* blocks that nobody gave back */
    int exit_code;
    const char *error; /* what stderr said about a failure, "" for none */
};

/* Copies result without sharing memory with it. Fails: FWL_E_NOMEM, the report is without streams
 * then. */
int fwl_report_take_result(struct TranscodeReport *report, const FwlTranscodeResult *result);

/* Gives back what the report holds. */
void fwl_report_uninit(struct TranscodeReport *report);

/* Allocations served from memory that the pools already had, of all allocations: 0 to 1. */
double fwl_report_hit_rate(const struct TranscodeReport *report);

/* Seconds of output per second. 0 where nothing can be said. */
double fwl_report_speed(const struct TranscodeReport *report);

/* Pictures per second, all video streams together. */
double fwl_report_fps(const struct TranscodeReport *report);

/* Prints a table of at most 80 columns on stdout. */
void fwl_report_print_table(const struct TranscodeReport *report, bool has_colours);

/* Prints one JSON object and a newline on stdout. Fails: FWL_E_NOMEM, nothing was printed. */
int fwl_report_print_json(const struct TranscodeReport *report);

#endif
