#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each public header compiles alone and included twice, as C11 and as C++17, by both compilers,
without a warning."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Wshadow", "-Wconversion", "-Werror"]
LANGUAGES = {
    "c11": ["-x", "c", "-std=c11", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wvla"],
    "cxx17": ["-x", "c++", "-std=c++17"],
}


def bridge_flags():
    """What libav's headers need; None where they are not here."""
    found = tap.run(["pkg-config", "--cflags", "libavcodec", "libavformat"])
    return found.stdout.split() if found.returncode == 0 else None


def compiles(header, compiler, language):
    name = os.path.basename(header)
    more = []
    if name in source_tree.BRIDGE_HEADERS:
        more = bridge_flags()
        if more is None:
            raise tap.Skip("libav* is not here")
    if not shutil.which(compiler):
        raise tap.Skip(f"{compiler} is not here")
    source = f"#include <framewell/{name}>\n" * 2
    if language == "c11":
        source += "extern int one_declaration_at_least;\n"
    tap.run_ok([compiler, *LANGUAGES[language], *WARNINGS, *more, "-fsyntax-only",
                "-I", os.path.join(tap.ROOT, "include"), "-"], stdin=None, input=source)


for path in source_tree.public_headers():
    stem, ending = os.path.splitext(os.path.basename(path))
    for chosen in ["cxx17"] if ending == ".hpp" else LANGUAGES:
        for program in ("gcc", "clang"):
            tap.add_case(f"{stem}_compiles_twice_as_{chosen}_by_{program}",
                         compiles, path, program, chosen)

tap.main()
