/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames that go from libavutil to Framewell and back.
 *
 * That no field is forgotten is asked of the libraries themselves: what came home must equal, byte
 * for byte but for the addresses of what it owns, what av_frame_ref or fwl_frame_copy_props make of
 * the original. The original has every byte of its fields set.
 */
#include <stdio.h>
#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "case.h"
#include "ffmpeg/av_compat.h"
#include "framewell/ffmpeg.h"

static void free_av(void *frame)
{
    av_frame_free(frame);
}

static void free_own(void *frame)
{
    fwl_frame_free(frame);
}

enum { WIDTH = 64, HEIGHT = 48, CHANNELS = 20, SAMPLES = 100, FILL = 0x11 };

/* Both structs have these fields: what a frame owns, and what must make sense. The rest is FILL. */
#define FILL_FIELDS(frame, made)                                              \
    do {                                                                      \
        memset((frame), FILL, sizeof *(frame));                               \
        memcpy((frame)->data, (made)->data, sizeof(frame)->data);             \
        memcpy((frame)->linesize, (made)->linesize, sizeof(frame)->linesize); \
        memcpy((frame)->buf, (made)->buf, sizeof(frame)->buf);                \
        (frame)->extended_data = (made)->extended_data;                       \
        if ((made)->extended_data == (made)->data)                            \
            (frame)->extended_data = (frame)->data;                           \
        (frame)->extended_buf = (made)->extended_buf;                         \
        (frame)->nb_extended_buf = (made)->nb_extended_buf;                   \
        (frame)->width = (made)->width;                                       \
        (frame)->height = (made)->height;                                     \
        (frame)->nb_samples = (made)->nb_samples;                             \
        (frame)->format = (made)->format;                                     \
        (frame)->ch_layout = (made)->ch_layout;                               \
        (frame)->side_data = NULL;                                            \
        (frame)->nb_side_data = 0;                                            \
        (frame)->metadata = NULL;                                             \
        (frame)->opaque_ref = NULL;                                           \
        (frame)->private_ref = NULL;                                          \
        (frame)->crop_left = 1;                                               \
        (frame)->crop_right = 2;                                              \
        (frame)->crop_top = 3;                                                \
        (frame)->crop_bottom = 4;                                             \
    } while (0)

/* What two equal frames may differ in: addresses of what each owns. */
#define FORGET_ADDRESSES(frame)                                        \
    do {                                                               \
        (frame)->extended_data = NULL;                                 \
        memset((frame)->buf, 0, sizeof(frame)->buf);                   \
        (frame)->extended_buf = NULL;                                  \
        (frame)->side_data = NULL;                                     \
        (frame)->metadata = NULL;                                      \
        (frame)->opaque_ref = NULL;                                    \
        (frame)->private_ref = NULL;                                   \
        if ((int)(frame)->ch_layout.order == FWL_CHANNEL_ORDER_CUSTOM) \
            (frame)->ch_layout.u.map = NULL;                           \
    } while (0)

/* Planes of sound in more channels than data has pointers, each with a name. */
static void name_channels(AVChannelLayout *layout)
{
    layout->order = AV_CHANNEL_ORDER_CUSTOM;
    layout->nb_channels = CHANNELS;
    layout->u.map = need(av_calloc(CHANNELS, sizeof *layout->u.map));
    for (int i = 0; i < CHANNELS; i++) {
        layout->u.map[i].id = (enum AVChannel)i;
        snprintf(layout->u.map[i].name, sizeof layout->u.map[i].name, "voice %d", i);
        layout->u.map[i].opaque = layout;
    }
}

static void allocate_av(AVFrame *frame, bool is_sound)
{
    if (is_sound) {
        frame->format = AV_SAMPLE_FMT_S16P;
        frame->nb_samples = SAMPLES;
        name_channels(&frame->ch_layout);
    } else {
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = WIDTH;
        frame->height = HEIGHT;
    }
    need_ok(av_frame_get_buffer(frame, 0));
}

/* Side data of every type that this libavutil knows, and two pieces of the first. */
static int add_side_data_av(AVFrame *frame)
{
    int count = 0;
    for (; av_frame_side_data_name((enum AVFrameSideDataType)count); count++) {
        AVFrameSideData *piece =
            need(av_frame_new_side_data(frame, (enum AVFrameSideDataType)count, 8));
        memset(piece->data, count, 8);
        need_ok(av_dict_set(&piece->metadata, "number", "of the piece", 0));
    }
    need(av_frame_new_side_data(frame, 0, 0));
    return count + 1;
}

/* Fields that libavutil itself makes agree with newer ones: channels, which it takes for a layout
 * where there is no other, and what are flags since 6.1. */
static void set_older_fields(AVFrame *frame, int channels)
{
    FWL_AV_BEGIN_DEPRECATED
#if FWL_AV_HAS_OLD_FIELDS
    frame->channels = channels;
    frame->channel_layout = (uint64_t)channels;
#endif
#if FWL_AV_HAS_FRAME_FLAGS && FWL_AV_HAS_PACKET_FIELDS
    frame->key_frame = !!(frame->flags & AV_FRAME_FLAG_KEY);
    frame->interlaced_frame = !!(frame->flags & AV_FRAME_FLAG_INTERLACED);
    frame->top_field_first = !!(frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST);
#endif
    (void)frame;
    (void)channels;
    FWL_AV_END_DEPRECATED
}

/* A frame with everything. */
static AVFrame *make_av(bool is_sound)
{
    AVFrame *made = need(av_frame_alloc());
    allocate_av(made, is_sound);
    AVFrame *frame = need(av_frame_alloc());
    FILL_FIELDS(frame, made);
    frame->hw_frames_ctx = NULL;
#if FWL_AV_HAS_ALPHA_MODE
    frame->alpha_mode = 0; /* has no field in a frame of ours */
#endif
    set_older_fields(frame, is_sound ? FILL : 0);
    /* Of the shell that is left. */
    memset(made->buf, 0, sizeof made->buf);
    made->extended_buf = NULL;
    made->nb_extended_buf = 0;
    made->extended_data = made->data;
    made->ch_layout = (AVChannelLayout){0};
    av_frame_free(&made);
    frame->opaque_ref = need(av_buffer_allocz(1));
#if FWL_AV_HAS_PACKET_FIELDS
    frame->private_ref = need(av_buffer_allocz(2));
#endif
    need_ok(av_dict_set(&frame->metadata, "title", "Harbour", 0));
    need_ok(av_dict_set(&frame->metadata, "TITLE", "", AV_DICT_MULTIKEY));
    need_ok(av_dict_set(&frame->metadata, "title", "again", AV_DICT_MULTIKEY));
    add_side_data_av(frame);
    return frame;
}

static void expect_same_bytes_av(const AVFrame *got, const AVFrame *wanted)
{
    AVFrame a, b;
    memcpy(&a, got, sizeof a);
    memcpy(&b, wanted, sizeof b);
    FORGET_ADDRESSES(&a);
    FORGET_ADDRESSES(&b);
    assert_memory_equal(&a, &b, sizeof a);
}

#define EXPECT_SAME_CHANNELS(a, b)                                                                \
    for (int i = 0; (int)(a)->ch_layout.order == FWL_CHANNEL_ORDER_CUSTOM && i < CHANNELS; i++) { \
        assert_int_equal((a)->ch_layout.u.map[i].id, (b)->ch_layout.u.map[i].id);                 \
        assert_string_equal((a)->ch_layout.u.map[i].name, (b)->ch_layout.u.map[i].name);          \
        assert_ptr_equal((a)->ch_layout.u.map[i].opaque, (b)->ch_layout.u.map[i].opaque);         \
    }

#define EXPECT_SAME_SIDE_DATA(a, b)                                             \
    do {                                                                        \
        assert_int_equal((a)->nb_side_data, (b)->nb_side_data);                 \
        for (int i = 0; i < (a)->nb_side_data; i++) {                           \
            assert_int_equal((a)->side_data[i]->type, (b)->side_data[i]->type); \
            assert_ptr_equal((a)->side_data[i]->data, (b)->side_data[i]->data); \
            assert_int_equal((a)->side_data[i]->size, (b)->side_data[i]->size); \
        }                                                                       \
    } while (0)

#define EXPECT_SAME_PLANES(a, b, is_sound)                \
    for (int i = 0; i < ((is_sound) ? CHANNELS : 4); i++) \
        assert_ptr_equal((a)->extended_data[i], (b)->extended_data[i]);

static void expect_tags(const FwlDictionary *metadata)
{
    static const char *const wanted[][2] = {
        {"title", "Harbour"}, {"TITLE", ""}, {"title", "again"}};
    const FwlDictionaryEntry *entry = NULL;
    for (size_t i = 0; i < 3; i++) {
        entry = fwl_dict_get(metadata, "", entry, FWL_DICT_IGNORE_SUFFIX);
        assert_non_null(entry);
        assert_string_equal(entry->key, wanted[i][0]);
        assert_string_equal(entry->value, wanted[i][1]);
    }
    assert_int_equal(fwl_dict_count(metadata), 3);
}

static void expect_import_and_home(bool is_sound)
{
    faults_pause();
    AVFrame *av = make_av(is_sound);
    faults_resume();
    later(free_av, &av);
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    need_ok(fwl_av_frame_import(own, av));
    EXPECT_SAME_PLANES(own, av, is_sound)
    EXPECT_SAME_SIDE_DATA(own, av);
    EXPECT_SAME_CHANNELS(own, av)
    expect_tags(own->metadata);
    assert_int_equal(fwl_dict_count(own->side_data[3]->metadata), 1);
    assert_int_equal(own->nb_extended_buf, is_sound ? CHANNELS - 8 : 0);

    AVFrame *home = need(av_frame_alloc());
    later(free_av, &home);
    need_ok(fwl_av_frame_export(home, own));
    AVFrame *wanted = need(av_frame_clone(av));
    later(free_av, &wanted);
    expect_same_bytes_av(home, wanted);
    EXPECT_SAME_PLANES(home, av, is_sound)
    EXPECT_SAME_SIDE_DATA(home, av);
    EXPECT_SAME_CHANNELS(home, av)
    assert_int_equal(av_dict_count(home->metadata), 3);
    assert_int_equal(av_dict_count(home->side_data[3]->metadata), 1);
    for (int i = 0; i < AV_NUM_DATA_POINTERS; i++) {
        assert_int_equal(home->buf[i] != NULL, av->buf[i] != NULL);
        assert_true(!av->buf[i] || home->buf[i]->buffer == av->buf[i]->buffer);
    }
    for (int i = 0; i < av->nb_extended_buf; i++)
        assert_ptr_equal(home->extended_buf[i]->buffer, av->extended_buf[i]->buffer);
    assert_ptr_equal(home->opaque_ref->buffer, av->opaque_ref->buffer);
#if FWL_AV_HAS_PACKET_FIELDS
    assert_ptr_equal(home->private_ref->buffer, av->private_ref->buffer);
#endif
}

static void every_byte_of_a_picture_is_imported_and_comes_home(void)
{
    expect_import_and_home(false);
}

static void every_byte_of_sound_in_20_named_channels_is_imported_and_comes_home(void)
{
    expect_import_and_home(true);
}

/* From Framewell */

static int add_own_sound(FwlFrame *frame)
{
    frame->format = FWL_SAMPLE_FMT_S16P;
    frame->nb_samples = SAMPLES;
    return fwl_channel_layout_from_string(
        &frame->ch_layout, "FL@a+FR@b+FC@c+LFE@d+BL@e+BR@f+SL@g+SR@h+FLC@i+FRC@j+BC@k+TC@l+TFL@m+"
                           "TFC@n+TFR@o+TBL@p+TBC@q+TBR@r+DL@s+DR@t");
}

static int fill_own(FwlFrame *frame, bool is_sound)
{
    int err = 0;
    if (is_sound)
        err = add_own_sound(frame);
    frame->format = is_sound ? (int)FWL_SAMPLE_FMT_S16P : (int)FWL_PIX_FMT_YUV420P;
    frame->width = is_sound ? 0 : WIDTH;
    frame->height = is_sound ? 0 : HEIGHT;
    return err < 0 ? err : fwl_frame_get_buffer(frame, 0);
}

static int add_side_data_own(FwlFrame *frame)
{
    for (int type = 0; fwl_frame_side_data_name((enum FwlFrameSideDataType)type); type++) {
        FwlFrameSideData *piece =
            fwl_frame_new_side_data(frame, (enum FwlFrameSideDataType)type, 8);
        if (!piece || fwl_dict_set(&piece->metadata, "number", "of the piece", 0) < 0)
            return FWL_E_NOMEM;
        memset(piece->data, type, 8);
    }
    frame->opaque_ref = fwl_buffer_alloc(1);
    frame->private_ref = fwl_buffer_alloc(2);
    return frame->opaque_ref && frame->private_ref
               ? fwl_dict_set(&frame->metadata, "title", "Harbour", 0)
               : FWL_E_NOMEM;
}

/* What newer versions of libavutil say in another way, or not at all. */
static void leave_out_what_cannot_go_along(FwlFrame *frame)
{
#if FWL_AV_HAS_FRAME_FLAGS
    frame->key_frame = frame->interlaced_frame = frame->top_field_first = 1;
    frame->flags = FWL_FRAME_FLAG_CORRUPT | FWL_FRAME_FLAG_DISCARD;
#endif
#if !FWL_AV_HAS_OLD_FIELDS
    frame->coded_picture_number = frame->display_picture_number = 0;
    frame->reordered_opaque = 0;
    frame->channels = frame->ch_layout.nb_channels;
    frame->channel_layout = 0;
#endif
#if !FWL_AV_HAS_PACKET_FIELDS
    frame->palette_has_changed = 0;
    frame->pkt_pos = -1;
    frame->pkt_size = -1;
#endif
    (void)frame;
}

static FwlFrame *make_own(bool is_sound)
{
    FwlFrame *made = need(fwl_frame_alloc());
    need_ok(fill_own(made, is_sound));
    FwlFrame *frame = need(fwl_frame_alloc());
    FILL_FIELDS(frame, made);
    frame->pool = NULL;
    leave_out_what_cannot_go_along(frame);
    memset(made->buf, 0, sizeof made->buf);
    made->extended_buf = NULL;
    made->nb_extended_buf = 0;
    made->extended_data = made->data;
    made->ch_layout = (FwlChannelLayout){0};
    fwl_frame_free(&made);
    need_ok(add_side_data_own(frame));
    return frame;
}

/* The values of a frame in one whose padding is that of a new frame. */
static FwlFrame *copy_values(const FwlFrame *frame)
{
    FwlFrame *copy = need(fwl_frame_alloc());
    const int err = fwl_frame_copy_props(copy, frame);
    memcpy(copy->data, frame->data, sizeof copy->data);
    memcpy(copy->linesize, frame->linesize, sizeof copy->linesize);
    copy->width = frame->width;
    copy->height = frame->height;
    copy->nb_samples = frame->nb_samples;
    copy->format = frame->format;
    copy->channels = frame->channels;
    copy->channel_layout = frame->channel_layout;
    if (err < 0)
        fwl_frame_free(&copy);
    return need(copy);
}

static void expect_same_values_own(const FwlFrame *got, const FwlFrame *wanted)
{
    FwlFrame *values = copy_values(wanted);
    later(free_own, &values);
    FwlFrame a, b;
    memcpy(&a, got, sizeof a);
    memcpy(&b, values, sizeof b);
    b.nb_side_data = wanted->nb_side_data;
    b.nb_extended_buf = wanted->nb_extended_buf;
    b.ch_layout = wanted->ch_layout;
    FORGET_ADDRESSES(&a);
    FORGET_ADDRESSES(&b);
    assert_memory_equal(&a, &b, sizeof a);
}

static void expect_export_and_home(bool is_sound)
{
    faults_pause();
    FwlFrame *own = make_own(is_sound);
    faults_resume();
    later(free_own, &own);
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    need_ok(fwl_av_frame_export(av, own));
    EXPECT_SAME_PLANES(av, own, is_sound)
    EXPECT_SAME_SIDE_DATA(av, own);
    EXPECT_SAME_CHANNELS(av, own)
    assert_int_equal(av_frame_is_writable(av), 0);

    FwlFrame *home = need(fwl_frame_alloc());
    later(free_own, &home);
    need_ok(fwl_av_frame_import(home, av));
    expect_same_values_own(home, own);
    EXPECT_SAME_PLANES(home, own, is_sound)
    EXPECT_SAME_SIDE_DATA(home, own);
    EXPECT_SAME_CHANNELS(home, own)
    assert_ptr_equal(home->buf[0]->buffer, own->buf[0]->buffer);
    assert_ptr_equal(home->opaque_ref->buffer, own->opaque_ref->buffer);
    assert_ptr_equal(home->side_data[3]->buf->buffer, own->side_data[3]->buf->buffer);
}

static void every_byte_of_a_picture_is_exported_and_comes_home(void)
{
    expect_export_and_home(false);
}

static void every_byte_of_sound_in_20_named_channels_is_exported_and_comes_home(void)
{
    expect_export_and_home(true);
}

static void a_blank_frame_stays_blank(void)
{
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
#if FWL_AV_HAS_FRAME_FLAGS
    av->flags |= AV_FRAME_FLAG_KEY; /* as every new frame was a key frame before */
#endif
    set_older_fields(av, 0);
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    need_ok(fwl_av_frame_import(own, av));
    FwlFrame *blank = need(fwl_frame_alloc());
    later(free_own, &blank);
    expect_same_values_own(own, blank);
    AVFrame *home = need(av_frame_alloc());
    later(free_av, &home);
    need_ok(fwl_av_frame_export(home, own));
    expect_same_bytes_av(home, av);
}

/* Writing */

static void a_moved_picture_may_be_written_without_a_copy(void)
{
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    need_ok(fill_own(own, false));
    const uint8_t *data = own->data[0];
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    need_ok(fwl_av_frame_move(av, own));
    assert_null(own->buf[0]);
    assert_int_equal(own->format, -1);
    assert_int_equal(av_frame_is_writable(av), 1);
    need_ok(av_frame_make_writable(av));
    assert_ptr_equal(av->data[0], data);
}

static void an_imported_picture_may_be_written_once_libavutil_has_let_go(void)
{
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    allocate_av(av, false);
    const uint8_t *data = av->data[0];
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    need_ok(fwl_av_frame_import(own, av));
    assert_int_equal(fwl_frame_is_writable(own), 0);
    av_frame_unref(av);
    assert_int_equal(fwl_frame_is_writable(own), 1);
    need_ok(fwl_frame_make_writable(own));
    assert_ptr_equal(own->data[0], data);
}

static void side_data_that_nobody_counts_is_copied(void)
{
    static uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    AVFrameSideData *piece = need(av_frame_new_side_data(av, AV_FRAME_DATA_A53_CC, 8));
    av_buffer_unref(&piece->buf);
    piece->data = bytes;
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    need_ok(fwl_av_frame_import(own, av));
    assert_ptr_not_equal(own->side_data[0]->data, bytes);
    assert_memory_equal(own->side_data[0]->data, bytes, sizeof bytes);
}

static void a_picture_that_is_only_borrowed_is_copied(void)
{
    static uint8_t bytes[WIDTH * HEIGHT];
    memset(bytes, 77, sizeof bytes);
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    av->format = AV_PIX_FMT_GRAY8;
    av->width = WIDTH;
    av->height = HEIGHT;
    av->data[0] = bytes;
    av->linesize[0] = WIDTH;
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    need_ok(fwl_av_frame_import(own, av));
    assert_ptr_not_equal(own->data[0], bytes);
    assert_non_null(own->buf[0]);
    assert_int_equal(own->data[0][own->linesize[0] * (HEIGHT - 1) + WIDTH - 1], 77);

    FwlFrame *lender = need(fwl_frame_alloc());
    later(free_own, &lender);
    lender->format = FWL_PIX_FMT_GRAY8;
    lender->width = WIDTH;
    lender->height = HEIGHT;
    lender->data[0] = bytes;
    lender->linesize[0] = WIDTH;
    av_frame_unref(av);
    need_ok(fwl_av_frame_export(av, lender));
    assert_ptr_not_equal(av->data[0], bytes);
    assert_int_equal(av_frame_is_writable(av), 1);
    assert_int_equal(av->data[0][av->linesize[0] * (HEIGHT - 1) + WIDTH - 1], 77);
}

/* Formats and channels */

static void every_picture_format_has_its_name_on_both_sides(void)
{
    const AVPixFmtDescriptor *format = NULL;
    int known = 0;
    while ((format = av_pix_fmt_desc_next(format)) != NULL) {
        AVFrame *av = need(av_frame_alloc());
        FwlFrame *own = need(fwl_frame_alloc());
        av->format = av_pix_fmt_desc_get_id(format);
        av->width = WIDTH;
        av->height = HEIGHT;
        const int err = fwl_av_frame_import(own, av);
        assert_true(err == 0 || err == FWL_E_UNSUPPORTED);
        assert_int_equal(err == 0, fwl_get_pix_fmt(format->name) != FWL_PIX_FMT_NONE);
        if (err == 0) {
            known++;
            assert_string_equal(fwl_get_pix_fmt_name((enum FwlPixelFormat)own->format),
                                format->name);
            AVFrame *home = need(av_frame_alloc());
            need_ok(fwl_av_frame_export(home, own));
            assert_int_equal(home->format, av->format);
            av_frame_free(&home);
        }
        fwl_frame_free(&own);
        av_frame_free(&av);
    }
    assert_in_range(known, 200, FWL_PIX_FMT_NB);
}

static void channel_layouts_of_every_order_are_described_alike(void)
{
    static const char *const layouts[] = {"mono",       "stereo",      "7.1",
                                          "22.2",       "ambisonic 1", "ambisonic 2+stereo",
                                          "5 channels", "FR+FL",       "FL@Left+FR@Right",
                                          "FL+FL+UNSD0"};
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        AVFrame *av = need(av_frame_alloc());
        later(free_av, &av);
        if (av_channel_layout_from_string(&av->ch_layout, layouts[i]) < 0)
            continue;
        FwlFrame *own = need(fwl_frame_alloc());
        later(free_own, &own);
        need_ok(fwl_av_frame_import(own, av));
        char text[200], own_text[200];
        av_channel_layout_describe(&av->ch_layout, text, sizeof text);
        fwl_channel_layout_describe(&own->ch_layout, own_text, sizeof own_text);
        assert_string_equal(own_text, text);

        AVFrame *home = need(av_frame_alloc());
        later(free_av, &home);
        need_ok(fwl_av_frame_export(home, own));
        assert_int_equal(av_channel_layout_compare(&home->ch_layout, &av->ch_layout), 0);
    }
}

static void a_custom_layout_without_a_map_is_refused(void)
{
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    av->ch_layout.order = AV_CHANNEL_ORDER_CUSTOM;
    av->pts = 5;
    assert_int_equal(fwl_av_frame_import(own, av), FWL_E_INVALID);
    assert_int_equal(own->pts, FWL_NOPTS_VALUE);
    av->ch_layout.order = AV_CHANNEL_ORDER_UNSPEC;
    own->ch_layout.order = FWL_CHANNEL_ORDER_CUSTOM;
    av->pts = AV_NOPTS_VALUE;
    assert_int_equal(fwl_av_frame_export(av, own), FWL_E_INVALID);
    own->ch_layout.order = FWL_CHANNEL_ORDER_UNSPEC;
}

/* Refusals and failures */

static void frames_with_a_hw_frames_ctx_stay_and_those_without_come(void)
{
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    av->format = AV_PIX_FMT_VAAPI;
    av->width = WIDTH;
    av->height = HEIGHT;
    av->buf[0] = need(av_buffer_allocz(64));
    av->data[3] = av->buf[0]->data; /* a handle, which for some formats is an address */
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    av->hw_frames_ctx = need(av_buffer_allocz(64));
    assert_int_equal(fwl_av_frame_import(own, av), FWL_E_UNSUPPORTED);
    assert_null(own->buf[0]);
    assert_int_equal(av_buffer_get_ref_count(av->buf[0]), 1);

    av_buffer_unref(&av->hw_frames_ctx);
    need_ok(fwl_av_frame_import(own, av));
    assert_int_equal(own->format, FWL_PIX_FMT_VAAPI);
    assert_ptr_equal(own->data[3], av->data[3]);

    av_frame_unref(av);
    av->hw_frames_ctx = need(av_buffer_allocz(64));
    assert_int_equal(fwl_av_frame_export(av, own), FWL_E_INVALID);
}

static void frames_that_hold_something_are_refused_untouched(void)
{
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    allocate_av(av, false);
    FwlFrame *own = need(fwl_frame_alloc());
    later(free_own, &own);
    need_ok(fill_own(own, false));
    const uint8_t *data = own->data[0];
    assert_int_equal(fwl_av_frame_import(own, av), FWL_E_INVALID);
    assert_int_equal(fwl_av_frame_export(av, own), FWL_E_INVALID);
    assert_int_equal(fwl_av_frame_move(av, own), FWL_E_INVALID);
    assert_ptr_equal(own->data[0], data);
    assert_int_equal(fwl_av_frame_import(NULL, av), FWL_E_INVALID);
    assert_int_equal(fwl_av_frame_import(own, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_av_frame_export(NULL, own), FWL_E_INVALID);
    assert_int_equal(fwl_av_frame_export(av, NULL), FWL_E_INVALID);
}

static void a_failure_leaves_both_frames_as_they_were(void)
{
    faults_pause();
    FwlFrame *own = make_own(true);
    faults_resume();
    later(free_own, &own);
    AVFrame *av = need(av_frame_alloc());
    later(free_av, &av);
    AVFrame *blank = need(av_frame_alloc());
    later(free_av, &blank);
    FwlFrame *before = need(fwl_frame_clone(own));
    fwl_frame_unref(before);
    const int err = fwl_av_frame_move(av, own);
    if (err < 0) {
        assert_int_equal(err, FWL_E_NOMEM);
        expect_same_bytes_av(av, blank);
        assert_int_equal(fwl_frame_is_writable(own), 1);
        assert_non_null(own->opaque_ref);
        assert_int_equal(own->nb_samples, SAMPLES);
    }
    fwl_frame_free(&before);
    need_ok(err);

    FwlFrame *back = need(fwl_frame_alloc());
    later(free_own, &back);
    const int back_err = fwl_av_frame_import(back, av);
    if (back_err < 0) {
        assert_int_equal(back_err, FWL_E_NOMEM);
        assert_null(back->buf[0]);
        assert_null(back->side_data);
        assert_int_equal(back->format, -1);
        assert_int_equal(av_frame_is_writable(av), 1);
    }
    need_ok(back_err);
}

static void a_picture_outlives_its_pool_on_the_other_side(void)
{
    FwlPool *pool = NULL;
    const FwlPoolConfig config = fwl_pool_config_default();
    need_ok(fwl_pool_create(&pool, &config));
    FwlFrame *own = fwl_frame_alloc();
    AVFrame *av = av_frame_alloc();
    later(free_av, &av);
    int err = FWL_E_NOMEM;
    if (own && av) {
        own->pool = pool;
        err = fill_own(own, false);
        if (err >= 0)
            err = fwl_av_frame_export(av, own);
    }
    fwl_frame_free(&own);
    fwl_pool_destroy(&pool);
    need_ok(err);
    memset(av->data[0], 5, (size_t)av->linesize[0] * HEIGHT);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(every_byte_of_a_picture_is_imported_and_comes_home),
        CASE(every_byte_of_sound_in_20_named_channels_is_imported_and_comes_home),
        CASE(every_byte_of_a_picture_is_exported_and_comes_home),
        CASE(every_byte_of_sound_in_20_named_channels_is_exported_and_comes_home),
        CASE(a_blank_frame_stays_blank),
        CASE(a_moved_picture_may_be_written_without_a_copy),
        CASE(an_imported_picture_may_be_written_once_libavutil_has_let_go),
        CASE(side_data_that_nobody_counts_is_copied),
        CASE(a_picture_that_is_only_borrowed_is_copied),
        /* 200 formats: each takes the same way. */
        CASE_ONCE(every_picture_format_has_its_name_on_both_sides),
        CASE(channel_layouts_of_every_order_are_described_alike),
        CASE(a_custom_layout_without_a_map_is_refused),
        CASE(frames_with_a_hw_frames_ctx_stay_and_those_without_come),
        CASE(frames_that_hold_something_are_refused_untouched),
        CASE(a_failure_leaves_both_frames_as_they_were),
        CASE(a_picture_outlives_its_pool_on_the_other_side),
    };
    return run_cases("ffmpeg_frame", cases, sizeof cases / sizeof cases[0], argc, argv);
}
