/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is lost between two formats, and which of two loses less.
 *
 * Each kind of loss takes penalty points; the fewer, the better. The points are those of libavutil,
 * so that a choice falls the same way:
 *
 *     bits           65536 >> (bits that stay - 1), for each component that loses some
 *     chroma size    256 << the shift, for each direction; 512 back where both are halved, for
 *                    4:2:0 is understood more widely than 4:2:2
 *     color space    65536 for each component, less for deeper ones
 *     color          131072
 *     alpha          65536
 *     palette        65536
 */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "image/planes.h"

enum ColorType { COLOR_RGB, COLOR_GRAY, COLOR_YUV, COLOR_YUV_JPEG, COLOR_XYZ };

static enum ColorType color_type(const FwlPixFmtDescriptor *desc)
{
    if (fwl_has_palette(desc))
        return COLOR_RGB;
    if (desc->nb_components <= 2)
        return COLOR_GRAY;
    if (strncmp(desc->name, "yuvj", 4) == 0)
        return COLOR_YUV_JPEG;
    if (strncmp(desc->name, "xyz", 3) == 0)
        return COLOR_XYZ;
    return desc->flags & FWL_PIX_FMT_FLAG_RGB ? COLOR_RGB : COLOR_YUV;
}

static bool has_alpha_values(const FwlPixFmtDescriptor *desc)
{
    return (desc->flags & FWL_PIX_FMT_FLAG_ALPHA) != 0;
}

/* Two formats, what counts between them, and what was found lost. */
struct Loss {
    const FwlPixFmtDescriptor *dst, *src;
    enum ColorType dst_color, src_color;
    int components; /* that both have */
    unsigned counted, lost;
    int points;
};

static void lose(struct Loss *loss, unsigned kind, int points)
{
    loss->lost |= kind;
    loss->points += points;
}

/* A palette shares its 8 bits among the components. */
static void judge_depth(struct Loss *loss)
{
    const bool is_palette = fwl_has_palette(loss->dst);
    for (int i = 0; i < loss->components; i++) {
        const int kept = is_palette ? 7 / loss->components : loss->dst->comp[i].depth - 1;
        if (loss->src->comp[i].depth - 1 > kept)
            lose(loss, FWL_LOSS_DEPTH, 65536 >> kept);
    }
}

static void judge_resolution(struct Loss *loss)
{
    const FwlPixFmtDescriptor *dst = loss->dst, *src = loss->src;
    if (dst->log2_chroma_w > src->log2_chroma_w)
        lose(loss, FWL_LOSS_RESOLUTION, 256 << dst->log2_chroma_w);
    if (dst->log2_chroma_h > src->log2_chroma_h)
        lose(loss, FWL_LOSS_RESOLUTION, 256 << dst->log2_chroma_h);
    if (dst->log2_chroma_w == 1 && src->log2_chroma_w == 0 && dst->log2_chroma_h == 1 &&
        src->log2_chroma_h == 0)
        loss->points -= 512;
}

static bool is_color_kept(enum ColorType dst, enum ColorType src)
{
    if (dst == COLOR_RGB)
        return src == COLOR_RGB || src == COLOR_GRAY;
    if (dst == COLOR_YUV_JPEG)
        return src == COLOR_YUV_JPEG || src == COLOR_YUV || src == COLOR_GRAY;
    return src == dst;
}

static void judge_color_space(struct Loss *loss)
{
    const int dst_depth = loss->dst->comp[0].depth, src_depth = loss->src->comp[0].depth;
    const int depth = dst_depth < src_depth ? dst_depth : src_depth;
    if (!is_color_kept(loss->dst_color, loss->src_color))
        lose(loss, FWL_LOSS_COLORSPACE, (loss->components * 65536) >> (depth - 1));
}

static void judge_color_and_alpha(struct Loss *loss)
{
    const bool has_src_alpha = has_alpha_values(loss->src) && (loss->counted & FWL_LOSS_ALPHA);
    if ((loss->counted & FWL_LOSS_CHROMA) && loss->dst_color == COLOR_GRAY &&
        loss->src_color != COLOR_GRAY)
        lose(loss, FWL_LOSS_CHROMA, 2 * 65536);
    if (has_src_alpha && !has_alpha_values(loss->dst))
        lose(loss, FWL_LOSS_ALPHA, 65536);
    if ((loss->counted & FWL_LOSS_COLORQUANT) && fwl_has_palette(loss->dst) &&
        (loss->src_color != COLOR_GRAY || has_src_alpha))
        lose(loss, FWL_LOSS_COLORQUANT, 65536);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* What is lost from src to dst of the kinds that are counted, and its points: none for the same
 * format. FWL_E_INVALID for no format, FWL_E_UNSUPPORTED for hardware. */
static int judge(struct Loss *loss, enum FwlPixelFormat dst, enum FwlPixelFormat src,
                 unsigned counted)
{
    *loss = (struct Loss){.dst = fwl_pix_fmt_desc_get(dst), .src = fwl_pix_fmt_desc_get(src)};
    if (!loss->dst || !loss->src)
        return FWL_E_INVALID;
    if ((loss->dst->flags | loss->src->flags) & FWL_PIX_FMT_FLAG_HWACCEL)
        return FWL_E_UNSUPPORTED;
    if (dst == src) {
        loss->points = -1; /* better than another format that loses nothing */
        return 0;
    }
    loss->counted = counted;
    loss->dst_color = color_type(loss->dst);
    loss->src_color = color_type(loss->src);
    loss->components =
        smaller(loss->src->nb_components,
                fwl_has_palette(loss->dst) ? 4 : loss->dst->nb_components);
    if (counted & FWL_LOSS_DEPTH)
        judge_depth(loss);
    if (counted & FWL_LOSS_RESOLUTION)
        judge_resolution(loss);
    if (counted & FWL_LOSS_COLORSPACE)
        judge_color_space(loss);
    judge_color_and_alpha(loss);
    return 0;
}

int fwl_get_pix_fmt_loss(enum FwlPixelFormat dst_pix_fmt, enum FwlPixelFormat src_pix_fmt,
                         int has_alpha)
{
    struct Loss loss;
    const unsigned counted = has_alpha ? ~0u : ~(unsigned)FWL_LOSS_ALPHA;
    const int err = judge(&loss, dst_pix_fmt, src_pix_fmt, counted);
    return err < 0 ? err : (int)loss.lost;
}

/* The points of a format for the comparison; hardware comes behind all that can be converted to. */
static int rank(enum FwlPixelFormat dst, enum FwlPixelFormat src, unsigned counted)
{
    struct Loss loss;
    if (judge(&loss, dst, src, counted) == 0)
        return loss.points;
    return dst == src ? INT_MAX - 1 : INT_MAX;
}

static bool is_second_smaller(const FwlPixFmtDescriptor *first, const FwlPixFmtDescriptor *second)
{
    const int first_bits = fwl_get_padded_bits_per_pixel(first);
    const int second_bits = fwl_get_padded_bits_per_pixel(second);
    if (first_bits != second_bits)
        return second_bits < first_bits;
    return second->nb_components < first->nb_components;
}

static bool is_second_better(enum FwlPixelFormat first, enum FwlPixelFormat second,
                             enum FwlPixelFormat src, unsigned counted)
{
    const FwlPixFmtDescriptor *first_desc = fwl_pix_fmt_desc_get(first);
    const FwlPixFmtDescriptor *second_desc = fwl_pix_fmt_desc_get(second);
    if (!first_desc || !second_desc)
        return !first_desc;
    const int first_rank = rank(first, src, counted), second_rank = rank(second, src, counted);
    return first_rank == second_rank ? is_second_smaller(first_desc, second_desc)
                                     : second_rank < first_rank;
}

enum FwlPixelFormat fwl_find_best_pix_fmt_of_2(enum FwlPixelFormat dst_pix_fmt1,
                                               enum FwlPixelFormat dst_pix_fmt2,
                                               enum FwlPixelFormat src_pix_fmt, int has_alpha,
                                               int *loss_ptr)
{
    unsigned counted = loss_ptr ? ~(unsigned)*loss_ptr : ~0u;
    if (!has_alpha)
        counted &= ~(unsigned)FWL_LOSS_ALPHA;
    const enum FwlPixelFormat best =
        is_second_better(dst_pix_fmt1, dst_pix_fmt2, src_pix_fmt, counted) ? dst_pix_fmt2
                                                                           : dst_pix_fmt1;
    if (loss_ptr)
        *loss_ptr = fwl_get_pix_fmt_loss(best, src_pix_fmt, has_alpha);
    return best;
}
