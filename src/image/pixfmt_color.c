/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of color properties: lists that are indexed by the number.
 */
#include <string.h>

#include "framewell/pixfmt.h"

static const char *const range_names[FWL_COL_RANGE_NB] = {
    [FWL_COL_RANGE_UNSPECIFIED] = "unknown",
    [FWL_COL_RANGE_MPEG] = "tv",
    [FWL_COL_RANGE_JPEG] = "pc",
};

static const char *const primaries_names[FWL_COL_PRI_NB] = {
    [FWL_COL_PRI_RESERVED0] = "reserved",
    [FWL_COL_PRI_BT709] = "bt709",
    [FWL_COL_PRI_UNSPECIFIED] = "unknown",
    [FWL_COL_PRI_RESERVED] = "reserved",
    [FWL_COL_PRI_BT470M] = "bt470m",
    [FWL_COL_PRI_BT470BG] = "bt470bg",
    [FWL_COL_PRI_SMPTE170M] = "smpte170m",
    [FWL_COL_PRI_SMPTE240M] = "smpte240m",
    [FWL_COL_PRI_FILM] = "film",
    [FWL_COL_PRI_BT2020] = "bt2020",
    [FWL_COL_PRI_SMPTE428] = "smpte428",
    [FWL_COL_PRI_SMPTE431] = "smpte431",
    [FWL_COL_PRI_SMPTE432] = "smpte432",
    [FWL_COL_PRI_EBU3213] = "ebu3213",
};

static const char *const transfer_names[FWL_COL_TRC_NB] = {
    [FWL_COL_TRC_RESERVED0] = "reserved",
    [FWL_COL_TRC_BT709] = "bt709",
    [FWL_COL_TRC_UNSPECIFIED] = "unknown",
    [FWL_COL_TRC_RESERVED] = "reserved",
    [FWL_COL_TRC_GAMMA22] = "bt470m",
    [FWL_COL_TRC_GAMMA28] = "bt470bg",
    [FWL_COL_TRC_SMPTE170M] = "smpte170m",
    [FWL_COL_TRC_SMPTE240M] = "smpte240m",
    [FWL_COL_TRC_LINEAR] = "linear",
    [FWL_COL_TRC_LOG] = "log100",
    [FWL_COL_TRC_LOG_SQRT] = "log316",
    [FWL_COL_TRC_IEC61966_2_4] = "iec61966-2-4",
    [FWL_COL_TRC_BT1361_ECG] = "bt1361e",
    [FWL_COL_TRC_IEC61966_2_1] = "iec61966-2-1",
    [FWL_COL_TRC_BT2020_10] = "bt2020-10",
    [FWL_COL_TRC_BT2020_12] = "bt2020-12",
    [FWL_COL_TRC_SMPTE2084] = "smpte2084",
    [FWL_COL_TRC_SMPTE428] = "smpte428",
    [FWL_COL_TRC_ARIB_STD_B67] = "arib-std-b67",
};

static const char *const space_names[FWL_COL_SPC_NB] = {
    [FWL_COL_SPC_RGB] = "gbr",
    [FWL_COL_SPC_BT709] = "bt709",
    [FWL_COL_SPC_UNSPECIFIED] = "unknown",
    [FWL_COL_SPC_RESERVED] = "reserved",
    [FWL_COL_SPC_FCC] = "fcc",
    [FWL_COL_SPC_BT470BG] = "bt470bg",
    [FWL_COL_SPC_SMPTE170M] = "smpte170m",
    [FWL_COL_SPC_SMPTE240M] = "smpte240m",
    [FWL_COL_SPC_YCGCO] = "ycgco",
    [FWL_COL_SPC_BT2020_NCL] = "bt2020nc",
    [FWL_COL_SPC_BT2020_CL] = "bt2020c",
    [FWL_COL_SPC_SMPTE2085] = "smpte2085",
    [FWL_COL_SPC_CHROMA_DERIVED_NCL] = "chroma-derived-nc",
    [FWL_COL_SPC_CHROMA_DERIVED_CL] = "chroma-derived-c",
    [FWL_COL_SPC_ICTCP] = "ictcp",
};

static const char *const location_names[FWL_CHROMA_LOC_NB] = {
    [FWL_CHROMA_LOC_UNSPECIFIED] = "unspecified",
    [FWL_CHROMA_LOC_LEFT] = "left",
    [FWL_CHROMA_LOC_CENTER] = "center",
    [FWL_CHROMA_LOC_TOPLEFT] = "topleft",
    [FWL_CHROMA_LOC_TOP] = "top",
    [FWL_CHROMA_LOC_BOTTOMLEFT] = "bottomleft",
    [FWL_CHROMA_LOC_BOTTOM] = "bottom",
};

static const char *name_at(const char *const *names, int count, int number)
{
    return number >= 0 && number < count ? names[number] : NULL;
}

static int find_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; name && i < count; i++) {
        if (names[i] && strcmp(names[i], name) == 0)
            return i;
    }
    return FWL_E_INVALID;
}

const char *fwl_color_range_name(enum FwlColorRange range)
{
    return name_at(range_names, FWL_COL_RANGE_NB, (int)range);
}

int fwl_color_range_from_name(const char *name)
{
    return find_name(range_names, FWL_COL_RANGE_NB, name);
}

const char *fwl_color_primaries_name(enum FwlColorPrimaries primaries)
{
    return name_at(primaries_names, FWL_COL_PRI_NB, (int)primaries);
}

int fwl_color_primaries_from_name(const char *name)
{
    return find_name(primaries_names, FWL_COL_PRI_NB, name);
}

const char *fwl_color_transfer_name(enum FwlColorTransferCharacteristic transfer)
{
    return name_at(transfer_names, FWL_COL_TRC_NB, (int)transfer);
}

int fwl_color_transfer_from_name(const char *name)
{
    return find_name(transfer_names, FWL_COL_TRC_NB, name);
}

const char *fwl_color_space_name(enum FwlColorSpace space)
{
    return name_at(space_names, FWL_COL_SPC_NB, (int)space);
}

int fwl_color_space_from_name(const char *name)
{
    return find_name(space_names, FWL_COL_SPC_NB, name);
}

const char *fwl_chroma_location_name(enum FwlChromaLocation location)
{
    return name_at(location_names, FWL_CHROMA_LOC_NB, (int)location);
}

int fwl_chroma_location_from_name(const char *name)
{
    return find_name(location_names, FWL_CHROMA_LOC_NB, name);
}
