/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the dynamic loader will obey LD_PRELOAD for a program: not where the program has none,
 * and not for one that runs with rights of somebody else.
 */
#include "command/program_kind.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file that execvp would take. */
static bool find_program(char path[PATH_MAX], const char *program)
{
    if (strchr(program, '/'))
        return snprintf(path, PATH_MAX, "%s", program) < PATH_MAX;
    const char *folders = getenv("PATH");
    for (const char *folder = folders ? folders : "/bin:/usr/bin"; folder;) {
        const int length = (int)strcspn(folder, ":");
        if (snprintf(path, PATH_MAX, "%.*s/%s", length, length > 0 ? folder : ".", program) <
                PATH_MAX &&
            access(path, X_OK) == 0)
            return true;
        folder = folder[length] == ':' ? folder + length + 1 : NULL;
    }
    return false;
}

static bool read_at(int file, void *bytes, size_t size, off_t offset)
{
    return pread(file, bytes, size, offset) == (ssize_t)size;
}

/* True for a program in this machine's format that names no dynamic loader. */
static bool is_static(int file)
{
    Elf64_Ehdr header;
    if (!read_at(file, &header, sizeof header, 0) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
        return false;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        if (!read_at(file, &segment, sizeof segment,
                     (off_t)(header.e_phoff + i * sizeof segment)) ||
            segment.p_type == PT_INTERP)
            return false;
    }
    return true;
}

static bool gives_rights(const struct stat *info)
{
    return ((info->st_mode & S_ISUID) && info->st_uid != getuid()) ||
           ((info->st_mode & S_ISGID) && info->st_gid != getgid());
}

const char *fwl_program_obstacle(const char *program)
{
    char path[PATH_MAX];
    struct stat info;
    if (!find_program(path, program))
        return NULL;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    const char *obstacle = NULL;
    if (fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
        if (gives_rights(&info))
            obstacle = "is privileged (setuid): it runs as without Framewell";
        else if (is_static(file))
            obstacle = "is linked statically: it runs as without Framewell";
    }
    close(file);
    return obstacle;
}
