/* SPDX-License-Identifier: BSD-2-Clause */
#include "summary.h"

#include <math.h>
#include <string.h>

#include "case.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void expect_near(double value, double expected)
{
    if (fabs(value - expected) > 1e-12)
        fail_msg("%.17g, expected %.17g", value, expected);
}

static void an_odd_number_of_samples_has_its_middle_as_median(void)
{
    const double samples[] = {9, 1, 5, 3, 7};
    const struct Summary summary = bench_summarise(samples, COUNT(samples));
    expect_near(summary.min, 1);
    expect_near(summary.p25, 3);
    expect_near(summary.median, 5);
    expect_near(summary.p75, 7);
    expect_near(summary.max, 9);
    expect_near(summary.mad, 2);
}

static void quartiles_lie_between_the_samples_beside_them(void)
{
    const double samples[] = {4, 1, 3, 2};
    const struct Summary summary = bench_summarise(samples, COUNT(samples));
    expect_near(summary.p25, 1.75);
    expect_near(summary.median, 2.5);
    expect_near(summary.p75, 3.25);
    expect_near(summary.mad, 1);
}

static void one_sample_is_all_of_them(void)
{
    const double sample = 42;
    const struct Summary summary = bench_summarise(&sample, 1);
    expect_near(summary.min, 42);
    expect_near(summary.p25, 42);
    expect_near(summary.median, 42);
    expect_near(summary.max, 42);
    expect_near(summary.mad, 0);
}

static void the_samples_stay_in_their_order(void)
{
    double samples[] = {3, 1, 2};
    const double before[] = {3, 1, 2};
    bench_summarise(samples, COUNT(samples));
    assert_memory_equal(samples, before, sizeof before);
}

static void one_wild_sample_moves_neither_median_nor_mad(void)
{
    const double samples[] = {10, 11, 12, 13, 1e9};
    const struct Summary summary = bench_summarise(samples, COUNT(samples));
    expect_near(summary.median, 12);
    expect_near(summary.mad, 1);
}

static void the_most_samples_are_sorted_right(void)
{
    static double samples[BENCH_SAMPLES_MAX];
    for (size_t i = 0; i < BENCH_SAMPLES_MAX; i++)
        samples[i] = (double)((i * 7919) % BENCH_SAMPLES_MAX);
    const struct Summary summary = bench_summarise(samples, BENCH_SAMPLES_MAX);
    expect_near(summary.min, 0);
    expect_near(summary.median, (BENCH_SAMPLES_MAX - 1) / 2.0);
    expect_near(summary.max, BENCH_SAMPLES_MAX - 1);
}

static void a_machine_that_slows_down_for_both_leaves_the_ratio_alone(void)
{
    const double value[] = {20, 200, 24};
    const double reference[] = {10, 100, 12};
    const struct Summary ratio = bench_summarise_ratio(value, reference, COUNT(value));
    expect_near(ratio.min, 2);
    expect_near(ratio.max, 2);
}

static void the_ratio_pairs_samples_of_one_round(void)
{
    const double value[] = {1, 4, 9};
    const double reference[] = {2, 4, 3};
    const struct Summary ratio = bench_summarise_ratio(value, reference, COUNT(value));
    expect_near(ratio.min, 0.5);
    expect_near(ratio.median, 1);
    expect_near(ratio.max, 3);
}

static void nothing_against_nothing_is_one_and_something_is_infinite(void)
{
    const double value[] = {0, 3};
    const double nothing[] = {0, 0};
    const struct Summary ratio = bench_summarise_ratio(value, nothing, COUNT(value));
    expect_near(ratio.min, 1);
    assert_true(ratio.max == HUGE_VAL);
}

static void infinite_ratios_leave_the_median_of_the_others_a_number(void)
{
    const double value[] = {2, 2, 2, 5, 5};
    const double reference[] = {1, 1, 1, 0, 0};
    const struct Summary ratio = bench_summarise_ratio(value, reference, COUNT(value));
    expect_near(ratio.median, 2);
    expect_near(ratio.mad, 0);
}

static void a_median_at_the_bound_holds(void)
{
    const struct Summary ratio = {.p25 = 1.1, .median = 1.1, .p75 = 1.1};
    const struct Judgement judgement = bench_judge(&ratio, 1.1);
    assert_true(judgement.holds);
    assert_false(judgement.is_close);
    assert_string_equal(bench_judgement_name(judgement), "holds");
}

static void a_median_above_the_bound_misses(void)
{
    const struct Summary ratio = {.p25 = 1.15, .median = 1.2, .p75 = 1.3};
    assert_string_equal(bench_judgement_name(bench_judge(&ratio, 1.1)), "misses");
}

static void quartiles_on_both_sides_of_the_bound_are_noise(void)
{
    const struct Summary below = {.p25 = 0.9, .median = 1.0, .p75 = 1.2};
    const struct Summary above = {.p25 = 0.9, .median = 1.15, .p75 = 1.2};
    assert_string_equal(bench_judgement_name(bench_judge(&below, 1.1)), "noise");
    assert_string_equal(bench_judgement_name(bench_judge(&above, 1.1)), "noise");
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(an_odd_number_of_samples_has_its_middle_as_median),
        CASE(quartiles_lie_between_the_samples_beside_them),
        CASE(one_sample_is_all_of_them),
        CASE(the_samples_stay_in_their_order),
        CASE(one_wild_sample_moves_neither_median_nor_mad),
        CASE(the_most_samples_are_sorted_right),
        CASE(a_machine_that_slows_down_for_both_leaves_the_ratio_alone),
        CASE(the_ratio_pairs_samples_of_one_round),
        CASE(nothing_against_nothing_is_one_and_something_is_infinite),
        CASE(infinite_ratios_leave_the_median_of_the_others_a_number),
        CASE(a_median_at_the_bound_holds),
        CASE(a_median_above_the_bound_misses),
        CASE(quartiles_on_both_sides_of_the_bound_are_noise),
    };
    return run_cases("summary", cases, COUNT(cases), argc, argv);
}
