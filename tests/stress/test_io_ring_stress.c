/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads and a ring, with sizes, ways of reading and writing, timeouts and ends at random.
 * Each byte is a function of its place, so one that is lost, doubled or torn shows. Made for a
 * build with a thread sanitizer.
 *
 * FRAMEWELL_SEED=N runs the one round that a failure names.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../contract/io_streams.h"
#include "case.h"
#include "framewell/io.h"
#include "os/os.h"

enum {
    ROUNDS = 120,
    TOTAL = 300000,
    PIECE_MAX = 5000,
};

struct End {
    FwlIO *io;
    uint32_t random;
    int64_t stop_at; /* here this end leaves, or aborts */
    bool aborts;
    int64_t moved;
    int64_t result;
    bool is_torn;
};

static uint32_t next_random(struct End *end)
{
    end->random ^= end->random << 13;
    end->random ^= end->random >> 17;
    end->random ^= end->random << 5;
    return end->random;
}

static uint8_t byte_at(int64_t place)
{
    return (uint8_t)((place * 31) ^ (place >> 8) ^ (place >> 16));
}

static size_t piece_size(struct End *end)
{
    const size_t most = next_random(end) % 4 == 0 ? PIECE_MAX : 100;
    return 1 + next_random(end) % most;
}

static bool is_waiting_code(int64_t result)
{
    return result == FWL_E_AGAIN || result == FWL_E_TIMEOUT;
}

/* Leaves by closing or aborting. */
static void leave(struct End *end)
{
    if (end->aborts)
        end->result = fwl_io_abort(end->io, FWL_E_DATA);
    else
        end->result = fwl_io_close(&end->io);
}

static int64_t write_piece(struct End *end, size_t size)
{
    uint8_t piece[PIECE_MAX];
    for (size_t i = 0; i < size; i++)
        piece[i] = byte_at(end->moved + (int64_t)i);
    if (next_random(end) % 2)
        return fwl_io_write(end->io, piece, size);
    FwlIO *in;
    if (fwl_io_open_memory(&in, piece, size) < 0)
        return FWL_E_NOMEM;
    const int64_t result = fwl_io_copy(end->io, in, INT64_MAX);
    fwl_io_close(&in);
    return result;
}

static void *run_writer(void *opaque)
{
    struct End *end = opaque;
    while (end->moved < end->stop_at) {
        const int64_t left = end->stop_at - end->moved;
        const size_t size = piece_size(end);
        const int64_t result = write_piece(end, left < (int64_t)size ? (size_t)left : size);
        end->moved = fwl_io_tell(end->io);
        if (result < 0 && !is_waiting_code(result)) {
            end->result = result;
            return NULL;
        }
    }
    leave(end);
    return NULL;
}

static int64_t read_piece(struct End *end, const uint8_t **data, uint8_t *piece)
{
    if (next_random(end) % 2)
        return fwl_io_read_span(end->io, data);
    *data = piece;
    return fwl_io_read(end->io, piece, piece_size(end));
}

static void *run_reader(void *opaque)
{
    struct End *end = opaque;
    uint8_t piece[PIECE_MAX];
    while (end->moved < end->stop_at) {
        const uint8_t *data;
        const int64_t result = read_piece(end, &data, piece);
        if (result < 0 && !is_waiting_code(result)) {
            end->result = result;
            return NULL;
        }
        for (int64_t i = 0; i < result; i++)
            end->is_torn |= data[i] != byte_at(end->moved + i);
        if (result > 0)
            end->moved += result;
    }
    leave(end);
    return NULL;
}

/* Who stops early: nobody, the reader, or the writer by an abort. */
static void choose_ends(struct End *reader, struct End *writer, uint32_t seed)
{
    reader->random = seed * 2654435761u | 1;
    writer->random = seed * 2246822519u | 1;
    reader->stop_at = INT64_MAX;
    writer->stop_at = TOTAL;
    const uint32_t early = next_random(writer) % 4;
    if (early == 1)
        reader->stop_at = 1 + next_random(reader) % TOTAL / 2;
    if (early == 2)
        writer->stop_at = 1 + next_random(writer) % TOTAL;
    reader->aborts = next_random(reader) % 2;
    writer->aborts = early == 2;
}

static void choose_timeouts(struct End *end)
{
    static const uint32_t timeouts[] = {FWL_WAIT_FOREVER, 0, 1, 100};
    fwl_io_set_timeout(end->io, timeouts[next_random(end) % 4]);
}

static void expect_results(const struct End *reader, const struct End *writer)
{
    assert_false(reader->is_torn);
    assert_true(reader->moved <= writer->moved);
    if (reader->stop_at != INT64_MAX) {
        assert_int_equal(writer->result, reader->aborts ? FWL_E_DATA : FWL_E_ABORTED);
    } else if (writer->aborts) {
        assert_int_equal(reader->result, FWL_E_DATA);
    } else {
        assert_int_equal(reader->result, FWL_E_EOF);
        assert_int_equal(reader->moved, TOTAL);
    }
}

static void run_round(uint32_t seed)
{
    struct End reader = {0};
    later(close_io, &reader.io);
    struct End writer = {0};
    later(close_io, &writer.io);
    choose_ends(&reader, &writer, seed);
    const size_t capacity = 1 + next_random(&writer) % (seed % 2 ? 10 : 20000);
    need_ok(fwl_io_open_ring(&reader.io, &writer.io, NULL, capacity + (seed % 2 ? 500 : 0)));
    choose_timeouts(&reader);
    choose_timeouts(&writer);
    FwlThread thread;
    need_ok(fwl_os_thread_create(&thread, run_writer, &writer));
    run_reader(&reader);
    fwl_os_thread_join(&thread);
    expect_results(&reader, &writer);
}

static void nothing_is_lost_or_torn_between_two_threads(void)
{
    const char *only = getenv("FRAMEWELL_SEED");
    const uint32_t first = only ? (uint32_t)strtoul(only, NULL, 10) : 1;
    const uint32_t last = only ? first : ROUNDS;
    for (uint32_t seed = first; seed <= last; seed++) {
        print_message("FRAMEWELL_SEED=%" PRIu32 "\n", seed);
        run_round(seed);
    }
}

/* Once: which call meets a planted failure would depend on the threads. */
int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE_ONCE(nothing_is_lost_or_torn_between_two_threads),
    };
    return run_cases("io_ring_stress", cases, sizeof cases / sizeof cases[0], argc, argv);
}
