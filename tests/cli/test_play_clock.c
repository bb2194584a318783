/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic of the player's clock. */
#include "case.h"

#include "command/play_clock.h"

static void a_clock_stands_until_it_is_started(void)
{
    struct PlayClock clock = {0};
    assert_int_equal(fwl_play_clock_position(&clock, 1000), 0);
    fwl_play_clock_start(&clock, 1000);
    assert_int_equal(fwl_play_clock_position(&clock, 1700), 700);
}

static void a_stopped_clock_keeps_its_moment(void)
{
    struct PlayClock clock = {0};
    fwl_play_clock_start(&clock, 1000);
    fwl_play_clock_stop(&clock, 1500);
    assert_int_equal(fwl_play_clock_position(&clock, 9000), 500);
    fwl_play_clock_start(&clock, 9000);
    assert_int_equal(fwl_play_clock_position(&clock, 9100), 600);
}

static void starting_or_stopping_twice_changes_nothing(void)
{
    struct PlayClock clock = {0};
    fwl_play_clock_start(&clock, 1000);
    fwl_play_clock_start(&clock, 1400);
    assert_int_equal(fwl_play_clock_position(&clock, 1500), 500);
    fwl_play_clock_stop(&clock, 1500);
    fwl_play_clock_stop(&clock, 1900);
    assert_int_equal(fwl_play_clock_position(&clock, 2000), 500);
}

static void a_clock_that_is_set_goes_on_or_stands_as_before(void)
{
    struct PlayClock clock = {0};
    fwl_play_clock_set(&clock, 5000, 100);
    assert_int_equal(fwl_play_clock_position(&clock, 900), 5000);
    fwl_play_clock_start(&clock, 900);
    fwl_play_clock_set(&clock, 7000, 1000);
    assert_int_equal(fwl_play_clock_position(&clock, 1200), 7200);
}

static void the_wait_is_what_is_left_until_a_moment(void)
{
    struct PlayClock clock = {0};
    fwl_play_clock_start(&clock, 0);
    assert_int_equal(fwl_play_clock_wait(&clock, 800, 300), 500);
    assert_int_equal(fwl_play_clock_wait(&clock, 800, 800), 0);
    assert_int_equal(fwl_play_clock_wait(&clock, 800, 2000), 0);
}

static void a_standing_clock_never_comes_to_a_later_moment(void)
{
    struct PlayClock clock = {.at_us = 500};
    assert_true(fwl_play_clock_wait(&clock, 501, 9000) == INT64_MAX);
    assert_int_equal(fwl_play_clock_wait(&clock, 500, 9000), 0);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_clock_stands_until_it_is_started),
        CASE(a_stopped_clock_keeps_its_moment),
        CASE(starting_or_stopping_twice_changes_nothing),
        CASE(a_clock_that_is_set_goes_on_or_stands_as_before),
        CASE(the_wait_is_what_is_left_until_a_moment),
        CASE(a_standing_clock_never_comes_to_a_later_moment),
    };
    return run_cases("play_clock", cases, sizeof cases / sizeof cases[0], argc, argv);
}
