/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line is drawn over itself with a carriage return and spaces, which every terminal can, and
 * stays one column short of the edge, so that it never wraps.
 */
#include "command/progress.h"

#include "command/human_text.h"
#include "command/stderr_shield.h"
#include "command/stop_signals.h"

#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MAX = 120, LINE_SIZE = 512 /* whatever the numbers */ };

struct Progress fwl_progress_begin(bool is_quiet)
{
    return (struct Progress){.is_shown = !is_quiet && isatty(fileno(fwl_stderr()))};
}

static int line_width(void)
{
    struct winsize window;
    if (ioctl(fileno(fwl_stderr()), TIOCGWINSZ, &window) < 0 || window.ws_col == 0)
        return WIDTH_DEFAULT - 1;
    return window.ws_col < WIDTH_MAX ? window.ws_col - 1 : WIDTH_MAX - 1;
}

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

/* " 42 %  118 fps  1.97x  ETA 0:12  memory 54.0 MiB, peak 61.2 MiB" */
static void format_line(char *line, size_t size, const FwlTranscodeProgress *now,
                        const FwlPoolStats *pool)
{
    const double elapsed = (double)now->elapsed_ns / 1e9;
    const bool is_known = now->done > 0 && elapsed > 0;
    char fps[2 * HUMAN_SIZE], speed[HUMAN_SIZE], eta[HUMAN_SIZE];
    char memory[HUMAN_SIZE], peak[HUMAN_SIZE];
    format_fps(fps, sizeof fps, now);
    fwl_human_number(speed, sizeof speed,
                     elapsed > 0 ? (double)now->position_us / 1e6 / elapsed : 0);
    fwl_human_clock(eta, sizeof eta, is_known ? elapsed * (1 - now->done) / now->done : -1);
    fwl_human_bytes(memory, sizeof memory, pool->charged_size);
    fwl_human_bytes(peak, sizeof peak, pool->peak_charged);
    snprintf(line, size, "%3.0f %%  %s%sx  ETA %s  memory %s, peak %s", now->done * 100, fps, speed,
             eta, memory, peak);
}

static void draw(struct Progress *progress, const char *line)
{
    const int width = line_width();
    fprintf(fwl_stderr(), "\r%-*.*s%s", width, width, line, *line ? "" : "\r");
    fflush(fwl_stderr());
    progress->has_line = *line != '\0';
}

int fwl_progress_report(void *opaque, const FwlTranscodeProgress *now)
{
    struct Progress *progress = opaque;
    const int caught = fwl_stop_signals_caught();
    if (caught)
        return caught == SIGINT ? 1 : FWL_E_ABORTED;
    if (progress->is_shown) {
        FwlPoolStats pool;
        fwl_pool_get_stats(progress->pool, &pool);
        char line[LINE_SIZE];
        format_line(line, sizeof line, now, &pool);
        draw(progress, line);
    }
    return 0;
}

void fwl_progress_end(struct Progress *progress)
{
    if (progress->has_line)
        draw(progress, "");
}
