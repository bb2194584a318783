/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is told about a transcode when all that it used is given back, and the two ways to tell it.
 * The figures are gathered first, so that the count of leaked blocks is about everything.
 */
#ifndef FWL_TRANSCODE_REPORT_H
#define FWL_TRANSCODE_REPORT_H

#include <stdbool.h>

#include <jansson.h>

#include "command/timeline.h"
#include "framewell/transcode.h"

struct TranscodeReport {
    const char *input_name, *output_name;
    FwlTranscodeResult result; /* its streams are in the report's own memory */
    FwlPoolStats io;           /* of the pool that held input and output */
    uint64_t peak_size;        /* the most bytes that all pools together had committed */
    uint64_t leaked_blocks;    /* blocks that nobody gave back */
    uint64_t limit;            /* bytes of its budget; 0: none of its own */
    bool is_read_once;         /* the input is gone once it was read */
    int exit_code;
    char *error; /* what stderr said about a failure, NULL for nothing */
    char *said;  /* all of it, lines as they are printed; NULL for nothing */
    struct Timeline timeline;
};

/* Copies result without sharing memory with it. Fails: FWL_E_NOMEM, the report is without streams
 * then. */
int fwl_report_take_result(struct TranscodeReport *report, const FwlTranscodeResult *result);

/* Gives back what the report holds. */
void fwl_report_uninit(struct TranscodeReport *report);

/* Allocations from all of its pools. */
uint64_t fwl_report_allocations(const struct TranscodeReport *report);

/* Allocations served from memory that the pools already had, of all allocations: 0 to 1. */
double fwl_report_hit_rate(const struct TranscodeReport *report);

/* Seconds of output per second. 0 where nothing can be said. */
double fwl_report_speed(const struct TranscodeReport *report);

/* Pictures per second, all video streams together. */
double fwl_report_fps(const struct TranscodeReport *report);

/* Prints a table of at most 80 columns on stdout. */
void fwl_report_print_table(const struct TranscodeReport *report, bool has_colours);

/* A line for one of several on stdout: what became of what, and how fast. */
void fwl_report_print_line(const struct TranscodeReport *report);

/* The report as JSON; NULL without memory. Owner: the caller. */
json_t *fwl_report_object(const struct TranscodeReport *report);

/* Prints that and a newline on stdout, on one line or on several. Fails: FWL_E_NOMEM, nothing was
 * printed. */
int fwl_report_print_json(const struct TranscodeReport *report, bool is_one_line);

#endif
