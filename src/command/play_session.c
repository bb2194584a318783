/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_session.h"

#include "command/play_frame.h"
#include "command/play_overlay.h"
#include "command/stop_signals.h"

#include <string.h>

static uint64_t shown_count(const struct Player *player)
{
    return player->picture.taken - player->picture.dropped;
}

static size_t ring_size(const struct PlayRing *ring)
{
    return ring ? ring->size : 0;
}

static unsigned sound_ms(const struct PlayTrack *track)
{
    const int rate = track->is_used ? track->sample_rate : 0;
    const size_t second = (size_t)rate * PLAY_CHANNELS * sizeof(int16_t);
    return second ? (unsigned)(ring_size(track->frames) * 1000 / second) : 0;
}

void fwl_play_statistics_take(struct PlayStatistics *statistics, struct PlaySession *session)
{
    struct Player *player = &session->player;
    FwlPoolStats frames;
    fwl_pool_get_stats(session->frames, &frames);
    fwl_player_lock(player);
    const int64_t position = fwl_play_clock_position(&player->clock, fwl_player_now());
    *statistics = (struct PlayStatistics){
        .frames_size = frames.current_usage,
        .frames_peak = frames.peak_usage,
        .packets_size = ring_size(player->picture.packets) + ring_size(player->sound.packets),
        .packets_peak = player->peak_packets,
        .packets_max = PLAYER_PACKETS_SIZE_MAX,
        .input_size = session->input_size,
        .pictures_count = player->picture.is_used ? (unsigned)player->picture.frames->count : 0,
        .pictures_max = PLAYER_PICTURES_MAX,
        .sound_ms = sound_ms(&player->sound),
        .shown = shown_count(player),
        .dropped = player->picture.dropped,
        .errors = player->picture.errors + player->sound.errors,
        .position = (double)position / 1e6,
        .duration = (double)player->input.duration_us / 1e6,
    };
    fwl_player_unlock(player);
}

static AVFrame *black(FwlPool *pool, int width, int height)
{
    AVFrame *picture = fwl_play_frame_picture(pool, width, height);
    if (picture)
        memset(picture->data[0], 0, (size_t)picture->linesize[0] * (size_t)height);
    return picture;
}

AVFrame *fwl_play_session_paint(struct PlaySession *session, int width, int height)
{
    AVFrame *picture =
        session->last ? fwl_play_paint(&session->painter, session->last, session->player.matrix)
                      : black(session->frames, width, height);
    if (picture && session->shows_statistics) {
        struct PlayStatistics statistics;
        fwl_play_statistics_take(&statistics, session);
        fwl_play_overlay_draw(picture, &statistics);
    }
    return picture;
}

void fwl_play_session_show(struct PlaySession *session, AVFrame *frame)
{
    av_frame_free(&session->last);
    session->last = frame;
}

bool fwl_play_session_is_over(struct PlaySession *session, bool is_at_end)
{
    struct Player *player = &session->player;
    const uint64_t wanted = (uint64_t)session->args->frames;
    if (player->is_stopped || fwl_stop_signals_caught() ||
        (wanted > 0 && shown_count(player) >= wanted))
        return true;
    if (!is_at_end)
        return false;
    const bool gave_something = player->picture.last_end_us + player->sound.last_end_us > 0;
    if (!session->args->is_looping || !gave_something)
        return true;
    fwl_player_seek(player, 0);
    return false;
}
