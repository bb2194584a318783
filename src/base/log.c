/* SPDX-License-Identifier: BSD-2-Clause */
#include "framewell/log.h"

#include <stdatomic.h>
#include <stddef.h>

typedef void (*LogCallback)(void *avcl, int level, const char *fmt, va_list args);

/* Release/acquire, so that what the callback reads was written before it was set. */
static _Atomic(LogCallback) log_callback;

void fwl_log_set_callback(LogCallback callback)
{
    atomic_store_explicit(&log_callback, callback, memory_order_release);
}

void fwl_log(void *avcl, int level, const char *fmt, ...)
{
    LogCallback callback = atomic_load_explicit(&log_callback, memory_order_acquire);
    if (!callback)
        return;
    va_list args;
    va_start(args, fmt);
    callback(avcl, level, fmt, args);
    va_end(args);
}
