/* SPDX-License-Identifier: BSD-2-Clause */
/* What the outputs of many inputs are called. */
#ifndef FWL_BATCH_NAMES_H
#define FWL_BATCH_NAMES_H

#include "command/transcode_args.h"

/*
 * Gives each input an output in args->output_dir, of its own name; where a --format is asked for,
 * with the ending of that. Two that would get the same, and one that would get an input's place,
 * are refused.
 *
 * Owner: gives *names, as many as inputs; ended with fwl_batch_names_free.
 * Returns an exit code, a failure after its message.
 */
int fwl_batch_names(const struct TranscodeArgs *args, char ***names);
void fwl_batch_names_free(const struct TranscodeArgs *args, char ***names);

#endif
