#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What stands where it should not: system calls outside os, counts outside refcount.h, ..."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

# The headers of C11 and of the CPU; everything else is a system's.
STANDARD_HEADERS = set("""assert ctype errno float inttypes iso646 limits locale math setjmp signal
stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string time wchar
immintrin emmintrin arm_neon arm_sve""".split())
# File names that a folder has by custom.
REPEATED_NAMES = {"meson.build", "README.md"}
MAX_LINES = 1000
MAX_COLUMNS = 100

# What is malloc itself: it fails by errno, as the C library does, and tells what it is asked to.
MALLOC = "src/preload/"
LIBRARY = [path for path in source_tree.files("src", endings=source_tree.CODE_ENDINGS)
           if not path.startswith(("src/command/", "src/ffmpeg/"))]
SOURCES = source_tree.files("src", "include", "examples", "bench", "tests",
                            endings=source_tree.CODE_ENDINGS)
TEXTS = [path for path in source_tree.files() if source_tree.is_text(path)]
PROGRAMS = [path for path in TEXTS if path.endswith(source_tree.CODE_ENDINGS + (".py",))
            or source_tree.read(path).startswith("#!")]


def outside(paths, *folders):
    return [path for path in paths if not path.startswith(folders)]


def expect_none(places):
    tap.expect(not places, "\n".join(places))


@tap.case
def system_headers_are_included_in_os_only():
    places = source_tree.find(r"^\s*#\s*include\s*<", outside(LIBRARY, "src/os/", MALLOC))
    expect_none([place for place in places
                 if re.search(r"<(\w+)\.h>", place) is None
                 or re.search(r"<(\w+)\.h>", place)[1] not in STANDARD_HEADERS])


@tap.case
def gnu_source_is_defined_in_os_only():
    expect_none(source_tree.find(r"_GNU_SOURCE", outside(SOURCES, "src/os/", "src/preload/",
                                                         "preload/",
                                                         # which core a thread is on
                                                         "bench/helper.c")))


@tap.case
def no_merge_was_left_half_done():
    expect_none(source_tree.find(r"^(<{7} |={7}$|>{7} )", TEXTS))


@tap.case
def reference_counts_are_touched_in_refcount_h_only():
    paths = [path for path in LIBRARY if path != "src/base/refcount.h"]
    expect_none(source_tree.find(r"atomic_(fetch|load|store|init)\w*\s*\([^,;]*"
                                 r"(?<![a-z])(refs?|refcount|references)(?![a-z])", paths)
                + source_tree.find(r"(->|\.)count\.count\b", paths))


@tap.case
def the_library_never_prints_or_exits():
    expect_none(source_tree.find(
        r"(?<![\w.>])(v?f?printf|puts|fputs|putchar|perror|exit|_Exit|quick_exit)\s*\(",
        LIBRARY + source_tree.files("src/ffmpeg", endings=source_tree.CODE_ENDINGS)))


@tap.case
def the_library_aborts_in_one_place_which_only_debug_mode_goes_to():
    paths = LIBRARY + source_tree.files("src/ffmpeg", endings=source_tree.CODE_ENDINGS)
    expect_none(source_tree.find(r"(?<![\w.>])abort\s*\(", outside(paths, "src/os/os_debug.c")))
    expect_none(source_tree.find(r"\bfwl_os_(die|say)\s*\(",
                                 outside(paths, "src/os/", "src/pool/pool_report.c", MALLOC)))


@tap.case
def errno_is_read_in_os_only():
    expect_none(source_tree.find(r"\berrno\b", outside(LIBRARY, "src/os/", MALLOC)))


@tap.case
def the_malloc_of_the_system_is_called_in_mem_only():
    expect_none(source_tree.find(
        r"(?<![\w.>])(malloc|calloc|realloc|free|posix_memalign|aligned_alloc|memalign|strdup"
        r"|strndup|alloca)\s*\(", outside(LIBRARY, "src/mem/", MALLOC)))


def allocations_with_products(path):
    """Calls of allocators whose size is multiplied in place, without a check."""
    text = source_tree.code(path)
    for call in re.finditer(r"\bfwl_\w*(alloc|malloc|mallocz|realloc|allocz)2?\s*\(", text):
        depth, end = 1, call.end()
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        arguments = text[call.end():end]
        if re.search(r"[\w)\]]\s*\*\s*sizeof\b|\bsizeof\b\s*[^,]*[\w)\]]\s+\*\s*[\w(]", arguments):
            line = text.count("\n", 0, call.start()) + 1
            yield f"{path}:{line}: {' '.join((call[0] + arguments).split())}"


@tap.case
def sizes_are_not_multiplied_inside_a_call():
    expect_none([place for path in LIBRARY for place in allocations_with_products(path)])


@tap.case
def no_source_includes_a_source():
    expect_none(source_tree.find(r'^\s*#\s*include\s*["<][^">]*\.c[">]', SOURCES))


@tap.case
def every_program_opens_with_its_licence():
    for path in PROGRAMS:
        lines = source_tree.read(path).split("\n")
        first = lines[1] if lines[0].startswith("#!") else lines[0]
        tap.expect("SPDX-License-Identifier: BSD-2-Clause" in first, f"{path}: no licence line")


@tap.case
def file_names_are_unique_in_the_tree():
    seen = {}
    for path in source_tree.files("."):
        name = os.path.basename(path)
        if name not in REPEATED_NAMES and not name.startswith("."):
            tap.expect(name not in seen, f"{path} and {seen.get(name)} have one name")
            seen[name] = path


@tap.case
def lines_and_files_stay_within_a_screen():
    long = []
    for path in PROGRAMS:
        lines = source_tree.read(path).split("\n")
        if len(lines) > MAX_LINES and os.path.basename(path) not in source_tree.LISTS:
            long.append(f"{path} has {len(lines)} lines, of {MAX_LINES}")
        long += [f"{path}:{number} has {len(line)} columns, of {MAX_COLUMNS}"
                 for number, line in enumerate(lines, 1)
                 if len(line) > MAX_COLUMNS and "http" not in line]
    expect_none(long)


@tap.case
def text_is_free_of_tabs_and_trailing_blanks():
    for path in PROGRAMS:
        text = source_tree.read(path)
        tap.expect("\t" not in text, f"{path} holds a tab")
        tap.expect(re.search(r"[ \r]$", text, re.M) is None, f"{path}: a line ends in a blank")
        tap.expect(text.endswith("\n") and not text.endswith("\n\n"), f"{path}: its last line")


@tap.case
def no_path_of_one_machine_is_written_down():
    expect_none(source_tree.find(r"(?<![\w.])/(wor[k]|roo[t]|hom[e]|Use[r]s|tm[p]/\w+/\w)\b", TEXTS,
                                 source_tree.read))


@tap.case
def nothing_is_marked_as_unfinished():
    expect_none(source_tree.find(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b", TEXTS, source_tree.read))


@tap.case
def scripts_are_whole_and_may_be_run():
    for path in source_tree.files("scripts", ".ci"):
        if source_tree.read(path).startswith("#!"):
            tap.expect(os.access(os.path.join(tap.ROOT, path), os.X_OK)
                       or path.endswith(".py"), f"{path} may not be run")
        if source_tree.read(path).startswith("#!/usr/bin/env bash"):
            tap.run_ok(["bash", "-n", path], cwd=tap.ROOT)


tap.main()
