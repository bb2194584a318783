/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waste(size) = (usable(size) - size) / usable(size), with the usable size that the peer itself
 * tells. The worst case of a class is its smallest size, which is one more than the usable size of
 * the class below: so walking from class to class meets every worst case. Where classes are less
 * than 1/1000 apart, steps of 1/1000 do.
 */
#include <math.h>

#include "peers.h"
#include "pool_works.h"

enum { SAMPLE_COUNT = 4096, STEP_SHARE = 1000 };

struct Waste {
    struct Heap heap;
    struct WasteParameter parameter;
};

void *waste_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    (void)why;
    struct Waste *waste = bench_memory(sizeof *waste);
    waste->parameter = *(const struct WasteParameter *)work->parameter;
    heap_init(&waste->heap, peer);
    return waste;
}

static size_t usable_size_for(const struct Heap *heap, size_t size)
{
    void *block = take(heap, size, heap->kind);
    const size_t usable = usable_size(heap, block);
    give(heap, block, heap->kind);
    return usable;
}

static double waste_of(size_t size, size_t usable, size_t forgiven)
{
    const size_t unused = usable - size;
    const size_t counted = unused > forgiven ? unused - forgiven : 0;
    return 100.0 * (double)counted / (double)usable;
}

static double average_waste(const struct Heap *heap, const struct WasteParameter *parameter)
{
    const double low = log2((double)parameter->least_size);
    const double range = log2((double)parameter->most_size) - low;
    double sum = 0;
    for (unsigned i = 0; i < SAMPLE_COUNT; i++) {
        const size_t size = (size_t)exp2(low + range * i / (SAMPLE_COUNT - 1));
        sum += waste_of(size, usable_size_for(heap, size), parameter->forgiven);
    }
    return sum / SAMPLE_COUNT;
}

static double worst_waste(const struct Heap *heap, const struct WasteParameter *parameter)
{
    double worst = 0;
    for (size_t size = parameter->least_size; size <= parameter->most_size;) {
        const size_t usable = usable_size_for(heap, size);
        const double waste = waste_of(size, usable, parameter->forgiven);
        worst = waste > worst ? waste : worst;
        const size_t step = size + size / STEP_SHARE;
        size = 1 + (usable > step ? usable : step);
    }
    return worst;
}

uint64_t waste_run(void *state, uint64_t count, struct BenchReport *report)
{
    const struct Waste *waste = state;
    for (uint64_t i = 0; i < count; i++) {
        report->value = waste->parameter.is_worst ? worst_waste(&waste->heap, &waste->parameter)
                                                  : average_waste(&waste->heap, &waste->parameter);
    }
    return count;
}

void waste_teardown(void *state)
{
    struct Waste *waste = state;
    heap_uninit(&waste->heap);
    bench_memory_free(waste, sizeof *waste);
}
