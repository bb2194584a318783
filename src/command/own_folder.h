/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FWL_OWN_FOLDER_H
#define FWL_OWN_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* The folder that this program's file is in, with a slash; false where the system does not tell. */
bool fwl_own_folder(char *folder, size_t size);

#endif
