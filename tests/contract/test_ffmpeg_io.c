/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <libavutil/adler32.h>
#include <libavutil/log.h>

#include "case.h"
#include "framewell/ffmpeg.h"
#include "made_media.h"

static void close_io(void *io)
{
    fwl_io_close(io);
}

static void close_input(void *format)
{
    fwl_av_close_input(format);
}

static void close_output(void *format)
{
    fwl_av_close_output(format);
}

static void free_packet(void *packet)
{
    av_packet_free(packet);
}

static struct Media make_sound(void)
{
    return make_media(&(struct MediaPlan){
        .muxer = "wav",
        .sound = "pcm_s16le",
        .channels = 1,
        .sample_count = 4000,
    });
}

static struct Media make_clip(void)
{
    return make_media(&(struct MediaPlan){
        .muxer = "mov",
        .video = "mpeg4",
        .width = 64,
        .height = 48,
        .picture_count = 8,
        .broken_picture = -1,
        .sound = "pcm_s16le",
        .channels = 2,
        .sample_count = 4000,
    });
}

/* Bytes of all packets until the end of the stream, which is AVERROR_EOF. */
static int64_t read_all(AVFormatContext *format)
{
    AVPacket *packet = need(av_packet_alloc());
    later(free_packet, &packet);
    int64_t size = 0;
    int err;
    while ((err = av_read_frame(format, packet)) >= 0) {
        size += packet->size;
        av_packet_unref(packet);
    }
    assert_int_equal(err, AVERROR_EOF);
    return size;
}

static void a_container_in_memory_is_read_to_its_end(void)
{
    struct Media sound = make_sound();
    later(free_media, &sound);
    FwlIO *io = NULL;
    need_ok(fwl_io_open_memory(&io, sound.bytes, sound.size));
    later(close_io, &io);
    AVFormatContext *format = NULL;
    need_ok(fwl_av_open_input(&format, io, NULL, NULL, NULL));
    later(close_input, &format);

    assert_string_equal(format->iformat->name, "wav");
    assert_int_equal(read_all(format), 8000);
}

/* A program's stream that gives one byte at a time and cannot seek. */
struct Dribble {
    const struct Media *media;
    size_t position;
    int64_t failure; /* given instead of the end; 0: none */
    size_t failure_at;
};

static int64_t dribble(void *opaque, uint8_t *data, size_t size)
{
    struct Dribble *from = opaque;
    if (from->failure && from->position >= from->failure_at)
        return from->failure;
    if (from->position == from->media->size || size == 0)
        return 0;
    *data = from->media->bytes[from->position++];
    return 1;
}

static void a_stream_of_single_bytes_that_cannot_seek_gives_the_same(void)
{
    struct Media sound = make_sound();
    later(free_media, &sound);
    struct Dribble from = {.media = &sound};
    FwlIO *io = NULL;
    need_ok(fwl_io_open_callbacks(&io, &(FwlIOCallbacks){.read = dribble}, &from));
    later(close_io, &io);
    AVFormatContext *format = NULL;
    need_ok(fwl_av_open_input(&format, io, "clip.wav", NULL, NULL));
    later(close_input, &format);

    assert_int_equal(format->pb->seekable, 0);
    assert_int_equal(read_all(format), 8000);
}

static int64_t dribble_seek(void *opaque, int64_t position)
{
    ((struct Dribble *)opaque)->position = (size_t)position;
    return position;
}

static int64_t dribble_size(void *opaque)
{
    return (int64_t)((struct Dribble *)opaque)->media->size;
}

/* Over every packet: its bytes, its place in time, its stream. */
static AVAdler sum_packets(FwlIO *io)
{
    AVFormatContext *format = NULL;
    AVPacket *packet = need(av_packet_alloc());
    AVAdler sum = 1;
    int count = 0;
    int err = fwl_av_open_input(&format, io, NULL, NULL, NULL);
    for (; err >= 0 && (err = av_read_frame(format, packet)) >= 0; count++) {
        const int64_t place[] = {packet->pts, packet->dts, packet->stream_index, packet->flags};
        sum = av_adler32_update(sum, (const uint8_t *)place, sizeof place);
        sum = av_adler32_update(sum, packet->data, (size_t)packet->size);
        av_packet_unref(packet);
    }
    assert_int_equal(err, AVERROR_EOF);
    assert_in_range(count, 2, 1000);
    fwl_av_close_input(&format);
    av_packet_free(&packet);
    return sum;
}

/* Every media file is read so by tests/cli/check_streams.py; these are made here, and need none. */
static void single_bytes_give_every_demuxer_the_same_packets(void)
{
    static const FwlIOCallbacks plain = {.read = dribble};
    static const FwlIOCallbacks seeking = {
        .read = dribble, .seek = dribble_seek, .size = dribble_size};
    static const struct {
        const char *muxer, *video, *sound;
        bool needs_seeking;
    } rows[] = {
        {"matroska", "mpeg4", "pcm_s16le", false},
        {"mpegts", "mpeg4", NULL, false},
        {"avi", "mpeg4", "pcm_s16le", false},
        {"nut", "mpeg4", "pcm_s16le", false},
        {"flv", "flv", NULL, false},
        {"asf", "mpeg4", "pcm_s16le", false},
        {"m4v", "mpeg4", NULL, false},
        {"mjpeg", "mjpeg", NULL, false},
        {"wav", NULL, "pcm_s16le", false},
        {"aiff", NULL, "pcm_s16be", false},
        {"au", NULL, "pcm_s16be", false},
        {"flac", NULL, "flac", false},
        {"ogg", NULL, "flac", false},
        {"mov", "mpeg4", "pcm_s16le", true}, /* its index is at the end */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct Media media = make_media(&(struct MediaPlan){
            .muxer = rows[i].muxer,
            .video = rows[i].video,
            .width = 64,
            .height = 48,
            .picture_count = 8,
            .broken_picture = -1,
            .sound = rows[i].sound,
            .channels = 2,
            .sample_count = 9000,
        });
        later(free_media, &media);
        FwlIO *whole = NULL, *io = NULL;
        later(close_io, &whole);
        later(close_io, &io);
        struct Dribble from = {.media = &media};
        need_ok(fwl_io_open_memory(&whole, media.bytes, media.size));
        need_ok(fwl_io_open_callbacks(&io, rows[i].needs_seeking ? &seeking : &plain, &from));
        const AVAdler wanted = sum_packets(whole);
        if (sum_packets(io) != wanted)
            fail_msg("%s gives other packets", rows[i].muxer);
    }
}

static void a_failing_read_gives_its_own_code(void)
{
    struct Media sound = make_sound();
    later(free_media, &sound);
    struct Dribble from = {.media = &sound, .failure = FWL_E_TIMEOUT, .failure_at = 20};
    FwlIO *io = NULL;
    need_ok(fwl_io_open_callbacks(&io, &(FwlIOCallbacks){.read = dribble}, &from));
    later(close_io, &io);

    AVFormatContext *format = NULL;
    expect_code(fwl_av_open_input(&format, io, NULL, NULL, NULL), FWL_E_TIMEOUT);
    assert_null(format);
}

static void what_is_no_container_is_refused_and_io_stays_open(void)
{
    static const uint8_t text[] = "This is a letter, not a film. It has no header and no end.";
    FwlIO *io = NULL;
    need_ok(fwl_io_open_memory(&io, text, sizeof text));
    later(close_io, &io);
    AVFormatContext *format = (AVFormatContext *)&io;
    expect_code(fwl_av_open_input(&format, io, NULL, NULL, NULL), FWL_E_DATA);
    assert_null(format);

    uint8_t byte;
    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    assert_int_equal(need_ok(fwl_io_read(io, &byte, 1)), 1);
    assert_int_equal(byte, 'T');
}

static void nothing_at_all_is_refused_as_data(void)
{
    FwlIO *io = NULL;
    need_ok(fwl_io_open_memory(&io, (const uint8_t *)"", 0));
    later(close_io, &io);
    AVFormatContext *format = NULL;
    expect_code(fwl_av_open_input(&format, io, "nothing.mp3", NULL, NULL), FWL_E_DATA);
    expect_code(fwl_av_open_input(&format, io, NULL, av_find_input_format("mov"), NULL),
                FWL_E_DATA);
}

/* Under ASan this sees every block that opening took before it failed, and the buffer that
 * libavformat puts in place of ours when it has probed. */
static void every_place_where_opening_can_fail_gives_everything_back(void)
{
    struct Media clip = make_clip();
    later(free_media, &clip);
    for (size_t size = 0; size < clip.size; size += clip.size / 60 + 1) {
        FwlIO *io = NULL;
        need_ok(fwl_io_open_memory(&io, clip.bytes, size));
        AVFormatContext *format = NULL;
        const int err = fwl_av_open_input(&format, io, NULL, NULL, NULL);
        assert_int_equal(err == 0, format != NULL);
        fwl_av_close_input(&format);
        assert_null(format);
        fwl_io_close(&io);
    }
}

static void a_playlist_opens_nothing(void)
{
    static const char *const lists[] = {
        "ffconcat version 1.0\nfile 'case.h'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\ncase.h\n#EXT-X-ENDLIST\n",
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        FwlIO *io = NULL;
        need_ok(fwl_io_open_memory(&io, (const uint8_t *)lists[i], strlen(lists[i])));
        AVFormatContext *format = NULL;
        expect_code(fwl_av_open_input(&format, io, "list", NULL, NULL), FWL_E_DATA);
        fwl_io_close(&io);
    }
}

/* Muxes one second of silence; the code of the first call that fails. */
static int write_silence(AVFormatContext *format)
{
    AVStream *stream = need(avformat_new_stream(format, NULL));
    stream->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
    stream->codecpar->codec_id = AV_CODEC_ID_PCM_S16LE;
    stream->codecpar->sample_rate = 8000;
    stream->codecpar->bits_per_coded_sample = 16;
    stream->codecpar->block_align = 2;
    av_channel_layout_default(&stream->codecpar->ch_layout, 1);
    const int err = avformat_write_header(format, NULL);
    if (err < 0)
        return err;
    AVPacket *packet = need(av_packet_alloc());
    later(free_packet, &packet);
    need_ok(av_new_packet(packet, 16000));
    memset(packet->data, 0, 16000);
    packet->pts = packet->dts = 0;
    const int written = av_write_frame(format, packet);
    return written < 0 ? written : av_write_trailer(format);
}

static void what_a_muxer_writes_a_demuxer_reads(void)
{
    FwlIO *io = NULL;
    need_ok(fwl_io_open_writer(&io, NULL, SIZE_MAX));
    later(close_io, &io);
    AVFormatContext *output = NULL;
    need_ok(fwl_av_open_output(&output, io, NULL, "wav", NULL));
    later(close_output, &output);
    need_ok(write_silence(output));
    need_ok(fwl_av_close_output(&output));
    assert_null(output);
    assert_int_equal(fwl_io_size(io), 16000 + 78);

    need_ok(fwl_io_seek(io, 0, FWL_IO_SET));
    AVFormatContext *input = NULL;
    need_ok(fwl_av_open_input(&input, io, NULL, NULL, NULL));
    later(close_input, &input);
    assert_int_equal(read_all(input), 16000);
}

static void a_write_that_failed_is_told_at_the_latest_by_close(void)
{
    FwlIO *io = NULL;
    need_ok(fwl_io_open_writer(&io, NULL, 1000));
    later(close_io, &io);
    AVFormatContext *output = NULL;
    need_ok(fwl_av_open_output(&output, io, NULL, NULL, "silence.wav"));
    later(close_output, &output);
    write_silence(output);
    expect_code(fwl_av_close_output(&output), FWL_E_LIMIT);
    assert_null(output);
}

static void muxers_are_found_by_name_or_ending(void)
{
    FwlIO *io = NULL;
    need_ok(fwl_io_open_writer(&io, NULL, SIZE_MAX));
    later(close_io, &io);
    static const struct {
        const char *name, *url, *muxer;
    } rows[] = {
        {NULL, "clip.mkv", "matroska"},
        {"matroska", "clip.mp4", "matroska"},
        {NULL, "cover.png", "image2pipe"},
        {"null", NULL, "null"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AVFormatContext *format = NULL;
        need_ok(fwl_av_open_output(&format, io, NULL, rows[i].name, rows[i].url));
        assert_string_equal(format->oformat->name, rows[i].muxer);
        need_ok(fwl_av_close_output(&format));
    }
}

static void muxers_that_are_unknown_or_write_files_of_their_own_are_refused(void)
{
    FwlIO *io = NULL;
    need_ok(fwl_io_open_writer(&io, NULL, SIZE_MAX));
    later(close_io, &io);
    AVFormatContext *format = NULL;
    expect_code(fwl_av_open_output(&format, io, NULL, "nonsense", NULL), FWL_E_UNSUPPORTED);
    expect_code(fwl_av_open_output(&format, io, NULL, NULL, "clip.nonsense"), FWL_E_UNSUPPORTED);
    expect_code(fwl_av_open_output(&format, io, NULL, NULL, NULL), FWL_E_UNSUPPORTED);
    expect_code(fwl_av_open_output(&format, io, NULL, "segment", NULL), FWL_E_UNSUPPORTED);
    expect_code(fwl_av_open_output(&format, io, av_guess_format("image2", NULL, NULL), NULL, NULL),
                FWL_E_UNSUPPORTED);
    assert_null(format);
}

static void null_is_refused_when_opening_and_nothing_when_closing(void)
{
    AVFormatContext *format = NULL;
    assert_int_equal(fwl_av_open_input(NULL, NULL, NULL, NULL, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_av_open_input(&format, NULL, NULL, NULL, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_av_open_output(&format, NULL, NULL, "wav", NULL), FWL_E_INVALID);
    fwl_av_close_input(NULL);
    fwl_av_close_input(&format);
    assert_int_equal(fwl_av_close_output(NULL), 0);
    assert_int_equal(fwl_av_close_output(&format), 0);
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    static const struct TestCase cases[] = {
        CASE(a_container_in_memory_is_read_to_its_end),
        CASE(a_stream_of_single_bytes_that_cannot_seek_gives_the_same),
        /* 28 streams are opened. */
        CASE_ONCE(single_bytes_give_every_demuxer_the_same_packets),
        CASE(a_failing_read_gives_its_own_code),
        CASE(what_is_no_container_is_refused_and_io_stays_open),
        CASE(nothing_at_all_is_refused_as_data),
        /* Opens 60 streams: nothing new fails in the later ones. */
        CASE_ONCE(every_place_where_opening_can_fail_gives_everything_back),
        CASE(a_playlist_opens_nothing),
        CASE(what_a_muxer_writes_a_demuxer_reads),
        CASE(a_write_that_failed_is_told_at_the_latest_by_close),
        CASE(muxers_are_found_by_name_or_ending),
        CASE(muxers_that_are_unknown_or_write_files_of_their_own_are_refused),
        CASE(null_is_refused_when_opening_and_nothing_when_closing),
    };
    return run_cases("ffmpeg_io", cases, sizeof cases / sizeof cases[0], argc, argv);
}
