/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The textbook pool: the baseline to beat.
 *
 * Three fixed block sizes, each with a free list behind one mutex; what is bigger goes to malloc. A
 * map of pointers, behind a mutex of its own, says which list a block belongs to. It never shrinks
 * before its end. This is the memory pool that people write first.
 *
 *     struct TextbookPool *pool = textbook_create();
 *     void *block = textbook_alloc(pool, 2000);    // 64 KiB
 *     textbook_free(pool, block);
 *     textbook_destroy(pool);
 *
 * Threads: any, except textbook_create and textbook_destroy.
 */
#ifndef BENCH_TEXTBOOK_POOL_H
#define BENCH_TEXTBOOK_POOL_H

#include <stddef.h>

/* Every block's alignment in bytes. */
#define TEXTBOOK_ALIGNMENT 64

struct TextbookPool;

/* NULL where memory is out. */
struct TextbookPool *textbook_create(void);

/* Blocks of the three sizes go with the pool, bigger ones stay their owner's. */
void textbook_destroy(struct TextbookPool *pool);

/* size bytes, contents undefined. NULL where memory is out. */
void *textbook_alloc(struct TextbookPool *pool, size_t size);

/* The same at a multiple of alignment, a power of two. */
void *textbook_aligned_alloc(struct TextbookPool *pool, size_t alignment, size_t size);

/* The block with size bytes, moved where it was smaller; NULL leaves the old one as it was. */
void *textbook_realloc(struct TextbookPool *pool, void *block, size_t size);

void textbook_free(struct TextbookPool *pool, void *block);

/* The bytes that may be used in a block. */
size_t textbook_usable_size(struct TextbookPool *pool, void *block);

#endif
