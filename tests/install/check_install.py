#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Installs the build into an empty folder and builds programs there as a user would: from the
pkg-config files alone. Arguments: the build folder; then, as ever, a case."""
import glob
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

BUILD = os.path.abspath(sys.argv.pop(1))
HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = tempfile.TemporaryDirectory()
PLACE = FOLDER.name


def inside(pattern):
    """The one file below the place that a pattern matches; None where there is none."""
    return next(iter(sorted(glob.glob(f"{PLACE}/**/{pattern}", recursive=True))), None)


def pkg_config(*arguments):
    environment = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=PLACE,
                       PKG_CONFIG_PATH=os.path.dirname(inside("framewell.pc")))
    return tap.run_ok(["pkg-config", *arguments], env=environment).stdout.split()


def build_and_run(compiler, source, package, *options, static=False):
    binary = os.path.join(PLACE, "consumer")
    query = ["--static"] if static else []
    tap.run_ok([*compiler, "-Wall", "-Wextra", "-Werror", os.path.join(HERE, source),
                "-x", "none", "-o", binary, *options,
                *pkg_config(*query, "--cflags", "--libs", package)])
    libraries = os.path.dirname(inside("libframewell.so"))
    return tap.run_ok([binary], env=dict(os.environ, LD_LIBRARY_PATH=libraries)).stdout, binary


C = ["gcc", "-std=c11"]
CXX = ["g++", "-std=c++17", "-x", "c++"]


def needs(binary):
    return re.findall(r"NEEDED.*\[(.*)\]", tap.run_ok(["readelf", "-d", binary]).stdout)


def uses_the_shared_library(compiler):
    output, binary = build_and_run(compiler, "consumer.c", "framewell")
    tap.expect_equal(output, "installed\n")
    tap.expect("libframewell.so.0" in needs(binary), f"needs {needs(binary)}")


def uses_the_static_library(compiler):
    output, binary = build_and_run(compiler, "consumer.c", "framewell", "-static", static=True)
    tap.expect_equal(output, "installed\n")
    tap.expect_equal(needs(binary), [], "what a static program needs")


for language, chosen in (("c", C), ("cxx", CXX)):
    tap.add_case(f"a_{language}_program_uses_the_shared_library", uses_the_shared_library, chosen)
    tap.add_case(f"a_{language}_program_uses_the_static_library", uses_the_static_library, chosen)


@tap.case
def a_cxx_program_uses_the_owners():
    output, _ = build_and_run(CXX, "consumer_owners.cpp", "framewell")
    tap.expect_equal(output, "installed\n")


@tap.case
def a_c_program_uses_the_bridge():
    if not inside("framewell-ffmpeg.pc"):
        raise tap.Skip("the bridge is not built: libav* is not here")
    output, _ = build_and_run(C, "consumer_bridge.c", "framewell-ffmpeg")
    tap.expect(output.strip(), "no word about what was wrong")


@tap.case
def the_command_runs_where_it_is_installed():
    command = inside("bin/framewell")
    if not command:
        raise tap.Skip("the command is not built: libav* is not here")
    libraries = os.path.dirname(inside("libframewell.so"))
    done = tap.run_ok([command, "--version"], env=dict(os.environ, LD_LIBRARY_PATH=libraries))
    tap.expect(re.search(r"\d+\.\d+\.\d+", done.stdout), f"--version says {done.stdout!r}")


@tap.case
def the_command_finds_the_malloc_that_is_installed():
    command, library = inside("bin/framewell"), inside("libframewell-malloc.so")
    if not command or not library:
        raise tap.Skip("the command or the malloc is not built")
    environment = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(inside("libframewell.so")))
    done = tap.run_ok([command, "run", "--", "sh", "-c", "echo $LD_PRELOAD"], env=environment)
    tap.expect_equal(os.path.realpath(done.stdout.strip()), os.path.realpath(library))


@tap.case
def what_is_installed_names_no_folder_of_the_build():
    for path in glob.glob(f"{PLACE}/**/*", recursive=True):
        if os.path.isfile(path) and not os.path.islink(path) and "consumer" not in path:
            with open(path, "rb") as file:
                tap.expect(BUILD.encode() not in file.read(), f"{path} names {BUILD}")


tap.run_ok(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet"],
           env=dict(os.environ, DESTDIR=PLACE))
tap.main()
