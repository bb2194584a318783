/* SPDX-License-Identifier: BSD-2-Clause */
/* Dictionaries against the installed libavutil and libavcodec: the same calls on both. */
#include <libavcodec/packet.h>
#include <libavutil/dict.h>
#include <libavutil/mem.h>
#include <string.h>

#include "case.h"
#include "framewell/dict.h"
#include "framewell/mem.h"
#include "framewell/packet.h"
#include "random_calls.h"
#include "tally.h"

enum { STEPS = 200000, SLOTS = 4, TEXT_MAX = 40 };

static FwlDictionary *ours[SLOTS];
static AVDictionary *theirs[SLOTS];

static const char *random_text(char text[TEXT_MAX], int max_length)
{
    static const char letters[] = "aAbBcC1 =:,;'\\\t";
    const int length = random_below(max_length + 1);
    for (int i = 0; i < length; i++)
        text[i] = letters[random_below(sizeof letters - 1)];
    text[length] = '\0';
    return text;
}

static void compare_all(int step)
{
    for (int i = 0; i < SLOTS; i++) {
        const FwlDictionaryEntry *a = NULL;
        const AVDictionaryEntry *b = NULL;
        COMPARE(fwl_dict_count(ours[i]), av_dict_count(theirs[i]), "step %d", step);
        COMPARE(!ours[i], !theirs[i], "step %d", step);
        do {
            a = fwl_dict_get(ours[i], "", a, FWL_DICT_IGNORE_SUFFIX);
            b = av_dict_get(theirs[i], "", b, AV_DICT_IGNORE_SUFFIX);
            COMPARE(!a, !b, "step %d", step);
            if (a && b) {
                COMPARE(is_same_text(a->key, b->key), 1, "step %d: %s %s", step, a->key, b->key);
                COMPARE(is_same_text(a->value, b->value), 1, "step %d", step);
            }
        } while (a && b);
    }
}

static void call_set(int step, int slot)
{
    char key[TEXT_MAX], value[TEXT_MAX];
    random_text(key, 3);
    random_text(value, 6);
    const bool is_removing = random_chance(4);
    /* Removing with APPEND leaks the old value in libavutil. */
    const int flags = random_below(128) & ~(is_removing ? FWL_DICT_APPEND : 0);
    const char *our_key = flags & FWL_DICT_DONT_STRDUP_KEY ? fwl_strdup(key) : key;
    const char *their_key = flags & FWL_DICT_DONT_STRDUP_KEY ? av_strdup(key) : key;
    const char *our_value = flags & FWL_DICT_DONT_STRDUP_VAL ? fwl_strdup(value) : value;
    const char *their_value = flags & FWL_DICT_DONT_STRDUP_VAL ? av_strdup(value) : value;
    if (is_removing) {
        if (flags & FWL_DICT_DONT_STRDUP_VAL) {
            fwl_free((void *)(uintptr_t)our_value);
            av_free((void *)(uintptr_t)their_value);
        }
        our_value = their_value = NULL;
    }
    CALL(fwl_dict_set(&ours[slot], our_key, our_value, flags),
         av_dict_set(&theirs[slot], their_key, their_value, flags), "step %d: %s", step, key);
}

static void call_set_int(int step, int slot)
{
    char key[TEXT_MAX];
    const int64_t value = (int64_t)random_bits();
    const int flags = random_below(128) & ~FWL_DICT_DONT_STRDUP_KEY;
    random_text(key, 2);
    CALL(fwl_dict_set_int(&ours[slot], key, value, flags),
         av_dict_set_int(&theirs[slot], key, value, flags), "step %d", step);
}

static void call_copy(int step, int slot)
{
    const int from = (slot + 1 + random_below(SLOTS - 1)) % SLOTS;
    const int flags = random_below(128) & ~(FWL_DICT_DONT_STRDUP_KEY | FWL_DICT_DONT_STRDUP_VAL);
    if (fwl_dict_count(ours[slot]) + fwl_dict_count(ours[from]) > 40)
        return;
    CALL(fwl_dict_copy(&ours[slot], ours[from], flags),
         av_dict_copy(&theirs[slot], theirs[from], flags), "step %d", step);
}

/* libavutil keeps what it had parsed before an error, we do not: it gets ours back then. */
static void call_parse(int step, int slot)
{
    char text[TEXT_MAX];
    random_text(text, TEXT_MAX - 1);
    const int flags = random_below(128);
    tally_call();
    const int err = fwl_dict_parse_string(&ours[slot], text, "=:", ",;", flags);
    COMPARE(err < 0, av_dict_parse_string(&theirs[slot], text, "=:", ",;", flags) < 0,
            "step %d: %s", step, text);
    if (err >= 0)
        return;
    av_dict_free(&theirs[slot]);
    const FwlDictionaryEntry *entry = NULL;
    while ((entry = fwl_dict_get(ours[slot], "", entry, FWL_DICT_IGNORE_SUFFIX)))
        av_dict_set(&theirs[slot], entry->key, entry->value, AV_DICT_MULTIKEY);
}

static void call_get(int step, int slot)
{
    char key[TEXT_MAX];
    const int flags = random_below(4);
    random_text(key, 2);
    const FwlDictionaryEntry *a = NULL;
    const AVDictionaryEntry *b = NULL;
    do {
        tally_call();
        a = fwl_dict_get(ours[slot], key, a, flags);
        b = av_dict_get(theirs[slot], key, b, flags);
        COMPARE(is_same_text(a ? a->value : NULL, b ? b->value : NULL), 1, "step %d", step);
    } while (a && b);
}

static void call_get_string(int step, int slot)
{
    static const char separators[] = {'=', ':', ',', '\\', '\0', 'a'};
    const char pair = separators[random_below(6)], end = separators[random_below(6)];
    char *a = NULL, *b = NULL;
    CALL(fwl_dict_get_string(ours[slot], &a, pair, end) < 0,
         av_dict_get_string(theirs[slot], &b, pair, end) < 0, "step %d", step);
    COMPARE(is_same_text(a, b), 1, "step %d: %s %s", step, a ? a : "", b ? b : "");
    fwl_free(a);
    av_free(b);
}

static void call_pack(int step, int slot)
{
    size_t our_size = 1, their_size = 1;
    tally_call();
    uint8_t *a = fwl_packet_pack_dictionary(ours[slot], &our_size);
    uint8_t *b = av_packet_pack_dictionary(theirs[slot], &their_size);
    COMPARE(our_size, their_size, "step %d", step);
    COMPARE(!a, !b, "step %d", step);
    if (a && b)
        COMPARE(memcmp(a, b, our_size), 0, "step %d", step);
    if (a && random_chance(3))
        a[random_below((int)our_size)] = 0;
    FwlDictionary *our_dict = NULL;
    AVDictionary *their_dict = NULL;
    tally_call();
    const int err = fwl_packet_unpack_dictionary(a, our_size, &our_dict);
    COMPARE(err < 0, av_packet_unpack_dictionary(a, our_size, &their_dict) < 0, "step %d", step);
    if (err >= 0)
        CALL(fwl_dict_count(our_dict), av_dict_count(their_dict), "step %d", step);
    tally_call();
    fwl_dict_free(&our_dict);
    av_dict_free(&their_dict);
    fwl_free(a);
    av_free(b);
}

static void call_free(int step, int slot)
{
    (void)step;
    tally_call();
    fwl_dict_free(&ours[slot]);
    av_dict_free(&theirs[slot]);
}

static void the_same_calls_give_the_same_dictionaries(void)
{
    static void (*const calls[])(int, int) = {
        call_set,  call_set,   call_set, call_set,        call_set_int,
        call_copy, call_parse, call_get, call_get_string, call_pack,
    };
    random_start("dict");
    for (int step = 0; step < STEPS; step++) {
        const int slot = random_below(SLOTS);
        if (random_chance(30))
            call_free(step, slot);
        else
            calls[random_below((int)(sizeof calls / sizeof calls[0]))](step, slot);
        compare_all(step);
    }
    for (int slot = 0; slot < SLOTS; slot++)
        call_free(STEPS, slot);
    tally_expect_none("dict");
}

int main(int argc, char **argv)
{
    random_options(&argc, argv);
    /* Once: hundreds of thousands of allocations. */
    static const struct TestCase cases[] = {
        CASE_ONCE(the_same_calls_give_the_same_dictionaries),
    };
    return run_cases("dict against libavutil", cases, sizeof cases / sizeof cases[0], argc, argv);
}
