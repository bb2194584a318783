/* SPDX-License-Identifier: BSD-2-Clause */
/* What machine this is: SIMD width, environment, valgrind or not. */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>
#if FWL_HAS_VALGRIND
#include <valgrind/valgrind.h>
#endif

size_t fwl_os_simd_alignment(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        return 64;
    if (__builtin_cpu_supports("avx"))
        return 32;
#endif
    return 16;
}

const char *fwl_os_environment(const char *name)
{
    return secure_getenv(name);
}

bool fwl_os_is_privileged(void)
{
    return getauxval(AT_SECURE) != 0;
}

/* What getrusage(2) says of it is also of what the process was before it became this program. 0:
 * the system does not tell. */
static uint64_t peak_rss_of_program(void)
{
    char text[4096] = "";
    const int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    const ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    const char *line = size > 0 ? strstr(text, "\nVmHWM:") : NULL;
    return line ? strtoull(line + strlen("\nVmHWM:"), NULL, 10) * 1024 : 0;
}

FwlProcessUsage fwl_os_process_usage(void)
{
    const int saved_errno = errno;
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    const uint64_t peak_rss = peak_rss_of_program();
    errno = saved_errno;
    return (FwlProcessUsage){
        .minor_faults = (uint64_t)usage.ru_minflt,
        .major_faults = (uint64_t)usage.ru_majflt,
        .peak_rss = peak_rss > 0 ? peak_rss : (uint64_t)usage.ru_maxrss * 1024,
        .process = (uint64_t)getpid(),
        .program = program_invocation_short_name,
    };
}

bool fwl_os_is_valgrind(void)
{
#if FWL_HAS_VALGRIND
    return RUNNING_ON_VALGRIND != 0;
#else
    return false;
#endif
}

int fwl_os_errno(void)
{
    return errno;
}

void fwl_os_set_errno(int error)
{
    errno = error;
}
