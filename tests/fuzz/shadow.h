/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shadow of some pools: what they must hold, told by what was asked of them.
 *
 * Every live block stands in it with its size, alignment, tag and number. The number makes the
 * bytes at the block's edges and in each of its pages, so a block that another one overlaps, or
 * that the pool wrote into, is found when it is looked at.
 */
#ifndef TEST_SHADOW_H
#define TEST_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/pool.h"
#include "page_source.h"

enum {
    SHADOW_POOLS = 6, /* the first is the default pool */
    SHADOW_BLOCKS = 128,
    SHADOW_NO_POOL = SHADOW_POOLS,
    SHADOW_LIVE_MAX = 256 << 20, /* bytes in live blocks */
};

typedef struct ShadowPool {
    bool is_there; /* the pool, its live blocks or its children are */
    FwlPool *pool; /* NULL: destroyed */
    FwlPoolConfig config;
    size_t parent; /* SHADOW_NO_POOL: none */
    PageSource pages;
    FwlPoolSource source;
    size_t children;
    /* Since the shadow began: */
    uint64_t allocation_count;
    uint64_t free_count;
    uint64_t total_allocated;
    uint64_t total_freed;
    FwlPoolStats before; /* the default pool's, then */
} ShadowPool;

typedef struct ShadowBlock {
    unsigned char *bytes; /* NULL: no block */
    size_t size;
    size_t asked;
    size_t alignment;
    size_t pool;
    const char *tag;
    uint32_t number;
    bool is_frame;  /* has pages of its own, and a place for a tag */
    bool is_pinned; /* being worked on: not to be freed by others */
} ShadowBlock;

typedef struct Shadow {
    ShadowPool pools[SHADOW_POOLS];
    ShadowBlock blocks[SHADOW_BLOCKS];
    size_t live_size;
    uint32_t next_number;
    bool is_system; /* FRAMEWELL_POOL=system */
} Shadow;

void shadow_begin(Shadow *shadow);

/* Pools */

/* A place for a pool; SHADOW_NO_POOL: none is free. */
size_t shadow_find_place(const Shadow *shadow);
void shadow_add_pool(Shadow *shadow, size_t place, FwlPool *pool, const FwlPoolConfig *config,
                     size_t parent);
/* The pool was destroyed by its owner. */
void shadow_close_pool(Shadow *shadow, size_t place);
bool shadow_is_open(const Shadow *shadow, size_t place);
/* True: an allocation of the pool may fail, for its budget, one above it, or its source. */
bool shadow_may_fail(const Shadow *shadow, size_t place);

/* Blocks */

/* A place for a block; NULL: all are taken, or size more bytes would be too many. */
ShadowBlock *shadow_find_room(Shadow *shadow, size_t size);
/* bytes came from the pool: fills in the rest, checks that it overlaps no other, and marks it. */
void shadow_add(Shadow *shadow, ShadowBlock *block, size_t pool, unsigned char *bytes, size_t asked,
                size_t alignment, const char *tag);
/* The block is about to be freed: checks its bytes, and forgets it. */
void shadow_remove(Shadow *shadow, ShadowBlock *block);
/* The block was resized to bytes: checks what was kept. */
void shadow_resize(Shadow *shadow, ShadowBlock *block, unsigned char *bytes, size_t asked);
void shadow_check_bytes(const ShadowBlock *block);

/* Comparing */

/* The statistics of all pools are what the shadow says. */
void shadow_compare_all(const Shadow *shadow);
/* What fwl_pool_visit shows is what is in the shadow. */
void shadow_compare_visit(const Shadow *shadow, size_t place);
/* An allocation failed: some budget has no room although nothing idle is left below it. */
void shadow_expect_refusal(const Shadow *shadow, size_t place, size_t size);

#endif
