/* SPDX-License-Identifier: BSD-2-Clause */
/* What a budget does: a pool of 8 MiB that refuses, asks the program for help, and shows itself. */
#include <stdio.h>
#include <stdlib.h>

#include "framewell/pool.h"

/* A program's cache, which may be dropped when memory is short. */
struct Cache {
    void *block;
};

static void drop_cache(void *opaque, FwlPool *pool, size_t needed)
{
    struct Cache *cache = opaque;
    (void)needed;
    fwl_pool_free(pool, cache->block);
    cache->block = NULL;
}

static int print_text(void *opaque, const char *text, size_t size)
{
    return fwrite(text, 1, size, opaque) == size ? 0 : FWL_E_IO;
}

int main(void)
{
    struct Cache cache = {NULL};
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "decoder";
    config.max_pool_size = 8 << 20;
    config.on_limit = FWL_LIMIT_FAIL;
    config.on_pressure = drop_cache;
    config.opaque = &cache;

    FwlPool *pool;
    int err = fwl_pool_create(&pool, &config);
    if (err < 0) {
        fprintf(stderr, "%s\n", fwl_status_text(err));
        return EXIT_FAILURE;
    }

    cache.block = fwl_pool_alloc(pool, 5 << 20);
    void *picture = fwl_pool_alloc(pool, 5 << 20); /* both do not fit: the cache is dropped */
    void *another = fwl_pool_alloc(pool, 5 << 20); /* nothing is left to drop: NULL */
    printf("cache %s, picture %s, another %s\n", cache.block ? "kept" : "dropped",
           picture ? "made" : "refused", another ? "made" : "refused");

    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    fwl_pool_stats_print(&stats, FWL_STATS_TEXT, print_text, stdout);

    const int is_as_said = !cache.block && picture && !another;
    fwl_pool_free(pool, picture);
    fwl_pool_destroy(&pool);
    return is_as_said ? EXIT_SUCCESS : EXIT_FAILURE;
}
