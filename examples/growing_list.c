/* SPDX-License-Identifier: BSD-2-Clause */
/* The fwl_malloc family at work: a text and a list that grow, and what a failure leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/mem.h"

int main(void)
{
    char *text = NULL;
    size_t space = 0;
    size_t length = 0;
    for (int i = 0; i < 1000; i++) {
        char *larger = fwl_fast_realloc(text, &space, length + 2);
        if (!larger) {
            fwl_freep(&text); /* a failure leaves the old block to us */
            return EXIT_FAILURE;
        }
        text = larger;
        text[length++] = (char)('a' + i % 26);
        text[length] = '\0';
    }

    int *sizes = NULL;
    int count = 0;
    for (int size = 64; size <= 4096; size *= 2) {
        int *added = fwl_dynarray2_add((void **)&sizes, &count, sizeof *sizes, NULL);
        if (!added) {
            fwl_freep(&text);
            return EXIT_FAILURE;
        }
        *added = size;
    }
    printf("%zu letters, %d sizes, the last %d\n", strlen(text), count, sizes[count - 1]);

    const int is_as_said = length == 1000 && count == 7 && sizes[6] == 4096;
    fwl_freep(&sizes);
    fwl_freep(&text);
    return is_as_said ? EXIT_SUCCESS : EXIT_FAILURE;
}
