/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues: packets or frames on their way from thread to thread, never more than a number of them, a
 * number of bytes and a duration at once.
 *
 * Any number of threads send, any number receive. A send waits while the queue is full, a receive
 * while it is empty; both may be told how long. Items are moved, never copied: what was sent leaves
 * the caller's packet blank, and what could not be sent is still in it.
 *
 *     FwlQueueConfig config = fwl_queue_config_default();
 *     config.max_count = 8;
 *     FwlQueue *queue;
 *     int err = fwl_queue_create(&queue, &config);
 *     if (err < 0)
 *         return err;
 *     FwlPacket *packet = fwl_packet_alloc();
 *     if (packet && fwl_new_packet(packet, 188) >= 0) {
 *         err = fwl_queue_send_packet(queue, packet, FWL_WAIT_FOREVER);
 *         fwl_queue_set_err_recv(queue, FWL_E_EOF); // nothing more will come
 *     }
 *     while (fwl_queue_receive_packet(queue, packet, 0) >= 0)
 *         fwl_packet_unref(packet);
 *     fwl_packet_free(&packet);
 *     fwl_queue_destroy(&queue);
 *     return err;
 *
 * The order of one sender's items is kept. Who waits is served in the order of arrival, sleeps
 * until it is its turn, and is woken once, with its work done.
 *
 * Threads: every function from any thread, but for create and destroy. A child of fork has no use
 * for a queue in which another thread was at work.
 */
#ifndef FRAMEWELL_QUEUE_H
#define FRAMEWELL_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/frame.h"
#include "framewell/packet.h"
#include "framewell/pool.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

typedef struct FwlQueue FwlQueue;

enum FwlQueueKind { FWL_QUEUE_PACKETS, FWL_QUEUE_FRAMES };

/*
 * How a queue is made; start from fwl_queue_config_default() and change what you mean to. An item
 * goes in while all three bounds hold with it. One that exceeds max_size or max_duration all by
 * itself goes into an empty queue, so that nothing waits forever.
 */
typedef struct FwlQueueConfig {
    enum FwlQueueKind kind; /* what it holds: FWL_QUEUE_PACKETS */
    size_t max_count;       /* items, at least 1: 64 */
    size_t max_size;        /* bytes, as FwlQueueStats.size counts them: SIZE_MAX, no bound */
    int64_t max_duration;   /* in the time base of the items: INT64_MAX, no bound */
    FwlPool *pool;          /* what the queue's own memory is taken from, NULL for the default pool;
                               kept borrowed */
} FwlQueueConfig;

/* A moment of a queue: how full it is, and what happened since it was made. */
typedef struct FwlQueueStats {
    size_t count;        /* items in it */
    uint64_t size;       /* their bytes: data and side data of packets, the buffers of frames */
    uint64_t duration;   /* sum of FwlPacket.duration or FwlFrame.pkt_duration; below 0 is 0 */
    size_t peak_count;   /* the most that each of these has been */
    uint64_t peak_size;
    uint64_t peak_duration;
    uint64_t sent_count;     /* items that went in; sent_count - received_count == count */
    uint64_t received_count; /* items that left, flushed ones too */
    uint64_t send_wait_count;    /* sends that found the queue full and waited */
    uint64_t receive_wait_count; /* receives that found it empty and waited */
} FwlQueueStats;

/* Lifetime */

/* A configuration with the default of every field. */
FWL_API FwlQueueConfig fwl_queue_config_default(void);

/*
 * Makes a queue; config NULL means the defaults.
 *
 * Owner: the caller, who ends it with fwl_queue_destroy.
 * Fails: FWL_E_INVALID for a max_count of 0, a negative max_duration, an unknown kind; FWL_E_RANGE
 * for a max_count that is no size in memory; FWL_E_NOMEM. *queue is NULL then.
 * Cost: takes its memory at once, 128 bytes for each of max_count packets, 512 for each frame:
 * sending needs none.
 */
FWL_API int fwl_queue_create(FwlQueue **queue, const FwlQueueConfig *config);

/*
 * Ends a queue and what is in it; accepts NULL and a pointer to NULL, leaves NULL.
 *
 * Threads: no other thread is in a call with the queue, or begins one. Threads that may be waiting
 * are stopped with fwl_queue_abort, and joined, before.
 */
FWL_API void fwl_queue_destroy(FwlQueue **queue);

/*
 * The work. timeout_ms is how long one call may wait: then it fails with FWL_E_TIMEOUT; 0: with
 * FWL_E_AGAIN, at once; FWL_WAIT_FOREVER. Whatever fails leaves item and queue as they were.
 * FWL_E_INVALID for NULL arguments and for a queue of the other kind.
 *
 * Cost: no allocation, and no system call while neither side has to sleep. Who has to wait looks
 * for some microseconds whether the other side is at work before it sleeps, seldom so where that
 * did not help.
 */

/*
 * Moves what pkt holds into the queue and makes pkt blank.
 *
 * Fails: FWL_E_AGAIN, FWL_E_TIMEOUT; the code of fwl_queue_set_err_send or fwl_queue_abort.
 */
FWL_API int fwl_queue_send_packet(FwlQueue *queue, FwlPacket *pkt, uint32_t timeout_ms);

/*
 * Moves the packet that is longest in the queue to pkt, which holds nothing.
 *
 * Fails: FWL_E_AGAIN, FWL_E_TIMEOUT; once the queue is empty, the code of fwl_queue_set_err_recv;
 * that of fwl_queue_abort; FWL_E_INVALID for a pkt that holds something, which would be lost.
 */
FWL_API int fwl_queue_receive_packet(FwlQueue *queue, FwlPacket *pkt, uint32_t timeout_ms);

/* The same for frames. */
FWL_API int fwl_queue_send_frame(FwlQueue *queue, FwlFrame *frame, uint32_t timeout_ms);
FWL_API int fwl_queue_receive_frame(FwlQueue *queue, FwlFrame *frame, uint32_t timeout_ms);

/* Ending */

/*
 * From now on sends fail with err, those that wait too; 0 lets them send again. For the receiving
 * side to say that it wants no more: FWL_E_EOF, or what went wrong there.
 *
 * Fails: FWL_E_INVALID for an err above 0.
 */
FWL_API int fwl_queue_set_err_send(FwlQueue *queue, int err);

/*
 * From now on receives fail with err once the queue is empty, those that wait too; 0 lets them wait
 * again. For the sending side to say that nothing more will come: FWL_E_EOF, or what went wrong
 * there.
 *
 * Fails: FWL_E_INVALID for an err above 0.
 */
FWL_API int fwl_queue_set_err_recv(FwlQueue *queue, int err);

/*
 * Stops a queue for good: from now on sends and receives fail with status, those that wait too, and
 * what is in the queue is ended. The first abort counts.
 *
 * Fails: FWL_E_INVALID for a status that is 0 or above.
 */
FWL_API int fwl_queue_abort(FwlQueue *queue, int status);

/*
 * Ends what is in the queue at this moment, which makes room; what is sent later stays. Returns how
 * many items that were.
 *
 * Threads: free callbacks run here, without a lock; they may use the queue.
 */
FWL_API size_t fwl_queue_flush(FwlQueue *queue);

/* Inspection */

/* How many items are in the queue right now; other threads may change it at once. Cost: no lock. */
FWL_API size_t fwl_queue_nb_elems(const FwlQueue *queue);

/* Fills stats with one moment of the queue. Cost: holds both sides up for that moment. */
FWL_API void fwl_queue_get_stats(FwlQueue *queue, FwlQueueStats *stats);

#ifdef __cplusplus
}
#endif

#endif
