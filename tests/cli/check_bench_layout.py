#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What `framewell bench layout` says: every work with its peers, bounds and verdicts. It measures
nothing.

    check_bench_layout.py PROGRAM [CASE]
"""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

PROGRAM = sys.argv.pop(1)


def run(*arguments):
    done = tap.run([PROGRAM, "layout", *arguments])
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stderr})")
    return done.stdout


@tap.case
def a_quick_run_tells_of_every_work_and_judges_it():
    names = [line.split()[0] for line in run("--list").splitlines() if "/" in line.split()[0]]
    report = json.loads(run("--quick", "--json"))
    tap.expect_equal([work["name"] for work in report["works"]], names, "the works")
    tap.expect_equal({name.split("/")[0] for name in names}, {"size", "copy", "back"})
    for work in report["works"]:
        tap.expect("skipped" not in work, work)
        tap.expect("framewell" in {peer["name"] for peer in work["peers"]}, work["name"])
    for bound in report["bounds"]:
        tap.expect_equal(bound["holds"], bound["ratio"] <= bound["limit"], bound["work"])


@tap.case
def copies_and_long_repetitions_are_held_against_the_c_library():
    report = json.loads(run("--quick", "--rounds", "2", "--json"))
    judged = {(bound["work"], bound["limit"]) for bound in report["bounds"]}
    for name in ("copy/1080p", "copy/1080p-padded", "copy/2160p", "copy/2160p-padded"):
        tap.expect((name, 1.02) in judged, f"{name} has no bound")
    for name in ("back/3/4096", "back/17-64/65536"):
        tap.expect((name, 1.15) in judged, f"{name} has no bound")


@tap.case
def the_matrix_counts_every_pair_and_lists_those_above():
    matrix = os.path.join(os.path.dirname(PROGRAM), "backptr_matrix")
    if not os.path.exists(matrix):
        raise tap.Skip("backptr_matrix is not built")
    *pairs, last = tap.run_ok([matrix, "--rounds", "1", "chained"]).stdout.splitlines()
    counts = re.match(r"chained: (\d+) of 3584 pairs above 1.0", last)
    tap.expect(counts, last)
    tap.expect_equal(int(counts[1]), len(pairs), "the pairs that are listed")
    tap.expect_equal(tap.run([matrix, "--no-such"]).returncode, 2, "the exit status")


@tap.case
def the_text_keeps_within_80_columns():
    text = run("--quick", "--rounds", "2")
    tap.expect_equal([line for line in text.splitlines() if len(line) > 80], [], "longer lines")
    tap.expect(re.match(r"\d+ bounds: ", text.splitlines()[-1]), "the last line counts the bounds")


tap.main()
