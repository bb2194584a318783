/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FWL_PROGRAM_KIND_H
#define FWL_PROGRAM_KIND_H

/* Why no library can be put into a program, a name as the shell takes it: one line without its end;
 * NULL where one can, or where that cannot be told. */
const char *fwl_program_obstacle(const char *program);

#endif
