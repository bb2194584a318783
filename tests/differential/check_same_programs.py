#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs written for FFmpeg print the same with Framewell's av_names.h in place of its headers.

Arguments: pairs of programs from one source, ours and libav*'s; then, as ever, a case."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

PROGRAMS = [argument for argument in sys.argv[1:] if os.path.exists(argument)]
sys.argv[1:] = [argument for argument in sys.argv[1:] if argument not in PROGRAMS]
PAIRS = list(zip(PROGRAMS[::2], PROGRAMS[1::2]))


def prints_the_same(ours, theirs):
    output = tap.run_ok([theirs]).stdout
    tap.expect(output.count("\n") > 3, f"{theirs} prints {output!r}")
    tap.expect_equal(tap.run_ok([ours]).stdout, output, f"what {ours} prints")
    for program, library in ((ours, "libframewell"), (theirs, "libavutil")):
        needed = re.findall(r"NEEDED.*\[(lib\w+)", tap.run_ok(["readelf", "-d", program]).stdout)
        other = "libavutil" if library == "libframewell" else "libframewell"
        tap.expect(library in needed and other not in needed, f"{program} needs {needed}")


def differs_in_its_includes_only(source):
    """One #ifdef, above all code, with nothing but includes in it."""
    text = source_tree.code(source)
    blocks = re.findall(r"^#ifdef WITH_LIBAV\n(.*?)^#else\n(.*?)^#endif", text, re.S | re.M)
    tap.expect_equal(len(blocks), 1, f"the number of #ifdefs in {source}")
    tap.expect_equal(text.count("WITH_LIBAV"), 1, f"what {source} says of WITH_LIBAV")
    tap.expect_equal(blocks[0][1].strip(), "#include <framewell/av_names.h>")
    for line in blocks[0][0].strip().split("\n"):
        tap.expect(re.match(r"#include <libav\w+/\w+\.h>$", line), f"{source}: {line}")
    wrong = re.findall(r"\b(?:fwl_|Fwl|FWL_)\w+", text)
    tap.expect(not wrong, f"{source} has names of ours: {wrong}")


for our_program, their_program in PAIRS:
    name = os.path.basename(our_program)
    tap.add_case(f"{name}_prints_the_same", prints_the_same, our_program, their_program)
    tap.add_case(f"{name}_differs_in_its_includes_only", differs_in_its_includes_only,
                 f"examples/{name}.c")

tap.main()
