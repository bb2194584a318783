/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts comparisons with another library and what differs: COMPARE(ours, theirs, "what", ...), and
 * tally_expect_none at the end of a case, which prints both counts.
 */
#ifndef TEST_TALLY_H
#define TEST_TALLY_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "case.h"

enum { TALLY_SHOWN = 10 };

static uint64_t tally_comparisons, tally_differences;

#define COMPARE(ours, theirs, ...)                                                                 \
    do {                                                                                           \
        const int64_t ours_ = (int64_t)(ours), theirs_ = (int64_t)(theirs);                        \
        tally_comparisons++;                                                                       \
        if (ours_ != theirs_ && tally_differences++ < TALLY_SHOWN) {                               \
            print_error("%s: %" PRId64 " is not %" PRId64 ": ", #ours, ours_, theirs_);            \
            print_error(__VA_ARGS__);                                                              \
            print_error("\n");                                                                     \
        }                                                                                          \
    } while (0)

static void tally_expect_none(const char *what)
{
    const uint64_t differences = tally_differences;
    printf("# %s: %" PRIu64 " comparisons, %" PRIu64 " differences\n", what, tally_comparisons,
           differences);
    tally_comparisons = tally_differences = 0;
    assert_int_equal(differences, 0);
}

/* 1 where both strings are the same or both NULL. */
static inline int is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

#endif
