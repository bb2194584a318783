/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Little endian. A header of 32 bytes: "PBTRACE1", 64 bits of call count, 32 of ids, 32 of threads,
 * 64 that are not used. Then 24 bytes for each call: kind, log2 of the alignment, 16 bits of
 * thread, 32 of id, 64 of size, 32 of old id, 32 of microseconds since the start.
 */
#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

enum { RECORD_SIZE = 24, HEADER_SIZE = 32, ALIGNMENT_LOG2_MAX = 30 };

/* A trace while it is read. */
struct Reading {
    struct Trace *trace;
    FILE *file;
    uint64_t file_size;
    uint8_t *states; /* by id, enum BlockState */
    char *why;
    size_t why_size;
};

enum BlockState { BLOCK_NEW, BLOCK_LIVE, BLOCK_GONE };

static uint64_t read_le(const unsigned char *bytes, unsigned size)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

static struct Call decode_call(const unsigned char *record)
{
    const uint64_t size = read_le(record + 8, 8);
    return (struct Call){
        .kind = record[0],
        .alignment_log2 = record[1],
        .thread = (uint16_t)read_le(record + 2, 2),
        .id = (uint32_t)read_le(record + 4, 4),
        .size = size > 0 ? size : 1, /* peers differ on 0, and nobody is asked about that here */
        .old_id = (uint32_t)read_le(record + 16, 4),
    };
}

/* NULL, or what is wrong with a call by itself. */
static const char *fault_of_fields(const struct Call *call, size_t id_count)
{
    if (call->kind < CALL_MALLOC || call->kind > CALL_ALIGNED)
        return "no such kind of call";
    if (call->id < 1 || call->id > id_count || call->old_id > id_count)
        return "no such id";
    if (call->alignment_log2 > ALIGNMENT_LOG2_MAX)
        return "no such alignment";
    return call->size > PTRDIFF_MAX ? "no such size" : NULL;
}

/* The same with a call in its place: a replay would wait forever for a block that is never made. */
static const char *fault_of_order(const struct Call *call, const uint8_t *states)
{
    if (call->kind == CALL_FREE)
        return states[call->id] == BLOCK_LIVE ? NULL : "it frees a block that is not live";
    if (states[call->id] != BLOCK_NEW)
        return "it makes a block whose id was used before";
    if (call->kind == CALL_REALLOC && call->old_id > 0 && states[call->old_id] != BLOCK_LIVE)
        return "it resizes a block that is not live";
    return NULL;
}

static enum TraceAnswer fail(const struct Reading *reading, enum TraceAnswer answer,
                             const char *why)
{
    snprintf(reading->why, reading->why_size, "%s", why);
    return answer;
}

static enum TraceAnswer read_header(struct Reading *reading)
{
    unsigned char header[HEADER_SIZE];
    const bool is_whole = fread(header, sizeof header, 1, reading->file) == 1;
    if (ferror(reading->file))
        return fail(reading, TRACE_UNREADABLE, strerror(errno));
    if (!is_whole || memcmp(header, "PBTRACE1", 8) != 0)
        return fail(reading, TRACE_BROKEN, "broken: it does not begin as a trace does");
    const uint64_t call_count = read_le(header + 8, 8);
    if (call_count > UINT32_MAX ||
        reading->file_size != HEADER_SIZE + call_count * (uint64_t)RECORD_SIZE)
        return fail(reading, TRACE_BROKEN, "broken: it is not as long as it says");
    struct Trace *trace = reading->trace;
    trace->call_count = (size_t)call_count;
    trace->id_count = (size_t)read_le(header + 16, 4);
    trace->thread_count = (size_t)read_le(header + 20, 4);
    if (trace->call_count == 0)
        return fail(reading, TRACE_BROKEN, "broken: it has no calls");
    if (trace->id_count > trace->call_count)
        return fail(reading, TRACE_BROKEN, "broken: it has more blocks than calls");
    return TRACE_FINE;
}

static enum TraceAnswer read_call(struct Reading *reading, size_t index)
{
    unsigned char record[RECORD_SIZE];
    if (fread(record, sizeof record, 1, reading->file) != 1)
        return fail(reading, TRACE_UNREADABLE,
                    ferror(reading->file) ? strerror(errno) : "it became shorter");
    struct Call *call = &reading->trace->calls[index];
    *call = decode_call(record);
    const char *fault = fault_of_fields(call, reading->trace->id_count);
    if (!fault)
        fault = fault_of_order(call, reading->states);
    if (fault) {
        snprintf(reading->why, reading->why_size, "broken: call %zu: %s", index + 1, fault);
        return TRACE_BROKEN;
    }
    if (call->kind == CALL_REALLOC)
        reading->states[call->old_id] = BLOCK_GONE;
    else
        call->old_id = 0;
    reading->states[call->id] = call->kind == CALL_FREE ? BLOCK_GONE : BLOCK_LIVE;
    return TRACE_FINE;
}

static enum TraceAnswer read_calls(struct Reading *reading)
{
    struct Trace *trace = reading->trace;
    enum TraceAnswer answer = TRACE_FINE;
    trace->calls = bench_memory(trace->call_count * sizeof *trace->calls);
    reading->states = bench_memory(trace->id_count + 1);
    for (size_t i = 0; i < trace->call_count && answer == TRACE_FINE; i++)
        answer = read_call(reading, i);
    bench_memory_free(reading->states, trace->id_count + 1);
    if (answer != TRACE_FINE)
        trace_free(trace);
    return answer;
}

static enum TraceAnswer read_file(struct Reading *reading)
{
    struct stat status;
    if (fstat(fileno(reading->file), &status) != 0)
        return fail(reading, TRACE_UNREADABLE, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(reading, TRACE_UNREADABLE, "it is no file");
    reading->file_size = (uint64_t)status.st_size;
    const enum TraceAnswer answer = read_header(reading);
    return answer == TRACE_FINE ? read_calls(reading) : answer;
}

enum TraceAnswer trace_read(struct Trace *trace, const char *path, char *why, size_t size)
{
    *trace = (struct Trace){0};
    struct Reading reading = {.trace = trace, .why = why, .why_size = size};
    reading.file = fopen(path, "rbe");
    if (!reading.file)
        return fail(&reading, TRACE_UNREADABLE, strerror(errno));
    const enum TraceAnswer answer = read_file(&reading);
    fclose(reading.file);
    return answer;
}

void trace_free(struct Trace *trace)
{
    bench_memory_free(trace->calls, trace->call_count * sizeof *trace->calls);
    *trace = (struct Trace){0};
}
