/* SPDX-License-Identifier: BSD-2-Clause */
/* The purge thread, for pools with a purge_interval_ms. */
#ifndef FWL_POOL_PURGE_H
#define FWL_POOL_PURGE_H

#include "pool/pool_internal.h"

/* A pool is there that wants the thread, or nothing; and is no more. With no lock held.
 * Fails: FWL_E_NOMEM, also then it has to leave. */
int fwl_purge_join(const FwlPool *pool);
void fwl_purge_leave(const FwlPool *pool);

/* Something became idle. Any lock but purge_lock may be held. */
void fwl_purge_wake(void);

/* Starts the thread where fork took it. With no lock held. */
void fwl_purge_start_again(void);

/* The process exits: there is no thread from now on. */
void fwl_purge_end(void);

/* Around fork: life is locked first of all, sleep last. */
void fwl_purge_lock_life(void);
void fwl_purge_unlock_life(void);
void fwl_purge_lock_sleep(void);
void fwl_purge_unlock_sleep(void);
void fwl_purge_forget_thread(void);

/* When the thread has to look again: when something of what is idle is due (UINT64_MAX: never), and
 * not before. */
typedef struct FwlPurgeTimes {
    uint64_t due_ns;
    uint64_t next_ns;
} FwlPurgeTimes;

/* pool_process.c: goes through all pools that want it. */
FwlPurgeTimes fwl_heaps_purge_idle(void);

/* pool_idle.c: gives back what is too old or too much; when more will be due. With the span_lock
 * not held. */
uint64_t fwl_span_purge(FwlPool *pool);

static inline void fwl_purge_check(const FwlPool *pool)
{
    if (pool->config.purge_interval_ms > 0)
        fwl_purge_start_again();
}

#endif
