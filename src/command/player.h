/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The player without eyes and ears: what a window, a loudspeaker or a test takes pictures and sound
 * from.
 *
 *     input in memory -> reader -> packets -> decoder of pictures -> frames -> who shows
 *                              \-> packets -> decoder of sound    -> frames -> who sounds
 *
 * Three threads of its own fill the four rings. One lock and one condition are between all of them
 * and whoever takes: a change is told to everybody, of whom there are few. A seek begins a new
 * *epoch*: the rings are cleared at once, and what a thread still has in hand belongs to the old
 * epoch and is dropped when it comes. So is whatever lies before the moment that was asked for.
 *
 * Where it loops, the reader goes on from the start at once: an epoch is then a row of *rounds*,
 * and the end of one in a ring has the next one behind it, already decoded.
 */
#ifndef FWL_PLAYER_H
#define FWL_PLAYER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "command/play_clock.h"
#include "command/play_input.h"
#include "command/play_ring.h"

enum {
    PLAYER_PACKETS_SIZE_MAX = 8 << 20, /* of both tracks: a second of the richest streams */
    PLAYER_PICTURES_MAX = 4,           /* decoded ahead: they ride out one that takes long */
};

/* What is wanted of a player. */
struct PlayerConfig {
    const char *name; /* of the input, for probing; may be NULL */
    FwlPool *pool;    /* for frames */
    int threads;      /* of each decoder; 0: one per CPU */
    bool wants_sound, is_looping;
    int64_t start_us;
};

struct Player;

/* One stream on its way. Fields are behind the player's lock, but those of the decoder's thread. */
struct PlayTrack {
    struct Player *player;
    bool is_used;
    int sample_rate;          /* of the frames of sound */
    bool is_still;            /* one picture, whatever moment it is */
    struct PlayRing *packets; /* to the decoder */
    struct PlayRing *frames;  /* from it; pts and duration are microseconds of the media */
    bool is_ended;            /* whoever takes its frames has met the end */
    bool has_leapt;           /* its times began anew, and the clock has not followed yet */
    uint64_t taken, dropped;  /* frames taken; those of them that came too late */
    uint64_t skipped, errors; /* frames not even decoded, as they were too late; broken packets */
    uint64_t round_taken;     /* frames taken in this round */
    int64_t last_end_us;      /* where the last frame that was taken ends */
    int64_t late_us;          /* how late the frame was that came last; <= 0: it was not */
    pthread_t thread;
    bool has_thread;
    /* The decoder's thread */
    AVCodecContext *decoder;
    AVRational time_base, frame_rate;
    AVRational shape; /* of pixels, where the container tells; else num is 0 */
    int64_t next_pts; /* of a frame that tells none; in time_base */
    unsigned epoch;   /* that the decoder is in */
    bool is_later_round;
    bool is_from_start; /* the round began at the start of the media */
    bool has_begun;     /* a frame came in this round */
    bool has_key;       /* a packet came in this round from which decoding can begin */
    bool has_skipped;   /* frames were left out in this round */
    struct SwrContext *resampler;
    AVFrame *sound_shape; /* what the resampler was made for */
};

struct Player {
    struct PlayInput input;
    struct PlayerConfig config;
    struct PlayTrack picture, sound;
    const int32_t *matrix; /* how pictures are turned; NULL: they are upright */
    int32_t matrix_copy[9];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t reader;
    bool has_reader;
    /* Behind the lock */
    bool is_stopped;
    unsigned epoch;
    bool wants_seek, is_from_start, is_read_through;
    bool gave_packets; /* in this round of the reader */
    size_t in_hand;    /* bytes of the packet that waits for room */
    int64_t target_us; /* of the epoch's first round: nothing before it is shown */
    int64_t back_us;   /* how long before the target the reader looks for a key packet */
    int status;        /* FWL_E_* of what ended it, 0 */
    struct PlayClock clock;
    bool is_fresh; /* nothing was shown in this epoch: the next picture is due whenever it comes */
    bool is_paused;
    bool is_held;           /* the clock stands until more pictures have come */
    bool is_single;         /* all there is is one picture */
    int64_t sound_ahead_us; /* > 0: sound is in the next round, which begins there by this one's
                               clock */
    size_t peak_packets;    /* bytes */
};

/*
 * Opens the container in io and its decoders, and starts the threads. Ended with fwl_player_close,
 * also after a failure. Returns 0 or an FWL_E_*, FWL_E_UNSUPPORTED where there is nothing to play.
 * Owner: keeps io and config's pool borrowed.
 */
int fwl_player_open(struct Player *player, FwlIO *io, const struct PlayerConfig *config);
void fwl_player_close(struct Player *player);

/* Microseconds of the machine's own time. */
int64_t fwl_player_now(void);

void fwl_player_lock(struct Player *player);
void fwl_player_unlock(struct Player *player);

/* What follows is called with the lock held. */

/* Waits for a change, at most so many milliseconds. */
void fwl_player_wait(struct Player *player, int timeout_ms);

/* Tells everybody of a change. */
void fwl_player_tell(struct Player *player);

/* Goes on at moment_us, 0 where it is before that; the next picture is the first one at or behind
 * it. */
void fwl_player_seek(struct Player *player, int64_t moment_us);

/* The first frame of a track without taking it; NULL: none is there yet, or the end was met. */
AVFrame *fwl_player_peek(struct PlayTrack *track);

/* Gives the frame that peek showed. */
AVFrame *fwl_player_take(struct PlayTrack *track);

/* Takes all the sound that is there, where nobody hears it. */
void fwl_player_skip_sound(struct Player *player);

/* Lets time go on, unless something holds it: the pause, or a picture that is not there yet. */
void fwl_player_go_on(struct Player *player, int64_t now_us);

/* True for a track that has nothing and gets nothing until somebody takes of the other one: the
 * reader waits for room in that. */
bool fwl_player_is_starved(const struct PlayTrack *track);

/* Where it loops, lets the sound that has met its end go on with the next round, whose time begins
 * where it ends, unless pictures go on without it. True: it does. */
bool fwl_player_turn_sound(struct Player *player);

/* Begins the next round, every track having met the end of this one. */
void fwl_player_next_round(struct Player *player);

/* FWL_E_* of what ended it, 0 for nothing. Takes the lock. */
int fwl_player_status(struct Player *player);

/* True once every track has met its end. */
bool fwl_player_is_ended(const struct Player *player);

/* Ends the player for a reason; the first one counts. */
void fwl_player_fail(struct Player *player, int status);

/* For the threads, which are in play_reader.c and play_decode.c. */

/* Whether there is room for another packet, of whichever track it is. */
bool fwl_play_may_read(const struct Player *player);

void *fwl_play_read(void *player);
void *fwl_play_decode(void *track);

/* Opens the decoder of a stream. Returns 0 or an AVERROR. */
int fwl_play_decode_open(struct PlayTrack *track, const AVStream *stream, AVRational frame_rate);
void fwl_play_decode_close(struct PlayTrack *track);

/* Seeks anew for the same target, further back: the packet that was found came too late. */
void fwl_player_seek_further_back(struct Player *player);

#endif
