/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A picture that another process can see: a pool whose pages are those of a memfd. The descriptor
 * is all that the other program gets; it maps the same memory and finds the picture at its offset.
 */
#define _DEFAULT_SOURCE /* madvise, syscall */
#include <linux/memfd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framewell/frame.h"
#include "framewell/pool.h"

enum { WIDTH = 1280, HEIGHT = 720 };

/* Address space and file alike have this size from the start; memory only where something is. */
static const size_t RANGE_SIZE = (size_t)1 << 30;

/* One file, mapped once: what is at base + n here is at offset n for everybody. */
struct SharedPages {
    int file;
    char *base;
    size_t used;
};

static int open_pages(struct SharedPages *pages)
{
    pages->used = 0;
    pages->file = (int)syscall(SYS_memfd_create, "frames", 0);
    if (pages->file < 0 || ftruncate(pages->file, (off_t)RANGE_SIZE) < 0)
        return -1;
    pages->base = mmap(NULL, RANGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                       pages->file, 0);
    return pages->base == MAP_FAILED ? -1 : 0;
}

/* The next part of the range at a multiple of alignment. */
static void *map_pages(void *opaque, size_t size, size_t alignment)
{
    struct SharedPages *pages = opaque;
    const uintptr_t base = (uintptr_t)pages->base;
    const uintptr_t start = (base + pages->used + alignment - 1) / alignment * alignment;
    if (start - base > RANGE_SIZE || size > RANGE_SIZE - (start - base))
        return NULL;
    pages->used = start - base + size;
    return pages->base + (start - base);
}

/* MADV_DONTNEED would only take the pages out of this process: the file would keep them. */
static void purge_pages(void *opaque, void *address, size_t size)
{
    (void)opaque;
    madvise(address, size, MADV_REMOVE);
}

/* Memory goes back; the part of the range is not used again unless it was the last one. A program
 * that runs for days keeps a list of free parts. */
static void unmap_pages(void *opaque, void *address, size_t size)
{
    struct SharedPages *pages = opaque;
    purge_pages(opaque, address, size);
    const size_t offset = (size_t)((char *)address - pages->base);
    if (offset + size == pages->used)
        pages->used = offset;
}

static uint64_t checksum(const uint8_t *data, size_t linesize)
{
    uint64_t sum = 14695981039346656037u;
    for (size_t y = 0; y < HEIGHT; y++) {
        for (size_t x = 0; x < WIDTH; x++)
            sum = (sum ^ data[y * linesize + x]) * 1099511628211u;
    }
    return sum;
}

/* The other program: shared_frame DESCRIPTOR OFFSET LINESIZE CHECKSUM */
static int look(char **argv)
{
    const int file = atoi(argv[1]);
    const size_t offset = strtoull(argv[2], NULL, 10);
    const size_t linesize = strtoull(argv[3], NULL, 10);
    const char *pages = mmap(NULL, RANGE_SIZE, PROT_READ, MAP_SHARED, file, 0);
    if (pages == MAP_FAILED)
        return EXIT_FAILURE;
    const uint64_t sum = checksum((const uint8_t *)pages + offset, linesize);
    const int is_same = sum == strtoull(argv[4], NULL, 10);
    printf("process %s sees the picture: %s\n", argv[0], is_same ? "the same" : "another");
    return is_same ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Starts the other program, which inherits the descriptor and nothing else. */
static int show(const struct SharedPages *pages, const FwlFrame *frame)
{
    const size_t linesize = (size_t)frame->linesize[0];
    char file[16], offset[24], line[24], sum[24];
    snprintf(file, sizeof file, "%d", pages->file);
    snprintf(offset, sizeof offset, "%td", (char *)frame->data[0] - pages->base);
    snprintf(line, sizeof line, "%zu", linesize);
    snprintf(sum, sizeof sum, "%llu", (unsigned long long)checksum(frame->data[0], linesize));
    const pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "two", file, offset, line, sum, (char *)NULL);
        _exit(EXIT_FAILURE);
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

/* A picture of the pool, every row another shade. NULL: no memory. */
static FwlFrame *draw(FwlPool *pool)
{
    FwlFrame *frame = fwl_frame_alloc();
    if (!frame)
        return NULL;
    frame->pool = pool;
    frame->format = FWL_PIX_FMT_YUV420P;
    frame->width = WIDTH;
    frame->height = HEIGHT;
    if (fwl_frame_get_buffer(frame, 0) < 0)
        fwl_frame_free(&frame);
    for (int y = 0; frame && y < HEIGHT; y++)
        memset(frame->data[0] + y * frame->linesize[0], y & 255, WIDTH);
    return frame;
}

int main(int argc, char **argv)
{
    if (argc == 5)
        return look(argv);

    struct SharedPages pages;
    if (open_pages(&pages) < 0)
        return EXIT_FAILURE;
    const FwlPoolSource source = {
        .map = map_pages, .unmap = unmap_pages, .purge = purge_pages, .opaque = &pages};
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "shared";
    config.source = &source;
    config.initial_pool_size = 0;
    FwlPool *pool;
    if (fwl_pool_create(&pool, &config) < 0)
        return EXIT_FAILURE;

    FwlFrame *frame = draw(pool);
    const int status = frame ? show(&pages, frame) : -1;
    fwl_frame_free(&frame);
    fwl_pool_destroy(&pool);
    munmap(pages.base, RANGE_SIZE);
    close(pages.file);
    return status < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
