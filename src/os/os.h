/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one seam to the system: pages, threads, clock, container limits, environment. No other layer
 * makes a system call, includes a system header for one, or defines _GNU_SOURCE.
 *
 * Nothing here calls malloc, prints, or leaves a mark in errno.
 */
#ifndef FWL_OS_H
#define FWL_OS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pages */

/* The size of a page of memory in bytes, a power of two. */
size_t fwl_os_page_size(void);

/*
 * size bytes of zero pages, readable and writable, not yet backed by memory, at a multiple of
 * alignment. size is a multiple of the page size, alignment a power of two of at least a page.
 * NULL where the system has no more.
 */
void *fwl_os_map(size_t size, size_t alignment);

/* Takes a whole mapping, or whole pages of one, back. */
void fwl_os_unmap(void *address, size_t size);

/* Gives the memory behind whole pages back to the system; they read as 0 afterwards. */
void fwl_os_purge(void *address, size_t size);

/*
 * Moves the memory behind whole pages of one mapping to another place, at most as far as a mapping
 * goes; where it was reads as 0. Nothing is copied. Both are private memory of fwl_os_map. False:
 * nothing was moved, and [to, to + size) may not be the caller's any more, who has to leave it
 * alone; fwl_os_can_move is false from then on.
 */
bool fwl_os_move(void *to, void *from, size_t size);

/* True where the system can move pages, and always could so far. */
bool fwl_os_can_move(void);

/* Makes a mapping larger where it is. False: what is behind it is taken. */
bool fwl_os_grow(void *address, size_t size, size_t new_size);

/* Asks for huge pages behind a mapping; nothing where the system has none to offer. */
void fwl_os_advise_huge_pages(void *address, size_t size);

/* Makes sure that memory is behind whole pages now, without changing what they hold. */
void fwl_os_populate(void *address, size_t size);

/* Makes memory of fwl_os_map read as 0. Pages that have no memory behind them get none. */
void fwl_os_zero(void *address, size_t size);

/* True where the system would promise size bytes of memory, as it does for those that are not
 * mapped by fwl_os_map: not more than there is, or what its settings say. */
bool fwl_os_would_promise(size_t size);

/* Makes whole pages fault at any access, until they are unmapped. False: the system cannot. */
bool fwl_os_protect(void *address, size_t size);

/* Locks. init gives 0 or FWL_E_NOMEM; a zero-initialised FwlMutex from FWL_MUTEX_INIT
 * needs none. */

typedef struct FwlMutex {
    pthread_mutex_t mutex;
} FwlMutex;

typedef struct FwlCondition {
    pthread_cond_t condition;
} FwlCondition;

#define FWL_MUTEX_INIT {PTHREAD_MUTEX_INITIALIZER}

int fwl_os_mutex_init(FwlMutex *mutex);
void fwl_os_mutex_destroy(FwlMutex *mutex);
void fwl_os_mutex_lock(FwlMutex *mutex);
void fwl_os_mutex_unlock(FwlMutex *mutex);

int fwl_os_condition_init(FwlCondition *condition);
void fwl_os_condition_destroy(FwlCondition *condition);
void fwl_os_condition_wake_all(FwlCondition *condition);
void fwl_os_condition_wake_one(FwlCondition *condition);

/* Waits with the mutex held; deadline_ns is of fwl_os_clock_ns, UINT64_MAX for none. False when the
 * deadline has passed. */
bool fwl_os_condition_wait(FwlCondition *condition, FwlMutex *mutex, uint64_t deadline_ns);

/*
 * Something that one thread waits for and another sets, once. The waiting thread may give the
 * event's memory up as soon as it has seen it set: setting does not look at it again. Nothing to
 * destroy.
 */
typedef struct FwlEvent {
    atomic_uint state;
} FwlEvent;

void fwl_os_event_init(FwlEvent *event);

/* Who waits then sees what was done before. A system call only where that thread sleeps. */
void fwl_os_event_set(FwlEvent *event);

/* Sleeps until the event is set; false when the deadline, as above, has passed before. It may be
 * waited for again then. */
bool fwl_os_event_wait(FwlEvent *event, uint64_t deadline_ns);

/* Threads */

typedef struct FwlThread {
    pthread_t thread;
} FwlThread;

/* Starts run(opaque) on a new thread. Fails: FWL_E_NOMEM. */
int fwl_os_thread_create(FwlThread *thread, void *(*run)(void *opaque), void *opaque);
void fwl_os_thread_join(FwlThread *thread);

/* The same for a thread of the library's own: no signal of the program's is handled there. */
int fwl_os_thread_create_quiet(FwlThread *thread, void *(*run)(void *opaque), void *opaque);

/* Calls hook on a thread that ends, if it was armed there since; once for the process. */
void fwl_os_thread_exit_init(void (*hook)(void));
void fwl_os_thread_exit_arm(void);

/* The system's number of this thread, as debuggers and ps show it. It is remembered: a child of
 * fork has to forget it. */
uint64_t fwl_os_thread_number(void);
void fwl_os_thread_number_forget(void);

/* Calls the three around fork(), as pthread_atfork does. */
void fwl_os_fork_init(void (*prepare)(void), void (*parent)(void), void (*child)(void));

/* Calls hook when the process ends by exit() or a return from main, or the library is unloaded. */
void fwl_os_process_exit_init(void (*hook)(void));

/* Lets another thread run. */
void fwl_os_yield(void);

/* A moment's rest for a loop that waits for another core. */
static inline void fwl_os_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/*
 * A barrier of unequal halves, for a lock that one thread takes all the time and others hardly ever
 * (Dekker's, with the frequent side's fence moved to the rare one). After fwl_os_heavy_barrier()
 * every thread's stores before its last light barrier are visible here, and every thread's loads
 * after its next one see what was stored here before. False of init: the system has no such call,
 * and the light half has to be a full fence, too. False of the barrier: the system has refused it
 * since, as a filter of the process's calls does; it was had by waiting, which takes 10 ms each
 * time.
 */
bool fwl_os_heavy_barrier_init(void);
bool fwl_os_heavy_barrier(void);

/* Clock and machine */

/* Nanoseconds of a clock that only goes forward. */
uint64_t fwl_os_clock_ns(void);

/* The same clock as it was at the last tick of the system, some milliseconds ago at most; a fifth
 * of the time to read. */
uint64_t fwl_os_coarse_clock_ns(void);

/* The widest SIMD register of this CPU in bytes: 16, 32 or 64. */
size_t fwl_os_simd_alignment(void);

/* The bytes of memory that the container of this process may use (cgroup v1 and v2, the tightest of
 * all levels); SIZE_MAX for no limit. */
size_t fwl_os_cgroup_limit(void);

/* The same of a system whose /proc and /sys are below a directory. */
size_t fwl_os_cgroup_limit_below(const char *root);

/* The value of an environment variable; NULL where it is not set, or the program is privileged. */
const char *fwl_os_environment(const char *name);

/* True where the program has rights that its user has not: nothing that the environment or a user's
 * files say may count. */
bool fwl_os_is_privileged(void);

/* What the process has used so far. */
typedef struct FwlProcessUsage {
    uint64_t minor_faults; /* pages that were given without reading */
    uint64_t major_faults;
    uint64_t peak_rss; /* the most bytes of memory behind its pages, since it became this program */
    uint64_t process;  /* its number */
    const char *program; /* what it was started as, without the folder */
} FwlProcessUsage;

FwlProcessUsage fwl_os_process_usage(void);

/* True under valgrind, as far as the build had valgrind's header. */
bool fwl_os_is_valgrind(void);

/* errno, to put it back after a call that is not of this layer. */
int fwl_os_errno(void);
void fwl_os_set_errno(int error);

/* Debugging */

/* The return addresses on this thread's stack, the innermost first, at most count; how many. The
 * first call of a process may allocate by malloc, and none may be made with a lock held. */
size_t fwl_os_backtrace(void **addresses, size_t count);

/* The file that code was loaded from, and where in it, as addr2line takes it. */
typedef struct FwlPlace {
    const char *module;
    size_t offset;
    bool is_in_program; /* the file is the program's own, not a shared library */
} FwlPlace;

/* False: unknown. Not with a lock held. */
bool fwl_os_locate(const void *address, FwlPlace *place);

/* A line of source, the file without its folder. */
typedef struct FwlSourceLine {
    char file[64];
    int number;
} FwlSourceLine;

/* False: no debugging information, or nothing that reads it. Slow at the first call; may allocate
 * by malloc. Not with a lock held. */
bool fwl_os_source_line(const void *address, FwlSourceLine *line);

/* True for a block that the C or C++ library keeps for itself until the process ends, by the return
 * addresses of its allocation. Not with a lock held. */
bool fwl_os_is_kept_by_runtime(void *const *sites, size_t count);

/* Writes text to standard error. Raises no SIGPIPE. */
void fwl_os_say(const char *text, size_t size);

/* The same, and ends the process by SIGABRT: for proved misuse in debug mode, and nothing else. */
_Noreturn void fwl_os_die(const char *text, size_t size);

/* From now on both write to where standard error leads now: also once the program has closed it,
 * and never to a file that it opens at its number. Called once, before the program runs. */
void fwl_os_say_keep(void);

/* Files. A descriptor, a count or 0; negative: FWL_E_*, and *cause (may be NULL) is the system's
 * error number. */

enum { FWL_OS_STDERR = 2 };

enum FwlOsFileFlags {
    FWL_OS_READ = 1 << 0,
    FWL_OS_WRITE = 1 << 1,
    FWL_OS_CREATE = 1 << 2,
    FWL_OS_EXCLUSIVE = 1 << 3,
};

int fwl_os_file_open(const char *path, int flags, int *cause);
int64_t fwl_os_file_read(int file, void *data, size_t size, int *cause);
int64_t fwl_os_file_write(int file, const void *data, size_t size, int *cause);
int64_t fwl_os_file_seek(int file, int64_t position, int *cause);
/* Where a descriptor stands in its file. FWL_E_UNSUPPORTED for what cannot be sought in (a pipe, a
 * terminal), and for a file opened for appending, where a place to write to cannot be chosen. */
int64_t fwl_os_file_tell(int file, int *cause);
/* The length of a regular file; FWL_E_UNSUPPORTED for a pipe, a terminal and the like. */
int64_t fwl_os_file_size(int file, int *cause);
int fwl_os_file_close(int file, int *cause);

/* Read-only pages of a file's first size bytes; NULL where it cannot be mapped. */
void *fwl_os_file_map(int file, size_t size, int *cause);

#endif
