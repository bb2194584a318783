/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs that nobody recompiled, on each malloc that can be preloaded: what `framewell run` gives
 * them. Behind them stand what the pool's works have shown, through that malloc: recorded calls,
 * and a cache of frames.
 */
#include "bench_topics.h"
#include "peers.h"
#include "program_works.h"

#define GIB ((size_t)1 << 30)

#define BOUND(metric_, limit_, against_)                                              \
    {                                                                                 \
        .metric = (metric_), .limit = (limit_), .against = (against_), .is_set = true \
    }

/* What every job is held to: no slower and no larger than on the C library's malloc. */
#define JOB_BOUNDS                                                            \
    BOUND(BENCH_TIME, 1.0, PEER_GLIBC), BOUND(BENCH_FAULTS, 1.0, BENCH_BEST), \
        BOUND(BENCH_RSS, 1.05, PEER_GLIBC)

/* And one that reads pictures as they are, so that memory is what it does. */
#define RAW_BOUNDS                                                           \
    BOUND(BENCH_TIME, 1.0, BENCH_BEST), BOUND(BENCH_TIME, 0.75, PEER_GLIBC), \
        BOUND(BENCH_FAULTS, 0.25, PEER_GLIBC), BOUND(BENCH_RSS, 1.05, BENCH_BEST)

#define WORDS(...)  \
    {               \
        __VA_ARGS__ \
    }

#define JOB(name_, title_, package_, need_, clip_, words_, ...)                                \
    {                                                                                          \
        .name = (name_), .title = (title_), .unit = "ms", .is_program = true, .is_long = true, \
        .kinds = KIND_MALLOC,                                                                  \
        .parameter = &(const struct JobParameter){(package_), (need_), (clip_), words_},       \
        .setup = job_setup, .run = job_run, .teardown = job_teardown, .bounds = {__VA_ARGS__}, \
    }

#define FFMPEG(name, title, clip, bounds, ...)       \
    JOB(name, title, "ffmpeg", JOB_NEEDS_CLIP, clip, \
        WORDS("ffmpeg", "-nostdin", "-loglevel", "error", "-y", __VA_ARGS__), bounds)

#define PROGRAM(name, title, package, ...) \
    JOB(name, title, package, JOB_NEEDS_NOTHING, CLIP_COUNT, WORDS(__VA_ARGS__), JOB_BOUNDS)

#define REPLAY(name_, title_, trace_, thread_count_, is_touching_)                             \
    {                                                                                          \
        .name = (name_), .title = (title_), .unit = "ns", .kinds = KIND_MALLOC,                \
        .parameter =                                                                           \
            &(const struct ReplayParameter){(trace_), false, (thread_count_), (is_touching_)}, \
        .setup = replay_setup, .run = replay_run, .teardown = replay_teardown,                 \
        .bounds = {REPLAY_BOUNDS},                                                             \
    }

#define REPLAYS_OF(name, trace, thread_count, threads)                                      \
    REPLAY("replay/" name, "recorded calls, " threads ", first bytes touched", trace,       \
           thread_count, false),                                                            \
        REPLAY("replay/" name "p", "recorded calls, " threads ", each page touched", trace, \
               thread_count, true)

static const char python_text[] = "import json, re\n"
                                  "words = [str(i) * (i % 50) for i in range(4000)]\n"
                                  "for _ in range(15):\n"
                                  "    words = json.loads(json.dumps(words))\n"
                                  "    counts = {}\n"
                                  "    for word in words:\n"
                                  "        counts.setdefault(len(word), []).append(word)\n"
                                  "print(len(re.findall('1+2', ' '.join(words))))\n";

static const char python_threads_text[] =
    "import threading\n"
    "def work(n):\n"
    "    kept = [bytes(i % 3000) for i in range(40000)]\n"
    "    for i in range(120000):\n"
    "        kept[i * 7 % 40000] = bytes((i * n) % 3000)\n"
    "threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]\n"
    "for thread in threads: thread.start()\n"
    "for thread in threads: thread.join()\n";

static const char sql_text[] =
    "create table t(a integer, b text);"
    "with recursive c(x) as (select 1 union all select x + 1 from c where x < 150000)"
    " insert into t select x, hex(x * 7919 % 100003) from c;"
    "create index i on t(b);"
    "select count(*), sum(length(b)), max(b) from t group by a % 7;"
    "delete from t where a % 3 = 0;"
    "select group_concat(b) from (select b from t order by b limit 20000);";

static const struct BenchWork works[] = {
    FFMPEG("ffmpeg/raw", "2160p y4m to rawvideo", CLIP_2160P, RAW_BOUNDS, "-i", "@", "-f",
           "rawvideo", "/dev/null"),
    FFMPEG("ffmpeg/decode", "1080p H.264 decoded", CLIP_1080P, JOB_BOUNDS, "-i", "@", "-f", "null",
           "-"),
    FFMPEG("ffmpeg/scale", "and scaled to 720p", CLIP_1080P, JOB_BOUNDS, "-i", "@", "-an", "-vf",
           "scale=1280:720", "-f", "null", "-"),
    FFMPEG("ffmpeg/transcode", "and encoded as H.264 and FLAC", CLIP_1080P, JOB_BOUNDS, "-i", "@",
           "-vf", "scale=640:360", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac", "-f",
           "matroska", "/dev/null"),
    FFMPEG("ffmpeg/remux", "streams copied into Matroska, 200 times", CLIP_1080P, JOB_BOUNDS,
           "-stream_loop", "199", "-i", "@", "-c", "copy", "-f", "matroska", "/dev/null"),
    JOB("gst/decode", "GStreamer decodes the same", "gstreamer1.0-libav", JOB_NEEDS_CLIP,
        CLIP_1080P,
        WORDS("gst-launch-1.0", "-q", "filesrc", "location=@", "!", "qtdemux", "!", "avdec_h264",
              "!", "fakesink"),
        JOB_BOUNDS),
    PROGRAM("gst/scale", "GStreamer makes and scales 2160p", "gstreamer1.0-plugins-base",
            "gst-launch-1.0", "-q", "videotestsrc", "num-buffers=30", "!",
            "video/x-raw,format=I420,width=3840,height=2160", "!", "videoscale", "!",
            "video/x-raw,width=1280,height=720", "!", "fakesink"),
    PROGRAM("python/json", "text, lists and dictionaries", "python3", "python3", "-c", python_text),
    PROGRAM("python/threads", "four threads and blocks to 3000 bytes", "python3", "python3", "-c",
            python_threads_text),
    JOB("gcc", "gcc -O2 compiles src/pool/pool.c", "gcc", JOB_NEEDS_SOURCE, CLIP_COUNT,
        WORDS("gcc", "-std=c11", "-O2", "-DFWL_BUILDING", "-I@/include", "-I@/src", "-S", "-o",
              "/dev/null", "@/src/pool/pool.c"),
        JOB_BOUNDS),
    PROGRAM("sqlite3", "a table of 150,000 rows in memory, with an index", "sqlite3", "sqlite3",
            ":memory:", sql_text),

    REPLAYS_OF("decode-t1", "decode_r1080_t1.bin", 1, "1 thread"),
    REPLAYS_OF("decode-t2", "decode_r1080_t2.bin", 1, "1 thread"),
    REPLAYS_OF("decode-t2/2", "decode_r1080_t2.bin", 2, "2 threads"),
    REPLAYS_OF("remux", "remux_av.bin", 1, "1 thread"),

    {
        .name = "growth",
        .title = "nine 2160p sources averaged, in a cache that drifts",
        .unit = "ms",
        .kinds = KIND_MALLOC,
        .is_long = true,
        .max_rounds = 6, /* with the two that calibrate: 400 pictures */
        .memory = 7 * GIB / 4,
        .setup = growth_setup,
        .run = growth_run,
        .teardown = growth_teardown,
        .bounds = {BOUND(BENCH_RSS, 1.25, BENCH_LIVE)},
    },
};

static const struct BenchGroup groups[] = {
    {"ffmpeg", "ffmpeg, from its start to its end"},
    {"gst", "gst-launch-1.0"},
    {"python", "python3"},
    {"replay", "recorded calls; NAME/THREADS; p: each page touched"},
};

const struct BenchSuite bench_programs_suite = {
    .name = "programs",
    .title = "programs as they are, on each malloc preloaded",
    .groups = groups,
    .group_count = sizeof groups / sizeof *groups,
    .peers = malloc_peers,
    .peer_count = MALLOC_PEER_COUNT,
    .works = works,
    .work_count = sizeof works / sizeof *works,
    .subject = PEER_FRAMEWELL,
    .begin = clips_begin,
};
