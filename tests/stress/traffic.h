/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic: blocks of all sizes that threads allocate, sign, resize, and lay on a shelf, from which
 * any thread takes them, checks the signature and frees them. */
#ifndef TEST_TRAFFIC_H
#define TEST_TRAFFIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/pool.h"
#include "os/os.h"

enum { SHELF_SIZE = 64 };

/* Where blocks change hands. */
typedef struct Work {
    FwlPool *pool;
    _Atomic(unsigned char *) shelf[SHELF_SIZE];
    atomic_bool is_over;
    atomic_int failures;   /* signatures that were not whole, snapshots that did not add up */
    atomic_ulong refused;  /* allocations */
} Work;

typedef struct Worker {
    Work *work;
    uint64_t seed;
    FwlThread thread;
} Worker;

uint64_t next_random(uint64_t *state);

/* Log-uniform up to 4 MiB, with room for both signatures. */
size_t random_size(uint64_t *state);

/* Marks both ends of a block with its own address, to be checked by whoever frees it. */
void sign(unsigned char *block);

/* Counts a block as a failure whose signature is not whole, and frees it; NULL is nothing. */
void check_and_free(Work *work, unsigned char *block);

/* One block from the pool to the shelf, and whatever lay there back. */
void hand_over(Worker *worker);

/* Frees all that lies on the shelf. */
void empty_shelf(Work *work);

/* The identities of pool.h. */
bool adds_up(const FwlPoolStats *stats);

/* Starts run(worker). */
void start_worker(Worker *worker, Work *work, uint64_t seed, void *(*run)(void *opaque));

#endif
