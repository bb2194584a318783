/* SPDX-License-Identifier: BSD-2-Clause */
#include "transcode_run.h"

#include <string.h>

#include "case.h"
#include "framewell/ffmpeg.h"

void close_input(void *format)
{
    fwl_av_close_input(format);
}

static void free_packet(void *packet)
{
    av_packet_free(packet);
}

void close_run(void *object)
{
    struct Run *run = object;
    fwl_transcode_result_uninit(&run->result);
    fwl_io_close(&run->out);
    fwl_io_close(&run->in);
    free_media(&run->media);
}

void prepare(struct Run *run, const struct MediaPlan *plan)
{
    run->options = fwl_transcode_options_default();
    run->options.format = "matroska";
    run->options.video_codec = "rawvideo";
    run->options.audio_codec = "pcm_s16le";
    run->options.threads = 1;
    run->media = make_media(plan);
    need_ok(fwl_io_open_memory(&run->in, run->media.bytes, run->media.size));
    need_ok(fwl_io_open_writer(&run->out, NULL, SIZE_MAX));
}

int transcode(struct Run *run)
{
    return fwl_transcode(run->in, run->out, &run->options, run->progress_cb, &run->result);
}

void expect_failure(struct Run *run, int code, enum FwlTranscodeSide side, const char *part)
{
    expect_code(transcode(run), code);
    assert_int_equal(run->result.status, code);
    assert_int_equal(run->result.side, side);
    if (!strstr(run->result.message, part))
        fail_msg("the message is '%s', without '%s'", run->result.message, part);
    assert_null(strchr(run->result.message, '\n'));
}

void expect_given_back(const FwlTranscodeResult *result)
{
    assert_int_equal(result->frames.current_usage, 0);
    assert_int_equal(result->packets.current_usage, 0);
}

int count_packets(FwlIO *out, int stream, int64_t *bytes)
{
    need_ok(fwl_io_seek(out, 0, FWL_IO_SET));
    AVFormatContext *format = NULL;
    need_ok(fwl_av_open_input(&format, out, NULL, NULL, NULL));
    later(close_input, &format);
    AVPacket *packet = need(av_packet_alloc());
    later(free_packet, &packet);
    int count = 0;
    *bytes = 0;
    while (av_read_frame(format, packet) >= 0) {
        if (packet->stream_index == stream) {
            count++;
            *bytes += packet->size;
        }
        av_packet_unref(packet);
    }
    return count;
}
