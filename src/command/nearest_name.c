/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Levenshtein distance, one row of its table at a time, and a swap of neighbours as one change,
 * since fingers do that. A name is near when at most a third of the letters differ; or when the
 * wanted word is the whole tail of it, as in x264 for libx264, which counts as one change.
 */
#include "command/nearest_name.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 63 };

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static bool is_swap(const char *a, const char *b, size_t i, size_t j)
{
    return i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
}

/* Both names are at most NAME_MAX_LENGTH long. */
static size_t distance_between(const char *a, const char *b)
{
    const size_t length = strlen(b);
    size_t rows[3][NAME_MAX_LENGTH + 1]; /* of the letters i - 2, i - 1 and i of a */
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= length; j++) {
        before[j] = j;
        last[j] = j;
    }
    for (size_t i = 0; a[i]; i++) {
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            row[j + 1] = least(last[j] + (a[i] != b[j]), last[j + 1] + 1, row[j] + 1);
            if (is_swap(a, b, i, j))
                row[j + 1] = least(row[j + 1], before[j - 1] + 1, SIZE_MAX);
        }
        size_t *const oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[length];
}

static bool is_tail(const char *tail, const char *name)
{
    const size_t tail_length = strlen(tail), length = strlen(name);
    return tail_length >= 3 && tail_length < length &&
           strcmp(name + length - tail_length, tail) == 0;
}

struct NearestName fwl_nearest_begin(const char *wanted)
{
    return (struct NearestName){
        .wanted = wanted,
        .distance = strlen(wanted) / 3 + 1,
    };
}

void fwl_nearest_offer(struct NearestName *nearest, const char *name)
{
    if (strlen(name) > NAME_MAX_LENGTH || strlen(nearest->wanted) > NAME_MAX_LENGTH)
        return;
    const size_t distance =
        is_tail(nearest->wanted, name) ? 1 : distance_between(nearest->wanted, name);
    if (distance >= nearest->distance)
        return;
    nearest->distance = distance;
    snprintf(nearest->name, sizeof nearest->name, "%s", name);
}
