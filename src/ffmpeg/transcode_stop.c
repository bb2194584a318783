/* SPDX-License-Identifier: BSD-2-Clause */
/* Stopping a call from outside: one number that any thread or signal handler may set. */
#include <stdatomic.h>

#include "framewell/mem.h"
#include "transcode_job.h"

struct FwlTranscodeStop {
    atomic_int answer;
};

FwlTranscodeStop *fwl_transcode_stop_alloc(void)
{
    FwlTranscodeStop *stop = fwl_malloc(sizeof *stop);
    if (stop)
        atomic_init(&stop->answer, 0);
    return stop;
}

void fwl_transcode_stop_free(FwlTranscodeStop **stop)
{
    if (stop)
        fwl_freep(stop);
}

void fwl_transcode_stop_answer(FwlTranscodeStop *stop, int answer)
{
    if (stop)
        atomic_store_explicit(&stop->answer, answer, memory_order_relaxed);
}

int fwl_stop_heard(const FwlTranscodeStop *stop)
{
    return stop ? atomic_load_explicit(&stop->answer, memory_order_relaxed) : 0;
}
