/* SPDX-License-Identifier: BSD-2-Clause */
#include "layout_works.h"

#include <string.h>

#include "framewell/image.h"
#include "framewell/mem.h"

#if BENCH_HAVE_LIBAVUTIL
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#else
/* The peer says that it is not there, and nothing here is called. */
enum AVPixelFormat { AV_PIX_FMT_NONE = -1 };
#define av_get_pix_fmt(name)                 AV_PIX_FMT_NONE
#define av_image_get_buffer_size(f, w, h, a) ((void)(f), 0)
#define av_image_copy(...)                   ((void)0)
#define av_memcpy_backptr(...)               ((void)0)
#endif

/* Sizes */

struct Size {
    unsigned kind;
    int format; /* the peer's number */
};

void *size_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    const struct SizeParameter *parameter = work->parameter;
    struct Size *size = bench_memory(sizeof *size);
    (void)why;
    size->kind = peer->kind;
    size->format = peer->kind == LAYOUT_FRAMEWELL ? (int)fwl_get_pix_fmt(parameter->format)
                                                  : (int)av_get_pix_fmt(parameter->format);
    return size;
}

uint64_t size_run(void *state, uint64_t count, struct BenchReport *report)
{
    const struct Size size = *(struct Size *)state;
    int sum = 0;
    (void)report;
    for (uint64_t i = 0; i < count; i++) {
        const int width = 1920 + (int)(i & 7);
        if (size.kind == LAYOUT_FRAMEWELL)
            sum ^= fwl_image_get_buffer_size((enum FwlPixelFormat)size.format, width, 1080, 32);
        else
            sum ^= av_image_get_buffer_size((enum AVPixelFormat)size.format, width, 1080, 32);
    }
    bench_keep(&sum);
    return count;
}

void size_teardown(void *state)
{
    bench_memory_free(state, sizeof(struct Size));
}

/* Copies of pictures */

struct Copy {
    unsigned kind;
    int width, height;
    size_t size;       /* bytes that the pixels take */
    size_t allocation; /* with the gaps, of each picture */
    uint8_t *memory[2];
    uint8_t *data[2][4];
    int linesize[4];
};

void *copy_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    const struct CopyParameter *parameter = work->parameter;
    struct Copy *copy = bench_memory(sizeof *copy);
    (void)why;
    *copy = (struct Copy){.kind = peer->kind, .width = parameter->width};
    copy->height = parameter->height;
    copy->linesize[0] = parameter->width + parameter->padding;
    copy->linesize[1] = copy->linesize[2] = copy->linesize[0] / 2;
    const size_t luma = (size_t)copy->linesize[0] * (size_t)copy->height;
    copy->size = (size_t)copy->width * (size_t)copy->height * 3 / 2;
    copy->allocation = luma * 3 / 2;
    for (int i = 0; i < 2; i++) {
        uint8_t *memory = copy->memory[i] = bench_memory(copy->allocation);
        memset(memory, 1 + i, copy->allocation);
        copy->data[i][0] = memory;
        copy->data[i][1] = memory + luma;
        copy->data[i][2] = memory + luma + luma / 4;
    }
    return copy;
}

uint64_t copy_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Copy *copy = state;
    const uint8_t *const source[4] = {copy->data[1][0], copy->data[1][1], copy->data[1][2]};
    (void)report;
    for (uint64_t i = 0; i < count; i++) {
        if (copy->kind == LAYOUT_FRAMEWELL)
            fwl_image_copy(copy->data[0], copy->linesize, source, copy->linesize,
                           FWL_PIX_FMT_YUV420P, copy->width, copy->height);
        else if (copy->kind == LAYOUT_LIBAVUTIL)
            av_image_copy(copy->data[0], copy->linesize, (const uint8_t **)(uintptr_t)source,
                          copy->linesize, (enum AVPixelFormat)FWL_PIX_FMT_YUV420P, copy->width,
                          copy->height);
        else
            memcpy(copy->memory[0], copy->memory[1], copy->size);
        bench_keep(copy->memory[0]);
    }
    return count;
}

void copy_teardown(void *state)
{
    struct Copy *copy = state;
    for (int i = 0; i < 2; i++)
        bench_memory_free(copy->memory[i], copy->allocation);
    bench_memory_free(copy, sizeof *copy);
}

/* Repetitions */

enum { BACK_MAX = 64, AREA_SIZE = BACK_MAX + 64 + 65536 };

struct Back {
    unsigned kind;
    struct BackParameter parameter;
    uint8_t area[AREA_SIZE];
};

void *back_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    struct Back *back = bench_memory(sizeof *back);
    (void)why;
    back->kind = peer->kind;
    back->parameter = *(const struct BackParameter *)work->parameter;
    for (size_t i = 0; i < sizeof back->area; i++)
        back->area[i] = (uint8_t)(i * 37);
    return back;
}

uint64_t back_run(void *state, uint64_t count, struct BenchReport *report)
{
    struct Back *back = state;
    const struct BackParameter parameter = back->parameter;
    int period = parameter.least;
    (void)report;
    for (uint64_t i = 0; i < count; i++) {
        uint8_t *dst = back->area + BACK_MAX + (i & 7);
        if (back->kind == LAYOUT_FRAMEWELL)
            fwl_memcpy_backptr(dst, period, parameter.count);
        else if (back->kind == LAYOUT_LIBAVUTIL)
            av_memcpy_backptr(dst, period, parameter.count);
        else
            memset(dst, period, (size_t)parameter.count);
        bench_keep(dst);
        period = period == parameter.most ? parameter.least : period + 1;
    }
    return count;
}

void back_teardown(void *state)
{
    bench_memory_free(state, sizeof(struct Back));
}
