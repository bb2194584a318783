/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout layer where little is allowed: in signal handlers and before main(). The malloc of
 * this program, which the C library's own functions call too, counts its calls.
 */
#define _POSIX_C_SOURCE 200809L /* sigaction */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "framewell/image.h"
#include "framewell/mem.h"
#include "framewell/sample.h"

/* Counting: the C library's allocator by the names that it has beside the usual ones. */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static volatile sig_atomic_t is_counting, allocations;

static void count(void)
{
    if (is_counting)
        allocations = allocations + 1;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t items, size_t size)
{
    count();
    return __libc_calloc(items, size);
}

__attribute__((visibility("default"))) void *realloc(void *block, size_t size)
{
    count();
    return __libc_realloc(block, size);
}

/* What is done there */

struct Work {
    int size;
    size_t layout_size;
    int copied;
    bool is_copied;
    FwlImageProblem problem;
    char text[32];
    char name[32];
    int channels;
    enum FwlPixelFormat format;
    int samples;
};

enum { SIDE = 64, ROW = 96 };

static void copy_picture(struct Work *work)
{
    static uint8_t from[SIDE * ROW], to[SIDE * SIDE];
    memset(from, 7, sizeof from);
    memset(to, 0, sizeof to);
    const uint8_t *const data[4] = {from};
    const int linesize[4] = {ROW};
    work->copied =
        fwl_image_copy_to_buffer(to, sizeof to, data, linesize, FWL_PIX_FMT_GRAY8, SIDE, SIDE, 1);
    fwl_memcpy_backptr(to + 1, 1, sizeof to - 1);
    work->is_copied = to[0] == 7 && to[sizeof to - 1] == 7;
}

static void do_work(struct Work *work)
{
    FwlImageLayout layout;
    FwlChannelLayout channels;
    uint8_t *planes[4], *const memory = (uint8_t *)(uintptr_t)0x10000;
    int linesize[4];
    fwl_image_layout_init(&layout, FWL_PIX_FMT_YUV420P, 300, 300,
                          &(FwlImageRules){.row_align = 16});
    work->size = fwl_image_get_buffer_size(FWL_PIX_FMT_YUV420P, 300, 300, 16);
    work->layout_size = layout.size;
    fwl_image_layout_fill_arrays(&layout, planes, linesize, memory);
    const uint8_t *const data[4] = {planes[0], planes[1], planes[2] - 16};
    fwl_image_check(data, linesize, NULL, FWL_PIX_FMT_YUV420P, 300, 300, NULL, &work->problem);
    copy_picture(work);
    fwl_channel_layout_parse(&channels, "FL+FR+TC", NULL, 0);
    work->channels = fwl_channel_layout_describe(&channels, work->text, sizeof work->text);
    work->format = fwl_get_pix_fmt("yuv420p10le");
    fwl_get_pix_fmt_string(work->name, sizeof work->name, work->format);
    work->samples = fwl_samples_get_buffer_size(NULL, 2, 1024, FWL_SAMPLE_FMT_FLTP, 0);
}

static void expect_work(const struct Work *work)
{
    assert_int_equal(work->size, 139200);
    assert_int_equal(work->layout_size, 139200);
    assert_int_equal(work->copied, SIDE * SIDE);
    assert_true(work->is_copied);
    assert_string_equal(work->problem.message, "plane 2 overlaps plane 1");
    assert_string_equal(work->text, "3 channels (FL+FR+TC)");
    assert_int_equal(work->channels, 21);
    assert_int_equal(work->format, FWL_PIX_FMT_YUV420P10LE);
    assert_string_equal(work->name, "yuv420p10le       3         15");
    assert_int_equal(work->samples, 8192);
}

static struct Work before_main, in_handler;

__attribute__((constructor(101))) static void work_before_main(void)
{
    do_work(&before_main);
}

static void work_in_handler(int number)
{
    (void)number;
    is_counting = 1;
    do_work(&in_handler);
    is_counting = 0;
}

/* Cases */

static void a_static_initialiser_may_lay_out_pictures(void)
{
    expect_work(&before_main);
}

static void a_signal_handler_may_and_nothing_is_allocated(void)
{
    struct sigaction handler = {.sa_handler = work_in_handler}, before;
    memset(&in_handler, 0, sizeof in_handler);
    allocations = 0;
    assert_int_equal(sigaction(SIGUSR1, &handler, &before), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    expect_work(&in_handler);
    assert_int_equal(allocations, 0);
}

static void what_allocates_is_counted(void)
{
    allocations = 0;
    is_counting = 1;
    char *volatile copy = strdup("a case that cannot fail says nothing"); /* not left out */
    is_counting = 0;
    free(copy);
    assert_int_equal(allocations, 1);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(a_static_initialiser_may_lay_out_pictures),
        CASE(a_signal_handler_may_and_nothing_is_allocated),
        CASE(what_allocates_is_counted),
    };
    return run_cases("layout anywhere", cases, sizeof cases / sizeof cases[0], argc, argv);
}
