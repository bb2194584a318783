/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>

#include "case.h"
#include "framewell/dict.h"
#include "framewell/mem.h"

static void free_dict(void *dict)
{
    fwl_dict_free(dict);
}

static void free_text(void *text)
{
    fwl_freep(text);
}

/* Expects the entries, in order, as fwl_dict_get_string writes them. */
static void expect_entries(const FwlDictionary *dict, const char *text)
{
    char *got = NULL;
    faults_pause();
    need_ok(fwl_dict_get_string(dict, &got, '=', ','));
    faults_resume();
    assert_string_equal(got, text);
    fwl_free(got);
}

/* What a case starts from, made without planted failures. */
static FwlDictionary *make_dict(const char *text)
{
    FwlDictionary *dict = NULL;
    faults_pause();
    need_ok(fwl_dict_parse_string(&dict, text, "=", ",", FWL_DICT_MULTIKEY));
    faults_resume();
    return dict;
}

static void expect_entry(const FwlDictionary *dict, const char *key, int flags, const char *value)
{
    const FwlDictionaryEntry *entry = fwl_dict_get(dict, key, NULL, flags);
    assert_non_null(entry);
    assert_string_equal(entry->value, value);
}

static void null_is_the_empty_dictionary(void)
{
    FwlDictionary *dict = NULL;
    assert_int_equal(fwl_dict_count(dict), 0);
    assert_null(fwl_dict_get(dict, "", NULL, FWL_DICT_IGNORE_SUFFIX));
    assert_int_equal(fwl_dict_copy(&dict, NULL, 0), 0);
    assert_int_equal(fwl_dict_set(&dict, "a", NULL, 0), 0);
    assert_null(dict);
    expect_entries(dict, "");
    fwl_dict_free(&dict);
    fwl_dict_free(NULL);
}

static void a_set_entry_is_found(void)
{
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, "title", "Harbour", 0));

    assert_int_equal(fwl_dict_count(dict), 1);
    expect_entry(dict, "title", 0, "Harbour");
    assert_null(fwl_dict_get(dict, "titl", NULL, 0));
    assert_null(fwl_dict_get(dict, "titles", NULL, 0));
    assert_null(fwl_dict_get(dict, NULL, NULL, 0));
}

static void a_failed_set_changes_nothing(void)
{
    FwlDictionary *dict = make_dict("a=1,b=2,c=3,d=4");
    later(free_dict, &dict);
    if (fwl_dict_set(&dict, "e", "5", 0) < 0)
        expect_entries(dict, "a=1,b=2,c=3,d=4");
    else
        expect_entries(dict, "a=1,b=2,c=3,d=4,e=5");
}

static void case_matters_only_where_asked(void)
{
    FwlDictionary *dict = make_dict("Title=Harbour");
    later(free_dict, &dict);

    expect_entry(dict, "tITLE", 0, "Harbour");
    expect_entry(dict, "Title", FWL_DICT_MATCH_CASE, "Harbour");
    assert_null(fwl_dict_get(dict, "title", NULL, FWL_DICT_MATCH_CASE));
}

static void a_prefix_matches_where_asked_and_prev_continues(void)
{
    FwlDictionary *dict = make_dict("title-en=1,year=2,title-de=3");
    later(free_dict, &dict);

    const FwlDictionaryEntry *first = fwl_dict_get(dict, "TITLE", NULL, FWL_DICT_IGNORE_SUFFIX);
    const FwlDictionaryEntry *second = fwl_dict_get(dict, "TITLE", first, FWL_DICT_IGNORE_SUFFIX);
    assert_string_equal(need(first)->value, "1");
    assert_string_equal(need(second)->value, "3");
    assert_null(fwl_dict_get(dict, "TITLE", second, FWL_DICT_IGNORE_SUFFIX));
}

static void a_replaced_entry_goes_to_the_end_and_the_last_takes_its_place(void)
{
    FwlDictionary *dict = make_dict("a=1,b=2,c=3");
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, "A", "9", 0));
    expect_entries(dict, "c=3,b=2,A=9");
}

static void a_null_value_removes_the_entry(void)
{
    FwlDictionary *dict = make_dict("a=1,b=2,c=3");
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, "a", NULL, 0));
    expect_entries(dict, "c=3,b=2");
}

static void removing_the_last_entry_leaves_null(void)
{
    FwlDictionary *dict = make_dict("a=1");
    need_ok(fwl_dict_set(&dict, "a", NULL, 0));
    assert_null(dict);
}

static void dont_overwrite_leaves_the_entry(void)
{
    FwlDictionary *dict = make_dict("a=1");
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, "a", "2", FWL_DICT_DONT_OVERWRITE));
    need_ok(fwl_dict_set(&dict, "b", "3", FWL_DICT_DONT_OVERWRITE));
    expect_entries(dict, "a=1,b=3");
}

static void append_puts_the_value_behind(void)
{
    FwlDictionary *dict = make_dict("a=1");
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, "a", "2", FWL_DICT_APPEND));
    need_ok(fwl_dict_set(&dict, "b", "3", FWL_DICT_APPEND));
    expect_entries(dict, "a=12,b=3");
}

static void multikey_keeps_both(void)
{
    FwlDictionary *dict = make_dict("a=1");
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, "a", "2", FWL_DICT_MULTIKEY));
    expect_entries(dict, "a=1,a=2");
}

static void given_strings_are_kept_as_they_are(void)
{
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    faults_pause();
    char *key = need(fwl_strdup("key"));
    char *value = need(fwl_strdup("value"));
    faults_resume();
    need_ok(fwl_dict_set(&dict, key, value, FWL_DICT_DONT_STRDUP_KEY | FWL_DICT_DONT_STRDUP_VAL));

    const FwlDictionaryEntry *entry = fwl_dict_get(dict, "key", NULL, 0);
    assert_ptr_equal(need(entry)->key, key);
    assert_ptr_equal(entry->value, value);
}

/* The leak check after each run is what this is about. */
static void given_strings_are_taken_in_every_case(void)
{
    static const int ways[] = {0, FWL_DICT_APPEND, FWL_DICT_DONT_OVERWRITE, FWL_DICT_MULTIKEY};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        FwlDictionary *dict = make_dict("a=1");
        faults_pause();
        char *key = need(fwl_strdup("a"));
        char *value = need(fwl_strdup("2"));
        faults_resume();
        fwl_dict_set(&dict, key, value,
                     ways[i] | FWL_DICT_DONT_STRDUP_KEY | FWL_DICT_DONT_STRDUP_VAL);
        fwl_dict_free(&dict);
    }
    FwlDictionary *dict = NULL;
    faults_pause();
    char *value = need(fwl_strdup("2"));
    faults_resume();
    expect_code(fwl_dict_set(&dict, NULL, value, FWL_DICT_DONT_STRDUP_VAL), FWL_E_INVALID);
    assert_null(dict);
}

static void numbers_are_written_in_decimal(void)
{
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    need_ok(fwl_dict_set_int(&dict, "low", INT64_MIN, 0));
    need_ok(fwl_dict_set_int(&dict, "year", 1999, 0));
    expect_entries(dict, "low=-9223372036854775808,year=1999");
}

static void a_text_is_parsed_with_its_quotes_and_backslashes(void)
{
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    need_ok(fwl_dict_parse_string(&dict, " a = one \\: ; b:' two;=' ;c=\\ x\\ ", "=:", ";", 0));
    expect_entry(dict, "a", 0, "one :");
    expect_entry(dict, "b", 0, " two;=");
    expect_entry(dict, "c", 0, " x ");
    assert_int_equal(fwl_dict_count(dict), 3);
    assert_int_equal(fwl_dict_parse_string(&dict, NULL, "=", ";", 0), 0);
}

static void a_text_that_breaks_off_sets_nothing(void)
{
    static const char *const texts[] = {"c=3,d", "c=3,d=", "c=3,=4", "c=3,,", ",", "c=3,d= ,e=5"};
    FwlDictionary *dict = make_dict("a=1,b=2");
    later(free_dict, &dict);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_code(fwl_dict_parse_string(&dict, texts[i], "=", ",", 0), FWL_E_INVALID);
        expect_entries(dict, "a=1,b=2");
    }
}

static void parsing_without_memory_sets_nothing(void)
{
    FwlDictionary *dict = make_dict("a=1,b=2");
    later(free_dict, &dict);
    if (fwl_dict_parse_string(&dict, "b=3,c=4", "=", ",", 0) < 0)
        expect_entries(dict, "a=1,b=2");
    else
        expect_entries(dict, "a=1,b=3,c=4");
}

static void copying_sets_every_entry_or_none(void)
{
    FwlDictionary *dst = make_dict("a=1,b=2");
    later(free_dict, &dst);
    FwlDictionary *src = make_dict("b=3,c=4");
    later(free_dict, &src);
    if (fwl_dict_copy(&dst, src, 0) < 0)
        expect_entries(dst, "a=1,b=2");
    else
        expect_entries(dst, "a=1,b=3,c=4");
    expect_entries(src, "b=3,c=4");
}

static void copying_obeys_the_flags(void)
{
    FwlDictionary *dst = make_dict("a=1,b=2");
    later(free_dict, &dst);
    FwlDictionary *src = make_dict("b=3,c=4");
    later(free_dict, &src);
    need_ok(fwl_dict_copy(&dst, src, FWL_DICT_DONT_OVERWRITE));
    expect_entries(dst, "a=1,b=2,c=4");
    need_ok(fwl_dict_copy(&dst, src, FWL_DICT_APPEND));
    expect_entries(dst, "a=1,b=23,c=44");
}

static void a_written_text_is_read_back(void)
{
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    need_ok(fwl_dict_set(&dict, " k=,'", "\\v, =", 0));
    need_ok(fwl_dict_set(&dict, "x", "\ty\n", 0));
    char *text = NULL;
    later(free_text, &text);
    need_ok(fwl_dict_get_string(dict, &text, '=', ','));
    assert_string_equal(text, "\\ k\\=\\,\\'=\\\\v\\, \\=,x=\\\ty\\\n");

    FwlDictionary *again = NULL;
    later(free_dict, &again);
    need_ok(fwl_dict_parse_string(&again, text, "=", ",", 0));
    expect_entry(again, " k=,'", 0, "\\v, =");
    expect_entry(again, "x", 0, "\ty\n");
}

static void bad_separators_are_refused(void)
{
    static const char pairs[][2] = {{'=', '='}, {'\0', ','}, {'=', '\0'}, {'\\', ','}, {'=', '\\'}};
    FwlDictionary *dict = make_dict("a=1");
    later(free_dict, &dict);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char *text = (char *)1;
        assert_int_equal(fwl_dict_get_string(dict, &text, pairs[i][0], pairs[i][1]), FWL_E_INVALID);
        assert_null(text);
    }
    assert_int_equal(fwl_dict_get_string(dict, NULL, '=', ','), FWL_E_INVALID);
}

static void a_dictionary_grows_as_far_as_needed(void)
{
    FwlDictionary *dict = NULL;
    later(free_dict, &dict);
    for (int i = 0; i < 100; i++)
        need_ok(fwl_dict_set_int(&dict, "n", i, FWL_DICT_MULTIKEY));
    assert_int_equal(fwl_dict_count(dict), 100);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(null_is_the_empty_dictionary),
        CASE(a_set_entry_is_found),
        CASE(a_failed_set_changes_nothing),
        CASE(case_matters_only_where_asked),
        CASE(a_prefix_matches_where_asked_and_prev_continues),
        CASE(a_replaced_entry_goes_to_the_end_and_the_last_takes_its_place),
        CASE(a_null_value_removes_the_entry),
        CASE(removing_the_last_entry_leaves_null),
        CASE(dont_overwrite_leaves_the_entry),
        CASE(append_puts_the_value_behind),
        CASE(multikey_keeps_both),
        CASE(given_strings_are_kept_as_they_are),
        CASE(given_strings_are_taken_in_every_case),
        CASE(numbers_are_written_in_decimal),
        CASE(a_text_is_parsed_with_its_quotes_and_backslashes),
        CASE(a_text_that_breaks_off_sets_nothing),
        CASE(parsing_without_memory_sets_nothing),
        CASE(copying_sets_every_entry_or_none),
        CASE(copying_obeys_the_flags),
        CASE(a_written_text_is_read_back),
        CASE(bad_separators_are_refused),
        CASE(a_dictionary_grows_as_far_as_needed),
    };
    return run_cases("dict", cases, sizeof cases / sizeof cases[0], argc, argv);
}
