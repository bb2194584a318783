/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window: pictures when they are due, keys when they are pressed. SDL wants all of it on the
 * main thread; the loudspeaker has a thread of SDL's.
 */
#include "command/command.h"
#include "command/play_canvas.h"
#include "command/play_loudspeaker.h"
#include "command/play_pace.h"
#include "command/play_session.h"

#include <SDL.h>

enum {
    NAP_MS = 10,         /* how long a key, a signal or a new picture may have to wait */
    REWRITE_US = 500000, /* statistics are written anew after as long */
    STEP_US = 5000000,   /* of the arrows left and right */
    LOUDER = 10,         /* percent, of the arrows up and down */
    LOUDEST = 100,
};

struct PlayWindow {
    struct PlaySession *session;
    struct Player *player;
    struct PlayLoudspeaker loudspeaker;
    bool has_loudspeaker;
    struct PlayCanvas canvas;
    int64_t written_us;         /* when the statistics were */
    int nap_ms;                 /* until the next picture is due, NAP_MS at most */
    bool is_closed;             /* the user had enough */
    bool has_picture, is_stale; /* one is to be painted; the window is to be drawn anew */
};

/* Time */

/* Takes what is due. False: it is over. */
static bool step(struct PlayWindow *window)
{
    struct Player *player = window->player;
    fwl_player_lock(player);
    if (window->has_loudspeaker)
        fwl_player_peek(&player->sound);
    else
        fwl_player_skip_sound(player);
    const int64_t now = fwl_player_now();
    AVFrame *due = fwl_play_pace_take(player, now);
    const bool is_over =
        fwl_play_session_is_over(window->session, fwl_play_pace_is_over(player, now));
    window->nap_ms = (int)SDL_min(fwl_play_pace_wait(player, now) / 1000, NAP_MS);
    fwl_player_unlock(player);
    if (due) {
        fwl_play_session_show(window->session, due);
        window->has_picture = true;
    }
    return !is_over;
}

/* Drawing */

static bool is_written_anew(const struct PlayWindow *window)
{
    return window->is_stale || (window->session->shows_statistics &&
                                fwl_player_now() - window->written_us > REWRITE_US);
}

static int draw(struct PlayWindow *window)
{
    const bool is_new = window->has_picture || !window->canvas.picture;
    const bool is_text = is_written_anew(window);
    int code = EXIT_FINE;
    if (is_new)
        code = fwl_play_canvas_paint(&window->canvas, window->session);
    if (code == EXIT_FINE && is_text) {
        code = fwl_play_canvas_write(&window->canvas, window->session);
        window->written_us = fwl_player_now();
    }
    if (code == EXIT_FINE && (is_new || is_text))
        fwl_play_canvas_present(&window->canvas);
    if (window->has_picture)
        fwl_play_session_note_seen(window->session);
    window->has_picture = window->is_stale = false;
    return code;
}

/* Keys */

static void pause(struct Player *player)
{
    player->is_paused = !player->is_paused;
    if (player->is_paused)
        fwl_play_clock_stop(&player->clock, fwl_player_now());
    fwl_player_go_on(player, fwl_player_now());
}

static void go(struct Player *player, int64_t step_us)
{
    fwl_player_seek(player, fwl_play_clock_position(&player->clock, fwl_player_now()) + step_us);
}

static void change_volume(struct PlaySession *session, int percent)
{
    session->volume = SDL_clamp(session->volume + percent, 0, LOUDEST);
}

static void press(struct PlayWindow *window, SDL_Keycode key)
{
    struct PlaySession *session = window->session;
    fwl_player_lock(window->player);
    switch (key) {
    case SDLK_SPACE:
        pause(window->player);
        break;
    case SDLK_LEFT:
        go(window->player, -STEP_US);
        break;
    case SDLK_RIGHT:
        go(window->player, STEP_US);
        break;
    case SDLK_UP:
        change_volume(session, LOUDER);
        break;
    case SDLK_DOWN:
        change_volume(session, -LOUDER);
        break;
    case SDLK_m:
        session->is_muted = !session->is_muted;
        break;
    case SDLK_s:
        session->shows_statistics = !session->shows_statistics;
        break;
    case SDLK_q:
    case SDLK_ESCAPE:
        window->is_closed = true;
        break;
    default:
        break;
    }
    fwl_player_unlock(window->player);
    if (key == SDLK_f)
        fwl_play_canvas_fill_screen(&window->canvas);
    window->is_stale = true; /* the statistics tell of it */
}

/* True for a key that does something as long as it is held. */
static bool is_step(SDL_Keycode key)
{
    return key == SDLK_LEFT || key == SDLK_RIGHT || key == SDLK_UP || key == SDLK_DOWN;
}

static void handle(struct PlayWindow *window, const SDL_Event *event)
{
    if (event->type == SDL_QUIT)
        window->is_closed = true;
    else if (event->type == SDL_KEYDOWN && (!event->key.repeat || is_step(event->key.keysym.sym)))
        press(window, event->key.keysym.sym);
    else if (event->type == SDL_WINDOWEVENT)
        window->is_stale = true;
}

/* Lifetime */

/* Where there is no screen SDL draws into nothing; nobody wants that unasked. */
static bool has_screen(void)
{
    if (SDL_Init(SDL_INIT_VIDEO) < 0)
        return false;
    if (SDL_getenv("SDL_VIDEODRIVER") || SDL_strcmp(SDL_GetCurrentVideoDriver(), "offscreen") != 0)
        return true;
    SDL_SetError("there is no screen");
    return false;
}

static int open_window(struct PlayWindow *window)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* the command has its own */
    if (!has_screen() || !fwl_play_canvas_open(&window->canvas, window->session->args->input))
        return fwl_cmd_fail(EXIT_OUTPUT, "play",
                            "no window: %s; --headless --screenshot FILE.png needs none",
                            SDL_GetError());
    window->has_loudspeaker = fwl_play_loudspeaker_open(&window->loudspeaker, window->session);
    if (!window->has_loudspeaker)
        fwl_cmd_fail(EXIT_FINE, "play", "no sound: %s; --no-audio wants none", SDL_GetError());
    return EXIT_FINE;
}

static void close_window(struct PlayWindow *window)
{
    fwl_play_loudspeaker_close(&window->loudspeaker);
    fwl_play_canvas_close(&window->canvas);
    SDL_Quit();
}

static int run(struct PlayWindow *window)
{
    int code = EXIT_FINE;
    while (code == EXIT_FINE && !window->is_closed && step(window)) {
        code = draw(window);
        SDL_Event event;
        if (SDL_WaitEventTimeout(&event, window->nap_ms))
            handle(window, &event);
        while (SDL_PollEvent(&event))
            handle(window, &event);
    }
    return code;
}

int fwl_play_window(struct PlaySession *session)
{
    struct PlayWindow window = {.session = session, .player = &session->player};
    int code = open_window(&window);
    if (code == EXIT_FINE)
        code = run(&window);
    close_window(&window);
    return code;
}
