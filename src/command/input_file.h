/* SPDX-License-Identifier: BSD-2-Clause */
/* The input of a subcommand: a file or stdin, in memory or read as it comes. */
#ifndef FWL_INPUT_FILE_H
#define FWL_INPUT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "framewell/io.h"

struct InputFile {
    const char *name; /* as the user wrote it, for messages; "stdin" for "-" */
    int descriptor;
    struct stat info;
    bool is_stream; /* it is read once, from its start to its end */
    int mapping;    /* of stop_signals; 0 for none */
};

/* Opens path, "-" for stdin. Returns an exit code, a failure after its message. The caller ends it
 * with fwl_input_close. */
int fwl_input_open(struct InputFile *input, const char *path);

/*
 * Reads all of it into memory of pool, and gives that as *io at position 0.
 *
 * Owner: the caller, who ends *io with fwl_io_close.
 * Returns an exit code, a failure after its message; EXIT_BY_SIGNAL and more without one when a
 * signal came. *io is then NULL.
 */
int fwl_input_load(struct InputFile *input, FwlPool *pool, FwlIO **io);

/* The same, but a file is mapped, so that only what is looked at is read. */
int fwl_input_hold(struct InputFile *input, FwlPool *pool, FwlIO **io);

/*
 * Gives the input as cheaply as it can be had: a file is mapped, a small one loaded where there is
 * no budget (0) that its bytes would count in, and what is no file is streamed: then the first
 * bytes are waited for, and a SIGINT is the end of it.
 */
int fwl_input_read(struct InputFile *input, FwlPool *pool, size_t budget, FwlIO **io);

/* Accepts an input that could not be opened. */
void fwl_input_close(struct InputFile *input);

#endif
