/* SPDX-License-Identifier: BSD-2-Clause */
/* Other programs, run to their end, and what the system says of them then. */
#ifndef BENCH_PROGRAM_RUN_H
#define BENCH_PROGRAM_RUN_H

#include <stdbool.h>
#include <stdint.h>

struct ProgramUsage {
    uint64_t faults;    /* minor page faults, of it and of what it started and waited for */
    uint64_t peak_size; /* bytes that were resident at most, in the largest of these */
};

enum ProgramMalloc {
    PROGRAM_AS_IT_IS, /* the C library's */
    PROGRAM_AS_WE,    /* what is preloaded here is preloaded there */
};

/* True where the search path has a program of that name. */
bool program_is_there(const char *name);

/*
 * Runs words, the last one NULL, without input and output but for errors. False where it cannot be
 * started or does not end with 0. usage may be NULL.
 */
bool program_run(const char *const *words, enum ProgramMalloc whose, struct ProgramUsage *usage);

#endif
