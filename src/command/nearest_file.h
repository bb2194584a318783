/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the file that somebody meant who mistyped its name. */
#ifndef FWL_NEAREST_FILE_H
#define FWL_NEAREST_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the path of the file beside path whose name is nearest. False: none is near. */
bool fwl_nearest_file(const char *path, char *near, size_t size);

#endif
