/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks come from the system one at a time when their free list is empty, and are entered into the
 * map then, for good:
 *
 *     map:  slots[hash(block)], open addressing, {block, tier}; count <= capacity / 2
 *     free: tier.free -> block -> block -> NULL, linked through their first bytes
 *
 * A pointer that the map does not know is a big block of malloc's.
 * Lock order: none is ever held while another one is taken.
 */
#include "textbook_pool.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TIER_COUNT = 3, TIER_NONE = TIER_COUNT, FIRST_CAPACITY = 1024 };

static const size_t tier_sizes[TIER_COUNT] = {1 << 10, 64 << 10, 1 << 20};

struct FreeBlock {
    struct FreeBlock *next;
};

struct Tier {
    pthread_mutex_t lock;
    struct FreeBlock *free;
};

struct Slot {
    void *block; /* NULL: unused */
    unsigned tier;
};

struct PointerMap {
    pthread_mutex_t lock;
    struct Slot *slots;
    size_t capacity; /* a power of two */
    size_t count;
};

struct TextbookPool {
    struct Tier tiers[TIER_COUNT];
    struct PointerMap map;
};

/* The slot of the block, or the empty one where it would go. */
static struct Slot *find_slot(struct Slot *slots, size_t capacity, const void *block)
{
    const uint64_t hash = ((uint64_t)(uintptr_t)block >> 6) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 32) & (capacity - 1);
    while (slots[i].block && slots[i].block != block)
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static bool grow_map(struct PointerMap *map)
{
    const size_t capacity = map->capacity ? 2 * map->capacity : FIRST_CAPACITY;
    struct Slot *slots = calloc(capacity, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->slots[i].block)
            *find_slot(slots, capacity, map->slots[i].block) = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return true;
}

static bool enter_block(struct PointerMap *map, void *block, unsigned tier)
{
    pthread_mutex_lock(&map->lock);
    const bool has_room = 2 * (map->count + 1) <= map->capacity || grow_map(map);
    if (has_room) {
        *find_slot(map->slots, map->capacity, block) = (struct Slot){block, tier};
        map->count++;
    }
    pthread_mutex_unlock(&map->lock);
    return has_room;
}

static unsigned find_tier(struct PointerMap *map, const void *block)
{
    unsigned tier = TIER_NONE;
    pthread_mutex_lock(&map->lock);
    if (map->capacity > 0) {
        const struct Slot *slot = find_slot(map->slots, map->capacity, block);
        if (slot->block)
            tier = slot->tier;
    }
    pthread_mutex_unlock(&map->lock);
    return tier;
}

struct TextbookPool *textbook_create(void)
{
    struct TextbookPool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    for (unsigned i = 0; i < TIER_COUNT; i++)
        pthread_mutex_init(&pool->tiers[i].lock, NULL);
    pthread_mutex_init(&pool->map.lock, NULL);
    return pool;
}

void textbook_destroy(struct TextbookPool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->map.capacity; i++)
        free(pool->map.slots[i].block);
    free(pool->map.slots);
    pthread_mutex_destroy(&pool->map.lock);
    for (unsigned i = 0; i < TIER_COUNT; i++)
        pthread_mutex_destroy(&pool->tiers[i].lock);
    free(pool);
}

static void *system_alloc(size_t alignment, size_t size)
{
    void *block = NULL;
    return posix_memalign(&block, alignment, size) == 0 ? block : NULL;
}

static void *make_block(struct TextbookPool *pool, unsigned tier)
{
    void *block = system_alloc(TEXTBOOK_ALIGNMENT, tier_sizes[tier]);
    if (block && !enter_block(&pool->map, block, tier)) {
        free(block);
        return NULL;
    }
    return block;
}

void *textbook_alloc(struct TextbookPool *pool, size_t size)
{
    unsigned i = 0;
    while (i < TIER_COUNT && size > tier_sizes[i])
        i++;
    if (i == TIER_NONE)
        return system_alloc(TEXTBOOK_ALIGNMENT, size);

    struct Tier *tier = &pool->tiers[i];
    pthread_mutex_lock(&tier->lock);
    struct FreeBlock *block = tier->free;
    if (block)
        tier->free = block->next;
    pthread_mutex_unlock(&tier->lock);
    return block ? block : make_block(pool, i);
}

void *textbook_aligned_alloc(struct TextbookPool *pool, size_t alignment, size_t size)
{
    if (alignment <= TEXTBOOK_ALIGNMENT)
        return textbook_alloc(pool, size);
    return system_alloc(alignment, size);
}

void textbook_free(struct TextbookPool *pool, void *block)
{
    if (!block)
        return;
    const unsigned i = find_tier(&pool->map, block);
    if (i == TIER_NONE) {
        free(block);
        return;
    }
    struct FreeBlock *freed = block;
    struct Tier *tier = &pool->tiers[i];
    pthread_mutex_lock(&tier->lock);
    freed->next = tier->free;
    tier->free = freed;
    pthread_mutex_unlock(&tier->lock);
}

size_t textbook_usable_size(struct TextbookPool *pool, void *block)
{
    const unsigned i = find_tier(&pool->map, block);
    return i == TIER_NONE ? malloc_usable_size(block) : tier_sizes[i];
}

void *textbook_realloc(struct TextbookPool *pool, void *block, size_t size)
{
    if (!block)
        return textbook_alloc(pool, size);
    const size_t old_size = textbook_usable_size(pool, block);
    if (size <= old_size)
        return block;
    void *moved = textbook_alloc(pool, size);
    if (!moved)
        return NULL;
    memcpy(moved, block, old_size);
    textbook_free(pool, block);
    return moved;
}
