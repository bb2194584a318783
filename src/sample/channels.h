/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files about channels share: the two tables, and counting bits.
 */
#ifndef FWL_CHANNELS_H
#define FWL_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/sample.h"

/* A channel that has a name of its own. */
struct ChannelName {
    const char *name, *description;
};

/* A layout that has a name of its own. */
struct LayoutName {
    const char *name;
    FwlChannelLayout layout;
};

enum { FWL_LAYOUT_NAME_COUNT = 29 };

/* In the order in which a number of channels takes the first that has as many. */
extern const struct LayoutName fwl_layout_names[FWL_LAYOUT_NAME_COUNT];

/* The entry of a channel; NULL for one that has none. */
const struct ChannelName *fwl_channel_entry(int channel);

/* The channel whose name the size characters at name are; FWL_CHAN_NONE. */
enum FwlChannel fwl_channel_find(const char *name, size_t size);

/* The named layout of a mask, of a number of channels, of a name; NULL. */
const struct LayoutName *fwl_layout_with_mask(uint64_t mask);
const struct LayoutName *fwl_layout_with_count(int nb_channels);
const struct LayoutName *fwl_layout_with_name(const char *name, size_t size);

static inline int fwl_count_bits(uint64_t mask)
{
    return __builtin_popcountll(mask);
}

static inline bool fwl_is_ambisonic(enum FwlChannel channel)
{
    return (int)channel >= FWL_CHAN_AMBISONIC_BASE && (int)channel <= FWL_CHAN_AMBISONIC_END;
}

/* The place of the bit above which `index` set bits of mask lie below; -1 where there are fewer. */
int fwl_bit_at(uint64_t mask, unsigned index);

/*
 * Reads an unsigned number at *text and moves behind it. base 0 takes 0x for 16 and a leading 0 for
 * 8. False, and nothing moved, where there is none or it does not fit.
 */
bool fwl_read_number(const char **text, unsigned base, uint64_t *number);

#endif
