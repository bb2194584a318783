/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/player.h"

#include "command/play_compat.h"
#include "command/play_picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SOUND_SIZE_MAX = 192 << 10, /* a second of 48 kHz */
    SEAM_US = 100000, /* pictures that go on so long after the sound are not worth a silence */
    /* Containers seek by the time of decoding; pictures are reordered by less than this. */
    FIRST_STEP_BACK_US = 1000000,
};

int64_t fwl_player_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void fwl_player_lock(struct Player *player)
{
    pthread_mutex_lock(&player->mutex);
}

void fwl_player_unlock(struct Player *player)
{
    pthread_mutex_unlock(&player->mutex);
}

void fwl_player_wait(struct Player *player, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&player->changed, &player->mutex, &until);
}

void fwl_player_tell(struct Player *player)
{
    pthread_cond_broadcast(&player->changed);
}

void fwl_player_fail(struct Player *player, int status)
{
    if (player->status == 0)
        player->status = status;
    player->is_stopped = true;
    fwl_player_tell(player);
}

int fwl_player_status(struct Player *player)
{
    fwl_player_lock(player);
    const int status = player->status;
    fwl_player_unlock(player);
    return status;
}

/* Tracks */

static void end_packet(void *packet)
{
    AVPacket *last = packet;
    av_packet_free(&last);
}

static void end_frame(void *frame)
{
    AVFrame *last = frame;
    av_frame_free(&last);
}

static struct PlayRing *make_ring(size_t count, size_t size, void (*destroy)(void *))
{
    struct PlayRing *ring = calloc(1, sizeof *ring);
    if (!ring)
        return NULL;
    ring->max_count = count;
    ring->max_size = size;
    ring->destroy = destroy;
    return ring;
}

static int open_track(struct Player *player, struct PlayTrack *track, const AVStream *stream)
{
    if (!stream)
        return 0;
    const bool is_picture = track == &player->picture;
    track->is_still = fwl_play_input_is_still(stream);
    track->packets = make_ring(PLAY_RING_COUNT_MAX, PLAYER_PACKETS_SIZE_MAX, end_packet);
    track->frames = make_ring(is_picture ? PLAYER_PICTURES_MAX : PLAY_RING_COUNT_MAX,
                              is_picture ? SIZE_MAX : SOUND_SIZE_MAX, end_frame);
    if (!track->packets || !track->frames)
        return AVERROR(ENOMEM);
    AVFormatContext *format = player->input.format;
    const AVRational rate = av_guess_frame_rate(format, format->streams[stream->index], NULL);
    const int err = fwl_play_decode_open(track, stream, rate);
    track->is_used = err == 0;
    return err;
}

/* Of whoever takes frames. */
static void begin_round(struct PlayTrack *track)
{
    track->is_ended = track->has_leapt = false;
    track->round_taken = 0;
    track->last_end_us = 0;
}

static void clear_track(struct PlayTrack *track)
{
    if (track->packets)
        fwl_play_ring_clear(track->packets);
    if (track->frames)
        fwl_play_ring_clear(track->frames);
    begin_round(track);
    track->late_us = 0;
}

static void close_track(struct PlayTrack *track)
{
    if (track->has_thread)
        pthread_join(track->thread, NULL);
    fwl_play_decode_close(track);
    clear_track(track);
    free(track->packets);
    free(track->frames);
}

/* What is asked of the end of the pictures: whether it was the end of a single one. */
static void note_end(struct PlayTrack *track)
{
    struct Player *player = track->player;
    track->is_ended = true;
    if (track == &player->picture && !player->sound.is_used && player->target_us == 0 &&
        track->round_taken == 1)
        player->is_single = true;
}

AVFrame *fwl_player_peek(struct PlayTrack *track)
{
    const struct PlayItem *item = track->is_used ? fwl_play_ring_peek(track->frames) : NULL;
    if (item && !item->thing && !track->is_ended)
        note_end(track);
    return item ? item->thing : NULL;
}

AVFrame *fwl_player_take(struct PlayTrack *track)
{
    AVFrame *frame = fwl_play_ring_pop(track->frames);
    track->taken++;
    track->round_taken++;
    track->last_end_us = frame->pts + fwl_play_duration(frame);
    fwl_player_tell(track->player);
    return frame;
}

void fwl_player_skip_sound(struct Player *player)
{
    while (fwl_player_peek(&player->sound)) {
        AVFrame *sound = fwl_player_take(&player->sound);
        av_frame_free(&sound);
    }
}

static bool is_track_ended(const struct PlayTrack *track)
{
    return !track->is_used || track->is_ended;
}

bool fwl_player_is_ended(const struct Player *player)
{
    return is_track_ended(&player->picture) &&
           (is_track_ended(&player->sound) || player->sound_ahead_us > 0);
}

bool fwl_player_is_starved(const struct PlayTrack *track)
{
    const struct Player *player = track->player;
    return track->is_used && !track->is_ended && track->frames->count == 0 &&
           track->packets->count == 0 && !player->wants_seek && !player->is_read_through &&
           !fwl_play_may_read(player);
}

void fwl_player_go_on(struct Player *player, int64_t now_us)
{
    if (!player->is_paused && !player->is_fresh && !player->is_held)
        fwl_play_clock_start(&player->clock, now_us);
}

/* Seeking */

/* Time stands at moment_us until the first picture has come. */
static void wait_for_picture(struct Player *player, int64_t moment_us)
{
    player->is_fresh = true;
    player->is_held = false;
    player->sound_ahead_us = 0;
    fwl_play_clock_stop(&player->clock, fwl_player_now());
    fwl_play_clock_set(&player->clock, moment_us, fwl_player_now());
}

static void pass_end(struct PlayTrack *track)
{
    if (!track->is_used)
        return;
    fwl_play_ring_pop(track->frames);
    begin_round(track);
}

/* Where the pictures of this round end; INT64_MAX: not known yet. */
static int64_t end_of_pictures(const struct PlayTrack *track)
{
    int64_t end = track->last_end_us;
    for (size_t i = 0; track->is_used && i < track->frames->count; i++) {
        const AVFrame *frame = fwl_play_ring_at(track->frames, i)->thing;
        if (!frame)
            return end;
        end = frame->pts + fwl_play_duration(frame);
    }
    return track->is_used ? INT64_MAX : 0;
}

bool fwl_player_turn_sound(struct Player *player)
{
    struct PlayTrack *sound = &player->sound;
    const int64_t end = sound->last_end_us;
    if (!player->config.is_looping || !sound->is_ended || player->sound_ahead_us > 0 || end <= 0 ||
        end_of_pictures(&player->picture) > end + SEAM_US)
        return false;
    pass_end(sound);
    player->sound_ahead_us = end;
    fwl_player_tell(player);
    return true;
}

/* Sound has gone ahead: time goes on, counted from where the round begins. */
static void follow_sound(struct Player *player)
{
    const int64_t now = fwl_player_now();
    const int64_t position = fwl_play_clock_position(&player->clock, now);
    fwl_play_clock_set(&player->clock, position - player->sound_ahead_us, now);
    player->sound_ahead_us = 0;
}

void fwl_player_next_round(struct Player *player)
{
    pass_end(&player->picture);
    player->target_us = 0;
    if (player->sound_ahead_us > 0) {
        follow_sound(player);
    } else {
        pass_end(&player->sound);
        wait_for_picture(player, 0);
    }
    fwl_player_tell(player);
}

static void begin_epoch(struct Player *player)
{
    player->epoch++;
    player->wants_seek = true;
    player->is_read_through = player->gave_packets = false;
    clear_track(&player->picture);
    clear_track(&player->sound);
    fwl_player_tell(player);
}

void fwl_player_seek(struct Player *player, int64_t moment_us)
{
    player->target_us = moment_us > 0 && !player->is_single ? moment_us : 0;
    player->back_us = FIRST_STEP_BACK_US;
    wait_for_picture(player, player->target_us);
    begin_epoch(player);
}

void fwl_player_seek_further_back(struct Player *player)
{
    player->back_us *= 4;
    wait_for_picture(player, player->target_us);
    begin_epoch(player);
}

/* Lifetime */

static int start_thread(pthread_t *thread, bool *has_thread, void *(*run)(void *), void *opaque)
{
    *has_thread = pthread_create(thread, NULL, run, opaque) == 0;
    return *has_thread ? 0 : FWL_E_NOMEM;
}

static int start_track(struct PlayTrack *track)
{
    if (!track->is_used)
        return 0;
    return start_thread(&track->thread, &track->has_thread, fwl_play_decode, track);
}

/* The stream that has it goes where the container is opened anew. */
static void keep_matrix(struct Player *player)
{
    const AVStream *stream = player->input.picture;
    const int32_t *matrix = stream ? fwl_play_matrix(stream) : NULL;
    if (!matrix)
        return;
    memcpy(player->matrix_copy, matrix, sizeof player->matrix_copy);
    player->matrix = player->matrix_copy;
}

int fwl_player_open(struct Player *player, FwlIO *io, const struct PlayerConfig *config)
{
    *player = (struct Player){.config = *config};
    player->picture.player = player->sound.player = player;
    pthread_mutex_init(&player->mutex, NULL);
    pthread_cond_init(&player->changed, NULL);
    int err = fwl_play_input_open(&player->input, io, config->name, config->wants_sound);
    if (err >= 0)
        err = open_track(player, &player->picture, player->input.picture);
    if (err >= 0)
        err = open_track(player, &player->sound, player->input.sound);
    if (err < 0)
        return fwl_av_status(err);
    if (!player->picture.is_used && !player->sound.is_used)
        return FWL_E_UNSUPPORTED;
    keep_matrix(player);
    fwl_player_seek(player, config->start_us);
    player->wants_seek = config->start_us > 0; /* it is at the start already */
    player->is_from_start = true;
    int status = start_track(&player->picture);
    if (status == 0)
        status = start_track(&player->sound);
    if (status == 0)
        status = start_thread(&player->reader, &player->has_reader, fwl_play_read, player);
    return status;
}

void fwl_player_close(struct Player *player)
{
    fwl_player_lock(player);
    player->is_stopped = true;
    fwl_player_tell(player);
    fwl_player_unlock(player);
    if (player->has_reader)
        pthread_join(player->reader, NULL);
    close_track(&player->picture);
    close_track(&player->sound);
    fwl_play_input_close(&player->input);
    pthread_cond_destroy(&player->changed);
    pthread_mutex_destroy(&player->mutex);
}
