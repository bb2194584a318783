/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many frames a decoder of libavcodec holds at once. H.264 and HEVC say in their sequence
 * parameter set how many pictures later ones may refer to, which is read here as far as that number
 * (max_num_ref_frames, sps_max_dec_pic_buffering); where it is not in the header of the container,
 * the most that the format allows for the size of the picture counts. To those R come
 *
 *     H.264   the one being decoded, and the one before, if no other refers to it. Where pictures
 *             are moved by two or more places (B pictures that others refer to), encoders seldom
 *             fill R up at that moment; where by one, they do
 *     HEVC    the one being decoded: what it makes superfluous goes only when it has its memory
 *     VP9     the one being decoded and the one before, whose motion is read, and the one with the
 *             segmentation; of the eight that may be kept encoders use three
 *     VP8     the one being decoded and the one before
 *
 * Of other codecs it is part of the format. tests/unit/test_transcode_needs.c compares this with
 * what decoders hold.
 */
#include <libavutil/intreadwrite.h>

#include "transcode_job.h"

enum {
    HELD_MAX = 16, /* references of H.264 and HEVC */
    NAL_H264_SPS = 7,
    NAL_HEVC_SPS = 33,
    SPS_SIZE_MAX = 512, /* of which the beginning is read */
};

/* Bits of a NAL unit without its emulation prevention; behind the end all are 0. */
typedef struct Bits {
    uint8_t data[SPS_SIZE_MAX];
    size_t size; /* bytes */
    size_t at;   /* bits */
} Bits;

static void unescape(Bits *bits, const uint8_t *data, size_t size)
{
    *bits = (Bits){.size = 0};
    int zeros = 0;
    for (size_t i = 0; i < size && bits->size < SPS_SIZE_MAX; i++) {
        if (zeros >= 2 && data[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = data[i] == 0 ? zeros + 1 : 0;
        bits->data[bits->size++] = data[i];
    }
}

static unsigned read_bit(Bits *bits)
{
    const size_t byte = bits->at / 8;
    const unsigned shift = 7 - (unsigned)(bits->at % 8);
    bits->at++;
    return byte < bits->size ? ((unsigned)bits->data[byte] >> shift) & 1u : 0;
}

static unsigned read_bits(Bits *bits, int count)
{
    unsigned value = 0;
    for (int i = 0; i < count; i++)
        value = value << 1 | read_bit(bits);
    return value;
}

/* A number in Exp-Golomb code. */
static unsigned read_number(Bits *bits)
{
    int zeros = 0;
    while (zeros < 31 && read_bit(bits) == 0)
        zeros++;
    return (1u << zeros) - 1 + read_bits(bits, zeros);
}

static int read_signed(Bits *bits)
{
    const unsigned number = read_number(bits);
    return number & 1 ? (int)((number + 1) / 2) : -(int)(number / 2);
}

/* H.264 */

static void skip_scaling_list(Bits *bits, int count)
{
    int last = 8;
    int next = 8;
    for (int i = 0; i < count; i++) {
        if (next != 0)
            next = (last + read_signed(bits) + 256) % 256;
        last = next == 0 ? last : next;
    }
}

static bool has_chroma_format(unsigned profile)
{
    static const unsigned profiles[] = {100, 110, 122, 244, 44,  83, 86,
                                        118, 128, 138, 139, 134, 135};
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        if (profiles[i] == profile)
            return true;
    }
    return false;
}

static void skip_chroma_format(Bits *bits)
{
    const unsigned chroma = read_number(bits);
    if (chroma == 3)
        read_bit(bits);
    read_number(bits); /* depths */
    read_number(bits);
    read_bit(bits);
    if (!read_bit(bits))
        return;
    for (int i = 0; i < (chroma == 3 ? 12 : 8); i++) {
        if (read_bit(bits))
            skip_scaling_list(bits, i < 6 ? 16 : 64);
    }
}

static void skip_picture_order(Bits *bits)
{
    const unsigned type = read_number(bits);
    if (type == 0)
        read_number(bits);
    if (type != 1)
        return;
    read_bit(bits);
    read_signed(bits);
    read_signed(bits);
    const unsigned count = read_number(bits);
    for (unsigned i = 0; i < count && i < 256; i++)
        read_signed(bits);
}

/* bits are behind the header of the unit. */
static int h264_references(Bits *bits)
{
    const unsigned profile = read_bits(bits, 8);
    read_bits(bits, 16); /* constraints, level */
    read_number(bits);   /* id */
    if (has_chroma_format(profile))
        skip_chroma_format(bits);
    read_number(bits); /* frame number */
    skip_picture_order(bits);
    const unsigned references = read_number(bits);
    return references <= HELD_MAX ? (int)references : HELD_MAX;
}

/* HEVC */

static void skip_profile(Bits *bits, int layers)
{
    enum { PROFILE_BITS = 88, LEVEL_BITS = 8 };
    bits->at += PROFILE_BITS + LEVEL_BITS;
    unsigned has_profile = 0, has_level = 0;
    for (int i = 0; i < layers; i++) {
        has_profile = has_profile << 1 | read_bit(bits);
        has_level = has_level << 1 | read_bit(bits);
    }
    if (layers > 0)
        bits->at += (size_t)(2 * (8 - layers));
    for (int i = layers - 1; i >= 0; i--) {
        bits->at += has_profile >> i & 1 ? PROFILE_BITS : 0;
        bits->at += has_level >> i & 1 ? LEVEL_BITS : 0;
    }
}

static int hevc_buffering(Bits *bits)
{
    read_bits(bits, 4);
    const int layers = (int)read_bits(bits, 3);
    read_bit(bits);
    skip_profile(bits, layers);
    read_number(bits); /* id */
    if (read_number(bits) == 3)
        read_bit(bits);
    read_number(bits); /* size */
    read_number(bits);
    for (int i = read_bit(bits) ? 4 : 0; i > 0; i--)
        read_number(bits); /* cropping */
    read_number(bits);     /* depths */
    read_number(bits);
    read_number(bits); /* picture order */
    const bool is_of_each_layer = read_bit(bits);
    unsigned most = 0; /* less one */
    for (int i = is_of_each_layer ? 0 : layers; i <= layers; i++) {
        const unsigned buffering = read_number(bits);
        most = buffering > most ? buffering : most;
        read_number(bits);
        read_number(bits);
    }
    return most < HELD_MAX ? (int)most + 1 : HELD_MAX;
}

/* The header of a container: units behind start codes, or behind their lengths */

/* Parses a unit if it is the one; -1 if not. */
static int read_unit(enum AVCodecID codec, const uint8_t *unit, size_t size)
{
    Bits bits;
    if (codec == AV_CODEC_ID_H264 && size > 4 && (unit[0] & 31) == NAL_H264_SPS) {
        unescape(&bits, unit + 1, size - 1);
        return h264_references(&bits);
    }
    if (codec == AV_CODEC_ID_HEVC && size > 4 && (unit[0] >> 1 & 63) == NAL_HEVC_SPS) {
        unescape(&bits, unit + 2, size - 2);
        return hevc_buffering(&bits);
    }
    return -1;
}

/* Units begin behind 0 0 1; that the next start code is taken for part of a unit does no harm. */
static int read_start_codes(enum AVCodecID codec, const uint8_t *data, size_t size)
{
    int most = -1;
    for (size_t i = 0; i + 3 < size; i++) {
        if (data[i] != 0 || data[i + 1] != 0 || data[i + 2] != 1)
            continue;
        const int held = read_unit(codec, data + i + 3, size - i - 3);
        most = held > most ? held : most;
    }
    return most;
}

/* At most count units with a length of two bytes before each; *at moves behind them. */
static int read_lengths(enum AVCodecID codec, const uint8_t *data, size_t size, size_t *at,
                        unsigned count)
{
    int most = -1;
    for (unsigned i = 0; i < count && *at + 2 <= size; i++) {
        const size_t length = AV_RB16(data + *at);
        *at += 2;
        if (length > size - *at)
            break;
        const int held = read_unit(codec, data + *at, length);
        most = held > most ? held : most;
        *at += length;
    }
    return most;
}

/* avcC: 5 bytes, then a number of SPS. */
static int read_avcc(const uint8_t *data, size_t size)
{
    size_t at = 6;
    return size > at ? read_lengths(AV_CODEC_ID_H264, data, size, &at, data[5] & 31) : -1;
}

/* hvcC: 22 bytes, then arrays of units of one kind. */
static int read_hvcc(const uint8_t *data, size_t size)
{
    int most = -1;
    size_t at = 23;
    for (unsigned i = 0; size > 23 && i < data[22] && at + 3 <= size; i++) {
        const unsigned count = AV_RB16(data + at + 1);
        at += 3;
        const int held = read_lengths(AV_CODEC_ID_HEVC, data, size, &at, count);
        most = held > most ? held : most;
    }
    return most;
}

static int read_header(const AVCodecParameters *parameters)
{
    const uint8_t *data = parameters->extradata;
    const size_t size = parameters->extradata_size > 0 ? (size_t)parameters->extradata_size : 0;
    if (size < 7)
        return -1;
    const bool has_start_codes = data[0] == 0;
    if (has_start_codes)
        return read_start_codes(parameters->codec_id, data, size);
    return parameters->codec_id == AV_CODEC_ID_H264 ? read_avcc(data, size) : read_hvcc(data, size);
}

/* The picture sizes in pixels up to which a buffer of so many is allowed at the highest levels. */
static int most_allowed(const AVCodecParameters *parameters)
{
    static const int64_t BUFFER_PIXELS = INT64_C(184320) * 256; /* H.264, level 5.1 */
    const int64_t pixels = (int64_t)parameters->width * parameters->height;
    const int64_t count = pixels > 0 ? BUFFER_PIXELS / pixels : HELD_MAX;
    return count < 4 ? 4 : (count < HELD_MAX ? (int)count : HELD_MAX);
}

/* Pictures that later ones may refer to. */
static int references(const AVCodecParameters *parameters)
{
    int held = read_header(parameters);
    if (held < 0)
        held = most_allowed(parameters);
    return held > parameters->video_delay ? held : parameters->video_delay;
}

static bool is_of_single_pictures(enum AVCodecID codec)
{
    const AVCodecDescriptor *descriptor = avcodec_descriptor_get(codec);
    return descriptor && (descriptor->props & AV_CODEC_PROP_INTRA_ONLY);
}

FwlFrameNeed fwl_needs_frames(const AVCodecParameters *parameters)
{
    if (is_of_single_pictures(parameters->codec_id))
        return (FwlFrameNeed){1, 1};
    int held;
    switch (parameters->codec_id) {
    case AV_CODEC_ID_H264:
        held = references(parameters);
        return (FwlFrameNeed){held + 1 + (parameters->video_delay == 1), held + 2};
    case AV_CODEC_ID_HEVC:
        held = references(parameters);
        return (FwlFrameNeed){held + 1, held + 1};
    case AV_CODEC_ID_VP9:
        return (FwlFrameNeed){5, 11};
    case AV_CODEC_ID_AV1:
        return (FwlFrameNeed){5, 9};
    case AV_CODEC_ID_VP8:
        return (FwlFrameNeed){4, 5};
    case AV_CODEC_ID_THEORA:
    case AV_CODEC_ID_VP3:
    case AV_CODEC_ID_VP6:
    case AV_CODEC_ID_VP6F:
        return (FwlFrameNeed){4, 4};
    default:
        return (FwlFrameNeed){3, 3};
    }
}

int fwl_needs_allowed(const AVCodecParameters *parameters)
{
    const int most = fwl_needs_frames(parameters).most;
    const bool has_header =
        parameters->codec_id == AV_CODEC_ID_H264 || parameters->codec_id == AV_CODEC_ID_HEVC;
    return has_header ? HELD_MAX + 2 : most;
}

/* Encoders of libavcodec's own that work on pictures in place where their rows are as long as those
 * that the encoder would make, which have an edge on either side. */
static bool is_in_place(int width)
{
    enum { EDGES = 32, ALIGNMENT = 64 };
    const int rows = (width + ALIGNMENT - 1) / ALIGNMENT;
    return rows == (width + EDGES + ALIGNMENT - 1) / ALIGNMENT;
}

int fwl_needs_encoder_frames(const AVCodec *encoder, int width)
{
    if (encoder->wrapper_name)
        return 0;
    switch (encoder->id) {
    case AV_CODEC_ID_RAWVIDEO:
    case AV_CODEC_ID_WRAPPED_AVFRAME:
        return 0;
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO:
    case AV_CODEC_ID_MPEG4:
    case AV_CODEC_ID_MJPEG:
        return is_in_place(width) ? 2 : 0;
    default:
        return is_of_single_pictures(encoder->id) ? 1 : 2;
    }
}
