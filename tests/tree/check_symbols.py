#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the libraries export and import. Arguments: libframewell.so, the archive of its objects, and
libframewell-ffmpeg.so where it is built; then, as ever, a case."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

LIBRARIES = [argument for argument in sys.argv[1:] if argument.endswith((".so", ".a"))
             or ".so." in argument]
sys.argv[1:] = [argument for argument in sys.argv[1:] if argument not in LIBRARIES]
SHARED, OBJECTS = LIBRARIES[:2]
BRIDGE = LIBRARIES[2] if len(LIBRARIES) > 2 else None

MALLOC = {"malloc", "calloc", "realloc", "reallocarray", "free", "posix_memalign",
          "aligned_alloc", "memalign", "valloc", "strdup", "strndup", "malloc_usable_size"}
PRINTING = {"printf", "vprintf", "fprintf", "vfprintf", "puts", "fputs", "putchar", "perror",
            "exit", "_exit", "__printf_chk", "__fprintf_chk", "stdout", "stderr"}


def symbols(path, *options):
    """(kind, name) of each symbol that nm lists; a version behind @ is cut off."""
    lines = tap.run_ok(["nm", *options, path]).stdout.split("\n")
    fields = [re.match(r"(?:\S+:)?\s*[0-9a-f]*\s*([A-Za-z]) (\S+)", line) for line in lines]
    return [(field[1], field[2]) for field in fields if field]


def expect_exports_what_is_marked(library, headers):
    exported = {name for _, name in symbols(library, "-D", "--defined-only")}
    marked = {name for header in headers for name in source_tree.public_functions(header)}
    tap.expect(marked, "no header marks anything as exported")
    tap.expect(not exported - marked, f"exported but not in a header: {exported - marked}")
    tap.expect(not marked - exported, f"in a header but not exported: {marked - exported}")
    wrong = [name for name in exported if not name.startswith("fwl_")]
    tap.expect(not wrong, f"names that do not start with fwl_: {wrong}")


def headers_of_library():
    return [path for path in source_tree.public_headers()
            if os.path.basename(path) not in source_tree.BRIDGE_HEADERS]


@tap.case
def the_library_exports_what_its_headers_mark_and_nothing_else():
    expect_exports_what_is_marked(SHARED, headers_of_library())


@tap.case
def the_bridge_exports_what_its_headers_mark_and_nothing_else():
    if not BRIDGE:
        raise tap.Skip("the bridge is not built: libav* is not here")
    expect_exports_what_is_marked(BRIDGE, ["include/framewell/" + name
                                           for name in source_tree.BRIDGE_HEADERS])


@tap.case
def the_library_needs_the_c_library_and_threads_only():
    needed = re.findall(r"NEEDED.*\[(.*)\]", tap.run_ok(["readelf", "-d", SHARED]).stdout)
    wrong = [name for name in needed
             if not re.match(r"(libc|libpthread|ld-linux[\w-]*)\.so", name)]
    tap.expect(not wrong, f"needs {wrong}")
    foreign = [name for kind, name in symbols(SHARED, "-D", "--undefined-only")
               if kind == "U" and "@GLIBC_" not in name]
    tap.expect(not foreign, f"imports what is not the C library's: {foreign}")


def imports_of_members():
    """(member of the archive, name that it imports)."""
    for line in tap.run_ok(["nm", "-A", "--undefined-only", OBJECTS]).stdout.split("\n"):
        fields = re.match(r".*?([^:/]+\.o):\s+[Uw] (\S+)", line)
        if fields:
            yield fields[1], fields[2]


# What the layers of pictures and samples call beside themselves: nothing that allocates or locks.
# Text is written by the two that are no more than functions of their arguments for what is asked of
# them, numbers and names (test_layout_anywhere.c).
PLAIN = {"bcmp", "memchr", "memcmp", "memcpy", "memmove", "memset", "strchr", "strcmp", "strcspn",
         "strlen", "strncmp", "snprintf", "vsnprintf", "__snprintf_chk", "__vsnprintf_chk",
         "__stack_chk_fail"}
COMPILERS = {"_GLOBAL_OFFSET_TABLE_", "__popcountdi2", "__cpu_indicator_init", "__cpu_model"}
LAYOUT_MEMBERS = ("image_", "sample_", "mem_repeat", "base_cpu", "base_log")


def is_layout(member):
    return member.startswith(LAYOUT_MEMBERS)


@tap.case
def the_layout_layer_allocates_nothing_and_locks_nothing():
    inside = set()
    for line in tap.run_ok(["nm", "-A", "--defined-only", OBJECTS]).stdout.split("\n"):
        fields = re.match(r".*?([^:/]+\.o):\s*[0-9a-f]* [A-Z] (\S+)", line)
        if fields and is_layout(fields[1]):
            inside.add(fields[2])
    tap.expect("fwl_image_check" in inside, f"no image_check in {OBJECTS}")
    wrong = [f"{member} imports {name}" for member, name in imports_of_members()
             if is_layout(member) and name not in inside | PLAIN | COMPILERS]
    tap.expect(not wrong, "\n".join(wrong))


@tap.case
def the_layout_layer_keeps_no_state():
    wrong, seen, member = [], 0, ""
    for line in tap.run_ok(["size", "-A", OBJECTS]).stdout.split("\n"):
        head = re.match(r"(?:.*/)?(\S+\.o)\s+\(ex ", line)
        section = re.match(r"\.(data|bss|tdata|tbss)(\.(?!rel\.ro)\S*)?\s+(\d+)", line)
        member = head[1] if head else member
        is_asked = member.startswith(("image_", "sample_", "mem_repeat"))
        seen += bool(head) and is_asked
        if section and is_asked and int(section[3]) > 0:
            wrong.append(f"{member} has {section[3]} bytes of .{section[1]}")
    tap.expect(seen > 10, f"{seen} members of the layer in {OBJECTS}")
    tap.expect(not wrong, "\n".join(wrong))


def expect_no_import(names, is_free):
    imports = list(imports_of_members())
    tap.expect(imports, f"{OBJECTS} imports nothing: the wrong file?")
    wrong = [f"{member} imports {name}" for member, name in imports
             if name in names and not is_free(member)]
    tap.expect(not wrong, "\n".join(wrong))


@tap.case
def no_object_but_those_of_mem_imports_malloc():
    expect_no_import(MALLOC, lambda member: member.startswith("mem_"))


@tap.case
def no_object_prints_or_exits():
    expect_no_import(PRINTING, lambda member: False)


tap.main()
