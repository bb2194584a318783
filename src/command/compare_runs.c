/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ways to run a program, measured by what the system says of a child that has ended. The sides
 * take turns, so that what the machine does beside hits both; the medians of each are compared.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include "command/compare_runs.h"

#include "command/command.h"
#include "command/human_text.h"

#include <errno.h>
#include <signal.h>
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
    int code;
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

static int run_once(const struct CompareSide *side, struct Results *results, int index)
{
    struct sigaction keys[2];
    leave_keys_to_child(keys);
    const double start = now();
    const pid_t child = fork();
    if (child == 0) {
        take_keys_back(keys);
        _exit(side->become(side->opaque));
    }
    int status = 0;
    struct rusage usage = {0};
    pid_t ended = child;
    while (child > 0 && (ended = wait4(child, &status, 0, &usage)) < 0 && errno == EINTR)
        ;
    const double end = now();
    take_keys_back(keys);
    if (child < 0 || ended < 0)
        return fwl_cmd_fail(EXIT_MEMORY, "run", "%s", strerror(errno));
    results->values[WALL][index] = end - start;
    results->values[CPU][index] = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    results->values[FAULTS][index] = (double)(usage.ru_minflt + usage.ru_majflt);
    results->values[RSS][index] = (double)usage.ru_maxrss / 1024;
    results->code = code_of(status);
    return EXIT_FINE;
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

static void print_table(const struct CompareSide sides[2], struct Results results[2], int runs)
{
    fprintf(stderr, "%-14s %12s %12s %8s\n", "", sides[0].name, sides[1].name, "ratio");
    for (int m = 0; m < MEASURE_COUNT; m++) {
        const double first = median(results[0].values[m], runs);
        const double second = median(results[1].values[m], runs);
        const int decimals = m == FAULTS ? 0 : m == RSS ? 1 : 3;
        fprintf(stderr, "%-14s %12.*f %12.*f", measure_names[m], decimals, first, decimals, second);
        if (first > 0)
            fprintf(stderr, " %8.2f", second / first);
        fprintf(stderr, "\n");
    }
    if (results[0].code != results[1].code)
        fprintf(stderr, "exit status    %12d %12d\n", results[0].code, results[1].code);
}

int fwl_compare_runs(const struct CompareSide sides[2], int runs)
{
    static struct Results results[2];
    for (int i = 0; i < runs; i++) {
        for (int side = 0; side < 2; side++) {
            const int code = run_once(&sides[side], &results[side], i);
            if (code != EXIT_FINE)
                return code;
        }
    }
    print_table(sides, results, runs);
    return results[1].code;
}
