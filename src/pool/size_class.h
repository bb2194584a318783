/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Size classes: the block sizes that a pool has.
 *
 * Counted in units (the pool's alignment below the frame tier, a page in it), the sizes are
 *
 *     1 2 3 4 5 6 7 8 | 9 10 11 .. 16 | 18 20 22 .. 32 | 36 40 44 .. 64 | ...
 *
 * eight of them to each doubling. A request of u units, 8 << e < u <= 16 << e, gets the next
 * multiple of 1 << e, so that less than 1 << e units are left over: less than one ninth of the
 * block.
 */
#ifndef FWL_SIZE_CLASS_H
#define FWL_SIZE_CLASS_H

#include <stddef.h>
#include <stdint.h>

#include "base/align.h"

enum {
    FWL_CLASS_STEPS = 8, /* sizes to a doubling */
    /* Enough for requests up to 1 MiB in units of 16 bytes: 16 bits of units, 13 doublings beyond
     * the first eight sizes. */
    FWL_CLASS_COUNT = 14 * FWL_CLASS_STEPS,
    FWL_NO_CLASS = FWL_CLASS_COUNT, /* of what runs do not hold */
};

/* The class of a request of units, at least 1. */
static inline size_t fwl_class_of(size_t units)
{
    if (units <= FWL_CLASS_STEPS)
        return units - 1;
    const unsigned shift = fwl_log2_floor(units - 1) - 3;
    return FWL_CLASS_STEPS * shift + ((units - 1) >> shift);
}

/*
 * The same for a call's fast path, by a look into a table that each heap has: bytes in steps of 16
 * up to 4 KiB, and above, where classes are at least 512 bytes apart, in steps of that. 0 bytes are
 * of class 0, too.
 */
enum {
    FWL_FINE_SHIFT = 4,
    FWL_FINE_MAX = 4096,
    FWL_COARSE_SHIFT = 9,
    FWL_TABLED_MAX = 1 << 20,
};

typedef struct FwlClassTable {
    uint8_t fine[(FWL_FINE_MAX >> FWL_FINE_SHIFT) + 1];
    uint8_t coarse[(FWL_TABLED_MAX >> FWL_COARSE_SHIFT) + 1];
} FwlClassTable;

/* Of at most FWL_FINE_MAX bytes. */
static inline size_t fwl_class_look_up_fine(const FwlClassTable *table, size_t size)
{
    return table->fine[(size + (1 << FWL_FINE_SHIFT) - 1) >> FWL_FINE_SHIFT];
}

static inline size_t fwl_class_look_up(const FwlClassTable *table, size_t size)
{
    if (__builtin_expect(size <= FWL_FINE_MAX, 1))
        return fwl_class_look_up_fine(table, size);
    if (size > FWL_TABLED_MAX)
        return FWL_NO_CLASS;
    return table->coarse[(size + (1 << FWL_COARSE_SHIFT) - 1) >> FWL_COARSE_SHIFT];
}

/* The size of a class in units. */
static inline size_t fwl_class_units(size_t index)
{
    if (index < FWL_CLASS_STEPS)
        return index + 1;
    const size_t shift = index / FWL_CLASS_STEPS - 1;
    return (index % FWL_CLASS_STEPS + FWL_CLASS_STEPS + 1) << shift;
}

#endif
