#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes what bench/results/*.json say into the pages: a summary with every miss between the
markers of README.md, and all rows into bench/results/README.md.

    framewell bench pool --json >bench/results/pool.json
    tools/performance.py            # writes both pages
    tools/performance.py --check    # exit status 1 where a page is not what it would write

--root DIR: another tree. Results of a quick run, or of a part of the works or peers, are refused.
"""
import argparse
import glob
import json
import os
import sys

BEGIN = "<!-- performance: begin (written by tools/performance.py) -->"
END = "<!-- performance: end -->"
ORDER = ("pool", "objects", "layout", "replay", "programs")
VERDICTS = ("holds", "misses", "noise")
HEAD = ["| work | | Framewell | held against | ratio | quartiles | bound | |",
        "|---|---|---:|---|---:|---|---|---|"]


class Refused(Exception):
    """Results that no page may be made of; the message says which and why."""


def place_of(report):
    name = report["suite"]
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        settings = report["settings"]
        part = [name for name in ("quick", "filter", "peers") if settings[name]]
        report["bounds"][0]["verdict"], report["suite"], report["machine"]["cpu"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Refused(f"{path}: it is no report of framewell bench: {error!r}") from None
    if part:
        raise Refused(f"{path}: it is of a run with --{part[0]}, and does not tell all")
    return report


def load_all(root):
    paths = sorted(glob.glob(os.path.join(root, "bench", "results", "*.json")))
    return sorted((load(path) for path in paths), key=place_of)


# Words and numbers

def number(value):
    """Four digits that say something."""
    if value == 0:
        return "0"
    for limit, decimals in ((9.9995, 3), (99.995, 2), (999.95, 1)):
        if abs(value) < limit:
            return f"{value:.{decimals}f}"
    return f"{value:.0f}"


def ratio_text(value):
    return f"{value:.2f}" if value < 99.5 else f"{value:.0f}"


def figure(bound, value, units):
    if bound["metric"] == "rss":
        return f"{number(value / (1 << 20))} MiB"
    if bound["metric"] == "faults":
        return number(value)
    return f"{number(value)} {units[bound['work']]}"


def limit_text(bound):
    times = "x" if bound["against"] else ""
    plus = f" + {bound['plus'] / (1 << 20):.0f} MiB" if bound["plus"] else ""
    return f"<= {bound['limit']:g}{times}{plus}"


def row(bound, units):
    against, ratio, quartiles = "", "", ""
    if bound["against"]:
        against = f"{bound['against']} {figure(bound, bound['reference_value'], units)}"
        ratio = ratio_text(bound["ratio"])
    has_spread = bound["metric"] != "rss" or bound["ratio_p25"] != bound["ratio_p75"]
    if bound["against"] and has_spread:
        quartiles = f"{ratio_text(bound['ratio_p25'])} to {ratio_text(bound['ratio_p75'])}"
    cells = [bound["work"], bound["metric"], figure(bound, bound["value"], units), against, ratio,
             quartiles, limit_text(bound), bound["verdict"]]
    return "| " + " | ".join(cells) + " |"


def machine_line(report):
    machine = report["machine"]
    peers = ", ".join(f"{peer['name']} {peer['version']}".strip() for peer in report["peers"])
    missing = ", ".join(peer["name"] for peer in report["skipped"])
    settings = report["settings"]
    return (f"{machine['cpu']}, {machine['cores']} cores, {machine['memory'] / (1 << 30):.1f} GiB, "
            f"{machine['kernel']}, huge pages {machine['huge_pages']}, {machine['compiler']}, "
            f"load {machine['load']:.2f} at the start, {report['date'][:10]}; "
            f"{settings['rounds']} rounds of {settings['batch_ms']:g} ms; {peers}"
            + (f"; not there: {missing}" if missing else ""))


# The pages

def units_of(report):
    return {work["name"]: work["unit"] for work in report["works"]}


def groups_of(report):
    """{(group, metric): its bounds}, in the order of the report."""
    groups = {}
    for bound in report["bounds"]:
        groups.setdefault((bound["work"].split("/")[0], bound["metric"]), []).append(bound)
    return groups


def counts_of(bounds):
    return [sum(bound["verdict"] == verdict for bound in bounds) for verdict in VERDICTS]


def range_text(bounds):
    ratios = sorted(bound["ratio"] for bound in bounds if bound["against"])
    if not ratios:
        return ""
    low, high = ratio_text(ratios[0]), ratio_text(ratios[-1])
    return low if low == high else f"{low} to {high}"


def limits_text(bounds):
    return " or ".join(dict.fromkeys(limit_text(bound) for bound in bounds))


def left_out(report):
    return [f"{work['name']} ({work['skipped']})" for work in report["works"]
            if "skipped" in work]


def summary_of(report):
    holds, misses, noise = counts_of(report["bounds"])
    lines = [f"### framewell bench {report['suite']}", "",
             f"Of {len(report['bounds'])} bounds {holds} hold, {misses} miss, {noise} are within "
             "the noise.", "",
             "| works | | bound | ratios | hold | miss | noise |",
             "|---|---|---|---|---:|---:|---:|"]
    for (group, metric), bounds in groups_of(report).items():
        cells = [group, metric, limits_text(bounds), range_text(bounds)]
        lines.append("| " + " | ".join(cells + [str(count) for count in counts_of(bounds)]) + " |")
    missed = [bound for bound in report["bounds"] if bound["verdict"] == "misses"]
    if missed:
        units = units_of(report)
        lines += ["", "Every bound that is missed:", "", *HEAD,
                  *(row(bound, units) for bound in missed)]
    if left_out(report):
        lines += ["", "Not measured: " + ", ".join(left_out(report)) + "."]
    return lines + ["", machine_line(report) + ".", ""]


def readme_section(reports):
    lines = [BEGIN]
    if not reports:
        lines += ["There are no results in `bench/results/` yet; "
                  "[docs/bench.md](docs/bench.md) says how they are made."]
    else:
        lines += ["Medians of peers that take turns, each in a process of its own; a ratio is "
                  "Framewell's figure", "by that of the best peer, or of what the row names, and "
                  "less is better. All rows:", "[bench/results](bench/results/README.md); how to "
                  "read them: [docs/bench.md](docs/bench.md).", ""]
        for report in reports:
            lines += summary_of(report)
    return "\n".join(lines).rstrip("\n") + "\n" + END


def results_page(reports):
    lines = ["# Results", "",
             "What `framewell bench TOPIC --json` wrote, by topic, and all rows of it. "
             "This page and the", "summary in the README are written by `tools/performance.py`; "
             "[docs/bench.md](../../docs/bench.md)", "says how to read them.", ""]
    if not reports:
        lines += ["There are none yet.", ""]
    for report in reports:
        units = units_of(report)
        lines += [f"## {report['suite']}", "", machine_line(report) + ".", "", *HEAD,
                  *(row(bound, units) for bound in report["bounds"]), ""]
        if left_out(report):
            lines += ["Not measured: " + ", ".join(left_out(report)) + ".", ""]
    return "\n".join(lines)


def with_section(text, section, path):
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Refused(f"{path}: the markers of the section are not there, once each")
    return text[:text.index(BEGIN)] + section + text[text.index(END) + len(END):]


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def pages_of(root):
    """{path: what is to stand there}."""
    reports = load_all(root)
    readme = os.path.join(root, "README.md")
    return {readme: with_section(read(readme), readme_section(reports), readme),
            os.path.join(root, "bench", "results", "README.md"): results_page(reports)}


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    parser = argparse.ArgumentParser(description="Writes the pages of bench/results/*.json.")
    parser.add_argument("--check", action="store_true", help="write nothing: are they so?")
    parser.add_argument("--root", default=os.path.normpath(here), help="of the source tree")
    options = parser.parse_args()
    try:
        pages = pages_of(options.root)
    except Refused as error:
        sys.exit(f"performance.py: {error}")
    stale = [path for path, text in pages.items() if read(path) != text]
    if options.check and stale:
        sys.exit("performance.py: run it: " + ", ".join(stale))
    for path in stale:
        with open(path, "w", encoding="utf-8") as file:
            file.write(pages[path])


if __name__ == "__main__":
    main()
