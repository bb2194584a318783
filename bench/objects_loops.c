/* SPDX-License-Identifier: BSD-2-Clause */
#include "objects_works.h"

#include "helper.h"
#include "peers.h"

struct ObjectsWork {
    const struct ObjectLoops *loops;
    struct ObjectsParameter parameter;
    void *objects;
    struct Helper helper; /* where there are two threads */
    uint64_t count;       /* for each thread in this run */
};

void *objects_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    const struct ObjectLoops *loops =
        peer->kind == KIND_POOL ? &fwl_object_loops : &av_object_loops;
    void *objects = loops->open(why);
    if (!objects)
        return NULL;
    struct ObjectsWork *state = bench_memory(sizeof *state);
    state->loops = loops;
    state->parameter = *(const struct ObjectsParameter *)work->parameter;
    state->objects = objects;
    if (state->parameter.has_two_threads)
        helper_create_apart(&state->helper);
    return state;
}

static void run_loop(void *argument)
{
    struct ObjectsWork *state = argument;
    state->loops->run[state->parameter.loop](state->objects, state->count);
}

uint64_t objects_run(void *opaque, uint64_t count, struct BenchReport *report)
{
    struct ObjectsWork *state = opaque;
    (void)report;
    state->count = count;
    if (state->parameter.has_two_threads)
        helper_start(&state->helper, run_loop, state);
    run_loop(state);
    if (state->parameter.has_two_threads)
        helper_wait(&state->helper);
    return count;
}

void objects_teardown(void *opaque)
{
    struct ObjectsWork *state = opaque;
    if (state->parameter.has_two_threads)
        helper_destroy(&state->helper);
    state->loops->close(state->objects);
    bench_memory_free(state, sizeof *state);
}
