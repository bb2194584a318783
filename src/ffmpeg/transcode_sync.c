/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The picture at hand covers [start, end) in units of the encoder, counted from where the next
 * picture is due:
 *
 *     start = pts - next_pts      end = start + duration
 *
 * At a constant rate one unit is one picture. end > 1.1: the picture is later or longer than due,
 * it and the one before fill the gap; end < -1.1: it is over before it is due. The thresholds leave
 * room for timestamps that were rounded twice.
 */
#include "transcode_sync.h"

#include <math.h>
#include <stddef.h>

/* Thresholds, in pictures. */
static const double CONSTANT_SLACK = 1.1;
static const double VARIABLE_SLACK = 0.6;

/* More than this at once is a broken timestamp: 30 hours of 30 pictures a second. */
enum { COUNT_MAX = 3600 * 30 * 30 };

static int64_t middle_of_three(const int64_t v[FWL_SYNC_HISTORY])
{
    const int64_t low = v[0] < v[1] ? v[0] : v[1];
    const int64_t high = v[0] < v[1] ? v[1] : v[0];
    if (v[2] < low)
        return low;
    return v[2] > high ? high : v[2];
}

/* Keeps the plan's share of the picture before, and counts. */
static FwlSyncPlan settle(FwlFrameSync *sync, int64_t count, int64_t of_previous, bool is_end)
{
    FwlSyncPlan plan = {.count = count, .of_previous = of_previous};
    sync->owed[2] = sync->owed[1];
    sync->owed[1] = sync->owed[0];
    sync->owed[0] = of_previous;

    if (of_previous == 0 && sync->is_previous_dropped)
        plan.dropped = 1;
    const bool has_new = count > of_previous;
    const int64_t expected = (of_previous != 0 && sync->is_previous_dropped) + has_new;
    if (count > expected) {
        if (count > COUNT_MAX)
            return (FwlSyncPlan){.dropped = plan.dropped + 1};
        plan.duplicated = (uint64_t)(count - expected);
    }
    sync->is_previous_dropped = count == of_previous && !is_end;
    return plan;
}

FwlSyncPlan fwl_sync_next(FwlFrameSync *sync, double pts, double duration)
{
    double start = pts - (double)sync->next_pts;
    double end = start + duration;
    if (start < 0 && end > 0 && sync->method != FWL_SYNC_PASS) {
        /* It began early, but reaches into its place: it is cut there. */
        pts = (double)sync->next_pts;
        duration += start;
        start = 0;
    }

    int64_t count = 1;
    int64_t of_previous = 0;
    switch (sync->method) {
    case FWL_SYNC_CONSTANT_START:
        if (sync->frame_count == 0 && start >= 0.5) {
            end = duration;
            start = 0;
            sync->next_pts = llrint(pts);
        }
        /* fallthrough */
    case FWL_SYNC_CONSTANT:
        if (end < -CONSTANT_SLACK) {
            count = 0;
        } else if (end > CONSTANT_SLACK) {
            count = lrint(end);
            if (start > CONSTANT_SLACK)
                of_previous = llrint(start - 0.6);
        }
        break;
    case FWL_SYNC_VARIABLE:
        if (end <= -VARIABLE_SLACK)
            count = 0;
        else if (end > VARIABLE_SLACK)
            sync->next_pts = llrint(pts);
        break;
    case FWL_SYNC_PASS:
        sync->next_pts = llrint(pts);
        break;
    }
    return settle(sync, count, of_previous, false);
}

FwlSyncPlan fwl_sync_end(FwlFrameSync *sync)
{
    const int64_t count = middle_of_three(sync->owed);
    return settle(sync, count, count, true);
}
