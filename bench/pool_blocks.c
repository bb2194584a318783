/* SPDX-License-Identifier: BSD-2-Clause */
#include "peers.h"
#include "pool_works.h"

enum { BATCH_MAX = 256 };

struct Blocks {
    struct Heap heap;
    struct BlocksParameter parameter;
    void *batch[BATCH_MAX];
};

void *blocks_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    (void)why;
    struct Blocks *blocks = bench_memory(sizeof *blocks);
    blocks->parameter = *(const struct BlocksParameter *)work->parameter;
    heap_init(&blocks->heap, peer);
    return blocks;
}

static ALWAYS_INLINE void *take_one(const struct Heap *heap, size_t alignment, size_t size,
                                    unsigned kind)
{
    void *block =
        alignment > 0 ? take_aligned(heap, alignment, size, kind) : take(heap, size, kind);
    bench_keep(block);
    return block;
}

static ALWAYS_INLINE void churn(struct Blocks *blocks, uint64_t count, unsigned kind)
{
    const struct Heap heap = blocks->heap;
    const size_t alignment = blocks->parameter.alignment;
    const size_t size = blocks->parameter.size;
    for (uint64_t i = 0; i < count; i++)
        give(&heap, take_one(&heap, alignment, size, kind), kind);
}

static ALWAYS_INLINE void churn_batches(struct Blocks *blocks, uint64_t count, unsigned kind)
{
    const struct Heap heap = blocks->heap;
    const struct BlocksParameter parameter = blocks->parameter;
    for (uint64_t i = 0; i < count; i++) {
        for (unsigned n = 0; n < parameter.batch; n++)
            blocks->batch[n] = take_one(&heap, parameter.alignment, parameter.size, kind);
        for (unsigned n = 0; n < parameter.batch; n++)
            give(&heap, blocks->batch[n], kind);
    }
}

uint64_t blocks_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Blocks *blocks = state;
    (void)report;
    if (blocks->parameter.batch == 1)
        PER_KIND(blocks->heap.kind, churn, blocks, count);
    else
        PER_KIND(blocks->heap.kind, churn_batches, blocks, count);
    return count * blocks->parameter.batch;
}

void blocks_teardown(void *state)
{
    struct Blocks *blocks = state;
    heap_uninit(&blocks->heap);
    bench_memory_free(blocks, sizeof *blocks);
}
