/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sample formats, and the sizes of samples.
 *
 *     plane   = samples * bytes of a sample (* channels where packed), rounded up to align
 *     samples = plane * channels where planar, else plane
 */
#include "framewell/sample.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/align.h"

static const struct {
    const char *name;
    int bits;
    bool is_planar;
    enum FwlSampleFormat other; /* the planar one of a packed format, and back */
} formats[FWL_SAMPLE_FMT_NB] = {
    [FWL_SAMPLE_FMT_U8] = {"u8", 8, false, FWL_SAMPLE_FMT_U8P},
    [FWL_SAMPLE_FMT_S16] = {"s16", 16, false, FWL_SAMPLE_FMT_S16P},
    [FWL_SAMPLE_FMT_S32] = {"s32", 32, false, FWL_SAMPLE_FMT_S32P},
    [FWL_SAMPLE_FMT_S64] = {"s64", 64, false, FWL_SAMPLE_FMT_S64P},
    [FWL_SAMPLE_FMT_FLT] = {"flt", 32, false, FWL_SAMPLE_FMT_FLTP},
    [FWL_SAMPLE_FMT_DBL] = {"dbl", 64, false, FWL_SAMPLE_FMT_DBLP},
    [FWL_SAMPLE_FMT_U8P] = {"u8p", 8, true, FWL_SAMPLE_FMT_U8},
    [FWL_SAMPLE_FMT_S16P] = {"s16p", 16, true, FWL_SAMPLE_FMT_S16},
    [FWL_SAMPLE_FMT_S32P] = {"s32p", 32, true, FWL_SAMPLE_FMT_S32},
    [FWL_SAMPLE_FMT_S64P] = {"s64p", 64, true, FWL_SAMPLE_FMT_S64},
    [FWL_SAMPLE_FMT_FLTP] = {"fltp", 32, true, FWL_SAMPLE_FMT_FLT},
    [FWL_SAMPLE_FMT_DBLP] = {"dblp", 64, true, FWL_SAMPLE_FMT_DBL},
};

/* Formats */

static bool is_format(enum FwlSampleFormat sample_fmt)
{
    return (int)sample_fmt >= 0 && (int)sample_fmt < FWL_SAMPLE_FMT_NB;
}

const char *fwl_get_sample_fmt_name(enum FwlSampleFormat sample_fmt)
{
    return is_format(sample_fmt) ? formats[sample_fmt].name : NULL;
}

enum FwlSampleFormat fwl_get_sample_fmt(const char *name)
{
    for (int i = 0; name && i < FWL_SAMPLE_FMT_NB; i++) {
        if (strcmp(formats[i].name, name) == 0)
            return (enum FwlSampleFormat)i;
    }
    return FWL_SAMPLE_FMT_NONE;
}

enum FwlSampleFormat fwl_get_alt_sample_fmt(enum FwlSampleFormat sample_fmt, int planar)
{
    if (!is_format(sample_fmt))
        return FWL_SAMPLE_FMT_NONE;
    return formats[sample_fmt].is_planar == (planar != 0) ? sample_fmt : formats[sample_fmt].other;
}

enum FwlSampleFormat fwl_get_packed_sample_fmt(enum FwlSampleFormat sample_fmt)
{
    return fwl_get_alt_sample_fmt(sample_fmt, 0);
}

enum FwlSampleFormat fwl_get_planar_sample_fmt(enum FwlSampleFormat sample_fmt)
{
    return fwl_get_alt_sample_fmt(sample_fmt, 1);
}

char *fwl_get_sample_fmt_string(char *buf, size_t buf_size, enum FwlSampleFormat sample_fmt)
{
    if (sample_fmt < 0)
        snprintf(buf, buf_size, "name   depth");
    else if (is_format(sample_fmt))
        snprintf(buf, buf_size, "%-6s   %2d ", formats[sample_fmt].name, formats[sample_fmt].bits);
    else
        snprintf(buf, buf_size, "%s", "");
    return buf;
}

int fwl_get_bytes_per_sample(enum FwlSampleFormat sample_fmt)
{
    return is_format(sample_fmt) ? formats[sample_fmt].bits / 8 : 0;
}

int fwl_sample_fmt_is_planar(enum FwlSampleFormat sample_fmt)
{
    return is_format(sample_fmt) && formats[sample_fmt].is_planar;
}

/* Samples */

/* Samples of a plane where the caller leaves the alignment to us. */
enum { SAMPLES_ROUNDED_TO = 32 };

static int64_t round_up(int64_t n, int64_t power_of_two)
{
    return (n + power_of_two - 1) & -power_of_two;
}

/* The bytes of one plane; the factors are below 2^32, 2^4 and 2^31, so the last product is looked
 * at before it is made. */
static int64_t plane_bytes(int nb_channels, int64_t nb_samples, enum FwlSampleFormat sample_fmt)
{
    const int64_t bytes = nb_samples * fwl_get_bytes_per_sample(sample_fmt);
    const int64_t packed = fwl_sample_fmt_is_planar(sample_fmt) ? 1 : nb_channels;
    return bytes > INT_MAX / packed ? FWL_E_RANGE : bytes * packed;
}

int fwl_samples_get_buffer_size(int *linesize, int nb_channels, int nb_samples,
                                enum FwlSampleFormat sample_fmt, int align)
{
    if (linesize)
        *linesize = 0;
    if (!is_format(sample_fmt) || nb_channels <= 0 || nb_samples <= 0 || align < 0)
        return FWL_E_INVALID;
    if (align > 0 && !fwl_is_power_of_two((size_t)align))
        return FWL_E_INVALID;
    const bool is_ours = align == 0;
    const int64_t samples = is_ours ? round_up(nb_samples, SAMPLES_ROUNDED_TO) : nb_samples;
    const int64_t bytes = plane_bytes(nb_channels, samples, sample_fmt);
    if (bytes < 0)
        return FWL_E_RANGE;
    const int64_t plane = round_up(bytes, is_ours ? 1 : align);
    const int64_t total = fwl_sample_fmt_is_planar(sample_fmt) ? plane * nb_channels : plane;
    if (total > INT_MAX)
        return FWL_E_RANGE;
    if (linesize)
        *linesize = (int)plane;
    return (int)total;
}

int fwl_samples_fill_arrays(uint8_t **audio_data, int *linesize, const uint8_t *buf,
                            int nb_channels, int nb_samples, enum FwlSampleFormat sample_fmt,
                            int align)
{
    int plane;
    const int size =
        fwl_samples_get_buffer_size(&plane, nb_channels, nb_samples, sample_fmt, align);
    if (linesize)
        *linesize = plane;
    if (size < 0)
        return size;
    const int planes = fwl_sample_fmt_is_planar(sample_fmt) ? nb_channels : 1;
    for (int i = 0; i < planes; i++)
        audio_data[i] = buf ? (uint8_t *)(uintptr_t)buf + (size_t)i * (size_t)plane : NULL;
    return size;
}

/* How samples lie: planes, and the bytes from one instant to the next in each. */
struct Shape {
    int planes;
    size_t block;
};

static int get_shape(struct Shape *shape, int nb_channels, enum FwlSampleFormat sample_fmt)
{
    if (!is_format(sample_fmt) || nb_channels < 0)
        return FWL_E_INVALID;
    const bool is_planar = formats[sample_fmt].is_planar;
    *shape = (struct Shape){
        .planes = is_planar ? nb_channels : 1,
        .block = (size_t)fwl_get_bytes_per_sample(sample_fmt) *
                 (is_planar ? 1 : (size_t)nb_channels),
    };
    return 0;
}

static bool are_planes_there(uint8_t *const *planes, int count)
{
    for (int i = 0; planes && i < count; i++) {
        if (!planes[i])
            return false;
    }
    return planes != NULL;
}

int fwl_samples_copy(uint8_t *const *dst, uint8_t *const *src, int dst_offset, int src_offset,
                     int nb_samples, int nb_channels, enum FwlSampleFormat sample_fmt)
{
    struct Shape shape;
    const int err = get_shape(&shape, nb_channels, sample_fmt);
    if (err < 0 || dst_offset < 0 || src_offset < 0 || nb_samples < 0)
        return FWL_E_INVALID;
    if (!are_planes_there(dst, shape.planes) || !are_planes_there(src, shape.planes))
        return FWL_E_INVALID;
    for (int i = 0; i < shape.planes; i++)
        memmove(dst[i] + (size_t)dst_offset * shape.block,
                src[i] + (size_t)src_offset * shape.block, (size_t)nb_samples * shape.block);
    return 0;
}

int fwl_samples_set_silence(uint8_t *const *audio_data, int offset, int nb_samples,
                            int nb_channels, enum FwlSampleFormat sample_fmt)
{
    struct Shape shape;
    const int err = get_shape(&shape, nb_channels, sample_fmt);
    if (err < 0 || offset < 0 || nb_samples < 0 || !are_planes_there(audio_data, shape.planes))
        return FWL_E_INVALID;
    const bool is_unsigned = sample_fmt == FWL_SAMPLE_FMT_U8 || sample_fmt == FWL_SAMPLE_FMT_U8P;
    for (int i = 0; i < shape.planes; i++)
        memset(audio_data[i] + (size_t)offset * shape.block, is_unsigned ? 0x80 : 0,
               (size_t)nb_samples * shape.block);
    return 0;
}
