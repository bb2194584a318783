/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Most demuxers mark a packet that was cut off; that of Matroska only says so.
 *
 * libav* does not say which of several transcodes a message is about. Where there is one listener,
 * it is for that one; among several, for the one whose input has the name that the demuxer which
 * speaks was given, and what codecs say is left out.
 */
#include "command/libav_log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <libavformat/avformat.h>
#include <libavutil/log.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct LibavWords *listeners;
static struct LibavWords unheard; /* said while nobody listened */
static void (*panic_cb)(const char *words);

static const char *input_of(void *object)
{
    const AVClass *const *class = object;
    if (!class || !*class || strcmp((*class)->class_name, "AVFormatContext") != 0)
        return NULL;
    const AVFormatContext *format = object;
    return format->iformat ? format->url : NULL;
}

/* NULL: nobody can say whom it is about. With the lock. */
static struct LibavWords *find_listener(void *object)
{
    if (!listeners)
        return &unheard;
    if (!listeners->next)
        return listeners;
    const char *input = input_of(object);
    for (struct LibavWords *words = listeners; input && words; words = words->next)
        if (words->input && strcmp(words->input, input) == 0)
            return words;
    return NULL;
}

/* Threads: called from those of the codecs, too. */
static void remember_error(void *object, int level, const char *format, va_list args)
{
    if (level > AV_LOG_ERROR)
        return;
    char line[LIBAV_WORDS_SIZE];
    int is_line_start = 0; /* without the address of the object that speaks */
    av_log_format_line2(object, level, format, args, line, sizeof line, &is_line_start);
    line[strcspn(line, "\r\n")] = '\0';
    if (!line[0])
        return;
    if (level <= AV_LOG_PANIC)
        panic_cb(line);
    pthread_mutex_lock(&mutex);
    struct LibavWords *words = find_listener(object);
    if (words) {
        memcpy(words->last_error, line, sizeof line);
        words->has_early_end = words->has_early_end || strstr(line, "File ended prematurely");
    }
    pthread_mutex_unlock(&mutex);
}

void fwl_libav_silence(void (*on_panic)(const char *words))
{
    panic_cb = on_panic;
    av_log_set_callback(remember_error);
}

void fwl_libav_listen(struct LibavWords *words, const char *input)
{
    *words = (struct LibavWords){.input = input};
    pthread_mutex_lock(&mutex);
    words->next = listeners;
    listeners = words;
    pthread_mutex_unlock(&mutex);
}

void fwl_libav_stop_listening(struct LibavWords *words)
{
    pthread_mutex_lock(&mutex);
    struct LibavWords **link = &listeners;
    while (*link && *link != words)
        link = &(*link)->next;
    if (*link)
        *link = words->next;
    pthread_mutex_unlock(&mutex);
}

void fwl_libav_take_error(struct LibavWords *words, char *text, size_t size)
{
    words = words ? words : &unheard;
    pthread_mutex_lock(&mutex);
    snprintf(text, size, "%s", words->last_error);
    words->last_error[0] = '\0';
    pthread_mutex_unlock(&mutex);
}

bool fwl_libav_told_early_end(struct LibavWords *words)
{
    pthread_mutex_lock(&mutex);
    const bool has = words->has_early_end;
    pthread_mutex_unlock(&mutex);
    return has;
}
