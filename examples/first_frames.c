/* SPDX-License-Identifier: BSD-2-Clause */
/* The program of README.md: a hundred pictures, one after the other, within a budget. */
#include <stdio.h>
#include <framewell/buffer.h>

int main(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = 64 << 20; /* never more than 64 MiB */
    config.on_limit = FWL_LIMIT_FAIL;
    FwlPool *pool;
    if (fwl_pool_create(&pool, &config) < 0)
        return 1;
    for (int i = 0; i < 100; i++) {
        FwlBufferRef *picture = fwl_buffer_alloc2(pool, 1920 * 1080 * 3 / 2);
        fwl_buffer_unref(&picture); /* the next one is this memory, still warm */
    }
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    printf("%.0f %% was there already\n", 100 * fwl_pool_stats_hit_rate(&stats));
    fwl_pool_destroy(&pool);
    return 0;
}
