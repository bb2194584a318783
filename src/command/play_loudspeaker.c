/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_loudspeaker.h"

#include <string.h>

#include "command/play_frame.h"

enum {
    DEVICE_SAMPLES = 1024, /* taken at once: 21 ms at 48 kHz */
    GAP_US = 100000,       /* sound that is due later than that does not follow what was heard */
    SAMPLE_SIZE = PLAY_CHANNELS * sizeof(int16_t),
};

/* What follows runs on SDL's thread, with the player's lock. */

static int64_t moment_of(const struct PlayLoudspeaker *loudspeaker, const AVFrame *sound)
{
    const struct Player *player = &loudspeaker->session->player;
    return player->sound_ahead_us + sound->pts +
           (int64_t)loudspeaker->offset * 1000000 / player->sound.sample_rate;
}

/* Sets the clock to what will be heard. Returns how many samples of silence come before it: sound
 * that does not flow yet follows the clock, unless it is late. */
static int64_t keep_time(struct PlayLoudspeaker *loudspeaker, const AVFrame *sound)
{
    struct PlayClock *clock = &loudspeaker->session->player.clock;
    const int64_t now = fwl_player_now();
    const int64_t heard_now = moment_of(loudspeaker, sound) - loudspeaker->latency_us;
    const int64_t early_us = heard_now - fwl_play_clock_position(clock, now);
    if (early_us > (loudspeaker->flows ? GAP_US : 0))
        return av_rescale(early_us, loudspeaker->session->player.sound.sample_rate, 1000000);
    fwl_play_clock_set(clock, heard_now, now);
    return 0;
}

static int loudness(const struct PlaySession *session)
{
    return session->is_muted ? 0 : session->volume;
}

static void copy_samples(int16_t *to, const int16_t *from, int count, int percent)
{
    for (int i = 0; i < count * PLAY_CHANNELS; i++)
        to[i] = (int16_t)(from[i] * percent / 100);
}

/* Copies what the first frame still has, at most room samples. Returns how many. */
static int take_some(struct PlayLoudspeaker *loudspeaker, AVFrame *sound, int16_t *to, int room)
{
    struct PlayTrack *track = &loudspeaker->session->player.sound;
    const int left = sound->nb_samples - loudspeaker->offset;
    const int count = left < room ? left : room;
    const int16_t *from = (const int16_t *)(const void *)sound->data[0];
    copy_samples(to, from + (ptrdiff_t)loudspeaker->offset * PLAY_CHANNELS, count,
                 loudness(loudspeaker->session));
    loudspeaker->offset += count;
    if (count == left) {
        AVFrame *empty = fwl_player_take(track);
        av_frame_free(&empty);
        loudspeaker->offset = 0;
    }
    return count;
}

/* The first sound that waits, of the next round where that may follow. */
static AVFrame *first_sound(struct Player *player)
{
    AVFrame *sound = fwl_player_peek(&player->sound);
    return !sound && fwl_player_turn_sound(player) ? fwl_player_peek(&player->sound) : sound;
}

static void take(struct PlayLoudspeaker *loudspeaker, int16_t *to, int room)
{
    struct Player *player = &loudspeaker->session->player;
    AVFrame *sound = first_sound(player);
    const bool may_sound = sound && player->clock.is_running;
    const int64_t silence = may_sound ? keep_time(loudspeaker, sound) : room;
    loudspeaker->flows = silence < room;
    to += (ptrdiff_t)SDL_min(silence, room) * PLAY_CHANNELS;
    room -= (int)SDL_min(silence, room);
    while (room > 0 && sound) {
        const int count = take_some(loudspeaker, sound, to, room);
        to += (ptrdiff_t)count * PLAY_CHANNELS;
        room -= count;
        sound = first_sound(player);
    }
}

static void notice_seek(struct PlayLoudspeaker *loudspeaker)
{
    const unsigned epoch = loudspeaker->session->player.epoch;
    if (loudspeaker->epoch == epoch)
        return;
    loudspeaker->epoch = epoch;
    loudspeaker->offset = 0;
    loudspeaker->flows = false;
}

static void SDLCALL fill(void *opaque, Uint8 *stream, int length)
{
    struct PlayLoudspeaker *loudspeaker = opaque;
    memset(stream, 0, (size_t)length);
    fwl_player_lock(&loudspeaker->session->player);
    notice_seek(loudspeaker);
    take(loudspeaker, (int16_t *)(void *)stream, length / (int)SAMPLE_SIZE);
    fwl_player_unlock(&loudspeaker->session->player);
}

/* The main thread */

bool fwl_play_loudspeaker_open(struct PlayLoudspeaker *loudspeaker, struct PlaySession *session)
{
    *loudspeaker = (struct PlayLoudspeaker){.session = session};
    const struct PlayTrack *sound = &session->player.sound;
    if (!sound->is_used)
        return true;
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) < 0)
        return false;
    const SDL_AudioSpec wanted = {
        .freq = sound->sample_rate,
        .format = AUDIO_S16SYS,
        .channels = PLAY_CHANNELS,
        .samples = DEVICE_SAMPLES,
        .callback = fill,
        .userdata = loudspeaker,
    };
    loudspeaker->latency_us = (int64_t)DEVICE_SAMPLES * 1000000 / wanted.freq;
    loudspeaker->device = SDL_OpenAudioDevice(NULL, 0, &wanted, NULL, 0);
    if (!loudspeaker->device)
        return false;
    SDL_PauseAudioDevice(loudspeaker->device, 0);
    return true;
}

void fwl_play_loudspeaker_close(struct PlayLoudspeaker *loudspeaker)
{
    if (loudspeaker->device)
        SDL_CloseAudioDevice(loudspeaker->device);
    loudspeaker->device = 0;
}
