/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two textures: the picture in its own size, scaled to the window by the graphics card; and the
 * statistics in pixels of the window, so that their letters are as sharp and as large in a small
 * window of a large picture as anywhere.
 */
#include "command/play_canvas.h"

#include "command/command.h"
#include "command/play_overlay.h"

enum {
    EMPTY_WIDTH = 640, /* without a picture */
    EMPTY_HEIGHT = 360,
};

bool fwl_play_canvas_open(struct PlayCanvas *canvas, const char *title)
{
    canvas->window =
        SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, EMPTY_WIDTH,
                         EMPTY_HEIGHT, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (canvas->window)
        canvas->renderer = SDL_CreateRenderer(canvas->window, -1, 0);
    return canvas->renderer != NULL;
}

static void end_texture(SDL_Texture **texture)
{
    if (*texture)
        SDL_DestroyTexture(*texture);
    *texture = NULL;
}

void fwl_play_canvas_close(struct PlayCanvas *canvas)
{
    end_texture(&canvas->picture);
    end_texture(&canvas->overlay);
    if (canvas->renderer)
        SDL_DestroyRenderer(canvas->renderer);
    if (canvas->window)
        SDL_DestroyWindow(canvas->window);
}

/* Makes *texture one of such a size. */
static bool fit_texture(struct PlayCanvas *canvas, SDL_Texture **texture, Uint32 format,
                        const AVFrame *picture)
{
    int width = 0, height = 0;
    if (*texture)
        SDL_QueryTexture(*texture, NULL, NULL, &width, &height);
    if (width == picture->width && height == picture->height)
        return true;
    end_texture(texture);
    *texture = SDL_CreateTexture(canvas->renderer, format, SDL_TEXTUREACCESS_STREAMING,
                                 picture->width, picture->height);
    return *texture != NULL;
}

static int upload(SDL_Texture *texture, const AVFrame *picture)
{
    if (texture && SDL_UpdateTexture(texture, NULL, picture->data[0], picture->linesize[0]) == 0)
        return EXIT_FINE;
    return fwl_cmd_fail(EXIT_OUTPUT, "play",
                        "%dx%d pixels are more than the screen takes: %s; --headless needs none",
                        picture->width, picture->height, SDL_GetError());
}

/* As large as the picture is on square pixels, on the screen that there is. */
static void fit_window(struct PlayCanvas *canvas)
{
    int width = canvas->width, height = canvas->height;
    SDL_Rect screen = {.w = width, .h = height};
    SDL_GetDisplayUsableBounds(0, &screen);
    if (width > screen.w || height > screen.h) {
        const double scale = SDL_min((double)screen.w / width, (double)screen.h / height);
        width = (int)(width * scale);
        height = (int)(height * scale);
    }
    SDL_SetWindowSize(canvas->window, SDL_max(width, 1), SDL_max(height, 1));
    SDL_SetWindowPosition(canvas->window, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED);
}

static void note_size(struct PlayCanvas *canvas, const AVFrame *picture)
{
    const AVRational shape = picture->sample_aspect_ratio;
    int64_t width = picture->width;
    if (shape.num > 0 && shape.den > 0)
        width = av_rescale(width, shape.num, shape.den);
    if (width < 1 || width > INT16_MAX)
        width = picture->width;
    if (width == canvas->width && picture->height == canvas->height)
        return;
    canvas->width = (int)width;
    canvas->height = picture->height;
    fit_window(canvas);
}

int fwl_play_canvas_paint(struct PlayCanvas *canvas, struct PlaySession *session)
{
    AVFrame *picture = NULL;
    int code = fwl_play_session_paint(session, EMPTY_WIDTH, EMPTY_HEIGHT, &picture);
    if (code != EXIT_FINE)
        return code;
    fit_texture(canvas, &canvas->picture, SDL_PIXELFORMAT_RGB888, picture);
    code = upload(canvas->picture, picture);
    if (code == EXIT_FINE)
        note_size(canvas, picture);
    av_frame_free(&picture);
    return code;
}

int fwl_play_canvas_write(struct PlayCanvas *canvas, struct PlaySession *session)
{
    if (!session->shows_statistics) {
        end_texture(&canvas->overlay);
        return EXIT_FINE;
    }
    int width, height;
    SDL_GetRendererOutputSize(canvas->renderer, &width, &height);
    AVFrame *box = fwl_play_session_write(session, width, height);
    if (!box)
        return fwl_cmd_fail_memory("play");
    if (fit_texture(canvas, &canvas->overlay, SDL_PIXELFORMAT_ARGB8888, box))
        SDL_SetTextureBlendMode(canvas->overlay, SDL_BLENDMODE_BLEND);
    canvas->overlay_width = box->width;
    canvas->overlay_height = box->height;
    const int code = upload(canvas->overlay, box);
    av_frame_free(&box);
    return code;
}

/* The largest place of the picture's shape in the middle of the window. */
static SDL_Rect place_of_picture(const struct PlayCanvas *canvas)
{
    int width, height;
    SDL_GetRendererOutputSize(canvas->renderer, &width, &height);
    const double scale = SDL_min((double)width / canvas->width, (double)height / canvas->height);
    SDL_Rect place = {.w = (int)(canvas->width * scale + 0.5),
                      .h = (int)(canvas->height * scale + 0.5)};
    place.x = (width - place.w) / 2;
    place.y = (height - place.h) / 2;
    return place;
}

void fwl_play_canvas_present(struct PlayCanvas *canvas)
{
    SDL_RenderClear(canvas->renderer);
    if (canvas->picture) {
        const SDL_Rect place = place_of_picture(canvas);
        SDL_RenderCopy(canvas->renderer, canvas->picture, NULL, &place);
    }
    if (canvas->overlay) {
        const SDL_Rect place = {.w = canvas->overlay_width, .h = canvas->overlay_height};
        SDL_RenderCopy(canvas->renderer, canvas->overlay, NULL, &place);
    }
    SDL_RenderPresent(canvas->renderer);
}

void fwl_play_canvas_fill_screen(struct PlayCanvas *canvas)
{
    const bool is_full = SDL_GetWindowFlags(canvas->window) & SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_SetWindowFullscreen(canvas->window, is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
}
