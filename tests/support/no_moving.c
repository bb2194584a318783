/* SPDX-License-Identifier: BSD-2-Clause */
/* A system that cannot move pages (Linux before 5.7): linked into a test program with --wrap for
 * the question, so that frames keep their pages to themselves. */
#include "os/os.h"

bool __wrap_fwl_os_can_move(void);
bool __wrap_fwl_os_can_move(void)
{
    return false;
}
