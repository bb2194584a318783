/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said on standard error, in a process that belongs to somebody else. The program may close
 * its standard error, as coreutils do at exit, and then open a file of its own at that number; or
 * nobody may read it any more, which must not be the program's end.
 *
 * So its number is not taken for granted once it was kept: a copy is written to, or the number
 * itself, whichever still leads to the same place. Where neither does, nothing is said.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    COPY_MIN = 200,     /* where shells and programs have nothing */
    PATIENCE_MS = 1000, /* with a reader who is slower than a pipe that does not block */
};

/* Written once, before is_kept. */
static struct {
    int copy; /* negative: there was no room for one */
    dev_t device;
    ino_t file;
    atomic_bool is_kept;
} kept;

void fwl_os_say_keep(void)
{
    const int saved_errno = errno;
    struct stat info = {0}; /* of no file: there is no standard error to begin with */
    (void)fstat(STDERR_FILENO, &info);
    kept.copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, COPY_MIN);
    kept.device = info.st_dev;
    kept.file = info.st_ino;
    atomic_store_explicit(&kept.is_kept, true, memory_order_release);
    errno = saved_errno;
}

static bool leads_there(int file)
{
    struct stat info;
    return file >= 0 && fstat(file, &info) == 0 && info.st_dev == kept.device &&
           info.st_ino == kept.file;
}

/* Negative: nowhere. */
static int find_file(void)
{
    if (!atomic_load_explicit(&kept.is_kept, memory_order_acquire))
        return STDERR_FILENO;
    if (leads_there(kept.copy))
        return kept.copy;
    return leads_there(STDERR_FILENO) ? STDERR_FILENO : -1;
}

/* True: it is worth another try. */
static bool may_try_again(int file)
{
    struct pollfd wanted = {.fd = file, .events = POLLOUT};
    return errno == EINTR || (errno == EAGAIN && poll(&wanted, 1, PATIENCE_MS) > 0);
}

static void write_all(int file, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, text, size);
        if (written < 0 && !may_try_again(file))
            return;
        text += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
}

/* Signals, by the system's own calls: a sanitizer has others of these names, which do not work
 * before it has begun, and one of the first things that is said is that it is there. */

typedef uint64_t SignalSet;

static void change_mask(int how, const SignalSet *signals, SignalSet *before)
{
    syscall(SYS_rt_sigprocmask, how, signals, before, sizeof *signals);
}

static SignalSet pending_signals(void)
{
    SignalSet pending = 0;
    syscall(SYS_rt_sigpending, &pending, sizeof pending);
    return pending;
}

/* A SIGPIPE of ours is taken back before the program sees it. */
static void write_without_sigpipe(int file, const char *text, size_t size)
{
    const SignalSet pipe = (SignalSet)1 << (SIGPIPE - 1);
    const struct timespec at_once = {0};
    SignalSet before = 0;
    change_mask(SIG_BLOCK, &pipe, &before);
    const bool was_pending = pending_signals() & pipe;
    write_all(file, text, size);
    if (!was_pending && (pending_signals() & pipe))
        syscall(SYS_rt_sigtimedwait, &pipe, NULL, &at_once, sizeof pipe);
    change_mask(SIG_SETMASK, &before, NULL);
}

void fwl_os_say(const char *text, size_t size)
{
    const int saved_errno = errno;
    const int file = find_file();
    if (file >= 0)
        write_without_sigpipe(file, text, size);
    errno = saved_errno;
}
