/* SPDX-License-Identifier: BSD-2-Clause */
/* An environment variable names the descriptors; a file that is still empty was not made yet. */
#include "clips.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program_run.h"

#define FILES_VARIABLE "FRAMEWELL_BENCH_CLIPS"

enum { WORDS_MAX = 40, LIST_MAX = 32 * CLIP_COUNT };

static const char *const recipes[CLIP_COUNT][WORDS_MAX] = {
    [CLIP_1080P] = {"ffmpeg", "-nostdin", "-loglevel", "error",
                    "-f",     "lavfi",    "-i",        "testsrc2=s=1920x1080:r=25:d=2",
                    "-f",     "lavfi",    "-i",        "sine=d=2",
                    "-c:v",   "libx264",  "-preset",   "veryfast",
                    "-c:a",   "aac",      "-pix_fmt",  "yuv420p",
                    "-f",     "mp4",      "-y"},
    [CLIP_2160P] = {"ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                    "testsrc2=s=3840x2160:r=25:d=1", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe",
                    "-y"},
};

static int make_file(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    const int length =
        snprintf(path, sizeof path, "%s/framewell-bench-XXXXXX", folder ? folder : "/tmp");
    const int file = length < (int)sizeof path ? mkstemp(path) : -1;
    if (file >= 0)
        unlink(path);
    return file;
}

void clips_begin(void)
{
    char list[LIST_MAX] = "";
    size_t length = 0;
    for (int i = 0; i < CLIP_COUNT; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%d ", make_file());
    setenv(FILES_VARIABLE, list, 1);
}

/* The descriptor of a clip, or -1. */
static int find_file(enum Clip clip)
{
    const char *list = getenv(FILES_VARIABLE);
    char *end = NULL;
    long file = -1;
    for (unsigned i = 0; list && i <= (unsigned)clip; i++, list = end) {
        file = strtol(list, &end, 10);
        if (end == list)
            return -1;
    }
    return (int)file;
}

static bool make_clip(enum Clip clip, const char *path, const char **why)
{
    const char *words[WORDS_MAX + 1];
    size_t count = 0;
    for (; recipes[clip][count]; count++)
        words[count] = recipes[clip][count];
    words[count++] = path;
    words[count] = NULL;
    *why = "ffmpeg, which makes the clips, is not installed";
    if (!program_is_there(words[0]))
        return false;
    *why = "ffmpeg cannot make the clip";
    return program_run(words, PROGRAM_AS_IT_IS, NULL);
}

const char *clip_path(enum Clip clip, const char **why)
{
    static char path[64];
    struct stat info;
    const int file = find_file(clip);
    *why = "there is no place for clips in TMPDIR or /tmp";
    if (file < 0 || fstat(file, &info) != 0)
        return NULL;
    snprintf(path, sizeof path, "/dev/fd/%d", file);
    if (info.st_size > 0 || make_clip(clip, path, why))
        return path;
    if (ftruncate(file, 0) != 0)
        *why = "a clip was made in part only";
    return NULL;
}
