/* SPDX-License-Identifier: BSD-2-Clause */
/* The output of a subcommand: a file that is there when it is whole, or a stream of bytes. */
#ifndef FWL_OUTPUT_FILE_H
#define FWL_OUTPUT_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "framewell/io.h"

struct OutputFile {
    const char *name; /* as the user wrote it, for messages; "stdout" for "-" */
    bool is_stdout;   /* also under another name */
    bool is_stream;   /* stdout, a pipe, a device: bytes go there directly */
    bool may_overwrite;
    mode_t mode; /* of the file that is replaced; 0: the umask says */
    char target[PATH_MAX]; /* of a file: its path with links followed */
};

/*
 * Says whether path ("-" for stdout) can be written, and may be: not a directory, not the file that
 * input is about, no existing file unless may_overwrite. Touches nothing.
 *
 * Returns an exit code, a failure after its message.
 */
int fwl_output_check(struct OutputFile *output, const char *path, bool may_overwrite,
                     const struct stat *input);

/*
 * Writes all that bytes (a memory writer) holds. A file is made under a temporary name in its
 * folder and gets its own when whole; there is nothing left of it otherwise.
 *
 * Returns an exit code, a failure after its message; EXIT_BY_SIGNAL and more without one when a
 * signal ended it.
 */
int fwl_output_write(const struct OutputFile *output, FwlIO *bytes);

#endif
