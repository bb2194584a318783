/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets: compressed data on its way from a demuxer to a decoder or from an encoder to a muxer,
 * with its timestamps and what else the container knows about it.
 *
 * The data belongs to a refcounted buffer, buf, and may be any part of it. Behind data + size stand
 * FWL_INPUT_BUFFER_PADDING_SIZE zero bytes, always: a bit reader may read on past the end. A packet
 * without buf only borrows its data; fwl_packet_ref then copies it.
 *
 *     FwlPacket *packet = fwl_packet_alloc();
 *     if (!packet || fwl_new_packet(packet, 5) < 0)
 *         return FWL_E_NOMEM;
 *     memcpy(packet->data, "hello", 5);
 *     packet->pts = 3003;
 *     FwlPacket *same = fwl_packet_clone(packet); // the same bytes, not a copy
 *     fwl_packet_free(&packet);
 *     fwl_packet_free(&same);
 *
 * Names, parameters and results are those of libavcodec/packet.h; sizes are size_t. New is the
 * field pool.
 *
 * Threads: one packet is for one thread at a time; packets that share a buffer may be in different
 * threads.
 */
#ifndef FRAMEWELL_PACKET_H
#define FRAMEWELL_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/buffer.h"
#include "framewell/dict.h"
#include "framewell/mem.h"
#include "framewell/pool.h"
#include "framewell/rational.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

/* What a piece of side data is; numbers and contents are libavcodec's. */
enum FwlPacketSideDataType {
    FWL_PKT_DATA_PALETTE,
    FWL_PKT_DATA_NEW_EXTRADATA,
    FWL_PKT_DATA_PARAM_CHANGE,
    FWL_PKT_DATA_H263_MB_INFO,
    FWL_PKT_DATA_REPLAYGAIN,
    FWL_PKT_DATA_DISPLAYMATRIX,
    FWL_PKT_DATA_STEREO3D,
    FWL_PKT_DATA_AUDIO_SERVICE_TYPE,
    FWL_PKT_DATA_QUALITY_STATS,
    FWL_PKT_DATA_FALLBACK_TRACK,
    FWL_PKT_DATA_CPB_PROPERTIES,
    FWL_PKT_DATA_SKIP_SAMPLES,
    FWL_PKT_DATA_JP_DUALMONO,
    FWL_PKT_DATA_STRINGS_METADATA,
    FWL_PKT_DATA_SUBTITLE_POSITION,
    FWL_PKT_DATA_MATROSKA_BLOCKADDITIONAL,
    FWL_PKT_DATA_WEBVTT_IDENTIFIER,
    FWL_PKT_DATA_WEBVTT_SETTINGS,
    FWL_PKT_DATA_METADATA_UPDATE,
    FWL_PKT_DATA_MPEGTS_STREAM_ID,
    FWL_PKT_DATA_MASTERING_DISPLAY_METADATA,
    FWL_PKT_DATA_SPHERICAL,
    FWL_PKT_DATA_CONTENT_LIGHT_LEVEL,
    FWL_PKT_DATA_A53_CC,
    FWL_PKT_DATA_ENCRYPTION_INIT_INFO,
    FWL_PKT_DATA_ENCRYPTION_INFO,
    FWL_PKT_DATA_AFD,
    FWL_PKT_DATA_PRFT,
    FWL_PKT_DATA_ICC_PROFILE,
    FWL_PKT_DATA_DOVI_CONF,
    FWL_PKT_DATA_S12M_TIMECODE,
    FWL_PKT_DATA_DYNAMIC_HDR10_PLUS,
    FWL_PKT_DATA_NB /* how many there are */
};

/* The older name. */
#define FWL_PKT_DATA_QUALITY_FACTOR FWL_PKT_DATA_QUALITY_STATS

/* One piece of side data; data is a block of the fwl_malloc family. */
typedef struct FwlPacketSideData {
    uint8_t *data;
    size_t size;
    enum FwlPacketSideDataType type;
} FwlPacketSideData;

/* What FWL_PKT_DATA_PARAM_CHANGE says in its first four bytes. */
enum FwlSideDataParamChangeFlags {
    FWL_SIDE_DATA_PARAM_CHANGE_CHANNEL_COUNT = 0x0001,
    FWL_SIDE_DATA_PARAM_CHANGE_CHANNEL_LAYOUT = 0x0002,
    FWL_SIDE_DATA_PARAM_CHANGE_SAMPLE_RATE = 0x0004,
    FWL_SIDE_DATA_PARAM_CHANGE_DIMENSIONS = 0x0008,
};

/* Bits of FwlPacket.flags */
#define FWL_PKT_FLAG_KEY        0x0001 /* decoding can begin here */
#define FWL_PKT_FLAG_CORRUPT    0x0002 /* the contents are damaged */
#define FWL_PKT_FLAG_DISCARD    0x0004 /* to be decoded, not to be shown */
#define FWL_PKT_FLAG_TRUSTED    0x0008 /* may point outside of itself: from a source that may */
#define FWL_PKT_FLAG_DISPOSABLE 0x0010 /* no other packet needs it for decoding */

/*
 * A packet. A *blank* packet holds nothing: no data, no side data, unknown timestamps.
 *
 * pool is where fwl_new_packet and all that copies data take their memory: the default pool for
 * NULL. It is borrowed: the caller keeps the pool as long as packets name it. Only a new packet,
 * fwl_init_packet and being the target of fwl_packet_ref or fwl_packet_move_ref change it.
 */
typedef struct FwlPacket {
    FwlBufferRef *buf;            /* the memory that data is in; NULL: data is borrowed */
    int64_t pts;                  /* when it is shown, in the stream's time base; FWL_NOPTS_VALUE */
    int64_t dts;                  /* when it is decoded, likewise */
    uint8_t *data;
    size_t size;                  /* bytes at data, padding not counted */
    int stream_index;
    int flags;                    /* FWL_PKT_FLAG_* */
    FwlPacketSideData *side_data; /* side_data_elems pieces, no two of one type */
    int side_data_elems;
    int64_t duration;             /* in the stream's time base; 0: unknown */
    int64_t pos;                  /* byte position in the stream; -1: unknown */
    void *opaque;                 /* the caller's own */
    FwlBufferRef *opaque_ref;     /* the caller's own; copied and ended with the packet */
    FwlRational time_base;        /* of the timestamps, where the maker says; else 0/1 */
    FwlPool *pool;
} FwlPacket;

/* A packet in a list: the older way to queue. */
typedef struct FwlPacketList {
    FwlPacket pkt;
    struct FwlPacketList *next;
} FwlPacketList;

/* Lifetime */

/* A blank packet. Owner: the caller, who ends it with fwl_packet_free. Fails: NULL. */
FWL_API FwlPacket *fwl_packet_alloc(void);

/* A new packet that refers to the same data as src; fwl_packet_alloc and fwl_packet_ref. */
FWL_API FwlPacket *fwl_packet_clone(const FwlPacket *src);

/* Ends a packet with all it holds and leaves NULL; accepts NULL and a pointer to NULL. */
FWL_API void fwl_packet_free(FwlPacket **pkt);

/*
 * Makes a packet blank but for data and size, whatever its memory held. A packet that owns a buffer
 * or side data loses them, they leak: end those with fwl_packet_unref. For packets that are not
 * from fwl_packet_alloc; such a packet may also begin as all zero bytes.
 */
FWL_API void fwl_init_packet(FwlPacket *pkt);

/* Making data */

/*
 * Gives the packet a buffer of size bytes from its pool, contents undefined, padding 0; all other
 * fields become those of a blank packet. What the packet held before is not ended.
 *
 * Fails: FWL_E_NOMEM; FWL_E_RANGE for a size above PTRDIFF_MAX (a negative number). pkt is
 * untouched.
 */
FWL_API int fwl_new_packet(FwlPacket *pkt, size_t size);

/* Makes the packet's data end after size bytes, padding behind; nothing where it is no larger. */
FWL_API void fwl_shrink_packet(FwlPacket *pkt, size_t size);

/*
 * Makes the packet's data grow_by bytes larger; the new bytes are undefined, the padding 0. The
 * data moves where the buffer has no room behind it or is shared; it then gets a sixteenth more
 * than needed, for the next time.
 *
 * Fails: FWL_E_NOMEM; FWL_E_RANGE as fwl_new_packet; FWL_E_INVALID where data is not in buf. pkt is
 * untouched.
 */
FWL_API int fwl_grow_packet(FwlPacket *pkt, size_t grow_by);

/*
 * Makes size bytes at data, a block of the fwl_malloc family, the packet's data. Behind them the
 * block has FWL_INPUT_BUFFER_PADDING_SIZE bytes more. Sets buf, data and size, nothing else.
 *
 * Owner: takes data on success.
 * Fails: FWL_E_NOMEM, FWL_E_RANGE as fwl_new_packet; pkt is untouched.
 */
FWL_API int fwl_packet_from_data(FwlPacket *pkt, uint8_t *data, size_t size);

/* References */

/*
 * Makes dst, whatever its memory held, a packet with the fields of src and a reference to its data;
 * side data is copied, and so is data that src only borrows.
 *
 * Fails: FWL_E_NOMEM; dst is blank then.
 */
FWL_API int fwl_packet_ref(FwlPacket *dst, const FwlPacket *src);

/* Ends what the packet holds and makes it blank. */
FWL_API void fwl_packet_unref(FwlPacket *pkt);

/* Moves all of src to dst, whatever its memory held, and makes src blank. */
FWL_API void fwl_packet_move_ref(FwlPacket *dst, FwlPacket *src);

/*
 * Copies all fields but buf, data, size and pool; side data is copied. dst's own side data and
 * opaque_ref are overwritten, not ended.
 *
 * Fails: FWL_E_NOMEM; dst then has the fields, but neither side data nor opaque_ref.
 */
FWL_API int fwl_packet_copy_props(FwlPacket *dst, const FwlPacket *src);

/* Gives a packet that borrows its data a copy of its own. Fails: FWL_E_NOMEM; pkt is untouched. */
FWL_API int fwl_packet_make_refcounted(FwlPacket *pkt);

/* Makes the data the packet's alone, by a copy where others refer to it or it is borrowed.
 * Fails: FWL_E_NOMEM; pkt is untouched. */
FWL_API int fwl_packet_make_writable(FwlPacket *pkt);

/* Timestamps */

/* Converts pts, dts and duration from one time base to another; unknown ones stay unknown. */
FWL_API void fwl_packet_rescale_ts(FwlPacket *pkt, FwlRational tb_src, FwlRational tb_dst);

/* Side data: at most one piece of each type. Behind each piece stand 64 zero bytes. */

/*
 * Adds a piece of size bytes, all 0, in place of one of that type, and gives its address.
 *
 * Fails: NULL; the packet is untouched.
 */
FWL_API uint8_t *fwl_packet_new_side_data(FwlPacket *pkt, enum FwlPacketSideDataType type,
                                          size_t size);

/*
 * Adds data, a block of the fwl_malloc family, as a piece, in place of one of that type.
 *
 * Owner: takes data on success.
 * Fails: FWL_E_NOMEM, FWL_E_RANGE for more than FWL_PKT_DATA_NB pieces; the packet is untouched.
 */
FWL_API int fwl_packet_add_side_data(FwlPacket *pkt, enum FwlPacketSideDataType type, uint8_t *data,
                                     size_t size);

/* Lets a piece end after size bytes. Fails: FWL_E_INVALID where there is none, or it is smaller. */
FWL_API int fwl_packet_shrink_side_data(FwlPacket *pkt, enum FwlPacketSideDataType type,
                                        size_t size);

/* The piece of a type and, where size is not NULL, its size; NULL and 0 for none. */
FWL_API uint8_t *fwl_packet_get_side_data(const FwlPacket *pkt, enum FwlPacketSideDataType type,
                                          size_t *size);

/* Ends all pieces; nothing else changes. */
FWL_API void fwl_packet_free_side_data(FwlPacket *pkt);

/* The name of a type for people: "Skip Samples"; NULL for what is no type. */
FWL_API const char *fwl_packet_side_data_name(enum FwlPacketSideDataType type);

/*
 * Packs a dictionary for a piece of side data: key, 0, value, 0, for each entry.
 *
 * Owner: gives the result; end it with fwl_free or add it to a packet.
 * Fails: NULL and *size 0; also for the dictionary NULL.
 */
FWL_API uint8_t *fwl_packet_pack_dictionary(FwlDictionary *dict, size_t *size);

/*
 * Sets the entries of packed data in *dict.
 *
 * Fails: FWL_E_DATA for what was not packed so, FWL_E_NOMEM; *dict is as it was.
 */
FWL_API int fwl_packet_unpack_dictionary(const uint8_t *data, size_t size, FwlDictionary **dict);

#ifdef __cplusplus
}
#endif

#endif
