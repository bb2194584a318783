/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Native layouts as bare masks, as programs had them before FwlChannelLayout.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sample/channels.h"

int fwl_get_channel_layout_nb_channels(uint64_t channel_layout)
{
    return fwl_count_bits(channel_layout);
}

int64_t fwl_get_default_channel_layout(int nb_channels)
{
    const struct LayoutName *usual = fwl_layout_with_count(nb_channels);
    return usual ? (int64_t)usual->layout.u.mask : 0;
}

int fwl_get_channel_layout_channel_index(uint64_t channel_layout, uint64_t channel)
{
    if (fwl_count_bits(channel) != 1 || !(channel_layout & channel))
        return FWL_E_INVALID;
    return fwl_count_bits(channel_layout & (channel - 1));
}

uint64_t fwl_channel_layout_extract_channel(uint64_t channel_layout, int index)
{
    const int bit = index < 0 ? -1 : fwl_bit_at(channel_layout, (unsigned)index);
    return bit < 0 ? 0 : UINT64_C(1) << bit;
}

/* The entry of a mask of one channel. */
static const struct ChannelName *entry_of(uint64_t channel)
{
    return fwl_count_bits(channel) == 1 ? fwl_channel_entry(fwl_bit_at(channel, 0)) : NULL;
}

const char *fwl_get_channel_name(uint64_t channel)
{
    const struct ChannelName *entry = entry_of(channel);
    return entry ? entry->name : NULL;
}

const char *fwl_get_channel_description(uint64_t channel)
{
    const struct ChannelName *entry = entry_of(channel);
    return entry ? entry->description : NULL;
}

int fwl_get_standard_channel_layout(unsigned index, uint64_t *layout, const char **name)
{
    if (index >= FWL_LAYOUT_NAME_COUNT)
        return FWL_E_INVALID;
    if (layout)
        *layout = fwl_layout_names[index].layout.u.mask;
    if (name)
        *name = fwl_layout_names[index].name;
    return 0;
}

/* Text */

/* "stereo", "FL", "6c" or a number, size characters; 0 for what is none. */
static uint64_t read_part(const char *text, size_t size)
{
    const struct LayoutName *usual = fwl_layout_with_name(text, size);
    if (usual)
        return usual->layout.u.mask;
    const enum FwlChannel channel = fwl_channel_find(text, size);
    if (channel != FWL_CHAN_NONE)
        return UINT64_C(1) << (int)channel;
    const char *end = text;
    uint64_t number;
    if (fwl_read_number(&end, 10, &number) && *end == 'c' && end + 1 == text + size)
        return number <= INT_MAX ? (uint64_t)fwl_get_default_channel_layout((int)number) : 0;
    end = text;
    return fwl_read_number(&end, 0, &number) && end == text + size ? number : 0;
}

uint64_t fwl_get_channel_layout(const char *name)
{
    uint64_t mask = 0;
    while (name) {
        const size_t size = strcspn(name, "+|");
        const uint64_t part = read_part(name, size);
        if (part == 0)
            return 0;
        mask |= part;
        name = name[size] == '\0' ? NULL : name + size + 1;
    }
    return mask;
}

/* The number of "6C"; 0 for any other text. */
static int read_bare_count(const char *name)
{
    uint64_t number;
    if (!fwl_read_number(&name, 10, &number) || strcmp(name, "C") != 0 || number > INT_MAX)
        return 0;
    return (int)number;
}

int fwl_get_extended_channel_layout(const char *name, uint64_t *channel_layout, int *nb_channels)
{
    *channel_layout = 0;
    *nb_channels = name ? read_bare_count(name) : 0;
    if (*nb_channels > 0)
        return 0;
    *channel_layout = fwl_get_channel_layout(name);
    *nb_channels = fwl_count_bits(*channel_layout);
    return *channel_layout == 0 ? FWL_E_INVALID : 0;
}

/* Writes a piece of text at place, as far as there is space, and gives the place behind it. */
static size_t put(char *buf, size_t buf_size, size_t place, const char *text)
{
    for (; *text != '\0' && place + 1 < buf_size; text++)
        buf[place++] = *text;
    buf[place] = '\0';
    return place;
}

void fwl_get_channel_layout_string(char *buf, size_t buf_size, int nb_channels,
                                   uint64_t channel_layout)
{
    if (!buf || buf_size == 0)
        return;
    const int count = nb_channels > 0 ? nb_channels : fwl_count_bits(channel_layout);
    const struct LayoutName *usual = fwl_layout_with_mask(channel_layout);
    const bool is_usual = usual && usual->layout.nb_channels == count;
    char number[sizeof "2147483647 channels"];
    snprintf(number, sizeof number, "%d channels", count);
    size_t place = put(buf, buf_size, 0, is_usual ? usual->name : number);
    if (is_usual || channel_layout == 0)
        return;
    const char *separator = " (";
    for (int bit = 0; bit < 64; bit++) {
        const char *name = fwl_get_channel_name(channel_layout & UINT64_C(1) << bit);
        if (!name)
            continue;
        place = put(buf, buf_size, place, separator);
        place = put(buf, buf_size, place, name);
        separator = "+";
    }
    put(buf, buf_size, place, ")");
}
