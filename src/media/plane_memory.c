/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Planes without a frame: a picture or sound in one block of the fwl_malloc family. The layers that
 * know where planes lie (image, sample) allocate nothing, so this part of them is here.
 */
#include <string.h>

#include "base/align.h"
#include "framewell/frame.h"
#include "framewell/image.h"
#include "framewell/mem.h"

/* Rows are padded to whole groups of so many pixels where align allows for it, as in libavutil. */
enum { PIXEL_GROUP = 8, PALETTE_ALIGN = 4 };

/* Linesizes of a picture of aligned rows, and the bytes of the whole. */
static int compute_picture(int linesizes[4], int w, int h, enum FwlPixelFormat pix_fmt, int align)
{
    /* Says what is wrong with any of the arguments. */
    int size = fwl_image_get_buffer_size(pix_fmt, w, h, align);
    if (size < 0)
        return size;
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(pix_fmt);
    if ((desc->flags & FWL_PIX_FMT_FLAG_PAL) && align < PALETTE_ALIGN)
        return FWL_E_INVALID;
    /* Neither sum overflows: a width that was not refused is far below INT_MAX. */
    const int width = align >= PIXEL_GROUP ? (w + PIXEL_GROUP - 1) & -PIXEL_GROUP : w;
    size = fwl_image_fill_linesizes(linesizes, pix_fmt, width);
    for (int i = 0; i < 4 && size >= 0; i++)
        linesizes[i] = (int)fwl_align_up((size_t)linesizes[i], (size_t)align);
    uint8_t *none[4];
    return size < 0 ? size : fwl_image_fill_pointers(none, pix_fmt, h, NULL, linesizes);
}

int fwl_image_alloc(uint8_t *pointers[4], int linesizes[4], int w, int h,
                    enum FwlPixelFormat pix_fmt, int align)
{
    int lines[4];
    memset(pointers, 0, 4 * sizeof *pointers);
    memset(linesizes, 0, 4 * sizeof *linesizes);
    const int size = compute_picture(lines, w, h, pix_fmt, align);
    if (size < 0)
        return size;
    /* As many bytes more as libavutil's block has, for whoever reads past the last row. */
    uint8_t *memory = fwl_malloc((size_t)size + (size_t)align);
    if (!memory)
        return FWL_E_NOMEM;
    memcpy(linesizes, lines, sizeof lines);
    return fwl_image_fill_pointers(pointers, pix_fmt, h, memory, lines);
}

int fwl_samples_alloc(uint8_t **audio_data, int *linesize, int nb_channels, int nb_samples,
                      enum FwlSampleFormat sample_fmt, int align)
{
    if (linesize)
        *linesize = 0;
    const int size = fwl_samples_get_buffer_size(NULL, nb_channels, nb_samples, sample_fmt, align);
    if (size < 0)
        return size;
    uint8_t *memory = fwl_malloc((size_t)size);
    if (!memory)
        return FWL_E_NOMEM;
    fwl_samples_fill_arrays(audio_data, linesize, memory, nb_channels, nb_samples, sample_fmt,
                            align);
    fwl_samples_set_silence(audio_data, 0, nb_samples, nb_channels, sample_fmt);
    return size;
}

int fwl_samples_alloc_array_and_samples(uint8_t ***audio_data, int *linesize, int nb_channels,
                                        int nb_samples, enum FwlSampleFormat sample_fmt, int align)
{
    *audio_data = NULL;
    if (linesize)
        *linesize = 0;
    int size = fwl_samples_get_buffer_size(NULL, nb_channels, nb_samples, sample_fmt, align);
    if (size < 0)
        return size;
    const int planes = fwl_sample_fmt_is_planar(sample_fmt) ? nb_channels : 1;
    uint8_t **array = fwl_calloc((size_t)planes, sizeof *array);
    if (!array)
        return FWL_E_NOMEM;
    size = fwl_samples_alloc(array, linesize, nb_channels, nb_samples, sample_fmt, align);
    if (size < 0)
        fwl_free(array);
    else
        *audio_data = array;
    return size;
}
