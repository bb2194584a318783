/* SPDX-License-Identifier: BSD-2-Clause */
/* Small media files, made in memory by libav* alone, for tests of what reads them. */
#ifndef TEST_MADE_MEDIA_H
#define TEST_MADE_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MediaPlan {
    const char *muxer;
    const char *video; /* encoder; NULL: no pictures */
    int width, height;
    int picture_count;
    int second_width;   /* of the second half of the pictures; 0: as the first */
    int rotation;       /* degrees that the container says the picture is turned; 0: nothing */
    int broken_picture; /* the one whose packet is overwritten with zeros, from 0; -1: none */
    const char *sound; /* encoder; NULL: no sound */
    int channels;
    int sample_count;
    bool has_tags; /* a title, a language of the sound, and two chapters of half a second */
};

struct Media {
    uint8_t *bytes;
    size_t size;
};

/* Never fails: a plan that cannot be carried out ends the test program. */
struct Media make_media(const struct MediaPlan *plan);

/* For later(). */
void free_media(void *media);

#endif
