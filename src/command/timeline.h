/* SPDX-License-Identifier: BSD-2-Clause */
/* What memory was held for, moment by moment, in a bounded number of samples however long it goes
 * on. */
#ifndef FWL_TIMELINE_H
#define FWL_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

enum { TIMELINE_QUEUES = 2 }; /* packets to the muxer, frames to the encoders */

struct TimelineSample {
    uint64_t at_ns;                      /* since the beginning */
    uint64_t frames, packets, io, other; /* bytes */
    uint64_t resident;                   /* of the whole process; 0: not known */
    float queue[TIMELINE_QUEUES];        /* how full: 0 to 1 */
};

struct Timeline {
    struct TimelineSample *samples;
    size_t count, capacity;
    uint64_t step_ns; /* from one sample to the next at least */
};

/* A timeline of at most capacity samples, an even number; without memory it stays empty. Ended with
 * fwl_timeline_uninit. */
void fwl_timeline_init(struct Timeline *timeline, size_t capacity);
void fwl_timeline_uninit(struct Timeline *timeline);

/* Adds what was seen; moments come in their order. */
void fwl_timeline_add(struct Timeline *timeline, const struct TimelineSample *sample);

/* Bytes of all purposes together. */
uint64_t fwl_timeline_total(const struct TimelineSample *sample);

/* Bytes of this process that are in memory now; 0 where the system does not tell. */
uint64_t fwl_resident_size(void);

#endif
