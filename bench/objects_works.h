/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The works of bench_objects: the same loops over the objects of Framewell (objects_fwl.c) and of
 * libavutil and libavcodec (objects_av.c), which objects_loops.c chooses by the peer.
 */
#ifndef BENCH_OBJECTS_WORKS_H
#define BENCH_OBJECTS_WORKS_H

#include <stdbool.h>

#include "harness.h"

/* What each loop does count times. */
enum ObjectLoop {
    OBJECTS_BUFFER_REF,  /* one reference more and one less */
    OBJECTS_PACKET,      /* a packet with 4 KiB made, referred to, freed, and the reference ended */
    OBJECTS_FRAME_REF,   /* a picture referred to from a frame that is there, and unreffed */
    OBJECTS_FRAME_CLONE, /* a frame cloned and freed */
    OBJECTS_BUFFER_POOL, /* a buffer of 4 KiB from a buffer pool, and back */
    OBJECTS_LOOP_COUNT,
};

enum { OBJECTS_DATA_SIZE = 4096, OBJECTS_WIDTH = 1920, OBJECTS_HEIGHT = 1080 };

/* The loops over one library's objects. */
struct ObjectLoops {
    /* The objects that the loops refer to, one of each. NULL: *why says what is missing. */
    void *(*open)(const char **why);
    void (*close)(void *objects);
    void (*run[OBJECTS_LOOP_COUNT])(void *objects, uint64_t count);
};

extern const struct ObjectLoops fwl_object_loops;
extern const struct ObjectLoops av_object_loops;

/* One loop, on one thread, or on two at once with the same objects. An operation is one round of
 * one thread: two threads that do not disturb each other are as fast as one. */
struct ObjectsParameter {
    enum ObjectLoop loop;
    bool has_two_threads;
};

void *objects_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why);
uint64_t objects_run(void *state, uint64_t count, struct BenchReport *report);
void objects_teardown(void *state);

#endif
