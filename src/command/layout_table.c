/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout for people:
 *
 *     plane       width  height  linesize     offset        size    padding
 *     0 Y           300     300       304          0       91200       1200
 *
 * then the numbers put into the formula, and the planes drawn to scale, '#' pixels and '.' padding.
 */
#include "command/command.h"
#include "command/human_text.h"
#include "command/layout_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    DRAWING_COLUMNS = 56, /* of the longest row */
    DRAWING_LINES = 8,    /* of the highest plane, at most */
    SHAPE_OF_A_LETTER = 2 /* a letter is about twice as high as wide */
};

/* Names of components, in the order that comp[] has them. */
static const char *component_letters(const FwlPixFmtDescriptor *format)
{
    if (format->flags & FWL_PIX_FMT_FLAG_RGB)
        return format->nb_components == 2 ? "VA" : "RGBA";
    return format->nb_components == 2 ? "YA" : "YUVA";
}

/* Where a component lies in a pixel: by its byte; where several share bytes, in their own order. */
static int component_place(const FwlPixFmtDescriptor *format, int i)
{
    return format->comp[i].depth % 8 == 0 ? format->comp[i].offset * 4 + i : i;
}

/* The component of a plane that lies first behind `last`; -1: none. */
static int next_component(const FwlPixFmtDescriptor *format, int plane, int last)
{
    int next = -1;
    for (int i = 0; i < format->nb_components; i++) {
        const int place = component_place(format, i);
        if (format->comp[i].plane == plane && place > last &&
            (next < 0 || place < component_place(format, next)))
            next = i;
    }
    return next;
}

void fwl_layout_name_plane(char *name, size_t size, const FwlPixFmtDescriptor *format, int plane)
{
    if (format->flags & FWL_PIX_FMT_FLAG_PAL) {
        snprintf(name, size, "%s", plane == 0 ? "index" : "palette");
        return;
    }
    const char *letters = component_letters(format);
    size_t length = 0;
    int last = -1;
    for (int i = next_component(format, plane, last); i >= 0 && length + 1 < size;
         i = next_component(format, plane, last)) {
        last = component_place(format, i);
        name[length++] = letters[i];
    }
    name[length] = '\0';
}

size_t fwl_layout_padding(const FwlImageLayout *layout, int plane)
{
    return layout->plane_size[plane] -
           (size_t)layout->row_size[plane] * (size_t)layout->rows[plane];
}

static bool is_palette(const struct LayoutReport *report, int plane)
{
    return plane == 1 && report->format->flags & FWL_PIX_FMT_FLAG_PAL;
}

static void print_plane(const struct LayoutReport *report, int i)
{
    const FwlImageLayout *layout = &report->layout;
    char name[24], width[16] = "", height[16] = "", linesize[16] = "";
    snprintf(name, sizeof name, "%d %s", i, report->content[i]);
    if (!is_palette(report, i)) {
        snprintf(width, sizeof width, "%d", report->row[i].samples);
        snprintf(height, sizeof height, "%d", layout->rows[i]);
        snprintf(linesize, sizeof linesize, "%d", layout->linesize[i]);
    }
    printf("%-10s %9s %9s %9s %12zu %12zu %11zu\n", name, width, height, linesize,
           layout->offset[i], layout->plane_size[i], fwl_layout_padding(layout, i));
}

static void print_planes(const struct LayoutReport *report, bool has_colours)
{
    const FwlImageLayout *layout = &report->layout;
    size_t padding = 0;
    printf("%s%-10s %9s %9s %9s %12s %12s %11s%s\n", has_colours ? "\033[1m" : "", "plane", "width",
           "height", "linesize", "offset", "size", "padding", has_colours ? "\033[0m" : "");
    for (int i = 0; i < layout->plane_count; i++) {
        print_plane(report, i);
        padding += fwl_layout_padding(layout, i);
    }
    printf("%-10s %9s %9s %9s %12s %12zu %11zu\n", "all", "", "", "", "", layout->size, padding);
}

/* The formula */

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

/* "300", "641 / 2 rounded up = 321". */
static void print_divided(int side, int shift, int result)
{
    if (shift == 0)
        printf("%d", side);
    else
        printf("%d / %d%s = %d", side, 1 << shift, side % (1 << shift) ? " rounded up" : "",
               result);
}

static void print_row_formula(const struct LayoutReport *report, int i)
{
    const struct LayoutRow *row = &report->row[i];
    const FwlImageLayout *layout = &report->layout;
    printf("  row       ");
    print_divided(report->width, row->shift, row->samples);
    if (row->sample_bits % 8 == 0)
        printf(", x %d byte%s", row->sample_bits / 8, plural(row->sample_bits / 8));
    else
        printf(", x %d bit%s / 8 rounded up", row->sample_bits, plural(row->sample_bits));
    printf(" = %d byte%s\n", layout->row_size[i], plural(layout->row_size[i]));
    if (report->align > 1)
        printf("  linesize  %d rounded up to a multiple of %d = %d\n", layout->row_size[i],
               report->align, layout->linesize[i]);
}

/* True where the numbers of a plane are those of the one before. */
static bool is_like_last(const struct LayoutReport *report, int i)
{
    const FwlImageLayout *layout = &report->layout;
    return i > 0 && !is_palette(report, i) && layout->row_size[i] == layout->row_size[i - 1] &&
           layout->linesize[i] == layout->linesize[i - 1] &&
           layout->rows[i] == layout->rows[i - 1] &&
           report->row[i].samples == report->row[i - 1].samples;
}

static void print_plane_formula(const struct LayoutReport *report, int i)
{
    const FwlImageLayout *layout = &report->layout;
    if (is_like_last(report, i)) {
        printf("plane %d, %s: the same\n", i, report->content[i]);
        return;
    }
    printf("plane %d, %s\n", i, report->content[i]);
    if (is_palette(report, i)) {
        printf("  size      256 colors x 4 bytes = %zu\n", layout->plane_size[i]);
        return;
    }
    print_row_formula(report, i);
    if (report->row[i].row_shift > 0) {
        printf("  rows      ");
        print_divided(report->height, report->row[i].row_shift, layout->rows[i]);
        printf("\n");
    }
    printf("  size      %d x %d = %zu\n", layout->linesize[i], layout->rows[i],
           layout->plane_size[i]);
}

static void print_formulas(const struct LayoutReport *report)
{
    const FwlImageLayout *layout = &report->layout;
    for (int i = 0; i < layout->plane_count; i++)
        print_plane_formula(report, i);
    if (layout->plane_count == 1)
        return;
    printf("all\n  size      ");
    for (int i = 0; i < layout->plane_count; i++)
        printf("%s%zu", i > 0 ? " + " : "", layout->plane_size[i]);
    printf(" = %zu\n", layout->size);
}

/* The drawing */

/* count of size on a scale where full is steps: at least one where there is any. */
static int scaled(int64_t size, int64_t full, int steps)
{
    const int count = (int)((size * steps + full / 2) / full);
    return size > 0 && count == 0 ? 1 : count;
}

/* So many columns for the longest row, so many lines for the highest plane. */
struct Scale {
    int widest, highest;
    int columns, lines;
};

/* As many lines as the shape of the picture asks for; less where that is too high. */
static struct Scale choose_scale(const struct LayoutReport *report)
{
    const FwlImageLayout *layout = &report->layout;
    struct Scale scale = {.widest = 1, .highest = 1};
    for (int i = 0; i < layout->plane_count; i++) {
        if (layout->linesize[i] > scale.widest)
            scale.widest = layout->linesize[i];
        if (layout->rows[i] > scale.highest)
            scale.highest = layout->rows[i];
    }
    scale.columns = scale.widest < DRAWING_COLUMNS ? scale.widest : DRAWING_COLUMNS;
    scale.lines = scaled(scale.highest, (int64_t)report->width * SHAPE_OF_A_LETTER, scale.columns);
    if (scale.lines > DRAWING_LINES)
        scale.lines = DRAWING_LINES;
    return scale;
}

static void draw_plane(const struct LayoutReport *report, int i, const struct Scale *scale)
{
    const FwlImageLayout *layout = &report->layout;
    const int padding = layout->linesize[i] - layout->row_size[i];
    const int dots = scaled(padding, scale->widest, scale->columns);
    const int columns = scaled(layout->linesize[i], scale->widest, scale->columns);
    const int lines = scaled(layout->rows[i], scale->highest, scale->lines);
    const int marks = columns > dots ? columns - dots : 1;
    for (int line = 0; line < lines; line++) {
        char label[24] = "";
        if (line == 0)
            snprintf(label, sizeof label, "%d %s", i, report->content[i]);
        printf("%-10s |", label);
        for (int column = 0; column < marks + dots; column++)
            putchar(column < marks ? '#' : '.');
        printf("|\n");
    }
}

static void print_drawing(const struct LayoutReport *report)
{
    const FwlImageLayout *layout = &report->layout;
    const struct Scale scale = choose_scale(report);
    char bytes[HUMAN_SIZE];
    fwl_human_number(bytes, sizeof bytes, (double)scale.widest / scale.columns);
    printf("to scale, # pixels and . padding, bytes a mark: %s\n", bytes);
    for (int i = 0; i < layout->plane_count; i++) {
        if (is_palette(report, i))
            printf("%-10s |%s|\n", "1 palette", "####");
        else
            draw_plane(report, i, &scale);
    }
}

/* Frames */

static void print_frames(const struct LayoutReport *report)
{
    const struct LayoutFrames *frames = &report->frames;
    char total[HUMAN_SIZE], pictures[HUMAN_SIZE];
    fwl_human_bytes(total, sizeof total, frames->total_size);
    fwl_human_bytes(pictures, sizeof pictures,
                    (uint64_t)report->layout.size * (uint64_t)frames->count);
    printf("\n%d frame%s from a pool\n", frames->count, plural(frames->count));
    printf("  linesize  ");
    for (int i = 0; i < 4 && frames->linesize[i] > 0; i++)
        printf("%s%d", i > 0 ? ", " : "", frames->linesize[i]);
    printf("\n  buffer    %zu bytes: rows in groups of 32, room behind each plane\n",
           frames->buffer_size);
    printf("  block     %zu bytes: the pool's next size that holds it\n", frames->block_size);
    printf("  all       %d x %zu = %" PRIu64 " bytes (%s; pixels as above %s)\n", frames->count,
           frames->block_size, frames->total_size, total, pictures);
}

void fwl_layout_print_table(const struct LayoutReport *report, bool has_colours)
{
    char size[HUMAN_SIZE];
    fwl_human_bytes(size, sizeof size, report->layout.size);
    printf("%s %dx%d, rows aligned to %d: %zu bytes", report->format->name, report->width,
           report->height, report->align, report->layout.size);
    if (report->layout.size >= 1024)
        printf(" (%s)", size);
    printf("\n\n");
    print_planes(report, has_colours);
    printf("\n");
    print_formulas(report);
    printf("\n");
    print_drawing(report);
    if (report->frames.count > 0)
        print_frames(report);
}

/* The list */

static void describe_kind(char *text, size_t size, const FwlPixFmtDescriptor *row)
{
    const uint64_t flags = row->flags;
    snprintf(text, size, "%s%s%s%s%s%s%s",
             flags & FWL_PIX_FMT_FLAG_HWACCEL ? "hardware"
             : flags & FWL_PIX_FMT_FLAG_PAL   ? "palette"
             : flags & FWL_PIX_FMT_FLAG_BAYER ? "bayer"
             : flags & FWL_PIX_FMT_FLAG_RGB   ? "rgb"
             : row->nb_components < 3         ? "gray"
                                              : "yuv",
             flags & FWL_PIX_FMT_FLAG_PLANAR ? ", planar" : "",
             flags & FWL_PIX_FMT_FLAG_ALPHA ? ", alpha" : "",
             flags & FWL_PIX_FMT_FLAG_FLOAT ? ", float" : "",
             flags & FWL_PIX_FMT_FLAG_BITSTREAM ? ", bits" : "",
             flags & FWL_PIX_FMT_FLAG_BE ? ", big-endian" : "", row->alias ? ", also " : "");
}

void fwl_layout_print_list(void)
{
    printf("%-16s %6s %6s %6s  %s\n", "format", "planes", "bits", "chroma", "kind");
    for (const FwlPixFmtDescriptor *row = fwl_pix_fmt_desc_next(NULL); row;
         row = fwl_pix_fmt_desc_next(row)) {
        char kind[64], chroma[24] = "", bits[16] = "", planes[16] = "";
        describe_kind(kind, sizeof kind, row);
        if (!(row->flags & FWL_PIX_FMT_FLAG_HWACCEL)) {
            const int count = fwl_pix_fmt_count_planes(fwl_pix_fmt_desc_get_id(row));
            snprintf(planes, sizeof planes, "%d", count);
            snprintf(bits, sizeof bits, "%d", fwl_get_bits_per_pixel(row));
        }
        if (row->log2_chroma_w || row->log2_chroma_h)
            snprintf(chroma, sizeof chroma, "1/%dx1/%d", 1 << row->log2_chroma_w,
                     1 << row->log2_chroma_h);
        printf("%-16s %6s %6s %6s  %s%s\n", row->name, planes, bits, chroma, kind,
               row->alias ? row->alias : "");
    }
}
