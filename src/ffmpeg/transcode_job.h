/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the transcoder share: the *job*, which is one call of fwl_transcode, and its
 * *tracks*, which are streams on their way from input to output. A packet's way through the files:
 *
 *     transcode_input     read, timestamps moved to 0 and mended            AVPacket
 *     transcode_decode    decoder, the track's clock                        AVFrame
 *     transcode_filter    turned upright, converted for the encoder         AVFrame
 *     ------------------- transcode_line: from here on, another thread
 *     transcode_sync      which pictures are dropped or repeated            (arithmetic only)
 *     transcode_encode    encoder                                           AVPacket
 *     transcode_output    muxer; packets wait there until all tracks are known
 *
 * A copied track goes from transcode_input to transcode_copy and over the line to transcode_output,
 * subtitles through transcode_subtitle instead of decode, filter and encode.
 *
 * Threads. What is before the line is the *near half* and runs on the caller's thread, what is
 * behind it the *far half*. Until the header is written, and after fwl_line_stop, both are the
 * caller's; in between each field of a track or job is written by one half only, which its comment
 * says, and read by the other only if it was written before. Only fwl_job_fail is for both.
 *
 * Times, rates and choices are those of the ffmpeg program of the same version as the libraries
 * (5.1, or 7 and newer), with its defaults: whoever replaces one by the other gets the same
 * pictures at the same times.
 *
 * Errors: these functions return 0 or a negative FWL_E_*, and whoever is first to see a failure
 * says what it was through fwl_job_fail; codes of libav* do not leave the function that met them.
 */
#ifndef FWL_TRANSCODE_JOB_H
#define FWL_TRANSCODE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>

#include "av_compat.h"
#include "bridge_codec.h"
#include "framewell/transcode.h"
#include "transcode_line.h"
#include "transcode_sync.h"

enum {
    FWL_MATRIX_LENGTH = 9, /* numbers of a display matrix */
    FWL_END_DTS_MAX = 128, /* pictures that a decoder holds: its threads, and 16 for reordering */
};

typedef struct FwlJob FwlJob;
typedef struct FwlSource FwlSource;

/* Where a track stands in its input, in microseconds from the start of the output. pts and dts are
 * those of the packet at hand, next_* what the one behind it should have. */
typedef struct FwlTrackClock {
    int64_t pts, dts;
    int64_t next_pts, next_dts;
    bool has_started;
    bool is_wrap_settled;    /* whether timestamps have wrapped before the start is decided */
    int64_t rescale_last;    /* state of av_rescale_delta: audio timestamps without drift */
    int64_t last_packet_pts; /* in the stream's time base */
    int64_t samples_end;     /* where the last frame of samples ended, in samples of the rate */
    int sample_rate;         /* that they had; 0 before the first */
    int64_t picture_pts, picture_duration; /* of the last picture, in the stream's time base */
    int64_t end_dts[FWL_END_DTS_MAX];      /* for pictures that are drained, in the same */
    int end_dts_count, end_dts_taken;
} FwlTrackClock;

/* A filter graph, made for frames of one shape, and made anew when the shape changes. */
typedef struct FwlFilterChain {
    AVFilterGraph *graph;
    AVFilterContext *source;
    AVFilterContext *sink;
    /* The shape of what goes in; format is -1 before the first frame. */
    int format;
    int width, height;
    AVRational sample_aspect_ratio;
    int sample_rate;
    AVChannelLayout ch_layout;
    FwlAvColors colors;
    bool has_matrix;
    int32_t matrix[FWL_MATRIX_LENGTH];
    /* The shape of what comes out; format is -1 until the first graph has settled it, and every
     * later graph has to give the same, since the encoder is open by then. */
    int out_format;
    int out_width, out_height;
    int out_sample_rate;
    AVChannelLayout out_ch_layout;
    FwlAvColors out_colors;
} FwlFilterChain;

typedef struct FwlTrack {
    FwlJob *job;
    enum AVMediaType type;
    bool is_copy;
    bool is_ready;       /* the muxer can be told what it is */
    bool is_abandoned;   /* nothing of it could be decoded: it is left out */
    bool is_finished;    /* near half: nothing more of it is wanted */
    bool is_full;        /* far half: it has all that options->duration_us asks for */
    bool has_key_packet; /* copies begin with a key packet */
    AVStream *input;
    AVStream *output;        /* from the header on */
    const AVCodec *codec;    /* the encoder's; NULL for a copy */
    AVCodecContext *decoder; /* for a copy only a place for the parameters, never opened */
    AVCodecContext *encoder;
    FwlTrackClock clock;
    FwlFilterChain filter;
    FwlFrameSync sync; /* far half, as are previous, next_pts, last_dts */
    AVFrame *decoded;
    AVFrame *filtered;
    AVFrame *previous; /* the picture before, for repeating it */
    int64_t next_pts;  /* audio: where the next block of samples goes, in encoder units */
    AVPacket *encoded; /* of the half that makes the track's packets */
    AVRational frame_rate;
    AVRational sample_aspect_ratio; /* of the output's pixels */
    AVRational mux_time_base;       /* of packets on their way to the muxer */
    int64_t last_dts;               /* given to the muxer, in the output's time base */
    FwlTranscodeStream figures;
} FwlTrack;

/* What is decided before the first packet is read, so that the call stays within its budget. */
typedef struct FwlJobPlan {
    int threads[FWL_TRANSCODE_STREAMS_MAX]; /* of the decoder of each track */
    bool has_slices_only;         /* decoders use their threads for parts of one picture */
    bool has_encoder_slices_only; /* the same for encoders that would hold a frame for each */
    bool is_in_turn;              /* decoding and encoding take turns, nothing waits between them */
    uint64_t frames_size; /* the part of the budget for frames in the pool; UINT64_MAX: no budget */
    uint64_t packets_size;     /* for encoded packets, */
    uint64_t codecs_size;      /* for both: less than their sum, what is left belongs to either */
    uint64_t other_size;       /* for frames that are not of the pool, */
    uint64_t copied_size;      /* and for copied packets */
    uint64_t muxer_size;       /* bytes that may wait in the muxer for packets of other tracks, */
    uint64_t muxer_start_size; /* and for the first of each */
    uint64_t waiting_size;     /* bytes that may wait for the header */
} FwlJobPlan;

/* The call's own memory: pools, what is held outside of them, and the most that it was. */
typedef struct FwlJobMemory {
    FwlPool *pool, *codecs;
    FwlTranscodeMemory peak;
    int (*get_buffer)(AVCodecContext *context, AVFrame *frame, int flags); /* the bridge's */
    atomic_uint_fast64_t copied_size, copied_peak; /* bytes of packets that are copied */
    atomic_uint_fast64_t other_size, other_peak;   /* of frames that are not of the pool */
    atomic_uint_fast64_t muxer_size;               /* of packets that the muxer has */
    atomic_uint_fast64_t frame_counts[FWL_TRANSCODE_SIZE_COUNT]; /* by size, as in the result */
    uint64_t packet_counts[FWL_TRANSCODE_SIZE_COUNT];            /* far half */
    atomic_uint_fast64_t other_largest; /* the largest frame that is not of the pool */
    atomic_bool is_used_up;     /* what is counted by hand was more than the budget allows */
    atomic_uint_fast64_t least; /* the smallest budget that would do; 0: not known */
} FwlJobMemory;

struct FwlJob {
    const FwlTranscodeOptions *options;
    FwlTranscodeProgressCallback progress_cb;
    FwlMutex failing;           /* guards the failure in result */
    FwlTranscodeResult *result; /* never NULL */
    FwlIO *in, *out;
    FwlSource *source; /* what the demuxer reads, on top of in */
    AVFormatContext *input;
    AVFormatContext *output;
    FwlJobPlan plan;
    FwlJobMemory memory;
    FwlLine line;
    bool has_begun; /* the line was started, or there is to be none */
    FwlCodecMemory frames;
    FwlCodecMemory packets;
    FwlTrack tracks[FWL_TRANSCODE_STREAMS_MAX];
    size_t track_count;
    AVPacket *packet;  /* the one just read */
    bool is_sought;    /* reading began at a key packet before options->start_us */
    int64_t ts_offset; /* added to the input's timestamps, microseconds */
    int64_t last_ts;   /* dts of the packet before, microseconds, after the offset */
    bool is_header_written;
    AVPacket **waiting; /* for the header; stream_index is the track's */
    int waiting_count;
    uint64_t waiting_size;
    int64_t start_us;
    int64_t told_us;     /* when the progress callback was called last */
    int64_t position_us; /* end of the furthest packet that was muxed */
};

/* Says why the job fails; the first who does is kept. Returns status. */
int fwl_job_fail(FwlJob *job, enum FwlTranscodeSide side, int status, const char *format, ...)
    FWL_PRINTF_LIKE(4, 5);

/* The same for a code of libav*: out of memory is that, whatever side was asked; else the text of
 * the code is added to the line. Returns the status. */
int fwl_job_fail_av(FwlJob *job, enum FwlTranscodeSide side, int averror, const char *format, ...)
    FWL_PRINTF_LIKE(4, 5);

int fwl_job_fail_nomem(FwlJob *job);

/* "video", "audio" or "subtitle". */
const char *fwl_track_kind(const FwlTrack *track);

/* transcode_budget */
int fwl_memory_open(FwlJob *job);
/* Makes the pools of codecs, with the parts of the budget that the plan gives them. */
int fwl_memory_divide(FwlJob *job);
/* Makes a decoder take its frames from the job's pool, and wait where the budget has no more. */
void fwl_memory_serve_decoder(FwlJob *job, AVCodecContext *decoder);
/* Bytes of all buffers that a frame refers to. */
uint64_t fwl_memory_frame_size(const AVFrame *frame);
/* Counts a frame that is not of the pool as held until its last reference is gone; waits where the
 * budget has no room. Fails: AVERROR(ENOMEM). */
int fwl_memory_hold_frame(FwlJob *job, AVFrame *frame);
/* The same for packets. */
int fwl_memory_hold_copied(FwlJob *job, AVPacket *packet);
int fwl_memory_hold_in_muxer(FwlJob *job, AVPacket *packet, bool is_copied);
/* What in and out hold, and the buffers before them. */
uint64_t fwl_memory_io_size(const FwlJob *job);
/* True where memory ran out because the budget did. */
bool fwl_memory_is_budget_used_up(const FwlJob *job);
/* Fills what is held now, and keeps the peaks up to date. */
void fwl_memory_look(FwlJob *job, FwlTranscodeMemory *now);
void fwl_memory_close(FwlJob *job);
/* The index of size_counts for size. */
size_t fwl_memory_size_index(uint64_t size);

/* transcode_plan: divides the budget, and chooses what fits into it. */
int fwl_plan_make(FwlJob *job);
/* The budget that would have been enough, after one that seemed to be was not; 0: not known. */
uint64_t fwl_plan_enough(FwlJob *job);

/* How many frames a decoder of one thread holds at once, the one that it gives out included. */
typedef struct FwlFrameNeed {
    int usual; /* with streams of the usual encoders */
    int most;  /* with any stream that is what its header says */
} FwlFrameNeed;

/* transcode_needs */
FwlFrameNeed fwl_needs_frames(const AVCodecParameters *parameters);
/* The most that the format allows whatever the header says. */
int fwl_needs_allowed(const AVCodecParameters *parameters);
/* How many frames an encoder refers to when it has made its packet. */
int fwl_needs_encoder_frames(const AVCodec *encoder, int width);

/* transcode_stop: what was answered from outside, 0 for nothing; stop may be NULL. */
int fwl_stop_heard(const FwlTranscodeStop *stop);

/* transcode_options: what is asked for makes sense, as far as can be said without the input. */
int fwl_job_check_options(FwlJob *job);
/* The encoder for a track, or NULL in *codec where it is to be copied. */
int fwl_job_find_encoder(FwlJob *job, enum AVMediaType type, const AVCodec **codec);

/* transcode_choose: makes a track of the best stream of each kind that the output takes. */
int fwl_job_choose_tracks(FwlJob *job);

/* transcode_source: in, or what makes up for that it cannot be sought in */
int fwl_source_open(FwlJob *job);
FwlIO *fwl_source_io(const FwlJob *job);
/* The name to probe by; may be NULL. */
const char *fwl_source_name(const FwlJob *job);
void fwl_source_close(FwlJob *job);

/* transcode_input */
int fwl_input_open(FwlJob *job);
/* Reads job->packet and finds its track, NULL for a packet of a stream that is not used. Returns
 * FWL_E_EOF at the end. */
int fwl_input_read(FwlJob *job, FwlTrack **track);

/* transcode_decode */
int fwl_decoder_open(FwlTrack *track);
/* packet NULL: the input has ended, everything that the decoder holds comes out. */
int fwl_track_decode(FwlTrack *track, AVPacket *packet);
/* Brings the clock to packet (NULL: the end), as for every kind of track. */
void fwl_clock_start_packet(FwlTrack *track, const AVPacket *packet);
/* How long packet lasts by its own account or by the stream's rate; microseconds, 0 unknown. */
int64_t fwl_track_packet_duration(const FwlTrack *track, const AVPacket *packet);

/* transcode_filter */
void fwl_filter_init(FwlFilterChain *filter);
void fwl_filter_uninit(FwlFilterChain *filter);
/* Takes a frame into the graph, which is made or made anew where the frame needs it. */
int fwl_filter_send(FwlTrack *track, AVFrame *frame);
/* No frame follows: what the graph holds goes to the encoder. */
int fwl_filter_end(FwlTrack *track);
/* Sends all that has come out of the graph on to the encoder. */
int fwl_filter_drain(FwlTrack *track);
/* A graph for what the container says of a stream of which no frame was decoded yet. */
int fwl_filter_guess(FwlTrack *track);

/* transcode_encode */
/* Opens the encoder for what the graph gives; frame (may be NULL) is the first one. */
int fwl_encoder_open(FwlTrack *track, const AVFrame *frame);
/* Sends a frame out of the graph on over the line, and opens the encoder for the first picture. */
int fwl_encode_send(FwlTrack *track, AVFrame *frame);
/* The far half. pts and duration are in encoder units; what rate control owes at the end is paid by
 * the last one. */
int fwl_encode_picture(FwlTrack *track, AVFrame *frame, double pts, double duration);
int fwl_encode_last_picture(FwlTrack *track);
int fwl_encode_samples(FwlTrack *track, AVFrame *frame);
/* Everything that the encoder holds comes out; after each packet look_up says whether to go on. */
int fwl_encoder_drain(FwlTrack *track, int (*look_up)(FwlJob *job));

/* transcode_subtitle */
int fwl_subtitle_open(FwlTrack *track);
int fwl_subtitle_convert(FwlTrack *track, AVPacket *packet);

/* transcode_copy */
int fwl_copy_open(FwlTrack *track);
int fwl_copy_packet(FwlTrack *track, AVPacket *packet);
/* Puts a copied packet's times into the output's time base. */
void fwl_copy_rescale(FwlTrack *track, AVPacket *packet);
/* What the muxer is told of a copied track. */
int fwl_copy_describe(FwlTrack *track);

/* transcode_output */
int fwl_output_open(FwlJob *job);
/* A track is ready; the header is written when all are. */
int fwl_output_ready(FwlTrack *track);
/* Takes the packet, in the track's mux_time_base, and leaves it empty. */
int fwl_output_packet(FwlTrack *track, AVPacket *packet);
/* Makes every track ready or abandoned: no more will be known of them. */
int fwl_output_settle(FwlJob *job);
/* Writes the trailer and hands everything on to job->out. */
int fwl_output_finish(FwlJob *job);

#endif
