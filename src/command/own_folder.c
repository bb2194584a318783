/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/own_folder.h"

#include <string.h>
#include <unistd.h>

bool fwl_own_folder(char *folder, size_t size)
{
    const ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    if (length <= 0 || (size_t)length >= size - 1)
        return false;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash)
        return false;
    slash[1] = '\0';
    return true;
}
