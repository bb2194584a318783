/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handler does what is allowed in one: it reads and writes atomics without locks, unlinks, and
 * leaves. The partial file's name is in place before its flag says so (release), and the flag is
 * taken away before the name changes.
 */
#include "command/stop_signals.h"

#include "command/command.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static atomic_int caught;
static atomic_bool has_partial;
static char partial[PATH_MAX];

static void on_signal(int number)
{
    int none = 0;
    if (atomic_compare_exchange_strong(&caught, &none, number))
        return;
    if (atomic_load_explicit(&has_partial, memory_order_acquire))
        unlink(partial);
    _exit(EXIT_BY_SIGNAL + number);
}

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { NUMBER_COUNT = sizeof numbers / sizeof numbers[0] };

void fwl_stop_signals_hold(sigset_t *before)
{
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        sigaddset(&held, numbers[i]);
    sigprocmask(SIG_BLOCK, &held, before);
}

void fwl_stop_signals_let_go(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}

void fwl_stop_signals_catch(void)
{
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) < 0 || action.sa_handler == SIG_IGN)
            continue;
        action = (struct sigaction){.sa_handler = on_signal};
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, NULL);
    }
}

int fwl_stop_signals_caught(void)
{
    return atomic_load(&caught);
}

void fwl_stop_signals_set_partial(const char *path)
{
    atomic_store(&has_partial, false);
    if (!path || strlen(path) >= sizeof partial)
        return;
    memcpy(partial, path, strlen(path) + 1);
    atomic_store_explicit(&has_partial, true, memory_order_release);
}
