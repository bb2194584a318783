/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A second thread that does what it is told, when it is told, and sleeps in between: a peer that
 * waits for its turn must not disturb the one whose turn it is.
 */
#ifndef BENCH_HELPER_H
#define BENCH_HELPER_H

#include <pthread.h>
#include <semaphore.h>

struct Helper {
    pthread_t thread;
    sem_t start;
    sem_t done;
    void (*job)(void *argument); /* NULL: end */
    void *argument;
};

/* Ends the process where the system has no thread. */
void helper_create(struct Helper *helper);

/* The same; the helper and the calling thread have a core each from now on, where there are two.
 * Who wakes whom draws both to one core now and then, and then what is measured is the scheduler.
 */
void helper_create_apart(struct Helper *helper);

/* The same, both on one core. */
void helper_create_together(struct Helper *helper);

void helper_destroy(struct Helper *helper);

void helper_start(struct Helper *helper, void (*job)(void *argument), void *argument);
void helper_wait(struct Helper *helper);

/* Looks at the other thread's progress again in a moment; *tries counts up from 0. */
void helper_pause(unsigned *tries);

#endif
