#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""framewell probe: what it says of made and real files against ffprobe and against a transcode, and
what it says of files that are none."""
import fcntl
import json
import os
import subprocess

import cli
import tap


def make(folder, name, *arguments):
    path = folder / name
    tap.run_ok(["ffmpeg", "-v", "error", "-y", *arguments, path])
    return path


FOLDER = cli.Folder()
CLIP = make(FOLDER, "clip.mkv",
            "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=2",
            "-f", "lavfi", "-i", "sine=duration=2",
            "-c:v", "libx264", "-preset", "veryfast", "-c:a", "flac",
            "-metadata", "title=A clip", "-metadata:s:a:0", "language=fin")


def probe(*arguments, **options):
    done = cli.framewell("probe", *arguments, **options)
    tap.expect(done.returncode == cli.FINE, f"exit code {done.returncode}: {done.stderr}")
    tap.expect_equal(done.stderr, "", "stderr")
    return done.stdout


def probe_json(*arguments, **options):
    return json.loads(probe("--json", *arguments, **options))


def ffprobe(path):
    done = tap.run_ok(["ffprobe", "-v", "quiet", "-of", "json", "-show_format", "-show_streams",
                       path])
    return json.loads(done.stdout)


def agrees_with_ffprobe(path):
    told, expected = probe_json("--no-decode", path), ffprobe(path)
    tap.expect_equal(told["format"], expected["format"]["format_name"], "the container")
    tap.expect_equal(len(told["streams"]), len(expected["streams"]), "the number of streams")
    for ours, theirs in zip(told["streams"], expected["streams"]):
        tap.expect_equal(ours["codec"], theirs.get("codec_name", "none"), "a codec")
        for name in ("width", "height", "channels"):
            if name in theirs and name in ours:
                tap.expect_equal(ours[name], theirs[name], name)
        if "pix_fmt" in theirs:
            tap.expect_equal(ours["format"], theirs["pix_fmt"], "the pixel format")
        if "sample_rate" in theirs:
            tap.expect_equal(ours["sample_rate"], int(theirs["sample_rate"]), "the sample rate")


@tap.case
def a_made_clip_is_told_as_it_is():
    told = probe_json(CLIP)
    tap.expect_equal([stream["kind"] for stream in told["streams"]], ["video", "audio"], "kinds")
    tap.expect_equal(told["tags"]["title"], "A clip", "the title")
    tap.expect_equal(told["bytes"], os.path.getsize(CLIP), "bytes")
    video, audio = told["streams"]
    tap.expect_equal((video["width"], video["height"], video["format"]), (640, 360, "yuv420p"),
                     "the picture")
    tap.expect_equal(video["frame_rate"], [25, 1], "the frame rate")
    tap.expect_equal((audio["language"], audio["channel_layout"]), ("fin", "mono"), "the sound")


@tap.case
def the_table_says_the_same_within_80_columns():
    text = probe(CLIP)
    for said in ("A clip", "640x360 yuv420p, 25.00 fps", "h264 High", "44100 Hz, mono", "fin"):
        tap.expect(said in text, f"'{said}' is not in\n{text}")
    for line in text.splitlines()[1:]:
        tap.expect(len(line) <= 80, f"{len(line)} columns: {line}")


# What is held is never quite the same from run to run, and FFmpeg 7 holds less than 5.1 in eight
# threads; small files, and decoders with memory of their own, are a matter of the granularity of
# the pool.
TOLERANCE = 0.35 if cli.ffmpeg_major() < 7 else 0.5
PLAY_TOLERANCE, GRAIN = 0.25, 3 << 19
MEASURED = [("phone_1080p.mp4", 4), ("k3b_svcd_interlaced.mpg", 1),
            ("mdn_flower.mp4", 8), ("ax_mpeg2_mp2.ts", 2), ("ax_bear.flac", 1), ("debian.wav", 1)]
SMALL_PIPE = 4096


def memory_of_a_held_up_transcode(threads, path):
    """Of one whose encoders cannot get rid of anything until all has come to rest, so that as much
    waits before them as can."""
    fifo = cli.Folder() / "out.mkv"
    os.mkfifo(fifo)
    output = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, SMALL_PIPE)
    os.set_blocking(output, True)
    child = subprocess.Popen(
        [cli.COMMAND, "transcode", "--json", "--threads", str(threads), "--duration", "1",
         "--video-codec", "libx264", "--preset", "ultrafast", "--crf", "10", "--audio-codec",
         "flac", path, fifo], stdout=subprocess.PIPE, env=cli.ENVIRONMENT)
    cli.wait_until_asleep(child.pid)
    while os.read(output, 1 << 20):
        pass
    os.close(output)
    told = child.communicate(timeout=cli.PATIENCE)[0]
    tap.expect_equal(child.returncode, cli.FINE, "exit code")
    return json.loads(told)["memory"]


def transcode_takes_what_was_told(name, threads):
    """At most what is told; and about that, with as many frames in the line as there were."""
    path = cli.media(name)
    told = probe_json("--threads", str(threads), path)["memory"]
    taken = memory_of_a_held_up_transcode(threads, path)
    real, line = taken["peak_size"], taken["frame_queue"]["peak_size"]
    tap.expect(real <= told["transcode"], f"{real} is more than {told}")
    if told["decode"] > GRAIN:
        expected = told["transcode"] - told["transcode_queue"] + line
        tap.expect(abs(expected - real) <= TOLERANCE * real + GRAIN,
                   f"{expected} is not about {real}, of which {line} in the line")


# Sanitizers are slow, and change nothing of what is held.
for measured in MEASURED[::4] if cli.SANITIZED else MEASURED:
    tap.add_case(f"a transcode takes what is told: {measured[0]}, {measured[1]} threads",
                 transcode_takes_what_was_told, *measured)


def playing_takes_what_was_told(name, threads):
    if not cli.HAS_WINDOW:
        raise tap.Skip("this build has no window")
    path = cli.media(name)
    told = probe_json("--threads", str(threads), path)["memory"]["play"]
    done = cli.framewell("play", "--json", "--frames", "12", "--threads", str(threads), path,
                         env={**cli.ENVIRONMENT, "SDL_VIDEODRIVER": "dummy",
                              "SDL_AUDIODRIVER": "dummy"})
    taken = json.loads(done.stdout)["memory"]
    real = taken["frames_peak"] + taken["packets_peak"]
    tap.expect(abs(told - real) <= PLAY_TOLERANCE * real + GRAIN, f"{told} is not about {real}")


for measured in [("phone_1080p.mp4", 4), ("movie-hello.avi", 2), ("mdn_flower.mp4", 8),
                 ("balle-jbart.mp4", 4)]:
    tap.add_case(f"playing takes what is told: {measured[0]}, {measured[1]} threads",
                 playing_takes_what_was_told, *measured)


@tap.case
def a_single_picture_waits_alone():
    told = probe_json(cli.media("ax_alpha.webp"))
    picture = told["streams"][0]
    tap.expect_equal(picture["frame_count"], 1, "the pictures")
    tap.expect_equal(told["memory"]["transcode_queue"], picture["frame_size"], "what waits")


@tap.case
def more_threads_take_more():
    one, eight = (probe_json("--threads", count, CLIP)["memory"]["decode"] for count in ("1", "8"))
    tap.expect(one < eight, f"{one} with one thread, {eight} with eight")


@tap.case
def a_pipe_is_read():
    with open(CLIP, "rb") as clip:
        told = probe_json("-", stdin=clip)
    tap.expect_equal(told["streams"][0]["codec"], "h264", "the codec")
    cat = subprocess.Popen(["cat", CLIP], stdout=subprocess.PIPE)
    told = probe_json("-", stdin=cat.stdout)
    cat.stdout.close()
    cat.wait()
    tap.expect_equal(told["streams"][0]["codec"], "h264", "the codec from a pipe")


@tap.case
def names_that_are_no_utf_8_make_valid_json():
    path = os.path.join(FOLDER.path.encode(), b"\xff\xe4-\xc3\xa4.mkv")
    os.link(CLIP, path)
    done = subprocess.run([cli.COMMAND, "probe", "--json", path], stdout=subprocess.PIPE,
                          check=True)
    name = json.loads(done.stdout.decode("utf-8"))["name"]
    tap.expect(name.endswith("??-\u00e4.mkv"), f"the name is {name}")


@tap.case
def tags_that_are_no_utf_8_make_valid_json():
    path = make(FOLDER, "tags.ogg", "-i", CLIP, "-vn", "-c", "copy", "-f", "ogg",
                "-metadata", b"k\xff=v\xe4", "-metadata", b"two\nlines=a\tb")
    tags = json.loads(subprocess.run([cli.COMMAND, "probe", "--json", path], check=True,
                                     stdout=subprocess.PIPE).stdout.decode())["streams"][0]["tags"]
    tap.expect_equal((tags["k?"], tags["two\nlines"]), ("v?", "a\tb"), "the tags")


FAILURES = [
    ("a file that is not there", ["nothing.mp4"], cli.INPUT, "No such file"),
    ("a folder", ["."], cli.INPUT, "directory"),
    ("an empty file", ["/dev/null"], cli.DATA, "empty"),
    ("a text", [os.path.join(tap.ROOT, "README.md")], cli.DATA, "no media"),
    ("no name", [], cli.USAGE, "needs INPUT"),
    ("two names", ["a", "b"], cli.USAGE, "too many"),
    ("threads that are no number", ["--threads", "x", "a"], cli.USAGE, "not a number"),
    ("an unknown option", ["--jsn", "a"], cli.USAGE, "did you mean '--json'?"),
]


def fails(arguments, code, said):
    done = cli.framewell("probe", *arguments, cwd=cli.Folder().path)
    cli.expect_failure(done, code)
    tap.expect(said in done.stderr, f"'{said}' is not in {done.stderr}")


for words, names, number, part in FAILURES:
    tap.add_case(f"fails: {words}", fails, names, number, part)


def media_files():
    if not os.path.isdir(cli.MEDIA):
        return []
    return sorted(name for name in os.listdir(cli.MEDIA)
                  if not name.startswith("bad_") and not name.endswith(".md"))


for media in media_files()[::4] if cli.SANITIZED else media_files():
    tap.add_case(f"agrees with ffprobe: {media}", agrees_with_ffprobe,
                 os.path.join(cli.MEDIA, media))

if __name__ == "__main__":
    tap.main()
