/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file is written to FOLDER/.framewell-PID-N.part and renamed: who looks sees the old file, or
 * the whole new one. Where no file may be overwritten the new name is given by link(), which
 * refuses one that came into being meanwhile, and the temporary name is taken away afterwards; on
 * file systems without links by rename() after one more look.
 *
 * What is no regular file cannot be replaced and is written to directly: a pipe, a terminal,
 * /dev/null, /dev/stdout. A block device only where overwriting is allowed, as a disk is something
 * to lose.
 */
#include "command/output_file.h"

#include "command/command.h"
#include "command/stop_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    LINK_DEPTH_MAX = 40,      /* what Linux follows */
    TEMPORARY_TRIES = 100,    /* leftovers of others with the same process id */
    NEW_FILE_MODE = 0666,     /* less what the umask says */
    PERMISSIONS = 0777,       /* what a replaced file hands on: who could not read it, cannot now */
    WRITE_SIZE_MAX = 1 << 26, /* so that a signal is noticed between two writes */
};

static int fail_errno(const struct OutputFile *output)
{
    return fwl_cmd_fail(EXIT_OUTPUT, output->name, "%s", strerror(errno));
}

/* Copies the folder of path, without a slash at the end but for the root. */
static void folder_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(folder, PATH_MAX, ".");
    else if (slash == path)
        snprintf(folder, PATH_MAX, "/");
    else
        snprintf(folder, PATH_MAX, "%.*s", (int)(slash - path), path);
}

/* Puts the path that a link at path points to in its place. False with errno where that is no link
 * (EINVAL), or does not fit. */
static bool follow_link(char path[PATH_MAX])
{
    char to[PATH_MAX], folder[PATH_MAX], joined[2 * PATH_MAX + 2];
    const ssize_t length = readlink(path, to, sizeof to - 1);
    if (length < 0)
        return false;
    to[length] = '\0';
    folder_of(path, folder);
    if (to[0] == '/')
        snprintf(joined, sizeof joined, "%s", to);
    else
        snprintf(joined, sizeof joined, "%s/%s", folder, to);
    if (strlen(joined) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, joined, strlen(joined) + 1);
    return true;
}

/* Fills output->target: the rename must replace the file, not a link to it. */
static int resolve_target(struct OutputFile *output)
{
    if (strlen(output->name) >= sizeof output->target) {
        errno = ENAMETOOLONG;
        return fail_errno(output);
    }
    memcpy(output->target, output->name, strlen(output->name) + 1);
    for (int depth = 0; depth < LINK_DEPTH_MAX; depth++)
        if (!follow_link(output->target))
            return errno == EINVAL || errno == ENOENT ? EXIT_FINE : fail_errno(output);
    errno = ELOOP;
    return fail_errno(output);
}

static int check_folder(const struct OutputFile *output)
{
    char folder[PATH_MAX];
    struct stat info;
    folder_of(output->target, folder);
    if (stat(folder, &info) < 0 && errno == ENOENT)
        return fwl_cmd_fail(EXIT_OUTPUT, output->name,
                            "there is no directory '%s': make it, or name another", folder);
    if (access(folder, W_OK | X_OK) < 0)
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "the directory '%s': %s", folder,
                            strerror(errno));
    return EXIT_FINE;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* True for /dev/stdout and its like: names of the open file, not of one to replace. */
static bool is_name_of_stdout(const char *path, const struct stat *info)
{
    struct stat stdout_info;
    const bool is_system_path = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
    return is_system_path && fstat(STDOUT_FILENO, &stdout_info) == 0 && is_same(info, &stdout_info);
}

static int check_existing(struct OutputFile *output, const struct stat *info,
                          const struct stat *input)
{
    if (S_ISDIR(info->st_mode))
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "is a directory: name a file in it");
    output->is_stdout = output->is_stdout || is_name_of_stdout(output->name, info);
    output->is_stream = output->is_stdout || !S_ISREG(info->st_mode);
    if (is_same(info, input) && !S_ISCHR(info->st_mode) && !output->is_stdout)
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "is the input too: name another file");
    if (is_same(info, input) && S_ISREG(info->st_mode))
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "goes to the input: send it elsewhere");
    if (output->is_stream && !S_ISBLK(info->st_mode))
        return EXIT_FINE;
    if (!output->may_overwrite)
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "exists already: -y overwrites it");
    if (access(output->name, W_OK) < 0)
        return fail_errno(output);
    output->mode = info->st_mode & PERMISSIONS;
    return EXIT_FINE;
}

static int check_stdout(struct OutputFile *output, const struct stat *input)
{
    struct stat info;
    output->name = "stdout";
    output->is_stdout = true;
    output->is_stream = true;
    if (fstat(STDOUT_FILENO, &info) < 0)
        return fail_errno(output);
    return check_existing(output, &info, input);
}

static int check_new(struct OutputFile *output)
{
    const size_t length = strlen(output->name);
    if (length == 0)
        return fwl_cmd_fail(EXIT_OUTPUT, "OUTPUT", "its name is empty");
    if (output->name[length - 1] == '/')
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "names a directory: name a file in it");
    return EXIT_FINE;
}

int fwl_output_check(struct OutputFile *output, const char *path, bool may_overwrite,
                     const struct stat *input)
{
    *output = (struct OutputFile){.name = path, .may_overwrite = may_overwrite};
    if (strcmp(path, "-") == 0)
        return check_stdout(output, input);
    struct stat info;
    int code;
    if (stat(path, &info) == 0)
        code = check_existing(output, &info, input);
    else
        code = errno == ENOENT ? check_new(output) : fail_errno(output);
    if (code != EXIT_FINE || output->is_stream)
        return code;
    code = resolve_target(output);
    return code == EXIT_FINE ? check_folder(output) : code;
}

/* Writing */

/* True where a signal says to leave what is begun. The first SIGINT does not: what is written then
 * is whole. */
static bool is_told_to_leave(void)
{
    const int caught = fwl_stop_signals_caught();
    return caught != 0 && caught != SIGINT;
}

/* False with errno. */
static bool write_all(int descriptor, const uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t count =
            write(descriptor, data, size < WRITE_SIZE_MAX ? size : WRITE_SIZE_MAX);
        if ((count < 0 && errno != EINTR) || is_told_to_leave())
            return false;
        if (count > 0) {
            data += count;
            size -= (size_t)count;
        }
    }
    return true;
}

/* Writes what bytes holds from its start, straight from where it lies. False with errno. */
static bool write_bytes(int descriptor, FwlIO *bytes)
{
    if (fwl_io_seek(bytes, 0, FWL_IO_SET) != 0) {
        errno = EIO;
        return false;
    }
    for (;;) {
        const uint8_t *data;
        const int64_t size = fwl_io_read_span(bytes, &data);
        if (size == FWL_E_EOF)
            return true;
        if (size < 0) {
            errno = EIO;
            return false;
        }
        if (!write_all(descriptor, data, (size_t)size))
            return false;
    }
}

static int fail_write(const struct OutputFile *output)
{
    if (is_told_to_leave())
        return EXIT_BY_SIGNAL + fwl_stop_signals_caught();
    return fail_errno(output);
}

static int write_stream(const struct OutputFile *output, FwlIO *bytes)
{
    const int descriptor =
        output->is_stdout ? STDOUT_FILENO : open(output->name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return errno == EINTR ? EXIT_BY_SIGNAL + fwl_stop_signals_caught() : fail_errno(output);
    int code = write_bytes(descriptor, bytes) ? EXIT_FINE : fail_write(output);
    /* Closing stdout says whether a file on a far disk took it all, and happens once. */
    if (close(descriptor) < 0 && code == EXIT_FINE)
        code = fail_errno(output);
    return code;
}

/* Creates a file with a name of its own beside the target. -1 with errno. */
static int create_temporary(const struct OutputFile *output, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    folder_of(output->target, folder);
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        const int length =
            snprintf(path, PATH_MAX, "%s/.framewell-%ld-%d.part", folder, (long)getpid(), i);
        if (length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int descriptor =
            open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, NEW_FILE_MODE);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

/* The same, known to the signal handler from the first moment. */
static int open_temporary(const struct OutputFile *output, char path[PATH_MAX])
{
    sigset_t before;
    fwl_stop_signals_hold(&before);
    const int descriptor = create_temporary(output, path);
    if (descriptor >= 0)
        fwl_stop_signals_set_partial(path);
    fwl_stop_signals_let_go(&before);
    return descriptor;
}

/* Gives the file its name. False with errno. */
static bool publish(const struct OutputFile *output, const char *temporary)
{
    struct stat info;
    if (output->may_overwrite)
        return rename(temporary, output->target) == 0;
    if (link(temporary, output->target) == 0) {
        unlink(temporary);
        return true;
    }
    if (errno == EEXIST)
        return false;
    if (lstat(output->target, &info) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(temporary, output->target) == 0;
}

static int write_file(const struct OutputFile *output, FwlIO *bytes)
{
    char temporary[PATH_MAX];
    const int descriptor = open_temporary(output, temporary);
    if (descriptor < 0)
        return fail_errno(output);

    int code = EXIT_FINE;
    if (output->mode != 0 && fchmod(descriptor, output->mode) < 0)
        code = fail_errno(output);
    else if (!write_bytes(descriptor, bytes))
        code = fail_write(output);
    if (close(descriptor) < 0 && code == EXIT_FINE)
        code = fail_errno(output);
    if (code == EXIT_FINE && !publish(output, temporary))
        code = fail_errno(output);
    if (code != EXIT_FINE)
        unlink(temporary);
    fwl_stop_signals_set_partial(NULL);
    return code;
}

int fwl_output_write(const struct OutputFile *output, FwlIO *bytes)
{
    return output->is_stream ? write_stream(output, bytes) : write_file(output, bytes);
}
