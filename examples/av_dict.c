/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for FFmpeg's dictionaries, for libavutil or for Framewell (see av_packet.c): metadata
 * is set, read from text, walked through, and packed as a packet carries it. */
#ifdef WITH_LIBAV
#include <libavcodec/packet.h>
#include <libavutil/dict.h>
#include <libavutil/mem.h>
#else
#include <framewell/av_names.h>
#endif
#include <stdio.h>
#include <stdlib.h>

static int print_all(const AVDictionary *tags)
{
    const AVDictionaryEntry *tag = NULL;
    while ((tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX)))
        printf("%s is %s\n", tag->key, tag->value);
    char *text = NULL;
    const int ret = av_dict_get_string(tags, &text, '=', ':');
    if (ret >= 0)
        printf("%d entries: %s\n", av_dict_count(tags), text);
    av_free(text);
    return ret;
}

static int use_tags(AVDictionary **tags, AVDictionary **again)
{
    int ret = av_dict_set(tags, "title", "Harbour: at night", 0);
    if (ret >= 0)
        ret = av_dict_set_int(tags, "track", 7, 0);
    if (ret >= 0)
        ret = av_dict_parse_string(tags, "artist=Nobody,genre='Sea, slow'", "=", ",", 0);
    if (ret >= 0)
        ret = av_dict_set(tags, "genre", " waves", AV_DICT_APPEND);
    if (ret >= 0)
        ret = av_dict_set(tags, "TRACK", NULL, 0);
    if (ret >= 0)
        ret = print_all(*tags);
    if (ret < 0)
        return ret;
    size_t size;
    uint8_t *packed = av_packet_pack_dictionary(*tags, &size);
    if (!packed)
        return -1;
    printf("packed: %zu bytes\n", size);
    ret = av_packet_unpack_dictionary(packed, size, again);
    av_free(packed);
    return ret < 0 ? ret : print_all(*again);
}

int main(void)
{
    AVDictionary *tags = NULL, *again = NULL;
    const int ret = use_tags(&tags, &again);
    av_dict_free(&tags);
    av_dict_free(&again);
    return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
