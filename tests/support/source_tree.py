# SPDX-License-Identifier: BSD-2-Clause
"""The files of the source tree and what stands in them, for the tests that read sources."""
import os
import re

from tap import ROOT

CODE_ENDINGS = (".c", ".h", ".hpp", ".cpp", ".def")
# The headers that belong to the bridge, hence to libframewell-ffmpeg.
BRIDGE_HEADERS = ("ffmpeg.h", "probe.h", "transcode.h")

# Headers that are about no topic of their own: all headers, all names.
LISTS = ("framewell.h", "framewell.hpp", "av_names.h")


def files(*folders, endings=None):
    """Paths, relative to the root, of the files below folders (none: the whole tree)."""
    found = []
    for folder in folders or (".",):
        for parent, subfolders, names in os.walk(os.path.join(ROOT, folder)):
            inside = os.path.relpath(parent, ROOT)
            subfolders[:] = [name for name in subfolders if not is_made(inside, name)]
            found += [os.path.normpath(os.path.join(inside, name)) for name in names
                      if (endings is None or name.endswith(endings)) and name != ".git"]
    return sorted(found)


def is_made(parent, name):
    """What is no part of the source: builds, outputs, git's own."""
    at_root = parent == "." and (name.startswith("build") or name == "out")
    return at_root or name in (".git", "__pycache__", ".cache", ".vscode", ".idea")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def is_text(path):
    with open(os.path.join(ROOT, path), "rb") as file:
        return b"\0" not in file.read(8192)


def code(path):
    """A C file without comments and what stands in strings; every line keeps its number."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    in_include = re.compile(r"\s*#\s*include")

    def blank(match):
        text = match[0]
        line_start = match.string.rfind("\n", 0, match.start()) + 1
        if in_include.match(match.string, line_start) and text[0] == '"':
            return text
        kept = "\n" * text.count("\n")
        return text[0] + text[0] if text[0] in "\"'" else " " + kept

    return token.sub(blank, read(path))


def find(pattern, paths, text_of=code):
    """Where pattern stands: "path:line: the line" for each place."""
    pattern = re.compile(pattern)
    places = []
    for path in paths:
        for number, line in enumerate(text_of(path).split("\n"), 1):
            if pattern.search(line):
                places.append(f"{path}:{number}: {line.strip()}")
    return places


def public_headers():
    return files("include/framewell", endings=(".h", ".hpp"))


def public_functions(header):
    """The names that a public header marks as exported."""
    return re.findall(r"FWL_API\b[^;{]*?\b(fwl_\w+)\s*\(", code(header))


def top_comment(header):
    """The first comment after the licence line, without its decoration."""
    comment = re.search(r"^/\*\n(.*?)\*/", read(header), re.S | re.M)
    lines = comment[1].split("\n") if comment else []
    return [re.sub(r"^ \* ?", "", line).rstrip() for line in lines]
