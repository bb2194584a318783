/* SPDX-License-Identifier: BSD-2-Clause */
/* A run of a suite: who takes part, and one work measured after the other. */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "bench_options.h"
#include "harness.h"
#include "machine.h"
#include "results.h"

struct Session {
    const struct BenchSuite *suite;
    const struct BenchOptions *options;
    struct Machine machine;
    struct PeerEntry peers[BENCH_PEERS_MAX];
    bool has_failed; /* a peer broke down */
};

/* Looks at the machine, and asks the peers who they are. */
void session_init(struct Session *session, const struct BenchSuite *suite,
                  const struct BenchOptions *options);

/* Measures one work, or says in result->why why not. */
void session_measure(struct Session *session, const struct BenchWork *work,
                     struct WorkResult *result);

#endif
