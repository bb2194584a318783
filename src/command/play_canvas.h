/* SPDX-License-Identifier: BSD-2-Clause */
/* What is in the window: a picture, as large as fits, and the statistics on top of it. */
#ifndef FWL_PLAY_CANVAS_H
#define FWL_PLAY_CANVAS_H

#include <SDL.h>

#include "command/play_session.h"

struct PlayCanvas {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *picture, *overlay; /* NULL: none was drawn yet; no statistics are shown */
    int width, height;              /* of the picture, on square pixels */
    int overlay_width, overlay_height;
};

/* Opens the window. False: SDL_GetError tells. Ended with fwl_play_canvas_close in any case. */
bool fwl_play_canvas_open(struct PlayCanvas *canvas, const char *title);
void fwl_play_canvas_close(struct PlayCanvas *canvas);

/* Each returns an exit code, a failure after its message. The first two are seen after the third.
 */

/* Takes the picture that the session shows. */
int fwl_play_canvas_paint(struct PlayCanvas *canvas, struct PlaySession *session);

/* Takes the statistics of this moment, where the session shows them. */
int fwl_play_canvas_write(struct PlayCanvas *canvas, struct PlaySession *session);

void fwl_play_canvas_present(struct PlayCanvas *canvas);

void fwl_play_canvas_fill_screen(struct PlayCanvas *canvas);

#endif
