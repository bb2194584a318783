/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The channels and layouts that have names, and finding them.
 */
#include <string.h>

#include "sample/channels.h"

static const struct ChannelName channels[] = {
    [FWL_CHAN_FRONT_LEFT] = {"FL", "front left"},
    [FWL_CHAN_FRONT_RIGHT] = {"FR", "front right"},
    [FWL_CHAN_FRONT_CENTER] = {"FC", "front center"},
    [FWL_CHAN_LOW_FREQUENCY] = {"LFE", "low frequency"},
    [FWL_CHAN_BACK_LEFT] = {"BL", "back left"},
    [FWL_CHAN_BACK_RIGHT] = {"BR", "back right"},
    [FWL_CHAN_FRONT_LEFT_OF_CENTER] = {"FLC", "front left-of-center"},
    [FWL_CHAN_FRONT_RIGHT_OF_CENTER] = {"FRC", "front right-of-center"},
    [FWL_CHAN_BACK_CENTER] = {"BC", "back center"},
    [FWL_CHAN_SIDE_LEFT] = {"SL", "side left"},
    [FWL_CHAN_SIDE_RIGHT] = {"SR", "side right"},
    [FWL_CHAN_TOP_CENTER] = {"TC", "top center"},
    [FWL_CHAN_TOP_FRONT_LEFT] = {"TFL", "top front left"},
    [FWL_CHAN_TOP_FRONT_CENTER] = {"TFC", "top front center"},
    [FWL_CHAN_TOP_FRONT_RIGHT] = {"TFR", "top front right"},
    [FWL_CHAN_TOP_BACK_LEFT] = {"TBL", "top back left"},
    [FWL_CHAN_TOP_BACK_CENTER] = {"TBC", "top back center"},
    [FWL_CHAN_TOP_BACK_RIGHT] = {"TBR", "top back right"},
    [FWL_CHAN_STEREO_LEFT] = {"DL", "downmix left"},
    [FWL_CHAN_STEREO_RIGHT] = {"DR", "downmix right"},
    [FWL_CHAN_WIDE_LEFT] = {"WL", "wide left"},
    [FWL_CHAN_WIDE_RIGHT] = {"WR", "wide right"},
    [FWL_CHAN_SURROUND_DIRECT_LEFT] = {"SDL", "surround direct left"},
    [FWL_CHAN_SURROUND_DIRECT_RIGHT] = {"SDR", "surround direct right"},
    [FWL_CHAN_LOW_FREQUENCY_2] = {"LFE2", "low frequency 2"},
    [FWL_CHAN_TOP_SIDE_LEFT] = {"TSL", "top side left"},
    [FWL_CHAN_TOP_SIDE_RIGHT] = {"TSR", "top side right"},
    [FWL_CHAN_BOTTOM_FRONT_CENTER] = {"BFC", "bottom front center"},
    [FWL_CHAN_BOTTOM_FRONT_LEFT] = {"BFL", "bottom front left"},
    [FWL_CHAN_BOTTOM_FRONT_RIGHT] = {"BFR", "bottom front right"},
};

enum { CHANNEL_COUNT = sizeof channels / sizeof channels[0] };

const struct LayoutName fwl_layout_names[FWL_LAYOUT_NAME_COUNT] = {
    {"mono", FWL_CHANNEL_LAYOUT_MONO},
    {"stereo", FWL_CHANNEL_LAYOUT_STEREO},
    {"2.1", FWL_CHANNEL_LAYOUT_2POINT1},
    {"3.0", FWL_CHANNEL_LAYOUT_SURROUND},
    {"3.0(back)", FWL_CHANNEL_LAYOUT_2_1},
    {"4.0", FWL_CHANNEL_LAYOUT_4POINT0},
    {"quad", FWL_CHANNEL_LAYOUT_QUAD},
    {"quad(side)", FWL_CHANNEL_LAYOUT_2_2},
    {"3.1", FWL_CHANNEL_LAYOUT_3POINT1},
    {"5.0", FWL_CHANNEL_LAYOUT_5POINT0_BACK},
    {"5.0(side)", FWL_CHANNEL_LAYOUT_5POINT0},
    {"4.1", FWL_CHANNEL_LAYOUT_4POINT1},
    {"5.1", FWL_CHANNEL_LAYOUT_5POINT1_BACK},
    {"5.1(side)", FWL_CHANNEL_LAYOUT_5POINT1},
    {"6.0", FWL_CHANNEL_LAYOUT_6POINT0},
    {"6.0(front)", FWL_CHANNEL_LAYOUT_6POINT0_FRONT},
    {"hexagonal", FWL_CHANNEL_LAYOUT_HEXAGONAL},
    {"6.1", FWL_CHANNEL_LAYOUT_6POINT1},
    {"6.1(back)", FWL_CHANNEL_LAYOUT_6POINT1_BACK},
    {"6.1(front)", FWL_CHANNEL_LAYOUT_6POINT1_FRONT},
    {"7.0", FWL_CHANNEL_LAYOUT_7POINT0},
    {"7.0(front)", FWL_CHANNEL_LAYOUT_7POINT0_FRONT},
    {"7.1", FWL_CHANNEL_LAYOUT_7POINT1},
    {"7.1(wide)", FWL_CHANNEL_LAYOUT_7POINT1_WIDE_BACK},
    {"7.1(wide-side)", FWL_CHANNEL_LAYOUT_7POINT1_WIDE},
    {"octagonal", FWL_CHANNEL_LAYOUT_OCTAGONAL},
    {"hexadecagonal", FWL_CHANNEL_LAYOUT_HEXADECAGONAL},
    {"downmix", FWL_CHANNEL_LAYOUT_STEREO_DOWNMIX},
    {"22.2", FWL_CHANNEL_LAYOUT_22POINT2},
};

const struct ChannelName *fwl_channel_entry(int channel)
{
    if (channel < 0 || channel >= CHANNEL_COUNT || !channels[channel].name)
        return NULL;
    return &channels[channel];
}

static bool is_name(const char *entry, const char *name, size_t size)
{
    return strlen(entry) == size && memcmp(entry, name, size) == 0;
}

enum FwlChannel fwl_channel_find(const char *name, size_t size)
{
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        if (channels[i].name && is_name(channels[i].name, name, size))
            return (enum FwlChannel)i;
    }
    return FWL_CHAN_NONE;
}

const struct LayoutName *fwl_layout_with_mask(uint64_t mask)
{
    for (int i = 0; i < FWL_LAYOUT_NAME_COUNT; i++) {
        if (fwl_layout_names[i].layout.u.mask == mask)
            return &fwl_layout_names[i];
    }
    return NULL;
}

const struct LayoutName *fwl_layout_with_count(int nb_channels)
{
    for (int i = 0; i < FWL_LAYOUT_NAME_COUNT; i++) {
        if (fwl_layout_names[i].layout.nb_channels == nb_channels)
            return &fwl_layout_names[i];
    }
    return NULL;
}

const struct LayoutName *fwl_layout_with_name(const char *name, size_t size)
{
    for (int i = 0; i < FWL_LAYOUT_NAME_COUNT; i++) {
        if (is_name(fwl_layout_names[i].name, name, size))
            return &fwl_layout_names[i];
    }
    return NULL;
}

int fwl_bit_at(uint64_t mask, unsigned index)
{
    for (int bit = 0; bit < 64; bit++) {
        if (!(mask >> bit & 1))
            continue;
        if (index == 0)
            return bit;
        index--;
    }
    return -1;
}

/* The value of a digit; 16 for what is none. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

bool fwl_read_number(const char **text, unsigned base, uint64_t *number)
{
    const char *p = *text;
    if (base == 0) {
        const bool is_hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
        base = is_hex ? 16 : p[0] == '0' ? 8 : 10;
        p += is_hex ? 2 : 0;
    }
    if (digit_value(*p) >= base)
        return false;
    uint64_t value = 0;
    for (; digit_value(*p) < base; p++) {
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit_value(*p), &value))
            return false;
    }
    *text = p;
    *number = value;
    return true;
}
