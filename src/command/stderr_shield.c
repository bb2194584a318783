/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor 2 becomes /dev/null, and a copy of it the stream for messages. A sanitizer is told to
 * report to that copy: what it says must not be lost.
 */
#include "command/stderr_shield.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

/* In programs under a sanitizer; NULL in others. */
extern void __sanitizer_set_report_fd(void *descriptor) __attribute__((weak));

static FILE *real_stderr;
static atomic_int real_descriptor = STDERR_FILENO;

static void report_to(int descriptor)
{
    if (__sanitizer_set_report_fd)
        __sanitizer_set_report_fd((void *)(intptr_t)descriptor);
}

void fwl_stderr_shield(void)
{
    const int copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (copy < 0)
        return;
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    real_stderr = nowhere < 0 ? NULL : fdopen(copy, "w");
    if (real_stderr) {
        setvbuf(real_stderr, NULL, _IOLBF, BUFSIZ);
        atomic_store(&real_descriptor, copy);
        dup2(nowhere, STDERR_FILENO);
        report_to(copy);
    } else {
        close(copy);
    }
    if (nowhere >= 0)
        close(nowhere);
}

void fwl_stderr_unshield(void)
{
    if (!real_stderr)
        return;
    fflush(real_stderr);
    dup2(fileno(real_stderr), STDERR_FILENO);
    atomic_store(&real_descriptor, STDERR_FILENO);
    report_to(STDERR_FILENO);
    fclose(real_stderr);
    real_stderr = NULL;
}

FILE *fwl_stderr(void)
{
    return real_stderr ? real_stderr : stderr;
}

int fwl_stderr_descriptor(void)
{
    return atomic_load(&real_descriptor);
}
