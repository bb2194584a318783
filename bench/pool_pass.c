/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of pointers between two threads, each of which remembers how far it last saw the other:
 *
 *     head: blocks put in, written by the producer;  tail: blocks taken out, by the consumer
 *     tail <= head <= tail + RING_SIZE
 *
 * head is stored with release after its slot, and read with acquire before it; tail the same way
 * round, so that a slot is read before it is written again. The bare peer passes one and the same
 * block around: what is left is the ring's own time.
 */
#include <stdalign.h>
#include <stdatomic.h>

#include "helper.h"
#include "peers.h"
#include "pool_works.h"

enum { RING_SIZE = 256, SIZE_COUNT = 4096 };

struct Ring {
    alignas(64) atomic_size_t head;
    alignas(64) atomic_size_t tail;
    alignas(64) void *slots[RING_SIZE];
};

struct Pass {
    struct Ring ring;
    struct Heap heap;
    struct Helper helper;
    uint64_t count; /* blocks to pass in this run */
    uint64_t bare_block;
    uint32_t sizes[SIZE_COUNT];
};

void *pass_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    (void)why;
    const struct PassParameter *parameter = work->parameter;
    struct Pass *pass = bench_memory(sizeof *pass);
    heap_init(&pass->heap, peer);
    uint64_t random = 1;
    for (size_t i = 0; i < SIZE_COUNT; i++)
        pass->sizes[i] =
            (uint32_t)bench_random_size(&random, parameter->least_size, parameter->most_size);
    helper_create_apart(&pass->helper);
    return pass;
}

static ALWAYS_INLINE void produce(struct Pass *pass, unsigned kind)
{
    const struct Heap heap = pass->heap;
    const size_t first = atomic_load_explicit(&pass->ring.head, memory_order_relaxed);
    size_t room_ends = first;
    for (size_t i = first; i < first + pass->count; i++) {
        void *block =
            kind == KIND_BARE ? &pass->bare_block : take(&heap, pass->sizes[i % SIZE_COUNT], kind);
        *(volatile uint64_t *)block = i;
        for (unsigned tries = 0; i >= room_ends; helper_pause(&tries)) {
            room_ends = RING_SIZE + atomic_load_explicit(&pass->ring.tail, memory_order_acquire);
            if (i < room_ends)
                break;
        }
        pass->ring.slots[i % RING_SIZE] = block;
        atomic_store_explicit(&pass->ring.head, i + 1, memory_order_release);
    }
}

static ALWAYS_INLINE void consume(struct Pass *pass, unsigned kind)
{
    const struct Heap heap = pass->heap;
    const size_t first = atomic_load_explicit(&pass->ring.tail, memory_order_relaxed);
    size_t filled = first;
    for (size_t i = first; i < first + pass->count; i++) {
        for (unsigned tries = 0; i >= filled; helper_pause(&tries)) {
            filled = atomic_load_explicit(&pass->ring.head, memory_order_acquire);
            if (i < filled)
                break;
        }
        void *block = pass->ring.slots[i % RING_SIZE];
        atomic_store_explicit(&pass->ring.tail, i + 1, memory_order_release);
        bench_keep(block);
        if (kind != KIND_BARE)
            give(&heap, block, kind);
    }
}

static void consume_all(void *argument)
{
    struct Pass *pass = argument;
    if (pass->heap.kind == KIND_BARE)
        consume(pass, KIND_BARE);
    else
        PER_KIND(pass->heap.kind, consume, pass);
}

uint64_t pass_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Pass *pass = state;
    (void)report;
    pass->count = count;
    helper_start(&pass->helper, consume_all, pass);
    if (pass->heap.kind == KIND_BARE)
        produce(pass, KIND_BARE);
    else
        PER_KIND(pass->heap.kind, produce, pass);
    helper_wait(&pass->helper);
    return count;
}

void pass_teardown(void *state)
{
    struct Pass *pass = state;
    helper_destroy(&pass->helper);
    heap_uninit(&pass->heap);
    bench_memory_free(pass, sizeof *pass);
}
