#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The transcoder gives the same through every kind of stream: what comes out of memory into memory,
which test_cli_equality.py compares with ffmpeg, comes out of files, single bytes and rings, too,
and goes into files, pipes and rings.

Arguments: the program transcode_through; then, as ever, a case. FRAMEWELL_STREAM_SECONDS=N lets a
stream that never ends run for N seconds (3).
"""
import os
import subprocess
import sys
import time

import cli
import tap

THROUGH = sys.argv.pop(1)
STREAM_SECONDS = float(os.environ.get("FRAMEWELL_STREAM_SECONDS", "3"))
PAIRS = [("mapped", "file"), ("ring", "ring"), ("seeking", "ring")]
CANNOT_SEEK = ("bytes", "pipe")
KIB = 1024


def through(reader, writer, muxer, source, *copy):
    """The output's bytes; None where the transcode failed."""
    path = cli.Folder() / "out"
    done = tap.run([THROUGH, reader, writer, muxer, source, path, *copy],
                   **{"timeout": cli.PATIENCE})
    return cli.contents(path) if done.returncode == 0 else None


def is_the_same(source, pairs):
    wanted = through("view", "writer", "framemd5", source)
    for reader, writer in pairs:
        got = through(reader, writer, "framemd5", source)
        tap.expect_equal(got is None, wanted is None, f"from {reader} to {writer} it fails")
        tap.expect(got == wanted, f"from {reader} to {writer} something else comes out")


def add_media_cases():
    try:
        paths = cli.media_files()
    except tap.Skip as skip:
        def nothing_to_compare(reason):
            raise tap.Skip(reason)
        tap.add_case("the_shared_media_set", nothing_to_compare, str(skip))
        return
    for i, path in enumerate(cli.sample(paths, 6)):
        further = PAIRS[i // 3 % len(PAIRS):][:1] if i % 3 == 0 else []
        tap.add_case(f"streams: {os.path.basename(path)}", is_the_same, path,
                     [CANNOT_SEEK, *further])


add_media_cases()


@tap.case
def an_index_at_the_end_is_read_through_a_ring():
    source = cli.make("index-at-end.mp4", ["video", "audio"],
                      cli.X264 + ["-pix_fmt", "yuv420p", "-c:a", "aac"])
    is_the_same(source, [CANNOT_SEEK, *PAIRS])


def pipe_is_sound(muxer):
    path = cli.Folder() / f"out.{muxer}"
    tap.run_ok([THROUGH, "view", "pipe", muxer, cli.clip(), path])
    # What a pipe's header cannot say, how long it is, ffmpeg 7 takes for a fault, its own as well.
    cli.expect_decodes(path, is_strict=muxer != "wav" or cli.ffmpeg_major() < 7)


for name in ("mp4", "mov", "matroska", "mpegts", "flac", "ogg", "mp3", "wav"):
    tap.add_case(f"pipe: {name}", pipe_is_sound, name)


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def memory_of_an_endless_stream(*copy):
    """KiB that the process has, at times, while a clip goes round and round through a pipe."""
    source = cli.make("round.ts", ["video", "audio"],
                      cli.X264 + ["-pix_fmt", "yuv420p", "-c:a", "aac"])
    looping = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "quiet", "-stream_loop", "-1", "-i",
                                source, "-c", "copy", "-f", "mpegts", "-"], stdout=subprocess.PIPE)
    child = subprocess.Popen([THROUGH, "stdin", "stdout", "mpegts", "-", "/dev/null", *copy],
                             stdin=looping.stdout, stdout=subprocess.DEVNULL)
    looping.stdout.close()
    figures = []
    end = time.monotonic() + STREAM_SECONDS
    while time.monotonic() < end:
        time.sleep(STREAM_SECONDS / 24)
        tap.expect(child.poll() is None, f"the stream ended with {child.returncode}")
        figures.append(resident(child.pid))
    child.kill()
    looping.kill()
    child.wait()
    looping.wait()
    print(f"# {STREAM_SECONDS:.0f} s: {figures[6]} to {figures[-1]} KiB", file=sys.stderr)
    return figures


def need_plain_memory():
    """A sanitizer's malloc keeps what was freed."""
    if cli.SANITIZED:
        raise tap.Skip("the memory of this build is the sanitizer's")


def is_flat(*copy):
    need_plain_memory()
    figures = memory_of_an_endless_stream(*copy)
    # After a quarter of the time all pools and caches are what they are going to be.
    tap.expect(max(figures[6:]) - figures[6] < 6 * KIB, f"KiB: {figures}")


tap.add_case("an_endless_copy_does_not_grow", is_flat, "copy")
tap.add_case("an_endless_transcode_does_not_grow", is_flat)


@tap.case
def a_slow_reader_does_not_make_memory_grow():
    need_plain_memory()
    source = cli.make("round.ts", ["video", "audio"],
                      cli.X264 + ["-pix_fmt", "yuv420p", "-c:a", "aac"])
    looping = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "quiet", "-stream_loop", "-1", "-i",
                                source, "-c", "copy", "-f", "mpegts", "-"], stdout=subprocess.PIPE)
    child = subprocess.Popen([THROUGH, "stdin", "stdout", "mpegts", "-", "-", "copy"],
                             stdin=looping.stdout, stdout=subprocess.PIPE)
    looping.stdout.close()
    figures = []
    for _ in range(20):
        os.read(child.stdout.fileno(), 4096)
        time.sleep(0.05)
        figures.append(resident(child.pid))
    child.kill()
    looping.kill()
    child.wait()
    looping.wait()
    tap.expect(figures[-1] - figures[5] < KIB, f"KiB: {figures}")


if __name__ == "__main__":
    tap.main()
