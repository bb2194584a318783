/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug pools. Each of their blocks is a pool's block (a *slot*) with more in it than the caller
 * asked for:
 *
 *   in a run:     | FwlDebugHeader | front zone ...  | the caller's bytes | back zone 64 |
 *                 ^ slot                             ^ at a multiple of the alignment
 *   a frame:      | FwlSegment ... | FwlDebugHeader | front zone 64 | the caller's bytes | back
 * zone |
 *                                                                   ^ slot
 *   with a guard: ... front zone 64 | the caller's bytes | rest, zone | page that faults |
 *                 the bytes end as near to the page as the alignment lets them
 *
 * Zones, and bytes that were never written or are freed, hold 0x2a.
 *
 * A slot's header is at a place known from the segment and the span alone, so that any address can
 * be judged without trusting what lies around it. Lock order: heaps_lock, a heap's lock,
 * debug.lock, span_lock; whatever dies lets go of all of them before.
 */
#ifndef FWL_POOL_DEBUG_H
#define FWL_POOL_DEBUG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/pool_internal.h"

enum {
    FWL_POISON = 0x2a,
    FWL_ZONE_SIZE = 64,
    FWL_SITE_COUNT = 8, /* return addresses that are kept of a call */
};

/* Who did something to a block, and from where; sites end at a NULL. */
typedef struct FwlDebugCall {
    void *sites[FWL_SITE_COUNT];
    uint64_t thread;
} FwlDebugCall;

/* How many of a call's FWL_SITE_COUNT sites there are. */
static inline size_t fwl_debug_count_sites(void *const *sites)
{
    size_t count = 0;
    while (count < FWL_SITE_COUNT && sites[count])
        count++;
    return count;
}

typedef struct FwlDebugHeader {
    void *reserved; /* the pool's, while the slot is free */
    uint64_t state; /* pool_debug.c */
    FwlLink link;   /* in the quarantine */
    char *slot;
    size_t slot_size;
    enum FwlPoolTier tier;
    char *block;
    size_t size;
    size_t alignment;
    const char *tag;
    uint64_t since_ns;
    FwlDebugCall allocated;
    FwlDebugCall freed;
} FwlDebugHeader;

/* pool_debug.c */

/* True once the process had a debug pool. No order needed: whoever has something of such a pool
 * knows of the pool. */
extern atomic_bool fwl_debug_is_used;

/* Makes the debug part of a pool whose configuration is set, and whose lock is made. */
void fwl_debug_init(FwlPool *pool);

/* fwl_pool_aligned_alloc of a debug pool; caller is where the call of the public function returns.
 * */
void *fwl_debug_alloc(FwlPool *pool, size_t alignment, size_t size, void *caller);

/*
 * fwl_pool_free and fwl_pool_realloc while there is a debug pool. False: the block is none of a
 * debug pool, and nothing was done. pool NULL: of whichever pool.
 */
bool fwl_debug_free(FwlPool *pool, void *block, void *caller);
bool fwl_debug_realloc(FwlPool *pool, void *block, size_t size, void *caller, void **moved);

/* The pool that an address belongs to; ends the process where there is none. */
FwlPool *fwl_debug_pool_of(const void *block, void *caller);

/* The bytes that were asked for, and the tag, of a live block of a debug pool. */
size_t fwl_debug_size(FwlPool *pool, const void *block, void *caller);
void fwl_debug_set_tag(FwlPool *pool, void *block, const char *tag, void *caller);

/* Takes what is in quarantine back for use. */
void fwl_debug_flush(FwlPool *pool);

/* Before a debug pool closes: nothing goes into quarantine any more, all live blocks are checked,
 * and those there are get listed. */
void fwl_debug_close(FwlPool *pool);

/* The header of a slot; it is one only in a debug pool. */
FwlDebugHeader *fwl_debug_header_of(const FwlSegment *segment, char *slot);

/* True where the header is of a block that the caller has. With debug.lock. */
bool fwl_debug_is_live(const FwlDebugHeader *header);

/* Takes what is freed for the caller but live for the pool out of a snapshot, whose other numbers
 * are of the same moment. With heaps_lock and debug.lock. */
void fwl_debug_correct(FwlPool *pool, FwlPoolStats *stats);

/* pool_report.c */

/* The call of a public function that returns to caller. Not with a lock held. */
FwlDebugCall fwl_debug_call(void *caller);

/*
 * Says what is proved to be wrong, on one line of standard error, and ends the process. block NULL:
 * nothing is known of it. caller NULL: found by the library on its own.
 */
_Noreturn void fwl_debug_accuse(const FwlPool *pool, const FwlDebugHeader *block, void *caller,
                                const char *format, ...) FWL_PRINTF_LIKE(4, 5);

/* The innermost place of a call outside this library: "player.c:210", or "player+0x1a2b" where
 * lines of source are not known. Not with a lock held. */
void fwl_debug_name_place(char *text, size_t size, const FwlDebugCall *call);

/* One line about what leaks from a pool: through the log, and on standard error where
 * FRAMEWELL_DEBUG is set. Not with a lock held. */
void fwl_debug_say_leak(FwlPool *pool, const char *format, ...) FWL_PRINTF_LIKE(2, 3);

/* Guards what layers above know of debug blocks (buffer_trace.h); the last in the order of locks,
 * but for span_lock and those behind it, which its holder does not need. */
extern FwlMutex fwl_debug_trace_lock;

/* Has the list of a pool's live blocks followed by what a layer above knows of them. */
void fwl_debug_set_holder_list(void (*list)(FwlPool *pool));

/* Lists the live blocks by call site, through the log, and on standard error where FRAMEWELL_DEBUG
 * is set. */
void fwl_debug_list_leaks(FwlPool *pool);

/* Logs the largest blocks of the pool and of all below it. */
void fwl_debug_log_holders(FwlPool *pool);

/* pool_visit.c */

/* What is looked at: block as fwl_pool_visit gives it, and the header in a debug pool, else NULL.
 * */
typedef void (*FwlBlockLook)(void *opaque, const FwlPoolBlock *block, const FwlDebugHeader *header);

/* Shows every live block of this moment, with all locks of the pool held. */
void fwl_pool_walk(FwlPool *pool, FwlBlockLook look, void *opaque);

#endif
