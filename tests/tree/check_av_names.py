#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The names of FFmpeg: av_names.h and docs/from-ffmpeg.md are what the table makes of them, and the
table says of every name in FFmpeg's headers what it is here, or why it is not.

Arguments: libframewell.so; then, as ever, a case."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))
sys.dont_write_bytecode = True
import av_names
import c_declarations
import source_tree
import tap

LIBRARY = sys.argv.pop(1)
HEADERS, ROWS = av_names.read_table()
CONSTANTS = [pair for row in ROWS if row.kind == "const"
             for pair in av_names.expand(row, av_names.our_constants())]
FUNCTIONS = [row for row in ROWS if row.kind == "fn"]
LEFT_OUT = [name for row in ROWS if row.kind == "no" for name in row.names]
INCLUDE = "-I" + os.path.join(tap.ROOT, "include")
OURS = c_declarations.read("#include <framewell/framewell.h>\n",
                           lambda path: "framewell/" in path, [INCLUDE])
FFMPEG_MAJOR = 57  # of libavutil in 5.1
SAME_ERRORS = [("EOF", "AVERROR_EOF"), ("DATA", "AVERROR_INVALIDDATA"),
               ("NOMEM", "AVERROR(ENOMEM)"), ("INVALID", "AVERROR(EINVAL)"),
               ("AGAIN", "AVERROR(EAGAIN)"), ("IO", "AVERROR(EIO)"), ("RANGE", "AVERROR(ERANGE)")]


def is_left_out(name):
    return any(re.fullmatch(pattern.replace("*", ".*"), name) for pattern in LEFT_OUT)


def ffmpeg_flags():
    """How to find FFmpeg's headers; a skip where those of 5.1 are not here."""
    found = tap.run(["pkg-config", "--modversion", "libavutil"])
    if found.returncode != 0 or tap.run(["pkg-config", "--exists", "libavcodec"]).returncode != 0:
        raise tap.Skip("FFmpeg's headers are not here")
    if int(found.stdout.split(".")[0]) != FFMPEG_MAJOR:
        raise tap.Skip(f"FFmpeg's headers are not those of 5.1: libavutil {found.stdout.strip()}")
    return tap.run_ok(["pkg-config", "--cflags", "libavutil", "libavcodec"]).stdout.split()


def theirs(header):
    return c_declarations.read(f"#include <{header}>\n", lambda path: path.endswith("/" + header),
                               ffmpeg_flags())


@tap.case
def the_header_is_what_the_table_makes():
    tap.expect(source_tree.read(av_names.HEADER) == av_names.make_header(),
               f"{av_names.HEADER} is not up to date: run tools/av_names.py")


@tap.case
def the_page_is_what_the_table_makes():
    page = source_tree.read(av_names.PAGE)
    tap.expect(page == av_names.make_page(page),
               f"{av_names.PAGE} is not up to date: run tools/av_names.py")


@tap.case
def the_header_has_macros_only():
    text = source_tree.code(av_names.HEADER).replace("\\\n", " ")
    lines = [line.strip() for line in text.split("\n")]
    wrong = [line for line in lines if line and not line.startswith("#")]
    tap.expect(not wrong, "\n".join(wrong))


@tap.case
def no_name_stands_for_two_things():
    names = [row.name for row in FUNCTIONS + [row for row in ROWS if row.kind == "type"]]
    names += [name for name, _ in CONSTANTS] + LEFT_OUT
    twice = {name for name in names if names.count(name) > 1}
    tap.expect(not twice, f"more than once in the table: {sorted(twice)}")


@tap.case
def every_function_of_the_table_is_in_the_library():
    listed = tap.run_ok(["nm", "-D", "--defined-only", LIBRARY]).stdout
    exported = set(re.findall(r" [A-Za-z] (fwl_\w+)", listed))
    header_text = "\n".join(source_tree.code(path) for path in source_tree.public_headers())
    for row in FUNCTIONS:
        is_inline = re.search(rf"static inline [^;{{]*\b{row.ours}\(", header_text)
        tap.expect(row.ours in OURS.functions, f"{row.ours} is not in a public header")
        tap.expect(row.ours in exported or is_inline, f"{row.ours} is not in the library")


@tap.case
def every_type_and_constant_of_the_table_is_in_a_header():
    for row in ROWS:
        if row.kind == "type":
            tap.expect(row.ours in OURS.types, f"{row.ours} is not in a public header")
    known = set(OURS.enumerators + OURS.macros)
    missing = [ours for _, ours in CONSTANTS if ours not in known]
    tap.expect(not missing, f"not in a public header: {missing}")
    empty = [row.name for row in ROWS if row.kind == "const"
             and not av_names.expand(row, av_names.our_constants())]
    tap.expect(not empty, f"stands for nothing: {empty}")


@tap.case
def every_function_of_the_table_has_a_contract_test():
    text = "\n".join(source_tree.code(path) for path in source_tree.files("tests/contract")
                     + source_tree.files("tests/unit") if path.endswith(".c"))
    missing = [row.ours for row in FUNCTIONS if not re.search(rf"\b{row.ours}\b", text)]
    tap.expect(not missing, f"no contract test calls {', '.join(missing)}")


@tap.case
def every_function_is_compared_where_the_table_says():
    for row in FUNCTIONS:
        if row.driver == "contract":
            tap.expect(row.note, f"{row.name} is compared nowhere, and nothing says why")
            continue
        path = f"tests/differential/test_{row.driver}_differential.c"
        text = source_tree.code(path)
        for name in (row.name, row.ours):
            tap.expect(re.search(rf"\b{name}\b", text), f"{path} does not call {name}")


@tap.case
def every_name_of_ffmpegs_headers_is_in_the_table():
    known = {row.name for row in ROWS if row.kind != "no"} | {name for name, _ in CONSTANTS}
    missing = []
    for header, is_whole in HEADERS:
        there = theirs(header)
        names = {*there.functions, *there.enumerators, *there.macros, *there.types}
        guard = re.sub(r"\W", "_", header[len("lib"):]).upper()
        if is_whole:
            missing += [f"{header}: {name}" for name in sorted(names)
                        if name != guard and name not in known and not is_left_out(name)]
    tap.expect(not missing, "neither here nor left out with a reason:\n" + "\n".join(missing))


@tap.case
def every_name_of_the_table_is_in_ffmpegs_headers():
    for header, _ in HEADERS:
        there = theirs(header)
        for row in ROWS:
            if row.header == header and row.kind == "fn":
                tap.expect(row.name in there.functions, f"{header} has no {row.name}")
            if row.header == header and row.kind == "no":
                known = {*there.functions, *there.enumerators, *there.macros, *there.types}
                known |= {f"{type_name}.{field}" for type_name, fields in there.fields.items()
                          for field in fields}
                for name in row.names:
                    pattern = re.escape(name).replace(r"\*", ".*")
                    tap.expect(any(re.fullmatch(pattern, other) for other in known),
                               f"{header} has no {name}")


def in_our_words(their_type):
    """A type of theirs with our names."""
    return re.sub(r"\bAV(?=[A-Z])", "Fwl", their_type)


@tap.case
def parameters_are_the_same_or_the_table_says_how_they_differ():
    for header, _ in HEADERS:
        there = theirs(header)
        for row in FUNCTIONS:
            if row.header != header:
                continue
            result, types = there.functions[row.name]
            wanted = (in_our_words(result), [in_our_words(item) for item in types])
            tap.expect(OURS.functions[row.ours] == wanted or row.note,
                       f"{row.ours} is {OURS.functions[row.ours]}, {row.name} is {wanted}")
            tap.expect_equal(len(OURS.functions[row.ours][1]), len(types),
                             f"the number of parameters of {row.ours}")


@tap.case
def structs_have_the_same_fields():
    for header, _ in HEADERS:
        there = theirs(header)
        for row in ROWS:
            if row.header != header or row.kind != "type" or row.name not in there.fields:
                continue
            wanted = [name for name in there.fields[row.name]
                      if not is_left_out(f"{row.name}.{name}")]
            missing = [name for name in wanted if name not in OURS.fields[row.ours]]
            tap.expect(wanted and not missing, f"{row.ours} lacks {missing}")


@tap.case
def constants_have_the_same_values():
    flags = ffmpeg_flags()
    is_number = [pair for pair in CONSTANTS if not pair[1].startswith("FWL_CHANNEL_LAYOUT_")
                 and pair[1] not in ("FWL_TIME_BASE_Q", "FWL_PIX_FMT_NE")]
    lines = [f"#include <{header}>" for header, _ in HEADERS] + ["#include <framewell/framewell.h>"]
    lines += [f'_Static_assert((long long)({ours}) == (long long)({name}), "{name}");'
              for name, ours in is_number]
    lines += [f'_Static_assert(FWL_E_{code} == {name}, "{name}");' for code, name in SAME_ERRORS]
    done = tap.run(["gcc", "-std=gnu11", "-Wno-deprecated-declarations", "-fsyntax-only", INCLUDE,
                    *flags, "-x", "c", "-"], stdin=None, input="\n".join(lines) + "\n")
    tap.expect(done.returncode == 0, done.stderr)
    tap.expect(len(is_number) > 500, f"only {len(is_number)} constants")


tap.main()
