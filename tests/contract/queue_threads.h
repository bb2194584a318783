/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that wait at a queue of packets, one call each. */
#ifndef QUEUE_THREADS_H
#define QUEUE_THREADS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "framewell/queue.h"
#include "os/os.h"

enum WaiterPart { SEND, RECEIVE };

struct Waiter {
    FwlQueue *queue;
    int64_t number;      /* pts of the packet that was received, or is to be sent */
    size_t size;         /* of a packet to be sent; 0: without data */
    uint32_t timeout_ms; /* 0: forever */

    int result;      /* of the call */
    uint64_t cpu_ns; /* what the call took of a core */

    enum WaiterPart part;
    FwlPacket pkt;
    FwlThread thread;
    _Atomic uint64_t thread_number; /* 0: not there yet */
    bool is_running;
};

/* Starts it, and returns when it sleeps in its call. */
void start_waiter(struct Waiter *waiter, enum WaiterPart part);

void join_waiter(struct Waiter *waiter);

/* For `later`: aborts the queue where the waiter still runs. */
void end_waiter(void *waiter);

/* How often a waiter that sleeps went to sleep. */
unsigned long sleeps_of(const struct Waiter *waiter);

void close_queue(void *queue); /* a FwlQueue ** */

#endif
