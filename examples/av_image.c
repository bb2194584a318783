/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for FFmpeg's pictures without frames, for libavutil or for Framewell (see av_packet.c):
 * a picture is drawn, copied to memory of its own and packed. */
#ifdef WITH_LIBAV
#include <libavutil/common.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#else
#include <framewell/av_names.h>
#endif
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 300, HEIGHT = 200 };

static unsigned checksum(const uint8_t *bytes, int size)
{
    unsigned sum = 1;
    for (int i = 0; i < size; i++)
        sum = sum * 31 + bytes[i];
    return sum;
}

static void draw(uint8_t *data[4], const int linesize[4])
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(AV_PIX_FMT_YUV420P);
    for (int plane = 0; plane < desc->nb_components; plane++) {
        const int shift = plane > 0 ? desc->log2_chroma_w : 0;
        for (int y = 0; y < AV_CEIL_RSHIFT(HEIGHT, shift); y++) {
            for (int x = 0; x < AV_CEIL_RSHIFT(WIDTH, shift); x++)
                data[plane][y * linesize[plane] + x] = (uint8_t)(x + y * 3 + plane * 7);
        }
    }
}

static int use_pictures(uint8_t *src[4], uint8_t *dst[4])
{
    int src_linesize[4], dst_linesize[4], rows[4];
    int ret = av_image_alloc(src, src_linesize, WIDTH, HEIGHT, AV_PIX_FMT_YUV420P, 32);
    if (ret < 0)
        return ret;
    printf("%d bytes, lines of %d %d %d\n", ret, src_linesize[0], src_linesize[1], src_linesize[2]);
    ret = av_image_alloc(dst, dst_linesize, WIDTH, HEIGHT, AV_PIX_FMT_YUV420P, 1);
    if (ret < 0)
        return ret;
    ret = av_image_fill_linesizes(rows, AV_PIX_FMT_YUV420P, WIDTH);
    if (ret < 0)
        return ret;
    printf("pixels of a row: %d %d %d bytes, aligned %d\n", rows[0], rows[1], rows[2],
           FFALIGN(rows[0], 32));

    draw(src, src_linesize);
    av_image_copy(dst, dst_linesize, (const uint8_t **)src, src_linesize, AV_PIX_FMT_YUV420P, WIDTH,
                  HEIGHT);
    const int size = av_image_get_buffer_size(AV_PIX_FMT_YUV420P, WIDTH, HEIGHT, 1);
    printf("copied %d bytes: %08x\n", size, checksum(dst[0], size));

    uint8_t *packed = av_malloc((size_t)size);
    if (!packed)
        return -1;
    ret = av_image_copy_to_buffer(packed, size, (const uint8_t *const *)src, src_linesize,
                                  AV_PIX_FMT_YUV420P, WIDTH, HEIGHT, 1);
    printf("packed %d bytes: %08x\n", ret, checksum(packed, size));
    av_freep(&packed);
    return ret;
}

int main(void)
{
    uint8_t *src[4] = {NULL}, *dst[4] = {NULL};
    const int ret = use_pictures(src, dst);
    av_freep(&src[0]);
    av_freep(&dst[0]);
    return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
