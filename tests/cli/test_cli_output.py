#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a transcode leaves behind: the file, the table, the JSON object, the line on a terminal; and
what signals do to it."""
import fcntl
import os
import pty
import re
import select
import signal
import stat
import struct
import subprocess
import termios
import threading
import time

import cli
import tap
from cli import Folder, framewell, transcode, transcode_json

SLOW = ["--video-codec", "libx264", "--preset", "veryslow", "--threads", "1"]


# The file


@tap.case
def the_umask_says_who_may_read_the_output():
    folder = Folder()
    for umask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
        path = folder / f"out-{umask}.wav"
        transcode(cli.clip(), path, umask=umask)
        tap.expect_equal(stat.S_IMODE(os.stat(path).st_mode), mode, f"the mode by umask {umask:o}")


@tap.case
def y_replaces_an_existing_file_by_a_new_one():
    folder = Folder()
    path = folder / "out.wav"
    with open(path, "w", encoding="utf-8") as file:
        file.write("old")
    with open(path, encoding="utf-8") as reader:
        transcode("-y", cli.clip(), path)
        tap.expect_equal(reader.read(), "old", "what who had it open reads")
    cli.expect_decodes(path)
    folder.expect_files("out.wav")


@tap.case
def who_could_not_read_the_old_file_cannot_read_the_new_one():
    path = Folder() / "out.wav"
    with open(path, "w", encoding="utf-8") as file:
        file.write("old")
    os.chmod(path, 0o600)
    transcode("-y", cli.clip(), path)
    tap.expect_equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "the mode")


@tap.case
def a_link_stays_and_what_it_points_to_is_replaced():
    folder = Folder()
    os.mkdir(folder / "far")
    os.symlink("far/out.wav", folder / "link.wav")
    transcode(cli.clip(), folder / "link.wav")
    transcode("-y", cli.clip(), folder / "link.wav")
    tap.expect_equal(os.readlink(folder / "link.wav"), "far/out.wav", "the link")
    tap.expect_equal(os.listdir(folder / "far"), ["out.wav"], "the files in far")
    cli.expect_decodes(folder / "far/out.wav")


@tap.case
def links_in_a_circle_are_an_error():
    folder = Folder()
    os.symlink("b.wav", folder / "a.wav")
    os.symlink("a.wav", folder / "b.wav")
    done = framewell("transcode", cli.clip(), folder / "a.wav")
    cli.expect_failure(done, cli.OUTPUT, "a.wav", "symbolic links")


@tap.case
def there_is_never_a_part_of_the_file_under_its_name():
    """A reader that looks all the time sees the old file or the whole new one."""
    folder = Folder()
    path = folder / "out.wav"
    whole = {len(cli.contents(path)) for _ in range(1) if transcode(cli.clip(), path)}
    whole.add(3)
    seen, stop = set(), threading.Event()

    def look():
        while not stop.is_set():
            seen.add(os.stat(path).st_size)

    for _ in range(5):
        with open(path, "w", encoding="utf-8") as file:
            file.write("old")
        stop.clear()
        looker = threading.Thread(target=look)
        looker.start()
        transcode("-y", cli.clip(), path)
        stop.set()
        looker.join()
    tap.expect(seen <= whole, f"sizes seen: {seen}, whole: {whole}")


@tap.case
def a_relative_name_without_a_folder():
    folder = Folder()
    transcode(cli.clip(), "out.wav", cwd=folder.path)
    folder.expect_files("out.wav")


@tap.case
def a_name_of_255_bytes():
    folder = Folder()
    transcode(cli.clip(), folder / ("x" * 251 + ".wav"))
    folder.expect_files("x" * 251 + ".wav")


@tap.case
def a_name_that_is_not_utf_8():
    folder = Folder()
    name = os.fsencode(folder.path) + b"/\xff\xfe.wav"
    report = transcode_json(cli.clip(), name)
    tap.expect_equal(report["exit_code"], 0)
    tap.expect_equal(os.listdir(os.fsencode(folder.path)), [b"\xff\xfe.wav"])


# Streams


@tap.case
def dev_null_is_written_to_and_stays():
    transcode("--format", "matroska", cli.clip(), "/dev/null")
    tap.expect(stat.S_ISCHR(os.stat("/dev/null").st_mode), "/dev/null is no device any more")


def from_stdin_to_stdout(output):
    folder = Folder()
    transcode("--format", "wav", cli.clip(), folder / "out.wav")
    with open(cli.clip(), "rb") as stdin:
        done = transcode("--format", "wav", "--in-memory", "-", output, stdin=stdin, text=False,
                         errors=None)
    tap.expect(done.stdout == cli.contents(folder / "out.wav"), "stdout is not what the file is")


tap.add_case("from_stdin_to_stdout", from_stdin_to_stdout, "-")
tap.add_case("from_stdin_to_dev_stdout", from_stdin_to_stdout, "/dev/stdout")
tap.add_case("from_stdin_to_the_first_descriptor", from_stdin_to_stdout, "/dev/fd/1")


@tap.case
def from_a_pipe_of_small_pieces():
    folder = Folder()
    transcode(cli.clip(), folder / "file.wav")
    child = subprocess.Popen([cli.COMMAND, "transcode", "-", folder / "pipe.wav"],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             env=cli.ENVIRONMENT)
    whole = cli.contents(cli.clip())
    for at in range(0, len(whole), 997):
        child.stdin.write(whole[at:at + 997])
        child.stdin.flush()
    child.stdin.close()
    tap.expect_equal(child.wait(cli.PATIENCE), 0, "the exit code")
    tap.expect(cli.contents(folder / "pipe.wav") == cli.contents(folder / "file.wav"),
               "by pipe it is another file")


@tap.case
def from_a_fifo_to_a_fifo():
    folder = Folder()
    os.mkfifo(folder / "in")
    os.mkfifo(folder / "out")
    feeder = subprocess.Popen(["cp", cli.clip(), folder / "in"])
    taker = subprocess.Popen(["cat", folder / "out"], stdout=subprocess.PIPE)
    transcode("--format", "wav", folder / "in", folder / "out")
    got = taker.communicate(timeout=cli.PATIENCE)[0]
    feeder.wait(cli.PATIENCE)
    transcode(cli.clip(), folder / "file.wav")
    tap.expect(stat.S_ISFIFO(os.stat(folder / "out").st_mode), "the fifo is gone")
    tap.expect_equal(len(got), len(cli.contents(folder / "file.wav")), "bytes through the fifo")


@tap.case
def a_file_on_stdin_that_was_read_in_part_is_read_from_there():
    with open(cli.clip("ts"), "rb") as stdin:
        stdin.seek(188 * 4)
        os.lseek(stdin.fileno(), 188 * 4, os.SEEK_SET)
        report = transcode_json("--copy", "-", Folder() / "out.ts", stdin=stdin)
    tap.expect_equal(report["input"]["bytes"], len(cli.contents(cli.clip("ts"))) - 188 * 4)


@tap.case
def the_system_s_files_without_a_size_are_read_whole():
    done = framewell("transcode", "/proc/self/maps", Folder() / "out.mkv")
    cli.expect_failure(done, cli.DATA, "/proc/self/maps")


# The table and JSON


@tap.case
def the_table_tells_what_went_through():
    folder = Folder()
    text = transcode(cli.clip(), folder / "out.mkv").stdout
    for line in text.splitlines():
        tap.expect(len(line) <= 80, f"{len(line)} columns: {line}")
    for pattern in (r"^stream +codec +picture or sound +packets +frames +size$",
                    r"^video 0 +in +h264 +20 +[0-9.]+ KiB$",
                    r"^ +out +libx264 +160x120 yuv420p +20 +20 +[0-9.]+ KiB$",
                    r"^audio 1 +in +aac +\d+ +[0-9.]+ KiB$",
                    r"^ +out +\S+ +48000 Hz 1 ch \w+ +\d+ +\d+ +[0-9.]+ KiB$",
                    r"^all +in +mov,mp4\S* +[0-9.]+ KiB$",
                    r"^ +out +matroska +[0-9.]+ KiB$",
                    r"^time +0\.8\d s of media in [0-9.]+ s, [0-9.]+ fps, speed [0-9.]+x$",
                    r"^memory +peak \S+ \wiB: frames \S+ \w+, packets \S+ \w+, I/O \S+ \w+$",
                    r"^pools +[0-9.]+ % of \d+ allocations from memory at hand, 0 blocks leaked$"):
        tap.expect(re.search(pattern, text, re.M), f"no line like {pattern} in\n{text}")


@tap.case
def the_table_of_a_copy_has_no_frames():
    text = transcode("--copy", cli.clip(), Folder() / "out.mkv").stdout
    tap.expect(re.search(r"^ +out +\(copy\) .* 20 +[0-9.]+ KiB$", text, re.M), text)


@tap.case
def quiet_prints_nothing():
    tap.expect_equal(transcode("--quiet", cli.clip(), Folder() / "out.mkv").stdout, "", "stdout")


@tap.case
def quiet_does_not_hide_errors():
    done = framewell("transcode", "--quiet", "/nowhere.mp4", Folder() / "out.mkv")
    cli.expect_failure(done, cli.INPUT, "/nowhere.mp4")


@tap.case
def json_tells_the_figures():
    folder = Folder()
    report = transcode_json(cli.clip(), folder / "out.mkv")
    video, audio = report["streams"]
    size = len(cli.contents(folder / "out.mkv"))
    tap.expect_equal((report["exit_code"], report["error"]), (0, ""))
    tap.expect_equal(report["output"],
                     {"name": folder / "out.mkv", "format": "matroska", "bytes": size})
    tap.expect_equal(report["input"]["bytes"], len(cli.contents(cli.clip())), "bytes of the input")
    tap.expect_equal((video["kind"], video["input_codec"], video["width"], video["height"]),
                     ("video", "h264", 160, 120))
    tap.expect_equal((video["packets_in"], video["frames"], video["packets_out"], video["errors"]),
                     (20, 20, 20, 0))
    tap.expect_equal((audio["kind"], audio["sample_rate"], audio["channels"]), ("audio", 48000, 1))
    tap.expect(abs(report["duration"] - 0.8) < 0.1, f"duration is {report['duration']}")
    tap.expect(0 < report["elapsed"] < cli.PATIENCE, f"elapsed is {report['elapsed']}")


@tap.case
def json_counts_memory_by_purpose():
    memory = transcode_json(cli.clip(), Folder() / "out.mkv")["memory"]
    for purpose in ("frames", "packets", "io"):
        pool = memory[purpose]
        tap.expect(pool["peak_usage"] > 0, f"{purpose}: nothing was used")
        tap.expect_equal(pool["pool_hit_count"] + pool["system_alloc_count"],
                         pool["allocation_count"], f"{purpose}: hits and misses")
        tap.expect_equal(pool["free_count"], pool["allocation_count"], f"{purpose}: blocks freed")
        tap.expect_equal(pool["current_usage"], 0, f"{purpose}: bytes left")
        tap.expect(memory["peak"][purpose] >= pool["peak_usage"], f"{purpose}: {memory['peak']}")
    tap.expect(memory["peak_size"] >= memory["frames"]["peak_usage"], "the peak is below a part")
    tap.expect(0.5 < memory["hit_rate"] <= 1, f"hit_rate is {memory['hit_rate']}")


@tap.case
def the_media_alone_is_on_stdout():
    done = transcode("--format", "wav", cli.clip(), "-", text=False, errors=None)
    tap.expect_equal(done.stdout[:4], b"RIFF", "the first bytes")


# A terminal


class Terminal:
    """A child whose stdout and stderr are terminals of their own."""

    def __init__(self, *arguments, columns=80, environment=None):
        self.stdout, stdout = pty.openpty()
        self.stderr, stderr = pty.openpty()
        fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.child = subprocess.Popen([cli.COMMAND, *arguments], stdin=subprocess.DEVNULL,
                                      stdout=stdout, stderr=stderr,
                                      env=environment or {**cli.ENVIRONMENT, "TERM": "xterm"})
        os.close(stdout)
        os.close(stderr)
        self.text = {self.stdout: "", self.stderr: ""}

    def read(self, until=None):
        """Reads until the pattern is on stderr, or to the end."""
        deadline = time.monotonic() + cli.PATIENCE
        open_ends = {self.stdout, self.stderr}
        while open_ends and not (until and re.search(until, self.text[self.stderr])):
            ready = select.select(open_ends, [], [], max(0, deadline - time.monotonic()))[0]
            tap.expect(ready, f"nothing comes any more: {self.text}")
            for end in ready:
                try:
                    piece = os.read(end, 65536)
                except OSError:  # the child has closed it
                    piece = b""
                if not piece:
                    open_ends.discard(end)
                self.text[end] += piece.decode()

    def finish(self):
        """The exit code, and all that was on stdout and stderr."""
        self.read()
        code = self.child.wait(cli.PATIENCE)
        os.close(self.stdout)
        os.close(self.stderr)
        return code, self.text[self.stdout], self.text[self.stderr]


LINE = (r"^ *\d+ %  ([0-9.]+ fps  )?[0-9.]+x  ETA [0-9:-]+  "
        r"memory [0-9.]+ \w+, peak [0-9.]+ \w+ *$")


@tap.case
def a_terminal_shows_progress_on_one_line():
    code, _, stderr = Terminal("transcode", cli.clip(), Folder() / "out.mkv").finish()
    tap.expect_equal(code, 0, "the exit code")
    tap.expect("\n" not in stderr, f"the line wraps or ends: {stderr!r}")
    lines = stderr.split("\r")
    drawn = [line for line in lines if line.strip()]
    tap.expect(drawn, f"no progress: {stderr!r}")
    for line in drawn:
        tap.expect(re.match(LINE, line), f"the line is {line!r}")
        tap.expect_equal(len(line), 79, "the width of the line")
    tap.expect(drawn[-1].startswith("100 %"), f"the last line is {drawn[-1]!r}")
    tap.expect_equal((lines[-2].strip(), lines[-1]), ("", ""), "what is left on the line")


@tap.case
def a_narrow_terminal_gets_a_short_line():
    _, _, stderr = Terminal("transcode", cli.clip(), Folder() / "out.mkv", columns=30).finish()
    for line in stderr.split("\r"):
        tap.expect(len(line) <= 29, f"the line is {line!r}")


@tap.case
def quiet_shows_no_progress():
    code, stdout, stderr = Terminal("transcode", "--quiet", cli.clip(),
                                    Folder() / "out.mkv").finish()
    tap.expect_equal((code, stdout, stderr), (0, "", ""))


def colours(is_wanted, environment):
    terminal = Terminal("transcode", cli.clip(), Folder() / "out.mkv",
                        environment={**cli.ENVIRONMENT, **environment})
    stdout = terminal.finish()[1]
    tap.expect("stream" in stdout, f"no table: {stdout!r}")
    tap.expect_equal("\033[" in stdout, is_wanted, f"colours in {stdout!r}")


tap.add_case("colours_on_a_terminal", colours, True, {"TERM": "xterm"})
tap.add_case("no_colours_with_no_color", colours, False, {"TERM": "xterm", "NO_COLOR": "1"})
tap.add_case("colours_with_an_empty_no_color", colours, True, {"TERM": "xterm", "NO_COLOR": ""})
tap.add_case("no_colours_on_a_dumb_terminal", colours, False, {"TERM": "dumb"})


@tap.case
def an_error_on_a_terminal_stands_on_a_line_of_its_own():
    code, _, stderr = Terminal("transcode", "--format", "mpegts", cli.clip(),
                               "/dev/full").finish()
    tap.expect_equal(code, cli.OUTPUT, "the exit code")
    last = re.split("[\r\n]+", stderr.strip())[-1]
    tap.expect_equal(last, "framewell: /dev/full: No space left on device: make room, or name "
                     "another place", "the last line")


# Signals


def stopped(number, code):
    """A slow transcode that gets a signal when it is under way: the folder of its output."""
    folder = Folder()
    terminal = Terminal("transcode", *SLOW, cli.long_clip(), folder / "out.mkv")
    terminal.read(until=r"[1-9] %")
    terminal.child.send_signal(number)
    start = time.monotonic()
    got, stdout, stderr = terminal.finish()
    tap.expect_equal(got, code, "the exit code")
    tap.expect_equal(stdout, "", "stdout")
    line = re.split("[\r\n]+", stderr.strip())[-1]
    tap.expect(line.startswith("framewell: ") and "stopped by a signal" in line, line)
    tap.expect(time.monotonic() - start < cli.PATIENCE / 4, "it took long to stop")
    return folder


@tap.case
def sigint_makes_what_was_done_a_whole_file():
    folder = stopped(signal.SIGINT, 130)
    folder.expect_files("out.mkv")
    cli.expect_decodes(folder / "out.mkv")
    duration = float(cli.probe(folder / "out.mkv")["format"]["duration"])
    tap.expect(0 < duration < 29, f"the output lasts {duration} s")


@tap.case
def sigterm_leaves_nothing():
    stopped(signal.SIGTERM, 143).expect_files()


@tap.case
def sighup_leaves_nothing():
    stopped(signal.SIGHUP, 129).expect_files()


def signal_while_reading(number, code):
    folder = Folder()
    child = subprocess.Popen([cli.COMMAND, "transcode", "-", folder / "out.mkv"],
                             stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=cli.ENVIRONMENT)
    cli.wait_until_asleep(child.pid)
    child.send_signal(number)
    tap.expect_equal(child.wait(cli.PATIENCE), code, "the exit code")
    tap.expect_equal(child.stderr.read().count("\n"), 1, "lines on stderr")
    child.stdin.close()
    child.stderr.close()
    folder.expect_files()


tap.add_case("sigint_while_waiting_for_input", signal_while_reading, signal.SIGINT, 130)
tap.add_case("sigterm_while_waiting_for_input", signal_while_reading, signal.SIGTERM, 143)


@tap.case
def a_second_signal_ends_what_waits_for_a_reader():
    """The pipe is full and nobody reads: the first SIGINT lets writing go on, the second not."""
    reader, writer = os.pipe()
    child = subprocess.Popen([cli.COMMAND, "transcode", "--format", "wav", cli.clip("mkv"), "-"],
                             stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.DEVNULL,
                             env=cli.ENVIRONMENT)
    os.close(writer)
    cli.wait_until_asleep(child.pid)
    child.send_signal(signal.SIGINT)
    time.sleep(0.3)
    tap.expect_equal(child.poll(), None, "the exit code after one signal")
    child.send_signal(signal.SIGINT)
    tap.expect_equal(child.wait(cli.PATIENCE), 130, "the exit code")
    os.close(reader)


@tap.case
def a_second_signal_stops_at_once_and_leaves_nothing():
    folder = Folder()
    terminal = Terminal("transcode", *SLOW, cli.long_clip(), folder / "out.mkv")
    terminal.read(until=r"[1-9] %")
    terminal.child.send_signal(signal.SIGTERM)
    terminal.child.send_signal(signal.SIGINT)
    tap.expect(terminal.finish()[0] in (130, 143), "the exit code is another")
    folder.expect_files()


@tap.case
def an_ignored_signal_stays_ignored():
    folder = Folder()
    child = subprocess.Popen(
        [cli.COMMAND, "transcode", "--quiet", "-", folder / "out.wav"], stdin=subprocess.PIPE,
        env=cli.ENVIRONMENT, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    cli.wait_until_asleep(child.pid)
    child.send_signal(signal.SIGINT)
    child.communicate(cli.contents(cli.clip()), timeout=cli.PATIENCE)
    tap.expect_equal(child.returncode, 0, "the exit code")
    folder.expect_files("out.wav")


if __name__ == "__main__":
    tap.main()
