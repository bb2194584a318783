/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report at the end of a process that FRAMEWELL_STATS asks for: the default pool's statistics,
 * on standard error or in a file whose name's ending says the format. Whoever sets the variable
 * asks for it, so this is not the library printing by itself.
 */
#include <string.h>

#include "framewell/log.h"
#include "pool/pool_purge.h"

enum { BUFFER_SIZE = 2048 };

/* Lines on their way to a file, in as few writes as may be. */
typedef struct Writer {
    int file;
    size_t used;
    char buffer[BUFFER_SIZE];
} Writer;

static int flush(Writer *writer)
{
    const char *bytes = writer->buffer;
    while (writer->used > 0) {
        const int64_t count = fwl_os_file_write(writer->file, bytes, writer->used, NULL);
        if (count < 0)
            return (int)count;
        bytes += count;
        writer->used -= (size_t)count;
    }
    return 0;
}

/* Pieces are lines, shorter than the buffer. */
static int write_piece(void *opaque, const char *text, size_t size)
{
    Writer *writer = opaque;
    if (size > sizeof writer->buffer)
        return FWL_E_RANGE;
    if (writer->used + size > sizeof writer->buffer) {
        const int status = flush(writer);
        if (status < 0)
            return status;
    }
    memcpy(writer->buffer + writer->used, text, size);
    writer->used += size;
    return 0;
}

static bool ends_in(const char *text, const char *ending)
{
    const size_t length = strlen(text);
    const size_t ending_length = strlen(ending);
    return length >= ending_length && strcmp(text + length - ending_length, ending) == 0;
}

static enum FwlStatsFormat format_of(const char *path)
{
    if (ends_in(path, ".json"))
        return FWL_STATS_JSON;
    return ends_in(path, ".prom") || ends_in(path, ".om") ? FWL_STATS_OPENMETRICS : FWL_STATS_TEXT;
}

static int write_report(int file, enum FwlStatsFormat format)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(NULL, &stats);
    Writer writer = {.file = file};
    const int status = fwl_pool_stats_print(&stats, format, write_piece, &writer);
    return status < 0 ? status : flush(&writer);
}

static int write_report_to(const char *path)
{
    const int file = fwl_os_file_open(path, FWL_OS_WRITE | FWL_OS_CREATE, NULL);
    if (file < 0)
        return file;
    const int status = write_report(file, format_of(path));
    const int closed = fwl_os_file_close(file, NULL);
    return status < 0 ? status : closed;
}

static const char *report_target(void)
{
    const char *target = fwl_os_environment("FRAMEWELL_STATS");
    return target && *target && strcmp(target, "0") != 0 ? target : NULL;
}

static void report(void)
{
    const char *target = report_target();
    if (!target)
        return;
    const int status = strcmp(target, "1") == 0 ? write_report(FWL_OS_STDERR, FWL_STATS_TEXT)
                                                : write_report_to(target);
    if (status < 0)
        fwl_log(NULL, FWL_LOG_ERROR, "FRAMEWELL_STATS: %s: %s\n", target,
                fwl_status_text(status));
}

static void leave(void)
{
    fwl_purge_end();
    report();
}

void fwl_exit_init(void)
{
    fwl_os_process_exit_init(leave);
}
