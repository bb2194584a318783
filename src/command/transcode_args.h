/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `framewell transcode`. */
#ifndef FWL_TRANSCODE_ARGS_H
#define FWL_TRANSCODE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "command/option_table.h"
#include "framewell/transcode.h"

/* What was asked for. Strings are those of argv. */
struct TranscodeArgs {
    char **inputs; /* "-" for stdin, where there is one only */
    size_t input_count;
    const char *output;          /* of the one input, "-" for stdout; NULL with output_dir */
    const char *output_dir;      /* NULL for none */
    const char *report;          /* NULL for none */
    int jobs;                    /* at a time; 0: one per CPU */
    size_t max_memory;           /* of all of them; 0: no budget */
    FwlTranscodeOptions options; /* its map and metadata are those below */
    int map[FWL_TRANSCODE_STREAMS_MAX];
    FwlDictionary *metadata;
    bool may_overwrite, may_salvage, is_quiet, wants_json, is_in_memory, has_jobs;
};

enum { TRANSCODE_JOBS_MAX = 64 };

/* True for "-". */
bool fwl_transcode_is_standard_stream(const char *name);

/*
 * Fills args from the words of the command line. Returns ARGS_GO_ON, or an exit code after it
 * printed the help that was asked for, or one line that says what does not fit.
 */
int fwl_transcode_args_parse(struct TranscodeArgs *args, int argc, char **argv);

/* Frees what args have, also after a failure. */
void fwl_transcode_args_uninit(struct TranscodeArgs *args);

#endif
