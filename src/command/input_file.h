/* SPDX-License-Identifier: BSD-2-Clause */
/* The input of a subcommand: a file or stdin, whole in memory. */
#ifndef FWL_INPUT_FILE_H
#define FWL_INPUT_FILE_H

#include <stdint.h>
#include <sys/stat.h>

#include "framewell/io.h"

struct InputFile {
    const char *name; /* as the user wrote it, for messages; "stdin" for "-" */
    int descriptor;
    struct stat info;
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

/* Accepts an input that could not be opened. */
void fwl_input_close(struct InputFile *input);

#endif
