/* SPDX-License-Identifier: BSD-2-Clause */
/* Playing without anybody: each picture is taken as soon as it is there, and so is the sound. */
#include "command/command.h"
#include "command/play_session.h"

enum { SIGNAL_WAIT_MS = 100 }; /* a signal is noticed after as long */

static void show_next(struct PlaySession *session)
{
    AVFrame *picture = fwl_player_take(&session->player.picture);
    fwl_play_clock_set(&session->player.clock, picture->pts, fwl_player_now());
    fwl_play_session_show(session, picture);
}

int fwl_play_headless(struct PlaySession *session)
{
    struct Player *player = &session->player;
    fwl_player_lock(player);
    for (;;) {
        fwl_player_skip_sound(player);
        const bool has_picture = fwl_player_peek(&player->picture);
        if (fwl_play_session_is_over(session, fwl_player_is_ended(player)))
            break;
        if (has_picture)
            show_next(session);
        else
            fwl_player_wait(player, SIGNAL_WAIT_MS);
    }
    fwl_player_unlock(player);
    return EXIT_FINE;
}
