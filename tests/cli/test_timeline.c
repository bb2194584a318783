/* SPDX-License-Identifier: BSD-2-Clause */
/* The samples of a report: bounded in number, peaks kept, moments in their order. */
#include "case.h"

#include "command/timeline.h"

enum { CAPACITY = 8 };

static const uint64_t MS = 1000000;

static void add(struct Timeline *timeline, uint64_t at_ms, uint64_t frames, uint64_t packets)
{
    const struct TimelineSample sample = {
        .at_ns = at_ms * MS,
        .frames = frames,
        .packets = packets,
    };
    fwl_timeline_add(timeline, &sample);
}

static uint64_t peak_of(const struct Timeline *timeline)
{
    uint64_t peak = 0;
    for (size_t i = 0; i < timeline->count; i++)
        if (fwl_timeline_total(&timeline->samples[i]) > peak)
            peak = fwl_timeline_total(&timeline->samples[i]);
    return peak;
}

static void samples_that_are_apart_stay_as_they_are(void)
{
    struct Timeline timeline;
    fwl_timeline_init(&timeline, CAPACITY);
    for (uint64_t i = 0; i < CAPACITY; i++)
        add(&timeline, i * 10, i, 1);
    assert_int_equal(timeline.count, CAPACITY);
    for (uint64_t i = 0; i < CAPACITY; i++)
        assert_int_equal(timeline.samples[i].frames, i);
    fwl_timeline_uninit(&timeline);
}

static void of_two_that_are_close_the_larger_stays_whole(void)
{
    struct Timeline timeline;
    fwl_timeline_init(&timeline, CAPACITY);
    add(&timeline, 0, 100, 1);
    add(&timeline, 1, 1, 90);
    add(&timeline, 2, 60, 70);
    assert_int_equal(timeline.count, 1);
    assert_int_equal(timeline.samples[0].frames, 60);
    assert_int_equal(timeline.samples[0].packets, 70);
    fwl_timeline_uninit(&timeline);
}

/* Four hours, ten samples a second. */
static void a_long_run_never_has_more_and_loses_no_peak(void)
{
    struct Timeline timeline;
    fwl_timeline_init(&timeline, CAPACITY);
    const uint64_t all = UINT64_C(4) * 3600 * 10;
    for (uint64_t i = 0; i < all; i++) {
        add(&timeline, i * 100, i == all / 3 ? 1000000 : i % 7, i % 5);
        if (timeline.count > CAPACITY)
            fail_msg("%zu samples", timeline.count);
    }
    assert_true(timeline.count >= CAPACITY / 2 - 1);
    assert_true(peak_of(&timeline) >= 1000000);
    for (size_t i = 1; i < timeline.count; i++)
        assert_true(timeline.samples[i - 1].at_ns < timeline.samples[i].at_ns);
    fwl_timeline_uninit(&timeline);
}

static void a_process_has_something_in_memory(void)
{
    assert_true(fwl_resident_size() > 1 << 20);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(samples_that_are_apart_stay_as_they_are),
        CASE(of_two_that_are_close_the_larger_stays_whole),
        CASE_ONCE(a_long_run_never_has_more_and_loses_no_peak),
        CASE(a_process_has_something_in_memory),
    };
    return run_cases("timeline", cases, sizeof cases / sizeof cases[0], argc, argv);
}
