/* SPDX-License-Identifier: BSD-2-Clause */
/* framewell run --compare: a program as it is and on Framewell, in turn, and what each took. */
#ifndef FWL_COMPARE_RUNS_H
#define FWL_COMPARE_RUNS_H

/* Becomes the program, or returns an exit code after a message. */
struct CompareSide {
    const char *name;
    int (*become)(void *opaque);
    void *opaque;
};

/* Runs the two sides, each `runs` times, and prints medians side by side on stderr. Returns the
 * exit code of the last run of the second side, EXIT_BY_SIGNAL and its number where a signal ended
 * it. A run that could not be started, or that its user interrupted, is the last one, and its code
 * is returned without a table. */
int fwl_compare_runs(const struct CompareSide sides[2], int runs);

enum { COMPARE_RUNS_MAX = 1000 };

#endif
