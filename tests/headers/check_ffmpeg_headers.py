#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The bridge compiles against other versions of FFmpeg than the installed one.

FRAMEWELL_FFMPEG_HEADERS names folders that have libavutil/version.h and its neighbours in them,
with : between; in a Debian package that is usr/include/ and the machine's name. Each is tried with
every source of the bridge, by two compilers, and with the public header as C++. A name that is
deprecated there is an error, too: it goes with the next version.
"""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

FOLDERS = [folder for folder in os.environ.get("FRAMEWELL_FFMPEG_HEADERS", "").split(":") if folder]
SOURCES = sorted(glob.glob(os.path.join(tap.ROOT, "src", "ffmpeg", "*.c")))
FLAGS = ["-fsyntax-only", "-O1", "-Wall", "-Wextra", "-Wundef", "-Werror", "-DFWL_BUILDING",
         "-I" + os.path.join(tap.ROOT, "include"), "-I" + os.path.join(tap.ROOT, "src")]


def version(folder):
    """What a folder's libavutil says it is."""
    path = os.path.join(folder, "libavutil", "version.h")
    with open(path, encoding="utf-8") as file:
        numbers = dict(re.findall(r"#define LIBAVUTIL_VERSION_(M\w+)\s+(\d+)", file.read()))
    return ".".join(numbers[part] for part in ("MAJOR", "MINOR", "MICRO"))


def every_source_compiles(compiler, folder):
    tap.expect(len(SOURCES) > 10, f"only {len(SOURCES)} sources")
    for source in SOURCES:
        tap.run_ok([compiler, "-std=c11", *FLAGS, "-isystem", folder, source])


def the_public_header_compiles_as_cpp(compiler, folder):
    tap.run_ok([compiler, "-std=c++17", "-x", "c++", *FLAGS, "-isystem", folder,
                "-include", "framewell/ffmpeg.h", os.devnull])


def without_headers():
    raise tap.Skip("FRAMEWELL_FFMPEG_HEADERS names no headers of another FFmpeg")


for headers in FOLDERS:
    name = version(headers)
    for c in ("gcc", "clang"):
        tap.add_case(f"every_source_compiles_with_libavutil_{name}_by_{c}",
                     every_source_compiles, c, headers)
    for cpp in ("g++", "clang++"):
        tap.add_case(f"the_public_header_compiles_with_libavutil_{name}_by_{cpp}",
                     the_public_header_compiles_as_cpp, cpp, headers)
if not FOLDERS:
    tap.add_case("the_bridge_compiles_with_another_ffmpeg", without_headers)

tap.main()
