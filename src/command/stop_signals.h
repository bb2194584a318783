/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Being told to stop. The first signal is noticed by whoever looks; the second ends the program at
 * once, and takes the unfinished file with it.
 */
#ifndef FWL_STOP_SIGNALS_H
#define FWL_STOP_SIGNALS_H

#include <signal.h>

/* From now on SIGINT, SIGTERM and SIGHUP are caught, those that were ignored excepted. They end a
 * system call that waits with EINTR. */
void fwl_stop_signals_catch(void);

/* The first signal that came, 0 for none. Threads: from any. */
int fwl_stop_signals_caught(void);

/* Keeps the signals waiting between the two, in this thread, which is then the only one. */
void fwl_stop_signals_hold(sigset_t *before);
void fwl_stop_signals_let_go(const sigset_t *before);

/* The file that a second signal removes; NULL for none. Too long a path is not removed. */
void fwl_stop_signals_set_partial(const char *path);

#endif
