/* SPDX-License-Identifier: BSD-2-Clause */
/* Dictionaries and channel layouts across the border: small, and copied. */
#include "bridge_convert.h"

#include <string.h>

#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
#include <libavutil/mem.h>

#include "framewell/mem.h"

/* Dictionaries: entry by entry, twice the same key included, so the order stays. */

int fwl_av_import_dict(FwlDictionary **dst, const AVDictionary *src)
{
    const AVDictionaryEntry *entry = NULL;
    while ((entry = av_dict_get(src, "", entry, AV_DICT_IGNORE_SUFFIX))) {
        const int err = fwl_dict_set(dst, entry->key, entry->value, FWL_DICT_MULTIKEY);
        if (err < 0)
            return err;
    }
    return 0;
}

int fwl_av_export_dict(AVDictionary **dst, const FwlDictionary *src)
{
    const FwlDictionaryEntry *entry = NULL;
    while ((entry = fwl_dict_get(src, "", entry, FWL_DICT_IGNORE_SUFFIX))) {
        const int err = av_dict_set(dst, entry->key, entry->value, AV_DICT_MULTIKEY);
        if (err < 0)
            return fwl_av_status(err);
    }
    return 0;
}

/* Channel layouts: two structs of the same fields. */

_Static_assert(sizeof((AVChannelCustom *)0)->name == sizeof((FwlChannelCustom *)0)->name,
               "names of channels");

/* The fields but the map, of a layout that has one or not; false for one that cannot be. */
#define COPY_LAYOUT(dst, src)                                  \
    do {                                                       \
        (dst)->order = (__typeof__((dst)->order))(src)->order; \
        (dst)->nb_channels = (src)->nb_channels;               \
        (dst)->opaque = (src)->opaque;                         \
    } while (0)

#define COPY_CHANNELS(dst, src, count)                             \
    for (int i = 0; i < (count); i++) {                            \
        (dst)[i].id = (__typeof__((dst)[i].id))(src)[i].id;        \
        memcpy((dst)[i].name, (src)[i].name, sizeof(dst)[i].name); \
        (dst)[i].opaque = (src)[i].opaque;                         \
    }

int fwl_av_import_layout(FwlChannelLayout *dst, const AVChannelLayout *src)
{
    FwlChannelLayout layout = {.u.mask = 0};
    if (src->order != AV_CHANNEL_ORDER_CUSTOM) {
        layout.u.mask = src->u.mask;
    } else {
        if (src->nb_channels <= 0 || !src->u.map)
            return FWL_E_INVALID;
        layout.u.map = fwl_calloc((size_t)src->nb_channels, sizeof *layout.u.map);
        if (!layout.u.map)
            return FWL_E_NOMEM;
        COPY_CHANNELS(layout.u.map, src->u.map, src->nb_channels);
    }
    COPY_LAYOUT(&layout, src);
    *dst = layout;
    return 0;
}

int fwl_av_export_layout(AVChannelLayout *dst, const FwlChannelLayout *src)
{
    AVChannelLayout layout = {.u.mask = 0};
    if (src->order != FWL_CHANNEL_ORDER_CUSTOM) {
        layout.u.mask = src->u.mask;
    } else {
        if (src->nb_channels <= 0 || !src->u.map)
            return FWL_E_INVALID;
        layout.u.map = av_calloc((size_t)src->nb_channels, sizeof *layout.u.map);
        if (!layout.u.map)
            return FWL_E_NOMEM;
        COPY_CHANNELS(layout.u.map, src->u.map, src->nb_channels);
    }
    COPY_LAYOUT(&layout, src);
    *dst = layout;
    return 0;
}
