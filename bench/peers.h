/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peers that hand out memory, and one way to ask each of them.
 *
 * A loop over take() and give() must not pay for choosing among peers, so `kind` is a constant
 * where they are inlined: write the loop as an always-inline function with the kind as its last
 * parameter and call it through PER_KIND, which compiles it once for each kind.
 *
 *     static ALWAYS_INLINE void churn(struct Heap *heap, uint64_t count, unsigned kind)
 *     {
 *         for (uint64_t i = 0; i < count; i++)
 *             give(heap, take(heap, 64, kind), kind);
 *     }
 *     ...
 *     PER_KIND(heap.kind, churn, &heap, count);
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/pool.h"
#include "harness.h"
#include "textbook_pool.h"

enum PeerKind {
    KIND_POOL = 1 << 0,      /* Framewell's */
    KIND_TEXTBOOK = 1 << 1,  /* textbook_pool.h */
    KIND_MALLOC = 1 << 2,    /* whatever malloc is in this process */
    KIND_AVBUFFER = 1 << 3,  /* libavutil's AVBufferPool */
    KIND_BARE = 1 << 4,      /* no allocator at all: the floor */
    KIND_GSTBUFFER = 1 << 5, /* GStreamer's GstVideoBufferPool */
    KIND_UNCOUNTED = 1 << 6, /* Framewell's pool with its statistics off */
    KIND_ALLOCATORS = KIND_POOL | KIND_TEXTBOOK | KIND_MALLOC,
};

/* What the name of the subject in a suite of these peers is. */
#define PEER_FRAMEWELL "framewell"
#define PEER_GLIBC     "glibc"
#define PEER_BARE      "bare"
#define PEER_UNCOUNTED "no-stats"

enum { POOL_PEER_COUNT = 10 };
extern const struct BenchPeer pool_peers[POOL_PEER_COUNT];

/* Each is the malloc of a whole process; ours is libframewell-malloc.so. */
enum { MALLOC_PEER_COUNT = 5 };
extern const struct BenchPeer malloc_peers[MALLOC_PEER_COUNT];

/* What a work allocates from. */
struct Heap {
    unsigned kind;                 /* KIND_POOL for KIND_UNCOUNTED, too */
    FwlPool *pool;                 /* KIND_POOL */
    struct TextbookPool *textbook; /* KIND_TEXTBOOK */
};

/* A pool without a budget for KIND_POOL, statistics on, and KIND_UNCOUNTED, off; ends the process
 * where that fails. */
void heap_init(struct Heap *heap, const struct BenchPeer *peer);

/* Ends the pools; the work has given its blocks back. */
void heap_uninit(struct Heap *heap);

#define ALWAYS_INLINE inline __attribute__((always_inline))

static ALWAYS_INLINE void *heap_checked(void *block)
{
    if (__builtin_expect(!block, 0))
        bench_die("the peer has no memory");
    return block;
}

static ALWAYS_INLINE void *take(const struct Heap *heap, size_t size, unsigned kind)
{
    if (kind == KIND_POOL)
        return heap_checked(fwl_pool_alloc(heap->pool, size));
    if (kind == KIND_TEXTBOOK)
        return heap_checked(textbook_alloc(heap->textbook, size));
    return heap_checked(malloc(size));
}

static ALWAYS_INLINE void *take_zeroed(const struct Heap *heap, size_t size, unsigned kind)
{
    if (kind == KIND_POOL)
        return heap_checked(fwl_pool_allocz(heap->pool, size));
    if (kind == KIND_TEXTBOOK)
        return memset(heap_checked(textbook_alloc(heap->textbook, size)), 0, size);
    return heap_checked(calloc(1, size));
}

static ALWAYS_INLINE void *take_aligned(const struct Heap *heap, size_t alignment, size_t size,
                                        unsigned kind)
{
    if (kind == KIND_POOL)
        return heap_checked(fwl_pool_aligned_alloc(heap->pool, alignment, size));
    if (kind == KIND_TEXTBOOK)
        return heap_checked(textbook_aligned_alloc(heap->textbook, alignment, size));
    void *block = NULL;
    return posix_memalign(&block, alignment, size) == 0 ? heap_checked(block) : heap_checked(NULL);
}

static ALWAYS_INLINE void *take_resized(const struct Heap *heap, void *block, size_t size,
                                        unsigned kind)
{
    if (kind == KIND_POOL)
        return heap_checked(fwl_pool_realloc(heap->pool, block, size));
    if (kind == KIND_TEXTBOOK)
        return heap_checked(textbook_realloc(heap->textbook, block, size));
    return heap_checked(realloc(block, size));
}

static ALWAYS_INLINE void give(const struct Heap *heap, void *block, unsigned kind)
{
    if (kind == KIND_POOL)
        fwl_pool_free(heap->pool, block);
    else if (kind == KIND_TEXTBOOK)
        textbook_free(heap->textbook, block);
    else
        free(block);
}

static inline size_t usable_size(const struct Heap *heap, void *block)
{
    if (heap->kind == KIND_POOL)
        return fwl_pool_usable_size(block);
    if (heap->kind == KIND_TEXTBOOK)
        return textbook_usable_size(heap->textbook, block);
    return malloc_usable_size(block);
}

/* function(arguments..., kind) with the kind a constant of the three allocators'. */
#define PER_KIND(kind, function, ...)             \
    do {                                          \
        if ((kind) == KIND_POOL)                  \
            function(__VA_ARGS__, KIND_POOL);     \
        else if ((kind) == KIND_TEXTBOOK)         \
            function(__VA_ARGS__, KIND_TEXTBOOK); \
        else                                      \
            function(__VA_ARGS__, KIND_MALLOC);   \
    } while (0)

#endif
