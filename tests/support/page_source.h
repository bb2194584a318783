/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A source of pages that counts: what a pool has mapped at any moment, and the most it ever had.
 * Around each mapping are pages that fault. It can be made to fail.
 *
 *     PageSource pages = {.overhead = 4096};
 *     const FwlPoolSource source = page_source(&pages, false);
 *     config.source = &source;
 */
#ifndef TEST_PAGE_SOURCE_H
#define TEST_PAGE_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/pool.h"

typedef struct PageSource {
    size_t overhead;          /* bytes of each mapping that are the pool's own, and not counted */
    atomic_uint fail_one_in;  /* 0: never fails, 1: always */
    _Atomic(uint64_t) seed;   /* for the choice of which */
    _Atomic(size_t) size;     /* bytes mapped now, without the overhead of each mapping */
    _Atomic(size_t) peak;
    _Atomic(size_t) count;    /* mappings now */
    _Atomic(size_t) failures; /* calls that were made to fail */
    _Atomic(size_t) refusals; /* calls that the system had no pages for */
} PageSource;

FwlPoolSource page_source(PageSource *pages, bool has_purge);

#endif
