/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which pictures are dropped or repeated, so that they come at the rate or the times that the
 * output container wants. Arithmetic only; times are in units of the encoder's time base.
 */
#ifndef FWL_TRANSCODE_SYNC_H
#define FWL_TRANSCODE_SYNC_H

#include <stdbool.h>
#include <stdint.h>

enum FwlSyncMethod {
    FWL_SYNC_PASS,           /* every picture, at its own time */
    FWL_SYNC_VARIABLE,       /* at its own time; of two at one time the first */
    FWL_SYNC_CONSTANT,       /* one in every unit of time: repeated or dropped as needed */
    FWL_SYNC_CONSTANT_START, /* the same, but time begins with the first picture */
};

enum { FWL_SYNC_HISTORY = 3 };

typedef struct FwlFrameSync {
    enum FwlSyncMethod method;
    int64_t next_pts;               /* where the next picture goes */
    uint64_t frame_count;           /* pictures given out */
    int64_t owed[FWL_SYNC_HISTORY]; /* how often the picture before was repeated, latest first */
    bool is_previous_dropped;       /* the picture before was not given out yet */
} FwlFrameSync;

/* What to do with a picture. */
typedef struct FwlSyncPlan {
    int64_t count;       /* pictures to give out, */
    int64_t of_previous; /* the first so many of them are the picture before */
    uint64_t dropped, duplicated;
} FwlSyncPlan;

/* The plan for a picture at pts (a fraction of a unit matters) that lasts duration (0: unknown).
 * The caller gives out plan.count pictures, each at next_pts, which it then moves by 1. */
FwlSyncPlan fwl_sync_next(FwlFrameSync *sync, double pts, double duration);

/* The plan for the end: repeats that the last picture is likely to need. */
FwlSyncPlan fwl_sync_end(FwlFrameSync *sync);

#endif
