/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A frame's side data: an array of pointers to pieces, so that a piece stays where it is while
 * others come and go. Removing fills the hole with the last piece. Without a piece there is no
 * array: a frame that has one holds something.
 */
#include <limits.h>
#include <string.h>

#include "framewell/mem.h"
#include "media/frame_internal.h"

static const char *const names[] = {
    [FWL_FRAME_DATA_PANSCAN] = "AVPanScan",
    [FWL_FRAME_DATA_A53_CC] = "ATSC A53 Part 4 Closed Captions",
    [FWL_FRAME_DATA_STEREO3D] = "Stereo 3D",
    [FWL_FRAME_DATA_MATRIXENCODING] = "AVMatrixEncoding",
    [FWL_FRAME_DATA_DOWNMIX_INFO] = "Metadata relevant to a downmix procedure",
    [FWL_FRAME_DATA_REPLAYGAIN] = "AVReplayGain",
    [FWL_FRAME_DATA_DISPLAYMATRIX] = "3x3 displaymatrix",
    [FWL_FRAME_DATA_AFD] = "Active format description",
    [FWL_FRAME_DATA_MOTION_VECTORS] = "Motion vectors",
    [FWL_FRAME_DATA_SKIP_SAMPLES] = "Skip samples",
    [FWL_FRAME_DATA_AUDIO_SERVICE_TYPE] = "Audio service type",
    [FWL_FRAME_DATA_MASTERING_DISPLAY_METADATA] = "Mastering display metadata",
    [FWL_FRAME_DATA_GOP_TIMECODE] = "GOP timecode",
    [FWL_FRAME_DATA_SPHERICAL] = "Spherical Mapping",
    [FWL_FRAME_DATA_CONTENT_LIGHT_LEVEL] = "Content light level metadata",
    [FWL_FRAME_DATA_ICC_PROFILE] = "ICC profile",
    [FWL_FRAME_DATA_S12M_TIMECODE] = "SMPTE 12-1 timecode",
    [FWL_FRAME_DATA_DYNAMIC_HDR_PLUS] = "HDR Dynamic Metadata SMPTE2094-40 (HDR10+)",
    [FWL_FRAME_DATA_REGIONS_OF_INTEREST] = "Regions Of Interest",
    [FWL_FRAME_DATA_VIDEO_ENC_PARAMS] = "Video encoding parameters",
    [FWL_FRAME_DATA_SEI_UNREGISTERED] = "H.26[45] User Data Unregistered SEI message",
    [FWL_FRAME_DATA_FILM_GRAIN_PARAMS] = "Film grain parameters",
    [FWL_FRAME_DATA_DETECTION_BBOXES] =
        "Bounding boxes for object detection and classification",
    [FWL_FRAME_DATA_DOVI_RPU_BUFFER] = "Dolby Vision RPU Data",
    [FWL_FRAME_DATA_DOVI_METADATA] = "Dolby Vision Metadata",
    [FWL_FRAME_DATA_DYNAMIC_HDR_VIVID] = "HDR Dynamic Metadata CUVA 005.1 2021 (Vivid)",
};

const char *fwl_frame_side_data_name(enum FwlFrameSideDataType type)
{
    return (unsigned)type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

FwlFrameSideData *fwl_frame_new_side_data_from_buf(FwlFrame *frame,
                                                   enum FwlFrameSideDataType type,
                                                   FwlBufferRef *buf)
{
    if (!buf || frame->nb_side_data == INT_MAX)
        return NULL;
    FwlFrameSideData *piece = fwl_malloc(sizeof *piece);
    if (!piece)
        return NULL;
    const size_t count = (size_t)frame->nb_side_data + 1;
    FwlFrameSideData **pieces = fwl_realloc_array(frame->side_data, count, sizeof *pieces);
    if (!pieces) {
        fwl_free(piece);
        return NULL;
    }
    frame->side_data = pieces;
    *piece = (FwlFrameSideData){.type = type, .data = buf->data, .size = buf->size, .buf = buf};
    pieces[frame->nb_side_data++] = piece;
    return piece;
}

FwlFrameSideData *fwl_frame_new_side_data(FwlFrame *frame, enum FwlFrameSideDataType type,
                                          size_t size)
{
    FwlBufferRef *buf = fwl_buffer_alloc2(frame->pool, size);
    FwlFrameSideData *piece = fwl_frame_new_side_data_from_buf(frame, type, buf);
    if (!piece)
        fwl_buffer_unref(&buf);
    return piece;
}

FwlFrameSideData *fwl_frame_get_side_data(const FwlFrame *frame, enum FwlFrameSideDataType type)
{
    for (int i = 0; i < frame->nb_side_data; i++) {
        if (frame->side_data[i]->type == type)
            return frame->side_data[i];
    }
    return NULL;
}

static void end_piece(FwlFrameSideData *piece)
{
    fwl_buffer_unref(&piece->buf);
    fwl_dict_free(&piece->metadata);
    fwl_free(piece);
}

void fwl_frame_remove_side_data(FwlFrame *frame, enum FwlFrameSideDataType type)
{
    for (int i = frame->nb_side_data - 1; i >= 0; i--) {
        if (frame->side_data[i]->type != type)
            continue;
        end_piece(frame->side_data[i]);
        frame->nb_side_data--;
        frame->side_data[i] = frame->side_data[frame->nb_side_data];
    }
    if (frame->nb_side_data == 0)
        fwl_freep(&frame->side_data);
}

void fwl_frame_end_side_data(FwlFrame *frame, int first)
{
    for (int i = first; i < frame->nb_side_data; i++)
        end_piece(frame->side_data[i]);
    frame->nb_side_data = first;
    if (first == 0)
        fwl_freep(&frame->side_data);
}

static FwlFrameSideData *copy_piece(FwlFrame *dst, const FwlFrameSideData *src)
{
    FwlFrameSideData *piece = fwl_frame_new_side_data(dst, src->type, src->size);
    if (piece && src->size > 0)
        memcpy(piece->data, src->data, src->size);
    return piece;
}

static FwlFrameSideData *ref_piece(FwlFrame *dst, const FwlFrameSideData *src)
{
    FwlBufferRef *buf = fwl_buffer_ref(src->buf);
    FwlFrameSideData *piece = fwl_frame_new_side_data_from_buf(dst, src->type, buf);
    if (!piece)
        fwl_buffer_unref(&buf);
    return piece;
}

int fwl_frame_add_side_data(FwlFrame *dst, const FwlFrame *src, bool is_copy)
{
    const int first = dst->nb_side_data;
    const int count = src->nb_side_data;
    const bool is_same_size = dst->width == src->width && dst->height == src->height;
    for (int i = 0; i < count; i++) {
        const FwlFrameSideData *old = src->side_data[i];
        if (old->type == FWL_FRAME_DATA_PANSCAN && !is_same_size)
            continue;
        FwlFrameSideData *piece = is_copy ? copy_piece(dst, old) : ref_piece(dst, old);
        if (!piece || fwl_dict_copy(&piece->metadata, old->metadata, 0) < 0) {
            fwl_frame_end_side_data(dst, first);
            return FWL_E_NOMEM;
        }
    }
    return 0;
}
