/* SPDX-License-Identifier: BSD-2-Clause */
/* From options to a report: lists, the worker's process, a run of suites as text or as JSON. */
#include "harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_options.h"
#include "command/command.h"
#include "command/nearest_name.h"
#include "command/option_table.h"
#include "results.h"
#include "results_html.h"
#include "session.h"
#include "worker.h"

/* Measured, but not all of it, or with --gate not well enough. */
enum { EXIT_MISSED = 1 };

/* One run of one suite, while it is told of. */
struct Telling {
    struct ResultsTable table;
    struct ResultsRow *rows; /* one for each work that was measured */
    size_t row_count;
    json_t *works;
    json_t *bounds;
    bool has_missed;
};

static bool is_wanted(const struct BenchOptions *options, const struct BenchWork *work)
{
    return !options->filter || strstr(work->name, options->filter);
}

/* The worker's process */

static int be_worker(const struct BenchSuite *suite, const struct BenchOptions *options)
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
    if (!peer || (options->work && !work))
        return fwl_cmd_fail(EXIT_USAGE, "--worker", "no such peer or work");
    return worker_main(peer, work);
}

/* Checking and listing */

/* Counts in *count the works that are wanted, and names them in out, if it is not NULL. */
static void list_works(const struct BenchSuite *suite, const struct BenchOptions *options,
                       FILE *out, size_t *count)
{
    for (size_t i = 0; i < suite->work_count; i++) {
        if (!is_wanted(options, &suite->works[i]))
            continue;
        ++*count;
        if (out)
            fprintf(out, "%-20s %s\n", suite->works[i].name, suite->works[i].title);
    }
}

static void list_peers(const struct BenchSuite *suite)
{
    size_t column = (size_t)printf("peers:");
    for (size_t i = 0; i < suite->peer_count; i++) {
        const size_t length = strlen(suite->peers[i].name) + 1;
        if (column + length > 80)
            column = (size_t)printf("\n      ") - 1;
        column += (size_t)printf(" %s", suite->peers[i].name);
    }
    puts("");
}

static bool has_peer(const struct BenchSuite *const *suites, size_t count, const char *name,
                     struct NearestName *nearest)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; n < suites[i]->peer_count; n++) {
            fwl_nearest_offer(nearest, suites[i]->peers[n].name);
            if (strcmp(suites[i]->peers[n].name, name) == 0)
                return true;
        }
    }
    return false;
}

/* Every name in --peers is one of a peer. */
static int check_peers(const struct BenchSuite *const *suites, size_t count, const char *list)
{
    for (const char *word = list; word;) {
        char name[BENCH_TEXT_MAX];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(word, ","), word);
        struct NearestName nearest = fwl_nearest_begin(name);
        if (!has_peer(suites, count, name, &nearest))
            return fwl_cmd_fail(EXIT_USAGE, "--peers", "no peer '%s'; %s%s%s", name,
                                nearest.name[0] ? "did you mean '" : "--list has them",
                                nearest.name, nearest.name[0] ? "'?" : "");
        word = strchr(word, ',');
        word += word != NULL;
    }
    return ARGS_GO_ON;
}

static int check(const struct BenchSuite *const *suites, size_t count,
                 const struct BenchOptions *options)
{
    size_t work_count = 0;
    for (size_t i = 0; i < count; i++)
        list_works(suites[i], options, NULL, &work_count);
    if (work_count == 0)
        return fwl_cmd_fail(EXIT_USAGE, "--filter", "no work's name contains '%s'; --list has them",
                            options->filter);
    return check_peers(suites, count, options->peers);
}

static int list(const struct BenchSuite *const *suites, size_t count,
                const struct BenchOptions *options)
{
    size_t work_count = 0;
    for (size_t i = 0; i < count; i++) {
        list_works(suites[i], options, stdout, &work_count);
        list_peers(suites[i]);
    }
    return fwl_cmd_finish_stdout(EXIT_FINE);
}

/* Measuring */

static void judge(const struct Session *session, const struct WorkResult *result,
                  struct ResultsRow *row)
{
    row->work = result->work;
    memcpy(row->why, result->why, sizeof row->why);
    for (size_t i = 0; i < BENCH_BOUNDS_MAX && !result->why[0]; i++) {
        const struct BenchBound *bound = &result->work->bounds[i];
        if (bound->is_set &&
            results_judge(result, bound, session->suite->subject, &row->bounds[row->count]))
            row->count++;
    }
}

/* What is told is an object at the end, not text that grows. */
static bool is_object(const struct BenchOptions *options)
{
    return options->wants_json || options->wants_html;
}

static bool has_details(const struct Session *session)
{
    return session->options->wants_details || session->suite->has_details;
}

/* A row is printed at once, or behind the details of all. */
static void tell(struct Telling *telling, const struct Session *session,
                 const struct WorkResult *result)
{
    struct ResultsRow *row = &telling->rows[telling->row_count++];
    judge(session, result, row);
    for (size_t i = 0; i < row->count; i++) {
        telling->has_missed |= bench_verdict(row->bounds[i].judgement) == VERDICT_MISSES;
        json_array_append_new(telling->bounds, results_json_bound(&row->bounds[i]));
    }
    if (is_object(session->options))
        json_array_append_new(telling->works, results_json_work(result));
    else if (has_details(session))
        results_print_work(stdout, result);
    else
        results_table_add(&telling->table, row);
}

static void begin(struct Telling *telling, const struct Session *session)
{
    *telling = (struct Telling){
        .works = json_array(),
        .bounds = json_array(),
        .rows = calloc(session->suite->work_count, sizeof *telling->rows),
    };
    if (!telling->works || !telling->bounds || !telling->rows)
        bench_die("no memory");
    if (is_object(session->options))
        return;
    results_print_head(stdout, session->suite, &session->machine, session->peers, session->options);
    if (!has_details(session))
        results_table_begin(&telling->table, stdout, session->suite);
}

static void end_text(struct Telling *telling, const struct Session *session)
{
    if (has_details(session)) {
        results_table_begin(&telling->table, stdout, session->suite);
        for (size_t i = 0; i < telling->row_count; i++)
            results_table_add(&telling->table, &telling->rows[i]);
    }
    results_table_end(&telling->table);
}

static json_t *make_report(struct Telling *telling, const struct Session *session)
{
    json_t *report =
        results_json_head(session->suite, &session->machine, session->peers, session->options);
    json_object_set(report, "works", telling->works);
    json_object_set(report, "bounds", telling->bounds);
    return report;
}

/* The report as an object; NULL where it is text, and complete. */
static json_t *end(struct Telling *telling, const struct Session *session)
{
    json_t *report = NULL;
    if (is_object(session->options))
        report = make_report(telling, session);
    else
        end_text(telling, session);
    json_decref(telling->works);
    json_decref(telling->bounds);
    free(telling->rows);
    return report;
}

/* Measures one suite. Gives EXIT_FINE or EXIT_MISSED. */
static int run_suite(const struct BenchSuite *suite, const struct BenchOptions *options,
                     json_t **report)
{
    static struct WorkResult result; /* half a megabyte: too much for the stack */
    struct Session session;
    struct Telling telling;
    if (suite->begin)
        suite->begin();
    session_init(&session, suite, options);
    begin(&telling, &session);
    for (size_t i = 0; i < suite->work_count; i++) {
        if (!is_wanted(options, &suite->works[i]))
            continue;
        session_measure(&session, &suite->works[i], &result);
        tell(&telling, &session, &result);
    }
    *report = end(&telling, &session);
    const bool is_missed = session.has_failed || (options->is_gate && telling.has_missed);
    return is_missed ? EXIT_MISSED : EXIT_FINE;
}

/* One report as it is, several in an object by the suites' names. */
static int print_json(json_t *reports, size_t count)
{
    json_t *all = count == 1 ? json_object_iter_value(json_object_iter(reports)) : reports;
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    if (!text)
        return fwl_cmd_fail(EXIT_MEMORY, NULL, "%s", fwl_status_text(FWL_E_NOMEM));
    puts(text);
    free(text);
    return EXIT_FINE;
}

/* Suites of whose works none is wanted are left out. */
static int run_suites(const struct BenchSuite *const *suites, size_t count,
                      const struct BenchOptions *options)
{
    int status = EXIT_FINE;
    bool is_first = true;
    json_t *reports = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *report = NULL;
        size_t work_count = 0;
        list_works(suites[i], options, NULL, &work_count);
        if (work_count == 0)
            continue;
        if (!is_first && !is_object(options))
            puts("");
        is_first = false;
        const int suite_status = run_suite(suites[i], options, &report);
        status = suite_status != EXIT_FINE ? suite_status : status;
        if (report)
            json_object_set_new(reports, suites[i]->name, report);
    }
    if (options->wants_json && print_json(reports, count) != EXIT_FINE)
        status = EXIT_MEMORY;
    if (options->wants_html)
        results_html_print(stdout, reports);
    json_decref(reports);
    const int written = fwl_cmd_finish_stdout(EXIT_FINE);
    return written == EXIT_FINE ? status : written;
}

int bench_run(const struct BenchSuite *const *suites, size_t count,
              const struct BenchOptions *options)
{
    if (options->worker)
        return be_worker(suites[0], options);
    const int status = check(suites, count, options);
    if (status != ARGS_GO_ON)
        return status;
    if (options->wants_list)
        return list(suites, count, options);
    signal(SIGPIPE, SIG_IGN); /* a worker that breaks down is told by its pipe */
    return run_suites(suites, count, options);
}

int bench_main(const struct BenchSuite *suite, int argc, char **argv)
{
    struct BenchOptions options;
    int names;
    const int status = bench_options_read(&options, argc, argv, &names);
    if (status != ARGS_GO_ON)
        return status;
    if (names < argc)
        return fwl_cmd_fail(EXIT_USAGE, NULL, "'%s' is one word too many", argv[names]);
    if (options.wants_help) {
        bench_options_print();
        return fwl_cmd_finish_stdout(EXIT_FINE);
    }
    return bench_run(&suite, 1, &options);
}
