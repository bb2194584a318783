/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report at the end of the process: FRAMEWELL_STATS=1, a table on standard error;
 * FRAMEWELL_STATS_JSON=FILE, one JSON object, "%p" in the name being the process's number. In place
 * of pool_exit.c: what is reported is not a pool of the program's but all that it allocated.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pool/pool_internal.h"
#include "pool/pool_purge.h"
#include "preload/preload.h"

enum { LINE_SIZE = 256, PATH_SIZE = 4096, KIB = 1024 };

const char *fwl_preload_wish(const char *name)
{
    const char *value = fwl_os_environment(name);
    return value && *value && strcmp(value, "0") != 0 ? value : NULL;
}

static int write_piece(void *opaque, const char *text, size_t size)
{
    const int *file = opaque;
    while (size > 0) {
        const int64_t count = fwl_os_file_write(*file, text, size, NULL);
        if (count < 0)
            return (int)count;
        text += count;
        size -= (size_t)count;
    }
    return 0;
}

static int write_text(int file, const char *text)
{
    return write_piece(&file, text, strlen(text));
}

static int write_stats(int file, enum FwlStatsFormat format)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(NULL, &stats);
    return fwl_pool_stats_print(&stats, format, write_piece, &file);
}

void fwl_preload_print_stats(void)
{
    (void)write_stats(FWL_OS_STDERR, FWL_STATS_TEXT);
}

static void print_model(void)
{
    const FwlHeapModel told = fwl_model_tell();
    char line[LINE_SIZE];
    if (!told.is_known)
        return;
    snprintf(line, sizeof line,
             "glibc's heap, by a model of it: %zu KiB idle at most, %zu KiB at the end\n",
             told.idle_peak / KIB, told.idle / KIB);
    (void)write_text(FWL_OS_STDERR, line);
}

static void print_table(void)
{
    const FwlProcessUsage usage = fwl_os_process_usage();
    char line[LINE_SIZE];
    fwl_preload_print_stats();
    print_model();
    snprintf(line, sizeof line,
             "process %" PRIu64 " (%.64s): %" PRIu64 " minor and %" PRIu64
             " major page faults, peak RSS %" PRIu64 " KiB\n",
             usage.process, usage.program, usage.minor_faults, usage.major_faults,
             usage.peak_rss / KIB);
    (void)write_text(FWL_OS_STDERR, line);
}

/* A name's characters that JSON does not take as they are become '?'. */
static void make_plain(char *text)
{
    for (; *text; text++) {
        if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
            *text = '?';
    }
}

/* As a field, null where it is not known. */
static int write_model(int file)
{
    const FwlHeapModel told = fwl_model_tell();
    char text[LINE_SIZE] = "\"glibc_model\": null, ";
    if (told.is_known)
        snprintf(text, sizeof text, "\"glibc_model\": {\"idle_peak\": %zu, \"idle\": %zu}, ",
                 told.idle_peak, told.idle);
    return write_text(file, text);
}

static int write_object(int file)
{
    const FwlProcessUsage usage = fwl_os_process_usage();
    char program[LINE_SIZE / 4];
    char text[LINE_SIZE];
    snprintf(program, sizeof program, "%s", usage.program);
    make_plain(program);
    snprintf(text, sizeof text,
             "{\"process\": %" PRIu64 ", \"program\": \"%s\", \"minor_faults\": %" PRIu64
             ", \"major_faults\": %" PRIu64 ", \"peak_rss\": %" PRIu64 ", ",
             usage.process, program, usage.minor_faults, usage.major_faults, usage.peak_rss);
    int status = write_text(file, text);
    if (status == 0)
        status = write_model(file);
    if (status == 0)
        status = write_text(file, "\"malloc\": ");
    if (status == 0)
        status = write_stats(file, FWL_STATS_JSON);
    return status < 0 ? status : write_text(file, "}\n");
}

/* The name with the process's number for "%p". False: it is too long. */
static bool make_path(char path[PATH_SIZE], const char *pattern)
{
    const char *place = strstr(pattern, "%p");
    const int length = place
                           ? snprintf(path, PATH_SIZE, "%.*s%" PRIu64 "%s", (int)(place - pattern),
                                      pattern, fwl_os_process_usage().process, place + strlen("%p"))
                           : snprintf(path, PATH_SIZE, "%s", pattern);
    return length > 0 && length < PATH_SIZE;
}

static void write_json(const char *pattern)
{
    char path[PATH_SIZE];
    int status = FWL_E_RANGE;
    if (make_path(path, pattern))
        status = fwl_os_file_open(path, FWL_OS_WRITE | FWL_OS_CREATE, NULL);
    if (status >= 0) {
        const int file = status;
        status = write_object(file);
        const int closed = fwl_os_file_close(file, NULL);
        status = status < 0 ? status : closed;
    }
    if (status < 0)
        fwl_preload_say("FRAMEWELL_STATS_JSON: %s: %s", pattern, fwl_status_text(status));
}

static void leave(void)
{
    fwl_purge_end();
    if (fwl_preload_wish("FRAMEWELL_STATS"))
        print_table();
    const char *file = fwl_preload_wish("FRAMEWELL_STATS_JSON");
    if (file)
        write_json(file);
}

void fwl_exit_init(void)
{
    fwl_os_process_exit_init(leave);
}
