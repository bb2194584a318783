/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sound in memory: sample formats, channel layouts, where the samples lie.
 *
 * Samples are packed (one plane, the channels of an instant side by side) or planar (a plane for
 * each channel; the names of these formats end in P):
 *
 *   S16,  stereo    data[0] |L R L R L R L R|
 *   S16P, stereo    data[0] |L L L L|    data[1] |R R R R|
 *
 * A channel layout says how many channels there are, and which: a native layout is a set of
 * channels in the order of enum FwlChannel, as a mask; others are a count alone, ambisonic
 * components, or a list of the caller's.
 *
 *     FwlChannelLayout layout;
 *     char text[64];
 *     fwl_channel_layout_default(&layout, 6);
 *     fwl_channel_layout_describe(&layout, text, sizeof text);
 *     int linesize;
 *     const int size = fwl_samples_get_buffer_size(&linesize, layout.nb_channels, 1024,
 *                                                  FWL_SAMPLE_FMT_FLTP, 0);
 *     printf("1024 samples of %s take %d bytes, %d a plane\n", text, size, linesize);
 *
 * Formats, numbers, names, fields and results are those of libavutil 5.1 (samplefmt.h,
 * channel_layout.h). What is undefined, wraps or goes unnoticed there is FWL_E_INVALID or
 * FWL_E_RANGE here.
 *
 * Threads: every function may be called from any thread, and from signal handlers. Nothing here
 * allocates, locks or keeps state.
 */
#ifndef FRAMEWELL_SAMPLE_H
#define FRAMEWELL_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types: samples */

/* Native byte order. U8 is unsigned with silence at 128, S16 to S64 are signed, FLT and DBL are
 * float and double from -1 to 1. */
enum FwlSampleFormat {
    FWL_SAMPLE_FMT_NONE = -1,
    FWL_SAMPLE_FMT_U8,
    FWL_SAMPLE_FMT_S16,
    FWL_SAMPLE_FMT_S32,
    FWL_SAMPLE_FMT_FLT,
    FWL_SAMPLE_FMT_DBL,

    FWL_SAMPLE_FMT_U8P,
    FWL_SAMPLE_FMT_S16P,
    FWL_SAMPLE_FMT_S32P,
    FWL_SAMPLE_FMT_FLTP,
    FWL_SAMPLE_FMT_DBLP,
    FWL_SAMPLE_FMT_S64,
    FWL_SAMPLE_FMT_S64P,

    FWL_SAMPLE_FMT_NB,
};

/* Types: channels */

enum FwlChannel {
    FWL_CHAN_NONE = -1,
    FWL_CHAN_FRONT_LEFT = 0,
    FWL_CHAN_FRONT_RIGHT = 1,
    FWL_CHAN_FRONT_CENTER = 2,
    FWL_CHAN_LOW_FREQUENCY = 3,
    FWL_CHAN_BACK_LEFT = 4,
    FWL_CHAN_BACK_RIGHT = 5,
    FWL_CHAN_FRONT_LEFT_OF_CENTER = 6,
    FWL_CHAN_FRONT_RIGHT_OF_CENTER = 7,
    FWL_CHAN_BACK_CENTER = 8,
    FWL_CHAN_SIDE_LEFT = 9,
    FWL_CHAN_SIDE_RIGHT = 10,
    FWL_CHAN_TOP_CENTER = 11,
    FWL_CHAN_TOP_FRONT_LEFT = 12,
    FWL_CHAN_TOP_FRONT_CENTER = 13,
    FWL_CHAN_TOP_FRONT_RIGHT = 14,
    FWL_CHAN_TOP_BACK_LEFT = 15,
    FWL_CHAN_TOP_BACK_CENTER = 16,
    FWL_CHAN_TOP_BACK_RIGHT = 17,
    FWL_CHAN_STEREO_LEFT = 29,
    FWL_CHAN_STEREO_RIGHT = 30,
    FWL_CHAN_WIDE_LEFT = 31,
    FWL_CHAN_WIDE_RIGHT = 32,
    FWL_CHAN_SURROUND_DIRECT_LEFT = 33,
    FWL_CHAN_SURROUND_DIRECT_RIGHT = 34,
    FWL_CHAN_LOW_FREQUENCY_2 = 35,
    FWL_CHAN_TOP_SIDE_LEFT = 36,
    FWL_CHAN_TOP_SIDE_RIGHT = 37,
    FWL_CHAN_BOTTOM_FRONT_CENTER = 38,
    FWL_CHAN_BOTTOM_FRONT_LEFT = 39,
    FWL_CHAN_BOTTOM_FRONT_RIGHT = 40,

    FWL_CHAN_UNUSED = 0x200,  /* holds nothing */
    FWL_CHAN_UNKNOWN = 0x300, /* holds sound from nobody knows where */

    /* Ambisonic component n of the ACN numbering is BASE + n. */
    FWL_CHAN_AMBISONIC_BASE = 0x400,
    FWL_CHAN_AMBISONIC_END = 0x7ff,
};

/* What a layout says about its channels. */
enum FwlChannelOrder {
    FWL_CHANNEL_ORDER_UNSPEC,    /* only how many there are */
    FWL_CHANNEL_ORDER_NATIVE,    /* those of u.mask, in the order of enum FwlChannel */
    FWL_CHANNEL_ORDER_CUSTOM,    /* those of u.map, in its order */
    FWL_CHANNEL_ORDER_AMBISONIC, /* ambisonic components in ACN order, then those of u.mask */
};

/* A channel as the bit of a mask. */
#define FWL_CH_FRONT_LEFT (1ULL << FWL_CHAN_FRONT_LEFT)
#define FWL_CH_FRONT_RIGHT (1ULL << FWL_CHAN_FRONT_RIGHT)
#define FWL_CH_FRONT_CENTER (1ULL << FWL_CHAN_FRONT_CENTER)
#define FWL_CH_LOW_FREQUENCY (1ULL << FWL_CHAN_LOW_FREQUENCY)
#define FWL_CH_BACK_LEFT (1ULL << FWL_CHAN_BACK_LEFT)
#define FWL_CH_BACK_RIGHT (1ULL << FWL_CHAN_BACK_RIGHT)
#define FWL_CH_FRONT_LEFT_OF_CENTER (1ULL << FWL_CHAN_FRONT_LEFT_OF_CENTER)
#define FWL_CH_FRONT_RIGHT_OF_CENTER (1ULL << FWL_CHAN_FRONT_RIGHT_OF_CENTER)
#define FWL_CH_BACK_CENTER (1ULL << FWL_CHAN_BACK_CENTER)
#define FWL_CH_SIDE_LEFT (1ULL << FWL_CHAN_SIDE_LEFT)
#define FWL_CH_SIDE_RIGHT (1ULL << FWL_CHAN_SIDE_RIGHT)
#define FWL_CH_TOP_CENTER (1ULL << FWL_CHAN_TOP_CENTER)
#define FWL_CH_TOP_FRONT_LEFT (1ULL << FWL_CHAN_TOP_FRONT_LEFT)
#define FWL_CH_TOP_FRONT_CENTER (1ULL << FWL_CHAN_TOP_FRONT_CENTER)
#define FWL_CH_TOP_FRONT_RIGHT (1ULL << FWL_CHAN_TOP_FRONT_RIGHT)
#define FWL_CH_TOP_BACK_LEFT (1ULL << FWL_CHAN_TOP_BACK_LEFT)
#define FWL_CH_TOP_BACK_CENTER (1ULL << FWL_CHAN_TOP_BACK_CENTER)
#define FWL_CH_TOP_BACK_RIGHT (1ULL << FWL_CHAN_TOP_BACK_RIGHT)
#define FWL_CH_STEREO_LEFT (1ULL << FWL_CHAN_STEREO_LEFT)
#define FWL_CH_STEREO_RIGHT (1ULL << FWL_CHAN_STEREO_RIGHT)
#define FWL_CH_WIDE_LEFT (1ULL << FWL_CHAN_WIDE_LEFT)
#define FWL_CH_WIDE_RIGHT (1ULL << FWL_CHAN_WIDE_RIGHT)
#define FWL_CH_SURROUND_DIRECT_LEFT (1ULL << FWL_CHAN_SURROUND_DIRECT_LEFT)
#define FWL_CH_SURROUND_DIRECT_RIGHT (1ULL << FWL_CHAN_SURROUND_DIRECT_RIGHT)
#define FWL_CH_LOW_FREQUENCY_2 (1ULL << FWL_CHAN_LOW_FREQUENCY_2)
#define FWL_CH_TOP_SIDE_LEFT (1ULL << FWL_CHAN_TOP_SIDE_LEFT)
#define FWL_CH_TOP_SIDE_RIGHT (1ULL << FWL_CHAN_TOP_SIDE_RIGHT)
#define FWL_CH_BOTTOM_FRONT_CENTER (1ULL << FWL_CHAN_BOTTOM_FRONT_CENTER)
#define FWL_CH_BOTTOM_FRONT_LEFT (1ULL << FWL_CHAN_BOTTOM_FRONT_LEFT)
#define FWL_CH_BOTTOM_FRONT_RIGHT (1ULL << FWL_CHAN_BOTTOM_FRONT_RIGHT)

/* No set of channels: a request for whatever a decoder gives by itself. */
#define FWL_CH_LAYOUT_NATIVE 0x8000000000000000ULL

/* Usual sets of channels. */
#define FWL_CH_LAYOUT_MONO FWL_CH_FRONT_CENTER
#define FWL_CH_LAYOUT_STEREO (FWL_CH_FRONT_LEFT | FWL_CH_FRONT_RIGHT)
#define FWL_CH_LAYOUT_2POINT1 (FWL_CH_LAYOUT_STEREO | FWL_CH_LOW_FREQUENCY)
#define FWL_CH_LAYOUT_2_1 (FWL_CH_LAYOUT_STEREO | FWL_CH_BACK_CENTER)
#define FWL_CH_LAYOUT_SURROUND (FWL_CH_LAYOUT_STEREO | FWL_CH_FRONT_CENTER)
#define FWL_CH_LAYOUT_3POINT1 (FWL_CH_LAYOUT_SURROUND | FWL_CH_LOW_FREQUENCY)
#define FWL_CH_LAYOUT_4POINT0 (FWL_CH_LAYOUT_SURROUND | FWL_CH_BACK_CENTER)
#define FWL_CH_LAYOUT_4POINT1 (FWL_CH_LAYOUT_4POINT0 | FWL_CH_LOW_FREQUENCY)
#define FWL_CH_LAYOUT_2_2 (FWL_CH_LAYOUT_STEREO | FWL_CH_SIDE_LEFT | FWL_CH_SIDE_RIGHT)
#define FWL_CH_LAYOUT_QUAD (FWL_CH_LAYOUT_STEREO | FWL_CH_BACK_LEFT | FWL_CH_BACK_RIGHT)
#define FWL_CH_LAYOUT_5POINT0 (FWL_CH_LAYOUT_SURROUND | FWL_CH_SIDE_LEFT | FWL_CH_SIDE_RIGHT)
#define FWL_CH_LAYOUT_5POINT1 (FWL_CH_LAYOUT_5POINT0 | FWL_CH_LOW_FREQUENCY)
#define FWL_CH_LAYOUT_5POINT0_BACK (FWL_CH_LAYOUT_SURROUND | FWL_CH_BACK_LEFT | FWL_CH_BACK_RIGHT)
#define FWL_CH_LAYOUT_5POINT1_BACK (FWL_CH_LAYOUT_5POINT0_BACK | FWL_CH_LOW_FREQUENCY)
#define FWL_CH_LAYOUT_6POINT0 (FWL_CH_LAYOUT_5POINT0 | FWL_CH_BACK_CENTER)
#define FWL_CH_LAYOUT_6POINT0_FRONT                                                                \
    (FWL_CH_LAYOUT_2_2 | FWL_CH_FRONT_LEFT_OF_CENTER | FWL_CH_FRONT_RIGHT_OF_CENTER)
#define FWL_CH_LAYOUT_HEXAGONAL (FWL_CH_LAYOUT_5POINT0_BACK | FWL_CH_BACK_CENTER)
#define FWL_CH_LAYOUT_6POINT1 (FWL_CH_LAYOUT_5POINT1 | FWL_CH_BACK_CENTER)
#define FWL_CH_LAYOUT_6POINT1_BACK (FWL_CH_LAYOUT_5POINT1_BACK | FWL_CH_BACK_CENTER)
#define FWL_CH_LAYOUT_6POINT1_FRONT (FWL_CH_LAYOUT_6POINT0_FRONT | FWL_CH_LOW_FREQUENCY)
#define FWL_CH_LAYOUT_7POINT0 (FWL_CH_LAYOUT_5POINT0 | FWL_CH_BACK_LEFT | FWL_CH_BACK_RIGHT)
#define FWL_CH_LAYOUT_7POINT0_FRONT                                                                \
    (FWL_CH_LAYOUT_5POINT0 | FWL_CH_FRONT_LEFT_OF_CENTER | FWL_CH_FRONT_RIGHT_OF_CENTER)
#define FWL_CH_LAYOUT_7POINT1 (FWL_CH_LAYOUT_5POINT1 | FWL_CH_BACK_LEFT | FWL_CH_BACK_RIGHT)
#define FWL_CH_LAYOUT_7POINT1_WIDE                                                                 \
    (FWL_CH_LAYOUT_5POINT1 | FWL_CH_FRONT_LEFT_OF_CENTER | FWL_CH_FRONT_RIGHT_OF_CENTER)
#define FWL_CH_LAYOUT_7POINT1_WIDE_BACK                                                            \
    (FWL_CH_LAYOUT_5POINT1_BACK | FWL_CH_FRONT_LEFT_OF_CENTER | FWL_CH_FRONT_RIGHT_OF_CENTER)
#define FWL_CH_LAYOUT_OCTAGONAL                                                                    \
    (FWL_CH_LAYOUT_5POINT0 | FWL_CH_BACK_LEFT | FWL_CH_BACK_CENTER | FWL_CH_BACK_RIGHT)
#define FWL_CH_LAYOUT_HEXADECAGONAL                                                                \
    (FWL_CH_LAYOUT_OCTAGONAL | FWL_CH_WIDE_LEFT | FWL_CH_WIDE_RIGHT | FWL_CH_TOP_BACK_LEFT |       \
     FWL_CH_TOP_BACK_RIGHT | FWL_CH_TOP_BACK_CENTER | FWL_CH_TOP_FRONT_CENTER |                    \
     FWL_CH_TOP_FRONT_LEFT | FWL_CH_TOP_FRONT_RIGHT)
#define FWL_CH_LAYOUT_STEREO_DOWNMIX (FWL_CH_STEREO_LEFT | FWL_CH_STEREO_RIGHT)
#define FWL_CH_LAYOUT_22POINT2                                                                     \
    (FWL_CH_LAYOUT_5POINT1_BACK | FWL_CH_FRONT_LEFT_OF_CENTER | FWL_CH_FRONT_RIGHT_OF_CENTER |     \
     FWL_CH_BACK_CENTER | FWL_CH_LOW_FREQUENCY_2 | FWL_CH_SIDE_LEFT | FWL_CH_SIDE_RIGHT |          \
     FWL_CH_TOP_FRONT_LEFT | FWL_CH_TOP_FRONT_RIGHT | FWL_CH_TOP_FRONT_CENTER |                    \
     FWL_CH_TOP_CENTER | FWL_CH_TOP_BACK_LEFT | FWL_CH_TOP_BACK_RIGHT | FWL_CH_TOP_SIDE_LEFT |     \
     FWL_CH_TOP_SIDE_RIGHT | FWL_CH_TOP_BACK_CENTER | FWL_CH_BOTTOM_FRONT_CENTER |                 \
     FWL_CH_BOTTOM_FRONT_LEFT | FWL_CH_BOTTOM_FRONT_RIGHT)

/* How more channels were folded into two. */
enum FwlMatrixEncoding {
    FWL_MATRIX_ENCODING_NONE,
    FWL_MATRIX_ENCODING_DOLBY,
    FWL_MATRIX_ENCODING_DPLII,
    FWL_MATRIX_ENCODING_DPLIIX,
    FWL_MATRIX_ENCODING_DPLIIZ,
    FWL_MATRIX_ENCODING_DOLBYEX,
    FWL_MATRIX_ENCODING_DOLBYHEADPHONE,
    FWL_MATRIX_ENCODING_NB,
};

/* One channel of a custom layout. */
typedef struct FwlChannelCustom {
    enum FwlChannel id;
    char name[16]; /* a name of the caller's, "" for none */
    void *opaque;
} FwlChannelCustom;

/*
 * The channels of a piece of sound. Zeroed it is a layout of no channels; made by one of the
 * initialisers below, or by a function. A layout with a map is copied and ended by the functions
 * that allocate (frame.h); any other is a plain value.
 */
typedef struct FwlChannelLayout {
    enum FwlChannelOrder order;
    int nb_channels;
    union {
        uint64_t mask;         /* NATIVE, AMBISONIC: FWL_CH_* together */
        FwlChannelCustom *map; /* CUSTOM: nb_channels of them */
    } u;
    void *opaque; /* the caller's */
} FwlChannelLayout;

#define FWL_CHANNEL_LAYOUT_MASK(nb, m)                                                             \
    {                                                                                              \
        FWL_CHANNEL_ORDER_NATIVE, (nb), {(m)}, NULL                                                \
    }
#define FWL_CHANNEL_LAYOUT_MONO FWL_CHANNEL_LAYOUT_MASK(1, FWL_CH_LAYOUT_MONO)
#define FWL_CHANNEL_LAYOUT_STEREO FWL_CHANNEL_LAYOUT_MASK(2, FWL_CH_LAYOUT_STEREO)
#define FWL_CHANNEL_LAYOUT_2POINT1 FWL_CHANNEL_LAYOUT_MASK(3, FWL_CH_LAYOUT_2POINT1)
#define FWL_CHANNEL_LAYOUT_2_1 FWL_CHANNEL_LAYOUT_MASK(3, FWL_CH_LAYOUT_2_1)
#define FWL_CHANNEL_LAYOUT_SURROUND FWL_CHANNEL_LAYOUT_MASK(3, FWL_CH_LAYOUT_SURROUND)
#define FWL_CHANNEL_LAYOUT_3POINT1 FWL_CHANNEL_LAYOUT_MASK(4, FWL_CH_LAYOUT_3POINT1)
#define FWL_CHANNEL_LAYOUT_4POINT0 FWL_CHANNEL_LAYOUT_MASK(4, FWL_CH_LAYOUT_4POINT0)
#define FWL_CHANNEL_LAYOUT_4POINT1 FWL_CHANNEL_LAYOUT_MASK(5, FWL_CH_LAYOUT_4POINT1)
#define FWL_CHANNEL_LAYOUT_2_2 FWL_CHANNEL_LAYOUT_MASK(4, FWL_CH_LAYOUT_2_2)
#define FWL_CHANNEL_LAYOUT_QUAD FWL_CHANNEL_LAYOUT_MASK(4, FWL_CH_LAYOUT_QUAD)
#define FWL_CHANNEL_LAYOUT_5POINT0 FWL_CHANNEL_LAYOUT_MASK(5, FWL_CH_LAYOUT_5POINT0)
#define FWL_CHANNEL_LAYOUT_5POINT1 FWL_CHANNEL_LAYOUT_MASK(6, FWL_CH_LAYOUT_5POINT1)
#define FWL_CHANNEL_LAYOUT_5POINT0_BACK FWL_CHANNEL_LAYOUT_MASK(5, FWL_CH_LAYOUT_5POINT0_BACK)
#define FWL_CHANNEL_LAYOUT_5POINT1_BACK FWL_CHANNEL_LAYOUT_MASK(6, FWL_CH_LAYOUT_5POINT1_BACK)
#define FWL_CHANNEL_LAYOUT_6POINT0 FWL_CHANNEL_LAYOUT_MASK(6, FWL_CH_LAYOUT_6POINT0)
#define FWL_CHANNEL_LAYOUT_6POINT0_FRONT FWL_CHANNEL_LAYOUT_MASK(6, FWL_CH_LAYOUT_6POINT0_FRONT)
#define FWL_CHANNEL_LAYOUT_HEXAGONAL FWL_CHANNEL_LAYOUT_MASK(6, FWL_CH_LAYOUT_HEXAGONAL)
#define FWL_CHANNEL_LAYOUT_6POINT1 FWL_CHANNEL_LAYOUT_MASK(7, FWL_CH_LAYOUT_6POINT1)
#define FWL_CHANNEL_LAYOUT_6POINT1_BACK FWL_CHANNEL_LAYOUT_MASK(7, FWL_CH_LAYOUT_6POINT1_BACK)
#define FWL_CHANNEL_LAYOUT_6POINT1_FRONT FWL_CHANNEL_LAYOUT_MASK(7, FWL_CH_LAYOUT_6POINT1_FRONT)
#define FWL_CHANNEL_LAYOUT_7POINT0 FWL_CHANNEL_LAYOUT_MASK(7, FWL_CH_LAYOUT_7POINT0)
#define FWL_CHANNEL_LAYOUT_7POINT0_FRONT FWL_CHANNEL_LAYOUT_MASK(7, FWL_CH_LAYOUT_7POINT0_FRONT)
#define FWL_CHANNEL_LAYOUT_7POINT1 FWL_CHANNEL_LAYOUT_MASK(8, FWL_CH_LAYOUT_7POINT1)
#define FWL_CHANNEL_LAYOUT_7POINT1_WIDE FWL_CHANNEL_LAYOUT_MASK(8, FWL_CH_LAYOUT_7POINT1_WIDE)
#define FWL_CHANNEL_LAYOUT_7POINT1_WIDE_BACK                                                       \
    FWL_CHANNEL_LAYOUT_MASK(8, FWL_CH_LAYOUT_7POINT1_WIDE_BACK)
#define FWL_CHANNEL_LAYOUT_OCTAGONAL FWL_CHANNEL_LAYOUT_MASK(8, FWL_CH_LAYOUT_OCTAGONAL)
#define FWL_CHANNEL_LAYOUT_HEXADECAGONAL FWL_CHANNEL_LAYOUT_MASK(16, FWL_CH_LAYOUT_HEXADECAGONAL)
#define FWL_CHANNEL_LAYOUT_STEREO_DOWNMIX FWL_CHANNEL_LAYOUT_MASK(2, FWL_CH_LAYOUT_STEREO_DOWNMIX)
#define FWL_CHANNEL_LAYOUT_22POINT2 FWL_CHANNEL_LAYOUT_MASK(24, FWL_CH_LAYOUT_22POINT2)
#define FWL_CHANNEL_LAYOUT_AMBISONIC_FIRST_ORDER                                                   \
    {                                                                                              \
        FWL_CHANNEL_ORDER_AMBISONIC, 4, {0}, NULL                                                  \
    }

/* Sample formats */

/* The name of a format, "s16p"; NULL for a number that is none. */
FWL_API const char *fwl_get_sample_fmt_name(enum FwlSampleFormat sample_fmt);

/* The format of this name; FWL_SAMPLE_FMT_NONE for any other, and for NULL. */
FWL_API enum FwlSampleFormat fwl_get_sample_fmt(const char *name);

/* The same samples planar (planar not 0) or packed; FWL_SAMPLE_FMT_NONE for a number that is none.
 * */
FWL_API enum FwlSampleFormat fwl_get_alt_sample_fmt(enum FwlSampleFormat sample_fmt, int planar);
FWL_API enum FwlSampleFormat fwl_get_packed_sample_fmt(enum FwlSampleFormat sample_fmt);
FWL_API enum FwlSampleFormat fwl_get_planar_sample_fmt(enum FwlSampleFormat sample_fmt);

/* Writes a line of a table of formats to buf, cut to buf_size bytes: name and bits; for a negative
 * sample_fmt the head of the table, for another number that is no format "". Returns buf. */
FWL_API char *fwl_get_sample_fmt_string(char *buf, size_t buf_size,
                                        enum FwlSampleFormat sample_fmt);

/* The bytes of a sample of one channel; 0 for a number that is no format. */
FWL_API int fwl_get_bytes_per_sample(enum FwlSampleFormat sample_fmt);

/* 1 where each channel has a plane of its own, else 0. */
FWL_API int fwl_sample_fmt_is_planar(enum FwlSampleFormat sample_fmt);

/* Samples. nb_samples counts samples of one channel. */

/*
 * The bytes of all planes. *linesize (may be NULL) is the size of one plane, a multiple of align, a
 * power of two; align 0 is 1, with room for a multiple of 32 samples.
 *
 * Fails: FWL_E_INVALID, FWL_E_RANGE above INT_MAX bytes; *linesize is 0.
 */
FWL_API int fwl_samples_get_buffer_size(int *linesize, int nb_channels, int nb_samples,
                                        enum FwlSampleFormat sample_fmt, int align);

/*
 * Fills audio_data with the planes of such samples at buf: nb_channels entries where planar, else
 * one. Returns their bytes; a NULL buf asks for just that and the linesize, and leaves them NULL.
 *
 * Owner: borrows buf.
 * Fails: as fwl_samples_get_buffer_size; audio_data is untouched.
 */
FWL_API int fwl_samples_fill_arrays(uint8_t **audio_data, int *linesize, const uint8_t *buf,
                                    int nb_channels, int nb_samples,
                                    enum FwlSampleFormat sample_fmt, int align);

/*
 * Copies samples; offsets are in samples. Source and destination may overlap. Returns 0.
 *
 * Fails: FWL_E_INVALID for a format that is none, a negative number and NULL planes.
 */
FWL_API int fwl_samples_copy(uint8_t *const *dst, uint8_t *const *src, int dst_offset,
                             int src_offset, int nb_samples, int nb_channels,
                             enum FwlSampleFormat sample_fmt);

/* Makes samples from offset on silent. Returns 0. Fails: as fwl_samples_copy. */
FWL_API int fwl_samples_set_silence(uint8_t *const *audio_data, int offset, int nb_samples,
                                    int nb_channels, enum FwlSampleFormat sample_fmt);

/* Channels. The functions that write text cut it to buf_size bytes with its terminator, and return
 * the length of the whole; FWL_E_INVALID for a NULL buf that is said to have bytes. */

/* "FL", "LFE", "AMBI2", "USR70", "NONE". */
FWL_API int fwl_channel_name(char *buf, size_t buf_size, enum FwlChannel channel);

/* "front left", "low frequency", "ambisonic ACN 2", "user 70", "none". */
FWL_API int fwl_channel_description(char *buf, size_t buf_size, enum FwlChannel channel);

/* The channel that has this name; FWL_CHAN_NONE for any other, and for NULL. */
FWL_API enum FwlChannel fwl_channel_from_string(const char *name);

/* Making layouts */

/* The native layout of a mask. Fails: FWL_E_INVALID for 0; the layout is then zeroed. */
FWL_API int fwl_channel_layout_from_mask(FwlChannelLayout *channel_layout, uint64_t mask);

/* The usual layout of so many channels; without an order where there is none. */
FWL_API void fwl_channel_layout_default(FwlChannelLayout *ch_layout, int nb_channels);

/*
 * The layout of a description, without allocating: a usual name ("5.1(side)"), names of channels
 * ("FL+FR+LFE", "2 channels (FR+FL)", with names of the caller's as "FL@Left+FR@Right"), a mask
 * ("3", "0x3f"), a count with its default ("6c") or without an order ("6C", "6 channels"),
 * ambisonics with what follows them ("ambisonic 2+stereo").
 *
 * A description that no other order can hold needs map: the number of entries is returned; where
 * map_count is smaller the layout stays zeroed. Else 0 is returned and map not used.
 *
 * Owner: a custom layout borrows map.
 * Fails: FWL_E_INVALID for what is no description; the layout is zeroed.
 */
FWL_API int fwl_channel_layout_parse(FwlChannelLayout *channel_layout, const char *str,
                                     FwlChannelCustom *map, int map_count);

/* Walks through the usual layouts: *opaque is NULL for the first call; NULL after the last one. */
FWL_API const FwlChannelLayout *fwl_channel_layout_standard(void **opaque);

/* Looking at layouts */

/*
 * Writes what fwl_channel_layout_parse reads: "stereo", "3 channels (FL+FR+TC)", "ambisonic
 * 1+mono".
 *
 * Fails: FWL_E_INVALID also for an order that is none, and an ambisonic layout of an incomplete
 * order; FWL_E_RANGE for a custom layout of more than INT_MAX / 32 channels.
 */
FWL_API int fwl_channel_layout_describe(const FwlChannelLayout *channel_layout, char *buf,
                                        size_t buf_size);

/* The channel at a place; FWL_CHAN_NONE beyond the last one and where there is no order. */
FWL_API enum FwlChannel
fwl_channel_layout_channel_from_index(const FwlChannelLayout *channel_layout, unsigned idx);

/* The first place of a channel. Fails: FWL_E_INVALID where it is not there. */
FWL_API int fwl_channel_layout_index_from_channel(const FwlChannelLayout *channel_layout,
                                                  enum FwlChannel channel);

/* The first place of a channel by name: "FL", in a custom layout also "FL@Left" and "@Left".
 * Fails: FWL_E_INVALID where it is not there. */
FWL_API int fwl_channel_layout_index_from_string(const FwlChannelLayout *channel_layout,
                                                 const char *name);

/* The channel that is there by this name; FWL_CHAN_NONE where none is. */
FWL_API enum FwlChannel
fwl_channel_layout_channel_from_string(const FwlChannelLayout *channel_layout, const char *name);

/* Which channels of a mask are in a layout, wherever. */
FWL_API uint64_t fwl_channel_layout_subset(const FwlChannelLayout *channel_layout, uint64_t mask);

/* 1 where a layout can be that of sound: it has channels, and its order says as many; else 0. */
FWL_API int fwl_channel_layout_check(const FwlChannelLayout *channel_layout);

/* 0 where both have the same channels at the same places, 1 where not; without an order where their
 * counts are the same. */
FWL_API int fwl_channel_layout_compare(const FwlChannelLayout *chl, const FwlChannelLayout *chl1);

/* Masks: the older way to say a native layout */

/* The mask of a description: usual names, names of channels, "6c" and numbers, joined by + or |.
 * 0 for what is none. */
FWL_API uint64_t fwl_get_channel_layout(const char *name);

/* The same, and its number of channels; "6C" gives 6 channels of mask 0. Returns 0.
 * Fails: FWL_E_INVALID for what is no description; both are 0. */
FWL_API int fwl_get_extended_channel_layout(const char *name, uint64_t *channel_layout,
                                            int *nb_channels);

/* Writes a description of a mask, cut to buf_size bytes; nb_channels not above 0 is that of the
 * mask. */
FWL_API void fwl_get_channel_layout_string(char *buf, size_t buf_size, int nb_channels,
                                           uint64_t channel_layout);

/* The number of channels in a mask. */
FWL_API int fwl_get_channel_layout_nb_channels(uint64_t channel_layout);

/* The usual mask of so many channels; 0 where there is none. */
FWL_API int64_t fwl_get_default_channel_layout(int nb_channels);

/* The place of a channel, a mask of one, among those of a mask.
 * Fails: FWL_E_INVALID where it is not there. */
FWL_API int fwl_get_channel_layout_channel_index(uint64_t channel_layout, uint64_t channel);

/* The channel at a place of a mask, as a mask of one; 0 beyond the last one. */
FWL_API uint64_t fwl_channel_layout_extract_channel(uint64_t channel_layout, int index);

/* Name and description of a channel, a mask of one; NULL for what has none. */
FWL_API const char *fwl_get_channel_name(uint64_t channel);
FWL_API const char *fwl_get_channel_description(uint64_t channel);

/* The index-th usual layout; layout and name may be NULL. Returns 0.
 * Fails: FWL_E_INVALID beyond the last one; both are untouched. */
FWL_API int fwl_get_standard_channel_layout(unsigned index, uint64_t *layout, const char **name);

#ifdef __cplusplus
}
#endif

#endif
