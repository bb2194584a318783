/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds what: visits, tags, and what is logged when a wait was in vain. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "framewell/log.h"
#include "framewell/pool.h"
#include "os/os.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

static void close_pool(void *object)
{
    fwl_pool_destroy(object);
}

static FwlPool *make_pool(bool is_debug)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.enable_debug = is_debug;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    return pool;
}

/* What a visit showed. */
enum { SEEN_MAX = 4096 };

typedef struct Seen {
    size_t count;
    size_t size;
    FwlPoolBlock blocks[SEEN_MAX];
} Seen;

static int see(void *opaque, const FwlPoolBlock *block)
{
    Seen *seen = opaque;
    assert_true(seen->count < SEEN_MAX);
    seen->blocks[seen->count++] = *block;
    seen->size += block->size;
    return 0;
}

static Seen *visit(FwlPool *pool)
{
    static Seen seen;
    seen.count = seen.size = 0;
    need_ok(fwl_pool_visit(pool, see, &seen));
    return &seen;
}

static const FwlPoolBlock *find(const Seen *seen, const void *block)
{
    const FwlPoolBlock *found = NULL;
    for (size_t i = 0; i < seen->count; i++) {
        if (seen->blocks[i].block != block)
            continue;
        assert_null(found);
        found = &seen->blocks[i];
    }
    return found;
}

/* Visiting */

enum { BLOCK_COUNT = 1000 };

static size_t size_of(size_t i)
{
    return i % 250 == 0 ? 2 * MIB : i * i % (70 * KIB);
}

static void free_all(void *object)
{
    void **blocks = object;
    for (size_t i = 0; i < BLOCK_COUNT; i++) {
        if (blocks[i])
            fwl_pool_free(fwl_pool_of(blocks[i]), blocks[i]);
    }
}

static void expect_exactly_the_live(bool is_debug)
{
    FwlPool *pool = make_pool(is_debug);
    later(close_pool, &pool);
    static void *blocks[BLOCK_COUNT];
    memset(blocks, 0, sizeof blocks);
    later(free_all, blocks);
    for (size_t i = 0; i < BLOCK_COUNT; i++)
        blocks[i] = need(fwl_pool_alloc(pool, size_of(i)));
    for (size_t i = 0; i < BLOCK_COUNT; i += 3) {
        fwl_pool_free(pool, blocks[i]);
        blocks[i] = NULL;
    }
    const Seen *seen = visit(pool);
    size_t live = 0;
    for (size_t i = 0; i < BLOCK_COUNT; i++) {
        if (!blocks[i])
            continue;
        const FwlPoolBlock *found = find(seen, blocks[i]);
        assert_non_null(found);
        assert_int_equal(found->size, fwl_pool_usable_size(blocks[i]));
        live++;
    }
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    assert_int_equal(seen->count, live);
    assert_int_equal(stats.allocation_count - stats.free_count, live);
    if (!is_debug)
        assert_int_equal(seen->size, stats.current_usage);
}

static void a_visit_shows_exactly_the_live_blocks(void)
{
    expect_exactly_the_live(false);
}

static void a_visit_of_a_debug_pool_shows_exactly_the_live_blocks(void)
{
    expect_exactly_the_live(true);
}

static void an_empty_pool_shows_nothing(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    assert_int_equal(visit(pool)->count, 0);
}

static void *free_all_on_a_thread(void *opaque)
{
    free_all(opaque);
    return NULL;
}

static void what_another_thread_freed_is_not_shown(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    static void *blocks[BLOCK_COUNT];
    for (size_t i = 0; i < BLOCK_COUNT; i++)
        blocks[i] = fwl_pool_alloc(pool, 100);
    FwlThread thread;
    assert_int_equal(fwl_os_thread_create(&thread, free_all_on_a_thread, blocks), 0);
    fwl_os_thread_join(&thread);
    assert_int_equal(visit(pool)->count, 0);
}

static int free_it(void *opaque, const FwlPoolBlock *block)
{
    fwl_pool_free(opaque, block->block);
    fwl_pool_free(opaque, fwl_pool_alloc(opaque, 100));
    return 0;
}

static void a_callback_may_free_what_it_is_shown(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    for (size_t i = 0; i < 100; i++)
        (void)fwl_pool_alloc(pool, size_of(i));
    const int status = fwl_pool_visit(pool, free_it, pool);
    if (status == 0)
        assert_int_equal(visit(pool)->count, 0);
    while (status < 0 && fwl_pool_visit(pool, free_it, pool) < 0)
        ;
    need_ok(status);
}

static int stop_at_once(void *opaque, const FwlPoolBlock *block)
{
    (void)block;
    ++*(int *)opaque;
    return FWL_E_ABORTED;
}

static void a_negative_result_ends_the_visit_and_is_handed_on(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    void *one = fwl_pool_alloc(pool, 10);
    void *two = fwl_pool_alloc(pool, 10);
    int calls = 0;
    const int status = fwl_pool_visit(pool, stop_at_once, &calls);
    fwl_pool_free(pool, one);
    fwl_pool_free(pool, two);
    need(one);
    expect_code(status, FWL_E_ABORTED);
    assert_int_equal(calls, 1);
}

static void a_visit_without_a_callback_is_invalid(void)
{
    assert_int_equal(fwl_pool_visit(NULL, NULL, NULL), FWL_E_INVALID);
}

static void the_default_pool_can_be_visited(void)
{
    void *block = need(fwl_pool_alloc(NULL, 10));
    static Seen seen;
    seen.count = seen.size = 0;
    const int status = fwl_pool_visit(NULL, see, &seen);
    const bool is_found = find(&seen, block) != NULL;
    fwl_pool_free(NULL, block);
    need_ok(status);
    assert_true(is_found);
}

/* Tags, threads, age */

static void pause_for_a_moment(void)
{
    const uint64_t start = fwl_os_clock_ns();
    while (fwl_os_clock_ns() == start)
        fwl_os_yield();
}

static void a_frame_has_a_tag_a_thread_and_an_age(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    void *frame = fwl_pool_alloc_tagged(pool, 3 * MIB, "preview");
    pause_for_a_moment();
    if (frame) {
        const Seen *seen = visit(pool);
        const FwlPoolBlock *found = find(seen, frame);
        assert_string_equal(found->tag, "preview");
        assert_int_equal(found->thread, fwl_os_thread_number());
        assert_true(found->age_ns > 0 && found->age_ns < UINT64_C(3600000000000));
        assert_int_equal(found->site_count, 0);
    }
    fwl_pool_free(pool, frame);
    need(frame);
}

static void a_frame_that_is_used_again_has_no_tag(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    void *frame = need(fwl_pool_alloc_tagged(pool, 3 * MIB, "preview"));
    fwl_pool_free(pool, frame);
    void *again = need(fwl_pool_alloc(pool, 3 * MIB));
    assert_ptr_equal(again, frame);
    const char *tag = visit(pool)->blocks[0].tag;
    fwl_pool_free(pool, again);
    assert_null(tag);
}

static void a_resized_block_keeps_its_tag(void)
{
    for (int is_debug = 0; is_debug < 2; is_debug++) {
        FwlPool *pool = make_pool(is_debug);
        later(close_pool, &pool);
        void *frame = need(fwl_pool_alloc_tagged(pool, 3 * MIB, "preview"));
        void *resized = fwl_pool_realloc(pool, frame, 8 * MIB);
        if (resized)
            frame = resized;
        const char *tag = visit(pool)->blocks[0].tag;
        fwl_pool_free(pool, frame);
        assert_string_equal(tag, "preview");
    }
}

static void a_small_block_has_no_place_for_a_tag(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    void *block = need(fwl_pool_alloc_tagged(pool, 100, "packet"));
    const int status = fwl_pool_set_tag(block, "packet");
    const FwlPoolBlock seen = visit(pool)->blocks[0];
    fwl_pool_free(pool, block);
    assert_int_equal(status, FWL_E_UNSUPPORTED);
    assert_null(seen.tag);
    assert_int_equal(seen.age_ns, 0);
    assert_int_equal(seen.thread, fwl_os_thread_number());
}

static void a_tag_of_nothing_is_invalid(void)
{
    assert_int_equal(fwl_pool_set_tag(NULL, "nothing"), FWL_E_INVALID);
}

static void every_block_of_a_debug_pool_has_all(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    static const size_t sizes[] = {0, 100, 70000, 3 * MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        void *block = need(fwl_pool_alloc_tagged(pool, sizes[i], "packet"));
        pause_for_a_moment();
        const Seen *seen = visit(pool);
        const FwlPoolBlock found = seen->blocks[0];
        fwl_pool_free(pool, block);
        assert_int_equal(seen->count, 1);
        assert_int_equal(found.size, sizes[i]);
        assert_string_equal(found.tag, "packet");
        assert_true(found.age_ns > 0);
        assert_int_equal(found.thread, fwl_os_thread_number());
        assert_true(found.site_count > 0);
    }
}

static int see_sites(void *opaque, const FwlPoolBlock *block)
{
    size_t *count = opaque;
    for (size_t i = 0; i < block->site_count; i++)
        *count += block->sites[i] != NULL;
    return 0;
}

static void sites_can_be_read_in_the_callback(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    void *block = need(fwl_pool_alloc(pool, 100));
    size_t count = 0;
    const int status = fwl_pool_visit(pool, see_sites, &count);
    fwl_pool_free(pool, block);
    need_ok(status);
    assert_true(count > 0);
}

/* Holders */

static char log_text[8 * KIB];
static size_t log_size;

static void hear(void *avcl, int level, const char *fmt, va_list args)
{
    (void)avcl;
    (void)level;
    const size_t room = sizeof log_text - log_size;
    const int length = vsnprintf(log_text + log_size, room, fmt, args);
    assert_true(length > 0 && (size_t)length < room);
    log_size += (size_t)length;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void wait_in_vain(FwlPool *pool)
{
    log_size = 0;
    fwl_log_set_callback(hear);
    void *block = fwl_pool_alloc(pool, 30 * MIB);
    fwl_log_set_callback(NULL);
    assert_null(block);
}

static void a_wait_in_vain_logs_the_largest_holders_of_the_pool_and_below(void)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "all";
    config.max_pool_size = 32 * MIB;
    config.on_limit = FWL_LIMIT_WAIT;
    config.wait_timeout_ms = 20;
    FwlPool *parent;
    need_ok(fwl_pool_create(&parent, &config));
    later(close_pool, &parent);
    config.name = "decoder";
    config.parent = parent;
    config.enable_debug = true;
    FwlPool *child;
    need_ok(fwl_pool_create(&child, &config));
    later(close_pool, &child);
    static const char *const tags[] = {"one", "two", "three", "four", "five", "six"};
    enum { TAG_COUNT = sizeof tags / sizeof tags[0] };
    void *blocks[TAG_COUNT] = {0};
    for (size_t i = 0; i < TAG_COUNT; i++)
        blocks[i] = fwl_pool_alloc_tagged(i % 2 == 0 ? parent : child, (i + 2) * MIB, tags[i]);
    bool is_whole = true;
    for (size_t i = 0; i < TAG_COUNT; i++)
        is_whole &= blocks[i] != NULL;
    if (is_whole)
        wait_in_vain(parent);
    for (size_t i = 0; i < TAG_COUNT; i++)
        fwl_pool_free(i % 2 == 0 ? parent : child, blocks[i]);
    need(is_whole ? "all" : NULL);
    if (fault_fired())
        return;
    assert_int_equal(count_lines(log_text), 2 + 5);
    assert_non_null(strstr(log_text, "pool all: no room for "));
    assert_non_null(strstr(log_text, "pool all: 6 blocks, 28311552 bytes are live; the largest:\n"
                                     "pool decoder: holds 7340032 bytes for six, since "));
    const char *six = strstr(log_text, "for six");
    assert_true(strstr(six, ", by thread ") && strstr(six, ", allocated at "));
    const char *five = strstr(six, "pool all: holds 6291456 bytes for five, since ");
    assert_non_null(five);
    assert_null(strstr(log_text, "for one"));
}

/* Threads */

enum { ROUNDS = 3000, VISITS = 30 };

static atomic_bool is_over;

static void *keep_busy(void *opaque)
{
    void *blocks[32] = {0};
    for (size_t i = 0; !atomic_load(&is_over) && i < ROUNDS; i++) {
        const size_t place = i * 7 % 32;
        fwl_pool_free(opaque, blocks[place]);
        blocks[place] = fwl_pool_alloc_tagged(opaque, size_of(i), "busy");
        fwl_os_yield();
    }
    for (size_t i = 0; i < 32; i++)
        fwl_pool_free(opaque, blocks[i]);
    return NULL;
}

static void visit_while_threads_run(bool is_debug)
{
    FwlPool *pool = make_pool(is_debug);
    later(close_pool, &pool);
    atomic_store(&is_over, false);
    FwlThread threads[2];
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(fwl_os_thread_create(&threads[i], keep_busy, pool), 0);
    size_t most = 0;
    for (size_t i = 0; i < VISITS; i++) {
        const size_t count = visit(pool)->count;
        most = count > most ? count : most;
    }
    atomic_store(&is_over, true);
    for (size_t i = 0; i < 2; i++)
        fwl_os_thread_join(&threads[i]);
    assert_true(most <= 64);
    assert_int_equal(visit(pool)->count, 0);
}

static void a_pool_can_be_visited_while_threads_run(void)
{
    visit_while_threads_run(false);
    visit_while_threads_run(true);
}

int main(int argc, char **argv)
{
    /* Without planted failures: threads meet them in no fixed order; thousands of calls. */
    static const struct TestCase cases[] = {
        CASE_ONCE(a_visit_shows_exactly_the_live_blocks),
        CASE_ONCE(a_visit_of_a_debug_pool_shows_exactly_the_live_blocks),
        CASE(an_empty_pool_shows_nothing),
        CASE_ONCE(what_another_thread_freed_is_not_shown),
        CASE(a_callback_may_free_what_it_is_shown),
        CASE(a_negative_result_ends_the_visit_and_is_handed_on),
        CASE(a_visit_without_a_callback_is_invalid),
        CASE(the_default_pool_can_be_visited),
        CASE(a_frame_has_a_tag_a_thread_and_an_age),
        CASE(a_frame_that_is_used_again_has_no_tag),
        CASE_ONCE(a_resized_block_keeps_its_tag),
        CASE_ONCE(a_small_block_has_no_place_for_a_tag),
        CASE(a_tag_of_nothing_is_invalid),
        CASE_ONCE(every_block_of_a_debug_pool_has_all),
        CASE(sites_can_be_read_in_the_callback),
        CASE(a_wait_in_vain_logs_the_largest_holders_of_the_pool_and_below),
        CASE_ONCE(a_pool_can_be_visited_while_threads_run),
    };
    return run_cases("pool_visit", cases, sizeof cases / sizeof cases[0], argc, argv);
}
