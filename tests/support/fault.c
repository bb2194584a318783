/* SPDX-License-Identifier: BSD-2-Clause */
#include "fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "case.h"
#include "framewell/pool.h"
#include "framewell/status.h"
#include "os/os.h"

/* Counts down to the failing call; 0 or below: nothing is planted. */
static atomic_long countdown;
static atomic_bool has_fired;
static atomic_int pause_depth;

void fault_arm(unsigned long n)
{
    atomic_store(&has_fired, false);
    atomic_store(&pause_depth, 0);
    atomic_store(&countdown, (long)n);
}

bool fault_disarm(void)
{
    atomic_store(&countdown, 0);
    return atomic_load(&has_fired);
}

bool fault_fired(void)
{
    return atomic_load(&has_fired);
}

void faults_pause(void)
{
    atomic_fetch_add(&pause_depth, 1);
}

void faults_resume(void)
{
    atomic_fetch_sub(&pause_depth, 1);
}

static bool is_failing_now(void)
{
    if (atomic_load(&countdown) <= 0 || atomic_load(&pause_depth) > 0)
        return false;
    if (atomic_fetch_sub(&countdown, 1) != 1)
        return false;
    atomic_store(&has_fired, true);
    return true;
}

/* WRAP(result on failure, type, name, parameters, arguments) */
#define WRAP(failure, type, name, parameters, arguments)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return is_failing_now() ? (failure) : __real_##name arguments;                             \
    }

WRAP(NULL, void *, fwl_pool_alloc, (FwlPool * pool, size_t size), (pool, size))
WRAP(NULL, void *, fwl_pool_allocz, (FwlPool * pool, size_t size), (pool, size))
WRAP(NULL, void *, fwl_pool_aligned_alloc, (FwlPool * pool, size_t alignment, size_t size),
     (pool, alignment, size))
WRAP(NULL, void *, fwl_pool_realloc, (FwlPool * pool, void *block, size_t size),
     (pool, block, size))
WRAP(NULL, void *, fwl_os_map, (size_t size, size_t alignment), (size, alignment))
WRAP(ENOMEM, int, posix_memalign, (void **memory, size_t alignment, size_t size),
     (memory, alignment, size))
WRAP(FWL_E_NOMEM, int, fwl_os_mutex_init, (FwlMutex * mutex), (mutex))
WRAP(FWL_E_NOMEM, int, fwl_os_condition_init, (FwlCondition * condition), (condition))
WRAP(FWL_E_NOMEM, int, fwl_os_thread_create,
     (FwlThread * thread, void *(*run)(void *opaque), void *opaque), (thread, run, opaque))
WRAP(FWL_E_NOMEM, int, fwl_os_thread_create_quiet,
     (FwlThread * thread, void *(*run)(void *opaque), void *opaque), (thread, run, opaque))
WRAP(false, bool, fwl_os_move, (void *to, void *from, size_t size), (to, from, size))
WRAP(false, bool, fwl_os_grow, (void *address, size_t size, size_t new_size),
     (address, size, new_size))
