/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A picture that is due together with its successor is dropped: the successor is what should be
 * seen by now. That keeps up while decoding does; a decoder that is late leaves pictures out
 * itself (play_decode.c). Where that does not do either, time stops until some pictures have come:
 * sound is silent meanwhile, and in step again afterwards.
 *
 * Times that make no sense must not stop anything for ever. Where files were put one behind the
 * other they leap, of sound and of pictures, but not in the same packet:
 *
 *     back       pictures wait until the sound has leapt, too
 *     far ahead  when everything waits for a moment far off, the clock leaps there
 */
#include "command/play_pace.h"

enum {
    LATE_MAX_US = 300000, /* a picture that is later than that stops the time: lips would not fit */
    LEAP_US = 10000000,   /* nobody waits for sound and pictures that are further ahead */
};

static bool has_sound_left(const struct Player *player)
{
    return player->sound.is_used && !player->sound.is_ended;
}

/* The first picture of an epoch is shown when it comes, and time goes on from there. */
static AVFrame *begin(struct Player *player, int64_t now_us)
{
    struct PlayTrack *track = &player->picture;
    AVFrame *picture = fwl_player_peek(track) ? fwl_player_take(track) : NULL;
    if (!picture && track->is_used && !track->is_ended && !fwl_player_is_starved(track))
        return NULL;
    player->is_fresh = false;
    if (picture && !track->is_still)
        fwl_play_clock_set(&player->clock, picture->pts, now_us);
    fwl_player_go_on(player, now_us);
    return picture;
}

static void leap_ahead(struct Player *player, int64_t now_us)
{
    int64_t earliest = INT64_MAX;
    struct PlayTrack *const tracks[] = {&player->picture, &player->sound};
    for (int i = 0; i < 2; i++) {
        const AVFrame *first = fwl_player_peek(tracks[i]);
        if (first && first->pts < earliest)
            earliest = first->pts;
        if (!first && tracks[i]->is_used && !tracks[i]->is_ended &&
            !fwl_player_is_starved(tracks[i]))
            return; /* something may come that is earlier */
    }
    const int64_t wait = fwl_play_clock_wait(&player->clock, earliest, now_us);
    if (player->clock.is_running && wait > LEAP_US && has_sound_left(player))
        fwl_play_clock_set(&player->clock, earliest, now_us);
}

/* True while a picture whose time leapt back waits for sound that has not yet. */
static bool waits_for_sound(struct Player *player, const AVFrame *picture, int64_t late_us)
{
    struct PlayTrack *track = &player->picture;
    if (picture->pts < track->last_end_us - LATE_MAX_US)
        track->has_leapt = true;
    if (late_us <= LATE_MAX_US)
        track->has_leapt = false;
    return track->has_leapt && has_sound_left(player) && !fwl_player_is_starved(&player->sound);
}

/* Time goes on from the picture, once there are more. */
static void stop_time(struct Player *player, const AVFrame *picture, int64_t now_us)
{
    fwl_play_clock_stop(&player->clock, now_us);
    fwl_play_clock_set(&player->clock, picture->pts, now_us);
    player->is_held = true;
}

static void release_time(struct Player *player, int64_t now_us)
{
    const struct PlayTrack *track = &player->picture;
    const bool is_full = track->frames->count >= track->frames->max_count;
    if (!is_full && !track->is_ended && !fwl_player_is_starved(track))
        return;
    player->is_held = false;
    fwl_player_go_on(player, now_us);
}

/* Sees to it that the first picture that waits is not too late. False: it has to wait. */
static bool mind_the_first(struct Player *player, int64_t now_us)
{
    const AVFrame *first = fwl_player_peek(&player->picture);
    if (!first || !player->clock.is_running)
        return true;
    const int64_t late_us = fwl_play_clock_position(&player->clock, now_us) - first->pts;
    if (waits_for_sound(player, first, late_us))
        return false;
    if (late_us > LATE_MAX_US && !player->picture.is_still)
        stop_time(player, first, now_us);
    return true;
}

static AVFrame *take_due(struct Player *player, int64_t now_us)
{
    struct PlayTrack *track = &player->picture;
    AVFrame *due = NULL;
    for (const AVFrame *next; (next = fwl_player_peek(track)) != NULL;) {
        const bool leaps_back = due && next->pts < due->pts;
        if (leaps_back || fwl_play_clock_wait(&player->clock, next->pts, now_us) > 0)
            break;
        track->dropped += due != NULL;
        av_frame_free(&due);
        due = fwl_player_take(track);
    }
    return due;
}

AVFrame *fwl_play_pace_take(struct Player *player, int64_t now_us)
{
    if (player->is_fresh)
        return begin(player, now_us);
    if (player->is_held)
        release_time(player, now_us);
    leap_ahead(player, now_us);
    return mind_the_first(player, now_us) ? take_due(player, now_us) : NULL;
}

int64_t fwl_play_pace_wait(struct Player *player, int64_t now_us)
{
    struct PlayTrack *track = &player->picture;
    const AVFrame *next = fwl_player_peek(track);
    if (next)
        return fwl_play_clock_wait(&player->clock, next->pts, now_us);
    return track->is_ended ? fwl_play_clock_wait(&player->clock, track->last_end_us, now_us)
                           : INT64_MAX;
}

bool fwl_play_pace_is_over(const struct Player *player, int64_t now_us)
{
    const struct PlayTrack *track = &player->picture;
    if (!fwl_player_is_ended(player) || player->is_fresh)
        return false;
    if (player->is_single && !player->config.is_looping)
        return false;
    const int64_t end = track->is_still ? 0 : track->last_end_us;
    const int64_t whole = end > player->sound_ahead_us ? end : player->sound_ahead_us;
    return whole == 0 || fwl_play_clock_wait(&player->clock, whole, now_us) == 0;
}
