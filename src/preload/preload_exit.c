/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report at the end of the process: FRAMEWELL_STATS=1, a table on standard error;
 * FRAMEWELL_STATS_JSON=FILE, one JSON object, "%p" in the name being the process's number. In place
 * of pool_exit.c: what is reported is not a pool of the program's but all that it allocated.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pool/pool_internal.h"
#include "pool/pool_purge.h"
#include "preload/preload.h"

enum { TEXT_SIZE = 4096, LINE_SIZE = 256, PATH_SIZE = 4096, KIB = 1024 };

/* For Text.file: to where standard error was at the start. */
enum { SAID = -1 };

/* Text on its way to a file, as few writes as may be: of processes that end at once, each says its
 * own whole. */
typedef struct Text {
    int file;
    int cause; /* of a failure, the system's number */
    size_t used;
    char bytes[TEXT_SIZE];
} Text;

const char *fwl_preload_wish(const char *name)
{
    const char *value = fwl_os_environment(name);
    return value && *value && strcmp(value, "0") != 0 ? value : NULL;
}

static int flush(Text *text)
{
    const char *bytes = text->bytes;
    if (text->file == SAID) {
        fwl_os_say(bytes, text->used);
        text->used = 0;
    }
    while (text->used > 0) {
        const int64_t count = fwl_os_file_write(text->file, bytes, text->used, &text->cause);
        if (count < 0)
            return (int)count;
        bytes += count;
        text->used -= (size_t)count;
    }
    return 0;
}

/* Pieces are lines, shorter than the text. */
static int write_piece(void *opaque, const char *piece, size_t size)
{
    Text *text = opaque;
    const int status = text->used + size > sizeof text->bytes ? flush(text) : 0;
    if (status < 0 || size > sizeof text->bytes)
        return status < 0 ? status : FWL_E_RANGE;
    memcpy(text->bytes + text->used, piece, size);
    text->used += size;
    return 0;
}

static __attribute__((format(printf, 2, 3))) int write_line(Text *text, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return length < 0 ? FWL_E_RANGE : write_piece(text, line, strlen(line));
}

static int write_stats(Text *text, enum FwlStatsFormat format)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(NULL, &stats);
    return fwl_pool_stats_print(&stats, format, write_piece, text);
}

void fwl_preload_print_stats(void)
{
    Text text = {.file = FWL_OS_STDERR};
    if (write_stats(&text, FWL_STATS_TEXT) == 0)
        (void)flush(&text);
}

/* The process. What it was before it became this program has page faults, too, and those are not of
 * interest; a child of fork has its own from its start. */

static FwlProcessUsage at_start;

void fwl_preload_count_from_here(void)
{
    at_start = fwl_os_process_usage();
}

static FwlProcessUsage usage_since_start(void)
{
    FwlProcessUsage usage = fwl_os_process_usage();
    if (usage.process == at_start.process) {
        usage.minor_faults -= at_start.minor_faults;
        usage.major_faults -= at_start.major_faults;
    }
    return usage;
}

/* The reports */

static void print_model(Text *text)
{
    const FwlHeapModel told = fwl_model_tell();
    if (told.is_known)
        (void)write_line(
            text, "glibc's heap, by a model of it: %zu KiB idle at most, %zu KiB at the end\n",
            told.idle_peak / KIB, told.idle / KIB);
}

static void print_table(void)
{
    const FwlProcessUsage usage = usage_since_start();
    Text text = {.file = SAID};
    (void)write_stats(&text, FWL_STATS_TEXT);
    print_model(&text);
    (void)write_line(&text,
                     "process %" PRIu64 " (%.64s): %" PRIu64 " minor and %" PRIu64
                     " major page faults, peak RSS %" PRIu64 " KiB\n",
                     usage.process, usage.program, usage.minor_faults, usage.major_faults,
                     usage.peak_rss / KIB);
    (void)flush(&text);
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
static int write_model(Text *text)
{
    const FwlHeapModel told = fwl_model_tell();
    if (!told.is_known)
        return write_line(text, "\"glibc_model\": null, ");
    return write_line(text, "\"glibc_model\": {\"idle_peak\": %zu, \"idle\": %zu}, ",
                      told.idle_peak, told.idle);
}

static int write_object(Text *text)
{
    const FwlProcessUsage usage = usage_since_start();
    char program[LINE_SIZE / 4];
    snprintf(program, sizeof program, "%s", usage.program);
    make_plain(program);
    int status =
        write_line(text,
                   "{\"process\": %" PRIu64 ", \"program\": \"%s\", \"minor_faults\": %" PRIu64
                   ", \"major_faults\": %" PRIu64 ", \"peak_rss\": %" PRIu64 ", ",
                   usage.process, program, usage.minor_faults, usage.major_faults, usage.peak_rss);
    if (status == 0)
        status = write_model(text);
    if (status == 0)
        status = write_line(text, "\"malloc\": ");
    if (status == 0)
        status = write_stats(text, FWL_STATS_JSON);
    if (status == 0)
        status = write_line(text, "}\n");
    return status < 0 ? status : flush(text);
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

/* False: *cause is the system's number of what failed. */
static bool write_object_to(const char *path, int *cause)
{
    Text text = {.file = fwl_os_file_open(path, FWL_OS_WRITE | FWL_OS_CREATE, cause)};
    if (text.file < 0)
        return false;
    const int status = write_object(&text);
    *cause = text.cause;
    return fwl_os_file_close(text.file, status < 0 ? NULL : cause) == 0 && status == 0;
}

static void write_json(const char *pattern)
{
    char path[PATH_SIZE];
    int cause = ENAMETOOLONG;
    if (!make_path(path, pattern) || !write_object_to(path, &cause))
        fwl_preload_say("FRAMEWELL_STATS_JSON: %.300s: %s", pattern, strerror(cause));
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
