/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of FFmpeg 5.1 for what is here: a program that was written against libavutil's memory,
 * buffers, dictionaries, layouts, packets and frames includes this instead of those headers, and
 * stays as it is. Macros, nothing else; docs/from-ffmpeg.md is the same list for readers.
 *
 * Not to be included together with headers of FFmpeg: the names would mean two things.
 *
 * Threads: as the functions that the names stand for.
 *
 * Written by tools/av_names.py from tools/av_names.txt.
 */
#ifndef FRAMEWELL_AV_NAMES_H
#define FRAMEWELL_AV_NAMES_H

#if defined(AVUTIL_AVUTIL_H) || defined(AVUTIL_BUFFER_H) || defined(AVUTIL_MEM_H) || \
    defined(AVUTIL_DICT_H) || defined(AVUTIL_FRAME_H) || defined(AVCODEC_PACKET_H)
#error "framewell/av_names.h stands in for the headers of FFmpeg: include one or the other"
#endif

/* What FFmpeg's headers bring with them. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/framewell.h"

/* The size of a block that grows is an unsigned there, a size_t here: these take a pointer to
 * either. What goes beyond the type is kept as less: the block then seems smaller than it is. */
#define FWL_AV_FAST(function, ptr, size, min_size) \
    __extension__({ \
        __typeof__(size) const fwl_at_ = (size); \
        size_t fwl_size_ = *fwl_at_; \
        function((ptr), &fwl_size_, (min_size)); \
        *fwl_at_ = (__typeof__(*fwl_at_))fwl_size_; \
        (void)0; \
    })

/* libavutil/mem.h */

#define av_malloc fwl_malloc
#define av_mallocz fwl_mallocz
#define av_malloc_array fwl_malloc_array
#define av_mallocz_array fwl_mallocz_array
#define av_calloc fwl_calloc
#define av_realloc fwl_realloc
#define av_reallocp fwl_reallocp
#define av_realloc_f fwl_realloc_f
#define av_realloc_array fwl_realloc_array
#define av_reallocp_array fwl_reallocp_array
#define av_fast_realloc(ptr, size, min_size) \
    __extension__({ \
        __typeof__(size) const fwl_at_ = (size); \
        size_t fwl_size_ = *fwl_at_; \
        void *const fwl_block_ = fwl_fast_realloc((ptr), &fwl_size_, (min_size)); \
        *fwl_at_ = (__typeof__(*fwl_at_))fwl_size_; \
        fwl_block_; \
    })
#define av_fast_malloc(ptr, size, min_size) FWL_AV_FAST(fwl_fast_malloc, ptr, size, min_size)
#define av_fast_mallocz(ptr, size, min_size) FWL_AV_FAST(fwl_fast_mallocz, ptr, size, min_size)
#define av_free fwl_free
#define av_freep fwl_freep
#define av_strdup fwl_strdup
#define av_strndup fwl_strndup
#define av_memdup fwl_memdup
#define av_memcpy_backptr fwl_memcpy_backptr
#define av_dynarray_add fwl_dynarray_add
#define av_dynarray_add_nofree fwl_dynarray_add_nofree
#define av_dynarray2_add fwl_dynarray2_add
#define av_size_mult fwl_size_mult
#define av_max_alloc fwl_max_alloc

/* libavcodec/avcodec.h */

#define av_fast_padded_malloc(ptr, size, min_size) \
    FWL_AV_FAST(fwl_fast_padded_malloc, ptr, size, min_size)
#define av_fast_padded_mallocz(ptr, size, min_size) \
    FWL_AV_FAST(fwl_fast_padded_mallocz, ptr, size, min_size)

/* libavcodec/defs.h */

#define AV_INPUT_BUFFER_PADDING_SIZE FWL_INPUT_BUFFER_PADDING_SIZE

/* libavutil/buffer.h */

#define AVBuffer FwlBuffer
#define AVBufferPool FwlBufferPool
#define AVBufferRef FwlBufferRef
#define AV_BUFFER_FLAG_READONLY FWL_BUFFER_FLAG_READONLY
#define av_buffer_alloc fwl_buffer_alloc
#define av_buffer_allocz fwl_buffer_allocz
#define av_buffer_create fwl_buffer_create
#define av_buffer_default_free fwl_buffer_default_free
#define av_buffer_ref fwl_buffer_ref
#define av_buffer_unref fwl_buffer_unref
#define av_buffer_is_writable fwl_buffer_is_writable
#define av_buffer_get_opaque fwl_buffer_get_opaque
#define av_buffer_get_ref_count fwl_buffer_get_ref_count
#define av_buffer_make_writable fwl_buffer_make_writable
#define av_buffer_realloc fwl_buffer_realloc
#define av_buffer_replace fwl_buffer_replace
#define av_buffer_pool_init fwl_buffer_pool_init
#define av_buffer_pool_init2 fwl_buffer_pool_init2
#define av_buffer_pool_uninit fwl_buffer_pool_uninit
#define av_buffer_pool_get fwl_buffer_pool_get
#define av_buffer_pool_buffer_get_opaque fwl_buffer_pool_buffer_get_opaque

/* libavutil/dict.h */

#define AVDictionary FwlDictionary
#define AVDictionaryEntry FwlDictionaryEntry
#define AV_DICT_MATCH_CASE FWL_DICT_MATCH_CASE
#define AV_DICT_IGNORE_SUFFIX FWL_DICT_IGNORE_SUFFIX
#define AV_DICT_DONT_STRDUP_KEY FWL_DICT_DONT_STRDUP_KEY
#define AV_DICT_DONT_STRDUP_VAL FWL_DICT_DONT_STRDUP_VAL
#define AV_DICT_DONT_OVERWRITE FWL_DICT_DONT_OVERWRITE
#define AV_DICT_APPEND FWL_DICT_APPEND
#define AV_DICT_MULTIKEY FWL_DICT_MULTIKEY
#define av_dict_get fwl_dict_get
#define av_dict_count fwl_dict_count
#define av_dict_set fwl_dict_set
#define av_dict_set_int fwl_dict_set_int
#define av_dict_parse_string fwl_dict_parse_string
#define av_dict_copy fwl_dict_copy
#define av_dict_free fwl_dict_free
#define av_dict_get_string fwl_dict_get_string

/* libavutil/rational.h */

#define AVRational FwlRational
#define av_make_q fwl_make_q
#define av_q2d fwl_q2d
#define av_reduce fwl_reduce

/* libavutil/mathematics.h */

#define AVRounding FwlRounding
#define AV_ROUND_ZERO FWL_ROUND_ZERO
#define AV_ROUND_INF FWL_ROUND_INF
#define AV_ROUND_DOWN FWL_ROUND_DOWN
#define AV_ROUND_UP FWL_ROUND_UP
#define AV_ROUND_NEAR_INF FWL_ROUND_NEAR_INF
#define AV_ROUND_PASS_MINMAX FWL_ROUND_PASS_MINMAX
#define av_rescale fwl_rescale
#define av_rescale_rnd fwl_rescale_rnd
#define av_rescale_q fwl_rescale_q
#define av_rescale_q_rnd fwl_rescale_q_rnd
#define av_compare_ts fwl_compare_ts

/* libavutil/avutil.h */

#define AVPictureType FwlPictureType
#define AV_PICTURE_TYPE_NONE FWL_PICTURE_TYPE_NONE
#define AV_PICTURE_TYPE_I FWL_PICTURE_TYPE_I
#define AV_PICTURE_TYPE_P FWL_PICTURE_TYPE_P
#define AV_PICTURE_TYPE_B FWL_PICTURE_TYPE_B
#define AV_PICTURE_TYPE_S FWL_PICTURE_TYPE_S
#define AV_PICTURE_TYPE_SI FWL_PICTURE_TYPE_SI
#define AV_PICTURE_TYPE_SP FWL_PICTURE_TYPE_SP
#define AV_PICTURE_TYPE_BI FWL_PICTURE_TYPE_BI
#define AV_NOPTS_VALUE FWL_NOPTS_VALUE
#define AV_TIME_BASE FWL_TIME_BASE
#define AV_TIME_BASE_Q FWL_TIME_BASE_Q
#define av_get_picture_type_char fwl_get_picture_type_char
#define av_get_time_base_q() (FWL_TIME_BASE_Q)

/* libavutil/macros.h */

#define FFMAX(a, b) ((a) > (b) ? (a) : (b))
#define FFMIN(a, b) ((a) < (b) ? (a) : (b))
#define FFALIGN(x, a) (((x) + (a)-1) & ~((a)-1))
#define FF_ARRAY_ELEMS(a) (sizeof(a) / sizeof((a)[0]))

/* libavutil/common.h */

#define AV_CEIL_RSHIFT(a, b) (((a) + (1 << (b)) - 1) >> (b))

/* libavutil/error.h */

#define AVERROR(e) (-(e))
#define AVUNERROR(e) (-(e))
#define AVERROR_EOF FWL_E_EOF
#define AVERROR_INVALIDDATA FWL_E_DATA
#define AVERROR_EXIT FWL_E_ABORTED
#define AVERROR_PATCHWELCOME FWL_E_UNSUPPORTED
#define AV_ERROR_MAX_STRING_SIZE 128
#define av_strerror fwl_strerror
#define av_make_error_string(errbuf, errbuf_size, errnum) \
    __extension__({ \
        char *const fwl_text_ = (errbuf); \
        fwl_strerror((errnum), fwl_text_, (errbuf_size)); \
        fwl_text_; \
    })
#define av_err2str(errnum) fwl_status_text(errnum)

/* libavutil/log.h */

#define AV_LOG_ERROR FWL_LOG_ERROR
#define AV_LOG_WARNING FWL_LOG_WARNING
#define AV_LOG_INFO FWL_LOG_INFO
#define AV_LOG_DEBUG FWL_LOG_DEBUG
#define av_log fwl_log
#define av_log_set_callback fwl_log_set_callback

/* libavutil/pixfmt.h */

#define AVChromaLocation FwlChromaLocation
#define AVColorPrimaries FwlColorPrimaries
#define AVColorRange FwlColorRange
#define AVColorSpace FwlColorSpace
#define AVColorTransferCharacteristic FwlColorTransferCharacteristic
#define AVPixelFormat FwlPixelFormat
#define AV_PIX_FMT_NE FWL_PIX_FMT_NE
#define AV_PIX_FMT_RGB32 FWL_PIX_FMT_RGB32
#define AV_PIX_FMT_RGB32_1 FWL_PIX_FMT_RGB32_1
#define AV_PIX_FMT_BGR32 FWL_PIX_FMT_BGR32
#define AV_PIX_FMT_BGR32_1 FWL_PIX_FMT_BGR32_1
#define AV_PIX_FMT_0RGB32 FWL_PIX_FMT_0RGB32
#define AV_PIX_FMT_0BGR32 FWL_PIX_FMT_0BGR32
#define AV_PIX_FMT_AYUV64 FWL_PIX_FMT_AYUV64
#define AV_PIX_FMT_BAYER_BGGR16 FWL_PIX_FMT_BAYER_BGGR16
#define AV_PIX_FMT_BAYER_GBRG16 FWL_PIX_FMT_BAYER_GBRG16
#define AV_PIX_FMT_BAYER_GRBG16 FWL_PIX_FMT_BAYER_GRBG16
#define AV_PIX_FMT_BAYER_RGGB16 FWL_PIX_FMT_BAYER_RGGB16
#define AV_PIX_FMT_BGR444 FWL_PIX_FMT_BGR444
#define AV_PIX_FMT_BGR48 FWL_PIX_FMT_BGR48
#define AV_PIX_FMT_BGR555 FWL_PIX_FMT_BGR555
#define AV_PIX_FMT_BGR565 FWL_PIX_FMT_BGR565
#define AV_PIX_FMT_BGRA64 FWL_PIX_FMT_BGRA64
#define AV_PIX_FMT_GBRAP10 FWL_PIX_FMT_GBRAP10
#define AV_PIX_FMT_GBRAP12 FWL_PIX_FMT_GBRAP12
#define AV_PIX_FMT_GBRAP16 FWL_PIX_FMT_GBRAP16
#define AV_PIX_FMT_GBRAPF32 FWL_PIX_FMT_GBRAPF32
#define AV_PIX_FMT_GBRP10 FWL_PIX_FMT_GBRP10
#define AV_PIX_FMT_GBRP12 FWL_PIX_FMT_GBRP12
#define AV_PIX_FMT_GBRP14 FWL_PIX_FMT_GBRP14
#define AV_PIX_FMT_GBRP16 FWL_PIX_FMT_GBRP16
#define AV_PIX_FMT_GBRP9 FWL_PIX_FMT_GBRP9
#define AV_PIX_FMT_GBRPF32 FWL_PIX_FMT_GBRPF32
#define AV_PIX_FMT_GRAY10 FWL_PIX_FMT_GRAY10
#define AV_PIX_FMT_GRAY12 FWL_PIX_FMT_GRAY12
#define AV_PIX_FMT_GRAY14 FWL_PIX_FMT_GRAY14
#define AV_PIX_FMT_GRAY16 FWL_PIX_FMT_GRAY16
#define AV_PIX_FMT_GRAY9 FWL_PIX_FMT_GRAY9
#define AV_PIX_FMT_GRAYF32 FWL_PIX_FMT_GRAYF32
#define AV_PIX_FMT_NV20 FWL_PIX_FMT_NV20
#define AV_PIX_FMT_P010 FWL_PIX_FMT_P010
#define AV_PIX_FMT_P016 FWL_PIX_FMT_P016
#define AV_PIX_FMT_P210 FWL_PIX_FMT_P210
#define AV_PIX_FMT_P216 FWL_PIX_FMT_P216
#define AV_PIX_FMT_P410 FWL_PIX_FMT_P410
#define AV_PIX_FMT_P416 FWL_PIX_FMT_P416
#define AV_PIX_FMT_RGB444 FWL_PIX_FMT_RGB444
#define AV_PIX_FMT_RGB48 FWL_PIX_FMT_RGB48
#define AV_PIX_FMT_RGB555 FWL_PIX_FMT_RGB555
#define AV_PIX_FMT_RGB565 FWL_PIX_FMT_RGB565
#define AV_PIX_FMT_RGBA64 FWL_PIX_FMT_RGBA64
#define AV_PIX_FMT_X2BGR10 FWL_PIX_FMT_X2BGR10
#define AV_PIX_FMT_X2RGB10 FWL_PIX_FMT_X2RGB10
#define AV_PIX_FMT_XYZ12 FWL_PIX_FMT_XYZ12
#define AV_PIX_FMT_Y210 FWL_PIX_FMT_Y210
#define AV_PIX_FMT_YA16 FWL_PIX_FMT_YA16
#define AV_PIX_FMT_YUV420P10 FWL_PIX_FMT_YUV420P10
#define AV_PIX_FMT_YUV420P12 FWL_PIX_FMT_YUV420P12
#define AV_PIX_FMT_YUV420P14 FWL_PIX_FMT_YUV420P14
#define AV_PIX_FMT_YUV420P16 FWL_PIX_FMT_YUV420P16
#define AV_PIX_FMT_YUV420P9 FWL_PIX_FMT_YUV420P9
#define AV_PIX_FMT_YUV422P10 FWL_PIX_FMT_YUV422P10
#define AV_PIX_FMT_YUV422P12 FWL_PIX_FMT_YUV422P12
#define AV_PIX_FMT_YUV422P14 FWL_PIX_FMT_YUV422P14
#define AV_PIX_FMT_YUV422P16 FWL_PIX_FMT_YUV422P16
#define AV_PIX_FMT_YUV422P9 FWL_PIX_FMT_YUV422P9
#define AV_PIX_FMT_YUV440P10 FWL_PIX_FMT_YUV440P10
#define AV_PIX_FMT_YUV440P12 FWL_PIX_FMT_YUV440P12
#define AV_PIX_FMT_YUV444P10 FWL_PIX_FMT_YUV444P10
#define AV_PIX_FMT_YUV444P12 FWL_PIX_FMT_YUV444P12
#define AV_PIX_FMT_YUV444P14 FWL_PIX_FMT_YUV444P14
#define AV_PIX_FMT_YUV444P16 FWL_PIX_FMT_YUV444P16
#define AV_PIX_FMT_YUV444P9 FWL_PIX_FMT_YUV444P9
#define AV_PIX_FMT_YUVA420P10 FWL_PIX_FMT_YUVA420P10
#define AV_PIX_FMT_YUVA420P16 FWL_PIX_FMT_YUVA420P16
#define AV_PIX_FMT_YUVA420P9 FWL_PIX_FMT_YUVA420P9
#define AV_PIX_FMT_YUVA422P10 FWL_PIX_FMT_YUVA422P10
#define AV_PIX_FMT_YUVA422P12 FWL_PIX_FMT_YUVA422P12
#define AV_PIX_FMT_YUVA422P16 FWL_PIX_FMT_YUVA422P16
#define AV_PIX_FMT_YUVA422P9 FWL_PIX_FMT_YUVA422P9
#define AV_PIX_FMT_YUVA444P10 FWL_PIX_FMT_YUVA444P10
#define AV_PIX_FMT_YUVA444P12 FWL_PIX_FMT_YUVA444P12
#define AV_PIX_FMT_YUVA444P16 FWL_PIX_FMT_YUVA444P16
#define AV_PIX_FMT_YUVA444P9 FWL_PIX_FMT_YUVA444P9
#define AV_PIX_FMT_FLAG_BE FWL_PIX_FMT_FLAG_BE
#define AV_PIX_FMT_FLAG_PAL FWL_PIX_FMT_FLAG_PAL
#define AV_PIX_FMT_FLAG_BITSTREAM FWL_PIX_FMT_FLAG_BITSTREAM
#define AV_PIX_FMT_FLAG_HWACCEL FWL_PIX_FMT_FLAG_HWACCEL
#define AV_PIX_FMT_FLAG_PLANAR FWL_PIX_FMT_FLAG_PLANAR
#define AV_PIX_FMT_FLAG_RGB FWL_PIX_FMT_FLAG_RGB
#define AV_PIX_FMT_FLAG_ALPHA FWL_PIX_FMT_FLAG_ALPHA
#define AV_PIX_FMT_FLAG_BAYER FWL_PIX_FMT_FLAG_BAYER
#define AV_PIX_FMT_FLAG_FLOAT FWL_PIX_FMT_FLAG_FLOAT
#define AV_PIX_FMT_NONE FWL_PIX_FMT_NONE
#define AV_PIX_FMT_YUV420P FWL_PIX_FMT_YUV420P
#define AV_PIX_FMT_YUV422P FWL_PIX_FMT_YUV422P
#define AV_PIX_FMT_YUV444P FWL_PIX_FMT_YUV444P
#define AV_PIX_FMT_YUV410P FWL_PIX_FMT_YUV410P
#define AV_PIX_FMT_YUV411P FWL_PIX_FMT_YUV411P
#define AV_PIX_FMT_YUV440P FWL_PIX_FMT_YUV440P
#define AV_PIX_FMT_YUVJ420P FWL_PIX_FMT_YUVJ420P
#define AV_PIX_FMT_YUVJ422P FWL_PIX_FMT_YUVJ422P
#define AV_PIX_FMT_YUVJ444P FWL_PIX_FMT_YUVJ444P
#define AV_PIX_FMT_YUVJ440P FWL_PIX_FMT_YUVJ440P
#define AV_PIX_FMT_YUVJ411P FWL_PIX_FMT_YUVJ411P
#define AV_PIX_FMT_YUV420P16LE FWL_PIX_FMT_YUV420P16LE
#define AV_PIX_FMT_YUV420P16BE FWL_PIX_FMT_YUV420P16BE
#define AV_PIX_FMT_YUV422P16LE FWL_PIX_FMT_YUV422P16LE
#define AV_PIX_FMT_YUV422P16BE FWL_PIX_FMT_YUV422P16BE
#define AV_PIX_FMT_YUV444P16LE FWL_PIX_FMT_YUV444P16LE
#define AV_PIX_FMT_YUV444P16BE FWL_PIX_FMT_YUV444P16BE
#define AV_PIX_FMT_YUV420P9BE FWL_PIX_FMT_YUV420P9BE
#define AV_PIX_FMT_YUV420P9LE FWL_PIX_FMT_YUV420P9LE
#define AV_PIX_FMT_YUV420P10BE FWL_PIX_FMT_YUV420P10BE
#define AV_PIX_FMT_YUV420P10LE FWL_PIX_FMT_YUV420P10LE
#define AV_PIX_FMT_YUV422P10BE FWL_PIX_FMT_YUV422P10BE
#define AV_PIX_FMT_YUV422P10LE FWL_PIX_FMT_YUV422P10LE
#define AV_PIX_FMT_YUV444P9BE FWL_PIX_FMT_YUV444P9BE
#define AV_PIX_FMT_YUV444P9LE FWL_PIX_FMT_YUV444P9LE
#define AV_PIX_FMT_YUV444P10BE FWL_PIX_FMT_YUV444P10BE
#define AV_PIX_FMT_YUV444P10LE FWL_PIX_FMT_YUV444P10LE
#define AV_PIX_FMT_YUV422P9BE FWL_PIX_FMT_YUV422P9BE
#define AV_PIX_FMT_YUV422P9LE FWL_PIX_FMT_YUV422P9LE
#define AV_PIX_FMT_YUV420P12BE FWL_PIX_FMT_YUV420P12BE
#define AV_PIX_FMT_YUV420P12LE FWL_PIX_FMT_YUV420P12LE
#define AV_PIX_FMT_YUV420P14BE FWL_PIX_FMT_YUV420P14BE
#define AV_PIX_FMT_YUV420P14LE FWL_PIX_FMT_YUV420P14LE
#define AV_PIX_FMT_YUV422P12BE FWL_PIX_FMT_YUV422P12BE
#define AV_PIX_FMT_YUV422P12LE FWL_PIX_FMT_YUV422P12LE
#define AV_PIX_FMT_YUV422P14BE FWL_PIX_FMT_YUV422P14BE
#define AV_PIX_FMT_YUV422P14LE FWL_PIX_FMT_YUV422P14LE
#define AV_PIX_FMT_YUV444P12BE FWL_PIX_FMT_YUV444P12BE
#define AV_PIX_FMT_YUV444P12LE FWL_PIX_FMT_YUV444P12LE
#define AV_PIX_FMT_YUV444P14BE FWL_PIX_FMT_YUV444P14BE
#define AV_PIX_FMT_YUV444P14LE FWL_PIX_FMT_YUV444P14LE
#define AV_PIX_FMT_YUV440P10LE FWL_PIX_FMT_YUV440P10LE
#define AV_PIX_FMT_YUV440P10BE FWL_PIX_FMT_YUV440P10BE
#define AV_PIX_FMT_YUV440P12LE FWL_PIX_FMT_YUV440P12LE
#define AV_PIX_FMT_YUV440P12BE FWL_PIX_FMT_YUV440P12BE
#define AV_PIX_FMT_YUVA420P FWL_PIX_FMT_YUVA420P
#define AV_PIX_FMT_YUVA422P FWL_PIX_FMT_YUVA422P
#define AV_PIX_FMT_YUVA444P FWL_PIX_FMT_YUVA444P
#define AV_PIX_FMT_YUVA420P9BE FWL_PIX_FMT_YUVA420P9BE
#define AV_PIX_FMT_YUVA420P9LE FWL_PIX_FMT_YUVA420P9LE
#define AV_PIX_FMT_YUVA422P9BE FWL_PIX_FMT_YUVA422P9BE
#define AV_PIX_FMT_YUVA422P9LE FWL_PIX_FMT_YUVA422P9LE
#define AV_PIX_FMT_YUVA444P9BE FWL_PIX_FMT_YUVA444P9BE
#define AV_PIX_FMT_YUVA444P9LE FWL_PIX_FMT_YUVA444P9LE
#define AV_PIX_FMT_YUVA420P10BE FWL_PIX_FMT_YUVA420P10BE
#define AV_PIX_FMT_YUVA420P10LE FWL_PIX_FMT_YUVA420P10LE
#define AV_PIX_FMT_YUVA422P10BE FWL_PIX_FMT_YUVA422P10BE
#define AV_PIX_FMT_YUVA422P10LE FWL_PIX_FMT_YUVA422P10LE
#define AV_PIX_FMT_YUVA444P10BE FWL_PIX_FMT_YUVA444P10BE
#define AV_PIX_FMT_YUVA444P10LE FWL_PIX_FMT_YUVA444P10LE
#define AV_PIX_FMT_YUVA420P16BE FWL_PIX_FMT_YUVA420P16BE
#define AV_PIX_FMT_YUVA420P16LE FWL_PIX_FMT_YUVA420P16LE
#define AV_PIX_FMT_YUVA422P16BE FWL_PIX_FMT_YUVA422P16BE
#define AV_PIX_FMT_YUVA422P16LE FWL_PIX_FMT_YUVA422P16LE
#define AV_PIX_FMT_YUVA444P16BE FWL_PIX_FMT_YUVA444P16BE
#define AV_PIX_FMT_YUVA444P16LE FWL_PIX_FMT_YUVA444P16LE
#define AV_PIX_FMT_YUVA422P12BE FWL_PIX_FMT_YUVA422P12BE
#define AV_PIX_FMT_YUVA422P12LE FWL_PIX_FMT_YUVA422P12LE
#define AV_PIX_FMT_YUVA444P12BE FWL_PIX_FMT_YUVA444P12BE
#define AV_PIX_FMT_YUVA444P12LE FWL_PIX_FMT_YUVA444P12LE
#define AV_PIX_FMT_NV12 FWL_PIX_FMT_NV12
#define AV_PIX_FMT_NV21 FWL_PIX_FMT_NV21
#define AV_PIX_FMT_NV16 FWL_PIX_FMT_NV16
#define AV_PIX_FMT_NV20LE FWL_PIX_FMT_NV20LE
#define AV_PIX_FMT_NV20BE FWL_PIX_FMT_NV20BE
#define AV_PIX_FMT_P010LE FWL_PIX_FMT_P010LE
#define AV_PIX_FMT_P010BE FWL_PIX_FMT_P010BE
#define AV_PIX_FMT_P016LE FWL_PIX_FMT_P016LE
#define AV_PIX_FMT_P016BE FWL_PIX_FMT_P016BE
#define AV_PIX_FMT_NV24 FWL_PIX_FMT_NV24
#define AV_PIX_FMT_NV42 FWL_PIX_FMT_NV42
#define AV_PIX_FMT_P210BE FWL_PIX_FMT_P210BE
#define AV_PIX_FMT_P210LE FWL_PIX_FMT_P210LE
#define AV_PIX_FMT_P410BE FWL_PIX_FMT_P410BE
#define AV_PIX_FMT_P410LE FWL_PIX_FMT_P410LE
#define AV_PIX_FMT_P216BE FWL_PIX_FMT_P216BE
#define AV_PIX_FMT_P216LE FWL_PIX_FMT_P216LE
#define AV_PIX_FMT_P416BE FWL_PIX_FMT_P416BE
#define AV_PIX_FMT_P416LE FWL_PIX_FMT_P416LE
#define AV_PIX_FMT_YUYV422 FWL_PIX_FMT_YUYV422
#define AV_PIX_FMT_UYVY422 FWL_PIX_FMT_UYVY422
#define AV_PIX_FMT_UYYVYY411 FWL_PIX_FMT_UYYVYY411
#define AV_PIX_FMT_YVYU422 FWL_PIX_FMT_YVYU422
#define AV_PIX_FMT_AYUV64LE FWL_PIX_FMT_AYUV64LE
#define AV_PIX_FMT_AYUV64BE FWL_PIX_FMT_AYUV64BE
#define AV_PIX_FMT_Y210BE FWL_PIX_FMT_Y210BE
#define AV_PIX_FMT_Y210LE FWL_PIX_FMT_Y210LE
#define AV_PIX_FMT_GRAY8 FWL_PIX_FMT_GRAY8
#define AV_PIX_FMT_GRAY16BE FWL_PIX_FMT_GRAY16BE
#define AV_PIX_FMT_GRAY16LE FWL_PIX_FMT_GRAY16LE
#define AV_PIX_FMT_YA8 FWL_PIX_FMT_YA8
#define AV_PIX_FMT_YA16BE FWL_PIX_FMT_YA16BE
#define AV_PIX_FMT_YA16LE FWL_PIX_FMT_YA16LE
#define AV_PIX_FMT_GRAY12BE FWL_PIX_FMT_GRAY12BE
#define AV_PIX_FMT_GRAY12LE FWL_PIX_FMT_GRAY12LE
#define AV_PIX_FMT_GRAY10BE FWL_PIX_FMT_GRAY10BE
#define AV_PIX_FMT_GRAY10LE FWL_PIX_FMT_GRAY10LE
#define AV_PIX_FMT_GRAY9BE FWL_PIX_FMT_GRAY9BE
#define AV_PIX_FMT_GRAY9LE FWL_PIX_FMT_GRAY9LE
#define AV_PIX_FMT_GRAY14BE FWL_PIX_FMT_GRAY14BE
#define AV_PIX_FMT_GRAY14LE FWL_PIX_FMT_GRAY14LE
#define AV_PIX_FMT_GRAYF32BE FWL_PIX_FMT_GRAYF32BE
#define AV_PIX_FMT_GRAYF32LE FWL_PIX_FMT_GRAYF32LE
#define AV_PIX_FMT_RGB24 FWL_PIX_FMT_RGB24
#define AV_PIX_FMT_BGR24 FWL_PIX_FMT_BGR24
#define AV_PIX_FMT_ARGB FWL_PIX_FMT_ARGB
#define AV_PIX_FMT_RGBA FWL_PIX_FMT_RGBA
#define AV_PIX_FMT_ABGR FWL_PIX_FMT_ABGR
#define AV_PIX_FMT_BGRA FWL_PIX_FMT_BGRA
#define AV_PIX_FMT_0RGB FWL_PIX_FMT_0RGB
#define AV_PIX_FMT_RGB0 FWL_PIX_FMT_RGB0
#define AV_PIX_FMT_0BGR FWL_PIX_FMT_0BGR
#define AV_PIX_FMT_BGR0 FWL_PIX_FMT_BGR0
#define AV_PIX_FMT_RGB48BE FWL_PIX_FMT_RGB48BE
#define AV_PIX_FMT_RGB48LE FWL_PIX_FMT_RGB48LE
#define AV_PIX_FMT_BGR48BE FWL_PIX_FMT_BGR48BE
#define AV_PIX_FMT_BGR48LE FWL_PIX_FMT_BGR48LE
#define AV_PIX_FMT_RGBA64BE FWL_PIX_FMT_RGBA64BE
#define AV_PIX_FMT_RGBA64LE FWL_PIX_FMT_RGBA64LE
#define AV_PIX_FMT_BGRA64BE FWL_PIX_FMT_BGRA64BE
#define AV_PIX_FMT_BGRA64LE FWL_PIX_FMT_BGRA64LE
#define AV_PIX_FMT_RGB565BE FWL_PIX_FMT_RGB565BE
#define AV_PIX_FMT_RGB565LE FWL_PIX_FMT_RGB565LE
#define AV_PIX_FMT_RGB555BE FWL_PIX_FMT_RGB555BE
#define AV_PIX_FMT_RGB555LE FWL_PIX_FMT_RGB555LE
#define AV_PIX_FMT_BGR565BE FWL_PIX_FMT_BGR565BE
#define AV_PIX_FMT_BGR565LE FWL_PIX_FMT_BGR565LE
#define AV_PIX_FMT_BGR555BE FWL_PIX_FMT_BGR555BE
#define AV_PIX_FMT_BGR555LE FWL_PIX_FMT_BGR555LE
#define AV_PIX_FMT_RGB444LE FWL_PIX_FMT_RGB444LE
#define AV_PIX_FMT_RGB444BE FWL_PIX_FMT_RGB444BE
#define AV_PIX_FMT_BGR444LE FWL_PIX_FMT_BGR444LE
#define AV_PIX_FMT_BGR444BE FWL_PIX_FMT_BGR444BE
#define AV_PIX_FMT_X2RGB10LE FWL_PIX_FMT_X2RGB10LE
#define AV_PIX_FMT_X2RGB10BE FWL_PIX_FMT_X2RGB10BE
#define AV_PIX_FMT_X2BGR10LE FWL_PIX_FMT_X2BGR10LE
#define AV_PIX_FMT_X2BGR10BE FWL_PIX_FMT_X2BGR10BE
#define AV_PIX_FMT_MONOWHITE FWL_PIX_FMT_MONOWHITE
#define AV_PIX_FMT_MONOBLACK FWL_PIX_FMT_MONOBLACK
#define AV_PIX_FMT_PAL8 FWL_PIX_FMT_PAL8
#define AV_PIX_FMT_BGR8 FWL_PIX_FMT_BGR8
#define AV_PIX_FMT_BGR4 FWL_PIX_FMT_BGR4
#define AV_PIX_FMT_BGR4_BYTE FWL_PIX_FMT_BGR4_BYTE
#define AV_PIX_FMT_RGB8 FWL_PIX_FMT_RGB8
#define AV_PIX_FMT_RGB4 FWL_PIX_FMT_RGB4
#define AV_PIX_FMT_RGB4_BYTE FWL_PIX_FMT_RGB4_BYTE
#define AV_PIX_FMT_GBRP FWL_PIX_FMT_GBRP
#define AV_PIX_FMT_GBRP9BE FWL_PIX_FMT_GBRP9BE
#define AV_PIX_FMT_GBRP9LE FWL_PIX_FMT_GBRP9LE
#define AV_PIX_FMT_GBRP10BE FWL_PIX_FMT_GBRP10BE
#define AV_PIX_FMT_GBRP10LE FWL_PIX_FMT_GBRP10LE
#define AV_PIX_FMT_GBRP16BE FWL_PIX_FMT_GBRP16BE
#define AV_PIX_FMT_GBRP16LE FWL_PIX_FMT_GBRP16LE
#define AV_PIX_FMT_GBRAP FWL_PIX_FMT_GBRAP
#define AV_PIX_FMT_GBRAP16BE FWL_PIX_FMT_GBRAP16BE
#define AV_PIX_FMT_GBRAP16LE FWL_PIX_FMT_GBRAP16LE
#define AV_PIX_FMT_GBRP12BE FWL_PIX_FMT_GBRP12BE
#define AV_PIX_FMT_GBRP12LE FWL_PIX_FMT_GBRP12LE
#define AV_PIX_FMT_GBRP14BE FWL_PIX_FMT_GBRP14BE
#define AV_PIX_FMT_GBRP14LE FWL_PIX_FMT_GBRP14LE
#define AV_PIX_FMT_GBRAP12BE FWL_PIX_FMT_GBRAP12BE
#define AV_PIX_FMT_GBRAP12LE FWL_PIX_FMT_GBRAP12LE
#define AV_PIX_FMT_GBRAP10BE FWL_PIX_FMT_GBRAP10BE
#define AV_PIX_FMT_GBRAP10LE FWL_PIX_FMT_GBRAP10LE
#define AV_PIX_FMT_GBRPF32BE FWL_PIX_FMT_GBRPF32BE
#define AV_PIX_FMT_GBRPF32LE FWL_PIX_FMT_GBRPF32LE
#define AV_PIX_FMT_GBRAPF32BE FWL_PIX_FMT_GBRAPF32BE
#define AV_PIX_FMT_GBRAPF32LE FWL_PIX_FMT_GBRAPF32LE
#define AV_PIX_FMT_BAYER_BGGR8 FWL_PIX_FMT_BAYER_BGGR8
#define AV_PIX_FMT_BAYER_RGGB8 FWL_PIX_FMT_BAYER_RGGB8
#define AV_PIX_FMT_BAYER_GBRG8 FWL_PIX_FMT_BAYER_GBRG8
#define AV_PIX_FMT_BAYER_GRBG8 FWL_PIX_FMT_BAYER_GRBG8
#define AV_PIX_FMT_BAYER_BGGR16LE FWL_PIX_FMT_BAYER_BGGR16LE
#define AV_PIX_FMT_BAYER_BGGR16BE FWL_PIX_FMT_BAYER_BGGR16BE
#define AV_PIX_FMT_BAYER_RGGB16LE FWL_PIX_FMT_BAYER_RGGB16LE
#define AV_PIX_FMT_BAYER_RGGB16BE FWL_PIX_FMT_BAYER_RGGB16BE
#define AV_PIX_FMT_BAYER_GBRG16LE FWL_PIX_FMT_BAYER_GBRG16LE
#define AV_PIX_FMT_BAYER_GBRG16BE FWL_PIX_FMT_BAYER_GBRG16BE
#define AV_PIX_FMT_BAYER_GRBG16LE FWL_PIX_FMT_BAYER_GRBG16LE
#define AV_PIX_FMT_BAYER_GRBG16BE FWL_PIX_FMT_BAYER_GRBG16BE
#define AV_PIX_FMT_XYZ12LE FWL_PIX_FMT_XYZ12LE
#define AV_PIX_FMT_XYZ12BE FWL_PIX_FMT_XYZ12BE
#define AV_PIX_FMT_VAAPI FWL_PIX_FMT_VAAPI
#define AV_PIX_FMT_DXVA2_VLD FWL_PIX_FMT_DXVA2_VLD
#define AV_PIX_FMT_VDPAU FWL_PIX_FMT_VDPAU
#define AV_PIX_FMT_QSV FWL_PIX_FMT_QSV
#define AV_PIX_FMT_MMAL FWL_PIX_FMT_MMAL
#define AV_PIX_FMT_D3D11VA_VLD FWL_PIX_FMT_D3D11VA_VLD
#define AV_PIX_FMT_CUDA FWL_PIX_FMT_CUDA
#define AV_PIX_FMT_XVMC FWL_PIX_FMT_XVMC
#define AV_PIX_FMT_VIDEOTOOLBOX FWL_PIX_FMT_VIDEOTOOLBOX
#define AV_PIX_FMT_MEDIACODEC FWL_PIX_FMT_MEDIACODEC
#define AV_PIX_FMT_D3D11 FWL_PIX_FMT_D3D11
#define AV_PIX_FMT_DRM_PRIME FWL_PIX_FMT_DRM_PRIME
#define AV_PIX_FMT_OPENCL FWL_PIX_FMT_OPENCL
#define AV_PIX_FMT_VULKAN FWL_PIX_FMT_VULKAN
#define AV_PIX_FMT_NB FWL_PIX_FMT_NB
#define AV_PIX_FMT_Y400A FWL_PIX_FMT_Y400A
#define AV_PIX_FMT_GRAY8A FWL_PIX_FMT_GRAY8A
#define AV_PIX_FMT_GBR24P FWL_PIX_FMT_GBR24P
#define AVCHROMA_LOC_UNSPECIFIED FWL_CHROMA_LOC_UNSPECIFIED
#define AVCHROMA_LOC_LEFT FWL_CHROMA_LOC_LEFT
#define AVCHROMA_LOC_CENTER FWL_CHROMA_LOC_CENTER
#define AVCHROMA_LOC_TOPLEFT FWL_CHROMA_LOC_TOPLEFT
#define AVCHROMA_LOC_TOP FWL_CHROMA_LOC_TOP
#define AVCHROMA_LOC_BOTTOMLEFT FWL_CHROMA_LOC_BOTTOMLEFT
#define AVCHROMA_LOC_BOTTOM FWL_CHROMA_LOC_BOTTOM
#define AVCHROMA_LOC_NB FWL_CHROMA_LOC_NB
#define AVCOL_PRI_RESERVED0 FWL_COL_PRI_RESERVED0
#define AVCOL_PRI_BT709 FWL_COL_PRI_BT709
#define AVCOL_PRI_UNSPECIFIED FWL_COL_PRI_UNSPECIFIED
#define AVCOL_PRI_RESERVED FWL_COL_PRI_RESERVED
#define AVCOL_PRI_BT470M FWL_COL_PRI_BT470M
#define AVCOL_PRI_BT470BG FWL_COL_PRI_BT470BG
#define AVCOL_PRI_SMPTE170M FWL_COL_PRI_SMPTE170M
#define AVCOL_PRI_SMPTE240M FWL_COL_PRI_SMPTE240M
#define AVCOL_PRI_FILM FWL_COL_PRI_FILM
#define AVCOL_PRI_BT2020 FWL_COL_PRI_BT2020
#define AVCOL_PRI_SMPTE428 FWL_COL_PRI_SMPTE428
#define AVCOL_PRI_SMPTEST428_1 FWL_COL_PRI_SMPTEST428_1
#define AVCOL_PRI_SMPTE431 FWL_COL_PRI_SMPTE431
#define AVCOL_PRI_SMPTE432 FWL_COL_PRI_SMPTE432
#define AVCOL_PRI_EBU3213 FWL_COL_PRI_EBU3213
#define AVCOL_PRI_JEDEC_P22 FWL_COL_PRI_JEDEC_P22
#define AVCOL_PRI_NB FWL_COL_PRI_NB
#define AVCOL_RANGE_UNSPECIFIED FWL_COL_RANGE_UNSPECIFIED
#define AVCOL_RANGE_MPEG FWL_COL_RANGE_MPEG
#define AVCOL_RANGE_JPEG FWL_COL_RANGE_JPEG
#define AVCOL_RANGE_NB FWL_COL_RANGE_NB
#define AVCOL_SPC_RGB FWL_COL_SPC_RGB
#define AVCOL_SPC_BT709 FWL_COL_SPC_BT709
#define AVCOL_SPC_UNSPECIFIED FWL_COL_SPC_UNSPECIFIED
#define AVCOL_SPC_RESERVED FWL_COL_SPC_RESERVED
#define AVCOL_SPC_FCC FWL_COL_SPC_FCC
#define AVCOL_SPC_BT470BG FWL_COL_SPC_BT470BG
#define AVCOL_SPC_SMPTE170M FWL_COL_SPC_SMPTE170M
#define AVCOL_SPC_SMPTE240M FWL_COL_SPC_SMPTE240M
#define AVCOL_SPC_YCGCO FWL_COL_SPC_YCGCO
#define AVCOL_SPC_YCOCG FWL_COL_SPC_YCOCG
#define AVCOL_SPC_BT2020_NCL FWL_COL_SPC_BT2020_NCL
#define AVCOL_SPC_BT2020_CL FWL_COL_SPC_BT2020_CL
#define AVCOL_SPC_SMPTE2085 FWL_COL_SPC_SMPTE2085
#define AVCOL_SPC_CHROMA_DERIVED_NCL FWL_COL_SPC_CHROMA_DERIVED_NCL
#define AVCOL_SPC_CHROMA_DERIVED_CL FWL_COL_SPC_CHROMA_DERIVED_CL
#define AVCOL_SPC_ICTCP FWL_COL_SPC_ICTCP
#define AVCOL_SPC_NB FWL_COL_SPC_NB
#define AVCOL_TRC_RESERVED0 FWL_COL_TRC_RESERVED0
#define AVCOL_TRC_BT709 FWL_COL_TRC_BT709
#define AVCOL_TRC_UNSPECIFIED FWL_COL_TRC_UNSPECIFIED
#define AVCOL_TRC_RESERVED FWL_COL_TRC_RESERVED
#define AVCOL_TRC_GAMMA22 FWL_COL_TRC_GAMMA22
#define AVCOL_TRC_GAMMA28 FWL_COL_TRC_GAMMA28
#define AVCOL_TRC_SMPTE170M FWL_COL_TRC_SMPTE170M
#define AVCOL_TRC_SMPTE240M FWL_COL_TRC_SMPTE240M
#define AVCOL_TRC_LINEAR FWL_COL_TRC_LINEAR
#define AVCOL_TRC_LOG FWL_COL_TRC_LOG
#define AVCOL_TRC_LOG_SQRT FWL_COL_TRC_LOG_SQRT
#define AVCOL_TRC_IEC61966_2_4 FWL_COL_TRC_IEC61966_2_4
#define AVCOL_TRC_BT1361_ECG FWL_COL_TRC_BT1361_ECG
#define AVCOL_TRC_IEC61966_2_1 FWL_COL_TRC_IEC61966_2_1
#define AVCOL_TRC_BT2020_10 FWL_COL_TRC_BT2020_10
#define AVCOL_TRC_BT2020_12 FWL_COL_TRC_BT2020_12
#define AVCOL_TRC_SMPTE2084 FWL_COL_TRC_SMPTE2084
#define AVCOL_TRC_SMPTEST2084 FWL_COL_TRC_SMPTEST2084
#define AVCOL_TRC_SMPTE428 FWL_COL_TRC_SMPTE428
#define AVCOL_TRC_SMPTEST428_1 FWL_COL_TRC_SMPTEST428_1
#define AVCOL_TRC_ARIB_STD_B67 FWL_COL_TRC_ARIB_STD_B67
#define AVCOL_TRC_NB FWL_COL_TRC_NB
#define AVPALETTE_COUNT FWL_PALETTE_COUNT
#define AVPALETTE_SIZE FWL_PALETTE_SIZE

/* libavutil/pixdesc.h */

#define AVComponentDescriptor FwlComponentDescriptor
#define AVPixFmtDescriptor FwlPixFmtDescriptor
#define FF_LOSS_RESOLUTION FWL_LOSS_RESOLUTION
#define FF_LOSS_DEPTH FWL_LOSS_DEPTH
#define FF_LOSS_COLORSPACE FWL_LOSS_COLORSPACE
#define FF_LOSS_ALPHA FWL_LOSS_ALPHA
#define FF_LOSS_COLORQUANT FWL_LOSS_COLORQUANT
#define FF_LOSS_CHROMA FWL_LOSS_CHROMA
#define av_get_bits_per_pixel fwl_get_bits_per_pixel
#define av_get_padded_bits_per_pixel fwl_get_padded_bits_per_pixel
#define av_pix_fmt_desc_get fwl_pix_fmt_desc_get
#define av_pix_fmt_desc_next fwl_pix_fmt_desc_next
#define av_pix_fmt_desc_get_id fwl_pix_fmt_desc_get_id
#define av_pix_fmt_get_chroma_sub_sample fwl_pix_fmt_get_chroma_sub_sample
#define av_pix_fmt_count_planes fwl_pix_fmt_count_planes
#define av_color_range_name fwl_color_range_name
#define av_color_range_from_name fwl_color_range_from_name
#define av_color_primaries_name fwl_color_primaries_name
#define av_color_primaries_from_name fwl_color_primaries_from_name
#define av_color_transfer_name fwl_color_transfer_name
#define av_color_transfer_from_name fwl_color_transfer_from_name
#define av_color_space_name fwl_color_space_name
#define av_color_space_from_name fwl_color_space_from_name
#define av_chroma_location_name fwl_chroma_location_name
#define av_chroma_location_from_name fwl_chroma_location_from_name
#define av_get_pix_fmt fwl_get_pix_fmt
#define av_get_pix_fmt_name fwl_get_pix_fmt_name
#define av_get_pix_fmt_string fwl_get_pix_fmt_string
#define av_read_image_line fwl_read_image_line
#define av_read_image_line2 fwl_read_image_line2
#define av_write_image_line fwl_write_image_line
#define av_write_image_line2 fwl_write_image_line2
#define av_pix_fmt_swap_endianness fwl_pix_fmt_swap_endianness
#define av_get_pix_fmt_loss fwl_get_pix_fmt_loss
#define av_find_best_pix_fmt_of_2 fwl_find_best_pix_fmt_of_2

/* libavutil/imgutils.h */

#define av_image_fill_max_pixsteps fwl_image_fill_max_pixsteps
#define av_image_get_linesize fwl_image_get_linesize
#define av_image_fill_linesizes fwl_image_fill_linesizes
#define av_image_fill_plane_sizes fwl_image_fill_plane_sizes
#define av_image_fill_pointers fwl_image_fill_pointers
#define av_image_alloc fwl_image_alloc
#define av_image_copy_plane fwl_image_copy_plane
#define av_image_copy_plane_uc_from fwl_image_copy_plane_uc_from
#define av_image_copy fwl_image_copy
#define av_image_copy_uc_from fwl_image_copy_uc_from
#define av_image_fill_arrays fwl_image_fill_arrays
#define av_image_get_buffer_size fwl_image_get_buffer_size
#define av_image_copy_to_buffer fwl_image_copy_to_buffer
#define av_image_check_size fwl_image_check_size
#define av_image_check_size2 fwl_image_check_size2
#define av_image_check_sar fwl_image_check_sar
#define av_image_fill_black fwl_image_fill_black

/* libavutil/samplefmt.h */

#define AVSampleFormat FwlSampleFormat
#define AV_SAMPLE_FMT_NONE FWL_SAMPLE_FMT_NONE
#define AV_SAMPLE_FMT_U8 FWL_SAMPLE_FMT_U8
#define AV_SAMPLE_FMT_S16 FWL_SAMPLE_FMT_S16
#define AV_SAMPLE_FMT_S32 FWL_SAMPLE_FMT_S32
#define AV_SAMPLE_FMT_FLT FWL_SAMPLE_FMT_FLT
#define AV_SAMPLE_FMT_DBL FWL_SAMPLE_FMT_DBL
#define AV_SAMPLE_FMT_U8P FWL_SAMPLE_FMT_U8P
#define AV_SAMPLE_FMT_S16P FWL_SAMPLE_FMT_S16P
#define AV_SAMPLE_FMT_S32P FWL_SAMPLE_FMT_S32P
#define AV_SAMPLE_FMT_FLTP FWL_SAMPLE_FMT_FLTP
#define AV_SAMPLE_FMT_DBLP FWL_SAMPLE_FMT_DBLP
#define AV_SAMPLE_FMT_S64 FWL_SAMPLE_FMT_S64
#define AV_SAMPLE_FMT_S64P FWL_SAMPLE_FMT_S64P
#define AV_SAMPLE_FMT_NB FWL_SAMPLE_FMT_NB
#define av_get_sample_fmt_name fwl_get_sample_fmt_name
#define av_get_sample_fmt fwl_get_sample_fmt
#define av_get_alt_sample_fmt fwl_get_alt_sample_fmt
#define av_get_packed_sample_fmt fwl_get_packed_sample_fmt
#define av_get_planar_sample_fmt fwl_get_planar_sample_fmt
#define av_get_sample_fmt_string fwl_get_sample_fmt_string
#define av_get_bytes_per_sample fwl_get_bytes_per_sample
#define av_sample_fmt_is_planar fwl_sample_fmt_is_planar
#define av_samples_get_buffer_size fwl_samples_get_buffer_size
#define av_samples_fill_arrays fwl_samples_fill_arrays
#define av_samples_alloc fwl_samples_alloc
#define av_samples_alloc_array_and_samples fwl_samples_alloc_array_and_samples
#define av_samples_copy fwl_samples_copy
#define av_samples_set_silence fwl_samples_set_silence

/* libavutil/channel_layout.h */

#define AVChannel FwlChannel
#define AVChannelCustom FwlChannelCustom
#define AVChannelLayout FwlChannelLayout
#define AVChannelOrder FwlChannelOrder
#define AVMatrixEncoding FwlMatrixEncoding
#define AV_CHAN_NONE FWL_CHAN_NONE
#define AV_CHAN_FRONT_LEFT FWL_CHAN_FRONT_LEFT
#define AV_CHAN_FRONT_RIGHT FWL_CHAN_FRONT_RIGHT
#define AV_CHAN_FRONT_CENTER FWL_CHAN_FRONT_CENTER
#define AV_CHAN_LOW_FREQUENCY FWL_CHAN_LOW_FREQUENCY
#define AV_CHAN_BACK_LEFT FWL_CHAN_BACK_LEFT
#define AV_CHAN_BACK_RIGHT FWL_CHAN_BACK_RIGHT
#define AV_CHAN_FRONT_LEFT_OF_CENTER FWL_CHAN_FRONT_LEFT_OF_CENTER
#define AV_CHAN_FRONT_RIGHT_OF_CENTER FWL_CHAN_FRONT_RIGHT_OF_CENTER
#define AV_CHAN_BACK_CENTER FWL_CHAN_BACK_CENTER
#define AV_CHAN_SIDE_LEFT FWL_CHAN_SIDE_LEFT
#define AV_CHAN_SIDE_RIGHT FWL_CHAN_SIDE_RIGHT
#define AV_CHAN_TOP_CENTER FWL_CHAN_TOP_CENTER
#define AV_CHAN_TOP_FRONT_LEFT FWL_CHAN_TOP_FRONT_LEFT
#define AV_CHAN_TOP_FRONT_CENTER FWL_CHAN_TOP_FRONT_CENTER
#define AV_CHAN_TOP_FRONT_RIGHT FWL_CHAN_TOP_FRONT_RIGHT
#define AV_CHAN_TOP_BACK_LEFT FWL_CHAN_TOP_BACK_LEFT
#define AV_CHAN_TOP_BACK_CENTER FWL_CHAN_TOP_BACK_CENTER
#define AV_CHAN_TOP_BACK_RIGHT FWL_CHAN_TOP_BACK_RIGHT
#define AV_CHAN_STEREO_LEFT FWL_CHAN_STEREO_LEFT
#define AV_CHAN_STEREO_RIGHT FWL_CHAN_STEREO_RIGHT
#define AV_CHAN_WIDE_LEFT FWL_CHAN_WIDE_LEFT
#define AV_CHAN_WIDE_RIGHT FWL_CHAN_WIDE_RIGHT
#define AV_CHAN_SURROUND_DIRECT_LEFT FWL_CHAN_SURROUND_DIRECT_LEFT
#define AV_CHAN_SURROUND_DIRECT_RIGHT FWL_CHAN_SURROUND_DIRECT_RIGHT
#define AV_CHAN_LOW_FREQUENCY_2 FWL_CHAN_LOW_FREQUENCY_2
#define AV_CHAN_TOP_SIDE_LEFT FWL_CHAN_TOP_SIDE_LEFT
#define AV_CHAN_TOP_SIDE_RIGHT FWL_CHAN_TOP_SIDE_RIGHT
#define AV_CHAN_BOTTOM_FRONT_CENTER FWL_CHAN_BOTTOM_FRONT_CENTER
#define AV_CHAN_BOTTOM_FRONT_LEFT FWL_CHAN_BOTTOM_FRONT_LEFT
#define AV_CHAN_BOTTOM_FRONT_RIGHT FWL_CHAN_BOTTOM_FRONT_RIGHT
#define AV_CHAN_UNUSED FWL_CHAN_UNUSED
#define AV_CHAN_UNKNOWN FWL_CHAN_UNKNOWN
#define AV_CHAN_AMBISONIC_BASE FWL_CHAN_AMBISONIC_BASE
#define AV_CHAN_AMBISONIC_END FWL_CHAN_AMBISONIC_END
#define AV_CH_FRONT_LEFT FWL_CH_FRONT_LEFT
#define AV_CH_FRONT_RIGHT FWL_CH_FRONT_RIGHT
#define AV_CH_FRONT_CENTER FWL_CH_FRONT_CENTER
#define AV_CH_LOW_FREQUENCY FWL_CH_LOW_FREQUENCY
#define AV_CH_BACK_LEFT FWL_CH_BACK_LEFT
#define AV_CH_BACK_RIGHT FWL_CH_BACK_RIGHT
#define AV_CH_FRONT_LEFT_OF_CENTER FWL_CH_FRONT_LEFT_OF_CENTER
#define AV_CH_FRONT_RIGHT_OF_CENTER FWL_CH_FRONT_RIGHT_OF_CENTER
#define AV_CH_BACK_CENTER FWL_CH_BACK_CENTER
#define AV_CH_SIDE_LEFT FWL_CH_SIDE_LEFT
#define AV_CH_SIDE_RIGHT FWL_CH_SIDE_RIGHT
#define AV_CH_TOP_CENTER FWL_CH_TOP_CENTER
#define AV_CH_TOP_FRONT_LEFT FWL_CH_TOP_FRONT_LEFT
#define AV_CH_TOP_FRONT_CENTER FWL_CH_TOP_FRONT_CENTER
#define AV_CH_TOP_FRONT_RIGHT FWL_CH_TOP_FRONT_RIGHT
#define AV_CH_TOP_BACK_LEFT FWL_CH_TOP_BACK_LEFT
#define AV_CH_TOP_BACK_CENTER FWL_CH_TOP_BACK_CENTER
#define AV_CH_TOP_BACK_RIGHT FWL_CH_TOP_BACK_RIGHT
#define AV_CH_STEREO_LEFT FWL_CH_STEREO_LEFT
#define AV_CH_STEREO_RIGHT FWL_CH_STEREO_RIGHT
#define AV_CH_WIDE_LEFT FWL_CH_WIDE_LEFT
#define AV_CH_WIDE_RIGHT FWL_CH_WIDE_RIGHT
#define AV_CH_SURROUND_DIRECT_LEFT FWL_CH_SURROUND_DIRECT_LEFT
#define AV_CH_SURROUND_DIRECT_RIGHT FWL_CH_SURROUND_DIRECT_RIGHT
#define AV_CH_LOW_FREQUENCY_2 FWL_CH_LOW_FREQUENCY_2
#define AV_CH_TOP_SIDE_LEFT FWL_CH_TOP_SIDE_LEFT
#define AV_CH_TOP_SIDE_RIGHT FWL_CH_TOP_SIDE_RIGHT
#define AV_CH_BOTTOM_FRONT_CENTER FWL_CH_BOTTOM_FRONT_CENTER
#define AV_CH_BOTTOM_FRONT_LEFT FWL_CH_BOTTOM_FRONT_LEFT
#define AV_CH_BOTTOM_FRONT_RIGHT FWL_CH_BOTTOM_FRONT_RIGHT
#define AV_CH_LAYOUT_NATIVE FWL_CH_LAYOUT_NATIVE
#define AV_CH_LAYOUT_MONO FWL_CH_LAYOUT_MONO
#define AV_CH_LAYOUT_STEREO FWL_CH_LAYOUT_STEREO
#define AV_CH_LAYOUT_2POINT1 FWL_CH_LAYOUT_2POINT1
#define AV_CH_LAYOUT_2_1 FWL_CH_LAYOUT_2_1
#define AV_CH_LAYOUT_SURROUND FWL_CH_LAYOUT_SURROUND
#define AV_CH_LAYOUT_3POINT1 FWL_CH_LAYOUT_3POINT1
#define AV_CH_LAYOUT_4POINT0 FWL_CH_LAYOUT_4POINT0
#define AV_CH_LAYOUT_4POINT1 FWL_CH_LAYOUT_4POINT1
#define AV_CH_LAYOUT_2_2 FWL_CH_LAYOUT_2_2
#define AV_CH_LAYOUT_QUAD FWL_CH_LAYOUT_QUAD
#define AV_CH_LAYOUT_5POINT0 FWL_CH_LAYOUT_5POINT0
#define AV_CH_LAYOUT_5POINT1 FWL_CH_LAYOUT_5POINT1
#define AV_CH_LAYOUT_5POINT0_BACK FWL_CH_LAYOUT_5POINT0_BACK
#define AV_CH_LAYOUT_5POINT1_BACK FWL_CH_LAYOUT_5POINT1_BACK
#define AV_CH_LAYOUT_6POINT0 FWL_CH_LAYOUT_6POINT0
#define AV_CH_LAYOUT_6POINT0_FRONT FWL_CH_LAYOUT_6POINT0_FRONT
#define AV_CH_LAYOUT_HEXAGONAL FWL_CH_LAYOUT_HEXAGONAL
#define AV_CH_LAYOUT_6POINT1 FWL_CH_LAYOUT_6POINT1
#define AV_CH_LAYOUT_6POINT1_BACK FWL_CH_LAYOUT_6POINT1_BACK
#define AV_CH_LAYOUT_6POINT1_FRONT FWL_CH_LAYOUT_6POINT1_FRONT
#define AV_CH_LAYOUT_7POINT0 FWL_CH_LAYOUT_7POINT0
#define AV_CH_LAYOUT_7POINT0_FRONT FWL_CH_LAYOUT_7POINT0_FRONT
#define AV_CH_LAYOUT_7POINT1 FWL_CH_LAYOUT_7POINT1
#define AV_CH_LAYOUT_7POINT1_WIDE FWL_CH_LAYOUT_7POINT1_WIDE
#define AV_CH_LAYOUT_7POINT1_WIDE_BACK FWL_CH_LAYOUT_7POINT1_WIDE_BACK
#define AV_CH_LAYOUT_OCTAGONAL FWL_CH_LAYOUT_OCTAGONAL
#define AV_CH_LAYOUT_HEXADECAGONAL FWL_CH_LAYOUT_HEXADECAGONAL
#define AV_CH_LAYOUT_STEREO_DOWNMIX FWL_CH_LAYOUT_STEREO_DOWNMIX
#define AV_CH_LAYOUT_22POINT2 FWL_CH_LAYOUT_22POINT2
#define AV_CHANNEL_LAYOUT_MASK FWL_CHANNEL_LAYOUT_MASK
#define AV_CHANNEL_LAYOUT_MONO FWL_CHANNEL_LAYOUT_MONO
#define AV_CHANNEL_LAYOUT_STEREO FWL_CHANNEL_LAYOUT_STEREO
#define AV_CHANNEL_LAYOUT_2POINT1 FWL_CHANNEL_LAYOUT_2POINT1
#define AV_CHANNEL_LAYOUT_2_1 FWL_CHANNEL_LAYOUT_2_1
#define AV_CHANNEL_LAYOUT_SURROUND FWL_CHANNEL_LAYOUT_SURROUND
#define AV_CHANNEL_LAYOUT_3POINT1 FWL_CHANNEL_LAYOUT_3POINT1
#define AV_CHANNEL_LAYOUT_4POINT0 FWL_CHANNEL_LAYOUT_4POINT0
#define AV_CHANNEL_LAYOUT_4POINT1 FWL_CHANNEL_LAYOUT_4POINT1
#define AV_CHANNEL_LAYOUT_2_2 FWL_CHANNEL_LAYOUT_2_2
#define AV_CHANNEL_LAYOUT_QUAD FWL_CHANNEL_LAYOUT_QUAD
#define AV_CHANNEL_LAYOUT_5POINT0 FWL_CHANNEL_LAYOUT_5POINT0
#define AV_CHANNEL_LAYOUT_5POINT1 FWL_CHANNEL_LAYOUT_5POINT1
#define AV_CHANNEL_LAYOUT_5POINT0_BACK FWL_CHANNEL_LAYOUT_5POINT0_BACK
#define AV_CHANNEL_LAYOUT_5POINT1_BACK FWL_CHANNEL_LAYOUT_5POINT1_BACK
#define AV_CHANNEL_LAYOUT_6POINT0 FWL_CHANNEL_LAYOUT_6POINT0
#define AV_CHANNEL_LAYOUT_6POINT0_FRONT FWL_CHANNEL_LAYOUT_6POINT0_FRONT
#define AV_CHANNEL_LAYOUT_HEXAGONAL FWL_CHANNEL_LAYOUT_HEXAGONAL
#define AV_CHANNEL_LAYOUT_6POINT1 FWL_CHANNEL_LAYOUT_6POINT1
#define AV_CHANNEL_LAYOUT_6POINT1_BACK FWL_CHANNEL_LAYOUT_6POINT1_BACK
#define AV_CHANNEL_LAYOUT_6POINT1_FRONT FWL_CHANNEL_LAYOUT_6POINT1_FRONT
#define AV_CHANNEL_LAYOUT_7POINT0 FWL_CHANNEL_LAYOUT_7POINT0
#define AV_CHANNEL_LAYOUT_7POINT0_FRONT FWL_CHANNEL_LAYOUT_7POINT0_FRONT
#define AV_CHANNEL_LAYOUT_7POINT1 FWL_CHANNEL_LAYOUT_7POINT1
#define AV_CHANNEL_LAYOUT_7POINT1_WIDE FWL_CHANNEL_LAYOUT_7POINT1_WIDE
#define AV_CHANNEL_LAYOUT_7POINT1_WIDE_BACK FWL_CHANNEL_LAYOUT_7POINT1_WIDE_BACK
#define AV_CHANNEL_LAYOUT_OCTAGONAL FWL_CHANNEL_LAYOUT_OCTAGONAL
#define AV_CHANNEL_LAYOUT_HEXADECAGONAL FWL_CHANNEL_LAYOUT_HEXADECAGONAL
#define AV_CHANNEL_LAYOUT_STEREO_DOWNMIX FWL_CHANNEL_LAYOUT_STEREO_DOWNMIX
#define AV_CHANNEL_LAYOUT_22POINT2 FWL_CHANNEL_LAYOUT_22POINT2
#define AV_CHANNEL_LAYOUT_AMBISONIC_FIRST_ORDER FWL_CHANNEL_LAYOUT_AMBISONIC_FIRST_ORDER
#define AV_CHANNEL_ORDER_UNSPEC FWL_CHANNEL_ORDER_UNSPEC
#define AV_CHANNEL_ORDER_NATIVE FWL_CHANNEL_ORDER_NATIVE
#define AV_CHANNEL_ORDER_CUSTOM FWL_CHANNEL_ORDER_CUSTOM
#define AV_CHANNEL_ORDER_AMBISONIC FWL_CHANNEL_ORDER_AMBISONIC
#define AV_MATRIX_ENCODING_NONE FWL_MATRIX_ENCODING_NONE
#define AV_MATRIX_ENCODING_DOLBY FWL_MATRIX_ENCODING_DOLBY
#define AV_MATRIX_ENCODING_DPLII FWL_MATRIX_ENCODING_DPLII
#define AV_MATRIX_ENCODING_DPLIIX FWL_MATRIX_ENCODING_DPLIIX
#define AV_MATRIX_ENCODING_DPLIIZ FWL_MATRIX_ENCODING_DPLIIZ
#define AV_MATRIX_ENCODING_DOLBYEX FWL_MATRIX_ENCODING_DOLBYEX
#define AV_MATRIX_ENCODING_DOLBYHEADPHONE FWL_MATRIX_ENCODING_DOLBYHEADPHONE
#define AV_MATRIX_ENCODING_NB FWL_MATRIX_ENCODING_NB
#define av_get_channel_layout fwl_get_channel_layout
#define av_get_extended_channel_layout fwl_get_extended_channel_layout
#define av_get_channel_layout_string fwl_get_channel_layout_string
#define av_get_channel_layout_nb_channels fwl_get_channel_layout_nb_channels
#define av_get_default_channel_layout fwl_get_default_channel_layout
#define av_get_channel_layout_channel_index fwl_get_channel_layout_channel_index
#define av_channel_layout_extract_channel fwl_channel_layout_extract_channel
#define av_get_channel_name fwl_get_channel_name
#define av_get_channel_description fwl_get_channel_description
#define av_get_standard_channel_layout fwl_get_standard_channel_layout
#define av_channel_name fwl_channel_name
#define av_channel_description fwl_channel_description
#define av_channel_from_string fwl_channel_from_string
#define av_channel_layout_from_mask fwl_channel_layout_from_mask
#define av_channel_layout_from_string fwl_channel_layout_from_string
#define av_channel_layout_default fwl_channel_layout_default
#define av_channel_layout_standard fwl_channel_layout_standard
#define av_channel_layout_uninit fwl_channel_layout_uninit
#define av_channel_layout_copy fwl_channel_layout_copy
#define av_channel_layout_describe fwl_channel_layout_describe
#define av_channel_layout_channel_from_index fwl_channel_layout_channel_from_index
#define av_channel_layout_index_from_channel fwl_channel_layout_index_from_channel
#define av_channel_layout_index_from_string fwl_channel_layout_index_from_string
#define av_channel_layout_channel_from_string fwl_channel_layout_channel_from_string
#define av_channel_layout_subset fwl_channel_layout_subset
#define av_channel_layout_check fwl_channel_layout_check
#define av_channel_layout_compare fwl_channel_layout_compare

/* libavutil/frame.h */

#define AVActiveFormatDescription FwlActiveFormatDescription
#define AVFrame FwlFrame
#define AVFrameSideData FwlFrameSideData
#define AVFrameSideDataType FwlFrameSideDataType
#define AVRegionOfInterest FwlRegionOfInterest
#define AV_NUM_DATA_POINTERS FWL_NUM_DATA_POINTERS
#define AV_AFD_SAME FWL_AFD_SAME
#define AV_AFD_4_3 FWL_AFD_4_3
#define AV_AFD_16_9 FWL_AFD_16_9
#define AV_AFD_14_9 FWL_AFD_14_9
#define AV_AFD_4_3_SP_14_9 FWL_AFD_4_3_SP_14_9
#define AV_AFD_16_9_SP_14_9 FWL_AFD_16_9_SP_14_9
#define AV_AFD_SP_4_3 FWL_AFD_SP_4_3
#define AV_FRAME_CROP_UNALIGNED FWL_FRAME_CROP_UNALIGNED
#define AV_FRAME_DATA_PANSCAN FWL_FRAME_DATA_PANSCAN
#define AV_FRAME_DATA_A53_CC FWL_FRAME_DATA_A53_CC
#define AV_FRAME_DATA_STEREO3D FWL_FRAME_DATA_STEREO3D
#define AV_FRAME_DATA_MATRIXENCODING FWL_FRAME_DATA_MATRIXENCODING
#define AV_FRAME_DATA_DOWNMIX_INFO FWL_FRAME_DATA_DOWNMIX_INFO
#define AV_FRAME_DATA_REPLAYGAIN FWL_FRAME_DATA_REPLAYGAIN
#define AV_FRAME_DATA_DISPLAYMATRIX FWL_FRAME_DATA_DISPLAYMATRIX
#define AV_FRAME_DATA_AFD FWL_FRAME_DATA_AFD
#define AV_FRAME_DATA_MOTION_VECTORS FWL_FRAME_DATA_MOTION_VECTORS
#define AV_FRAME_DATA_SKIP_SAMPLES FWL_FRAME_DATA_SKIP_SAMPLES
#define AV_FRAME_DATA_AUDIO_SERVICE_TYPE FWL_FRAME_DATA_AUDIO_SERVICE_TYPE
#define AV_FRAME_DATA_MASTERING_DISPLAY_METADATA FWL_FRAME_DATA_MASTERING_DISPLAY_METADATA
#define AV_FRAME_DATA_GOP_TIMECODE FWL_FRAME_DATA_GOP_TIMECODE
#define AV_FRAME_DATA_SPHERICAL FWL_FRAME_DATA_SPHERICAL
#define AV_FRAME_DATA_CONTENT_LIGHT_LEVEL FWL_FRAME_DATA_CONTENT_LIGHT_LEVEL
#define AV_FRAME_DATA_ICC_PROFILE FWL_FRAME_DATA_ICC_PROFILE
#define AV_FRAME_DATA_S12M_TIMECODE FWL_FRAME_DATA_S12M_TIMECODE
#define AV_FRAME_DATA_DYNAMIC_HDR_PLUS FWL_FRAME_DATA_DYNAMIC_HDR_PLUS
#define AV_FRAME_DATA_REGIONS_OF_INTEREST FWL_FRAME_DATA_REGIONS_OF_INTEREST
#define AV_FRAME_DATA_VIDEO_ENC_PARAMS FWL_FRAME_DATA_VIDEO_ENC_PARAMS
#define AV_FRAME_DATA_SEI_UNREGISTERED FWL_FRAME_DATA_SEI_UNREGISTERED
#define AV_FRAME_DATA_FILM_GRAIN_PARAMS FWL_FRAME_DATA_FILM_GRAIN_PARAMS
#define AV_FRAME_DATA_DETECTION_BBOXES FWL_FRAME_DATA_DETECTION_BBOXES
#define AV_FRAME_DATA_DOVI_RPU_BUFFER FWL_FRAME_DATA_DOVI_RPU_BUFFER
#define AV_FRAME_DATA_DOVI_METADATA FWL_FRAME_DATA_DOVI_METADATA
#define AV_FRAME_DATA_DYNAMIC_HDR_VIVID FWL_FRAME_DATA_DYNAMIC_HDR_VIVID
#define AV_FRAME_FLAG_CORRUPT FWL_FRAME_FLAG_CORRUPT
#define AV_FRAME_FLAG_DISCARD FWL_FRAME_FLAG_DISCARD
#define FF_DECODE_ERROR_INVALID_BITSTREAM FWL_DECODE_ERROR_INVALID_BITSTREAM
#define FF_DECODE_ERROR_MISSING_REFERENCE FWL_DECODE_ERROR_MISSING_REFERENCE
#define FF_DECODE_ERROR_CONCEALMENT_ACTIVE FWL_DECODE_ERROR_CONCEALMENT_ACTIVE
#define FF_DECODE_ERROR_DECODE_SLICES FWL_DECODE_ERROR_DECODE_SLICES
#define av_get_colorspace_name fwl_get_colorspace_name
#define av_frame_alloc fwl_frame_alloc
#define av_frame_free fwl_frame_free
#define av_frame_ref fwl_frame_ref
#define av_frame_clone fwl_frame_clone
#define av_frame_unref fwl_frame_unref
#define av_frame_move_ref fwl_frame_move_ref
#define av_frame_get_buffer fwl_frame_get_buffer
#define av_frame_is_writable fwl_frame_is_writable
#define av_frame_make_writable fwl_frame_make_writable
#define av_frame_copy fwl_frame_copy
#define av_frame_copy_props fwl_frame_copy_props
#define av_frame_get_plane_buffer fwl_frame_get_plane_buffer
#define av_frame_new_side_data fwl_frame_new_side_data
#define av_frame_new_side_data_from_buf fwl_frame_new_side_data_from_buf
#define av_frame_get_side_data fwl_frame_get_side_data
#define av_frame_remove_side_data fwl_frame_remove_side_data
#define av_frame_apply_cropping fwl_frame_apply_cropping
#define av_frame_side_data_name fwl_frame_side_data_name

/* libavcodec/packet.h */

#define AVPacket FwlPacket
#define AVPacketList FwlPacketList
#define AVPacketSideData FwlPacketSideData
#define AVPacketSideDataType FwlPacketSideDataType
#define AVSideDataParamChangeFlags FwlSideDataParamChangeFlags
#define AV_PKT_DATA_QUALITY_FACTOR FWL_PKT_DATA_QUALITY_FACTOR
#define AV_PKT_DATA_PALETTE FWL_PKT_DATA_PALETTE
#define AV_PKT_DATA_NEW_EXTRADATA FWL_PKT_DATA_NEW_EXTRADATA
#define AV_PKT_DATA_PARAM_CHANGE FWL_PKT_DATA_PARAM_CHANGE
#define AV_PKT_DATA_H263_MB_INFO FWL_PKT_DATA_H263_MB_INFO
#define AV_PKT_DATA_REPLAYGAIN FWL_PKT_DATA_REPLAYGAIN
#define AV_PKT_DATA_DISPLAYMATRIX FWL_PKT_DATA_DISPLAYMATRIX
#define AV_PKT_DATA_STEREO3D FWL_PKT_DATA_STEREO3D
#define AV_PKT_DATA_AUDIO_SERVICE_TYPE FWL_PKT_DATA_AUDIO_SERVICE_TYPE
#define AV_PKT_DATA_QUALITY_STATS FWL_PKT_DATA_QUALITY_STATS
#define AV_PKT_DATA_FALLBACK_TRACK FWL_PKT_DATA_FALLBACK_TRACK
#define AV_PKT_DATA_CPB_PROPERTIES FWL_PKT_DATA_CPB_PROPERTIES
#define AV_PKT_DATA_SKIP_SAMPLES FWL_PKT_DATA_SKIP_SAMPLES
#define AV_PKT_DATA_JP_DUALMONO FWL_PKT_DATA_JP_DUALMONO
#define AV_PKT_DATA_STRINGS_METADATA FWL_PKT_DATA_STRINGS_METADATA
#define AV_PKT_DATA_SUBTITLE_POSITION FWL_PKT_DATA_SUBTITLE_POSITION
#define AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL FWL_PKT_DATA_MATROSKA_BLOCKADDITIONAL
#define AV_PKT_DATA_WEBVTT_IDENTIFIER FWL_PKT_DATA_WEBVTT_IDENTIFIER
#define AV_PKT_DATA_WEBVTT_SETTINGS FWL_PKT_DATA_WEBVTT_SETTINGS
#define AV_PKT_DATA_METADATA_UPDATE FWL_PKT_DATA_METADATA_UPDATE
#define AV_PKT_DATA_MPEGTS_STREAM_ID FWL_PKT_DATA_MPEGTS_STREAM_ID
#define AV_PKT_DATA_MASTERING_DISPLAY_METADATA FWL_PKT_DATA_MASTERING_DISPLAY_METADATA
#define AV_PKT_DATA_SPHERICAL FWL_PKT_DATA_SPHERICAL
#define AV_PKT_DATA_CONTENT_LIGHT_LEVEL FWL_PKT_DATA_CONTENT_LIGHT_LEVEL
#define AV_PKT_DATA_A53_CC FWL_PKT_DATA_A53_CC
#define AV_PKT_DATA_ENCRYPTION_INIT_INFO FWL_PKT_DATA_ENCRYPTION_INIT_INFO
#define AV_PKT_DATA_ENCRYPTION_INFO FWL_PKT_DATA_ENCRYPTION_INFO
#define AV_PKT_DATA_AFD FWL_PKT_DATA_AFD
#define AV_PKT_DATA_PRFT FWL_PKT_DATA_PRFT
#define AV_PKT_DATA_ICC_PROFILE FWL_PKT_DATA_ICC_PROFILE
#define AV_PKT_DATA_DOVI_CONF FWL_PKT_DATA_DOVI_CONF
#define AV_PKT_DATA_S12M_TIMECODE FWL_PKT_DATA_S12M_TIMECODE
#define AV_PKT_DATA_DYNAMIC_HDR10_PLUS FWL_PKT_DATA_DYNAMIC_HDR10_PLUS
#define AV_PKT_DATA_NB FWL_PKT_DATA_NB
#define AV_PKT_FLAG_KEY FWL_PKT_FLAG_KEY
#define AV_PKT_FLAG_CORRUPT FWL_PKT_FLAG_CORRUPT
#define AV_PKT_FLAG_DISCARD FWL_PKT_FLAG_DISCARD
#define AV_PKT_FLAG_TRUSTED FWL_PKT_FLAG_TRUSTED
#define AV_PKT_FLAG_DISPOSABLE FWL_PKT_FLAG_DISPOSABLE
#define AV_SIDE_DATA_PARAM_CHANGE_CHANNEL_COUNT FWL_SIDE_DATA_PARAM_CHANGE_CHANNEL_COUNT
#define AV_SIDE_DATA_PARAM_CHANGE_CHANNEL_LAYOUT FWL_SIDE_DATA_PARAM_CHANGE_CHANNEL_LAYOUT
#define AV_SIDE_DATA_PARAM_CHANGE_SAMPLE_RATE FWL_SIDE_DATA_PARAM_CHANGE_SAMPLE_RATE
#define AV_SIDE_DATA_PARAM_CHANGE_DIMENSIONS FWL_SIDE_DATA_PARAM_CHANGE_DIMENSIONS
#define av_packet_alloc fwl_packet_alloc
#define av_packet_clone fwl_packet_clone
#define av_packet_free fwl_packet_free
#define av_init_packet fwl_init_packet
#define av_new_packet fwl_new_packet
#define av_shrink_packet fwl_shrink_packet
#define av_grow_packet fwl_grow_packet
#define av_packet_from_data fwl_packet_from_data
#define av_packet_new_side_data fwl_packet_new_side_data
#define av_packet_add_side_data fwl_packet_add_side_data
#define av_packet_shrink_side_data fwl_packet_shrink_side_data
#define av_packet_get_side_data fwl_packet_get_side_data
#define av_packet_side_data_name fwl_packet_side_data_name
#define av_packet_pack_dictionary fwl_packet_pack_dictionary
#define av_packet_unpack_dictionary fwl_packet_unpack_dictionary
#define av_packet_free_side_data fwl_packet_free_side_data
#define av_packet_ref fwl_packet_ref
#define av_packet_unref fwl_packet_unref
#define av_packet_move_ref fwl_packet_move_ref
#define av_packet_copy_props fwl_packet_copy_props
#define av_packet_make_refcounted fwl_packet_make_refcounted
#define av_packet_make_writable fwl_packet_make_writable
#define av_packet_rescale_ts fwl_packet_rescale_ts

#endif
