/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When another malloc has to serve the process, and which. A sanitizer's malloc knows things about
 * each block that no other does; a program with rights that its user lacks must not be run by what
 * its user's environment names. Their functions are found by weak references, which the dynamic
 * loader has bound before anybody can call: to look them up by name would allocate.
 *
 * Static programs have no dynamic loader, so that nothing of this is ever in them.
 */
#include "preload/preload.h"

#include "os/os.h"

/* A sanitizer's runtime names its own functions so, beside the standard names. */
#define SANITIZER(name) __asm__("__interceptor_" #name) __attribute__((weak))
#define LIBC(name)      __asm__("__libc_" #name)

extern void *sanitizer_malloc(size_t size) SANITIZER(malloc);
extern void *sanitizer_calloc(size_t count, size_t size) SANITIZER(calloc);
extern void *sanitizer_realloc(void *block, size_t size) SANITIZER(realloc);
extern void *sanitizer_memalign(size_t alignment, size_t size) SANITIZER(memalign);
extern void sanitizer_free(void *block) SANITIZER(free);
extern size_t sanitizer_usable_size(void *block) SANITIZER(malloc_usable_size);

extern void *libc_malloc(size_t size) LIBC(malloc);
extern void *libc_calloc(size_t count, size_t size) LIBC(calloc);
extern void *libc_realloc(void *block, size_t size) LIBC(realloc);
extern void *libc_memalign(size_t alignment, size_t size) LIBC(memalign);
extern void libc_free(void *block) LIBC(free);

const FwlNextMalloc *fwl_next;

const FwlNextMalloc *fwl_preload_next(const char **reason)
{
    static FwlNextMalloc of_sanitizer; /* not constant: the addresses are the loader's */
    static const FwlNextMalloc of_libc = {
        .alloc = libc_malloc,
        .calloc = libc_calloc,
        .realloc = libc_realloc,
        .align = libc_memalign,
        .free = libc_free,
    };
    if (sanitizer_malloc && sanitizer_free && sanitizer_realloc && sanitizer_calloc &&
        sanitizer_memalign) {
        *reason = "the program has a sanitizer's malloc";
        of_sanitizer = (FwlNextMalloc){
            .alloc = sanitizer_malloc,
            .calloc = sanitizer_calloc,
            .realloc = sanitizer_realloc,
            .align = sanitizer_memalign,
            .free = sanitizer_free,
            .usable_size = sanitizer_usable_size,
        };
        return &of_sanitizer;
    }
    if (fwl_os_is_privileged()) {
        *reason = "the program is privileged";
        return &of_libc;
    }
    return NULL;
}
