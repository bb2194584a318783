/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of items between two threads.
 *
 *     near half (the caller's thread)                       far half (a thread of the line's)
 *     read -> decode -> filter  --->  [ items ]  --->  encode -> interleave -> write
 *
 *     done <= sent <= done + FWL_LINE_COUNT
 *     items [done, sent) are the far half's, the others the near half's; the mutex orders them
 *     packets.size + frames.size is what the items in the line weigh
 *
 * There is one line for all tracks, so that what reaches the muxer comes in the order in which one
 * thread alone would bring it, and the output is the same to the byte. No stage waits for one that
 * is before it: the far half waits for items only, and the near half for the far half. So whenever
 * the line is full, the far half can go on, and when it is empty, the near half can: there is no
 * circle to lock up in. An item that is larger than its queue goes into an empty line.
 *
 * Waking. Where packets are copied, either half is done with one in a microsecond, and waking the
 * other for each would cost more than that. So the far half naps when it has nothing to do: it
 * looks again by itself after NAP_NS, and is woken before by WAKE_COUNT items, or a frame. After
 * NAPS in vain it sleeps until there is anything. The near half, once it waits, goes on when half
 * of the room is free.
 */
#include "transcode_line.h"

#include "framewell/mem.h"
#include "transcode_job.h"

enum {
    WAKE_COUNT = 16,
    NAP_NS = 2 * 1000 * 1000,
    NAPS_MAX = 16,
};

static FwlLineItem *item_at(FwlLine *line, uint64_t number)
{
    return &line->items[number % FWL_LINE_COUNT];
}

static FwlTranscodeQueue *queue_of(FwlLine *line, const FwlLineItem *item)
{
    return item->is_frame ? &line->frames : &line->packets;
}

/* Handling: the far half, wherever it runs. */

static int handle(FwlLineItem *item)
{
    if (!item->is_frame)
        return fwl_output_packet(item->track, item->packet);
    if (item->is_end)
        return fwl_encode_last_picture(item->track);
    if (item->track->type == AVMEDIA_TYPE_VIDEO)
        return fwl_encode_picture(item->track, item->frame, item->pts, item->duration);
    return fwl_encode_samples(item->track, item->frame);
}

static void empty(FwlLineItem *item)
{
    av_frame_unref(item->frame);
    av_packet_unref(item->packet);
}

/* The thread. All with the mutex held. */

/* Until there is an item or none will come. */
static void wait_for_items(FwlLine *line)
{
    for (int naps = 0; line->sent == line->done && !line->is_closed; naps++) {
        const bool is_nap = naps < NAPS_MAX;
        line->is_far_napping = is_nap;
        line->is_far_asleep = !is_nap;
        fwl_os_condition_wait(&line->has_items, &line->mutex,
                              is_nap ? fwl_os_clock_ns() + NAP_NS : UINT64_MAX);
    }
    line->is_far_napping = line->is_far_asleep = false;
}

static bool is_half_free(const FwlLine *line)
{
    return line->sent - line->done <= FWL_LINE_COUNT / 2 &&
           line->packets.size <= line->packets.max_size / 2 &&
           line->frames.size <= line->frames.max_size / 2;
}

static void take_figures(FwlLine *line, const FwlTrack *track)
{
    line->figures.position_us = track->job->position_us;
    if (track->type == AVMEDIA_TYPE_VIDEO && !track->is_copy)
        line->figures.video_frames = track->figures.frames;
}

static void note_done(FwlLine *line, const FwlLineItem *item)
{
    FwlTranscodeQueue *queue = queue_of(line, item);
    queue->count--;
    queue->size -= item->size;
    line->done++;
    take_figures(line, item->track);
    if (line->near_waiting > 0 && (item->is_frame || is_half_free(line)))
        fwl_os_condition_wake_all(&line->has_room);
}

static void *run_far(void *opaque)
{
    FwlLine *line = opaque;
    fwl_os_mutex_lock(&line->mutex);
    for (;;) {
        wait_for_items(line);
        if (line->sent == line->done)
            break;
        FwlLineItem *item = item_at(line, line->done);
        int status = line->status;
        fwl_os_mutex_unlock(&line->mutex);
        if (status == 0)
            status = handle(item);
        empty(item);
        fwl_os_mutex_lock(&line->mutex);
        if (line->status == 0)
            line->status = status;
        note_done(line, item);
    }
    fwl_os_mutex_unlock(&line->mutex);
    return NULL;
}

/* Sending, by the near half */

static bool has_room(const FwlLine *line, const FwlTranscodeQueue *queue, uint64_t size)
{
    const uint64_t count = line->sent - line->done;
    if (count == FWL_LINE_COUNT)
        return false;
    return queue->count == 0 || queue->size + size <= queue->max_size;
}

/* Sleeps until the far half has got on; false when the deadline has passed. With the mutex held. */
static bool wait_for_far_until(FwlLine *line, uint64_t deadline_ns)
{
    line->near_waiting++;
    if (line->is_far_napping)
        fwl_os_condition_wake_all(&line->has_items);
    const bool is_woken = fwl_os_condition_wait(&line->has_room, &line->mutex, deadline_ns);
    line->near_waiting--;
    return is_woken;
}

static void wait_for_far(FwlLine *line)
{
    wait_for_far_until(line, UINT64_MAX);
}

/* With the mutex held. */
static void wait_for_room(FwlLine *line, FwlTranscodeQueue *queue, uint64_t size)
{
    if (has_room(line, queue, size))
        return;
    queue->wait_count++;
    while (!has_room(line, queue, size))
        wait_for_far(line);
}

static bool is_worth_waking(const FwlLine *line, const FwlLineItem *item)
{
    return line->is_far_asleep ||
           (line->is_far_napping && (item->is_frame || line->sent - line->done >= WAKE_COUNT));
}

/* Moves what is in item, whose frame and packet are borrowed, into the line. */
static int put(FwlLine *line, const FwlLineItem *item)
{
    FwlTranscodeQueue *queue = queue_of(line, item);
    fwl_os_mutex_lock(&line->mutex);
    wait_for_room(line, queue, item->size);
    FwlLineItem *place = item_at(line, line->sent);
    AVFrame *frame = place->frame;
    AVPacket *packet = place->packet;
    *place = *item;
    place->frame = frame;
    place->packet = packet;
    if (item->frame)
        av_frame_move_ref(frame, item->frame);
    if (item->packet)
        av_packet_move_ref(packet, item->packet);
    line->sent++;
    queue->count++;
    queue->size += item->size;
    if (queue->size > queue->peak_size)
        queue->peak_size = queue->size;
    if (is_worth_waking(line, item))
        fwl_os_condition_wake_all(&line->has_items);
    const int status = line->status;
    fwl_os_mutex_unlock(&line->mutex);
    return status;
}

static int send(FwlJob *job, FwlLineItem *item)
{
    FwlLine *line = &job->line;
    if (line->items)
        return put(line, item);
    const int status = handle(item);
    if (item->frame)
        av_frame_unref(item->frame);
    if (item->packet)
        av_packet_unref(item->packet);
    return status;
}

int fwl_line_send_picture(FwlTrack *track, AVFrame *frame, double pts, double duration)
{
    return send(track->job, &(FwlLineItem){
                                .track = track,
                                .frame = frame,
                                .is_frame = true,
                                .pts = pts,
                                .duration = duration,
                                .size = fwl_memory_frame_size(frame),
                            });
}

int fwl_line_send_samples(FwlTrack *track, AVFrame *frame)
{
    return send(track->job, &(FwlLineItem){
                                .track = track,
                                .frame = frame,
                                .is_frame = true,
                                .size = fwl_memory_frame_size(frame),
                            });
}

int fwl_line_send_packet(FwlTrack *track, AVPacket *packet)
{
    return send(track->job, &(FwlLineItem){
                                .track = track,
                                .packet = packet,
                                .size = (uint64_t)packet->size,
                            });
}

int fwl_line_send_end(FwlTrack *track)
{
    return send(track->job, &(FwlLineItem){.track = track, .is_frame = true, .is_end = true});
}

bool fwl_line_wait_for_memory(FwlLine *line)
{
    if (!line->items)
        return false;
    fwl_os_mutex_lock(&line->mutex);
    const uint64_t done = line->done;
    const bool is_busy = line->sent > done;
    while (is_busy && line->done == done)
        wait_for_far(line);
    fwl_os_mutex_unlock(&line->mutex);
    return is_busy;
}

bool fwl_line_wait(FwlLine *line, uint64_t ns)
{
    if (!line->items)
        return true;
    const uint64_t deadline_ns = fwl_os_clock_ns() + ns;
    fwl_os_mutex_lock(&line->mutex);
    while (line->sent > line->done && wait_for_far_until(line, deadline_ns))
        ;
    const bool is_done = line->sent == line->done;
    fwl_os_mutex_unlock(&line->mutex);
    return is_done;
}

void fwl_line_look(FwlLine *line, FwlLineMoment *moment)
{
    const bool is_shared = line->items != NULL;
    if (is_shared)
        fwl_os_mutex_lock(&line->mutex);
    moment->packets = line->packets;
    moment->frames = line->frames;
    moment->figures = line->figures;
    if (is_shared)
        fwl_os_mutex_unlock(&line->mutex);
}

/* Starting and stopping */

static void free_items(FwlLine *line)
{
    for (size_t i = 0; line->items && i < FWL_LINE_COUNT; i++) {
        av_frame_free(&line->items[i].frame);
        av_packet_free(&line->items[i].packet);
    }
    fwl_freep(&line->items);
}

static bool alloc_items(FwlLine *line)
{
    line->items = fwl_calloc(FWL_LINE_COUNT, sizeof *line->items);
    for (size_t i = 0; line->items && i < FWL_LINE_COUNT; i++) {
        line->items[i].frame = av_frame_alloc();
        line->items[i].packet = av_packet_alloc();
        if (!line->items[i].frame || !line->items[i].packet)
            free_items(line);
    }
    return line->items != NULL;
}

static bool start_thread(FwlLine *line)
{
    if (fwl_os_mutex_init(&line->mutex) < 0)
        return false;
    if (fwl_os_condition_init(&line->has_items) < 0)
        goto fail_mutex;
    if (fwl_os_condition_init(&line->has_room) < 0)
        goto fail_items;
    if (fwl_os_thread_create_quiet(&line->thread, run_far, line) == 0)
        return true;
    fwl_os_condition_destroy(&line->has_room);
fail_items:
    fwl_os_condition_destroy(&line->has_items);
fail_mutex:
    fwl_os_mutex_destroy(&line->mutex);
    return false;
}

void fwl_line_start(FwlJob *job)
{
    FwlLine *line = &job->line;
    if (!alloc_items(line))
        return;
    line->is_closed = false;
    if (!start_thread(line))
        free_items(line);
}

int fwl_line_stop(FwlJob *job, int status)
{
    FwlLine *line = &job->line;
    if (!line->items)
        return status;
    fwl_os_mutex_lock(&line->mutex);
    line->is_closed = true;
    if (line->status == 0)
        line->status = status;
    fwl_os_condition_wake_all(&line->has_items);
    fwl_os_mutex_unlock(&line->mutex);
    fwl_os_thread_join(&line->thread);
    fwl_os_condition_destroy(&line->has_room);
    fwl_os_condition_destroy(&line->has_items);
    fwl_os_mutex_destroy(&line->mutex);
    free_items(line);
    return line->status;
}
