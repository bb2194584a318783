/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* mmap with MAP_ANONYMOUS */
#include "guarded.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "os/os_poison.h"

enum { MARGIN = 512, MARK = 0xa7, ROOM = GUARDED_MAX + 2 * GUARDED_ALIGN_MAX };

static void map(Guarded *guarded)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t room = (ROOM + page - 1) & ~(page - 1);
    uint8_t *mapping =
        mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED || mprotect(mapping + room, page, PROT_NONE) != 0)
        abort();
    guarded->mapping = mapping + room - ROOM;
}

static uint8_t *end_of(const Guarded *guarded)
{
    return guarded->mapping + ROOM;
}

uint8_t *guarded_take(Guarded *guarded, size_t size, size_t alignment)
{
    if (!guarded->mapping)
        map(guarded);
    fuzz_expect(size <= GUARDED_MAX && alignment <= GUARDED_ALIGN_MAX);
    fwl_os_unpoison(guarded->mapping, ROOM);
    uint8_t *const end = end_of(guarded);
    const size_t behind = ((uintptr_t)end - size) & (alignment - 1);
    guarded->bytes = end - size - behind;
    guarded->size = size;
    memset(guarded->bytes - MARGIN, MARK, MARGIN);
    memset(guarded->bytes + size, MARK, behind);
    fwl_os_poison(guarded->mapping, ROOM);
    fwl_os_unpoison(guarded->bytes, size);
    return guarded->bytes;
}

static void expect_marks(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fuzz_expect_equal(bytes[i], MARK);
}

void guarded_check(const Guarded *guarded)
{
    fwl_os_unpoison(guarded->mapping, ROOM);
    uint8_t *const behind = guarded->bytes + guarded->size;
    expect_marks(guarded->bytes - MARGIN, MARGIN);
    expect_marks(behind, (size_t)(end_of(guarded) - behind));
    fwl_os_poison(guarded->mapping, ROOM);
    fwl_os_unpoison(guarded->bytes, guarded->size);
}
