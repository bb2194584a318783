/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of slots with two ends, each with a lock of its own: senders share one, receivers the
 * other, and while nobody waits the two have nothing to do with each other.
 *
 *     slots     [ room | items             | room ]
 *                      ^ receive.total     ^ send.total
 *
 *     receive.total <= send.total, in count, size and duration: what is between is in the queue.
 *     Totals count from the start and never go back; each is written under the lock of its end.
 *     send.seen <= receive.total: a sender looks again only where it would find no room.
 *
 * An end puts its count forward after it is done with the slot, and the other end reads that count
 * before it touches the slot: so slots need no lock.
 *
 * Who has to wait stands in line at its end, and whoever makes that possible does the waiting
 * thread's work for it: a receiver that takes an item moves the item of the first sender in line
 * into the slot, and then wakes that sender. Nobody is woken to find that it cannot go on, nobody
 * who comes later is served before, and room does not lie idle while a thread wakes up.
 *
 * None is forgotten, because either the one who joins the line sees the other end's new total, or
 * that one sees that there is a line: both write first and look then, sequentially consistent.
 *
 * Threads are woken after the lock was given back. Until it is woken, a waiting thread does not
 * leave, so that its request, which is on its stack, stays.
 *
 * The two locks are held together by fwl_queue_get_stats alone: the senders' first.
 */
#include "framewell/queue.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "base/list.h"
#include "media/frame_internal.h"
#include "os/os.h"

/* What one core writes all the time and another reads is that far apart. */
enum { CACHE_LINE = 64 };

/* What an attempt gives where it has to be made again later: no code, as a code may be any. */
enum { NOT_NOW = 1 };

/* How long a thread looks for the other side's progress before it sleeps: about what going to sleep
 * and being woken costs. Each look takes a cache line away from the core that works on it, which
 * costs both of them 100 to 300 ns: so there are rests between looks, and one that finds little is
 * followed by some more, for the other side to do many items in one go. */
enum { SPIN_NS = 10000, RESTS_PER_LOOK = 12, PATIENT_LOOKS = 3 };

/* After so many looks in vain in a row, waits begin without one. But two sides that went to sleep
 * can go on so for ever, each woken just after the other one gave up looking. So where the misses
 * are a power of two, and at last at each 4096th, there is a look that takes longer than waking. */
enum { SPIN_MISSES_MAX = 4, LONG_SPIN_NS = 100000, LONG_SPIN_INTERVAL = 4096 };

typedef struct Load {
    uint64_t count;
    uint64_t size;
    uint64_t duration;
} Load;

typedef struct Total {
    _Atomic uint64_t count;
    _Atomic uint64_t size;
    _Atomic uint64_t duration;
} Total;

/* Packets or frames, as the queue sees them. */
typedef struct ItemKind {
    size_t size;
    void (*move)(void *dst, void *src);
    void (*end)(void *item);
} ItemKind;

/* A slot; the item begins behind it. The totals are send.total's with this item. */
typedef struct Slot {
    uint64_t total_size;
    uint64_t total_duration;
} Slot;

/* A send or a receive. */
typedef struct Request {
    FwlLink link; /* in the line; linked to itself once it is served */
    void *item;
    Load load; /* of a send */
    int result;
    FwlEvent served;
} Request;

/* What seems to come of an attempt, seen without a lock. */
enum Outlook { IMPOSSIBLE, POSSIBLE, PROMISING /* and several more like it */ };

typedef struct End {
    alignas(CACHE_LINE) atomic_bool has_line; /* read by the other end */
    alignas(CACHE_LINE) Total total;          /* read by the other end */
    alignas(CACHE_LINE) FwlMutex mutex;       /* guards all below, and writing of all above */
    int (*attempt)(FwlQueue *queue, Request *request);
    enum Outlook (*outlook)(const FwlQueue *queue, const Request *request);
    struct End *other;
    FwlLink line; /* of requests, first come first served */
    size_t slot;  /* the next one */
    Load seen;    /* of the other end's total */
    int err;      /* set by fwl_queue_set_err_*; 0 */
    uint64_t wait_count;
    atomic_uint spin_misses; /* in a row; a hint */
} End;

struct FwlQueue {
    const ItemKind *kind;
    size_t slot_size;
    size_t capacity; /* of the ring, and the bound on the count */
    uint64_t max_size;
    uint64_t max_duration;
    FwlPool *pool;
    uint8_t *slots;
    atomic_int status; /* of the first abort; 0. Written under send.mutex */
    End send;
    End receive;
    Load peak; /* guarded by send.mutex */
};

/* Items */

static void move_packet(void *dst, void *src)
{
    fwl_packet_move_ref(dst, src);
}

static void end_packet(void *item)
{
    fwl_packet_unref(item);
}

static void move_frame(void *dst, void *src)
{
    fwl_frame_move_ref(dst, src);
}

static void end_frame(void *item)
{
    fwl_frame_unref(item);
}

static const ItemKind kinds[] = {
    [FWL_QUEUE_PACKETS] = {sizeof(FwlPacket), move_packet, end_packet},
    [FWL_QUEUE_FRAMES] = {sizeof(FwlFrame), move_frame, end_frame},
};

static uint64_t counted_duration(int64_t duration)
{
    return duration > 0 ? (uint64_t)duration : 0;
}

static Load load_of_packet(const FwlPacket *pkt)
{
    Load load = {1, pkt->size, counted_duration(pkt->duration)};
    for (int i = 0; i < pkt->side_data_elems; i++)
        load.size += pkt->side_data[i].size;
    return load;
}

static Load load_of_frame(const FwlFrame *frame)
{
    Load load = {1, 0, counted_duration(frame->pkt_duration)};
    for (int i = 0; i < FWL_NUM_DATA_POINTERS && frame->buf[i]; i++)
        load.size += frame->buf[i]->size;
    for (int i = 0; i < frame->nb_extended_buf; i++)
        load.size += frame->extended_buf[i]->size;
    return load;
}

/* Totals */

/* The count first: what it stands for is then in the others, and in the slots. */
static Load read_total(const Total *total)
{
    const uint64_t count = atomic_load(&total->count);
    return (Load){
        .count = count,
        .size = atomic_load_explicit(&total->size, memory_order_relaxed),
        .duration = atomic_load_explicit(&total->duration, memory_order_relaxed),
    };
}

/* For the end that writes it. */
static Load own_total(const Total *total)
{
    return (Load){
        .count = atomic_load_explicit(&total->count, memory_order_relaxed),
        .size = atomic_load_explicit(&total->size, memory_order_relaxed),
        .duration = atomic_load_explicit(&total->duration, memory_order_relaxed),
    };
}

static void publish_total(Total *total, Load load)
{
    atomic_store_explicit(&total->size, load.size, memory_order_relaxed);
    atomic_store_explicit(&total->duration, load.duration, memory_order_relaxed);
    atomic_store(&total->count, load.count);
}

static Load sum(Load a, Load b)
{
    return (Load){a.count + b.count, a.size + b.size, a.duration + b.duration};
}

static Load difference(Load a, Load b)
{
    return (Load){a.count - b.count, a.size - b.size, a.duration - b.duration};
}

/* Slots */

static Slot *slot_at(const FwlQueue *queue, size_t index)
{
    return (Slot *)(void *)(queue->slots + index * queue->slot_size);
}

/* The slot that is the end's next, which then is the one behind it. */
static Slot *next_slot(const FwlQueue *queue, End *end)
{
    Slot *slot = slot_at(queue, end->slot);
    end->slot = end->slot + 1 < queue->capacity ? end->slot + 1 : 0;
    return slot;
}

/* Sending, with the lock of that end */

static bool fits_bound(uint64_t fill, uint64_t more, uint64_t bound)
{
    return fill <= bound && more <= bound - fill;
}

static bool has_room(const FwlQueue *queue, Load fill, Load load)
{
    return fill.count == 0 ||
           (fill.count < queue->capacity && fits_bound(fill.size, load.size, queue->max_size) &&
            fits_bound(fill.duration, load.duration, queue->max_duration));
}

static bool is_above(Load fill, Load peak)
{
    return fill.count > peak.count || fill.size > peak.size || fill.duration > peak.duration;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What the sender saw last can only make the fill look larger: most often that is enough. */
static void note_peak(FwlQueue *queue, Load total)
{
    End *end = &queue->send;
    if (!is_above(difference(total, end->seen), queue->peak))
        return;
    end->seen = read_total(&queue->receive.total);
    const Load fill = difference(total, end->seen);
    queue->peak.count = larger(queue->peak.count, fill.count);
    queue->peak.size = larger(queue->peak.size, fill.size);
    queue->peak.duration = larger(queue->peak.duration, fill.duration);
}

static void put(FwlQueue *queue, void *item, Load load)
{
    End *end = &queue->send;
    const Load total = sum(own_total(&end->total), load);
    note_peak(queue, total);
    Slot *slot = next_slot(queue, end);
    *slot = (Slot){total.size, total.duration};
    queue->kind->move(slot + 1, item);
    publish_total(&end->total, total);
}

/* 0, NOT_NOW where there is no room, or the code that says why there never will be. */
static int attempt_send(FwlQueue *queue, Request *request)
{
    End *end = &queue->send;
    const int status = atomic_load(&queue->status);
    if (status < 0 || end->err < 0)
        return status < 0 ? status : end->err;
    const Load total = own_total(&end->total);
    if (!has_room(queue, difference(total, end->seen), request->load)) {
        end->seen = read_total(&queue->receive.total);
        if (!has_room(queue, difference(total, end->seen), request->load))
            return NOT_NOW;
    }
    put(queue, request->item, request->load);
    return 0;
}

static enum Outlook outlook_of_send(const FwlQueue *queue, const Request *request)
{
    const Load received = read_total(&queue->receive.total);
    const Load fill = difference(read_total(&queue->send.total), received);
    if (!has_room(queue, fill, request->load))
        return IMPOSSIBLE;
    return fill.count <= queue->capacity / 2 ? PROMISING : POSSIBLE;
}

/* Receiving, with the lock of that end */

static bool is_empty(FwlQueue *queue)
{
    End *end = &queue->receive;
    const uint64_t count = own_total(&end->total).count;
    if (count == end->seen.count)
        end->seen.count = atomic_load(&queue->send.total.count);
    return count == end->seen.count;
}

/* From a queue that is not empty. */
static void take(FwlQueue *queue, void *item)
{
    End *end = &queue->receive;
    Slot *slot = next_slot(queue, end);
    const uint64_t count = own_total(&end->total).count + 1;
    queue->kind->move(item, slot + 1);
    publish_total(&end->total, (Load){count, slot->total_size, slot->total_duration});
}

/* 0, NOT_NOW where there is nothing, or the code that says why there never will be. */
static int attempt_receive(FwlQueue *queue, Request *request)
{
    const int status = atomic_load(&queue->status);
    if (status < 0)
        return status;
    if (is_empty(queue))
        return queue->receive.err < 0 ? queue->receive.err : NOT_NOW;
    take(queue, request->item);
    return 0;
}

static enum Outlook outlook_of_receive(const FwlQueue *queue, const Request *request)
{
    (void)request;
    const uint64_t received =
        atomic_load_explicit(&queue->receive.total.count, memory_order_relaxed);
    const uint64_t count =
        atomic_load_explicit(&queue->send.total.count, memory_order_relaxed) - received;
    if (count == 0)
        return IMPOSSIBLE;
    return count >= queue->capacity / 2 ? PROMISING : POSSIBLE;
}

/* The lines */

/* Serves who can go on, in order; the end's lock is held. They are moved to the list served. */
static void serve(FwlQueue *queue, End *end, FwlLink *served)
{
    while (!fwl_list_is_empty(&end->line)) {
        Request *first = FWL_ITEM_OF(end->line.next, Request, link);
        const int result = end->attempt(queue, first);
        if (result == NOT_NOW)
            return;
        first->result = result;
        fwl_list_remove(&first->link);
        fwl_list_push_back(served, &first->link);
    }
    atomic_store(&end->has_line, false);
}

/* Without a lock. Says whether there was anybody. */
static bool wake(FwlLink *served)
{
    const bool is_any = !fwl_list_is_empty(served);
    while (!fwl_list_is_empty(served)) {
        Request *first = FWL_ITEM_OF(served->next, Request, link);
        fwl_list_remove(&first->link);
        fwl_os_event_set(&first->served);
    }
    return is_any;
}

/* Serves who waits at an end, if it can go on now; then, as that changes what is possible at the
 * other end, who waits there; and so on. */
static void settle(FwlQueue *queue, End *end)
{
    while (atomic_load(&end->has_line)) {
        FwlLink served;
        fwl_list_init(&served);
        fwl_os_mutex_lock(&end->mutex);
        serve(queue, end, &served);
        fwl_os_mutex_unlock(&end->mutex);
        if (!wake(&served))
            return;
        end = end->other;
    }
}

/* Waiting */

static uint64_t deadline_of(uint32_t timeout_ms)
{
    if (timeout_ms == FWL_WAIT_FOREVER)
        return UINT64_MAX;
    return fwl_os_clock_ns() + timeout_ms * UINT64_C(1000000);
}

static void rest(void)
{
    for (int i = 0; i < RESTS_PER_LOOK; i++)
        fwl_os_relax();
}

static bool look_for(uint64_t ns, const FwlQueue *queue, const End *end, const Request *request)
{
    const uint64_t deadline = fwl_os_clock_ns() + ns;
    enum Outlook outlook = IMPOSSIBLE;
    for (int looks = 0; looks < PATIENT_LOOKS && fwl_os_clock_ns() < deadline;) {
        rest();
        outlook = end->outlook(queue, request);
        if (outlook == PROMISING)
            return true;
        looks += outlook == POSSIBLE;
    }
    return outlook != IMPOSSIBLE;
}

/* How long to look after so many waits without success; 0: not at all. */
static uint64_t spin_ns(unsigned misses)
{
    if (misses < SPIN_MISSES_MAX)
        return SPIN_NS;
    const bool is_long = misses < LONG_SPIN_INTERVAL ? fwl_is_power_of_two(misses)
                                                     : misses % LONG_SPIN_INTERVAL == 0;
    return is_long ? LONG_SPIN_NS : 0;
}

/* Looks whether the other side is at work on another core, unless that was in vain before. */
static void spin(const FwlQueue *queue, End *end, const Request *request)
{
    const unsigned misses = atomic_load_explicit(&end->spin_misses, memory_order_relaxed);
    const uint64_t ns = spin_ns(misses);
    const bool is_hit = ns > 0 && look_for(ns, queue, end, request);
    atomic_store_explicit(&end->spin_misses, is_hit ? 0 : misses + 1, memory_order_relaxed);
}

/* The end's lock is held: at once, or not. Nobody passes those in line. */
static int attempt_at_once(FwlQueue *queue, End *end, Request *request)
{
    return fwl_list_is_empty(&end->line) ? end->attempt(queue, request) : NOT_NOW;
}

/* Stands in line; the end's lock is held, and given back. */
static void join_line(FwlQueue *queue, End *end, Request *request)
{
    FwlLink served;
    fwl_list_init(&served);
    fwl_list_push_back(&end->line, &request->link);
    atomic_store(&end->has_line, true);
    serve(queue, end, &served);
    fwl_os_mutex_unlock(&end->mutex);
    if (wake(&served))
        settle(queue, end->other);
}

/* Leaves the line, unless the request is served by now; those behind may be able to go on. */
static void leave_line(FwlQueue *queue, End *end, Request *request)
{
    FwlLink served;
    fwl_list_init(&served);
    fwl_os_mutex_lock(&end->mutex);
    const bool is_in_line = request->result == NOT_NOW;
    if (is_in_line) {
        fwl_list_remove(&request->link);
        request->result = FWL_E_TIMEOUT;
        serve(queue, end, &served);
    }
    fwl_os_mutex_unlock(&end->mutex);
    if (wake(&served))
        settle(queue, end->other);
    if (!is_in_line)
        (void)fwl_os_event_wait(&request->served, UINT64_MAX);
}

static int wait_in_line(FwlQueue *queue, End *end, Request *request, uint64_t deadline)
{
    request->result = NOT_NOW;
    fwl_os_event_init(&request->served);
    join_line(queue, end, request);
    if (!fwl_os_event_wait(&request->served, deadline))
        leave_line(queue, end, request);
    return request->result;
}

/* Both directions */

/* The end's lock is held, and given back. */
static int wait_and_pass(FwlQueue *queue, End *end, Request *request, uint32_t timeout_ms)
{
    const uint64_t deadline = deadline_of(timeout_ms);
    const bool is_first = fwl_list_is_empty(&end->line);
    end->wait_count++;
    if (is_first) {
        fwl_os_mutex_unlock(&end->mutex);
        spin(queue, end, request);
        fwl_os_mutex_lock(&end->mutex);
    }
    const int result = attempt_at_once(queue, end, request);
    if (result == NOT_NOW)
        return wait_in_line(queue, end, request, deadline);
    fwl_os_mutex_unlock(&end->mutex);
    return result;
}

static int pass(FwlQueue *queue, End *end, Request *request, uint32_t timeout_ms)
{
    fwl_os_mutex_lock(&end->mutex);
    int result = attempt_at_once(queue, end, request);
    if (result == NOT_NOW && timeout_ms > 0)
        result = wait_and_pass(queue, end, request, timeout_ms);
    else
        fwl_os_mutex_unlock(&end->mutex);
    settle(queue, end->other);
    return result == NOT_NOW ? FWL_E_AGAIN : result;
}

static bool is_of_kind(const FwlQueue *queue, enum FwlQueueKind kind)
{
    return queue && queue->kind == &kinds[kind];
}

int fwl_queue_send_packet(FwlQueue *queue, FwlPacket *pkt, uint32_t timeout_ms)
{
    if (!is_of_kind(queue, FWL_QUEUE_PACKETS) || !pkt)
        return FWL_E_INVALID;
    Request request = {.item = pkt, .load = load_of_packet(pkt)};
    return pass(queue, &queue->send, &request, timeout_ms);
}

/* What a receive would overwrite without ending it. */
static bool packet_holds_something(const FwlPacket *pkt)
{
    return pkt->buf || pkt->side_data || pkt->opaque_ref;
}

int fwl_queue_receive_packet(FwlQueue *queue, FwlPacket *pkt, uint32_t timeout_ms)
{
    if (!is_of_kind(queue, FWL_QUEUE_PACKETS) || !pkt || packet_holds_something(pkt))
        return FWL_E_INVALID;
    Request request = {.item = pkt};
    return pass(queue, &queue->receive, &request, timeout_ms);
}

int fwl_queue_send_frame(FwlQueue *queue, FwlFrame *frame, uint32_t timeout_ms)
{
    if (!is_of_kind(queue, FWL_QUEUE_FRAMES) || !frame)
        return FWL_E_INVALID;
    Request request = {.item = frame, .load = load_of_frame(frame)};
    return pass(queue, &queue->send, &request, timeout_ms);
}

int fwl_queue_receive_frame(FwlQueue *queue, FwlFrame *frame, uint32_t timeout_ms)
{
    if (!is_of_kind(queue, FWL_QUEUE_FRAMES) || !frame || fwl_frame_holds_something(frame))
        return FWL_E_INVALID;
    Request request = {.item = frame};
    return pass(queue, &queue->receive, &request, timeout_ms);
}

/* Ending */

static int set_err(FwlQueue *queue, End *end, int err)
{
    if (err > 0)
        return FWL_E_INVALID;
    fwl_os_mutex_lock(&end->mutex);
    end->err = err;
    fwl_os_mutex_unlock(&end->mutex);
    settle(queue, end);
    return 0;
}

int fwl_queue_set_err_send(FwlQueue *queue, int err)
{
    return queue ? set_err(queue, &queue->send, err) : FWL_E_INVALID;
}

int fwl_queue_set_err_recv(FwlQueue *queue, int err)
{
    return queue ? set_err(queue, &queue->receive, err) : FWL_E_INVALID;
}

/* The next of the items that were sent as the first count ones; false where none is left. */
static bool take_one_of(FwlQueue *queue, uint64_t count, void *item)
{
    fwl_os_mutex_lock(&queue->receive.mutex);
    const bool is_left = own_total(&queue->receive.total).count < count;
    if (is_left)
        take(queue, item);
    fwl_os_mutex_unlock(&queue->receive.mutex);
    settle(queue, &queue->send);
    return is_left;
}

size_t fwl_queue_flush(FwlQueue *queue)
{
    union {
        FwlPacket packet;
        FwlFrame frame;
    } item;
    const uint64_t sent = atomic_load(&queue->send.total.count);
    size_t count = 0;
    for (; take_one_of(queue, sent, &item); count++)
        queue->kind->end(&item);
    return count;
}

int fwl_queue_abort(FwlQueue *queue, int status)
{
    if (!queue || status >= 0)
        return FWL_E_INVALID;
    /* With the senders' lock: when it is given back, nothing goes in any more. */
    fwl_os_mutex_lock(&queue->send.mutex);
    int none = 0;
    (void)atomic_compare_exchange_strong(&queue->status, &none, status);
    fwl_os_mutex_unlock(&queue->send.mutex);
    settle(queue, &queue->send);
    settle(queue, &queue->receive);
    (void)fwl_queue_flush(queue);
    return 0;
}

/* Lifetime */

FwlQueueConfig fwl_queue_config_default(void)
{
    return (FwlQueueConfig){
        .kind = FWL_QUEUE_PACKETS,
        .max_count = 64,
        .max_size = SIZE_MAX,
        .max_duration = INT64_MAX,
    };
}

static int init_end(End *end, End *other)
{
    fwl_list_init(&end->line);
    end->other = other;
    return fwl_os_mutex_init(&end->mutex);
}

static int init_ends(FwlQueue *queue)
{
    queue->send.attempt = attempt_send;
    queue->send.outlook = outlook_of_send;
    queue->receive.attempt = attempt_receive;
    queue->receive.outlook = outlook_of_receive;
    int err = init_end(&queue->send, &queue->receive);
    if (err < 0)
        return err;
    err = init_end(&queue->receive, &queue->send);
    if (err < 0)
        fwl_os_mutex_destroy(&queue->send.mutex);
    return err;
}

int fwl_queue_create(FwlQueue **queue, const FwlQueueConfig *config)
{
    if (!queue)
        return FWL_E_INVALID;
    *queue = NULL;
    const FwlQueueConfig chosen = config ? *config : fwl_queue_config_default();
    if ((chosen.kind != FWL_QUEUE_PACKETS && chosen.kind != FWL_QUEUE_FRAMES) ||
        chosen.max_count == 0 || chosen.max_duration < 0)
        return FWL_E_INVALID;
    const ItemKind *kind = &kinds[chosen.kind];
    const size_t slot_size = fwl_align_up(sizeof(Slot) + kind->size, CACHE_LINE);
    size_t size;
    if (!fwl_checked_mul(chosen.max_count, slot_size, &size) ||
        !fwl_checked_add(size, sizeof(FwlQueue), &size) || size > PTRDIFF_MAX)
        return FWL_E_RANGE;
    FwlQueue *created = fwl_pool_aligned_alloc(chosen.pool, CACHE_LINE, size);
    if (!created)
        return FWL_E_NOMEM;
    memset(created, 0, size); /* a slot without an item holds nothing */
    created->kind = kind;
    created->slot_size = slot_size;
    created->capacity = chosen.max_count;
    created->max_size = chosen.max_size;
    created->max_duration = (uint64_t)chosen.max_duration;
    created->pool = chosen.pool;
    created->slots = (uint8_t *)(created + 1);
    const int err = init_ends(created);
    if (err < 0) {
        fwl_pool_free(chosen.pool, created);
        return err;
    }
    *queue = created;
    return 0;
}

void fwl_queue_destroy(FwlQueue **queue)
{
    if (!queue || !*queue)
        return;
    FwlQueue *old = *queue;
    *queue = NULL;
    (void)fwl_queue_flush(old);
    fwl_os_mutex_destroy(&old->send.mutex);
    fwl_os_mutex_destroy(&old->receive.mutex);
    fwl_pool_free(old->pool, old);
}

/* Inspection */

size_t fwl_queue_nb_elems(const FwlQueue *queue)
{
    /* Between the two reads more may have come and gone than there is room for. */
    const uint64_t received = atomic_load(&queue->receive.total.count);
    const uint64_t count = atomic_load(&queue->send.total.count) - received;
    return (size_t)smaller(count, queue->capacity);
}

void fwl_queue_get_stats(FwlQueue *queue, FwlQueueStats *stats)
{
    fwl_os_mutex_lock(&queue->send.mutex);
    fwl_os_mutex_lock(&queue->receive.mutex);
    const Load sent = own_total(&queue->send.total);
    const Load received = own_total(&queue->receive.total);
    const Load fill = difference(sent, received);
    *stats = (FwlQueueStats){
        .count = (size_t)fill.count,
        .size = fill.size,
        .duration = fill.duration,
        .peak_count = (size_t)queue->peak.count,
        .peak_size = queue->peak.size,
        .peak_duration = queue->peak.duration,
        .sent_count = sent.count,
        .received_count = received.count,
        .send_wait_count = queue->send.wait_count,
        .receive_wait_count = queue->receive.wait_count,
    };
    fwl_os_mutex_unlock(&queue->receive.mutex);
    fwl_os_mutex_unlock(&queue->send.mutex);
}
