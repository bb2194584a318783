/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for FFmpeg's memory calls, for libavutil or for Framewell (see av_packet.c): a text
 * that grows, an array that grows, copies, and a limit. The sizes of growing blocks are unsigned,
 * as there. */
#ifdef WITH_LIBAV
#include <libavcodec/avcodec.h>
#include <libavutil/mem.h>
#else
#include <framewell/av_names.h>
#endif
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int grow_text(void)
{
    char *text = NULL;
    unsigned int size = 0;
    size_t length = 0;
    for (int i = 0; i < 30; i++) {
        char *larger = av_fast_realloc(text, &size, length + 6);
        if (!larger)
            break;
        text = larger;
        length += (size_t)snprintf(text + length, 6, "%d,", i * i);
    }
    printf("%zu letters in %u bytes: %s\n", length, size, text ? text : "");
    av_freep(&text);
    return text == NULL;
}

static void grow_array(void)
{
    static const char *const names[] = {"pool", "buffer", "packet", "frame", "queue"};
    char **list = NULL;
    int count = 0;
    for (size_t i = 0; i < FF_ARRAY_ELEMS(names); i++)
        av_dynarray_add(&list, &count, av_strdup(names[i]));
    for (int i = 0; i < count; i++) {
        printf("%s ", list[i]);
        av_free(list[i]);
    }
    printf("are %d\n", count);
    av_free(list);
}

static void use_a_reader(void)
{
    uint8_t *input = NULL;
    unsigned int size = 0;
    av_fast_padded_malloc(&input, &size, 10);
    if (!input)
        return;
    memset(input, 'x', 10);
    printf("%u bytes, behind the last: %d\n", size,
           input[10] + input[10 + AV_INPUT_BUFFER_PADDING_SIZE - 1]);
    av_fast_malloc(&input, &size, 1000);
    printf("then %u bytes\n", size);
    av_free(input);
}

int main(void)
{
    const int is_freed = grow_text();
    grow_array();
    use_a_reader();
    uint8_t pattern[16] = "abc";
    av_memcpy_backptr(pattern + 3, 3, 9);
    printf("%.12s\n", (const char *)pattern);
    size_t product = 0;
    printf("%d", av_size_mult(1000, 1000, &product) < 0);
    printf(" %zu %d\n", product, av_size_mult((size_t)-1, 2, &product) < 0);
    av_max_alloc(1000);
    void *block = av_malloc(2000);
    printf("2000 bytes of 1000: %s\n", block ? "given" : "refused");
    av_free(block);
    av_max_alloc(INT_MAX);
    return is_freed ? EXIT_SUCCESS : EXIT_FAILURE;
}
