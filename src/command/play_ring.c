/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_ring.h"

bool fwl_play_ring_has_room(const struct PlayRing *ring, size_t size)
{
    if (ring->count == 0)
        return true;
    return ring->count < ring->max_count && size <= ring->max_size &&
           ring->size <= ring->max_size - size;
}

void fwl_play_ring_push(struct PlayRing *ring, void *thing, size_t size)
{
    const size_t last = (ring->first + ring->count) % PLAY_RING_COUNT_MAX;
    ring->items[last] = (struct PlayItem){.thing = thing, .size = size};
    ring->count++;
    ring->size += size;
    if (ring->size > ring->peak_size)
        ring->peak_size = ring->size;
}

const struct PlayItem *fwl_play_ring_peek(const struct PlayRing *ring)
{
    return ring->count > 0 ? &ring->items[ring->first] : NULL;
}

const struct PlayItem *fwl_play_ring_at(const struct PlayRing *ring, size_t index)
{
    return &ring->items[(ring->first + index) % PLAY_RING_COUNT_MAX];
}

void *fwl_play_ring_pop(struct PlayRing *ring)
{
    const struct PlayItem item = ring->items[ring->first];
    ring->first = (ring->first + 1) % PLAY_RING_COUNT_MAX;
    ring->count--;
    ring->size -= item.size;
    return item.thing;
}

void fwl_play_ring_clear(struct PlayRing *ring)
{
    while (ring->count > 0) {
        void *thing = fwl_play_ring_pop(ring);
        if (thing)
            ring->destroy(thing);
    }
}
