/* SPDX-License-Identifier: BSD-2-Clause */
/* Of each page one sample is written and averaged: what counts is where the pages are. */
#include "growth.h"

#include <stdlib.h>

#include "harness.h"

enum {
    ALIGNMENT = 64,
    PAGE_STEP = 4096,
    SIZE_COUNT = 8,
    PICTURES_PER_SIZE = 25, /* then the next size comes, beside the one before */
    KEPT_OF = 4,            /* one source of so many is kept */
};

static void count_live(struct Growth *growth, size_t size)
{
    const size_t live = atomic_fetch_add(&growth->live_size, size) + size;
    size_t peak = atomic_load(&growth->live_peak);
    while (live > peak && !atomic_compare_exchange_weak(&growth->live_peak, &peak, live))
        continue;
}

/* Frames */

/* The n-th of the sizes, each a sixteenth smaller than the one before it. */
static struct GrowthFrame take_frame(struct Growth *growth, unsigned n)
{
    const size_t width = growth->width - n * (growth->width / 16);
    const size_t height = growth->height - n * (growth->height / 16);
    const size_t luma = (width + 31) / 32 * 32 * height * sizeof(uint16_t);
    struct GrowthFrame frame = {.sizes = {luma, luma / 4, luma / 4}};
    for (int i = 0; i < GROWTH_PLANES; i++) {
        void *plane;
        if (posix_memalign(&plane, ALIGNMENT, frame.sizes[i]) != 0)
            bench_die("malloc says no");
        frame.planes[i] = plane;
        count_live(growth, frame.sizes[i]);
    }
    return frame;
}

static void give_frame(struct Growth *growth, struct GrowthFrame *frame)
{
    for (int i = 0; i < GROWTH_PLANES && frame->planes[i]; i++) {
        free(frame->planes[i]);
        atomic_fetch_sub(&growth->live_size, frame->sizes[i]);
    }
    *frame = (struct GrowthFrame){0};
}

static void decode(struct GrowthFrame *frame, uint16_t sample)
{
    for (int i = 0; i < GROWTH_PLANES; i++) {
        for (size_t at = 0; at + sizeof sample <= frame->sizes[i]; at += PAGE_STEP)
            *(uint16_t *)(frame->planes[i] + at) = sample;
    }
}

static void average(struct GrowthFrame *frame, const struct GrowthFrame sources[GROWTH_SOURCES])
{
    for (int i = 0; i < GROWTH_PLANES; i++) {
        for (size_t at = 0; at + sizeof(uint16_t) <= frame->sizes[i]; at += PAGE_STEP) {
            unsigned sum = 0;
            for (int s = 0; s < GROWTH_SOURCES; s++)
                sum += *(const uint16_t *)(sources[s].planes[i] + at);
            *(uint16_t *)(frame->planes[i] + at) = (uint16_t)(sum / GROWTH_SOURCES);
        }
    }
}

/* Puts the frame into the cache, for what was in a random place there. */
static void keep(struct GrowthThread *thread, struct GrowthFrame *frame)
{
    struct Growth *growth = thread->growth;
    struct GrowthFrame *place = &growth->cache[bench_random(&thread->random) % GROWTH_CACHED];
    pthread_mutex_lock(&growth->lock);
    const struct GrowthFrame before = *place;
    *place = *frame;
    pthread_mutex_unlock(&growth->lock);
    *frame = before;
    give_frame(growth, frame);
}

/* Threads */

static void make_picture(struct GrowthThread *thread, uint64_t number)
{
    struct Growth *growth = thread->growth;
    for (int i = 0; i < GROWTH_SOURCES; i++) {
        thread->sources[i] = take_frame(growth, 0);
        decode(&thread->sources[i], (uint16_t)(number * 100));
    }
    const uint64_t size = number / PICTURES_PER_SIZE + bench_random(&thread->random) % 2;
    struct GrowthFrame picture = take_frame(growth, size % SIZE_COUNT);
    average(&picture, thread->sources);
    for (int i = 0; i < GROWTH_SOURCES; i++) {
        if (bench_random(&thread->random) % KEPT_OF == 0)
            keep(thread, &thread->sources[i]);
        else
            give_frame(growth, &thread->sources[i]);
    }
    keep(thread, &picture);
}

static void make_pictures(void *argument)
{
    struct GrowthThread *thread = argument;
    struct Growth *growth = thread->growth;
    for (;;) {
        const uint64_t number = atomic_fetch_add(&growth->made, 1);
        if (number >= atomic_load(&growth->wanted))
            break;
        make_picture(thread, number);
    }
    atomic_fetch_sub(&growth->made, 1); /* that one was not begun */
}

void growth_create(struct Growth *growth)
{
    pthread_mutex_init(&growth->lock, NULL);
    for (uint64_t i = 0; i < GROWTH_THREADS; i++) {
        growth->threads[i] = (struct GrowthThread){.growth = growth, .random = i + 1};
        helper_create(&growth->threads[i].helper);
    }
}

void growth_destroy(struct Growth *growth)
{
    for (int i = 0; i < GROWTH_THREADS; i++)
        helper_destroy(&growth->threads[i].helper);
    for (int i = 0; i < GROWTH_CACHED; i++)
        give_frame(growth, &growth->cache[i]);
    pthread_mutex_destroy(&growth->lock);
}

void growth_make(struct Growth *growth, uint64_t count)
{
    atomic_fetch_add(&growth->wanted, count);
    for (int i = 0; i < GROWTH_THREADS; i++)
        helper_start(&growth->threads[i].helper, make_pictures, &growth->threads[i]);
    for (int i = 0; i < GROWTH_THREADS; i++)
        helper_wait(&growth->threads[i].helper);
}

size_t growth_live_peak(const struct Growth *growth)
{
    return atomic_load(&growth->live_peak);
}
