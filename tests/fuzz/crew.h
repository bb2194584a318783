/* SPDX-License-Identifier: BSD-2-Clause */
/* A crew: threads that do one thing at a time, when they are told, while the teller waits. So work
 * is spread over threads and still has one order. */
#ifndef TEST_CREW_H
#define TEST_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { CREW_SIZE = 3 };

typedef struct CrewMember {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_there;
    bool is_to_end;
    void (*work)(void *opaque); /* NULL: idle */
    void *opaque;
} CrewMember;

typedef struct Crew {
    CrewMember members[CREW_SIZE];
} Crew;

/* Does work(opaque) on member i, whose thread is started where there is none; i == CREW_SIZE is the
 * calling thread. */
void crew_do(Crew *crew, size_t i, void (*work)(void *opaque), void *opaque);

/* Ends the thread of member i, if there is one. */
void crew_end(Crew *crew, size_t i);

#endif
