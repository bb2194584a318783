/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line as it is shown to others. */
#include "case.h"

#include "command/command_words.h"

#include <stdlib.h>

static void expect_word(const char *word, const char *wanted)
{
    char *argv[] = {(char *)(uintptr_t)word};
    char *words = fwl_command_words(1, argv);
    assert_non_null(words);
    assert_memory_equal(words, "framewell ", 10);
    assert_string_equal(words + 10, wanted);
    free(words);
}

static void plain_words_stand_as_they_are(void)
{
    expect_word("transcode", "transcode");
    expect_word("--video-bitrate=2.5M", "--video-bitrate=2.5M");
    expect_word("folder/a_b-c.mp4", "folder/a_b-c.mp4");
}

static void what_a_shell_would_take_apart_is_quoted(void)
{
    expect_word("", "''");
    expect_word("a b", "'a b'");
    expect_word("it's", "'it'\\''s'");
    expect_word("$(rm)", "'$(rm)'");
}

static void passwords_in_addresses_are_left_out(void)
{
    expect_word("https://me:secret@host/x?y", "'https://***@host/x?y'");
    expect_word("https://host/x@y", "https://host/x@y");
}

static void values_of_secret_names_are_left_out(void)
{
    expect_word("api_key=abc", "'api_key=***'");
    expect_word("--metadata=Password=abc", "'--metadata=Password=***'");
    expect_word("title=the key=x", "'title=the key=***'");
    expect_word("title=keys", "title=keys");
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(plain_words_stand_as_they_are),
        CASE(what_a_shell_would_take_apart_is_quoted),
        CASE(passwords_in_addresses_are_left_out),
        CASE(values_of_secret_names_are_left_out),
    };
    return run_cases("command_words", cases, sizeof cases / sizeof cases[0], argc, argv);
}
