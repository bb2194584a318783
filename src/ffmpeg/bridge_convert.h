/* SPDX-License-Identifier: BSD-2-Clause */
/* What conversion of buffers, packets and frames shares. None of it fails but for memory. */
#ifndef FWL_BRIDGE_CONVERT_H
#define FWL_BRIDGE_CONVERT_H

#include "framewell/ffmpeg.h"

/* A further reference; is_moved: that of the caller ends next, so whoever gets the last one may
 * write where the caller might have. */
AVBufferRef *fwl_av_buffer_give(const FwlBufferRef *buf, bool is_moved);

/* *dst, which is NULL, becomes a reference to what src, which may be NULL, refers to. */
int fwl_av_import_ref(FwlBufferRef **dst, const AVBufferRef *src);
int fwl_av_export_ref(AVBufferRef **dst, const FwlBufferRef *src, bool is_moved);

/* Adds all entries of src to *dst, in their order. On failure *dst has some of them. */
int fwl_av_import_dict(FwlDictionary **dst, const AVDictionary *src);
int fwl_av_export_dict(AVDictionary **dst, const FwlDictionary *src);

/* Makes dst, which is all zero bytes, a layout of the same channels. FWL_E_INVALID for a custom one
 * without channels. On failure dst is as it was. */
int fwl_av_import_layout(FwlChannelLayout *dst, const AVChannelLayout *src);
int fwl_av_export_layout(AVChannelLayout *dst, const FwlChannelLayout *src);

#endif
