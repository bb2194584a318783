/* SPDX-License-Identifier: BSD-2-Clause */
#include "case.h"
#include "ffmpeg/transcode_sync.h"

/* Gives out as many pictures as a plan says. */
static void follow(FwlFrameSync *sync, FwlSyncPlan plan)
{
    sync->next_pts += plan.count;
    sync->frame_count += (uint64_t)plan.count;
}

/* The number of pictures for one at pts that lasts one unit. */
static int64_t give(FwlFrameSync *sync, double pts)
{
    const FwlSyncPlan plan = fwl_sync_next(sync, pts, 1);
    follow(sync, plan);
    return plan.count;
}

static void at_a_constant_rate_a_gap_is_filled_with_the_picture_before_it(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_CONSTANT};
    assert_int_equal(give(&sync, 0), 1);
    const FwlSyncPlan plan = fwl_sync_next(&sync, 4, 1);
    assert_int_equal(plan.count, 4);
    assert_int_equal(plan.of_previous, 2);
    assert_int_equal(plan.duplicated, 3);
    assert_int_equal(plan.dropped, 0);
}

static void at_a_constant_rate_pictures_that_come_too_early_are_dropped(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_CONSTANT};
    give(&sync, 0);
    give(&sync, 1);
    give(&sync, 2);
    assert_int_equal(give(&sync, 0.5), 0);
    const FwlSyncPlan plan = fwl_sync_next(&sync, 3, 1);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.dropped, 1);
}

static void jitter_below_the_slack_changes_nothing(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_CONSTANT};
    static const double pts[] = {0, 1.05, 1.98, 3.01, 3.95, 5};
    for (int i = 0; i < 6; i++)
        assert_int_equal(give(&sync, pts[i]), 1);
}

static void time_may_begin_with_the_first_picture(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_CONSTANT_START};
    const FwlSyncPlan plan = fwl_sync_next(&sync, 7, 1);
    assert_int_equal(plan.count, 1);
    assert_int_equal(sync.next_pts, 7);
    follow(&sync, plan);
    assert_int_equal(give(&sync, 8), 1);
}

static void at_a_variable_rate_each_picture_has_its_own_time(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_VARIABLE};
    give(&sync, 0);
    assert_int_equal(fwl_sync_next(&sync, 5, 1).count, 1);
    assert_int_equal(sync.next_pts, 5);
}

static void at_a_variable_rate_of_two_pictures_at_one_time_one_is_left(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_VARIABLE};
    give(&sync, 0);
    give(&sync, 1);
    assert_int_equal(give(&sync, 0.2), 0);
    assert_int_equal(fwl_sync_next(&sync, 2, 1).dropped, 1);
}

static void passing_gives_every_picture_whatever_its_time(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_PASS};
    static const double pts[] = {9, 3, 3, 100000000, -5};
    for (int i = 0; i < 5; i++) {
        const FwlSyncPlan plan = fwl_sync_next(&sync, pts[i], 1);
        assert_int_equal(plan.count, 1);
        assert_int_equal(sync.next_pts, (int64_t)pts[i]);
        follow(&sync, plan);
    }
}

static void a_gap_of_more_than_thirty_hours_is_a_broken_timestamp(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_CONSTANT};
    give(&sync, 0);
    const FwlSyncPlan plan = fwl_sync_next(&sync, 4e6, 1);
    assert_int_equal(plan.count, 0);
    assert_int_equal(plan.dropped, 1);
    assert_int_equal(give(&sync, 1), 1);
}

static void the_end_repeats_what_pictures_usually_needed(void)
{
    FwlFrameSync sync = {.method = FWL_SYNC_CONSTANT};
    for (int i = 0; i < 5; i++)
        follow(&sync, fwl_sync_next(&sync, 3 * i, 1));
    const FwlSyncPlan plan = fwl_sync_end(&sync);
    assert_int_equal(plan.count, plan.of_previous);
    assert_in_range(plan.count, 1, 2);

    FwlFrameSync steady = {.method = FWL_SYNC_CONSTANT};
    for (int i = 0; i < 5; i++)
        give(&steady, i);
    assert_int_equal(fwl_sync_end(&steady).count, 0);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(at_a_constant_rate_a_gap_is_filled_with_the_picture_before_it),
        CASE(at_a_constant_rate_pictures_that_come_too_early_are_dropped),
        CASE(jitter_below_the_slack_changes_nothing),
        CASE(time_may_begin_with_the_first_picture),
        CASE(at_a_variable_rate_each_picture_has_its_own_time),
        CASE(at_a_variable_rate_of_two_pictures_at_one_time_one_is_left),
        CASE(passing_gives_every_picture_whatever_its_time),
        CASE(a_gap_of_more_than_thirty_hours_is_a_broken_timestamp),
        CASE(the_end_repeats_what_pictures_usually_needed),
    };
    return run_cases("transcode_sync", cases, sizeof cases / sizeof cases[0], argc, argv);
}
