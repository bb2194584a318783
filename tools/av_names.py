#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes include/framewell/av_names.h and the tables of docs/from-ffmpeg.md from av_names.txt.

    tools/av_names.py    # after a change of the table, or of constants in a public header
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TABLE = os.path.join(HERE, "av_names.txt")
HEADER = "include/framewell/av_names.h"
PAGE = "docs/from-ffmpeg.md"
MARK = "<!-- Written by tools/av_names.py from here on. -->\n"
COLUMNS = 100

TOP = """\
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of FFmpeg 5.1 for what is here: a program that was written against libavutil's memory,
 * buffers, dictionaries, layouts, packets and frames includes this instead of those headers, and
 * stays as it is. Macros, nothing else; docs/from-ffmpeg.md is the same list for readers.
 *
 * Not to be included together with headers of FFmpeg: the names would mean two things.
 *
 * Threads: as the functions that the names stand for.
 *
 * Written by tools/av_names.py from tools/av_names.txt.
 */
#ifndef FRAMEWELL_AV_NAMES_H
#define FRAMEWELL_AV_NAMES_H

#if defined(AVUTIL_AVUTIL_H) || defined(AVUTIL_BUFFER_H) || defined(AVUTIL_MEM_H) || \\
    defined(AVUTIL_DICT_H) || defined(AVUTIL_FRAME_H) || defined(AVCODEC_PACKET_H)
#error "framewell/av_names.h stands in for the headers of FFmpeg: include one or the other"
#endif

/* What FFmpeg's headers bring with them. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framewell/framewell.h"

/* The size of a block that grows is an unsigned there, a size_t here: these take a pointer to
 * either. What goes beyond the type is kept as less: the block then seems smaller than it is. */
#define FWL_AV_FAST(function, ptr, size, min_size) \\
    __extension__({ \\
        __typeof__(size) const fwl_at_ = (size); \\
        size_t fwl_size_ = *fwl_at_; \\
        function((ptr), &fwl_size_, (min_size)); \\
        *fwl_at_ = (__typeof__(*fwl_at_))fwl_size_; \\
        (void)0; \\
    })
"""


class Row:
    """A line of the table. kind: fn, type, const, macro or no; of `names` only no has several."""

    def __init__(self, header, kind, names, note):
        self.header, self.kind, self.names, self.note = header, kind, names, note
        self.driver = self.arguments = None  # of fn, of macro
        self.body = []
        self.ours = ours_of(kind, names[0])

    @property
    def name(self):
        return self.names[0]


def ours_of(kind, name):
    if kind == "fn":
        return "fwl_" + name[len("av_"):]
    if kind == "type":
        return "Fwl" + name[len("AV"):]
    return "FWL_" + name[len("AV_"):]


def read_row(header, line):
    words, _, note = line.partition(" : ")
    kind, rest = words.split(" ", 1)
    if kind == "macro":
        name, _, arguments = rest.partition("(")
        row = Row(header, kind, [name], note)
        row.arguments = "(" + arguments if arguments else ""
        return row
    row = Row(header, kind, rest.split(), note)
    if kind == "fn":
        row.driver = row.names.pop()
    if kind == "const" and "=" in row.names:
        row.ours = row.names[2]
    return row


def read_table():
    """([(header, whether all of it is meant)], rows)"""
    headers, rows = [], []
    with open(TABLE, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for line in lines:
        if line.startswith("== "):
            headers.append((line.split()[1], not line.endswith(" in part")))
        elif line.startswith("    "):
            rows[-1].body.append(line[4:])
        elif line and not line.startswith("#"):
            rows.append(read_row(headers[-1][0], line))
    return headers, rows


def our_constants():
    """The FWL_ names of enumerators and macros in the public headers, in their order."""
    names = []
    folder = os.path.join(ROOT, "include/framewell")
    for base in sorted(os.listdir(folder)):
        if not base.endswith(".h") or base == os.path.basename(HEADER):
            continue
        with open(os.path.join(folder, base), encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        bodies = ",".join(re.findall(r"\benum\b[^;{}()]*\{([^}]*)\}", text))
        names += re.findall(r"^\s*#define (FWL_\w+)", text, re.M)
        names += re.findall(r"(?:^|,)\s*(FWL_\w+)", bodies)
    return list(dict.fromkeys(names))


def expand(row, constants):
    """(their name, our name) of each constant that a row stands for."""
    theirs = row.name
    if not theirs.endswith("*"):
        return [(theirs, row.ours)]
    return [(theirs[:-1] + name[len(row.ours) - 1:], name) for name in constants
            if name.startswith(row.ours[:-1])]


def definition(name, body):
    one = f"#define {name} {body}"
    return one if len(one) <= COLUMNS else f"#define {name} \\\n    {body}"


def definitions(row, rows, constants):
    if row.kind == "macro":
        if len(row.body) == 1:
            return [definition(row.name + row.arguments, row.body[0])]
        return [" \\\n    ".join([f"#define {row.name}{row.arguments}"] + row.body)]
    if row.kind == "const":
        return [definition(*pair) for pair in expand(row, constants)]
    has_macro = any(other.kind == "macro" and other.name == row.name for other in rows)
    if row.kind == "no" or has_macro:
        return []
    return [definition(row.name, row.ours)]


def make_header():
    headers, rows = read_table()
    constants = our_constants()
    parts = [TOP]
    for header, _ in headers:
        lines = [line for row in rows if row.header == header
                 for line in definitions(row, rows, constants)]
        parts.append("\n".join([f"/* {header} */", ""] + lines) + "\n")
    return "\n".join(parts + ["#endif\n"])


def code(*names):
    return ", ".join(f"`{name}`" for name in names)


def table_of(header, rows, constants):
    chosen = [row for row in rows if row.header == header]
    functions = [row for row in chosen if row.kind == "fn"]
    macros = [row for row in chosen if row.kind == "macro"
              and row.name not in [other.name for other in functions]]
    types = [row for row in chosen if row.kind == "type"]
    families = [row for row in chosen if row.kind == "const"]
    lines = [f"### {header}", ""]
    if functions or macros:
        lines += ["| FFmpeg | Framewell | compared by | differs |", "|---|---|---|---|"]
        lines += [f"| `{row.name}` | `{row.ours}` | {row.driver} | {row.note} |"
                  for row in functions]
        lines += [f"| `{row.name}` | {code(row.body[0]) if len(row.body) == 1 else 'a macro'} |"
                  f" contract | {row.note} |" for row in macros]
        lines.append("")
    if types:
        pairs = ", ".join(f"`{row.name}` `{row.ours}`" for row in types)
        lines += [f"Types: {pairs}.", ""]
    if families:
        pairs = ", ".join(f"`{row.name}` `{row.ours}` ({len(expand(row, constants))})"
                          for row in families)
        lines += [f"Constants: {pairs}.", ""]
    left_out = [row for row in chosen if row.kind == "no"]
    if left_out:
        lines += ["Not here:", ""]
        lines += [f"- {code(*row.names)}: {row.note}" for row in left_out] + [""]
    return "\n".join(lines)


def make_tables():
    headers, rows = read_table()
    constants = our_constants()
    functions = [row for row in rows if row.kind == "fn"]
    compared = [row for row in functions if row.driver != "contract"]
    values = sum(len(expand(row, constants)) for row in rows if row.kind == "const")
    left_out = sum(len(row.names) for row in rows if row.kind == "no")
    types = sum(row.kind == "type" for row in rows)
    summary = (f"{len(functions)} functions, {len(compared)} of them compared with FFmpeg's call by"
               f" call, {types} types\nand {values} constants; {left_out} names are not here.\n")
    return "\n".join([summary] + [table_of(header, rows, constants) for header, _ in headers])


def make_page(old):
    """The page with new tables under its own text."""
    return old.split(MARK)[0] + MARK + "\n" + make_tables().rstrip("\n") + "\n"


def main():
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
        page = make_page(file.read())
    for path, text in ((HEADER, make_header()), (PAGE, page)):
        with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    sys.exit(main())
