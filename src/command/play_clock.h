/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The player's clock: which moment of the media it is now. Arithmetic only; the caller brings the
 * time of the machine, and a lock where threads share a clock. All times are microseconds.
 *
 * While it runs, position == at_us + (now - since_us); while it stands, position == at_us.
 */
#ifndef FWL_PLAY_CLOCK_H
#define FWL_PLAY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct PlayClock {
    int64_t at_us, since_us;
    bool is_running;
};

/* Which moment it is now. */
int64_t fwl_play_clock_position(const struct PlayClock *clock, int64_t now_us);

/* Goes on from where it stands; stands still where it is. Doing it twice changes nothing. */
void fwl_play_clock_start(struct PlayClock *clock, int64_t now_us);
void fwl_play_clock_stop(struct PlayClock *clock, int64_t now_us);

/* Makes it this moment now, and leaves it running or standing. */
void fwl_play_clock_set(struct PlayClock *clock, int64_t position_us, int64_t now_us);

/* How long to wait until a moment; 0 where it has come, INT64_MAX while the clock stands before
 * it. */
int64_t fwl_play_clock_wait(const struct PlayClock *clock, int64_t position_us, int64_t now_us);

#endif
