/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes statistics for check_pool_stats.py to read:
 *     stats_writer text|json|openmetrics NAME   of a pool of this name that has done some work
 *     stats_writer default                      nothing, after some work in the default pool
 */
#include <stdio.h>
#include <string.h>

#include "framewell/pool.h"

static int print_text(void *opaque, const char *text, size_t size)
{
    return fwrite(text, 1, size, opaque) == size ? 0 : FWL_E_IO;
}

/* Blocks in every tier, one of which stays. */
static void *work(FwlPool *pool)
{
    static const size_t sizes[] = {100, 1000, 50000, 300000, 3000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        fwl_pool_free(pool, fwl_pool_alloc(pool, sizes[i]));
    return fwl_pool_alloc(pool, sizes[0]);
}

static int write_stats(enum FwlStatsFormat format, const char *name)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = name;
    FwlPool *pool;
    if (fwl_pool_create(&pool, &config) < 0)
        return 2;
    void *block = work(pool);
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    const int status = fwl_pool_stats_print(&stats, format, print_text, stdout);
    fwl_pool_free(pool, block);
    fwl_pool_destroy(&pool);
    return status < 0;
}

int main(int argc, char **argv)
{
    static const char *const formats[] = {
        [FWL_STATS_TEXT] = "text",
        [FWL_STATS_JSON] = "json",
        [FWL_STATS_OPENMETRICS] = "openmetrics",
    };
    for (size_t i = 0; argc == 3 && i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(argv[1], formats[i]) == 0)
            return write_stats((enum FwlStatsFormat)i, argv[2]);
    }
    if (argc != 2 || strcmp(argv[1], "default") != 0)
        return 2;
    fwl_pool_free(NULL, work(NULL));
    return 0;
}
