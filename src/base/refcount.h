/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one reference count. Nobody else touches counts.
 *
 * Taking a reference needs no order: whoever takes one already has one. Giving one up releases what
 * the holder did to the object; the holder who gives up the last one acquires all of it before it
 * destroys the object.
 */
#ifndef FWL_REFCOUNT_H
#define FWL_REFCOUNT_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct FwlRefcount {
    atomic_int count;
} FwlRefcount;

/* The most references that one object may have: far enough below INT_MAX that all threads of a
 * process may be in the middle of fwl_refcount_inc at once. */
enum { FWL_REFCOUNT_MAX = INT_MAX / 2 };

static inline void fwl_refcount_init(FwlRefcount *refcount)
{
    atomic_init(&refcount->count, 1);
}

/* Takes one more; false, and nothing changed, at the maximum. */
static inline bool fwl_refcount_inc(FwlRefcount *refcount)
{
    const int before = atomic_fetch_add_explicit(&refcount->count, 1, memory_order_relaxed);
    if (before < FWL_REFCOUNT_MAX)
        return true;
    atomic_fetch_sub_explicit(&refcount->count, 1, memory_order_relaxed);
    return false;
}

/* Gives one up; true for the last one: the caller destroys the object. */
static inline bool fwl_refcount_dec(FwlRefcount *refcount)
{
    if (atomic_fetch_sub_explicit(&refcount->count, 1, memory_order_release) != 1)
        return false;
    (void)atomic_load_explicit(&refcount->count, memory_order_acquire);
    return true;
}

/* How many there are at this moment. Acquire: a caller that sees 1 is alone with the object, and
 * with all that former holders did to it. */
static inline int fwl_refcount_get(const FwlRefcount *refcount)
{
    return atomic_load_explicit(&refcount->count, memory_order_acquire);
}

#endif
