/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pixel formats: what the bytes of a picture mean.
 *
 * A format is data, not code: a descriptor says in which plane a component lies, how far apart its
 * values are, how many bits they have, and by how much the chroma planes are smaller. All that is
 * computed about a picture (image.h) is computed from the descriptor, so it holds for every format.
 *
 *     const enum FwlPixelFormat format = fwl_get_pix_fmt("yuv420p10");
 *     const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
 *     if (!desc)
 *         return FWL_E_INVALID;
 *     printf("%s: %d bits for a pixel in %d planes\n", desc->name, fwl_get_bits_per_pixel(desc),
 *            fwl_pix_fmt_count_planes(format));
 *
 * Formats, numbers, names, fields and results are those of libavutil 5.1 (pixfmt.h, pixdesc.h).
 *
 * Threads: every function may be called from any thread, and from signal handlers. Nothing here
 * allocates, locks or keeps state.
 */
#ifndef FRAMEWELL_PIXFMT_H
#define FRAMEWELL_PIXFMT_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

/* A palette: 256 colors of 4 bytes, each a native 32-bit number of alpha, red, green and blue,
 * alpha in the highest byte. */
#define FWL_PALETTE_COUNT 256
#define FWL_PALETTE_SIZE 1024

/*
 * The formats, by kind. LE and BE say in which order the bytes of a value are; the name without
 * them stands for this machine's (macros below). Chroma planes are rounded up: 4:2:0 of 3x3 pixels
 * has chroma planes of 2x2.
 */
enum FwlPixelFormat {
    FWL_PIX_FMT_NONE = -1,

    /* Planar YUV of 8 bits: a plane each of Y, U and V. 420: chroma halved both ways, 422: in
     * width, 440: in height, 411: quartered in width, 410: quartered both ways, 444: whole. */
    FWL_PIX_FMT_YUV420P = 0,
    FWL_PIX_FMT_YUV422P = 4,
    FWL_PIX_FMT_YUV444P = 5,
    FWL_PIX_FMT_YUV410P = 6,
    FWL_PIX_FMT_YUV411P = 7,
    FWL_PIX_FMT_YUV440P = 31,

    /* The same over the full range of 0 to 255, as in JPEG; today said by a color range beside it.
     * */
    FWL_PIX_FMT_YUVJ420P = 12,
    FWL_PIX_FMT_YUVJ422P = 13,
    FWL_PIX_FMT_YUVJ444P = 14,
    FWL_PIX_FMT_YUVJ440P = 32,
    FWL_PIX_FMT_YUVJ411P = 138,

    /* Planar YUV of 9 to 16 bits in 2 bytes each, the low bits used. */
    FWL_PIX_FMT_YUV420P16LE = 45,
    FWL_PIX_FMT_YUV420P16BE = 46,
    FWL_PIX_FMT_YUV422P16LE = 47,
    FWL_PIX_FMT_YUV422P16BE = 48,
    FWL_PIX_FMT_YUV444P16LE = 49,
    FWL_PIX_FMT_YUV444P16BE = 50,
    FWL_PIX_FMT_YUV420P9BE = 59,
    FWL_PIX_FMT_YUV420P9LE = 60,
    FWL_PIX_FMT_YUV420P10BE = 61,
    FWL_PIX_FMT_YUV420P10LE = 62,
    FWL_PIX_FMT_YUV422P10BE = 63,
    FWL_PIX_FMT_YUV422P10LE = 64,
    FWL_PIX_FMT_YUV444P9BE = 65,
    FWL_PIX_FMT_YUV444P9LE = 66,
    FWL_PIX_FMT_YUV444P10BE = 67,
    FWL_PIX_FMT_YUV444P10LE = 68,
    FWL_PIX_FMT_YUV422P9BE = 69,
    FWL_PIX_FMT_YUV422P9LE = 70,
    FWL_PIX_FMT_YUV420P12BE = 122,
    FWL_PIX_FMT_YUV420P12LE = 123,
    FWL_PIX_FMT_YUV420P14BE = 124,
    FWL_PIX_FMT_YUV420P14LE = 125,
    FWL_PIX_FMT_YUV422P12BE = 126,
    FWL_PIX_FMT_YUV422P12LE = 127,
    FWL_PIX_FMT_YUV422P14BE = 128,
    FWL_PIX_FMT_YUV422P14LE = 129,
    FWL_PIX_FMT_YUV444P12BE = 130,
    FWL_PIX_FMT_YUV444P12LE = 131,
    FWL_PIX_FMT_YUV444P14BE = 132,
    FWL_PIX_FMT_YUV444P14LE = 133,
    FWL_PIX_FMT_YUV440P10LE = 152,
    FWL_PIX_FMT_YUV440P10BE = 153,
    FWL_PIX_FMT_YUV440P12LE = 154,
    FWL_PIX_FMT_YUV440P12BE = 155,

    /* Planar YUV with a fourth plane of alpha. */
    FWL_PIX_FMT_YUVA420P = 33,
    FWL_PIX_FMT_YUVA422P = 78,
    FWL_PIX_FMT_YUVA444P = 79,
    FWL_PIX_FMT_YUVA420P9BE = 80,
    FWL_PIX_FMT_YUVA420P9LE = 81,
    FWL_PIX_FMT_YUVA422P9BE = 82,
    FWL_PIX_FMT_YUVA422P9LE = 83,
    FWL_PIX_FMT_YUVA444P9BE = 84,
    FWL_PIX_FMT_YUVA444P9LE = 85,
    FWL_PIX_FMT_YUVA420P10BE = 86,
    FWL_PIX_FMT_YUVA420P10LE = 87,
    FWL_PIX_FMT_YUVA422P10BE = 88,
    FWL_PIX_FMT_YUVA422P10LE = 89,
    FWL_PIX_FMT_YUVA444P10BE = 90,
    FWL_PIX_FMT_YUVA444P10LE = 91,
    FWL_PIX_FMT_YUVA420P16BE = 92,
    FWL_PIX_FMT_YUVA420P16LE = 93,
    FWL_PIX_FMT_YUVA422P16BE = 94,
    FWL_PIX_FMT_YUVA422P16LE = 95,
    FWL_PIX_FMT_YUVA444P16BE = 96,
    FWL_PIX_FMT_YUVA444P16LE = 97,
    FWL_PIX_FMT_YUVA422P12BE = 185,
    FWL_PIX_FMT_YUVA422P12LE = 186,
    FWL_PIX_FMT_YUVA444P12BE = 187,
    FWL_PIX_FMT_YUVA444P12LE = 188,

    /* A plane of Y, a plane of U and V in turn (NV21, NV42: V and U). Above 8 bits 2 bytes each:
     * NV20 uses the low bits, P0xx, P2xx and P4xx the high ones. */
    FWL_PIX_FMT_NV12 = 23,
    FWL_PIX_FMT_NV21 = 24,
    FWL_PIX_FMT_NV16 = 101,
    FWL_PIX_FMT_NV20LE = 102,
    FWL_PIX_FMT_NV20BE = 103,
    FWL_PIX_FMT_P010LE = 159,
    FWL_PIX_FMT_P010BE = 160,
    FWL_PIX_FMT_P016LE = 170,
    FWL_PIX_FMT_P016BE = 171,
    FWL_PIX_FMT_NV24 = 189,
    FWL_PIX_FMT_NV42 = 190,
    FWL_PIX_FMT_P210BE = 198,
    FWL_PIX_FMT_P210LE = 199,
    FWL_PIX_FMT_P410BE = 200,
    FWL_PIX_FMT_P410LE = 201,
    FWL_PIX_FMT_P216BE = 202,
    FWL_PIX_FMT_P216LE = 203,
    FWL_PIX_FMT_P416BE = 204,
    FWL_PIX_FMT_P416LE = 205,

    /* YUV in one plane; bytes in the order of the name. Y210 as YUYV422, 10 bits high in 2 bytes.
     * */
    FWL_PIX_FMT_YUYV422 = 1,
    FWL_PIX_FMT_UYVY422 = 15,
    FWL_PIX_FMT_UYYVYY411 = 16,
    FWL_PIX_FMT_YVYU422 = 108,
    FWL_PIX_FMT_AYUV64LE = 156,
    FWL_PIX_FMT_AYUV64BE = 157,
    FWL_PIX_FMT_Y210BE = 192,
    FWL_PIX_FMT_Y210LE = 193,

    /* Gray, and gray with alpha (YA); F32: 32-bit float from 0 to 1. Monochrome: 8 pixels a byte,
     * the leftmost in the highest bit; 1 is black in MONOWHITE, white in MONOBLACK. */
    FWL_PIX_FMT_GRAY8 = 8,
    FWL_PIX_FMT_GRAY16BE = 29,
    FWL_PIX_FMT_GRAY16LE = 30,
    FWL_PIX_FMT_YA8 = 56,
    FWL_PIX_FMT_YA16BE = 109,
    FWL_PIX_FMT_YA16LE = 110,
    FWL_PIX_FMT_GRAY12BE = 166,
    FWL_PIX_FMT_GRAY12LE = 167,
    FWL_PIX_FMT_GRAY10BE = 168,
    FWL_PIX_FMT_GRAY10LE = 169,
    FWL_PIX_FMT_GRAY9BE = 173,
    FWL_PIX_FMT_GRAY9LE = 174,
    FWL_PIX_FMT_GRAY14BE = 181,
    FWL_PIX_FMT_GRAY14LE = 182,
    FWL_PIX_FMT_GRAYF32BE = 183,
    FWL_PIX_FMT_GRAYF32LE = 184,

    /* RGB of 8 bits in one plane; bytes in the order of the name, 0 is a byte without meaning. */
    FWL_PIX_FMT_RGB24 = 2,
    FWL_PIX_FMT_BGR24 = 3,
    FWL_PIX_FMT_ARGB = 25,
    FWL_PIX_FMT_RGBA = 26,
    FWL_PIX_FMT_ABGR = 27,
    FWL_PIX_FMT_BGRA = 28,
    FWL_PIX_FMT_0RGB = 118,
    FWL_PIX_FMT_RGB0 = 119,
    FWL_PIX_FMT_0BGR = 120,
    FWL_PIX_FMT_BGR0 = 121,

    /* The same with 16 bits each. */
    FWL_PIX_FMT_RGB48BE = 34,
    FWL_PIX_FMT_RGB48LE = 35,
    FWL_PIX_FMT_BGR48BE = 57,
    FWL_PIX_FMT_BGR48LE = 58,
    FWL_PIX_FMT_RGBA64BE = 104,
    FWL_PIX_FMT_RGBA64LE = 105,
    FWL_PIX_FMT_BGRA64BE = 106,
    FWL_PIX_FMT_BGRA64LE = 107,

    /* RGB packed into 16 bits, or 10 bits each into 32 (X2: two without meaning); red, or blue for
     * BGR, in the highest bits. */
    FWL_PIX_FMT_RGB565BE = 36,
    FWL_PIX_FMT_RGB565LE = 37,
    FWL_PIX_FMT_RGB555BE = 38,
    FWL_PIX_FMT_RGB555LE = 39,
    FWL_PIX_FMT_BGR565BE = 40,
    FWL_PIX_FMT_BGR565LE = 41,
    FWL_PIX_FMT_BGR555BE = 42,
    FWL_PIX_FMT_BGR555LE = 43,
    FWL_PIX_FMT_RGB444LE = 52,
    FWL_PIX_FMT_RGB444BE = 53,
    FWL_PIX_FMT_BGR444LE = 54,
    FWL_PIX_FMT_BGR444BE = 55,
    FWL_PIX_FMT_X2RGB10LE = 194,
    FWL_PIX_FMT_X2RGB10BE = 195,
    FWL_PIX_FMT_X2BGR10LE = 196,
    FWL_PIX_FMT_X2BGR10BE = 197,

    /* Fewer than 8 bits for a pixel, or a byte: RGB8 is 3:3:2 bits, RGB4 1:2:1 with two pixels a
     * byte, RGB4_BYTE with one. PAL8: a byte that stands for one of 256 colors in plane 1. */
    FWL_PIX_FMT_MONOWHITE = 9,
    FWL_PIX_FMT_MONOBLACK = 10,
    FWL_PIX_FMT_PAL8 = 11,
    FWL_PIX_FMT_BGR8 = 17,
    FWL_PIX_FMT_BGR4 = 18,
    FWL_PIX_FMT_BGR4_BYTE = 19,
    FWL_PIX_FMT_RGB8 = 20,
    FWL_PIX_FMT_RGB4 = 21,
    FWL_PIX_FMT_RGB4_BYTE = 22,

    /* Planar RGB, planes in the order G, B, R and A; F32: 32-bit float from 0 to 1. */
    FWL_PIX_FMT_GBRP = 71,
    FWL_PIX_FMT_GBRP9BE = 72,
    FWL_PIX_FMT_GBRP9LE = 73,
    FWL_PIX_FMT_GBRP10BE = 74,
    FWL_PIX_FMT_GBRP10LE = 75,
    FWL_PIX_FMT_GBRP16BE = 76,
    FWL_PIX_FMT_GBRP16LE = 77,
    FWL_PIX_FMT_GBRAP = 111,
    FWL_PIX_FMT_GBRAP16BE = 112,
    FWL_PIX_FMT_GBRAP16LE = 113,
    FWL_PIX_FMT_GBRP12BE = 134,
    FWL_PIX_FMT_GBRP12LE = 135,
    FWL_PIX_FMT_GBRP14BE = 136,
    FWL_PIX_FMT_GBRP14LE = 137,
    FWL_PIX_FMT_GBRAP12BE = 161,
    FWL_PIX_FMT_GBRAP12LE = 162,
    FWL_PIX_FMT_GBRAP10BE = 163,
    FWL_PIX_FMT_GBRAP10LE = 164,
    FWL_PIX_FMT_GBRPF32BE = 175,
    FWL_PIX_FMT_GBRPF32LE = 176,
    FWL_PIX_FMT_GBRAPF32BE = 177,
    FWL_PIX_FMT_GBRAPF32LE = 178,

    /* Raw sensor data: one value for a pixel, colors alternating as the name says, two by two. */
    FWL_PIX_FMT_BAYER_BGGR8 = 139,
    FWL_PIX_FMT_BAYER_RGGB8 = 140,
    FWL_PIX_FMT_BAYER_GBRG8 = 141,
    FWL_PIX_FMT_BAYER_GRBG8 = 142,
    FWL_PIX_FMT_BAYER_BGGR16LE = 143,
    FWL_PIX_FMT_BAYER_BGGR16BE = 144,
    FWL_PIX_FMT_BAYER_RGGB16LE = 145,
    FWL_PIX_FMT_BAYER_RGGB16BE = 146,
    FWL_PIX_FMT_BAYER_GBRG16LE = 147,
    FWL_PIX_FMT_BAYER_GBRG16BE = 148,
    FWL_PIX_FMT_BAYER_GRBG16LE = 149,
    FWL_PIX_FMT_BAYER_GRBG16BE = 150,

    /* CIE XYZ, 12 bits high in 2 bytes each. */
    FWL_PIX_FMT_XYZ12LE = 99,
    FWL_PIX_FMT_XYZ12BE = 100,

    /* Pictures in the memory of a device: no layout here, data[] holds handles of the device. */
    FWL_PIX_FMT_VAAPI = 44,
    FWL_PIX_FMT_DXVA2_VLD = 51,
    FWL_PIX_FMT_VDPAU = 98,
    FWL_PIX_FMT_QSV = 114,
    FWL_PIX_FMT_MMAL = 115,
    FWL_PIX_FMT_D3D11VA_VLD = 116,
    FWL_PIX_FMT_CUDA = 117,
    FWL_PIX_FMT_XVMC = 151,
    FWL_PIX_FMT_VIDEOTOOLBOX = 158,
    FWL_PIX_FMT_MEDIACODEC = 165,
    FWL_PIX_FMT_D3D11 = 172,
    FWL_PIX_FMT_DRM_PRIME = 179,
    FWL_PIX_FMT_OPENCL = 180,
    FWL_PIX_FMT_VULKAN = 191,

    FWL_PIX_FMT_NB = 206, /* the number of formats known to this version */

    FWL_PIX_FMT_Y400A = FWL_PIX_FMT_YA8,
    FWL_PIX_FMT_GRAY8A = FWL_PIX_FMT_YA8,
    FWL_PIX_FMT_GBR24P = FWL_PIX_FMT_GBRP,
};

/* The one of two formats that has this machine's byte order. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FWL_PIX_FMT_NE(be, le) FWL_PIX_FMT_##be
#else
#define FWL_PIX_FMT_NE(be, le) FWL_PIX_FMT_##le
#endif

/* A pixel as one native 32-bit number, named from its highest byte down; 32_1: from its lowest up.
 * */
#define FWL_PIX_FMT_RGB32 FWL_PIX_FMT_NE(ARGB, BGRA)
#define FWL_PIX_FMT_RGB32_1 FWL_PIX_FMT_NE(RGBA, ABGR)
#define FWL_PIX_FMT_BGR32 FWL_PIX_FMT_NE(ABGR, RGBA)
#define FWL_PIX_FMT_BGR32_1 FWL_PIX_FMT_NE(BGRA, ARGB)
#define FWL_PIX_FMT_0RGB32 FWL_PIX_FMT_NE(0RGB, BGR0)
#define FWL_PIX_FMT_0BGR32 FWL_PIX_FMT_NE(0BGR, RGB0)

#define FWL_PIX_FMT_AYUV64 FWL_PIX_FMT_NE(AYUV64BE, AYUV64LE)
#define FWL_PIX_FMT_BAYER_BGGR16 FWL_PIX_FMT_NE(BAYER_BGGR16BE, BAYER_BGGR16LE)
#define FWL_PIX_FMT_BAYER_GBRG16 FWL_PIX_FMT_NE(BAYER_GBRG16BE, BAYER_GBRG16LE)
#define FWL_PIX_FMT_BAYER_GRBG16 FWL_PIX_FMT_NE(BAYER_GRBG16BE, BAYER_GRBG16LE)
#define FWL_PIX_FMT_BAYER_RGGB16 FWL_PIX_FMT_NE(BAYER_RGGB16BE, BAYER_RGGB16LE)
#define FWL_PIX_FMT_BGR444 FWL_PIX_FMT_NE(BGR444BE, BGR444LE)
#define FWL_PIX_FMT_BGR48 FWL_PIX_FMT_NE(BGR48BE, BGR48LE)
#define FWL_PIX_FMT_BGR555 FWL_PIX_FMT_NE(BGR555BE, BGR555LE)
#define FWL_PIX_FMT_BGR565 FWL_PIX_FMT_NE(BGR565BE, BGR565LE)
#define FWL_PIX_FMT_BGRA64 FWL_PIX_FMT_NE(BGRA64BE, BGRA64LE)
#define FWL_PIX_FMT_GBRAP10 FWL_PIX_FMT_NE(GBRAP10BE, GBRAP10LE)
#define FWL_PIX_FMT_GBRAP12 FWL_PIX_FMT_NE(GBRAP12BE, GBRAP12LE)
#define FWL_PIX_FMT_GBRAP16 FWL_PIX_FMT_NE(GBRAP16BE, GBRAP16LE)
#define FWL_PIX_FMT_GBRAPF32 FWL_PIX_FMT_NE(GBRAPF32BE, GBRAPF32LE)
#define FWL_PIX_FMT_GBRP10 FWL_PIX_FMT_NE(GBRP10BE, GBRP10LE)
#define FWL_PIX_FMT_GBRP12 FWL_PIX_FMT_NE(GBRP12BE, GBRP12LE)
#define FWL_PIX_FMT_GBRP14 FWL_PIX_FMT_NE(GBRP14BE, GBRP14LE)
#define FWL_PIX_FMT_GBRP16 FWL_PIX_FMT_NE(GBRP16BE, GBRP16LE)
#define FWL_PIX_FMT_GBRP9 FWL_PIX_FMT_NE(GBRP9BE, GBRP9LE)
#define FWL_PIX_FMT_GBRPF32 FWL_PIX_FMT_NE(GBRPF32BE, GBRPF32LE)
#define FWL_PIX_FMT_GRAY10 FWL_PIX_FMT_NE(GRAY10BE, GRAY10LE)
#define FWL_PIX_FMT_GRAY12 FWL_PIX_FMT_NE(GRAY12BE, GRAY12LE)
#define FWL_PIX_FMT_GRAY14 FWL_PIX_FMT_NE(GRAY14BE, GRAY14LE)
#define FWL_PIX_FMT_GRAY16 FWL_PIX_FMT_NE(GRAY16BE, GRAY16LE)
#define FWL_PIX_FMT_GRAY9 FWL_PIX_FMT_NE(GRAY9BE, GRAY9LE)
#define FWL_PIX_FMT_GRAYF32 FWL_PIX_FMT_NE(GRAYF32BE, GRAYF32LE)
#define FWL_PIX_FMT_NV20 FWL_PIX_FMT_NE(NV20BE, NV20LE)
#define FWL_PIX_FMT_P010 FWL_PIX_FMT_NE(P010BE, P010LE)
#define FWL_PIX_FMT_P016 FWL_PIX_FMT_NE(P016BE, P016LE)
#define FWL_PIX_FMT_P210 FWL_PIX_FMT_NE(P210BE, P210LE)
#define FWL_PIX_FMT_P216 FWL_PIX_FMT_NE(P216BE, P216LE)
#define FWL_PIX_FMT_P410 FWL_PIX_FMT_NE(P410BE, P410LE)
#define FWL_PIX_FMT_P416 FWL_PIX_FMT_NE(P416BE, P416LE)
#define FWL_PIX_FMT_RGB444 FWL_PIX_FMT_NE(RGB444BE, RGB444LE)
#define FWL_PIX_FMT_RGB48 FWL_PIX_FMT_NE(RGB48BE, RGB48LE)
#define FWL_PIX_FMT_RGB555 FWL_PIX_FMT_NE(RGB555BE, RGB555LE)
#define FWL_PIX_FMT_RGB565 FWL_PIX_FMT_NE(RGB565BE, RGB565LE)
#define FWL_PIX_FMT_RGBA64 FWL_PIX_FMT_NE(RGBA64BE, RGBA64LE)
#define FWL_PIX_FMT_X2BGR10 FWL_PIX_FMT_NE(X2BGR10BE, X2BGR10LE)
#define FWL_PIX_FMT_X2RGB10 FWL_PIX_FMT_NE(X2RGB10BE, X2RGB10LE)
#define FWL_PIX_FMT_XYZ12 FWL_PIX_FMT_NE(XYZ12BE, XYZ12LE)
#define FWL_PIX_FMT_Y210 FWL_PIX_FMT_NE(Y210BE, Y210LE)
#define FWL_PIX_FMT_YA16 FWL_PIX_FMT_NE(YA16BE, YA16LE)
#define FWL_PIX_FMT_YUV420P10 FWL_PIX_FMT_NE(YUV420P10BE, YUV420P10LE)
#define FWL_PIX_FMT_YUV420P12 FWL_PIX_FMT_NE(YUV420P12BE, YUV420P12LE)
#define FWL_PIX_FMT_YUV420P14 FWL_PIX_FMT_NE(YUV420P14BE, YUV420P14LE)
#define FWL_PIX_FMT_YUV420P16 FWL_PIX_FMT_NE(YUV420P16BE, YUV420P16LE)
#define FWL_PIX_FMT_YUV420P9 FWL_PIX_FMT_NE(YUV420P9BE, YUV420P9LE)
#define FWL_PIX_FMT_YUV422P10 FWL_PIX_FMT_NE(YUV422P10BE, YUV422P10LE)
#define FWL_PIX_FMT_YUV422P12 FWL_PIX_FMT_NE(YUV422P12BE, YUV422P12LE)
#define FWL_PIX_FMT_YUV422P14 FWL_PIX_FMT_NE(YUV422P14BE, YUV422P14LE)
#define FWL_PIX_FMT_YUV422P16 FWL_PIX_FMT_NE(YUV422P16BE, YUV422P16LE)
#define FWL_PIX_FMT_YUV422P9 FWL_PIX_FMT_NE(YUV422P9BE, YUV422P9LE)
#define FWL_PIX_FMT_YUV440P10 FWL_PIX_FMT_NE(YUV440P10BE, YUV440P10LE)
#define FWL_PIX_FMT_YUV440P12 FWL_PIX_FMT_NE(YUV440P12BE, YUV440P12LE)
#define FWL_PIX_FMT_YUV444P10 FWL_PIX_FMT_NE(YUV444P10BE, YUV444P10LE)
#define FWL_PIX_FMT_YUV444P12 FWL_PIX_FMT_NE(YUV444P12BE, YUV444P12LE)
#define FWL_PIX_FMT_YUV444P14 FWL_PIX_FMT_NE(YUV444P14BE, YUV444P14LE)
#define FWL_PIX_FMT_YUV444P16 FWL_PIX_FMT_NE(YUV444P16BE, YUV444P16LE)
#define FWL_PIX_FMT_YUV444P9 FWL_PIX_FMT_NE(YUV444P9BE, YUV444P9LE)
#define FWL_PIX_FMT_YUVA420P10 FWL_PIX_FMT_NE(YUVA420P10BE, YUVA420P10LE)
#define FWL_PIX_FMT_YUVA420P16 FWL_PIX_FMT_NE(YUVA420P16BE, YUVA420P16LE)
#define FWL_PIX_FMT_YUVA420P9 FWL_PIX_FMT_NE(YUVA420P9BE, YUVA420P9LE)
#define FWL_PIX_FMT_YUVA422P10 FWL_PIX_FMT_NE(YUVA422P10BE, YUVA422P10LE)
#define FWL_PIX_FMT_YUVA422P12 FWL_PIX_FMT_NE(YUVA422P12BE, YUVA422P12LE)
#define FWL_PIX_FMT_YUVA422P16 FWL_PIX_FMT_NE(YUVA422P16BE, YUVA422P16LE)
#define FWL_PIX_FMT_YUVA422P9 FWL_PIX_FMT_NE(YUVA422P9BE, YUVA422P9LE)
#define FWL_PIX_FMT_YUVA444P10 FWL_PIX_FMT_NE(YUVA444P10BE, YUVA444P10LE)
#define FWL_PIX_FMT_YUVA444P12 FWL_PIX_FMT_NE(YUVA444P12BE, YUVA444P12LE)
#define FWL_PIX_FMT_YUVA444P16 FWL_PIX_FMT_NE(YUVA444P16BE, YUVA444P16LE)
#define FWL_PIX_FMT_YUVA444P9 FWL_PIX_FMT_NE(YUVA444P9BE, YUVA444P9LE)

/* Where one component of a pixel lies. Steps and offsets are bytes, in a bitstream format bits. */
typedef struct FwlComponentDescriptor {
    int plane;  /* 0 to 3 */
    int step;   /* from one value to the next in the row */
    int offset; /* of the first value in the row */
    int shift;  /* low bits that do not belong to the value */
    int depth;  /* bits of the value */
} FwlComponentDescriptor;

/*
 * What a format is. Components are Y, U, V, alpha, or R, G, B, alpha; alpha is always the last one.
 * The chroma planes of a picture are its width and height shifted right by log2_chroma_w and
 * log2_chroma_h, rounded up.
 */
typedef struct FwlPixFmtDescriptor {
    const char *name;
    uint8_t nb_components; /* 1 to 4; 0 for hardware formats */
    uint8_t log2_chroma_w;
    uint8_t log2_chroma_h;
    uint64_t flags; /* FWL_PIX_FMT_FLAG_* */
    FwlComponentDescriptor comp[4];
    const char *alias; /* other names, separated by commas; NULL for none */
} FwlPixFmtDescriptor;

#define FWL_PIX_FMT_FLAG_BE (1 << 0)        /* values of more than a byte: high byte first */
#define FWL_PIX_FMT_FLAG_PAL (1 << 1)       /* plane 0 are places in the palette in plane 1 */
#define FWL_PIX_FMT_FLAG_BITSTREAM (1 << 2) /* pixels do not begin at bytes */
#define FWL_PIX_FMT_FLAG_HWACCEL (1 << 3)   /* in the memory of a device */
#define FWL_PIX_FMT_FLAG_PLANAR (1 << 4)    /* more than one plane */
#define FWL_PIX_FMT_FLAG_RGB (1 << 5)
#define FWL_PIX_FMT_FLAG_ALPHA (1 << 7)
#define FWL_PIX_FMT_FLAG_BAYER (1 << 8)
#define FWL_PIX_FMT_FLAG_FLOAT (1 << 9)

/* What is lost when pixels of one format become another. */
#define FWL_LOSS_RESOLUTION 0x0001 /* chroma gets smaller */
#define FWL_LOSS_DEPTH 0x0002      /* fewer bits */
#define FWL_LOSS_COLORSPACE 0x0004 /* RGB to YUV and the like */
#define FWL_LOSS_ALPHA 0x0008
#define FWL_LOSS_COLORQUANT 0x0010 /* all colors to the 256 of a palette */
#define FWL_LOSS_CHROMA 0x0020     /* color to gray */

/* The primaries of a picture's colors; numbers of ISO/IEC 23091-2 (ITU-T H.273). */
enum FwlColorPrimaries {
    FWL_COL_PRI_RESERVED0 = 0,
    FWL_COL_PRI_BT709 = 1,
    FWL_COL_PRI_UNSPECIFIED = 2,
    FWL_COL_PRI_RESERVED = 3,
    FWL_COL_PRI_BT470M = 4,
    FWL_COL_PRI_BT470BG = 5,
    FWL_COL_PRI_SMPTE170M = 6,
    FWL_COL_PRI_SMPTE240M = 7,
    FWL_COL_PRI_FILM = 8,
    FWL_COL_PRI_BT2020 = 9,
    FWL_COL_PRI_SMPTE428 = 10,
    FWL_COL_PRI_SMPTEST428_1 = FWL_COL_PRI_SMPTE428,
    FWL_COL_PRI_SMPTE431 = 11,
    FWL_COL_PRI_SMPTE432 = 12,
    FWL_COL_PRI_EBU3213 = 22,
    FWL_COL_PRI_JEDEC_P22 = FWL_COL_PRI_EBU3213,
    FWL_COL_PRI_NB,
};

/* The curve from light to value; numbers of the same standard. */
enum FwlColorTransferCharacteristic {
    FWL_COL_TRC_RESERVED0 = 0,
    FWL_COL_TRC_BT709 = 1,
    FWL_COL_TRC_UNSPECIFIED = 2,
    FWL_COL_TRC_RESERVED = 3,
    FWL_COL_TRC_GAMMA22 = 4,
    FWL_COL_TRC_GAMMA28 = 5,
    FWL_COL_TRC_SMPTE170M = 6,
    FWL_COL_TRC_SMPTE240M = 7,
    FWL_COL_TRC_LINEAR = 8,
    FWL_COL_TRC_LOG = 9,
    FWL_COL_TRC_LOG_SQRT = 10,
    FWL_COL_TRC_IEC61966_2_4 = 11,
    FWL_COL_TRC_BT1361_ECG = 12,
    FWL_COL_TRC_IEC61966_2_1 = 13,
    FWL_COL_TRC_BT2020_10 = 14,
    FWL_COL_TRC_BT2020_12 = 15,
    FWL_COL_TRC_SMPTE2084 = 16,
    FWL_COL_TRC_SMPTEST2084 = FWL_COL_TRC_SMPTE2084,
    FWL_COL_TRC_SMPTE428 = 17,
    FWL_COL_TRC_SMPTEST428_1 = FWL_COL_TRC_SMPTE428,
    FWL_COL_TRC_ARIB_STD_B67 = 18,
    FWL_COL_TRC_NB,
};

/* The matrix from RGB to YUV; numbers of the same standard. */
enum FwlColorSpace {
    FWL_COL_SPC_RGB = 0,
    FWL_COL_SPC_BT709 = 1,
    FWL_COL_SPC_UNSPECIFIED = 2,
    FWL_COL_SPC_RESERVED = 3,
    FWL_COL_SPC_FCC = 4,
    FWL_COL_SPC_BT470BG = 5,
    FWL_COL_SPC_SMPTE170M = 6,
    FWL_COL_SPC_SMPTE240M = 7,
    FWL_COL_SPC_YCGCO = 8,
    FWL_COL_SPC_YCOCG = FWL_COL_SPC_YCGCO,
    FWL_COL_SPC_BT2020_NCL = 9,
    FWL_COL_SPC_BT2020_CL = 10,
    FWL_COL_SPC_SMPTE2085 = 11,
    FWL_COL_SPC_CHROMA_DERIVED_NCL = 12,
    FWL_COL_SPC_CHROMA_DERIVED_CL = 13,
    FWL_COL_SPC_ICTCP = 14,
    FWL_COL_SPC_NB,
};

/* Which values are black and white: MPEG is 16 to 235 of 255 (chroma 16 to 240), JPEG all of them.
 * */
enum FwlColorRange {
    FWL_COL_RANGE_UNSPECIFIED = 0,
    FWL_COL_RANGE_MPEG = 1,
    FWL_COL_RANGE_JPEG = 2,
    FWL_COL_RANGE_NB,
};

/* Where in its group of pixels a chroma value was taken. */
enum FwlChromaLocation {
    FWL_CHROMA_LOC_UNSPECIFIED = 0,
    FWL_CHROMA_LOC_LEFT = 1,
    FWL_CHROMA_LOC_CENTER = 2,
    FWL_CHROMA_LOC_TOPLEFT = 3,
    FWL_CHROMA_LOC_TOP = 4,
    FWL_CHROMA_LOC_BOTTOMLEFT = 5,
    FWL_CHROMA_LOC_BOTTOM = 6,
    FWL_CHROMA_LOC_NB,
};

/* Descriptors. They live as long as the program. */

/* The descriptor of a format; NULL for a number that is none. */
FWL_API const FwlPixFmtDescriptor *fwl_pix_fmt_desc_get(enum FwlPixelFormat pix_fmt);

/* The descriptor after prev, the first one for NULL; NULL after the last. */
FWL_API const FwlPixFmtDescriptor *fwl_pix_fmt_desc_next(const FwlPixFmtDescriptor *prev);

/* The format that a descriptor describes; FWL_PIX_FMT_NONE for one that is not from here. */
FWL_API enum FwlPixelFormat fwl_pix_fmt_desc_get_id(const FwlPixFmtDescriptor *desc);

/* Names */

/*
 * The format of this name: its own ("yuv420p10le"), one of its aliases ("y10le"; capitals do not
 * matter in these), a name that lacks the byte order and means this machine's ("yuv420p10"), or
 * "rgb32" and "bgr32". FWL_PIX_FMT_NONE for any other, and for NULL.
 */
FWL_API enum FwlPixelFormat fwl_get_pix_fmt(const char *name);

/* The name of a format; NULL for a number that is none. */
FWL_API const char *fwl_get_pix_fmt_name(enum FwlPixelFormat pix_fmt);

/* Writes a line of a table of formats to buf, cut to buf_size bytes: name, components and bits for
 * a pixel; for a negative pix_fmt the head of the table, for another number that is no format "".
 * Returns buf. */
FWL_API char *fwl_get_pix_fmt_string(char *buf, size_t buf_size, enum FwlPixelFormat pix_fmt);

/* The names that ffmpeg's options have for these; NULL for a number that has none. The other way
 * round FWL_E_INVALID for a name that is none. */
FWL_API const char *fwl_color_range_name(enum FwlColorRange range);
FWL_API int fwl_color_range_from_name(const char *name);
FWL_API const char *fwl_color_primaries_name(enum FwlColorPrimaries primaries);
FWL_API int fwl_color_primaries_from_name(const char *name);
FWL_API const char *fwl_color_transfer_name(enum FwlColorTransferCharacteristic transfer);
FWL_API int fwl_color_transfer_from_name(const char *name);
FWL_API const char *fwl_color_space_name(enum FwlColorSpace space);
FWL_API int fwl_color_space_from_name(const char *name);
FWL_API const char *fwl_chroma_location_name(enum FwlChromaLocation location);
FWL_API int fwl_chroma_location_from_name(const char *name);

/* Properties */

/* Bits of a pixel that carry a value, averaged over the pixels that share chroma: 12 for yuv420p.
 * */
FWL_API int fwl_get_bits_per_pixel(const FwlPixFmtDescriptor *pixdesc);

/* Bits of a pixel with those that carry nothing: 32 for rgb0, 24 for yuv420p10. */
FWL_API int fwl_get_padded_bits_per_pixel(const FwlPixFmtDescriptor *pixdesc);

/* The number of planes that hold components; a palette is not counted. 0 for hardware formats.
 * Fails: FWL_E_INVALID for a number that is no format. */
FWL_API int fwl_pix_fmt_count_planes(enum FwlPixelFormat pix_fmt);

/* By how many bits width and height are shifted right for chroma.
 * Fails: FWL_E_INVALID for a number that is no format; both are untouched. */
FWL_API int fwl_pix_fmt_get_chroma_sub_sample(enum FwlPixelFormat pix_fmt, int *h_shift,
                                              int *v_shift);

/* The same format in the other byte order; FWL_PIX_FMT_NONE where there is none. */
FWL_API enum FwlPixelFormat fwl_pix_fmt_swap_endianness(enum FwlPixelFormat pix_fmt);

/* Choosing */

/*
 * What is lost from src_pix_fmt to dst_pix_fmt: FWL_LOSS_* together; alpha counts if has_alpha.
 *
 * Fails: FWL_E_INVALID for a number that is no format; FWL_E_UNSUPPORTED where one of the two is a
 * hardware format.
 */
FWL_API int fwl_get_pix_fmt_loss(enum FwlPixelFormat dst_pix_fmt, enum FwlPixelFormat src_pix_fmt,
                                 int has_alpha);

/*
 * The one of two formats to which src_pix_fmt loses less; where that is equal, the one with fewer
 * bits, then with fewer components, then the first. A number that is no format loses to any that
 * is. *loss_ptr (may be NULL): in, the losses that do not matter; out, what fwl_get_pix_fmt_loss
 * says.
 */
FWL_API enum FwlPixelFormat fwl_find_best_pix_fmt_of_2(enum FwlPixelFormat dst_pix_fmt1,
                                                       enum FwlPixelFormat dst_pix_fmt2,
                                                       enum FwlPixelFormat src_pix_fmt,
                                                       int has_alpha, int *loss_ptr);

#ifdef __cplusplus
}
#endif

#endif
