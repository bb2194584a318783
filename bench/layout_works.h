/* SPDX-License-Identifier: BSD-2-Clause */
/* What the works of the layout benchmark do; bench_layout.c says with which numbers. */
#ifndef BENCH_LAYOUT_WORKS_H
#define BENCH_LAYOUT_WORKS_H

#include "harness.h"

enum LayoutKind {
    LAYOUT_FRAMEWELL = 1 << 0,
    LAYOUT_LIBAVUTIL = 1 << 1,
    LAYOUT_LIBC = 1 << 2, /* memcpy or memset of the same bytes */
};

struct SizeParameter {
    const char *format;
};

/* One operation is the copy of one yuv420p picture. */
struct CopyParameter {
    int width, height;
    int padding; /* bytes behind a row of luma, half of that behind chroma */
};

/* One operation is one copy of count bytes. */
struct BackParameter {
    int least, most; /* periods in turn */
    int count;
};

#define DECLARE(name)                                                              \
    void *name##_setup(const struct BenchWork *work, const struct BenchPeer *peer, \
                       const char **why);                                          \
    uint64_t name##_run(void *state, uint64_t count, struct BenchReport *report);  \
    void name##_teardown(void *state)

DECLARE(size);
DECLARE(copy);
DECLARE(back);

#undef DECLARE

#endif
