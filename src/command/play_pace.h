/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which picture is to be seen when. Sound sets the player's clock where there is some; here
 * pictures follow it, and where it cannot go on by itself it is helped.
 *
 * All of it is called with the player's lock, and told what time of the machine it is.
 */
#ifndef FWL_PLAY_PACE_H
#define FWL_PLAY_PACE_H

#include "command/player.h"

/* The picture that is due, the last one of those that are; NULL for none. Owner: the caller. */
AVFrame *fwl_play_pace_take(struct Player *player, int64_t now_us);

/* How long until something is due or over; INT64_MAX: not known yet. */
int64_t fwl_play_pace_wait(struct Player *player, int64_t now_us);

/* True once the last picture was there as long as it should be: one that is all there is, for ever.
 */
bool fwl_play_pace_is_over(const struct Player *player, int64_t now_us);

#endif
