/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds what of a debug pool's buffers: this program is built with debugging information, so
 * that places are lines of this file wherever the system has libdw.
 */
#include <dlfcn.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "framewell/buffer.h"
#include "framewell/frame.h"
#include "framewell/log.h"
#include "framewell/packet.h"

enum { KIB = 1 << 10, HEARD_SIZE = 16 * KIB };

static FwlPool *make_pool(bool is_debug)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "decoder";
    config.enable_debug = is_debug;
    FwlPool *pool;
    need_ok(fwl_pool_create(&pool, &config));
    return pool;
}

static void close_pool(void *object)
{
    fwl_pool_destroy(object);
}

static void close_buffer(void *object)
{
    fwl_buffer_unref(object);
}

static void close_frame(void *object)
{
    fwl_frame_free(object);
}

static void close_packet(void *object)
{
    fwl_packet_free(object);
}

/* What is logged */

static char heard[HEARD_SIZE];
static size_t heard_size;

static void hear(void *avcl, int level, const char *format, va_list args)
{
    (void)avcl;
    (void)level;
    const int length = vsnprintf(heard + heard_size, sizeof heard - heard_size, format, args);
    if (length > 0 && (size_t)length < sizeof heard - heard_size)
        heard_size += (size_t)length;
}

static void stop_listening(void *unused)
{
    (void)unused;
    fwl_log_set_callback(NULL);
}

static void listen(void)
{
    heard_size = 0;
    heard[0] = '\0';
    fwl_log_set_callback(hear);
}

/* Whether lines of source are known. */
static bool has_lines(void)
{
    void *library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library)
        dlclose(library);
    return library != NULL;
}

/* "test_reference_trace.c:210", or a pattern for where lines are not known. */
static void name_line(char *text, size_t size, int line)
{
    if (has_lines())
        snprintf(text, size, "test_reference_trace.c:%d", line);
    else
        snprintf(text, size, "*+0x*");
}

static void expect_heard(const char *pattern)
{
    if (fnmatch(pattern, heard, 0) != 0)
        fail_msg("this was heard:\n%s\nand not\n%s", heard, pattern);
}

/* Visiting */

typedef struct Seen {
    size_t count;
    char places[8][96];
    char labels[8][96];
    size_t site_count;
    uint64_t thread;
    int answer;
} Seen;

static int note(void *opaque, const FwlBufferHolder *holder)
{
    Seen *seen = opaque;
    assert_true(seen->count < 8);
    snprintf(seen->places[seen->count], sizeof seen->places[0], "%s", holder->place);
    snprintf(seen->labels[seen->count], sizeof seen->labels[0], "%s", holder->label);
    seen->site_count += holder->site_count;
    seen->thread = holder->thread;
    seen->count++;
    return seen->answer;
}

static void expect_place(const char *place, int line)
{
    char pattern[64];
    name_line(pattern, sizeof pattern, line);
    if (fnmatch(pattern, place, 0) != 0)
        fail_msg("the place is %s, not %s", place, pattern);
}

static void every_reference_is_shown_with_its_place(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    const int first_line = __LINE__ + 1;
    FwlBufferRef *first = need(fwl_buffer_alloc2(pool, 100));
    later(close_buffer, &first);
    const int second_line = __LINE__ + 1;
    FwlBufferRef *second = need(fwl_buffer_ref(first));
    later(close_buffer, &second);
    const int third_line = __LINE__ + 1;
    FwlBufferRef *third = need(fwl_buffer_slice(first, 10, 20));
    later(close_buffer, &third);

    Seen seen = {0};
    need_ok(fwl_buffer_visit_refs(second, note, &seen));
    assert_int_equal(seen.count, 3);
    expect_place(seen.places[0], third_line);
    expect_place(seen.places[1], second_line);
    expect_place(seen.places[2], first_line);
    assert_string_equal(seen.labels[0], "");
    assert_true(seen.site_count >= 3);
    assert_true(seen.thread > 0);

    fwl_buffer_unref(&second);
    seen = (Seen){0};
    need_ok(fwl_buffer_visit_refs(first, note, &seen));
    assert_int_equal(seen.count, 2);
    fwl_buffer_unref(&first);
    seen = (Seen){0};
    need_ok(fwl_buffer_visit_refs(third, note, &seen));
    assert_int_equal(seen.count, 1);
    expect_place(seen.places[0], third_line);
}

static void a_callback_stops_the_visit(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlBufferRef *first = need(fwl_buffer_alloc2(pool, 100));
    later(close_buffer, &first);
    FwlBufferRef *second = need(fwl_buffer_ref(first));
    later(close_buffer, &second);
    Seen seen = {.answer = FWL_E_ABORTED};
    expect_code(fwl_buffer_visit_refs(first, note, &seen), FWL_E_ABORTED);
    if (!fault_fired())
        assert_int_equal(seen.count, 1);
}

static int unref_all(void *opaque, const FwlBufferHolder *holder)
{
    FwlBufferRef **refs = opaque;
    for (size_t i = 0; i < 3; i++) {
        if (refs[i] == holder->ref)
            fwl_buffer_unref(&refs[i]);
    }
    return 0;
}

static void a_callback_may_end_what_it_is_shown(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlBufferRef *refs[3] = {need(fwl_buffer_alloc2(pool, 100))};
    later(close_buffer, &refs[0]);
    refs[1] = need(fwl_buffer_ref(refs[0]));
    later(close_buffer, &refs[1]);
    refs[2] = need(fwl_buffer_ref(refs[0]));
    later(close_buffer, &refs[2]);
    need_ok(fwl_buffer_visit_refs(refs[0], unref_all, refs));
    for (size_t i = 0; i < 3; i++)
        assert_null(refs[i]);
}

static void buffers_of_other_pools_are_not_traced(void)
{
    FwlPool *pool = make_pool(false);
    later(close_pool, &pool);
    FwlBufferRef *buffer = need(fwl_buffer_alloc2(pool, 100));
    later(close_buffer, &buffer);
    Seen seen = {0};
    expect_code(fwl_buffer_visit_refs(buffer, note, &seen), FWL_E_UNSUPPORTED);
    expect_code(fwl_buffer_visit_refs(NULL, note, &seen), FWL_E_INVALID);
    expect_code(fwl_buffer_visit_refs(buffer, NULL, &seen), FWL_E_INVALID);
    assert_int_equal(seen.count, 0);
}

static FwlPool *pool_of_entries;

static FwlBufferRef *alloc_entry(void *opaque, size_t size)
{
    (void)opaque;
    return fwl_buffer_alloc2(pool_of_entries, size);
}

static void close_buffer_pool(void *object)
{
    fwl_buffer_pool_uninit(object);
}

static void a_buffer_of_a_buffer_pool_is_traced_each_time(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    pool_of_entries = pool;
    FwlBufferPool *buffers = need(fwl_buffer_pool_init2(100, NULL, alloc_entry, NULL));
    later(close_buffer_pool, &buffers);
    FwlBufferRef *buffer = need(fwl_buffer_pool_get(buffers));
    later(close_buffer, &buffer);
    fwl_buffer_unref(&buffer);
    const int line = __LINE__ + 1;
    buffer = need(fwl_buffer_pool_get(buffers));
    Seen seen = {0};
    need_ok(fwl_buffer_visit_refs(buffer, note, &seen));
    assert_int_equal(seen.count, 1);
    expect_place(seen.places[0], line);
}

/* What holds them */

static FwlFrame *make_picture(FwlPool *pool)
{
    FwlFrame *frame = need(fwl_frame_alloc());
    frame->pool = pool;
    frame->format = FWL_PIX_FMT_YUV420P;
    frame->width = 1920;
    frame->height = 1080;
    frame->pts = 3003;
    return frame;
}

static void the_list_of_leaks_names_each_holder_of_a_frame(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlFrame *frame = make_picture(pool);
    later(close_frame, &frame);
    const int get_line = __LINE__ + 1;
    need_ok(fwl_frame_get_buffer(frame, 0));
    FwlFrame *copies[2] = {NULL, NULL};
    later(close_frame, &copies[0]);
    later(close_frame, &copies[1]);
    const int clone_line = __LINE__ + 2;
    for (volatile int i = 0; i < 2; i++) /* not unrolled: one place, twice */
        copies[i] = need(fwl_frame_clone(frame));

    listen();
    later(stop_listening, NULL);
    fwl_pool_destroy(&pool);
    if (fault_fired())
        return;
    char get_place[64], clone_place[64], pattern[512];
    name_line(get_place, sizeof get_place, get_line);
    name_line(clone_place, sizeof clone_place, clone_line);
    snprintf(pattern, sizeof pattern,
             "*\npool decoder: frame 1920x1080 yuv420p, pts 3003, 3 references: %s x2, %s\n",
             clone_place, get_place);
    expect_heard(pattern);
}

static void the_list_of_leaks_names_packets_and_sound(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlPacket *packet = need(fwl_packet_alloc());
    later(close_packet, &packet);
    packet->pool = pool;
    need_ok(fwl_new_packet(packet, 4096));
    FwlPacket *moved = need(fwl_packet_alloc());
    later(close_packet, &moved);
    packet->stream_index = 1;
    packet->pts = 512;
    const int move_line = __LINE__ + 1;
    fwl_packet_move_ref(moved, packet);
    FwlFrame *sound = need(fwl_frame_alloc());
    later(close_frame, &sound);
    sound->pool = pool;
    sound->format = FWL_SAMPLE_FMT_FLTP;
    sound->nb_samples = 1024;
    sound->channel_layout = FWL_CH_LAYOUT_STEREO;
    need_ok(fwl_frame_get_buffer(sound, 0));

    listen();
    later(stop_listening, NULL);
    fwl_pool_destroy(&pool);
    if (fault_fired())
        return;
    char place[64], pattern[512];
    name_line(place, sizeof place, move_line);
    snprintf(pattern, sizeof pattern,
             "*\npool decoder: packet of 4096 bytes, stream 1, pts 512, 1 reference: %s\n", place);
    expect_heard(pattern);
    expect_heard("*\npool decoder: frame of 1024 samples fltp, no pts, 1 reference: *\n"
                 "pool decoder: frame of 1024 samples fltp, no pts, 1 reference: *\n*");
}

static void a_frame_that_was_given_on_is_no_leak(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlFrame *frame = make_picture(pool);
    later(close_frame, &frame);
    need_ok(fwl_frame_get_buffer(frame, 0));
    listen();
    later(stop_listening, NULL);
    fwl_frame_unref(frame);
    fwl_pool_destroy(&pool);
    if (!fault_fired())
        assert_string_equal(heard, "");
}

/* Filling again */

static void fill_again(FwlPacket *packet)
{
    need_ok(fwl_new_packet(packet, 200));
}

static void a_packet_that_is_filled_again_is_reported(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlPacket *packet = need(fwl_packet_alloc());
    later(close_packet, &packet);
    packet->pool = pool;
    const int taken_line = __LINE__ + 1;
    need_ok(fwl_new_packet(packet, 100));
    FwlBufferRef *lost = packet->buf;
    later(close_buffer, &lost);
    listen();
    later(stop_listening, NULL);
    const int line = __LINE__ + 1;
    need_ok(fwl_new_packet(packet, 200));

    char here[64], there[64], pattern[512];
    name_line(here, sizeof here, line);
    name_line(there, sizeof there, taken_line);
    snprintf(pattern, sizeof pattern,
             "pool decoder: a packet is filled again at %s while it holds a buffer of 164 bytes, "
             "taken at %s: unref it first\n",
             here, there);
    expect_heard(pattern);
}

static void the_same_place_is_reported_the_first_time_only(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlPacket *packet = need(fwl_packet_alloc());
    later(close_packet, &packet);
    packet->pool = pool;
    FwlBufferRef *lost[3] = {NULL, NULL, NULL};
    later(close_buffer, &lost[0]);
    later(close_buffer, &lost[1]);
    later(close_buffer, &lost[2]);
    listen();
    later(stop_listening, NULL);
    for (volatile int i = 0; i < 3; i++) {
        fill_again(packet);
        lost[i] = packet->buf;
    }
    packet->buf = NULL;
    size_t lines = 0;
    for (const char *c = heard; *c; c++)
        lines += *c == '\n';
    if (!fault_fired())
        assert_int_equal(lines, 1);
}

static void init_packet_on_a_full_packet_is_reported(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlPacket *packet = need(fwl_packet_alloc());
    later(close_packet, &packet);
    packet->pool = pool;
    need_ok(fwl_new_packet(packet, 100));
    FwlBufferRef *lost = packet->buf;
    later(close_buffer, &lost);
    listen();
    later(stop_listening, NULL);
    fwl_init_packet(packet);
    if (!fault_fired())
        expect_heard("pool decoder: a packet is filled again at * while it holds *\n");
}

static void a_frame_that_is_filled_again_is_refused_and_reported(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlFrame *frame = make_picture(pool);
    later(close_frame, &frame);
    need_ok(fwl_frame_get_buffer(frame, 0));
    listen();
    later(stop_listening, NULL);
    expect_code(fwl_frame_get_buffer(frame, 0), FWL_E_INVALID);
    if (!fault_fired())
        expect_heard("pool decoder: a frame is filled again at * while it holds *\n");
}

static void a_packet_without_a_buffer_is_not_reported(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    FwlPacket packet;
    memset(&packet, 0x5a, sizeof packet); /* as on a stack */
    listen();
    later(stop_listening, NULL);
    fwl_init_packet(&packet);
    packet.data = NULL;
    packet.size = 0;
    packet.pool = pool;
    need_ok(fwl_new_packet(&packet, 100));
    fwl_packet_unref(&packet);
    need_ok(fwl_new_packet(&packet, 100));
    fwl_packet_unref(&packet);
    if (!fault_fired())
        assert_string_equal(heard, "");
}

/* Threads */

enum { THREADS = 4, ROUNDS = 200 };

typedef struct Sharing {
    FwlBufferRef *buffer;
    atomic_bool is_done;
} Sharing;

static void *take_and_end(void *opaque)
{
    Sharing *sharing = opaque;
    for (int i = 0; i < ROUNDS; i++) {
        FwlBufferRef *ref = fwl_buffer_ref(sharing->buffer);
        fwl_buffer_unref(&ref);
    }
    return NULL;
}

static int count_holder(void *opaque, const FwlBufferHolder *holder)
{
    size_t *count = opaque;
    *count += holder->ref != NULL;
    return 0;
}

static void references_are_traced_while_threads_take_and_end_them(void)
{
    FwlPool *pool = make_pool(true);
    later(close_pool, &pool);
    Sharing sharing = {.buffer = need(fwl_buffer_alloc2(pool, 100))};
    later(close_buffer, &sharing.buffer);
    pthread_t threads[THREADS];
    int started = 0;
    while (started < THREADS &&
           pthread_create(&threads[started], NULL, take_and_end, &sharing) == 0)
        started++;
    size_t count = 0;
    int status = 0;
    for (int i = 0; i < 20 && status == 0; i++)
        status = fwl_buffer_visit_refs(sharing.buffer, count_holder, &count);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    need_ok(status);
    if (fault_fired())
        return;
    assert_in_range(count, 20, 20 * (THREADS + 1));
    assert_int_equal(fwl_buffer_get_ref_count(sharing.buffer), 1);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(every_reference_is_shown_with_its_place),
        CASE(a_callback_stops_the_visit),
        CASE(a_callback_may_end_what_it_is_shown),
        CASE(buffers_of_other_pools_are_not_traced),
        CASE(a_buffer_of_a_buffer_pool_is_traced_each_time),
        CASE(the_list_of_leaks_names_each_holder_of_a_frame),
        CASE(the_list_of_leaks_names_packets_and_sound),
        CASE(a_frame_that_was_given_on_is_no_leak),
        CASE_ONCE(a_packet_that_is_filled_again_is_reported),
        CASE_ONCE(the_same_place_is_reported_the_first_time_only),
        CASE_ONCE(init_packet_on_a_full_packet_is_reported),
        CASE_ONCE(a_frame_that_is_filled_again_is_refused_and_reported),
        CASE(a_packet_without_a_buffer_is_not_reported),
        CASE_ONCE(references_are_traced_while_threads_take_and_end_them),
    };
    return run_cases("reference_trace", cases, sizeof cases / sizeof *cases, argc, argv);
}
