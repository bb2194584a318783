/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libav* has to say. It would print on stderr by itself, many lines for one cause; here it is
 * kept, so that the one line of the command can tell the cause in libav*'s words.
 */
#ifndef FWL_LIBAV_LOG_H
#define FWL_LIBAV_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum { LIBAV_WORDS_SIZE = 200 };

/* Whoever wants to know what is said about one input. */
struct LibavWords {
    const char *input; /* as libavformat knows it; borrowed */
    char last_error[LIBAV_WORDS_SIZE];
    bool has_early_end;
    struct LibavWords *next;
};

/*
 * From now on libav* prints nothing. Where an assertion of its own fails, which it is about to end
 * the program for, on_panic gets its words without the end of the line, and does not return.
 * Threads: on_panic is called from those of the codecs, too.
 */
void fwl_libav_silence(void (*on_panic)(const char *words));

/* From now on, and until it stops, what is said goes to words; borrowed until then. Threads: any.
 */
void fwl_libav_listen(struct LibavWords *words, const char *input);
void fwl_libav_stop_listening(struct LibavWords *words);

/* Copies the last error that libav* spoke of since the last call, without the end of its line; ""
 * for none. NULL words: what was said while nobody listened. */
void fwl_libav_take_error(struct LibavWords *words, char *text, size_t size);

/* True once a demuxer said that its file ends too early. */
bool fwl_libav_told_early_end(struct LibavWords *words);

#endif
