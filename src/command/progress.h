/* SPDX-License-Identifier: BSD-2-Clause */
/* The line on a terminal that says how far a transcode is; and where a signal reaches it. */
#ifndef FWL_PROGRESS_H
#define FWL_PROGRESS_H

#include <stdbool.h>

#include "framewell/transcode.h"

struct Progress {
    bool is_shown; /* stderr is a terminal and nobody wants quiet */
    bool has_line; /* something is on the line */
    FwlPool *pool; /* all memory that is shown is charged to it */
};

/* A progress that is shown where stderr is a terminal, unless is_quiet. */
struct Progress fwl_progress_begin(bool is_quiet);

/*
 * For fwl_transcode, opaque is a struct Progress: draws the line. The first SIGINT ends the input,
 * so that the output is whole; any other signal that was caught is FWL_E_ABORTED.
 *
 * Threads: whichever the transcoder calls it from, one at a time.
 */
int fwl_progress_report(void *opaque, const FwlTranscodeProgress *now);

/* Leaves the line empty for what comes next. */
void fwl_progress_end(struct Progress *progress);

#endif
