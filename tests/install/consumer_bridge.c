/* SPDX-License-Identifier: BSD-2-Clause */
/* The same for the bridge: what does not hold media is refused, in words. */
#include <stdio.h>

#include <framewell/transcode.h>

int main(void)
{
    static const uint8_t nothing[] = {1, 2, 3};
    FwlIO *in = NULL;
    FwlIO *out = NULL;
    if (fwl_io_open_memory(&in, nothing, sizeof nothing) < 0)
        return 1;
    if (fwl_io_open_writer(&out, NULL, SIZE_MAX) < 0)
        return 1;
    FwlTranscodeOptions options = fwl_transcode_options_default();
    options.format = "matroska";
    FwlTranscodeResult result;
    const int status = fwl_transcode(in, out, &options, NULL, &result);
    puts(result.message);
    fwl_transcode_result_uninit(&result);
    fwl_io_close(&in);
    fwl_io_close(&out);
    return status < 0 ? 0 : 2;
}
