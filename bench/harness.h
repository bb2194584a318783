/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmark harness: the same work done by several peers, side by side in one run.
 *
 * A *work* is something to do many times; a *peer* is one way of doing it. For each work every peer
 * gets a process of its own, with the peer's library preloaded where it has one, and the processes
 * take turns: A B C A B C ..., one batch each. The batch of each peer is as long as --batch says,
 * found by trying. So all peers meet the same moods of the machine, none inherits another one's
 * heap, and what is compared are ratios within one round.
 *
 *     static void *start(const struct BenchWork *work, const struct BenchPeer *peer,
 *                        const char **why);
 *     static uint64_t ref_and_unref(void *state, uint64_t count, struct BenchReport *report);
 *     static void stop(void *state);
 *
 *     static const struct BenchWork works[] = {
 *         {.name = "ref", .title = "a reference more and one less", .unit = "ns", .kinds = ~0u,
 *          .setup = start, .run = ref_and_unref, .teardown = stop,
 *          .bounds = {{.metric = BENCH_TIME, .limit = 1.1, .against = BENCH_BEST,
 *                      .is_set = true}}},
 *     };
 *     ...
 *     return bench_main(&suite, argc, argv);
 *
 * What the numbers mean and how to read them: docs/bench.md.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_BOUNDS_MAX = 4, BENCH_PEERS_MAX = 16, BENCH_TEXT_MAX = 128 };

struct BenchPeer {
    const char *name;
    unsigned kind;       /* one bit: works say which kinds they are for */
    bool is_floor;       /* what no peer can beat (bare memory, a bare loop): never "the best" */
    const char *preload; /* the library to preload: beside this program, or as the loader finds it;
                            NULL for none */
    const char *package; /* the Debian package it comes from, named where it is absent */
    /* Writes the peer's version, as it is in this process; false where it cannot be used. NULL: it
     * has none, and is always there. */
    bool (*describe)(char *version, size_t size);
};

/* What a run can tell beside its time; all 0 before each run. */
struct BenchReport {
    double value;       /* the measured number, for works that are no matter of time */
    uint64_t live_size; /* the most bytes asked for that were live at a time, so far */
    uint64_t faults;    /* is_program: of all programs of the run */
    uint64_t peak_size; /* is_program: bytes, resident in the largest of them */
};

enum BenchMetric {
    BENCH_TIME,   /* per operation; the value, for works that are no matter of time */
    BENCH_FAULTS, /* minor page faults per operation, after the warm-up */
    BENCH_RSS,    /* peak resident memory above what the process held before the first run; of a
                     program, all that it had in the round */
};

/* Names for `against` beside those of the peers. */
#define BENCH_BEST "best" /* the best of the other peers that are no floor */
#define BENCH_LIVE "live" /* BENCH_RSS only: the run's live_size */

/* subject <= limit * against + plus; against NULL: subject <= limit. */
struct BenchBound {
    enum BenchMetric metric;
    double limit;
    const char *against;
    double plus;
    bool is_set; /* there is a bound here */
};

struct BenchWork {
    const char *name;      /* path-like: "hot/64B" */
    const char *title;     /* one line for readers */
    const char *unit;      /* ns, us, ms per operation; the value's for is_value */
    bool is_value;         /* what counts is report->value, not the time; less is better */
    bool is_program;       /* other programs do it: report->faults and peak_size are theirs */
    bool is_long;          /* left out by --quick */
    unsigned kinds;        /* the peers that can do it */
    unsigned max_rounds;   /* where more say nothing; 0 for no limit */
    size_t memory;         /* bytes that one peer needs, where it is much */
    const void *parameter; /* the work's own */

    /*
     * Makes what the work needs for itself, from bench_memory and touched: memory that appears
     * later counts as the peer's. Not NULL; or NULL, and *why says what is missing.
     */
    void *(*setup)(const struct BenchWork *work, const struct BenchPeer *peer, const char **why);

    /* Does the work count times and gives the number of operations that this was. */
    uint64_t (*run)(void *state, uint64_t count, struct BenchReport *report);

    void (*teardown)(void *state);

    struct BenchBound bounds[BENCH_BOUNDS_MAX];
};

/* The works whose names begin with "NAME/" or are NAME are rows under one heading; without a line
 * here it is the title of the first of them. */
struct BenchGroup {
    const char *name;
    const char *title; /* up to 60 columns */
};

struct BenchSuite {
    const char *name;
    const char *title; /* up to 60 columns */
    const struct BenchGroup *groups;
    size_t group_count;
    const struct BenchPeer *peers;
    size_t peer_count;
    const struct BenchWork *works;
    size_t work_count;
    const char *subject; /* the peer that the bounds are about */
    bool has_details;    /* every peer's numbers are told without being asked for */
    void (*begin)(void); /* makes what all workers share and inherit, before the first; or NULL */
    const char *const *arguments; /* that lead the executable to this suite, ended by NULL; NULL:
                                     none are needed */
};

struct BenchOptions;

/* Reads the options and runs the suite. Gives the exit code: EXIT_FINE and its likes of
 * command/command.h, or 1 where a peer broke down, or a bound is missed with --gate. */
int bench_main(const struct BenchSuite *suite, int argc, char **argv);

/* The same for several suites in a row, as the options say that were read. */
int bench_run(const struct BenchSuite *const *suites, size_t count,
              const struct BenchOptions *options);

/* For works */

/* Zero pages of its own, in memory already, from no peer's allocator; ends the process where there
 * are none. */
void *bench_memory(size_t size);
/* NULL is nothing. */
void bench_memory_free(void *memory, size_t size);

/* The same, with huge pages behind it where the system has them. */
void *bench_huge_memory(size_t size);

/* Ends the process with a word on stderr: the peer cannot do its work. */
_Noreturn void bench_die(const char *what);

/* The pointer counts as used, and all memory as read and written. */
static inline void bench_keep(const void *pointer)
{
    __asm__ volatile("" : : "r"(pointer) : "memory");
}

/* The next of a row of random numbers (xorshift64*); *state is not 0. */
static inline uint64_t bench_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* A random size from least to most, its logarithm uniform. */
size_t bench_random_size(uint64_t *state, size_t least, size_t most);

#endif
