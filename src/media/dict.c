/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An array of pairs of strings. Removing fills the hole with the last entry, so the order is that
 * of libavutil; packed side data depends on it.
 *
 *     count <= capacity;  entries[0 .. count-1] hold two strings each;  a dictionary that exists
 *     has count > 0
 *
 * What sets several entries works on a copy and swaps it in when all went well; where there is no
 * dictionary yet, which is the usual case, the copy is free.
 */
#include "framewell/dict.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "framewell/mem.h"

struct FwlDictionary {
    int count;
    int capacity;
    FwlDictionaryEntry *entries;
};

enum { FIRST_CAPACITY = 4 };

static const char white_space[] = " \n\t\r";

/* Looking up */

static char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_match(const char *entry_key, const char *key, int flags)
{
    size_t i = 0;
    if (flags & FWL_DICT_MATCH_CASE) {
        while (key[i] && entry_key[i] == key[i])
            i++;
    } else {
        while (key[i] && to_upper(entry_key[i]) == to_upper(key[i]))
            i++;
    }
    return !key[i] && (!entry_key[i] || (flags & FWL_DICT_IGNORE_SUFFIX));
}

FwlDictionaryEntry *fwl_dict_get(const FwlDictionary *m, const char *key,
                                 const FwlDictionaryEntry *prev, int flags)
{
    if (!m || !key)
        return NULL;
    for (ptrdiff_t i = prev ? prev - m->entries + 1 : 0; i < m->count; i++) {
        if (is_match(m->entries[i].key, key, flags))
            return &m->entries[i];
    }
    return NULL;
}

int fwl_dict_count(const FwlDictionary *m)
{
    return m ? m->count : 0;
}

/* Setting one entry */

void fwl_dict_free(FwlDictionary **m)
{
    if (!m || !*m)
        return;
    for (int i = 0; i < (*m)->count; i++) {
        fwl_free((*m)->entries[i].key);
        fwl_free((*m)->entries[i].value);
    }
    fwl_free((*m)->entries);
    fwl_freep(m);
}

static void remove_entry(FwlDictionary *m, FwlDictionaryEntry *entry)
{
    fwl_free(entry->key);
    fwl_free(entry->value);
    m->count--;
    *entry = m->entries[m->count];
}

static int grow(FwlDictionary *m)
{
    if (m->count < m->capacity)
        return 0;
    if (m->capacity > INT_MAX / 2)
        return FWL_E_NOMEM;
    const int capacity = m->capacity ? 2 * m->capacity : FIRST_CAPACITY;
    void *entries = fwl_realloc_array(m->entries, (size_t)capacity, sizeof *m->entries);
    if (!entries)
        return FWL_E_NOMEM;
    m->entries = entries;
    m->capacity = capacity;
    return 0;
}

static int append_entry(FwlDictionary **pm, char *key, char *value)
{
    FwlDictionary *m = *pm ? *pm : fwl_mallocz(sizeof *m);
    if (!m)
        return FWL_E_NOMEM;
    const int err = grow(m);
    if (err < 0) {
        if (!*pm)
            fwl_free(m);
        return err;
    }
    m->entries[m->count++] = (FwlDictionaryEntry){.key = key, .value = value};
    *pm = m;
    return 0;
}

static char *join(const char *front, const char *back)
{
    const size_t front_size = strlen(front);
    const size_t back_size = strlen(back) + 1;
    char *text = fwl_malloc(front_size + back_size);
    if (!text)
        return NULL;
    memcpy(text, front, front_size);
    memcpy(text + front_size, back, back_size);
    return text;
}

/* A value of its own for the entry: the one that was given away, a copy, or old and
 * new together. */
static char *make_value(const FwlDictionaryEntry *entry, const char *value, int flags)
{
    if (entry && (flags & FWL_DICT_APPEND))
        return join(entry->value, value);
    return flags & FWL_DICT_DONT_STRDUP_VAL ? (char *)(uintptr_t)value : fwl_strdup(value);
}

static int put(FwlDictionary **pm, FwlDictionaryEntry *entry, char *key, char *value)
{
    if (!entry)
        return append_entry(pm, key, value);
    remove_entry(*pm, entry);
    (*pm)->entries[(*pm)->count++] = (FwlDictionaryEntry){.key = key, .value = value};
    return 0;
}

static void remove_and_free_if_empty(FwlDictionary **pm, FwlDictionaryEntry *entry)
{
    remove_entry(*pm, entry);
    if ((*pm)->count == 0)
        fwl_dict_free(pm);
}

/* Ends strings that the caller gave away and the dictionary did not keep. */
static void drop_taken(const char *key, const char *value, int flags)
{
    if (flags & FWL_DICT_DONT_STRDUP_KEY)
        fwl_free((void *)(uintptr_t)key);
    if (flags & FWL_DICT_DONT_STRDUP_VAL)
        fwl_free((void *)(uintptr_t)value);
}

static int set_value(FwlDictionary **pm, FwlDictionaryEntry *entry, const char *key,
                     const char *value, int flags)
{
    const bool is_key_taken = flags & FWL_DICT_DONT_STRDUP_KEY;
    char *own_key = is_key_taken ? (char *)(uintptr_t)key : fwl_strdup(key);
    char *own_value = make_value(entry, value, flags);
    if (own_key && own_value && put(pm, entry, own_key, own_value) == 0) {
        if (own_value != value && (flags & FWL_DICT_DONT_STRDUP_VAL))
            fwl_free((void *)(uintptr_t)value);
        return 0;
    }
    if (own_key != key)
        fwl_free(own_key);
    if (own_value != value)
        fwl_free(own_value);
    drop_taken(key, value, flags);
    return FWL_E_NOMEM;
}

int fwl_dict_set(FwlDictionary **pm, const char *key, const char *value, int flags)
{
    if (!key) {
        drop_taken(key, value, flags);
        return FWL_E_INVALID;
    }
    FwlDictionaryEntry *entry =
        flags & FWL_DICT_MULTIKEY ? NULL : fwl_dict_get(*pm, key, NULL, flags);
    if (value && !(entry && (flags & FWL_DICT_DONT_OVERWRITE)))
        return set_value(pm, entry, key, value, flags);
    if (entry && !(flags & FWL_DICT_DONT_OVERWRITE))
        remove_and_free_if_empty(pm, entry);
    drop_taken(key, value, flags);
    return 0;
}

int fwl_dict_set_int(FwlDictionary **pm, const char *key, int64_t value, int flags)
{
    char text[sizeof "-9223372036854775808"];
    snprintf(text, sizeof text, "%" PRId64, value);
    return fwl_dict_set(pm, key, text, flags & ~FWL_DICT_DONT_STRDUP_VAL);
}

/* Setting several */

static int add_all(FwlDictionary **pm, const FwlDictionary *src, int flags)
{
    const int own_flags = flags & ~(FWL_DICT_DONT_STRDUP_KEY | FWL_DICT_DONT_STRDUP_VAL);
    const int count = fwl_dict_count(src);
    for (int i = 0; i < count; i++) {
        const int err = fwl_dict_set(pm, src->entries[i].key, src->entries[i].value, own_flags);
        if (err < 0)
            return err;
    }
    return 0;
}

/* Ends an edit of a copy: err or the copy in place of the original. */
static int finish_edit(FwlDictionary **pm, FwlDictionary *edited, int err)
{
    FwlDictionary *loser = edited;
    if (err >= 0) {
        loser = *pm;
        *pm = edited;
    }
    fwl_dict_free(&loser);
    return err < 0 ? err : 0;
}

int fwl_dict_copy(FwlDictionary **dst, const FwlDictionary *src, int flags)
{
    if (!src)
        return 0;
    FwlDictionary *edited = NULL;
    int err = add_all(&edited, *dst, FWL_DICT_MULTIKEY);
    if (err >= 0)
        err = add_all(&edited, src, flags);
    return finish_edit(dst, edited, err);
}

/*
 * Writes what *text says up to one of the characters of terminators to out, which has room for all
 * of it, and moves *text there.
 */
static void read_token(const char **text, const char *terminators, char *out)
{
    const char *in = *text + strspn(*text, white_space);
    char *kept = out; /* white space up to here was quoted: it stays */
    while (*in && !strchr(terminators, *in)) {
        if (*in == '\\' && in[1]) {
            *out++ = in[1];
            in += 2;
            kept = out;
        } else if (*in == '\'') {
            for (in++; *in && *in != '\''; in++)
                *out++ = *in;
            if (*in) {
                in++;
                kept = out;
            }
        } else {
            *out++ = *in++;
        }
    }
    while (out > kept && strchr(white_space, out[-1]))
        out--;
    *out = '\0';
    *text = in;
}

/* Sets the entry that *text begins with and moves *text behind it; key and value are room
 * for it. */
static int parse_entry(FwlDictionary **pm, const char **text, const char *key_val_sep,
                       const char *pairs_sep, int flags, char *key, char *value)
{
    read_token(text, key_val_sep, key);
    if (!*key || !**text)
        return FWL_E_INVALID;
    (*text)++;
    read_token(text, pairs_sep, value);
    if (!*value)
        return FWL_E_INVALID;
    if (**text)
        (*text)++;
    return fwl_dict_set(pm, key, value, flags);
}

int fwl_dict_parse_string(FwlDictionary **pm, const char *str, const char *key_val_sep,
                          const char *pairs_sep, int flags)
{
    if (!str || !*str)
        return 0;
    const size_t room = strlen(str) + 1;
    char *key = fwl_malloc(room);
    char *value = fwl_malloc(room);
    FwlDictionary *edited = NULL;
    int err = key && value ? add_all(&edited, *pm, FWL_DICT_MULTIKEY) : FWL_E_NOMEM;
    flags &= ~(FWL_DICT_DONT_STRDUP_KEY | FWL_DICT_DONT_STRDUP_VAL);
    while (err >= 0 && *str)
        err = parse_entry(&edited, &str, key_val_sep, pairs_sep, flags, key, value);
    fwl_free(key);
    fwl_free(value);
    return finish_edit(pm, edited, err);
}

/* Writing as text */

/* Writes text with its backslashes to out (NULL: only counts) and gives the number of bytes. */
static size_t escape(char *out, const char *text, const char *separators)
{
    size_t size = 0;
    for (const char *c = text; *c; c++) {
        const bool is_outermost = c == text || !c[1];
        if (strchr(separators, *c) || strchr("'\\", *c) ||
            (is_outermost && strchr(white_space, *c))) {
            if (out)
                out[size] = '\\';
            size++;
        }
        if (out)
            out[size] = *c;
        size++;
    }
    return size;
}

/* The text of all entries, with its terminator, to out (NULL: only counts); gives its size. */
static size_t write_text(char *out, const FwlDictionary *m, char key_val_sep, char pairs_sep)
{
    const char separators[] = {key_val_sep, pairs_sep, '\0'};
    const int count = fwl_dict_count(m);
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        size += escape(out ? out + size : NULL, m->entries[i].key, separators);
        if (out)
            out[size] = key_val_sep;
        size++;
        size += escape(out ? out + size : NULL, m->entries[i].value, separators);
        if (out)
            out[size] = i + 1 < count ? pairs_sep : '\0';
        size++;
    }
    return size;
}

static bool is_separator(char c)
{
    return c != '\0' && c != '\\';
}

int fwl_dict_get_string(const FwlDictionary *m, char **buffer, const char key_val_sep,
                        const char pairs_sep)
{
    if (!buffer)
        return FWL_E_INVALID;
    *buffer = NULL;
    if (!is_separator(key_val_sep) || !is_separator(pairs_sep) || key_val_sep == pairs_sep)
        return FWL_E_INVALID;
    if (!m) {
        *buffer = fwl_strdup("");
        return *buffer ? 0 : FWL_E_NOMEM;
    }
    char *text = fwl_malloc(write_text(NULL, m, key_val_sep, pairs_sep));
    if (!text)
        return FWL_E_NOMEM;
    write_text(text, m, key_val_sep, pairs_sep);
    *buffer = text;
    return 0;
}
