/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded program: every call that it made of malloc and its family, in their order.
 * docs/bench.md has the format. */
#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum CallKind { CALL_MALLOC = 1, CALL_CALLOC, CALL_REALLOC, CALL_FREE, CALL_ALIGNED };

struct Call {
    uint8_t kind;
    uint8_t alignment_log2;
    uint16_t thread;
    uint32_t id;     /* of the block that is made, or freed; 1 to id_count, and never used again */
    uint32_t old_id; /* CALL_REALLOC; 0: none */
    uint64_t size;
};

struct Trace {
    struct Call *calls; /* from bench_memory */
    size_t call_count;
    size_t id_count;
    size_t thread_count;
};

enum TraceAnswer { TRACE_FINE, TRACE_UNREADABLE, TRACE_BROKEN };

/* Reads all of a file, and holds it to what a replay relies on: a block is made once, and before
 * it is freed or resized. Where it is not fine, why says what is wrong, and nothing is to be freed.
 */
enum TraceAnswer trace_read(struct Trace *trace, const char *path, char *why, size_t size);

void trace_free(struct Trace *trace);

#endif
