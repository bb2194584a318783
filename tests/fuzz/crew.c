/* SPDX-License-Identifier: BSD-2-Clause */
#include "crew.h"

#include <stdlib.h>

static void *be_a_member(void *opaque)
{
    CrewMember *member = opaque;
    pthread_mutex_lock(&member->lock);
    while (!member->is_to_end) {
        if (member->work) {
            member->work(member->opaque);
            member->work = NULL;
            pthread_cond_broadcast(&member->changed);
        }
        while (!member->work && !member->is_to_end)
            pthread_cond_wait(&member->changed, &member->lock);
    }
    pthread_mutex_unlock(&member->lock);
    return NULL;
}

static void start(CrewMember *member)
{
    if (member->is_there)
        return;
    *member = (CrewMember){.is_there = true};
    if (pthread_mutex_init(&member->lock, NULL) != 0 ||
        pthread_cond_init(&member->changed, NULL) != 0 ||
        pthread_create(&member->thread, NULL, be_a_member, member) != 0)
        abort();
}

void crew_do(Crew *crew, size_t i, void (*work)(void *opaque), void *opaque)
{
    if (i == CREW_SIZE) {
        work(opaque);
        return;
    }
    CrewMember *member = &crew->members[i];
    start(member);
    pthread_mutex_lock(&member->lock);
    member->opaque = opaque;
    member->work = work;
    pthread_cond_broadcast(&member->changed);
    while (member->work)
        pthread_cond_wait(&member->changed, &member->lock);
    pthread_mutex_unlock(&member->lock);
}

void crew_end(Crew *crew, size_t i)
{
    if (i == CREW_SIZE || !crew->members[i].is_there)
        return;
    CrewMember *member = &crew->members[i];
    pthread_mutex_lock(&member->lock);
    member->is_to_end = true;
    pthread_cond_broadcast(&member->changed);
    pthread_mutex_unlock(&member->lock);
    pthread_join(member->thread, NULL);
    pthread_mutex_destroy(&member->lock);
    pthread_cond_destroy(&member->changed);
    member->is_there = false;
}
