/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channels and channel layouts as text, both ways.
 *
 *     description = usual name | list | number | number "c" | number "C" | number " channels"
 *                 | "ambisonic " order [ "+" description ]
 *     list        = channels | number " channels (" channels ")"
 *     channels    = channel [ "@" name ] { "+" channel [ "@" name ] }
 *
 * A list of different channels in their native order, without names of the caller's, is a native
 * layout; any other is a custom one and needs a map.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sample/channels.h"

/* Writing */

/* Text that is cut where the space ends; length counts on. */
struct Text {
    char *buf;
    size_t size;
    size_t length;
};

FWL_PRINTF_LIKE(2, 3) static void append(struct Text *text, const char *format, ...)
{
    const size_t used = text->length < text->size ? text->length : text->size;
    va_list args;
    va_start(args, format);
    char *const end = text->size > used ? text->buf + used : NULL;
    /* It fails for wide characters only. */
    text->length += (size_t)vsnprintf(end, text->size - used, format, args);
    va_end(args);
}

static int text_init(struct Text *text, char *buf, size_t buf_size)
{
    if (!buf && buf_size > 0)
        return FWL_E_INVALID;
    *text = (struct Text){.buf = buf, .size = buf_size};
    if (buf_size > 0)
        buf[0] = '\0';
    return 0;
}

static void append_name(struct Text *text, enum FwlChannel channel)
{
    const struct ChannelName *entry = fwl_channel_entry((int)channel);
    if (fwl_is_ambisonic(channel))
        append(text, "AMBI%d", (int)channel - FWL_CHAN_AMBISONIC_BASE);
    else if (entry)
        append(text, "%s", entry->name);
    else if (channel == FWL_CHAN_NONE)
        append(text, "NONE");
    else
        append(text, "USR%d", (int)channel);
}

int fwl_channel_name(char *buf, size_t buf_size, enum FwlChannel channel)
{
    struct Text text;
    if (text_init(&text, buf, buf_size) < 0)
        return FWL_E_INVALID;
    append_name(&text, channel);
    return (int)text.length;
}

int fwl_channel_description(char *buf, size_t buf_size, enum FwlChannel channel)
{
    struct Text text;
    if (text_init(&text, buf, buf_size) < 0)
        return FWL_E_INVALID;
    const struct ChannelName *entry = fwl_channel_entry((int)channel);
    if (fwl_is_ambisonic(channel))
        append(&text, "ambisonic ACN %d", (int)channel - FWL_CHAN_AMBISONIC_BASE);
    else if (entry)
        append(&text, "%s", entry->description);
    else if (channel == FWL_CHAN_NONE)
        append(&text, "none");
    else
        append(&text, "user %d", (int)channel);
    return (int)text.length;
}

static void append_list(struct Text *text, const FwlChannelLayout *layout)
{
    append(text, "%d channels", layout->nb_channels);
    for (int i = 0; i < layout->nb_channels; i++) {
        append(text, i == 0 ? " (" : "+");
        append_name(text, fwl_channel_layout_channel_from_index(layout, (unsigned)i));
        if (layout->order == FWL_CHANNEL_ORDER_CUSTOM && layout->u.map[i].name[0] != '\0')
            append(text, "@%.*s", (int)sizeof layout->u.map[i].name - 1, layout->u.map[i].name);
    }
    if (layout->nb_channels > 0)
        append(text, ")");
}

/* How many components a layout begins with, all in their order and none later. */
static int leading_components(const FwlChannelLayout *layout)
{
    if (layout->order == FWL_CHANNEL_ORDER_AMBISONIC)
        return layout->nb_channels - fwl_count_bits(layout->u.mask);
    int count = 0;
    for (int i = 0; i < layout->nb_channels; i++) {
        const enum FwlChannel channel = layout->u.map[i].id;
        if (!fwl_is_ambisonic(channel))
            continue;
        if (i != count || (int)channel - FWL_CHAN_AMBISONIC_BASE != i)
            return 0;
        count++;
    }
    return count;
}

/* The order of so many components, (order + 1)^2; -1 where they are no whole order. */
static int ambisonic_order(int components)
{
    for (int order = 0; (int64_t)(order + 1) * (order + 1) <= components; order++) {
        if ((int64_t)(order + 1) * (order + 1) == components)
            return order;
    }
    return -1;
}

static void append_native(struct Text *text, const FwlChannelLayout *layout)
{
    const struct LayoutName *usual = fwl_layout_with_mask(layout->u.mask);
    if (usual)
        append(text, "%s", usual->name);
    else
        append_list(text, layout);
}

/* "ambisonic N", and what follows the components; false where they are no whole order. */
static bool append_ambisonic(struct Text *text, const FwlChannelLayout *layout)
{
    const int components = leading_components(layout);
    const int order = ambisonic_order(components);
    if (order < 0)
        return false;
    append(text, "ambisonic %d", order);
    FwlChannelLayout rest = *layout;
    rest.nb_channels = layout->nb_channels - components;
    if (rest.nb_channels == 0)
        return true;
    append(text, "+");
    if (layout->order == FWL_CHANNEL_ORDER_CUSTOM) {
        rest.u.map = layout->u.map + components;
        append_list(text, &rest);
    } else {
        rest.order = FWL_CHANNEL_ORDER_NATIVE;
        append_native(text, &rest);
    }
    return true;
}

/* Channels of a list that is described: none takes more than the 30 characters of "+USR",
 * 10 digits, "@" and a name, so that the length is within INT_MAX. */
enum { LISTED_MAX = INT_MAX / 32 };

static bool append_layout(struct Text *text, const FwlChannelLayout *layout)
{
    switch (layout->order) {
    case FWL_CHANNEL_ORDER_UNSPEC:
        append(text, "%d channels", layout->nb_channels);
        return true;
    case FWL_CHANNEL_ORDER_NATIVE:
        append_native(text, layout);
        return true;
    case FWL_CHANNEL_ORDER_CUSTOM:
        if (!append_ambisonic(text, layout))
            append_list(text, layout);
        return true;
    case FWL_CHANNEL_ORDER_AMBISONIC:
        return append_ambisonic(text, layout);
    }
    return false;
}

int fwl_channel_layout_describe(const FwlChannelLayout *channel_layout, char *buf, size_t buf_size)
{
    struct Text text;
    if (text_init(&text, buf, buf_size) < 0)
        return FWL_E_INVALID;
    if (channel_layout->order == FWL_CHANNEL_ORDER_CUSTOM &&
        channel_layout->nb_channels > LISTED_MAX)
        return FWL_E_RANGE;
    return append_layout(&text, channel_layout) ? (int)text.length : FWL_E_INVALID;
}

/* Reading */

/* A number behind a prefix that takes up the whole of the text. */
static bool read_numbered(const char *text, size_t size, const char *prefix, unsigned base,
                          uint64_t *number)
{
    const size_t prefix_size = strlen(prefix);
    if (size <= prefix_size || memcmp(text, prefix, prefix_size) != 0)
        return false;
    const char *p = text + prefix_size;
    return fwl_read_number(&p, base, number) && p == text + size;
}

static enum FwlChannel read_channel(const char *text, size_t size)
{
    const enum FwlChannel channel = fwl_channel_find(text, size);
    uint64_t number;
    if (channel != FWL_CHAN_NONE)
        return channel;
    if (read_numbered(text, size, "AMBI", 0, &number) &&
        number <= FWL_CHAN_AMBISONIC_END - FWL_CHAN_AMBISONIC_BASE)
        return (enum FwlChannel)(FWL_CHAN_AMBISONIC_BASE + (int)number);
    if (read_numbered(text, size, "USR", 0, &number) && number <= INT_MAX)
        return (enum FwlChannel)number;
    return FWL_CHAN_NONE;
}

enum FwlChannel fwl_channel_from_string(const char *name)
{
    return name ? read_channel(name, strlen(name)) : FWL_CHAN_NONE;
}

/* A list while it is read. */
struct List {
    FwlChannelCustom *map;
    int map_count;
    int64_t count;
    int highest; /* of the channels so far */
    uint64_t mask;
    bool is_native;
};

/* One channel with its name, size characters at text. */
static int read_entry(struct List *list, const char *text, size_t size)
{
    const char *at = memchr(text, '@', size);
    const enum FwlChannel channel = read_channel(text, at ? (size_t)(at - text) : size);
    if (channel == FWL_CHAN_NONE)
        return FWL_E_INVALID;
    const int number = (int)channel;
    if (at || number <= list->highest || number > 63)
        list->is_native = false;
    list->highest = number;
    list->mask |= number < 64 ? UINT64_C(1) << number : 0;
    if (list->count < list->map_count) {
        FwlChannelCustom *entry = &list->map[list->count];
        const size_t name_size = at ? size - (size_t)(at + 1 - text) : 0;
        const size_t kept = name_size < sizeof entry->name ? name_size : sizeof entry->name - 1;
        *entry = (FwlChannelCustom){.id = channel};
        if (at)
            memcpy(entry->name, at + 1, kept);
    }
    list->count++;
    return 0;
}

static int read_entries(struct List *list, const char *text, size_t size)
{
    for (;;) {
        const char *plus = memchr(text, '+', size);
        const size_t entry_size = plus ? (size_t)(plus - text) : size;
        const int err = read_entry(list, text, entry_size);
        if (err < 0 || !plus)
            return err;
        text = plus + 1;
        size -= entry_size + 1;
    }
}

/* The channels between the brackets of "2 channels (FL+FR)", and how many there should be; the
 * whole text and -1 where it is no such list. */
static int64_t find_brackets(const char **text, size_t *size)
{
    static const char opening[] = " channels (";
    const char *p = *text;
    uint64_t count;
    if (!fwl_read_number(&p, 10, &count) || count > INT_MAX ||
        strncmp(p, opening, sizeof opening - 1) != 0 || (*text)[*size - 1] != ')')
        return -1;
    p += sizeof opening - 1;
    *size -= (size_t)(p - *text) + 1;
    *text = p;
    return (int64_t)count;
}

/* The number of map entries that the list needs, 0 for none. */
static int read_list(FwlChannelLayout *layout, const char *text, FwlChannelCustom *map,
                     int map_count)
{
    size_t size = strlen(text);
    const int64_t told = find_brackets(&text, &size);
    const int64_t least = told < 0 ? 1 : told, most = told < 0 ? INT_MAX : told;
    struct List list = {
        .map = map, .map_count = map ? map_count : 0, .highest = -1, .is_native = true};
    const int err = read_entries(&list, text, size);
    if (err < 0 || list.count < least || list.count > most)
        return FWL_E_INVALID;
    if (list.is_native)
        return fwl_channel_layout_from_mask(layout, list.mask);
    if (list.count <= list.map_count) {
        layout->order = FWL_CHANNEL_ORDER_CUSTOM;
        layout->nb_channels = (int)list.count;
        layout->u.map = map;
    }
    return (int)list.count;
}

/* "6c", "6C", "6 channels", "0x3f". */
static int read_count_or_mask(FwlChannelLayout *layout, const char *text)
{
    const char *end = text;
    uint64_t number;
    if (fwl_read_number(&end, 0, &number) && *end == '\0')
        return fwl_channel_layout_from_mask(layout, number);
    end = text;
    if (!fwl_read_number(&end, 10, &number) || number == 0 || number > INT_MAX)
        return FWL_E_INVALID;
    if (strcmp(end, "C") == 0 || strcmp(end, " channels") == 0) {
        layout->nb_channels = (int)number;
        return 0;
    }
    const struct LayoutName *usual = fwl_layout_with_count((int)number);
    if (strcmp(end, "c") != 0 || !usual)
        return FWL_E_INVALID;
    *layout = usual->layout;
    return 0;
}

static int read_plain(FwlChannelLayout *layout, const char *text, FwlChannelCustom *map,
                      int map_count)
{
    const struct LayoutName *usual = fwl_layout_with_name(text, strlen(text));
    if (usual) {
        *layout = usual->layout;
        return 0;
    }
    if (text[0] == '\0')
        return FWL_E_INVALID;
    const int err = read_count_or_mask(layout, text);
    return err < 0 ? read_list(layout, text, map, map_count) : err;
}

/* The components, with the native channels behind them, or all of them in a map. */
static int add_rest(FwlChannelLayout *layout, int components, const char *text,
                    FwlChannelCustom *map, int map_count)
{
    const int room = map && map_count > components ? map_count - components : 0;
    FwlChannelLayout rest = {0};
    const int needed = read_plain(&rest, text, room > 0 ? map + components : NULL, room);
    if (needed < 0)
        return needed;
    if (needed == 0 && rest.order == FWL_CHANNEL_ORDER_UNSPEC)
        return FWL_E_INVALID;
    if (needed == 0) {
        layout->u.mask = rest.u.mask;
        layout->nb_channels += rest.nb_channels;
        return 0;
    }
    if (components > FWL_CHAN_AMBISONIC_END - FWL_CHAN_AMBISONIC_BASE + 1)
        return FWL_E_INVALID;
    *layout = (FwlChannelLayout){0};
    if (needed > room)
        return needed + components;
    for (int i = 0; i < components; i++)
        map[i] = (FwlChannelCustom){.id = (enum FwlChannel)(FWL_CHAN_AMBISONIC_BASE + i)};
    layout->order = FWL_CHANNEL_ORDER_CUSTOM;
    layout->nb_channels = needed + components;
    layout->u.map = map;
    return layout->nb_channels;
}

/* The highest order of which the components, and 64 channels more, are at most INT_MAX. */
enum { AMBISONIC_ORDER_MAX = 46339 };

static int read_ambisonic(FwlChannelLayout *layout, const char *text, FwlChannelCustom *map,
                          int map_count)
{
    uint64_t order;
    if (!fwl_read_number(&text, 0, &order) || order > AMBISONIC_ORDER_MAX)
        return FWL_E_INVALID;
    const int components = (int)((order + 1) * (order + 1));
    layout->order = FWL_CHANNEL_ORDER_AMBISONIC;
    layout->nb_channels = components;
    if (*text == '\0')
        return 0;
    return *text == '+' ? add_rest(layout, components, text + 1, map, map_count) : FWL_E_INVALID;
}

int fwl_channel_layout_parse(FwlChannelLayout *channel_layout, const char *str,
                             FwlChannelCustom *map, int map_count)
{
    static const char ambisonic[] = "ambisonic ";
    memset(channel_layout, 0, sizeof *channel_layout);
    if (!str || map_count < 0)
        return FWL_E_INVALID;
    FwlChannelLayout layout = {0};
    const size_t prefix = sizeof ambisonic - 1;
    const int needed = strncmp(str, ambisonic, prefix) == 0
                           ? read_ambisonic(&layout, str + prefix, map, map_count)
                           : read_plain(&layout, str, map, map_count);
    if (needed >= 0)
        *channel_layout = layout;
    return needed;
}
