#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""scripts/run_tests.py counts true: what crashed, hung or said too little has failed."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "..", "scripts")]
import tap
import run_tests


def program(stdout, result="OK", returncode=0):
    """What meson's log says of one test program."""
    return {"name": "framewell:unit / thing", "stdout": stdout, "result": result,
            "returncode": returncode, "duration": 60.0, "command": ["thing"]}


def counted(count, entry):
    tally = run_tests.Tally()
    count(entry, tally)
    return tally.passed, tally.failed, len(tally.skips)


@tap.case
def each_case_of_a_program_counts():
    entry = program("1..3\nok 1 - a\nok 2 - b # SKIP no media\nok 3 - c\n")
    tap.expect_equal(counted(run_tests.count_tap, entry), (2, 0, 1))


@tap.case
def each_failed_case_counts_once():
    entry = program("1..3\nnot ok 1 - a\nok 2 - b\nnot ok 3 - c\n", "FAIL", 1)
    tap.expect_equal(counted(run_tests.count_tap, entry), (1, 2, 0))


@tap.case
def a_program_that_dies_between_two_cases_has_failed():
    entry = program("1..3\nok 1 - a\n", "ERROR", -11)
    tap.expect_equal(counted(run_tests.count_tap, entry), (1, 1, 0))


@tap.case
def a_program_that_dies_after_its_last_case_has_failed():
    entry = program("1..1\nok 1 - a\n", "ERROR", 1)
    tap.expect_equal(counted(run_tests.count_tap, entry), (1, 1, 0))


@tap.case
def a_program_that_is_stopped_has_failed():
    entry = program("1..2\nok 1 - a\n", "TIMEOUT", -15)
    tap.expect_equal(counted(run_tests.count_tap, entry), (1, 1, 0))


@tap.case
def a_skip_says_why():
    tally = run_tests.Tally()
    run_tests.count_tap(program("1..1\nok 1 - a # SKIP no media\n", "SKIP"), tally)
    tap.expect_equal(tally.skips, ["framewell:unit / thing: a: no media"])


@tap.case
def a_program_without_tap_is_one_case():
    tap.expect_equal(counted(run_tests.count_exit_code, program("")), (1, 0, 0))
    tap.expect_equal(counted(run_tests.count_exit_code, program("", "FAIL", 1)), (0, 1, 0))


@tap.case
def the_last_line_names_both_numbers():
    tally = run_tests.Tally()
    tap.expect_equal(tally.totals(), "0 passed, 0 failed")
    text = "1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no media\n"
    run_tests.count_tap(program(text, "FAIL", 1), tally)
    tap.expect_equal(tally.totals(), "1 passed, 1 failed")


tap.main()
