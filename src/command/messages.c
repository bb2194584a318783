/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the command says on stderr, one line at a time. A file's name may hold any byte: control
 * characters become '?', so that a name can neither break the line nor drive the terminal.
 */
#include "command/command.h"
#include "command/stderr_shield.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The longest path and a message. */
enum { LINE_SIZE = 8192 };

static char last_message[2 * LINE_SIZE];
static _Thread_local struct KeptMessages *kept; /* where this thread's go; NULL: to stderr */

static void make_printable(char *line)
{
    for (; *line; line++) {
        const unsigned char c = (unsigned char)*line;
        if (c < 0x20 || c == 0x7f)
            *line = '?';
    }
}

/* A line that does not fit any more is left out whole. */
static void keep(const char *line)
{
    const size_t room = sizeof kept->text - kept->length;
    const int length = snprintf(kept->text + kept->length, room, "framewell: %s\n", line);
    if (length > 0 && (size_t)length < room)
        kept->length += (size_t)length;
    else
        kept->text[kept->length] = '\0';
    snprintf(kept->last, sizeof kept->last, "%s", line);
}

int fwl_cmd_fail(int code, const char *subject, const char *format, ...)
{
    char message[LINE_SIZE], line[2 * LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);

    snprintf(line, sizeof line, "%s%s%s", subject ? subject : "", subject ? ": " : "", message);
    make_printable(line);
    if (kept) {
        keep(line);
        return code;
    }
    memcpy(last_message, line, sizeof last_message);
    fprintf(fwl_stderr(), "framewell: %s\n", line);
    return code;
}

const char *fwl_cmd_errno_hint(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return ": change who may, with chmod, or take another";
    case ENOSPC:
    case EDQUOT:
        return ": make room, or name another place";
    case EROFS:
        return ": name another place";
    case EMFILE:
    case ENFILE:
        return ": raise 'ulimit -n'";
    case EFBIG:
        return ": raise 'ulimit -f', or name another place";
    case EAGAIN:
    case ENOMEM:
        return ": close other programs";
    case ENAMETOOLONG:
        return ": shorten the name";
    case ENOENT:
        return ": look at its spelling";
    case EIO:
        return ": see 'dmesg' for what the device says";
    default:
        return "";
    }
}

int fwl_cmd_fail_errno(int code, const char *subject, int error)
{
    return fwl_cmd_fail(code, subject, "%s%s", strerror(error), fwl_cmd_errno_hint(error));
}

int fwl_cmd_fail_memory(const char *subject)
{
    return fwl_cmd_fail(EXIT_MEMORY, subject,
                        "no memory for it: close other programs, or take something smaller");
}

const char *fwl_cmd_last_message(void)
{
    return kept ? kept->last : last_message;
}

void fwl_cmd_keep_messages(struct KeptMessages *messages)
{
    kept = messages;
    if (!messages)
        return;
    messages->length = 0;
    messages->text[0] = messages->last[0] = '\0';
}

void fwl_cmd_print_kept(const char *text)
{
    fputs(text, fwl_stderr());
    fflush(fwl_stderr());
}

int fwl_cmd_finish_stdout(int code)
{
    const bool is_written = fflush(stdout) == 0 && !ferror(stdout);
    if (is_written || code != EXIT_FINE)
        return code;
    return fwl_cmd_fail_errno(EXIT_OUTPUT, "stdout", errno);
}

bool fwl_cmd_has_colours(int descriptor)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0 &&
           isatty(descriptor);
}
