/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fwl_memcpy_backptr against av_memcpy_backptr, at every period from 1 to 64 and 56 sizes:
 *
 *     backptr_matrix [--rounds N] [--all] [--noise COPY] [apart|shifted|chained]
 *
 * Both are called in one process, in turn, some microseconds each, so that whatever else happens on
 * the machine happens to both; a pair's ratio is the median of the rounds' ratios. Printed are the
 * pairs at which three quarters of the rounds are above 1, in two measurements, with the ratio, its
 * quartiles and both times in ns; with --all every pair. The last line counts. What lies between
 * two calls decides how long they take, so there are three patterns:
 *
 *     apart     the same destination again and again: what is read was not just written
 *     shifted   each one byte behind the last, eight in turn: what is read spans several stores
 *     chained   each where the last one ended, as a decoder does it
 *
 * How many pairs lie above between two functions that are the same, and by how much, is found by
 * --noise COPY, a copy of libavutil's file, which is loaded beside it and takes our place.
 */
#include <dlfcn.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libavutil/mem.h>

#include "framewell/mem.h"
#include "summary.h"

enum {
    PERIOD_MAX = 64,
    SIZE_LIMIT = 65536,
    AREA_SIZE = 4 * SIZE_LIMIT,
    ROUNDS = 61,
    BATCH_BYTES = 100000, /* with 200 for each call: some microseconds */
    CALLS_MIN = 8,
    CALLS_MAX = 400,
};

typedef void Backptr(uint8_t *dst, int back, int count);

enum Pattern { APART, SHIFTED, CHAINED, PATTERN_COUNT };
static const char *const pattern_names[] = {"apart", "shifted", "chained"};

struct Matrix {
    Backptr *subject;
    enum Pattern pattern;
    int rounds;
    bool wants_all;
    int pairs, above; /* measured, and beyond noise above libavutil's time */
    int worst_period, worst_size;
    double worst, log_sum;
};

struct Pair {
    struct Summary ratio;
    double ours, theirs; /* ns of a call */
};

static uint8_t area[PERIOD_MAX + 8 + AREA_SIZE];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double time_calls(Backptr *copy, const struct Matrix *matrix, int period, int size)
{
    const int tried = BATCH_BYTES / (size + 200);
    const int calls = tried < CALLS_MIN ? CALLS_MIN : tried > CALLS_MAX ? CALLS_MAX : tried;
    uint8_t *const begin = area + PERIOD_MAX, *const end = begin + AREA_SIZE - SIZE_LIMIT;
    const int shift = matrix->pattern == SHIFTED ? 7 : 0;
    const ptrdiff_t advance = matrix->pattern == CHAINED ? size : 0;
    uint8_t *dst = begin;
    const double start = now();
    for (int i = 0; i < calls; i++) {
        copy(dst + (i & shift), period, size);
        __asm__ volatile("" : : : "memory");
        dst += advance;
        dst = dst < end ? dst : begin;
    }
    return (now() - start) / calls;
}

static struct Pair measure(const struct Matrix *matrix, int period, int size)
{
    static double ours[BENCH_SAMPLES_MAX], theirs[BENCH_SAMPLES_MAX];
    for (int i = -2; i < matrix->rounds; i++) { /* the first ones warm up */
        const bool first = i % 2 == 0;
        double our = first ? time_calls(matrix->subject, matrix, period, size) : 0;
        const double their = time_calls(av_memcpy_backptr, matrix, period, size);
        our = first ? our : time_calls(matrix->subject, matrix, period, size);
        if (i < 0)
            continue;
        ours[i] = our;
        theirs[i] = their;
    }
    const size_t count = (size_t)matrix->rounds;
    return (struct Pair){.ratio = bench_summarise_ratio(ours, theirs, count),
                         .ours = bench_summarise(ours, count).median,
                         .theirs = bench_summarise(theirs, count).median};
}

static void take_pair(struct Matrix *matrix, int period, int size)
{
    struct Pair pair = measure(matrix, period, size);
    if (pair.ratio.p25 > 1) /* or something came between */
        pair = measure(matrix, period, size);
    const bool is_above = pair.ratio.p25 > 1;
    matrix->pairs++;
    matrix->above += is_above;
    matrix->log_sum += log(pair.ratio.median);
    if (pair.ratio.median > matrix->worst) {
        matrix->worst = pair.ratio.median;
        matrix->worst_period = period;
        matrix->worst_size = size;
    }
    if (is_above || matrix->wants_all)
        printf("back %2d count %5d  ratio %.2f  quartiles %.2f-%.2f  %.2f ns against %.2f\n",
               period, size, pair.ratio.median, pair.ratio.p25, pair.ratio.p75, pair.ours,
               pair.theirs);
}

static void run(struct Matrix *matrix)
{
    static const int sizes[] = {40,  48,  56,   63,   64,   65,   80,    96,
                                100, 128, 150,  192,  200,  255,  256,   300,
                                400, 512, 1000, 2000, 4096, 9000, 16384, SIZE_LIMIT};
    for (int period = 1; period <= PERIOD_MAX; period++) {
        for (int size = 1; size <= 32; size++)
            take_pair(matrix, period, size);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            take_pair(matrix, period, sizes[i]);
    }
    printf("%s: %d of %d pairs above 1.0 beyond noise; the worst, back %d count %d, %.2f; "
           "geometric mean %.2f\n",
           pattern_names[matrix->pattern], matrix->above, matrix->pairs, matrix->worst_period,
           matrix->worst_size, matrix->worst, exp(matrix->log_sum / matrix->pairs));
}

/* NULL, and why is printed, where the file is none. */
static Backptr *load_copy(const char *path)
{
    void *copy = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = copy ? dlsym(copy, "av_memcpy_backptr") : NULL;
    Backptr *function;
    if (!symbol)
        fprintf(stderr, "backptr_matrix: %s\n", dlerror());
    memcpy(&function, &symbol, sizeof function);
    return function;
}

static int usage(void)
{
    fprintf(stderr, "usage: backptr_matrix [--rounds N] [--all] [--noise COPY] "
                    "[apart|shifted|chained]\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct Matrix matrix = {.subject = fwl_memcpy_backptr, .rounds = ROUNDS};
    for (int i = 1; i < argc; i++) {
        int pattern = 0;
        while (pattern < PATTERN_COUNT && strcmp(argv[i], pattern_names[pattern]) != 0)
            pattern++;
        if (pattern < PATTERN_COUNT)
            matrix.pattern = (enum Pattern)pattern;
        else if (strcmp(argv[i], "--all") == 0)
            matrix.wants_all = true;
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            matrix.rounds = atoi(argv[++i]);
        else if (strcmp(argv[i], "--noise") == 0 && i + 1 < argc)
            matrix.subject = load_copy(argv[++i]);
        else
            return usage();
    }
    if (!matrix.subject)
        return 2;
    if (matrix.rounds < 1 || matrix.rounds > BENCH_SAMPLES_MAX)
        return usage();
    run(&matrix);
    return 0;
}
