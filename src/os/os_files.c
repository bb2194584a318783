/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: the system's calls, interrupted ones begun again, errors as status codes. */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "framewell/status.h"

/* Ends a failed call: hands out its errno, puts the caller's back, and gives the code for it. */
static int fail_with(int saved_errno, int *cause)
{
    const int error = errno;
    errno = saved_errno;
    if (cause)
        *cause = error;
    switch (error) {
    case ENOMEM:
        return FWL_E_NOMEM;
    case EEXIST:
        return FWL_E_BUSY;
    case EAGAIN:
        return FWL_E_AGAIN;
    case ESPIPE:
        return FWL_E_UNSUPPORTED;
    default:
        return FWL_E_IO;
    }
}

static int open_flags(int flags)
{
    int system = O_CLOEXEC;
    if ((flags & FWL_OS_READ) && (flags & FWL_OS_WRITE))
        system |= O_RDWR;
    else
        system |= flags & FWL_OS_WRITE ? O_WRONLY : O_RDONLY;
    if (flags & FWL_OS_CREATE)
        system |= O_CREAT | (flags & FWL_OS_EXCLUSIVE ? O_EXCL : O_TRUNC);
    return system;
}

int fwl_os_file_open(const char *path, int flags, int *cause)
{
    const int saved_errno = errno;
    int file;
    do {
        file = open(path, open_flags(flags), 0666);
    } while (file < 0 && errno == EINTR);
    return file < 0 ? fail_with(saved_errno, cause) : file;
}

int64_t fwl_os_file_read(int file, void *data, size_t size, int *cause)
{
    const int saved_errno = errno;
    ssize_t count;
    do {
        count = read(file, data, size < SSIZE_MAX ? size : SSIZE_MAX);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? fail_with(saved_errno, cause) : count;
}

int64_t fwl_os_file_write(int file, const void *data, size_t size, int *cause)
{
    const int saved_errno = errno;
    ssize_t count;
    do {
        count = write(file, data, size < SSIZE_MAX ? size : SSIZE_MAX);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? fail_with(saved_errno, cause) : count;
}

int64_t fwl_os_file_seek(int file, int64_t position, int *cause)
{
    const int saved_errno = errno;
    const off_t reached = lseek(file, (off_t)position, SEEK_SET);
    return reached < 0 ? fail_with(saved_errno, cause) : reached;
}

int64_t fwl_os_file_tell(int file, int *cause)
{
    const int saved_errno = errno;
    const int flags = fcntl(file, F_GETFL);
    if (flags < 0)
        return fail_with(saved_errno, cause);
    if (flags & O_APPEND) {
        errno = ESPIPE;
        return fail_with(saved_errno, cause);
    }
    const off_t place = lseek(file, 0, SEEK_CUR);
    return place < 0 ? fail_with(saved_errno, cause) : place;
}

int64_t fwl_os_file_size(int file, int *cause)
{
    const int saved_errno = errno;
    struct stat status;
    if (fstat(file, &status) < 0)
        return fail_with(saved_errno, cause);
    if (!S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : ESPIPE;
        (void)fail_with(saved_errno, cause);
        return FWL_E_UNSUPPORTED;
    }
    return status.st_size;
}

/* EINTR is not begun again: Linux has closed the descriptor by then. */
int fwl_os_file_close(int file, int *cause)
{
    const int saved_errno = errno;
    if (close(file) < 0 && errno != EINTR)
        return fail_with(saved_errno, cause);
    errno = saved_errno;
    return 0;
}

void *fwl_os_file_map(int file, size_t size, int *cause)
{
    const int saved_errno = errno;
    void *address = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    if (address == MAP_FAILED) {
        (void)fail_with(saved_errno, cause);
        return NULL;
    }
    return address;
}
