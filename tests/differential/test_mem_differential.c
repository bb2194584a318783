/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The malloc family against the installed libavutil: the same calls on both; bytes, sizes, results
 * and what is NULL afterwards are compared. Some sizes are above the limit that fwl_max_alloc and
 * av_max_alloc set, so that failures are compared, too.
 */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/mem.h>
#include <string.h>

#include "case.h"
#include "framewell/mem.h"
#include "random_calls.h"
#include "tally.h"

/* The older functions are compared, too. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

enum { STEPS = 300000, SLOTS = 6, SIZE_MAX_BITS = 12, LIMIT = 6000 };

/* A block on each side, with the number of bytes that mean something. */
static struct {
    uint8_t *a, *b;
    size_t size;
} slots[SLOTS];

static size_t random_size(void)
{
    return (size_t)random_number(random_chance(20) ? 16 : SIZE_MAX_BITS);
}

static void fill(uint8_t *a, uint8_t *b, size_t size)
{
    const size_t first = (size_t)random_below(256);
    for (size_t i = 0; i < size; i++)
        a[i] = b[i] = (uint8_t)(first + i * 5);
}

/* What came of an allocation, zeroed or not. */
static void keep(int step, int slot, void *a, void *b, size_t size, bool is_zeroed)
{
    tally_call();
    COMPARE(!a, !b, "step %d: %zu bytes", step, size);
    slots[slot].a = a;
    slots[slot].b = b;
    slots[slot].size = a && b ? size : 0;
    if (!a || !b)
        return;
    if (is_zeroed)
        COMPARE(memcmp(a, b, size), 0, "step %d: zeros", step);
    fill(a, b, size);
}

static void call_free(int step, int slot)
{
    (void)step;
    tally_call();
    if (random_chance(2)) {
        fwl_free(slots[slot].a);
        av_free(slots[slot].b);
        slots[slot].a = slots[slot].b = NULL;
    } else {
        fwl_freep(&slots[slot].a);
        av_freep(&slots[slot].b);
        COMPARE(slots[slot].a == NULL, slots[slot].b == NULL, "step %d", step);
    }
    slots[slot].size = 0;
}

static void call_malloc(int step, int slot)
{
    const size_t size = random_size(), count = (size_t)random_number(6);
    call_free(step, slot);
    switch (random_below(5)) {
    case 0:
        keep(step, slot, fwl_malloc(size), av_malloc(size), size, false);
        break;
    case 1:
        keep(step, slot, fwl_mallocz(size), av_mallocz(size), size, true);
        break;
    case 2:
        keep(step, slot, fwl_malloc_array(count, size), av_malloc_array(count, size), count * size,
             false);
        break;
    case 3:
        keep(step, slot, fwl_mallocz_array(count, size), av_mallocz_array(count, size),
             count * size, true);
        break;
    default:
        keep(step, slot, fwl_calloc(count, size), av_calloc(count, size), count * size, true);
        break;
    }
}

/* After a block was made size bytes large: those that it kept are the same. */
static void keep_resized(int step, int slot, void *a, void *b, size_t size)
{
    tally_call();
    const size_t kept = slots[slot].size < size ? slots[slot].size : size;
    COMPARE(!a, !b, "step %d: %zu bytes", step, size);
    slots[slot].a = a;
    slots[slot].b = b;
    slots[slot].size = a && b ? size : 0;
    if (!a || !b)
        return;
    COMPARE(memcmp(a, b, kept), 0, "step %d: bytes that are kept", step);
    fill(slots[slot].a, slots[slot].b, size);
}

static void call_realloc(int step, int slot)
{
    const size_t size = random_size();
    void *a = fwl_realloc(slots[slot].a, size);
    void *b = av_realloc(slots[slot].b, size);
    if (a && b)
        keep_resized(step, slot, a, b, size);
    else
        COMPARE(a == NULL, b == NULL, "step %d: %zu", step, size);
}

static void call_realloc_array(int step, int slot)
{
    const size_t size = random_size(), count = 1 + (size_t)random_number(6);
    if (random_chance(2)) {
        keep_resized(step, slot, fwl_realloc_f(slots[slot].a, count, size),
                     av_realloc_f(slots[slot].b, count, size), count * size);
        return;
    }
    void *a = fwl_realloc_array(slots[slot].a, count, size);
    void *b = av_realloc_array(slots[slot].b, count, size);
    if (a && b)
        keep_resized(step, slot, a, b, count * size);
    else
        COMPARE(a == NULL, b == NULL, "step %d: %zu", step, size);
}

static void call_reallocp(int step, int slot)
{
    const size_t size = random_size(), count = (size_t)random_number(3);
    if (random_chance(2)) {
        CALL(fwl_reallocp(&slots[slot].a, size), av_reallocp(&slots[slot].b, size), "step %d",
             step);
        keep_resized(step, slot, slots[slot].a, slots[slot].b, size);
    } else {
        CALL(fwl_reallocp_array(&slots[slot].a, count, size),
             av_reallocp_array(&slots[slot].b, count, size), "step %d: %zu x %zu", step, count,
             size);
        keep_resized(step, slot, slots[slot].a, slots[slot].b, count * size);
    }
}

/* Blocks that grow: begun from nothing, made larger some times, ended. */
static void call_fast(int step, int slot)
{
    typedef void (*OurCall)(void *, size_t *, size_t);
    typedef void (*TheirCall)(void *, unsigned *, size_t);
    static const OurCall our_calls[] = {fwl_fast_malloc, fwl_fast_mallocz, fwl_fast_padded_malloc,
                                        fwl_fast_padded_mallocz};
    static const TheirCall their_calls[] = {av_fast_malloc, av_fast_mallocz, av_fast_padded_malloc,
                                            av_fast_padded_mallocz};
    (void)slot;
    const int kind = random_below(4);
    const size_t padding = kind >= 2 ? FWL_INPUT_BUFFER_PADDING_SIZE : 0;
    uint8_t *a = NULL, *b = NULL;
    size_t a_size = 0;
    unsigned b_size = 0;
    for (int i = 0; i < 6; i++) {
        const size_t size = random_size();
        tally_call();
        our_calls[kind](&a, &a_size, size);
        their_calls[kind](&b, &b_size, size);
        COMPARE(!a, !b, "step %d: kind %d", step, kind);
        COMPARE(a_size, b_size, "step %d: kind %d, %zu bytes", step, kind, size);
        if (!a || !b)
            continue;
        if (kind == 3 || (kind == 1 && i == 0))
            COMPARE(memcmp(a, b, size), 0, "step %d: zeros", step);
        COMPARE(memcmp(a + size, b + size, padding), 0, "step %d: padding", step);
        fill(a, b, size);
    }
    fwl_free(a);
    av_free(b);
}

static void call_fast_realloc(int step, int slot)
{
    (void)slot;
    uint8_t *a = NULL, *b = NULL;
    size_t a_size = 0, used = 0;
    unsigned b_size = 0;
    for (int i = 0; i < 6; i++) {
        const size_t size = used + (size_t)random_number(10);
        tally_call();
        uint8_t *a_grown = fwl_fast_realloc(a, &a_size, size);
        uint8_t *b_grown = av_fast_realloc(b, &b_size, size);
        COMPARE(!a_grown, !b_grown, "step %d", step);
        COMPARE(a_size, b_size, "step %d: %zu bytes", step, size);
        if (!a_grown || !b_grown)
            break;
        a = a_grown;
        b = b_grown;
        COMPARE(memcmp(a, b, used), 0, "step %d: bytes that are kept", step);
        used = size;
        fill(a, b, used);
    }
    fwl_free(a);
    av_free(b);
}

static void call_copies(int step, int slot)
{
    static const char text[] = "a string with a zero\0 in it";
    const size_t length = (size_t)random_below((int)sizeof text);
    const char *from = text + random_below((int)sizeof text - (int)length);
    char *a = fwl_strdup(from), *b = av_strdup(from);
    CALL(is_same_text(a, b), 1, "step %d", step);
    fwl_free(a);
    av_free(b);
    a = fwl_strndup(from, length);
    b = av_strndup(from, length);
    CALL(is_same_text(a, b), 1, "step %d: %zu", step, length);
    fwl_free(a);
    av_free(b);
    call_free(step, slot);
    slots[slot].size = length;
    slots[slot].a = fwl_memdup(from, length);
    slots[slot].b = av_memdup(from, length);
    CALL(memcmp(slots[slot].a, slots[slot].b, length), 0, "step %d: %zu", step, length);
}

static void call_backptr(int step, int slot)
{
    enum { ROOM = 700 };
    static uint8_t a[ROOM], b[ROOM];
    (void)slot;
    const int back = 1 + random_below(random_chance(2) ? 16 : 200);
    const int count = random_below(ROOM - 200);
    fill(a, b, ROOM);
    tally_call();
    fwl_memcpy_backptr(a + back, back, count);
    av_memcpy_backptr(b + back, back, count);
    COMPARE(memcmp(a, b, ROOM), 0, "step %d: back %d, count %d", step, back, count);
}

static void call_dynarray(int step, int slot)
{
    (void)slot;
    void **a = NULL, **b = NULL;
    int a_count = 0, b_count = 0;
    const int count = (int)random_number(6);
    for (int i = 0; i < count; i++) {
        void *const element = &slots[random_below(SLOTS)];
        if (random_chance(2)) {
            CALL(fwl_dynarray_add_nofree(&a, &a_count, element),
                 av_dynarray_add_nofree(&b, &b_count, element), "step %d", step);
        } else {
            tally_call();
            fwl_dynarray_add(&a, &a_count, element);
            av_dynarray_add(&b, &b_count, element);
        }
        COMPARE(a_count, b_count, "step %d", step);
    }
    if (a && b)
        COMPARE(memcmp(a, b, (size_t)a_count * sizeof *a), 0, "step %d", step);
    fwl_free(a);
    av_free(b);
}

static void call_dynarray2(int step, int slot)
{
    (void)slot;
    void *a = NULL, *b = NULL;
    int a_count = 0, b_count = 0;
    const size_t size = 1 + (size_t)random_below(300);
    const int count = (int)random_number(5);
    uint8_t element[300], same[300];
    for (int i = 0; i < count; i++) {
        fill(element, same, size);
        CALL(!fwl_dynarray2_add(&a, &a_count, size, element),
             !av_dynarray2_add(&b, &b_count, size, same), "step %d", step);
        COMPARE(a_count, b_count, "step %d: %zu bytes", step, size);
        COMPARE(!a, !b, "step %d", step);
    }
    if (a && b)
        COMPARE(memcmp(a, b, (size_t)a_count * size), 0, "step %d", step);
    fwl_free(a);
    av_free(b);
}

static void call_size_mult(int step, int slot)
{
    (void)slot;
    const size_t x = (size_t)random_number(64), y = (size_t)random_number(64);
    size_t a = 1, b = 1;
    CALL(fwl_size_mult(x, y, &a), av_size_mult(x, y, &b), "step %d: %zu x %zu", step, x, y);
    if (a != 1 || b != 1)
        COMPARE(a, b, "step %d: %zu x %zu", step, x, y);
}

static void the_same_calls_give_the_same_blocks(void)
{
    static void (*const calls[])(int, int) = {
        call_malloc,    call_malloc,    call_free,         call_realloc, call_realloc_array,
        call_reallocp,  call_fast,      call_copies,       call_backptr, call_dynarray,
        call_dynarray2, call_size_mult, call_fast_realloc,
    };
    random_start("mem");
    fwl_max_alloc(LIMIT);
    av_max_alloc(LIMIT);
    for (int step = 0; step < STEPS && tally_differences < TALLY_SHOWN; step++)
        calls[random_below((int)(sizeof calls / sizeof calls[0]))](step, random_below(SLOTS));
    for (int i = 0; i < SLOTS; i++)
        call_free(STEPS, i);
    fwl_max_alloc(INT32_MAX);
    av_max_alloc(INT32_MAX);
    tally_expect_none("mem");
}

int main(int argc, char **argv)
{
    random_options(&argc, argv);
    /* Once: hundreds of thousands of allocations. */
    static const struct TestCase cases[] = {
        CASE_ONCE(the_same_calls_give_the_same_blocks),
    };
    return run_cases("mem against libavutil", cases, sizeof cases / sizeof cases[0], argc, argv);
}
