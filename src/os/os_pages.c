/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of memory.
 *
 * The kernel maps at page granularity. A larger alignment is had by asking for the multiple of it
 * just below of where the kernel would map, which is mostly free, and needs no more address space
 * than the size. Where that is taken, by mapping that much more and unmapping what sticks out at
 * both ends:
 *
 *     |<-- head -->|<------- size ------->|<-- tail -->|
 *     ^ mapped     ^ multiple of alignment
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/align.h"
#include "base/checked.h"

size_t fwl_os_page_size(void)
{
    static _Atomic(size_t) page_size; /* every thread computes the same: no order needed */
    size_t size = atomic_load_explicit(&page_size, memory_order_relaxed);
    if (size == 0) {
        size = (size_t)sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&page_size, size, memory_order_relaxed);
    }
    return size;
}

static char *map_pages_near(char *wish, size_t size)
{
    void *address = mmap(wish, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

static char *map_pages(size_t size)
{
    return map_pages_near(NULL, size);
}

static char *map_and_cut(size_t size, size_t alignment)
{
    size_t padded;
    if (!fwl_checked_add(size, alignment, &padded))
        return NULL;
    char *mapped = map_pages(padded);
    if (!mapped)
        return NULL;
    char *address = (char *)fwl_align_up((uintptr_t)mapped, alignment);
    const size_t head = (size_t)(address - mapped);
    const size_t tail = padded - size - head;
    if (head > 0)
        munmap(mapped, head);
    if (tail > 0)
        munmap(address + size, tail);
    return address;
}

/* NULL as well where what came is no multiple; then *found is where it was. */
static char *map_at_multiple(char *wish, size_t size, size_t alignment, char **found)
{
    char *address = map_pages_near(wish, size);
    *found = address;
    if (!address || fwl_is_aligned(address, alignment))
        return address;
    munmap(address, size);
    return NULL;
}

void *fwl_os_map(size_t size, size_t alignment)
{
    const int saved_errno = errno;
    char *found;
    char *address = map_at_multiple(NULL, size, alignment, &found);
    if (!address && found) {
        char *below = found - ((uintptr_t)found & (alignment - 1));
        address = map_at_multiple(below, size, alignment, &found);
        address = address ? address : map_and_cut(size, alignment);
    }
    errno = saved_errno;
    return address;
}

void fwl_os_unmap(void *address, size_t size)
{
    const int saved_errno = errno;
    munmap(address, size);
    errno = saved_errno;
}

void fwl_os_purge(void *address, size_t size)
{
    const int saved_errno = errno;
    madvise(address, size, MADV_DONTNEED);
    errno = saved_errno;
}

/* Moving. Linux 5.7 and newer can, by MREMAP_DONTUNMAP: no other thread gets the place that pages
 * were moved away from. What pages are moved to is unmapped before all is checked, so that after a
 * failure another thread may have mapped it. That is why a first failure is the last one. */

enum Moving { MOVING_UNTRIED, MOVING_WORKS, MOVING_FAILS };

static atomic_int moving; /* every thread finds the same: no order needed */

static bool move_pages(void *to, void *from, size_t size)
{
#ifdef MREMAP_DONTUNMAP
    const int saved_errno = errno;
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    const bool is_moved = mremap(from, size, size, flags, to) != MAP_FAILED;
    errno = saved_errno;
    return is_moved;
#else
    (void)to, (void)from, (void)size;
    return false;
#endif
}

/* Moves a page and looks for what was written on it. The place that it was moved to is left alone
 * where that failed. */
static bool try_moving(void)
{
    const size_t size = fwl_os_page_size();
    char *from = map_pages(size);
    char *to = map_pages(size);
    bool works = false;
    if (from && to) {
        from[0] = 1;
        works = move_pages(to, from, size) && to[0] == 1 && from[0] == 0;
    }
    if (from)
        fwl_os_unmap(from, size);
    if (works)
        fwl_os_unmap(to, size);
    return works;
}

bool fwl_os_can_move(void)
{
    int known = atomic_load_explicit(&moving, memory_order_relaxed);
    if (known == MOVING_UNTRIED) {
        const int found = try_moving() ? MOVING_WORKS : MOVING_FAILS;
        if (atomic_compare_exchange_strong_explicit(&moving, &known, found, memory_order_relaxed,
                                                    memory_order_relaxed))
            known = found;
    }
    return known == MOVING_WORKS;
}

bool fwl_os_move(void *to, void *from, size_t size)
{
    const bool is_moved = fwl_os_can_move() && move_pages(to, from, size);
    if (!is_moved)
        atomic_store_explicit(&moving, MOVING_FAILS, memory_order_relaxed);
    return is_moved;
}

bool fwl_os_grow(void *address, size_t size, size_t new_size)
{
    const int saved_errno = errno;
    const bool has_grown = mremap(address, size, new_size, 0) != MAP_FAILED;
    errno = saved_errno;
    return has_grown;
}

void fwl_os_advise_huge_pages(void *address, size_t size)
{
    const int saved_errno = errno;
    madvise(address, size, MADV_HUGEPAGE);
    errno = saved_errno;
}

void fwl_os_populate(void *address, size_t size)
{
    volatile char *bytes = address;
    for (size_t i = 0; i < size; i += fwl_os_page_size())
        bytes[i] = bytes[i];
}

/* Of the pages [start, end), those with memory are written to, and the others told to the system,
 * which forgets what it may have swapped out of them. */
static void zero_pages(char *start, char *end)
{
    enum { STEP = 1024 }; /* pages that are asked about at once */
    const size_t page_size = fwl_os_page_size();
    unsigned char is_resident[STEP];
    while (start < end) {
        const size_t left = (size_t)(end - start) / page_size;
        const size_t count = left < STEP ? left : STEP;
        if (mincore(start, count * page_size, is_resident) != 0)
            memset(is_resident, 1, count);
        for (size_t i = 0, run; i < count; i += run) {
            for (run = 1; i + run < count && !((is_resident[i] ^ is_resident[i + run]) & 1);)
                run++;
            if ((is_resident[i] & 1) ||
                madvise(start + i * page_size, run * page_size, MADV_DONTNEED) != 0)
                memset(start + i * page_size, 0, run * page_size);
        }
        start += count * page_size;
    }
}

void fwl_os_zero(void *address, size_t size)
{
    const int saved_errno = errno;
    char *const first = (char *)fwl_align_up((uintptr_t)address, fwl_os_page_size());
    char *const end = (char *)address + size;
    char *const last = (char *)fwl_align_down((uintptr_t)end, fwl_os_page_size());
    if (first < last) {
        memset(address, 0, (size_t)(first - (char *)address));
        zero_pages(first, last);
        memset(last, 0, (size_t)(end - last));
    } else {
        memset(address, 0, size);
    }
    errno = saved_errno;
}

bool fwl_os_would_promise(size_t size)
{
    const int saved_errno = errno;
    void *tried = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (tried != MAP_FAILED)
        munmap(tried, size);
    errno = saved_errno;
    return tried != MAP_FAILED;
}

bool fwl_os_protect(void *address, size_t size)
{
    const int saved_errno = errno;
    const bool is_done = mprotect(address, size, PROT_NONE) == 0;
    errno = saved_errno;
    return is_done;
}
