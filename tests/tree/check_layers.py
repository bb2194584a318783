#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""src/layers.txt says which layer may include which; this holds every file to it."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import source_tree
import tap

LAYERS = {}  # name: the layers that it may use, in the order of the file
for line in source_tree.read("src/layers.txt").split("\n"):
    if line and not line.startswith("#"):
        layer, _, used = line.partition(":")
        LAYERS[layer] = used.split()

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)


def layer_of_public(header):
    """The layer behind framewell/NAME.h: the one that has NAME.c, or is called NAME."""
    stem = os.path.splitext(os.path.basename(header))[0]
    owners = [name for name in LAYERS
              if os.path.exists(os.path.join(tap.ROOT, "src", name, stem + ".c"))]
    return owners[0] if owners else stem


def layer_of_include(path, include):
    """The layer that an include names; None for headers from outside the tree."""
    first, _, rest = include.partition("/")
    if first == "framewell" and rest:
        return layer_of_public(include)
    if rest and first in LAYERS:
        return first
    beside = os.path.join(tap.ROOT, os.path.dirname(path), include)
    return path.split("/")[1] if os.path.exists(beside) else None


def reachable(layer):
    """The layers below a layer, also those below those."""
    return {below for use in LAYERS[layer] for below in {use} | reachable(use)}


def broken_includes(path, layer, uses):
    allowed = [None, layer, *uses]
    return [f"{path}: {layer} may not include {include}"
            for include in INCLUDE.findall(source_tree.code(path))
            if layer_of_include(path, include) not in allowed]


@tap.case
def every_folder_of_src_is_a_layer_and_every_layer_a_folder():
    folders = sorted(name for name in os.listdir(os.path.join(tap.ROOT, "src"))
                     if os.path.isdir(os.path.join(tap.ROOT, "src", name)))
    tap.expect_equal(folders, sorted(LAYERS), "the folders of src")


@tap.case
def a_layer_names_only_layers_below_it():
    below = []
    for name, uses in LAYERS.items():
        above = [use for use in uses if use not in below]
        tap.expect(not above, f"{name} uses {above}, which do not stand below it")
        below.append(name)


def includes_of(layer):
    paths = source_tree.files(f"src/{layer}", endings=source_tree.CODE_ENDINGS)
    broken = [text for path in paths for text in broken_includes(path, layer, LAYERS[layer])]
    tap.expect(not broken, "\n".join(broken))


for layer_name in LAYERS:
    tap.add_case(f"{layer_name}_includes_what_its_line_names", includes_of, layer_name)


@tap.case
def every_public_header_belongs_to_a_layer_and_obeys_it():
    for header in source_tree.public_headers():
        if os.path.basename(header) in source_tree.LISTS:
            continue
        owner = layer_of_public(header)
        tap.expect(owner in LAYERS, f"{header}: no layer has {owner}.c or is called {owner}")
        # A function may take an object of any layer below, such as the pool to allocate from.
        broken = broken_includes(header, owner, reachable(owner))
        tap.expect(not broken, "\n".join(broken))


@tap.case
def the_command_knows_public_headers_only():
    for path in source_tree.files("src/command", endings=source_tree.CODE_ENDINGS):
        for include in INCLUDE.findall(source_tree.code(path)):
            inner = layer_of_include(path, include)
            tap.expect(include.startswith("framewell/") or inner in (None, "command"),
                       f"{path} includes {include}, which no user of the library can")


tap.main()
