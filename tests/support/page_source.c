/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, madvise */
#include "page_source.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static bool shall_fail(PageSource *pages)
{
    const unsigned one_in = atomic_load(&pages->fail_one_in);
    if (one_in == 0)
        return false;
    const uint64_t random = atomic_fetch_add(&pages->seed, 1) * 0x9e3779b97f4a7c15u;
    return (random >> 33) % one_in == 0;
}

static void count_mapping(PageSource *pages, size_t size)
{
    const size_t now = atomic_fetch_add(&pages->size, size) + size;
    size_t peak = atomic_load(&pages->peak);
    while (peak < now && !atomic_compare_exchange_weak(&pages->peak, &peak, now))
        ;
    atomic_fetch_add(&pages->count, 1);
}

/* | unmapped again | guard | size bytes at the alignment | guard | unmapped again | */
static void *map(void *opaque, size_t size, size_t alignment)
{
    PageSource *pages = opaque;
    const size_t page = page_size();
    if (shall_fail(pages)) {
        atomic_fetch_add(&pages->failures, 1);
        return NULL;
    }
    const size_t whole = size + alignment + 2 * page;
    char *base = size > SIZE_MAX / 4 || alignment > SIZE_MAX / 4
                     ? MAP_FAILED
                     : mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                            -1, 0);
    if (base == MAP_FAILED) {
        atomic_fetch_add(&pages->refusals, 1);
        return NULL;
    }
    const size_t gap = (alignment - ((uintptr_t)base + page) % alignment) % alignment;
    char *address = base + page + gap;
    if (gap > 0)
        munmap(base, gap);
    char *end = address + size + page;
    if (end < base + whole)
        munmap(end, (size_t)(base + whole - end));
    if (mprotect(address, size, PROT_READ | PROT_WRITE) != 0)
        abort();
    count_mapping(pages, size - pages->overhead);
    return address;
}

static void unmap(void *opaque, void *address, size_t size)
{
    PageSource *pages = opaque;
    if (munmap((char *)address - page_size(), size + 2 * page_size()) != 0)
        abort();
    atomic_fetch_sub(&pages->size, size - pages->overhead);
    atomic_fetch_sub(&pages->count, 1);
}

static void purge(void *opaque, void *address, size_t size)
{
    (void)opaque;
    if (madvise(address, size, MADV_DONTNEED) != 0)
        abort();
}

FwlPoolSource page_source(PageSource *pages, bool has_purge)
{
    return (FwlPoolSource){
        .map = map, .unmap = unmap, .purge = has_purge ? purge : NULL, .opaque = pages};
}
