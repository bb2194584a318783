/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "base/refcount.h"
#include "case.h"
#include "framewell/log.h"
#include "framewell/status.h"

static void sums_and_products_that_fit_are_exact(void)
{
    size_t result = 7;
    assert_true(fwl_checked_add(SIZE_MAX - 1, 1, &result));
    assert_true(result == SIZE_MAX);
    assert_true(fwl_checked_mul(SIZE_MAX / 3, 3, &result));
    assert_true(result == SIZE_MAX / 3 * 3);
    assert_true(fwl_checked_round_up(65, 64, &result));
    assert_int_equal(result, 128);
}

static void what_does_not_fit_is_refused_and_writes_nothing(void)
{
    size_t result = 7;
    assert_false(fwl_checked_add(SIZE_MAX, 1, &result));
    assert_false(fwl_checked_mul(SIZE_MAX, 2, &result));
    assert_false(fwl_checked_round_up(SIZE_MAX - 3, 64, &result));
    assert_int_equal(result, 7);
}

static void powers_of_two_are_known(void)
{
    assert_false(fwl_is_power_of_two(0));
    assert_true(fwl_is_power_of_two(1));
    assert_false(fwl_is_power_of_two(3));
    assert_true(fwl_is_power_of_two(SIZE_MAX / 2 + 1));
    assert_int_equal(fwl_log2_floor(1), 0);
    assert_int_equal(fwl_log2_floor(4097), 12);
    assert_int_equal(fwl_align_up(65, 64), 128);
    assert_int_equal(fwl_align_down(127, 64), 64);
}

static void the_last_of_three_references_is_told_so(void)
{
    FwlRefcount count;
    fwl_refcount_init(&count);
    assert_true(fwl_refcount_inc(&count));
    assert_true(fwl_refcount_inc(&count));
    assert_int_equal(fwl_refcount_get(&count), 3);
    assert_false(fwl_refcount_dec(&count));
    assert_false(fwl_refcount_dec(&count));
    assert_true(fwl_refcount_dec(&count));
}

static void a_count_at_its_maximum_refuses(void)
{
    FwlRefcount count;
    atomic_init(&count.count, FWL_REFCOUNT_MAX);
    assert_false(fwl_refcount_inc(&count));
    assert_false(fwl_refcount_inc_seated(&count));
    assert_int_equal(fwl_refcount_get(&count), FWL_REFCOUNT_MAX);
    atomic_init(&count.count, FWL_REFCOUNT_MAX + FWL_REFCOUNT_SEAT);
    assert_false(fwl_refcount_inc(&count));
    assert_int_equal(fwl_refcount_get(&count), FWL_REFCOUNT_MAX);
}

static void the_seat_is_taken_once_and_left_with_its_reference(void)
{
    FwlRefcount count;
    fwl_refcount_init(&count);
    assert_true(fwl_refcount_inc_seated(&count));
    assert_false(fwl_refcount_inc_seated(&count));
    assert_true(fwl_refcount_inc(&count));
    assert_int_equal(fwl_refcount_get(&count), 3);
    assert_false(fwl_refcount_dec_seated(&count));
    assert_int_equal(fwl_refcount_get(&count), 2);
    assert_true(fwl_refcount_inc_seated(&count));
    assert_false(fwl_refcount_dec(&count));
    assert_false(fwl_refcount_dec(&count));
    assert_int_equal(fwl_refcount_get(&count), 1);
    assert_true(fwl_refcount_dec_seated(&count));
}

static void a_closed_seat_is_no_reference(void)
{
    FwlRefcount count;
    fwl_refcount_close_seat(&count);
    assert_int_equal(fwl_refcount_get(&count), 1);
    assert_false(fwl_refcount_inc_seated(&count));
    assert_true(fwl_refcount_inc(&count));
    assert_int_equal(fwl_refcount_get(&count), 2);
    assert_false(fwl_refcount_dec(&count));
    assert_true(fwl_refcount_dec(&count));
}

static void every_status_has_a_name_and_a_text(void)
{
    assert_string_equal(fwl_status_name(0), "FWL_OK");
    assert_string_equal(fwl_status_name(FWL_E_NOMEM), "FWL_E_NOMEM");
    assert_string_equal(fwl_status_name(-1), "FWL_E_UNKNOWN");
    assert_non_null(strstr(fwl_status_text(FWL_E_EOF), "end of stream"));
#define HAS_TEXT(name, value, text) assert_string_equal(fwl_status_text(FWL_E_##name), text);
    FWL_STATUS_LIST(HAS_TEXT)
#undef HAS_TEXT
}

static void strerror_cuts_to_the_space_it_is_given(void)
{
    char text[8];
    assert_int_equal(fwl_strerror(FWL_E_NOMEM, text, sizeof text), 0);
    assert_string_equal(text, "out of ");
    assert_int_equal(fwl_strerror(FWL_E_NOMEM, text, 0), FWL_E_INVALID);
    assert_int_equal(fwl_strerror(FWL_E_NOMEM, NULL, 8), FWL_E_INVALID);
}

static void strerror_names_an_unknown_number(void)
{
    char text[64];
    assert_int_equal(fwl_strerror(-1, text, sizeof text), FWL_E_INVALID);
    assert_non_null(strstr(text, "-1"));
}

static char heard[64];
static int heard_level;

static void hear(void *avcl, int level, const char *fmt, va_list args)
{
    (void)avcl;
    heard_level = level;
    vsnprintf(heard, sizeof heard, fmt, args);
}

static void the_log_is_heard_only_while_somebody_listens(void)
{
    heard[0] = '\0';
    fwl_log(NULL, FWL_LOG_ERROR, "nobody hears %d\n", 1);
    assert_string_equal(heard, "");
    fwl_log_set_callback(hear);
    fwl_log(NULL, FWL_LOG_WARNING, "frame %d\n", 2);
    fwl_log_set_callback(NULL);
    assert_string_equal(heard, "frame 2\n");
    assert_int_equal(heard_level, FWL_LOG_WARNING);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(sums_and_products_that_fit_are_exact),
        CASE(what_does_not_fit_is_refused_and_writes_nothing),
        CASE(powers_of_two_are_known),
        CASE(the_last_of_three_references_is_told_so),
        CASE(a_count_at_its_maximum_refuses),
        CASE(the_seat_is_taken_once_and_left_with_its_reference),
        CASE(a_closed_seat_is_no_reference),
        CASE(every_status_has_a_name_and_a_text),
        CASE(strerror_cuts_to_the_space_it_is_given),
        CASE(strerror_names_an_unknown_number),
        CASE(the_log_is_heard_only_while_somebody_listens),
    };
    return run_cases("base", cases, sizeof cases / sizeof cases[0], argc, argv);
}
