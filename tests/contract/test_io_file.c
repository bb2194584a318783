/* SPDX-License-Identifier: BSD-2-Clause */
/* Files, descriptors and mappings: what the system has to do with a stream. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"
#include "framewell/io.h"
#include "io_streams.h"

/* A file of size bytes that is gone after the case. */
static void prepare(struct TestFile *file, size_t size)
{
    make_file(file, stream_bytes(), size);
}

static int64_t size_on_disk(const struct TestFile *file)
{
    struct stat status;
    assert_int_equal(stat(file->path, &status), 0);
    return status.st_size;
}

/* Opening */

static void expect_refused(const char *path, int flags, int code, int error)
{
    int cause = -1;
    FwlIO *io = (FwlIO *)&cause;
    expect_code(fwl_io_open_file(&io, path, flags, &cause), code);
    assert_null(io);
    expect_code(cause, error);
    expect_code(fwl_io_open_file(&io, path, flags, NULL), code);
}

static void a_file_that_cannot_be_opened_says_why(void)
{
    struct TestFile file;
    prepare(&file, 10);
    later(remove_file, &file);
    const int make = FWL_IO_WRITE | FWL_IO_CREATE;
    expect_refused("/nowhere/at/all", FWL_IO_READ, FWL_E_IO, ENOENT);
    expect_refused("/nowhere/at/all", make, FWL_E_IO, ENOENT);
    expect_refused("/tmp", FWL_IO_READ, FWL_E_IO, EISDIR);
    expect_refused("/tmp", FWL_IO_WRITE, FWL_E_IO, EISDIR);
    expect_refused(file.path, make | FWL_IO_EXCLUSIVE, FWL_E_BUSY, EEXIST);
    assert_int_equal(size_on_disk(&file), 10);
}

static void flags_that_make_no_sense_are_refused(void)
{
    static const int nonsense[] = {
        0,
        FWL_IO_CREATE,
        FWL_IO_READ | FWL_IO_CREATE,
        FWL_IO_WRITE | FWL_IO_EXCLUSIVE,
        FWL_IO_READ | 1 << 10,
        -1,
    };
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++)
        expect_refused("/dev/null", nonsense[i], FWL_E_INVALID, 0);
}

static void create_empties_a_file_and_write_alone_does_not(void)
{
    struct TestFile file;
    prepare(&file, 100);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_WRITE, NULL));
    uint8_t byte;
    expect_code(fwl_io_read(io, &byte, 1), FWL_E_UNSUPPORTED);
    fwl_io_close(&io);
    assert_int_equal(size_on_disk(&file), 100);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_WRITE | FWL_IO_CREATE, NULL));
    assert_int_equal(size_on_disk(&file), 0);
    fwl_io_close(&io);
    remove_file(&file);
    const int make = FWL_IO_WRITE | FWL_IO_CREATE | FWL_IO_EXCLUSIVE;
    need_ok(fwl_io_open_file(&io, file.path, make, NULL));
}

static void a_file_is_not_emptied_where_there_is_no_memory_to_open_it(void)
{
    struct TestFile file;
    prepare(&file, 100);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    const int err = fwl_io_open_file(&io, file.path, FWL_IO_WRITE | FWL_IO_CREATE, NULL);
    assert_int_equal(size_on_disk(&file), err < 0 ? 100 : 0);
    need_ok(err);
}

static void errno_is_left_alone(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    errno = 12345;
    expect_refused("/nowhere/at/all", FWL_IO_READ, FWL_E_IO, ENOENT);
    expect_code(fwl_io_open_mapped(&io, "/nowhere/at/all", NULL), FWL_E_IO);
    const int opened = fwl_io_open_file(&io, "/dev/full", FWL_IO_WRITE, NULL);
    const int64_t written = fwl_io_write(io, "x", 1);
    const int flushed = fwl_io_flush(io);
    const int64_t size = fwl_io_size(io);
    fwl_io_close(&io);
    const int after = errno;
    need_ok(opened);
    expect_code(written, 1);
    expect_code(flushed, FWL_E_IO);
    expect_code(size, FWL_E_UNSUPPORTED);
    assert_int_equal(after, 12345);
}

/* Buffering */

static void small_writes_wait_for_a_flush(void)
{
    struct TestFile file;
    prepare(&file, 0);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_WRITE, NULL));
    for (size_t i = 0; i < 100; i++)
        need_ok(fwl_io_write(io, stream_bytes() + i * 100, 100));
    expect_code(size_on_disk(&file), 0);
    assert_int_equal(fwl_io_size(io), 10000);
    need_ok(fwl_io_flush(io));
    expect_file(&file, stream_bytes(), 10000);
}

static void large_writes_go_straight_to_the_file(void)
{
    struct TestFile file;
    prepare(&file, 0);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_WRITE, NULL));
    need_ok(fwl_io_write(io, stream_bytes(), 10));
    need_ok(fwl_io_write(io, stream_bytes() + 10, 40000));
    assert_int_equal(size_on_disk(&file), 40010);
    expect_file(&file, stream_bytes(), 40010);
}

static void closing_writes_what_is_left(void)
{
    struct TestFile file;
    prepare(&file, 0);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_WRITE, NULL));
    need_ok(fwl_io_write(io, stream_bytes(), 100));
    expect_code(fwl_io_close(&io), 0);
    expect_file(&file, stream_bytes(), 100);
}

static void a_length_is_patched_in_after_the_rest_was_written(void)
{
    struct TestFile file;
    prepare(&file, 0);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_WRITE | FWL_IO_CREATE, NULL));
    need_ok(fwl_io_write(io, "????", 4));
    need_ok(fwl_io_write(io, stream_bytes() + 4, STREAM_SIZE - 4));
    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    need_ok(fwl_io_write(io, stream_bytes(), 4));
    assert_int_equal(need_ok(fwl_io_seek(io, 0, FWL_IO_END)), STREAM_SIZE);
    expect_code(fwl_io_close(&io), 0);
    expect_file(&file, stream_bytes(), STREAM_SIZE);
}

static void a_file_reads_back_what_was_just_written(void)
{
    struct TestFile file;
    prepare(&file, 1000);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_READ | FWL_IO_WRITE, NULL));
    char bytes[5] = "";
    need_ok(fwl_io_read_full(io, bytes, 4));
    need_ok(fwl_io_write(io, "abcd", 4));
    need_ok(fwl_io_seek(io, 4, FWL_IO_SET));
    need_ok(fwl_io_read_full(io, bytes, 4));
    assert_string_equal(bytes, "abcd");
    need_ok(fwl_io_read_full(io, bytes, 4));
    assert_memory_equal(bytes, stream_bytes() + 8, 4);
}

static void a_gap_in_a_file_reads_as_0(void)
{
    struct TestFile file;
    prepare(&file, 10);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_READ | FWL_IO_WRITE, NULL));
    assert_int_equal(need_ok(fwl_io_seek(io, 1000, FWL_IO_SET)), 1000);
    assert_int_equal(fwl_io_size(io), 10);
    need_ok(fwl_io_write(io, "x", 1));
    need_ok(fwl_io_seek(io, 10, FWL_IO_SET));
    uint8_t bytes[991];
    assert_int_equal(need_ok(fwl_io_read_full(io, bytes, sizeof bytes)), sizeof bytes);
    for (size_t i = 0; i < 990; i++)
        assert_int_equal(bytes[i], 0);
    assert_int_equal(bytes[990], 'x');
}

static void a_file_that_grows_goes_on_after_its_end(void)
{
    struct TestFile file;
    prepare(&file, 100);
    later(remove_file, &file);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_READ, NULL));
    uint8_t bytes[200];
    assert_int_equal(need_ok(fwl_io_read_full(io, bytes, 200)), 100);
    assert_true(fwl_io_eof(io));
    FILE *more = fopen(file.path, "ab");
    assert_non_null(more);
    fputs("more", more);
    fclose(more);
    assert_int_equal(need_ok(fwl_io_read_full(io, bytes, 4)), 4);
    assert_false(fwl_io_eof(io));
    assert_memory_equal(bytes, "more", 4);
}

/* Errors of the system */

static void a_full_disk_is_noticed_when_the_stream_is_closed(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, "/dev/full", FWL_IO_WRITE, NULL));
    expect_code(fwl_io_write(io, "x", 1), 1);
    expect_code(fwl_io_close(&io), FWL_E_IO);
    assert_null(io);
}

static void a_full_disk_is_the_cause_of_a_failed_flush(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, "/dev/full", FWL_IO_WRITE, NULL));
    assert_int_equal(fwl_io_cause(io), 0);
    expect_code(fwl_io_write(io, "x", 1), 1);
    expect_code(fwl_io_flush(io), FWL_E_IO);
    assert_int_equal(fwl_io_cause(io), ENOSPC);
    assert_int_equal(fwl_io_error(io), FWL_E_IO);
    expect_code(fwl_io_flush(io), FWL_E_IO);
}

static void a_large_write_to_a_full_disk_moves_nothing(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, "/dev/full", FWL_IO_WRITE, NULL));
    expect_code(fwl_io_write(io, stream_bytes(), STREAM_SIZE), FWL_E_IO);
    assert_int_equal(fwl_io_tell(io), 0);
    assert_int_equal(fwl_io_cause(io), ENOSPC);
    expect_code(fwl_io_close(&io), 0);
}

static void a_reader_that_left_is_the_cause_of_a_failed_write(void)
{
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    FwlIO *io = NULL;
    const int err = fwl_io_open_descriptor(&io, ends[1], FWL_IO_WRITE, NULL);
    const int64_t written = err < 0 ? err : fwl_io_write(io, stream_bytes(), STREAM_SIZE);
    const int cause = fwl_io_cause(io);
    fwl_io_close(&io);
    close(ends[1]);
    expect_code(written, FWL_E_IO);
    assert_int_equal(cause, EPIPE);
}

static void the_null_device_takes_everything(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, "/dev/null", FWL_IO_WRITE | FWL_IO_CREATE, NULL));
    need_ok(fwl_io_write(io, stream_bytes(), STREAM_SIZE));
    need_ok(fwl_io_seek(io, 4, FWL_IO_SET));
    need_ok(fwl_io_write(io, "abcd", 4));
    expect_code(fwl_io_close(&io), 0);
}

/* Descriptors */

/* Opened by the test itself; the stream must leave it open. */
static int64_t copy_descriptor(const char *path, int open_flags, int64_t skip, int flags,
                               FwlBufferRef **all, bool *is_seekable)
{
    const int descriptor = open(path, open_flags);
    assert_true(descriptor >= 0);
    assert_int_equal(lseek(descriptor, skip, SEEK_SET), skip);
    FwlIO *io = NULL;
    int64_t err = fwl_io_open_descriptor(&io, descriptor, flags, NULL);
    *is_seekable = fwl_io_is_seekable(io);
    if (err >= 0 && all)
        err = fwl_io_read_all(io, NULL, SIZE_MAX, all);
    if (err >= 0 && !all)
        err = fwl_io_write(io, "12345", 5);
    const int closed = fwl_io_close(&io);
    assert_int_equal(close(descriptor), 0);
    return err < 0 ? err : closed;
}

static void a_descriptor_begins_where_it_stands(void)
{
    struct TestFile file;
    prepare(&file, 1000);
    later(remove_file, &file);
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    bool is_seekable;
    need_ok(copy_descriptor(file.path, O_RDONLY, 300, FWL_IO_READ, &all, &is_seekable));
    assert_true(is_seekable);
    assert_int_equal(all->size, 700);
    assert_memory_equal(all->data, stream_bytes() + 300, 700);
}

static void a_descriptor_counts_from_where_it_stood(void)
{
    struct TestFile file;
    prepare(&file, 1000);
    later(remove_file, &file);
    const int descriptor = open(file.path, O_RDWR);
    assert_int_equal(lseek(descriptor, 300, SEEK_SET), 300);
    FwlIO *io = NULL;
    uint8_t bytes[10];
    int64_t result = fwl_io_open_descriptor(&io, descriptor, FWL_IO_READ | FWL_IO_WRITE, NULL);
    const int64_t size = fwl_io_size(io);
    const int64_t end = fwl_io_seek(io, -10, FWL_IO_END);
    if (result >= 0)
        result = fwl_io_read_full(io, bytes, 10);
    const int64_t start = fwl_io_seek(io, 0, FWL_IO_SET);
    const int64_t written = fwl_io_write(io, "new", 3);
    fwl_io_close(&io);
    close(descriptor);
    need_ok(result);
    assert_int_equal(size, 700);
    assert_int_equal(end, 690);
    assert_int_equal(start, 0);
    assert_int_equal(written, 3);
    assert_memory_equal(bytes, stream_bytes() + 990, 10);
    uint8_t expected[1000];
    memcpy(expected, stream_bytes(), 1000);
    memcpy(expected + 300, "new", 3);
    expect_file(&file, expected, 1000);
}

static void a_file_opened_for_appending_cannot_seek(void)
{
    struct TestFile file;
    prepare(&file, 10);
    later(remove_file, &file);
    bool is_seekable;
    need_ok(copy_descriptor(file.path, O_WRONLY | O_APPEND, 0, FWL_IO_WRITE, NULL, &is_seekable));
    assert_false(is_seekable);
    assert_int_equal(size_on_disk(&file), 15);
}

static void a_descriptor_that_is_none_says_why(void)
{
    int cause = 0;
    FwlIO *io = (FwlIO *)&cause;
    expect_code(fwl_io_open_descriptor(&io, 999999, FWL_IO_READ, &cause), FWL_E_IO);
    assert_int_equal(cause, EBADF);
    assert_null(io);
    expect_code(fwl_io_open_descriptor(&io, 1, FWL_IO_WRITE | FWL_IO_CREATE, &cause),
                FWL_E_INVALID);
}

static void what_a_pipe_has_is_read_before_it_ends(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "now", 3), 3);
    FwlIO *io = NULL;
    char bytes[100];
    const int err = fwl_io_open_descriptor(&io, ends[0], FWL_IO_READ, NULL);
    const int64_t count = err < 0 ? err : fwl_io_read(io, bytes, sizeof bytes);
    fwl_io_close(&io);
    close(ends[0]);
    close(ends[1]);
    expect_code(count, 3);
}

/* Mappings */

static void expect_not_mapped(const char *path, int code, int error)
{
    int cause = -1;
    FwlIO *io = (FwlIO *)&cause;
    expect_code(fwl_io_open_mapped(&io, path, &cause), code);
    assert_int_equal(cause, error);
    assert_null(io);
}

static void what_cannot_be_mapped_says_why(void)
{
    expect_not_mapped("/nowhere/at/all", FWL_E_IO, ENOENT);
    expect_not_mapped("/tmp", FWL_E_UNSUPPORTED, EISDIR);
    expect_not_mapped("/dev/null", FWL_E_UNSUPPORTED, ESPIPE);
}

/* A whole file into one buffer */

static void a_file_is_read_whole_without_room_left_over(void)
{
    enum { SIZE = 3 << 20 };
    static uint8_t much[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        much[i] = stream_bytes()[i % STREAM_SIZE];
    struct TestFile file;
    make_file(&file, much, SIZE);
    later(remove_file, &file);
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    need_ok(fwl_pool_create(&pool, NULL));
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_READ, NULL));
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_read_all(io, pool, SIZE_MAX, &all));
    assert_int_equal(all->size, SIZE);
    assert_memory_equal(all->data, much, SIZE);

    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    expect_code((int64_t)stats.allocation_count, 1);
    assert_true(stats.peak_usage <= SIZE + SIZE / 8 + 4096);
}

static void a_file_whose_length_the_system_does_not_know_is_read_whole(void)
{
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_file(&io, "/proc/self/status", FWL_IO_READ, NULL));
    expect_code(fwl_io_size(io), 0);
    FwlBufferRef *all = NULL;
    later(close_buffer, &all);
    need_ok(fwl_io_read_all(io, NULL, SIZE_MAX, &all));
    assert_true(all->size > 600);
    assert_memory_equal(all->data, "Name:", 5);
}

static void a_writer_is_copied_to_a_file_by_its_segments(void)
{
    struct TestFile file;
    prepare(&file, 0);
    later(remove_file, &file);
    FwlIO *writer = NULL;
    later(close_io, &writer);
    FwlIO *io = NULL;
    later(close_io, &io);
    need_ok(fwl_io_open_writer(&writer, NULL, SIZE_MAX));
    need_ok(fwl_io_write(writer, stream_bytes(), STREAM_SIZE));
    need_ok(fwl_io_seek(writer, 0, FWL_IO_SET));
    need_ok(fwl_io_open_file(&io, file.path, FWL_IO_WRITE | FWL_IO_CREATE, NULL));
    assert_int_equal(need_ok(fwl_io_copy(io, writer, INT64_MAX)), STREAM_SIZE);
    assert_int_equal(size_on_disk(&file), STREAM_SIZE);
    expect_file(&file, stream_bytes(), STREAM_SIZE);
}

static void copying_to_a_full_disk_says_which_side_failed(void)
{
    FwlIO *in = NULL;
    later(close_io, &in);
    FwlIO *out = NULL;
    later(close_io, &out);
    need_ok(fwl_io_open_memory(&in, stream_bytes(), STREAM_SIZE));
    need_ok(fwl_io_open_file(&out, "/dev/full", FWL_IO_WRITE, NULL));
    expect_code(fwl_io_copy(out, in, INT64_MAX), FWL_E_IO);
    assert_int_equal(fwl_io_error(in), 0);
    assert_int_equal(fwl_io_error(out), FWL_E_IO);
    assert_int_equal(fwl_io_tell(in), 0);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_file_that_cannot_be_opened_says_why),
        CASE(flags_that_make_no_sense_are_refused),
        CASE(create_empties_a_file_and_write_alone_does_not),
        CASE(a_file_is_not_emptied_where_there_is_no_memory_to_open_it),
        CASE(errno_is_left_alone),
        CASE(small_writes_wait_for_a_flush),
        CASE(large_writes_go_straight_to_the_file),
        CASE(closing_writes_what_is_left),
        CASE(a_length_is_patched_in_after_the_rest_was_written),
        CASE(a_file_reads_back_what_was_just_written),
        CASE(a_gap_in_a_file_reads_as_0),
        CASE(a_file_that_grows_goes_on_after_its_end),
        CASE(a_full_disk_is_noticed_when_the_stream_is_closed),
        CASE(a_full_disk_is_the_cause_of_a_failed_flush),
        CASE(a_large_write_to_a_full_disk_moves_nothing),
        CASE(a_reader_that_left_is_the_cause_of_a_failed_write),
        CASE(the_null_device_takes_everything),
        CASE(a_descriptor_begins_where_it_stands),
        CASE(a_descriptor_counts_from_where_it_stood),
        CASE(a_file_opened_for_appending_cannot_seek),
        CASE(a_descriptor_that_is_none_says_why),
        CASE(what_a_pipe_has_is_read_before_it_ends),
        CASE(what_cannot_be_mapped_says_why),
        CASE(a_file_is_read_whole_without_room_left_over),
        CASE(a_file_whose_length_the_system_does_not_know_is_read_whole),
        CASE(a_writer_is_copied_to_a_file_by_its_segments),
        CASE(copying_to_a_full_disk_says_which_side_failed),
    };
    return run_cases("io_file", cases, sizeof cases / sizeof cases[0], argc, argv);
}
