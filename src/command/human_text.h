/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers as people read them. Each function writes text of at most size bytes with its terminator,
 * and returns it. */
#ifndef FWL_HUMAN_TEXT_H
#define FWL_HUMAN_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum { HUMAN_SIZE = 32 }; /* enough for any of them */

/* "812 B", "2.8 MiB", "14.0 GiB". */
const char *fwl_human_bytes(char *text, size_t size, uint64_t bytes);

/* "0:07", "12:40", "1:02:03"; "-:--" where seconds is negative. */
const char *fwl_human_clock(char *text, size_t size, double seconds);

/* "0.52 s" below a minute, else as fwl_human_clock. */
const char *fwl_human_duration(char *text, size_t size, double seconds);

/* Three digits that matter: "0.98", "4.21", "38.5", "1042". */
const char *fwl_human_number(char *text, size_t size, double number);

/* Prints text on stdout, its control characters as '?', at most width bytes: what a file says of
 * itself may hold any bytes, and is not to drive the terminal. */
void fwl_human_print(const char *text, size_t width);

#endif
