/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffers, packets and frames against those of libavutil and libavcodec, which take their memory
 * from whatever malloc is in the process: the peers are the allocators.
 */
#include "bench_topics.h"
#include "objects_queue.h"
#include "objects_works.h"
#include "peers.h"

#define OBJECTS(name_, title_, loop_, has_two_threads_, ...)                                  \
    {                                                                                         \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_POOL | KIND_MALLOC,   \
        .parameter = &(const struct ObjectsParameter){(loop_), (has_two_threads_)},           \
        .setup = objects_setup, .run = objects_run, .teardown = objects_teardown, .bounds = { \
            __VA_ARGS__                                                                       \
        }                                                                                     \
    }

#define AT_MOST(limit_, against_)                                                      \
    {                                                                                  \
        .metric = BENCH_TIME, .limit = (limit_), .against = (against_), .is_set = true \
    }

#define QUEUE(name_, title_, depth_, is_one_core_, ...)                                     \
    {                                                                                       \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_POOL | KIND_MALLOC, \
        .parameter = &(const struct QueueParameter){(depth_), (is_one_core_)},              \
        .setup = queue_setup, .run = queue_run, .teardown = queue_teardown, .bounds = {     \
            __VA_ARGS__                                                                     \
        }                                                                                   \
    }

static const struct BenchWork works[] = {
    OBJECTS("buffer/ref", "a reference to a buffer, and its end", OBJECTS_BUFFER_REF, false,
            AT_MOST(0.85, BENCH_BEST), AT_MOST(13, NULL)),
    OBJECTS("packet/pass", "a packet of 4 KiB made, referred to, and both freed", OBJECTS_PACKET,
            false, AT_MOST(0.65, BENCH_BEST)),
    OBJECTS("frame/ref", "a picture referred to and unreffed", OBJECTS_FRAME_REF, false,
            AT_MOST(0.6, BENCH_BEST)),
    OBJECTS("frame/clone", "a frame cloned and freed", OBJECTS_FRAME_CLONE, false,
            AT_MOST(0.7, BENCH_BEST)),
    OBJECTS("bufferpool/1", "a buffer from a buffer pool, and back", OBJECTS_BUFFER_POOL, false,
            AT_MOST(0.45, BENCH_BEST)),
    OBJECTS("bufferpool/2", "the same from two threads at once", OBJECTS_BUFFER_POOL, true,
            AT_MOST(0.3, BENCH_BEST)),
    QUEUE("queue/8", "a message from thread to thread, room for 8", 8, false,
          AT_MOST(0.2, BENCH_BEST), AT_MOST(1000, NULL)),
    QUEUE("queue/64", "a message from thread to thread, room for 64", 64, false,
          AT_MOST(0.2, BENCH_BEST), AT_MOST(150, NULL)),
    QUEUE("queue/8-one-core", "the same, both threads on one core", 8, true,
          AT_MOST(1, BENCH_BEST)),
    QUEUE("queue/64-one-core", "the same, room for 64", 64, true, AT_MOST(1, BENCH_BEST)),
};

static const struct BenchGroup groups[] = {
    {"frame", "a picture referred to and unreffed; cloned and freed"},
    {"bufferpool", "a buffer from a buffer pool, and back; on THREADS"},
};

const struct BenchSuite bench_objects_suite = {
    .name = "objects",
    .title = "buffers, packets, frames against libavutil on allocators",
    .groups = groups,
    .group_count = sizeof groups / sizeof *groups,
    .peers = pool_peers,
    .peer_count = POOL_PEER_COUNT,
    .works = works,
    .work_count = sizeof works / sizeof *works,
    .subject = PEER_FRAMEWELL,
};
