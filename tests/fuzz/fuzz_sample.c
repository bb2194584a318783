/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Samples, channel layouts and all names: an input is a row of operations, each of which reads what
 * it needs. Texts are put together from words that mean something, and from any bytes. What is
 * written lies in memory of its very size whose neighbourhood is watched (guarded.h).
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "framewell/pixfmt.h"
#include "framewell/sample.h"
#include "fuzz.h"
#include "guarded.h"

enum { TEXT_MAX = 400, MAP_MAX = 64, LISTED_MAX = 2048 };

/* Choosing */

static uint64_t take_wide(FuzzBytes *bytes)
{
    uint64_t number = 0;
    for (size_t count = fuzz_choose(bytes, 9); count > 0; count--)
        number = number << 8 | fuzz_take(bytes);
    return number;
}

static int choose_number(FuzzBytes *bytes)
{
    static const int edges[] = {INT_MIN,      -1,          0,      1,     31,          63,
                                64,           0x3ff,       0x400,  0x7ff, INT_MAX / 2, INT_MAX - 32,
                                INT_MAX - 31, INT_MAX - 1, INT_MAX};
    const size_t kind = fuzz_choose(bytes, 4);
    if (kind == 0)
        return edges[fuzz_choose(bytes, sizeof edges / sizeof edges[0])];
    return kind == 1   ? (int)take_wide(bytes)
           : kind == 2 ? fuzz_take16(bytes)
                       : (int)fuzz_choose(bytes, 70);
}

/* A word of a description or of a list of names. */
static size_t put_word(char *text, size_t room, FuzzBytes *bytes)
{
    static const char *const words[] = {
        "+",          "+",
        "|",          "@",
        "FL",         "FR",
        "FC",         "LFE",
        "BL",         "TFL",
        "LFE2",       "DL",
        "mono",       "stereo",
        "5.1(side)",  "7.1",
        "22.2",       "quad",
        "ambisonic ", "1",
        "2",          "0",
        "6",          "46339",
        "2147483647", "18446744073709551616",
        "c",          "C",
        " channels",  " channels (",
        ")",          "0x",
        "0X",         "07",
        "AMBI",       "USR",
        "USR512",     "NONE",
        "Left",       "yuv",
        "420",        "p",
        "10",         "le",
        "be",         "rgb",
        "gray",       "y16",
        "Y10LE",      "gbrp",
        "rgb32",      "s16",
        "flt",        "u8",
        "bt709",      "tv",
        "left",
    };
    const size_t kind = fuzz_choose(bytes, 64);
    const char any[2] = {(char)fuzz_take(bytes), '\0'};
    const char *word = kind < sizeof words / sizeof words[0] ? words[kind] : any;
    const size_t size = strlen(word);
    if (size > room)
        return 0;
    memcpy(text, word, size);
    return size;
}

/* Text in memory of its very size. */
static const char *choose_text(FuzzBytes *bytes)
{
    static Guarded guarded;
    char text[TEXT_MAX];
    size_t size = 0;
    for (size_t words = 1 + fuzz_choose(bytes, 12); words > 0; words--)
        size += put_word(text + size, sizeof text - size, bytes);
    char *copy = (char *)guarded_take(&guarded, size + 1, 1);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

/* Text that is written */

static Guarded written;

/* Memory for a text: less than size bytes as often as more. */
static char *make_space(FuzzBytes *bytes, size_t *size)
{
    *size = fuzz_choose(bytes, 100);
    return (char *)guarded_take(&written, *size, 1);
}

/* What was written is the whole, cut to the space. */
static void expect_cut(const char *got, size_t space, const char *whole)
{
    guarded_check(&written);
    if (space == 0)
        return;
    const size_t length = strlen(whole), kept = length < space ? length : space - 1;
    fuzz_expect(memcmp(got, whole, kept) == 0);
    fuzz_expect_equal(got[kept], '\0');
}

/* Channel layouts */

/* Places lead to channels, and channels to their first place. */
static void expect_places(const FwlChannelLayout *layout)
{
    uint64_t mask = 0;
    for (int i = 0; i < layout->nb_channels; i++) {
        const enum FwlChannel channel = fwl_channel_layout_channel_from_index(layout, (unsigned)i);
        const int place = fwl_channel_layout_index_from_channel(layout, channel);
        if (layout->order == FWL_CHANNEL_ORDER_UNSPEC) {
            fuzz_expect(channel == FWL_CHAN_NONE && place == FWL_E_INVALID);
            continue;
        }
        fuzz_expect(place >= 0 && place <= i);
        fuzz_expect_equal(fwl_channel_layout_channel_from_index(layout, (unsigned)place), channel);
        mask |= (int)channel >= 0 && (int)channel < 64 ? UINT64_C(1) << (int)channel : 0;
    }
    fuzz_expect_equal(fwl_channel_layout_subset(layout, UINT64_MAX), mask);
    const unsigned beyond = (unsigned)layout->nb_channels;
    fuzz_expect_equal(fwl_channel_layout_channel_from_index(layout, beyond), FWL_CHAN_NONE);
}

/* What is described is read again as the same. */
static void expect_read_again(const FwlChannelLayout *layout, FuzzBytes *bytes)
{
    static char whole[64 * LISTED_MAX];
    static FwlChannelCustom map[LISTED_MAX];
    const int length = fwl_channel_layout_describe(layout, whole, sizeof whole);
    if (length < 0)
        return;
    fuzz_expect_equal(strlen(whole), length);
    size_t space;
    char *text = make_space(bytes, &space);
    fuzz_expect_equal(fwl_channel_layout_describe(layout, text, space), length);
    expect_cut(text, space, whole);

    FwlChannelLayout again;
    fuzz_expect(fwl_channel_layout_parse(&again, whole, map, LISTED_MAX) >= 0);
    fuzz_expect_equal(again.nb_channels, layout->nb_channels);
    fuzz_expect_equal(fwl_channel_layout_compare(layout, &again), 0);
    fuzz_expect_equal(fwl_channel_layout_compare(&again, layout), 0);
}

static void expect_nothing(const FwlChannelLayout *layout)
{
    fuzz_expect(layout->order == FWL_CHANNEL_ORDER_UNSPEC && layout->nb_channels == 0 &&
                layout->u.mask == 0 && !layout->opaque);
}

static void do_parse(FuzzBytes *bytes)
{
    static Guarded guarded;
    const char *text = choose_text(bytes);
    const int room = (int)fuzz_choose(bytes, MAP_MAX);
    FwlChannelCustom *map = (FwlChannelCustom *)(void *)guarded_take(
        &guarded, (size_t)room * sizeof *map, _Alignof(FwlChannelCustom));
    FwlChannelLayout layout;
    const int needed = fwl_channel_layout_parse(&layout, text, map, room);
    guarded_check(&guarded);
    if (needed < 0 || needed > room) {
        fuzz_expect(needed >= 0 || needed == FWL_E_INVALID);
        expect_nothing(&layout);
        return;
    }
    if (needed > 0)
        fuzz_expect(layout.order == FWL_CHANNEL_ORDER_CUSTOM && layout.nb_channels == needed);
    fuzz_expect_equal(fwl_channel_layout_check(&layout), 1);
    if (layout.nb_channels > LISTED_MAX)
        return;
    expect_places(&layout);
    expect_read_again(&layout, bytes);
}

/* A layout of whatever is in the input, which need not make sense. */
static void do_any_layout(FuzzBytes *bytes)
{
    static FwlChannelCustom map[MAP_MAX];
    FwlChannelLayout layout = {
        .order = (enum FwlChannelOrder)fuzz_choose(bytes, 5),
        .nb_channels = (int)fuzz_choose(bytes, MAP_MAX + 2) - 2,
        .u.mask = take_wide(bytes),
    };
    if (layout.order == FWL_CHANNEL_ORDER_CUSTOM) {
        layout.u.map = map;
        for (int i = 0; i < layout.nb_channels; i++) {
            map[i] = (FwlChannelCustom){.id = (enum FwlChannel)choose_number(bytes)};
            if (fuzz_take(bytes) % 4 == 0)
                snprintf(map[i].name, sizeof map[i].name, "%.15s", choose_text(bytes));
        }
    }
    const char *name = choose_text(bytes);
    const int index = fwl_channel_layout_index_from_string(&layout, name);
    const enum FwlChannel channel = fwl_channel_layout_channel_from_string(&layout, name);
    fuzz_expect(index >= 0 || (index == FWL_E_INVALID && channel == FWL_CHAN_NONE));
    const bool is_valid = fwl_channel_layout_check(&layout) == 1;
    fuzz_expect(!is_valid || index < layout.nb_channels);
    (void)fwl_channel_layout_channel_from_index(&layout, (unsigned)choose_number(bytes));
    (void)fwl_channel_layout_index_from_channel(&layout, (enum FwlChannel)choose_number(bytes));
    (void)fwl_channel_layout_subset(&layout, take_wide(bytes));
    fuzz_expect_equal(fwl_channel_layout_compare(&layout, &layout), 0);
    size_t space;
    char *text = make_space(bytes, &space);
    const int length = fwl_channel_layout_describe(&layout, text, space);
    guarded_check(&written);
    fuzz_expect(length >= 0 || length == FWL_E_INVALID);
    if (is_valid)
        expect_places(&layout);
}

/* Masks */

static void do_masks(FuzzBytes *bytes)
{
    const uint64_t mask = take_wide(bytes);
    const int count = fwl_get_channel_layout_nb_channels(mask);
    int found = 0;
    for (int bit = 0; bit < 64; bit++) {
        const uint64_t channel = UINT64_C(1) << bit;
        const bool is_there = (mask & channel) != 0;
        fuzz_expect_equal(fwl_get_channel_layout_channel_index(mask, channel),
                          is_there ? found : FWL_E_INVALID);
        if (is_there)
            fuzz_expect_equal(fwl_channel_layout_extract_channel(mask, found++), channel);
    }
    fuzz_expect_equal(found, count);
    fuzz_expect_equal(fwl_channel_layout_extract_channel(mask, count), 0);

    static char whole[2048];
    const int said = choose_number(bytes);
    fwl_get_channel_layout_string(whole, sizeof whole, said, mask);
    size_t space;
    char *text = make_space(bytes, &space);
    fwl_get_channel_layout_string(text, space, said, mask);
    expect_cut(text, space, whole);
}

static void do_read_mask(FuzzBytes *bytes)
{
    const char *text = choose_text(bytes);
    const uint64_t mask = fwl_get_channel_layout(text);
    uint64_t extended;
    int count;
    const int status = fwl_get_extended_channel_layout(text, &extended, &count);
    if (status < 0)
        fuzz_expect(status == FWL_E_INVALID && extended == 0 && count == 0 && mask == 0);
    else if (extended != 0)
        fuzz_expect(extended == mask && count == fwl_get_channel_layout_nb_channels(mask));
    else
        fuzz_expect(count > 0);
}

/* Names */

static void do_channel_names(FuzzBytes *bytes)
{
    const enum FwlChannel channel = (enum FwlChannel)choose_number(bytes);
    char name[64], description[64];
    const int length = fwl_channel_name(name, sizeof name, channel);
    fuzz_expect_equal(strlen(name), length);
    fuzz_expect_equal(fwl_channel_from_string(name), (int)channel < 0 ? FWL_CHAN_NONE : channel);
    size_t space;
    char *text = make_space(bytes, &space);
    fuzz_expect_equal(fwl_channel_name(text, space, channel), length);
    expect_cut(text, space, name);
    const int described = fwl_channel_description(description, sizeof description, channel);
    fuzz_expect_equal(fwl_channel_description(text, space, channel), described);
    expect_cut(text, space, description);
    (void)fwl_channel_from_string(choose_text(bytes));
}

static void do_format_names(FuzzBytes *bytes)
{
    const char *name = choose_text(bytes);
    const enum FwlPixelFormat format = fwl_get_pix_fmt(name);
    if (format != FWL_PIX_FMT_NONE)
        fuzz_expect_equal(fwl_get_pix_fmt(fwl_get_pix_fmt_name(format)), format);
    const enum FwlSampleFormat sample = fwl_get_sample_fmt(name);
    if (sample != FWL_SAMPLE_FMT_NONE)
        fuzz_expect(strcmp(fwl_get_sample_fmt_name(sample), name) == 0);

    char whole[128];
    size_t space;
    char *text = make_space(bytes, &space);
    const int number = choose_number(bytes);
    fwl_get_pix_fmt_string(whole, sizeof whole, (enum FwlPixelFormat)number);
    fuzz_expect(fwl_get_pix_fmt_string(text, space, (enum FwlPixelFormat)number) == text);
    expect_cut(text, space, whole);
    fwl_get_sample_fmt_string(whole, sizeof whole, (enum FwlSampleFormat)number);
    fuzz_expect(fwl_get_sample_fmt_string(text, space, (enum FwlSampleFormat)number) == text);
    expect_cut(text, space, whole);
}

/* A name leads to a number that has it, and what has none is refused. */
#define EXPECT_NAME(kind, type, name)                                            \
    do {                                                                         \
        const int found = fwl_##kind##_from_name(name);                          \
        if (found >= 0)                                                          \
            fuzz_expect(strcmp(fwl_##kind##_name((enum type)found), name) == 0); \
        else                                                                     \
            fuzz_expect_equal(found, FWL_E_INVALID);                             \
    } while (0)

static void do_color_names(FuzzBytes *bytes)
{
    const char *name = choose_text(bytes);
    EXPECT_NAME(color_range, FwlColorRange, name);
    EXPECT_NAME(color_primaries, FwlColorPrimaries, name);
    EXPECT_NAME(color_transfer, FwlColorTransferCharacteristic, name);
    EXPECT_NAME(color_space, FwlColorSpace, name);
    EXPECT_NAME(chroma_location, FwlChromaLocation, name);
    const int number = choose_number(bytes);
    (void)fwl_color_primaries_name((enum FwlColorPrimaries)number);
    (void)fwl_color_transfer_name((enum FwlColorTransferCharacteristic)number);
    (void)fwl_color_space_name((enum FwlColorSpace)number);
}

/* Samples */

__extension__ typedef __int128 Wide;

static Wide round_up(Wide n, Wide multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* What fwl_samples_get_buffer_size is to say. */
static int wide_samples(Wide *plane, int channels, int samples, enum FwlSampleFormat format,
                        int align)
{
    *plane = 0;
    const int size = fwl_get_bytes_per_sample(format);
    if (size == 0 || channels <= 0 || samples <= 0 || align < 0 || (align & (align - 1)) != 0)
        return FWL_E_INVALID;
    const bool is_planar = fwl_sample_fmt_is_planar(format) != 0;
    const Wide count = align == 0 ? round_up(samples, 32) : samples;
    *plane = round_up(count * size * (is_planar ? 1 : channels), align == 0 ? 1 : align);
    const Wide total = *plane * (is_planar ? channels : 1);
    if (total <= INT_MAX)
        return (int)total;
    *plane = 0;
    return FWL_E_RANGE;
}

static enum FwlSampleFormat choose_sample_format(FuzzBytes *bytes)
{
    return (enum FwlSampleFormat)((int)fuzz_choose(bytes, FWL_SAMPLE_FMT_NB + 2) - 1);
}

static void do_sample_sizes(FuzzBytes *bytes)
{
    const int channels = choose_number(bytes), samples = choose_number(bytes);
    const enum FwlSampleFormat format = choose_sample_format(bytes);
    const bool is_power = fuzz_take(bytes) % 2;
    const int align = is_power ? 1 << fuzz_choose(bytes, 31) : choose_number(bytes);
    Wide plane;
    const int expected =
        align == INT_MIN ? FWL_E_INVALID : wide_samples(&plane, channels, samples, format, align);
    if (align == INT_MIN)
        plane = 0;
    int linesize = -1;
    fuzz_expect_equal(fwl_samples_get_buffer_size(&linesize, channels, samples, format, align),
                      expected);
    fuzz_expect_equal(linesize, plane);
}

/* Samples of a few channels at memory of their very size. */
static bool make_samples(Guarded *guarded, uint8_t *planes[8], int channels, int samples,
                         enum FwlSampleFormat format, uint8_t seed)
{
    int linesize;
    const int size = fwl_samples_get_buffer_size(&linesize, channels, samples, format, 1);
    if (size < 0)
        return false;
    uint8_t *memory = guarded_take(guarded, (size_t)size, 1);
    for (int i = 0; i < size; i++)
        memory[i] = (uint8_t)(seed + i * 7);
    fuzz_expect_equal(
        fwl_samples_fill_arrays(planes, &linesize, memory, channels, samples, format, 1), size);
    return true;
}

static void do_samples(FuzzBytes *bytes)
{
    static Guarded from_memory, to_memory;
    static uint8_t kept[1 << 16];
    uint8_t *from[8] = {NULL}, *to[8] = {NULL};
    const enum FwlSampleFormat format = choose_sample_format(bytes);
    const int channels = 1 + (int)fuzz_choose(bytes, 8);
    const int samples = 1 + (int)fuzz_choose(bytes, 100), others = 1 + (int)fuzz_choose(bytes, 100);
    if (!make_samples(&from_memory, from, channels, samples, format, fuzz_take(bytes)) ||
        !make_samples(&to_memory, to, channels, others, format, fuzz_take(bytes)))
        return;
    memcpy(kept, to_memory.bytes, to_memory.size);
    const int at = (int)fuzz_choose(bytes, (size_t)samples);
    const int to_at = (int)fuzz_choose(bytes, (size_t)others);
    const int most = samples - at < others - to_at ? samples - at : others - to_at;
    const int count = (int)fuzz_choose(bytes, (size_t)most + 1);
    const bool is_planar = fwl_sample_fmt_is_planar(format) != 0;
    const size_t block =
        (size_t)fwl_get_bytes_per_sample(format) * (is_planar ? 1 : (size_t)channels);
    fuzz_expect_equal(fwl_samples_copy(to, from, to_at, at, count, channels, format), 0);
    for (int i = 0; i < (is_planar ? channels : 1); i++)
        memcpy(kept + (to[i] - to_memory.bytes) + (size_t)to_at * block,
               from[i] + (size_t)at * block, (size_t)count * block);
    fuzz_expect(memcmp(kept, to_memory.bytes, to_memory.size) == 0);
    const bool is_unsigned = fwl_get_bytes_per_sample(format) == 1;
    fuzz_expect_equal(fwl_samples_set_silence(to, to_at, count, channels, format), 0);
    for (int i = 0; i < (is_planar ? channels : 1); i++)
        memset(kept + (to[i] - to_memory.bytes) + (size_t)to_at * block, is_unsigned ? 0x80 : 0,
               (size_t)count * block);
    fuzz_expect(memcmp(kept, to_memory.bytes, to_memory.size) == 0);
    guarded_check(&from_memory);
    guarded_check(&to_memory);
}

static void (*const operations[])(FuzzBytes *bytes) = {
    do_parse,         do_parse,        do_parse,       do_any_layout,   do_masks,   do_read_mask,
    do_channel_names, do_format_names, do_color_names, do_sample_sizes, do_samples,
};

int fuzz_one(const uint8_t *data, size_t size)
{
    FuzzBytes bytes = {data, size};
    while (bytes.left > 0)
        operations[fuzz_choose(&bytes, sizeof operations / sizeof operations[0])](&bytes);
    return 0;
}
