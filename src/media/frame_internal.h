/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files about frames share. */
#ifndef FWL_FRAME_INTERNAL_H
#define FWL_FRAME_INTERNAL_H

#include <stdbool.h>

#include "framewell/frame.h"

/* What a frame has its data in. extended_data is NULL where data is enough. */
typedef struct FwlFramePlanes {
    uint8_t *data[FWL_NUM_DATA_POINTERS];
    int linesize[FWL_NUM_DATA_POINTERS];
    uint8_t **extended_data;
    FwlBufferRef *buf[FWL_NUM_DATA_POINTERS];
    FwlBufferRef **extended_buf;
    int nb_extended_buf;
} FwlFramePlanes;

/* Fills in planes for a frame of these fields from its pool. On failure they are all 0. */
int fwl_frame_alloc_planes(FwlFramePlanes *planes, const FwlFrame *frame,
                           const FwlChannelLayout *layout, int align);

/* Ends planes. */
void fwl_frame_end_planes(FwlFramePlanes *planes);

/* Makes planes those of a frame, which keeps nothing of those it had. */
void fwl_frame_set_planes(FwlFrame *frame, const FwlFramePlanes *planes);

/* The frame's channels, from the older fields where there is no ch_layout. The map is borrowed. */
FwlChannelLayout fwl_frame_layout(const FwlFrame *frame);

/* True where filling the frame would lose something that it owns. */
bool fwl_frame_holds_something(const FwlFrame *frame);

static inline bool fwl_frame_is_video(const FwlFrame *frame)
{
    return frame->width > 0 && frame->height > 0;
}

/* Adds the side data of src to dst: by further references, or as copies. On failure dst is as it
 * was. */
int fwl_frame_add_side_data(FwlFrame *dst, const FwlFrame *src, bool is_copy);

/* Ends the pieces of side data from the index first on, for 0 with their array. */
void fwl_frame_end_side_data(FwlFrame *frame, int first);

#endif
