#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The layout layer gives the same numbers on machines of 32 bits, of the other byte order and on
Arm, where the compilers and qemu for them are here; and under clang's checks of every integer."""
import functools
import glob
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = [path for layer in ("image/*", "sample/*", "mem/repeat*", "base/cpu", "base/log",
                              "base/status")
           for path in sorted(glob.glob(os.path.join(tap.ROOT, "src", layer + ".c")))]
FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-DFWL_BUILDING",
         "-I" + os.path.join(tap.ROOT, "src"), "-I" + os.path.join(tap.ROOT, "include")]


def numbers(compiler, runner):
    """What the program prints as one of another machine; skips where that cannot be."""
    for tool in (compiler[0], *runner):
        if not shutil.which(tool):
            raise tap.Skip(f"{tool} is not here")
    linking = ["-static"] if runner else []
    with tempfile.TemporaryDirectory() as folder:
        trial, program = os.path.join(folder, "trial.c"), os.path.join(folder, "numbers")
        with open(trial, "w", encoding="utf-8") as file:
            file.write("#include <stdio.h>\nint main(void) { return 0; }\n")
        if tap.run([*compiler, *linking, trial, "-o", program]).returncode != 0:
            raise tap.Skip(f"{' '.join(compiler)} has no C library")
        tap.run_ok([*compiler, *FLAGS, *linking, os.path.join(HERE, "layout_numbers.c"), *SOURCES,
                    "-o", program])
        return tap.run_ok([*runner, program]).stdout


@functools.cache
def numbers_here():
    return numbers(["gcc"], [])


def other_machine(compiler, runner):
    expected = numbers_here()
    tap.expect(expected.startswith("300x300 yuv420p 135000 139200\n"), expected[:80])
    lines = zip(expected.split("\n"), numbers(compiler, runner).split("\n"))
    different = [f"{ours} here, {theirs} there" for ours, theirs in lines if ours != theirs]
    tap.expect(not different, "\n".join(different))


tap.add_case("32_bits_give_the_same_numbers", other_machine, ["gcc", "-m32"], [])
tap.add_case("big_endian_gives_the_same_numbers", other_machine, ["s390x-linux-gnu-gcc-12"],
             ["qemu-s390x"])
tap.add_case("arm_gives_the_same_numbers", other_machine, ["aarch64-linux-gnu-gcc-12"],
             ["qemu-aarch64"])
tap.add_case("no_integer_wraps_or_is_cut_without_saying_so", other_machine,
             ["clang", "-fsanitize=undefined,integer", "-fno-sanitize-recover=all"], [])

tap.main()
