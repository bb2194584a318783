/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pool against the allocators that are installed, the textbook pool, libavutil's buffer pool
 * and bare memory. Every line of the table is a work with the bounds that the pool must hold.
 */
#include "bench_topics.h"
#include "peers.h"
#include "pool_works.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

/* Bytes of a picture: 4:2:0, 8 bits, or 10 bits in 16. */
#define SIZE_1080P    ((size_t)1920 * 1080 * 3 / 2)
#define SIZE_2160P    ((size_t)3840 * 2160 * 3 / 2)
#define SIZE_2160P_10 (2 * SIZE_2160P)
#define SIZE_4320P    ((size_t)7680 * 4320 * 3 / 2)

/* What a pool keeps idle by default, fwl_pool_config_default().max_idle_size. */
#define IDLE_SIZE ((double)(64 * MIB))

#define FUNCTIONS(name) .setup = name##_setup, .run = name##_run, .teardown = name##_teardown

#define BOUND(metric_, limit_, against_)                                              \
    {                                                                                 \
        .metric = (metric_), .limit = (limit_), .against = (against_), .is_set = true \
    }

#define BLOCKS(name_, title_, size_, alignment_, batch_, limit_)                       \
    {                                                                                  \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_ALLOCATORS,    \
        .parameter = &(const struct BlocksParameter){(size_), (alignment_), (batch_)}, \
        FUNCTIONS(blocks), .bounds = {BOUND(BENCH_TIME, (limit_), BENCH_BEST)},        \
    }

/* One row for each size: of a group of rows, and of one way to allocate. */
#define BLOCKS_OF(group, title, alignment, batch, limit)                  \
    BLOCKS(group "/64B", title, 64, alignment, batch, limit),             \
        BLOCKS(group "/1KiB", title, KIB, alignment, batch, limit),       \
        BLOCKS(group "/4KiB", title, 4 * KIB, alignment, batch, limit),   \
        BLOCKS(group "/64KiB", title, 64 * KIB, alignment, batch, limit), \
        BLOCKS(group "/1MiB", title, MIB, alignment, batch, limit)

#define STATS(name_, title_, size_, batch_)                                                    \
    {                                                                                          \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_POOL | KIND_UNCOUNTED, \
        .parameter = &(const struct BlocksParameter){(size_), 0, (batch_)}, FUNCTIONS(blocks), \
        .bounds = {BOUND(BENCH_TIME, 1.05, PEER_UNCOUNTED)},                                   \
    }

#define LIVE(name_, title_, thread_count_, is_touching_, ...)                         \
    {                                                                                 \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_ALLOCATORS,   \
        .is_long = true, .memory = 512 * MIB,                                         \
        .parameter = &(const struct LiveParameter){(thread_count_), (is_touching_)},  \
        FUNCTIONS(live), .bounds = {BOUND(BENCH_TIME, 1.0, BENCH_BEST), __VA_ARGS__}, \
    }

#define PASS(name_, title_, least_, most_)                                                      \
    {                                                                                           \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_ALLOCATORS | KIND_BARE, \
        .parameter = &(const struct PassParameter){(least_), (most_)}, FUNCTIONS(pass),         \
        .bounds = {BOUND(BENCH_TIME, 1.0, BENCH_BEST)},                                         \
    }

#define FRAMES(name_, title_, size_, other_size_, window_, is_long_)                       \
    {                                                                                      \
        .name = (name_), .title = (title_), .unit = "us",                                  \
        .kinds = KIND_ALLOCATORS | KIND_AVBUFFER | KIND_GSTBUFFER | KIND_BARE,             \
        .is_long = (is_long_),                                                             \
        .memory = ((window_) + 1) * ((size_) > (other_size_) ? (size_) : (other_size_)),   \
        .parameter = &(const struct FramesParameter){{(size_), (other_size_)}, (window_)}, \
        FUNCTIONS(frames),                                                                 \
        .bounds = {BOUND(BENCH_TIME, 1.03, PEER_BARE), BOUND(BENCH_FAULTS, 0, NULL),       \
                   BOUND(BENCH_RSS, 1.1, BENCH_LIVE)},                                     \
    }

#define FRAMES_OF(size_name, size, other_size)                                                     \
    FRAMES("frames/" size_name "/1", "pictures written whole, 1 live", (size), (other_size), 1u,   \
           (size) + (other_size) > SIZE_2160P),                                                    \
        FRAMES("frames/" size_name "/4", "pictures written whole, 4 live", (size), (other_size),   \
               4u, (size) + (other_size) > SIZE_1080P),                                            \
        FRAMES("frames/" size_name "/16", "pictures written whole, 16 live", (size), (other_size), \
               16u, true)

#define WASTE(name_, title_, least_, is_worst_, forgiven_, limit_)                                 \
    {                                                                                              \
        .name = (name_), .title = (title_), .unit = "%", .is_value = true, .is_long = true,        \
        .kinds = KIND_ALLOCATORS, .max_rounds = 1,                                                 \
        .parameter = &(const struct WasteParameter){(least_), 64 * MIB, (is_worst_), (forgiven_)}, \
        FUNCTIONS(waste), .bounds = {BOUND(BENCH_TIME, (limit_), NULL)},                           \
    }

#define REPLAY(name_, title_, trace_, thread_count_, is_touching_)                             \
    {                                                                                          \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_ALLOCATORS,            \
        .parameter =                                                                           \
            &(const struct ReplayParameter){(trace_), false, (thread_count_), (is_touching_)}, \
        FUNCTIONS(replay), .bounds = {REPLAY_BOUNDS},                                          \
    }

/* A second thread has something to do only where the recorded program had one. */
#define REPLAYS_OF(trace_name, file)                                                               \
    REPLAY("replay/" trace_name "/1", "recorded calls, 1 thread, first bytes touched", file, 1,    \
           false),                                                                                 \
        REPLAY("replay/" trace_name "/1p", "recorded calls, 1 thread, each page touched", file, 1, \
               true)

static const struct BenchWork works[] = {
    BLOCKS_OF("hot", "alloc and free, one block at a time", 0, 1, 1.1),
    BLOCKS_OF("hot-aligned", "the same, 64-byte aligned", 64, 1, 1.0),
    BLOCKS_OF("batch", "alloc and free, 256 at a time", 0, 256, 1.1),
    BLOCKS_OF("batch-aligned", "the same, 64-byte aligned", 64, 256, 1.0),

    LIVE("live/1", "10,000 blocks of 64 B to 256 KiB, 1 thread", 1, false, {.is_set = false}),
    LIVE("live/2", "10,000 blocks of 64 B to 256 KiB, 2 threads", 2, false, {.is_set = false}),
    LIVE("live/1p", "the same, 1 thread, each page touched", 1, true,
         BOUND(BENCH_RSS, 1.1, BENCH_BEST)),
    LIVE("live/2p", "the same, 2 threads, each page touched", 2, true,
         BOUND(BENCH_RSS, 1.1, BENCH_BEST)),

    PASS("pass/64B", "one thread allocates, another one frees", 64, 64),
    PASS("pass/1KiB", "one thread allocates, another one frees", KIB, KIB),
    PASS("pass/64KiB", "one thread allocates, another one frees", 64 * KIB, 64 * KIB),
    PASS("pass/mixed", "the same, sizes from 64 B to 64 KiB", 64, 64 * KIB),

    FRAMES_OF("1080p", SIZE_1080P, 0),
    FRAMES_OF("2160p", SIZE_2160P, 0),
    FRAMES_OF("2160p10", SIZE_2160P_10, 0),
    FRAMES_OF("4320p", SIZE_4320P, 0),
    FRAMES_OF("1080+2160", SIZE_1080P, SIZE_2160P),
    FRAMES_OF("2160+10", SIZE_2160P, SIZE_2160P_10),

    STATS("stats/64B", "statistics on, held against off", 64, 1),
    STATS("stats/64B-batch", "the same, 256 at a time", 64, 256),
    STATS("stats/64KiB", "the same, one block at a time", 64 * KIB, 1),
    STATS("stats/1MiB", "the same, one block at a time", MIB, 1),

    {
        .name = "drift",
        .title = "100 sizes from 1 to 50 MB, 8 live, each page touched",
        .unit = "us",
        .kinds = KIND_ALLOCATORS,
        .is_long = true,
        .max_rounds = 6, /* with the two that calibrate: 2,000 pictures */
        .memory = 800 * MIB,
        FUNCTIONS(drift),
        .bounds = {{.metric = BENCH_RSS,
                    .limit = 1.25,
                    .against = BENCH_LIVE,
                    .plus = IDLE_SIZE,
                    .is_set = true}},
    },

    WASTE("waste/average", "unused share of a block, 16 B to 64 MiB", 16, false, 0, 12.5),
    WASTE("waste/worst", "the worst size of them", 16, true, 0, 25),
    WASTE("waste/worst-unit", "the worst size, but for rounding to 64 bytes", 16, true, 63, 25),
    WASTE("waste/worst-frame", "the worst size above 1 MiB, but for page rounding", MIB + 1, true,
          4095, 12.5),

    REPLAYS_OF("decode-t1", "decode_r1080_t1.bin"),
    REPLAYS_OF("decode-t2", "decode_r1080_t2.bin"),
    REPLAY("replay/decode-t2/2", "recorded calls, 2 threads, first bytes touched",
           "decode_r1080_t2.bin", 2, false),
    REPLAY("replay/decode-t2/2p", "recorded calls, 2 threads, each page touched",
           "decode_r1080_t2.bin", 2, true),
    REPLAYS_OF("remux", "remux_av.bin"),
};

static const struct BenchGroup groups[] = {
    {"live", "10,000 blocks of 64 B to 256 KiB; p: each page touched"},
    {"frames", "pictures written whole; SIZE/how many are live"},
    {"waste", "unused share of a block"},
    {"replay", "recorded calls; NAME/THREADS; p: each page touched"},
};

const struct BenchSuite bench_pool_suite = {
    .name = "pool",
    .title = "the pool against allocators, buffer pools and bare memory",
    .groups = groups,
    .group_count = sizeof groups / sizeof *groups,
    .peers = pool_peers,
    .peer_count = POOL_PEER_COUNT,
    .works = works,
    .work_count = sizeof works / sizeof *works,
    .subject = PEER_FRAMEWELL,
};
