/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz targets: a program that is one function from bytes to right or wrong.
 *
 *     int fuzz_one(const uint8_t *data, size_t size)
 *     {
 *         FwlChannelLayout layout;
 *         if (parse(&layout, data, size) == 0)
 *             fuzz_expect(is_valid(&layout));
 *         return 0;
 *     }
 *
 * Linked with fuzz.c it runs in two ways. In a build with libFuzzer (scripts/configure fuzz) that
 * makes the inputs, guided by what code they reach, and has its own options. In all others fuzz.c
 * makes them:
 *
 *     PROGRAM [--seed N] [--runs N] [--seconds N] [--max-size N] [--start FILE]...
 *     PROGRAM FILE...
 *
 * The first way makes inputs, from nothing or by changing the --start files, until the runs or the
 * seconds are over; without a seed it takes one from the clock. Each input has a seed of its own,
 * the one after the input's before it, so a failure is seen again by --seed N --runs 1: that line
 * is printed, with the name of a file that the input was written to. The second way tries the
 * files as they are. Results are TAP.
 */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The target: returns 0, or ends the program by fuzz_expect. It leaves nothing behind. */
int fuzz_one(const uint8_t *data, size_t size);

/*
 * What inputs are made from where no --start says so: a target for which bytes at random are too
 * little defines the first function, which calls the second for each. Inputs are then as large as
 * the largest of them.
 */
void fuzz_add_starts(void) __attribute__((weak));
void fuzz_add_start(const uint8_t *data, size_t size);

/* For a child that a target has forked: what ends it, after so many seconds at the latest, is its
 * parent's to look at, and not written down. */
void fuzz_begin_child(unsigned seconds);

/* The same from whichever thread. */
#define fuzz_expect(condition)                                                                     \
    ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))
#define fuzz_expect_equal(got, wanted)                                                             \
    fuzz_compare((uint64_t)(got), (uint64_t)(wanted), #got, #wanted, __FILE__, __LINE__)

_Noreturn void fuzz_fail(const char *text, const char *file, int line);
void fuzz_compare(uint64_t got, uint64_t wanted, const char *got_text, const char *wanted_text,
                  const char *file, int line);

/* An input, read from the front. Beyond its end all is 0. */
typedef struct FuzzBytes {
    const uint8_t *data;
    size_t left;
} FuzzBytes;

uint8_t fuzz_take(FuzzBytes *bytes);
uint16_t fuzz_take16(FuzzBytes *bytes);
/* A number below count, which is at most 65536. */
size_t fuzz_choose(FuzzBytes *bytes, size_t count);

#endif
