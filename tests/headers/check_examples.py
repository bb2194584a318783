#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The example in each public header's opening comment compiles, and runs where it is whole.

An example is what is indented by four in that comment, paragraph by paragraph. Functions in it
stand on their own, the rest is the body of a function that returns an int; a line "..." is where
the reader's own code goes. What an
example needs and does not say (the file it opens, say) stands below.

Arguments: libframewell.so, and libframewell-ffmpeg.so where it is built; then, as ever, a case.
"""
import os
import re
import sys
import tempfile
import textwrap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

LIBRARIES = [argument for argument in sys.argv[1:] if ".so" in argument]
sys.argv[1:] = [argument for argument in sys.argv[1:] if argument not in LIBRARIES]
HAS_BRIDGE = len(LIBRARIES) > 1

C = ["gcc", "-std=c11", "-x", "c"]
CXX = ["g++", "-std=c++17", "-x", "c++"]

# Headers without an example: they are lists.
WITHOUT_EXAMPLE = ["av_names.h"]
# Examples whose "..." stands for what the rest needs: compiled only.
NOT_WHOLE = ["ffmpeg.h"]
# Declarations before the function and in it, by header.
OUTSIDE = {
    "status.h": "#include <framewell/io.h>",
    "framewell.hpp": "#include <vector>",
    "transcode.h": "static const uint8_t clip[] = {0};\nenum { clip_size = sizeof clip };",
}
INSIDE = {
    "probe.h": "FwlIO *in = NULL;",
    "status.h": "FwlIO *io;",
    "ffmpeg.h": "FwlIO *io = NULL; FwlPool *pool = NULL; AVCodecContext *decoder = NULL; "
                "AVFrame *decoded = NULL; FwlFrame *frame = NULL;",
}


def example_of(header):
    """The indented paragraphs of the opening comment, at the margin; others may be pictures."""
    paragraphs = "\n".join(source_tree.top_comment(header)).split("\n\n")
    indented = [text for text in paragraphs if text.strip()
                and all(line.startswith("    ") for line in text.split("\n") if line)]
    return textwrap.dedent("\n\n".join(indented)).strip("\n")


def split_functions(example):
    """(whole functions, the other lines)."""
    function = re.compile(r"^(?:static |int |void )[^;{]*\)\n\{\n.*?^\}$", re.S | re.M)
    return "\n\n".join(function.findall(example)), function.sub("", example)


def without_elisions(text):
    """Without the reader's own code: a line that begins with "..."."""
    return re.sub(r"^\s*\.\.\..*$", "", text, flags=re.M)


def program_of(header):
    name = os.path.basename(header)
    functions, body = split_functions(without_elisions(example_of(header)))
    main = "" if "int main(" in functions else f"""
int example(void);
int example(void)
{{
{INSIDE.get(name, "")}
{body}
return 0;
}}

int main(void)
{{
    return example() < 0;
}}
"""
    return f"""#include <framewell/{name}>
#include <stdio.h>
#include <string.h>
{OUTSIDE.get(name, "")}
{functions}
{main}"""


def flags_of(header):
    include = ["-I", os.path.join(tap.ROOT, "include")]
    if os.path.basename(header) not in source_tree.BRIDGE_HEADERS:
        return include
    if not HAS_BRIDGE:
        raise tap.Skip("the bridge is not built")
    return include + tap.run_ok(["pkg-config", "--cflags", "--libs",
                                 "libavcodec", "libavformat", "libavutil"]).stdout.split()


def example_works(header):
    flags = flags_of(header)
    language = CXX if header.endswith(".hpp") else C
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.join(folder, "example")
        folders = [os.path.dirname(os.path.abspath(library)) for library in LIBRARIES]
        # An example need not use all that it names.
        tap.run_ok([*language, "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-",
                    "-x", "none", "-o", binary, *LIBRARIES, *flags,
                    *["-Wl,-rpath," + name for name in folders]],
                   stdin=None, input=program_of(header))
        if os.path.basename(header) not in NOT_WHOLE:
            tap.run_ok([binary], cwd=folder, timeout=20)


def has_an_example(header):
    tap.expect(example_of(header), f"{header}: nothing is indented in its opening comment")
    tap.expect("Threads:" in "\n".join(source_tree.top_comment(header)),
               f"{header}: its opening comment says nothing about threads")


for path in source_tree.public_headers():
    base = os.path.basename(path)
    if base not in WITHOUT_EXAMPLE:
        stem = base.removesuffix(".h").replace(".", "_")
        tap.add_case(f"{stem}_has_an_example_and_a_word_on_threads", has_an_example, path)
        tap.add_case(f"the_example_of_{stem}_compiles_and_runs", example_works, path)

tap.main()
