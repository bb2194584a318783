/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the preload library share. It is the program's malloc, on the default pool of
 * a copy of the pool of its own: programs that use libframewell have theirs beside it.
 *
 * Nothing here calls malloc on any path, or waits for anybody who might.
 */
#ifndef FWL_PRELOAD_H
#define FWL_PRELOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Who serves this process. Decided at the first call; any thread decides alike: no order needed. */
enum FwlPreloadServer {
    FWL_SERVER_UNKNOWN,
    FWL_SERVER_POOL,
    FWL_SERVER_NEXT, /* the malloc that would be there without us */
};

extern atomic_int fwl_preload_server;

/* Decides, and says one line where it is not the pool. True: the pool. */
bool fwl_preload_decide(void);

static inline bool fwl_preload_is_pool(void)
{
    const int server = atomic_load_explicit(&fwl_preload_server, memory_order_relaxed);
    return __builtin_expect(server == FWL_SERVER_POOL, 1) || fwl_preload_decide();
}

/* Up to this alignment a block of whole multiples of it lies at one: the pool need not be asked for
 * more. 0 where the pool debugs, and a block's end has to be where the program thinks it is. */
extern size_t fwl_preload_step_max;

/* The malloc that would be there without us (preload_next.c). */
typedef struct FwlNextMalloc {
    void *(*alloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *block, size_t size);
    void *(*align)(size_t alignment, size_t size); /* memalign */
    void (*free)(void *block);
    size_t (*usable_size)(void *block); /* NULL: it has none that could be asked */
} FwlNextMalloc;

/* NULL: there is no reason to step aside; else *reason says it. */
const FwlNextMalloc *fwl_preload_next(const char **reason);

/* Its table, once it was decided that it serves. */
extern const FwlNextMalloc *fwl_next;

/* Prints "framewell: " and the text on standard error, as one line. */
void fwl_preload_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes the pool's statistics to standard error: malloc_stats, FRAMEWELL_STATS=1. */
void fwl_preload_print_stats(void);

#endif
