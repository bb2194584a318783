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

static void make_printable(char *line)
{
    for (; *line; line++) {
        const unsigned char c = (unsigned char)*line;
        if (c < 0x20 || c == 0x7f)
            *line = '?';
    }
}

int fwl_cmd_fail(int code, const char *subject, const char *format, ...)
{
    char message[LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);

    snprintf(last_message, sizeof last_message, "%s%s%s", subject ? subject : "",
             subject ? ": " : "", message);
    make_printable(last_message);
    fprintf(fwl_stderr(), "framewell: %s\n", last_message);
    return code;
}

const char *fwl_cmd_last_message(void)
{
    return last_message;
}

int fwl_cmd_finish_stdout(int code)
{
    const bool is_written = fflush(stdout) == 0 && !ferror(stdout);
    if (is_written || code != EXIT_FINE)
        return code;
    return fwl_cmd_fail(EXIT_OUTPUT, "stdout", "%s", strerror(errno));
}

bool fwl_cmd_has_colours(int descriptor)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0 &&
           isatty(descriptor);
}
