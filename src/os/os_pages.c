/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of memory.
 *
 * The kernel maps at page granularity. A larger alignment is had by mapping that much more and
 * unmapping what sticks out at both ends:
 *
 *     |<-- head -->|<------- size ------->|<-- tail -->|
 *     ^ mapped     ^ multiple of alignment
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <stdatomic.h>
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

static char *map_pages(size_t size)
{
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address == MAP_FAILED ? NULL : address;
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

void *fwl_os_map(size_t size, size_t alignment)
{
    const int saved_errno = errno;
    char *address = map_pages(size);
    if (address && !fwl_is_aligned(address, alignment)) {
        munmap(address, size);
        address = map_and_cut(size, alignment);
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

bool fwl_os_protect(void *address, size_t size)
{
    const int saved_errno = errno;
    const bool is_done = mprotect(address, size, PROT_NONE) == 0;
    errno = saved_errno;
    return is_done;
}
