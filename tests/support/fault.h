/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Planted failures. The test programs are linked with --wrap for the calls named in fault.c, so the
 * library under test is the very object code that ships.
 */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include <stdbool.h>

/* The n-th call from now on fails, once; 0: none. */
void fault_arm(unsigned long n);

/* Ends it; true when the failure happened. */
bool fault_disarm(void);

#endif
