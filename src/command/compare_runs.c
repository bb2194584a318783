/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ways to run a program, measured by what the system says of a child that has ended. The sides
 * take turns, so that what the machine does beside hits both; the medians of each are compared.
 *
 * Each run has the same input, where standard input is a file. A child that could not become the
 * program says so through a pipe, which closes where it could.
 *
 * The system's peak of a child's memory is never less than what this command had behind the pages
 * that the child began with. How much that is, a child tells that becomes nothing.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include "command/compare_runs.h"

#include "command/command.h"
#include "command/human_text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum Measure { WALL, CPU, FAULTS, RSS, MEASURE_COUNT };

static const char *const measure_names[MEASURE_COUNT] = {"wall time, s", "CPU time, s",
                                                         "page faults", "peak RSS, MiB"};

/* A value of each measure for each run of a side. */
struct Results {
    double values[MEASURE_COUNT][COMPARE_RUNS_MAX];
    int code; /* of the last */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int code_of(int status)
{
    return WIFSIGNALED(status) ? EXIT_BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* As system(3): what is typed is meant for the program. */
static void leave_keys_to_child(struct sigaction before[2])
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &ignore, &before[0]);
    sigaction(SIGQUIT, &ignore, &before[1]);
}

static void take_keys_back(const struct sigaction before[2])
{
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGQUIT, &before[1], NULL);
}

/* Starts a child that becomes the program; a byte at *told: it could not. -1: none was made. */
static pid_t start(const struct CompareSide *side, const struct sigaction keys[2], int *told)
{
    int pipes[2];
    if (pipe(pipes) != 0)
        return -1;
    const pid_t child = fork();
    if (child == 0) {
        take_keys_back(keys);
        close(pipes[0]);
        fcntl(pipes[1], F_SETFD, FD_CLOEXEC);
        const int code = side->become(side->opaque);
        (void)!write(pipes[1], "", 1);
        _exit(code);
    }
    close(pipes[1]);
    *told = pipes[0];
    return child;
}

/* True for a child that did not become the program. Waits until that is decided. */
static bool has_failed(int told)
{
    char byte;
    ssize_t count;
    do {
        count = read(told, &byte, 1);
    } while (count < 0 && errno == EINTR);
    close(told);
    return count > 0;
}

static pid_t await(pid_t child, int *status, struct rusage *usage)
{
    pid_t ended;
    do {
        ended = wait4(child, status, 0, usage);
    } while (ended < 0 && errno == EINTR);
    return ended;
}

static void note(struct Results *results, int index, double wall, const struct rusage *usage)
{
    results->values[WALL][index] = wall;
    results->values[CPU][index] = seconds(usage->ru_utime) + seconds(usage->ru_stime);
    results->values[FAULTS][index] = (double)(usage->ru_minflt + usage->ru_majflt);
    results->values[RSS][index] = (double)usage->ru_maxrss / 1024;
}

/* False: it could not be started, which was said; results->code is what that ends with. */
static bool run_child(const struct CompareSide *side, struct Results *results, int index)
{
    struct sigaction keys[2];
    struct rusage usage = {0};
    int status = 0;
    int told = -1;
    leave_keys_to_child(keys);
    const double begin = now();
    const pid_t child = start(side, keys, &told);
    if (child < 0)
        results->code = fwl_cmd_fail_errno(EXIT_MEMORY, "run", errno);
    const bool is_started = child > 0 && !has_failed(told);
    if (child > 0 && await(child, &status, &usage) == child)
        results->code = code_of(status);
    note(results, index, now() - begin, &usage);
    take_keys_back(keys);
    return is_started;
}

/* Interrupted by its user, who wants no other run either. */
static bool is_interrupted(int code)
{
    return code == EXIT_BY_SIGNAL + SIGINT || code == EXIT_BY_SIGNAL + SIGQUIT;
}

/* Input */

static bool is_pipe_at_its_end(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) > 0 && input.revents == POLLHUP;
}

static void warn_of_pipe(void)
{
    fprintf(stderr, "framewell: standard input is a pipe, at its end after the first run: the "
                    "others\nhad nothing to read; give a file, by '<'\n");
}

static int by_value(const void *a, const void *b)
{
    const double first = *(const double *)a;
    const double second = *(const double *)b;
    return (first > second) - (first < second);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return (values[count / 2] + values[(count - 1) / 2]) / 2;
}

static void print_codes(const struct Results results[2])
{
    if (results[0].code != 0 || results[1].code != 0)
        fprintf(stderr, "%-14s %14d %14d\n", "exit status", results[0].code, results[1].code);
}

/* Values below least are not known any better. */
static void print_value(int measure, double value, double least)
{
    const int decimals = measure == FAULTS ? 0 : measure == RSS ? 1 : 3;
    char text[32];
    snprintf(text, sizeof text, "%s%.*f", value < least ? "< " : "", decimals,
             value < least ? least : value);
    fprintf(stderr, " %14s", text);
}

static void print_row(int measure, double first, double second, double least)
{
    fprintf(stderr, "%-14s", measure_names[measure]);
    print_value(measure, first, least);
    print_value(measure, second, least);
    if (first > 0 && first >= least && second >= least)
        fprintf(stderr, " %8.2f", second / first);
    fprintf(stderr, "\n");
}

static void print_table(const struct CompareSide sides[2], struct Results results[2], int runs,
                        double least_rss)
{
    fprintf(stderr, "%-14s %14s %14s %8s\n", "", sides[0].name, sides[1].name, "ratio");
    for (int m = 0; m < MEASURE_COUNT; m++)
        print_row(m, median(results[0].values[m], runs), median(results[1].values[m], runs),
                  m == RSS ? least_rss : 0);
    print_codes(results);
}

static int become_nothing(void *opaque)
{
    (void)opaque;
    return EXIT_FINE;
}

/* MiB, and one more, which finding a program and starting it may take. */
static double find_least_rss(void)
{
    static struct Results results;
    const struct CompareSide side = {.become = become_nothing};
    (void)run_child(&side, &results, 0);
    return results.values[RSS][0] + 1;
}

int fwl_compare_runs(const struct CompareSide sides[2], int runs)
{
    static struct Results results[2];
    const off_t input = lseek(STDIN_FILENO, 0, SEEK_CUR); /* -1: of no file */
    const bool was_at_end = is_pipe_at_its_end();
    const double least_rss = find_least_rss();
    for (int i = 0; i < 2 * runs; i++) {
        const int side = i % 2;
        if (input >= 0)
            (void)lseek(STDIN_FILENO, input, SEEK_SET);
        if (!run_child(&sides[side], &results[side], i / 2) || is_interrupted(results[side].code))
            return results[side].code;
        if (i == 0 && !was_at_end && is_pipe_at_its_end())
            warn_of_pipe();
    }
    print_table(sides, results, runs, least_rss);
    return results[1].code;
}
