#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The fuzz targets of pictures and samples with clang's checks of every integer in the library: no
sum, product or shift wraps, no conversion cuts."""
import glob
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = [path for layer in ("image/*", "sample/*", "mem/repeat*", "base/cpu", "base/log")
           for path in sorted(glob.glob(os.path.join(tap.ROOT, "src", layer + ".c")))]
TARGETS = {
    "fuzz_layout": ["fuzz_layout.c", "guarded.c", "../support/wide_image.c", "fuzz.c"],
    "fuzz_sample": ["fuzz_sample.c", "guarded.c", "fuzz.c"],
}
CHECKS = ["-fsanitize=undefined,integer", "-fno-sanitize-recover=all"]
FLAGS = ["-std=c11", "-g", "-O1", "-DFWL_BUILDING", "-DFUZZ_HAS_ENGINE=0", "-pthread"] + [
    "-I" + os.path.join(tap.ROOT, folder) for folder in ("src", "include", "tests/support")]


def compile_all(sources, folder, options):
    """The objects of sources, made in a folder of their own."""
    os.makedirs(folder)
    tap.run_ok(["clang", *FLAGS, *options, "-c", *sources], cwd=folder)
    return sorted(glob.glob(os.path.join(folder, "*.o")))


def no_integer_wraps(target):
    if not shutil.which("clang"):
        raise tap.Skip("clang is not here")
    with tempfile.TemporaryDirectory() as folder:
        # The targets' own random numbers are meant to wrap.
        tests = [os.path.join(HERE, name) for name in TARGETS[target]]
        objects = (compile_all(LIBRARY, os.path.join(folder, "library"), CHECKS)
                   + compile_all(tests, os.path.join(folder, "tests"), []))
        program = os.path.join(folder, target)
        done = tap.run(["clang", *CHECKS, *objects, "-o", program])
        if done.returncode != 0 and "ubsan" in done.stderr:
            raise tap.Skip("clang has no sanitizers here")
        tap.expect(done.returncode == 0, done.stderr)
        print("# " + tap.run_ok([program, "--seconds", "5"], cwd=folder,
                                env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"}
                                ).stdout.strip().split("\n")[-1])


for name in TARGETS:
    tap.add_case(f"{name}_wraps_and_cuts_no_integer", no_integer_wraps, name)

tap.main()
