#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--max-memory: what would take more takes no more and comes out the same; too little is refused
with what would do. And what flows through pipes, however slowly, is not collected in memory.
"""
import json
import os
import re
import subprocess
import tempfile
import threading
import time

import cli
import tap
from cli import Folder, expect_failure, framewell

MIB = 1 << 20
BUDGET = 64 * MIB
PICTURES = 16
SLACK = 24 * MIB  # what the libraries and the C library's heap take now more, now less
# As x264's default settings: four references, B pictures that others refer to.
REFERENCES = "ref=3:bframes=3:b-pyramid=normal:b-adapt=0"
CHEAP = ["--video-codec", "libx264", "--preset", "ultrafast"]


def run_ffmpeg(*arguments):
    tap.run_ok(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments])


def made(name, *arguments):
    """The path of a clip, made when first asked for."""
    path = os.path.join(cli.WORK, name)
    if not os.path.exists(path):
        run_ffmpeg(*arguments, path)
    return path


def pictures(size, count, more=""):
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d={count / 30},format=yuv420p{more}"]


def clip_2160p():
    return made("2160p.mkv", *pictures("3840x2160", PICTURES), "-c:v", "libx264", "-preset",
                "ultrafast", "-x264-params", REFERENCES)


def measured(*arguments):
    """Runs a transcode that ends well. Its report, and the most memory that it had resident."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen([cli.COMMAND, "transcode", "--json", *arguments], stdout=out,
                                 stderr=err, env=cli.ENVIRONMENT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        tap.expect_equal(child.returncode, 0, f"the exit code ({err.read()})")
        return json.load(out), usage.ru_maxrss * 1024


def framemd5(path):
    return tap.run_ok(["ffmpeg", "-loglevel", "error", "-i", path, "-c", "copy", "-f", "framemd5",
                       "-"]).stdout


def what_takes_more_keeps_within(options, threads):
    folder = Folder()
    arguments = [*options, "--threads", str(threads), clip_2160p()]
    free, free_resident = measured(*arguments, folder / "free.mkv")
    held, resident = measured("--max-memory", "64M", *arguments, folder / "held.mkv")
    free_peak = free["memory"]["peak"]["total"]
    tap.expect(free_peak > BUDGET, f"without a budget it takes {free_peak}")
    peak = held["memory"]["peak"]["total"]
    tap.expect(peak <= BUDGET and held["memory"]["peak_size"] <= BUDGET, f"it takes {peak}")
    tap.expect_equal(held["streams"][0]["frames"], PICTURES, "pictures")
    tap.expect_equal(framemd5(folder / "held.mkv"), framemd5(folder / "free.mkv"), "the output")
    if not cli.SANITIZED:  # that has memory of its own
        libraries = free_resident - free_peak
        tap.expect(resident <= libraries + BUDGET + SLACK,
                   f"{resident} are resident, of which the libraries have {libraries}")


if not cli.SANITIZED:
    for NAME, OPTIONS, THREADS in [
            ("encoded_again", CHEAP, 0),
            ("encoded_again_with_four_threads", CHEAP, 4),
            ("encoded_by_libavcodec", ["--video-codec", "mpeg4"], 2),
            ("scaled", [*CHEAP, "--scale", "640x-1"], 0)]:
        tap.add_case(f"2160p_within_64_mib_{NAME}", what_takes_more_keeps_within, OPTIONS, THREADS)


@tap.case
def the_timeline_never_passes_the_budget():
    folder = Folder()
    page = folder / "page.html"
    cli.transcode("--quiet", "--max-memory", "64M", "--report", page, *CHEAP, clip_2160p(),
                  folder / "out.mkv")
    with open(page, encoding="utf-8") as file:
        line = json.loads(re.search(r'id="data"[^>]*>(.*?)</', file.read(), re.S)[1])["timeline"]
    totals = [sum(values) for values in zip(line["frames"], line["packets"], line["io"],
                                            line["other"])]
    tap.expect(48 * MIB < max(totals) <= BUDGET, f"the samples are {totals}")


@tap.case
def too_little_names_the_least_and_that_does():
    folder = Folder()
    arguments = ["--json", *CHEAP, clip_2160p(), folder / "out.mkv"]
    refused = framewell("transcode", "--max-memory", "4M", *arguments)
    tap.expect_equal(refused.returncode, cli.MEMORY, refused.stderr)
    named = re.search(r"at least (\d+) MiB", refused.stderr)
    tap.expect(named, refused.stderr)
    least = json.loads(refused.stdout)["memory"]["least"]
    tap.expect_equal(int(named[1]), -(-least // MIB), "the least in words")
    below = framewell("transcode", "--max-memory", str(least - 1), *arguments)
    tap.expect_equal(below.returncode, cli.MEMORY, below.stderr)
    tap.expect("at least" in below.stderr, below.stderr)
    tap.expect_equal(json.loads(below.stdout)["output"]["bytes"], 0, "bytes written")
    folder.expect_files()
    report = cli.transcode_json("--max-memory", str(least), *arguments[1:])
    tap.expect_equal(report["streams"][0]["frames"], PICTURES, "pictures")
    tap.expect(report["memory"]["peak"]["total"] <= least, f"{report['memory']['peak']}, {least}")


def joined(name, first, second):
    """An MPEG-TS that goes on as another one."""
    path = os.path.join(cli.WORK, name)
    with open(path, "wb") as file:
        file.write(cli.contents(first) + cli.contents(second))
    return path


def more_than_it_says_names_what_will_do(path):
    """With the least for the first half, then with what the message says."""
    folder = Folder()
    free = cli.transcode_json(*CHEAP, path, folder / "free.mkv")["streams"][0]
    first = framewell("transcode", "--json", "--max-memory", "1M", *CHEAP, path, folder / "out.mkv")
    least = json.loads(first.stdout)["memory"]["least"]
    done = framewell("transcode", "--max-memory", str(least), *CHEAP, path, folder / "out.mkv")
    expect_failure(done, cli.MEMORY, "more than its headers say")
    folder.expect_files("free.mkv")
    enough = re.search(r"try (\d+) MiB", done.stderr)
    tap.expect(enough, done.stderr)
    report = cli.transcode_json("--max-memory", enough[1] + "M", *CHEAP, path, folder / "out.mkv")
    tap.expect_equal(report["streams"][0]["frames"], free["frames"], "pictures")


@tap.case
def pictures_that_grow_fail_with_what_will_do():
    small, large = (made(f"grow-{size}.ts", *pictures(size, 20), "-c:v", "mpeg2video", "-q:v",
                         "4") for size in ("640x360", "1920x1080"))
    more_than_it_says_names_what_will_do(joined("grow.ts", small, large))


@tap.case
def references_that_no_header_says_fail_with_what_will_do():
    few, many = (made(f"ref-{count}.ts", *pictures("1280x720", 20), "-c:v", "libx264",
                      "-preset", "ultrafast", "-x264-params", f"ref={count}:bframes=0")
                 for count in (1, 12))
    more_than_it_says_names_what_will_do(joined("references.ts", few, many))


# Pipes


def noise():
    """Some 40 MB of video with one key picture, and sound."""
    return made("noise.mkv", *pictures("640x360", 240, ",noise=alls=80:allf=t"), "-f", "lavfi",
                "-i", "sine=r=48000:d=8", "-c:v", "mpeg4", "-q:v", "1", "-g", "9999",
                "-sc_threshold", "1000000000", "-c:a", "aac")


def anonymous_size(pid):
    """What is resident and no file's."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"RssAnon:\s+(\d+)", file.read())[1]) * 1024


def flow(arguments, pause):
    """Reads the input from a pipe, and the output in pieces of 64 KiB with a pause behind each. The
    output, and the sizes of the process as the input goes in."""
    path = noise()
    child = subprocess.Popen([cli.COMMAND, "transcode", "--quiet", *arguments, "-", "-"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=cli.ENVIRONMENT)

    def feed():
        with open(path, "rb") as file, child.stdin as to:
            while piece := file.read(1 << 20):
                to.write(piece)
                sizes.append(anonymous_size(child.pid))

    output, sizes = [], []
    feeder = threading.Thread(target=feed)
    feeder.start()
    while piece := os.read(child.stdout.fileno(), 1 << 16):
        output.append(piece)
        time.sleep(pause)
    feeder.join()
    child.stdout.close()
    tap.expect_equal(child.wait(cli.PATIENCE), 0, "the exit code")
    return b"".join(output), sizes


def expect_flat(sizes):
    quarter = len(sizes) // 4
    early, late = max(sizes[:quarter]), max(sizes[quarter:])
    tap.expect(late - early < 12 * MIB, f"it grew from {early} to {late}")


def packets(path):
    """Stream, size and hash of each; since 7 not what the container says beside it."""
    end = None if cli.ffmpeg_major() < 7 else 6
    lines = (line.split(",") for line in framemd5(path).splitlines() if line[0] != "#")
    return sorted((words[0], *words[4:end]) for words in lines)


def an_output_in_a_pipe_is_not_collected(ending, options):
    folder = Folder()
    output, sizes = flow(["--format", ending, "--copy", *options], 0)
    with open(folder / "pipe", "wb") as file:
        file.write(output)
    cli.transcode("--copy", "--format", ending, noise(), folder / "file")
    tap.expect(packets(folder / "pipe") == packets(folder / "file"), "it is not what a file holds")
    if not cli.SANITIZED:
        expect_flat(sizes)


for ENDING in ("mp4", "mov", "matroska", "nut"):
    tap.add_case(f"{ENDING}_in_a_pipe_is_not_collected", an_output_in_a_pipe_is_not_collected,
                 ENDING, [])


@tap.case
def a_slow_reader_of_the_output_makes_nothing_grow():
    _, sizes = flow(["--format", "matroska", "--max-memory", "32M", "--video-codec", "mpeg4",
                     "--video-bitrate", "30M"], 0.004)
    if not cli.SANITIZED:
        expect_flat(sizes)


if __name__ == "__main__":
    tap.main()
