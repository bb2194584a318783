/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of how far off pictures were. */
#include "case.h"

#include "command/play_drift.h"

static void nothing_seen_is_no_drift(void)
{
    const struct PlayDrift drift = {0};
    assert_int_equal(fwl_play_drift_median_ms(&drift), 0);
    assert_int_equal(drift.worst_ms, 0);
}

static void half_of_the_pictures_are_within_the_median(void)
{
    struct PlayDrift drift = {0};
    const int64_t late_us[] = {1999, -3000, 5000, 40000};
    for (int i = 0; i < 4; i++)
        fwl_play_drift_add(&drift, late_us[i]);
    assert_int_equal(fwl_play_drift_median_ms(&drift), 3);
    assert_int_equal(drift.worst_ms, 40);
    assert_int_equal(drift.count, 4);
}

static void hours_count_as_a_second(void)
{
    struct PlayDrift drift = {0};
    fwl_play_drift_add(&drift, INT64_C(7200000000));
    assert_int_equal(fwl_play_drift_median_ms(&drift), PLAY_DRIFT_MS_MAX);
    assert_int_equal(drift.worst_ms, PLAY_DRIFT_MS_MAX);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(nothing_seen_is_no_drift),
        CASE(half_of_the_pictures_are_within_the_median),
        CASE(hours_count_as_a_second),
    };
    return run_cases("play_drift", cases, sizeof cases / sizeof cases[0], argc, argv);
}
