/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each file is four works: on one thread and on two, the first byte of each block touched, or a
 * byte of each of its pages. Workers make the same suite again, from the same words.
 */
#include "bench_replay.h"

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/option_table.h"
#include "peers.h"
#include "pool_works.h"
#include "trace.h"

enum { WAYS = 4, NAME_MAX_SIZE = 64 };

static struct Recording {
    char stem[NAME_MAX_SIZE];
    char names[WAYS][NAME_MAX_SIZE + 8];
    char titles[WAYS][BENCH_TEXT_MAX];
    struct ReplayParameter parameters[WAYS];
} recordings[REPLAY_TRACES_MAX];

static struct BenchWork works[REPLAY_TRACES_MAX * WAYS];
static struct BenchGroup groups[REPLAY_TRACES_MAX];
static char group_titles[REPLAY_TRACES_MAX][BENCH_TEXT_MAX];
static const char *lead[REPLAY_TRACES_MAX + 2];

/* Two files of one name in two folders: the second one gets a number, as names of works differ. */
static bool is_taken(const char *stem, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(recordings[i].stem, stem) == 0)
            return true;
    }
    return false;
}

/* "clips/decode.bin" is "decode", of at most 16 characters. */
static void name_recording(int index, const char *path)
{
    struct Recording *recording = &recordings[index];
    const char *slash = strrchr(path, '/');
    const char *file = slash ? slash + 1 : path;
    char stem[NAME_MAX_SIZE];
    snprintf(stem, sizeof stem, "%.*s", (int)strcspn(file, "."), file);
    stem[16] = '\0';
    for (char *c = stem; *c; c++) {
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            *c = '?';
    }
    snprintf(recording->stem, sizeof recording->stem, "%s", stem[0] ? stem : "trace");
    if (is_taken(recording->stem, index))
        snprintf(recording->stem, sizeof recording->stem, "%.16s-%d", stem, index + 1);
}

static int check_trace(const char *path, int index)
{
    struct Trace trace;
    char why[BENCH_TEXT_MAX];
    const enum TraceAnswer answer = trace_read(&trace, path, why, sizeof why);
    if (answer != TRACE_FINE)
        return fwl_cmd_fail(answer == TRACE_BROKEN ? EXIT_DATA : EXIT_INPUT, path, "%s", why);
    snprintf(group_titles[index], sizeof *group_titles, "%zu calls, %zu blocks, %zu threads",
             trace.call_count, trace.id_count, trace.thread_count);
    trace_free(&trace);
    return ARGS_GO_ON;
}

static void add_work(int index, unsigned way, const char *path)
{
    struct Recording *recording = &recordings[index];
    const unsigned thread_count = way < WAYS / 2 ? 1 : 2;
    const bool is_touching = way % 2;
    snprintf(recording->names[way], sizeof *recording->names, "%.40s/%u%s", recording->stem,
             thread_count, is_touching ? "p" : "");
    snprintf(recording->titles[way], sizeof *recording->titles, "%u thread%s, %s touched",
             thread_count, thread_count > 1 ? "s" : "", is_touching ? "each page" : "first bytes");
    recording->parameters[way] = (struct ReplayParameter){path, true, thread_count, is_touching};
    works[(unsigned)index * WAYS + way] = (struct BenchWork){
        .name = recording->names[way],
        .title = recording->titles[way],
        .unit = "ns",
        .kinds = KIND_ALLOCATORS,
        .parameter = &recording->parameters[way],
        .setup = replay_setup,
        .run = replay_run,
        .teardown = replay_teardown,
        .bounds = {REPLAY_BOUNDS},
    };
}

int bench_replay_suite(struct BenchSuite *suite, char **paths, int count)
{
    if (count == 0)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "bench replay needs the file of a trace");
    if (count > REPLAY_TRACES_MAX)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "bench replay takes at most %d traces",
                            REPLAY_TRACES_MAX);
    lead[0] = "replay";
    for (int i = 0; i < count; i++) {
        const int status = check_trace(paths[i], i);
        if (status != ARGS_GO_ON)
            return status;
        name_recording(i, paths[i]);
        groups[i] = (struct BenchGroup){recordings[i].stem, group_titles[i]};
        for (unsigned way = 0; way < WAYS; way++)
            add_work(i, way, paths[i]);
        lead[i + 1] = paths[i];
    }
    *suite = (struct BenchSuite){
        .name = "replay",
        .title = "recorded calls on the pool and on every allocator",
        .groups = groups,
        .group_count = (size_t)count,
        .peers = pool_peers,
        .peer_count = POOL_PEER_COUNT,
        .works = works,
        .work_count = (size_t)count * WAYS,
        .subject = PEER_FRAMEWELL,
        .has_details = true,
        .arguments = lead,
    };
    return ARGS_GO_ON;
}
