/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell layout: how a picture of a format and size lies in memory, and why.
 */
#include "command/command.h"
#include "command/layout_report.h"
#include "command/nearest_name.h"
#include "command/option_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/buffer.h"
#include "framewell/frame.h"
#include "framewell/pool.h"

enum LayoutKey {
    KEY_ALIGN = OPTION_KEY_LONG,
    KEY_FRAMES,
    KEY_LIST,
    KEY_JSON,
};

static const struct OptionRow option_rows[] = {
    {KEY_ALIGN, "align", "N", "rows begin at multiples of N bytes, a power of two; 1"},
    {KEY_FRAMES, "frames", "N", "tell what N frames of it take from a pool"},
    {KEY_LIST, "list", NULL, "list the formats"},
    {KEY_JSON, "json", NULL, "print the layout, or the list, as JSON"},
    OPTION_ROW_HELP,
};

enum { FRAMES_MAX = 1000000 };

struct LayoutArgs {
    const char *format, *size;
    int align, frames;
    bool wants_list, wants_json;
};

static int take_option(void *opaque, int key, const char *argument);

static const struct OptionTable option_table = {
    .subcommand = "layout",
    .usage = "[OPTIONS] FORMAT WIDTHxHEIGHT\n"
             "       framewell layout --list [--json]",
    .about = "Explains how a picture lies in memory: each plane's rows, linesize, size and\n"
             "padding, and how they follow from format, size and alignment. FORMAT is a name\n"
             "as FFmpeg has it.\n",
    .more = "Examples:\n"
            "  framewell layout yuv420p 300x300 --align 16\n"
            "  framewell layout p010le 3840x2160 --align 64 --frames 16\n"
            "  framewell layout --json rgb24 641x481\n"
            "  framewell layout --list\n",
    .rows = option_rows,
    .count = sizeof option_rows / sizeof option_rows[0],
    .take = take_option,
};

static int read_align(const char *text, int *align)
{
    const int status = fwl_options_read_number("--align", text, 1, FWL_IMAGE_ALIGN_MAX, align);
    if (status == ARGS_GO_ON && (*align & (*align - 1)) != 0)
        return fwl_cmd_fail(EXIT_USAGE, "--align", "%d is not a power of two: 1, 2, 4 ... %d",
                            *align, FWL_IMAGE_ALIGN_MAX);
    return status;
}

static int take_option(void *opaque, int key, const char *argument)
{
    struct LayoutArgs *args = opaque;
    switch (key) {
    case KEY_ALIGN:
        return read_align(argument, &args->align);
    case KEY_FRAMES:
        return fwl_options_read_number("--frames", argument, 1, FRAMES_MAX, &args->frames);
    case KEY_LIST:
        args->wants_list = true;
        return ARGS_GO_ON;
    default: /* KEY_JSON */
        args->wants_json = true;
        return ARGS_GO_ON;
    }
}

static int take_names(struct LayoutArgs *args, int count, char **names)
{
    if (args->wants_list && (count > 0 || args->frames > 0 || args->align > 1))
        return fwl_cmd_fail(EXIT_USAGE, "--list", "lists every format: leave the rest out");
    if (args->wants_list)
        return ARGS_GO_ON;
    if (count < 2)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "layout needs FORMAT and WIDTHxHEIGHT; see 'framewell layout --help'");
    if (count > 2)
        return fwl_cmd_fail(EXIT_USAGE, NULL,
                            "layout takes one FORMAT and one WIDTHxHEIGHT; '%s' is too many",
                            names[2]);
    args->format = names[0];
    args->size = names[1];
    return ARGS_GO_ON;
}

/* What was asked for */

static void offer_aliases(struct NearestName *nearest, const char *aliases)
{
    while (aliases && *aliases) {
        const size_t length = strcspn(aliases, ",");
        char alias[32];
        snprintf(alias, sizeof alias, "%.*s", (int)length, aliases);
        fwl_nearest_offer(nearest, alias);
        aliases += length + (aliases[length] == ',');
    }
}

static int fail_unknown_format(const char *name)
{
    struct NearestName nearest = fwl_nearest_begin(name);
    for (const FwlPixFmtDescriptor *row = fwl_pix_fmt_desc_next(NULL); row;
         row = fwl_pix_fmt_desc_next(row)) {
        fwl_nearest_offer(&nearest, row->name);
        offer_aliases(&nearest, row->alias);
    }
    if (nearest.name[0])
        return fwl_cmd_fail(EXIT_USAGE, NULL, "no pixel format '%s'; did you mean '%s'?", name,
                            nearest.name);
    return fwl_cmd_fail(EXIT_USAGE, NULL,
                        "no pixel format '%s'; 'framewell layout --list' lists what there is",
                        name);
}

static int find_format(struct LayoutReport *report, const char *name)
{
    const enum FwlPixelFormat format = fwl_get_pix_fmt(name);
    if (format == FWL_PIX_FMT_NONE)
        return fail_unknown_format(name);
    report->format = fwl_pix_fmt_desc_get(format);
    if (report->format->flags & FWL_PIX_FMT_FLAG_HWACCEL)
        return fwl_cmd_fail(EXIT_USAGE, report->format->name,
                            "is a hardware format: its pictures lie in a device, in its own way");
    return ARGS_GO_ON;
}

/* One side of WIDTHxHEIGHT; *end is what stands behind it. */
static bool read_side(const char *text, const char **end, int *side)
{
    char *stop;
    errno = 0;
    const long value = strtol(text, &stop, 10);
    *end = stop;
    *side = (int)value;
    return *text >= '0' && *text <= '9' && !errno && value > 0 && value <= INT32_MAX;
}

static int read_size(struct LayoutReport *report, const char *text)
{
    const char *end;
    if (read_side(text, &end, &report->width) && (*end == 'x' || *end == 'X') &&
        read_side(end + 1, &end, &report->height) && !*end)
        return ARGS_GO_ON;
    return fwl_cmd_fail(EXIT_USAGE, NULL, "'%s' is not a size in pixels, such as 1920x1080", text);
}

/* What is to be told */

static void explain_rows(struct LayoutReport *report)
{
    int steps[4], components[4];
    fwl_image_fill_max_pixsteps(steps, components, report->format);
    const bool is_bits = report->format->flags & FWL_PIX_FMT_FLAG_BITSTREAM;
    for (int i = 0; i < report->layout.plane_count; i++) {
        struct LayoutRow *row = &report->row[i];
        const bool is_chroma = components[i] == 1 || components[i] == 2;
        row->shift = is_chroma ? report->format->log2_chroma_w : 0;
        row->samples = (int)(((int64_t)report->width + (1 << row->shift) - 1) >> row->shift);
        row->sample_bits = is_bits ? steps[i] : steps[i] * 8;
        row->row_shift = i == 1 || i == 2 ? report->format->log2_chroma_h : 0;
        fwl_layout_name_plane(report->content[i], sizeof report->content[i], report->format, i);
    }
}

static int fail_layout(const struct LayoutReport *report, int err)
{
    if (err == FWL_E_NOMEM || err == FWL_E_LIMIT)
        return fwl_cmd_fail_memory(NULL);
    return fwl_cmd_fail(
        EXIT_USAGE, NULL,
        "a %s picture of %dx%d is too large: sides, and bytes of a row, go up to %d",
        report->format->name, report->width, report->height, INT32_MAX);
}

/* Makes one frame in a pool of its own, and looks at it. */
static int measure_frame(struct LayoutReport *report, FwlPool *pool, FwlFrame *frame)
{
    frame->pool = pool;
    frame->format = (int)report->layout.format;
    frame->width = report->width;
    frame->height = report->height;
    const int err = fwl_frame_get_buffer(frame, report->align > 1 ? report->align : 0);
    if (err < 0)
        return err;
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    struct LayoutFrames *frames = &report->frames;
    memcpy(frames->linesize, frame->linesize, sizeof frames->linesize);
    frames->buffer_size = frame->buf[0]->size;
    frames->block_size = stats.current_usage;
    return 0;
}

static int measure_frames(struct LayoutReport *report, int count)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "layout";
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    config.initial_pool_size = 0;
    FwlPool *pool = NULL;
    int err = fwl_pool_create(&pool, &config);
    FwlFrame *frame = fwl_frame_alloc();
    if (err == 0)
        err = frame ? measure_frame(report, pool, frame) : FWL_E_NOMEM;
    fwl_frame_free(&frame);
    fwl_pool_destroy(&pool);
    report->frames.count = count;
    report->frames.total_size = (uint64_t)report->frames.block_size * (uint64_t)count;
    return err == 0 ? EXIT_FINE : fail_layout(report, err);
}

static int fill_report(struct LayoutReport *report, const struct LayoutArgs *args)
{
    int status = find_format(report, args->format);
    if (status == ARGS_GO_ON)
        status = read_size(report, args->size);
    if (status != ARGS_GO_ON)
        return status;
    report->align = args->align;
    const FwlImageRules rules = {.row_align = (size_t)args->align};
    const int err = fwl_image_layout_init(&report->layout, fwl_pix_fmt_desc_get_id(report->format),
                                          report->width, report->height, &rules);
    if (err < 0)
        return fail_layout(report, err);
    explain_rows(report);
    return args->frames > 0 ? measure_frames(report, args->frames) : EXIT_FINE;
}

/* Telling */

static int finish(int err)
{
    if (err < 0)
        return fwl_cmd_fail_memory(NULL);
    return fwl_cmd_finish_stdout(EXIT_FINE);
}

static int print_list(const struct LayoutArgs *args)
{
    if (args->wants_json)
        return finish(fwl_layout_print_list_json());
    fwl_layout_print_list();
    return finish(0);
}

int fwl_cmd_layout(int argc, char **argv)
{
    struct LayoutArgs args = {.align = 1};
    int names;
    int status = fwl_options_parse(&option_table, &args, argc, argv, &names);
    if (status == ARGS_GO_ON)
        status = take_names(&args, argc - names, argv + names);
    if (status != ARGS_GO_ON)
        return status;
    if (args.wants_list)
        return print_list(&args);

    struct LayoutReport report = {0};
    status = fill_report(&report, &args);
    if (status != EXIT_FINE)
        return status;
    if (args.wants_json)
        return finish(fwl_layout_print_json(&report));
    fwl_layout_print_table(&report, fwl_cmd_has_colours(1));
    return finish(0);
}
