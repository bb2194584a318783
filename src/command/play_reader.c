/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread that reads packets. How large one is is known when it is there: it then waits in the
 * reader's hand until it fits into the bytes that both tracks have together. One that is larger
 * than all of them fits where there is no other.
 */
#include "command/player.h"

static size_t waiting_size(const struct PlayTrack *track)
{
    return track->is_used ? track->packets->size : 0;
}

static bool has_place(const struct PlayTrack *track)
{
    return !track->is_used || track->packets->count < track->packets->max_count;
}

bool fwl_play_may_read(const struct Player *player)
{
    const size_t size = waiting_size(&player->picture) + waiting_size(&player->sound);
    return !player->is_read_through && has_place(&player->picture) && has_place(&player->sound) &&
           (size == 0 || size + player->in_hand < PLAYER_PACKETS_SIZE_MAX);
}

/* Owner: takes packet; NULL is the end. */
static void push(struct Player *player, struct PlayTrack *track, AVPacket *packet)
{
    if (!track->is_used)
        return;
    fwl_play_ring_push(track->packets, packet, packet ? (size_t)packet->size : 0);
    const size_t size = waiting_size(&player->picture) + waiting_size(&player->sound);
    if (size > player->peak_packets)
        player->peak_packets = size;
    fwl_player_tell(player);
}

static struct PlayTrack *track_of(struct Player *player, const AVPacket *packet)
{
    const struct PlayInput *input = &player->input;
    if (player->picture.is_used && input->picture->index == packet->stream_index)
        return &player->picture;
    if (player->sound.is_used && input->sound->index == packet->stream_index)
        return &player->sound;
    return NULL;
}

/* A demuxer gives a cover once, at the start; after a seek it is given again here. */
static void push_still(struct Player *player)
{
    AVPacket *cover = av_packet_clone(&player->input.picture->attached_pic);
    if (!cover) {
        fwl_player_fail(player, FWL_E_NOMEM);
        return;
    }
    push(player, &player->picture, cover);
}

/* Called with the lock, which it gives away while the demuxer works. False: there is a new epoch,
 * or it failed. */
static bool seek_in_input(struct Player *player, int64_t moment_us, bool *is_at_start)
{
    const unsigned epoch = player->epoch;
    fwl_player_unlock(player);
    const int err = fwl_play_input_seek(&player->input, moment_us, is_at_start);
    fwl_player_lock(player);
    if (err < 0)
        fwl_player_fail(player, fwl_av_status(err));
    return err >= 0 && epoch == player->epoch;
}

static void seek(struct Player *player)
{
    bool is_at_start;
    player->wants_seek = false;
    if (!seek_in_input(player, player->target_us - player->back_us, &is_at_start))
        return;
    player->is_from_start = is_at_start;
    if (player->picture.is_still && !is_at_start)
        push_still(player);
}

/* What cannot be read ends the media like its end; what there was is played. */
static void end_round(struct Player *player)
{
    push(player, &player->picture, NULL);
    push(player, &player->sound, NULL);
    player->is_read_through = !player->config.is_looping || !player->gave_packets;
    player->gave_packets = false;
    bool is_at_start;
    if (!player->is_read_through)
        seek_in_input(player, 0, &is_at_start);
}

static void note_packet(struct Player *player, AVPacket *packet, int err)
{
    struct PlayTrack *track = err == 0 ? track_of(player, packet) : NULL;
    if (err == AVERROR(ENOMEM)) {
        fwl_player_fail(player, FWL_E_NOMEM);
    } else if (err < 0 && err != AVERROR(EAGAIN)) {
        end_round(player);
    }
    player->gave_packets |= track != NULL;
    if (track)
        push(player, track, packet);
    else
        av_packet_free(&packet);
}

/* Called with the lock, which it gives away while the demuxer works. */
static void read(struct Player *player)
{
    const unsigned epoch = player->epoch;
    fwl_player_unlock(player);
    AVPacket *packet = av_packet_alloc();
    const int err = packet ? av_read_frame(player->input.format, packet) : AVERROR(ENOMEM);
    fwl_player_lock(player);
    player->in_hand = err == 0 ? (size_t)packet->size : 0;
    while (epoch == player->epoch && !player->is_stopped && !fwl_play_may_read(player))
        pthread_cond_wait(&player->changed, &player->mutex);
    player->in_hand = 0;
    if (epoch == player->epoch)
        note_packet(player, packet, err);
    else
        av_packet_free(&packet);
}

void *fwl_play_read(void *opaque)
{
    struct Player *player = opaque;
    fwl_player_lock(player);
    while (!player->is_stopped) {
        if (player->wants_seek)
            seek(player);
        else if (fwl_play_may_read(player))
            read(player);
        else
            pthread_cond_wait(&player->changed, &player->mutex);
    }
    fwl_player_unlock(player);
    return NULL;
}
