/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libavcodec hands a preset's name to x264 and x265 unseen, and has no list of what they know.
 * Their names are the same ten.
 */
#include "command/preset_hint.h"

#include "command/nearest_name.h"

#include <stdio.h>

const char *fwl_preset_hint(const char *preset)
{
    static const char *const names[] = {
        "ultrafast", "superfast", "veryfast", "faster",   "fast",
        "medium",    "slow",      "slower",   "veryslow", "placebo",
    };
    static char hint[64];
    struct NearestName nearest = fwl_nearest_begin(preset);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        fwl_nearest_offer(&nearest, names[i]);
    if (!nearest.name[0])
        return " x264 and x265 know ultrafast, fast, medium, slow and those between";
    snprintf(hint, sizeof hint, " did you mean '%.32s'?", nearest.name);
    return hint;
}
