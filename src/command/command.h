/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every part of the framewell command shares: exit codes, messages, the shape of a subcommand.
 *
 * The command is a program like any other on top of the library: it includes public headers only.
 * What runs on another thread than the main one says so.
 */
#ifndef FWL_COMMAND_H
#define FWL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "framewell/status.h"

/* Classes of failure, as a script tells them apart. A signal's number is added to EXIT_BY_SIGNAL.
 */
enum ExitCode {
    EXIT_FINE = 0,
    EXIT_USAGE = 2,  /* the command line asks for what does not exist or does not fit */
    EXIT_INPUT = 3,  /* the input cannot be read */
    EXIT_OUTPUT = 4, /* the output cannot be written, or would destroy something */
    EXIT_MEMORY = 5, /* the memory or its budget is used up */
    EXIT_DATA = 6,   /* the input was read, and is not media or is broken */
    EXIT_BY_SIGNAL = 128,
};

/* One word after `framewell`. argv[0] is that word; the result is an exit code. */
struct Subcommand {
    const char *name;
    const char *summary; /* for `framewell --help`, up to 60 columns */
    int (*run)(int argc, char **argv);
};

int fwl_cmd_bench(int argc, char **argv);
int fwl_cmd_layout(int argc, char **argv);
int fwl_cmd_play(int argc, char **argv);
int fwl_cmd_probe(int argc, char **argv);
int fwl_cmd_run(int argc, char **argv);
int fwl_cmd_transcode(int argc, char **argv);

/* What signals did before this program began: for one that it becomes. */
void fwl_cmd_restore_signals(void);

/*
 * Prints "framewell: SUBJECT: MESSAGE" on stderr, as one line whatever characters are in it, and
 * returns code. SUBJECT (a file or an option; may be NULL) comes first so that the line says what
 * it is about.
 */
int fwl_cmd_fail(int code, const char *subject, const char *format, ...) FWL_PRINTF_LIKE(3, 4);

/* The same for an error number of the system, with a word on what to do about it. */
int fwl_cmd_fail_errno(int code, const char *subject, int error);

/* What that word is, with ": " before it; "" where there is none. */
const char *fwl_cmd_errno_hint(int error);

/* The same, EXIT_MEMORY, where there is no memory for subject. */
int fwl_cmd_fail_memory(const char *subject);

/* The last line of fwl_cmd_fail, without "framewell: "; "" for none. Where the thread's messages
 * are kept, of those. */
const char *fwl_cmd_last_message(void);

/* Lines of one thread that are for the main thread to print, when nothing else is on the screen. */
struct KeptMessages {
    size_t length;
    char text[32768];
    char last[16384]; /* the last one as fwl_cmd_last_message gives it */
};

/* From now on the lines of this thread go to messages, which are made empty; NULL: to stderr
 * again. */
void fwl_cmd_keep_messages(struct KeptMessages *messages);

/* Prints lines that were kept. */
void fwl_cmd_print_kept(const char *text);

/* Hands what was printed to stdout on. Returns code, or EXIT_OUTPUT with a message where that
 * failed and code was fine. */
int fwl_cmd_finish_stdout(int code);

/* True where text on this descriptor may have colours: a terminal, and no NO_COLOR. */
bool fwl_cmd_has_colours(int descriptor);

#endif
