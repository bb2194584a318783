/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversions, some at a time, each on a thread of its own, and what is shown of them meanwhile. */
#ifndef FWL_BATCH_H
#define FWL_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "command/timeline.h"
#include "command/transcode_args.h"
#include "command/transcode_report.h"

struct Batch {
    const struct TranscodeArgs *args;
    char **outputs; /* names, one for each input; borrowed */
    FwlPool *root;  /* charged with everything, and held by the budget of all */
    size_t budget;  /* bytes; 0: none */
    bool wants_timelines;
    /* What becomes of it */
    struct TranscodeReport *reports; /* one for each input, in their order */
    struct Timeline timeline;        /* of all together */
    uint64_t elapsed_ns;
};

/*
 * Converts every input, and tells of each when it has ended: what it had to say, and of several
 * their lines or JSON. Ended with fwl_batch_uninit, also after a failure.
 *
 * Of several, one that fails does not stop the others; after a signal those that run are finished
 * and no more begin. Returns the exit code: of a signal, or of the first input, in the order of the
 * command line, that failed.
 */
int fwl_batch_run(struct Batch *batch);
void fwl_batch_uninit(struct Batch *batch);

/* For fwl_libav_silence: libav* is about to end the program. What runs is told as data that cannot
 * be decoded, and the process ends without a partial output. Threads: any. */
_Noreturn void fwl_batch_give_up(const char *words);

#endif
