/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line between the two halves of the pipeline: what was decoded and filtered, or is copied, on
 * its way to encoders and muxer, in one order for all tracks.
 */
#ifndef FWL_TRANSCODE_LINE_H
#define FWL_TRANSCODE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libavcodec/avcodec.h>

#include "framewell/transcode.h"
#include "os/os.h"

enum {
    FWL_LINE_COUNT = 64, /* items; a power of two */
};

struct FwlJob;
struct FwlTrack;

/* One of frame and packet is in use; each item has both from the start, so that sending needs no
 * memory. */
typedef struct FwlLineItem {
    struct FwlTrack *track;
    AVFrame *frame;
    AVPacket *packet;
    bool is_frame;
    bool is_end;          /* no picture of the track follows */
    double pts, duration; /* of a picture, in encoder units */
    uint64_t size;
} FwlLineItem;

/* What the far half tells while it is at work. */
typedef struct FwlLineFigures {
    uint64_t video_frames;
    int64_t position_us;
} FwlLineFigures;

typedef struct FwlLine {
    FwlLineItem *items; /* NULL: a line without a thread */
    FwlThread thread;
    FwlMutex mutex; /* guards all below */
    FwlCondition has_items;
    FwlCondition has_room;
    uint64_t sent, done; /* items since the start; sent - done are in the line */
    bool is_far_asleep;  /* the far half wants to be woken, by any item; */
    bool is_far_napping; /* only by one that is worth it: it looks by itself soon */
    int near_waiting;    /* threads that wait for room, or for memory */
    bool is_closed;
    int status; /* of the far half */
    FwlTranscodeQueue packets, frames;
    FwlLineFigures figures;
} FwlLine;

/*
 * Starts the far half on a thread of its own; queues hold up to the max_size that stands in them.
 * Without a thread, or memory for one, items are handled where they are sent.
 */
void fwl_line_start(struct FwlJob *job);

/* Waits until all that was sent is handled, or for so long. True: it is. */
bool fwl_line_wait(FwlLine *line, uint64_t ns);

/*
 * Waits until all that was sent is handled, or, with a negative status, only until what is at work
 * is done; and ends the thread: from then on the far half is the caller's again. Returns status, or
 * that of the far half.
 */
int fwl_line_stop(struct FwlJob *job, int status);

/*
 * Hands an item on and leaves it empty, also on failure; waits while there is no room. A picture
 * has its time and duration in encoder units. Returns the status of the far half.
 */
int fwl_line_send_picture(struct FwlTrack *track, AVFrame *frame, double pts, double duration);
int fwl_line_send_samples(struct FwlTrack *track, AVFrame *frame);
int fwl_line_send_end(struct FwlTrack *track);
int fwl_line_send_packet(struct FwlTrack *track, AVPacket *packet);

/*
 * Waits until the far half has handled something, which may have given memory back; false where it
 * has nothing to do: no waiting will help. Threads: any but the far half's.
 */
bool fwl_line_wait_for_memory(struct FwlLine *line);

/* A moment of both queues and of the far half. */
typedef struct FwlLineMoment {
    FwlTranscodeQueue packets, frames;
    FwlLineFigures figures;
} FwlLineMoment;

void fwl_line_look(struct FwlLine *line, FwlLineMoment *moment);

#endif
