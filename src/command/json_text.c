/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/json_text.h"

#include "framewell/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of the character that text begins with; 0: it is none. */
static size_t character_size(const char *text)
{
    const size_t length = strnlen(text, 4);
    for (size_t size = 1; size <= length; size++) {
        json_t *character = json_stringn(text, size);
        json_decref(character);
        if (character)
            return size;
    }
    return 0;
}

json_t *fwl_json_text(const char *text)
{
    json_t *string = json_string(text);
    if (string)
        return string;
    char *clean = strdup(text);
    if (!clean)
        return NULL;
    for (size_t i = 0; clean[i];) {
        const size_t size = character_size(clean + i);
        if (size == 0)
            clean[i] = '?';
        i += size > 0 ? size : 1;
    }
    string = json_string(clean);
    free(clean);
    return string;
}

static int print(json_t *value, size_t shape)
{
    const size_t flags = shape | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9);
    char *text = value ? json_dumps(value, flags) : NULL;
    json_decref(value);
    if (!text)
        return FWL_E_NOMEM;
    puts(text);
    free(text);
    return 0;
}

int fwl_json_print(json_t *value)
{
    return print(value, JSON_INDENT(2));
}

int fwl_json_print_line(json_t *value)
{
    return print(value, JSON_COMPACT);
}
