/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command makes of numbers and of mistyped names. */
#include "case.h"

#include "command/human_text.h"
#include "command/nearest_name.h"

#include <string.h>

static void expect_bytes(uint64_t bytes, const char *wanted)
{
    char text[HUMAN_SIZE];
    assert_string_equal(fwl_human_bytes(text, sizeof text, bytes), wanted);
}

static void bytes_have_the_largest_unit_that_leaves_a_digit_before_the_point(void)
{
    expect_bytes(0, "0 B");
    expect_bytes(1023, "1023 B");
    expect_bytes(1024, "1.0 KiB");
    expect_bytes(1536, "1.5 KiB");
    expect_bytes(50 << 20, "50.0 MiB");
    expect_bytes(UINT64_C(3) << 40, "3.0 TiB");
    expect_bytes(UINT64_MAX, "16.0 EiB");
}

static void bytes_are_never_1024_of_a_unit(void)
{
    expect_bytes((1 << 20) - 1, "1.0 MiB");
    expect_bytes((1 << 20) - 100, "1023.9 KiB");
}

static void expect_clock(double seconds, const char *wanted)
{
    char text[HUMAN_SIZE];
    assert_string_equal(fwl_human_clock(text, sizeof text, seconds), wanted);
}

static void a_clock_has_hours_only_where_there_are_any(void)
{
    expect_clock(0, "0:00");
    expect_clock(7.4, "0:07");
    expect_clock(59.6, "1:00");
    expect_clock(760, "12:40");
    expect_clock(3599.7, "1:00:00");
    expect_clock(3723, "1:02:03");
}

static void a_clock_without_a_time_shows_dashes(void)
{
    expect_clock(-1, "-:--");
    expect_clock(1e300, "-:--");
    expect_clock(0.0 / 0.0, "-:--");
}

static void expect_duration(double seconds, const char *wanted)
{
    char text[HUMAN_SIZE];
    assert_string_equal(fwl_human_duration(text, sizeof text, seconds), wanted);
}

static void a_duration_below_a_minute_has_hundredths(void)
{
    expect_duration(0.516, "0.52 s");
    expect_duration(59.99, "59.99 s");
    expect_duration(59.999, "1:00");
    expect_duration(61, "1:01");
}

static void expect_number(double number, const char *wanted)
{
    char text[HUMAN_SIZE];
    assert_string_equal(fwl_human_number(text, sizeof text, number), wanted);
}

static void numbers_have_three_digits_that_matter(void)
{
    expect_number(0.984, "0.98");
    expect_number(9.996, "10.0");
    expect_number(38.46, "38.5");
    expect_number(99.96, "100");
    expect_number(1041.7, "1042");
}

static const char *nearest_of(const char *wanted, const char *const *names)
{
    static struct NearestName nearest;
    nearest = fwl_nearest_begin(wanted);
    for (; *names; names++)
        fwl_nearest_offer(&nearest, *names);
    return nearest.name;
}

static void a_name_with_a_few_wrong_letters_is_found(void)
{
    static const char *const names[] = {"slow", "slower", "veryslow", "fast", "faster", NULL};
    assert_string_equal(nearest_of("sloow", names), "slow");
    assert_string_equal(nearest_of("slwoer", names), "slower");
    assert_string_equal(nearest_of("verislow", names), "veryslow");
    assert_string_equal(nearest_of("fats", names), "fast");
}

static void a_name_that_lacks_its_beginning_is_found(void)
{
    static const char *const names[] = {"libx264rgb", "libx264", "h264", NULL};
    assert_string_equal(nearest_of("x264", names), "libx264");
}

static void a_name_too_far_from_all_is_not_guessed(void)
{
    static const char *const names[] = {"transcode", "--help", NULL};
    assert_string_equal(nearest_of("fly", names), "");
    assert_string_equal(nearest_of("", names), "");
}

static void a_name_longer_than_any_is_not_guessed(void)
{
    static const char *const names[] = {"transcode", NULL};
    char wanted[1000];
    memset(wanted, 't', sizeof wanted - 1);
    wanted[sizeof wanted - 1] = '\0';
    assert_string_equal(nearest_of(wanted, names), "");
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(bytes_have_the_largest_unit_that_leaves_a_digit_before_the_point),
        CASE(bytes_are_never_1024_of_a_unit),
        CASE(a_clock_has_hours_only_where_there_are_any),
        CASE(a_clock_without_a_time_shows_dashes),
        CASE(a_duration_below_a_minute_has_hundredths),
        CASE(numbers_have_three_digits_that_matter),
        CASE(a_name_with_a_few_wrong_letters_is_found),
        CASE(a_name_that_lacks_its_beginning_is_found),
        CASE(a_name_too_far_from_all_is_not_guessed),
        CASE(a_name_longer_than_any_is_not_guessed),
    };
    return run_cases("command_text", cases, sizeof cases / sizeof cases[0], argc, argv);
}
