/* SPDX-License-Identifier: BSD-2-Clause */
/* What the memory writer does that no other stream does. */
#include <string.h>

#include "case.h"
#include "framewell/io.h"
#include "framewell/mem.h"
#include "io_streams.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

static FwlIO *open_writer(FwlIO **io, FwlPool *pool, size_t max_size)
{
    need_ok(fwl_io_open_writer(io, pool, max_size));
    return *io;
}

/* size bytes of the pattern, again and again, in pieces of a size that fits no segment. */
static void write_pattern(FwlIO *io, size_t size)
{
    for (size_t done = 0; done < size;) {
        const size_t piece = size - done < 31337 ? size - done : 31337;
        need_ok(fwl_io_write(io, stream_bytes() + done % 1000, piece));
        done += piece;
    }
}

static void expect_pattern(const uint8_t *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        const size_t piece = size - done < 31337 ? size - done : 31337;
        assert_memory_equal(data + done, stream_bytes() + done % 1000, piece);
        done += piece;
    }
}

static uint64_t usage_of(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    return stats.current_usage;
}

static void make_pool(FwlPool **pool, size_t size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = size;
    config.on_limit = FWL_LIMIT_FAIL;
    need_ok(fwl_pool_create(pool, &config));
}

static void what_was_written_can_be_overwritten_in_its_middle(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, SIZE_MAX);
    need_ok(fwl_io_write(io, "0123456789", 10));
    assert_int_equal(need_ok(fwl_io_seek(io, 4, FWL_IO_SET)), 4);
    need_ok(fwl_io_write(io, "ab", 2));

    char bytes[11] = "";
    assert_int_equal(fwl_io_tell(io), 6);
    assert_int_equal(fwl_io_size(io), 10);
    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    need_ok(fwl_io_read_full(io, bytes, 10));
    assert_string_equal(bytes, "0123ab6789");
}

/* So that memory which the pool hands out again is not 0 by chance. */
static void dirty_the_pool(FwlPool *pool, size_t size)
{
    uint8_t *block = need(fwl_pool_alloc(pool, size));
    memset(block, 0xee, size);
    fwl_pool_free(pool, block);
}

static void expect_gap(size_t before, size_t gap)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, SIZE_MAX);
    write_pattern(io, before);
    need_ok(fwl_io_seek(io, (int64_t)gap, FWL_IO_CURRENT));
    assert_int_equal(fwl_io_size(io), before);
    need_ok(fwl_io_write(io, "end", 3));
    assert_int_equal(fwl_io_size(io), before + gap + 3);

    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_take(io, &all));
    expect_pattern(all->data, before);
    for (size_t i = 0; i < gap; i++)
        assert_int_equal(all->data[before + i], 0);
    assert_memory_equal(all->data + before + gap, "end", 3);
}

static void a_gap_reads_as_0(void)
{
    dirty_the_pool(NULL, 4 * KIB);
    expect_gap(0, 100);
    expect_gap(100, 3000);
    dirty_the_pool(NULL, 100 * KIB);
    expect_gap(100, 90 * KIB);
    dirty_the_pool(NULL, 3 * MIB);
    expect_gap(2 * MIB, 2 * MIB);
}

static void a_place_beyond_the_end_is_its_end(void)
{
    uint8_t byte;
    const uint8_t *span;
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, SIZE_MAX);
    assert_int_equal(need_ok(fwl_io_seek(io, INT64_MAX, FWL_IO_SET)), INT64_MAX);
    expect_code(fwl_io_read(io, &byte, 1), FWL_E_EOF);
    expect_code(fwl_io_read_span(io, &span), FWL_E_EOF);
    expect_code(fwl_io_write(io, "x", 1), FWL_E_RANGE);
    expect_code(fwl_io_write(io, "", 0), 0);
    assert_int_equal(fwl_io_size(io), 0);
}

static void writes_beyond_max_size_write_nothing(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, 5000);
    need_ok(fwl_io_write(io, stream_bytes(), 4990));
    expect_code(fwl_io_write(io, "12345678901", 11), FWL_E_LIMIT);
    assert_int_equal(fwl_io_tell(io), 4990);
    assert_int_equal(fwl_io_size(io), 4990);
    need_ok(fwl_io_write(io, "1234567890", 10));
    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    need_ok(fwl_io_write(io, stream_bytes(), 5000));
    need_ok(fwl_io_seek(io, 5000, FWL_IO_SET));
    expect_code(fwl_io_write(io, "1", 1), FWL_E_LIMIT);
    need_ok(fwl_io_seek(io, INT64_MAX - 1, FWL_IO_SET));
    expect_code(fwl_io_write(io, "1", 1), FWL_E_LIMIT);
    assert_int_equal(fwl_io_size(io), 5000);
    assert_int_equal(fwl_io_error(io), FWL_E_LIMIT);
}

static void a_writer_of_no_size_takes_nothing(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, 0);
    expect_code(fwl_io_write(io, "", 0), 0);
    expect_code(fwl_io_write(io, "1", 1), FWL_E_LIMIT);
}

static void a_write_without_memory_writes_nothing(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    make_pool(&pool, 8 * MIB);
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, pool, SIZE_MAX);
    write_pattern(io, 3 * MIB);
    uint8_t *much = need(fwl_mallocz(8 * MIB));
    later(fwl_freep, &much);
    expect_code(fwl_io_write(io, much, 8 * MIB), FWL_E_NOMEM);
    assert_int_equal(fwl_io_tell(io), 3 * MIB);
    assert_int_equal(fwl_io_size(io), 3 * MIB);
    write_pattern(io, MIB);
}

/* Taking */

static void one_segment_is_taken_without_a_copy(void)
{
    static const size_t sizes[] = {1, 4000, 100000, MIB - 100};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FwlIO *io = NULL;
        later(close_io, &io);
        open_writer(&io, NULL, SIZE_MAX);
        write_pattern(io, sizes[i]);
        need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
        const uint8_t *span;
        assert_int_equal(need_ok(fwl_io_read_span(io, &span)), sizes[i]);

        FwlBufferRef *all = NULL;
        later(close_buffer, &all);
        need_ok(fwl_io_take(io, &all));
        assert_ptr_equal(all->data, span);
        assert_int_equal(all->size, sizes[i]);
        assert_int_equal(fwl_buffer_is_writable(all), 1);
    }
}

static void one_large_write_is_one_segment(void)
{
    uint8_t *much = need(fwl_mallocz(5 * MIB));
    later(fwl_freep, &much);
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, SIZE_MAX);
    need_ok(fwl_io_write(io, much, 5 * MIB));
    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    const uint8_t *span;
    assert_int_equal(need_ok(fwl_io_read_span(io, &span)), 5 * MIB);
}

static void many_segments_are_taken_as_one_buffer(void)
{
    static const uint8_t zeros[FWL_INPUT_BUFFER_PADDING_SIZE];
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, SIZE_MAX);
    write_pattern(io, 5 * MIB + 77);
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_take(io, &all));
    assert_int_equal(all->size, 5 * MIB + 77);
    expect_pattern(all->data, 5 * MIB + 77);
    assert_memory_equal(all->data + all->size, zeros, sizeof zeros);
}

static void a_writer_begins_again_after_take(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, 4 * MIB);
    FwlBufferRef *first = NULL;
    later(close_buffer, &first);
    FwlBufferRef *second = NULL;
    later(close_buffer, &second);
    write_pattern(io, 3 * MIB);
    need_ok(fwl_io_take(io, &first));
    assert_int_equal(fwl_io_tell(io), 0);
    assert_int_equal(fwl_io_size(io), 0);
    need_ok(fwl_io_write(io, "again", 5));
    need_ok(fwl_io_take(io, &second));
    assert_int_equal(first->size, 3 * MIB);
    assert_int_equal(second->size, 5);
    assert_memory_equal(second->data, "again", 5);
}

static void an_empty_writer_gives_an_empty_buffer(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, NULL, SIZE_MAX);
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_take(io, &all));
    assert_int_equal(all->size, 0);
}

static void take_without_memory_leaves_the_writer_as_it_is(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    make_pool(&pool, 8 * MIB);
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, pool, SIZE_MAX);
    write_pattern(io, 5 * MIB);
    FwlBufferRef *all = (FwlBufferRef *)&io;
    expect_code(fwl_io_take(io, &all), FWL_E_NOMEM);
    assert_null(all);
    assert_int_equal(fwl_io_size(io), 5 * MIB);
    assert_int_equal(fwl_io_tell(io), 5 * MIB);

    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    uint8_t *copy = need(fwl_malloc(5 * MIB));
    later(fwl_freep, &copy);
    need_ok(fwl_io_read_full(io, copy, 5 * MIB));
    expect_pattern(copy, 5 * MIB);
}

static void what_was_taken_outlives_writer_and_pool(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    make_pool(&pool, 8 * MIB);
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, pool, SIZE_MAX);
    need_ok(fwl_io_write(io, stream_bytes(), STREAM_SIZE));
    need_ok(fwl_io_take(io, &all));
    fwl_io_close(&io);
    fwl_pool_destroy(&pool);
    assert_memory_equal(all->data, stream_bytes(), STREAM_SIZE);
}

/* Memory */

static void the_bytes_come_from_the_pool_that_is_named(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    make_pool(&pool, 64 * MIB);
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, pool, SIZE_MAX);
    write_pattern(io, 3 * MIB);
    assert_true(usage_of(pool) >= 3 * MIB);
    fwl_io_close(&io);
    assert_int_equal(usage_of(pool), 0);
}

static void a_tiny_output_takes_a_page(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    make_pool(&pool, 8 * MIB);
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, pool, SIZE_MAX);
    need_ok(fwl_io_write(io, "tiny", 4));
    assert_true(usage_of(pool) <= 4 * KIB);
}

static uint64_t room_allowed(uint64_t size)
{
    if (size <= MIB)
        return size > 4 * KIB ? size : 4 * KIB;
    return size / 4 < 4 * MIB ? size / 4 : 4 * MIB;
}

/* Once: 40000 writes, in which the few allocations are those of the other cases. */
static void a_growing_writer_never_takes_much_more_than_it_holds(void)
{
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    make_pool(&pool, 128 * MIB);
    FwlIO *io = NULL;
    later(close_io, &io);
    open_writer(&io, pool, SIZE_MAX);
    for (uint64_t size = 0; size < 100 * MIB;) {
        size += (uint64_t)need_ok(fwl_io_write(io, stream_bytes(), 2500));
        const uint64_t usage = usage_of(pool);
        if (usage > size + room_allowed(size) + 2 * KIB)
            fail_msg("%llu bytes are held for %llu", (unsigned long long)usage,
                     (unsigned long long)size);
    }
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(what_was_written_can_be_overwritten_in_its_middle),
        CASE(a_gap_reads_as_0),
        CASE(a_place_beyond_the_end_is_its_end),
        CASE(writes_beyond_max_size_write_nothing),
        CASE(a_writer_of_no_size_takes_nothing),
        CASE(a_write_without_memory_writes_nothing),
        CASE(one_segment_is_taken_without_a_copy),
        CASE(one_large_write_is_one_segment),
        CASE(many_segments_are_taken_as_one_buffer),
        CASE(a_writer_begins_again_after_take),
        CASE(an_empty_writer_gives_an_empty_buffer),
        CASE(take_without_memory_leaves_the_writer_as_it_is),
        CASE(what_was_taken_outlives_writer_and_pool),
        CASE(the_bytes_come_from_the_pool_that_is_named),
        CASE(a_tiny_output_takes_a_page),
        CASE_ONCE(a_growing_writer_never_takes_much_more_than_it_holds),
    };
    return run_cases("io_writer", cases, sizeof cases / sizeof cases[0], argc, argv);
}
