/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: a decoded picture or a stretch of decoded sound, with its timestamps and what else is
 * known about it.
 *
 * data[] are the planes and linesize[] the distance of their rows; both may be changed, to crop or
 * to flip. The memory belongs to the refcounted buffers in buf[]: a picture is one buffer, planar
 * sound one for each channel, the ninth channel and on in extended_buf. extended_data has all
 * planes, it is data itself unless there are more than eight. A frame without buf[0] only borrows
 * its data; fwl_frame_ref then copies it.
 *
 *     FwlFrame *frame = fwl_frame_alloc();
 *     if (!frame)
 *         return FWL_E_NOMEM;
 *     frame->format = FWL_PIX_FMT_YUV420P;
 *     frame->width = 1920;
 *     frame->height = 1080;
 *     int err = fwl_frame_get_buffer(frame, 0);
 *     if (err < 0)
 *         return err;
 *     memset(frame->data[0], 128, (size_t)frame->linesize[0] * 1080);
 *     FwlFrame *shown = fwl_frame_clone(frame); // the same picture, not a copy
 *     fwl_frame_free(&frame);
 *     fwl_frame_free(&shown);
 *
 * Names, parameters and results are those of libavutil/frame.h, without what is about frames in the
 * memory of devices. New is the field pool.
 *
 * Threads: one frame is for one thread at a time; frames that share buffers may be in different
 * threads.
 */
#ifndef FRAMEWELL_FRAME_H
#define FRAMEWELL_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/buffer.h"
#include "framewell/dict.h"
#include "framewell/pixfmt.h"
#include "framewell/pool.h"
#include "framewell/rational.h"
#include "framewell/sample.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

/* How a picture was predicted; the numbers are libavutil's. */
enum FwlPictureType {
    FWL_PICTURE_TYPE_NONE = 0,
    FWL_PICTURE_TYPE_I,
    FWL_PICTURE_TYPE_P,
    FWL_PICTURE_TYPE_B,
    FWL_PICTURE_TYPE_S,
    FWL_PICTURE_TYPE_SI,
    FWL_PICTURE_TYPE_SP,
    FWL_PICTURE_TYPE_BI,
};

/* What a piece of side data is; numbers and contents are libavutil's. */
enum FwlFrameSideDataType {
    FWL_FRAME_DATA_PANSCAN,
    FWL_FRAME_DATA_A53_CC,
    FWL_FRAME_DATA_STEREO3D,
    FWL_FRAME_DATA_MATRIXENCODING,
    FWL_FRAME_DATA_DOWNMIX_INFO,
    FWL_FRAME_DATA_REPLAYGAIN,
    FWL_FRAME_DATA_DISPLAYMATRIX,
    FWL_FRAME_DATA_AFD,
    FWL_FRAME_DATA_MOTION_VECTORS,
    FWL_FRAME_DATA_SKIP_SAMPLES,
    FWL_FRAME_DATA_AUDIO_SERVICE_TYPE,
    FWL_FRAME_DATA_MASTERING_DISPLAY_METADATA,
    FWL_FRAME_DATA_GOP_TIMECODE,
    FWL_FRAME_DATA_SPHERICAL,
    FWL_FRAME_DATA_CONTENT_LIGHT_LEVEL,
    FWL_FRAME_DATA_ICC_PROFILE,
    FWL_FRAME_DATA_S12M_TIMECODE,
    FWL_FRAME_DATA_DYNAMIC_HDR_PLUS,
    FWL_FRAME_DATA_REGIONS_OF_INTEREST,
    FWL_FRAME_DATA_VIDEO_ENC_PARAMS,
    FWL_FRAME_DATA_SEI_UNREGISTERED,
    FWL_FRAME_DATA_FILM_GRAIN_PARAMS,
    FWL_FRAME_DATA_DETECTION_BBOXES,
    FWL_FRAME_DATA_DOVI_RPU_BUFFER,
    FWL_FRAME_DATA_DOVI_METADATA,
    FWL_FRAME_DATA_DYNAMIC_HDR_VIVID,
};

/* Values of FWL_FRAME_DATA_AFD: which part of the picture is meant to be seen. */
enum FwlActiveFormatDescription {
    FWL_AFD_SAME = 8,
    FWL_AFD_4_3 = 9,
    FWL_AFD_16_9 = 10,
    FWL_AFD_14_9 = 11,
    FWL_AFD_4_3_SP_14_9 = 13,
    FWL_AFD_16_9_SP_14_9 = 14,
    FWL_AFD_SP_4_3 = 15,
};

/* One piece of side data: data and size are usually all of buf. */
typedef struct FwlFrameSideData {
    enum FwlFrameSideDataType type;
    uint8_t *data;
    size_t size;
    FwlDictionary *metadata;
    FwlBufferRef *buf;
} FwlFrameSideData;

/* An element of FWL_FRAME_DATA_REGIONS_OF_INTEREST: pixels from the edges of the picture. */
typedef struct FwlRegionOfInterest {
    uint32_t self_size; /* sizeof(FwlRegionOfInterest) */
    int top;
    int bottom;
    int left;
    int right;
    FwlRational qoffset; /* -1 to 1; below 0: better quality than the rest */
} FwlRegionOfInterest;

#define FWL_NUM_DATA_POINTERS 8

/* Bits of FwlFrame.flags */
#define FWL_FRAME_FLAG_CORRUPT (1 << 0) /* damaged while decoding */
#define FWL_FRAME_FLAG_DISCARD (1 << 2) /* decoded because others need it, not to be shown */

/* Bits of FwlFrame.decode_error_flags */
#define FWL_DECODE_ERROR_INVALID_BITSTREAM  1
#define FWL_DECODE_ERROR_MISSING_REFERENCE  2
#define FWL_DECODE_ERROR_CONCEALMENT_ACTIVE 4
#define FWL_DECODE_ERROR_DECODE_SLICES      8

/*
 * A frame; made by fwl_frame_alloc only, later versions may have more fields. A *blank* frame holds
 * nothing: format -1, no data, unknown timestamps.
 *
 * pool is where the memory for data and for new side data comes from: the default pool for NULL. It
 * is borrowed: the caller keeps the pool as long as frames name it. Being the target of
 * fwl_frame_ref or fwl_frame_move_ref changes it, nothing else does.
 */
typedef struct FwlFrame {
    uint8_t *data[FWL_NUM_DATA_POINTERS]; /* the planes, or the first eight channels */
    int linesize[FWL_NUM_DATA_POINTERS];  /* video: bytes from row to row, may be negative; audio:
                                             [0] is the size of every plane */
    uint8_t **extended_data;              /* all planes; data where there are up to eight */
    int width, height;                    /* video: pixels */
    int nb_samples;                       /* audio: samples of each channel */
    int format;                           /* enum FwlPixelFormat or FwlSampleFormat; -1: none */
    int key_frame;                        /* 1: decoding can begin here */
    enum FwlPictureType pict_type;
    FwlRational sample_aspect_ratio;      /* of a pixel; 0/1: unknown */
    int64_t pts;                          /* when it is shown, in time_base; FWL_NOPTS_VALUE */
    int64_t pkt_dts;                      /* dts of the packet that it came from */
    FwlRational time_base;                /* of the timestamps, where the maker says; else 0/1 */
    int coded_picture_number;
    int display_picture_number;
    int quality;                          /* 1 is the best */
    void *opaque;                         /* the caller's own */
    int repeat_pict;                      /* shown longer by half as many frame durations */
    int interlaced_frame;
    int top_field_first;
    int palette_has_changed;
    int64_t reordered_opaque;             /* a number of the caller's that went with the packet */
    int sample_rate;                      /* audio: samples a second */
    uint64_t channel_layout;              /* audio, older way: the mask of a native layout; 0 */
    FwlBufferRef *buf[FWL_NUM_DATA_POINTERS]; /* the memory; filled from [0] on */
    FwlBufferRef **extended_buf;          /* the ninth buffer and on; a block of fwl_malloc */
    int nb_extended_buf;
    FwlFrameSideData **side_data;
    int nb_side_data;
    int flags;                            /* FWL_FRAME_FLAG_* */
    enum FwlColorRange color_range;
    enum FwlColorPrimaries color_primaries;
    enum FwlColorTransferCharacteristic color_trc;
    enum FwlColorSpace colorspace;
    enum FwlChromaLocation chroma_location;
    int64_t best_effort_timestamp;        /* pts, or a guess at it */
    int64_t pkt_pos;                      /* byte position of the packet; -1: unknown */
    int64_t pkt_duration;                 /* of the packet, in its time base; 0: unknown */
    FwlDictionary *metadata;
    int decode_error_flags;               /* FWL_DECODE_ERROR_* */
    int channels;                         /* audio, older way: number of channels */
    int pkt_size;                         /* bytes of the packet; -1: unknown */
    FwlBufferRef *opaque_ref;             /* the caller's own; copied and ended with the frame */
    size_t crop_top;                      /* pixels that are not meant to be seen, by edge */
    size_t crop_bottom;
    size_t crop_left;
    size_t crop_right;
    FwlBufferRef *private_ref;            /* a library's own, as opaque_ref */
    FwlChannelLayout ch_layout;           /* audio; without channels, the older fields count */
    FwlPool *pool;
} FwlFrame;

/* Lifetime */

/* A blank frame. Owner: the caller, who ends it with fwl_frame_free. Fails: NULL. */
FWL_API FwlFrame *fwl_frame_alloc(void);

/* A new frame that refers to the same data as src; fwl_frame_alloc and fwl_frame_ref. */
FWL_API FwlFrame *fwl_frame_clone(const FwlFrame *src);

/* Ends a frame with all it holds and leaves NULL; accepts NULL and a pointer to NULL. */
FWL_API void fwl_frame_free(FwlFrame **frame);

/* Making data */

/*
 * Gives the frame memory for a picture (format, width and height are set) or for sound (format,
 * nb_samples and ch_layout, or channel_layout or channels), contents undefined. linesize is
 * computed where linesize[0] is 0, else it is taken. Of the channel fields the missing ones are
 * filled in.
 *
 * align is what linesizes are multiples of, a power of two up to FWL_IMAGE_ALIGN_MAX; 0 is the
 * pool's alignment for a picture, and for sound whole groups of 32 samples. A picture has room for
 * its height rounded up to a multiple of 32 rows, and behind every plane at least 32 bytes, or
 * align where that is more, belong to the buffer: SIMD may read and write past the end.
 *
 * Fails: FWL_E_INVALID for what is missing or makes no sense, a linesize too small for the row, a
 * frame that has buffers; FWL_E_RANGE for too large a frame; FWL_E_NOMEM. The frame is untouched.
 */
FWL_API int fwl_frame_get_buffer(FwlFrame *frame, int align);

/* References */

/*
 * Makes dst, a blank frame, one with all fields of src and references to its buffers and side data;
 * data that src only borrows is copied.
 *
 * Fails: FWL_E_NOMEM; FWL_E_INVALID where dst holds something (it is untouched then) or borrowed
 * data cannot be copied. Otherwise dst is blank.
 */
FWL_API int fwl_frame_ref(FwlFrame *dst, const FwlFrame *src);

/* Ends what the frame holds and makes it blank. */
FWL_API void fwl_frame_unref(FwlFrame *frame);

/* Moves all of src to dst, which is overwritten, not ended, and makes src blank. */
FWL_API void fwl_frame_move_ref(FwlFrame *dst, FwlFrame *src);

/* 1 where the frame has buffers and is the only holder of each, so that its data may be written. */
FWL_API int fwl_frame_is_writable(FwlFrame *frame);

/*
 * Makes data and side data the frame's alone: does nothing where the frame is writable, else
 * replaces both by copies.
 *
 * Fails: FWL_E_INVALID for a frame without buffers, FWL_E_NOMEM; the frame is untouched.
 */
FWL_API int fwl_frame_make_writable(FwlFrame *frame);

/* Copying */

/*
 * Copies the picture or the samples of src to the memory of dst, which has the same format and is
 * as large (a picture: or larger).
 *
 * Fails: FWL_E_INVALID where these differ, or planes are missing or too small; nothing is copied.
 */
FWL_API int fwl_frame_copy(FwlFrame *dst, const FwlFrame *src);

/*
 * Copies all that is not about memory: everything but data, linesize, buffers, format, width,
 * height, nb_samples, channels and pool. Metadata and side data (by a copy) are added to what dst
 * has; pan and scan only between pictures of one size.
 *
 * Fails: FWL_E_NOMEM; dst is untouched.
 */
FWL_API int fwl_frame_copy_props(FwlFrame *dst, const FwlFrame *src);

/* Planes and cropping */

/* The buffer that holds a plane of extended_data; NULL where there is none. Owner: borrowed. */
FWL_API FwlBufferRef *fwl_frame_get_plane_buffer(FwlFrame *frame, int plane);

/* fwl_frame_apply_cropping: crop to the pixel, also where data is then no longer aligned. */
enum { FWL_FRAME_CROP_UNALIGNED = 1 << 0 };

/*
 * Crops a picture by its crop_ fields: moves data, makes width and height smaller, sets the fields
 * to 0. Without FWL_FRAME_CROP_UNALIGNED less is cut on the left, so that data stays at multiples
 * of 32 bytes where it was (planes of chroma that is halved or quartered in width: at least at
 * multiples of 16 or 8). In formats whose pixels do not begin at bytes only right and bottom are
 * cut.
 *
 * Fails: FWL_E_RANGE where nothing would be left; FWL_E_INVALID for what is no picture. The frame
 * is untouched.
 */
FWL_API int fwl_frame_apply_cropping(FwlFrame *frame, int flags);

/* Side data */

/* Adds a piece of size bytes, contents undefined. Owner: borrowed from the frame. Fails: NULL. */
FWL_API FwlFrameSideData *fwl_frame_new_side_data(FwlFrame *frame, enum FwlFrameSideDataType type,
                                                  size_t size);

/*
 * Adds a piece that is all of buf.
 *
 * Owner: takes the reference on success. Fails: NULL; also for a NULL buf.
 */
FWL_API FwlFrameSideData *fwl_frame_new_side_data_from_buf(FwlFrame *frame,
                                                           enum FwlFrameSideDataType type,
                                                           FwlBufferRef *buf);

/* The first piece of a type; NULL for none. Owner: borrowed. */
FWL_API FwlFrameSideData *fwl_frame_get_side_data(const FwlFrame *frame,
                                                  enum FwlFrameSideDataType type);

/* Ends all pieces of a type. */
FWL_API void fwl_frame_remove_side_data(FwlFrame *frame, enum FwlFrameSideDataType type);

/* The name of a type for people: "Skip samples"; NULL for what is no type. */
FWL_API const char *fwl_frame_side_data_name(enum FwlFrameSideDataType type);

/* Channel layouts that own their map (sample.h has the rest) */

/*
 * Makes *dst, a layout or all zero bytes, a copy of src with a map of its own.
 *
 * Fails: FWL_E_NOMEM, FWL_E_INVALID for a custom layout without channels; *dst is untouched.
 */
FWL_API int fwl_channel_layout_copy(FwlChannelLayout *dst, const FwlChannelLayout *src);

/* Ends what a layout owns and makes it all zero bytes. */
FWL_API void fwl_channel_layout_uninit(FwlChannelLayout *channel_layout);

/*
 * Makes *channel_layout, whatever its memory held, the layout of a description ("5.1",
 * "FL+FR+LFE", "0x3f", "6 channels").
 *
 * Fails: FWL_E_INVALID for what is no description, FWL_E_NOMEM; the layout is all zero bytes.
 */
FWL_API int fwl_channel_layout_from_string(FwlChannelLayout *channel_layout, const char *str);

/* Planes without a frame (image.h and sample.h compute with them, and allocate nothing) */

/*
 * Allocates a picture and fills pointers and linesizes for it; rows are aligned to align bytes, and
 * from align 8 on padded to whole groups of 8 pixels. Contents, a palette too, are undefined.
 * Returns the bytes of all planes.
 *
 * Owner: gives the planes; all of them end with fwl_freep(&pointers[0]).
 * Fails: FWL_E_INVALID, FWL_E_RANGE as fwl_image_get_buffer_size, and FWL_E_INVALID for a format
 * with a palette at an align below 4; FWL_E_NOMEM. pointers are NULL and linesizes 0 then.
 */
FWL_API int fwl_image_alloc(uint8_t *pointers[4], int linesizes[4], int w, int h,
                            enum FwlPixelFormat pix_fmt, int align);

/*
 * Allocates silent samples and fills audio_data (nb_channels entries where planar, else one) and
 * *linesize (may be NULL) as fwl_samples_fill_arrays does. Returns the bytes of all planes.
 *
 * Owner: gives the planes; all of them end with fwl_freep(&audio_data[0]).
 * Fails: as fwl_samples_get_buffer_size, FWL_E_NOMEM. audio_data is untouched and *linesize 0 then.
 */
FWL_API int fwl_samples_alloc(uint8_t **audio_data, int *linesize, int nb_channels, int nb_samples,
                              enum FwlSampleFormat sample_fmt, int align);

/* The same, and the array for the planes: it ends with fwl_freep(audio_data), after the planes have
 * ended with fwl_freep(&(*audio_data)[0]). A failure leaves NULL in its place. */
FWL_API int fwl_samples_alloc_array_and_samples(uint8_t ***audio_data, int *linesize,
                                                int nb_channels, int nb_samples,
                                                enum FwlSampleFormat sample_fmt, int align);

/* Names */

/* A letter for a picture type: I, P, B, S, then i, p, b for SI, SP, BI; '?' for any other. */
FWL_API char fwl_get_picture_type_char(enum FwlPictureType pict_type);

/* The name of a color matrix; NULL for the newer ones. fwl_color_space_name knows them all. */
FWL_API const char *fwl_get_colorspace_name(enum FwlColorSpace val);

#ifdef __cplusplus
}
#endif

#endif
