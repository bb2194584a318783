#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The page of --report: what is in it, whatever files are called, and what a browser makes of it.

FRAMEWELL_SCREENSHOTS=FOLDER keeps pictures of the page there, to be looked at.
"""
import html.parser
import json
import os
import re
import signal
import subprocess

import cli
import browser
import tap
from cli import Folder, framewell, transcode

PICTURES = os.environ.get("FRAMEWELL_SCREENSHOTS")
HOSTILE = [b"<script>document.title='taken'<", b"<img src=x onerror=document.title='taken'>.mp4",
           b"a\"b'c`d&amp;<b>.mp4", b"two\nlines\r\x1b[31m.mp4", b"\xff\xfe no UTF-8 \xc3(.mp4",
           "ü – \u2028 ☃.mp4".encode(), b"<!--.mp4", b"${1+1}\\u003c.mp4"]


class Page(html.parser.HTMLParser):
    """The elements of a page as a browser's parser sees them, and its data."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.data, self._is_data = [], "", False
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.feed(self.text)
        self.object = json.loads(self.data)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._is_data = dict(attrs).get("id") == "data"

    def handle_data(self, data):
        self.data += data if self._is_data else ""

    def handle_endtag(self, _):
        self._is_data = False


def report(*arguments, folder=None, code=cli.FINE):
    folder = folder or Folder()
    path = folder / "report.html"
    done = framewell("transcode", "--quiet", "--report", path, *arguments)
    tap.expect(done.returncode == code, f"exit code {done.returncode}: {done.stderr}")
    return path


@tap.case
def it_holds_the_figures_of_the_transcode():
    folder = Folder()
    page = Page(report("--max-memory", "64M", cli.clip(), folder / "out.mkv", folder=folder)).object
    job = page["jobs"][0]
    tap.expect_equal([stream["kind"] for stream in job["streams"]], ["video", "audio"], "streams")
    tap.expect_equal(job["output"]["bytes"], os.path.getsize(folder / "out.mkv"), "bytes")
    tap.expect_equal(page["memory"]["limit"], 64 << 20, "the budget")
    tap.expect_equal((page["exit_code"], page["memory"]["leaked_blocks"]), (0, 0), "code and leaks")
    tap.expect(page["command"].startswith("framewell transcode --quiet --report"), page["command"])
    folder.expect_files("out.mkv", "report.html")


@tap.case
def its_line_of_memory_stays_within_the_budget():
    page = Page(report("--max-memory", "64M", cli.clip(), Folder() / "out.mkv")).object
    line = page["timeline"]
    totals = [sum(values) for values in zip(line["frames"], line["packets"], line["io"],
                                            line["other"])]
    tap.expect(len(totals) >= 1 and max(totals) > 0, f"the totals are {totals}")
    # The buffers before the containers are none of a pool's.
    tap.expect(max(totals) <= (64 << 20) + (64 << 10), f"{max(totals)} bytes at once")
    tap.expect(line["t"] == sorted(line["t"]), "the moments are out of order")


@tap.case
def it_asks_for_nothing_and_lets_nothing_else_run():
    page = Page(report(cli.clip(), Folder() / "out.mkv"))
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            tap.expect(name not in ("src", "srcset", "data", "action") and
                       (name != "href" or value.startswith("data:")), f"<{tag} {name}={value}>")
    tap.expect("url(" not in page.text and "@import" not in page.text, "its style asks for files")
    policy = next(attributes["content"] for tag, attributes in page.elements
                  if attributes.get("http-equiv") == "Content-Security-Policy")
    tap.expect("default-src 'none'" in policy and "unsafe" not in policy, policy)


def hostile(name):
    folder = Folder()
    path = os.path.join(os.fsencode(folder.path), name)
    os.link(cli.clip(), path)
    page = Page(report("--metadata", "title=</script>", path, folder / "out.mkv", folder=folder))
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    tap.expect_equal(scripts, [{"type": "application/json", "id": "data"}, {}], "the scripts")
    tap.expect("<b>" not in page.data and "</script" not in page.data, "markup in the data")
    tap.expect("</script>" in page.object["command"], "the tag is not in the command")


for hostile_name in HOSTILE:
    tap.add_case(f"a file called {ascii(hostile_name)}", hostile, hostile_name)


@tap.case
def passwords_are_left_out_of_the_command():
    page = Page(report("--metadata", "comment=open", "--metadata", "api_key=s3cr3t",
                       "--metadata=password=s3cr3t", cli.clip(), Folder() / "out.mkv"))
    tap.expect("s3cr3t" not in page.text, "a secret is in the page")
    for words in ("comment=open", "api_key=***", "--metadata=password=***"):
        tap.expect(words in page.object["command"], page.object["command"])


@tap.case
def a_failure_has_a_page_too():
    folder = Folder()
    path = report(os.path.join(tap.ROOT, "README.md"), folder / "out.mkv", folder=folder,
                  code=cli.DATA)
    page = Page(path).object
    tap.expect_equal(page["exit_code"], cli.DATA, "the exit code")
    tap.expect("README.md" in page["jobs"][0]["error"], page["jobs"][0]["error"])
    folder.expect_files("report.html")


@tap.case
def many_inputs_are_on_one_page():
    folder = Folder()
    os.mkdir(folder / "out")
    path = report("--jobs", "2", "--output-dir", folder / "out", "--format", "matroska", cli.clip(),
                  "/nowhere/x.mp4", cli.make("second.mp4", ["small"], cli.X264), folder=folder,
                  code=cli.INPUT)
    page = Page(path).object
    tap.expect_equal([job["exit_code"] for job in page["jobs"]], [0, cli.INPUT, 0], "the codes")
    tap.expect_equal(page["exit_code"], cli.INPUT, "the exit code")


@tap.case
def a_page_is_not_overwritten_and_takes_nobody_s_place():
    folder = Folder()
    with open(folder / "report.html", "w", encoding="utf-8") as file:
        file.write("precious")
    for options, out, said in (([], "out.mkv", "exists already"),
                               (["-y"], "report.html", "is an output, too")):
        done = framewell("transcode", *options, "--format", "matroska", "--report",
                         folder / "report.html", cli.clip(), folder / out)
        cli.expect_failure(done, cli.OUTPUT, said)
    done = framewell("transcode", "-y", "--report", cli.clip(), cli.clip(), folder / "out.mkv")
    cli.expect_failure(done, cli.OUTPUT, "is an input, too")
    tap.expect_equal(cli.contents(folder / "report.html"), b"precious", "the page")
    transcode("-y", "--report", folder / "report.html", cli.clip(), folder / "out.mkv")
    tap.expect_equal(Page(folder / "report.html").object["exit_code"], 0, "the exit code")


@tap.case
def an_interrupted_transcode_has_a_page():
    folder = Folder()
    child = subprocess.Popen(
        [cli.COMMAND, "transcode", "--quiet", "--report", folder / "report.html", "--format",
         "framemd5", "-", folder / "out.txt"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=cli.ENVIRONMENT)
    child.stdin.write(cli.contents(cli.clip("ts")))
    child.stdin.flush()
    cli.wait_until_asleep(child.pid)
    child.send_signal(signal.SIGINT)
    tap.expect_equal(child.wait(cli.PATIENCE), 130, "the exit code")
    child.stdin.close()
    tap.expect_equal(Page(folder / "report.html").object["exit_code"], 130, "the exit code told")
    folder.expect_files("out.txt", "report.html")


# In a browser


def expect_quiet(page, path):
    tap.expect_equal(page.complaints, [], "what the browser complains about")
    others = {url for url in page.asked_for if not url.startswith(("file://", "data:", "about:"))}
    tap.expect_equal(others, set(), "what the page asks for")
    files = {url for url in page.asked_for if url.startswith("file://")}
    tap.expect(len(files) == 1, f"{path} asks for {files}")


def keep(page, name):
    if PICTURES:
        os.makedirs(PICTURES, exist_ok=True)
        page.screenshot(os.path.join(PICTURES, name + ".png"))


# Labels of the columns that the one before them runs into.
OVERLAPS = '''(() => {
    const places = [...document.querySelectorAll('.columns small')].filter(e => e.textContent)
        .map(e => { const r = document.createRange(); r.selectNodeContents(e);
                    return [e.textContent, r.getBoundingClientRect()]; });
    return places.slice(1).filter(([, box], i) => box.left < places[i][1].right)
        .map(([text]) => text);
})()'''
READOUT = "[...document.querySelectorAll('.legend li')].map(e => e.textContent).join('|')"


@tap.case
def a_browser_shows_it_on_every_screen():
    path = report("--max-memory", "64M", cli.media("phone_1080p.mp4"), Folder() / "out.mkv",
                  "--video-codec", "libx264", "--preset", "ultrafast")
    with browser.Browser() as page:
        for width in (360, 650, 770, 1000):
            for is_dark in (False, True):
                page.show(path, width=width, is_dark=is_dark)
                wide = page.evaluate("document.documentElement.scrollWidth")
                tap.expect(wide <= width, f"{wide} dots wide on a screen of {width}")
                hidden = page.evaluate("Math.max(...[...document.querySelectorAll('.scroll')]"
                                       ".map(e => e.scrollWidth - e.clientWidth))")
                tap.expect(hidden <= 0, f"{hidden} dots of a table are hidden at {width}")
                tap.expect_equal(page.evaluate(OVERLAPS), [], f"labels on labels at {width}")
                colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
                light = sum(map(int, re.findall(r"\d+", colour)[:3])) / 3
                tap.expect((light < 128) == is_dark, f"{colour}, dark: {is_dark}")
                tap.expect("phone_1080p.mp4" in page.evaluate("document.querySelector('h1')"
                                                              ".textContent"), "no name")
                tap.expect(page.evaluate("document.querySelectorAll('.chart svg path').length") > 3,
                           "no chart")
                keep(page, f"report-{width}-{'dark' if is_dark else 'light'}")
        expect_quiet(page, path)


@tap.case
def hovering_touching_and_keys_tell_the_value():
    path = report(cli.media("phone_1080p.mp4"), Folder() / "out.mkv", "--video-codec", "libx264",
                  "--preset", "ultrafast")
    with browser.Browser() as page:
        page.show(path)
        at_rest = page.evaluate(READOUT)
        tap.expect("at the peak" in at_rest, at_rest)
        tile = page.evaluate("document.querySelector('.tile strong').textContent")
        tap.expect("together " + tile + "|" in at_rest, f"{tile} in the tile, {at_rest}")
        x, y, width, height = page.box_of(".chart svg")
        page.hover(x + 0.3 * width, y + height / 2)
        hovered = page.evaluate(READOUT)
        tap.expect("at the peak" not in hovered and hovered != at_rest, hovered)
        page.hover(2, 2)
        tap.expect_equal(page.evaluate(READOUT), at_rest, "what is told at rest")
        page.touch(x + 0.6 * width, y + height / 2)
        tap.expect(page.evaluate(READOUT) not in (at_rest, hovered), "a touch tells nothing")
        page.evaluate("document.querySelector('.chart svg').focus()")
        page.press("Home")
        first = page.evaluate("document.activeElement.getAttribute('aria-valuetext')")
        page.press("ArrowRight")
        second = page.evaluate("document.activeElement.getAttribute('aria-valuetext')")
        tap.expect(first.startswith("at ") and second != first, f"{first} and then {second}")
        x, y, width, height = page.box_of(".columns button")
        page.hover(x + width / 2, y + height / 2)
        told = page.evaluate("[...document.querySelectorAll('.tip')].pop().textContent")
        tap.expect(re.search(r" to .*: \d", told), f"a column tells {told}")
        expect_quiet(page, path)


@tap.case
def hostile_names_stay_text_in_a_browser():
    folder = Folder()
    os.mkdir(folder / "out")
    paths = [os.path.join(os.fsencode(folder.path), name) for name in HOSTILE]
    # Only a folder can make "</script>" of a name.
    os.mkdir(folder / "<")
    paths.append(os.path.join(os.fsencode(folder.path), b"<", b"script><script>alert(1)<!--.mp4"))
    for path in paths:
        os.link(cli.clip(), path)
    page_path = report("--output-dir", folder / "out", "--format", "matroska", *paths,
                       folder=folder)
    with browser.Browser() as page:
        page.show(page_path, width=360)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.evaluate("new Promise(resolve => setTimeout(resolve, 200))")
        tap.expect_equal(page.evaluate("document.scripts.length"), 2, "scripts")
        tap.expect_equal(page.evaluate("document.querySelectorAll('b b, img, details').length"),
                         len(paths), "inputs, and elements out of names")
        tap.expect("transcode" in page.evaluate("document.title"), "the title was taken")
        tap.expect("[object" not in page.evaluate("document.body.innerText"), "what is no text")
        wide = page.evaluate("document.documentElement.scrollWidth")
        tap.expect(wide <= 360, f"{wide} dots wide")
        keep(page, "report-hostile")
        expect_quiet(page, page_path)


if __name__ == "__main__":
    tap.main()
