/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What fuzz targets are linked with (fuzz.h).
 *
 * Whatever ends the program while an input is tried writes it down first: an expectation, a signal,
 * a sanitizer, or SIGALRM when one input takes longer than INPUT_SECONDS.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime, sigaction, open */
#include "fuzz.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Expectations */

void fuzz_fail(const char *text, const char *file, int line)
{
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, text);
    abort();
}

void fuzz_compare(uint64_t got, uint64_t wanted, const char *got_text, const char *wanted_text,
                  const char *file, int line)
{
    if (got == wanted)
        return;
    fprintf(stderr, "%s:%d: %s is %" PRIu64 ", but %s is %" PRIu64 "\n", file, line, got_text, got,
            wanted_text, wanted);
    abort();
}

/* Bytes */

uint8_t fuzz_take(FuzzBytes *bytes)
{
    if (bytes->left == 0)
        return 0;
    bytes->left--;
    return *bytes->data++;
}

uint16_t fuzz_take16(FuzzBytes *bytes)
{
    const unsigned low = fuzz_take(bytes);
    return (uint16_t)(low | (unsigned)fuzz_take(bytes) << 8);
}

size_t fuzz_choose(FuzzBytes *bytes, size_t count)
{
    return (count <= 256 ? fuzz_take(bytes) : fuzz_take16(bytes)) % count;
}

#if FUZZ_HAS_ENGINE

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_one(data, size);
}

#else

enum {
    INPUT_SECONDS = 120, /* for one input, on a loaded machine, under sanitizers */
    MAX_SIZE = 2048,
    CHANGES_MAX = 8,
    STARTS_MAX = 64,
};

typedef struct Input {
    uint8_t *data;
    size_t size;
} Input;

static struct {
    uint64_t seed;
    unsigned long runs;
    unsigned long seconds;
    size_t max_size;
    Input starts[STARTS_MAX];
    size_t start_count;
} options = {.max_size = MAX_SIZE};

/* When something goes wrong */

static struct {
    const Input *input; /* NULL: none is being tried */
    char path[128];
    char text[512];
} current;

static void say(const char *text)
{
    const ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

static void save_current(void)
{
    const Input *input = current.input;
    if (!input)
        return;
    current.input = NULL;
    say(current.text);
    if (!current.path[0])
        return;
    const int file = open(current.path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const bool is_saved = file >= 0 && write(file, input->data, input->size) >= 0;
    say(is_saved ? "the input is in " : "the input could not be written to ");
    say(current.path);
    say("\n");
}

static void end_by_signal(int number)
{
    if (number == SIGALRM)
        say("the input took too long\n");
    save_current();
    signal(number, SIG_DFL);
    raise(number);
}

/* Sanitizers end a program without a signal; theirs where the build has one. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void handle_signals(void (*handler)(int))
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
}

void fuzz_begin_child(unsigned seconds)
{
    current.input = NULL;
    handle_signals(SIG_DFL);
    alarm(seconds);
}

static void catch_endings(void)
{
    handle_signals(end_by_signal);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(save_current);
}

/* Making inputs */

/* splitmix64: any seed is as good as any other, the next one included. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static size_t random_below(uint64_t *state, size_t count)
{
    return count == 0 ? 0 : (size_t)(next_random(state) % count);
}

/* Small ones as often as large ones. */
static size_t random_size(uint64_t *state)
{
    size_t most = options.max_size;
    for (size_t halvings = random_below(state, 8); halvings > 0; halvings--)
        most /= 2;
    return random_below(state, most + 1);
}

/* Bytes of all values, or of a few: those repeat themselves, as programs do. */
static void make_bytes(Input *input, uint64_t *state)
{
    uint8_t few[16];
    const size_t few_count = random_below(state, sizeof few + 1);
    for (size_t i = 0; i < few_count; i++)
        few[i] = (uint8_t)next_random(state);
    input->size = random_size(state);
    for (size_t i = 0; i < input->size; i++) {
        const uint64_t random = next_random(state);
        const bool is_one_of_few = few_count > 0 && random >> 60 != 0;
        input->data[i] = is_one_of_few ? few[random % few_count] : (uint8_t)random;
    }
}

static void copy_start(Input *input, uint64_t *state)
{
    const Input *start = &options.starts[random_below(state, options.start_count)];
    input->size = start->size < options.max_size ? start->size : options.max_size;
    if (input->size > 0)
        memcpy(input->data, start->data, input->size);
}

/* Moves a piece of the input to another place in it, over what is there. */
static void copy_piece(Input *input, uint64_t *state)
{
    const size_t from = random_below(state, input->size);
    const size_t to = random_below(state, input->size);
    const size_t room = input->size - (from > to ? from : to);
    memmove(input->data + to, input->data + from, random_below(state, room + 1));
}

static void cut_out(Input *input, uint64_t *state)
{
    const size_t from = random_below(state, input->size);
    const size_t count = random_below(state, input->size - from + 1);
    memmove(input->data + from, input->data + from + count, input->size - from - count);
    input->size -= count;
}

static void put_in(Input *input, uint64_t *state)
{
    const size_t at = random_below(state, input->size);
    size_t count = random_below(state, 17);
    if (count > options.max_size - input->size)
        count = options.max_size - input->size;
    memmove(input->data + at + count, input->data + at, input->size - at);
    for (size_t i = 0; i < count; i++)
        input->data[at + i] = (uint8_t)next_random(state);
    input->size += count;
}

static void put_number(Input *input, size_t at, uint64_t number, size_t width, bool is_big_endian)
{
    for (size_t i = 0; i < width && at + i < input->size; i++)
        input->data[at + i] = (uint8_t)(number >> 8 * (is_big_endian ? width - 1 - i : i));
}

/* A number where edges are. */
static uint64_t random_edge(uint64_t *state)
{
    static const uint64_t edges[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
                                     0x80000000, 0xffffffff, INT64_MAX, UINT64_MAX};
    return edges[random_below(state, sizeof edges / sizeof edges[0])];
}

/* In one to eight bytes of either order. */
static void put_edge(Input *input, uint64_t *state)
{
    const uint64_t edge = random_edge(state);
    const size_t width = (size_t)1 << random_below(state, 4);
    const bool is_big_endian = random_below(state, 2) == 1;
    put_number(input, random_below(state, input->size), edge, width, is_big_endian);
}

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

/* The place behind at where four letters stand, as containers name their parts; size: none. */
static size_t find_name(const Input *input, size_t at)
{
    for (size_t i = at; i + 4 <= input->size; i++) {
        if (is_letter(input->data[i]) && is_letter(input->data[i + 1]) &&
            is_letter(input->data[i + 2]) && is_letter(input->data[i + 3]))
            return i;
    }
    return input->size;
}

/* Another size for a part of a container: before its name, or behind it. */
static void put_part_size(Input *input, uint64_t *state)
{
    const size_t name = find_name(input, random_below(state, input->size));
    const uint64_t size =
        random_below(state, 2) ? random_edge(state) : random_below(state, 2 * input->size);
    const bool is_before = random_below(state, 2) == 1;
    if (name < input->size && !(is_before && name < 4))
        put_number(input, is_before ? name - 4 : name + 4, size, 4, is_before);
}

/* Goes on as another start does. */
static void splice(Input *input, uint64_t *state)
{
    const Input *other = &options.starts[random_below(state, options.start_count)];
    const size_t from = random_below(state, other->size);
    const size_t to = random_below(state, input->size);
    size_t count = other->size - from;
    if (count > options.max_size - to)
        count = options.max_size - to;
    if (count == 0)
        return;
    memcpy(input->data + to, other->data + from, count);
    input->size = to + count;
}

static void change(Input *input, uint64_t *state)
{
    if (input->size == 0)
        return;
    uint8_t *byte = &input->data[random_below(state, input->size)];
    switch (random_below(state, 9)) {
    case 0: *byte ^= (uint8_t)(1u << random_below(state, 8)); break;
    case 1: *byte = (uint8_t)next_random(state); break;
    case 2: copy_piece(input, state); break;
    case 3: cut_out(input, state); break;
    case 4: put_in(input, state); break;
    case 5:
        input->size = random_below(state, input->size + 1);
        break;
    case 6:
        put_part_size(input, state);
        break;
    case 7:
        splice(input, state);
        break;
    default: put_edge(input, state); break;
    }
}

/* The input of a seed. */
static void make_input(Input *input, uint64_t seed)
{
    uint64_t state = seed;
    const bool is_from_start = options.start_count > 0 && random_below(&state, 16) > 0;
    if (is_from_start)
        copy_start(input, &state);
    else
        make_bytes(input, &state);
    const size_t changes = is_from_start ? 1 + random_below(&state, CHANGES_MAX) : 0;
    for (size_t i = 0; i < changes; i++)
        change(input, &state);
}

/* Trying them */

/* A copy of its very size, so that AddressSanitizer sees what is read beyond it. */
static void try_input(const Input *input)
{
    uint8_t *data = malloc(input->size > 0 ? input->size : 1);
    if (!data)
        abort();
    if (input->size > 0)
        memcpy(data, input->data, input->size);
    current.input = input;
    alarm(INPUT_SECONDS);
    if (fuzz_one(data, input->size) != 0)
        abort();
    alarm(0);
    current.input = NULL;
    free(data);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void prepare_report(const char *program, uint64_t seed)
{
    const char *slash = strrchr(program, '/');
    snprintf(current.path, sizeof current.path, "%.64s-%" PRIu64 ".input",
             slash ? slash + 1 : program, seed);
    snprintf(current.text, sizeof current.text, "replay: %.256s --seed %" PRIu64 " --runs 1\n",
             program, seed);
}

static void try_seeds(const char *program)
{
    Input input = {.data = malloc(options.max_size > 0 ? options.max_size : 1)};
    if (!input.data)
        abort();
    printf("1..1\n");
    fprintf(stderr, "%s: from seed %" PRIu64 "\n", program, options.seed);
    fflush(stdout);
    const double start = seconds_now();
    unsigned long run = 0;
    while ((options.runs == 0 || run < options.runs) &&
           (options.seconds == 0 || seconds_now() - start < (double)options.seconds)) {
        const uint64_t seed = options.seed + run++;
        prepare_report(program, seed);
        make_input(&input, seed);
        try_input(&input);
    }
    printf("ok 1 - %lu inputs from seed %" PRIu64 "\n", run, options.seed);
    free(input.data);
}

static Input read_input(const char *path)
{
    enum { FILE_SIZE_MAX = 16 << 20 };
    Input input = {.data = malloc(FILE_SIZE_MAX)};
    FILE *file = fopen(path, "rb");
    if (!file || !input.data) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    input.size = fread(input.data, 1, FILE_SIZE_MAX, file);
    fclose(file);
    return input;
}

static void try_files(const char *program, char **paths, int count)
{
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        const Input input = read_input(paths[i]);
        current.path[0] = '\0';
        snprintf(current.text, sizeof current.text, "replay: %.200s %.200s\n", program, paths[i]);
        try_input(&input);
        free(input.data);
        printf("ok %d - %s\n", i + 1, paths[i]);
        fflush(stdout);
    }
}

void fuzz_add_start(const uint8_t *data, size_t size)
{
    if (options.start_count == STARTS_MAX)
        return;
    Input start = {.data = malloc(size > 0 ? size : 1), .size = size};
    if (!start.data)
        abort();
    if (size > 0)
        memcpy(start.data, data, size);
    options.starts[options.start_count++] = start;
    if (size > options.max_size)
        options.max_size = size;
}

static _Noreturn void explain(const char *program)
{
    fprintf(stderr, "usage: %s [--seed N] [--runs N] [--seconds N] [--max-size N] "
            "[--start FILE]... | FILE...\n", program);
    exit(2);
}

static uint64_t read_number(const char *program, const char *text)
{
    char *end;
    const uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\0')
        explain(program);
    return number;
}

static void read_option(const char *program, const char *name, const char *value)
{
    if (strcmp(name, "--start") == 0 && options.start_count < STARTS_MAX)
        options.starts[options.start_count++] = read_input(value);
    else if (strcmp(name, "--seed") == 0)
        options.seed = read_number(program, value);
    else if (strcmp(name, "--runs") == 0)
        options.runs = (unsigned long)read_number(program, value);
    else if (strcmp(name, "--seconds") == 0)
        options.seconds = (unsigned long)read_number(program, value);
    else if (strcmp(name, "--max-size") == 0)
        options.max_size = (size_t)read_number(program, value);
    else
        explain(program);
}

int main(int argc, char **argv)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    options.seed = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
        read_option(argv[0], argv[i], argv[i + 1]);
    if (i < argc && strncmp(argv[i], "--", 2) == 0)
        explain(argv[0]);
    catch_endings();
    if (i == argc && options.start_count == 0 && fuzz_add_starts)
        fuzz_add_starts();
    if (i < argc)
        try_files(argv[0], argv + i, argc - i);
    else
        try_seeds(argv[0]);
    for (size_t k = 0; k < options.start_count; k++)
        free(options.starts[k].data);
    return EXIT_SUCCESS;
}

#endif
