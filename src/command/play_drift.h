/* SPDX-License-Identifier: BSD-2-Clause */
/* How far from their moment pictures were seen: a count for each millisecond, up to a second. */
#ifndef FWL_PLAY_DRIFT_H
#define FWL_PLAY_DRIFT_H

#include <stdint.h>

enum { PLAY_DRIFT_MS_MAX = 1000 };

struct PlayDrift {
    uint32_t counts[PLAY_DRIFT_MS_MAX + 1]; /* the last one: that much and more */
    uint64_t count;
    unsigned worst_ms;
};

/* Takes a picture into account that was seen so long after its moment, or before. */
void fwl_play_drift_add(struct PlayDrift *drift, int64_t late_us);

/* What half of the pictures were within; 0 for none. */
unsigned fwl_play_drift_median_ms(const struct PlayDrift *drift);

#endif
