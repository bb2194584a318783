/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two things in a command line may be secrets: NAME:PASSWORD@ in an address, and the value of
 * something whose name says so, KEY=VALUE. Three stars stand for them.
 */
#include "command/command_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char STARS[] = "***";

/* A text that grows; bytes is NULL once there was no memory. */
struct Growing {
    char *bytes;
    size_t length, size;
};

static void add(struct Growing *text, const char *bytes, size_t count)
{
    if (text->bytes && text->length + count >= text->size) {
        text->size = 2 * (text->length + count + 1);
        char *larger = realloc(text->bytes, text->size);
        if (!larger)
            free(text->bytes);
        text->bytes = larger;
    }
    if (!text->bytes)
        return;
    memcpy(text->bytes + text->length, bytes, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

static bool has_word(const char *text, size_t length, const char *word)
{
    const size_t size = strlen(word);
    for (size_t i = 0; i + size <= length; i++) {
        size_t same = 0;
        while (same < size && tolower((unsigned char)text[i + same]) == word[same])
            same++;
        if (same == size)
            return true;
    }
    return false;
}

static bool is_secret_name(const char *name, size_t length)
{
    static const char *const words[] = {"pass", "secret", "token", "key", "auth", "credential"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (has_word(name, length, words[i]))
            return true;
    return false;
}

/* Where what is to be left out begins and ends; both at the end for nothing. */
static void find_secret(const char *word, const char **begin, const char **end)
{
    *begin = *end = word + strlen(word);
    const char *address = strstr(word, "://");
    if (address) {
        const char *host = address + 3;
        const char *at = memchr(host, '@', strcspn(host, "/?#"));
        if (at) {
            *begin = host;
            *end = at;
        }
        return;
    }
    /* The last name before a value: --metadata=KEY=VALUE has two. */
    for (const char *equals = strchr(word, '='); equals; equals = strchr(equals + 1, '=')) {
        const char *name = equals;
        while (name > word && name[-1] != '=')
            name--;
        if (is_secret_name(name, (size_t)(equals - name))) {
            *begin = equals + 1;
            return;
        }
    }
}

/* Between quotes where the shell would see more in it than letters. */
static void add_quoted(struct Growing *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./:,@%^";
    if (*word && strspn(word, plain) == strlen(word)) {
        add(text, word, strlen(word));
        return;
    }
    add(text, "'", 1);
    for (; *word; word++) {
        if (*word == '\'')
            add(text, "'\\''", 4);
        else
            add(text, word, 1);
    }
    add(text, "'", 1);
}

static void add_word(struct Growing *text, const char *word)
{
    const char *begin, *end;
    find_secret(word, &begin, &end);
    if (!*begin) {
        add_quoted(text, word);
        return;
    }
    struct Growing shown = {.bytes = malloc(1)};
    add(&shown, word, (size_t)(begin - word));
    add(&shown, STARS, sizeof STARS - 1);
    add(&shown, end, strlen(end));
    if (shown.bytes)
        add_quoted(text, shown.bytes);
    free(shown.bytes);
}

char *fwl_command_words(int argc, char **argv)
{
    struct Growing text = {.bytes = malloc(1)};
    add(&text, "framewell", 9);
    for (int i = 0; i < argc; i++) {
        add(&text, " ", 1);
        add_word(&text, argv[i]);
    }
    return text.bytes;
}
