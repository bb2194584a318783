/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/nearest_file.h"

#include "command/nearest_name.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { ENTRIES_MAX = 10000 }; /* nobody waits for a longer look */

static void look_around(DIR *folder, struct NearestName *nearest)
{
    const struct dirent *entry;
    for (int i = 0; i < ENTRIES_MAX && (entry = readdir(folder)) != NULL; i++)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            fwl_nearest_offer(nearest, entry->d_name);
}

bool fwl_nearest_file(const char *path, char *near, size_t size)
{
    const char *slash = strrchr(path, '/');
    const int front = slash ? (int)(slash + 1 - path) : 0; /* bytes of the folder */
    const char *name = path + front;
    const int length = snprintf(near, size, "%.*s", front, path);
    if (!*name || length < 0 || (size_t)length >= size)
        return false;
    DIR *folder = opendir(front ? near : ".");
    if (!folder)
        return false;
    struct NearestName nearest = fwl_nearest_begin(name);
    look_around(folder, &nearest);
    closedir(folder);
    snprintf(near, size, "%.*s%s", front, path, nearest.name);
    return nearest.name[0] != '\0';
}
