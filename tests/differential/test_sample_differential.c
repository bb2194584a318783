/* SPDX-License-Identifier: BSD-2-Clause */
/* Sample formats and channel layouts against the installed libavutil. */
#include <libavutil/channel_layout.h>
#include <libavutil/mem.h>
#include <libavutil/samplefmt.h>
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/frame.h"
#include "framewell/mem.h"
#include "framewell/sample.h"
#include "tally.h"

/* The older functions are compared, too. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

enum { TEXT_MAX = 512 };

static int sign(int result)
{
    return result < 0 ? -1 : result;
}

static void sample_formats_are_the_same(void)
{
    for (int i = -1; i <= FWL_SAMPLE_FMT_NB; i++) {
        const enum FwlSampleFormat ours = (enum FwlSampleFormat)i;
        const enum AVSampleFormat theirs = (enum AVSampleFormat)i;
        const char *name = av_get_sample_fmt_name(theirs);
        char line[2][32];
        CALL(is_same_text(fwl_get_sample_fmt_name(ours), name), 1, "%d", i);
        CALL(fwl_get_bytes_per_sample(ours), av_get_bytes_per_sample(theirs), "%d", i);
        CALL(fwl_sample_fmt_is_planar(ours), av_sample_fmt_is_planar(theirs), "%d", i);
        CALL(fwl_get_alt_sample_fmt(ours, 0), av_get_alt_sample_fmt(theirs, 0), "%d", i);
        CALL(fwl_get_alt_sample_fmt(ours, 1), av_get_alt_sample_fmt(theirs, 1), "%d", i);
        CALL(fwl_get_packed_sample_fmt(ours), av_get_packed_sample_fmt(theirs), "%d", i);
        CALL(fwl_get_planar_sample_fmt(ours), av_get_planar_sample_fmt(theirs), "%d", i);
        if (i < FWL_SAMPLE_FMT_NB)
            CALL(is_same_text(fwl_get_sample_fmt_string(line[0], sizeof line[0], ours),
                              av_get_sample_fmt_string(line[1], sizeof line[1], theirs)),
                 1, "%d", i);
        if (name)
            CALL(fwl_get_sample_fmt(name), av_get_sample_fmt(name), "%s", name);
    }
    CALL(fwl_get_sample_fmt("s24"), av_get_sample_fmt("s24"), "s24");
    tally_expect_none("sample formats");
}

static void compare_samples(int format, int channels, int samples, int align)
{
    uint8_t *const memory = (uint8_t *)(uintptr_t)0x10000;
    uint8_t *a[16], *b[16];
    int a_line, b_line;
    const int size =
        av_samples_get_buffer_size(&b_line, channels, samples, (enum AVSampleFormat)format, align);
    CALL(sign(fwl_samples_get_buffer_size(&a_line, channels, samples, (enum FwlSampleFormat)format,
                                          align)),
         sign(size), "%d: %d of %d channels, align %d", format, samples, channels, align);
    if (size < 0)
        return;
    COMPARE(a_line, b_line, "%d: %d of %d channels, align %d", format, samples, channels, align);
    fwl_samples_fill_arrays(a, &a_line, memory, channels, samples, (enum FwlSampleFormat)format,
                            align);
    av_samples_fill_arrays(b, &b_line, memory, channels, samples, (enum AVSampleFormat)format,
                           align);
    const int planes = av_sample_fmt_is_planar((enum AVSampleFormat)format) ? channels : 1;
    for (int i = 0; i < planes; i++)
        COMPARE(a[i] - memory, b[i] - memory, "%d, plane %d", format, i);
}

static void sizes_and_planes_of_samples_are_the_same(void)
{
    static const int aligns[] = {0, 1, 2, 4, 16, 64, 512, 4096};
    for (int format = -1; format <= FWL_SAMPLE_FMT_NB; format++) {
        for (int channels = -1; channels <= 16; channels++) {
            for (int samples = -1; samples <= 2100; samples += samples < 100 ? 1 : 97) {
                for (int i = 0; i < 8; i++)
                    compare_samples(format, channels, samples, aligns[i]);
            }
        }
    }
    tally_expect_none("samples");
}

static void compare_copy(int format, int channels, int dst_offset, int src_offset, int samples)
{
    enum { SIZE = 4096 };
    static uint8_t noise[SIZE], ours[SIZE], theirs[SIZE];
    uint8_t *src[8], *a[8], *b[8];
    const enum AVSampleFormat av_format = (enum AVSampleFormat)format;
    const enum FwlSampleFormat fwl_format = (enum FwlSampleFormat)format;
    for (int i = 0; i < SIZE; i++)
        noise[i] = (uint8_t)(i * 73 >> 3);
    memset(ours, 0x2a, SIZE);
    memset(theirs, 0x2a, SIZE);
    av_samples_fill_arrays(src, NULL, noise, channels, 40, av_format, 1);
    av_samples_fill_arrays(a, NULL, ours, channels, 40, av_format, 1);
    av_samples_fill_arrays(b, NULL, theirs, channels, 40, av_format, 1);
    CALL(fwl_samples_copy(a, src, dst_offset, src_offset, samples, channels, fwl_format),
         av_samples_copy(b, src, dst_offset, src_offset, samples, channels, av_format), "%d",
         format);
    COMPARE(memcmp(ours, theirs, SIZE) != 0, 0, "%d: copy of %d", format, samples);
    CALL(fwl_samples_set_silence(a, src_offset, samples, channels, fwl_format),
         av_samples_set_silence(b, src_offset, samples, channels, av_format), "%d", format);
    COMPARE(memcmp(ours, theirs, SIZE) != 0, 0, "%d: silence of %d", format, samples);
}

static void copies_and_silence_are_the_same_to_the_byte(void)
{
    for (int format = 0; format < FWL_SAMPLE_FMT_NB; format++) {
        for (int channels = 1; channels <= 8; channels++) {
            for (int samples = 0; samples <= 20; samples++)
                compare_copy(format, channels, samples, 20 - samples, samples);
        }
    }
    tally_expect_none("copies");
}

/* Samples with memory of their own, with and without an array for their planes. */
static void compare_allocated(int format, int channels, int samples, int align)
{
    const enum AVSampleFormat av_format = (enum AVSampleFormat)format;
    const enum FwlSampleFormat fwl_format = (enum FwlSampleFormat)format;
    uint8_t **a = NULL, **b = NULL;
    int a_line = 0, b_line = 0;
    CALL(fwl_samples_alloc_array_and_samples(&a, &a_line, channels, samples, fwl_format, align),
         av_samples_alloc_array_and_samples(&b, &b_line, channels, samples, av_format, align),
         "%d, %d of %d", format, samples, channels);
    COMPARE(a_line, b_line, "%d, %d of %d", format, samples, channels);
    const int planes = av_sample_fmt_is_planar(av_format) ? channels : 1;
    const size_t bytes = (size_t)samples * (size_t)av_get_bytes_per_sample(av_format);
    for (int i = 0; i < planes; i++) {
        COMPARE(a[i] - a[0], b[i] - b[0], "%d, plane %d", format, i);
        COMPARE(memcmp(a[i], b[i], bytes) != 0, 0, "%d, silence of plane %d", format, i);
    }
    fwl_freep(&a[0]);
    av_freep(&b[0]);
    CALL(fwl_samples_alloc(a, &a_line, channels, samples, fwl_format, align),
         av_samples_alloc(b, &b_line, channels, samples, av_format, align), "%d, %d of %d", format,
         samples, channels);
    COMPARE(a_line, b_line, "%d, %d of %d", format, samples, channels);
    fwl_freep(&a[0]);
    av_freep(&b[0]);
    fwl_freep(&a);
    av_freep(&b);
}

static void allocated_samples_are_the_same(void)
{
    for (int format = 0; format < FWL_SAMPLE_FMT_NB; format++) {
        for (int channels = 1; channels <= 64; channels += channels < 10 ? 1 : 9) {
            for (int samples = 1; samples <= 2000; samples = samples * 3 + 1) {
                for (int align = 0; align <= 64; align = align ? align * 4 : 1)
                    compare_allocated(format, channels, samples, align);
            }
        }
    }
    tally_expect_none("allocated samples");
}

static void channels_have_the_same_names(void)
{
    for (int i = -1; i < 0x900; i++) {
        char a[32], b[32];
        CALL(fwl_channel_name(a, sizeof a, (enum FwlChannel)i),
             av_channel_name(b, sizeof b, (enum AVChannel)i), "%d", i);
        COMPARE(strcmp(a, b), 0, "%d: %s, %s", i, a, b);
        CALL(fwl_channel_from_string(b), av_channel_from_string(b), "%s", b);
        CALL(fwl_channel_description(a, sizeof a, (enum FwlChannel)i),
             av_channel_description(b, sizeof b, (enum AVChannel)i), "%d", i);
        COMPARE(strcmp(a, b), 0, "%d: %s, %s", i, a, b);
    }
    for (int i = 0; i < 64; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        CALL(is_same_text(fwl_get_channel_name(bit), av_get_channel_name(bit)), 1, "%d", i);
        CALL(is_same_text(fwl_get_channel_description(bit), av_get_channel_description(bit)), 1,
             "%d", i);
    }
    tally_expect_none("channels");
}

/* Whether a layout of ours and one of theirs say the same. */
static int is_same_layout(const FwlChannelLayout *a, const AVChannelLayout *b)
{
    if ((int)a->order != (int)b->order || a->nb_channels != b->nb_channels)
        return 0;
    if (b->order == AV_CHANNEL_ORDER_NATIVE || b->order == AV_CHANNEL_ORDER_AMBISONIC)
        return a->u.mask == b->u.mask;
    for (int i = 0; b->order == AV_CHANNEL_ORDER_CUSTOM && i < b->nb_channels; i++) {
        if ((int)a->u.map[i].id != (int)b->u.map[i].id ||
            strcmp(a->u.map[i].name, b->u.map[i].name) != 0)
            return 0;
    }
    return 1;
}

/* Everything that can be asked of a layout. */
static void compare_questions(const FwlChannelLayout *a, const AVChannelLayout *b)
{
    char ours[TEXT_MAX], theirs[TEXT_MAX];
    CALL(fwl_channel_layout_describe(a, ours, sizeof ours),
         av_channel_layout_describe(b, theirs, sizeof theirs), "%s", theirs);
    COMPARE(strcmp(ours, theirs), 0, "%s, %s", ours, theirs);
    CALL(fwl_channel_layout_check(a), av_channel_layout_check(b), "%s", theirs);
    for (unsigned i = 0; i < 70; i++)
        CALL(fwl_channel_layout_channel_from_index(a, i),
             av_channel_layout_channel_from_index(b, i), "%s, place %u", theirs, i);
    for (int i = -1; i < 0x440; i += i < 80 ? 1 : 37) {
        char name[32];
        av_channel_name(name, sizeof name, (enum AVChannel)i);
        CALL(sign(fwl_channel_layout_index_from_channel(a, (enum FwlChannel)i)),
             sign(av_channel_layout_index_from_channel(b, (enum AVChannel)i)), "%s, %s", theirs,
             name);
        CALL(sign(fwl_channel_layout_index_from_string(a, name)),
             sign(av_channel_layout_index_from_string(b, name)), "%s, %s", theirs, name);
        CALL(fwl_channel_layout_channel_from_string(a, name),
             av_channel_layout_channel_from_string(b, name), "%s, %s", theirs, name);
    }
    for (uint64_t mask = 1; mask < UINT64_MAX / 5; mask = mask * 3 + 1)
        CALL(fwl_channel_layout_subset(a, mask), av_channel_layout_subset(b, mask), "%s", theirs);
}

static const char *const descriptions[] = {
    "FL+FR",
    "FR+FL",
    "FL",
    "FL+FR+LFE",
    "FL@Left+FR@Right+LFE",
    "FL@Left",
    "4",
    "0x4",
    "-4",
    "4c",
    "4C",
    "4 channels",
    "9c",
    "9C",
    "0c",
    "2 channels (FL+FR)",
    "2 channels (FR+FL)",
    "3 channels (FR+FL)",
    "2 channels (FR+FL) ",
    "2 channels (FR+FL)x",
    "ambisonic 2",
    "ambisonic 2+stereo",
    "ambisonic 1+FR+FL",
    "ambisonic 1+4c",
    "ambisonic 0",
    "ambisonic -1",
    "ambisonic 1+ambisonic 1",
    "ambisonic 1+",
    "ambisonic",
    "ambisonic 1+FL@x",
    "USR70",
    "USR3",
    "FL+USR3",
    "FL+USR70",
    "FL+FL",
    "UNSD",
    "NONE",
    "stereo+FC",
    "mono",
    "+FL",
    "FL++FR",
    "FL@",
    "@Left",
    "fl",
    "",
    "5.1(side)",
    "0x600000000000",
    "18446744073709551615",
    "18446744073709551616",
    "03",
    "010",
    "0b1",
    "3 ",
    "FL+FR@averyveryverylongnameindeed",
    "FL|FR",
    "1 channels (FL)",
    "1 channels (FL@x)",
    "USR-1",
    "99999999999c",
    "0C",
    "-2C",
    "2c ",
    "BL+BR+FL+FR",
    "USR63",
    "USR64",
    "USR1024",
    "2 channels (FL+FR",
    "TBR+DL",
    "USR0x41",
    "6C",
    "0",
    "0x0",
    "octagonal",
};

/* Layouts that own their map: read, and copied over another. */
static void compare_owned(const char *text, const AVChannelLayout *expected)
{
    FwlChannelLayout a = {0}, a_copy = {0};
    AVChannelLayout b_copy = {0};
    CALL(fwl_channel_layout_from_string(&a, text), 0, "'%s'", text);
    COMPARE(is_same_layout(&a, expected), 1, "'%s'", text);
    fwl_channel_layout_default(&a_copy, 2);
    av_channel_layout_default(&b_copy, 2);
    CALL(fwl_channel_layout_copy(&a_copy, &a), av_channel_layout_copy(&b_copy, expected), "'%s'",
         text);
    COMPARE(is_same_layout(&a_copy, &b_copy), 1, "copy of '%s'", text);
    tally_call();
    fwl_channel_layout_uninit(&a);
    fwl_channel_layout_uninit(&a_copy);
    av_channel_layout_uninit(&b_copy);
    COMPARE(is_same_layout(&a_copy, &b_copy), 1, "end of '%s'", text);
}

static void compare_description(const char *text)
{
    FwlChannelCustom map[64];
    FwlChannelLayout a;
    AVChannelLayout b = {0};
    const int ours = fwl_channel_layout_parse(&a, text, map, 64);
    const int theirs = av_channel_layout_from_string(&b, text);
    COMPARE(ours < 0, theirs < 0, "'%s'", text);
    if (ours >= 0 && theirs >= 0) {
        COMPARE(is_same_layout(&a, &b), 1, "'%s'", text);
        compare_questions(&a, &b);
        compare_owned(text, &b);
    }
    av_channel_layout_uninit(&b);
}

static void descriptions_are_read_in_the_same_way(void)
{
    for (size_t i = 0; i < sizeof descriptions / sizeof descriptions[0]; i++)
        compare_description(descriptions[i]);
    for (unsigned i = 0; i < 100; i++) {
        const char *name;
        uint64_t mask;
        if (av_get_standard_channel_layout(i, &mask, &name) == 0)
            compare_description(name);
    }
    tally_expect_none("descriptions");
}

static void older_names_of_layouts_are_the_same(void)
{
    for (unsigned i = 0; i < 100; i++) {
        const char *a_name = NULL, *b_name = NULL;
        uint64_t a = 0, b = 0;
        CALL(fwl_get_standard_channel_layout(i, &a, &a_name) < 0,
             av_get_standard_channel_layout(i, &b, &b_name) < 0, "layout %u", i);
        COMPARE(a, b, "layout %u", i);
        COMPARE(is_same_text(a_name, b_name), 1, "layout %u", i);
    }
    tally_expect_none("older names");
}

static void usual_layouts_are_the_same(void)
{
    void *a_state = NULL, *b_state = NULL;
    for (;;) {
        const FwlChannelLayout *a = fwl_channel_layout_standard(&a_state);
        const AVChannelLayout *b = av_channel_layout_standard(&b_state);
        COMPARE(a != NULL, b != NULL, "number %d", (int)(intptr_t)a_state);
        if (!a || !b)
            break;
        COMPARE(is_same_layout(a, b), 1, "number %d", (int)(intptr_t)a_state);
        compare_questions(a, b);
    }
    for (int i = -1; i < 70; i++) {
        FwlChannelLayout a;
        AVChannelLayout b = {0};
        fwl_channel_layout_default(&a, i);
        av_channel_layout_default(&b, i);
        COMPARE(is_same_layout(&a, &b), 1, "%d channels", i);
        CALL(fwl_get_default_channel_layout(i), av_get_default_channel_layout(i), "%d", i);
    }
    tally_expect_none("usual layouts");
}

static void compare_mask(uint64_t mask)
{
    char ours[TEXT_MAX], theirs[TEXT_MAX];
    FwlChannelLayout a;
    AVChannelLayout b = {0};
    CALL(fwl_channel_layout_from_mask(&a, mask) < 0, av_channel_layout_from_mask(&b, mask) < 0,
         "%" PRIx64, mask);
    compare_questions(&a, &b);
    CALL(fwl_get_channel_layout_nb_channels(mask), av_get_channel_layout_nb_channels(mask),
         "%" PRIx64, mask);
    for (int i = 0; i < 64; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        CALL(sign(fwl_get_channel_layout_channel_index(mask, bit)),
             sign(av_get_channel_layout_channel_index(mask, bit)), "%" PRIx64 ", %d", mask, i);
        CALL(fwl_channel_layout_extract_channel(mask, i),
             av_channel_layout_extract_channel(mask, i), "%" PRIx64 ", %d", mask, i);
    }
    for (int channels = 0; channels < 10; channels += 3) {
        fwl_get_channel_layout_string(ours, sizeof ours, channels, mask);
        av_get_channel_layout_string(theirs, sizeof theirs, channels, mask);
        COMPARE(strcmp(ours, theirs), 0, "%" PRIx64 ": %s, %s", mask, ours, theirs);
    }
}

static void masks_are_the_same(void)
{
    compare_mask(0);
    for (uint64_t mask = 1; mask < UINT64_MAX / 4; mask += 1 + mask / 7)
        compare_mask(mask);
    compare_mask(UINT64_MAX);
    static const char *const names[] = {
        "stereo", "FL+FR",   "stereo+FC", "2c+FC", "2c+1c", "0x7", "7",      "FL|FR", "",  "+",
        "4C",     "stereo ", "-1",        "9c",    "fl",    "DL",  "5.1|DL", "0C",    "c", "C",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint64_t a, b = 0;
        int a_count, b_count = 0;
        CALL(fwl_get_channel_layout(names[i]), av_get_channel_layout(names[i]), "%s", names[i]);
        CALL(fwl_get_extended_channel_layout(names[i], &a, &a_count) < 0,
             av_get_extended_channel_layout(names[i], &b, &b_count) < 0, "%s", names[i]);
        COMPARE(a, b, "%s", names[i]);
        COMPARE(a_count, b_count, "%s", names[i]);
    }
    tally_expect_none("masks");
}

static void ambisonic_layouts_are_the_same(void)
{
    static const uint64_t masks[] = {0, 3, 0x3f, UINT64_C(1) << 50 | 1};
    for (int channels = 0; channels < 30; channels++) {
        for (int i = 0; i < 4; i++) {
            const FwlChannelLayout a = {FWL_CHANNEL_ORDER_AMBISONIC, channels, {masks[i]}, NULL};
            const AVChannelLayout b = {AV_CHANNEL_ORDER_AMBISONIC, channels, {masks[i]}, NULL};
            char text[TEXT_MAX];
            if (av_channel_layout_check(&b) &&
                av_channel_layout_describe(&b, text, sizeof text) >= 0)
                compare_questions(&a, &b);
            CALL(fwl_channel_layout_check(&a), av_channel_layout_check(&b), "%d, %d", channels, i);
        }
    }
    tally_expect_none("ambisonic layouts");
}

static void comparing_two_layouts_gives_the_same(void)
{
    enum { COUNT = sizeof descriptions / sizeof descriptions[0] };
    static FwlChannelCustom maps[COUNT][64];
    static FwlChannelLayout a[COUNT];
    static AVChannelLayout b[COUNT];
    for (int i = 0; i < COUNT; i++) {
        fwl_channel_layout_parse(&a[i], descriptions[i], maps[i], 64);
        av_channel_layout_from_string(&b[i], descriptions[i]);
        /* Theirs leaves traces of a description that it refuses. */
        if (a[i].nb_channels == 0)
            av_channel_layout_uninit(&b[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < COUNT; j++)
            CALL(fwl_channel_layout_compare(&a[i], &a[j]), av_channel_layout_compare(&b[i], &b[j]),
                 "'%s' and '%s'", descriptions[i], descriptions[j]);
    }
    for (int i = 0; i < COUNT; i++)
        av_channel_layout_uninit(&b[i]);
    tally_expect_none("pairs of layouts");
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        /* What is compared allocates little; once is enough. */
        CASE_ONCE(sample_formats_are_the_same),
        CASE_ONCE(sizes_and_planes_of_samples_are_the_same),
        CASE_ONCE(copies_and_silence_are_the_same_to_the_byte),
        CASE_ONCE(allocated_samples_are_the_same),
        CASE_ONCE(channels_have_the_same_names),
        CASE_ONCE(descriptions_are_read_in_the_same_way),
        CASE_ONCE(older_names_of_layouts_are_the_same),
        CASE_ONCE(usual_layouts_are_the_same),
        CASE_ONCE(masks_are_the_same),
        CASE_ONCE(ambisonic_layouts_are_the_same),
        CASE_ONCE(comparing_two_layouts_gives_the_same),
    };
    return run_cases("sample against libavutil", cases, sizeof cases / sizeof cases[0], argc, argv);
}
