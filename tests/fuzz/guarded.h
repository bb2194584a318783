/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory whose neighbourhood is watched: what follows it is a page that nobody may touch, or, where
 * its alignment keeps it from there, bytes with marks, as before it. With AddressSanitizer these
 * may not be touched either. */
#ifndef TEST_GUARDED_H
#define TEST_GUARDED_H

#include <stddef.h>
#include <stdint.h>

enum { GUARDED_MAX = 1 << 20, GUARDED_ALIGN_MAX = 1 << 12 };

typedef struct Guarded {
    uint8_t *mapping; /* made when it is first asked for, and kept */
    uint8_t *bytes;
    size_t size;
} Guarded;

/* size bytes, at most GUARDED_MAX, at a multiple of alignment, a power of two up to
 * GUARDED_ALIGN_MAX; what was there before is gone. */
uint8_t *guarded_take(Guarded *guarded, size_t size, size_t alignment);

/* Nothing around them was written. */
void guarded_check(const Guarded *guarded);

#endif
