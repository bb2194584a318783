/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channel layouts: which channel is where. Text about them is in channel_text.c.
 *
 *     place      0 ... a - 1               a ... nb_channels - 1
 *     NATIVE                               bits of u.mask, low to high    (a is 0)
 *     AMBISONIC  components 0 ... a - 1    bits of u.mask, low to high
 *     CUSTOM     u.map[place].id
 */
#include <string.h>

#include "sample/channels.h"

/* Making */

int fwl_channel_layout_from_mask(FwlChannelLayout *channel_layout, uint64_t mask)
{
    memset(channel_layout, 0, sizeof *channel_layout);
    if (mask == 0)
        return FWL_E_INVALID;
    channel_layout->order = FWL_CHANNEL_ORDER_NATIVE;
    channel_layout->nb_channels = fwl_count_bits(mask);
    channel_layout->u.mask = mask;
    return 0;
}

void fwl_channel_layout_default(FwlChannelLayout *ch_layout, int nb_channels)
{
    const struct LayoutName *usual = fwl_layout_with_count(nb_channels);
    memset(ch_layout, 0, sizeof *ch_layout);
    if (usual)
        *ch_layout = usual->layout;
    else
        ch_layout->nb_channels = nb_channels;
}

const FwlChannelLayout *fwl_channel_layout_standard(void **opaque)
{
    const uintptr_t index = (uintptr_t)*opaque;
    if (index >= FWL_LAYOUT_NAME_COUNT)
        return NULL;
    *opaque = (void *)(index + 1);
    return &fwl_layout_names[index].layout;
}

/* Looking */

/* The components at the start of an ambisonic layout; 0 also where its mask alone says more
 * channels than there are. */
static int component_count(const FwlChannelLayout *layout)
{
    const int others = fwl_count_bits(layout->u.mask);
    return layout->nb_channels > others ? layout->nb_channels - others : 0;
}

enum FwlChannel fwl_channel_layout_channel_from_index(const FwlChannelLayout *channel_layout,
                                                      unsigned idx)
{
    if (channel_layout->nb_channels <= 0 || idx >= (unsigned)channel_layout->nb_channels)
        return FWL_CHAN_NONE;
    switch (channel_layout->order) {
    case FWL_CHANNEL_ORDER_CUSTOM:
        return channel_layout->u.map[idx].id;
    case FWL_CHANNEL_ORDER_AMBISONIC: {
        const int components = component_count(channel_layout);
        if (idx < (unsigned)components)
            return (enum FwlChannel)(FWL_CHAN_AMBISONIC_BASE + (int)idx);
        return (enum FwlChannel)fwl_bit_at(channel_layout->u.mask, idx - (unsigned)components);
    }
    case FWL_CHANNEL_ORDER_NATIVE:
        return (enum FwlChannel)fwl_bit_at(channel_layout->u.mask, idx);
    case FWL_CHANNEL_ORDER_UNSPEC:
        break;
    }
    return FWL_CHAN_NONE;
}

static int place_in_map(const FwlChannelLayout *layout, enum FwlChannel channel)
{
    for (int i = 0; i < layout->nb_channels; i++) {
        if (layout->u.map[i].id == channel)
            return i;
    }
    return FWL_E_INVALID;
}

static int place_in_mask(uint64_t mask, int channel)
{
    if (channel < 0 || channel > 63 || !(mask >> channel & 1))
        return FWL_E_INVALID;
    return fwl_count_bits(mask & ((UINT64_C(1) << channel) - 1));
}

static int place_in_ambisonic(const FwlChannelLayout *layout, enum FwlChannel channel)
{
    const int components = component_count(layout);
    if ((int)channel >= FWL_CHAN_AMBISONIC_BASE) {
        const int component = (int)channel - FWL_CHAN_AMBISONIC_BASE;
        return component < components ? component : FWL_E_INVALID;
    }
    const int place = place_in_mask(layout->u.mask, (int)channel);
    return place < 0 ? place : place + components;
}

int fwl_channel_layout_index_from_channel(const FwlChannelLayout *channel_layout,
                                          enum FwlChannel channel)
{
    if (channel == FWL_CHAN_NONE)
        return FWL_E_INVALID;
    switch (channel_layout->order) {
    case FWL_CHANNEL_ORDER_CUSTOM:
        return place_in_map(channel_layout, channel);
    case FWL_CHANNEL_ORDER_AMBISONIC:
        return place_in_ambisonic(channel_layout, channel);
    case FWL_CHANNEL_ORDER_NATIVE:
        return place_in_mask(channel_layout->u.mask, (int)channel);
    case FWL_CHANNEL_ORDER_UNSPEC:
        break;
    }
    return FWL_E_INVALID;
}

/* "FL@Left" or "@Left": the place of a channel that has this name of the caller's. */
static int place_of_custom_name(const FwlChannelLayout *layout, const char *name, const char *at)
{
    const size_t size = (size_t)(at - name);
    char channel[sizeof layout->u.map->name];
    if (size >= sizeof channel)
        return FWL_E_INVALID;
    memcpy(channel, name, size);
    channel[size] = '\0';
    const enum FwlChannel id = fwl_channel_from_string(channel);
    if ((size > 0 && id == FWL_CHAN_NONE) || at[1] == '\0')
        return FWL_E_INVALID;
    for (int i = 0; i < layout->nb_channels; i++) {
        const FwlChannelCustom *entry = &layout->u.map[i];
        if (strcmp(entry->name, at + 1) == 0 && (size == 0 || entry->id == id))
            return i;
    }
    return FWL_E_INVALID;
}

int fwl_channel_layout_index_from_string(const FwlChannelLayout *channel_layout, const char *name)
{
    const char *at = name ? strchr(name, '@') : NULL;
    if (at && channel_layout->order == FWL_CHANNEL_ORDER_CUSTOM)
        return place_of_custom_name(channel_layout, name, at);
    return fwl_channel_layout_index_from_channel(channel_layout, fwl_channel_from_string(name));
}

enum FwlChannel fwl_channel_layout_channel_from_string(const FwlChannelLayout *channel_layout,
                                                       const char *name)
{
    const int index = fwl_channel_layout_index_from_string(channel_layout, name);
    if (index < 0)
        return FWL_CHAN_NONE;
    return fwl_channel_layout_channel_from_index(channel_layout, (unsigned)index);
}

uint64_t fwl_channel_layout_subset(const FwlChannelLayout *channel_layout, uint64_t mask)
{
    uint64_t found = 0;
    for (int bit = 0; bit < 64; bit++) {
        const enum FwlChannel channel = (enum FwlChannel)bit;
        if (fwl_channel_layout_index_from_channel(channel_layout, channel) >= 0)
            found |= UINT64_C(1) << bit;
    }
    return found & mask;
}

static int check_map(const FwlChannelLayout *layout)
{
    for (int i = 0; layout->u.map && i < layout->nb_channels; i++) {
        if (layout->u.map[i].id == FWL_CHAN_NONE)
            return 0;
    }
    return layout->u.map != NULL;
}

int fwl_channel_layout_check(const FwlChannelLayout *channel_layout)
{
    if (channel_layout->nb_channels <= 0)
        return 0;
    switch (channel_layout->order) {
    case FWL_CHANNEL_ORDER_UNSPEC:
        return 1;
    case FWL_CHANNEL_ORDER_NATIVE:
        return fwl_count_bits(channel_layout->u.mask) == channel_layout->nb_channels;
    case FWL_CHANNEL_ORDER_CUSTOM:
        return check_map(channel_layout);
    case FWL_CHANNEL_ORDER_AMBISONIC:
        return component_count(channel_layout) > 0;
    }
    return 0;
}

int fwl_channel_layout_compare(const FwlChannelLayout *chl, const FwlChannelLayout *chl1)
{
    if (chl->nb_channels != chl1->nb_channels)
        return 1;
    const bool is_unspec = chl->order == FWL_CHANNEL_ORDER_UNSPEC;
    if (is_unspec || chl1->order == FWL_CHANNEL_ORDER_UNSPEC)
        return chl->order != chl1->order;
    for (unsigned i = 0; (int)i < chl->nb_channels; i++) {
        if (fwl_channel_layout_channel_from_index(chl, i) !=
            fwl_channel_layout_channel_from_index(chl1, i))
            return 1;
    }
    return 0;
}
