/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames against the installed libavutil: the same calls on both, all fields and bytes compared.
 * Our memory comes from a pool of libavutil's alignment, so that an align of 0 is the same in both.
 */
#include <libavutil/frame.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <string.h>

#include "case.h"
#include "framewell/frame.h"
#include "framewell/image.h"
#include "framewell/mem.h"
#include "random_calls.h"
#include "tally.h"

/* The older channel fields are compared, too. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

enum { STEPS = 200000, SLOTS = 5, SIDE_MAX = 100 };

static FwlFrame *ours[SLOTS];
static AVFrame *theirs[SLOTS];
static FwlPool *pool;

static void fill(uint8_t *a, uint8_t *b, size_t size)
{
    const size_t first = (size_t)random_below(256);
    for (size_t i = 0; i < size; i++)
        a[i] = b[i] = (uint8_t)(first + i * 7);
}

/* Comparing */

static void compare_values(int step, const FwlFrame *a, const AVFrame *b)
{
#define SAME(field) COMPARE(a->field, b->field, "step %d: " #field, step)
    SAME(width);
    SAME(height);
    SAME(nb_samples);
    SAME(format);
    SAME(key_frame);
    SAME(pict_type);
    SAME(sample_aspect_ratio.num);
    SAME(sample_aspect_ratio.den);
    SAME(pts);
    SAME(pkt_dts);
    SAME(time_base.num);
    SAME(time_base.den);
    SAME(coded_picture_number);
    SAME(quality);
    SAME(display_picture_number);
    SAME(repeat_pict);
    SAME(interlaced_frame);
    SAME(top_field_first);
    SAME(palette_has_changed);
    SAME(reordered_opaque);
    SAME(sample_rate);
    SAME(channel_layout);
    SAME(nb_extended_buf);
    SAME(nb_side_data);
    SAME(flags);
    SAME(color_range);
    SAME(color_trc);
    SAME(color_primaries);
    SAME(colorspace);
    SAME(chroma_location);
    SAME(best_effort_timestamp);
    SAME(pkt_pos);
    SAME(pkt_duration);
    SAME(decode_error_flags);
    SAME(channels);
    SAME(pkt_size);
    SAME(crop_top);
    SAME(crop_bottom);
    SAME(crop_left);
    SAME(crop_right);
    SAME(ch_layout.order);
    SAME(ch_layout.nb_channels);
    SAME(ch_layout.u.mask);
#undef SAME
    COMPARE((intptr_t)a->opaque, (intptr_t)b->opaque, "step %d", step);
    COMPARE(!a->opaque_ref, !b->opaque_ref, "step %d", step);
    COMPARE(!a->private_ref, !b->private_ref, "step %d", step);
    for (int i = 0; i < FWL_NUM_DATA_POINTERS; i++)
        COMPARE(a->linesize[i], b->linesize[i], "step %d: linesize %d", step, i);
}

static void compare_dicts(int step, const FwlDictionary *a, const AVDictionary *b)
{
    char *our_text = NULL, *their_text = NULL;
    fwl_dict_get_string(a, &our_text, '=', ',');
    av_dict_get_string(b, &their_text, '=', ',');
    COMPARE(is_same_text(our_text, their_text), 1, "step %d: metadata", step);
    fwl_free(our_text);
    av_free(their_text);
}

static void compare_side_data(int step, const FwlFrame *a, const AVFrame *b)
{
    for (int i = 0; i < a->nb_side_data && i < b->nb_side_data; i++) {
        const FwlFrameSideData *x = a->side_data[i];
        const AVFrameSideData *y = b->side_data[i];
        COMPARE(x->type, y->type, "step %d", step);
        COMPARE(x->size, y->size, "step %d", step);
        COMPARE(memcmp(x->data, y->data, y->size), 0, "step %d: side data", step);
        COMPARE(fwl_buffer_get_ref_count(x->buf), av_buffer_get_ref_count(y->buf), "step %d", step);
        compare_dicts(step, x->metadata, y->metadata);
    }
}

static void compare_buffer(int step, const FwlBufferRef *a, const AVBufferRef *b)
{
    COMPARE(!a, !b, "step %d: buffer", step);
    if (!a || !b)
        return;
    COMPARE(a->size, b->size, "step %d: buffer size", step);
    COMPARE(fwl_buffer_get_ref_count(a), av_buffer_get_ref_count(b), "step %d: count", step);
}

/* The bytes of a plane that mean something. */
static void compare_plane(int step, const FwlFrame *a, const AVFrame *b, int plane)
{
    const enum FwlPixelFormat format = (enum FwlPixelFormat)a->format;
    const FwlPixFmtDescriptor *desc = fwl_pix_fmt_desc_get(format);
    if ((desc->flags & FWL_PIX_FMT_FLAG_PAL) && plane == 1) {
        COMPARE(memcmp(a->data[1], b->data[1], FWL_PALETTE_SIZE), 0, "step %d: palette", step);
        return;
    }
    const int shift = plane == 1 || plane == 2 ? desc->log2_chroma_h : 0;
    const int rows = (a->height + (1 << shift) - 1) >> shift;
    const size_t size = (size_t)fwl_image_get_linesize(format, a->width, plane);
    int differing = 0;
    for (int y = 0; y < rows; y++)
        differing += memcmp(a->data[plane] + (ptrdiff_t)y * a->linesize[plane],
                            b->data[plane] + (ptrdiff_t)y * b->linesize[plane], size) != 0;
    COMPARE(differing, 0, "step %d: rows of plane %d, format %d", step, plane, a->format);
}

static int count_planes(const FwlFrame *frame)
{
    if (!frame->buf[0])
        return 0;
    if (frame->width > 0)
        return 4;
    return fwl_sample_fmt_is_planar((enum FwlSampleFormat)frame->format) ? frame->channels : 1;
}

static void compare_data(int step, FwlFrame *a, AVFrame *b)
{
    for (int i = 0; i < FWL_NUM_DATA_POINTERS; i++)
        compare_buffer(step, a->buf[i], b->buf[i]);
    for (int i = 0; i < a->nb_extended_buf && i < b->nb_extended_buf; i++)
        compare_buffer(step, a->extended_buf[i], b->extended_buf[i]);
    COMPARE(fwl_frame_is_writable(a), av_frame_is_writable(b), "step %d", step);
    for (int i = 0; i < count_planes(a); i++) {
        const FwlBufferRef *x = fwl_frame_get_plane_buffer(a, i);
        const AVBufferRef *y = av_frame_get_plane_buffer(b, i);
        COMPARE(!x, !y, "step %d: plane %d", step, i);
        if (!x || !y)
            continue;
        COMPARE(a->extended_data[i] - x->data, b->extended_data[i] - y->data,
                "step %d: offset of plane %d, format %d", step, i, a->format);
        if (a->width > 0)
            compare_plane(step, a, b, i);
        else
            COMPARE(memcmp(a->extended_data[i], b->extended_data[i],
                           (size_t)a->nb_samples *
                               (size_t)fwl_get_bytes_per_sample((enum FwlSampleFormat)a->format)),
                    0, "step %d: channel %d", step, i);
    }
}

static void compare_frame(int step, FwlFrame *a, AVFrame *b)
{
    compare_values(step, a, b);
    compare_dicts(step, a->metadata, b->metadata);
    compare_side_data(step, a, b);
    compare_data(step, a, b);
}

/* Calling */

static void call_unref(int step, int slot)
{
    (void)step;
    tally_call();
    fwl_frame_unref(ours[slot]);
    av_frame_unref(theirs[slot]);
}

static void get_buffers(int step, int slot, int align)
{
    FwlFrame *a = ours[slot];
    AVFrame *b = theirs[slot];
    a->pool = pool;
    tally_call();
    const int err = fwl_frame_get_buffer(a, align);
    COMPARE(err < 0, av_frame_get_buffer(b, align) < 0, "step %d: format %d", step, a->format);
    if (err < 0) {
        call_unref(step, slot);
        return;
    }
    for (int i = 0; i < FWL_NUM_DATA_POINTERS && a->buf[i] && b->buf[i]; i++)
        fill(a->buf[i]->data, b->buf[i]->data, a->buf[i]->size);
    for (int i = 0; i < a->nb_extended_buf; i++)
        fill(a->extended_buf[i]->data, b->extended_buf[i]->data, a->extended_buf[i]->size);
}

static void call_new_picture(int step, int slot)
{
    call_unref(step, slot);
    const int format = random_below(FWL_PIX_FMT_NB);
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)format);
    if (!desc || (desc->flags & AV_PIX_FMT_FLAG_HWACCEL))
        return;
    ours[slot]->format = theirs[slot]->format = format;
    ours[slot]->width = theirs[slot]->width = 1 + random_below(100);
    ours[slot]->height = theirs[slot]->height = 1 + random_below(60);
    get_buffers(step, slot, random_chance(4) ? 0 : 1 << random_below(8));
}

static void call_new_sound(int step, int slot)
{
    call_unref(step, slot);
    ours[slot]->format = theirs[slot]->format = random_below(FWL_SAMPLE_FMT_NB);
    ours[slot]->nb_samples = theirs[slot]->nb_samples = 1 + random_below(100);
    const int channels = 1 + random_below(random_chance(3) ? 64 : 8);
    switch (random_below(3)) {
    case 0:
        tally_call();
        fwl_channel_layout_default(&ours[slot]->ch_layout, channels);
        av_channel_layout_default(&theirs[slot]->ch_layout, channels);
        break;
    case 1:
        ours[slot]->channel_layout = theirs[slot]->channel_layout = FWL_CH_LAYOUT_5POINT1;
        break;
    default:
        ours[slot]->channels = theirs[slot]->channels = channels;
        break;
    }
    get_buffers(step, slot, random_chance(2) ? 0 : 1 << random_below(6));
}

static void call_set_fields(int step, int slot)
{
    (void)step;
#define SET(field, value) ours[slot]->field = theirs[slot]->field = (value)
    SET(pts, random_number(40));
    SET(pkt_dts, random_number(40));
    SET(key_frame, random_below(2));
    SET(quality, random_below(100));
    SET(repeat_pict, random_below(3));
    SET(interlaced_frame, random_below(2));
    SET(top_field_first, random_below(2));
    SET(palette_has_changed, random_below(2));
    SET(reordered_opaque, random_number(60));
    SET(sample_rate, random_below(96000));
    SET(flags, random_below(8));
    SET(best_effort_timestamp, random_number(40));
    SET(pkt_pos, random_number(40));
    SET(pkt_duration, random_number(20));
    SET(pkt_size, random_below(1000));
    SET(decode_error_flags, random_below(16));
    SET(coded_picture_number, random_below(1000));
    SET(display_picture_number, random_below(1000));
    SET(opaque, &ours[random_below(SLOTS)]);
    SET(sample_aspect_ratio.num, random_below(10));
    SET(time_base.den, 1 + random_below(1000));
#undef SET
    const int number = random_below(5);
    ours[slot]->color_range = (enum FwlColorRange)(number % 3);
    theirs[slot]->color_range = (enum AVColorRange)(number % 3);
    ours[slot]->pict_type = (enum FwlPictureType)number;
    theirs[slot]->pict_type = (enum AVPictureType)number;
    ours[slot]->colorspace = (enum FwlColorSpace)number;
    theirs[slot]->colorspace = (enum AVColorSpace)number;
    if (ours[slot]->opaque_ref)
        return;
    tally_call();
    ours[slot]->opaque_ref = fwl_buffer_alloc(1);
    theirs[slot]->opaque_ref = av_buffer_alloc(1);
}

static void call_set_metadata(int step, int slot)
{
    static const char *const keys[] = {"title", "artist", "year"};
    const char *key = keys[random_below(3)];
    const int64_t value = random_number(30);
    CALL(fwl_dict_set_int(&ours[slot]->metadata, key, value, 0),
         av_dict_set_int(&theirs[slot]->metadata, key, value, 0), "step %d", step);
}

static int other_slot(int slot)
{
    return (slot + 1 + random_below(SLOTS - 1)) % SLOTS;
}

/* A reference to a frame without data fails in both. */
static void call_ref(int step, int slot)
{
    const int from = other_slot(slot);
    call_unref(step, slot);
    CALL(fwl_frame_ref(ours[slot], ours[from]) < 0, av_frame_ref(theirs[slot], theirs[from]) < 0,
         "step %d", step);
}

/* References to borrowed data are copies. */
static void call_ref_borrowed(int step, int slot)
{
    static uint8_t pixels[128 * 64];
    call_unref(step, slot);
    FwlFrame *a = fwl_frame_alloc();
    AVFrame *b = av_frame_alloc();
    a->pool = pool;
    a->format = b->format = FWL_PIX_FMT_GRAY8;
    a->width = b->width = 1 + random_below(128);
    a->height = b->height = 1 + random_below(64);
    a->data[0] = b->data[0] = pixels;
    a->linesize[0] = b->linesize[0] = 128;
    memset(pixels, random_below(256), sizeof pixels);
    CALL(fwl_frame_ref(ours[slot], a), av_frame_ref(theirs[slot], b), "step %d", step);
    /* Padding is undefined: not in libavutil's copy and not in ours. */
    fwl_frame_free(&a);
    av_frame_free(&b);
}

static void call_clone(int step, int slot)
{
    tally_call();
    FwlFrame *a = fwl_frame_clone(ours[slot]);
    AVFrame *b = av_frame_clone(theirs[slot]);
    COMPARE(!a, !b, "step %d", step);
    if (a && b)
        compare_frame(step, a, b);
    fwl_frame_free(&a);
    av_frame_free(&b);
}

static void call_move(int step, int slot)
{
    const int from = other_slot(slot);
    call_unref(step, slot);
    tally_call();
    fwl_frame_move_ref(ours[slot], ours[from]);
    av_frame_move_ref(theirs[slot], theirs[from]);
}

static void call_make_writable(int step, int slot)
{
    CALL(fwl_frame_make_writable(ours[slot]) < 0, av_frame_make_writable(theirs[slot]) < 0,
         "step %d", step);
}

/* From sound to a picture of the same format number libavutil copies nothing and calls it success;
 * we refuse. */
static void call_copy(int step, int slot)
{
    const int from = other_slot(slot);
    if (!fwl_frame_is_writable(ours[slot]) || !ours[from]->buf[0] ||
        (ours[slot]->width > 0 && ours[from]->width == 0))
        return;
    CALL(fwl_frame_copy(ours[slot], ours[from]) < 0, av_frame_copy(theirs[slot], theirs[from]) < 0,
         "step %d: format %d", step, ours[slot]->format);
}

static void call_copy_props(int step, int slot)
{
    const int from = other_slot(slot);
    if (ours[slot]->nb_side_data + ours[from]->nb_side_data > 10)
        return;
    CALL(fwl_frame_copy_props(ours[slot], ours[from]),
         av_frame_copy_props(theirs[slot], theirs[from]), "step %d", step);
}

static void call_new_side_data(int step, int slot)
{
    const int type = random_below(AV_FRAME_DATA_DYNAMIC_HDR_VIVID + 1);
    const size_t size = (size_t)random_below(SIDE_MAX);
    if (ours[slot]->nb_side_data > 10)
        return;
    tally_call();
    FwlFrameSideData *a =
        fwl_frame_new_side_data(ours[slot], (enum FwlFrameSideDataType)type, size);
    AVFrameSideData *b = av_frame_new_side_data(theirs[slot], (enum AVFrameSideDataType)type, size);
    COMPARE(!a, !b, "step %d", step);
    fill(a->data, b->data, size);
    if (random_chance(3)) {
        tally_call();
        fwl_dict_set(&a->metadata, "name", "x", 0);
        av_dict_set(&b->metadata, "name", "x", 0);
    }
}

static void call_add_side_data(int step, int slot)
{
    const int type = random_below(AV_FRAME_DATA_DYNAMIC_HDR_VIVID + 1);
    if (ours[slot]->nb_side_data > 10)
        return;
    tally_call();
    FwlBufferRef *a = fwl_buffer_allocz(SIDE_MAX);
    AVBufferRef *b = av_buffer_allocz(SIDE_MAX);
    fill(a->data, b->data, SIDE_MAX);
    CALL(!fwl_frame_new_side_data_from_buf(ours[slot], (enum FwlFrameSideDataType)type, a),
         !av_frame_new_side_data_from_buf(theirs[slot], (enum AVFrameSideDataType)type, b),
         "step %d", step);
}

static void call_remove_side_data(int step, int slot)
{
    const int type = random_below(AV_FRAME_DATA_DYNAMIC_HDR_VIVID + 1);
    CALL(!fwl_frame_get_side_data(ours[slot], (enum FwlFrameSideDataType)type),
         !av_frame_get_side_data(theirs[slot], (enum AVFrameSideDataType)type), "step %d", step);
    tally_call();
    fwl_frame_remove_side_data(ours[slot], (enum FwlFrameSideDataType)type);
    av_frame_remove_side_data(theirs[slot], (enum AVFrameSideDataType)type);
}

/* The pixels that a row begins at: those that share chroma in one plane (yuyv422) stay together, or
 * the row would end in padding, which is not copied. In uyyvyy411, where a pixel is 1.5 bytes,
 * libavutil takes 4, and leaves the row. */
static size_t column_group(int format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)format);
    if (format == AV_PIX_FMT_UYYVYY411)
        return SIZE_MAX;
    const bool is_shared =
        desc && desc->nb_components > 1 && desc->comp[0].plane == desc->comp[1].plane;
    return is_shared ? (size_t)1 << desc->log2_chroma_w : 1;
}

/* Where libavutil gives up with AVERROR_BUG (offsets more aligned than crop_left), we crop: then
 * both frames end. */
static void call_crop(int step, int slot)
{
    FwlFrame *a = ours[slot];
    AVFrame *b = theirs[slot];
    const size_t crops[4] = {(size_t)random_number(6), (size_t)random_number(4),
                             (size_t)random_number(5), (size_t)random_number(4)};
    const size_t group = column_group(a->width > 0 ? a->format : -1);
    a->crop_left = b->crop_left = crops[0] / group * group;
    a->crop_right = b->crop_right = crops[1];
    a->crop_top = b->crop_top = crops[2];
    a->crop_bottom = b->crop_bottom = crops[3];
    const int flags = random_below(2);
    const int err = av_frame_apply_cropping(b, flags);
    tally_call();
    const int our_err = fwl_frame_apply_cropping(a, flags);
    if (err == AVERROR_BUG && a->buf[0]) {
        call_unref(step, slot);
        return;
    }
    COMPARE(our_err < 0, err < 0, "step %d: format %d, flags %d", step, a->format, flags);
}

static void the_same_calls_give_the_same_frames(void)
{
    static void (*const calls[])(int, int) = {
        call_unref,         call_new_picture,   call_new_picture,   call_new_sound,
        call_new_sound,     call_set_fields,    call_set_metadata,  call_ref,
        call_ref,           call_ref_borrowed,  call_clone,         call_move,
        call_make_writable, call_make_writable, call_copy,          call_copy_props,
        call_new_side_data, call_new_side_data, call_add_side_data, call_remove_side_data,
        call_crop,
    };
    FwlPoolConfig config = fwl_pool_config_default();
    config.alignment = 32;
    need_ok(fwl_pool_create(&pool, &config));
    random_start("frame");
    for (int i = 0; i < SLOTS; i++) {
        ours[i] = need(fwl_frame_alloc());
        ours[i]->pool = pool;
        theirs[i] = av_frame_alloc();
    }
    for (int step = 0; step < STEPS && tally_differences < TALLY_SHOWN; step++) {
        const int slot = random_below(SLOTS);
        calls[random_below((int)(sizeof calls / sizeof calls[0]))](step, slot);
        for (int i = 0; i < SLOTS; i++)
            compare_frame(step, ours[i], theirs[i]);
    }
    for (int i = 0; i < SLOTS; i++) {
        fwl_frame_free(&ours[i]);
        av_frame_free(&theirs[i]);
    }
    fwl_pool_destroy(&pool);
    tally_expect_none("frame");
}

static void names_are_the_same(void)
{
    for (int type = -1; type <= AV_FRAME_DATA_DYNAMIC_HDR_VIVID + 1; type++)
        CALL(is_same_text(fwl_frame_side_data_name((enum FwlFrameSideDataType)type),
                          av_frame_side_data_name((enum AVFrameSideDataType)type)),
             1, "type %d", type);
    for (int space = -1; space <= AVCOL_SPC_NB; space++)
        CALL(is_same_text(fwl_get_colorspace_name((enum FwlColorSpace)space),
                          av_get_colorspace_name((enum AVColorSpace)space)),
             1, "color space %d", space);
    for (int type = -1; type < 12; type++)
        CALL(fwl_get_picture_type_char((enum FwlPictureType)type),
             av_get_picture_type_char((enum AVPictureType)type), "picture type %d", type);
    tally_expect_none("frame names");
}

int main(int argc, char **argv)
{
    random_options(&argc, argv);
    /* Once: hundreds of thousands of allocations. */
    static const struct TestCase cases[] = {
        CASE_ONCE(names_are_the_same),
        CASE_ONCE(the_same_calls_give_the_same_frames),
    };
    return run_cases("frame against libavutil", cases, sizeof cases / sizeof cases[0], argc, argv);
}
