/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages: where the library says what a status code cannot carry, such as which field of a
 * configuration makes no sense. The library is silent until a program asks to hear:
 *
 *     static void to_stderr(void *avcl, int level, const char *fmt, va_list args)
 *     {
 *         (void)avcl;
 *         if (level <= FWL_LOG_WARNING)
 *             vfprintf(stderr, fmt, args);
 *     }
 *     ...
 *     fwl_log_set_callback(to_stderr);
 *
 * Threads: the callback is called from whatever thread has something to say, possibly several at
 * once, never with a lock of the library held. It may call back into the library.
 */
#ifndef FRAMEWELL_LOG_H
#define FRAMEWELL_LOG_H

#include <stdarg.h>

#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

/* How much a message matters; the numbers are those of libavutil's log.h. */
enum FwlLogLevel {
    FWL_LOG_ERROR = 16,
    FWL_LOG_WARNING = 24,
    FWL_LOG_INFO = 32,
    FWL_LOG_DEBUG = 48,
};

/* The work */

/*
 * Sets who hears messages; NULL makes the library silent again, as it is at the start. The first
 * argument of the callback is the object that speaks, or NULL. Messages end with a newline.
 */
FWL_API void fwl_log_set_callback(void (*callback)(void *avcl, int level, const char *fmt,
                                                   va_list args));

/* Says something through the callback, as the library itself does. Cost: nothing when silent. */
FWL_API void fwl_log(void *avcl, int level, const char *fmt, ...) FWL_PRINTF_LIKE(3, 4);

#ifdef __cplusplus
}
#endif

#endif
