/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes and copies of pictures, and repeated bytes, against libavutil and the C library. Every line
 * of the table is a work with the bounds that hold for the library.
 */
#include "bench_topics.h"
#include "buffer_pools.h"
#include "layout_works.h"

#define FRAMEWELL "framewell"
#define LIBAVUTIL "libavutil"
#define LIBC      "libc"

static bool describe_libavutil(char *version, size_t size)
{
    return avpool.describe(version, size);
}

static const struct BenchPeer peers[] = {
    {.name = FRAMEWELL, .kind = LAYOUT_FRAMEWELL},
    {.name = LIBAVUTIL,
     .kind = LAYOUT_LIBAVUTIL,
     .package = "libavutil-dev",
     .describe = describe_libavutil},
    {.name = LIBC, .kind = LAYOUT_LIBC, .is_floor = true},
};

#define FUNCTIONS(name) .setup = name##_setup, .run = name##_run, .teardown = name##_teardown
#define BOUND(limit_, against_)                                                        \
    {                                                                                  \
        .metric = BENCH_TIME, .limit = (limit_), .against = (against_), .is_set = true \
    }

#define SIZE(format_)                                                                      \
    {                                                                                      \
        .name = "size/" format_, .title = "bytes of a picture of 1080 rows", .unit = "ns", \
        .kinds = LAYOUT_FRAMEWELL | LAYOUT_LIBAVUTIL,                                      \
        .parameter = &(const struct SizeParameter){format_}, FUNCTIONS(size),              \
        .bounds = {BOUND(0.4, LIBAVUTIL)},                                                 \
    }

#define COPY(name_, title_, width_, height_, padding_)                               \
    {                                                                                \
        .name = "copy/" name_, .title = (title_), .unit = "us", .kinds = ~0u,        \
        .parameter = &(const struct CopyParameter){(width_), (height_), (padding_)}, \
        FUNCTIONS(copy), .bounds = {BOUND(1.02, LIBC)},                              \
    }

/* Below 4 KiB nothing that repeats more than a byte can be as fast as memset. */
#define BACK(name_, least_, most_, count_, ...)                                                \
    {                                                                                          \
        .name = "back/" name_, .title = "bytes repeated, each period in turn", .unit = "ns",   \
        .kinds = ~0u, .parameter = &(const struct BackParameter){(least_), (most_), (count_)}, \
        FUNCTIONS(back), .bounds = {BOUND(1.0, LIBAVUTIL), __VA_ARGS__},                       \
    }
#define NO_BOUND        \
    {                   \
        .is_set = false \
    }
#define BACKS(periods, least, most)                                                               \
    BACK(periods "/4", least, most, 4, NO_BOUND), BACK(periods "/16", least, most, 16, NO_BOUND), \
        BACK(periods "/64", least, most, 64, NO_BOUND),                                           \
        BACK(periods "/256", least, most, 256, NO_BOUND),                                         \
        BACK(periods "/1024", least, most, 1024, NO_BOUND),                                       \
        BACK(periods "/4096", least, most, 4096, BOUND(1.15, LIBC)),                              \
        BACK(periods "/65536", least, most, 65536, BOUND(1.15, LIBC))

static const struct BenchWork works[] = {
    SIZE("yuv420p"),
    SIZE("yuyv422"),
    SIZE("nv12"),
    SIZE("rgb24"),

    COPY("1080p", "pictures without gaps between the rows", 1920, 1080, 0),
    COPY("1080p-padded", "pictures with 128 bytes behind each row", 1920, 1080, 128),
    COPY("2160p", "pictures without gaps between the rows", 3840, 2160, 0),
    COPY("2160p-padded", "pictures with 128 bytes behind each row", 3840, 2160, 128),

    BACKS("1", 1, 1),
    BACKS("2", 2, 2),
    BACKS("3", 3, 3),
    BACKS("7", 7, 7),
    BACKS("8-16", 8, 16),
    BACKS("17-64", 17, 64),
};

const struct BenchSuite bench_layout_suite = {
    .name = "layout",
    .title = "picture sizes and copies against libavutil and the C library",
    .peers = peers,
    .peer_count = sizeof peers / sizeof *peers,
    .works = works,
    .work_count = sizeof works / sizeof *works,
    .subject = FRAMEWELL,
};
