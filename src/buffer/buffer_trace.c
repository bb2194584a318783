/* SPDX-License-Identifier: BSD-2-Clause */
#include "buffer/buffer_trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "framewell/mem.h"

enum {
    PLACES_MAX = 64,  /* where something was filled again, that are told apart */
    GROUPS_MAX = 16,  /* places in the line about one buffer */
    PLACE_SIZE = 96,
    LINE_SIZE = 1024,
};

/* Buffers with references, the newest first. */
static FwlLink all_traced = {&all_traced, &all_traced};

static FwlBufferTrace *trace_of(FwlBuffer *buffer)
{
    return (FwlBufferTrace *)(void *)(buffer + 1);
}

/* Behind a reference that is not its buffer's first. */
static FwlRefTrace *ref_trace_of(const FwlBufferRef *ref)
{
    if (ref == &ref->buffer->first_ref)
        return &trace_of(ref->buffer)->first;
    return (FwlRefTrace *)(void *)(uintptr_t)(ref + 1);
}

size_t fwl_trace_buffer_size(const FwlPool *pool)
{
    return sizeof(FwlBuffer) + (pool->config.enable_debug ? sizeof(FwlBufferTrace) : 0);
}

size_t fwl_trace_ref_size(const FwlBuffer *buffer)
{
    return sizeof(FwlBufferRef) + (buffer->is_traced ? sizeof(FwlRefTrace) : 0);
}

/* Taking and ending */

static void list_ref(FwlBufferTrace *trace, FwlBufferRef *ref, const FwlDebugCall *taken)
{
    FwlRefTrace *ref_trace = ref_trace_of(ref);
    *ref_trace = (FwlRefTrace){
        .ref = ref,
        .taken = *taken,
        .since_ns = fwl_os_clock_ns(),
    };
    fwl_list_push_front(&trace->refs, &ref_trace->link);
}

void fwl_trace_restart(FwlBuffer *buffer, void *caller)
{
    const FwlDebugCall taken = fwl_debug_call(caller);
    FwlBufferTrace *trace = trace_of(buffer);
    fwl_os_mutex_lock(&fwl_debug_trace_lock);
    list_ref(trace, &buffer->first_ref, &taken);
    fwl_list_push_front(&all_traced, &trace->link);
    fwl_os_mutex_unlock(&fwl_debug_trace_lock);
}

static void list_holders(FwlPool *pool);

void fwl_trace_start(FwlBuffer *buffer, FwlPool *pool, void *caller)
{
    if (!pool->config.enable_debug)
        return;
    FwlBufferTrace *trace = trace_of(buffer);
    *trace = (FwlBufferTrace){.buffer = buffer, .pool = pool};
    fwl_list_init(&trace->link);
    fwl_list_init(&trace->refs);
    buffer->is_traced = true;
    fwl_debug_set_holder_list(list_holders);
    fwl_trace_restart(buffer, caller);
}

void fwl_trace_add(FwlBufferRef *ref, void *caller)
{
    const FwlDebugCall taken = fwl_debug_call(caller);
    fwl_os_mutex_lock(&fwl_debug_trace_lock);
    list_ref(trace_of(ref->buffer), ref, &taken);
    fwl_os_mutex_unlock(&fwl_debug_trace_lock);
}

void fwl_trace_remove(FwlBufferRef *ref)
{
    FwlBufferTrace *trace = trace_of(ref->buffer);
    fwl_os_mutex_lock(&fwl_debug_trace_lock);
    fwl_list_remove(&ref_trace_of(ref)->link);
    if (fwl_list_is_empty(&trace->refs)) {
        fwl_list_remove(&trace->link);
        fwl_list_init(&trace->link);
    }
    fwl_os_mutex_unlock(&fwl_debug_trace_lock);
}

void fwl_trace_label(const FwlBufferRef *ref, void *caller, const char *format, ...)
{
    if (!ref || !ref->buffer->is_traced)
        return;
    const FwlDebugCall taken = fwl_debug_call(caller);
    char label[FWL_LABEL_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(label, sizeof label, format, args);
    va_end(args);
    fwl_os_mutex_lock(&fwl_debug_trace_lock);
    FwlRefTrace *trace = ref_trace_of(ref);
    trace->taken = taken;
    memcpy(trace->label, label, sizeof label);
    fwl_os_mutex_unlock(&fwl_debug_trace_lock);
}

/* Showing. The traces are copied under the lock, into pages of the system's, and shown without. */

typedef struct Copies {
    FwlRefTrace *traces;
    size_t count;    /* that there were; those beyond capacity are not copied */
    size_t capacity;
    size_t mapping_size;
} Copies;

static void copy_refs(const FwlBufferTrace *trace, Copies *copies)
{
    for (const FwlLink *link = trace->refs.next; link != &trace->refs; link = link->next) {
        if (copies->count < copies->capacity)
            copies->traces[copies->count] = *FWL_ITEM_OF(link, FwlRefTrace, link);
        copies->count++;
    }
}

static void end_copies(Copies *copies)
{
    if (copies->mapping_size > 0)
        fwl_os_unmap(copies->traces, copies->mapping_size);
    *copies = (Copies){0};
}

static int start_copies(Copies *copies, size_t capacity)
{
    const size_t page_size = fwl_os_page_size();
    size_t size;
    *copies = (Copies){.capacity = capacity};
    if (!fwl_checked_mul(capacity, sizeof(FwlRefTrace), &size) ||
        !fwl_checked_round_up(size, page_size, &size))
        return FWL_E_NOMEM;
    copies->traces = fwl_os_map(size, page_size);
    copies->mapping_size = size;
    return copies->traces ? 0 : FWL_E_NOMEM;
}

static int copy_traces(FwlBuffer *buffer, Copies *copies)
{
    size_t capacity = 8;
    for (;;) {
        const int status = start_copies(copies, capacity);
        if (status < 0)
            return status;
        fwl_os_mutex_lock(&fwl_debug_trace_lock);
        copy_refs(trace_of(buffer), copies);
        fwl_os_mutex_unlock(&fwl_debug_trace_lock);
        if (copies->count <= capacity)
            return 0;
        capacity = 2 * copies->count;
        end_copies(copies);
    }
}

int fwl_buffer_visit_refs(const FwlBufferRef *buf, FwlBufferVisitCallback visit, void *opaque)
{
    if (!buf || !visit)
        return FWL_E_INVALID;
    if (!buf->buffer->is_traced)
        return FWL_E_UNSUPPORTED;
    Copies copies;
    int status = copy_traces(buf->buffer, &copies);
    const uint64_t now_ns = fwl_os_clock_ns();
    for (size_t i = 0; status >= 0 && i < copies.count; i++) {
        const FwlRefTrace *trace = &copies.traces[i];
        char place[PLACE_SIZE];
        fwl_debug_name_place(place, sizeof place, &trace->taken);
        const FwlBufferHolder holder = {
            .ref = trace->ref,
            .label = trace->label,
            .place = place,
            .thread = trace->taken.thread,
            .age_ns = now_ns - trace->since_ns,
            .sites = trace->taken.sites,
            .site_count = fwl_debug_count_sites(trace->taken.sites),
        };
        status = visit(opaque, &holder);
    }
    end_copies(&copies);
    return status < 0 ? status : 0;
}

/* The list of leaks */

typedef struct PlaceCount {
    char place[PLACE_SIZE];
    size_t count;
} PlaceCount;

/* "player.c:210 x2, queue.c:88" */
static void write_places(char *text, size_t size, const Copies *copies)
{
    PlaceCount places[GROUPS_MAX];
    size_t place_count = 0, left_over = 0;
    for (size_t i = 0; i < copies->count; i++) {
        char place[PLACE_SIZE];
        fwl_debug_name_place(place, sizeof place, &copies->traces[i].taken);
        size_t p = 0;
        while (p < place_count && strcmp(places[p].place, place) != 0)
            p++;
        if (p == GROUPS_MAX) {
            left_over++;
            continue;
        }
        if (p == place_count) {
            place_count++;
            places[p].count = 0;
            memcpy(places[p].place, place, sizeof place);
        }
        places[p].count++;
    }
    size_t length = 0;
    for (size_t p = 0; p < place_count && length < size; p++) {
        length += (size_t)snprintf(text + length, size - length, "%s%s", p > 0 ? ", " : "",
                                   places[p].place);
        if (places[p].count > 1 && length < size)
            length += (size_t)snprintf(text + length, size - length, " x%zu", places[p].count);
    }
    if (left_over > 0 && length < size)
        snprintf(text + length, size - length, ", %zu more", left_over);
}

/* What the holders say they are: the newest that says something. */
static const char *find_label(const Copies *copies)
{
    for (size_t i = 0; i < copies->count; i++) {
        if (copies->traces[i].label[0])
            return copies->traces[i].label;
    }
    return NULL;
}

static void say_holders(FwlPool *pool, const Copies *copies, size_t buffer_size)
{
    char places[LINE_SIZE] = "";
    char plain[FWL_LABEL_SIZE];
    const char *label = find_label(copies);
    snprintf(plain, sizeof plain, "buffer of %zu byte%s", buffer_size,
             buffer_size == 1 ? "" : "s");
    write_places(places, sizeof places, copies);
    fwl_debug_say_leak(pool, "%s, %zu reference%s: %s", label ? label : plain, copies->count,
                       copies->count == 1 ? "" : "s", places);
}

/* Copies the references of the index-th traced buffer of a pool. False: there is none. */
static bool copy_buffer(const FwlPool *pool, size_t index, Copies *copies, size_t *buffer_size)
{
    copies->count = 0;
    fwl_os_mutex_lock(&fwl_debug_trace_lock);
    const FwlLink *link = all_traced.next;
    for (; link != &all_traced; link = link->next) {
        const FwlBufferTrace *trace = FWL_ITEM_OF(link, FwlBufferTrace, link);
        if (trace->pool == pool && index-- == 0) {
            *buffer_size = trace->buffer->size;
            copy_refs(trace, copies);
            break;
        }
    }
    fwl_os_mutex_unlock(&fwl_debug_trace_lock);
    if (copies->count > copies->capacity)
        copies->count = copies->capacity;
    return link != &all_traced;
}

/* What the list of a pool's live blocks does not know: who holds the buffers among them. */
static void list_holders(FwlPool *pool)
{
    enum { SHOWN_BUFFERS_MAX = 32, SHOWN_REFS_MAX = 256 };
    Copies copies;
    size_t buffer_size = 0;
    if (start_copies(&copies, SHOWN_REFS_MAX) < 0)
        return;
    for (size_t i = 0; i < SHOWN_BUFFERS_MAX && copy_buffer(pool, i, &copies, &buffer_size); i++)
        say_holders(pool, &copies, buffer_size);
    end_copies(&copies);
}

/* Filling again */

/* The trace of a live reference; NULL: ref is none. With the lock; ref is only compared. */
static const FwlRefTrace *find_ref(const FwlBufferRef *ref, const FwlBufferTrace **buffer_trace)
{
    for (const FwlLink *link = all_traced.next; link != &all_traced; link = link->next) {
        const FwlBufferTrace *trace = FWL_ITEM_OF(link, FwlBufferTrace, link);
        for (const FwlLink *of = trace->refs.next; of != &trace->refs; of = of->next) {
            const FwlRefTrace *found = FWL_ITEM_OF(of, FwlRefTrace, link);
            if (found->ref == ref) {
                *buffer_trace = trace;
                return found;
            }
        }
    }
    return NULL;
}

/* True once for each place, and no more when there were too many. With the lock. */
static bool is_new_place(void *caller)
{
    static void *places[PLACES_MAX];
    static size_t count;
    for (size_t i = 0; i < count; i++) {
        if (places[i] == caller)
            return false;
    }
    if (count == PLACES_MAX)
        return false;
    places[count++] = caller;
    return true;
}

void fwl_trace_report_refill(const char *what, const FwlBufferRef *ref, void *caller)
{
    const FwlDebugCall filling = fwl_debug_call(caller);
    const FwlBufferTrace *buffer_trace;
    FwlRefTrace lost;
    FwlPool *pool = NULL;
    size_t buffer_size = 0;
    fwl_os_mutex_lock(&fwl_debug_trace_lock);
    const FwlRefTrace *found = find_ref(ref, &buffer_trace);
    if (found && is_new_place(caller)) {
        lost = *found;
        pool = buffer_trace->pool;
        buffer_size = buffer_trace->buffer->size;
    }
    fwl_os_mutex_unlock(&fwl_debug_trace_lock);
    if (!pool)
        return;
    char here[PLACE_SIZE], there[PLACE_SIZE];
    fwl_debug_name_place(here, sizeof here, &filling);
    fwl_debug_name_place(there, sizeof there, &lost.taken);
    fwl_debug_say_leak(pool,
                       "a %s is filled again at %s while it holds a buffer of %zu bytes, taken at "
                       "%s: unref it first",
                       what, here, buffer_size, there);
}
