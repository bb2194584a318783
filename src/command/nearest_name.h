/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds what somebody meant who mistyped a name. */
#ifndef FWL_NEAREST_NAME_H
#define FWL_NEAREST_NAME_H

#include <stddef.h>

struct NearestName {
    const char *wanted;
    size_t distance; /* single-letter changes between wanted and name; the bound before one fits */
    char name[64];   /* the best so far, "" while nothing is near enough */
};

/* Starts a search. wanted is borrowed. */
struct NearestName fwl_nearest_begin(const char *wanted);

/* Takes a name that exists into account. */
void fwl_nearest_offer(struct NearestName *nearest, const char *name);

#endif
