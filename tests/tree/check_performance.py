#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the pages say of performance is what tools/performance.py makes of the committed results;
and that it tells every miss, and refuses results that do not tell all."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

TOOL = os.path.join(tap.ROOT, "tools", "performance.py")
MARKERS = ("<!-- performance: begin (written by tools/performance.py) -->\n"
           "old words\n<!-- performance: end -->\n")


def tool(*arguments):
    return tap.run([sys.executable, TOOL, *arguments])


def bound(work, metric, verdict, against="tcmalloc", **numbers):
    return {"work": work, "metric": metric, "limit": 1.1, "plus": 0.0, "against": against,
            "value": 8.116, "reference_value": 5.574, "ratio": 1.629, "ratio_p25": 1.5,
            "ratio_p75": 1.7, "holds": verdict == "holds", "close": verdict == "noise",
            "verdict": verdict, **numbers}


def report(**changes):
    machine = {"cpu": "a CPU", "cores": 2, "memory": 1 << 33, "kernel": "Linux 6", "load": 0.01,
               "huge_pages": "madvise", "compiler": "gcc 12"}
    settings = {"rounds": 15, "batch_ms": 20.0, "quick": False, "filter": None, "peers": None}
    return {
        "suite": "pool", "date": "2026-01-02T03:04:05Z", "machine": machine,
        "settings": {**settings, **changes}, "subject": "framewell",
        "peers": [{"name": "tcmalloc", "version": "2.10"}, {"name": "bare", "version": ""}],
        "skipped": [{"name": "mimalloc", "why": "not installed"}],
        "works": [{"name": "hot/64B", "unit": "ns", "peers": []},
                  {"name": "hot/1KiB", "unit": "ns", "peers": []},
                  {"name": "live/1p", "unit": "ns", "peers": []},
                  {"name": "ffmpeg/raw", "unit": "ms", "peers": []},
                  {"name": "replay/a", "unit": "ns", "skipped": "no trace", "peers": []}],
        "bounds": [bound("hot/64B", "time", "misses"), bound("hot/1KiB", "time", "holds"),
                   bound("live/1p", "rss", "misses", value=3 << 20, reference_value=2 << 20,
                         ratio_p25=1.629, ratio_p75=1.629),
                   bound("ffmpeg/raw", "rss", "misses", value=3 << 20, reference_value=2 << 20),
                   bound("live/1p", "faults", "holds", None, limit=0, value=0)],
    }


class Tree:
    """A tree with a README and results of its own."""

    def __init__(self, **results):
        self.folder = tempfile.TemporaryDirectory()
        os.makedirs(self.path("bench", "results"))
        self.write("intro\n" + MARKERS + "outro\n", "README.md")
        for name, text in results.items():
            self.write(text, "bench", "results", name + ".json")

    def path(self, *parts):
        return os.path.join(self.folder.name, *parts)

    def write(self, text, *parts):
        with open(self.path(*parts), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return file.read()

    def tool(self, *arguments):
        return tool("--root", self.folder.name, *arguments)


@tap.case
def the_pages_are_what_the_results_give():
    done = tool("--check")
    tap.expect_equal((done.returncode, done.stderr), (0, ""))


@tap.case
def every_miss_is_in_the_readme_and_every_row_in_the_results():
    tree = Tree(pool=json.dumps(report()))
    tap.expect_equal(tree.tool().stderr, "")
    readme = tree.read("README.md")
    tap.expect(readme.startswith("intro\n") and readme.endswith("outro\n"), "the rest stays")
    tap.expect("old words" not in readme, "what was between the markers is gone")
    for line in ("Of 5 bounds 2 hold, 3 miss, 0 are within the noise.",
                 "| hot | time | <= 1.1x | 1.63 | 1 | 1 | 0 |",
                 "| hot/64B | time | 8.116 ns | tcmalloc 5.574 ns | 1.63 | 1.50 to 1.70 | <= 1.1x "
                 "| misses |",
                 "| live/1p | rss | 3.000 MiB | tcmalloc 2.000 MiB | 1.63 |  | <= 1.1x | misses |",
                 "| ffmpeg/raw | rss | 3.000 MiB | tcmalloc 2.000 MiB | 1.63 | 1.50 to 1.70 "
                 "| <= 1.1x | misses |",
                 "Not measured: replay/a (no trace).", "not there: mimalloc."):
        tap.expect(f"{line}\n" in readme or line in readme, f"no {line!r} in\n{readme}")
    tap.expect("| hot/1KiB |" not in readme, "a row that holds is in the summary's counts only")
    rows = tree.read("bench", "results", "README.md")
    for entry in report()["bounds"]:
        tap.expect(f"| {entry['work']} | {entry['metric']} |" in rows,
                   f"{entry['work']} in\n{rows}")


@tap.case
def a_check_writes_nothing_and_fails_until_the_pages_are_written():
    tree = Tree(pool=json.dumps(report()))
    before = tree.read("README.md")
    tap.expect_equal(tree.tool("--check").returncode, 1, "the exit status before")
    tap.expect_equal(tree.read("README.md"), before, "the page after a check")
    tap.expect_equal(tree.tool().returncode, 0, "the exit status of writing")
    tap.expect_equal(tree.tool("--check").returncode, 0, "the exit status afterwards")


@tap.case
def without_results_the_section_says_so():
    tree = Tree()
    tap.expect_equal(tree.tool().returncode, 0, "the exit status")
    tap.expect("There are no results" in tree.read("README.md"), tree.read("README.md"))


def results_are_refused(text, said):
    tree = Tree(pool=text)
    before = tree.read("README.md")
    done = tree.tool()
    tap.expect_equal((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
    tap.expect("pool.json" in done.stderr and said in done.stderr, done.stderr)
    tap.expect_equal(tree.read("README.md"), before, "the page")


for name, made, words in (
        ("not JSON", "{", "no report"), ("another JSON", "[1]", "no report"),
        ("no bounds", json.dumps({**report(), "bounds": []}), "no report"),
        ("a quick run", json.dumps(report(quick=True)), "--quick"),
        ("a part of the works", json.dumps(report(filter="hot")), "--filter"),
        ("a part of the peers", json.dumps(report(peers="glibc")), "--peers")):
    tap.add_case("results_are_refused: " + name, results_are_refused, made, words)


@tap.case
def a_readme_without_markers_is_refused():
    tree = Tree()
    tree.write("intro\n", "README.md")
    done = tree.tool()
    tap.expect_equal((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)


tap.main()
