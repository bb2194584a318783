#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the documents say is so: links lead somewhere, code is an example that runs, every public
function is named in the page of its topic."""
import os
import re
import sys
import textwrap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

PAGES = source_tree.files(endings=(".md",))
EXAMPLES = source_tree.files("examples", endings=source_tree.CODE_ENDINGS)
# A path of the tree in backticks; with a variable part such as * or < it is a pattern instead.
FOLDERS = "src|include|tests|scripts|docs|examples|bench|man|tools"
PATH = re.compile(rf"`((?:\./)?(?:{FOLDERS})/[\w./-]*)`")


def exists(page, target):
    """Whether a link in a page leads to a file, from the page or from the root."""
    folder = os.path.join(tap.ROOT, os.path.dirname(page))
    return any(os.path.exists(os.path.join(start, target)) for start in (folder, tap.ROOT))


@tap.case
def links_lead_to_files():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", source_tree.read(page)):
            if "://" not in target:
                tap.expect(exists(page, target), f"{page}: there is no {target}")


@tap.case
def paths_that_are_named_exist():
    for page in PAGES:
        for target in PATH.findall(source_tree.read(page)):
            tap.expect(exists(page, target), f"{page}: there is no {target}")


def lines_within(block, text):
    """Whether the lines of a block stand in a text, one after the other, at any indentation."""
    wanted = textwrap.dedent(block).strip("\n").split("\n")
    lines = text.split("\n")
    return any(textwrap.dedent("\n".join(lines[i:i + len(wanted)])) == "\n".join(wanted)
               for i in range(len(lines) - len(wanted) + 1))


@tap.case
def code_in_pages_stands_in_an_example_that_runs():
    for page in PAGES:
        for block in re.findall(r"^```c(?:pp)?\n(.*?)^```", source_tree.read(page), re.S | re.M):
            tap.expect(any(lines_within(block, source_tree.read(path)) for path in EXAMPLES),
                       f"{page}: not in one piece in any of {EXAMPLES}:\n{block}")


@tap.case
def the_readme_shows_a_whole_program():
    blocks = re.findall(r"^```c\n(.*?)^```", source_tree.read("README.md"), re.S | re.M)
    tap.expect(any("int main(" in block for block in blocks), "README.md: no C program")


@tap.case
def every_example_is_built():
    named = source_tree.read("examples/meson.build")
    for path in EXAMPLES:
        stem = os.path.splitext(os.path.basename(path))[0]
        tap.expect(f"'{stem}'" in named, f"{path} is not in examples/meson.build")


def page_names_every_function(header, page):
    tap.expect(exists(".", page), f"there is no {page}")
    text = source_tree.read(page)
    missing = [name for name in source_tree.public_functions(header)
               if not re.search(rf"\b{name}\b", text)]
    tap.expect(not missing, f"{page} does not name {', '.join(missing)}")


for path in source_tree.public_headers():
    topic = os.path.splitext(os.path.basename(path))[0]
    if source_tree.public_functions(path):
        tap.add_case(f"the_page_of_{topic}_names_every_function",
                     page_names_every_function, path, f"docs/{topic}.md")


@tap.case
def decisions_are_numbered_without_a_gap():
    names = sorted(os.path.basename(path) for path in source_tree.files("docs/decisions"))
    numbers = [int(name[:4]) for name in names]
    tap.expect(numbers, "there are no decisions")
    tap.expect_equal(numbers, list(range(1, len(numbers) + 1)), "the numbers of docs/decisions")


@tap.case
def the_changelog_knows_the_version():
    version = re.search(r"version: '([\d.]+)'", source_tree.read("meson.build"))[1]
    tap.expect(f"## {version}" in source_tree.read("CHANGELOG.md"),
               f"CHANGELOG.md has no section {version}")


tap.main()
