/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AVIOContext over FwlIO. Who owns what, which is what goes wrong elsewhere:
 *
 *     AVFormatContext --pb--> AVIOContext --opaque--> Link --io--> FwlIO (borrowed, never closed)
 *                                  \--buffer--> bytes that libavformat may have replaced
 *
 * The AVIOContext is ours, since AVFMT_FLAG_CUSTOM_IO (which libavformat sets by itself when it
 * finds a pb) keeps it from closing it; also after avformat_open_input has freed the
 * AVFormatContext on failure. The buffer is freed through pb->buffer at the end: the pointer that
 * was handed in may be long gone.
 */
#include "framewell/ffmpeg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "av_compat.h"

/* What libavformat's own files use: how far it reads ahead decides when it seeks. */
enum { IO_BUFFER_SIZE = 32768 };

typedef struct Link {
    FwlIO *io;
    AVIOContext *pb;
    bool is_output;
} Link;

/* FWL_E_AGAIN under another name than EAGAIN. That libavformat takes for a reason to read on, again
 * and again, though an AVIOContext that was told so once asks nobody any more; and from a muxer it
 * means something else. */
static int error_of(int status)
{
    return status == FWL_E_AGAIN ? AVERROR(EINPROGRESS) : fwl_av_error(status);
}

static int read_packet(void *opaque, uint8_t *data, int size)
{
    const Link *link = opaque;
    const int64_t got = fwl_io_read(link->io, data, (size_t)size);
    if (got == 0)
        return AVERROR_EOF;
    return got < 0 ? error_of((int)got) : (int)got;
}

static int write_packet(void *opaque, FwlAvWriteData data, int size)
{
    const Link *link = opaque;
    const int64_t put = fwl_io_write(link->io, data, (size_t)size);
    return put < 0 ? error_of((int)put) : (int)put;
}

static int64_t move(FwlIO *io, int64_t offset, int whence)
{
    switch (whence & ~AVSEEK_FORCE) {
    case SEEK_SET:
        return fwl_io_seek(io, offset, FWL_IO_SET);
    case SEEK_CUR:
        return fwl_io_seek(io, offset, FWL_IO_CURRENT);
    case SEEK_END:
        return fwl_io_seek(io, offset, FWL_IO_END);
    default:
        return FWL_E_INVALID;
    }
}

/* Muxers go back to write lengths and indices, and write on where they are if they cannot: then the
 * output is none, which nobody would hear of but for this. */
static int64_t seek(void *opaque, int64_t offset, int whence)
{
    const Link *link = opaque;
    const bool is_question = whence & AVSEEK_SIZE;
    const int64_t result = is_question ? fwl_io_size(link->io) : move(link->io, offset, whence);
    if (result >= 0)
        return result;
    if (link->is_output && !is_question && link->pb->error >= 0)
        link->pb->error = error_of((int)result);
    return fwl_av_error((int)result);
}

/* What a playlist or a reference inside the container names stays closed: the bytes in io are all
 * that the caller has agreed to. Demuxers that open further files by themselves, past this, are
 * held by the list of protocols that they may use. */
static const char NO_PROTOCOL[] = "none";

static int refuse_open(AVFormatContext *format, AVIOContext **pb, const char *url, int flags,
                       AVDictionary **options)
{
    (void)format;
    (void)url;
    (void)flags;
    (void)options;
    *pb = NULL;
    return AVERROR(EPERM);
}

static void free_pb(AVIOContext **pb)
{
    if (!*pb)
        return;
    av_freep(&(*pb)->opaque);
    av_freep(&(*pb)->buffer);
    avio_context_free(pb);
}

static AVIOContext *alloc_pb(FwlIO *io, bool is_output)
{
    Link *link = av_mallocz(sizeof *link);
    uint8_t *buffer = av_malloc(IO_BUFFER_SIZE);
    AVIOContext *pb = NULL;
    if (link && buffer)
        pb = avio_alloc_context(buffer, IO_BUFFER_SIZE, is_output, link,
                                is_output ? NULL : read_packet, is_output ? write_packet : NULL,
                                fwl_io_is_seekable(io) ? seek : NULL);
    if (!pb) {
        av_free(buffer);
        av_free(link);
        return NULL;
    }
    *link = (Link){.io = io, .pb = pb, .is_output = is_output};
    return pb;
}

/* Gives an AVFormatContext its pb. Fails: AVERROR(ENOMEM). */
static int attach(AVFormatContext *format, FwlIO *io, bool is_output)
{
    format->io_open = refuse_open;
    format->protocol_whitelist = av_strdup(NO_PROTOCOL);
    if (!format->protocol_whitelist)
        return AVERROR(ENOMEM);
    format->pb = alloc_pb(io, is_output);
    if (!format->pb)
        return AVERROR(ENOMEM);
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    return 0;
}

/* The caller's arguments were fine: what a demuxer calls invalid is the data. */
static int open_status(const AVIOContext *pb, int err)
{
    if (pb->error < 0 && pb->error != AVERROR_EOF)
        return fwl_av_status(pb->error);
    const int status = fwl_av_status(err);
    return status == FWL_E_NOMEM || status == FWL_E_UNSUPPORTED ? status : FWL_E_DATA;
}

int fwl_av_open_input(AVFormatContext **format, FwlIO *io, const char *url,
                      const AVInputFormat *input_format, AVDictionary **options)
{
    if (format)
        *format = NULL;
    if (!format || !io)
        return FWL_E_INVALID;
    AVFormatContext *context = avformat_alloc_context();
    if (!context)
        return FWL_E_NOMEM;
    int err = attach(context, io, false);
    if (err < 0) {
        avformat_free_context(context);
        return fwl_av_status(err);
    }
    AVIOContext *pb = context->pb;
    err = avformat_open_input(&context, url, input_format, options);
    if (err < 0) {
        const int status = open_status(pb, err);
        free_pb(&pb);
        return status;
    }
    *format = context;
    return 0;
}

void fwl_av_close_input(AVFormatContext **format)
{
    if (!format || !*format)
        return;
    AVIOContext *pb = (*format)->pb;
    avformat_close_input(format);
    free_pb(&pb);
}

/* The muxer that a name or an ending stands for. Pictures go through the one that writes them to a
 * stream, since "image2" makes files of its own. */
static const AVOutputFormat *find_muxer(const char *format_name, const char *url)
{
    const AVOutputFormat *found = av_guess_format(format_name, format_name ? NULL : url, NULL);
    if (found && strcmp(found->name, "image2") == 0)
        return av_guess_format("image2pipe", NULL, NULL);
    return found;
}

/* Muxers without a file either throw everything away, or make files or windows of their own. */
static bool is_writing_elsewhere(const AVOutputFormat *muxer)
{
    return (muxer->flags & AVFMT_NOFILE) && strcmp(muxer->name, "null") != 0;
}

int fwl_av_open_output(AVFormatContext **format, FwlIO *io, const AVOutputFormat *output_format,
                       const char *format_name, const char *url)
{
    if (format)
        *format = NULL;
    if (!format || !io)
        return FWL_E_INVALID;
    const AVOutputFormat *muxer = output_format ? output_format : find_muxer(format_name, url);
    if (!muxer || is_writing_elsewhere(muxer))
        return FWL_E_UNSUPPORTED;
    AVFormatContext *context = NULL;
    int err = avformat_alloc_output_context2(&context, muxer, NULL, url);
    if (err < 0)
        return fwl_av_status(err);
    err = attach(context, io, true);
    if (err < 0) {
        avformat_free_context(context);
        return fwl_av_status(err);
    }
    *format = context;
    return 0;
}

int fwl_av_close_output(AVFormatContext **format)
{
    if (!format || !*format)
        return 0;
    AVIOContext *pb = (*format)->pb;
    int err = 0;
    if (pb) {
        avio_flush(pb);
        err = pb->error;
    }
    avformat_free_context(*format);
    *format = NULL;
    free_pb(&pb);
    return err < 0 ? fwl_av_status(err) : 0;
}
