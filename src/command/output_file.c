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
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
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
    return fwl_cmd_fail_errno(EXIT_OUTPUT, output->name, errno);
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
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "the directory '%s': %s%s", folder,
                            strerror(errno), fwl_cmd_errno_hint(errno));
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
        return fwl_cmd_fail(EXIT_OUTPUT, "OUTPUT", "its name is empty: name a file");
    if (output->name[length - 1] == '/')
        return fwl_cmd_fail(EXIT_OUTPUT, output->name, "names a directory: name a file in it");
    return EXIT_FINE;
}

int fwl_output_check(struct OutputFile *output, const char *path, bool may_overwrite,
                     const struct stat *input)
{
    *output = (struct OutputFile){
        .name = path,
        .may_overwrite = may_overwrite,
        .descriptor = -1,
        .slot = -1,
    };
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

/* A file that stdout was sent to can seek, unless it is for appending. */
bool fwl_output_can_seek(const struct OutputFile *output)
{
    struct stat info;
    return !output->is_stream ||
           (output->is_stdout && fstat(STDOUT_FILENO, &info) == 0 && S_ISREG(info.st_mode) &&
            !(fcntl(STDOUT_FILENO, F_GETFL) & O_APPEND));
}

bool fwl_output_is_stdout(const char *path)
{
    struct stat info;
    return strcmp(path, "-") == 0 || (stat(path, &info) == 0 && is_name_of_stdout(path, &info));
}

/* True where folder and name are the same, by whatever path. */
static bool is_same_path(const char *a, const char *b)
{
    char folder_a[PATH_MAX], folder_b[PATH_MAX];
    struct stat info_a, info_b;
    const char *name_a = strrchr(a, '/'), *name_b = strrchr(b, '/');
    folder_of(a, folder_a);
    folder_of(b, folder_b);
    return strcmp(name_a ? name_a + 1 : a, name_b ? name_b + 1 : b) == 0 &&
           stat(folder_a, &info_a) == 0 && stat(folder_b, &info_b) == 0 &&
           is_same(&info_a, &info_b);
}

bool fwl_output_is_place(const struct OutputFile *output, const char *path)
{
    struct stat info, own;
    if (output->is_stream || strcmp(path, "-") == 0)
        return false;
    if (stat(path, &info) == 0 && stat(output->target, &own) == 0)
        return is_same(&info, &own);
    return is_same_path(output->target, path);
}

/* Writing */

enum { PIECE_SIZE = PIPE_BUF }; /* what a pipe that has room takes without waiting */

/* True where a signal says to leave what is begun. The first SIGINT does not: what is written then
 * is whole. */
static bool is_told_to_leave(void)
{
    const int caught = fwl_stop_signals_caught();
    return caught != 0 && caught != SIGINT;
}

/* Waits for room, so that a signal is noticed meanwhile. After a SIGINT there is only the second
 * signal to wait for, and that ends the program. */
static void wait_for_room(int descriptor)
{
    struct pollfd looked = {.fd = descriptor, .events = POLLOUT};
    if (!fwl_stop_signals_wait(descriptor, POLLOUT) && !is_told_to_leave())
        poll(&looked, 1, -1);
}

/* Some of size bytes; a stream takes a piece at a time. -1 with errno, EINTR for a signal. */
static ssize_t write_some(const struct OutputFile *output, const uint8_t *data, size_t size)
{
    for (;;) {
        if (output->is_stream)
            wait_for_room(output->descriptor);
        if (is_told_to_leave()) {
            errno = EINTR;
            return -1;
        }
        const size_t most = output->is_stream ? PIECE_SIZE : WRITE_SIZE_MAX;
        const ssize_t count = write(output->descriptor, data, size < most ? size : most);
        if (count >= 0 || (errno != EINTR && errno != EAGAIN))
            return count;
    }
}

static int64_t write_all(void *opaque, const uint8_t *data, size_t size)
{
    struct OutputFile *output = opaque;
    for (size_t done = 0; done < size;) {
        const ssize_t count = write_some(output, data + done, size - done);
        if (count < 0) {
            output->cause = errno;
            return is_told_to_leave() ? FWL_E_ABORTED : FWL_E_IO;
        }
        done += (size_t)count;
    }
    return (int64_t)size;
}

static int fail_write(struct OutputFile *output)
{
    if (is_told_to_leave())
        return EXIT_BY_SIGNAL + fwl_stop_signals_caught();
    errno = output->cause ? output->cause : EIO;
    return fail_errno(output);
}

int fwl_output_fail(struct OutputFile *output, FwlIO *io)
{
    const int cause = fwl_io_cause(io);
    output->cause = cause ? cause : output->cause;
    return fail_write(output);
}

/* Files */

/* Creates a file with a name of its own beside the target. -1 with errno. */
static int create_temporary(struct OutputFile *output)
{
    static atomic_uint number; /* several may be made in one folder at once */
    char folder[PATH_MAX];
    folder_of(output->target, folder);
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        const int length = snprintf(output->temporary, PATH_MAX, "%s/.framewell-%ld-%u.part",
                                    folder, (long)getpid(), atomic_fetch_add(&number, 1));
        if (length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        output->slot = fwl_stop_signals_name_partial(output->temporary);
        const int descriptor = open(
            output->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, NEW_FILE_MODE);
        if (descriptor >= 0)
            fwl_stop_signals_partial_is_made(output->slot);
        else
            fwl_stop_signals_forget_partial(output->slot);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

/* The same with the signals held, so that the handler never meets this thread at it. */
static int open_temporary(struct OutputFile *output)
{
    sigset_t before;
    fwl_stop_signals_hold(&before);
    output->descriptor = create_temporary(output);
    fwl_stop_signals_let_go(&before);
    if (output->descriptor < 0)
        return fail_errno(output);
    output->is_begun = true;
    if (output->mode != 0 && fchmod(output->descriptor, output->mode) < 0)
        return fail_errno(output);
    return EXIT_FINE;
}

/* Gives the file its name. False with errno. */
static bool publish(const struct OutputFile *output)
{
    struct stat info;
    if (output->may_overwrite)
        return rename(output->temporary, output->target) == 0;
    if (link(output->temporary, output->target) == 0) {
        unlink(output->temporary);
        return true;
    }
    if (errno == EEXIST)
        return false;
    if (lstat(output->target, &info) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(output->temporary, output->target) == 0;
}

/* Streams */

static int open_stream(struct OutputFile *output)
{
    output->descriptor =
        output->is_stdout ? STDOUT_FILENO : open(output->name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (output->descriptor < 0)
        return errno == EINTR && fwl_stop_signals_caught()
                   ? EXIT_BY_SIGNAL + fwl_stop_signals_caught()
                   : fail_errno(output);
    output->is_begun = true;
    return EXIT_FINE;
}

/* The whole of it */

int fwl_output_open(struct OutputFile *output, FwlIO **io)
{
    static const FwlIOCallbacks callbacks = {.write = write_all};
    *io = NULL;
    const int code = output->is_stream ? open_stream(output) : open_temporary(output);
    if (code != EXIT_FINE)
        return code;
    const int err = fwl_output_can_seek(output)
                        ? fwl_io_open_descriptor(io, output->descriptor, FWL_IO_WRITE, NULL)
                        : fwl_io_open_callbacks(io, &callbacks, output);
    return err < 0 ? fwl_cmd_fail_memory(output->name) : EXIT_FINE;
}

/* Closing stdout says whether a file on a far disk took it all, and happens once. */
static int close_descriptor(struct OutputFile *output)
{
    const int descriptor = output->descriptor;
    output->descriptor = -1;
    return close(descriptor) < 0 ? fail_errno(output) : EXIT_FINE;
}

int fwl_output_finish(struct OutputFile *output)
{
    int code = close_descriptor(output);
    if (code == EXIT_FINE && !output->is_stream && !publish(output))
        code = fail_errno(output);
    if (code == EXIT_FINE) {
        output->is_begun = false;
        fwl_stop_signals_forget_partial(output->slot);
    }
    return code;
}

void fwl_output_discard(struct OutputFile *output)
{
    if (!output->is_begun)
        return;
    if (output->descriptor >= 0)
        close(output->descriptor);
    output->descriptor = -1;
    output->is_begun = false;
    if (output->is_stream)
        return;
    unlink(output->temporary);
    fwl_stop_signals_forget_partial(output->slot);
}

/* Writes what bytes holds from its start, straight from where it lies. */
static int write_bytes(struct OutputFile *output, FwlIO *bytes)
{
    if (fwl_io_seek(bytes, 0, FWL_IO_SET) != 0)
        return fail_write(output);
    for (;;) {
        const uint8_t *data;
        const int64_t size = fwl_io_read_span(bytes, &data);
        if (size == FWL_E_EOF)
            return EXIT_FINE;
        if (size < 0 || write_all(output, data, (size_t)size) < 0)
            return fail_write(output);
    }
}

int fwl_output_write(struct OutputFile *output, FwlIO *bytes)
{
    int code = output->is_stream ? open_stream(output) : open_temporary(output);
    if (code == EXIT_FINE)
        code = write_bytes(output, bytes);
    if (code == EXIT_FINE)
        code = fwl_output_finish(output);
    if (code != EXIT_FINE)
        fwl_output_discard(output);
    return code;
}
