/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffers and buffer pools against the installed libavutil: the same calls on both; what the
 * references show, the bytes, and how often which callback was called are compared after each.
 */
#include <libavutil/buffer.h>
#include <libavutil/mem.h>
#include <string.h>

#include "case.h"
#include "framewell/buffer.h"
#include "framewell/mem.h"
#include "random_calls.h"
#include "tally.h"

enum { STEPS = 400000, SLOTS = 8, POOLS = 3, SIZE_MAX_BITS = 10, POOL_SIZE = 200, ALL_EVERY = 32 };

static FwlBufferRef *ours[SLOTS];
static AVBufferRef *theirs[SLOTS];
/* Whether the buffer of a slot is one of a pool's, whose opaque is no business of its user. */
static bool is_pooled[SLOTS];

/* Callbacks: what each side's were called for. */

struct Events {
    int frees, allocs, pool_frees;
    uintptr_t last_opaque;
};

static struct Events our_events, their_events;

static void fill(uint8_t *a, uint8_t *b, size_t size)
{
    const size_t first = (size_t)random_below(256);
    for (size_t i = 0; i < size; i++)
        a[i] = b[i] = (uint8_t)(first + i * 3);
}

static void our_free(void *opaque, uint8_t *data)
{
    our_events.frees++;
    our_events.last_opaque = (uintptr_t)opaque;
    fwl_buffer_default_free(NULL, data);
}

static void their_free(void *opaque, uint8_t *data)
{
    their_events.frees++;
    their_events.last_opaque = (uintptr_t)opaque;
    av_buffer_default_free(NULL, data);
}

static FwlBufferRef *our_alloc(size_t size)
{
    our_events.allocs++;
    return fwl_buffer_allocz(size);
}

static AVBufferRef *their_alloc(size_t size)
{
    their_events.allocs++;
    return av_buffer_allocz(size);
}

static FwlBufferRef *our_alloc2(void *opaque, size_t size)
{
    our_events.allocs++;
    return fwl_buffer_create(fwl_mallocz(size + 8), size + 8, our_free, opaque, 0);
}

static AVBufferRef *their_alloc2(void *opaque, size_t size)
{
    their_events.allocs++;
    return av_buffer_create(av_mallocz(size + 8), size + 8, their_free, opaque, 0);
}

static void our_pool_free(void *opaque)
{
    our_events.pool_frees++;
    our_events.last_opaque = (uintptr_t)opaque;
}

static void their_pool_free(void *opaque)
{
    their_events.pool_frees++;
    their_events.last_opaque = (uintptr_t)opaque;
}

/* Comparing */

static void compare_slot(int step, int slot)
{
    const FwlBufferRef *a = ours[slot];
    const AVBufferRef *b = theirs[slot];
    COMPARE(!a, !b, "step %d", step);
    if (!a || !b)
        return;
    COMPARE(a->size, b->size, "step %d", step);
    CALL(fwl_buffer_get_ref_count(a), av_buffer_get_ref_count(b), "step %d", step);
    CALL(fwl_buffer_is_writable(a), av_buffer_is_writable(b), "step %d", step);
    if (a->size > 0)
        COMPARE(memcmp(a->data, b->data, a->size), 0, "step %d: bytes", step);
    if (!is_pooled[slot])
        CALL((uintptr_t)fwl_buffer_get_opaque(a), (uintptr_t)av_buffer_get_opaque(b), "step %d",
             step);
}

static void compare_events(int step)
{
    COMPARE(our_events.frees, their_events.frees, "step %d", step);
    COMPARE(our_events.allocs, their_events.allocs, "step %d", step);
    COMPARE(our_events.pool_frees, their_events.pool_frees, "step %d", step);
    COMPARE(our_events.last_opaque, their_events.last_opaque, "step %d", step);
}

/* Calling */

static void call_unref(int step, int slot)
{
    (void)step;
    tally_call();
    fwl_buffer_unref(&ours[slot]);
    av_buffer_unref(&theirs[slot]);
    is_pooled[slot] = false;
}

static void call_alloc(int step, int slot)
{
    const size_t size = (size_t)random_number(SIZE_MAX_BITS);
    call_unref(step, slot);
    tally_call();
    if (random_chance(2)) {
        ours[slot] = fwl_buffer_allocz(size);
        theirs[slot] = av_buffer_allocz(size);
    } else {
        ours[slot] = fwl_buffer_alloc(size);
        theirs[slot] = av_buffer_alloc(size);
        fill(ours[slot]->data, theirs[slot]->data, size);
    }
}

static void call_create(int step, int slot)
{
    const size_t size = (size_t)random_number(SIZE_MAX_BITS);
    const bool has_callback = random_chance(2);
    const int flags = random_chance(4) ? FWL_BUFFER_FLAG_READONLY : 0;
    void *const opaque = (void *)(uintptr_t)(1 + random_below(1000));
    uint8_t *a = fwl_malloc(size), *b = av_malloc(size);
    fill(a, b, size);
    call_unref(step, slot);
    tally_call();
    ours[slot] = fwl_buffer_create(a, size, has_callback ? our_free : NULL, opaque, flags);
    theirs[slot] = av_buffer_create(b, size, has_callback ? their_free : NULL, opaque, flags);
}

static int other_slot(int slot)
{
    return (slot + 1 + random_below(SLOTS - 1)) % SLOTS;
}

static void call_ref(int step, int slot)
{
    const int from = other_slot(slot);
    call_unref(step, slot);
    if (!ours[from])
        return;
    tally_call();
    ours[slot] = fwl_buffer_ref(ours[from]);
    theirs[slot] = av_buffer_ref(theirs[from]);
    is_pooled[slot] = is_pooled[from];
}

/* A holder may narrow what it sees. */
static void call_narrow(int step, int slot)
{
    (void)step;
    if (!ours[slot] || ours[slot]->size == 0)
        return;
    const size_t by = (size_t)random_below((int)ours[slot]->size);
    ours[slot]->data += by;
    theirs[slot]->data += by;
    ours[slot]->size -= by;
    theirs[slot]->size -= by;
}

static void call_make_writable(int step, int slot)
{
    if (!ours[slot])
        return;
    const uint8_t *before = ours[slot]->data;
    CALL(fwl_buffer_make_writable(&ours[slot]), av_buffer_make_writable(&theirs[slot]), "step %d",
         step);
    is_pooled[slot] = is_pooled[slot] && ours[slot]->data == before;
}

/* The new bytes are undefined on both sides. */
static void call_realloc(int step, int slot)
{
    const size_t size = (size_t)random_number(SIZE_MAX_BITS);
    const size_t old = ours[slot] ? ours[slot]->size : 0;
    const uint8_t *before = ours[slot] ? ours[slot]->data : NULL;
    CALL(fwl_buffer_realloc(&ours[slot], size), av_buffer_realloc(&theirs[slot], size), "step %d",
         step);
    is_pooled[slot] = is_pooled[slot] && ours[slot]->data == before;
    if (size > old)
        fill(ours[slot]->data + old, theirs[slot]->data + old, size - old);
}

static void call_replace(int step, int slot)
{
    const int from = random_chance(8) ? slot : other_slot(slot);
    CALL(fwl_buffer_replace(&ours[slot], ours[from]),
         av_buffer_replace(&theirs[slot], theirs[from]), "step %d", step);
    is_pooled[slot] = is_pooled[from];
}

static void call_write(int step, int slot)
{
    (void)step;
    if (ours[slot] && fwl_buffer_is_writable(ours[slot]))
        fill(ours[slot]->data, theirs[slot]->data, ours[slot]->size);
}

/* Pools */

static FwlBufferPool *our_pools[POOLS];
static AVBufferPool *their_pools[POOLS];

static void end_pool(int index)
{
    tally_call();
    fwl_buffer_pool_uninit(&our_pools[index]);
    av_buffer_pool_uninit(&their_pools[index]);
    COMPARE(our_pools[index] == NULL, their_pools[index] == NULL, "pool %d", index);
}

static void begin_pool(int index)
{
    void *const opaque = (void *)(uintptr_t)(2000 + index);
    tally_call();
    if (index == 0) {
        our_pools[index] = fwl_buffer_pool_init(POOL_SIZE, NULL);
        their_pools[index] = av_buffer_pool_init(POOL_SIZE, NULL);
    } else if (index == 1) {
        our_pools[index] = fwl_buffer_pool_init(POOL_SIZE, our_alloc);
        their_pools[index] = av_buffer_pool_init(POOL_SIZE, their_alloc);
    } else {
        our_pools[index] = fwl_buffer_pool_init2(POOL_SIZE, opaque, our_alloc2, our_pool_free);
        their_pools[index] = av_buffer_pool_init2(POOL_SIZE, opaque, their_alloc2, their_pool_free);
    }
}

static void call_pool_get(int step, int slot)
{
    const int index = random_below(POOLS);
    call_unref(step, slot);
    tally_call();
    ours[slot] = fwl_buffer_pool_get(our_pools[index]);
    theirs[slot] = av_buffer_pool_get(their_pools[index]);
    is_pooled[slot] = true;
    fill(ours[slot]->data, theirs[slot]->data, ours[slot]->size);
    CALL((uintptr_t)fwl_buffer_pool_buffer_get_opaque(ours[slot]),
         (uintptr_t)av_buffer_pool_buffer_get_opaque(theirs[slot]), "step %d", step);
}

/* A pool ends while its buffers are out, and another one begins in its place. */
static void call_pool_end(int step, int slot)
{
    (void)step;
    if (random_chance(4)) {
        end_pool(slot % POOLS);
        begin_pool(slot % POOLS);
    }
}

static void the_same_calls_give_the_same_buffers(void)
{
    static void (*const calls[])(int, int) = {
        call_unref,    call_alloc,    call_alloc,         call_create,  call_create,
        call_ref,      call_ref,      call_ref,           call_narrow,  call_make_writable,
        call_realloc,  call_realloc,  call_make_writable, call_replace, call_replace,
        call_pool_get, call_pool_get, call_pool_get,      call_write,   call_pool_end,
    };
    random_start("buffer");
    for (int i = 0; i < POOLS; i++)
        begin_pool(i);
    for (int step = 0; step < STEPS && tally_differences < TALLY_SHOWN; step++) {
        const int slot = random_below(SLOTS);
        calls[random_below((int)(sizeof calls / sizeof calls[0]))](step, slot);
        compare_slot(step, slot);
        for (int i = 0; i < SLOTS && step % ALL_EVERY == 0; i++)
            compare_slot(step, i);
        compare_events(step);
    }
    for (int i = 0; i < POOLS; i++)
        end_pool(i);
    compare_events(STEPS);
    for (int i = 0; i < SLOTS; i++)
        call_unref(STEPS, i);
    compare_events(STEPS);
    tally_expect_none("buffer");
}

int main(int argc, char **argv)
{
    random_options(&argc, argv);
    /* Once: hundreds of thousands of allocations. */
    static const struct TestCase cases[] = {
        CASE_ONCE(the_same_calls_give_the_same_buffers),
    };
    return run_cases("buffer against libavutil", cases, sizeof cases / sizeof cases[0], argc, argv);
}
