/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FWL_PROGRAM_KIND_H
#define FWL_PROGRAM_KIND_H

#include <stdbool.h>

struct ProgramKind {
    const char *obstacle; /* why no library can be put into it, one line without its end; NULL where
                             one can, or where that cannot be told */
    bool is_harmed;       /* it ends where one is tried */
};

/* Of a program, a name as the shell takes it. */
struct ProgramKind fwl_program_kind(const char *program);

#endif
