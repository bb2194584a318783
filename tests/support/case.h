/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cases: a test program is a table of functions whose names are sentences.
 *
 *     static void a_second_reference_makes_a_buffer_read_only(void)
 *     {
 *         FwlBufferRef *first = need(fwl_buffer_alloc(100));
 *         later(close_buffer, &first);
 *         FwlBufferRef *second = need(fwl_buffer_ref(first));
 *         later(close_buffer, &second);
 *
 *         assert_int_equal(fwl_buffer_is_writable(first), 0);
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         static const struct TestCase cases[] = {
 *             CASE(a_second_reference_makes_a_buffer_read_only),
 *         };
 *         return run_cases("buffer", cases, sizeof cases / sizeof cases[0], argc, argv);
 *     }
 *
 * Each case runs once as it is and then again and again, the n-th allocation failing (every
 * fwl_pool_*alloc* that comes from outside the pool, every page mapping, every thread and mutex
 * creation), for each n until one run meets no failure. `need` and `need_ok` end such a run early
 * where the failure shows; `later` says how to end what the case owns, in every run.
 * After each run the default pool must hold what it held before: a leak fails the case.
 *
 * PROGRAM [CASE [N]] runs one case, with only the N-th allocation failing (0: none). The results go
 * to standard output as TAP (in meson.build: protocol: 'tap'), all else to standard error.
 */
#ifndef TEST_CASE_H
#define TEST_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of assert_in_range, which version 2 would have by the kind of number: version 1 does not. */
#define CMOCKA_DISABLE_DEPRECATION_WARNINGS
#include <cmocka.h> /* has no word about C++ itself */

struct TestCase {
    const char *name;
    void (*run)(void);
    bool is_without_faults; /* for cases that make millions of calls: says why beside its CASE_ONCE
                             */
};

#define CASE(function) {#function, function, false}
/* A case that is not run with failing allocations. */
#define CASE_ONCE(function) {#function, function, true}

int run_cases(const char *suite, const struct TestCase *cases, size_t count, int argc, char **argv);

/* The pointer, not NULL. */
#define need(pointer)                                                                              \
    ((__typeof__(pointer))test_need((const void *)(pointer), #pointer, __FILE__, __LINE__))

/* The result, not negative. */
#define need_ok(result) test_need_ok((result), #result, __FILE__, __LINE__)

/* The result is this code; ends the run where it is a failure that was planted. */
#define expect_code(result, code) test_expect_code((result), (code), #result, __FILE__, __LINE__)

void *test_need(const void *pointer, const char *text, const char *file, int line);
int64_t test_need_ok(int64_t result, const char *text, const char *file, int line);
void test_expect_code(int64_t result, int64_t code, const char *text, const char *file, int line);

/*
 * Calls close(object) when the block ends in which it stands, also where a planted failure ends the
 * run; last come, first served. It is a declaration, so it works for local variables; in a function
 * that makes something for a case it would close at once: there, leave it to the case.
 */
#define later(close, object)                                                                       \
    __attribute__((cleanup(test_guard_end), unused)) struct TestGuard TEST_GUARD_NAME(__LINE__) =  \
        test_guard_begin((close), (object))
#define TEST_GUARD_NAME(line)  TEST_GUARD_PASTE(line)
#define TEST_GUARD_PASTE(line) guard_of_line_##line

struct TestGuard {
    size_t index;
};

struct TestGuard test_guard_begin(void (*close)(void *object), void *object);
void test_guard_end(struct TestGuard *guard);

/* Ends the case here, not counted as passed; reason is one line that says what is missing. */
__attribute__((noreturn)) void skip_case(const char *reason);

/* Skips a case about pages where pools have none of their own: with FRAMEWELL_POOL=system. */
void need_pages(void);

/* True once an allocation was made to fail in this run. */
bool fault_fired(void);

/* Runs the code between them without planted failures, for what a case must have to
 * say anything. */
void faults_pause(void);
void faults_resume(void);

#ifdef __cplusplus
}
#endif

#endif
