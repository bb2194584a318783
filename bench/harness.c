/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parent's side: options, who is there, the rounds.
 *
 *     for each work:  start a worker for each peer; calibrate each (which also warms it up);
 *                     rounds times: one batch of each worker in turn; end them; judge
 *
 * A batch is calibrated as a whole number of runs: one that does not count and warms up, one that
 * does, then as many as its length suggests, until a batch takes at least three quarters of what is
 * asked.
 */
#include "harness.h"

#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "machine.h"
#include "results.h"
#include "worker.h"

enum {
    EXIT_USAGE = 2,
    DEFAULT_ROUNDS = 15,
    DEFAULT_BATCH_MS = 20,
    QUICK_ROUNDS = 3,
    QUICK_BATCH_MS = 1,
    /* A batch grows by no more than this at a time: a first run is no measure of the next ones. */
    GROWTH_MAX = 20,
};

/* A work that takes no longer when it is done more often ends here. */
#define BATCH_MAX (UINT64_C(1) << 40)

struct Options {
    struct BenchSettings settings;
    bool is_json;
    bool is_list;
    const char *worker; /* the peer to work for; NULL in the parent */
    const char *work;
};

struct Session {
    const struct BenchSuite *suite;
    const struct Options *options;
    struct Machine machine;
    struct PeerEntry peers[BENCH_PEERS_MAX];
    struct BoundResult *bounds;
    size_t bound_count;
    json_t *json_works;
    bool has_failed;
};

/* Memory and numbers for works */

void bench_die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}

static void *map_pages(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        bench_die("no memory for the work's own tables");
    return memory;
}

void *bench_memory(size_t size)
{
    void *memory = map_pages(size);
    memset(memory, 0, size);
    return memory;
}

void *bench_huge_memory(size_t size)
{
    void *memory = map_pages(size);
    /* Fails where the system has no huge pages: small ones then. */
    madvise(memory, size, MADV_HUGEPAGE);
    memset(memory, 0, size);
    return memory;
}

void bench_memory_free(void *memory, size_t size)
{
    if (memory)
        munmap(memory, size);
}

size_t bench_random_size(uint64_t *state, size_t least, size_t most)
{
    const double share = (double)(bench_random(state) >> 11) * 0x1p-53;
    const double low = log2((double)least);
    return (size_t)exp2(low + share * (log2((double)most) - low));
}

/* Options */

static void print_usage(FILE *out, const struct BenchSuite *suite)
{
    fprintf(out,
            "Usage: %s [OPTION]...\n"
            "%s\n\n"
            "  --filter TEXT   only works whose name contains TEXT\n"
            "  --rounds N      batches of each peer, 1 to %d (%d)\n"
            "  --batch MS      milliseconds of one batch (%d)\n"
            "  --quick         %d rounds of %d ms, without the long works: does it run?\n"
            "  --json          everything that was measured, as one JSON object\n"
            "  --list          the names of the works\n"
            "  --help          this text\n\n"
            "Peers take turns, each in a process of its own. Exit status: 0 measured,\n"
            "1 a peer broke down, 2 usage.\n",
            suite->name, suite->title, BENCH_SAMPLES_MAX, DEFAULT_ROUNDS, DEFAULT_BATCH_MS,
            QUICK_ROUNDS, QUICK_BATCH_MS);
}

static bool read_number(const char *text, double least, double most, double *number)
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least && value <= most))
        return false;
    *number = value;
    return true;
}

enum Option { FILTER = 1, ROUNDS, BATCH, QUICK, JSON, LIST, HELP, WORKER };

static const struct option option_table[] = {
    {"filter", required_argument, NULL, FILTER},
    {"rounds", required_argument, NULL, ROUNDS},
    {"batch", required_argument, NULL, BATCH},
    {"quick", no_argument, NULL, QUICK},
    {"json", no_argument, NULL, JSON},
    {"list", no_argument, NULL, LIST},
    {"help", no_argument, NULL, HELP},
    {"worker", required_argument, NULL, WORKER},
    {NULL, 0, NULL, 0},
};

/* Takes one option; EXIT_USAGE where its value makes no sense, -1 where it does. */
static int take_option(int option, struct Options *options, const struct BenchSuite *suite,
                       double *rounds, double *batch_ms)
{
    switch (option) {
    case FILTER:
        options->settings.filter = optarg;
        return -1;
    case ROUNDS:
        if (read_number(optarg, 1, BENCH_SAMPLES_MAX, rounds))
            return -1;
        fprintf(stderr, "%s: --rounds %s: not a number from 1 to %d\n", suite->name, optarg,
                BENCH_SAMPLES_MAX);
        return EXIT_USAGE;
    case BATCH:
        if (read_number(optarg, 0.001, 60000, batch_ms))
            return -1;
        fprintf(stderr, "%s: --batch %s: not a number of milliseconds\n", suite->name, optarg);
        return EXIT_USAGE;
    case QUICK:
        options->settings.is_quick = true;
        return -1;
    case JSON:
        options->is_json = true;
        return -1;
    case LIST:
        options->is_list = true;
        return -1;
    case WORKER:
        options->worker = optarg;
        return -1;
    case HELP:
        print_usage(stdout, suite);
        return EXIT_SUCCESS;
    default:
        fprintf(stderr, "%s: see --help\n", suite->name);
        return EXIT_USAGE;
    }
}

/* Gives the exit status where there is nothing more to do, -1 where there is. */
static int read_options(struct Options *options, const struct BenchSuite *suite, int argc,
                        char **argv)
{
    double rounds = 0;
    double batch_ms = 0;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "", option_table, NULL)) != -1;) {
        const int status = take_option(option, options, suite, &rounds, &batch_ms);
        if (status >= 0)
            return status;
    }
    if (optind < argc && options->worker)
        options->work = argv[optind++];
    if (optind < argc) {
        fprintf(stderr, "%s: %s: no argument is expected; see --help\n", suite->name, argv[optind]);
        return EXIT_USAGE;
    }
    struct BenchSettings *settings = &options->settings;
    const bool is_quick = settings->is_quick;
    settings->rounds = rounds > 0 ? (unsigned)rounds : is_quick ? QUICK_ROUNDS : DEFAULT_ROUNDS;
    settings->batch_ms = batch_ms > 0 ? batch_ms : is_quick ? QUICK_BATCH_MS : DEFAULT_BATCH_MS;
    return -1;
}

static bool is_wanted(const struct Options *options, const struct BenchWork *work)
{
    const char *filter = options->settings.filter;
    return !filter || strstr(work->name, filter);
}

/* The worker's process */

static int be_worker(const struct BenchSuite *suite, const struct Options *options)
{
    const struct BenchPeer *peer = NULL;
    const struct BenchWork *work = NULL;
    for (size_t i = 0; i < suite->peer_count; i++) {
        if (strcmp(suite->peers[i].name, options->worker) == 0)
            peer = &suite->peers[i];
    }
    for (size_t i = 0; options->work && i < suite->work_count; i++) {
        if (strcmp(suite->works[i].name, options->work) == 0)
            work = &suite->works[i];
    }
    if (!peer || (options->work && !work)) {
        fprintf(stderr, "%s: --worker: no such peer or work\n", suite->name);
        return EXIT_USAGE;
    }
    return worker_main(peer, work);
}

/* Measuring */

static void find_peers(struct Session *session)
{
    const struct BenchSuite *suite = session->suite;
    for (size_t i = 0; i < suite->peer_count; i++) {
        struct PeerEntry *entry = &session->peers[i];
        struct Worker worker;
        char text[BENCH_TEXT_MAX];
        entry->peer = &suite->peers[i];
        const enum WorkerAnswer answer =
            worker_start(&worker, suite, entry->peer, NULL, text, sizeof text);
        worker_end(&worker);
        entry->is_there = answer == WORKER_READY;
        if (entry->is_there || !entry->peer->package)
            snprintf(entry->version, sizeof entry->version, "%s", text);
        else
            snprintf(entry->version, sizeof entry->version, "%.60s (Debian's package %.40s)", text,
                     entry->peer->package);
    }
}

/* The peer broke down in this work: it is out, and the run has failed. */
static void drop_peer(struct Session *session, struct PeerResult *result, const char *text)
{
    result->is_measured = false;
    snprintf(result->why, sizeof result->why, "%.100s", text);
    session->has_failed = true;
}

static bool calibrate(struct Worker *worker, double batch_ms, uint64_t *batch, char *text,
                      size_t size)
{
    const double wanted = batch_ms * 1e6;
    struct Sample sample;
    *batch = 1;
    if (!worker_run(worker, 1, &sample, text, size))
        return false;
    for (;;) {
        if (!worker_run(worker, *batch, &sample, text, size))
            return false;
        if (sample.ns >= 0.75 * wanted || *batch >= BATCH_MAX)
            return true;
        const double growth = sample.ns > 0 ? wanted / sample.ns : GROWTH_MAX;
        const double count = (double)*batch * (growth < GROWTH_MAX ? growth : GROWTH_MAX);
        *batch = (uint64_t)ceil(count);
    }
}

static double unit_of(const struct BenchWork *work)
{
    if (strcmp(work->unit, "us") == 0)
        return 1e-3;
    return strcmp(work->unit, "ms") == 0 ? 1e-6 : 1;
}

static void keep_sample(struct PeerResult *result, const struct BenchWork *work,
                        const struct Sample *sample)
{
    const size_t i = result->count++;
    const double ops = sample->ops > 0 ? sample->ops : 1;
    result->samples[i] = work->is_value ? sample->value : sample->ns / ops * unit_of(work);
    result->faults[i] = sample->faults / ops;
    result->peak = sample->peak > 0 ? sample->peak : 0;
    result->rss = sample->rss;
    result->live_size = sample->live_size;
}

static void run_round(struct Session *session, struct WorkResult *result, struct Worker *workers)
{
    for (size_t i = 0; i < result->peer_count; i++) {
        struct PeerResult *peer = &result->peers[i];
        struct Sample sample;
        char text[BENCH_TEXT_MAX];
        if (!peer->is_measured)
            continue;
        if (worker_run(&workers[i], peer->batch, &sample, text, sizeof text))
            keep_sample(peer, result->work, &sample);
        else
            drop_peer(session, peer, text);
    }
}

/* Starts the worker of each peer that can do the work, and finds its batch. */
static void start_workers(struct Session *session, struct WorkResult *result,
                          struct Worker *workers)
{
    for (size_t i = 0; i < session->suite->peer_count; i++) {
        const struct PeerEntry *entry = &session->peers[i];
        if (!entry->is_there || !(entry->peer->kind & result->work->kinds))
            continue;
        struct Worker *worker = &workers[result->peer_count];
        struct PeerResult *peer = &result->peers[result->peer_count++];
        *peer = (struct PeerResult){.peer = entry->peer};
        const enum WorkerAnswer answer = worker_start(worker, session->suite, entry->peer,
                                                      result->work, peer->why, sizeof peer->why);
        peer->is_measured = answer == WORKER_READY;
        if (answer == WORKER_FAILED)
            session->has_failed = true;
        char text[BENCH_TEXT_MAX];
        const double batch_ms = session->options->settings.batch_ms;
        if (peer->is_measured && !calibrate(worker, batch_ms, &peer->batch, text, sizeof text))
            drop_peer(session, peer, text);
    }
}

/* Works that nobody could do say why once, in the words of the first peer. */
static void tell_missing(struct WorkResult *result)
{
    for (size_t i = 0; i < result->peer_count; i++) {
        if (result->peers[i].is_measured)
            return;
    }
    if (result->peer_count > 0)
        snprintf(result->why, sizeof result->why, "%s", result->peers[0].why);
    else
        snprintf(result->why, sizeof result->why, "no peer that is here can do it");
}

/* All peers' memory at once may be half of what is free. */
static bool has_memory_for(const struct Session *session, const struct BenchWork *work)
{
    size_t count = 0;
    for (size_t i = 0; i < session->suite->peer_count; i++)
        count += session->peers[i].is_there && (session->peers[i].peer->kind & work->kinds);
    return (double)work->memory * (double)count <= (double)machine_available_memory() / 2;
}

static void measure(struct Session *session, struct WorkResult *result)
{
    const struct BenchWork *work = result->work;
    struct Worker workers[BENCH_PEERS_MAX] = {{0}};
    start_workers(session, result, workers);
    unsigned rounds = session->options->settings.rounds;
    if (work->max_rounds > 0 && rounds > work->max_rounds)
        rounds = work->max_rounds;
    for (unsigned round = 0; round < rounds; round++)
        run_round(session, result, workers);
    for (size_t i = 0; i < result->peer_count; i++)
        worker_end(&workers[i]);
    tell_missing(result);
}

static void keep_bounds(struct Session *session, const struct WorkResult *result)
{
    for (size_t i = 0; i < BENCH_BOUNDS_MAX; i++) {
        const struct BenchBound *bound = &result->work->bounds[i];
        struct BoundResult *judged = &session->bounds[session->bound_count];
        if (bound->is_set && results_judge(result, bound, session->suite->subject, judged))
            session->bound_count++;
    }
}

static void do_work(struct Session *session, const struct BenchWork *work)
{
    static struct WorkResult result; /* half a megabyte: too much for the stack */
    result.work = work;
    result.why[0] = '\0';
    result.peer_count = 0;
    if (session->options->settings.is_quick && work->is_long)
        snprintf(result.why, sizeof result.why, "a long work, in a quick run");
    else if (!has_memory_for(session, work))
        snprintf(result.why, sizeof result.why, "not enough memory for all peers at once");
    else
        measure(session, &result);
    if (!result.why[0])
        keep_bounds(session, &result);
    if (session->options->is_json)
        json_array_append_new(session->json_works, results_json_work(&result));
    else
        results_print_work(stdout, &result);
}

static bool write_json(const struct Session *session)
{
    json_t *bounds = json_array();
    for (size_t i = 0; i < session->bound_count; i++)
        json_array_append_new(bounds, results_json_bound(&session->bounds[i]));
    json_t *all = results_json_head(session->suite, &session->machine, session->peers,
                                    &session->options->settings);
    json_object_set(all, "works", session->json_works);
    json_object_set_new(all, "bounds", bounds);
    const bool is_written = json_dumpf(all, stdout, JSON_INDENT(2)) == 0 && puts("") >= 0;
    json_decref(all);
    return is_written;
}

static int run_suite(struct Session *session)
{
    const struct BenchSuite *suite = session->suite;
    signal(SIGPIPE, SIG_IGN); /* a worker that breaks down is told by its pipe */
    session->bounds = calloc(suite->work_count * BENCH_BOUNDS_MAX, sizeof *session->bounds);
    session->json_works = json_array();
    if (!session->bounds || !session->json_works)
        bench_die("no memory");
    machine_describe(&session->machine);
    find_peers(session);
    if (!session->options->is_json)
        results_print_head(stdout, suite, &session->machine, session->peers,
                           &session->options->settings);
    for (size_t i = 0; i < suite->work_count; i++) {
        if (is_wanted(session->options, &suite->works[i]))
            do_work(session, &suite->works[i]);
    }
    if (session->options->is_json)
        session->has_failed |= !write_json(session);
    else
        results_print_bounds(stdout, suite->subject, session->bounds, session->bound_count);
    json_decref(session->json_works);
    free(session->bounds);
    session->has_failed |= fflush(stdout) != 0;
    return session->has_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Prints the names; false where no work is wanted. */
static bool list_works(const struct BenchSuite *suite, const struct Options *options, FILE *out)
{
    bool has_any = false;
    for (size_t i = 0; i < suite->work_count; i++) {
        if (!is_wanted(options, &suite->works[i]))
            continue;
        has_any = true;
        if (out)
            fprintf(out, "%-20s %s\n", suite->works[i].name, suite->works[i].title);
    }
    return has_any;
}

int bench_main(const struct BenchSuite *suite, int argc, char **argv)
{
    struct Options options = {0};
    const int status = read_options(&options, suite, argc, argv);
    if (status >= 0)
        return status;
    if (options.worker)
        return be_worker(suite, &options);
    if (!list_works(suite, &options, options.is_list ? stdout : NULL)) {
        fprintf(stderr, "%s: no work's name contains \"%s\"; see --list\n", suite->name,
                options.settings.filter);
        return EXIT_USAGE;
    }
    if (options.is_list)
        return EXIT_SUCCESS;
    struct Session session = {.suite = suite, .options = &options};
    return run_suite(&session);
}
