/* SPDX-License-Identifier: BSD-2-Clause */
/* What works take that must not come from a peer: memory and random numbers. */
#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void bench_die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}

static void *map_pages(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        bench_die("no memory for the work's own tables");
    return memory;
}

void *bench_memory(size_t size)
{
    void *memory = map_pages(size);
    memset(memory, 0, size);
    return memory;
}

void *bench_huge_memory(size_t size)
{
    void *memory = map_pages(size);
    /* Fails where the system has no huge pages: small ones then. */
    madvise(memory, size, MADV_HUGEPAGE);
    memset(memory, 0, size);
    return memory;
}

void bench_memory_free(void *memory, size_t size)
{
    if (memory)
        munmap(memory, size);
}

size_t bench_random_size(uint64_t *state, size_t least, size_t most)
{
    const double share = (double)(bench_random(state) >> 11) * 0x1p-53;
    const double low = log2((double)least);
    return (size_t)exp2(low + share * (log2((double)most) - low));
}
