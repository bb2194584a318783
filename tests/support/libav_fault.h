/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Failing allocations of libav*: beside fault.h, which makes ours fail. A program that is linked
 * with libav_fault.c has posix_memalign and realloc of its own, which the shared libraries then
 * call, too.
 */
#ifndef TEST_LIBAV_FAULT_H
#define TEST_LIBAV_FAULT_H

#include <stdbool.h>

/* The n-th call from now on fails, once, on whichever thread; 0: none. */
void libav_fault_arm(unsigned long n);

/* Ends it; true when the failure happened. */
bool libav_fault_disarm(void);

#endif
