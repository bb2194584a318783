/* SPDX-License-Identifier: BSD-2-Clause */
/* The works of the pool, by file; each takes its parameter from the work's line in the table. */
#ifndef BENCH_POOL_WORKS_H
#define BENCH_POOL_WORKS_H

#include "harness.h"

/* The three functions of a kind of work, by its name. */
#define DECLARE_WORK(name)                                                         \
    void *name##_setup(const struct BenchWork *work, const struct BenchPeer *peer, \
                       const char **why);                                          \
    uint64_t name##_run(void *state, uint64_t count, struct BenchReport *report);  \
    void name##_teardown(void *state)

/* pool_blocks.c: blocks of one size, each freed at once or a batch of them in the order they came;
 * an operation is one allocation and its free. */
struct BlocksParameter {
    size_t size;
    size_t alignment; /* 0: what the allocator gives */
    unsigned batch;   /* blocks live at a time, 1 to 256 */
};
DECLARE_WORK(blocks);

/* pool_live.c: a live set in which a random block is replaced by one of another random size; an
 * operation is one replacement. */
struct LiveParameter {
    unsigned thread_count; /* 1 or 2, each with its share of the set */
    bool is_touching;      /* a byte of each page, or the first byte only */
};
DECLARE_WORK(live);

/* pool_pass.c: one thread allocates, another one frees; an operation is one block that went over.
 */
struct PassParameter {
    size_t least_size;
    size_t most_size; /* sizes between them, uniform in their logarithm */
};
DECLARE_WORK(pass);

/* pool_frames.c: pictures in a window of live ones, each written whole; an operation is one
 * picture: the oldest released, a new one taken and written. */
struct FramesParameter {
    size_t sizes[2]; /* in turn; the second 0: always the first */
    unsigned window; /* 1 to 16 */
};
DECLARE_WORK(frames);

/* The same with 100 random sizes from 1 to 50 MB, of which eight neighbours are in use at a time,
 * and a byte of each page written. A run is DRIFT_FRAMES operations. */
enum { DRIFT_FRAMES = 250 };
DECLARE_WORK(drift);

/* pool_waste.c: what of a block was not asked for, in percent of the block. */
struct WasteParameter {
    size_t least_size;
    size_t most_size;
    bool is_worst;   /* over all sizes; otherwise the average over log-uniform ones */
    size_t forgiven; /* bytes that do not count: rounding up to pages */
};
DECLARE_WORK(waste);

/* pool_replay.c: the calls of a recorded program; an operation is one call. */
struct ReplayParameter {
    const char *trace; /* a file, or its name in the directory of traces */
    bool is_file;
    unsigned thread_count; /* 1 or 2 */
    bool is_touching;      /* a byte of each page, or the first byte only */
};
DECLARE_WORK(replay);

/* What every replay must hold. */
#define REPLAY_BOUNDS                                                            \
    {.metric = BENCH_TIME, .limit = 1.0, .against = BENCH_BEST, .is_set = true}, \
    {                                                                            \
        .metric = BENCH_RSS, .limit = 1.15, .against = "glibc", .is_set = true   \
    }

/* Names the directory of traces; without it, it is "traces" in the one that FRAMEWELL_SHARED names.
 */
#define TRACES_VARIABLE "FRAMEWELL_TRACES"

/* Writes a byte of each page of a block, or of its first page only. */
static inline void touch_block(void *block, size_t size, bool is_each_page)
{
    volatile unsigned char *bytes = block;
    for (size_t i = 0; i < size; i += 4096) {
        bytes[i] = 1;
        if (!is_each_page)
            break;
    }
}

#endif
