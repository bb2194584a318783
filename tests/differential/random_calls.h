/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random numbers for sequences of calls that can be run again: the seed is printed, and the option
 * --seed N or FRAMEWELL_SEED=N in the environment sets it.
 */
#ifndef TEST_RANDOM_CALLS_H
#define TEST_RANDOM_CALLS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t random_seed = 20260421, random_state;

/* Takes --seed N out of the arguments of a program. */
static inline void random_options(int *argc, char **argv)
{
    const char *seed = getenv("FRAMEWELL_SEED");
    for (int i = 1; i + 1 < *argc; i++) {
        if (strcmp(argv[i], "--seed") != 0)
            continue;
        seed = argv[i + 1];
        *argc -= 2;
        memmove(argv + i, argv + i + 2, (size_t)(*argc - i + 1) * sizeof *argv);
        break;
    }
    if (seed)
        random_seed = strtoull(seed, NULL, 0);
}

static inline void random_start(const char *what)
{
    random_state = random_seed;
    printf("# %s: --seed %" PRIu64 "\n", what, random_seed);
}

/* 64 random bits (splitmix64). */
static inline uint64_t random_bits(void)
{
    random_state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to count - 1. */
static inline int random_below(int count)
{
    return (int)(random_bits() % (uint64_t)count);
}

static inline bool random_chance(int one_in)
{
    return random_below(one_in) == 0;
}

/* A number of up to so many bits, small ones as likely as large ones. */
static inline int64_t random_number(int max_bits)
{
    const int bits = random_below(max_bits + 1);
    return bits == 0 ? 0 : (int64_t)(random_bits() >> (64 - bits));
}

#endif
