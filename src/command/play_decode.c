/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread of a decoder: packets in, frames out, with times in microseconds of the media and
 * nothing of what lies before the moment that was asked for.
 *
 * Frames before the target are compared in the stream's own time base, the target rounded to it, so
 * that asking for the very moment of a frame gets that frame.
 *
 * Not every decoder notices that it begins in the middle, and one that does not makes pictures up:
 * after a seek it gets no packet before the first that decoding can begin with. Where that, or the
 * first frame that comes of it, is behind the target, the reader is sent further back.
 */
#include "command/play_compat.h"
#include "command/play_frame.h"
#include "command/player.h"

#include <libavutil/channel_layout.h>
#include <libavutil/mathematics.h>
#include <libswresample/swresample.h>

enum { SKIP_LATE_US = 100000 }; /* later than that, pictures that no other needs are left out */

int fwl_play_decode_open(struct PlayTrack *track, const AVStream *stream, AVRational frame_rate)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    AVCodecContext *decoder = track->decoder = avcodec_alloc_context3(codec);
    if (!decoder)
        return AVERROR(ENOMEM);
    track->time_base = stream->time_base;
    track->frame_rate = frame_rate;
    track->shape = stream->sample_aspect_ratio;
    track->sample_rate = stream->codecpar->sample_rate;
    int err = avcodec_parameters_to_context(decoder, stream->codecpar);
    if (err < 0)
        return err;
    decoder->pkt_timebase = stream->time_base;
    decoder->thread_count = fwl_av_decoder_threads(stream, track->player->config.threads);
    err = fwl_av_codec_use_pool(decoder, track->player->config.pool);
    if (err < 0)
        return fwl_av_error(err);
    err = avcodec_open2(decoder, codec, NULL);
    return err < 0 ? err : 0;
}

void fwl_play_decode_close(struct PlayTrack *track)
{
    avcodec_free_context(&track->decoder);
    swr_free(&track->resampler);
    av_frame_free(&track->sound_shape);
}

/* Times */

static int64_t start_of(const struct PlayTrack *track)
{
    return av_rescale_q(track->player->input.start_us, AV_TIME_BASE_Q, track->time_base);
}

static int64_t duration_of(const struct PlayTrack *track, const AVFrame *frame)
{
    if (frame->nb_samples > 0)
        return av_rescale_q(frame->nb_samples, (AVRational){1, frame->sample_rate},
                            track->time_base);
    if (fwl_play_duration(frame) > 0)
        return fwl_play_duration(frame);
    if (track->frame_rate.num > 0)
        return av_rescale_q(1, av_inv_q(track->frame_rate), track->time_base);
    return 0;
}

/* Fills in a time that the frame does not tell. */
static void find_time(struct PlayTrack *track, AVFrame *frame)
{
    frame->pts = frame->best_effort_timestamp;
    if (frame->pts == AV_NOPTS_VALUE)
        frame->pts = track->next_pts;
    fwl_play_set_duration(frame, duration_of(track, frame));
    track->next_pts = frame->pts + fwl_play_duration(frame);
}

static int64_t to_media_us(const struct PlayTrack *track, int64_t pts)
{
    return av_rescale_q(pts, track->time_base, AV_TIME_BASE_Q) - track->player->input.start_us;
}

/* How late a picture comes, by the clock, where that runs; too late while that waits for pictures.
 * With the lock. */
static int64_t lateness(const struct PlayTrack *track, const AVFrame *frame)
{
    const struct Player *player = track->player;
    if (player->is_held)
        return SKIP_LATE_US + 1;
    if (!player->clock.is_running || track->has_leapt)
        return 0;
    return fwl_play_clock_position(&player->clock, fwl_player_now()) - frame->pts;
}

/* Handing over */

/* Gives frame (NULL: the end) to whoever takes, as long as anybody wants it. Owner: takes it. */
static void hand_over(struct PlayTrack *track, AVFrame *frame)
{
    struct Player *player = track->player;
    const size_t size = frame ? fwl_play_frame_size(frame) : 0;
    fwl_player_lock(player);
    while (!player->is_stopped && player->epoch == track->epoch &&
           !fwl_play_ring_has_room(track->frames, size))
        pthread_cond_wait(&player->changed, &player->mutex);
    if (!player->is_stopped && player->epoch == track->epoch) {
        fwl_play_ring_push(track->frames, frame, size);
        track->late_us = frame && track == &player->picture ? lateness(track, frame) : 0;
        frame = NULL;
        fwl_player_tell(player);
    }
    fwl_player_unlock(player);
    av_frame_free(&frame);
}

static void give_up(struct PlayTrack *track, int status)
{
    fwl_player_lock(track->player);
    fwl_player_fail(track->player, status);
    fwl_player_unlock(track->player);
}

/* Sound */

static bool has_shape(const AVFrame *shape, const AVFrame *frame)
{
    return shape && shape->format == frame->format && shape->sample_rate == frame->sample_rate &&
           av_channel_layout_compare(&shape->ch_layout, &frame->ch_layout) == 0;
}

/* Makes the resampler that fits frame: the rate stays that of the device, which is the first
 * frame's. */
static int fit_resampler(struct PlayTrack *track, const AVFrame *frame)
{
    if (has_shape(track->sound_shape, frame))
        return 0;
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    AVChannelLayout from = {0};
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&from, frame->ch_layout.nb_channels);
    else if (av_channel_layout_copy(&from, &frame->ch_layout) < 0)
        return AVERROR(ENOMEM);
    swr_free(&track->resampler);
    int err = swr_alloc_set_opts2(&track->resampler, &stereo, AV_SAMPLE_FMT_S16, track->sample_rate,
                                  &from, frame->format, frame->sample_rate, 0, NULL);
    av_channel_layout_uninit(&from);
    if (err >= 0)
        err = swr_init(track->resampler);
    av_frame_free(&track->sound_shape);
    if (err >= 0) {
        track->sound_shape = av_frame_alloc();
        err = track->sound_shape ? av_frame_copy_props(track->sound_shape, frame) : AVERROR(ENOMEM);
    }
    if (err >= 0) {
        track->sound_shape->format = frame->format;
        err = av_channel_layout_copy(&track->sound_shape->ch_layout, &frame->ch_layout);
    }
    return err;
}

/* The sound of frame as the loudspeaker takes it; NULL where it cannot be had. */
static AVFrame *resample(struct PlayTrack *track, const AVFrame *frame)
{
    if (fit_resampler(track, frame) < 0)
        return NULL;
    const int room = swr_get_out_samples(track->resampler, frame->nb_samples);
    AVFrame *sound = room > 0 ? fwl_play_frame_sound(track->player->config.pool, room) : NULL;
    if (!sound)
        return NULL;
    const int count = swr_convert(track->resampler, sound->data, room,
                                  (const uint8_t **)frame->extended_data, frame->nb_samples);
    sound->nb_samples = count > 0 ? count : 0;
    sound->sample_rate = track->sample_rate;
    sound->pts = frame->pts;
    fwl_play_set_duration(sound, fwl_play_duration(frame));
    return sound;
}

/* Decoding */

/* True where it matters what decoding begins with. */
static bool is_sought_in(const struct PlayTrack *track)
{
    return track == &track->player->picture && !track->is_from_start && !track->is_still;
}

static void go_back(struct PlayTrack *track)
{
    struct Player *player = track->player;
    fwl_player_lock(player);
    if (player->epoch == track->epoch)
        fwl_player_seek_further_back(player);
    fwl_player_unlock(player);
}

/* The first frame of a round. True: it came too late, and the reader was sent further back. */
static bool must_go_back(struct PlayTrack *track, bool has_time, int64_t pts, int64_t target)
{
    if (track->has_begun)
        return false;
    track->has_begun = true;
    if (!is_sought_in(track) || (has_time && pts <= target))
        return false;
    go_back(track);
    return true;
}

/* Counts what was left out before frame. */
static void count_skipped(struct PlayTrack *track, int64_t expected_pts, const AVFrame *frame)
{
    if (!track->has_skipped || frame->pts <= expected_pts || fwl_play_duration(frame) <= 0)
        return;
    fwl_player_lock(track->player);
    track->skipped += (uint64_t)((frame->pts - expected_pts) / fwl_play_duration(frame));
    fwl_player_unlock(track->player);
}

/* Sound begins at the very target. */
static void cut_front(AVFrame *sound, int64_t target_us)
{
    const int64_t early_us = target_us - sound->pts;
    const int64_t count = early_us > 0 ? av_rescale(early_us, sound->sample_rate, 1000000) : 0;
    if (count <= 0 || count >= sound->nb_samples)
        return;
    sound->data[0] += count * PLAY_CHANNELS * (int64_t)sizeof(int16_t);
    sound->nb_samples -= (int)count;
    fwl_play_set_duration(sound, fwl_play_duration(sound) - early_us);
    sound->pts = target_us;
}

/* Owner: takes frame. False: the epoch has no use for more. */
static bool take_frame(struct PlayTrack *track, AVFrame *frame, int64_t target)
{
    const bool has_time = frame->best_effort_timestamp != AV_NOPTS_VALUE;
    const int64_t expected_pts = track->next_pts;
    find_time(track, frame);
    const bool is_late = must_go_back(track, has_time, frame->pts, target);
    count_skipped(track, expected_pts, frame);
    const bool is_sound = frame->nb_samples > 0;
    const bool is_before =
        is_sound ? frame->pts + fwl_play_duration(frame) <= target : frame->pts < target;
    if (is_late || (is_before && !track->is_still)) {
        av_frame_free(&frame);
        return !is_late;
    }
    const int64_t end = frame->pts + fwl_play_duration(frame);
    fwl_play_set_duration(frame, to_media_us(track, end) - to_media_us(track, frame->pts));
    frame->pts = to_media_us(track, frame->pts);
    if (track->shape.num > 0)
        frame->sample_aspect_ratio = track->shape;
    if (is_sound) {
        AVFrame *sound = resample(track, frame);
        if (sound)
            cut_front(sound, to_media_us(track, target));
        av_frame_free(&frame);
        frame = sound;
    }
    if (frame)
        hand_over(track, frame);
    else
        give_up(track, FWL_E_NOMEM);
    return frame != NULL;
}

/* Takes every frame that is ready. Returns what the decoder said to no more. */
static int take_frames(struct PlayTrack *track, int64_t target)
{
    for (;;) {
        AVFrame *frame = av_frame_alloc();
        const int err = frame ? avcodec_receive_frame(track->decoder, frame) : AVERROR(ENOMEM);
        if (err < 0)
            av_frame_free(&frame);
        if (err < 0 || !take_frame(track, frame, target))
            return err;
    }
}

static void count_error(struct PlayTrack *track)
{
    fwl_player_lock(track->player);
    track->errors++;
    fwl_player_unlock(track->player);
}

/* A decoder that is late leaves out what no other picture is made from. */
static void choose_what_to_skip(struct PlayTrack *track, int64_t late_us)
{
    const bool is_late = late_us > SKIP_LATE_US;
    track->has_skipped |= is_late;
    track->decoder->skip_frame = is_late ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

/* False for a packet that decoding cannot begin with. */
static bool may_decode(struct PlayTrack *track, const AVPacket *packet, int64_t target)
{
    if (!is_sought_in(track) || track->has_begun)
        return true;
    if (!packet || packet->flags & AV_PKT_FLAG_KEY)
        track->has_key = true;
    if (!track->has_key && packet->dts != AV_NOPTS_VALUE && packet->dts > target)
        go_back(track);
    return track->has_key;
}

/* Begins a round at the start, or where the reader is. */
static void begin_round(struct PlayTrack *track)
{
    avcodec_flush_buffers(track->decoder);
    track->has_begun = track->has_key = track->has_skipped = false;
    track->next_pts = start_of(track);
}

/* All was decoded. Where nothing came of it, the seek went too far; else the next round begins. */
static void end(struct PlayTrack *track)
{
    if (is_sought_in(track) && !track->has_begun) {
        go_back(track);
        return;
    }
    hand_over(track, NULL);
    begin_round(track);
    track->is_later_round = true;
}

/* Owner: takes packet; NULL drains the decoder and ends the round. */
static void decode(struct PlayTrack *track, AVPacket *packet, int64_t target)
{
    int err = avcodec_send_packet(track->decoder, packet);
    if (err >= 0)
        err = take_frames(track, target);
    if (err == AVERROR(ENOMEM))
        give_up(track, FWL_E_NOMEM);
    else if (err < 0 && err != AVERROR(EAGAIN) && err != AVERROR_EOF)
        count_error(track);
    if (!packet)
        end(track);
    av_packet_free(&packet);
}

/* Waits for a packet, with the lock. False: the player was stopped. */
static bool wait_for_packet(struct PlayTrack *track)
{
    struct Player *player = track->player;
    while (!player->is_stopped && track->packets->count == 0)
        pthread_cond_wait(&player->changed, &player->mutex);
    return !player->is_stopped;
}

/* What the decoder does with a packet. */
struct Task {
    AVPacket *packet; /* NULL: the end of the round */
    int64_t target;   /* in the stream's time base */
    int64_t late_us;
};

static int64_t target_of(const struct PlayTrack *track)
{
    const struct Player *player = track->player;
    const int64_t target_us = track->is_later_round ? 0 : player->target_us;
    return av_rescale_q(target_us + player->input.start_us, AV_TIME_BASE_Q, track->time_base);
}

/* The next packet, in the epoch that it is of. False: the player was stopped. */
static bool take_task(struct PlayTrack *track, struct Task *task)
{
    struct Player *player = track->player;
    fwl_player_lock(player);
    const bool has_packet = wait_for_packet(track);
    bool is_new = false;
    if (has_packet) {
        is_new = track->epoch != player->epoch;
        track->epoch = player->epoch;
        track->is_later_round &= !is_new;
        track->is_from_start = track->is_later_round || player->is_from_start;
        *task = (struct Task){
            .packet = fwl_play_ring_pop(track->packets),
            .target = target_of(track),
            .late_us = track->late_us,
        };
        fwl_player_tell(player);
    }
    fwl_player_unlock(player);
    if (is_new)
        begin_round(track);
    return has_packet;
}

void *fwl_play_decode(void *opaque)
{
    struct PlayTrack *track = opaque;
    struct Task task;
    while (take_task(track, &task)) {
        choose_what_to_skip(track, task.late_us);
        if (may_decode(track, task.packet, task.target))
            decode(track, task.packet, task.target);
        else
            av_packet_free(&task.packet);
    }
    return NULL;
}
