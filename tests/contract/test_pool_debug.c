/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug pools: every misuse ends a child process by SIGABRT, and its last line is compared whole;
 * "*" stands for what no test can know (addresses, thread numbers, who called the caller).
 */
#define _POSIX_C_SOURCE 200809L /* fork, pipe, waitpid, setenv */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"
#include "framewell/log.h"
#include "framewell/mem.h"
#include "framewell/pool.h"
#include "os/os.h"

enum { KIB = 1 << 10, MIB = 1 << 20, POISON = 0x2a };

static void close_pool(void *object)
{
    fwl_pool_destroy(object);
}

static FwlPoolConfig debug_config(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "decoder";
    config.enable_debug = true;
    return config;
}

static FwlPool *make_pool(void)
{
    const FwlPoolConfig config = debug_config();
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    return pool;
}

static FwlPool *make_plain_pool(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "plain";
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    return pool;
}

/* Children */

typedef struct Ending {
    int status;
    char said[16 * KIB];
} Ending;

static void hear_the_end(int from, pid_t child, Ending *ending)
{
    size_t size = 0;
    ssize_t count;
    while ((count = read(from, ending->said + size, sizeof ending->said - 1 - size)) > 0)
        size += (size_t)count;
    ending->said[size] = '\0';
    close(from);
    assert_int_equal(waitpid(child, &ending->status, 0), child);
}

/* Runs act(pool) in a child with its standard error in a pipe; act NULL: this program, anew, with
 * the argument and FRAMEWELL_DEBUG. */
static void run_child(void (*act)(FwlPool *pool), const char *argument, Ending *ending)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGSEGV, SIG_DFL); /* cmocka would go on with the next case */
        dup2(ends[1], STDERR_FILENO);
        if (act) {
            unsetenv("FRAMEWELL_DEBUG");
            act(make_pool());
        } else {
            setenv("FRAMEWELL_DEBUG", "1", 1);
            execl("/proc/self/exe", "test_pool_debug", argument, (char *)NULL);
        }
        _exit(0);
    }
    close(ends[1]);
    hear_the_end(ends[0], child, ending);
}

static void expect_said(const Ending *ending, const char *pattern)
{
    if (fnmatch(pattern, ending->said, 0) != 0)
        fail_msg("said:     %sexpected: %s", ending->said, pattern);
}

static void expect_abort(const Ending *ending)
{
    if (!WIFSIGNALED(ending->status) || WTERMSIG(ending->status) != SIGABRT)
        fail_msg("ended with status %#x, having said: %s", (unsigned)ending->status, ending->said);
    assert_ptr_equal(strchr(ending->said, '\n'), ending->said + strlen(ending->said) - 1);
}

static void expect_death(void (*misuse)(FwlPool *pool), const char *pattern)
{
    static Ending ending;
    run_child(misuse, NULL, &ending);
    expect_abort(&ending);
    expect_said(&ending, pattern);
}

#define AT         " by thread [1-9]* at *test_pool_debug+0x*"
#define FOUND      "; found" AT
#define ALLOCATED  "; allocated" AT
#define FREED      "; freed" AT
#define BLOCK(size) "framewell: pool decoder: block 0x* of " #size " bytes: "

/* Freed twice */

static void free_twice(FwlPool *pool)
{
    void *block = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, block);
    fwl_pool_free(pool, block);
}

static void a_second_free_is_found(void)
{
    expect_death(free_twice,
                 BLOCK(100) "free of a block that is free already" FOUND ALLOCATED FREED "\n");
}

typedef struct Handover {
    FwlPool *pool;
    void *block;
} Handover;

static void *free_block(void *opaque)
{
    const Handover *handover = opaque;
    fwl_pool_free(handover->pool, handover->block);
    return NULL;
}

static void free_on_two_threads(FwlPool *pool)
{
    Handover handover = {pool, fwl_pool_alloc(pool, 3 * MIB)};
    FwlThread thread;
    fwl_os_thread_create(&thread, free_block, &handover);
    fwl_os_thread_join(&thread);
    fwl_pool_free(pool, handover.block);
}

static void a_second_free_by_another_thread_is_found(void)
{
    expect_death(free_on_two_threads,
                 BLOCK(3145728) "free of a block that is free already" FOUND ALLOCATED FREED "\n");
}

static void free_twice_around_a_trim(FwlPool *pool)
{
    void *neighbour = fwl_pool_alloc(pool, 100);
    void *block = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, block);
    fwl_pool_trim(pool, 0);
    fwl_pool_free(pool, block);
    fwl_pool_free(pool, neighbour);
}

static void a_second_free_is_found_after_the_quarantine_too(void)
{
    expect_death(free_twice_around_a_trim,
                 BLOCK(100) "free of a block that is free already" FOUND ALLOCATED FREED "\n");
}

/* Written outside */

static void write_and_free(FwlPool *pool, size_t size, ptrdiff_t offset)
{
    char *block = fwl_pool_alloc(pool, size);
    memset(block, POISON, size);
    block[offset] = 1;
    fwl_pool_free(pool, block);
}

static void write_behind(FwlPool *pool)
{
    write_and_free(pool, 100, 100);
}

static void write_far_behind(FwlPool *pool)
{
    write_and_free(pool, 1000, 1000 + 63);
}

static void write_behind_a_frame(FwlPool *pool)
{
    write_and_free(pool, 4 * MIB, 4 * MIB + 63);
}

static void write_before(FwlPool *pool)
{
    write_and_free(pool, 0, -1);
}

static void write_far_before_a_frame(FwlPool *pool)
{
    write_and_free(pool, 4 * MIB, -64);
}

static void a_byte_behind_a_block_is_found(void)
{
    expect_death(write_behind,
                 BLOCK(100) "byte 1 behind the end was written to, found at its free" FOUND
                 ALLOCATED "\n");
    expect_death(write_far_behind,
                 BLOCK(1000) "byte 64 behind the end was written to, found at its free" FOUND
                 ALLOCATED "\n");
    expect_death(write_behind_a_frame,
                 BLOCK(4194304) "byte 64 behind the end was written to, found at its free" FOUND
                 ALLOCATED "\n");
}

static void a_byte_before_a_block_is_found(void)
{
    expect_death(write_before,
                 BLOCK(0) "byte 1 before the start was written to, found at its free" FOUND
                 ALLOCATED "\n");
    expect_death(write_far_before_a_frame,
                 BLOCK(4194304) "byte 64 before the start was written to, found at its free"
                 FOUND ALLOCATED "\n");
}

static void write_behind_and_destroy(FwlPool *pool)
{
    char *block = fwl_pool_alloc_tagged(pool, 100, "subtitle");
    block[100] = 1;
    fwl_pool_destroy(&pool);
}

static void a_byte_behind_a_live_block_is_found_when_the_pool_ends(void)
{
    expect_death(write_behind_and_destroy, BLOCK(100) "byte 1 behind the end was written to, found "
                 "at the end of its pool" ALLOCATED "; tag subtitle\n");
}

/* Written after the free */

static void write_after_free(FwlPool *pool)
{
    char *block = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, block);
    block[42] = 1;
    fwl_pool_trim(pool, 0);
}

static void write_after_free_and_destroy(FwlPool *pool)
{
    char *block = fwl_pool_alloc(pool, 2 * MIB);
    fwl_pool_free(pool, block);
    block[2 * MIB - 1] = 1;
    fwl_pool_destroy(&pool);
}

static void write_after_free_and_go_on(FwlPool *pool)
{
    char *block = fwl_pool_alloc(pool, 70000);
    fwl_pool_free(pool, block);
    block[0] = 1;
    for (int i = 0; i < 1000; i++)
        fwl_pool_free(pool, fwl_pool_alloc(pool, 70000));
}

static void a_write_after_the_free_is_found(void)
{
    expect_death(write_after_free,
                 BLOCK(100) "byte 42 was written to after the free" ALLOCATED FREED "\n");
    expect_death(write_after_free_and_destroy,
                 BLOCK(2097152) "byte 2097151 was written to after the free" ALLOCATED FREED "\n");
    expect_death(write_after_free_and_go_on,
                 BLOCK(70000) "byte 0 was written to after the free" ALLOCATED FREED "\n");
}

/* Pointers that are none */

static void free_a_variable(FwlPool *pool)
{
    int variable;
    fwl_pool_free(pool, &variable);
}

static void free_a_number(FwlPool *pool)
{
    fwl_pool_free(pool, (void *)(uintptr_t)0x123450);
}

static void free_within_the_pool(FwlPool *pool)
{
    char *block = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, block + 128 * KIB);
}

static void a_foreign_pointer_is_found(void)
{
    expect_death(free_a_variable,
                 "framewell: pool decoder: free of 0x*, which is in no pool" FOUND "\n");
    expect_death(free_a_number,
                 "framewell: pool decoder: free of 0x123450, which is in no pool" FOUND "\n");
    expect_death(free_within_the_pool,
                 "framewell: pool decoder: free of 0x*, which is in the pool but no block: "
                 "never allocated, freed long ago, or its header was overwritten" FOUND "\n");
}

static void free_inside(FwlPool *pool)
{
    fwl_pool_free(pool, (char *)fwl_pool_alloc(pool, 100) + 16);
}

static void free_inside_a_frame(FwlPool *pool)
{
    fwl_pool_free(pool, (char *)fwl_pool_alloc(pool, 12 * MIB) + 5 * MIB);
}

static void free_before_the_start(FwlPool *pool)
{
    fwl_pool_free(pool, (char *)fwl_pool_alloc(pool, 100) - 8);
}

static void a_pointer_into_a_block_is_found(void)
{
    expect_death(free_inside,
                 BLOCK(100) "free of 0x*, which is not the start of a block but 16 bytes from it"
                 FOUND ALLOCATED "\n");
    expect_death(free_before_the_start,
                 BLOCK(100) "free of 0x*, which is not the start of a block but -8 bytes from it"
                 FOUND ALLOCATED "\n");
}

/* Beyond 4 MiB from its start, an address of a frame leads to no segment. */
static void a_pointer_into_a_frame_is_found(void)
{
    expect_death(free_inside_a_frame,
                 BLOCK(12582912) "free of 0x*, which is not the start of a block but 5242880 "
                 "bytes from it" FOUND ALLOCATED "\n");
}

/* The wrong pool */

static void free_through_another(FwlPool *pool)
{
    fwl_pool_free(make_pool(), fwl_pool_alloc(pool, 100));
}

static void free_through_a_plain_one(FwlPool *pool)
{
    fwl_pool_free(make_plain_pool(), fwl_pool_alloc(pool, 100));
}

static void free_a_plain_one_s(FwlPool *pool)
{
    fwl_pool_free(pool, fwl_pool_alloc(make_plain_pool(), 100));
}

static void a_free_through_the_wrong_pool_is_found(void)
{
    expect_death(free_through_another,
                 BLOCK(100) "free of 0x* through the wrong pool: it belongs to pool decoder"
                 FOUND ALLOCATED "\n");
    expect_death(free_through_a_plain_one,
                 "framewell: pool plain: block 0x* of 100 bytes: free of 0x* through the wrong "
                 "pool: it belongs to pool decoder" FOUND ALLOCATED "\n");
    expect_death(free_a_plain_one_s,
                 "framewell: pool decoder: free of 0x* through the wrong pool: it belongs to "
                 "pool plain" FOUND "\n");
}

/* Other calls */

static void realloc_freed(FwlPool *pool)
{
    void *block = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, fwl_pool_realloc(pool, block, 120));
    block = fwl_pool_realloc(pool, block, 200);
}

static void measure_freed(FwlPool *pool)
{
    void *block = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, block);
    fwl_pool_free(pool, fwl_pool_alloc(pool, fwl_pool_usable_size(block)));
}

static void tag_freed(FwlPool *pool)
{
    void *block = fwl_pool_alloc(pool, 100);
    fwl_pool_free(pool, block);
    fwl_pool_set_tag(block, "late");
}

static void every_call_that_takes_a_block_finds_a_freed_one(void)
{
    expect_death(realloc_freed,
                 BLOCK(100) "realloc of a block that is free already" FOUND ALLOCATED FREED "\n");
    expect_death(measure_freed,
                 BLOCK(100) "usable_size of a block that is free already" FOUND ALLOCATED FREED
                 "\n");
    expect_death(tag_freed,
                 BLOCK(100) "set_tag of a block that is free already" FOUND ALLOCATED FREED "\n");
}

/* Call sites */

static __attribute__((noinline)) void *allocate_here(FwlPool *pool)
{
    void *volatile block = fwl_pool_alloc(pool, 100);
    return block;
}

static void free_what_is_of_here_twice(FwlPool *pool)
{
    void *block = allocate_here(pool);
    fwl_pool_free(pool, block);
    fwl_pool_free(pool, block);
}

/* addr2line would find the function at one of the places that follow, as far as the ';' or the end
 * of the line: the innermost, or the next where the linker's wrapper of fault.c is in between. */
static void expect_in_function(const char *text, void *(*function)(FwlPool *pool))
{
    FwlPlace start;
    assert_true(fwl_os_locate((void *)(uintptr_t)function, &start));
    const char *end = text + strcspn(text, ";\n");
    for (const char *place = strstr(text, "+0x"); place && place < end;
         place = strstr(place + 1, "+0x")) {
        const size_t offset = strtoul(place + 1, NULL, 16);
        const size_t length = strlen(start.module);
        if (offset > start.offset && offset < start.offset + 200 &&
            memcmp(place - length, start.module, length) == 0)
            return;
    }
    fail_msg("%s+%#zx is not among %s", start.module, start.offset, text);
}

static void a_call_site_is_where_the_library_was_called(void)
{
    static Ending ending;
    run_child(free_what_is_of_here_twice, NULL, &ending);
    expect_abort(&ending);
    expect_in_function(strstr(ending.said, "allocated by"), allocate_here);
}

/* Leaks */

static char log_text[16 * KIB];
static size_t log_size;

static void hear(void *avcl, int level, const char *fmt, va_list args)
{
    (void)avcl;
    assert_int_equal(level, FWL_LOG_WARNING);
    const size_t room = sizeof log_text - log_size;
    const int length = vsnprintf(log_text + log_size, room, fmt, args);
    assert_true(length > 0 && (size_t)length < room);
    log_size += (size_t)length;
}

static __attribute__((noinline)) void *allocate_there(FwlPool *pool)
{
    void *volatile block = fwl_pool_alloc(pool, 5000);
    return block;
}

static void blocks_left_behind_are_listed_by_call_site(void)
{
    FwlPool *pool = make_pool();
    void *blocks[4] = {0};
    for (volatile size_t i = 0; i < 3; i++) /* not unrolled: one place, thrice */
        blocks[i] = allocate_here(pool);
    blocks[3] = allocate_there(pool);
    log_size = 0;
    fwl_log_set_callback(hear);
    fwl_pool_destroy(&pool);
    fwl_log_set_callback(NULL);
    for (size_t i = 0; i < 4; i++)
        fwl_pool_free(NULL, blocks[i]);
    if (fault_fired())
        return;
    static Ending ending;
    memcpy(ending.said, log_text, log_size + 1);
    expect_said(&ending, "pool decoder: 4 blocks, 5300 bytes still live\n"
                         "pool decoder: 1 block, 5000 bytes allocated at *test_pool_debug+0x*\n"
                         "pool decoder: 3 blocks, 300 bytes allocated at *test_pool_debug+0x*\n");
    expect_in_function(strstr(log_text, " 300 bytes"), allocate_here);
}

static void nothing_is_logged_of_a_pool_without_live_blocks(void)
{
    FwlPool *pool = make_pool();
    fwl_pool_free(pool, fwl_pool_alloc(pool, 100));
    log_size = 0;
    fwl_log_set_callback(hear);
    fwl_pool_destroy(&pool);
    fwl_log_set_callback(NULL);
    assert_int_equal(log_size, 0);
}

static void leave_a_block(FwlPool *pool)
{
    (void)allocate_here(pool);
    fwl_pool_destroy(&pool);
}

static void leaks_are_not_printed_where_nobody_asked(void)
{
    static Ending ending;
    run_child(leave_a_block, NULL, &ending);
    assert_int_equal(ending.status, 0);
    assert_string_equal(ending.said, "");
}

/* The default pool */

static int be_a_program(const char *argument)
{
    void *block = fwl_malloc(1000);
    if (strcmp(argument, "--leak") == 0)
        return 0;
    if (strcmp(argument, "--resize") == 0) {
        block = fwl_realloc(block, 20);
        return fwl_usable_size(block) == 20 ? 1 : 2;
    }
    fwl_free(block);
    fwl_free(block);
    return 3;
}

static void the_environment_makes_the_default_pool_a_debug_pool(void)
{
    static Ending ending;
    run_child(NULL, "--free-twice", &ending);
    expect_abort(&ending);
    expect_said(&ending, "framewell: pool default: block 0x* of 1000 bytes: free of a block that "
                         "is free already" FOUND ALLOCATED FREED "\n");
    run_child(NULL, "--resize", &ending);
    assert_true(WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 1);
}

static void leaks_of_the_default_pool_are_printed_at_exit(void)
{
    static Ending ending;
    run_child(NULL, "--leak", &ending);
    assert_int_equal(ending.status, 0);
    expect_said(&ending,
                "framewell: pool default: 1 block, 1000 bytes still live\n"
                "framewell: pool default: 1 block, 1000 bytes allocated at *test_pool_debug+0x*\n");
}

/* Right use */

static bool is_poison(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != POISON)
            return false;
    }
    return true;
}

static const size_t sizes[] = {0, 1, 100, 1024, 65536, MIB - 1, MIB, MIB + 1, 3110400, 9 * MIB};
enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

static void fresh_and_freed_bytes_are_poison(void)
{
    FwlPool *pool = make_pool();
    later(close_pool, &pool);
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        unsigned char *block = need(fwl_pool_alloc(pool, sizes[i]));
        const bool is_fresh = is_poison(block, sizes[i]);
        memset(block, 0, sizes[i]);
        fwl_pool_free(pool, block);
        assert_true(is_fresh);
        assert_true(is_poison(block, sizes[i]));
    }
}

static void zeroed_blocks_are_zero(void)
{
    FwlPool *pool = make_pool();
    later(close_pool, &pool);
    unsigned char *block = need(fwl_pool_allocz(pool, 1000));
    unsigned sum = 0;
    for (size_t i = 0; i < 1000; i++)
        sum |= block[i];
    fwl_pool_free(pool, block);
    assert_int_equal(sum, 0);
}

static void blocks_of_every_size_and_alignment_may_be_used_wholly(void)
{
    FwlPoolConfig config = debug_config();
    config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
    for (int guarded = 0; guarded < 2; guarded++) {
        config.guard_frames = guarded;
        FwlPool *pool;
        need_ok(fwl_pool_create(&pool, &config));
        later(close_pool, &pool);
        for (size_t alignment = 1; alignment <= 16 * MIB; alignment *= 256) {
            static const size_t used[] = {0, 100, 70000, MIB, 2 * MIB + 100};
            for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
                char *block = need(fwl_pool_aligned_alloc(pool, alignment, used[i]));
                assert_int_equal((uintptr_t)block % alignment, 0);
                assert_int_equal((uintptr_t)block % config.alignment, 0);
                assert_int_equal(fwl_pool_usable_size(block), used[i]);
                assert_ptr_equal(fwl_pool_of(block), pool);
                memset(block, 1, used[i]);
                fwl_pool_free(pool, block);
            }
        }
    }
}

static void a_resized_block_moves_and_keeps_what_it_had(void)
{
    FwlPool *pool = make_pool();
    later(close_pool, &pool);
    char *block = need(fwl_pool_aligned_alloc(pool, 4096, 100));
    memset(block, 7, 100);
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        char *moved = fwl_pool_realloc(pool, block, sizes[i] + 1);
        if (!moved)
            fwl_pool_free(pool, block);
        block = need(moved);
        assert_int_equal((uintptr_t)block % 4096, 0);
        assert_int_equal(block[0], 7);
    }
    fwl_pool_free(pool, block);
}

static void a_freed_block_does_not_come_back_at_once(void)
{
    FwlPool *pool = make_pool();
    later(close_pool, &pool);
    void *first = need(fwl_pool_alloc(pool, 100));
    fwl_pool_free(pool, first);
    void *second = need(fwl_pool_alloc(pool, 100));
    fwl_pool_free(pool, second);
    assert_ptr_not_equal(first, second);
}

static void statistics_count_what_is_in_quarantine_as_freed(void)
{
    FwlPool *pool = make_pool();
    later(close_pool, &pool);
    for (size_t i = 0; i < SIZE_COUNT; i++)
        fwl_pool_free(pool, need(fwl_pool_alloc(pool, sizes[i])));
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.current_usage, 0);
    assert_int_equal(stats.allocation_count, SIZE_COUNT);
    assert_int_equal(stats.free_count, SIZE_COUNT);
    assert_int_equal(stats.total_allocated, stats.total_freed);
    fwl_pool_trim(pool, 0);
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(stats.free_count, SIZE_COUNT);
    assert_int_equal(stats.committed_size, 0);
}

static void the_quarantine_gives_way_to_the_budget(void)
{
    FwlPoolConfig config = debug_config();
    config.max_pool_size = 64 * MIB;
    config.on_limit = FWL_LIMIT_FAIL;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    later(close_pool, &pool);
    for (int i = 0; i < 3; i++) {
        fwl_pool_free(pool, need(fwl_pool_alloc(pool, 3 * MIB)));
        fwl_pool_free(pool, need(fwl_pool_alloc(pool, 60 * MIB)));
    }
}

static void *free_soon(void *opaque)
{
    const uint64_t start = fwl_os_clock_ns();
    while (fwl_os_clock_ns() - start < 20000000)
        fwl_os_yield();
    return free_block(opaque);
}

static void one_that_waits_gets_what_another_thread_frees(void)
{
    FwlPoolConfig config = debug_config();
    config.max_pool_size = 64 * MIB;
    config.on_limit = FWL_LIMIT_WAIT;
    config.wait_timeout_ms = 30000;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    later(close_pool, &pool);
    void *other = fwl_pool_alloc(pool, 60 * MIB);
    Handover handover = {pool, fwl_pool_alloc(pool, 3 * MIB)};
    fwl_pool_free(pool, other);
    FwlThread thread;
    assert_int_equal(fwl_os_thread_create(&thread, free_soon, &handover), 0);
    void *block = fwl_pool_alloc(pool, 63 * MIB);
    fwl_os_thread_join(&thread);
    assert_non_null(block);
    fwl_pool_free(pool, block);
}

static void blocks_outlive_their_debug_pool(void)
{
    FwlPool *pool = make_pool();
    char *small = fwl_pool_alloc(pool, 100);
    char *frame = fwl_pool_alloc(pool, 2 * MIB);
    fwl_pool_destroy(&pool);
    if (small)
        memset(small, 1, 100);
    if (frame)
        memset(frame, 1, 2 * MIB);
    fwl_pool_free(NULL, small);
    fwl_pool_free(NULL, frame);
}

static void other_pools_work_beside_a_debug_pool(void)
{
    FwlPool *debug = make_pool();
    later(close_pool, &debug);
    FwlPool *plain = make_plain_pool();
    later(close_pool, &plain);
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        char *block = need(fwl_pool_alloc(plain, sizes[i]));
        char *moved = fwl_pool_realloc(plain, block, 2 * sizes[i] + 1);
        fwl_pool_free(plain, moved ? moved : block);
        need(moved);
        fwl_free(need(fwl_malloc(sizes[i])));
    }
}

/* Guards */

static void what_is_behind_a_guarded_frame_cannot_be_read(void)
{
    FwlPoolConfig config = debug_config();
    config.guard_frames = true;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    later(close_pool, &pool);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    char *frame = fwl_pool_alloc(pool, 3 * MIB + 64);
    for (int i = 0; frame && i < 2; i++) { /* a warm one, too */
        assert_int_equal(write(ends[1], frame + 3 * MIB + 63, 1), 1);
        assert_int_equal(write(ends[1], frame + 3 * MIB + 64, 1), -1);
        assert_int_equal(errno, EFAULT);
        fwl_pool_free(pool, frame);
        fwl_pool_trim(pool, SIZE_MAX);
        frame = fwl_pool_alloc(pool, 3 * MIB + 64);
    }
    fwl_pool_free(pool, frame);
    close(ends[0]);
    close(ends[1]);
    need(frame);
}

static void write_behind_a_guarded_frame(FwlPool *pool)
{
    FwlPoolConfig config = debug_config();
    config.guard_frames = true;
    if (fwl_pool_create(&pool, &config) < 0)
        return;
    char *volatile frame = fwl_pool_alloc(pool, 3 * MIB);
    frame[3 * MIB] = 1;
}

static void a_write_behind_a_guarded_frame_ends_the_process(void)
{
    static Ending ending;
    run_child(write_behind_a_guarded_frame, NULL, &ending);
    /* Sanitizers have a handler, which exits. */
    assert_true(WIFSIGNALED(ending.status) ? WTERMSIG(ending.status) == SIGSEGV
                                           : WEXITSTATUS(ending.status) != 0);
}

/* Threads */

enum { THREADS = 3, ROUNDS = 3000, SHARED = 64 };

typedef struct Shared {
    FwlPool *pool;
    _Atomic(void *) places[SHARED];
} Shared;

static void *swap_blocks(void *opaque)
{
    Shared *shared = opaque;
    for (size_t i = 0; i < ROUNDS; i++) {
        const size_t size = i % 100 == 0 ? 2 * MIB : i * 37 % 3000;
        unsigned char *block = fwl_pool_alloc(shared->pool, size);
        if (size > 0)
            memset(block, 1, size);
        fwl_pool_free(shared->pool, atomic_exchange(&shared->places[i * 7 % SHARED], block));
    }
    return NULL;
}

static void threads_may_share_a_debug_pool(void)
{
    static Shared shared;
    shared.pool = make_pool();
    later(close_pool, &shared.pool);
    FwlThread threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(fwl_os_thread_create(&threads[i], swap_blocks, &shared), 0);
    for (int i = 0; i < 50; i++) {
        FwlPoolStats stats;
        fwl_pool_get_stats(shared.pool, &stats);
        assert_true(stats.total_allocated - stats.total_freed == stats.current_usage);
        assert_true(stats.free_count <= stats.allocation_count);
    }
    for (size_t i = 0; i < THREADS; i++)
        fwl_os_thread_join(&threads[i]);
    for (size_t i = 0; i < SHARED; i++)
        fwl_pool_free(shared.pool, atomic_exchange(&shared.places[i], NULL));
    FwlPoolStats stats;
    fwl_pool_get_stats(shared.pool, &stats);
    assert_int_equal(stats.current_usage, 0);
    assert_int_equal(stats.free_count, THREADS * ROUNDS);
}

int main(int argc, char **argv)
{
    if (argc == 2 && argv[1][0] == '-')
        return be_a_program(argv[1]);
    /* Once: cases whose child dies, in which no failure could be planted a second time, and
     * threads, which meet failures in no fixed order. */
    static const struct TestCase cases[] = {
        CASE_ONCE(a_second_free_is_found),
        CASE_ONCE(a_second_free_by_another_thread_is_found),
        CASE_ONCE(a_second_free_is_found_after_the_quarantine_too),
        CASE_ONCE(a_byte_behind_a_block_is_found),
        CASE_ONCE(a_byte_before_a_block_is_found),
        CASE_ONCE(a_byte_behind_a_live_block_is_found_when_the_pool_ends),
        CASE_ONCE(a_write_after_the_free_is_found),
        CASE_ONCE(a_foreign_pointer_is_found),
        CASE_ONCE(a_pointer_into_a_block_is_found),
        CASE_ONCE(a_pointer_into_a_frame_is_found),
        CASE_ONCE(a_free_through_the_wrong_pool_is_found),
        CASE_ONCE(every_call_that_takes_a_block_finds_a_freed_one),
        CASE_ONCE(a_call_site_is_where_the_library_was_called),
        CASE(blocks_left_behind_are_listed_by_call_site),
        CASE(nothing_is_logged_of_a_pool_without_live_blocks),
        CASE_ONCE(leaks_are_not_printed_where_nobody_asked),
        CASE_ONCE(the_environment_makes_the_default_pool_a_debug_pool),
        CASE_ONCE(leaks_of_the_default_pool_are_printed_at_exit),
        CASE(fresh_and_freed_bytes_are_poison),
        CASE(zeroed_blocks_are_zero),
        CASE(blocks_of_every_size_and_alignment_may_be_used_wholly),
        CASE(a_resized_block_moves_and_keeps_what_it_had),
        CASE(a_freed_block_does_not_come_back_at_once),
        CASE(statistics_count_what_is_in_quarantine_as_freed),
        CASE(the_quarantine_gives_way_to_the_budget),
        CASE_ONCE(one_that_waits_gets_what_another_thread_frees),
        CASE(blocks_outlive_their_debug_pool),
        CASE(other_pools_work_beside_a_debug_pool),
        CASE(what_is_behind_a_guarded_frame_cannot_be_read),
        CASE_ONCE(a_write_behind_a_guarded_frame_ends_the_process),
        CASE_ONCE(threads_may_share_a_debug_pool),
    };
    return run_cases("pool_debug", cases, sizeof cases / sizeof cases[0], argc, argv);
}
