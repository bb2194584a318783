/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of a subcommand as one table: getopt_long's table, its help and the suggestions for a
 * mistyped option are made from it.
 */
#ifndef FWL_OPTION_TABLE_H
#define FWL_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys from here on are options without a short form; below it the key is the letter. */
enum { OPTION_KEY_HELP = 'h', OPTION_KEY_OVERWRITE = 'y', OPTION_KEY_LONG = 256 };

/* The last row of every table; with a usage its key does not get to take. */
#define OPTION_ROW_HELP                                  \
    {                                                    \
        OPTION_KEY_HELP, "help", NULL, "print this help" \
    }

/* What a parser returns while there is nothing to be done but to go on; else it is an exit code. */
enum { ARGS_GO_ON = -1 };

struct OptionRow {
    int key;
    const char *name;     /* of the long form; NULL for none */
    const char *argument; /* what stands for its argument in the help; NULL for none */
    const char *help;
};

struct OptionTable {
    const char *subcommand;
    /* Its help; where usage is NULL that is the subcommand's own affair. */
    const char *usage;            /* what comes behind its name: "[OPTIONS] INPUT" */
    const char *about;            /* the help before the options, whole lines */
    const char *more;             /* and behind them */
    const struct OptionRow *rows; /* in the order of the help */
    size_t count;                 /* at most OPTION_COUNT_MAX */
    bool has_program; /* the first other word and all after it are a program and its arguments */
    /* Takes one option. Returns ARGS_GO_ON or an exit code. */
    int (*take)(void *args, int key, const char *argument);
};

enum { OPTION_COUNT_MAX = 60 };

/*
 * Hands every option in argv to table->take, and moves the other words behind them (unless they are
 * a program's); *names is the index of the first one. Returns ARGS_GO_ON, or an exit code: take's,
 * EXIT_USAGE after one line that says what does not fit, that of the help which was asked for.
 */
int fwl_options_parse(const struct OptionTable *table, void *args, int argc, char **argv,
                      int *names);

/* The list of options for a help, a line each. */
void fwl_options_print(const struct OptionTable *table);

/* The one name that there has to be among the words. Returns ARGS_GO_ON or EXIT_USAGE. */
int fwl_options_one_name(const struct OptionTable *table, int argc, char **argv, int names,
                         const char **name);

/* A number from min to max as the argument of option. Returns ARGS_GO_ON or EXIT_USAGE. */
int fwl_options_read_number(const char *option, const char *text, int min, int max, int *number);

/* A time as the argument of option, "90", "12.5", "1:30" or "1:02:03.5", in microseconds. Returns
 * ARGS_GO_ON or EXIT_USAGE. */
int fwl_options_read_time(const char *option, const char *text, int64_t *us);

/* A number of bytes as the argument of option, at least min: "1500", "64M", "2GiB". Returns
 * ARGS_GO_ON or EXIT_USAGE. */
int fwl_options_read_size(const char *option, const char *text, size_t min, size_t *size);

#endif
