/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <math.h>

#include "case.h"
#include "framewell/rational.h"

static const FwlRational mpeg = {1, 90000};
static const FwlRational milliseconds = {1, 1000};

static void expect_reduced(int64_t num, int64_t den, int64_t max, int is_exact, int to_num,
                           int to_den)
{
    int n = 77;
    int d = 77;
    assert_int_equal(fwl_reduce(&n, &d, num, den, max), is_exact);
    assert_int_equal(n, to_num);
    assert_int_equal(d, to_den);
}

static void a_fraction_is_its_two_parts(void)
{
    const FwlRational q = fwl_make_q(30000, 1001);
    assert_int_equal(q.num, 30000);
    assert_int_equal(q.den, 1001);
    assert_true(fwl_q2d(q) > 29.97002 && fwl_q2d(q) < 29.97003);
    assert_true(isnan(fwl_q2d(fwl_make_q(0, 0))));
    assert_int_equal(FWL_TIME_BASE_Q.den, 1000000);
}

static void what_fits_is_reduced_exactly(void)
{
    expect_reduced(1920, 1080, INT_MAX, 1, 16, 9);
    expect_reduced(0, 5, INT_MAX, 1, 0, 1);
    expect_reduced(0, 0, INT_MAX, 1, 0, 0);
    expect_reduced(3, 0, INT_MAX, 1, 1, 0);
    expect_reduced(INT64_MIN, INT64_MIN, 1, 1, 1, 1);
}

static void the_sign_goes_to_the_numerator(void)
{
    expect_reduced(-2, 4, 10, 1, -1, 2);
    expect_reduced(2, -4, 10, 1, -1, 2);
    expect_reduced(-2, -4, 10, 1, 1, 2);
}

static void what_does_not_fit_becomes_the_nearest(void)
{
    expect_reduced(314159265, 100000000, 1000, 0, 355, 113);
    expect_reduced(314159265, 100000000, 100, 0, 22, 7);
    expect_reduced(INT64_MAX, 1, 1000, 0, 1000, 1);
    expect_reduced(1, INT64_MAX, 1000, 0, 0, 1);
}

static void a_bound_beyond_int_counts_as_int_max_and_below_1_as_1(void)
{
    expect_reduced(INT_MAX, 2, INT64_MAX, 1, INT_MAX, 2);
    expect_reduced((int64_t)INT_MAX + 1, 1, INT64_MAX, 0, INT_MAX, 1);
    expect_reduced(3, 5, 0, 0, 1, 1);
    expect_reduced(3, 5, INT64_MIN, 0, 1, 1);
}

static void timestamps_move_between_time_bases(void)
{
    assert_int_equal(fwl_rescale_q(180045, mpeg, milliseconds), 2001);
    assert_int_equal(fwl_rescale_q(-180045, mpeg, milliseconds), -2001);
    assert_int_equal(fwl_rescale_q(2000, milliseconds, mpeg), 180000);
    assert_int_equal(fwl_rescale(10, 3, 4), 8);
}

static void each_rounding_goes_its_way(void)
{
    static const struct {
        enum FwlRounding rnd;
        int64_t of_3_halves;
        int64_t of_minus_3_halves;
        int64_t of_4_thirds;
        int64_t of_minus_4_thirds;
    } expected[] = {
        {FWL_ROUND_ZERO, 1, -1, 1, -1}, {FWL_ROUND_INF, 2, -2, 2, -2},
        {FWL_ROUND_DOWN, 1, -2, 1, -2}, {FWL_ROUND_UP, 2, -1, 2, -1},
        {FWL_ROUND_NEAR_INF, 2, -2, 1, -1},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const enum FwlRounding rnd = expected[i].rnd;
        assert_int_equal(fwl_rescale_rnd(3, 1, 2, rnd), expected[i].of_3_halves);
        assert_int_equal(fwl_rescale_rnd(-3, 1, 2, rnd), expected[i].of_minus_3_halves);
        assert_int_equal(fwl_rescale_rnd(4, 1, 3, rnd), expected[i].of_4_thirds);
        assert_int_equal(fwl_rescale_rnd(-4, 1, 3, rnd), expected[i].of_minus_4_thirds);
    }
}

static void large_products_are_exact(void)
{
    assert_true(fwl_rescale(INT64_MAX, INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_true(fwl_rescale(INT64_MAX - 1, INT64_MAX, INT64_MAX) == INT64_MAX - 1);
    assert_true(fwl_rescale_rnd(INT64_MAX, INT64_MAX - 1, INT64_MAX, FWL_ROUND_ZERO) ==
                INT64_MAX - 1);
    assert_true(fwl_rescale(-INT64_MAX, 1, 1) == -INT64_MAX);
}

static void what_does_not_fit_is_int64_min(void)
{
    assert_true(fwl_rescale(INT64_MAX, 2, 1) == INT64_MIN);
    assert_true(fwl_rescale(-INT64_MAX, 2, 1) == INT64_MIN);
    assert_true(fwl_rescale(INT64_MAX, INT64_MAX, 1) == INT64_MIN);
    assert_true(fwl_rescale_rnd(INT64_MAX, 3, 2, FWL_ROUND_UP) == INT64_MIN);
}

static void nonsense_is_int64_min(void)
{
    assert_true(fwl_rescale(1, 1, 0) == INT64_MIN);
    assert_true(fwl_rescale(1, 1, -1) == INT64_MIN);
    assert_true(fwl_rescale(1, -1, 1) == INT64_MIN);
    assert_true(fwl_rescale_rnd(1, 1, 1, (enum FwlRounding)4) == INT64_MIN);
    assert_true(fwl_rescale_rnd(1, 1, 1, (enum FwlRounding)6) == INT64_MIN);
    assert_true(fwl_rescale_q(1, mpeg, fwl_make_q(0, 1)) == INT64_MIN);
}

static void extremes_pass_unchanged_where_asked(void)
{
    const enum FwlRounding rnd =
        (enum FwlRounding)((unsigned)FWL_ROUND_UP | (unsigned)FWL_ROUND_PASS_MINMAX);
    assert_true(fwl_rescale_rnd(FWL_NOPTS_VALUE, 1, 2, rnd) == FWL_NOPTS_VALUE);
    assert_true(fwl_rescale_rnd(INT64_MAX, 1, 2, rnd) == INT64_MAX);
    assert_int_equal(fwl_rescale_rnd(3, 1, 2, rnd), 2);
    assert_true(fwl_rescale_q_rnd(FWL_NOPTS_VALUE, mpeg, milliseconds, rnd) == FWL_NOPTS_VALUE);
}

static void int64_min_counts_as_its_neighbour(void)
{
    assert_true(fwl_rescale(INT64_MIN, 1, 1) == -INT64_MAX);
}

static void timestamps_are_compared_across_time_bases(void)
{
    assert_int_equal(fwl_compare_ts(90000, mpeg, 1000, milliseconds), 0);
    assert_int_equal(fwl_compare_ts(89999, mpeg, 1000, milliseconds), -1);
    assert_int_equal(fwl_compare_ts(90001, mpeg, 1000, milliseconds), 1);
    assert_int_equal(fwl_compare_ts(-1, mpeg, 0, milliseconds), -1);
}

static void comparing_is_exact_at_the_extremes(void)
{
    const FwlRational coarse = {INT_MAX, 1};
    const FwlRational fine = {1, INT_MAX};
    assert_int_equal(fwl_compare_ts(INT64_MAX, coarse, INT64_MAX, fine), 1);
    assert_int_equal(fwl_compare_ts(INT64_MIN, coarse, INT64_MIN, fine), -1);
    assert_int_equal(fwl_compare_ts(INT64_MAX, fine, INT64_MAX - 1, fine), 1);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_fraction_is_its_two_parts),
        CASE(what_fits_is_reduced_exactly),
        CASE(the_sign_goes_to_the_numerator),
        CASE(what_does_not_fit_becomes_the_nearest),
        CASE(a_bound_beyond_int_counts_as_int_max_and_below_1_as_1),
        CASE(timestamps_move_between_time_bases),
        CASE(each_rounding_goes_its_way),
        CASE(large_products_are_exact),
        CASE(what_does_not_fit_is_int64_min),
        CASE(nonsense_is_int64_min),
        CASE(extremes_pass_unchanged_where_asked),
        CASE(int64_min_counts_as_its_neighbour),
        CASE(timestamps_are_compared_across_time_bases),
        CASE(comparing_is_exact_at_the_extremes),
    };
    return run_cases("rational", cases, sizeof cases / sizeof cases[0], argc, argv);
}
