/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a terminal shows while transcodes run: of one a line, of several a line each and one of all.
 * Where stderr is no terminal, or nobody wants it, nothing.
 */
#ifndef FWL_PROGRESS_H
#define FWL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "framewell/transcode.h"

/* What is shown of one that runs. */
struct ProgressLine {
    const char *name; /* of the input */
    FwlTranscodeProgress now;
};

/* All of it. */
struct ProgressView {
    const struct ProgressLine *lines; /* those that run */
    size_t line_count;
    bool is_several;          /* or one by itself, of which there is a line */
    size_t done, failed, all; /* inputs */
    FwlPool *pool;            /* what is held is charged to it */
};

struct Progress {
    bool is_shown;     /* stderr is a terminal and nobody wants quiet */
    bool can_move;     /* it can go up a line */
    size_t line_count; /* that are on the screen */
};

/* A progress that is shown where stderr is a terminal, unless is_quiet. */
struct Progress fwl_progress_begin(bool is_quiet);

/* Draws it over what was there. */
void fwl_progress_draw(struct Progress *progress, const struct ProgressView *view);

/* Leaves the screen as if nothing had been drawn, for what comes next. */
void fwl_progress_clear(struct Progress *progress);

#endif
