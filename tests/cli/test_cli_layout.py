#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""framewell layout: the known numbers, text and JSON that agree for every format, and bad input.

That the numbers are right is shown by the differential test of the layout layer; here, that the
command tells them, and that what it says adds up.
"""
import json
import math
import re

import cli
import tap


def layout(*arguments):
    done = cli.framewell("layout", *arguments)
    tap.expect(done.returncode == cli.FINE, f"exit code {done.returncode}: {done.stderr}")
    tap.expect_equal(done.stderr, "", "stderr")
    return done.stdout


def layout_json(*arguments):
    return json.loads(layout("--json", *arguments))


FORMATS = layout_json("--list")
PICTURES = [row for row in FORMATS if not row["is_hardware"]]


@tap.case
def the_known_numbers_of_yuv420p():
    tight = layout_json("yuv420p", "300x300")
    tap.expect_equal(tight["size"], 135000, "bytes at align 1")
    tap.expect_equal([plane["linesize"] for plane in tight["planes"]], [300, 150, 150], "linesizes")
    text = layout("yuv420p", "300x300", "--align", "16")
    for said in ("139200", "300 rounded up to a multiple of 16 = 304", "304 x 300 = 91200",
                 "91200 + 24000 + 24000 = 139200"):
        tap.expect(said in text, f"'{said}' is not in\n{text}")


@tap.case
def the_list_has_every_format_once():
    text = layout("--list").splitlines()
    names = [line.split()[0] for line in text[1:]]
    tap.expect_equal(names, [row["format"] for row in FORMATS], "the names of the list")
    tap.expect_equal(len(set(names)), len(names), "different names")
    tap.expect(len(names) > 190, f"only {len(names)} formats")
    tap.expect(all(len(line) <= 80 for line in text), "a line above 80 columns")


def check_sums(told, align):
    place = 0
    for plane in told["planes"]:
        tap.expect_equal(plane["offset"], place, f"offset in {told}")
        place += plane["size"]
        if plane["content"] == "palette":
            continue
        tap.expect_equal(plane["linesize"], math.ceil(plane["row_size"] / align) * align,
                         f"linesize in {told}")
        tap.expect_equal(plane["size"], plane["linesize"] * plane["height"], f"size in {told}")
        tap.expect_equal(plane["padding"], plane["size"] - plane["row_size"] * plane["height"],
                         f"padding in {told}")
    tap.expect_equal(told["size"], place, f"size of all in {told}")


def check_formulas(text, told):
    """Every product and sum that the text shows is true."""
    for factors, result in re.findall(r"size +(\d+ x \d+) = (\d+)", text):
        left, right = map(int, factors.split(" x "))
        tap.expect_equal(left * right, int(result), f"a product in\n{text}")
    for whole, part, up, result in re.findall(r"(\d+) / (\d+)( rounded up)? = (\d+)", text):
        expected = -(-int(whole) // int(part))
        tap.expect_equal(expected, int(result), f"a quotient in\n{text}")
        tap.expect_equal(bool(up), int(whole) % int(part) != 0, f"rounding in\n{text}")
    tap.expect(str(told["size"]) in text.splitlines()[0], f"no size in the first line of\n{text}")


@tap.case
def text_and_json_agree():
    for number, row in enumerate(PICTURES[::5]):  # each run of the command takes its time
        width, height, align = ((641, 481, 64), (1, 1, 1), (1920, 1080, 32))[number % 3]
        arguments = (row["format"], f"{width}x{height}", "--align", str(align))
        told = layout_json(*arguments)
        tap.expect_equal(len(told["planes"]), row["planes"] + row["has_palette"],
                         f"planes in {told}")
        tap.expect(all(plane["content"] for plane in told["planes"]), f"content in {told}")
        check_sums(told, align)
        text = layout(*arguments)
        check_formulas(text, told)
        tap.expect(all(len(line) <= 80 for line in text.splitlines()), f"too wide:\n{text}")


@tap.case
def components_are_named_in_the_order_of_their_bytes():
    for name, content in (("nv12", ["Y", "UV"]), ("nv21", ["Y", "VU"]), ("bgra", ["BGRA"]),
                          ("gbrp", ["G", "B", "R"]), ("pal8", ["index", "palette"]),
                          ("ya8", ["YA"]), ("rgb565le", ["RGB"]), ("yuva420p", list("YUVA"))):
        told = layout_json(name, "16x16")
        tap.expect_equal([plane["content"] for plane in told["planes"]], content, name)


@tap.case
def frames_are_what_a_pool_hands_out():
    told = layout_json("yuv420p", "1920x1080", "--frames", "5")["frames"]
    tap.expect(told["buffer_size"] >= 3110400, "room for the pixels")
    tap.expect(told["block_size"] >= told["buffer_size"], "a block holds the buffer")
    tap.expect(told["block_size"] <= told["buffer_size"] * 1.125 + 8192, "waste of the frame tier")
    tap.expect_equal(told["size"], 5 * told["block_size"], "size of all five")
    text = layout("yuv420p", "1920x1080", "--frames", "5")
    tap.expect(f"5 x {told['block_size']} = {told['size']} bytes" in text, text)


@tap.case
def an_alias_is_a_name():
    tap.expect_equal(layout_json("gray8", "7x7")["format"], "gray", "the format's own name")


REFUSED = [
    (["yuv42p", "16x16"], "did you mean 'yuv420p'?"),
    (["rgb23", "16x16"], "did you mean 'rgb24'?"),
    (["strawberry", "16x16"], "framewell layout --list"),
    (["", "16x16"], "no pixel format ''"),
    (["vaapi", "16x16"], "hardware format"),
    (["yuv420p"], "needs FORMAT and WIDTHxHEIGHT"),
    (["yuv420p", "16x16", "1"], "too many"),
    (["yuv420p", "0x16"], "not a size"),
    (["yuv420p", "16x"], "not a size"),
    (["yuv420p", "16"], "not a size"),
    (["yuv420p", "-16x16"], "no option '-1'"),
    (["yuv420p", "+16x16"], "not a size"),
    (["yuv420p", "16x16x16"], "not a size"),
    (["yuv420p", "99999999999999999999x16"], "not a size"),
    (["yuv420p", "2147483648x16"], "not a size"),
    (["rgba", "2147483647x16"], "too large"),
    (["yuv420p", "16x16", "--align", "3"], "power of two"),
    (["yuv420p", "16x16", "--align", "0"], "number from 1"),
    (["yuv420p", "16x16", "--align", "4194304"], "number from 1"),
    (["yuv420p", "16x16", "--frames", "0"], "number from 1"),
    (["yuv420p", "16x16", "--frames"], "needs an argument"),
    (["--list", "yuv420p", "16x16"], "leave the rest out"),
    (["--lits"], "did you mean '--list'?"),
]


def refused(arguments, said):
    done = cli.framewell("layout", *arguments)
    tap.expect_equal(done.returncode, cli.USAGE, "exit code")
    tap.expect_equal(done.stdout, "", "stdout")
    tap.expect_equal(done.stderr.count("\n"), 1, f"lines of {done.stderr}")
    tap.expect(said in done.stderr, f"'{said}' is not in {done.stderr}")


@tap.case
def a_full_disk_is_said():
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = cli.framewell("layout", "--list", stdout=full)
    tap.expect_equal(done.returncode, cli.OUTPUT, "exit code")


for words, part in cli.sample(REFUSED, 3):
    tap.add_case("refused: layout " + " ".join(words), refused, words, part)

if __name__ == "__main__":
    tap.main()
