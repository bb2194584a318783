/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts calls of a function of ours and its counterpart in another library, comparisons of what
 * came of them, and what differs. CALL(ours, theirs, "what", ...) makes the calls and compares the
 * results; COMPARE compares anything else; tally_call counts calls whose results are compared
 * piece by piece. tally_expect_none at the end of a case prints the counts (scripts/test adds them
 * up).
 */
#ifndef TEST_TALLY_H
#define TEST_TALLY_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "case.h"

enum { TALLY_SHOWN = 10 };

static uint64_t tally_calls, tally_comparisons, tally_differences;

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

#define CALL(ours, theirs, ...)                                                                    \
    do {                                                                                           \
        tally_calls++;                                                                             \
        COMPARE(ours, theirs, __VA_ARGS__);                                                        \
    } while (0)

static inline void tally_call(void)
{
    tally_calls++;
}

static void tally_expect_none(const char *what)
{
    const uint64_t differences = tally_differences;
    printf("# %s: %" PRIu64 " calls, %" PRIu64 " comparisons, %" PRIu64 " differences\n", what,
           tally_calls, tally_comparisons, differences);
    tally_calls = tally_comparisons = tally_differences = 0;
    assert_int_equal(differences, 0);
}

/* 1 where both strings are the same or both NULL. */
static inline int is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

#endif
