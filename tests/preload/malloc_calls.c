/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random calls of the malloc family: malloc_calls SEED COUNT prints what each gave, as far as a
 * program may rely on it. The C library's malloc and another one have to print the same.
 *
 * A block is filled with bytes of its own, which are looked at before it goes.
 */
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOTS = 64,
    UNTOUCHED = 12345,
    FILLED_MAX = 1 << 16, /* of a block's front, and as much of its end */
    MIN_ALIGNMENT = 16,
};

/* Called through a table, so that the compiler cannot leave them out. */
static struct {
    void *(*alloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void *(*reallocarray)(void *, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void *(*memalign)(size_t, size_t);
    void *(*valloc)(size_t);
    void *(*pvalloc)(size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void (*free)(void *);
} volatile const family = {malloc,   calloc, realloc, reallocarray,   aligned_alloc,
                           memalign, valloc, pvalloc, posix_memalign, free};

typedef struct Slot {
    unsigned char *block;
    size_t size;
    unsigned char value;
} Slot;

static Slot slots[SLOTS];
static uint64_t seed;

static uint64_t dice(uint64_t sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % sides;
}

/* Mostly small; now and then none, or one that nobody has. What is between 4 GiB and that is a
 * matter of the machine, and debug pools write to every byte. */
static size_t random_size(void)
{
    static const size_t edges[] = {0,
                                   1,
                                   15,
                                   16,
                                   17,
                                   SIZE_MAX,
                                   SIZE_MAX - 1,
                                   SIZE_MAX - 4096,
                                   SIZE_MAX / 2,
                                   SIZE_MAX / 2 + 1,
                                   SIZE_MAX / 2 - 4096,
                                   (size_t)1 << 48,
                                   (size_t)3 << 30};
    const size_t left_out = getenv("FRAMEWELL_DEBUG") ? 1 : 0;
    if (dice(8) == 0)
        return edges[dice(sizeof edges / sizeof *edges - left_out)];
    return (size_t)dice((uint64_t)2 << dice(dice(16) == 0 ? 25 : 14));
}

/* Any, also such as are none. */
static size_t random_alignment(void)
{
    if (dice(8) == 0)
        return (size_t)dice(100);
    if (dice(32) == 0)
        return SIZE_MAX - (size_t)dice(3);
    return (size_t)1 << (dice(16) == 0 ? 48 + dice(16) : dice(27));
}

static void expect(bool holds, const char *what)
{
    if (!holds)
        printf("  wrong: %s\n", what);
}

static void fill(const Slot *slot)
{
    const size_t some = slot->size < FILLED_MAX ? slot->size : FILLED_MAX;
    memset(slot->block, slot->value, some);
    memset(slot->block + slot->size - some, slot->value, some);
}

static bool is_filled(const unsigned char *bytes, size_t size, unsigned char value)
{
    size_t i = 0;
    while (i < size && bytes[i] == value)
        i++;
    return i == size;
}

/* The first kept bytes are what they were. */
static void look(const Slot *slot, size_t kept)
{
    const size_t some = kept < FILLED_MAX ? kept : FILLED_MAX;
    expect(is_filled(slot->block, some, slot->value), "the front is as it was");
    if (kept == slot->size)
        expect(is_filled(slot->block + kept - some, some, slot->value), "and the end");
}

static void told(const char *call, const void *block, int error)
{
    printf("%s: %s, errno %d\n", call, block ? "a block" : "NULL", error);
}

/* Enters a new block of size bytes. */
static void keep(Slot *slot, void *block, size_t alignment, size_t size)
{
    if (!block)
        return;
    *slot = (Slot){block, size, (unsigned char)(1 + dice(255))};
    expect((uintptr_t)block % (alignment > MIN_ALIGNMENT ? alignment : MIN_ALIGNMENT) == 0,
           "it is aligned");
    expect(malloc_usable_size(block) >= size, "it is large enough");
    fill(slot);
}

static void give_back(Slot *slot)
{
    if (slot->block)
        look(slot, slot->size);
    errno = UNTOUCHED;
    family.free(slot->block);
    told("free", NULL, errno);
    *slot = (Slot){0};
}

/* What memalign makes of one that is none, where it takes it. */
static size_t power_of_two_from(size_t alignment)
{
    size_t power = 1;
    while (power < alignment && power <= SIZE_MAX / 4)
        power *= 2;
    return power;
}

static void call_plain(Slot *slot)
{
    const size_t size = random_size();
    errno = UNTOUCHED;
    void *block = family.alloc(size);
    told("malloc", block, errno);
    keep(slot, block, 1, size);
}

static void call_calloc(Slot *slot)
{
    const size_t count = random_size();
    const size_t size = dice(4) == 0 ? random_size() : (size_t)dice(20);
    if (size > 0 && count < (size_t)1 << 48 && count > ((size_t)1 << 32) / size)
        return; /* a matter of the machine */
    errno = UNTOUCHED;
    unsigned char *block = family.calloc(count, size);
    told("calloc", block, errno);
    if (block) {
        const size_t some = count * size < FILLED_MAX ? count * size : FILLED_MAX;
        expect(is_filled(block, some, 0), "it is zero");
        expect(is_filled(block + count * size - some, some, 0), "at its end, too");
    }
    keep(slot, block, 1, block ? count * size : 0);
}

/* glibc's rounds an odd alignment up, but in aligned_alloc from 2.38 on. Ours always does. */
static bool may_be_odd(bool is_memalign)
{
    return is_memalign || !__GLIBC_PREREQ(2, 38);
}

static void call_aligned(Slot *slot)
{
    static const char *const names[] = {"aligned_alloc", "memalign"};
    const size_t which = (size_t)dice(2);
    size_t alignment = random_alignment();
    if (!may_be_odd(which))
        alignment = power_of_two_from(alignment);
    const size_t size = random_size();
    errno = UNTOUCHED;
    void *block = (which ? family.memalign : family.aligned_alloc)(alignment, size);
    told(names[which], block, errno);
    keep(slot, block, power_of_two_from(alignment), size);
}

/* Which gives its error, and leaves what it was given. What errno is then is nobody's to say. */
static void call_posix_memalign(Slot *slot)
{
    const size_t alignment = random_alignment();
    const size_t size = random_size();
    void *block = slot;
    errno = UNTOUCHED;
    const int error = family.posix_memalign(&block, alignment, size);
    printf("posix_memalign: %d\n", error);
    expect(error == 0 || block == slot, "a failure leaves the pointer");
    expect(error != 0 || errno == UNTOUCHED, "success leaves errno");
    if (error == 0)
        keep(slot, block, alignment, size);
}

static void call_of_pages(Slot *slot)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const bool is_whole = dice(2) == 0;
    const size_t size = random_size();
    errno = UNTOUCHED;
    void *block = (is_whole ? family.pvalloc : family.valloc)(size);
    told(is_whole ? "pvalloc" : "valloc", block, errno);
    keep(slot, block, page, is_whole && block ? (size + page - 1) / page * page : size);
}

static void call_realloc(Slot *slot)
{
    const bool is_array = dice(2) == 0;
    const size_t count = is_array ? (size_t)dice(5) : 1;
    const size_t size = is_array && dice(8) == 0 ? SIZE_MAX - (size_t)dice(9) : random_size();
    errno = UNTOUCHED;
    void *block = is_array ? family.reallocarray(slot->block, count, size)
                           : family.realloc(slot->block, size);
    told(is_array ? "reallocarray" : "realloc", block, errno);
    if (!block && slot->block && errno == UNTOUCHED) {
        *slot = (Slot){0}; /* to no bytes: it is freed */
    } else if (!block && slot->block) {
        look(slot, slot->size);
    } else if (block) {
        const size_t total = count * size;
        if (slot->block) {
            slot->block = block;
            const size_t kept = total < slot->size ? total : slot->size;
            look(slot, kept);
        }
        keep(slot, block, 1, total);
    }
}

int main(int argc, char **argv)
{
    static void (*const calls[])(Slot *) = {call_plain, call_calloc, call_aligned,
                                            call_posix_memalign, call_of_pages};
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const int count = argc > 2 ? atoi(argv[2]) : 1000;
    for (int i = 0; i < count; i++) {
        Slot *slot = &slots[dice(SLOTS)];
        if (dice(3) == 0)
            call_realloc(slot);
        else if (slot->block)
            give_back(slot);
        else
            calls[dice(sizeof calls / sizeof *calls)](slot);
    }
    for (int i = 0; i < SLOTS; i++)
        give_back(&slots[i]);
    return 0;
}
