/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which blocks of a run are free. A run of few blocks has a bit for each, so that what it gives and
 * takes is not looked at: a block of some pages is far from every cache. One of many has a list
 * through the free blocks, and cuts what was never used.
 *
 *     few:   live == capacity - bits of free_bits
 *     many:  live == carved - blocks of free_list
 *
 * All with the lock of the heap that the run is of.
 */
#ifndef FWL_SPAN_BLOCKS_H
#define FWL_SPAN_BLOCKS_H

#include "pool/heap.h"

enum { FWL_FEW_BLOCKS = 64 };

static inline bool fwl_span_has_few(const FwlSpan *span)
{
    return span->capacity <= FWL_FEW_BLOCKS;
}

static inline void fwl_span_free_all(FwlSpan *span)
{
    span->live = 0;
    span->carved = 0;
    span->free_list = NULL;
    if (fwl_span_has_few(span))
        span->free_bits = ~(uint64_t)0 >> (FWL_FEW_BLOCKS - span->capacity);
}

static inline bool fwl_span_has_free(const FwlSpan *span)
{
    return span->live < span->capacity;
}

static inline size_t fwl_span_index_of(const FwlSpan *span, const void *block)
{
    const uint32_t offset = (uint32_t)((const char *)block - span->start);
    return offset == 0 ? 0 : offset / (uint32_t)span->block_size;
}

static inline void fwl_span_put(const FwlPool *pool, FwlSpan *span, void *block)
{
    span->live--;
    if (fwl_span_has_few(span)) {
        span->free_bits |= (uint64_t)1 << fwl_span_index_of(span, block);
    } else {
        fwl_link_write(pool, block, span->free_list);
        span->free_list = block;
    }
}

/* A free block; there is one. */
static inline void *fwl_span_take(const FwlPool *pool, FwlSpan *span)
{
    span->live++;
    if (fwl_span_has_few(span)) {
        const unsigned index = (unsigned)__builtin_ctzll(span->free_bits);
        span->free_bits &= span->free_bits - 1;
        return span->start + index * span->block_size;
    }
    void *block = span->free_list;
    if (!block)
        return span->start + span->carved++ * span->block_size;
    span->free_list = fwl_link_read(pool, block);
    return block;
}

#endif
