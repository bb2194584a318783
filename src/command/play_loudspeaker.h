/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sound of a session on the machine's loudspeaker. It leads: each time that it takes sound it
 * sets the player's clock to the moment that is heard, and pictures follow. Sound that begins, at
 * the start or behind a gap, waits for its moment by the clock, to the sample; from then on it
 * flows.
 */
#ifndef FWL_PLAY_LOUDSPEAKER_H
#define FWL_PLAY_LOUDSPEAKER_H

#include <SDL.h>

#include "command/play_session.h"

struct PlayLoudspeaker {
    struct PlaySession *session;
    SDL_AudioDeviceID device; /* 0: none */
    int64_t latency_us;       /* from taking sound until it is heard */
    unsigned epoch;           /* that offset is of */
    int offset;               /* samples of the first frame that were taken */
    bool flows;               /* what was taken last was sound to its end */
};

/* Opens the loudspeaker where the session has sound. False: there is none, SDL_GetError tells. */
bool fwl_play_loudspeaker_open(struct PlayLoudspeaker *loudspeaker, struct PlaySession *session);

/* Ends it; accepts one that was not opened. */
void fwl_play_loudspeaker_close(struct PlayLoudspeaker *loudspeaker);

#endif
