/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell-bench: what `framewell bench` starts. It is a program of its own, so that the workers,
 * which are this program again, load nothing but what is measured.
 */
#include <stdio.h>
#include <string.h>

#include "bench_options.h"
#include "bench_replay.h"
#include "bench_topics.h"
#include "command/command.h"
#include "command/nearest_name.h"
#include "command/option_table.h"

/* A new topic is one line here, and its suite in bench_TOPIC.c. `replay` needs files, and is no
 * part of `all`. */
static const struct BenchSuite *const topics[] = {
    &bench_pool_suite,
    &bench_objects_suite,
    &bench_layout_suite,
    &bench_programs_suite,
};

enum { TOPIC_COUNT = sizeof topics / sizeof *topics };

static int print_help(void)
{
    printf("Usage: framewell bench [OPTIONS] [TOPIC]\n"
           "       framewell bench [OPTIONS] replay TRACE...\n"
           "\n"
           "Measures Framewell and its peers side by side: each in a process of its own, in\n"
           "turns, so that only ratios within one run count. A row holds a figure against\n"
           "what is best, or against bare memory, and says whether it keeps its bound.\n"
           "\n"
           "Topics:\n");
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        printf("  %-13s %s\n", topics[i]->name, topics[i]->title);
    printf("  %-13s %s\n", "replay", "a program's recorded calls, from files");
    printf("  %-13s %s\n", "all", "every topic but replay; the default");
    printf("\n"
           "Options:\n");
    bench_options_print();
    printf("\n"
           "Examples:\n"
           "  framewell bench pool\n"
           "  framewell bench pool --filter frames/ --details\n"
           "  framewell bench pool --filter hot/ --peers glibc,mimalloc --rounds 31\n"
           "  framewell bench programs --filter ffmpeg/\n"
           "  framewell bench all --html >bench.html\n"
           "  framewell bench replay decode.bin --json\n"
           "\n"
           "Measure on a machine that does nothing else. Exit code 1: a peer broke down, or\n"
           "with --gate a bound is missed.\n");
    return fwl_cmd_finish_stdout(EXIT_FINE);
}

/* Workers are started with the topic's name in front. */
static int run_topics(const struct BenchSuite *const *chosen, size_t count,
                      const struct BenchOptions *options)
{
    const char *leads[TOPIC_COUNT][2] = {{0}};
    struct BenchSuite suites[TOPIC_COUNT];
    const struct BenchSuite *list[TOPIC_COUNT];
    for (size_t i = 0; i < count; i++) {
        leads[i][0] = chosen[i]->name;
        suites[i] = *chosen[i];
        suites[i].arguments = leads[i];
        list[i] = &suites[i];
    }
    return bench_run(list, count, options);
}

static int run_replay(const struct BenchOptions *options, char **paths, int count)
{
    struct BenchSuite suite;
    const int status = bench_replay_suite(&suite, paths, count);
    const struct BenchSuite *const suites[] = {&suite};
    return status == ARGS_GO_ON ? bench_run(suites, 1, options) : status;
}

static int fail_unknown(const char *word)
{
    struct NearestName nearest = fwl_nearest_begin(word);
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        fwl_nearest_offer(&nearest, topics[i]->name);
    fwl_nearest_offer(&nearest, "replay");
    fwl_nearest_offer(&nearest, "all");
    if (nearest.name[0])
        return fwl_cmd_fail(EXIT_USAGE, NULL, "no topic '%s'; did you mean '%s'?", word,
                            nearest.name);
    return fwl_cmd_fail(EXIT_USAGE, NULL, "no topic '%s'; 'framewell bench --help' lists them",
                        word);
}

static int run(const struct BenchOptions *options, char **words, int count)
{
    const char *topic = count > 0 ? words[0] : "all";
    if (strcmp(topic, "replay") == 0)
        return run_replay(options, words + 1, count - 1);
    if (count > 1)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "'%s' is one word too many", words[1]);
    if (strcmp(topic, "all") == 0)
        return run_topics(topics, TOPIC_COUNT, options);
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        if (strcmp(topic, topics[i]->name) == 0)
            return run_topics(&topics[i], 1, options);
    }
    return fail_unknown(topic);
}

int main(int argc, char **argv)
{
    struct BenchOptions options;
    int words;
    const int status = bench_options_read(&options, argc, argv, &words);
    if (status != ARGS_GO_ON)
        return status;
    if (options.wants_help)
        return print_help();
    return run(&options, argv + words, argc - words);
}
