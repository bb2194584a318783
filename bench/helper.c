/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>

#include "harness.h"

/* After so many looks the other thread is assumed to have no core: it gets ours. */
enum { SPINS_MAX = 200 };

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0 && errno == EINTR)
        continue;
}

static void *help(void *opaque)
{
    struct Helper *helper = opaque;
    for (;;) {
        wait_for(&helper->start);
        if (!helper->job)
            return NULL;
        helper->job(helper->argument);
        sem_post(&helper->done);
    }
}

void helper_create(struct Helper *helper)
{
    sem_init(&helper->start, 0, 0);
    sem_init(&helper->done, 0, 0);
    helper->job = NULL;
    if (pthread_create(&helper->thread, NULL, help, helper) != 0)
        bench_die("no second thread");
}

void helper_destroy(struct Helper *helper)
{
    helper->job = NULL;
    sem_post(&helper->start);
    pthread_join(helper->thread, NULL);
    sem_destroy(&helper->start);
    sem_destroy(&helper->done);
}

void helper_start(struct Helper *helper, void (*job)(void *argument), void *argument)
{
    helper->job = job;
    helper->argument = argument;
    sem_post(&helper->start);
}

void helper_wait(struct Helper *helper)
{
    wait_for(&helper->done);
}

void helper_pause(unsigned *tries)
{
    if (++*tries > SPINS_MAX) {
        sched_yield();
        *tries = 0;
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}
