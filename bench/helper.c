/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
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

/* The first of the cores from that number on, or `none` where there is no such. */
static int core_from(const cpu_set_t *cores, int number, int none)
{
    while (number < CPU_SETSIZE && !CPU_ISSET((size_t)number, cores))
        number++;
    return number < CPU_SETSIZE ? number : none;
}

/* Where the system refuses, it is as it was: other figures, and not wrong. */
static void keep_on(pthread_t thread, int core)
{
    cpu_set_t alone;
    CPU_ZERO(&alone);
    CPU_SET((size_t)core, &alone);
    (void)pthread_setaffinity_np(thread, sizeof alone, &alone);
}

/* The calling thread's core is the first that it may have, the helper's so many numbers behind. */
static void create_on(struct Helper *helper, int distance)
{
    helper_create(helper);
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0)
        return;
    const int first = core_from(&cores, 0, 0);
    keep_on(pthread_self(), first);
    keep_on(helper->thread, core_from(&cores, first + distance, first));
}

void helper_create_apart(struct Helper *helper)
{
    create_on(helper, 1);
}

void helper_create_together(struct Helper *helper)
{
    create_on(helper, 0);
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
