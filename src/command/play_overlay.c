/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/play_overlay.h"

#include "command/bitmap_font.h"
#include "command/human_text.h"
#include "command/play_frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LINE_SIZE = 48,
    LINES = 8,
    COLUMN = FONT_WIDTH + 1, /* dots from one letter to the next, and from line to line */
    ROW = FONT_HEIGHT + 3,
    MARGIN = 4,           /* dots around the text */
    LINES_OF_HEIGHT = 36, /* a line is such a part of the screen */
    SCALE_MIN = 2,        /* pixels of a dot, where there is room */
};

#define INK    0xfff4f4f4
#define LABEL  0xffa8c8e8
#define GROUND 0xd0101418 /* a fifth of the light is left behind the text */

struct OverlayText {
    const char *label[LINES];
    char line[LINES][LINE_SIZE];
};

enum { LABEL_COLUMNS = 10 };

/* Words */

static void write_media(struct OverlayText *text, const struct PlayStatistics *statistics)
{
    char now[HUMAN_SIZE], most[HUMAN_SIZE];
    text->label[0] = "time";
    snprintf(text->line[0], LINE_SIZE, "%s of %s%s",
             fwl_human_clock(now, sizeof now, statistics->position),
             fwl_human_clock(most, sizeof most, statistics->duration),
             statistics->is_paused ? ", paused" : "");
    text->label[1] = "sound";
    if (!statistics->has_sound)
        snprintf(text->line[1], LINE_SIZE, "none");
    else
        snprintf(text->line[1], LINE_SIZE, "%d%%%s", statistics->volume,
                 statistics->is_muted ? ", muted" : "");
}

static void write_memory(struct OverlayText *text, const struct PlayStatistics *statistics)
{
    char now[HUMAN_SIZE], most[HUMAN_SIZE];
    text->label[2] = "frames";
    snprintf(text->line[2], LINE_SIZE, "%s, peak %s",
             fwl_human_bytes(now, sizeof now, statistics->frames_size),
             fwl_human_bytes(most, sizeof most, statistics->frames_peak));
    text->label[3] = "packets";
    snprintf(text->line[3], LINE_SIZE, "%s of %s, %" PRIu64 " broken",
             fwl_human_bytes(now, sizeof now, statistics->packets_size),
             fwl_human_bytes(most, sizeof most, statistics->packets_max), statistics->errors);
    text->label[4] = "input";
    snprintf(text->line[4], LINE_SIZE, "%s",
             fwl_human_bytes(now, sizeof now, statistics->input_size));
}

static void write_pace(struct OverlayText *text, const struct PlayStatistics *statistics)
{
    text->label[5] = "queues";
    snprintf(text->line[5], LINE_SIZE, "%u of %u pictures, %u ms of sound",
             statistics->pictures_count, statistics->pictures_max, statistics->sound_ms);
    text->label[6] = "pictures";
    snprintf(text->line[6], LINE_SIZE, "%" PRIu64 " shown, %" PRIu64 " dropped", statistics->shown,
             statistics->dropped);
    text->label[7] = "drift";
    if (statistics->seen > 0)
        snprintf(text->line[7], LINE_SIZE, "%u ms, worst %u ms", statistics->drift_median_ms,
                 statistics->drift_worst_ms);
    else
        snprintf(text->line[7], LINE_SIZE, "-");
}

static int widest(const struct OverlayText *text)
{
    size_t most = 0;
    for (int i = 0; i < LINES; i++)
        if (strlen(text->line[i]) > most)
            most = strlen(text->line[i]);
    return LABEL_COLUMNS + (int)most;
}

/* Dots, each of scale x scale pixels */

static void fill(AVFrame *box, int x, int y, int width, int height, uint32_t colour)
{
    for (int row = y; row < y + height; row++)
        for (int column = x; column < x + width; column++)
            fwl_play_frame_row(box, row)[column] = colour;
}

static void draw_letter(AVFrame *box, int x, int y, int scale, char letter, uint32_t colour)
{
    const uint8_t *rows = fwl_font_rows(letter);
    for (int i = 0; i < FONT_HEIGHT; i++)
        for (int j = 0; j < FONT_WIDTH; j++)
            if (rows[i] >> (FONT_WIDTH - 1 - j) & 1)
                fill(box, x + j * scale, y + i * scale, scale, scale, colour);
}

static void draw_words(AVFrame *box, int column, int y, int scale, const char *words,
                       uint32_t colour)
{
    for (int i = 0; words[i]; i++)
        draw_letter(box, (MARGIN + (column + i) * COLUMN) * scale, y, scale, words[i], colour);
}

/* As large as a line should be, but all of it fits. */
static int choose_scale(int columns, int rows, int width, int height)
{
    const int wished = height / (LINES_OF_HEIGHT * ROW);
    const int wanted = wished > SCALE_MIN ? wished : SCALE_MIN;
    const int by_height = height / rows, by_width = width / columns;
    const int fitting = by_height < by_width ? by_height : by_width;
    const int scale = wanted < fitting ? wanted : fitting;
    return scale > 1 ? scale : 1;
}

AVFrame *fwl_play_overlay_make(FwlPool *pool, const struct PlayStatistics *statistics, int width,
                               int height)
{
    struct OverlayText text;
    write_media(&text, statistics);
    write_memory(&text, statistics);
    write_pace(&text, statistics);
    const int columns = 2 * MARGIN - 1 + widest(&text) * COLUMN, rows = 2 * MARGIN + LINES * ROW;
    const int scale = choose_scale(columns, rows, width, height);
    AVFrame *box = fwl_play_frame_picture(pool, columns * scale, rows * scale);
    if (!box)
        return NULL;
    fill(box, 0, 0, box->width, box->height, GROUND);
    for (int i = 0; i < LINES; i++) {
        const int y = (MARGIN + 1 + i * ROW) * scale;
        draw_words(box, 0, y, scale, text.label[i], LABEL);
        draw_words(box, LABEL_COLUMNS, y, scale, text.line[i], INK);
    }
    return box;
}

/* Onto a picture */

/* One of the three colours, 8 bits from bit shift on. */
static uint32_t mix(uint32_t below, uint32_t above, int shift)
{
    const uint32_t alpha = above >> 24;
    const uint32_t low = below >> shift & 0xff, high = above >> shift & 0xff;
    return ((high * alpha + low * (255 - alpha)) / 255) << shift;
}

void fwl_play_overlay_blend(AVFrame *picture, const AVFrame *box)
{
    const int width = box->width < picture->width ? box->width : picture->width;
    for (int y = 0; y < box->height && y < picture->height; y++) {
        uint32_t *below = fwl_play_frame_row(picture, y);
        const uint32_t *above = fwl_play_frame_row(box, y);
        for (int x = 0; x < width; x++)
            below[x] = mix(below[x], above[x], 16) | mix(below[x], above[x], 8) |
                       mix(below[x], above[x], 0);
    }
}
