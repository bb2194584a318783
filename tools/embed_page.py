#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns the report's page into C: tools/embed_page.py PAGE.html OUT.c

@STYLE_HASH@ and @SCRIPT_HASH@ become the hashes of the page's own style and script, so that a
browser runs nothing else, whatever words of a file might get into the page. The page ends up as
what stands before @DATA@ and what stands behind it.
"""
import base64
import hashlib
import re
import sys


def hash_of(page, element):
    text = re.search(rf"<{element}>(.*?)</{element}>", page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def finished(page):
    """The page with its hashes, in two halves."""
    page = page.replace("@STYLE_HASH@", hash_of(page, "style"))
    page = page.replace("@SCRIPT_HASH@", hash_of(page, "script"))
    head, tail = page.split("@DATA@")
    return head, tail


def c_array(name, text):
    data = text.encode()
    lines = [", ".join(str(byte) for byte in data[i:i + 24]) for i in range(0, len(data), 24)]
    body = ",\n    ".join(lines)
    return (f"const unsigned char {name}[] = {{\n    {body},\n}};\n"
            f"const size_t {name}_size = sizeof {name};\n")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        head, tail = finished(file.read())
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write('#include "command/report_page.h"\n\n')
        file.write(c_array("fwl_page_head", head) + "\n" + c_array("fwl_page_tail", tail))


if __name__ == "__main__":
    main()
