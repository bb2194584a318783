/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program for FFmpeg's packets: what it includes is all that says which library it is for. Built
 * with WITH_LIBAV it uses libavcodec, without it Framewell; it prints the same.
 */
#ifdef WITH_LIBAV
#include <libavcodec/defs.h>
#include <libavcodec/packet.h>
#include <libavutil/avutil.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#else
#include <framewell/av_names.h>
#endif
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describe(const char *name, const AVPacket *packet)
{
    printf("%s: %d bytes", name, (int)packet->size);
    if (packet->buf)
        printf(" in a buffer of %zu, %d references", packet->buf->size,
               av_buffer_get_ref_count(packet->buf));
    if (packet->pts == AV_NOPTS_VALUE)
        printf(", no pts");
    else
        printf(", pts %" PRId64, packet->pts);
    printf(", flags %d, %d pieces of side data\n", packet->flags, packet->side_data_elems);
}

static int use_packets(AVPacket *packet, AVPacket *other)
{
    static const char text[] = "Hello, packet";
    int ret = av_new_packet(packet, sizeof text);
    if (ret < 0)
        return ret;
    memcpy(packet->data, text, sizeof text);
    packet->pts = 3003;
    packet->duration = 1001;
    packet->flags |= AV_PKT_FLAG_KEY;
    packet->time_base = (AVRational){1, 30000};
    describe("new", packet);
    printf("\"%s\", padded with %d and %d\n", (const char *)packet->data, packet->data[sizeof text],
           packet->data[sizeof text + AV_INPUT_BUFFER_PADDING_SIZE - 1]);

    uint8_t *skip = av_packet_new_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, 10);
    if (!skip)
        return AVERROR(ENOMEM);
    skip[0] = 64;

    ret = av_packet_ref(other, packet);
    if (ret < 0)
        return ret;
    describe("referenced", other);
    size_t size;
    const uint8_t *found = av_packet_get_side_data(other, AV_PKT_DATA_SKIP_SAMPLES, &size);
    printf("%s: %zu bytes, the first is %d\n", av_packet_side_data_name(AV_PKT_DATA_SKIP_SAMPLES),
           size, found ? found[0] : -1);

    ret = av_packet_make_writable(other);
    if (ret < 0)
        return ret;
    other->data[0] = 'J';
    printf("\"%s\" and \"%s\"\n", (const char *)packet->data, (const char *)other->data);

    ret = av_grow_packet(other, 100);
    if (ret < 0)
        return ret;
    av_shrink_packet(other, 5);
    av_packet_rescale_ts(other, other->time_base, (AVRational){1, 1000});
    describe("grown, shrunk and rescaled", other);

    av_packet_unref(packet);
    describe("unreferenced", packet);
    av_packet_move_ref(packet, other);
    describe("moved", packet);
    return 0;
}

int main(void)
{
    AVPacket *packet = av_packet_alloc();
    AVPacket *other = av_packet_alloc();
    const int ret = packet && other ? use_packets(packet, other) : AVERROR(ENOMEM);
    av_packet_free(&packet);
    av_packet_free(&other);
    printf("%s\n", packet || other ? "left behind" : "all free");
    if (ret < 0)
        fprintf(stderr, "%s\n", av_err2str(ret));
    return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
