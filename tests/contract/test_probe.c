/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>

#include <libavutil/log.h>

#include "case.h"
#include "framewell/probe.h"
#include "made_media.h"

static const struct MediaPlan CLIP = {
    .muxer = "mov", .video = "mpeg4", .width = 64, .height = 48, .picture_count = 10,
    .rotation = 90, .broken_picture = -1, .sound = "pcm_s16le", .channels = 2,
    .sample_count = 8000,
};

/* One call, and what it needs. */
struct Run {
    struct Media media;
    FwlIO *in;
    FwlProbeResult result;
};

static void close_run(void *object)
{
    struct Run *run = object;
    fwl_probe_result_uninit(&run->result);
    fwl_io_close(&run->in);
    free_media(&run->media);
}

static void start(struct Run *run, const struct MediaPlan *plan)
{
    run->media = make_media(plan);
    need_ok(fwl_io_open_memory(&run->in, run->media.bytes, run->media.size));
}

static const FwlProbeStream *find(const FwlProbeResult *result, char kind)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        if (result->streams[i].kind == kind)
            return &result->streams[i];
    }
    fail_msg("no stream of kind %c", kind);
    return NULL;
}

static void streams_are_described(void)
{
    struct Run run = {0};
    later(close_run, &run);
    start(&run, &CLIP);
    need_ok(fwl_probe(run.in, NULL, &run.result));
    assert_string_equal(run.result.message, "");
    assert_int_equal(run.result.size, run.media.size);
    assert_non_null(strstr(run.result.format, "mov"));
    assert_true(run.result.duration_us > 0);
    assert_true(run.result.threads >= 1);
    assert_int_equal(run.result.stream_count, 2);

    const FwlProbeStream *video = find(&run.result, 'v');
    assert_string_equal(video->codec, "mpeg4");
    assert_int_equal(video->width, 64);
    assert_int_equal(video->height, 48);
    assert_int_equal(video->rotation, 90);
    assert_int_equal(video->display_width, 48);
    assert_int_equal(video->display_height, 64);
    assert_string_equal(video->format, "yuv420p");
    assert_int_equal(video->packet_count, 10);

    const FwlProbeStream *sound = find(&run.result, 'a');
    assert_string_equal(sound->codec, "pcm_s16le");
    assert_int_equal(sound->channels, 2);
    assert_string_equal(sound->channel_layout, "stereo");
    assert_string_equal(sound->format, "s16");
    assert_true(sound->sample_rate > 0);
}

static void memory_is_what_the_decoder_holds(void)
{
    struct Run run = {0};
    later(close_run, &run);
    start(&run, &CLIP);
    const FwlProbeOptions options = {.threads = 1};
    need_ok(fwl_probe(run.in, &options, &run.result));
    assert_int_equal(run.result.threads, 1);
    if (fault_fired())
        return; /* libav* goes on without what it did not get */
    const FwlProbeStream *video = find(&run.result, 'v');
    assert_string_equal(video->decoder, "mpeg4");
    assert_in_range(video->frames_held, 2, 4); /* the picture, and one or two to predict from */
    assert_true(video->frame_size >= 64 * 48 * 3 / 2);
    assert_int_equal(video->memory_peak, video->frame_size * (size_t)video->frames_held);
    assert_in_range(video->linesize[0], 64, 256);
    assert_true(video->packet_size > 0);
    assert_int_equal(video->frame_count, 10);
    assert_true(find(&run.result, 'a')->frames_held >= 1);
}

static void more_threads_hold_more(void)
{
    struct Run run = {0};
    later(close_run, &run);
    start(&run, &CLIP);
    FwlProbeOptions options = {.threads = 1};
    need_ok(fwl_probe(run.in, &options, &run.result));
    const int alone = find(&run.result, 'v')->frames_held;
    fwl_probe_result_uninit(&run.result);
    need_ok((int)fwl_io_seek(run.in, 0, FWL_IO_SET));
    options.threads = 6;
    need_ok(fwl_probe(run.in, &options, &run.result));
    assert_true(find(&run.result, 'v')->frames_held > alone);
}

/* More pictures than are decoded, which is 48 and one for each thread. */
static void frames_of_a_long_file_are_not_counted(void)
{
    struct Run run = {0};
    later(close_run, &run);
    struct MediaPlan plan = CLIP;
    plan.picture_count = 60;
    start(&run, &plan);
    const FwlProbeOptions options = {.threads = 1};
    need_ok(fwl_probe(run.in, &options, &run.result));
    assert_int_equal(find(&run.result, 'v')->frame_count, -1);
}

static void the_container_alone_may_be_asked_for(void)
{
    struct Run run = {0};
    later(close_run, &run);
    start(&run, &CLIP);
    const FwlProbeOptions options = {.is_container_only = true};
    need_ok(fwl_probe(run.in, &options, &run.result));
    assert_int_equal(run.result.stream_count, 2);
    assert_int_equal(find(&run.result, 'v')->frames_held, 0);
    assert_int_equal(find(&run.result, 'v')->frame_count, -1);
    assert_int_equal(find(&run.result, 'v')->width, 64);
}

static void what_is_no_media_is_refused(void)
{
    static const uint8_t text[] = "This is a text, and nothing that anybody could play.";
    struct Run run = {0};
    later(close_run, &run);
    need_ok(fwl_io_open_memory(&run.in, text, sizeof text));
    expect_code(fwl_probe(run.in, NULL, &run.result), FWL_E_DATA);
    if (!fault_fired()) {
        assert_int_equal(run.result.status, FWL_E_DATA);
        assert_string_not_equal(run.result.message, "");
    }
    assert_int_equal(run.result.stream_count, 0);
}

/* The first bytes of a file, then a result of its own; -1 stands for one byte too many. */
struct Broken {
    const struct Media *media;
    size_t position, honest_size;
    int64_t result;
};

static int64_t read_broken(void *opaque, uint8_t *data, size_t size)
{
    struct Broken *from = opaque;
    const size_t left = from->honest_size - from->position;
    if (left == 0)
        return from->result == -1 ? (int64_t)size + 1 : from->result;
    const size_t count = left < size ? left : size;
    memcpy(data, from->media->bytes + from->position, count);
    from->position += count;
    return (int64_t)count;
}

static void expect_probe_fails(struct Run *run, size_t honest_size, int64_t result, int code)
{
    struct Broken from = {.media = &run->media, .honest_size = honest_size, .result = result};
    need_ok(fwl_io_open_callbacks(&run->in, &(FwlIOCallbacks){.read = read_broken}, &from));
    const int err = fwl_probe(run->in, NULL, &run->result);
    expect_code(err, code);
    assert_int_equal(run->result.status, err);
    assert_int_equal(err < 0, run->result.message[0] != '\0');
    fwl_probe_result_uninit(&run->result);
    fwl_io_close(&run->in);
}

/* MPEG-TS, since libavformat looks for streams in it beyond its header. */
static void an_input_that_fails_on_the_way_gives_its_code(void)
{
    static const struct {
        int64_t result;
        int code;
    } rows[] = {
        {-1, FWL_E_DATA},    {FWL_E_AGAIN, FWL_E_AGAIN},     {FWL_E_TIMEOUT, FWL_E_TIMEOUT},
        {INT_MIN, FWL_E_IO}, {FWL_E_ABORTED, FWL_E_ABORTED}, {FWL_E_NOMEM, FWL_E_NOMEM},
    };
    struct Run run = {0};
    later(close_run, &run);
    run.media = make_media(&(struct MediaPlan){
        .muxer = "mpegts",
        .video = "mpeg4",
        .width = 64,
        .height = 48,
        .picture_count = 40,
        .broken_picture = -1,
    });
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t part = 0; part < 4; part++)
            expect_probe_fails(&run, run.media.size / 4 * part, rows[i].result, rows[i].code);
    }
    expect_probe_fails(&run, run.media.size, 0, 0);
}

static void nonsense_is_refused(void)
{
    struct Run run = {0};
    later(close_run, &run);
    start(&run, &CLIP);
    const FwlProbeOptions options = {.threads = -1};
    expect_code(fwl_probe(NULL, NULL, &run.result), FWL_E_INVALID);
    expect_code(fwl_probe(run.in, &options, &run.result), FWL_E_INVALID);
    expect_code(fwl_probe(run.in, NULL, NULL), FWL_E_INVALID);
    fwl_probe_result_uninit(NULL);
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        CASE(streams_are_described),
        CASE(memory_is_what_the_decoder_holds),
        CASE_ONCE(more_threads_hold_more),
        CASE_ONCE(frames_of_a_long_file_are_not_counted),
        CASE(the_container_alone_may_be_asked_for),
        CASE(what_is_no_media_is_refused),
        /* Once: 25 probes, in which nothing fails that does not in the others. */
        CASE_ONCE(an_input_that_fails_on_the_way_gives_its_code),
        CASE(nonsense_is_refused),
    };
    return run_cases("probe", cases, sizeof cases / sizeof *cases, argc, argv);
}
