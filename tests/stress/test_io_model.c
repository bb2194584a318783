/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on a memory writer and on a file, each checked against a plain array of bytes.
 *
 * FRAMEWELL_SEED=N runs the one round that a failure names.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../contract/io_streams.h"
#include "case.h"
#include "framewell/io.h"
#include "framewell/mem.h"

enum {
    MODEL_MAX = 6 << 20,
    ROUNDS = 40,
    STEPS = 300,
};

/* What the stream must look like. */
struct Model {
    FwlIO *io;
    bool is_writer;
    size_t max_size;
    size_t size;
    size_t position;
    uint32_t random;
};

static uint8_t model_bytes[MODEL_MAX];
static uint8_t scratch[MODEL_MAX];

static uint32_t next_random(struct Model *model)
{
    model->random ^= model->random << 13;
    model->random ^= model->random >> 17;
    model->random ^= model->random << 5;
    return model->random;
}

static size_t random_below(struct Model *model, size_t limit)
{
    return next_random(model) % limit;
}

/* Mostly few bytes, sometimes many: one in sixteen is of more than a segment or a buffer. */
static size_t random_size(struct Model *model)
{
    const size_t limits[] = {1, 16, 300, 5000};
    const size_t kind = random_below(model, 16);
    return random_below(model, kind == 0 ? 400000 : limits[kind % 4] + 1);
}

static void model_write(struct Model *model, size_t size)
{
    if (model->position > model->size)
        memset(model_bytes + model->size, 0, model->position - model->size);
    memcpy(model_bytes + model->position, scratch, size);
    model->position += size;
    if (model->size < model->position)
        model->size = model->position;
}

static void do_write(struct Model *model)
{
    size_t size = random_size(model);
    if (size > MODEL_MAX - model->position)
        size = MODEL_MAX - model->position;
    const uint8_t start = (uint8_t)next_random(model);
    for (size_t i = 0; i < size; i++)
        scratch[i] = (uint8_t)(start + i * 7 + (i >> 8));
    const int64_t result = fwl_io_write(model->io, scratch, size);
    if (size > 0 && model->position + size > model->max_size) {
        assert_int_equal(result, FWL_E_LIMIT);
        return;
    }
    if (result == FWL_E_NOMEM)
        return;
    assert_int_equal(result, size);
    if (size > 0)
        model_write(model, size);
}

static size_t left(const struct Model *model)
{
    return model->position < model->size ? model->size - model->position : 0;
}

static void expect_read(struct Model *model, const uint8_t *data, int64_t count)
{
    if (left(model) == 0) {
        assert_int_equal(count, FWL_E_EOF);
        assert_true(fwl_io_eof(model->io));
        return;
    }
    assert_in_range(count, 1, left(model));
    assert_memory_equal(data, model_bytes + model->position, (size_t)count);
    model->position += (size_t)count;
}

static void do_read(struct Model *model)
{
    const size_t size = random_size(model) + 1;
    expect_read(model, scratch, fwl_io_read(model->io, scratch, size));
}

static void do_read_full(struct Model *model)
{
    const size_t size = random_size(model) + 1;
    const size_t there = left(model) < size ? left(model) : size;
    const int64_t count = fwl_io_read_full(model->io, scratch, size);
    if (there > 0)
        assert_int_equal(count, there);
    expect_read(model, scratch, count);
}

static void do_span(struct Model *model)
{
    const uint8_t *data;
    const int64_t count = fwl_io_read_span(model->io, &data);
    if (model->is_writer)
        expect_read(model, data, count);
    else
        assert_int_equal(count, FWL_E_UNSUPPORTED);
}

static void do_seek(struct Model *model)
{
    const size_t far = model->size + random_below(model, 16) * 1000;
    const size_t target = random_below(model, (far < MODEL_MAX ? far : MODEL_MAX - 1) + 1);
    const enum FwlIOWhence whence = (enum FwlIOWhence)random_below(model, 3);
    const size_t starts[] = {0, model->position, model->size};
    const int64_t offset = (int64_t)target - (int64_t)starts[whence];
    assert_int_equal(fwl_io_seek(model->io, offset, whence), target);
    model->position = target;
    assert_int_equal(fwl_io_seek(model->io, -1 - (int64_t)target, FWL_IO_CURRENT), FWL_E_INVALID);
}

static void do_flush(struct Model *model)
{
    assert_int_equal(fwl_io_flush(model->io), 0);
}

static void do_take(struct Model *model)
{
    if (!model->is_writer || random_below(model, 8) != 0)
        return;
    FwlBufferRef *all;
    const int err = fwl_io_take(model->io, &all);
    if (err == FWL_E_NOMEM)
        return;
    assert_int_equal(err, 0);
    assert_int_equal(all->size, model->size);
    assert_int_equal(memcmp(all->data, model_bytes, model->size), 0);
    fwl_buffer_unref(&all);
    model->size = 0;
    model->position = 0;
}

static void expect_same(struct Model *model)
{
    assert_int_equal(fwl_io_seek(model->io, 0, FWL_IO_SET), 0);
    memset(scratch, 0, model->size);
    const int64_t count = fwl_io_read_full(model->io, scratch, MODEL_MAX);
    assert_int_equal(count, model->size > 0 ? (int64_t)model->size : FWL_E_EOF);
    assert_int_equal(memcmp(scratch, model_bytes, model->size), 0);
}

static void run_steps(struct Model *model)
{
    void (*const steps[])(struct Model *) = {do_write, do_write, do_write,     do_write, do_seek,
                                             do_read,  do_span,  do_read_full, do_flush, do_take};
    for (int i = 0; i < STEPS; i++) {
        steps[random_below(model, sizeof steps / sizeof steps[0])](model);
        assert_int_equal(fwl_io_tell(model->io), model->position);
        assert_int_equal(fwl_io_size(model->io), model->size);
    }
    expect_same(model);
}

static void writer_round(uint32_t seed)
{
    struct Model model = {.is_writer = true, .random = seed, .max_size = MODEL_MAX};
    FwlPool *pool = NULL;
    later(close_pool, &pool);
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = seed % 3 == 0 ? 3 << 20 : 64 << 20;
    config.on_limit = FWL_LIMIT_FAIL;
    need_ok(fwl_pool_create(&pool, &config));
    if (seed % 3 == 1)
        model.max_size = 1 + random_below(&model, 2 << 20);
    later(close_io, &model.io);
    need_ok(fwl_io_open_writer(&model.io, pool, model.max_size));
    run_steps(&model);
}

static void file_round(uint32_t seed)
{
    struct TestFile file;
    make_file(&file, NULL, 0);
    later(remove_file, &file);
    struct Model model = {.random = seed, .max_size = MODEL_MAX};
    later(close_io, &model.io);
    need_ok(fwl_io_open_file(&model.io, file.path, FWL_IO_READ | FWL_IO_WRITE, NULL));
    run_steps(&model);
    assert_int_equal(fwl_io_close(&model.io), 0);
    expect_file(&file, model_bytes, model.size);
}

static void run_rounds(void (*run_round)(uint32_t seed))
{
    const char *only = getenv("FRAMEWELL_SEED");
    const uint32_t first = only ? (uint32_t)strtoul(only, NULL, 10) : 1;
    const uint32_t last = only ? first : ROUNDS;
    for (uint32_t seed = first; seed <= last; seed++) {
        print_message("FRAMEWELL_SEED=%" PRIu32 "\n", seed);
        run_round(seed * 2654435761u | 1);
    }
}

static void a_writer_is_an_array_of_bytes(void)
{
    run_rounds(writer_round);
}

static void a_file_is_an_array_of_bytes(void)
{
    run_rounds(file_round);
}

/* Once: thousands of allocations in each round, which fail on their own in a small pool. */
int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE_ONCE(a_writer_is_an_array_of_bytes),
        CASE_ONCE(a_file_is_an_array_of_bytes),
    };
    return run_cases("io_model", cases, sizeof cases / sizeof cases[0], argc, argv);
}
