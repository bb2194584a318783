/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window: pictures when they are due, keys when they are pressed. SDL wants all of it on the
 * main thread; the loudspeaker has a thread of SDL's.
 *
 * A picture that is due together with its successor is dropped: the successor is what should be
 * seen by now.
 */
#include "command/command.h"
#include "command/play_loudspeaker.h"
#include "command/play_session.h"

#include <SDL.h>

enum {
    NAP_MS = 10,        /* how long a key, a signal or a new picture may have to wait */
    REDRAW_US = 500000, /* statistics are drawn anew after as long */
    STEP_US = 5000000,  /* of the arrows left and right */
    LOUDER = 10,        /* percent, of the arrows up and down */
    LOUDEST = 100,
    EMPTY_WIDTH = 640, /* without a picture */
    EMPTY_HEIGHT = 360,
};

struct PlayWindow {
    struct PlaySession *session;
    struct Player *player;
    struct PlayLoudspeaker loudspeaker;
    bool has_loudspeaker;
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    int width, height;        /* of the texture */
    int64_t drawn_us;         /* when */
    int nap_ms;               /* until the next picture is due, NAP_MS at most */
    bool is_closed, is_stale; /* the user had enough; what is on the screen is not what should be */
};

/* Drawing */

/* As large as the picture is on square pixels, on the screen that there is. */
static void fit_window(struct PlayWindow *window, const AVFrame *picture)
{
    const AVRational shape = picture->sample_aspect_ratio;
    int width = picture->width, height = picture->height;
    if (shape.num > 0 && shape.den > 0)
        width = (int)av_rescale(width, shape.num, shape.den);
    if (width < 1 || width > INT16_MAX)
        width = picture->width;
    SDL_RenderSetLogicalSize(window->renderer, width, height);
    SDL_Rect screen = {.w = width, .h = height};
    SDL_GetDisplayUsableBounds(0, &screen);
    if (width > screen.w || height > screen.h) {
        const double scale = SDL_min((double)screen.w / width, (double)screen.h / height);
        width = (int)(width * scale);
        height = (int)(height * scale);
    }
    SDL_SetWindowSize(window->window, SDL_max(width, 1), SDL_max(height, 1));
    SDL_SetWindowPosition(window->window, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED);
}

static bool fit_texture(struct PlayWindow *window, const AVFrame *picture)
{
    if (window->texture && window->width == picture->width && window->height == picture->height)
        return true;
    SDL_DestroyTexture(window->texture);
    fit_window(window, picture);
    window->texture =
        SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
                          picture->width, picture->height);
    window->width = picture->width;
    window->height = picture->height;
    return window->texture != NULL;
}

static int draw(struct PlayWindow *window)
{
    AVFrame *picture = fwl_play_session_paint(window->session, EMPTY_WIDTH, EMPTY_HEIGHT);
    if (!picture)
        return fwl_cmd_fail(EXIT_MEMORY, "play", "no memory for the picture");
    int code = EXIT_FINE;
    if (fit_texture(window, picture)) {
        SDL_UpdateTexture(window->texture, NULL, picture->data[0], picture->linesize[0]);
        SDL_RenderClear(window->renderer);
        SDL_RenderCopy(window->renderer, window->texture, NULL, NULL);
        SDL_RenderPresent(window->renderer);
    } else {
        code = fwl_cmd_fail(EXIT_OUTPUT, "play", "no texture for the picture: %s", SDL_GetError());
    }
    av_frame_free(&picture);
    window->drawn_us = fwl_player_now();
    window->is_stale = false;
    return code;
}

/* Time. All of it with the player's lock. */

/* The first picture of an epoch is shown when it comes, and time goes on from there. */
static AVFrame *begin(struct PlayWindow *window, bool has_picture)
{
    struct Player *player = window->player;
    struct PlayTrack *track = &player->picture;
    if (!has_picture && track->is_used && !track->is_ended)
        return NULL;
    AVFrame *picture = has_picture ? fwl_player_take(track) : NULL;
    player->is_fresh = false;
    if (picture && !track->is_still)
        fwl_play_clock_set(&player->clock, picture->pts, fwl_player_now());
    if (!player->is_paused)
        fwl_play_clock_start(&player->clock, fwl_player_now());
    return picture;
}

/* The picture that is due, the last one of those that are; NULL for none. */
static AVFrame *take_due(struct PlayWindow *window)
{
    struct Player *player = window->player;
    struct PlayTrack *track = &player->picture;
    AVFrame *due = NULL;
    for (const AVFrame *next; (next = fwl_player_peek(track)) != NULL;) {
        if (fwl_play_clock_wait(&player->clock, next->pts, fwl_player_now()) > 0)
            break;
        track->dropped += due != NULL;
        av_frame_free(&due);
        due = fwl_player_take(track);
    }
    return due;
}

/* True once the last picture was there as long as it should be. */
static bool is_played_out(struct Player *player)
{
    if (!fwl_player_is_ended(player) || player->is_fresh)
        return false;
    return player->picture.is_still ||
           fwl_play_clock_wait(&player->clock, player->picture.last_end_us, fwl_player_now()) == 0;
}

static bool step(struct PlayWindow *window)
{
    struct Player *player = window->player;
    fwl_player_lock(player);
    if (window->has_loudspeaker)
        fwl_player_peek(&player->sound);
    else
        fwl_player_skip_sound(player);
    const bool has_picture = fwl_player_peek(&player->picture);
    AVFrame *due = player->is_fresh ? begin(window, has_picture) : take_due(window);
    const AVFrame *next = fwl_player_peek(&player->picture);
    const int64_t wait_us =
        next ? fwl_play_clock_wait(&player->clock, next->pts, fwl_player_now()) : INT64_MAX;
    window->nap_ms = (int)SDL_min(wait_us / 1000, NAP_MS);
    const bool is_over = fwl_play_session_is_over(window->session, is_played_out(player));
    fwl_player_unlock(player);
    if (due) {
        fwl_play_session_show(window->session, due);
        window->is_stale = true;
    }
    return !is_over;
}

/* Keys */

static void pause(struct Player *player)
{
    player->is_paused = !player->is_paused;
    if (player->is_paused)
        fwl_play_clock_stop(&player->clock, fwl_player_now());
    else if (!player->is_fresh)
        fwl_play_clock_start(&player->clock, fwl_player_now());
}

static void go(struct Player *player, int64_t step_us)
{
    fwl_player_seek(player, fwl_play_clock_position(&player->clock, fwl_player_now()) + step_us);
}

static void change_volume(struct PlaySession *session, int percent)
{
    session->volume = SDL_clamp(session->volume + percent, 0, LOUDEST);
}

static void fill_screen(SDL_Window *window)
{
    const bool is_full = SDL_GetWindowFlags(window) & SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_SetWindowFullscreen(window, is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
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
        window->is_stale = true;
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
        fill_screen(window->window);
}

static void handle(struct PlayWindow *window, const SDL_Event *event)
{
    if (event->type == SDL_QUIT)
        window->is_closed = true;
    else if (event->type == SDL_KEYDOWN)
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
    if (has_screen())
        window->window = SDL_CreateWindow(window->session->args->input, SDL_WINDOWPOS_UNDEFINED,
                                          SDL_WINDOWPOS_UNDEFINED, EMPTY_WIDTH, EMPTY_HEIGHT,
                                          SDL_WINDOW_RESIZABLE);
    if (window->window)
        window->renderer = SDL_CreateRenderer(window->window, -1, 0);
    if (!window->renderer)
        return fwl_cmd_fail(EXIT_OUTPUT, "play",
                            "no window: %s; --headless --screenshot FILE.png needs none",
                            SDL_GetError());
    window->has_loudspeaker = fwl_play_loudspeaker_open(&window->loudspeaker, window->session);
    if (!window->has_loudspeaker)
        fwl_cmd_fail(EXIT_FINE, "play", "no sound: %s", SDL_GetError());
    return EXIT_FINE;
}

static void close_window(struct PlayWindow *window)
{
    fwl_play_loudspeaker_close(&window->loudspeaker);
    SDL_DestroyTexture(window->texture);
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->window)
        SDL_DestroyWindow(window->window);
    SDL_Quit();
}

static int run(struct PlayWindow *window)
{
    int code = EXIT_FINE;
    while (code == EXIT_FINE && !window->is_closed && step(window)) {
        const bool is_old =
            window->session->shows_statistics && fwl_player_now() - window->drawn_us > REDRAW_US;
        if (window->is_stale || is_old)
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
