/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the C and C++ libraries keep for themselves until the process ends: buffers of stdio, the
 * locale, what was read of the system's files, memory for exceptions. Nobody forgot to free it.
 *
 * It is told by where it was allocated, from the inside out: in the dynamic loader, for what it
 * knows of libraries; in the C library, in a function whose memory its caller never gets; or in one
 * of both while the loader set it up. What strdup, fopen and new give is the caller's, and no part
 * of this. Where a stack says too little, neither is the block.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <dlfcn.h>
#include <string.h>

/* Functions that the C library exports. What others keep, it keeps in functions without a name of
 * their own, and is not told. */
static const char *const keepers[] = {
    "_IO_file_doallocate", /* the buffers of stdio */
    "setlocale",
    "textdomain",
    "bindtextdomain",
    "tzset",
    "mktime",
    "strftime",
    "getpwnam",
    "getpwnam_r",
    "getpwuid",
    "getpwuid_r",
    "getgrnam",
    "getgrnam_r",
    "getgrgid",
    "getgrgid_r",
    "__cxa_atexit",
    "on_exit",
};

/* Starts of file names. */
static const char *const c_libraries[] = {"libc.so.", NULL};
static const char *const runtimes[] = {"libc.so.", "libstdc++.so.", "libgcc_s.so.", NULL};
static const char *const loaders[] = {"ld-linux", "ld64.so.", "ld.so.", NULL};

static bool is_one_of(const char *path, const char *const *starts)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    for (; *starts; starts++) {
        if (strncmp(name, *starts, strlen(*starts)) == 0)
            return true;
    }
    return false;
}

static bool is_keeper(const char *function)
{
    for (size_t i = 0; function && i < sizeof keepers / sizeof *keepers; i++) {
        if (strcmp(keepers[i], function) == 0)
            return true;
    }
    return false;
}

/* Of the call before a return address. A function's name only where the address is within it. */
static bool find_module(const void *site, Dl_info *info)
{
    return dladdr((const char *)site - 1, info) != 0 && info->dli_fname;
}

static bool is_kept_by_c_library(void *const *sites, size_t count)
{
    Dl_info info;
    for (size_t i = 0; i < count; i++) {
        if (!find_module(sites[i], &info) || !is_one_of(info.dli_fname, c_libraries))
            return false;
        if (is_keeper(info.dli_sname))
            return true;
    }
    return false;
}

static bool is_of_loader(void *const *sites, size_t count)
{
    Dl_info info;
    size_t i = 0;
    while (i < count && find_module(sites[i], &info) && is_one_of(info.dli_fname, runtimes))
        i++;
    return i < count && find_module(sites[i], &info) && is_one_of(info.dli_fname, loaders);
}

bool fwl_os_is_kept_by_runtime(void *const *sites, size_t count)
{
    return is_kept_by_c_library(sites, count) || is_of_loader(sites, count);
}
