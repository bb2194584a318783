/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `framewell play`. */
#ifndef FWL_PLAY_ARGS_H
#define FWL_PLAY_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "command/option_table.h"

/* What was asked for. Strings are those of argv. */
struct PlayArgs {
    const char *input;      /* "-" for stdin */
    const char *screenshot; /* NULL for none */
    int64_t start_us;
    int threads, frames; /* 0: one per CPU; all of them */
    bool is_headless, is_looping, has_no_audio, shows_statistics, may_overwrite, wants_json;
};

/*
 * Fills args from the words of the command line. Returns ARGS_GO_ON, or an exit code after it
 * printed the help that was asked for, or one line that says what does not fit.
 */
int fwl_play_args_parse(struct PlayArgs *args, int argc, char **argv);

#endif
