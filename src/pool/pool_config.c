/* SPDX-License-Identifier: BSD-2-Clause */
/* What a pool's configuration is when nobody says, and which ones make no sense. */
#include <string.h>

#include "base/align.h"
#include "framewell/log.h"
#include "pool/pool_internal.h"

/* Address space is taken ahead in mappings of 4 MiB: a process has 65530 mappings by default. */
#define INITIAL_SIZE_MAX ((uint64_t)64 << 30)

enum {
    KIB = 1 << 10,
    MIB = 1 << 20,
    ALIGNMENT_MIN = 16,
    ALIGNMENT_MAX = 4096,
    IDLE_TIMEOUT_MS = 5000,
};

FwlPoolConfig fwl_pool_config_default(void)
{
    return (FwlPoolConfig){
        .name = "pool",
        .small_block_size = KIB,
        .medium_block_size = 64 * KIB,
        .large_block_size = FWL_LARGE_MAX,
        .initial_pool_size = 16 * MIB,
        .max_pool_size = (size_t)512 * MIB,
        .alignment = fwl_os_simd_alignment(),
        .enable_statistics = true,
        .max_idle_size = 64 * MIB,
        .idle_timeout_ms = IDLE_TIMEOUT_MS,
        .on_limit = FWL_LIMIT_SYSTEM,
        .wait_timeout_ms = FWL_WAIT_FOREVER,
        .use_huge_pages = true,
    };
}

static int refuse(const FwlPoolConfig *config, int status, const char *complaint)
{
    fwl_log(NULL, FWL_LOG_ERROR, "pool %s: %s\n", config->name ? config->name : "(unnamed)",
            complaint);
    return status;
}

int fwl_pool_config_check(const FwlPoolConfig *config)
{
    if (!fwl_is_power_of_two(config->alignment) || config->alignment < ALIGNMENT_MIN ||
        config->alignment > ALIGNMENT_MAX)
        return refuse(config, FWL_E_INVALID, "alignment is no power of two from 16 to 4096");
    if (config->small_block_size < config->alignment)
        return refuse(config, FWL_E_INVALID, "small_block_size is less than alignment");
    if (config->medium_block_size < config->small_block_size)
        return refuse(config, FWL_E_INVALID, "medium_block_size is less than small_block_size");
    if (config->large_block_size < config->medium_block_size)
        return refuse(config, FWL_E_INVALID, "large_block_size is less than medium_block_size");
    if (config->large_block_size > FWL_LARGE_MAX)
        return refuse(config, FWL_E_INVALID, "large_block_size is more than 1 MiB");
    if (config->initial_pool_size > INITIAL_SIZE_MAX)
        return refuse(config, FWL_E_INVALID, "initial_pool_size is more than 64 GiB");
    if (config->max_pool_size == 0)
        return refuse(config, FWL_E_INVALID, "max_pool_size is 0");
    if (config->on_limit > FWL_LIMIT_FAIL)
        return refuse(config, FWL_E_INVALID, "on_limit is no FwlLimitAction");
    if (config->source && (!config->source->map || !config->source->unmap))
        return refuse(config, FWL_E_INVALID, "source has no map or no unmap");
    if (config->guard_frames && !config->enable_debug)
        return refuse(config, FWL_E_INVALID, "guard_frames needs enable_debug");
    if (config->guard_frames && config->source)
        return refuse(config, FWL_E_INVALID, "guard_frames needs the system's pages, not a source");
    return 0;
}

void fwl_pool_config_obey_environment(FwlPoolConfig *config)
{
    const char *debug = fwl_os_environment("FRAMEWELL_DEBUG");
    config->enable_debug = debug && debug[0] != '\0' && strcmp(debug, "0") != 0;
    config->guard_frames = config->enable_debug && strcmp(debug, "guard") == 0;
}
