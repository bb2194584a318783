/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/sample.h"

/* Sample formats */

static void formats_have_names_sizes_and_a_planar_twin(void)
{
    assert_string_equal(fwl_get_sample_fmt_name(FWL_SAMPLE_FMT_S16P), "s16p");
    assert_int_equal(fwl_get_sample_fmt("flt"), FWL_SAMPLE_FMT_FLT);
    assert_int_equal(fwl_get_bytes_per_sample(FWL_SAMPLE_FMT_DBLP), 8);
    assert_int_equal(fwl_sample_fmt_is_planar(FWL_SAMPLE_FMT_S64P), 1);
    assert_int_equal(fwl_sample_fmt_is_planar(FWL_SAMPLE_FMT_S64), 0);
    assert_int_equal(fwl_get_planar_sample_fmt(FWL_SAMPLE_FMT_U8), FWL_SAMPLE_FMT_U8P);
    assert_int_equal(fwl_get_packed_sample_fmt(FWL_SAMPLE_FMT_U8P), FWL_SAMPLE_FMT_U8);
    assert_int_equal(fwl_get_alt_sample_fmt(FWL_SAMPLE_FMT_S32P, 7), FWL_SAMPLE_FMT_S32P);
}

static void a_number_or_name_of_no_format_has_nothing(void)
{
    const enum FwlSampleFormat none = (enum FwlSampleFormat)FWL_SAMPLE_FMT_NB;
    char line[8];
    assert_null(fwl_get_sample_fmt_name(none));
    assert_null(fwl_get_sample_fmt_name(FWL_SAMPLE_FMT_NONE));
    assert_int_equal(fwl_get_sample_fmt("s24"), FWL_SAMPLE_FMT_NONE);
    assert_int_equal(fwl_get_sample_fmt(NULL), FWL_SAMPLE_FMT_NONE);
    assert_int_equal(fwl_get_bytes_per_sample(none), 0);
    assert_int_equal(fwl_sample_fmt_is_planar(none), 0);
    assert_int_equal(fwl_get_alt_sample_fmt(none, 1), FWL_SAMPLE_FMT_NONE);
    assert_string_equal(fwl_get_sample_fmt_string(line, sizeof line, none), "");
}

static void a_line_of_a_table_is_cut_to_its_space(void)
{
    char line[16];
    assert_ptr_equal(fwl_get_sample_fmt_string(line, sizeof line, FWL_SAMPLE_FMT_FLTP), line);
    assert_string_equal(line, "fltp     32 ");
    fwl_get_sample_fmt_string(line, 5, FWL_SAMPLE_FMT_NONE);
    assert_string_equal(line, "name");
}

/* Samples */

static void buffers_hold_planes_rounded_up(void)
{
    int linesize;
    assert_int_equal(fwl_samples_get_buffer_size(&linesize, 2, 100, FWL_SAMPLE_FMT_S16, 1), 400);
    assert_int_equal(linesize, 400);
    assert_int_equal(fwl_samples_get_buffer_size(&linesize, 2, 100, FWL_SAMPLE_FMT_S16P, 64), 512);
    assert_int_equal(linesize, 256);
    assert_int_equal(fwl_samples_get_buffer_size(NULL, 3, 33, FWL_SAMPLE_FMT_U8P, 0), 192);
}

static void a_buffer_of_nonsense_is_refused(void)
{
    static const int aligns[] = {-1, 3, 100, INT_MIN};
    int linesize = 7;
    for (size_t i = 0; i < sizeof aligns / sizeof aligns[0]; i++)
        expect_code(fwl_samples_get_buffer_size(NULL, 2, 8, FWL_SAMPLE_FMT_S16, aligns[i]),
                    FWL_E_INVALID);
    expect_code(fwl_samples_get_buffer_size(&linesize, 2, 8, FWL_SAMPLE_FMT_NONE, 1),
                FWL_E_INVALID);
    assert_int_equal(linesize, 0);
    expect_code(fwl_samples_get_buffer_size(NULL, 0, 8, FWL_SAMPLE_FMT_S16, 1), FWL_E_INVALID);
    expect_code(fwl_samples_get_buffer_size(NULL, 2, -8, FWL_SAMPLE_FMT_S16, 1), FWL_E_INVALID);
}

static void a_buffer_that_does_not_fit_is_out_of_range(void)
{
    static const enum FwlSampleFormat u8 = FWL_SAMPLE_FMT_U8, dbl = FWL_SAMPLE_FMT_DBL,
                                      u8p = FWL_SAMPLE_FMT_U8P;
    assert_int_equal(fwl_samples_get_buffer_size(NULL, 1, INT_MAX, u8, 1), INT_MAX);
    expect_code(fwl_samples_get_buffer_size(NULL, 1, INT_MAX, u8, 0), FWL_E_RANGE);
    expect_code(fwl_samples_get_buffer_size(NULL, 1, INT_MAX, u8, 2), FWL_E_RANGE);
    expect_code(fwl_samples_get_buffer_size(NULL, INT_MAX, INT_MAX, dbl, 1), FWL_E_RANGE);
    expect_code(fwl_samples_get_buffer_size(NULL, 1, INT_MAX / 8 + 1, dbl, 1), FWL_E_RANGE);
    expect_code(fwl_samples_get_buffer_size(NULL, 2, INT_MAX / 2 + 1, u8p, 1), FWL_E_RANGE);
    expect_code(fwl_samples_get_buffer_size(NULL, INT_MAX, 1, u8p, 1 << 30), FWL_E_RANGE);
    assert_int_equal(fwl_samples_get_buffer_size(NULL, 1, 1, u8p, 1 << 30), 1 << 30);
}

static void planes_follow_each_other(void)
{
    static uint8_t memory[192];
    uint8_t *planes[3] = {NULL};
    int linesize;
    assert_int_equal(
        fwl_samples_fill_arrays(planes, &linesize, memory, 3, 10, FWL_SAMPLE_FMT_U8P, 64), 192);
    assert_ptr_equal(planes[2], memory + 128);
    assert_int_equal(linesize, 64);
    assert_int_equal(fwl_samples_fill_arrays(planes, NULL, memory, 3, 10, FWL_SAMPLE_FMT_U8, 1),
                     30);
    assert_ptr_equal(planes[0], memory);
    assert_ptr_equal(planes[2], memory + 128);
    assert_int_equal(fwl_samples_fill_arrays(planes, NULL, NULL, 3, 10, FWL_SAMPLE_FMT_U8P, 1),
                     30);
    assert_null(planes[2]);
    planes[0] = memory;
    expect_code(fwl_samples_fill_arrays(planes, &linesize, memory, 3, 0, FWL_SAMPLE_FMT_U8P, 64),
                FWL_E_INVALID);
    assert_ptr_equal(planes[0], memory);
    assert_int_equal(linesize, 0);
}

static void samples_are_copied_also_over_themselves(void)
{
    uint8_t packed[9] = "LRlrABab";
    uint8_t *planes[1] = {packed};
    assert_int_equal(fwl_samples_copy(planes, planes, 1, 0, 3, 2, FWL_SAMPLE_FMT_U8), 0);
    assert_memory_equal(packed, "LRLRlrAB", 8);
    uint8_t left[5] = "LMNO", right[5] = "rstu";
    uint8_t *both[2] = {left, right};
    assert_int_equal(fwl_samples_copy(both, both, 0, 1, 2, 2, FWL_SAMPLE_FMT_U8P), 0);
    assert_memory_equal(left, "MNNO", sizeof left);
    assert_memory_equal(right, "sttu", sizeof right);
}

static void silence_is_the_middle_of_the_range(void)
{
    uint8_t bytes[4] = {1, 1, 1, 1};
    int16_t words[4] = {1, 1, 1, 1};
    uint8_t *byte_plane[1] = {bytes}, *word_plane[1] = {(uint8_t *)words};
    assert_int_equal(fwl_samples_set_silence(byte_plane, 1, 2, 1, FWL_SAMPLE_FMT_U8P), 0);
    assert_memory_equal(bytes, "\1\x80\x80\1", 4);
    assert_int_equal(fwl_samples_set_silence(byte_plane, 3, 1, 1, FWL_SAMPLE_FMT_U8), 0);
    assert_memory_equal(bytes, "\1\x80\x80\x80", 4);
    assert_int_equal(fwl_samples_set_silence(word_plane, 1, 1, 2, FWL_SAMPLE_FMT_S16), 0);
    assert_true(words[1] == 1 && words[2] == 0 && words[3] == 0);
}

static void samples_of_nonsense_are_left_alone(void)
{
    uint8_t bytes[4] = {1, 1, 1, 1};
    uint8_t *plane[2] = {bytes, NULL};
    const enum FwlSampleFormat u8 = FWL_SAMPLE_FMT_U8, u8p = FWL_SAMPLE_FMT_U8P;
    expect_code(fwl_samples_copy(plane, plane, -1, 0, 1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_copy(plane, plane, 0, -1, 1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_copy(plane, plane, 0, 0, -1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_copy(plane, plane, 0, 0, 1, -1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_copy(plane, plane, 0, 0, 1, 1, FWL_SAMPLE_FMT_NONE), FWL_E_INVALID);
    expect_code(fwl_samples_copy(plane, plane, 0, 0, 1, 2, u8p), FWL_E_INVALID);
    expect_code(fwl_samples_copy(NULL, plane, 0, 0, 1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_copy(plane, NULL, 0, 0, 1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_set_silence(plane, -1, 1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_set_silence(plane, 0, -1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_set_silence(plane, 0, 1, 2, u8p), FWL_E_INVALID);
    expect_code(fwl_samples_set_silence(NULL, 0, 1, 1, u8), FWL_E_INVALID);
    expect_code(fwl_samples_set_silence(plane, 0, 1, 1, FWL_SAMPLE_FMT_NONE), FWL_E_INVALID);
    assert_memory_equal(bytes, "\1\1\1\1", 4);
}

/* Channels */

static void expect_name(enum FwlChannel channel, const char *name, const char *description)
{
    char text[32];
    assert_int_equal(fwl_channel_name(text, sizeof text, channel), strlen(name));
    assert_string_equal(text, name);
    assert_int_equal(fwl_channel_description(text, sizeof text, channel), strlen(description));
    assert_string_equal(text, description);
}

static void channels_have_names_and_descriptions(void)
{
    expect_name(FWL_CHAN_LOW_FREQUENCY, "LFE", "low frequency");
    expect_name((enum FwlChannel)(FWL_CHAN_AMBISONIC_BASE + 2), "AMBI2", "ambisonic ACN 2");
    expect_name((enum FwlChannel)70, "USR70", "user 70");
    expect_name((enum FwlChannel)20, "USR20", "user 20");
    expect_name((enum FwlChannel)(FWL_CHAN_AMBISONIC_END + 1), "USR2048", "user 2048");
    expect_name(FWL_CHAN_NONE, "NONE", "none");
}

static void a_text_is_cut_and_its_length_told(void)
{
    char text[3] = "xx";
    assert_int_equal(fwl_channel_name(text, sizeof text, FWL_CHAN_LOW_FREQUENCY), 3);
    assert_string_equal(text, "LF");
    assert_int_equal(fwl_channel_description(NULL, 0, FWL_CHAN_LOW_FREQUENCY), 13);
    expect_code(fwl_channel_name(NULL, 3, FWL_CHAN_LOW_FREQUENCY), FWL_E_INVALID);
    expect_code(fwl_channel_description(NULL, 3, FWL_CHAN_LOW_FREQUENCY), FWL_E_INVALID);
}

static void names_lead_back_to_their_channels(void)
{
    assert_int_equal(fwl_channel_from_string("BFR"), FWL_CHAN_BOTTOM_FRONT_RIGHT);
    assert_int_equal(fwl_channel_from_string("AMBI1023"), FWL_CHAN_AMBISONIC_END);
    assert_int_equal(fwl_channel_from_string("USR0x41"), 65);
    static const char *const names[] = {"", "fl", "AMBI1024", "AMBI", "AMBI1x", "USR", "USR-1",
                                        "NONE", "USR2147483648", "USR99999999999999999999"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(fwl_channel_from_string(names[i]), FWL_CHAN_NONE);
    assert_int_equal(fwl_channel_from_string(NULL), FWL_CHAN_NONE);
}

/* Layouts */

static FwlChannelCustom map[16];

static FwlChannelLayout parse(const char *text)
{
    FwlChannelLayout layout;
    need_ok(fwl_channel_layout_parse(&layout, text, map, 16));
    return layout;
}

static void expect_description(const FwlChannelLayout *layout, const char *expected)
{
    char text[64];
    assert_int_equal(fwl_channel_layout_describe(layout, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void initialisers_are_layouts(void)
{
    static const FwlChannelLayout stereo = FWL_CHANNEL_LAYOUT_STEREO;
    static const FwlChannelLayout all = FWL_CHANNEL_LAYOUT_22POINT2;
    static const FwlChannelLayout first_order = FWL_CHANNEL_LAYOUT_AMBISONIC_FIRST_ORDER;
    expect_description(&stereo, "stereo");
    expect_description(&all, "22.2");
    expect_description(&first_order, "ambisonic 1");
}

static void masks_and_counts_make_layouts(void)
{
    FwlChannelLayout layout;
    assert_int_equal(fwl_channel_layout_from_mask(&layout, FWL_CH_LAYOUT_5POINT1), 0);
    assert_int_equal(layout.nb_channels, 6);
    expect_code(fwl_channel_layout_from_mask(&layout, 0), FWL_E_INVALID);
    assert_int_equal(layout.nb_channels, 0);
    fwl_channel_layout_default(&layout, 6);
    assert_true(layout.u.mask == FWL_CH_LAYOUT_5POINT1_BACK);
    fwl_channel_layout_default(&layout, 9);
    assert_int_equal(layout.order, FWL_CHANNEL_ORDER_UNSPEC);
    assert_int_equal(layout.nb_channels, 9);
}

static void what_is_described_is_read_again(void)
{
    static const char *const texts[] = {
        "mono", "7.1(wide-side)", "3 channels (FL+FR+TC)", "2 channels (FR+FL)", "6 channels",
        "3 channels (FL@Left+FR@Right+LFE)", "ambisonic 2", "ambisonic 1+stereo",
        "ambisonic 1+2 channels (FR+FL)", "2 channels (USR70+FL)", "2 channels (AMBI1+AMBI0)",
        "1 channels (USR45)",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const FwlChannelLayout layout = parse(texts[i]);
        assert_int_equal(fwl_channel_layout_check(&layout), 1);
        expect_description(&layout, texts[i]);
    }
}

static void descriptions_have_short_forms(void)
{
    static const struct {
        const char *text, *description;
    } pairs[] = {
        {"FL+FR", "stereo"},  {"3", "stereo"},   {"0x3f", "5.1"}, {"010", "1 channels (LFE)"},
        {"6c", "5.1"},        {"6C", "6 channels"}, {"FR+FL", "2 channels (FR+FL)"},
        {"ambisonic 1+2c", "ambisonic 1+stereo"}, {"AMBI0+AMBI1+AMBI2+AMBI3", "ambisonic 1"},
        {"FL@averyveryverylongname", "1 channels (FL@averyveryverylo)"}, {"0X3", "stereo"},
        {"FL+AMBI0", "2 channels (FL+AMBI0)"}, {"AMBI1+AMBI0", "2 channels (AMBI1+AMBI0)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const FwlChannelLayout layout = parse(pairs[i].text);
        expect_description(&layout, pairs[i].description);
    }
}

static void a_layout_that_needs_a_map_says_how_large(void)
{
    FwlChannelLayout layout;
    assert_int_equal(fwl_channel_layout_parse(&layout, "FR+FL+FC", NULL, 0), 3);
    assert_int_equal(layout.nb_channels, 0);
    assert_int_equal(fwl_channel_layout_parse(&layout, "FR+FL+FC", map, 2), 3);
    assert_int_equal(layout.nb_channels, 0);
    assert_int_equal(fwl_channel_layout_parse(&layout, "ambisonic 1+FR+FL", NULL, 0), 6);
    assert_int_equal(layout.nb_channels, 0);
    assert_int_equal(fwl_channel_layout_parse(&layout, "ambisonic 1+FR+FL", map, 5), 6);
    assert_int_equal(layout.nb_channels, 0);
    assert_int_equal(fwl_channel_layout_parse(&layout, "FR+FL+FC", map, 3), 3);
    assert_int_equal(layout.order, FWL_CHANNEL_ORDER_CUSTOM);
    assert_ptr_equal(layout.u.map, map);
    assert_int_equal(fwl_channel_layout_parse(&layout, "FL+FR", NULL, 0), 0);
}

static void what_is_no_description_is_refused(void)
{
    static const char *const texts[] = {
        "", "0", "0x", "-4", "stereo+FC", "fl", "+FL", "FL+", "FL++FR", "@Left", "9c", "0C", "2c ",
        "3 channels (FR+FL)", "1 channels (FR+FL)",
        "2 channels (FL+FR", "2 channels (FL+FR)x", "2 channels(FL+FR)",
        "ambisonic", "ambisonic ", "ambisonic -1", "ambisonic 1+", "ambisonic 1x",
        "ambisonic 46340",
        "ambisonic 1+2C", "ambisonic 1+ambisonic 1", "18446744073709551616", "99999999999C",
        "ambisonic 40+FR+FL", "AMBI1024", "99999999999 channels (FL)",
    };
    FwlChannelLayout layout;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_code(fwl_channel_layout_parse(&layout, texts[i], map, 16), FWL_E_INVALID);
        assert_int_equal(layout.nb_channels, 0);
    }
    expect_code(fwl_channel_layout_parse(&layout, NULL, map, 16), FWL_E_INVALID);
    expect_code(fwl_channel_layout_parse(&layout, "FL", map, -1), FWL_E_INVALID);
}

static void what_cannot_be_described_is_refused(void)
{
    const FwlChannelLayout incomplete = {FWL_CHANNEL_ORDER_AMBISONIC, 5, {0}, NULL};
    const FwlChannelLayout unknown = {(enum FwlChannelOrder)9, 5, {0}, NULL};
    const FwlChannelLayout stereo = FWL_CHANNEL_LAYOUT_STEREO;
    char text[8];
    expect_code(fwl_channel_layout_describe(&incomplete, text, sizeof text), FWL_E_INVALID);
    expect_code(fwl_channel_layout_describe(&unknown, text, sizeof text), FWL_E_INVALID);
    expect_code(fwl_channel_layout_describe(&stereo, NULL, 8), FWL_E_INVALID);
    assert_int_equal(fwl_channel_layout_describe(&stereo, NULL, 0), 6);
    const FwlChannelLayout endless = {FWL_CHANNEL_ORDER_CUSTOM, INT_MAX / 32 + 1, {.map = map},
                                      NULL};
    expect_code(fwl_channel_layout_describe(&endless, text, sizeof text), FWL_E_RANGE);
}

static void a_layout_that_says_nothing_has_no_channels(void)
{
    const FwlChannelLayout custom = {FWL_CHANNEL_ORDER_CUSTOM, 0, {.map = NULL}, NULL};
    const FwlChannelLayout unknown = {(enum FwlChannelOrder)9, 5, {0}, NULL};
    const FwlChannelLayout too_few = {FWL_CHANNEL_ORDER_AMBISONIC, 1, {FWL_CH_LAYOUT_5POINT1},
                                      NULL};
    const enum FwlChannel component = (enum FwlChannel)FWL_CHAN_AMBISONIC_BASE;
    expect_description(&custom, "0 channels");
    assert_int_equal(fwl_channel_layout_channel_from_index(&custom, 0), FWL_CHAN_NONE);
    assert_int_equal(fwl_channel_layout_channel_from_index(&unknown, 0), FWL_CHAN_NONE);
    expect_code(fwl_channel_layout_index_from_channel(&unknown, FWL_CHAN_FRONT_LEFT),
                FWL_E_INVALID);
    expect_code(fwl_channel_layout_index_from_channel(&too_few, component), FWL_E_INVALID);
    expect_code(fwl_channel_layout_index_from_channel(&too_few, (enum FwlChannel)INT_MIN),
                FWL_E_INVALID);
    assert_int_equal(fwl_channel_layout_index_from_channel(&too_few, FWL_CHAN_FRONT_CENTER), 2);
}

static void the_usual_layouts_are_walked_through(void)
{
    void *state = NULL;
    int count = 0;
    const FwlChannelLayout *layout;
    while ((layout = fwl_channel_layout_standard(&state))) {
        uint64_t mask;
        const char *name;
        assert_int_equal(fwl_get_standard_channel_layout((unsigned)count, &mask, &name), 0);
        assert_true(mask == layout->u.mask);
        expect_description(layout, name);
        count++;
    }
    expect_code(fwl_get_standard_channel_layout((unsigned)count, NULL, NULL), FWL_E_INVALID);
    assert_int_equal(fwl_get_standard_channel_layout(0, NULL, NULL), 0);
    assert_int_equal(count, 29);
}

static void places_and_channels_lead_to_each_other(void)
{
    static const char *const texts[] = {"5.1(side)", "FR+FL+USR70", "ambisonic 1+stereo"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const FwlChannelLayout layout = parse(texts[i]);
        for (int place = 0; place < layout.nb_channels; place++) {
            const enum FwlChannel channel =
                fwl_channel_layout_channel_from_index(&layout, (unsigned)place);
            assert_int_equal(fwl_channel_layout_index_from_channel(&layout, channel), place);
        }
        assert_int_equal(
            fwl_channel_layout_channel_from_index(&layout, (unsigned)layout.nb_channels),
            FWL_CHAN_NONE);
        expect_code(fwl_channel_layout_index_from_channel(&layout, FWL_CHAN_TOP_CENTER),
                    FWL_E_INVALID);
        expect_code(fwl_channel_layout_index_from_channel(&layout, FWL_CHAN_NONE), FWL_E_INVALID);
        expect_code(
            fwl_channel_layout_index_from_channel(
                &layout, (enum FwlChannel)(FWL_CHAN_AMBISONIC_BASE + 9)),
            FWL_E_INVALID);
    }
}

static void without_an_order_no_channel_is_anywhere(void)
{
    const FwlChannelLayout count = parse("4C");
    assert_int_equal(fwl_channel_layout_channel_from_index(&count, 0), FWL_CHAN_NONE);
    expect_code(fwl_channel_layout_index_from_channel(&count, FWL_CHAN_FRONT_LEFT), FWL_E_INVALID);
    expect_code(fwl_channel_layout_index_from_string(&count, "FL"), FWL_E_INVALID);
    assert_true(fwl_channel_layout_subset(&count, UINT64_MAX) == 0);
}

static void channels_are_found_by_name(void)
{
    const FwlChannelLayout layout = parse("FL@A+FR@B+FL");
    assert_int_equal(fwl_channel_layout_index_from_string(&layout, "FR"), 1);
    assert_int_equal(fwl_channel_layout_index_from_string(&layout, "@B"), 1);
    assert_int_equal(fwl_channel_layout_index_from_string(&layout, "FL@A"), 0);
    assert_int_equal(fwl_channel_layout_channel_from_string(&layout, "@B"), FWL_CHAN_FRONT_RIGHT);
    static const char *const names[] = {"FL@B", "A", "FL@", "@", "x@A", "LFE", "@C",
                                        "AVERYVERYLONGNAMEOFACHANNEL@A"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_code(fwl_channel_layout_index_from_string(&layout, names[i]), FWL_E_INVALID);
        assert_int_equal(fwl_channel_layout_channel_from_string(&layout, names[i]), FWL_CHAN_NONE);
    }
    expect_code(fwl_channel_layout_index_from_string(&layout, NULL), FWL_E_INVALID);
    const FwlChannelLayout stereo = parse("stereo");
    expect_code(fwl_channel_layout_index_from_string(&stereo, "FL@A"), FWL_E_INVALID);
}

static void a_subset_is_what_both_have(void)
{
    const FwlChannelLayout surround = parse("5.1"), custom = parse("FR+USR70+FC");
    assert_true(fwl_channel_layout_subset(&surround, FWL_CH_LAYOUT_SURROUND | FWL_CH_TOP_CENTER) ==
                FWL_CH_LAYOUT_SURROUND);
    assert_true(fwl_channel_layout_subset(&custom, FWL_CH_LAYOUT_SURROUND) ==
                (FWL_CH_FRONT_RIGHT | FWL_CH_FRONT_CENTER));
}

static void a_layout_that_cannot_be_is_told(void)
{
    FwlChannelCustom holes[2] = {{.id = FWL_CHAN_FRONT_LEFT}, {.id = FWL_CHAN_NONE}};
    const FwlChannelLayout bad[] = {
        {FWL_CHANNEL_ORDER_UNSPEC, 0, {0}, NULL},
        {FWL_CHANNEL_ORDER_NATIVE, 3, {3}, NULL},
        {FWL_CHANNEL_ORDER_AMBISONIC, 2, {3}, NULL},
        {FWL_CHANNEL_ORDER_CUSTOM, 2, {.map = NULL}, NULL},
        {FWL_CHANNEL_ORDER_CUSTOM, 2, {.map = holes}, NULL},
        {(enum FwlChannelOrder)9, 2, {3}, NULL},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fwl_channel_layout_check(&bad[i]), 0);
}

static void layouts_are_the_same_when_their_channels_are(void)
{
    const FwlChannelLayout stereo = FWL_CHANNEL_LAYOUT_STEREO, mono = FWL_CHANNEL_LAYOUT_MONO;
    FwlChannelCustom entries[2] = {{.id = FWL_CHAN_FRONT_LEFT}, {.id = FWL_CHAN_FRONT_RIGHT}};
    FwlChannelLayout custom = {FWL_CHANNEL_ORDER_CUSTOM, 2, {.map = entries}, NULL};
    FwlChannelLayout two;
    need_ok(fwl_channel_layout_parse(&two, "2C", NULL, 0));
    assert_int_equal(fwl_channel_layout_compare(&stereo, &custom), 0);
    assert_int_equal(fwl_channel_layout_compare(&stereo, &mono), 1);
    assert_int_equal(fwl_channel_layout_compare(&stereo, &two), 1);
    assert_int_equal(fwl_channel_layout_compare(&two, &stereo), 1);
    assert_int_equal(fwl_channel_layout_compare(&two, &two), 0);
    entries[1].id = FWL_CHAN_LOW_FREQUENCY;
    assert_int_equal(fwl_channel_layout_compare(&stereo, &custom), 1);
}

/* Masks */

static void masks_are_read_from_text(void)
{
    uint64_t mask;
    int count;
    assert_true(fwl_get_channel_layout("stereo+FC") == 7);
    assert_true(fwl_get_channel_layout("2c|0x4") == FWL_CH_LAYOUT_SURROUND);
    static const char *const texts[] = {"",   "+",       "FL+",         "fl", "9c",
                                        "-1", "stereo ", "99999999999c", "6cx",
                                        "12x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_true(fwl_get_channel_layout(texts[i]) == 0);
        expect_code(fwl_get_extended_channel_layout(texts[i], &mask, &count), FWL_E_INVALID);
        assert_true(mask == 0 && count == 0);
    }
    assert_true(fwl_get_channel_layout(NULL) == 0);
    expect_code(fwl_get_extended_channel_layout(NULL, &mask, &count), FWL_E_INVALID);
    expect_code(fwl_get_extended_channel_layout("99999999999C", &mask, &count), FWL_E_INVALID);
    assert_int_equal(fwl_get_extended_channel_layout("6C", &mask, &count), 0);
    assert_true(mask == 0 && count == 6);
    assert_int_equal(fwl_get_extended_channel_layout("quad", &mask, &count), 0);
    assert_true(mask == FWL_CH_LAYOUT_QUAD && count == 4);
}

static void masks_are_written_as_text(void)
{
    char text[32];
    fwl_get_channel_layout_string(text, sizeof text, 0, 3);
    assert_string_equal(text, "stereo");
    fwl_get_channel_layout_string(text, sizeof text, 3, 3);
    assert_string_equal(text, "3 channels (FL+FR)");
    fwl_get_channel_layout_string(text, sizeof text, 5, 0);
    assert_string_equal(text, "5 channels");
    fwl_get_channel_layout_string(text, 6, 3, 3);
    assert_string_equal(text, "3 cha");
    fwl_get_channel_layout_string(text, 0, 3, 3);
    fwl_get_channel_layout_string(NULL, 8, 3, 3);
    assert_string_equal(text, "3 cha");
}

static void channels_of_a_mask_are_counted_and_found(void)
{
    assert_int_equal(fwl_get_channel_layout_nb_channels(FWL_CH_LAYOUT_22POINT2), 24);
    assert_true(fwl_get_default_channel_layout(2) == FWL_CH_LAYOUT_STEREO);
    assert_true(fwl_get_default_channel_layout(9) == 0);
    assert_int_equal(
        fwl_get_channel_layout_channel_index(FWL_CH_LAYOUT_5POINT1, FWL_CH_SIDE_RIGHT), 5);
    expect_code(fwl_get_channel_layout_channel_index(FWL_CH_LAYOUT_5POINT1, FWL_CH_TOP_CENTER),
                FWL_E_INVALID);
    expect_code(fwl_get_channel_layout_channel_index(3, 3), FWL_E_INVALID);
    assert_true(fwl_channel_layout_extract_channel(FWL_CH_LAYOUT_5POINT1, 4) == FWL_CH_SIDE_LEFT);
    assert_true(fwl_channel_layout_extract_channel(FWL_CH_LAYOUT_5POINT1, 6) == 0);
    assert_true(fwl_channel_layout_extract_channel(FWL_CH_LAYOUT_5POINT1, -1) == 0);
    assert_string_equal(fwl_get_channel_name(FWL_CH_WIDE_LEFT), "WL");
    assert_string_equal(fwl_get_channel_description(FWL_CH_WIDE_LEFT), "wide left");
    assert_null(fwl_get_channel_name(3));
    assert_null(fwl_get_channel_description(UINT64_C(1) << 50));
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(formats_have_names_sizes_and_a_planar_twin),
        CASE(a_number_or_name_of_no_format_has_nothing),
        CASE(a_line_of_a_table_is_cut_to_its_space),
        CASE(buffers_hold_planes_rounded_up),
        CASE(a_buffer_of_nonsense_is_refused),
        CASE(a_buffer_that_does_not_fit_is_out_of_range),
        CASE(planes_follow_each_other),
        CASE(samples_are_copied_also_over_themselves),
        CASE(silence_is_the_middle_of_the_range),
        CASE(samples_of_nonsense_are_left_alone),
        CASE(channels_have_names_and_descriptions),
        CASE(a_text_is_cut_and_its_length_told),
        CASE(names_lead_back_to_their_channels),
        CASE(initialisers_are_layouts),
        CASE(masks_and_counts_make_layouts),
        CASE(what_is_described_is_read_again),
        CASE(descriptions_have_short_forms),
        CASE(a_layout_that_needs_a_map_says_how_large),
        CASE(what_is_no_description_is_refused),
        CASE(what_cannot_be_described_is_refused),
        CASE(a_layout_that_says_nothing_has_no_channels),
        CASE(the_usual_layouts_are_walked_through),
        CASE(places_and_channels_lead_to_each_other),
        CASE(without_an_order_no_channel_is_anywhere),
        CASE(channels_are_found_by_name),
        CASE(a_subset_is_what_both_have),
        CASE(a_layout_that_cannot_be_is_told),
        CASE(layouts_are_the_same_when_their_channels_are),
        CASE(masks_are_read_from_text),
        CASE(masks_are_written_as_text),
        CASE(channels_of_a_mask_are_counted_and_found),
    };
    return run_cases("sample", cases, sizeof cases / sizeof cases[0], argc, argv);
}
