/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transcodes a file that is held in memory to memory, and writes what came out:
 *
 *     transcode_memory clip.mp4 clip.mkv
 */
#include <stdio.h>
#include <stdlib.h>

#include "framewell/io.h"
#include "framewell/transcode.h"

static int save(FwlIO *bytes, const char *path)
{
    FwlBufferRef *whole = NULL;
    int err = fwl_io_take(bytes, &whole);
    FILE *file = err < 0 ? NULL : fopen(path, "wb");
    if (file) {
        err = fwrite(whole->data, 1, whole->size, file) == whole->size ? 0 : FWL_E_IO;
        if (fclose(file) != 0)
            err = FWL_E_IO;
    } else if (err == 0) {
        err = FWL_E_IO;
    }
    fwl_buffer_unref(&whole);
    return err;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s INPUT OUTPUT\n", argv[0]);
        return 2;
    }
    FwlIO *in = NULL;
    FwlIO *out = NULL;
    FwlTranscodeResult result = {0};
    int err = fwl_io_open_mapped(&in, argv[1], NULL);
    if (err == 0)
        err = fwl_io_open_writer(&out, NULL, SIZE_MAX);
    if (err == 0) {
        FwlTranscodeOptions options = fwl_transcode_options_default();
        options.output_name = argv[2];
        err = fwl_transcode(in, out, &options, NULL, &result);
    }
    if (err == 0)
        err = save(out, argv[2]);
    if (err < 0)
        fprintf(stderr, "%s: %s\n", argv[1],
                result.message[0] ? result.message : fwl_status_text(err));
    fwl_transcode_result_uninit(&result);
    fwl_io_close(&out);
    fwl_io_close(&in);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
