#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark harness, on works whose numbers are known: harness_suite.c.

    check_harness.py PROGRAM [CASE]
"""
import html.parser
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

PROGRAM = sys.argv.pop(1)
MIB = 1 << 20


def run(*arguments, **environment):
    return tap.run([PROGRAM, "suite", *arguments], env={**os.environ, **environment})


def measure(work, *arguments, **environment):
    """The report, and in it the results of the peers at that work."""
    done = run("--json", "--batch", "5", "--rounds", "5", "--filter", work, *arguments,
               **environment)
    tap.expect_equal(done.returncode, 0, "the exit status")
    report = json.loads(done.stdout)
    (result,) = report["works"]
    return report, {peer["name"]: peer for peer in result["peers"]}


def holds(report):
    return [bound["holds"] for bound in report["bounds"]]


def expect_between(number, least, most, what):
    tap.expect(least <= number <= most, f"{what} is {number}, expected {least} to {most}")


@tap.case
def time_is_that_of_one_operation():
    report, peers = measure("sleep")
    for name, least in (("normal", 500), ("double", 1000), ("floor", 250)):
        expect_between(peers[name]["time"]["min"], least, 20 * least, f"{name}'s shortest time")
    tap.expect(peers["normal"]["time"]["min"] < peers["double"]["time"]["min"], "twice is longer")


@tap.case
def the_best_is_the_best_of_the_others_and_no_floor():
    report, _ = measure("sleep")
    tap.expect_equal([bound["against"] for bound in report["bounds"]], ["double", "floor"])
    tap.expect_equal(holds(report), [True, False])


@tap.case
def a_batch_has_as_many_operations_as_its_time_has_room_for():
    _, peers = measure("sleep", "--batch", "0.1")
    tap.expect_equal(peers["normal"]["batch"], 1, "the number of sleeps of 0.5 ms in 0.1 ms")
    _, peers = measure("sleep", "--batch", "60")
    expect_between(peers["normal"]["batch"], 2, 120, "the number of sleeps of 0.5 ms in 60 ms")


@tap.case
def faults_are_counted_per_operation():
    report, peers = measure("pages")
    for name, count in (("normal", 32), ("double", 64), ("floor", 16)):
        expect_between(peers[name]["faults"]["median"], count, count + 0.9, f"{name}'s faults")
    tap.expect_equal(report["bounds"][1]["holds"], False, "0 faults hold")


@tap.case
def peak_memory_is_what_came_with_the_work():
    report, peers = measure("hold")
    for name, size in (("normal", 32 * MIB), ("double", 64 * MIB), ("floor", 16 * MIB)):
        expect_between(peers[name]["peak_rss"], size - MIB, size + 2 * MIB, f"{name}'s peak")
    tap.expect_equal(holds(report), [True, False, True])


@tap.case
def a_value_is_taken_as_it_is():
    report, peers = measure("value")
    tap.expect_equal([peers[name]["time"]["median"] for name in ("normal", "double", "floor")],
                     [7, 14, 3.5])
    tap.expect_equal(report["bounds"][0]["metric"], "value")
    tap.expect_equal(holds(report), [True])


@tap.case
def programs_have_their_own_faults_and_a_peak_in_each_round():
    report, peers = measure("program")
    for name, factor in (("normal", 2), ("double", 4), ("floor", 1)):
        tap.expect_equal(peers[name]["faults"]["median"], 100 * factor, f"{name}'s faults")
        peaks = peers[name]["peaks"]
        tap.expect_equal((peaks["min"], peaks["max"]),
                         (8 * MIB * factor, 8 * MIB * factor + 4096), f"{name}'s peaks")
        tap.expect_equal(peers[name]["peak_rss"], 8 * MIB * factor + 2048, "the median peak")
    tap.expect_equal(holds(report), [False, True, False, False])
    rss = report["bounds"][2]
    tap.expect(rss["ratio_p25"] <= rss["ratio"] <= rss["ratio_p75"] < 0.51, f"quartiles: {rss}")


@tap.case
def what_a_suite_begins_with_is_there_for_its_workers():
    _, peers = measure("begun")
    tap.expect_equal([peer["time"]["median"] for peer in peers.values()], [1, 1, 1])


class Page(html.parser.HTMLParser):
    """What a page has: its texts by element, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.texts = []
        self.loads = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.loads += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "html"):
            self.open.append((tag, dict(attrs).get("class", "")))

    def handle_endtag(self, tag):
        if tag != "html":
            tap.expect_equal(self.open.pop()[0], tag, "the element that ends")

    def handle_data(self, data):
        if self.open and data.strip():
            self.texts.append((*self.open[-1], data.strip()))

    def of(self, tag, name=None):
        return [text for t, c, text in self.texts if t == tag and name in (None, c)]


def page_of(*arguments):
    done = run("--html", "--batch", "0.1", "--rounds", "3", *arguments)
    tap.expect_equal((done.returncode, done.stderr), (0, ""))
    page = Page(done.stdout)
    tap.expect_equal((page.open, page.loads), ([], []), "elements that do not end, and files")
    tap.expect("url(" not in done.stdout and "<script" not in done.stdout, "it loads something")
    return done.stdout, page


@tap.case
def a_page_has_a_bar_for_each_peer_with_its_spread_and_its_bounds():
    text, page = page_of("--filter", "value")
    tap.expect_equal(page.of("h3"), ["value"])
    tap.expect_equal(page.of("span", "name"), ["normal", "double", "floor"])
    tap.expect_equal(page.of("span", "number"), ["7.000", "14.00", "3.500"])
    widths = re.findall(r"class=bar style=\"left:0.00%;width:([\d.]+)%", text)
    tap.expect_equal(widths, ["50.00", "100.00", "25.00"], "the bars")
    tap.expect_equal(text.count("class=quartiles"), 3, "spreads")
    tap.expect_equal(re.findall(r"class=bound style=\"left:([\d.]+)%", text), ["50.00"] * 3)
    tap.expect(page.of("b", "holds")[-1] == "holds" and "a CPU" not in text, "the verdict")


@tap.case
def a_page_has_a_plot_for_each_metric_that_is_bounded():
    _, page = page_of("--filter", "program")
    time, *others = page.of("h4")
    tap.expect(time.startswith("ms"), time)
    tap.expect_equal(others, ["page faults", "peak memory, MiB"])


@tap.case
def a_page_has_a_logarithmic_scale_where_numbers_differ_much():
    text, page = page_of("--filter", "wide")
    tap.expect_equal(page.of("h4"), ["%, logarithmic"])
    widths = re.findall(r"class=bar style=\"left:0.00%;width:([\d.]+)%", text)
    tap.expect_equal(widths, ["50.00", "100.00", "0.00"], "the bars, a power of ten for each half")


@tap.case
def a_page_says_what_was_left_out_and_takes_names_as_they_are():
    _, page = page_of("--filter", "refused")
    tap.expect("left out: nobody wants to" in page.of("p"), page.texts)
    text, page = page_of("--filter", "<odd>")
    tap.expect_equal("".join(page.of("h3")), '<odd> & "more"')
    tap.expect("&lt;odd> &amp; &quot;more&quot;" in text, "escapes")


@tap.case
def peers_take_turns():
    with tempfile.NamedTemporaryFile("r") as turns:
        measure("turns", "--batch", "0.001", TURNS=turns.name)
        order = turns.read().split()
    tap.expect_equal(order[-15:], ["normal", "double", "floor"] * 5, "the last five rounds")


@tap.case
def a_work_may_limit_its_rounds():
    _, peers = measure("few")
    tap.expect_equal(len(peers["normal"]["samples"]), 2, "the number of rounds")


@tap.case
def the_peers_that_are_there_have_versions_and_the_others_reasons():
    report, _ = measure("value")
    tap.expect_equal(report["peers"][0], {"name": "normal", "version": "1.2.3"})
    tap.expect_equal(report["skipped"], [
        {"name": "absent", "why": "not installed (Debian's package libabsent9)"}])


@tap.case
def works_that_are_left_out_say_why():
    for name, arguments, why in (("long", ["--quick"], "long"), ("huge", [], "memory"),
                                 ("refused", [], "nobody wants to")):
        report = json.loads(run("--json", "--filter", name, *arguments).stdout)
        tap.expect(why in report["works"][0]["skipped"], report["works"])


@tap.case
def a_peer_that_breaks_down_is_named_and_fails_the_run():
    done = run("--batch", "0.1", "--rounds", "2", "--filter", "break", "--details")
    tap.expect_equal(done.returncode, 1, "the exit status")
    tap.expect("double      ended by signal 9" in done.stdout, done.stdout)
    lines = [line for line in done.stdout.split("\n") if line.startswith("  normal  ")]
    tap.expect(lines and "0." in lines[0], "the others are measured all the same")


@tap.case
def a_gate_fails_where_a_bound_is_missed():
    tap.expect_equal(run("--filter", "value", "--gate").returncode, 0, "the bound holds")
    tap.expect_equal(run("--filter", "hold", "--gate").returncode, 1, "one of its bounds misses")
    tap.expect_equal(run("--filter", "hold").returncode, 0, "without --gate")


@tap.case
def peers_that_are_not_asked_for_stay_out():
    report, peers = measure("sleep", "--peers", "normal")
    tap.expect_equal(sorted(peers), ["floor", "normal"], "the subject and what it is held against")
    tap.expect_equal([bound["against"] for bound in report["bounds"]], ["floor"])


@tap.case
def the_table_has_each_bound_with_its_verdict():
    lines = run("--filter", "hold").stdout.splitlines()
    (first, second, third) = [line.split() for line in lines if line.startswith("  hold ")]
    tap.expect_equal([row[-1] for row in (first, second, third)], ["holds", "misses", "holds"])
    tap.expect_equal([row[-2] for row in (first, second, third)], ["<=1.1x", "<=0.4x", "<=0.4x+"])
    tap.expect_equal(first[1:5:2] + first[4:5], ["rss", "live", "32.00"], "what it is held against")
    tap.expect_equal(lines[-1], "3 bounds: 2 hold, 1 miss, 0 within noise")
    tap.expect(any(line.startswith("misses     hold (rss ") for line in lines), "the misses")


@tap.case
def what_cannot_be_written_is_a_failure():
    with open("/dev/full", "w", encoding="utf-8") as full:
        for form in ([], ["--json"], ["--html"]):
            done = tap.run([PROGRAM, "suite", "--filter", "value", *form], stdout=full)
            tap.expect_equal(done.returncode, 4, "the exit status")


tap.main()
