/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_clock.h"

int64_t fwl_play_clock_position(const struct PlayClock *clock, int64_t now_us)
{
    return clock->is_running ? clock->at_us + (now_us - clock->since_us) : clock->at_us;
}

void fwl_play_clock_start(struct PlayClock *clock, int64_t now_us)
{
    if (!clock->is_running)
        clock->since_us = now_us;
    clock->is_running = true;
}

void fwl_play_clock_stop(struct PlayClock *clock, int64_t now_us)
{
    clock->at_us = fwl_play_clock_position(clock, now_us);
    clock->is_running = false;
}

void fwl_play_clock_set(struct PlayClock *clock, int64_t position_us, int64_t now_us)
{
    clock->at_us = position_us;
    clock->since_us = now_us;
}

int64_t fwl_play_clock_wait(const struct PlayClock *clock, int64_t position_us, int64_t now_us)
{
    const int64_t position = fwl_play_clock_position(clock, now_us);
    if (position >= position_us)
        return 0;
    return clock->is_running ? position_us - position : INT64_MAX;
}
