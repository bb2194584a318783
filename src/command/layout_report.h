/* SPDX-License-Identifier: BSD-2-Clause */
/* What `framewell layout` found out about a picture, for its table and its JSON. */
#ifndef FWL_LAYOUT_REPORT_H
#define FWL_LAYOUT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/image.h"

/* How the bytes of a row follow from the width: samples, of sample_size bits each. */
struct LayoutRow {
    int shift; /* a sample is 1 << shift pixels wide */
    int samples;
    int sample_bits;
    int row_shift; /* and this many rows high */
};

/* Frames of the library, which have more padding than the layout asks for. */
struct LayoutFrames {
    int count; /* 0: not asked for */
    int linesize[4];
    int rows_coded;      /* of plane 0 */
    size_t buffer_size;  /* of one frame's buffer */
    size_t block_size;   /* that the pool takes for it */
    uint64_t total_size; /* of all */
};

struct LayoutReport {
    const FwlPixFmtDescriptor *format;
    int width, height;
    int align;
    FwlImageLayout layout;
    struct LayoutRow row[4];
    char content[4][16]; /* what is in each plane: "Y", "UV", "palette" */
    struct LayoutFrames frames;
};

/* "Y", "UV", "RGBA", "palette": the components of a plane in the order of their bytes. */
void fwl_layout_name_plane(char *name, size_t size, const FwlPixFmtDescriptor *format, int plane);

/* Bytes of a plane that hold no pixel. */
size_t fwl_layout_padding(const FwlImageLayout *layout, int plane);

void fwl_layout_print_table(const struct LayoutReport *report, bool has_colours);
void fwl_layout_print_list(void);

/* 0, or FWL_E_NOMEM. */
int fwl_layout_print_json(const struct LayoutReport *report);
int fwl_layout_print_list_json(void);

#endif
