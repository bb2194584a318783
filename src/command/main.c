/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell: the table of subcommands, and the options that come before one.
 */
#include "command/command.h"
#include "command/nearest_name.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A new subcommand is one line here, a cmd_NAME.c beside this file, and man/framewell-NAME.1. */
static const struct Subcommand subcommands[] = {
    {
        .name = "transcode",
        .summary = "turn one media file into another, in memory",
        .run = fwl_cmd_transcode,
    },
    {
        .name = "play",
        .summary = "play a media file from memory",
        .run = fwl_cmd_play,
    },
    {
        .name = "probe",
        .summary = "tell what a file holds, and what memory it takes",
        .run = fwl_cmd_probe,
    },
    {
        .name = "layout",
        .summary = "explain how a picture lies in memory",
        .run = fwl_cmd_layout,
    },
    {
        .name = "run",
        .summary = "run any program with the pool as its malloc",
        .run = fwl_cmd_run,
    },
    {
        .name = "bench",
        .summary = "measure Framewell against what else is installed",
        .run = fwl_cmd_bench,
    },
};

enum { SUBCOMMAND_COUNT = sizeof subcommands / sizeof subcommands[0] };

static int print_help(void)
{
    printf("Usage: framewell SUBCOMMAND [OPTIONS] [ARGUMENTS]\n"
           "       framewell --help | --version\n"
           "\n"
           "Memory for media programs, as a command.\n"
           "\n"
           "Subcommands:\n");
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        printf("  %-13s %s\n", subcommands[i].name, subcommands[i].summary);
    printf("\n"
           "Options:\n"
           "  -h, --help    print this help\n"
           "  --version     print the version\n"
           "\n"
           "'framewell SUBCOMMAND --help' and 'man framewell-SUBCOMMAND' tell more.\n"
           "\n"
           "Exit status: 0 fine, 2 usage, 3 input, 4 output, 5 memory, 6 data,\n"
           "130 and 143 stopped by SIGINT and SIGTERM.\n");
    return fwl_cmd_finish_stdout(EXIT_FINE);
}

static int print_version(void)
{
    printf("framewell %s\n", FRAMEWELL_VERSION);
    return fwl_cmd_finish_stdout(EXIT_FINE);
}

static int fail_unknown(const char *word)
{
    const bool is_option = word[0] == '-';
    struct NearestName nearest = fwl_nearest_begin(word);
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        fwl_nearest_offer(&nearest, subcommands[i].name);
    fwl_nearest_offer(&nearest, "--help");
    fwl_nearest_offer(&nearest, "--version");

    const char *kind = is_option ? "option" : "subcommand";
    if (nearest.name[0])
        return fwl_cmd_fail(EXIT_USAGE, NULL, "no %s '%s'; did you mean '%s'?", kind, word,
                            nearest.name);
    return fwl_cmd_fail(EXIT_USAGE, NULL, "no %s '%s'; 'framewell --help' lists what there is",
                        kind, word);
}

/* Where a standard stream is closed, puts something in its place that cannot be used either: a file
 * that is opened later must not get its number, and its messages.
 * A program that this one becomes finds it closed, as it was. */
static void fill_standard_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        const int flags = O_CLOEXEC | (descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF && open("/dev/null", flags) < 0)
            return;
    }
}

/* A reader that went away and a file grown too large are failed writes with a message, not a death
 * without one. */
static const int ignored_signals[] = {SIGPIPE, SIGXFSZ};
enum { IGNORED_COUNT = sizeof ignored_signals / sizeof ignored_signals[0] };
static struct sigaction actions_before[IGNORED_COUNT];

static void ignore_signals(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    for (size_t i = 0; i < IGNORED_COUNT; i++)
        sigaction(ignored_signals[i], &ignore, &actions_before[i]);
}

void fwl_cmd_restore_signals(void)
{
    for (size_t i = 0; i < IGNORED_COUNT; i++)
        sigaction(ignored_signals[i], &actions_before[i], NULL);
}

int main(int argc, char **argv)
{
    fill_standard_descriptors();
    ignore_signals();
    if (argc < 2)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "a subcommand is missing; 'framewell --help' lists what there is");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help();
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    return fail_unknown(argv[1]);
}
