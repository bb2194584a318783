/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channel layouts with a map of their own: the part of them that allocates. A custom layout owns
 * its map, nb_channels entries; no other order owns anything.
 */
#include <string.h>

#include "framewell/frame.h"
#include "framewell/mem.h"

void fwl_channel_layout_uninit(FwlChannelLayout *channel_layout)
{
    if (channel_layout->order == FWL_CHANNEL_ORDER_CUSTOM)
        fwl_free(channel_layout->u.map);
    *channel_layout = (FwlChannelLayout){0};
}

int fwl_channel_layout_copy(FwlChannelLayout *dst, const FwlChannelLayout *src)
{
    if (dst == src)
        return 0;
    FwlChannelLayout copy = *src;
    if (src->order == FWL_CHANNEL_ORDER_CUSTOM) {
        if (src->nb_channels <= 0 || !src->u.map)
            return FWL_E_INVALID;
        const size_t count = (size_t)src->nb_channels;
        copy.u.map = fwl_malloc_array(count, sizeof *copy.u.map);
        if (!copy.u.map)
            return FWL_E_NOMEM;
        memcpy(copy.u.map, src->u.map, count * sizeof *copy.u.map);
    }
    fwl_channel_layout_uninit(dst);
    *dst = copy;
    return 0;
}

int fwl_channel_layout_from_string(FwlChannelLayout *channel_layout, const char *str)
{
    const int needed = fwl_channel_layout_parse(channel_layout, str, NULL, 0);
    if (needed <= 0)
        return needed;
    FwlChannelCustom *map = fwl_calloc((size_t)needed, sizeof *map);
    if (!map)
        return FWL_E_NOMEM;
    const int err = fwl_channel_layout_parse(channel_layout, str, map, needed);
    if (err < 0 || channel_layout->order != FWL_CHANNEL_ORDER_CUSTOM) {
        fwl_free(map);
        return err < 0 ? err : 0;
    }
    return 0;
}
