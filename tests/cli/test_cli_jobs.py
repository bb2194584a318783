#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many inputs at once, budgets, and the ways of having an input and an output: streamed, mapped and
in memory."""
import json
import os
import re
import signal
import subprocess
import threading
import time

import cli
import tap
from cli import Folder, expect_failure, framewell

SLOW = ["--video-codec", "libx264", "--preset", "medium", "--threads", "1"]
CHEAP = ["--video-codec", "mpeg4", "--audio-codec", "aac"]
COUNT = 5


def copies(folder, count=COUNT, ending="mp4"):
    paths = [folder / f"in-{i}.{ending}" for i in range(count)]
    for path in paths:
        os.link(cli.clip(ending), path)
    os.mkdir(folder / "out")
    return paths


def lines_of(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


# Many inputs


@tap.case
def each_input_gets_an_output_of_its_name():
    folder = Folder()
    paths = copies(folder)
    done = framewell("transcode", *CHEAP, "--jobs", "2", "--output-dir", folder / "out", *paths)
    tap.expect_equal((done.returncode, done.stderr), (cli.FINE, ""), "the end")
    tap.expect_equal(sorted(os.listdir(folder / "out")), sorted(map(os.path.basename, paths)),
                     "the outputs")
    tap.expect_equal(len(done.stdout.splitlines()), COUNT, "lines told")
    for line in done.stdout.splitlines():
        tap.expect(re.match(r".*/out/in-\d\.mp4: [0-9.]+ s of media in [0-9.]+ s, speed [0-9.]+x, "
                            r"memory peak [0-9.]+ \wi?B$", line), line)
    for name in os.listdir(folder / "out"):
        cli.expect_decodes(os.path.join(folder / "out", name))


@tap.case
def a_format_gives_them_its_ending():
    folder = Folder()
    paths = copies(folder, 1)
    os.link(cli.clip("ts"), folder / "without-ending")
    os.link(cli.clip("ts"), folder / ".hidden")
    done = framewell("transcode", "--quiet", *CHEAP, "--format", "matroska", "--output-dir",
                     folder / "out", *paths, folder / "without-ending", folder / ".hidden")
    tap.expect_equal((done.returncode, done.stdout, done.stderr), (cli.FINE, "", ""), "the end")
    tap.expect_equal(sorted(os.listdir(folder / "out")),
                     [".hidden.mkv", "in-0.mkv", "without-ending.mkv"], "the outputs")


@tap.case
def they_are_the_same_as_one_at_a_time():
    folder = Folder()
    paths = copies(folder, 3, "mkv")
    os.mkdir(folder / "alone")
    options = ["--quiet", "--format", "framemd5"]
    framewell("transcode", *options, "--jobs", "3", "--output-dir", folder / "out", *paths)
    for path in paths:
        name = os.path.basename(path).replace(".mkv", ".framemd5")
        cli.transcode(*options, path, os.path.join(folder / "alone", name))
        tap.expect_equal(cli.contents(os.path.join(folder / "out", name)),
                         cli.contents(os.path.join(folder / "alone", name)), name)


@tap.case
def one_that_fails_stops_nobody():
    folder = Folder()
    paths = copies(folder, 2)
    with open(folder / "broken.mp4", "w", encoding="utf-8") as file:
        file.write("no media\n" * 100)
    done = framewell("transcode", *CHEAP, "--json", "--jobs", "2", "--output-dir", folder / "out",
                     paths[0], "/nowhere/missing.mp4", folder / "broken.mp4", paths[1])
    tap.expect_equal(done.returncode, cli.INPUT, "the exit code, of the first that failed")
    codes = {os.path.basename(told["input"]["name"]): told["exit_code"] for told in lines_of(done)}
    tap.expect_equal(codes, {"in-0.mp4": 0, "missing.mp4": cli.INPUT, "broken.mp4": cli.DATA,
                             "in-1.mp4": 0}, "the codes")
    tap.expect_equal(len(done.stderr.splitlines()), 2, f"lines of {done.stderr!r}")
    tap.expect_equal(sorted(os.listdir(folder / "out")), ["in-0.mp4", "in-1.mp4"], "the outputs")


@tap.case
def an_output_that_exists_is_that_input_s_failure():
    folder = Folder()
    paths = copies(folder, 2)
    with open(os.path.join(folder / "out", "in-0.mp4"), "w", encoding="utf-8") as file:
        file.write("precious")
    arguments = [*CHEAP, "--quiet", "--output-dir", folder / "out", *paths]
    done = framewell("transcode", *arguments)
    expect_failure(done, cli.OUTPUT, "in-0.mp4", "exists already")
    tap.expect_equal(cli.contents(os.path.join(folder / "out", "in-0.mp4")), b"precious", "it")
    cli.expect_decodes(os.path.join(folder / "out", "in-1.mp4"))
    tap.expect_equal(framewell("transcode", "-y", *arguments).returncode, cli.FINE, "with -y")


REFUSED = [
    ("two of one name", ["--output-dir", "out", "a/x.mp4", "b/x.mp4"], cli.USAGE,
     "would both become 'out/x.mp4'"),
    ("two of one name but for the ending", ["--format", "matroska", "--output-dir", "out",
                                            "a/x.mp4", "a/x.mov"], cli.USAGE, "would both become"),
    ("an input's own folder", ["-y", "--output-dir", "a", "b/x.mp4", "a/x.mp4", "a/x.mov"],
     cli.USAGE, "would both become"),
    ("another input's place", ["-y", "--output-dir", "b", "a/x.mp4", "b/z.mp4"], cli.OUTPUT,
     "is one of the inputs"),
    ("a folder that is not there", ["--output-dir", "none", "a/x.mp4"], cli.OUTPUT, "make it"),
    ("a file as folder", ["--output-dir", "a/x.mp4", "a/x.mov"], cli.OUTPUT, "is no directory"),
    ("stdin", ["--output-dir", "out", "-"], cli.USAGE, "stdin has no name"),
    ("jobs without a folder", ["--jobs", "2", "a/x.mp4", "out.mkv"], cli.USAGE, "--output-dir"),
    ("jobs that are no number", ["--jobs", "many", "--output-dir", "out", "a/x.mp4"], cli.USAGE,
     "not a number"),
    ("no input", ["--output-dir", "out"], cli.USAGE, "needs an INPUT"),
    ("a budget that is none", ["--max-memory", "lots", "a/x.mp4", "out.mkv"], cli.USAGE,
     "not a size"),
    ("a budget of nothing", ["--max-memory", "0", "a/x.mp4", "out.mkv"], cli.USAGE, "too little"),
    ("a page to stdout", ["--report", "-", "a/x.mp4", "out.mkv"], cli.USAGE, "name one"),
]


def refused(arguments, code, said):
    folder = Folder()
    for name in ("a", "b", "out"):
        os.mkdir(folder / name)
    for name in ("a/x.mp4", "a/x.mov", "b/x.mp4", "b/z.mp4"):
        os.link(cli.clip(), folder / name)
    done = framewell("transcode", *arguments, cwd=folder.path)
    expect_failure(done, code, said)
    tap.expect_equal(os.listdir(folder / "out"), [], "the outputs")


for words, names, number, part in cli.sample(REFUSED, 3):
    tap.add_case(f"refused: {words}", refused, names, number, part)


@tap.case
def the_first_sigint_finishes_those_that_run():
    folder = Folder()
    paths = [folder / f"long-{i}.mp4" for i in range(4)]
    for path in paths:
        os.link(cli.long_clip(), path)
    os.mkdir(folder / "out")
    child = subprocess.Popen([cli.COMMAND, "transcode", *SLOW, "--json", "--jobs", "2",
                              "--output-dir", folder / "out", *paths], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, env=cli.ENVIRONMENT)
    deadline = time.monotonic() + cli.PATIENCE
    while sum(os.path.getsize(entry.path) > 1000 for entry in os.scandir(folder / "out")) < 2:
        tap.expect(time.monotonic() < deadline, "nothing is written")
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    out, said = child.communicate(timeout=cli.PATIENCE)
    tap.expect_equal(child.returncode, 130, f"the exit code ({said})")
    told = [json.loads(line) for line in out.splitlines()]
    tap.expect_equal([line["exit_code"] for line in told], [130] * 4, "the codes")
    tap.expect_equal(sum("not begun" in line["error"] for line in told), 2, "not begun")
    made = sorted(os.listdir(folder / "out"))
    tap.expect_equal(len(made), 2, f"outputs among {made}")
    for name in made:
        cli.expect_decodes(os.path.join(folder / "out", name))


@tap.case
def a_second_signal_leaves_no_part_of_any():
    folder = Folder()
    paths = [folder / f"long-{i}.mp4" for i in range(3)]
    for path in paths:
        os.link(cli.long_clip(), path)
    os.mkdir(folder / "out")
    child = subprocess.Popen([cli.COMMAND, "transcode", *SLOW, "--jobs", "3", "--output-dir",
                              folder / "out", *paths], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, env=cli.ENVIRONMENT)
    deadline = time.monotonic() + cli.PATIENCE
    while len(os.listdir(folder / "out")) < 3:
        tap.expect(time.monotonic() < deadline, "nothing is written")
        time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    child.send_signal(signal.SIGINT)
    child.wait(cli.PATIENCE)
    tap.expect(child.returncode in (130, 143), f"the exit code is {child.returncode}")
    tap.expect_equal(os.listdir(folder / "out"), [], "what is left")


# Budgets


def wide(count):
    path = cli.make("wide.mp4", ["odd"], ["-vf", "scale=1920:1080", *cli.X264, "-pix_fmt",
                                          "yuv420p"])
    folder = Folder()
    paths = [folder / f"wide-{i}.mp4" for i in range(count)]
    for name in paths:
        os.link(path, name)
    os.mkdir(folder / "out")
    return folder, paths


NOWHERE = ["--quiet", "--format", "framemd5", "--threads", "1"]


@tap.case
def a_budget_is_for_all_together():
    folder, paths = wide(4)
    done = framewell("transcode", *NOWHERE, "--json", "--report", folder / "page.html", "--jobs",
                     "2", "--max-memory", "96M", "--output-dir", folder / "out", *paths)
    tap.expect_equal(done.returncode, cli.FINE, f"the exit code ({done.stderr})")
    for told in lines_of(done):
        tap.expect_equal(told["memory"]["limit"], 48 << 20, "a share")
        tap.expect(told["memory"]["peak_size"] <= 48 << 20, f"{told['memory']['peak_size']} held")
    page = cli.contents(folder / "page.html").decode()
    peak = int(re.search(r'"memory":\{"limit":100663296,"peak_size":(\d+)', page)[1])
    tap.expect(0 < peak <= 96 << 20, f"{peak} bytes held together")


@tap.case
def who_needs_more_than_a_share_waits_for_all_of_it():
    folder, paths = wide(3)
    alone = cli.framewell("transcode", *NOWHERE, "--max-memory", "1M", paths[0], folder / "one")
    expect_failure(alone, cli.MEMORY, "at least")
    least = int(re.search(r"at least (\d+) MiB", alone.stderr)[1])
    budget = least + least // 2  # enough for one, too little for two
    done = framewell("transcode", *NOWHERE, "--json", "--jobs", "2", "--max-memory", f"{budget}M",
                     "--output-dir", folder / "out", *paths)
    tap.expect_equal((done.returncode, done.stderr), (cli.FINE, ""), "the end")
    for told in lines_of(done):
        tap.expect_equal(told["memory"]["limit"], budget << 20, "what it was given")


@tap.case
def a_budget_that_is_too_small_says_what_is_least():
    folder, paths = wide(1)
    done = framewell("transcode", *NOWHERE, "--max-memory", "1M", paths[0], folder / "small")
    expect_failure(done, cli.MEMORY, paths[0], "at least")
    least = re.search(r"at least (\d+) MiB", done.stderr)[1]
    done = framewell("transcode", *NOWHERE, "--max-memory", least + "M", paths[0],
                     folder / "least")
    tap.expect_equal((done.returncode, done.stderr), (cli.FINE, ""), f"with {least}M")
    folder.expect_files("wide-0.mp4", "out", "least")


# Ways in and out


@tap.case
def an_endless_input_is_read_as_it_comes():
    """The output arrives while the input goes on, and memory stays what it was."""
    folder = Folder()
    os.mkfifo(folder / "in")
    os.mkfifo(folder / "out")
    clip = cli.contents(cli.clip("ts"))
    child = subprocess.Popen([cli.COMMAND, "transcode", "--format", "mpegts", *CHEAP[:2],
                              "--audio-codec", "mp2", folder / "in", folder / "out"],
                             stderr=subprocess.PIPE, env=cli.ENVIRONMENT)
    stop = threading.Event()

    def feed():
        with open(folder / "in", "wb", buffering=0) as pipe:
            while not stop.is_set():
                pipe.write(clip)

    feeder = threading.Thread(target=feed)
    feeder.start()
    with open(folder / "out", "rb", buffering=0) as out:
        while sum(len(piece) for piece in (out.read(65536),)) == 0:
            pass
        sizes, count = [], 0
        while count < 12 << 20:
            piece = out.read(65536)
            tap.expect(piece, "the output ended")
            count += len(piece)
            if count > 4 << 20:
                sizes.append(cli.resident_size(child.pid))
        child.send_signal(signal.SIGINT)
        stop.set()
        while out.read(65536):
            pass
    tap.expect_equal(child.wait(cli.PATIENCE), 130, "the exit code")
    child.stderr.close()
    feeder.join()
    if not cli.SANITIZED:
        tap.expect(max(sizes) - sizes[0] < 8 << 20, f"it grew from {sizes[0]} to {max(sizes)}")


@tap.case
def who_reads_slowly_makes_it_wait():
    reader, writer = os.pipe()
    child = subprocess.Popen([cli.COMMAND, "transcode", "--format", "mpegts", "--video-codec",
                              "mpeg2video", cli.long_clip(), "-"], stdout=writer,
                             stderr=subprocess.DEVNULL, env=cli.ENVIRONMENT)
    os.close(writer)
    cli.wait_until_asleep(child.pid)
    before = cli.resident_size(child.pid)
    time.sleep(0.5)
    after = cli.resident_size(child.pid)
    tap.expect(after - before < 1 << 20, f"it grew from {before} to {after} while nobody read")
    tap.expect(child.poll() is None, "it does not wait")
    with open(reader, "rb") as pipe:
        count = len(pipe.read())
    tap.expect_equal(child.wait(cli.PATIENCE), cli.FINE, "the exit code")
    tap.expect(count > 1 << 20, f"{count} bytes came")


@tap.case
def mp4_goes_through_a_pipe_in_fragments_or_held_whole():
    for options, box in (([], b"moof"), (["--in-memory"], b"moov")):
        done = cli.transcode("--format", "mp4", *options, *CHEAP[:2], "--no-audio", cli.clip(), "-",
                             text=False, errors=None)
        path = Folder() / "out.mp4"
        with open(path, "wb") as file:
            file.write(done.stdout)
        cli.expect_decodes(path)
        tap.expect(box in done.stdout, f"no {box} with {options}")
        tap.expect((b"moof" in done.stdout) == (not options), f"fragments with {options}")


@tap.case
def a_pipe_that_must_be_sought_in_is_kept():
    late = cli.make("late.mp4", ["video", "audio"], cli.X264 + ["-c:a", "aac"])
    for option in ([], ["--in-memory"]):
        with subprocess.Popen(["cat", late], stdout=subprocess.PIPE) as cat:
            cli.transcode("--quiet", *option, *CHEAP, "-", Folder() / "out.mkv", stdin=cat.stdout)


@tap.case
def a_large_file_is_mapped_and_a_small_one_loaded():
    folder = Folder()
    large = folder / "large.ts"
    with open(large, "wb") as file:
        for _ in range((20 << 20) // len(cli.contents(cli.clip("ts")))):
            file.write(cli.contents(cli.clip("ts")))
    for options, path, most in (([], large, 1 << 20), (["--in-memory"], large, 64 << 20),
                                ([], cli.clip("ts"), 1 << 20)):
        told = cli.transcode_json("--copy", "--duration", "1", *options, path,
                                  Folder() / "out.mkv")
        held = told["memory"]["io"]["peak_usage"]
        tap.expect(held <= most, f"{held} bytes held of {path} with {options}")
        tap.expect((held >= os.path.getsize(path)) == (path != large or options != []),
                   f"{held} bytes held of {path} with {options}")


@tap.case
def an_input_that_becomes_shorter_is_an_error_not_a_death():
    folder = Folder()
    path = folder / "shrinking.mkv"
    whole = cli.contents(cli.long_clip())
    with open(path, "wb") as file:
        file.write(whole)
        file.write(bytes((17 << 20) - len(whole)))
    child = subprocess.Popen([cli.COMMAND, "transcode", *SLOW, path, folder / "out.mkv"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             env=cli.ENVIRONMENT)
    while not any(name.endswith(".part") for name in os.listdir(folder.path)):
        tap.expect(child.poll() is None, "it ended before it began")
        time.sleep(0.02)
    os.truncate(path, 4096)
    said = child.communicate(timeout=cli.PATIENCE)[1]
    tap.expect_equal(child.returncode, cli.INPUT, f"the exit code ({said})")
    tap.expect("became shorter" in said, said)
    folder.expect_files("shrinking.mkv")


@tap.case
def a_bus_error_of_no_input_is_a_death():
    folder = Folder()
    child = subprocess.Popen([cli.COMMAND, "transcode", *SLOW, "--max-memory", "256M",
                              cli.long_clip(), folder / "out.mkv"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, env=cli.ENVIRONMENT)
    while not any(name.endswith(".part") for name in os.listdir(folder.path)):
        tap.expect(child.poll() is None, "it ended before it began")
        time.sleep(0.02)
    child.send_signal(signal.SIGBUS)
    said = child.communicate(timeout=cli.PATIENCE)[1]
    if not cli.SANITIZED:  # those make a report of it
        tap.expect_equal(child.returncode, -signal.SIGBUS, f"the exit code ({said})")
    tap.expect("became shorter" not in said, said)


@tap.case
def what_is_refused_up_front_is_told_of_every_input_in_json():
    folder = Folder()
    for name in ("a", "b", "out"):
        os.mkdir(folder / name)
    inputs = [folder / "a/x.mp4", folder / "b/x.mp4"]
    for path in inputs:
        os.link(cli.clip(), path)
    done = framewell("transcode", "--json", "--output-dir", folder / "out", *inputs)
    tap.expect_equal(done.returncode, cli.USAGE, done.stderr)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    tap.expect_equal([one["input"]["name"] for one in told], inputs, "inputs")
    for one in told:
        tap.expect_equal(one["exit_code"], cli.USAGE, "exit_code")
        tap.expect("would both become" in one["error"], one["error"])


@tap.case
def a_command_line_that_makes_no_sense_is_told_in_json():
    for words in (["--max-memory", "lots", "a.mp4", "b.mkv"], ["a.mp4"], ["--nonsense"]):
        done = framewell("transcode", "--json", *words)
        tap.expect_equal(done.returncode, cli.USAGE, done.stderr)
        told = json.loads(done.stdout)
        tap.expect_equal(told["exit_code"], cli.USAGE, "exit_code")
        tap.expect(told["error"] and told["error"] in done.stderr, f"{told['error']!r}")


@tap.case
def a_picture_may_stay_turned():
    path = cli.media("ax_rotate_and_reflect.mp4")
    turned = [cli.transcode_json(*option, "--no-audio", "--video-codec", "mpeg4", path,
                                 Folder() / "out.mp4")["streams"][0]
              for option in ([], ["--keep-rotation"])]
    tap.expect_equal((turned[0]["width"], turned[0]["height"]),
                     (turned[1]["height"], turned[1]["width"]), "the sides")


if __name__ == "__main__":
    tap.main()
