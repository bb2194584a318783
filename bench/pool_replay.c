/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replays recorded calls: ../shared/traces/README.md has the format. The directory is
 * $FRAMEWELL_SHARED/traces, or the shared directory beside the source tree.
 *
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

enum CallKind { CALL_MALLOC = 1, CALL_CALLOC, CALL_REALLOC, CALL_FREE, CALL_ALIGNED };

enum { RECORD_SIZE = 24, HEADER_SIZE = 32, THREADS_MAX = 2, ALIGNMENT_LOG2_MAX = 30 };

struct Call {
    uint8_t kind;
    uint8_t alignment_log2;
    uint32_t id;
    uint32_t old_id; /* CALL_REALLOC; 0: none */
    uint64_t size;
};

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
    uint64_t round_count;
    size_t call_capacity; /* of each lane */
    size_t id_count;
    void *_Atomic *blocks; /* by id; NULL: not made yet, or no more */
};

/* Reading */

static uint64_t read_le(const unsigned char *bytes, unsigned size)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

static FILE *open_trace(const char *name)
{
    char path[1024];
    const char *shared = getenv("FRAMEWELL_SHARED");
    snprintf(path, sizeof path, "%s/traces/%s", shared ? shared : BENCH_SHARED, name);
    return fopen(path, "rb");
}

static struct Call read_call(const unsigned char *record)
{
    const uint64_t size = read_le(record + 8, 8);
    return (struct Call){
        .kind = record[0],
        .alignment_log2 = record[1],
        .id = (uint32_t)read_le(record + 4, 4),
        .size = size > 0 ? size : 1, /* peers differ on 0, and nobody is asked about that here */
        .old_id = (uint32_t)read_le(record + 16, 4),
    };
}

static bool is_sound(const struct Call *call, size_t id_count)
{
    return call->kind >= CALL_MALLOC && call->kind <= CALL_ALIGNED && call->id >= 1 &&
           call->id <= id_count && call->old_id <= id_count &&
           call->alignment_log2 <= ALIGNMENT_LOG2_MAX && call->size <= PTRDIFF_MAX;
}

static void add_call(struct Lane *lane, struct Call call)
{
    lane->calls[lane->count++] = call;
}

/* What is freed or resized was made before, and what is made was not there: or a replay would wait
 * forever. */
static bool is_possible(const struct Call *call, const uint8_t *owners)
{
    if (call->kind == CALL_FREE)
        return owners[call->id] > 0;
    const bool is_resize = call->kind == CALL_REALLOC && call->old_id > 0;
    return owners[call->id] == 0 && (!is_resize || owners[call->old_id] > 0);
}

/* Deals out the records, and remembers in owners which lane (plus one) a live block is of. */
static bool read_calls(struct Replay *replay, FILE *file, size_t call_count, uint8_t *owners)
{
    for (size_t i = 0; i < call_count; i++) {
        unsigned char record[RECORD_SIZE];
        if (fread(record, sizeof record, 1, file) != 1)
            return false;
        const struct Call call = read_call(record);
        if (!is_sound(&call, replay->id_count) || !is_possible(&call, owners))
            return false;
        const size_t thread = (size_t)read_le(record + 2, 2) % replay->parameter.thread_count;
        add_call(&replay->lanes[thread], call);
        owners[call.old_id] = 0;
        owners[call.id] = call.kind == CALL_FREE ? 0 : (uint8_t)(thread + 1);
    }
    return true;
}

static void add_missing_frees(struct Replay *replay, const uint8_t *owners)
{
    for (size_t id = 1; id <= replay->id_count; id++) {
        if (owners[id] > 0)
            add_call(&replay->lanes[owners[id] - 1],
                     (struct Call){.kind = CALL_FREE, .id = (uint32_t)id, .size = 1});
    }
}

static void make_tables(struct Replay *replay, size_t call_count)
{
    replay->call_capacity = call_count + replay->id_count;
    replay->blocks = bench_memory((replay->id_count + 1) * sizeof *replay->blocks);
    for (unsigned i = 0; i < replay->parameter.thread_count; i++) {
        struct Lane *lane = &replay->lanes[i];
        lane->replay = replay;
        lane->calls = bench_memory(replay->call_capacity * sizeof *lane->calls);
    }
}

static bool read_trace(struct Replay *replay, FILE *file, const char **why)
{
    *why = "the trace is broken";
    unsigned char header[HEADER_SIZE];
    if (fread(header, sizeof header, 1, file) != 1 || memcmp(header, "PBTRACE1", 8) != 0)
        return false;
    const size_t call_count = (size_t)read_le(header + 8, 8);
    replay->id_count = (size_t)read_le(header + 16, 4);
    if (call_count > UINT32_MAX || replay->id_count > call_count)
        return false;
    make_tables(replay, call_count);
    uint8_t *owners = bench_memory(replay->id_count + 1);
    const bool is_read = read_calls(replay, file, call_count, owners);
    add_missing_frees(replay, owners);
    bench_memory_free(owners, replay->id_count + 1);
    return is_read;
}

void *replay_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    struct Replay *replay = bench_memory(sizeof *replay);
    replay->parameter = *(const struct ReplayParameter *)work->parameter;
    FILE *file = open_trace(replay->parameter.trace);
    *why = "no trace; FRAMEWELL_SHARED names the directory that has traces/";
    const bool is_read = file && read_trace(replay, file, why);
    if (file)
        fclose(file);
    if (!is_read)
        return NULL;
    heap_init(&replay->heap, peer);
    if (replay->parameter.thread_count == 2)
        helper_create(&replay->helper);
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
