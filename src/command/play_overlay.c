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
    LINES = 7,
    COLUMN = FONT_WIDTH + 1, /* dots from one letter to the next, and from line to line */
    ROW = FONT_HEIGHT + 3,
    MARGIN = 4,           /* dots around the text */
    LINES_OF_HEIGHT = 36, /* a line is such a part of the picture */
    INK = 0xf4f4f4,
};

struct OverlayText {
    char line[LINES][LINE_SIZE];
};

/* Words */

static void write_text(struct OverlayText *text, const struct PlayStatistics *statistics)
{
    char now[HUMAN_SIZE], most[HUMAN_SIZE];
    char(*line)[LINE_SIZE] = text->line;
    snprintf(line[0], LINE_SIZE, "time      %s of %s",
             fwl_human_clock(now, sizeof now, statistics->position),
             fwl_human_clock(most, sizeof most, statistics->duration));
    snprintf(line[1], LINE_SIZE, "frames    %s, peak %s",
             fwl_human_bytes(now, sizeof now, statistics->frames_size),
             fwl_human_bytes(most, sizeof most, statistics->frames_peak));
    snprintf(line[2], LINE_SIZE, "packets   %s of %s",
             fwl_human_bytes(now, sizeof now, statistics->packets_size),
             fwl_human_bytes(most, sizeof most, statistics->packets_max));
    snprintf(line[3], LINE_SIZE, "input     %s",
             fwl_human_bytes(now, sizeof now, statistics->input_size));
    snprintf(line[4], LINE_SIZE, "queues    %u of %u pictures, %u ms of sound",
             statistics->pictures_count, statistics->pictures_max, statistics->sound_ms);
    snprintf(line[5], LINE_SIZE, "pictures  %" PRIu64 " shown, %" PRIu64 " dropped",
             statistics->shown, statistics->dropped);
    snprintf(line[6], LINE_SIZE, "packets   %" PRIu64 " broken", statistics->errors);
}

static int widest(const struct OverlayText *text)
{
    size_t most = 0;
    for (int i = 0; i < LINES; i++)
        if (strlen(text->line[i]) > most)
            most = strlen(text->line[i]);
    return (int)most;
}

/* Dots, each of scale x scale pixels */

static void fill(AVFrame *picture, int x, int y, int width, int height, uint32_t colour)
{
    for (int row = y; row < y + height && row < picture->height; row++)
        for (int column = x; column < x + width && column < picture->width; column++)
            fwl_play_frame_row(picture, row)[column] = colour;
}

/* A quarter of the light is left behind the text. */
static void darken(AVFrame *picture, int width, int height)
{
    for (int y = 0; y < height && y < picture->height; y++) {
        uint32_t *row = fwl_play_frame_row(picture, y);
        for (int x = 0; x < width && x < picture->width; x++)
            row[x] = row[x] >> 2 & 0x3f3f3f;
    }
}

static void draw_letter(AVFrame *picture, int x, int y, int scale, char letter)
{
    const uint8_t *rows = fwl_font_rows(letter);
    for (int i = 0; i < FONT_HEIGHT; i++)
        for (int j = 0; j < FONT_WIDTH; j++)
            if (rows[i] >> (FONT_WIDTH - 1 - j) & 1)
                fill(picture, x + j * scale, y + i * scale, scale, scale, INK);
}

static void draw_line(AVFrame *picture, int y, int scale, const char *line)
{
    for (int i = 0; line[i]; i++)
        draw_letter(picture, (MARGIN + i * COLUMN) * scale, y, scale, line[i]);
}

void fwl_play_overlay_draw(AVFrame *picture, const struct PlayStatistics *statistics)
{
    struct OverlayText text;
    write_text(&text, statistics);
    const int columns = 2 * MARGIN + widest(&text) * COLUMN;
    const int by_height = picture->height / (LINES_OF_HEIGHT * ROW);
    const int by_width = picture->width / columns;
    const int fitting = by_height < by_width ? by_height : by_width;
    const int scale = fitting > 1 ? fitting : 1;
    darken(picture, columns * scale, (2 * MARGIN + LINES * ROW) * scale);
    for (int i = 0; i < LINES; i++)
        draw_line(picture, (MARGIN + i * ROW) * scale, scale, text.line[i]);
}
