/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet's side data is an array of pieces, no two of one type; an array of at most a few pieces,
 * so it grows by one. A packed dictionary is its strings one behind the other, each with its 0:
 *
 *     t i t l e 0 H a r b o u r 0 y e a r 0 1 9 9 9 0
 */
#include <string.h>

#include "base/checked.h"
#include "framewell/packet.h"

static const char *const names[FWL_PKT_DATA_NB] = {
    [FWL_PKT_DATA_PALETTE] = "Palette",
    [FWL_PKT_DATA_NEW_EXTRADATA] = "New Extradata",
    [FWL_PKT_DATA_PARAM_CHANGE] = "Param Change",
    [FWL_PKT_DATA_H263_MB_INFO] = "H263 MB Info",
    [FWL_PKT_DATA_REPLAYGAIN] = "Replay Gain",
    [FWL_PKT_DATA_DISPLAYMATRIX] = "Display Matrix",
    [FWL_PKT_DATA_STEREO3D] = "Stereo 3D",
    [FWL_PKT_DATA_AUDIO_SERVICE_TYPE] = "Audio Service Type",
    [FWL_PKT_DATA_QUALITY_STATS] = "Quality stats",
    [FWL_PKT_DATA_FALLBACK_TRACK] = "Fallback track",
    [FWL_PKT_DATA_CPB_PROPERTIES] = "CPB properties",
    [FWL_PKT_DATA_SKIP_SAMPLES] = "Skip Samples",
    [FWL_PKT_DATA_JP_DUALMONO] = "JP Dual Mono",
    [FWL_PKT_DATA_STRINGS_METADATA] = "Strings Metadata",
    [FWL_PKT_DATA_SUBTITLE_POSITION] = "Subtitle Position",
    [FWL_PKT_DATA_MATROSKA_BLOCKADDITIONAL] = "Matroska BlockAdditional",
    [FWL_PKT_DATA_WEBVTT_IDENTIFIER] = "WebVTT ID",
    [FWL_PKT_DATA_WEBVTT_SETTINGS] = "WebVTT Settings",
    [FWL_PKT_DATA_METADATA_UPDATE] = "Metadata Update",
    [FWL_PKT_DATA_MPEGTS_STREAM_ID] = "MPEGTS Stream ID",
    [FWL_PKT_DATA_MASTERING_DISPLAY_METADATA] = "Mastering display metadata",
    [FWL_PKT_DATA_SPHERICAL] = "Spherical Mapping",
    [FWL_PKT_DATA_CONTENT_LIGHT_LEVEL] = "Content light level metadata",
    [FWL_PKT_DATA_A53_CC] = "A53 Closed Captions",
    [FWL_PKT_DATA_ENCRYPTION_INIT_INFO] = "Encryption initialization data",
    [FWL_PKT_DATA_ENCRYPTION_INFO] = "Encryption info",
    [FWL_PKT_DATA_AFD] = "Active Format Description data",
    [FWL_PKT_DATA_PRFT] = "Producer Reference Time",
    [FWL_PKT_DATA_ICC_PROFILE] = "ICC Profile",
    [FWL_PKT_DATA_DOVI_CONF] = "DOVI configuration record",
    [FWL_PKT_DATA_S12M_TIMECODE] = "SMPTE ST 12-1:2014 timecode",
    [FWL_PKT_DATA_DYNAMIC_HDR10_PLUS] = "HDR10+ Dynamic Metadata (SMPTE 2094-40)",
};

const char *fwl_packet_side_data_name(enum FwlPacketSideDataType type)
{
    return (unsigned)type < FWL_PKT_DATA_NB ? names[type] : NULL;
}

static FwlPacketSideData *find_piece(const FwlPacket *pkt, enum FwlPacketSideDataType type)
{
    for (int i = 0; i < pkt->side_data_elems; i++) {
        if (pkt->side_data[i].type == type)
            return &pkt->side_data[i];
    }
    return NULL;
}

static int append_piece(FwlPacket *pkt, const FwlPacketSideData *piece)
{
    const int count = pkt->side_data_elems;
    if (count >= FWL_PKT_DATA_NB)
        return FWL_E_RANGE;
    FwlPacketSideData *pieces =
        fwl_realloc_array(pkt->side_data, (size_t)count + 1, sizeof *pieces);
    if (!pieces)
        return FWL_E_NOMEM;
    pieces[count] = *piece;
    pkt->side_data = pieces;
    pkt->side_data_elems = count + 1;
    return 0;
}

int fwl_packet_add_side_data(FwlPacket *pkt, enum FwlPacketSideDataType type, uint8_t *data,
                             size_t size)
{
    const FwlPacketSideData piece = {.data = data, .size = size, .type = type};
    FwlPacketSideData *old = find_piece(pkt, type);
    if (!old)
        return append_piece(pkt, &piece);
    fwl_free(old->data);
    *old = piece;
    return 0;
}

uint8_t *fwl_packet_new_side_data(FwlPacket *pkt, enum FwlPacketSideDataType type, size_t size)
{
    size_t padded;
    if (!fwl_checked_add(size, FWL_INPUT_BUFFER_PADDING_SIZE, &padded))
        return NULL;
    uint8_t *data = fwl_mallocz(padded);
    if (!data)
        return NULL;
    if (fwl_packet_add_side_data(pkt, type, data, size) < 0)
        fwl_freep(&data);
    return data;
}

int fwl_packet_shrink_side_data(FwlPacket *pkt, enum FwlPacketSideDataType type, size_t size)
{
    FwlPacketSideData *piece = find_piece(pkt, type);
    if (!piece || size > piece->size)
        return FWL_E_INVALID;
    piece->size = size;
    return 0;
}

uint8_t *fwl_packet_get_side_data(const FwlPacket *pkt, enum FwlPacketSideDataType type,
                                  size_t *size)
{
    const FwlPacketSideData *piece = find_piece(pkt, type);
    if (size)
        *size = piece ? piece->size : 0;
    return piece ? piece->data : NULL;
}

void fwl_packet_free_side_data(FwlPacket *pkt)
{
    for (int i = 0; i < pkt->side_data_elems; i++)
        fwl_free(pkt->side_data[i].data);
    fwl_freep(&pkt->side_data);
    pkt->side_data_elems = 0;
}

/* Dictionaries */

/* Copies a string with its 0 to out + size (NULL: only counts); gives the size behind it. */
static size_t pack_string(uint8_t *out, size_t size, const char *text)
{
    const size_t text_size = strlen(text) + 1;
    if (out)
        memcpy(out + size, text, text_size);
    return size + text_size;
}

static size_t pack_entries(uint8_t *out, const FwlDictionary *dict)
{
    size_t size = 0;
    const FwlDictionaryEntry *entry = NULL;
    while ((entry = fwl_dict_get(dict, "", entry, FWL_DICT_IGNORE_SUFFIX))) {
        size = pack_string(out, size, entry->key);
        size = pack_string(out, size, entry->value);
    }
    return size;
}

uint8_t *fwl_packet_pack_dictionary(FwlDictionary *dict, size_t *size)
{
    *size = 0;
    if (!dict)
        return NULL;
    const size_t packed_size = pack_entries(NULL, dict);
    uint8_t *packed = fwl_malloc(packed_size);
    if (!packed)
        return NULL;
    pack_entries(packed, dict);
    *size = packed_size;
    return packed;
}

static int unpack_entries(const char *text, const char *end, FwlDictionary **dict)
{
    while (text < end) {
        const char *key = text;
        const char *value = key + strlen(key) + 1;
        if (!*key || value >= end)
            return FWL_E_DATA;
        const int err = fwl_dict_set(dict, key, value, 0);
        if (err < 0)
            return err;
        text = value + strlen(value) + 1;
    }
    return 0;
}

int fwl_packet_unpack_dictionary(const uint8_t *data, size_t size, FwlDictionary **dict)
{
    if (!dict || !data || size == 0)
        return 0;
    if (data[size - 1] != 0)
        return FWL_E_DATA;
    FwlDictionary *edited = NULL;
    int err = fwl_dict_copy(&edited, *dict, FWL_DICT_MULTIKEY);
    if (err >= 0)
        err = unpack_entries((const char *)data, (const char *)data + size, &edited);
    if (err < 0) {
        fwl_dict_free(&edited);
        return err;
    }
    fwl_dict_free(dict);
    *dict = edited;
    return 0;
}
