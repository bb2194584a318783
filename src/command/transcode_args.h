/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `framewell transcode`. */
#ifndef FWL_TRANSCODE_ARGS_H
#define FWL_TRANSCODE_ARGS_H

#include <stdbool.h>

#include "command/option_table.h"
#include "framewell/transcode.h"

/* What was asked for. Strings are those of argv. */
struct TranscodeArgs {
    const char *input, *output; /* "-" for stdin and stdout */
    FwlTranscodeOptions options; /* its map and metadata are those below */
    int map[FWL_TRANSCODE_STREAMS_MAX];
    FwlDictionary *metadata;
    bool may_overwrite, may_salvage, is_quiet, wants_json;
};

/*
 * Fills args from the words of the command line. Returns ARGS_GO_ON, or an exit code after it
 * printed the help that was asked for, or one line that says what does not fit.
 */
int fwl_transcode_args_parse(struct TranscodeArgs *args, int argc, char **argv);

/* Frees what args have, also after a failure. */
void fwl_transcode_args_uninit(struct TranscodeArgs *args);

#endif
