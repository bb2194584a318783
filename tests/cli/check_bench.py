#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What framewell-bench says and how it ends: usage, JSON, text of at most 80 columns, peers and
traces that are not there or are none. It measures nothing.

    check_bench.py PROGRAM [CASE]
"""
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

PROGRAM = sys.argv.pop(1)
FEW = ["--quick", "--rounds", "2", "--filter"]


def run_topic(*words, **environment):
    """Runs the program; a variable that is None is not set."""
    variables = {**os.environ, "FRAMEWELL_TRACES": None, **environment}
    set_ones = {name: value for name, value in variables.items() if value is not None}
    return tap.run([PROGRAM, *words], env=set_ones)


def run(*arguments, **environment):
    return run_topic("pool", *arguments, **environment)


def report_of(*arguments, **environment):
    done = run(*arguments, "--json", **environment)
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stderr})")
    return json.loads(done.stdout)


def work_names(topic="pool"):
    text = run_topic(topic, "--list").stdout
    return [line.split()[0] for line in text[:text.index("peers:")].splitlines()]


def long_lines(text):
    return [line for line in text.splitlines() if len(line) > 80]


@tap.case
def help_names_every_option():
    done = run("--help")
    tap.expect_equal(done.returncode, 0, "the exit status")
    for option in ("--filter", "--peers", "--rounds", "--batch", "--quick", "--traces", "--details",
                   "--json", "--html", "--list", "--gate"):
        tap.expect(option in done.stdout, f"{option} is not in --help")
    tap.expect("--worker" not in done.stdout, "what only workers are told is in --help")
    tap.expect_equal(long_lines(done.stdout), [], "what is longer than 80 columns")


def nonsense_is_refused(arguments):
    done = run(*arguments)
    tap.expect_equal(done.returncode, 2, "the exit status")
    tap.expect(done.stderr and not done.stdout, "it is told on standard error, and only there")


for row in (["--no-such-option"], ["--rounds", "0"], ["--rounds", "1001"], ["--rounds", "3x"],
            ["--batch", "soon"], ["--batch", "nan"], ["--filter", "no work is called this"],
            ["more"], ["--json", "--html"], ["--peers", "nobody"], ["--peers", "glibc,,"],
            ["--worker", "nobody"], ["--worker", "glibc", "--work", "no work"]):
    tap.add_case("nonsense_is_refused: " + " ".join(row), nonsense_is_refused, row)


@tap.case
def names_are_listed_once():
    names = work_names()
    tap.expect(names, "there are no works")
    tap.expect_equal(len(set(names)), len(names), "the number of different names")


@tap.case
def a_topic_without_a_work_that_is_wanted_is_left_out():
    done = run_topic("all", *FEW, "hot/64B")
    tap.expect_equal(done.returncode, 0, done.stderr)
    tap.expect("pool: " in done.stdout and "objects: " not in done.stdout, done.stdout)
    report = json.loads(run_topic("all", "--json", *FEW, "hot/64B").stdout)
    tap.expect_equal(list(report), ["pool"], "the topics")


@tap.case
def a_filter_leaves_the_works_that_contain_it():
    measured = [work["name"] for work in report_of(*FEW, "hot/")["works"]]
    tap.expect_equal(measured, [name for name in work_names() if "hot/" in name])


def a_quick_run_has_a_row_for_every_work_within_80_columns(topic):
    done = run_topic(topic, "--quick")
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stderr})")
    tap.expect_equal(long_lines(done.stdout), [], "what is longer than 80 columns")
    headings = re.findall(r"^(\S+) \[\S+\]: ", done.stdout, re.M)
    tap.expect_equal(headings, list(dict.fromkeys(headings)), "the headings, each once")
    for name in work_names(topic):
        group, _, row = name.partition("/")
        rows = done.stdout.split(f"\n{group} [")[1].split("]: ")[1]
        tap.expect(f"\n  {row or group} " in rows, f"{name} is not told of")
    tap.expect(re.match(r"\d+ bounds: \d+ hold, \d+ miss, \d+ within noise$",
                        done.stdout.splitlines()[-1]), "the last line counts the bounds")


for name in ("pool", "objects"):
    tap.add_case("a_quick_run_has_a_row_for_every_work_within_80_columns: " + name,
                 a_quick_run_has_a_row_for_every_work_within_80_columns, name)


@tap.case
def objects_are_held_against_libavutil_on_each_allocator():
    done = run_topic("objects", "--quick", "--json")
    report = json.loads(done.stdout)
    tap.expect_equal([work["name"] for work in report["works"]], work_names("objects"))
    known = {peer["name"] for peer in report["peers"]}
    for work in report["works"]:
        names = [peer["name"] for peer in work["peers"]]
        tap.expect_equal(names[0], "framewell", work["name"])
        tap.expect("skipped" in work or set(names[1:]) <= known - {"textbook", "bare"}, names)
    bounded = {bound["work"] for bound in report["bounds"]}
    for work in report["works"]:
        tap.expect(work["name"] in bounded, f"{work['name']} has no bound")


@tap.case
def details_have_every_peer_within_80_columns():
    done = run(*FEW, "hot/64B", "--details")
    tap.expect_equal(long_lines(done.stdout), [], "what is longer than 80 columns")
    for name in ("framewell", "glibc", "textbook"):
        tap.expect(re.search(rf"^  {name} +[\d.]+", done.stdout, re.M), done.stdout)


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
        is_close = (bound["ratio_p25"] <= bound["limit"]) != (bound["ratio_p75"] <= bound["limit"])
        verdict = "noise" if is_close else "holds" if bound["holds"] else "misses"
        tap.expect_equal((bound["close"], bound["verdict"]), (is_close, verdict), bound["work"])


@tap.case
def every_peer_is_measured_or_skipped_with_a_reason():
    report = report_of(*FEW, "hot/64B")
    present = {peer["name"] for peer in report["peers"]}
    skipped = {peer["name"]: peer["why"] for peer in report["skipped"]}
    for name in ("framewell", "glibc", "jemalloc", "tcmalloc", "mimalloc", "textbook", "libavutil",
                 "gstreamer"):
        tap.expect(name in present or skipped.get(name), f"{name} is not told of")


TYPES = {
    "": {"suite": str, "date": str, "machine": dict, "settings": dict, "subject": str,
         "peers": list, "skipped": list, "works": list, "bounds": list},
    "machine": {"cpu": str, "cores": int, "memory": int, "kernel": str, "huge_pages": str,
                "compiler": str, "load": float},
    "settings": {"rounds": int, "batch_ms": float, "quick": bool, "filter": str,
                 "peers": type(None)},
    "work": {"name": str, "title": str, "unit": str, "peers": list},
    "peer": {"name": str, "batch": int, "time": dict, "samples": list, "faults": dict,
             "peaks": dict, "peak_rss": int, "rss": int, "live_size": int},
    "bound": {"work": str, "metric": str, "limit": float, "plus": float, "against": str,
              "value": float, "reference_value": float, "ratio": float, "ratio_p25": float,
              "ratio_p75": float, "holds": bool, "close": bool, "verdict": str},
}


def expect_shape(value, kind):
    """Every name that is promised, with its type, and no other."""
    tap.expect_equal({name: type(field) for name, field in value.items()}, TYPES[kind],
                     f"the names and types of {kind or 'the report'}")


@tap.case
def the_report_has_the_promised_names_and_types():
    report = report_of(*FEW, "hot/64B")
    expect_shape(report, "")
    expect_shape(report["machine"], "machine")
    expect_shape(report["settings"], "settings")
    expect_shape(report["works"][0], "work")
    expect_shape(report["works"][0]["peers"][0], "peer")
    expect_shape(report["bounds"][0], "bound")


@tap.case
def only_the_peers_that_are_asked_for_are_measured():
    (work,) = report_of(*FEW, "hot/64B", "--peers", "glibc")["works"]
    tap.expect_equal([peer["name"] for peer in work["peers"]], ["framewell", "glibc"])


@tap.case
def a_missing_trace_is_named_and_no_failure():
    with tempfile.TemporaryDirectory() as empty:
        works = report_of(*FEW, "replay/remux", "--traces", empty)["works"]
    for work in works:
        tap.expect_equal(work["skipped"], "No such file or directory")


@tap.case
def without_a_directory_of_traces_replays_are_left_out():
    for work in report_of(*FEW, "replay/remux", FRAMEWELL_SHARED=None)["works"]:
        tap.expect("--traces" in work["skipped"], work["skipped"])


def trace_of(*calls, ids=1):
    """Calls as (op, id, size, old id), threads in turn."""
    text = b"PBTRACE1" + len(calls).to_bytes(8, "little") + ids.to_bytes(4, "little")
    text += (2).to_bytes(4, "little") + bytes(8)
    for number, (op, made, size, old) in enumerate(calls):
        text += bytes([op, 0, number % 2, 0]) + made.to_bytes(4, "little")
        text += size.to_bytes(8, "little") + old.to_bytes(4, "little") + bytes(4)
    return text


SOUND = trace_of((1, 1, 100, 0), (3, 2, 5000, 1), (2, 3, 0, 0), (4, 3, 0, 0), ids=3)


def replay(trace, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "made.bin")
        with open(path, "wb") as file:
            file.write(trace)
        return run_topic("replay", path, *FEW, "", *arguments)


@tap.case
def a_trace_is_replayed_in_four_ways_with_the_frees_that_it_lacks():
    done = replay(SOUND, "--json")
    tap.expect_equal((done.returncode, done.stderr), (0, ""))
    report = json.loads(done.stdout)
    tap.expect_equal([work["name"] for work in report["works"]],
                     ["made/1", "made/1p", "made/2", "made/2p"])
    for work in report["works"]:
        tap.expect({"framewell", "glibc", "textbook"} <= {peer["name"] for peer in work["peers"]},
                   work["peers"])
        tap.expect(all(peer["time"]["median"] > 0 for peer in work["peers"]), "it takes time")
    tap.expect_equal([bound["metric"] for bound in report["bounds"]], ["time", "rss"] * 4)


@tap.case
def a_replay_is_told_within_80_columns():
    done = replay(SOUND)
    tap.expect_equal((done.returncode, done.stderr), (0, ""))
    tap.expect_equal(long_lines(done.stdout), [], "what is longer than 80 columns")
    tap.expect("4 calls, 3 blocks, 2 threads" in done.stdout, done.stdout)
    tap.expect(re.search(r"^  glibc +[\d.]+", done.stdout, re.M), "every peer has its numbers")


BROKEN = {
    "empty": (b"", "begin"),
    "another magic": (b"PBTRACE2" + SOUND[8:], "begin"),
    "half a header": (SOUND[:31], "begin"),
    "no calls": (trace_of(ids=0), "no calls"),
    "cut off": (SOUND[:-1], "not as long"),
    "too long": (SOUND + b"x", "not as long"),
    "a count beyond all files": (SOUND[:8] + b"\xff" * 8 + SOUND[16:], "not as long"),
    "more ids than calls": (trace_of((1, 1, 8, 0), ids=2), "more blocks"),
    "a free of nothing": (trace_of((4, 1, 0, 0)), "call 1: it frees"),
    "a free twice": (trace_of((1, 1, 8, 0), (4, 1, 0, 0), (4, 1, 0, 0)), "call 3: it frees"),
    "an id beyond": (trace_of((1, 2, 8, 0)), "call 1: no such id"),
    "id 0": (trace_of((1, 0, 8, 0)), "call 1: no such id"),
    "a resize of itself": (trace_of((3, 1, 8, 1)), "call 1: it resizes"),
    "made twice": (trace_of((1, 1, 8, 0), (1, 1, 8, 0)), "call 2: it makes"),
    "made again": (trace_of((1, 1, 8, 0), (4, 1, 0, 0), (1, 1, 8, 0)), "call 3: it makes"),
    "another kind": (trace_of((9, 1, 8, 0)), "call 1: no such kind"),
    "a size beyond": (trace_of((1, 1, 1 << 63, 0)), "call 1: no such size"),
}


def a_broken_trace_is_refused(name):
    trace, said = BROKEN[name]
    done = replay(trace)
    tap.expect_equal(done.returncode, 6, f"the exit status ({done.stderr})")
    tap.expect_equal((done.stderr.count("\n"), done.stdout), (1, ""), "one line, and no more")
    tap.expect("made.bin: broken: " in done.stderr and said in done.stderr, done.stderr)


for broken_name in BROKEN:
    tap.add_case("a_broken_trace_is_refused: " + broken_name, a_broken_trace_is_refused,
                 broken_name)


@tap.case
def a_trace_that_cannot_be_read_is_an_input_error():
    for path in ("/no/such/trace", "/", "/dev/null", "/proc/self/mem", ""):
        done = run_topic("replay", path)
        tap.expect_equal((done.returncode, done.stderr.count("\n")), (3, 1),
                         f"{path}: {done.stderr}")


@tap.case
def traces_of_one_name_have_names_of_their_own():
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("same.bin", "same.old")]
        for path in paths:
            with open(path, "wb") as file:
                file.write(SOUND)
        names = run_topic("replay", *paths, "--list").stdout.split("peers:")[0].split()
    tap.expect("same/1" in names and "same-2/1" in names, names)


@tap.case
def replay_needs_one_to_eight_traces():
    for paths in ([], ["x"] * 9):
        done = run_topic("replay", *paths)
        tap.expect_equal((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)


# A stand-in: makes clips, and plays those alone.
FFMPEG = """#!/bin/sh
for last; do :; done
case "$*" in
*lavfi*) echo pictures >"$last" ;;
*) while [ "$1" != -i ]; do shift; done; test "$(cat "$2")" = pictures ;;
esac
"""


def run_programs(ffmpeg, *arguments, path="/usr/bin:/bin"):
    """The topic with that text as ffmpeg, if it is one, in front of the path; leaves nothing."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as clips:
        program = os.path.join(folder, "ffmpeg")
        if ffmpeg:
            with open(program, "w", encoding="utf-8") as file:
                file.write(ffmpeg)
            os.chmod(program, 0o755)
        done = run_topic("programs", "--rounds", "2", "--batch", "1", "--filter", "ffmpeg/",
                         *arguments, PATH=f"{folder}:{path}", TMPDIR=clips)
        tap.expect_equal(os.listdir(clips), [], "what is left in TMPDIR")
    return done


def report_of_programs(ffmpeg, **options):
    done = run_programs(ffmpeg, "--json", **options)
    tap.expect_equal(done.returncode, 0, f"the exit status ({done.stderr})")
    return json.loads(done.stdout)


@tap.case
def programs_play_the_clip_that_was_made():
    report = report_of_programs(FFMPEG)
    tap.expect_equal([work["name"] for work in report["works"]],
                     [f"ffmpeg/{name}" for name in ("raw", "decode", "scale", "transcode",
                                                    "remux")])
    present = [peer["name"] for peer in report["peers"]]
    for work in report["works"]:
        tap.expect_equal([peer["name"] for peer in work["peers"]], present, work["name"])
        for peer in work["peers"]:
            numbers = [peer["time"]["min"], peer["faults"]["min"], peer["peaks"]["min"] / 65536]
            tap.expect(all(number > 1 for number in numbers), f"{peer['name']}: {numbers}")


@tap.case
def every_row_of_ffmpeg_has_its_bounds():
    report = report_of_programs(FFMPEG)
    if "framewell" not in [peer["name"] for peer in report["peers"]]:
        raise tap.Skip("a sanitizer's malloc stays")
    bounds = {}
    for bound in report["bounds"]:
        against = bound["against"] if bound["against"] == "glibc" else "best"
        bounds.setdefault(bound["work"], []).append((bound["metric"], bound["limit"], against))
    alone = len(report["peers"]) == 2  # then glibc is the best of the others
    raw = [("time", 1, "best"), ("time", 0.75, "glibc"), ("faults", 0.25, "glibc"),
           ("rss", 1.05, "best")]
    others = [("time", 1, "glibc"), ("faults", 1, "best"), ("rss", 1.05, "glibc")]
    for work, found in bounds.items():
        wanted = raw if work == "ffmpeg/raw" else others
        tap.expect_equal([pair[:2] for pair in found], [pair[:2] for pair in wanted], work)
        tap.expect(alone or all(got[2] == "glibc" for got, pair in zip(found, wanted)
                                if pair[2] == "glibc"), f"{work}: {found}")


@tap.case
def a_program_that_is_not_there_or_does_not_work_is_named():
    for ffmpeg, path, said in (
            (None, "/no/such/folder", "ffmpeg is not installed (Debian's package ffmpeg)"),
            ("#!/bin/sh\nexit 1\n", "/usr/bin:/bin", "ffmpeg cannot make the clip"),
            (FFMPEG.replace("= pictures", "= paintings"), "/usr/bin:/bin", "does not end well")):
        for work in report_of_programs(ffmpeg, path=path)["works"]:
            tap.expect(said in work["skipped"], work["skipped"])


@tap.case
def a_program_that_breaks_down_on_a_malloc_fails_the_run():
    """The stand-in works as it is, and with nothing that is preloaded."""
    peers = [peer["name"] for peer in report_of_programs(FFMPEG)["peers"]]
    if peers == ["glibc"]:
        raise tap.Skip("there is no malloc to preload")
    done = run_programs(FFMPEG.replace("for last", 'test -z "$LD_PRELOAD" || exit 9\nfor last', 1),
                        "--details")
    tap.expect_equal(done.returncode, 1, f"the exit status ({done.stdout})")
    tap.expect(re.search(r"^  glibc +[\d.]+", done.stdout, re.M), "as it is it works")
    tap.expect_equal(done.stdout.count("  ended with status 1"), 5 * (len(peers) - 1), "failures")
    tap.expect_equal(done.stderr.count("did not end well"), 5 * (len(peers) - 1), "messages")


@tap.case
def all_is_every_topic_and_what_is_meant_by_none():
    for words in ([], ["all"]):
        done = run_topic(*words, *FEW, "hot/64B", "--json")
        tap.expect_equal((done.returncode, done.stderr), (0, ""))
        report = json.loads(done.stdout)
        works = report["works"] if "works" in report else report["pool"]["works"]
        tap.expect_equal([work["name"] for work in works], ["hot/64B"])


@tap.case
def a_topic_that_is_none_is_a_usage_error():
    for words, said in ((["poool"], "did you mean 'pool'"), (["strawberry"], "--help")):
        done = run_topic(*words)
        tap.expect_equal((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1))
        tap.expect(said in done.stderr, done.stderr)


tap.main()
