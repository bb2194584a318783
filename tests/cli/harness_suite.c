/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A benchmark of works whose numbers are known beforehand, to see whether the harness measures
 * them: check_harness.py knows them, too. Peer "double" does everything twice, "floor" half.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "harness.h"

enum { KIND_NORMAL = 1, KIND_DOUBLE = 2, KIND_FLOOR = 4, KIND_ALL = 7 };

enum { SLEEP_US = 500, PAGE_COUNT = 32, HELD_SIZE = 32 << 20 };
enum { PROGRAM_SIZE = 8 << 20, PROGRAM_STEP = 4096 };

struct State {
    const struct BenchPeer *peer;
    unsigned factor; /* in halves */
    void *held;
};

static bool describe_normal(char *version, size_t size)
{
    snprintf(version, size, "1.2.3");
    return true;
}

static bool describe_absent(char *version, size_t size)
{
    snprintf(version, size, "not installed");
    return false;
}

static void *setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    if (strcmp(work->name, "refused") == 0) {
        *why = "nobody wants to";
        return NULL;
    }
    struct State *state = bench_memory(sizeof *state);
    state->peer = peer;
    state->factor = peer->kind == KIND_NORMAL ? 2 : peer->kind == KIND_DOUBLE ? 4 : 1;
    return state;
}

static void teardown(void *opaque)
{
    struct State *state = opaque;
    bench_memory_free(state->held, HELD_SIZE / 2 * state->factor);
    bench_memory_free(state, sizeof *state);
}

static uint64_t do_sleep(void *opaque, uint64_t count, struct BenchReport *report)
{
    const struct State *state = opaque;
    (void)report;
    for (uint64_t i = 0; i < count; i++) {
        struct timespec left = {.tv_nsec = 1000 * SLEEP_US / 2 * state->factor};
        while (nanosleep(&left, &left) != 0)
            continue;
    }
    return count;
}

static uint64_t touch_fresh_pages(void *opaque, uint64_t count, struct BenchReport *report)
{
    const struct State *state = opaque;
    const size_t size = (size_t)4096 * PAGE_COUNT / 2 * state->factor;
    (void)report;
    for (uint64_t i = 0; i < count; i++) {
        void *pages = bench_memory(size);
        bench_keep(pages);
        bench_memory_free(pages, size);
    }
    return count;
}

static uint64_t hold_memory(void *opaque, uint64_t count, struct BenchReport *report)
{
    struct State *state = opaque;
    if (!state->held)
        state->held = bench_memory(HELD_SIZE / 2 * state->factor);
    bench_keep(state->held);
    report->live_size = HELD_SIZE;
    return count;
}

static uint64_t give_value(void *opaque, uint64_t count, struct BenchReport *report)
{
    const struct State *state = opaque;
    report->value = 7.0 / 2 * state->factor;
    return count;
}

/* A hundred times from peer to peer: 100, 10000 and 1. */
static uint64_t give_wide_value(void *opaque, uint64_t count, struct BenchReport *report)
{
    const struct State *state = opaque;
    report->value = state->factor == 2 ? 100 : state->factor == 4 ? 10000 : 1;
    return count;
}

/* What another program would have had: nothing of it is this process's. */
static uint64_t tell_of_program(void *opaque, uint64_t count, struct BenchReport *report)
{
    static unsigned calls;
    const struct State *state = opaque;
    report->faults = count * 100 * state->factor;
    report->peak_size = (uint64_t)PROGRAM_SIZE * state->factor + (calls++ % 2 ? PROGRAM_STEP : 0);
    return count;
}

/* Whether the parent made, before this process was there, what all share. */
static uint64_t look_for_begin(void *opaque, uint64_t count, struct BenchReport *report)
{
    (void)opaque;
    report->value = getenv("BENCH_BEGAN") ? 1 : 0;
    return count;
}

static void begin(void)
{
    setenv("BENCH_BEGAN", "1", 1);
}

/* Writes who ran behind who ran before. */
static uint64_t note_turn(void *opaque, uint64_t count, struct BenchReport *report)
{
    const struct State *state = opaque;
    FILE *file = fopen(getenv("TURNS"), "a");
    (void)report;
    if (!file)
        bench_die("TURNS names no file");
    fprintf(file, "%s\n", state->peer->name);
    fclose(file);
    return count;
}

static uint64_t break_down(void *opaque, uint64_t count, struct BenchReport *report)
{
    const struct State *state = opaque;
    (void)report;
    if (state->peer->kind == KIND_DOUBLE)
        raise(SIGKILL);
    return count;
}

#define WORK(name_, unit_, function)                                                         \
    .name = (name_), .title = "a work of known numbers", .unit = (unit_), .kinds = KIND_ALL, \
    .setup = setup, .run = (function), .teardown = teardown

static const struct BenchWork works[] = {
    {WORK("sleep", "us", do_sleep),
     .bounds = {{.metric = BENCH_TIME, .limit = 0.9, .against = BENCH_BEST, .is_set = true},
                {.metric = BENCH_TIME, .limit = 1.0, .against = "floor", .is_set = true}}},
    {WORK("pages", "ns", touch_fresh_pages),
     .bounds = {{.metric = BENCH_FAULTS, .limit = PAGE_COUNT, .is_set = true},
                {.metric = BENCH_FAULTS, .limit = 0, .is_set = true}}},
    {WORK("hold", "ns", hold_memory),
     .bounds = {{.metric = BENCH_RSS, .limit = 1.1, .against = BENCH_LIVE, .is_set = true},
                {.metric = BENCH_RSS, .limit = 0.4, .against = BENCH_LIVE, .is_set = true},
                {.metric = BENCH_RSS,
                 .limit = 0.4,
                 .against = BENCH_LIVE,
                 .plus = HELD_SIZE,
                 .is_set = true}}},
    {WORK("value", "%", give_value), .is_value = true,
     .bounds = {{.metric = BENCH_TIME, .limit = 7, .is_set = true}}},
    {WORK("turns", "ns", note_turn)},
    {WORK("program", "ms", tell_of_program), .is_program = true, .max_rounds = 4,
     .bounds = {{.metric = BENCH_RSS, .limit = 1.1, .against = "floor", .is_set = true},
                {.metric = BENCH_FAULTS, .limit = 0.5, .against = "double", .is_set = true},
                {.metric = BENCH_RSS, .limit = 0.5, .against = BENCH_BEST, .is_set = true},
                {.metric = BENCH_FAULTS, .limit = 100, .is_set = true}}},
    {WORK("wide", "%", give_wide_value), .is_value = true},
    {WORK("begun", "%", look_for_begin), .is_value = true},
    {WORK("<odd> & \"more\"", "ns", give_value)},
    {WORK("few", "ns", give_value), .max_rounds = 2},
    {WORK("long", "ns", give_value), .is_long = true},
    {WORK("huge", "ns", give_value), .memory = SIZE_MAX / 16},
    {WORK("refused", "ns", give_value)},
    {WORK("break", "ns", break_down)},
};

static const struct BenchPeer peers[] = {
    {.name = "normal", .kind = KIND_NORMAL, .describe = describe_normal},
    {.name = "double", .kind = KIND_DOUBLE},
    {.name = "floor", .kind = KIND_FLOOR, .is_floor = true},
    {.name = "absent",
     .kind = KIND_NORMAL,
     .preload = "libabsent.so.9",
     .package = "libabsent9",
     .describe = describe_absent},
};

int main(int argc, char **argv)
{
    /* It is called "harness_suite suite OPTIONS", as a command with benchmarks in it would be. */
    static const char *const lead[] = {"suite", NULL};
    const struct BenchSuite suite = {
        .name = "harness_suite",
        .title = "works of known numbers",
        .peers = peers,
        .peer_count = sizeof peers / sizeof *peers,
        .works = works,
        .work_count = sizeof works / sizeof *works,
        .subject = "normal",
        .begin = begin,
        .arguments = lead,
    };
    if (argc < 2 || strcmp(argv[1], "suite") != 0)
        return 3;
    return bench_main(&suite, argc - 1, argv + 1);
}
