/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/human_text.h"

#include <stdio.h>

const char *fwl_human_bytes(char *text, size_t size, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        snprintf(text, size, "%u B", (unsigned)bytes);
        return text;
    }
    double value = (double)bytes;
    size_t unit = 0;
    /* 1023.95 would be printed as 1024.0. */
    while (value >= 1023.95 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    snprintf(text, size, "%.1f %s", value, units[unit]);
    return text;
}

const char *fwl_human_clock(char *text, size_t size, double seconds)
{
    if (!(seconds >= 0 && seconds < 1e9)) {
        snprintf(text, size, "-:--");
        return text;
    }
    const long all = (long)(seconds + 0.5);
    if (all < 3600)
        snprintf(text, size, "%ld:%02ld", all / 60, all % 60);
    else
        snprintf(text, size, "%ld:%02ld:%02ld", all / 3600, all / 60 % 60, all % 60);
    return text;
}

const char *fwl_human_duration(char *text, size_t size, double seconds)
{
    if (!(seconds >= 0 && seconds < 59.995))
        return fwl_human_clock(text, size, seconds);
    snprintf(text, size, "%.2f s", seconds);
    return text;
}

const char *fwl_human_number(char *text, size_t size, double number)
{
    const int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
    snprintf(text, size, "%.*f", decimals, number);
    return text;
}

void fwl_human_print(const char *text, size_t width)
{
    for (size_t i = 0; text[i] && i < width; i++) {
        const unsigned char c = (unsigned char)text[i];
        putchar(c < 0x20 || c == 0x7f ? '?' : c);
    }
}
