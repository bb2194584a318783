/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says how many frames a file's decoders hold, and what memory that takes:
 *
 *     frames_held clip.mp4
 */
#include <stdio.h>
#include <stdlib.h>

#include "framewell/io.h"
#include "framewell/probe.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s INPUT\n", argv[0]);
        return 2;
    }
    FwlIO *in = NULL;
    FwlProbeResult probe = {0};
    int err = fwl_io_open_mapped(&in, argv[1], NULL);
    if (err == 0) {
        const FwlProbeOptions options = {.threads = 1};
        err = fwl_probe(in, &options, &probe);
    }
    for (size_t i = 0; i < probe.stream_count; i++)
        printf("%s: %d frames, %zu bytes\n", probe.streams[i].codec, probe.streams[i].frames_held,
               probe.streams[i].memory_peak);
    if (err < 0)
        fprintf(stderr, "%s: %s\n", argv[1],
                probe.message[0] ? probe.message : fwl_status_text(err));
    fwl_probe_result_uninit(&probe);
    fwl_io_close(&in);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
