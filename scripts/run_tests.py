#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Builds the library in every way, runs the tests of each build and counts the cases.

Called by scripts/test, which sees to the packages. The tests themselves are meson's; this reads
the log of each run (one JSON object per test program), in which the programs tell their cases as
TAP, and counts a program that crashed, hung or said less than it planned as failed, too.
"""
import argparse
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import time

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(SCRIPTS)
SHOWN_LINES = 200  # of the output of one failed program

# Build, kinds of tests (None: all that the build has), wrapper.
BUILDS = [
    ("release", None),
    ("clang", ["unit", "contract", "stress", "preload"]),
    ("asan", None),
    ("tsan", ["unit", "contract", "stress", "threads"]),
]
QUICK_BUILDS = [("release", ["unit", "contract", "headers", "tree"])]

TAP_LINE = re.compile(r"(not )?ok\b\s*\d*\s*(?:- )?([^#]*)(?:#\s*(skip)\S*\s*(.*))?$", re.I)
TAP_PLAN = re.compile(r"1\.\.(\d+)")
# What went well in the output of a program: TAP's and cmocka's words.
WELL = re.compile(r"ok \d+|1\.\.\d+|\[ {7}OK \]|\[=+\]|\[  PASSED  \]")
CASE_BEGINS = "[ RUN      ]"
# What the drivers in tests/differential say at the end of a case, and how to repeat them.
COMPARED = re.compile(r"^# .+: (\d+) calls, \d+ comparisons, (\d+) differences$", re.M)
# LeakSanitizer stops all threads to look at them, and now and then falls over one that is just
# ending. That says nothing about the program, which is then run once more.
TOOL_BROKE_DOWN = "LeakSanitizer has encountered a fatal error"
SEED = re.compile(r"^# .+: (--seed \d+)$", re.M)


class Tally:
    """How many cases passed, failed and were skipped."""

    def __init__(self):
        self.passed = self.failed = 0
        self.skips = []

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skips += other.skips

    def totals(self):
        return f"{self.passed} passed, {self.failed} failed"

    def __str__(self):
        return self.totals() + (f", {len(self.skips)} skipped" if self.skips else "")


def say(text=""):
    print(text, flush=True)


def run(command, **options):
    """Runs a program; its output, both streams together, and its exit code."""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          **options)
    return done.stdout, done.returncode


def tail(text, count=SHOWN_LINES):
    lines = text.rstrip("\n").split("\n")
    cut = [f"... {len(lines) - count} lines before"] if len(lines) > count else []
    return "\n".join("    " + line for line in cut + lines[-count:])


def without_what_went_well(text):
    lines = text.split("\n")
    kept = [line for line, following in zip(lines, lines[1:] + [""])
            if not WELL.match(line)
            and not (line.startswith(CASE_BEGINS) and WELL.match(following))]
    return "\n".join(kept).strip("\n")


def count_tap(program, tally):
    """Counts the cases of a program that speaks TAP; the names of those that failed."""
    planned, failed, seen = None, [], 0
    for line in program["stdout"].split("\n"):
        plan = TAP_PLAN.match(line)
        if plan:
            planned = int(plan[1])
            continue
        case = TAP_LINE.match(line)
        if not case:
            continue
        seen += 1
        name = case[2].strip() or f"case {seen}"
        if case[1]:
            failed.append(name)
        elif case[3]:
            tally.skips.append(f"{program['name']}: {name}: {case[4].strip()}")
        else:
            tally.passed += 1
    if planned is None or seen < planned:
        failed.append(f"said {seen} of {'?' if planned is None else planned} cases")
    elif program["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and not failed:
        failed.append(f"every case is well, but the program ended with {program['returncode']}")
    if program["result"] == "TIMEOUT":
        failed[-1] += f": it was stopped after {program['duration']:.0f} s"
    tally.failed += len(failed)
    return failed


def count_exit_code(program, tally):
    """Counts a program that is one case."""
    if program["result"] == "OK":
        tally.passed += 1
    elif program["result"] == "SKIP":
        reason = (program["stdout"].strip() or "no word why").split("\n")[-1]
        tally.skips.append(f"{program['name']}: {reason}")
    else:
        tally.failed += 1
        return [f"{program['result'].lower()}, exit code {program['returncode']}"]
    return []


def show_failure(build, program, failed):
    say(f"FAILED in build/{build}: {program['name']}")
    for name in failed:
        say(f"  - {name}")
    for stream in ("stdout", "stderr"):
        text = without_what_went_well(program.get(stream, ""))
        if text:
            say(tail(text))
    say(f"  again: meson test -C build/{build} -v '{program['name'].split(' / ')[-1]}'")
    say(f"     or: cd build/{build} && {shlex.join(program['command'])}")


def tell_what_was_compared(programs):
    """The calls that were made on libav* and on us, by program, and what differed."""
    calls, differences, seeds = {}, 0, set()
    for program in programs:
        output = program["stdout"] + program.get("stderr", "")
        for counted, differing in COMPARED.findall(output):
            name = program["name"].split(" / ")[-1].split(" against ")[0]
            calls[name] = calls.get(name, 0) + int(counted)
            differences += int(differing)
        seeds.update(SEED.findall(output))
    if calls:
        by_program = ", ".join(f"{name} {count:,}" for name, count in calls.items())
        say(f"   against libav*: {sum(calls.values()):,} calls, {differences} differences"
            f" ({by_program}; {', '.join(sorted(seeds))})")


def read_log(build, base):
    """The test programs of a run, as meson logged them."""
    programs = []
    for path in glob.glob(f"{ROOT}/build/{build}/meson-logs/{base}*.json"):
        with open(path, encoding="utf-8", errors="replace") as log:
            programs += [json.loads(line) for line in log if line.strip()]
    return programs


def wrapper_of(build):
    """ThreadSanitizer cannot live with an address space that is laid out too much at random."""
    layout = ["setarch", os.uname().machine, "-R"]
    if build != "tsan" or subprocess.run(layout + ["true"], stderr=subprocess.DEVNULL,
                                         check=False).returncode != 0:
        return []
    return ["--wrapper", " ".join(layout)]


def run_once_more(build, program):
    name = program["name"].split(" / ")[-1]
    say(f"   once more, since LeakSanitizer itself broke down: {name}")
    run(["meson", "test", "-C", f"build/{build}", "--no-rebuild", "--logbase", "run-again", name])
    again = [entry for entry in read_log(build, "run-again") if entry["name"] == program["name"]]
    return again[0] if again else program


def run_build(build, kinds):
    """Builds and tests in build/NAME."""
    tally = Tally()
    for step in (["scripts/configure", build], ["ninja", "-C", f"build/{build}"]):
        output, code = run(step)
        if code != 0:
            say(f"FAILED: {' '.join(step)}\n{tail(output)}")
            tally.failed += 1
            return tally

    base = "run"
    for old in glob.glob(f"{ROOT}/build/{build}/meson-logs/{base}*"):
        os.remove(old)
    command = ["meson", "test", "-C", f"build/{build}", "--no-rebuild", "--logbase", base]
    for kind in kinds or []:
        command += ["--suite", kind]
    output, code = run(command + wrapper_of(build))

    programs = read_log(build, base)
    fallen = [program for program in programs if TOOL_BROKE_DOWN in program.get("stderr", "")]
    programs = [run_once_more(build, program) if program in fallen else program
                for program in programs]
    for program in programs:
        speaks_tap = TAP_PLAN.search(program["stdout"]) is not None
        failed = (count_tap if speaks_tap else count_exit_code)(program, tally)
        if failed:
            show_failure(build, program, failed)
    tell_what_was_compared(programs)
    if not programs or (code != 0 and tally.failed == 0 and not fallen):
        say(f"FAILED: {' '.join(command)}\n{tail(output)}")
        tally.failed += 1
    return tally


def main():
    options = argparse.ArgumentParser(prog="scripts/test", description=__doc__.split("\n")[0])
    options.add_argument("--quick", action="store_true", help="one build, the quick kinds of tests")
    quick = options.parse_args().quick

    total = Tally()
    for build, kinds in QUICK_BUILDS if quick else BUILDS:
        say(f"== {build}: {' '.join(kinds) if kinds else 'every kind of test'}")
        start = time.monotonic()
        tally = run_build(build, kinds)
        say(f"   {tally} ({time.monotonic() - start:.0f} s)")
        total.add(tally)
    for skip in sorted(set(total.skips)):
        say(f"skipped: {skip}")
    if total.skips:
        say(f"{len(total.skips)} skipped")
    if total.passed + total.failed == 0:
        total.failed = 1
        say("FAILED: nothing ran")
    say(total.totals())
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
