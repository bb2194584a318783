/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What memory the container of this process may use.
 *
 * A process finds its control groups in /proc/self/cgroup, a line each:
 *     v2:  0::/user.slice/session.scope
 *     v1:  4:memory:/docker/0123abcd
 * The limit is in memory.max (v2) or memory.limit_in_bytes (v1) of that group, or tighter in one of
 * those above it, up to the root of the mount. Within a container the path may name what the
 * container cannot see; the root of the mount is then the container's own group. So all levels that
 * can be read are read, and the smallest wins. What cannot be read or understood is no limit.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
    NUMBER_SIZE = 32,
    GROUPS_SIZE = 16 << 10, /* v1 has a line for each of a dozen controllers, each with the path */
};

/* Reads the start of a file as a string; false where it cannot be read. */
static bool read_text(const char *path, char *text, size_t size)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    size_t used = 0;
    ssize_t count;
    while ((count = read(file, text + used, size - 1 - used)) > 0)
        used += (size_t)count;
    close(file);
    text[used] = '\0';
    return count >= 0;
}

/* The limit that a file's text says; SIZE_MAX for "max" and for what is no number. v1 writes a
 * number near 2^63 for no limit: more than half of that is more than any machine has. */
static size_t parse_limit(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits + strspn(text + digits, "\n")] != '\0')
        return SIZE_MAX;
    const unsigned long long limit = strtoull(text, NULL, 10);
    return limit > PTRDIFF_MAX / 2 ? SIZE_MAX : (size_t)limit;
}

static size_t read_limit(const char *directory, const char *file)
{
    char path[PATH_SIZE];
    char text[NUMBER_SIZE];
    const int length = snprintf(path, sizeof path, "%s/%s", directory, file);
    if (length >= (int)sizeof path || !read_text(path, text, sizeof text))
        return SIZE_MAX;
    return parse_limit(text);
}

/* Where a group's path, as in /proc/self/cgroup, ends; 0 for one that leads out of what can be
 * seen, as in a namespace whose root is below the group. */
static size_t group_length(const char *group)
{
    const size_t length = strcspn(group, "\n");
    const char *up = group;
    while ((up = strstr(up, "/..")) && up < group + length) {
        up += strlen("/..");
        if (*up == '/' || *up == '\n' || *up == '\0')
            return 0;
    }
    return length;
}

/* The tightest limit of mount/group and all that are above it, up to mount. */
static size_t tightest_limit(const char *root, const char *mount, const char *group,
                             const char *file)
{
    char path[PATH_SIZE];
    const size_t mount_length = strlen(root) + strlen(mount);
    const int length = snprintf(path, sizeof path, "%s%s%.*s", root, mount,
                                (int)group_length(group), group);
    if (length >= (int)sizeof path)
        return SIZE_MAX;

    size_t tightest = SIZE_MAX;
    for (;;) {
        const size_t limit = read_limit(path, file);
        if (limit < tightest)
            tightest = limit;
        if (strlen(path) <= mount_length)
            return tightest;
        *strrchr(path, '/') = '\0';
    }
}

/* True for "memory" in a list as in "cpu,memory:...". */
static bool names_memory(const char *controllers, size_t length)
{
    const char *const end = controllers + length;
    while (controllers < end) {
        const size_t name_length = strcspn(controllers, ",:");
        if (name_length == strlen("memory") && memcmp(controllers, "memory", name_length) == 0)
            return true;
        controllers += name_length + 1;
    }
    return false;
}

/* What the line "N:controllers:path" leads to, where it is of v2 (no controllers) or of v1's memory
 * controller. */
static size_t limit_of_line(const char *root, const char *line)
{
    const size_t line_length = strcspn(line, "\n");
    const char *controllers = memchr(line, ':', line_length);
    if (!controllers)
        return SIZE_MAX;
    controllers++;
    const char *path = memchr(controllers, ':', line_length - (size_t)(controllers - line));
    if (!path || path[1] != '/')
        return SIZE_MAX;
    const size_t length = (size_t)(path - controllers);
    if (length == 0)
        return tightest_limit(root, "/sys/fs/cgroup", path + 1, "memory.max");
    if (names_memory(controllers, length))
        return tightest_limit(root, "/sys/fs/cgroup/memory", path + 1, "memory.limit_in_bytes");
    return SIZE_MAX;
}

size_t fwl_os_cgroup_limit_below(const char *root)
{
    const int saved_errno = errno;
    char path[PATH_SIZE];
    char groups[GROUPS_SIZE];
    size_t tightest = SIZE_MAX;
    const int length = snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    if (length < (int)sizeof path && read_text(path, groups, sizeof groups)) {
        for (const char *line = groups; line && *line; line = strchr(line, '\n')) {
            line += *line == '\n';
            const size_t limit = limit_of_line(root, line);
            if (limit < tightest)
                tightest = limit;
        }
    }
    errno = saved_errno;
    return tightest;
}

size_t fwl_os_cgroup_limit(void)
{
    return fwl_os_cgroup_limit_below("");
}
