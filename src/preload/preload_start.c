/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first call, and what the environment asks for. The pool starts by itself; here is what is
 * special about it as malloc: blocks at multiples of 16 as the C library's are, since most are
 * small, and NULL at the budget instead of memory beyond it.
 */
#include "preload/preload.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "os/os.h"
#include "pool/pool_internal.h"
#include "pool/pool_system.h"

enum {
    MALLOC_ALIGNMENT = 16,
    LINE_SIZE = 512,
    /* A picture of 2160p. Programs free much that they do not want again, and a pool learns what
     * they do: no more page faults than with 64 MiB, and less memory (`framewell bench programs
     * --filter ffmpeg`). */
    IDLE_SIZE = 12 << 20,
    /* Of what a container may use, this part is not malloc's: code, stacks, page tables. A budget
     * that leaves no room for them is one that the system ends the program at. */
    CGROUP_ROOM_SHARE = 16,
    /* Some pictures' time. What a program freed early would else still be there at its end, where
     * it may be largest, as its libraries touch pages of their files that they did not before
     * (`framewell bench programs --filter ffmpeg/remux`). */
    IDLE_TIMEOUT_MS = 100,
};

atomic_int fwl_preload_server;
size_t fwl_preload_step_max;
_Atomic(uintptr_t) fwl_preload_care_limit = UINTPTR_MAX;

/* This is the system's malloc: pools cannot be accounts over it. */
const FwlSystemMemory fwl_system_memory = {0};

const bool fwl_pool_is_frugal = true;

void fwl_preload_say(const char *format, ...)
{
    char line[LINE_SIZE] = "framewell: ";
    const size_t start = strlen(line);
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(line + start, sizeof line - start - 1, format, args);
    va_end(args);
    size_t size = strlen(line);
    if (length > 0)
        line[size++] = '\n';
    fwl_os_say(line, size);
}

/* Once, by whoever is first; the others are served by the pool in the meantime. */
static void serve_by_pool(void)
{
    static atomic_flag is_begun = ATOMIC_FLAG_INIT;
    const bool is_debug = fwl_pool_default()->config.enable_debug;
    if (atomic_flag_test_and_set(&is_begun))
        return;
    fwl_preload_step_max = is_debug ? 0 : FWL_PRELOAD_STEP_MAX;
    const bool is_reported =
        fwl_preload_wish("FRAMEWELL_STATS") || fwl_preload_wish("FRAMEWELL_STATS_JSON");
    if (is_reported && !is_debug) /* which has no time for it, and other blocks */
        fwl_model_start();
    if (!fwl_preload_has_model && !is_debug)
        atomic_store_explicit(&fwl_preload_care_limit, 0, memory_order_relaxed);
    atomic_store_explicit(&fwl_preload_server,
                          fwl_preload_has_model ? FWL_SERVER_MODELLED : FWL_SERVER_POOL,
                          memory_order_release);
}

bool fwl_preload_decide(void)
{
    const int server = atomic_load_explicit(&fwl_preload_server, memory_order_acquire);
    if (server != FWL_SERVER_UNKNOWN)
        return server != FWL_SERVER_NEXT;
    const char *reason;
    const FwlNextMalloc *next = fwl_preload_next(&reason);
    if (!next) {
        serve_by_pool();
        return true;
    }
    fwl_next = next;
    if (atomic_exchange_explicit(&fwl_preload_server, FWL_SERVER_NEXT, memory_order_acq_rel) ==
        FWL_SERVER_UNKNOWN)
        fwl_preload_say("%s: it runs as without Framewell", reason);
    return false;
}

/* Before main. A program that has a malloc itself is served by that, and so are its libraries;
 * where nobody has called ours by now, it is seen by what the C library does that needs memory. The
 * address of malloc would not tell: a program may have one of its own for that of a library. */

static bool is_undecided(void)
{
    return atomic_load_explicit(&fwl_preload_server, memory_order_relaxed) == FWL_SERVER_UNKNOWN;
}

static bool is_called_by_libc(void)
{
    FILE *file = fopencookie(NULL, "r", (cookie_io_functions_t){0});
    if (file)
        fclose(file);
    return !is_undecided();
}

static void prepare_reports(void)
{
    const bool is_table = fwl_preload_wish("FRAMEWELL_STATS");
    if (is_table || fwl_preload_wish("FRAMEWELL_DEBUG"))
        fwl_os_say_keep();
    if (is_table || fwl_preload_wish("FRAMEWELL_STATS_JSON"))
        fwl_preload_count_from_here();
}

static __attribute__((constructor)) void begin(void)
{
    const int saved_errno = fwl_os_errno();
    const char *reason;
    if (is_undecided() && !fwl_preload_next(&reason) && !is_called_by_libc())
        fwl_preload_say("the program has another malloc: it runs as without Framewell");
    else if (fwl_preload_is_pool())
        prepare_reports();
    fwl_os_set_errno(saved_errno);
}

/* Settings */

static void refuse(const char *name, const char *value, const char *wanted)
{
    fwl_preload_say("%s: '%s' is not %s, and is ignored", name, value, wanted);
}

/* "64M", "1.5" is none: digits, and K, M, G or T with or without iB or B. */
static bool read_size(const char *text, size_t *size)
{
    static const char units[] = "KMGT";
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    const unsigned long long number = strtoull(text, &end, 10);
    size_t scale = 1;
    const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;
    if (unit) {
        scale <<= 10 * (unit - units + 1);
        end++;
        end += *end == 'i' && end[1] == 'B';
    }
    end += *end == 'B';
    return *end == '\0' && number < SIZE_MAX && fwl_checked_mul(number, scale, size);
}

static const char *value_of(const char *name)
{
    const char *value = fwl_os_environment(name);
    return value && *value ? value : NULL;
}

static size_t container_budget(void)
{
    const size_t limit = fwl_os_cgroup_limit();
    return limit == SIZE_MAX ? FWL_POOL_SIZE_UNLIMITED : limit - limit / CGROUP_ROOM_SHARE;
}

static void obey_max_memory(FwlPoolConfig *config)
{
    const char *value = value_of("FRAMEWELL_MAX_MEMORY");
    size_t size;
    if (!value)
        return;
    if (strcmp(value, "cgroup") == 0)
        config->max_pool_size = container_budget();
    else if (read_size(value, &size) && size > 0)
        config->max_pool_size = size;
    else
        refuse("FRAMEWELL_MAX_MEMORY", value, "a size, or cgroup");
}

static void obey_idle(FwlPoolConfig *config)
{
    const char *value = value_of("FRAMEWELL_IDLE");
    if (value && !read_size(value, &config->max_idle_size))
        refuse("FRAMEWELL_IDLE", value, "a size");
}

static void obey_purge_after(FwlPoolConfig *config)
{
    const char *value = value_of("FRAMEWELL_PURGE_AFTER");
    size_t ms;
    if (!value)
        return;
    if (value[strspn(value, "0123456789")] == '\0' && read_size(value, &ms) && ms <= UINT32_MAX)
        config->idle_timeout_ms = (uint32_t)ms;
    else
        refuse("FRAMEWELL_PURGE_AFTER", value, "a number of milliseconds");
}

static void obey_huge_pages(FwlPoolConfig *config)
{
    const char *value = value_of("FRAMEWELL_HUGE_PAGES");
    if (!value)
        return;
    if (strcmp(value, "on") == 0 || strcmp(value, "off") == 0)
        config->use_huge_pages = strcmp(value, "on") == 0;
    else
        refuse("FRAMEWELL_HUGE_PAGES", value, "on or off");
}

void fwl_default_pool_configure(FwlPoolConfig *config)
{
    config->name = "malloc";
    config->alignment = MALLOC_ALIGNMENT;
    config->on_limit = FWL_LIMIT_FAIL;
    config->max_idle_size = IDLE_SIZE;
    config->idle_timeout_ms = IDLE_TIMEOUT_MS;
    obey_max_memory(config);
    obey_idle(config);
    obey_purge_after(config);
    obey_huge_pages(config);
}
