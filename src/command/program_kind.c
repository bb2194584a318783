/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the dynamic loader will obey LD_PRELOAD for a program: not where the program has none,
 * and not for one that runs with rights of somebody else. That of musl does, but the library is one
 * for glibc, and the program would end there.
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
#include <sys/xattr.h>
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

/* The loader that a program names. False: it is no program in this machine's format. */
static bool read_loader(int file, char loader[PATH_MAX])
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    loader[0] = '\0';
    if (!read_at(file, &header, sizeof header, 0) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof segment)
        return false;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        const off_t offset = (off_t)(header.e_phoff + i * sizeof segment);
        if (!read_at(file, &segment, sizeof segment, offset))
            return false;
        if (segment.p_type == PT_INTERP)
            return segment.p_filesz > 0 && segment.p_filesz < PATH_MAX &&
                   read_at(file, loader, segment.p_filesz, (off_t)segment.p_offset);
    }
    return true;
}

static bool gives_rights(int file, const struct stat *info)
{
    return ((info->st_mode & S_ISUID) && info->st_uid != getuid()) ||
           ((info->st_mode & S_ISGID) && info->st_gid != getgid()) ||
           (getuid() != 0 && fgetxattr(file, "security.capability", NULL, 0) > 0);
}

static struct ProgramKind kind_of(int file)
{
    char loader[PATH_MAX];
    struct stat info;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode))
        return (struct ProgramKind){0};
    if (gives_rights(file, &info))
        return (struct ProgramKind){"is privileged: it runs as without Framewell", false};
    if (!read_loader(file, loader))
        return (struct ProgramKind){0};
    if (!*loader)
        return (struct ProgramKind){"is linked statically: it runs as without Framewell", false};
    if (strstr(loader, "/ld-musl-"))
        return (struct ProgramKind){"is linked with musl: it runs as without Framewell", true};
    return (struct ProgramKind){0};
}

struct ProgramKind fwl_program_kind(const char *program)
{
    char path[PATH_MAX];
    struct ProgramKind kind = {0};
    const int file = find_program(path, program) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        kind = kind_of(file);
        close(file);
    }
    return kind;
}
