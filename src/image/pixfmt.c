/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of pixel formats, and what is read off a row of it.
 *
 * Rows stand at the place of their number, so a format is found by indexing; names are looked for
 * from the first row on.
 */
#include "framewell/pixfmt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The letters and columns of pixfmt_table.def. */
enum {
    B = FWL_PIX_FMT_FLAG_BE,
    L = FWL_PIX_FMT_FLAG_PAL,
    S = FWL_PIX_FMT_FLAG_BITSTREAM,
    H = FWL_PIX_FMT_FLAG_HWACCEL,
    P = FWL_PIX_FMT_FLAG_PLANAR,
    R = FWL_PIX_FMT_FLAG_RGB,
    A = FWL_PIX_FMT_FLAG_ALPHA,
    Y = FWL_PIX_FMT_FLAG_BAYER,
    F = FWL_PIX_FMT_FLAG_FLOAT,
};
#define C(plane_, step_, offset_, shift_, depth_)                                                  \
    {.plane = (plane_), .step = (step_), .offset = (offset_), .shift = (shift_), .depth = (depth_)},
#define NONE {0},
#define ROW(constant, name_, w_shift, h_shift, flags_, ...)                                        \
    ROW_ALIAS(constant, name_, NULL, w_shift, h_shift, flags_, __VA_ARGS__)
#define ROW_ALIAS(constant, name_, alias_, w_shift, h_shift, flags_, ...)                          \
    [FWL_PIX_FMT_##constant] = {                                                                   \
        .name = #name_,                                                                            \
        .nb_components = ((flags_) & H) ? 0 : COUNT(__VA_ARGS__),                                  \
        .log2_chroma_w = (w_shift),                                                                \
        .log2_chroma_h = (h_shift),                                                                \
        .flags = (flags_),                                                                         \
        .comp = {__VA_ARGS__},                                                                     \
        .alias = (alias_),                                                                         \
    },
#define COUNT(...)                                                                                 \
    (sizeof((FwlComponentDescriptor[]){__VA_ARGS__}) / sizeof(FwlComponentDescriptor))

static const FwlPixFmtDescriptor table[FWL_PIX_FMT_NB] = {
#include "pixfmt_table.def"
};

const FwlPixFmtDescriptor *fwl_pix_fmt_desc_get(enum FwlPixelFormat pix_fmt)
{
    const int number = (int)pix_fmt;
    return number >= 0 && number < FWL_PIX_FMT_NB ? &table[number] : NULL;
}

const FwlPixFmtDescriptor *fwl_pix_fmt_desc_next(const FwlPixFmtDescriptor *prev)
{
    if (!prev)
        return table;
    const enum FwlPixelFormat id = fwl_pix_fmt_desc_get_id(prev);
    return id == FWL_PIX_FMT_NONE ? NULL : fwl_pix_fmt_desc_get((enum FwlPixelFormat)(id + 1));
}

enum FwlPixelFormat fwl_pix_fmt_desc_get_id(const FwlPixFmtDescriptor *desc)
{
    const uintptr_t address = (uintptr_t)desc, start = (uintptr_t)table;
    if (address < start || address - start >= sizeof table)
        return FWL_PIX_FMT_NONE;
    const size_t distance = address - start;
    if (distance % sizeof table[0] != 0)
        return FWL_PIX_FMT_NONE;
    return (enum FwlPixelFormat)(distance / sizeof table[0]);
}

const char *fwl_get_pix_fmt_name(enum FwlPixelFormat pix_fmt)
{
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(pix_fmt);
    return desc ? desc->name : NULL;
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether the size characters at word are the name_size at name and then ending. */
static bool is_joined(const char *word, size_t size, const char *name, size_t name_size,
                      const char *ending)
{
    return size == name_size + strlen(ending) && memcmp(word, name, name_size) == 0 &&
           memcmp(word + name_size, ending, size - name_size) == 0;
}

/* The same without regard to capitals; word and ending have none. */
static bool is_joined_in_any_case(const char *word, size_t size, const char *name,
                                  size_t name_size, const char *ending)
{
    if (size != name_size + strlen(ending))
        return false;
    for (size_t i = 0; i < name_size; i++) {
        if (to_lower(name[i]) != word[i])
            return false;
    }
    return memcmp(word + name_size, ending, size - name_size) == 0;
}

static bool has_alias(const char *list, const char *name, size_t name_size, const char *ending)
{
    while (list) {
        const char *comma = strchr(list, ',');
        const size_t size = comma ? (size_t)(comma - list) : strlen(list);
        if (is_joined_in_any_case(list, size, name, name_size, ending))
            return true;
        list = comma ? comma + 1 : NULL;
    }
    return false;
}

/* The format that is called by the size characters at name and then ending. */
static enum FwlPixelFormat find_name(const char *name, size_t size, const char *ending)
{
    for (int i = 0; i < FWL_PIX_FMT_NB; i++) {
        if (is_joined(table[i].name, strlen(table[i].name), name, size, ending) ||
            has_alias(table[i].alias, name, size, ending))
            return (enum FwlPixelFormat)i;
    }
    return FWL_PIX_FMT_NONE;
}

/* "be" or "le", as this machine's formats end. */
static const char *native_ending(void)
{
    return table[FWL_PIX_FMT_GRAY16].name + sizeof "gray16" - 1;
}

enum FwlPixelFormat fwl_get_pix_fmt(const char *name)
{
    if (!name)
        return FWL_PIX_FMT_NONE;
    if (strcmp(name, "rgb32") == 0)
        return FWL_PIX_FMT_RGB32;
    if (strcmp(name, "bgr32") == 0)
        return FWL_PIX_FMT_BGR32;
    const size_t size = strlen(name);
    const enum FwlPixelFormat exact = find_name(name, size, "");
    return exact == FWL_PIX_FMT_NONE ? find_name(name, size, native_ending()) : exact;
}

char *fwl_get_pix_fmt_string(char *buf, size_t buf_size, enum FwlPixelFormat pix_fmt)
{
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(pix_fmt);
    if (desc)
        snprintf(buf, buf_size, "%-11s %7d %10d", desc->name, desc->nb_components,
                 fwl_get_bits_per_pixel(desc));
    else if (pix_fmt < 0)
        snprintf(buf, buf_size, "name nb_components nb_bits");
    else
        snprintf(buf, buf_size, "%s", "");
    return buf;
}

enum FwlPixelFormat fwl_pix_fmt_swap_endianness(enum FwlPixelFormat pix_fmt)
{
    const char *name = fwl_get_pix_fmt_name(pix_fmt);
    if (!name)
        return FWL_PIX_FMT_NONE;
    const size_t stem = strlen(name) - 2;
    const bool is_big = strcmp(name + stem, "be") == 0;
    if (!is_big && strcmp(name + stem, "le") != 0)
        return FWL_PIX_FMT_NONE;
    return find_name(name, stem, is_big ? "le" : "be");
}

/* Properties */

/* Chroma (components 1 and 2) is there once for 2^shifts pixels, the others for each of them. */
static int repetition_shift(const FwlPixFmtDescriptor *desc, int component)
{
    const bool is_chroma = component == 1 || component == 2;
    return is_chroma ? 0 : desc->log2_chroma_w + desc->log2_chroma_h;
}

int fwl_get_bits_per_pixel(const FwlPixFmtDescriptor *pixdesc)
{
    int bits = 0;
    for (int i = 0; i < pixdesc->nb_components; i++)
        bits += pixdesc->comp[i].depth << repetition_shift(pixdesc, i);
    return bits >> (pixdesc->log2_chroma_w + pixdesc->log2_chroma_h);
}

int fwl_get_padded_bits_per_pixel(const FwlPixFmtDescriptor *pixdesc)
{
    int steps[4] = {0};
    for (int i = 0; i < pixdesc->nb_components; i++)
        steps[pixdesc->comp[i].plane] = pixdesc->comp[i].step << repetition_shift(pixdesc, i);
    int bits = steps[0] + steps[1] + steps[2] + steps[3];
    if (!(pixdesc->flags & FWL_PIX_FMT_FLAG_BITSTREAM))
        bits *= 8;
    return bits >> (pixdesc->log2_chroma_w + pixdesc->log2_chroma_h);
}

int fwl_pix_fmt_count_planes(enum FwlPixelFormat pix_fmt)
{
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(pix_fmt);
    if (!desc)
        return FWL_E_INVALID;
    int count = 0;
    for (int i = 0; i < desc->nb_components; i++) {
        if (desc->comp[i].plane >= count)
            count = desc->comp[i].plane + 1;
    }
    return count;
}

int fwl_pix_fmt_get_chroma_sub_sample(enum FwlPixelFormat pix_fmt, int *h_shift, int *v_shift)
{
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(pix_fmt);
    if (!desc)
        return FWL_E_INVALID;
    *h_shift = desc->log2_chroma_w;
    *v_shift = desc->log2_chroma_h;
    return 0;
}
