/* SPDX-License-Identifier: BSD-2-Clause */
/* Fractions and timestamps against the installed libavutil. */
#include <libavutil/mathematics.h>
#include <libavutil/rational.h>

#include "case.h"
#include "framewell/rational.h"
#include "random_calls.h"
#include "tally.h"

enum { ROUNDS = 100000 };

__extension__ typedef __int128 Wide;

static int64_t random_signed(int max_bits)
{
    const int64_t number = random_number(max_bits);
    return random_chance(2) ? number : -number;
}

/* Whether a * b / c is beyond 64 bits, where libavutil's result is not defined. */
static bool is_far_too_large(int64_t a, int64_t b, int64_t c)
{
    const Wide product = (Wide)(a < 0 ? -(Wide)a : (Wide)a) * b;
    return c > 0 && b >= 0 && product / c > (Wide)INT64_MAX;
}

static void rescaling_is_the_same(void)
{
    static const unsigned roundings[] = {0, 1, 2, 3, 5, 4, 8192, 8193, 8194, 8195, 8197};
    random_start("rescale");
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t a = random_chance(50) ? INT64_MIN : random_signed(63);
        const int64_t b = random_chance(50) ? -1 : random_number(63);
        const int64_t c = random_chance(50) ? 0 : random_number(63);
        const unsigned rnd = roundings[random_below(11)];
        if (is_far_too_large(a, b, c))
            continue;
        CALL(fwl_rescale_rnd(a, b, c, (enum FwlRounding)rnd),
             av_rescale_rnd(a, b, c, (enum AVRounding)rnd), "%d: %u", i, rnd);
        CALL(fwl_rescale(a, b, c), av_rescale(a, b, c), "%d", i);
    }
    tally_expect_none("rescale");
}

static void rescaling_by_fractions_is_the_same(void)
{
    static const unsigned roundings[] = {0, 1, 2, 3, 5, 8192, 8197};
    random_start("rescale_q");
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t a = random_signed(50);
        const int parts[4] = {(int)random_number(31), (int)random_number(31),
                              (int)random_number(31), (int)random_number(31)};
        if (is_far_too_large(a, parts[0] * (int64_t)parts[3], parts[2] * (int64_t)parts[1]))
            continue;
        const unsigned rnd = roundings[random_below(7)];
        CALL(fwl_rescale_q_rnd(a, fwl_make_q(parts[0], parts[1]), fwl_make_q(parts[2], parts[3]),
                               (enum FwlRounding)rnd),
             av_rescale_q_rnd(a, av_make_q(parts[0], parts[1]), av_make_q(parts[2], parts[3]),
                              (enum AVRounding)rnd),
             "%d: %u", i, rnd);
        CALL(fwl_rescale_q(a, fwl_make_q(parts[0], parts[1]), fwl_make_q(parts[2], parts[3])),
             av_rescale_q(a, av_make_q(parts[0], parts[1]), av_make_q(parts[2], parts[3])), "%d",
             i);
    }
    tally_expect_none("rescale_q");
}

static void comparing_timestamps_is_the_same(void)
{
    random_start("compare_ts");
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t a = random_signed(30);
        const int64_t b = random_chance(3) ? a : random_signed(30);
        const int parts[4] = {1 + (int)random_number(14), 1 + (int)random_number(14),
                              1 + (int)random_number(14), 1 + (int)random_number(14)};
        CALL(fwl_compare_ts(a, fwl_make_q(parts[0], parts[1]), b, fwl_make_q(parts[2], parts[3])),
             av_compare_ts(a, av_make_q(parts[0], parts[1]), b, av_make_q(parts[2], parts[3])),
             "%d", i);
    }
    tally_expect_none("compare_ts");
}

static void reducing_is_the_same(void)
{
    random_start("reduce");
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t num = random_signed(30);
        const int64_t den = random_signed(30);
        const int64_t max = 1 + random_number(30);
        int ours[2], theirs[2];
        const int is_exact = fwl_reduce(&ours[0], &ours[1], num, den, max);
        COMPARE(is_exact, av_reduce(&theirs[0], &theirs[1], num, den, max), "%d", i);
        COMPARE(ours[0], theirs[0], "%d: %" PRId64 " / %" PRId64 " to %" PRId64, i, num, den, max);
        COMPARE(ours[1], theirs[1], "%d: %" PRId64 " / %" PRId64 " to %" PRId64, i, num, den, max);
        CALL(fwl_q2d(fwl_make_q(ours[0], ours[1])) * 1000.0,
             av_q2d(av_make_q(theirs[0], theirs[1] ? theirs[1] : ours[1])) * 1000.0, "%d", i);
    }
    tally_expect_none("reduce");
}

int main(int argc, char **argv)
{
    random_options(&argc, argv);
    /* None of them allocates. */
    static const struct TestCase cases[] = {
        CASE_ONCE(rescaling_is_the_same),
        CASE_ONCE(rescaling_by_fractions_is_the_same),
        CASE_ONCE(comparing_timestamps_is_the_same),
        CASE_ONCE(reducing_is_the_same),
    };
    return run_cases("rational against libavutil", cases, sizeof cases / sizeof cases[0], argc,
                     argv);
}
