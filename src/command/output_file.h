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
    mode_t mode;           /* of the file that is replaced; 0: the umask says */
    char target[PATH_MAX]; /* of a file: its path with links followed */
    /* While it is written */
    bool is_begun;
    int descriptor, slot; /* the slot of stop_signals */
    int cause;            /* the system's error number of a write that failed */
    char temporary[PATH_MAX];
};

/*
 * Says whether path ("-" for stdout) can be written, and may be: not a directory, not the file that
 * input is about, no existing file unless may_overwrite. Touches nothing.
 *
 * Returns an exit code, a failure after its message.
 */
int fwl_output_check(struct OutputFile *output, const char *path, bool may_overwrite,
                     const struct stat *input);

/* True for "-" and other names of stdout. */
bool fwl_output_is_stdout(const char *path);

/* True where path is, or would be, the file that the checked output is. */
bool fwl_output_is_place(const struct OutputFile *output, const char *path);

/* True where what is written can be gone back to. */
bool fwl_output_can_seek(const struct OutputFile *output);

/*
 * Begins it and gives it to write to: a file is made under a temporary name in its folder, and can
 * seek; a stream takes bytes one after the other and cannot.
 *
 * Owner: the caller closes *io, then ends the output with fwl_output_finish, which gives a file its
 * name, or fwl_output_discard, which leaves nothing of it; the latter also after a failure.
 * Returns an exit code, a failure after its message.
 */
int fwl_output_open(struct OutputFile *output, FwlIO **io);
int fwl_output_finish(struct OutputFile *output);
void fwl_output_discard(struct OutputFile *output);

/* Says why writing to io failed. Returns an exit code; EXIT_BY_SIGNAL and more without a message
 * where a signal was it. */
int fwl_output_fail(struct OutputFile *output, FwlIO *io);

/*
 * Writes all that bytes (a memory writer) holds, from beginning to end.
 *
 * Returns an exit code, a failure after its message; EXIT_BY_SIGNAL and more without one when a
 * signal ended it. Nothing is left of a file then.
 */
int fwl_output_write(struct OutputFile *output, FwlIO *bytes);

#endif
