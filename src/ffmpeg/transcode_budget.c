/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of a call: where it comes from, and what is counted.
 *
 *     options->pool            the caller's; what else is charged to it is I/O
 *     `-- "transcode"          the call's: an input that cannot be sought in, as far as it is kept
 *         `-- "codecs"         what the plan gives to codecs
 *             |-- "frames"     pictures and samples of the decoders
 *             `-- "packets"    of the encoders
 *
 * Pools count pages that were committed, idle ones included. Not in pools, and counted by hand: the
 * packets that are copied, which the demuxer allocates, and frames that are not of the pool, since
 * a filter made them or a decoder has memory of its own. Both count from where they come into
 * sight until their last reference is gone.
 *
 *     frames + packets + io + other <= options->max_memory
 *
 * holds because each summand has a bound of its own (transcode_plan). Who is at a bound waits until
 * the far half has let something go.
 */
#include <stddef.h>

#include "base/align.h"
#include "transcode_job.h"

enum {
    BUFFERS_SIZE = 2 * 32768, /* before in and out, see bridge_io */
};

static int create_pool(FwlPool **pool, const char *name, FwlPool *parent, uint64_t max_size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = name;
    config.max_pool_size = max_size < SIZE_MAX ? (size_t)max_size : FWL_POOL_SIZE_UNLIMITED;
    config.on_limit = FWL_LIMIT_FAIL;
    config.initial_pool_size = 0;
    config.parent = parent;
    return fwl_pool_create(pool, &config);
}

int fwl_memory_open(FwlJob *job)
{
    const size_t budget = job->options->max_memory;
    const uint64_t limit = budget > 0 ? budget : UINT64_MAX;
    if (create_pool(&job->memory.pool, "transcode", job->options->pool, limit) < 0)
        return fwl_job_fail_nomem(job);
    return 0;
}

int fwl_memory_divide(FwlJob *job)
{
    FwlPool *parent = job->memory.pool;
    const FwlJobPlan *plan = &job->plan;
    FwlPool **codecs = &job->memory.codecs;
    if (create_pool(codecs, "codecs", parent, plan->codecs_size) < 0 ||
        create_pool(&job->frames.pool, "frames", *codecs, plan->frames_size) < 0 ||
        create_pool(&job->packets.pool, "packets", *codecs, plan->packets_size) < 0)
        return fwl_job_fail_nomem(job);
    return 0;
}

/* Frames */

static void count_frame(FwlJob *job, const AVFrame *frame)
{
    for (int i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++)
        atomic_fetch_add_explicit(
            &job->memory.frame_counts[fwl_memory_size_index(frame->buf[i]->size)], 1,
            memory_order_relaxed);
}

static int get_buffer(AVCodecContext *context, AVFrame *frame, int flags)
{
    FwlCodecMemory *frames = context->opaque;
    FwlJob *job = (FwlJob *)(void *)((char *)frames - offsetof(FwlJob, frames));
    for (;;) {
        const int err = job->memory.get_buffer(context, frame, flags);
        if (err >= 0)
            count_frame(job, frame);
        if (err != AVERROR(ENOMEM))
            return err;
        if (!fwl_line_wait_for_memory(&job->line))
            return err;
        /* It was not the last word. */
        atomic_store_explicit(&frames->is_exhausted, false, memory_order_relaxed);
    }
}

void fwl_memory_serve_decoder(FwlJob *job, AVCodecContext *decoder)
{
    fwl_av_codec_use_memory(decoder, &job->frames);
    job->memory.get_buffer = decoder->get_buffer2;
    decoder->get_buffer2 = get_buffer;
}

/* What is counted by hand: the reference that is handed on frees a holder, which has the real one.
 */

typedef struct Holder {
    FwlJobMemory *memory;
    AVBufferRef *real;
    bool is_other, is_copied, is_in_muxer;
} Holder;

static void add(atomic_uint_fast64_t *size, atomic_uint_fast64_t *peak, uint64_t more)
{
    const uint64_t now = atomic_fetch_add(size, more) + more;
    uint64_t most = atomic_load(peak);
    while (now > most && !atomic_compare_exchange_weak(peak, &most, now)) {
    }
}

static void let_go(void *opaque, uint8_t *data)
{
    (void)data;
    Holder *holder = opaque;
    if (holder->is_other)
        atomic_fetch_sub(&holder->memory->other_size, holder->real->size);
    if (holder->is_copied)
        atomic_fetch_sub(&holder->memory->copied_size, holder->real->size);
    if (holder->is_in_muxer)
        atomic_fetch_sub(&holder->memory->muxer_size, holder->real->size);
    av_buffer_unref(&holder->real);
    av_free(holder);
}

/* Puts a reference that is counted in the place of a real one. NULL: no memory. */
static Holder *hold(FwlJob *job, AVBufferRef **buffer)
{
    const int flags = av_buffer_is_writable(*buffer) ? 0 : AV_BUFFER_FLAG_READONLY;
    Holder *holder = av_mallocz(sizeof *holder);
    AVBufferRef *counted = NULL;
    if (holder)
        counted = av_buffer_create((*buffer)->data, (*buffer)->size, let_go, holder, flags);
    if (!counted) {
        av_free(holder);
        return NULL;
    }
    holder->memory = &job->memory;
    holder->real = *buffer;
    *buffer = counted;
    return holder;
}

/* Waits for the far half until there is room for size bytes; false where there is none. */
static bool wait_for_room(FwlJob *job, atomic_uint_fast64_t *now, uint64_t most, uint64_t size)
{
    bool goes_on = true;
    while (goes_on && atomic_load(now) + size > most)
        goes_on = fwl_line_wait_for_memory(&job->line);
    if (atomic_load(now) + size <= most)
        return true;
    job->memory.is_used_up = true;
    return false;
}

static int hold_part(FwlJob *job, AVBufferRef **buffer)
{
    Holder *holder = hold(job, buffer);
    if (!holder)
        return AVERROR(ENOMEM);
    holder->is_other = true;
    add(&job->memory.other_size, &job->memory.other_peak, holder->real->size);
    return 0;
}

uint64_t fwl_memory_frame_size(const AVFrame *frame)
{
    uint64_t size = 0;
    for (int i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++)
        size += frame->buf[i]->size;
    for (int i = 0; i < frame->nb_extended_buf; i++)
        size += frame->extended_buf[i]->size;
    return size;
}

int fwl_memory_hold_frame(FwlJob *job, AVFrame *frame)
{
    if (!frame->buf[0] || fwl_av_is_of_pool(frame->buf[0]))
        return 0;
    const uint64_t size = fwl_memory_frame_size(frame);
    if (size > atomic_load(&job->memory.other_largest)) /* nobody else writes it */
        atomic_store(&job->memory.other_largest, size);
    int err = 0;
    if (!wait_for_room(job, &job->memory.other_size, job->plan.other_size, size))
        err = AVERROR(ENOMEM);
    for (int i = 0; err == 0 && i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++)
        err = hold_part(job, &frame->buf[i]);
    for (int i = 0; err == 0 && i < frame->nb_extended_buf; i++)
        err = hold_part(job, &frame->extended_buf[i]);
    return err;
}

int fwl_memory_hold_copied(FwlJob *job, AVPacket *packet)
{
    if (!packet->buf)
        return 0;
    const uint64_t size = packet->buf->size;
    if (!wait_for_room(job, &job->memory.copied_size, job->plan.copied_size, size))
        return AVERROR(ENOMEM);
    Holder *holder = hold(job, &packet->buf);
    if (!holder)
        return AVERROR(ENOMEM);
    holder->is_copied = true;
    add(&job->memory.copied_size, &job->memory.copied_peak, size);
    return 0;
}

int fwl_memory_hold_in_muxer(FwlJob *job, AVPacket *packet, bool is_copied)
{
    if (job->plan.muxer_size == UINT64_MAX || !packet->buf)
        return 0;
    Holder *holder = is_copied ? av_buffer_get_opaque(packet->buf) : hold(job, &packet->buf);
    if (!holder)
        return AVERROR(ENOMEM);
    holder->is_in_muxer = true;
    atomic_fetch_add(&job->memory.muxer_size, holder->real->size);
    return 0;
}

static uint64_t limit_count(FwlPool *pool)
{
    FwlPoolStats stats = {0};
    if (pool)
        fwl_pool_get_stats(pool, &stats);
    return stats.limit_count;
}

bool fwl_memory_is_budget_used_up(const FwlJob *job)
{
    return job->options->max_memory > 0 &&
           (job->memory.is_used_up || limit_count(job->memory.pool) > 0 ||
            limit_count(job->memory.codecs) > 0 || limit_count(job->frames.pool) > 0 ||
            limit_count(job->packets.pool) > 0);
}

/* Looking */

size_t fwl_memory_size_index(uint64_t size)
{
    const unsigned index = size > 0 ? fwl_log2_floor((size_t)size) : 0;
    return index < FWL_TRANSCODE_SIZE_COUNT ? index : FWL_TRANSCODE_SIZE_COUNT - 1;
}

static void charged(FwlPool *pool, uint64_t *now, uint64_t *peak)
{
    FwlPoolStats stats = {0};
    if (pool)
        fwl_pool_get_stats(pool, &stats);
    *now = stats.charged_size;
    *peak = stats.peak_charged;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t above(uint64_t whole, uint64_t part)
{
    return whole > part ? whole - part : 0;
}

static bool has_pool_of_its_own(const FwlJob *job)
{
    return job->options->pool && job->options->pool != fwl_pool_default();
}

uint64_t fwl_memory_io_size(const FwlJob *job)
{
    uint64_t own, whole, most, frames, packets;
    charged(job->memory.pool, &own, &most);
    charged(job->frames.pool, &frames, &most);
    charged(job->packets.pool, &packets, &most);
    whole = own;
    if (has_pool_of_its_own(job))
        charged(job->options->pool, &whole, &most);
    return BUFFERS_SIZE + above(whole, frames + packets);
}

void fwl_memory_look(FwlJob *job, FwlTranscodeMemory *now)
{
    FwlTranscodeMemory *peak = &job->memory.peak;
    uint64_t codecs, codecs_most, packets_most;
    charged(job->memory.codecs, &codecs, &codecs_most);
    charged(job->frames.pool, &now->frames, &peak->frames);
    charged(job->packets.pool, &now->packets, &packets_most);
    now->packets += atomic_load(&job->memory.copied_size);
    now->io = fwl_memory_io_size(job);
    now->other = atomic_load(&job->memory.other_size);
    now->total = now->frames + now->packets + now->io + now->other;
    const uint64_t copied_most = atomic_load(&job->memory.copied_peak);
    peak->packets = packets_most + copied_most;
    peak->io = larger(peak->io, now->io);
    peak->other = atomic_load(&job->memory.other_peak);
    peak->total = codecs_most + copied_most + peak->io + peak->other;
}

void fwl_memory_close(FwlJob *job)
{
    fwl_pool_destroy(&job->frames.pool);
    fwl_pool_destroy(&job->packets.pool);
    fwl_pool_destroy(&job->memory.codecs);
    fwl_pool_destroy(&job->memory.pool);
}
