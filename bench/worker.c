/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resident memory is read from /proc/self: statm for now, VmHWM of status for the peak, which a
 * "5" written to clear_refs sets back. getrusage's ru_maxrss will not do: it survives exec, and so
 * knows the parent's.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command/own_folder.h"

extern char **environ;

enum { ARGUMENTS_MAX = 16 };

/* Both sides: lines over a pipe */

static bool write_all(int file, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, text, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        size -= (size_t)written;
    }
    return true;
}

/* Reads a line into text, without its end; *held and buffer keep what came behind it. */
static bool read_line(int file, char *buffer, size_t *held, char *text, size_t size)
{
    for (;;) {
        char *end = memchr(buffer, '\n', *held);
        if (end) {
            const size_t length = (size_t)(end - buffer);
            snprintf(text, size, "%.*s", (int)length, buffer);
            *held -= length + 1;
            memmove(buffer, end + 1, *held);
            return true;
        }
        if (*held == WORKER_LINE_MAX)
            return false;
        const ssize_t got = read(file, buffer + *held, WORKER_LINE_MAX - *held);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        *held += (size_t)got;
    }
}

/* The parent's side */

static bool is_setting_of_allocator(const char *variable)
{
    static const char *const prefixes[] = {
        "LD_PRELOAD=",
        "MALLOC_",
        "GLIBC_TUNABLES=",
        "TCMALLOC_",
        "MIMALLOC_",
        "FRAMEWELL_POOL=",
        "FRAMEWELL_DEBUG=",
        "FRAMEWELL_STATS",
        "FRAMEWELL_MAX_MEMORY=",
        "FRAMEWELL_IDLE=",
        "FRAMEWELL_PURGE_AFTER=",
        "FRAMEWELL_HUGE_PAGES=",
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    return false;
}

/* The environment with the peer's library preloaded, and without what would tune an allocator; the
 * list is to be freed, preload must live as long. */
static char **make_environment(char *preload)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **list = calloc(count + 2, sizeof *list);
    if (!list)
        return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_setting_of_allocator(environ[i]))
            list[kept++] = environ[i];
    }
    if (preload)
        list[kept] = preload;
    return list;
}

/* From this program's folder: where libraries are installed, and where the malloc is built. */
static const char *const places[] = {LIBDIR_FROM_LIBEXEC "/", "../src/preload/"};

/* "LD_PRELOAD=" and the library's path; its name, where it does not lie beside this program. */
static void make_preload(char *text, size_t size, const char *library)
{
    static const char name[] = "LD_PRELOAD=";
    char folder[PATH_MAX];
    const size_t count = fwl_own_folder(folder, sizeof folder) ? sizeof places / sizeof *places : 0;
    for (size_t i = 0; i < count; i++) {
        snprintf(text, size, "%s%s%s%s", name, folder, places[i], library);
        if (access(text + strlen(name), R_OK) == 0)
            return;
    }
    snprintf(text, size, "%s%s", name, library);
}

static void make_arguments(char *list[ARGUMENTS_MAX], const struct BenchSuite *suite,
                           const struct BenchPeer *peer, const struct BenchWork *work)
{
    size_t count = 0;
    list[count++] = (char *)(uintptr_t)suite->name;
    for (size_t i = 0; suite->arguments && suite->arguments[i] && count < ARGUMENTS_MAX - 5; i++)
        list[count++] = (char *)(uintptr_t)suite->arguments[i];
    list[count++] = (char *)(uintptr_t) "--worker";
    list[count++] = (char *)(uintptr_t)peer->name;
    if (work) {
        list[count++] = (char *)(uintptr_t) "--work";
        list[count++] = (char *)(uintptr_t)work->name;
    }
    list[count] = NULL;
}

/* A pipe whose ends no other worker inherits. */
static bool make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

static int spawn(pid_t *pid, int input, int output, bool is_silent, char **arguments,
                 char **environment)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    /* The loader complains about a library that is absent: the parent says it better. */
    if (!error && is_silent)
        error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error)
        error = posix_spawn(pid, "/proc/self/exe", &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static bool start_process(struct Worker *worker, const struct BenchSuite *suite,
                          const struct BenchPeer *peer, const struct BenchWork *work)
{
    char preload[2 * PATH_MAX];
    make_preload(preload, sizeof preload, peer->preload ? peer->preload : "");
    char *arguments[ARGUMENTS_MAX];
    make_arguments(arguments, suite, peer, work);

    int commands[2] = {-1, -1};
    int answers[2] = {-1, -1};
    char **environment = make_environment(peer->preload ? preload : NULL);
    const bool is_started =
        environment && make_pipe(commands) && make_pipe(answers) &&
        spawn(&worker->pid, commands[0], answers[1], !work, arguments, environment) == 0;
    free(environment);
    close(commands[0]);
    close(answers[1]);
    worker->commands = commands[1];
    worker->answers = answers[0];
    if (!is_started) {
        close(worker->commands);
        close(worker->answers);
        worker->pid = 0;
    }
    return is_started;
}

/* Waits for the worker's end, which came by itself, and says how it was. */
static void tell_end(struct Worker *worker, char *text, size_t size)
{
    int status = 0;
    close(worker->commands);
    close(worker->answers);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    if (WIFSIGNALED(status))
        snprintf(text, size, "ended by signal %d", WTERMSIG(status));
    else
        snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
}

enum WorkerAnswer worker_start(struct Worker *worker, const struct BenchSuite *suite,
                               const struct BenchPeer *peer, const struct BenchWork *work,
                               char *text, size_t size)
{
    *worker = (struct Worker){0};
    if (!start_process(worker, suite, peer, work)) {
        snprintf(text, size, "cannot be started");
        return WORKER_FAILED;
    }
    char line[WORKER_LINE_MAX];
    if (!read_line(worker->answers, worker->line, &worker->held, line, sizeof line)) {
        tell_end(worker, text, size);
        return WORKER_FAILED;
    }
    const char *word_end = strchr(line, ' ');
    snprintf(text, size, "%s", word_end ? word_end + 1 : "");
    if (strncmp(line, "ready", 5) == 0)
        return WORKER_READY;
    worker_end(worker);
    return WORKER_ABSENT;
}

bool worker_run(struct Worker *worker, uint64_t count, struct Sample *sample, char *text,
                size_t size)
{
    char line[WORKER_LINE_MAX];
    const int length = snprintf(line, sizeof line, "run %" PRIu64 "\n", count);
    if (!write_all(worker->commands, line, (size_t)length) ||
        !read_line(worker->answers, worker->line, &worker->held, line, sizeof line)) {
        tell_end(worker, text, size);
        return false;
    }
    if (sscanf(line, "ran %lf %lf %lf %lf %lf %lf %lf", &sample->ns, &sample->ops, &sample->faults,
               &sample->rss, &sample->peak, &sample->value, &sample->live_size) != 7) {
        snprintf(text, size, "said \"%.64s\"", line);
        worker_end(worker);
        return false;
    }
    return true;
}

void worker_end(struct Worker *worker)
{
    if (worker->pid == 0)
        return;
    write_all(worker->commands, "end\n", 4);
    char text[BENCH_TEXT_MAX];
    tell_end(worker, text, sizeof text);
}

/* The worker's side */

static size_t read_proc(const char *path, char *text, size_t size)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    const ssize_t got = read(file, text, size - 1);
    close(file);
    const size_t length = got > 0 ? (size_t)got : 0;
    text[length] = '\0';
    return length;
}

static double resident_now(void)
{
    char text[128];
    unsigned long total = 0;
    unsigned long resident = 0;
    read_proc("/proc/self/statm", text, sizeof text);
    if (sscanf(text, "%lu %lu", &total, &resident) != 2)
        bench_die("/proc/self/statm cannot be read");
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static double resident_peak(void)
{
    char text[4096];
    read_proc("/proc/self/status", text, sizeof text);
    const char *line = strstr(text, "VmHWM:");
    if (!line)
        bench_die("/proc/self/status has no VmHWM");
    return strtod(line + 6, NULL) * 1024;
}

static void reset_peak(void)
{
    const int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    write_all(file, "5", 1);
    close(file);
}

static double faults_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_minflt;
}

static double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static void say(const char *word, const char *text)
{
    char line[WORKER_LINE_MAX];
    const int length = snprintf(line, sizeof line, "%s %.300s\n", word, text);
    if (!write_all(STDOUT_FILENO, line, (size_t)length))
        _exit(EXIT_FAILURE);
}

static void run_batch(const struct BenchWork *work, void *state, uint64_t count, double base)
{
    struct BenchReport report = {0};
    const double faults = faults_now();
    const double start = clock_now();
    const uint64_t ops = work->run(state, count, &report);
    const double ns = clock_now() - start;

    double fault_count = faults_now() - faults;
    double resident = resident_now() - base;
    double peak = resident_peak() - base;
    if (work->is_program) {
        fault_count = (double)report.faults;
        peak = resident = (double)report.peak_size;
    }
    char text[WORKER_LINE_MAX];
    snprintf(text, sizeof text, "%.0f %" PRIu64 " %.0f %.0f %.0f %.17g %" PRIu64, ns, ops,
             fault_count, resident, peak, report.value, report.live_size);
    say("ran", text);
}

static int serve(const struct BenchPeer *peer, const struct BenchWork *work)
{
    const char *why = "it cannot do this";
    void *state = work->setup(work, peer, &why);
    if (!state) {
        say("absent", why);
        return EXIT_SUCCESS;
    }
    say("ready", "");
    reset_peak();
    const double base = resident_now();

    char buffer[WORKER_LINE_MAX];
    size_t held = 0;
    char line[WORKER_LINE_MAX];
    uint64_t count;
    while (read_line(STDIN_FILENO, buffer, &held, line, sizeof line) &&
           sscanf(line, "run %" SCNu64, &count) == 1)
        run_batch(work, state, count, base);
    work->teardown(state);
    return EXIT_SUCCESS;
}

int worker_main(const struct BenchPeer *peer, const struct BenchWork *work)
{
    signal(SIGPIPE, SIG_DFL);
    if (work)
        return serve(peer, work);
    char version[BENCH_TEXT_MAX] = "";
    const bool is_there = !peer->describe || peer->describe(version, sizeof version);
    say(is_there ? "ready" : "absent", version);
    return EXIT_SUCCESS;
}
