/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout for programs: names as in FwlImageLayout, sizes in bytes. Names that are there stay;
 * new ones may come.
 */
#include "command/layout_report.h"

#include "command/json_text.h"

static json_t *plane_object(const struct LayoutReport *report, int i)
{
    const FwlImageLayout *layout = &report->layout;
    return json_pack("{s:i, s:s, s:i, s:i, s:i, s:i, s:I, s:I, s:I}", //
                     "plane", i,                                      //
                     "content", report->content[i],                   //
                     "width", report->row[i].samples,                 //
                     "height", layout->rows[i],                       //
                     "row_size", layout->row_size[i],                 //
                     "linesize", layout->linesize[i],                 //
                     "offset", (json_int_t)layout->offset[i],         //
                     "size", (json_int_t)layout->plane_size[i],       //
                     "padding", (json_int_t)fwl_layout_padding(layout, i));
}

static json_t *frames_object(const struct LayoutFrames *frames)
{
    json_t *linesize = json_array();
    for (int i = 0; i < 4 && frames->linesize[i] > 0; i++)
        json_array_append_new(linesize, json_integer(frames->linesize[i]));
    return json_pack("{s:i, s:o, s:I, s:I, s:I}",                    //
                     "count", frames->count,                         //
                     "linesize", linesize,                           //
                     "buffer_size", (json_int_t)frames->buffer_size, //
                     "block_size", (json_int_t)frames->block_size,   //
                     "size", (json_int_t)frames->total_size);
}

static json_t *planes_array(const struct LayoutReport *report)
{
    json_t *planes = json_array();
    for (int i = 0; i < report->layout.plane_count; i++)
        json_array_append_new(planes, plane_object(report, i));
    return planes;
}

int fwl_layout_print_json(const struct LayoutReport *report)
{
    json_t *object = json_pack("{s:s, s:i, s:i, s:i, s:I, s:o}",        //
                               "format", report->format->name,          //
                               "width", report->width,                  //
                               "height", report->height,                //
                               "align", report->align,                  //
                               "size", (json_int_t)report->layout.size, //
                               "planes", planes_array(report));
    if (object && report->frames.count > 0)
        json_object_set_new(object, "frames", frames_object(&report->frames));
    return fwl_json_print(object);
}

static json_t *format_object(const FwlPixFmtDescriptor *row)
{
    const uint64_t flags = row->flags;
    const bool is_hardware = flags & FWL_PIX_FMT_FLAG_HWACCEL;
    const int planes = is_hardware ? 0 : fwl_pix_fmt_count_planes(fwl_pix_fmt_desc_get_id(row));
    return json_pack("{s:s, s:s?, s:i, s:i, s:i, s:i, s:b, s:b, s:b, s:b}",     //
                     "format", row->name,                                       //
                     "alias", row->alias,                                       //
                     "planes", planes,                                          //
                     "bits_per_pixel", fwl_get_bits_per_pixel(row),             //
                     "log2_chroma_w", (int)row->log2_chroma_w,                  //
                     "log2_chroma_h", (int)row->log2_chroma_h,                  //
                     "is_hardware", (int)is_hardware,                           //
                     "has_palette", (int)((flags & FWL_PIX_FMT_FLAG_PAL) != 0), //
                     "has_alpha", (int)((flags & FWL_PIX_FMT_FLAG_ALPHA) != 0), //
                     "is_big_endian", (int)((flags & FWL_PIX_FMT_FLAG_BE) != 0));
}

int fwl_layout_print_list_json(void)
{
    json_t *list = json_array();
    for (const FwlPixFmtDescriptor *row = fwl_pix_fmt_desc_next(NULL); row;
         row = fwl_pix_fmt_desc_next(row))
        json_array_append_new(list, format_object(row));
    return fwl_json_print(list);
}
