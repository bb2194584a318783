/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pattern of vapoursynth#1167, by which a process grew to 32 GB: some threads make a picture
 * each of nine sources, and the results, like some of the sources, stay in a cache. The planes are
 * large, of sizes that slowly change, and freed by other threads than those that made them, in no
 * order.
 *
 *     struct Growth growth = {.width = 3840, .height = 2160};
 *     growth_create(&growth);
 *     growth_make(&growth, 100);
 *     ... growth_live_peak(&growth) ...
 *     growth_destroy(&growth);
 *
 * Planes come from this process's malloc, and nothing else does.
 */
#ifndef BENCH_GROWTH_H
#define BENCH_GROWTH_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "helper.h"

enum { GROWTH_THREADS = 4, GROWTH_SOURCES = 9, GROWTH_CACHED = 16, GROWTH_PLANES = 3 };

/* 4:2:0 of 16 bits; no plane, no frame. */
struct GrowthFrame {
    unsigned char *planes[GROWTH_PLANES];
    size_t sizes[GROWTH_PLANES];
};

struct GrowthThread {
    struct Growth *growth;
    struct Helper helper;
    uint64_t random;
    struct GrowthFrame sources[GROWTH_SOURCES];
};

struct Growth {
    unsigned width; /* of a source, in pixels: even, at least 64 */
    unsigned height;
    struct GrowthThread threads[GROWTH_THREADS];
    struct GrowthFrame cache[GROWTH_CACHED]; /* under the lock */
    pthread_mutex_t lock;
    _Atomic uint64_t made; /* pictures that were begun */
    _Atomic uint64_t wanted;
    _Atomic size_t live_size;
    _Atomic size_t live_peak;
};

/* Sets up all but the size, which is there, and starts the threads; ends the process where there
 * are none. */
void growth_create(struct Growth *growth);
void growth_destroy(struct Growth *growth);

/* Makes so many pictures; ends the process where malloc says no. */
void growth_make(struct Growth *growth, uint64_t count);

/* The most bytes that were asked for and not yet freed at a time. */
size_t growth_live_peak(const struct Growth *growth);

#endif
