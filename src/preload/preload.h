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
#include <stdint.h>

/* Who serves this process. Decided at the first call; any thread decides alike: no order needed. */
enum FwlPreloadServer {
    FWL_SERVER_UNKNOWN,
    FWL_SERVER_POOL,
    FWL_SERVER_MODELLED, /* the pool, with a look at each large block */
    FWL_SERVER_NEXT,     /* the malloc that would be there without us */
};

extern atomic_int fwl_preload_server;

/* Decides, and says one line where it is not the pool. True: the pool. */
bool fwl_preload_decide(void);

static inline bool fwl_preload_is_pool(void)
{
    return __builtin_expect(atomic_load_explicit(&fwl_preload_server, memory_order_relaxed) ==
                                FWL_SERVER_POOL,
                            1) ||
           fwl_preload_decide();
}

/* Blocks at addresses up to this one are not freed by the short way: NULL alone, once the pool
 * serves and there is nothing special about it. */
extern _Atomic(uintptr_t) fwl_preload_care_limit __attribute__((visibility("hidden")));

static inline bool fwl_preload_needs_care(const void *block)
{
    const uintptr_t limit = atomic_load_explicit(&fwl_preload_care_limit, memory_order_relaxed);
    return __builtin_expect((uintptr_t)block <= limit, 0);
}

/* The alignment up to which a block of whole multiples of it lies at one, in a pool whose unit is
 * 16: the pool need not be asked for more. */
enum { FWL_PRELOAD_STEP_MAX = 64 };

/* The same; 0 where the pool debugs, and a block's end has to be where the program thinks it is. */
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

/* What glibc's layout would have kept idle (preload_model.c). */
typedef struct FwlHeapModel {
    bool is_known;
    size_t idle; /* bytes, now */
    size_t idle_peak;
} FwlHeapModel;

/* Smaller blocks are not looked at. */
enum { FWL_MODEL_MIN = 64 << 10 };

extern bool fwl_preload_has_model;

void fwl_model_start(void);

/* A block of size bytes that was handed out; one of at least so many that is given back, before it
 * is. Threads: any. */
void fwl_model_alloc(const void *block, size_t size);
void fwl_model_free(const void *block, size_t size);

FwlHeapModel fwl_model_tell(void);

/* The value of a variable that asks for something, or NULL: not there, empty, or 0. */
const char *fwl_preload_wish(const char *name);

/* Prints "framewell: " and the text on standard error, as one line. */
void fwl_preload_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes the pool's statistics to standard error: malloc_stats. */
void fwl_preload_print_stats(void);

/* The page faults of the process that are reported are those from here on. */
void fwl_preload_count_from_here(void);

#endif
