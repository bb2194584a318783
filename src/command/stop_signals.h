/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Being told to stop. The first signal is noticed by whoever looks; the second ends the program at
 * once, and takes the unfinished files with it.
 */
#ifndef FWL_STOP_SIGNALS_H
#define FWL_STOP_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

enum { STOP_SIGNALS_FILES_MAX = 72 }; /* more than are made at once */

/* From now on SIGINT, SIGTERM and SIGHUP are caught, those that were ignored excepted. They end a
 * system call that waits with EINTR, in the thread that gets them. */
void fwl_stop_signals_catch(void);

/*
 * From now on, until the mapping is forgotten, it is an error with a message where a file that is
 * mapped at start is found shorter than size bytes. Returns a slot, 0 where there is none, which
 * the other accepts; the program dies of such a file then, as it does of all other bus errors.
 * Threads: any.
 */
int fwl_stop_signals_watch_mapping(const void *start, size_t size);
void fwl_stop_signals_forget_mapping(int slot);

/* The first signal that came, 0 for none. Threads: from any. */
int fwl_stop_signals_caught(void);

/* Waits until there are events (as poll has them) at descriptor; false: a signal came before.
 * Threads: any, whichever gets the signal. */
bool fwl_stop_signals_wait(int descriptor, short events);

/* Keeps the signals waiting between the two, as far as this thread goes; threads that it starts
 * keep them waiting for good. */
void fwl_stop_signals_hold(sigset_t *before);
void fwl_stop_signals_let_go(const sigset_t *before);

/*
 * A file that a second signal removes: named before it is made, with the signals held until it is
 * made or forgotten. Returns a slot, -1 where there is none, which the others accept; such a file
 * is not removed. Threads: any.
 */
int fwl_stop_signals_name_partial(const char *path);
void fwl_stop_signals_partial_is_made(int slot);
void fwl_stop_signals_forget_partial(int slot);

/* Removes those files now, where the program is about to end. */
void fwl_stop_signals_remove_partials(void);

#endif
