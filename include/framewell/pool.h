/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pool: memory for media, bounded and counted.
 *
 * Every byte the library hands out is a *block* of some pool: of the default pool unless the caller
 * names another. A pool takes pages from the system, cuts them into blocks in four tiers, hands a
 * released block out again warm, never holds more than its budget, and can say at any time what it
 * holds.
 *
 *     FwlPoolConfig config = fwl_pool_config_default();
 *     config.name = "decoder";
 *     config.max_pool_size = 256 << 20;
 *     config.on_limit = FWL_LIMIT_FAIL;
 *
 *     FwlPool *pool;
 *     int err = fwl_pool_create(&pool, &config);
 *     if (err < 0)
 *         return err;
 *     void *picture = fwl_pool_alloc(pool, 1920 * 1080 * 3 / 2);
 *     ...
 *     fwl_pool_free(pool, picture);
 *     fwl_pool_destroy(&pool);
 *
 * Threads: every function may be called from any thread at any time; a block may be freed by
 * another thread than the one that allocated it. Only fwl_pool_destroy needs that nobody else
 * starts to use the pool afterwards.
 *
 * Environment: FRAMEWELL_POOL=system makes every block an allocation of malloc, for valgrind and
 * its kin; FRAMEWELL_STATS=1 writes the default pool's statistics to standard error when the
 * process exits, FRAMEWELL_STATS=FILE to a file (.json, .prom, else text).
 */
#ifndef FRAMEWELL_POOL_H
#define FRAMEWELL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

typedef struct FwlPool FwlPool;

/* The four tiers, by block size; the bounds are in the configuration. */
enum FwlPoolTier {
    FWL_TIER_SMALL,  /* packets, references, side data */
    FWL_TIER_MEDIUM, /* compressed packets, audio frames, I/O buffers */
    FWL_TIER_LARGE,  /* key frames, small pictures */
    FWL_TIER_FRAME,  /* pictures: each block is pages of its own */
    FWL_TIER_COUNT
};

/* What a pool does when its budget is used up, after it gave back idle memory and called
 * on_pressure, and still has no room. */
enum FwlLimitAction {
    FWL_LIMIT_SYSTEM, /* goes over the budget, counted in limit_count; nothing idle is kept then */
    FWL_LIMIT_WAIT,   /* waits until memory comes back, or wait_timeout_ms have passed */
    FWL_LIMIT_FAIL,   /* the allocation returns NULL */
};

/* Values of max_pool_size that are not a number of bytes. */
#define FWL_POOL_SIZE_UNLIMITED SIZE_MAX        /* no budget */
#define FWL_POOL_SIZE_CGROUP    (SIZE_MAX - 1u) /* what the container may use; none: no budget */

/* wait_timeout_ms that never passes. */
#define FWL_WAIT_FOREVER UINT32_MAX

/*
 * Where a pool's pages come from. map gives size bytes at an address that is a multiple of
 * alignment (a power of two, at least a page), readable, writable and zero, or NULL; unmap takes
 * back a whole mapping. purge gives the memory behind whole pages back while the mapping stays;
 * without it (NULL) small blocks' memory goes back only as whole mappings of 4 MiB, and the budget
 * counts them whole. All are called from any thread, with locks of the pool held: they must not
 * call the library.
 */
typedef struct FwlPoolSource {
    void *(*map)(void *opaque, size_t size, size_t alignment);
    void (*unmap)(void *opaque, void *address, size_t size);
    void (*purge)(void *opaque, void *address, size_t size);
    void *opaque;
} FwlPoolSource;

/*
 * Called when the budget has no room for `needed` more bytes, so that the program may drop caches.
 * Called without a lock held; it may free blocks, and may allocate from other pools.
 */
typedef void (*FwlPoolPressureCallback)(void *opaque, FwlPool *pool, size_t needed);

/* How a pool is made; start from fwl_pool_config_default() and change what you mean to. */
typedef struct FwlPoolConfig {
    const char *name;           /* for messages and statistics, copied, up to 31 bytes; "pool" */
    size_t small_block_size;    /* largest block of the small tier: 1 KiB */
    size_t medium_block_size;   /* of the medium tier: 64 KiB */
    size_t large_block_size;    /* of the large tier, at most 1 MiB: 1 MiB */
    size_t initial_pool_size;   /* bytes of address space reserved at start, at most 64 GiB,
                                   less where max_pool_size is less: 16 MiB */
    size_t max_pool_size;       /* the budget in bytes, or FWL_POOL_SIZE_*: 512 MiB */
    size_t alignment;           /* of every block, a power of two from 16 to 4096: the widest SIMD
                                   register of this CPU */
    bool enable_statistics;     /* keep counters; without them statistics stay 0: true */
    bool enable_debug;          /* find misuse, see Debugging below; slow: false */
    bool guard_frames;          /* behind each frame a page that faults, so that what reads on past
                                   its end stops there; needs enable_debug: false */
    size_t max_idle_size;       /* bytes of idle memory kept for reuse; more only as long as a loop
                                   goes on taking it again, see fwl_pool_trim: 64 MiB */
    uint32_t idle_timeout_ms;   /* idle memory older than this leaves at one of the next releases; 0
                                   never: 5000 */
    uint32_t purge_interval_ms; /* how often a thread of the library's gives back what is too much
                                   or too old, also while nobody calls the pool; 0: no thread, the
                                   calls do it: 0 */
    enum FwlLimitAction on_limit;
    uint32_t wait_timeout_ms;   /* for FWL_LIMIT_WAIT: FWL_WAIT_FOREVER */
    FwlPoolPressureCallback on_pressure;
    FwlPool *parent;            /* charged for whatever this pool takes; NULL for none. Kept alive
                                   until this pool is gone */
    const FwlPoolSource *source; /* copied; NULL for the system's pages */
    bool use_huge_pages;        /* ask for huge pages behind frames, where there are some: true */
    bool prefault;              /* touch initial_pool_size at start, so that the first blocks cost
                                   no page fault: committed and idle from then on, as far as the
                                   budget has room: false */
    void *opaque;               /* handed to on_pressure */
} FwlPoolConfig;

/* What one tier did. */
typedef struct FwlPoolTierStats {
    uint64_t total_allocated;    /* bytes handed out since the start, in block sizes */
    uint64_t total_freed;        /* bytes that came back */
    uint64_t current_usage;      /* bytes in live blocks: total_allocated - total_freed */
    uint64_t peak_usage;         /* the most that current_usage has been: exact for frames, and for
                                    one thread's smaller blocks; where both or several threads
                                    make it, 2 MiB off at most for each thread with smaller
                                    blocks, or a 32nd of what it had at its most. Never less
                                    than a current_usage in a snapshot */
    uint64_t allocation_count;   /* blocks handed out */
    uint64_t free_count;         /* blocks that came back */
    uint64_t pool_hit_count;     /* allocations served from memory that the pool already had */
    uint64_t system_alloc_count; /* allocations for which pages were taken from the source */
} FwlPoolTierStats;

/*
 * A snapshot of one moment. In it, per tier and in sum:
 *     total_allocated - total_freed == current_usage <= peak_usage
 *     pool_hit_count + system_alloc_count == allocation_count
 *     current_usage <= committed_size <= reserved_size and committed_size <= charged_size
 *     charged_size <= limit, unless the pool was allowed to go over it (FWL_LIMIT_SYSTEM)
 * A block counts with its own size, which is the request rounded up to a size class.
 */
typedef struct FwlPoolStats {
    char name[32];
    uint64_t total_allocated;
    uint64_t total_freed;
    uint64_t current_usage;
    uint64_t peak_usage;
    uint64_t allocation_count;
    uint64_t free_count;
    uint64_t pool_hit_count;
    uint64_t system_alloc_count;
    uint64_t reserved_size;  /* address space taken from the source, bookkeeping included */
    uint64_t committed_size; /* pages cut into blocks, live or idle */
    uint64_t idle_size;      /* committed bytes kept for reuse: in spans without a live block,
                                behind smaller frames, prefaulted */
    uint64_t charged_size;   /* what the budget counts: committed bytes of this pool and of those
                                that have it as parent */
    uint64_t peak_charged;   /* the most that charged_size has been */
    uint64_t limit;          /* the budget in bytes; UINT64_MAX for none */
    uint64_t wait_count;     /* allocations that had to wait for the budget */
    uint64_t limit_count;    /* allocations that found the budget used up and failed or went over */
    FwlPoolTierStats tier[FWL_TIER_COUNT];
} FwlPoolStats;

/* How fwl_pool_stats_print writes. */
enum FwlStatsFormat {
    FWL_STATS_TEXT,        /* a table for people, at most 80 columns */
    FWL_STATS_JSON,        /* one JSON object, the field names of FwlPoolStats */
    FWL_STATS_OPENMETRICS, /* OpenMetrics 1.0 text, ready to be scraped, "# EOF" included */
};

/* Takes size bytes of text; a negative result stops the printing and is handed on. */
typedef int (*FwlWriteCallback)(void *opaque, const char *text, size_t size);

/* Lifetime */

/* A configuration with the default of every field. */
FWL_API FwlPoolConfig fwl_pool_config_default(void);

/*
 * Makes a pool; config NULL means the defaults.
 *
 * Owner: the caller, who ends it with fwl_pool_destroy.
 * Fails: FWL_E_INVALID where the configuration makes no sense, with a log line that names the
 * field; FWL_E_NOMEM. *pool is NULL then.
 */
FWL_API int fwl_pool_create(FwlPool **pool, const FwlPoolConfig *config);

/*
 * Ends a pool; accepts NULL and a pointer to NULL, leaves NULL. With live blocks the pool only
 * closes: they stay valid, may be freed as before, and the last one takes the pool with it. The
 * default pool is never ended: it is left alone, and *pool is NULL.
 */
FWL_API void fwl_pool_destroy(FwlPool **pool);

/*
 * The pool that serves everybody who names none: unlimited, never destroyed, usable before main and
 * at exit.
 *
 * Fails: never; a process without one page left gets NULL from the allocations instead.
 */
FWL_API FwlPool *fwl_pool_default(void);

/* The work. A pool of NULL is the default pool. */

/*
 * A block of at least size bytes, aligned to the pool's alignment, contents undefined. A size of 0
 * gives a block of its own, too.
 *
 * Owner: the caller, who ends it with fwl_pool_free.
 * Fails: NULL when the budget or the system has no more, or for a size above PTRDIFF_MAX.
 * Cost: up to the large tier no lock and no system call while this thread's heap has a block of the
 * size; frames take the pool's lock, and no system call where one of the size is idle.
 */
FWL_API void *fwl_pool_alloc(FwlPool *pool, size_t size);

/* The same, all bytes 0. */
FWL_API void *fwl_pool_allocz(FwlPool *pool, size_t size);

/*
 * The same with an alignment of the caller's: any power of two; less than the pool's own gives the
 * pool's own.
 *
 * Fails: also NULL for an alignment that is no power of two.
 */
FWL_API void *fwl_pool_aligned_alloc(FwlPool *pool, size_t alignment, size_t size);

/*
 * Makes the block size bytes large and keeps its alignment and the first min(old, new) bytes; it
 * may move. A NULL block is a new one. A size of 0 gives the smallest block, it does not free. In
 * the statistics a block whose size changes is freed and allocated.
 *
 * Owner: takes the block on success and gives the new one; on failure the old one is untouched.
 * Fails: NULL as fwl_pool_alloc.
 * Cost: no copy where the block is large enough and at least half used, and none for a frame that
 * stays one, which shrinks in place and grows in place or by moving its pages, charged for the
 * difference alone; in debug pools, with a source of pages, and before Linux 5.7, a copy.
 */
FWL_API void *fwl_pool_realloc(FwlPool *pool, void *block, size_t size);

/*
 * Takes a block back; NULL is nothing. The pool must be the one that the block came from; once that
 * is destroyed, any will do.
 *
 * Cost: no lock, also where another thread allocated the block; frames take the pool's lock.
 */
FWL_API void fwl_pool_free(FwlPool *pool, void *block);

/*
 * Gives idle memory back to the source until at most keep_bytes of it are left. Without it idle
 * memory leaves a little at each release: the oldest, while there is more than max_idle_size or it
 * is older than idle_timeout_ms. Where more than max_idle_size is freed and taken again in a loop,
 * so much more may stay for a quarter of a second after it was last of use, but never so that more
 * is committed than was in use at a time, and max_idle_size.
 *
 * Returns the number of bytes given back.
 */
FWL_API size_t fwl_pool_trim(FwlPool *pool, size_t keep_bytes);

/* Who holds what */

/* A live block, as fwl_pool_visit shows it. What is not known is 0 or NULL: of blocks below the
 * frame tier, tag, age and sites are known in debug pools only. */
typedef struct FwlPoolBlock {
    void *block;
    size_t size;      /* bytes that may be used; in a debug pool, those that were asked for */
    const char *tag;  /* what it is for, as the program said */
    uint64_t thread;  /* the system's number of the thread that allocated it; of a block below the
                         frame tier, of the thread that has or last had the memory around it */
    uint64_t age_ns;  /* since it was allocated */
    void *const *sites; /* debug pools: where the calls return to that led to the allocation, the
                           innermost first; borrowed until the callback returns */
    size_t site_count;
} FwlPoolBlock;

/* A negative result stops the visit and is handed on. */
typedef int (*FwlPoolVisitCallback)(void *opaque, const FwlPoolBlock *block);

/*
 * Shows every block that was live at one moment of the call, in no order. The list is made first,
 * so that the callback may do anything, also allocate and free, what it is shown included; by then
 * other threads may have freed some of it.
 *
 * Fails: FWL_E_INVALID without a callback; FWL_E_NOMEM where the system has no pages for the list,
 * which is no part of the budget; the callback's own code.
 * Cost: stops the pool's threads while the list is made; 56 bytes for each block, in debug pools
 * 120.
 */
FWL_API int fwl_pool_visit(FwlPool *pool, FwlPoolVisitCallback visit, void *opaque);

/*
 * Says what a live block is for: a string that outlives the block, or NULL. It shows in visits, in
 * lists of leaks, and in what is logged when a wait for memory times out. A resized block keeps it,
 * where the new one has a place for it.
 *
 * Fails: FWL_E_UNSUPPORTED for a block below the frame tier of a pool without enable_debug, which
 * has no place for it; FWL_E_INVALID for a block of NULL.
 */
FWL_API int fwl_pool_set_tag(void *block, const char *tag);

/* fwl_pool_alloc of a block with a tag, where there is a place for it. */
FWL_API void *fwl_pool_alloc_tagged(FwlPool *pool, size_t size, const char *tag);

/*
 * Debugging. A pool with enable_debug finds misuse of its blocks, says on one line of standard
 * error what happened to which block and who allocated and freed it, and ends the process by
 * SIGABRT:
 *
 *     bytes written before or behind a block     when it is freed, or the pool destroyed
 *     bytes written after the free               when the block is used again, at most 1/16 of the
 *                                                budget or 32 MiB of frees later
 *     freed twice, by whatever thread            at once
 *     a pointer into a block, or to no block     at once, for free, realloc, usable_size and tags
 *     freed through another pool                 at once
 *
 * Fresh and freed bytes are 0x2a. fwl_pool_destroy lists the blocks that are still live by call
 * site, through fwl_log. FRAMEWELL_DEBUG=1 in the environment makes the default pool such a pool,
 * which is then checked and listed when the process exits, and writes lists of leaks to standard
 * error, too; FRAMEWELL_DEBUG=guard gives it guard_frames as well. Blocks are some 400 bytes larger
 * than without, those of a large alignment twice that alignment, which the budget and the
 * statistics count.
 */

/* Inspection */

/*
 * The number of bytes that may be used in a live block: at least what was asked for. 0 for NULL. A
 * build with AddressSanitizer reports the use of more than was asked for, until this was called for
 * the block.
 */
FWL_API size_t fwl_pool_usable_size(const void *block);

/* The alignment in bytes of every block of the pool: its config.alignment. */
FWL_API size_t fwl_pool_alignment(const FwlPool *pool);

/* The pool that a live block belongs to. Owner: borrowed; the block keeps it alive. */
FWL_API FwlPool *fwl_pool_of(const void *block);

/* Fills stats with a snapshot of the pool. Cost: stops the pool's threads at their next call for a
 * moment: a system call, and a look at every heap. */
FWL_API void fwl_pool_get_stats(FwlPool *pool, FwlPoolStats *stats);

/* Share of allocations served from memory that the pool had: 0 to 1; 0 for no allocation. */
FWL_API double fwl_pool_stats_hit_rate(const FwlPoolStats *stats);

/* Share of the committed bytes that is in no live block: 0 to 1; 0 for nothing committed. */
FWL_API double fwl_pool_stats_unused_ratio(const FwlPoolStats *stats);

/*
 * Writes the snapshot as text through write_cb, in one or more pieces; the same names in every
 * format.
 *
 * Fails: FWL_E_INVALID for an unknown format or a NULL argument; the callback's own code.
 */
FWL_API int fwl_pool_stats_print(const FwlPoolStats *stats, enum FwlStatsFormat format,
                                 FwlWriteCallback write_cb, void *opaque);

#ifdef __cplusplus
}
#endif

#endif
