/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes on between input and output: the budget, waiting, stopping, streams of all kinds. */
#include <limits.h>
#include <stdatomic.h>
#include <string.h>

#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libavutil/time.h>

#include "case.h"
#include "framewell/buffer.h"
#include "framewell/ffmpeg.h"
#include "transcode_run.h"

enum { MIB = 1 << 20 };

static const struct MediaPlan CLIP = {
    .muxer = "mov",
    .video = "mpeg4",
    .width = 64,
    .height = 48,
    .picture_count = 30,
    .broken_picture = -1,
    .sound = "pcm_s16le",
    .channels = 2,
    .sample_count = 24000,
};

/* 2160p: one picture is 12 MiB. */
static const struct MediaPlan LARGE = {
    .muxer = "mov",
    .video = "mpeg4",
    .width = 3840,
    .height = 2160,
    .picture_count = 10,
    .broken_picture = -1,
    .sound = "pcm_s16le",
    .channels = 2,
    .sample_count = 9600,
};

static void close_io(void *io)
{
    fwl_io_close(io);
}

static void unref_buffer(void *buffer)
{
    fwl_buffer_unref(buffer);
}

static void free_stop(void *stop)
{
    fwl_transcode_stop_free(stop);
}

static void destroy_pool(void *pool)
{
    fwl_pool_destroy(pool);
}

/* The budget */

/* What the callback saw. */
struct Seen {
    uint64_t total, frames, packets_waiting, limit;
    int answer;
};

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static int see(void *opaque, const FwlTranscodeProgress *progress)
{
    struct Seen *seen = opaque;
    const FwlTranscodeMemory *now = &progress->memory;
    assert_int_equal(now->frames + now->packets + now->io + now->other, now->total);
    assert_true(now->frames <= progress->memory_peak.frames);
    seen->total = larger(seen->total, now->total);
    seen->frames = larger(seen->frames, progress->frames.count);
    seen->packets_waiting = larger(seen->packets_waiting, progress->packets.size);
    seen->limit = progress->memory_limit;
    return seen->answer;
}

/* A run of LARGE to mpeg4 by eight threads within a budget; see is its callback. */
static void prepare_large(struct Run *run, struct Seen *seen, size_t budget)
{
    prepare(run, &LARGE);
    run->options.video_codec = "mpeg4";
    run->options.threads = 8;
    run->options.max_memory = budget;
    run->options.opaque = seen;
    run->progress_cb = see;
}

static void expect_within(const struct Run *run, const struct Seen *seen)
{
    const uint64_t budget = run->options.max_memory;
    assert_int_equal(run->result.memory_limit, budget);
    assert_int_equal(seen->limit, budget);
    assert_in_range(seen->total, 1, budget);
    assert_in_range(run->result.memory_peak.total, 1, budget);
    assert_int_equal(run->result.streams[0].frames, LARGE.picture_count);
}

static void a_budget_is_kept_by_what_would_take_more(void)
{
    struct Run free_run = {0}, run = {0};
    struct Seen seen = {0};
    later(close_run, &free_run);
    later(close_run, &run);
    prepare_large(&free_run, &seen, 0);
    need_ok(transcode(&free_run));
    assert_true(free_run.result.memory_peak.total > 64 * MIB);
    assert_int_equal(free_run.result.memory_limit, 0);

    seen = (struct Seen){0};
    prepare_large(&run, &seen, 64 * MIB);
    need_ok(transcode(&run));
    expect_within(&run, &seen);
    expect_given_back(&run.result);
}

static void too_small_a_budget_is_refused_with_what_would_do(void)
{
    struct Run run = {0};
    struct Seen seen = {0};
    later(close_run, &run);
    prepare_large(&run, &seen, 4 * MIB);
    expect_failure(&run, FWL_E_LIMIT, FWL_SIDE_MEMORY, "at least");
    const uint64_t least = run.result.memory_least;
    assert_in_range(least, 3 * 12 * MIB, 96 * MIB);
    fwl_transcode_result_uninit(&run.result);

    need_ok(fwl_io_seek(run.in, 0, FWL_IO_SET));
    run.options.max_memory = (size_t)least - 1;
    expect_failure(&run, FWL_E_LIMIT, FWL_SIDE_MEMORY, "at least");
    fwl_transcode_result_uninit(&run.result);

    need_ok(fwl_io_seek(run.in, 0, FWL_IO_SET));
    run.options.max_memory = (size_t)least;
    need_ok(transcode(&run));
    expect_within(&run, &seen);
}

/* What comes out within budget; *least is the smallest one that would do. */
static FwlBufferRef *output_within(const struct MediaPlan *plan, size_t budget, uint64_t *least)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, plan);
    run.options.format = "framemd5";
    run.options.threads = 3;
    run.options.max_memory = budget;
    need_ok(transcode(&run));
    *least = run.result.memory_least;
    FwlBufferRef *output = NULL;
    need_ok(fwl_io_take(run.out, &output));
    return output;
}

static void a_budget_changes_nothing_in_the_output(void)
{
    struct MediaPlan plan = LARGE;
    plan.width = 1280;
    plan.height = 720;
    plan.picture_count = 12;
    uint64_t least;
    FwlBufferRef *wanted = output_within(&plan, 0, &least);
    later(unref_buffer, &wanted);
    FwlBufferRef *much = output_within(&plan, 200 * MIB, &least);
    later(unref_buffer, &much);
    assert_int_equal(much->size, wanted->size);
    /* From taking turns to frame threads. */
    for (size_t i = 0; i < 10; i += 2) {
        FwlBufferRef *output = output_within(&plan, (size_t)least + i * MIB, &least);
        later(unref_buffer, &output);
        assert_int_equal(output->size, wanted->size);
        assert_memory_equal(output->data, wanted->data, wanted->size);
    }
}

static void threads_are_reduced_where_the_budget_demands_it(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &(struct MediaPlan){
                      .muxer = "mov",
                      .video = "mpeg4",
                      .width = 1280,
                      .height = 720,
                      .picture_count = 4,
                      .broken_picture = -1,
                  });
    run.options.video_codec = "mpeg4";
    run.options.threads = 4;
    run.options.max_memory = 200 * MIB;
    need_ok(transcode(&run));
    const int wanted = run.result.streams[0].decoder_threads;
    run.options.max_memory = (size_t)run.result.memory_least;
    fwl_transcode_result_uninit(&run.result);
    need_ok(fwl_io_seek(run.in, 0, FWL_IO_SET));
    need_ok(transcode(&run));
    assert_int_equal(wanted, 4);
    assert_int_equal(run.result.frame_queue.peak_size, 0);
    assert_in_range(run.result.memory_peak.total, 1, run.options.max_memory);
}

static void copies_keep_within_a_budget(void)
{
    struct Run run = {0};
    struct Seen seen = {0};
    later(close_run, &run);
    struct MediaPlan plan = CLIP;
    plan.video = "rawvideo";
    plan.muxer = "avi";
    plan.width = 320;
    plan.height = 240;
    prepare(&run, &plan);
    run.options.copy = true;
    run.options.max_memory = 3 * MIB;
    run.options.opaque = &seen;
    run.progress_cb = see;
    need_ok(transcode(&run));
    assert_in_range(run.result.memory_peak.total, 1, 3 * MIB);
    assert_in_range(run.result.streams[0].packets_out, 20, 30);
    assert_int_equal(run.result.streams[0].packets_out, run.result.streams[0].packets_in);
    fwl_transcode_result_uninit(&run.result);

    need_ok(fwl_io_seek(run.in, 0, FWL_IO_SET));
    run.options.max_memory = MIB;
    expect_failure(&run, FWL_E_LIMIT, FWL_SIDE_MEMORY, "at least 3 MiB");
}

static void what_the_output_holds_of_the_pool_is_io(void)
{
    FwlPool *pool = NULL;
    FwlPoolConfig config = fwl_pool_config_default();
    need_ok(fwl_pool_create(&pool, &config));
    later(destroy_pool, &pool);
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    fwl_io_close(&run.out);
    need_ok(fwl_io_open_writer(&run.out, pool, SIZE_MAX));
    run.options.pool = pool;
    need_ok(transcode(&run));
    assert_true(run.result.memory_peak.io >= run.result.bytes_out);
    fwl_io_close(&run.out); /* before its pool */
}

static void sizes_are_counted(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    need_ok(transcode(&run));
    uint64_t count = 0;
    for (size_t i = 0; i < FWL_TRANSCODE_SIZE_COUNT; i++)
        count += run.result.size_counts[i];
    const FwlTranscodeStream *video = &run.result.streams[0], *sound = &run.result.streams[1];
    assert_true(count >= 30 + video->packets_out + sound->packets_out);
    /* A picture as a packet has 4608 bytes. */
    assert_true(run.result.size_counts[12] >= 30);
}

/* Waiting */

/* An input that counts what was read of it, and an output that first lets it get ahead. */
struct Ahead {
    struct Media media;
    size_t position;
    _Atomic uint64_t read_size;
    uint64_t written_size;
    uint64_t wait_at; /* bytes written, more than the header has; 0: it has waited */
    _Atomic bool is_at_rest;
    int told_at_rest;
    int answer; /* of the callback to that */
};

static int64_t read_counted(void *opaque, uint8_t *data, size_t size)
{
    struct Ahead *ahead = opaque;
    const size_t left = ahead->media.size - ahead->position;
    const size_t count = size < left ? size : left;
    memcpy(data, ahead->media.bytes + ahead->position, count);
    ahead->position += count;
    ahead->read_size += count;
    return (int64_t)count;
}

static int64_t seek_counted(void *opaque, int64_t position)
{
    struct Ahead *ahead = opaque;
    ahead->position = (size_t)position;
    return position;
}

static int64_t size_counted(void *opaque)
{
    return (int64_t)((struct Ahead *)opaque)->media.size;
}

/* Until nothing more is read: what reads is waiting, or at its end. */
static void wait_for_reader(struct Ahead *ahead)
{
    uint64_t before;
    do {
        before = ahead->read_size;
        av_usleep(200000);
    } while (ahead->read_size != before);
}

static int64_t write_held_up(void *opaque, const uint8_t *data, size_t size)
{
    struct Ahead *ahead = opaque;
    (void)data;
    ahead->written_size += size;
    if (ahead->wait_at && ahead->written_size > ahead->wait_at) {
        ahead->wait_at = 0;
        wait_for_reader(ahead);
        ahead->is_at_rest = true;
        av_usleep(200000);
        ahead->is_at_rest = false;
    }
    return (int64_t)size;
}

static void let_input_get_ahead(struct Run *run, struct Ahead *ahead)
{
    const FwlIOCallbacks in = {.read = read_counted, .seek = seek_counted, .size = size_counted};
    const FwlIOCallbacks out = {.write = write_held_up};
    fwl_io_close(&run->in);
    fwl_io_close(&run->out);
    ahead->media = run->media;
    need_ok(fwl_io_open_callbacks(&run->in, &in, ahead));
    need_ok(fwl_io_open_callbacks(&run->out, &out, ahead));
}

static void a_slow_output_holds_up_the_input(void)
{
    struct Run run = {0};
    struct Ahead ahead = {.wait_at = MIB};
    later(close_run, &run);
    struct MediaPlan plan = CLIP;
    plan.video = "rawvideo";
    plan.muxer = "avi";
    plan.width = 640;
    plan.height = 480;
    plan.picture_count = 60;
    prepare(&run, &plan);
    let_input_get_ahead(&run, &ahead);
    run.options.copy = true;
    need_ok(transcode(&run));
    const FwlTranscodeQueue *queue = &run.result.packet_queue;
    assert_in_range(queue->peak_size, 1, queue->max_size);
    assert_true(run.result.wait_count > 0);
    assert_int_equal(queue->wait_count + run.result.frame_queue.wait_count, run.result.wait_count);
    assert_int_equal(queue->size, 0);
}

static int count_at_rest(void *opaque, const FwlTranscodeProgress *progress)
{
    struct Ahead *ahead = opaque;
    (void)progress;
    if (!ahead->is_at_rest)
        return 0;
    ahead->told_at_rest++;
    return ahead->answer;
}

/* The input is read whole long before the output is written. */
static int transcode_with_a_rest(struct Run *run, struct Ahead *ahead)
{
    struct MediaPlan plan = CLIP;
    plan.video = "rawvideo";
    plan.muxer = "avi";
    plan.width = 320;
    plan.height = 240;
    prepare(run, &plan);
    let_input_get_ahead(run, ahead);
    run->options.copy = true;
    run->options.progress_ms = 10;
    run->options.opaque = ahead;
    run->progress_cb = count_at_rest;
    return transcode(run);
}

static void progress_is_told_when_all_is_read(void)
{
    struct Run run = {0};
    struct Ahead ahead = {.wait_at = MIB};
    later(close_run, &run);
    need_ok(transcode_with_a_rest(&run, &ahead));
    assert_in_range(ahead.told_at_rest, 2, 1000);
}

static void a_stop_is_heard_when_all_is_read(void)
{
    struct Run run = {0};
    struct Ahead ahead = {.wait_at = MIB, .answer = FWL_E_ABORTED};
    later(close_run, &run);
    expect_code(transcode_with_a_rest(&run, &ahead), FWL_E_ABORTED);
    assert_int_equal(ahead.told_at_rest, 1);
    assert_int_equal(run.result.side, FWL_SIDE_NONE);
}

/* Nothing is planned for such a limit: decoders run into it and wait. */
static void a_pool_without_room_for_a_frame_is_waited_for(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = 13 * MIB; /* nine pictures */
    config.on_limit = FWL_LIMIT_FAIL;
    FwlPool *pool = NULL;
    need_ok(fwl_pool_create(&pool, &config));
    later(destroy_pool, &pool);
    struct Run run = {0};
    struct Ahead ahead = {.wait_at = 16 << 10};
    later(close_run, &run);
    struct MediaPlan plan = LARGE;
    plan.width = 1280;
    plan.height = 720;
    plan.picture_count = 40;
    prepare(&run, &plan);
    let_input_get_ahead(&run, &ahead);
    run.options.video_codec = "mpeg4";
    run.options.pool = pool;
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].frames, 40);
    assert_int_equal(run.result.streams[0].errors, 0);
    assert_true(run.result.frame_queue.peak_size < run.result.frame_queue.max_size);
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_true(run.result.frames.limit_count + stats.limit_count > 0);
}

/* Stopping */

struct Stopper {
    FwlTranscodeStop *stop;
    int answer;
};

/* Stops the call from the thread that writes. */
static int64_t stop_at_write(void *opaque, const uint8_t *data, size_t size)
{
    struct Stopper *stopper = opaque;
    (void)data;
    fwl_transcode_stop_answer(stopper->stop, stopper->answer);
    return (int64_t)size;
}

static void stop_while_it_runs(struct Run *run, int answer)
{
    static struct Stopper stopper;
    FwlTranscodeStop *stop = need(fwl_transcode_stop_alloc());
    later(free_stop, &stop);
    struct MediaPlan plan = CLIP;
    plan.picture_count = 2000;
    plan.sample_count = 8000;
    prepare(run, &plan);
    fwl_io_close(&run->out);
    stopper = (struct Stopper){stop, answer};
    need_ok(fwl_io_open_callbacks(&run->out, &(FwlIOCallbacks){.write = stop_at_write}, &stopper));
    run->options.stop = stop;
    transcode(run);
}

static void another_thread_stops_it(void)
{
    struct Run run = {0};
    later(close_run, &run);
    stop_while_it_runs(&run, FWL_E_ABORTED);
    assert_int_equal(run.result.status, FWL_E_ABORTED);
    assert_int_equal(run.result.side, FWL_SIDE_NONE);
    expect_given_back(&run.result);
}

static void another_thread_ends_it_early(void)
{
    struct Run run = {0};
    later(close_run, &run);
    stop_while_it_runs(&run, 1);
    assert_int_equal(run.result.status, 0);
    assert_in_range(run.result.streams[0].frames, 1, 1999);
    assert_int_equal(run.result.streams[0].packets_out, run.result.streams[0].frames);
}

/* Streams */

/* What a read callback does behind the first half of the media. */
struct Reader {
    const struct Media *media;
    size_t at, end;
    int64_t behind;
};

static int64_t read_half(void *opaque, uint8_t *data, size_t size)
{
    struct Reader *reader = opaque;
    const size_t left = reader->end - reader->at;
    if (left == 0)
        return reader->behind;
    const size_t count = left < size ? left : size;
    memcpy(data, reader->media->bytes + reader->at, count);
    reader->at += count;
    return (int64_t)count;
}

static void open_half(struct Run *run, struct Reader *reader, int64_t behind)
{
    *reader = (struct Reader){&run->media, 0, run->media.size / 2, behind};
    fwl_io_close(&run->in);
    need_ok(fwl_io_open_callbacks(&run->in, &(FwlIOCallbacks){.read = read_half}, reader));
}

static void whatever_a_read_callback_returns_is_a_code(void)
{
    static const struct {
        int64_t returned;
        int status;
    } ways[] = {
        {INT64_MAX, FWL_E_DATA}, {1 << 20, FWL_E_DATA}, {FWL_E_IO, FWL_E_IO},
        {INT64_MIN, FWL_E_IO},   {INT_MIN, INT_MIN},    {FWL_E_ABORTED, FWL_E_ABORTED},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct Run run = {0};
        struct Reader reader;
        later(close_run, &run);
        struct MediaPlan plan = CLIP;
        plan.muxer = "matroska";
        prepare(&run, &plan);
        open_half(&run, &reader, ways[i].returned);
        expect_code(transcode(&run), ways[i].status);
        assert_int_equal(run.result.side, FWL_SIDE_INPUT);
        expect_given_back(&run.result);
    }
}

static void the_end_in_the_middle_is_the_end(void)
{
    static const int64_t ends[] = {0, FWL_E_EOF};
    for (size_t i = 0; i < 2; i++) {
        struct Run run = {0};
        struct Reader reader;
        later(close_run, &run);
        struct MediaPlan plan = CLIP;
        plan.muxer = "matroska";
        prepare(&run, &plan);
        open_half(&run, &reader, ends[i]);
        need_ok(transcode(&run));
        assert_in_range(run.result.streams[0].frames, 1, 29);
        assert_int_equal(run.result.bytes_in, reader.end);
    }
}

static int64_t write_all_but(void *opaque, const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return *(const int64_t *)opaque;
}

static void whatever_a_write_callback_returns_is_a_code(void)
{
    static int64_t returned[] = {INT64_MAX, 0, INT64_MIN, FWL_E_ABORTED};
    static const int status[] = {FWL_E_DATA, FWL_E_IO, FWL_E_IO, FWL_E_ABORTED};
    for (size_t i = 0; i < 4; i++) {
        struct Run run = {0};
        later(close_run, &run);
        prepare(&run, &CLIP);
        fwl_io_close(&run.out);
        need_ok(fwl_io_open_callbacks(&run.out, &(FwlIOCallbacks){.write = write_all_but},
                                      &returned[i]));
        expect_code(transcode(&run), status[i]);
        assert_int_equal(run.result.side, FWL_SIDE_OUTPUT);
        expect_given_back(&run.result);
    }
}

/* The index of such a file is at its end. */
static void a_stream_that_needs_seeking_is_kept(void)
{
    struct Run wanted = {0}, run = {0};
    struct Reader reader;
    later(close_run, &wanted);
    later(close_run, &run);
    prepare(&wanted, &CLIP);
    prepare(&run, &CLIP);
    wanted.options.format = run.options.format = "framemd5";
    need_ok(transcode(&wanted));
    open_half(&run, &reader, 0);
    reader.end = run.media.size;
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].frames, 30);
    assert_true(run.result.memory_peak.io >= run.media.size);
    FwlBufferRef *a = NULL, *b = NULL;
    need_ok(fwl_io_take(wanted.out, &a));
    later(unref_buffer, &a);
    need_ok(fwl_io_take(run.out, &b));
    later(unref_buffer, &b);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
}

static void a_stream_that_is_too_large_to_be_kept_is_refused(void)
{
    struct Run run = {0};
    struct Reader reader;
    later(close_run, &run);
    struct MediaPlan plan = CLIP;
    plan.sound = "pcm_s16le";
    plan.sample_count = 1200000;
    prepare(&run, &plan);
    open_half(&run, &reader, 0);
    reader.end = run.media.size;
    run.options.copy = true;
    run.options.max_memory = 3 * MIB;
    expect_failure(&run, FWL_E_LIMIT, FWL_SIDE_MEMORY, "cannot: it is too large");
}

static int64_t write_on(void *opaque, const uint8_t *data, size_t size)
{
    return fwl_io_write(opaque, data, size);
}

static void an_mp4_that_cannot_be_sought_in_is_written_in_fragments(void)
{
    struct Run run = {0};
    FwlIO *memory = NULL;
    later(close_run, &run);
    later(close_io, &memory);
    prepare(&run, &CLIP);
    memory = run.out;
    run.out = NULL;
    need_ok(fwl_io_open_callbacks(&run.out, &(FwlIOCallbacks){.write = write_on}, memory));
    run.options.format = "mov";
    run.options.video_codec = "mpeg4";
    need_ok(transcode(&run));
    assert_int_equal(run.result.bytes_out, fwl_io_size(memory));
    int64_t bytes;
    assert_int_equal(count_packets(memory, 0, &bytes), 30);
    fwl_io_close(&run.out); /* which writes to memory */
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        /* Some seconds each. */
        CASE_ONCE(a_budget_is_kept_by_what_would_take_more),
        CASE_ONCE(too_small_a_budget_is_refused_with_what_would_do),
        CASE_ONCE(a_budget_changes_nothing_in_the_output),
        CASE_ONCE(threads_are_reduced_where_the_budget_demands_it),
        CASE(copies_keep_within_a_budget),
        CASE(what_the_output_holds_of_the_pool_is_io),
        CASE(sizes_are_counted),
        CASE_ONCE(a_slow_output_holds_up_the_input), /* these wait */
        CASE_ONCE(progress_is_told_when_all_is_read),
        CASE_ONCE(a_stop_is_heard_when_all_is_read),
        CASE_ONCE(a_pool_without_room_for_a_frame_is_waited_for),
        CASE_ONCE(another_thread_stops_it), /* who is first differs from run to run */
        CASE_ONCE(another_thread_ends_it_early),
        CASE(whatever_a_read_callback_returns_is_a_code),
        CASE(the_end_in_the_middle_is_the_end),
        CASE(whatever_a_write_callback_returns_is_a_code),
        CASE(a_stream_that_needs_seeking_is_kept),
        CASE_ONCE(a_stream_that_is_too_large_to_be_kept_is_refused), /* 5 MB are made */
        CASE(an_mp4_that_cannot_be_sought_in_is_written_in_fragments),
    };
    return run_cases("transcode_pipeline", cases, sizeof cases / sizeof cases[0], argc, argv);
}
