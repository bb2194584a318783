/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers and buffer pools under several threads: what ends ends once, what is out has one user. */
#include <stdatomic.h>
#include <string.h>

#include "case.h"
#include "framewell/buffer.h"
#include "framewell/mem.h"
#include "os/os.h"

enum {
    THREADS = 8,
    ROUNDS = 3000,
    HELD = 3,
    TABLE_SIZE = 16,
    ENDINGS = 200,
    SIZE = 64,
};

/* Where buffers change hands. */
typedef struct Work {
    FwlBufferPool *pool;
    FwlBufferRef *shared;
    _Atomic(FwlBufferRef *) table[TABLE_SIZE];
    atomic_int made;
    atomic_int freed;
    atomic_int pools_freed;
    atomic_int failures;
} Work;

static void run_threads(Work *work, void *(*run)(void *opaque))
{
    FwlThread threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(fwl_os_thread_create(&threads[i], run, work), 0);
    for (size_t i = 0; i < THREADS; i++)
        fwl_os_thread_join(&threads[i]);
}

/* What a buffer begins with: how many use it now. */
static atomic_int *user_count(const FwlBufferRef *buf)
{
    return (atomic_int *)(void *)buf->data;
}

static void count_free(void *opaque, uint8_t *data)
{
    Work *work = opaque;
    atomic_fetch_add(&work->freed, 1);
    fwl_free(data);
}

static FwlBufferRef *make_counted(void *opaque, size_t size)
{
    Work *work = opaque;
    uint8_t *data = fwl_mallocz(size);
    FwlBufferRef *buf = fwl_buffer_create(data, size, count_free, work, 0);
    assert_non_null(data);
    assert_non_null(buf);
    atomic_fetch_add(&work->made, 1);
    return buf;
}

static void count_pool_free(void *opaque)
{
    Work *work = opaque;
    atomic_fetch_add(&work->pools_freed, 1);
}

/* References. Each thread begins with the shared one's bytes, which nobody changes. */

static void *ref_and_unref(void *opaque)
{
    Work *work = opaque;
    FwlBufferRef *held[HELD] = {NULL};
    for (int i = 0; i < ROUNDS; i++) {
        FwlBufferRef **place = &held[i % HELD];
        fwl_buffer_unref(place);
        *place = fwl_buffer_slice(work->shared, (size_t)i % SIZE, 1);
        if (!*place || (*place)->data != work->shared->data + i % SIZE || (*place)->size != 1)
            atomic_fetch_add(&work->failures, 1);
    }
    for (int i = 0; i < HELD; i++)
        fwl_buffer_unref(&held[i]);
    return NULL;
}

static void references_from_many_threads_are_each_their_own(void)
{
    static Work work;
    work = (Work){0};
    work.shared = make_counted(&work, SIZE);
    run_threads(&work, ref_and_unref);
    assert_int_equal(atomic_load(&work.failures), 0);
    assert_int_equal(fwl_buffer_get_ref_count(work.shared), 1);
    assert_int_equal(atomic_load(&work.freed), 0);
    fwl_buffer_unref(&work.shared);
    assert_int_equal(atomic_load(&work.freed), 1);
}

static void *end_one(void *opaque)
{
    Work *work = opaque;
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        FwlBufferRef *buf = atomic_exchange(&work->table[i], NULL);
        if (buf)
            buf->data[0] = 1; /* ordered before the free by the count alone */
        fwl_buffer_unref(&buf);
    }
    return NULL;
}

static void the_last_unref_of_several_threads_frees_once(void)
{
    for (int ending = 0; ending < ENDINGS; ending++) {
        static Work work;
        work = (Work){0};
        FwlBufferRef *buf = make_counted(&work, SIZE);
        for (size_t i = 0; i < 2; i++) /* each ends its own byte */
            atomic_store(&work.table[i * 8], fwl_buffer_slice(buf, i, 1));
        FwlThread threads[2];
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(fwl_os_thread_create(&threads[i], end_one, &work), 0);
        fwl_buffer_unref(&buf);
        for (size_t i = 0; i < 2; i++)
            fwl_os_thread_join(&threads[i]);
        assert_int_equal(atomic_load(&work.freed), 1);
    }
}

/* Buffer pools */

static void use(Work *work, const FwlBufferRef *buf)
{
    if (atomic_fetch_add(user_count(buf), 1) != 0)
        atomic_fetch_add(&work->failures, 1);
}

static void release(FwlBufferRef *buf)
{
    if (!buf)
        return;
    atomic_fetch_sub(user_count(buf), 1);
    fwl_buffer_unref(&buf);
}

static void *get_and_hand_over(void *opaque)
{
    Work *work = opaque;
    for (size_t i = 0; i < ROUNDS; i++) {
        FwlBufferRef *buf = fwl_buffer_pool_get(work->pool);
        if (!buf || buf->size != SIZE || fwl_buffer_get_ref_count(buf) != 1) {
            atomic_fetch_add(&work->failures, 1);
            return NULL;
        }
        use(work, buf);
        release(i % 2 ? buf : atomic_exchange(&work->table[i / 2 % TABLE_SIZE], buf));
    }
    return NULL;
}

static void empty_table(Work *work)
{
    for (size_t i = 0; i < TABLE_SIZE; i++)
        release(atomic_exchange(&work->table[i], NULL));
}

static void a_buffer_of_a_pool_has_one_user_at_a_time(void)
{
    static Work work;
    work = (Work){0};
    work.pool = need(fwl_buffer_pool_init2(SIZE, &work, make_counted, count_pool_free));
    run_threads(&work, get_and_hand_over);
    empty_table(&work);
    assert_int_equal(atomic_load(&work.failures), 0);
    assert_int_equal(atomic_load(&work.freed), 0);
    assert_true(atomic_load(&work.made) < THREADS * ROUNDS / 2); /* used again and again */
    fwl_buffer_pool_uninit(&work.pool);
    assert_int_equal(atomic_load(&work.freed), atomic_load(&work.made));
    assert_int_equal(atomic_load(&work.pools_freed), 1);
}

static void *release_table(void *opaque)
{
    empty_table(opaque);
    return NULL;
}

static void a_pool_ends_once_however_its_last_buffers_come_back(void)
{
    for (int ending = 0; ending < ENDINGS; ending++) {
        static Work work;
        work = (Work){0};
        work.pool = need(fwl_buffer_pool_init2(SIZE, &work, make_counted, count_pool_free));
        for (size_t i = 0; i < TABLE_SIZE; i++) {
            FwlBufferRef *buf = fwl_buffer_pool_get(work.pool);
            use(&work, buf);
            atomic_store(&work.table[i], buf);
        }
        FwlThread threads[2];
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(fwl_os_thread_create(&threads[i], release_table, &work), 0);
        fwl_buffer_pool_uninit(&work.pool);
        for (size_t i = 0; i < 2; i++)
            fwl_os_thread_join(&threads[i]);
        assert_int_equal(atomic_load(&work.freed), TABLE_SIZE);
        assert_int_equal(atomic_load(&work.pools_freed), 1);
    }
}

int main(int argc, char **argv)
{
    /* Without planted failures: the threads make thousands of allocations in no fixed order. */
    static const struct TestCase cases[] = {
        CASE_ONCE(references_from_many_threads_are_each_their_own),
        CASE_ONCE(the_last_unref_of_several_threads_frees_once),
        CASE_ONCE(a_buffer_of_a_pool_has_one_user_at_a_time),
        CASE_ONCE(a_pool_ends_once_however_its_last_buffers_come_back),
    };
    return run_cases("buffer_threads", cases, sizeof cases / sizeof cases[0], argc, argv);
}
