#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The options of framewell transcode that change what comes out: the same frames as ffmpeg's with
the same wishes, and one line for a wish that makes no sense."""
import json
import os

import cli
import tap

FOLDER = cli.Folder()
CLIP = FOLDER / "clip.mkv"
tap.run_ok(["ffmpeg", "-v", "error", "-y",
            "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4",
            "-f", "lavfi", "-i", "sine=frequency=440:duration=4",
            "-f", "lavfi", "-i", "sine=frequency=880:duration=4",
            "-map", "0", "-map", "1", "-map", "2",
            "-c:v", "libx264", "-preset", "veryfast", "-g", "30", "-c:a", "aac",
            "-metadata", "title=A clip", "-metadata", "artist=Nobody", CLIP])

# Ours; ffmpeg's before the input; ffmpeg's behind it.
SAME = [
    ("--start 1.3", "-ss 1.3", ""),
    ("--duration 1.1", "", "-t 1.1"),
    ("--start 1.3 --duration 0.9", "-ss 1.3", "-t 0.9"),
    ("--start 0:01.5 --duration 0:00:01", "-ss 1.5", "-t 1"),
    ("--scale 200x100", "", "-vf scale=200:100"),
    ("--scale 201x-1", "", "-vf scale=201:-2"),
    ("--scale -1x90", "", "-vf scale=-2:90"),
    ("--filter hflip,negate", "", "-vf hflip,negate"),
    ("--filter fps=10 --audio-filter volume=0.5", "", "-vf fps=10 -af volume=0.5"),
    ("--scale 160x90 --filter crop=100:50", "", "-vf scale=160:90,crop=100:50"),
    ("--audio-filter atempo=2 --duration 1", "", "-af atempo=2 -t 1"),
    ("--no-video", "", "-vn"),
    ("--no-audio", "", "-an"),
    ("--no-subtitles --no-audio", "", "-sn -an"),
    ("--map 0,2,1", "", "-map 0:0 -map 0:2 -map 0:1"),
    ("--map 2", "", "-map 0:2"),
    ("--map 1 --map 0 --start 2", "-ss 2", "-map 0:1 -map 0:0"),
]
# The same of real files.
SAME_MEDIA = [
    ("phone_1080p.mp4", "--start 0.5 --duration 0.5 --scale 640x-1", "-ss 0.5",
     "-t 0.5 -vf scale=640:-2"),
    ("balle-jbart.mp4", "--start 1.3 --duration 1.7", "-ss 1.3", "-t 1.7"),
    ("movie-hello.avi", "--start 0.4", "-ss 0.4", ""),
    ("renpy_oa4_launch_vp8.webm", "--start 1 --duration 0.5", "-ss 1", "-t 0.5"),
    ("ax_bear.flac", "--start 1.1 --duration 0.77", "-ss 1.1", "-t 0.77"),
    ("debian.ogg", "--start 2 --duration 1", "-ss 2", "-t 1"),
    ("ax_rotate_and_reflect.mp4", "--scale 200x100 --no-audio", "", "-vf scale=200:100 -an"),
    ("k3b_svcd_interlaced.mpg", "--start 3 --duration 2", "-ss 3", "-t 2"),
    ("planetblupi_play101.mkv", "--start 2 --duration 1", "-ss 2", "-t 1"),
]


def frames(path):
    with open(path, encoding="utf-8") as file:
        return [line for line in file if not line.startswith("#software")]


def same_frames(source, ours, before, behind):
    if not os.path.exists(source):
        raise tap.Skip(f"{os.path.basename(source)} is not here")
    folder = cli.Folder()
    cli.transcode(*ours.split(), "--quiet", "--format", "framemd5", source, folder / "ours")
    tap.run_ok(["ffmpeg", "-v", "error", "-y", *before.split(), "-i", source, *behind.split(),
                "-f", "framemd5", folder / "theirs"])
    got, expected = frames(folder / "ours"), frames(folder / "theirs")
    tap.expect(any(not line.startswith("#") for line in got), "there is not one frame")
    tap.expect_equal(got, expected, "the frames")


for ours, before, behind in cli.sample(SAME, 3):
    tap.add_case(f"as ffmpeg: {ours}", same_frames, CLIP, ours, before, behind)
for name, ours, before, behind in cli.sample(SAME_MEDIA, 3):
    tap.add_case(f"as ffmpeg: {ours} {name}", same_frames, os.path.join(cli.MEDIA, name), ours,
                 before, behind)


def streams_of(path, *wishes):
    done = tap.run_ok(["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format",
                       *wishes, path])
    return json.loads(done.stdout)


@tap.case
def a_copy_begins_at_the_key_packet_before_the_start():
    folder = cli.Folder()
    cli.transcode("--copy", "--quiet", "--start", "2", "--duration", "1", CLIP, folder / "ours.mkv")
    tap.run_ok(["ffmpeg", "-v", "error", "-y", "-ss", "2", "-i", CLIP, "-t", "1", "-c", "copy",
                folder / "theirs.mkv"])
    counts = [[stream["nb_read_packets"]
               for stream in streams_of(folder / name, "-count_packets")["streams"]]
              for name in ("ours.mkv", "theirs.mkv")]
    tap.expect_equal(counts[0], counts[1], "the packets of each stream")


@tap.case
def a_start_in_a_pipe_is_found_by_reading():
    folder = cli.Folder()
    with open(CLIP, "rb") as clip:
        cli.transcode("--start", "1.3", "--format", "framemd5", "--quiet", "-", folder / "piped",
                      stdin=clip)
    cli.transcode("--start", "1.3", "--format", "framemd5", "--quiet", CLIP, folder / "sought")
    tap.expect_equal(frames(folder / "piped"), frames(folder / "sought"), "the frames")


@tap.case
def tags_are_set_replaced_and_taken_away():
    folder = cli.Folder()
    cli.transcode("--copy", "--quiet", "--metadata", "title=Another=one", "--metadata", "artist=",
                  "--metadata", "genre=Test", CLIP, folder / "out.mkv")
    tags = {key.lower(): value
            for key, value in streams_of(folder / "out.mkv")["format"]["tags"].items()}
    tap.expect_equal(tags.get("title"), "Another=one", "the title")
    tap.expect_equal(tags.get("genre"), "Test", "the genre")
    tap.expect("artist" not in tags, f"the artist is still in {tags}")


@tap.case
def a_bit_rate_is_kept_to():
    sizes = []
    for rate in ("60k", "600k"):
        folder = cli.Folder()
        report = cli.transcode_json("--video-codec", "mpeg4", "--video-bitrate", rate, "--no-audio",
                                    CLIP, folder / "out.mkv")
        sizes.append(report["streams"][0]["bytes_out"])
    tap.expect(3 * sizes[0] < sizes[1], f"{sizes[0]} bytes at 60k, {sizes[1]} at 600k")
    folder = cli.Folder()
    report = cli.transcode_json("--audio-codec", "libmp3lame", "--audio-bitrate", "64k",
                                "--no-video", CLIP, folder / "out.mp3")
    rate = report["streams"][0]["bytes_out"] * 8 / 4
    tap.expect(55000 < rate < 75000, f"{rate} bits a second")


REFUSED = [
    ("--start x", cli.USAGE, "not a time"),
    ("--start -1", cli.USAGE, "not a time"),
    ("--start 1:60", cli.USAGE, "not a time"),
    ("--start 1:2:3:4", cli.USAGE, "not a time"),
    ("--start nan", cli.USAGE, "not a time"),
    ("--start 1e300", cli.USAGE, "not a time"),
    ("--duration 0", cli.USAGE, "no length"),
    ("--duration 1:", cli.USAGE, "not a time"),
    ("--scale 640", cli.USAGE, "not a size"),
    ("--scale -1x-1", cli.USAGE, "not a size"),
    ("--scale 0x100", cli.USAGE, "not a size"),
    ("--scale 70000x100", cli.USAGE, "not a size"),
    ("--video-bitrate fast", cli.USAGE, "not a rate"),
    ("--video-bitrate 0", cli.USAGE, "not a rate"),
    ("--audio-bitrate 1e99", cli.USAGE, "not a rate"),
    ("--map video", cli.USAGE, "not a list"),
    ("--map 0,", cli.USAGE, "not a list"),
    ("--map 0,0", cli.USAGE, "twice"),
    ("--map 7", cli.USAGE, "no stream 7"),
    ("--metadata title", cli.USAGE, "not KEY=VALUE"),
    ("--metadata =x", cli.USAGE, "not KEY=VALUE"),
    ("--filter hfliq", cli.USAGE, "did you mean 'hflip'?"),
    ("--filter split", cli.USAGE, "one input and one output"),
    ("--filter anull", cli.USAGE, "one input and one output"),
    ("--filter scale=width=", cli.USAGE, "filter"),
    ("--audio-filter [", cli.USAGE, "not written"),
    ("--copy --scale 100x100", cli.USAGE, "copied"),
    ("--copy --filter null", cli.USAGE, "copied"),
    ("--copy --audio-bitrate 64k", cli.USAGE, "copied"),
    ("--start 100", cli.DATA, "behind the start"),
    ("--no-video --no-audio", cli.DATA, "no stream"),
]


def refused(words, code, said):
    folder = cli.Folder()
    done = cli.framewell("transcode", *words.split(), CLIP, folder / "out.mkv")
    cli.expect_failure(done, code)
    tap.expect(said in done.stderr, f"'{said}' is not in {done.stderr}")
    folder.expect_files()


for words, code, said in cli.sample(REFUSED, 3):
    tap.add_case(f"refused: {words}", refused, words, code, said)

if __name__ == "__main__":
    tap.main()
