#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a benchmark program says and how it ends: usage, JSON, text of at most 80 columns, peers and
traces that are not there. It measures nothing.

    check_bench.py PROGRAM [CASE]
"""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

PROGRAM = sys.argv.pop(1)
FEW = ["--quick", "--rounds", "2", "--filter"]


def run(*arguments, **environment):
    return tap.run([PROGRAM, "pool", *arguments], env={**os.environ, **environment})


def report_of(*arguments, **environment):
    done = run(*arguments, "--json", **environment)
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stderr})")
    return json.loads(done.stdout)


def work_names():
    return [line.split()[0] for line in run("--list").stdout.splitlines()]


def long_lines(text):
    return [line for line in text.splitlines() if len(line) > 80]


@tap.case
def help_names_every_option():
    done = run("--help")
    tap.expect_equal(done.returncode, 0, "the exit status")
    for option in ("--filter", "--rounds", "--batch", "--quick", "--json", "--list"):
        tap.expect(option in done.stdout, f"{option} is not in --help")
    tap.expect_equal(long_lines(done.stdout), [], "what is longer than 80 columns")


def nonsense_is_refused(arguments):
    done = run(*arguments)
    tap.expect_equal(done.returncode, 2, "the exit status")
    tap.expect(done.stderr and not done.stdout, "it is told on standard error, and only there")


for row in (["--no-such-option"], ["--rounds", "0"], ["--rounds", "1001"], ["--rounds", "3x"],
            ["--batch", "soon"], ["--batch", "nan"], ["--filter", "no work is called this"],
            ["more"], ["--worker", "nobody"], ["--worker", "glibc", "no work"]):
    tap.add_case("nonsense_is_refused: " + " ".join(row), nonsense_is_refused, row)


@tap.case
def names_are_listed_once():
    names = work_names()
    tap.expect(names, "there are no works")
    tap.expect_equal(len(set(names)), len(names), "the number of different names")


@tap.case
def a_filter_leaves_the_works_that_contain_it():
    measured = [work["name"] for work in report_of(*FEW, "hot/")["works"]]
    tap.expect_equal(measured, [name for name in work_names() if "hot/" in name])


@tap.case
def a_quick_run_of_everything_tells_of_every_work_within_80_columns():
    done = run("--quick")
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stderr})")
    tap.expect_equal(long_lines(done.stdout), [], "what is longer than 80 columns")
    for name in work_names():
        tap.expect(f"\n{name} [" in done.stdout, f"{name} is not told of")
    tap.expect(" bounds hold" in done.stdout.splitlines()[-1], "the last line counts the bounds")


@tap.case
def every_peer_has_a_median_between_its_quartiles():
    report = report_of(*FEW, "hot/64B")
    tap.expect_equal(report["settings"]["rounds"], 2)
    tap.expect(report["machine"]["kernel"], "the machine has a kernel")
    (work,) = report["works"]
    tap.expect({"framewell", "glibc", "textbook"} <= {peer["name"] for peer in work["peers"]},
               work["peers"])
    for peer in work["peers"]:
        order = [peer["time"][key] for key in ("min", "p25", "median", "p75", "max")]
        tap.expect(order == sorted(order) and order[0] > 0, f"{peer['name']}: {order}")
        tap.expect_equal(len(peer["samples"]), 2, "the number of samples")


@tap.case
def verdicts_follow_from_the_numbers():
    report = report_of(*FEW, "hot/")
    tap.expect(report["bounds"], "there are no bounds")
    for bound in report["bounds"]:
        tap.expect_equal(bound["holds"], bound["ratio"] <= bound["limit"], bound["work"])


@tap.case
def every_peer_is_measured_or_skipped_with_a_reason():
    report = report_of(*FEW, "hot/64B")
    present = {peer["name"] for peer in report["peers"]}
    skipped = {peer["name"]: peer["why"] for peer in report["skipped"]}
    for name in ("framewell", "glibc", "jemalloc", "tcmalloc", "mimalloc", "textbook", "libavutil"):
        tap.expect(name in present or skipped.get(name), f"{name} is not told of")


@tap.case
def a_missing_trace_is_named_and_no_failure():
    with tempfile.TemporaryDirectory() as empty:
        works = report_of(*FEW, "replay/remux", FRAMEWELL_SHARED=empty)["works"]
    for work in works:
        tap.expect("FRAMEWELL_SHARED" in work["skipped"], work["skipped"])


def replay(trace):
    with tempfile.TemporaryDirectory() as shared:
        os.mkdir(os.path.join(shared, "traces"))
        with open(os.path.join(shared, "traces", "remux_av.bin"), "wb") as file:
            file.write(trace)
        (work,) = report_of(*FEW, "replay/remux/1p", FRAMEWELL_SHARED=shared)["works"]
    return work


def trace_of(*calls, ids=1):
    """Calls as (op, id, size, old id)."""
    text = b"PBTRACE1" + len(calls).to_bytes(8, "little") + ids.to_bytes(4, "little") + bytes(12)
    for op, made, size, old in calls:
        text += bytes([op, 0, 0, 0]) + made.to_bytes(4, "little") + size.to_bytes(8, "little")
        text += old.to_bytes(4, "little") + bytes(4)
    return text


@tap.case
def a_trace_is_replayed_with_the_frees_that_it_lacks():
    work = replay(trace_of((1, 1, 100, 0), (3, 2, 5000, 1), (2, 3, 0, 0), ids=3))
    tap.expect("skipped" not in work, work)
    tap.expect(work["peers"][0]["time"]["median"] > 0, "it takes time")


@tap.case
def a_broken_trace_is_refused():
    for trace in (b"", b"PBTRACE2" + bytes(24), trace_of((1, 1, 8, 0))[:-1],
                  trace_of((4, 1, 0, 0)), trace_of((1, 2, 8, 0)), trace_of((3, 1, 8, 1)),
                  trace_of((1, 1, 8, 0), (1, 1, 8, 0)), trace_of((9, 1, 8, 0)),
                  trace_of((1, 1, 1 << 63, 0))):
        work = replay(trace)
        tap.expect("broken" in work.get("skipped", ""), f"{trace!r}: {work}")


tap.main()
