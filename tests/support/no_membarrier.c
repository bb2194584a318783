/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A system without membarrier(2): linked into a test program with --wrap for the call, so that
 * heaps take the side of their lock that only old and filtered systems take otherwise.
 */
#include "os/os.h"

bool __wrap_fwl_os_heavy_barrier_init(void);
bool __wrap_fwl_os_heavy_barrier_init(void)
{
    return false;
}
