/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame_growth [PICTURES [SCALE]]: how far this process grows while it averages pictures of nine
 * sources, 2160p by default, a SCALE-th of that in each direction otherwise. Under a malloc that
 * is preloaded, or the C library's:
 *
 *     frame_growth 800
 *     framewell run -- frame_growth 800
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "growth.h"

enum { WIDTH = 3840, HEIGHT = 2160, SCALE_MAX = 32, PICTURES = 400 };

int main(int argc, char **argv)
{
    static struct Growth growth;
    const long pictures = argc > 1 ? atol(argv[1]) : PICTURES;
    const long scale = argc > 2 ? atol(argv[2]) : 1;
    if (pictures < 1 || scale < 1 || scale > SCALE_MAX)
        return 2;
    growth.width = WIDTH / (unsigned)scale;
    growth.height = HEIGHT / (unsigned)scale;
    growth_create(&growth);
    growth_make(&growth, (uint64_t)pictures);

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const double live = (double)growth_live_peak(&growth) / 0x1p20;
    const double resident = (double)usage.ru_maxrss / 0x1p10;
    printf("peak live %.1f MiB, peak RSS %.1f MiB: %.2f\n", live, resident, resident / live);
    growth_destroy(&growth);
    return 0;
}
