/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <libavformat/avformat.h>
#include <libavutil/log.h>

#include "case.h"
#include "ffmpeg/av_compat.h"
#include "framewell/ffmpeg.h"
#include "framewell/mem.h"
#include "framewell/transcode.h"
#include "made_media.h"
#include "transcode_run.h"

static void unref_buffer(void *buffer)
{
    fwl_buffer_unref(buffer);
}

static void free_dict(void *dict)
{
    fwl_dict_free(dict);
}

static void destroy_pool(void *pool)
{
    fwl_pool_destroy(pool);
}

static void close_io(void *io)
{
    fwl_io_close(io);
}

static const struct MediaPlan CLIP = {
    .muxer = "mov",
    .video = "mpeg4",
    .width = 64,
    .height = 48,
    .picture_count = 10,
    .broken_picture = -1,
    .sound = "pcm_s16le",
    .channels = 2,
    .sample_count = 8000,
};

static void pictures_and_samples_all_go_through(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);

    need_ok(transcode(&run));

    assert_int_equal(run.result.status, 0);
    assert_int_equal(run.result.side, FWL_SIDE_NONE);
    assert_string_equal(run.result.message, "");
    assert_string_equal(run.result.output_format, "matroska");
    assert_int_equal(run.result.stream_count, 2);
    assert_int_equal(run.result.bytes_in, run.media.size);
    assert_int_equal(run.result.bytes_out, fwl_io_size(run.out));
    assert_int_equal(run.result.duration_us, 1000000);
    expect_given_back(&run.result);
    int64_t bytes;
    assert_int_equal(count_packets(run.out, 0, &bytes), 10);
    assert_int_equal(bytes, 10 * 64 * 48 * 3 / 2);
    count_packets(run.out, 1, &bytes);
    assert_int_equal(bytes, 8000 * 4);
}

static void the_result_describes_each_stream(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    need_ok(transcode(&run));

    const FwlTranscodeStream *video = &run.result.streams[0];
    assert_int_equal(video->kind, 'v');
    assert_false(video->is_copy);
    assert_string_equal(video->input_codec, "mpeg4");
    assert_string_equal(video->output_codec, "rawvideo");
    assert_string_equal(video->format, "yuv420p");
    assert_int_equal(video->width, 64);
    assert_int_equal(video->height, 48);
    assert_int_equal(video->packets_in, 10);
    assert_int_equal(video->frames, 10);
    assert_int_equal(video->packets_out, 10);
    assert_int_equal(video->errors, 0);
    const FwlTranscodeStream *audio = &run.result.streams[1];
    assert_int_equal(audio->kind, 'a');
    assert_int_equal(audio->sample_rate, 8000);
    assert_int_equal(audio->channels, 2);
    assert_int_equal(audio->bytes_out, 32000);
}

/* Reads on to the next packet of one stream. */
static int next_packet(AVFormatContext *format, int stream, AVPacket *packet)
{
    int err;
    do {
        av_packet_unref(packet);
        err = av_read_frame(format, packet);
    } while (err >= 0 && packet->stream_index != stream);
    return err;
}

static void free_packet(void *packet)
{
    av_packet_free(packet);
}

static AVFormatContext *open_again(FwlIO *io)
{
    AVFormatContext *format = NULL;
    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    need_ok(fwl_av_open_input(&format, io, NULL, NULL, NULL));
    return format;
}

/* Byte for byte, one after the other, key where it was. */
static void expect_same_stream(struct Run *run, int stream)
{
    AVFormatContext *in = open_again(run->in);
    later(close_input, &in);
    AVFormatContext *out = open_again(run->out);
    later(close_input, &out);
    AVPacket *wanted = need(av_packet_alloc());
    later(free_packet, &wanted);
    AVPacket *got = need(av_packet_alloc());
    later(free_packet, &got);
    int count = 0;
    for (; next_packet(in, stream, wanted) >= 0; count++) {
        need_ok(next_packet(out, stream, got));
        assert_int_equal(got->size, wanted->size);
        assert_memory_equal(got->data, wanted->data, (size_t)wanted->size);
        assert_int_equal(got->flags & AV_PKT_FLAG_KEY, wanted->flags & AV_PKT_FLAG_KEY);
    }
    assert_true(count > 2 || fault_fired());
    assert_int_equal(next_packet(out, stream, got), AVERROR_EOF);
}

static void expect_same_packets(struct Run *run)
{
    for (size_t i = 0; i < run->result.stream_count; i++)
        expect_same_stream(run, (int)i);
}

static void a_copy_has_the_very_packets(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.copy = true;
    need_ok(transcode(&run));

    assert_true(run.result.streams[0].is_copy);
    assert_string_equal(run.result.streams[0].output_codec, "mpeg4");
    expect_same_packets(&run);
}

/* Sound in plain numbers has no packets of its own: a demuxer cuts it as it likes. */
static void copies_for_every_container_have_the_very_packets(void)
{
    static const struct {
        const char *format, *video, *sound;
    } rows[] = {
        {"mp4", "mpeg4", NULL},   {"mov", "mpeg4", NULL},    {"avi", "mpeg4", NULL},
        {"nut", "mpeg4", "flac"}, {"mpegts", "mpeg4", NULL}, {"flac", NULL, "flac"},
        {"ogg", NULL, "flac"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct MediaPlan plan = CLIP;
        plan.muxer = "matroska";
        plan.video = rows[i].video;
        plan.sound = rows[i].sound;
        struct Run run = {0};
        later(close_run, &run);
        prepare(&run, &plan);
        run.options.copy = true;
        run.options.format = rows[i].format;
        need_ok(transcode(&run));
        expect_same_packets(&run);
    }
}

static void expect_tag(const AVDictionary *tags, const char *key, const char *value)
{
    const AVDictionaryEntry *entry = av_dict_get(tags, key, NULL, 0);
    assert_non_null(entry);
    assert_string_equal(entry->value, value);
}

static void tags_and_chapters_are_kept(void)
{
    for (int is_copy = 0; is_copy < 2; is_copy++) {
        struct MediaPlan plan = CLIP;
        plan.has_tags = true;
        struct Run run = {0};
        later(close_run, &run);
        prepare(&run, &plan);
        run.options.copy = is_copy;
        need_ok(transcode(&run));
        if (fault_fired())
            return; /* libav* goes on without what it did not get */
        need_ok(fwl_io_seek(run.out, 0, FWL_IO_SET));
        AVFormatContext *format = NULL;
        need_ok(fwl_av_open_input(&format, run.out, NULL, NULL, NULL));
        later(close_input, &format);
        expect_tag(format->metadata, "title", "Harbour");
        expect_tag(format->streams[1]->metadata, "language", "fin");
        assert_int_equal(format->nb_chapters, 2);
        expect_tag(format->chapters[0]->metadata, "title", "Arrival");
        expect_tag(format->chapters[1]->metadata, "title", "Departure");
        const AVChapter *last = format->chapters[1];
        assert_int_equal(av_rescale_q(last->start, last->time_base, (AVRational){1, 1000}), 500);
        assert_int_equal(av_rescale_q(last->end, last->time_base, (AVRational){1, 1000}), 1000);
    }
}

static void one_stream_can_be_copied_and_the_other_encoded(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.video_codec = "copy";
    run.options.audio_codec = "flac";
    need_ok(transcode(&run));
    assert_true(run.result.streams[0].is_copy);
    assert_false(run.result.streams[1].is_copy);
    assert_string_equal(run.result.streams[1].output_codec, "flac");
}

static void the_container_chooses_codecs_where_none_is_named(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options = fwl_transcode_options_default();
    run.options.output_name = "clip.avi";
    need_ok(transcode(&run));
    assert_string_equal(run.result.output_format, "avi");
    assert_string_equal(run.result.streams[0].output_codec, "mpeg4");
    assert_int_equal(run.result.streams[0].frames, 10);
}

static void a_picture_that_is_marked_as_turned_is_turned_upright(void)
{
    struct MediaPlan plan = CLIP;
    plan.rotation = 90;
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &plan);
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].width, 48);
    assert_int_equal(run.result.streams[0].height, 64);
}

static void a_picture_that_is_marked_as_turned_can_stay_so(void)
{
    struct MediaPlan plan = CLIP;
    plan.rotation = 90;
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &plan);
    run.options.keep_rotation = true;
    run.options.format = "mov";
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].width, 64);
    assert_int_equal(run.result.streams[0].height, 48);
    need_ok(fwl_io_seek(run.out, 0, FWL_IO_SET));
    AVFormatContext *format = NULL;
    need_ok(fwl_av_open_input(&format, run.out, NULL, NULL, NULL));
    later(close_input, &format);
    size_t size;
    const uint8_t *matrix =
        fwl_av_stream_side_data(format->streams[0], AV_PKT_DATA_DISPLAYMATRIX, &size);
    assert_true(matrix != NULL || fault_fired());
}

static void a_picture_that_changes_its_size_is_scaled_to_the_first(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &(struct MediaPlan){
                      .muxer = "mjpeg",
                      .video = "mjpeg",
                      .width = 64,
                      .height = 48,
                      .picture_count = 6,
                      .second_width = 96,
                      .broken_picture = -1,
                  });
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].frames, 6);
    int64_t bytes;
    assert_int_equal(count_packets(run.out, 0, &bytes), 6);
    assert_int_equal(bytes % 6, 0);
    assert_int_equal(run.result.streams[0].width, 64);
    expect_given_back(&run.result);
}

static void a_broken_packet_is_left_out_and_counted(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &(struct MediaPlan){
                      .muxer = "mov",
                      .video = "mjpeg",
                      .width = 64,
                      .height = 48,
                      .picture_count = 6,
                      .broken_picture = 3,
                  });
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].packets_in, 6);
    assert_int_equal(run.result.streams[0].errors, 1);
    assert_int_equal(run.result.streams[0].frames, 5);
}

static void an_input_of_broken_packets_only_is_no_success(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &(struct MediaPlan){
                      .muxer = "mov",
                      .video = "mjpeg",
                      .width = 64,
                      .height = 48,
                      .picture_count = 1,
                      .broken_picture = 0,
                  });
    expect_failure(&run, FWL_E_DATA, FWL_SIDE_DATA, "");
}

static void several_threads_give_the_same_bytes(void)
{
    struct Run one = {0}, many = {0};
    later(close_run, &one);
    later(close_run, &many);
    prepare(&one, &CLIP);
    prepare(&many, &CLIP);
    one.options.format = many.options.format = "framemd5";
    many.options.threads = 4;
    need_ok(transcode(&one));
    need_ok(transcode(&many));
    FwlBufferRef *a = NULL, *b = NULL;
    need_ok(fwl_io_take(one.out, &a));
    later(unref_buffer, &a);
    need_ok(fwl_io_take(many.out, &b));
    later(unref_buffer, &b);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
}

static void a_name_that_does_not_exist_is_answered_with_the_nearest(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.audio_codec = "pcm_s16l";
    expect_failure(&run, FWL_E_UNSUPPORTED, FWL_SIDE_OPTIONS, "did you mean 'pcm_s16le'?");
    fwl_transcode_result_uninit(&run.result);
    run.options.audio_codec = NULL;
    run.options.format = "matroxka";
    expect_failure(&run, FWL_E_UNSUPPORTED, FWL_SIDE_OPTIONS, "did you mean 'matroska'?");
    fwl_transcode_result_uninit(&run.result);
    run.options.format = NULL;
    run.options.output_name = "clip.nonsense";
    expect_failure(&run, FWL_E_UNSUPPORTED, FWL_SIDE_OPTIONS, "clip.nonsense");
}

static void options_without_sense_are_refused(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.threads = -1;
    expect_failure(&run, FWL_E_INVALID, FWL_SIDE_OPTIONS, "threads");
    fwl_transcode_result_uninit(&run.result);
    run.options.threads = 0;
    run.options.format = NULL;
    expect_failure(&run, FWL_E_INVALID, FWL_SIDE_OPTIONS, "format");
    fwl_transcode_result_uninit(&run.result);
    run.options.format = "matroska";
    run.options.crf = 20;
    expect_failure(&run, FWL_E_UNSUPPORTED, FWL_SIDE_OPTIONS, "no option 'crf'");
}

static void numbers_without_sense_are_refused(void)
{
    static const int map[] = {0, 9};
    FwlTranscodeOptions wrong[10];
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    for (size_t i = 0; i < 10; i++)
        wrong[i] = run.options;
    wrong[0].video_bit_rate = -1;
    wrong[1].audio_bit_rate = INT64_MIN;
    wrong[2].start_us = -1;
    wrong[3].duration_us = -1;
    wrong[4].width = wrong[4].height = -1;
    wrong[5].width = 1 << 20;
    wrong[6].map_count = 1;
    wrong[7].map = map;
    wrong[7].map_count = SIZE_MAX;
    wrong[8].video_filter = "hflip[";
    wrong[9].audio_filter = "hflip";
    for (size_t i = 0; i < 10; i++) {
        run.options = wrong[i];
        const int status = transcode(&run);
        assert_true(status == FWL_E_INVALID || fault_fired());
        assert_true(run.result.side == FWL_SIDE_OPTIONS || fault_fired());
        fwl_transcode_result_uninit(&run.result);
    }
    run.options = wrong[7];
    run.options.map_count = 2;
    expect_failure(&run, FWL_E_INVALID, FWL_SIDE_OPTIONS, "no stream 9");
}

static void a_part_of_the_input_is_exact(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.start_us = 200000; /* two pictures of 10 a second */
    run.options.duration_us = 500000;
    need_ok(transcode(&run));
    if (fault_fired())
        return;
    assert_int_equal(run.result.streams[0].frames, 5);
    assert_in_range(run.result.duration_us, 490000, 510000);
    expect_given_back(&run.result);
}

static void the_caller_chooses_streams_scale_filter_and_tags(void)
{
    static const int map[] = {1, 0};
    FwlDictionary *tags = NULL;
    need_ok(fwl_dict_set(&tags, "title", "chosen", 0));
    later(free_dict, &tags);
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.map = map;
    run.options.map_count = 2;
    run.options.width = 32;
    run.options.height = -1;
    run.options.video_filter = "hflip";
    run.options.metadata = tags;
    need_ok(transcode(&run));
    if (fault_fired())
        return;
    assert_int_equal(run.result.streams[0].kind, 'a');
    assert_int_equal(run.result.streams[1].kind, 'v');
    assert_int_equal(run.result.streams[1].width, 32);
    assert_int_equal(run.result.streams[1].height, 24);
    need_ok(fwl_io_seek(run.out, 0, FWL_IO_SET));
    AVFormatContext *format = NULL;
    need_ok(fwl_av_open_input(&format, run.out, NULL, NULL, NULL));
    later(close_input, &format);
    const AVDictionaryEntry *title = av_dict_get(format->metadata, "title", NULL, 0);
    assert_non_null(title);
    assert_string_equal(title->value, "chosen");
}

static void kinds_are_left_out(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.no_video = true;
    need_ok(transcode(&run));
    assert_int_equal(run.result.stream_count, 1);
    assert_int_equal(run.result.streams[0].kind, 'a');
    fwl_transcode_result_uninit(&run.result);
    need_ok(fwl_io_seek(run.in, 0, FWL_IO_SET));
    run.options.no_audio = true;
    expect_failure(&run, FWL_E_DATA, FWL_SIDE_DATA, "no stream");
}

static void a_codec_that_the_container_cannot_hold_is_named(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.format = "mp4";
    expect_failure(&run, FWL_E_UNSUPPORTED, FWL_SIDE_OPTIONS, "mp4 cannot hold rawvideo");
}

static void a_copy_under_the_name_of_another_picture_is_refused(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &(struct MediaPlan){
                      .muxer = "mov",
                      .video = "mjpeg",
                      .width = 64,
                      .height = 48,
                      .picture_count = 1,
                      .broken_picture = -1,
                  });
    run.options.copy = true;
    run.options.format = NULL;
    run.options.output_name = "cover.png";
    expect_failure(&run, FWL_E_UNSUPPORTED, FWL_SIDE_OPTIONS, "cover.png");
    fwl_transcode_result_uninit(&run.result);
    run.options.output_name = "cover.jpg";
    need_ok(fwl_io_seek(run.in, 0, FWL_IO_SET));
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].packets_out, 1);
}

static void null_is_refused_and_no_result_is_needed(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    assert_int_equal(fwl_transcode(NULL, run.out, &run.options, NULL, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_transcode(run.in, NULL, &run.options, NULL, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_transcode(run.in, run.out, NULL, NULL, &run.result), FWL_E_INVALID);
    need_ok(fwl_transcode(run.in, run.out, &run.options, NULL, NULL));
    fwl_transcode_result_uninit(NULL);
}

static void what_is_no_media_is_the_datas_fault(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    static const uint8_t text[] = "A letter. It ends here, and has nothing to be seen or heard.";
    fwl_io_close(&run.in);
    need_ok(fwl_io_open_memory(&run.in, text, sizeof text));
    expect_failure(&run, FWL_E_DATA, FWL_SIDE_DATA, "no media");
    fwl_transcode_result_uninit(&run.result);
    fwl_io_close(&run.in);
    need_ok(fwl_io_open_memory(&run.in, text, 0));
    expect_failure(&run, FWL_E_DATA, FWL_SIDE_DATA, "empty");
}

/* Gives media up to a place, then fails. */
static int64_t failing_read(void *opaque, uint8_t *data, size_t size)
{
    struct Run *run = opaque;
    const int64_t position = fwl_io_tell(run->out);
    const size_t half = run->media.size / 2;
    if ((size_t)position >= half)
        return FWL_E_IO;
    const size_t rest = half - (size_t)position;
    size = size < rest ? size : rest;
    memcpy(data, run->media.bytes + position, size);
    /* The writer is not used for output here: its position counts what was read. */
    const int64_t moved = fwl_io_seek(run->out, (int64_t)size, FWL_IO_CURRENT);
    return moved < 0 ? moved : (int64_t)size;
}

static void a_read_that_fails_is_the_inputs_fault(void)
{
    struct MediaPlan plan = CLIP;
    plan.muxer = "matroska";
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &plan);
    FwlIO *null_output = NULL;
    need_ok(fwl_io_open_writer(&null_output, NULL, SIZE_MAX));
    later(close_io, &null_output);
    fwl_io_close(&run.in);
    need_ok(fwl_io_open_callbacks(&run.in, &(FwlIOCallbacks){.read = failing_read}, &run));
    expect_code(fwl_transcode(run.in, null_output, &run.options, NULL, &run.result), FWL_E_IO);
    assert_int_equal(run.result.side, FWL_SIDE_INPUT);
}

static void a_write_that_fails_is_the_outputs_fault(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    fwl_io_close(&run.out);
    need_ok(fwl_io_open_writer(&run.out, NULL, 20000));
    expect_failure(&run, FWL_E_LIMIT, FWL_SIDE_OUTPUT, "cannot be written");
    expect_given_back(&run.result);
}

static void a_budget_that_is_used_up_is_out_of_memory(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = 16384;
    config.on_limit = FWL_LIMIT_FAIL;
    FwlPool *pool = NULL;
    need_ok(fwl_pool_create(&pool, &config));
    later(destroy_pool, &pool);
    struct MediaPlan plan = CLIP;
    plan.width = 640;
    plan.height = 480;
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &plan);
    run.options.pool = pool;
    expect_failure(&run, FWL_E_NOMEM, FWL_SIDE_MEMORY, "memory");
    expect_given_back(&run.result);
}

static void all_memory_is_charged_to_the_pool_that_is_given(void)
{
    FwlPool *pool = NULL;
    need_ok(fwl_pool_create(&pool, NULL));
    later(destroy_pool, &pool);
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.pool = pool;
    need_ok(transcode(&run));
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.current_usage, 0);
    assert_true(run.result.frames.peak_usage >= 64 * 48 * 3 / 2);
    assert_true(run.result.packets.peak_usage >= 64 * 48 * 3 / 2);
    assert_int_equal(run.result.packets.allocation_count, run.result.packets.free_count);
}

/* What the callback heard, and what it is to answer. */
struct Heard {
    int count;
    double done;
    bool is_in_order;
    int answer;
};

static int hear(void *opaque, const FwlTranscodeProgress *progress)
{
    struct Heard *heard = opaque;
    heard->is_in_order = heard->is_in_order && progress->done >= heard->done;
    heard->done = progress->done;
    heard->count++;
    return heard->answer;
}

static void progress_goes_up_to_one(void)
{
    struct Heard heard = {.is_in_order = true};
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.opaque = &heard;
    run.progress_cb = hear;
    need_ok(transcode(&run));
    assert_true(heard.is_in_order);
    assert_in_range(heard.count, 2, 1000);
    assert_true(heard.done >= 1);
}

static void a_negative_answer_stops_and_is_the_result(void)
{
    struct Heard heard = {.answer = FWL_E_ABORTED};
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.opaque = &heard;
    run.progress_cb = hear;
    expect_failure(&run, FWL_E_ABORTED, FWL_SIDE_NONE, "stopped");
    assert_int_equal(heard.count, 1);
    expect_given_back(&run.result);
}

static void a_positive_answer_ends_early_with_a_whole_output(void)
{
    struct Heard heard = {.answer = 1};
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    run.options.opaque = &heard;
    run.progress_cb = hear;
    run.options.format = "mov";
    run.options.video_codec = "mpeg4";
    need_ok(transcode(&run));
    assert_in_range(run.result.streams[0].frames, 1, 9);
    int64_t bytes;
    assert_int_equal(count_packets(run.out, 0, &bytes), run.result.streams[0].frames);
}

static void free_stop(void *stop)
{
    fwl_transcode_stop_free(stop);
}

static void a_stop_answers_before_anything_is_read(void)
{
    struct Run run = {0};
    later(close_run, &run);
    prepare(&run, &CLIP);
    FwlTranscodeStop *stop = need(fwl_transcode_stop_alloc());
    later(free_stop, &stop);
    run.options.stop = stop;
    fwl_transcode_stop_answer(stop, FWL_E_ABORTED);
    expect_failure(&run, FWL_E_ABORTED, FWL_SIDE_NONE, "stopped");
    fwl_transcode_result_uninit(&run.result);
    need_ok(fwl_io_seek(run.in, 0, FWL_IO_SET));
    fwl_transcode_stop_answer(stop, 0);
    need_ok(transcode(&run));
    assert_int_equal(run.result.streams[0].frames, 10);
}

static void a_stop_of_nothing_is_nothing(void)
{
    fwl_transcode_stop_answer(NULL, 1);
    fwl_transcode_stop_free(NULL);
    FwlTranscodeStop *stop = NULL;
    fwl_transcode_stop_free(&stop);
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        CASE(pictures_and_samples_all_go_through),
        CASE(the_result_describes_each_stream),
        CASE(a_copy_has_the_very_packets),
        /* 7 containers: what fails in them is tried above. */
        CASE_ONCE(copies_for_every_container_have_the_very_packets),
        CASE(tags_and_chapters_are_kept),
        CASE(one_stream_can_be_copied_and_the_other_encoded),
        CASE(the_container_chooses_codecs_where_none_is_named),
        CASE(a_picture_that_is_marked_as_turned_is_turned_upright),
        CASE(a_picture_that_is_marked_as_turned_can_stay_so),
        CASE(a_picture_that_changes_its_size_is_scaled_to_the_first),
        CASE(a_broken_packet_is_left_out_and_counted),
        CASE(an_input_of_broken_packets_only_is_no_success),
        CASE(several_threads_give_the_same_bytes),
        CASE(a_name_that_does_not_exist_is_answered_with_the_nearest),
        CASE(options_without_sense_are_refused),
        CASE(numbers_without_sense_are_refused),
        CASE(a_part_of_the_input_is_exact),
        CASE(the_caller_chooses_streams_scale_filter_and_tags),
        CASE(kinds_are_left_out),
        CASE(a_codec_that_the_container_cannot_hold_is_named),
        CASE(a_copy_under_the_name_of_another_picture_is_refused),
        CASE(null_is_refused_and_no_result_is_needed),
        CASE(what_is_no_media_is_the_datas_fault),
        CASE(a_read_that_fails_is_the_inputs_fault),
        CASE(a_write_that_fails_is_the_outputs_fault),
        CASE(a_budget_that_is_used_up_is_out_of_memory),
        CASE(all_memory_is_charged_to_the_pool_that_is_given),
        CASE(progress_goes_up_to_one),
        CASE(a_negative_answer_stops_and_is_the_result),
        CASE(a_positive_answer_ends_early_with_a_whole_output),
        CASE(a_stop_answers_before_anything_is_read),
        CASE(a_stop_of_nothing_is_nothing),
    };
    return run_cases("transcode", cases, sizeof cases / sizeof cases[0], argc, argv);
}
