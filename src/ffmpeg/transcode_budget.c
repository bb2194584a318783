/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of a call, and what there is to tell about it.
 *
 *     options->pool            the caller's; what else is charged to it is I/O
 *     `-- "transcode"          the call's, held by options->max_memory
 *         |-- "frames"         pictures and samples of the decoders
 *         `-- "packets"        of the encoders
 *
 * Bytes are counted as the budget counts them: pages that were committed, idle ones included.
 */
#include "transcode_job.h"

enum {
    BUFFERS_SIZE = 2 * 32768, /* before in and out, see bridge_io */
};

static int create_pool(FwlPool **pool, const char *name, FwlPool *parent, size_t max_size)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = name;
    config.max_pool_size = max_size;
    config.on_limit = FWL_LIMIT_FAIL;
    config.initial_pool_size = 0;
    config.parent = parent;
    return fwl_pool_create(pool, &config);
}

int fwl_memory_open(FwlJob *job)
{
    FwlJobMemory *memory = &job->memory;
    const FwlTranscodeOptions *options = job->options;
    const size_t budget = options->max_memory ? options->max_memory : FWL_POOL_SIZE_UNLIMITED;
    if (create_pool(&memory->pool, "transcode", options->pool, budget) < 0 ||
        create_pool(&job->frames.pool, "frames", memory->pool, FWL_POOL_SIZE_UNLIMITED) < 0 ||
        create_pool(&job->packets.pool, "packets", memory->pool, FWL_POOL_SIZE_UNLIMITED) < 0)
        return fwl_job_fail_nomem(job);
    return 0;
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

/* What the caller's pool holds besides the call's own. */
static uint64_t io_size(const FwlJob *job, uint64_t own)
{
    uint64_t now = 0, peak;
    if (job->options->pool && job->options->pool != fwl_pool_default())
        charged(job->options->pool, &now, &peak);
    return BUFFERS_SIZE + (now > own ? now - own : 0);
}

void fwl_memory_look(FwlJob *job, FwlTranscodeMemory *now)
{
    FwlTranscodeMemory *peak = &job->memory.peak;
    uint64_t own, own_peak, most;
    charged(job->memory.pool, &own, &own_peak);
    charged(job->frames.pool, &now->frames, &most);
    peak->frames = larger(peak->frames, most);
    charged(job->packets.pool, &now->packets, &most);
    peak->packets = larger(peak->packets, most);
    now->io = io_size(job, own);
    peak->io = larger(peak->io, now->io);
    now->other = 0;
    now->total = now->frames + now->packets + now->io + now->other;
    peak->total = larger(peak->total, now->total);
    peak->total = larger(peak->total, own_peak + now->io);
}

void fwl_memory_close(FwlJob *job)
{
    fwl_pool_destroy(&job->frames.pool);
    fwl_pool_destroy(&job->packets.pool);
    fwl_pool_destroy(&job->memory.pool);
}
