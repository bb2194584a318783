/* SPDX-License-Identifier: BSD-2-Clause */
/* Pools for cases. */
#ifndef TEST_POOL_FIXTURE_H
#define TEST_POOL_FIXTURE_H

#include "case.h"
#include "framewell/pool.h"

/* For `later`, with the address of a FwlPool pointer. */
static inline void close_pool(void *object)
{
    fwl_pool_destroy(object);
}

static inline FwlPool *make_pool(const FwlPoolConfig *config)
{
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, config));
    return pool;
}

static inline FwlPool *make_endless_pool(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    return make_pool(&config);
}

static inline FwlPoolStats stats_of(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    return stats;
}

#endif
