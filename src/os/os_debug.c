/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What debugging needs of the system: who called, what that place is called, and the end of the
 * process. The unwinder is the C library's backtrace(), which loads the compiler's at its first
 * call; nothing is linked to for it.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdlib.h>

/* Loading the unwinder allocates, and where malloc is this library's own, that comes back here:
 * then without a stack. */
static _Thread_local bool is_unwinding;

size_t fwl_os_backtrace(void **addresses, size_t count)
{
    if (is_unwinding)
        return 0;
    const int saved_errno = errno;
    is_unwinding = true;
    const int found = backtrace(addresses, (int)count);
    is_unwinding = false;
    errno = saved_errno;
    return found > 0 ? (size_t)found : 0;
}

bool fwl_os_locate(const void *address, FwlPlace *place)
{
    Dl_info info;
    void *extra = NULL;
    if (!dladdr1(address, &info, &extra, RTLD_DL_LINKMAP) || !info.dli_fname || !extra)
        return false;
    const struct link_map *map = extra;
    *place = (FwlPlace){
        .module = info.dli_fname,
        .offset = (size_t)((uintptr_t)address - (uintptr_t)map->l_addr),
        .is_in_program = !map->l_name || map->l_name[0] == '\0',
    };
    return true;
}

void fwl_os_die(const char *text, size_t size)
{
    fwl_os_say(text, size);
    abort();
}
