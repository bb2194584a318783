/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window is a ring of live pictures; the next one takes the place of the oldest, which is
 * released first. The bare peer has its pictures from the start and only writes them, in turn:
 *
 *     with n sizes in a window of w, (w + n - 1) / n buffers of each size
 *
 * in huge pages where there are any, for it is to be what no allocator can beat.
 */
#include <string.h>

#include "buffer_pools.h"
#include "peers.h"
#include "pool_works.h"

enum { WINDOW_MAX = 16, SIZES_MAX = 2, DRIFT_SIZES = 100, DRIFT_WINDOW = 8, DRIFT_STAY = 20 };

struct Picture {
    void *data;
    void *handle; /* of a library's pool */
    size_t size;
};

struct Window {
    struct Picture pictures[WINDOW_MAX];
    unsigned count;
    unsigned oldest;
    size_t live_size;
    size_t peak_size;
};

struct Frames {
    struct Heap heap;
    struct Window window;
    size_t sizes[SIZES_MAX];
    unsigned size_count;
    uint64_t next;
    const struct BufferPools *library; /* NULL for peers that are no library's pool */
    void *pools[SIZES_MAX];            /* the library's */
    void *bare[SIZES_MAX][WINDOW_MAX];
    unsigned bare_count; /* of each size */
};

/* Both works */

static void enter_picture(struct Window *window, struct Picture picture)
{
    window->pictures[window->oldest] = picture;
    window->oldest = (window->oldest + 1) % window->count;
    window->live_size += picture.size;
    if (window->live_size > window->peak_size)
        window->peak_size = window->live_size;
}

/* The oldest picture, which is no more in the window; data NULL where its place is still empty. */
static struct Picture leave_picture(struct Window *window)
{
    struct Picture *oldest = &window->pictures[window->oldest];
    const struct Picture picture = *oldest;
    window->live_size -= picture.size;
    *oldest = (struct Picture){0};
    return picture;
}

/* Pictures of fixed sizes */

void *frames_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    (void)why;
    const struct FramesParameter *parameter = work->parameter;
    struct Frames *frames = bench_memory(sizeof *frames);
    heap_init(&frames->heap, peer);
    frames->window.count = parameter->window;
    memcpy(frames->sizes, parameter->sizes, sizeof frames->sizes);
    frames->size_count = parameter->sizes[1] > 0 ? 2 : 1;
    frames->bare_count = (frames->window.count + frames->size_count - 1) / frames->size_count;
    frames->library = peer->kind == KIND_AVBUFFER    ? &avpool
                      : peer->kind == KIND_GSTBUFFER ? &gstpool
                                                     : NULL;
    for (unsigned i = 0; frames->library && i < frames->size_count; i++)
        frames->pools[i] = heap_checked(frames->library->create(frames->sizes[i]));
    return frames;
}

static struct Picture take_bare(struct Frames *frames, unsigned index)
{
    const size_t turn = (size_t)(frames->next / frames->size_count);
    void **place = &frames->bare[index][turn % frames->bare_count];
    if (!*place)
        *place = bench_huge_memory(frames->sizes[index]);
    return (struct Picture){.data = *place, .size = frames->sizes[index]};
}

static struct Picture take_picture(struct Frames *frames)
{
    const unsigned index = (unsigned)(frames->next % frames->size_count);
    struct Picture picture = {.size = frames->sizes[index]};
    if (frames->heap.kind == KIND_BARE)
        picture = take_bare(frames, index);
    else if (frames->library)
        picture.data = heap_checked(frames->library->get(frames->pools[index], &picture.handle));
    else
        picture.data = take(&frames->heap, picture.size, frames->heap.kind);
    frames->next++;
    return picture;
}

static void give_picture(struct Frames *frames, struct Picture picture)
{
    if (!picture.data || frames->heap.kind == KIND_BARE)
        return;
    if (frames->library)
        frames->library->put(picture.handle);
    else
        give(&frames->heap, picture.data, frames->heap.kind);
}

static void step_frame(struct Frames *frames)
{
    give_picture(frames, leave_picture(&frames->window));
    const struct Picture picture = take_picture(frames);
    memset(picture.data, (int)(frames->next & 0xff), picture.size);
    bench_keep(picture.data);
    enter_picture(&frames->window, picture);
}

/* The first run fills the window, and goes round once more with each size. */
static void fill_window(struct Frames *frames)
{
    while (frames->next < (uint64_t)frames->size_count * (frames->window.count + 1))
        step_frame(frames);
}

uint64_t frames_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Frames *frames = state;
    fill_window(frames);
    for (uint64_t i = 0; i < count; i++)
        step_frame(frames);
    report->live_size = frames->window.peak_size;
    return count;
}

void frames_teardown(void *state)
{
    struct Frames *frames = state;
    for (unsigned i = 0; i < frames->window.count; i++)
        give_picture(frames, frames->window.pictures[i]);
    for (unsigned i = 0; i < frames->size_count; i++) {
        if (frames->library)
            frames->library->destroy(frames->pools[i]);
        for (unsigned n = 0; n < frames->bare_count; n++)
            bench_memory_free(frames->bare[i][n], frames->sizes[i]);
    }
    heap_uninit(&frames->heap);
    bench_memory_free(frames, sizeof *frames);
}

/* Pictures whose sizes drift */

struct Drift {
    struct Heap heap;
    struct Window window;
    uint64_t random;
    uint64_t next;
    size_t sizes[DRIFT_SIZES];
};

void *drift_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    (void)work;
    (void)why;
    struct Drift *drift = bench_memory(sizeof *drift);
    heap_init(&drift->heap, peer);
    drift->window.count = DRIFT_WINDOW;
    drift->random = 1;
    for (size_t i = 0; i < DRIFT_SIZES; i++)
        drift->sizes[i] = 1000000 + (size_t)(bench_random(&drift->random) % 49000000);
    return drift;
}

/* One of the eight sizes that are in use now; the first of them leaves after DRIFT_STAY frames. */
static size_t next_drift_size(struct Drift *drift)
{
    const uint64_t first = drift->next++ / DRIFT_STAY;
    const uint64_t choice = bench_random(&drift->random) % DRIFT_WINDOW;
    return drift->sizes[(first + choice) % DRIFT_SIZES];
}

uint64_t drift_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Drift *drift = state;
    for (uint64_t i = 0; i < count * DRIFT_FRAMES; i++) {
        give(&drift->heap, leave_picture(&drift->window).data, drift->heap.kind);
        const size_t size = next_drift_size(drift);
        void *data = take(&drift->heap, size, drift->heap.kind);
        touch_block(data, size, true);
        enter_picture(&drift->window, (struct Picture){.data = data, .size = size});
    }
    report->live_size = drift->window.peak_size;
    return count * DRIFT_FRAMES;
}

void drift_teardown(void *state)
{
    struct Drift *drift = state;
    for (unsigned i = 0; i < DRIFT_WINDOW; i++)
        give(&drift->heap, drift->window.pictures[i].data, drift->heap.kind);
    heap_uninit(&drift->heap);
    bench_memory_free(drift, sizeof *drift);
}
