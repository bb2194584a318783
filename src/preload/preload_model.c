/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What glibc's layout would keep idle, for the report: a model of the main heap of its malloc, fed
 * with the program's large blocks while statistics are asked for.
 *
 *     |  live  |free|  live  |  live  |    free    | live | free |  top
 *     0                                                          end
 *
 * The heap is chunks side by side, none of them empty, no two free ones beside each other. A block
 * takes the smallest free chunk that holds it, or makes the heap longer; only what is free at the
 * end leaves, from trim on. A block of threshold bytes or more is a mapping of its own, and leaves
 * at once; but then threshold becomes its size, up to 32 MiB: from there on blocks of that size are
 * of the heap. Idle is what is free in the heap; there is memory behind it, for it was used before.
 *
 * Left out are small blocks, which hold the end of a heap where it is, and the heaps that threads
 * have of their own: glibc may well keep more.
 */
#include "preload/preload.h"

#include <string.h>

#include "os/os.h"

/* mallopt(3): M_MMAP_THRESHOLD and its most, M_TOP_PAD; M_TRIM_THRESHOLD is twice the first. */
enum { THRESHOLD = 128 << 10, THRESHOLD_MAX = 32 << 20, TOP_PAD = 128 << 10, PAGE = 4096 };

/* No more chunks than that, or the model is given up. */
enum { CHUNKS_MAX = 1 << 14 };

typedef struct Chunk {
    size_t size;
    const void *block; /* NULL: free */
} Chunk;

typedef struct ChunkList {
    Chunk *chunks;
    size_t count;
} ChunkList;

static struct {
    FwlMutex mutex;
    ChunkList heap;   /* by address */
    ChunkList mapped; /* in no order */
    size_t threshold;
    FwlHeapModel told;
} model = {.mutex = FWL_MUTEX_INIT, .threshold = THRESHOLD};

bool fwl_preload_has_model;

/* Lists */

static void give_up(void)
{
    fwl_preload_has_model = false;
    model.told.is_known = false;
}

static bool insert(ChunkList *list, size_t index, Chunk chunk)
{
    if (list->count == CHUNKS_MAX) {
        give_up();
        return false;
    }
    Chunk *place = list->chunks + index;
    memmove(place + 1, place, (list->count++ - index) * sizeof *place);
    *place = chunk;
    return true;
}

static void remove_at(ChunkList *list, size_t index)
{
    Chunk *place = list->chunks + index;
    memmove(place, place + 1, (--list->count - index) * sizeof *place);
}

/* The index of the block's chunk, or count. */
static size_t find(const ChunkList *list, const void *block)
{
    size_t i = 0;
    while (i < list->count && list->chunks[i].block != block)
        i++;
    return i;
}

/* The heap */

static bool is_free_at(size_t index)
{
    return index < model.heap.count && !model.heap.chunks[index].block;
}

static void count_idle(void)
{
    size_t idle = 0;
    for (size_t i = 0; i < model.heap.count; i++)
        idle += model.heap.chunks[i].block ? 0 : model.heap.chunks[i].size;
    model.told.idle = idle;
    if (idle > model.told.idle_peak)
        model.told.idle_peak = idle;
}

/* The smallest free chunk of at least size bytes, or count. */
static size_t find_best(size_t size)
{
    const ChunkList *heap = &model.heap;
    size_t best = heap->count;
    for (size_t i = 0; i < heap->count; i++) {
        const Chunk *chunk = &heap->chunks[i];
        if (!chunk->block && chunk->size >= size &&
            (best == heap->count || chunk->size < heap->chunks[best].size))
            best = i;
    }
    return best;
}

/* At the end; what is free there already is a part of it. */
static void extend(const void *block, size_t size)
{
    ChunkList *heap = &model.heap;
    if (heap->count > 0 && is_free_at(heap->count - 1))
        heap->chunks[heap->count - 1] = (Chunk){size, block};
    else
        (void)insert(heap, heap->count, (Chunk){size, block});
}

static void take(const void *block, size_t size)
{
    const size_t best = find_best(size);
    if (best == model.heap.count) {
        extend(block, size);
        return;
    }
    Chunk *chunk = &model.heap.chunks[best];
    const size_t rest = chunk->size - size;
    *chunk = (Chunk){size, block};
    if (rest > 0)
        (void)insert(&model.heap, best + 1, (Chunk){rest, NULL});
}

static void trim(void)
{
    ChunkList *heap = &model.heap;
    Chunk *last = heap->chunks + heap->count - 1;
    if (heap->count > 0 && !last->block && last->size > 2 * model.threshold)
        last->size = TOP_PAD;
}

static void give(size_t index)
{
    ChunkList *heap = &model.heap;
    heap->chunks[index].block = NULL;
    if (is_free_at(index + 1)) {
        heap->chunks[index].size += heap->chunks[index + 1].size;
        remove_at(heap, index + 1);
    }
    if (index > 0 && is_free_at(index - 1)) {
        heap->chunks[index - 1].size += heap->chunks[index].size;
        remove_at(heap, index);
    }
    trim();
}

/* Mappings */

static void unmap(size_t index)
{
    const size_t size = model.mapped.chunks[index].size;
    remove_at(&model.mapped, index);
    if (size > model.threshold && size <= THRESHOLD_MAX)
        model.threshold = size;
}

/* From outside */

static void lock(void)
{
    fwl_os_mutex_lock(&model.mutex);
}

static void unlock(void)
{
    fwl_os_mutex_unlock(&model.mutex);
}

void fwl_model_start(void)
{
    const size_t size = 2 * CHUNKS_MAX * sizeof(Chunk);
    Chunk *chunks = fwl_os_map(size, fwl_os_page_size());
    if (!chunks)
        return;
    model.heap.chunks = chunks;
    model.mapped.chunks = chunks + CHUNKS_MAX;
    model.told.is_known = true;
    fwl_preload_has_model = true;
    fwl_os_fork_init(lock, unlock, unlock);
}

void fwl_model_alloc(const void *block, size_t size)
{
    if (size < FWL_MODEL_MIN)
        return;
    const size_t whole = (size + PAGE - 1) / PAGE * PAGE;
    lock();
    if (fwl_preload_has_model && whole >= model.threshold)
        (void)insert(&model.mapped, model.mapped.count, (Chunk){whole, block});
    else if (fwl_preload_has_model)
        take(block, whole);
    count_idle();
    unlock();
}

void fwl_model_free(const void *block, size_t size)
{
    if (size < FWL_MODEL_MIN)
        return;
    lock();
    const size_t in_heap = find(&model.heap, block);
    const size_t in_mapped = find(&model.mapped, block);
    if (in_heap < model.heap.count)
        give(in_heap);
    else if (in_mapped < model.mapped.count)
        unmap(in_mapped);
    count_idle();
    unlock();
}

FwlHeapModel fwl_model_tell(void)
{
    lock();
    const FwlHeapModel told = model.told;
    unlock();
    return told;
}
