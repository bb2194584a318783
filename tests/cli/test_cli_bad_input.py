#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What cannot be done: one line on stderr with file and cause, the exit code of its class, no part
of an output, and the input as it was."""
import os
import resource
import subprocess

import cli
import tap
from cli import Folder, expect_failure, framewell

NOBODY = 65534
ALONE = 64999  # a user of no other process
CHEAP = ["--video-codec", "mpeg4", "--audio-codec", "pcm_s16le"]


def refused(input_path, output_path, code, *words, options=(), **settings):
    """The transcode fails as told; neither folder nor input have changed."""
    folder = os.path.dirname(output_path) or "."
    exists = os.path.isdir(folder)
    before = sorted(os.listdir(folder)) if exists else None
    is_file = os.path.isfile(input_path) and not input_path.startswith("/proc/")
    bytes_before = cli.contents(input_path) if is_file else None
    done = framewell("transcode", *options, input_path, output_path, **settings)
    expect_failure(done, code, *words)
    tap.expect_equal(sorted(os.listdir(folder)) if os.path.isdir(folder) else None, before,
                     f"what is in {folder}")
    if bytes_before is not None:
        tap.expect(cli.contents(input_path) == bytes_before, f"{input_path} has changed")


def as_nobody():
    """Settings for a run without any rights; skips where this process cannot give them up."""
    if os.geteuid() != 0:
        return {}
    settings = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        able = subprocess.run([cli.COMMAND, "--version"], capture_output=True, check=False,
                              **settings).returncode == 0
    except (OSError, subprocess.SubprocessError):
        able = False
    if not able:
        raise tap.Skip("the program cannot be run by another user from where it is")
    return settings


# Input


@tap.case
def a_missing_input():
    refused("/nowhere/in.mp4", Folder() / "out.mkv", cli.INPUT, "/nowhere/in.mp4",
            "No such file or directory")


@tap.case
def an_input_without_a_name():
    refused("", Folder() / "out.mkv", cli.INPUT, "No such file or directory")


@tap.case
def an_input_nobody_may_read():
    settings = as_nobody()
    folder = Folder()
    os.chmod(folder.path, 0o777)
    path = folder / "in.mp4"
    with open(path, "wb") as file:
        file.write(cli.contents(cli.clip()))
    os.chmod(path, 0)
    done = framewell("transcode", path, folder / "out.mkv", **settings)
    expect_failure(done, cli.INPUT, path, "Permission denied")
    folder.expect_files("in.mp4")


@tap.case
def an_input_whose_bytes_cannot_be_read():
    refused("/proc/self/mem", Folder() / "out.mkv", cli.INPUT, "/proc/self/mem",
            "Input/output error")


@tap.case
def a_directory_as_input():
    refused("/usr", Folder() / "out.mkv", cli.INPUT, "/usr", "is a directory")


@tap.case
def an_input_below_a_file():
    refused(cli.clip() + "/x", Folder() / "out.mkv", cli.INPUT, "Not a directory")


@tap.case
def an_empty_input():
    folder = Folder()
    path = folder / "empty.mp4"
    with open(path, "wb"):
        pass
    refused(path, folder / "out.mkv", cli.DATA, path, "is empty")


@tap.case
def an_empty_stdin():
    refused("-", Folder() / "out.mkv", cli.DATA, "stdin", "is empty")


@tap.case
def a_closed_stdin():
    refused("-", Folder() / "out.mkv", cli.INPUT, "stdin", "Bad file descriptor", stdin=None,
            preexec_fn=lambda: os.close(0))


def not_media(content):
    folder = Folder()
    path = folder / "in.mp4"
    with open(path, "wb") as file:
        file.write(content)
    refused(path, folder / "out.mkv", cli.DATA, path)


tap.add_case("text_is_not_media", not_media, b"It was a dark and stormy night.\n" * 100)
tap.add_case("zeros_are_not_media", not_media, bytes(100000))
tap.add_case("a_single_byte_is_not_media", not_media, b"\0")
tap.add_case("noise_is_not_media", not_media, bytes(i * i * 7919 >> 7 & 255 for i in range(50000)))
tap.add_case("the_mark_of_mp4_alone_is_not_media", not_media, b"\0\0\0\x18ftypisom\0\0\2\0isomiso2")


@tap.case
def a_program_is_not_media():
    refused(cli.COMMAND, Folder() / "out.mkv", cli.DATA, cli.COMMAND)


@tap.case
def media_without_a_stream_that_the_output_takes():
    path = cli.make("words.mkv", [cli.subtitles()], ["-c:s", "srt"])
    refused(path, Folder() / "out.wav", (cli.USAGE, cli.DATA), "words.mkv")


@tap.case
def a_name_with_a_line_break_stays_one_line():
    refused("/nowhere/in\n\x1b[31m.mp4", Folder() / "out.mkv", cli.INPUT, "/nowhere/in??[31m.mp4")


@tap.case
def a_name_that_looks_like_an_option_after_two_dashes():
    done = framewell("transcode", "--", "--copy", "out.mkv", cwd=Folder().path)
    expect_failure(done, cli.INPUT, "--copy", "No such file")


@tap.case
def a_file_without_its_index_at_the_end():
    """The most common truncated file: a recording that was cut off before its index was written."""
    folder = Folder()
    whole = cli.contents(cli.make("late.mp4", ["video", "audio"], cli.X264 + ["-c:a", "aac"]))
    path = folder / "cut.mp4"
    with open(path, "wb") as file:
        file.write(whole[: len(whole) // 2])
    refused(path, folder / "out.mkv", cli.DATA, path)


@tap.case
def an_input_larger_than_the_memory():
    if cli.SANITIZED:
        raise tap.Skip("a sanitizer needs address space without a limit")
    folder = Folder()
    path = folder / "large.mp4"
    with open(path, "wb") as file:
        file.truncate(1 << 30)
    limit = 512 << 20
    done = framewell("transcode", "--in-memory", path, folder / "out.mkv",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    expect_failure(done, cli.MEMORY, path, "memory")
    folder.expect_files("large.mp4")


@tap.case
def an_endless_input_that_is_held_ends_when_the_memory_does():
    if cli.SANITIZED:
        raise tap.Skip("a sanitizer needs address space without a limit")
    limit = 512 << 20
    done = framewell("transcode", "--in-memory", "/dev/zero", Folder() / "out.mkv",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    expect_failure(done, cli.MEMORY, "/dev/zero", "memory")


@tap.case
def threads_that_cannot_be_started_are_memory_that_is_not_there():
    if cli.SANITIZED:
        raise tap.Skip("a sanitizer needs a thread of its own")
    settings = as_nobody()
    if not settings:
        raise tap.Skip("only root has a user without other processes")
    folder = Folder()
    os.chmod(folder.path, 0o777)
    done = framewell("transcode", "--threads", "4", *CHEAP, cli.clip(), folder / "out.mkv",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (1, 1)),
                     **{**settings, "user": ALONE})
    expect_failure(done, cli.MEMORY, cli.clip(), "no thread can be started")
    folder.expect_files()


# Output


@tap.case
def an_output_in_a_missing_directory():
    folder = Folder()
    done = framewell("transcode", cli.clip(), folder / "missing/out.mkv")
    expect_failure(done, cli.OUTPUT, folder / "missing/out.mkv", "there is no directory")
    folder.expect_files()


@tap.case
def an_output_below_a_file():
    folder = Folder()
    with open(folder / "file", "wb"):
        pass
    done = framewell("transcode", cli.clip(), folder / "file/out.mkv")
    expect_failure(done, cli.OUTPUT, folder / "file/out.mkv", "Not a directory")


@tap.case
def a_directory_as_output():
    folder = Folder()
    os.mkdir(folder / "out.mkv")
    refused(cli.clip(), folder / "out.mkv", cli.OUTPUT, "is a directory")
    refused(cli.clip(), folder / "out.mkv", cli.OUTPUT, "is a directory", options=["-y"])


@tap.case
def a_directory_that_is_not_there_as_output():
    refused(cli.clip(), (Folder() / "out.mkv") + "/", (cli.USAGE, cli.OUTPUT), "out.mkv/")


@tap.case
def an_output_without_a_name():
    done = framewell("transcode", "--format", "matroska", cli.clip(), "")
    expect_failure(done, cli.OUTPUT, "OUTPUT: its name is empty")


@tap.case
def an_output_name_that_is_too_long():
    refused(cli.clip(), Folder() / ("x" * 300 + ".mkv"), cli.OUTPUT, "File name too long")


@tap.case
def an_existing_output_is_kept():
    folder = Folder()
    path = folder / "out.mkv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("precious")
    refused(cli.clip(), path, cli.OUTPUT, path, "exists", "-y")
    tap.expect_equal(cli.contents(path), b"precious", "the existing file")


@tap.case
def a_directory_nobody_may_write_to():
    settings = as_nobody()
    folder = Folder()
    os.chmod(folder.path, 0o555)
    done = framewell("transcode", cli.clip(), folder / "out.mkv", **settings)
    expect_failure(done, cli.OUTPUT, folder / "out.mkv", "Permission denied")
    folder.expect_files()


@tap.case
def a_file_nobody_may_write_to_is_not_replaced():
    settings = as_nobody()
    folder = Folder()
    os.chmod(folder.path, 0o777)
    path = folder / "out.mkv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("precious")
    os.chmod(path, 0o444)
    done = framewell("transcode", "-y", cli.clip(), path, **settings)
    expect_failure(done, cli.OUTPUT, path, "Permission denied")
    tap.expect_equal(cli.contents(path), b"precious", "the existing file")


def output_is_input(make_name):
    folder = Folder()
    path = folder / "in.mp4"
    with open(path, "wb") as file:
        file.write(cli.contents(cli.clip()))
    name = make_name(folder, path)
    refused(path, name, cli.OUTPUT, name, "the input", options=["-y"])
    refused(name, path, cli.OUTPUT, path, "the input", options=["-y"])


def with_link(make_link):
    def make_name(folder, path):
        make_link(path, folder / "other.mp4")
        return folder / "other.mp4"
    return make_name


tap.add_case("output_equals_input", output_is_input, lambda folder, path: path)
tap.add_case("output_equals_input_by_another_path", output_is_input,
             lambda folder, path: folder / "../" + os.path.basename(folder.path) + "/in.mp4")
tap.add_case("output_is_a_link_to_the_input", output_is_input, with_link(os.symlink))
tap.add_case("output_is_a_hard_link_to_the_input", output_is_input, with_link(os.link))


@tap.case
def stdout_that_goes_to_the_input():
    folder = Folder()
    path = folder / "in.mp4"
    with open(path, "wb") as file:
        file.write(cli.contents(cli.clip()))
    with open(path, "ab") as stdout:
        done = framewell("transcode", "--format", "mpegts", path, "-", stdout=stdout)
    tap.expect_equal((done.returncode, done.stderr),
                     (cli.OUTPUT, "framewell: stdout: goes to the input: send it elsewhere\n"))
    tap.expect(cli.contents(path) == cli.contents(cli.clip()), "the input has changed")


@tap.case
def a_full_device():
    done = framewell("transcode", "--format", "mpegts", cli.clip(), "/dev/full")
    expect_failure(done, cli.OUTPUT, "/dev/full", "No space left on device")


@tap.case
def a_name_that_is_near_is_suggested():
    folder = Folder()
    os.link(cli.clip(), folder / "holiday.mp4")
    for name, words in (("holidya.mp4", f"did you mean '{folder / 'holiday.mp4'}'?"),
                        ("nowhere/holiday.mp4", "spelling"), ("film.mkv", "spelling")):
        refused(folder / name, folder / "out.mkv", cli.INPUT, "No such file", words)


@tap.case
def a_full_device_behind_stdout():
    with open("/dev/full", "wb") as full:
        done = framewell("transcode", "--format", "mpegts", cli.clip(), "-", stdout=full)
    tap.expect_equal((done.returncode, done.stderr), (cli.OUTPUT, cli.FULL_STDOUT))


@tap.case
def a_table_to_a_full_device():
    folder = Folder()
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = framewell("transcode", cli.clip(), folder / "out.mkv", stdout=full)
    tap.expect_equal((done.returncode, done.stderr), (cli.OUTPUT, cli.FULL_STDOUT))
    folder.expect_files("out.mkv")


@tap.case
def a_closed_stdout():
    done = framewell("transcode", "--format", "mpegts", cli.clip(), "-",
                     preexec_fn=lambda: os.close(1))
    expect_failure(done, cli.OUTPUT, "stdout", "Bad file descriptor")


@tap.case
def a_reader_that_went_away():
    reader, writer = os.pipe()
    os.close(reader)
    done = framewell("transcode", "--format", "mpegts", cli.clip(), "-", stdout=writer)
    os.close(writer)
    tap.expect_equal((done.returncode, done.stderr),
                     (cli.OUTPUT, "framewell: stdout: Broken pipe\n"))


@tap.case
def a_disk_that_fills_up_in_the_middle_leaves_nothing():
    folder = Folder()
    path = folder / "out.wav"
    done = framewell("transcode", cli.clip(), path,
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000)))
    expect_failure(done, cli.OUTPUT, path, "File too large")
    folder.expect_files()


@tap.case
def a_disk_that_fills_up_leaves_the_existing_file():
    folder = Folder()
    path = folder / "out.wav"
    with open(path, "w", encoding="utf-8") as file:
        file.write("precious")
    done = framewell("transcode", "-y", cli.clip(), path,
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000)))
    expect_failure(done, cli.OUTPUT, path, "File too large")
    folder.expect_files("out.wav")
    tap.expect_equal(cli.contents(path), b"precious", "the existing file")


# Options that only the encoder or the container can judge


@tap.case
def an_unknown_preset():
    refused(cli.clip(), Folder() / "out.mkv", cli.USAGE, "'sloow'", "did you mean 'slow'?",
            options=["--video-codec", "libx264", "--preset", "sloow"])


@tap.case
def a_preset_for_an_encoder_without_presets():
    folder = Folder()
    done = framewell("transcode", "--video-codec", "mpeg4", "--preset", "slow", cli.clip(),
                     folder / "out.mkv")
    expect_failure(done, cli.USAGE, "mpeg4", "'preset'")
    tap.expect("did you mean" not in done.stderr, f"a suggestion: {done.stderr!r}")
    folder.expect_files()


@tap.case
def a_codec_that_the_container_does_not_take():
    refused(cli.clip(), Folder() / "out.webm", cli.USAGE, "webm",
            options=["--video-codec", "libx264"])


@tap.case
def a_copy_that_the_container_does_not_take():
    refused(cli.clip(), Folder() / "out.webm", cli.USAGE, "webm", options=["--copy"])


@tap.case
def unknown_names_are_told_before_the_input_is_looked_at():
    done = framewell("transcode", "--video-codec", "libx265x", "/nowhere/in.mp4", "out.mp4",
                     cwd=Folder().path)
    expect_failure(done, cli.USAGE, "'libx265x'", "'libx265'")


@tap.case
def a_failure_with_json_is_one_object_with_the_same_words():
    folder = Folder()
    done = framewell("transcode", "--json", "/nowhere/in.mp4", folder / "out.mkv")
    report = cli.json.loads(done.stdout)
    tap.expect_equal(report["exit_code"], cli.INPUT)
    tap.expect_equal(f"framewell: {report['error']}\n", done.stderr)
    tap.expect_equal(done.returncode, cli.INPUT)
    folder.expect_files()


def usage_error_with_json(*options):
    """Before there is an input: JSON all the same."""
    folder = Folder()
    done = framewell("transcode", "--json", *options, cli.clip(), folder / "out.mkv")
    tap.expect_equal(done.returncode, cli.USAGE, "exit code")
    report = cli.json.loads(done.stdout)
    tap.expect_equal(f"framewell: {report['error']}\n", done.stderr)
    tap.expect_equal(report["input"]["name"], cli.clip())
    folder.expect_files()


for option in ("--format", "--video-codec", "--audio-codec", "--subtitle-codec"):
    tap.add_case(f"{option}_of_no_known_name_with_json", usage_error_with_json, option, "nonsense")


@tap.case
def stdout_by_another_name_takes_no_json_beside_the_media():
    done = framewell("transcode", "--json", "--format", "flac", cli.clip(), "/dev/stdout")
    tap.expect_equal(done.returncode, cli.USAGE, "exit code")
    tap.expect_equal(cli.json.loads(done.stdout)["exit_code"], cli.USAGE)
    tap.expect("--json" in done.stderr, f"stderr is {done.stderr!r}")


# Broken media


def is_too_much_for_ffmpeg(path):
    """Where a size is broken, libavformat may want memory that nobody has: to ffmpeg, too."""
    return "Cannot allocate memory" in tap.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path,
                                                "-f", "null", "-"]).stderr


def survives(path, output_name="out.mkv", options=()):
    """Whatever becomes of it: it ends, an output is there after exit code 0 only, stderr has at
    most one line, and no block is left."""
    folder = Folder()
    done = framewell("transcode", "--json", *options, path, folder / output_name)
    tap.expect(done.returncode in (cli.FINE, cli.DATA)
               or done.returncode == cli.MEMORY and is_too_much_for_ffmpeg(path),
               f"{path}: exit code {done.returncode}: {done.stderr}")
    lines = done.stderr.splitlines()
    tap.expect(len(lines) <= 1 and (lines or done.returncode == cli.FINE),
               f"{path}: stderr is {done.stderr!r}")
    folder.expect_files(*([output_name] if done.returncode == cli.FINE else []))
    tap.expect_equal(cli.json.loads(done.stdout)["memory"]["leaked_blocks"], 0, "leaked_blocks")


def bad_files_of_the_media_set():
    for path in cli.media_files():
        if os.path.basename(path).startswith("bad_"):
            survives(path)
            survives(path, options=["--copy"])


tap.add_case("bad_files_of_the_media_set", bad_files_of_the_media_set)


# Sanitizers are slow; beside this they have tests/fuzz/fuzz_media.
PLACES = 8 if cli.SANITIZED else 50


def cut_at_many_places(ending, options):
    whole = cli.contents(cli.clip(ending))
    path = os.path.join(cli.WORK, f"cut.{ending}")
    for i in range(PLACES):
        with open(path, "wb") as file:
            file.write(whole[: len(whole) * (i + 1) // (PLACES + 1)])
        survives(path, options=options + ["--salvage"] * (i % 2))


def cut_in_the_middle(ending, codecs):
    """It is an error; --salvage makes a sound file of what is there, and says so."""
    whole = cli.contents(cli.make(f"whole.{ending}", ["video", "audio"], codecs))
    folder = Folder()
    path = folder / f"cut.{ending}"
    with open(path, "wb") as file:
        file.write(whole[: len(whole) * 2 // 3])
    refused(path, folder / "out.mkv", cli.DATA, path, "cut off", "--salvage", options=CHEAP)
    refused(path, folder / "out.mkv", cli.DATA, path, "cut off", "--salvage", options=["--copy"])
    done = framewell("transcode", "--quiet", "--salvage", *CHEAP, path, folder / "out.mkv")
    expect_failure(done, cli.FINE, path, "cut off")
    folder.expect_files(f"cut.{ending}", "out.mkv")
    cli.expect_decodes(folder / "out.mkv")


MIXED = cli.X264 + ["-pix_fmt", "yuv420p", "-c:a", "aac"]
for container, coding in (("mp4", MIXED + ["-movflags", "+faststart"]), ("mkv", MIXED),
                          ("mov", MIXED + ["-movflags", "+faststart"]), ("flv", MIXED),
                          ("avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"])):
    tap.add_case(f"{container}_cut_in_the_middle", cut_in_the_middle, container, coding)


@tap.case
def a_recording_of_a_broadcast_may_end_anywhere():
    whole = cli.contents(cli.clip("ts"))
    path = os.path.join(cli.WORK, "recording.ts")
    with open(path, "wb") as file:
        file.write(whole[188 * 7:-188 * 3 - 50])
    folder = Folder()
    tap.expect_equal(framewell("transcode", *CHEAP, path, folder / "out.mkv").returncode, 0)
    folder.expect_files("out.mkv")


@tap.case
def broken_packets_in_the_middle_are_left_out_and_told():
    folder = Folder()
    whole = bytearray(cli.contents(cli.make("sound.flac", ["audio2"], ["-c:a", "flac"])))
    middle = len(whole) // 2
    whole[middle:middle + 200] = bytes(200)
    path = folder / "broken.flac"
    with open(path, "wb") as file:
        file.write(whole)
    done = framewell("transcode", "--quiet", path, folder / "out.wav")
    expect_failure(done, cli.FINE, path, "broken packet")
    folder.expect_files("broken.flac", "out.wav")


@tap.case
def an_assertion_of_libavcodec_is_an_error_like_any_other():
    """One flipped bit in the alpha plane, and libavcodec 5.1 aborts."""
    whole = bytearray(cli.contents(cli.media("ax_alpha.webp")))
    whole[1755] ^= 0x80
    folder = Folder()
    path = folder / "flipped.webp"
    with open(path, "wb") as file:
        file.write(whole)
    done = framewell("transcode", "--json", *CHEAP, path, folder / "out.mkv")
    if done.returncode == cli.FINE:
        raise tap.Skip("this libavcodec decodes it")
    tap.expect_equal(cli.json.loads(done.stdout)["exit_code"], cli.DATA)
    refused(path, folder / "out.mkv", cli.DATA, path, options=CHEAP)


def with_flipped_bits(ending):
    whole = cli.contents(cli.clip(ending))
    path = os.path.join(cli.WORK, f"flipped.{ending}")
    for seed in range(PLACES * 4 // 5):
        broken = bytearray(whole)
        state = seed + 1
        for _ in range(20):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            broken[(state >> 3) % len(broken)] ^= 1 << (state % 8)
        with open(path, "wb") as file:
            file.write(broken)
        survives(path, options=CHEAP)


for container in ("mp4", "mkv", "ts"):
    tap.add_case(f"{container}_cut_at_many_places", cut_at_many_places, container, CHEAP)
    tap.add_case(f"{container}_with_flipped_bits", with_flipped_bits, container)
tap.add_case("mp4_cut_at_many_places_and_copied", cut_at_many_places, "mp4", ["--copy"])


if __name__ == "__main__":
    tap.main()
