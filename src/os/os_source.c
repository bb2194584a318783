/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an address to a line of source, by elfutils' libdw where the system has it. It is loaded
 * when somebody first asks, so nothing depends on it; without it, and for code without debugging
 * information, places stay module and offset. Its names and shapes are those of libdw.h and
 * libdwfl.h.
 *
 * Only the files that code was loaded from are looked into: no search for separate debugging
 * information, which libdw would go as far as the network for.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Dwfl Dwfl;
typedef struct Dwfl_Module Dwfl_Module;
typedef struct Dwfl_Line Dwfl_Line;
typedef struct Dwarf_Die Dwarf_Die;
typedef struct Dwarf_Line Dwarf_Line;

typedef struct Callbacks {
    void (*find_elf)(void);
    int (*find_debuginfo)(void);
    void (*section_address)(void);
    char **debuginfo_path;
} Callbacks;

static struct {
    Dwfl *(*begin)(const Callbacks *callbacks);
    void (*report_begin_add)(Dwfl *dwfl);
    int (*linux_proc_report)(Dwfl *dwfl, pid_t process);
    int (*report_end)(Dwfl *dwfl, void *removed, void *opaque);
    Dwfl_Module *(*addrmodule)(Dwfl *dwfl, uint64_t address);
    Dwfl_Line *(*module_getsrc)(Dwfl_Module *module, uint64_t address);
    const char *(*lineinfo)(Dwfl_Line *line, uint64_t *address, int *number, int *column,
                            uint64_t *time, uint64_t *length);
    Dwarf_Die *(*module_nextcu)(Dwfl_Module *module, Dwarf_Die *last, uint64_t *bias);
    int (*haspc)(Dwarf_Die *unit, uint64_t address);
    Dwarf_Line *(*getsrc_die)(Dwarf_Die *unit, uint64_t address);
    int (*lineno)(Dwarf_Line *line, int *number);
    const char *(*linesrc)(Dwarf_Line *line, uint64_t *time, uint64_t *length);
    Callbacks callbacks;
    Dwfl *dwfl; /* NULL: not there, or not yet */
    bool is_tried;
} dw;

/* Whoever finds it taken does without: a child of fork, too, whose parent was in here. */
static atomic_flag is_in_use = ATOMIC_FLAG_INIT;

static int find_no_debuginfo(void)
{
    return -1;
}

/* dlsym gives a pointer to an object, which C does not turn into one to a function. */
static bool find_function(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static bool find_functions(void *library)
{
    return find_function(library, "dwfl_begin", &dw.begin) &&
           find_function(library, "dwfl_report_begin_add", &dw.report_begin_add) &&
           find_function(library, "dwfl_linux_proc_report", &dw.linux_proc_report) &&
           find_function(library, "dwfl_report_end", &dw.report_end) &&
           find_function(library, "dwfl_addrmodule", &dw.addrmodule) &&
           find_function(library, "dwfl_module_getsrc", &dw.module_getsrc) &&
           find_function(library, "dwfl_lineinfo", &dw.lineinfo) &&
           find_function(library, "dwfl_module_nextcu", &dw.module_nextcu) &&
           find_function(library, "dwarf_haspc", &dw.haspc) &&
           find_function(library, "dwarf_getsrc_die", &dw.getsrc_die) &&
           find_function(library, "dwarf_lineno", &dw.lineno) &&
           find_function(library, "dwarf_linesrc", &dw.linesrc) &&
           find_function(library, "dwfl_linux_proc_find_elf", &dw.callbacks.find_elf);
}

/* The library and what it knows of this process stay until the end. */
static void load(void)
{
    if (dw.is_tried)
        return;
    dw.is_tried = true;
    void *library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library || !find_functions(library))
        return;
    dw.callbacks.find_debuginfo = find_no_debuginfo;
    dw.dwfl = dw.begin(&dw.callbacks);
}

/* Tells libdw what is loaded by now. */
static void report_modules(void)
{
    dw.report_begin_add(dw.dwfl);
    dw.linux_proc_report(dw.dwfl, getpid());
    dw.report_end(dw.dwfl, NULL, NULL);
}

/* Programs of clang have no table from addresses to compilation units: then each is asked. */
static const char *find_path_in_units(Dwfl_Module *module, uint64_t address, int *number)
{
    uint64_t bias = 0;
    Dwarf_Die *unit = NULL;
    while ((unit = dw.module_nextcu(module, unit, &bias)) != NULL) {
        if (dw.haspc(unit, address - bias) != 1)
            continue;
        Dwarf_Line *line = dw.getsrc_die(unit, address - bias);
        if (line && dw.lineno(line, number) == 0)
            return dw.linesrc(line, NULL, NULL);
    }
    return NULL;
}

static const char *find_path(Dwfl_Module *module, uint64_t address, int *number)
{
    Dwfl_Line *line = dw.module_getsrc(module, address);
    return line ? dw.lineinfo(line, NULL, number, NULL, NULL, NULL)
                : find_path_in_units(module, address, number);
}

static bool look_up(uint64_t address, FwlSourceLine *line)
{
    load();
    if (!dw.dwfl)
        return false;
    Dwfl_Module *module = dw.addrmodule(dw.dwfl, address);
    if (!module) {
        report_modules();
        module = dw.addrmodule(dw.dwfl, address);
    }
    int number = 0;
    const char *path = module ? find_path(module, address, &number) : NULL;
    if (!path || number <= 0)
        return false;
    const char *slash = strrchr(path, '/');
    snprintf(line->file, sizeof line->file, "%s", slash ? slash + 1 : path);
    line->number = number;
    return true;
}

bool fwl_os_source_line(const void *address, FwlSourceLine *line)
{
    if (atomic_flag_test_and_set_explicit(&is_in_use, memory_order_acquire))
        return false;
    const int saved_errno = fwl_os_errno();
    const bool is_found = look_up((uintptr_t)address, line);
    fwl_os_set_errno(saved_errno);
    atomic_flag_clear_explicit(&is_in_use, memory_order_release);
    return is_found;
}
