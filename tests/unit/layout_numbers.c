/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints numbers of the layout layer, many in one line: every machine must print the same. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "framewell/image.h"
#include "framewell/mem.h"
#include "framewell/sample.h"

static const int widths[] = {0, 1, 2, 3, 15, 67, 300, 1919, 4096, 16383, INT_MAX / 8, INT_MAX};
static const int aligns[] = {-1, 0, 1, 3, 16, 64, 4096, 1 << 21, 1 << 29};
enum { WIDTHS = sizeof widths / sizeof *widths, ALIGNS = sizeof aligns / sizeof *aligns };

/* FNV-1a over numbers of 64 bits; its products are meant to wrap. */
#if defined(__clang__)
__attribute__((no_sanitize("integer")))
#endif
static void
add(uint64_t *sum, int64_t number)
{
    for (int i = 0; i < 8; i++) {
        *sum ^= (uint64_t)number >> 8 * i & 0xff;
        *sum *= UINT64_C(0x100000001b3);
    }
}

static void add_picture(uint64_t *sum, enum FwlPixelFormat format, int width, int height, int align)
{
    uint8_t *data[4];
    int linesize[4];
    FwlImageLayout layout;
    add(sum, fwl_image_get_buffer_size(format, width, height, align));
    add(sum, fwl_image_fill_arrays(data, linesize, NULL, format, width, height, align));
    const FwlImageRules rules = {.row_align = (size_t)(align > 0 ? align : 1), .tail_padding = 64};
    add(sum, fwl_image_check_size2((unsigned)width, (unsigned)height, 1 << 24, format, 0, NULL));
    const int err = fwl_image_layout_init(&layout, format, width, height, &rules);
    /* What cannot be addressed is a matter of the machine. */
    for (int i = 0; i < 4; i++) {
        add(sum, linesize[i]);
        if (err == 0 && layout.size < INT_MAX) {
            add(sum, (int64_t)layout.offset[i]);
            add(sum, (int64_t)layout.plane_size[i]);
        }
    }
}

static void print_format(enum FwlPixelFormat format)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    for (int w = 0; w < WIDTHS; w++) {
        for (int h = 0; h < WIDTHS; h++) {
            for (int a = 0; a < ALIGNS; a++)
                add_picture(&sum, format, widths[w], widths[h], aligns[a]);
        }
    }
    printf("%s %d %d %d %016" PRIx64 "\n", desc->name, fwl_pix_fmt_count_planes(format),
           fwl_get_bits_per_pixel(desc), fwl_get_padded_bits_per_pixel(desc), sum);
}

static void print_samples(void)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (int format = 0; format < FWL_SAMPLE_FMT_NB; format++) {
        for (int w = 0; w < WIDTHS; w++) {
            for (int a = 0; a < ALIGNS; a++) {
                int linesize = 0;
                add(&sum, fwl_samples_get_buffer_size(&linesize, 1 + w, widths[w],
                                                      (enum FwlSampleFormat)format, aligns[a]));
                add(&sum, linesize);
            }
        }
    }
    printf("samples %016" PRIx64 "\n", sum);
}

/* Copies, by the vectors that the machine has. */
static void print_copies(void)
{
    static uint8_t from[16384], to[16384];
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < 16384; i++)
        from[i] = to[i] = (uint8_t)(i * 37 >> 3);
    for (int i = 1; i < 300; i++) {
        fwl_memcpy_backptr(to + 100 + i % 64, 1 + i % 80, i * 7);
        fwl_image_copy_plane(to + 4096 + i % 64, 611, from + i % 61, 640, i, 5);
        for (int k = 0; k < 16384; k++)
            add(&sum, to[k]);
    }
    printf("copies %016" PRIx64 "\n", sum);
}

int main(void)
{
    printf("300x300 yuv420p %d %d\n", fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, 300, 1),
           fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, 300, 16));
    for (int i = 0; i < FWL_PIX_FMT_NB; i++)
        print_format((enum FwlPixelFormat)i);
    print_samples();
    print_copies();
    return 0;
}
