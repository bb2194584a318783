/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell bench: becomes framewell-bench, which has the benchmarks, their options and their help.
 * Its workers are measured and start anew again and again: they must not load what the command
 * needs for other things.
 */
#include "command/command.h"
#include "command/own_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From the folder of the command: where it is installed, and where it is built. */
static const char *const places[] = {
    LIBEXEC_FROM_BIN "/framewell-bench",
    "../../bench/framewell-bench",
};

enum { PLACE_COUNT = sizeof places / sizeof *places };

int fwl_cmd_bench(int argc, char **argv)
{
    (void)argc;
    char folder[PATH_MAX];
    if (!fwl_own_folder(folder, sizeof folder))
        return fwl_cmd_fail(EXIT_USAGE, "bench",
                            "/proc does not tell where this program is: mount it");
    int error = ENOENT;
    for (size_t i = 0; i < PLACE_COUNT && error == ENOENT; i++) {
        char path[2 * PATH_MAX];
        snprintf(path, sizeof path, "%s%s", folder, places[i]);
        execv(path, argv);
        error = errno;
    }
    return fwl_cmd_fail(EXIT_USAGE, "bench",
                        "the program framewell-bench cannot be started: %s; build it with "
                        "-Dbench=true",
                        strerror(error));
}
