/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks, threads and the clock, on pthreads. */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "framewell/status.h"

enum { NS_PER_SECOND = 1000000000 };

int fwl_os_mutex_init(FwlMutex *mutex)
{
    return pthread_mutex_init(&mutex->mutex, NULL) == 0 ? 0 : FWL_E_NOMEM;
}

void fwl_os_mutex_destroy(FwlMutex *mutex)
{
    pthread_mutex_destroy(&mutex->mutex);
}

void fwl_os_mutex_lock(FwlMutex *mutex)
{
    pthread_mutex_lock(&mutex->mutex);
}

void fwl_os_mutex_unlock(FwlMutex *mutex)
{
    pthread_mutex_unlock(&mutex->mutex);
}

/* Deadlines are of the monotonic clock, so that setting the wall clock wakes nobody. */
int fwl_os_condition_init(FwlCondition *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return FWL_E_NOMEM;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const int failed = pthread_cond_init(&condition->condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return failed ? FWL_E_NOMEM : 0;
}

void fwl_os_condition_destroy(FwlCondition *condition)
{
    pthread_cond_destroy(&condition->condition);
}

void fwl_os_condition_wake_all(FwlCondition *condition)
{
    pthread_cond_broadcast(&condition->condition);
}

void fwl_os_condition_wake_one(FwlCondition *condition)
{
    pthread_cond_signal(&condition->condition);
}

bool fwl_os_condition_wait(FwlCondition *condition, FwlMutex *mutex, uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX) {
        pthread_cond_wait(&condition->condition, &mutex->mutex);
        return true;
    }
    const struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / NS_PER_SECOND),
        .tv_nsec = (long)(deadline_ns % NS_PER_SECOND),
    };
    return pthread_cond_timedwait(&condition->condition, &mutex->mutex, &deadline) != ETIMEDOUT;
}

int fwl_os_thread_create(FwlThread *thread, void *(*run)(void *opaque), void *opaque)
{
    return pthread_create(&thread->thread, NULL, run, opaque) == 0 ? 0 : FWL_E_NOMEM;
}

void fwl_os_thread_join(FwlThread *thread)
{
    pthread_join(thread->thread, NULL);
}

int fwl_os_thread_create_quiet(FwlThread *thread, void *(*run)(void *opaque), void *opaque)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int status = fwl_os_thread_create(thread, run, opaque);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* Thread exit. The key's value only has to be something: the hook knows what the thread has. */

static pthread_key_t exit_key;
static void (*exit_hook)(void);
static atomic_bool has_exit_key;

static void run_exit_hook(void *value)
{
    (void)value;
    exit_hook();
}

void fwl_os_thread_exit_init(void (*hook)(void))
{
    exit_hook = hook;
    if (pthread_key_create(&exit_key, run_exit_hook) == 0)
        atomic_store_explicit(&has_exit_key, true, memory_order_release);
}

void fwl_os_thread_exit_arm(void)
{
    if (atomic_load_explicit(&has_exit_key, memory_order_acquire))
        pthread_setspecific(exit_key, &exit_key);
}

static _Thread_local uint64_t thread_number; /* 0: not asked for yet */

uint64_t fwl_os_thread_number(void)
{
    const int saved_errno = errno;
    if (thread_number == 0)
        thread_number = (uint64_t)syscall(SYS_gettid);
    errno = saved_errno;
    return thread_number;
}

void fwl_os_thread_number_forget(void)
{
    thread_number = 0;
}

void fwl_os_fork_init(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    (void)pthread_atfork(prepare, parent, child);
}

/* A destructor needs no room in a table, as atexit does. */

static _Atomic(void (*)(void)) process_exit_hook;

void fwl_os_process_exit_init(void (*hook)(void))
{
    atomic_store_explicit(&process_exit_hook, hook, memory_order_release);
}

static __attribute__((destructor)) void run_process_exit_hook(void)
{
    void (*const hook)(void) = atomic_load_explicit(&process_exit_hook, memory_order_acquire);
    if (hook)
        hook();
}

void fwl_os_yield(void)
{
    sched_yield();
}

/* The barrier of unequal halves is membarrier(2), Linux 4.14 and later. */

static long membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

bool fwl_os_heavy_barrier_init(void)
{
    const int saved_errno = errno;
    const bool works = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
    errno = saved_errno;
    return works;
}

/* What a core has stored is on its way to the others for less than a microsecond, and no interrupt
 * leaves it there: after so many thousand times that, and more than one tick of any system's clock,
 * every thread has been through a full fence, or has done nothing. So has this one. */
enum { STORES_ON_THEIR_WAY_NS = 10 * 1000000 };

static void wait_for_stores(void)
{
    const uint64_t start_ns = fwl_os_clock_ns();
    while (fwl_os_clock_ns() - start_ns < STORES_ON_THEIR_WAY_NS)
        sched_yield();
}

bool fwl_os_heavy_barrier(void)
{
    const int saved_errno = errno;
    const bool works = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0;
    if (!works)
        wait_for_stores();
    errno = saved_errno;
    return works;
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t fwl_os_clock_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t fwl_os_coarse_clock_ns(void)
{
    return read_clock(CLOCK_MONOTONIC_COARSE);
}
