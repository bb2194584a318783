/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bridge onto FFmpeg: libavformat reads and writes through a FwlIO, libavcodec decodes into and
 * encodes out of the memory of a pool. Link libframewell-ffmpeg for it.
 *
 *     AVFormatContext *format = NULL;
 *     int err = fwl_av_open_input(&format, io, "clip.mp4", NULL, NULL);
 *     if (err < 0)
 *         return err;
 *     ... avformat_find_stream_info, avcodec_alloc_context3, avcodec_parameters_to_context ...
 *     err = fwl_av_codec_use_pool(decoder, pool);
 *     ... avcodec_open2, av_read_frame, avcodec_send_packet, avcodec_receive_frame ...
 *     err = fwl_av_frame_import(frame, decoded);
 *     fwl_av_close_input(&format);
 *
 * Threads: one AVFormatContext is for one thread at a time; a codec that uses a pool may have frame
 * and slice threads.
 */
#ifndef FRAMEWELL_FFMPEG_H
#define FRAMEWELL_FFMPEG_H

#ifdef FRAMEWELL_AV_NAMES_H
#error "FFmpeg's own names are needed here: not after framewell/av_names.h"
#endif

#include "framewell/buffer.h"
#include "framewell/frame.h"
#include "framewell/io.h"
#include "framewell/packet.h"
#include "framewell/pool.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* Status codes */

/* The FWL_E_* that says the same as an AVERROR; 0 and above stay. An error without a counterpart is
 * FWL_E_IO where it is an error number of the system, else FWL_E_DATA. */
FWL_API int fwl_av_status(int averror);

/* The AVERROR that says the same as an FWL_E_*; 0 and above stay. */
FWL_API int fwl_av_error(int status);

/* Input and output */

/*
 * Opens the container in io for demuxing. url (may be NULL) is a name for probing and messages,
 * nothing is opened by it, nor by what a playlist names; input_format NULL is found by probing;
 * options as for avformat_open_input. A read that fails ends the input, and (*format)->pb->error
 * says why; FWL_E_AGAIN is AVERROR(EINPROGRESS) there, since libavformat asks on for ever where it
 * is told EAGAIN.
 *
 * Owner: keeps io borrowed until fwl_av_close_input; *format goes back through that only.
 * Fails: FWL_E_DATA for what is no known container or broken from the start, FWL_E_UNSUPPORTED for
 * a kind of it that libavformat cannot read, FWL_E_NOMEM, codes of io. *format is NULL.
 */
FWL_API int fwl_av_open_input(AVFormatContext **format, FwlIO *io, const char *url,
                              const AVInputFormat *input_format, AVDictionary **options);

/* Ends a demuxer and leaves NULL; accepts NULL and a pointer to NULL. io is left open. */
FWL_API void fwl_av_close_input(AVFormatContext **format);

/*
 * Makes a muxer that writes to io: output_format, or what format_name (a muxer's name) or url (by
 * its ending) say; the first that is not NULL. The caller adds streams and writes the header. A url
 * with the ending of a picture gives the muxer that writes pictures one after another.
 *
 * Owner: keeps io borrowed until fwl_av_close_output; *format goes back through that only.
 * Fails: FWL_E_UNSUPPORTED where no muxer is found, and for one that makes files of its own;
 * FWL_E_NOMEM. *format is NULL.
 */
FWL_API int fwl_av_open_output(AVFormatContext **format, FwlIO *io,
                               const AVOutputFormat *output_format, const char *format_name,
                               const char *url);

/*
 * Hands what is buffered on to io, ends the muxer and leaves NULL; accepts NULL and a pointer to
 * NULL. io is left open. The trailer is av_write_trailer's, before.
 *
 * Fails: the code of a write or a seek that failed; the muxer is gone all the same.
 */
FWL_API int fwl_av_close_output(AVFormatContext **format);

/* Codecs */

/*
 * Makes a decoder take its pictures and sound, or an encoder its packets, from pool (NULL: the
 * default pool), each picture one block. Call it before avcodec_open2. What the codec gave out
 * keeps its memory alive, also when codec and pool are gone. Hardware formats, formats without a
 * known layout and codecs without AV_CODEC_CAP_DR1 stay with libavcodec's own memory.
 *
 * Owner: keeps pool borrowed until the codec context is freed; context->opaque holds it.
 * Fails: FWL_E_INVALID for NULL or an open context.
 */
FWL_API int fwl_av_codec_use_pool(AVCodecContext *context, FwlPool *pool);

/*
 * How many threads (AVCodecContext.thread_count) a decoder of this stream may have: those that are
 * wanted, where more than one would come to the same pictures; else 1. That is for a cover, which
 * would wait for the end of the input, and for Theora and VP3, which libavcodec then decodes to
 * other pixels from run to run.
 */
FWL_API int fwl_av_decoder_threads(const AVStream *stream, int wanted);

/*
 * Buffers, packets and frames, both ways
 *
 * What is imported or exported refers to the memory that the original refers to; nothing is copied
 * but what the original only borrows and what neither side counts references of: a packet's side
 * data, metadata, channel maps. The original stays as it is. A reference keeps alive all that it
 * needs, the pool and the other library's buffer too, and comes home as a reference to what it was
 * made of: no wrapper is ever wrapped.
 *
 * Writable is what has one holder on both sides together. libav* cannot ask for Framewell's
 * holders, so there what was born in Framewell is read-only; unless it was moved, not exported, by
 * the only one who held it.
 *
 * Threads: any, each with references, packets and frames of its own.
 */

/* A reference to the bytes that buf shows. Owner: gives it. Fails: NULL for no memory and for
 * NULL. */
FWL_API FwlBufferRef *fwl_av_buffer_import(const AVBufferRef *buf);
FWL_API AVBufferRef *fwl_av_buffer_export(const FwlBufferRef *buf);

/* The same as fwl_av_buffer_export, and ends *buf; where that was the only reference to a buffer
 * that may be written, the result may be, too. Fails: NULL; *buf is untouched. */
FWL_API AVBufferRef *fwl_av_buffer_move(FwlBufferRef **buf);

/*
 * Makes dst, a blank packet, one of all fields of src that refers to its data. dst keeps its pool,
 * from which borrowed data is copied.
 *
 * Fails: FWL_E_INVALID for NULL, a dst that holds something, a negative size, FWL_E_NOMEM;
 * exporting also FWL_E_RANGE for more bytes than an int counts. dst is untouched or blank.
 */
FWL_API int fwl_av_packet_import(FwlPacket *dst, const AVPacket *src);
FWL_API int fwl_av_packet_export(AVPacket *dst, const FwlPacket *src);

/* The same as fwl_av_packet_export, and makes src blank; see fwl_av_buffer_move. src is untouched
 * on failure. */
FWL_API int fwl_av_packet_move(AVPacket *dst, FwlPacket *src);

/*
 * Makes dst, a blank frame, one of all fields of src that refers to its planes and side data. What
 * a version of libavutil does not have is left out or said its way: key_frame, interlaced_frame
 * and top_field_first are flags since 6.1, pkt_duration is duration, channels and channel_layout
 * are part of ch_layout. dst keeps its pool.
 *
 * Frames with a hw_frames_ctx stay where they are: av_hwframe_transfer_data makes one of them that
 * can be imported.
 *
 * Fails: FWL_E_INVALID for NULL, a dst that holds something, a custom channel layout without a map,
 * planes of a number of channels that is not known; FWL_E_UNSUPPORTED for a hw_frames_ctx and for a
 * picture format that the other side does not have; FWL_E_NOMEM. dst is untouched or blank.
 */
FWL_API int fwl_av_frame_import(FwlFrame *dst, const AVFrame *src);
FWL_API int fwl_av_frame_export(AVFrame *dst, const FwlFrame *src);

/* The same as fwl_av_frame_export, and makes src blank; see fwl_av_buffer_move. src is untouched on
 * failure. */
FWL_API int fwl_av_frame_move(AVFrame *dst, FwlFrame *src);

#ifdef __cplusplus
}
#endif

#endif
