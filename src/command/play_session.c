/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_session.h"

#include "command/command.h"
#include "command/play_frame.h"
#include "command/play_overlay.h"
#include "command/stop_signals.h"

#include <string.h>

#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

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
        .dropped = player->picture.dropped + player->picture.skipped,
        .frames = player->picture.taken + player->sound.taken,
        .errors = player->picture.errors + player->sound.errors,
        .position = (double)position / 1e6,
        .duration = (double)player->input.duration_us / 1e6,
        .seen = session->drift.count,
        .drift_median_ms = fwl_play_drift_median_ms(&session->drift),
        .drift_worst_ms = session->drift.worst_ms,
        .has_sound = player->sound.is_used,
        .is_paused = player->is_paused,
        .is_muted = session->is_muted,
        .volume = session->volume,
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

int fwl_play_session_paint(struct PlaySession *session, int width, int height, AVFrame **picture)
{
    const AVFrame *last = session->last;
    *picture = last ? fwl_play_paint(&session->painter, last, session->player.matrix)
                    : black(session->frames, width, height);
    if (*picture)
        return EXIT_FINE;
    if (last && !sws_isSupportedInput(last->format))
        return fwl_cmd_fail(EXIT_DATA, session->args->input,
                            "libswscale does not know its pixels, %s: transcode it before",
                            av_get_pix_fmt_name(last->format));
    return fwl_cmd_fail_memory(session->args->input);
}

AVFrame *fwl_play_session_write(struct PlaySession *session, int width, int height)
{
    struct PlayStatistics statistics;
    fwl_play_statistics_take(&statistics, session);
    return fwl_play_overlay_make(session->frames, &statistics, width, height);
}

void fwl_play_session_show(struct PlaySession *session, AVFrame *frame)
{
    av_frame_free(&session->last);
    session->last = frame;
}

void fwl_play_session_note_seen(struct PlaySession *session)
{
    struct Player *player = &session->player;
    fwl_player_lock(player);
    const int64_t position = fwl_play_clock_position(&player->clock, fwl_player_now());
    if (player->clock.is_running && !player->picture.is_still)
        fwl_play_drift_add(&session->drift, position - session->last->pts);
    fwl_player_unlock(player);
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
    /* A round from the start that gave nothing that counts would be followed by more of them. */
    const uint64_t sound = wanted > 0 ? 0 : player->sound.round_taken;
    const bool gave_something =
        player->picture.round_taken + sound > 0 || (wanted == 0 && player->sound_ahead_us > 0);
    if (!session->args->is_looping || (!gave_something && player->target_us == 0))
        return true;
    fwl_player_next_round(player);
    return false;
}
