/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of `framewell play`: the player, and what was shown of it. */
#ifndef FWL_PLAY_SESSION_H
#define FWL_PLAY_SESSION_H

#include "command/play_args.h"
#include "command/play_drift.h"
#include "command/play_picture.h"
#include "command/player.h"

struct PlaySession {
    const struct PlayArgs *args;
    struct Player player;
    struct PlayPainter painter;
    FwlPool *frames;
    uint64_t input_size;
    AVFrame *last; /* the picture that was shown last, as decoded; NULL for none */
    int volume;    /* percent */
    bool is_muted;
    bool shows_statistics;
    struct PlayDrift drift; /* of the pictures in the window */
};

/* A moment of a session. Sizes are bytes. */
struct PlayStatistics {
    uint64_t frames_size, frames_peak; /* decoded pictures and sound, all of the pool */
    uint64_t packets_size, packets_peak, packets_max;
    uint64_t input_size;
    unsigned pictures_count, pictures_max; /* in the queue */
    unsigned sound_ms;                     /* in the queue */
    uint64_t shown, dropped, errors;       /* pictures, pictures, packets */
    uint64_t frames;                       /* of pictures and sound, that came */
    double position, duration;             /* seconds; duration below 0: not known */
    uint64_t seen;                         /* pictures of which the next two tell */
    unsigned drift_median_ms, drift_worst_ms;
    bool has_sound, is_paused, is_muted;
    int volume;
};

void fwl_play_statistics_take(struct PlayStatistics *statistics, struct PlaySession *session);

/* Makes *picture of the one that was shown last, where there was none a black one of width x
 * height, ready for a screen. Returns an exit code, a failure after its message. Owner: the caller.
 */
int fwl_play_session_paint(struct PlaySession *session, int width, int height, AVFrame **picture);

/* The statistics for a screen of width x height, as fwl_play_overlay_make gives them. */
AVFrame *fwl_play_session_write(struct PlaySession *session, int width, int height);

/* The next picture is the one to show. Owner: takes frame. */
void fwl_play_session_show(struct PlaySession *session, AVFrame *frame);

/* That picture is on the screen now. */
void fwl_play_session_note_seen(struct PlaySession *session);

/* True when it is over: enough pictures were shown, a signal came, the player failed, or the media
 * is_at_end and no loop is wanted; else it then begins again. Called with the player's lock. */
bool fwl_play_session_is_over(struct PlaySession *session, bool is_at_end);

/* Play to the end of the session. Each returns an exit code, a failure after its message. */
int fwl_play_headless(struct PlaySession *session);
int fwl_play_window(struct PlaySession *session);

/* Prints one JSON object on stdout. Returns 0 or FWL_E_NOMEM. */
int fwl_play_print_json(const char *name, const struct PlayStatistics *statistics,
                        uint64_t leaked_blocks);

#endif
