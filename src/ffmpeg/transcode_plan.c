/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dividing the budget before anything is decoded. Of a video track whose frames have F bytes:
 *
 *     decoder        needs + threads - 1 frames      what it holds, the one that it gives out
 *                                                    included (transcode_needs)
 *     line           1 frame or more                 those that wait, and the one being encoded
 *     far half       1 frame                         kept for repeating, at a constant rate
 *     encoder        0 to 2 frames                   where it refers to frames instead of copying
 *
 * Where frames are made by a filter, or by a decoder that has memory of its own, the second half of
 * that is not of the pool, and one more is on its way. Packets have a part by the size of the
 * picture; how large one gets nobody knows, so what is left belongs to frames and packets alike.
 *
 * What does not fit is reduced in this order, from what costs least speed to what costs most:
 *
 *     1. the line, down to one frame
 *     2. frame threads of encoders of libavcodec's own, which hold a frame and a packet each
 *     3. frame threads of the decoders, one by one
 *     4. no frame threads, but as many for slices of one picture: they share its memory
 *     5. no line: decoding and encoding take turns
 *     6. as many frames for the decoder as streams of usual encoders need, not as its header allows
 *
 * Less than that is the least that is needed; a smaller budget is refused. With 6. a stream may
 * turn out to need more, and fails then. Otherwise encoders keep their settings, lookahead and
 * threads, whatever the budget: with others they would make another output, and the pictures in
 * their lookahead are copies of their own.
 */
#include <libavutil/cpu.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

#include "transcode_job.h"

enum {
    KIB = 1024,
    LINE_FRAMES_SIZE = 16 << 20, /* one picture of 2160p, five of 1080p */
    LINE_PACKETS_SIZE = 8 << 20,
    WAITING_SIZE = 64 << 20,

    /* Within a budget. */
    SOUND_SIZE = 1 << 20,       /* of one audio track, in the pool */
    STAGE_SIZE_MIN = 512 * KIB, /* of one stage that packets wait at, */
    STAGE_SHARE = 16,           /* and what it has of the rest */
    ROUNDING_SHARE = 4,         /* what the pool's sizes may add to a packet */
    INTRA_SHARE = 2,
    PACKET_SHARE = 8,             /* a coded picture is at most this part of the plain one */
    SOUND_OTHER_SIZE = 256 * KIB, /* the same, not of the pool */
    RESERVED_FRAMES = 4,
    RESERVE_SHARE = 4,
    ALIGNMENT = 64,
};

/* What one video track takes. */
typedef struct Need {
    uint64_t frame_size;  /* in the decoder's pool */
    uint64_t out_size;    /* behind the filters */
    uint64_t packet_size; /* the largest of the encoder, as far as it can be said */
    bool is_of_pool;      /* frames of the decoder are, and */
    bool is_passing;      /* those behind the filters, too */
    FwlFrameNeed held;    /* by a decoder of one thread */
    int kept;             /* behind the line */
    bool has_frame_threads;
    bool has_encoder_threads; /* that work at a frame each */
} Need;

/* One way to run, and what it takes. */
typedef struct Way {
    int threads; /* of each video decoder */
    bool has_encoder_threads;
    bool is_in_turn;
    bool is_usual; /* relies on what usual encoders make */
    uint64_t frames_size, other_size;
    uint64_t packets_size; /* of packets that are being made */
} Way;

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t more(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Sizes */

/* What the pool takes for a frame of size bytes. */
static int round_up_in_pool(FwlJob *job, size_t size, uint64_t *rounded)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.initial_pool_size = 0;
    FwlPool *pool;
    if (fwl_pool_create(&pool, &config) < 0)
        return fwl_job_fail_nomem(job);
    void *block = fwl_pool_aligned_alloc(pool, ALIGNMENT, size);
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    *rounded = stats.charged_size;
    fwl_pool_free(pool, block);
    fwl_pool_destroy(&pool);
    return block ? 0 : fwl_job_fail_nomem(job);
}

static int find_frame_size(FwlTrack *track, uint64_t *size)
{
    FwlJob *job = track->job;
    const AVCodecParameters *parameters = track->input->codecpar;
    AVCodecContext *context = avcodec_alloc_context3(NULL);
    if (!context || avcodec_parameters_to_context(context, parameters) < 0) {
        avcodec_free_context(&context);
        return fwl_job_fail_nomem(job);
    }
    int width = parameters->width;
    int height = parameters->height;
    int alignments[AV_NUM_DATA_POINTERS];
    if (context->coded_width > width)
        width = context->coded_width;
    avcodec_align_dimensions2(context, &width, &height, alignments);
    avcodec_free_context(&context);
    const enum AVPixelFormat format =
        parameters->format >= 0 ? parameters->format : AV_PIX_FMT_YUV420P;
    const int plain = av_image_get_buffer_size(format, width, height, ALIGNMENT);
    *size = 0;
    return plain > 0 ? round_up_in_pool(job, (size_t)plain, size) : 0;
}

static bool is_in_list(const enum AVPixelFormat *formats, enum AVPixelFormat format)
{
    for (; formats && *formats != AV_PIX_FMT_NONE; formats++) {
        if (*formats == format)
            return true;
    }
    return !formats;
}

static bool is_turned(const FwlTrack *track)
{
    size_t size;
    return !track->job->options->keep_rotation &&
           fwl_av_stream_side_data(track->input, AV_PKT_DATA_DISPLAYMATRIX, &size) != NULL;
}

static bool is_passing(const FwlTrack *track)
{
    const FwlTranscodeOptions *options = track->job->options;
    return !options->width && !options->height && !options->video_filter && !is_turned(track) &&
           is_in_list(fwl_av_pixel_formats(track->codec), track->input->codecpar->format);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* The size of pictures behind the filters; at least that where a filter may make another. */
static void find_out_shape(const FwlTrack *track, int *width, int *height)
{
    const FwlTranscodeOptions *options = track->job->options;
    const AVCodecParameters *from = track->input->codecpar;
    *width = larger(from->width, options->width);
    *height = larger(from->height, options->height);
    if (options->video_filter || is_turned(track) || from->width <= 0 || from->height <= 0)
        return;
    if (options->width > 0)
        *width = options->width;
    if (options->height > 0)
        *height = options->height;
    if (options->width < 0 && options->height > 0)
        *width = (int)av_rescale(*height, from->width, from->height) + 1;
    if (options->height < 0 && options->width > 0)
        *height = (int)av_rescale(*width, from->height, from->width) + 1;
}

/* What libavfilter takes for a frame, or a decoder that has memory of its own. */
static uint64_t size_of_others(enum AVPixelFormat format, int width, int height)
{
    enum { PLANES = 4, ROWS = 32 };
    const int size = av_image_get_buffer_size(format, FFALIGN(width, ALIGNMENT),
                                              FFALIGN(height, ROWS), ALIGNMENT);
    return size > 0 ? (uint64_t)size + PLANES * ALIGNMENT : 0;
}

static void find_out_size(FwlTrack *track, Need *need)
{
    const enum AVPixelFormat *formats = fwl_av_pixel_formats(track->codec);
    enum AVPixelFormat format = track->input->codecpar->format;
    need->is_passing = is_passing(track);
    need->out_size = need->frame_size;
    if (need->is_passing && need->is_of_pool)
        return;
    if (!is_in_list(formats, format))
        format = avcodec_find_best_pix_fmt_of_list(formats, format, 1, NULL);
    int width, height;
    find_out_shape(track, &width, &height);
    const uint64_t size = size_of_others(format, width, height);
    if (size > 0)
        need->out_size = size;
}

static uint64_t packet_size(const AVCodec *encoder, uint64_t picture)
{
    const AVCodecDescriptor *descriptor = avcodec_descriptor_get(encoder->id);
    const int props = descriptor ? descriptor->props : 0;
    if ((props & AV_CODEC_PROP_LOSSLESS) && !(props & AV_CODEC_PROP_LOSSY))
        return picture;
    return picture / (props & AV_CODEC_PROP_INTRA_ONLY ? INTRA_SHARE : PACKET_SHARE);
}

static bool is_at_constant_rate(const FwlJob *job)
{
    return !(job->output->oformat->flags & AVFMT_VARIABLE_FPS) &&
           strcmp(job->output->oformat->name, "avi") != 0;
}

static int find_need(FwlTrack *track, Need *need)
{
    const AVCodec *decoder = avcodec_find_decoder(track->input->codecpar->codec_id);
    const AVCodec *encoder = track->codec;
    const int status = find_frame_size(track, &need->frame_size);
    if (status < 0)
        return status;
    /* What a decoder of raw pictures gives out is its packet. */
    need->is_of_pool =
        (decoder->capabilities & AV_CODEC_CAP_DR1) && decoder->id != AV_CODEC_ID_RAWVIDEO;
    find_out_size(track, need);
    need->packet_size = packet_size(encoder, need->out_size);
    need->held = fwl_needs_frames(track->input->codecpar);
    need->has_frame_threads = decoder->capabilities & AV_CODEC_CAP_FRAME_THREADS;
    need->has_encoder_threads = encoder->capabilities & AV_CODEC_CAP_FRAME_THREADS;
    need->kept = is_at_constant_rate(track->job);
    need->kept += fwl_needs_encoder_frames(encoder, track->input->codecpar->width);
    return 0;
}

static int find_needs(FwlJob *job, Need *needs)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < job->track_count; i++) {
        FwlTrack *track = &job->tracks[i];
        if (!track->is_copy && track->type == AVMEDIA_TYPE_VIDEO)
            status = find_need(track, &needs[i]);
    }
    return status;
}

/* Fitting */

/* What one track takes; line: frames in it. */
static void add_track(Way *way, const Need *need, uint64_t line)
{
    const uint64_t threads = need->has_frame_threads ? (uint64_t)way->threads : 1;
    const bool is_ahead = way->has_encoder_threads && need->has_encoder_threads;
    const uint64_t ahead = is_ahead ? (uint64_t)way->threads : 0;
    const int held = way->is_usual ? need->held.usual : need->held.most;
    const uint64_t before = (uint64_t)held + threads - 1;
    const uint64_t behind = line + (uint64_t)need->kept + ahead;
    way->packets_size += (1 + ahead) * need->packet_size;
    if (need->is_of_pool)
        way->frames_size += before * need->frame_size;
    if (need->is_of_pool && need->is_passing)
        way->frames_size += behind * need->frame_size;
    else
        way->other_size += (behind + 1) * need->out_size;
}

static void add_sound(Way *way)
{
    way->frames_size += SOUND_SIZE;
    way->other_size += SOUND_OTHER_SIZE;
}

static void measure(const FwlJob *job, const Need *needs, Way *way)
{
    way->frames_size = way->other_size = way->packets_size = 0;
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        if (track->is_copy || track->type == AVMEDIA_TYPE_SUBTITLE)
            continue;
        if (track->type == AVMEDIA_TYPE_VIDEO)
            add_track(way, &needs[i], way->is_in_turn ? 0 : 1);
        else
            add_sound(way);
    }
}

/* Parts for packets: of the stages where they wait (the line, the muxer) each has stage bytes,
 * those that are being made or moved come on top. */
static uint64_t encoded_size(const Way *way, uint64_t stage)
{
    const uint64_t encoded = stage + way->packets_size;
    return encoded + encoded / ROUNDING_SHARE;
}

static uint64_t copied_size(const FwlJob *job, uint64_t stage)
{
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        if (track->is_copy || track->type == AVMEDIA_TYPE_SUBTITLE)
            return 3 * stage;
    }
    return 0;
}

/* All that a way takes, with the least for packets. */
static uint64_t size_of_way(const FwlJob *job, const Need *needs, Way *way)
{
    measure(job, needs, way);
    return way->frames_size + way->other_size + encoded_size(way, STAGE_SIZE_MIN) +
           copied_size(job, STAGE_SIZE_MIN);
}

/* The fastest way that fits into room, where the smallest one does. */
static Way find_way(const FwlJob *job, const Need *needs, int wanted, uint64_t room)
{
    Way way = {.threads = wanted, .has_encoder_threads = true};
    if (size_of_way(job, needs, &way) <= room)
        return way;
    way.has_encoder_threads = false;
    for (; way.threads > 0; way.threads--) {
        if (size_of_way(job, needs, &way) <= room)
            return way;
    }
    way = (Way){.threads = 1, .is_in_turn = true};
    way.is_usual = size_of_way(job, needs, &way) > room;
    return way;
}

static void settle_threads(FwlJob *job, const Way *way, int wanted)
{
    FwlJobPlan *plan = &job->plan;
    plan->is_in_turn = way->is_in_turn;
    plan->has_slices_only = way->threads == 1 && wanted > 1;
    plan->has_encoder_slices_only = !way->has_encoder_threads;
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        const int threads = plan->has_slices_only ? wanted : way->threads;
        plan->threads[i] =
            track->type == AVMEDIA_TYPE_VIDEO ? fwl_av_decoder_threads(track->input, threads) : 1;
    }
}

/* For frames that nobody foresaw: when pictures change their size, they are converted to the size
 * that they had; and what a filter of the caller's makes is as large as it likes. */
static uint64_t other_reserve(const FwlJob *job, const Need *needs, uint64_t left)
{
    uint64_t size = 0;
    for (size_t i = 0; i < job->track_count; i++)
        size += RESERVED_FRAMES * needs[i].out_size;
    const uint64_t most = left / RESERVE_SHARE;
    return job->options->video_filter ? most : smaller(size, most);
}

/* What is left when all have what they need goes to packets and frames that wait, up to what they
 * have without a budget, frames half of it at most; the rest is there for what nobody foresaw, and
 * idle until then. */
static void share_out(FwlJob *job, const Need *needs, const Way *way, uint64_t left)
{
    FwlJobPlan *plan = &job->plan;
    const uint64_t stage = smaller(STAGE_SIZE_MIN + left / STAGE_SHARE, LINE_PACKETS_SIZE);
    const uint64_t encoded = encoded_size(way, stage);
    plan->copied_size = copied_size(job, stage);
    left -= encoded - encoded_size(way, STAGE_SIZE_MIN);
    left -= plan->copied_size - copied_size(job, STAGE_SIZE_MIN);
    const uint64_t reserve = other_reserve(job, needs, left);
    left -= reserve;
    job->line.packets.max_size = plan->muxer_size = stage;
    plan->frames_size = way->frames_size + left;
    plan->packets_size = encoded + left;
    plan->codecs_size = way->frames_size + encoded + left;
    plan->other_size = way->other_size + reserve;
    /* What one packet takes stays free. */
    const uint64_t start = (plan->copied_size > 0 ? stage : encoded + left) / 2;
    plan->muxer_start_size = plan->waiting_size = more(stage, start);
    uint64_t line = KIB;
    for (size_t i = 0; i < job->track_count; i++)
        line = needs[i].out_size > line ? needs[i].out_size : line;
    job->line.frames.max_size = smaller(line + left / 2, LINE_FRAMES_SIZE);
}

static int refuse(FwlJob *job, uint64_t least)
{
    enum { MIB = 1 << 20 };
    return fwl_job_fail(job, FWL_SIDE_MEMORY, FWL_E_LIMIT,
                        "a budget of %.1f MiB is too small: it takes at least %llu MiB",
                        (double)job->options->max_memory / MIB,
                        (unsigned long long)((least + MIB - 1) / MIB));
}

static int wanted_threads(const FwlJob *job)
{
    return job->options->threads > 0 ? job->options->threads : av_cpu_count();
}

static int plan_within(FwlJob *job, uint64_t budget)
{
    Need needs[FWL_TRANSCODE_STREAMS_MAX] = {0};
    const int status = find_needs(job, needs);
    if (status < 0)
        return status;
    const int wanted = wanted_threads(job);
    const uint64_t io = fwl_memory_io_size(job);
    Way way = {.threads = 1, .is_in_turn = true, .is_usual = true};
    job->memory.least = io + size_of_way(job, needs, &way);
    if (job->memory.least > budget)
        return refuse(job, job->memory.least);
    way = find_way(job, needs, wanted, budget - io);
    settle_threads(job, &way, wanted);
    const uint64_t size = size_of_way(job, needs, &way);
    share_out(job, needs, &way, budget - io - size);
    return 0;
}

/* Of a stream that was not what its header said: sizes are those that came, or as large. */
static void learn(const FwlJob *job, const FwlTrack *track, Need *need)
{
    const size_t frame = atomic_load(&job->frames.largest);
    const size_t packet = atomic_load(&job->packets.largest);
    need->frame_size = more(need->frame_size, frame + frame / ROUNDING_SHARE);
    need->packet_size = more(need->packet_size, 2 * (uint64_t)packet);
    if (need->is_passing && need->is_of_pool)
        need->out_size = need->frame_size;
    need->held.most = fwl_needs_allowed(track->input->codecpar);
}

uint64_t fwl_plan_enough(FwlJob *job)
{
    Need needs[FWL_TRANSCODE_STREAMS_MAX] = {0};
    if (job->memory.least == 0 || find_needs(job, needs) < 0)
        return 0;
    for (size_t i = 0; i < job->track_count; i++) {
        if (!job->tracks[i].is_copy && job->tracks[i].type == AVMEDIA_TYPE_VIDEO)
            learn(job, &job->tracks[i], &needs[i]);
    }
    Way way = {.threads = wanted_threads(job), .has_encoder_threads = true};
    uint64_t enough = fwl_memory_io_size(job) + size_of_way(job, needs, &way);
    /* Of so much the reserve is as many as are made. */
    enough +=
        (uint64_t)(RESERVED_FRAMES + 1) * RESERVE_SHARE * atomic_load(&job->memory.other_largest);
    return more(enough, 2 * (uint64_t)job->options->max_memory);
}

/* True where the far half would have nothing to do but to copy: that is done sooner while a picture
 * is still in the cache. */
static bool is_raw_only(const FwlJob *job)
{
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        const enum AVCodecID id = track->codec ? track->codec->id : AV_CODEC_ID_NONE;
        if (id != AV_CODEC_ID_RAWVIDEO && id != AV_CODEC_ID_WRAPPED_AVFRAME &&
            (track->type != AVMEDIA_TYPE_AUDIO || !av_get_exact_bits_per_sample(id)))
            return false;
    }
    return true;
}

int fwl_plan_make(FwlJob *job)
{
    FwlJobPlan *plan = &job->plan;
    *plan = (FwlJobPlan){
        .frames_size = UINT64_MAX,
        .packets_size = UINT64_MAX,
        .codecs_size = UINT64_MAX,
        .other_size = UINT64_MAX,
        .copied_size = UINT64_MAX,
        .muxer_size = UINT64_MAX,
        .muxer_start_size = UINT64_MAX,
        .waiting_size = WAITING_SIZE,
    };
    job->line.frames.max_size = LINE_FRAMES_SIZE;
    job->line.packets.max_size = LINE_PACKETS_SIZE;
    if (job->options->max_memory > 0)
        return plan_within(job, job->options->max_memory);
    plan->is_in_turn = is_raw_only(job);
    for (size_t i = 0; i < job->track_count; i++)
        plan->threads[i] = fwl_av_decoder_threads(job->tracks[i].input, job->options->threads);
    return 0;
}
