/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main thread sleeps until something changes: it draws, and tells of what has ended. Workers
 * take the next input, convert it, and put it down as ended; nothing of theirs goes to the screen.
 * They keep the stop signals waiting, so that these come to the main thread.
 *
 *     waiting -> running -> ended -> told              one lock is around all of it
 *                   `-> postponed -> running alone
 *
 * The budget is divided: each of those that run gets the same share, so that no two can wait for
 * each other's memory. An input that needs more than its share is postponed until nothing else
 * runs, and then gets all of it.
 */
#include "command/batch.h"

#include "command/command.h"
#include "command/conversion.h"
#include "command/progress.h"
#include "command/stderr_shield.h"
#include "command/stop_signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    DRAW_NS = 100000000,    /* from one drawing to the next */
    SAMPLE_MS = 10,         /* so that a second of work is a line, not a dot */
    TIMELINE_SAMPLES = 400, /* one for each two dots of a screen */
    INPUT_SAMPLES = 160,
    INPUT_TIMELINES_MAX = 64, /* of more inputs than that a page would be too large */
};

struct Work;

struct Worker {
    struct Work *work;
    pthread_t thread;
    bool is_running, has_news; /* an input; something was told of it */
    size_t index;              /* of the input */
    struct ProgressLine line;
    struct KeptMessages kept;
};

struct Work {
    struct Batch *batch;
    size_t count, jobs;
    struct Worker *workers;
    struct Progress progress;
    uint64_t begun_ns, drawn_ns;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t next;    /* input to begin */
    size_t running; /* inputs */
    size_t threads; /* that have not ended */
    size_t *ended;  /* inputs in the order of their end */
    size_t ended_count, told_count, failed_count;
    size_t *postponed;
    size_t postponed_count;
    bool is_alone; /* what runs has the whole budget */
};

static struct Work *work_in_panic;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool is_several(const struct Batch *batch)
{
    return batch->args->output_dir != NULL;
}

/* Samples */

static float fullness(const FwlTranscodeQueue *queue)
{
    const double share = queue->max_size > 0 ? (double)queue->size / (double)queue->max_size : 0;
    return (float)(share < 1 ? share : 1);
}

static struct TimelineSample sample_of(const FwlTranscodeProgress *now)
{
    return (struct TimelineSample){
        .frames = now->memory.frames,
        .packets = now->memory.packets,
        .io = now->memory.io,
        .other = now->memory.other,
        .queue = {fullness(&now->packets), fullness(&now->frames)},
    };
}

/* All that run, and what the pools have besides. */
static struct TimelineSample sample_all(const struct Work *work)
{
    struct TimelineSample all = {.resident = fwl_resident_size()};
    for (size_t i = 0; i < work->jobs; i++) {
        if (!work->workers[i].is_running)
            continue;
        const FwlTranscodeMemory *memory = &work->workers[i].line.now.memory;
        all.frames += memory->frames;
        all.packets += memory->packets;
        all.io += memory->io;
        all.other += memory->other;
    }
    FwlPoolStats root;
    fwl_pool_get_stats(work->batch->root, &root);
    const uint64_t known = fwl_timeline_total(&all);
    all.other += root.charged_size > known ? root.charged_size - known : 0;
    return all;
}

static void note_sample(struct Worker *worker)
{
    struct Work *work = worker->work;
    struct TimelineSample sample = sample_of(&worker->line.now);
    sample.at_ns = worker->line.now.elapsed_ns;
    fwl_timeline_add(&work->batch->reports[worker->index].timeline, &sample);
    sample = sample_all(work);
    sample.at_ns = now_ns() - work->begun_ns;
    fwl_timeline_add(&work->batch->timeline, &sample);
}

/* The worker's thread */

/* The first SIGINT ends the input, so that the output is whole; any other signal stops. */
static int on_progress(void *opaque, const FwlTranscodeProgress *now)
{
    struct Worker *worker = opaque;
    struct Work *work = worker->work;
    pthread_mutex_lock(&work->mutex);
    worker->line.now = *now;
    worker->has_news = true;
    if (work->batch->wants_timelines)
        note_sample(worker);
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
    const int caught = fwl_stop_signals_caught();
    return caught == 0 ? 0 : caught == SIGINT ? 1 : FWL_E_ABORTED;
}

static size_t share_of(const struct Work *work)
{
    const size_t budget = work->batch->budget;
    return work->is_alone || budget == 0 ? budget : budget / work->jobs;
}

/* Chooses what the worker does next; false: nothing is left to do. With the lock. */
static bool take_next(struct Worker *worker)
{
    struct Work *work = worker->work;
    while (work->next == work->count && work->postponed_count > 0 && work->running > 0)
        pthread_cond_wait(&work->changed, &work->mutex);
    if (fwl_stop_signals_caught())
        return false;
    if (work->next < work->count) {
        worker->index = work->next++;
    } else if (work->postponed_count > 0) {
        worker->index = work->postponed[--work->postponed_count];
        work->is_alone = true;
    } else {
        return false;
    }
    const struct Batch *batch = work->batch;
    worker->line = (struct ProgressLine){.name = batch->args->inputs[worker->index]};
    worker->is_running = true;
    worker->has_news = false;
    work->running++;
    return true;
}

static int convert(struct Worker *worker, size_t max_memory)
{
    const struct Batch *batch = worker->work->batch;
    const struct ConversionWish wish = {
        .args = batch->args,
        .input = batch->args->inputs[worker->index],
        .output = batch->outputs[worker->index],
        .parent = batch->root,
        .max_memory = max_memory,
        .progress_cb = on_progress,
        .progress_ms = batch->wants_timelines ? SAMPLE_MS : 0,
        .opaque = worker,
    };
    fwl_cmd_keep_messages(&worker->kept);
    const int code = fwl_conversion_run(&wish, &batch->reports[worker->index]);
    fwl_cmd_keep_messages(NULL);
    return code;
}

/* It failed for want of memory, and there is more to be had. */
static bool should_be_postponed(const struct Work *work, const struct TranscodeReport *report)
{
    return report->exit_code == EXIT_MEMORY && !report->is_read_once && !work->is_alone &&
           share_of(work) < work->batch->budget &&
           report->result.memory_least <= work->batch->budget;
}

static void begin_report(const struct Work *work, size_t index)
{
    if (work->batch->wants_timelines && work->count <= INPUT_TIMELINES_MAX)
        fwl_timeline_init(&work->batch->reports[index].timeline, INPUT_SAMPLES);
}

/* Puts down what became of it. With the lock. */
static void put_down(struct Worker *worker, int code)
{
    struct Work *work = worker->work;
    struct TranscodeReport *report = &work->batch->reports[worker->index];
    report->exit_code = code;
    worker->is_running = false;
    work->running--;
    if (should_be_postponed(work, report)) {
        work->postponed[work->postponed_count++] = worker->index;
        fwl_report_uninit(report);
        *report = (struct TranscodeReport){0};
    } else {
        report->said = worker->kept.length > 0 ? strdup(worker->kept.text) : NULL;
        work->ended[work->ended_count++] = worker->index;
        work->failed_count += code != EXIT_FINE;
    }
}

static void *run_worker(void *opaque)
{
    struct Worker *worker = opaque;
    struct Work *work = worker->work;
    pthread_mutex_lock(&work->mutex);
    while (take_next(worker)) {
        const size_t share = share_of(work);
        pthread_mutex_unlock(&work->mutex);
        begin_report(work, worker->index);
        const int code = convert(worker, share);
        pthread_mutex_lock(&work->mutex);
        put_down(worker, code);
        pthread_cond_broadcast(&work->changed);
    }
    work->threads--;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
    return NULL;
}

/* The main thread */

static void draw(struct Work *work)
{
    struct ProgressLine lines[TRANSCODE_JOBS_MAX];
    struct ProgressView view = {
        .lines = lines,
        .done = work->ended_count,
        .failed = work->failed_count,
        .all = work->count,
        .is_several = is_several(work->batch),
        .pool = work->batch->root,
    };
    for (size_t i = 0; i < work->jobs; i++)
        if (work->workers[i].has_news && (work->workers[i].is_running || work->count == 1))
            lines[view.line_count++] = work->workers[i].line;
    work->drawn_ns = now_ns();
    if (view.line_count == 0 && !view.is_several)
        return;
    pthread_mutex_unlock(&work->mutex);
    fwl_progress_draw(&work->progress, &view);
    pthread_mutex_lock(&work->mutex);
}

/* What became of one of several. */
static void tell_line(const struct Batch *batch, const struct TranscodeReport *report)
{
    if (!is_several(batch))
        return;
    if (batch->args->wants_json)
        fwl_report_print_json(report, true);
    else if (report->exit_code == EXIT_FINE && !batch->args->is_quiet)
        fwl_report_print_line(report);
    fflush(stdout);
}

/* With the lock, which it gives away while it prints. */
static void tell_next(struct Work *work)
{
    if (work->count == 1)
        draw(work); /* the line that says 100 % */
    const struct TranscodeReport *report = &work->batch->reports[work->ended[work->told_count++]];
    pthread_mutex_unlock(&work->mutex);
    fwl_progress_clear(&work->progress);
    if (report->said)
        fwl_cmd_print_kept(report->said);
    tell_line(work->batch, report);
    pthread_mutex_lock(&work->mutex);
}

static void watch(struct Work *work)
{
    pthread_mutex_lock(&work->mutex);
    while (work->threads > 0 || work->told_count < work->ended_count) {
        if (work->told_count < work->ended_count) {
            tell_next(work);
            continue;
        }
        if (work->progress.is_shown && now_ns() - work->drawn_ns >= DRAW_NS)
            draw(work);
        else
            pthread_cond_wait(&work->changed, &work->mutex);
    }
    pthread_mutex_unlock(&work->mutex);
    fwl_progress_clear(&work->progress);
}

/* Starts as many threads as there are to be, or as there can be. */
static void start_threads(struct Work *work)
{
    sigset_t before;
    fwl_stop_signals_hold(&before);
    pthread_mutex_lock(&work->mutex);
    while (work->threads < work->jobs) {
        struct Worker *worker = &work->workers[work->threads];
        worker->work = work;
        if (pthread_create(&worker->thread, NULL, run_worker, worker) != 0)
            break;
        work->threads++;
    }
    work->jobs = work->threads;
    pthread_mutex_unlock(&work->mutex);
    fwl_stop_signals_let_go(&before);
}

/* Those that nobody began are told, too: who reads JSON finds every input in it. */
static void tell_not_begun(struct Work *work)
{
    const int code = EXIT_BY_SIGNAL + fwl_stop_signals_caught();
    const struct Batch *batch = work->batch;
    size_t count = 0;
    for (size_t i = 0; i < work->count; i++) {
        struct TranscodeReport *report = &batch->reports[i];
        if (report->output_name)
            continue;
        count++;
        report->input_name = batch->args->inputs[i];
        report->output_name = batch->outputs[i];
        report->exit_code = code;
        report->error = strdup("stopped by a signal: not begun");
        tell_line(batch, report);
    }
    if (count > 0)
        fwl_cmd_fail(code, NULL, "stopped by a signal: %zu input%s not begun", count,
                     count == 1 ? " was" : "s were");
}

/* Of a signal, else of the first input that failed. */
static int find_code(const struct Work *work)
{
    int code = EXIT_FINE;
    for (size_t i = 0; i < work->count; i++) {
        const int one = work->batch->reports[i].exit_code;
        if (one > EXIT_BY_SIGNAL)
            return one;
        code = code == EXIT_FINE ? one : code;
    }
    return code;
}

static int run(struct Work *work)
{
    work_in_panic = work;
    start_threads(work);
    if (work->jobs == 0)
        return fwl_cmd_fail(EXIT_MEMORY, work->batch->args->inputs[0], "no thread can be started");
    watch(work);
    for (size_t i = 0; i < work->jobs; i++)
        pthread_join(work->workers[i].thread, NULL);
    work_in_panic = NULL;
    if (fwl_stop_signals_caught())
        tell_not_begun(work);
    return find_code(work);
}

static size_t jobs_of(const struct Batch *batch)
{
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = (size_t)batch->args->jobs;
    if (jobs == 0)
        jobs = cpus > 0 ? (size_t)cpus : 1;
    jobs = jobs < TRANSCODE_JOBS_MAX ? jobs : TRANSCODE_JOBS_MAX;
    return jobs < batch->args->input_count ? jobs : batch->args->input_count;
}

int fwl_batch_run(struct Batch *batch)
{
    struct Work work = {
        .batch = batch,
        .count = batch->args->input_count,
        .jobs = jobs_of(batch),
        .progress = fwl_progress_begin(batch->args->is_quiet),
        .begun_ns = now_ns(),
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    batch->reports = calloc(work.count, sizeof *batch->reports);
    work.workers = calloc(work.jobs, sizeof *work.workers);
    work.ended = calloc(work.count, sizeof *work.ended);
    work.postponed = calloc(work.count, sizeof *work.postponed);
    if (batch->wants_timelines)
        fwl_timeline_init(&batch->timeline, TIMELINE_SAMPLES);
    int code;
    fwl_stderr_shield();
    if (batch->reports && work.workers && work.ended && work.postponed)
        code = run(&work);
    else
        code = fwl_cmd_fail_memory(NULL);
    fwl_stderr_unshield();
    batch->elapsed_ns = now_ns() - work.begun_ns;
    free(work.workers);
    free(work.ended);
    free(work.postponed);
    return code;
}

void fwl_batch_uninit(struct Batch *batch)
{
    for (size_t i = 0; batch->reports && i < batch->args->input_count; i++)
        fwl_report_uninit(&batch->reports[i]);
    free(batch->reports);
    batch->reports = NULL;
    fwl_timeline_uninit(&batch->timeline);
}

/* Giving up */

static void tell_given_up(const struct Work *work, const struct Worker *worker, const char *words)
{
    const struct Batch *batch = work->batch;
    struct TranscodeReport report = {
        .input_name = batch->args->inputs[worker->index],
        .output_name = batch->outputs[worker->index],
    };
    report.exit_code = fwl_cmd_fail(EXIT_DATA, report.input_name, "libav* gave up: %s", words);
    report.error = strdup(fwl_cmd_last_message());
    if (batch->args->wants_json)
        fwl_report_print_json(&report, is_several(batch));
    fwl_report_uninit(&report);
}

_Noreturn void fwl_batch_give_up(const char *words)
{
    struct Work *work = work_in_panic;
    fwl_cmd_keep_messages(NULL);
    if (!work)
        _exit(fwl_cmd_fail(EXIT_DATA, NULL, "libav* gave up: %s", words));
    pthread_mutex_lock(&work->mutex);
    fwl_progress_clear(&work->progress);
    for (size_t i = 0; i < work->jobs; i++)
        if (work->workers[i].is_running)
            tell_given_up(work, &work->workers[i], words);
    fflush(stdout);
    fwl_stop_signals_remove_partials();
    _exit(EXIT_DATA);
}
