/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A worker: a process that does one work as one peer, a batch at a time when told to.
 *
 * It is the same executable, started with --worker PEER [--work WORK], with the peer's library
 * preloaded. Both talk in lines of text over the worker's standard input and output:
 *
 *     worker: ready VERSION            once it can begin, or: absent WHY
 *     parent: run COUNT
 *     worker: ran NS OPS FAULTS RSS PEAK VALUE LIVE
 *     ...
 *     parent: end
 *
 * Without a WORK it says ready and ends: so the parent learns who is there. The worker's half
 * allocates nothing, for it would be in the peer's heap.
 */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness.h"

enum { WORKER_LINE_MAX = 512 };

struct Worker {
    pid_t pid; /* 0: none */
    int commands;
    int answers;
    size_t held; /* bytes in line, behind the line that was read last */
    char line[WORKER_LINE_MAX];
};

/* What one batch was. */
struct Sample {
    double ns;
    double ops;
    double faults;
    double rss;  /* bytes above the time before the first run, at its end */
    double peak; /* the most so far */
    double value;
    double live_size;
};

enum WorkerAnswer { WORKER_READY, WORKER_ABSENT, WORKER_FAILED };

/* Starts the peer's worker for a work (NULL: only to be asked who it is) and waits for its first
 * word; text gets the version, or why it is not there. Only after WORKER_READY there is one. */
enum WorkerAnswer worker_start(struct Worker *worker, const struct BenchSuite *suite,
                               const struct BenchPeer *peer, const struct BenchWork *work,
                               char *text, size_t size);

/* One batch; false, and text says why, where the worker broke down. */
bool worker_run(struct Worker *worker, uint64_t count, struct Sample *sample, char *text,
                size_t size);

/* Ends it and waits for its end; a worker that was never started is nothing. */
void worker_end(struct Worker *worker);

/* The worker's side: gives its exit status. work NULL: as above. */
int worker_main(const struct BenchPeer *peer, const struct BenchWork *work);

#endif
