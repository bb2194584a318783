/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread that reads packets. It waits while the packets of both tracks together are as many
 * bytes as they may be; it never waits for one track only, as no packet of the other would come
 * either.
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

static bool may_read(const struct Player *player)
{
    return !player->is_read_through && has_place(&player->picture) && has_place(&player->sound) &&
           waiting_size(&player->picture) + waiting_size(&player->sound) < PLAYER_PACKETS_SIZE_MAX;
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

/* Called with the lock, which it gives away while the demuxer works. */
static void seek(struct Player *player)
{
    const unsigned epoch = player->epoch;
    const int64_t moment = player->target_us - player->back_us;
    player->wants_seek = false;
    fwl_player_unlock(player);
    bool is_at_start;
    const int err = fwl_play_input_seek(&player->input, moment, &is_at_start);
    fwl_player_lock(player);
    if (err < 0)
        fwl_player_fail(player, fwl_av_status(err));
    else if (epoch == player->epoch) {
        player->is_from_start = is_at_start;
        if (player->picture.is_still && !is_at_start)
            push_still(player);
    }
}

static void note_packet(struct Player *player, AVPacket *packet, int err)
{
    struct PlayTrack *track = err == 0 ? track_of(player, packet) : NULL;
    if (err == AVERROR(ENOMEM)) {
        fwl_player_fail(player, FWL_E_NOMEM);
    } else if (err < 0 && err != AVERROR(EAGAIN)) {
        /* What cannot be read ends the media like its end; what there was is played. */
        player->is_read_through = true;
        push(player, &player->picture, NULL);
        push(player, &player->sound, NULL);
    }
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
        else if (may_read(player))
            read(player);
        else
            pthread_cond_wait(&player->changed, &player->mutex);
    }
    fwl_player_unlock(player);
    return NULL;
}
