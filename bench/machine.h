/* SPDX-License-Identifier: BSD-2-Clause */
/* What the numbers were measured on. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdint.h>

struct Machine {
    char cpu[64];
    long core_count;      /* that this process may use */
    uint64_t memory_size; /* bytes */
    char kernel[80];
    char huge_pages[16]; /* transparent_hugepage/enabled: always, madvise, never; "" unknown */
    char compiler[64];
    double load; /* runnable processes in the last minute: above 0.1, somebody else is working */
};

void machine_describe(struct Machine *machine);

/* Bytes that could be had now without pushing anybody out. */
uint64_t machine_available_memory(void);

#endif
