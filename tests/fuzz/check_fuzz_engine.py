#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fuzz targets with libFuzzer, which only scripts/soak builds whole: it finds what they are."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = """#include "fuzz.h"
int fuzz_one(const uint8_t *data, size_t size)
{
    fuzz_expect(size < 2 || data[0] != 'f' || data[1] != 'w');
    return 0;
}
"""


@tap.case
def the_engine_finds_the_input_that_a_target_refuses():
    if not shutil.which("clang"):
        raise tap.Skip("clang is not here")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "target.c"), "w", encoding="utf-8") as file:
            file.write(TARGET)
        built = tap.run(["clang", "-g", "-fsanitize=fuzzer", "-DFUZZ_HAS_ENGINE=1", "-I" + HERE,
                         "-I" + os.path.join(HERE, "..", "support"), "target.c",
                         os.path.join(HERE, "fuzz.c"), "-o", "target"], cwd=folder)
        if built.returncode != 0 and "clang_rt.fuzzer" in built.stderr \
                and "No such file" in built.stderr:
            raise tap.Skip("clang has no libFuzzer here")
        tap.expect_equal(built.returncode, 0, built.stderr)
        done = tap.run(["./target", "-runs=1000000", "-max_len=8", "-seed=1"], cwd=folder)
        tap.expect(done.returncode != 0 and "data[0] != 'f'" in done.stderr, done.stderr[-2000:])


tap.main()
