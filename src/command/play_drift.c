/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_drift.h"

void fwl_play_drift_add(struct PlayDrift *drift, int64_t late_us)
{
    const uint64_t off_ms = (uint64_t)(late_us < 0 ? -late_us : late_us) / 1000;
    const unsigned ms = off_ms < PLAY_DRIFT_MS_MAX ? (unsigned)off_ms : PLAY_DRIFT_MS_MAX;
    drift->counts[ms]++;
    drift->count++;
    if (ms > drift->worst_ms)
        drift->worst_ms = ms;
}

unsigned fwl_play_drift_median_ms(const struct PlayDrift *drift)
{
    uint64_t seen = 0;
    for (unsigned ms = 0; ms <= PLAY_DRIFT_MS_MAX; ms++) {
        seen += drift->counts[ms];
        if (2 * seen >= drift->count)
            return ms;
    }
    return 0;
}
