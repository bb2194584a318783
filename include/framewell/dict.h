/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The metadata dictionary: short lists of names and values, as containers and frames carry them.
 *
 * NULL is the empty dictionary; the first entry makes one.
 *
 *     FwlDictionary *tags = NULL;
 *     int err = fwl_dict_set(&tags, "title", "Harbour at night", 0);
 *     if (err < 0)
 *         return err;
 *     const FwlDictionaryEntry *tag = NULL;
 *     while ((tag = fwl_dict_get(tags, "", tag, FWL_DICT_IGNORE_SUFFIX)))
 *         printf("%s: %s\n", tag->key, tag->value);
 *     fwl_dict_free(&tags);
 *
 * Names, parameters and results are those of libavutil/dict.h, the order of entries included: an
 * entry that is replaced goes to the end and the last one takes its place. Looking up is a walk
 * over the entries: made for tens of them, not for thousands.
 *
 * Threads: one dictionary is for one thread at a time; looking up alone may be done by many.
 */
#ifndef FRAMEWELL_DICT_H
#define FRAMEWELL_DICT_H

#include <stdint.h>

#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

typedef struct FwlDictionary FwlDictionary;

/* One entry. Owner: borrowed from the dictionary until it is changed; not to be written to. */
typedef struct FwlDictionaryEntry {
    char *key;
    char *value;
} FwlDictionaryEntry;

/* How a key is looked up; without these all of it must match, case of ASCII letters aside. */
#define FWL_DICT_MATCH_CASE    1 /* upper and lower case differ */
#define FWL_DICT_IGNORE_SUFFIX 2 /* what follows the searched key in an entry's does not count */

/* How an entry is set. */
#define FWL_DICT_DONT_STRDUP_KEY 4  /* takes the key, a block of the fwl_malloc family */
#define FWL_DICT_DONT_STRDUP_VAL 8  /* takes the value, likewise */
#define FWL_DICT_DONT_OVERWRITE  16 /* leaves an entry that is there as it is */
#define FWL_DICT_APPEND          32 /* puts the value behind that of an entry that is there */
#define FWL_DICT_MULTIKEY        64 /* adds an entry even where there is one of that key */

/* Lifetime */

/* Ends a dictionary with all entries and leaves NULL; accepts NULL and a pointer to NULL. */
FWL_API void fwl_dict_free(FwlDictionary **m);

/* The work */

/*
 * Sets the entry of a key to a value, or removes it where the value is NULL. A dictionary whose
 * last entry is removed becomes NULL.
 *
 * Owner: with FWL_DICT_DONT_STRDUP_*, takes key or value in every case, also on failure, so that a
 * call with freshly made strings cannot leak.
 * Fails: FWL_E_NOMEM; FWL_E_INVALID for a NULL key. The dictionary is as it was.
 */
FWL_API int fwl_dict_set(FwlDictionary **pm, const char *key, const char *value, int flags);

/* Sets the entry of a key to a number in decimal; else as fwl_dict_set. */
FWL_API int fwl_dict_set_int(FwlDictionary **pm, const char *key, int64_t value, int flags);

/*
 * Sets the entries of a text such as "title=Harbour:year=1999". Every character of key_val_sep ends
 * a key, every one of pairs_sep an entry. A backslash takes the next character as it is, single
 * quotes all between them; other white space around keys and values is dropped. NULL is no entry.
 *
 * Fails: FWL_E_INVALID for an empty key or value, FWL_E_NOMEM. The dictionary is as it was.
 */
FWL_API int fwl_dict_parse_string(FwlDictionary **pm, const char *str, const char *key_val_sep,
                                  const char *pairs_sep, int flags);

/*
 * Sets all entries of src in *dst, one after the other as fwl_dict_set with these flags.
 *
 * Fails: FWL_E_NOMEM; *dst is as it was.
 */
FWL_API int fwl_dict_copy(FwlDictionary **dst, const FwlDictionary *src, int flags);

/* Inspection */

/*
 * The first entry behind prev (NULL: the first of all) whose key matches; NULL for none. The key ""
 * with FWL_DICT_IGNORE_SUFFIX matches every entry.
 */
FWL_API FwlDictionaryEntry *fwl_dict_get(const FwlDictionary *m, const char *key,
                                         const FwlDictionaryEntry *prev, int flags);

/* The number of entries. */
FWL_API int fwl_dict_count(const FwlDictionary *m);

/*
 * Writes the entries as a text that fwl_dict_parse_string reads; a backslash goes before what would
 * be read otherwise.
 *
 * Owner: gives *buffer; end it with fwl_free.
 * Fails: FWL_E_INVALID for separators that are equal, 0 or a backslash; FWL_E_NOMEM. *buffer is
 * NULL then.
 */
FWL_API int fwl_dict_get_string(const FwlDictionary *m, char **buffer, const char key_val_sep,
                                const char pairs_sep);

#ifdef __cplusplus
}
#endif

#endif
