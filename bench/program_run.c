/* SPDX-License-Identifier: BSD-2-Clause */
#include "program_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool program_is_there(const char *name)
{
    const char *folders = getenv("PATH");
    for (const char *folder = folders ? folders : "/bin:/usr/bin"; folder;) {
        char path[PATH_MAX];
        const int length = (int)strcspn(folder, ":");
        if (snprintf(path, sizeof path, "%.*s/%s", length, folder, name) < PATH_MAX &&
            access(path, X_OK) == 0)
            return true;
        folder = folder[length] == ':' ? folder + length + 1 : NULL;
    }
    return false;
}

/* A list of the variables but for LD_PRELOAD; it is to be freed. */
static char **make_plain_environment(void)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **list = calloc(count + 1, sizeof *list);
    size_t kept = 0;
    for (size_t i = 0; list && i < count; i++) {
        if (strncmp(environ[i], "LD_PRELOAD=", strlen("LD_PRELOAD=")) != 0)
            list[kept++] = environ[i];
    }
    return list;
}

static bool spawn(pid_t *pid, const char *const *words, char **environment)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return false;
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error) /* which takes words that it does not change as if it did */
        error = posix_spawnp(pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words,
                             environment);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0;
}

static bool wait_for(pid_t pid, struct ProgramUsage *usage)
{
    int status = 0;
    struct rusage used;
    while (wait4(pid, &status, 0, &used) < 0) {
        if (errno != EINTR)
            return false;
    }
    if (usage)
        *usage = (struct ProgramUsage){.faults = (uint64_t)used.ru_minflt,
                                       .peak_size = (uint64_t)used.ru_maxrss * 1024};
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool program_run(const char *const *words, enum ProgramMalloc whose, struct ProgramUsage *usage)
{
    char **plain = whose == PROGRAM_AS_IT_IS ? make_plain_environment() : NULL;
    if (whose == PROGRAM_AS_IT_IS && !plain)
        return false;
    pid_t pid;
    const bool is_started = spawn(&pid, words, plain ? plain : environ);
    free(plain);
    return is_started && wait_for(pid, usage);
}
