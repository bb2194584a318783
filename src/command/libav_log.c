/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Most demuxers mark a packet that was cut off; that of Matroska only says so.
 */
#include "command/libav_log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/log.h>

enum { ERROR_SIZE = 200 };

static pthread_mutex_t error_mutex = PTHREAD_MUTEX_INITIALIZER;
static char last_error[ERROR_SIZE];
static bool has_early_end;
static void (*panic_cb)(const char *words);

/* Threads: called from those of the codecs, too. */
static void remember_error(void *object, int level, const char *format, va_list args)
{
    if (level > AV_LOG_ERROR)
        return;
    char line[ERROR_SIZE];
    int is_line_start = 0; /* without the address of the object that speaks */
    av_log_format_line2(object, level, format, args, line, sizeof line, &is_line_start);
    line[strcspn(line, "\r\n")] = '\0';
    if (!line[0])
        return;
    if (level <= AV_LOG_PANIC)
        panic_cb(line);
    pthread_mutex_lock(&error_mutex);
    memcpy(last_error, line, sizeof line);
    has_early_end = has_early_end || strstr(line, "File ended prematurely");
    pthread_mutex_unlock(&error_mutex);
}

void fwl_libav_silence(void (*on_panic)(const char *words))
{
    panic_cb = on_panic;
    av_log_set_callback(remember_error);
}

void fwl_libav_take_error(char *text, size_t size)
{
    pthread_mutex_lock(&error_mutex);
    snprintf(text, size, "%s", last_error);
    last_error[0] = '\0';
    pthread_mutex_unlock(&error_mutex);
}

bool fwl_libav_told_early_end(void)
{
    pthread_mutex_lock(&error_mutex);
    const bool has = has_early_end;
    pthread_mutex_unlock(&error_mutex);
    return has;
}
