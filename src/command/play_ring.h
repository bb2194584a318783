/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What waits between two threads of the player, in order: packets or frames, bounded by count and
 * by bytes. It locks nothing: the player's one lock is around it.
 *
 * An item goes in while both bounds hold with it; one that is too large by itself goes into an
 * empty ring, so that nothing waits forever. The end of a stream is an item of NULL.
 */
#ifndef FWL_PLAY_RING_H
#define FWL_PLAY_RING_H

#include <stdbool.h>
#include <stddef.h>

enum { PLAY_RING_COUNT_MAX = 512 };

struct PlayItem {
    void *thing; /* AVPacket or AVFrame; NULL: the end */
    size_t size; /* bytes that it holds */
};

struct PlayRing {
    size_t max_count, max_size;   /* max_count up to PLAY_RING_COUNT_MAX */
    void (*destroy)(void *thing); /* ends an item that nobody takes */
    size_t first, count;
    size_t size, peak_size;
    struct PlayItem items[PLAY_RING_COUNT_MAX];
};

bool fwl_play_ring_has_room(const struct PlayRing *ring, size_t size);

/* Owner: takes thing. There has to be room in count. */
void fwl_play_ring_push(struct PlayRing *ring, void *thing, size_t size);

/* The first item, NULL for none; borrowed. */
const struct PlayItem *fwl_play_ring_peek(const struct PlayRing *ring);

/* The item that comes index items behind that one; there has to be one. */
const struct PlayItem *fwl_play_ring_at(const struct PlayRing *ring, size_t index);

/* Owner: gives the thing of the first item, of which there has to be one. */
void *fwl_play_ring_pop(struct PlayRing *ring);

/* Ends every item. */
void fwl_play_ring_clear(struct PlayRing *ring);

#endif
