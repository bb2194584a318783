/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes next is in a table made beforehand, so that the time is the allocator's and not that
 * of logarithms. Every thread has its own slots: blocks do not change hands here. */
#include "helper.h"
#include "peers.h"
#include "pool_works.h"

enum { SLOT_COUNT = 10000, STEP_COUNT = 1 << 16, LEAST_SIZE = 64, MOST_SIZE = 256 << 10 };

struct Step {
    uint32_t slot;
    uint32_t size;
};

struct LiveShare {
    const struct Live *live;
    uint64_t count; /* replacements to do */
    size_t next_step;
    uint32_t slot_count;
    void *slots[SLOT_COUNT];
    struct Step steps[STEP_COUNT];
};

struct Live {
    struct Heap heap;
    struct LiveParameter parameter;
    struct Helper helper;
    struct LiveShare shares[2];
};

static void make_steps(struct LiveShare *share, const struct Live *live, unsigned index)
{
    uint64_t random = 1 + index;
    share->live = live;
    share->slot_count = SLOT_COUNT / live->parameter.thread_count;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        share->steps[i] = (struct Step){
            .slot = (uint32_t)(bench_random(&random) % share->slot_count),
            .size = (uint32_t)bench_random_size(&random, LEAST_SIZE, MOST_SIZE),
        };
    }
}

void *live_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    (void)why;
    struct Live *live = bench_memory(sizeof *live);
    live->parameter = *(const struct LiveParameter *)work->parameter;
    heap_init(&live->heap, peer);
    for (unsigned i = 0; i < live->parameter.thread_count; i++)
        make_steps(&live->shares[i], live, i);
    if (live->parameter.thread_count == 2)
        helper_create_apart(&live->helper);
    return live;
}

static ALWAYS_INLINE void replace_blocks(struct LiveShare *share, unsigned kind)
{
    const struct Heap heap = share->live->heap;
    const bool is_touching = share->live->parameter.is_touching;
    for (uint64_t i = 0; i < share->count; i++) {
        const struct Step *step = &share->steps[share->next_step];
        share->next_step = (share->next_step + 1) % STEP_COUNT;
        give(&heap, share->slots[step->slot], kind);
        void *block = take(&heap, step->size, kind);
        touch_block(block, step->size, is_touching);
        share->slots[step->slot] = block;
    }
}

/* Every slot gets a block. */
static void fill_slots(struct LiveShare *share)
{
    const struct Heap *heap = &share->live->heap;
    for (uint32_t i = 0; i < share->slot_count; i++) {
        const size_t size = share->steps[i].size;
        share->slots[i] = take(heap, size, heap->kind);
        touch_block(share->slots[i], size, share->live->parameter.is_touching);
    }
}

/* The first time also goes through the whole table once: every block is replaced several times, and
 * the heap has grown as far as it will. */
static void do_share(void *argument)
{
    struct LiveShare *share = argument;
    if (!share->slots[0]) {
        fill_slots(share);
        share->count += STEP_COUNT;
    }
    PER_KIND(share->live->heap.kind, replace_blocks, share);
}

uint64_t live_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Live *live = state;
    const bool has_two = live->parameter.thread_count == 2;
    (void)report;
    live->shares[0].count = count;
    live->shares[1].count = count;
    if (has_two)
        helper_start(&live->helper, do_share, &live->shares[1]);
    do_share(&live->shares[0]);
    if (has_two)
        helper_wait(&live->helper);
    return count * live->parameter.thread_count;
}

void live_teardown(void *state)
{
    struct Live *live = state;
    if (live->parameter.thread_count == 2)
        helper_destroy(&live->helper);
    for (unsigned n = 0; n < live->parameter.thread_count; n++) {
        for (uint32_t i = 0; i < live->shares[n].slot_count; i++)
            give(&live->heap, live->shares[n].slots[i], live->heap.kind);
    }
    heap_uninit(&live->heap);
    bench_memory_free(live, sizeof *live);
}
