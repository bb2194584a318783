/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handler does what is allowed in one: it reads and writes atomics without locks, writes to a
 * pipe, unlinks, and leaves.
 *
 * Unfinished files are known to it by slots. A slot is NAMED before its file is made and MADE
 * afterwards: the handler removes what is MADE, and waits a moment for what is only NAMED, which a
 * thread is just making (with the signals held, so that it is not the one that was interrupted).
 */
#include "command/stop_signals.h"

#include "command/command.h"
#include "command/stderr_shield.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum SlotState { SLOT_FREE, SLOT_TAKEN, SLOT_NAMED, SLOT_MADE };

enum {
    PATIENCE_MS = 500, /* for a file that is just being made */
};

struct Slot {
    atomic_int state;
    char path[PATH_MAX];
};

static atomic_int caught;
static int bell[2] = {-1, -1}; /* a pipe with something in it once a signal came */
static struct Slot slots[STOP_SIGNALS_FILES_MAX];

/* Addresses from start up to end; 0: free. end is written before start. */
static struct Mapping {
    atomic_uintptr_t start, end;
} mappings[STOP_SIGNALS_FILES_MAX];

static void wait_while_made(struct Slot *slot)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < PATIENCE_MS && atomic_load(&slot->state) == SLOT_NAMED; i++)
        nanosleep(&moment, NULL);
}

void fwl_stop_signals_remove_partials(void)
{
    for (size_t i = 0; i < STOP_SIGNALS_FILES_MAX; i++) {
        wait_while_made(&slots[i]);
        if (atomic_load_explicit(&slots[i].state, memory_order_acquire) == SLOT_MADE)
            unlink(slots[i].path);
    }
}

static void ring_bell(void)
{
    const int before = errno;
    if (write(bell[1], "", 1) < 0)
        errno = before;
}

static void on_signal(int number)
{
    int none = 0;
    if (atomic_compare_exchange_strong(&caught, &none, number)) {
        ring_bell();
        return;
    }
    fwl_stop_signals_remove_partials();
    _exit(EXIT_BY_SIGNAL + number);
}

static bool is_in_mapping(uintptr_t address)
{
    for (size_t i = 0; i < STOP_SIGNALS_FILES_MAX; i++) {
        const uintptr_t start = atomic_load(&mappings[i].start);
        if (start != 0 && address >= start && address < atomic_load(&mappings[i].end))
            return true;
    }
    return false;
}

/* The pages of a mapped input that is no longer as long as it was. Of all else the program dies, as
 * it would without this. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
    static const char words[] = "framewell: an input became shorter while it was read\n";
    (void)context;
    /* Who sends a signal (a code of 0 or less) gives no address. */
    if (info->si_code <= 0 || !is_in_mapping((uintptr_t)info->si_addr)) {
        signal(number, SIG_DFL);
        raise(number); /* comes when this returns */
        return;
    }
    fwl_stop_signals_remove_partials();
    const ssize_t said = write(fwl_stderr_descriptor(), words, sizeof words - 1);
    (void)said;
    _exit(EXIT_INPUT);
}

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { NUMBER_COUNT = sizeof numbers / sizeof numbers[0] };

void fwl_stop_signals_hold(sigset_t *before)
{
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        sigaddset(&held, numbers[i]);
    pthread_sigmask(SIG_BLOCK, &held, before);
}

void fwl_stop_signals_let_go(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void open_bell(void)
{
    if (pipe(bell) < 0)
        return;
    for (int i = 0; i < 2; i++) {
        fcntl(bell[i], F_SETFD, FD_CLOEXEC);
        fcntl(bell[i], F_SETFL, O_NONBLOCK);
    }
}

void fwl_stop_signals_catch(void)
{
    open_bell();
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) < 0 || action.sa_handler == SIG_IGN)
            continue;
        action = (struct sigaction){.sa_handler = on_signal};
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, NULL);
    }
}

static void catch_bus_errors(void)
{
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

int fwl_stop_signals_watch_mapping(const void *start, size_t size)
{
    for (int i = 0; i < STOP_SIGNALS_FILES_MAX; i++) {
        uintptr_t none = 0;
        if (!atomic_compare_exchange_strong(&mappings[i].end, &none, (uintptr_t)start + size))
            continue;
        atomic_store(&mappings[i].start, (uintptr_t)start);
        catch_bus_errors();
        return i + 1;
    }
    return 0;
}

void fwl_stop_signals_forget_mapping(int slot)
{
    if (slot == 0)
        return;
    atomic_store(&mappings[slot - 1].start, 0);
    atomic_store(&mappings[slot - 1].end, 0);
}

int fwl_stop_signals_caught(void)
{
    return atomic_load(&caught);
}

bool fwl_stop_signals_wait(int descriptor, short events)
{
    struct pollfd looked[] = {{.fd = descriptor, .events = events},
                              {.fd = bell[0], .events = POLLIN}};
    while (!fwl_stop_signals_caught()) {
        const int count = poll(looked, 2, -1);
        if ((count > 0 && looked[0].revents) || (count < 0 && errno != EINTR))
            return true;
    }
    return false;
}

int fwl_stop_signals_name_partial(const char *path)
{
    if (strlen(path) >= PATH_MAX)
        return -1;
    for (int i = 0; i < STOP_SIGNALS_FILES_MAX; i++) {
        int none = SLOT_FREE;
        if (!atomic_compare_exchange_strong(&slots[i].state, &none, SLOT_TAKEN))
            continue;
        memcpy(slots[i].path, path, strlen(path) + 1);
        atomic_store_explicit(&slots[i].state, SLOT_NAMED, memory_order_release);
        return i;
    }
    return -1;
}

void fwl_stop_signals_partial_is_made(int slot)
{
    if (slot >= 0)
        atomic_store_explicit(&slots[slot].state, SLOT_MADE, memory_order_release);
}

void fwl_stop_signals_forget_partial(int slot)
{
    if (slot >= 0)
        atomic_store(&slots[slot].state, SLOT_FREE);
}
