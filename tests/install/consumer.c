/* SPDX-License-Identifier: BSD-2-Clause */
/* A program as a user of the installed library writes it; built as C and as C++. */
#include <stdio.h>
#include <string.h>

#include <framewell/buffer.h>
#include <framewell/mem.h>
#include <framewell/pool.h>

int main(void)
{
    FwlBufferRef *frame = fwl_buffer_alloc(1920 * 1080 * 3 / 2);
    if (!frame)
        return 1;
    memset(frame->data, 16, frame->size);

    FwlPoolStats stats;
    fwl_pool_get_stats(fwl_pool_default(), &stats);
    const int is_counted = stats.current_usage >= frame->size;
    fwl_buffer_unref(&frame);

    char *text = fwl_strdup("installed");
    if (!text)
        return 1;
    puts(text);
    fwl_freep(&text);
    return is_counted ? 0 : 2;
}
