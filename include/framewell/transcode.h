/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory transcoder: bytes in, bytes out, one call.
 *
 *     FwlIO *in, *out;
 *     fwl_io_open_memory(&in, clip, clip_size);
 *     fwl_io_open_writer(&out, NULL, SIZE_MAX);
 *
 *     FwlTranscodeOptions options = fwl_transcode_options_default();
 *     options.format = "matroska";
 *     FwlTranscodeResult result;
 *     int err = fwl_transcode(in, out, &options, NULL, &result);
 *     if (err < 0)
 *         fprintf(stderr, "%s\n", result.message);
 *     fwl_transcode_result_uninit(&result);
 *
 * Link libframewell-ffmpeg for it.
 *
 * Threads: calls with different FwlIOs may run at once.
 */
#ifndef FRAMEWELL_TRANSCODE_H
#define FRAMEWELL_TRANSCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/dict.h"
#include "framewell/io.h"
#include "framewell/pool.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

enum {
    FWL_TRANSCODE_STREAMS_MAX = 16, /* that go through at once */
    FWL_TRANSCODE_SIZE_COUNT = 40,  /* powers of two that sizes are counted by */
};

/* Stops a call from outside, see fwl_transcode_stop_alloc. */
typedef struct FwlTranscodeStop FwlTranscodeStop;

/* What to make; start from fwl_transcode_options_default(). Strings are borrowed for the call. */
typedef struct FwlTranscodeOptions {
    const char *input_name;  /* a name for probing and messages; NULL: none */
    const char *output_name; /* the container is guessed from its ending where format is NULL */
    const char *format;      /* a muxer of libavformat by name */
    bool copy;               /* every stream is copied, not decoded */
    const char *video_codec; /* an encoder or codec by name, "copy"; NULL: the container's own */
    const char *audio_codec;
    const char *subtitle_codec;
    int crf;                /* constant quality of the video encoder; -1: the encoder's own */
    const char *preset;     /* of the video encoder; NULL: its own */
    int threads;            /* per codec; 0: one for each CPU */
    int64_t video_bit_rate; /* bits a second that the encoder is to keep to; 0: its own */
    int64_t audio_bit_rate;
    int width, height;        /* of the output picture; 0: as it is; -1, for one of them: what
                                 keeps its shape, even */
    const char *video_filter; /* a graph of libavfilter with one input and one output, as in
                                 "crop=640:360,hflip"; it gets pictures that stand upright */
    const char *audio_filter;
    int64_t start_us;                      /* where in the input the output begins, microseconds */
    int64_t duration_us;                   /* of the output; 0: to the end */
    bool no_video, no_audio, no_subtitles; /* leave that kind of stream out */
    const int *map;   /* indices of input streams that are to go through, in this order;
                         NULL: the best one of each kind */
    size_t map_count; /* at most FWL_TRANSCODE_STREAMS_MAX */
    const FwlDictionary *metadata; /* tags of the output, over those of the input; an empty value
                                      takes one away */
    bool keep_rotation;     /* a picture that the container says is turned is encoded as it lies,
                               and the output says the same; false: it is turned upright */
    FwlPool *pool;          /* charged for all the memory; NULL: the default pool. Where it is a
                               pool of the caller's own, what in and out have of it (or of pools
                               below it) is shown as I/O and counts against max_memory */
    size_t max_memory;      /* the budget: what the call holds at once, in bytes, frames,
                               packets and I/O together; 0: none */
    FwlTranscodeStop *stop; /* NULL: only the progress callback stops the call */
    uint32_t progress_ms;   /* between two calls of the progress callback, milliseconds; 0: 100 */
    void *opaque;           /* handed to the progress callback */
} FwlTranscodeOptions;

/*
 * Bytes that a call holds, by what they are for: those that its budget counts. What codecs, filters
 * and containers take for themselves is libav*'s own and is no part of it.
 */
typedef struct FwlTranscodeMemory {
    uint64_t frames;  /* decoded pictures and samples that lie in the pool */
    uint64_t packets; /* copied ones on their way to the muxer, and what was encoded */
    uint64_t io;      /* what in and out have of options.pool, and the buffers before them */
    uint64_t other;   /* frames that a filter made, or a decoder with memory of its own, until they
                         are encoded */
    uint64_t total;   /* the sum; of peaks no more than the sum of them, and never less than was
                         held at once */
} FwlTranscodeMemory;

/* How full the queue between decoding and encoding is. A queue that is empty takes one item that is
 * larger than its limit. */
typedef struct FwlTranscodeQueue {
    uint64_t count, size; /* items in it, and their bytes */
    uint64_t max_size;    /* from there on reading waits */
    uint64_t peak_size;
    uint64_t wait_count; /* how often reading has waited because of it */
} FwlTranscodeQueue;

/* How far it is. */
typedef struct FwlTranscodeProgress {
    double done;           /* share of the input's duration or bytes that is done, 0 to 1 */
    int64_t position_us;   /* time in the output, microseconds */
    int64_t duration_us;   /* of the input; -1: not known */
    uint64_t video_frames; /* encoded so far */
    uint64_t elapsed_ns;
    FwlTranscodeMemory memory;
    FwlTranscodeMemory memory_peak; /* of each the most so far */
    uint64_t memory_limit;          /* options.max_memory */
    FwlTranscodeQueue packets;      /* copies and subtitles that wait for the muxer */
    FwlTranscodeQueue frames;       /* that wait for their encoder */
} FwlTranscodeProgress;

/*
 * Called every options.progress_ms while the input is read and what was read of it is encoded, and
 * once at the end with done 1. 0 goes on. A positive result takes the input for ended here: what
 * was read is finished, and the output is whole and playable. A negative one stops at once, and is
 * what fwl_transcode fails with.
 *
 * Threads: the one that called fwl_transcode.
 */
typedef int (*FwlTranscodeProgressCallback)(void *opaque, const FwlTranscodeProgress *progress);

/* Whose fault a failure is. */
enum FwlTranscodeSide {
    FWL_SIDE_NONE,    /* none: it went well, or the caller stopped it */
    FWL_SIDE_OPTIONS, /* an option names what does not exist or does not fit */
    FWL_SIDE_INPUT,   /* reading failed */
    FWL_SIDE_OUTPUT,  /* writing failed */
    FWL_SIDE_MEMORY,  /* the memory or its budget is used up */
    FWL_SIDE_DATA,    /* the input holds nothing that can be read or decoded */
};

/* One stream that went through. */
typedef struct FwlTranscodeStream {
    char kind; /* 'v', 'a' or 's' */
    bool is_copy;
    int input_index;      /* of the stream in the input's container */
    char input_codec[32]; /* names as libavcodec has them */
    char output_codec[32];
    char format[32];   /* pixel or sample format of the output; "" where there is none */
    int width, height; /* of the output picture; 0 where there is none */
    int sample_rate, channels;
    int decoder_threads; /* that the decoder was given; 0 for a copy */
    uint64_t packets_in, packets_out;
    uint64_t bytes_in, bytes_out;
    uint64_t frames;     /* pictures or blocks of samples that were encoded */
    uint64_t duplicated; /* pictures encoded once more, and */
    uint64_t dropped;    /* pictures left out, to keep the output's frame rate */
    uint64_t errors;     /* packets that the decoder refused: they are left out */
} FwlTranscodeStream;

/* What was done. */
typedef struct FwlTranscodeResult {
    int status; /* what fwl_transcode returned */
    enum FwlTranscodeSide side;
    char message[256]; /* one line about the failure, "" without one */
    char input_format[32], output_format[32];
    uint64_t bytes_in, bytes_out; /* size of the input, and of what was written */
    int64_t duration_us;          /* of the output */
    bool is_cut_off;              /* the input ends in the middle of a packet that its container
                                     says is longer; the output has all before it */
    uint64_t elapsed_ns;
    FwlTranscodeStream *streams;
    size_t stream_count;
    FwlTranscodeMemory memory_peak; /* of each the most that it was */
    uint64_t memory_limit;          /* options.max_memory */
    uint64_t memory_least;          /* with a budget: the smallest that would have done; after one
                                       that was used up in the middle, one that will do; else 0 */
    uint64_t wait_count; /* how often reading waited, for room in a queue or the budget */
    FwlTranscodeQueue packet_queue, frame_queue;
    uint64_t size_counts[FWL_TRANSCODE_SIZE_COUNT]; /* [i]: frames and packets that took 2^i bytes
                                                       or more, and less than twice that */
    FwlPoolStats frames;                            /* the pool of decoded pictures and samples */
    FwlPoolStats packets;                           /* that of encoded packets */
} FwlTranscodeResult;

/* The work */

/* Options with the default of every field. */
FWL_API FwlTranscodeOptions fwl_transcode_options_default(void);

/*
 * Transcodes what is in `in` to `out`: the best stream of each kind that the output container takes
 * (video, audio, subtitles), decoded, turned upright where the container says that the picture is
 * rotated, filtered, and encoded; or copied. Timestamps, metadata and chapters are kept. Packets
 * that a decoder refuses are left out and counted. The names in options are checked before in is
 * read.
 *
 * Decoding and encoding run side by side; the output is the same as one after the other. With
 * max_memory the call never holds more than that: it waits, with fewer threads where it must, and
 * the pictures stay the same.
 *
 * An in that cannot be sought in is read as it comes, and kept in memory where its container needs
 * that: MP4 with its index at the end, animations. To an out that cannot, MP4 goes in fragments.
 *
 * With start_us the output begins at exactly that picture and sample; what is copied, at the key
 * packet before it, where in can be sought in, else at the next one.
 *
 * progress_cb may be NULL. result may be NULL; otherwise it is filled in every case, and ended with
 * fwl_transcode_result_uninit.
 *
 * Owner: borrows in and out; neither is closed.
 * Fails: FWL_E_UNSUPPORTED for an unknown format or codec, or one that the container does not take;
 * FWL_E_INVALID for other options; FWL_E_DATA for an input without one stream that can be read;
 * FWL_E_LIMIT for a max_memory that is too small, with what is the least in the message;
 * FWL_E_NOMEM; FWL_E_IO and other codes of in and out; the progress callback's own.
 * Threads: in is used by the caller's, out by that or one of the call's: the progress callback
 * leaves out alone.
 */
FWL_API int fwl_transcode(FwlIO *in, FwlIO *out, const FwlTranscodeOptions *options,
                          FwlTranscodeProgressCallback progress_cb, FwlTranscodeResult *result);

/* Frees what a result points to, and empties it. */
FWL_API void fwl_transcode_result_uninit(FwlTranscodeResult *result);

/* Stopping */

/* Something to stop a call by, for options.stop; NULL without memory. Owner: the caller, who ends
 * it with fwl_transcode_stop_free when no call has it any more. */
FWL_API FwlTranscodeStop *fwl_transcode_stop_alloc(void);

/* Accepts NULL and a pointer to NULL, leaves NULL. */
FWL_API void fwl_transcode_stop_free(FwlTranscodeStop **stop);

/*
 * Answers in the progress callback's place: positive takes the input for ended, negative stops and
 * is what fwl_transcode fails with, 0 takes an answer back that nobody heard yet. It is heard
 * before the next packet is read, or, at the end of the input, written, and by calls that begin
 * later. A read or write that waits is not woken: that is up to the FwlIO, as with fwl_io_abort.
 *
 * Threads: any; also a signal handler.
 */
FWL_API void fwl_transcode_stop_answer(FwlTranscodeStop *stop, int answer);

#ifdef __cplusplus
}
#endif

#endif
