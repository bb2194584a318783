/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of the library: the headers that need nothing but libc. Those for FFmpeg (ffmpeg.h,
 * probe.h, transcode.h) are included by who links libframewell-ffmpeg.
 *
 *     FwlPacket *packet = fwl_packet_alloc();
 *     if (!packet)
 *         return FWL_E_NOMEM;
 *     int err = fwl_new_packet(packet, 188);
 *     fwl_packet_free(&packet);
 *     return err;
 *
 * Threads: each header says what holds for its functions.
 */
#ifndef FRAMEWELL_FRAMEWELL_H
#define FRAMEWELL_FRAMEWELL_H

#include "framewell/status.h"
#include "framewell/log.h"

#include "framewell/pool.h"
#include "framewell/mem.h"
#include "framewell/buffer.h"

#include "framewell/rational.h"
#include "framewell/dict.h"
#include "framewell/pixfmt.h"
#include "framewell/image.h"
#include "framewell/sample.h"
#include "framewell/packet.h"
#include "framewell/frame.h"
#include "framewell/queue.h"

#include "framewell/io.h"

#endif
