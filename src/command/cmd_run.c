/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell run: becomes a program, with libframewell-malloc.so as its malloc. All that is asked
 * for goes there by environment variables, which the program's children inherit.
 */
#include "command/command.h"
#include "command/compare_runs.h"
#include "command/option_table.h"
#include "command/own_folder.h"
#include "command/program_kind.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum RunKey {
    KEY_STATS = OPTION_KEY_LONG,
    KEY_STATS_JSON,
    KEY_MAX_MEMORY,
    KEY_IDLE,
    KEY_PURGE_AFTER,
    KEY_HUGE_PAGES,
    KEY_DEBUG,
    KEY_COMPARE,
    KEY_RUNS,
};

static const struct OptionRow option_rows[] = {
    {KEY_STATS, "stats", NULL, "at its exit print what was allocated, on stderr"},
    {KEY_STATS_JSON, "stats-json", "FILE", "write that as JSON; %p in FILE is the process"},
    {KEY_MAX_MEMORY, "max-memory", "SIZE", "malloc fails at SIZE: 512M, 2G, cgroup (container's)"},
    {KEY_IDLE, "idle", "SIZE", "freed memory kept for reuse; the default is 12M"},
    {KEY_PURGE_AFTER, "purge-after", "MS", "how long it is kept, in ms; the default is 100"},
    {KEY_HUGE_PAGES, "huge-pages", "on|off", "ask for huge pages behind large blocks: on"},
    {KEY_DEBUG, "debug", NULL, "find misuse of blocks, list what is left at exit; slow"},
    {KEY_COMPARE, "compare", NULL, "run it as it is, too, and print what each run took"},
    {KEY_RUNS, "runs", "N", "with --compare: so often in turn, for medians; 1"},
    OPTION_ROW_HELP,
};

/* 126 and 127 as env(1) and shells have them. */
enum { EXIT_NOT_STARTED = 126, EXIT_NOT_FOUND = 127 };

struct RunArgs {
    char **program; /* and its arguments, NULL at the end */
    bool is_compared;
    int runs; /* 0: not said */
    char library[2 * PATH_MAX];
    struct ProgramKind kind;
};

/* From the folder of the command: where the library is installed, and where it is built. */
static const char *const places[] = {
    LIBDIR_FROM_BIN "/libframewell-malloc.so",
    "../preload/libframewell-malloc.so",
};

enum { PLACE_COUNT = sizeof places / sizeof *places };

static int take_option(void *opaque, int key, const char *argument);

static const struct OptionTable option_table = {
    .subcommand = "run",
    .usage = "[OPTIONS] [--] PROGRAM [ARGUMENTS]",
    .about = "Runs PROGRAM with Framewell's pool as its malloc. Nothing has to be compiled\n"
             "anew; its output, exit status and signals are its own.\n",
    .more = "Examples:\n"
            "  framewell run -- ffmpeg -i clip.mp4 -c:v libx264 out.mp4\n"
            "  framewell run --stats --max-memory 2G -- vspipe script.vpy -\n"
            "  framewell run --compare -- ffmpeg -i clip.y4m -f rawvideo -y /dev/null\n",
    .rows = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .has_program = true,
    .take = take_option,
};

/* Options */

static int set(const char *name, const char *value)
{
    if (setenv(name, value, 1) == 0)
        return ARGS_GO_ON;
    return fwl_cmd_fail_errno(EXIT_MEMORY, "run", errno);
}

static int set_size(const char *option, const char *name, const char *value, size_t min)
{
    size_t size;
    const int status = fwl_options_read_size(option, value, min, &size);
    return status == ARGS_GO_ON ? set(name, value) : status;
}

static int set_max_memory(const char *value)
{
    if (strcmp(value, "cgroup") == 0)
        return set("FRAMEWELL_MAX_MEMORY", value);
    return set_size("--max-memory", "FRAMEWELL_MAX_MEMORY", value, 1);
}

/* The program may leave the folder that a name is of before it writes there. */
static int set_stats_json(const char *value)
{
    char folder[PATH_MAX];
    char path[2 * PATH_MAX];
    if (!*value)
        return fwl_cmd_fail(EXIT_USAGE, "--stats-json", "'' is no file");
    if (*value == '/')
        return set("FRAMEWELL_STATS_JSON", value);
    if (!getcwd(folder, sizeof folder))
        return fwl_cmd_fail(EXIT_USAGE, "--stats-json", "%s", strerror(errno));
    const int length = snprintf(path, sizeof path, "%s/%s", folder, value);
    if (length >= (int)sizeof path)
        return fwl_cmd_fail(EXIT_USAGE, "--stats-json", "%s", strerror(ENAMETOOLONG));
    return set("FRAMEWELL_STATS_JSON", path);
}

static int set_purge_after(const char *value)
{
    int ms;
    const int status = fwl_options_read_number("--purge-after", value, 0, INT_MAX, &ms);
    return status == ARGS_GO_ON ? set("FRAMEWELL_PURGE_AFTER", value) : status;
}

static int set_huge_pages(const char *value)
{
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
        return fwl_cmd_fail(EXIT_USAGE, "--huge-pages", "'%s' is neither on nor off", value);
    return set("FRAMEWELL_HUGE_PAGES", value);
}

static int take_option(void *opaque, int key, const char *argument)
{
    struct RunArgs *args = opaque;
    switch (key) {
    case KEY_STATS:
        return set("FRAMEWELL_STATS", "1");
    case KEY_STATS_JSON:
        return set_stats_json(argument);
    case KEY_MAX_MEMORY:
        return set_max_memory(argument);
    case KEY_IDLE:
        return set_size("--idle", "FRAMEWELL_IDLE", argument, 0);
    case KEY_PURGE_AFTER:
        return set_purge_after(argument);
    case KEY_HUGE_PAGES:
        return set_huge_pages(argument);
    case KEY_DEBUG:
        return set("FRAMEWELL_DEBUG", "1");
    case KEY_COMPARE:
        args->is_compared = true;
        return ARGS_GO_ON;
    default: /* KEY_RUNS */
        return fwl_options_read_number("--runs", argument, 1, COMPARE_RUNS_MAX, &args->runs);
    }
}

static int parse(struct RunArgs *args, int argc, char **argv)
{
    int names;
    const int status = fwl_options_parse(&option_table, args, argc, argv, &names);
    if (status != ARGS_GO_ON)
        return status;
    if (names == argc)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "run needs PROGRAM; see 'framewell run --help'");
    if (args->runs > 0 && !args->is_compared)
        return fwl_cmd_fail(EXIT_USAGE, "--runs", "it goes with --compare");
    args->program = argv + names;
    return ARGS_GO_ON;
}

/* Starting */

static int find_library(struct RunArgs *args)
{
    char folder[PATH_MAX];
    if (!fwl_own_folder(folder, sizeof folder))
        return fwl_cmd_fail(EXIT_USAGE, "run",
                            "/proc does not tell where this program is: mount it");
    if (strpbrk(folder, " :"))
        return fwl_cmd_fail(EXIT_USAGE, folder,
                            "the dynamic loader takes no library from a folder with ' ' or ':': "
                            "move it");
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        snprintf(args->library, sizeof args->library, "%s%s", folder, places[i]);
        if (access(args->library, R_OK) == 0)
            return ARGS_GO_ON;
    }
    return fwl_cmd_fail(EXIT_USAGE, "run",
                        "libframewell-malloc.so is not where this program expects it, such as "
                        "%s%s: install both",
                        folder, places[0]);
}

/* "ours:what was there"; what was set by hand comes after. */
static int put_before(const char *name, const char *value)
{
    const char *before = getenv(name);
    if (!before || !*before)
        return set(name, value);
    const size_t size = strlen(value) + 1 + strlen(before) + 1;
    char *both = malloc(size);
    if (!both)
        return fwl_cmd_fail_memory("run");
    snprintf(both, size, "%s:%s", value, before);
    const int status = set(name, both);
    free(both);
    return status;
}

/* The cause of a failed start. Of a folder the system says that nobody has the right to run it. */
static int cause_of(const char *program, int error)
{
    struct stat info;
    const bool is_folder = error == EACCES && stat(program, &info) == 0 && S_ISDIR(info.st_mode);
    return is_folder ? EISDIR : error;
}

static int become(void *opaque)
{
    char **program = opaque;
    fwl_cmd_restore_signals();
    execvp(program[0], program);
    const int code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_STARTED;
    return fwl_cmd_fail_errno(code, *program[0] ? program[0] : "''", cause_of(program[0], errno));
}

/* AddressSanitizer ends a program that has a library before it, unless it is told that this is
 * right: the library leaves malloc to it. */
static int become_preloaded(void *opaque)
{
    struct RunArgs *args = opaque;
    if (args->kind.is_harmed)
        return become(args->program);
    int status = put_before("LD_PRELOAD", args->library);
    if (status == ARGS_GO_ON)
        status = put_before("ASAN_OPTIONS", "verify_asan_link_order=0");
    return status == ARGS_GO_ON ? become(args->program) : status;
}

int fwl_cmd_run(int argc, char **argv)
{
    static struct RunArgs args;
    int status = parse(&args, argc, argv);
    if (status == ARGS_GO_ON)
        status = find_library(&args);
    if (status != ARGS_GO_ON)
        return status;
    args.kind = fwl_program_kind(args.program[0]);
    if (args.kind.obstacle)
        (void)fwl_cmd_fail(EXIT_FINE, args.program[0], "%s", args.kind.obstacle);
    if (!args.is_compared)
        return become_preloaded(&args);
    const struct CompareSide sides[2] = {
        {.name = "as it is", .become = become, .opaque = args.program},
        {.name = "on Framewell", .become = become_preloaded, .opaque = &args},
    };
    return fwl_compare_runs(sides, args.runs > 0 ? args.runs : 1);
}
