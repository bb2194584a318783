/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uses a block in the way that its argument names, wrong by exactly one byte, to see whether tools
 * find it (check_misuse.py). Says first at which address.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/pool.h"
#include "os/os.h"

enum { SIZE = 100, FRAME_SIZE = 3000001 };

static volatile char sink;

/* Not static: named in the reports. */
void read_byte(const volatile char *at);
void write_byte(volatile char *at);

__attribute__((noinline)) void read_byte(const volatile char *at)
{
    printf("%p\n", (void *)(uintptr_t)at);
    fflush(stdout);
    sink = *at;
}

__attribute__((noinline)) void write_byte(volatile char *at)
{
    printf("%p\n", (void *)(uintptr_t)at);
    fflush(stdout);
    *at = 1;
}

static char *make_block(size_t size)
{
    char *block = fwl_pool_alloc(NULL, size);
    if (!block)
        exit(2);
    memset(block, 1, size);
    return block;
}

static void read_beyond(void)
{
    read_byte(make_block(SIZE) + SIZE);
}

static void write_beyond(void)
{
    write_byte(make_block(SIZE) + SIZE);
}

static void read_beyond_a_frame(void)
{
    read_byte(make_block(FRAME_SIZE) + FRAME_SIZE);
}

static void read_after_free(void)
{
    char *block = make_block(SIZE);
    fwl_pool_free(NULL, block);
    read_byte(block);
}

static void write_after_free(void)
{
    char *block = make_block(SIZE);
    fwl_pool_free(NULL, block);
    write_byte(block + SIZE - 1);
}

static void read_a_frame_after_free(void)
{
    char *block = make_block(FRAME_SIZE);
    fwl_pool_free(NULL, block);
    read_byte(block + FRAME_SIZE / 2);
}

static void *free_block(void *block)
{
    fwl_pool_free(NULL, block);
    return NULL;
}

static void read_after_a_free_elsewhere(void)
{
    char *block = make_block(SIZE);
    FwlThread thread;
    if (fwl_os_thread_create(&thread, free_block, block) < 0)
        exit(2);
    fwl_os_thread_join(&thread);
    read_byte(block);
}

static void read_beyond_after_shrinking(void)
{
    char *block = fwl_pool_realloc(NULL, make_block(SIZE), SIZE - 10);
    if (!block)
        exit(2);
    read_byte(block + SIZE - 10);
}

/* All that is allowed, up to the last byte. */
static void nothing(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    FwlPool *pool;
    if (fwl_pool_create(&pool, &config) < 0)
        exit(2);
    for (size_t size = 1; size < FRAME_SIZE; size += size / 3 + 1) {
        for (int round = 0; round < 2; round++) {
            char *block = fwl_pool_alloc(pool, size);
            if (!block)
                exit(2);
            memset(block, 1, size);
            memset(block, 2, fwl_pool_usable_size(block));
            block = fwl_pool_realloc(pool, block, size + size / 16);
            if (!block)
                exit(2);
            memset(block, 3, size + size / 16);
            fwl_pool_free(pool, block);
        }
    }
    fwl_pool_trim(pool, 0);
    fwl_pool_destroy(&pool);
    read_byte("");
}

/* One block that is still known at the end, and one whose only pointer is overwritten. */
static void leak(void)
{
    static char *volatile known;
    known = make_block(SIZE + 1);
    known = make_block(SIZE);
    read_byte(known);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } ways[] = {
#define WAY(name) {#name, name}
        WAY(read_beyond),
        WAY(write_beyond),
        WAY(read_beyond_a_frame),
        WAY(read_after_free),
        WAY(write_after_free),
        WAY(read_a_frame_after_free),
        WAY(read_after_a_free_elsewhere),
        WAY(read_beyond_after_shrinking),
        WAY(nothing),
        WAY(leak),
    };
    for (size_t i = 0; argc > 1 && i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(argv[1], ways[i].name) == 0) {
            ways[i].run();
            return 0;
        }
    }
    return 2;
}
