#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What statistics look like to those who read them: JSON by a JSON parser, OpenMetrics by the rules
of OpenMetrics 1.0, and FRAMEWELL_STATS, which has them written at the end. Argument: the program
stats_writer."""
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

PROGRAM = os.path.abspath(sys.argv.pop(1))

# Names as bytes, and what is to be read: what is no UTF-8 comes as a question mark, and a name has
# 31 bytes.
NAMES = {
    "plain": (b"decoder", "decoder"),
    "empty": (b"", ""),
    "with_quotes": (b'a "name" \'x\'', 'a "name" \'x\''),
    "with_backslashes": (b"C:\\pool\\n\\", "C:\\pool\\n\\"),
    "with_line_ends": (b"one\ntwo\r\nthree", "one\ntwo\r\nthree"),
    "with_control_bytes": (b"\x01\x08\t\x0b\x0c\x1b[0m\x1f\x7f",
                           "\x01\x08\t\x0b\x0c\x1b[0m\x1f\x7f"),
    "with_braces": (b"a{b=\"c\",d} 1 # EOF", "a{b=\"c\",d} 1 # EOF"),
    "in_other_scripts": ("Größe 画 🎞".encode(), "Größe 画 🎞"),
    "that_are_no_utf_8": (b"a\xff\xc3(\xe2\x82\xed\xa0\x80\xc0\x80\xf5", "a??(???????" + "?"),
    "cut_in_a_character": (b"x" * 30 + "é".encode(), "x" * 30 + "?"),
    "of_the_worst_length": (b"\x01" * 40, "\x01" * 31),
    "with_percents": (b"%s%n%d 100%", "%s%n%d 100%"),
}


def written(form, name):
    done = tap.run([PROGRAM, form, name], text=False, errors=None)
    tap.expect_equal(done.returncode, 0, "the exit code")
    return done.stdout.decode("utf-8")


# OpenMetrics 1.0


class Broken(Exception):
    """The text is no OpenMetrics."""


def demand(condition, what, line):
    if not condition:
        raise Broken(f"{what}: {line!r}")


TYPES = {"counter", "gauge", "unknown", "info", "stateset", "histogram", "gaugehistogram",
         "summary"}
METADATA = re.compile(r"# (TYPE|HELP|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)", re.S)
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (\S+))?", re.S)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)', re.S)
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|\+Inf")
SUFFIXES = {"counter": ("_total", "_created"), "gauge": ("",), "unknown": ("",)}


def unescape(text):
    return re.sub(r'\\(["\\n])', lambda match: {"n": "\n"}.get(match[1], match[1]), text)


def parse_labels(text, line):
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        demand(match and (match[3] or match.end() == len(text)), "no label", line)
        demand(match[1] not in labels, "a label twice", line)
        demand(not (match[3] and match.end() == len(text)), "a comma at the end", line)
        labels[match[1]] = unescape(match[2])
        at = match.end()
    return labels


def parse_openmetrics(text):
    """{family: {"type": ..., "help": ..., "samples": {(name, labels): value}}}"""
    demand(text.endswith("\n"), "the last line does not end", text[-20:])
    lines = text[:-1].split("\n")
    demand(lines[-1] == "# EOF", "no # EOF at the end", lines[-1])
    families, current, metric = {}, None, None
    for line in lines[:-1]:
        demand(line and line != "# EOF", "an empty line, or an early # EOF", line)
        if line.startswith("#"):
            match = METADATA.fullmatch(line)
            demand(match, "no metadata", line)
            kind, name, value = match.groups()
            if name != current:
                demand(name not in families, "a family in two places", line)
                families[name] = {"samples": {}, "metrics": []}
                current, metric = name, None
            family = families[name]
            demand(not family["samples"], "metadata behind samples", line)
            demand(kind not in family, "metadata twice", line)
            demand(kind != "TYPE" or value in TYPES, "no type", line)
            demand(not re.search(r"(?:[^\\]|^)(?:\\\\)*\\[^\\n\"]", value), "an escape", line)
            family[kind] = value
            continue
        match = SAMPLE.fullmatch(line)
        demand(match, "no sample", line)
        name, labels, value = match[1], parse_labels(match[2] or "", line), match[3]
        demand(current is not None, "a sample without family", line)
        family = families[current]
        demand("TYPE" in family, "a sample before its TYPE", line)
        demand(name in [current + suffix for suffix in SUFFIXES[family["TYPE"]]],
               f"no sample of the {family['TYPE']} {current}", line)
        demand(NUMBER.fullmatch(value), "no number", line)
        demand(family["TYPE"] != "counter" or float(value) >= 0, "a counter below 0", line)
        key = (name, tuple(sorted(labels.items())))
        demand(key not in family["samples"], "a sample twice", line)
        if key[1] != metric:
            demand(key[1] not in family["metrics"], "metrics are mixed", line)
            family["metrics"].append(key[1])
            metric = key[1]
        family["samples"][key] = float("inf") if value == "+Inf" else int(value)
    expect_no_clash(families)
    return families


def expect_no_clash(families):
    """No family is called what a sample of another may be called."""
    for name, family in families.items():
        for suffix in SUFFIXES[family["TYPE"]]:
            demand(not suffix or name + suffix not in families, "names clash", name + suffix)


BROKEN = {
    "without_an_end": "# TYPE a gauge\na 1\n",
    "with_something_behind_its_end": "# TYPE a gauge\na 1\n# EOF\na 2\n",
    "with_an_empty_line": "# TYPE a gauge\n\na 1\n# EOF\n",
    "with_a_sample_before_its_type": "a 1\n# TYPE a gauge\n# EOF\n",
    "with_a_counter_without_total": "# TYPE a counter\na 1\n# EOF\n",
    "with_a_gauge_with_total": "# TYPE a gauge\na_total 1\n# EOF\n",
    "with_a_family_in_two_places":
        "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n",
    "with_a_sample_of_another_family": "# TYPE a gauge\n# TYPE b gauge\na 1\n# EOF\n",
    "with_a_sample_twice": "# TYPE a gauge\na 1\na 1\n# EOF\n",
    "with_help_behind_samples": "# TYPE a gauge\na 1\n# HELP a x\n# EOF\n",
    "with_a_bare_quote": '# TYPE a gauge\na{b="""} 1\n# EOF\n',
    "with_a_bare_backslash": '# TYPE a gauge\na{b="\\"} 1\n# EOF\n',
    "with_an_unknown_escape": '# TYPE a gauge\na{b="\\t"} 1\n# EOF\n',
    "with_a_line_end_in_a_label": '# TYPE a gauge\na{b="x\ny"} 1\n# EOF\n',
    "with_names_that_clash":
        "# TYPE a counter\na_total 1\n# TYPE a_total gauge\na_total 2\n# EOF\n",
    "without_a_number": "# TYPE a gauge\na one\n# EOF\n",
}


def refuses(text):
    try:
        parse_openmetrics(text)
    except Broken:
        return
    raise tap.Failure(f"the parser takes {text!r}")


for what, broken in BROKEN.items():
    tap.add_case(f"the_parser_refuses_a_text_{what}", refuses, broken)


# What is written

def fields_of(struct):
    body = re.search(rf"typedef struct {struct} \{{(.*?)\}} {struct};",
                     source_tree.code("include/framewell/pool.h"), re.S)[1]
    return re.findall(r"uint64_t (\w+);", body)


TIERS = ["small", "medium", "large", "frame"]
TIER_FIELDS = fields_of("FwlPoolTierStats")
POOL_FIELDS = fields_of("FwlPoolStats")


def json_is_well_formed(name, wanted):
    stats = json.loads(written("json", name))
    tap.expect_equal(stats["name"], wanted, "the name")
    tap.expect_equal(sorted(stats), sorted(["name", "tier"] + POOL_FIELDS), "the fields")
    tap.expect_equal(list(stats["tier"]), TIERS, "the tiers")
    for tier in TIERS:
        tap.expect_equal(sorted(stats["tier"][tier]), sorted(TIER_FIELDS), "a tier's fields")
    for field in TIER_FIELDS:
        if field != "peak_usage":
            total = sum(tier[field] for tier in stats["tier"].values())
            tap.expect_equal(stats[field], total, f"{field} in sum")
    tap.expect(stats["allocation_count"] == 6 and stats["free_count"] == 5, stats)


def openmetrics_is_well_formed(name, wanted):
    families = parse_openmetrics(written("openmetrics", name))
    pool_only = [field for field in POOL_FIELDS if field not in TIER_FIELDS]
    tap.expect_equal(sorted(families), sorted("framewell_pool_" + field
                                              for field in TIER_FIELDS + pool_only), "the families")
    for family, content in families.items():
        tap.expect("HELP" in content, f"{family} has no help")
        labels = [dict(labels) for _, labels in content["samples"]]
        tap.expect_equal({label["pool"] for label in labels}, {wanted}, "the pool of the samples")
        by_tier = family.removeprefix("framewell_pool_") in TIER_FIELDS
        tap.expect_equal([label.get("tier") for label in labels], TIERS if by_tier else [None],
                         f"the tiers of {family}")


def openmetrics_and_json_say_the_same():
    stats = json.loads(written("json", b"x"))
    families = parse_openmetrics(written("openmetrics", b"x"))
    for family, content in families.items():
        field = family.removeprefix("framewell_pool_")
        for (_, labels), value in content["samples"].items():
            tier = dict(labels).get("tier")
            source = stats["tier"][tier] if tier else stats
            tap.expect_equal(value, source[field], f"{family} {tier}")


def text_is_one_line_for_each_row(name):
    lines = written("text", name).split("\n")
    tap.expect(lines[0].startswith("pool ") and lines[1].startswith("  tier "), lines[:2])
    tap.expect(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", "".join(lines)), "a control byte")
    tap.expect(all(len(line) <= 80 for line in lines), "more than 80 columns")


for what, (given, read) in NAMES.items():
    tap.add_case(f"json_of_names_{what}_is_well_formed", json_is_well_formed, given, read)
    tap.add_case(f"openmetrics_of_names_{what}_is_well_formed", openmetrics_is_well_formed, given,
                 read)
    tap.add_case(f"text_of_names_{what}_is_one_line_for_each_row", text_is_one_line_for_each_row,
                 given)
tap.case(openmetrics_and_json_say_the_same)


# FRAMEWELL_STATS

def run_with(value, folder=None):
    environment = {**os.environ, "FRAMEWELL_STATS": value}
    return tap.run_ok([PROGRAM, "default"], env=environment, cwd=folder)


@tap.case
def nothing_is_written_unless_asked_for():
    for value in ("", "0"):
        done = run_with(value)
        tap.expect_equal((done.stdout, done.stderr), ("", ""), f"output with {value!r}")


@tap.case
def one_is_a_table_on_standard_error():
    done = run_with("1")
    tap.expect_equal(done.stdout, "")
    tap.expect(done.stderr.startswith("pool default\n  tier "), done.stderr)
    tap.expect(re.search(r"^  limit +none$", done.stderr, re.M), done.stderr)


@tap.case
def a_file_s_ending_is_its_format():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("stats.json", "stats.prom", "stats.om", "stats", "json"):
            done = run_with(name, folder)
            tap.expect_equal((done.stdout, done.stderr), ("", ""), "output")

        def content(name):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                return file.read()

        stats = json.loads(content("stats.json"))
        tap.expect_equal((stats["name"], stats["allocation_count"]), ("default", 6))
        tap.expect_equal(stats["limit"], None, "no limit")
        for name in ("stats.prom", "stats.om"):
            families = parse_openmetrics(content(name))
            tap.expect_equal(len(families), len(set(TIER_FIELDS + POOL_FIELDS)), name)
            limits = families["framewell_pool_limit"]["samples"].values()
            tap.expect_equal(list(limits), [float("inf")], "no limit")
        for name in ("stats", "json"):
            tap.expect(content(name).startswith("pool default\n"), name)


@tap.case
def a_longer_file_of_before_is_replaced():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stats.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("x" * 100000)
        run_with(path)
        with open(path, encoding="utf-8") as file:
            json.load(file)


@tap.case
def a_file_that_cannot_be_written_changes_nothing():
    with tempfile.TemporaryDirectory() as folder:
        done = run_with(os.path.join(folder, "missing", "stats.json"))
        tap.expect_equal((done.stdout, done.stderr), ("", ""), "output")
        run_with("/dev/full")


tap.main()
