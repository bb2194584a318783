/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs play: clips that ffmpeg's generators make when the first work asks for them.
 * They lie in files without a name, which all workers inherit, and of which nothing is left however
 * a run ends.
 */
#ifndef BENCH_CLIPS_H
#define BENCH_CLIPS_H

enum Clip {
    CLIP_1080P, /* two seconds of H.264 and AAC, in MP4 */
    CLIP_2160P, /* a second of 4:2:0 as it is, in YUV4MPEG2 */
    CLIP_COUNT,
};

/* Makes the files, empty, in TMPDIR or /tmp. Before the first worker. */
void clips_begin(void);

/* A path to the clip, for this process and for programs that it starts. NULL, and *why: it cannot
 * be made. Only one worker at a time may ask. */
const char *clip_path(enum Clip clip, const char **why);

#endif
