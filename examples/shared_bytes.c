/* SPDX-License-Identifier: BSD-2-Clause */
/* One buffer, several holders: who may write, and what a slice is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/buffer.h"

int main(void)
{
    FwlBufferRef *mine = fwl_buffer_allocz(4096);
    FwlBufferRef *head = mine ? fwl_buffer_slice(mine, 0, 16) : NULL;
    if (!head) {
        fwl_buffer_unref(&mine);
        return EXIT_FAILURE;
    }

    /* Two holders: to write, one of them needs bytes of its own. */
    int err = fwl_buffer_make_writable(&head);
    if (err == 0)
        memcpy(head->data, "header of 16 b.", 16);
    printf("copied: %s, the other holder sees %d\n", head->data, mine->data[0]);

    const int is_as_said = err == 0 && mine->data[0] == 0 && fwl_buffer_is_writable(mine);
    fwl_buffer_unref(&head);
    fwl_buffer_unref(&mine);
    return is_as_said ? EXIT_SUCCESS : EXIT_FAILURE;
}
