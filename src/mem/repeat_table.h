/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The repetition from a table, for files that define VECTOR (the bytes of one) and TARGET (the
 * attribute of the CPU's feature).
 *
 *     table   | a b c a b c a b c ...  period + 5 vectors |
 *                 ^ phase: four vectors from here, stored aligned; then a step on, modulo period
 *
 * Reading from a table rather than from what was just written: a load that spans several stores
 * waits until they have left the store buffer.
 */
#ifndef FWL_REPEAT_TABLE_H
#define FWL_REPEAT_TABLE_H

#include <string.h>

#include "mem/repeat.h"

enum {
    GROUP = 4 * VECTOR,
    TABLE_SIZE = FWL_REPEAT_PERIOD_MAX + GROUP + VECTOR,
    SIZE_MIN = 512, /* below, making the table takes longer than it saves */
};

/* A fixed size is one load and one store; four in a row are not one after the other. */
TARGET static inline void store_group(uint8_t *dst, const uint8_t *src)
{
    memcpy(__builtin_assume_aligned(dst, VECTOR), src, GROUP);
}

TARGET static inline void repeat_by_table(uint8_t *dst, size_t period, size_t size)
{
    if (size < SIZE_MIN) {
        fwl_repeat_plain(dst, period, size);
        return;
    }
    uint8_t table[TABLE_SIZE];
    memcpy(table, dst - period, period);
    fwl_repeat_plain(table + period, period, GROUP + VECTOR);

    const size_t head = VECTOR - ((uintptr_t)dst & (VECTOR - 1));
    memcpy(dst, table, VECTOR);
    dst += head;
    size -= head;
    size_t phase = head % period;
    const size_t step = GROUP % period;
    for (; size >= GROUP; size -= GROUP) {
        store_group(dst, table + phase);
        dst += GROUP;
        phase += step;
        phase -= phase >= period ? period : 0;
    }
    memcpy(dst, table + phase, size);
}

#endif
