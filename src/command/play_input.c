/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes are in memory, so the start can always be had again by opening the container anew: that
 * is what happens where a demuxer cannot seek.
 */
#include "command/play_input.h"

#include <libavutil/mathematics.h>

bool fwl_play_input_is_still(const AVStream *stream)
{
    return stream->disposition & AV_DISPOSITION_ATTACHED_PIC;
}

static AVStream *find_stream(AVFormatContext *format, enum AVMediaType type)
{
    const AVCodec *codec = NULL;
    const int index = av_find_best_stream(format, type, -1, -1, &codec, 0);
    return index >= 0 && codec ? format->streams[index] : NULL;
}

/* What nobody plays is not even made packets of. */
static void discard_the_rest(const struct PlayInput *input)
{
    for (unsigned i = 0; i < input->format->nb_streams; i++) {
        AVStream *stream = input->format->streams[i];
        if (stream != input->picture && stream != input->sound)
            stream->discard = AVDISCARD_ALL;
    }
}

int fwl_play_input_open(struct PlayInput *input, FwlIO *io, const char *name, bool wants_sound)
{
    *input = (struct PlayInput){.io = io, .name = name, .duration_us = -1};
    const int status = fwl_av_open_input(&input->format, io, name, NULL, NULL);
    const int err =
        status < 0 ? fwl_av_error(status) : avformat_find_stream_info(input->format, NULL);
    if (err < 0)
        return err;
    if (input->format->start_time != AV_NOPTS_VALUE)
        input->start_us = input->format->start_time;
    if (input->format->duration > 0)
        input->duration_us = input->format->duration;
    input->picture = find_stream(input->format, AVMEDIA_TYPE_VIDEO);
    input->sound = wants_sound ? find_stream(input->format, AVMEDIA_TYPE_AUDIO) : NULL;
    discard_the_rest(input);
    return 0;
}

void fwl_play_input_close(struct PlayInput *input)
{
    fwl_av_close_input(&input->format);
    input->picture = input->sound = NULL;
}

/* Only the container is another one: what other threads read of input stays as it is. */
static int open_anew(struct PlayInput *input)
{
    const bool has_picture = input->picture, has_sound = input->sound;
    fwl_play_input_close(input);
    if (fwl_io_seek(input->io, 0, FWL_IO_SET) != 0)
        return AVERROR(EIO);
    struct PlayInput fresh;
    const int err = fwl_play_input_open(&fresh, input->io, input->name, has_sound);
    input->format = fresh.format;
    input->picture = fresh.picture;
    input->sound = fresh.sound;
    if (err >= 0 && ((has_picture && !input->picture) || (has_sound && !input->sound)))
        return AVERROR_INVALIDDATA;
    return err;
}

int fwl_play_input_seek(struct PlayInput *input, int64_t moment_us, bool *is_at_start)
{
    *is_at_start = moment_us <= 0;
    const int64_t time = input->start_us + moment_us;
    if (moment_us > 0 && av_seek_frame(input->format, -1, time, AVSEEK_FLAG_BACKWARD) >= 0)
        return 0;
    *is_at_start = true;
    return open_anew(input);
}
