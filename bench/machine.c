/* SPDX-License-Identifier: BSD-2-Clause */
/* From /proc, /sys and uname; what a system does not tell stays empty. */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The text behind "name ... :" in a file of such lines, without what is around it. */
static void read_field(const char *path, const char *name, char *text, size_t size)
{
    text[0] = '\0';
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    char line[512];
    while (fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, name, strlen(name)) != 0 || !colon)
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(text, size, "%s", colon);
        break;
    }
    fclose(file);
}

/* The word in brackets: "always [madvise] never". */
static void read_huge_pages(char *text, size_t size)
{
    text[0] = '\0';
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
    if (!file)
        return;
    char line[80] = "";
    const char *start = fgets(line, sizeof line, file) ? strchr(line, '[') : NULL;
    if (start)
        snprintf(text, size, "%.*s", (int)strcspn(start + 1, "]"), start + 1);
    fclose(file);
}

static uint64_t read_memory_field(const char *name)
{
    char text[64];
    read_field("/proc/meminfo", name, text, sizeof text);
    return strtoull(text, NULL, 10) * 1024;
}

uint64_t machine_available_memory(void)
{
    return read_memory_field("MemAvailable");
}

void machine_describe(struct Machine *machine)
{
    *machine = (struct Machine){
        .core_count = sysconf(_SC_NPROCESSORS_ONLN),
        .memory_size = read_memory_field("MemTotal"),
    };
    read_field("/proc/cpuinfo", "model name", machine->cpu, sizeof machine->cpu);
    read_huge_pages(machine->huge_pages, sizeof machine->huge_pages);

    struct utsname name;
    if (uname(&name) == 0)
        snprintf(machine->kernel, sizeof machine->kernel, "%.20s %.*s", name.sysname,
                 (int)strcspn(name.release, "-"), name.release); /* without whose build it is */
#if defined(__clang__)
    snprintf(machine->compiler, sizeof machine->compiler, "clang %d.%d.%d", __clang_major__,
             __clang_minor__, __clang_patchlevel__);
#else
    snprintf(machine->compiler, sizeof machine->compiler, "gcc %d.%d.%d", __GNUC__, __GNUC_MINOR__,
             __GNUC_PATCHLEVEL__);
#endif
    double load;
    if (getloadavg(&load, 1) == 1)
        machine->load = load;
}
