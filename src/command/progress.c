/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line is drawn over itself with a carriage return and spaces, which every terminal can, and
 * stays one column short of the edge, so that it never wraps. Several lines need one that can go
 * up; on others only the last one is drawn, that of all.
 */
#include "command/progress.h"

#include "command/human_text.h"
#include "command/stderr_shield.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    WIDTH_DEFAULT = 80,
    WIDTH_MAX = 120,
    HEIGHT_DEFAULT = 24,
    PART_SIZE = 256, /* whatever the numbers */
    LINE_SIZE = 2 * PART_SIZE,
    NAME_WIDTH = 24,
};

struct Screen {
    int width; /* columns that a line may have */
    size_t height;
};

struct Progress fwl_progress_begin(bool is_quiet)
{
    const char *terminal = getenv("TERM");
    return (struct Progress){
        .is_shown = !is_quiet && isatty(fwl_stderr_descriptor()),
        .can_move = terminal && *terminal && strcmp(terminal, "dumb") != 0,
    };
}

static struct Screen look_at_screen(void)
{
    struct winsize window;
    if (ioctl(fwl_stderr_descriptor(), TIOCGWINSZ, &window) < 0 || window.ws_col == 0)
        return (struct Screen){.width = WIDTH_DEFAULT - 1, .height = HEIGHT_DEFAULT};
    return (struct Screen){
        .width = window.ws_col < WIDTH_MAX ? window.ws_col - 1 : WIDTH_MAX - 1,
        .height = window.ws_row > 0 ? window.ws_row : HEIGHT_DEFAULT,
    };
}

/* Words */

/* "118 fps  "; nothing before the first picture, or where there is none. */
static void format_fps(char *text, size_t size, const FwlTranscodeProgress *now)
{
    char number[HUMAN_SIZE];
    text[0] = '\0';
    if (now->video_frames == 0 || now->elapsed_ns == 0)
        return;
    const double fps = (double)now->video_frames * 1e9 / (double)now->elapsed_ns;
    snprintf(text, size, "%s fps  ", fwl_human_number(number, sizeof number, fps));
}

/* " 42 %  118 fps  1.97x  ETA 0:12" */
static void format_one(char *line, size_t size, const FwlTranscodeProgress *now)
{
    const double elapsed = (double)now->elapsed_ns / 1e9;
    const bool is_known = now->done > 0 && elapsed > 0;
    char fps[2 * HUMAN_SIZE], speed[HUMAN_SIZE], eta[HUMAN_SIZE];
    format_fps(fps, sizeof fps, now);
    fwl_human_number(speed, sizeof speed,
                     elapsed > 0 ? (double)now->position_us / 1e6 / elapsed : 0);
    fwl_human_clock(eta, sizeof eta, is_known ? elapsed * (1 - now->done) / now->done : -1);
    snprintf(line, size, "%3.0f %%  %s%sx  ETA %s", now->done * 100, fps, speed, eta);
}

/* "memory 54.0 MiB, peak 61.2 MiB" */
static void format_memory(char *text, size_t size, FwlPool *pool)
{
    FwlPoolStats stats;
    char memory[HUMAN_SIZE], peak[HUMAN_SIZE];
    fwl_pool_get_stats(pool, &stats);
    snprintf(text, size, "memory %s, peak %s",
             fwl_human_bytes(memory, sizeof memory, stats.charged_size),
             fwl_human_bytes(peak, sizeof peak, stats.peak_charged));
}

/* The end of a name tells more than its beginning. */
static void format_name(char text[NAME_WIDTH + 1], const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name;
    const size_t length = strlen(base);
    snprintf(text, NAME_WIDTH + 1, "%s", length > NAME_WIDTH ? base + length - NAME_WIDTH : base);
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7f)
            *at = '?';
}

static void format_named(char *line, size_t size, const struct ProgressLine *shown)
{
    char one[PART_SIZE], name[NAME_WIDTH + 1];
    format_one(one, sizeof one, &shown->now);
    format_name(name, shown->name);
    snprintf(line, size, "%-*s  %s", NAME_WIDTH, name, one);
}

/* "12 of 40 done, 1 failed  memory 54.0 MiB, peak 61.2 MiB"; for one by itself its own line. */
static void format_last(char *line, size_t size, const struct ProgressView *view)
{
    char memory[PART_SIZE], one[PART_SIZE - 8], failed[HUMAN_SIZE] = "";
    format_memory(memory, sizeof memory, view->pool);
    if (!view->is_several) {
        format_one(one, sizeof one, &view->lines[0].now);
    } else {
        if (view->failed > 0)
            snprintf(failed, sizeof failed, ", %zu failed", view->failed);
        snprintf(one, sizeof one, "%zu of %zu done%s", view->done, view->all, failed);
    }
    snprintf(line, size, "%s  %s", one, memory);
}

/* Drawing */

static void draw_line(const char *line, int width)
{
    fprintf(fwl_stderr(), "\r%-*.*s", width, width, line);
}

/* To the beginning of the first line that is on the screen. */
static void go_up(const struct Progress *progress)
{
    if (progress->line_count > 1)
        fprintf(fwl_stderr(), "\033[%zuA", progress->line_count - 1);
}

void fwl_progress_draw(struct Progress *progress, const struct ProgressView *view)
{
    if (!progress->is_shown)
        return;
    char line[LINE_SIZE];
    const struct Screen screen = look_at_screen();
    size_t count = view->is_several && progress->can_move ? view->line_count : 0;
    count = count < screen.height - 1 ? count : screen.height - 1;
    if (progress->line_count > count + 1)
        fwl_progress_clear(progress);
    go_up(progress);
    for (size_t i = 0; i < count; i++) {
        format_named(line, sizeof line, &view->lines[i]);
        draw_line(line, screen.width);
        fputs("\r\n", fwl_stderr());
    }
    format_last(line, sizeof line, view);
    draw_line(line, screen.width);
    fflush(fwl_stderr());
    progress->line_count = count + 1;
}

void fwl_progress_clear(struct Progress *progress)
{
    if (progress->line_count == 0)
        return;
    go_up(progress);
    const int width = look_at_screen().width;
    for (size_t i = 0; i < progress->line_count; i++)
        fprintf(fwl_stderr(), "\r%*s\r%s", width, "", i + 1 < progress->line_count ? "\n" : "");
    go_up(progress);
    fflush(fwl_stderr());
    progress->line_count = 0;
}
