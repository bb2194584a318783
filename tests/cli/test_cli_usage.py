#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command line: help, version, what it says to words that make no sense, and its man pages.

What is printed is compared with the files in golden/; FRAMEWELL_CLI_UPDATE=1 writes them anew.
"""
import os
import re

import cli
import tap

GOLDEN = os.path.join(cli.HERE, "golden")
MAN = os.path.join(tap.ROOT, "man")

# Golden file, arguments.
PRINTED = [
    ("help", ["--help"]),
    ("transcode-help", ["transcode", "--help"]),
    ("layout-help", ["layout", "--help"]),
    ("probe-help", ["probe", "--help"]),
    ("play-help", ["play", "--help"]),
    ("play-no-name", ["play"]),
    ("play-start-no-time", ["play", "--start", "soon", "in.mp4"]),
    ("play-frames-none", ["play", "--headless", "--frames", "0", "in.mp4"]),
    ("play-unknown-option", ["play", "--headlss", "in.mp4"]),
    ("run-help", ["run", "--help"]),
    ("run-nothing", ["run", "--stats"]),
    ("run-size", ["run", "--max-memory", "2X", "true"]),
    ("run-unknown-option", ["run", "--statz", "true"]),
    ("bench-help", ["bench", "--help"]),
    ("bench-unknown-topic", ["bench", "pol"]),
    ("bench-unrelated-topic", ["bench", "weather"]),
    ("bench-unknown-option", ["bench", "pool", "--round", "3", "--quik"]),
    ("bench-no-works", ["bench", "pool", "--filter", "no such work"]),
    ("bench-unknown-peer", ["bench", "pool", "--peers", "glibc,jemaloc"]),
    ("bench-rounds-no-number", ["bench", "pool", "--rounds", "many"]),
    ("bench-batch-no-number", ["bench", "pool", "--batch", "0"]),
    ("bench-two-topics", ["bench", "pool", "pool"]),
    ("bench-replay-nothing", ["bench", "replay"]),
    ("no-subcommand", []),
    ("unknown-subcommand", ["transcoed"]),
    ("unrelated-subcommand", ["fly"]),
    ("unknown-option-before-subcommand", ["--hlep"]),
    ("no-names", ["transcode"]),
    ("one-name", ["transcode", "in.mp4"]),
    ("three-names", ["transcode", "a.mp4", "b.mp4", "c.mp4"]),
    ("unknown-option", ["transcode", "--vidoe-codec", "libx264", "in.mp4", "out.mp4"]),
    ("unknown-option-with-argument", ["transcode", "--treads=4", "in.mp4", "out.mp4"]),
    ("unrelated-option", ["transcode", "--zzz", "in.mp4", "out.mp4"]),
    ("unknown-letter", ["transcode", "-z", "in.mp4", "out.mp4"]),
    ("unknown-letter-in-a-word", ["transcode", "-yz", "in.mp4", "out.mp4"]),
    ("ambiguous-option", ["transcode", "--c", "in.mp4", "out.mp4"]),
    ("option-without-argument", ["transcode", "in.mp4", "out.mp4", "--format"]),
    ("option-with-needless-argument", ["transcode", "--json=1", "in.mp4", "out.mp4"]),
    ("crf-no-number", ["transcode", "--crf", "good", "in.mp4", "out.mp4"]),
    ("crf-too-large", ["transcode", "--crf", "64", "in.mp4", "out.mp4"]),
    ("crf-negative", ["transcode", "--crf", "-1", "in.mp4", "out.mp4"]),
    ("threads-no-number", ["transcode", "--threads", "2x", "in.mp4", "out.mp4"]),
    ("threads-too-many", ["transcode", "--threads", "99999999999999999999", "in.mp4", "out.mp4"]),
    ("unknown-video-encoder", ["transcode", "--video-codec", "x264", "in.mp4", "out.mp4"]),
    ("video-encoder-for-audio", ["transcode", "--audio-codec", "libx264", "in.mp4", "out.mp4"]),
    ("unknown-audio-encoder", ["transcode", "--audio-codec", "aacc", "in.mp4", "out.mp4"]),
    ("unknown-subtitle-encoder", ["transcode", "--subtitle-codec", "srtt", "in.mp4", "out.mkv"]),
    ("unknown-format", ["transcode", "--format", "matroshka", "in.mp4", "out.mkv"]),
    ("unknown-ending", ["transcode", "in.mp4", "out.nothing"]),
    ("no-ending", ["transcode", "in.mp4", "out"]),
    ("stdout-without-format", ["transcode", "in.mp4", "-"]),
    ("stdout-and-json", ["transcode", "--json", "--format", "flac", "in.mp4", "-"]),
    ("copy-and-codec", ["transcode", "--copy", "--video-codec", "libx264", "in.mp4", "out.mp4"]),
    ("scale-no-size", ["transcode", "--scale", "640", "in.mp4", "out.mp4"]),
    ("start-no-time", ["transcode", "--start", "soon", "in.mp4", "out.mp4"]),
    ("unknown-filter", ["transcode", "--filter", "hfliq", "in.mp4", "out.mp4"]),
    ("copy-and-crf", ["transcode", "--copy", "--crf", "20", "in.mp4", "out.mp4"]),
]


def built(*commands):
    """Those of the commands' arguments that this build can do."""
    return [words for words in commands if not (cli.NO_BENCH and "bench" in words)]


def printed_as_before(name, arguments):
    if cli.NO_BENCH and "bench" in arguments:
        raise tap.Skip("the benchmarks are not built")
    done = cli.framewell(*arguments, cwd=cli.Folder().path)
    got = f"exit code {done.returncode}\n--- stdout\n{done.stdout}--- stderr\n{done.stderr}"
    path = os.path.join(GOLDEN, name + ".txt")
    if cli.UPDATE:
        with open(path, "w", encoding="utf-8") as file:
            file.write(got)
    with open(path, encoding="utf-8") as file:
        tap.expect_equal(got, file.read(), f"what framewell {' '.join(arguments)} prints")


for golden_name, golden_arguments in PRINTED:
    tap.add_case(f"prints_{golden_name.replace('-', '_')}", printed_as_before, golden_name,
                 golden_arguments)


@tap.case
def every_golden_file_belongs_to_a_case():
    tap.expect_equal(sorted(os.listdir(GOLDEN)), sorted(name + ".txt" for name, _ in PRINTED))


@tap.case
def a_usage_error_is_one_line():
    for name, arguments in PRINTED:
        if not name.endswith("help"):
            cli.expect_failure(cli.framewell(*arguments, cwd=cli.Folder().path), cli.USAGE)


@tap.case
def no_line_of_help_is_wider_than_80_columns():
    for arguments in built(["--help"], ["transcode", "--help"], ["layout", "--help"],
                           ["probe", "--help"], ["play", "--help"], ["bench", "--help"]):
        for line in cli.framewell(*arguments).stdout.splitlines():
            tap.expect(len(line) <= 80, f"{len(line)} columns: {line}")


@tap.case
def version_is_that_of_the_project():
    with open(os.path.join(tap.ROOT, "meson.build"), encoding="utf-8") as file:
        version = re.search(r"version: '([^']+)'", file.read())[1]
    tap.expect_equal(cli.framewell("--version").stdout, f"framewell {version}\n")


@tap.case
def help_wins_over_what_is_missing():
    for arguments in built(["-h"], ["bench", "-h"], ["bench", "nothing", "--help"],
                           ["transcode", "-h"], ["transcode", "--help", "a", "b", "c"]):
        done = cli.framewell(*arguments)
        tap.expect_equal((done.returncode, done.stderr), (0, ""))
        tap.expect(done.stdout.startswith("Usage: framewell"), done.stdout)


@tap.case
def help_to_a_full_disk_is_an_output_error():
    with open("/dev/full", "w", encoding="utf-8") as full:
        for arguments in built(["--help"], ["--version"], ["transcode", "--help"],
                               ["bench", "--help"], ["bench", "--list"]):
            done = cli.framewell(*arguments, stdout=full)
            tap.expect_equal(done.returncode, cli.OUTPUT, "the exit code")
            tap.expect_equal(done.stderr, cli.FULL_STDOUT, "stderr")


def options_of_help(arguments):
    text = cli.framewell(*arguments, "--help").stdout
    entries = re.findall(r"^  (-[a-z-]+(?:, \S+)?)", text.split("Options:\n")[1], re.M)
    return {option for entry in entries for option in entry.split(", ")}


def options_of_man(page):
    """The options that have an entry, short and long forms each by itself."""
    with open(os.path.join(MAN, page), encoding="utf-8") as file:
        entries = re.findall(r"^\.It Fl (\S+(?: , \S+)?)", file.read(), re.M)
    return {"-" + option for entry in entries for option in entry.split(" , ")}


@tap.case
def man_page_and_help_name_the_same_options():
    for arguments in built([], ["transcode"], ["play"], ["bench"]):
        page = "-".join(["framewell", *arguments]) + ".1"
        wanted = options_of_help(arguments)
        tap.expect("--help" in wanted and "-h" in wanted, f"the help has {wanted}")
        tap.expect_equal(options_of_man(page), wanted, f"the options in {page}")


@tap.case
def man_page_and_help_name_the_same_topics_of_bench():
    if cli.NO_BENCH:
        raise tap.Skip("the benchmarks are not built")
    listed = re.search(r"Topics:\n((?:  .*\n)+)", cli.framewell("bench", "--help").stdout)[1]
    with open(os.path.join(MAN, "framewell-bench.1"), encoding="utf-8") as file:
        topics = re.findall(r"^\.It Cm (\S+)$", file.read(), re.M)
    tap.expect_equal(topics, re.findall(r"^  (\S+)", listed, re.M))


@tap.case
def every_subcommand_has_a_man_page_and_no_other():
    text = cli.framewell("--help").stdout
    listed = re.search(r"Subcommands:\n((?:  .*\n)+)", text)[1]
    names = re.findall(r"^  (\S+)", listed, re.M)
    pages = sorted(page for page in os.listdir(MAN) if page.endswith(".1"))
    tap.expect_equal(pages, sorted(["framewell.1"] + [f"framewell-{name}.1" for name in names]))


@tap.case
def every_exit_code_is_in_the_man_page():
    with open(os.path.join(MAN, "framewell.1"), encoding="utf-8") as file:
        codes = re.findall(r"^\.It (\d+)$", file.read(), re.M)
    tap.expect_equal(codes, ["0", "2", "3", "4", "5", "6", "130", "143"])


@tap.case
def man_pages_have_no_fault_that_groff_finds():
    for page in sorted(name for name in os.listdir(MAN) if name.endswith(".1")):
        try:
            done = tap.run(["groff", "-mandoc", "-ww", "-z", os.path.join(MAN, page)])
        except FileNotFoundError:
            raise tap.Skip("groff is not installed") from None
        tap.expect_equal((done.returncode, done.stderr), (0, ""), f"what groff says to {page}")


if __name__ == "__main__":
    tap.main()
