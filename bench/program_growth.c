/* SPDX-License-Identifier: BSD-2-Clause */
#include "growth.h"
#include "program_works.h"

enum { WIDTH = 3840, HEIGHT = 2160, PICTURES_PER_RUN = 50 };

void *growth_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    (void)work;
    (void)peer;
    (void)why;
    struct Growth *growth = bench_memory(sizeof *growth);
    growth->width = WIDTH;
    growth->height = HEIGHT;
    growth_create(growth);
    return growth;
}

uint64_t growth_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Growth *growth = state;
    growth_make(growth, count * PICTURES_PER_RUN);
    report->live_size = growth_live_peak(growth);
    return count * PICTURES_PER_RUN;
}

void growth_teardown(void *state)
{
    growth_destroy(state);
    bench_memory_free(state, sizeof(struct Growth));
}
