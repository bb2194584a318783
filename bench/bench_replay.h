/* SPDX-License-Identifier: BSD-2-Clause */
/* `framewell bench replay TRACE...`: a suite whose works are made of the files that are named. */
#ifndef BENCH_REPLAY_H
#define BENCH_REPLAY_H

#include "harness.h"

enum { REPLAY_TRACES_MAX = 8 };

/*
 * Makes the suite of count files, which must be traces. Returns ARGS_GO_ON, or an exit code after
 * one line that says which file is none and why. It is to be made once in a process; the words must
 * live as long.
 */
int bench_replay_suite(struct BenchSuite *suite, char **paths, int count);

#endif
