/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libav* has to say. It would print on stderr by itself, many lines for one cause; here it is
 * kept, so that the one line of the command can tell the cause in libav*'s words.
 */
#ifndef FWL_LIBAV_LOG_H
#define FWL_LIBAV_LOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * From now on libav* prints nothing. Where an assertion of its own fails, which it is about to end
 * the program for, on_panic gets its words without the end of the line, and does not return.
 * Threads: on_panic is called from those of the codecs, too.
 */
void fwl_libav_silence(void (*on_panic)(const char *words));

/* Copies the last error that libav* spoke of since the last call, without the end of its line; ""
 * for none. */
void fwl_libav_take_error(char *text, size_t size);

/* True once a demuxer said that its file ends too early. */
bool fwl_libav_told_early_end(void);

#endif
