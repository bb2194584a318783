/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rounds:
 *
 *     for each work:  start a worker for each peer; calibrate each (which also warms it up);
 *                     rounds times: one batch of each worker in turn; end them
 *
 * A batch is calibrated as a whole number of runs: one that does not count and warms up, one that
 * does, then as many as its length suggests, until a batch takes at least three quarters of what is
 * asked.
 */
#include "session.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "worker.h"

/* A batch grows by no more than this at a time: a first run is no measure of the next ones. */
enum { GROWTH_MAX = 20 };

/* A work that takes no longer when it is done more often ends here. */
#define BATCH_MAX (UINT64_C(1) << 40)

/* The subject is always there, and so is what others are only held against. */
static bool is_asked_for(const struct Session *session, const struct BenchPeer *peer)
{
    return peer->is_floor || strcmp(peer->name, session->suite->subject) == 0 ||
           bench_list_has(session->options->peers, peer->name);
}

static void find_peers(struct Session *session)
{
    const struct BenchSuite *suite = session->suite;
    for (size_t i = 0; i < suite->peer_count; i++) {
        struct PeerEntry *entry = &session->peers[i];
        struct Worker worker;
        char text[BENCH_TEXT_MAX];
        entry->peer = &suite->peers[i];
        if (!is_asked_for(session, entry->peer)) {
            snprintf(entry->version, sizeof entry->version, "not among --peers");
            continue;
        }
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
    result->peak_count = work->is_program ? i + 1 : 1;
    result->peaks[result->peak_count - 1] = sample->peak > 0 ? sample->peak : 0;
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
        const double batch_ms = session->options->batch_ms;
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

static void run_rounds(struct Session *session, struct WorkResult *result)
{
    const struct BenchWork *work = result->work;
    struct Worker workers[BENCH_PEERS_MAX] = {{0}};
    start_workers(session, result, workers);
    unsigned rounds = session->options->rounds;
    if (work->max_rounds > 0 && rounds > work->max_rounds)
        rounds = work->max_rounds;
    for (unsigned round = 0; round < rounds; round++)
        run_round(session, result, workers);
    for (size_t i = 0; i < result->peer_count; i++)
        worker_end(&workers[i]);
    tell_missing(result);
}

void session_init(struct Session *session, const struct BenchSuite *suite,
                  const struct BenchOptions *options)
{
    *session = (struct Session){.suite = suite, .options = options};
    machine_describe(&session->machine);
    find_peers(session);
}

void session_measure(struct Session *session, const struct BenchWork *work,
                     struct WorkResult *result)
{
    result->work = work;
    result->why[0] = '\0';
    result->peer_count = 0;
    if (session->options->is_quick && work->is_long)
        snprintf(result->why, sizeof result->why, "a long work, in a quick run");
    else if (!has_memory_for(session, work))
        snprintf(result->why, sizeof result->why, "not enough memory for all peers at once");
    else
        run_rounds(session, result);
}
