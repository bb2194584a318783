/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a table of cases through cmocka, and each case over and over with failures planted.
 *
 * Standard output belongs to TAP, one line for each case, which is what `meson test` counts.
 * cmocka's own words, and whatever a case prints, go to standard error.
 */
#define _POSIX_C_SOURCE 200809L /* dup, dup2, fdopen */
#include "case.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sanitizer.h"
#include "fault.h"
#include "framewell/pool.h"
#include "framewell/status.h"

enum {
    CLEANUP_MAX = 256,
    /* Every single n up to here, then steps of a sixteenth of n: each failure place is met, and a
     * case with thousands of allocations still ends. ThreadSanitizer is there for threads, and
     * tries some. */
    FAULT_DENSE_MAX = FWL_IS_TSAN ? 4 : 128,
    FAULT_STEP = FWL_IS_TSAN ? 1 : 16,
};

static struct {
    void (*close)(void *object);
    void *object;
} cleanups[CLEANUP_MAX];
static size_t cleanup_count;

static jmp_buf end_of_run;
static unsigned long only_fault = ULONG_MAX; /* from the command line */
static const char *program;
static unsigned long current_fault;
static bool is_running;

static FILE *tap; /* what was standard output */
static unsigned case_number;
static const char *skip_reason; /* NULL: the case was not skipped */

struct TestGuard test_guard_begin(void (*close)(void *object), void *object)
{
    if (cleanup_count == CLEANUP_MAX)
        fail_msg("more than %d cleanups at once", CLEANUP_MAX);
    cleanups[cleanup_count].close = close;
    cleanups[cleanup_count].object = object;
    return (struct TestGuard){.index = cleanup_count++};
}

/* No failure is planted in a cleanup. */
static void run_last_cleanup(void)
{
    faults_pause();
    cleanup_count--;
    cleanups[cleanup_count].close(cleanups[cleanup_count].object);
    faults_resume();
}

void test_guard_end(struct TestGuard *guard)
{
    if (cleanup_count == guard->index + 1)
        run_last_cleanup();
}

static void run_cleanups(void)
{
    while (cleanup_count > 0)
        run_last_cleanup();
}

/* Ends the run at the place where a planted failure showed: what the case owns is still on the
 * stack below, so it is closed before the jump. */
static _Noreturn void end_run(void)
{
    fault_disarm();
    run_cleanups();
    longjmp(end_of_run, 1);
}

void skip_case(const char *reason)
{
    skip_reason = reason;
    end_run();
}

void need_pages(void)
{
    const char *choice = getenv("FRAMEWELL_POOL");
    if (choice && strcmp(choice, "system") == 0)
        skip_case("blocks are malloc's: FRAMEWELL_POOL=system");
}

void *test_need(const void *pointer, const char *text, const char *file, int line)
{
    if (!pointer) {
        if (fault_fired())
            end_run();
        print_error("%s:%d: %s is NULL\n", file, line, text);
        _fail(file, line);
    }
    return (void *)(uintptr_t)pointer;
}

int64_t test_need_ok(int64_t result, const char *text, const char *file, int line)
{
    if (result < 0) {
        if (fault_fired())
            end_run();
        print_error("%s:%d: %s is %s\n", file, line, text, fwl_status_name((int)result));
        _fail(file, line);
    }
    return result;
}

void test_expect_code(int64_t result, int64_t code, const char *text, const char *file, int line)
{
    if (result == code)
        return;
    if (fault_fired())
        end_run();
    print_error("%s:%d: %s is %" PRId64 " (%s), expected %" PRId64 " (%s)\n", file, line, text,
                result, fwl_status_name((int)result), code, fwl_status_name((int)code));
    _fail(file, line);
}

static uint64_t default_pool_usage(void)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(fwl_pool_default(), &stats);
    return stats.current_usage;
}

/* One run; true when the planted failure happened. */
static bool run_once(const struct TestCase *test, unsigned long fault)
{
    const uint64_t usage_before = default_pool_usage();
    current_fault = fault;
    fault_arm(fault);
    volatile bool has_failed = false;
    if (setjmp(end_of_run) == 0) {
        test->run();
        has_failed = fault_disarm();
    } else {
        has_failed = true;
    }
    const uint64_t usage_after = default_pool_usage();
    if (usage_after != usage_before) {
        print_error("the default pool holds %" PRIu64 " bytes, held %" PRIu64 " before the case\n",
                    usage_after, usage_before);
        fail();
    }
    return has_failed;
}

static unsigned long next_fault(unsigned long n)
{
    return n < FAULT_DENSE_MAX ? n + 1 : n + n / FAULT_STEP;
}

static void run_case(void **state)
{
    const struct TestCase *test = *state;
    is_running = true;
    skip_reason = NULL;
    cleanup_count = 0;
    if (only_fault != ULONG_MAX) {
        run_once(test, only_fault);
    } else {
        run_once(test, 0);
        for (unsigned long n = 1; !test->is_without_faults && !skip_reason; n = next_fault(n)) {
            if (!run_once(test, n))
                break;
        }
    }
    is_running = false;
}

/* Runs after a failed assertion and a crash, too: says how it went, and how to see it again. */
static int report_case(void **state)
{
    const struct TestCase *test = *state;
    fault_disarm();
    if (is_running)
        print_error("replay: %s %s %lu\n", program, test->name, current_fault);
    fprintf(tap, "%s %u - %s", is_running ? "not ok" : "ok", ++case_number, test->name);
    if (skip_reason && !is_running)
        fprintf(tap, " # SKIP %s", skip_reason);
    fprintf(tap, "\n");
    fflush(tap);
    is_running = false;
    return 0;
}

/* Keeps standard output for TAP and sends what others write there to standard error. */
static bool open_tap(void)
{
    const int output = dup(STDOUT_FILENO);
    if (output < 0)
        return false;
    tap = fdopen(output, "w");
    return tap && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
}

int run_cases(const char *suite, const struct TestCase *cases, size_t count, int argc, char **argv)
{
    program = argv[0];
    const char *only = argc > 1 ? argv[1] : NULL;
    if (argc > 2)
        only_fault = strtoul(argv[2], NULL, 10);

    struct CMUnitTest *tests = calloc(count + 1, sizeof *tests);
    if (!tests)
        return EXIT_FAILURE;
    size_t chosen = 0;
    for (size_t i = 0; i < count; i++) {
        if (only && strcmp(only, cases[i].name) != 0)
            continue;
        tests[chosen++] = (struct CMUnitTest){
            .name = cases[i].name,
            .test_func = run_case,
            .teardown_func = report_case,
            .initial_state = (void *)(uintptr_t)&cases[i],
        };
    }
    if (chosen == 0) {
        fprintf(stderr, "%s: no case is named %s\n", program, only ? only : "anything");
        free(tests);
        return EXIT_FAILURE;
    }
    if (!open_tap()) {
        perror(program);
        free(tests);
        return EXIT_FAILURE;
    }
    fprintf(tap, "1..%zu\n", chosen);
    fflush(tap);
    cmocka_set_message_output(CM_OUTPUT_STDOUT);
    const int failed = _cmocka_run_group_tests(suite, tests, chosen, NULL, NULL);
    free(tests);
    fclose(tap);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
