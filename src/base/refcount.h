/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one reference count. Nobody else touches counts.
 *
 * Taking a reference needs no order: whoever takes one already has one. Giving one up releases what
 * the holder did to the object; the holder who gives up the last one acquires all of it before it
 * destroys the object.
 *
 * An object may have a *seat*: a place for one of its references, so that the second reference,
 * which is often the only other one, needs no memory of its own. Who has the seat is part of the
 * count, one atomic step with it:
 *
 *     count == references + (FWL_REFCOUNT_SEAT where the seat is taken)
 */
#ifndef FWL_REFCOUNT_H
#define FWL_REFCOUNT_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct FwlRefcount {
    atomic_int count;
} FwlRefcount;

/* The most references that one object may have: far enough below the seat's bit that all threads of
 * a process may be in the middle of fwl_refcount_inc at once. */
enum { FWL_REFCOUNT_SEAT = 1 << 30, FWL_REFCOUNT_MAX = FWL_REFCOUNT_SEAT / 2 };

static inline int fwl_refcount_references(int count)
{
    return count & (FWL_REFCOUNT_SEAT - 1);
}

static inline void fwl_refcount_init(FwlRefcount *refcount)
{
    atomic_init(&refcount->count, 1);
}

/* Takes one more; false, and nothing changed, at the maximum. */
static inline bool fwl_refcount_inc(FwlRefcount *refcount)
{
    const int before = atomic_fetch_add_explicit(&refcount->count, 1, memory_order_relaxed);
    if (fwl_refcount_references(before) < FWL_REFCOUNT_MAX)
        return true;
    atomic_fetch_sub_explicit(&refcount->count, 1, memory_order_relaxed);
    return false;
}

/* Takes one more, and the seat; false, and nothing changed, where the seat is taken. Acquire: its
 * last holder has left it. */
static inline bool fwl_refcount_inc_seated(FwlRefcount *refcount)
{
    int before = atomic_load_explicit(&refcount->count, memory_order_relaxed);
    while (before < FWL_REFCOUNT_MAX) { /* a taken seat is more than that */
        if (atomic_compare_exchange_weak_explicit(&refcount->count, &before,
                                                  before + 1 + FWL_REFCOUNT_SEAT,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    }
    return false;
}

/* Takes the seat of a new object for good: there is none. */
static inline void fwl_refcount_close_seat(FwlRefcount *refcount)
{
    atomic_init(&refcount->count, 1 + FWL_REFCOUNT_SEAT);
}

static inline bool fwl_refcount_subtract(FwlRefcount *refcount, int part)
{
    const int before = atomic_fetch_sub_explicit(&refcount->count, part, memory_order_release);
    if (fwl_refcount_references(before) != 1)
        return false;
    (void)atomic_load_explicit(&refcount->count, memory_order_acquire);
    return true;
}

/* Gives one up; true for the last one: the caller destroys the object. A reference is only taken by
 * somebody who has one: whoever sees no other than his own is alone, and need not agree on it. */
static inline bool fwl_refcount_dec(FwlRefcount *refcount)
{
    const int now = atomic_load_explicit(&refcount->count, memory_order_acquire);
    return fwl_refcount_references(now) == 1 || fwl_refcount_subtract(refcount, 1);
}

/* The same of the one that has the seat, which is seldom the last. */
static inline bool fwl_refcount_dec_seated(FwlRefcount *refcount)
{
    return fwl_refcount_subtract(refcount, 1 + FWL_REFCOUNT_SEAT);
}

/* How many there are at this moment. Acquire: a caller that sees 1 is alone with the object, and
 * with all that former holders did to it. */
static inline int fwl_refcount_get(const FwlRefcount *refcount)
{
    const int count = atomic_load_explicit(&refcount->count, memory_order_acquire);
    return fwl_refcount_references(count);
}

#endif
