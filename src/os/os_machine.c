/* SPDX-License-Identifier: BSD-2-Clause */
/* What machine this is: SIMD width, environment, valgrind or not. */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
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
