/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The works of queues: one thread sends messages, another one receives them. An operation is one
 * message. Framewell's is a packet, moved in and out of a FwlQueue; libavutil's a pointer, the
 * least that an AVThreadMessageQueue can carry.
 */
#ifndef BENCH_OBJECTS_QUEUE_H
#define BENCH_OBJECTS_QUEUE_H

#include "harness.h"

struct QueueParameter {
    unsigned depth;   /* messages that the queue has room for */
    bool is_one_core; /* else each thread has its own */
};

/* For KIND_POOL Framewell's, for every other kind libavutil's. */
void *queue_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why);
uint64_t queue_run(void *state, uint64_t count, struct BenchReport *report);
void queue_teardown(void *state);

#endif
