/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/option_table.h"

#include "command/command.h"
#include "command/nearest_name.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TIME_MAX = 1e9; /* seconds */

/* "--crf N", "-y", "-h, --help". */
static void format_option(char *form, size_t size, const struct OptionRow *row)
{
    const bool has_letter = row->key < OPTION_KEY_LONG;
    const char letter[] = {'-', has_letter ? (char)row->key : ' ', '\0'};
    snprintf(form, size, "%s%s%s%s%s%s", has_letter ? letter : "",
             has_letter && row->name ? ", " : "", row->name ? "--" : "", row->name ? row->name : "",
             row->argument ? " " : "", row->argument ? row->argument : "");
}

void fwl_options_print(const struct OptionTable *table)
{
    for (size_t i = 0; i < table->count; i++) {
        char form[40];
        format_option(form, sizeof form, &table->rows[i]);
        printf("  %-23s %s\n", form, table->rows[i].help);
    }
}

static int print_help(const struct OptionTable *table)
{
    printf("Usage: framewell %s %s\n\n%s\nOptions:\n", table->subcommand, table->usage,
           table->about);
    fwl_options_print(table);
    printf("\n%s", table->more);
    return fwl_cmd_finish_stdout(EXIT_FINE);
}

/* The table as getopt_long has it, with the entry of zeros at its end. */
static void fill_long_options(const struct OptionTable *table,
                              struct option long_options[OPTION_COUNT_MAX + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct OptionRow *row = &table->rows[i];
        if (!row->name)
            continue;
        long_options[count++] = (struct option){
            .name = row->name,
            .has_arg = row->argument ? required_argument : no_argument,
            .val = row->key,
        };
    }
    long_options[count] = (struct option){0};
}

/* ":yo:h": what getopt_long wants to know of short forms. */
static void fill_letters(const struct OptionTable *table, char letters[2 * OPTION_COUNT_MAX + 3])
{
    if (table->has_program)
        *letters++ = '+'; /* no option after another word */
    *letters++ = ':';
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].key >= OPTION_KEY_LONG)
            continue;
        *letters++ = (char)table->rows[i].key;
        if (table->rows[i].argument)
            *letters++ = ':';
    }
    *letters = '\0';
}

/* A word that begins with two dashes and is no option, or could be several. */
static int fail_unknown_option(const struct OptionTable *table, const char *word)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    struct NearestName nearest = fwl_nearest_begin(name);
    for (size_t i = 0; i < table->count; i++) {
        const char *known = table->rows[i].name;
        if (known && strncmp(known, name, strlen(name)) == 0)
            return fwl_cmd_fail(EXIT_USAGE, NULL, "'--%s' may be --%s or another: write it out",
                                name, known);
        if (known)
            fwl_nearest_offer(&nearest, known);
    }
    if (nearest.name[0])
        return fwl_cmd_fail(EXIT_USAGE, NULL, "no option '--%s'; did you mean '--%s'?", name,
                            nearest.name);
    return fwl_cmd_fail(EXIT_USAGE, NULL,
                        "no option '--%s'; 'framewell %s --help' lists what "
                        "there is",
                        name, table->subcommand);
}

static int fail_needs_argument(const struct OptionRow *row)
{
    char form[40];
    format_option(form, sizeof form, row);
    if (row->name)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "--%s needs an argument: --%s %s", row->name,
                            row->name, row->argument);
    return fwl_cmd_fail(EXIT_USAGE, NULL, "-%c needs an argument: %s", row->key, form);
}

/* What getopt_long does not take: an option of ours that is not used as it is meant (key says
 * which), a letter that is none, or a word that is none (key is 0). */
static int fail_misused_option(const struct OptionTable *table, const char *word, int key)
{
    if (key == 0)
        return fail_unknown_option(table, word);
    for (size_t i = 0; i < table->count; i++) {
        const struct OptionRow *row = &table->rows[i];
        if (key != row->key)
            continue;
        if (row->argument)
            return fail_needs_argument(row);
        if (row->name)
            return fwl_cmd_fail(EXIT_USAGE, NULL, "--%s takes no argument", row->name);
    }
    return fwl_cmd_fail(EXIT_USAGE, NULL,
                        "no option '-%c'; 'framewell %s --help' lists what there "
                        "is",
                        key, table->subcommand);
}

int fwl_options_parse(const struct OptionTable *table, void *args, int argc, char **argv,
                      int *names)
{
    struct option long_options[OPTION_COUNT_MAX + 1];
    char letters[2 * OPTION_COUNT_MAX + 3];
    fill_long_options(table, long_options);
    fill_letters(table, letters);
    opterr = 0;
    for (;;) {
        const int key = getopt_long(argc, argv, letters, long_options, NULL);
        if (key == -1)
            break;
        if (key == '?' || key == ':')
            return fail_misused_option(table, argv[optind - 1], optopt);
        const bool is_help = key == OPTION_KEY_HELP && table->usage;
        const int status = is_help ? print_help(table) : table->take(args, key, optarg);
        if (status != ARGS_GO_ON)
            return status;
    }
    *names = optind;
    return ARGS_GO_ON;
}

int fwl_options_one_name(const struct OptionTable *table, int argc, char **argv, int names,
                         const char **name)
{
    if (argc - names < 1)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "%s needs INPUT; see 'framewell %s --help'",
                            table->subcommand, table->subcommand);
    if (argc - names > 1)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "%s takes one INPUT; '%s' is too many",
                            table->subcommand, argv[names + 1]);
    *name = argv[names];
    return ARGS_GO_ON;
}

int fwl_options_read_number(const char *option, const char *text, int min, int max, int *number)
{
    char *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < min || value > max)
        return fwl_cmd_fail(EXIT_USAGE, option, "'%s' is not a number from %d to %d", text, min,
                            max);
    *number = (int)value;
    return ARGS_GO_ON;
}

int fwl_options_read_time(const char *option, const char *text, int64_t *us)
{
    double seconds = 0;
    const char *at = text;
    for (int parts = 1;; parts++) {
        char *end = NULL;
        const double part = *at >= '0' && *at <= '9' ? strtod(at, &end) : -1;
        seconds = seconds * 60 + part;
        const bool is_fine = end && part >= 0 && (parts == 1 || part < 60) && seconds <= TIME_MAX;
        if (!is_fine || (*end && (*end != ':' || parts == 3)))
            return fwl_cmd_fail(EXIT_USAGE, option, "'%s' is not a time, such as 90 or 1:02:03.5",
                                text);
        if (!*end)
            break;
        at = end + 1;
    }
    *us = (int64_t)(seconds * 1e6 + 0.5);
    return ARGS_GO_ON;
}

/* Digits, and K, M, G or T with or without B or iB, as the library reads it. False: it is none, or
 * more than there can be. */
static bool parse_size(const char *text, size_t *size)
{
    static const char units[] = "KMGT";
    const size_t digits = strspn(text, "0123456789");
    errno = 0;
    const unsigned long long number = strtoull(text, NULL, 10);
    if (digits == 0 || errno)
        return false;
    text += digits;
    const char *unit = *text ? strchr(units, *text & ~0x20) : NULL;
    const int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    text += unit != NULL;
    text += unit && text[0] == 'i' && text[1] == 'B';
    text += *text == 'B';
    *size = (size_t)number << shift;
    return *text == '\0' && number <= SIZE_MAX >> shift;
}

int fwl_options_read_size(const char *option, const char *text, size_t min, size_t *size)
{
    if (!parse_size(text, size))
        return fwl_cmd_fail(EXIT_USAGE, option, "'%s' is not a size, such as 64M or 2G", text);
    if (*size < min)
        return fwl_cmd_fail(EXIT_USAGE, option, "'%s' is too little: at least %zu bytes", text,
                            min);
    return ARGS_GO_ON;
}
