/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of `framewell bench`, read and told of in the way of the command's others. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>

struct BenchOptions {
    unsigned rounds;
    double batch_ms;
    bool is_quick;
    const char *filter; /* NULL for none */
    const char *peers;  /* names with commas between them; NULL: all */
    bool wants_details; /* every peer's times, too */
    bool wants_json;
    bool wants_html; /* one of the two at most */
    bool wants_list;
    bool wants_help;
    bool is_gate;       /* a bound that is missed is a failure */
    const char *worker; /* the peer to work for; NULL in the parent */
    const char *work;
};

/* Moves the words that are no options to the end of argv; *names is the index of the first.
 * Returns ARGS_GO_ON, or EXIT_USAGE after one line that says what does not fit. */
int bench_options_read(struct BenchOptions *options, int argc, char **argv, int *names);

/* The list for a help. */
void bench_options_print(void);

/* Whether a comma lies before and behind the name in the list; NULL has every name. */
bool bench_list_has(const char *list, const char *name);

#endif
