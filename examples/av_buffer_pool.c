/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for FFmpeg's buffer pools, for libavutil or for Framewell (see av_packet.c): buffers
 * are made by the program, handed out again, and outlive their pool. */
#ifdef WITH_LIBAV
#include <libavutil/buffer.h>
#include <libavutil/mem.h>
#else
#include <framewell/av_names.h>
#endif
#include <stdio.h>
#include <stdlib.h>

struct Counts {
    int made, freed, pools_ended;
};

static void count_free(void *opaque, uint8_t *data)
{
    struct Counts *counts = opaque;
    counts->freed++;
    av_free(data);
}

static AVBufferRef *make_buffer(void *opaque, size_t size)
{
    struct Counts *counts = opaque;
    uint8_t *data = av_mallocz(size);
    AVBufferRef *buf = data ? av_buffer_create(data, size, count_free, counts, 0) : NULL;
    if (!buf) {
        av_free(data);
        return NULL;
    }
    counts->made++;
    return buf;
}

static void end_pool(void *opaque)
{
    struct Counts *counts = opaque;
    counts->pools_ended++;
}

static void tell(const char *when, const struct Counts *counts)
{
    printf("%s: %d made, %d freed, %d pools ended\n", when, counts->made, counts->freed,
           counts->pools_ended);
}

int main(void)
{
    struct Counts counts = {0};
    AVBufferPool *pool = av_buffer_pool_init2(4096, &counts, make_buffer, end_pool);
    if (!pool)
        return EXIT_FAILURE;
    AVBufferRef *held[3] = {NULL};
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 3; i++)
            av_buffer_unref(&held[i]);
        for (int i = 0; i <= round % 3; i++) {
            held[i] = av_buffer_pool_get(pool);
            if (!held[i])
                return EXIT_FAILURE;
            held[i]->data[0] = (uint8_t)(round + i);
        }
        tell("a round", &counts);
    }
    AVBufferRef *shared = av_buffer_ref(held[0]);
    if (!shared)
        return EXIT_FAILURE;
    printf("%zu bytes, %d references, writable: %d\n", shared->size,
           av_buffer_get_ref_count(shared), av_buffer_is_writable(shared));
    av_buffer_unref(&shared);
    av_buffer_pool_uninit(&pool);
    tell("without the pool", &counts);
    printf("still %d\n", held[0]->data[0]);
    av_buffer_unref(&held[0]);
    tell("at the end", &counts);
    return EXIT_SUCCESS;
}
