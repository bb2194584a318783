#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command's own threads, for ThreadSanitizer: some seconds of everything that has any. What it
finds ends the command with a code of its own, and a page on stderr."""
import os
import pty
import signal
import subprocess
import time

import cli
import tap

NOWHERE = {**cli.ENVIRONMENT, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
CHEAP = ["--video-codec", "mpeg4", "--audio-codec", "aac"]
FOUND = b"ThreadSanitizer"


def on_terminal(*arguments, stop_after=None, environment=None):
    """Runs the command with a terminal as its stderr, so that progress is drawn; its exit code."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([cli.COMMAND, *arguments], stdin=subprocess.DEVNULL, stderr=theirs,
                          stdout=subprocess.DEVNULL,
                          env={**(environment or cli.ENVIRONMENT), "TERM": "xterm"}) as process:
        os.close(theirs)
        said = b""
        begun = time.monotonic()
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            said += part
            if stop_after and stop_after in said:
                process.send_signal(signal.SIGINT)
                stop_after = None
            tap.expect(time.monotonic() - begun < cli.PATIENCE, "it does not end")
        code = process.wait()
    os.close(ours)
    tap.expect(FOUND not in said, said.decode(errors="replace"))
    return code


def inputs(folder, path, count=3):
    paths = [folder / f"in-{i}.mp4" for i in range(count)]
    for name in paths:
        os.link(path, name)
    os.mkdir(folder / "out")
    return paths


def with_sound():
    """20 seconds to seek in."""
    return cli.make("song.mkv", ["long", "hum"], cli.X264 + ["-c:a", "flac", "-vf", "scale=160:-2",
                                                             "-t", "20"])


@tap.case
def three_inputs_at_once_with_their_progress_and_a_report():
    folder = cli.Folder()
    code = on_terminal("transcode", *CHEAP, "--jobs", "3", "--output-dir", folder / "out",
                       "--report", folder / "page.html", *inputs(folder, cli.clip()))
    tap.expect_equal(code, cli.FINE, "the exit code")
    tap.expect(os.path.getsize(folder / "page.html") > 1000, "there is no page")


@tap.case
def three_inputs_within_a_budget():
    folder = cli.Folder()
    code = on_terminal("transcode", *CHEAP, "--jobs", "3", "--max-memory", "64M", "--output-dir",
                       folder / "out", *inputs(folder, cli.clip()))
    tap.expect_equal(code, cli.FINE, "the exit code")


@tap.case
def three_inputs_that_a_signal_stops():
    folder = cli.Folder()
    code = on_terminal("transcode", "--video-codec", "libx264", "--preset", "slow", "--jobs", "3",
                       "--output-dir", folder / "out", *inputs(folder, cli.long_clip()),
                       stop_after=b" %")
    tap.expect_equal(code, 130, "the exit code")


@tap.case
def one_input_with_a_report():
    folder = cli.Folder()
    code = on_terminal("transcode", *CHEAP, "--report", folder / "page.html", cli.clip(),
                       folder / "out.mp4")
    tap.expect_equal(code, cli.FINE, "the exit code")


@tap.case
def playing_without_a_window_rounds_and_a_seek():
    folder = cli.Folder()
    code = on_terminal("play", "--headless", "--loop", "--start", "0.4", "--frames", "70",
                       "--stats", "--screenshot", folder / "picture.png", cli.clip())
    tap.expect_equal(code, cli.FINE, "the exit code")


@tap.case
def playing_in_a_window_with_sound():
    if not cli.HAS_WINDOW:
        raise tap.Skip("this build has no window")
    code = on_terminal("play", "--loop", "--stats", "--frames", "45", cli.clip(),
                       environment=NOWHERE)
    tap.expect_equal(code, cli.FINE, "the exit code")


@tap.case
def playing_while_keys_are_pressed():
    if not cli.HAS_WINDOW:
        raise tap.Skip("this build has no window")
    with cli.Screen() as screen:
        # Mesa draws with threads of its own, which nobody looks into.
        environment = {**screen.environment, "SDL_RENDER_DRIVER": "software",
                       "SDL_FRAMEBUFFER_ACCELERATION": "0"}
        with subprocess.Popen([cli.COMMAND, "play", "--loop", with_sound()], env=environment,
                              stderr=subprocess.PIPE) as process:
            screen.wait_for_window("song.mkv")
            screen.press("s", "Right", "space", "Right", "Left", "m", "Up", "space", "Left", "Down")
            time.sleep(0.5)
            screen.press("q")
            _, said = process.communicate(timeout=cli.PATIENCE)
        tap.expect(FOUND not in said, said.decode(errors="replace"))
        tap.expect_equal(process.returncode, cli.FINE, "the exit code")


if __name__ == "__main__":
    tap.main()
