/* SPDX-License-Identifier: BSD-2-Clause */
/* One input on its way to one output, from the look at both to what is told about it. */
#ifndef FWL_CONVERSION_H
#define FWL_CONVERSION_H

#include <stdint.h>

#include "command/input_file.h"
#include "command/libav_log.h"
#include "command/output_file.h"
#include "command/transcode_args.h"
#include "command/transcode_report.h"
#include "framewell/transcode.h"

/* What is wanted. */
struct ConversionWish {
    const struct TranscodeArgs *args;
    const char *input, *output; /* names, "-" for stdin and stdout */
    FwlPool *parent;            /* charged for everything */
    size_t max_memory;          /* of this one; 0: no budget of its own */
    FwlTranscodeProgressCallback progress_cb;
    uint32_t progress_ms; /* from one call of it to the next; 0: the transcoder's own */
    void *opaque;         /* handed to it */
};

/*
 * Does it, and fills report; the caller ends that with fwl_report_uninit. Returns an exit code, a
 * failure after its message; EXIT_BY_SIGNAL and more where a signal ended it.
 *
 * Threads: several may run at once, with different inputs and outputs.
 */
int fwl_conversion_run(const struct ConversionWish *wish, struct TranscodeReport *report);

/*
 * Whether the options name what there is, before anything is read. Returns an exit code, a failure
 * after its message.
 */
int fwl_conversion_check_options(const struct TranscodeArgs *args, const char *output);

#endif
