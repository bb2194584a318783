/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before anything is measured, the calls are dealt out to one or two threads (recorded thread
 * modulo the number), each thread's in its order, and the frees of what the program never freed are
 * put at the end, so that every replay begins with nothing. Across threads only one order counts:
 * a block is made before it is freed or resized. blocks[id] is that order: stored with release when
 * made, waited for with acquire. Every wait is for a call that came earlier in the recording, so
 * that two threads never wait for each other.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "helper.h"
#include "peers.h"
#include "pool_works.h"
#include "trace.h"

enum { THREADS_MAX = 2 };

struct Lane {
    struct Replay *replay;
    struct Call *calls;
    size_t count;
};

struct Replay {
    struct Heap heap;
    struct ReplayParameter parameter;
    struct Helper helper;
    struct Lane lanes[THREADS_MAX];
    size_t call_capacity; /* of each lane */
    size_t id_count;
    void *_Atomic *blocks; /* by id; NULL: not made yet, or no more */
};

/* Dealing out */

static void add_call(struct Lane *lane, struct Call call)
{
    lane->calls[lane->count++] = call;
}

/* Remembers in owners which lane (plus one) a live block is of. */
static void deal_out(struct Replay *replay, const struct Trace *trace, uint8_t *owners)
{
    for (size_t i = 0; i < trace->call_count; i++) {
        const struct Call call = trace->calls[i];
        const unsigned lane = call.thread % replay->parameter.thread_count;
        add_call(&replay->lanes[lane], call);
        owners[call.old_id] = 0;
        owners[call.id] = call.kind == CALL_FREE ? 0 : (uint8_t)(lane + 1);
    }
}

static void add_missing_frees(struct Replay *replay, const uint8_t *owners)
{
    for (size_t id = 1; id <= replay->id_count; id++) {
        if (owners[id] > 0)
            add_call(&replay->lanes[owners[id] - 1],
                     (struct Call){.kind = CALL_FREE, .id = (uint32_t)id, .size = 1});
    }
}

static void make_lanes(struct Replay *replay, const struct Trace *trace)
{
    replay->id_count = trace->id_count;
    replay->call_capacity = trace->call_count + trace->id_count;
    replay->blocks = bench_memory((replay->id_count + 1) * sizeof *replay->blocks);
    for (unsigned i = 0; i < replay->parameter.thread_count; i++) {
        struct Lane *lane = &replay->lanes[i];
        lane->replay = replay;
        lane->calls = bench_memory(replay->call_capacity * sizeof *lane->calls);
    }
    uint8_t *owners = bench_memory(replay->id_count + 1);
    deal_out(replay, trace, owners);
    add_missing_frees(replay, owners);
    bench_memory_free(owners, replay->id_count + 1);
}

/* False where no directory of traces is named. */
static bool find_trace(char *path, size_t size, const struct ReplayParameter *parameter)
{
    const char *traces = getenv(TRACES_VARIABLE);
    const char *shared = getenv("FRAMEWELL_SHARED");
    if (parameter->is_file)
        snprintf(path, size, "%s", parameter->trace);
    else if (traces)
        snprintf(path, size, "%s/%s", traces, parameter->trace);
    else if (shared)
        snprintf(path, size, "%s/traces/%s", shared, parameter->trace);
    return parameter->is_file || traces || shared;
}

void *replay_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    static char reason[BENCH_TEXT_MAX];
    struct Replay *replay = bench_memory(sizeof *replay);
    replay->parameter = *(const struct ReplayParameter *)work->parameter;
    char path[4096];
    *why = "--traces DIR says where the recorded calls are";
    if (!find_trace(path, sizeof path, &replay->parameter))
        return NULL;
    struct Trace trace;
    *why = reason;
    if (trace_read(&trace, path, reason, sizeof reason) != TRACE_FINE)
        return NULL;
    make_lanes(replay, &trace);
    trace_free(&trace);
    heap_init(&replay->heap, peer);
    if (replay->parameter.thread_count == 2)
        helper_create_apart(&replay->helper);
    return replay;
}

/* Replaying */

/* The block of that id, once it is made; it is taken out of the table. */
static ALWAYS_INLINE void *claim_block(struct Replay *replay, uint32_t id)
{
    void *block;
    for (unsigned tries = 0;; helper_pause(&tries)) {
        block = atomic_load_explicit(&replay->blocks[id], memory_order_acquire);
        if (block)
            break;
    }
    atomic_store_explicit(&replay->blocks[id], NULL, memory_order_relaxed);
    return block;
}

static ALWAYS_INLINE void *make_block(struct Replay *replay, const struct Call *call, unsigned kind)
{
    const struct Heap *heap = &replay->heap;
    switch (call->kind) {
    case CALL_MALLOC:
        return take(heap, call->size, kind);
    case CALL_CALLOC:
        return take_zeroed(heap, call->size, kind);
    case CALL_ALIGNED:
        return take_aligned(heap, (size_t)1 << call->alignment_log2, call->size, kind);
    default:
        return take_resized(heap, call->old_id ? claim_block(replay, call->old_id) : NULL,
                            call->size, kind);
    }
}

static ALWAYS_INLINE void replay_lane(struct Lane *lane, unsigned kind)
{
    struct Replay *replay = lane->replay;
    const bool is_touching = replay->parameter.is_touching;
    for (size_t i = 0; i < lane->count; i++) {
        const struct Call *call = &lane->calls[i];
        if (call->kind == CALL_FREE) {
            give(&replay->heap, claim_block(replay, call->id), kind);
            continue;
        }
        void *block = make_block(replay, call, kind);
        touch_block(block, call->size, is_touching);
        atomic_store_explicit(&replay->blocks[call->id], block, memory_order_release);
    }
}

static void do_lane(void *argument)
{
    struct Lane *lane = argument;
    PER_KIND(lane->replay->heap.kind, replay_lane, lane);
}

uint64_t replay_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Replay *replay = state;
    const bool has_two = replay->parameter.thread_count == 2;
    (void)report;
    for (uint64_t i = 0; i < count; i++) {
        if (has_two)
            helper_start(&replay->helper, do_lane, &replay->lanes[1]);
        do_lane(&replay->lanes[0]);
        if (has_two)
            helper_wait(&replay->helper);
    }
    return count * (replay->lanes[0].count + replay->lanes[1].count);
}

void replay_teardown(void *state)
{
    struct Replay *replay = state;
    if (replay->parameter.thread_count == 2)
        helper_destroy(&replay->helper);
    for (unsigned i = 0; i < replay->parameter.thread_count; i++)
        bench_memory_free(replay->lanes[i].calls,
                          replay->call_capacity * sizeof *replay->lanes[i].calls);
    bench_memory_free(replay->blocks, (replay->id_count + 1) * sizeof *replay->blocks);
    heap_uninit(&replay->heap);
    bench_memory_free(replay, sizeof *replay);
}
