/* SPDX-License-Identifier: BSD-2-Clause */
#include "traffic.h"

#include <string.h>

#include "case.h"

uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

size_t random_size(uint64_t *state)
{
    const unsigned bits = (unsigned)(next_random(state) % 23);
    return (size_t)(next_random(state) % ((uint64_t)1 << bits)) + 2 * sizeof(void *);
}

void sign(unsigned char *block)
{
    const size_t size = fwl_pool_usable_size(block);
    memcpy(block, &block, sizeof(void *));
    memcpy(block + size - sizeof block, &block, sizeof(void *));
}

static bool is_signed(const unsigned char *block)
{
    const size_t size = fwl_pool_usable_size(block);
    return memcmp(block, &block, sizeof(void *)) == 0 &&
           memcmp(block + size - sizeof block, &block, sizeof(void *)) == 0;
}

void check_and_free(Work *work, unsigned char *block)
{
    if (!block)
        return;
    if (!is_signed(block))
        atomic_fetch_add(&work->failures, 1);
    fwl_pool_free(work->pool, block);
}

static unsigned char *resize(Work *work, unsigned char *block, size_t size)
{
    unsigned char *resized = fwl_pool_realloc(work->pool, block, size);
    if (!resized)
        return block;
    if (memcmp(resized, &block, sizeof(void *)) != 0)
        atomic_fetch_add(&work->failures, 1);
    return resized;
}

void hand_over(Worker *worker)
{
    Work *work = worker->work;
    const uint64_t dice = next_random(&worker->seed);
    const size_t alignment = dice % 16 == 0 ? (size_t)1 << (dice >> 8) % 14 : 1;
    unsigned char *block =
        fwl_pool_aligned_alloc(work->pool, alignment, random_size(&worker->seed));
    if (!block) {
        atomic_fetch_add(&work->refused, 1);
        return;
    }
    sign(block);
    if (dice % 7 == 0) {
        block = resize(work, block, random_size(&worker->seed));
        sign(block);
    }
    _Atomic(unsigned char *) *place = &work->shelf[(dice >> 32) % SHELF_SIZE];
    check_and_free(work, atomic_exchange(place, block));
}

void empty_shelf(Work *work)
{
    for (size_t i = 0; i < SHELF_SIZE; i++)
        check_and_free(work, atomic_exchange(&work->shelf[i], NULL));
}

bool adds_up(const FwlPoolStats *stats)
{
    return stats->total_allocated - stats->total_freed == stats->current_usage &&
           stats->pool_hit_count + stats->system_alloc_count == stats->allocation_count &&
           stats->current_usage <= stats->peak_usage &&
           stats->current_usage <= stats->committed_size &&
           stats->idle_size <= stats->committed_size &&
           stats->committed_size <= stats->reserved_size &&
           stats->committed_size <= stats->charged_size &&
           stats->charged_size <= stats->peak_charged;
}

void start_worker(Worker *worker, Work *work, uint64_t seed, void *(*run)(void *opaque))
{
    *worker = (Worker){.work = work, .seed = seed};
    assert_int_equal(fwl_os_thread_create(&worker->thread, run, worker), 0);
}
