/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/frame.h"
#include "framewell/image.h"
#include "framewell/mem.h"

static void free_frame(void *frame)
{
    fwl_frame_free(frame);
}

static void destroy_pool(void *pool)
{
    fwl_pool_destroy(pool);
}

static void uninit_layout(void *layout)
{
    fwl_channel_layout_uninit(layout);
}

/* A frame for a picture, without memory. */
static FwlFrame *make_video(enum FwlPixelFormat format, int width, int height)
{
    faults_pause();
    FwlFrame *frame = need(fwl_frame_alloc());
    faults_resume();
    frame->format = format;
    frame->width = width;
    frame->height = height;
    return frame;
}

/* A frame for sound, without memory. */
static FwlFrame *make_audio(enum FwlSampleFormat format, int channels, int samples)
{
    faults_pause();
    FwlFrame *frame = need(fwl_frame_alloc());
    faults_resume();
    frame->format = format;
    frame->nb_samples = samples;
    frame->sample_rate = 48000;
    fwl_channel_layout_default(&frame->ch_layout, channels);
    return frame;
}

static void add_properties(FwlFrame *frame)
{
    frame->pts = 3003;
    frame->pkt_size = 17;
    frame->color_range = FWL_COL_RANGE_JPEG;
    frame->opaque = frame;
    frame->opaque_ref = need(fwl_buffer_allocz(4));
    frame->private_ref = need(fwl_buffer_allocz(4));
    need_ok(fwl_dict_set(&frame->metadata, "title", "Harbour", 0));
    FwlFrameSideData *piece = need(fwl_frame_new_side_data(frame, FWL_FRAME_DATA_AFD, 3));
    memcpy(piece->data, "abc", 3);
    need_ok(fwl_dict_set(&piece->metadata, "name", "x", 0));
}

/* A picture with memory and all else that a frame can hold, made without planted failures. */
static FwlFrame *make_picture(void)
{
    FwlFrame *frame = make_video(FWL_PIX_FMT_YUV420P, 66, 34);
    faults_pause();
    need_ok(fwl_frame_get_buffer(frame, 0));
    add_properties(frame);
    faults_resume();
    memset(frame->buf[0]->data, 0x5a, frame->buf[0]->size);
    return frame;
}

static FwlFrame *make_sound(int channels)
{
    FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_FLTP, channels, 100);
    faults_pause();
    need_ok(fwl_frame_get_buffer(frame, 0));
    add_properties(frame);
    faults_resume();
    for (int i = 0; i < channels; i++)
        memset(frame->extended_data[i], i, (size_t)frame->linesize[0]);
    return frame;
}

static void expect_blank(const FwlFrame *frame)
{
    FwlFrame *blank = fwl_frame_alloc();
    if (!blank)
        return;
    blank->pool = frame->pool;
    assert_ptr_equal(frame->extended_data, frame->data);
    blank->extended_data = frame->extended_data;
    assert_memory_equal(frame, blank, sizeof *frame);
    blank->extended_data = blank->data;
    fwl_frame_free(&blank);
}

static void expect_unchanged(const FwlFrame *frame, const FwlFrame *before)
{
    assert_memory_equal(frame, before, sizeof *frame);
}

/* Lifetime */

static void a_frame_begins_blank(void)
{
    FwlFrame *frame = need(fwl_frame_alloc());
    later(free_frame, &frame);
    assert_int_equal(frame->format, -1);
    assert_int_equal(frame->key_frame, 1);
    assert_true(frame->pts == FWL_NOPTS_VALUE && frame->pkt_dts == FWL_NOPTS_VALUE);
    assert_true(frame->best_effort_timestamp == FWL_NOPTS_VALUE);
    assert_int_equal(frame->pkt_pos, -1);
    assert_int_equal(frame->pkt_size, -1);
    assert_int_equal(frame->time_base.den, 1);
    assert_int_equal(frame->sample_aspect_ratio.den, 1);
    assert_int_equal(frame->colorspace, FWL_COL_SPC_UNSPECIFIED);
    assert_ptr_equal(frame->extended_data, frame->data);
    assert_null(frame->buf[0]);
}

static void freeing_accepts_null_and_leaves_null(void)
{
    FwlFrame *frame = make_picture();
    fwl_frame_free(&frame);
    assert_null(frame);
    fwl_frame_free(&frame);
    fwl_frame_free(NULL);
}

static void unref_makes_blank(void)
{
    FwlFrame *frame = make_sound(10);
    later(free_frame, &frame);
    fwl_frame_unref(frame);
    expect_blank(frame);
}

/* Memory of pictures */

static void a_picture_is_one_buffer_with_aligned_planes(void)
{
    FwlFrame *frame = make_video(FWL_PIX_FMT_YUV420P, 1920, 1080);
    later(free_frame, &frame);
    need_ok(fwl_frame_get_buffer(frame, 0));
    const int alignment = (int)fwl_pool_alignment(NULL);
    assert_non_null(frame->buf[0]);
    assert_null(frame->buf[1]);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(frame->linesize[i] % alignment, 0);
        assert_int_equal((uintptr_t)frame->data[i] % (uintptr_t)alignment, 0);
        assert_ptr_equal(fwl_frame_get_plane_buffer(frame, i), frame->buf[0]);
    }
    assert_null(frame->data[3]);
    assert_null(fwl_frame_get_plane_buffer(frame, 3));
}

static void known_sizes_of_pictures_hold(void)
{
    static const struct {
        enum FwlPixelFormat format;
        int align;
        size_t size;
        int linesize[3];
        ptrdiff_t offset;
    } expected[] = {
        {FWL_PIX_FMT_YUV420P, 1, 9856, {101, 51, 51}, 6496},
        {FWL_PIX_FMT_YUV420P, 16, 11392, {112, 64, 64}, 7200},
        {FWL_PIX_FMT_YUV420P, 64, 12544, {128, 64, 64}, 8256},
        {FWL_PIX_FMT_PAL8, 32, 9344, {128, 0, 0}, 8224},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        FwlFrame *frame = make_video(expected[i].format, 101, 51);
        later(free_frame, &frame);
        need_ok(fwl_frame_get_buffer(frame, expected[i].align));
        assert_int_equal(frame->buf[0]->size, expected[i].size);
        assert_memory_equal(frame->linesize, expected[i].linesize, sizeof expected[i].linesize);
        assert_int_equal(frame->data[1] - frame->data[0], expected[i].offset);
        fwl_frame_free(&frame);
    }
}

static void every_plane_of_every_format_is_followed_by_padding(void)
{
    for (int format = 0; format < FWL_PIX_FMT_NB; format++) {
        FwlFrame *frame = make_video((enum FwlPixelFormat)format, 37, 32);
        size_t sizes[4];
        faults_pause();
        const int err = fwl_frame_get_buffer(frame, 1);
        faults_resume();
        const ptrdiff_t linesizes[4] = {frame->linesize[0], frame->linesize[1],
                                        frame->linesize[2], frame->linesize[3]};
        if (err == 0)
            fwl_image_fill_plane_sizes(sizes, (enum FwlPixelFormat)format, 32, linesizes);
        const uint8_t *end = err == 0 ? frame->buf[0]->data + frame->buf[0]->size : NULL;
        for (int i = 0; i < 4 && frame->data[i]; i++) {
            const uint8_t *next = i < 3 && frame->data[i + 1] ? frame->data[i + 1] : end;
            assert_true(frame->data[i] + sizes[i] + 32 <= next);
        }
        assert_true(err == 0 || fwl_pix_fmt_count_planes((enum FwlPixelFormat)format) <= 0);
        fwl_frame_free(&frame);
    }
}

static void linesizes_of_the_callers_are_taken_where_large_enough(void)
{
    FwlFrame *frame = make_video(FWL_PIX_FMT_YUV420P, 100, 50);
    later(free_frame, &frame);
    frame->linesize[0] = 100;
    frame->linesize[1] = 77;
    frame->linesize[2] = 49;
    assert_int_equal(fwl_frame_get_buffer(frame, 0), FWL_E_INVALID);
    frame->linesize[2] = -50;
    assert_int_equal(fwl_frame_get_buffer(frame, 0), FWL_E_INVALID);
    assert_null(frame->buf[0]);
    frame->linesize[2] = 50;
    need_ok(fwl_frame_get_buffer(frame, 0));
    assert_int_equal(frame->linesize[1], 77);
}

static void frames_that_make_no_sense_are_refused(void)
{
    static const struct {
        int format, width, height, align, code;
    } nonsense[] = {
        {FWL_PIX_FMT_NONE, 64, 64, 0, FWL_E_INVALID},
        {FWL_PIX_FMT_NB, 64, 64, 0, FWL_E_INVALID},
        {FWL_PIX_FMT_VAAPI, 64, 64, 0, FWL_E_INVALID},
        {FWL_PIX_FMT_YUV420P, 0, 64, 0, FWL_E_INVALID},
        {FWL_PIX_FMT_YUV420P, 64, -1, 0, FWL_E_INVALID},
        {FWL_PIX_FMT_YUV420P, INT_MAX, 64, 0, FWL_E_RANGE},
        {FWL_PIX_FMT_YUV420P, INT_MAX, INT_MAX, 0, FWL_E_RANGE},
        {FWL_PIX_FMT_YUV420P, 64, INT_MAX, 0, FWL_E_RANGE},
        {FWL_PIX_FMT_YUV420P, 64, 64, 3, FWL_E_INVALID},
        {FWL_PIX_FMT_YUV420P, 64, 64, -1, FWL_E_INVALID},
        {FWL_PIX_FMT_YUV420P, 64, 64, 1 << 29, FWL_E_RANGE},
        {FWL_PIX_FMT_YUV420P, 64, 64, INT_MIN, FWL_E_INVALID},
    };
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        FwlFrame *frame = make_video((enum FwlPixelFormat)nonsense[i].format, nonsense[i].width,
                                     nonsense[i].height);
        later(free_frame, &frame);
        const FwlFrame before = *frame;
        assert_int_equal(fwl_frame_get_buffer(frame, nonsense[i].align), nonsense[i].code);
        expect_unchanged(frame, &before);
        fwl_frame_free(&frame);
    }
}

static void a_frame_that_has_buffers_is_refused(void)
{
    FwlFrame *frame = make_picture();
    later(free_frame, &frame);
    const FwlFrame before = *frame;
    assert_int_equal(fwl_frame_get_buffer(frame, 0), FWL_E_INVALID);
    expect_unchanged(frame, &before);
}

static void memory_comes_from_the_frames_pool(void)
{
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, NULL));
    later(destroy_pool, &pool);
    FwlFrame *frame = make_video(FWL_PIX_FMT_YUV420P, 640, 480);
    later(free_frame, &frame);
    frame->pool = pool;
    need_ok(fwl_frame_get_buffer(frame, 0));
    need(fwl_frame_new_side_data(frame, FWL_FRAME_DATA_AFD, 1));
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.allocation_count, 2);
    fwl_frame_unref(frame);
    assert_ptr_equal(frame->pool, pool);
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.current_usage, 0);
}

/* Memory of sound */

static void planar_sound_is_a_buffer_a_channel(void)
{
    FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_FLTP, 10, 1023);
    later(free_frame, &frame);
    if (fwl_frame_get_buffer(frame, 0) < 0) {
        assert_null(frame->buf[0]);
        assert_ptr_equal(frame->extended_data, frame->data);
        return;
    }
    assert_int_equal(frame->linesize[0], 4096);
    assert_int_equal(frame->nb_extended_buf, 2);
    assert_int_equal(frame->channels, 10);
    for (int i = 0; i < 10; i++) {
        const FwlBufferRef *buf = i < 8 ? frame->buf[i] : frame->extended_buf[i - 8];
        assert_int_equal(buf->size, 4096);
        assert_ptr_equal(frame->extended_data[i], buf->data);
        assert_ptr_equal(fwl_frame_get_plane_buffer(frame, i), buf);
    }
    assert_ptr_equal(frame->data[7], frame->extended_data[7]);
    assert_null(fwl_frame_get_plane_buffer(frame, 10));
    assert_null(fwl_frame_get_plane_buffer(frame, -1));
}

static void packed_sound_is_one_buffer(void)
{
    FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_S16, 2, 1024);
    later(free_frame, &frame);
    need_ok(fwl_frame_get_buffer(frame, 0));
    assert_int_equal(frame->buf[0]->size, 4096);
    assert_null(frame->buf[1]);
    assert_ptr_equal(frame->extended_data, frame->data);
    assert_true(frame->channel_layout == FWL_CH_LAYOUT_STEREO);
    assert_int_equal(frame->channels, 2);
    assert_null(fwl_frame_get_plane_buffer(frame, 1));
}

static void the_older_channel_fields_are_understood(void)
{
    FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_S16P, 0, 1024);
    later(free_frame, &frame);
    frame->ch_layout = (FwlChannelLayout){0};
    frame->channel_layout = FWL_CH_LAYOUT_STEREO;
    need_ok(fwl_frame_get_buffer(frame, 0));
    assert_int_equal(frame->ch_layout.order, FWL_CHANNEL_ORDER_NATIVE);
    assert_int_equal(frame->channels, 2);
    assert_non_null(frame->data[1]);

    fwl_frame_unref(frame);
    frame->format = FWL_SAMPLE_FMT_S16P;
    frame->nb_samples = 5;
    frame->channels = 3;
    need_ok(fwl_frame_get_buffer(frame, 0));
    assert_int_equal(frame->ch_layout.order, FWL_CHANNEL_ORDER_UNSPEC);
    assert_int_equal(frame->ch_layout.nb_channels, 3);
}

static void sixty_four_channels_are_possible(void)
{
    FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_FLTP, 64, 100);
    later(free_frame, &frame);
    need_ok(fwl_frame_get_buffer(frame, 0));
    FwlFrame *other = need(fwl_frame_clone(frame));
    later(free_frame, &other);
    assert_ptr_equal(other->extended_data[63], frame->extended_data[63]);
    assert_ptr_not_equal(other->extended_data, frame->extended_data);
}

static void every_number_of_channels_has_its_planes_and_buffers(void)
{
    for (int channels = 1; channels <= 64; channels++) {
        FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_S16P, channels, 10);
        later(free_frame, &frame);
        need_ok(fwl_frame_get_buffer(frame, 1));
        assert_int_equal(frame->linesize[0], 20);
        assert_int_equal(frame->nb_extended_buf, channels > 8 ? channels - 8 : 0);
        for (int i = 0; i < channels; i++) {
            memset(frame->extended_data[i], i, 20);
            assert_ptr_equal(need(fwl_frame_get_plane_buffer(frame, i))->data,
                             frame->extended_data[i]);
        }
        assert_null(fwl_frame_get_plane_buffer(frame, channels));
        for (int i = 0; i < channels; i++)
            assert_int_equal(frame->extended_data[i][19], i);
    }
}

static void sound_that_makes_no_sense_is_refused(void)
{
    static const struct {
        int format, channels, samples, align;
    } nonsense[] = {
        {FWL_SAMPLE_FMT_NONE, 2, 10, 0}, {FWL_SAMPLE_FMT_NB, 2, 10, 0},
        {FWL_SAMPLE_FMT_S16, 0, 10, 0},  {FWL_SAMPLE_FMT_S16, -2, 10, 0},
        {FWL_SAMPLE_FMT_S16, 2, 0, 0},   {FWL_SAMPLE_FMT_S16, 2, -1, 0},
        {FWL_SAMPLE_FMT_S16, 2, INT_MAX, 0}, {FWL_SAMPLE_FMT_S16, 2, 10, 3},
        {FWL_SAMPLE_FMT_S16, 2, 10, -1},
    };
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        FwlFrame *frame = make_audio((enum FwlSampleFormat)nonsense[i].format,
                                     nonsense[i].channels, nonsense[i].samples);
        later(free_frame, &frame);
        const FwlFrame before = *frame;
        assert_true(fwl_frame_get_buffer(frame, nonsense[i].align) < 0);
        expect_unchanged(frame, &before);
        fwl_frame_free(&frame);
    }
}

static void a_plane_size_of_the_callers_is_taken_where_large_enough(void)
{
    FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_S16, 2, 100);
    later(free_frame, &frame);
    frame->linesize[0] = 399;
    assert_int_equal(fwl_frame_get_buffer(frame, 0), FWL_E_INVALID);
    frame->linesize[0] = 500;
    need_ok(fwl_frame_get_buffer(frame, 0));
    assert_int_equal(frame->buf[0]->size, 500);
}

/* References */

static void expect_same_content(const FwlFrame *a, const FwlFrame *b)
{
    assert_int_equal(a->pts, b->pts);
    assert_int_equal(a->pkt_size, b->pkt_size);
    assert_int_equal(a->color_range, b->color_range);
    assert_ptr_equal(a->opaque, b->opaque);
    assert_ptr_equal(a->opaque_ref->buffer, b->opaque_ref->buffer);
    assert_ptr_equal(a->private_ref->buffer, b->private_ref->buffer);
    assert_string_equal(fwl_dict_get(a->metadata, "title", NULL, 0)->value, "Harbour");
    assert_int_equal(a->nb_side_data, b->nb_side_data);
    const FwlFrameSideData *piece = fwl_frame_get_side_data(a, FWL_FRAME_DATA_AFD);
    assert_int_equal(piece->size, 3);
    assert_memory_equal(piece->data, "abc", 3);
    assert_string_equal(fwl_dict_get(piece->metadata, "name", NULL, 0)->value, "x");
}

static void a_reference_shares_data_and_has_every_property(void)
{
    FwlFrame *frame = make_picture();
    later(free_frame, &frame);
    FwlFrame *other = need(fwl_frame_clone(frame));
    later(free_frame, &other);
    assert_ptr_equal(other->data[2], frame->data[2]);
    assert_memory_equal(other->linesize, frame->linesize, sizeof frame->linesize);
    assert_int_equal(fwl_buffer_get_ref_count(frame->buf[0]), 2);
    assert_int_equal(fwl_buffer_get_ref_count(frame->side_data[0]->buf), 2);
    assert_ptr_equal(other->extended_data, other->data);
    expect_same_content(other, frame);
}

static void a_failed_reference_leaves_dst_blank(void)
{
    FwlFrame *src = make_sound(10);
    later(free_frame, &src);
    FwlFrame *dst = make_video(FWL_PIX_FMT_NONE, 0, 0);
    later(free_frame, &dst);
    if (fwl_frame_ref(dst, src) >= 0) {
        expect_same_content(dst, src);
        assert_ptr_equal(dst->extended_buf[1]->data, src->extended_buf[1]->data);
        return;
    }
    expect_blank(dst);
    assert_int_equal(fwl_buffer_get_ref_count(src->buf[0]), 1);
    assert_int_equal(fwl_buffer_get_ref_count(src->side_data[0]->buf), 1);
}

static void a_reference_to_what_holds_something_is_refused(void)
{
    FwlFrame *src = make_picture();
    later(free_frame, &src);
    FwlFrame *dst = make_picture();
    later(free_frame, &dst);
    const FwlFrame before = *dst;
    assert_int_equal(fwl_frame_ref(dst, src), FWL_E_INVALID);
    expect_unchanged(dst, &before);
}

static void a_reference_in_place_of_a_custom_layout_is_refused(void)
{
    FwlFrame *src = make_picture();
    later(free_frame, &src);
    FwlFrame *dst = need(fwl_frame_alloc());
    later(free_frame, &dst);
    need_ok(fwl_channel_layout_from_string(&dst->ch_layout, "FR+FL"));
    const FwlFrame before = *dst;
    assert_int_equal(fwl_frame_ref(dst, src), FWL_E_INVALID);
    expect_unchanged(dst, &before);
}

static void a_frame_whose_side_data_has_gone_holds_nothing(void)
{
    FwlFrame *src = make_picture();
    later(free_frame, &src);
    FwlFrame *dst = need(fwl_frame_alloc());
    later(free_frame, &dst);
    if (fwl_frame_new_side_data(dst, FWL_FRAME_DATA_AFD, 1))
        fwl_frame_remove_side_data(dst, FWL_FRAME_DATA_AFD);
    assert_null(dst->side_data);
    need_ok(fwl_frame_ref(dst, src));
}

static void a_reference_to_borrowed_data_is_a_copy(void)
{
    static uint8_t pixels[64 * 48];
    memset(pixels, 0x33, sizeof pixels);
    FwlFrame *src = make_video(FWL_PIX_FMT_GRAY8, 64, 48);
    later(free_frame, &src);
    src->data[0] = pixels;
    src->linesize[0] = 64;
    FwlFrame *dst = need(fwl_frame_clone(src));
    later(free_frame, &dst);
    assert_ptr_not_equal(dst->data[0], pixels);
    assert_int_equal(dst->data[0][dst->linesize[0] * 47 + 63], 0x33);
}

static void a_custom_layout_is_copied_with_its_map(void)
{
    FwlChannelCustom map[2] = {{.id = FWL_CHAN_FRONT_RIGHT}, {.id = FWL_CHAN_FRONT_LEFT}};
    FwlFrame *frame = make_audio(FWL_SAMPLE_FMT_S16, 2, 10);
    later(free_frame, &frame);
    const FwlChannelLayout custom = {
        .order = FWL_CHANNEL_ORDER_CUSTOM, .nb_channels = 2, .u = {.map = map}};
    need_ok(fwl_channel_layout_copy(&frame->ch_layout, &custom));
    need_ok(fwl_frame_get_buffer(frame, 0));
    FwlFrame *other = need(fwl_frame_clone(frame));
    later(free_frame, &other);
    fwl_frame_free(&frame);
    assert_int_equal(other->ch_layout.u.map[0].id, FWL_CHAN_FRONT_RIGHT);
}

static void moving_leaves_the_source_blank(void)
{
    FwlFrame *src = make_sound(2);
    later(free_frame, &src);
    FwlFrame *dst = need(fwl_frame_alloc());
    later(free_frame, &dst);
    const uint8_t *data = src->data[1];
    fwl_frame_move_ref(dst, src);
    expect_blank(src);
    assert_ptr_equal(dst->extended_data, dst->data);
    assert_ptr_equal(dst->data[1], data);
    fwl_frame_move_ref(dst, dst);
    assert_ptr_equal(dst->data[1], data);
}

/* Writing */

static void a_frame_is_writable_while_it_is_the_only_holder(void)
{
    FwlFrame *frame = make_sound(9);
    later(free_frame, &frame);
    assert_int_equal(fwl_frame_is_writable(frame), 1);
    FwlBufferRef *ninth = need(fwl_buffer_ref(frame->extended_buf[0]));
    assert_int_equal(fwl_frame_is_writable(frame), 0);
    fwl_buffer_unref(&ninth);
    assert_int_equal(fwl_frame_is_writable(frame), 1);
    fwl_frame_unref(frame);
    assert_int_equal(fwl_frame_is_writable(frame), 0);
    assert_int_equal(fwl_frame_make_writable(frame), FWL_E_INVALID);
}

static void make_writable_copies_a_shared_picture(void)
{
    FwlFrame *frame = make_picture();
    later(free_frame, &frame);
    const uint8_t *data = frame->data[0];
    need_ok(fwl_frame_make_writable(frame));
    assert_ptr_equal(frame->data[0], data);

    FwlFrame *other = need(fwl_frame_clone(frame));
    later(free_frame, &other);
    const FwlFrame before = *frame;
    if (fwl_frame_make_writable(frame) < 0) {
        expect_unchanged(frame, &before);
        return;
    }
    assert_int_equal(fwl_frame_is_writable(frame), 1);
    assert_int_equal(fwl_buffer_get_ref_count(other->buf[0]), 1);
    assert_int_equal(fwl_buffer_get_ref_count(frame->side_data[0]->buf), 1);
    assert_int_equal(frame->data[0][65], 0x5a);
    expect_same_content(frame, other);
}

static void make_writable_copies_shared_sound(void)
{
    FwlFrame *frame = make_sound(10);
    later(free_frame, &frame);
    FwlFrame *other = need(fwl_frame_clone(frame));
    later(free_frame, &other);
    const FwlFrame before = *frame;
    if (fwl_frame_make_writable(frame) < 0) {
        expect_unchanged(frame, &before);
        return;
    }
    assert_int_equal(fwl_frame_is_writable(frame), 1);
    for (int i = 0; i < 10; i++)
        assert_int_equal(frame->extended_data[i][99 * 4], i);
}

/* Copying */

static void pictures_are_copied_between_frames_that_fit(void)
{
    FwlFrame *src = make_picture();
    later(free_frame, &src);
    FwlFrame *dst = make_video(FWL_PIX_FMT_YUV420P, 70, 40);
    later(free_frame, &dst);
    assert_int_equal(fwl_frame_copy(dst, src), FWL_E_INVALID);
    need_ok(fwl_frame_get_buffer(dst, 16));
    memset(dst->buf[0]->data, 0, dst->buf[0]->size);
    need_ok(fwl_frame_copy(dst, src));
    assert_int_equal(dst->data[0][33 * dst->linesize[0] + 65], 0x5a);
    assert_int_equal(dst->data[0][33 * dst->linesize[0] + 66], 0);
    assert_true(dst->pts == FWL_NOPTS_VALUE);
    assert_int_equal(fwl_frame_copy(src, dst), FWL_E_INVALID);
    dst->format = FWL_PIX_FMT_YUV422P;
    assert_int_equal(fwl_frame_copy(dst, src), FWL_E_INVALID);
}

static void sound_is_copied_between_equal_frames(void)
{
    FwlFrame *src = make_sound(3);
    later(free_frame, &src);
    FwlFrame *dst = make_audio(FWL_SAMPLE_FMT_FLTP, 3, 100);
    later(free_frame, &dst);
    assert_int_equal(fwl_frame_copy(dst, src), FWL_E_INVALID);
    need_ok(fwl_frame_get_buffer(dst, 0));
    need_ok(fwl_frame_copy(dst, src));
    assert_memory_equal(dst->data[2], src->data[2], 400);
    dst->linesize[0] = 399;
    assert_int_equal(fwl_frame_copy(dst, src), FWL_E_INVALID);
    dst->nb_samples = 99;
    assert_int_equal(fwl_frame_copy(dst, src), FWL_E_INVALID);
}

static void properties_are_added_to_those_of_dst(void)
{
    FwlFrame *src = make_picture();
    later(free_frame, &src);
    FwlFrame *dst = make_sound(2);
    later(free_frame, &dst);
    dst->pts = 1;
    const FwlFrame before = *dst;
    if (fwl_frame_copy_props(dst, src) < 0) {
        FwlFrame after = *dst;
        after.side_data = before.side_data; /* the array may have grown */
        expect_unchanged(&after, &before);
        return;
    }
    expect_same_content(src, src);
    assert_int_equal(dst->pts, 3003);
    assert_int_equal(dst->nb_side_data, 2);
    assert_int_equal(fwl_dict_count(dst->metadata), 1);
    assert_ptr_equal(dst->opaque_ref->buffer, src->opaque_ref->buffer);
    assert_int_equal(dst->width, 0);
    assert_int_equal(dst->nb_samples, 100);
    assert_ptr_equal(dst->data[0], before.data[0]);
    assert_int_equal(fwl_buffer_get_ref_count(src->side_data[0]->buf), 1);
}

static void pan_and_scan_goes_only_to_pictures_of_one_size(void)
{
    FwlFrame *src = make_video(FWL_PIX_FMT_GRAY8, 10, 10);
    later(free_frame, &src);
    need(fwl_frame_new_side_data(src, FWL_FRAME_DATA_PANSCAN, 1));
    FwlFrame *dst = make_video(FWL_PIX_FMT_GRAY8, 10, 11);
    later(free_frame, &dst);
    need_ok(fwl_frame_copy_props(dst, src));
    assert_int_equal(dst->nb_side_data, 0);
    dst->height = 10;
    need_ok(fwl_frame_copy_props(dst, src));
    assert_int_equal(dst->nb_side_data, 1);
}

/* Cropping */

static FwlFrame *make_cropped(enum FwlPixelFormat format, size_t left, size_t right, size_t top,
                              size_t bottom)
{
    FwlFrame *frame = make_video(format, 640, 480);
    faults_pause();
    need_ok(fwl_frame_get_buffer(frame, 64));
    faults_resume();
    frame->crop_left = left;
    frame->crop_right = right;
    frame->crop_top = top;
    frame->crop_bottom = bottom;
    return frame;
}

static void cropping_moves_the_planes_and_keeps_their_alignment(void)
{
    FwlFrame *frame = make_cropped(FWL_PIX_FMT_YUV420P, 70, 8, 6, 4);
    later(free_frame, &frame);
    const FwlFrame before = *frame;
    assert_int_equal(fwl_frame_apply_cropping(frame, 0), 0);
    assert_int_equal(frame->width, 640 - 64 - 8);
    assert_int_equal(frame->height, 480 - 10);
    assert_int_equal(frame->data[0] - before.data[0], 6 * before.linesize[0] + 64);
    assert_int_equal(frame->data[1] - before.data[1], 3 * before.linesize[1] + 32);
    assert_int_equal(frame->crop_left + frame->crop_right + frame->crop_top + frame->crop_bottom,
                     0);
}

/* For every left edge, in formats of all kinds: never more than was asked for, and all of it where
 * that keeps every plane at a multiple of 32 bytes. Narrower chroma is at least at the multiples
 * that 32 pixels are. */
static void aligned_cropping_cuts_as_much_as_alignment_allows(void)
{
    static const enum FwlPixelFormat formats[] = {
        FWL_PIX_FMT_GRAY8,   FWL_PIX_FMT_YUV420P, FWL_PIX_FMT_NV12,   FWL_PIX_FMT_YUV420P10,
        FWL_PIX_FMT_YUV411P, FWL_PIX_FMT_RGB24,   FWL_PIX_FMT_RGBA64, FWL_PIX_FMT_GBRAP12,
    };
    static const int group[] = {32, 64, 32, 32, 128, 32, 4, 16};
    static const int alignment[] = {32, 16, 32, 16, 8, 32, 32, 32};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        for (size_t left = 0; left < 300; left++) {
            FwlFrame *frame = make_cropped(formats[i], left, 0, 0, 0);
            later(free_frame, &frame);
            assert_int_equal(fwl_frame_apply_cropping(frame, 0), 0);
            const size_t cut = (size_t)(640 - frame->width);
            assert_true(cut <= left);
            for (int plane = 0; plane < 4 && frame->data[plane]; plane++)
                assert_int_equal((uintptr_t)frame->data[plane] % (unsigned)alignment[i], 0);
            if (left % (size_t)group[i] == 0)
                assert_int_equal(cut, left);
        }
    }
}

static void unaligned_cropping_is_exact(void)
{
    FwlFrame *frame = make_cropped(FWL_PIX_FMT_RGB24, 5, 0, 1, 0);
    later(free_frame, &frame);
    const FwlFrame before = *frame;
    assert_int_equal(fwl_frame_apply_cropping(frame, FWL_FRAME_CROP_UNALIGNED), 0);
    assert_int_equal(frame->width, 635);
    assert_int_equal(frame->data[0] - before.data[0], before.linesize[0] + 15);
}

static void pixels_that_share_chroma_are_cropped_within_their_row(void)
{
    FwlFrame *frame = make_cropped(FWL_PIX_FMT_UYYVYY411, 636, 0, 0, 0);
    later(free_frame, &frame);
    const uint8_t *before = frame->data[0];
    assert_int_equal(fwl_frame_apply_cropping(frame, FWL_FRAME_CROP_UNALIGNED), 0);
    assert_int_equal(frame->data[0] - before, 636 / 4 * 6);
    FwlFrame *packed = make_cropped(FWL_PIX_FMT_YUYV422, 6, 0, 0, 0);
    later(free_frame, &packed);
    before = packed->data[0];
    assert_int_equal(fwl_frame_apply_cropping(packed, FWL_FRAME_CROP_UNALIGNED), 0);
    assert_int_equal(packed->data[0] - before, 12);
}

static void a_palette_stays_where_it_is(void)
{
    FwlFrame *frame = make_cropped(FWL_PIX_FMT_PAL8, 32, 0, 1, 0);
    later(free_frame, &frame);
    const FwlFrame before = *frame;
    assert_int_equal(fwl_frame_apply_cropping(frame, 0), 0);
    assert_int_equal(frame->data[0] - before.data[0], before.linesize[0] + 32);
    assert_ptr_equal(frame->data[1], before.data[1]);
}

static void a_flipped_picture_is_cropped_upwards(void)
{
    FwlFrame *frame = make_cropped(FWL_PIX_FMT_GRAY8, 0, 0, 2, 0);
    later(free_frame, &frame);
    frame->data[0] += 479 * frame->linesize[0];
    frame->linesize[0] = -frame->linesize[0];
    const uint8_t *first = frame->data[0];
    assert_int_equal(fwl_frame_apply_cropping(frame, 0), 0);
    assert_ptr_equal(frame->data[0], first + 2 * frame->linesize[0]);
}

static void bitstream_formats_are_cropped_right_and_bottom_only(void)
{
    FwlFrame *frame = make_cropped(FWL_PIX_FMT_MONOWHITE, 8, 4, 2, 1);
    later(free_frame, &frame);
    const uint8_t *first = frame->data[0];
    assert_int_equal(fwl_frame_apply_cropping(frame, 0), 0);
    assert_int_equal(frame->width, 636);
    assert_int_equal(frame->height, 479);
    assert_ptr_equal(frame->data[0], first);
    assert_int_equal(frame->crop_left, 8);
}

static void cropping_all_away_is_refused(void)
{
    static const size_t crops[][4] = {
        {640, 0, 0, 0}, {320, 320, 0, 0}, {0, 0, 240, 240}, {SIZE_MAX, 1, 0, 0},
        {0, 0, SIZE_MAX, SIZE_MAX}, {INT_MAX, 0, 0, 0},
    };
    FwlFrame *frame = make_cropped(FWL_PIX_FMT_YUV420P, 0, 0, 0, 0);
    later(free_frame, &frame);
    for (size_t i = 0; i < sizeof crops / sizeof crops[0]; i++) {
        frame->crop_left = crops[i][0];
        frame->crop_right = crops[i][1];
        frame->crop_top = crops[i][2];
        frame->crop_bottom = crops[i][3];
        const FwlFrame before = *frame;
        assert_int_equal(fwl_frame_apply_cropping(frame, 0), FWL_E_RANGE);
        expect_unchanged(frame, &before);
    }
    frame->width = 0;
    assert_int_equal(fwl_frame_apply_cropping(frame, 0), FWL_E_INVALID);
}

/* Side data */

static void side_data_is_found_and_removed_by_type(void)
{
    FwlFrame *frame = need(fwl_frame_alloc());
    later(free_frame, &frame);
    const FwlFrameSideData *first = need(fwl_frame_new_side_data(frame, FWL_FRAME_DATA_AFD, 1));
    need(fwl_frame_new_side_data(frame, FWL_FRAME_DATA_STEREO3D, 20));
    need(fwl_frame_new_side_data(frame, FWL_FRAME_DATA_AFD, 2));
    assert_ptr_equal(fwl_frame_get_side_data(frame, FWL_FRAME_DATA_AFD), first);
    assert_null(fwl_frame_get_side_data(frame, FWL_FRAME_DATA_SPHERICAL));

    fwl_frame_remove_side_data(frame, FWL_FRAME_DATA_AFD);
    assert_int_equal(frame->nb_side_data, 1);
    assert_int_equal(frame->side_data[0]->type, FWL_FRAME_DATA_STEREO3D);
    assert_int_equal(frame->side_data[0]->size, 20);
}

static void a_buffer_becomes_side_data_or_stays_the_callers(void)
{
    FwlFrame *frame = need(fwl_frame_alloc());
    later(free_frame, &frame);
    FwlBufferRef *buf = need(fwl_buffer_alloc(7));
    const FwlFrameSideData *piece =
        fwl_frame_new_side_data_from_buf(frame, FWL_FRAME_DATA_AFD, buf);
    if (!piece) {
        assert_int_equal(frame->nb_side_data, 0);
        fwl_buffer_unref(&buf);
        return;
    }
    assert_ptr_equal(piece->data, buf->data);
    assert_int_equal(piece->size, 7);
    assert_null(fwl_frame_new_side_data_from_buf(frame, FWL_FRAME_DATA_AFD, NULL));
}

static void names_are_given_for_types_only(void)
{
    assert_string_equal(fwl_frame_side_data_name(FWL_FRAME_DATA_SKIP_SAMPLES), "Skip samples");
    assert_null(fwl_frame_side_data_name((enum FwlFrameSideDataType)-1));
    assert_null(fwl_frame_side_data_name((enum FwlFrameSideDataType)26));
    assert_string_equal(fwl_get_colorspace_name(FWL_COL_SPC_BT709), "bt709");
    assert_null(fwl_get_colorspace_name(FWL_COL_SPC_ICTCP));
}

/* Channel layouts */

static void a_described_layout_may_need_a_map(void)
{
    FwlChannelLayout layout;
    memset(&layout, 0x2a, sizeof layout);
    need_ok(fwl_channel_layout_from_string(&layout, "FR+FL"));
    later(uninit_layout, &layout);
    assert_int_equal(layout.order, FWL_CHANNEL_ORDER_CUSTOM);
    assert_int_equal(layout.u.map[1].id, FWL_CHAN_FRONT_LEFT);
    fwl_channel_layout_uninit(&layout);
    assert_int_equal(layout.nb_channels, 0);

    assert_int_equal(fwl_channel_layout_from_string(&layout, "5.1"), 0);
    assert_int_equal(layout.nb_channels, 6);
    assert_true(fwl_channel_layout_from_string(&layout, "no layout") < 0);
    assert_int_equal(layout.nb_channels, 0);
}

static void copying_a_layout_replaces_the_old_one(void)
{
    FwlChannelLayout a = {0};
    later(uninit_layout, &a);
    FwlChannelLayout b = {0};
    later(uninit_layout, &b);
    need_ok(fwl_channel_layout_from_string(&a, "FR+FL"));
    need_ok(fwl_channel_layout_from_string(&b, "FC+FR"));
    if (fwl_channel_layout_copy(&a, &b) < 0) {
        assert_int_equal(a.u.map[1].id, FWL_CHAN_FRONT_LEFT);
        return;
    }
    assert_ptr_not_equal(a.u.map, b.u.map);
    assert_int_equal(a.u.map[0].id, FWL_CHAN_FRONT_CENTER);
    assert_int_equal(fwl_channel_layout_copy(&a, &a), 0);
    const FwlChannelLayout broken = {.order = FWL_CHANNEL_ORDER_CUSTOM};
    assert_int_equal(fwl_channel_layout_copy(&a, &broken), FWL_E_INVALID);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_frame_begins_blank),
        CASE(freeing_accepts_null_and_leaves_null),
        CASE(unref_makes_blank),
        CASE(a_picture_is_one_buffer_with_aligned_planes),
        CASE(known_sizes_of_pictures_hold),
        CASE(every_plane_of_every_format_is_followed_by_padding),
        CASE(linesizes_of_the_callers_are_taken_where_large_enough),
        CASE(frames_that_make_no_sense_are_refused),
        CASE(a_frame_that_has_buffers_is_refused),
        CASE(memory_comes_from_the_frames_pool),
        CASE(planar_sound_is_a_buffer_a_channel),
        CASE(packed_sound_is_one_buffer),
        CASE(the_older_channel_fields_are_understood),
        CASE(sixty_four_channels_are_possible),
        /* A thousand buffers, each of which fails in the same way as those of the case above. */
        CASE_ONCE(every_number_of_channels_has_its_planes_and_buffers),
        CASE(sound_that_makes_no_sense_is_refused),
        CASE(a_plane_size_of_the_callers_is_taken_where_large_enough),
        CASE(a_reference_shares_data_and_has_every_property),
        CASE(a_failed_reference_leaves_dst_blank),
        CASE(a_reference_to_what_holds_something_is_refused),
        CASE(a_reference_in_place_of_a_custom_layout_is_refused),
        CASE(a_frame_whose_side_data_has_gone_holds_nothing),
        CASE(a_reference_to_borrowed_data_is_a_copy),
        CASE(a_custom_layout_is_copied_with_its_map),
        CASE(moving_leaves_the_source_blank),
        CASE(a_frame_is_writable_while_it_is_the_only_holder),
        CASE(make_writable_copies_a_shared_picture),
        CASE(make_writable_copies_shared_sound),
        CASE(pictures_are_copied_between_frames_that_fit),
        CASE(sound_is_copied_between_equal_frames),
        CASE(properties_are_added_to_those_of_dst),
        CASE(pan_and_scan_goes_only_to_pictures_of_one_size),
        CASE(cropping_moves_the_planes_and_keeps_their_alignment),
        CASE_ONCE(aligned_cropping_cuts_as_much_as_alignment_allows), /* thousands of pictures */
        CASE(unaligned_cropping_is_exact),
        CASE(pixels_that_share_chroma_are_cropped_within_their_row),
        CASE(a_palette_stays_where_it_is),
        CASE(a_flipped_picture_is_cropped_upwards),
        CASE(bitstream_formats_are_cropped_right_and_bottom_only),
        CASE(cropping_all_away_is_refused),
        CASE(side_data_is_found_and_removed_by_type),
        CASE(a_buffer_becomes_side_data_or_stays_the_callers),
        CASE(names_are_given_for_types_only),
        CASE(a_described_layout_may_need_a_map),
        CASE(copying_a_layout_replaces_the_old_one),
    };
    return run_cases("frame", cases, sizeof cases / sizeof cases[0], argc, argv);
}
