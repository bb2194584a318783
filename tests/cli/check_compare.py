#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench/compare_ffmpeg.py: its formula, and runs in which ffmpeg stands for both programs."""
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

sys.path.insert(0, os.path.join(tap.ROOT, "bench"))
sys.dont_write_bytecode = True
import compare_ffmpeg

SCRIPT = os.path.join(tap.ROOT, "bench", "compare_ffmpeg.py")
MIB = compare_ffmpeg.MIB

# "framewell transcode" with the options that the jobs use, done by ffmpeg.
STAND_IN = """#!%s
import os, sys
arguments = sys.argv[2:]
clip, output = arguments[-2:]
names = {"--video-codec": "-c:v", "--audio-codec": "-c:a", "--preset": "-preset", "--crf": "-crf",
         "--threads": "-threads", "--format": "-f"}
options = ["-c", "copy"] if "--copy" in arguments else []
for name, value in zip(arguments, arguments[1:]):
    if name in names:
        options += [names[name], value]
options += %r
quiet = ["-nostdin", "-loglevel", "error"]
os.execvp("ffmpeg", ["ffmpeg", *quiet, "-y", "-i", clip, *options, output])
"""


def judge(walls, peaks=(MIB, MIB), input_size=0, output_size=0):
    """The judgement of rounds with these wall times, each with the same peaks."""
    return compare_ffmpeg.judge(
        [tuple(compare_ffmpeg.Measured(wall, peak, 1.0) for wall, peak in zip(pair, peaks))
         for pair in walls], input_size, output_size)


@tap.case
def ratios_are_taken_of_pairs():
    result = judge([(1, 1), (20, 10), (3, 3)])
    tap.expect_equal(result["wall_ratio"]["median"], 1)
    tap.expect(result["wall_holds"], "a ratio of 1 holds")


@tap.case
def wall_time_above_the_limit_misses():
    result = judge([(1.06, 1)])
    tap.expect_equal((result["wall_holds"], result["wall_close"]), (False, False))


@tap.case
def quartiles_on_both_sides_of_the_limit_are_close():
    result = judge([(1, 1), (1, 1), (1.2, 1), (1.2, 1)])
    tap.expect(result["wall_close"], result["wall_ratio"])


@tap.case
def input_and_output_are_added_to_what_memory_is_allowed():
    at_limit = judge([(1, 1)], (145 * MIB - 1, 100 * MIB), 10 * MIB, 20 * MIB)
    above = judge([(1, 1)], (146 * MIB, 100 * MIB), 10 * MIB, 20 * MIB)
    tap.expect_equal((at_limit["rss_holds"], above["rss_holds"]), (True, False))


@tap.case
def one_round_is_its_own_spread():
    tap.expect_equal(set(compare_ffmpeg.summarise([7]).values()), {7})


@tap.case
def peak_memory_is_that_of_the_child():
    # Both above what this script itself is, which is the least that can be seen.
    small = compare_ffmpeg.run([sys.executable, "-c", "x = b'1' * (50 << 20)"])
    big = compare_ffmpeg.run([sys.executable, "-c", "x = b'1' * (150 << 20)"])
    difference = big.peak - small.peak
    tap.expect(99 * MIB < difference < 102 * MIB, f"100 MiB are {difference / MIB} MiB")


@tap.case
def a_child_that_fails_is_named_with_its_last_word():
    try:
        compare_ffmpeg.run([sys.executable, "-c", "print('no such luck'); raise SystemExit(3)"])
    except compare_ffmpeg.Failure as failure:
        tap.expect("ended with 3: no such luck" in str(failure), str(failure))
    else:
        raise tap.Failure("it did not fail")


def compare(*arguments, extra=()):
    if not shutil.which("ffmpeg"):
        raise tap.Skip("ffmpeg is not installed")
    with tempfile.TemporaryDirectory() as directory:
        stand_in = os.path.join(directory, "framewell")
        with open(stand_in, "w", encoding="utf-8") as file:
            file.write(STAND_IN % (sys.executable, list(extra)))
        os.chmod(stand_in, 0o755)
        return tap.run([sys.executable, SCRIPT, "--framewell", stand_in, "--quick", *arguments])


@tap.case
def every_job_is_measured():
    done = compare("--json")
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stdout}{done.stderr})")
    rows = json.loads(done.stdout)["rows"]
    tap.expect_equal([row["job"] for row in rows], [job.name for job in compare_ffmpeg.JOBS])
    for row in rows:
        tap.expect(row["wall"]["median"] > 0 and row["rss_ffmpeg"] > 10 * MIB, row)
        if row["muxer"] != "null":
            tap.expect_equal(row["output_size"], row["output_size_ffmpeg"], row["job"])


@tap.case
def text_stays_within_80_columns():
    done = compare("--filter", "remux")
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stdout}{done.stderr})")
    tap.expect_equal([line for line in done.stdout.splitlines() if len(line) > 80], [])


@tap.case
def different_pictures_are_no_measurement():
    done = compare("--filter", "decode", extra=["-frames:v", "3"])
    tap.expect_equal(done.returncode, 1, "the exit status")
    tap.expect("decoded differently" in done.stdout, done.stdout)


@tap.case
def an_output_of_another_size_is_no_measurement():
    done = compare("--filter", "remux-mkv", extra=["-frames:v", "3"])
    tap.expect_equal(done.returncode, 1, "the exit status")
    tap.expect("the outputs have" in done.stdout, done.stdout)


@tap.case
def a_program_that_is_not_there_is_a_usage_error():
    done = compare("--ffmpeg", "/nowhere/ffmpeg")
    tap.expect_equal(done.returncode, 2, "the exit status")
    tap.expect("no such program" in done.stderr, done.stderr)


tap.main()
