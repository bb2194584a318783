/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps stderr for the command. Some encoders (x264, x265, SVT-AV1) are libraries of their own that
 * print there whatever libavcodec's log is told.
 */
#ifndef FWL_STDERR_SHIELD_H
#define FWL_STDERR_SHIELD_H

#include <stdio.h>

/* From now on what anybody writes to descriptor 2 is lost, but for what goes through fwl_stderr().
 * Does nothing where there is no descriptor left. */
void fwl_stderr_shield(void);

/* Ends it. */
void fwl_stderr_unshield(void);

/* Where the command writes its messages: always the real stderr. */
FILE *fwl_stderr(void);

/* Its descriptor. Threads: any; also a signal handler. */
int fwl_stderr_descriptor(void);

#endif
