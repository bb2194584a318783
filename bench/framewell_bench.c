/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell-bench: what `framewell bench` starts. It is a program of its own, so that the workers,
 * which are this program again, load nothing but what is measured.
 */
#include <stdio.h>
#include <string.h>

#include "bench_topics.h"

enum { EXIT_USAGE = 2 };

struct Topic {
    const char *name;
    const struct BenchSuite *suite;
};

/* A new topic is one line here, and its suite in bench_TOPIC.c. */
static const struct Topic topics[] = {
    {"pool", &bench_pool_suite},
    {"objects", &bench_objects_suite},
};

enum { TOPIC_COUNT = sizeof topics / sizeof *topics };

/* Workers are started with the same words in front. */
static int run_topic(const struct Topic *topic, int argc, char **argv)
{
    const char *const lead[] = {topic->name, NULL};
    struct BenchSuite suite = *topic->suite;
    suite.arguments = lead;
    return bench_main(&suite, argc, argv);
}

static int print_usage(FILE *out, int code)
{
    fprintf(out, "Usage: framewell bench TOPIC [OPTIONS]\n"
                 "       framewell bench TOPIC --help\n"
                 "\n"
                 "Topics:\n");
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        fprintf(out, "  %-13s %s\n", topics[i].name, topics[i].suite->title);
    return code;
}

int main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return print_usage(stdout, 0);
    for (size_t i = 0; argc > 1 && i < TOPIC_COUNT; i++) {
        if (strcmp(argv[1], topics[i].name) == 0)
            return run_topic(&topics[i], argc - 1, argv + 1);
    }
    return print_usage(stderr, EXIT_USAGE);
}
