/* SPDX-License-Identifier: BSD-2-Clause */
/* The works of the programs, by file; each takes its parameter from the work's line in the table.
 */
#ifndef BENCH_PROGRAM_WORKS_H
#define BENCH_PROGRAM_WORKS_H

#include "clips.h"
#include "pool_works.h"

enum { JOB_WORDS_MAX = 32 };

enum JobNeed { JOB_NEEDS_NOTHING, JOB_NEEDS_CLIP, JOB_NEEDS_SOURCE };

/* program_jobs.c: a program that somebody might run, from its start to its end, with the peer
 * preloaded; an operation is one run. */
struct JobParameter {
    const char *package; /* Debian's, that has the program */
    enum JobNeed need;
    enum Clip clip; /* that it needs */
    /* The program and its arguments; '@' is the clip's path or the source tree's, where it needs
     * one. */
    const char *words[JOB_WORDS_MAX];
};
DECLARE_WORK(job);

/* program_growth.c: the pattern of growth.h in the worker itself; an operation is a picture. */
DECLARE_WORK(growth);

#endif
